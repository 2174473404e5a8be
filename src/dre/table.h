// table: the jobs, queues, printers and users of this engine as they are in memory: what lists are
// answered from. Loop thread.
//
// A job is one small struct and one block of text; what only `explain` shows stays in the journal.
// Jobs that have ended are kept up to TABLE_ENDED_MAX, the newest; older ones are in the journal.
#pragma once

#include "base/map.h"
#include "base/str.h"
#include "dre/job.h"
#include "dre/marks.h"
#include "dre/sent.h"
#include "dre/trust.h"
#include "ippd/finishing.h"
#include <stddef.h>
#include <stdint.h>

enum {
    TABLE_ENDED_MAX = 2000,
    TABLE_TEXT_MAX = 65535, // all texts of a job together
    TABLE_NAME_MAX = 127,   // of a queue or printer
    TABLE_URI_MAX = 511,
    TABLE_ACCOUNT_MAX = 255,
    RELEASE_KEY_LEN = 8,
    TABLE_EXPIRE_HOURS = 72, // of a queue that says nothing else
};

struct job;
struct table_list { // in the order of ids
    struct job *first;
    struct job *last;
    uint32_t count;
};

#define TABLE_MARK_UNCLAIMED "unclaimed"
#define TABLE_SENT_HAD "had:" // who has printed the copy that the sender pays for

// The lowest three: the sides keywords, in the order of RFC 8011 5.2.8.
enum {
    TABLE_LACKS_MONOCHROME = 1 << 3,
    TABLE_LACKS_COLOR = 1 << 4,
    TABLE_LACKS_RANGES = 1 << 5,
};

struct printer {
    char name[TABLE_NAME_MAX + 1];
    char uri[TABLE_URI_MAX + 1];
    uint8_t key[16]; // of the call that made it
    int64_t created_at;
    int64_t delivered;                   // jobs
    int64_t changed_at;                  // of `state`
    char state[24];                      // "idle", "processing", "stopped"
    char message[200];                   // a sentence for a person; may be empty
    struct table_list waiting;           // jobs that are ready, in the order of their turn
    char pull_group[TABLE_NAME_MAX + 1]; // printers that can stand for each other; may be empty
    struct ippd_finishings finishings;   // what it can do to printed sheets
    uint8_t lacks;                       // what it says it cannot do: TABLE_LACKS_…
    int64_t lacks_until;                 // monotonic: asked again then; 0: never asked
    int64_t state_until;                 // monotonic: what it said of its state is good so long
    uint32_t queue_count;                // that name it
    void *runner;                        // owned by deliver; NULL: none
    char device_reason[64];              // that stops it, as it is monitored; empty: nothing
    char device_text[200];               // it in words
    bool has_meter;                      // it tells the monitoring engine how much it printed
};

struct queue {
    char name[TABLE_NAME_MAX + 1];
    uint8_t key[16];
    uint8_t uuid[16];
    char uuid_text[37];
    bool holds;          // mode "hold"
    bool hold_short;     // short of money: "hold", else "refuse"
    uint32_t keep_hours; // documents are kept so long after they were printed; 0: not at all
    char account[TABLE_ACCOUNT_MAX + 1]; // pays where a job names none; may be empty
    bool must_choose;                    // a job that names no account waits until one is chosen
    bool measure_ink;                    // on the pages of its jobs
    uint32_t expire_hours;               // what waits so long ends
    enum trust trust;                    // the least that is believed of who a job's user is
    bool guests;                         // jobs of unknown users wait with a release key
    uint16_t raw_port;                   // 0: none
    bool announce;                       // by DNS-SD
    bool paused;
    int64_t created_at;
    int64_t changed_at;
    struct printer *printer; // borrowed
    struct table_list open;  // jobs that have not ended
    struct table_list ended;
};

struct owner {  // of jobs
    char *name; // owned
    struct table_list open;
    struct table_list ended;
};

enum table_link { TABLE_BY_QUEUE, TABLE_BY_OWNER, TABLE_BY_AGE, TABLE_BY_TURN, TABLE_LINK_COUNT };

struct live; // what is under way for a job: dre_int.h

struct job {
    struct job_core core;
    uint32_t id;
    uint8_t uuid[16];
    char uuid_text[37];
    struct queue *queue;     // borrowed
    struct printer *printer; // borrowed: the queue's as it was accepted, or where it was routed to
    struct owner *owner;     // borrowed
    struct live *live;       // owned by the engine; NULL: the job rests
    int64_t created_at;
    int64_t processing_at;
    int64_t completed_at;
    int64_t expires_at; // where it still waits then; 0: never
    int64_t cost;       // charged if settled, else reserved
    uint64_t bytes;
    uint32_t pages; // of one copy
    uint32_t color_pages;
    uint32_t sheets;
    uint32_t copies;
    uint32_t claimed;     // impressions that the client named
    uint32_t origin;      // the job that it is a copy of; 0: none
    uint32_t printer_job; // the printer's own job-id; 0: none
    int64_t sending_at;   // not in the journal: when it was sent last; 0: before this start
    int64_t out_at;       // not in the journal: when that ended
    uint32_t store_count; // writes asked for: only the last one's end is told
    uint8_t deaths;       // of readers over its document: DRE_DEATHS_MAX
    uint8_t asked_by[16]; // the key of the last call that released, cancelled or resolved it
    bool is_asked;        // asked_by is one
    uint16_t name_len;
    uint16_t document_len;
    uint16_t format_len;
    uint16_t ticket_len;
    uint16_t sent_len;
    uint16_t printer_len;
    uint16_t account_len;
    uint16_t identity_len;
    uint16_t by_len;
    uint16_t device_len;
    uint16_t notice_len;
    uint16_t message_len;
    char release_key[RELEASE_KEY_LEN + 1]; // of a guest's job; else empty
    char *key_told;                        // owned; the sentence that tells it; NULL: none
    char from[46];                         // the client's address; may be empty
    bool is_ended;                         // stands in the lists of ended jobs
    bool is_ready;                         // stands in printer->waiting
    bool is_marked;                        // stands in table->marks
    bool in_file;                          // the document is a file of its own in the spool
    char *text; // owned: the runs of struct job_text, one after the other
    struct {
        struct job *next;
        struct job *prev;
    } link[TABLE_LINK_COUNT];
};

struct table {
    struct map jobs;     // by id
    struct map owners;   // by name
    struct map queues;   // by name
    struct map printers; // by name
    struct sent sent;    // what programs of the site's call their jobs
    struct marks marks;  // of open jobs: whom they were sent to, and what else they are found by
    struct table_list open;
    struct table_list ended;
    uint32_t next_id;
};

struct job_text {
    struct str name;
    struct str document;
    struct str format;
    struct str ticket;
    struct str sent;     // whom it was sent to: lines "user:NAME", "group:NAME"; "had:NAME"
    struct str printer;  // its name
    struct str account;  // who pays, ", " between; or who was chosen to
    struct str identity; // how its user is known: a word of dre/trust.h
    struct str by;       // who released it, where that was not its owner
    struct str device;   // where it was released
    struct str notice;   // what the user is to know besides, also when it is done
    struct str message;
};

void dre_table_init(struct table *table);
void dre_table_fini(struct table *table);

// A new job of a known id (0: the next one), in no list yet. Texts are cut at TABLE_TEXT_MAX in
// all.
struct job *dre_table_job_new(struct table *table, uint32_t id, struct queue *queue,
                              struct str owner, const struct job_text *text);
void dre_table_job_free(struct table *table, struct job *job); // leaves all lists
struct job *dre_table_job_find(const struct table *table, uint32_t id);
// What people call it: the name that the job was given, else its document's.
struct str dre_table_job_title(const struct job_text *text);
struct job_text dre_table_job_text(const struct job *job); // borrowed until the job changes
void dre_table_job_set_text(struct job *job, const struct job_text *text); // may borrow from itself
void dre_table_job_set_printer(struct job *job, struct printer *printer);
// Whose it is; the name as the ledger knows it.
void dre_table_job_set_owner(struct table *table, struct job *job, struct str owner);
void dre_table_job_set_message(struct job *job, struct str message);
// Is it found by what it says now, as long as it is open?
void dre_table_job_mark(struct table *table, struct job *job);
// Moves the job to the lists of ended jobs if it has ended; drops the oldest past the bound.
void dre_table_job_update(struct table *table, struct job *job);

void dre_table_list_add(struct table_list *list, struct job *job, enum table_link link);
void dre_table_list_drop(struct table_list *list, struct job *job, enum table_link link);

struct queue *dre_table_queue_new(struct table *table, struct str name);
struct queue *dre_table_queue_find(const struct table *table, struct str name);
void dre_table_queue_drop(struct table *table, struct queue *queue); // it must have no open jobs
struct printer *dre_table_printer_new(struct table *table, struct str name);
struct printer *dre_table_printer_find(const struct table *table, struct str name);
// No queue may name it, and no job that has not ended.
void dre_table_printer_drop(struct table *table, struct printer *printer);
// Do jobs that have not ended print there, whatever their queues say?
bool dre_table_printer_has_jobs(const struct table *table, const struct printer *printer);

// The user's name as the ledger knows it: ASCII letters in lower case, nothing else changed:
// `DOMAIN\user` and `user@domain` are names of their own. Into text, at most size - 1 bytes.
struct str dre_table_owner_name(struct str claimed, char *text, size_t size);

void dre_table_uuid_text(const uint8_t uuid[static 16], char text[static 37]);

// As dre_table_list_after, the other way: those before an id, to walk with link[].prev.
struct job *dre_table_list_before(const struct table *table, const struct table_list *list,
                                  uint32_t before, enum table_link link);
// The jobs of a list from one id on: walk with link[].next, starting here. O(1) but for `after`,
// which is found by its own link when it is there.
struct job *dre_table_list_after(const struct table *table, const struct table_list *list,
                                 uint32_t after, enum table_link link);
