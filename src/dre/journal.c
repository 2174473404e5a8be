// journal: see journal.h. The loop makes writes and gets their ends; the batch thread owns the
// writing connection while it works.

#include "dre/journal.h"

#include "base/clk.h"
#include "base/mem.h"
#include "db/group.h"
#include "dre/journal_db.h"
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_MOST = 512,
    QUEUE_MAX = 65536,
    WRITE_TEXT_MAX = 8 << 20,
    TEXT_RUNS = 12, // of them from struct job_text
    RUNS = 25,      // texts of a row that the write owns
    REST_MS = 100,  // without a write: then the log is copied home
    REST_PAGES = 256,
};

struct journal {
    struct db *db; // owned; the batch thread's from dre_journal_load on
    struct journal_statements *statements;
    struct net_batch *batch;
    struct net_loop *loop;     // borrowed
    const struct spool *spool; // borrowed
    struct journal_head head;
    _Atomic bool must_stop;
};

enum write_kind { WRITE_JOB, WRITE_QUEUE, WRITE_PRINTER, WRITE_ERASE, WRITE_NOTED, WRITE_NOTHING };

struct journal_write {
    struct net_batch_item item; // first: the batch gives it back
    struct db_task task;
    struct journal *journal; // borrowed
    journal_done *done;
    void *arg;
    enum write_kind kind;
    uint32_t number;
    struct journal_row row;
    struct buf texts; // what the runs of row point into once it is submitted
    size_t starts[RUNS];
    struct spool_document *document; // used; NULL: none
    bool drop_document;
    int64_t keep_until;       // of the document; 0: as it is
    struct journal_head head; // sequence 0: none
    struct queue queue;       // copies, for their kinds; links are not used
    struct printer printer;
    bool drop;
    struct journal_note note;   // at 0: none
    struct journal_note *noted; // owned
    size_t noted_count;
};

static struct journal_write *write_of_task(struct db_task *task)
{
    return (struct journal_write *)((char *)task - offsetof(struct journal_write, task));
}

// --- the batch thread ---------------------------------------------------------------------------

static bool run_document(struct journal_write *write, struct err *err)
{
    struct journal_statements *statements = write->journal->statements;
    if (write->drop_document) {
        return dre_journal_db_drop_document(statements, write->row.id, err);
    }
    if (write->keep_until > 0 &&
        !dre_journal_db_keep_document(statements, write->row.id, write->keep_until, err)) {
        return false;
    }
    if (write->document == NULL) {
        return true;
    }
    const struct spool_document *document = write->document;
    uint8_t wrapped[CRYPTO_WRAP_LEN];
    dre_spool_wrap(write->journal->spool, document, wrapped);
    struct str key = { (const char *)wrapped, sizeof(wrapped) };
    OWN(buf_free) struct buf sealed = BUF_CAP(SPOOL_SMALL_MAX + SPOOL_BLOCK);
    if (!document->in_file &&
        !crypto_seal_all(&document->key, document->job, buf_str(&document->bytes), &sealed, err)) {
        return false;
    }
    return dre_journal_db_put_document(statements, write->row.id, key, buf_str(&sealed), err);
}

static bool run_noted(struct journal_write *write, struct err *err)
{
    for (size_t at = 0; at < write->noted_count; at++) {
        if (!dre_journal_db_drop_note(write->journal->statements, &write->noted[at], err)) {
            return false;
        }
    }
    return true;
}

// Where no monitoring engine fetches them they stay bounded: each thousandth looks.
static bool run_note(struct journal_write *write, struct err *err)
{
    struct journal_statements *statements = write->journal->statements;
    const struct journal_note *note = &write->note;
    return note->at == 0 ||
           (dre_journal_db_put_note(statements, note, err) &&
            (note->job % 1000 != 0 ||
             dre_journal_db_forget_notes(statements, note->at, JOURNAL_NOTES_KEPT, err)));
}

static bool write_run(struct db_task *task, struct db *db, struct err *err)
{
    (void)db; // the statements are of it
    struct journal_write *write = write_of_task(task);
    struct journal_statements *statements = write->journal->statements;
    switch (write->kind) {
    case WRITE_JOB:
        if (write->head.sequence > 0 && !dre_journal_db_put_head(statements, &write->head, err)) {
            return false;
        }
        return run_document(write, err) && dre_journal_db_put_job(statements, &write->row, err) &&
               run_note(write, err);
    case WRITE_QUEUE:
        return dre_journal_db_put_queue(statements, &write->queue, write->printer.name, write->drop,
                                        err);
    case WRITE_PRINTER:
        return dre_journal_db_put_printer(statements, &write->printer, write->drop, err);
    case WRITE_ERASE: return dre_journal_db_drop_document(statements, write->row.id, err);
    case WRITE_NOTED: return run_noted(write, err);
    case WRITE_NOTHING: return true;
    }
    return false;
}

static void take(void *arg, struct net_batch_item *first)
{
    struct journal *journal = arg;
    struct db_task *tasks = NULL;
    struct db_task **last = &tasks;
    for (struct net_batch_item *item = first; item != NULL; item = item->next) {
        struct journal_write *write = (struct journal_write *)item;
        *last = &write->task;
        last = &write->task.next;
    }
    *last = NULL;
    if (journal->must_stop) {
        for (struct db_task *task = tasks; task != NULL; task = task->next) {
            task->ok = err_set(&task->err, ERR_UNAVAILABLE, "the journal's disk failed");
        }
        return;
    }
    db_group_run(journal->db, tasks);
    if (db_must_stop(journal->db)) {
        journal->must_stop = true;
    }
}

static void rest(void *arg)
{
    struct journal *journal = arg;
    struct err err;
    if (!db_checkpoint(journal->db, REST_PAGES, &err) && db_must_stop(journal->db)) {
        journal->must_stop = true; // the next write tells the engine
    }
}

// --- the loop -----------------------------------------------------------------------------------

static void write_free(struct journal_write *write)
{
    buf_free(&write->texts);
    free(write->noted);
    dre_spool_document_drop(&write->document);
    free(write);
}

static void write_done(struct net_batch_item *item)
{
    struct journal_write *write = (struct journal_write *)item;
    if (write->done != NULL) {
        write->done(write->arg, write, write->task.ok, &write->task.err);
    }
    write_free(write);
}

bool dre_journal_open(struct net_loop *loop, const struct spool *spool, const char *path,
                      struct journal **journal, struct err *err)
{
    struct journal *made = mem_new(sizeof(*made));
    made->loop = loop;
    made->spool = spool;
    if (!dre_journal_db_open(path, false, &made->db, err)) {
        free(made);
        return false;
    }
    made->statements = dre_journal_db_prepare(made->db, err);
    if (made->statements == NULL) {
        db_close(&made->db);
        free(made);
        return false;
    }
    *journal = made;
    return true;
}

bool dre_journal_load(struct journal *journal, struct table *table, struct err *err)
{
    if (!dre_journal_db_load(journal->db, table, &journal->head, err) ||
        !dre_journal_db_forget_notes(journal->statements, clk_wall_ms(), JOURNAL_NOTES_KEPT, err)) {
        return false;
    }
    journal->batch = net_batch_new(journal->loop, "journal", take, journal, BATCH_MOST, QUEUE_MAX);
    net_batch_on_rest(journal->batch, rest, REST_MS);
    return true;
}

void dre_journal_close(struct journal **journal)
{
    struct journal *gone = *journal;
    if (gone == NULL) {
        return;
    }
    *journal = NULL;
    if (gone->batch != NULL) {
        net_batch_free(&gone->batch);
    }
    dre_journal_db_free(&gone->statements);
    db_close(&gone->db);
    free(gone);
}

const struct journal_head *dre_journal_head_get(const struct journal *journal)
{
    return &journal->head;
}

static struct journal_write *write_new(enum write_kind kind, journal_done *done, void *arg)
{
    struct journal_write *write = mem_new(sizeof(*write));
    write->item.done = write_done;
    write->task.run = write_run;
    write->kind = kind;
    write->done = done;
    write->arg = arg;
    write->texts = BUF_CAP(WRITE_TEXT_MAX);
    return write;
}

// The texts that a row borrows, in a fixed order.
static struct str *run_at(struct journal_row *row, size_t at)
{
    struct str *const runs[] = {
        &row->text.name,           &row->text.document,     &row->text.format,
        &row->text.ticket,         &row->text.printer,      &row->text.account,
        &row->text.sent,           &row->text.identity,     &row->text.by,
        &row->text.device,         &row->text.notice,       &row->text.message,
        &row->detail.claimed_user, &row->detail.identity,   &row->detail.address,
        &row->detail.facts,        &row->detail.work,       &row->detail.plan,
        &row->detail.reservation,  &row->detail.settlement, &row->detail.refusal,
        &row->detail.course,       &row->detail.events
    };
    return at < sizeof(runs) / sizeof(runs[0]) ? runs[at] : NULL;
}

// Copies run `at` behind the others; where it stands is made a pointer by dre_journal_submit, when
// the buffer moves no more.
static void keep_run(struct journal_write *write, size_t at, struct str run)
{
    write->starts[at] = write->texts.len;
    buf_add(&write->texts, run);
    *run_at(&write->row, at) = (struct str){ NULL, run.len };
}

struct journal_write *dre_journal_job(const struct job *job, journal_done *done, void *arg)
{
    struct journal_write *write = write_new(WRITE_JOB, done, arg);
    write->number = job->store_count;
    write->row = (struct journal_row){
        .core = job->core,
        .id = job->id,
        .created_at = job->created_at,
        .processing_at = job->processing_at,
        .completed_at = job->completed_at,
        .expires_at = job->expires_at,
        .origin = job->origin,
        .cost = job->cost,
        .bytes = job->bytes,
        .pages = job->pages,
        .color_pages = job->color_pages,
        .sheets = job->sheets,
        .copies = job->copies,
        .claimed = job->claimed,
        .printer_job = job->printer_job,
        .in_file = job->in_file,
        .deaths = job->deaths,
        .is_asked = job->is_asked,
    };
    memcpy(write->row.asked_by, job->asked_by, sizeof(job->asked_by));
    memcpy(write->row.uuid, job->uuid, sizeof(job->uuid));
    struct journal_row from = { .text = dre_table_job_text(job) };
    for (size_t at = 0; run_at(&from, at) != NULL; at++) {
        keep_run(write, at, *run_at(&from, at));
    }
    // The names outlive the job in the row only as copies.
    write->starts[RUNS - 2] = write->texts.len;
    buf_add(&write->texts, (struct str){ job->queue->name, strlen(job->queue->name) + 1 });
    write->starts[RUNS - 1] = write->texts.len;
    buf_add(&write->texts, (struct str){ job->owner->name, strlen(job->owner->name) + 1 });
    return write;
}

void dre_journal_add_detail(struct journal_write *write, const struct journal_detail *detail)
{
    struct journal_row from = { .detail = *detail };
    for (size_t at = TEXT_RUNS; run_at(&from, at) != NULL; at++) {
        if (run_at(&from, at)->len > 0) {
            keep_run(write, at, *run_at(&from, at));
        }
    }
}

void dre_journal_add_document(struct journal_write *write, struct spool_document *document)
{
    write->document = dre_spool_document_use(document);
}

void dre_journal_drop_document(struct journal_write *write)
{
    write->drop_document = true;
}

void dre_journal_keep_document(struct journal_write *write, int64_t until)
{
    write->keep_until = until;
}

void dre_journal_add_head(struct journal_write *write, const struct journal_head *head)
{
    write->head = *head;
}

void dre_journal_add_note(struct journal_write *write, const struct journal_note *note)
{
    write->note = *note;
}

uint32_t dre_journal_write_job(const struct journal_write *write)
{
    return write->row.id;
}

uint32_t dre_journal_write_number(const struct journal_write *write)
{
    return write->number;
}

struct journal_write *dre_journal_queue(const struct queue *queue, bool drop, journal_done *done,
                                        void *arg)
{
    struct journal_write *write = write_new(WRITE_QUEUE, done, arg);
    write->queue = *queue;
    write->printer = *queue->printer;
    write->drop = drop;
    return write;
}

struct journal_write *dre_journal_printer(const struct printer *printer, bool drop,
                                          journal_done *done, void *arg)
{
    struct journal_write *write = write_new(WRITE_PRINTER, done, arg);
    write->printer = *printer;
    write->drop = drop;
    return write;
}

struct journal_write *dre_journal_erase(uint32_t id, journal_done *done, void *arg)
{
    struct journal_write *write = write_new(WRITE_ERASE, done, arg);
    write->row.id = id;
    return write;
}

struct journal_write *dre_journal_noted(const struct journal_note *notes, size_t count,
                                        journal_done *done, void *arg)
{
    struct journal_write *write = write_new(WRITE_NOTED, done, arg);
    write->noted = mem_new((count + 1) * sizeof(*notes));
    memcpy(write->noted, notes, count * sizeof(*notes));
    write->noted_count = count;
    return write;
}

struct journal_write *dre_journal_nothing(journal_done *done, void *arg)
{
    return write_new(WRITE_NOTHING, done, arg);
}

static bool submit(struct journal *journal, struct journal_write *write, bool later)
{
    write->journal = journal;
    if (write->kind == WRITE_JOB) {
        for (size_t at = 0; run_at(&write->row, at) != NULL; at++) {
            struct str *run = run_at(&write->row, at);
            run->ptr = run->len > 0 ? write->texts.ptr + write->starts[at] : "";
        }
        write->row.queue = write->texts.ptr + write->starts[RUNS - 2];
        write->row.owner = write->texts.ptr + write->starts[RUNS - 1];
    }
    bool good = !journal->must_stop && buf_ok(&write->texts) &&
                (later ? net_batch_add_later(journal->batch, &write->item)
                       : net_batch_add(journal->batch, &write->item));
    if (!good) {
        write_free(write);
    }
    return good;
}

bool dre_journal_submit(struct journal *journal, struct journal_write *write)
{
    return submit(journal, write, false);
}

bool dre_journal_submit_later(struct journal *journal, struct journal_write *write)
{
    return submit(journal, write, true);
}

bool dre_journal_must_stop(const struct journal *journal)
{
    return journal->must_stop;
}

// --- reading ------------------------------------------------------------------------------------

struct journal_reader {
    struct db *db; // owned
};

bool dre_journal_reader_open(const char *path, struct journal_reader **reader, struct err *err)
{
    struct db *db = NULL;
    if (!dre_journal_db_open(path, true, &db, err)) {
        return false;
    }
    *reader = mem_new(sizeof(**reader));
    (*reader)->db = db;
    return true;
}

void dre_journal_reader_close(struct journal_reader **reader)
{
    if (*reader != NULL) {
        db_close(&(*reader)->db);
        free(*reader);
        *reader = NULL;
    }
}

bool dre_journal_read_detail(struct journal_reader *reader, uint32_t id, struct buf *buf,
                             struct journal_detail *detail, struct err *err)
{
    return dre_journal_db_read_detail(reader->db, id, buf, detail, err);
}

bool dre_journal_read_document(struct journal_reader *reader, const struct spool *spool,
                               uint32_t id, bool in_file, uint64_t len,
                               struct spool_document **document, struct err *err)
{
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_WRAP_LEN);
    OWN(buf_free) struct buf sealed = BUF_CAP(SPOOL_SMALL_MAX + SPOOL_BLOCK);
    return dre_journal_db_read_document(reader->db, id, &key, &sealed, err) &&
           dre_spool_restore(spool, id, buf_str(&key), buf_str(&sealed), in_file, len, document,
                             err);
}

bool dre_journal_read_kept(struct journal_reader *reader, const struct journal_kept_query *query,
                           journal_each_kept *each, void *arg, struct err *err)
{
    return dre_journal_db_read_kept(reader->db, query, each, arg, err);
}

bool dre_journal_count_kept(struct journal_reader *reader, const struct journal_kept_query *query,
                            uint64_t *count, struct err *err)
{
    return dre_journal_db_count_kept(reader->db, query, count, err);
}

bool dre_journal_read_expired(struct journal_reader *reader, int64_t now, uint32_t *ids,
                              size_t room, size_t *count, struct err *err)
{
    return dre_journal_db_read_expired(reader->db, now, ids, room, count, err);
}

bool dre_journal_read_notes(struct journal_reader *reader, struct journal_note *notes, size_t room,
                            size_t *count, struct err *err)
{
    return dre_journal_db_read_notes(reader->db, notes, room, count, err);
}

bool dre_journal_is_kept(struct journal_reader *reader, uint32_t id, bool *is_kept, struct err *err)
{
    return dre_journal_db_is_kept(reader->db, id, is_kept, err);
}
