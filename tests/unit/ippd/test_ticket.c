// How a job is to be printed: each attribute judged against the queue, and stored so that it reads
// back the same.
#include "ippd/ippd.h"

#include "ipp/out.h"

#include "lib/ippd_fake.h"
#include "lib/tap.h"

struct given {
    struct buf buf;
    struct ipp_out out;
    struct arena arena;
    struct fake fake;
    struct ippd_backend backend;
    struct ippd_ticket ticket;
    struct ippd_checked checked;
};

static struct ipp_out *given_begin(struct given *given)
{
    memset(given, 0, sizeof(*given));
    given->buf = BUF_CAP(1 << 16);
    given->arena = ARENA_CAP(1 << 20);
    fake_init(&given->fake, &given->backend);
    given->out = ipp_out_of(&given->buf);
    ipp_out_head(&given->out, 2, 0, 2, 1);
    ipp_out_group(&given->out, IPP_TAG_JOB);
    return &given->out;
}

static bool given_check(struct given *given)
{
    struct ipp_msg msg;
    struct err err;
    ipp_out_end(&given->out);
    bool ok = ipp_msg_decode(buf_str(&given->buf), &IPP_CAPS_REQUEST, &given->arena, &msg, &err) &&
              ippd_ticket_check(msg.groups->attrs, &given->fake.queue, &given->arena,
                                &given->ticket, &given->checked, &err);
    CHECK(ok);
    return ok;
}

static void given_end(struct given *given)
{
    buf_free(&given->buf);
    arena_free(&given->arena);
    fake_fini(&given->fake);
}

static void write_all(struct ipp_out *out)
{
    ipp_out_int(out, "copies", 3);
    ipp_out_keyword(out, "sides", "two-sided-long-edge");
    ipp_out_keyword(out, "print-color-mode", "monochrome");
    ipp_out_keyword(out, "job-hold-until", "indefinite");
    ipp_out_int(out, "number-up", 4);
    ipp_out_int(out, "job-priority", 70);
    ipp_out_keyword(out, "multiple-document-handling", "separate-documents-uncollated-copies");
    ipp_out_range(out, "page-ranges", 1, 3);
    ipp_out_range(out, NULL, 7, 9);
    ipp_out_open(out, "media-col");
    ipp_out_open(out, "media-size");
    ipp_out_int(out, "x-dimension", 29700);
    ipp_out_int(out, "y-dimension", 42000);
    ipp_out_close(out);
    ipp_out_keyword(out, "media-type", "stationery");
    ipp_out_int(out, "media-top-margin", 0);
    ipp_out_close(out);
    ipp_out_open(out, "overrides");
    ipp_out_range(out, "pages", 2, 2);
    ipp_out_enum(out, "orientation-requested", 4);
    ipp_out_close(out);
    ipp_out_enum(out, "print-quality", 5);
    ipp_out_dpi(out, "printer-resolution", 600, 600);
    ipp_out_enum(out, "finishings", 3);
    ipp_out_text(out, IPP_TAG_NAME, "job-account-id", STR("4711"));
}

static bool is_as_asked(const struct ippd_ticket *ticket)
{
    return ticket->copies == 3 && ticket->sides == PAGE_TWO_SIDED_LONG &&
           ticket->color == IPPD_COLOR_MONOCHROME && ticket->hold == IPPD_HOLD_INDEFINITE &&
           ticket->number_up == 4 && ticket->priority == 70 && !ticket->collate &&
           ticket->width == 29700 && ticket->height == 42000 && ticket->range_count == 2 &&
           ticket->ranges[0].first == 1 && ticket->ranges[0].last == 3 &&
           ticket->ranges[1].first == 7 && ticket->ranges[1].last == 9;
}

static void test_all_that_is_supported_is_taken_and_reads_back(void)
{
    struct given given;
    struct ippd_ticket again;
    struct err err;
    write_all(given_begin(&given));
    (void)given_check(&given);
    CHECK(given.checked.unsupported == NULL && !given.checked.conflict);
    CHECK(is_as_asked(&given.ticket));
    CHECK(ippd_ticket_read(given.ticket.attrs, &given.arena, &again, &err));
    CHECK(is_as_asked(&again));
    CHECK(str_eq(again.attrs, given.ticket.attrs));
    given_end(&given);
}

static void test_nothing_asked_gives_the_defaults(void)
{
    struct given given;
    struct ippd_ticket again;
    struct err err;
    (void)given_begin(&given);
    (void)given_check(&given);
    CHECK(given.ticket.copies == 1 && given.ticket.number_up == 1 && given.ticket.priority == 50 &&
          given.ticket.collate && given.ticket.sides == PAGE_ONE_SIDED &&
          given.ticket.hold == IPPD_HOLD_NONE && given.ticket.width == 0 &&
          given.ticket.range_count == 0 && given.ticket.attrs.len == 0);
    CHECK(ippd_ticket_read(STR(""), &given.arena, &again, &err) && again.copies == 1);
    CHECK(!ippd_ticket_read(STR("\x21\0\6copies\0\4\0"), &given.arena, &again, &err));
    CHECK(!ippd_ticket_read(STR("\x21\0\6copies\0\4\0\0\0\0"), &given.arena, &again, &err));
    given_end(&given);
}

enum bad {
    COPIES_0,
    COPIES_MANY,
    COPIES_WORD,
    COPIES_TWO,
    SIDES_ODD,
    RANGES_DOWN,
    RANGES_OVERLAP,
    RANGES_0,
    NUMBER_UP_3,
    MEDIA_ODD,
    COL_SIZE,
    COL_MEMBER,
    HOLD_NIGHT,
    RESOLUTION_ODD,
    OVERRIDES_NO_PAGES,
    OVERRIDES_MEDIA,
    NO_SUCH,
    BAD_COUNT,
};

static void write_bad(struct ipp_out *out, enum bad bad)
{
    switch (bad) {
    case COPIES_0: ipp_out_int(out, "copies", 0); break;
    case COPIES_MANY: ipp_out_int(out, "copies", 1000); break;
    case COPIES_WORD: ipp_out_keyword(out, "copies", "two"); break;
    case COPIES_TWO:
        ipp_out_int(out, "copies", 1);
        ipp_out_int(out, NULL, 2);
        break;
    case SIDES_ODD: ipp_out_keyword(out, "sides", "three-sided"); break;
    case RANGES_DOWN: ipp_out_range(out, "page-ranges", 3, 1); break;
    case RANGES_OVERLAP:
        ipp_out_range(out, "page-ranges", 1, 3);
        ipp_out_range(out, NULL, 3, 4);
        break;
    case RANGES_0: ipp_out_range(out, "page-ranges", 0, 4); break;
    case NUMBER_UP_3: ipp_out_int(out, "number-up", 3); break;
    case MEDIA_ODD: ipp_out_keyword(out, "media", "napkin"); break;
    case COL_SIZE:
        ipp_out_open(out, "media-col");
        ipp_out_open(out, "media-size");
        ipp_out_int(out, "x-dimension", 5);
        ipp_out_int(out, "y-dimension", 5);
        ipp_out_close(out);
        ipp_out_close(out);
        break;
    case COL_MEMBER:
        ipp_out_open(out, "media-col");
        ipp_out_keyword(out, "media-colour", "pink");
        ipp_out_close(out);
        break;
    case HOLD_NIGHT: ipp_out_keyword(out, "job-hold-until", "night"); break;
    case RESOLUTION_ODD: ipp_out_dpi(out, "printer-resolution", 77, 77); break;
    case OVERRIDES_NO_PAGES:
        ipp_out_open(out, "overrides");
        ipp_out_keyword(out, "sides", "one-sided");
        ipp_out_close(out);
        break;
    case OVERRIDES_MEDIA: // would change what the pages cost
        ipp_out_open(out, "overrides");
        ipp_out_range(out, "pages", 1, 1);
        ipp_out_keyword(out, "media", "iso_a3_297x420mm");
        ipp_out_close(out);
        break;
    case NO_SUCH:
    case BAD_COUNT: ipp_out_int(out, "colour-of-the-sky", 1); break;
    }
}

static void test_what_is_not_supported_is_named_and_left_out(void)
{
    for (int i = 0; i < BAD_COUNT; i++) {
        struct given given;
        struct ipp_out *out = given_begin(&given);
        write_bad(out, (enum bad)i);
        ipp_out_int(out, "job-priority", 9);
        (void)given_check(&given);
        const struct ipp_attr *refused = given.checked.unsupported;
        CHECK(refused != NULL && refused->next == NULL);
        CHECK((refused->values->tag == IPP_TAG_UNSUPPORTED) == (i == NO_SUCH));
        CHECK(given.ticket.copies == 1 && given.ticket.range_count == 0 &&
              given.ticket.width == 0 && given.ticket.priority == 9);
        given_end(&given);
    }
}

static void test_a_plain_queue_takes_less(void)
{
    struct given given;
    struct ipp_out *out = given_begin(&given);
    given.fake.queue.duplex = false;
    given.fake.queue.color = false;
    given.fake.queue.number_up = false;
    given.fake.queue.page_ranges = false;
    ipp_out_keyword(out, "sides", "two-sided-long-edge");
    ipp_out_keyword(out, "print-color-mode", "color");
    ipp_out_int(out, "number-up", 2);
    ipp_out_range(out, "page-ranges", 1, 1);
    (void)given_check(&given);
    int count = 0;
    for (const struct ipp_attr *attr = given.checked.unsupported; attr != NULL; attr = attr->next) {
        count++;
    }
    CHECK(count == 4 && given.ticket.attrs.len == 0);
    CHECK(!given.ticket.sides_said);
    given_end(&given);
}

static void test_a_printer_that_gets_the_document_alone_is_told_nothing(void)
{
    struct given given;
    struct ipp_out *out = given_begin(&given);
    given.fake.queue.monochrome = false;
    given.fake.queue.uncollated = false;
    ipp_out_keyword(out, "print-color-mode", "monochrome");
    ipp_out_keyword(out, "multiple-document-handling", "separate-documents-uncollated-copies");
    (void)given_check(&given);
    CHECK(given.checked.unsupported != NULL && given.checked.unsupported->next != NULL);
    CHECK(given.ticket.attrs.len == 0 && given.ticket.collate);
    CHECK(given.ticket.color == IPPD_COLOR_AUTO);
    given_end(&given);
}

// A raster comes out as it is: the printer is not asked for what it cannot do, so that it cannot do
// it by chance either.
static void test_only_a_pdf_is_laid_out(void)
{
    struct given given;
    struct ipp_out *out = given_begin(&given);
    struct ippd_ticket told;
    struct str attrs;
    struct err err;
    write_all(out);
    CHECK(given_check(&given));
    CHECK(ippd_ticket_forward(given.ticket.attrs, STR("application/pdf"), &given.arena, &attrs,
                              &err));
    CHECK(ippd_ticket_read(attrs, &given.arena, &told, &err));
    CHECK(told.number_up == 4 && told.range_count == 2 && told.account.len == 0);
    CHECK(memmem(attrs.ptr, attrs.len, "4711", 4) == NULL); // who pays is not the printer's affair
    CHECK(ippd_ticket_forward(given.ticket.attrs, STR("image/pwg-raster"), &given.arena, &attrs,
                              &err));
    CHECK(ippd_ticket_read(attrs, &given.arena, &told, &err));
    CHECK(told.number_up == 1 && told.range_count == 0);
    CHECK(told.copies == 3 && told.sides == PAGE_TWO_SIDED_LONG && told.sides_said);
    CHECK(told.color == IPPD_COLOR_MONOCHROME && !told.collate);
    CHECK(memmem(attrs.ptr, attrs.len, "number-up", 9) == NULL);
    CHECK(ippd_ticket_forward(STR(""), STR("image/urf"), &given.arena, &attrs, &err));
    CHECK(attrs.len == 0);
    CHECK(!ippd_ticket_forward(STR("\x21\0\6copies\0\4\0"), STR("image/urf"), &given.arena, &attrs,
                               &err));
    given_end(&given);
}

static void test_who_pays_what_paper_and_finishings_are_told(void)
{
    struct given given;
    struct ippd_ticket again;
    struct err err;
    struct ipp_out *out = given_begin(&given);
    ipp_out_text(out, IPP_TAG_TEXT, "job-billing", STR("acme/17"));
    ipp_out_open(out, "media-col");
    ipp_out_open(out, "media-size");
    ipp_out_int(out, "x-dimension", 29700);
    ipp_out_int(out, "y-dimension", 42000);
    ipp_out_close(out);
    ipp_out_keyword(out, "media-type", "labels");
    ipp_out_keyword(out, "media-source", "by-pass-tray");
    ipp_out_close(out);
    (void)given_check(&given);
    CHECK(given.checked.unsupported == NULL);
    CHECK(ippd_ticket_read(given.ticket.attrs, &given.arena, &again, &err));
    CHECK_STR(again.account, "acme/17");
    CHECK_STR(again.media, "iso_a3_297x420mm");
    CHECK_STR(again.media_type, "labels");
    CHECK_STR(again.media_source, "by-pass-tray");
    given_end(&given);
    // The standard's attribute goes before that of CUPS, wherever it stands.
    out = given_begin(&given);
    ipp_out_text(out, IPP_TAG_NAME, "job-account-id", STR("4711"));
    ipp_out_text(out, IPP_TAG_TEXT, "job-billing", STR("acme/17"));
    (void)given_check(&given);
    CHECK_STR(given.ticket.account, "4711");
    given_end(&given);
    out = given_begin(&given);
    ipp_out_text(out, IPP_TAG_TEXT, "job-billing", STR("acme/17"));
    ipp_out_text(out, IPP_TAG_NAME, "job-account-id", STR("4711"));
    (void)given_check(&given);
    CHECK_STR(given.ticket.account, "4711");
    given_end(&given);
}

static void test_a_queue_takes_the_finishings_of_its_printer(void)
{
    static const struct ippd_finishings can = { { 4, 74 }, 2 };
    struct given given;
    struct ippd_ticket again;
    struct err err;
    struct ipp_out *out = given_begin(&given);
    ipp_out_enum(out, "finishings", 4);
    ipp_out_enum(out, NULL, 74);
    ipp_out_enum(out, NULL, 4);
    given.fake.queue.finishings = &can;
    (void)given_check(&given);
    CHECK(given.checked.unsupported == NULL && given.ticket.finishing_count == 2);
    CHECK(ippd_ticket_read(given.ticket.attrs, &given.arena, &again, &err));
    CHECK(again.finishing_count == 2 && again.finishings[0] == 4 && again.finishings[1] == 74);
    given_end(&given);
    out = given_begin(&given); // all of them, or none
    ipp_out_enum(out, "finishings", 4);
    ipp_out_enum(out, NULL, 5);
    given.fake.queue.finishings = &can;
    (void)given_check(&given);
    CHECK(given.checked.unsupported != NULL && given.ticket.finishing_count == 0);
    given_end(&given);
    out = given_begin(&given);
    ipp_out_enum(out, "finishings", 4); // of a queue whose printer can do nothing
    given.fake.queue.finishings = NULL;
    (void)given_check(&given);
    CHECK(given.checked.unsupported != NULL && given.ticket.attrs.len == 0);
    given_end(&given);
}

static void test_one_attribute_is_set_and_the_rest_stays(void)
{
    struct given given;
    struct ippd_ticket now;
    struct str attrs;
    struct str back;
    struct err err;
    bool is_recharge = true;
    write_all(given_begin(&given));
    (void)given_check(&given);
    CHECK(ippd_ticket_set(given.ticket.attrs, "sides", IPP_TAG_KEYWORD, STR("one-sided"),
                          &given.arena, &attrs, &err));
    CHECK(ippd_ticket_read(attrs, &given.arena, &now, &err));
    CHECK(now.sides == PAGE_ONE_SIDED && now.sides_said && now.copies == 3 && now.number_up == 4);
    CHECK(ippd_ticket_is_recharge(given.ticket.attrs, attrs, &given.arena, &is_recharge, &err));
    CHECK(!is_recharge);
    CHECK(ippd_ticket_set(given.ticket.attrs, "job-account-id", IPP_TAG_NAME, STR("code:a/1"),
                          &given.arena, &attrs, &err));
    CHECK(ippd_ticket_is_recharge(given.ticket.attrs, attrs, &given.arena, &is_recharge, &err));
    CHECK(is_recharge);
    CHECK(ippd_ticket_read(attrs, &given.arena, &now, &err));
    CHECK_STR(now.account, "code:a/1");
    CHECK(
        ippd_ticket_set(attrs, "job-account-id", IPP_TAG_NAME, STR(""), &given.arena, &back, &err));
    CHECK(ippd_ticket_read(back, &given.arena, &now, &err) && now.account.len == 0);
    CHECK(ippd_ticket_set(STR(""), "print-color-mode", IPP_TAG_KEYWORD, STR("monochrome"),
                          &given.arena, &attrs, &err));
    CHECK(ippd_ticket_read(attrs, &given.arena, &now, &err));
    CHECK(now.color == IPPD_COLOR_MONOCHROME);
    CHECK(!ippd_ticket_set(STR("\x21\0\6copies\0\4\0"), "sides", IPP_TAG_KEYWORD, STR("one-sided"),
                           &given.arena, &attrs, &err));
    given_end(&given);
}

static void test_media_named_twice_is_a_conflict(void)
{
    struct given given;
    struct ipp_out *out = given_begin(&given);
    ipp_out_keyword(out, "media", "iso_a4_210x297mm");
    ipp_out_open(out, "media-col");
    ipp_out_close(out);
    (void)given_check(&given);
    CHECK(given.checked.conflict);
    given_end(&given);
}

int main(void)
{
    test_all_that_is_supported_is_taken_and_reads_back();
    test_nothing_asked_gives_the_defaults();
    test_what_is_not_supported_is_named_and_left_out();
    test_a_plain_queue_takes_less();
    test_a_printer_that_gets_the_document_alone_is_told_nothing();
    test_only_a_pdf_is_laid_out();
    test_media_named_twice_is_a_conflict();
    test_who_pays_what_paper_and_finishings_are_told();
    test_a_queue_takes_the_finishings_of_its_printer();
    test_one_attribute_is_set_and_the_rest_stays();
    return tap_done();
}
