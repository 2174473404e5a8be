// decide: the step of a charge that asks the rules. What they say and what they read is kept with
// the charge; what they would change is carried out by the routing engine before anything is set
// aside.

#include "calendar/period.h"
#include "cas/policies.h"
#include <stdlib.h>

enum { DECIDE_SOURCE_MAX = 300, DECIDE_VALUE_MAX = 200 };

// ---- what rules may look at ---------------------------------------------------------------------

static bool decide_count(struct cas_counter *counter, enum expr_field field, int64_t window_ms,
                         int64_t *number)
{
    struct cas *cas = counter->cas;
    struct str person = counter->work->user;
    const struct calendar_site *site;
    struct history_counts counts;
    if (field == EXPR_FIELD_DUPLICATES) {
        *number = 0;
        return counter->work->digest.len == 0 ||
               history_count_same(cas->history, person, counter->work->digest,
                                  counter->now - window_ms, 0, number, &counter->err);
    }
    bool month = field == EXPR_FIELD_JOBS_THIS_MONTH || field == EXPR_FIELD_PAGES_THIS_MONTH;
    if (!cas_site_time(cas, &site, &counter->err)) {
        return false;
    }
    struct calendar_span span =
        calendar_span_of(site, month ? CALENDAR_MONTH : CALENDAR_DAY, counter->now);
    if (!history_count(cas->history, person, span.from, 0, &counts, &counter->err)) {
        return false;
    }
    bool jobs = field == EXPR_FIELD_JOBS_TODAY || field == EXPR_FIELD_JOBS_THIS_MONTH;
    *number = jobs ? counts.jobs : counts.pages;
    return true;
}

int64_t cas_counter_read(void *arg, enum expr_field counter, int64_t window_ms)
{
    struct cas_counter *counts = arg;
    int64_t number = 0;
    if (counts->failed || !decide_count(counts, counter, window_ms, &number)) {
        counts->failed = true;
        return 0;
    }
    return number;
}

static bool decide_local(struct cas *cas, int64_t at, struct expr_local *local, struct err *err)
{
    const struct calendar_site *site;
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    *local = expr_local_of(calendar_clock_of(site->zone, at));
    return true;
}

// ---- what is kept of a decision ----------------------------------------------------------------

static char *decide_place(struct arena *arena, const struct policy_step *step)
{
    char *place = arena_textf(arena, "%s:%u", step->set->file, step->rule->place.line);
    return place == NULL ? cas_text(arena, STR("")) : place;
}

// What must be forgotten one day is never kept with a charge.
static bool decide_is_kept(enum expr_field field)
{
    return field != EXPR_FIELD_DOCUMENT && field != EXPR_FIELD_USER_NAME;
}

static Quoin__V1__DecisionValue *decide_value(struct arena *arena, const struct expr_read *read)
{
    Quoin__V1__DecisionValue *value = cas_message(arena, &quoin__v1__decision_value__descriptor);
    OWN(buf_free) struct buf name = BUF_CAP(DECIDE_VALUE_MAX);
    OWN(buf_free) struct buf text = BUF_CAP(DECIDE_VALUE_MAX);
    expr_read_name_add(&name, read);
    if (decide_is_kept(read->field)) {
        expr_value_add(&text, expr_field_type(read->field), read->value);
    } else {
        buf_addf(&text, "(not kept)");
    }
    if (!buf_ok(&text)) {
        buf_free(&text);
        text = BUF_CAP(DECIDE_VALUE_MAX);
        buf_addf(&text, "(long)");
    }
    value->name = cas_text(arena, buf_str(&name));
    value->value = cas_text(arena, buf_str(&text));
    return value;
}

static Quoin__V1__DecisionStep *decide_step(struct arena *arena, const struct policy_step *step)
{
    Quoin__V1__DecisionStep *made = cas_message(arena, &quoin__v1__decision_step__descriptor);
    OWN(buf_free) struct buf source = BUF_CAP(DECIDE_SOURCE_MAX + 8);
    policy_source_add(&source, step->rule->source, DECIDE_SOURCE_MAX);
    made->rule = decide_place(arena, step);
    made->source = cas_text(arena, buf_str(&source));
    made->n_values = step->read_count;
    made->values = arena_new_array(arena, step->read_count, sizeof(*made->values));
    for (size_t i = 0; i < step->read_count; i++) {
        made->values[i] = decide_value(arena, &step->reads[i]);
    }
    return made;
}

// The rule that decided, or where none ended the rules the last that was met.
static void decide_rule(struct arena *arena, const struct policy_outcome *outcome,
                        const struct cas_policy *const *policies, size_t count,
                        Quoin__V1__Decision *made)
{
    const struct policy_step *last = &outcome->steps[outcome->step_count - 1];
    for (size_t i = 0; i < count; i++) {
        if (&policies[i]->set == last->set) {
            made->set = cas_text(arena, policies[i]->name);
            made->version = (uint32_t)policies[i]->version;
        }
    }
    made->rule = decide_place(arena, last);
}

static Quoin__V1__Decision *decide_keep(struct arena *arena, const struct policy_outcome *outcome,
                                        const struct cas_policy *const *policies, size_t count)
{
    Quoin__V1__Decision *made = cas_message(arena, &quoin__v1__decision__descriptor);
    made->verdict = cas_text(arena, str_of(policy_act_name(outcome->verdict)));
    made->text = cas_text(arena, outcome->text);
    made->route = cas_text(arena, outcome->route);
    made->sides = cas_text(arena, outcome->sides);
    made->color_mode = cas_text(arena, outcome->color);
    made->charge_parts = outcome->charge_parts;
    made->ask_account = outcome->verdict == POLICY_ASK;
    made->n_notices = outcome->notice_count;
    made->notices = arena_new_array(arena, outcome->notice_count, sizeof(*made->notices));
    for (size_t i = 0; i < outcome->notice_count; i++) {
        made->notices[i] = cas_text(arena, outcome->notices[i]);
    }
    made->n_steps = outcome->step_count;
    made->steps = arena_new_array(arena, outcome->step_count, sizeof(*made->steps));
    for (size_t i = 0; i < outcome->step_count; i++) {
        made->steps[i] = decide_step(arena, &outcome->steps[i]);
    }
    decide_rule(arena, outcome, policies, count, made);
    return made;
}

// ---- the step ----------------------------------------------------------------------------------

// What was asked for was done: a job that was held is released, an account was chosen. What was
// denied stays denied, and where an account is still missing it is asked for again.
static void decide_carried_out(struct cas_turn *turn, const Quoin__V1__Decision *decided,
                               struct cas_charge *charge)
{
    Quoin__V1__Decision *kept = cas_message(turn->arena, &quoin__v1__decision__descriptor);
    bool chosen = charge->asked->account[0] != '\0' || charge->asked->n_shares > 0;
    *kept = *decided;
    if (strcmp(decided->verdict, "hold") == 0 || (strcmp(decided->verdict, "ask") == 0 && chosen)) {
        kept->verdict = cas_text(turn->arena, STR("allow"));
        kept->ask_account = false;
    }
    charge->decision = kept;
    charge->is_carried_out = true;
}

// A decision that no rule made (an account must be chosen, say) does not stand in for the rules'.
static bool decide_is_ours(const Quoin__V1__Decision *decided)
{
    return decided != NULL && decided->set[0] != '\0';
}

static bool decide_cost(struct cas *cas, struct cas_turn *turn, struct cas_charge *charge,
                        struct err *err)
{
    struct cas_charge priced = *charge;
    if (!cas_step_price(cas, turn, &priced, err)) {
        return false;
    }
    charge->work.cost = priced.total;
    return true;
}

bool cas_step_decide(struct cas *cas, struct cas_turn *turn, const Quoin__V1__Decision *decided,
                     struct cas_charge *charge, struct err *err)
{
    const struct cas_policy *policies[CAS_POLICIES_MAX];
    const struct policy_set *sets[CAS_POLICIES_MAX];
    struct policy_outcome outcome;
    struct expr_local local;
    uint64_t reads = 0;
    size_t count;
    if (decide_is_ours(decided)) {
        decide_carried_out(turn, decided, charge);
        return true;
    }
    if (!cas_policies_for(cas, charge->work.queue, policies, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        sets[i] = &policies[i]->set;
        reads |= sets[i]->reads;
    }
    if (count == 0) {
        return true;
    }
    if (!decide_local(cas, turn->now, &local, err) ||
        ((reads & (uint64_t)1 << EXPR_FIELD_COST) != 0 && !decide_cost(cas, turn, charge, err))) {
        return false;
    }
    struct expr_env env = expr_env_of(&charge->work, local);
    struct cas_counter counter = { .cas = cas, .work = &charge->work, .now = turn->now };
    env.count = cas_counter_read;
    env.arg = &counter;
    const struct policy_ask ask = {
        .sets = sets, .count = count, .env = &env, .arena = turn->arena
    };
    policy_decide(&ask, &outcome);
    if (counter.failed) {
        *err = counter.err;
        return false;
    }
    if (outcome.step_count > 0) {
        charge->decision = decide_keep(turn->arena, &outcome, policies, count);
    }
    return arena_ok(turn->arena) || err_set(err, ERR_LIMIT, "the rules say too much of one job");
}
