// example: runs the examples of a set: what was said must come out.

#include "policy/policy_int.h"

enum { EXAMPLE_ARENA_MAX = 1 << 20, EXAMPLE_SHOWN_MAX = 60 };

// What an example names; the same struct tells what came out.
struct example_want {
    enum policy_act verdict;
    struct str text; // empty: any will do
    struct str route;
    struct str sides;
    struct str color;
    struct str notices[POLICY_ACTIONS_MAX];
    size_t notice_count;
    int64_t charge_parts;
};

static void example_want_add(struct example_want *want, const struct policy_action *action)
{
    switch (action->act) {
    case POLICY_ALLOW:
    case POLICY_DENY:
    case POLICY_HOLD:
    case POLICY_ASK:
        want->verdict = action->act;
        want->text = action->text;
        return;
    case POLICY_ROUTE: want->route = action->text; return;
    case POLICY_SIDES: want->sides = action->text; return;
    case POLICY_COLOR: want->color = action->text; return;
    case POLICY_NOTIFY: want->notices[want->notice_count++] = action->text; return;
    case POLICY_CHARGE: want->charge_parts = action->parts; return;
    case POLICY_ACT_COUNT: return;
    }
}

static int example_shown(struct str text)
{
    size_t len = text.len > EXAMPLE_SHOWN_MAX ? EXAMPLE_SHOWN_MAX : text.len;
    while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80) {
        len--;
    }
    return (int)len;
}

struct example {
    const struct policy_set *set;
    const struct policy_example *example;
    const struct policy_outcome *outcome;
    struct err *err;
};

static bool example_differs(const struct example *example, const char *what, struct str wanted,
                            struct str came)
{
    return err_set(example->err, ERR_INVALID,
                   "%.60s:%u: expected %s \"%.*s\", but it came to \"%.*s\"", example->set->file,
                   example->example->place.line, what, example_shown(wanted), wanted.ptr,
                   example_shown(came), came.ptr);
}

static bool example_verdict(const struct example *example, const struct example_want *want)
{
    const struct policy_outcome *outcome = example->outcome;
    if (outcome->verdict == want->verdict) {
        return want->text.len == 0 || str_eq(want->text, outcome->text) ||
               example_differs(example, policy_act_name(want->verdict), want->text, outcome->text);
    }
    if (outcome->rule == NULL) {
        return err_set(
            example->err, ERR_INVALID, "%.60s:%u: expected %s, but no rule decided: it was allowed",
            example->set->file, example->example->place.line, policy_act_name(want->verdict));
    }
    return err_set(example->err, ERR_INVALID,
                   "%.60s:%u: expected %s, but the rule in line %u came to: %s \"%.*s\"",
                   example->set->file, example->example->place.line, policy_act_name(want->verdict),
                   outcome->rule->place.line, policy_act_name(outcome->verdict),
                   example_shown(outcome->text), outcome->text.ptr);
}

static bool example_notices(const struct example *example, const struct example_want *want)
{
    const struct policy_outcome *outcome = example->outcome;
    for (size_t i = 0; i < want->notice_count; i++) {
        bool found = false;
        for (size_t k = 0; k < outcome->notice_count; k++) {
            found = found || str_eq(want->notices[i], outcome->notices[k]);
        }
        if (!found) {
            return example_differs(example, "notify", want->notices[i],
                                   outcome->notice_count > 0 ? outcome->notices[0] : STR(""));
        }
    }
    return true;
}

// On deny, hold and ask the rest is of no account: nothing is printed now.
static bool example_compare(const struct example *example, const struct example_want *want)
{
    const struct policy_outcome *outcome = example->outcome;
    if (!example_verdict(example, want) || !example_notices(example, want)) {
        return false;
    }
    if (outcome->verdict != POLICY_ALLOW) {
        return true;
    }
    if (!str_eq(want->route, outcome->route)) {
        return example_differs(example, "route to", want->route, outcome->route);
    }
    if (!str_eq(want->sides, outcome->sides)) {
        return example_differs(example, "set sides", want->sides, outcome->sides);
    }
    if (!str_eq(want->color, outcome->color)) {
        return example_differs(example, "set color", want->color, outcome->color);
    }
    if (want->charge_parts != outcome->charge_parts) {
        return err_set(
            example->err, ERR_INVALID,
            "%.60s:%u: expected the charge times %lld millionths, but it came to %lld",
            example->set->file, example->example->place.line,
            (long long)(want->charge_parts == 0 ? POLICY_PARTS_ONE : want->charge_parts),
            (long long)(outcome->charge_parts == 0 ? POLICY_PARTS_ONE : outcome->charge_parts));
    }
    return true;
}

// Reads again what policy_compile checked.
static bool example_read(struct expr_lex *lex, struct policy_sample *sample,
                         struct example_want *want, struct err *err)
{
    struct policy_action actions[POLICY_ACTIONS_MAX];
    size_t count;
    if (!expr_lex_next(lex, err)) { // past "expect"
        return false;
    }
    while (!expr_lex_is_sign(lex, "->")) {
        if (!policy_sample_parse(sample, lex, err)) {
            return false;
        }
    }
    if (!expr_lex_next(lex, err) || !policy_actions_parse(lex, actions, &count, NULL, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        example_want_add(want, &actions[i]);
    }
    return true;
}

bool policy_example_run(const struct policy_set *set, const struct policy_example *example,
                        struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(EXAMPLE_ARENA_MAX);
    struct expr_source source = { .text = example->source,
                                  .name = set->file,
                                  .place = example->place };
    struct expr_lex lex;
    struct policy_sample sample;
    struct expr_env env;
    struct policy_outcome outcome;
    struct example_want want = { .verdict = POLICY_ALLOW };
    policy_sample_start(&sample, &arena);
    if (!expr_lex_start(&lex, &source, &arena, err) || !example_read(&lex, &sample, &want, err) ||
        !policy_sample_end(&sample, &env, err)) {
        return false;
    }
    const struct policy_ask ask = { .sets = &set, .count = 1, .env = &env, .arena = &arena };
    policy_decide(&ask, &outcome);
    return example_compare(&(struct example){ set, example, &outcome, err }, &want);
}

bool policy_examples_run(const struct policy_set *set, size_t *failed, struct err *err)
{
    struct err unheard;
    *failed = 0;
    for (size_t i = 0; i < set->example_count; i++) {
        if (!policy_example_run(set, &set->examples[i], *failed == 0 ? err : &unheard)) {
            (*failed)++;
        }
    }
    return *failed == 0;
}
