// refunds: money back for a charge: asked for with a reason, approved or denied, or given at once
// where the device's own evidence shows that it is due. Entries reverse the charge in proportion on
// all who bear it, and never more than was charged in all.

#include "cas/payers_int.h"

#include "base/enc.h"
#include "base/num.h"

enum { REFUNDS_LIST = 100, REFUNDS_LIST_MOST = 500, REFUNDS_OF_ONE = 200 };
#define REFUNDS_MINUTE_MS ((int64_t)60 * 1000)

// ---- told --------------------------------------------------------------------------------------

static const char *refunds_status(enum cas_refund_status status)
{
    switch (status) {
    case CAS_REFUND_ASKED: return "asked";
    case CAS_REFUND_APPROVED: return "approved";
    case CAS_REFUND_DENIED: return "denied";
    }
    return "";
}

static bool refunds_status_read(const char *text, int64_t *status, struct err *err)
{
    *status = 0;
    for (int i = CAS_REFUND_ASKED; i <= CAS_REFUND_DENIED; i++) {
        if (strcmp(text, refunds_status((enum cas_refund_status)i)) == 0) {
            *status = i;
        }
    }
    return *status != 0 || text[0] == '\0' ||
           err_set(err, ERR_INVALID, "\"%.40s\" is no status: asked, approved, denied", text);
}

static bool refunds_reply(struct cas *cas, struct arena *arena, const struct cas_refund *refund,
                          Quoin__V1__Refund **out, struct err *err)
{
    struct cas_bearer to[CAS_LEGS_MAX];
    size_t count = 0;
    if (!cas_bearers_read(cas, arena, refund->to, to, &count, err)) {
        return false;
    }
    Quoin__V1__Refund *made = cas_message(arena, &quoin__v1__refund__descriptor);
    made->id = refund->id;
    made->reservation.len = sizeof(refund->reservation.bytes);
    made->reservation.data = (uint8_t *)cas_text(
        arena, (struct str){ (const char *)refund->reservation.bytes, made->reservation.len });
    made->job = cas_text(arena, refund->job);
    made->user = cas_text(arena, refund->user);
    made->status = cas_text(arena, str_of(refunds_status(refund->status)));
    made->reason = cas_text(arena, refund->reason);
    made->asked = refund->asked;
    made->pages = refund->pages;
    made->asked_at = refund->asked_at;
    made->asked_by = cas_text(arena, refund->asked_by);
    made->amount = refund->amount;
    made->decided_at = refund->decided_at;
    made->decided_by = cas_text(arena, refund->decided_by);
    made->why = cas_text(arena, refund->why);
    made->reference = cas_text(arena, refund->reference);
    made->to = cas_bearer_shares(arena, to, count);
    made->n_to = count;
    made->sequence = refund->sequence;
    *out = made;
    return true;
}

static bool refunds_told(struct cas *cas, struct cas_turn *turn, const struct cas_refund *refund,
                         const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__Refund *made;
    if (!refunds_reply(cas, turn->arena, refund, &made, err)) {
        return false;
    }
    *reply = &made->base;
    return true;
}

bool cas_refunds_of(struct cas *cas, struct cas_turn *turn, const struct ledger_key *reservation,
                    Quoin__V1__Charge *charge, struct err *err)
{
    const struct cas_refund_list list = { .reservation = reservation };
    struct cas_refund *refunds = arena_new_array(turn->arena, REFUNDS_OF_ONE, sizeof(*refunds));
    if (!cas_store_refunds(cas, &list, turn->arena, refunds, REFUNDS_OF_ONE, &charge->n_refunds,
                           err)) {
        return false;
    }
    charge->refunds = arena_new_array(turn->arena, charge->n_refunds, sizeof(*charge->refunds));
    for (size_t i = 0; i < charge->n_refunds; i++) {
        if (!refunds_reply(cas, turn->arena, &refunds[i], &charge->refunds[i], err)) {
            return false;
        }
    }
    return true;
}

// Whom a name means now; one that nobody ever had is itself.
static bool refunds_person(struct cas *cas, struct cas_turn *turn, const char *said,
                           struct str *name, struct err *err)
{
    char folded[CAS_NAME_MAX + 1];
    struct accounts_person person;
    bool found;
    *name = STR("");
    if (said[0] == '\0') {
        return true;
    }
    if (!cas_name_fold(str_of(said), folded, err) ||
        !accounts_person_find(cas->accounts, str_of(folded), turn->arena, &person, &found, err)) {
        return false;
    }
    *name = found ? person.name : str_of(cas_text(turn->arena, str_of(folded)));
    return true;
}

CAS_CORE(cas_refund_list)
{
    const Quoin__V1__ListRefundsRequest *asked = (const Quoin__V1__ListRefundsRequest *)ask;
    size_t most = asked->limit == 0                  ? REFUNDS_LIST
                  : asked->limit > REFUNDS_LIST_MOST ? REFUNDS_LIST_MOST
                                                     : asked->limit;
    struct cas_refund_list list = { .after = asked->after };
    struct cas_refund *refunds = arena_new_array(turn->arena, most + 1, sizeof(*refunds));
    size_t count;
    if (!refunds_status_read(asked->status, &list.status, err) ||
        !refunds_person(cas, turn, asked->user, &list.user, err)) {
        return false;
    }
    if (!cas_store_refunds(cas, &list, turn->arena, refunds, most + 1, &count, err)) {
        return false;
    }
    Quoin__V1__ListRefundsReply *made =
        cas_message(turn->arena, &quoin__v1__list_refunds_reply__descriptor);
    made->more = count > most;
    made->n_refunds = made->more ? most : count;
    made->refunds = arena_new_array(turn->arena, made->n_refunds, sizeof(*made->refunds));
    for (size_t i = 0; i < made->n_refunds; i++) {
        if (!refunds_reply(cas, turn->arena, &refunds[i], &made->refunds[i], err)) {
            return false;
        }
    }
    *reply = &made->base;
    return true;
}

// ---- giving back -------------------------------------------------------------------------------

// A part of what is left, rounded as charges are, and never above it; all that is left is as it is.
static int64_t refunds_rounded(const struct price_money *money, const struct cas_after *after,
                               int64_t amount)
{
    struct money rounded;
    int64_t left = after->charged - after->refunded;
    if (amount >= left || !price_round(money, (struct money){ amount }, &rounded)) {
        return amount;
    }
    return rounded.units < left ? rounded.units : left;
}

// Is an amount that was asked for what a refund was rounded from? Any is where none was told.
static bool refunds_is_of(const struct price_money *money, int64_t asked, int64_t amount)
{
    return asked == 0 ||
           (asked - amount < money->precision.units && amount - asked < money->precision.units);
}

// Takes an amount off all who bear the charge, in proportion; what each gets is in `to`.
static bool refunds_apart(const struct price_money *money, struct cas_after *after, int64_t amount,
                          struct cas_bearer *to, size_t *to_count, struct err *err)
{
    struct share shares[CAS_LEGS_MAX];
    char left[MONEY_TEXT_MAX];
    for (size_t i = 0; i < after->bearer_count; i++) {
        shares[i] =
            (struct share){ .weight = after->bearers[i].amount, .most = after->bearers[i].amount };
    }
    if (amount <= 0 || amount > after->charged - after->refunded ||
        !share_out_by((struct money){ amount }, money->precision.units, shares,
                      after->bearer_count)) {
        return err_why(err, ERR_LIMIT, "refund-too-much",
                       "%s is left of this charge; no more can be given back",
                       money_shown((struct money){ after->charged - after->refunded }, left));
    }
    *to_count = 0;
    size_t kept = 0;
    for (size_t i = 0; i < after->bearer_count; i++) {
        struct cas_bearer bearer = after->bearers[i];
        if (shares[i].amount.units > 0) {
            to[*to_count] = bearer;
            to[(*to_count)++].amount = shares[i].amount.units;
        }
        bearer.amount -= shares[i].amount.units;
        if (bearer.amount > 0) {
            after->bearers[kept++] = bearer;
        }
    }
    after->bearer_count = kept;
    after->refunded += amount;
    return true;
}

// Writes the entries, what the charge has become and what was decided.
static bool refunds_give(struct cas *cas, struct cas_turn *turn, struct cas_after *after,
                         struct cas_refund *refund, struct str detail, struct err *err)
{
    struct cas_bearer to[CAS_LEGS_MAX];
    struct price_money money;
    size_t count = 0;
    bool ok;
    if (!cas_money_now(cas, &money, err) ||
        !refunds_apart(&money, after, refund->amount, to, &count, err)) {
        return false;
    }
    const char *why =
        arena_textf(turn->arena, "refund %lld: %.*s%s%.*s", (long long)refund->id,
                    (int)(refund->reason.len < 200 ? refund->reason.len : 200), refund->reason.ptr,
                    refund->why.len > 0 ? "; " : "",
                    (int)(refund->why.len < 150 ? refund->why.len : 150), refund->why.ptr);
    char *shown = cas_text(turn->arena, str_of(why));
    enc_make_plain(shown, strlen(shown)); // what was cut may end within a character
    struct cas_entries entries = {
        .cas = cas,
        .turn = turn,
        .like = { .key = refund->decision,
                  .why = cas_why(turn->arena, shown, cas_text(turn->arena, refund->reference)),
                  .asker = cas_asker(turn),
                  .detail = detail,
                  .at = turn->now }
    };
    if (!cas_entries_begin(&entries, after, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!cas_entries_add(&entries, "income:print", to[i].name, to[i].amount, err)) {
            return false;
        }
    }
    refund->to = cas_bearers_pack(turn->arena, to, count);
    refund->sequence = entries.first;
    const struct cas_refunded refunded = {
        .reservation = after->reservation,
        .amount = refund->amount,
        .charged = after->charged,
        .pages = refund->amount == refund->asked ? refund->pages : 0,
        .charged_pages = after->pages,
        .is_rest = after->refunded == after->charged,
    };
    if (!cas_limits_refund(cas, &refunded, turn->now, err)) {
        return false;
    }
    if (!cas_after_keep(cas, turn, after, err) || !cas_store_refund_decide(cas, refund, &ok, err)) {
        return false;
    }
    return ok || err_why(err, ERR_CONFLICT, "refund-decided", "refund %lld was decided meanwhile",
                         (long long)refund->id);
}

// ---- asking ------------------------------------------------------------------------------------

// Rounded; ERR_LIMIT: above what is left; ERR_INVALID: too little to be any.
static bool refunds_fit(const struct price_money *money, const struct cas_after *after,
                        int64_t *amount, struct err *err)
{
    char shown[MONEY_TEXT_MAX];
    int64_t left = after->charged - after->refunded;
    if (*amount <= 0 || *amount > left) {
        return err_why(err, ERR_LIMIT, "refund-too-much",
                       "%s is left of this charge; no more can be given back",
                       money_shown((struct money){ left }, shown));
    }
    *amount = refunds_rounded(money, after, *amount);
    return *amount > 0 ||
           err_set(err, ERR_INVALID,
                   "the refund is nothing when it is rounded to the site's precision, %s",
                   money_shown(money->precision, shown));
}

static bool refunds_amount(const struct price_money *money, const Quoin__V1__AskRefundRequest *ask,
                           const struct cas_after *after, int64_t *amount, struct err *err)
{
    uint64_t part = 0;
    uint64_t rest;
    *amount = ask->amount;
    if (ask->amount == 0 && ask->pages > 0) {
        if (ask->pages > after->pages ||
            !num_mul_div((uint64_t)after->charged, ask->pages, after->pages, &part, &rest)) {
            return err_why(err, ERR_INVALID, "refund-too-much", "%u pages were charged, not %u",
                           after->pages, ask->pages);
        }
        *amount = (int64_t)part + (rest * 2 >= after->pages ? 1 : 0);
    } else if (ask->amount == 0) {
        *amount = after->charged - after->refunded;
    }
    return refunds_fit(money, after, amount, err);
}

// One question at a time about a charge.
static bool refunds_is_open(struct cas *cas, struct cas_turn *turn, const struct cas_after *after,
                            struct err *err)
{
    Quoin__V1__Charge told = QUOIN__V1__CHARGE__INIT;
    if (!cas_refunds_of(cas, turn, &after->reservation, &told, err)) {
        return false;
    }
    for (size_t i = 0; i < told.n_refunds; i++) {
        if (strcmp(told.refunds[i]->status, "asked") == 0) {
            return err_why(err, ERR_EXISTS, "refund-asked-already",
                           "a refund was asked for before, and nobody has decided yet: %lld",
                           (long long)told.refunds[i]->id);
        }
    }
    return told.n_refunds < REFUNDS_OF_ONE ||
           err_why(err, ERR_LIMIT, "refund-too-often",
                   "of one charge at most %d refunds are asked for", REFUNDS_OF_ONE);
}

// What the device's evidence alone gives back: 0 is nothing, and a person decides.
static int64_t refunds_by_rule(const struct price_money *money,
                               const Quoin__V1__MoneySettings *settings,
                               const Quoin__V1__AskRefundRequest *ask,
                               const struct cas_after *after, const struct cas_refund *refund)
{
    uint64_t proven = 0;
    uint64_t rest;
    if (!settings->refund_by_rule || refund->asked_at - after->settled_at >
                                         (int64_t)settings->refund_minutes * REFUNDS_MINUTE_MS) {
        return 0;
    }
    if (ask->has_impressions && ask->impressions < after->pages) {
        if (!num_mul_div((uint64_t)after->charged, after->pages - ask->impressions, after->pages,
                         &proven, &rest)) {
            return 0;
        }
    } else if (ask->aborted && !ask->has_impressions) {
        proven = (uint64_t)after->charged;
    }
    // What was given back before counts against it.
    int64_t due = (int64_t)proven - after->refunded;
    int64_t amount = due < refund->asked ? due : refund->asked;
    amount = amount > 0 ? refunds_rounded(money, after, amount) : 0;
    return amount > 0 && amount <= settings->refund_most ? amount : 0;
}

static bool refunds_decide_by_rule(struct cas *cas, struct cas_turn *turn,
                                   const Quoin__V1__AskRefundRequest *ask, struct cas_after *after,
                                   struct cas_refund *refund, struct err *err)
{
    Quoin__V1__MoneySettings *settings;
    struct price_money money;
    if (!cas_settings_money(cas, turn->arena, &settings, err) || !cas_money_now(cas, &money, err)) {
        return false;
    }
    refund->amount = refunds_by_rule(&money, settings, ask, after, refund);
    if (refund->amount == 0) {
        return true;
    }
    struct ledger_key key = cas_key(ask->key);
    refund->status = CAS_REFUND_APPROVED;
    refund->decided_at = turn->now;
    refund->decided_by = STR("rule");
    refund->decision = cas_leg_key(&key, UINT32_MAX);
    refund->why = ask->has_impressions
                      ? str_of(arena_textf(turn->arena,
                                           "the device reported %u of %u pages that were charged",
                                           ask->impressions, after->pages))
                      : STR("the device aborted the job");
    return refunds_give(cas, turn, after, refund, cas_receipt(turn, "AskRefund", &ask->base), err);
}

// The same asking again. The reason, amount and evidence are those of the first.
static bool refunds_asked_before(struct cas *cas, struct cas_turn *turn,
                                 const struct price_money *money,
                                 const Quoin__V1__AskRefundRequest *ask, struct cas_refund *refund,
                                 bool *found, struct err *err)
{
    struct ledger_key key = cas_key(ask->key);
    struct ledger_key reservation = { { 0 } };
    if (!cas_store_refund_by(cas, CAS_PAYERS_REFUND_BY_KEY, &key, turn->arena, refund, found,
                             err)) {
        return false;
    }
    if (*found && ask->reservation.len == sizeof(reservation.bytes)) {
        reservation = cas_key(ask->reservation);
    }
    bool same =
        !*found ||
        (memcmp(reservation.bytes, refund->reservation.bytes, sizeof(reservation.bytes)) == 0 &&
         str_eq(refund->reason, str_of(ask->reason)) && refund->pages == ask->pages &&
         refunds_is_of(money, ask->amount, refund->asked));
    return same || err_set(err, ERR_CONFLICT,
                           "the key was used before, for another refund (%lld); a new request "
                           "needs a new key",
                           (long long)refund->id);
}

CAS_CORE(cas_refund_ask)
{
    const Quoin__V1__AskRefundRequest *asked = (const Quoin__V1__AskRefundRequest *)ask;
    struct cas_after *after = arena_new(turn->arena, sizeof(*after));
    struct cas_refund refund;
    bool found;
    int64_t amount = 0;
    struct price_money money;
    if (!cas_money_now(cas, &money, err) ||
        !refunds_asked_before(cas, turn, &money, asked, &refund, &found, err)) {
        return false;
    }
    if (found) {
        return refunds_told(cas, turn, &refund, reply, err);
    }
    if (asked->amount < 0 || (asked->amount > 0 && asked->pages > 0)) {
        return err_set(err, ERR_INVALID, "a refund is of an amount, of pages, or of all");
    }
    if (!money_check((struct money){ asked->amount }, err)) {
        return false;
    }
    if (!cas_reason_check(asked->reason, "a refund", err) ||
        !cas_after_find(cas, turn, asked->reservation, after, err) ||
        !refunds_amount(&money, asked, after, &amount, err) ||
        !refunds_is_open(cas, turn, after, err)) {
        return false;
    }
    struct str user;
    if (!refunds_person(cas, turn, after->user, &user, err)) {
        return false;
    }
    refund = (struct cas_refund){ .key = cas_key(asked->key),
                                  .reservation = after->reservation,
                                  .job = str_of(after->job),
                                  .user = user,
                                  .reason = str_of(asked->reason),
                                  .asked = amount,
                                  .pages = asked->pages,
                                  .asked_at = turn->now,
                                  .asked_by = cas_asker(turn),
                                  .status = CAS_REFUND_ASKED,
                                  .to = STR("") };
    return cas_store_refund_add(cas, &refund, err) &&
           refunds_decide_by_rule(cas, turn, asked, after, &refund, err) &&
           refunds_told(cas, turn, &refund, reply, err);
}

// ---- deciding ----------------------------------------------------------------------------------

static bool refunds_decided_before(struct cas *cas, struct cas_turn *turn,
                                   const struct price_money *money,
                                   const Quoin__V1__DecideRefundRequest *ask,
                                   struct cas_refund *refund, bool *found, struct err *err)
{
    struct ledger_key key = cas_key(ask->key);
    if (!cas_store_refund_by(cas, CAS_PAYERS_REFUND_BY_DECISION, &key, turn->arena, refund, found,
                             err)) {
        return false;
    }
    bool same = !*found || (refund->id == ask->id &&
                            (refund->status == CAS_REFUND_APPROVED) == (ask->approve != 0) &&
                            str_eq(refund->why, str_of(ask->why)) &&
                            str_eq(refund->reference, str_of(ask->reference)) &&
                            refunds_is_of(money, ask->amount, refund->amount));
    return same || err_set(err, ERR_CONFLICT,
                           "the key was used before, to decide refund %lld; a new request needs a "
                           "new key",
                           (long long)refund->id);
}

static bool refunds_open(struct cas *cas, struct cas_turn *turn, int64_t id,
                         struct cas_refund *refund, struct err *err)
{
    bool found;
    if (!cas_store_refund(cas, id, turn->arena, refund, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no refund %lld", (long long)id);
    }
    return refund->status == CAS_REFUND_ASKED ||
           err_why(err, ERR_CONFLICT, "refund-decided", "refund %lld was %s by %.*s", (long long)id,
                   refunds_status(refund->status), (int)refund->decided_by.len,
                   refund->decided_by.ptr);
}

CAS_CORE(cas_refund_decide)
{
    const Quoin__V1__DecideRefundRequest *decide = (const Quoin__V1__DecideRefundRequest *)ask;
    struct cas_after *after = arena_new(turn->arena, sizeof(*after));
    struct cas_refund refund;
    struct price_money money;
    bool found;
    if (!cas_money_now(cas, &money, err) ||
        !refunds_decided_before(cas, turn, &money, decide, &refund, &found, err)) {
        return false;
    }
    if (found) {
        return refunds_told(cas, turn, &refund, reply, err);
    }
    if (decide->amount < 0 || (!decide->approve && decide->amount != 0)) {
        return err_set(err, ERR_INVALID, "an amount is above 0, and of an approval only");
    }
    if (!money_check((struct money){ decide->amount }, err)) {
        return false;
    }
    if (((!decide->approve || decide->why[0] != '\0') &&
         !cas_reason_check(decide->why, "denying a refund", err)) ||
        (decide->reference[0] != '\0' &&
         !cas_reason_check(decide->reference, "a reference", err)) ||
        !refunds_open(cas, turn, decide->id, &refund, err)) {
        return false;
    }
    refund.status = decide->approve ? CAS_REFUND_APPROVED : CAS_REFUND_DENIED;
    refund.decided_at = turn->now;
    refund.decided_by = cas_asker(turn);
    refund.decision = cas_key(decide->key);
    refund.why = str_of(decide->why);
    refund.reference = str_of(decide->reference);
    ProtobufCBinaryData reservation = { sizeof(refund.reservation.bytes),
                                        refund.reservation.bytes };
    bool ok = true;
    if (decide->approve) {
        refund.amount = decide->amount == 0 ? refund.asked : decide->amount;
        if (!cas_after_find(cas, turn, reservation, after, err) ||
            !refunds_fit(&money, after, &refund.amount, err) ||
            !refunds_give(cas, turn, after, &refund, cas_receipt(turn, "DecideRefund", ask), err)) {
            return false;
        }
    } else if (!cas_store_refund_decide(cas, &refund, &ok, err)) {
        return false;
    }
    return ok ? refunds_told(cas, turn, &refund, reply, err)
              : err_why(err, ERR_CONFLICT, "refund-decided", "refund %lld was decided meanwhile",
                        (long long)refund.id);
}
