// Whatever compiles as a rule set decides of any work, runs its examples, and keeps its bounds.
#include "policy/policy.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decide(const struct policy_set *set, struct arena *arena, const uint8_t *data,
                   size_t size)
{
    struct str text = { (const char *)data, size > 60 ? 60 : size };
    uint32_t pages = size > 0 ? data[0] : 0;
    struct work work = {
        .user = text,
        .document = text,
        .groups = { text, STR("staff") },
        .group_count = 2,
        .cost = { pages * 10000 },
        .classes = { { .page = { PAGE_LARGE, true, false, false, pages, pages } } },
        .class_count = 1
    };
    struct expr_env env = expr_env_of(&work, expr_local_of((int64_t)size * 3600000));
    const struct policy_ask ask = { .sets = &set, .count = 1, .env = &env, .arena = arena };
    struct policy_outcome outcome;
    policy_decide(&ask, &outcome);
    assert(policy_act_ends(outcome.verdict));
    assert(outcome.charge_parts >= 0 && outcome.charge_parts <= POLICY_PARTS_MAX);
    assert(outcome.text.len <= POLICY_SAID_MAX && outcome.notice_count <= POLICY_NOTICES_MAX);
    assert(outcome.step_count <= POLICY_STEPS_MAX);
    assert((outcome.rule == NULL) == (outcome.set == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(POLICY_ARENA_MAX);
    struct str text = { (const char *)data, size };
    struct policy_set set;
    struct expr_place place = { 0 };
    struct err err;
    size_t failed;
    if (!policy_compile(text, "fuzz.rules", &arena, &set, &place, &err)) {
        assert(err.code == ERR_INVALID && place.line >= 1 && place.line <= size + 1);
        return 0;
    }
    decide(&set, &arena, data, size);
    for (size_t i = 0; i < set.rule_count; i++) {
        assert(set.rules[i].action_count >= 1 && set.rules[i].source.len > 0);
    }
    if (!policy_examples_run(&set, &failed, &err)) {
        assert(failed > 0 && failed <= set.example_count && err.code == ERR_INVALID);
    }
    return 0;
}
