// Price lists are versions that stay.
#include "unit/cas/fixture.h"

static const Quoin__V1__PriceList *get(uint32_t version)
{
    Quoin__V1__GetPricesRequest request = QUOIN__V1__GET_PRICES_REQUEST__INIT;
    request.version = version;
    return ask(&request.base);
}

static const Quoin__V1__PriceList *set(uint8_t key, int64_t mono, size_t count)
{
    static int64_t prices[5];
    static int64_t same[5] = { 1, 2, 3, 4, 5 };
    Quoin__V1__SetPricesRequest request = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    Quoin__V1__PriceList list = QUOIN__V1__PRICE_LIST__INIT;
    prices[1] = mono;
    list.page_mono = prices;
    list.page_color = same;
    list.n_page_mono = count;
    list.n_page_color = count;
    list.duplex_percent = 80;
    request.key = key_of(key);
    request.prices = &list;
    return ask(&request.base);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    const Quoin__V1__PriceList *list = get(0);
    CHECK(list != NULL && list->version == 1 && list->page_mono[1] == 5000);
    CHECK(list->page_color[1] == 20000 && list->duplex_percent == 100);
    list = set(1, 777, 4);
    CHECK(list != NULL && list->version == 2 && strcmp(list->set_by, "dre/one") == 0);
    CHECK(get(0)->page_mono[1] == 777 && get(1)->page_mono[1] == 5000);
    CHECK(get(2)->duplex_percent == 80 && get(2)->page_color[3] == 4);
    CHECK(set(2, 888, 4)->version == 3);
    CHECK(set(1, 777, 4)->version == 2); // the first answer, for ever
    CHECK(get(0)->version == 3);
    CHECK(set(1, 778, 4) == NULL && err.code == ERR_CONFLICT);
    CHECK(set(3, 1, 3) == NULL && err.code == ERR_INVALID);
    CHECK(set(3, 1, 5) == NULL && err.code == ERR_INVALID);
    CHECK(set(3, -1, 4) == NULL && err.code == ERR_INVALID);
    CHECK(get(4) == NULL && err.code == ERR_NOT_FOUND);
    Quoin__V1__SetPricesRequest empty = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    empty.key = key_of(9);
    CHECK(ask(&empty.base) == NULL && err.code == ERR_INVALID);
    return fixture_end();
}
