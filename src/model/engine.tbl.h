// The engines and the ports that IANA registered as SM-PAS-1 to SM-PAS-5. ENGINE(NAME, name, port,
// service, question). DCE on 2939 and DME on 2942 are as published; the other three are Quoin's own
// assignment (docs/protocol.md). The web's gRPC port is for its status alone; pages are on 8443.
ENGINE(CAS, "cas", 2938, "sm-pas-1", "who may, and what does it cost?")
ENGINE(DCE, "dce", 2939, "sm-pas-2", "who stands at the device?")
ENGINE(DRE, "dre", 2940, "sm-pas-3", "what is this document and where does it go?")
ENGINE(SPE, "spe", 2941, "sm-pas-4", "where does this scan go?")
ENGINE(DME, "dme", 2942, "sm-pas-5", "how are the devices, and who is on our ports?")
ENGINE(WEB, "web", 8444, "quoin-web", "what does a person see?")
