// books: reading the ledger for people: balances now and then, and entries. Verifying, which takes
// its time, is serve.c's.

#include "cas/cas_int.h"

enum { BOOKS_ENTRIES_MOST = 500, BOOKS_ENTRIES = 100 };

// "user:Mary" is "user:mary", and an alias of hers: a person's name is found as everywhere.
static bool books_account(struct cas *cas, struct cas_turn *turn, const char *asked,
                          struct ledger_account *account, struct err *err)
{
    const char *name;
    bool found;
    if (!cas_account_asked(cas, turn, asked, true, &name, err) ||
        !ledger_account_find(cas->ledger, str_of(name), account, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_NOT_FOUND, "there is no account \"%.160s\"", name);
}

CAS_CORE(cas_books_balance)
{
    const Quoin__V1__BalanceRequest *asked = (const Quoin__V1__BalanceRequest *)ask;
    struct ledger_account account;
    struct ledger_state state;
    bool found = true;
    if (!books_account(cas, turn, asked->account, &account, err)) {
        return false;
    }
    state = account.state;
    if (asked->at != 0 &&
        !ledger_state_at(cas->ledger, account.id, asked->at, &state, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "account \"%s\" was not there yet at that time",
                       account.name);
    }
    Quoin__V1__BalanceReply *made = cas_message(turn->arena, &quoin__v1__balance_reply__descriptor);
    made->account = cas_text(turn->arena, str_of(account.name));
    made->balance = state.balance.units;
    made->reserved = state.reserved.units;
    made->overdraft = state.overdraft.units;
    made->available = ledger_available(&state).units;
    made->at = asked->at == 0 ? turn->now : asked->at;
    *reply = &made->base;
    return true;
}

static bool books_entry(struct cas *cas, struct cas_turn *turn, const struct ledger_entry *entry,
                        Quoin__V1__Entry **out, struct err *err)
{
    Quoin__V1__Entry *made = cas_message(turn->arena, &quoin__v1__entry__descriptor);
    struct ledger_account debit;
    struct ledger_account credit;
    struct ledger_entry pending = *entry;
    bool found = true;
    if (!ledger_account_get(cas->ledger, entry->debit, &debit, err) ||
        !ledger_account_get(cas->ledger, entry->credit, &credit, err) ||
        (entry->pending != 0 &&
         !ledger_entry_at(cas->ledger, entry->pending, turn->arena, &pending, &found, err))) {
        return false;
    }
    made->sequence = entry->sequence;
    made->kind = cas_text(turn->arena, str_of(ledger_kind_name(entry->kind)));
    made->debit = cas_text(turn->arena, str_of(debit.name));
    made->credit = cas_text(turn->arena, str_of(credit.name));
    made->amount = entry->amount.units;
    if (found && pending.has_key) {
        made->transfer.len = sizeof(pending.key.bytes);
        made->transfer.data = (uint8_t *)cas_text(
            turn->arena, (struct str){ (const char *)pending.key.bytes, made->transfer.len });
    }
    made->why = cas_text(turn->arena, entry->why);
    made->by = cas_text(turn->arena, entry->asker);
    made->at = entry->at;
    made->hash.len = CRYPTO_HASH_LEN;
    made->hash.data = (uint8_t *)cas_text(
        turn->arena, (struct str){ (const char *)entry->hash, CRYPTO_HASH_LEN });
    *out = made;
    return true;
}

// A leg's pending entry and what closed it; *found false: there is no such leg.
static bool books_of_leg(struct cas *cas, struct cas_turn *turn, const struct ledger_key *key,
                         struct ledger_entry *entries, size_t *count, bool *found, struct err *err)
{
    int64_t closed = 0;
    if (!ledger_entry_find(cas->ledger, key, turn->arena, &entries[0], found, err)) {
        return false;
    }
    *found = *found && entries[0].kind == LEDGER_PENDING;
    if (!*found) {
        return true;
    }
    bool has_end = false;
    if (!ledger_reservation_closed_by(cas->ledger, entries[0].sequence, &closed, err) ||
        (closed != 0 &&
         !ledger_entry_at(cas->ledger, closed, turn->arena, &entries[1], &has_end, err))) {
        return false;
    }
    *count = has_end ? 2 : 1;
    return true;
}

// The entries of all legs of a reservation, leg by leg.
static bool books_of_reservation(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData id,
                                 struct ledger_entry *entries, size_t *count, struct err *err)
{
    bool found = id.len == sizeof(struct ledger_key);
    *count = 0;
    for (size_t leg = 0; found && leg < CAS_LEGS_MAX; leg++) {
        struct ledger_key base = cas_key(id);
        struct ledger_key key = cas_leg_key(&base, leg);
        size_t more = 0;
        if (!books_of_leg(cas, turn, &key, entries + *count, &more, &found, err)) {
            return false;
        }
        *count += more;
    }
    return *count > 0 || err_set(err, ERR_NOT_FOUND, "there is no such reservation");
}

CAS_CORE(cas_books_entries)
{
    const Quoin__V1__ListEntriesRequest *list = (const Quoin__V1__ListEntriesRequest *)ask;
    size_t most = list->limit == 0                   ? BOOKS_ENTRIES
                  : list->limit > BOOKS_ENTRIES_MOST ? BOOKS_ENTRIES_MOST
                                                     : list->limit;
    struct ledger_entry *entries =
        arena_new_array(turn->arena, most + 2 * CAS_LEGS_MAX, sizeof(*entries));
    struct ledger_account account = { .id = 0 };
    size_t count;
    if (list->reservation.len > 0) {
        if (!books_of_reservation(cas, turn, list->reservation, entries, &count, err)) {
            return false;
        }
        most = count;
    } else if ((list->account[0] != '\0' &&
                !books_account(cas, turn, list->account, &account, err)) ||
               !ledger_list(cas->ledger, account.id, list->after, most + 1, turn->arena, entries,
                            &count, err)) {
        return false;
    }
    Quoin__V1__ListEntriesReply *made =
        cas_message(turn->arena, &quoin__v1__list_entries_reply__descriptor);
    made->more = count > most;
    made->n_entries = count > most ? most : count;
    made->entries = arena_new_array(turn->arena, made->n_entries, sizeof(*made->entries));
    for (size_t i = 0; i < made->n_entries; i++) {
        if (!books_entry(cas, turn, &entries[i], &made->entries[i], err)) {
            return false;
        }
    }
    *reply = &made->base;
    return true;
}
