// schedule: the table of runs and every statement on it. See schedule.h.

#include "cas/schedule.h"

static const char schedule_tables[] =
    "CREATE TABLE cas_schedule_run (name {text} NOT NULL, due_at {integer} NOT NULL,"
    " started_at {integer} NOT NULL, done_at {integer} NOT NULL, how {text} NOT NULL,"
    " count {integer} NOT NULL, amount {integer} NOT NULL, failed {integer} NOT NULL,"
    " result {text} NOT NULL, cursor {text} NOT NULL, said {bytes} NOT NULL,"
    " PRIMARY KEY (name, due_at)) {table};"
    "CREATE INDEX cas_schedule_run_open ON cas_schedule_run (started_at, name, due_at)"
    " WHERE done_at = 0;"
    "CREATE INDEX cas_schedule_run_due ON cas_schedule_run (due_at, name);";

static const struct db_migration schedule_steps[] = { { 1, NULL, schedule_tables } };

#define RUN_COLUMNS                                                                                \
    "name, due_at, started_at, done_at, how, count, amount, failed, result, cursor, said"

static const char *const schedule_sql_texts[CAS_RUN_SQL_COUNT] = {
    [CAS_RUN_SQL_ADD] = "INSERT INTO cas_schedule_run (" RUN_COLUMNS
                        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
                        " ON CONFLICT (name, due_at) DO NOTHING",
    [CAS_RUN_SQL_GET] =
        "SELECT " RUN_COLUMNS " FROM cas_schedule_run WHERE name = $1 AND due_at = $2",
    [CAS_RUN_SQL_LAST] = "SELECT due_at FROM cas_schedule_run WHERE name = $1 AND due_at <= $2"
                         " AND how <> 'now' ORDER BY due_at DESC LIMIT 1",
    [CAS_RUN_SQL_OPEN] = "SELECT " RUN_COLUMNS " FROM cas_schedule_run WHERE done_at = 0"
                         " ORDER BY started_at, name, due_at LIMIT 1",
    [CAS_RUN_SQL_KEEP] =
        "UPDATE cas_schedule_run SET done_at = $5, count = $6, amount = $7, failed = $8,"
        " result = $9, cursor = $10 WHERE name = $1 AND due_at = $2 AND cursor = $3 AND count = $4"
        " AND done_at = 0",
    [CAS_RUN_SQL_LIST] = "SELECT " RUN_COLUMNS " FROM cas_schedule_run WHERE due_at < $1"
                         " ORDER BY due_at DESC, name LIMIT $2",
    [CAS_RUN_SQL_LIST_OF] = "SELECT " RUN_COLUMNS " FROM cas_schedule_run WHERE due_at < $1"
                            " AND name = $3 ORDER BY due_at DESC LIMIT $2",
};

bool cas_runs_open(struct cas *cas, struct err *err)
{
    if (!db_migrate(cas->db, "schedule", schedule_steps,
                    sizeof(schedule_steps) / sizeof(schedule_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < CAS_RUN_SQL_COUNT; i++) {
        if (!db_prepare(cas->db, &cas->run_stmts[i], schedule_sql_texts[i], err)) {
            return false;
        }
    }
    return true;
}

static void run_text(char *to, size_t most, struct str text)
{
    size_t len = text.len < most ? text.len : most;
    memcpy(to, text.ptr, len);
    to[len] = '\0';
}

static void run_read(const struct db_stmt *stmt, struct arena *arena, struct cas_run *run)
{
    run_text(run->name, CAS_SCHEDULE_NAME_MAX, db_col_text(stmt, 0));
    run->due_at = db_col_int(stmt, 1);
    run->started_at = db_col_int(stmt, 2);
    run->done_at = db_col_int(stmt, 3);
    run_text(run->how, sizeof(run->how) - 1, db_col_text(stmt, 4));
    run->count = db_col_int(stmt, 5);
    run->amount = db_col_int(stmt, 6);
    run->failed = db_col_int(stmt, 7);
    run_text(run->result, CAS_RUN_RESULT_MAX, db_col_text(stmt, 8));
    run_text(run->cursor, CAS_RUN_CURSOR_MAX, db_col_text(stmt, 9));
    run->said = arena_copy(arena, db_col_bytes(stmt, 10));
}

bool cas_run_add(struct cas *cas, const struct cas_run *run, bool *made, struct err *err)
{
    struct db_stmt *stmt = cas->run_stmts[CAS_RUN_SQL_ADD];
    db_bind_text(stmt, 1, str_of(run->name));
    db_bind_int(stmt, 2, run->due_at);
    db_bind_int(stmt, 3, run->started_at);
    db_bind_int(stmt, 4, run->done_at);
    db_bind_text(stmt, 5, str_of(run->how));
    db_bind_int(stmt, 6, run->count);
    db_bind_int(stmt, 7, run->amount);
    db_bind_int(stmt, 8, run->failed);
    db_bind_text(stmt, 9, str_of(run->result));
    db_bind_text(stmt, 10, str_of(run->cursor));
    db_bind_bytes(stmt, 11, run->said.ptr, run->said.len);
    if (!db_run(stmt, err)) {
        return false;
    }
    *made = db_changes(cas->db) == 1;
    return true;
}

static bool run_one(struct db_stmt *stmt, struct arena *arena, struct cas_run *run, bool *found,
                    struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        run_read(stmt, arena, run);
        db_reset(stmt);
    }
    return true;
}

bool cas_run_get(struct cas *cas, struct str name, int64_t due_at, struct arena *arena,
                 struct cas_run *run, bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->run_stmts[CAS_RUN_SQL_GET];
    db_bind_text(stmt, 1, name);
    db_bind_int(stmt, 2, due_at);
    return run_one(stmt, arena, run, found, err);
}

bool cas_run_last(struct cas *cas, struct str name, int64_t at, int64_t *due_at, bool *found,
                  struct err *err)
{
    struct db_stmt *stmt = cas->run_stmts[CAS_RUN_SQL_LAST];
    db_bind_text(stmt, 1, name);
    db_bind_int(stmt, 2, at);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        *due_at = db_col_int(stmt, 0);
        db_reset(stmt);
    }
    return true;
}

bool cas_run_open(struct cas *cas, struct arena *arena, struct cas_run *run, bool *found,
                  struct err *err)
{
    return run_one(cas->run_stmts[CAS_RUN_SQL_OPEN], arena, run, found, err);
}

bool cas_run_keep(struct cas *cas, const struct cas_run *before, const struct cas_run *after,
                  bool *kept, struct err *err)
{
    struct db_stmt *stmt = cas->run_stmts[CAS_RUN_SQL_KEEP];
    db_bind_text(stmt, 1, str_of(before->name));
    db_bind_int(stmt, 2, before->due_at);
    db_bind_text(stmt, 3, str_of(before->cursor));
    db_bind_int(stmt, 4, before->count);
    db_bind_int(stmt, 5, after->done_at);
    db_bind_int(stmt, 6, after->count);
    db_bind_int(stmt, 7, after->amount);
    db_bind_int(stmt, 8, after->failed);
    db_bind_text(stmt, 9, str_of(after->result));
    db_bind_text(stmt, 10, str_of(after->cursor));
    if (!db_run(stmt, err)) {
        return false;
    }
    *kept = db_changes(cas->db) == 1;
    return true;
}

bool cas_run_list(struct cas *cas, struct str name, int64_t before, size_t most,
                  struct arena *arena, struct cas_run *runs, size_t *count, struct err *err)
{
    struct db_stmt *stmt = cas->run_stmts[name.len > 0 ? CAS_RUN_SQL_LIST_OF : CAS_RUN_SQL_LIST];
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 1, before);
    db_bind_int(stmt, 2, (int64_t)most);
    if (name.len > 0) {
        db_bind_text(stmt, 3, name);
    }
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            run_read(stmt, arena, &runs[read++]);
        }
    }
    *count = read;
    return true;
}
