// cost: the step of a charge that prices it: by the book that goes first of those that fit, or, of
// a settlement, by what its reservation was priced by. Which book and which adjustments apply is
// decided once, with the reservation; a settlement goes by the pages that came out.
// no unit test: tests/unit/cas/test_charging.c and test_prices.c run it with all that it needs

#include "cas/cas_int.h"
#include "cas/policies.h"

enum { COST_TEXT_MAX = 200 };

// What one job is priced by.
struct cost {
    const struct price_book *book; // NULL: nothing is charged
    struct price_money money;
    uint64_t adjustments;
    struct money reserved;
    bool is_settlement;
};

// ---- of a reservation --------------------------------------------------------------------------

// What the site's clock shows, and what was in the past, are asked only where a condition stands.
static bool cost_conditions(struct cas *cas, const struct cas_book *book, const struct work *work,
                            int64_t now, uint64_t *set, struct err *err)
{
    struct cas_counter counter = { .cas = cas, .work = work, .now = now };
    const struct calendar_site *site;
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    struct expr_env env = expr_env_of(work, expr_local_of(calendar_clock_of(site->zone, work->at)));
    env.count = cas_counter_read;
    env.arg = &counter;
    for (size_t i = 0; i < book->book.adjustment_count; i++) {
        if (book->when[i].count > 0 && !expr_holds(&book->when[i], &env)) {
            *set &= ~((uint64_t)1 << i);
        }
    }
    if (counter.failed) {
        *err = counter.err;
    }
    return !counter.failed;
}

bool cas_cost_adjustments(struct cas *cas, const struct cas_book *book, const struct work *work,
                          int64_t now, uint64_t *adjustments, struct err *err)
{
    uint64_t set = 0;
    for (size_t i = 0; i < book->book.adjustment_count; i++) {
        if (price_is_among(work->account, &book->book.adjustments[i].accounts)) {
            set |= (uint64_t)1 << i;
        }
    }
    if (book->is_conditional && !cost_conditions(cas, book, work, now, &set, err)) {
        return false;
    }
    *adjustments = set;
    return true;
}

// The person's pages since the first of the month, of works that were charged or are under way.
static bool cost_month(struct cas *cas, const struct work *work, uint64_t *pages, struct err *err)
{
    struct cas_counter counter = { .cas = cas, .work = work, .now = work->at };
    int64_t count = cas_counter_read(&counter, EXPR_FIELD_PAGES_THIS_MONTH, 0);
    if (counter.failed) {
        *err = counter.err;
        return false;
    }
    *pages = count < 0 ? 0 : (uint64_t)count;
    return true;
}

static Quoin__V1__Pricing *pricing_of(struct arena *arena, const struct cost *cost)
{
    Quoin__V1__Pricing *made = cas_message(arena, &quoin__v1__pricing__descriptor);
    made->adjustments = arena_new_array(arena, PRICE_ADJUSTMENTS_MAX, sizeof(char *));
    for (size_t i = 0; cost->book != NULL && i < cost->book->adjustment_count; i++) {
        if ((cost->adjustments >> i & 1) != 0) {
            made->adjustments[made->n_adjustments++] =
                cas_text(arena, cost->book->adjustments[i].name);
        }
    }
    return made;
}

static bool cost_of_new(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                        struct cost *cost, struct err *err)
{
    const struct work *work = &charge->work;
    const struct cas_book *book;
    const struct cas_money *money;
    if (!cas_tariff_choose(cas, work, &book, &money, err)) {
        return false;
    }
    if (book == NULL && (work->kind == WORK_PRINT || work->kind == WORK_COPY)) {
        return err_set(err, ERR_NOT_FOUND,
                       "no price book fits this %s job; the administrator sets one with "
                       "\"quoin price set\"",
                       work_kind_name(work->kind));
    }
    cost->money = money->money;
    uint64_t month = 0;
    if (book != NULL) {
        cost->book = &book->book;
        if (!cas_cost_adjustments(cas, book, work, turn->now, &cost->adjustments, err) ||
            (book->is_monthly && !cost_month(cas, work, &month, err))) {
            return false;
        }
    }
    charge->pricing = pricing_of(turn->arena, cost);
    charge->pricing->month_pages = month;
    charge->pricing->money_change = money->change;
    if (book != NULL) {
        charge->pricing->book = cas_text(turn->arena, book->book.name);
        charge->pricing->book_change = book->change;
        charge->price_version = (uint32_t)book->change;
    }
    return true;
}

// ---- of a settlement ---------------------------------------------------------------------------

static uint64_t adjustments_named(const struct price_book *book, const Quoin__V1__Pricing *pricing)
{
    uint64_t set = 0;
    for (size_t i = 0; i < book->adjustment_count; i++) {
        for (size_t k = 0; k < pricing->n_adjustments; k++) {
            if (str_eq(book->adjustments[i].name, str_of(pricing->adjustments[k]))) {
                set |= (uint64_t)1 << i;
            }
        }
    }
    return set;
}

// A reservation of before there were price books.
static bool cost_of_list(struct cas *cas, struct cas_turn *turn, const struct cas_charge *charge,
                         struct cost *cost, struct err *err)
{
    struct price_list list;
    bool found;
    if (!cas_store_prices(cas, charge->price_version, &list, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_INTERNAL, "price list %u is gone", charge->price_version);
    }
    struct cas_book *book = arena_new(turn->arena, sizeof(*book));
    cost->money = price_money_default();
    cost->book = &book->book;
    return cas_book_read(turn->arena, STR("base"), cas_prices_book(turn->arena, &list), book, err);
}

static bool cost_of_then(struct cas *cas, struct cas_turn *turn, const struct cas_charge *charge,
                         struct cost *cost, struct err *err)
{
    const Quoin__V1__Pricing *pricing = charge->pricing;
    const struct cas_book *book;
    struct cas_money money;
    cost->is_settlement = true;
    cost->reserved = charge->total;
    if (pricing == NULL) {
        return cost_of_list(cas, turn, charge, cost, err);
    }
    if (!cas_tariff_money(cas, pricing->money_change, &money, err)) {
        return false;
    }
    cost->money = money.money;
    if (pricing->book[0] == '\0') {
        return true;
    }
    if (!cas_tariff_book(cas, str_of(pricing->book), pricing->book_change, &book, err)) {
        return false;
    }
    cost->book = &book->book;
    cost->adjustments = adjustments_named(cost->book, pricing);
    return true;
}

// ---- both --------------------------------------------------------------------------------------

static char *
text_of(struct arena *arena, const struct price_quote *quote, const struct price_line *line,
        void (*add)(const struct price_quote *, const struct price_line *, struct buf *))
{
    OWN(buf_free) struct buf text = BUF_CAP(COST_TEXT_MAX * 4);
    add(quote, line, &text);
    return cas_text(arena, buf_str(&text));
}

static void charge_take(struct cas_turn *turn, struct cas_charge *charge,
                        const struct price_quote *quote)
{
    charge->total = quote->total;
    charge->real_cost = quote->cost;
    charge->work.cost = quote->total;
    charge->line_count = quote->line_count;
    charge->lines = arena_new_array(turn->arena, quote->line_count, sizeof(*charge->lines));
    for (size_t i = 0; i < quote->line_count; i++) {
        Quoin__V1__PriceLine *line = cas_message(turn->arena, &quoin__v1__price_line__descriptor);
        const struct price_line *from = &quote->lines[i];
        bool is_policy = from->kind == PRICE_LINE_POLICY && charge->decision->rule[0] != '\0';
        line->what = text_of(turn->arena, quote, from, price_line_what);
        line->rule =
            is_policy ? charge->decision->rule : text_of(turn->arena, quote, from, price_line_rule);
        line->quantity = from->quantity;
        line->each = from->each.units;
        line->amount = from->amount.units;
        charge->lines[i] = line;
    }
}

bool cas_step_price(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                    struct err *err)
{
    struct price_quote *quote = cas->quote;
    struct cost cost = { 0 };
    bool is_new = charge->price_version == 0 && charge->pricing == NULL;
    if (!(is_new ? cost_of_new(cas, turn, charge, &cost, err)
                 : cost_of_then(cas, turn, charge, &cost, err))) {
        return false;
    }
    if (cost.book != NULL) {
        const struct price_ask ask = {
            .book = cost.book,
            .work = &charge->work,
            .money = &cost.money,
            .adjustments = cost.adjustments,
            .charge_parts = charge->decision == NULL ? 0 : charge->decision->charge_parts,
            .month_pages = charge->pricing == NULL ? 0 : charge->pricing->month_pages,
            // More pages than were reserved are nobody's to pay: the ledger refuses them.
            .reserved = cost.is_settlement && charge->is_within ? &cost.reserved : NULL,
        };
        if (!price_job(&ask, quote, err)) {
            return false;
        }
    } else {
        memset(quote, 0, sizeof(*quote)); // nothing is priced
    }
    charge_take(turn, charge, quote);
    return true;
}
