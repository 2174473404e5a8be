// Who does not answer is asked less and less often, never all at once, and as usual once it does.
#include "dce/pace.h"

#include "lib/tap.h"

static void test_the_wait_doubles_up_to_its_most(void)
{
    struct dce_pace pace = { 0 };
    int64_t now = 1000;
    int64_t wait = DCE_PACE_FIRST_MS;
    CHECK(dce_pace_is_due(&pace, now));
    for (int i = 0; i < 12; i++) {
        dce_pace_bad(&pace, now, UINT32_MAX);
        CHECK(pace.wait_ms == wait);
        CHECK(!dce_pace_is_due(&pace, now + wait / 2 - 1) && dce_pace_is_due(&pace, now + wait));
        now += wait;
        wait = wait * 2 > DCE_PACE_MOST_MS ? DCE_PACE_MOST_MS : wait * 2;
    }
    CHECK(pace.wait_ms == DCE_PACE_MOST_MS);
}

static void test_questions_that_went_out_together_count_once(void)
{
    struct dce_pace pace = { 0 };
    dce_pace_bad(&pace, 1000, 0);
    dce_pace_bad(&pace, 1000, 0);
    dce_pace_bad(&pace, 1249, 0);
    CHECK(pace.wait_ms == DCE_PACE_FIRST_MS && pace.due_ms == 1250);
    dce_pace_bad(&pace, 1250, 0);
    CHECK(pace.wait_ms == 2 * DCE_PACE_FIRST_MS);
}

static void test_an_answer_begins_anew(void)
{
    struct dce_pace pace = { 0 };
    for (int64_t now = 0; now < 100000; now += 10000) {
        dce_pace_bad(&pace, now, 7);
    }
    dce_pace_good(&pace);
    CHECK(dce_pace_is_due(&pace, 0));
    dce_pace_bad(&pace, 0, 0);
    CHECK(pace.wait_ms == DCE_PACE_FIRST_MS);
}

static void test_engines_do_not_come_back_together(void)
{
    struct dce_pace first = { 0 };
    struct dce_pace second = { 0 };
    dce_pace_bad(&first, 0, 3);
    dce_pace_bad(&second, 0, 100);
    CHECK(first.due_ms != second.due_ms);
}

int main(void)
{
    test_the_wait_doubles_up_to_its_most();
    test_questions_that_went_out_together_count_once();
    test_an_answer_begins_anew();
    test_engines_do_not_come_back_together();
    return tap_done();
}
