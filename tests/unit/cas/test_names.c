// Who gets another name, or becomes one with another person, keeps what was printed, what counts
// against quotas, what rules count, and what is set aside; every name of old leads there.
#include "unit/cas/fixture.h"

#include "proto/accounts.pb-c.h"
#include "proto/config.pb-c.h"
#include "proto/history.pb-c.h"
#include "proto/policy.pb-c.h"
#include "proto/price.pb-c.h"
#include "proto/quota.pb-c.h"
#include "unit/cas/payers.h"
#include "unit/cas/policies.h"

static const Quoin__V1__Person *rename_to(uint8_t key, const char *name, const char *to)
{
    Quoin__V1__RenamePersonRequest request = QUOIN__V1__RENAME_PERSON_REQUEST__INIT;
    request.key = key_of(key);
    request.name = text_of(name);
    request.to = text_of(to);
    return ask(&request.base);
}

static const Quoin__V1__Person *merge(uint8_t key, const char *from, const char *into)
{
    Quoin__V1__MergePeopleRequest request = QUOIN__V1__MERGE_PEOPLE_REQUEST__INIT;
    request.key = key_of(key);
    request.from = text_of(from);
    request.into = text_of(into);
    return ask(&request.base);
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
    return ask(&request.base) != NULL;
}

static bool has_used(const char *subject, const char *as, int64_t used, int64_t reserved)
{
    Quoin__V1__ListQuotaUseRequest request = QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    request.quota = text_of("pages");
    request.subject = text_of(subject);
    const Quoin__V1__ListQuotaUseReply *reply = ask(&request.base);
    bool ok = reply != NULL && reply->n_uses == 1 && strcmp(reply->uses[0]->subject, as) == 0 &&
              reply->uses[0]->used == used && reply->uses[0]->reserved == reserved;
    if (!ok && reply != NULL && reply->n_uses == 1) {
        printf("# %s: %lld used, %lld reserved\n", reply->uses[0]->subject,
               (long long)reply->uses[0]->used, (long long)reply->uses[0]->reserved);
    }
    return ok;
}

static int64_t booked(const char *account)
{
    Quoin__V1__BalanceRequest request = QUOIN__V1__BALANCE_REQUEST__INIT;
    request.account = text_of(account);
    const Quoin__V1__BalanceReply *reply = ask(&request.base);
    return reply == NULL ? INT64_MIN : reply->balance;
}

static size_t works_of(const char *user, const char *account)
{
    Quoin__V1__ListWorksRequest request = QUOIN__V1__LIST_WORKS_REQUEST__INIT;
    request.user = text_of(user);
    request.account = text_of(account);
    const Quoin__V1__ListWorksReply *reply = ask(&request.base);
    return reply == NULL ? SIZE_MAX : reply->n_works;
}

static bool is_denied(uint8_t key, const char *user)
{
    const Quoin__V1__Reservation *told = reserve(key, user, 1, 0);
    return told != NULL && told->decision != NULL && strcmp(told->decision->verdict, "deny") == 0;
}

static void test_a_new_name_in_the_middle_of_a_job(void)
{
    CHECK(reserve(10, "mary", 4, 0) != NULL && settle(11, 10, 4, 0) != NULL);
    CHECK(grant(12, "mary", "add", 5000, 0) != NULL && reserve(13, "mary", 3, 0) != NULL);
    CHECK(has_used("user:mary", "user:mary", 4, 3));
    CHECK(rename_to(14, "mary", "maria") != NULL);
    CHECK(has_used("user:maria", "user:maria", 4, 3) && has_used("user:Mary", "user:maria", 4, 3));
    const Quoin__V1__Settlement *done = settle(15, 13, 2, 0);
    CHECK(done != NULL && done->charged == 10000);
    CHECK(has_used("user:maria", "user:maria", 6, 0));
    CHECK(works_of("maria", "") == 2 && works_of("mary", "") == 2);
    CHECK(works_of("", "user:maria") == 2 && works_of("", "user:mary") == 2);
    CHECK(works_of("", "allotment:mary") == 1);
    CHECK(set_policy(16, "site", "when jobs_today >= 2 then deny \"enough\"\n", NULL, 0) != NULL);
    CHECK(is_denied(17, "maria") && is_denied(18, "mary"));
    CHECK(remove_policy(19, "site") != NULL);
    // The name is hers for ever: nobody begins with what she used.
    CHECK(add_person(20, "mary", 0) == NULL && err.code == ERR_EXISTS);
}

static void test_old_names_lead_to_the_purses(void)
{
    const Quoin__V1__Purses *purses = purses_of("mary");
    CHECK(purses != NULL && strcmp(purses->name, "maria") == 0);
    int64_t had = purses == NULL ? 0 : purses->available;
    purses = grant(30, "Mary", "add", 700, 0);
    CHECK(purses != NULL && purses->changed == 700 && purses->available == had + 700);
    CHECK(booked("allotment:mary") == balance_of("allotment:maria"));
    CHECK(booked("user:Mary") == balance_of("user:maria") && balance_of("user:mary") == INT64_MIN);
    CHECK(purses_of("nobody") == NULL && err.code == ERR_NOT_FOUND);
}

static bool set_prices_of_nothing(uint8_t key)
{
    static int64_t none[4];
    Quoin__V1__SetPricesRequest request = QUOIN__V1__SET_PRICES_REQUEST__INIT;
    Quoin__V1__PriceList list = QUOIN__V1__PRICE_LIST__INIT;
    list.page_mono = list.page_color = none;
    list.n_page_mono = list.n_page_color = 4;
    list.duplex_percent = 100;
    request.key = key_of(key);
    request.prices = &list;
    return ask(&request.base) != NULL;
}

static void test_two_become_one_with_all_they_used(void)
{
    CHECK(add_person(40, "old", 1000000) != NULL);
    CHECK(reserve(41, "old", 3, 0) != NULL && settle(42, 41, 3, 0) != NULL);
    CHECK(set_prices_of_nothing(50) && reserve(51, "old", 1, 0) != NULL);
    CHECK(merge(43, "old", "maria") == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "old has jobs under way") != NULL && give_back(52, 51) != NULL);
    CHECK(merge(43, "old", "maria") != NULL);
    CHECK(has_used("user:old", "user:maria", 9, 0) && works_of("maria", "") == 6);
    CHECK(works_of("old", "") == 6);
    CHECK(booked("user:old") == 0 && works_of("", "user:old") == 2);  // its entries stay its own
    CHECK(reserve(44, "old", 2, 0) == NULL && err.code == ERR_LIMIT); // 9 of 10 are used
    CHECK(reserve(45, "old", 1, 0) != NULL && give_back(46, 45) != NULL);
    CHECK(set_policy(47, "site", "when jobs_today >= 3 then deny \"enough\"\n", NULL, 0) != NULL);
    CHECK(is_denied(48, "maria"));
    CHECK(remove_policy(49, "site") != NULL);
}

static const Quoin__V1__Purses *transfer(uint8_t key, const char *from, const char *to)
{
    Quoin__V1__TransferRequest request = QUOIN__V1__TRANSFER_REQUEST__INIT;
    request.key = key_of(key);
    request.from = text_of(from);
    request.to = text_of(to);
    request.amount = 10;
    return ask(&request.base);
}

static void test_who_is_locked_gets_and_gives_nothing(void)
{
    Quoin__V1__SetMoneySettingsRequest settings = QUOIN__V1__SET_MONEY_SETTINGS_REQUEST__INIT;
    Quoin__V1__MoneySettings everyone = QUOIN__V1__MONEY_SETTINGS__INIT;
    everyone.transfers = text_of("everyone");
    settings.key = key_of(60);
    settings.settings = &everyone;
    CHECK(ask(&settings.base) != NULL);
    CHECK(add_person(61, "tom", 1000) != NULL && lock_person("maria", 1));
    CHECK(grant(62, "mary", "add", 700, 0) == NULL && err.code == ERR_DENIED);
    CHECK(strcmp(err.text, "the account of maria is locked, so nothing is granted to it") == 0);
    CHECK(transfer(63, "tom", "mary") == NULL && err.code == ERR_DENIED);
    CHECK(strcmp(err.text, "the account of maria is locked") == 0);
    CHECK(transfer(64, "mary", "tom") == NULL && err.code == ERR_DENIED);
    CHECK(grant(65, "mary", "set-to", 0, 0) != NULL && balance_of("allotment:maria") == 0);
    CHECK(lock_person("maria", 0) && transfer(66, "mary", "tom") != NULL);
    CHECK(grant(62, "mary", "add", 700, 0) != NULL);
}

static void test_every_failing_call_undoes_the_name(void)
{
    bool done = false;
    int64_t n = 1;
    CHECK(set_quota(80, 1000) && add_person(81, "fay", 1000000) != NULL);
    CHECK(reserve(82, "fay", 2, 0) != NULL && settle(83, 82, 2, 0) != NULL);
    CHECK(reserve(84, "fay", 1, 0) != NULL);
    for (; !done && n < 300; n++) {
        arena_reset(&arena);
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        done = rename_to(85, "fay", "faye") != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(has_used("user:fay", done ? "user:faye" : "user:fay", 2, 1));
        CHECK(works_of("fay", "") == 1);
    }
    CHECK(done && n > 10 && settle(86, 84, 1, 0) != NULL);
    CHECK(has_used("user:faye", "user:faye", 3, 0));
}

// ---- what is configured by a name ---------------------------------------------------------------

static struct str thing_of(const char *kind, const char *name)
{
    Quoin__V1__ListThingsRequest request = QUOIN__V1__LIST_THINGS_REQUEST__INIT;
    request.kind = text_of(kind);
    const Quoin__V1__ListThingsReply *reply = ask(&request.base);
    for (size_t i = 0; reply != NULL && i < reply->n_things; i++) {
        if (strcmp(reply->things[i]->name, name) == 0) {
            return (struct str){ (const char *)reply->things[i]->body.data,
                                 reply->things[i]->body.len };
        }
    }
    return STR("(none)");
}

static bool thing_names(const char *kind, const char *name, const char *word)
{
    struct str body = thing_of(kind, name);
    return memmem(body.ptr, body.len, word, strlen(word)) != NULL;
}

static bool put_thing(uint8_t key, const char *kind, const char *name,
                      const ProtobufCMessage *thing)
{
    Quoin__V1__ApplyThingsRequest request = QUOIN__V1__APPLY_THINGS_REQUEST__INIT;
    Quoin__V1__ThingEdit edit = QUOIN__V1__THING_EDIT__INIT;
    Quoin__V1__ThingEdit *edits[] = { &edit };
    edit.body.len = protobuf_c_message_get_packed_size(thing);
    edit.body.data = arena_new(&arena, edit.body.len + 1);
    (void)protobuf_c_message_pack(thing, edit.body.data);
    edit.kind = text_of(kind);
    edit.name = text_of(name);
    request.key = key_of(key);
    request.edits = edits;
    request.n_edits = 1;
    request.seen = -1;
    return ask(&request.base) != NULL;
}

static bool put_things_that_name(const char *department, const char *user)
{
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    Quoin__V1__PriceBook book = QUOIN__V1__PRICE_BOOK__INIT;
    Quoin__V1__Schedule schedule = QUOIN__V1__SCHEDULE__INIT;
    Quoin__V1__ScheduleGrant grants = QUOIN__V1__SCHEDULE_GRANT__INIT;
    char *below = arena_textf(&arena, "%s/west", department);
    char *departments[] = { text_of("history"), text_of(department) };
    char *users[] = { text_of(user) };
    quota.unit = text_of("pages");
    quota.period = text_of("month");
    quota.each = text_of("user");
    quota.most = 1000;
    quota.users = users;
    quota.exempt_departments = &below;
    quota.n_users = quota.n_exempt_departments = 1;
    book.departments = departments;
    book.n_departments = 2;
    grants.mode = text_of("add");
    grants.amount = 10;
    grants.users = users;
    grants.departments = departments;
    grants.n_users = 1;
    grants.n_departments = 2;
    schedule.when = text_of("@monthly");
    schedule.task = text_of("grant");
    schedule.grant = &grants;
    rule.pays = text_of("account");
    rule.account = arena_textf(&arena, "department:%s", department);
    return put_thing(100, "payer", arena_textf(&arena, "department:%s", below), &rule.base) &&
           put_thing(101, "payer", arena_textf(&arena, "user:%s", user), &rule.base) &&
           put_thing(102, "quota", "few", &quota.base) &&
           put_thing(103, "price", "theirs", &book.base) &&
           put_thing(104, "schedule", "monthly", &schedule.base);
}

static void test_what_is_configured_by_a_name_follows(void)
{
    Quoin__V1__MovePayerRequest move = QUOIN__V1__MOVE_PAYER_REQUEST__INIT;
    CHECK(add_payer(900, 1, "hist", 0, 1, 0, 0) && add_payer(901, 1, "hist/west", 900, 1, 0, 0));
    CHECK(add_person(110, "hugo", 100) != NULL && put_things_that_name("hist", "hugo"));
    CHECK(set_policy(111, "old", "when department = \"hist/west\" then deny \"no\"\n", NULL, 0) !=
          NULL);
    CHECK(set_policy(112, "other", "when department = \"history\" then deny \"no\"\n", NULL, 1) !=
          NULL);
    move.key = key_of(113);
    move.kind = text_of("department");
    move.name = text_of("hist");
    move.to = text_of("geschichte");
    move.dry_run = true;
    const Quoin__V1__MovePayerReply *moved = ask(&move.base);
    CHECK(moved != NULL && moved->things == 6 && moved->change == 0);
    CHECK(thing_names("payer", "department:hist/west", "department:hist"));
    move.dry_run = false;
    moved = ask(&move.base);
    CHECK(moved != NULL && moved->things == 6 && moved->change > 0);
    CHECK(moved != NULL && moved->n_policies == 1 && strcmp(moved->policies[0], "old") == 0);
    CHECK(str_eq(thing_of("payer", "department:hist/west"), STR("(none)")));
    CHECK(thing_names("payer", "department:geschichte/west", "department:geschichte"));
    CHECK(thing_names("payer", "user:hugo", "department:geschichte"));
    CHECK(thing_names("quota", "few", "geschichte/west"));
    CHECK(thing_names("price", "theirs", "geschichte") &&
          thing_names("price", "theirs", "history"));
    CHECK(thing_names("schedule", "monthly", "geschichte"));
    const Quoin__V1__Person *person = rename_to(114, "hugo", "hugh");
    CHECK(person != NULL && person->n_policies == 0);
    CHECK(thing_names("payer", "user:hugh", "user:hugh") && thing_names("quota", "few", "hugh"));
    CHECK(thing_names("schedule", "monthly", "hugh"));
    CHECK(!thing_names("quota", "few", "hugo") && !thing_names("schedule", "monthly", "hugo"));
}

static bool put_rule(uint8_t key, const char *scope, const char *choose)
{
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    rule.choose = text_of(choose);
    return put_thing(key, "payer", scope, &rule.base);
}

static void test_what_is_configured_by_a_name_is_merged(void)
{
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    char *users[] = { text_of("lea"), text_of("leah"), text_of("hugh") };
    quota.unit = text_of("pages");
    quota.period = text_of("month");
    quota.each = text_of("user");
    quota.most = 1000;
    quota.users = users;
    quota.n_users = 3;
    CHECK(add_person(120, "lea", 100) != NULL && add_person(121, "leah", 100) != NULL);
    CHECK(add_person(122, "li", 100) != NULL && put_rule(123, "user:li", "may"));
    CHECK(put_rule(124, "user:lea", "no") && put_rule(125, "user:leah", "must"));
    CHECK(put_thing(126, "quota", "both", &quota.base));
    CHECK(set_policy(127, "lea", "when user = \"lea\" then deny \"no\"\n", NULL, 0) != NULL);
    const Quoin__V1__Person *person = merge(128, "lea", "leah");
    CHECK(person != NULL && person->n_policies == 1);
    CHECK(str_eq(thing_of("payer", "user:lea"), STR("(none)")));
    CHECK(thing_names("payer", "user:leah", "must") && !thing_names("payer", "user:leah", "no"));
    struct arena own = ARENA_CAP(1 << 16);
    ProtobufCMessage *message;
    CHECK(
        cas_unpack(&own, &quoin__v1__quota__descriptor, thing_of("quota", "both"), &message, &err));
    const Quoin__V1__Quota *now_is = (const Quoin__V1__Quota *)message;
    CHECK(now_is->n_users == 2 && strcmp(now_is->users[0], "leah") == 0);
    CHECK(strcmp(now_is->users[1], "hugh") == 0);
    arena_free(&own);
    // A rule that only the one had goes on for the other.
    CHECK(merge(129, "li", "hugh") != NULL && str_eq(thing_of("payer", "user:li"), STR("(none)")));
    CHECK(thing_names("payer", "user:hugh", "user:hugh")); // as it was before
    Quoin__V1__ListThingChangesRequest changes = QUOIN__V1__LIST_THING_CHANGES_REQUEST__INIT;
    const Quoin__V1__ListThingChangesReply *told = ask(&changes.base);
    CHECK(told != NULL && strcmp(told->changes[0]->why, "user li became one with hugh") == 0);
    CHECK(strcmp(told->changes[0]->by, "admin/one") == 0);
    CHECK(add_person(130, "lu", 100) != NULL && put_rule(131, "user:lu", "may"));
    CHECK(add_person(132, "lux", 100) != NULL && merge(133, "lu", "lux") != NULL);
    CHECK(thing_names("payer", "user:lux", "may"));
}

// A queue, or a person at a client, goes on saying the path of before.
static void test_paths_of_before_lead_to_the_account(void)
{
    Quoin__V1__MovePayerRequest move = QUOIN__V1__MOVE_PAYER_REQUEST__INIT;
    CHECK(add_payer(910, 2, "pay2", 0, 1, 0, 0) && add_person(140, "ann", 100000) != NULL);
    static const char *const paths[] = { "pay2", "pay3", "pay4" };
    for (uint8_t i = 0; i < 2; i++) {
        arena_reset(&arena);
        move.kind = text_of("code");
        move.key = key_of((uint8_t)(141 + i));
        move.name = text_of(paths[i]);
        move.to = text_of(paths[i + 1]);
        CHECK(ask(&move.base) != NULL);
    }
    for (uint8_t i = 0; i < 3; i++) {
        Quoin__V1__QuoteRequest quote = QUOIN__V1__QUOTE_REQUEST__INIT;
        Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
        work.user = text_of("ann");
        work.account = arena_textf(&arena, "code:%s", paths[i]);
        work.classes = classes_of(1, 0, &work.n_classes);
        quote.work = &work;
        const Quoin__V1__QuoteReply *told = ask(&quote.base);
        CHECK(told != NULL && told->n_legs == 1);
        CHECK(told != NULL && strcmp(told->legs[0]->account, "code:pay4") == 0);
    }
    // Who has the path now is meant, not who had it.
    CHECK(add_payer(911, 2, "pay2", 0, 1, 0, 0));
    Quoin__V1__QuoteRequest quote = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    work.user = text_of("ann");
    work.account = text_of("code:pay2");
    work.classes = classes_of(1, 0, &work.n_classes);
    quote.work = &work;
    const Quoin__V1__QuoteReply *told = ask(&quote.base);
    CHECK(told != NULL && strcmp(told->legs[0]->account, "code:pay2") == 0);
}

int main(void)
{
    role = "admin";
    fixture_begin();
    CHECK(fixture_open() && now_is_real() && set_quota(1, 10));
    CHECK(add_person(2, "mary", 1000000) != NULL);
    test_a_new_name_in_the_middle_of_a_job();
    test_old_names_lead_to_the_purses();
    test_two_become_one_with_all_they_used();
    test_who_is_locked_gets_and_gives_nothing();
    test_every_failing_call_undoes_the_name();
    test_what_is_configured_by_a_name_follows();
    test_what_is_configured_by_a_name_is_merged();
    test_paths_of_before_lead_to_the_account();
    return fixture_end();
}
