// page: single rows, and pages of them for people.

#include "history/body.h"
#include "history/history_int.h"

enum { PAGE_LOOK_MOST = 20000 };

static bool page_row(struct str body, struct arena *arena, int64_t number, struct history_row *row,
                     struct err *err)
{
    row->number = number;
    return history_body_read(body, arena, row, err) || err_in(err, "row %lld", (long long)number);
}

bool history_get(struct history *history, int64_t number, struct arena *arena,
                 struct history_row *row, bool *found, struct err *err)
{
    struct str body;
    return history_store_body_get(history, HISTORY_SQL_BODY_GET, number, arena, &body, &number,
                                  found, err) &&
           (!*found || page_row(body, arena, number, row, err));
}

bool history_find(struct history *history, int64_t entry, struct arena *arena,
                  struct history_row *row, bool *found, struct err *err)
{
    struct str body;
    int64_t number;
    return history_store_body_get(history, HISTORY_SQL_BY_ENTRY, entry, arena, &body, &number,
                                  found, err) &&
           (!*found || page_row(body, arena, number, row, err));
}

bool history_corrected(struct history *history, int64_t number, struct money *sum, struct err *err)
{
    bool found;
    return history_store_int(history, HISTORY_SQL_CORRECTED, number, &sum->units, &found, err);
}

// ---- pages -------------------------------------------------------------------------------------

// A filter by the numbers of its names.
struct page_want {
    int64_t person; // 0: any, as all
    int64_t department;
    int64_t queue;
    int64_t printer;
    int64_t account;
    int64_t outcome;
    int64_t low; // numbers
    int64_t high;
};

// *none: a name that nobody bears: nothing can match.
static bool page_name(struct history *history, struct str text, int64_t *id, bool *none,
                      struct err *err)
{
    if (!history_store_name_find(history, text, id, err)) {
        return false;
    }
    *none = *none || (text.len > 0 && *id == 0);
    return true;
}

static bool page_want(struct history *history, const struct history_filter *filter, int64_t before,
                      struct page_want *want, bool *none, struct err *err)
{
    *want = (struct page_want){ .outcome = filter->outcome };
    if (!history_store_person(history, filter->person, false, &want->person, err)) {
        return false;
    }
    *none = filter->person.len > 0 && want->person == 0;
    if (!page_name(history, filter->department, &want->department, none, err) ||
        !page_name(history, filter->queue, &want->queue, none, err) ||
        !page_name(history, filter->printer, &want->printer, none, err) ||
        !page_name(history, filter->account, &want->account, none, err) ||
        !history_number_at(history, filter->since, &want->low, err) ||
        !history_number_at(history, filter->until == 0 ? INT64_MAX : filter->until, &want->high,
                           err)) {
        return false;
    }
    if (before > 0 && before < want->high) {
        want->high = before;
    }
    return true;
}

static bool page_leg_is(struct history *history, int64_t number, int64_t account, bool *is,
                        struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_LEG_IS];
    bool row;
    db_bind_int(stmt, 1, number);
    db_bind_int(stmt, 2, account);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *is = db_col_int(stmt, 0) > 0;
    db_reset(stmt);
    return true;
}

static bool page_matches(struct history *history, const struct page_want *want,
                         const struct history_narrow *row, bool *matches, struct err *err)
{
    *matches = (want->person == 0 || row->person == want->person) &&
               (want->department == 0 || row->department == want->department) &&
               (want->queue == 0 || row->queue == want->queue) &&
               (want->printer == 0 || row->printer == want->printer) &&
               (want->outcome == 0 || row->outcome == want->outcome);
    if (!*matches || want->account == 0 || row->payer == want->account) {
        return true;
    }
    *matches = false;
    return row->legs == 0 || page_leg_is(history, row->number, want->account, matches, err);
}

static bool page_bind(struct history *history, const struct page_want *want, struct db_stmt **stmt,
                      struct err *err)
{
    *stmt = history->stmts[want->person == 0 ? HISTORY_SQL_ROWS : HISTORY_SQL_ROWS_OF];
    if (want->person != 0) {
        int64_t at;
        bool found;
        if (!history_store_int(history, HISTORY_SQL_AT_OF, want->high, &at, &found, err)) {
            return false;
        }
        db_bind_int(*stmt, 4, want->person);
        db_bind_int(*stmt, 5, found ? at : INT64_MAX);
    }
    db_bind_int(*stmt, 1, want->high);
    db_bind_int(*stmt, 2, want->low);
    db_bind_int(*stmt, 3, PAGE_LOOK_MOST);
    return true;
}

// The numbers of the rows that match; *next as of history_page.
static bool page_numbers(struct history *history, const struct page_want *want, size_t most,
                         int64_t *numbers, size_t *count, int64_t *next, struct err *err)
{
    struct history_narrow narrow = { 0 };
    struct db_stmt *stmt;
    size_t looked = 0;
    bool row = true;
    *count = 0;
    if (!page_bind(history, want, &stmt, err)) {
        return false;
    }
    while (*count < most && row) {
        bool matches = false;
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (!row) {
            break;
        }
        looked++;
        history_store_narrow_read(stmt, &narrow);
        if (!page_matches(history, want, &narrow, &matches, err)) {
            db_reset(stmt);
            return false;
        }
        if (matches) {
            numbers[(*count)++] = narrow.number;
        }
    }
    db_reset(stmt);
    bool more = looked == PAGE_LOOK_MOST || (row && *count == most);
    *next = more && narrow.number > want->low ? narrow.number : 0;
    return true;
}

bool history_page(struct history *history, const struct history_filter *filter, int64_t before,
                  size_t most, struct arena *arena, struct history_row *rows, size_t *count,
                  int64_t *next, struct err *err)
{
    int64_t numbers[HISTORY_PAGE_MOST];
    struct page_want want;
    bool none;
    most = most > HISTORY_PAGE_MOST ? HISTORY_PAGE_MOST : most;
    *count = 0;
    *next = 0;
    if (!page_want(history, filter, before, &want, &none, err)) {
        return false;
    }
    if (none || want.high <= want.low) {
        return true;
    }
    if (!page_numbers(history, &want, most, numbers, count, next, err)) {
        return false;
    }
    for (size_t i = 0; i < *count; i++) {
        bool found;
        if (!history_get(history, numbers[i], arena, &rows[i], &found, err)) {
            return false;
        }
        if (!found) {
            return err_set(err, ERR_INTERNAL, "row %lld of the history is missing",
                           (long long)numbers[i]);
        }
    }
    return true;
}
