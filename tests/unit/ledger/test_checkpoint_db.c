// Checkpoints: added once, listed, never changed; each that does not fit is named.
#include "ledger/checkpoint.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static const char site[] = "0123456789abcdef";
static char dsn[STORE_DSN_MAX];
static struct err err;
static struct db *db;
static struct ledger *ledger;
static struct arena arena = { .cap = 1 << 20 };

static void enter(int number, const char *name)
{
    struct ledger_receipt receipt;
    struct ledger_ask ask = { .debit = str_of(name), .is_unlimited = true, .at = 1000 + number };
    ask.key.bytes[0] = (uint8_t)number;
    CHECK(ledger_account_open(ledger, &ask, &receipt, &err));
}

static void make(void)
{
    store_clear(dsn);
    arena_reset(&arena);
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err) && ledger_open(db, &ledger, &err));
    enter(1, "cash");
    enter(2, "user:mary");
}

static void end(void)
{
    ledger_close(&ledger);
    db_close(&db);
}

// The next one, of the ledger as it is.
static bool add(const char *period)
{
    struct ledger_checkpoint last;
    struct ledger_head head;
    uint8_t before[CRYPTO_HASH_LEN];
    bool found = false;
    OWN(buf_free) struct buf body = BUF_CAP(LEDGER_BODY_MAX);
    CHECK(ledger_checkpoint_last(ledger, &arena, &last, &found, &err) &&
          ledger_head(ledger, &head, &err));
    ledger_checkpoint_digest(found ? &last : NULL, before);
    struct ledger_checkpoint made = { .number = found ? last.number + 1 : 1,
                                      .period = str_of(period),
                                      .at = 5000,
                                      .sequence = head.sequence,
                                      .signature = STR("signed"),
                                      .certificate = STR("by whom") };
    memcpy(made.hash, head.hash, sizeof(made.hash));
    ledger_checkpoint_begin(&body, &made, site, before);
    buf_add(&body, STR("sum user 1 0.00 0.00\n"));
    made.body = buf_str(&body);
    return ledger_checkpoint_add(ledger, &made, &err);
}

static const char *finding(void)
{
    static struct ledger_checkpoints_proof proof;
    proof = (struct ledger_checkpoints_proof){ 0 };
    while (!proof.done) {
        if (!ledger_checkpoints_prove(ledger, NULL, 1, &proof, &err)) {
            return err.text;
        }
    }
    return proof.finding;
}

static void test_they_are_kept_and_follow_each_other(void)
{
    struct ledger_checkpoint found[5];
    size_t count = 9;
    bool is_there;
    make();
    CHECK(ledger_checkpoint_list(ledger, 0, 5, &arena, found, &count, &err) && count == 0);
    CHECK_STR(str_of(finding()), "");
    CHECK(add("") && add("2026-10"));
    enter(3, "user:tom");
    CHECK(add(""));
    CHECK(ledger_checkpoint_list(ledger, 1, 5, &arena, found, &count, &err) && count == 2);
    CHECK(found[0].sequence == 2 && found[1].sequence == 3 && found[1].number == 3);
    CHECK_STR(found[0].signature, "signed");
    CHECK(ledger_checkpoint_of(ledger, STR("2026-10"), &arena, found, &is_there, &err) &&
          is_there && found[0].number == 2);
    CHECK(ledger_checkpoint_of(ledger, STR(""), &arena, found, &is_there, &err) && !is_there);
    CHECK_STR(str_of(finding()), "");
    CHECK(!add("2026-10") && err.code == ERR_EXISTS);
    end();
}

static void test_the_table_refuses_to_be_changed(void)
{
    make();
    CHECK(add(""));
    CHECK(!db_run_text(db, "UPDATE ledger_checkpoint SET at = 1", &err) && err.code == ERR_DENIED);
    CHECK(!db_run_text(db, "DELETE FROM ledger_checkpoint", &err) && err.code == ERR_DENIED);
    end();
}

static void test_what_does_not_fit_is_named(void)
{
    static const struct {
        const char *sql;
        const char *finding;
    } cases[] = {
        { "DELETE FROM ledger_checkpoint WHERE number = 2", "checkpoint 2: it is missing" },
        { "UPDATE ledger_checkpoint SET at = 1 WHERE number = 2", "checkpoint 2: its text" },
        { "UPDATE ledger_checkpoint SET seq = 1 WHERE number = 1", "checkpoint 1: its text" },
        { "UPDATE ledger_checkpoint SET period = 'x' WHERE number = 1", "checkpoint 1: its text" },
        // A whole text of another one: it does not name the one before.
        { "UPDATE ledger_checkpoint SET body = (SELECT body FROM ledger_checkpoint WHERE number ="
          " 1), number = 7 WHERE number = 3",
          "checkpoint 3: it is missing" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make();
        CHECK(add("") && add("") && add(""));
        CHECK(db_run_text(db,
                          store_is_postgres() ? "SET session_replication_role = replica"
                                              : "DROP TRIGGER ledger_checkpoint_keep;"
                                                "DROP TRIGGER ledger_checkpoint_stay",
                          &err));
        CHECK(db_run_text(db, cases[i].sql, &err));
        tap_result(strstr(finding(), cases[i].finding) != NULL, cases[i].sql, __FILE__, __LINE__);
        end();
    }
}

static void test_a_database_of_before_has_none(void)
{
    struct ledger_checkpoint found;
    size_t count = 9;
    make();
    CHECK(db_run_text(db, "DELETE FROM db_migration WHERE room = 'ledger' AND version >= 4", &err));
    CHECK(ledger_checkpoint_list(ledger, 0, 1, &arena, &found, &count, &err) && count == 0);
    end();
}

static void test_kinds_sum_up(void)
{
    struct ledger_kind_sums sums[LEDGER_KINDS];
    make();
    static const char *const names[] = { "user:",       "user;x",   "users", "income:print",
                                         "adjustments", "code:a/b", "Cash" };
    for (int i = 0; i < 7; i++) {
        enter(10 + i, names[i]);
    }
    CHECK(ledger_sum_kinds(ledger, sums, &err));
    int64_t counted = 0;
    for (size_t i = 0; i < LEDGER_KINDS; i++) {
        struct ledger_account accounts[20];
        size_t count;
        int64_t same = 0;
        CHECK(ledger_accounts(ledger, 0, 20, accounts, &count, &err) && count == 9);
        for (size_t k = 0; k < count; k++) {
            same += ledger_kind_of(str_of(accounts[k].name)) == i;
        }
        tap_result(sums[i].accounts == same, sums[i].kind, __FILE__, __LINE__);
        counted += sums[i].accounts;
    }
    CHECK(counted == 9);
    end();
}

int main(void)
{
    store_make(dsn, folder_make());
    test_they_are_kept_and_follow_each_other();
    test_the_table_refuses_to_be_changed();
    test_what_does_not_fit_is_named();
    test_a_database_of_before_has_none();
    test_kinds_sum_up();
    arena_free(&arena);
    folder_end();
    return tap_done();
}
