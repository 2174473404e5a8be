// payers: the steps of a charge that find whose it is and who bears it: what was chosen, where it
// may be, or what the rules say.

#include "accounts/accounts.h"
#include "cas/cas_int.h"
#include "model/share.h"

static const char *const payers_denied[] = { "account-authorization-failed", NULL };
static const char *const payers_info_needed[] = { "account-info-needed", NULL };
static const char *const payers_closed[] = { "account-closed", NULL };

// ---- whose it is -------------------------------------------------------------------------------

static void payers_tell(struct cas_charge *charge, const struct accounts_person *person)
{
    struct work *work = &charge->work;
    work->user = person->name;
    work->full_name = person->full_name;
    work->department = person->department;
    work->location = person->location;
    for (size_t i = 0; i < person->group_count && i < WORK_GROUPS_MAX; i++) {
        work->groups[work->group_count++] = person->groups[i];
    }
}

static bool payers_may_print(struct cas_turn *turn, const struct accounts_person *person,
                             struct err *err)
{
    if (!person->is_locked && !person->is_removed) {
        return true;
    }
    turn->reasons = payers_closed;
    return err_set(err, ERR_DENIED, "the account of %.*s is locked; ask the administrator",
                   (int)person->name.len, person->name.ptr);
}

// Nobody here, whose job waited for its release key: an account that was chosen pays, or nobody.
static bool payers_is_guest(const Quoin__V1__Work *asked)
{
    return strcmp(asked->identity, "guest") == 0 && asked->account[0] != '\0';
}

bool cas_step_person(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    struct cas_purses purses;
    bool found;
    if (charge->asked->user[0] == '\0') {
        turn->reasons = payers_info_needed;
        return err_set(err, ERR_DENIED,
                       "this job does not say whose it is; sign in and send it again");
    }
    if (!cas_name_fold(str_of(charge->asked->user), folded, err)) {
        turn->reasons = payers_denied;
        return false;
    }
    struct accounts_person *person = arena_new(turn->arena, sizeof(*person));
    if (!accounts_person_meet(cas->accounts, str_of(folded), turn->arena, person, &found, err) ||
        (found && !payers_may_print(turn, person, err))) {
        return false;
    }
    if (!found) {
        *person = (struct accounts_person){ .name = str_of(cas_text(turn->arena, str_of(folded))) };
    }
    charge->person = person;
    payers_tell(charge, person);
    charge->payer = cas_account(turn->arena, cas_text(turn->arena, person->name));
    if (!cas_purses_find(cas, turn->arena, charge->payer, &purses, err)) {
        if (err->code != ERR_NOT_FOUND) {
            return false;
        }
        if (payers_is_guest(charge->asked)) {
            return true;
        }
        turn->reasons = payers_denied;
        return err_set(err, ERR_NOT_FOUND,
                       "no user \"%s\" is known here; ask the administrator for an account",
                       folded);
    }
    charge->work.available = purses.available;
    return true;
}

// ---- who bears it ------------------------------------------------------------------------------

struct payers_step {
    struct cas *cas;
    struct cas_turn *turn;
    struct cas_charge *charge;
    Quoin__V1__PayerRule *rule;
};

static bool payers_add(struct payers_step *step, const char *account, uint32_t parts,
                       struct err *err)
{
    struct cas_charge *charge = step->charge;
    for (size_t i = 0; i < charge->share_count; i++) {
        if (strcmp(charge->shares[i]->account, account) == 0) {
            return err_set(err, ERR_INVALID, "%.160s has two shares of this job", account);
        }
    }
    if (charge->share_count == CAS_SHARES_MAX || parts == 0) {
        return err_set(err, ERR_INVALID, "a job is shared by 1 to %d accounts, each with a part",
                       CAS_SHARES_MAX);
    }
    Quoin__V1__Share *share = cas_message(step->turn->arena, &quoin__v1__share__descriptor);
    share->account = cas_text(step->turn->arena, str_of(account));
    share->parts = parts;
    charge->shares[charge->share_count++] = share;
    return true;
}

static bool payers_refuse(struct payers_step *step, const char *const *reasons, const char *text,
                          struct err *err)
{
    step->turn->reasons = reasons;
    return err_set(err, ERR_DENIED, "%s", text);
}

// Nothing is charged until an account was chosen.
static bool payers_ask(struct payers_step *step, const char *text)
{
    struct cas_charge *charge = step->charge;
    Quoin__V1__Decision *decision =
        cas_message(step->turn->arena, &quoin__v1__decision__descriptor);
    if (charge->decision != NULL) {
        *decision = *charge->decision;
    }
    decision->verdict = cas_text(step->turn->arena, STR("ask"));
    decision->text = cas_text(step->turn->arena, str_of(text));
    decision->ask_account = true;
    charge->decision = decision;
    return true;
}

// Where an account must be chosen and was not, or the one that should pay is not there.
static bool payers_without(struct payers_step *step, const char *text, struct err *err)
{
    const char *without = step->rule->without;
    step->charge->share_count = 0;
    if (strcmp(without, "person") == 0) {
        return payers_add(step, step->charge->payer, SHARE_WHOLE, err);
    }
    if (strcmp(without, "refuse") == 0) {
        return payers_refuse(step, payers_info_needed, text, err);
    }
    return payers_ask(step, text);
}

// ---- what was chosen ---------------------------------------------------------------------------

static bool payers_is_self(const struct cas_charge *charge, const char *account)
{
    char folded[CAS_NAME_MAX + 1];
    struct err unheard;
    const char *name = cas_is_person(account) ? account + strlen("user:") : account;
    return strcmp(account, "person") == 0 ||
           (cas_name_fold(str_of(name), folded, &unheard) &&
            (cas_is_person(account) || strchr(account, ':') == NULL) &&
            str_eq(str_of(folded), charge->work.user));
}

static bool payers_is_kind(const Quoin__V1__PayerRule *rule, const char *kind)
{
    for (size_t i = 0; i < rule->n_kinds; i++) {
        if (strcmp(rule->kinds[i], kind) == 0) {
            return true;
        }
    }
    return rule->n_kinds == 0;
}

static const char *const *payers_reason(enum accounts_refusal refusal)
{
    switch (refusal) {
    case ACCOUNTS_REFUSED_NOT: return NULL;
    case ACCOUNTS_REFUSED_UNKNOWN:
    case ACCOUNTS_REFUSED_PIN: return payers_info_needed;
    case ACCOUNTS_REFUSED_CLOSED: return payers_closed;
    case ACCOUNTS_REFUSED_DENIED:
    case ACCOUNTS_REFUSED_TRIES: return payers_denied;
    }
    return NULL;
}

// An account has its place in the ledger from when it is first charged.
static bool payers_add_account(struct payers_step *step, const struct accounts_payer *payer,
                               uint32_t parts, struct err *err)
{
    struct ledger_account opened;
    return cas_payer_open(step->cas, step->turn, payer, &opened, err) &&
           payers_add(step, cas_text(step->turn->arena, payer->ledger), parts, err);
}

static bool payers_choose(struct payers_step *step, const char *account, uint32_t parts,
                          struct err *err)
{
    struct cas_charge *charge = step->charge;
    const char *kind = "person";
    struct accounts_payer payer = { 0 };
    enum accounts_refusal refusal = ACCOUNTS_REFUSED_NOT;
    bool is_self = payers_is_self(charge, account);
    if (!is_self && cas_is_person(account)) {
        return payers_refuse(step, payers_denied,
                             "nobody pays with another person's account; choose another one", err);
    }
    if (!is_self) {
        const struct accounts_payer_ask ask = { .person = charge->person,
                                                .account = str_of(account),
                                                .pin = str_of(charge->asked->account_pin),
                                                .at = step->turn->now };
        if (!accounts_payer_find(step->cas->accounts, &ask, step->turn->arena, &payer, &refusal,
                                 err)) {
            step->turn->reasons = payers_reason(refusal);
            return false;
        }
        kind = accounts_kind_name(payer.kind);
    }
    if (!payers_is_kind(step->rule, kind)) {
        const char *text = arena_textf(
            step->turn->arena, "a %s account may not pay for this; choose another one", kind);
        return payers_refuse(step, payers_denied, text, err);
    }
    if (is_self) {
        return payers_add(step, charge->payer, parts, err);
    }
    charge->chosen[charge->chosen_count++] = payer.id;
    return payers_add_account(step, &payer, parts, err);
}

// "code:acme/17=75,user:mary": a share in per cent, at most four decimals; one without gets the
// rest. False: the text is not of this form.
static bool payers_read_share(struct str one, Quoin__V1__Share *share, struct arena *arena)
{
    struct money percent = { 0 };
    size_t len = one.len;
    for (size_t at = 0; at < one.len; at++) {
        len = one.ptr[at] == '=' ? at : len; // the last: a per cent has none
    }
    share->account = cas_text(arena, (struct str){ one.ptr, len });
    if (len == one.len) {
        return len > 0;
    }
    // An amount of 1 is 100000 units, a per cent 10000 parts.
    bool good = money_read((struct str){ one.ptr + len + 1, one.len - len - 1 }, &percent) &&
                percent.units > 0 && percent.units / 10 <= SHARE_WHOLE && percent.units % 10 == 0;
    share->parts = good ? (uint32_t)(percent.units / 10) : 0;
    return good && len > 0;
}

static bool payers_read_shares(const char *text, struct arena *arena, Quoin__V1__Work *into)
{
    Quoin__V1__Share *rest = NULL;
    uint64_t sum = 0;
    into->n_shares = 0;
    into->shares = arena_new_array(arena, CAS_SHARES_MAX, sizeof(*into->shares));
    for (const char *at = text; at != NULL && into->shares != NULL;) {
        const char *comma = strchr(at, ',');
        const struct str one = { at, comma == NULL ? strlen(at) : (size_t)(comma - at) };
        Quoin__V1__Share *share = cas_message(arena, &quoin__v1__share__descriptor);
        if (into->n_shares == CAS_SHARES_MAX || !payers_read_share(one, share, arena) ||
            (share->parts == 0 && rest != NULL)) {
            return false;
        }
        rest = share->parts == 0 ? share : rest;
        sum += share->parts;
        into->shares[into->n_shares++] = share;
        at = comma == NULL ? NULL : comma + 1;
    }
    if (rest != NULL && sum < SHARE_WHOLE) {
        rest->parts = (uint32_t)(SHARE_WHOLE - sum);
        sum = SHARE_WHOLE;
    }
    return sum == SHARE_WHOLE;
}

static bool payers_split(struct payers_step *step, const Quoin__V1__Work *asked, struct err *err);

// A name; or shares, where the whole text is the name of no account.
static bool payers_by_text(struct payers_step *step, const char *text, struct err *err)
{
    Quoin__V1__Work split = QUOIN__V1__WORK__INIT;
    if (payers_choose(step, text, SHARE_WHOLE, err)) {
        return true;
    }
    bool is_no_account = err->code == ERR_NOT_FOUND || cas_is_person(text); // of somebody else
    if (!is_no_account || strchr(text, '=') == NULL ||
        !payers_read_shares(text, step->turn->arena, &split)) {
        return false;
    }
    step->turn->reasons = NULL;
    return payers_split(step, &split, err);
}

static bool payers_chosen(struct payers_step *step, struct err *err)
{
    const Quoin__V1__Work *asked = step->charge->asked;
    if (strcmp(step->rule->choose, "no") == 0) {
        return payers_refuse(step, payers_denied,
                             "who pays is set here; send the job without an account", err);
    }
    if (asked->n_shares == 0) {
        return payers_by_text(step, asked->account, err);
    }
    return payers_split(step, asked, err);
}

static bool payers_split(struct payers_step *step, const Quoin__V1__Work *asked, struct err *err)
{
    uint64_t sum = 0;
    if (asked->account[0] != '\0' || asked->n_shares > CAS_SHARES_MAX) {
        return err_set(err, ERR_INVALID, "a job is charged to one account or to 2 to %d shares",
                       CAS_SHARES_MAX);
    }
    if (asked->n_shares > 1 && strcmp(step->rule->split, "no") == 0) {
        return payers_refuse(step, payers_denied,
                             "this may not be split among accounts; choose one", err);
    }
    for (size_t i = 0; i < asked->n_shares; i++) {
        sum += asked->shares[i]->parts;
        if (!payers_choose(step, asked->shares[i]->account, asked->shares[i]->parts, err)) {
            return false;
        }
    }
    return sum == SHARE_WHOLE ||
           err_set(err, ERR_INVALID, "the parts of a job sum to 100 per cent");
}

// ---- what the rules say ------------------------------------------------------------------------

static bool payers_is_open(const struct accounts_payer *payer, int64_t now)
{
    return !payer->is_locked && !payer->is_removed && payer->valid_from <= now &&
           (payer->valid_until == 0 || now < payer->valid_until);
}

// By rule: who may choose it does not matter, but it must be there and open.
static bool payers_named(struct payers_step *step, const char *name, struct accounts_payer *payer,
                         bool *is_open, struct err *err)
{
    enum accounts_kind kind;
    const char *colon = strchr(name, ':');
    bool found;
    if (colon == NULL || !accounts_kind_read((struct str){ name, (size_t)(colon - name) }, &kind)) {
        return err_set(err, ERR_INTERNAL, "%.160s is no account of a rule", name);
    }
    if (!accounts_payer_known(step->cas->accounts, kind, str_of(colon + 1), step->turn->arena,
                              payer, &found, err)) {
        return false;
    }
    *is_open = found && payers_is_open(payer, step->turn->now);
    return true;
}

static bool payers_by_rule(struct payers_step *step, const char *who, uint32_t parts, bool *done,
                           struct err *err)
{
    struct arena *arena = step->turn->arena;
    struct str department = step->charge->work.department;
    struct accounts_payer payer;
    bool is_open = false;
    *done = true;
    if (strcmp(who, "person") == 0) {
        return payers_add(step, step->charge->payer, parts, err);
    }
    if (strcmp(who, "department") == 0) {
        if (department.len == 0) {
            *done = false;
            return payers_without(step, "you are in no department that could pay; choose who pays",
                                  err);
        }
        who = arena_textf(arena, "department:%.*s", (int)department.len, department.ptr);
    }
    if (!payers_named(step, who, &payer, &is_open, err)) {
        return false;
    }
    if (!is_open) {
        *done = false;
        return payers_without(
            step, arena_textf(arena, "%.160s is closed or gone; choose who pays", who), err);
    }
    return payers_add_account(step, &payer, parts, err);
}

static bool payers_default(struct payers_step *step, struct err *err)
{
    const Quoin__V1__PayerRule *rule = step->rule;
    bool done = true;
    if (strcmp(rule->choose, "must") == 0) {
        return payers_without(step, "choose the account that pays for this job", err);
    }
    if (strcmp(rule->pays, "shares") == 0) {
        for (size_t i = 0; i < rule->n_shares && done; i++) {
            if (!payers_by_rule(step, rule->shares[i]->account, rule->shares[i]->parts, &done,
                                err)) {
                return false;
            }
        }
        return true;
    }
    const char *who = strcmp(rule->pays, "account") == 0 ? rule->account
                      : rule->pays[0] == '\0'            ? "person"
                                                         : rule->pays;
    return payers_by_rule(step, who, SHARE_WHOLE, &done, err);
}

bool cas_step_shares(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                     struct err *err)
{
    struct payers_step step = { cas, turn, charge, NULL };
    charge->shares = arena_new_array(turn->arena, CAS_SHARES_MAX, sizeof(*charge->shares));
    charge->share_count = 0;
    charge->chosen_count = 0;
    if (!cas_payer_rule_find(cas, turn->arena, charge->person, charge->work.queue, &step.rule,
                             err)) {
        return false;
    }
    bool chose = charge->asked->account[0] != '\0' || charge->asked->n_shares > 0;
    return chose ? payers_chosen(&step, err) : payers_default(&step, err);
}

bool cas_shares_used(struct cas *cas, const struct cas_charge *charge, int64_t at, struct err *err)
{
    for (size_t i = 0; i < charge->chosen_count; i++) {
        if (!accounts_note_used(cas->accounts, charge->person->id, charge->chosen[i], at, err)) {
            return false;
        }
    }
    return true;
}
