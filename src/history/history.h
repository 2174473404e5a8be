// history: the works that came to their end, one row each: charged, given back, denied, lapsed,
// refused. Policy and prices are tried against it, counters and totals are read from it. The only
// code that writes the history_ tables.
//
// A row is a few numbers, by which totals and counters go, and a body (body.h) that holds the
// work as policy and prices saw it. Rows are numbered from 1 without gaps in the order of their
// times, and never change, except that a person can be forgotten. What is corrected later is a row
// of its own that refers to the first, at its own time: so the amounts of any time add up to what
// the ledger moved to and from the site's income in that time.
//
// Every call runs inside the caller's transaction, on the thread that owns the connection. Money in
// units; times in milliseconds since 1970 UTC.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "model/money.h"
#include "model/work.h"
#include <stdint.h>

struct db;
struct history;

enum {
    HISTORY_KEY_LEN = 16,
    HISTORY_BODY_MAX = 256 << 10, // packed
    HISTORY_LINES_MAX = 256,
    HISTORY_LEGS_MAX = 64,
    HISTORY_PAGE_MOST = 500, // rows of a page
};

enum history_outcome {
    HISTORY_CHARGED = 1,
    HISTORY_VOIDED,    // given back: canceled, nothing came out
    HISTORY_DENIED,    // by policy
    HISTORY_LAPSED,    // its time was over
    HISTORY_REFUSED,   // the account had not enough, or a quota was used up
    HISTORY_CORRECTED, // no work: a refund or a move of one that was charged
    HISTORY_OUTCOME_COUNT
};
const char *history_outcome_name(enum history_outcome outcome); // "charged", "voided", …
bool history_outcome_read(struct str name, enum history_outcome *outcome);

// As in the price lines that were told; "what" is in the ledger's receipt.
struct history_line {
    struct str rule;
    int64_t quantity;
    int64_t each;
    int64_t amount;
};

struct history_leg {
    struct str account; // "user:mary", "department:science"
    struct money amount;
};

// What policy had said. The steps are in the ledger's receipt.
struct history_decision {
    struct str verdict; // "allow", …; empty: policy was not asked
    struct str text;
    struct str set;
    uint32_t version;
    struct str rule;
    struct str route;
    struct str sides;
    struct str color_mode;
    int64_t charge_parts; // of 1,000,000; 0: as it was
};

struct history_row {
    int64_t number; // set by history_add
    int64_t at;     // when it ended; of a ledger entry, the entry's
    int64_t entry;  // of the ledger: what closed the first leg; 0: nothing was set aside
    int64_t refers; // of a correction: the number of the work; else 0
    enum history_outcome outcome;
    uint8_t key[HISTORY_KEY_LEN]; // the reservation's; zeros: none
    struct str job;               // its URI or id
    struct str why;               // evidence, or the reason of what was given back or corrected
    // As it was decided: at is then. Pages are those that came out, or were asked where none did.
    // The document's name and the person's full name are never here, and of the digest only its
    // first 8 bytes.
    struct work work;
    int64_t person; // told by history_take: whose it is, also renamed since; 0: work.user's
    struct money amount;
    struct money real_cost;
    uint32_t price_version;
    struct history_decision decision;
    const struct history_leg *legs; // who paid; of a work that was charged at least one
    size_t leg_count;
    const struct history_line *lines;
    size_t line_count;
};

// Makes and upgrades the tables. db is borrowed and outlives it.
bool history_open(struct db *db, struct history **history, struct err *err) CC_MUST_USE;
void history_close(struct history **history);

// --- writing ------------------------------------------------------------------------------------

// *at: now, or the time of the last row if the clock was set back; what ends gets this time.
bool history_clock(struct history *history, int64_t now, int64_t *at, struct err *err) CC_MUST_USE;

// A work under way, so that what must not stand in the ledger (digest, groups) is still known at
// its end, and counters see it. row->entry is the sequence of the pending entry.
bool history_begin(struct history *history, const struct history_row *row,
                   struct err *err) CC_MUST_USE;
// Takes it out again. *found false: there is none, as of a reservation older than this room. Runs
// of the row are in the arena.
bool history_take(struct history *history, int64_t pending, struct arena *arena,
                  struct history_row *row, bool *found, struct err *err) CC_MUST_USE;

// Adds a row; sets its number, and at if it was before the last row's. A denied or refused work is
// kept once a key: adding it again does nothing and sets number to 0.
bool history_add(struct history *history, struct history_row *row, struct err *err) CC_MUST_USE;

// A refund or one side of a move. amount is what the site's income of this account changes by:
// below zero gives back. Person, department, queue and printer are the work's. ERR_NOT_FOUND: there
// is no such work.
struct history_correction {
    int64_t of;    // a row's number
    int64_t entry; // of the ledger
    int64_t at;    // the entry's
    struct str account;
    struct money amount;
    struct str why;
};
bool history_correct(struct history *history, const struct history_correction *correction,
                     int64_t *number, struct err *err) CC_MUST_USE;

// Whether works of that person are under way.
bool history_has_open(struct history *history, struct str person, bool *has,
                      struct err *err) CC_MUST_USE;

// A person has another name; where it is another person's, the two are one from here on. What a
// row says of its person stays as it was.
bool history_rename(struct history *history, struct str from, struct str to,
                    struct err *err) CC_MUST_USE;

// Makes a person nameless, slice by slice: of the person's own rows name, job, client, destination,
// groups and texts go; in those of others the person is nameless as a payer and in what the texts
// say. Figures and departments stay, and so does the ledger. The names of accounts change with the
// last slice, so what was interrupted is begun again. ERR_CONFLICT: works are under way.
enum { HISTORY_FORGET_NAMES = 64 };
struct history_forget {
    struct str person;
    const struct str *names; // others that are this person's: aliases, names of before
    size_t name_count;       // those past HISTORY_FORGET_NAMES are not looked for
    bool is_dry;             // only counts
    int64_t own;             // moved on, as all below; begin with zeros
    int64_t read;
    int64_t works;  // of the person that are nameless
    int64_t others; // works of others that named the person
    bool is_own_done;
};
// Up to `most` rows further (at most HISTORY_PAGE_MOST).
bool history_forget(struct history *history, struct history_forget *forget, size_t most, bool *done,
                    struct err *err) CC_MUST_USE;

// --- replaying ----------------------------------------------------------------------------------

// Rows whose at is at or after from and before until (0: no end), after a number, in order.
struct history_range {
    int64_t from;
    int64_t until;
    int64_t after; // the last number that was read; 0: begin
    bool lines;    // lines and legs are wanted: they cost a little
    bool all;      // corrections too; else works only
};
// The row and all its runs are borrowed for the call. false: *err says why; the reading ends.
typedef bool history_each(void *arg, const struct history_row *row, struct err *err);

// Up to `most` rows; range->after moves on. *done: there are no more. *left: how many numbers are
// still to be read, for progress.
bool history_read(struct history *history, struct history_range *range, size_t most,
                  history_each *each, void *arg, bool *done, int64_t *left,
                  struct err *err) CC_MUST_USE;

// --- counters -----------------------------------------------------------------------------------

struct history_counts {
    int64_t jobs;
    int64_t pages;
    int64_t color_pages;
    int64_t sheets;
    struct money amount;
};
// What a person's works were from since and before until (0: now): those that were charged, and
// those under way; corrections count with their amount.
bool history_count(struct history *history, struct str person, int64_t since, int64_t until,
                   struct history_counts *counts, struct err *err) CC_MUST_USE;
// How many of them had a document of this digest (SHA-256; its first 8 bytes count).
bool history_count_same(struct history *history, struct str person, struct str digest,
                        int64_t since, int64_t until, int64_t *count, struct err *err) CC_MUST_USE;

// --- what is read ahead -------------------------------------------------------------------------

// What the calls of this transaction are going to ask for, told before the first of them: history's
// name of a person, and a work under way by its pending entry. Telling too much or nothing changes
// no answer.
void history_expect_person(struct history *history, struct str person);
void history_expect_open(struct history *history, int64_t pending);

// --- reading ------------------------------------------------------------------------------------

bool history_get(struct history *history, int64_t number, struct arena *arena,
                 struct history_row *row, bool *found, struct err *err) CC_MUST_USE;
// The work whose first leg was closed by this entry of the ledger.
bool history_find(struct history *history, int64_t entry, struct arena *arena,
                  struct history_row *row, bool *found, struct err *err) CC_MUST_USE;
// The sum of the corrections that refer to a work.
bool history_corrected(struct history *history, int64_t number, struct money *sum,
                       struct err *err) CC_MUST_USE;

// Empty: any.
struct history_filter {
    struct str person;
    struct str department;
    struct str queue;
    struct str printer;
    struct str account; // that paid the first leg or another
    int64_t since;
    int64_t until; // 0: no end
    enum history_outcome outcome;
};
// Newest first, before a number (0: from the newest), at most `most` rows, after looking at no more
// than a bounded count of rows: *next says where to go on, 0: there are no more. The person's is
// by index; the rest is looked through.
bool history_page(struct history *history, const struct history_filter *filter, int64_t before,
                  size_t most, struct arena *arena, struct history_row *rows, size_t *count,
                  int64_t *next, struct err *err) CC_MUST_USE;

// --- totals -------------------------------------------------------------------------------------

enum history_by {
    HISTORY_BY_ALL, // one sum
    HISTORY_BY_DEPARTMENT,
    HISTORY_BY_USER, // named by their purses: "user:mary"
    HISTORY_BY_QUEUE,
    HISTORY_BY_PRINTER,
    HISTORY_BY_ACCOUNT, // exactly what each paid, also where several paid for one job
};

struct history_sum {
    int64_t name;  // of history_name_of
    int64_t works; // that were charged
    int64_t pages;
    int64_t color_pages;
    int64_t sheets;
    struct money amount; // corrections included
    struct money real_cost;
};

// Adds up a time, slice by slice; holds at most HISTORY_SUMS_MOST sums. Where there are more names,
// it sums those that come first after from_name (-1: all), and says so: begin again with the last
// name.
enum { HISTORY_SUMS_MOST = 1 << 16 };
struct history_totals;
struct history_totals *history_totals_new(enum history_by by, int64_t from, int64_t until,
                                          int64_t from_name);
void history_totals_free(struct history_totals **totals);
// Up to `most` rows further.
bool history_totals_step(struct history *history, struct history_totals *totals, size_t most,
                         bool *done, int64_t *left, struct err *err) CC_MUST_USE;
// When done: the sums by name, in no order that means anything, and whether there are more names.
const struct history_sum *history_totals_of(const struct history_totals *totals, size_t *count,
                                            bool *more);
// The text of a name; 0 is no name: empty.
bool history_name_of(struct history *history, int64_t name, struct arena *arena, struct str *text,
                     struct err *err) CC_MUST_USE;
