// What is written to the journal is there when it is opened again: jobs, their story, their sealed
// documents, queues and printers; and nothing of a document once it was erased.

#include "dre/journal.h"

#include "base/clk.h"
#include "dre/journal_db.h"
#include "lib/folder.h"
#include "lib/tap.h"
#include <stdio.h>

static struct spool spool;
static char database[256];
static int told;
static int failed;

static void on_done(void *arg, struct journal_write *write, bool ok, const struct err *err)
{
    (void)write;
    (void)err;
    told++;
    failed += !ok;
    if (arg != NULL) {
        net_loop_stop(arg);
    }
}

static void put(struct table *table)
{
    struct printer *printer = dre_table_printer_new(table, STR("p"));
    (void)snprintf(printer->uri, sizeof(printer->uri), "socket://127.0.0.1:9100");
    struct queue *queue = dre_table_queue_new(table, STR("q"));
    queue->printer = printer;
    printer->queue_count = 1;
    queue->holds = true;
    queue->keep_hours = 5;
    queue->expire_hours = 9;
    queue->trust = TRUST_AGENT;
    queue->guests = true;
    queue->raw_port = 9101;
    queue->announce = true;
}

static void write_all(struct net_loop *loop, struct journal *journal, struct table *table)
{
    struct err err;
    CHECK(dre_journal_load(journal, table, &err));
    put(table);
    struct queue *queue = dre_table_queue_find(table, STR("q"));
    CHECK(dre_journal_submit(journal, dre_journal_printer(queue->printer, false, on_done, NULL)));
    CHECK(dre_journal_submit(journal, dre_journal_queue(queue, false, on_done, NULL)));
    const struct job_text text = { .name = STR("r\xc3\xa9sum\xc3\xa9"),
                                   .ticket = { "\x21\0\6", 3 },
                                   .sent = STR("user:bob\ngroup:staff"),
                                   .identity = STR("address"),
                                   .by = STR("anna"),
                                   .device = STR("desk"),
                                   .message = STR("Held.") };
    struct job *job = dre_table_job_new(table, 41, queue, STR("mary"), &text);
    job->uuid[0] = 9;
    job->core.state = JOB_HELD;
    job->core.reason = JOB_REASON_QUEUE_HOLDS;
    job->core.flags = JOB_FLAG_COUNTED | JOB_FLAG_RESERVED;
    job->core.attempt = 3;
    job->cost = -5;
    job->bytes = 11;
    job->deaths = 2;
    job->asked_by[15] = 6;
    job->is_asked = true;
    job->created_at = 1000;
    job->expires_at = 2000;
    job->origin = 40;
    struct spool_document *document = dre_spool_document_new(41);
    buf_add(&document->bytes, STR("hello world"));
    document->len = 11;
    struct journal_write *write = dre_journal_job(job, on_done, NULL);
    const struct journal_detail detail = { .facts = STR("facts"), .events = STR("1 created \n") };
    dre_journal_add_detail(write, &detail);
    dre_journal_add_document(write, document);
    const struct journal_head head = { .sequence = 17, .hash = { 4 } };
    dre_journal_add_head(write, &head);
    CHECK(dre_journal_submit(journal, write));
    dre_spool_document_drop(&document);
    write = dre_journal_job(job, on_done, loop);
    const struct journal_detail more = { .plan = STR("one page"), .events = STR("2 held x\n") };
    dre_journal_add_detail(write, &more);
    CHECK(dre_journal_submit(journal, write));
    net_loop_run(loop);
    CHECK(told == 4 && failed == 0);
}

static void check_job(const struct table *table)
{
    const struct job *job = dre_table_job_find(table, 41);
    CHECK(job != NULL && job->queue == dre_table_queue_find(table, STR("q")));
    CHECK(job->core.state == JOB_HELD && job->core.attempt == 3 && job->cost == -5);
    CHECK(job->uuid[0] == 9 && strcmp(job->owner->name, "mary") == 0 && job->core.answered);
    struct job_text text = dre_table_job_text(job);
    CHECK_STR(text.name, "r\xc3\xa9sum\xc3\xa9");
    CHECK(text.ticket.len == 3 && memcmp(text.ticket.ptr, "\x21\0\6", 3) == 0);
    CHECK_STR(text.sent, "user:bob\ngroup:staff");
    CHECK_STR(text.identity, "address");
    CHECK_STR(text.by, "anna");
    CHECK_STR(text.device, "desk");
    CHECK(job->expires_at == 2000 && job->origin == 40);
    CHECK(dre_marks_find(&table->marks, STR("group:staff")) != NULL);
    CHECK(job->is_asked && job->asked_by[15] == 6);
    CHECK(job->deaths == 2 && job->queue->keep_hours == 5);
    CHECK(job->queue->expire_hours == 9 && job->queue->trust == TRUST_AGENT);
    CHECK(job->queue->guests && job->queue->raw_port == 9101 && job->queue->announce);
    CHECK(table->next_id == 42 && job->queue->holds && job->queue->printer->queue_count == 1);
}

static void check_reader(void)
{
    struct journal_reader *reader = NULL;
    struct err err;
    OWN(buf_free) struct buf buf = BUF_CAP(1 << 20);
    struct journal_detail detail;
    CHECK(dre_journal_reader_open(database, &reader, &err));
    CHECK(dre_journal_read_detail(reader, 41, &buf, &detail, &err));
    CHECK_STR(detail.facts, "facts");
    CHECK_STR(detail.plan, "one page");
    CHECK_STR(detail.events, "1 created \n2 held x\n");
    CHECK(detail.refusal.len == 0);
    struct spool_document *document = NULL;
    CHECK(dre_journal_read_document(reader, &spool, 41, false, 11, &document, &err));
    CHECK_STR(buf_str(&document->bytes), "hello world");
    dre_spool_document_drop(&document);
    CHECK(!dre_journal_read_detail(reader, 5, &buf, &detail, &err) && err.code == ERR_NOT_FOUND);
    dre_journal_reader_close(&reader);
}

static void take_kept(void *arg, const struct journal_kept *kept)
{
    int *met = arg;
    (*met)++;
    CHECK(kept->id == 41 && kept->created_at == 1000 && kept->bytes == 11 && kept->deaths == 2);
    CHECK(str_eq(kept->facts, STR("facts")) && str_eq(kept->queue, STR("q")));
}

// How many documents a query finds.
static int kept(struct journal_reader *reader, const struct journal_kept_query *query)
{
    struct err err;
    int met = 0;
    uint64_t count = 0;
    CHECK(dre_journal_read_kept(reader, query, take_kept, &met, &err));
    CHECK(dre_journal_count_kept(reader, query, &count, &err) && count == (uint64_t)met);
    return met;
}

static void check_kept(struct journal_reader *reader)
{
    struct journal_kept_query query = { .until = 2000, .queue = STR("q"), .limit = 9 };
    CHECK(kept(reader, &query) == 1);
    query.queue = STR("other");
    CHECK(kept(reader, &query) == 0);
    query.queue = STR("");
    query.after = 41;
    CHECK(kept(reader, &query) == 0);
    query.after = 40;
    query.until = 1000;
    CHECK(kept(reader, &query) == 0);
    query.until = 1001;
    query.since = 1000;
    CHECK(kept(reader, &query) == 1);
}

// A document outlives its job until its time comes, and is erased by its id then.
static void keep(struct net_loop *loop, struct journal *journal, struct table *table)
{
    struct err err;
    struct job *job = dre_table_job_find(table, 41);
    struct journal_reader *reader = NULL;
    bool is_kept = true;
    uint32_t ids[4];
    size_t count = 9;
    CHECK(dre_journal_reader_open(database, &reader, &err));
    CHECK(dre_journal_is_kept(reader, 41, &is_kept, &err) && !is_kept);
    check_kept(reader);
    struct journal_write *write = dre_journal_job(job, on_done, loop);
    dre_journal_keep_document(write, 5000);
    CHECK(dre_journal_submit(journal, write));
    net_loop_run(loop);
    CHECK(dre_journal_is_kept(reader, 41, &is_kept, &err) && is_kept);
    check_kept(reader);
    CHECK(dre_journal_read_expired(reader, 4999, ids, 4, &count, &err) && count == 0);
    CHECK(dre_journal_read_expired(reader, 5000, ids, 4, &count, &err) && count == 1);
    CHECK(ids[0] == 41);
    CHECK(dre_journal_submit(journal, dre_journal_erase(41, on_done, loop)));
    net_loop_run(loop);
    CHECK(dre_journal_is_kept(reader, 41, &is_kept, &err) && !is_kept);
    CHECK(dre_journal_read_expired(reader, 9999, ids, 4, &count, &err) && count == 0);
    struct journal_kept_query query = { .until = 2000, .limit = 9 };
    CHECK(kept(reader, &query) == 0 && failed == 0);
    dre_journal_reader_close(&reader);
}

static void erase(struct net_loop *loop, struct journal *journal, struct table *table)
{
    struct err err;
    struct job *job = dre_table_job_find(table, 41);
    job->core.state = JOB_CANCELED;
    struct journal_write *write = dre_journal_job(job, on_done, loop);
    dre_journal_drop_document(write);
    CHECK(dre_journal_submit(journal, write));
    net_loop_run(loop);
    struct journal_reader *reader = NULL;
    struct spool_document *document = NULL;
    CHECK(dre_journal_reader_open(database, &reader, &err));
    CHECK(!dre_journal_read_document(reader, &spool, 41, false, 11, &document, &err) &&
          err.code == ERR_NOT_FOUND);
    dre_journal_reader_close(&reader);
}

// Where no monitoring engine ever fetches them: the newest so many, and none that is old.
static void notes_stay_bounded(void)
{
    enum { NOTES = 50, KEPT = 20 };
    const int64_t day = 24LL * 3600 * 1000;
    struct db *db = NULL;
    struct err err;
    struct journal_note found[JOURNAL_NOTES_MAX];
    size_t count = 0;
    int64_t now = clk_wall_ms();
    CHECK(dre_journal_db_open(database, false, &db, &err));
    struct journal_statements *statements = dre_journal_db_prepare(db, &err);
    CHECK(statements != NULL);
    for (uint32_t job = 1; job <= NOTES; job++) {
        struct journal_note note = { .job = job, .at = job == NOTES ? now - 41 * day : now };
        CHECK(dre_journal_db_put_note(statements, &note, &err));
    }
    CHECK(dre_journal_db_forget_notes(statements, now, NOTES, &err));
    CHECK(dre_journal_db_read_notes(db, found, JOURNAL_NOTES_MAX, &count, &err));
    CHECK(count == NOTES - 1 && found[count - 1].job == NOTES - 1);
    CHECK(dre_journal_db_forget_notes(statements, now, KEPT, &err));
    CHECK(dre_journal_db_read_notes(db, found, JOURNAL_NOTES_MAX, &count, &err));
    CHECK(count == KEPT && found[0].job == NOTES - KEPT);
    CHECK(dre_journal_db_forget_notes(statements, now, 0, &err));
    CHECK(dre_journal_db_read_notes(db, found, JOURNAL_NOTES_MAX, &count, &err) && count == 0);
    dre_journal_db_free(&statements);
    db_close(&db);
}

int main(void)
{
    const char *folder = folder_make();
    char path[200];
    char key[200];
    struct err err;
    (void)snprintf(path, sizeof(path), "%s/spool", folder);
    (void)snprintf(key, sizeof(key), "%s/key", folder);
    (void)snprintf(database, sizeof(database), "%s/dre.db", folder);
    CHECK(dre_spool_open(&spool, path, key, &err));
    struct net_loop *loop = net_loop_new();
    struct journal *journal = NULL;
    struct table table;
    dre_table_init(&table);
    CHECK(dre_journal_open(loop, &spool, database, &journal, &err));
    write_all(loop, journal, &table);
    dre_journal_close(&journal);
    dre_table_fini(&table);

    dre_table_init(&table);
    CHECK(dre_journal_open(loop, &spool, database, &journal, &err));
    CHECK(dre_journal_load(journal, &table, &err));
    check_job(&table);
    CHECK(dre_journal_head_get(journal)->sequence == 17 &&
          dre_journal_head_get(journal)->hash[0] == 4);
    check_reader();
    keep(loop, journal, &table);
    erase(loop, journal, &table);
    dre_journal_close(&journal);
    dre_table_fini(&table);
    notes_stay_bounded();
    dre_spool_close(&spool);
    net_loop_free(&loop);
    folder_end();
    return tap_done();
}
