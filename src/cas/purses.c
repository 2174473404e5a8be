// purses: what a person has to spend, and how it is granted.

#include "base/num.h"
#include "cas/payers_int.h"

// ---- one movement ------------------------------------------------------------------------------

struct str cas_why(struct arena *arena, const char *why, const char *reference)
{
    const char *text = reference[0] == '\0' ? why
                       : why[0] == '\0'     ? reference
                                            : arena_textf(arena, "%s (%s)", why, reference);
    return str_of(text);
}

Quoin__V1__Purse *cas_purse(struct arena *arena, const struct ledger_state *state)
{
    Quoin__V1__Purse *made = cas_message(arena, &quoin__v1__purse__descriptor);
    made->balance = state->balance.units;
    made->reserved = state->reserved.units;
    made->overdraft = state->is_unlimited ? 0 : state->overdraft.units;
    made->unlimited = state->is_unlimited;
    return made;
}

bool cas_purses_reply(struct cas *cas, struct cas_turn *turn, const char *account, int64_t changed,
                      int64_t sequence, const ProtobufCMessage **reply, struct err *err)
{
    struct cas_purses purses;
    if (!cas_purses_find(cas, turn->arena, account, &purses, err)) {
        return false;
    }
    Quoin__V1__Purses *made = cas_message(turn->arena, &quoin__v1__purses__descriptor);
    made->name = cas_text(turn->arena, str_of(strchr(account, ':') + 1));
    made->paid = cas_purse(turn->arena, &purses.paid.state);
    if (purses.has_allotment) {
        made->allotment = cas_purse(turn->arena, &purses.allotment.state);
    }
    made->available = purses.available.units;
    made->changed = changed;
    made->sequence = sequence;
    *reply = &made->base;
    return true;
}

bool cas_person_account(struct cas *cas, struct cas_turn *turn, const char *name,
                        struct accounts_person *person, const char **account, struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    bool found;
    *person = (struct accounts_person){ 0 };
    if (!cas_name_fold(str_of(name), folded, err) ||
        !accounts_person_find(cas->accounts, str_of(folded), turn->arena, person, &found, err)) {
        return false;
    }
    *account = cas_account(turn->arena, found ? cas_text(turn->arena, person->name) : folded);
    return true;
}

bool cas_account_asked(struct cas *cas, struct cas_turn *turn, const char *asked, bool as_booked,
                       const char **account, struct err *err)
{
    struct str allotment = STR("allotment:");
    struct accounts_person person;
    struct ledger_account booked;
    char folded[CAS_NAME_MAX + 1];
    bool is_booked = false;
    bool is_allotment = strncmp(asked, allotment.ptr, allotment.len) == 0;
    *account = asked;
    if (!is_allotment && !cas_is_person(asked)) {
        return true;
    }
    const char *name = strchr(asked, ':') + 1;
    if (as_booked) {
        if (!cas_name_fold(str_of(name), folded, err)) {
            return false;
        }
        *account = cas_account(turn->arena, folded);
        *account = is_allotment ? cas_allotment(turn->arena, *account) : *account;
        if (!ledger_account_find(cas->ledger, str_of(*account), &booked, &is_booked, err)) {
            return false;
        }
    }
    if (is_booked) {
        return true;
    }
    if (!cas_person_account(cas, turn, name, &person, account, err)) {
        return false;
    }
    *account = is_allotment ? cas_allotment(turn->arena, *account) : *account;
    return true;
}

CAS_CORE(cas_purses_get)
{
    const Quoin__V1__GetPursesRequest *get = (const Quoin__V1__GetPursesRequest *)ask;
    struct accounts_person person;
    const char *account;
    return cas_person_account(cas, turn, get->name, &person, &account, err) &&
           cas_purses_reply(cas, turn, account, 0, 0, reply, err);
}

// ---- grants ------------------------------------------------------------------------------------

enum purses_mode { PURSES_ADD, PURSES_SET, PURSES_UP_TO };

static bool purses_mode_read(const char *text, enum purses_mode *mode, struct err *err)
{
    static const char *const names[] = { "add", "set-to", "up-to" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *mode = (enum purses_mode)i;
            return true;
        }
    }
    return err_set(err, ERR_INVALID, "\"%.40s\" is no kind of grant: add, set-to, up-to", text);
}

// What changes: above 0 is granted, below is taken back, at most what no job has set aside.
static bool purses_difference(const Quoin__V1__GrantRequest *grant, enum purses_mode mode,
                              const struct ledger_state *state, int64_t *change, struct err *err)
{
    int64_t has = state->balance.units;
    if (grant->amount < 0 || grant->amount > LEDGER_MOST || grant->cap < 0 ||
        grant->cap > LEDGER_MOST) {
        return err_set(err, ERR_INVALID, "a grant and its cap are between 0 and 10000000000000");
    }
    *change = grant->amount;
    if (mode == PURSES_SET) {
        int64_t back = has - grant->amount;
        int64_t most = ledger_available(state).units;
        *change = -(back > most ? most : back);
    } else if (mode == PURSES_UP_TO) {
        int64_t room = grant->cap > has ? grant->cap - has : 0;
        *change = grant->amount < room ? grant->amount : room;
    }
    return true;
}

// Who is locked gets nothing; what they have may be taken back.
static bool purses_may_get(const struct accounts_person *person, int64_t change, struct err *err)
{
    return change <= 0 || !(person->is_locked || person->is_removed) ||
           err_set(err, ERR_DENIED, "the account of %.*s is %s, so nothing is granted to it",
                   (int)person->name.len, person->name.ptr,
                   person->is_removed ? "removed" : "locked");
}

static bool purses_open(struct cas *cas, struct cas_turn *turn, const struct ledger_key *key,
                        const char *allotment, struct ledger_account *account, struct err *err)
{
    struct ledger_receipt receipt;
    const struct ledger_ask opening = {
        .key = cas_leg_key(key, 1),
        .debit = str_of(allotment),
        .why = STR("a first allotment"),
        .asker = cas_asker(turn),
        .at = turn->now,
    };
    bool found;
    return ledger_account_find(cas->ledger, str_of(allotment), account, &found, err) &&
           (found || (ledger_account_open(cas->ledger, &opening, &receipt, err) &&
                      ledger_account_find(cas->ledger, str_of(allotment), account, &found, err)));
}

bool cas_purse_grant(struct cas *cas, struct cas_turn *turn, const Quoin__V1__GrantRequest *grant,
                     int64_t *changed, int64_t *sequence, struct err *err)
{
    struct ledger_account account;
    struct ledger_account paid;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    Quoin__V1__Receipt *first;
    enum purses_mode mode = PURSES_ADD;
    struct accounts_person known;
    const char *person;
    int64_t change = 0;
    bool found;
    struct ledger_key key = cas_key(grant->key);
    if (!purses_mode_read(grant->mode, &mode, err) ||
        !cas_person_account(cas, turn, grant->name, &known, &person, err) ||
        !cas_repeat(cas, turn, "Grant", &grant->base, grant->key, &entry, &first, &found, err)) {
        return false;
    }
    if (found) {
        struct ledger_account credit;
        if (!ledger_account_get(cas->ledger, entry.credit, &credit, err)) {
            return false;
        }
        bool back = strcmp(credit.name, "grants") == 0;
        *changed = back ? -entry.amount.units : entry.amount.units;
        *sequence = entry.sequence;
        return true;
    }
    if (!ledger_account_find(cas->ledger, str_of(person), &paid, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "no user \"%s\" is known here", strchr(person, ':') + 1);
    }
    const char *allotment = cas_allotment(turn->arena, person);
    if (!purses_open(cas, turn, &key, allotment, &account, err) ||
        !purses_difference(grant, mode, &account.state, &change, err) ||
        !purses_may_get(&known, change, err)) {
        return false;
    }
    // Also where nothing changes: the entry says that it was looked at, and the key is used.
    const struct ledger_ask move = {
        .key = key,
        .debit = change < 0 ? str_of(allotment) : STR("grants"),
        .credit = change < 0 ? STR("grants") : str_of(allotment),
        .amount = { change < 0 ? -change : change },
        .why = cas_why(turn->arena, grant->why, grant->reference),
        .asker = cas_asker(turn),
        .detail = cas_receipt(turn, "Grant", &grant->base),
        .at = turn->now,
    };
    if (!ledger_transfer(cas->ledger, &move, &receipt, err)) {
        return false;
    }
    *changed = change;
    *sequence = receipt.sequence;
    return true;
}

bool cas_purse_would(struct cas *cas, struct cas_turn *turn, const Quoin__V1__GrantRequest *grant,
                     int64_t *changed, struct err *err)
{
    struct cas_purses purses;
    enum purses_mode mode = PURSES_ADD;
    struct accounts_person known;
    const char *person;
    if (!purses_mode_read(grant->mode, &mode, err) ||
        !cas_person_account(cas, turn, grant->name, &known, &person, err) ||
        !cas_purses_find(cas, turn->arena, person, &purses, err)) {
        return false;
    }
    struct ledger_state none = { 0 };
    return purses_difference(grant, mode, purses.has_allotment ? &purses.allotment.state : &none,
                             changed, err) &&
           purses_may_get(&known, *changed, err);
}

CAS_CORE(cas_purses_grant)
{
    const Quoin__V1__GrantRequest *grant = (const Quoin__V1__GrantRequest *)ask;
    struct accounts_person person;
    const char *account;
    int64_t changed;
    int64_t sequence;
    return money_check_units((const int64_t[]){ grant->amount, grant->cap }, 2, err) &&
           cas_person_account(cas, turn, grant->name, &person, &account, err) &&
           cas_purse_grant(cas, turn, grant, &changed, &sequence, err) &&
           cas_purses_reply(cas, turn, account, changed, sequence, reply, err);
}
