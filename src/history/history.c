// history: see history.h. What is written; forget.c takes names out of it.

#include "history/body.h"
#include "history/history_int.h"

#include "base/buf.h"
#include "base/mem.h"
#include <stdlib.h>

static const char *const history_outcomes[HISTORY_OUTCOME_COUNT] = {
    [HISTORY_CHARGED] = "charged", [HISTORY_VOIDED] = "voided",   [HISTORY_DENIED] = "denied",
    [HISTORY_LAPSED] = "lapsed",   [HISTORY_REFUSED] = "refused", [HISTORY_CORRECTED] = "corrected",
};

const char *history_outcome_name(enum history_outcome outcome)
{
    return history_outcomes[outcome];
}

bool history_outcome_read(struct str name, enum history_outcome *outcome)
{
    for (int i = HISTORY_CHARGED; i < HISTORY_OUTCOME_COUNT; i++) {
        if (str_eq(name, str_of(history_outcomes[i]))) {
            *outcome = (enum history_outcome)i;
            return true;
        }
    }
    return false;
}

bool history_open(struct db *db, struct history **history, struct err *err)
{
    OWN(history_close) struct history *made = mem_new(sizeof(*made));
    made->db = db;
    made->body = BUF_CAP(HISTORY_BODY_MAX);
    made->ids = ARENA_CAP(1 << 20);
    if (!history_store_open(made, err)) {
        return false;
    }
    *history = made;
    made = NULL;
    return true;
}

void history_close(struct history **history)
{
    if (*history == NULL) {
        return;
    }
    for (int i = 0; i < HISTORY_SQL_COUNT; i++) {
        db_finish(&(*history)->stmts[i]);
    }
    buf_free(&(*history)->body);
    map_free(&(*history)->names);
    arena_free(&(*history)->ids);
    free(*history);
    *history = NULL;
}

bool history_clock(struct history *history, int64_t now, int64_t *at, struct err *err)
{
    int64_t number;
    int64_t last;
    if (!history_store_last(history, &number, &last, err)) {
        return false;
    }
    *at = now > last ? now : last;
    return true;
}

int64_t history_digest(struct str digest)
{
    uint64_t value = 0;
    if (digest.len < sizeof(value)) {
        return 0;
    }
    memcpy(&value, digest.ptr, sizeof(value)); // any bytes in any order: they are only compared
    return (int64_t)value;
}

static int64_t history_cap(uint64_t value)
{
    return value > INT32_MAX ? INT32_MAX : (int64_t)value; // sums of a hundred million fit
}

// The numbers of a row but for number and names.
static void history_numbers(const struct history_row *row, struct history_narrow *narrow)
{
    struct work_sums sums = work_sums(&row->work);
    *narrow = (struct history_narrow){ .at = row->at,
                                       .entry = row->entry,
                                       .refers = row->refers,
                                       .outcome = row->outcome,
                                       .amount = row->amount.units,
                                       .first = row->amount.units,
                                       .real_cost = row->real_cost.units,
                                       .digest = history_digest(row->work.digest) };
    if (row->outcome == HISTORY_CHARGED) {
        narrow->pages = history_cap(sums.pages);
        narrow->color_pages = history_cap(sums.color_pages);
        narrow->sheets = history_cap(sums.sheets);
    }
    if (row->leg_count > 0) {
        narrow->first = row->legs[0].amount.units;
        narrow->legs = (int64_t)row->leg_count - 1;
    }
}

const char *const history_purses[HISTORY_PURSES] = { HISTORY_USER, "allotment:" };

bool history_is_of(struct str account, const char *kind, struct str person)
{
    size_t len = strlen(kind);
    return account.len == len + person.len && memcmp(account.ptr, kind, len) == 0 &&
           memcmp(account.ptr + len, person.ptr, person.len) == 0;
}

struct str history_purse(struct arena *arena, const char *kind, struct str person)
{
    return str_of(arena_textf(arena, "%s%.*s", kind, (int)person.len, person.ptr));
}

// Whose it is: as it was taken, as what it corrects, or of that name.
static bool history_person(struct history *history, const struct history_row *row, int64_t *id,
                           struct err *err)
{
    bool found;
    if (row->refers != 0) {
        return history_store_int(history, HISTORY_SQL_PERSON_OF, row->refers, id, &found, err);
    }
    *id = row->person;
    return *id != 0 || history_store_person(history, row->work.user, true, id, err);
}

// An account that was the person's has the person's name of now.
static bool history_account(struct history *history, const struct history_row *row,
                            struct str account, int64_t *id, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    bool is_paid = history_is_of(account, HISTORY_USER, row->work.user);
    int64_t then = row->person;
    struct str name;
    if (row->person != 0 && is_paid) {
        *id = row->person;
        return true;
    }
    if (row->person != 0 && history_is_of(account, history_purses[1], row->work.user) &&
        !history_store_person(history, row->work.user, false, &then, err)) {
        return false;
    }
    if (then == row->person) {
        return history_store_name(history, account, id, err);
    }
    if (!history_name_of(history, row->person, &arena, &name, err)) {
        return false;
    }
    const size_t prefix = sizeof(HISTORY_USER) - 1;
    name = (struct str){ name.ptr + prefix, name.len - prefix };
    return history_store_name(history, history_purse(&arena, history_purses[1], name), id, err);
}

static bool history_names(struct history *history, const struct history_row *row,
                          struct history_narrow *narrow, struct err *err)
{
    struct str payer = row->leg_count > 0 ? row->legs[0].account : STR("");
    return history_person(history, row, &narrow->person, err) &&
           history_store_name(history, row->work.department, &narrow->department, err) &&
           history_store_name(history, row->work.queue, &narrow->queue, err) &&
           history_store_name(history, row->work.printer, &narrow->printer, err) &&
           history_account(history, row, payer, &narrow->payer, err);
}

static bool history_legs(struct history *history, const struct history_row *row, struct err *err)
{
    for (size_t i = 1; i < row->leg_count; i++) {
        int64_t account;
        if (!history_account(history, row, row->legs[i].account, &account, err) ||
            !history_store_leg(history, row->number, (int64_t)i, account, row->legs[i].amount.units,
                               err)) {
            return false;
        }
    }
    return true;
}

// The legs are what was paid: their sum is the amount.
static bool history_check(const struct history_row *row, struct err *err)
{
    struct money sum = { 0 };
    for (size_t i = 0; i < row->leg_count; i++) {
        if (!money_sum(sum, row->legs[i].amount, &sum)) {
            return err_set(err, ERR_LIMIT, "what a work costs is past all bounds");
        }
    }
    return (row->leg_count == 0 && row->amount.units == 0) || sum.units == row->amount.units ||
           err_set(err, ERR_INTERNAL, "the legs of a work are not its amount");
}

bool history_pack(struct history *history, const struct history_row *row, struct str *body,
                  struct err *err)
{
    history->body.len = 0;
    history->body.fault = false;
    if (!history_body_write(row, &history->body, err)) {
        return false;
    }
    *body = buf_str(&history->body);
    return true;
}

bool history_add(struct history *history, struct history_row *row, struct err *err)
{
    struct history_narrow narrow;
    struct str body;
    int64_t number;
    int64_t last;
    bool added;
    bool once = row->entry == 0;
    if (!history_check(row, err) || !history_store_last(history, &number, &last, err)) {
        return false;
    }
    row->number = number + 1;
    row->at = row->at > last ? row->at : last;
    history_numbers(row, &narrow);
    narrow.number = row->number;
    if (!history_names(history, row, &narrow, err) ||
        !history_store_add(history, &narrow, once ? row->key : NULL, &added, err)) {
        return false;
    }
    if (!added) {
        row->number = 0;
        return true;
    }
    return history_pack(history, row, &body, err) &&
           history_store_body(history, HISTORY_SQL_BODY_ADD, row->number, body, err) &&
           history_legs(history, row, err);
}

bool history_begin(struct history *history, const struct history_row *row, struct err *err)
{
    struct history_row charged = *row;
    struct history_narrow narrow;
    struct str body;
    charged.outcome = HISTORY_CHARGED; // what it would come to: counters see it
    history_numbers(&charged, &narrow);
    return history_store_person(history, row->work.user, true, &narrow.person, err) &&
           history_pack(history, &charged, &body, err) &&
           history_store_begin(history, &narrow, body, err);
}

bool history_take(struct history *history, int64_t pending, struct arena *arena,
                  struct history_row *row, bool *found, struct err *err)
{
    struct str body;
    int64_t person;
    if (!history_store_body_get(history, HISTORY_SQL_OPEN_GET, pending, arena, &body, &person,
                                found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    if (!history_body_read(body, arena, row, err)) {
        return false;
    }
    row->number = 0;
    row->person = person;
    return history_store_end(history, pending, err);
}

bool history_correct(struct history *history, const struct history_correction *correction,
                     int64_t *number, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 * HISTORY_BODY_MAX);
    struct history_row work;
    bool found;
    if (!history_get(history, correction->of, &arena, &work, &found, err)) {
        return false;
    }
    if (!found || work.refers != 0) {
        return err_set(err, ERR_NOT_FOUND, "there is no work %lld in the history",
                       (long long)correction->of);
    }
    const struct history_leg leg = { correction->account, correction->amount };
    struct history_row row = { .at = correction->at,
                               .entry = correction->entry,
                               .refers = correction->of,
                               .outcome = HISTORY_CORRECTED,
                               .job = work.job,
                               .why = correction->why,
                               .work = { .kind = work.work.kind,
                                         .queue = work.work.queue,
                                         .printer = work.work.printer,
                                         .at = work.work.at,
                                         .user = work.work.user,
                                         .department = work.work.department },
                               .amount = correction->amount,
                               .price_version = work.price_version,
                               .legs = &leg,
                               .leg_count = 1 };
    memcpy(row.key, work.key, sizeof(row.key));
    if (!history_add(history, &row, err)) {
        return false;
    }
    *number = row.number;
    return true;
}

// ---- other names --------------------------------------------------------------------------------

static bool history_move(struct history *history, enum history_sql which, int64_t from, int64_t to,
                         struct err *err)
{
    struct db_stmt *stmt = history->stmts[which];
    db_unexpect_all(history->stmts[HISTORY_SQL_OPEN_GET]);
    db_bind_int(stmt, 1, from);
    db_bind_int(stmt, 2, to);
    return db_run(stmt, err);
}

bool history_rename(struct history *history, struct str from, struct str to, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    for (size_t k = 0; k < HISTORY_PURSES; k++) {
        struct str name = history_purse(&arena, history_purses[k], to);
        int64_t old;
        int64_t new;
        if (!history_store_name_find(history, history_purse(&arena, history_purses[k], from), &old,
                                     err) ||
            !history_store_name_find(history, name, &new, err)) {
            return false;
        }
        bool ok = old == 0 || old == new ? true
                  : new == 0             ? history_store_rename(history, old, name, err)
                  : k == 0 ? history_move(history, HISTORY_SQL_MOVE_WORKS, old, new, err) &&
                                 history_move(history, HISTORY_SQL_MOVE_OPEN, old, new, err)
                           : true;
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool history_is_busy(struct history *history, int64_t person, bool *has, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_OPEN_COUNT];
    db_bind_int(stmt, 1, person);
    db_bind_int(stmt, 2, 0);
    db_bind_int(stmt, 3, INT64_MAX);
    if (!db_step(stmt, has, err)) {
        return false;
    }
    *has = *has && db_col_int(stmt, 0) > 0;
    db_reset(stmt);
    return true;
}

bool history_has_open(struct history *history, struct str person, bool *has, struct err *err)
{
    int64_t id;
    *has = false;
    return history_store_person(history, person, false, &id, err) &&
           (id == 0 || history_is_busy(history, id, has, err));
}
