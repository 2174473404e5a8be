// journal: what survives a crash. One SQLite database under DIR/dre with one writing thread that
// commits in groups, and reading connections for worker threads.
//
// A write is a copy of a job as it was when it was asked for; writes are carried out in order, so
// the last one asked for wins. Small documents are sealed and kept in the database, in the same
// commit as their job; larger ones are files that were synced before the write was asked for.
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "dre/spool.h"
#include "dre/table.h"
#include "net/net.h"

struct journal;

// Opens and migrates. What is in it is read by dre_journal_load before the first write.
bool dre_journal_open(struct net_loop *loop, const struct spool *spool, const char *path,
                      struct journal **journal, struct err *err) CC_MUST_USE; // spool: borrowed
void dre_journal_close(struct journal **journal); // works off what waits

// Fills the table with printers, queues, all open jobs and the newest ended ones.
bool dre_journal_load(struct journal *journal, struct table *table, struct err *err) CC_MUST_USE;

// The last head of the ledger's chain that CAS showed us.
struct journal_head {
    int64_t sequence; // 0: none yet
    uint8_t hash[32];
};
const struct journal_head *dre_journal_head_get(const struct journal *journal);

// What `explain` shows and the table does not hold. An empty run leaves what is there as it is.
struct journal_detail {
    struct str claimed_user;
    struct str identity; // read only: it is written with the job
    struct str address;
    struct str facts;       // packed DocumentFacts
    struct str work;        // packed
    struct str plan;        // sentences, '\n' between
    struct str reservation; // packed Reservation
    struct str settlement;  // packed Settlement
    struct str refusal;
    struct str course; // packed JobCourse
    struct str events; // lines "AT WHAT DETAIL\n", added to those that are there
};

struct journal_write;
typedef void journal_done(void *arg, struct journal_write *write, bool ok, const struct err *err);

// A write of this job as it is now. done runs on the loop, once; the write is gone after it.
struct journal_write *dre_journal_job(const struct job *job, journal_done *done, void *arg);
void dre_journal_add_detail(struct journal_write *write,
                            const struct journal_detail *detail); // copies
// The document comes along: sealed with the key, in this commit. Borrowed until done.
void dre_journal_add_document(struct journal_write *write, struct spool_document *document);
void dre_journal_drop_document(struct journal_write *write);                // its key with it
void dre_journal_keep_document(struct journal_write *write, int64_t until); // wall time, ms
void dre_journal_add_head(struct journal_write *write, const struct journal_head *head);
// What the device monitoring engine is to be told of a job: kept until it was. A newer one takes
// the place of an older.
struct journal_note {
    uint32_t job;
    uint8_t uuid[16];
    char printer[TABLE_NAME_MAX + 1];
    int64_t at; // wall time, ms, of the note; 0: none
    int64_t began;
    int64_t ended; // 0: it prints
    uint32_t impressions;
    uint32_t sheets;
};
void dre_journal_add_note(struct journal_write *write, const struct journal_note *note);
// They were told; one that was replaced meanwhile stays. Copied.
enum { JOURNAL_NOTES_MAX = 100 };
struct journal_write *dre_journal_noted(const struct journal_note *notes, size_t count,
                                        journal_done *done, void *arg);
uint32_t dre_journal_write_job(const struct journal_write *write);
uint32_t dre_journal_write_number(const struct journal_write *write); // job->store_count then

struct journal_write *dre_journal_queue(const struct queue *queue, bool drop, journal_done *done,
                                        void *arg);
struct journal_write *dre_journal_printer(const struct printer *printer, bool drop,
                                          journal_done *done, void *arg);

// The document of a job goes, and its key: dre_journal_read_expired named it.
struct journal_write *dre_journal_erase(uint32_t id, journal_done *done, void *arg);

// Writes nothing: once it is done, a reader sees all that was submitted before it.
struct journal_write *dre_journal_nothing(journal_done *done, void *arg);

// False: too many wait; the write is freed and done does not run.
bool dre_journal_submit(struct journal *journal, struct journal_write *write) CC_MUST_USE;
// In the same order, for what nobody waits for: it comes along with the next commit, soon.
bool dre_journal_submit_later(struct journal *journal, struct journal_write *write) CC_MUST_USE;
bool dre_journal_must_stop(const struct journal *journal); // the disk is not to be trusted any more

// --- reading, on worker threads -----------------------------------------------------------------

// One thread at a time.
struct journal_reader;
bool dre_journal_reader_open(const char *path, struct journal_reader **reader,
                             struct err *err) CC_MUST_USE;
void dre_journal_reader_close(struct journal_reader **reader);

// The runs borrow from buf. ERR_NOT_FOUND: no such job.
bool dre_journal_read_detail(struct journal_reader *reader, uint32_t id, struct buf *buf,
                             struct journal_detail *detail, struct err *err) CC_MUST_USE;

// A job's document: ready to be read. in_file and len are the job's.
bool dre_journal_read_document(struct journal_reader *reader, const struct spool *spool,
                               uint32_t id, bool in_file, uint64_t len,
                               struct spool_document **document, struct err *err) CC_MUST_USE;

// Jobs whose documents are still there, and of which facts are known, in the order of their ids.
struct journal_kept_query {
    uint32_t after;
    int64_t since; // wall time of their making
    int64_t until;
    struct str queue; // empty: any
    uint32_t limit;
};
struct journal_kept { // borrowed during the call
    uint32_t id;
    int64_t created_at;
    uint64_t bytes;
    bool in_file;
    uint8_t deaths; // of readers over it
    struct str queue;
    struct str owner;
    struct str document;
    struct str format;
    struct str facts; // packed
};
typedef void journal_each_kept(void *arg, const struct journal_kept *kept);
bool dre_journal_read_kept(struct journal_reader *reader, const struct journal_kept_query *query,
                           journal_each_kept *each, void *arg, struct err *err) CC_MUST_USE;
bool dre_journal_count_kept(struct journal_reader *reader, const struct journal_kept_query *query,
                            uint64_t *count, struct err *err) CC_MUST_USE; // limit is not heeded

// The oldest notes that wait, at most `room`.
bool dre_journal_read_notes(struct journal_reader *reader, struct journal_note *notes, size_t room,
                            size_t *count, struct err *err) CC_MUST_USE;

// A document that outlives its job.
bool dre_journal_is_kept(struct journal_reader *reader, uint32_t id, bool *is_kept,
                         struct err *err) CC_MUST_USE;

// Jobs whose documents were kept long enough, the oldest first, at most `room`.
bool dre_journal_read_expired(struct journal_reader *reader, int64_t now, uint32_t *ids,
                              size_t room, size_t *count, struct err *err) CC_MUST_USE;
