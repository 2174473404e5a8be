// For any history of words and turns: begins and ends alternate, an end is told exactly where its
// begin was, nobody is told twice without `again`, and an alert is open whenever the thing held for
// for_ms before the last turn.
#include "alert/alert.h"
#include "lib/tap.h"

static uint64_t seed = 1;

static uint64_t draw(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static bool history_is_right(void)
{
    struct alert_rule rule = { .severity = (enum alert_severity)draw(ALERT_SEVERITY_COUNT),
                               .for_ms = (int64_t)draw(3) * 1000,
                               .clear_ms = (int64_t)draw(3) * 2000,
                               .escalate_ms = (int64_t)draw(2) * 5000 };
    if (draw(2) == 0) {
        rule.quiet = (struct alert_hours){ (int)draw(1440), 0 };
        rule.quiet.until = (rule.quiet.from + 1 + (int)draw(1000)) % 1440;
    }
    const struct calendar_zone *utc = calendar_zone_utc();
    struct alert_state state = { 0 };
    int64_t now = 1700000000000;
    int64_t next = 0;
    bool open = false;
    bool told = false;
    for (int i = 0; i < 300; i++) {
        now += (int64_t)draw(3) * 700;
        unsigned acts = draw(3) == 0 ? alert_see(&state, &rule, utc, draw(2) == 0, now)
                                     : alert_turn(&state, &rule, utc, now, &next);
        if (draw(50) == 0) {
            state.muted_until = now + (int64_t)draw(4000);
        }
        if ((acts & ALERT_END) != 0 && (acts & ALERT_BEGIN) == 0 && !open) {
            return false;
        }
        if ((acts & ALERT_BEGIN) != 0 && open && (acts & ALERT_END) == 0) {
            return false;
        }
        if ((acts & ALERT_TELL) != 0 && told && (acts & ALERT_END) == 0) {
            return false; // no rule here tells again
        }
        told = told || (acts & ALERT_TELL) != 0;
        if ((acts & ALERT_END) != 0) {
            if (((acts & ALERT_TELL_END) != 0) != told) {
                return false;
            }
            told = state.open && state.told;
        }
        open = state.open;
        if (state.here && now - state.since > rule.for_ms && !open) {
            return false;
        }
    }
    return true;
}

int main(void)
{
    bool good = true;
    for (int i = 0; i < 2000 && good; i++) {
        good = history_is_right();
    }
    CHECK(good);
    return tap_done();
}
