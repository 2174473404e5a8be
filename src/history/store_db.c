// store: the tables of history and every statement on them.
//
// A row stands in two tables: history_work has the numbers that totals and counters read, a
// hundred million of which must be summed; history_body has the rest. Both grow at their end
// only. Names stand once, so that rows are small and a person can be forgotten. The index by person
// is the only one that is written in the middle.

#include "history/history_int.h"

enum {
    NARROW_COUNT = 18,       // columns of a row's numbers
    STORE_NAMES_MOST = 4096, // kept in memory within a transaction
    STORE_PERSON_MAX = 512,
};

static const char history_tables[] =
    "CREATE TABLE history_name (id {integer} PRIMARY KEY, name {text} NOT NULL UNIQUE) {table};"
    "CREATE TABLE history_work (number {integer} PRIMARY KEY, at {integer} NOT NULL,"
    " entry {integer} NOT NULL, refers {integer} NOT NULL, outcome {integer} NOT NULL,"
    " person {integer} NOT NULL, department {integer} NOT NULL, queue {integer} NOT NULL,"
    " printer {integer} NOT NULL, payer {integer} NOT NULL, pages {integer} NOT NULL,"
    " color_pages {integer} NOT NULL, sheets {integer} NOT NULL, amount {integer} NOT NULL,"
    " first {integer} NOT NULL, real_cost {integer} NOT NULL, digest {integer} NOT NULL,"
    " legs {integer} NOT NULL, once {bytes}) {table};"
    "CREATE INDEX history_work_person ON history_work (person, at);"
    "CREATE UNIQUE INDEX history_work_entry ON history_work (entry)"
    " WHERE entry <> 0 AND refers = 0;"
    "CREATE INDEX history_work_refers ON history_work (refers) WHERE refers <> 0;"
    "CREATE UNIQUE INDEX history_work_once ON history_work (once) WHERE once IS NOT NULL;"
    "CREATE TABLE history_body (number {integer} PRIMARY KEY, body {bytes} NOT NULL) {table};"
    // Who paid beside the first.
    "CREATE TABLE history_leg (number {integer} NOT NULL, place {integer} NOT NULL,"
    " account {integer} NOT NULL, amount {integer} NOT NULL, PRIMARY KEY (number, place)) {table};"
    // Works under way.
    "CREATE TABLE history_open (pending {integer} PRIMARY KEY, person {integer} NOT NULL,"
    " at {integer} NOT NULL, pages {integer} NOT NULL, color_pages {integer} NOT NULL,"
    " sheets {integer} NOT NULL, amount {integer} NOT NULL, digest {integer} NOT NULL,"
    " body {bytes} NOT NULL) {table};"
    "CREATE INDEX history_open_person ON history_open (person, at);";

static const struct db_migration history_steps[] = { { 1, NULL, history_tables } };

#define NARROW                                                                                     \
    "number, at, entry, refers, outcome, person, department, queue, printer, payer, pages,"        \
    " color_pages, sheets, amount, first, real_cost, digest, legs"
#define ADD "INSERT INTO history_work (" NARROW ", once) VALUES "
#define OPEN_ADD                                                                                   \
    "INSERT INTO history_open (pending, person, at, pages, color_pages, sheets, amount, digest,"   \
    " body) VALUES "
#define OPEN_DROP "DELETE FROM history_open WHERE pending"
#define BODY_ADD "INSERT INTO history_body (number, body) VALUES "
#define ADD_ONE                                                                                    \
    ADD "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"                                                \
        " $11, $12, $13, $14, $15, $16, $17, $18, $19)"
// A sum may not pass 64 bits while it is made: millions and what is above a million apart.
#define SUMS(amount)                                                                               \
    " CAST(sum(CASE WHEN outcome = 1 THEN 1 ELSE 0 END) AS BIGINT), CAST(sum(pages) AS BIGINT),"   \
    " CAST(sum(color_pages) AS BIGINT), CAST(sum(sheets) AS BIGINT),"                              \
    " CAST(sum(" amount " / 1000000) AS BIGINT), CAST(sum(" amount " % 1000000) AS BIGINT),"       \
    " CAST(sum(real_cost / 1000000) AS BIGINT), CAST(sum(real_cost % 1000000) AS BIGINT)"          \
    " FROM history_work WHERE number >= $1 AND number < $2"
#define COUNTS                                                                                     \
    " CAST(coalesce(sum(pages), 0) AS BIGINT), CAST(coalesce(sum(color_pages), 0) AS BIGINT),"     \
    " CAST(coalesce(sum(sheets), 0) AS BIGINT),"                                                   \
    " CAST(coalesce(sum(amount / 1000000), 0) AS BIGINT),"                                         \
    " CAST(coalesce(sum(amount % 1000000), 0) AS BIGINT)"

static const char *const history_sql_texts[HISTORY_SQL_COUNT] = {
    [HISTORY_SQL_LAST] = "SELECT number, at FROM history_work ORDER BY number DESC LIMIT 1",
    [HISTORY_SQL_NAME_FIND] = "SELECT id FROM history_name WHERE name = $1",
    [HISTORY_SQL_NAME_ADD] =
        "INSERT INTO history_name (id, name) SELECT coalesce(max(id), 0) + 1, $1"
        " FROM history_name RETURNING id",
    [HISTORY_SQL_NAME_OF] = "SELECT name FROM history_name WHERE id = $1",
    [HISTORY_SQL_NAME_CHANGE] = "UPDATE history_name SET name = $2 WHERE id = $1",
    [HISTORY_SQL_MOVE_WORKS] = "UPDATE history_work SET person = $2 WHERE person = $1",
    [HISTORY_SQL_MOVE_OPEN] = "UPDATE history_open SET person = $2 WHERE person = $1",
    [HISTORY_SQL_ADD] = ADD_ONE,
    [HISTORY_SQL_ADD_ONCE] = ADD_ONE " ON CONFLICT DO NOTHING",
    [HISTORY_SQL_BODY_ADD] = BODY_ADD "($1, $2)",
    [HISTORY_SQL_BODY_CHANGE] = "UPDATE history_body SET body = $2 WHERE number = $1",
    [HISTORY_SQL_LEG_ADD] =
        "INSERT INTO history_leg (number, place, account, amount) VALUES ($1, $2, $3, $4)",
    [HISTORY_SQL_LEG_IS] = "SELECT count(*) FROM history_leg WHERE number = $1 AND account = $2",
    [HISTORY_SQL_OPEN_ADD] = OPEN_ADD "($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [HISTORY_SQL_OPEN_GET] = "SELECT person, body FROM history_open WHERE pending = $1",
    [HISTORY_SQL_OPEN_DROP] = OPEN_DROP " = $1",
    [HISTORY_SQL_OPEN_COUNT] = "SELECT count(*)," COUNTS " FROM history_open"
                               " WHERE person = $1 AND at >= $2 AND at < $3",
    [HISTORY_SQL_OPEN_SAME] = "SELECT count(*) FROM history_open"
                              " WHERE person = $1 AND at >= $2 AND at < $3 AND digest = $4",
    [HISTORY_SQL_PERSON_OF] = "SELECT person FROM history_work WHERE number = $1",
    [HISTORY_SQL_AT_OF] = "SELECT at FROM history_work WHERE number = $1",
    [HISTORY_SQL_BODY_GET] = "SELECT number, body FROM history_body WHERE number = $1",
    [HISTORY_SQL_BY_ENTRY] =
        "SELECT w.number, b.body FROM history_work w JOIN history_body b ON b.number = w.number"
        " WHERE w.entry = $1 AND w.entry <> 0 AND w.refers = 0",
    [HISTORY_SQL_CORRECTED] = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM history_work"
                              " WHERE refers = $1 AND refers <> 0",
    [HISTORY_SQL_BODIES] =
        "SELECT number, body FROM history_body WHERE number > $1 AND number < $2 ORDER BY number",
    [HISTORY_SQL_COUNT_OF] =
        "SELECT CAST(coalesce(sum(CASE WHEN outcome = 1 THEN 1 ELSE 0 END), 0) AS BIGINT)," COUNTS
        " FROM history_work WHERE person = $1 AND at >= $2 AND at < $3",
    [HISTORY_SQL_SAME_OF] =
        "SELECT count(*) FROM history_work WHERE person = $1 AND at >= $2 AND at < $3"
        " AND digest = $4 AND outcome = 1",
    [HISTORY_SQL_ROWS] = "SELECT " NARROW " FROM history_work WHERE number < $1 AND number >= $2"
                         " ORDER BY number DESC LIMIT $3",
    [HISTORY_SQL_ROWS_OF] = "SELECT " NARROW " FROM history_work WHERE person = $4 AND at <= $5"
                            " AND number < $1 AND number >= $2 ORDER BY at DESC, number DESC"
                            " LIMIT $3",
    [HISTORY_SQL_ROWS_AFTER] = "SELECT number FROM history_work WHERE person = $1 AND at >= $2"
                               " AND number > $3 ORDER BY at, number LIMIT $4",
    [HISTORY_SQL_NUMBER_OF] = "SELECT count(*) FROM history_work WHERE person = $1",
    [HISTORY_SQL_PAID_BY] =
        "SELECT number FROM history_work WHERE number > $1 AND number < $2 AND payer = $3"
        " UNION ALL SELECT number FROM history_leg"
        " WHERE number > $1 AND number < $2 AND account = $3",
    [HISTORY_SQL_PAYERS_OF] = "SELECT 0, payer FROM history_work WHERE number = $1"
                              " UNION ALL SELECT place, account FROM history_leg WHERE number = $1",
    [HISTORY_SQL_SUM_ALL] = "SELECT 0," SUMS("amount"),
    [HISTORY_SQL_SUM_DEPARTMENT] = "SELECT department," SUMS("amount") " GROUP BY department",
    [HISTORY_SQL_SUM_USER] = "SELECT person," SUMS("amount") " GROUP BY person",
    [HISTORY_SQL_SUM_QUEUE] = "SELECT queue," SUMS("amount") " GROUP BY queue",
    [HISTORY_SQL_SUM_PRINTER] = "SELECT printer," SUMS("amount") " GROUP BY printer",
    [HISTORY_SQL_SUM_ACCOUNT] = "SELECT payer," SUMS("first") " GROUP BY payer",
    [HISTORY_SQL_SUM_LEGS] = "SELECT account, 0, 0, 0, 0, CAST(sum(amount / 1000000) AS BIGINT),"
                             " CAST(sum(amount % 1000000) AS BIGINT), 0, 0 FROM history_leg"
                             " WHERE number >= $1 AND number < $2 GROUP BY account",
};

// What is written by many rows: what stands in a row of VALUES, or of a list.
static const struct store_rows {
    enum history_sql which;
    const char *table;
    const char *before;
    int columns; // 0: a list of single values
} store_rows[] = {
    { HISTORY_SQL_OPEN_ADD, "history_open", OPEN_ADD, 9 },
    { HISTORY_SQL_ADD, "history_work", ADD, NARROW_COUNT + 1 },
    { HISTORY_SQL_BODY_ADD, "history_body", BODY_ADD, 2 },
    { HISTORY_SQL_OPEN_DROP, "history_open", OPEN_DROP " IN (", 0 },
};

static bool store_prepare_rows(struct history *history, const struct store_rows *rows,
                               struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(8192);
    int columns = rows->columns == 0 ? 1 : rows->columns;
    buf_addf(&text, "%s", rows->before);
    for (int i = 0; i < DB_ROWS * columns; i++) {
        const char *begin = i == 0 ? "" : ", ";
        bool opens = rows->columns > 0 && i % columns == 0;
        bool closes = rows->columns > 0 && i % columns == columns - 1;
        buf_addf(&text, "%s%s$%d%s", begin, opens ? "(" : "", i + 1, closes ? ")" : "");
    }
    buf_addf(&text, "%s", rows->columns == 0 ? ")" : "");
    return db_prepare_rows(history->stmts[rows->which], rows->table, buf_str(&text).ptr, err);
}

static bool store_prepare_more(struct history *history, struct err *err)
{
    for (size_t i = 0; i < sizeof(store_rows) / sizeof(store_rows[0]); i++) {
        if (!store_prepare_rows(history, &store_rows[i], err)) {
            return false;
        }
    }
    return db_prepare_ahead(history->stmts[HISTORY_SQL_NAME_FIND], NULL,
                            "SELECT id, name FROM history_name WHERE name IN " DB_AHEAD_LIST,
                            err) &&
           db_prepare_ahead(
               history->stmts[HISTORY_SQL_OPEN_GET], NULL,
               "SELECT person, body, pending FROM history_open WHERE pending IN " DB_AHEAD_LIST,
               err);
}

// The same sums row by row, for a database in this process: there a row costs a fraction of what
// sorting a slice by names does. Across a connection it is the other way round.
#define EACH(amount)                                                                               \
    " CASE WHEN outcome = 1 THEN 1 ELSE 0 END, pages, color_pages, sheets, " amount " / 1000000,"  \
    " " amount " % 1000000, real_cost / 1000000, real_cost % 1000000 FROM history_work"            \
    " WHERE number >= $1 AND number < $2"

static const char *const history_each_texts[HISTORY_SQL_COUNT] = {
    [HISTORY_SQL_SUM_DEPARTMENT] = "SELECT department," EACH("amount"),
    [HISTORY_SQL_SUM_USER] = "SELECT person," EACH("amount"),
    [HISTORY_SQL_SUM_QUEUE] = "SELECT queue," EACH("amount"),
    [HISTORY_SQL_SUM_PRINTER] = "SELECT printer," EACH("amount"),
    [HISTORY_SQL_SUM_ACCOUNT] = "SELECT payer," EACH("first"),
};

static const char *store_text(const struct history *history, int which)
{
    bool is_each = history_each_texts[which] != NULL && !db_is_far(history->db);
    return is_each ? history_each_texts[which] : history_sql_texts[which];
}

bool history_store_open(struct history *history, struct err *err)
{
    if (!db_migrate(history->db, "history", history_steps,
                    sizeof(history_steps) / sizeof(history_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < HISTORY_SQL_COUNT; i++) {
        if (!db_prepare(history->db, &history->stmts[i], store_text(history, i), err)) {
            return false;
        }
    }
    return store_prepare_more(history, err);
}

static void store_forget_names(struct history *history)
{
    map_free(&history->names);
    arena_reset(&history->ids);
    history->name_count = 0;
}

// What is known from before is no longer true for sure.
static void store_refresh(struct history *history)
{
    uint64_t epoch = db_epoch(history->db);
    if (epoch != history->epoch || history->name_count == STORE_NAMES_MOST) {
        store_forget_names(history);
    }
    if (epoch != history->epoch) {
        history->knows_last = false;
        history->epoch = epoch;
    }
}

bool history_store_last(struct history *history, int64_t *number, int64_t *at, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_LAST];
    bool row;
    store_refresh(history);
    if (!history->knows_last) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        history->last = row ? db_col_int(stmt, 0) : 0;
        history->last_at = row ? db_col_int(stmt, 1) : 0;
        history->knows_last = db_in_transaction(history->db);
        db_reset(stmt);
    }
    *number = history->last;
    *at = history->last_at;
    return true;
}

static void store_keep_name(struct history *history, struct str text, int64_t id)
{
    int64_t *kept = db_in_transaction(history->db) ? arena_new(&history->ids, sizeof(*kept)) : NULL;
    if (kept != NULL) {
        *kept = id;
        map_set(&history->names, text, kept);
        history->name_count++;
    }
}

bool history_store_name_find(struct history *history, struct str text, int64_t *id, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_NAME_FIND];
    bool row;
    if (text.len == 0) {
        *id = 0;
        return true;
    }
    store_refresh(history);
    const int64_t *kept = map_find(&history->names, text);
    if (kept != NULL) {
        *id = *kept;
        return true;
    }
    db_bind_text(stmt, 1, text);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *id = row ? db_col_int(stmt, 0) : 0;
    db_reset(stmt);
    if (*id != 0) {
        store_keep_name(history, text, *id);
    }
    return true;
}

bool history_store_name(struct history *history, struct str text, int64_t *id, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_NAME_ADD];
    bool row;
    if (!history_store_name_find(history, text, id, err)) {
        return false;
    }
    if (*id != 0 || text.len == 0) {
        return true;
    }
    db_bind_text(history->stmts[HISTORY_SQL_NAME_FIND], 1, text);
    db_unexpect(history->stmts[HISTORY_SQL_NAME_FIND]);
    db_bind_text(stmt, 1, text);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *id = db_col_int(stmt, 0);
    if (!db_run(stmt, err)) { // a statement that writes is stepped to its end
        return false;
    }
    store_keep_name(history, text, *id);
    return true;
}

// A person's name as it stands here; empty: nobody has such a name.
static struct str store_person(char text[static STORE_PERSON_MAX], struct str person)
{
    const size_t len = sizeof(HISTORY_USER) - 1;
    if (person.len == 0 || person.len > STORE_PERSON_MAX - len) {
        return STR("");
    }
    memcpy(text, HISTORY_USER, len);
    memcpy(text + len, person.ptr, person.len);
    return (struct str){ text, len + person.len };
}

void history_expect_person(struct history *history, struct str person)
{
    char text[STORE_PERSON_MAX];
    db_bind_text(history->stmts[HISTORY_SQL_NAME_FIND], 1, store_person(text, person));
    db_expect(history->stmts[HISTORY_SQL_NAME_FIND]);
}

void history_expect_open(struct history *history, int64_t pending)
{
    db_bind_int(history->stmts[HISTORY_SQL_OPEN_GET], 1, pending);
    db_expect(history->stmts[HISTORY_SQL_OPEN_GET]);
}

// What was read ahead of the work under way is true no longer.
static void store_open_changes(struct history *history, int64_t pending)
{
    db_bind_int(history->stmts[HISTORY_SQL_OPEN_GET], 1, pending);
    db_unexpect(history->stmts[HISTORY_SQL_OPEN_GET]);
}

bool history_store_person(struct history *history, struct str person, bool make, int64_t *id,
                          struct err *err)
{
    char text[STORE_PERSON_MAX];
    struct str name = store_person(text, person);
    return make ? history_store_name(history, name, id, err)
                : history_store_name_find(history, name, id, err);
}

bool history_store_rename(struct history *history, int64_t id, struct str text, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_NAME_CHANGE];
    store_forget_names(history);
    db_unexpect_all(history->stmts[HISTORY_SQL_NAME_FIND]);
    db_bind_int(stmt, 1, id);
    db_bind_text(stmt, 2, text);
    return db_run(stmt, err);
}

bool history_store_add(struct history *history, const struct history_narrow *narrow,
                       const uint8_t *once, bool *added, struct err *err)
{
    struct db_stmt *stmt = history->stmts[once == NULL ? HISTORY_SQL_ADD : HISTORY_SQL_ADD_ONCE];
    const int64_t numbers[] = { narrow->number,     narrow->at,      narrow->entry,
                                narrow->refers,     narrow->outcome, narrow->person,
                                narrow->department, narrow->queue,   narrow->printer,
                                narrow->payer,      narrow->pages,   narrow->color_pages,
                                narrow->sheets,     narrow->amount,  narrow->first,
                                narrow->real_cost,  narrow->digest,  narrow->legs };
    int count = (int)(sizeof(numbers) / sizeof(numbers[0]));
    for (int i = 0; i < count; i++) {
        db_bind_int(stmt, i + 1, numbers[i]);
    }
    if (once != NULL) {
        db_bind_bytes(stmt, count + 1, once, HISTORY_KEY_LEN);
    }
    *added = true;
    if (once == NULL) {
        if (!db_run_later(stmt, 1, err)) {
            return false;
        }
    } else {
        if (!db_run(stmt, err)) {
            return false;
        }
        *added = db_changes(history->db) == 1;
    }
    if (*added) {
        history->last = narrow->number;
        history->last_at = narrow->at;
    }
    return true;
}

bool history_store_body(struct history *history, enum history_sql which, int64_t number,
                        struct str body, struct err *err)
{
    struct db_stmt *stmt = history->stmts[which];
    db_bind_int(stmt, 1, number);
    db_bind_bytes(stmt, 2, body.ptr, body.len);
    return db_run_later(stmt, 1, err);
}

bool history_store_leg(struct history *history, int64_t number, int64_t place, int64_t account,
                       int64_t amount, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_LEG_ADD];
    db_bind_int(stmt, 1, number);
    db_bind_int(stmt, 2, place);
    db_bind_int(stmt, 3, account);
    db_bind_int(stmt, 4, amount);
    return db_run_later(stmt, 1, err);
}

bool history_store_begin(struct history *history, const struct history_narrow *narrow,
                         struct str body, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_OPEN_ADD];
    store_open_changes(history, narrow->entry);
    db_bind_int(stmt, 1, narrow->entry);
    db_bind_int(stmt, 2, narrow->person);
    db_bind_int(stmt, 3, narrow->at);
    db_bind_int(stmt, 4, narrow->pages);
    db_bind_int(stmt, 5, narrow->color_pages);
    db_bind_int(stmt, 6, narrow->sheets);
    db_bind_int(stmt, 7, narrow->amount);
    db_bind_int(stmt, 8, narrow->digest);
    db_bind_bytes(stmt, 9, body.ptr, body.len);
    return db_run_later(stmt, 1, err);
}

bool history_store_end(struct history *history, int64_t pending, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_OPEN_DROP];
    store_open_changes(history, pending);
    db_bind_int(stmt, 1, pending);
    return db_run_later(stmt, 1, err);
}

bool history_store_int(struct history *history, enum history_sql which, int64_t key, int64_t *value,
                       bool *found, struct err *err)
{
    struct db_stmt *stmt = history->stmts[which];
    db_bind_int(stmt, 1, key);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    *value = *found ? db_col_int(stmt, 0) : 0;
    db_reset(stmt);
    return true;
}

bool history_store_body_get(struct history *history, enum history_sql which, int64_t key,
                            struct arena *arena, struct str *body, int64_t *number, bool *found,
                            struct err *err)
{
    struct db_stmt *stmt = history->stmts[which];
    db_bind_int(stmt, 1, key);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        *number = db_col_int(stmt, 0);
        *body = arena_copy(arena, db_col_bytes(stmt, 1));
    }
    db_reset(stmt);
    return arena_ok(arena) ||
           err_set(err, ERR_LIMIT, "the rows of the history asked for are too big together");
}

void history_store_narrow_read(const struct db_stmt *stmt, struct history_narrow *narrow)
{
    *narrow = (struct history_narrow){
        .number = db_col_int(stmt, 0),
        .at = db_col_int(stmt, 1),
        .entry = db_col_int(stmt, 2),
        .refers = db_col_int(stmt, 3),
        .outcome = db_col_int(stmt, 4),
        .person = db_col_int(stmt, 5),
        .department = db_col_int(stmt, 6),
        .queue = db_col_int(stmt, 7),
        .printer = db_col_int(stmt, 8),
        .payer = db_col_int(stmt, 9),
        .pages = db_col_int(stmt, 10),
        .color_pages = db_col_int(stmt, 11),
        .sheets = db_col_int(stmt, 12),
        .amount = db_col_int(stmt, 13),
        .first = db_col_int(stmt, 14),
        .real_cost = db_col_int(stmt, 15),
        .digest = db_col_int(stmt, 16),
        .legs = db_col_int(stmt, 17),
    };
}
