// prices: the site's price list, in versions that are never changed: a charge can always show its
// own.

#include "cas/cas_int.h"

static const ProtobufCMessage *prices_reply(struct arena *arena, const struct cas_prices *prices)
{
    Quoin__V1__PriceList *made = cas_message(arena, &quoin__v1__price_list__descriptor);
    made->version = prices->version;
    made->n_page_mono = made->n_page_color = PAGE_SIZE_COUNT;
    made->page_mono = arena_new_array(arena, PAGE_SIZE_COUNT, sizeof(int64_t));
    made->page_color = arena_new_array(arena, PAGE_SIZE_COUNT, sizeof(int64_t));
    for (int i = 0; i < PAGE_SIZE_COUNT; i++) {
        made->page_mono[i] = prices->list.page_mono[i].units;
        made->page_color[i] = prices->list.page_color[i].units;
    }
    made->duplex_percent = prices->list.duplex_percent;
    made->per_job = prices->list.per_job.units;
    made->set_at = prices->set_at;
    made->set_by = cas_text(arena, prices->set_by);
    return &made->base;
}

static bool prices_need(struct cas *cas, struct cas_turn *turn, uint32_t version,
                        struct cas_prices *prices, struct err *err)
{
    bool found;
    if (!cas_store_prices(cas, version, turn->arena, prices, &found, err)) {
        return false;
    }
    return found || err_set(err, ERR_NOT_FOUND, "there is no price list %u", version);
}

CAS_CORE(cas_prices_get)
{
    const Quoin__V1__GetPricesRequest *get = (const Quoin__V1__GetPricesRequest *)ask;
    struct cas_prices prices;
    if (!prices_need(cas, turn, get->version, &prices, err)) {
        return false;
    }
    *reply = prices_reply(turn->arena, &prices);
    return true;
}

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
    return price_check(list, err);
}

CAS_CORE(cas_prices_set)
{
    const Quoin__V1__SetPricesRequest *set = (const Quoin__V1__SetPricesRequest *)ask;
    struct ledger_key key = cas_key(set->key);
    struct str request = cas_pack(turn->arena, ask);
    struct str before;
    struct cas_prices prices;
    struct price_list list;
    int64_t version;
    bool found;
    if (!cas_store_once(cas, &key, turn->arena, &before, &version, &found, err)) {
        return false;
    }
    if (found) {
        if (!str_eq(before, request)) {
            return err_set(
                err, ERR_CONFLICT,
                "the key was used before, with other prices; a new request needs a new key");
        }
        if (!prices_need(cas, turn, (uint32_t)version, &prices, err)) {
            return false;
        }
        *reply = prices_reply(turn->arena, &prices);
        return true;
    }
    if (!prices_read(set->prices, &list, err) || !prices_need(cas, turn, 0, &prices, err)) {
        return false;
    }
    prices = (struct cas_prices){
        .version = prices.version + 1, .list = list, .set_at = turn->now, .set_by = cas_asker(turn)
    };
    if (!cas_store_prices_add(cas, &prices, err) ||
        !cas_store_once_add(cas, &key, request, prices.version, turn->now, err)) {
        return false;
    }
    *reply = prices_reply(turn->arena, &prices);
    return true;
}
