// prices: the simple front of the standard price book, "base": a list of prices by size and ink.
// Its versions are changes of the configuration, which keeps them all.

#include "cas/cas_int.h"

#define PRICES_NAME STR("base")

// ---- a list as a book --------------------------------------------------------------------------

static Quoin__V1__Decimal *prices_decimal(struct arena *arena, struct money money)
{
    Quoin__V1__Decimal *made = cas_message(arena, &quoin__v1__decimal__descriptor);
    made->units = money.units;
    return made;
}

static char **prices_words(struct arena *arena, const char *word)
{
    char **words = arena_new_array(arena, 1, sizeof(*words));
    words[0] = cas_text(arena, str_of(word));
    return words;
}

static Quoin__V1__PageRule *prices_rule_find(const Quoin__V1__PriceBook *book, enum page_size size,
                                             bool color)
{
    for (size_t i = 0; i < book->n_pages; i++) {
        if (str_eq(str_of(book->pages[i]->name), price_list_rule(size, color))) {
            return book->pages[i];
        }
    }
    return NULL;
}

static Quoin__V1__PageRule *prices_rule_new(struct arena *arena, enum page_size size, bool color)
{
    Quoin__V1__PageRule *rule = cas_message(arena, &quoin__v1__page_rule__descriptor);
    rule->name = cas_text(arena, price_list_rule(size, color));
    rule->ink = prices_words(arena, color ? "color" : "mono");
    rule->n_ink = 1;
    rule->sizes = prices_words(arena, page_size_name(size));
    rule->n_sizes = 1;
    return rule;
}

// Sets what the list says; all else of the book stays as it is. Rules that are not there yet come
// after those that are.
static void prices_put(struct arena *arena, const struct price_list *list,
                       Quoin__V1__PriceBook *book)
{
    Quoin__V1__PageRule **rules =
        arena_new_array(arena, book->n_pages + PRICE_LIST_RULES, sizeof(*rules));
    size_t count = book->n_pages;
    for (size_t i = 0; i < count; i++) {
        rules[i] = book->pages[i];
    }
    for (unsigned i = 0; i < PRICE_LIST_RULES; i++) {
        enum page_size size = (enum page_size)(i / 2);
        bool color = i % 2 == 1;
        struct money price = color ? list->page_color[size] : list->page_mono[size];
        Quoin__V1__PageRule *rule = prices_rule_find(book, size, color);
        if (rule == NULL) {
            rule = rules[count++] = prices_rule_new(arena, size, color);
        }
        rule->price = prices_decimal(arena, price);
    }
    book->pages = rules;
    book->n_pages = count;
    book->two_sided_change = (int32_t)list->duplex_percent - 100;
    book->per_job = list->per_job.units == 0 ? NULL : prices_decimal(arena, list->per_job);
}

Quoin__V1__PriceBook *cas_prices_book(struct arena *arena, const struct price_list *list)
{
    Quoin__V1__PriceBook *book = cas_message(arena, &quoin__v1__price_book__descriptor);
    prices_put(arena, list, book);
    return book;
}

static int64_t prices_units(const Quoin__V1__Decimal *decimal)
{
    return decimal == NULL ? 0 : decimal->units;
}

static Quoin__V1__PriceList *prices_list(struct arena *arena, const Quoin__V1__PriceBook *book)
{
    Quoin__V1__PriceList *made = cas_message(arena, &quoin__v1__price_list__descriptor);
    made->n_page_mono = made->n_page_color = PAGE_SIZE_COUNT;
    made->page_mono = arena_new_array(arena, PAGE_SIZE_COUNT, sizeof(int64_t));
    made->page_color = arena_new_array(arena, PAGE_SIZE_COUNT, sizeof(int64_t));
    for (unsigned i = 0; i < PRICE_LIST_RULES; i++) {
        bool color = i % 2 == 1;
        const Quoin__V1__PageRule *rule = prices_rule_find(book, (enum page_size)(i / 2), color);
        int64_t units = prices_units(rule == NULL ? book->page : rule->price);
        (color ? made->page_color : made->page_mono)[i / 2] = units;
    }
    made->duplex_percent = (uint32_t)(100 + book->two_sided_change);
    made->per_job = prices_units(book->per_job);
    return made;
}

// ---- whether the list is what is charged --------------------------------------------------------

static bool prices_names(char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return count == 0;
}

// The rule that goes first for pages on ordinary paper; rules for a paper or a tray are beside the
// list. NULL: none.
static const Quoin__V1__PageRule *prices_first(const Quoin__V1__PriceBook *book,
                                               enum page_size size, bool color)
{
    for (size_t i = 0; i < book->n_pages; i++) {
        const Quoin__V1__PageRule *rule = book->pages[i];
        if (rule->n_media + rule->n_media_types + rule->n_trays == 0 &&
            prices_names(rule->ink, rule->n_ink, color ? "color" : "mono") &&
            prices_names(rule->sizes, rule->n_sizes, page_size_name(size))) {
            return rule;
        }
    }
    return NULL;
}

// A book whose other rules price such pages is none that a list can tell.
static bool prices_are_list(const Quoin__V1__PriceBook *book, struct err *err)
{
    for (unsigned i = 0; i < PRICE_LIST_RULES; i++) {
        enum page_size size = (enum page_size)(i / 2);
        bool color = i % 2 == 1;
        const Quoin__V1__PageRule *first = prices_first(book, size, color);
        bool is_plain = first == NULL ||
                        (str_eq(str_of(first->name), price_list_rule(size, color)) &&
                         first->n_steps == 0 && first->n_coverage == 0 && first->sides[0] == '\0' &&
                         (first->per[0] == '\0' || strcmp(first->per, "page") == 0));
        if (!is_plain) {
            return err_set(err, ERR_CONFLICT,
                           "the rule \"%.60s\" of the price book \"base\" prices pages that a "
                           "price list tells; see the book with \"quoin price book base\", and "
                           "change it with \"quoin config export\" and \"quoin config apply\"",
                           first->name);
        }
    }
    return true;
}

// ---- the book of a change ----------------------------------------------------------------------

static bool prices_unpack(struct arena *arena, struct str body, Quoin__V1__PriceBook **book,
                          struct err *err)
{
    ProtobufCMessage *message;
    if (!cas_unpack(arena, &quoin__v1__price_book__descriptor, body, &message, err)) {
        return false;
    }
    *book = (Quoin__V1__PriceBook *)message;
    return true;
}

// version 0: as it is now.
static bool prices_need(struct cas *cas, struct cas_turn *turn, int64_t version,
                        Quoin__V1__PriceBook **book, struct config_change *change, struct err *err)
{
    const struct config_thing of = { .kind = STR("price"), .name = PRICES_NAME };
    struct config_past past;
    int64_t newest;
    size_t count;
    if (!config_version(cas->config, &newest, err)) {
        return false;
    }
    if (version > newest) {
        return err_set(err, ERR_NOT_FOUND, "there is no price list %lld", (long long)version);
    }
    if (!config_thing_past(cas->config, &of, version == 0 ? 0 : version + 1, 1, turn->arena, &past,
                           &count, err)) {
        return false;
    }
    if (count == 0 || past.is_removal) {
        return err_set(err, ERR_NOT_FOUND, "there is no price book \"base\"%s",
                       version == 0 ? "; set its prices with \"quoin price set\""
                                    : " as of that change");
    }
    *change = past.change;
    return prices_unpack(turn->arena, past.body, book, err);
}

static bool prices_reply(struct cas *cas, struct cas_turn *turn, int64_t version,
                         const ProtobufCMessage **reply, struct err *err)
{
    Quoin__V1__PriceBook *book = NULL;
    struct config_change change = { 0 };
    if (!prices_need(cas, turn, version, &book, &change, err) || !prices_are_list(book, err)) {
        return false;
    }
    Quoin__V1__PriceList *made = prices_list(turn->arena, book);
    made->version = (uint32_t)change.number;
    made->set_at = change.at;
    made->set_by = cas_text(turn->arena, change.asker);
    *reply = &made->base;
    return true;
}

CAS_CORE(cas_prices_get)
{
    const Quoin__V1__GetPricesRequest *get = (const Quoin__V1__GetPricesRequest *)ask;
    return prices_reply(cas, turn, get->version, reply, err);
}

// ---- setting -----------------------------------------------------------------------------------

static bool prices_read(const Quoin__V1__PriceList *asked, struct price_list *list, struct err *err)
{
    if (asked == NULL || asked->n_page_mono != PAGE_SIZE_COUNT ||
        asked->n_page_color != PAGE_SIZE_COUNT) {
        return err_set(
            err, ERR_INVALID,
            "a price list has %d prices for mono and %d for colour: small, normal, large, "
            "huge",
            PAGE_SIZE_COUNT, PAGE_SIZE_COUNT);
    }
    *list = (struct price_list){ .duplex_percent = asked->duplex_percent,
                                 .per_job = { asked->per_job } };
    for (int i = 0; i < PAGE_SIZE_COUNT; i++) {
        list->page_mono[i].units = asked->page_mono[i];
        list->page_color[i].units = asked->page_color[i];
    }
    return price_list_check(list, err);
}

// The book "base" with these prices, or one that has nothing else.
static bool prices_change(struct cas *cas, struct cas_turn *turn, const struct price_list *list,
                          const struct ledger_key *key, int64_t *number, struct err *err)
{
    struct config_thing thing;
    Quoin__V1__PriceBook *book = cas_message(turn->arena, &quoin__v1__price_book__descriptor);
    bool found;
    if (!config_get(cas->config, STR("price"), PRICES_NAME, turn->arena, &thing, &found, err) ||
        (found && !prices_unpack(turn->arena, thing.body, &book, err))) {
        return false;
    }
    prices_put(turn->arena, list, book);
    const struct config_edit edit = { .kind = STR("price"),
                                      .name = PRICES_NAME,
                                      .body = cas_pack(turn->arena, &book->base) };
    struct config_ask ask = { .edits = &edit,
                              .count = 1,
                              .why = STR("quoin price set"),
                              .asker = cas_asker(turn),
                              .at = turn->now,
                              .seen = -1 };
    memcpy(ask.key, key->bytes, sizeof(ask.key));
    return prices_are_list(book, err) && cas_price_check(edit.kind, edit.name, edit.body, err) &&
           config_apply(cas->config, &ask, number, err);
}

CAS_CORE(cas_prices_set)
{
    const Quoin__V1__SetPricesRequest *set = (const Quoin__V1__SetPricesRequest *)ask;
    struct ledger_key key = cas_key(set->key);
    struct str request = cas_pack(turn->arena, ask);
    struct str before;
    struct price_list list;
    int64_t version;
    bool found;
    if (!cas_store_once(cas, &key, turn->arena, &before, &version, &found, err)) {
        return false;
    }
    if (found && !str_eq(before, request)) {
        return err_set(err, ERR_CONFLICT,
                       "the key was used before, with other prices; a new request needs a new key");
    }
    if (!found && (!prices_read(set->prices, &list, err) ||
                   !prices_change(cas, turn, &list, &key, &version, err) ||
                   !cas_store_once_add(cas, &key, request, version, turn->now, err))) {
        return false;
    }
    return prices_reply(cas, turn, version, reply, err);
}

bool cas_prices_begin(struct cas *cas, int64_t now, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(CAS_ARENA_MAX);
    struct price_list list = price_list_default();
    const struct config_thing of = { .kind = STR("price"), .name = PRICES_NAME };
    struct config_past past;
    int64_t number;
    size_t count;
    bool found;
    if (!config_thing_past(cas->config, &of, 0, 1, &arena, &past, &count, err)) {
        return false;
    }
    if (count > 0) {
        return true;
    }
    if (!cas_store_prices(cas, 0, &list, &found, err)) {
        return false;
    }
    const struct config_edit edit = {
        .kind = STR("price"),
        .name = PRICES_NAME,
        .body = cas_pack(&arena, &cas_prices_book(&arena, &list)->base),
    };
    const struct config_ask ask = {
        .key = { 'q', 'u', 'o', 'i', 'n', 3 },
        .edits = &edit,
        .count = 1,
        .why = found ? STR("the price list became a price book") : STR("a new site"),
        .asker = STR("cas"),
        .at = now,
        .seen = -1,
    };
    return config_apply(cas->config, &ask, &number, err);
}
