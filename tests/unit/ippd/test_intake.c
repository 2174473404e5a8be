// Jobs that come in: what is refused before a byte of document, and what the engine is told.
#include "ippd/exchange_int.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

static void test_formats(void)
{
    static const struct {
        const char *format;
        uint16_t status;
    } rows[] = {
        { "application/pdf", IPP_STATUS_OK },
        { "image/pwg-raster", IPP_STATUS_OK },
        { "application/octet-stream", IPP_STATUS_OK },
        { "image/urf", IPP_STATUS_DOCUMENT_FORMAT_NOT_SUPPORTED },
        { "application/postscript", IPP_STATUS_DOCUMENT_FORMAT_NOT_SUPPORTED },
        { "", IPP_STATUS_OK },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ask ask;
        ask_init(&ask);
        struct ipp_out *out = ask_begin(&ask, IPP_OP_PRINT_JOB);
        ipp_out_text(out, IPP_TAG_MIME, "document-format", str_of(rows[i].format));
        CHECK(ask_send(&ask, STR("x"), 100) == rows[i].status);
        CHECK(ask.fake.count == (rows[i].status == IPP_STATUS_OK ? 1 : 0));
        CHECK(rows[i].status == IPP_STATUS_OK ||
              str_eq(ipp_msg_text(&ask.msg, IPP_TAG_UNSUPPORTED_GROUP, "document-format"),
                     str_of(rows[i].format)));
        ask_fini(&ask);
    }
}

static void test_fidelity(void)
{
    static const struct {
        const char *name;
        bool fidelity;
        const char *mandatory;
        uint16_t status;
    } rows[] = {
        { "left out and said so", false, NULL, IPP_STATUS_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES },
        { "as asked or not at all", true, NULL, IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED },
        { "this one must be", false, "sides", IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED },
        { "another must be", false, "copies", IPP_STATUS_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ask ask;
        ask_init(&ask);
        struct ipp_out *out = ask_begin(&ask, IPP_OP_PRINT_JOB);
        ipp_out_bool(out, "ipp-attribute-fidelity", rows[i].fidelity);
        if (rows[i].mandatory != NULL) {
            ipp_out_keyword(out, "job-mandatory-attributes", rows[i].mandatory);
        }
        ipp_out_group(out, IPP_TAG_JOB);
        ipp_out_int(out, "copies", 2);
        ipp_out_keyword(out, "sides", "inside-out");
        tap_result(ask_send(&ask, STR("x"), 100) == rows[i].status, rows[i].name, __FILE__,
                   __LINE__);
        CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_UNSUPPORTED_GROUP, "sides"), "inside-out");
        ask_fini(&ask);
    }
}

static void test_only_what_can_be_laid_out_takes_ranges(void)
{
    static const struct {
        const char *format;
        bool fidelity;
        uint16_t status;
    } rows[] = {
        { "application/pdf", true, IPP_STATUS_OK },
        { "application/octet-stream", true, IPP_STATUS_OK }, // it may be a PDF
        { "image/pwg-raster", true, IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED },
        { "image/pwg-raster", false, IPP_STATUS_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES },
        { "image/jpeg", true, IPP_STATUS_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ask ask;
        ask_init(&ask);
        struct ipp_out *out = ask_begin(&ask, IPP_OP_PRINT_JOB);
        ipp_out_bool(out, "ipp-attribute-fidelity", rows[i].fidelity);
        ipp_out_text(out, IPP_TAG_MIME, "document-format", str_of(rows[i].format));
        ipp_out_group(out, IPP_TAG_JOB);
        ipp_out_int(out, "number-up", 2);
        ipp_out_range(out, "page-ranges", 1, 1);
        CHECK(ask_send(&ask, STR("x"), 100) == rows[i].status);
        CHECK(rows[i].status == IPP_STATUS_OK || ipp_msg_find(&ask.msg, IPP_TAG_UNSUPPORTED_GROUP,
                                                              "page-ranges", IPP_TAG_NONE) != NULL);
        ask_fini(&ask);
    }
}

static void test_other_refusals(void)
{
    struct ask ask;
    ask_init(&ask);
    struct ipp_out *out = ask_begin(&ask, IPP_OP_PRINT_JOB);
    ipp_out_keyword(out, "compression", "lzma");
    CHECK(ask_send(&ask, STR("x"), 100) == IPP_STATUS_COMPRESSION_NOT_SUPPORTED);
    out = ask_begin(&ask, IPP_OP_CREATE_JOB);
    ipp_out_group(out, IPP_TAG_JOB);
    ipp_out_keyword(out, "media", "iso_a4_210x297mm");
    ipp_out_open(out, "media-col");
    ipp_out_close(out);
    CHECK(ask_run(&ask) == IPP_STATUS_BAD_REQUEST);
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    CHECK(ask_run(&ask) == IPP_STATUS_BAD_REQUEST); // no document
    ask.fake.queue.accepting = false;
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    CHECK(ask_send(&ask, STR("x"), 100) == IPP_STATUS_NOT_ACCEPTING_JOBS);
    (void)ask_begin(&ask, IPP_OP_VALIDATE_JOB);
    CHECK(ask_run(&ask) == IPP_STATUS_NOT_ACCEPTING_JOBS);
    CHECK(ask.fake.count == 0);
    ask_fini(&ask);
}

static void test_a_job_has_a_name_whatever_happens(void)
{
    static const struct {
        const char *job;
        const char *document;
        const char *want;
    } rows[] = { { "Report", "r.pdf", "Report" },
                 { NULL, "r.pdf", "r.pdf" },
                 { NULL, NULL, "Untitled" } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ask ask;
        ask_init(&ask);
        struct ipp_out *out = ask_begin(&ask, IPP_OP_PRINT_JOB);
        if (rows[i].job != NULL) {
            ipp_out_text(out, IPP_TAG_NAME, "job-name", str_of(rows[i].job));
        }
        if (rows[i].document != NULL) {
            ipp_out_text(out, IPP_TAG_NAME, "document-name", str_of(rows[i].document));
        }
        CHECK(ask_send(&ask, STR("x"), 100) == IPP_STATUS_OK);
        CHECK(str_eq(ask.fake.jobs[0].shown.name, str_of(rows[i].want)));
        ask_fini(&ask);
    }
}

static void test_who_asks(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.user = NULL;
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    CHECK(ask_send(&ask, STR("x"), 100) == IPP_STATUS_OK);
    CHECK_STR(ask.fake.jobs[0].shown.user, "anonymous");
    ask.user = "mallory";
    ask.facts.authenticated = STR("alice"); // what was proven goes before what is claimed
    (void)ask_begin(&ask, IPP_OP_PRINT_JOB);
    CHECK(ask_send(&ask, STR("x"), 100) == IPP_STATUS_OK);
    CHECK_STR(ask.fake.jobs[1].shown.user, "alice");
    ask_fini(&ask);
}

int main(void)
{
    test_formats();
    test_fidelity();
    test_only_what_can_be_laid_out_takes_ranges();
    test_other_refusals();
    test_a_job_has_a_name_whatever_happens();
    test_who_asks();
    return tap_done();
}
