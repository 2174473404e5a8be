// The jobs in memory: order of lists, texts, what is dropped, and what a held job costs.

#include "dre/table.h"

#include "base/mem.h"
#include "lib/tap.h"
#include <malloc.h>
#include <stdint.h>

static struct queue *make(struct table *table)
{
    dre_table_init(table);
    struct printer *printer = dre_table_printer_new(table, STR("p"));
    struct queue *queue = dre_table_queue_new(table, STR("q"));
    queue->printer = printer;
    printer->queue_count = 1;
    return queue;
}

static struct job *add(struct table *table, struct queue *queue, const char *owner)
{
    const struct job_text text = { .name = STR("report.pdf"), .format = STR("application/pdf") };
    return dre_table_job_new(table, 0, queue, str_of(owner), &text);
}

static void test_lists_stand_in_the_order_of_ids(void)
{
    struct table table;
    struct queue *queue = make(&table);
    struct job *a = add(&table, queue, "mary");
    struct job *b = add(&table, queue, "mary");
    struct job *c = add(&table, queue, "bob");
    CHECK(a->id == 1 && c->id == 3 && table.open.count == 3);
    c->core.state = JOB_COMPLETED;
    dre_table_job_update(&table, c);
    a->core.state = JOB_CANCELED;
    dre_table_job_update(&table, a);
    CHECK(queue->ended.first == a && queue->ended.last == c && queue->open.first == b);
    CHECK(a->owner->open.first == b && a->owner->ended.first == a);
    CHECK(dre_table_list_after(&table, &table.ended, 1, TABLE_BY_AGE) == c);
    CHECK(dre_table_list_after(&table, &table.ended, 2, TABLE_BY_AGE) == c);
    CHECK(dre_table_list_after(&table, &table.open, 0, TABLE_BY_AGE) == b);
    CHECK(dre_table_list_after(&table, &table.open, 3, TABLE_BY_AGE) == NULL);
    dre_table_job_free(&table, a);
    CHECK(dre_table_job_find(&table, 1) == NULL && table.ended.count == 1);
    dre_table_job_free(&table, b);
    CHECK(map_find(&table.owners, STR("mary")) == NULL);
    dre_table_fini(&table);
}

static void test_ended_jobs_are_dropped_past_the_bound_oldest_first(void)
{
    struct table table;
    struct queue *queue = make(&table);
    for (int at = 0; at < TABLE_ENDED_MAX + 5; at++) {
        struct job *job = add(&table, queue, "mary");
        job->core.state = JOB_COMPLETED;
        dre_table_job_update(&table, job);
    }
    CHECK(table.ended.count == TABLE_ENDED_MAX && table.ended.first->id == 6);
    CHECK(queue->ended.count == TABLE_ENDED_MAX);
    dre_table_fini(&table);
}

static void test_texts_are_kept_apart_and_cut(void)
{
    struct table table;
    struct queue *queue = make(&table);
    struct job *job = add(&table, queue, "mary");
    dre_table_job_set_message(job, STR("No paper."));
    struct job_text text = dre_table_job_text(job);
    CHECK_STR(text.name, "report.pdf");
    CHECK_STR(text.format, "application/pdf");
    CHECK_STR(text.message, "No paper.");
    char *large = mem_new(TABLE_TEXT_MAX + 100);
    memset(large, 'x', TABLE_TEXT_MAX + 100);
    text.ticket = (struct str){ large, TABLE_TEXT_MAX + 100 };
    dre_table_job_set_text(job, &text);
    text = dre_table_job_text(job);
    CHECK_STR(text.name, "report.pdf");
    CHECK(text.ticket.len < TABLE_TEXT_MAX && text.message.len == 0);
    free(large);
    dre_table_fini(&table);
}

static void test_names_of_owners_are_lower_case_and_else_as_they_are(void)
{
    char text[32];
    CHECK_STR(dre_table_owner_name(STR("Mary"), text, sizeof(text)), "mary");
    CHECK_STR(dre_table_owner_name(STR("DOM\\Mary"), text, sizeof(text)), "dom\\mary");
    CHECK_STR(dre_table_owner_name(STR("M\xc3\x89@x"), text, sizeof(text)), "m\xc3\x89@x");
    CHECK(dre_table_owner_name(STR("0123456789"), text, 5).len == 4);
}

static void test_a_held_job_costs_less_than_a_kilobyte(void)
{
    enum { COUNT = 10000 };
    struct table table;
    struct queue *queue = make(&table);
    size_t before = mallinfo2().uordblks;
    for (int at = 0; at < COUNT; at++) {
        struct job *job = add(&table, queue, "mary");
        job->core.state = JOB_HELD;
        struct job_text text = dre_table_job_text(job);
        char ticket[200];
        memset(ticket, 't', sizeof(ticket));
        text.ticket = (struct str){ ticket, sizeof(ticket) };
        dre_table_job_set_text(job, &text);
    }
    size_t each = (mallinfo2().uordblks - before) / COUNT;
    printf("# %zu bytes a held job\n", each);
    CHECK(each < 900);
    dre_table_fini(&table);
}

static void test_a_job_is_called_by_its_name_before_its_documents(void)
{
    static const struct {
        const char *name;
        const char *document;
        const char *title;
    } rows[] = {
        { "Report", "r.pdf", "Report" },  { "r.pdf", "", "r.pdf" },       { "", "r.pdf", "r.pdf" },
        { "Untitled", "r.pdf", "r.pdf" }, { "Untitled", "", "Untitled" }, { "", "", "" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct job_text text = { .name = str_of(rows[i].name),
                                 .document = str_of(rows[i].document) };
        CHECK(str_eq(dre_table_job_title(&text), str_of(rows[i].title)));
    }
}

int main(void)
{
    test_a_job_is_called_by_its_name_before_its_documents();
    test_lists_stand_in_the_order_of_ids();
    test_ended_jobs_are_dropped_past_the_bound_oldest_first();
    test_texts_are_kept_apart_and_cut();
    test_names_of_owners_are_lower_case_and_else_as_they_are();
    test_a_held_job_costs_less_than_a_kilobyte();
    return tap_done();
}
