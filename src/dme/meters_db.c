// meters_db: see meters_db.h.

#include "dme/meters_db.h"

#include "base/mem.h"

#include <stdlib.h>

#define DAY_MS (24LL * 3600 * 1000)
#define KEEP_RAW_MS (40 * DAY_MS)
#define KEEP_MS (5 * 366 * DAY_MS)

static const struct db_migration steps[] = {
    { 1, NULL,
      "CREATE TABLE dme_meter_job (uuid {bytes} PRIMARY KEY, device {text} NOT NULL,"
      " began {integer} NOT NULL, ended {integer} NOT NULL, impressions {integer} NOT NULL,"
      " sheets {integer} NOT NULL) {table};"
      "CREATE INDEX dme_meter_job_ended ON dme_meter_job (ended);"
      "CREATE TABLE dme_meter_change (device {text} NOT NULL, until_at {integer} NOT NULL,"
      " from_at {integer} NOT NULL, counted {integer} NOT NULL, pages {integer} NOT NULL,"
      " least {integer} NOT NULL, most {integer} NOT NULL, caveats {integer} NOT NULL,"
      " unit {integer} NOT NULL, PRIMARY KEY (device, until_at)) {table};"
      "CREATE INDEX dme_meter_change_until ON dme_meter_change (until_at);"
      "CREATE TABLE dme_meter_mark (device {text} PRIMARY KEY, done_until {integer} NOT NULL)"
      " {table};"
      "CREATE TABLE dme_meter_gap (id {id}, device {text} NOT NULL, from_at {integer} NOT NULL,"
      " until_at {integer} NOT NULL, counted {integer} NOT NULL, tracked {integer} NOT NULL,"
      " untracked {integer} NOT NULL, caveats {integer} NOT NULL, unit {integer} NOT NULL)"
      " {table};"
      "CREATE INDEX dme_meter_gap_device ON dme_meter_gap (device, id);"
      "CREATE INDEX dme_meter_gap_until ON dme_meter_gap (until_at);"
      "CREATE TABLE dme_meter_day (device {text} NOT NULL, day {integer} NOT NULL,"
      " counted {integer} NOT NULL, tracked {integer} NOT NULL, untracked {integer} NOT NULL,"
      " back {integer} NOT NULL, unit {integer} NOT NULL, PRIMARY KEY (day, device)) {table}" },
};

struct meters_db {
    struct db *db; // borrowed
    struct db_stmt *find_job;
    struct db_stmt *put_job;
    struct db_stmt *jobs;
    struct db_stmt *put_change;
    struct db_stmt *changes;
    struct db_stmt *find_mark;
    struct db_stmt *put_mark;
    struct db_stmt *last_gap;
    struct db_stmt *gap_over;
    struct db_stmt *add_gap;
    struct db_stmt *grow_gap;
    struct db_stmt *drop_gap;
    struct db_stmt *add_day;
    struct db_stmt *gaps;
    struct db_stmt *sums;
    struct db_stmt *forget_jobs;
    struct db_stmt *forget_changes;
    struct db_stmt *forget_gaps;
    struct db_stmt *forget_days;
};

#define GAP_COLUMNS "id, device, from_at, until_at, counted, tracked, untracked, caveats, unit"

static bool prepare_tracked(struct meters_db *m, struct err *err)
{
    return db_prepare(m->db, &m->find_job,
                      "SELECT ended, impressions, sheets FROM dme_meter_job WHERE uuid = $1",
                      err) &&
           db_prepare(m->db, &m->put_job,
                      "INSERT INTO dme_meter_job (uuid, device, began, ended, impressions, sheets)"
                      " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (uuid) DO UPDATE SET"
                      " device = excluded.device, began = excluded.began, ended = excluded.ended,"
                      " impressions = excluded.impressions, sheets = excluded.sheets"
                      " WHERE excluded.ended > 0 OR excluded.began > dme_meter_job.began",
                      err) &&
           db_prepare(m->db, &m->jobs,
                      "SELECT uuid, device, began, ended, impressions, sheets FROM dme_meter_job"
                      " WHERE uuid > $1 AND (ended = 0 OR ended > $2) ORDER BY uuid LIMIT $3",
                      err) &&
           db_prepare(m->db, &m->put_change,
                      "INSERT INTO dme_meter_change (device, until_at, from_at, counted, pages,"
                      " least, most, caveats, unit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                      " ON CONFLICT (device, until_at) DO NOTHING",
                      err) &&
           db_prepare(m->db, &m->changes,
                      "SELECT c.device, c.until_at, c.from_at, c.counted, c.pages, c.least, c.most,"
                      " c.caveats, c.unit FROM dme_meter_change c LEFT JOIN dme_meter_mark m"
                      " ON m.device = c.device WHERE (c.device > $1 OR (c.device = $1"
                      " AND c.until_at > $2)) AND c.until_at > COALESCE(m.done_until, 0)"
                      " ORDER BY c.device, c.until_at LIMIT $3",
                      err);
}

static bool prepare_gaps(struct meters_db *m, struct err *err)
{
    return db_prepare(m->db, &m->find_mark,
                      "SELECT done_until FROM dme_meter_mark WHERE device = $1", err) &&
           db_prepare(m->db, &m->put_mark,
                      "INSERT INTO dme_meter_mark (device, done_until) VALUES ($1, $2)"
                      " ON CONFLICT (device) DO UPDATE SET done_until = excluded.done_until",
                      err) &&
           db_prepare(m->db, &m->last_gap,
                      "SELECT " GAP_COLUMNS " FROM dme_meter_gap WHERE device = $1"
                      " ORDER BY id DESC LIMIT 1",
                      err) &&
           db_prepare(m->db, &m->gap_over,
                      "SELECT " GAP_COLUMNS " FROM dme_meter_gap WHERE device = $1"
                      " AND from_at <= $3 AND until_at >= $2 AND untracked > 0"
                      " ORDER BY untracked DESC, id LIMIT 1",
                      err) &&
           db_prepare(m->db, &m->add_gap,
                      "INSERT INTO dme_meter_gap (device, from_at, until_at, counted, tracked,"
                      " untracked, caveats, unit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                      " RETURNING id",
                      err) &&
           db_prepare(m->db, &m->grow_gap,
                      "UPDATE dme_meter_gap SET until_at = $2, counted = $3, tracked = $4,"
                      " untracked = $5, caveats = $6 WHERE id = $1",
                      err) &&
           db_prepare(m->db, &m->drop_gap, "DELETE FROM dme_meter_gap WHERE id = $1", err) &&
           db_prepare(m->db, &m->add_day,
                      "INSERT INTO dme_meter_day (device, day, counted, tracked, untracked, back,"
                      " unit) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                      " ON CONFLICT (day, device) DO UPDATE SET"
                      " counted = dme_meter_day.counted + excluded.counted,"
                      " tracked = dme_meter_day.tracked + excluded.tracked,"
                      " untracked = dme_meter_day.untracked + excluded.untracked,"
                      " back = dme_meter_day.back + excluded.back, unit = excluded.unit",
                      err);
}

static bool prepare_lists(struct meters_db *m, struct err *err)
{
    return db_prepare(m->db, &m->gaps,
                      "SELECT " GAP_COLUMNS " FROM dme_meter_gap WHERE id < $1"
                      " AND ($2 = '' OR device = $2) AND until_at > $3 AND from_at < $4"
                      " ORDER BY id DESC LIMIT $5",
                      err) &&
           db_prepare(m->db, &m->sums,
                      "SELECT device, SUM(counted), SUM(tracked), SUM(untracked), SUM(back),"
                      " MAX(unit) FROM dme_meter_day WHERE day >= $1 AND day <= $2"
                      " AND ($3 = '' OR device = $3) GROUP BY device"
                      " ORDER BY SUM(untracked) DESC, device LIMIT $4",
                      err) &&
           db_prepare(m->db, &m->forget_jobs,
                      "DELETE FROM dme_meter_job WHERE uuid IN (SELECT uuid FROM dme_meter_job"
                      " WHERE ended > 0 AND ended < $1 LIMIT $2)",
                      err) &&
           db_prepare(m->db, &m->forget_changes, "DELETE FROM dme_meter_change WHERE until_at < $1",
                      err) &&
           db_prepare(m->db, &m->forget_gaps,
                      "DELETE FROM dme_meter_gap WHERE id IN (SELECT id FROM dme_meter_gap"
                      " WHERE until_at < $1 LIMIT $2)",
                      err) &&
           db_prepare(m->db, &m->forget_days, "DELETE FROM dme_meter_day WHERE day < $1", err);
}

static void close_part(void **part)
{
    struct meters_db *m = *part;
    struct db_stmt **const all[] = {
        &m->find_job,    &m->put_job,        &m->jobs,        &m->put_change,  &m->changes,
        &m->find_mark,   &m->put_mark,       &m->last_gap,    &m->gap_over,    &m->add_gap,
        &m->grow_gap,    &m->drop_gap,       &m->add_day,     &m->gaps,        &m->sums,
        &m->forget_jobs, &m->forget_changes, &m->forget_gaps, &m->forget_days,
    };
    for (size_t at = 0; at < sizeof(all) / sizeof(all[0]); at++) {
        db_finish(all[at]);
    }
    free(m);
    *part = NULL;
}

static bool open_part(struct db *db, void **part, struct err *err)
{
    struct meters_db *meters = mem_new(sizeof(*meters));
    meters->db = db;
    *part = meters;
    return prepare_tracked(meters, err) && prepare_gaps(meters, err) && prepare_lists(meters, err);
}

const struct store_part_kind dme_meters_part = {
    .room = "dme_meter",
    .steps = steps,
    .step_count = sizeof(steps) / sizeof(steps[0]),
    .open = open_part,
    .close = close_part,
};

// --- what came of it ----------------------------------------------------------------------------

static struct meters_gap gap_read(const struct db_stmt *stmt, struct arena *arena)
{
    return (struct meters_gap){
        .id = db_col_int(stmt, 0),
        .device = arena == NULL ? STR("") : arena_copy(arena, db_col_text(stmt, 1)),
        .gap = { .from = db_col_int(stmt, 2),
                 .until = db_col_int(stmt, 3),
                 .counted = db_col_int(stmt, 4),
                 .tracked = db_col_int(stmt, 5),
                 .untracked = db_col_int(stmt, 6),
                 .caveats = (uint32_t)db_col_int(stmt, 7),
                 .unit = (enum device_unit)db_col_int(stmt, 8) },
    };
}

static bool gap_first(struct db_stmt *stmt, struct meters_gap *gap, struct err *err)
{
    bool row = false;
    *gap = (struct meters_gap){ .id = 0 };
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (row) {
        *gap = gap_read(stmt, NULL);
    }
    db_reset(stmt);
    return true;
}

static bool day_add(struct meters_db *meters, const struct meters_sum *sum, int64_t at,
                    struct err *err)
{
    db_bind_text(meters->add_day, 1, sum->device);
    db_bind_int(meters->add_day, 2, at / DAY_MS);
    db_bind_int(meters->add_day, 3, sum->counted);
    db_bind_int(meters->add_day, 4, sum->tracked);
    db_bind_int(meters->add_day, 5, sum->untracked);
    db_bind_int(meters->add_day, 6, sum->back);
    db_bind_int(meters->add_day, 7, sum->unit);
    return db_run(meters->add_day, err);
}

static bool gap_change(struct meters_db *meters, const struct meters_gap *gap, struct err *err)
{
    struct db_stmt *stmt = meters->grow_gap;
    db_bind_int(stmt, 1, gap->id);
    db_bind_int(stmt, 2, gap->gap.until);
    db_bind_int(stmt, 3, gap->gap.counted);
    db_bind_int(stmt, 4, gap->gap.tracked);
    db_bind_int(stmt, 5, gap->gap.untracked);
    db_bind_int(stmt, 6, gap->gap.caveats);
    return db_run(stmt, err);
}

static bool gap_add(struct meters_db *meters, struct str device, const struct device_gap *gap,
                    struct meters_gap *last, struct err *err)
{
    struct db_stmt *stmt = meters->add_gap;
    const int64_t values[] = { gap->from,      gap->until,   gap->counted, gap->tracked,
                               gap->untracked, gap->caveats, gap->unit };
    bool row = false;
    db_bind_text(stmt, 1, device);
    for (int at = 0; at < 7; at++) {
        db_bind_int(stmt, at + 2, values[at]);
    }
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *last = (struct meters_gap){ .id = row ? db_col_int(stmt, 0) : 0, .gap = *gap };
    db_reset(stmt);
    return true;
}

// Copies that people make one by one are one gap.
static bool gap_put(struct meters_db *meters, struct str device, const struct device_gap *gap,
                    struct meters_gap *last, struct err *err)
{
    struct meters_gap before;
    db_bind_text(meters->last_gap, 1, device);
    if (!gap_first(meters->last_gap, &before, err)) {
        return false;
    }
    bool follows = before.id != 0 && before.gap.tracked == 0 && gap->tracked == 0 &&
                   before.gap.untracked > 0 && gap->untracked > 0 &&
                   gap->from >= before.gap.until &&
                   gap->from - before.gap.until <= METERS_MERGE_MS && before.gap.unit == gap->unit;
    if (!follows) {
        return gap_add(meters, device, gap, last, err);
    }
    before.gap.until = gap->until;
    before.gap.counted += gap->counted;
    before.gap.untracked += gap->untracked;
    before.gap.caveats |= gap->caveats;
    *last = before;
    return gap_change(meters, &before, err);
}

bool dme_meters_settle(struct meters_db *meters, const struct meters_settled *settled,
                       struct meters_gap *last, struct err *err)
{
    const struct device_reconciled *sums = &settled->sums;
    const struct meters_sum day = { .device = settled->device,
                                    .counted = sums->counted,
                                    .tracked = sums->tracked,
                                    .untracked = sums->untracked,
                                    .back = sums->unexplained_back,
                                    .unit = settled->unit };
    *last = (struct meters_gap){ .id = 0 };
    for (size_t at = 0; at < settled->gap_count; at++) {
        if (!gap_put(meters, settled->device, &settled->gaps[at], last, err)) {
            return false;
        }
    }
    db_bind_text(meters->put_mark, 1, settled->device);
    db_bind_int(meters->put_mark, 2, sums->done_until);
    return day_add(meters, &day, sums->done_until, err) && db_run(meters->put_mark, err);
}

// --- jobs ---------------------------------------------------------------------------------------

static bool mark_find(struct meters_db *meters, struct str device, int64_t *done, struct err *err)
{
    bool row = false;
    db_bind_text(meters->find_mark, 1, device);
    if (!db_step(meters->find_mark, &row, err)) {
        return false;
    }
    *done = row ? db_col_int(meters->find_mark, 0) : 0;
    db_reset(meters->find_mark);
    return true;
}

// What was noted of it before; ended 0 and nothing: never.
static bool job_find(struct meters_db *meters, const uint8_t uuid[static 16],
                     struct device_tracked *known, struct err *err)
{
    bool row = false;
    *known = (struct device_tracked){ .ended = 0 };
    db_bind_bytes(meters->find_job, 1, uuid, 16);
    if (!db_step(meters->find_job, &row, err)) {
        return false;
    }
    if (row) {
        known->ended = db_col_int(meters->find_job, 0);
        known->impressions = db_col_int(meters->find_job, 1);
        known->sheets = db_col_int(meters->find_job, 2);
    }
    db_reset(meters->find_job);
    return true;
}

// The time is settled: the gap that names it was this job, as far as it goes.
static bool job_late(struct meters_db *meters, const struct meters_job *job, int64_t late_ms,
                     const struct device_tracked *known, struct err *err)
{
    struct meters_gap gap;
    db_bind_text(meters->gap_over, 1, job->device);
    db_bind_int(meters->gap_over, 2, job->tracked.began);
    db_bind_int(meters->gap_over, 3, job->tracked.ended + late_ms);
    if (!gap_first(meters->gap_over, &gap, err)) {
        return false;
    }
    bool sheets = gap.gap.unit == DEVICE_UNIT_SHEETS;
    int64_t more = sheets ? job->tracked.sheets - (known->ended > 0 ? known->sheets : 0)
                          : job->tracked.impressions - (known->ended > 0 ? known->impressions : 0);
    int64_t explained = gap.id == 0 || more < 0    ? 0
                        : more < gap.gap.untracked ? more
                                                   : gap.gap.untracked;
    const struct meters_sum day = { .device = job->device,
                                    .tracked = more,
                                    .untracked = -explained,
                                    .back = more > explained ? more - explained : 0,
                                    .unit = gap.gap.unit };
    gap.gap.tracked += explained;
    gap.gap.untracked -= explained;
    if (gap.id != 0 && gap.gap.untracked == 0) {
        db_bind_int(meters->drop_gap, 1, gap.id);
        return db_run(meters->drop_gap, err) && day_add(meters, &day, gap.gap.until, err);
    }
    return (gap.id == 0 || gap_change(meters, &gap, err)) &&
           day_add(meters, &day, gap.id == 0 ? job->tracked.ended : gap.gap.until, err);
}

bool dme_meters_put_job(struct meters_db *meters, const struct meters_job *job, int64_t late_ms,
                        bool *late, struct err *err)
{
    const struct device_tracked *tracked = &job->tracked;
    struct device_tracked known;
    int64_t done = 0;
    if (!mark_find(meters, job->device, &done, err) || !job_find(meters, job->uuid, &known, err)) {
        return false;
    }
    bool is_late = tracked->ended > 0 && tracked->ended + late_ms <= done;
    bool is_new = known.ended != tracked->ended || known.impressions != tracked->impressions ||
                  known.sheets != tracked->sheets;
    db_bind_bytes(meters->put_job, 1, job->uuid, sizeof(job->uuid));
    db_bind_text(meters->put_job, 2, job->device);
    db_bind_int(meters->put_job, 3, tracked->began);
    db_bind_int(meters->put_job, 4, tracked->ended);
    db_bind_int(meters->put_job, 5, tracked->impressions);
    db_bind_int(meters->put_job, 6, tracked->sheets);
    if (!db_run(meters->put_job, err) ||
        (is_late && is_new && !job_late(meters, job, late_ms, &known, err))) {
        return false;
    }
    *late = is_late;
    return true;
}

bool dme_meters_jobs(struct meters_db *meters, struct str after, int64_t since, size_t most,
                     struct arena *arena, struct meters_job *jobs, size_t *count, struct err *err)
{
    struct db_stmt *stmt = meters->jobs;
    bool ok = true;
    size_t found = 0;
    db_bind_bytes(stmt, 1, after.ptr, after.len);
    db_bind_int(stmt, 2, since);
    db_bind_int(stmt, 3, (int64_t)most);
    while (db_next(stmt, &ok, err)) {
        struct str uuid = db_col_bytes(stmt, 0);
        struct meters_job *job = &jobs[found];
        *job = (struct meters_job){ .device = arena_copy(arena, db_col_text(stmt, 1)),
                                    .tracked = { .began = db_col_int(stmt, 2),
                                                 .ended = db_col_int(stmt, 3),
                                                 .impressions = db_col_int(stmt, 4),
                                                 .sheets = db_col_int(stmt, 5) } };
        if (uuid.len == sizeof(job->uuid)) {
            memcpy(job->uuid, uuid.ptr, sizeof(job->uuid));
            found++;
        }
    }
    if (!ok) {
        return false;
    }
    *count = found;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "more jobs than can be read at a time");
}

// --- differences --------------------------------------------------------------------------------

bool dme_meters_put_change(struct meters_db *meters, const struct meters_change *change,
                           struct err *err)
{
    const struct device_meter_change *is = &change->change;
    const int64_t values[] = { is->until, is->from, is->counted, is->pages,
                               is->least, is->most, is->caveats, is->unit };
    db_bind_text(meters->put_change, 1, change->device);
    for (int at = 0; at < 8; at++) {
        db_bind_int(meters->put_change, at + 2, values[at]);
    }
    return db_run(meters->put_change, err);
}

bool dme_meters_changes(struct meters_db *meters, const struct meters_change *after, size_t most,
                        struct arena *arena, struct meters_change *changes, size_t *count,
                        struct err *err)
{
    struct db_stmt *stmt = meters->changes;
    bool ok = true;
    size_t found = 0;
    db_bind_text(stmt, 1, after->device);
    db_bind_int(stmt, 2, after->change.until);
    db_bind_int(stmt, 3, (int64_t)most);
    while (db_next(stmt, &ok, err)) {
        changes[found++] = (struct meters_change){
            .device = arena_copy(arena, db_col_text(stmt, 0)),
            .change = { .until = db_col_int(stmt, 1),
                        .from = db_col_int(stmt, 2),
                        .counted = db_col_int(stmt, 3) != 0,
                        .pages = db_col_int(stmt, 4),
                        .least = db_col_int(stmt, 5),
                        .most = db_col_int(stmt, 6),
                        .caveats = (uint32_t)db_col_int(stmt, 7),
                        .unit = (enum device_unit)db_col_int(stmt, 8) },
        };
    }
    if (!ok) {
        return false;
    }
    *count = found;
    return arena_ok(arena) ||
           err_set(err, ERR_LIMIT, "more meters' words than can be read at a time");
}

// --- lists --------------------------------------------------------------------------------------

bool dme_meters_gaps(struct meters_db *meters, const struct meters_asked *asked, size_t most,
                     struct arena *arena, struct meters_gap *gaps, size_t *count, struct err *err)
{
    struct db_stmt *stmt = meters->gaps;
    bool ok = true;
    size_t found = 0;
    db_bind_int(stmt, 1, asked->before > 0 ? asked->before : INT64_MAX);
    db_bind_text(stmt, 2, asked->device);
    db_bind_int(stmt, 3, asked->from);
    db_bind_int(stmt, 4, asked->until > 0 ? asked->until : INT64_MAX);
    db_bind_int(stmt, 5, (int64_t)most);
    while (db_next(stmt, &ok, err)) {
        gaps[found++] = gap_read(stmt, arena);
    }
    if (!ok) {
        return false;
    }
    *count = found;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "more gaps than can be told at a time");
}

bool dme_meters_sums(struct meters_db *meters, const struct meters_asked *asked, size_t most,
                     struct arena *arena, struct meters_sum *sums, size_t *count, struct err *err)
{
    struct db_stmt *stmt = meters->sums;
    bool ok = true;
    size_t found = 0;
    db_bind_int(stmt, 1, asked->from / DAY_MS);
    db_bind_int(stmt, 2, asked->until > 0 ? (asked->until - 1) / DAY_MS : INT64_MAX);
    db_bind_text(stmt, 3, asked->device);
    db_bind_int(stmt, 4, (int64_t)most);
    while (db_next(stmt, &ok, err)) {
        sums[found++] = (struct meters_sum){
            .device = arena_copy(arena, db_col_text(stmt, 0)),
            .counted = db_col_int(stmt, 1),
            .tracked = db_col_int(stmt, 2),
            .untracked = db_col_int(stmt, 3),
            .back = db_col_int(stmt, 4),
            .unit = (enum device_unit)db_col_int(stmt, 5),
        };
    }
    if (!ok) {
        return false;
    }
    *count = found;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "more devices than can be told at a time");
}

bool dme_meters_forget(struct meters_db *meters, int64_t now, int64_t most, struct err *err)
{
    db_bind_int(meters->forget_jobs, 1, now - KEEP_RAW_MS);
    db_bind_int(meters->forget_jobs, 2, most);
    db_bind_int(meters->forget_changes, 1, now - KEEP_RAW_MS);
    db_bind_int(meters->forget_gaps, 1, now - KEEP_MS);
    db_bind_int(meters->forget_gaps, 2, most);
    db_bind_int(meters->forget_days, 1, (now - KEEP_MS) / DAY_MS);
    return db_run(meters->forget_jobs, err) && db_run(meters->forget_changes, err) &&
           db_run(meters->forget_gaps, err) && db_run(meters->forget_days, err);
}
