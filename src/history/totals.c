// totals: sums by name over a time, in slices. What one slice says is added to what is held; where
// there are more names than may be held, those that come last are dropped and asked for again.

#include "history/history_int.h"

#include "base/map.h"
#include "base/mem.h"
#include <stdlib.h>

enum { TOTALS_HELD = 2 * HISTORY_SUMS_MOST };

struct history_totals {
    enum history_by by;
    int64_t from;
    int64_t until;
    int64_t from_name; // exclusive
    int64_t to_name;   // exclusive: names from here on were dropped; INT64_MAX: none
    int64_t next;      // number; 0: not begun
    int64_t end;
    struct map places;        // by name, into sums
    struct history_sum *sums; // owned, TOTALS_HELD
    size_t count;
};

static const enum history_sql totals_sql[] = {
    [HISTORY_BY_ALL] = HISTORY_SQL_SUM_ALL,
    [HISTORY_BY_DEPARTMENT] = HISTORY_SQL_SUM_DEPARTMENT,
    [HISTORY_BY_USER] = HISTORY_SQL_SUM_USER,
    [HISTORY_BY_QUEUE] = HISTORY_SQL_SUM_QUEUE,
    [HISTORY_BY_PRINTER] = HISTORY_SQL_SUM_PRINTER,
    [HISTORY_BY_ACCOUNT] = HISTORY_SQL_SUM_ACCOUNT,
};

struct history_totals *history_totals_new(enum history_by by, int64_t from, int64_t until,
                                          int64_t from_name)
{
    struct history_totals *totals = mem_new(sizeof(*totals));
    totals->by = by;
    totals->from = from;
    totals->until = until;
    totals->from_name = from_name;
    totals->to_name = INT64_MAX;
    totals->sums = mem_new(TOTALS_HELD * sizeof(*totals->sums));
    return totals;
}

void history_totals_free(struct history_totals **totals)
{
    if (*totals != NULL) {
        map_free(&(*totals)->places);
        free((*totals)->sums);
        free(*totals);
        *totals = NULL;
    }
}

static int totals_by_name(const void *a, const void *b)
{
    const struct history_sum *left = a;
    const struct history_sum *right = b;
    return (left->name > right->name) - (left->name < right->name);
}

// Drops the names that come last.
static void totals_prune(struct history_totals *totals, size_t most)
{
    if (totals->count <= most) {
        return;
    }
    qsort(totals->sums, totals->count, sizeof(*totals->sums), totals_by_name);
    totals->to_name = totals->sums[most].name;
    totals->count = most;
    map_free(&totals->places);
    for (size_t i = 0; i < most; i++) {
        map_set(&totals->places, map_key(&totals->sums[i].name, sizeof(int64_t)), &totals->sums[i]);
    }
}

static struct history_sum *totals_place(struct history_totals *totals, int64_t name)
{
    if (name <= totals->from_name || name >= totals->to_name) {
        return NULL;
    }
    struct history_sum *sum = map_find(&totals->places, map_key(&name, sizeof(name)));
    if (sum != NULL) {
        return sum;
    }
    if (totals->count == TOTALS_HELD) {
        totals_prune(totals, HISTORY_SUMS_MOST);
        if (name >= totals->to_name) {
            return NULL;
        }
    }
    sum = &totals->sums[totals->count++];
    *sum = (struct history_sum){ .name = name };
    map_set(&totals->places, map_key(&name, sizeof(name)), sum);
    return sum;
}

static bool totals_add_money(struct money *sum, int64_t millions, int64_t rest, struct err *err)
{
    struct money part;
    return (money_scale((struct money){ millions }, 1000000, 1, &part) &&
            money_sum(part, (struct money){ rest }, &part) && money_sum(*sum, part, sum)) ||
           err_set(err, ERR_LIMIT, "what was charged adds up to more than can be counted");
}

static bool totals_add(struct history_totals *totals, const struct db_stmt *stmt, struct err *err)
{
    struct history_sum *sum = totals_place(totals, db_col_int(stmt, 0));
    if (sum == NULL) {
        return true;
    }
    sum->works += db_col_int(stmt, 1);
    sum->pages += db_col_int(stmt, 2);
    sum->color_pages += db_col_int(stmt, 3);
    sum->sheets += db_col_int(stmt, 4);
    return totals_add_money(&sum->amount, db_col_int(stmt, 5), db_col_int(stmt, 6), err) &&
           totals_add_money(&sum->real_cost, db_col_int(stmt, 7), db_col_int(stmt, 8), err);
}

static bool totals_slice(struct history *history, struct history_totals *totals,
                         enum history_sql which, int64_t stop, struct err *err)
{
    struct db_stmt *stmt = history->stmts[which];
    bool row = true;
    db_bind_int(stmt, 1, totals->next);
    db_bind_int(stmt, 2, stop);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && !totals_add(totals, stmt, err)) {
            db_reset(stmt);
            return false;
        }
    }
    return true;
}

bool history_totals_step(struct history *history, struct history_totals *totals, size_t most,
                         bool *done, int64_t *left, struct err *err)
{
    if (totals->next == 0 &&
        (!history_number_at(history, totals->from, &totals->next, err) ||
         !history_number_at(history, totals->until == 0 ? INT64_MAX : totals->until, &totals->end,
                            err))) {
        totals->next = 0;
        return false;
    }
    int64_t stop =
        totals->end - totals->next > (int64_t)most ? totals->next + (int64_t)most : totals->end;
    if (stop > totals->next &&
        (!totals_slice(history, totals, totals_sql[totals->by], stop, err) ||
         (totals->by == HISTORY_BY_ACCOUNT &&
          !totals_slice(history, totals, HISTORY_SQL_SUM_LEGS, stop, err)))) {
        return false;
    }
    totals->next = stop > totals->next ? stop : totals->next;
    *left = totals->end > totals->next ? totals->end - totals->next : 0;
    *done = *left == 0;
    if (*done) {
        totals_prune(totals, HISTORY_SUMS_MOST);
    }
    return true;
}

const struct history_sum *history_totals_of(const struct history_totals *totals, size_t *count,
                                            bool *more)
{
    *count = totals->count;
    *more = totals->to_name != INT64_MAX;
    return totals->sums;
}

bool history_name_of(struct history *history, int64_t name, struct arena *arena, struct str *text,
                     struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_NAME_OF];
    bool row;
    *text = STR("");
    if (name == 0) {
        return true;
    }
    db_bind_int(stmt, 1, name);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (row) {
        *text = arena_copy(arena, db_col_text(stmt, 0));
    }
    db_reset(stmt);
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "the names asked for are too big together");
}
