// verify: recomputes the ledger from its entries alone. It believes no column that it can compute.
// Between slices others may write; what it knows is one state an account and an amount an open
// reservation.

#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "ledger/store_int.h"
#include <stdio.h>
#include <stdlib.h>

struct verify_account {
    int64_t id;
    struct ledger_state state;
    char name[LEDGER_NAME_MAX + 1]; // as the account's table says
    bool is_open;                   // its opening was seen
    char *renamed;                  // owned; the name of its newest renaming; NULL: none yet
};

struct verify_hold {
    int64_t sequence;
    int64_t debit;
    int64_t credit;
    int64_t lapses_at;
    struct money amount;
};

struct ledger_verify {
    struct ledger_head head; // the last entry that was checked
    struct map accounts;     // id -> struct verify_account, owned
    struct map holds;        // sequence -> struct verify_hold, owned; the open ones
    int64_t hold_count;      // with the closed ones
    bool done;
    char finding[sizeof(((struct ledger_verdict *)0)->finding)];
};

struct ledger_verify *ledger_verify_new(void)
{
    return mem_new(sizeof(struct ledger_verify));
}

static void verify_accounts_free(struct map *map)
{
    void *value;
    for (size_t at = 0; map_next(map, &at, &value);) {
        free(((struct verify_account *)value)->renamed);
        free(value);
    }
    map_free(map);
}

static void verify_map_free(struct map *map)
{
    void *value;
    for (size_t at = 0; map_next(map, &at, &value);) {
        free(value);
    }
    map_free(map);
}

void ledger_verify_free(struct ledger_verify **verify)
{
    if (*verify != NULL) {
        verify_accounts_free(&(*verify)->accounts);
        verify_map_free(&(*verify)->holds);
        free(*verify);
        *verify = NULL;
    }
}

// The first finding stands. Always false.
static bool verify_find(struct ledger_verify *verify, int64_t sequence, const char *what)
{
    if (verify->finding[0] == '\0') {
        (void)snprintf(verify->finding, sizeof(verify->finding), "entry %lld: %s",
                       (long long)sequence, what);
    }
    return false;
}

static struct verify_account *verify_account_of(struct ledger_verify *verify, int64_t id)
{
    struct verify_account *account = map_find(&verify->accounts, map_key(&id, sizeof(id)));
    if (account == NULL) {
        account = mem_new(sizeof(*account));
        account->id = id;
        map_set(&verify->accounts, map_key(&id, sizeof(id)), account);
    }
    return account;
}

static bool verify_is_same(const struct ledger_state *a, const struct ledger_state *b)
{
    return a->balance.units == b->balance.units && a->reserved.units == b->reserved.units &&
           a->is_unlimited == b->is_unlimited &&
           (a->is_unlimited || a->overdraft.units == b->overdraft.units);
}

static bool verify_opening(struct ledger_verify *verify, const struct ledger_entry *entry)
{
    struct verify_account *account = verify_account_of(verify, entry->debit);
    if (entry->debit != entry->credit) {
        return verify_find(verify, entry->sequence, "an opening or limit has one account");
    }
    if (account->is_open == (entry->kind == LEDGER_OPEN)) {
        return verify_find(verify, entry->sequence,
                           account->is_open ? "the account is open already"
                                            : "the account was not opened before");
    }
    if (entry->kind == LEDGER_OPEN) {
        account->is_open = true;
        account->state.is_unlimited = entry->debit_after.is_unlimited;
    }
    account->state.overdraft = entry->amount;
    return true;
}

// "OLD -> NEW": OLD is what the renaming before it ended with.
static bool verify_renaming(struct ledger_verify *verify, const struct ledger_entry *entry)
{
    struct verify_account *account = verify_account_of(verify, entry->debit);
    struct str why = entry->why;
    size_t at = 0;
    while (at + 4 <= why.len && memcmp(why.ptr + at, " -> ", 4) != 0) {
        at++;
    }
    bool follows =
        account->renamed == NULL || str_eq(str_of(account->renamed), (struct str){ why.ptr, at });
    if (at + 4 > why.len || !follows || entry->debit != entry->credit || entry->amount.units != 0) {
        return verify_find(verify, entry->sequence, "it does not rename what the account was");
    }
    free(account->renamed);
    account->renamed = mem_new(why.len - at - 3);
    memcpy(account->renamed, why.ptr + at + 4, why.len - at - 4);
    return true;
}

static bool verify_move(struct ledger_verify *verify, const struct ledger_entry *entry,
                        struct money amount)
{
    struct verify_account *debit = verify_account_of(verify, entry->debit);
    struct verify_account *credit = verify_account_of(verify, entry->credit);
    const struct money less = { -amount.units };
    if (!money_sum(debit->state.balance, less, &debit->state.balance) ||
        !money_sum(credit->state.balance, amount, &credit->state.balance)) {
        return verify_find(verify, entry->sequence, "the sums overflow");
    }
    return true;
}

static bool verify_limit(struct ledger_verify *verify, const struct ledger_entry *entry)
{
    const struct ledger_state *state = &verify_account_of(verify, entry->debit)->state;
    return state->is_unlimited || ledger_available(state).units >= 0 || entry->amount.units == 0 ||
           verify_find(verify, entry->sequence, "it goes below the account's limit");
}

static bool verify_pending(struct ledger_verify *verify, const struct ledger_entry *entry)
{
    struct verify_hold *hold = mem_new(sizeof(*hold));
    *hold = (struct verify_hold){ entry->sequence, entry->debit, entry->credit, entry->lapses_at,
                                  entry->amount };
    map_set(&verify->holds, map_key(&hold->sequence, sizeof(hold->sequence)), hold);
    verify->hold_count++;
    struct verify_account *debit = verify_account_of(verify, entry->debit);
    return money_sum(debit->state.reserved, entry->amount, &debit->state.reserved) ||
           verify_find(verify, entry->sequence, "the sums overflow");
}

// The reservations' table says that this entry closed it. *err where it cannot be read.
static bool verify_closed_row(struct ledger *ledger, struct ledger_verify *verify,
                              const struct ledger_entry *entry, int64_t lapses_at, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_HOLD_CLOSED_BY];
    bool row;
    db_bind_int(stmt, 1, entry->pending);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    bool fits = row && db_col_int(stmt, 0) == entry->sequence && db_col_int(stmt, 1) == lapses_at;
    db_reset(stmt);
    return fits ||
           verify_find(verify, entry->pending, "its reservation is not what the entries say");
}

static bool verify_closing(struct ledger *ledger, struct ledger_verify *verify,
                           const struct ledger_entry *entry, struct err *err)
{
    const struct verify_hold *known =
        map_find(&verify->holds, map_key(&entry->pending, sizeof(entry->pending)));
    if (known == NULL) {
        return verify_find(verify, entry->sequence, "it closes a reservation that is not open");
    }
    const struct verify_hold hold = *known;
    free(map_drop(&verify->holds, map_key(&entry->pending, sizeof(entry->pending))));
    if (hold.debit != entry->debit || hold.credit != entry->credit ||
        entry->amount.units > hold.amount.units ||
        (entry->kind != LEDGER_POST && entry->amount.units != hold.amount.units)) {
        return verify_find(verify, entry->sequence, "it does not fit its reservation");
    }
    verify_account_of(verify, entry->debit)->state.reserved.units -= hold.amount.units;
    return (entry->kind != LEDGER_POST || verify_move(verify, entry, entry->amount)) &&
           verify_closed_row(ledger, verify, entry, hold.lapses_at, err);
}

static bool verify_meaning(struct ledger *ledger, struct ledger_verify *verify,
                           const struct ledger_entry *entry, struct err *err)
{
    bool opens = entry->kind == LEDGER_OPEN;
    if (!opens && (!verify_account_of(verify, entry->debit)->is_open ||
                   !verify_account_of(verify, entry->credit)->is_open)) {
        return verify_find(verify, entry->sequence, "its account was not opened before");
    }
    switch (entry->kind) {
    case LEDGER_OPEN:
    case LEDGER_LIMIT: return verify_opening(verify, entry);
    case LEDGER_TRANSFER:
        return verify_move(verify, entry, entry->amount) && verify_limit(verify, entry);
    case LEDGER_PENDING: return verify_pending(verify, entry) && verify_limit(verify, entry);
    case LEDGER_POST:
    case LEDGER_VOID:
    case LEDGER_LAPSE: return verify_closing(ledger, verify, entry, err);
    case LEDGER_RENAME: return verify_renaming(verify, entry);
    case LEDGER_CLOSE:
        return (entry->debit == entry->credit && entry->amount.units == 0) ||
               verify_find(verify, entry->sequence, "what closes a period moves nothing");
    }
    return verify_find(verify, entry->sequence, "its kind is none");
}

// False: there is a finding, or *err.
static bool verify_entry(struct ledger *ledger, struct ledger_verify *verify,
                         const struct ledger_entry *entry, struct err *err)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    if (entry->sequence != verify->head.sequence + 1) {
        return verify_find(verify, verify->head.sequence + 1, "it is missing");
    }
    ledger_entry_hash(ledger, entry, verify->head.hash, hash);
    if (memcmp(hash, entry->hash, sizeof(hash)) != 0) {
        return verify_find(verify, entry->sequence,
                           "its hash does not fit: it or the one before was changed");
    }
    if (entry->at < verify->head.at) {
        return verify_find(verify, entry->sequence, "it is earlier than the one before");
    }
    if (entry->amount.units < 0) {
        return verify_find(verify, entry->sequence, "its amount is negative");
    }
    if (!verify_meaning(ledger, verify, entry, err)) {
        return false;
    }
    if (!verify_is_same(&verify_account_of(verify, entry->debit)->state, &entry->debit_after) ||
        !verify_is_same(&verify_account_of(verify, entry->credit)->state, &entry->credit_after)) {
        return verify_find(verify, entry->sequence, "its balances do not follow from those before");
    }
    verify->head = (struct ledger_head){ .sequence = entry->sequence, .at = entry->at };
    memcpy(verify->head.hash, hash, sizeof(hash));
    return true;
}

static bool verify_is_named(const struct verify_account *account, const char *name)
{
    return account->renamed == NULL || strcmp(account->renamed, name) == 0;
}

// The accounts' table says what the entries say.
static bool verify_accounts(struct ledger *ledger, struct ledger_verify *verify, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ACCOUNTS];
    int64_t sum = 0;
    size_t count = 0;
    bool row = true;
    db_bind_int(stmt, 1, 0);
    while (row) {
        struct ledger_account account;
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (!row) {
            break;
        }
        ledger_store_account_read(stmt, &account);
        const struct verify_account *known =
            map_find(&verify->accounts, map_key(&account.id, sizeof(account.id)));
        bool same = known != NULL && verify_is_same(&known->state, &account.state) &&
                    verify_is_named(known, account.name);
        if ((!same || !num_add(sum, account.state.balance.units, &sum)) &&
            verify->finding[0] == '\0') {
            (void)snprintf(verify->finding, sizeof(verify->finding),
                           "account %.100s does not have what its entries, up to %lld, say",
                           account.name, (long long)verify->head.sequence);
        }
        count++;
    }
    if (verify->finding[0] == '\0' && (sum != 0 || count != verify->accounts.count)) {
        (void)snprintf(verify->finding, sizeof(verify->finding),
                       count != verify->accounts.count
                           ? "accounts that entries name are missing"
                           : "the balances of all accounts do not sum to 0");
    }
    return true;
}

// The open ones that the table knows are those that the entries say.
static bool verify_holds(struct ledger *ledger, struct ledger_verify *verify, struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_HOLDS_OPEN];
    struct db_stmt *all = ledger->stmts[LEDGER_SQL_HOLD_COUNT];
    size_t count = 0;
    bool row = true;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (!row) {
            break;
        }
        int64_t sequence = db_col_int(stmt, 0);
        const struct verify_hold *hold =
            map_find(&verify->holds, map_key(&sequence, sizeof(sequence)));
        if (hold == NULL || hold->lapses_at != db_col_int(stmt, 1)) {
            (void)verify_find(verify, sequence, "its reservation is not what the entries say");
        }
        count++;
    }
    if (!db_step(all, &row, err)) {
        return false;
    }
    if ((count != verify->holds.count || db_col_int(all, 0) != verify->hold_count) &&
        verify->finding[0] == '\0') {
        (void)snprintf(verify->finding, sizeof(verify->finding), "reservations are missing");
    }
    db_reset(all);
    return true;
}

// Walks on; *end: the head was reached.
static bool verify_walk(struct ledger *ledger, struct ledger_verify *verify, size_t most, bool *end,
                        struct err *err)
{
    struct db_stmt *stmt = ledger->stmts[LEDGER_SQL_ENTRIES];
    size_t count = 0;
    bool row = true;
    db_bind_int(stmt, 1, verify->head.sequence);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        struct ledger_entry entry;
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row) {
            ledger_store_entry_read(stmt, &entry);
            count++;
            if (!verify_entry(ledger, verify, &entry, err)) {
                db_reset(stmt);
                *end = true;
                return verify->finding[0] != '\0';
            }
        }
    }
    *end = count < most;
    return true;
}

bool ledger_verify_step(struct ledger *ledger, struct ledger_verify *verify, size_t most,
                        struct ledger_verdict *verdict, struct err *err)
{
    struct ledger_head head;
    bool end = false;
    if (!ledger_head(ledger, &head, err)) {
        return false;
    }
    if (!verify->done && !verify_walk(ledger, verify, most, &end, err)) {
        return false;
    }
    if (end && verify->finding[0] == '\0' &&
        (!verify_accounts(ledger, verify, err) || !verify_holds(ledger, verify, err))) {
        return false;
    }
    verify->done = verify->done || end;
    *verdict = (struct ledger_verdict){ .checked = verify->head.sequence,
                                        .total = head.sequence,
                                        .done = verify->done,
                                        .good = verify->done && verify->finding[0] == '\0',
                                        .head = verify->head };
    memcpy(verdict->finding, verify->finding, sizeof(verdict->finding));
    return true;
}

bool ledger_audit(struct ledger *ledger, struct err *err)
{
    OWN(ledger_verify_free) struct ledger_verify *verify = ledger_verify_new();
    struct ledger_verdict verdict = { 0 };
    while (!verdict.done) {
        if (!ledger_verify_step(ledger, verify, 100000, &verdict, err)) {
            return false;
        }
    }
    return verdict.good || err_set(err, ERR_INTERNAL, "%s", verdict.finding);
}
