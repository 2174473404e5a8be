// tariff: the price books and the site's money, from the configuration's messages to what room
// price works with. Books in force are compiled once under a state of the configuration; those of
// earlier reservations are found again by the change that made them, and some are kept.

#include "cas/tariff.h"

#include "base/mem.h"
#include "cas/cas_int.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    TARIFF_ARENA_MAX = 64 << 20,
    TARIFF_KEPT = 32, // books of earlier changes
    TARIFF_PAGE = 100,
};

struct cas_tariff {
    int64_t state;      // of the configuration; -1: nothing was read yet
    struct arena arena; // of what is in force
    const struct cas_book **books;
    const struct price_book **choice; // the same, as price_book_choose wants them
    size_t count;
    struct cas_money money;
    struct {
        struct arena arena;
        const struct cas_book *book; // NULL: free
    } kept[TARIFF_KEPT];
    size_t next_kept;
};

struct cas_tariff *cas_tariff_new(void)
{
    struct cas_tariff *made = mem_new(sizeof(*made));
    made->state = -1;
    made->arena = ARENA_CAP(TARIFF_ARENA_MAX);
    return made;
}

void cas_tariff_free(struct cas_tariff **tariff)
{
    if (*tariff == NULL) {
        return;
    }
    arena_free(&(*tariff)->arena);
    for (size_t i = 0; i < TARIFF_KEPT; i++) {
        arena_free(&(*tariff)->kept[i].arena);
    }
    free(*tariff);
    *tariff = NULL;
}

// ---- words -------------------------------------------------------------------------------------

// Which of the words it is, ended by NULL; -1: none.
static int word_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static bool word_read(const char *word, const char *const *words, const char *what, int *place,
                      struct err *err)
{
    *place = word_of(word, words);
    if (*place >= 0) {
        return true;
    }
    char known[120] = "";
    for (int i = 0; words[i] != NULL; i++) {
        size_t at = strlen(known);
        (void)snprintf(known + at, sizeof(known) - at, "%s%s", i == 0 ? "" : ", ",
                       words[i][0] == '\0' ? "(nothing)" : words[i]);
    }
    return err_set(err, ERR_INVALID, "\"%.40s\" is no %s: %s", word, what, known);
}

// Words as a set of bits, in their order.
static bool bits_read(char *const *list, size_t count, const char *const *words, const char *what,
                      unsigned *bits, struct err *err)
{
    *bits = 0;
    for (size_t i = 0; i < count; i++) {
        int place;
        if (!word_read(list[i], words, what, &place, err)) {
            return false;
        }
        *bits |= 1U << (unsigned)place;
    }
    return true;
}

static const char *const ink_words[] = { "blank", "mono", "color", NULL };
static const char *const size_words[] = { "small", "normal", "large", "huge", NULL };
static const char *const coverage_words[] = { "5", "10", "20", "40", "more", NULL };
static const char *const kind_words[] = { "print", "copy", "scan", "fax", "large-format", NULL };
static const char *const sides_words[] = { "", "one-sided", "two-sided", NULL };
static const char *const per_words[] = { "", "page", "sheet", "square-metre", NULL };
static const char *const on_words[] = { "", "all", "pages", "color", "mono", "finishing", NULL };
static const char *const each_words[] = { "", "job", "page", "sheet", "saved-sheet", NULL };
static const char *const rounding_words[] = { "", "half-away", "half-even", "up", "down", NULL };

// The place of a word whose first may be left out: "" and the first are 0.
static bool choice_read(const char *word, const char *const *words, const char *what, int *place,
                        struct err *err)
{
    if (!word_read(word, words, what, place, err)) {
        return false;
    }
    *place -= *place > 0 ? 1 : 0;
    return true;
}

static bool names_read(struct arena *arena, char *const *list, size_t count,
                       struct price_names *names, struct err *err)
{
    struct str *made = arena_new_array(arena, count, sizeof(*made));
    if (count > PRICE_NAMES_MAX || made == NULL) {
        return err_set(err, ERR_LIMIT, "a list has at most %d names", PRICE_NAMES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        made[i] = arena_copy(arena, str_of(list[i]));
        if (made[i].len == 0) {
            return err_set(err, ERR_INVALID, "a name in a list is empty");
        }
    }
    *names = (struct price_names){ made, count };
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "the book is too large");
}

static int64_t units_of(const Quoin__V1__Decimal *decimal)
{
    return decimal == NULL ? 0 : decimal->units;
}

static struct price_amount amount_of(const Quoin__V1__Decimal *price,
                                     const Quoin__V1__Decimal *cost)
{
    return (struct price_amount){ { units_of(price) }, { units_of(cost) } };
}

// ---- rules -------------------------------------------------------------------------------------

static bool steps_read(struct arena *arena, const Quoin__V1__PageRule *from,
                       struct price_page_rule *rule, struct err *err)
{
    struct price_step *steps = arena_new_array(arena, from->n_steps, sizeof(*steps));
    if (steps == NULL) {
        return err_set(err, ERR_LIMIT, "the book is too large");
    }
    for (size_t i = 0; i < from->n_steps; i++) {
        steps[i] =
            (struct price_step){ .from = from->steps[i]->from,
                                 .each = amount_of(from->steps[i]->price, from->steps[i]->cost) };
    }
    rule->steps = steps;
    rule->step_count = from->n_steps;
    rule->steps_by_month = from->steps_by_month != 0;
    return true;
}

static bool page_rule_read(struct arena *arena, const Quoin__V1__PageRule *from,
                           struct price_page_rule *rule, struct err *err)
{
    int sides;
    int per;
    *rule = (struct price_page_rule){ .name = arena_copy(arena, str_of(from->name)),
                                      .each = amount_of(from->price, from->cost),
                                      .least = { units_of(from->least) } };
    if (!bits_read(from->ink, from->n_ink, ink_words, "ink", &rule->ink, err) ||
        !bits_read(from->sizes, from->n_sizes, size_words, "size", &rule->sizes, err) ||
        !bits_read(from->coverage, from->n_coverage, coverage_words, "coverage", &rule->coverage,
                   err) ||
        !word_read(from->sides, sides_words, "way of sides", &sides, err) ||
        !choice_read(from->per, per_words, "measure of a page", &per, err)) {
        return false;
    }
    rule->sides = (enum price_sides)sides;
    rule->per = (enum price_per)per;
    return names_read(arena, from->media, from->n_media, &rule->media, err) &&
           names_read(arena, from->media_types, from->n_media_types, &rule->media_types, err) &&
           names_read(arena, from->trays, from->n_trays, &rule->trays, err) &&
           steps_read(arena, from, rule, err);
}

static bool pages_read(struct arena *arena, const Quoin__V1__PriceBook *from,
                       struct price_book *book, struct err *err)
{
    struct price_page_rule *rules = arena_new_array(arena, from->n_pages, sizeof(*rules));
    for (size_t i = 0; i < from->n_pages && rules != NULL; i++) {
        if (!page_rule_read(arena, from->pages[i], &rules[i], err)) {
            return err_in(err, "page rule \"%.60s\"", from->pages[i]->name);
        }
    }
    book->pages = rules;
    book->page_count = from->n_pages;
    return rules != NULL || err_set(err, ERR_LIMIT, "the book is too large");
}

static bool finishing_read(struct arena *arena, const Quoin__V1__PriceBook *from,
                           struct price_book *book, struct err *err)
{
    struct price_finishing *rules = arena_new_array(arena, from->n_finishing, sizeof(*rules));
    for (size_t i = 0; i < from->n_finishing && rules != NULL; i++) {
        const Quoin__V1__FinishingPrice *rule = from->finishing[i];
        rules[i] = (struct price_finishing){ .name = arena_copy(arena, str_of(rule->name)),
                                             .each = amount_of(rule->price, rule->cost) };
        if (!names_read(arena, rule->kinds, rule->n_kinds, &rules[i].kinds, err)) {
            return err_in(err, "finishing \"%.60s\"", rule->name);
        }
    }
    book->finishing = rules;
    book->finishing_count = from->n_finishing;
    return rules != NULL || err_set(err, ERR_LIMIT, "the book is too large");
}

static bool destinations_read(struct arena *arena, const Quoin__V1__PriceBook *from,
                              struct price_book *book, struct err *err)
{
    struct price_destination *rules = arena_new_array(arena, from->n_destinations, sizeof(*rules));
    for (size_t i = 0; i < from->n_destinations && rules != NULL; i++) {
        const Quoin__V1__DestinationPrice *rule = from->destinations[i];
        rules[i] = (struct price_destination){
            .name = arena_copy(arena, str_of(rule->name)),
            .job = amount_of(rule->per_job, rule->per_job_cost),
            .page = amount_of(rule->per_page, rule->per_page_cost),
            .minute = amount_of(rule->per_minute, rule->per_minute_cost),
        };
        if (!names_read(arena, rule->to, rule->n_to, &rules[i].to, err)) {
            return err_in(err, "destination \"%.60s\"", rule->name);
        }
    }
    book->destinations = rules;
    book->destination_count = from->n_destinations;
    return rules != NULL || err_set(err, ERR_LIMIT, "the book is too large");
}

static bool adjustment_read(struct arena *arena, const Quoin__V1__Adjustment *from,
                            struct price_adjustment *made, struct err *err)
{
    int on;
    int each;
    *made = (struct price_adjustment){ .name = arena_copy(arena, str_of(from->name)),
                                       .when = arena_copy(arena, str_of(from->when)),
                                       .percent = units_of(from->percent),
                                       .amount = { units_of(from->amount) } };
    if (!choice_read(from->on, on_words, "sort of line", &on, err) ||
        !choice_read(from->per, each_words, "measure of an amount", &each, err) ||
        !names_read(arena, from->accounts, from->n_accounts, &made->accounts, err)) {
        return false;
    }
    made->on = (enum price_on)on;
    made->each = (enum price_for_each)each;
    return made->percent == 0 || each == 0 ||
           err_set(err, ERR_INVALID, "per cent are not for each page or sheet");
}

static bool adjustments_read(struct arena *arena, const Quoin__V1__PriceBook *from,
                             struct price_book *book, struct err *err)
{
    struct price_adjustment *made = arena_new_array(arena, from->n_adjustments, sizeof(*made));
    for (size_t i = 0; i < from->n_adjustments && made != NULL; i++) {
        if (!adjustment_read(arena, from->adjustments[i], &made[i], err)) {
            return err_in(err, "adjustment \"%.60s\"", from->adjustments[i]->name);
        }
    }
    book->adjustments = made;
    book->adjustment_count = from->n_adjustments;
    return made != NULL || err_set(err, ERR_LIMIT, "the book is too large");
}

// ---- a book ------------------------------------------------------------------------------------

static bool scope_read(struct arena *arena, const Quoin__V1__PriceBook *from,
                       struct price_book *book, struct err *err)
{
    if (!bits_read(from->kinds, from->n_kinds, kind_words, "kind of work", &book->kinds, err)) {
        return false;
    }
    if (from->n_kinds == 0) {
        book->kinds = PRICE_KIND(WORK_PRINT) | PRICE_KIND(WORK_COPY);
    }
    book->valid_from = from->valid_from;
    book->valid_until = from->valid_until;
    book->rank = from->rank;
    return names_read(arena, from->queues, from->n_queues, &book->queues, err) &&
           names_read(arena, from->printers, from->n_printers, &book->printers, err) &&
           names_read(arena, from->pull_groups, from->n_pull_groups, &book->pull_groups, err) &&
           names_read(arena, from->departments, from->n_departments, &book->departments, err) &&
           names_read(arena, from->groups, from->n_groups, &book->groups, err);
}

static bool free_read(const Quoin__V1__FreePages *from, struct price_free *made, struct err *err)
{
    if (from == NULL) {
        return true;
    }
    made->per_job = from->per_job;
    made->per_month = from->per_month;
    return bits_read(from->ink, from->n_ink, ink_words, "ink", &made->ink, err) &&
           bits_read(from->sizes, from->n_sizes, size_words, "size", &made->sizes, err);
}

static bool book_conditions(struct arena *arena, struct cas_book *made, struct err *err)
{
    const struct price_book *book = &made->book;
    struct expr *when = arena_new_array(arena, book->adjustment_count, sizeof(*when));
    if (when == NULL) {
        return err_set(err, ERR_LIMIT, "the book is too large");
    }
    for (size_t i = 0; i < book->adjustment_count; i++) {
        const struct price_adjustment *adjustment = &book->adjustments[i];
        const struct expr_source source = { .text = adjustment->when, .name = "when" };
        if (adjustment->when.len == 0) {
            continue;
        }
        if (!expr_compile(&source, arena, &when[i], NULL, err)) {
            return err_in(err, "adjustment \"%.*s\"", (int)adjustment->name.len,
                          adjustment->name.ptr);
        }
        made->is_conditional = true;
    }
    made->when = when;
    return true;
}

static bool book_is_monthly(const struct price_book *book)
{
    bool monthly = book->free.per_month > 0;
    for (size_t i = 0; i < book->page_count; i++) {
        monthly = monthly || book->pages[i].steps_by_month;
    }
    return monthly;
}

bool cas_book_read(struct arena *arena, struct str name, const Quoin__V1__PriceBook *from,
                   struct cas_book *made, struct err *err)
{
    struct price_book *book = &made->book;
    *book = (struct price_book){ .name = arena_copy(arena, name),
                                 .job = amount_of(from->per_job, from->per_job_cost),
                                 .page = amount_of(from->page, from->page_cost),
                                 .two_sided_change = from->two_sided_change };
    bool ok = scope_read(arena, from, book, err) && pages_read(arena, from, book, err) &&
              free_read(from->free_pages, &book->free, err) &&
              finishing_read(arena, from, book, err) && destinations_read(arena, from, book, err) &&
              adjustments_read(arena, from, book, err) && price_check(book, err) &&
              book_conditions(arena, made, err);
    made->is_monthly = ok && book_is_monthly(book);
    return ok;
}

static bool money_read_message(const Quoin__V1__SiteMoney *from, struct price_money *made,
                               struct err *err)
{
    int rounding;
    *made = price_money_default();
    if (!choice_read(from->rounding, rounding_words, "way of rounding", &rounding, err)) {
        return false;
    }
    if (strlen(from->currency) >= sizeof(made->currency)) {
        return err_set(err, ERR_INVALID, "a currency is three capital letters (ISO 4217): EUR");
    }
    (void)snprintf(made->currency, sizeof(made->currency), "%s", from->currency);
    made->decimals = from->shown_case == QUOIN__V1__SITE_MONEY__SHOWN_DECIMALS
                         ? from->decimals
                         : money_decimals_of(from->currency);
    made->rounding = (enum price_rounding)rounding;
    made->precision.units = from->precision == NULL ? 1 : from->precision->units;
    return price_money_check(made, err);
}

bool cas_price_check(struct str kind, struct str name, struct str body, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CAS_ARENA_MAX);
    ProtobufCMessage *message;
    struct cas_book book = { 0 };
    struct price_money money;
    if (str_eq(kind, STR("price"))) {
        return (cas_unpack(&arena, &quoin__v1__price_book__descriptor, body, &message, err) &&
                cas_book_read(&arena, name, (const Quoin__V1__PriceBook *)message, &book, err)) ||
               err_in(err, "price book \"%.*s\"", (int)(name.len < 60 ? name.len : 60), name.ptr);
    }
    if (str_eq(kind, STR("site")) && str_eq(name, STR("money"))) {
        return (cas_unpack(&arena, &quoin__v1__site_money__descriptor, body, &message, err) &&
                money_read_message((const Quoin__V1__SiteMoney *)message, &money, err)) ||
               err_in(err, "the site's money");
    }
    return true;
}

// ---- what is in force --------------------------------------------------------------------------

static bool book_unpack(struct arena *arena, const struct config_thing *thing,
                        const struct cas_book **book, struct err *err)
{
    OWN(arena_free) struct arena scratch = ARENA_CAP(CAS_ARENA_MAX);
    ProtobufCMessage *message;
    struct cas_book *made = arena_new(arena, sizeof(*made));
    if (made == NULL) {
        return err_set(err, ERR_LIMIT, "the price books are too large");
    }
    made->change = thing->changed_in;
    if (!cas_unpack(&scratch, &quoin__v1__price_book__descriptor, thing->body, &message, err) ||
        !cas_book_read(arena, thing->name, (const Quoin__V1__PriceBook *)message, made, err)) {
        return err_in(err, "price book \"%.*s\"", (int)thing->name.len, thing->name.ptr);
    }
    *book = made;
    return true;
}

static bool tariff_books(struct cas *cas, struct cas_tariff *tariff, struct err *err)
{
    struct str after = STR("");
    size_t count = TARIFF_PAGE;
    size_t total = 0;
    tariff->books = arena_new_array(&tariff->arena, CAS_BOOKS_MAX, sizeof(*tariff->books));
    while (count == TARIFF_PAGE) {
        OWN(arena_free) struct arena arena = ARENA_CAP((size_t)TARIFF_PAGE * 2 * CONFIG_BODY_MAX);
        struct config_thing things[TARIFF_PAGE];
        if (!config_list(cas->config, STR("price"), after, TARIFF_PAGE, &arena, things, &count,
                         err)) {
            return false;
        }
        if (total + count > CAS_BOOKS_MAX) {
            return err_set(err, ERR_LIMIT, "a site has at most %d price books; remove some",
                           CAS_BOOKS_MAX);
        }
        for (size_t i = 0; i < count; i++) {
            if (!book_unpack(&tariff->arena, &things[i], &tariff->books[total], err)) {
                return false;
            }
            after = tariff->books[total++]->book.name;
        }
    }
    tariff->choice = arena_new_array(&tariff->arena, CAS_BOOKS_MAX, sizeof(*tariff->choice));
    if (tariff->choice == NULL) {
        return err_set(err, ERR_LIMIT, "the price books are too large");
    }
    for (size_t i = 0; i < total; i++) {
        tariff->choice[i] = &tariff->books[i]->book;
    }
    tariff->count = total;
    return true;
}

static bool money_unpack(const struct config_thing *thing, struct cas_money *money, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CAS_ARENA_MAX);
    ProtobufCMessage *message;
    money->change = thing->changed_in;
    return cas_unpack(&arena, &quoin__v1__site_money__descriptor, thing->body, &message, err) &&
           money_read_message((const Quoin__V1__SiteMoney *)message, &money->money, err);
}

static bool tariff_money(struct cas *cas, struct cas_tariff *tariff, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(2 * CONFIG_BODY_MAX);
    struct config_thing thing;
    bool found;
    tariff->money = (struct cas_money){ .money = price_money_default() };
    return config_get(cas->config, STR("site"), STR("money"), &arena, &thing, &found, err) &&
           (!found || money_unpack(&thing, &tariff->money, err));
}

bool cas_money_style(struct cas *cas, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(2 * CONFIG_BODY_MAX);
    struct config_thing thing;
    struct cas_money money = { .money = price_money_default() };
    int64_t state;
    bool found;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (state == cas->style_state) {
        return true;
    }
    if (!config_get(cas->config, STR("site"), STR("money"), &arena, &thing, &found, err) ||
        (found && !money_unpack(&thing, &money, err))) {
        return false;
    }
    struct money_style style = { .decimals = money.money.decimals };
    memcpy(style.currency, money.money.currency, sizeof(style.currency));
    money_style_set(style);
    cas->style_state = state;
    return true;
}

bool cas_tariff_load(struct cas *cas, struct cas_tariff *tariff, struct err *err)
{
    int64_t state;
    if (!config_state(cas->config, &state, err)) {
        return false;
    }
    if (state == tariff->state) {
        return true;
    }
    tariff->state = -1;
    arena_free(&tariff->arena);
    if (!tariff_books(cas, tariff, err) || !tariff_money(cas, tariff, err)) {
        return false;
    }
    tariff->state = state;
    return true;
}

const struct cas_book *cas_tariff_pick(const struct cas_tariff *tariff, const struct work *work)
{
    // The book is the first member.
    return (const struct cas_book *)(const void *)price_book_choose(tariff->choice, tariff->count,
                                                                    work);
}

const struct cas_money *cas_tariff_money_now(const struct cas_tariff *tariff)
{
    return &tariff->money;
}

bool cas_tariff_choose(struct cas *cas, const struct work *work, const struct cas_book **book,
                       const struct cas_money **money, struct err *err)
{
    if (!cas_tariff_load(cas, cas->tariff, err)) {
        return false;
    }
    *book = cas_tariff_pick(cas->tariff, work);
    *money = &cas->tariff->money;
    return true;
}

bool cas_tariff_put(struct cas_tariff *tariff, struct str name, const Quoin__V1__PriceBook *book,
                    struct err *err)
{
    struct cas_book *made = NULL;
    size_t place = 0;
    if (book != NULL) {
        made = arena_new(&tariff->arena, sizeof(*made));
        if (made == NULL || !cas_book_read(&tariff->arena, name, book, made, err)) {
            return made != NULL ? err_in(err, "price book \"%.*s\"", (int)name.len, name.ptr)
                                : err_set(err, ERR_LIMIT, "the price books are too large");
        }
    }
    while (place < tariff->count && !str_eq(tariff->choice[place]->name, name)) {
        place++;
    }
    if (place == tariff->count && made == NULL) {
        return true;
    }
    if (place == CAS_BOOKS_MAX) {
        return err_set(err, ERR_LIMIT, "a site has at most %d price books; remove some",
                       CAS_BOOKS_MAX);
    }
    if (made == NULL) {
        tariff->choice[place] = tariff->choice[--tariff->count];
        return true;
    }
    tariff->count += place == tariff->count ? 1 : 0;
    tariff->choice[place] = &made->book;
    return true;
}

// A thing as a change, or one before it, had left it.
static bool tariff_as_of(struct cas *cas, const struct config_thing *of, int64_t change,
                         struct arena *arena, struct config_thing *thing, struct err *err)
{
    struct config_past past;
    size_t count;
    if (!config_thing_past(cas->config, of, change + 1, 1, arena, &past, &count, err)) {
        return false;
    }
    if (count == 0 || past.is_removal) {
        return err_set(err, ERR_INTERNAL, "%.*s \"%.*s\" of change %lld is gone", (int)of->kind.len,
                       of->kind.ptr, (int)of->name.len, of->name.ptr, (long long)change);
    }
    *thing = (struct config_thing){
        .kind = of->kind, .name = of->name, .body = past.body, .changed_in = past.change.number
    };
    return true;
}

// ---- what was in force -------------------------------------------------------------------------

static const struct cas_book *tariff_find(const struct cas_tariff *tariff, struct str name,
                                          int64_t change)
{
    for (size_t i = 0; i < tariff->count; i++) {
        if (tariff->books[i]->change == change && str_eq(tariff->books[i]->book.name, name)) {
            return tariff->books[i];
        }
    }
    for (size_t i = 0; i < TARIFF_KEPT; i++) {
        const struct cas_book *kept = tariff->kept[i].book;
        if (kept != NULL && kept->change == change && str_eq(kept->book.name, name)) {
            return kept;
        }
    }
    return NULL;
}

bool cas_tariff_book(struct cas *cas, struct str name, int64_t change, const struct cas_book **book,
                     struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(2 * CONFIG_BODY_MAX);
    struct cas_tariff *tariff = cas->tariff;
    const struct config_thing of = { .kind = STR("price"), .name = name };
    struct config_thing thing;
    if (!cas_tariff_load(cas, tariff, err)) {
        return false;
    }
    *book = tariff_find(tariff, name, change);
    if (*book != NULL) {
        return true;
    }
    if (!tariff_as_of(cas, &of, change, &arena, &thing, err)) {
        return false;
    }
    size_t place = tariff->next_kept++ % TARIFF_KEPT;
    tariff->kept[place].book = NULL;
    arena_free(&tariff->kept[place].arena);
    tariff->kept[place].arena = ARENA_CAP(TARIFF_ARENA_MAX);
    if (!book_unpack(&tariff->kept[place].arena, &thing, book, err)) {
        return false;
    }
    tariff->kept[place].book = *book;
    return true;
}

bool cas_tariff_money(struct cas *cas, int64_t change, struct cas_money *money, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(2 * CONFIG_BODY_MAX);
    const struct config_thing of = { .kind = STR("site"), .name = STR("money") };
    struct config_thing thing;
    if (!cas_tariff_load(cas, cas->tariff, err)) {
        return false;
    }
    *money = cas->tariff->money;
    if (money->change == change) {
        return true;
    }
    *money = (struct cas_money){ .money = price_money_default() };
    return change == 0 || (tariff_as_of(cas, &of, change, &arena, &thing, err) &&
                           money_unpack(&thing, money, err));
}
