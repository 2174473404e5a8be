// closing: a period of the ledger that is over is closed: the ledger is verified, the period's
// statement computed and kept, an entry says so, and a checkpoint signs it. In slices, for requests
// and schedules.
//
// Any period that is over may be closed, once, in any order: a statement comes from the entries
// alone, so no other closing changes it, and days, months, quarters and years stand beside each
// other. Where the period beside it was closed by another clock (the site's zone was changed
// since), it begins or ends where that one ends or begins: no entry is in both or in none.
#pragma once

#include "calendar/period.h"
#include "cas/cas_int.h"
#include "ledger/statement.h"

enum cas_closing_doing { CAS_CLOSING_VERIFIES, CAS_CLOSING_SUMS, CAS_CLOSING_DONE };

struct cas_closing;
// ERR_INVALID: it is no period, is not over, or the ledger begins later. why: of the entry; may be
// empty.
bool cas_closing_new(struct cas *cas, const char *period, const char *why, bool is_dry, int64_t now,
                     struct cas_closing **closing, struct err *err) CC_MUST_USE;
void cas_closing_free(struct cas_closing **closing);

// It is of that period, and did so many slices: for a schedule, whose slices may have been undone.
bool cas_closing_is(const struct cas_closing *closing, const char *period, int64_t slices);

struct cas_closing_at {
    enum cas_closing_doing doing;
    int64_t read;
    int64_t total;
    bool was_closed;             // before this one began, or by another while it went on
    struct ledger_period period; // when done; at 0: it was dry
    struct str lines;            // when done: what is signed of the statement; in the turn's arena
};
// ERR_CONFLICT: the ledger is not good, and the text says what was found.
bool cas_closing_step(struct cas *cas, struct cas_turn *turn, struct cas_closing *closing,
                      struct cas_closing_at *at, struct err *err) CC_MUST_USE;

// The name of the period of that kind (a day, month or year; is_quarter: a quarter) at an instant.
void cas_closing_name(const struct calendar_site *site, enum calendar_period kind, bool is_quarter,
                      int64_t at, char name[static LEDGER_PERIOD_MAX + 1]);
