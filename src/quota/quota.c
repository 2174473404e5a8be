// quota: see quota.h.

#include "quota/quota.h"

#include "base/mem.h"
#include "base/num.h"
#include "quota/quota_int.h"
#include <assert.h>
#include <stdlib.h>

bool quota_open(struct db *db, struct quota **quota, struct err *err)
{
    OWN(quota_close) struct quota *made = mem_new(sizeof(*made));
    made->db = db;
    if (!quota_store_open(made, err)) {
        return false;
    }
    *quota = made;
    made = NULL;
    return true;
}

void quota_close(struct quota **quota)
{
    if (*quota == NULL) {
        return;
    }
    for (int i = 0; i < QUOTA_SQL_COUNT; i++) {
        db_finish(&(*quota)->stmts[i]);
    }
    free(*quota);
    *quota = NULL;
}

static struct quota_row quota_row_of(const struct quota_take *take)
{
    return (struct quota_row){ take->rule->name, take->subject, take->span.from };
}

// What a counter that has no row yet for its period begins with.
static bool quota_begin(struct quota *quota, const struct calendar_site *site,
                        const struct quota_take *take, int64_t *carried, struct err *err)
{
    struct quota_row row = quota_row_of(take);
    struct quota_last last;
    *carried = 0;
    if (take->rule->carry_parts == 0) {
        return true;
    }
    if (!quota_store_last(quota, &row, &last, err)) {
        return false;
    }
    *carried = quota_carry(take->rule, site, &last, take->since, take->span.from);
    return true;
}

// ---- taking -------------------------------------------------------------------------------------

static bool quota_take_one(struct quota *quota, const struct calendar_site *site,
                           struct quota_take *take, bool *done, struct err *err)
{
    struct quota_row row = quota_row_of(take);
    bool found;
    int64_t carried;
    take->state = (struct quota_state){ .most = take->rule->most };
    take->level = 0;
    if (!quota_store_take(quota, &row, take->amount, &take->state, done, err)) {
        return false;
    }
    if (*done) {
        return true;
    }
    if (!quota_store_get(quota, &row, &take->state, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!quota_begin(quota, site, take, &carried, err) ||
        !quota_store_add(quota, &row, carried, err) ||
        !quota_store_take(quota, &row, take->amount, &take->state, done, err)) {
        return false;
    }
    return *done || quota_store_get(quota, &row, &take->state, &found, err);
}

static bool quota_refuse(const struct calendar_site *site, const struct quota_take *take,
                         struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(1000);
    quota_add_sentence(&text, take->rule, site, &take->state, take->amount, take->span.until);
    struct str run = buf_str(&text);
    return err_set(err, ERR_LIMIT, "%.*s", (int)run.len, run.ptr);
}

bool quota_reserve(struct quota *quota, const struct calendar_site *site,
                   const uint8_t key[QUOTA_KEY_LEN], int64_t at, struct quota_take *takes,
                   size_t count, size_t *refused, struct err *err)
{
    assert(count <= QUOTA_TAKES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct quota_take *take = &takes[i];
        bool done;
        take->span = calendar_span_of(site, take->rule->period, at);
        if (!quota_take_one(quota, site, take, &done, err)) {
            return false;
        }
        if (!done) {
            *refused = i;
            return quota_refuse(site, take, err);
        }
        struct quota_row row = quota_row_of(take);
        take->level = quota_level(take->rule, &take->state);
        if (!quota_store_hold_add(quota, QUOTA_SQL_HOLD_ADD, key, &row, take->rule->unit,
                                  take->amount, err) ||
            (take->level > 0 && !quota_store_warned(quota, &row, take->level, err))) {
            return false;
        }
    }
    return true;
}

bool quota_ask(struct quota *quota, const struct calendar_site *site, int64_t at,
               struct quota_take *takes, size_t count, bool *enough, size_t *refused,
               struct err *err)
{
    *enough = true;
    for (size_t i = 0; i < count; i++) {
        struct quota_take *take = &takes[i];
        struct quota_use use;
        if (!quota_use_of(quota, site, take->rule, take->subject, take->since, at, &use, err)) {
            return false;
        }
        take->span = use.span;
        take->state = use.state;
        take->level = 0;
        if (*enough && take->amount > quota_left(&use.state)) {
            *enough = false;
            *refused = i;
        }
    }
    return true;
}

// ---- settling -----------------------------------------------------------------------------------

bool quota_settle(struct quota *quota, const uint8_t key[QUOTA_KEY_LEN],
                  const struct quota_amounts *amounts, struct err *err)
{
    struct quota_hold *holds = quota->holds;
    size_t count;
    if (!quota_store_holds(quota, QUOTA_SQL_HOLDS, key, holds, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct quota_hold *hold = &holds[i];
        struct quota_row row = { str_of(hold->quota), str_of(hold->subject), hold->from };
        int64_t used =
            amounts == NULL || hold->unit >= QUOTA_UNIT_COUNT ? 0 : amounts->of[hold->unit];
        used = used < hold->amount ? used : hold->amount;
        if (!quota_store_settle(quota, &row, hold->amount, used, err) ||
            (used > 0 &&
             !quota_store_hold_add(quota, QUOTA_SQL_SPENT_ADD, key, &row, hold->unit, used, err))) {
            return false;
        }
    }
    return count == 0 || quota_store_holds_drop(quota, key, err);
}

// What of a use a part is, to the nearest, and at most what still counts of it.
static int64_t quota_part_of(const struct quota_hold *spent, const struct quota_part *part,
                             bool is_rest)
{
    int64_t left = spent->amount - spent->given_back;
    uint64_t back = 0;
    uint64_t rest = 0;
    if (is_rest || part->of >= part->whole ||
        !num_mul_div((uint64_t)spent->amount, part->of, part->whole, &back, &rest)) {
        return left;
    }
    back += rest >= part->whole - rest ? 1 : 0;
    return back < (uint64_t)left ? (int64_t)back : left;
}

static const struct quota_rule *quota_rule_named(const struct quota_back *back, const char *name)
{
    for (size_t i = 0; i < back->rule_count; i++) {
        if (str_eq(back->rules[i].name, str_of(name))) {
            return &back->rules[i];
        }
    }
    return NULL;
}

bool quota_give_back(struct quota *quota, const struct calendar_site *site,
                     const uint8_t key[QUOTA_KEY_LEN], int64_t at, const struct quota_back *back,
                     struct err *err)
{
    struct quota_hold *spent = quota->holds;
    size_t count;
    if (!quota_store_holds(quota, QUOTA_SQL_SPENT, key, spent, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct quota_rule *rule = quota_rule_named(back, spent[i].quota);
        if (rule == NULL || rule->unit != spent[i].unit ||
            calendar_span_of(site, rule->period, at).from != spent[i].from) {
            continue; // nothing is limited by it now
        }
        struct quota_row row = { str_of(spent[i].quota), str_of(spent[i].subject), spent[i].from };
        bool is_money = spent[i].unit == QUOTA_MONEY;
        int64_t amount =
            quota_part_of(&spent[i], is_money ? &back->of_money : &back->of_pages, back->is_rest);
        if (amount > 0 && !quota_store_give_back(quota, key, &row, amount, err)) {
            return false;
        }
    }
    return true;
}

// ---- telling ------------------------------------------------------------------------------------

bool quota_use_of(struct quota *quota, const struct calendar_site *site,
                  const struct quota_rule *rule, struct str subject, int64_t since, int64_t at,
                  struct quota_use *use, struct err *err)
{
    struct quota_take take = { .rule = rule,
                               .subject = subject,
                               .since = since,
                               .span = calendar_span_of(site, rule->period, at) };
    struct quota_row row = quota_row_of(&take);
    bool found;
    *use = (struct quota_use){ .subject = subject,
                               .span = take.span,
                               .state = { .most = rule->most } };
    if (!quota_store_get(quota, &row, &use->state, &found, err)) {
        return false;
    }
    return found || quota_begin(quota, site, &take, &use->state.carried, err);
}

bool quota_use_list(struct quota *quota, const struct calendar_site *site,
                    const struct quota_rule *rule, int64_t at, struct str after, size_t most,
                    struct arena *arena, struct quota_use *uses, size_t *count, struct err *err)
{
    struct calendar_span span = calendar_span_of(site, rule->period, at);
    struct quota_row row = { rule->name, after, span.from };
    if (!quota_store_list(quota, &row, most, arena, uses, count, err)) {
        return false;
    }
    for (size_t i = 0; i < *count; i++) {
        uses[i].span = span;
        uses[i].state.most = rule->most;
    }
    return true;
}

bool quota_reset(struct quota *quota, const struct calendar_site *site,
                 const struct quota_rule *rule, struct str subject, int64_t at, struct err *err)
{
    struct calendar_span span = calendar_span_of(site, rule->period, at);
    struct quota_row row = { rule->name, subject, span.from };
    return quota_store_reset(quota, &row, err);
}

bool quota_rename(struct quota *quota, struct str from, struct str to, struct err *err)
{
    return str_eq(from, to) || quota_store_move(quota, from, to, err);
}
