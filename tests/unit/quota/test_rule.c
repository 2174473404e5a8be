// What a quota is for, what it counts, what is carried over and what its sentences say.
#include "quota/rule.h"

#include "lib/tap.h"

static const struct str science[] = { STR_INIT("science") };
static const struct str staff[] = { STR_INIT("staff") };
static const struct str two[] = { STR_INIT("staff"), STR_INIT("poor") };
static const struct str mary[] = { STR_INIT("mary") };

#define LIST(items) ((struct quota_list){ (items), sizeof(items) / sizeof((items)[0]) })

static struct quota_rule rule_of(void)
{
    return (struct quota_rule){ .name = STR("color"),
                                .unit = QUOTA_COLOR_PAGES,
                                .most = 10,
                                .period = CALENDAR_MONTH,
                                .each = QUOTA_EACH_USER };
}

static struct work work_of(void)
{
    struct work work = { .user = STR("mary"),
                         .department = STR("science/physics"),
                         .queue = STR("main"),
                         .printer = STR("p1"),
                         .group_count = 2,
                         .class_count = 2 };
    work.groups[0] = STR("staff");
    work.groups[1] = STR("night");
    work.classes[0] =
        (struct work_class){ .page = { .color = true, .pages = 3, .sheets = 2 }, .area = 1000 };
    work.classes[1] = (struct work_class){ .page = { .pages = 4, .sheets = 4 }, .area = 500 };
    return work;
}

static void test_whom_it_is_for(void)
{
    struct work work = work_of();
    struct quota_rule rule = rule_of();
    CHECK(quota_rule_covers(&rule, &work));
    rule.departments = LIST(science);
    CHECK(quota_rule_covers(&rule, &work)); // and those below
    work.department = STR("sciences");
    CHECK(!quota_rule_covers(&rule, &work));
    work.department = STR("");
    CHECK(!quota_rule_covers(&rule, &work));
    rule = rule_of();
    rule.groups = LIST(two);
    CHECK(quota_rule_covers(&rule, &work));
    work.group_count = 0;
    CHECK(!quota_rule_covers(&rule, &work));
    work = work_of();
    rule = rule_of();
    rule.exempt_groups = LIST(staff);
    CHECK(!quota_rule_covers(&rule, &work));
    rule = rule_of();
    rule.exempt_users = LIST(mary);
    CHECK(!quota_rule_covers(&rule, &work));
    rule = rule_of();
    rule.exempt_departments = LIST(science);
    CHECK(!quota_rule_covers(&rule, &work));
    rule = rule_of();
    rule.kinds = 1u << WORK_COPY;
    CHECK(!quota_rule_covers(&rule, &work));
    work.kind = WORK_COPY;
    CHECK(quota_rule_covers(&rule, &work));
    rule = rule_of();
    rule.queues = LIST(mary);
    CHECK(!quota_rule_covers(&rule, &work));
    rule = rule_of();
    rule.printers = LIST(mary);
    CHECK(!quota_rule_covers(&rule, &work));
    rule = rule_of();
    rule.is_suspended = true;
    CHECK(!quota_rule_covers(&rule, &work));
}

static void test_counters(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct str subjects[WORK_GROUPS_MAX];
    struct work work = work_of();
    struct quota_rule rule = rule_of();
    static const char *const want[] = { "user:mary",  "group:staff", "department:science/physics",
                                        "printer:p1", "queue:main",  "all" };
    for (int i = 0; i < QUOTA_EACH_COUNT; i++) {
        enum quota_each each;
        CHECK(quota_each_read(str_of(quota_each_name((enum quota_each)i)), &each) &&
              (int)each == i);
        rule.each = each;
        size_t count = quota_rule_subjects(&rule, &work, &arena, subjects);
        CHECK(count == (each == QUOTA_EACH_GROUP ? 2 : 1));
        CHECK(str_eq(subjects[0], str_of(want[i])));
    }
    rule.each = QUOTA_EACH_GROUP;
    rule.groups = LIST(two);
    CHECK(quota_rule_subjects(&rule, &work, &arena, subjects) == 1);
    work.department = STR("");
    rule.each = QUOTA_EACH_DEPARTMENT;
    CHECK(quota_rule_subjects(&rule, &work, &arena, subjects) == 0);
    work = work_of();
    struct quota_amounts amounts = quota_amounts_of(&work, (struct money){ 77 });
    CHECK(amounts.of[QUOTA_PAGES] == 7 && amounts.of[QUOTA_COLOR_PAGES] == 3);
    CHECK(amounts.of[QUOTA_SHEETS] == 6 && amounts.of[QUOTA_AREA] == 1500);
    CHECK(amounts.of[QUOTA_MONEY] == 77);
    work.classes[0].area = UINT64_MAX;
    amounts = quota_amounts_of(&work, (struct money){ -5 });
    CHECK(amounts.of[QUOTA_AREA] == QUOTA_MOST && amounts.of[QUOTA_MONEY] == 0);
}

static void test_what_makes_no_sense_is_refused(void)
{
    struct err err;
    struct quota_rule rule = rule_of();
    enum quota_unit unit;
    enum quota_each each;
    CHECK(quota_rule_check(&rule, &err));
    CHECK(!quota_unit_read(STR("litres"), &unit) && !quota_each_read(STR("cat"), &each));
    rule.most = -1;
    CHECK(!quota_rule_check(&rule, &err));
    rule.most = QUOTA_MOST + 1;
    CHECK(!quota_rule_check(&rule, &err));
    rule = rule_of();
    rule.name = STR("");
    CHECK(!quota_rule_check(&rule, &err));
    rule = rule_of();
    rule.carry_parts = 500000;
    CHECK(!quota_rule_check(&rule, &err)); // without a cap
    rule.carry_most = 5;
    CHECK(quota_rule_check(&rule, &err));
    rule.period = CALENDAR_ALWAYS;
    CHECK(!quota_rule_check(&rule, &err));
    rule = rule_of();
    rule.carry_parts = QUOTA_PARTS + 1;
    rule.carry_most = 5;
    CHECK(!quota_rule_check(&rule, &err));
    rule = rule_of();
    rule.warn_count = 2;
    rule.warn_at[0] = 80;
    rule.warn_at[1] = 80;
    CHECK(!quota_rule_check(&rule, &err));
    rule.warn_at[1] = 101;
    CHECK(!quota_rule_check(&rule, &err));
    rule.warn_at[1] = 100;
    CHECK(quota_rule_check(&rule, &err));
    const struct str empty[] = { STR("") };
    rule.queues = LIST(empty);
    CHECK(!quota_rule_check(&rule, &err));
}

static int64_t month(int year, int number)
{
    return calendar_days_of((struct calendar_date){ year, number, 1 }) * CALENDAR_DAY_MS;
}

static void test_carrying_over(void)
{
    struct calendar_site site = { .zone = calendar_zone_utc(), .week_begins = 1 };
    struct quota_rule rule = rule_of();
    struct quota_last last = { true, month(2026, 1), 4, 0 };
    struct quota_last none = { 0 };
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 2)) == 0);
    rule.carry_parts = QUOTA_PARTS;
    rule.carry_most = 100;
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 2)) == 6);
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 3)) == 16); // all of February is left
    CHECK(quota_carry(&rule, &site, &last, 0, month(2030, 1)) == 100);
    last.carried = 3;
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 2)) == 9);
    last.used = 50; // the limit was lowered since
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 2)) == 0);
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 4)) == 20);
    rule.carry_parts = 333333;
    last.used = 0;
    last.carried = 0;
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 2)) == 3);
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 3)) == 4);
    CHECK(quota_carry(&rule, &site, &last, 0, month(2900, 1)) == 4);
    // Never used: since it was made, or since the person came.
    rule.carry_parts = QUOTA_PARTS;
    rule.since = month(2026, 1) + 5;
    CHECK(quota_carry(&rule, &site, &none, 0, month(2026, 3)) == 20);
    CHECK(quota_carry(&rule, &site, &none, month(2026, 2) + 1, month(2026, 3)) == 10);
    CHECK(quota_carry(&rule, &site, &none, month(2026, 3) + 1, month(2026, 3)) == 0);
    rule.since = 0;
    CHECK(quota_carry(&rule, &site, &none, 0, month(2026, 3)) == 0);
    // The clock was set back: nothing comes from the future.
    CHECK(quota_carry(&rule, &site, &last, 0, month(2025, 3)) == 0);
    rule.most = QUOTA_MOST;
    rule.carry_most = QUOTA_MOST;
    last.carried = QUOTA_MOST;
    CHECK(quota_carry(&rule, &site, &last, 0, month(2026, 3)) == QUOTA_MOST);
}

static void test_levels(void)
{
    struct quota_rule rule = rule_of();
    struct quota_state state = { .most = 10, .used = 7 };
    rule.warn_count = 2;
    rule.warn_at[0] = 75;
    rule.warn_at[1] = 100;
    CHECK(quota_level(&rule, &state) == 0 && quota_left(&state) == 3);
    state.reserved = 1;
    CHECK(quota_level(&rule, &state) == 75);
    state.warned = 75;
    CHECK(quota_level(&rule, &state) == 0);
    state.used = 12;
    CHECK(quota_level(&rule, &state) == 100 && quota_left(&state) == 0);
    state = (struct quota_state){ .most = QUOTA_MOST, .carried = QUOTA_MOST, .used = QUOTA_MOST };
    CHECK(quota_level(&rule, &state) == 0 && quota_left(&state) == QUOTA_MOST);
}

static void test_sentences(void)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1000);
    OWN(buf_free) struct buf warning = BUF_CAP(1000);
    OWN(buf_free) struct buf amounts = BUF_CAP(1000);
    struct calendar_site site = { .zone = calendar_zone_utc(), .week_begins = 1 };
    struct quota_rule rule = rule_of();
    struct quota_state state = { .most = 10, .used = 8, .reserved = 1 };
    quota_add_sentence(&buf, &rule, &site, &state, 8, month(2026, 12));
    CHECK_STR(buf_str(&buf), "quota \"color\" allows 10 colour pages a month: 1 colour page left, "
                             "this needs 8 colour pages. It renews 2026-12-01 00:00. Print in "
                             "black and white, or ask for more.");
    rule.period = CALENDAR_ALWAYS;
    rule.each = QUOTA_EACH_ALL;
    quota_add_sentence(&warning, &rule, &site, &state, 0, CALENDAR_MOST_MS);
    CHECK_STR(buf_str(&warning),
              "quota \"color\" allows 10 colour pages in all for all together: 1 colour page left");
    quota_add_amount(&amounts, QUOTA_AREA, 1234567);
    quota_add_amount(&amounts, QUOTA_MONEY, 150000);
    quota_add_amount(&amounts, QUOTA_SHEETS, 1);
    CHECK_STR(buf_str(&amounts), "1.2345 m21.501 sheet");
}

int main(void)
{
    test_whom_it_is_for();
    test_counters();
    test_what_makes_no_sense_is_refused();
    test_carrying_over();
    test_levels();
    test_sentences();
    return tap_done();
}
