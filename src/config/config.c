// config: see config.h.

#include "config/config_int.h"

#include "base/mem.h"
#include "crypto/hash.h"
#include <stdlib.h>

bool config_open(struct db *db, struct config **config, struct err *err)
{
    OWN(config_close) struct config *made = mem_new(sizeof(*made));
    made->db = db;
    if (!config_store_open(made, err)) {
        return false;
    }
    *config = made;
    made = NULL;
    return true;
}

void config_close(struct config **config)
{
    free(*config);
    *config = NULL;
}

// ---- reading -----------------------------------------------------------------------------------

// The newest change, and a new state where it is another one than when it was last asked.
static bool config_refresh(struct config *config, struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_VERSION];
    uint8_t key[sizeof(config->key)] = { 0 };
    int64_t version = 0;
    bool row;
    // Asked by every charge, and in a transaction only config_apply changes it.
    if (db_in_transaction(config->db) && config->epoch == db_epoch(config->db)) {
        return true;
    }
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    if (row) {
        struct str read = db_col_bytes(stmt, 1);
        version = db_col_int(stmt, 0);
        memcpy(key, read.ptr, read.len < sizeof(key) ? read.len : sizeof(key));
    }
    db_reset(stmt);
    if (config->state == 0 || version != config->version ||
        memcmp(key, config->key, sizeof(key)) != 0) {
        config->state++;
    }
    config->version = version;
    memcpy(config->key, key, sizeof(key));
    config->epoch = db_in_transaction(config->db) ? db_epoch(config->db) : 0;
    return true;
}

bool config_version(struct config *config, int64_t *version, struct err *err)
{
    bool ok = config_refresh(config, err);
    *version = ok ? config->version : 0;
    return ok;
}

bool config_state(struct config *config, int64_t *state, struct err *err)
{
    bool ok = config_refresh(config, err);
    *state = ok ? config->state : 0;
    return ok;
}

static void config_thing_read(const struct db_stmt *stmt, struct arena *arena,
                              struct config_thing *thing)
{
    *thing = (struct config_thing){ .kind = arena_copy(arena, db_col_text(stmt, 0)),
                                    .name = arena_copy(arena, db_col_text(stmt, 1)),
                                    .body = arena_copy(arena, db_col_bytes(stmt, 2)),
                                    .changed_in = db_col_int(stmt, 3) };
}

bool config_get(struct config *config, struct str kind, struct str name, struct arena *arena,
                struct config_thing *thing, bool *found, struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_GET];
    db_bind_text(stmt, 1, kind);
    db_bind_text(stmt, 2, name);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        config_thing_read(stmt, arena, thing);
        db_reset(stmt);
    }
    return true;
}

bool config_list(struct config *config, struct str kind, struct str after, size_t most,
                 struct arena *arena, struct config_thing *things, size_t *count, struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_LIST];
    bool row = true;
    size_t read = 0;
    db_bind_text(stmt, 1, kind);
    db_bind_text(stmt, 2, after);
    db_bind_int(stmt, 3, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            config_thing_read(stmt, arena, &things[read++]);
        }
    }
    *count = read;
    return true;
}

static struct config_change config_change_read(const struct db_stmt *stmt, struct arena *arena)
{
    return (struct config_change){ .number = db_col_int(stmt, 0),
                                   .at = db_col_int(stmt, 1),
                                   .asker = arena_copy(arena, db_col_text(stmt, 2)),
                                   .why = arena_copy(arena, db_col_text(stmt, 3)),
                                   .undoes = db_col_int(stmt, 4),
                                   .edit_count = db_col_int(stmt, 5) };
}

bool config_changes(struct config *config, int64_t before, size_t most, struct arena *arena,
                    struct config_change *changes, size_t *count, struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_CHANGES];
    bool row = true;
    size_t read = 0;
    db_bind_int(stmt, 1, before == 0 ? INT64_MAX : before);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            changes[read++] = config_change_read(stmt, arena);
        }
    }
    *count = read;
    return true;
}

bool config_thing_past(struct config *config, const struct config_thing *thing, int64_t before,
                       size_t most, struct arena *arena, struct config_past *past, size_t *count,
                       struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_PAST];
    bool row = true;
    size_t read = 0;
    db_bind_text(stmt, 1, thing->kind);
    db_bind_text(stmt, 2, thing->name);
    db_bind_int(stmt, 3, before == 0 ? INT64_MAX : before);
    db_bind_int(stmt, 4, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            past[read++] = (struct config_past){ .change = config_change_read(stmt, arena),
                                                 .is_removal = db_col_is_null(stmt, 6),
                                                 .body = arena_copy(arena, db_col_bytes(stmt, 6)) };
        }
    }
    *count = read;
    return true;
}

static bool config_edit_count(struct config *config, int64_t number, size_t *count, struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_EDIT_COUNT];
    bool row;
    db_bind_int(stmt, 1, number);
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *count = row ? (size_t)db_col_int(stmt, 0) : 0;
    db_reset(stmt);
    return true;
}

bool config_change_edits(struct config *config, int64_t number, struct arena *arena,
                         struct config_edit **edits, size_t *count, struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_EDITS];
    size_t most;
    size_t read = 0;
    bool row = true;
    if (!config_edit_count(config, number, &most, err)) {
        return false;
    }
    struct config_edit *made = arena_new_array(arena, most, sizeof(*made));
    if (made == NULL) {
        return err_set(err, ERR_LIMIT, "the change is too large to be shown at once");
    }
    db_bind_int(stmt, 1, number);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            made[read++] = (struct config_edit){
                .kind = arena_copy(arena, db_col_text(stmt, 0)),
                .name = arena_copy(arena, db_col_text(stmt, 1)),
                .had_old = !db_col_is_null(stmt, 2),
                .old = arena_copy(arena, db_col_bytes(stmt, 2)),
                .is_removal = db_col_is_null(stmt, 3),
                .body = arena_copy(arena, db_col_bytes(stmt, 3)),
            };
        }
    }
    if (!arena_ok(arena)) {
        return err_set(err, ERR_LIMIT, "the change is too large to be shown at once");
    }
    *edits = made;
    *count = read;
    return true;
}

// ---- changing ----------------------------------------------------------------------------------

static bool config_edit_check(const struct config_edit *edit, struct err *err)
{
    if (edit->kind.len == 0 || edit->kind.len > CONFIG_KIND_MAX || edit->name.len == 0 ||
        edit->name.len > CONFIG_NAME_MAX) {
        return err_set(err, ERR_INVALID, "a thing has a kind and a name of 1 to %d bytes",
                       CONFIG_NAME_MAX);
    }
    return edit->body.len <= CONFIG_BODY_MAX ||
           err_set(err, ERR_LIMIT, "%.*s %.*s is larger than %d bytes", (int)edit->kind.len,
                   edit->kind.ptr, (int)edit->name.len, edit->name.ptr, CONFIG_BODY_MAX);
}

static void config_digest_add(struct crypto_hash *hash, struct str run)
{
    uint8_t len[4] = { (uint8_t)(run.len >> 24), (uint8_t)(run.len >> 16), (uint8_t)(run.len >> 8),
                       (uint8_t)run.len };
    crypto_hash_add(hash, (struct str){ (const char *)len, sizeof(len) });
    crypto_hash_add(hash, run);
}

void config_bound(struct config *config, const struct config_bound *bounds, size_t count)
{
    config->bounds = bounds;
    config->bound_count = count;
}

// How many things of a kind the edits add, less those that they remove.
static bool config_growth(struct config *config, struct str kind, const struct config_edit *edits,
                          size_t count, int64_t *growth, struct err *err)
{
    *growth = 0;
    for (size_t i = 0; i < count; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(2 * CONFIG_BODY_MAX);
        struct config_thing old;
        bool found;
        if (!str_eq(edits[i].kind, kind)) {
            continue;
        }
        if (!config_get(config, kind, edits[i].name, &arena, &old, &found, err)) {
            return false;
        }
        *growth += edits[i].is_removal ? -(found ? 1 : 0) : found ? 0 : 1;
    }
    return true;
}

bool config_has_room(struct config *config, const struct config_edit *edits, size_t count,
                     struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_KIND_COUNT];
    for (size_t i = 0; i < config->bound_count; i++) {
        const struct config_bound *bound = &config->bounds[i];
        int64_t growth;
        bool row;
        if (!config_growth(config, str_of(bound->kind), edits, count, &growth, err)) {
            return false;
        }
        if (growth <= 0) {
            continue;
        }
        db_bind_text(stmt, 1, str_of(bound->kind));
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        int64_t there = row ? db_col_int(stmt, 0) : 0;
        db_reset(stmt);
        if (there + growth > (int64_t)bound->most) {
            return err_set(err, ERR_LIMIT,
                           "a site has at most %zu %s, and with this there would be %lld; remove "
                           "some first",
                           bound->most, bound->things, (long long)(there + growth));
        }
    }
    return true;
}

// Of what was asked, so that the same key with other edits is noticed.
static void config_digest(const struct config_ask *ask, uint8_t digest[CRYPTO_HASH_LEN])
{
    struct crypto_hash *hash = crypto_hash_new();
    for (size_t i = 0; i < ask->count; i++) {
        config_digest_add(hash, ask->edits[i].kind);
        config_digest_add(hash, ask->edits[i].name);
        config_digest_add(hash, ask->edits[i].is_removal ? STR("-") : STR("+"));
        config_digest_add(hash, ask->edits[i].body);
    }
    crypto_hash_end(hash, digest);
    crypto_hash_free(&hash);
}

static bool config_repeat(struct config *config, const struct config_ask *ask,
                          const uint8_t digest[CRYPTO_HASH_LEN], int64_t *number, bool *found,
                          struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_CHANGE_BY_KEY];
    db_bind_bytes(stmt, 1, ask->key, sizeof(ask->key));
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    *number = db_col_int(stmt, 0);
    bool same =
        str_eq(db_col_bytes(stmt, 1), (struct str){ (const char *)digest, CRYPTO_HASH_LEN });
    db_reset(stmt);
    return same ||
           err_set(err, ERR_CONFLICT,
                   "the key was used before, for another change (%lld); a new request needs "
                   "a new key",
                   (long long)*number);
}

static bool config_run_edit(struct config *config, const struct config_edit *edit, int64_t number,
                            int64_t place, const struct config_thing *old, bool had_old,
                            struct err *err)
{
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_EDIT_ADD];
    db_bind_int(stmt, 1, number);
    db_bind_int(stmt, 2, place);
    db_bind_text(stmt, 3, edit->kind);
    db_bind_text(stmt, 4, edit->name);
    if (had_old) {
        db_bind_bytes(stmt, 5, old->body.ptr, old->body.len);
    }
    if (!edit->is_removal) {
        db_bind_bytes(stmt, 6, edit->body.ptr, edit->body.len);
    }
    if (!db_run(stmt, err)) {
        return false;
    }
    stmt = config->stmts[edit->is_removal ? CONFIG_SQL_REMOVE : CONFIG_SQL_PUT];
    db_bind_text(stmt, 1, edit->kind);
    db_bind_text(stmt, 2, edit->name);
    if (!edit->is_removal) {
        db_bind_bytes(stmt, 3, edit->body.ptr, edit->body.len);
        db_bind_int(stmt, 4, number);
    }
    return db_run(stmt, err);
}

static bool config_run_edits(struct config *config, const struct config_ask *ask, int64_t number,
                             int64_t *done, struct err *err)
{
    *done = 0;
    for (size_t i = 0; i < ask->count; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(2 * CONFIG_BODY_MAX);
        const struct config_edit *edit = &ask->edits[i];
        struct config_thing old = { 0 };
        bool found;
        if (!config_edit_check(edit, err) ||
            !config_get(config, edit->kind, edit->name, &arena, &old, &found, err)) {
            return false;
        }
        bool same = edit->is_removal ? !found : found && str_eq(old.body, edit->body);
        if (!same && !config_run_edit(config, edit, number, ++*done, &old, found, err)) {
            return false;
        }
    }
    return true;
}

bool config_apply(struct config *config, const struct config_ask *ask, int64_t *number,
                  struct err *err)
{
    uint8_t digest[CRYPTO_HASH_LEN];
    int64_t newest;
    int64_t done;
    bool found = false;
    if (ask->count > CONFIG_EDITS_MAX || ask->why.len > CONFIG_WHY_MAX) {
        return err_set(err, ERR_LIMIT, "a change has at most %d edits and a reason of %d bytes",
                       CONFIG_EDITS_MAX, CONFIG_WHY_MAX);
    }
    config_digest(ask, digest);
    if (!config_repeat(config, ask, digest, number, &found, err)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!config_version(config, &newest, err)) {
        return false;
    }
    if (ask->seen >= 0 && ask->seen != newest) {
        return err_set(err, ERR_CONFLICT,
                       "the configuration was changed meanwhile (change %lld); look at it again",
                       (long long)newest);
    }
    if (!config_has_room(config, ask->edits, ask->count, err)) {
        return false;
    }
    // From here on it is another configuration, and, where this is undone, another one again.
    config->epoch = 0;
    config->state++;
    if (!config_run_edits(config, ask, newest + 1, &done, err)) {
        return false;
    }
    *number = done == 0 ? newest : newest + 1;
    if (done == 0) {
        return true;
    }
    struct db_stmt *stmt = config->stmts[CONFIG_SQL_CHANGE_ADD];
    db_bind_int(stmt, 1, *number);
    db_bind_bytes(stmt, 2, ask->key, sizeof(ask->key));
    db_bind_int(stmt, 3, ask->at);
    db_bind_text(stmt, 4, ask->asker);
    db_bind_text(stmt, 5, ask->why);
    db_bind_int(stmt, 6, ask->undoes);
    db_bind_int(stmt, 7, done);
    db_bind_bytes(stmt, 8, digest, sizeof(digest));
    return db_run(stmt, err);
}
