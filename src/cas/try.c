// try: the walk that tries a rule set on the history (Policies.TryPolicy). Nothing is changed by
// it.

#include "cas/policies.h"
#include "cas/walks.h"

#include "base/mem.h"
#include "policy/review.h"
#include <stdlib.h>

enum { TRY_SLICE = 1000, TRY_TOP = 20, TRY_SOURCE_MAX = 300, TRY_RULES_MOST = 200 };

struct try_state {
    struct arena arena; // of all below
    struct cas_policy policy;
    struct policy_review review;
    struct history_range range;
    const struct calendar_zone *zone; // borrowed from cas, until its configuration changes
    int64_t read;
};

static void try_end(void *arg)
{
    struct try_state *state = arg;
    policy_review_end(&state->review);
    arena_free(&state->arena);
    free(state);
}

static bool try_make(const Quoin__V1__TryPolicyRequest *request, struct try_state *state,
                     struct err *err)
{
    Quoin__V1__PolicySet asked = QUOIN__V1__POLICY_SET__INIT;
    char name[] = "dry-run";
    asked.name = name;
    asked.text = request->text;
    asked.file = request->file;
    asked.queues = request->queues;
    asked.n_queues = request->n_queues;
    return cas_policy_make(&asked, &state->arena, &state->policy, err) &&
           policy_review_start(&state->review, &state->policy.set, &state->arena, err);
}

static bool try_begin(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,
                      void **state, struct err *err)
{
    const Quoin__V1__TryPolicyRequest *request = (const Quoin__V1__TryPolicyRequest *)ask;
    struct try_state *made = mem_new(sizeof(*made));
    (void)cas;
    made->arena = ARENA_CAP(POLICY_REVIEW_ARENA);
    made->range.lines = true;
    made->range.from = request->since;
    made->range.until = request->until == 0 ? turn->now : request->until;
    if (!try_make(request, made, err)) {
        try_end(made);
        return false;
    }
    *state = made;
    return true;
}

// The lines before policy's are the price that it multiplied.
static struct policy_review_charge try_charge(const struct history_row *row)
{
    struct policy_review_charge charge = { row->amount, row->amount, row->decision.charge_parts };
    struct money price = { 0 };
    for (size_t i = 0; charge.parts != 0 && i < row->line_count; i++) {
        struct str rule = row->lines[i].rule;
        if (str_eq(rule, STR("policy")) || str_eq(rule, row->decision.rule)) {
            charge.price = price;
            break;
        }
        if (!money_sum(price, (struct money){ row->lines[i].amount }, &price)) {
            break;
        }
    }
    return charge;
}

// Only what was printed and paid: what was refused then is no loss now.
static bool try_row(void *arg, const struct history_row *row, struct err *err)
{
    struct try_state *state = arg;
    (void)err;
    state->read++;
    if (row->outcome != HISTORY_CHARGED || !cas_policy_is_for(&state->policy, row->work.queue)) {
        return true;
    }
    struct work work = row->work;
    if (work.cost.units == 0) {
        work.cost = row->amount;
    }
    const struct policy_review_charge charge = try_charge(row);
    policy_review_work(&state->review, &work,
                       expr_local_of(calendar_clock_of(state->zone, work.at)), &charge);
    return true;
}

// ---- what is told ------------------------------------------------------------------------------

static void try_persons(struct arena *arena, const struct policy_review *review,
                        Quoin__V1__TryPolicyReply *made)
{
    const struct policy_review_person *people[TRY_TOP];
    made->n_persons = policy_review_top(review, people, TRY_TOP);
    made->persons = arena_new_array(arena, made->n_persons, sizeof(*made->persons));
    for (size_t i = 0; i < made->n_persons; i++) {
        made->persons[i] = cas_message(arena, &quoin__v1__tried_person__descriptor);
        made->persons[i]->name = cas_text(arena, people[i]->name);
        made->persons[i]->works = people[i]->touched;
        made->persons[i]->amount = people[i]->amount.units;
    }
}

static void try_rules(struct arena *arena, const struct policy_review *review,
                      Quoin__V1__TryPolicyReply *made)
{
    const struct policy_set *set = review->set;
    made->n_rules = set->rule_count > TRY_RULES_MOST ? TRY_RULES_MOST : set->rule_count;
    made->rules = arena_new_array(arena, made->n_rules, sizeof(*made->rules));
    for (size_t i = 0; i < made->n_rules; i++) {
        OWN(buf_free) struct buf source = BUF_CAP(TRY_SOURCE_MAX + 8);
        policy_source_add(&source, set->rules[i].source, TRY_SOURCE_MAX);
        made->rules[i] = cas_message(arena, &quoin__v1__tried_rule__descriptor);
        made->rules[i]->rule = cas_text(
            arena, str_of(arena_textf(arena, "%s:%u", set->file, set->rules[i].place.line)));
        made->rules[i]->source = cas_text(arena, buf_str(&source));
        made->rules[i]->met = review->met[i];
    }
}

static void try_told(struct arena *arena, const struct try_state *state,
                     Quoin__V1__TryPolicyReply *made)
{
    const struct policy_review_sums *sums = &state->review.sums;
    made->tried = sums->tried;
    made->denied = sums->denied;
    made->denied_pages = sums->denied_pages;
    made->held = sums->held;
    made->asked = sums->asked;
    made->routed = sums->routed;
    made->sides_set = sums->sides;
    made->color_set = sums->color;
    made->noticed = sums->noticed;
    made->charged_otherwise = sums->charged;
    made->saved = sums->saved.units;
    made->more_charged = sums->more.units;
    made->people = sums->people;
    try_persons(arena, &state->review, made);
    try_rules(arena, &state->review, made);
}

static bool try_step(struct cas *cas, struct cas_turn *turn, void *arg,
                     const ProtobufCMessage **part, bool *done, struct err *err)
{
    struct try_state *state = arg;
    const struct calendar_site *site;
    int64_t left;
    if (!cas_site_time(cas, &site, err)) {
        return false;
    }
    state->zone = site->zone;
    if (!history_read(cas->history, &state->range, TRY_SLICE, try_row, state, done, &left, err)) {
        return false;
    }
    if (state->review.is_full) {
        return err_set(err, ERR_LIMIT, "there are too many people in this time; try a shorter one");
    }
    Quoin__V1__TryPolicyReply *made =
        cas_message(turn->arena, &quoin__v1__try_policy_reply__descriptor);
    made->read = state->read;
    made->left = left;
    made->done = *done;
    if (*done) {
        try_told(turn->arena, state, made);
    }
    *part = &made->base;
    return true;
}

const struct cas_walk_kind cas_walk_try = { &quoin__v1__try_policy_request__descriptor, try_begin,
                                            try_step, try_end };
