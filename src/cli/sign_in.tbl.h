// The commands of cards, passwords, PINs, roles, delegates, tokens and the set-up: a part of
// cli/cmd.tbl.h, where it says what COMMAND is.
COMMAND(card_add, "card add", "NAME [NUMBER|-]", 1, 2, "administrator", "gives a person a card",
        "NUMBER is what \"quoin card test\" shows. Of the number only a keyed digest is kept. A "
        "card is "
        "one person's: to give it to another it is removed first.",
        OPTION("raw", "TEXT", "what a reader sends, instead of the number"),
        OPTION("reader", "KIND", "of the reader that sent it, for formats that are for some only"),
        OPTION("title", "TEXT", "what the card is, for people"),
        OPTION("until", "TIME", "a temporary card: good until then"))
COMMAND(card_remove, "card remove", "[ID]", 0, 1, "administrator", "takes a card from a person",
        "Whatever was signed in with it ends at once.",
        OPTION("number", "NUMBER", "the card's number, instead of its id"), DRY_RUN)
COMMAND(card_list, "card list", "[NAME]", 0, 1, "administrator", "lists cards", "", NONE)
COMMAND(card_test, "card test", "RAW|-", 1, 1, "administrator",
        "shows what the card formats make of what a reader sends",
        "Each format is tried in its order; why it does not take it is told, and whose card it is.",
        OPTION("reader", "KIND", "of the reader that sent it, for formats that are for some only"))
COMMAND(
    card_import, "card import", "FILE|-", 1, 1, "administrator",
    "adds cards by a file of comma-separated values",
    "The first line names the columns: name (whose card it is), number, or raw and reader, title "
    "and valid_until. A person may have several lines. The same file again changes nothing. A "
    "line that is refused is told with its number and stops nothing; then it leaves with 5.",
    DRY_RUN)
COMMAND(card_export, "card export", "", 0, 0, "administrator",
        "prints cards as comma-separated values",
        "Numbers are not kept, so that only their last characters can be printed.", NONE)
COMMAND(password_set, "password set", "NAME", 1, 1, "administrator", "sets a person's password",
        "It comes from standard input, or is asked for.",
        OPTION("must-change", NULL, "the person changes it at the next sign-in"))
COMMAND(password_remove, "password remove", "NAME", 1, 1, "administrator",
        "takes a person's password away", "", DRY_RUN)
COMMAND(pin_set, "pin set", "NAME", 1, 1, "administrator", "sets a person's PIN",
        "4 to 12 digits, from standard input, or asked for.",
        OPTION("make", NULL, "makes one and shows it this once"),
        OPTION("must-change", NULL, "the person changes it at the next sign-in"))
COMMAND(pin_remove, "pin remove", "NAME", 1, 1, "administrator", "takes a person's PIN away", "",
        DRY_RUN)
COMMAND(
    role_set, "role set", "NAME [ROLE...]", 1, 6, "administrator",
    "says what a person may do in the web and in programs",
    "These roles and no others: administrator, desk, finance, auditor, device-manager. None: the "
    "person's own things only.",
    DRY_RUN)
COMMAND(role_list, "role list", "", 0, 0, "administrator", "lists those who have a role", "", NONE)
COMMAND(delegate_add, "delegate add", "NAME DELEGATE", 2, 2, "administrator",
        "lets DELEGATE release NAME's jobs", "NAME pays, and who released is kept.",
        OPTION("until", "TIME", "until then only"))
COMMAND(delegate_remove, "delegate remove", "NAME DELEGATE", 2, 2, "administrator",
        "lets DELEGATE release NAME's jobs no more", "", DRY_RUN)
COMMAND(delegate_list, "delegate list", "NAME", 1, 1, "administrator",
        "shows who may release a person's jobs, and whose the person may", "", NONE)
COMMAND(
    token_make, "token make", "NAME SCOPE...", 2, 64, "administrator",
    "makes a token for a program, with at most NAME's rights",
    "It is shown this once. SCOPE is like jobs:read, people:write or device:NAME (docs/api.md).",
    OPTION("title", "TEXT", "what it is for"), OPTION("until", "TIME", "until then only"))
COMMAND(token_list, "token list", "[NAME]", 0, 1, "administrator", "lists tokens of programs", "",
        NONE)
COMMAND(token_revoke, "token revoke", "ID", 1, 1, "administrator", "ends a token at once", "",
        DRY_RUN)
COMMAND(user_address_make, "user address make", "NAME QUEUE", 2, 2, "administrator",
        "makes an address of a queue that is NAME's own",
        "It is shown this once. Who prints there is NAME, whatever their computer says: give it to "
        "nobody else (docs/doors.md). It counts within a second or two.",
        OPTION("title", "TEXT", "where it is used"), OPTION("until", "TIME", "until then only"))
COMMAND(user_address_list, "user address list", "[NAME]", 0, 1, "administrator",
        "lists people's own addresses of queues", "", NONE)
COMMAND(user_address_revoke, "user address revoke", "ID", 1, 1, "administrator",
        "ends such an address at once", "", DRY_RUN)
COMMAND(setup, "setup", "", 0, 0, "administrator",
        "makes the address with which the first administrator begins",
        "It serves once, within a day, and only while there is no administrator.",
        OPTION("web", "ADDRESS",
               "where the web is reached (default: this machine, at the site's port)"))
