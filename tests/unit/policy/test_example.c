// Examples hold, and one that does not says what came out instead and by which rule.
#include "policy/policy.h"

#include "campus.h"
#include "lib/tap.h"

static struct err err;

static const struct {
    const char *example;
    const char *error;
} rows[] = {
    { "expect pages=6 -> deny \"six\"", NULL },
    { "expect pages=6 -> deny", NULL },
    { "expect pages=6 -> allow",
      "f:8: expected allow, but the rule in line 1 came to: deny \"six\"" },
    { "expect pages=1 -> deny \"six\"", "f:8: expected deny, but no rule decided: it was allowed" },
    { "expect pages=6 -> deny \"seven\"", "f:8: expected deny \"seven\", but it came to \"six\"" },
    { "expect pages=2 -> route to b", "f:8: expected route to \"b\", but it came to \"a\"" },
    { "expect pages=2 -> allow", "f:8: expected route to \"\", but it came to \"a\"" },
    { "expect pages=2 -> route to a", NULL },
    { "expect pages=3 -> set sides=one-sided", NULL },
    { "expect pages=3 -> allow", "f:8: expected set sides \"\", but it came to \"one-sided\"" },
    { "expect pages=4 -> allow", "f:8: expected set color \"\", but it came to \"monochrome\"" },
    { "expect pages=5 -> charge 1.5",
      "f:8: expected the charge times 1500000 millionths, but it came to 2000000" },
    { "expect pages=5 -> allow",
      "f:8: expected the charge times 1000000 millionths, but it came to 2000000" },
    { "expect pages=5 -> charge 2, notify \"n\"", NULL },
    { "expect pages=5 -> charge 2, notify \"m\"",
      "f:8: expected notify \"m\", but it came to \"n\"" },
};

static const char rules[] = "when pages = 6 then deny \"six\"\n"
                            "when pages = 2 then route to a\n"
                            "when pages = 3 then set sides=one-sided\n"
                            "when pages = 4 then set color=monochrome\n"
                            "when pages = 5 then charge 2, notify \"n\"\n"
                            "# a note\n\n";

int main(void)
{
    struct policy_set set;
    size_t failed;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(POLICY_ARENA_MAX);
        OWN(buf_free) struct buf text = BUF_CAP(4096);
        buf_addf(&text, "%s%s", rules, rows[i].example);
        bool compiled = policy_compile(buf_str(&text), "f", &arena, &set, NULL, &err);
        bool held = compiled && policy_examples_run(&set, &failed, &err);
        CHECK(rows[i].error == NULL ? held
                                    : !held && failed == 1 && strcmp(err.text, rows[i].error) == 0);
        if (!held) {
            printf("# %s: %s\n", rows[i].example, err.text);
        }
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(POLICY_ARENA_MAX);
    CHECK(policy_compile(STR(campus_rules), "campus.rules", &arena, &set, NULL, &err));
    bool held = policy_examples_run(&set, &failed, &err);
    CHECK(held && failed == 0);
    if (!held) {
        printf("# %s\n", err.text);
    }
    return tap_done();
}
