// Gaps have their times, late meters make none, and one job's count is believed only when it may
// be.
#include "device/reconcile.h"

#include "lib/tap.h"

enum { MINUTE = 60000, MOST = 64 };

static struct device_meter_change changes[MOST];
static struct device_tracked jobs[MOST];
static struct device_gap gaps[MOST];
static struct device_reconciled sum;

// A reading a minute from 09:00; pages of each minute as digits.
static size_t minutes(const char *pages)
{
    size_t count = strlen(pages);
    for (size_t i = 0; i < count; i++) {
        int64_t n = pages[i] - '0';
        changes[i] = (struct device_meter_change){ .counted = pages[i] != '?',
                                                   .from = (540 + (int64_t)i) * MINUTE,
                                                   .until = (541 + (int64_t)i) * MINUTE,
                                                   .pages = pages[i] == '?' ? 0 : n,
                                                   .least = n,
                                                   .most = n,
                                                   .unit = DEVICE_UNIT_IMPRESSIONS };
    }
    return count;
}

static struct device_tracked job(int64_t minute, int64_t seconds, int64_t impressions,
                                 int64_t sheets)
{
    int64_t began = (540 + minute) * MINUTE + 1000;
    return (struct device_tracked){ began, began + seconds * 1000, impressions, sheets };
}

static void reconcile(const char *pages, size_t job_count)
{
    struct device_reconcile_settings settings = { .late_ms = 2 * MINUTE };
    device_reconcile(changes, minutes(pages), jobs, job_count, &settings, gaps, MOST, &sum);
}

static void test_all_tracked(void)
{
    jobs[0] = job(2, 30, 5, 5);
    jobs[1] = job(8, 30, 9, 9);
    reconcile("000500000900000", 2); // the first is told a minute late
    CHECK(sum.gap_count == 0 && sum.counted == 14 && sum.tracked == 14);
    CHECK(sum.done_until == 555 * MINUTE);
}

static void test_nobody_was_charged(void)
{
    jobs[0] = job(1, 30, 5, 5);
    reconcile("050000000002000300000000", 1);
    CHECK(sum.gap_count == 1 && sum.untracked == 5); // two copies near each other are one gap
    CHECK(gaps[0].from == 551 * MINUTE && gaps[0].until == 556 * MINUTE);
    OWN(buf_free) struct buf text = BUF_CAP(200);
    device_gap_text(&text, &gaps[0], 0);
    CHECK_STR(buf_str(&text), "5 pages between 09:11 and 09:16 that nobody was charged for");
    buf_free(&text);
    device_gap_text(&text, &gaps[0], (int64_t)3600000);
    CHECK_STR(buf_str(&text), "5 pages between 10:11 and 10:16 that nobody was charged for");
}

static void test_more_than_the_job(void)
{
    jobs[0] = job(2, 30, 5, 5);
    reconcile("000800000000", 1);
    CHECK(sum.gap_count == 1 && gaps[0].untracked == 3 && gaps[0].counted == 8 &&
          gaps[0].tracked == 5);
    jobs[0] = job(2, 30, 7, 7);
    reconcile("000300000000", 1);
    CHECK(sum.gap_count == 1 && gaps[0].untracked == -4 && sum.unexplained_back == 4);
    OWN(buf_free) struct buf text = BUF_CAP(200);
    device_gap_text(&text, &gaps[0], 0);
    CHECK(strstr(text.ptr, "were charged and did not come out") != NULL);
}

static void test_blank_backs_and_units(void)
{
    jobs[0] = job(2, 30, 5, 3); // duplex: the device may count 6
    reconcile("000600000000", 1);
    CHECK(sum.gap_count == 0);
    jobs[0] = job(2, 30, 8, 4); // it says impressions and counts sheets
    reconcile("000400000000", 1);
    CHECK(sum.gap_count == 0 && sum.tracked == 4);
}

static void test_what_is_not_known_makes_no_gap(void)
{
    jobs[0] = job(2, 30, 5, 5);
    reconcile("000?00000000", 1); // the device was replaced while it printed
    CHECK(sum.gap_count == 0 && sum.counted == 0 && sum.tracked == 0);
    size_t count = minutes("000900000000");
    changes[3].least = 0;
    changes[3].most = 18; // it moves in steps of 10
    struct device_reconcile_settings settings = { .late_ms = 2 * MINUTE };
    device_reconcile(changes, count, jobs, 1, &settings, gaps, MOST, &sum);
    CHECK(sum.gap_count == 0);
}

static void test_what_goes_on_is_left(void)
{
    jobs[0] = job(2, 30, 5, 5);
    jobs[1] = job(10, 0, 5, 5);
    jobs[1].ended = 0; // it prints still
    reconcile("000500000040", 2);
    CHECK(sum.gap_count == 0 && sum.tracked == 5 && sum.done_until == 550 * MINUTE);
    reconcile("0005", 1); // late pages may still come
    CHECK(sum.done_until == 542 * MINUTE && sum.tracked == 0);
    device_reconcile(changes, 0, jobs, 1, &(struct device_reconcile_settings){ .late_ms = 0 }, gaps,
                     MOST, &sum);
    CHECK(sum.gap_count == 0 && !sum.more);
}

static void test_no_room_for_all(void)
{
    struct device_reconcile_settings settings = { .late_ms = MINUTE, .merge_ms = 1 };
    size_t count = minutes("1010101010101010");
    device_reconcile(changes, count, jobs, 0, &settings, gaps, 3, &sum);
    CHECK(sum.gap_count == 3 && sum.more && sum.untracked == 8); // the sums are whole
}

static void test_one_job(void)
{
    static const struct {
        const char *pages;
        int64_t impressions;
        bool other;
        bool elsewhere;
        bool idle;
        bool known;
        bool wait;
        const char *why;
    } cases[] = {
        { "00050000", 5, false, false, true, true, false, "alone on the device" },
        { "00023000", 5, false, false, true, true, false, "alone" },
        { "00050000", 5, true, false, true, false, false, "at the same time" },
        { "00050000", 5, false, true, true, false, false, "too" },
        { "0005", 5, false, false, false, false, true, "rest" },
        { "00?50000", 5, false, false, true, false, false, "not read" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        jobs[0] = job(2, 30, cases[i].impressions, cases[i].impressions);
        jobs[1] = job(3, 10, 1, 1);
        struct device_observe ask = { .job = &jobs[0],
                                      .others = &jobs[1],
                                      .other_count = cases[i].other ? 1 : 0,
                                      .changes = changes,
                                      .change_count = minutes(cases[i].pages),
                                      .now = 544 * MINUTE,
                                      .prints_elsewhere = cases[i].elsewhere,
                                      .is_idle = cases[i].idle };
        struct device_observed observed;
        device_observe(&ask, &observed);
        bool ok = observed.known == cases[i].known && observed.wait == cases[i].wait &&
                  strstr(observed.why, cases[i].why) != NULL &&
                  (!observed.known || observed.pages == 5);
        if (!ok) {
            printf("# case %zu: known %d wait %d %lld: %s\n", i, observed.known, observed.wait,
                   (long long)observed.pages, observed.why);
        }
        CHECK(ok);
    }
}

static void test_one_job_that_cannot_be_judged(void)
{
    struct device_observed observed;
    jobs[0] = job(2, 30, 5, 5);
    struct device_observe ask = {
        .job = &jobs[0], .changes = changes, .now = 560 * MINUTE, .is_idle = true
    };
    device_observe(&ask, &observed);
    CHECK(!observed.known && !observed.wait);
    ask.change_count = minutes("00050000");
    for (size_t i = 0; i < ask.change_count; i++) {
        changes[i].unit = DEVICE_UNIT_UNKNOWN;
    }
    device_observe(&ask, &observed);
    CHECK(!observed.known && strstr(observed.why, "what it counts") != NULL);
    ask.change_count = minutes("00050000");
    changes[3].most = 14;
    device_observe(&ask, &observed);
    CHECK(!observed.known && strstr(observed.why, "steps") != NULL);
    ask.change_count = minutes("00050000");
    changes[3].pages = 500;
    changes[3].most = 500;
    changes[3].least = 500;
    device_observe(&ask, &observed);
    CHECK(!observed.known && strstr(observed.why, "far more") != NULL);
}

int main(void)
{
    test_all_tracked();
    test_nobody_was_charged();
    test_more_than_the_job();
    test_blank_backs_and_units();
    test_what_is_not_known_makes_no_gap();
    test_what_goes_on_is_left();
    test_no_room_for_all();
    test_one_job();
    test_one_job_that_cannot_be_judged();
    return tap_done();
}
