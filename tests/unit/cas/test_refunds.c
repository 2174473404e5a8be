// Money back: asked for, decided once, never more than was charged.
#include "unit/cas/payers.h"

#include "proto/accounts.pb-c.h"
#include "proto/quota.pb-c.h"

enum { ACME = 1001, MARY };

static const Quoin__V1__Refund *ask_refund(uint8_t key, uint8_t reservation, int64_t amount,
                                           uint32_t pages)
{
    Quoin__V1__AskRefundRequest request = QUOIN__V1__ASK_REFUND_REQUEST__INIT;
    request.key = key_of(key);
    request.reservation = key_of(reservation);
    request.reason = text_of("the paper was torn");
    request.amount = amount;
    request.pages = pages;
    return ask(&request.base);
}

static const Quoin__V1__Refund *decide(uint8_t key, int64_t id, bool approve, int64_t amount)
{
    Quoin__V1__DecideRefundRequest request = QUOIN__V1__DECIDE_REFUND_REQUEST__INIT;
    request.key = key_of(key);
    request.id = id;
    request.approve = approve;
    request.amount = amount;
    request.why = text_of(approve ? "" : "it was not");
    return ask(&request.base);
}

static bool charge(uint8_t key, uint32_t pages)
{
    return reserve(key, "mary", pages, 0) != NULL &&
           settle((uint8_t)(key + 100), key, pages, 0) != NULL;
}

static void test_asked_and_approved(void)
{
    CHECK(grant(5, "mary", "add", 10000, 0) != NULL && charge(10, 8)); // 0.10 and 0.30
    const Quoin__V1__Refund *refund = ask_refund(11, 10, 0, 2);
    CHECK(refund != NULL && refund->id == 1 && refund->asked == 10000 && refund->pages == 2);
    CHECK(strcmp(refund->status, "asked") == 0 && strcmp(refund->user, "mary") == 0);
    CHECK(ask_refund(11, 10, 0, 2)->id == 1);
    CHECK(ask_refund(11, 10, 0, 3) == NULL && err.code == ERR_CONFLICT);
    CHECK(ask_refund(12, 10, 0, 1) == NULL && err.code == ERR_EXISTS); // one question at a time
    refund = decide(13, 1, true, 0);
    CHECK(refund != NULL && strcmp(refund->status, "approved") == 0 && refund->amount == 10000);
    CHECK(refund->n_to == 2 && strcmp(refund->to[0]->account, "allotment:mary") == 0);
    CHECK(refund->to[0]->amount == 2500 && refund->to[1]->amount == 7500 && refund->sequence > 0);
    CHECK(balance_of("allotment:mary") == 2500 && balance_of("user:mary") == 77500);
    CHECK(decide(13, 1, true, 0)->sequence == refund->sequence);
    CHECK(balance_of("user:mary") == 77500);
    CHECK(decide(14, 1, true, 0) == NULL && err.code == ERR_CONFLICT);
    CHECK(decide(14, 9, true, 0) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(decide(13, 2, true, 0) == NULL && err.code == ERR_CONFLICT);
}

static void test_never_more_than_was_charged(void)
{
    CHECK(ask_refund(20, 10, 30001, 0) == NULL && err.code == ERR_LIMIT);
    CHECK(strstr(err.text, "0.30 is left") != NULL);
    CHECK(ask_refund(20, 10, 0, 9) == NULL && err.code == ERR_INVALID);
    const Quoin__V1__Refund *refund = ask_refund(20, 10, 0, 0); // all that is left
    CHECK(refund != NULL && refund->asked == 30000);
    int64_t id = refund->id;
    CHECK(decide(21, id, true, 30001) == NULL && err.code == ERR_LIMIT);
    CHECK(decide(22, id, true, 30000) != NULL);
    CHECK(balance_of("allotment:mary") == 10000 && balance_of("user:mary") == 100000);
    CHECK(ask_refund(23, 10, 0, 0) == NULL && err.code == ERR_LIMIT);
    CHECK(balance_of("income:print") == 0);
}

static void test_denied(void)
{
    CHECK(charge(30, 2));
    const Quoin__V1__Refund *refund = ask_refund(31, 30, 0, 0);
    refund = decide(32, refund->id, false, 0);
    CHECK(refund != NULL && strcmp(refund->status, "denied") == 0 && refund->amount == 0);
    CHECK(strcmp(refund->why, "it was not") == 0 && refund->n_to == 0);
    CHECK(decide(33, refund->id, true, 0) == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "was denied by dre/one") != NULL);
    CHECK(ask_refund(34, 30, 5000, 0) != NULL); // may be asked again
}

// After a move the money goes to those who bear it, in proportion; more than once never passes all.
static void test_after_a_move(void)
{
    CHECK(charge(40, 3));
    Quoin__V1__MoveChargeRequest move = QUOIN__V1__MOVE_CHARGE_REQUEST__INIT;
    Quoin__V1__Share mary = QUOIN__V1__SHARE__INIT;
    Quoin__V1__Share code = QUOIN__V1__SHARE__INIT;
    Quoin__V1__Share *to[] = { &mary, &code };
    mary.account = text_of("user:mary");
    code.account = text_of("code:acme/17");
    mary.parts = 333333;
    code.parts = 666667;
    move.key = key_of(41);
    move.reservation = key_of(40);
    move.why = text_of("shared");
    move.to = to;
    move.n_to = 2;
    CHECK(ask(&move.base) != NULL);
    int64_t before = balance_of("code:acme/17");
    CHECK(decide(43, ask_refund(42, 40, 7000, 0)->id, true, 0)->amount == 7000);
    CHECK(balance_of("code:acme/17") == before + 4667);
    CHECK(decide(45, ask_refund(44, 40, 0, 0)->id, true, 0)->amount == 8000);
    CHECK(balance_of("code:acme/17") == 0);
    CHECK(ask_refund(46, 40, 1, 0) == NULL && err.code == ERR_LIMIT);
    move.key = key_of(47);
    CHECK(ask(&move.base) == NULL && err.code == ERR_INVALID); // nothing is left to be moved
}

static const Quoin__V1__Refund *ask_with(uint8_t key, uint8_t reservation, bool has,
                                         uint32_t impressions, bool aborted)
{
    Quoin__V1__AskRefundRequest request = QUOIN__V1__ASK_REFUND_REQUEST__INIT;
    request.key = key_of(key);
    request.reservation = key_of(reservation);
    request.reason = text_of("pages are missing");
    request.has_impressions = has;
    request.impressions = impressions;
    request.aborted = aborted;
    return ask(&request.base);
}

static void test_by_rule(void)
{
    Quoin__V1__SetMoneySettingsRequest set = QUOIN__V1__SET_MONEY_SETTINGS_REQUEST__INIT;
    Quoin__V1__MoneySettings settings = QUOIN__V1__MONEY_SETTINGS__INIT;
    set.key = key_of(50);
    set.settings = &settings;
    settings.refund_by_rule = true;
    CHECK(ask(&set.base) == NULL && err.code == ERR_INVALID); // no amount, no time
    settings.refund_most = 20000;
    settings.refund_minutes = 10;
    CHECK(ask(&set.base) != NULL);
    CHECK(charge(51, 5));
    const Quoin__V1__Refund *refund = ask_with(52, 51, true, 3, false);
    CHECK(refund != NULL && strcmp(refund->status, "approved") == 0 && refund->amount == 10000);
    CHECK(strcmp(refund->decided_by, "rule") == 0 && strstr(refund->why, "3 of 5 pages") != NULL);
    CHECK(ask_with(52, 51, true, 3, false)->amount == 10000); // the same asking
    refund = ask_with(53, 51, true, 3, false); // the same evidence gives nothing twice
    CHECK(refund != NULL && strcmp(refund->status, "asked") == 0);
    CHECK(charge(54, 5));
    CHECK(strcmp(ask_with(55, 54, false, 0, true)->status, "asked") == 0); // 0.25 is too much
    CHECK(charge(56, 4) && charge(58, 4));
    CHECK(ask_with(57, 56, false, 0, true)->amount == 20000);
    now += 11LL * 60 * 1000;
    CHECK(strcmp(ask_with(59, 58, false, 0, true)->status, "asked") == 0); // too late
    CHECK(charge(60, 4));
    CHECK(strcmp(ask_with(61, 60, true, 4, true)->status, "asked") == 0); // all came out
}

static void test_lists(void)
{
    Quoin__V1__ListRefundsRequest request = QUOIN__V1__LIST_REFUNDS_REQUEST__INIT;
    request.status = text_of("asked");
    const Quoin__V1__ListRefundsReply *list = ask(&request.base);
    CHECK(list != NULL && list->n_refunds == 5 && !list->more);
    request.limit = 2;
    list = ask(&request.base);
    CHECK(list != NULL && list->n_refunds == 2 && list->more);
    request.user = text_of("Mary");
    request.status = text_of("");
    request.after = 2;
    list = ask(&request.base);
    CHECK(list != NULL && list->n_refunds == 2 && list->refunds[0]->id == 3);
    request.user = text_of("tom");
    list = ask(&request.base);
    CHECK(list != NULL && list->n_refunds == 0);
    request.status = text_of("open");
    CHECK(ask(&request.base) == NULL && err.code == ERR_INVALID);
}

static void test_the_nth_call_failing_gives_all_or_nothing(void)
{
    int failures = 0;
    CHECK(charge(70, 4));
    int64_t before = balance_of("user:mary") + balance_of("allotment:mary");
    int64_t id = ask_refund(71, 70, 0, 0)->id;
    for (int n = 1; n < 300; n++) {
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        bool ok = decide(72, id, true, 0) != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(balance_of("user:mary") + balance_of("allotment:mary") == before + (ok ? 20000 : 0));
        failures += ok ? 0 : 1;
        if (ok) {
            break;
        }
    }
    CHECK(failures > 10);
}

// A cent is the least, and no more than what is left.
static void test_rounded_to_the_precision(void)
{
    CHECK(precision_set(1000) && add_person(2, "tom", 100000) != NULL);
    CHECK(reserve(80, "tom", 7, 0) != NULL && settle(180, 80, 7, 0) != NULL); // 0.35
    const Quoin__V1__Refund *refund = ask_refund(81, 80, 4800, 0);
    CHECK(refund != NULL && refund->asked == 5000 && ask_refund(81, 80, 4800, 0) != NULL);
    CHECK(ask_refund(81, 80, 3000, 0) == NULL && err.code == ERR_CONFLICT);
    int64_t id = refund->id;
    CHECK(decide(82, id, true, 499) == NULL && err.code == ERR_INVALID);
    CHECK(strstr(err.text, "precision, 0.01") != NULL);
    refund = decide(82, id, true, 4499);
    CHECK(refund != NULL && refund->amount == 4000 && decide(82, id, true, 4499) != NULL);
    CHECK(decide(82, id, true, 6000) == NULL && err.code == ERR_CONFLICT);
    CHECK(precision_set(20000)); // 0.31 is left: 0.20, then what is left and no more
    refund = decide(84, ask_refund(83, 80, 19000, 0)->id, true, 0);
    CHECK(refund != NULL && refund->amount == 20000);
    refund = decide(86, ask_refund(85, 80, 10500, 0)->id, true, 0);
    CHECK(refund != NULL && refund->amount == 11000);
    CHECK(ask_refund(87, 80, 1, 0) == NULL && err.code == ERR_LIMIT && precision_set(1000));
    CHECK(grant(89, "tom", "set-to", 5000, 0) != NULL); // of 0.15 it bears 0.05
    CHECK(reserve(90, "tom", 3, 0) != NULL && settle(190, 90, 3, 0) != NULL);
    refund = decide(92, ask_refund(91, 90, 0, 1)->id, true, 0);
    CHECK(refund != NULL && refund->n_to == 2 && refund->to[0]->amount == 2000);
    CHECK(refund->to[1]->amount == 3000 && precision_set(1));
}

// ---- quotas -------------------------------------------------------------------------------------

static bool limit(uint8_t key, const char *name, const char *unit, const char *period)
{
    Quoin__V1__SetQuotaRequest request = QUOIN__V1__SET_QUOTA_REQUEST__INIT;
    Quoin__V1__Quota quota = QUOIN__V1__QUOTA__INIT;
    quota.name = text_of(name);
    quota.unit = text_of(unit);
    quota.period = text_of(period);
    quota.each = text_of("user");
    quota.most = 1000000;
    request.key = key_of(key);
    request.quota = &quota;
    return ask(&request.base) != NULL;
}

static int64_t used_of(const char *quota)
{
    Quoin__V1__ListQuotaUseRequest request = QUOIN__V1__LIST_QUOTA_USE_REQUEST__INIT;
    request.quota = text_of(quota);
    request.subject = text_of("user:quentin");
    const Quoin__V1__ListQuotaUseReply *reply = ask(&request.base);
    return reply == NULL || reply->n_uses != 1 ? -1 : reply->uses[0]->used;
}

static bool prints(uint8_t key, uint32_t pages)
{
    return reserve(key, "quentin", pages, 0) != NULL &&
           settle((uint8_t)(key + 1), key, pages, 0) != NULL;
}

static int64_t approved(uint8_t key, uint8_t reservation, int64_t amount, uint32_t pages)
{
    const Quoin__V1__Refund *refund = ask_refund(key, reservation, amount, pages);
    if (refund == NULL) {
        return 0;
    }
    int64_t id = refund->id;
    refund = decide((uint8_t)(key + 1), id, true, 0);
    return refund == NULL ? 0 : id;
}

static void test_quotas_get_it_back(void)
{
    CHECK(limit(200, "pages", "pages", "month") && limit(201, "sheets", "sheets", "always"));
    CHECK(limit(202, "money", "money", "month") && add_person(203, "quentin", 1000000) != NULL);
    CHECK(prints(204, 8) && prints(206, 3)); // 0.40 and 0.15
    CHECK(used_of("pages") == 11 && used_of("sheets") == 11 && used_of("money") == 55000);
    int64_t id = approved(208, 204, 0, 2); // pages
    CHECK(used_of("pages") == 9 && used_of("sheets") == 9 && used_of("money") == 45000);
    CHECK(id != 0 && decide(209, id, true, 0) != NULL); // the same again
    CHECK(used_of("pages") == 9 && used_of("money") == 45000);
    CHECK(approved(210, 204, 10000, 0) != 0); // a quarter of the money is a quarter of the pages
    CHECK(used_of("pages") == 7 && used_of("money") == 35000);
    CHECK(approved(212, 204, 0, 0) != 0); // all that is left
    CHECK(used_of("pages") == 3 && used_of("sheets") == 3 && used_of("money") == 15000);
    CHECK(approved(214, 206, 7000, 0) != 0); // 0.07 of 0.15: 1.4 pages
    CHECK(used_of("pages") == 2 && used_of("money") == 8000);
    Quoin__V1__ResetQuotaRequest reset = QUOIN__V1__RESET_QUOTA_REQUEST__INIT;
    reset.key = key_of(216);
    reset.name = text_of("pages");
    reset.subject = text_of("user:quentin");
    CHECK(ask(&reset.base) != NULL && prints(217, 4) && used_of("pages") == 4);
    CHECK(approved(219, 206, 0, 0) != 0); // was forgotten with the rest: nobody gets it twice
    CHECK(used_of("pages") == 4 && used_of("sheets") == 4 && used_of("money") == 20000);
    Quoin__V1__RenamePersonRequest rename = QUOIN__V1__RENAME_PERSON_REQUEST__INIT;
    rename.key = key_of(221);
    rename.name = text_of("quentin");
    rename.to = text_of("quent");
    CHECK(ask(&rename.base) != NULL && used_of("pages") == 4);
    CHECK(approved(222, 217, 0, 1) != 0 && used_of("pages") == 3);
    now += 40LL * 86400 * 1000; // another month: what was used then is past
    CHECK(used_of("pages") == 0 && prints(224, 1) && used_of("pages") == 1);
    CHECK(approved(226, 217, 0, 0) != 0);
    CHECK(used_of("pages") == 1 && used_of("money") == 5000 && used_of("sheets") == 1);
}

static void test_every_failing_call_gives_nothing_back(void)
{
    bool done = false;
    int64_t n = 1;
    CHECK(prints(228, 6) && used_of("pages") == 7);
    const Quoin__V1__Refund *refund = ask_refund(230, 228, 0, 3);
    int64_t id = refund == NULL ? 0 : refund->id;
    for (; !done && n < 300; n++) {
        arena_reset(&arena);
        db_fault_at(cas_db(cas), n, n % 2 == 0);
        done = decide(231, id, true, 0) != NULL;
        db_fault_at(cas_db(cas), 0, false);
        CHECK(used_of("pages") == (done ? 4 : 7));
    }
    CHECK(done && n > 10);
}

// Who was merged has no account any more that somebody could spend: money goes to the one who
// stays.
static void test_of_somebody_who_was_merged(void)
{
    Quoin__V1__MergePeopleRequest merge = QUOIN__V1__MERGE_PEOPLE_REQUEST__INIT;
    CHECK(add_person(236, "twin", 100000) != NULL && add_person(237, "lone", 100000) != NULL);
    CHECK(grant(238, "twin", "add", 10000, 0) != NULL);
    CHECK(reserve(239, "twin", 4, 0) != NULL && settle(240, 239, 4, 0) != NULL); // 0.10 and 0.10
    CHECK(balance_of("allotment:twin") == 0 && balance_of("user:twin") == 90000);
    merge.key = key_of(241);
    merge.from = text_of("twin");
    merge.into = text_of("lone");
    CHECK(ask(&merge.base) != NULL && balance_of("user:lone") == 190000);
    const Quoin__V1__Refund *refund = ask_refund(242, 239, 10000, 0);
    CHECK(refund != NULL && (refund = decide(243, refund->id, true, 0)) != NULL);
    CHECK(refund != NULL && refund->n_to == 2 &&
          strcmp(refund->to[0]->account, "allotment:lone") == 0 &&
          strcmp(refund->to[1]->account, "user:lone") == 0);
    CHECK(balance_of("allotment:lone") == 5000 && balance_of("user:lone") == 195000);
    CHECK(balance_of("user:twin") == 0);
}

static size_t listed(const char *user, const char *status)
{
    Quoin__V1__ListRefundsRequest request = QUOIN__V1__LIST_REFUNDS_REQUEST__INIT;
    request.user = text_of(user);
    request.status = text_of(status);
    const Quoin__V1__ListRefundsReply *list = ask(&request.base);
    for (size_t i = 0; list != NULL && i < list->n_refunds; i++) {
        CHECK(strcmp(list->refunds[i]->user, "heir") == 0);
    }
    return list == NULL ? 999 : list->n_refunds;
}

// One person, one list, by whatever name: what was asked before and after the names changed.
static void test_lists_follow_names(void)
{
    static const char *const names[] = { "sent", "elder", "heir", "Sent" };
    Quoin__V1__RenamePersonRequest rename = QUOIN__V1__RENAME_PERSON_REQUEST__INIT;
    Quoin__V1__MergePeopleRequest merge = QUOIN__V1__MERGE_PEOPLE_REQUEST__INIT;
    CHECK(add_person(244, "sent", 100000) != NULL && add_person(245, "heir", 100000) != NULL);
    CHECK(reserve(246, "sent", 4, 0) != NULL && settle(247, 246, 4, 0) != NULL);
    CHECK(reserve(248, "sent", 4, 0) != NULL && settle(249, 248, 4, 0) != NULL);
    CHECK(ask_refund(250, 246, 0, 0) != NULL);
    rename.key = key_of(251);
    rename.name = text_of("sent");
    rename.to = text_of("elder");
    CHECK(ask(&rename.base) != NULL);
    merge.key = key_of(252);
    merge.from = text_of("elder");
    merge.into = text_of("heir");
    CHECK(ask(&merge.base) != NULL);
    CHECK(ask_refund(250, 246, 0, 0) != NULL); // the same asking is the same refund
    CHECK(ask_refund(253, 248, 0, 0) != NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        CHECK(listed(names[i], "") == 2 && listed(names[i], "asked") == 2);
        CHECK(listed(names[i], "denied") == 0);
    }
    CHECK(listed("nobody-ever", "") == 0);
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open() && now_is_real() && add_person(1, "mary", 100000) != NULL);
    CHECK(add_payer(ACME, 2, "acme/17", 0, 0, 0, 1000000) && add_account(MARY, "mary", 0, 0));
    test_asked_and_approved();
    test_never_more_than_was_charged();
    test_denied();
    test_after_a_move();
    test_by_rule();
    test_lists();
    test_the_nth_call_failing_gives_all_or_nothing();
    test_rounded_to_the_precision();
    test_quotas_get_it_back();
    test_every_failing_call_gives_nothing_back();
    test_of_somebody_who_was_merged();
    test_lists_follow_names();
    return fixture_end();
}
