// A site's accounts come over whole or not at all, and go on where they stopped.
#include "cas/copy.h"

#include "fixture.h"

static char there[STORE_DSN_MAX];
static struct cas_copied copied;
static int told;

static void tell(void *arg, const char *doing, int64_t rows)
{
    (void)arg;
    told += doing != NULL && rows >= 0 ? 1 : 0;
}

static bool copy(const char *from, const char *to, bool dry_run)
{
    const struct cas_copy asked = { .from = from, .to = to, .dry_run = dry_run, .progress = tell };
    memset(&err, 0, sizeof(err));
    return cas_copy_run(&asked, &copied, &err);
}

static void test_a_site_comes_over_and_goes_on(void)
{
    char first[STORE_DSN_MAX];
    struct ledger_head head;
    CHECK(fixture_open() && add_person(1, "mary", 1000000) != NULL);
    CHECK(reserve(2, "mary", 2, 0) != NULL && reserve(3, "mary", 1, 1) != NULL);
    CHECK(settle(4, 2, 2, 0) != NULL);
    CHECK(ledger_head(cas_ledger(cas), &head, &err));
    CHECK(!copy(fixture_dsn, there, false) && err.code == ERR_CONFLICT); // an engine has it open
    cas_close(&cas);
    CHECK(copy(fixture_dsn, there, true) && copied.head.sequence == head.sequence);
    CHECK(copy(fixture_dsn, there, false) && told > 10);
    CHECK(memcmp(copied.head.hash, head.hash, sizeof(head.hash)) == 0 && copied.count > 8);
    CHECK(copied.sums.entries == head.sequence && copied.sums.reserved.units > 0);
    memcpy(first, fixture_dsn, sizeof(first));
    memcpy(fixture_dsn, there, sizeof(fixture_dsn)); // the witness finds what it has seen
    CHECK(fixture_open() && get_person("mary") != NULL);
    CHECK(settle(5, 3, 1, 1) != NULL && add_person(6, "tom", 5) != NULL);
    cas_close(&cas);
    CHECK(!copy(first, there, false) && err.code == ERR_CONFLICT); // not empty
    CHECK(strstr(err.text, "not empty") != NULL);
    CHECK(!copy(first, there, true) && err.code == ERR_CONFLICT);
}

static void test_what_cannot_be_copied_says_why(void)
{
    char other[STORE_DSN_MAX];
    store_make(other, folder_path);
    CHECK(!copy(there, there, false) && err.code == ERR_INVALID);
    CHECK(!copy("sqlite:/nowhere/x.db", other, false) && err.code == ERR_NOT_FOUND);
    CHECK(!copy("mysql://x", other, false) && err.code == ERR_INVALID);
    CHECK(!copy(there, "sqlite:/nowhere/x.db", false) && err.code == ERR_UNAVAILABLE);
    // A ledger that is not good is not carried on.
    store_say(there, store_is_postgres()
                         ? "SET session_replication_role = replica; UPDATE ledger_entry SET why ="
                           " 'x' WHERE seq = 3"
                         : "DROP TRIGGER ledger_entry_keep; UPDATE ledger_entry SET why = 'x'"
                           " WHERE seq = 3");
    CHECK(!copy(there, other, false) && err.code == ERR_INTERNAL);
    CHECK(strstr(err.text, "entry 3") != NULL);
}

static void test_a_role_may_not_rewrite(void)
{
    char dsn[STORE_DSN_MAX];
    store_make(dsn, folder_path);
    if (!store_is_postgres()) {
        CHECK(!cas_copy_prepare(dsn, "quoin", &err) && err.code == ERR_INVALID);
        return;
    }
    store_say(dsn, "DROP ROLE IF EXISTS \"the \"\"engine\"; CREATE ROLE \"the \"\"engine\" LOGIN");
    CHECK(cas_copy_prepare(dsn, "the \"engine", &err));
    CHECK(cas_copy_prepare(dsn, "the \"engine", &err)); // and again
    (void)snprintf(fixture_dsn, sizeof(fixture_dsn), "%.*suser=the%%20%%22engine",
                   (int)(strstr(dsn, "user=") - dsn), dsn);
    CHECK(remove(fixture_witness) == 0);
    CHECK(fixture_open() && add_person(1, "mary", 1000000) != NULL);
    CHECK(reserve(2, "mary", 2, 0) != NULL && settle(3, 2, 2, 0) != NULL);
    static const char *const refused[] = {
        "UPDATE ledger_entry SET amount = 0",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "DELETE FROM ledger_account",
        "UPDATE ledger_account SET id = 99 WHERE id = 1",
        "DELETE FROM ledger_hold",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_entry_keep ON ledger_entry",
        "DROP TABLE ledger_entry CASCADE",
        "SET session_replication_role = replica",
        "DELETE FROM db_migration",
        "CREATE TABLE mine (x bigint)",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        bool is_refused = !db_run_text(cas_db(cas), refused[i], &err) && err.code == ERR_DENIED;
        tap_result(is_refused, refused[i], __FILE__, __LINE__);
    }
    CHECK(ledger_audit(cas_ledger(cas), &err));
    cas_close(&cas);
    store_say(dsn, "DROP OWNED BY \"the \"\"engine\"; DROP ROLE \"the \"\"engine\"");
}

int main(void)
{
    fixture_begin();
    store_make(there, folder_path);
    test_a_site_comes_over_and_goes_on();
    test_what_cannot_be_copied_says_why();
    test_a_role_may_not_rewrite();
    return fixture_end();
}
