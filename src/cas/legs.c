// legs: a charge's shares as ledger accounts: which purse of whom pays how much, reserving all of
// it or nothing, and closing what was reserved. The first leg has the charge's own key, each other
// one a key made of it.

#include "base/enc.h"
#include "base/num.h"
#include "cas/payers_int.h"
#include "model/share.h"

#define LEGS_USER "user:"
#define LEGS_ALLOTMENT "allotment:"

static const char *const legs_limit_reached[] = { "account-limit-reached", NULL };

struct ledger_key cas_leg_key(const struct ledger_key *key, size_t leg)
{
    uint8_t bytes[sizeof(key->bytes) + 4];
    uint8_t hash[CRYPTO_HASH_LEN];
    struct ledger_key made = *key;
    if (leg == 0) {
        return made;
    }
    memcpy(bytes, key->bytes, sizeof(key->bytes));
    for (int i = 0; i < 4; i++) {
        bytes[sizeof(key->bytes) + (size_t)i] = (uint8_t)(leg >> (24 - 8 * i));
    }
    crypto_hash_of((struct str){ (const char *)bytes, sizeof(bytes) }, hash);
    memcpy(made.bytes, hash, sizeof(made.bytes));
    return made;
}

bool cas_is_person(const char *account)
{
    return strncmp(account, LEGS_USER, strlen(LEGS_USER)) == 0;
}

char *cas_allotment(struct arena *arena, const char *person_account)
{
    const char *name = person_account + strlen(LEGS_USER);
    return cas_text(arena, str_of(arena_textf(arena, LEGS_ALLOTMENT "%s", name)));
}

const char *cas_account_words(struct arena *arena, const char *account)
{
    const char *colon = strchr(account, ':');
    if (colon == NULL || cas_is_person(account)) {
        return colon == NULL ? account : colon + 1;
    }
    if (strncmp(account, LEGS_ALLOTMENT, strlen(LEGS_ALLOTMENT)) == 0) {
        return arena_textf(arena, "the allotment of %s", colon + 1);
    }
    if (strncmp(account, "code:", 5) == 0) {
        return arena_textf(arena, "the billing code %s", colon + 1);
    }
    return arena_textf(arena, "the %.*s%s %s", (int)(colon - account), account,
                       strncmp(account, "shared:", 7) == 0 ? " account" : "", colon + 1);
}

// ---- purses ------------------------------------------------------------------------------------

static struct money legs_both(struct money a, struct money b)
{
    struct money sum;
    bool fits = money_sum(a, b, &sum);
    return fits && sum.units < LEDGER_MOST ? sum : (struct money){ LEDGER_MOST };
}

bool cas_purses_find(struct cas *cas, struct arena *arena, const char *account,
                     struct cas_purses *purses, struct err *err)
{
    bool found;
    *purses = (struct cas_purses){ .name = account };
    if (!ledger_account_find(cas->ledger, str_of(account), &purses->paid, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no account %.160s", account);
    }
    if (cas_is_person(account)) {
        const char *name = cas_allotment(arena, account);
        if (!ledger_account_find(cas->ledger, str_of(name), &purses->allotment,
                                 &purses->has_allotment, err)) {
            return false;
        }
    }
    purses->available = ledger_available(&purses->paid.state);
    if (purses->has_allotment) {
        struct money first = ledger_available(&purses->allotment.state);
        purses->available = legs_both(purses->available, first);
    }
    return true;
}

// ---- making legs -------------------------------------------------------------------------------

struct legs_making {
    const struct cas_going_back *back; // NULL: nothing
    struct cas_charge *charge;         // notes what is short; NULL: nobody asks
    struct cas *cas;
    struct cas_turn *turn;
    Quoin__V1__Share **legs; // room for CAS_LEGS_MAX
    size_t count;
    struct money available; // of the first share's account
    const char *missing;    // who has not enough, in words; NULL: all have
    int64_t step;           // of the site's precision
    bool is_split;
};

static void legs_add(struct legs_making *making, const char *account, uint32_t parts,
                     int64_t amount)
{
    Quoin__V1__Share *leg = cas_message(making->turn->arena, &quoin__v1__share__descriptor);
    leg->account = cas_text(making->turn->arena, str_of(account));
    leg->parts = parts;
    leg->amount = amount;
    making->legs[making->count++] = leg;
}

static void legs_lacks(struct legs_making *making, const char *account, struct money has,
                       int64_t needs)
{
    char left[MONEY_TEXT_MAX];
    char costs[MONEY_TEXT_MAX];
    struct arena *arena = making->turn->arena;
    const char *words = cas_account_words(arena, account);
    (void)money_shown(has, left);
    (void)money_shown((struct money){ needs }, costs);
    if (making->charge != NULL) {
        cas_note_short(making->turn, making->charge,
                       &(struct cas_short){ .what = "account",
                                            .unit = "money",
                                            .name = account,
                                            .need = needs,
                                            .have = has.units });
    }
    const char *text =
        making->is_split
            ? arena_textf(arena, "%.160s has %s left; its part of this is %s", words, left, costs)
            : arena_textf(arena, "%.160s has %s available; this costs %s", words, left, costs);
    making->missing = making->missing == NULL
                          ? text
                          : arena_textf(arena, "%.300s; %.200s", making->missing, text);
}

// What comes back to an account before it is charged counts as there.
static int64_t legs_available(const struct legs_making *making,
                              const struct ledger_account *account)
{
    int64_t sum = ledger_available(&account->state).units;
    const struct cas_charge *instead = making->charge == NULL ? NULL : making->charge->instead;
    for (size_t i = 0; instead != NULL && i < instead->leg_count; i++) {
        if (strcmp(instead->legs[i]->account, account->name) == 0 &&
            (!num_add(sum, instead->legs[i]->amount, &sum) || sum > LEDGER_MOST)) {
            return LEDGER_MOST;
        }
    }
    for (size_t i = 0; making->back != NULL && i < making->back->count; i++) {
        const struct cas_bearer *bearer = &making->back->bearers[i];
        if (bearer->account == account->id &&
            (!num_add(sum, bearer->amount, &sum) || sum > LEDGER_MOST)) {
            return LEDGER_MOST;
        }
    }
    return sum;
}

bool cas_money_now(struct cas *cas, struct price_money *money, struct err *err)
{
    if (!cas_tariff_load(cas, cas->tariff, err)) {
        return false;
    }
    *money = cas_tariff_money_now(cas->tariff)->money;
    return true;
}

// Of an amount what the allotment bears: whole multiples of the precision, but where the paid purse
// cannot bear what that leaves.
static int64_t legs_granted(const struct legs_making *making, int64_t first, int64_t second,
                            int64_t amount)
{
    if (first >= amount) {
        return amount;
    }
    int64_t whole = first - first % making->step;
    return second >= amount - whole ? whole : first;
}

// What a share takes from: of a person the allotment as far as it lasts, then the paid purse.
static bool legs_of_share(struct legs_making *making, const Quoin__V1__Share *share, int64_t amount,
                          struct err *err)
{
    struct cas_purses purses;
    if (!cas_purses_find(making->cas, making->turn->arena, share->account, &purses, err)) {
        return false;
    }
    int64_t first = purses.has_allotment ? legs_available(making, &purses.allotment) : 0;
    int64_t second = legs_available(making, &purses.paid);
    purses.available = legs_both((struct money){ first > 0 ? first : 0 }, (struct money){ second });
    uint32_t parts = share->parts;
    if (making->count == 0) {
        making->available = purses.available;
    }
    first = first > 0 && amount > 0 ? legs_granted(making, first, second, amount) : 0;
    if (first > 0) {
        legs_add(making, purses.allotment.name, parts, first);
        amount -= first;
        parts = 0;
    }
    if (amount > 0 || parts > 0) {
        legs_add(making, share->account, parts, amount);
    }
    if (amount > 0 && second < amount) {
        legs_lacks(making, share->account, purses.available, amount + (parts == 0 ? first : 0));
    }
    return true;
}

static bool legs_plan(struct legs_making *making, struct money total,
                      Quoin__V1__Share *const *shares, size_t count, struct cas_legs *legs,
                      struct err *err)
{
    struct share parts[CAS_SHARES_MAX];
    struct price_money money;
    if (count == 0 || count > CAS_SHARES_MAX) {
        return err_set(err, ERR_INVALID, "a charge is shared by 1 to %d accounts", CAS_SHARES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct share){ .weight = shares[i]->parts, .most = INT64_MAX };
    }
    if (!cas_money_now(making->cas, &money, err)) {
        return false;
    }
    making->step = money.precision.units;
    if (!share_out_by(total, making->step, parts, count)) {
        return err_set(err, ERR_INVALID, "the parts of a charge are above 0, and so is the charge");
    }
    making->legs = arena_new_array(making->turn->arena, CAS_LEGS_MAX, sizeof(Quoin__V1__Share *));
    for (size_t i = 0; i < count; i++) {
        if (!legs_of_share(making, shares[i], parts[i].amount.units, err)) {
            return false;
        }
    }
    *legs = (struct cas_legs){ making->legs, making->count, making->available, making->missing };
    return true;
}

bool cas_legs_plan(struct cas *cas, struct cas_turn *turn, struct money total,
                   Quoin__V1__Share *const *shares, size_t count, const struct cas_going_back *back,
                   struct cas_legs *legs, struct err *err)
{
    struct legs_making making = { .back = back, .cas = cas, .turn = turn, .is_split = count > 1 };
    return legs_plan(&making, total, shares, count, legs, err);
}

bool cas_step_legs(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                   struct err *err)
{
    struct cas_legs legs;
    struct legs_making making = {
        .charge = charge, .cas = cas, .turn = turn, .is_split = charge->share_count > 1
    };
    if (!legs_plan(&making, charge->total, charge->shares, charge->share_count, &legs, err)) {
        return false;
    }
    charge->legs = legs.legs;
    charge->leg_count = legs.count;
    charge->available = legs.available;
    charge->missing = legs.missing;
    return true;
}

// ---- reserving and closing ---------------------------------------------------------------------

const char *const *cas_shorts_kept(struct arena *arena, const struct cas_charge *charge)
{
    size_t most = sizeof(charge->shorts) / sizeof(charge->shorts[0]);
    const char **kept = arena_new_array(arena, most, sizeof(*kept));
    for (size_t i = 0; kept != NULL && i + 1 < most && charge->shorts[i] != NULL; i++) {
        kept[i] = charge->shorts[i];
    }
    return kept;
}

bool cas_step_reserve(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                      const struct ledger_ask *like, struct ledger_receipt *receipt,
                      struct err *err)
{
    if (charge->missing != NULL) {
        turn->reasons =
            charge->short_count > 0 ? cas_shorts_kept(turn->arena, charge) : legs_limit_reached;
        return err_set(err, ERR_LIMIT, "%s", charge->missing);
    }
    for (size_t i = 0; i < charge->leg_count; i++) {
        struct ledger_receipt other;
        struct ledger_ask leg = *like;
        leg.key = cas_leg_key(&like->key, i);
        leg.debit = str_of(charge->legs[i]->account);
        leg.credit = STR("income:print");
        leg.amount.units = charge->legs[i]->amount;
        leg.detail = i == 0 ? like->detail : STR("");
        if (!ledger_reserve(cas->ledger, &leg, i == 0 ? receipt : &other, err)) {
            turn->reasons = err->code == ERR_LIMIT ? legs_limit_reached : NULL;
            return false;
        }
    }
    return cas_shares_used(cas, charge, like->at, err);
}

// Two legs of one person are one share: the first of them has its parts.
static size_t legs_in_share(const struct cas_charge *charge, size_t first)
{
    size_t next = first + 1;
    while (next < charge->leg_count && charge->legs[next]->parts == 0) {
        next++;
    }
    return next - first;
}

// Takes charge->total from the legs as they were reserved: by the same parts, and of each share
// the allotment first.
static bool legs_settle(struct cas_turn *turn, int64_t step, struct cas_charge *charge,
                        struct err *err)
{
    struct share shares[CAS_LEGS_MAX];
    size_t count = 0;
    if (charge->leg_count > CAS_LEGS_MAX) {
        return err_set(err, ERR_INTERNAL, "the reservation has more legs than there may be");
    }
    struct money reserved = { 0 };
    for (size_t i = 0; i < charge->leg_count; i += legs_in_share(charge, i)) {
        struct share *share = &shares[count++];
        *share = (struct share){ .weight = charge->legs[i]->parts };
        for (size_t k = 0; k < legs_in_share(charge, i); k++) {
            share->most += charge->legs[i + k]->amount;
        }
        reserved.units += share->most;
    }
    if (count == 1) {
        shares[0].weight = SHARE_WHOLE;
    }
    if (!share_out_by(charge->total, step, shares, count)) {
        char was[MONEY_TEXT_MAX];
        char asked[MONEY_TEXT_MAX];
        return err_set(err, ERR_INVALID, "%s was set aside, %s cannot be posted of it",
                       money_shown(reserved, was), money_shown(charge->total, asked));
    }
    Quoin__V1__Share **legs = arena_new_array(turn->arena, charge->leg_count, sizeof(*legs));
    size_t at = 0;
    for (size_t share = 0; share < count; share++) {
        int64_t left = shares[share].amount.units;
        size_t end = at + legs_in_share(charge, at);
        for (; at < end; at++) {
            legs[at] = cas_message(turn->arena, &quoin__v1__share__descriptor);
            *legs[at] = *charge->legs[at];
            legs[at]->amount = left < legs[at]->amount ? left : legs[at]->amount;
            left -= legs[at]->amount;
        }
    }
    charge->legs = legs;
    return true;
}

bool cas_step_post(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                   const ProtobufCMessage *ask, const struct ledger_ask *like, bool is_void,
                   struct ledger_receipt *receipt, struct err *err)
{
    struct price_money money;
    if (!cas_money_now(cas, &money, err) ||
        !legs_settle(turn, money.precision.units, charge, err)) {
        return false;
    }
    struct str detail =
        cas_charge_receipt(turn, is_void ? "VoidReservation" : "Settle", ask, charge);
    for (size_t i = 0; i < charge->leg_count; i++) {
        struct ledger_receipt other = { 0 };
        struct ledger_ask leg = *like;
        leg.key = cas_leg_key(&like->key, i);
        leg.reservation = cas_leg_key(&like->reservation, i);
        leg.amount.units = charge->legs[i]->amount;
        leg.detail = i == 0 ? detail : STR("");
        struct ledger_receipt *told = i == 0 ? receipt : &other;
        if (!(is_void ? ledger_void(cas->ledger, &leg, told, err)
                      : ledger_post(cas->ledger, &leg, told, err))) {
            return false;
        }
    }
    return true;
}
