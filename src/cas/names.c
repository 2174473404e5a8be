// names: people get other names, and two accounts of one person become one. The ledger's accounts
// follow by entries of its chain.

#include "cas/payers_int.h"
#include "cas/put_int.h"
#include "credential/credential.h"
#include "quota/quota.h"

static const char *const names_purses[] = { "user", "allotment" };

static bool names_answered(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                           ProtobufCBinaryData key, const ProtobufCMessage **reply, bool *found,
                           struct err *err)
{
    return cas_answered(cas, turn, ask, key, &quoin__v1__person__descriptor, reply, found, err);
}

// followed: of a rename or merge, else NULL.
static bool names_done(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                       ProtobufCBinaryData key, int64_t person, const struct cas_followed *followed,
                       const ProtobufCMessage **reply, struct err *err)
{
    struct accounts_person now;
    Quoin__V1__Person *made;
    if (!accounts_person_get(cas->accounts, person, turn->arena, &now, err) ||
        !cas_person_reply(cas, turn, &now, &made, err)) {
        return false;
    }
    if (followed != NULL) {
        made->policies = followed->policies;
        made->n_policies = followed->policy_count;
    }
    *reply = &made->base;
    return cas_answer_keep(cas, turn, ask, key, *reply, err);
}

static struct ledger_ask names_entry(struct cas_turn *turn, ProtobufCBinaryData key,
                                     const char *purse, struct str debit, struct str credit)
{
    return (struct ledger_ask){ .key = cas_key_of(key, purse, 0),
                                .debit = debit,
                                .credit = credit,
                                .asker = cas_asker(turn),
                                .at = turn->now };
}

static struct str names_account(struct arena *arena, const char *purse, struct str name)
{
    const char *text = arena_textf(arena, "%s:%.*s", purse, (int)name.len, name.ptr);
    return str_of(text == NULL ? "" : text);
}

// Purses that there are get the new name.
static bool names_ledger(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData key,
                         struct str from, struct str to, struct err *err)
{
    for (size_t i = 0; i < 2; i++) {
        struct ledger_ask entry = names_entry(turn, key, names_purses[i],
                                              names_account(turn->arena, names_purses[i], from),
                                              names_account(turn->arena, names_purses[i], to));
        struct ledger_account account;
        struct ledger_receipt receipt;
        bool found;
        if (!ledger_account_find(cas->ledger, entry.debit, &account, &found, err) ||
            (found && !ledger_rename(cas->ledger, &entry, &receipt, err))) {
            return false;
        }
    }
    return true;
}

// What was printed and asked back, and what counts against a quota, is this person's as before.
static bool names_follow(struct cas *cas, struct cas_turn *turn, struct str from, struct str to,
                         struct err *err)
{
    return history_rename(cas->history, from, to, err) &&
           cas_store_refunds_rename(cas, from, to, err) &&
           quota_rename(cas->quota, names_account(turn->arena, "user", from),
                        names_account(turn->arena, "user", to), err);
}

CAS_CORE(cas_person_rename)
{
    const Quoin__V1__RenamePersonRequest *rename = (const Quoin__V1__RenamePersonRequest *)ask;
    const struct accounts_by by = cas_by(turn);
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct accounts_person person;
    bool found;
    if (!names_answered(cas, turn, ask, rename->key, reply, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!cas_person(cas, turn, rename->name, &person, err) ||
        !accounts_name_fold(str_of(rename->to), folded, err) ||
        !accounts_person_rename(cas->accounts, &person, str_of(folded), &by, err)) {
        return false;
    }
    struct cas_followed followed = { .kind = "user", .from = person.name, .to = str_of(folded) };
    return (str_eq(person.name, str_of(folded)) ||
            (names_ledger(cas, turn, rename->key, person.name, str_of(folded), err) &&
             names_follow(cas, turn, person.name, str_of(folded), err) &&
             cas_config_follow(cas, turn, rename->key, &followed, false, err) &&
             credential_touch(cas->credential, person.id, err))) &&
           names_done(cas, turn, ask, rename->key, person.id, &followed, reply, err);
}

CAS_CORE(cas_person_alias)
{
    const Quoin__V1__SetAliasRequest *set = (const Quoin__V1__SetAliasRequest *)ask;
    const struct accounts_by by = cas_by(turn);
    struct accounts_person person;
    bool found;
    if (!names_answered(cas, turn, ask, set->key, reply, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!cas_person(cas, turn, set->name, &person, err)) {
        return false;
    }
    bool ok = set->remove
                  ? accounts_alias_drop(cas->accounts, &person, str_of(set->alias), &by, err)
                  : accounts_alias_add(cas->accounts, &person, str_of(set->alias), &by, err);
    return ok && names_done(cas, turn, ask, set->key, person.id, NULL, reply, err);
}

// ---- merging -----------------------------------------------------------------------------------

static bool names_none_reserved(struct cas *cas, struct cas_turn *turn,
                                const struct accounts_person *from, struct err *err)
{
    bool is_busy;
    for (size_t i = 0; i < 2; i++) {
        struct str name = names_account(turn->arena, names_purses[i], from->name);
        struct ledger_account account;
        bool found;
        if (!ledger_account_find(cas->ledger, name, &account, &found, err)) {
            return false;
        }
        if (found && account.state.reserved.units > 0) {
            char amount[MONEY_TEXT_MAX];
            return err_set(err, ERR_CONFLICT,
                           "%s of %.*s is set aside for jobs under way; wait until they end, or "
                           "cancel them: quoin job list --user %.*s",
                           money_shown(account.state.reserved, amount), (int)from->name.len,
                           from->name.ptr, (int)from->name.len, from->name.ptr);
        }
    }
    // Jobs that cost nothing set nothing aside.
    return history_has_open(cas->history, from->name, &is_busy, err) &&
           (!is_busy ||
            err_set(err, ERR_CONFLICT,
                    "%.*s has jobs under way; wait until they end, or cancel them: "
                    "quoin job list --user %.*s",
                    (int)from->name.len, from->name.ptr, (int)from->name.len, from->name.ptr));
}

// What the one has goes to the other; a debt too.
static bool names_move_balance(struct cas *cas, struct cas_turn *turn, ProtobufCBinaryData key,
                               const char *purse, const struct accounts_person *from,
                               const struct accounts_person *into, struct err *err)
{
    struct ledger_ask entry =
        names_entry(turn, key, purse, names_account(turn->arena, purse, from->name),
                    names_account(turn->arena, purse, into->name));
    struct ledger_account gone;
    struct ledger_account stays;
    struct ledger_receipt receipt;
    bool has;
    bool found;
    if (!ledger_account_find(cas->ledger, entry.debit, &gone, &has, err) ||
        !ledger_account_find(cas->ledger, entry.credit, &stays, &found, err)) {
        return false;
    }
    if (!has) {
        return true;
    }
    if (!found) { // also of an empty one: what was spent of it may be given back
        return ledger_rename(cas->ledger, &entry, &receipt, err);
    }
    if (gone.state.balance.units == 0) {
        return true;
    }
    entry.why = STR("two accounts of one person became one");
    entry.amount = gone.state.balance;
    if (entry.amount.units < 0) {
        struct str swap = entry.debit;
        entry.debit = entry.credit;
        entry.credit = swap;
        entry.amount.units = -entry.amount.units;
    }
    return ledger_transfer(cas->ledger, &entry, &receipt, err) ||
           (gone.state.balance.units < 0 && err->code == ERR_LIMIT &&
            err_in(err, "the debt of %.*s has to be paid first", (int)from->name.len,
                   from->name.ptr));
}

CAS_CORE(cas_person_merge)
{
    const Quoin__V1__MergePeopleRequest *merge = (const Quoin__V1__MergePeopleRequest *)ask;
    struct accounts_by by = cas_by(turn);
    struct accounts_person from;
    struct accounts_person into;
    Quoin__V1__Person *made;
    bool found;
    by.is_dry = merge->dry_run;
    if (!names_answered(cas, turn, ask, merge->key, reply, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!cas_person(cas, turn, merge->from, &from, err) ||
        !cas_person(cas, turn, merge->into, &into, err) ||
        !names_none_reserved(cas, turn, &from, err) ||
        !accounts_person_merge(cas->accounts, &from, &into, &by, err)) {
        return false;
    }
    if (merge->dry_run) {
        if (!cas_person_reply(cas, turn, &into, &made, err)) {
            return false;
        }
        *reply = &made->base;
        return true;
    }
    struct cas_followed followed = {
        .kind = "user", .from = from.name, .to = into.name, .is_merge = true
    };
    return names_move_balance(cas, turn, merge->key, "user", &from, &into, err) &&
           names_move_balance(cas, turn, merge->key, "allotment", &from, &into, err) &&
           names_follow(cas, turn, from.name, into.name, err) &&
           cas_config_follow(cas, turn, merge->key, &followed, false, err) &&
           credential_merge(cas->credential, from.id, into.id, err) &&
           names_done(cas, turn, ask, merge->key, into.id, &followed, reply, err);
}
