// history_db: see history_db.h.

#include "dme/history_db.h"

#include "base/mem.h"

#include <stdlib.h>

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static const struct {
    int64_t step_ms;
    int64_t keep_ms;
} levels[] = {
    { MINUTE_MS, 2 * DAY_MS },
    { HOUR_MS, 60 * DAY_MS },
    { DAY_MS, 5 * 365 * DAY_MS + DAY_MS },
};
enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };

static const struct db_migration steps[] = {
    { 1, NULL,
      "CREATE TABLE dme_device (name {text} PRIMARY KEY, told {bytes} NOT NULL,"
      " seen_at {integer} NOT NULL) {table};"
      "CREATE TABLE dme_series (id {id}, device {text} NOT NULL, name {text} NOT NULL,"
      " UNIQUE (device, name)) {table};"
      "CREATE TABLE dme_sample (series {integer} NOT NULL, level {integer} NOT NULL,"
      " at {integer} NOT NULL, least {integer} NOT NULL, most {integer} NOT NULL,"
      " last {integer} NOT NULL, sum {integer} NOT NULL, count {integer} NOT NULL,"
      " PRIMARY KEY (level, series, at)) {table};"
      "CREATE TABLE dme_fault (id {id}, device {text} NOT NULL, keyword {text} NOT NULL,"
      " text {text} NOT NULL, severity {integer} NOT NULL, began {integer} NOT NULL,"
      " ended {integer} NOT NULL, times {integer} NOT NULL) {table};"
      "CREATE INDEX dme_fault_device ON dme_fault (device, id);"
      "CREATE INDEX dme_fault_open ON dme_fault (device, keyword) WHERE ended = 0" },
};

struct history {
    struct db *db; // borrowed
    struct db_stmt *put_device;
    struct db_stmt *devices;
    struct db_stmt *add_series;
    struct db_stmt *find_series;
    struct db_stmt *series;
    struct db_stmt *put_sample;
    struct db_stmt *samples;
    struct db_stmt *before;
    struct db_stmt *change_fault;
    struct db_stmt *add_fault;
    struct db_stmt *end_fault;
    struct db_stmt *faults;
    struct db_stmt *next_series;
    struct db_stmt *forget_samples;
    struct db_stmt *forget_series;
    struct db_stmt *forget_faults;
    struct db_stmt *forget_devices;
    struct db_stmt *rows;
    int64_t forgot; // up to this series, in this round
};

static bool prepare_devices(struct history *h, struct err *err)
{
    return db_prepare(h->db, &h->put_device,
                      "INSERT INTO dme_device (name, told, seen_at) VALUES ($1, $2, $3)"
                      " ON CONFLICT (name) DO UPDATE SET told = excluded.told,"
                      " seen_at = excluded.seen_at",
                      err) &&
           db_prepare(h->db, &h->devices,
                      "SELECT name, told FROM dme_device WHERE name > $1 ORDER BY name LIMIT $2",
                      err) &&
           db_prepare(h->db, &h->forget_devices,
                      "DELETE FROM dme_device WHERE name IN (SELECT name FROM dme_device"
                      " WHERE seen_at < $1 LIMIT $2)",
                      err);
}

static bool prepare_samples(struct history *h, struct err *err)
{
    return db_prepare(h->db, &h->add_series,
                      "INSERT INTO dme_series (device, name) VALUES ($1, $2)"
                      " ON CONFLICT (device, name) DO NOTHING",
                      err) &&
           db_prepare(h->db, &h->find_series,
                      "SELECT id FROM dme_series WHERE device = $1 AND name = $2", err) &&
           db_prepare(h->db, &h->series,
                      "SELECT name FROM dme_series WHERE device = $1 ORDER BY name LIMIT $2",
                      err) &&
           db_prepare(h->db, &h->put_sample,
                      "INSERT INTO dme_sample (series, level, at, least, most, last, sum, count)"
                      " VALUES ($1, $2, $3, $4, $4, $4, $5, 1)"
                      " ON CONFLICT (level, series, at) DO UPDATE SET"
                      " least = CASE WHEN excluded.least < dme_sample.least THEN excluded.least"
                      " ELSE dme_sample.least END,"
                      " most = CASE WHEN excluded.most > dme_sample.most THEN excluded.most"
                      " ELSE dme_sample.most END,"
                      " last = excluded.last, sum = dme_sample.sum + excluded.sum,"
                      " count = dme_sample.count + 1",
                      err) &&
           db_prepare(h->db, &h->samples,
                      "SELECT at, least, most, last, sum, count FROM dme_sample"
                      " WHERE level = $1 AND series = $2 AND at >= $3 AND at < $4"
                      " ORDER BY at LIMIT $5",
                      err) &&
           db_prepare(h->db, &h->before,
                      "SELECT at, least, most, last, sum, count FROM dme_sample"
                      " WHERE level = $1 AND series = $2 AND at < $3 ORDER BY at DESC LIMIT 1",
                      err) &&
           db_prepare(h->db, &h->forget_samples,
                      "DELETE FROM dme_sample WHERE level = $1 AND series = $2 AND at < $3", err) &&
           db_prepare(h->db, &h->next_series,
                      "SELECT id FROM dme_series WHERE id > $1 ORDER BY id LIMIT 1", err) &&
           db_prepare(h->db, &h->forget_series,
                      "DELETE FROM dme_series WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM"
                      " dme_sample WHERE level = $2 AND series = $1)",
                      err) &&
           db_prepare(h->db, &h->rows, "SELECT COUNT(*) FROM dme_sample", err);
}

static bool prepare_faults(struct history *h, struct err *err)
{
    return db_prepare(h->db, &h->change_fault,
                      "UPDATE dme_fault SET severity = $3, times = $4 WHERE device = $1"
                      " AND keyword = $2 AND ended = 0",
                      err) &&
           db_prepare(h->db, &h->add_fault,
                      "INSERT INTO dme_fault (device, keyword, text, severity, began, ended, times)"
                      " VALUES ($1, $2, $3, $4, $5, 0, $6)",
                      err) &&
           db_prepare(h->db, &h->end_fault,
                      "UPDATE dme_fault SET ended = $3 WHERE device = $1 AND keyword = $2"
                      " AND ended = 0",
                      err) &&
           db_prepare(h->db, &h->faults,
                      "SELECT id, device, keyword, text, severity, began, ended, times"
                      " FROM dme_fault WHERE id < $1 AND ($2 = '' OR device = $2)"
                      " AND (ended = 0 OR ended >= $3) AND began < $4 AND ($5 = 0 OR ended = 0)"
                      " ORDER BY id DESC LIMIT $6",
                      err) &&
           db_prepare(h->db, &h->forget_faults,
                      "DELETE FROM dme_fault WHERE id IN (SELECT id FROM dme_fault"
                      " WHERE ended > 0 AND ended < $1 ORDER BY id LIMIT $2)",
                      err);
}

static bool open_part(struct db *db, void **part, struct err *err)
{
    struct history *made = mem_new(sizeof(*made));
    made->db = db;
    *part = made; // its statements go with the connection
    return prepare_devices(made, err) && prepare_samples(made, err) && prepare_faults(made, err);
}

static void close_part(void **part)
{
    free(*part);
    *part = NULL;
}

const struct store_part_kind dme_history_part = {
    .room = "dme",
    .steps = steps,
    .step_count = sizeof(steps) / sizeof(steps[0]),
    .open = open_part,
    .close = close_part,
};

// --- devices ------------------------------------------------------------------------------------

bool dme_history_put_device(struct history *history, struct str name, struct str told, int64_t now,
                            struct err *err)
{
    db_bind_text(history->put_device, 1, name);
    db_bind_bytes(history->put_device, 2, told.ptr, told.len);
    db_bind_int(history->put_device, 3, now);
    return db_run(history->put_device, err);
}

bool dme_history_devices(struct history *history, struct str after, size_t most,
                         struct arena *arena, struct history_device *devices, size_t *count,
                         struct err *err)
{
    struct db_stmt *stmt = history->devices;
    bool ok = true;
    size_t found = 0;
    db_bind_text(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    while (found < most && db_next(stmt, &ok, err)) {
        devices[found++] = (struct history_device){
            .name = arena_copy(arena, db_col_text(stmt, 0)),
            .told = arena_copy(arena, db_col_bytes(stmt, 1)),
        };
    }
    if (!ok) {
        return false;
    }
    db_reset(stmt);
    *count = found;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too many devices are kept");
}

// --- samples ------------------------------------------------------------------------------------

// 0: there is none.
static bool series_find(struct history *history, struct str device, struct str name, int64_t *id,
                        struct err *err)
{
    bool row = false;
    db_bind_text(history->find_series, 1, device);
    db_bind_text(history->find_series, 2, name);
    if (!db_step(history->find_series, &row, err)) {
        return false;
    }
    *id = row ? db_col_int(history->find_series, 0) : 0;
    db_reset(history->find_series);
    return true;
}

static bool series_need(struct history *history, struct str device, struct str name, int64_t *id,
                        struct err *err)
{
    if (!series_find(history, device, name, id, err) || *id != 0) {
        return *id != 0;
    }
    db_bind_text(history->add_series, 1, device);
    db_bind_text(history->add_series, 2, name);
    return db_run(history->add_series, err) && series_find(history, device, name, id, err);
}

bool dme_history_sample(struct history *history, const struct history_sample *sample,
                        struct err *err)
{
    int64_t series = 0;
    if (!series_need(history, sample->device, sample->series, &series, err)) {
        return false;
    }
    for (int level = 0; level < LEVELS; level++) {
        struct db_stmt *stmt = history->put_sample;
        db_bind_int(stmt, 1, series);
        db_bind_int(stmt, 2, level);
        db_bind_int(stmt, 3, sample->at - sample->at % levels[level].step_ms);
        db_bind_int(stmt, 4, sample->value);
        db_bind_int(stmt, 5, sample->gain);
        if (!db_run(stmt, err)) {
            return false;
        }
    }
    return true;
}

// The finest that reaches back so far, is asked for, and does not give more than can be told.
static int level_of(const struct history_span *span, int64_t now)
{
    int level = 0;
    while (level < LEVELS - 1 &&
           (span->from < now - levels[level].keep_ms || span->step_ms > levels[level].step_ms ||
            (span->until - span->from) / levels[level].step_ms > HISTORY_SAMPLES_MAX)) {
        level++;
    }
    return level;
}

static void read_point(const struct db_stmt *stmt, struct history_point *point)
{
    *point = (struct history_point){
        .at = db_col_int(stmt, 0),
        .least = db_col_int(stmt, 1),
        .most = db_col_int(stmt, 2),
        .last = db_col_int(stmt, 3),
        .sum = db_col_int(stmt, 4),
        .count = db_col_int(stmt, 5),
    };
}

// What held before the span; where the fine ones are gone already, a coarser one tells.
static bool read_before(struct history *history, int level, int64_t series, int64_t from,
                        struct history_point *first, struct err *err)
{
    *first = (struct history_point){ .count = 0 };
    for (; level < LEVELS && first->count == 0; level++) {
        bool row = false;
        db_bind_int(history->before, 1, level);
        db_bind_int(history->before, 2, series);
        db_bind_int(history->before, 3, from - from % levels[level].step_ms);
        if (!db_step(history->before, &row, err)) {
            return false;
        }
        if (row) {
            read_point(history->before, first);
            db_reset(history->before);
        }
    }
    return true;
}

bool dme_history_samples(struct history *history, struct history_span *span,
                         struct history_point *points, size_t *count, struct history_point *first,
                         struct err *err)
{
    int level = level_of(span, span->until);
    struct db_stmt *stmt = history->samples;
    int64_t series = 0;
    bool ok = true;
    size_t found = 0;
    *count = 0;
    *first = (struct history_point){ .count = 0 };
    span->step_ms = levels[level].step_ms;
    if (!series_find(history, span->device, span->series, &series, err)) {
        return false;
    }
    if (series == 0) {
        return true;
    }
    db_bind_int(stmt, 1, level);
    db_bind_int(stmt, 2, series);
    db_bind_int(stmt, 3, span->from - span->from % levels[level].step_ms);
    db_bind_int(stmt, 4, span->until);
    db_bind_int(stmt, 5, span->most > 0 ? (int64_t)span->most : HISTORY_SAMPLES_MAX);
    while (db_next(stmt, &ok, err)) {
        read_point(stmt, &points[found++]);
    }
    if (!ok) {
        return false;
    }
    *count = found;
    return read_before(history, level, series, span->from, first, err);
}

bool dme_history_series(struct history *history, struct str device, struct arena *arena,
                        struct str *series, size_t most, size_t *count, struct err *err)
{
    bool ok = true;
    size_t found = 0;
    db_bind_text(history->series, 1, device);
    db_bind_int(history->series, 2, (int64_t)most);
    while (db_next(history->series, &ok, err)) {
        series[found++] = arena_copy(arena, db_col_text(history->series, 0));
    }
    if (!ok) {
        return false;
    }
    *count = found;
    return true;
}

// --- faults -------------------------------------------------------------------------------------

bool dme_history_fault_put(struct history *history, const struct history_fault *fault,
                           struct err *err)
{
    db_bind_text(history->change_fault, 1, fault->device);
    db_bind_text(history->change_fault, 2, fault->keyword);
    db_bind_int(history->change_fault, 3, fault->severity);
    db_bind_int(history->change_fault, 4, fault->times);
    if (!db_run(history->change_fault, err)) {
        return false;
    }
    if (db_changes(history->db) > 0) {
        return true;
    }
    db_bind_text(history->add_fault, 1, fault->device);
    db_bind_text(history->add_fault, 2, fault->keyword);
    db_bind_text(history->add_fault, 3, fault->text);
    db_bind_int(history->add_fault, 4, fault->severity);
    db_bind_int(history->add_fault, 5, fault->began);
    db_bind_int(history->add_fault, 6, fault->times);
    return db_run(history->add_fault, err);
}

bool dme_history_fault_end(struct history *history, struct str device, struct str keyword,
                           int64_t now, struct err *err)
{
    db_bind_text(history->end_fault, 1, device);
    db_bind_text(history->end_fault, 2, keyword);
    db_bind_int(history->end_fault, 3, now);
    return db_run(history->end_fault, err);
}

bool dme_history_faults(struct history *history, const struct history_faults *asked, size_t most,
                        struct arena *arena, struct history_fault *faults, size_t *count,
                        struct err *err)
{
    struct db_stmt *stmt = history->faults;
    bool ok = true;
    size_t found = 0;
    db_bind_int(stmt, 1, asked->before > 0 ? asked->before : INT64_MAX);
    db_bind_text(stmt, 2, asked->device);
    db_bind_int(stmt, 3, asked->from);
    db_bind_int(stmt, 4, asked->until > 0 ? asked->until : INT64_MAX);
    db_bind_int(stmt, 5, asked->open_only);
    db_bind_int(stmt, 6, (int64_t)most);
    while (db_next(stmt, &ok, err)) {
        faults[found++] = (struct history_fault){
            .id = db_col_int(stmt, 0),
            .device = arena_copy(arena, db_col_text(stmt, 1)),
            .keyword = arena_copy(arena, db_col_text(stmt, 2)),
            .text = arena_copy(arena, db_col_text(stmt, 3)),
            .severity = db_col_int(stmt, 4),
            .began = db_col_int(stmt, 5),
            .ended = db_col_int(stmt, 6),
            .times = db_col_int(stmt, 7),
        };
    }
    if (!ok) {
        return false;
    }
    *count = found;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "more faults than can be told at a time");
}

// --- space --------------------------------------------------------------------------------------

static bool forget_series(struct history *history, int64_t series, int64_t now, struct err *err)
{
    for (int level = 0; level < LEVELS; level++) {
        db_bind_int(history->forget_samples, 1, level);
        db_bind_int(history->forget_samples, 2, series);
        db_bind_int(history->forget_samples, 3, now - levels[level].keep_ms);
        if (!db_run(history->forget_samples, err)) {
            return false;
        }
    }
    db_bind_int(history->forget_series, 1, series);
    db_bind_int(history->forget_series, 2, LEVELS - 1);
    return db_run(history->forget_series, err);
}

static bool next_series(struct history *history, int64_t *series, struct err *err)
{
    bool row = false;
    db_bind_int(history->next_series, 1, history->forgot);
    if (!db_step(history->next_series, &row, err)) {
        return false;
    }
    *series = row ? db_col_int(history->next_series, 0) : 0;
    db_reset(history->next_series);
    return true;
}

static bool forget_old(struct db_stmt *stmt, int64_t oldest, int64_t most, struct err *err)
{
    db_bind_int(stmt, 1, oldest);
    db_bind_int(stmt, 2, most);
    return db_run(stmt, err);
}

bool dme_history_forget(struct history *history, int64_t now, int64_t most, bool *more,
                        struct err *err)
{
    int64_t oldest = now - levels[LEVELS - 1].keep_ms;
    int64_t series = 0;
    for (int64_t at = 0; at < most; at++) {
        if (!next_series(history, &series, err) ||
            (series != 0 && !forget_series(history, series, now, err))) {
            return false;
        }
        history->forgot = series;
        if (series == 0) {
            break;
        }
    }
    *more = series != 0;
    return forget_old(history->forget_faults, oldest, most, err) &&
           forget_old(history->forget_devices, oldest, most, err);
}

bool dme_history_rows(struct history *history, int64_t *samples, struct err *err)
{
    bool row = false;
    if (!db_step(history->rows, &row, err)) {
        return false;
    }
    *samples = row ? db_col_int(history->rows, 0) : 0;
    db_reset(history->rows);
    return true;
}
