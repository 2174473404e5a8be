// people: who may print and what they have. A person is a name and an account of the ledger.

#include "cas/cas_int.h"

enum { PEOPLE_FULL_NAME_MAX = 256 };

static Quoin__V1__Person *people_reply(struct arena *arena, const struct cas_person *person,
                                       const struct ledger_state *state)
{
    Quoin__V1__Person *reply = cas_message(arena, &quoin__v1__person__descriptor);
    reply->name = cas_text(arena, str_of(person->name));
    reply->full_name = cas_text(arena, person->full_name);
    reply->balance = state->balance.units;
    reply->reserved = state->reserved.units;
    reply->overdraft = state->overdraft.units;
    reply->available = ledger_available(state).units;
    reply->created_at = person->created_at;
    return reply;
}

static bool people_need(struct cas *cas, struct cas_turn *turn, const char *name,
                        struct cas_person *person, struct ledger_account *account, struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    bool found;
    if (!cas_name_fold(str_of(name), folded, err) ||
        !cas_store_person(cas, str_of(folded), turn->arena, person, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "no user \"%s\" is known here", folded);
    }
    const char *named = cas_account(turn->arena, folded);
    if (!ledger_account_find(cas->ledger, str_of(named), account, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_INTERNAL, "%s has no account; verify the ledger", folded);
}

// The amount that a person begins with is a second entry; its key is made from the first one's.
static bool people_first_money(struct cas *cas, const struct ledger_ask *opening, int64_t balance,
                               struct err *err)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = *opening;
    uint8_t hash[CRYPTO_HASH_LEN];
    if (balance == 0) {
        return true;
    }
    crypto_hash_of((struct str){ (const char *)opening->key.bytes, sizeof(opening->key.bytes) },
                   hash);
    memcpy(ask.key.bytes, hash, sizeof(ask.key.bytes));
    ask.debit = STR("cash");
    ask.credit = opening->debit;
    ask.amount.units = balance;
    ask.why = STR("what the user begins with");
    ask.detail = STR("");
    return ledger_transfer(cas->ledger, &ask, &receipt, err);
}

CAS_CORE(cas_people_add)
{
    const Quoin__V1__AddPersonRequest *add = (const Quoin__V1__AddPersonRequest *)ask;
    struct cas_person person = { .full_name = str_of(add->full_name), .created_at = turn->now };
    struct ledger_state state = { .balance = { add->balance }, .overdraft = { add->overdraft } };
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    bool found;
    if (!cas_name_fold(str_of(add->name), person.name, err)) {
        return false;
    }
    if (!cas_repeat(cas, turn, "AddPerson", ask, add->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        if (!cas_store_person(cas, str_of(person.name), turn->arena, &person, &found, err)) {
            return false;
        }
        *reply = &people_reply(turn->arena, &person, &state)->base;
        return true;
    }
    if (person.full_name.len > PEOPLE_FULL_NAME_MAX) {
        return err_set(err, ERR_INVALID, "a full name has at most %d bytes", PEOPLE_FULL_NAME_MAX);
    }
    if (add->balance < 0 || add->overdraft < 0) {
        return err_set(err, ERR_INVALID, "a user begins with 0 or more, and so does the overdraft");
    }
    const struct ledger_ask opening = {
        .key = cas_key(add->key),
        .debit = str_of(cas_account(turn->arena, person.name)),
        .amount = { add->overdraft },
        .why = STR("a new user"),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "AddPerson", ask),
        .at = turn->now,
    };
    if (!cas_store_person_add(cas, &person, err)) {
        return err->code == ERR_EXISTS
                   ? err_set(err, ERR_EXISTS, "there is a user \"%s\" already", person.name)
                   : false;
    }
    if (!ledger_account_open(cas->ledger, &opening, &receipt, err) ||
        !people_first_money(cas, &opening, add->balance, err)) {
        return false;
    }
    *reply = &people_reply(turn->arena, &person, &state)->base;
    return true;
}

CAS_CORE(cas_people_get)
{
    const Quoin__V1__GetPersonRequest *get = (const Quoin__V1__GetPersonRequest *)ask;
    struct cas_person person;
    struct ledger_account account;
    if (!people_need(cas, turn, get->name, &person, &account, err)) {
        return false;
    }
    *reply = &people_reply(turn->arena, &person, &account.state)->base;
    return true;
}

CAS_CORE(cas_people_list)
{
    const Quoin__V1__ListPeopleRequest *list = (const Quoin__V1__ListPeopleRequest *)ask;
    Quoin__V1__ListPeopleReply *made =
        cas_message(turn->arena, &quoin__v1__list_people_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct cas_person *people = arena_new_array(turn->arena, most + 1, sizeof(*people));
    size_t count;
    if (!cas_store_people(cas, str_of(list->after), most + 1, turn->arena, people, &count, err)) {
        return false;
    }
    made->more = count > most;
    made->n_people = count > most ? most : count;
    made->people = arena_new_array(turn->arena, made->n_people, sizeof(*made->people));
    for (size_t i = 0; i < made->n_people; i++) {
        struct ledger_account account;
        bool found;
        const char *name = cas_account(turn->arena, people[i].name);
        if (!ledger_account_find(cas->ledger, str_of(name), &account, &found, err)) {
            return false;
        }
        if (!found) {
            return err_set(err, ERR_INTERNAL, "%s has no account; verify the ledger", name);
        }
        made->people[i] = people_reply(turn->arena, &people[i], &account.state);
    }
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_people_deposit)
{
    const Quoin__V1__DepositRequest *deposit = (const Quoin__V1__DepositRequest *)ask;
    struct cas_person person;
    struct ledger_account account;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    bool found;
    bool takes = deposit->amount < 0;
    if (!people_need(cas, turn, deposit->name, &person, &account, err) ||
        !cas_repeat(cas, turn, "Deposit", ask, deposit->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        const struct ledger_state *after = takes ? &entry.debit_after : &entry.credit_after;
        *reply = &people_reply(turn->arena, &person, after)->base;
        return true;
    }
    if (deposit->amount == 0 || deposit->amount < -LEDGER_MOST) {
        return err_set(err, ERR_INVALID, "a deposit is not 0 and at most 10000000000000");
    }
    struct str user = str_of(account.name);
    const struct ledger_ask change = {
        .key = cas_key(deposit->key),
        .debit = takes ? user : STR("cash"),
        .credit = takes ? STR("cash") : user,
        .amount = { takes ? -deposit->amount : deposit->amount },
        .why = deposit->why[0] == '\0' ? STR("a deposit") : str_of(deposit->why),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "Deposit", ask),
        .at = turn->now,
    };
    if (!ledger_transfer(cas->ledger, &change, &receipt, err) ||
        !ledger_account_get(cas->ledger, account.id, &account, err)) {
        return false;
    }
    *reply = &people_reply(turn->arena, &person, &account.state)->base;
    return true;
}

CAS_CORE(cas_people_limit)
{
    const Quoin__V1__SetLimitRequest *limit = (const Quoin__V1__SetLimitRequest *)ask;
    struct cas_person person;
    struct ledger_account account;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    bool found;
    if (!people_need(cas, turn, limit->name, &person, &account, err) ||
        !cas_repeat(cas, turn, "SetLimit", ask, limit->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        *reply = &people_reply(turn->arena, &person, &entry.debit_after)->base;
        return true;
    }
    const struct ledger_ask change = {
        .key = cas_key(limit->key),
        .debit = str_of(account.name),
        .amount = { limit->overdraft },
        .why = STR("another limit"),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "SetLimit", ask),
        .at = turn->now,
    };
    if (!ledger_limit(cas->ledger, &change, &receipt, err)) {
        return false;
    }
    *reply = &people_reply(turn->arena, &person, &receipt.debit_after)->base;
    return true;
}
