// quota/rule: one limit on use: what it counts, for whom, in which period. No database: facts in,
// facts out. All runs are borrowed from whoever made the rule.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "calendar/period.h"
#include "model/work.h"
#include <stdint.h>

enum quota_unit {
    QUOTA_PAGES, // impressions
    QUOTA_COLOR_PAGES,
    QUOTA_SHEETS,
    QUOTA_AREA, // square millimetres
    QUOTA_MONEY,
    QUOTA_UNIT_COUNT
};
const char *quota_unit_name(enum quota_unit unit); // "pages", "color-pages", …
bool quota_unit_read(struct str name, enum quota_unit *unit) CC_MUST_USE;

// What has a counter of its own.
enum quota_each {
    QUOTA_EACH_USER,
    QUOTA_EACH_GROUP,
    QUOTA_EACH_DEPARTMENT,
    QUOTA_EACH_PRINTER,
    QUOTA_EACH_QUEUE,
    QUOTA_EACH_ALL, // one for all that the quota is for
    QUOTA_EACH_COUNT
};
const char *quota_each_name(enum quota_each each); // "user", …, "all"
bool quota_each_read(struct str name, enum quota_each *each) CC_MUST_USE;

enum {
    QUOTA_NAME_MAX = 64,
    QUOTA_SUBJECT_MAX = 160, // "department:science/physics"
    QUOTA_ADVICE_MAX = 100,
    QUOTA_LIST_MAX = 1000,
    QUOTA_WARNS_MAX = 8,
    QUOTA_PARTS = 1000000,
};
#define QUOTA_MOST ((int64_t)1000000000000000000)

struct quota_list {
    const struct str *items;
    size_t count;
};

struct quota_rule {
    struct str name;
    enum quota_unit unit;
    int64_t most;
    enum calendar_period period;
    enum quota_each each;
    struct quota_list users; // no items: no condition
    struct quota_list groups;
    struct quota_list departments; // with those below
    struct quota_list queues;
    struct quota_list printers;
    uint32_t kinds; // bit 0: WORK_PRINT; 0: all
    struct quota_list exempt_users;
    struct quota_list exempt_groups;
    struct quota_list exempt_departments;
    uint32_t carry_parts; // of a million
    int64_t carry_most;
    uint32_t warn_at[QUOTA_WARNS_MAX]; // per cent, rising
    size_t warn_count;
    bool is_suspended;
    struct str advice;
    int64_t since;
};

// ERR_INVALID says what makes no sense.
bool quota_rule_check(const struct quota_rule *rule, struct err *err) CC_MUST_USE;

// Is the work counted? Suspended rules cover nothing.
bool quota_rule_covers(const struct quota_rule *rule, const struct work *work);

// The counters that a covered work goes to, "user:mary"; in the arena. None: the rule counts by
// something that the work does not have. At most WORK_GROUPS_MAX.
size_t quota_rule_subjects(const struct quota_rule *rule, const struct work *work,
                           struct arena *arena, struct str subjects[WORK_GROUPS_MAX]);

struct quota_amounts {
    int64_t of[QUOTA_UNIT_COUNT]; // each 0 to QUOTA_MOST
};
struct quota_amounts quota_amounts_of(const struct work *work, struct money cost);

// A counter as it stands.
struct quota_state {
    int64_t most; // of the rule, without carried
    int64_t carried;
    int64_t used;
    int64_t reserved;
    uint32_t warned; // the highest level that was told, in per cent
};
int64_t quota_left(const struct quota_state *state); // never below 0
// The highest level that is reached and was not told yet; 0: none.
uint32_t quota_level(const struct quota_rule *rule, const struct quota_state *state);

// The last period that a counter has a row of.
struct quota_last {
    bool is_there;
    int64_t from;
    int64_t used; // and reserved
    int64_t carried;
};
// What the period that begins at `from` has on top, when its counter is first needed: a share of
// what was left, period by period since the last one that was used, or since `since`.
int64_t quota_carry(const struct quota_rule *rule, const struct calendar_site *site,
                    const struct quota_last *last, int64_t since, int64_t from);

// "10 colour pages"; money without a currency.
void quota_add_amount(struct buf *buf, enum quota_unit unit, int64_t amount);
// "quota "color" allows 10 colour pages a month: 2 colour pages left, this needs 8 colour pages. It
// renews 2026-12-01 00:00. Print in black and white, or ask for more." needs 0: a warning, without
// the advice. until: of the period.
void quota_add_sentence(struct buf *buf, const struct quota_rule *rule,
                        const struct calendar_site *site, const struct quota_state *state,
                        int64_t needs, int64_t until);
