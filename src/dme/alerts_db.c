// alerts_db: see alerts_db.h.

#include "dme/alerts_db.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct db_migration steps[] = {
    { 1, NULL,
      "CREATE TABLE dme_alert (id {integer} PRIMARY KEY, rule {text} NOT NULL,"
      " about {text} NOT NULL, keyword {text} NOT NULL, text {text} NOT NULL,"
      " severity {integer} NOT NULL, began {integer} NOT NULL, ended {integer} NOT NULL,"
      " times {integer} NOT NULL, here {integer} NOT NULL, since {integer} NOT NULL,"
      " told {integer} NOT NULL, told_at {integer} NOT NULL, escalated {integer} NOT NULL,"
      " acknowledged_at {integer} NOT NULL, acknowledged_by {text} NOT NULL,"
      " muted_until {integer} NOT NULL, assigned {text} NOT NULL, note {text} NOT NULL) {table};"
      "CREATE INDEX dme_alert_about ON dme_alert (about, id);"
      "CREATE INDEX dme_alert_open ON dme_alert (id) WHERE ended = 0;"
      "CREATE TABLE dme_delivery (id {integer} PRIMARY KEY, alert {integer} NOT NULL,"
      " target {text} NOT NULL, at {integer} NOT NULL, tries {integer} NOT NULL,"
      " state {integer} NOT NULL, answer {text} NOT NULL, next_try {integer} NOT NULL,"
      " message_id {text} NOT NULL, subject {text} NOT NULL, body {text} NOT NULL) {table};"
      "CREATE INDEX dme_delivery_alert ON dme_delivery (alert, id);"
      "CREATE INDEX dme_delivery_waits ON dme_delivery (id) WHERE state = 0;"
      "CREATE TABLE dme_secret (kind {text} NOT NULL, name {text} NOT NULL, field {text} NOT NULL,"
      " value {text} NOT NULL, PRIMARY KEY (kind, name, field)) {table}" },
    { 2, NULL, "ALTER TABLE dme_delivery ADD COLUMN severity {integer} NOT NULL DEFAULT 1" },
};

#define ALERT_COLUMNS                                                                              \
    "id, rule, about, keyword, text, severity, began, ended, times, here, since, told, told_at,"   \
    " escalated, acknowledged_at, acknowledged_by, muted_until, assigned, note"
#define DELIVERY_COLUMNS                                                                           \
    "id, alert, target, at, tries, state, answer, next_try, message_id, subject, body, severity"

struct alerts_db {
    struct db_stmt *put;
    struct db_stmt *list;
    struct db_stmt *put_delivery;
    struct db_stmt *deliveries;
    struct db_stmt *highest;
    struct db_stmt *forget_deliveries;
    struct db_stmt *forget;
    struct db_stmt *put_secret;
    struct db_stmt *drop_secret;
    struct db_stmt *secrets;
};

static bool prepare_alerts(struct alerts_db *a, struct db *db, struct err *err)
{
    return db_prepare(db, &a->put,
                      "INSERT INTO dme_alert (" ALERT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6,"
                      " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
                      " ON CONFLICT (id) DO UPDATE SET text = excluded.text,"
                      " severity = excluded.severity, ended = excluded.ended,"
                      " times = excluded.times, here = excluded.here, since = excluded.since,"
                      " told = excluded.told, told_at = excluded.told_at,"
                      " escalated = excluded.escalated,"
                      " acknowledged_at = excluded.acknowledged_at,"
                      " acknowledged_by = excluded.acknowledged_by,"
                      " muted_until = excluded.muted_until, assigned = excluded.assigned,"
                      " note = excluded.note",
                      err) &&
           db_prepare(db, &a->list,
                      "SELECT " ALERT_COLUMNS " FROM dme_alert WHERE id < $1"
                      " AND ($2 = '' OR about = $2) AND ($3 = 0 OR ended = 0)"
                      " ORDER BY id DESC LIMIT $4",
                      err) &&
           db_prepare(db, &a->highest,
                      "SELECT (SELECT COALESCE(MAX(id), 0) FROM dme_alert),"
                      " (SELECT COALESCE(MAX(id), 0) FROM dme_delivery)",
                      err) &&
           db_prepare(db, &a->forget, "DELETE FROM dme_alert WHERE ended > 0 AND ended < $1", err);
}

static bool prepare_rest(struct alerts_db *a, struct db *db, struct err *err)
{
    return db_prepare(db, &a->put_delivery,
                      "INSERT INTO dme_delivery (" DELIVERY_COLUMNS ") VALUES ($1, $2, $3, $4, $5,"
                      " $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE SET"
                      " tries = excluded.tries, state = excluded.state, answer = excluded.answer,"
                      " next_try = excluded.next_try",
                      err) &&
           db_prepare(db, &a->deliveries,
                      "SELECT " DELIVERY_COLUMNS " FROM dme_delivery WHERE id < $1"
                      " AND ($2 = 0 OR alert = $2) AND ($3 = '' OR target = $3)"
                      " AND ($4 = 0 OR state = 0) AND ($5 = 0 OR id = $5)"
                      " ORDER BY id DESC LIMIT $6",
                      err) &&
           db_prepare(db, &a->forget_deliveries,
                      "DELETE FROM dme_delivery WHERE state <> 0 AND at < $1", err) &&
           db_prepare(db, &a->put_secret,
                      "INSERT INTO dme_secret (kind, name, field, value) VALUES ($1, $2, $3, $4)"
                      " ON CONFLICT (kind, name, field) DO UPDATE SET value = excluded.value",
                      err) &&
           db_prepare(db, &a->drop_secret,
                      "DELETE FROM dme_secret WHERE kind = $1 AND name = $2 AND field = $3", err) &&
           db_prepare(db, &a->secrets,
                      "SELECT kind, name, field, value FROM dme_secret WHERE kind = $1"
                      " ORDER BY name, field LIMIT $2",
                      err);
}

static bool open_part(struct db *db, void **part, struct err *err)
{
    struct alerts_db *made = mem_new(sizeof(*made));
    *part = made; // its statements go with the connection
    return prepare_alerts(made, db, err) && prepare_rest(made, db, err);
}

static void close_part(void **part)
{
    free(*part);
    *part = NULL;
}

const struct store_part_kind dme_alerts_part = {
    .room = "dme_alert",
    .steps = steps,
    .step_count = sizeof(steps) / sizeof(steps[0]),
    .open = open_part,
    .close = close_part,
};

// --- alerts -------------------------------------------------------------------------------------

bool dme_alerts_put(struct alerts_db *alerts, const struct alert_row *row, struct err *err)
{
    struct db_stmt *put = alerts->put;
    const struct alert_state *state = &row->state;
    db_bind_int(put, 1, row->id);
    db_bind_text(put, 2, row->rule);
    db_bind_text(put, 3, row->about);
    db_bind_text(put, 4, row->keyword);
    db_bind_text(put, 5, row->text);
    db_bind_int(put, 6, row->severity);
    db_bind_int(put, 7, row->began);
    db_bind_int(put, 8, row->ended);
    db_bind_int(put, 9, row->times);
    db_bind_int(put, 10, state->here);
    db_bind_int(put, 11, state->since);
    db_bind_int(put, 12, state->told);
    db_bind_int(put, 13, state->told_at);
    db_bind_int(put, 14, state->escalated);
    db_bind_int(put, 15, state->acknowledged_at);
    db_bind_text(put, 16, row->acknowledged_by);
    db_bind_int(put, 17, state->muted_until);
    db_bind_text(put, 18, row->assigned);
    db_bind_text(put, 19, row->note);
    return db_run(put, err);
}

static enum alert_severity severity_of(int64_t kept)
{
    return kept >= 0 && kept < ALERT_SEVERITY_COUNT ? (enum alert_severity)kept : ALERT_WARNING;
}

static void read_alert(const struct db_stmt *stmt, struct arena *arena, struct alert_row *row)
{
    *row = (struct alert_row){
        .id = db_col_int(stmt, 0),
        .rule = arena_copy(arena, db_col_text(stmt, 1)),
        .about = arena_copy(arena, db_col_text(stmt, 2)),
        .keyword = arena_copy(arena, db_col_text(stmt, 3)),
        .text = arena_copy(arena, db_col_text(stmt, 4)),
        .severity = severity_of(db_col_int(stmt, 5)),
        .began = db_col_int(stmt, 6),
        .ended = db_col_int(stmt, 7),
        .times = db_col_int(stmt, 8),
        .state = { .here = db_col_int(stmt, 9) != 0,
                   .open = db_col_int(stmt, 7) == 0,
                   .told = db_col_int(stmt, 11) != 0,
                   .escalated = db_col_int(stmt, 13) != 0,
                   .since = db_col_int(stmt, 10),
                   .began = db_col_int(stmt, 6),
                   .told_at = db_col_int(stmt, 12),
                   .acknowledged_at = db_col_int(stmt, 14),
                   .muted_until = db_col_int(stmt, 16),
                   .times = db_col_int(stmt, 8) },
        .acknowledged_by = arena_copy(arena, db_col_text(stmt, 15)),
        .assigned = arena_copy(arena, db_col_text(stmt, 17)),
        .note = arena_copy(arena, db_col_text(stmt, 18)),
    };
}

bool dme_alerts_list(struct alerts_db *alerts, const struct alerts_asked *asked, size_t most,
                     struct arena *arena, struct alert_row *rows, size_t *count, struct err *err)
{
    struct db_stmt *stmt = alerts->list;
    bool row = true;
    *count = 0;
    db_bind_int(stmt, 1, asked->before > 0 ? asked->before : INT64_MAX);
    db_bind_text(stmt, 2, asked->about);
    db_bind_int(stmt, 3, asked->open_only);
    db_bind_int(stmt, 4, (int64_t)most);
    while (row && *count <= most) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            read_alert(stmt, arena, &rows[(*count)++]);
        }
    }
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too many alerts for one answer");
}

// --- deliveries ---------------------------------------------------------------------------------

bool dme_delivery_put(struct alerts_db *alerts, const struct delivery_row *row, struct err *err)
{
    struct db_stmt *put = alerts->put_delivery;
    db_bind_int(put, 1, row->id);
    db_bind_int(put, 2, row->alert);
    db_bind_text(put, 3, row->target);
    db_bind_int(put, 4, row->at);
    db_bind_int(put, 5, row->tries);
    db_bind_int(put, 6, row->state);
    db_bind_text(put, 7, row->answer);
    db_bind_int(put, 8, row->next_try);
    db_bind_text(put, 9, row->message_id);
    db_bind_text(put, 10, row->subject);
    db_bind_text(put, 11, row->body);
    db_bind_int(put, 12, row->severity);
    return db_run(put, err);
}

void dme_delivery_copy(struct arena *arena, const struct delivery_row *from,
                       struct delivery_row *to)
{
    *to = *from;
    to->target = arena_copy(arena, from->target);
    to->answer = arena_copy(arena, from->answer);
    to->message_id = arena_copy(arena, from->message_id);
    to->subject = arena_copy(arena, from->subject);
    to->body = arena_copy(arena, from->body);
}

static void read_delivery(const struct db_stmt *stmt, struct arena *arena, struct delivery_row *row)
{
    int64_t state = db_col_int(stmt, 5);
    *row = (struct delivery_row){
        .id = db_col_int(stmt, 0),
        .alert = db_col_int(stmt, 1),
        .target = arena_copy(arena, db_col_text(stmt, 2)),
        .at = db_col_int(stmt, 3),
        .tries = db_col_int(stmt, 4),
        .state = state >= DELIVERY_WAITS && state <= DELIVERY_DROPPED ? (enum delivery_state)state
                                                                      : DELIVERY_GIVEN_UP,
        .answer = arena_copy(arena, db_col_text(stmt, 6)),
        .next_try = db_col_int(stmt, 7),
        .message_id = arena_copy(arena, db_col_text(stmt, 8)),
        .subject = arena_copy(arena, db_col_text(stmt, 9)),
        .body = arena_copy(arena, db_col_text(stmt, 10)),
        .severity = severity_of(db_col_int(stmt, 11)),
    };
}

bool dme_delivery_list(struct alerts_db *alerts, const struct deliveries_asked *asked, size_t most,
                       struct arena *arena, struct delivery_row *rows, size_t *count,
                       struct err *err)
{
    struct db_stmt *stmt = alerts->deliveries;
    bool row = true;
    *count = 0;
    db_bind_int(stmt, 1, asked->before > 0 ? asked->before : INT64_MAX);
    db_bind_int(stmt, 2, asked->alert);
    db_bind_text(stmt, 3, asked->target);
    db_bind_int(stmt, 4, asked->waiting);
    db_bind_int(stmt, 5, asked->id);
    db_bind_int(stmt, 6, (int64_t)most);
    while (row && *count <= most) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            read_delivery(stmt, arena, &rows[(*count)++]);
        }
    }
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too many deliveries for one answer");
}

bool dme_alerts_highest(struct alerts_db *alerts, int64_t *alert, int64_t *delivery,
                        struct err *err)
{
    bool row = false;
    if (!db_step(alerts->highest, &row, err)) {
        return false;
    }
    *alert = row ? db_col_int(alerts->highest, 0) : 0;
    *delivery = row ? db_col_int(alerts->highest, 1) : 0;
    db_reset(alerts->highest);
    return true;
}

bool dme_alerts_forget(struct alerts_db *alerts, int64_t before, struct err *err)
{
    db_bind_int(alerts->forget_deliveries, 1, before);
    db_bind_int(alerts->forget, 1, before);
    return db_run(alerts->forget_deliveries, err) && db_run(alerts->forget, err);
}

// --- secrets ------------------------------------------------------------------------------------

bool dme_secret_put(struct alerts_db *alerts, struct str kind, struct str name, struct str field,
                    struct str value, struct err *err)
{
    struct db_stmt *stmt = value.len == 0 ? alerts->drop_secret : alerts->put_secret;
    db_bind_text(stmt, 1, kind);
    db_bind_text(stmt, 2, name);
    db_bind_text(stmt, 3, field);
    if (value.len > 0) {
        db_bind_text(stmt, 4, value);
    }
    return db_run(stmt, err);
}

bool dme_secret_list(struct alerts_db *alerts, struct str kind, size_t most, struct arena *arena,
                     struct secret_row *rows, size_t *count, struct err *err)
{
    struct db_stmt *stmt = alerts->secrets;
    bool row = true;
    *count = 0;
    db_bind_text(stmt, 1, kind);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row && *count <= most) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && *count < most) {
            rows[(*count)++] = (struct secret_row){
                .kind = arena_copy(arena, db_col_text(stmt, 0)),
                .name = arena_copy(arena, db_col_text(stmt, 1)),
                .field = arena_copy(arena, db_col_text(stmt, 2)),
                .value = arena_copy(arena, db_col_text(stmt, 3)),
            };
        }
    }
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too many secrets are kept");
}
