// cost: the step of a charge that prices it, by the price list in force or that of its reservation.
// no unit test: tests/unit/cas/test_charging.c runs it with all that it needs

#include "cas/cas_int.h"
#include "cas/policies.h"

bool cas_step_price(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                    struct err *err)
{
    struct page_class classes[PAGE_CLASS_MAX];
    struct cas_prices prices;
    struct price_quote quote;
    bool found;
    if (!cas_store_prices(cas, charge->price_version, turn->arena, &prices, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_INTERNAL, "price list %u is gone", charge->price_version);
    }
    for (size_t i = 0; i < charge->work.class_count; i++) {
        classes[i] = charge->work.classes[i].page;
    }
    if (!price_job(&prices.list, classes, charge->work.class_count, &quote, err)) {
        return false;
    }
    charge->price_version = prices.version;
    charge->total = quote.total;
    charge->work.cost = quote.total;
    charge->line_count = quote.line_count;
    charge->lines = arena_new_array(turn->arena, quote.line_count, sizeof(*charge->lines));
    for (size_t i = 0; i < quote.line_count; i++) {
        Quoin__V1__PriceLine *line = cas_message(turn->arena, &quoin__v1__price_line__descriptor);
        line->what = cas_text(turn->arena, str_of(quote.lines[i].what));
        line->rule = cas_text(turn->arena, str_of(quote.lines[i].rule));
        line->quantity = quote.lines[i].quantity;
        line->each = quote.lines[i].each.units;
        line->amount = quote.lines[i].amount.units;
        charge->lines[i] = line;
    }
    return cas_policy_charge(turn, charge, err);
}
