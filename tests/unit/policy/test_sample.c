// What is said of a work is what rules read of it; the rest follows, and nonsense is refused.
#include "policy/policy.h"

#include "lib/tap.h"

static struct err err;
static struct arena arena = { .cap = 16 << 20 };

static const struct {
    const char *pairs;
    const char *holds;
} rows[] = {
    { "", "pages = 1 and mono_pages = 1 and sheets = 1 and copies = 1 and not color" },
    { "", "weekday = monday and time = 12:00 and date = 2024-01-01 and kind = \"print\"" },
    { "pages=10 color_pages=3 blank_pages=2", "mono_pages = 5 and sheets = 10 and color" },
    { "mono_pages=10 color_pages=3", "pages = 13" },
    { "pages=10 mono_pages=4", "color_pages = 6" },
    { "pages=9 two_sided=true", "sheets = 5 and two_sided" },
    { "pages=9 color=true", "color_pages = 9" },
    { "size=A3", "size = large" },
    { "weekday=saturday hour=7", "weekday = saturday and hour = 7 and minute = 0" },
    { "date=2026-11-22", "weekday = sunday and month = 11 and day = 22" },
    { "month=2 weekday=sun", "month = 2 and weekday = sunday" },
    { "time=18:05", "hour = 18 and minute = 5" },
    { "groups=students,staff", "\"staff\" in groups and \"students\" in groups" },
    { "finishings=staple", "\"staple\" in finishings" },
    { "cost=-1.5 available=3", "cost < 0 and cost = 0 - 1.5 and available = 3" },
    { "user.name=Mary=Shelley", "user.name = \"mary=shelley\"" },
    { "kind=fax duration=90 destination=1234", "kind = \"fax\" and duration = 90 seconds" },
    { "duplicates=2 pages_today=70", "duplicates(1 hour) = 2 and pages_today = 70" },
    { "pages=20 heavy_pages=7 area=99 bytes=5 sheets=2",
      "heavy_pages = 7 and area = 99 and bytes = 5 and sheets = 2" },
    { "department=science/physics", "department in \"science\"" },
};

static const struct {
    const char *pairs;
    const char *error;
} bad[] = {
    { "pages", "write field=value, not pages" },
    { "pagse=3", "there is no field pagse; did you mean pages?" },
    { "pages=3 pages=3", "pages is said twice" },
    { "pages=many", "pages:1:1: \"pages\" is a number" },
    { "pages=3x", "pages:1:1: a number ends before a letter; put a space between" },
    { "pages=", "pages:1:1: \"pages\" is a number" },
    { "cost=x", "cost:1:1: \"cost\" is an amount of money" },
    { "kind=tea", "kind is print, copy, scan or fax" },
    { "pages=4294967296",
      "pages are the mono, colour and blank pages together, at most 4294967295" },
    { "color_pages=9223372036854775807",
      "pages are the mono, colour and blank pages together, at most 4294967295" },
    { "hour=24", "there is no such date or time" },
    { "month=13", "there is no such date or time" },
    { "date=2026-11-22 weekday=monday", "that date is another day of the week" },
    { "copies=9999999999", "there cannot be that many copies or seconds" },
    { "heavy_pages=2", "there cannot be that many sheets or heavy pages" },
    { "groups=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "at most 16 entries" },
};

static bool sample_of(struct policy_sample *sample, struct expr_env *env, const char *pairs)
{
    struct str rest = str_of(pairs);
    policy_sample_start(sample, &arena);
    while (rest.len > 0) {
        const char *space = memchr(rest.ptr, ' ', rest.len);
        size_t len = space == NULL ? rest.len : (size_t)(space - rest.ptr);
        if (!policy_sample_read(sample, (struct str){ rest.ptr, len }, &err)) {
            return false;
        }
        len += space == NULL ? 0 : 1;
        rest = (struct str){ rest.ptr + len, rest.len - len };
    }
    return policy_sample_end(sample, env, &err);
}

int main(void)
{
    struct policy_sample sample;
    struct expr_env env;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct expr_source source = { .text = str_of(rows[i].holds), .name = "" };
        struct expr expr;
        bool made = sample_of(&sample, &env, rows[i].pairs) &&
                    expr_compile(&source, &arena, &expr, NULL, &err);
        CHECK(made && expr_holds(&expr, &env));
        if (!made || !expr_holds(&expr, &env)) {
            printf("# %s: %s: %s\n", rows[i].pairs, rows[i].holds, made ? "no" : err.text);
        }
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        bool ok = !sample_of(&sample, &env, bad[i].pairs) && strcmp(err.text, bad[i].error) == 0;
        CHECK(ok);
        if (!ok) {
            printf("# %s: %s\n", bad[i].pairs, err.text);
        }
    }
    arena_free(&arena);
    return tap_done();
}
