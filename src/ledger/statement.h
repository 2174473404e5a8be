// statement: what every account began a period with, what moved on it by kind, and what it ended
// with, computed from the entries alone: whoever computes it again gets the same bytes. A closed
// period keeps its statement, and the checkpoint that closed it signs its digest.
//
// The statement is text: comma-separated values as RFC 4180 has them, a line of titles, then a line
// an account by its number: those that were there, but for those with nothing but zeros. Names are
// those of when the period ended. What is signed of it (ledger_statement_spell):
//
//   from MILLISECONDS         the period; until is no part of it
//   until MILLISECONDS
//   after SEQUENCE            the last entry before it
//   statement HEX             SHA-256 of the text
//   accounts NUMBER           its lines
//   columns opening charges …
//   class KIND ACCOUNTS AMOUNT AMOUNT …
//   total ACCOUNTS AMOUNT …   all 0.00 but what is reserved
#pragma once

#include "ledger/checkpoint.h"

enum ledger_column {
    LEDGER_OPENING,
    LEDGER_CHARGES,  // what was posted
    LEDGER_REFUNDS,  // given back of what was charged
    LEDGER_MOVES,    // charges that others bear now
    LEDGER_CASH,     // paid in and out
    LEDGER_GRANTS,   // to and from allotments
    LEDGER_VOUCHERS, // redeemed
    LEDGER_TRANSFERS,
    LEDGER_ADJUSTMENTS,
    LEDGER_CLOSING,  // the sum of all columns before it
    LEDGER_RESERVED, // set aside when the period ended; in no sum
    LEDGER_COLUMNS
};
const char *ledger_column_name(enum ledger_column column);

struct ledger_bounds {
    int64_t from; // wall times; until is no part of it
    int64_t until;
    int64_t first; // the last entry before it; 0: none
    int64_t last;  // its last entry, or first
};
bool ledger_bounds_find(struct ledger *ledger, int64_t from, int64_t until,
                        struct ledger_bounds *bounds, struct err *err) CC_MUST_USE;

struct ledger_class {
    int64_t accounts; // lines of the statement
    struct money sums[LEDGER_COLUMNS];
};

// --- computing, in slices -----------------------------------------------------------------------

struct ledger_statement;
// ids: accounts that are summed in one pass over the entries; 0: as many as is good.
struct ledger_statement *ledger_statement_new(const struct ledger_bounds *bounds, size_t ids);
void ledger_statement_free(struct ledger_statement **statement);

struct ledger_statement_done {
    bool done;
    int64_t read;  // of entries and accounts: how far it is
    int64_t total; // 0: not known yet
    // Complete when done.
    int64_t accounts;
    uint8_t digest[CRYPTO_HASH_LEN];
    struct ledger_class classes[LEDGER_KINDS];
    struct ledger_class all;
};
// Takes the text part by part, from 0; where they are cut is the text's own, not the slices'.
struct ledger_statement_sink {
    bool (*take)(void *arg, int64_t part, struct str text, struct err *err); // NULL: nobody does
    void *arg;
};
// At most `most` entries or accounts further. Writing may go on between slices. ERR_INTERNAL: the
// entries do not add up; the ledger is to be verified.
bool ledger_statement_step(struct ledger *ledger, struct ledger_statement *statement, size_t most,
                           const struct ledger_statement_sink *sink,
                           struct ledger_statement_done *done, struct err *err) CC_MUST_USE;
// The lines that are signed.
void ledger_statement_spell(const struct ledger_bounds *bounds,
                            const struct ledger_statement_done *done, struct buf *body);

// --- keeping ------------------------------------------------------------------------------------

enum {
    LEDGER_RUN_LEN = 16,
    LEDGER_PART_MAX = 64 << 10, // bytes of one part of a text
};

struct ledger_period {
    char name[LEDGER_PERIOD_MAX + 1]; // "2026-11"
    int64_t number;                   // of the checkpoint that closed it
    int64_t at;                       // when it was closed
    struct ledger_bounds bounds;
    int64_t accounts;
    uint8_t digest[CRYPTO_HASH_LEN];
    uint8_t run[LEDGER_RUN_LEN]; // under which its text is kept
};

// The run of a period's text: the same period with the same bounds has the same one, so that a
// closing that was interrupted goes on with what is kept already, and two at once keep the same.
void ledger_period_run(struct ledger_period *period);
// Keeps a part, or finds it kept. ERR_CONFLICT: another text is kept in its place.
bool ledger_statement_keep(struct ledger *ledger, const uint8_t run[LEDGER_RUN_LEN], int64_t part,
                           struct str text, struct err *err) CC_MUST_USE;
bool ledger_statement_read(struct ledger *ledger, const uint8_t run[LEDGER_RUN_LEN], int64_t part,
                           struct arena *arena, struct str *text, bool *found,
                           struct err *err) CC_MUST_USE;
bool ledger_statement_parts(struct ledger *ledger, const uint8_t run[LEDGER_RUN_LEN],
                            int64_t *count, struct err *err) CC_MUST_USE;

// Beside its checkpoint. ERR_EXISTS: it is closed.
bool ledger_period_add(struct ledger *ledger, const struct ledger_period *period,
                       struct err *err) CC_MUST_USE;
bool ledger_period_find(struct ledger *ledger, struct str name, struct ledger_period *period,
                        bool *found, struct err *err) CC_MUST_USE;
// By name, after one. A database of before there were any has none.
bool ledger_period_list(struct ledger *ledger, struct str after, size_t most,
                        struct ledger_period *periods, size_t *count, struct err *err) CC_MUST_USE;

// --- proving ------------------------------------------------------------------------------------

// Computes each closed period's statement again, in slices, and compares it with what is kept and
// with what was signed. Checkpoints are proven before. Zeroed to begin with.
struct ledger_periods_proof {
    int64_t checked; // periods
    bool done;
    char finding[240]; // empty: nothing is wrong so far
    int64_t read;      // of the period under way
    int64_t total;
    struct ledger_period period;
    struct ledger_statement *statement; // owned; NULL: none is under way
};
bool ledger_periods_prove(struct ledger *ledger, size_t most, struct ledger_periods_proof *proof,
                          struct err *err) CC_MUST_USE;
void ledger_periods_proof_end(struct ledger_periods_proof *proof);
