// ledger: see ledger.h. The rules of writing. One connection, one thread, inside its transaction.

#include "ledger/ledger.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/enc.h"
#include "base/mem.h"
#include "ledger/store_int.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

const char *ledger_kind_name(enum ledger_kind kind)
{
    switch (kind) {
    case LEDGER_OPEN: return "open";
    case LEDGER_LIMIT: return "limit";
    case LEDGER_TRANSFER: return "transfer";
    case LEDGER_PENDING: return "pending";
    case LEDGER_POST: return "post";
    case LEDGER_VOID: return "void";
    case LEDGER_LAPSE: return "lapse";
    case LEDGER_RENAME: return "rename";
    case LEDGER_CLOSE: return "close";
    }
    return "unknown";
}

struct money ledger_available(const struct ledger_state *state)
{
    if (state->is_unlimited) {
        return (struct money){ LEDGER_MOST };
    }
    return (struct money){ state->balance.units - state->reserved.units + state->overdraft.units };
}

bool ledger_open(struct db *db, struct ledger **ledger, struct err *err)
{
    OWN(ledger_close) struct ledger *made = mem_new(sizeof(*made));
    made->db = db;
    made->hash = crypto_hash_new();
    ledger_cache_clear(made);
    if (!ledger_store_open(made, err)) {
        return false;
    }
    *ledger = made;
    made = NULL;
    return true;
}

void ledger_close(struct ledger **ledger)
{
    if (*ledger == NULL) {
        return;
    }
    db_gather((*ledger)->db, NULL, NULL, NULL);
    for (int i = 0; i < LEDGER_SQL_COUNT; i++) {
        db_finish(&(*ledger)->stmts[i]);
    }
    ledger_cache_clear(*ledger);
    arena_free(&(*ledger)->scratch);
    crypto_hash_free(&(*ledger)->hash);
    free(*ledger);
    *ledger = NULL;
}

// ---- checks ------------------------------------------------------------------------------------

static bool ledger_is_name(struct str name)
{
    return name.len > 0 && name.len <= LEDGER_NAME_MAX && enc_is_plain(name);
}

static bool ledger_check(const struct ledger_ask *ask, bool two_sided, struct err *err)
{
    if (!ledger_is_name(ask->debit) || (two_sided && !ledger_is_name(ask->credit))) {
        return err_set(err, ERR_INVALID,
                       "an account's name has 1 to %d bytes of UTF-8 without control characters",
                       LEDGER_NAME_MAX);
    }
    if (two_sided && str_eq(ask->debit, ask->credit)) {
        return err_set(err, ERR_INVALID, "an account cannot pay itself");
    }
    if (ask->amount.units < 0 || ask->amount.units > LEDGER_MOST) {
        return err_set(err, ERR_INVALID, "an amount is between 0 and 10000000000000");
    }
    if (ask->why.len > LEDGER_TEXT_MAX || !enc_is_plain(ask->why) ||
        ask->asker.len > LEDGER_TEXT_MAX || !enc_is_plain(ask->asker)) {
        return err_set(err, ERR_INVALID,
                       "a reason has at most %d bytes of UTF-8 without control characters",
                       LEDGER_TEXT_MAX);
    }
    return ask->detail.len <= LEDGER_DETAIL_MAX ||
           err_set(err, ERR_LIMIT, "what is kept with an entry is over %d bytes",
                   LEDGER_DETAIL_MAX);
}

static bool ledger_need(struct ledger *ledger, struct str name, struct ledger_account *account,
                        struct err *err)
{
    bool found;
    if (!ledger_store_account(ledger, name, account, &found, err)) {
        return false;
    }
    return found ||
           err_set(err, ERR_NOT_FOUND, "there is no account %.*s", (int)name.len, name.ptr);
}

// A reservation has a price; a transfer just takes.
static bool ledger_refuse(const struct ledger_account *account, struct money amount, bool is_price,
                          struct err *err)
{
    char has[MONEY_TEXT_MAX];
    char needs[MONEY_TEXT_MAX];
    const char *colon = strchr(account->name, ':');
    return err_set(err, ERR_LIMIT, "%.100s has %s available; %s %s",
                   colon == NULL ? account->name : colon + 1,
                   money_shown(ledger_available(&account->state), has),
                   is_price ? "this costs" : "this takes", money_shown(amount, needs));
}

// ---- one entry ---------------------------------------------------------------------------------

// What is about to be written.
struct ledger_write {
    enum ledger_kind kind;
    const struct ledger_ask *ask; // borrowed; NULL: a lapse
    int64_t debit;
    int64_t credit;
    struct money amount;
    int64_t pending; // 0: none
    int64_t at;
    struct ledger_state debit_after;
    struct ledger_state credit_after;
};

static void ledger_receipt_of(const struct ledger_entry *entry, struct ledger_receipt *receipt)
{
    *receipt = (struct ledger_receipt){ .sequence = entry->sequence,
                                        .at = entry->at,
                                        .amount = entry->amount,
                                        .debit_after = entry->debit_after };
    memcpy(receipt->hash, entry->hash, sizeof(receipt->hash));
}

// NULL: the entry says what the ask says. Otherwise the field that differs.
static const char *ledger_difference(const struct ledger_entry *entry,
                                     const struct ledger_write *write)
{
    const struct ledger_ask *ask = write->ask;
    if (entry->kind != write->kind) {
        return "kind";
    }
    if (entry->pending != write->pending) {
        return "reservation";
    }
    if (entry->debit != write->debit) {
        return "debit account";
    }
    if (entry->credit != write->credit) {
        return "credit account";
    }
    if (entry->amount.units != write->amount.units) {
        return "amount";
    }
    if (entry->lapses_at != (write->kind == LEDGER_PENDING ? ask->lapses_at : 0)) {
        return "lapses_at";
    }
    if (!str_eq(entry->why, ask->why)) {
        return "why";
    }
    return str_eq(entry->asker, ask->asker) ? NULL : "asker";
}

// Answers a key that was used before. *known false: it is new, go on.
static bool ledger_repeat(struct ledger *ledger, const struct ledger_write *write, bool *known,
                          struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_entry entry;
    if (!ledger_store_entry(ledger, &write->ask->key, NULL, &entry, known, err)) {
        return false;
    }
    if (!*known) {
        return true;
    }
    const char *differs = ledger_difference(&entry, write);
    ledger_receipt_of(&entry, receipt);
    receipt->is_repeat = true;
    return differs == NULL ||
           err_set(err, ERR_CONFLICT,
                   "the key was used before, in entry %lld, with another %s; a new request needs a "
                   "new key",
                   (long long)receipt->sequence, differs);
}

static void ledger_put_int(uint8_t **at, int64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        *(*at)++ = (uint8_t)((uint64_t)value >> shift);
    }
}

static void ledger_put_state(uint8_t **at, const struct ledger_state *state)
{
    ledger_put_int(at, state->balance.units);
    ledger_put_int(at, state->reserved.units);
    ledger_put_int(at, state->is_unlimited ? 1 : 0);
    ledger_put_int(at, state->is_unlimited ? 0 : state->overdraft.units);
}

// before, then 21 numbers of 8 bytes (big-endian), the key, and the runs whose lengths stand among
// the numbers: no two rows spell the same.
void ledger_entry_hash(struct ledger *ledger, const struct ledger_entry *entry,
                       const uint8_t before[CRYPTO_HASH_LEN], uint8_t hash[CRYPTO_HASH_LEN])
{
    uint8_t numbers[CRYPTO_HASH_LEN + 21 * 8 + sizeof(entry->key.bytes)];
    uint8_t *at = numbers;
    memcpy(at, before, CRYPTO_HASH_LEN);
    at += CRYPTO_HASH_LEN;
    const int64_t plain[] = { entry->sequence,
                              entry->kind,
                              entry->debit,
                              entry->credit,
                              entry->amount.units,
                              entry->pending,
                              entry->has_key,
                              entry->at,
                              entry->lapses_at,
                              (int64_t)entry->why.len,
                              (int64_t)entry->asker.len,
                              (int64_t)entry->detail.len };
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        ledger_put_int(&at, plain[i]);
    }
    ledger_put_state(&at, &entry->debit_after);
    ledger_put_state(&at, &entry->credit_after);
    memcpy(at, entry->key.bytes, sizeof(entry->key.bytes));
    at += sizeof(entry->key.bytes);
    crypto_hash_add(ledger->hash, (struct str){ (const char *)numbers, (size_t)(at - numbers) });
    crypto_hash_add(ledger->hash, entry->why);
    crypto_hash_add(ledger->hash, entry->asker);
    crypto_hash_add(ledger->hash, entry->detail);
    crypto_hash_end(ledger->hash, hash);
}

static bool ledger_append(struct ledger *ledger, const struct ledger_write *write,
                          const struct ledger_head *head, struct ledger_receipt *receipt,
                          struct err *err)
{
    const struct ledger_ask *ask = write->ask;
    struct ledger_entry entry = { .sequence = head->sequence + 1,
                                  .kind = write->kind,
                                  .debit = write->debit,
                                  .credit = write->credit,
                                  .amount = write->amount,
                                  .pending = write->pending,
                                  .has_key = ask != NULL,
                                  .why = ask == NULL ? STR("its time was over") : ask->why,
                                  .asker = ask == NULL ? STR("") : ask->asker,
                                  .at = write->at > head->at ? write->at : head->at,
                                  .detail = ask == NULL ? STR("") : ask->detail,
                                  .debit_after = write->debit_after,
                                  .credit_after = write->credit_after };
    if (ask != NULL) {
        entry.key = ask->key;
        entry.lapses_at = write->kind == LEDGER_PENDING ? ask->lapses_at : 0;
    }
    ledger_entry_hash(ledger, &entry, head->hash, entry.hash);
    if (!ledger_store_entry_add(ledger, &entry, err)) {
        return false;
    }
    ledger_receipt_of(&entry, receipt);
    return true;
}

// ---- accounts ----------------------------------------------------------------------------------

bool ledger_account_open(struct ledger *ledger, const struct ledger_ask *ask,
                         struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_write write = { LEDGER_OPEN, ask, .amount = ask->amount, .at = ask->at };
    struct ledger_account account = { 0 };
    struct ledger_head head;
    bool found;
    bool known;
    if (!ledger_check(ask, false, err) ||
        !ledger_store_account(ledger, ask->debit, &account, &found, err)) {
        return false;
    }
    write.debit = write.credit = account.id;
    if (!ledger_repeat(ledger, &write, &known, receipt, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (found) {
        return err_set(err, ERR_EXISTS, "there is an account %s already", account.name);
    }
    account.state =
        (struct ledger_state){ .overdraft = ask->amount, .is_unlimited = ask->is_unlimited };
    if (ask->is_unlimited) {
        account.state.overdraft.units = 0;
    }
    if (!ledger_head(ledger, &head, err) ||
        !ledger_store_account_add(ledger, ask->debit, &account.state, &account.id, err)) {
        return false;
    }
    write.debit = write.credit = account.id;
    write.debit_after = write.credit_after = account.state;
    return ledger_append(ledger, &write, &head, receipt, err);
}

bool ledger_limit(struct ledger *ledger, const struct ledger_ask *ask,
                  struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_write write = { LEDGER_LIMIT, ask, .amount = ask->amount, .at = ask->at };
    struct ledger_account account;
    struct ledger_head head;
    bool known;
    bool ok;
    if (!ledger_check(ask, false, err) || !ledger_need(ledger, ask->debit, &account, err)) {
        return false;
    }
    write.debit = write.credit = account.id;
    if (!ledger_repeat(ledger, &write, &known, receipt, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (!ledger_store_change(ledger, LEDGER_SQL_ACCOUNT_LIMIT, account.id, ask->amount, ask->amount,
                             &write.debit_after, &ok, err)) {
        return false;
    }
    if (!ok) {
        return err_set(err, ERR_INVALID, "account %s has no limit", account.name);
    }
    write.credit_after = write.debit_after;
    return ledger_head(ledger, &head, err) && ledger_append(ledger, &write, &head, receipt, err);
}

bool ledger_close_entry(struct ledger *ledger, const struct ledger_ask *asked,
                        struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_ask ask = *asked;
    struct ledger_write write = { LEDGER_CLOSE, &ask, .at = ask.at };
    struct ledger_account account;
    struct ledger_head head;
    bool known;
    ask.amount.units = 0;
    if (!ledger_check(&ask, false, err) || !ledger_need(ledger, ask.debit, &account, err)) {
        return false;
    }
    write.debit = write.credit = account.id;
    write.debit_after = write.credit_after = account.state;
    return ledger_repeat(ledger, &write, &known, receipt, err) &&
           (known || (ledger_head(ledger, &head, err) &&
                      ledger_append(ledger, &write, &head, receipt, err)));
}

// The key may have made the entry already: then the account has its new name by now.
static bool ledger_rename_repeat(struct ledger *ledger, const struct ledger_ask *ask,
                                 struct ledger_write *write, bool *known,
                                 struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_account account;
    if (!ledger_store_account(ledger, ask->credit, &account, known, err) || !*known) {
        return !*known;
    }
    write->debit = write->credit = account.id;
    if (!ledger_repeat(ledger, write, known, receipt, err) || *known) {
        return *known;
    }
    return err_set(err, ERR_EXISTS, "there is an account %s already", account.name);
}

bool ledger_rename(struct ledger *ledger, const struct ledger_ask *asked,
                   struct ledger_receipt *receipt, struct err *err)
{
    char why[LEDGER_TEXT_MAX + 1];
    struct ledger_ask ask = *asked;
    struct ledger_write write = { LEDGER_RENAME, &ask, .at = ask.at };
    struct ledger_account account;
    struct ledger_head head;
    bool known = false;
    ask.amount.units = 0;
    ask.why = STR("");
    if (!ledger_check(&ask, true, err)) {
        return false;
    }
    (void)snprintf(why, sizeof(why), "%.*s -> %.*s", (int)ask.debit.len, ask.debit.ptr,
                   (int)ask.credit.len, ask.credit.ptr);
    ask.why = str_of(why);
    const char *arrow = strstr(why, " -> ");
    if (arrow != why + ask.debit.len || strstr(arrow + 1, " -> ") != NULL) {
        return err_set(
            err, ERR_INVALID,
            "an account with \" -> \" in its name cannot be renamed, nor get such a name");
    }
    if (!ledger_rename_repeat(ledger, &ask, &write, &known, receipt, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (!ledger_need(ledger, ask.debit, &account, err) || !ledger_head(ledger, &head, err)) {
        return false;
    }
    write.debit = write.credit = account.id;
    write.debit_after = write.credit_after = account.state;
    return ledger_repeat(ledger, &write, &known, receipt, err) &&
           (known || (ledger_append(ledger, &write, &head, receipt, err) &&
                      ledger_store_account_rename(ledger, account.id, ask.credit, err)));
}

// ---- moving and setting aside ------------------------------------------------------------------

// Both accounts of a transfer or reservation, and whether its key is new.
static bool ledger_begin_pair(struct ledger *ledger, struct ledger_write *write,
                              struct ledger_account *debit, struct ledger_account *credit,
                              bool *known, struct ledger_receipt *receipt, struct err *err)
{
    if (!ledger_check(write->ask, true, err) ||
        !ledger_need(ledger, write->ask->debit, debit, err) ||
        !ledger_need(ledger, write->ask->credit, credit, err)) {
        return false;
    }
    write->debit = debit->id;
    write->credit = credit->id;
    return ledger_repeat(ledger, write, known, receipt, err);
}

bool ledger_transfer(struct ledger *ledger, const struct ledger_ask *ask,
                     struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_write write = { LEDGER_TRANSFER, ask, .amount = ask->amount, .at = ask->at };
    struct ledger_account debit;
    struct ledger_account credit;
    struct ledger_head head;
    bool known;
    bool ok;
    if (!ledger_begin_pair(ledger, &write, &debit, &credit, &known, receipt, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (!ledger_store_change(ledger, LEDGER_SQL_ACCOUNT_TAKE, debit.id, ask->amount, ask->amount,
                             &write.debit_after, &ok, err)) {
        return false;
    }
    if (!ok) {
        return ledger_refuse(&debit, ask->amount, false, err);
    }
    return ledger_store_change(ledger, LEDGER_SQL_ACCOUNT_GET, credit.id, ask->amount, ask->amount,
                               &write.credit_after, &ok, err) &&
           ledger_head(ledger, &head, err) && ledger_append(ledger, &write, &head, receipt, err);
}

bool ledger_reserve(struct ledger *ledger, const struct ledger_ask *ask,
                    struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_write write = { LEDGER_PENDING, ask, .amount = ask->amount, .at = ask->at };
    struct ledger_account debit;
    struct ledger_account credit;
    struct ledger_head head;
    bool known;
    bool ok;
    if (!ledger_begin_pair(ledger, &write, &debit, &credit, &known, receipt, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (!ledger_store_change(ledger, LEDGER_SQL_ACCOUNT_RESERVE, debit.id, ask->amount, ask->amount,
                             &write.debit_after, &ok, err)) {
        return false;
    }
    if (!ok) {
        return ledger_refuse(&debit, ask->amount, true, err);
    }
    write.credit_after = credit.state;
    return ledger_head(ledger, &head, err) && ledger_append(ledger, &write, &head, receipt, err) &&
           ledger_store_hold_add(ledger, receipt->sequence, ask->lapses_at, err);
}

// ---- closing a reservation ---------------------------------------------------------------------

static bool ledger_find_pending(struct ledger *ledger, const struct ledger_key *key,
                                struct ledger_entry *pending, struct err *err)
{
    bool found;
    if (!ledger_store_entry(ledger, key, NULL, pending, &found, err)) {
        return false;
    }
    return (found && pending->kind == LEDGER_PENDING) ||
           err_set(err, ERR_NOT_FOUND, "there is no such reservation");
}

// What closed it, and when, as a refusal.
static bool ledger_is_closed(struct ledger *ledger, int64_t pending, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_DETAIL_MAX * 2);
    OWN(buf_free) struct buf when = BUF_CAP(64);
    struct ledger_entry entry;
    int64_t by;
    bool found;
    if (!ledger_reservation_closed_by(ledger, pending, &by, err) ||
        !ledger_entry_at(ledger, by, &arena, &entry, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_INTERNAL,
                       "reservation %lld is closed by an entry that is not there",
                       (long long)pending);
    }
    clk_add_utc(&when, entry.at);
    return err_set(err, ERR_CONFLICT, "the reservation was closed by %s %lld at %.*s",
                   ledger_kind_name(entry.kind), (long long)entry.sequence, (int)when.len,
                   when.ptr);
}

// Writes what closes the pending entry. moved is what a post moves; else 0.
static bool ledger_end(struct ledger *ledger, struct ledger_write *write,
                       const struct ledger_entry *pending, struct money moved,
                       struct ledger_receipt *receipt, struct err *err)
{
    struct ledger_head head;
    struct ledger_account credit;
    bool ok;
    bool gave;
    // The entry comes first: the reservation names it.
    if (!ledger_head(ledger, &head, err)) {
        return false;
    }
    enum ledger_sql which =
        write->kind == LEDGER_POST ? LEDGER_SQL_ACCOUNT_POST : LEDGER_SQL_ACCOUNT_GIVE_BACK;
    if (!ledger_store_change(ledger, which, write->debit, pending->amount, moved,
                             &write->debit_after, &gave, err)) {
        return false;
    }
    if (!gave) {
        return ledger_is_closed(ledger, pending->sequence, err);
    }
    if (write->kind == LEDGER_POST) {
        ok = ledger_store_change(ledger, LEDGER_SQL_ACCOUNT_GET, write->credit, moved, moved,
                                 &write->credit_after, &gave, err);
    } else {
        ok = ledger_account_get(ledger, write->credit, &credit, err);
        write->credit_after = credit.state;
    }
    if (!ok || !ledger_append(ledger, write, &head, receipt, err) ||
        !ledger_store_hold_close(ledger, pending->sequence, receipt->sequence, &ok, err)) {
        return false;
    }
    return ok || ledger_is_closed(ledger, pending->sequence, err);
}

static bool ledger_close_pending(struct ledger *ledger, enum ledger_kind kind,
                                 const struct ledger_ask *ask, struct ledger_receipt *receipt,
                                 struct err *err)
{
    struct ledger_entry pending;
    bool known;
    int64_t closed;
    if (!ledger_find_pending(ledger, &ask->reservation, &pending, err)) {
        return false;
    }
    struct ledger_write write = { kind,
                                  ask,
                                  .debit = pending.debit,
                                  .credit = pending.credit,
                                  .amount = kind == LEDGER_POST ? ask->amount : pending.amount,
                                  .pending = pending.sequence,
                                  .at = ask->at };
    if (!ledger_repeat(ledger, &write, &known, receipt, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (!ledger_reservation_closed_by(ledger, pending.sequence, &closed, err)) {
        return false;
    }
    if (closed != 0) {
        return ledger_is_closed(ledger, pending.sequence, err);
    }
    if (write.amount.units < 0 || write.amount.units > pending.amount.units) {
        char reserved[MONEY_TEXT_MAX];
        char asked[MONEY_TEXT_MAX];
        return err_set(err, ERR_INVALID, "%s was set aside, %s cannot be posted of it",
                       money_shown(pending.amount, reserved), money_shown(write.amount, asked));
    }
    struct money moved = { kind == LEDGER_POST ? write.amount.units : 0 };
    return ledger_end(ledger, &write, &pending, moved, receipt, err);
}

static bool ledger_check_close(const struct ledger_ask *ask, struct err *err)
{
    struct ledger_ask named = *ask;
    named.debit = STR("by its reservation");
    return ledger_check(&named, false, err);
}

bool ledger_post(struct ledger *ledger, const struct ledger_ask *ask,
                 struct ledger_receipt *receipt, struct err *err)
{
    return ledger_check_close(ask, err) &&
           ledger_close_pending(ledger, LEDGER_POST, ask, receipt, err);
}

bool ledger_void(struct ledger *ledger, const struct ledger_ask *ask,
                 struct ledger_receipt *receipt, struct err *err)
{
    return ledger_check_close(ask, err) &&
           ledger_close_pending(ledger, LEDGER_VOID, ask, receipt, err);
}

// The first whose time is over, and its entry.
static bool ledger_due(struct ledger *ledger, int64_t now, struct arena *arena,
                       struct ledger_entry *pending, bool *found, struct err *err)
{
    int64_t sequence;
    bool has_entry;
    if (!ledger_store_hold_due(ledger, now, &sequence, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    if (!ledger_entry_at(ledger, sequence, arena, pending, &has_entry, err)) {
        return false;
    }
    return has_entry ||
           err_set(err, ERR_INTERNAL, "reservation %lld has no entry", (long long)sequence);
}

bool ledger_lapse(struct ledger *ledger, int64_t now, size_t most, size_t *count, struct err *err)
{
    size_t unasked;
    return ledger_lapse_told(ledger, now, most, NULL, &unasked, count, err);
}

bool ledger_lapse_told(struct ledger *ledger, int64_t now, size_t most,
                       struct ledger_lapsed *lapses, size_t *told, size_t *count, struct err *err)
{
    size_t lapsed = 0;
    *told = 0;
    int64_t last = 0;
    int64_t last_lapses_at = 0;
    for (;;) {
        OWN(arena_free) struct arena arena = ARENA_CAP(LEDGER_DETAIL_MAX * 2);
        struct ledger_entry pending;
        struct ledger_receipt receipt;
        bool found;
        if (!ledger_due(ledger, now, &arena, &pending, &found, err)) {
            return false;
        }
        bool is_leg = found && lapsed > 0 && pending.sequence == last + 1 &&
                      pending.lapses_at == last_lapses_at && pending.detail.len == 0;
        if (!found || (lapsed >= most && !is_leg)) {
            break;
        }
        struct ledger_write write = { LEDGER_LAPSE,
                                      NULL,
                                      .debit = pending.debit,
                                      .credit = pending.credit,
                                      .amount = pending.amount,
                                      .pending = pending.sequence,
                                      .at = now };
        if (!ledger_end(ledger, &write, &pending, (struct money){ 0 }, &receipt, err)) {
            return false;
        }
        if (lapses != NULL && pending.detail.len > 0) { // never above most: further legs have none
            lapses[(*told)++] =
                (struct ledger_lapsed){ pending.sequence, receipt.sequence, receipt.at };
        }
        last = pending.sequence;
        last_lapses_at = pending.lapses_at;
        lapsed++;
    }
    *count = lapsed;
    return true;
}
