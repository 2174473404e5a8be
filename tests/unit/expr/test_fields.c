// Every name means what its row says, and what was mistyped is guessed.
#include "expr/fields.h"

#include "base/fs.h"

#include "lib/tap.h"
#include "work.h"

static const struct {
    const char *name;
    const char *value;
} rows[] = {
    { "kind", "print" },
    { "queue", "Library" },
    { "printer", "lib-1" },
    { "pull_group", "campus" },
    { "printer.state", "idle" },
    { "document", "Thesis final.pdf" },
    { "title", "Thesis final.pdf" },
    { "format", "application/pdf" },
    { "media", "iso_a4_210x297mm" },
    { "media_type", "stationery" },
    { "tray", "tray-1" },
    { "finishings", "staple, punch" },
    { "pages", "85" },
    { "color_pages", "3" },
    { "colour_pages", "3" },
    { "mono_pages", "80" },
    { "blank_pages", "2" },
    { "heavy_pages", "10" },
    { "sheets", "45" },
    { "copies", "2" },
    { "bytes", "2500000" },
    { "color", "true" },
    { "two_sided", "true" },
    { "size", "large" },
    { "area", "86" },
    { "cost", "7.25" },
    { "user", "mary" },
    { "user.name", "Mary Shelley" },
    { "department", "science/physics" },
    { "location", "north" },
    { "groups", "students, library" },
    { "available", "5.00" },
    { "balance", "5.00" },
    { "account", "code:acme/7" },
    { "from", "10.0.0.7" },
    { "identity", "claimed" },
    { "destination", "email" },
    { "duration", "90 seconds" },
    { "time", "19:30" },
    { "hour", "19" },
    { "minute", "30" },
    { "weekday", "sunday" },
    { "date", "2026-11-22" },
    { "month", "11" },
    { "day", "22" },
    { "duplicates", "10" },
};

static void test_what_is_read_is_noted_once(void)
{
    struct work work = work_sample();
    struct expr_env env = work_env(&work);
    struct expr_trace trace = { .count = 0 };
    env.trace = &trace;
    for (int i = 0; i < 3; i++) {
        (void)expr_field_read(&env, EXPR_FIELD_PAGES, 0);
        (void)expr_field_read(&env, EXPR_FIELD_DUPLICATES, 60000 * (i / 2 + 1));
    }
    CHECK(trace.count == 3);
    CHECK(trace.reads[0].value.number == 85);
    CHECK(trace.reads[2].window_ms == 120000);
    for (int i = 0; i < 100; i++) {
        (void)expr_field_read(&env, EXPR_FIELD_DUPLICATES, 1000 * (i + 1));
    }
    CHECK(trace.count == EXPR_READS_MAX);
}

static void test_a_contradicting_work_has_no_number_below_0(void)
{
    struct work work = { .classes = { { .page = { PAGE_NORMAL, true, true, false, 9, 9 } } },
                         .class_count = 1 };
    struct expr_env env = work_env(&work);
    CHECK(expr_field_read(&env, EXPR_FIELD_MONO_PAGES, 0).number == 0);
    work.bytes = UINT64_MAX;
    CHECK(expr_field_read(&env, EXPR_FIELD_BYTES, 0).number == INT64_MAX);
}

// docs/policy.md shows every field as its row has it.
static void test_the_manual_is_fresh(void)
{
    OWN(buf_free) struct buf page = BUF_CAP(1 << 20);
    const char *source = getenv("QUOIN_SOURCE");
    char path[400];
    struct err err = { 0 };
    (void)snprintf(path, sizeof(path), "%s/docs/policy.md", source == NULL ? "." : source);
    CHECK(fs_read(path, &page, &err));
    for (int i = 0; i < EXPR_FIELD_COUNT && buf_str(&page).len > 0; i++) {
        OWN(buf_free) struct buf row = BUF_CAP(1000);
        enum expr_field field = (enum expr_field)i;
        buf_addf(&row, "\n| `%s%s` | %s | %s |\n", expr_field_name(field),
                 expr_field_has_window(field) ? "(10 minutes)" : "",
                 expr_type_says(expr_field_type(field)), expr_field_sentence(field));
        CHECK(strstr(page.ptr, row.ptr) != NULL);
    }
}

int main(void)
{
    struct work work = work_sample();
    struct expr_env env = work_env(&work);
    bool seen[EXPR_FIELD_COUNT] = { 0 };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf buf = BUF_CAP(200);
        enum expr_field field = EXPR_FIELD_COUNT;
        CHECK(expr_field_find(str_of(rows[i].name), &field));
        seen[field] = true;
        expr_value_add(&buf, expr_field_type(field), expr_field_read(&env, field, 600000));
        CHECK(str_eq(buf_str(&buf), str_of(rows[i].value)));
    }
    for (int i = 0; i < EXPR_FIELD_COUNT; i++) {
        enum expr_field field = (enum expr_field)i;
        CHECK(seen[i] ||
              (expr_field_is_counter(field) && expr_field_read(&env, field, 0).number == 100 + i));
        CHECK(expr_field_sentence(field)[0] != '\0');
        CHECK(expr_field_has_window(field) == (field == EXPR_FIELD_DUPLICATES));
    }
    test_the_manual_is_fresh();
    test_what_is_read_is_noted_once();
    test_a_contradicting_work_has_no_number_below_0();
    CHECK(strcmp(expr_field_near(STR("colr_pages")), "color_pages") == 0);
    CHECK(strcmp(expr_field_near(STR("page")), "pages") == 0);
    CHECK(strcmp(expr_field_near(STR("Departement")), "department") == 0);
    CHECK(expr_field_near(STR("zzzzzzzzzz")) == NULL);
    CHECK(expr_field_near(STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")) == NULL);
    env.count = NULL;
    CHECK(expr_field_read(&env, EXPR_FIELD_JOBS_TODAY, 0).number == 0);
    return tap_done();
}
