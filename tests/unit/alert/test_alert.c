#include "alert/alert.h"
#include "lib/tap.h"

#define MINUTE ((int64_t)60000)
#define HOUR (60 * MINUTE)
#define DAY CALENDAR_DAY_MS

static const struct calendar_zone *utc;
static const int64_t noon = 20000 * CALENDAR_DAY_MS + 12 * 3600 * (int64_t)1000;

static void test_it_begins_when_it_held_and_ends_when_it_was_gone(void)
{
    struct alert_rule rule = { ALERT_WARNING, MINUTE, 2 * MINUTE, 0, 0, { 0, 0 } };
    struct alert_state state = { 0 };
    int64_t next;
    CHECK(alert_see(&state, &rule, utc, false, noon) == 0);
    CHECK(alert_turn(&state, &rule, utc, noon + 1, &next) == 0 && next == 0);
    CHECK(alert_see(&state, &rule, utc, true, noon) == 0 && !state.open);
    CHECK(alert_turn(&state, &rule, utc, noon + 1, &next) == 0 && next == noon + MINUTE);
    CHECK(alert_see(&state, &rule, utc, false, noon + MINUTE - 1) == 0); // too short
    CHECK(alert_see(&state, &rule, utc, true, noon + MINUTE) == 0);
    CHECK(alert_turn(&state, &rule, utc, noon + 2 * MINUTE, &next) == (ALERT_BEGIN | ALERT_TELL));
    CHECK(state.began == noon + MINUTE && state.times == 1 && next == 0);
    CHECK(alert_see(&state, &rule, utc, true, noon + 3 * MINUTE) == 0);
    CHECK(alert_see(&state, &rule, utc, false, noon + 4 * MINUTE) == 0 && state.open);
    CHECK(alert_turn(&state, &rule, utc, noon + 5 * MINUTE, &next) == 0 &&
          next == noon + 6 * MINUTE);
    CHECK(alert_turn(&state, &rule, utc, noon + 6 * MINUTE, &next) == (ALERT_END | ALERT_TELL_END));
    CHECK(!state.open && next == 0);
}

static void test_a_hundred_changes_are_one_alert(void)
{
    struct alert_rule rule = { ALERT_WARNING, 0, MINUTE, 0, 0, { 0, 0 } };
    struct alert_state state = { 0 };
    unsigned begins = 0;
    unsigned tells = 0;
    unsigned ends = 0;
    int64_t at = noon;
    for (int i = 0; i < 200; i++, at += 300) {
        unsigned acts = alert_see(&state, &rule, utc, i % 2 == 0, at);
        begins += (acts & ALERT_BEGIN) != 0;
        tells += (acts & ALERT_TELL) != 0;
        ends += (acts & ALERT_END) != 0;
    }
    CHECK(begins == 1 && tells == 1 && ends == 0 && state.times == 100);
    int64_t next;
    CHECK(alert_turn(&state, &rule, utc, at + MINUTE, &next) == (ALERT_END | ALERT_TELL_END));
}

static void test_what_held_between_two_looks_was_there(void)
{
    struct alert_rule rule = { ALERT_WARNING, MINUTE, MINUTE, 0, 0, { 0, 0 } };
    struct alert_state state = { 0 };
    CHECK(alert_see(&state, &rule, utc, true, noon) == 0);
    CHECK(alert_see(&state, &rule, utc, false, noon + 5 * MINUTE) == (ALERT_BEGIN | ALERT_TELL));
    CHECK(alert_see(&state, &rule, utc, true, noon + 10 * MINUTE) ==
          (ALERT_END | ALERT_TELL_END)); // and begins to hold anew
    CHECK(!state.open && state.here);
}

static void test_quiet_hours_wait_and_critical_does_not(void)
{
    struct alert_rule rule = { ALERT_WARNING, 0, MINUTE, 0, 0, { 22 * 60, 6 * 60 } };
    struct alert_state state = { 0 };
    int64_t night = noon + 11 * HOUR;
    int64_t next;
    CHECK(alert_see(&state, &rule, utc, true, night) == ALERT_BEGIN);
    CHECK(alert_turn(&state, &rule, utc, night + 1, &next) == 0 && next == noon + 18 * HOUR);
    CHECK(alert_turn(&state, &rule, utc, noon + 18 * HOUR, &next) == ALERT_TELL);
    // What came and went in the night is not told, and its end is not either.
    state = (struct alert_state){ 0 };
    CHECK(alert_see(&state, &rule, utc, true, night) == ALERT_BEGIN);
    CHECK(alert_see(&state, &rule, utc, false, night + 1) == 0);
    CHECK(alert_turn(&state, &rule, utc, night + 2 * MINUTE, &next) == ALERT_END);
    rule.severity = ALERT_CRITICAL;
    CHECK(alert_see(&state, &rule, utc, true, night) == (ALERT_BEGIN | ALERT_TELL));
}

static void test_escalation_repetition_and_acknowledgement(void)
{
    struct alert_rule rule = { ALERT_WARNING, 0, MINUTE, 10 * MINUTE, HOUR, { 0, 0 } };
    struct alert_state state = { 0 };
    int64_t next;
    CHECK(alert_see(&state, &rule, utc, true, noon) == (ALERT_BEGIN | ALERT_TELL));
    CHECK(alert_turn(&state, &rule, utc, noon + 1, &next) == 0 && next == noon + 10 * MINUTE);
    CHECK(alert_turn(&state, &rule, utc, noon + 10 * MINUTE, &next) == ALERT_ESCALATE);
    CHECK(next == noon + HOUR);
    CHECK(alert_turn(&state, &rule, utc, noon + HOUR, &next) == ALERT_TELL &&
          next == noon + 2 * HOUR);
    state.acknowledged_at = noon + HOUR + 1;
    CHECK(alert_turn(&state, &rule, utc, noon + 3 * HOUR, &next) == 0 && next == 0);
    CHECK(alert_see(&state, &rule, utc, false, noon + 4 * HOUR) == 0);
    CHECK(alert_turn(&state, &rule, utc, noon + 5 * HOUR, &next) == (ALERT_END | ALERT_TELL_END));
    // The next one is another one: nobody has acknowledged it.
    CHECK(alert_see(&state, &rule, utc, true, noon + 6 * HOUR) == (ALERT_BEGIN | ALERT_TELL));
}

static void test_muted(void)
{
    struct alert_rule rule = { ALERT_CRITICAL, 0, MINUTE, 10 * MINUTE, 0, { 0, 0 } };
    struct alert_state state = { 0 };
    int64_t next;
    CHECK(alert_see(&state, &rule, utc, true, noon) == (ALERT_BEGIN | ALERT_TELL));
    state.muted_until = noon + HOUR;
    CHECK(alert_turn(&state, &rule, utc, noon + 20 * MINUTE, &next) == 0 && next == noon + HOUR);
    CHECK(alert_turn(&state, &rule, utc, noon + HOUR, &next) == ALERT_ESCALATE);
}

static void test_names(void)
{
    enum alert_severity severity;
    for (int i = 0; i < ALERT_SEVERITY_COUNT; i++) {
        const char *name = alert_severity_name((enum alert_severity)i);
        CHECK(alert_severity_read(str_of(name), &severity) && severity == (enum alert_severity)i);
    }
    CHECK(!alert_severity_read(STR(""), &severity) && !alert_severity_read(STR("bad"), &severity));
}

int main(void)
{
    utc = calendar_zone_utc();
    test_it_begins_when_it_held_and_ends_when_it_was_gone();
    test_a_hundred_changes_are_one_alert();
    test_what_held_between_two_looks_was_there();
    test_quiet_hours_wait_and_critical_does_not();
    test_escalation_repetition_and_acknowledgement();
    test_muted();
    test_names();
    return tap_done();
}
