// The statements of the journal. Writer's thread or reader's thread; see journal.h.
#pragma once

#include "db/db.h"
#include "dre/journal.h"

// A job as it goes to disk; text and blobs are runs of the write that owns them.
struct journal_row {
    struct job_core core;
    uint32_t id;
    uint8_t uuid[16];
    const char *queue;
    const char *owner;
    struct job_text text;
    int64_t created_at;
    int64_t processing_at;
    int64_t completed_at;
    int64_t expires_at;
    uint32_t origin;
    int64_t cost;
    uint64_t bytes;
    uint32_t pages;
    uint32_t color_pages;
    uint32_t sheets;
    uint32_t copies;
    uint32_t claimed;
    uint32_t printer_job;
    bool in_file;
    uint8_t deaths;
    uint8_t asked_by[16];
    bool is_asked;
    struct journal_detail detail;
};

struct journal_statements;
bool dre_journal_db_open(const char *path, bool read_only, struct db **db,
                         struct err *err) CC_MUST_USE; // migrates unless read_only
struct journal_statements *dre_journal_db_prepare(struct db *db, struct err *err); // NULL: err
void dre_journal_db_free(struct journal_statements **statements); // before its db is closed

bool dre_journal_db_put_job(struct journal_statements *statements, const struct journal_row *row,
                            struct err *err) CC_MUST_USE;
bool dre_journal_db_put_note(struct journal_statements *statements, const struct journal_note *note,
                             struct err *err) CC_MUST_USE;
// Of notes that nobody fetched: those older than forty days, and all but the newest so many.
enum { JOURNAL_NOTES_KEPT = 100000 };
bool dre_journal_db_forget_notes(struct journal_statements *statements, int64_t now, size_t kept,
                                 struct err *err) CC_MUST_USE;
bool dre_journal_db_drop_note(struct journal_statements *statements,
                              const struct journal_note *note, struct err *err) CC_MUST_USE;
bool dre_journal_db_put_document(struct journal_statements *statements, uint32_t id, struct str key,
                                 struct str sealed, struct err *err) CC_MUST_USE;
bool dre_journal_db_drop_document(struct journal_statements *statements, uint32_t id,
                                  struct err *err) CC_MUST_USE;
bool dre_journal_db_keep_document(struct journal_statements *statements, uint32_t id, int64_t until,
                                  struct err *err) CC_MUST_USE;
bool dre_journal_db_put_head(struct journal_statements *statements, const struct journal_head *head,
                             struct err *err) CC_MUST_USE;
bool dre_journal_db_put_queue(struct journal_statements *statements, const struct queue *queue,
                              const char *printer, bool drop, struct err *err) CC_MUST_USE;
bool dre_journal_db_put_printer(struct journal_statements *statements,
                                const struct printer *printer, bool drop,
                                struct err *err) CC_MUST_USE;

bool dre_journal_db_load(struct db *db, struct table *table, struct journal_head *head,
                         struct err *err) CC_MUST_USE;
bool dre_journal_db_read_detail(struct db *db, uint32_t id, struct buf *buf,
                                struct journal_detail *detail, struct err *err) CC_MUST_USE;
bool dre_journal_db_read_document(struct db *db, uint32_t id, struct buf *key, struct buf *sealed,
                                  struct err *err) CC_MUST_USE;
bool dre_journal_db_read_kept(struct db *db, const struct journal_kept_query *query,
                              journal_each_kept *each, void *arg, struct err *err) CC_MUST_USE;
bool dre_journal_db_count_kept(struct db *db, const struct journal_kept_query *query,
                               uint64_t *count, struct err *err) CC_MUST_USE;
bool dre_journal_db_read_expired(struct db *db, int64_t now, uint32_t *ids, size_t room,
                                 size_t *count, struct err *err) CC_MUST_USE;
bool dre_journal_db_read_notes(struct db *db, struct journal_note *notes, size_t room,
                               size_t *count, struct err *err) CC_MUST_USE;
bool dre_journal_db_is_kept(struct db *db, uint32_t id, bool *is_kept, struct err *err) CC_MUST_USE;
