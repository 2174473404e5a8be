// What makes no sense is refused at its place, in words; what is too large is refused too.
#include "expr/expr.h"

#include "lib/tap.h"
#include "work.h"

static struct err err;

static const struct {
    const char *text;
    const char *error;
} rows[] = {
    { "pages = \"blue\"",
      "f:1:1: \"pages\" is a number and cannot be compared with \"blue\", which is text" },
    { "user = mary", "f:1:8: there is nothing called \"mary\"; if it is a text, put it in quotes" },
    { "pagse > 3",
      "f:1:1: there is nothing called \"pagse\"; did you mean \"pages\"? A text stands in quotes" },
    { "printer = hp-laser", "f:1:11: there is nothing called \"hp-laser\"; put spaces around a "
                            "minus, and quotes around a "
                            "text" },
    { "pages", "f:1:1: \"pages\" is a number, not true or false; compare it with something" },
    { "color and pages",
      "f:1:11: \"pages\" is a number, not true or false; compare it with something" },
    { "not pages", "f:1:5: \"pages\" is a number, not true or false; compare it with something" },
    { "1 < pages < 3", "f:1:11: a comparison has two sides: write a < b and b < c" },
    { "pages > 0.50",
      "f:1:1: \"pages\" is a number and cannot be compared with \"0.50\", which is an amount of "
      "money" },
    { "cost * 1.5 > 2", "f:1:1: \"cost\" is an amount of money and cannot be multiplied by "
                        "\"1.5\", which is an amount "
                        "of money" },
    { "user < \"m\"", "f:1:1: \"user\" is text, which has no order: only = and != are for it" },
    { "groups = \"students\"", "f:1:1: \"groups\" is a list: write \"a name\" in it" },
    { "user in \"students\"", "f:1:9: behind \"in\" stands a list [\"a\", \"b\"], a range 8..17, "
                              "or groups; \"students\" is "
                              "none" },
    { "pages in [1, \"a\"]",
      "f:1:1: \"pages\" is a number and cannot be compared with \"a\", which is text" },
    { "pages in [pages]", "f:1:11: a list holds only texts and numbers as they are" },
    { "pages in [1 2]", "f:1:13: a comma or ] is missing in this list" },
    { "pages in []", "f:1:11: something is missing before ]" },
    { "pages in 1..18:00", "f:1:1: \"pages\" is a number and cannot be compared with \"18:00\", "
                           "which is a time of day" },
    { "document matches user", "f:1:18: a text in quotes is needed here" },
    { "document starts \"a\"", "f:1:17: write starts with \"…\", ends with \"…\"" },
    { "pages contains \"1\"",
      "f:1:1: \"pages\" is a number, and only texts have letters to look at" },
    { "duplicates > 3", "f:1:1: \"duplicates\" needs a time to look back: duplicates(10 minutes)" },
    { "duplicates(10) > 3",
      "f:1:12: a duration of 1 second to 31 days is needed here: (10 minutes)" },
    { "duplicates(40 days) > 3",
      "f:1:12: a duration of 1 second to 31 days is needed here: (10 minutes)" },
    { "duplicates(x) > 3", "f:1:12: a duration is needed here: 10 minutes" },
    { "duplicates(1 day > 3", "f:1:18: a ) is missing behind the duration" },
    { "pages(3) > 3", "f:1:6: \"pages\" takes nothing in parentheses" },
    { "pages / 0 > 3", "f:1:9: nothing can be divided by 0" },
    { "pages > 9223372036854775807 + 1", "f:1:9: the result is too large" },
    { "cost > 9223372036854775807", "f:1:8: the amount is too large" },
    { "bytes > 9223372036854775807 GB", "f:1:9: the number is too large" },
    { "(pages > 3", "f:1:1: this ( is never closed: a ) is missing" },
    { "pages > 3)", "f:1:10: \")\" does not belong here" },
    { "pages >", "f:1:8: the condition is not complete here" },
    { "", "f:1:1: the condition is not complete here" },
    { "and", "f:1:1: something is missing before \"and\"" },
    { "-user = \"a\"", "f:1:1: only numbers and amounts can have a minus" },
    { "pages not 3", "f:1:7: write \"not\" before the whole comparison" },
    { "[1] = 1", "f:1:1: a list stands only behind \"in\"" },
    { "groups in [\"a\"]",
      "f:1:1: \"groups\" is a list of texts and cannot be looked for in a list" },
};

static bool compile(struct arena *arena, struct str text, struct expr_place *place)
{
    struct expr expr;
    struct expr_source source = { .text = text, .name = "f" };
    return expr_compile(&source, arena, &expr, place, &err);
}

static void test_size_is_bounded(const char *open, const char *middle, const char *close, int count,
                                 bool may)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 << 20);
    OWN(buf_free) struct buf text = BUF_CAP(1 << 20);
    for (int i = 0; i < count; i++) {
        buf_addf(&text, "%s", open);
    }
    buf_addf(&text, "%s", middle);
    for (int i = 0; i < count; i++) {
        buf_addf(&text, "%s", close);
    }
    bool made = compile(&arena, buf_str(&text), NULL);
    CHECK(made == may);
    if (!made) {
        printf("# %s\n", err.text);
    }
    CHECK(made || strstr(err.text, "nested more than") != NULL ||
          strstr(err.text, "too long") != NULL || strstr(err.text, "at most") != NULL);
}

static void test_a_full_arena_is_an_error(void)
{
    for (size_t cap = 16; cap < 9000; cap += 16) {
        OWN(arena_free) struct arena arena = ARENA_CAP(cap);
        if (compile(&arena,
                    STR("user in [\"a\\\"\", \"b\"] or document matches \"*x*\" or "
                        "pages in [1, 2] or department in \"a\""),
                    NULL)) {
            CHECK(cap > 2048);
            return;
        }
    }
    CHECK(false);
}

static void test_a_place_is_within_its_file(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct expr expr;
    struct expr_place place = { 0 };
    struct expr_source source = { .text = STR("pages >\n pagse"), .name = "", .place = { 14, 0 } };
    CHECK(!expr_compile(&source, &arena, &expr, &place, &err));
    CHECK(place.line == 15 && place.column == 2);
    CHECK(strncmp(err.text, "15:2: ", 6) == 0);
}

static void test_what_is_read_is_known(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct expr expr;
    struct expr_source source = { .text = STR(" pages > 3 and cost > 1 # why"), .name = "" };
    CHECK(expr_compile(&source, &arena, &expr, NULL, &err));
    CHECK(expr_reads(&expr, EXPR_FIELD_COST) && expr_reads(&expr, EXPR_FIELD_PAGES));
    CHECK(!expr_reads(&expr, EXPR_FIELD_JOBS_TODAY));
    CHECK_STR(expr.source, "pages > 3 and cost > 1");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        bool ok =
            !compile(&arena, str_of(rows[i].text), NULL) && strcmp(err.text, rows[i].error) == 0;
        CHECK(ok);
        if (!ok) {
            printf("# %s: %s\n", rows[i].text, err.text);
        }
    }
    test_size_is_bounded("(", "color", ")", 32, true);
    test_size_is_bounded("(", "color", ")", 33, false);
    test_size_is_bounded("not ", "color", "", 32, true);
    test_size_is_bounded("not ", "color", "", 100000, false);
    test_size_is_bounded("- ", "1 = 1", "", 33, false);
    test_size_is_bounded("color or ", "color", "", 255, true);
    test_size_is_bounded("color or ", "color", "", 256, false);
    test_size_is_bounded("pages + ", "pages > 1", "", 40000, false);
    test_size_is_bounded("", "pages in [1", ",1", 250, false);
    test_a_full_arena_is_an_error();
    test_a_place_is_within_its_file();
    test_what_is_read_is_known();
    return tap_done();
}
