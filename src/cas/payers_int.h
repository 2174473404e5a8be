// What the files about charges after they were settled, the cash desk and grants share. payers_db.c
// is the only file that spells their statements.
#pragma once

#include "cas/cas_int.h"
#include "model/share.h"

// The paid purse of a name or an alias, and its account's name. ERR_NOT_FOUND: nobody has it.
// ERR_DENIED: the person is locked.
bool cas_paid_account(struct cas *cas, struct cas_turn *turn, const char *name,
                      const char **account, struct ledger_account *paid,
                      struct err *err) CC_MUST_USE;

// ---- what a charge has become ------------------------------------------------------------------

struct cas_bearer {
    int64_t account; // the ledger's number; a rename does not change it
    const char *name;
    int64_t amount;
    uint32_t parts; // as in a leg; 0: of the share before
};

struct cas_after {
    struct ledger_key reservation;
    const char *job;
    const char *user;
    int64_t charged;
    int64_t refunded;
    int64_t moves;
    int64_t version; // of its row; 0: there is none yet
    int64_t settled_at;
    int64_t settled_in; // the entry that closed the first leg
    uint32_t pages;
    struct cas_bearer bearers[CAS_LEGS_MAX]; // of what is left: charged - refunded
    size_t bearer_count;
    struct cas_bearer first[CAS_LEGS_MAX]; // when it was settled
    size_t first_count;
};

// ERR_NOT_FOUND: no such reservation; ERR_CONFLICT: it is not settled, or was given back.
bool cas_after_find(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData reservation,
                    struct cas_after *after, struct err *err) CC_MUST_USE;
// Keeps bearers, refunded and moves as they are now. ERR_CONFLICT: somebody else was faster.
bool cas_after_keep(struct cas *cas, struct cas_turn *turn, const struct cas_after *after,
                    struct err *err) CC_MUST_USE;
Quoin__V1__Share **cas_bearer_shares(struct arena *arena, const struct cas_bearer *bearers,
                                     size_t count);
// What bearers have as it is kept, and back with the names of now.
struct str cas_bearers_pack(struct arena *arena, const struct cas_bearer *bearers, size_t count);
bool cas_bearers_read(struct cas *cas, struct arena *arena, struct str bytes,
                      struct cas_bearer *bearers, size_t *count, struct err *err) CC_MUST_USE;

// The money of the site as it is now: its precision is what charges are shared and given back in.
bool cas_money_now(struct cas *cas, struct price_money *money, struct err *err) CC_MUST_USE;

// What goes back to accounts before a plan is charged to them.
struct cas_going_back {
    const struct cas_bearer *bearers; // borrowed
    size_t count;
};
// Takes a total apart by shares and purses; nothing is written. back NULL: nothing goes back.
bool cas_legs_plan(struct cas *cas, struct cas_turn *turn, struct money total,
                   Quoin__V1__Share *const *shares, size_t count, const struct cas_going_back *back,
                   struct cas_legs *legs, struct err *err) CC_MUST_USE;

// The rest of what is told of a charge.
bool cas_moves_of(struct cas *cas, struct cas_turn *turn, const struct ledger_key *reservation,
                  Quoin__V1__Charge *charge, struct err *err) CC_MUST_USE;
bool cas_refunds_of(struct cas *cas, struct cas_turn *turn, const struct ledger_key *reservation,
                    Quoin__V1__Charge *charge, struct err *err) CC_MUST_USE;

// Writes entries one after the other, under keys made of one: the first has the key and the detail.
struct cas_entries {
    struct cas *cas;
    struct cas_turn *turn;
    struct ledger_ask like; // key, why, asker, detail, at
    int64_t work;           // the history's number of the work; 0: it has none
    size_t count;
    int64_t first; // sequence
};
// Tells which work of the history the entries correct.
bool cas_entries_begin(struct cas_entries *entries, const struct cas_after *after,
                       struct err *err) CC_MUST_USE;
bool cas_entries_add(struct cas_entries *entries, const char *debit, const char *credit,
                     int64_t amount, struct err *err) CC_MUST_USE;
bool cas_entries_limit(struct cas_entries *entries, const char *account, int64_t overdraft,
                       struct err *err) CC_MUST_USE;

bool cas_money_settings_check(const Quoin__V1__MoneySettings *settings,
                              struct err *err) CC_MUST_USE;
bool cas_settings_money(struct cas *cas, struct arena *arena, Quoin__V1__MoneySettings **settings,
                        struct err *err) CC_MUST_USE;

// A reason that must be said: not empty, plain, at most 400 bytes.
bool cas_reason_check(const char *text, const char *what, struct err *err) CC_MUST_USE;

// ---- the store ---------------------------------------------------------------------------------

enum cas_payers_sql {
    CAS_PAYERS_AFTER,
    CAS_PAYERS_AFTER_ADD,
    CAS_PAYERS_AFTER_SET,
    CAS_PAYERS_MOVE_ADD,
    CAS_PAYERS_MOVE_BY_KEY,
    CAS_PAYERS_MOVES_OF,
    CAS_PAYERS_REFUND_NEXT,
    CAS_PAYERS_REFUND_ADD,
    CAS_PAYERS_REFUND_DECIDE,
    CAS_PAYERS_REFUND_BY_ID,
    CAS_PAYERS_REFUND_BY_KEY,
    CAS_PAYERS_REFUND_BY_DECISION,
    CAS_PAYERS_REFUNDS_OF,
    CAS_PAYERS_REFUNDS,
    CAS_PAYERS_REFUNDS_STATUS,
    CAS_PAYERS_REFUNDS_USER,
    CAS_PAYERS_REFUNDS_RENAME,
    CAS_PAYERS_CASH_ADD,
    CAS_PAYERS_CASH_BY_ENTRY,
    CAS_PAYERS_CASH_BY_REFERENCE,
    CAS_PAYERS_CASH,
    CAS_PAYERS_CASH_SUM,
    CAS_PAYERS_COUNT
};

struct cas_payers {
    struct db_stmt *stmts[CAS_PAYERS_COUNT]; // db's
};

bool cas_payers_open(struct cas *cas, struct err *err) CC_MUST_USE;

bool cas_store_after(struct cas *cas, struct arena *arena, struct cas_after *after,
                     struct str *bearers, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_after_put(struct cas *cas, const struct cas_after *after, struct str bearers,
                         bool *ok, struct err *err) CC_MUST_USE;

struct cas_move {
    struct ledger_key key;
    struct ledger_key reservation;
    int64_t number;
    int64_t at;
    struct str asker;
    struct str why;
    int64_t amount;
    struct str from; // Bearers
    struct str to;
    struct str overdrafts;
    int64_t sequence;
};
enum { CAS_MOVES_MOST = 1000 }; // of one charge
bool cas_store_move_add(struct cas *cas, const struct cas_move *move, struct err *err) CC_MUST_USE;
bool cas_store_move(struct cas *cas, const struct ledger_key *key, struct arena *arena,
                    struct cas_move *move, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_moves(struct cas *cas, const struct ledger_key *reservation, struct arena *arena,
                     struct cas_move *moves, size_t most, size_t *count,
                     struct err *err) CC_MUST_USE;

enum cas_refund_status { CAS_REFUND_ASKED = 1, CAS_REFUND_APPROVED, CAS_REFUND_DENIED };
struct cas_refund {
    int64_t id;
    struct ledger_key key; // of the asking
    struct ledger_key reservation;
    struct str job;
    struct str user; // by the name of now
    struct str reason;
    int64_t asked;
    uint32_t pages;
    int64_t asked_at;
    struct str asked_by;
    enum cas_refund_status status;
    int64_t amount;
    int64_t decided_at;
    struct str decided_by;
    struct ledger_key decision; // the key of the deciding
    struct str why;
    struct str reference;
    struct str to; // Bearers
    int64_t sequence;
};
bool cas_store_refund_add(struct cas *cas, struct cas_refund *refund, struct err *err) CC_MUST_USE;
// Of one that was asked and not decided; *ok false: it was decided meanwhile.
bool cas_store_refund_decide(struct cas *cas, const struct cas_refund *refund, bool *ok,
                             struct err *err) CC_MUST_USE;
bool cas_store_refund(struct cas *cas, int64_t id, struct arena *arena, struct cas_refund *refund,
                      bool *found, struct err *err) CC_MUST_USE;
bool cas_store_refund_by(struct cas *cas, enum cas_payers_sql which, const struct ledger_key *key,
                         struct arena *arena, struct cas_refund *refund, bool *found,
                         struct err *err) CC_MUST_USE;
struct cas_refund_list {
    const struct ledger_key *reservation; // NULL: by the others
    int64_t status;                       // 0: all
    struct str user;                      // empty: all
    int64_t after;
};
bool cas_store_refunds(struct cas *cas, const struct cas_refund_list *list, struct arena *arena,
                       struct cas_refund *refunds, size_t most, size_t *count,
                       struct err *err) CC_MUST_USE;

// What was asked for one name is another's.
bool cas_store_refunds_rename(struct cas *cas, struct str from, struct str to,
                              struct err *err) CC_MUST_USE;

struct cas_cash {
    int64_t sequence;
    int64_t at;
    struct str desk;
    struct str asker;
    struct str name;
    int64_t amount;
    struct str reference;
    struct str why;
};
bool cas_store_cash_add(struct cas *cas, const struct cas_cash *cash, struct err *err) CC_MUST_USE;
bool cas_store_cash(struct cas *cas, int64_t sequence, struct arena *arena, struct cas_cash *cash,
                    bool *found, struct err *err) CC_MUST_USE;
bool cas_store_cash_reference(struct cas *cas, struct str desk, struct str reference,
                              struct arena *arena, struct cas_cash *cash, bool *found,
                              struct err *err) CC_MUST_USE;
bool cas_store_cash_list(struct cas *cas, const Quoin__V1__ListCashRequest *list, size_t most,
                         struct arena *arena, struct cas_cash *cash, size_t *count,
                         struct err *err) CC_MUST_USE;
bool cas_store_cash_sum(struct cas *cas, const Quoin__V1__ListCashRequest *list,
                        Quoin__V1__ListCashReply *sums, struct err *err) CC_MUST_USE;
