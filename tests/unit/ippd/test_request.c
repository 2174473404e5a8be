// What RFC 8011 4.1 asks of every request, and the address that names its target.
#include "ippd/exchange_int.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

static const struct {
    const char *name;
    const char *uri;
    const char *queue; // NULL: not an address of ours
    int32_t id;
} uris[] = {
    { "a printer", "ipp://h:8631/ipp/print/office", "office", 0 },
    { "a job", "ipps://h/ipp/print/office/17", "office", 17 },
    { "by http", "http://h:8631/ipp/print/x", "x", 0 },
    { "an address in brackets", "ipp://[::1]:8631/ipp/print/x", "x", 0 },
    { "a printer of CUPS", "ipp://h/printers/office", "office", 0 },
    { "a job of CUPS", "ipp://h/jobs/17", "", 17 },
    { "all queues", "ipp://h/", "", 0 },
    { "all queues, no slash", "ipp://h", "", 0 },
    { "a job of CUPS that is none", "ipp://h/jobs/x", NULL, 0 },
    { "no name", "ipp://h/ipp/print/", NULL, 0 },
    { "no queue's path", "ipp://h/ipp/print", NULL, 0 },
    { "another path", "ipp://h/classes/office", NULL, 0 },
    { "another scheme", "ftp://h/ipp/print/office", NULL, 0 },
    { "job 0", "ipp://h/ipp/print/office/0", NULL, 0 },
    { "a job that is no number", "ipp://h/ipp/print/office/1x", NULL, 0 },
    { "a job over 31 bits", "ipp://h/ipp/print/office/2147483648", NULL, 0 },
    { "further segments", "ipp://h/ipp/print/office/1/2", NULL, 0 },
    { "nothing", "", NULL, 0 },
};

static void test_addresses(void)
{
    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        struct str queue = { "", 0 };
        int32_t id = -1;
        bool ok = ippd_request_uri(str_of(uris[i].uri), &queue, &id);
        bool want = uris[i].queue != NULL;
        tap_result(ok == want &&
                       (!want || (str_eq(queue, str_of(uris[i].queue)) && id == uris[i].id)),
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

int main(void)
{
    test_addresses();
    test_each_fault_has_its_status();
    test_versions();
    test_request_id_is_above_0();
    test_an_unknown_operation();
    return tap_done();
}
