// What is asked of the accounting server about a job, from its ticket, its plan and its facts.

#include "dre/dre_int.h"

#include "ipp/out.h"
#include "lib/tap.h"

static const struct {
    const char *name;
    uint16_t values[4];
    size_t count;
    uint32_t sets;
    const char *kinds; // "staple 12"
} finishings[] = {
    { "none", { 0 }, 0, 3, "" },
    { "a staple in each of 12 sets", { 20 }, 1, 12, "staple 12" },
    { "two staples along an edge", { 28 }, 1, 3, "staple 6" },
    { "staples and holes", { 4, 86 }, 2, 2, "staple 2, punch 10" },
    { "the same kind twice is one line", { 20, 28 }, 2, 1, "staple 3" },
    { "a fold", { 96 }, 1, 5, "fold 5" },
    { "what nobody knows is left out", { 49, 9999 }, 2, 1, "" },
    { "a count stays below its end", { 82 }, 1, UINT32_MAX, "punch 4294967295" },
};

static void test_finishings_are_counted_by_sets(void)
{
    for (size_t i = 0; i < sizeof(finishings) / sizeof(finishings[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        OWN(buf_free) struct buf text = BUF_CAP(200);
        struct ippd_ticket ticket = { .finishing_count = finishings[i].count };
        memcpy(ticket.finishings, finishings[i].values, sizeof(finishings[i].values));
        struct ippd_finishings can = { .count = 0 };
        for (size_t at = 0; at < ticket.finishing_count; at++) {
            can.values[can.count++] = ticket.finishings[at];
        }
        Quoin__V1__Finishing **list = NULL;
        size_t count = dre_work_finishings(&ticket, &can, finishings[i].sets, &arena, &list);
        for (size_t at = 0; at < count; at++) {
            buf_addf(&text, "%s%s %u", at > 0 ? ", " : "", list[at]->kind, list[at]->count);
        }
        printf("# %s\n", finishings[i].name);
        CHECK(str_eq(buf_str(&text), str_of(finishings[i].kinds)));
        can.count = 0; // a printer that cannot do it does nothing that costs
        CHECK(dre_work_finishings(&ticket, &can, finishings[i].sets, &arena, &list) == 0);
    }
}

struct office {
    struct table table;
    struct job *job;
    struct dre_planned planned;
};

static void office_open(struct office *office, struct str ticket)
{
    dre_table_init(&office->table);
    struct printer *printer = dre_table_printer_new(&office->table, STR("hall"));
    (void)snprintf(printer->pull_group, sizeof(printer->pull_group), "floor-1");
    struct queue *queue = dre_table_queue_new(&office->table, STR("office"));
    queue->printer = printer;
    printer->queue_count++;
    const struct job_text text = { .name = STR("Letter"),
                                   .format = STR("application/pdf"),
                                   .ticket = ticket,
                                   .printer = STR("hall"),
                                   .account = STR("code:acme/17") };
    office->job = dre_table_job_new(&office->table, 7, queue, STR("mary"), &text);
    office->job->bytes = 1234;
    (void)snprintf(office->job->from, sizeof(office->job->from), "127.0.0.1");
    office->planned = (struct dre_planned){ .copies = 2 };
    office->planned.plan.class_count = 1;
    office->planned.plan.classes[0] =
        (struct page_class){ .size = PAGE_LARGE, .color = true, .pages = 6, .sheets = 6 };
}

static void test_a_work_tells_all_that_the_job_says(void)
{
    OWN(buf_free) struct buf attrs = BUF_CAP(4096);
    struct ipp_out out = ipp_out_of(&attrs);
    ipp_out_keyword(&out, "media", "iso_a3_297x420mm");
    struct office office;
    office_open(&office, buf_str(&attrs));
    OWN(buf_free) struct buf packed = BUF_CAP(DRE_WORK_BYTES_MAX);
    dre_work_make(office.job, &office.planned, STR("12345678901234567890123456789012"), &packed);
    Quoin__V1__Work *work = dre_work_read(buf_str(&packed));
    CHECK(work != NULL);
    if (work != NULL) {
        CHECK_STR(str_of(work->kind), "print");
        CHECK_STR(str_of(work->user), "mary");
        CHECK_STR(str_of(work->queue), "office");
        CHECK_STR(str_of(work->printer), "hall");
        CHECK_STR(str_of(work->pull_group), "floor-1");
        CHECK_STR(str_of(work->printer_state), "idle");
        CHECK_STR(str_of(work->account), "code:acme/17");
        CHECK_STR(str_of(work->document), "Letter");
        CHECK_STR(str_of(work->format), "application/pdf");
        CHECK_STR(str_of(work->media), "iso_a3_297x420mm");
        CHECK_STR(str_of(work->from), "127.0.0.1");
        CHECK(work->copies == 2 && work->bytes == 1234 && work->digest.len == 32);
        CHECK(work->n_classes == 1 && work->classes[0]->pages == 6 && work->classes[0]->color);
    }
    quoin__v1__work__free_unpacked(work, NULL);
    CHECK(dre_work_read(STR("")) == NULL);
    CHECK(dre_work_read(STR("\xff\xff")) == NULL);
    dre_table_fini(&office.table);
}

static void test_each_payer_is_named_once(void)
{
    OWN(buf_free) struct buf text = BUF_CAP(200);
    Quoin__V1__Share mary = QUOIN__V1__SHARE__INIT;
    Quoin__V1__Share code = QUOIN__V1__SHARE__INIT;
    char names[2][16] = { "user:mary", "code:a" };
    mary.account = names[0];
    code.account = names[1];
    Quoin__V1__Share *shares[] = { &mary, &code, &mary };
    dre_work_payers(3, shares, &text);
    CHECK_STR(buf_str(&text), "user:mary, code:a");
}

int main(void)
{
    test_finishings_are_counted_by_sets();
    test_a_work_tells_all_that_the_job_says();
    test_each_payer_is_named_once();
    return tap_done();
}
