// What was charged is priced again by other books: sums before and after, by department and person;
// the books and their history are told.
#include "cas/cas_int.h"
#include "cas/walks.h"
#include "unit/cas/fixture.h"

#define LATER ((int64_t)4000000000000) // what is charged is never before the site was made

static Quoin__V1__WhatIfReply *heard;

static void hear(void *arg, const ProtobufCMessage *part)
{
    int *parts = arg;
    struct str bytes = cas_pack(&arena, part);
    ProtobufCMessage *message;
    (*parts)++;
    CHECK(cas_unpack(&arena, &quoin__v1__what_if_reply__descriptor, bytes, &message, &err));
    heard = (Quoin__V1__WhatIfReply *)message;
}

static bool try(const Quoin__V1__WhatIfRequest *request)
{
    struct cas_turn turn = { .arena = &arena, .role = "admin", .host = "one", .now = LATER };
    int parts = 0;
    memset(&err, 0, sizeof(err));
    heard = NULL;
    bool ok =
        db_begin(cas_db(cas), &err) && cas_walk_run(cas, &turn, &request->base, hear, &parts, &err);
    db_rollback(cas_db(cas));
    return ok && heard != NULL && heard->done;
}

static Quoin__V1__PriceBook *book_of(int64_t page)
{
    Quoin__V1__PriceBook *book = cas_message(&arena, &quoin__v1__price_book__descriptor);
    book->page = cas_message(&arena, &quoin__v1__decimal__descriptor);
    book->page->units = page;
    return book;
}

static Quoin__V1__NamedPriceBook **named(const char *name, Quoin__V1__PriceBook *book)
{
    Quoin__V1__NamedPriceBook **list = arena_new_array(&arena, 1, sizeof(*list));
    list[0] = cas_message(&arena, &quoin__v1__named_price_book__descriptor);
    list[0]->name = text_of(name);
    list[0]->book = book;
    list[0]->is_removed = book == NULL;
    return list;
}

static void test_works_are_priced_again(void)
{
    Quoin__V1__WhatIfRequest request = QUOIN__V1__WHAT_IF_REQUEST__INIT;
    CHECK(try(&request) && heard->works == 3 && heard->before == 65000 && heard->after == 65000);
    CHECK(heard->changed == 0 && heard->n_people == 0 && heard->n_departments == 1);
    CHECK(heard->departments[0]->before == 65000 && heard->departments[0]->works == 3);
    request.books = named("base", book_of(6000));
    request.n_books = 1;
    CHECK(try(&request) && heard->after == 10 * 6000 && heard->changed == 3);
    CHECK(heard->n_people == 2 && heard->people_changed == 2);
    CHECK(strcmp(heard->people[0]->name, "mary") == 0); // 8000 less
    CHECK(heard->people[0]->before == 50000 && heard->people[0]->after == 7 * 6000);
    CHECK(strcmp(heard->people[1]->name, "anna") == 0 && heard->people[1]->after == 18000);
    request.most = 1;
    CHECK(try(&request) && heard->n_people == 1 && heard->people_changed == 2);
}

static void test_a_tariff_of_tomorrow(void)
{
    Quoin__V1__WhatIfRequest request = QUOIN__V1__WHAT_IF_REQUEST__INIT;
    Quoin__V1__PriceBook *book = book_of(1);
    book->valid_from = LATER + 1000;
    request.books = named("tomorrow", book);
    request.n_books = 1;
    CHECK(try(&request) && heard->after == heard->before);
    request.tariff_at = LATER + 1000;
    CHECK(try(&request) && heard->after == 10);
    request.since = LATER - 1;
    CHECK(try(&request) && heard->works == 0);
    request.until = 1;
    CHECK(!try(&request) && err.code == ERR_INVALID);
}

static void test_without_a_book_nothing_changes(void)
{
    Quoin__V1__WhatIfRequest request = QUOIN__V1__WHAT_IF_REQUEST__INIT;
    request.books = named("base", NULL);
    request.n_books = 1;
    CHECK(try(&request) && heard->unpriced == 3 && heard->after == heard->before);
    request.books = named("base", book_of(-1));
    CHECK(!try(&request) && strstr(err.text, "price book \"base\"") == err.text);
    request.books = named("", book_of(1));
    CHECK(!try(&request) && err.code == ERR_INVALID);
}

static void test_months(void)
{
    Quoin__V1__WhatIfRequest request = QUOIN__V1__WHAT_IF_REQUEST__INIT;
    Quoin__V1__PriceBook *book = book_of(100);
    Quoin__V1__FreePages gift = QUOIN__V1__FREE_PAGES__INIT;
    gift.per_month = 4;
    book->free_pages = &gift;
    request.books = named("base", book);
    request.n_books = 1;
    CHECK(try(&request) && heard->after == 300); // mary has 7 pages, anna 3
}

static void test_books_are_told(void)
{
    Quoin__V1__ListPriceBooksRequest list = QUOIN__V1__LIST_PRICE_BOOKS_REQUEST__INIT;
    Quoin__V1__PriceHistoryRequest past = QUOIN__V1__PRICE_HISTORY_REQUEST__INIT;
    const Quoin__V1__ListPriceBooksReply *books = ask(&list.base);
    CHECK(books != NULL && books->n_books == 1 && strcmp(books->books[0]->name, "base") == 0);
    CHECK(books->books[0]->book->n_pages == 8 && books->books[0]->change == 1 && !books->more);
    CHECK(strcmp(books->books[0]->by, "cas") == 0 && books->money == NULL);
    past.name = text_of("base");
    books = ask(&past.base);
    CHECK(books != NULL && books->n_books == 1 && strcmp(books->books[0]->why, "a new site") == 0);
    past.name = text_of("none");
    CHECK(ask(&past.base) == NULL && err.code == ERR_NOT_FOUND);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(1, "mary", 1000000) != NULL && add_person(2, "anna", 1000000) != NULL);
    CHECK(reserve(10, "mary", 5, 0) != NULL && settle(11, 10, 5, 0)->charged == 25000);
    CHECK(reserve(12, "mary", 1, 1) != NULL && settle(13, 12, 1, 1)->charged == 25000);
    CHECK(reserve(14, "anna", 3, 0) != NULL && settle(15, 14, 3, 0)->charged == 15000);
    CHECK(reserve(16, "anna", 9, 0) != NULL && give_back(17, 16) != NULL);
    test_works_are_priced_again();
    test_a_tariff_of_tomorrow();
    test_without_a_book_nothing_changes();
    test_months();
    test_books_are_told();
    return fixture_end();
}
