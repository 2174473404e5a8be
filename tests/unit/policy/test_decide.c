// The first rule that ends decides; what goes before it is carried along; steps tell what was read.
#include "policy/policy.h"

#include "lib/tap.h"

static struct err err;
static struct arena arena = { .cap = 64 << 20 };

static struct policy_set set_of(const char *text, const char *file)
{
    struct policy_set set = { 0 };
    CHECK(policy_compile(str_of(text), file, &arena, &set, NULL, &err));
    return set;
}

static struct policy_outcome decide(const struct policy_set *first, const struct policy_set *second,
                                    const char *pairs)
{
    static struct policy_sample sample;
    const struct policy_set *const sets[] = { first, second };
    struct expr_env env;
    struct policy_outcome outcome;
    struct str rest = str_of(pairs);
    policy_sample_start(&sample, &arena);
    while (rest.len > 0) {
        const char *space = memchr(rest.ptr, ' ', rest.len);
        size_t len = space == NULL ? rest.len : (size_t)(space - rest.ptr);
        CHECK(policy_sample_read(&sample, (struct str){ rest.ptr, len }, &err));
        len += space == NULL ? 0 : 1;
        rest = (struct str){ rest.ptr + len, rest.len - len };
    }
    CHECK(policy_sample_end(&sample, &env, &err));
    const struct policy_ask ask = {
        .sets = sets, .count = second == NULL ? 1 : 2, .env = &env, .arena = &arena
    };
    policy_decide(&ask, &outcome);
    return outcome;
}

static void test_the_first_that_ends_decides(void)
{
    struct policy_set set = set_of("when pages > 5 then notify \"{pages} is much\"\n"
                                   "when pages > 10 then deny \"no, {user}: {cost}\"\n"
                                   "when true then hold\n",
                                   "a.rules");
    struct policy_outcome outcome = decide(&set, NULL, "pages=11 user=mary cost=1.5");
    CHECK(outcome.verdict == POLICY_DENY && outcome.rule == &set.rules[1]);
    CHECK_STR(outcome.text, "no, mary: 1.50");
    CHECK(outcome.notice_count == 1 && outcome.step_count == 2);
    CHECK_STR(outcome.notices[0], "11 is much");
    CHECK(outcome.steps[1].read_count == 1);
    CHECK(outcome.steps[1].reads[0].value.number == 11);
    outcome = decide(&set, NULL, "pages=6");
    CHECK(outcome.verdict == POLICY_HOLD && policy_outcome_acts(&outcome));
}

static void test_no_rule_allows(void)
{
    struct policy_set set = set_of("when false then deny \"x\"", "a.rules");
    struct policy_outcome outcome = decide(&set, NULL, "pages=1");
    CHECK(outcome.verdict == POLICY_ALLOW && outcome.rule == NULL && outcome.step_count == 0);
    CHECK(!policy_outcome_acts(&outcome));
}

static void test_sets_follow_one_another(void)
{
    struct policy_set first = set_of("when color then set color=monochrome, charge ×1.5, "
                                     "notify \"a\"\nwhen pages = 7 then allow",
                                     "a.rules");
    struct policy_set second = set_of("when color then route to b, charge ×1.1, notify \"b\"\n"
                                      "when color then route to c, set sides=one-sided\n"
                                      "when pages = 9 then deny \"x\"",
                                      "b.rules");
    struct policy_outcome outcome = decide(&first, &second, "color=true pages=2");
    CHECK(outcome.charge_parts == 1650000);
    CHECK_STR(outcome.route, "b");
    CHECK_STR(outcome.sides, "one-sided");
    CHECK_STR(outcome.color, "monochrome");
    CHECK(outcome.notice_count == 2 && outcome.step_count == 3);
    CHECK(policy_outcome_acts(&outcome) && outcome.verdict == POLICY_ALLOW);
    outcome = decide(&first, &second, "pages=7");
    CHECK(outcome.set == &first && outcome.rule == &first.rules[1]);
    outcome = decide(&first, &second, "pages=9");
    CHECK(outcome.set == &second && outcome.verdict == POLICY_DENY);
}

static void test_charges_keep_within_bounds(void)
{
    struct policy_set up =
        set_of("when true then charge 1000, charge 1000, charge 1000", "a.rules");
    struct policy_set down = set_of("when true then charge 0.00001, charge 0.00001", "a.rules");
    CHECK(decide(&up, NULL, "").charge_parts == POLICY_PARTS_MAX);
    CHECK(decide(&down, NULL, "").charge_parts == 1);
    struct policy_outcome outcome = decide(&up, NULL, "");
    CHECK(!policy_outcome_acts(&outcome)); // a charge alone goes on at once
}

static void test_notices_and_steps_are_bounded(void)
{
    OWN(buf_free) struct buf text = BUF_CAP(1 << 20);
    for (int i = 0; i < POLICY_STEPS_MAX + 10; i++) {
        buf_addf(&text, "when true then notify \"n\"\n");
    }
    buf_addf(&text, "when true then deny \"end\"\n");
    struct policy_set set = set_of(buf_str(&text).ptr, "a.rules");
    struct policy_outcome outcome = decide(&set, NULL, "");
    CHECK(outcome.notice_count == POLICY_NOTICES_MAX && outcome.step_count == POLICY_STEPS_MAX);
    CHECK(outcome.verdict == POLICY_DENY);
}

static void test_nothing_is_kept_without_an_arena(void)
{
    struct policy_set set = set_of("when true then notify \"a\", deny \"b\"", "a.rules");
    const struct policy_set *sets[] = { &set };
    struct work work = { 0 };
    struct expr_env env = expr_env_of(&work, (struct expr_local){ 0 });
    struct policy_outcome outcome;
    policy_decide(&(struct policy_ask){ .sets = sets, .count = 1, .env = &env }, &outcome);
    CHECK(outcome.verdict == POLICY_DENY && outcome.text.len == 0 && outcome.notice_count == 1);
    CHECK(outcome.notices[0].len == 0);
    CHECK(outcome.step_count == 0);
}

static void test_a_text_is_cut_at_its_bound(void)
{
    OWN(buf_free) struct buf pair = BUF_CAP(4096);
    struct policy_set set = set_of("when true then deny \"{user}{user}{user}\"", "a.rules");
    buf_addf(&pair, "user=");
    for (int i = 0; i < 300; i++) {
        buf_addf(&pair, "x");
    }
    struct policy_outcome outcome = decide(&set, NULL, buf_str(&pair).ptr);
    CHECK(outcome.text.len <= POLICY_SAID_MAX && outcome.text.len >= 300);
}

int main(void)
{
    test_the_first_that_ends_decides();
    test_no_rule_allows();
    test_sets_follow_one_another();
    test_charges_keep_within_bounds();
    test_notices_and_steps_are_bounded();
    test_nothing_is_kept_without_an_arena();
    test_a_text_is_cut_at_its_bound();
    arena_free(&arena);
    return tap_done();
}
