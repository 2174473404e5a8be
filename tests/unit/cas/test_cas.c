// Opening a site, names, and the witness that notices a ledger which lost its end.
#include "unit/cas/fixture.h"

#include "proto/policy.pb-c.h"
#include "proto/quota.pb-c.h"
#include <fcntl.h>
#include <unistd.h>

static void test_a_new_site_has_what_it_needs(void)
{
    CHECK(fixture_open());
    struct ledger_account account;
    bool found = false;
    CHECK(ledger_account_find(cas_ledger(cas), STR("cash"), &account, &found, &err) && found);
    CHECK(ledger_account_find(cas_ledger(cas), STR("income:print"), &account, &found, &err) &&
          found);
    CHECK(account.state.is_unlimited);
    cas_close(&cas);
    CHECK(fixture_open()); // and makes it once
    struct ledger_head head;
    CHECK(ledger_head(cas_ledger(cas), &head, &err) && head.sequence == 5);
    cas_close(&cas);
}

static const struct {
    const char *name;
    const char *folded; // NULL: refused
} names[] = {
    { "mary", "mary" },
    { "MARY", "mary" },
    { "Zo\xc3\xab", "zo\xc3\xab" },
    { "dom\\Mary", "dom\\mary" },
    { "m@X.org", "m@x.org" },
    { "a b", "a b" },
    { "", NULL },
    { " mary", NULL },
    { "mary ", NULL },
    { "ma\nry", NULL },
    { "ma\x7fry", NULL },
    { "\xff", NULL },
    { "\xc3", NULL },
    { "\xc2\x85", NULL },
};

static void test_names_have_one_form(void)
{
    char out[CAS_NAME_MAX + 1];
    char many[CAS_NAME_MAX + 2];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        bool ok = cas_name_fold(str_of(names[i].name), out, &err);
        CHECK(ok == (names[i].folded != NULL) && (!ok || strcmp(out, names[i].folded) == 0));
    }
    memset(many, 'A', sizeof(many));
    CHECK(cas_name_fold((struct str){ many, CAS_NAME_MAX }, out, &err));
    CHECK(!cas_name_fold((struct str){ many, CAS_NAME_MAX + 1 }, out, &err));
    CHECK(!cas_name_fold((struct str){ "a\0b", 3 }, out, &err));
}

static void test_an_older_copy_in_its_place_is_noticed(void)
{
    CHECK(fixture_open() && add_person(1, "mary", 100) != NULL);
    cas_close(&cas);
    store_copy(fixture_dsn, true);
    CHECK(fixture_open() && add_person(2, "tom", 100) != NULL);
    cas_close(&cas);
    store_copy(fixture_dsn, false);
    CHECK(!fixture_open() && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "had come to entry 9") != NULL && cas == NULL);
    CHECK(remove(fixture_witness) == 0); // the loss is accepted
    CHECK(fixture_open() && get_person("tom") == NULL && get_person("mary") != NULL);
    cas_close(&cas);
}

static void test_a_witness_that_was_cut_short_is_no_alarm(void)
{
    CHECK(truncate(fixture_witness, 10) == 0);
    CHECK(fixture_open());
    cas_close(&cas);
    CHECK(truncate(fixture_witness, 0) == 0);
    CHECK(fixture_open());
}

static void test_what_is_no_request_is_refused(void)
{
    Quoin__V1__Head head = QUOIN__V1__HEAD__INIT;
    CHECK(ask(&head.base) == NULL && err.code == ERR_INTERNAL);
    CHECK(!cas_knows(&quoin__v1__head__descriptor));
    CHECK(cas_knows(&quoin__v1__reserve_request__descriptor));
}

// ---- a change that is undone --------------------------------------------------------------------

// What one change set, and the time zone, to tell them apart: by two that differ.
struct setup {
    int64_t page;       // price of a page
    int64_t most;       // quota of pages
    const char *policy; // text
    const char *zone;
};

static bool answer(const ProtobufCMessage *request)
{
    const ProtobufCMessage *reply = NULL;
    struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
    memset(&err, 0, sizeof(err));
    return cas_answer(cas, &turn, request, &reply, &err);
}

static bool set_prices(uint8_t key, int64_t page)
{
    static int64_t mono[4];
    Quoin__V1__SetPricesRequest request = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    Quoin__V1__PriceList list = QUOIN__V1__PRICE_LIST__INIT;
    mono[0] = mono[1] = mono[2] = mono[3] = page;
    list.page_mono = list.page_color = mono;
    list.n_page_mono = list.n_page_color = 4;
    list.duplex_percent = 100;
    request.key = key_of(key);
    request.prices = &list;
    return answer(&request.base);
}

static bool set_quota(uint8_t key, int64_t most)
{
    Quoin__V1__SetQuotaRequest request = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    quota.name = text_of("pages");
    quota.unit = text_of("pages");
    quota.period = text_of("month");
    quota.each = text_of("user");
    quota.most = most;
    request.key = key_of(key);
    request.quota = &quota;
    return answer(&request.base);
}

static bool set_policy(uint8_t key, const char *text)
{
    Quoin__V1__SetPolicyRequest request = QUOIN__V1__SET_POLICY_REQUEST__INIT;
    Quoin__V1__PolicySet set = QUOIN__V1__POLICY_SET__INIT;
    request.key = key_of(key);
    request.set = &set;
    set.name = text_of("site");
    set.text.data = (uint8_t *)text_of(text);
    set.text.len = strlen(text);
    set.file = text_of("");
    return answer(&request.base);
}

static bool set_zone(uint8_t key, const char *zone)
{
    Quoin__V1__SetSiteTimeRequest request = QUOIN__V1__SET_SITE_TIME_REQUEST__INIT;
    Quoin__V1__SiteTime time = QUOIN__V1__SITE_TIME__INIT;
    request.key = key_of(key);
    request.time = &time;
    time.zone = text_of(zone);
    time.week_begins = text_of("");
    return answer(&request.base);
}

static bool set_all(uint8_t key, const struct setup *setup)
{
    return set_prices(key, setup->page) && set_quota((uint8_t)(key + 1), setup->most) &&
           set_policy((uint8_t)(key + 2), setup->policy) &&
           set_zone((uint8_t)(key + 3), setup->zone);
}

// A job of 4 pages, and the zone: everything that is kept compiled.
static const Quoin__V1__QuoteReply *quote(const char **zone)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__GetSiteTimeRequest get = QUOIN__V1__GET_SITE_TIME_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    struct cas_turn turn = { .arena = &arena, .role = role, .host = host, .now = now };
    const ProtobufCMessage *time = NULL;
    const ProtobufCMessage *reply = NULL;
    work.user = text_of("ann");
    work.queue = text_of("main");
    work.classes = classes_of(4, 0, &work.n_classes);
    request.work = &work;
    memset(&err, 0, sizeof(err));
    CHECK(cas_answer(cas, &turn, &get.base, &time, &err));
    CHECK(cas_answer(cas, &turn, &request.base, &reply, &err));
    *zone = time == NULL ? "" : ((const Quoin__V1__SiteTime *)time)->zone;
    return (const Quoin__V1__QuoteReply *)reply;
}

// The numbers of changes that were undone go to others: what was compiled of the former is not
// taken for the latter.
static void test_what_was_undone_is_not_remembered(void)
{
    static const struct setup gone = { 70000, 2, "when pages > 1 then deny \"gone\"\n",
                                       "Asia/Kolkata" };
    static const struct setup kept = { 20000, 100, "when pages > 1 then notify \"kept\"\n",
                                       "Europe/Berlin" };
    const char *zone;
    cas_close(&cas);
    CHECK(fixture_open() && add_person(9, "ann", 1000000) != NULL);
    for (int way = 0; way < 2; way++) { // a transaction, and a part of one, is undone
        uint8_t key = (uint8_t)(10 + 20 * way);
        CHECK(db_begin(cas_db(cas), &err));
        CHECK(way == 0 || (db_part_begin(cas_db(cas), &err) && set_zone(5, "UTC") &&
                           db_part_keep(cas_db(cas), &err) && db_part_begin(cas_db(cas), &err)));
        CHECK(set_all(key, &gone));
        const Quoin__V1__QuoteReply *told = quote(&zone);
        CHECK(told != NULL && told->decision != NULL);
        CHECK(told != NULL && strcmp(told->decision->verdict, "deny") == 0);
        CHECK(strcmp(zone, gone.zone) == 0);
        if (way == 0) {
            db_rollback(cas_db(cas));
            CHECK(db_begin(cas_db(cas), &err));
        } else {
            CHECK(db_part_undo(cas_db(cas)));
        }
        CHECK(set_all((uint8_t)(key + 10), &kept));
        told = quote(&zone);
        CHECK(told != NULL && told->amount == 4 * kept.page);
        CHECK(told != NULL && told->decision != NULL && told->decision->n_notices == 1);
        CHECK(strcmp(zone, kept.zone) == 0);
        db_rollback(cas_db(cas));
    }
}

int main(void)
{
    fixture_begin();
    test_a_new_site_has_what_it_needs();
    test_names_have_one_form();
    test_an_older_copy_in_its_place_is_noticed();
    test_a_witness_that_was_cut_short_is_no_alarm();
    test_what_is_no_request_is_refused();
    test_what_was_undone_is_not_remembered();
    return fixture_end();
}
