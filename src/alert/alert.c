// alert: see alert.h.

#include "alert/alert.h"

static const char *const severity_names[ALERT_SEVERITY_COUNT] = {
    [ALERT_INFORMATION] = "information",
    [ALERT_WARNING] = "warning",
    [ALERT_CRITICAL] = "critical",
};

const char *alert_severity_name(enum alert_severity severity)
{
    return severity_names[severity];
}

bool alert_severity_read(struct str name, enum alert_severity *severity)
{
    for (int i = 0; i < ALERT_SEVERITY_COUNT; i++) {
        if (str_eq(name, str_of(severity_names[i]))) {
            *severity = (enum alert_severity)i;
            return true;
        }
    }
    return false;
}

// When somebody may be told next: after quiet hours and muting. `at` itself: at once.
static int64_t told_from(const struct alert_state *state, const struct alert_rule *rule,
                         const struct calendar_zone *zone, int64_t at)
{
    int64_t from = at > state->muted_until ? at : state->muted_until;
    if (rule->severity == ALERT_CRITICAL) {
        return from;
    }
    return alert_hours_over(&rule->quiet, zone, from);
}

static void sooner(int64_t *next, int64_t at)
{
    if (*next == 0 || at < *next) {
        *next = at;
    }
}

// The begin, once; then again and again while nobody acknowledged it. True: now.
static bool is_to_tell(struct alert_state *state, const struct alert_rule *rule,
                       const struct calendar_zone *zone, int64_t now, int64_t *next)
{
    int64_t due = now;
    if (state->acknowledged_at != 0) {
        return false;
    }
    if (state->told) {
        if (rule->again_ms == 0) {
            return false;
        }
        due = state->told_at + rule->again_ms;
    }
    due = told_from(state, rule, zone, due > now ? due : now);
    if (due > now) {
        sooner(next, due);
        return false;
    }
    state->told = true;
    state->told_at = now;
    if (rule->again_ms > 0) {
        sooner(next, told_from(state, rule, zone, now + rule->again_ms));
    }
    return true;
}

static bool is_to_escalate(struct alert_state *state, const struct alert_rule *rule,
                           const struct calendar_zone *zone, int64_t now, int64_t *next)
{
    if (rule->escalate_ms == 0 || state->escalated || state->acknowledged_at != 0 || !state->told) {
        return false;
    }
    int64_t due = state->began + rule->escalate_ms;
    due = told_from(state, rule, zone, due > now ? due : now);
    if (due > now) {
        sooner(next, due);
        return false;
    }
    state->escalated = true;
    return true;
}

static unsigned close_alert(struct alert_state *state)
{
    unsigned acts = ALERT_END | (state->told ? ALERT_TELL_END : 0);
    *state = (struct alert_state){ .since = state->since };
    return acts;
}

unsigned alert_turn(struct alert_state *state, const struct alert_rule *rule,
                    const struct calendar_zone *zone, int64_t now, int64_t *next)
{
    unsigned acts = 0;
    *next = 0;
    if (!state->open) {
        if (!state->here) {
            return 0;
        }
        if (now - state->since < rule->for_ms) {
            *next = state->since + rule->for_ms;
            return 0;
        }
        state->open = true;
        state->began = state->since;
        state->times = 1;
        acts |= ALERT_BEGIN;
    }
    if (!state->here) {
        if (now - state->since >= rule->clear_ms) {
            return acts | close_alert(state);
        }
        sooner(next, state->since + rule->clear_ms);
    }
    // What comes and goes is told as what lasts: it is not over until it was gone for clear_ms.
    acts |= is_to_tell(state, rule, zone, now, next) ? ALERT_TELL : 0;
    acts |= is_to_escalate(state, rule, zone, now, next) ? ALERT_ESCALATE : 0;
    return acts;
}

unsigned alert_see(struct alert_state *state, const struct alert_rule *rule,
                   const struct calendar_zone *zone, bool here, int64_t now)
{
    int64_t ignored;
    unsigned acts = 0;
    if (here != state->here) {
        // What held long enough before this word came began, though nobody looked meanwhile.
        acts = alert_turn(state, rule, zone, now, &ignored);
        state->here = here;
        state->since = now;
        if (here && state->open) {
            state->times++;
        }
    }
    return acts | alert_turn(state, rule, zone, now, &ignored);
}
