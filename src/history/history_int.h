// The statements of history. store_db.c is the only file that spells them.
#pragma once

#include "base/map.h"
#include "db/db.h"
#include "history/history.h"

enum history_sql {
    HISTORY_SQL_LAST,
    HISTORY_SQL_NAME_FIND,
    HISTORY_SQL_NAME_ADD,
    HISTORY_SQL_NAME_OF,
    HISTORY_SQL_NAME_CHANGE,
    HISTORY_SQL_MOVE_WORKS,
    HISTORY_SQL_MOVE_OPEN,
    HISTORY_SQL_ADD,
    HISTORY_SQL_ADD_ONCE,
    HISTORY_SQL_BODY_ADD,
    HISTORY_SQL_BODY_CHANGE,
    HISTORY_SQL_LEG_ADD,
    HISTORY_SQL_LEG_IS,
    HISTORY_SQL_OPEN_ADD,
    HISTORY_SQL_OPEN_GET,
    HISTORY_SQL_OPEN_DROP,
    HISTORY_SQL_OPEN_COUNT,
    HISTORY_SQL_OPEN_SAME,
    HISTORY_SQL_AT_OF,
    HISTORY_SQL_PERSON_OF,
    HISTORY_SQL_BODY_GET,
    HISTORY_SQL_BY_ENTRY,
    HISTORY_SQL_CORRECTED,
    HISTORY_SQL_BODIES,
    HISTORY_SQL_COUNT_OF,
    HISTORY_SQL_SAME_OF,
    HISTORY_SQL_ROWS,
    HISTORY_SQL_ROWS_OF,
    HISTORY_SQL_ROWS_AFTER,
    HISTORY_SQL_NUMBER_OF,
    HISTORY_SQL_PAID_BY,
    HISTORY_SQL_PAYERS_OF,
    HISTORY_SQL_SUM_ALL,
    HISTORY_SQL_SUM_DEPARTMENT,
    HISTORY_SQL_SUM_USER,
    HISTORY_SQL_SUM_QUEUE,
    HISTORY_SQL_SUM_PRINTER,
    HISTORY_SQL_SUM_ACCOUNT,
    HISTORY_SQL_SUM_LEGS,
    HISTORY_SQL_COUNT
};

struct history {
    struct db *db;                            // borrowed
    struct db_stmt *stmts[HISTORY_SQL_COUNT]; // db's
    struct buf body;                          // owned; being packed
    // What was read or written under one number of db_epoch.
    uint64_t epoch;
    bool knows_last;
    int64_t last;
    int64_t last_at;
    struct map names; // to int64_t in `ids`
    struct arena ids; // owned
    size_t name_count;
};

bool history_store_open(struct history *history, struct err *err) CC_MUST_USE;

// The numbers of a row, as totals and counters see them.
struct history_narrow {
    int64_t number;
    int64_t at;
    int64_t entry;
    int64_t refers;
    int64_t outcome;
    int64_t person; // names, as below
    int64_t department;
    int64_t queue;
    int64_t printer;
    int64_t payer;
    int64_t pages; // 0 unless it was charged
    int64_t color_pages;
    int64_t sheets;
    int64_t amount;
    int64_t first; // of the amount, the first leg's
    int64_t real_cost;
    int64_t digest; // 0: not known
    int64_t legs;   // beside the first
};

// The number and time of the last row; zeros: there is none.
bool history_store_last(struct history *history, int64_t *number, int64_t *at,
                        struct err *err) CC_MUST_USE;
// *id 0: there is no such name. The empty name is 0 always.
bool history_store_name_find(struct history *history, struct str text, int64_t *id,
                             struct err *err) CC_MUST_USE;
bool history_store_name(struct history *history, struct str text, int64_t *id,
                        struct err *err) CC_MUST_USE; // makes it where there is none
// once: the key of a work that made no entry. *added false: it is there already.
bool history_store_add(struct history *history, const struct history_narrow *narrow,
                       const uint8_t *once, bool *added, struct err *err) CC_MUST_USE;
bool history_store_body(struct history *history, enum history_sql which, int64_t number,
                        struct str body, struct err *err) CC_MUST_USE; // BODY_ADD or _CHANGE
bool history_store_leg(struct history *history, int64_t number, int64_t place, int64_t account,
                       int64_t amount, struct err *err) CC_MUST_USE;
bool history_store_begin(struct history *history, const struct history_narrow *narrow,
                         struct str body, struct err *err) CC_MUST_USE;
// Of a person: the name of its purse, so that a queue of the same name is another one.
#define HISTORY_USER "user:"
enum { HISTORY_PURSES = 2 };
extern const char *const history_purses[HISTORY_PURSES]; // of a person: "user:", "allotment:"
bool history_is_of(struct str account, const char *kind, struct str person);
struct str history_purse(struct arena *arena, const char *kind, struct str person);
bool history_store_person(struct history *history, struct str person, bool make, int64_t *id,
                          struct err *err) CC_MUST_USE;
bool history_store_end(struct history *history, int64_t pending, struct err *err) CC_MUST_USE;
bool history_store_rename(struct history *history, int64_t id, struct str text,
                          struct err *err) CC_MUST_USE;
// One number of one row by one number; *found false: there is no row.
bool history_store_int(struct history *history, enum history_sql which, int64_t key, int64_t *value,
                       bool *found, struct err *err) CC_MUST_USE;
// The body behind a key, in the arena. which: OPEN_GET (*number: the person), BODY_GET, BY_ENTRY.
bool history_store_body_get(struct history *history, enum history_sql which, int64_t key,
                            struct arena *arena, struct str *body, int64_t *number, bool *found,
                            struct err *err) CC_MUST_USE;
void history_store_narrow_read(const struct db_stmt *stmt, struct history_narrow *narrow);

// The row packed, until the next one is.
bool history_pack(struct history *history, const struct history_row *row, struct str *body,
                  struct err *err) CC_MUST_USE;
// Whether works of that person are under way.
bool history_is_busy(struct history *history, int64_t person, bool *has,
                     struct err *err) CC_MUST_USE;
// The first number whose row ended at or after a time; past the last: there is none.
bool history_number_at(struct history *history, int64_t at, int64_t *number,
                       struct err *err) CC_MUST_USE;
// The first 8 bytes of a digest as a number; 0: it is not known.
int64_t history_digest(struct str digest);
