// Charges under quotas: refused with a sentence and IPP's word for it, settled, voided and lapsed;
// what the administrator sets, sees and puts back.
#include "unit/cas/fixture.h"

#include "accounts/edit.h"
#include "cas/cas_int.h"
#include "proto/quota.pb-c.h"

static const char *words[2] = { "mary", "tom" };

static Quoin__V1__Quota quota_of(const char *name, const char *unit, int64_t most)
{
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    quota.name = text_of(name);
    quota.unit = text_of(unit);
    quota.most = most;
    quota.period = text_of("month");
    quota.each = text_of("user");
    return quota;
}

static const Quoin__V1__Quota *set(uint8_t key, Quoin__V1__Quota *quota)
{
    Quoin__V1__SetQuotaRequest request = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    request.key = key_of(key);
    request.quota = quota;
    return ask(&request.base);
}

static const Quoin__V1__QuotaUse *use_of(const char *quota, const char *subject)
{
    Quoin__V1__ListQuotaUseRequest request = QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    request.quota = text_of(quota);
    request.subject = text_of(subject);
    const Quoin__V1__ListQuotaUseReply *reply = ask(&request.base);
    CHECK(reply != NULL && reply->n_uses == 1);
    return reply->uses[0];
}

static bool has(const char *subject, int64_t used, int64_t reserved, int64_t left)
{
    const Quoin__V1__QuotaUse *use = use_of("color", subject);
    return use->used == used && use->reserved == reserved && use->left == left;
}

static void test_a_student_with_ten_colour_pages(void)
{
    Quoin__V1__Quota quota = quota_of("color", "color-pages", 10);
    uint32_t levels[] = { 80 };
    quota.warn_at = levels;
    quota.n_warn_at = 1;
    const Quoin__V1__Quota *made = set(1, &quota);
    CHECK(made != NULL && strcmp(made->name, "color") == 0 && made->since == now);
    CHECK(has("user:mary", 0, 0, 10));
    const Quoin__V1__Reservation *first = reserve(10, "Mary", 1, 8);
    CHECK(first != NULL && first->decision != NULL && first->decision->n_notices == 1);
    CHECK(strcmp(first->decision->notices[0], "80 per cent are used: quota \"color\" allows 10 "
                                              "colour pages a month: 2 colour pages left. It "
                                              "renews 1970-02-01 00:00") == 0);
    CHECK(has("user:mary", 0, 8, 2));
    CHECK(reserve(11, "mary", 1, 8) == NULL && err.code == ERR_LIMIT);
    CHECK(has_reason("account-limit-reached") && strstr(err.text, "2 colour pages left") != NULL);
    CHECK(reserve(11, "mary", 9, 0) != NULL); // black and white is not counted
    CHECK(reserve(12, "mary", 0, 2) != NULL && has("user:mary", 0, 10, 0));
    CHECK(reserve(13, "tom", 0, 9) != NULL && has("user:tom", 0, 9, 1)); // another counter
    first = reserve(10, "Mary", 1, 8);                                   // the same answer for ever
    CHECK(first != NULL && first->decision->n_notices == 1 && has("user:mary", 0, 10, 0));
    CHECK(settle(20, 10, 1, 5) != NULL && has("user:mary", 5, 2, 3));
    CHECK(settle(20, 10, 1, 5) != NULL && has("user:mary", 5, 2, 3));
    CHECK(give_back(21, 12) != NULL && has("user:mary", 5, 0, 5));
    CHECK(give_back(22, 11) != NULL && give_back(23, 13) != NULL && has("user:tom", 0, 0, 10));
}

static void test_a_quote_says_it_and_takes_nothing(void)
{
    Quoin__V1__QuoteRequest request = QUOIN__V1__QUOTE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    work.user = text_of("mary");
    work.classes = classes_of(0, 6, &work.n_classes);
    const Quoin__V1__QuoteReply *quote = ask(&request.base);
    CHECK(quote != NULL && !quote->enough && quote->decision->n_notices == 1);
    CHECK(strstr(quote->decision->notices[0], "5 colour pages left, this needs 6") != NULL);
    work.classes = classes_of(0, 5, &work.n_classes);
    quote = ask(&request.base);
    CHECK(quote != NULL && quote->enough && quote->decision == NULL && has("user:mary", 5, 0, 5));
}

static void test_short_of_money_takes_no_quota(void)
{
    CHECK(reserve(30, "tom", 10000, 1) == NULL && strstr(err.text, "available") != NULL);
    CHECK(has("user:tom", 0, 0, 10));
}

static void test_what_lapses_is_given_back(void)
{
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    request.work = &work;
    request.key = key_of(40);
    request.lapses_at = now + 5000;
    work.user = text_of("tom");
    work.classes = classes_of(1, 4, &work.n_classes);
    CHECK(ask(&request.base) != NULL && has("user:tom", 0, 4, 6));
    CHECK(db_begin(cas_db(cas), &err) && cas_lapse(cas, now + 5000, &err));
    CHECK(db_commit(cas_db(cas), &err));
    CHECK(has("user:tom", 0, 0, 10));
}

static void test_one_for_all_together_and_money(void)
{
    Quoin__V1__Quota quota = quota_of("budget", "money", 50000);
    quota.each = text_of("all");
    quota.users = (char **)(uintptr_t)words;
    quota.n_users = 2;
    quota.period = text_of("always");
    quota.advice = text_of("Ask room 12.");
    CHECK(set(2, &quota) != NULL);
    CHECK(reserve(50, "mary", 6, 0) != NULL && reserve(51, "tom", 3, 0) != NULL);
    CHECK(reserve(52, "tom", 2, 0) == NULL && strstr(err.text, "Ask room 12.") != NULL);
    const Quoin__V1__QuotaUse *use = use_of("budget", "all");
    CHECK(use->reserved == 45000 && use->left == 5000 && use->until == 0);
    CHECK(settle(53, 50, 2, 0) != NULL && use_of("budget", "all")->used == 10000);
    CHECK(give_back(54, 51) != NULL && use_of("budget", "all")->left == 40000);
    quota.suspended = 1;
    quota.most = 0;
    CHECK(set(3, &quota) != NULL && reserve(55, "tom", 9, 0) != NULL);
    CHECK(use_of("budget", "all")->used == 10000 && use_of("budget", "all")->suspended);
    CHECK(give_back(56, 55) != NULL);
}

static void test_listing_putting_back_and_removing(void)
{
    Quoin__V1__ListQuotasRequest list = QUOIN__V1__LIST_QUOTAS_REQUEST__INIT;
    const Quoin__V1__ListQuotasReply *all = ask(&list.base);
    CHECK(all != NULL && all->n_quotas == 2 && strcmp(all->quotas[0]->name, "budget") == 0);
    list.limit = 1;
    all = ask(&list.base);
    CHECK(all != NULL && all->n_quotas == 1 && all->more);
    Quoin__V1__ListQuotaUseRequest uses = QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    uses.limit = 2;
    const Quoin__V1__ListQuotaUseReply *page = ask(&uses.base);
    CHECK(page != NULL && page->n_uses == 2 && page->more);
    CHECK(strcmp(page->uses[0]->quota, "budget") == 0);
    CHECK(strcmp(page->uses[1]->subject, "user:mary") == 0);
    uses.after_quota = text_of(page->uses[1]->quota);
    uses.after_subject = text_of(page->uses[1]->subject);
    page = ask(&uses.base);
    CHECK(page != NULL && page->n_uses == 1 && !page->more);
    CHECK(strcmp(page->uses[0]->subject, "user:tom") == 0);
    uses = (Quoin__V1__ListQuotaUseRequest)QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    uses.subject = text_of("user:new");
    page =
        ask(&uses.base); // of a person who has not printed yet; not of "budget", which is for all
    CHECK(page != NULL && page->n_uses == 1 && page->uses[0]->left == 10);
    Quoin__V1__ResetQuotaRequest reset = QUOIN__V1__RESET_QUOTA_REQUEST__INIT;
    reset.key = key_of(60);
    reset.name = text_of("color");
    reset.subject = text_of("user:mary");
    const Quoin__V1__ResetQuotaReply *done = ask(&reset.base);
    CHECK(done != NULL && done->count == 1 && has("user:mary", 0, 0, 10));
    reset.subject = text_of("group:staff");
    CHECK(ask(&reset.base) == NULL && err.code == ERR_NOT_FOUND);
    reset.subject = text_of("");
    done = ask(&reset.base);
    CHECK(done != NULL && done->count == 2 && !done->more);
    Quoin__V1__RemoveQuotaRequest gone = QUOIN__V1__REMOVE_QUOTA_REQUEST__INIT;
    gone.key = key_of(61);
    gone.name = text_of("color");
    CHECK(ask(&gone.base) != NULL);
    gone.key = key_of(62);
    CHECK(ask(&gone.base) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(reserve(63, "mary", 0, 1) != NULL && give_back(64, 63) != NULL);
}

static bool place(const char *name, const char *group, const char *department)
{
    struct str groups[] = { str_of(group) };
    struct accounts_person after;
    enum accounts_outcome outcome;
    const struct accounts_person_edit edit = { .sets =
                                                   ACCOUNTS_SET_GROUPS | ACCOUNTS_SET_DEPARTMENT,
                                               .groups = groups,
                                               .group_count = 1,
                                               .department = str_of(department) };
    const struct accounts_by by = { .asker = STR("test"), .at = now, .make_missing = true };
    return db_begin(cas_db(cas), &err) &&
           accounts_person_put(cas->accounts, str_of(name), ACCOUNTS_CHANGE, &edit, &by, &arena,
                               &after, &outcome, &err) &&
           db_commit(cas_db(cas), &err);
}

static void test_each_group_or_all_of_it_together(void)
{
    static const char *staff[] = { "Staff" };
    static const char *science[] = { "science" };
    Quoin__V1__Quota group = quota_of("group", "pages", 10);
    Quoin__V1__Quota together = quota_of("together", "pages", 12);
    Quoin__V1__RemoveQuotaRequest gone = QUOIN__V1__REMOVE_QUOTA_REQUEST__INIT;
    group.each = text_of("group");
    group.groups = (char **)(uintptr_t)staff;
    group.n_groups = 1;
    together.each = text_of("all");
    together.departments = (char **)(uintptr_t)science;
    together.n_departments = 1;
    CHECK(place("mary", "staff", "science/physics") && place("tom", "staff", "arts"));
    CHECK(set(90, &group) != NULL && set(91, &together) != NULL);
    CHECK(reserve(92, "mary", 6, 0) != NULL && use_of("group", "group:staff")->reserved == 6);
    CHECK(use_of("together", "all")->reserved == 6);
    CHECK(reserve(93, "tom", 5, 0) == NULL && strstr(err.text, "\"group\"") != NULL);
    CHECK(reserve(93, "tom", 4, 0) != NULL && use_of("together", "all")->reserved == 6);
    group.suspended = 1;
    CHECK(set(94, &group) != NULL && reserve(95, "tom", 50, 0) != NULL); // arts is no science
    CHECK(reserve(96, "mary", 7, 0) == NULL && reserve(96, "mary", 6, 0) != NULL);
    for (uint8_t key = 92; key <= 96; key++) {
        CHECK(key == 94 || give_back((uint8_t)(key + 10), key) != NULL);
    }
    CHECK(use_of("group", "group:staff")->reserved == 0);
    gone.key = key_of(110);
    gone.name = text_of("together");
    CHECK(ask(&gone.base) != NULL);
}

static void test_what_makes_no_sense_is_refused(void)
{
    Quoin__V1__Quota quota = quota_of("bad", "litres", 10);
    Quoin__V1__SetQuotaRequest none = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    static const char *control[] = { "a\nb" };
    CHECK(set(70, &quota) == NULL && strstr(err.text, "litres") != NULL);
    quota = quota_of("bad", "pages", 10);
    quota.period = text_of("fortnight");
    CHECK(set(70, &quota) == NULL && strstr(err.text, "fortnight") != NULL);
    quota = quota_of("bad", "pages", 10);
    quota.each = text_of("cat");
    CHECK(set(70, &quota) == NULL && strstr(err.text, "cat") != NULL);
    quota = quota_of("bad", "pages", -1);
    CHECK(set(70, &quota) == NULL && err.code == ERR_INVALID);
    quota = quota_of("", "pages", 1);
    CHECK(set(70, &quota) == NULL && err.code == ERR_INVALID);
    quota = quota_of("bad", "pages", 1);
    quota.users = (char **)(uintptr_t)control;
    quota.n_users = 1;
    CHECK(set(70, &quota) == NULL && err.code == ERR_INVALID);
    none.key = key_of(71);
    CHECK(ask(&none.base) == NULL && err.code == ERR_INVALID);
    Quoin__V1__ListQuotaUseRequest uses = QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    uses.quota = text_of("none");
    CHECK(ask(&uses.base) == NULL && err.code == ERR_NOT_FOUND);
}

// Each call of the database fails once: nothing of the charge is there, neither money nor quota.
static void test_any_call_may_fail(void)
{
    Quoin__V1__Quota quota = quota_of("color", "color-pages", 10);
    CHECK(set(80, &quota) != NULL && has("user:tom", 0, 0, 10));
    bool done = false;
    for (int64_t n = 1; !done && n < 300; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        done = reserve(81, "tom", 0, 3) != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(has("user:tom", 0, done ? 3 : 0, done ? 7 : 10));
        CHECK(get_person("tom")->reserved == (done ? 60000 : 0));
        arena_free(&arena); // or a hundred requests would fill it
    }
    CHECK(done);
    done = false;
    for (int64_t n = 1; !done && n < 300; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        done = settle(82, 81, 0, 2) != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(has("user:tom", done ? 2 : 0, done ? 0 : 3, done ? 8 : 7));
        arena_free(&arena);
    }
    CHECK(done);
}

// What was on the stack of the answer is gone.
static void overwrite_stack(void)
{
    volatile char deep[48 << 10];
    for (size_t i = 0; i < sizeof(deep); i++) {
        deep[i] = 'x';
    }
}

// The writer refuses, the loop sends it: the reasons are read when the answer's frames are gone.
static void test_the_reasons_of_a_refusal_outlive_its_answer(void)
{
    void (*volatile then)(void) = overwrite_stack;
    CHECK(reserve(90, "mary", 30, 30) == NULL && err.code == ERR_LIMIT);
    then();
    CHECK(has_reason("account-limit-reached") &&
          strncmp(reasons[1], "short;quota;color-pages;30;", 27) == 0);
    CHECK(reasons[2] == NULL);
    CHECK(reserve(91, "mary", 2000, 0) == NULL && err.code == ERR_LIMIT);
    then();
    CHECK(has_reason("account-limit-reached") &&
          strncmp(reasons[1], "short;account;money;10000000;", 29) == 0);
    CHECK(reasons[2] == NULL);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    Quoin__V1__SetSiteTimeRequest request = QUOIN__V1__SET_SITE_TIME_REQUEST__INIT;
    Quoin__V1__SiteTime utc = QUOIN__V1__SITE_TIME__INIT;
    utc.zone = text_of("UTC");
    request.time = &utc;
    request.key = key_of(250);
    CHECK(ask(&request.base) != NULL);
    CHECK(add_person(251, "mary", 1000000) != NULL && add_person(252, "tom", 1000000) != NULL);
    test_a_student_with_ten_colour_pages();
    test_a_quote_says_it_and_takes_nothing();
    test_short_of_money_takes_no_quota();
    test_what_lapses_is_given_back();
    test_one_for_all_together_and_money();
    test_listing_putting_back_and_removing();
    test_each_group_or_all_of_it_together();
    test_what_makes_no_sense_is_refused();
    test_any_call_may_fail();
    test_the_reasons_of_a_refusal_outlive_its_answer();
    return fixture_end();
}
