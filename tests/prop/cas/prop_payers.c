// Purses, splits, moves and refunds against a model in memory: random histories of grants,
// payments, limits, reservations of several accounts, settlements, voids, lapses, moves and
// refunds, some with a call of the database failing. After every step each balance is the model's,
// all sum to 0, and nobody is below their limit. A history that fails is made short and printed.
//
// Usage: prop_payers [SEED [STEPS]]
#include "unit/cas/payers.h"

enum { PEOPLE = 3, OTHERS = 2, ACCOUNTS = 2 * PEOPLE + OTHERS, CHARGES = 2000, STEPS_MAX = 5000 };
enum { OP_PAY, OP_GRANT, OP_LIMIT, OP_RESERVE, OP_SETTLE, OP_VOID, OP_LAPSE, OP_MOVE, OP_REFUND };

// Each person's paid purse and allotment, then a department and a code.
static const char *const names[ACCOUNTS] = { "user:a", "allotment:a", "user:b",       "allotment:b",
                                             "user:c", "allotment:c", "department:d", "code:e" };

struct op {
    int what;
    int number; // its key
    uint64_t random[6];
    bool is_out; // left out when it is made short
};

struct bearer {
    int account;
    int64_t amount;
};

struct charge {
    int key;
    enum { IS_OPEN, IS_SETTLED, IS_CLOSED } state;
    int64_t lapses_at;
    int64_t left; // of what was charged
    struct bearer legs[8];
    int leg_count;
    uint32_t pages;
};

struct model {
    int64_t balance[ACCOUNTS];
    int64_t reserved[ACCOUNTS];
    int64_t limit[ACCOUNTS];
    struct charge charges[CHARGES];
    int charge_count;
};

static struct model model;
static const char *wrong; // NULL: nothing
static int faults;

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void must(bool holds, const char *what)
{
    wrong = wrong == NULL && !holds ? what : wrong;
}

static int64_t available(int account)
{
    return model.balance[account] - model.reserved[account] + model.limit[account];
}

static ProtobufCBinaryData key_number(char kind, int number)
{
    ProtobufCBinaryData key = key_of((uint8_t)kind);
    memcpy(key.data + 2, &number, sizeof(number));
    return key;
}

// Asks; now and then a call of the database fails first, which must leave no trace.
static const void *ask_hard(const struct op *op, const ProtobufCMessage *request)
{
    if (op->random[5] % 4 == 0) {
        db_fault_at(cas_db(cas), (int64_t)(op->random[5] / 4 % 40) + 1, op->random[5] % 8 == 0);
        const void *reply = ask(request);
        bool is_due = db_fault_is_due(cas_db(cas));
        db_fault_at(cas_db(cas), 0, false);
        if (reply != NULL || is_due) {
            return reply;
        }
        faults++;
    }
    return ask(request);
}

// The largest remainders, the plain way.
static void split(int64_t total, const uint32_t *parts, int count, int64_t *amounts)
{
    int64_t rests[4];
    int64_t left = total;
    for (int i = 0; i < count; i++) {
        amounts[i] = total * parts[i] / 1000000;
        rests[i] = total * parts[i] % 1000000;
        left -= amounts[i];
    }
    while (left > 0) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = rests[i] > rests[best] ? i : best;
        }
        amounts[best]++;
        rests[best] = -1;
        left--;
    }
}

struct shares {
    int who[4]; // 0..2: people, 3: the department, 4: the code
    uint32_t parts[4];
    int count;
};

static int account_of(int who)
{
    return who < PEOPLE ? 2 * who : PEOPLE + who;
}

static struct shares shares_of(uint64_t random)
{
    struct shares shares = { .count = 1 + (int)(random % 3) };
    uint32_t left = 1000000;
    for (int i = 0; i < shares.count; i++) {
        shares.who[i] = (int)((random / 16 + (uint64_t)i) % (PEOPLE + OTHERS));
        uint32_t some = 1 + (uint32_t)(random >> (8 + 9 * i)) % (left > 9 ? left - 8 : 1);
        shares.parts[i] = i == shares.count - 1 ? left : some;
        left -= shares.parts[i];
    }
    return shares;
}

static Quoin__V1__Share **told(const struct shares *shares)
{
    test_work.n_shares = 0;
    for (int i = 0; i < shares->count; i++) {
        share_add(names[account_of(shares->who[i])], shares->parts[i]);
    }
    return test_shares;
}

// The legs that shares of a total make, if all can pay.
static bool legs_of(const struct shares *shares, int64_t total, bool force, struct bearer *legs,
                    int *count)
{
    int64_t amounts[4];
    bool all = true;
    *count = 0;
    split(total, shares->parts, shares->count, amounts);
    for (int i = 0; i < shares->count; i++) {
        int account = account_of(shares->who[i]);
        int64_t first = 0;
        if (shares->who[i] < PEOPLE && available(account + 1) > 0) {
            int64_t granted = available(account + 1);
            first = granted < amounts[i] ? granted : amounts[i];
        }
        if (first > 0) {
            legs[(*count)++] = (struct bearer){ account + 1, first };
        }
        if (amounts[i] > first) {
            legs[(*count)++] = (struct bearer){ account, amounts[i] - first };
            all = all && (force || available(account) >= amounts[i] - first);
        }
    }
    return all;
}

static bool same_legs(const struct bearer *legs, int count, Quoin__V1__Share **shares,
                      size_t told_count)
{
    size_t at = 0;
    for (int i = 0; i < count; i++) {
        while (at < told_count && shares[at]->amount == 0) {
            at++;
        }
        if (at == told_count || strcmp(shares[at]->account, names[legs[i].account]) != 0 ||
            shares[at]->amount != legs[i].amount) {
            return false;
        }
        at++;
    }
    while (at < told_count && shares[at]->amount == 0) {
        at++;
    }
    return at == told_count;
}

static void do_pay(const struct op *op)
{
    Quoin__V1__CashRequest request = QUOIN__V1__CASH_REQUEST__INIT;
    int person = (int)(op->random[0] % PEOPLE);
    int account = 2 * person;
    int64_t amount = (int64_t)(op->random[1] % 90000) - 30000;
    amount = op->random[2] % 40 == 0   ? LEDGER_MOST
             : op->random[2] % 40 == 1 ? -LEDGER_MOST
                                       : amount;
    request.key = key_number('p', op->number);
    request.name = text_of(names[account] + 5);
    request.amount = amount;
    bool ok = ask_hard(op, &request.base) != NULL;
    int64_t own = model.balance[account] - model.reserved[account];
    int64_t most = 2 * LEDGER_MOST;
    int64_t cash = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
        cash += model.balance[i] / 4; // far from the edge it does not matter
    }
    bool should = amount > 0   ? model.balance[account] + amount <= most
                  : amount < 0 ? own >= -amount
                               : false;
    // The cash account reaches the edge of what a balance may be before many people do.
    must(ok == should || (!ok && should && cash > LEDGER_MOST / 8), "a payment");
    model.balance[account] += ok ? amount : 0;
}

static void do_grant(const struct op *op)
{
    static const char *const modes[] = { "add", "set-to", "up-to" };
    int account = 2 * (int)(op->random[0] % PEOPLE) + 1;
    int64_t amount = (int64_t)(op->random[1] % 40000);
    int64_t cap = (int64_t)(op->random[2] % 60000);
    int mode = (int)(op->random[3] % 3);
    Quoin__V1__GrantRequest request = QUOIN__V1__GRANT_REQUEST__INIT;
    request.key = key_number('g', op->number);
    request.name = text_of(names[account] + 10);
    request.mode = text_of(modes[mode]);
    request.amount = amount;
    request.cap = cap;
    const Quoin__V1__Purses *purses = ask_hard(op, &request.base);
    int64_t has = model.balance[account];
    int64_t change = amount;
    if (mode == 1) {
        change = amount - has;
        change = -change > available(account) ? -available(account) : change;
    } else if (mode == 2) {
        int64_t room = cap > has ? cap - has : 0;
        change = amount < room ? amount : room;
    }
    must(purses != NULL && purses->changed == change, "a grant");
    model.balance[account] += change;
    purses = ask(&request.base); // again: the same answer
    must(purses != NULL && purses->changed == change, "a grant asked again");
}

static void do_limit(const struct op *op)
{
    Quoin__V1__SetLimitRequest request = QUOIN__V1__SET_LIMIT_REQUEST__INIT;
    int account = 2 * (int)(op->random[0] % PEOPLE);
    int64_t below = model.reserved[account] - model.balance[account];
    int64_t limit = (int64_t)(op->random[1] % 30000) + (below > 0 ? below : 0);
    request.key = key_number('l', op->number);
    request.name = text_of(names[account] + 5);
    request.overdraft = limit;
    must(ask_hard(op, &request.base) != NULL, "a limit");
    model.limit[account] = limit;
}

static void do_reserve(const struct op *op)
{
    struct shares shares = shares_of(op->random[0]);
    uint32_t pages = (uint32_t)(op->random[1] % 12);
    int person = (int)(op->random[2] % PEOPLE);
    for (int i = 0; i < shares.count; i++) { // nobody pays with another one's purse
        shares.who[i] = shares.who[i] < PEOPLE ? person : shares.who[i];
        for (int k = 0; k < i; k++) {
            if (shares.who[k] == shares.who[i]) {
                return;
            }
        }
    }
    work_of(names[2 * person] + 5, pages);
    (void)told(&shares);
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    request.key = key_number('r', op->number);
    request.job = text_of("j");
    request.work = &test_work;
    request.lapses_at = now + 1 + (int64_t)(op->random[3] % 40000);
    const Quoin__V1__Reservation *set = ask_hard(op, &request.base);
    struct charge *charge = &model.charges[model.charge_count];
    *charge = (struct charge){ .key = op->number, .lapses_at = request.lapses_at, .pages = pages };
    bool should = legs_of(&shares, (int64_t)pages * 5000, false, charge->legs, &charge->leg_count);
    must((set != NULL) == should, "a reservation");
    if (set == NULL || model.charge_count == CHARGES - 1) {
        return;
    }
    must(same_legs(charge->legs, charge->leg_count, set->legs, set->n_legs), "its legs");
    for (int i = 0; i < charge->leg_count; i++) {
        model.reserved[charge->legs[i].account] += charge->legs[i].amount;
    }
    model.charge_count++;
}

static void close_it(struct charge *charge)
{
    for (int i = 0; i < charge->leg_count; i++) {
        model.reserved[charge->legs[i].account] -= charge->legs[i].amount;
    }
    charge->state = IS_CLOSED;
}

static struct charge *charge_at(const struct op *op)
{
    int back = (int)(op->random[0] % 12);
    return model.charge_count == 0
               ? NULL
               : &model.charges[back < model.charge_count ? model.charge_count - 1 - back : 0];
}

// Which legs pay how much of it is the ledger's to say; what must hold of them is checked.
static void do_settle(const struct op *op)
{
    struct charge *charge = charge_at(op);
    if (charge == NULL) {
        return;
    }
    Quoin__V1__SettleRequest request = QUOIN__V1__SETTLE_REQUEST__INIT;
    uint32_t pages = (uint32_t)(op->random[1] % (charge->pages + 1));
    request.key = key_number('s', op->number);
    request.reservation = key_number('r', charge->key);
    request.classes = classes_of(pages, 0, &request.n_classes);
    const Quoin__V1__Settlement *done = ask_hard(op, &request.base);
    must((done != NULL) == (charge->state == IS_OPEN), "a settlement");
    if (done == NULL) {
        return;
    }
    struct bearer paid[8];
    int count = 0;
    close_it(charge);
    size_t at = 0;
    for (int i = 0; i < charge->leg_count; i++, at++) {
        while (at < done->n_legs &&
               strcmp(done->legs[at]->account, names[charge->legs[i].account]) != 0) {
            at++;
        }
        if (at >= done->n_legs) {
            must(false, "a settlement's legs");
            return;
        }
        int64_t amount = done->legs[at]->amount;
        must(amount >= 0 && amount <= charge->legs[i].amount, "a leg within what was set aside");
        model.balance[charge->legs[i].account] -= amount;
        charge->left += amount;
        if (amount > 0) {
            paid[count++] = (struct bearer){ charge->legs[i].account, amount };
        }
    }
    must(charge->left == (int64_t)pages * 5000 && done->charged == charge->left, "its sum");
    memcpy(charge->legs, paid, sizeof(paid));
    charge->leg_count = count;
    charge->state = IS_SETTLED;
}

static void do_void(const struct op *op)
{
    struct charge *charge = charge_at(op);
    if (charge == NULL) {
        return;
    }
    Quoin__V1__VoidRequest request = QUOIN__V1__VOID_REQUEST__INIT;
    request.key = key_number('v', op->number);
    request.reservation = key_number('r', charge->key);
    bool ok = ask_hard(op, &request.base) != NULL;
    must(ok == (charge->state == IS_OPEN), "a void");
    if (ok) {
        close_it(charge);
    }
}

static void do_lapse(const struct op *op)
{
    now += (int64_t)(op->random[0] % 9000);
    must(db_begin(cas_db(cas), &err) && cas_lapse(cas, now, &err) && db_commit(cas_db(cas), &err),
         "a lapse");
    for (int i = 0; i < model.charge_count; i++) {
        if (model.charges[i].state == IS_OPEN && model.charges[i].lapses_at <= now) {
            close_it(&model.charges[i]);
        }
    }
}

static void do_move(const struct op *op)
{
    struct charge *charge = charge_at(op);
    struct shares shares = shares_of(op->random[1]);
    struct bearer legs[8];
    int count;
    if (charge == NULL) {
        return;
    }
    Quoin__V1__MoveChargeRequest request = QUOIN__V1__MOVE_CHARGE_REQUEST__INIT;
    request.key = key_number('m', op->number);
    request.reservation = key_number('r', charge->key);
    request.why = text_of("a move");
    request.force = op->random[2] % 4 == 0;
    request.to = told(&shares);
    request.n_to = test_work.n_shares;
    const Quoin__V1__Move *move = ask_hard(op, &request.base);
    if (move == NULL && strstr(err.text, "nothing to move") != NULL) {
        must(test_work.n_shares == 1, "nothing to move among several");
        return;
    }
    bool may = charge->state == IS_SETTLED && charge->left > 0;
    for (int i = 0; may && i < charge->leg_count; i++) {
        model.balance[charge->legs[i].account] += charge->legs[i].amount;
    }
    bool should = legs_of(&shares, charge->left, request.force, legs, &count) && may;
    must((move != NULL) == should, "a move");
    if (should && move != NULL) {
        must(same_legs(legs, count, move->to, move->n_to), "a move's legs");
        memcpy(charge->legs, legs, sizeof(legs));
        charge->leg_count = count;
    }
    for (int i = 0; may && i < charge->leg_count; i++) {
        int account = charge->legs[i].account;
        int64_t lacks = should ? charge->legs[i].amount - available(account) : 0;
        model.limit[account] += lacks > 0 ? lacks : 0; // by force
        model.balance[account] -= charge->legs[i].amount;
    }
}

static void do_refund(const struct op *op)
{
    struct charge *charge = charge_at(op);
    if (charge == NULL) {
        return;
    }
    Quoin__V1__AskRefundRequest question = QUOIN__V1__ASK_REFUND_REQUEST__INIT;
    question.key = key_number('q', op->number);
    question.reservation = key_number('r', charge->key);
    question.reason = text_of("torn");
    question.amount = 1 + (int64_t)(op->random[1] % 30000);
    const Quoin__V1__Refund *refund = ask_hard(op, &question.base);
    bool should = charge->state == IS_SETTLED && question.amount <= charge->left;
    must((refund != NULL) == should, "asking for a refund");
    if (refund == NULL) {
        return;
    }
    Quoin__V1__DecideRefundRequest decide = QUOIN__V1__DECIDE_REFUND_REQUEST__INIT;
    decide.key = key_number('d', op->number);
    decide.id = refund->id;
    decide.approve = true;
    refund = ask_hard(op, &decide.base);
    must(refund != NULL && refund->amount == question.amount, "a refund");
    int64_t sum = 0;
    int kept = 0;
    struct bearer legs[8];
    for (int i = 0; refund != NULL && i < charge->leg_count; i++) {
        struct bearer leg = charge->legs[i];
        int64_t exact = question.amount * leg.amount / charge->left;
        int64_t got = 0;
        for (size_t k = 0; k < refund->n_to; k++) {
            got +=
                strcmp(refund->to[k]->account, names[leg.account]) == 0 ? refund->to[k]->amount : 0;
        }
        must(got >= exact && got <= exact + 1 && got <= leg.amount, "a refund in proportion");
        sum += got;
        model.balance[leg.account] += got;
        leg.amount -= got;
        if (leg.amount > 0) {
            legs[kept++] = leg;
        }
    }
    must(sum == question.amount, "a refund's sum");
    memcpy(charge->legs, legs, sizeof(legs));
    charge->leg_count = kept;
    charge->left -= sum;
}

static void compare(void)
{
    static const char *const site[] = { "income:print", "cash", "grants", "adjustments",
                                        "vouchers" };
    int64_t sum = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
        struct ledger_account account = { 0 };
        bool found = false;
        bool ok = ledger_account_find(cas_ledger(cas), str_of(names[i]), &account, &found, &err);
        must(ok && account.state.balance.units == model.balance[i], names[i]);
        must(account.state.reserved.units == model.reserved[i], "what is set aside");
        must(account.state.overdraft.units == model.limit[i], "a limit that is the model's");
        must(ledger_available(&account.state).units >= 0, "nobody below their limit");
        sum += account.state.balance.units;
    }
    for (size_t i = 0; i < sizeof(site) / sizeof(site[0]); i++) {
        sum += balance_of(site[i]);
    }
    must(sum == 0, "the sum of all is 0");
}

static void one(const struct op *op)
{
    now += 10;
    switch (op->what) {
    case OP_PAY: do_pay(op); break;
    case OP_GRANT: do_grant(op); break;
    case OP_LIMIT: do_limit(op); break;
    case OP_RESERVE: do_reserve(op); break;
    case OP_SETTLE: do_settle(op); break;
    case OP_VOID: do_void(op); break;
    case OP_LAPSE: do_lapse(op); break;
    case OP_MOVE: do_move(op); break;
    default: do_refund(op); break;
    }
    compare();
    arena_free(&arena);
}

static bool begin(void)
{
    bool ok = fixture_open() && now_is_real();
    for (int i = 0; ok && i < PEOPLE; i++) {
        ok = add_person((uint8_t)(1 + i), names[2 * i] + 5, 20000) != NULL &&
             add_account(1001 + i, names[2 * i] + 5, 2001, 0) &&
             grant((uint8_t)(20 + i), names[2 * i] + 5, "add", 0, 0) != NULL;
        model.balance[2 * i] = 20000;
    }
    ok = ok && add_payer(2001, 1, "d", 0, 3, 100000, 0) && add_payer(2002, 2, "e", 0, 1, 0, 50000);
    model.balance[2 * PEOPLE] = 100000;
    model.limit[2 * PEOPLE + 1] = 50000;
    return ok;
}

// How many steps went well: count if all did.
static int run(const struct op *ops, int count, int round)
{
    (void)snprintf(fixture_dsn, sizeof(fixture_dsn), "sqlite:%s/%d.db", folder_path, round);
    (void)snprintf(fixture_witness, sizeof(fixture_witness), "%s/%d.witness", folder_path, round);
    (void)snprintf(fixture_pepper, sizeof(fixture_pepper), "%s/%d.pepper", folder_path, round);
    memset(&model, 0, sizeof(model));
    wrong = NULL;
    role = "dre";
    must(begin(), "a site");
    int done = 0;
    for (; done < count && wrong == NULL; done++) {
        if (!ops[done].is_out) {
            one(&ops[done]);
        }
        if (done % 200 == 199) {
            must(ledger_audit(cas_ledger(cas), &err), "the audit");
        }
    }
    must(ledger_audit(cas_ledger(cas), &err), "the audit at the end");
    cas_close(&cas);
    arena_free(&arena);
    return wrong == NULL ? count : done;
}

// Leaves out what is not needed to fail, and prints the rest.
static void make_short(struct op *ops, int count, unsigned long long seed)
{
    int round = 1;
    for (int i = count - 2; i >= 0 && round < 300; i--) {
        ops[i].is_out = true;
        if (run(ops, count, round++) == count) {
            ops[i].is_out = false;
        }
    }
    (void)run(ops, count, round);
    printf("# seed %llu: %s; %s\n", seed, wrong == NULL ? "?" : wrong, err.text);
    for (int i = 0; i < count; i++) {
        if (!ops[i].is_out) {
            printf("# step %d: %d (%llu %llu %llu %llu)\n", ops[i].number, ops[i].what,
                   (unsigned long long)ops[i].random[0], (unsigned long long)ops[i].random[1],
                   (unsigned long long)ops[i].random[2], (unsigned long long)ops[i].random[3]);
        }
    }
}

int main(int argc, char **argv)
{
    static const int weights[] = { OP_PAY,     OP_PAY,     OP_GRANT,   OP_GRANT,   OP_LIMIT,
                                   OP_RESERVE, OP_RESERVE, OP_RESERVE, OP_RESERVE, OP_SETTLE,
                                   OP_SETTLE,  OP_SETTLE,  OP_VOID,    OP_LAPSE,   OP_MOVE,
                                   OP_MOVE,    OP_REFUND,  OP_REFUND };
    static struct op ops[STEPS_MAX];
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)getpid() * 2654435761u + 1;
    int steps = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 500;
    uint64_t random = seed | 1;
    printf("# seed %llu\n", (unsigned long long)seed);
    steps = steps < STEPS_MAX ? steps : STEPS_MAX;
    for (int i = 0; i < steps; i++) {
        ops[i] = (struct op){ .number = i };
        ops[i].what = weights[draw(&random) % (sizeof(weights) / sizeof(weights[0]))];
        for (int k = 0; k < 6; k++) {
            ops[i].random[k] = draw(&random) >> 8;
        }
    }
    (void)folder_make();
    int done = run(ops, steps, 0);
    printf("# %d steps, %d charges, %d calls failed on purpose\n", done, model.charge_count,
           faults);
    if (done < steps) {
        make_short(ops, done, (unsigned long long)seed);
    }
    CHECK(done == steps);
    folder_end();
    return tap_done();
}
