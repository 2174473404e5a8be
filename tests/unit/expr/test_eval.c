// Conditions hold when they should, whatever they are asked about.
#include "expr/expr.h"

#include "lib/tap.h"
#include "work.h"

static struct err err;

static const struct {
    const char *text;
    bool holds;
} rows[] = {
    { "true", true },
    { "false or true and false", false },
    { "not false and true", true },
    { "not (true and false)", true },
    { "not not color", true },
    { "pages = 85", true },
    { "pages != 85", false },
    { "pages > 84 and pages < 86 and pages >= 85 and pages <= 85", true },
    { "pages == 85", true },
    { "color = true", true },
    { "pages + color_pages * 2 - 1 = 90", true },
    { "pages - 5 / 2 = 83", true },
    { "(pages - 5) / 2 = 40", true },
    { "-pages = 0 - 85", true },
    { "- -3 = 3", true },
    { "pages / blank_pages = 42", true },
    { "pages / heavy_pages / area = 0", true },
    { "pages / (copies - 2) = 0", true }, // by 0
    { "bytes * 9223372036854775807 = 9223372036854775807", true },
    { "bytes * -9223372036854775807 < -9223372036854775807", true }, // stops at the end
    { "9223372036854775807 + bytes = 9223372036854775807", true },
    { "bytes > 2 MB and bytes < 2600 kB and bytes < 3 MiB", true },
    { "cost > 7", true },
    { "cost = 7.25", true },
    { "cost > available", true },
    { "cost - available = 2.25", true },
    { "cost / 2 = 3.625", true },
    { "cost / available = 1", true },
    { "pages * 0.05 = 4.25", true },
    { "cost in 5..8", true },
    { "cost in [7.25, 8]", true },
    { "cost + 1 = 8.25", true },
    { "user = \"MARY\"", true },
    { "user in [\"tom\", \"Mary\"]", true },
    { "user not in [\"tom\"]", true },
    { "\"students\" in groups", true },
    { "\"STAFF\" in groups", false },
    { "groups contains \"Library\"", true },
    { "groups matches \"lib*\"", true },
    { "groups matches \"x*\"", false },
    { "\"staple\" in finishings and not finishings contains \"fold\"", true },
    { "department = \"science\"", false },
    { "department in \"science\"", true },
    { "department in \"sci\"", false },
    { "department in [\"law\", \"SCIENCE/physics\"]", true },
    { "department not in \"law\"", true },
    { "document contains \"FINAL\"", true },
    { "document starts with \"thesis\" and document ends with \".pdf\"", true },
    { "document matches \"thesis*.p?f\"", true },
    { "document not contains \"draft\"", true },
    { "from starts with \"10.0.\"", true },
    { "identity = \"claimed\"", true },
    { "identity in [\"authenticated\", \"agent\"]", false },
    { "size = large", true },
    { "size > A4", true },
    { "size in [small, normal]", false },
    { "weekday = sunday", true },
    { "weekday in [saturday, sunday]", true },
    { "weekday in mon..fri", false },
    { "weekday in friday..monday", true },
    { "weekday > friday", true },
    { "time in 18:00..8:00", true },
    { "time in 8:00..18:00", false },
    { "time >= 19:30 and hour = 19 and minute = 30", true },
    { "hour in 8..17", false },
    { "hour in 20..10", false }, // numbers do not go round
    { "date = 2026-11-22 and date > 2026-01-01 and month = 11 and day = 22", true },
    { "date in 2026-11-01..2026-11-30", true },
    { "duplicates(10 minutes) = 10", true },
    { "duplicates(1 hour) >= 60 and duplicates(1 day) = 1440", true },
    { "jobs_today > 100", true },
    { "duration > 1 minute and duration <= 90 seconds", true },
    { "kind = \"print\" and printer.state != \"stopped\"", true },
    { "account = \"\"", false },
    { "# a note\npages > 1 # another\n and pages > 2", true },
};

static void test_the_rest_is_not_read_once_it_is_decided(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct work work = work_sample();
    struct expr_env env = work_env(&work);
    struct expr_trace trace = { .count = 0 };
    struct expr expr;
    size_t steps = 0;
    struct expr_source source = { .text = STR("pages > 1000 and cost > 1 or copies = 2 or color"),
                                  .name = "" };
    env.trace = &trace;
    CHECK(expr_compile(&source, &arena, &expr, NULL, &err));
    CHECK(expr_eval(&expr, &env, &steps).number == 1);
    CHECK(trace.count == 2 && trace.reads[1].field == EXPR_FIELD_COPIES);
    CHECK(steps < expr.count);
}

static void test_nothing_is_known_of_an_empty_work(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct work work = { 0 };
    struct expr_env env = expr_env_of(&work, (struct expr_local){ 0 });
    struct expr expr;
    struct expr_source source = {
        .text = STR("user = \"\" and pages = 0 and not color and size = small and "
                    "not \"a\" in groups and cost / pages = 0 and duplicates(1 day) = 0 and "
                    "document matches \"*\" and not department in \"a\" and date = 1970-01-01"),
        .name = ""
    };
    CHECK(expr_compile(&source, &arena, &expr, NULL, &err));
    CHECK(expr_holds(&expr, &env));
}

int main(void)
{
    struct work work = work_sample();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct expr_env env = work_env(&work);
        struct expr_source source = { .text = str_of(rows[i].text), .name = "" };
        struct expr expr;
        bool compiled = expr_compile(&source, &arena, &expr, NULL, &err);
        CHECK(compiled && expr_holds(&expr, &env) == rows[i].holds);
        if (!compiled || expr_holds(&expr, &env) != rows[i].holds) {
            printf("# %s: %s\n", rows[i].text, compiled ? "no" : err.text);
        }
    }
    test_the_rest_is_not_read_once_it_is_decided();
    test_nothing_is_known_of_an_empty_work();
    return tap_done();
}
