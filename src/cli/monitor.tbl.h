// The commands about how printers are, in the form of cli/cmd.tbl.h, which takes them in.
COMMAND(device_status, "device status", "[NAME]", 0, 1, "administrator",
        "shows how the monitored devices are, the worst first",
        "Every printer of the site is monitored, and whatever quoin device monitor names. With a "
        "NAME: all that is known of it, why it does not print and what to do.",
        OPTION("state", "STATE", "only those: idle, printing, stopped, error, away, unknown"))
COMMAND(device_supplies, "device supplies", "", 0, 0, "administrator",
        "shows which supplies are to be ordered, by the day on which they run out", "",
        OPTION("all", NULL, "those of every device"))
COMMAND(device_faults, "device faults", "[NAME]", 0, 1, "administrator",
        "lists what was wrong with devices, the newest first", "",
        OPTION("open", NULL, "only what is wrong now"),
        OPTION("from", "TIME", "that lasted then or later"),
        OPTION("until", "TIME", "that began before"))
COMMAND(device_meters, "device meters", "", 0, 0, "administrator",
        "shows what the devices' own meters count", "", NONE)
COMMAND(device_gaps, "device gaps", "[NAME]", 0, 1, "administrator",
        "shows what devices counted that nobody was charged for, and when",
        "A device's meter is held against the pages that were printed for somebody; what is over "
        "the meter's error is a gap, with its time. Below are the sums of the days that the time "
        "touches: what ran back was charged and is not on the meter.",
        OPTION("from", "TIME", "gaps that end later"),
        OPTION("until", "TIME", "gaps that began before"))
COMMAND(device_history, "device history", "NAME", 1, 1, "administrator",
        "shows a device's pages, supplies or state over time",
        "By the minute for two days, by the hour for sixty, by the day for five years; a step in "
        "which nothing changed is not shown.",
        OPTION("series", "SERIES", "pages (default), supply:NAME, state"),
        OPTION("from", "TIME", "default: 30 days ago"), OPTION("until", "TIME", "default: now"),
        OPTION("step", "SECONDS", "steps of at least so long"))
COMMAND(device_look, "device look", "NAME", 1, 1, "administrator",
        "looks at a monitored device now", "", NONE)
COMMAND(device_monitor, "device monitor", "NAME", 1, 1, "administrator",
        "sets how a device is monitored",
        "NAME is a printer's, or that of a device that prints for nobody here and needs an "
        "--address. What is not named stays as it is; \"\" takes a value away. The change is one "
        "of the configuration: quoin config history.",
        OPTION("address", "ADDRESS", "a host, or ipp://HOST/PATH; empty: the printer's own"),
        OPTION("sources", "SOURCE[,SOURCE]", "ipp, snmp, pjl (default ipp,snmp)"),
        OPTION("every", "SECONDS", "how often it is looked at (default 60)"),
        OPTION("changes", "told|looks",
               "between looks: only what it tells itself, or nothing (default: what it tells, "
               "else its state is asked for every second or two)"),
        OPTION("snmp", "1|2c|3", "the version (default 2c)"),
        OPTION("snmp-port", "PORT", "default 161"),
        OPTION("user", "NAME", "of SNMP version 3; its secrets are kept by the engine"),
        OPTION("security", "LEVEL", "noAuthNoPriv, authNoPriv, authPriv"),
        OPTION("auth", "KIND", "MD5, SHA, SHA-256, ..."),
        OPTION("privacy", "KIND", "DES, AES, AES-256, ..."),
        OPTION("counter-unit", "UNIT", "impressions or sheets, instead of what it says"),
        OPTION("wraps-at", "COUNT", "where its meter begins anew"),
        OPTION("prints-elsewhere", "yes|no", "others print or copy on it too"),
        OPTION("meter-settles", "yes|no", "its meter settles what jobs cost"),
        OPTION("meter-late", "SECONDS", "how late its meter may tell (default 120)"),
        OPTION("location", "TEXT", "where it stands"),
        OPTION("contact", "TEXT", "who looks after it"),
        OPTION("off", "yes|no", "it is not looked at"),
        OPTION("remove", NULL, "as if nothing had been said of it"),
        OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(device_discover, "device discover", "", 0, 0, "administrator",
        "looks for devices: in ranges of addresses, by DNS-SD, at servers of CUPS",
        "The device monitoring engine asks each address by SNMP and IPP and whether port 9100 is "
        "open: at most 4096 addresses and 200 probes a second, never a network's or a broadcast's "
        "address. --dry-run tells how many, by which probes and how long, and touches nothing. "
        "Each device is shown once, whoever told of it, with what they disagree about, whether it "
        "is here already, and the line that adds it. Secrets of SNMP version 3 come from standard "
        "input. Ctrl-C ends it.",
        OPTION("range", "RANGE[,RANGE...]", "10.1.0.0/22, 10.1.0.10-10.1.0.99 or 10.1.0.7"),
        OPTION("dns-sd", NULL, "what is announced on the networks of the engine's host"),
        OPTION("cups", "URI[,URI...]", "the devices of the queues of a CUPS: ipp://HOST[:PORT]"),
        OPTION("by", "WAY[,WAY...]", "only so: ipp, snmp, raw (default: all three)"),
        OPTION("rate", "N", "probes a second (default and most 200)"),
        OPTION("snmp", "1|2c|3", "the version (default 2c)"),
        OPTION("community", "NAME|-",
               "of versions 1 and 2c (default public); -: from standard input"),
        OPTION("like", "NAME", "SNMP as this monitored device has it; \"*\": the secret of all"),
        OPTION("user", "NAME", "of version 3"),
        OPTION("auth", "SHA-256|SHA|...", "how version 3 authenticates (default none)"),
        OPTION("privacy", "AES|AES-256|...", "how version 3 encrypts (default none)"),
        OPTION("snmp-port", "PORT", "default 161"), OPTION("ipp-port", "PORT", "default 631"),
        OPTION("raw-port", "PORT", "default 9100"),
        OPTION("add", NULL, "makes a monitor of everything new; with --yes"),
        OPTION("yes", NULL, "yes, all of it"),
        OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(device_secret, "device secret", "NAME", 1, 1, "administrator",
        "keeps the community or the passwords by which a device is asked by SNMP",
        "They come from standard input: of versions 1 and 2c the community, of version 3 the "
        "password for authentication and then the one for privacy, each on a line. The engine "
        "keeps them and tells them to nobody. NAME \"*\" stands for the community of every device "
        "that has none of its own.",
        OPTION("remove", NULL, "forgets them"), DRY_RUN)
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
