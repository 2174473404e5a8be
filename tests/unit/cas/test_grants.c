// One grant to many: page by page, each person once, however often it is asked.
#include "unit/cas/payers.h"

enum { PEOPLE = 7 };

static Quoin__V1__GrantManyRequest asked;

static void grant_of(uint8_t key, const char *to, const char *mode, int64_t amount, int64_t cap)
{
    quoin__v1__grant_many_request__init(&asked);
    asked.key = key_of(key);
    asked.to = text_of(to);
    asked.mode = text_of(mode);
    asked.amount = amount;
    asked.cap = cap;
    asked.why = text_of("Autumn");
    asked.reference = text_of("A-1");
    asked.limit = 3;
}

struct sums {
    int pages;
    uint32_t people;
    uint32_t granted;
    uint32_t had;
    uint32_t locked;
    int64_t changed;
};

// At most so many pages; -1: to the end.
static struct sums run(int pages)
{
    struct sums sums = { 0 };
    bool more = true;
    while (more && sums.pages != pages) {
        const Quoin__V1__GrantManyReply *page = ask(&asked.base);
        if (page == NULL) {
            break;
        }
        sums.pages++;
        sums.people += page->people;
        sums.granted += page->granted;
        sums.had += page->had_it;
        sums.locked += page->locked;
        sums.changed += page->changed;
        more = page->more;
        asked.after = text_of(page->after);
    }
    return sums;
}

static void test_everybody_of_a_group_once(void)
{
    grant_of(10, "group:staff", "add", 1000, 0);
    asked.dry_run = true;
    struct sums sums = run(-1);
    CHECK(sums.pages == 3 && sums.people == PEOPLE && sums.granted == PEOPLE - 1);
    CHECK(sums.changed == (PEOPLE - 1) * 1000 && sums.locked == 1 && balance_of("grants") == 0);
    grant_of(10, "group:staff", "add", 1000, 0);
    sums = run(2); // broken off
    CHECK(sums.people == 6 && balance_of("grants") == -1000 * (int64_t)sums.granted);
    asked.after = text_of("");
    sums = run(-1);
    CHECK(sums.people == PEOPLE && sums.had + sums.granted + sums.locked == PEOPLE);
    CHECK(balance_of("grants") == -1000 * (PEOPLE - 1) && balance_of("allotment:p0") == 1000);
    asked.after = text_of("");
    sums = run(-1);
    CHECK(sums.granted == 0 && balance_of("grants") == -1000 * (PEOPLE - 1));
    asked.after = text_of("");
    asked.amount = 1001;
    CHECK(ask(&asked.base) == NULL && err.code == ERR_CONFLICT);
    CHECK(strstr(err.text, "another amount") != NULL);
}

static void test_up_to_a_cap(void)
{
    grant_of(20, "group:staff", "up-to", 700, 1500);
    CHECK(run(-1).changed == 500 * (PEOPLE - 1));
    CHECK(balance_of("allotment:p1") == 1500);
    grant_of(21, "everyone", "set-to", 100, 0);
    struct sums sums = run(-1);
    CHECK(sums.changed == -1400 * (PEOPLE - 1) + 100 && sums.people == PEOPLE + 1);
}

static void test_what_is_no_grant(void)
{
    grant_of(30, "staff", "add", 1, 0);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    grant_of(30, "group:none", "add", 1, 0);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_NOT_FOUND);
    grant_of(30, "department:none", "add", 1, 0);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_NOT_FOUND);
    grant_of(30, "everyone", "more", 1, 0);
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
    grant_of(30, "everyone", "add", 1, 0);
    asked.why = text_of("");
    CHECK(ask(&asked.base) == NULL && err.code == ERR_INVALID);
}

int main(void)
{
    char name[8];
    fixture_begin();
    CHECK(fixture_open());
    CHECK(run_text("INSERT INTO accounts_group VALUES (2001, 'staff', '', 0, 0, 1)"));
    for (int i = 0; i < PEOPLE; i++) {
        (void)snprintf(name, sizeof(name), "p%d", i);
        CHECK(add_person((uint8_t)(100 + i), name, 0) != NULL && add_account(1000 + i, name, 0, 0));
        CHECK(run_text(arena_textf(&arena,
                                   "DELETE FROM accounts_member WHERE person = %d;"
                                   "INSERT INTO accounts_member VALUES (%d, 2001)",
                                   1000 + i, 1000 + i)));
    }
    CHECK(add_person(120, "other", 0) != NULL && add_account(1100, "other", 0, 0));
    CHECK(run_text("UPDATE accounts_person SET locked = 1 WHERE name = 'p4'"));
    test_everybody_of_a_group_once();
    test_up_to_a_cap();
    test_what_is_no_grant();
    return fixture_end();
}
