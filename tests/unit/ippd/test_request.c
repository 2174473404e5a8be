// What RFC 8011 4.1 asks of every request, and the address that names its target.
#include "ippd/exchange_int.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

static const struct {
    const char *name;
    const char *uri;
    const char *queue; // NULL: not an address of ours
    int32_t id;
    const char *secret; // NULL: none
} uris[] = {
    { "an own one", "ipps://h/ipp/print/office/u-x", "office", 0, "x" },
    { "a job of an own one", "ipps://h/ipp/print/office/u-x/17", "office", 17, "x" },
    { "an own one of CUPS", "ipp://h/printers/office/u-x-y", "office", 0, "x-y" },
    { "a queue that looks like one", "ipp://h/ipp/print/u-x", "u-x", 0, NULL },
    { "no secret", "ipp://h/ipp/print/office/u-", NULL, 0, NULL },
    { "no secret of a job", "ipp://h/ipp/print/office/u-/17", NULL, 0, NULL },
    { "an own one with a slash", "ipp://h/ipp/print/office/u-x/", NULL, 0, NULL },
    { "own twice", "ipp://h/ipp/print/office/u-x/u-x", NULL, 0, NULL },
    { "a job before it", "ipp://h/ipp/print/office/17/u-x", NULL, 0, NULL },
    { "no queue", "ipp://h/ipp/print//u-x", NULL, 0, NULL },
    { "a printer", "ipp://h:8631/ipp/print/office", "office", 0, NULL },
    { "a job", "ipps://h/ipp/print/office/17", "office", 17, NULL },
    { "by http", "http://h:8631/ipp/print/x", "x", 0, NULL },
    { "an address in brackets", "ipp://[::1]:8631/ipp/print/x", "x", 0, NULL },
    { "a printer of CUPS", "ipp://h/printers/office", "office", 0, NULL },
    { "a job of CUPS", "ipp://h/jobs/17", "", 17, NULL },
    { "all queues", "ipp://h/", "", 0, NULL },
    { "all queues, no slash", "ipp://h", "", 0, NULL },
    { "a job of CUPS that is none", "ipp://h/jobs/x", NULL, 0, NULL },
    { "no name", "ipp://h/ipp/print/", NULL, 0, NULL },
    { "no queue's path", "ipp://h/ipp/print", NULL, 0, NULL },
    { "another path", "ipp://h/classes/office", NULL, 0, NULL },
    { "another scheme", "ftp://h/ipp/print/office", NULL, 0, NULL },
    { "job 0", "ipp://h/ipp/print/office/0", NULL, 0, NULL },
    { "a job that is no number", "ipp://h/ipp/print/office/1x", NULL, 0, NULL },
    { "a job over 31 bits", "ipp://h/ipp/print/office/2147483648", NULL, 0, NULL },
    { "further segments", "ipp://h/ipp/print/office/1/2", NULL, 0, NULL },
    { "nothing", "", NULL, 0, NULL },
};

static void test_addresses(void)
{
    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        struct ippd_target target;
        bool ok = ippd_request_uri(str_of(uris[i].uri), &target);
        const char *secret = uris[i].secret == NULL ? "" : uris[i].secret;
        bool want = uris[i].queue != NULL;
        tap_result(ok == want && (!want || (str_eq(target.queue, str_of(uris[i].queue)) &&
                                            target.id == uris[i].id &&
                                            str_eq(target.secret, str_of(secret)))),
                   uris[i].name, __FILE__, __LINE__);
    }
}

// Everything is right but what `spoil` does.
enum spoil {
    FINE,
    NO_CHARSET,
    WRONG_ORDER,
    LATIN_1,
    NO_TARGET,
    OTHER_QUEUE,
    TWICE,
    LONG_NAME,
    LONG_URI,
    CONTROLS,
    NOT_UTF_8,
    NO_GROUP,
    SPOIL_COUNT,
};

static const struct {
    const char *name;
    uint16_t status;
} spoiled[SPOIL_COUNT] = {
    [FINE] = { "a request as it should be", IPP_STATUS_OK },
    [NO_CHARSET] = { "no charset", IPP_STATUS_BAD_REQUEST },
    [WRONG_ORDER] = { "the language first", IPP_STATUS_BAD_REQUEST },
    [LATIN_1] = { "a charset of long ago", IPP_STATUS_CHARSET_NOT_SUPPORTED },
    [NO_TARGET] = { "no target", IPP_STATUS_BAD_REQUEST },
    [OTHER_QUEUE] = { "a queue that is not there", IPP_STATUS_NOT_FOUND },
    [TWICE] = { "an attribute twice", IPP_STATUS_BAD_REQUEST },
    [LONG_NAME] = { "a name of 256 bytes", IPP_STATUS_REQUEST_VALUE_TOO_LONG },
    [LONG_URI] = { "an address of 1024 bytes", IPP_STATUS_REQUEST_VALUE_TOO_LONG },
    [CONTROLS] = { "a name with a line end", IPP_STATUS_BAD_REQUEST },
    [NOT_UTF_8] = { "a name that is not UTF-8", IPP_STATUS_BAD_REQUEST },
    [NO_GROUP] = { "no group at all", IPP_STATUS_BAD_REQUEST },
};

static void spoil(struct ask *ask, enum spoil how)
{
    static char big[1025];
    memset(big, 'a', 1024);
    struct ipp_out *out = ask_begin(ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    if (how == TWICE) {
        ipp_out_text(out, IPP_TAG_NAME, "requesting-user-name", STR("bob"));
    }
    if (how == LONG_NAME || how == CONTROLS || how == NOT_UTF_8) {
        struct str name = how == LONG_NAME  ? (struct str){ big, 256 }
                          : how == CONTROLS ? STR("a\nb")
                                            : STR("\xff");
        ipp_out_text(out, IPP_TAG_NAME, "job-name", name);
    }
    if (how == LONG_URI) {
        ipp_out_text(out, IPP_TAG_URI, "document-uri", (struct str){ big, 1024 });
    }
    if (how == NO_TARGET) {
        (void)ask_head(ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    }
    if (how == OTHER_QUEUE) {
        out = ask_head(ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
        ipp_out_text(out, IPP_TAG_URI, "printer-uri", STR("ipp://h/ipp/print/attic"));
    }
    if (how == NO_CHARSET || how == WRONG_ORDER || how == LATIN_1 || how == NO_GROUP) {
        ask->request.len = how == NO_GROUP ? 8 : 9;
    }
    if (how == NO_CHARSET || how == WRONG_ORDER) {
        ipp_out_text(out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    }
    if (how == WRONG_ORDER || how == LATIN_1) {
        ipp_out_text(out, IPP_TAG_CHARSET, "attributes-charset", STR("iso-8859-1"));
    }
    if (how == LATIN_1) {
        ipp_out_text(out, IPP_TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    }
}

static void test_each_fault_has_its_status(void)
{
    for (int i = 0; i < SPOIL_COUNT; i++) {
        struct ask ask;
        ask_init(&ask);
        spoil(&ask, (enum spoil)i);
        uint16_t status = ask_run(&ask);
        tap_result(status == spoiled[i].status && ask.msg.request_id == 7, spoiled[i].name,
                   __FILE__, __LINE__);
        ask_fini(&ask);
    }
}

static void test_versions(void)
{
    static const struct {
        uint8_t major;
        uint8_t minor;
        bool known;
    } rows[] = { { 0, 0, false }, { 1, 0, true }, { 1, 1, true },  { 1, 2, false },
                 { 2, 0, true },  { 2, 2, true }, { 2, 3, false }, { 3, 0, false } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ask ask;
        ask_init(&ask);
        (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
        ask.request.ptr[0] = (char)rows[i].major;
        ask.request.ptr[1] = (char)rows[i].minor;
        CHECK(ask_run(&ask) == (rows[i].known ? IPP_STATUS_OK : IPP_STATUS_VERSION_NOT_SUPPORTED));
        CHECK(!rows[i].known || (ask.msg.major == rows[i].major && ask.msg.minor == rows[i].minor));
        ask_fini(&ask);
    }
}

static void test_request_id_is_above_0(void)
{
    static const char *const ids[] = { "\0\0\0\0", "\x80\0\0\0" };
    for (size_t i = 0; i < 2; i++) {
        struct ask ask;
        ask_init(&ask);
        (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
        memcpy(ask.request.ptr + 4, ids[i], 4);
        CHECK(ask_run(&ask) == IPP_STATUS_BAD_REQUEST);
        ask_fini(&ask);
    }
}

static void test_an_unknown_operation(void)
{
    struct ask ask;
    ask_init(&ask);
    (void)ask_begin(&ask, IPP_OP_PRINT_URI);
    CHECK(ask_run(&ask) == IPP_STATUS_OPERATION_NOT_SUPPORTED);
    (void)ask_begin(&ask, 0x3fff);
    CHECK(ask_run(&ask) == IPP_STATUS_OPERATION_NOT_SUPPORTED);
    ask_fini(&ask);
}

// --- people's own addresses ---------------------------------------------------------------------

static uint16_t at(struct ask *ask, enum ipp_op op, const char *uri, int32_t job)
{
    struct ipp_out *out = ask_head(ask, (uint16_t)op);
    ipp_out_text(out, IPP_TAG_URI, "printer-uri", str_of(uri));
    ipp_out_text(out, IPP_TAG_NAME, "requesting-user-name", STR("alice"));
    if (job > 0) {
        ipp_out_int(out, "job-id", job);
    }
    return ask_send(ask, op == IPP_OP_PRINT_JOB ? STR("%PDF-1.4") : STR(""), 4096);
}

static bool says(const struct ask *ask, const char *text)
{
    return memmem(ask->answer.ptr, ask->answer.len, text, strlen(text)) != NULL;
}

static const char mine[] = "ipps://h/ipp/print/office/u-marys";

static void test_who_asks_there_is_its_owner(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.facts.vouch = IPPD_VOUCH_DOOR; // whoever vouches for the name that is said
    ask.facts.admin = true;
    CHECK(at(&ask, IPP_OP_PRINT_JOB, mine, 0) == IPP_STATUS_OK);
    CHECK(strcmp(ask.fake.jobs[0].user, "mary") == 0);
    CHECK(says(&ask, "/ipp/print/office/u-marys/1"));
    CHECK(at(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES, mine, 0) == IPP_STATUS_OK);
    CHECK(says(&ask, "ipps://print.example:8631/ipp/print/office/u-marys"));
    CHECK(at(&ask, IPP_OP_GET_JOB_ATTRIBUTES, mine, 1) == IPP_STATUS_OK && says(&ask, "mary"));
    // Nobody else is told it, by no address.
    ask.fake.own_asks = 0;
    CHECK(at(&ask, IPP_OP_GET_JOBS, "ipp://h/ipp/print/office", 0) == IPP_STATUS_OK);
    CHECK(!says(&ask, "marys") && says(&ask, "/ipp/print/office/1"));
    CHECK(at(&ask, IPP_OP_GET_JOB_ATTRIBUTES, "ipp://h/ipp/print/office", 1) == IPP_STATUS_OK);
    CHECK(!says(&ask, "marys") && ask.fake.own_asks == 0);
    // No administrator is one there.
    CHECK(at(&ask, IPP_OP_PAUSE_PRINTER, mine, 0) == IPP_STATUS_NOT_AUTHORIZED);
    CHECK(at(&ask, IPP_OP_CANCEL_JOBS, mine, 0) == IPP_STATUS_NOT_AUTHORIZED);
    ask_fini(&ask);
}

static void test_only_jobs_of_its_owner_are_there(void)
{
    static const enum ipp_op ops[] = { IPP_OP_GET_JOB_ATTRIBUTES, IPP_OP_CANCEL_JOB,
                                       IPP_OP_HOLD_JOB,           IPP_OP_RELEASE_JOB,
                                       IPP_OP_SEND_DOCUMENT,      IPP_OP_SET_JOB_ATTRIBUTES,
                                       IPP_OP_CLOSE_JOB };
    struct ask ask;
    ask_init(&ask);
    CHECK(ask_print(&ask, "alice") == 1 && ask_print(&ask, "mary") == 2);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        CHECK(at(&ask, ops[i], mine, 1) == IPP_STATUS_NOT_FOUND);
    }
    CHECK(at(&ask, IPP_OP_GET_JOBS, mine, 0) == IPP_STATUS_OK);
    CHECK(ask_groups(&ask, IPP_TAG_JOB) == 1);
    CHECK(ipp_msg_int(&ask.msg, IPP_TAG_JOB, "job-id", 0) == 2);
    struct ipp_out *out = ask_head(&ask, IPP_OP_CANCEL_MY_JOBS);
    ipp_out_text(out, IPP_TAG_URI, "printer-uri", str_of(mine));
    ipp_out_int(out, "job-ids", 1);
    CHECK(ask_run(&ask) == IPP_STATUS_NOT_FOUND && ask.fake.canceled == 0);
    ask_fini(&ask);
}

// What is nobody's is answered as a queue that is not there, in the same words.
static void test_what_is_nobodys_is_not_there(void)
{
    static const enum ipp_op ops[] = { IPP_OP_PRINT_JOB, IPP_OP_GET_PRINTER_ATTRIBUTES,
                                       IPP_OP_GET_JOBS, IPP_OP_GET_JOB_ATTRIBUTES,
                                       IPP_OP_CANCEL_JOB };
    struct ask ask;
    char said[256];
    ask_init(&ask);
    CHECK(ask_print(&ask, "mary") == 1);
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        for (int32_t job = 0; job < 2; job++) {
            uint16_t none = at(&ask, ops[i], "ipps://h/ipp/print/0ffice/u-marys", job);
            struct str text = ipp_msg_text(&ask.msg, IPP_TAG_OPERATION, "status-message");
            (void)snprintf(said, sizeof(said), "%.*s", (int)text.len, text.ptr);
            char *zero = strstr(said, "0ffice");
            if (zero != NULL) {
                *zero = 'o';
            }
            CHECK(at(&ask, ops[i], "ipps://h/ipp/print/office/u-wrong", job) == none);
            text = ipp_msg_text(&ask.msg, IPP_TAG_OPERATION, "status-message");
            CHECK(str_eq(text, str_of(said)));
        }
    }
    ask.backend.own_find = NULL;
    CHECK(at(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES, mine, 0) == IPP_STATUS_NOT_FOUND);
    ask_fini(&ask);
}

int main(void)
{
    test_addresses();
    test_each_fault_has_its_status();
    test_versions();
    test_request_id_is_above_0();
    test_an_unknown_operation();
    test_who_asks_there_is_its_owner();
    test_only_jobs_of_its_owner_are_there();
    test_what_is_nobodys_is_not_there();
    return tap_done();
}
