// Price lists are versions that stay.
#include "cas/cas_int.h"
#include "proto/config.pb-c.h"
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

// The book "base" with one more rule, before or behind the others.
static bool put_rule(uint8_t key, Quoin__V1__PageRule *rule, bool is_first)
{
    Quoin__V1__ListPriceBooksRequest list = QUOIN__V1__LIST_PRICE_BOOKS_REQUEST__INIT;
    Quoin__V1__ApplyThingsRequest apply = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    Quoin__V1__ThingEdit edit = QUOIN__V1__THING_EDIT__INIT;
    Quoin__V1__ThingEdit *edits[] = { &edit };
    const Quoin__V1__ListPriceBooksReply *books = ask(&list.base);
    Quoin__V1__PageRule *rules[20];
    CHECK(books != NULL && books->n_books == 1 && books->books[0]->book->n_pages == 8);
    Quoin__V1__PriceBook book = *books->books[0]->book;
    for (size_t i = 0; i < 8; i++) {
        rules[i + (is_first ? 1 : 0)] = book.pages[i];
    }
    rules[is_first ? 0 : 8] = rule;
    book.pages = rules;
    book.n_pages = 9;
    edit.kind = text_of("price");
    edit.name = text_of("base");
    struct str body = cas_pack(&arena, &book.base);
    edit.body = (ProtobufCBinaryData){ body.len, (uint8_t *)cas_text(&arena, body) };
    apply.edits = edits;
    apply.n_edits = 1;
    apply.key = key_of(key);
    apply.seen = -1;
    return ask(&apply.base) != NULL;
}

static bool go_back(uint8_t key, int64_t number)
{
    Quoin__V1__UndoChangeRequest request = QUOIN__V1__UNDO_CHANGE_REQUEST__INIT;
    request.key = key_of(key);
    request.number = number;
    request.all_after = 1;
    return ask(&request.base) != NULL;
}

// What a list tells is what is charged, or it is not told.
static void test_a_book_that_is_no_list(void)
{
    Quoin__V1__PageRule rule = QUOIN__V1__PAGE_RULE__INIT;
    char *mono[1] = { text_of("mono") };
    char *heavy[1] = { text_of("cardstock") };
    rule.name = text_of("plain");
    rule.ink = mono;
    rule.n_ink = 1;
    int64_t before;
    CHECK(config_version(cas->config, &before, &err));
    CHECK(put_rule(20, &rule, true));
    CHECK(get(0) == NULL && err.code == ERR_CONFLICT && strstr(err.text, "\"plain\"") != NULL);
    CHECK(strstr(err.text, "quoin config apply") != NULL);
    CHECK(set(21, 999, 4) == NULL && err.code == ERR_CONFLICT);
    CHECK(go_back(22, before) && get(0) != NULL && get(0)->page_mono[1] == 888);
    CHECK(put_rule(23, &rule, false)); // never comes to its turn
    CHECK(get(0) != NULL && set(24, 889, 4) != NULL && go_back(25, before));
    rule.media_types = heavy;
    rule.n_media_types = 1;
    CHECK(get(0)->page_mono[1] == 888 && put_rule(27, &rule, true));
    CHECK(get(0)->page_mono[1] == 888 && set(28, 890, 4)->page_mono[1] == 890);
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
    role = "admin";
    test_a_book_that_is_no_list();
    return fixture_end();
}
