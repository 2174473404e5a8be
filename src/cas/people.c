// people: who may print and what they have. A person is a name and an account of the ledger.

#include "accounts/list.h"
#include "accounts/tree.h"
#include "cas/cas_int.h"
#include "credential/credential.h"

struct accounts_by cas_by(struct cas_turn *turn)
{
    return (struct accounts_by){ .asker = cas_asker(turn), .at = turn->now };
}

bool cas_person(struct cas *cas, struct cas_turn *turn, const char *name,
                struct accounts_person *person, struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    bool found;
    if (!cas_name_fold(str_of(name), folded, err) ||
        !accounts_person_find(cas->accounts, str_of(folded), turn->arena, person, &found, err)) {
        return false;
    }
    return found ||
           err_why(err, ERR_NOT_FOUND, "unknown-user", "no user \"%s\" is known here", folded);
}

static char **people_texts(struct arena *arena, const struct str *runs, size_t count)
{
    char **texts = arena_new_array(arena, count, sizeof(*texts));
    for (size_t i = 0; i < count && texts != NULL; i++) {
        texts[i] = cas_text(arena, runs[i]);
    }
    return texts;
}

static Quoin__V1__Person *people_message(struct arena *arena, const struct accounts_person *person,
                                         const struct ledger_state *state)
{
    Quoin__V1__Person *reply = cas_message(arena, &quoin__v1__person__descriptor);
    reply->id = person->id;
    reply->name = cas_text(arena, person->name);
    reply->full_name = cas_text(arena, person->full_name);
    reply->balance = state->balance.units;
    reply->reserved = state->reserved.units;
    reply->overdraft = state->overdraft.units;
    reply->available = ledger_available(state).units;
    reply->created_at = person->created_at;
    reply->aliases = people_texts(arena, person->aliases, person->alias_count);
    reply->n_aliases = person->alias_count;
    reply->email = cas_text(arena, person->email);
    reply->department = cas_text(arena, person->department);
    reply->location = cas_text(arena, person->location);
    reply->language = cas_text(arena, person->language);
    reply->groups = people_texts(arena, person->groups, person->group_count);
    reply->n_groups = person->group_count;
    reply->default_account = cas_text(arena, person->default_account);
    reply->must_choose = cas_text(arena, str_of(accounts_choose_name(person->must_choose)));
    reply->own_must_choose = cas_text(arena, str_of(accounts_choose_name(person->own_must_choose)));
    reply->may_transfer = person->may_transfer;
    reply->unlimited = person->is_unlimited;
    reply->locked = person->is_locked;
    reply->removed = person->is_removed;
    return reply;
}

static bool people_account(struct cas *cas, struct cas_turn *turn,
                           const struct accounts_person *person, struct ledger_account *account,
                           struct err *err)
{
    bool found;
    const char *named = cas_account(turn->arena, cas_text(turn->arena, person->name));
    if (!ledger_account_find(cas->ledger, str_of(named), account, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_INTERNAL, "%s has no account; verify the ledger", named);
}

// As the account's state says; what can be spent is in both purses.
static bool people_told(struct cas *cas, struct cas_turn *turn,
                        const struct accounts_person *person, const struct ledger_state *state,
                        Quoin__V1__Person **reply, struct err *err)
{
    struct ledger_account allotment;
    bool found;
    Quoin__V1__Person *made = people_message(turn->arena, person, state);
    const char *name = cas_allotment(turn->arena, cas_account(turn->arena, made->name));
    if (!ledger_account_find(cas->ledger, str_of(name), &allotment, &found, err)) {
        return false;
    }
    int64_t more = found ? ledger_available(&allotment.state).units : 0;
    made->available = made->available < LEDGER_MOST - more ? made->available + more : LEDGER_MOST;
    *reply = made;
    return true;
}

static bool people_done(struct cas *cas, struct cas_turn *turn,
                        const struct accounts_person *person, const struct ledger_state *state,
                        const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__Person *made;
    if (!people_told(cas, turn, person, state, &made, err)) {
        return false;
    }
    *reply = &made->base;
    return true;
}

bool cas_person_reply(struct cas *cas, struct cas_turn *turn, const struct accounts_person *person,
                      Quoin__V1__Person **reply, struct err *err)
{
    struct ledger_account account;
    if (!people_account(cas, turn, person, &account, err)) {
        return false;
    }
    return people_told(cas, turn, person, &account.state, reply, err);
}

static bool people_need(struct cas *cas, struct cas_turn *turn, const char *name,
                        struct accounts_person *person, struct ledger_account *account,
                        struct err *err)
{
    return cas_person(cas, turn, name, person, err) &&
           people_account(cas, turn, person, account, err);
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

// Who was removed comes back with the account there is: what the request says of money is for new
// people.
static bool people_came_back(struct cas *cas, struct cas_turn *turn,
                             const Quoin__V1__AddPersonRequest *add, const ProtobufCMessage **reply,
                             struct err *err)
{
    struct accounts_person person;
    Quoin__V1__Person *made;
    if (!cas_person(cas, turn, add->name, &person, err) ||
        !credential_touch(cas->credential, person.id, err) ||
        !cas_person_reply(cas, turn, &person, &made, err)) {
        return false;
    }
    *reply = &made->base;
    return cas_answer_keep(cas, turn, &add->base, add->key, *reply, err);
}

static bool people_open(struct cas *cas, struct cas_turn *turn,
                        const Quoin__V1__AddPersonRequest *add,
                        const struct accounts_person *person, const ProtobufCMessage **reply,
                        struct err *err)
{
    struct ledger_receipt receipt;
    const struct ledger_state state = { .balance = { add->balance },
                                        .overdraft = { add->overdraft } };
    const struct ledger_ask opening = {
        .key = cas_key(add->key),
        .debit = str_of(cas_account(turn->arena, cas_text(turn->arena, person->name))),
        .amount = { add->overdraft },
        .why = STR("a new user"),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "AddPerson", &add->base),
        .at = turn->now,
    };
    if (!ledger_account_open(cas->ledger, &opening, &receipt, err) ||
        !people_first_money(cas, &opening, add->balance, err)) {
        return false;
    }
    struct accounts_person now;
    if (!accounts_person_get(cas->accounts, person->id, turn->arena, &now, err)) {
        return false;
    }
    return people_done(cas, turn, &now, &state, reply, err);
}

CAS_CORE(cas_people_add)
{
    const Quoin__V1__AddPersonRequest *add = (const Quoin__V1__AddPersonRequest *)ask;
    const struct accounts_person_edit edit = { .sets = ACCOUNTS_SET_FULL_NAME,
                                               .full_name = str_of(add->full_name) };
    const struct accounts_by by = cas_by(turn);
    const struct ledger_state state = { .balance = { add->balance },
                                        .overdraft = { add->overdraft } };
    struct accounts_person person;
    struct ledger_entry entry;
    Quoin__V1__Receipt *first;
    enum accounts_outcome outcome;
    bool found;
    if (!cas_repeat(cas, turn, "AddPerson", ask, add->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        if (!cas_person(cas, turn, add->name, &person, err)) {
            return false;
        }
        return people_done(cas, turn, &person, &state, reply, err);
    }
    if (!cas_answered(cas, turn, ask, add->key, &quoin__v1__person__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (add->balance < 0 || add->overdraft < 0) {
        return err_set(err, ERR_INVALID, "a user begins with 0 or more, and so does the overdraft");
    }
    if (!money_check_units((const int64_t[]){ add->balance, add->overdraft }, 2, err)) {
        return false;
    }
    if (!accounts_person_put(cas->accounts, str_of(add->name), ACCOUNTS_ADD, &edit, &by,
                             turn->arena, &person, &outcome, err)) {
        return false;
    }
    return outcome == ACCOUNTS_IS_NEW ? people_open(cas, turn, add, &person, reply, err)
                                      : people_came_back(cas, turn, add, reply, err);
}

CAS_CORE(cas_people_get)
{
    const Quoin__V1__GetPersonRequest *get = (const Quoin__V1__GetPersonRequest *)ask;
    struct accounts_person person;
    Quoin__V1__Person *made;
    if (!cas_person(cas, turn, get->name, &person, err) ||
        !cas_person_reply(cas, turn, &person, &made, err)) {
        return false;
    }
    *reply = &made->base;
    return true;
}

// The page of names that a list asks for.
static bool people_page(struct cas *cas, struct cas_turn *turn,
                        const Quoin__V1__ListPeopleRequest *list, size_t most,
                        struct accounts_listed *listed, size_t *count, struct err *err)
{
    struct str after = str_of(list->after);
    enum accounts_which which = list->all ? ACCOUNTS_WHICH_ALL : ACCOUNTS_WHICH_HERE;
    int64_t of = 0;
    bool found = true;
    if (list->query[0] != '\0') {
        return accounts_search(cas->accounts, 0, str_of(list->query), after, most, turn->arena,
                               listed, count, err);
    }
    if (list->department[0] != '\0') {
        struct accounts_payer department = { .id = 0 };
        which = ACCOUNTS_WHICH_DEPARTMENT;
        if (!accounts_payer_named(cas->accounts, ACCOUNTS_DEPARTMENT, str_of(list->department),
                                  turn->arena, &department, &found, err)) {
            return false;
        }
        of = department.id;
    } else if (list->group[0] != '\0') {
        struct accounts_group group = { .id = 0 };
        which = ACCOUNTS_WHICH_GROUP;
        if (!accounts_group_find(cas->accounts, str_of(list->group), turn->arena, &group, &found,
                                 err)) {
            return false;
        }
        of = group.id;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no department or group \"%.128s\"",
                       list->department[0] != '\0' ? list->department : list->group);
    }
    return accounts_people(cas->accounts, which, of, after, most, turn->arena, listed, count, err);
}

CAS_CORE(cas_people_list)
{
    const Quoin__V1__ListPeopleRequest *list = (const Quoin__V1__ListPeopleRequest *)ask;
    Quoin__V1__ListPeopleReply *made =
        cas_message(turn->arena, &quoin__v1__list_people_reply__descriptor);
    size_t most = list->limit == 0 || list->limit > CAS_LIST_MOST ? CAS_LIST_MOST : list->limit;
    struct accounts_listed *listed = arena_new_array(turn->arena, most + 1, sizeof(*listed));
    size_t count;
    size_t bytes = 0;
    if (!people_page(cas, turn, list, most + 1, listed, &count, err)) {
        return false;
    }
    made->more = count > most;
    made->n_people = count > most ? most : count;
    made->people = arena_new_array(turn->arena, made->n_people, sizeof(*made->people));
    for (size_t i = 0; i < made->n_people; i++) {
        struct accounts_person person;
        if (!accounts_person_get(cas->accounts, listed[i].id, turn->arena, &person, err) ||
            !cas_person_reply(cas, turn, &person, &made->people[i], err)) {
            return false;
        }
        bytes += protobuf_c_message_get_packed_size(&made->people[i]->base);
        if (bytes > CAS_PAGE_BYTES) {
            made->more = made->more || i + 1 < made->n_people;
            made->n_people = i + 1;
        }
    }
    *reply = &made->base;
    return true;
}

bool cas_may_be_paid(const struct accounts_person *person, struct err *err)
{
    return !person->is_removed ||
           err_set(err, ERR_DENIED,
                   "%.*s was removed: nothing is paid in, but what is there can be "
                   "paid out; quoin user add brings them back",
                   (int)(person->name.len < 100 ? person->name.len : 100), person->name.ptr);
}

CAS_CORE(cas_people_deposit)
{
    const Quoin__V1__DepositRequest *deposit = (const Quoin__V1__DepositRequest *)ask;
    struct accounts_person person;
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
        return people_done(cas, turn, &person, after, reply, err);
    }
    if (deposit->amount == 0 || deposit->amount < -LEDGER_MOST) {
        return err_set(err, ERR_INVALID, "a deposit is not 0 and at most 10000000000000");
    }
    if (!money_check((struct money){ deposit->amount }, err) ||
        (!takes && !cas_may_be_paid(&person, err))) {
        return false;
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
    return people_done(cas, turn, &person, &account.state, reply, err);
}

CAS_CORE(cas_people_limit)
{
    const Quoin__V1__SetLimitRequest *limit = (const Quoin__V1__SetLimitRequest *)ask;
    struct accounts_person person;
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
        return people_done(cas, turn, &person, &entry.debit_after, reply, err);
    }
    if (!money_check((struct money){ limit->overdraft }, err)) {
        return false;
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
    return people_done(cas, turn, &person, &receipt.debit_after, reply, err);
}
