// Books of the configuration price jobs; a settlement goes by the book, the money and the
// adjustments of its reservation, whatever was changed meanwhile.
#include "cas/cas_int.h"
#include "unit/cas/fixture.h"

static int64_t next_key = 1;

// One thing of the configuration as it is to be; NULL: it is to be gone.
static bool put(const char *kind, const char *name, const ProtobufCMessage *body)
{
    const struct config_edit edit = { .kind = str_of(kind),
                                      .name = str_of(name),
                                      .is_removal = body == NULL,
                                      .body = body == NULL ? STR("") : cas_pack(&arena, body) };
    struct config_ask ask = {
        .edits = &edit, .count = 1, .why = STR("a test"), .asker = STR("admin/one"), .seen = -1
    };
    int64_t number;
    memcpy(ask.key, &next_key, sizeof(next_key));
    next_key++;
    memset(&err, 0, sizeof(err));
    return (body == NULL || cas_price_check(edit.kind, edit.name, edit.body, &err)) &&
           db_begin(cas_db(cas), &err) && config_apply(cas->config, &ask, &number, &err) &&
           db_commit(cas_db(cas), &err);
}

static Quoin__V1__Decimal *decimal(int64_t units)
{
    Quoin__V1__Decimal *made = cas_message(&arena, &quoin__v1__decimal__descriptor);
    made->units = units;
    return made;
}

static char **words(const char *word)
{
    char **made = arena_new_array(&arena, 1, sizeof(*made));
    made[0] = text_of(word);
    return made;
}

// Every page costs so much.
static Quoin__V1__PriceBook *book_of(int64_t page)
{
    Quoin__V1__PriceBook *book = cas_message(&arena, &quoin__v1__price_book__descriptor);
    book->page = decimal(page);
    return book;
}

static Quoin__V1__PageRule *rule_of(Quoin__V1__PriceBook *book, const char *name, int64_t price)
{
    Quoin__V1__PageRule **rules = arena_new_array(&arena, book->n_pages + 1, sizeof(*rules));
    for (size_t i = 0; i < book->n_pages; i++) {
        rules[i] = book->pages[i];
    }
    Quoin__V1__PageRule *rule = cas_message(&arena, &quoin__v1__page_rule__descriptor);
    rule->name = text_of(name);
    rule->price = decimal(price);
    rules[book->n_pages++] = rule;
    book->pages = rules;
    return rule;
}

static Quoin__V1__Adjustment *adjustment_of(Quoin__V1__PriceBook *book, const char *name)
{
    Quoin__V1__Adjustment **list = arena_new_array(&arena, 1, sizeof(*list));
    list[0] = cas_message(&arena, &quoin__v1__adjustment__descriptor);
    list[0]->name = text_of(name);
    book->adjustments = list;
    book->n_adjustments = 1;
    return list[0];
}

static void test_a_book_prices_from_the_next_job_on(void)
{
    Quoin__V1__PriceBook *book = book_of(100);
    book->queues = words("ma*");
    book->n_queues = 1;
    CHECK(reserve(10, "mary", 2, 0)->amount == 10000);
    CHECK(put("price", "cheap", &book->base));
    const Quoin__V1__Reservation *set = reserve(11, "mary", 2, 0);
    CHECK(set->amount == 200 && strcmp(set->lines[0]->rule, "cheap.default") == 0);
    CHECK(put("price", "cheap", &book_of(700)->base)); // of no queue: no longer before the base
    CHECK(put("price", "cheap", NULL));
    CHECK(reserve(12, "mary", 2, 0)->amount == 10000);
    CHECK(settle(13, 11, 2, 0)->charged == 200); // of a book that is gone
    CHECK(give_back(14, 10) != NULL && give_back(15, 12) != NULL);
}

static void test_the_money_of_then(void)
{
    Quoin__V1__SiteMoney money = QUOIN__V1__SITE_MONEY__INIT;
    Quoin__V1__PriceBook *book = book_of(2345);
    book->rank = 1;
    money.currency = text_of("EUR");
    money.decimals = 2;
    money.precision = decimal(1000);
    CHECK(put("price", "odd", &book->base) && put("site", "money", &money.base));
    const Quoin__V1__Reservation *set = reserve(20, "mary", 3, 0);
    CHECK(set->amount == 7000 && set->n_lines == 2 && set->lines[1]->amount == -35);
    money.rounding = text_of("up");
    CHECK(put("site", "money", &money.base));
    CHECK(reserve(21, "mary", 3, 0)->amount == 8000);
    const Quoin__V1__Settlement *done = settle(22, 20, 3, 0);
    CHECK(done->charged == 7000 && strcmp(done->lines[1]->rule, "rounding") == 0);
    CHECK(put("site", "money", NULL));
    CHECK(settle(23, 21, 1, 0)->charged == 3000);
    CHECK(reserve(24, "mary", 3, 0)->amount == 7035 && give_back(25, 24) != NULL);
    CHECK(put("price", "odd", NULL));
}

static void test_adjustments_are_decided_once(void)
{
    Quoin__V1__PriceBook *book = book_of(1000);
    Quoin__V1__Adjustment *bulk = adjustment_of(book, "gift");
    book->rank = 1;
    bulk->percent = decimal(-50 * MONEY_SCALE);
    CHECK(put("price", "bulk", &book->base));
    const Quoin__V1__Reservation *set = reserve(30, "mary", 4, 0);
    CHECK(set->amount == 2000 && strcmp(set->lines[1]->rule, "bulk.gift") == 0);
    bulk->percent = decimal(100 * MONEY_SCALE);
    CHECK(put("price", "bulk", &book->base));
    CHECK(settle(31, 30, 2, 0)->charged == 1000);
    bulk->accounts = words("department:*");
    bulk->n_accounts = 1;
    CHECK(put("price", "bulk", &book->base));
    CHECK(reserve(32, "mary", 4, 0)->amount == 4000 && give_back(33, 32) != NULL);
    CHECK(put("price", "bulk", NULL));
}

// The printer says that what was reserved as mono came out in colour.
static void test_a_part_costs_no_more_than_the_whole(void)
{
    Quoin__V1__PriceBook *book = book_of(1000);
    Quoin__V1__PageRule *color = rule_of(book, "color", 5000);
    book->rank = 1;
    color->ink = words("color");
    color->n_ink = 1;
    CHECK(put("price", "dear", &book->base));
    CHECK(reserve(40, "mary", 10, 0)->amount == 10000);
    const Quoin__V1__Settlement *done = settle(41, 40, 1, 9);
    CHECK(done != NULL && done->charged == 10000 && done->n_lines == 3);
    CHECK(done->lines[2]->amount == -36000 && strcmp(done->lines[2]->rule, "reserved") == 0);
    CHECK(put("price", "dear", NULL));
}

static void test_conditions(void)
{
    Quoin__V1__PriceBook *book = book_of(1000);
    Quoin__V1__Adjustment *many = adjustment_of(book, "many");
    book->rank = 1;
    many->when = text_of("pages > 3 and queue = \"main\" and jobs_this_month >= 0");
    many->percent = decimal(-50 * MONEY_SCALE);
    CHECK(put("price", "when", &book->base));
    CHECK(reserve(50, "mary", 3, 0)->amount == 3000);
    const Quoin__V1__Reservation *set = reserve(51, "mary", 4, 0);
    CHECK(set->amount == 2000 && set->n_lines == 2);
    CHECK(settle(52, 51, 2, 0)->charged == 1000); // it was decided for the whole of it
    CHECK(give_back(53, 50) != NULL);
    many->when = text_of("pages > \"three\"");
    CHECK(!put("price", "when", &book->base) && err.code == ERR_INVALID);
    CHECK(strstr(err.text, "price book \"when\": adjustment \"many\": when:1:") == err.text);
    CHECK(put("price", "when", NULL));
}

static void test_pages_of_the_month(void)
{
    Quoin__V1__PriceBook *book = book_of(1000);
    Quoin__V1__FreePages gift = QUOIN__V1__FREE_PAGES__INIT;
    book->rank = 1;
    gift.per_month = 7;
    book->free_pages = &gift;
    CHECK(add_person(60, "anna", 1000000) != NULL);
    CHECK(put("price", "month", &book->base));
    CHECK(reserve(61, "anna", 5, 0)->amount == 0);
    CHECK(reserve(62, "anna", 5, 0)->amount == 3000); // those under way count
    CHECK(settle(63, 61, 5, 0)->charged == 0);
    CHECK(settle(64, 62, 4, 0)->charged == 2000); // as many free ones as were reserved
    CHECK(reserve(65, "anna", 1, 0)->amount == 1000);
    CHECK(give_back(66, 65) != NULL && put("price", "month", NULL));
}

static void test_what_makes_no_sense_is_refused(void)
{
    Quoin__V1__PriceBook *book = book_of(1000);
    Quoin__V1__PageRule *rule = rule_of(book, "one", 1);
    rule->ink = words("blue");
    rule->n_ink = 1;
    CHECK(!put("price", "bad", &book->base) && err.code == ERR_INVALID);
    CHECK(strcmp(err.text,
                 "price book \"bad\": page rule \"one\": \"blue\" is no ink: blank, mono, "
                 "color") == 0);
    rule->n_ink = 0;
    rule->per = text_of("mile");
    CHECK(!put("price", "bad", &book->base) && strstr(err.text, "square-metre") != NULL);
    rule->per = text_of("sheet");
    rule->sides = text_of("both");
    CHECK(!put("price", "bad", &book->base) && strstr(err.text, "one-sided") != NULL);
    rule->sides = text_of("two-sided");
    book->kinds = words("telex");
    book->n_kinds = 1;
    CHECK(!put("price", "bad", &book->base) && strstr(err.text, "large-format") != NULL);
    book->n_kinds = 0;
    Quoin__V1__Adjustment *adjustment = adjustment_of(book, "x");
    adjustment->percent = decimal(1);
    adjustment->per = text_of("page");
    CHECK(!put("price", "bad", &book->base) && strstr(err.text, "per cent") != NULL);
    Quoin__V1__SiteMoney money = QUOIN__V1__SITE_MONEY__INIT;
    money.currency = text_of("EURO");
    CHECK(!put("site", "money", &money.base) && strstr(err.text, "ISO 4217") != NULL);
    CHECK(!cas_price_check(STR("price"), STR("bad"), STR("\xff\xff"), &err));
    CHECK(cas_price_check(STR("site"), STR("time"), STR("\xff\xff"), &err)); // not of prices
}

static void test_scans_are_free_until_a_book_prices_them(void)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    work.user = text_of("mary");
    work.kind = text_of("scan");
    work.classes = classes_of(2, 1, &work.n_classes);
    const Quoin__V1__QuoteReply *quote = ask(&request.base);
    CHECK(quote != NULL && quote->amount == 0 && quote->n_lines == 0);
    Quoin__V1__PriceBook *book = book_of(10);
    book->kinds = words("scan");
    book->n_kinds = 1;
    CHECK(put("price", "scans", &book->base));
    quote = ask(&request.base);
    CHECK(quote != NULL && quote->amount == 30);
    work.kind = text_of("print");
    CHECK(put("price", "base", NULL));
    CHECK(ask(&request.base) == NULL && strstr(err.text, "no price book") != NULL);
}

// Rows of a release that had price lists only: the last one becomes the book, and a reservation of
// that time is settled by the list that it names.
static void test_lists_of_before_become_a_book(void)
{
    // What is kept for ever can only be forgotten with its table.
    CHECK(db_run_text(cas_db(cas),
                      "DROP TABLE config_thing; DROP TABLE config_edit; DROP TABLE config_change;"
                      "DELETE FROM db_migration WHERE room = 'config';"
                      "INSERT INTO cas_price VALUES (1, 1, 2, 3, 4, 5, 6, 7, 8, 100, 9, 0, 'cas');"
                      "INSERT INTO cas_price VALUES (2, 10, 20, 30, 40, 50, 60, 70, 80, 50, 90, 0,"
                      " 'cas')",
                      &err));
    cas_close(&cas);
    CHECK(fixture_open());
    Quoin__V1__GetPricesRequest get = QUOIN__V1__GET_PRICES_REQUEST__INIT;
    const Quoin__V1__PriceList *list = ask(&get.base);
    CHECK(list != NULL && list->version == 1 && list->page_mono[1] == 20 && list->per_job == 90);
    CHECK(list->page_color[3] == 80 && list->duplex_percent == 50);
    struct cas_charge charge = { .price_version = 1, .total = { 1000 } };
    struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
    charge.work.classes[0].page = (struct page_class){ .size = PAGE_NORMAL, .pages = 2 };
    charge.work.class_count = 1;
    CHECK(cas_step_price(cas, &turn, &charge, &err) && charge.total.units == 2 * 2 + 9);
    cas_close(&cas);
    CHECK(fixture_open()); // only once
    CHECK(ask(&get.base) != NULL && list->version == 1);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    CHECK(add_person(1, "mary", 1000000) != NULL);
    test_a_book_prices_from_the_next_job_on();
    test_the_money_of_then();
    test_adjustments_are_decided_once();
    test_a_part_costs_no_more_than_the_whole();
    test_conditions();
    test_pages_of_the_month();
    test_what_makes_no_sense_is_refused();
    test_scans_are_free_until_a_book_prices_them();
    test_lists_of_before_become_a_book();
    return fixture_end();
}
