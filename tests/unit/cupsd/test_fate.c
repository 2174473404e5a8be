// What an answer means for the job, and that nothing in it can say another line to CUPS.
#include "cupsd/fate.h"

#include "ipp/limit.h"
#include "ipp/out.h"
#include "lib/tap.h"

struct answer {
    uint16_t status;
    int32_t state; // 0: no job
    const char *reason;
    const char *message;
};

static struct cupsd_fate fate_of(const struct answer *answer, bool of_job)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    OWN(buf_free) struct buf buf = BUF_CAP(1 << 16);
    struct ipp_out out = ipp_out_of(&buf);
    struct ipp_msg msg;
    struct err err;
    ipp_out_head(&out, 2, 0, answer->status, 1);
    ipp_out_group(&out, IPP_TAG_OPERATION);
    ipp_out_text(&out, IPP_TAG_CHARSET, "attributes-charset", STR("utf-8"));
    if (answer->state == 0 && answer->message != NULL) {
        ipp_out_text(&out, IPP_TAG_TEXT, "status-message", str_of(answer->message));
    }
    if (answer->state != 0) {
        ipp_out_group(&out, IPP_TAG_JOB);
        ipp_out_int(&out, "job-id", 41);
        ipp_out_enum(&out, "job-state", answer->state);
        ipp_out_keyword(&out, "job-state-reasons", answer->reason);
        ipp_out_text(&out, IPP_TAG_KEYWORD, NULL, STR("second"));
        ipp_out_text(&out, IPP_TAG_KEYWORD, NULL, STR("not a\nkeyword"));
        ipp_out_text(&out, IPP_TAG_TEXT, "job-state-message", str_of(answer->message));
        ipp_out_int(&out, "job-impressions", 8);
        ipp_out_int(&out, "job-impressions-completed", 2);
    }
    ipp_out_end(&out);
    CHECK(ipp_out_ok(&out) &&
          ipp_msg_decode(buf_str(&buf), &IPP_CAPS_RESPONSE, &arena, &msg, &err));
    return of_job ? cupsd_fate_of_job(&msg) : cupsd_fate_of_print(&msg);
}

static void test_kinds(void)
{
    static const struct {
        struct answer answer;
        bool of_job;
        enum cupsd_fate_kind kind;
    } rows[] = {
        { { 0, 3, "none", "" }, false, CUPSD_FATE_GOES_ON },
        { { 1, 5, "job-printing", "" }, false, CUPSD_FATE_GOES_ON },
        { { 0, 6, "printer-stopped", "" }, true, CUPSD_FATE_GOES_ON },
        { { 0, 99, "none", "" }, true, CUPSD_FATE_GOES_ON },
        { { 0, 4, "job-hold-until-specified", "" }, false, CUPSD_FATE_HELD },
        { { 0, 7, "job-canceled-by-user", "" }, true, CUPSD_FATE_CANCELED },
        { { 0, 8, "account-limit-reached", "" }, false, CUPSD_FATE_PERSON },
        { { 0, 8, "account-authorization-failed", "" }, false, CUPSD_FATE_REFUSED },
        { { 0, 9, "none", "" }, true, CUPSD_FATE_DONE },
        { { IPP_STATUS_ACCOUNT_LIMIT_REACHED, 0, NULL, "x" }, false, CUPSD_FATE_PERSON },
        { { IPP_STATUS_ACCOUNT_AUTHORIZATION_FAILED, 0, NULL, "x" }, false, CUPSD_FATE_REFUSED },
        { { IPP_STATUS_DOCUMENT_FORMAT_ERROR, 0, NULL, "x" }, false, CUPSD_FATE_REFUSED },
        { { IPP_STATUS_NOT_FOUND, 0, NULL, "x" }, false, CUPSD_FATE_NO_QUEUE },
        { { IPP_STATUS_NOT_FOUND, 0, NULL, "x" }, true, CUPSD_FATE_NO_JOB },
        { { IPP_STATUS_GONE, 0, NULL, "x" }, false, CUPSD_FATE_DONE },
        { { IPP_STATUS_BUSY, 0, NULL, "x" }, false, CUPSD_FATE_AGAIN },
        { { IPP_STATUS_INTERNAL_ERROR, 0, NULL, "x" }, false, CUPSD_FATE_AGAIN },
        { { IPP_STATUS_JOB_CANCELED, 0, NULL, "x" }, false, CUPSD_FATE_CANCELED },
        { { IPP_STATUS_NOT_AUTHORIZED, 0, NULL, "x" }, true, CUPSD_FATE_AGAIN },
    };
    for (size_t at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
        struct cupsd_fate fate = fate_of(&rows[at].answer, rows[at].of_job);
        CHECK(fate.kind == rows[at].kind);
    }
}

static void test_words(void)
{
    const struct answer job = { 0, 5, "job-printing", "two\nlines" };
    struct cupsd_fate fate = fate_of(&job, true);
    CHECK(fate.job == 41 && fate.total == 8 && fate.printed == 2);
    CHECK(strcmp(fate.reasons, "job-printing,second") == 0);
    CHECK(strcmp(fate.message, "two lines") == 0);
    const struct answer refusal = { IPP_STATUS_ACCOUNT_LIMIT_REACHED, 0, NULL, NULL };
    fate = fate_of(&refusal, false);
    CHECK(strcmp(fate.reasons, "account-limit-reached") == 0);
    CHECK(strcmp(fate.message, "client-error-account-limit-reached") == 0);
}

static void test_saying(void)
{
    OWN(buf_free) struct buf line = BUF_CAP(4096);
    cupsd_say(&line, "INFO", STR("a\nERROR: b\x01"));
    CHECK_STR(buf_str(&line), "INFO: a ERROR: b?\n");
    buf_free(&line);
    cupsd_plain(&line, STR("a\xc3\xa4"), 2);
    CHECK_STR(buf_str(&line), "a");
}

int main(void)
{
    test_kinds();
    test_words();
    test_saying();
    return tap_done();
}
