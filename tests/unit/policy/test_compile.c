// A file of rules is read as its grammar says, and an error names its place.
#include "policy/policy.h"

#include "campus.h"
#include "lib/tap.h"

static struct err err;

static const struct {
    const char *text;
    const char *error;
} bad[] = {
    { "then allow", "f:1:1: when …, rule \"…\" when … or expect … is needed here, not then" },
    { "when pages > 3\nallow", "f:2:1: \"then\" (or an operator of the condition) is needed here, "
                               "not allow" },
    { "when pages > 3", "f:1:15: the file ends where \"then\" (or an operator of the condition) is "
                        "needed" },
    { "when color then",
      "f:1:16: the file ends where an action (allow, deny, hold, ask, route, set, "
      "notify, charge) is needed" },
    { "when color then dney \"x\"",
      "f:1:17: an action (allow, deny, hold, ask, route, set, notify, charge) is needed here, not "
      "dney" },
    { "when color then deny",
      "f:1:21: the file ends where a text in quotes for the user is needed" },
    { "when color then deny \"x\", notify \"y\"",
      "f:1:27: \"deny\" ends the rules; what follows it is never done" },
    { "when color then deny \"{pagse} x\"",
      "f:1:22: in a text, { } holds the name of a field, such as {pages}" },
    { "when color then deny \"{\"",
      "f:1:22: in a text, { } holds the name of a field, such as {pages}" },
    { "when color then deny \"{document}\"",
      "f:1:22: a text cannot show {document}: it is never kept with a charge" },
    { "when color then set sides=both",
      "f:1:27: one-sided, two-sided-long-edge or two-sided-short-edge is needed here, not both" },
    { "when color then set color=color", "f:1:27: monochrome is needed here, not color" },
    { "when color then set paper=x",
      "f:1:21: sides=… or color=monochrome is needed here, not paper" },
    { "when color then ask me", "f:1:21: billing-code is needed here, not me" },
    { "when color then route hp", "f:1:23: to is needed here, not hp" },
    { "when color then route to", "f:1:25: the file ends where a name is needed" },
    { "when color then charge ×0",
      "f:1:24: a factor is above 0 and at most 1000, with at most 5 decimals: charge ×1.5" },
    { "when color then charge 1000.00001",
      "f:1:24: a factor is above 0 and at most 1000, with at most 5 decimals: charge ×1.5" },
    { "when color then charge 1.000001",
      "f:1:24: an amount has at most 5 decimals and is not that large" },
    { "when color then charge x1.1234567",
      "f:1:24: a factor is above 0 and at most 1000, with at most 5 decimals: charge ×1.5" },
    { "when color then charge", "f:1:23: the file ends where a factor is needed" },
    { "rule x when color then allow", "f:1:6: the rule's name in quotes is needed here, not x" },
    { "rule \"x\" color", "f:1:10: when is needed here, not color" },
    { "expect pages -> allow", "f:1:14: = is needed here: pages=…" },
    { "expect pages=\"x\" -> allow", "f:1:14: \"pages\" is a number" },
    { "expect pgaes=3 -> allow", "f:1:8: there is no field pgaes; did you mean pages?" },
    { "expect pages=3 pages=4 -> allow", "f:1:16: pages is said twice" },
    { "expect pages=3", "f:1:15: the file ends where field=value or -> is needed" },
    { "expect pages=3 color_pages=4 -> allow",
      "f:1:1: pages are the mono, colour and blank pages together, at most 4294967295" },
    { "when pages = \"blue\" then allow",
      "f:1:6: \"pages\" is a number and cannot be compared with \"blue\", which is text" },
};

static void test_a_file_becomes_rules(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(POLICY_ARENA_MAX);
    struct policy_set set;
    CHECK(policy_compile(STR(campus_rules), "campus.rules", &arena, &set, NULL, &err));
    CHECK(set.rule_count == 8 && set.example_count == 10);
    CHECK_STR(set.rules[0].label, "No giants");
    CHECK(set.rules[0].place.line == 2 && set.rules[1].place.line == 4);
    CHECK_STR(set.rules[1].source, "when \"staff\" in groups then allow");
    CHECK(set.rules[4].actions[0].act == POLICY_ROUTE);
    CHECK_STR(set.rules[4].actions[0].text, "hp-4200");
    CHECK(set.rules[4].actions[1].parts == 2 * POLICY_PARTS_ONE);
    CHECK(set.rules[3].actions[0].parts == 1500000);
    CHECK((set.reads & (uint64_t)1 << EXPR_FIELD_COST) != 0);
    CHECK((set.reads & (uint64_t)1 << EXPR_FIELD_USER) != 0); // by a text
    CHECK((set.reads & (uint64_t)1 << EXPR_FIELD_TRAY) == 0);
    CHECK(policy_compile(STR(""), "empty.rules", &arena, &set, NULL, &err) && set.rule_count == 0);
}

static void test_factors_are_exact(void)
{
    static const struct {
        const char *text;
        int64_t parts;
    } rows[] = { { "when color then charge ×1.00001", 1000010 },
                 { "when color then charge *0.5", 500000 },
                 { "when color then charge X1000", POLICY_PARTS_MAX },
                 { "when color then charge 2", 2000000 },
                 { "when color then charge × 1.25", 1250000 } };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(POLICY_ARENA_MAX);
        struct policy_set set;
        bool ok = policy_compile(str_of(rows[i].text), "f", &arena, &set, NULL, &err);
        CHECK(ok && set.rules[0].actions[0].parts == rows[i].parts);
        if (!ok) {
            printf("# %s\n", err.text);
        }
    }
}

static void test_size_is_bounded(int rules, bool may)
{
    OWN(buf_free) struct buf text = BUF_CAP(1 << 20);
    OWN(arena_free) struct arena arena = ARENA_CAP(POLICY_ARENA_MAX);
    struct policy_set set;
    struct expr_place place = { 0 };
    for (int i = 0; i < rules; i++) {
        buf_addf(&text, "when document matches \"*%d*\" then allow\n", i);
    }
    bool made = policy_compile(buf_str(&text), "f", &arena, &set, &place, &err);
    CHECK(made == may);
    CHECK(made || place.line == POLICY_RULES_MAX + 1);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(POLICY_ARENA_MAX);
        struct policy_set set;
        bool ok = !policy_compile(str_of(bad[i].text), "f", &arena, &set, NULL, &err) &&
                  strcmp(err.text, bad[i].error) == 0;
        CHECK(ok);
        if (!ok) {
            printf("# %s: %s\n", bad[i].text, err.text);
        }
    }
    test_a_file_becomes_rules();
    test_factors_are_exact();
    test_size_is_bounded(POLICY_RULES_MAX, true);
    test_size_is_bounded(POLICY_RULES_MAX + 1, false);
    OWN(arena_free) struct arena small = ARENA_CAP(1000);
    struct policy_set set;
    CHECK(!policy_compile(STR(campus_rules), "f", &small, &set, NULL, &err));
    return tap_done();
}
