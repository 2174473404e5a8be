// Rule sets are set, listed, shown, taken back and removed; what would not work is refused, and the
// n-th failing call leaves nothing behind.
#include "unit/cas/fixture.h"

#include "unit/cas/policies.h"

static bool is_text(const Quoin__V1__PolicySet *set, const char *text)
{
    return set != NULL && set->text.len == strlen(text) &&
           memcmp(set->text.data, text, set->text.len) == 0;
}

static const char first[] = "when pages > 5 then deny \"no\"\nexpect pages=6 -> deny \"no\"\n";
static const char second[] = "when pages > 9 then deny \"no\"\n";

static uint32_t version_1;
static uint32_t version_2;

static void test_a_set_is_kept_with_its_versions(void)
{
    const Quoin__V1__PolicySet *set = set_policy(10, "students", first, "lib-*", 3);
    CHECK(is_text(set, first) && set->rules == 1 && set->examples == 1 && set->order == 3);
    CHECK(set->n_queues == 1 && strcmp(set->queues[0], "lib-*") == 0);
    version_1 = set->version;
    CHECK(set_policy(10, "students", first, "lib-*", 3)->version == version_1); // the same key
    CHECK(set_policy(11, "students", first, "lib-*", 3)->version == version_1); // nothing new
    set = set_policy(12, "students", second, NULL, 3);
    CHECK(is_text(set, second) && set->version > version_1 && set->examples == 0);
    version_2 = set->version;
    CHECK(is_text(get_policy("students", 0), second));
    CHECK(is_text(get_policy("students", version_1), first));
    CHECK(get_policy("students", version_2 + 5) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(get_policy("nothing", 0) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_what_would_not_work_is_refused(void)
{
    CHECK(set_policy(20, "bad", "when pages then allow", NULL, 0) == NULL);
    CHECK(strncmp(err.text, "bad.rules:1:6: ", 15) == 0);
    CHECK(set_policy(20, "bad", "when pages > 5 then allow\nexpect pages=1 -> deny \"x\"", NULL,
                     0) == NULL);
    CHECK(strstr(err.text, "bad.rules:2: expected deny") != NULL);
    CHECK(set_policy(20, "", second, NULL, 0) == NULL && err.code == ERR_INVALID);
    CHECK(set_policy(20, "bad", second, "", 0) == NULL && err.code == ERR_INVALID);
    CHECK(get_policy("bad", 0) == NULL);
    CHECK(set_policy(20, "bad", "\xff", NULL, 0) == NULL && err.code == ERR_INVALID);
}

static void test_it_goes_back(void)
{
    const Quoin__V1__PolicySet *set = roll_back(30, "students", 0);
    CHECK(is_text(set, first) && set->version > version_2);
    CHECK(roll_back(30, "students", 0)->version == set->version); // the same key
    set = roll_back(31, "students", version_2);
    CHECK(is_text(set, second) && is_text(get_policy("students", 0), second));
    CHECK(roll_back(32, "students", 9999) == NULL && err.code == ERR_NOT_FOUND);
    CHECK(roll_back(32, "nothing", 0) == NULL && err.code == ERR_NOT_FOUND);
    set = remove_policy(33, "students");
    CHECK(set != NULL && set->is_removed && get_policy("students", 0) == NULL);
    CHECK(remove_policy(34, "nothing") == NULL && err.code == ERR_NOT_FOUND);
    CHECK(is_text(roll_back(35, "students", 0), second)); // back from its removal
    CHECK(set_policy(36, "short", first, NULL, 1) != NULL);
    CHECK(roll_back(37, "short", 0)->is_removed && get_policy("short", 0) == NULL);
}

static void test_the_past_is_told(void)
{
    Quoin__V1__PolicyHistoryRequest request = QUOIN__V1__POLICY_HISTORY_REQUEST__INIT;
    request.name = text_of("students");
    const Quoin__V1__PolicyHistoryReply *past = ask(&request.base);
    CHECK(past != NULL && past->n_sets == 6 && !past->more);
    CHECK(past->sets[5]->version == version_1 && past->sets[1]->is_removed);
    CHECK(past->sets[0]->text.len == 0 && past->sets[0]->rules == 1);
    request.limit = 2;
    past = ask(&request.base);
    CHECK(past != NULL && past->n_sets == 2 && past->more);
    request.before = past->sets[1]->version;
    past = ask(&request.base);
    CHECK(past != NULL && past->n_sets == 2 && past->sets[0]->version < request.before);
    request.name = text_of("nothing");
    request.before = 0;
    CHECK(ask(&request.base) == NULL && err.code == ERR_NOT_FOUND);
}

static void test_lists(void)
{
    Quoin__V1__ListPoliciesRequest request = QUOIN__V1__LIST_POLICIES_REQUEST__INIT;
    CHECK(set_policy(40, "all", first, NULL, -1) != NULL);
    const Quoin__V1__ListPoliciesReply *list = ask(&request.base);
    CHECK(list != NULL && list->n_sets == 2 && !list->more);
    CHECK(strcmp(list->sets[0]->name, "all") == 0 && list->sets[0]->order == -1);
    CHECK(list->sets[0]->text.len == 0 && list->sets[0]->version > 0);
    request.limit = 1;
    list = ask(&request.base);
    CHECK(list != NULL && list->n_sets == 1 && list->more);
}

static void test_every_failing_call_undoes_all(void)
{
    int fails = 0;
    for (int nth = 1; nth < 200; nth++) {
        db_fault_at(cas_db(cas), nth, false);
        bool done = set_policy(50, "fault", first, NULL, 1) != NULL;
        db_fault_at(cas_db(cas), 0, false);
        if (done) {
            break;
        }
        fails++;
        CHECK(get_policy("fault", 0) == NULL);
    }
    CHECK(fails > 3 && is_text(get_policy("fault", 0), first));
}

int main(void)
{
    fixture_begin();
    CHECK(fixture_open());
    role = "admin";
    test_a_set_is_kept_with_its_versions();
    test_what_would_not_work_is_refused();
    test_it_goes_back();
    test_the_past_is_told();
    test_lists();
    test_every_failing_call_undoes_all();
    return fixture_end();
}
