// Closed periods are kept once, never changed, and proven from the entries; whatever of them does
// not fit is named. What closes one makes it impossible to enter anything into it.
#include "ledger/statement.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct err err;
static struct db *db;
static struct ledger *ledger;
static struct arena arena = { .cap = 1 << 20 };
static int keys;

static struct ledger_ask like(const char *debit, const char *credit, int64_t amount, int64_t at)
{
    struct ledger_ask ask = { .debit = str_of(debit), .credit = str_of(credit), .at = at };
    ask.amount.units = amount;
    keys++;
    memcpy(ask.key.bytes, &keys, sizeof(keys));
    return ask;
}

static void pay(int64_t amount, int64_t at, int64_t dated)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = like("cash", "user:mary", amount, at);
    CHECK(ledger_transfer(ledger, &ask, &receipt, &err) && receipt.at == dated);
}

static struct ledger_period period_of(const char *name, int64_t from, int64_t until)
{
    struct ledger_period period = { .at = until + 10 };
    (void)snprintf(period.name, sizeof(period.name), "%s", name);
    CHECK(ledger_bounds_find(ledger, from, until, &period.bounds, &err));
    ledger_period_run(&period);
    return period;
}

static bool keep(void *arg, int64_t part, struct str text, struct err *why)
{
    return ledger_statement_keep(ledger, arg, part, text, why);
}

// As cas closes one, without signing.
static bool close_it(const char *name, int64_t from, int64_t until)
{
    struct ledger_period period = period_of(name, from, until);
    const struct ledger_statement_sink sink = { keep, period.run };
    struct ledger_statement_done done = { 0 };
    struct ledger_checkpoint last;
    struct ledger_entry entry;
    struct ledger_receipt receipt;
    uint8_t before[CRYPTO_HASH_LEN];
    bool found;
    OWN(buf_free) struct buf body = BUF_CAP(LEDGER_BODY_MAX);
    struct ledger_ask ask = like("cash", "", 0, period.at);
    struct ledger_statement *statement = ledger_statement_new(&period.bounds, 0);
    bool good = true;
    while (good && !done.done) {
        good = ledger_statement_step(ledger, statement, 3, &sink, &done, &err);
    }
    ledger_statement_free(&statement);
    if (!good || !ledger_close_entry(ledger, &ask, &receipt, &err) ||
        !ledger_checkpoint_last(ledger, &arena, &last, &found, &err) ||
        !ledger_entry_at(ledger, period.bounds.last, &arena, &entry, &good, &err)) {
        return false;
    }
    ledger_checkpoint_digest(found ? &last : NULL, before);
    period.number = found ? last.number + 1 : 1;
    period.accounts = done.accounts;
    memcpy(period.digest, done.digest, sizeof(period.digest));
    struct ledger_checkpoint made = { .number = period.number,
                                      .period = str_of(period.name),
                                      .at = period.at,
                                      .sequence = period.bounds.last,
                                      .signature = STR("signed"),
                                      .certificate = STR("by whom") };
    memcpy(made.hash, entry.hash, sizeof(made.hash));
    ledger_checkpoint_begin(&body, &made, "0123456789abcdef", before);
    ledger_statement_spell(&period.bounds, &done, &body);
    made.body = buf_str(&body);
    return ledger_checkpoint_add(ledger, &made, &err) && ledger_period_add(ledger, &period, &err);
}

static void make(void)
{
    struct ledger_receipt receipt;
    store_clear(dsn);
    arena_reset(&arena);
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err) && ledger_open(db, &ledger, &err));
    struct ledger_ask ask = like("cash", "", 0, 1000);
    ask.is_unlimited = true;
    CHECK(ledger_account_open(ledger, &ask, &receipt, &err));
    ask = like("user:mary", "", 0, 1000);
    CHECK(ledger_account_open(ledger, &ask, &receipt, &err));
    pay(100, 1500, 1500);
    pay(200, 2500, 2500);
    CHECK(close_it("2001-01", 1000, 2000) && close_it("2001-02", 2000, 3000));
}

static void end(void)
{
    ledger_close(&ledger);
    db_close(&db);
}

static const char *finding(int64_t *checked)
{
    static struct ledger_periods_proof proof;
    proof = (struct ledger_periods_proof){ 0 };
    bool good = true;
    while (good && !proof.done) {
        good = ledger_periods_prove(ledger, 2, &proof, &err);
    }
    ledger_periods_proof_end(&proof);
    *checked = proof.checked;
    return good ? proof.finding : err.text;
}

static void test_closed_ones_are_kept(void)
{
    struct ledger_period found[3];
    size_t count;
    bool is_there;
    int64_t checked;
    make();
    CHECK_STR(str_of(finding(&checked)), "");
    CHECK(checked == 2 && ledger_audit(ledger, &err));
    CHECK(ledger_period_list(ledger, STR(""), 3, found, &count, &err) && count == 2);
    CHECK(strcmp(found[1].name, "2001-02") == 0 && found[1].number == 2 && found[1].at == 3010 &&
          found[1].bounds.first == found[0].bounds.last && found[1].accounts == 2);
    CHECK(ledger_period_list(ledger, STR("2001-01"), 3, found, &count, &err) && count == 1);
    CHECK(ledger_period_find(ledger, STR("2001-03"), found, &is_there, &err) && !is_there);
    CHECK(!close_it("2001-01", 1000, 2000) && err.code == ERR_EXISTS);
    end();
}

static void test_nothing_is_dated_into_a_closed_one(void)
{
    make();
    pay(1, 500, 3010);
    pay(1, 2999, 3010);
    pay(1, 3011, 3011);
    end();
}

static void test_the_tables_refuse_to_be_changed(void)
{
    make();
    CHECK(store_refuses(db, "UPDATE ledger_period SET at = 1", "never changed"));
    CHECK(store_refuses(db, "DELETE FROM ledger_period", "never deleted"));
    CHECK(store_refuses(db, "UPDATE ledger_statement SET part = 7", "never changed"));
    CHECK(store_refuses(db, "DELETE FROM ledger_statement", "never deleted"));
    end();
}

static void test_a_part_is_kept_once(void)
{
    const uint8_t run[LEDGER_RUN_LEN] = { 7 };
    int64_t count;
    make();
    CHECK(ledger_statement_keep(ledger, run, 0, STR("a"), &err));
    CHECK(ledger_statement_keep(ledger, run, 0, STR("a"), &err));
    CHECK(!ledger_statement_keep(ledger, run, 0, STR("b"), &err) && err.code == ERR_CONFLICT);
    CHECK(ledger_statement_keep(ledger, run, 1, STR("b"), &err));
    CHECK(ledger_statement_parts(ledger, run, &count, &err) && count == 2);
    end();
}

static void test_what_does_not_fit_is_named(void)
{
    static const struct {
        const char *sql;
        const char *finding;
    } cases[] = {
        { "UPDATE ledger_statement SET part = part + 1 WHERE run = (SELECT run FROM ledger_period"
          " WHERE name = '2001-02')",
          "period 2001-02: its statement is not the one that was signed" },
        { "DELETE FROM ledger_statement WHERE run = (SELECT run FROM ledger_period WHERE name ="
          " '2001-01')",
          "period 2001-01: its statement is not the one that was signed" },
        { "UPDATE ledger_period SET accounts = 3 WHERE name = '2001-01'",
          "period 2001-01: what was signed" },
        { "UPDATE ledger_period SET until_at = 2600 WHERE name = '2001-01'",
          "period 2001-01: its entries" },
        { "UPDATE ledger_period SET until_at = 1999 WHERE name = '2001-01'",
          "period 2001-01: its row was changed" },
        { "UPDATE ledger_period SET number = 1 WHERE name = '2001-02'",
          "period 2001-02: the checkpoint" },
        { "UPDATE ledger_period SET at = 1 WHERE name = '2001-02'",
          "period 2001-02: the checkpoint" },
        { "DELETE FROM ledger_period WHERE name = '2001-02'", "period 2001-02: it was closed" },
        { "UPDATE ledger_entry SET amount = amount + 1, debit_balance = debit_balance - 1,"
          " credit_balance = credit_balance + 1 WHERE seq = 3",
          "period 2001-01: what was signed" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t checked;
        make();
        CHECK(db_run_text(
            db,
            store_is_postgres()
                ? "SET session_replication_role = replica"
                : "DROP TRIGGER ledger_period_keep; DROP TRIGGER ledger_period_stay;"
                  "DROP TRIGGER ledger_statement_keep; DROP TRIGGER ledger_statement_stay;"
                  "DROP TRIGGER ledger_entry_keep",
            &err));
        CHECK(db_run_text(db, cases[i].sql, &err));
        tap_result(strstr(finding(&checked), cases[i].finding) != NULL, cases[i].sql, __FILE__,
                   __LINE__);
        end();
    }
}

static void test_a_database_of_before_has_none(void)
{
    int64_t checked;
    make();
    CHECK(db_run_text(db, "DELETE FROM db_migration WHERE room = 'ledger' AND version >= 6", &err));
    CHECK_STR(str_of(finding(&checked)), "");
    CHECK(checked == 0);
    end();
}

static void test_the_nth_failure_is_told(void)
{
    bool went = false;
    make();
    for (int64_t n = 1; n < 500 && !went; n++) {
        int64_t checked;
        memset(&err, 0, sizeof(err));
        db_fault_at(db, n, false);
        const char *found = finding(&checked);
        went = found[0] == '\0';
        CHECK(went == db_fault_is_due(db));
        CHECK(went || err.code == ERR_UNAVAILABLE);
        db_fault_at(db, 0, false);
    }
    CHECK(went);
    end();
}

int main(void)
{
    store_make(dsn, folder_make());
    test_closed_ones_are_kept();
    test_nothing_is_dated_into_a_closed_one();
    test_the_tables_refuse_to_be_changed();
    test_a_part_is_kept_once();
    test_what_does_not_fit_is_named();
    test_a_database_of_before_has_none();
    test_the_nth_failure_is_told();
    arena_free(&arena);
    folder_end();
    return tap_done();
}
