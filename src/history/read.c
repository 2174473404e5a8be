// read: rows one after the other, for replays, and the counters that policy asks for.

#include "history/body.h"
#include "history/history_int.h"

enum { READ_ARENA = 64 << 10 };

// Times never fall along the numbers, which have no gap: halving finds the first at or after.
bool history_number_at(struct history *history, int64_t at, int64_t *number, struct err *err)
{
    int64_t last;
    int64_t last_at;
    if (!history_store_last(history, &last, &last_at, err)) {
        return false;
    }
    if (at <= 0) {
        *number = 1;
        return true;
    }
    int64_t low = 0; // is before
    int64_t high = last + 1;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        int64_t middle_at;
        bool found;
        if (!history_store_int(history, HISTORY_SQL_AT_OF, middle, &middle_at, &found, err)) {
            return false;
        }
        if (!found) {
            return err_set(err, ERR_INTERNAL, "row %lld of the history is missing",
                           (long long)middle);
        }
        if (middle_at < at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *number = high;
    return true;
}

// The first number past the range, and the one to begin after.
static bool read_bounds(struct history *history, struct history_range *range, int64_t *end,
                        struct err *err)
{
    int64_t begin;
    if (range->after == 0) {
        if (!history_number_at(history, range->from, &begin, err)) {
            return false;
        }
        range->after = begin - 1;
    }
    return history_number_at(history, range->until == 0 ? INT64_MAX : range->until, end, err);
}

static bool read_row(const struct db_stmt *stmt, const struct history_range *range,
                     struct arena *arena, struct history_row *row, history_each *each, void *arg,
                     struct err *err)
{
    int64_t number = db_col_int(stmt, 0);
    if (!history_body_read(db_col_bytes(stmt, 1), range->lines ? arena : NULL, row, err)) {
        return err_in(err, "row %lld", (long long)number);
    }
    row->number = number;
    bool ok = (row->refers != 0 && !range->all) || each(arg, row, err);
    if (range->lines) {
        arena_reset(arena);
    }
    return ok;
}

bool history_read(struct history *history, struct history_range *range, size_t most,
                  history_each *each, void *arg, bool *done, int64_t *left, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(READ_ARENA);
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_BODIES];
    struct history_row row;
    int64_t end;
    bool is_row = true;
    if (!read_bounds(history, range, &end, err)) {
        return false;
    }
    int64_t stop = end - range->after > (int64_t)most ? range->after + (int64_t)most + 1 : end;
    db_bind_int(stmt, 1, range->after);
    db_bind_int(stmt, 2, stop);
    while (is_row) {
        if (!db_step(stmt, &is_row, err)) {
            return false;
        }
        if (is_row && !read_row(stmt, range, &arena, &row, each, arg, err)) {
            db_reset(stmt);
            return false;
        }
    }
    range->after = stop - 1 > range->after ? stop - 1 : range->after;
    *left = end - 1 > range->after ? end - 1 - range->after : 0;
    *done = *left == 0;
    return true;
}

// ---- counters ----------------------------------------------------------------------------------

static void read_bind_span(struct db_stmt *stmt, int64_t person, int64_t since, int64_t until)
{
    db_bind_int(stmt, 1, person);
    db_bind_int(stmt, 2, since);
    db_bind_int(stmt, 3, until == 0 ? INT64_MAX : until);
}

static bool read_counts(struct history *history, enum history_sql which, int64_t person,
                        int64_t since, int64_t until, struct history_counts *counts,
                        struct err *err)
{
    struct db_stmt *stmt = history->stmts[which];
    struct money part;
    bool row;
    read_bind_span(stmt, person, since, until);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    counts->jobs += db_col_int(stmt, 0);
    counts->pages += db_col_int(stmt, 1);
    counts->color_pages += db_col_int(stmt, 2);
    counts->sheets += db_col_int(stmt, 3);
    struct money millions = { db_col_int(stmt, 4) };
    struct money rest = { db_col_int(stmt, 5) };
    db_reset(stmt);
    return (money_scale(millions, 1000000, 1, &part) && money_sum(part, rest, &part) &&
            money_sum(counts->amount, part, &counts->amount)) ||
           err_set(err, ERR_LIMIT, "what was charged adds up to more than can be counted");
}

bool history_count(struct history *history, struct str person, int64_t since, int64_t until,
                   struct history_counts *counts, struct err *err)
{
    int64_t id;
    *counts = (struct history_counts){ 0 };
    if (!history_store_person(history, person, false, &id, err)) {
        return false;
    }
    return id == 0 || (read_counts(history, HISTORY_SQL_COUNT_OF, id, since, until, counts, err) &&
                       read_counts(history, HISTORY_SQL_OPEN_COUNT, id, since, until, counts, err));
}

static bool read_same(struct history *history, enum history_sql which, int64_t person,
                      int64_t digest, int64_t since, int64_t until, int64_t *count, struct err *err)
{
    struct db_stmt *stmt = history->stmts[which];
    bool row;
    read_bind_span(stmt, person, since, until);
    db_bind_int(stmt, 4, digest);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *count += db_col_int(stmt, 0);
    db_reset(stmt);
    return true;
}

bool history_count_same(struct history *history, struct str person, struct str digest,
                        int64_t since, int64_t until, int64_t *count, struct err *err)
{
    int64_t same = history_digest(digest);
    int64_t id;
    *count = 0;
    if (!history_store_person(history, person, false, &id, err)) {
        return false;
    }
    return id == 0 || same == 0 ||
           (read_same(history, HISTORY_SQL_SAME_OF, id, same, since, until, count, err) &&
            read_same(history, HISTORY_SQL_OPEN_SAME, id, same, since, until, count, err));
}
