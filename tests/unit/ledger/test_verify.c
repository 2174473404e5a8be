// Whatever is changed behind the ledger's back is noticed, and the place is named.
#include "ledger/ledger.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

static char dsn[STORE_DSN_MAX];
static struct err err;

static void make(struct db **db, struct ledger **ledger)
{
    store_clear(dsn);
    CHECK(db_open(db, &(struct db_options){ .dsn = dsn }, &err) && ledger_open(*db, ledger, &err));
    CHECK(db_begin(*db, &err)); // one sync and not twenty
    static const char *const names[] = { "cash", "income:print", "user:mary" };
    struct ledger_receipt receipt;
    int key = 1;
    for (int i = 0; i < 3; i++, key++) {
        struct ledger_ask ask = { .debit = str_of(names[i]), .is_unlimited = i < 2, .at = 1000 };
        memcpy(ask.key.bytes, &key, sizeof(key));
        CHECK(ledger_account_open(*ledger, &ask, &receipt, &err));
    }
    struct ledger_ask deposit = { .debit = STR("cash"),
                                  .credit = STR("user:mary"),
                                  .amount = { 1000 },
                                  .why = STR("paid"),
                                  .at = 1001 };
    memcpy(deposit.key.bytes, &key, sizeof(key));
    key++;
    CHECK(ledger_transfer(*ledger, &deposit, &receipt, &err));
    for (int i = 0; i < 6; i++) { // entries 5 to 16, the last reservation stays open
        struct ledger_ask ask = { .debit = STR("user:mary"),
                                  .credit = STR("income:print"),
                                  .amount = { 40 },
                                  .why = STR("job"),
                                  .asker = STR("dre/x"),
                                  .detail = STR("detail"),
                                  .lapses_at = 99999,
                                  .at = 2000 + i };
        memcpy(ask.key.bytes, &key, sizeof(key));
        key++;
        CHECK(ledger_reserve(*ledger, &ask, &receipt, &err));
        ask.reservation = ask.key;
        memcpy(ask.key.bytes, &key, sizeof(key));
        key++;
        ask.amount.units = 30;
        CHECK(i == 5 || (i % 2 == 0 ? ledger_post(*ledger, &ask, &receipt, &err)
                                    : ledger_void(*ledger, &ask, &receipt, &err)));
    }
    CHECK(db_commit(*db, &err));
    CHECK(ledger_audit(*ledger, &err));
}

static const char drop_guards[] =
    "DROP TRIGGER ledger_entry_keep; DROP TRIGGER ledger_entry_stay;"
    "DROP TRIGGER ledger_account_keep; DROP TRIGGER ledger_account_stay;"
    "DROP TRIGGER ledger_hold_keep; DROP TRIGGER ledger_hold_stay; PRAGMA foreign_keys = OFF;";

// A superuser's way past triggers and references.
static const char pass_guards[] = "SET session_replication_role = replica";

// What somebody with the file in hands might do, and what the finding must say.
static const struct {
    const char *sql;
    const char *finding;
} tampers[] = {
    { "UPDATE ledger_entry SET amount = amount - 1 WHERE seq = 7", "entry 7" },
    { "UPDATE ledger_entry SET kind = 6 WHERE seq = 6", "entry 6" },
    { "UPDATE ledger_entry SET debit = 1 WHERE seq = 9", "entry 9" },
    { "UPDATE ledger_entry SET credit = 1 WHERE seq = 9", "entry 9" },
    { "UPDATE ledger_entry SET pending = 7 WHERE seq = 6", "entry 6" },
    { "UPDATE ledger_entry SET pending = NULL WHERE seq = 6", "entry 6" },
    { "UPDATE ledger_entry SET key = NULL WHERE seq = 5", "entry 5" },
    { "UPDATE ledger_entry SET key = substr(hash, 1, 16) WHERE seq = 5", "entry 5" },
    { "UPDATE ledger_entry SET why = 'jox' WHERE seq = 8", "entry 8" },
    { "UPDATE ledger_entry SET why = 'jobd', asker = 're/x' WHERE seq = 8", "entry 8" },
    { "UPDATE ledger_entry SET asker = 'dre/y' WHERE seq = 8", "entry 8" },
    { "UPDATE ledger_entry SET at = at + 1 WHERE seq = 8", "entry 8" },
    { "UPDATE ledger_entry SET lapses_at = 1 WHERE seq = 5", "entry 5" },
    { "UPDATE ledger_entry SET detail = substr(hash, 1, 1) WHERE seq = 10", "entry 10" },
    { "UPDATE ledger_entry SET debit_balance = 0 WHERE seq = 10", "entry 10" },
    { "UPDATE ledger_entry SET debit_reserved = 1 WHERE seq = 10", "entry 10" },
    { "UPDATE ledger_entry SET debit_overdraft = NULL WHERE seq = 10", "entry 10" },
    { "UPDATE ledger_entry SET credit_balance = 5 WHERE seq = 10", "entry 10" },
    { "UPDATE ledger_entry SET credit_reserved = 5 WHERE seq = 10", "entry 10" },
    { "UPDATE ledger_entry SET credit_overdraft = 5 WHERE seq = 10", "entry 10" },
    { "UPDATE ledger_entry SET hash = (SELECT hash FROM ledger_entry WHERE seq = 9) WHERE seq = 10",
      "entry 10" },
    { "DELETE FROM ledger_entry WHERE seq = 11", "entry 11" },
    { "DELETE FROM ledger_entry WHERE seq = 1", "entry 1" },
    { "UPDATE ledger_entry SET seq = 99 WHERE seq = 15", "entry 15" },
    { "DELETE FROM ledger_entry WHERE seq = 15", "account user:mary" }, // the tail
    { "UPDATE ledger_account SET balance = balance + 1 WHERE id = 3", "account user:mary" },
    { "UPDATE ledger_account SET reserved = 0 WHERE id = 3", "account user:mary" },
    { "UPDATE ledger_account SET overdraft = 500 WHERE id = 3", "account user:mary" },
    { "UPDATE ledger_account SET overdraft = NULL WHERE id = 3", "account user:mary" },
    { "INSERT INTO ledger_account VALUES (9, 'user:eve', 0, 0, 0)", "account user:eve" },
    { "DELETE FROM ledger_account WHERE id = 2", "missing" },
    { "UPDATE ledger_hold SET closed = 15 WHERE closed IS NULL", "reservations are missing" },
    { "UPDATE ledger_hold SET closed = NULL WHERE seq = 5", "entry 5" },
    { "UPDATE ledger_hold SET closed = 8 WHERE seq = 5", "entry 5" },
    { "UPDATE ledger_hold SET lapses_at = 1 WHERE seq = 5", "entry 5" },
    { "UPDATE ledger_hold SET lapses_at = 1 WHERE closed IS NULL", "entry 15" },
    { "DELETE FROM ledger_hold WHERE closed IS NULL", "reservations are missing" },
    { "DELETE FROM ledger_hold WHERE seq = 7", "entry 7" },
    { "INSERT INTO ledger_hold VALUES (4, 1, 5)", "reservations are missing" },
};

static void test_every_change_is_noticed_and_named(void)
{
    for (size_t i = 0; i < sizeof(tampers) / sizeof(tampers[0]); i++) {
        struct db *db = NULL;
        struct ledger *ledger = NULL;
        make(&db, &ledger);
        ledger_close(&ledger);
        CHECK(db_run_text(db, store_is_postgres() ? pass_guards : drop_guards, &err) &&
              db_run_text(db, tampers[i].sql, &err));
        CHECK(ledger_open(db, &ledger, &err));
        bool noticed = !ledger_audit(ledger, &err) && err.code == ERR_INTERNAL &&
                       strstr(err.text, tampers[i].finding) != NULL;
        tap_result(noticed, tampers[i].sql, __FILE__, __LINE__);
        if (!noticed) {
            printf("# %s\n", err.text);
        }
        ledger_close(&ledger);
        db_close(&db);
    }
}

static void test_a_name_that_no_entry_tells_is_noticed(void)
{
    struct db *db = NULL;
    struct ledger *ledger = NULL;
    struct ledger_receipt receipt;
    const struct ledger_ask ask = {
        .key = { "rename" }, .debit = STR("user:mary"), .credit = STR("user:maria"), .at = 3000
    };
    make(&db, &ledger);
    CHECK(ledger_rename(ledger, &ask, &receipt, &err) && ledger_audit(ledger, &err));
    ledger_close(&ledger);
    CHECK(db_run_text(db, store_is_postgres() ? pass_guards : drop_guards, &err));
    if (!store_is_postgres()) {
        CHECK(db_run_text(db, "DROP TRIGGER ledger_account_name", &err));
    }
    CHECK(db_run_text(db, "UPDATE ledger_account SET name = 'user:mary' WHERE id = 3", &err));
    CHECK(ledger_open(db, &ledger, &err));
    CHECK(!ledger_audit(ledger, &err) && strstr(err.text, "account user:mary") != NULL);
    ledger_close(&ledger);
    db_close(&db);
}

static void test_the_tables_refuse_to_be_changed(void)
{
    static const char *const refused[] = {
        "UPDATE ledger_entry SET why = 'x' WHERE seq = 3",
        "DELETE FROM ledger_entry WHERE seq = 15",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_account SET name = 'user:eve' WHERE id = 3",
        "DELETE FROM ledger_account WHERE id = 3",
        "UPDATE ledger_hold SET closed = NULL WHERE seq = 5",
        "DELETE FROM ledger_hold WHERE seq = 5",
    };
    struct db *db = NULL;
    struct ledger *ledger = NULL;
    make(&db, &ledger);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        CHECK(!db_run_text(db, refused[i], &err) && err.code == ERR_DENIED);
    }
    CHECK(ledger_audit(ledger, &err));
    ledger_close(&ledger);
    db_close(&db);
}

// Entries that are written between slices are verified too.
static void test_it_goes_in_slices_while_others_write(void)
{
    struct db *db = NULL;
    struct ledger *ledger = NULL;
    make(&db, &ledger);
    OWN(ledger_verify_free) struct ledger_verify *verify = ledger_verify_new();
    struct ledger_verdict verdict = { 0 };
    int64_t last = 0;
    for (int i = 0; i < 100 && !verdict.done; i++) {
        int key = 1000 + i;
        struct ledger_ask ask = { .debit = STR("user:mary"),
                                  .credit = STR("income:print"),
                                  .amount = { 1 },
                                  .at = 5000,
                                  .lapses_at = 6000 };
        struct ledger_receipt receipt;
        memcpy(ask.key.bytes, &key, sizeof(key));
        CHECK(i > 10 || ledger_reserve(ledger, &ask, &receipt, &err));
        CHECK(ledger_verify_step(ledger, verify, 3, &verdict, &err));
        CHECK(verdict.checked >= last && verdict.checked <= verdict.total);
        last = verdict.checked;
    }
    struct ledger_head head;
    CHECK(verdict.done && verdict.good && verdict.checked > 20);
    CHECK(ledger_head(ledger, &head, &err) && head.sequence == verdict.head.sequence);
    CHECK(memcmp(head.hash, verdict.head.hash, sizeof(head.hash)) == 0);
    ledger_close(&ledger);
    db_close(&db);
}

int main(void)
{
    store_make(dsn, folder_make());
    test_every_change_is_noticed_and_named();
    test_a_name_that_no_entry_tells_is_noticed();
    test_the_tables_refuse_to_be_changed();
    test_it_goes_in_slices_while_others_write();
    folder_end();
    return tap_done();
}
