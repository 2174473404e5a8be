// tokens: what is shown once and known by its hash: tickets that sign in once, tokens of programs,
// the codes of a set-up.
// no unit test: test_credential.c asks it on both stores

#include "base/buf.h"
#include "base/enc.h"
#include "credential/credential_int.h"

// ---- codes that people write -------------------------------------------------------------------

// As Crockford's base 32 has it: small letters are large, O is 0, I and L are 1; spaces and dashes
// do not matter. What is too long is no code; its hash is found nowhere.
static void tokens_hash_code(struct str code, uint8_t hash[static CRYPTO_HASH_LEN])
{
    char kept[64];
    size_t len = 0;
    for (size_t i = 0; i < code.len && len < sizeof(kept); i++) {
        char c = code.ptr[i];
        c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (c != ' ' && c != '-') {
            kept[len++] = c;
        }
    }
    crypto_hash_of((struct str){ kept, len }, hash);
}

static bool tokens_code_add(struct credential *credential, enum credential_sql which,
                            struct str code, int64_t two, int64_t three, struct err *err)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    struct db_stmt *stmt = credential->stmts[which];
    tokens_hash_code(code, hash);
    db_bind_bytes(stmt, 1, hash, sizeof(hash));
    db_bind_int(stmt, 2, two);
    if (which == CREDENTIAL_SQL_TICKET_ADD) {
        db_bind_int(stmt, 3, three);
    }
    return db_run(stmt, err);
}

static bool tokens_code_use(struct credential *credential, enum credential_sql which,
                            const uint8_t hash[static CRYPTO_HASH_LEN], struct str key, bool *ok,
                            struct err *err)
{
    struct db_stmt *stmt = credential->stmts[which];
    db_bind_bytes(stmt, 1, hash, CRYPTO_HASH_LEN);
    db_bind_bytes(stmt, 2, key.ptr, key.len);
    if (!db_run(stmt, err)) {
        return false;
    }
    *ok = db_changes(credential->db) == 1;
    return true;
}

// Whether a code's row lets this key in; *fresh: it was not used yet.
static bool tokens_code_is(const struct db_stmt *stmt, int until, struct str key, int64_t now,
                           bool *fresh)
{
    *fresh = db_col_is_null(stmt, until + 1);
    return db_col_int(stmt, until) > now && (*fresh || str_eq(db_col_bytes(stmt, until + 1), key));
}

bool credential_ticket_add(struct credential *credential, struct str code, int64_t person,
                           int64_t until, struct err *err)
{
    struct db_stmt *old = credential->stmts[CREDENTIAL_SQL_TICKETS_OLD];
    db_bind_int(old, 1, until - (int64_t)24 * 3600 * 1000);
    return db_run(old, err) &&
           tokens_code_add(credential, CREDENTIAL_SQL_TICKET_ADD, code, person, until, err);
}

bool credential_ticket_use(struct credential *credential, struct str code, struct str key,
                           int64_t now, int64_t *person, bool *ok, struct err *err)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_TICKET_GET];
    bool row;
    bool fresh = false;
    tokens_hash_code(code, hash);
    db_bind_bytes(stmt, 1, hash, sizeof(hash));
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *ok = row && tokens_code_is(stmt, 1, key, now, &fresh);
    *person = row ? db_col_int(stmt, 0) : 0;
    db_reset(stmt);
    return !*ok || !fresh ||
           tokens_code_use(credential, CREDENTIAL_SQL_TICKET_USE, hash, key, ok, err);
}

bool credential_setup_add(struct credential *credential, struct str code, int64_t until,
                          struct err *err)
{
    return db_run(credential->stmts[CREDENTIAL_SQL_SETUP_DROP], err) &&
           tokens_code_add(credential, CREDENTIAL_SQL_SETUP_ADD, code, until, 0, err);
}

static bool tokens_setup(struct credential *credential, struct str code, struct str key,
                         int64_t now, bool uses, bool *ok, struct err *err)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_SETUP_GET];
    bool row;
    bool fresh = false;
    tokens_hash_code(code, hash);
    db_bind_bytes(stmt, 1, hash, sizeof(hash));
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *ok = row && tokens_code_is(stmt, 0, key, now, &fresh);
    db_reset(stmt);
    return !uses || !*ok || !fresh ||
           tokens_code_use(credential, CREDENTIAL_SQL_SETUP_USE, hash, key, ok, err);
}

bool credential_setup_is(struct credential *credential, struct str code, struct str key,
                         int64_t now, bool *ok, struct err *err)
{
    return tokens_setup(credential, code, key, now, false, ok, err);
}

bool credential_setup_use(struct credential *credential, struct str code, struct str key,
                          int64_t now, bool *ok, struct err *err)
{
    return tokens_setup(credential, code, key, now, true, ok, err);
}

// ---- tokens of programs ------------------------------------------------------------------------

static const char *const tokens_subjects[] = {
#define SCOPE(subject) subject,
#include "model/scope.tbl.h"
#undef SCOPE
};

static bool tokens_is_subject(struct str word)
{
    for (size_t i = 0; i < sizeof(tokens_subjects) / sizeof(tokens_subjects[0]); i++) {
        if (str_eq(word, str_of(tokens_subjects[i]))) {
            return true;
        }
    }
    return false;
}

static bool tokens_is_device(struct str scope)
{
    return scope.len > 7 && memcmp(scope.ptr, "device:", 7) == 0;
}

bool credential_scope_check(struct str scope, struct err *err)
{
    const char *colon = scope.len == 0 ? NULL : memchr(scope.ptr, ':', scope.len);
    size_t front = colon == NULL ? 0 : (size_t)(colon - scope.ptr);
    struct str first = { scope.ptr, front };
    struct str second = { scope.ptr + front + 1, colon == NULL ? 0 : scope.len - front - 1 };
    bool does = str_eq(second, STR("read")) || str_eq(second, STR("write"));
    bool known = tokens_is_device(scope) ? enc_is_plain(second) : does && tokens_is_subject(first);
    return (colon != NULL && scope.len <= CREDENTIAL_SCOPE_MAX && known) ||
           err_set(err, ERR_INVALID,
                   "\"%.*s\" is no scope: like jobs:read, people:write (docs/api.md has them "
                   "all), device:NAME",
                   (int)(scope.len > 60 ? 60 : scope.len), scope.ptr);
}

static void tokens_scopes(struct arena *arena, struct str text, struct credential_token *token)
{
    size_t count = text.len == 0 ? 0 : 1;
    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == '\n';
    }
    token->scopes = arena_new_array(arena, count, sizeof(*token->scopes));
    for (size_t at = 0; token->scopes != NULL && token->scope_count < count;) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != '\n') {
            end++;
        }
        token->scopes[token->scope_count++] =
            arena_copy(arena, (struct str){ text.ptr + at, end - at });
        at = end + 1;
    }
}

static void tokens_read(const struct db_stmt *stmt, struct arena *arena, void *row)
{
    struct credential_token *token = row;
    *token = (struct credential_token){ .id = db_col_int(stmt, 0),
                                        .person = db_col_int(stmt, 1),
                                        .title = arena_copy(arena, db_col_text(stmt, 2)),
                                        .made_at = db_col_int(stmt, 4),
                                        .until = db_col_int(stmt, 5),
                                        .used_at = db_col_int(stmt, 6),
                                        .is_revoked = db_col_int(stmt, 7) != 0,
                                        .hint = arena_copy(arena, db_col_text(stmt, 8)) };
    tokens_scopes(arena, db_col_text(stmt, 3), token);
}

static bool tokens_first(struct db_stmt *stmt, struct arena *arena, struct credential_token *token,
                         bool *found, struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        tokens_read(stmt, arena, token);
        db_reset(stmt);
    }
    return credential_kept(arena, err);
}

bool credential_token_find(struct credential *credential, struct str secret, struct arena *arena,
                           struct credential_token *token, bool *found, struct err *err)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_TOKEN_BY_HASH];
    crypto_hash_of(secret, hash);
    db_bind_bytes(stmt, 1, hash, sizeof(hash));
    return tokens_first(stmt, arena, token, found, err);
}

bool credential_token_get(struct credential *credential, int64_t id, struct arena *arena,
                          struct credential_token *token, bool *found, struct err *err)
{
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_TOKEN_BY_ID];
    db_bind_int(stmt, 1, id);
    return tokens_first(stmt, arena, token, found, err);
}

bool credential_token_is_device(const struct credential_token *token)
{
    return token->scope_count == 1 && tokens_is_device(token->scopes[0]);
}

// Of devices there are as many as there are stations.
static bool tokens_room(struct credential *credential, const struct credential_token *token,
                        struct err *err)
{
    struct db_stmt *count = credential->stmts[CREDENTIAL_SQL_TOKEN_COUNT];
    int64_t has;
    db_bind_int(count, 1, token->person);
    db_bind_int(count, 2, token->made_at);
    if (!credential_number(count, &has, err)) {
        return false;
    }
    return credential_token_is_device(token) || has < CREDENTIAL_TOKENS_MAX ||
           err_set(err, ERR_LIMIT, "a person has at most %d tokens; revoke one first",
                   CREDENTIAL_TOKENS_MAX);
}

bool credential_token_add(struct credential *credential, struct str secret,
                          struct credential_token *token, struct err *err)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    struct db_stmt *add = credential->stmts[CREDENTIAL_SQL_TOKEN_ADD];
    OWN(buf_free) struct buf scopes = BUF_CAP(CREDENTIAL_SCOPES_MAX * (CREDENTIAL_SCOPE_MAX + 1));
    if (token->scope_count == 0 || token->scope_count > CREDENTIAL_SCOPES_MAX) {
        return err_set(err, ERR_INVALID, "a token has 1 to %d scopes", CREDENTIAL_SCOPES_MAX);
    }
    for (size_t i = 0; i < token->scope_count; i++) {
        if (!credential_scope_check(token->scopes[i], err)) {
            return false;
        }
        if (tokens_is_device(token->scopes[i]) && token->scope_count > 1) {
            return err_set(err, ERR_INVALID, "a device's token is for that device alone");
        }
        buf_add(&scopes, i == 0 ? STR("") : STR("\n"));
        buf_add(&scopes, token->scopes[i]);
    }
    if (!tokens_room(credential, token, err) ||
        !credential_next(credential, "token", &token->id, err)) {
        return false;
    }
    crypto_hash_of(secret, hash);
    db_bind_int(add, 1, token->id);
    db_bind_bytes(add, 2, hash, sizeof(hash));
    db_bind_int(add, 3, token->person);
    db_bind_text(add, 4, token->title);
    db_bind_text(add, 5, buf_str(&scopes));
    db_bind_int(add, 6, token->made_at);
    db_bind_int(add, 7, token->until);
    db_bind_text(add, 8, token->hint);
    return db_run(add, err);
}

bool credential_token_used(struct credential *credential, int64_t id, int64_t at, struct err *err)
{
    return credential_run_two(credential, CREDENTIAL_SQL_TOKEN_USED, id, at, err);
}

bool credential_token_revoke(struct credential *credential, const struct credential_token *token,
                             struct err *err)
{
    return credential_run(credential, CREDENTIAL_SQL_TOKEN_REVOKE, token->id, err) &&
           credential_touch(credential, token->person, err);
}

bool credential_device_end(struct credential *credential, struct str device, uint32_t *ended,
                           struct err *err)
{
    enum { ROOM = 1 << 16 };
    struct db_stmt *stmt = credential->stmts[CREDENTIAL_SQL_TOKEN_OF_DEVICE];
    OWN(buf_free) struct buf scope = BUF_CAP(CREDENTIAL_SCOPE_MAX + 1);
    bool found = true;
    buf_add(&scope, STR("device:"));
    buf_add(&scope, device);
    *ended = 0;
    while (found && buf_ok(&scope)) {
        OWN(arena_free) struct arena room = ARENA_CAP(ROOM);
        struct credential_token token = { .id = 0 };
        db_bind_text(stmt, 1, buf_str(&scope));
        if (!tokens_first(stmt, &room, &token, &found, err) ||
            (found && !credential_token_revoke(credential, &token, err))) {
            return false;
        }
        *ended += found ? 1 : 0;
    }
    return true;
}

bool credential_tokens(struct credential *credential, int64_t person, int64_t after, size_t most,
                       struct arena *arena, struct credential_token *tokens, size_t *count,
                       struct err *err)
{
    const struct credential_page page = {
        .stmt = person == 0 ? CREDENTIAL_SQL_TOKENS : CREDENTIAL_SQL_TOKENS_OF,
        .person = person,
        .after = after,
        .most = most,
        .read = tokens_read,
    };
    return credential_page_read(credential, &page, arena, tokens, sizeof(*tokens), count, err);
}
