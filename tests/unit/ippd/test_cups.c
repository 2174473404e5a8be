// What the clients of CUPS ask: the queues, the one default, and jobs by CUPS's own addresses.
#include "ippd/exchange_int.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

static void test_the_queues_are_listed(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.fake.queue_count = 3;
    ipp_out_keyword(ask_head(&ask, IPP_OP_CUPS_GET_PRINTERS), "requested-attributes",
                    "printer-name");
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_PRINTER) == 3);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_PRINTER, "printer-name"), "office");
    ipp_out_int(ask_head(&ask, IPP_OP_CUPS_GET_PRINTERS), "limit", 2);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_PRINTER) == 2);
    (void)ask_head(&ask, IPP_OP_CUPS_GET_CLASSES);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_PRINTER) == 0);
    ask.backend.queue_list = NULL;
    (void)ask_head(&ask, IPP_OP_CUPS_GET_PRINTERS);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_PRINTER) == 0);
    ask_fini(&ask);
}

static void test_there_is_a_default_where_there_is_no_choice(void)
{
    static const struct {
        int queues;
        uint16_t status;
    } rows[] = { { 0, IPP_STATUS_NOT_FOUND }, { 1, IPP_STATUS_OK }, { 2, IPP_STATUS_NOT_FOUND } };
    for (size_t i = 0; i < 3; i++) {
        struct ask ask;
        ask_init(&ask);
        ask.fake.queue_count = rows[i].queues;
        (void)ask_head(&ask, IPP_OP_CUPS_GET_DEFAULT);
        CHECK(ask_run(&ask) == rows[i].status);
        CHECK(ask_groups(&ask, IPP_TAG_PRINTER) == (rows[i].status == IPP_STATUS_OK ? 1 : 0));
        ask_fini(&ask);
    }
}

static void test_jobs_of_all_queues_and_by_number(void)
{
    struct ask ask;
    ask_init(&ask);
    (void)ask_print(&ask, "alice");
    struct ipp_out *out = ask_head(&ask, IPP_OP_GET_JOBS);
    ipp_out_text(out, IPP_TAG_URI, "printer-uri", STR("ipp://localhost/"));
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask_groups(&ask, IPP_TAG_JOB) == 1);
    out = ask_head(&ask, IPP_OP_CANCEL_JOB);
    ipp_out_text(out, IPP_TAG_URI, "job-uri", STR("ipp://localhost/jobs/1"));
    CHECK(ask_run(&ask) == IPP_STATUS_NOT_AUTHORIZED); // nobody says that it is alice
    out = ask_head(&ask, IPP_OP_CANCEL_JOB);
    ipp_out_text(out, IPP_TAG_URI, "job-uri", STR("ipp://localhost/jobs/1"));
    ipp_out_text(out, IPP_TAG_NAME, "requesting-user-name", STR("alice"));
    CHECK(ask_run(&ask) == IPP_STATUS_OK && ask.fake.act == IPPD_CANCEL);
    out = ask_head(&ask, IPP_OP_PRINT_JOB);
    ipp_out_text(out, IPP_TAG_URI, "printer-uri", STR("ipp://localhost/"));
    CHECK(ask_send(&ask, STR("x"), 9) == IPP_STATUS_NOT_FOUND); // no queue was named
    ask_fini(&ask);
}

int main(void)
{
    test_the_queues_are_listed();
    test_there_is_a_default_where_there_is_no_choice();
    test_jobs_of_all_queues_and_by_number();
    return tap_done();
}
