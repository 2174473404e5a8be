// put: people are put by rows, renamed and merged; the ledger follows.

#include "accounts/tree.h"
#include "cas/put_int.h"
#include "credential/credential.h"
#include "wire/status.h"

// ---- rows of any kind --------------------------------------------------------------------------

bool cas_put_how(const char *name, enum accounts_put *how, struct err *err)
{
    struct str word = str_of(name);
    *how = str_eq(word, STR("add"))      ? ACCOUNTS_ADD
           : str_eq(word, STR("change")) ? ACCOUNTS_CHANGE
                                         : ACCOUNTS_ADD_OR_CHANGE;
    return *how != ACCOUNTS_ADD_OR_CHANGE || str_eq(word, STR("put")) ||
           err_set(err, ERR_INVALID, "rows are put with add, change or put");
}

bool cas_put_sets(char *const *set, size_t count, const struct cas_put_field *fields,
                  size_t field_count, unsigned *sets, struct err *err)
{
    *sets = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < field_count && strcmp(fields[at].name, set[i]) != 0) {
            at++;
        }
        if (at == field_count) {
            return err_set(err, ERR_INVALID, "there is no field \"%.60s\" to be set", set[i]);
        }
        *sets |= fields[at].bit;
    }
    return true;
}

// What only this row's own words caused; the rest stops the whole request.
static bool put_is_refusal(enum err_code code)
{
    return code == ERR_INVALID || code == ERR_NOT_FOUND || code == ERR_EXISTS ||
           code == ERR_LIMIT || code == ERR_DENIED;
}

bool cas_put_rows(struct cas *cas, struct cas_turn *turn, const struct cas_put *put,
                  const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__PutReply *made = cas_message(turn->arena, &quoin__v1__put_reply__descriptor);
    if (put->count == 0 || put->count > CAS_PUT_MOST) {
        return err_set(err, ERR_INVALID, "1 to %d rows are put at a time", CAS_PUT_MOST);
    }
    made->answers = arena_new_array(turn->arena, put->count, sizeof(*made->answers));
    made->n_answers = put->count;
    OWN(arena_free) struct arena arena = ARENA_CAP(8 << 20); // of one row
    for (size_t i = 0; i < put->count; i++) {
        static const char *const outcomes[] = { "same", "new", "changed" };
        Quoin__V1__PutAnswer *answer = cas_message(turn->arena, &quoin__v1__put_answer__descriptor);
        enum accounts_outcome outcome = ACCOUNTS_IS_SAME;
        bool wrote = false;
        struct err why = { 0 };
        arena_reset(&arena);
        made->answers[i] = answer;
        if (put->row(cas, turn, put, i, &arena, &outcome, &wrote, &why)) {
            answer->outcome = cas_text(turn->arena, str_of(outcomes[outcome]));
            continue;
        }
        if (wrote || !put_is_refusal(why.code)) {
            *err = why;
            return false;
        }
        answer->outcome = cas_text(turn->arena, STR("refused"));
        answer->field = cas_text(turn->arena, str_of(accounts_field(cas->accounts)));
        answer->why = cas_text(turn->arena, str_of(why.text));
        answer->code = (int32_t)wire_status_of(why.code);
    }
    *reply = &made->base;
    return true;
}

// ---- people ------------------------------------------------------------------------------------

enum {
    PUT_LIMIT = 1 << 20, // beside those of accounts/edit.h
    PUT_BALANCE = 1 << 21,
    PUT_ALIASES = 1 << 22,
    PUT_ALLOTMENT = 1 << 23,
};

static const struct cas_put_field put_fields[] = {
    { "full_name", ACCOUNTS_SET_FULL_NAME },
    { "email", ACCOUNTS_SET_EMAIL },
    { "department", ACCOUNTS_SET_DEPARTMENT },
    { "location", ACCOUNTS_SET_LOCATION },
    { "language", ACCOUNTS_SET_LANGUAGE },
    { "groups", ACCOUNTS_SET_GROUPS },
    { "default_account", ACCOUNTS_SET_DEFAULT },
    { "must_choose", ACCOUNTS_SET_CHOOSE },
    { "may_transfer", ACCOUNTS_SET_TRANSFER },
    { "unlimited", ACCOUNTS_SET_UNLIMITED },
    { "locked", ACCOUNTS_SET_LOCKED },
    { "removed", ACCOUNTS_SET_REMOVED },
    { "aliases", PUT_ALIASES },
    { "limit", PUT_LIMIT },
    { "balance", PUT_BALANCE },
    { "allotment", PUT_ALLOTMENT },
};

static bool put_check_money(const Quoin__V1__PersonRow *row, unsigned sets, struct err *err)
{
    const int64_t amounts[] = { (sets & PUT_LIMIT) != 0 ? row->limit : 0,
                                (sets & PUT_BALANCE) != 0 ? row->balance : 0,
                                (sets & PUT_ALLOTMENT) != 0 ? row->allotment : 0 };
    if (!money_check_units(amounts, sizeof(amounts) / sizeof(amounts[0]), err)) {
        return false;
    }
    return (row->limit >= 0 && row->limit <= LEDGER_MOST && row->balance >= 0 &&
            row->balance <= LEDGER_MOST && row->allotment >= 0 && row->allotment <= LEDGER_MOST) ||
           err_set(err, ERR_INVALID,
                   "a limit and what a user begins with are between 0 and 10000000000000");
}

static bool put_person_edit(const Quoin__V1__PersonRow *row, unsigned sets, struct arena *arena,
                            struct accounts_person_edit *edit, struct err *err)
{
    struct str *groups = arena_new_array(arena, row->n_groups, sizeof(*groups));
    if (groups == NULL) {
        return err_set(err, ERR_LIMIT, "a row has too many groups");
    }
    for (size_t i = 0; i < row->n_groups; i++) {
        groups[i] = str_of(row->groups[i]);
    }
    *edit = (struct accounts_person_edit){ .sets = sets & ~(unsigned)(PUT_LIMIT | PUT_BALANCE |
                                                                      PUT_ALIASES | PUT_ALLOTMENT),
                                           .full_name = str_of(row->full_name),
                                           .email = str_of(row->email),
                                           .department = str_of(row->department),
                                           .default_account = str_of(row->default_account),
                                           .location = str_of(row->location),
                                           .language = str_of(row->language),
                                           .groups = groups,
                                           .group_count = row->n_groups,
                                           .may_transfer = row->may_transfer,
                                           .is_unlimited = row->unlimited,
                                           .is_locked = row->locked,
                                           .is_removed = row->removed };
    if ((sets & ACCOUNTS_SET_CHOOSE) != 0 && row->must_choose[0] != '\0' &&
        !accounts_choose_read(str_of(row->must_choose), &edit->must_choose)) {
        return err_set(err, ERR_INVALID, "must_choose is inherit, no, ask or must");
    }
    return true;
}

static struct ledger_ask put_entry(struct cas_turn *turn, ProtobufCBinaryData key, const char *what,
                                   size_t row, const char *account)
{
    return (struct ledger_ask){ .key = cas_key_of(key, what, (int64_t)row),
                                .debit = str_of(account),
                                .asker = cas_asker(turn),
                                .at = turn->now };
}

static bool put_money(struct cas *cas, struct cas_turn *turn,
                      const Quoin__V1__PutPeopleRequest *ask, size_t i, const char *account,
                      struct err *err)
{
    struct ledger_ask entry = put_entry(turn, ask->key, "balance", i, "cash");
    struct ledger_receipt receipt;
    entry.credit = str_of(account);
    entry.amount.units = ask->people[i]->balance;
    entry.why = STR("what the user begins with");
    return entry.amount.units == 0 || ledger_transfer(cas->ledger, &entry, &receipt, err);
}

static bool put_allotment(struct cas *cas, struct cas_turn *turn,
                          const Quoin__V1__PutPeopleRequest *ask, size_t i, const char *account,
                          struct err *err)
{
    const char *allotment = cas_allotment(turn->arena, account);
    struct ledger_ask opening = put_entry(turn, ask->key, "allotment", i, allotment);
    struct ledger_ask entry = put_entry(turn, ask->key, "granted", i, "grants");
    struct ledger_receipt receipt;
    opening.why = STR("a first allotment");
    entry.credit = str_of(allotment);
    entry.amount.units = ask->people[i]->allotment;
    entry.why = STR("what the user begins with");
    return entry.amount.units == 0 || (ledger_account_open(cas->ledger, &opening, &receipt, err) &&
                                       ledger_transfer(cas->ledger, &entry, &receipt, err));
}

// The person's ledger account: opened with the limit, or given another one.
static bool put_limit(struct cas *cas, struct cas_turn *turn,
                      const Quoin__V1__PutPeopleRequest *ask, size_t i, unsigned sets,
                      const struct accounts_person *person, struct arena *arena,
                      enum accounts_outcome *outcome, struct err *err)
{
    const char *account = arena_textf(arena, "user:%.*s", (int)person->name.len, person->name.ptr);
    struct ledger_ask entry = put_entry(turn, ask->key, "limit", i, account);
    struct ledger_account known = { .id = 0 };
    struct ledger_receipt receipt;
    bool found;
    if (!ledger_account_find(cas->ledger, entry.debit, &known, &found, err)) {
        return false;
    }
    bool limits = (sets & (PUT_LIMIT | ACCOUNTS_SET_UNLIMITED)) != 0;
    int64_t limit = known.state.overdraft.units == LEDGER_MOST ? 0 : known.state.overdraft.units;
    limit = (sets & PUT_LIMIT) != 0 ? ask->people[i]->limit : limit;
    entry.amount.units = person->is_unlimited ? LEDGER_MOST : limit;
    if (!found && ask->dry_run) {
        return true;
    }
    if (!found) {
        entry.why = STR("a new user");
        return ledger_account_open(cas->ledger, &entry, &receipt, err) &&
               ((sets & PUT_BALANCE) == 0 || put_money(cas, turn, ask, i, account, err)) &&
               ((sets & PUT_ALLOTMENT) == 0 || put_allotment(cas, turn, ask, i, account, err));
    }
    if (!limits || entry.amount.units == known.state.overdraft.units || known.state.is_unlimited) {
        return true;
    }
    *outcome = *outcome == ACCOUNTS_IS_SAME ? ACCOUNTS_IS_CHANGED : *outcome;
    entry.why = STR("another limit");
    return ask->dry_run || ledger_limit(cas->ledger, &entry, &receipt, err);
}

static bool put_aliases(struct cas *cas, const Quoin__V1__PersonRow *row,
                        const struct accounts_person *person, const struct accounts_by *by,
                        struct arena *arena, enum accounts_outcome *outcome, struct err *err)
{
    for (size_t i = 0; i < row->n_aliases; i++) {
        struct accounts_person found = { .id = 0 };
        bool is;
        if (!accounts_person_find(cas->accounts, str_of(row->aliases[i]), arena, &found, &is,
                                  err)) {
            return false;
        }
        if (is && found.id == person->id) {
            continue;
        }
        if (!accounts_alias_add(cas->accounts, person, str_of(row->aliases[i]), by, err)) {
            return false;
        }
        *outcome = *outcome == ACCOUNTS_IS_SAME ? ACCOUNTS_IS_CHANGED : *outcome;
    }
    return true;
}

// Before anything of the row is written.
static bool put_aliases_free(struct cas *cas, const Quoin__V1__PersonRow *row, struct arena *arena,
                             struct err *err)
{
    struct accounts_person person = { .id = 0 };
    bool known;
    if (!accounts_person_find(cas->accounts, str_of(row->name), arena, &person, &known, err)) {
        return false;
    }
    for (size_t i = 0; i < row->n_aliases; i++) {
        char folded[ACCOUNTS_NAME_MAX + 1];
        struct accounts_person other;
        bool taken;
        if (!accounts_name_fold(str_of(row->aliases[i]), folded, err) ||
            !accounts_person_find(cas->accounts, str_of(folded), arena, &other, &taken, err)) {
            return false;
        }
        if (taken && (!known || other.id != person.id)) {
            return err_set(err, ERR_EXISTS, "\"%s\" is a name of the user \"%.*s\" already", folded,
                           (int)other.name.len, other.name.ptr);
        }
    }
    return true;
}

static bool put_person(struct cas *cas, struct cas_turn *turn, const struct cas_put *put, size_t i,
                       struct arena *arena, enum accounts_outcome *outcome, bool *wrote,
                       struct err *err)
{
    const Quoin__V1__PutPeopleRequest *ask = (const Quoin__V1__PutPeopleRequest *)put->ask;
    const Quoin__V1__PersonRow *row = ask->people[i];
    struct accounts_person_edit edit;
    struct accounts_person person;
    bool aliases = (put->sets & PUT_ALIASES) != 0 && row->n_aliases > 0;
    if (!put_check_money(row, put->sets, err) ||
        !put_person_edit(row, put->sets, arena, &edit, err) ||
        (aliases && !put_aliases_free(cas, row, arena, err)) ||
        !accounts_person_put(cas->accounts, str_of(row->name), put->how, &edit, &put->by, arena,
                             &person, outcome, err)) {
        return false;
    }
    *wrote = true;
    // Whoever is locked or removed, or comes back, is signed in nowhere any more; nor who is of
    // other groups, whose jobs a session may see.
    bool ends =
        (put->sets & (ACCOUNTS_SET_LOCKED | ACCOUNTS_SET_REMOVED | ACCOUNTS_SET_GROUPS)) != 0 &&
        *outcome == ACCOUNTS_IS_CHANGED && !put->by.is_dry;
    if (ends && !credential_touch(cas->credential, person.id, err)) {
        return false;
    }
    return put_limit(cas, turn, ask, i, put->sets, &person, arena, outcome, err) &&
           (!aliases || ask->dry_run ||
            put_aliases(cas, row, &person, &put->by, arena, outcome, err));
}

CAS_CORE(cas_put_people)
{
    const Quoin__V1__PutPeopleRequest *people = (const Quoin__V1__PutPeopleRequest *)ask;
    struct cas_put put = {
        .ask = ask, .count = people->n_people, .by = cas_by(turn), .row = put_person
    };
    bool found;
    put.by.is_dry = people->dry_run;
    put.by.make_missing = people->make_missing;
    if (!cas_answered(cas, turn, ask, people->key, &quoin__v1__put_reply__descriptor, reply, &found,
                      err)) {
        return false;
    }
    if (found) {
        return true;
    }
    return cas_put_how(people->how, &put.how, err) &&
           cas_put_sets(people->set, people->n_set, put_fields,
                        sizeof(put_fields) / sizeof(put_fields[0]), &put.sets, err) &&
           cas_put_rows(cas, turn, &put, reply, err) &&
           (people->dry_run || cas_answer_keep(cas, turn, ask, people->key, *reply, err));
}

CAS_CORE(cas_people_count)
{
    Quoin__V1__CountPeopleReply *made =
        cas_message(turn->arena, &quoin__v1__count_people_reply__descriptor);
    (void)ask;
    if (!accounts_people_count(cas->accounts, &made->people, &made->locked, err)) {
        return false;
    }
    *reply = &made->base;
    return true;
}
