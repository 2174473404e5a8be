// Opening a site, names, and the witness that notices a ledger which lost its end.
#include "unit/cas/fixture.h"

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

int main(void)
{
    fixture_begin();
    test_a_new_site_has_what_it_needs();
    test_names_have_one_form();
    test_an_older_copy_in_its_place_is_noticed();
    test_a_witness_that_was_cut_short_is_no_alarm();
    test_what_is_no_request_is_refused();
    return fixture_end();
}
