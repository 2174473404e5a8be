// rule: see rule.h.

#include "quota/rule.h"

// ---- names --------------------------------------------------------------------------------------

static const char *const rule_units[QUOTA_UNIT_COUNT] = { "pages", "color-pages", "sheets", "area",
                                                          "money" };
static const char *const rule_eaches[QUOTA_EACH_COUNT] = { "user",    "group", "department",
                                                           "printer", "queue", "all" };

const char *quota_unit_name(enum quota_unit unit)
{
    return rule_units[unit];
}

bool quota_unit_read(struct str name, enum quota_unit *unit)
{
    for (int i = 0; i < QUOTA_UNIT_COUNT; i++) {
        if (str_eq(name, str_of(rule_units[i]))) {
            *unit = (enum quota_unit)i;
            return true;
        }
    }
    return false;
}

const char *quota_each_name(enum quota_each each)
{
    return rule_eaches[each];
}

bool quota_each_read(struct str name, enum quota_each *each)
{
    for (int i = 0; i < QUOTA_EACH_COUNT; i++) {
        if (str_eq(name, str_of(rule_eaches[i]))) {
            *each = (enum quota_each)i;
            return true;
        }
    }
    return false;
}

// ---- checking -----------------------------------------------------------------------------------

static bool rule_lists_fit(const struct quota_rule *rule)
{
    const struct quota_list *const lists[] = { &rule->users,         &rule->groups,
                                               &rule->departments,   &rule->queues,
                                               &rule->printers,      &rule->exempt_users,
                                               &rule->exempt_groups, &rule->exempt_departments };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (lists[i]->count > QUOTA_LIST_MAX) {
            return false;
        }
        for (size_t k = 0; k < lists[i]->count; k++) {
            // "department:" stands before it where it has a counter of its own
            if (lists[i]->items[k].len == 0 || lists[i]->items[k].len > QUOTA_SUBJECT_MAX - 16) {
                return false;
            }
        }
    }
    return true;
}

bool quota_rule_check(const struct quota_rule *rule, struct err *err)
{
    if (rule->name.len == 0 || rule->name.len > QUOTA_NAME_MAX) {
        return err_set(err, ERR_INVALID, "a quota's name has 1 to %d bytes", QUOTA_NAME_MAX);
    }
    if (rule->most < 0 || rule->most > QUOTA_MOST || rule->carry_most < 0 ||
        rule->carry_most > QUOTA_MOST) {
        return err_set(err, ERR_INVALID,
                       "what a quota allows and carries over is 0 or more, at "
                       "most 10^18 of its unit");
    }
    if (rule->carry_parts > QUOTA_PARTS) {
        return err_set(err, ERR_INVALID, "more than all of what was left cannot be carried over");
    }
    if (rule->carry_parts > 0 && (rule->carry_most == 0 || rule->period == CALENDAR_ALWAYS)) {
        return err_set(err, ERR_INVALID,
                       "carrying over needs a cap and a period that ends: day, week, month, term "
                       "or year");
    }
    if (rule->warn_count > QUOTA_WARNS_MAX) {
        return err_set(err, ERR_INVALID, "a quota warns at %d levels at most", QUOTA_WARNS_MAX);
    }
    for (size_t i = 0; i < rule->warn_count; i++) {
        if (rule->warn_at[i] < 1 || rule->warn_at[i] > 100 ||
            (i > 0 && rule->warn_at[i] <= rule->warn_at[i - 1])) {
            return err_set(err, ERR_INVALID,
                           "a quota warns at rising levels between 1 and 100 per cent");
        }
    }
    if (rule->advice.len > QUOTA_ADVICE_MAX) {
        return err_set(err, ERR_INVALID, "a quota's advice has at most %d bytes", QUOTA_ADVICE_MAX);
    }
    return rule_lists_fit(rule) ||
           err_set(err, ERR_INVALID, "a quota's lists have at most %d names of 1 to %d bytes",
                   QUOTA_LIST_MAX, QUOTA_SUBJECT_MAX - 16);
}

// ---- whom it is for -----------------------------------------------------------------------------

static bool rule_has(const struct quota_list *list, struct str name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (str_eq(list->items[i], name)) {
            return true;
        }
    }
    return false;
}

static bool rule_has_group(const struct quota_list *list, const struct work *work)
{
    for (size_t i = 0; list->count > 0 && i < work->group_count; i++) {
        if (rule_has(list, work->groups[i])) {
            return true;
        }
    }
    return false;
}

static bool rule_has_department(const struct quota_list *list, struct str path)
{
    for (size_t i = 0; i < list->count; i++) {
        struct str top = list->items[i];
        if (path.len >= top.len && memcmp(path.ptr, top.ptr, top.len) == 0 &&
            (path.len == top.len || path.ptr[top.len] == '/')) {
            return true;
        }
    }
    return false;
}

bool quota_rule_covers(const struct quota_rule *rule, const struct work *work)
{
    if (rule->is_suspended || (rule->kinds != 0 && (rule->kinds >> work->kind & 1) == 0)) {
        return false;
    }
    if (rule_has(&rule->exempt_users, work->user) || rule_has_group(&rule->exempt_groups, work) ||
        rule_has_department(&rule->exempt_departments, work->department)) {
        return false;
    }
    return (rule->users.count == 0 || rule_has(&rule->users, work->user)) &&
           (rule->groups.count == 0 || rule_has_group(&rule->groups, work)) &&
           (rule->departments.count == 0 ||
            rule_has_department(&rule->departments, work->department)) &&
           (rule->queues.count == 0 || rule_has(&rule->queues, work->queue)) &&
           (rule->printers.count == 0 || rule_has(&rule->printers, work->printer));
}

static size_t rule_subject(struct arena *arena, const char *kind, struct str name,
                           struct str *subject)
{
    const char *text =
        arena_textf(arena, "%s:%.*s", kind, (int)name.len, name.len > 0 ? name.ptr : "");
    if (name.len == 0 || text == NULL) {
        return 0;
    }
    *subject = str_of(text);
    return 1;
}

size_t quota_rule_subjects(const struct quota_rule *rule, const struct work *work,
                           struct arena *arena, struct str subjects[WORK_GROUPS_MAX])
{
    const char *kind = rule_eaches[rule->each];
    size_t count = 0;
    switch (rule->each) {
    case QUOTA_EACH_USER: return rule_subject(arena, kind, work->user, subjects);
    case QUOTA_EACH_DEPARTMENT: return rule_subject(arena, kind, work->department, subjects);
    case QUOTA_EACH_PRINTER: return rule_subject(arena, kind, work->printer, subjects);
    case QUOTA_EACH_QUEUE: return rule_subject(arena, kind, work->queue, subjects);
    case QUOTA_EACH_GROUP:
        for (size_t i = 0; i < work->group_count && count < WORK_GROUPS_MAX; i++) {
            if (rule->groups.count == 0 || rule_has(&rule->groups, work->groups[i])) {
                count += rule_subject(arena, kind, work->groups[i], &subjects[count]);
            }
        }
        return count;
    case QUOTA_EACH_ALL:
    case QUOTA_EACH_COUNT: subjects[0] = STR("all"); return 1;
    }
    return 0;
}

struct quota_amounts quota_amounts_of(const struct work *work, struct money cost)
{
    struct work_sums sums = work_sums(work);
    const uint64_t counts[] = { sums.pages, sums.color_pages, sums.sheets, sums.area,
                                cost.units > 0 ? (uint64_t)cost.units : 0 };
    struct quota_amounts amounts;
    for (int i = 0; i < QUOTA_UNIT_COUNT; i++) {
        amounts.of[i] = counts[i] > (uint64_t)QUOTA_MOST ? QUOTA_MOST : (int64_t)counts[i];
    }
    return amounts;
}

// ---- counters -----------------------------------------------------------------------------------

int64_t quota_left(const struct quota_state *state)
{
    int64_t left = state->most + state->carried - state->used - state->reserved;
    return left > 0 ? left : 0;
}

// 1 to 100 per cent of a limit, rounded up.
static int64_t rule_share(int64_t whole, uint32_t percent)
{
    return whole / 100 * percent + (whole % 100 * percent + 99) / 100;
}

uint32_t quota_level(const struct quota_rule *rule, const struct quota_state *state)
{
    uint32_t level = 0;
    int64_t whole = state->most + state->carried;
    for (size_t i = 0; i < rule->warn_count; i++) {
        if (state->used + state->reserved >= rule_share(whole, rule->warn_at[i])) {
            level = rule->warn_at[i];
        }
    }
    return level > state->warned && whole > 0 ? level : 0;
}

static int64_t rule_carried(const struct quota_rule *rule, int64_t carried, int64_t used)
{
    int64_t left = rule->most + carried - used;
    if (left <= 0) {
        return 0;
    }
    int64_t share = left / QUOTA_PARTS * rule->carry_parts +
                    left % QUOTA_PARTS * rule->carry_parts / QUOTA_PARTS;
    return share < rule->carry_most ? share : rule->carry_most;
}

// What is carried goes to a value that it keeps (the cap, or where the share of it all is itself):
// from there on periods need not be counted. The bound is for terms that were moved about.
int64_t quota_carry(const struct quota_rule *rule, const struct calendar_site *site,
                    const struct quota_last *last, int64_t since, int64_t from)
{
    enum { PERIODS_MOST = 4000 };
    int64_t start = since > rule->since ? since : rule->since;
    int64_t at = last->is_there ? last->from : start;
    int64_t carried = last->is_there ? last->carried : 0;
    int64_t used = last->is_there ? last->used : 0;
    if (rule->carry_parts == 0 || rule->period == CALENDAR_ALWAYS || at <= 0 || at >= from) {
        return 0;
    }
    for (int i = 0; i < PERIODS_MOST; i++) {
        struct calendar_span span = calendar_span_of(site, rule->period, at);
        if (span.until > from) {
            break;
        }
        int64_t next = rule_carried(rule, carried, used);
        bool is_steady = next == carried && used == 0;
        carried = next;
        used = 0;
        at = span.until;
        if (is_steady) {
            break;
        }
    }
    return carried;
}

// ---- sentences ----------------------------------------------------------------------------------

static const char *const rule_nouns[QUOTA_UNIT_COUNT][2] = { { "page", "pages" },
                                                             { "colour page", "colour pages" },
                                                             { "sheet", "sheets" },
                                                             { "", "" },
                                                             { "", "" } };

void quota_add_amount(struct buf *buf, enum quota_unit unit, int64_t amount)
{
    char text[MONEY_TEXT_MAX];
    switch (unit) {
    case QUOTA_PAGES:
    case QUOTA_COLOR_PAGES:
    case QUOTA_SHEETS:
        buf_addf(buf, "%lld %s", (long long)amount, rule_nouns[unit][amount == 1 ? 0 : 1]);
        break;
    case QUOTA_AREA:
        buf_addf(buf, "%lld.%04lld m2", (long long)(amount / 1000000),
                 (long long)(amount % 1000000 / 100));
        break;
    case QUOTA_MONEY: buf_addf(buf, "%s", money_shown((struct money){ amount }, text)); break;
    case QUOTA_UNIT_COUNT: break;
    }
}

static const char *rule_period_words(enum calendar_period period)
{
    static const char *const words[CALENDAR_PERIOD_COUNT] = { "in all",  "a day",  "a week",
                                                              "a month", "a term", "a year" };
    return words[period];
}

static const char *const rule_together[QUOTA_EACH_COUNT] = {
    "", " a group", " a department", " a printer", " a queue", " for all together"
};

static const char *rule_advice(enum quota_unit unit)
{
    return unit == QUOTA_COLOR_PAGES ? "Print in black and white, or ask for more."
                                     : "Print less until then, or ask for more.";
}

void quota_add_sentence(struct buf *buf, const struct quota_rule *rule,
                        const struct calendar_site *site, const struct quota_state *state,
                        int64_t needs, int64_t until)
{
    buf_addf(buf, "quota \"%.*s\" allows ", (int)rule->name.len, rule->name.ptr);
    quota_add_amount(buf, rule->unit, state->most + state->carried);
    buf_addf(buf, " %s%s: ", rule_period_words(rule->period), rule_together[rule->each]);
    quota_add_amount(buf, rule->unit, quota_left(state));
    buf_addf(buf, " left");
    if (needs > 0) {
        buf_addf(buf, ", this needs ");
        quota_add_amount(buf, rule->unit, needs);
    }
    if (until < CALENDAR_MOST_MS) {
        buf_addf(buf, ". It renews ");
        calendar_add_text(buf, site->zone, until);
    }
    if (needs > 0) {
        struct str advice = rule->advice.len > 0 ? rule->advice : str_of(rule_advice(rule->unit));
        buf_addf(buf, ". %.*s", (int)advice.len, advice.ptr);
    }
}
