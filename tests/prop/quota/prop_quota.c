// Quotas against a model of them in memory: thousands of random reservations, settlements and
// give-backs over months, limits that change, counters that are put back; and at no time more used
// and reserved than was allowed when it was taken.
//
// Usage: prop_quota [SEED]. The same seed gives the same run.
#include "quota/quota.h"

#include "db/db.h"
#include "lib/folder.h"
#include "lib/store.h"
#include "lib/tap.h"

enum { USERS = 4, MONTHS = 12, HOLDS = 6000, OPERATIONS = 6000 };

struct counter {
    bool is_there;
    int64_t used;
    int64_t reserved;
    int64_t carried;
};
struct hold {
    bool is_open;
    int user;
    int month;
    int64_t amount;
};

static uint64_t seed = 41;
static struct counter each[USERS][MONTHS]; // of the quota "each"
static struct counter all[MONTHS];         // of the quota "all"
static struct hold holds[HOLDS];
static struct err err;

static const char *const users[USERS] = { "user:a", "user:b", "user:c", "user:d" };
static struct quota_rule rules[2] = { { .name = STR_INIT("each"),
                                        .unit = QUOTA_PAGES,
                                        .most = 50,
                                        .period = CALENDAR_MONTH,
                                        .each = QUOTA_EACH_USER,
                                        .carry_parts = 600000,
                                        .carry_most = 40,
                                        .since = 1 },
                                      { .name = STR_INIT("all"),
                                        .unit = QUOTA_PAGES,
                                        .most = 120,
                                        .period = CALENDAR_MONTH,
                                        .each = QUOTA_EACH_ALL } };

static int64_t draw(int64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)below);
}

static int64_t month_at(int month)
{
    return calendar_days_of((struct calendar_date){ 2026, month + 1, 10 }) * CALENDAR_DAY_MS;
}

static const uint8_t *key_of(int number)
{
    static uint8_t key[QUOTA_KEY_LEN];
    memcpy(key, &number, sizeof(number));
    return key;
}

// A counter that is first needed gets a share of what was left of the one before, month by month;
// `since` is long before, so that a counter that was never used has had all of every month.
static void model_begin(struct counter *months, int month, const struct quota_rule *rule)
{
    int64_t carried = 0;
    if (months[month].is_there) {
        return;
    }
    if (rule->carry_parts > 0) {
        int from = month - 1;
        while (from >= 0 && !months[from].is_there) {
            from--;
        }
        int64_t used = from >= 0 ? months[from].used + months[from].reserved : 0;
        carried = from >= 0 ? months[from].carried : 0;
        for (int i = from >= 0 ? from : -400; i < month; i++) {
            int64_t left = rule->most + carried - used;
            carried = left <= 0 ? 0 : left * rule->carry_parts / 1000000;
            carried = carried < rule->carry_most ? carried : rule->carry_most;
            used = 0;
        }
    }
    months[month] = (struct counter){ .is_there = true, .carried = carried };
}

static bool model_has(const struct counter *counter, const struct quota_rule *rule, int64_t amount)
{
    return counter->used + counter->reserved + amount <= rule->most + counter->carried;
}

static bool do_reserve(struct db *db, struct quota *quota, const struct calendar_site *site,
                       int number)
{
    struct hold hold = { true, (int)draw(USERS), (int)draw(MONTHS), draw(30) };
    struct quota_take takes[2] = {
        { &rules[0], str_of(users[hold.user]), .amount = hold.amount },
        { &rules[1], STR("all"), .amount = hold.amount },
    };
    size_t refused;
    struct counter saved[2] = { each[hold.user][hold.month], all[hold.month] };
    model_begin(each[hold.user], hold.month, &rules[0]);
    model_begin(all, hold.month, &rules[1]);
    bool may = model_has(&each[hold.user][hold.month], &rules[0], hold.amount) &&
               model_has(&all[hold.month], &rules[1], hold.amount);
    bool did = db_begin(db, &err) && quota_reserve(quota, site, key_of(number),
                                                   month_at(hold.month), takes, 2, &refused, &err);
    if (did) {
        did = db_commit(db, &err);
        each[hold.user][hold.month].reserved += hold.amount;
        all[hold.month].reserved += hold.amount;
        holds[number] = hold;
    } else {
        db_rollback(db);
        each[hold.user][hold.month] = saved[0];
        all[hold.month] = saved[1];
    }
    return did == may && (did || err.code == ERR_LIMIT);
}

static bool do_settle(struct quota *quota, int number)
{
    struct hold *hold = &holds[number];
    struct quota_amounts amounts = { { draw(40) } };
    bool is_void = draw(4) == 0;
    bool ok = quota_settle(quota, key_of(number), is_void ? NULL : &amounts, &err);
    if (hold->is_open) {
        int64_t used = is_void ? 0 : amounts.of[0] > hold->amount ? hold->amount : amounts.of[0];
        each[hold->user][hold->month].reserved -= hold->amount;
        each[hold->user][hold->month].used += used;
        all[hold->month].reserved -= hold->amount;
        all[hold->month].used += used;
        hold->is_open = false;
    }
    return ok;
}

static bool is_same(struct quota *quota, const struct calendar_site *site)
{
    bool same = true;
    for (int month = 0; month < MONTHS; month++) {
        for (int user = 0; user <= USERS; user++) {
            const struct counter *want = user < USERS ? &each[user][month] : &all[month];
            struct quota_use use;
            if (!want->is_there) {
                continue;
            }
            same = same && quota_use_of(quota, site, &rules[user < USERS ? 0 : 1],
                                        str_of(user < USERS ? users[user] : "all"), 0,
                                        month_at(month), &use, &err);
            same = same && use.state.used == want->used && use.state.reserved == want->reserved &&
                   use.state.carried == want->carried;
        }
    }
    return same;
}

int main(int argc, char **argv)
{
    char dsn[STORE_DSN_MAX];
    struct db *db = NULL;
    struct quota *quota = NULL;
    struct calendar_site site = { .zone = calendar_zone_utc(), .week_begins = 1 };
    bool good = true;
    seed = argc > 1 ? (uint64_t)argv[1][0] * 7919 + (uint64_t)strlen(argv[1]) : seed;
    store_make(dsn, folder_make());
    CHECK(db_open(&db, &(struct db_options){ .dsn = dsn }, &err) && quota_open(db, &quota, &err));
    for (int i = 0; good && i < OPERATIONS; i++) {
        int what = (int)draw(20);
        if (what < 10) {
            good = do_reserve(db, quota, &site, i);
        } else if (what < 18) {
            good = do_settle(quota, (int)draw(i + 1));
        } else if (what == 18) {
            rules[0].most = 20 + draw(60);
        } else {
            int user = (int)draw(USERS);
            int month = (int)draw(MONTHS);
            good = quota_reset(quota, &site, &rules[0], str_of(users[user]), month_at(month), &err);
            each[user][month].used = 0;
        }
        if (good && i % 50 == 0) {
            good = is_same(quota, &site);
        }
        if (!good) {
            printf("# operation %d: %s\n", i, err.text);
        }
    }
    CHECK(good);
    CHECK(is_same(quota, &site));
    quota_close(&quota);
    db_close(&db);
    folder_end();
    return tap_done();
}
