// moves: a settled charge gets other bearers, by new entries: what each of those before paid goes
// back, and those after pay. Nothing is edited; each move is kept with who made it and why.

#include "accounts/accounts.h"
#include "cas/payers_int.h"

// ---- told --------------------------------------------------------------------------------------

static bool moves_shares(struct cas *cas, struct arena *arena, struct str bytes,
                         Quoin__V1__Share ***shares, size_t *count, struct err *err)
{
    struct cas_bearer bearers[CAS_LEGS_MAX];
    if (!cas_bearers_read(cas, arena, bytes, bearers, count, err)) {
        return false;
    }
    *shares = cas_bearer_shares(arena, bearers, *count);
    return true;
}

static bool moves_reply(struct cas *cas, struct arena *arena, const struct cas_move *move,
                        Quoin__V1__Move **out, struct err *err)
{
    Quoin__V1__Move *made = cas_message(arena, &quoin__v1__move__descriptor);
    made->number = (uint32_t)move->number;
    made->at = move->at;
    made->by = cas_text(arena, move->asker);
    made->why = cas_text(arena, move->why);
    made->amount = move->amount;
    made->sequence = move->sequence;
    made->reservation.len = sizeof(move->reservation.bytes);
    made->reservation.data = (uint8_t *)cas_text(
        arena, (struct str){ (const char *)move->reservation.bytes, made->reservation.len });
    *out = made;
    return moves_shares(cas, arena, move->from, &made->from, &made->n_from, err) &&
           moves_shares(cas, arena, move->to, &made->to, &made->n_to, err) &&
           moves_shares(cas, arena, move->overdrafts, &made->overdrafts, &made->n_overdrafts, err);
}

bool cas_moves_of(struct cas *cas, struct cas_turn *turn, const struct ledger_key *reservation,
                  Quoin__V1__Charge *charge, struct err *err)
{
    struct cas_move *moves = arena_new_array(turn->arena, CAS_MOVES_MOST, sizeof(*moves));
    if (!cas_store_moves(cas, reservation, turn->arena, moves, CAS_MOVES_MOST, &charge->n_moves,
                         err)) {
        return false;
    }
    charge->moves = arena_new_array(turn->arena, charge->n_moves, sizeof(*charge->moves));
    for (size_t i = 0; i < charge->n_moves; i++) {
        if (!moves_reply(cas, turn->arena, &moves[i], &charge->moves[i], err)) {
            return false;
        }
    }
    return true;
}

// ---- to whom -----------------------------------------------------------------------------------

// The ledger's name of who is to bear it, who must be there and, but by force, be open.
static bool moves_payer(struct cas *cas, struct cas_turn *turn, const char *asked, bool force,
                        const char **account, struct err *err)
{
    struct accounts_person person;
    struct accounts_payer payer;
    enum accounts_kind kind;
    const char *colon = strchr(asked, ':');
    bool closed = false;
    bool found;
    if (colon == NULL || cas_is_person(asked)) {
        if (!cas_person_account(cas, turn, colon == NULL ? asked : colon + 1, &person, account,
                                err)) {
            return false;
        }
        closed = person.is_locked || person.is_removed;
    } else {
        if (!accounts_kind_read((struct str){ asked, (size_t)(colon - asked) }, &kind)) {
            return err_set(err, ERR_INVALID,
                           "\"%.160s\" cannot pay: user:NAME, department:PATH, code:PATH, "
                           "shared:NAME",
                           asked);
        }
        if (!accounts_payer_known(cas->accounts, kind, str_of(colon + 1), turn->arena, &payer,
                                  &found, err)) {
            return false;
        }
        if (!found) {
            return err_set(err, ERR_NOT_FOUND, "there is no %s %.140s", accounts_kind_name(kind),
                           colon + 1);
        }
        struct ledger_account opened; // nobody may have paid by it before
        if (!cas_payer_open(cas, turn, &payer, &opened, err)) {
            return false;
        }
        *account = cas_text(turn->arena, payer.ledger);
        closed = payer.is_locked || payer.is_removed ||
                 (payer.valid_until != 0 && payer.valid_until <= turn->now);
    }
    return !closed || force ||
           err_set(err, ERR_DENIED, "%.160s is closed; an administrator may force it",
                   cas_account_words(turn->arena, *account));
}

static bool moves_to(struct cas *cas, struct cas_turn *turn,
                     const Quoin__V1__MoveChargeRequest *ask, Quoin__V1__Share ***shares,
                     struct err *err)
{
    uint64_t sum = 0;
    if (ask->n_to == 0 || ask->n_to > CAS_SHARES_MAX) {
        return err_set(err, ERR_INVALID, "a charge is moved to 1 to %d accounts", CAS_SHARES_MAX);
    }
    *shares = arena_new_array(turn->arena, ask->n_to, sizeof(**shares));
    for (size_t i = 0; i < ask->n_to; i++) {
        const char *account;
        Quoin__V1__Share *share = cas_message(turn->arena, &quoin__v1__share__descriptor);
        if (!moves_payer(cas, turn, ask->to[i]->account, ask->force, &account, err)) {
            return false;
        }
        share->account = cas_text(turn->arena, str_of(account));
        share->parts = ask->to[i]->parts;
        sum += share->parts;
        for (size_t k = 0; k < i; k++) {
            if (strcmp((*shares)[k]->account, account) == 0) {
                return err_set(err, ERR_INVALID, "%.160s has two shares", account);
            }
        }
        if (share->parts == 0) {
            return err_set(err, ERR_INVALID, "the share of %.160s is nothing", account);
        }
        (*shares)[i] = share;
    }
    return sum == SHARE_WHOLE ||
           err_set(err, ERR_INVALID, "the shares of a charge sum to 100 per cent");
}

// ---- moving ------------------------------------------------------------------------------------

struct moves_plan {
    struct cas_after *after;
    struct cas_legs legs; // of those who bear it from now on
    struct cas_bearer to[CAS_LEGS_MAX];
    struct cas_bearer overdrafts[CAS_LEGS_MAX]; // that must grow, by how much
    size_t overdraft_count;
    int64_t amount;
};

static int64_t moves_goes_back(const struct cas_after *after, int64_t account)
{
    int64_t sum = 0;
    for (size_t i = 0; i < after->bearer_count; i++) {
        sum += after->bearers[i].account == account ? after->bearers[i].amount : 0;
    }
    return sum;
}

static bool moves_plan_leg(struct cas *cas, struct cas_turn *turn, size_t leg,
                           struct moves_plan *plan, struct err *err)
{
    const Quoin__V1__Share *share = plan->legs.legs[leg];
    struct ledger_account account;
    bool found;
    if (!ledger_account_find(cas->ledger, str_of(share->account), &account, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no account %.160s", share->account);
    }
    plan->to[leg] = (struct cas_bearer){ .account = account.id,
                                         .name = cas_text(turn->arena, str_of(account.name)),
                                         .amount = share->amount,
                                         .parts = share->parts };
    int64_t lacks = share->amount - ledger_available(&account.state).units -
                    moves_goes_back(plan->after, account.id);
    if (lacks > 0) {
        plan->overdrafts[plan->overdraft_count] = plan->to[leg];
        plan->overdrafts[plan->overdraft_count++].amount = lacks;
    }
    return true;
}

// One who bears all of it, by either purse, and is to bear all of it.
static bool moves_is_same(const struct cas_after *after, Quoin__V1__Share *const *shares,
                          size_t count)
{
    const char *name = strchr(shares[0]->account, ':');
    for (size_t i = 0; i < after->bearer_count; i++) {
        const char *bearer = after->bearers[i].name;
        bool is_own = cas_is_person(shares[0]->account) && name != NULL &&
                      strncmp(bearer, "allotment:", 10) == 0 && strcmp(bearer + 9, name) == 0;
        if (count != 1 || (!is_own && strcmp(bearer, shares[0]->account) != 0)) {
            return false;
        }
    }
    return true;
}

static bool moves_plan(struct cas *cas, struct cas_turn *turn,
                       const Quoin__V1__MoveChargeRequest *ask, struct moves_plan *plan,
                       struct err *err)
{
    struct cas_after *after = plan->after;
    Quoin__V1__Share **shares = NULL;
    if (!cas_reason_check(ask->why, "a move", err) ||
        !cas_after_find(cas, turn, ask->reservation, after, err) ||
        !moves_to(cas, turn, ask, &shares, err)) {
        return false;
    }
    plan->amount = after->charged - after->refunded;
    if (plan->amount == 0) {
        return err_set(err, ERR_INVALID, "nothing is left of this charge that could be moved");
    }
    if (after->moves >= CAS_MOVES_MOST) {
        return err_set(err, ERR_LIMIT, "a charge is moved at most %d times", CAS_MOVES_MOST);
    }
    if (moves_is_same(after, shares, ask->n_to)) {
        return err_set(err, ERR_INVALID, "there is nothing to move: %.160s bears all of it already",
                       cas_account_words(turn->arena, shares[0]->account));
    }
    const struct cas_going_back back = { after->bearers, after->bearer_count };
    if (!cas_legs_plan(cas, turn, (struct money){ plan->amount }, shares, ask->n_to, &back,
                       &plan->legs, err)) {
        return false;
    }
    if (plan->legs.missing != NULL && !ask->force) {
        return err_set(err, ERR_LIMIT, "%s", plan->legs.missing);
    }
    for (size_t i = 0; i < plan->legs.count; i++) {
        if (!moves_plan_leg(cas, turn, i, plan, err)) {
            return false;
        }
    }
    return true;
}

static struct cas_move moves_kept(struct cas_turn *turn, const Quoin__V1__MoveChargeRequest *ask,
                                  const struct moves_plan *plan, int64_t sequence)
{
    const struct cas_after *after = plan->after;
    struct arena *arena = turn->arena;
    return (struct cas_move){
        .key = cas_key(ask->key),
        .reservation = after->reservation,
        .number = after->moves + 1,
        .at = turn->now,
        .asker = cas_asker(turn),
        .why = str_of(ask->why),
        .amount = plan->amount,
        .from = cas_bearers_pack(arena, after->bearers, after->bearer_count),
        .to = cas_bearers_pack(arena, plan->to, plan->legs.count),
        .overdrafts = cas_bearers_pack(arena, plan->overdrafts, plan->overdraft_count),
        .sequence = sequence,
    };
}

static bool moves_write(struct cas *cas, struct cas_turn *turn,
                        const Quoin__V1__MoveChargeRequest *ask, const struct moves_plan *plan,
                        int64_t *sequence, struct err *err)
{
    const struct cas_after *after = plan->after;
    struct cas_entries entries = { .cas = cas,
                                   .turn = turn,
                                   .like = { .key = cas_key(ask->key),
                                             .why = str_of(ask->why),
                                             .asker = cas_asker(turn),
                                             .detail = cas_receipt(turn, "MoveCharge", &ask->base),
                                             .at = turn->now } };
    if (!cas_entries_begin(&entries, after, err)) {
        return false;
    }
    for (size_t i = 0; i < after->bearer_count; i++) {
        if (!cas_entries_add(&entries, "income:print", after->bearers[i].name,
                             after->bearers[i].amount, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < plan->overdraft_count; i++) {
        struct ledger_account account;
        if (!ledger_account_get(cas->ledger, plan->overdrafts[i].account, &account, err) ||
            !cas_entries_limit(&entries, account.name,
                               account.state.overdraft.units + plan->overdrafts[i].amount, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < plan->legs.count; i++) {
        if (!cas_entries_add(&entries, plan->to[i].name, "income:print", plan->to[i].amount, err)) {
            return false;
        }
    }
    *sequence = entries.first;
    return true;
}

// What is kept says the same request: not for the first time.
static bool moves_repeat(struct cas *cas, struct cas_turn *turn,
                         const Quoin__V1__MoveChargeRequest *ask, struct cas_move *move,
                         bool *found, struct err *err)
{
    struct ledger_entry entry;
    Quoin__V1__Receipt *first;
    struct ledger_key key = cas_key(ask->key);
    if (!cas_repeat(cas, turn, "MoveCharge", &ask->base, ask->key, &entry, &first, found, err)) {
        return false;
    }
    return !*found || cas_store_move(cas, &key, turn->arena, move, found, err);
}

CAS_CORE(cas_charge_move)
{
    const Quoin__V1__MoveChargeRequest *asked = (const Quoin__V1__MoveChargeRequest *)ask;
    struct moves_plan *plan = arena_new(turn->arena, sizeof(*plan));
    struct cas_move move;
    Quoin__V1__Move *made;
    bool found = false;
    int64_t sequence = 0;
    plan->after = arena_new(turn->arena, sizeof(*plan->after));
    if (!asked->dry_run && !moves_repeat(cas, turn, asked, &move, &found, err)) {
        return false;
    }
    if (!found) {
        if (!moves_plan(cas, turn, asked, plan, err) ||
            (!asked->dry_run && !moves_write(cas, turn, asked, plan, &sequence, err))) {
            return false;
        }
        move = moves_kept(turn, asked, plan, sequence);
    }
    if (!found && !asked->dry_run) {
        struct cas_after *after = plan->after;
        after->moves++;
        memcpy(after->bearers, plan->to, sizeof(after->bearers));
        after->bearer_count = plan->legs.count;
        if (!cas_store_move_add(cas, &move, err) || !cas_after_keep(cas, turn, after, err)) {
            return false;
        }
    }
    if (!moves_reply(cas, turn->arena, &move, &made, err)) {
        return false;
    }
    *reply = &made->base;
    return true;
}
