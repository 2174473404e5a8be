// What the ports of this trade are used for, whoever registered them: PRACTICE(first, last,
// transport, use, source). A use is here only with a source that can be read.
PRACTICE(161, 161, "udp", "SNMP: printers' states, supplies and page counters are asked here",
         "RFC 3805; RFC 1157")
PRACTICE(162, 162, "udp", "SNMP traps: printers tell faults here", "RFC 1157")
PRACTICE(443, 443, "tcp", "IPP over HTTPS where a printer has no 631; web pages of printers",
         "RFC 8010; RFC 8011")
PRACTICE(515, 515, "tcp", "LPD: the print protocol of BSD", "RFC 1179")
PRACTICE(631, 631, "tcp", "IPP and IPPS: CUPS, and printers that take AirPrint or IPP Everywhere",
         "RFC 8010; RFC 7472; cups.org")
PRACTICE(631, 631, "udp", "CUPS's browsing of old (before 1.6)", "cups.org, cups-browsed(8)")
PRACTICE(1824, 1824, "tcp/udp",
         "metrics-pas: Software Metrics' Printer Accounting Server, by its name and its registrant",
         "IANA's registry, row 1824")
PRACTICE(2910, 2910, "tcp/udp",
         "tdaccess: registered by the person of Software Metrics' other ports",
         "IANA's registry, row 2910")
PRACTICE(2938, 2942, "tcp/udp",
         "SM-PAS: \"Printer Accounting Server\" by Software Metrics, which Sharp sold: SM Print "
         "Monitors, SM NTS Data Server, Release Station, Cashier, Deposit Station; which part had "
         "which port is not established",
         "Sharp's PAS manuals, servlib.com/sharp/printer/pas-sm7.html")
PRACTICE(2938, 2938, "tcp/udp", "Quoin: the accounting server (CAS)", "docs/protocol.md")
PRACTICE(2939, 2939, "tcp/udp", "Quoin: the device control engine (DCE)", "docs/protocol.md")
PRACTICE(2940, 2940, "tcp/udp", "Quoin: the document routing engine (DRE)", "docs/protocol.md")
PRACTICE(2941, 2941, "tcp/udp", "Quoin: the scan processing engine (SPE)", "docs/protocol.md")
PRACTICE(2942, 2942, "tcp/udp", "Quoin: the device monitoring engine (DME)", "docs/protocol.md")
PRACTICE(3702, 3702, "udp", "WS-Discovery: Windows finds printers and scanners by it",
         "OASIS WS-Discovery 1.1, 2.4")
PRACTICE(4940, 4942, "tcp/udp",
         "Equitrac Office; registered on 11 July 2007 by the person of SM-PAS-5",
         "IANA's registry, rows 4940-4942")
PRACTICE(5353, 5353, "udp",
         "DNS-SD over multicast DNS: printers announce themselves (AirPrint, Mopria)",
         "RFC 6762; RFC 6763")
PRACTICE(8443, 8443, "tcp", "Quoin: the pages (quoin-web)", "docs/web.md")
PRACTICE(8444, 8444, "tcp/udp", "Quoin: the web engine's own port", "docs/protocol.md")
PRACTICE(8515, 8515, "tcp", "Quoin: the LPD front door", "docs/doors.md")
PRACTICE(8631, 8631, "tcp", "Quoin: the IPP front door", "docs/doors.md")
PRACTICE(8639, 8639, "tcp", "Quoin: network card readers", "docs/cards.md")
PRACTICE(9100, 9109, "tcp",
         "raw printing (\"JetDirect\", AppSocket): what is sent is printed, nobody is asked who "
         "sends it; one port a port of a print server box",
         "p910nd(8); cups.org, Network Printers")
PRACTICE(9191, 9191, "tcp", "PaperCut: its pages and clients, http; registered to another",
         "papercut.com manuals, Firewall ports")
PRACTICE(9192, 9195, "tcp", "PaperCut: https, devices and site servers; assigned to nobody",
         "papercut.com manuals, Firewall ports")
