// PORTS_VERDICT(NAME, name, severity, why it matters, what to do). The severity is the least; an
// engine's port makes a stranger on it worse.
PORTS_VERDICT(QUIET, "quiet", PORTS_OK, "nobody answers here, and nobody should", "nothing")
PORTS_VERDICT(OURS, "ours", PORTS_OK, "it is this site's engine, proven", "nothing")
PORTS_VERDICT(OURS_DEGRADED, "ours-degraded", PORTS_NOTE,
              "it is this site's engine by what could be proven; something could not",
              "look again as root, or do what the proof says is missing")
PORTS_VERDICT(EXPECTED, "expected", PORTS_OK, "somebody said that this program belongs here",
              "nothing")
PORTS_VERDICT(FOREIGN, "foreign", PORTS_NOTE, "it is not Quoin's",
              "nothing, if you know it; else ask its owner, or stop its unit")
PORTS_VERDICT(IMPOSTOR, "impostor", PORTS_CRITICAL,
              "it has the place of an engine of ours, and is none: what is sent there goes to it",
              "stop it, then start the engine; look who started it; certificates kept clients and "
              "engines from trusting it")
PORTS_VERDICT(MISSING, "missing", PORTS_WARNING, "an engine should answer here and none does",
              "quoin status, then quoin up")
PORTS_VERDICT(SHADOWED, "shadowed", PORTS_CRITICAL,
              "the engine is there, and somebody else can take a part of what is sent to it",
              "stop the other; then start the engine anew")
PORTS_VERDICT(HELD, "held", PORTS_WARNING,
              "it is taken and nobody answers: an engine could not start here",
              "end that process, or ask its owner")
PORTS_VERDICT(FORWARDED, "forwarded", PORTS_WARNING,
              "what comes to this port goes elsewhere before any program here sees it",
              "look at the rule: nft list ruleset; remove it if nobody knows it")
PORTS_VERDICT(LISTENED_TO, "listened-to", PORTS_CRITICAL,
              "a program reads the packets of this port without holding it, which listings of "
              "ports do not show",
              "end it, unless somebody captures packets on purpose (tcpdump)")
PORTS_VERDICT(HIDDEN, "hidden", PORTS_CRITICAL,
              "the kernel refuses the port and shows nobody who has it",
              "look from another machine (nmap); suspect a rootkit")
PORTS_VERDICT(LOUD, "loud", PORTS_WARNING, "a port where nobody of ours listens is called",
              "find out who calls and why")
PORTS_VERDICT(STRANGER, "stranger", PORTS_WARNING,
              "an engine's port is called by an address that is no engine of this site",
              "find out who calls; a firewall should let engines only")
PORTS_VERDICT(SILENT, "silent", PORTS_NOTE,
              "the engine's own program has its port, and answers nobody: it is stuck or very busy",
              "quoin status; if it stays so, end that process: quoin up starts the engine again")
PORTS_VERDICT(BLIND, "blind", PORTS_NOTE, "this user may not see enough to say who it is",
              "ask again as root")
