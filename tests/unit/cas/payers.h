// What the tests of who pays share: departments, codes and shared accounts with money, and works
// that are charged to them.
#pragma once

#include "cas/cas_int.h"
#include "unit/cas/fixture.h"

static inline bool run_text(const char *sql)
{
    struct err why = { 0 };
    bool ok = db_run_text(cas_db(cas), sql, &why);
    if (!ok) {
        printf("# %s\n", why.text);
    }
    return ok;
}

// kind 1: department, 2: code, 3: shared; access 1: everyone, 3: members. The ledger account has an
// amount and may go as far below.
static inline bool add_payer(int id, int kind, const char *name, int parent, int access,
                             int64_t amount, int64_t overdraft)
{
    static const char *const kinds[] = { "", "department", "code", "shared" };
    char account[LEDGER_NAME_MAX];
    struct ledger_receipt receipt;
    struct ledger_ask open = { .key = { { 'p', (uint8_t)id } },
                               .debit = { account, 0 },
                               .amount = { overdraft },
                               .why = STR("a test"),
                               .at = now };
    (void)snprintf(account, sizeof(account), "%s:%s", kinds[kind], name);
    open.debit.len = strlen(account);
    struct ledger_ask pay = open;
    pay.key.bytes[0] = 'q';
    pay.credit = open.debit;
    pay.debit = STR("cash");
    pay.amount.units = amount;
    return run_text(arena_textf(&arena,
                                "INSERT INTO accounts_payer VALUES (%d, %d, '%s', '', %d, 0, 0, 0,"
                                " 0, '', %d, 0, 0, 0, 1)",
                                id, kind, name, parent, access)) &&
           db_begin(cas_db(cas), &err) &&
           ledger_account_open(cas_ledger(cas), &open, &receipt, &err) &&
           ledger_transfer(cas_ledger(cas), &pay, &receipt, &err) && db_commit(cas_db(cas), &err);
}

static inline bool add_account(int id, const char *name, int department, int must_choose)
{
    return run_text(arena_textf(
        &arena,
        "DELETE FROM accounts_person WHERE name = '%s';"
        "INSERT INTO accounts_person VALUES (%d, '%s', 'Some One', '', %d, '', '', 0, %d, 1, 0, 0,"
        " 0, 1, 0)",
        name, id, name, department, must_choose));
}

// A work of mono pages at 0.05 each, to be given accounts before it is asked for.
static Quoin__V1__Work test_work;
static Quoin__V1__Share *test_shares[20];

static inline void work_of(const char *user, uint32_t pages)
{
    quoin__v1__work__init(&test_work);
    test_work.user = text_of(user);
    test_work.queue = text_of("main");
    test_work.classes = classes_of(pages, 0, &test_work.n_classes);
    test_work.shares = test_shares;
}

static inline void share_add(const char *account, uint32_t parts)
{
    Quoin__V1__Share *share = arena_new(&arena, sizeof(*share));
    quoin__v1__share__init(share);
    share->account = text_of(account);
    share->parts = parts;
    test_shares[test_work.n_shares++] = share;
}

static inline const Quoin__V1__Reservation *reserve_work(uint8_t key)
{
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    request.key = key_of(key);
    request.job = text_of("ipp://h/jobs/1");
    request.work = &test_work;
    return ask(&request.base);
}

static inline bool rule_set(const Quoin__V1__PayerRule *rule)
{
    static uint8_t number;
    Quoin__V1__SetPayerRuleRequest request = QUOIN__V1__SET_PAYER_RULE_REQUEST__INIT;
    request.key = key_of(++number);
    request.key.data[1] = 'r';
    request.rule = (Quoin__V1__PayerRule *)(uintptr_t)rule;
    request.why = text_of("a test");
    return ask(&request.base) != NULL;
}

static inline bool rule_of(const char *scope, const char *pays, const char *choose,
                           const char *without)
{
    Quoin__V1__PayerRule rule = QUOIN__V1__PAYER_RULE__INIT;
    rule.scope = text_of(scope);
    rule.pays = text_of(pays);
    rule.choose = text_of(choose);
    rule.without = text_of(without);
    return rule_set(&rule);
}

// The site was opened at the real time, and no entry is earlier than the one before it.
static inline bool now_is_real(void)
{
    struct ledger_head head;
    bool ok = ledger_head(cas_ledger(cas), &head, &err);
    now = head.at + 1000;
    return ok;
}

// Charges of the site are in whole multiples of it from now on.
static inline bool money_set(int64_t units, const char *currency)
{
    static int64_t next_key = 1;
    int64_t number;
    Quoin__V1__Decimal *precision = cas_message(&arena, &quoin__v1__decimal__descriptor);
    Quoin__V1__SiteMoney *money = cas_message(&arena, &quoin__v1__site_money__descriptor);
    precision->units = units;
    money->currency = text_of(currency);
    money->precision = precision;
    const struct config_edit edit = { .kind = STR("site"),
                                      .name = STR("money"),
                                      .body = cas_pack(&arena, &money->base) };
    struct config_ask put = {
        .edits = &edit, .count = 1, .why = STR("a test"), .asker = STR("admin/one"), .seen = -1
    };
    memcpy(put.key, &next_key, sizeof(next_key));
    next_key++;
    return db_begin(cas_db(cas), &err) && config_apply(cas->config, &put, &number, &err) &&
           db_commit(cas_db(cas), &err);
}

static inline bool precision_set(int64_t units)
{
    return money_set(units, "");
}
