// Every command: parsing, --help, the man pages and docs/reference/commands.md come from here.
//
// COMMAND(id, name, arguments, fewest, most, who, sentence, details, options...)
//   name       one or two words; id is the function cli_ID that does it
//   arguments  as shown; fewest and most count them, most CLI_MANY: any number
//   who        "anyone"; "administrator": with the certificate in DIR/pki/admin.*
//   options    OPTION(name, value, sentence); value NULL: a switch. Beside them the common ones
#define IMPORT(id, many, columns, ...)                                                             \
    COMMAND(id##_import, #id " import", "FILE|-", 1, 1, "administrator",                           \
            "adds and changes " many " by a file of comma-separated values",                       \
            "The first line names the columns, in any order: " columns                             \
            ". Columns that are not there stay as they are. Commas, semicolons or tabs; names in " \
            "one cell stand between |. The same file again changes nothing. A line that is "       \
            "refused is told with its number and column and stops nothing; then it leaves with "   \
            "5.",                                                                                  \
            DRY_RUN,                                                                               \
            OPTION("make-missing", NULL,                                                           \
                   "adds departments, groups and what stands above an account where they are "     \
                   "not there yet"),                                                               \
            __VA_ARGS__)
#define EXPORT(id, many)                                                                           \
    COMMAND(id##_export, #id " export", "", 0, 0, "administrator",                                 \
            "prints " many " as comma-separated values",                                           \
            "In the form that \"quoin " #id                                                        \
            " import\" reads. A cell that a spreadsheet would take "                               \
            "for a formula has a ' before it, which importing takes away.",                        \
            NONE)
#define DEVICE_OPTIONS                                                                             \
    OPTION("title", "TEXT", "what stands on its screen: \"Library, ground floor\""),               \
        OPTION("printers", "PRINTER[,PRINTER...]",                                                 \
               "what it releases to; the first is meant where none is chosen"),                    \
        OPTION("pull-group", "GROUP", "releases to all printers of this group"),                   \
        OPTION(                                                                                    \
            "sign-in", "WAY[,WAY...]",                                                             \
            "card, card+pin, pin, password, ticket, release-key (default card,password,ticket)"),  \
        OPTION("idle", "SECONDS", "a session ends after so long without a touch (default 60)"),    \
        OPTION("longest", "SECONDS", "and at the latest after so long (default 600)"),             \
        OPTION("show-titles", "yes|no", "whether documents' names stand on its screen"),           \
        OPTION("register-cards", "yes|no",                                                         \
               "whether an unknown card may be registered here, with a password"),                 \
        OPTION("language", "TAG", "before anybody signed in: en, de, fr, ..."),                    \
        OPTION("reader", "KIND", "kind of its card reader, for the card formats"),                 \
        OPTION("reader-address", "NAME@ADDRESS|pcsc:READER",                                       \
               "the reader beside it: on the network, or at the engine's own host"),               \
        OPTION("location", "TEXT", "where it stands"),                                             \
        OPTION("panel", "HOST", "the panel application that alone may use it")
#define PAYER_OPTIONS                                                                              \
    OPTION("title", "TEXT", "what it is, for people"),                                             \
        OPTION("valid-from", "TIME", "from when it may be charged; \"\": always"),                 \
        OPTION("valid-until", "TIME", "from when it may be charged no more; \"\": without end"),   \
        OPTION("pin", "PIN", "what must be known to charge it, 4 to 64 characters; \"\": open"),   \
        OPTION("access", "inherit|everyone|listed|members",                                        \
               "who may charge it; inherit: as the one above it says"),                            \
        OPTION("may-charge", "WHO[,WHO...]",                                                       \
               "user:NAME, group:NAME or department:PATH: these and no others"),                   \
        OPTION("must-choose", "inherit|no|ask|must",                                               \
               "whether a department's people have to choose an account for a job"),               \
        OPTION("limit", "AMOUNT|unlimited", "how far below zero its balance may go"),              \
        OPTION("make-missing", NULL, "adds what stands above it where it is not there yet")
#define PAYER(id, one, many, path)                                                                 \
    COMMAND(id##_add, #id " add", path, 1, 1, "administrator", "adds a " one, "", PAYER_OPTIONS)   \
    COMMAND(id##_set, #id " set", path, 1, 1, "administrator", "changes a " one,                   \
            "What is not named stays as it is.", PAYER_OPTIONS)                                    \
    COMMAND(id##_list, #id " list", "[WORD...]", 0, 20, "administrator", "lists " many,            \
            "WORD finds those whose path or title has a word that begins so.",                     \
            OPTION("all", NULL, "also those that were removed"))                                   \
    COMMAND(id##_show, #id " show", path, 1, 1, "administrator", "shows one " one, "", NONE)       \
    COMMAND(id##_lock, #id " lock", path, 1, 1, "administrator",                                   \
            "lets nobody charge a " one " any more", "What stands below it is closed with it.",    \
            DRY_RUN)                                                                               \
    COMMAND(id##_unlock, #id " unlock", path, 1, 1, "administrator", "opens a " one " again", "",  \
            DRY_RUN)                                                                               \
    COMMAND(id##_remove, #id " remove", path, 1, 1, "administrator", "locks and hides a " one,     \
            "Nothing is deleted: added again, it is back with its history.", DRY_RUN)              \
    COMMAND(id##_move, #id " move", path " NEW", 2, 2, "administrator",                            \
            "gives a " one " and all below it another path",                                       \
            "History and balances stay theirs; the ledger's accounts are renamed by entries of "   \
            "its chain.",                                                                          \
            DRY_RUN)                                                                               \
    COMMAND(id##_history, #id " history", path, 1, 1, "administrator",                             \
            "tells who changed what of a " one ", the newest first", "",                           \
            OPTION("limit", "N", "at most so many (default 100)"))                                 \
    IMPORT(id, many,                                                                               \
           "name, title, locked, valid_from, valid_until, pin, access, may_charge, must_choose "   \
           "and limit",                                                                            \
           NONE)                                                                                   \
    EXPORT(id, many)
#define CUPS_OPTIONS                                                                               \
    OPTION("server-root", "FOLDER", "CUPS's settings (default /etc/cups)"),                        \
        OPTION("cupsd", "ADDRESS",                                                                 \
               "HOST[:PORT] or the path of a socket (default: as CUPS finds it)")
COMMAND(
    up, "up", "", 0, 0, "anyone", "runs a site on this machine, in the foreground",
    "Makes the site in DIR if there is none (its certificate authority, certificates and "
    "databases), starts the engines beside this program, waits until they serve, and starts "
    "again whatever ends by itself. All that it keeps is below DIR, its logs in DIR/log. SIGINT "
    "(Ctrl-C) and SIGTERM end all of it. In a folder made by \"quoin engine join\" it runs only "
    "the engines that joined.",
    OPTION("port-offset", "N",
           "adds N to every port: 2938 becomes 2938+N (default: as last time, "
           "or 0)"),
    OPTION("listen", "ADDRESS",
           "numeric address to listen on (default 127.0.0.1: this machine only)"),
    OPTION("lpd-port", "PORT", "where jobs come in by LPD (default 8515+N); 0: nowhere"),
    OPTION("metrics", "off|HOST", "where each engine tells its metrics (default: loopback)"),
    OPTION("store", "ADDRESS",
           "where accounts and the ledger are kept: postgresql://USER@HOST:PORT/DATABASE, or "
           "sqlite: for a file in DIR (default: as last time, or sqlite:); see docs/stores.md"),
    OPTION("demo", NULL,
           "adds a virtual printer, a queue and a person, prints a sample and shows "
           "what happened"))
COMMAND(status, "status", "", 0, 0, "administrator", "shows whether the engines serve", "",
        OPTION("wait", "SECONDS", "waits so long for all engines to serve"))
COMMAND(
    store_copy, "store copy", "FROM TO", 2, 2, "anyone",
    "copies a site's accounts from one store to another and proves that both are equal",
    "FROM and TO are sqlite:FILE (sqlite: alone is this site's own file) or "
    "postgresql://USER@HOST:PORT/DATABASE. No engine may have either open; TO must be empty. "
    "All is written in one transaction, and kept only if both chains are good and their heads, "
    "the sums of all accounts, and the rows and digest of every table are equal. Then: quoin up "
    "--store TO.",
    OPTION("dry-run", NULL, "reads and verifies FROM, looks whether TO is empty, writes nothing"))
COMMAND(store_prepare, "store prepare", "ADDRESS ROLE", 2, 2, "anyone",
        "makes the tables on PostgreSQL as their owner, and gives ROLE what CAS needs",
        "ADDRESS is postgresql://OWNER@HOST:PORT/DATABASE; ROLE is the one that quoin up --store "
        "names. It may read and add, and change what is not kept for ever; never an entry of the "
        "ledger. Again after each upgrade, before quoin up.",
        NONE)
COMMAND(
    store_forget_pepper, "store forget-pepper", "[ADDRESS]", 0, 1, "anyone",
    "removes PINs and cards where the file they were keyed with is lost",
    "For a store (default sqlite:, the file in DIR) whose DIR/cas/pepper is gone for good; CAS is "
    "stopped meanwhile. All PINs and "
    "cards go, and the pepper that is in DIR now, or is made, counts from then on. Passwords stay.",
    NONE)
COMMAND(user_add, "user add", "NAME", 1, 1, "administrator", "adds a person",
        "NAME is the name that print clients send: 1 to 128 bytes without control characters, ':' "
        "and '/'. Who was removed comes back with all there was.",
        OPTION("balance", "AMOUNT", "what a new person has to spend (default 0.00)"),
        OPTION("full-name", "TEXT", "the name for people"),
        OPTION("email", "ADDRESS", "where notices go"),
        OPTION("department", "PATH", "such as science/physics; \"\": none"),
        OPTION("location", "TEXT", "where to find the person"),
        OPTION("language", "TAG", "such as de or pt-BR"),
        OPTION("groups", "NAME[,NAME...]", "these and no others; \"\": none"),
        OPTION("default-account", "ACCOUNT",
               "code:NAME, department:PATH or shared:NAME that pays where nothing is chosen"),
        OPTION("must-choose", "inherit|no|ask|must",
               "whether an account has to be chosen for a job"),
        OPTION("may-transfer", "yes|no", "whether the person may give money to others"),
        OPTION("limit", "AMOUNT|unlimited",
               "how far below zero the balance may go; unlimited: never refused for money"),
        OPTION("make-missing", NULL, "adds the department and groups where they are not there yet"))
COMMAND(user_list, "user list", "[WORD...]", 0, 20, "administrator",
        "lists people and their balances",
        "WORD finds people whose name, full name or e-mail address has a word that begins so.",
        OPTION("department", "PATH", "only people in this department"),
        OPTION("group", "NAME", "only people in this group"),
        OPTION("all", NULL, "also people who were removed"))
COMMAND(user_set, "user set", "NAME", 1, 1, "administrator", "changes what is known of a person",
        "What is not named stays as it is.", OPTION("full-name", "TEXT", "the name for people"),
        OPTION("email", "ADDRESS", "where notices go"),
        OPTION("department", "PATH", "such as science/physics; \"\": none"),
        OPTION("location", "TEXT", "where to find the person"),
        OPTION("language", "TAG", "such as de or pt-BR"),
        OPTION("groups", "NAME[,NAME...]", "these and no others; \"\": none"),
        OPTION("default-account", "ACCOUNT",
               "code:NAME, department:PATH or shared:NAME that pays where nothing is chosen"),
        OPTION("must-choose", "inherit|no|ask|must",
               "whether an account has to be chosen for a job"),
        OPTION("may-transfer", "yes|no", "whether the person may give money to others"),
        OPTION("limit", "AMOUNT|unlimited",
               "how far below zero the balance may go; unlimited: never refused for money"),
        OPTION("make-missing", NULL, "adds the department and groups where they are not there yet"))
COMMAND(user_lock, "user lock", "NAME", 1, 1, "administrator", "lets a person print nothing more",
        "What was sent before stays.", DRY_RUN)
COMMAND(user_unlock, "user unlock", "NAME", 1, 1, "administrator", "lets a person print again",
        "Also ends the wait of somebody who was wrong too often at signing in.", DRY_RUN)
COMMAND(user_remove, "user remove", "NAME", 1, 1, "administrator", "locks and hides a person",
        "Nothing is deleted: history and balance stay, and \"quoin user add\" with the same name "
        "brings the person back with all of it.",
        DRY_RUN)
COMMAND(user_rename, "user rename", "NAME NEW", 2, 2, "administrator",
        "gives a person another name",
        "Balance and history stay the person's; the old name becomes an alias and keeps working. "
        "The ledger's account is renamed by an entry of its chain.",
        NONE)
COMMAND(user_alias, "user alias", "NAME ALIAS", 2, 2, "administrator",
        "lets another name mean the same person", "",
        OPTION("remove", NULL, "takes the alias away again"))
COMMAND(user_merge, "user merge", "FROM INTO", 2, 2, "administrator",
        "makes two accounts of one person one",
        "FROM's balances move to INTO, and all names of FROM become aliases of INTO. Refused while "
        "money of FROM is set aside for jobs under way.",
        DRY_RUN)
COMMAND(user_history, "user history", "NAME", 1, 1, "administrator",
        "tells who changed what of a person, the newest first", "",
        OPTION("limit", "N", "at most so many (default 100)"))
COMMAND(user_accounts, "user accounts", "NAME", 1, 1, "administrator",
        "lists a person's favourite accounts and those used last", "", NONE)
COMMAND(user_favourite, "user favourite", "NAME ACCOUNT", 2, 2, "administrator",
        "marks an account as one that a person often charges",
        "ACCOUNT is code:NAME (or NAME), department:PATH or shared:NAME.",
        OPTION("remove", NULL, "takes the mark away"))
IMPORT(user, "users",
       "name, full_name, email, department, location, language, groups, aliases, "
       "default_account, must_choose, may_transfer, locked, limit, and balance and allotment, "
       "which are for new users only",
       OPTION("lock-missing", NULL,
              "locks everybody who is not in the file; refused where that is more than one in ten"),
       OPTION("yes", NULL, "locks them all the same"))
EXPORT(user, "users")
#include "cli/alert.tbl.h"
#include "cli/sign_in.tbl.h"
COMMAND(group_add, "group add", "NAME", 1, 1, "administrator", "adds a group of people", "",
        OPTION("title", "TEXT", "what it is, for people"),
        OPTION("must-choose", "inherit|no|ask|must",
               "whether its people have to choose an account for a job"))
COMMAND(group_set, "group set", "NAME", 1, 1, "administrator", "changes a group", "",
        OPTION("title", "TEXT", "what it is, for people"),
        OPTION("must-choose", "inherit|no|ask|must",
               "whether its people have to choose an account for a job"))
COMMAND(group_list, "group list", "", 0, 0, "administrator", "lists groups", "", NONE)
COMMAND(group_join, "group join", "GROUP NAME...", 2, 1000, "administrator",
        "puts people into a group", "", NONE)
COMMAND(group_leave, "group leave", "GROUP NAME...", 2, 1000, "administrator",
        "takes people out of a group", "", NONE)
COMMAND(group_remove, "group remove", "NAME", 1, 1, "administrator", "hides a group",
        "Nobody gets anything by it any more; added again, it has the people that it had.", DRY_RUN)
COMMAND(group_history, "group history", "NAME", 1, 1, "administrator",
        "tells who changed what of a group, the newest first", "",
        OPTION("limit", "N", "at most so many (default 100)"))
IMPORT(group, "groups", "name, title and must_choose", NONE)
EXPORT(group, "groups")
PAYER(department, "department", "departments", "PATH")
PAYER(code, "billing code", "billing codes", "PATH")
PAYER(shared, "shared account", "shared accounts", "NAME")
COMMAND(user_show, "user show", "NAME", 1, 1, "administrator", "shows one person", "", NONE)
COMMAND(user_deposit, "user deposit", "NAME AMOUNT", 2, 2, "administrator",
        "puts money on a person's account",
        "A negative AMOUNT takes it away; write it after \"--\": quoin user deposit mary -- -2.50.",
        OPTION("why", "TEXT", "the reason that the ledger keeps"))
COMMAND(user_limit, "user limit", "NAME AMOUNT|unlimited", 2, 2, "administrator",
        "sets how far below zero a balance may go", "0.00: not at all; unlimited: without end.",
        NONE)
COMMAND(
    user_purses, "user purses", "NAME", 1, 1, "administrator", "shows a person's two purses",
    "The allotment is what was granted, and is spent first; the paid purse is what was paid in.",
    NONE)
COMMAND(user_adjust, "user adjust", "NAME AMOUNT", 2, 2, "administrator",
        "corrects a purse by an entry with a reason",
        "A negative AMOUNT takes away; write it after \"--\": quoin user adjust --why TEXT mary -- "
        "-2.50.",
        OPTION("why", "TEXT", "the reason; must be said"),
        OPTION("reference", "TEXT", "a number of your own, such as a ticket's"),
        OPTION("purse", "paid|allotment", "which purse (default paid)"),
        OPTION("if-balance", "AMOUNT", "only if the purse's balance is just this"))
COMMAND(user_transfer, "user transfer", "FROM TO AMOUNT", 3, 3, "administrator",
        "moves a person's own money to another one",
        "Of the paid purse only, nothing that is set aside and nothing of an overdraft. Whether it "
        "is allowed says quoin money show.",
        OPTION("why", "TEXT", "the reason that the ledger keeps"))
COMMAND(
    grant_add, "grant add", "[NAME]", 0, 1, "administrator", "grants to allotments",
    "To one person, or to all of a group, of a department or of the site, page by page. A run over "
    "many has a reference: the same command again goes on where it was broken off and grants "
    "nobody "
    "twice. Paid money is never touched.",
    OPTION("group", "NAME", "to all members"),
    OPTION("department", "PATH", "to all people of it, not of those below it"),
    OPTION("everyone", NULL, "to everybody"), OPTION("amount", "AMOUNT", "how much is added"),
    OPTION("up-to", "CAP", "with --amount: adds only as far as the allotment reaches this"),
    OPTION("set-to", "AMOUNT", "the allotment is this afterwards; takes back what is above"),
    OPTION("why", "TEXT", "the reason; must be said"), OPTION("reference", "TEXT", "names the run"),
    DRY_RUN)
COMMAND(cash_deposit, "cash deposit", "NAME AMOUNT", 2, 2, "administrator",
        "takes money at a cash desk", "",
        OPTION("reference", "TEXT", "the receipt's number; a desk takes each once"),
        OPTION("desk", "NAME", "the desk (default main)"),
        OPTION("why", "TEXT", "the reason that the ledger keeps"))
COMMAND(cash_withdraw, "cash withdraw", "NAME AMOUNT", 2, 2, "administrator",
        "pays money out at a cash desk",
        "Only a person's own: of the paid purse, nothing that is set aside or of an overdraft.",
        OPTION("reference", "TEXT", "the receipt's number; a desk takes each once"),
        OPTION("desk", "NAME", "the desk (default main)"),
        OPTION("why", "TEXT", "the reason that the ledger keeps"))
COMMAND(cash_list, "cash list", "", 0, 0, "administrator",
        "lists payments at cash desks, and their closing sum", "",
        OPTION("day", "DATE", "of this day by the site's clock: 2026-11-22"),
        OPTION("since", "TIME", "only then or later"), OPTION("until", "TIME", "only before"),
        OPTION("desk", "NAME", "only this desk's"),
        OPTION("by", "ASKER", "only booked by this one, as listed"))
COMMAND(charge_show, "charge show", "JOB|RESERVATION", 1, 1, "administrator",
        "shows who bears a charge, and who did before", "", NONE)
COMMAND(
    charge_move, "charge move", "JOB|RESERVATION", 1, 1, "administrator",
    "moves a settled charge to other accounts",
    "By new entries: each who paid gets it back, and the new ones pay. What was refunded stays so. "
    "ACCOUNT is user:NAME, department:PATH, code:PATH or shared:NAME; several with per cents: "
    "--to code:acme/17=60,user:mary=40; one without a per cent gets the rest.",
    OPTION("to", "ACCOUNT[=PERCENT,...]", "who bears it from now on"),
    OPTION("why", "TEXT", "the reason; must be said"),
    OPTION("force", NULL,
           "also to closed accounts and to those that have not enough: their limit grows by an "
           "entry"),
    DRY_RUN)
COMMAND(
    refund_ask, "refund ask", "JOB|RESERVATION", 1, 1, "administrator", "asks for a refund",
    "Of pages, of an amount, or of all that is left. What the device said goes along, and where "
    "the site refunds by rule (quoin money set) it may be given at once.",
    OPTION("reason", "TEXT", "must be said"), OPTION("pages", "N", "so many of the pages"),
    OPTION("amount", "AMOUNT", "so much of the charge"))
COMMAND(refund_list, "refund list", "", 0, 0, "administrator", "lists refunds", "",
        OPTION("status", "asked|approved|denied", "only those"),
        OPTION("user", "NAME", "only this person's"))
COMMAND(refund_approve, "refund approve", "ID", 1, 1, "administrator", "gives a refund",
        "To all who bear the charge, in proportion; never more than is left of it.",
        OPTION("amount", "AMOUNT", "another amount than was asked"),
        OPTION("why", "TEXT", "told with it"), OPTION("reference", "TEXT", "a number of your own"))
COMMAND(refund_deny, "refund deny", "ID", 1, 1, "administrator", "denies a refund", "",
        OPTION("why", "TEXT", "must be said"))
COMMAND(
    payer_rule, "payer rule", "SCOPE", 1, 1, "administrator", "sets who pays",
    "SCOPE is user:NAME, queue:NAME, group:NAME, department:PATH or site. Each thing is taken from "
    "the first rule that says it, in this order; departments from the person's own upwards. The "
    "rule is set as a whole; without options it is removed.",
    OPTION("pays", "WHO", "person, department, an account, or shares: department=50,person=50"),
    OPTION("choose", "no|may|must", "whether the person chooses an account"),
    OPTION("without", "hold|person|refuse", "what happens where one must and did not"),
    OPTION("kinds", "KIND[,...]", "what may be chosen: person, department, code, shared"),
    OPTION("split", "no|may", "whether several may be chosen"),
    OPTION("why", "TEXT", "kept with the change"))
COMMAND(payer_rules, "payer rules", "", 0, 0, "administrator", "lists the rules of who pays", "",
        NONE)
COMMAND(money_show, "money show", "", 0, 0, "administrator",
        "shows the settings of transfers and refunds", "", NONE)
COMMAND(money_set, "money set", "", 0, 0, "administrator",
        "sets the settings of transfers and refunds",
        "What is not named stays as it is. An amount of 0 at --transfer-most and "
        "--transfer-reaches: none is set.",
        OPTION("transfers", "no|permitted|everyone",
               "who may: nobody, people whose account says so, everyone"),
        OPTION("transfer-most", "AMOUNT", "of one transfer"),
        OPTION("transfer-leaves", "AMOUNT", "what the sender keeps at least"),
        OPTION("transfer-reaches", "AMOUNT", "what the receiver has at most afterwards"),
        OPTION("refund-by-rule", "yes|no",
               "refunds at once what the device's own count or an aborted job proves"),
        OPTION("refund-most", "AMOUNT", "by rule only up to this"),
        OPTION("refund-minutes", "N", "by rule only so long after the charge"))
COMMAND(printer_add, "printer add", "NAME URI", 2, 2, "administrator", "adds a printer",
        "URI is ipp://HOST[:PORT]/PATH, ipps://… or socket://HOST[:9100].",
        OPTION("pull-group", "GROUP", "printers that can stand for each other; prices can name it"),
        OPTION("finishings", "NAME[,NAME...]",
               "what it can do to printed sheets: staple, punch, fold, …; of IPP printers"))
COMMAND(printer_set, "printer set", "NAME", 1, 1, "administrator", "changes a printer",
        "What is not named stays as it is. Its address is not changed while jobs wait for it.",
        OPTION("uri", "URI", "its address"),
        OPTION("pull-group", "GROUP", "its pull group; none: it belongs to none"),
        OPTION("finishings", "NAME[,NAME...]",
               "what it can do to printed sheets: staple, punch, fold, …; none: nothing"),
        DRY_RUN)
COMMAND(printer_list, "printer list", "", 0, 0, "administrator", "lists printers and their state",
        "", NONE)
COMMAND(printer_remove, "printer remove", "NAME", 1, 1, "administrator", "removes a printer",
        "Queues that deliver to it must be removed first.", DRY_RUN)
COMMAND(
    queue_add, "queue add", "NAME", 1, 1, "administrator", "adds a queue",
    "People print to ipp://HOST:8631/ipp/print/NAME. A direct queue counts, reserves, delivers and "
    "settles at once; a hold queue waits for \"quoin job release\".",
    OPTION("mode", "direct|hold", "what happens to a job once it is counted (default direct)"),
    OPTION("printer", "PRINTER", "where it delivers: needed, and added before"),
    OPTION("short-of-money", "refuse|hold",
           "what happens when the balance does not pay for a job "
           "(default refuse)"),
    OPTION("keep-documents", "HOURS",
           "keeps each document, encrypted, for so long after it was printed, so that \"quoin "
           "recount\" can read it again (default 0: it is destroyed at once; at most 8784)"),
    OPTION("account", "ACCOUNT", "pays for jobs that name no account"),
    OPTION("must-choose", "yes|no",
           "whether a job that names no account waits until one is chosen "
           "(default no)"),
    OPTION("measure-ink", "yes|no",
           "whether the ink on each page is measured, so that prices by ink (coverage) fit; pages "
           "are drawn for it, which takes longer (default no)"),
    OPTION("expire", "HOURS", "a job that waits so long ends (default 72; 1 to 8784)"),
    OPTION("trust", "claimed|address|agent|authenticated",
           "how its users must be known at least; jobs of others wait until somebody claims them "
           "(default claimed)"),
    OPTION("guests", "yes|no",
           "whether jobs of unknown users wait with a release key (default no)"),
    OPTION("raw-port", "PORT", "takes documents as they come on this port of TCP"),
    OPTION("announce", "yes|no", "whether it is announced on the network by DNS-SD (default no)"))
COMMAND(
    queue_set, "queue set", "NAME", 1, 1, "administrator", "changes a queue",
    "What is not named stays as it is. Jobs that were accepted before stay with the printer they "
    "were priced for.",
    OPTION("mode", "direct|hold", "what happens to a job once it is counted"),
    OPTION("printer", "PRINTER", "where it delivers"),
    OPTION("short-of-money", "refuse|hold", "what happens when the balance does not pay for a job"),
    OPTION("keep-documents", "HOURS", "how long documents are kept after they were printed"),
    OPTION("account", "ACCOUNT", "pays for jobs that name no account; none: whom the rules say"),
    OPTION("must-choose", "yes|no",
           "whether a job that names no account waits until one is chosen"),
    OPTION("measure-ink", "yes|no", "whether the ink on each page is measured"),
    OPTION("expire", "HOURS", "a job that waits so long ends (1 to 8784)"),
    OPTION("trust", "claimed|address|agent|authenticated",
           "how its users must be known at least; jobs of others wait until somebody claims them"),
    OPTION("guests", "yes|no", "whether jobs of unknown users wait with a release key"),
    OPTION("raw-port", "PORT|none", "takes documents as they come on this port of TCP"),
    OPTION("announce", "yes|no", "whether it is announced on the network by DNS-SD"), DRY_RUN)
COMMAND(queue_list, "queue list", "", 0, 0, "administrator", "lists queues", "", NONE)
COMMAND(queue_show, "queue show", "NAME", 1, 1, "administrator", "shows one queue", "", NONE)
COMMAND(queue_remove, "queue remove", "NAME", 1, 1, "administrator", "removes a queue",
        "Refused while it has jobs that are not finished.", DRY_RUN)
COMMAND(price_show, "price show", "", 0, 0, "administrator", "shows the price list", "",
        OPTION("version", "N", "an earlier version of it"))
COMMAND(
    price_set, "price set", "", 0, 0, "administrator", "sets prices",
    "What is not named stays as it is. A price list of four amounts is by size of page: small (up "
    "to A5), normal (up to A4), large (up to A3), huge; one amount is for all sizes.",
    OPTION("mono", "AMOUNT[,AMOUNT...]", "a page without colour"),
    OPTION("color", "AMOUNT[,AMOUNT...]", "a page with colour"),
    OPTION("duplex", "PERCENT", "what a two-sided page costs of a one-sided one, 0 to 1000"),
    OPTION("per-job", "AMOUNT", "added to every job"), DRY_RUN)
COMMAND(price_list, "price list", "", 0, 0, "administrator", "lists the price books", "", NONE)
COMMAND(price_book, "price book", "NAME", 1, 1, "administrator", "shows a price book",
        "All that it says, rule by rule. A charge names the rules that made it as NAME.RULE.", NONE)
COMMAND(price_history, "price history", "[NAME]", 0, 1, "administrator",
        "tells who changed a price book, when and why", "Without NAME: the book base.", NONE)
COMMAND(
    price_quote, "price quote", "", 0, 0, "administrator", "tells what a job would cost",
    "Line by line, by the price book that fits it; nothing is reserved. Pages are sides, copies "
    "included.",
    OPTION("user", "NAME", "whose job it is: needed"),
    OPTION("queue", "NAME", "the queue that it is sent to"),
    OPTION("pages", "N", "pages in all (default 1)"),
    OPTION("color", "N", "of these in colour (default 0)"),
    OPTION("size", "a5|a4|a3|huge", "of the pages (default a4)"),
    OPTION("two-sided", NULL, "two pages share a sheet"),
    OPTION("kind", "print|copy|scan|fax", "what is made (default print)"),
    OPTION("media-type", "TYPE", "such as labels"),
    OPTION("account", "ACCOUNT", "chosen to pay: department:science"),
    OPTION("to", "DESTINATION", "of a scan or fax: email, folder, a number"))
COMMAND(
    price_what_if, "price what-if", "", 0, 0, "administrator",
    "tells what past jobs would cost by other prices",
    "Prices what was charged in a time once more, by the price books of now, and sums the "
    "difference by department and person. To try a tariff, write its books into a file and name it "
    "with --book, or enter them with a valid-from that lies ahead, and name a time at which they "
    "are valid with --tariff-at. Nothing is changed.",
    OPTION("book", "FILE",
           "with the books of its section \"price\" in place of those of their names, as quoin "
           "config export writes it; -: standard input"),
    OPTION("since", "TIME", "2026-11-01 or 2026-11-01T10:00:00, in UTC: needed"),
    OPTION("until", "TIME", "before then (default: now)"),
    OPTION("tariff-at", "TIME", "by the books that are valid then, not when the job was made"),
    OPTION("without", "BOOK", "as if this book were not there"),
    OPTION("most", "N", "shows so many people (default 10, at most 100)"))
COMMAND(quota_list, "quota list", "", 0, 0, "administrator", "lists quotas", "", NONE)
COMMAND(quota_show, "quota show", "NAME", 1, 1, "administrator", "shows one quota", "", NONE)
COMMAND(
    quota_set, "quota set", "NAME", 1, 1, "administrator", "adds or changes a quota",
    "What is not named stays as it is. A job that would pass the limit is refused or held; how "
    "much is left is enforced when its money is set aside. A new limit acts at once, and what was "
    "used is not lost.",
    OPTION("counts", "pages|color-pages|sheets|area|money",
           "what it counts; area in square metres"),
    OPTION("most", "N", "how much of it in a period"),
    OPTION("period", "day|week|month|term|year|always",
           "when it renews (default month; always: never)"),
    OPTION("each", "user|group|department|printer|queue|all",
           "what has a counter of its own (default user); all: one for all together"),
    OPTION("for", "LIST",
           "whom and what it is for: user:NAME,group:NAME,department:PATH,queue:NAME,printer:NAME,"
           "kind:print|copy|scan|fax; \"\": everyone"),
    OPTION("except", "LIST", "not for these: user:NAME,group:NAME,department:PATH"),
    OPTION("carry", "PERCENT", "so much of what was left goes into the next period (default 0)"),
    OPTION("carry-most", "N", "but at most so much"),
    OPTION("warn", "PERCENT[,PERCENT...]", "tells people once when so much is used"),
    OPTION("advice", "TEXT", "the last sentence of a refusal"),
    OPTION("why", "TEXT", "the reason that the audit keeps"), DRY_RUN)
COMMAND(quota_suspend, "quota suspend", "NAME", 1, 1, "administrator",
        "counts and refuses nothing until it is resumed", "", NONE)
COMMAND(quota_resume, "quota resume", "NAME", 1, 1, "administrator",
        "lets a suspended quota count again", "", NONE)
COMMAND(quota_remove, "quota remove", "NAME", 1, 1, "administrator", "removes a quota",
        "What was used of it is kept, should it come back under its name.", DRY_RUN)
COMMAND(quota_use, "quota use", "[NAME]", 0, 1, "administrator",
        "shows what is used, reserved and left in this period",
        "Of a quota that nobody used in this period, only a named user, group, department, printer "
        "or queue has a line.",
        OPTION("user", "NAME", "only this person's"), OPTION("group", "NAME", "only this group's"),
        OPTION("department", "PATH", "only this department's"),
        OPTION("printer", "NAME", "only this printer's"),
        OPTION("queue", "NAME", "only this queue's"),
        OPTION("limit", "N", "at most so many (default: all)"))
COMMAND(quota_reset, "quota reset", "NAME", 1, 1, "administrator",
        "puts back to 0 what was used in this period",
        "What jobs under way have reserved stays reserved.", OPTION("user", "NAME", "of a person"),
        OPTION("group", "NAME", "of a group"), OPTION("department", "PATH", "of a department"),
        OPTION("printer", "NAME", "of a printer"), OPTION("queue", "NAME", "of a queue"),
        OPTION("all", NULL, "of all"), DRY_RUN)
COMMAND(grant_set, "grant set", "NAME", 1, 1, "administrator",
        "adds or changes a schedule that grants money to allotments",
        "What is not named stays as it is. Each run grants once to each person, also if it is "
        "interrupted. See quoin schedule to run, suspend or remove it.",
        OPTION("when", "\"MINUTE HOUR DAY MONTH WEEKDAY\"",
               "when: \"0 6 1 * *\", @daily, @weekly, @monthly"),
        OPTION("amount", "AMOUNT", "how much"),
        OPTION("mode", "add|set-to|up-to", "adds it (default), sets to it, or adds up to --cap"),
        OPTION("cap", "AMOUNT", "of up-to"),
        OPTION("to", "all|LIST", "to whom: user:NAME,group:NAME,department:PATH"),
        OPTION("zone", "ZONE", "by the clock of Europe/Berlin (default: the site's)"),
        OPTION("missed", "latest|all",
               "which missed runs are made up for, once (default latest; all: the last 31)"),
        OPTION("why", "TEXT", "the reason that the ledger keeps (default: NAME)"), DRY_RUN)
COMMAND(grant_list, "grant list", "", 0, 0, "administrator", "lists schedules that grant", "", NONE)
COMMAND(schedule_list, "schedule list", "", 0, 0, "administrator", "lists schedules", "", NONE)
COMMAND(schedule_show, "schedule show", "NAME", 1, 1, "administrator", "shows one schedule", "",
        NONE)
COMMAND(schedule_set, "schedule set", "NAME", 1, 1, "administrator",
        "adds or changes a schedule that grants nothing",
        "What is not named stays as it is. For grants see quoin grant set.",
        OPTION("when", "\"MINUTE HOUR DAY MONTH WEEKDAY\"",
               "when: \"0 6 1 * *\", @hourly, @daily, @weekly, @monthly, @yearly; day L is a "
               "month's last"),
        OPTION("do", "TASK", "what: quota-reset, lapse, checkpoint, close"),
        OPTION("quota", "NAME", "which quota quota-reset puts back"),
        OPTION("zone", "ZONE", "by the clock of Europe/Berlin (default: the site's)"),
        OPTION("missed", "latest|all",
               "which missed runs are made up for, once (default latest; all: the last 31)"),
        DRY_RUN)
COMMAND(schedule_suspend, "schedule suspend", "NAME", 1, 1, "administrator",
        "begins no run until it is resumed", "What is due meanwhile is not made up for.", NONE)
COMMAND(schedule_resume, "schedule resume", "NAME", 1, 1, "administrator",
        "lets a suspended schedule run again", "", NONE)
COMMAND(schedule_remove, "schedule remove", "NAME", 1, 1, "administrator", "removes a schedule",
        "A run that has begun goes on.", DRY_RUN)
COMMAND(schedule_run, "schedule run", "NAME", 1, 1, "administrator", "runs a schedule now",
        "Waits until it is done. Leaves with 5 if it could not serve some. The run that is due "
        "next comes all the same.",
        DRY_RUN)
COMMAND(schedule_runs, "schedule runs", "[NAME]", 0, 1, "administrator",
        "lists runs, the newest first", "",
        OPTION("limit", "N", "at most so many (default 50, at most 500)"))
COMMAND(site_time, "site time", "", 0, 0, "administrator",
        "shows or sets the site's zone, week and terms",
        "Quotas renew, schedules run and rules read the hour by this clock.",
        OPTION("zone", "ZONE", "such as Europe/Berlin (at first: this machine's)"),
        OPTION("week-begins", "DAY", "the first day of a week (at first monday)"),
        OPTION("terms", "NAME=FIRST..LAST,...",
               "terms, in order: autumn=2026-09-01..2027-01-31; \"\": none"),
        DRY_RUN)
COMMAND(
    policy_check, "policy check", "FILE", 1, 1, "anyone", "checks a file of rules and its examples",
    "Compiles FILE and runs every \"expect\" in it; docs/policy.md tells the language. Nothing is "
    "set. Leaves with 5 if anything is wrong.",
    NONE)
COMMAND(policy_test, "policy test", "FILE [FIELD=VALUE...]", 1, CLI_MANY, "anyone",
        "shows what a file of rules says of one job",
        "The job is one black page at noon on Monday, 2024-01-01, but for what is said of it: "
        "user=mary "
        "groups=students,library pages=120 color_pages=3 hour=19. Shows every rule that is tried, "
        "whether it is met, and what it read.",
        NONE)
COMMAND(
    policy_set, "policy set", "NAME FILE", 2, 2, "administrator", "puts a file of rules in force",
    "It replaces what NAME was. Refused while it does not compile or an example does not come out. "
    "Sets are tried by their order, the least first; those of one order by name.",
    OPTION("queue", "QUEUE[,QUEUE...]",
           "for these queues; * and ? stand for any letters and any one (default: all)"),
    OPTION("order", "N", "its place among the sets (default 0)"),
    OPTION("why", "TEXT", "the reason that the audit keeps"), DRY_RUN)
COMMAND(policy_list, "policy list", "", 0, 0, "administrator", "lists the rule sets in force", "",
        NONE)
COMMAND(policy_show, "policy show", "NAME", 1, 1, "administrator", "shows a rule set", "",
        OPTION("version", "N", "an earlier version of it"))
COMMAND(policy_history, "policy history", "NAME", 1, 1, "administrator",
        "lists the versions of a rule set, the newest first", "", NONE)
COMMAND(policy_diff, "policy diff", "NAME [FILE]", 1, 2, "administrator",
        "compares a rule set with FILE or with another version", "",
        OPTION("from", "N", "the earlier version (default: the one in force)"),
        OPTION("to", "N", "the later version (default: the one in force)"))
COMMAND(policy_rollback, "policy rollback", "NAME", 1, 1, "administrator",
        "puts an earlier version of a rule set in force again",
        "Without --to it takes back the last change, also a removal.",
        OPTION("to", "N", "this version"), OPTION("why", "TEXT", "the reason that the audit keeps"),
        DRY_RUN)
COMMAND(policy_remove, "policy remove", "NAME", 1, 1, "administrator", "removes a rule set",
        "Its versions are kept: \"quoin policy rollback\" brings it back.",
        OPTION("why", "TEXT", "the reason that the audit keeps"), DRY_RUN)
COMMAND(
    policy_try, "policy dry-run", "FILE", 1, 1, "administrator",
    "tells what a file of rules would have done to the jobs of the past",
    "Tries every job that was printed and charged, in the order of their times: how many would "
    "have "
    "been denied, held, changed or charged otherwise, what that saves, and whose jobs. Nothing is "
    "set or changed. The titles of documents are not kept, so rules about them are never met.",
    OPTION("since", "TIME",
           "only jobs that ended then or later: 2026-11-01 or 2026-11-01T10:00:00, "
           "in UTC (default: all that is kept)"),
    OPTION("until", "TIME", "only jobs that ended before"),
    OPTION("queue", "QUEUE[,QUEUE...]",
           "only jobs on these queues; * and ? as in policy set (default: all)"))
COMMAND(job_list, "job list", "", 0, 0, "administrator", "lists jobs, the oldest first",
        "A job's cost is what is reserved until it is settled, and what was charged then.",
        OPTION("user", "NAME", "only this person's"), OPTION("queue", "NAME", "only this queue's"),
        OPTION("which", "all|not-completed|completed", "default: all"),
        OPTION("held", NULL, "only what waits for --user NAMES, also where it was sent to them"),
        OPTION("groups", "NAMES", "what waits for these groups, with commas between"),
        OPTION("release-key", "KEY", "what waits for this key of a guest"),
        OPTION("unclaimed", NULL, "what waits for its owner; with --user, what may be theirs"),
        OPTION("after", "ID", "only those with a greater id"),
        OPTION("limit", "N", "at most so many (default: all)"))
COMMAND(job_show, "job show", "ID", 1, 1, "administrator", "shows one job", "", NONE)
COMMAND(
    job_release, "job release", "ID...", 1, CLI_MANY, "administrator", "releases held jobs",
    "What is to be otherwise is changed first: the job is priced and reserved anew, and stays held "
    "where that is refused. A job of unknown outcome is not released: see quoin job resolve.",
    OPTION("copies", "N", "so many copies"),
    OPTION("sides", "one-sided|two-sided-long-edge|two-sided-short-edge", "how sheets are printed"),
    OPTION("color-mode", "monochrome|color", "in black only, or as the document is"),
    OPTION("pages", "RANGES", "only these: 1-3,7; all: every page"),
    OPTION("printer", "PRINTER", "at this printer of the same pull group"),
    OPTION("keep", NULL, "prints a copy, changed so; the job waits on as it is"),
    OPTION("by", "NAME", "who releases it, where that is not its owner"),
    OPTION("as-recipient", NULL,
           "--by has it from its owner: a copy is printed, and --by pays, or the sender if that "
           "was said"),
    OPTION("device", "NAME", "where it is released"))
COMMAND(
    job_change, "job change", "ID", 1, 1, "administrator", "changes a job that waits",
    "It is planned, priced and reserved anew and waits on; where that is refused it stays as it "
    "was.",
    OPTION("copies", "N", "so many copies"),
    OPTION("sides", "one-sided|two-sided-long-edge|two-sided-short-edge", "how sheets are printed"),
    OPTION("color-mode", "monochrome|color", "in black only, or as the document is"),
    OPTION("pages", "RANGES", "only these: 1-3,7; all: every page"),
    OPTION("printer", "PRINTER", "at this printer of the same pull group"))
COMMAND(job_quote, "job quote", "ID", 1, 1, "administrator",
        "tells what a job that waits would cost", "Changes nothing.",
        OPTION("copies", "N", "so many copies"),
        OPTION("sides", "one-sided|two-sided-long-edge|two-sided-short-edge",
               "how sheets are printed"),
        OPTION("color-mode", "monochrome|color", "in black only, or as the document is"),
        OPTION("pages", "RANGES", "only these: 1-3,7; all: every page"),
        OPTION("printer", "PRINTER", "at this printer of the same pull group"),
        OPTION("user", "NAME", "a copy of it for this person"))
COMMAND(job_preview, "job preview", "ID FILE", 2, 2, "administrator",
        "draws a page of a job that waits into a PNG file", "Documents in PDF can be drawn.",
        OPTION("page", "N", "which page (default 1)"),
        OPTION("width", "PIXELS", "64 to 1200 (default 400)"))
COMMAND(job_watch, "job watch", "", 0, 0, "administrator",
        "tells what becomes of jobs, as it happens",
        "One line a change, until it is interrupted, or ten minutes are over.",
        OPTION("user", "NAMES", "only of these people, with commas between"),
        OPTION("group", "NAMES", "only what was sent to these groups"))
COMMAND(
    job_send, "job send", "ID", 1, 1, "administrator", "lets others print a job that waits",
    "Each prints a copy of their own; the job stays with its owner. Whom it was sent to before is "
    "replaced.",
    OPTION("to", "NAMES", "people, with commas between; \"\": nobody any more"),
    OPTION("to-groups", "NAMES", "all people of these groups"),
    OPTION("sender-pays", NULL, "the owner pays for the copies, not who prints them"))
COMMAND(
    job_claim, "job claim", "ID NAME", 2, 2, "administrator",
    "says whose job it is that nobody proved",
    "It is priced and reserved for this person and waits for its release. Of a guest's job: who "
    "pays for it.",
    NONE)
COMMAND(job_cancel, "job cancel", "ID", 1, 1, "administrator", "cancels a job",
        "What was not printed is given back.", DRY_RUN)
COMMAND(job_charge_to, "job charge-to", "ID ACCOUNT[=PERCENT,...]", 2, 2, "administrator",
        "says who pays for a job that waits",
        "The job is priced and reserved anew, and goes on if it waited for this. ACCOUNT is "
        "user:NAME, department:PATH, code:CLIENT/MATTER or shared:NAME, or a code alone; several, "
        "with commas between, share the charge; one without a per cent gets the rest.",
        OPTION("pin-file", "FILE", "holds the PIN of a protected account; - is standard input"))
COMMAND(
    job_resolve, "job resolve", "ID printed|not-printed|again", 2, 2, "administrator",
    "says what came out of a job of unknown outcome",
    "A job of which it is not known whether it came out keeps its reservation until you looked: "
    "printed charges it, not-printed gives the money back and ends it, again sends it once more.",
    NONE)
COMMAND(job_explain, "job explain", "ID", 1, 1, "administrator", "tells all about a job",
        "The same as \"quoin explain\".", NONE)
COMMAND(
    explain, "explain", "JOB", 1, 1, "administrator", "tells why a job cost what it cost",
    "The whole chain: who sent it and how sure that is, the pages and why they count as colour, "
    "the plan, the price line by line, balance and limit as they were, what the device said, and "
    "the entries in the ledger.",
    NONE)
COMMAND(device_add, "device add", "NAME", 1, 1, "administrator",
        "adds a device where people sign in and release",
        "A tablet with the station page, a maker's panel, a card reader beside a printer. It needs "
        "--printers or --pull-group. The change is one of the configuration: quoin config history.",
        DEVICE_OPTIONS, OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(device_set, "device set", "NAME", 1, 1, "administrator", "changes a device",
        "What is not named stays as it is; \"\" takes a value away.", DEVICE_OPTIONS,
        OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(device_list, "device list", "", 0, 0, "administrator",
        "lists devices, whether somebody is signed in, and their printers' state", "", NONE)
COMMAND(device_show, "device show", "NAME", 1, 1, "administrator", "shows one device", "", NONE)
COMMAND(device_remove, "device remove", "NAME", 1, 1, "administrator", "removes a device",
        "Whoever is signed in there is signed out.",
        OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(
    device_unlock, "device unlock", "[NAME]", 0, 1, "administrator",
    "lets people sign in again at a device where there were too many wrong tries",
    "A device takes 50 wrong tries in ten minutes, an address 100. A person's own wait is ended by "
    "\"quoin user unlock\".",
    OPTION("address", "ADDRESS", "of a browser or reader, instead of a device"))
#include "cli/monitor.tbl.h"
COMMAND(session_list, "session list", "", 0, 0, "administrator",
        "lists who is signed in at devices and on the web", "",
        OPTION("device", "NAME", "only at this device"), OPTION("user", "NAME", "only this person"))
COMMAND(session_end, "session end", "", 0, 0, "administrator", "signs people out", "",
        OPTION("device", "NAME", "whoever is signed in there"),
        OPTION("user", "NAME", "this person, everywhere"), DRY_RUN)
COMMAND(
    cups_attach, "cups attach", "QUEUE", 1, 1, "administrator",
    "lets a queue of this host's CUPS print through Quoin",
    "QUEUE is a queue of CUPS. Its jobs then go to Quoin, under the name that CUPS has for their "
    "user (identity \"agent\"); what Quoin refuses, CUPS shows with the reason. Without --queue "
    "Quoin gets a printer and a queue of the same name, for the device that CUPS printed to. "
    "Needs root; puts the program that CUPS runs into its folder of backends. See "
    "docs/doors.md.",
    OPTION("queue", "NAME", "the queue of Quoin that it prints to; it is used as it is"),
    OPTION("server", "HOST[:PORT]", "the document routing engine (default: this machine's)"),
    OPTION("when-away", "wait|print",
           "while Quoin cannot be reached: jobs wait in CUPS (default), or print as before, "
           "unaccounted"),
    CUPS_OPTIONS, OPTION("backends", "FOLDER", "CUPS's backends (default /usr/lib/cups/backend)"),
    DRY_RUN)
COMMAND(cups_detach, "cups detach", "QUEUE", 1, 1, "administrator",
        "gives a queue of CUPS back the device that it had",
        "Its printer and queue at Quoin stay: see quoin queue remove.", CUPS_OPTIONS,
        OPTION("forget", NULL, "leaves its address as it is now: it was changed by hand"), DRY_RUN)
COMMAND(
    cups_list, "cups list", "", 0, 0, "administrator",
    "lists the queues of CUPS that print through Quoin",
    "STATE is attached, changed (its address was changed by hand since) or removed (CUPS has no "
    "such queue any more). UNACCOUNTED counts what was printed past Quoin while it was away.",
    CUPS_OPTIONS)
COMMAND(
    cups_renew, "cups renew", "", 0, 0, "administrator",
    "renews the agent's certificate if it ends within two days",
    "For a timer, once a day, on a host without an engine; each job of CUPS does the same. Where "
    "the site runs, quoin up does it.",
    NONE)
COMMAND(
    config_export, "config export", "", 0, 0, "administrator", "writes the configuration as a file",
    "Everything that is configured, as YAML: the site's time and money, price books, who pays, "
    "quotas, schedules, policies, printers, queues and devices. Accounts and balances are no "
    "configuration: "
    "see quoin user export.",
    OPTION("kind", "KIND",
           "only this: site, money, price, payer, quota, schedule, policy, printer, queue, device, "
           "monitor, alert-target, alert-rule, expectation"))
COMMAND(
    config_diff, "config diff", "FILE|-", 1, 1, "administrator", "tells what a file would change",
    "Leaves with 0 if the site is as the file says, with 5 if it is not. What the file does not "
    "name stays as it is.",
    OPTION("remove-missing", NULL,
           "of each kind that the file has, what it does not name would be removed"))
COMMAND(
    config_apply, "config apply", "FILE|-", 1, 1, "administrator",
    "makes the configuration what a file says",
    "All of it is one change with a number, which keeps what was there before: quoin config show, "
    "quoin config rollback. Nothing is changed where anything in the file is wrong. The same file "
    "again changes nothing.",
    OPTION("remove-missing", NULL,
           "of each kind that the file has, what it does not name is removed"),
    OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(config_history, "config history", "", 0, 0, "administrator",
        "lists changes of the configuration, the newest first", "",
        OPTION("limit", "N", "at most so many (default: all)"))
COMMAND(config_show, "config show", "CHANGE", 1, 1, "administrator",
        "shows a change: what was there before and what since", "", NONE)
COMMAND(config_rollback, "config rollback", "[CHANGE]", 0, 1, "administrator",
        "takes a change back, as a new change",
        "Refused where a thing of it was changed again since: then --to puts everything back to "
        "what it "
        "was when that change had just been made.",
        OPTION("to", "CHANGE", "takes back all changes after this one; 0: all there are"),
        OPTION("why", "TEXT", "the reason that the change keeps"), DRY_RUN)
COMMAND(
    voucher_make, "voucher make", "AMOUNT", 1, 1, "administrator", "makes a batch of vouchers",
    "Each is a code that is worth AMOUNT once. The codes are shown now and never again: only their "
    "hashes are kept.",
    OPTION("count", "N", "how many, 1 to 5000 (default 1)"),
    OPTION("expires", "TIME", "good before then: 2027-06-30, in UTC (default: for ever)"),
    OPTION("note", "TEXT", "what they are for; stands on each"),
    OPTION("title", "TEXT", "what stands at the top of each (default: Printing voucher)"),
    OPTION("sheet", "FILE", "writes them as PDF, 16 on an A4 page, with marks to cut along"),
    OPTION("csv", "FILE", "writes serial number, code and amount, a line each"))
COMMAND(voucher_list, "voucher list", "[BATCH]", 0, 1, "administrator",
        "lists batches of vouchers, or the vouchers of one", "", NONE)
COMMAND(voucher_check, "voucher check", "CODE|-", 1, 1, "administrator",
        "tells what a voucher's code is worth",
        "Leaves with 5 if it is used, void or expired. - reads the code from standard input.", NONE)
COMMAND(voucher_redeem, "voucher redeem", "CODE|- NAME", 2, 2, "administrator",
        "puts a voucher's money on a person's account",
        "Once. - reads the code from standard input.", NONE)
COMMAND(voucher_void, "voucher void", "BATCH[-SERIAL]", 1, 1, "administrator",
        "makes a voucher, or all of a batch that are not used, worth nothing", "", DRY_RUN)
COMMAND(ledger_balance, "ledger balance", "ACCOUNT", 1, 1, "administrator",
        "shows an account's balance",
        "ACCOUNT is user:NAME, or one of the site's own, such as income:print and cash.",
        OPTION("at", "TIME", "as it was then: 2026-11-22 or 2026-11-22T10:00:00, in UTC"))
COMMAND(ledger_entries, "ledger entries", "[ACCOUNT]", 0, 1, "administrator",
        "lists entries of the ledger, the oldest first", "",
        OPTION("after", "SEQUENCE", "only those with a greater number"),
        OPTION("limit", "N", "at most so many (default: all)"))
COMMAND(history_list, "history list", "", 0, 0, "administrator",
        "lists works that came to their end, the newest first",
        "Each job, copy, scan and fax that was charged, given back, denied, refused or lapsed, and "
        "what "
        "was corrected since. Names are as they were then.",
        OPTION("user", "NAME", "only this person's"),
        OPTION("department", "PATH", "only of people of this department"),
        OPTION("queue", "NAME", "only of this queue"),
        OPTION("printer", "NAME", "only of this printer"),
        OPTION("account", "ACCOUNT", "only what this account paid, alone or with others"),
        OPTION("outcome", "OUTCOME", "charged, voided, denied, lapsed, refused or corrected"),
        OPTION("since", "TIME",
               "only what ended then or later: 2026-11-22 or 2026-11-22T10:00:00, in UTC"),
        OPTION("until", "TIME", "only what ended before"),
        OPTION("limit", "N", "at most so many (default: 50; with --csv or --json all)"),
        OPTION("csv", NULL, "prints a line of titles and a line a work, as RFC 4180 has it"))
COMMAND(
    history_show, "history show", "NUMBER", 1, 1, "administrator", "shows one work",
    "NUMBER is the one that \"quoin history list\" tells. \"quoin explain\" shows why it came so.",
    NONE)
COMMAND(
    history_forget, "history forget", "NAME", 1, 1, "administrator",
    "makes a person's works nameless",
    "Name, job, client address, destination, groups and texts go; figures and department stay, so "
    "that no total changes. Passwords, PINs, cards, tokens, roles, delegates and preferences go "
    "too. "
    "The ledger stays as it is: its entries can never be changed. Refused while the person has "
    "works "
    "under way.",
    DRY_RUN)
COMMAND(totals, "totals", "", 0, 0, "administrator",
        "adds up works of a month, a day, a year or a time",
        "Corrections count at the time at which they were made, so that what is shown for a period "
        "never "
        "changes later. The sum is compared with what the ledger moved to the site's income in the "
        "same "
        "time; leaves with 5 if they differ.",
        OPTION("by", "WHAT",
               "department (default), user, queue, printer, account, code or nothing"),
        OPTION("month", "YYYY-MM", "by the site's clock (default: all there is)"),
        OPTION("day", "YYYY-MM-DD", "by the site's clock"),
        OPTION("year", "YYYY", "by the site's clock"),
        OPTION("since", "TIME", "from then: 2026-11-22 or 2026-11-22T10:00:00, in UTC"),
        OPTION("until", "TIME", "until then, not included"),
        OPTION("limit", "N", "shows the N greatest (default: 1000; with --csv or --json all)"),
        OPTION("csv", NULL, "prints a line of titles and a line a sum, as RFC 4180 has it"))
COMMAND(
    ledger_verify, "ledger verify", "", 0, 0, "administrator", "proves the ledger's chain",
    "Reads every entry, computes the chain of hashes anew and checks that all balances, "
    "reservations and sums agree. With --store no engine is asked: a backup is read as it is, "
    "and nothing is written to it. Leaves with 5 if anything is wrong.",
    OPTION("store", "ADDRESS",
           "of this database, without an engine: sqlite:FILE (sqlite: alone is this site's own "
           "file) or postgresql://USER@HOST:PORT/DATABASE"),
    OPTION("ca", "FILE",
           "with --store: the certificate of the site's authority, by which the signatures of "
           "checkpoints are proven (default DIR/pki/ca.crt)"),
    OPTION("checkpoints", "DIR",
           "with --store: compares with checkpoints that were kept elsewhere, as \"quoin ledger "
           "checkpoints --out\" wrote them"))
COMMAND(ledger_checkpoint, "ledger checkpoint", "", 0, 0, "administrator",
        "signs how far the ledger has come",
        "A site does it every day by the schedule \"checkpoint\". Whoever keeps the signed text "
        "elsewhere can prove that nothing up to there was changed since.",
        OPTION("now", NULL, "now; it is the default"),
        OPTION("out", "DIR", "writes it there, too, as \"quoin ledger checkpoints\" does"))
COMMAND(
    ledger_checkpoints, "ledger checkpoints", "", 0, 0, "administrator",
    "lists signed checkpoints, the oldest first", "",
    OPTION("after", "NUMBER", "only those with a greater number"),
    OPTION("out", "DIR",
           "writes each there: checkpoint-NUMBER.txt is what is signed, .sig the signature, .crt "
           "the certificate; openssl dgst -sha256 -verify checks them"))
COMMAND(
    ledger_close, "ledger close", "PERIOD", 1, 1, "administrator",
    "closes a period and signs its statement",
    "PERIOD is a month (2026-11), a quarter (2026-Q4), a year (2026) or a day (2026-11-22) by the "
    "site's clock, and must be over. The ledger is verified first, and nothing is closed if it is "
    "not good. The statement has a line an account: what it began with, what moved on it by kind, "
    "what it ended with. It is kept, its digest signed in a checkpoint, and no entry can be dated "
    "into the period any more. The same command again shows the same statement. Closed periods "
    "stay closed: there is no way back.",
    OPTION("dry-run", NULL, "only shows what the statement would say: nothing is kept or signed"),
    OPTION("why", "TEXT", "the reason that the ledger keeps"))
COMMAND(ledger_periods, "ledger periods", "", 0, 0, "administrator", "lists closed periods", "",
        OPTION("after", "PERIOD", "only those whose names come after this one's"))
COMMAND(
    ledger_statement, "ledger statement", "PERIOD", 1, 1, "administrator",
    "shows the statement of a closed period",
    "As it was kept when the period was closed. An amount below 0 went away from the account.",
    OPTION("by", "account|class", "a line an account (default), or a class of accounts"),
    OPTION("csv", NULL, "prints the lines of accounts as they are kept: their SHA-256 is signed"),
    OPTION(
        "out", "DIR",
        "writes it there: statement-PERIOD.csv, and as checkpoint-NUMBER.txt, .sig and .crt what "
        "was signed; sha256sum and openssl dgst -sha256 -verify check them"))
COMMAND(
    ledger_export, "ledger export", "", 0, 0, "administrator",
    "prints the ledger's movements for bookkeeping",
    "A journal of balanced transactions that hledger and ledger read, or comma-separated values. "
    "What was set aside and not yet charged is no movement. In a journal, what the grammar would "
    "read as something else stands as %XX; days are those of UTC, and accounts have today's names.",
    OPTION("format", "csv|hledger|ledger", "which form (default hledger)"),
    OPTION("since", "TIME", "only then or later: 2026-11-22 or 2026-11-22T10:00:00, in UTC"),
    OPTION("until", "TIME", "only before"),
    OPTION("account", "ACCOUNT", "only what touched this one"))
COMMAND(ledger_balances, "ledger balances", "", 0, 0, "administrator",
        "shows what all accounts have, and that it sums to zero", "",
        OPTION("at", "TIME",
               "as it was then: 2026-11-22 or 2026-11-22T10:00:00, in UTC; accounts that were not "
               "there yet are left out"))
COMMAND(
    count, "count", "FILE|FOLDER|-...", 1, CLI_MANY, "anyone", "counts pages and finds colour",
    "Reads each FILE, all files below each FOLDER (sorted by name; links are not followed, pipes "
    "and devices not opened), or standard input for -, in jailed processes, the same way a queue "
    "does. Nothing is printed or charged. One file is shown by its pages; several a line each, and "
    "their sums. A file that cannot be read is told on standard error and does not stop the rest. "
    "Leaves with 0 if every count is certain (exact or computed), with 5 if one is estimated or "
    "unknown, with 1 if a file could not be read.",
    OPTION("jobs", "N", "reads N files at the same time (default: as many as there are cores)"),
    OPTION("csv", NULL, "prints a line of titles and a line a file, as RFC 4180 has it"),
    OPTION("explain", NULL,
           "tells all about each page: size, what the file declares and what would mark, copies, "
           "sides, the byte or object that decided it and why; and what was ignored"),
    OPTION("coverage", NULL,
           "adds the ink on each page, cyan, magenta, yellow and black in per cent of its area, "
           "and how far that may be off"),
    OPTION("progress", NULL,
           "tells on standard error how far it is, also where that is no terminal"),
    OPTION("no-drawing", NULL,
           "does not draw pages whose colour only a drawing can tell: they stay unknown"),
    OPTION("weak-jail", NULL, "goes on where the kernel lacks Landlock or seccomp"))
COMMAND(
    recount, "recount", "", 0, 0, "administrator",
    "reads kept documents again and tells what is found otherwise",
    "After an upgrade: the documents of jobs that wait, and of printed jobs on queues that keep "
    "them (quoin queue add --keep-documents), are read by today's reader, and its pages compared "
    "with those that were found then. Never changes a job or a charge. Leaves with 5 if any "
    "document is found otherwise or cannot be read.",
    OPTION("since", "TIME",
           "only jobs accepted then or later: 2026-11-22 or 2026-11-22T10:00:00, in UTC (default: "
           "all that is kept)"),
    OPTION("until", "TIME", "only jobs accepted before"),
    OPTION("queue", "NAME", "only this queue's"),
    OPTION("progress", NULL,
           "tells on standard error how far it is, also where that is no terminal"))
COMMAND(
    engine_join_token, "engine join-token", "ROLE HOST", 2, 2, "administrator",
    "makes a one-time token for another machine's engine",
    "ROLE is dre, dce, dme, spe or web; HOST is the other machine's name. The token is shown once.",
    OPTION("valid", "SECONDS", "how long it may be used (default 900)"))
COMMAND(
    engine_join, "engine join", "", 0, 0, "anyone", "lets this machine's engine join a site",
    "Makes a key in DIR/pki, asks the site's accounting server for a certificate with the token, "
    "and keeps what \"quoin up\" needs to run the engine.",
    OPTION("cas", "HOST:PORT", "the site's accounting server (default port 2938)"),
    OPTION("token", "TOKEN", "from \"quoin engine join-token\"; - reads it from standard input"))
#include "cli/ports.tbl.h"
COMMAND(doctor, "doctor", "", 0, 0, "anyone", "checks everything and says what to do",
        "Leaves with 5 if a check failed.", NONE)
COMMAND(version, "version", "", 0, 0, "anyone", "shows the version", "", NONE)
#undef IMPORT
#undef EXPORT
#undef PAYER
#undef PAYER_OPTIONS
#undef DEVICE_OPTIONS
#undef CUPS_OPTIONS
