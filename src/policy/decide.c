// decide: tries the rules of sets in their order and gathers what they say.

#include "policy/policy_int.h"

struct decide {
    const struct policy_ask *ask;
    struct policy_outcome *outcome;
    struct policy_step *steps; // in the arena; NULL: not kept
    struct expr_trace trace;
};

bool policy_outcome_acts(const struct policy_outcome *outcome)
{
    return outcome->verdict != POLICY_ALLOW || outcome->route.len > 0 || outcome->sides.len > 0 ||
           outcome->color.len > 0;
}

static int64_t decide_times(int64_t parts, int64_t more)
{
    struct money product;
    if (parts == 0) {
        return more;
    }
    // Both are at most POLICY_PARTS_MAX: it cannot overflow.
    if (!money_scale((struct money){ parts }, more, POLICY_PARTS_ONE, &product)) {
        return POLICY_PARTS_MAX;
    }
    product.units = product.units > POLICY_PARTS_MAX ? POLICY_PARTS_MAX : product.units;
    return product.units < 1 ? 1 : product.units;
}

static struct str decide_fill(struct decide *decide, struct str text)
{
    if (decide->ask->arena == NULL || text.len == 0) {
        return STR("");
    }
    return policy_text_fill(decide->ask->arena, text, decide->ask->env);
}

static void decide_carry(struct decide *decide, const struct policy_action *action)
{
    struct policy_outcome *outcome = decide->outcome;
    struct str *first = NULL;
    switch (action->act) {
    case POLICY_ROUTE: first = &outcome->route; break;
    case POLICY_SIDES: first = &outcome->sides; break;
    case POLICY_COLOR: first = &outcome->color; break;
    case POLICY_NOTIFY:
        if (outcome->notice_count < POLICY_NOTICES_MAX) {
            outcome->notices[outcome->notice_count++] = decide_fill(decide, action->text);
        }
        return;
    case POLICY_CHARGE:
        outcome->charge_parts = decide_times(outcome->charge_parts, action->parts);
        return;
    case POLICY_ALLOW:
    case POLICY_DENY:
    case POLICY_HOLD:
    case POLICY_ASK:
    case POLICY_ACT_COUNT: return;
    }
    if (first->len == 0) {
        *first = action->text;
    }
}

static void decide_note(struct decide *decide, const struct policy_set *set,
                        const struct policy_rule *rule)
{
    struct policy_outcome *outcome = decide->outcome;
    if (decide->steps == NULL || outcome->step_count == POLICY_STEPS_MAX) {
        return;
    }
    struct policy_step *step = &decide->steps[outcome->step_count];
    struct expr_read *reads =
        arena_new_array(decide->ask->arena, decide->trace.count, sizeof(*reads));
    if (reads == NULL) {
        return;
    }
    memcpy(reads, decide->trace.reads, decide->trace.count * sizeof(*reads));
    *step = (struct policy_step){ set, rule, reads, decide->trace.count };
    outcome->step_count++;
}

// True: it ended the rules.
static bool decide_rule(struct decide *decide, const struct policy_set *set,
                        const struct policy_rule *rule)
{
    const struct policy_ask *ask = decide->ask;
    struct policy_outcome *outcome = decide->outcome;
    bool watched = ask->tried != NULL || decide->steps != NULL;
    decide->trace.count = 0;
    ask->env->trace = watched ? &decide->trace : NULL;
    bool met = expr_holds(&rule->when, ask->env);
    ask->env->trace = NULL;
    if (ask->tried != NULL) {
        ask->tried(ask->arg, set, rule, met, &decide->trace);
    }
    if (!met) {
        return false;
    }
    if (ask->met != NULL && set == ask->sets[0]) {
        ask->met[rule - set->rules]++;
    }
    decide_note(decide, set, rule);
    for (size_t i = 0; i < rule->action_count; i++) {
        const struct policy_action *action = &rule->actions[i];
        if (policy_act_ends(action->act)) {
            outcome->verdict = action->act;
            outcome->set = set;
            outcome->rule = rule;
            outcome->text = decide_fill(decide, action->text);
            return true;
        }
        decide_carry(decide, action);
    }
    return false;
}

void policy_decide(const struct policy_ask *ask, struct policy_outcome *outcome)
{
    struct decide decide = { .ask = ask, .outcome = outcome };
    *outcome = (struct policy_outcome){ .verdict = POLICY_ALLOW };
    if (ask->arena != NULL) {
        decide.steps = arena_new_array(ask->arena, POLICY_STEPS_MAX, sizeof(*decide.steps));
        outcome->steps = decide.steps;
    }
    for (size_t i = 0; i < ask->count; i++) {
        for (size_t k = 0; k < ask->sets[i]->rule_count; k++) {
            if (decide_rule(&decide, ask->sets[i], &ask->sets[i]->rules[k])) {
                return;
            }
        }
    }
}
