// A job is priced, set aside, settled; refusals say why in words and in IPP's keywords.
#include "unit/cas/fixture.h"

#include "model/page.h"

static void test_a_quote_tells_the_lines(void)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    work.user = text_of("mary");
    work.classes = classes_of(2, 1, &work.n_classes);
    const Quoin__V1__QuoteReply *quote = ask(&request.base);
    CHECK(quote != NULL && quote->amount == 30000 && quote->enough && quote->n_lines == 2);
    CHECK(strcmp(quote->lines[1]->what, "1 colour page, normal size") == 0);
    CHECK(strcmp(quote->lines[1]->rule, "base.page.normal.color") == 0 &&
          quote->price_version == 1);
    work.classes = classes_of(0, 100, &work.n_classes);
    quote = ask(&request.base);
    CHECK(quote != NULL && !quote->enough && quote->available == 100000);
}

static void test_reserve_settle_and_the_rest_back(void)
{
    const Quoin__V1__Reservation *set = reserve(10, "Mary", 2, 1);
    CHECK(set != NULL && set->amount == 30000 && set->n_lines == 2 && set->id.len == 16);
    CHECK(set->balance == 100000 && set->reserved == 0 && set->head->hash.len == 32);
    CHECK(get_person("mary")->available == 70000);
    const Quoin__V1__Settlement *done = settle(11, 10, 1, 1);
    CHECK(done != NULL && done->charged == 25000 && done->given_back == 5000);
    CHECK(done->balance == 75000 && done->reserved == 0 && done->n_lines == 2);
    CHECK(done->head->sequence == set->head->sequence + 1);
}

static void test_the_same_key_gives_the_same_answer_for_ever(void)
{
    const Quoin__V1__Reservation *set = reserve(10, "Mary", 2, 1);
    CHECK(set != NULL && set->amount == 30000 && set->balance == 100000 && set->reserved == 0);
    CHECK(set->n_lines == 2 && set->lines[0]->amount == 10000);
    const Quoin__V1__Settlement *done = settle(11, 10, 1, 1);
    CHECK(done != NULL && done->charged == 25000 && done->given_back == 5000);
    CHECK(get_person("mary")->balance == 75000);
    CHECK(reserve(10, "mary", 2, 2) == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "another") != NULL);
    CHECK(settle(11, 10, 1, 0) == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "another classes") != NULL);
    CHECK(settle(12, 10, 1, 1) == NULL && err.code == ERR_CONFLICT); // settled under another key
    CHECK(settle(10, 10, 1, 1) == NULL && err.code == ERR_CONFLICT); // the reservation's own key
}

static void test_a_void_gives_all_back(void)
{
    CHECK(reserve(20, "mary", 1, 0) != NULL && get_person("mary")->reserved == 5000);
    const Quoin__V1__Settlement *back = give_back(21, 20);
    CHECK(back != NULL && back->charged == 0 && back->given_back == 5000 && back->reserved == 0);
    back = give_back(21, 20);
    CHECK(back != NULL && back->given_back == 5000);
    CHECK(settle(22, 20, 1, 0) == NULL && err.code == ERR_CONFLICT);
    CHECK(give_back(23, 99) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_refusals_say_why(void)
{
    CHECK(reserve(30, "mary", 0, 100) == NULL && err.code == ERR_LIMIT);
    CHECK(strcmp(err.text, "mary has 0.75 available; this costs 20.00") == 0);
    CHECK(has_reason("account-limit-reached"));
    CHECK(reserve(31, "nobody", 1, 0) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(has_reason("account-authorization-failed") && strstr(err.text, "nobody") != NULL);
    CHECK(reserve(32, "", 1, 0) == NULL && has_reason("account-info-needed"));
    CHECK(reserve(33, "bad\nname", 1, 0) == NULL && has_reason("account-authorization-failed"));
    CHECK(get_person("mary")->reserved == 0);
    CHECK(reserve(30, "mary", 0, 1) != NULL); // a refusal does not use up its key
    CHECK(settle(34, 30, 0, 2) == NULL && err.code == ERR_INVALID); // more than was set aside
    CHECK(give_back(35, 30) != NULL);
}

static void test_a_settlement_is_priced_as_its_reservation_was(void)
{
    Quoin__V1__SetPricesRequest request = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    Quoin__V1__PriceList list = QUOIN__V1__PRICE_LIST__INIT;
    int64_t mono[4] = { 1, 90000, 3, 4 };
    int64_t color[4] = { 5, 90000, 7, 8 };
    CHECK(reserve(40, "mary", 2, 0) != NULL);
    list.page_mono = mono;
    list.page_color = color;
    list.n_page_mono = list.n_page_color = 4;
    list.duplex_percent = 100;
    request.key = key_of(41);
    request.prices = &list;
    CHECK(ask(&request.base) != NULL);
    const Quoin__V1__Settlement *done = settle(42, 40, 2, 0);
    CHECK(done != NULL && done->charged == 10000);
    CHECK(reserve(43, "mary", 2, 0) == NULL && has_reason("account-limit-reached"));
}

static void test_reservations_lapse_when_they_say(void)
{
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    request.key = key_of(50);
    work.user = text_of("mary");
    request.lapses_at = now + 5000;
    work.classes = classes_of(0, 0, &work.n_classes);
    CHECK(ask(&request.base) != NULL);
    request.key = key_of(51);
    request.lapses_at = now;
    CHECK(ask(&request.base) == NULL && err.code == ERR_INVALID);
    request.lapses_at = now + 401LL * 24 * 3600 * 1000;
    CHECK(ask(&request.base) == NULL && err.code == ERR_INVALID);
    CHECK(db_begin(cas_db(cas), &err) && cas_lapse(cas, now + 5000, &err));
    CHECK(db_commit(cas_db(cas), &err));
    CHECK(settle(52, 50, 0, 0) == NULL && strstr(err.text, "closed by lapse") != NULL);
}

static void test_blank_pages_are_told_and_cost_what_mono_costs(void)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    work.user = text_of("mary");
    work.classes = classes_of(3, 0, &work.n_classes);
    const Quoin__V1__QuoteReply *mono = ask(&request.base);
    CHECK(mono != NULL && strcmp(mono->lines[0]->what, "3 mono pages, normal size") == 0);
    int64_t amount = mono->amount;
    work.classes[0]->blank = true;
    const Quoin__V1__QuoteReply *blank = ask(&request.base);
    CHECK(blank != NULL && strcmp(blank->lines[0]->what, "3 blank pages, normal size") == 0);
    CHECK(blank->amount == amount && amount > 0);
}

static void test_wrong_classes_are_refused(void)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    work.user = text_of("mary");
    work.classes = classes_of(1, 0, &work.n_classes);
    work.classes[0]->size = 4;
    CHECK(ask(&request.base) == NULL && err.code == ERR_INVALID);
    Quoin__V1__PageClass *many[PAGE_CLASS_MAX + 1];
    for (int i = 0; i < PAGE_CLASS_MAX + 1; i++) {
        size_t count;
        many[i] = classes_of(1, 0, &count)[0];
    }
    work.classes = many;
    work.n_classes = PAGE_CLASS_MAX + 1;
    CHECK(ask(&request.base) == NULL && err.code == ERR_INVALID);
}

// Document names are people's secrets; the chain cannot forget.
static void test_the_name_of_a_document_is_not_kept(void)
{
    struct ledger_entry entries[200];
    size_t count = 0;
    int found = 0;
    CHECK(ledger_list(cas_ledger(cas), 0, 0, 200, &arena, entries, &count, &err) && count > 8);
    for (size_t i = 0; i < count; i++) {
        found += memmem(entries[i].detail.ptr, entries[i].detail.len, "secret", 6) != NULL ? 1 : 0;
    }
    CHECK(found == 0);
}

// Every call of the database failing in turn: the job is set aside or it is not.
static void test_the_nth_call_failing_leaves_all_or_nothing(void)
{
    int failures = 0;
    for (int n = 1; n < 200; n++) {
        int64_t before = get_person("tom")->available;
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        bool ok = reserve(200, "tom", 1, 0) != NULL;
        bool is_due = db_fault_is_due(cas_db(cas));
        db_fault_at(cas_db(cas), 0, false);
        CHECK(get_person("tom")->available == before - (ok ? 90000 : 0));
        CHECK(ok || !is_due);
        failures += ok ? 0 : 1;
        if (ok) {
            break;
        }
    }
    CHECK(failures > 8);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && add_person(1, "mary", 100000) != NULL);
    CHECK(add_person(2, "tom", 100000) != NULL);
    test_a_quote_tells_the_lines();
    test_reserve_settle_and_the_rest_back();
    test_the_same_key_gives_the_same_answer_for_ever();
    test_a_void_gives_all_back();
    test_refusals_say_why();
    test_a_settlement_is_priced_as_its_reservation_was();
    test_reservations_lapse_when_they_say();
    test_blank_pages_are_told_and_cost_what_mono_costs();
    test_wrong_classes_are_refused();
    test_the_name_of_a_document_is_not_kept();
    test_the_nth_call_failing_leaves_all_or_nothing();
    return fixture_end();
}
