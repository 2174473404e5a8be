// A printer's attributes: what was asked for and no more, true to the queue.
#include "ippd/attr.h"

#include "lib/ippd_ask.h"
#include "lib/tap.h"

static size_t attrs_in(const struct ask *ask)
{
    size_t count = 0;
    const struct ipp_group *group = ipp_msg_group(&ask->msg, IPP_TAG_PRINTER);
    for (const struct ipp_attr *attr = group->attrs; attr != NULL; attr = attr->next) {
        count++;
    }
    return count;
}

static struct ipp_attr *attr_of(const struct ask *ask, const char *name)
{
    return ipp_msg_find(&ask->msg, IPP_TAG_PRINTER, name, IPP_TAG_NONE);
}

static uint16_t get(struct ask *ask, const char *const *names, size_t count)
{
    struct ipp_out *out = ask_begin(ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    ipp_out_texts(out, IPP_TAG_KEYWORD, "requested-attributes", names, count);
    return ask_run(ask);
}

static void test_only_what_was_asked_for(void)
{
    struct ask ask;
    ask_init(&ask);
    CHECK(get(&ask, (const char *const[]){ "printer-name", "no-such", "copies-default" }, 3) ==
          IPP_STATUS_OK);
    CHECK(attrs_in(&ask) == 2);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_PRINTER, "printer-name"), "office");
    CHECK(get(&ask, (const char *const[]){ "job-template" }, 1) == IPP_STATUS_OK);
    CHECK(attr_of(&ask, "sides-supported") != NULL && attr_of(&ask, "printer-name") == NULL);
    CHECK(get(&ask, (const char *const[]){ "printer-description" }, 1) == IPP_STATUS_OK);
    CHECK(attr_of(&ask, "sides-supported") == NULL && attr_of(&ask, "printer-name") != NULL);
    CHECK(get(&ask, (const char *const[]){ "all" }, 1) == IPP_STATUS_OK);
    size_t all = attrs_in(&ask);
    CHECK(all > 100 && attr_of(&ask, "media-col-database") == NULL);
    CHECK(get(&ask, (const char *const[]){ "all", "media-col-database" }, 2) == IPP_STATUS_OK);
    CHECK(attrs_in(&ask) == all + 1 && attr_of(&ask, "media-col-database")->count > 10);
    (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && attrs_in(&ask) == all);
    ask_fini(&ask);
}

// What its way to paper does not hand on.
static void test_a_plain_queue_does_not_announce_layout(void)
{
    static const char *const lists[] = { "job-creation-attributes-supported",
                                         "job-settable-attributes-supported" };
    for (int plain = 0; plain < 2; plain++) {
        struct ask ask;
        ask_init(&ask);
        ask.fake.queue.page_ranges = ask.fake.queue.number_up = plain == 0;
        ask.fake.queue.monochrome = ask.fake.queue.uncollated = plain == 0;
        (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
        CHECK(ask_run(&ask) == IPP_STATUS_OK);
        for (size_t i = 0; i < 2; i++) {
            const struct ipp_attr *list = attr_of(&ask, lists[i]);
            CHECK(ipp_attr_has(list, "copies") && ipp_attr_has(list, "sides"));
            CHECK(ipp_attr_has(list, "page-ranges") == (plain == 0));
            CHECK(ipp_attr_has(list, "overrides") == (plain == 0));
            CHECK(ipp_attr_has(list, "number-up") == (plain == 0));
            CHECK(ipp_attr_has(list, "document-name") == (i == 0));
        }
        CHECK((attr_of(&ask, "overrides-supported") != NULL) == (plain == 0));
        const struct ipp_attr *modes = attr_of(&ask, "print-color-mode-supported");
        CHECK(ipp_attr_has(modes, "monochrome") == (plain == 0) && ipp_attr_has(modes, "auto"));
        CHECK(attr_of(&ask, "multiple-document-handling-supported")->count == (plain == 0 ? 2 : 1));
        ask_fini(&ask);
    }
}

static void test_it_says_what_the_queue_can_do(void)
{
    struct ask ask;
    ask_init(&ask);
    ask.fake.queue.color = false;
    ask.fake.queue.duplex = false;
    ask.fake.queue.formats = IPPD_PDF;
    ask.fake.queue.accepting = false;
    ask.fake.queue.state = IPP_PRINTER_STOPPED;
    ask.fake.queue.state_reason = "paused";
    ask.facts.tls_offered = false;
    (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    CHECK(ask_run(&ask) == IPP_STATUS_OK);
    CHECK(!ipp_msg_bool(&ask.msg, IPP_TAG_PRINTER, "color-supported", true));
    CHECK(attr_of(&ask, "sides-supported")->count == 1);
    CHECK(!ipp_attr_has(attr_of(&ask, "print-color-mode-supported"), "color"));
    CHECK(attr_of(&ask, "document-format-supported")->count == 2);
    CHECK(!ipp_attr_has(attr_of(&ask, "document-format-supported"), "image/jpeg"));
    CHECK(!ipp_msg_bool(&ask.msg, IPP_TAG_PRINTER, "printer-is-accepting-jobs", true));
    CHECK(ipp_msg_int(&ask.msg, IPP_TAG_PRINTER, "printer-state", 0) == 5);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_PRINTER, "printer-state-reasons"), "paused");
    CHECK(attr_of(&ask, "pages-per-minute-color") == NULL);
    CHECK(attr_of(&ask, "printer-uri-supported")->count == 1);
    CHECK_STR(ipp_msg_text(&ask.msg, IPP_TAG_PRINTER, "printer-uri-supported"),
              "ipp://print.example:8631/ipp/print/office");
    ask_fini(&ask);
}

static void test_apple_raster_is_offered_where_it_is_read(void)
{
    struct ask ask;
    ask_init(&ask);
    (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    CHECK(ask_run(&ask) == IPP_STATUS_OK && attr_of(&ask, "urf-supported") == NULL);
    ask.fake.queue.formats |= IPPD_URF;
    ask.fake.queue.color = true;
    ask.fake.queue.duplex = false;
    (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    CHECK(ask_run(&ask) == IPP_STATUS_OK);
    CHECK(ipp_attr_has(attr_of(&ask, "document-format-supported"), "image/urf"));
    CHECK(ipp_attr_has(attr_of(&ask, "urf-supported"), "W8"));
    CHECK(ipp_attr_has(attr_of(&ask, "urf-supported"), "SRGB24"));
    CHECK(!ipp_attr_has(attr_of(&ask, "urf-supported"), "DM1"));
    ask_fini(&ask);
}

static void test_with_tls_there_are_two_addresses_of_equal_rank(void)
{
    struct ask ask;
    ask_init(&ask);
    (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
    CHECK(ask_run(&ask) == IPP_STATUS_OK);
    CHECK(ipp_attr_has(attr_of(&ask, "printer-uri-supported"),
                       "ipps://print.example:8631/ipp/print/office"));
    CHECK(attr_of(&ask, "uri-security-supported")->count == 2);
    CHECK(attr_of(&ask, "uri-authentication-supported")->count == 2);
    ask_fini(&ask);
}

// What is offered is taken: each default and each supported value, put into a job, is accepted.
static void test_what_is_offered_is_taken(void)
{
    static const char *const names[] = { "copies",
                                         "finishings",
                                         "job-hold-until",
                                         "job-priority",
                                         "job-sheets",
                                         "media",
                                         "media-col",
                                         "multiple-document-handling",
                                         "number-up",
                                         "orientation-requested",
                                         "output-bin",
                                         "print-color-mode",
                                         "print-content-optimize",
                                         "print-quality",
                                         "print-rendering-intent",
                                         "print-scaling",
                                         "printer-resolution",
                                         "sides" };
    struct ask ask;
    ask_init(&ask);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char of[64];
        (void)snprintf(of, sizeof(of), "%s-default", names[i]);
        (void)ask_begin(&ask, IPP_OP_GET_PRINTER_ATTRIBUTES);
        CHECK(ask_run(&ask) == IPP_STATUS_OK);
        struct ipp_attr attr = *attr_of(&ask, of);
        OWN(buf_free) struct buf kept = BUF_CAP(1 << 16);
        buf_add(&kept, buf_str(&ask.answer));
        attr.name = str_of(names[i]);
        struct ipp_out *out = ask_begin(&ask, IPP_OP_VALIDATE_JOB);
        ipp_out_bool(out, "ipp-attribute-fidelity", true);
        ipp_out_group(out, IPP_TAG_JOB);
        ipp_out_attr(out, &attr);
        tap_result(ask_run(&ask) == IPP_STATUS_OK, of, __FILE__, __LINE__);
    }
    ask_fini(&ask);
}

int main(void)
{
    test_only_what_was_asked_for();
    test_a_plain_queue_does_not_announce_layout();
    test_it_says_what_the_queue_can_do();
    test_apple_raster_is_offered_where_it_is_read();
    test_with_tls_there_are_two_addresses_of_equal_rank();
    test_what_is_offered_is_taken();
    return tap_done();
}
