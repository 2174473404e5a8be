// The commands about how printers are, in the form of cli/cmd.tbl.h, which takes them in.
COMMAND(device_probe, "device probe", "ADDRESS", 1, 1, "anyone",
        "asks a printer by SNMP, from here, and shows what it says",
        "Needs no engine and no site: state, reasons and what to do, supplies, trays, covers and "
        "counters, as they would be believed. Passwords of SNMP v3 come from standard input, the "
        "one for authentication first; --community - does so too. Leaves with 5 if somebody must "
        "go to the device.",
        OPTION("snmp", "1|2c|3", "version of SNMP (default 2c)"),
        OPTION("port", "N", "its port (default 161)"),
        OPTION("community", "NAME|-", "of versions 1 and 2c (default public)"),
        OPTION("user", "NAME", "of version 3"),
        OPTION("auth", "SHA-256|SHA-512|SHA|...", "how version 3 authenticates (default none)"),
        OPTION("patience", "SECONDS", "how long it may take in all (default 12)"),
        OPTION("privacy", "AES|AES-256|...", "how version 3 encrypts (default none)"))
