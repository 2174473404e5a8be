// journal_db: see journal_db.h. The only place of the room where SQL stands.

#include "dre/journal_db.h"

#include "base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct db_migration steps[] = {
    { 1, NULL,
      "CREATE TABLE dre_head (id {integer} PRIMARY KEY, sequence {integer} NOT NULL,"
      " hash {bytes} NOT NULL) {table};"
      "CREATE TABLE dre_printer (name {text} PRIMARY KEY, uri {text} NOT NULL,"
      " made_by {bytes} NOT NULL, created_at {integer} NOT NULL, delivered {integer} NOT NULL)"
      " {table};"
      "CREATE TABLE dre_queue (name {text} PRIMARY KEY, uuid {bytes} NOT NULL,"
      " made_by {bytes} NOT NULL, printer {text} NOT NULL, holds {integer} NOT NULL,"
      " hold_short {integer} NOT NULL, paused {integer} NOT NULL, created_at {integer} NOT NULL,"
      " changed_at {integer} NOT NULL) {table};"
      "CREATE TABLE dre_document (job {integer} PRIMARY KEY, key {bytes} NOT NULL,"
      " sealed {bytes}) {table};"
      "CREATE TABLE dre_job (id {integer} PRIMARY KEY, uuid {bytes} NOT NULL,"
      " queue {text} NOT NULL, owner {text} NOT NULL, created_at {integer} NOT NULL,"
      " claimed {integer} NOT NULL,"
      " state {integer} NOT NULL, reason {integer} NOT NULL, ends_as {integer} NOT NULL,"
      " end_reason {integer} NOT NULL, flags {integer} NOT NULL, attempt {integer} NOT NULL,"
      " computed {integer} NOT NULL, observed {integer} NOT NULL, wait_until {integer} NOT NULL,"
      " processing_at {integer} NOT NULL, completed_at {integer} NOT NULL, cost {integer} NOT NULL,"
      " bytes {integer} NOT NULL, pages {integer} NOT NULL, color_pages {integer} NOT NULL,"
      " sheets {integer} NOT NULL, copies {integer} NOT NULL, printer_job {integer} NOT NULL,"
      " in_file {integer} NOT NULL, name {text} NOT NULL, document {text} NOT NULL,"
      " format {text} NOT NULL, ticket {bytes} NOT NULL, printer {text} NOT NULL,"
      " message {text} NOT NULL,"
      " claimed_user {text}, identity {text}, address {text}, facts {bytes}, classes {bytes},"
      " plan {text}, reservation {bytes}, settlement {bytes}, refusal {text}, events {text}) "
      "{table};"
      "CREATE INDEX dre_job_open ON dre_job (id) WHERE state < 11;"
      "CREATE INDEX dre_job_ended ON dre_job (id) WHERE state >= 11" },
    { 2, NULL,
      "ALTER TABLE dre_job ADD COLUMN deaths {integer} NOT NULL DEFAULT 0;"
      "ALTER TABLE dre_queue ADD COLUMN keep_hours {integer} NOT NULL DEFAULT 0;"
      "ALTER TABLE dre_document ADD COLUMN keep_until {integer} NOT NULL DEFAULT 0;"
      "CREATE INDEX dre_document_kept ON dre_document (keep_until) WHERE keep_until > 0" },
    { 3, NULL, "ALTER TABLE dre_job ADD COLUMN asked_by {bytes}" },
    { 4, NULL,
      "ALTER TABLE dre_job ADD COLUMN account {text} NOT NULL DEFAULT '';"
      "ALTER TABLE dre_job ADD COLUMN notice {text} NOT NULL DEFAULT '';"
      "ALTER TABLE dre_job ADD COLUMN course {bytes};"
      "ALTER TABLE dre_queue ADD COLUMN account {text} NOT NULL DEFAULT '';"
      "ALTER TABLE dre_queue ADD COLUMN must_choose {integer} NOT NULL DEFAULT 0;"
      "ALTER TABLE dre_printer ADD COLUMN pull_group {text} NOT NULL DEFAULT ''" },
    { 5, NULL, "ALTER TABLE dre_printer ADD COLUMN finishings {text} NOT NULL DEFAULT ''" },
    { 6, NULL, "ALTER TABLE dre_queue ADD COLUMN measure_ink {integer} NOT NULL DEFAULT 0" },
    { 7, NULL,
      "ALTER TABLE dre_queue ADD COLUMN expire_hours {integer} NOT NULL DEFAULT 72;"
      "ALTER TABLE dre_queue ADD COLUMN trust {text} NOT NULL DEFAULT 'claimed';"
      "ALTER TABLE dre_queue ADD COLUMN guests {integer} NOT NULL DEFAULT 0;"
      "ALTER TABLE dre_queue ADD COLUMN raw_port {integer} NOT NULL DEFAULT 0;"
      "ALTER TABLE dre_queue ADD COLUMN announce {integer} NOT NULL DEFAULT 0" },
    { 8, NULL,
      "ALTER TABLE dre_job ADD COLUMN expires_at {integer} NOT NULL DEFAULT 0;"
      "ALTER TABLE dre_job ADD COLUMN origin {integer} NOT NULL DEFAULT 0;"
      "ALTER TABLE dre_job ADD COLUMN sent {text} NOT NULL DEFAULT '';"
      "ALTER TABLE dre_job ADD COLUMN released_by {text} NOT NULL DEFAULT '';"
      "ALTER TABLE dre_job ADD COLUMN device {text} NOT NULL DEFAULT ''" },
    { 9, NULL,
      "CREATE TABLE dre_note (job {integer} PRIMARY KEY, uuid {bytes} NOT NULL,"
      " printer {text} NOT NULL, at {integer} NOT NULL, began {integer} NOT NULL,"
      " ended {integer} NOT NULL, impressions {integer} NOT NULL, sheets {integer} NOT NULL)"
      " {table}" },
};

// The log is copied home in quiet moments; a commit does it only where there were none for so long.
enum { JOURNAL_FINISHINGS_MAX = 4096 }; // all their words, and commas
enum { JOURNAL_LOG_KIB = 16 << 10, JOURNAL_LOG_PAGES_MOST = 16000 };

#define NOTES_KEEP_MS (40LL * 24 * 3600 * 1000)

struct journal_statements {
    struct db_stmt *put_job;
    struct db_stmt *put_document;
    struct db_stmt *drop_document;
    struct db_stmt *keep_document;
    struct db_stmt *put_head;
    struct db_stmt *put_queue;
    struct db_stmt *drop_queue;
    struct db_stmt *put_printer;
    struct db_stmt *drop_printer;
    struct db_stmt *put_note;
    struct db_stmt *drop_note;
    struct db_stmt *forget_notes;
};

#define JOB_COLUMNS                                                                                \
    "id, uuid, queue, owner, created_at, claimed, state, reason, ends_as, end_reason, flags,"      \
    " attempt, computed, observed, wait_until, processing_at, completed_at, cost, bytes, pages,"   \
    " color_pages, sheets, copies, printer_job, in_file, name, document, format, ticket, printer," \
    " message"
#define JOB_READ                                                                                   \
    JOB_COLUMNS                                                                                    \
    ", deaths, asked_by, account, notice, address, identity, expires_at, origin, sent,"            \
    " released_by, device"

#define SET(column) #column " = excluded." #column ", "
#define KEEP(column) #column " = COALESCE(excluded." #column ", dre_job." #column "), "

static const char put_job_sql[] =
    "INSERT INTO dre_job (" JOB_COLUMNS ", claimed_user, identity, address, facts, classes, plan,"
    " reservation, settlement, refusal, events, deaths, asked_by, account, notice, course, "
    "expires_at, origin, sent,"
    " released_by, device) VALUES "
    "($1, $2, $3, $4, $5, $6,"
    " $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28,"
    " $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44,"
    " $45, $46, $47, $48, $49, $50, $51)"
    " ON CONFLICT (id) DO UPDATE SET " SET(owner) SET(claimed) SET(state) SET(reason) SET(ends_as)
        SET(end_reason) SET(flags) SET(attempt) SET(computed) SET(observed) SET(wait_until)
            SET(processing_at) SET(completed_at) SET(cost) SET(bytes) SET(pages) SET(color_pages)
                SET(sheets) SET(copies) SET(printer_job) SET(in_file) SET(name) SET(document)
                    SET(format) SET(ticket) SET(printer) SET(message) SET(deaths) SET(account)
                        SET(notice) SET(expires_at) SET(sent) SET(released_by) SET(device)
                            KEEP(course) KEEP(asked_by) KEEP(claimed_user) KEEP(identity)
                                KEEP(address) KEEP(facts) KEEP(classes) KEEP(plan) KEEP(reservation)
                                    KEEP(settlement)
                                        KEEP(refusal) "events = COALESCE(dre_job.events, '') || "
                                                      "COALESCE(excluded.events, '')";

bool dre_journal_db_open(const char *path, bool read_only, struct db **db, struct err *err)
{
    OWN(buf_free) struct buf dsn = BUF_CAP(4096);
    buf_addf(&dsn, "sqlite:%s", path);
    const struct db_options options = { .dsn = dsn.ptr,
                                        .read_only = read_only,
                                        .cache_kib = 1024,
                                        .checkpoint_pages = JOURNAL_LOG_PAGES_MOST,
                                        .log_kib = JOURNAL_LOG_KIB };
    OWN(db_close) struct db *opened = NULL;
    if (!db_open(&opened, &options, err)) {
        return false;
    }
    if (!read_only && !db_migrate(opened, "dre", steps, sizeof(steps) / sizeof(steps[0]), err)) {
        return false;
    }
    *db = opened;
    opened = NULL;
    return true;
}

struct journal_statements *dre_journal_db_prepare(struct db *db, struct err *err)
{
    struct journal_statements *made = mem_new(sizeof(*made));
    const struct {
        struct db_stmt **stmt;
        const char *sql;
    } all[] = {
        { &made->put_job, put_job_sql },
        { &made->put_document, "INSERT INTO dre_document (job, key, sealed) VALUES ($1, $2, $3)"
                               " ON CONFLICT (job) DO UPDATE SET key = excluded.key,"
                               " sealed = excluded.sealed" },
        { &made->drop_document, "DELETE FROM dre_document WHERE job = $1" },
        { &made->keep_document, "UPDATE dre_document SET keep_until = $2 WHERE job = $1" },
        { &made->put_head, "INSERT INTO dre_head (id, sequence, hash) VALUES (1, $1, $2)"
                           " ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence,"
                           " hash = excluded.hash WHERE excluded.sequence > dre_head.sequence" },
        { &made->put_queue,
          "INSERT INTO dre_queue (name, uuid, made_by, printer, holds, hold_short,"
          " paused, created_at, changed_at, keep_hours, account, must_choose, measure_ink,"
          " expire_hours, trust, guests, raw_port, announce)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
          " $18)"
          " ON CONFLICT (name) DO UPDATE SET printer = excluded.printer,"
          " holds = excluded.holds, hold_short = excluded.hold_short,"
          " paused = excluded.paused, changed_at = excluded.changed_at,"
          " keep_hours = excluded.keep_hours, account = excluded.account,"
          " must_choose = excluded.must_choose, measure_ink = excluded.measure_ink,"
          " expire_hours = excluded.expire_hours, trust = excluded.trust,"
          " guests = excluded.guests, raw_port = excluded.raw_port,"
          " announce = excluded.announce" },
        { &made->drop_queue, "DELETE FROM dre_queue WHERE name = $1" },
        { &made->put_printer,
          "INSERT INTO dre_printer (name, uri, made_by, created_at, delivered,"
          " pull_group, finishings) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO "
          "UPDATE SET"
          " uri = excluded.uri, delivered = excluded.delivered,"
          " pull_group = excluded.pull_group, finishings = excluded.finishings" },
        { &made->drop_printer, "DELETE FROM dre_printer WHERE name = $1" },
        { &made->put_note,
          "INSERT INTO dre_note (job, uuid, printer, at, began, ended, impressions, sheets)"
          " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (job) DO UPDATE SET"
          " printer = excluded.printer, at = excluded.at, began = excluded.began,"
          " ended = excluded.ended, impressions = excluded.impressions,"
          " sheets = excluded.sheets" },
        { &made->drop_note, "DELETE FROM dre_note WHERE job = $1 AND at = $2" },
        { &made->forget_notes, "DELETE FROM dre_note WHERE at < $1 OR job <= COALESCE((SELECT job"
                               " FROM dre_note ORDER BY job DESC LIMIT 1 OFFSET $2), 0)" },
    };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) {
        if (!db_prepare(db, all[at].stmt, all[at].sql, err)) {
            free(made); // the connection frees what was prepared
            return NULL;
        }
    }
    return made;
}

void dre_journal_db_free(struct journal_statements **statements)
{
    free(*statements);
    *statements = NULL;
}

static void bind_text_or_null(struct db_stmt *stmt, int index, struct str text)
{
    if (text.len > 0) {
        db_bind_text(stmt, index, text);
    }
}

static void bind_bytes_or_null(struct db_stmt *stmt, int index, struct str bytes)
{
    if (bytes.len > 0) {
        db_bind_bytes(stmt, index, bytes.ptr, bytes.len);
    }
}

static void bind_core(struct db_stmt *stmt, const struct journal_row *row)
{
    const struct job_core *core = &row->core;
    db_bind_int(stmt, 7, core->state);
    db_bind_int(stmt, 8, core->reason);
    db_bind_int(stmt, 9, core->ends_as);
    db_bind_int(stmt, 10, core->end_reason);
    db_bind_int(stmt, 11, core->flags);
    db_bind_int(stmt, 12, core->attempt);
    db_bind_int(stmt, 13, core->computed);
    db_bind_int(stmt, 14, core->observed);
    db_bind_int(stmt, 15, core->wait_until);
    db_bind_int(stmt, 16, row->processing_at);
    db_bind_int(stmt, 17, row->completed_at);
    db_bind_int(stmt, 18, row->cost);
    db_bind_int(stmt, 19, (int64_t)row->bytes);
    db_bind_int(stmt, 20, row->pages);
    db_bind_int(stmt, 21, row->color_pages);
    db_bind_int(stmt, 22, row->sheets);
    db_bind_int(stmt, 23, row->copies);
    db_bind_int(stmt, 24, row->printer_job);
    db_bind_int(stmt, 25, row->in_file);
}

static void bind_detail(struct db_stmt *stmt, const struct journal_detail *detail)
{
    bind_text_or_null(stmt, 32, detail->claimed_user);
    bind_text_or_null(stmt, 34, detail->address);
    bind_bytes_or_null(stmt, 35, detail->facts);
    bind_bytes_or_null(stmt, 36, detail->work);
    bind_text_or_null(stmt, 37, detail->plan);
    bind_bytes_or_null(stmt, 38, detail->reservation);
    bind_bytes_or_null(stmt, 39, detail->settlement);
    bind_text_or_null(stmt, 40, detail->refusal);
    bind_text_or_null(stmt, 41, detail->events);
    bind_bytes_or_null(stmt, 46, detail->course);
}

bool dre_journal_db_put_job(struct journal_statements *statements, const struct journal_row *row,
                            struct err *err)
{
    struct db_stmt *stmt = statements->put_job;
    db_bind_int(stmt, 1, row->id);
    db_bind_bytes(stmt, 2, row->uuid, sizeof(row->uuid));
    db_bind_text(stmt, 3, str_of(row->queue));
    db_bind_text(stmt, 4, str_of(row->owner));
    db_bind_int(stmt, 5, row->created_at);
    db_bind_int(stmt, 6, row->claimed);
    bind_core(stmt, row);
    db_bind_text(stmt, 26, row->text.name);
    db_bind_text(stmt, 27, row->text.document);
    db_bind_text(stmt, 28, row->text.format);
    db_bind_bytes(stmt, 29, row->text.ticket.ptr, row->text.ticket.len);
    db_bind_text(stmt, 30, row->text.printer);
    db_bind_text(stmt, 31, row->text.message);
    bind_detail(stmt, &row->detail);
    db_bind_int(stmt, 42, row->deaths);
    if (row->is_asked) {
        db_bind_bytes(stmt, 43, row->asked_by, sizeof(row->asked_by));
    }
    db_bind_text(stmt, 44, row->text.account);
    db_bind_text(stmt, 45, row->text.notice);
    bind_text_or_null(stmt, 33, row->text.identity);
    db_bind_int(stmt, 47, row->expires_at);
    db_bind_int(stmt, 48, row->origin);
    db_bind_text(stmt, 49, row->text.sent);
    db_bind_text(stmt, 50, row->text.by);
    db_bind_text(stmt, 51, row->text.device);
    return db_run(stmt, err);
}

bool dre_journal_db_put_note(struct journal_statements *statements, const struct journal_note *note,
                             struct err *err)
{
    struct db_stmt *stmt = statements->put_note;
    db_bind_int(stmt, 1, note->job);
    db_bind_bytes(stmt, 2, note->uuid, sizeof(note->uuid));
    db_bind_text(stmt, 3, str_of(note->printer));
    db_bind_int(stmt, 4, note->at);
    db_bind_int(stmt, 5, note->began);
    db_bind_int(stmt, 6, note->ended);
    db_bind_int(stmt, 7, note->impressions);
    db_bind_int(stmt, 8, note->sheets);
    return db_run(stmt, err);
}

bool dre_journal_db_drop_note(struct journal_statements *statements,
                              const struct journal_note *note, struct err *err)
{
    db_bind_int(statements->drop_note, 1, note->job);
    db_bind_int(statements->drop_note, 2, note->at);
    return db_run(statements->drop_note, err);
}

// The monitoring engine keeps jobs for as long.
bool dre_journal_db_forget_notes(struct journal_statements *statements, int64_t now, size_t kept,
                                 struct err *err)
{
    db_bind_int(statements->forget_notes, 1, now - NOTES_KEEP_MS);
    db_bind_int(statements->forget_notes, 2, (int64_t)kept);
    return db_run(statements->forget_notes, err);
}

bool dre_journal_db_put_document(struct journal_statements *statements, uint32_t id, struct str key,
                                 struct str sealed, struct err *err)
{
    struct db_stmt *stmt = statements->put_document;
    db_bind_int(stmt, 1, id);
    db_bind_bytes(stmt, 2, key.ptr, key.len);
    bind_bytes_or_null(stmt, 3, sealed);
    return db_run(stmt, err);
}

bool dre_journal_db_drop_document(struct journal_statements *statements, uint32_t id,
                                  struct err *err)
{
    db_bind_int(statements->drop_document, 1, id);
    return db_run(statements->drop_document, err);
}

bool dre_journal_db_keep_document(struct journal_statements *statements, uint32_t id, int64_t until,
                                  struct err *err)
{
    db_bind_int(statements->keep_document, 1, id);
    db_bind_int(statements->keep_document, 2, until);
    return db_run(statements->keep_document, err);
}

bool dre_journal_db_put_head(struct journal_statements *statements, const struct journal_head *head,
                             struct err *err)
{
    db_bind_int(statements->put_head, 1, head->sequence);
    db_bind_bytes(statements->put_head, 2, head->hash, sizeof(head->hash));
    return db_run(statements->put_head, err);
}

bool dre_journal_db_put_queue(struct journal_statements *statements, const struct queue *queue,
                              const char *printer, bool drop, struct err *err)
{
    struct db_stmt *stmt = drop ? statements->drop_queue : statements->put_queue;
    db_bind_text(stmt, 1, str_of(queue->name));
    if (!drop) {
        db_bind_bytes(stmt, 2, queue->uuid, sizeof(queue->uuid));
        db_bind_bytes(stmt, 3, queue->key, sizeof(queue->key));
        db_bind_text(stmt, 4, str_of(printer));
        db_bind_int(stmt, 5, queue->holds);
        db_bind_int(stmt, 6, queue->hold_short);
        db_bind_int(stmt, 7, queue->paused);
        db_bind_int(stmt, 8, queue->created_at);
        db_bind_int(stmt, 9, queue->changed_at);
        db_bind_int(stmt, 10, queue->keep_hours);
        db_bind_text(stmt, 11, str_of(queue->account));
        db_bind_int(stmt, 12, queue->must_choose);
        db_bind_int(stmt, 13, queue->measure_ink);
        db_bind_int(stmt, 14, queue->expire_hours);
        db_bind_text(stmt, 15, str_of(dre_trust_name(queue->trust)));
        db_bind_int(stmt, 16, queue->guests);
        db_bind_int(stmt, 17, queue->raw_port);
        db_bind_int(stmt, 18, queue->announce);
    }
    return db_run(stmt, err);
}

bool dre_journal_db_put_printer(struct journal_statements *statements,
                                const struct printer *printer, bool drop, struct err *err)
{
    struct db_stmt *stmt = drop ? statements->drop_printer : statements->put_printer;
    db_bind_text(stmt, 1, str_of(printer->name));
    OWN(buf_free) struct buf finishings = BUF_CAP(JOURNAL_FINISHINGS_MAX);
    if (!drop) {
        ippd_finishings_write(&printer->finishings, &finishings);
        db_bind_text(stmt, 2, str_of(printer->uri));
        db_bind_bytes(stmt, 3, printer->key, sizeof(printer->key));
        db_bind_int(stmt, 4, printer->created_at);
        db_bind_int(stmt, 5, printer->delivered);
        db_bind_text(stmt, 6, str_of(printer->pull_group));
        db_bind_text(stmt, 7, buf_str(&finishings));
    }
    return db_run(stmt, err);
}

// --- reading ------------------------------------------------------------------------------------

static void copy_bytes(void *to, size_t size, struct str from)
{
    memcpy(to, from.ptr, from.len < size ? from.len : size);
}

static bool load_head(struct db *db, struct journal_head *head, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt, "SELECT sequence, hash FROM dre_head", err) ||
        !db_step(stmt, &row, err)) {
        return false;
    }
    if (row) {
        head->sequence = db_col_int(stmt, 0);
        copy_bytes(head->hash, sizeof(head->hash), db_col_bytes(stmt, 1));
    }
    return true;
}

static bool load_printers(struct db *db, struct table *table, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt,
                    "SELECT name, uri, made_by, created_at, delivered, pull_group, finishings"
                    " FROM dre_printer",
                    err)) {
        return false;
    }
    while (db_step(stmt, &row, err)) {
        if (!row) {
            return true;
        }
        struct printer *printer = dre_table_printer_new(table, db_col_text(stmt, 0));
        copy_bytes(printer->uri, sizeof(printer->uri) - 1, db_col_text(stmt, 1));
        copy_bytes(printer->key, sizeof(printer->key), db_col_bytes(stmt, 2));
        printer->created_at = db_col_int(stmt, 3);
        printer->delivered = db_col_int(stmt, 4);
        copy_bytes(printer->pull_group, sizeof(printer->pull_group) - 1, db_col_text(stmt, 5));
        if (!ippd_finishings_read(&printer->finishings, db_col_text(stmt, 6), err)) {
            return err_in(err, "the printer \"%s\" in the journal", printer->name);
        }
    }
    return false;
}

static void read_waiting(const struct db_stmt *stmt, struct queue *queue)
{
    queue->expire_hours = (uint32_t)db_col_int(stmt, 13);
    queue->trust = dre_trust_of(db_col_text(stmt, 14));
    queue->guests = db_col_int(stmt, 15) != 0;
    queue->raw_port = (uint16_t)db_col_int(stmt, 16);
    queue->announce = db_col_int(stmt, 17) != 0;
}

static bool load_queues(struct db *db, struct table *table, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt,
                    "SELECT name, uuid, made_by, printer, holds, hold_short, paused, created_at,"
                    " changed_at, keep_hours, account, must_choose, measure_ink,"
                    " expire_hours, trust, guests, raw_port, announce FROM dre_queue",
                    err)) {
        return false;
    }
    while (db_step(stmt, &row, err)) {
        if (!row) {
            return true;
        }
        struct queue *queue = dre_table_queue_new(table, db_col_text(stmt, 0));
        copy_bytes(queue->uuid, sizeof(queue->uuid), db_col_bytes(stmt, 1));
        dre_table_uuid_text(queue->uuid, queue->uuid_text);
        copy_bytes(queue->key, sizeof(queue->key), db_col_bytes(stmt, 2));
        queue->printer = dre_table_printer_find(table, db_col_text(stmt, 3));
        if (queue->printer == NULL) {
            return err_set(err, ERR_INTERNAL, "the queue \"%s\" names a printer that is not there",
                           queue->name);
        }
        queue->printer->queue_count++;
        queue->holds = db_col_int(stmt, 4) != 0;
        queue->hold_short = db_col_int(stmt, 5) != 0;
        queue->paused = db_col_int(stmt, 6) != 0;
        queue->created_at = db_col_int(stmt, 7);
        queue->changed_at = db_col_int(stmt, 8);
        queue->keep_hours = (uint32_t)db_col_int(stmt, 9);
        copy_bytes(queue->account, TABLE_ACCOUNT_MAX, db_col_text(stmt, 10));
        queue->must_choose = db_col_int(stmt, 11) != 0;
        queue->measure_ink = db_col_int(stmt, 12) != 0;
        read_waiting(stmt, queue);
    }
    return false;
}

static void read_core(const struct db_stmt *stmt, struct job *job)
{
    job->core = (struct job_core){
        .state = (uint8_t)db_col_int(stmt, 6),
        .reason = (uint8_t)db_col_int(stmt, 7),
        .ends_as = (uint8_t)db_col_int(stmt, 8),
        .end_reason = (uint8_t)db_col_int(stmt, 9),
        .flags = (uint32_t)db_col_int(stmt, 10),
        .attempt = (uint16_t)db_col_int(stmt, 11),
        .computed = (uint32_t)db_col_int(stmt, 12),
        .observed = (uint32_t)db_col_int(stmt, 13),
        .wait_until = db_col_int(stmt, 14),
        .stored = true,
        .answered = true,
    };
    job->processing_at = db_col_int(stmt, 15);
    job->completed_at = db_col_int(stmt, 16);
    job->cost = db_col_int(stmt, 17);
    job->bytes = (uint64_t)db_col_int(stmt, 18);
    job->pages = (uint32_t)db_col_int(stmt, 19);
    job->color_pages = (uint32_t)db_col_int(stmt, 20);
    job->sheets = (uint32_t)db_col_int(stmt, 21);
    job->copies = (uint32_t)db_col_int(stmt, 22);
    job->printer_job = (uint32_t)db_col_int(stmt, 23);
    job->in_file = db_col_int(stmt, 24) != 0;
    job->deaths = (uint8_t)db_col_int(stmt, 31);
    job->is_asked = db_col_bytes(stmt, 32).len == sizeof(job->asked_by);
    copy_bytes(job->asked_by, sizeof(job->asked_by), db_col_bytes(stmt, 32));
}

static bool load_job(const struct db_stmt *stmt, struct table *table, struct err *err)
{
    struct queue *queue = dre_table_queue_find(table, db_col_text(stmt, 2));
    bool is_known = db_col_int(stmt, 6) >= 0 && db_col_int(stmt, 6) < JOB_STATE_COUNT &&
                    db_col_int(stmt, 7) >= 0 && db_col_int(stmt, 7) < JOB_REASON_COUNT;
    if (queue == NULL && db_col_int(stmt, 6) >= JOB_COMPLETED) {
        return true; // of a queue that was removed
    }
    if (queue == NULL || !is_known) {
        return err_set(err, ERR_INTERNAL, "job %lld in the journal cannot be understood",
                       (long long)db_col_int(stmt, 0));
    }
    const struct job_text text = {
        .name = db_col_text(stmt, 25),
        .document = db_col_text(stmt, 26),
        .format = db_col_text(stmt, 27),
        .ticket = db_col_bytes(stmt, 28),
        .printer = db_col_text(stmt, 29),
        .account = db_col_text(stmt, 33),
        .notice = db_col_text(stmt, 34),
        .identity = db_col_text(stmt, 36),
        .sent = db_col_text(stmt, 39),
        .by = db_col_text(stmt, 40),
        .device = db_col_text(stmt, 41),
        .message = db_col_text(stmt, 30),
    };
    struct job *job =
        dre_table_job_new(table, (uint32_t)db_col_int(stmt, 0), queue, db_col_text(stmt, 3), &text);
    copy_bytes(job->uuid, sizeof(job->uuid), db_col_bytes(stmt, 1));
    dre_table_uuid_text(job->uuid, job->uuid_text);
    job->created_at = db_col_int(stmt, 4);
    job->claimed = (uint32_t)db_col_int(stmt, 5);
    copy_bytes(job->from, sizeof(job->from) - 1, db_col_text(stmt, 35));
    job->expires_at = db_col_int(stmt, 37);
    job->origin = (uint32_t)db_col_int(stmt, 38);
    struct printer *printer = dre_table_printer_find(table, text.printer);
    job->printer = printer == NULL ? queue->printer : printer;
    read_core(stmt, job);
    dre_table_job_update(table, job);
    dre_table_job_mark(table, job);
    return true;
}

static bool load_jobs(struct db *db, const char *sql, struct table *table, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt, sql, err)) {
        return false;
    }
    db_bind_int(stmt, 1, TABLE_ENDED_MAX);
    while (db_step(stmt, &row, err)) {
        if (!row) {
            return true;
        }
        if (!load_job(stmt, table, err)) {
            return false;
        }
    }
    return false;
}

// Of all that may be sent again; also of jobs that ended so long ago that they are not in memory.
static bool load_sent(struct db *db, struct table *table, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt, "SELECT id, uuid FROM dre_job WHERE id >= $1 ORDER BY id", err)) {
        return false;
    }
    db_bind_int(stmt, 1, (int64_t)table->next_id - SENT_MAX);
    while (db_step(stmt, &row, err)) {
        uint8_t uuid[16];
        if (!row) {
            return true;
        }
        copy_bytes(uuid, sizeof(uuid), db_col_bytes(stmt, 1));
        dre_sent_add(&table->sent, uuid, (uint32_t)db_col_int(stmt, 0));
    }
    return false;
}

static bool load_next_id(struct db *db, struct table *table, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt, "SELECT COALESCE(MAX(id), 0) + 1 FROM dre_job", err) ||
        !db_step(stmt, &row, err)) {
        return false;
    }
    table->next_id = (uint32_t)db_col_int(stmt, 0);
    return true;
}

bool dre_journal_db_load(struct db *db, struct table *table, struct journal_head *head,
                         struct err *err)
{
    return load_head(db, head, err) && load_printers(db, table, err) &&
           load_queues(db, table, err) &&
           load_jobs(db, "SELECT " JOB_READ " FROM dre_job WHERE state < 11 AND $1 > 0 ORDER BY id",
                     table, err) &&
           load_jobs(db,
                     "SELECT * FROM (SELECT " JOB_READ
                     " FROM dre_job WHERE state >= 11 ORDER BY id DESC LIMIT $1) ORDER BY id",
                     table, err) &&
           load_next_id(db, table, err) && load_sent(db, table, err);
}

bool dre_journal_db_read_detail(struct db *db, uint32_t id, struct buf *buf,
                                struct journal_detail *detail, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt,
                    "SELECT claimed_user, identity, address, facts, classes, plan, reservation,"
                    " settlement, refusal, course, events FROM dre_job WHERE id = $1",
                    err)) {
        return false;
    }
    db_bind_int(stmt, 1, id);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (!row) {
        return err_set(err, ERR_NOT_FOUND, "there is no job %u", (unsigned)id);
    }
    struct str *const runs[] = { &detail->claimed_user, &detail->identity,   &detail->address,
                                 &detail->facts,        &detail->work,       &detail->plan,
                                 &detail->reservation,  &detail->settlement, &detail->refusal,
                                 &detail->course,       &detail->events };
    enum { RUNS = sizeof(runs) / sizeof(runs[0]) };
    for (int at = 0; at < RUNS; at++) {
        struct str run = db_col_bytes(stmt, at);
        runs[at]->len = run.len;
        buf_add(buf, run);
    }
    if (!buf_ok(buf)) {
        return err_set(err, ERR_LIMIT, "the record of job %u is too large to show", (unsigned)id);
    }
    const char *from = buf->len > 0 ? buf->ptr : "";
    for (int at = 0; at < RUNS; at++) { // the buffer moves no more
        runs[at]->ptr = from;
        from += runs[at]->len;
    }
    return true;
}

bool dre_journal_db_read_document(struct db *db, uint32_t id, struct buf *key, struct buf *sealed,
                                  struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt, "SELECT key, sealed FROM dre_document WHERE job = $1", err)) {
        return false;
    }
    db_bind_int(stmt, 1, id);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (!row) {
        return err_set(err, ERR_NOT_FOUND, "the document of job %u is not there any more",
                       (unsigned)id);
    }
    buf_add(key, db_col_bytes(stmt, 0));
    buf_add(sealed, db_col_bytes(stmt, 1));
    return (buf_ok(key) && buf_ok(sealed)) ||
           err_set(err, ERR_LIMIT, "the document is too large for memory");
}

// --- documents that are kept --------------------------------------------------------------------

// The documents of queues that still are, by the ids of their jobs.
static const char kept_sql[] =
    "SELECT j.id, j.created_at, j.bytes, j.in_file, j.queue, j.owner, j.document, j.format, "
    "j.facts,"
    " j.deaths"
    " FROM dre_job j JOIN dre_document d ON d.job = j.id WHERE j.id > $1 AND j.created_at >= $2"
    " AND j.created_at < $3 AND (j.queue = $4 OR $4 = '') AND j.facts IS NOT NULL"
    " ORDER BY j.id LIMIT $5";
static const char kept_count_sql[] =
    "SELECT COUNT(*) FROM dre_job j JOIN dre_document d ON d.job = j.id WHERE j.id > $1"
    " AND j.created_at >= $2 AND j.created_at < $3 AND (j.queue = $4 OR $4 = '')"
    " AND j.facts IS NOT NULL";

static void bind_kept(struct db_stmt *stmt, const struct journal_kept_query *query)
{
    db_bind_int(stmt, 1, query->after);
    db_bind_int(stmt, 2, query->since);
    db_bind_int(stmt, 3, query->until);
    db_bind_text(stmt, 4, query->queue);
}

bool dre_journal_db_read_kept(struct db *db, const struct journal_kept_query *query,
                              journal_each_kept *each, void *arg, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt, kept_sql, err)) {
        return false;
    }
    bind_kept(stmt, query);
    db_bind_int(stmt, 5, query->limit);
    while (db_step(stmt, &row, err)) {
        if (!row) {
            return true;
        }
        const struct journal_kept kept = {
            .id = (uint32_t)db_col_int(stmt, 0),
            .created_at = db_col_int(stmt, 1),
            .bytes = (uint64_t)db_col_int(stmt, 2),
            .in_file = db_col_int(stmt, 3) != 0,
            .queue = db_col_text(stmt, 4),
            .owner = db_col_text(stmt, 5),
            .document = db_col_text(stmt, 6),
            .format = db_col_text(stmt, 7),
            .facts = db_col_bytes(stmt, 8),
            .deaths = (uint8_t)db_col_int(stmt, 9),
        };
        each(arg, &kept);
    }
    return false;
}

bool dre_journal_db_count_kept(struct db *db, const struct journal_kept_query *query,
                               uint64_t *count, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    if (!db_prepare(db, &stmt, kept_count_sql, err)) {
        return false;
    }
    bind_kept(stmt, query);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *count = row ? (uint64_t)db_col_int(stmt, 0) : 0;
    return true;
}

bool dre_journal_db_read_expired(struct db *db, int64_t now, uint32_t *ids, size_t room,
                                 size_t *count, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    *count = 0;
    if (!db_prepare(db, &stmt,
                    "SELECT job FROM dre_document WHERE keep_until > 0 AND keep_until <= $1"
                    " ORDER BY keep_until LIMIT $2",
                    err)) {
        return false;
    }
    db_bind_int(stmt, 1, now);
    db_bind_int(stmt, 2, (int64_t)room);
    while (db_step(stmt, &row, err)) {
        if (!row || *count == room) {
            return true;
        }
        ids[(*count)++] = (uint32_t)db_col_int(stmt, 0);
    }
    return false;
}

bool dre_journal_db_read_notes(struct db *db, struct journal_note *notes, size_t room,
                               size_t *count, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    bool row = false;
    *count = 0;
    if (!db_prepare(db, &stmt,
                    "SELECT job, uuid, printer, at, began, ended, impressions, sheets"
                    " FROM dre_note ORDER BY job LIMIT $1",
                    err)) {
        return false;
    }
    db_bind_int(stmt, 1, (int64_t)room);
    while (db_step(stmt, &row, err)) {
        if (!row || *count == room) {
            return true;
        }
        struct str uuid = db_col_bytes(stmt, 1);
        struct str printer = db_col_text(stmt, 2);
        struct journal_note *note = &notes[*count];
        *note = (struct journal_note){ .job = (uint32_t)db_col_int(stmt, 0),
                                       .at = db_col_int(stmt, 3),
                                       .began = db_col_int(stmt, 4),
                                       .ended = db_col_int(stmt, 5),
                                       .impressions = (uint32_t)db_col_int(stmt, 6),
                                       .sheets = (uint32_t)db_col_int(stmt, 7) };
        (void)snprintf(note->printer, sizeof(note->printer), "%.*s", (int)printer.len, printer.ptr);
        if (uuid.len == sizeof(note->uuid)) {
            memcpy(note->uuid, uuid.ptr, sizeof(note->uuid));
            (*count)++;
        }
    }
    return false;
}

bool dre_journal_db_is_kept(struct db *db, uint32_t id, bool *is_kept, struct err *err)
{
    OWN(db_finish) struct db_stmt *stmt = NULL;
    if (!db_prepare(db, &stmt, "SELECT 1 FROM dre_document WHERE job = $1 AND keep_until > 0",
                    err)) {
        return false;
    }
    db_bind_int(stmt, 1, id);
    return db_step(stmt, is_kept, err);
}
