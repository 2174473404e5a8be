// A set that is tried on the past denies what it would have denied, counts anew, and tells whom.
#include "policy/review.h"

#include "lib/tap.h"

static struct err err;
static struct arena arena = { .cap = POLICY_REVIEW_ARENA };
static struct policy_set set;
static struct policy_review review;

static void start(const char *text)
{
    CHECK(policy_compile(str_of(text), "a.rules", &arena, &set, NULL, &err));
    CHECK(policy_review_start(&review, &set, &arena, &err));
}

#define DAY_MS ((int64_t)86400000)

static void job(const char *user, uint32_t pages, int64_t at, uint64_t digest)
{
    struct work work = {
        .user = str_of(user),
        .at = at,
        .digest = { (const char *)&digest, digest == 0 ? 0 : sizeof(digest) },
        .classes = { { .page = { PAGE_NORMAL, false, false, false, pages, pages } } },
        .class_count = 1
    };
    const struct policy_review_charge charge = { { pages * 1000 }, { pages * 1000 }, 0 };
    policy_review_work(&review, &work, expr_local_of(at), &charge);
}

static void test_sums(void)
{
    const struct policy_review_person *people[2];
    start(
        "when pages > 100 then deny \"x\"\nwhen pages > 50 then hold\n"
        "when pages > 20 then set sides=one-sided, notify \"n\"\nwhen pages > 10 then charge 1.5\n"
        "when pages = 5 then ask billing-code\nwhen pages = 4 then route to b, set "
        "color=monochrome");
    job("mary", 101, 1, 0);
    job("mary", 200, 2, 0);
    job("tom", 60, 3, 0);
    job("tom", 12, 4, 0);
    job("ann", 25, 5, 0);
    job("ann", 1, 6, 0);
    job("bob", 5, 7, 0);
    job("eve", 4, 8, 0);
    job("zoe", 1, 9, 0);
    const struct policy_review_sums *sums = &review.sums;
    CHECK(sums->tried == 9 && sums->denied == 2 && sums->denied_pages == 301 && sums->held == 1);
    CHECK(sums->saved.units == 301000 && sums->sides == 1 && sums->noticed == 1);
    CHECK(sums->charged == 2 && sums->more.units == 6000 + 12500);
    CHECK(sums->asked == 1 && sums->routed == 1 && sums->color == 1 && sums->people == 5);
    CHECK(review.met[0] == 2 && review.met[1] == 1 && review.met[2] == 1 && review.met[3] == 2);
    CHECK(policy_review_top(&review, people, 2) == 2);
    CHECK_STR(people[0]->name, "mary");
    CHECK_STR(people[1]->name, "tom");
    CHECK(people[0]->touched == 2 && people[0]->amount.units == 301000);
    policy_review_end(&review);
}

static void test_counters_are_counted_anew(void)
{
    start("when jobs_today >= 3 then deny \"a\"\nwhen pages_this_month > 30 then deny \"b\"\n"
          "when pages_today > 25 then hold\nwhen jobs_this_month >= 100 then hold");
    for (int i = 0; i < 5; i++) {
        job("mary", 1, DAY_MS * 10 + i, 0); // the fourth and fifth are too many that day
    }
    job("tom", 1, DAY_MS * 10 + 9, 0);
    CHECK(review.sums.denied == 2 && review.met[0] == 2);
    job("mary", 28, DAY_MS * 11, 0);
    job("mary", 1, DAY_MS * 11 + 1, 0); // 31 pages this month
    CHECK(review.met[1] == 1);
    job("mary", 1, DAY_MS * 40, 0); // another month
    CHECK(review.sums.denied == 3);
    policy_review_end(&review);
}

static void test_duplicates_within_their_time(void)
{
    start("when duplicates(10 minutes) > 0 then hold\nwhen duplicates(1 hour) > 1 then hold");
    job("mary", 1, 0, 7);
    job("mary", 1, 599999, 7);
    CHECK(review.sums.held == 1);
    job("tom", 1, 600000, 7); // another person
    job("mary", 1, 600001, 8);
    job("mary", 1, 600002, 0); // no digest is known
    CHECK(review.sums.held == 1);
    job("mary", 1, 1800000, 7); // not in ten minutes, but the third in an hour
    CHECK(review.sums.held == 2 && review.met[1] == 1);
    policy_review_end(&review);
}

static void test_what_is_old_makes_room(void)
{
    start("when duplicates(31 days) > 0 then hold");
    for (uint64_t i = 0; i < POLICY_REVIEW_RECENT + 1000; i++) {
        job("mary", 1, (int64_t)i, i + 1);
    }
    CHECK(review.sums.held == 0);
    job("mary", 1, POLICY_REVIEW_RECENT + 2000, 1); // forgotten meanwhile
    CHECK(review.sums.held == 0);
    job("mary", 1, POLICY_REVIEW_RECENT + 2001, 1);
    job("mary", 1, POLICY_REVIEW_RECENT + 2002, 5000);
    CHECK(review.sums.held == 2);
    policy_review_end(&review);
}

static void test_too_little_memory_is_told(void)
{
    OWN(arena_free) struct arena small = ARENA_CAP(4096);
    start("when duplicates(31 days) > 0 then hold");
    policy_review_end(&review);
    CHECK(!policy_review_start(&review, &set, &small, &err) && err.code == ERR_LIMIT);
}

int main(void)
{
    test_sums();
    test_counters_are_counted_anew();
    test_duplicates_within_their_time();
    test_what_is_old_makes_room();
    test_too_little_memory_is_told();
    arena_free(&arena);
    return tap_done();
}
