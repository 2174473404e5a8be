// price: books and the site's money are checked, amounts rounded; the simple list. See price.h.

#include "price/price_int.h"

#include <assert.h>

price_wide price_share(price_wide value, price_wide over)
{
    assert(over > 0);
    price_wide whole = value / over;
    price_wide rest = value % over;
    price_wide size = rest < 0 ? -rest : rest;
    return size >= over - size ? whole + (value < 0 ? -1 : 1) : whole;
}

bool price_narrow(price_wide value, struct money *money)
{
    if (value > INT64_MAX || value < INT64_MIN) {
        return false;
    }
    money->units = (int64_t)value;
    return true;
}

bool price_too_much(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the job costs more than can be counted");
}

// ---- the site's money --------------------------------------------------------------------------

struct price_money price_money_default(void)
{
    return (struct price_money){ .decimals = 2, .precision = { 1 } };
}

bool price_money_check(const struct price_money *money, struct err *err)
{
    size_t len = strlen(money->currency);
    for (size_t i = 0; i < len; i++) {
        if (money->currency[i] < 'A' || money->currency[i] > 'Z') {
            len = sizeof(money->currency);
        }
    }
    if (len != 0 && len != 3) {
        return err_set(err, ERR_INVALID, "a currency is three capital letters (ISO 4217): EUR");
    }
    if (money->decimals != 0 && money->decimals != 2 && money->decimals != 3) {
        return err_set(err, ERR_INVALID, "money is shown with 0, 2 or 3 decimals, not %u",
                       money->decimals);
    }
    if ((unsigned)money->rounding > PRICE_DOWN) {
        return err_set(err, ERR_INVALID, "rounding is half-away, half-even, up or down");
    }
    return (money->precision.units >= 1 && money->precision.units <= 1000 * (int64_t)MONEY_SCALE) ||
           err_set(err, ERR_INVALID, "the precision of a charge is between 0.00001 and 1000");
}

static bool price_goes_up(const struct price_money *money, price_wide whole, price_wide rest)
{
    price_wide twice = 2 * (rest < 0 ? -rest : rest);
    switch (money->rounding) {
    case PRICE_HALF_AWAY: return twice >= money->precision.units;
    case PRICE_HALF_EVEN:
        return twice > money->precision.units ||
               (twice == money->precision.units && whole % 2 != 0);
    case PRICE_UP: return rest > 0;
    case PRICE_DOWN: return rest < 0;
    }
    return false;
}

bool price_round(const struct price_money *money, struct money amount, struct money *rounded)
{
    price_wide whole = amount.units / money->precision.units;
    price_wide rest = amount.units % money->precision.units;
    if (rest != 0 && price_goes_up(money, whole, rest)) {
        whole += amount.units < 0 ? -1 : 1;
    }
    return price_narrow(whole * money->precision.units, rounded);
}

// ---- books -------------------------------------------------------------------------------------

static bool price_is_fit(struct money money)
{
    return money.units >= 0 && money.units <= PRICE_MOST;
}

static bool price_is_amount(struct price_amount amount)
{
    return price_is_fit(amount.price) && price_is_fit(amount.cost);
}

static bool check_amount(struct price_amount amount, struct str where, struct err *err)
{
    return price_is_amount(amount) ||
           err_set(err, ERR_INVALID, "%.*s: a price is between 0 and 1000000", (int)where.len,
                   where.ptr);
}

static bool check_name(struct str name, const char *list, size_t place, struct err *err)
{
    if (name.len > 0 && name.len <= PRICE_RULE_NAME_MAX) {
        return true;
    }
    return err_set(err, ERR_INVALID, "%s %zu needs a name of 1 to %d bytes", list, place + 1,
                   PRICE_RULE_NAME_MAX);
}

static bool check_steps(const struct price_page_rule *rule, struct err *err)
{
    uint32_t before = 0;
    if (rule->step_count > PRICE_STEPS_MAX ||
        (rule->step_count > 0 && rule->per != PRICE_PER_PAGE)) {
        return err_set(err, ERR_INVALID, "%.*s: only a price per page has steps, at most %d",
                       (int)rule->name.len, rule->name.ptr, PRICE_STEPS_MAX);
    }
    for (size_t i = 0; i < rule->step_count; i++) {
        if (rule->steps[i].from <= before || rule->steps[i].from < 2) {
            return err_set(err, ERR_INVALID,
                           "%.*s: steps begin at page 2 or later, each later than the one before",
                           (int)rule->name.len, rule->name.ptr);
        }
        before = rule->steps[i].from;
        if (!check_amount(rule->steps[i].each, rule->name, err)) {
            return false;
        }
    }
    return true;
}

static bool check_page_rule(const struct price_page_rule *rule, size_t place, struct err *err)
{
    if (!check_name(rule->name, "page rule", place, err) ||
        !check_amount(rule->each, rule->name, err) || !check_steps(rule, err)) {
        return false;
    }
    if (rule->coverage != 0 && rule->per == PRICE_PER_SHEET) {
        return err_set(err, ERR_INVALID,
                       "%.*s: ink is measured by the page; a price per sheet has no coverage",
                       (int)rule->name.len, rule->name.ptr);
    }
    if (!price_is_fit(rule->least) || (rule->least.units != 0 && rule->per != PRICE_PER_AREA)) {
        return err_set(err, ERR_INVALID,
                       "%.*s: only a price per square metre has a least one, up to 1000000",
                       (int)rule->name.len, rule->name.ptr);
    }
    return true;
}

static bool check_adjustment(const struct price_adjustment *adjustment, size_t place,
                             struct err *err)
{
    const int64_t most = (int64_t)PRICE_PERCENT_MOST * MONEY_SCALE;
    if (!check_name(adjustment->name, "adjustment", place, err)) {
        return false;
    }
    if ((adjustment->percent == 0) == (adjustment->amount.units == 0)) {
        return err_set(err, ERR_INVALID, "%.*s: say either percent or amount",
                       (int)adjustment->name.len, adjustment->name.ptr);
    }
    return (adjustment->percent >= -100 * (int64_t)MONEY_SCALE && adjustment->percent <= most &&
            adjustment->amount.units >= -PRICE_MOST && adjustment->amount.units <= PRICE_MOST) ||
           err_set(err, ERR_INVALID,
                   "%.*s: an adjustment is -100 to %d per cent, or -1000000 to 1000000",
                   (int)adjustment->name.len, adjustment->name.ptr, PRICE_PERCENT_MOST);
}

static bool check_lists(const struct price_book *book, struct err *err)
{
    for (size_t i = 0; i < book->page_count; i++) {
        if (!check_page_rule(&book->pages[i], i, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < book->finishing_count; i++) {
        const struct price_finishing *rule = &book->finishing[i];
        if (!check_name(rule->name, "finishing price", i, err) ||
            !check_amount(rule->each, rule->name, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < book->destination_count; i++) {
        const struct price_destination *rule = &book->destinations[i];
        if (!check_name(rule->name, "destination", i, err) ||
            !check_amount(rule->job, rule->name, err) ||
            !check_amount(rule->page, rule->name, err) ||
            !check_amount(rule->minute, rule->name, err)) {
            return false;
        }
    }
    for (size_t i = 0; i < book->adjustment_count; i++) {
        if (!check_adjustment(&book->adjustments[i], i, err)) {
            return false;
        }
        for (size_t k = 0; k < i; k++) { // a settlement finds them again by their names
            if (str_eq(book->adjustments[k].name, book->adjustments[i].name)) {
                return err_set(err, ERR_INVALID, "there are two adjustments \"%.*s\"",
                               (int)book->adjustments[i].name.len, book->adjustments[i].name.ptr);
            }
        }
    }
    return true;
}

bool price_check(const struct price_book *book, struct err *err)
{
    if (book->page_count > PRICE_RULES_MAX || book->finishing_count > PRICE_RULES_MAX ||
        book->destination_count > PRICE_RULES_MAX ||
        book->adjustment_count > PRICE_ADJUSTMENTS_MAX) {
        return err_set(err, ERR_INVALID, "a book has at most %d rules of a sort and %d adjustments",
                       PRICE_RULES_MAX, PRICE_ADJUSTMENTS_MAX);
    }
    if (book->valid_until != 0 && book->valid_until <= book->valid_from) {
        return err_set(err, ERR_INVALID, "the book would end before it begins");
    }
    if (book->two_sided_change < -100 || book->two_sided_change > PRICE_DUPLEX_MAX - 100) {
        return err_set(err, ERR_INVALID, "two-sided pages cost -100 to %d per cent more",
                       PRICE_DUPLEX_MAX - 100);
    }
    return check_amount(book->job, STR("the price of a job"), err) &&
           check_amount(book->page, STR("the price of a page"), err) && check_lists(book, err);
}

// ---- the simple list ---------------------------------------------------------------------------

bool price_list_check(const struct price_list *list, struct err *err)
{
    for (unsigned size = 0; size < PAGE_SIZE_COUNT; size++) {
        if (!price_is_fit(list->page_mono[size]) || !price_is_fit(list->page_color[size])) {
            return err_set(err, ERR_INVALID, "the price of a %s page is between 0 and 1000000",
                           page_size_name((enum page_size)size));
        }
    }
    if (list->duplex_percent > PRICE_DUPLEX_MAX) {
        return err_set(err, ERR_INVALID, "two-sided pages cost 0 to %d percent", PRICE_DUPLEX_MAX);
    }
    return price_is_fit(list->per_job) ||
           err_set(err, ERR_INVALID, "the price of a job is between 0 and 1000000");
}

struct price_list price_list_default(void)
{
    return (struct price_list){
        .page_mono = { { 2500 }, { 5000 }, { 10000 }, { 20000 } },
        .page_color = { { 10000 }, { 20000 }, { 40000 }, { 80000 } },
        .duplex_percent = 100,
        .per_job = { 0 },
    };
}

struct str price_list_rule(enum page_size size, bool color)
{
    static const char *const names[PAGE_SIZE_COUNT][2] = {
        { "page.small.mono", "page.small.color" },
        { "page.normal.mono", "page.normal.color" },
        { "page.large.mono", "page.large.color" },
        { "page.huge.mono", "page.huge.color" },
    };
    return str_of(names[size][color]);
}
