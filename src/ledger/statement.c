// statement: see statement.h. Accounts are summed in ranges of their numbers, each in a pass over
// the period's entries: a site of any size takes the same memory.

#include "ledger/statement_int.h"

#include "base/csv.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/num.h"
#include <stdlib.h>

enum {
    STATEMENT_IDS = 200000, // accounts of one pass
    STATEMENT_PAGE = 200,
    STATEMENT_LINE_MAX = 2048, // bytes: a name in quotes, and amounts
};

// How the receipt of a moved charge begins: field 1 of message Receipt (cas.proto), 10 bytes. Only
// the first entry of a request has a receipt; those without one that follow belong to it.
static const char receipt_of_move[] = "\x0a\x0aMoveCharge";

struct statement_account {
    bool is_moved;
    int64_t balance;
    int64_t reserved;
    int64_t sums[LEDGER_COLUMNS]; // but the closing
};

struct ledger_statement {
    struct ledger_bounds bounds;
    bool has_begun;
    enum ledger_column columns[LEDGER_COLUMNS]; // each holds itself
    struct map sites;                           // id -> its place there
    int64_t ids;                                // accounts of a pass
    int64_t low;                                // those of this one: low < id <= low + ids
    struct statement_account *accounts;         // owned
    struct ledger_account *page;                // owned
    int64_t entry;                              // the last that this pass has read
    int64_t id;                                 // the last account that has its line
    bool is_move;             // entries without a receipt belong to a moved charge
    struct map old_names;     // id -> char *, owned; of the page
    struct crypto_hash *hash; // owned
    struct buf text;
    int64_t part;
    struct ledger_statement_done done;
};

static const char *const column_names[LEDGER_COLUMNS] = {
    "opening",  "charges",   "refunds",     "moves",   "cash",     "grants",
    "vouchers", "transfers", "adjustments", "closing", "reserved",
};

const char *ledger_column_name(enum ledger_column column)
{
    return column_names[column];
}

bool ledger_bounds_find(struct ledger *ledger, int64_t from, int64_t until,
                        struct ledger_bounds *bounds, struct err *err)
{
    *bounds = (struct ledger_bounds){ .from = from, .until = until };
    return ledger_last_at(ledger, from - 1, &bounds->first, err) &&
           ledger_last_at(ledger, until - 1, &bounds->last, err);
}

struct ledger_statement *ledger_statement_new(const struct ledger_bounds *bounds, size_t ids)
{
    struct ledger_statement *statement = mem_new(sizeof(*statement));
    statement->bounds = *bounds;
    statement->ids = ids == 0 ? STATEMENT_IDS : (int64_t)ids;
    statement->entry = bounds->first;
    statement->page = mem_new(STATEMENT_PAGE * sizeof(*statement->page));
    statement->hash = crypto_hash_new();
    statement->text = BUF_CAP(LEDGER_PART_MAX + STATEMENT_LINE_MAX);
    return statement;
}

static void statement_forget_names(struct ledger_statement *statement)
{
    void *value;
    for (size_t at = 0; map_next(&statement->old_names, &at, &value);) {
        free(value);
    }
    map_free(&statement->old_names);
}

void ledger_statement_free(struct ledger_statement **at)
{
    struct ledger_statement *statement = *at;
    if (statement != NULL) {
        statement_forget_names(statement);
        map_free(&statement->sites);
        crypto_hash_free(&statement->hash);
        buf_free(&statement->text);
        free(statement->accounts);
        free(statement->page);
        free(statement);
        *at = NULL;
    }
}

// ---- reading entries ---------------------------------------------------------------------------

static enum ledger_column statement_site(const struct ledger_statement *statement, int64_t id)
{
    const enum ledger_column *column = map_find(&statement->sites, map_key(&id, sizeof(id)));
    return column == NULL ? LEDGER_TRANSFERS : *column;
}

// In which column a movement stands: that of the site's account on one of its sides.
static enum ledger_column statement_column(struct ledger_statement *statement,
                                           const struct ledger_entry *entry)
{
    enum ledger_column debit = statement_site(statement, entry->debit);
    enum ledger_column credit = statement_site(statement, entry->credit);
    if (entry->kind == LEDGER_POST) {
        return LEDGER_CHARGES;
    }
    if (entry->detail.len > 0) {
        statement->is_move =
            entry->detail.len >= sizeof(receipt_of_move) - 1 &&
            memcmp(entry->detail.ptr, receipt_of_move, sizeof(receipt_of_move) - 1) == 0;
    }
    if (debit == LEDGER_CHARGES || credit == LEDGER_CHARGES) {
        return statement->is_move        ? LEDGER_MOVES
               : debit == LEDGER_CHARGES ? LEDGER_REFUNDS
                                         : LEDGER_CHARGES;
    }
    return debit < credit ? (debit == LEDGER_TRANSFERS ? credit : debit)
                          : (credit == LEDGER_TRANSFERS ? debit : credit);
}

// One side of an entry: change is what the balance changed by.
static bool statement_side(struct ledger_statement *statement, int64_t id,
                           const struct ledger_state *after, enum ledger_column column,
                           int64_t change, struct err *err)
{
    if (id <= statement->low || id > statement->low + statement->ids) {
        return true;
    }
    struct statement_account *account = &statement->accounts[id - statement->low - 1];
    if (!account->is_moved) {
        account->is_moved = true;
        account->sums[LEDGER_OPENING] = after->balance.units - change;
    }
    account->balance = after->balance.units;
    account->reserved = after->reserved.units;
    return num_add(account->sums[column], change, &account->sums[column]) ||
           err_set(err, ERR_LIMIT, "the sums of a statement overflow");
}

static bool statement_take(void *arg, const struct ledger_entry *entry, struct err *err)
{
    struct ledger_statement *statement = arg;
    bool moves = entry->kind == LEDGER_POST || entry->kind == LEDGER_TRANSFER;
    enum ledger_column column =
        moves ? statement_column(statement, entry) : LEDGER_OPENING; // then nothing is added
    int64_t amount = moves && entry->debit != entry->credit ? entry->amount.units : 0;
    statement->entry = entry->sequence;
    return statement_side(statement, entry->debit, &entry->debit_after, column, -amount, err) &&
           statement_side(statement, entry->credit, &entry->credit_after, column, amount, err);
}

// ---- writing lines -----------------------------------------------------------------------------

static bool statement_send(struct ledger_statement *statement,
                           const struct ledger_statement_sink *sink, struct err *err)
{
    struct str text = buf_str(&statement->text);
    if (!buf_ok(&statement->text)) {
        return err_set(err, ERR_INTERNAL, "a statement's line is over %d bytes",
                       STATEMENT_LINE_MAX);
    }
    crypto_hash_add(statement->hash, text);
    if (sink->take != NULL && !sink->take(sink->arg, statement->part, text, err)) {
        return false;
    }
    statement->part++;
    statement->text.len = 0;
    return true;
}

static void statement_titles(struct ledger_statement *statement)
{
    csv_add(&statement->text, ',', true, STR("account"));
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        csv_add(&statement->text, ',', false, str_of(column_names[i]));
    }
    csv_add_end(&statement->text);
}

static bool class_add(struct ledger_class *class, const int64_t sums[LEDGER_COLUMNS],
                      struct err *err)
{
    class->accounts++;
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        if (!num_add(class->sums[i].units, sums[i], &class->sums[i].units)) {
            return err_set(err, ERR_LIMIT, "the sums of a statement overflow");
        }
    }
    return true;
}

static bool statement_line(struct ledger_statement *statement, const char *name,
                           const int64_t sums[LEDGER_COLUMNS],
                           const struct ledger_statement_sink *sink, struct err *err)
{
    int64_t sum = 0;
    bool is_none = true;
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        is_none = is_none && sums[i] == 0;
        if (i < LEDGER_CLOSING && !num_add(sum, sums[i], &sum)) {
            return err_set(err, ERR_LIMIT, "the sums of a statement overflow");
        }
    }
    if (sum != sums[LEDGER_CLOSING]) {
        return err_set(err, ERR_INTERNAL,
                       "the entries of %s do not add up to its balance; verify the ledger", name);
    }
    if (is_none) {
        return true;
    }
    csv_add(&statement->text, ',', true, str_of(name));
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        char amount[MONEY_TEXT_MAX];
        csv_add(&statement->text, ',', false,
                str_of(money_text((struct money){ sums[i] }, amount)));
    }
    csv_add_end(&statement->text);
    statement->done.accounts++;
    return class_add(&statement->done.classes[ledger_kind_of(str_of(name))], sums, err) &&
           class_add(&statement->done.all, sums, err) &&
           (statement->text.len < LEDGER_PART_MAX || statement_send(statement, sink, err));
}

// "OLD -> NEW" of its first renaming after the period: it was OLD then.
static bool statement_old_name(void *arg, int64_t id, struct str why, struct err *err)
{
    struct ledger_statement *statement = arg;
    size_t len = 0;
    (void)err;
    while (len + 4 <= why.len && memcmp(why.ptr + len, " -> ", 4) != 0) {
        len++;
    }
    if (map_find(&statement->old_names, map_key(&id, sizeof(id))) == NULL) {
        char *name = mem_new(len + 1);
        memcpy(name, why.ptr, len);
        map_set(&statement->old_names, map_key(&id, sizeof(id)), name);
    }
    return true;
}

static bool statement_account(struct ledger *ledger, struct ledger_statement *statement,
                              const struct ledger_account *account,
                              const struct ledger_statement_sink *sink, struct err *err)
{
    struct statement_account *known = &statement->accounts[account->id - statement->low - 1];
    const char *old = map_find(&statement->old_names, map_key(&account->id, sizeof(account->id)));
    int64_t sums[LEDGER_COLUMNS];
    struct ledger_state state;
    bool was_there = true;
    if (!known->is_moved) {
        if (!ledger_state_after(ledger, account->id, statement->bounds.last, &state, &was_there,
                                err)) {
            return false;
        }
        known->balance = known->sums[LEDGER_OPENING] = was_there ? state.balance.units : 0;
        known->reserved = was_there ? state.reserved.units : 0;
    }
    memcpy(sums, known->sums, sizeof(sums));
    sums[LEDGER_CLOSING] = known->balance;
    sums[LEDGER_RESERVED] = known->reserved;
    return !was_there ||
           statement_line(statement, old == NULL ? account->name : old, sums, sink, err);
}

// A page of lines; *more: the pass has others.
static bool statement_page(struct ledger *ledger, struct ledger_statement *statement,
                           const struct ledger_statement_sink *sink, bool *more, bool *end,
                           struct err *err)
{
    size_t count;
    if (!ledger_accounts(ledger, statement->id, STATEMENT_PAGE, statement->page, &count, err)) {
        return false;
    }
    *end = count == 0;
    *more = !*end;
    statement_forget_names(statement);
    if (count > 0 &&
        !ledger_statement_old_names(ledger, statement->id, statement->page[count - 1].id,
                                    statement->bounds.last, statement_old_name, statement, err)) {
        return false;
    }
    for (size_t i = 0; i < count && *more; i++) {
        if (statement->page[i].id > statement->low + statement->ids) {
            *more = false;
        } else if (!statement_account(ledger, statement, &statement->page[i], sink, err)) {
            return false;
        } else {
            statement->id = statement->page[i].id;
        }
    }
    return true;
}

// ---- the whole ---------------------------------------------------------------------------------

static bool statement_begin(struct ledger *ledger, struct ledger_statement *statement,
                            struct err *err)
{
    if (statement->has_begun) {
        return true;
    }
    statement->accounts = mem_new((size_t)statement->ids * sizeof(*statement->accounts));
    statement_titles(statement);
    statement->has_begun = true;
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        statement->columns[i] = (enum ledger_column)i;
    }
    return ledger_statement_sites(ledger, statement->columns, &statement->sites, err);
}

static void statement_next_pass(struct ledger_statement *statement)
{
    memset(statement->accounts, 0, (size_t)statement->ids * sizeof(*statement->accounts));
    statement->low += statement->ids;
    if (statement->page[0].id > statement->low + statement->ids) { // numbers that were never used
        statement->low = statement->page[0].id - 1;
    }
    statement->entry = statement->bounds.first;
    statement->is_move = false;
}

static bool statement_end(struct ledger_statement *statement,
                          const struct ledger_statement_sink *sink, struct err *err)
{
    const struct ledger_class *all = &statement->done.all;
    for (size_t i = 0; i < LEDGER_RESERVED; i++) {
        if (all->sums[i].units != 0) {
            return err_set(err, ERR_INTERNAL,
                           "the sum of all accounts' %s is not 0; verify the ledger",
                           column_names[i]);
        }
    }
    if (statement->text.len > 0 && !statement_send(statement, sink, err)) {
        return false;
    }
    crypto_hash_end(statement->hash, statement->done.digest);
    statement->done.done = true;
    return true;
}

bool ledger_statement_step(struct ledger *ledger, struct ledger_statement *statement, size_t most,
                           const struct ledger_statement_sink *sink,
                           struct ledger_statement_done *done, struct err *err)
{
    const struct ledger_bounds *bounds = &statement->bounds;
    size_t count = 0;
    if (!statement_begin(ledger, statement, err)) {
        return false;
    }
    if (statement->entry < bounds->last) {
        if (!ledger_statement_entries(ledger, statement->entry, bounds->last, most, statement_take,
                                      statement, &count, err)) {
            return false;
        }
        if (count == 0) {
            return err_set(err, ERR_INTERNAL, "entry %lld is missing; verify the ledger",
                           (long long)statement->entry + 1);
        }
    } else if (!statement->done.done) {
        bool more = true;
        bool end = false;
        for (; count < most && more && !end; count += STATEMENT_PAGE) {
            if (!statement_page(ledger, statement, sink, &more, &end, err)) {
                return false;
            }
        }
        if (end && !statement_end(statement, sink, err)) {
            return false;
        }
        if (!more && !end) {
            statement_next_pass(statement);
        }
    }
    statement->done.read = statement->entry - bounds->first;
    statement->done.total = bounds->last - bounds->first;
    *done = statement->done;
    return true;
}

static void class_spell(struct buf *body, const char *what, const char *name,
                        const struct ledger_class *class)
{
    buf_addf(body, "%s%s %lld", what, name, (long long)class->accounts);
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        buf_add(body, STR(" "));
        money_add_text(body, class->sums[i]);
    }
    buf_add(body, STR("\n"));
}

void ledger_statement_spell(const struct ledger_bounds *bounds,
                            const struct ledger_statement_done *done, struct buf *body)
{
    buf_addf(body, "from %lld\nuntil %lld\nafter %lld\nstatement ", (long long)bounds->from,
             (long long)bounds->until, (long long)bounds->first);
    enc_hex_add(body, done->digest, sizeof(done->digest));
    buf_addf(body, "\naccounts %lld\ncolumns", (long long)done->accounts);
    for (size_t i = 0; i < LEDGER_COLUMNS; i++) {
        buf_addf(body, " %s", column_names[i]);
    }
    buf_add(body, STR("\n"));
    for (size_t i = 0; i < LEDGER_KINDS; i++) {
        if (done->classes[i].accounts > 0) {
            class_spell(body, "class ", ledger_account_kind_name(i), &done->classes[i]);
        }
    }
    class_spell(body, "total", "", &done->all);
}
