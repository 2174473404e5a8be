// store: the tables of cas and every statement on them. See cas_int.h.

#include "cas/cas_int.h"

static const char cas_tables[] =
    "CREATE TABLE cas_person (name {text} PRIMARY KEY, full_name {text} NOT NULL,"
    " created_at {integer} NOT NULL) {table};"
    "CREATE TABLE cas_price (version {integer} PRIMARY KEY,"
    " mono_small {integer} NOT NULL, mono_normal {integer} NOT NULL,"
    " mono_large {integer} NOT NULL, mono_huge {integer} NOT NULL,"
    " color_small {integer} NOT NULL, color_normal {integer} NOT NULL,"
    " color_large {integer} NOT NULL, color_huge {integer} NOT NULL,"
    " duplex_percent {integer} NOT NULL, per_job {integer} NOT NULL,"
    " set_at {integer} NOT NULL, set_by {text} NOT NULL) {table};"
    // Keys of changes that make no ledger entry.
    "CREATE TABLE cas_once (key {bytes} PRIMARY KEY, request {bytes} NOT NULL,"
    " answer {integer} NOT NULL, at {integer} NOT NULL) {table};"
    "CREATE TABLE cas_token (identity {text} PRIMARY KEY, key {bytes} NOT NULL,"
    " role {text} NOT NULL, host {text} NOT NULL, expires_at {integer} NOT NULL,"
    " created_by {text} NOT NULL, used_key {bytes}, request {bytes}, certificate {bytes}) {table};";

static const struct db_migration cas_steps[] = { { 1, NULL, cas_tables } };

#define PRICE_COLUMNS                                                                              \
    "mono_small, mono_normal, mono_large, mono_huge, color_small, color_normal, color_large,"      \
    " color_huge, duplex_percent, per_job"
#define TOKEN_COLUMNS                                                                              \
    "identity, key, role, host, expires_at, created_by, used_key, request, certificate"

static const char *const cas_sql_texts[CAS_SQL_COUNT] = {
    [CAS_SQL_OLD_PEOPLE] = "SELECT name, full_name, created_at FROM cas_person ORDER BY name"
                           " LIMIT 1",
    [CAS_SQL_OLD_PERSON_DROP] = "DELETE FROM cas_person WHERE name = $1",
    [CAS_SQL_PRICE_GET] = "SELECT " PRICE_COLUMNS " FROM cas_price WHERE version = $1",
    [CAS_SQL_PRICE_NEWEST] =
        "SELECT " PRICE_COLUMNS " FROM cas_price ORDER BY version DESC LIMIT 1",
    [CAS_SQL_ONCE_ADD] = "INSERT INTO cas_once VALUES ($1, $2, $3, $4)",
    [CAS_SQL_ONCE_GET] = "SELECT request, answer FROM cas_once WHERE key = $1",
    [CAS_SQL_TOKEN_ADD] = "INSERT INTO cas_token VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, NULL)",
    [CAS_SQL_TOKEN_GET] = "SELECT " TOKEN_COLUMNS " FROM cas_token WHERE identity = $1",
    [CAS_SQL_TOKEN_USE] = "UPDATE cas_token SET used_key = $2, request = $3, certificate = $4"
                          " WHERE identity = $1 AND used_key IS NULL",
    [CAS_SQL_TOKENS] = "SELECT " TOKEN_COLUMNS " FROM cas_token WHERE expires_at > $1"
                       " ORDER BY expires_at DESC LIMIT $2",
};

bool cas_store_open(struct cas *cas, struct err *err)
{
    if (!db_migrate(cas->db, "cas", cas_steps, sizeof(cas_steps) / sizeof(cas_steps[0]), err)) {
        return false;
    }
    for (int i = 0; i < CAS_SQL_COUNT; i++) {
        if (!db_prepare(cas->db, &cas->stmts[i], cas_sql_texts[i], err)) {
            return false;
        }
    }
    return true;
}

// *name is empty where nobody is left.
static bool store_old_person(struct cas *cas, struct arena *arena, struct str *name,
                             struct accounts_person_edit *edit, struct err *err)
{
    struct db_stmt *stmt = cas->stmts[CAS_SQL_OLD_PEOPLE];
    bool row;
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *name = row ? arena_copy(arena, db_col_text(stmt, 0)) : STR("");
    if (row) {
        *edit = (struct accounts_person_edit){ .sets = ACCOUNTS_SET_FULL_NAME,
                                               .full_name = arena_copy(arena, db_col_text(stmt, 1)),
                                               .created_at = db_col_int(stmt, 2) };
        db_reset(stmt);
    }
    return true;
}

bool cas_store_people_move(struct cas *cas, size_t most, size_t *count, struct err *err)
{
    struct db_stmt *drop = cas->stmts[CAS_SQL_OLD_PERSON_DROP];
    for (*count = 0; *count < most; (*count)++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct accounts_person_edit edit = { 0 };
        struct accounts_person after;
        enum accounts_outcome outcome;
        struct str name;
        if (!store_old_person(cas, &arena, &name, &edit, err)) {
            return false;
        }
        if (name.len == 0) {
            break;
        }
        const struct accounts_by by = { .asker = STR("cas"), .at = edit.created_at };
        db_bind_text(drop, 1, name);
        if (!accounts_person_put(cas->accounts, name, ACCOUNTS_ADD_OR_CHANGE, &edit, &by, &arena,
                                 &after, &outcome, err) ||
            !db_run(drop, err)) {
            return false;
        }
    }
    return true;
}

bool cas_store_prices(struct cas *cas, uint32_t version, struct price_list *list, bool *found,
                      struct err *err)
{
    struct db_stmt *stmt = cas->stmts[version == 0 ? CAS_SQL_PRICE_NEWEST : CAS_SQL_PRICE_GET];
    if (version != 0) {
        db_bind_int(stmt, 1, version);
    }
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    for (int i = 0; i < PAGE_SIZE_COUNT; i++) {
        list->page_mono[i].units = db_col_int(stmt, i);
        list->page_color[i].units = db_col_int(stmt, PAGE_SIZE_COUNT + i);
    }
    list->duplex_percent = (uint32_t)db_col_int(stmt, 2 * PAGE_SIZE_COUNT);
    list->per_job.units = db_col_int(stmt, 2 * PAGE_SIZE_COUNT + 1);
    db_reset(stmt);
    return true;
}

bool cas_store_once_add(struct cas *cas, const struct ledger_key *key, struct str request,
                        int64_t answer, int64_t at, struct err *err)
{
    struct db_stmt *stmt = cas->stmts[CAS_SQL_ONCE_ADD];
    db_bind_bytes(stmt, 1, key->bytes, sizeof(key->bytes));
    db_bind_bytes(stmt, 2, request.ptr, request.len);
    db_bind_int(stmt, 3, answer);
    db_bind_int(stmt, 4, at);
    return db_run(stmt, err);
}

bool cas_store_once(struct cas *cas, const struct ledger_key *key, struct arena *arena,
                    struct str *request, int64_t *answer, bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->stmts[CAS_SQL_ONCE_GET];
    db_bind_bytes(stmt, 1, key->bytes, sizeof(key->bytes));
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        *request = arena_copy(arena, db_col_bytes(stmt, 0));
        *answer = db_col_int(stmt, 1);
        db_reset(stmt);
    }
    return true;
}

bool cas_store_token_add(struct cas *cas, const struct cas_join *join, struct err *err)
{
    struct db_stmt *stmt = cas->stmts[CAS_SQL_TOKEN_ADD];
    db_bind_text(stmt, 1, str_of(join->identity));
    db_bind_bytes(stmt, 2, join->key, sizeof(join->key));
    db_bind_text(stmt, 3, join->role);
    db_bind_text(stmt, 4, join->host);
    db_bind_int(stmt, 5, join->expires_at);
    db_bind_text(stmt, 6, join->created_by);
    return db_run(stmt, err);
}

bool cas_store_token(struct cas *cas, struct str identity, struct arena *arena,
                     struct cas_join *join, bool *found, struct err *err)
{
    struct db_stmt *stmt = cas->stmts[CAS_SQL_TOKEN_GET];
    db_bind_text(stmt, 1, identity);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    struct str name = db_col_text(stmt, 0);
    *join = (struct cas_join){ .role = arena_copy(arena, db_col_text(stmt, 2)),
                               .host = arena_copy(arena, db_col_text(stmt, 3)),
                               .expires_at = db_col_int(stmt, 4),
                               .used_key = arena_copy(arena, db_col_bytes(stmt, 6)),
                               .request = arena_copy(arena, db_col_bytes(stmt, 7)),
                               .certificate = arena_copy(arena, db_col_bytes(stmt, 8)) };
    memcpy(join->identity, name.ptr, name.len < 16 ? name.len : 16);
    db_reset(stmt);
    return true;
}

bool cas_store_token_use(struct cas *cas, const struct cas_join *join, bool *ok, struct err *err)
{
    struct db_stmt *stmt = cas->stmts[CAS_SQL_TOKEN_USE];
    db_bind_text(stmt, 1, str_of(join->identity));
    db_bind_bytes(stmt, 2, join->used_key.ptr, join->used_key.len);
    db_bind_bytes(stmt, 3, join->request.ptr, join->request.len);
    db_bind_bytes(stmt, 4, join->certificate.ptr, join->certificate.len);
    if (!db_run(stmt, err)) {
        return false;
    }
    *ok = db_changes(cas->db) == 1;
    return true;
}

bool cas_tokens(struct cas *cas, int64_t now, struct cas_token *tokens, size_t most, size_t *count,
                struct err *err)
{
    struct db_stmt *stmt = cas->stmts[CAS_SQL_TOKENS];
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 1, now);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        struct str name = row ? db_col_text(stmt, 0) : STR("");
        struct str key = row ? db_col_bytes(stmt, 1) : STR("");
        if (read < most && name.len == 16 && key.len == CRYPTO_HASH_LEN) {
            tokens[read] = (struct cas_token){ .expires_at = db_col_int(stmt, 4) };
            memcpy(tokens[read].identity, name.ptr, name.len);
            memcpy(tokens[read].key, key.ptr, key.len);
            read++;
        }
    }
    *count = read;
    return true;
}
