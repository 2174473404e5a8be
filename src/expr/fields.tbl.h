// Everything that an expression may read. docs/policy.md shows these rows.
//
// FIELD(ID, "name", TYPE, "sentence"): of the work and of whoever made it.
// COUNTER(ID, "name", WINDOW, "sentence"): what the caller counts in the past. WINDOW 1: it takes a
//   duration, written name(10 minutes).
// ALIAS(ID, "name"): another word for the same.
FIELD(KIND, "kind", TEXT, "what is made: \"print\", \"copy\", \"scan\" or \"fax\"")
FIELD(QUEUE, "queue", TEXT, "the queue that the job was sent to")
FIELD(PRINTER, "printer", TEXT, "the printer that would print it")
FIELD(PULL_GROUP, "pull_group", TEXT, "the group of printers at which it can be released")
FIELD(PRINTER_STATE, "printer.state", TEXT,
      "\"idle\", \"processing\" or \"stopped\"; empty when it is not known")
FIELD(DOCUMENT, "document", TEXT, "the document's title; it is never kept with a charge")
FIELD(FORMAT, "format", TEXT, "what the document is: \"application/pdf\", …")
FIELD(MEDIA, "media", TEXT, "the paper that the job names: \"iso_a4_210x297mm\"")
FIELD(MEDIA_TYPE, "media_type", TEXT, "\"stationery\", \"labels\", \"photographic\", …")
FIELD(TRAY, "tray", TEXT, "the tray that the job names: \"tray-1\", \"by-pass-tray\"")
FIELD(FINISHINGS, "finishings", LIST, "what is asked for: \"staple\", \"punch\", \"fold\", …")
FIELD(PAGES, "pages", INT, "printed sides, all copies together")
FIELD(COLOR_PAGES, "color_pages", INT, "of these, how many mark in colour")
FIELD(MONO_PAGES, "mono_pages", INT, "of these, how many mark in black only")
FIELD(BLANK_PAGES, "blank_pages", INT, "of these, how many carry nothing")
FIELD(HEAVY_PAGES, "heavy_pages", INT,
      "of these, how many carry ink on more than 40 per cent of their area; 0 when it was not "
      "measured")
FIELD(SHEETS, "sheets", INT, "sheets of paper")
FIELD(COPIES, "copies", INT, "copies that were asked for")
FIELD(BYTES, "bytes", INT, "size of the document; 20 MB may be written")
FIELD(COLOR, "color", BOOL, "is any page in colour?")
FIELD(TWO_SIDED, "two_sided", BOOL, "does any page share its sheet?")
FIELD(SIZE, "size", SIZE, "the largest pages in it: small, normal, large or huge")
FIELD(AREA, "area", INT, "square millimetres of all its pages; 0 when it is not known")
FIELD(COST, "cost", MONEY, "what the job would cost by the price list")
FIELD(USER, "user", TEXT, "whose job it is")
FIELD(USER_NAME, "user.name", TEXT, "that person's full name")
FIELD(DEPARTMENT, "department", PATH,
      "that person's department; in \"science\" holds for science/physics too")
FIELD(LOCATION, "location", TEXT, "where that person sits")
FIELD(GROUPS, "groups", LIST, "the groups that person is in")
FIELD(AVAILABLE, "available", MONEY, "what that person can still spend")
FIELD(ACCOUNT, "account", TEXT, "the account that was chosen to pay; empty when none was")
FIELD(FROM, "from", TEXT, "the address that the job came from")
FIELD(IDENTITY, "identity", TEXT,
      "how it is known whose job it is: \"authenticated\", \"agent\", \"address\", \"claimed\" or "
      "\"none\"; empty of what no print client sent")
FIELD(DESTINATION, "destination", TEXT, "of a scan or fax: \"email\", \"folder\", a number")
FIELD(DURATION, "duration", DURATION, "how long a fax takes on the line")
FIELD(TIME, "time", TIME, "the time of day at the site")
FIELD(HOUR, "hour", INT, "its hour: 0 to 23")
FIELD(MINUTE, "minute", INT, "its minute: 0 to 59")
FIELD(WEEKDAY, "weekday", WEEKDAY, "monday to sunday")
FIELD(DATE, "date", DATE, "the date at the site: 2026-11-22")
FIELD(MONTH, "month", INT, "its month: 1 to 12")
FIELD(DAY, "day", INT, "its day of the month: 1 to 31")
COUNTER(DUPLICATES, "duplicates", 1,
        "how often the same person sent the same document within the time, this one not counted")
COUNTER(JOBS_TODAY, "jobs_today", 0, "jobs of that person since midnight, this one not counted")
COUNTER(PAGES_TODAY, "pages_today", 0, "pages of these jobs")
COUNTER(JOBS_THIS_MONTH, "jobs_this_month", 0, "jobs of that person since the first of the month")
COUNTER(PAGES_THIS_MONTH, "pages_this_month", 0, "pages of these jobs")
ALIAS(AVAILABLE, "balance")
ALIAS(DOCUMENT, "title")
ALIAS(COLOR_PAGES, "colour_pages")
ALIAS(COLOR, "colour")
