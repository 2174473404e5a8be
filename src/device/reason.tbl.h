// reason: REASON(keyword, severity where none is said, stops, text, what to do).
// RFC 8011 5.4.12, PWG 5100.9; at the end four of our own for what the Printer-MIB and PJL say.
REASON("media-empty", WARNING, true, "a tray has no paper", "Fill the tray.")
REASON("media-low", NOTE, false, "a tray is nearly empty", "Fill the tray soon.")
REASON("media-needed", WARNING, true, "it wants paper of another kind or size",
       "Put in the paper that its display asks for.")
REASON("media-jam", WORST, true, "paper is jammed",
       "Open it where its display says and take the paper out.")
REASON("toner-empty", WORST, true, "toner is used up", "Replace the cartridge.")
REASON("toner-low", WARNING, false, "toner is low", "Have a cartridge at hand.")
REASON("marker-supply-empty", WORST, true, "toner or ink is used up", "Replace the cartridge.")
REASON("marker-supply-low", WARNING, false, "toner or ink is low", "Have a cartridge at hand.")
REASON("marker-supply-missing", WORST, true, "a cartridge is missing",
       "Put the cartridge in, or seat it anew.")
REASON("marker-toner-cartridge-missing", WORST, true, "a toner cartridge is missing",
       "Put the cartridge in, or seat it anew.")
REASON("marker-waste-almost-full", WARNING, false, "its waste box is nearly full",
       "Have a new waste box at hand.")
REASON("marker-waste-full", WORST, true, "its waste box is full", "Replace the waste box.")
REASON("marker-waste-toner-receptacle-almost-full", WARNING, false,
       "its waste toner box is nearly full", "Have a new waste toner box at hand.")
REASON("marker-waste-toner-receptacle-full", WORST, true, "its waste toner box is full",
       "Replace the waste toner box.")
REASON("marker-waste-ink-receptacle-almost-full", WARNING, false,
       "its waste ink box is nearly full", "Have a new waste ink box at hand.")
REASON("marker-waste-ink-receptacle-full", WORST, true, "its waste ink box is full",
       "Replace the waste ink box.")
REASON("marker-ink-empty", WORST, true, "ink is used up", "Replace the cartridge.")
REASON("marker-ink-almost-empty", WARNING, false, "ink is low", "Have a cartridge at hand.")
REASON("marker-print-ribbon-empty", WORST, true, "its ribbon is used up", "Replace the ribbon.")
REASON("marker-print-ribbon-almost-empty", WARNING, false, "its ribbon is nearly used up",
       "Have a ribbon at hand.")
REASON("marker-adjusting-print-quality", NOTE, false, "it adjusts its print quality",
       "Wait: it goes on by itself.")
REASON("marker-fuser-thermistor-failure", WORST, true, "its fuser cannot measure its heat",
       "Call service.")
REASON("marker-fuser-timing-failure", WORST, true, "its fuser does not heat in time",
       "Switch it off and on; if it comes back, call service.")
REASON("developer-empty", WORST, true, "developer is used up", "Replace the developer unit.")
REASON("developer-low", WARNING, false, "developer is low", "Have a developer unit at hand.")
REASON("opc-life-over", WORST, true, "its drum is worn out", "Replace the drum.")
REASON("opc-near-eol", WARNING, false, "its drum is nearly worn out", "Have a drum at hand.")
REASON("fuser-over-temp", WORST, true, "its fuser is too hot",
       "Let it cool down; if it comes back, call service.")
REASON("fuser-under-temp", WARNING, true, "its fuser is too cold",
       "Wait: it warms up. If it stays, call service.")
REASON("cover-open", WORST, true, "a cover is open", "Close the cover.")
REASON("door-open", WORST, true, "a door is open", "Close the door.")
REASON("interlock-open", WORST, true, "a safety switch is open", "Close covers and doors.")
REASON("input-tray-missing", WORST, true, "a paper tray is pulled out", "Push the tray in.")
REASON("output-tray-missing", WORST, true, "an output tray is missing", "Put the tray in.")
REASON("output-area-almost-full", NOTE, false, "its output is nearly full",
       "Take the printed paper away.")
REASON("output-area-full", WORST, true, "its output is full", "Take the printed paper away.")
REASON("output-mailbox-select-failure", WORST, true, "it cannot reach a mailbox of its output",
       "Look into the mailboxes for paper; if it stays, call service.")
REASON("input-cannot-feed-size-selected", WARNING, true,
       "no tray has paper of the size that is wanted", "Put paper of that size in.")
REASON("input-manual-input-request", WARNING, true, "it waits for paper by hand",
       "Put the sheet in, and confirm at its display.")
REASON("input-media-change", NOTE, false, "the paper in a tray was changed", "")
REASON("input-tray-elevation-failure", WORST, true, "a tray does not lift its paper",
       "Take paper out and push the tray in again; if it stays, call service.")
REASON("input-tray-position-failure", WORST, true, "a tray does not sit right",
       "Pull the tray out and push it in again.")
REASON("interpreter-resource-unavailable", WARNING, false, "it lacks a font or a form",
       "See what its display asks for.")
REASON("interpreter-complex-page-encountered", WARNING, false,
       "a page was too complex for its memory", "Print the document as an image.")
REASON("media-path-cannot-duplex-media-selected", WARNING, false,
       "it cannot print this paper on both sides", "Print on one side, or use other paper.")
REASON("media-path-media-tray-missing", WORST, true, "a part of its paper path is missing",
       "Put the part in.")
REASON("media-path-media-tray-full", WORST, true, "its paper path is full", "Take the paper out.")
REASON("media-path-media-tray-almost-full", NOTE, false, "its paper path is nearly full",
       "Take the paper out.")
REASON("paused", WARNING, true, "it was paused", "Resume it at its panel or its page.")
REASON("moving-to-paused", WARNING, true, "it is being paused", "Resume it at its panel.")
REASON("deactivated", WORST, true, "it was taken out of service", "Ask who did, or activate it.")
REASON("shutdown", WORST, true, "it is switched off or shutting down", "Switch it on.")
REASON("power-down", WORST, true, "it is switching off", "Switch it on.")
REASON("power-up", NOTE, false, "it was switched on", "")
REASON("stopping", WARNING, true, "it is stopping", "Wait, then resume it.")
REASON("stopped-partly", WARNING, false, "some of its devices are stopped", "See which, there.")
REASON("connecting-to-device", NOTE, false, "it is being connected to", "")
REASON("timed-out", WARNING, false, "it does not answer its server",
       "See that it is switched on and in the network.")
REASON("spool-area-full", WORST, true, "its memory or disk is full",
       "Delete jobs that it stores, or restart it.")
REASON("hold-new-jobs", WARNING, false, "it holds new jobs", "Release them at its panel.")
REASON("identify-printer-requested", NOTE, false, "somebody asked it to show where it is", "")
REASON("printer-manual-reset", NOTE, false, "it was reset by hand", "")
REASON("printer-nms-reset", NOTE, false, "it was reset over the network", "")
REASON("printer-ready-to-print", NOTE, false, "it is ready", "")
REASON("configuration-change", NOTE, false, "its configuration was changed", "")
REASON("fuser-life-over", WORST, true, "its fuser is worn out", "Replace the fuser.")
REASON("finisher-jam", WORST, true, "paper is jammed in its finisher",
       "Open the finisher where its display says and take the paper out.")
REASON("finisher-empty", WARNING, false, "its finisher has no staples, wire or tape",
       "Fill the finisher.")
REASON("finisher-almost-empty", NOTE, false, "its finisher will soon need staples, wire or tape",
       "Have some at hand.")
REASON("finisher-full", WORST, true, "its finisher is full", "Take out what lies in it.")
REASON("finisher-almost-full", NOTE, false, "its finisher is nearly full",
       "Take out what lies in it.")
REASON("finisher-cover-open", WORST, true, "its finisher is open", "Close the finisher.")
REASON("finisher-interlock-open", WORST, true, "a safety switch of its finisher is open",
       "Close the finisher.")
REASON("finisher-missing", WARNING, false, "a part of its finisher is missing", "Put it in.")
REASON("finisher-life-almost-over", NOTE, false, "a part of its finisher is nearly worn out",
       "Have a new one at hand.")
REASON("finisher-life-over", WARNING, false, "a part of its finisher is worn out", "Replace it.")
REASON("finisher-failure", WARNING, false, "its finisher has failed",
       "Switch it off and on; if it comes back, call service.")
REASON("finisher-offline", WARNING, false, "its finisher is off", "Switch it on.")
REASON("finisher-event", NOTE, false, "its finisher tells something", "See its display.")
REASON("subunit-failure", WORST, true, "a part of it has failed",
       "Switch it off and on; if it comes back, call service.")
REASON("subunit-life-over", WARNING, false, "a part of it is worn out",
       "See its display for which, and replace it.")
REASON("subunit-life-almost-over", NOTE, false, "a part of it is nearly worn out",
       "See its display for which, and have one at hand.")
REASON("offline", WORST, true, "it was set offline at its panel", "Set it online there.")
REASON("service-needed", WORST, true, "it asks for service", "Call service.")
REASON("maintenance-due", WARNING, false, "its maintenance is overdue", "Order its maintenance.")
REASON("sleeping", NOTE, false, "it sleeps, and wakes up for a job", "")
REASON("warming-up", NOTE, false, "it warms up", "Wait: it goes on by itself.")
REASON("other", WARNING, false, "it tells something that has no name", "See its display.")
