// payer: departments, codes and shared accounts, and who may charge them. See accounts.h.

#include "accounts/accounts_int.h"

static void payer_row(const struct db_stmt *stmt, struct arena *arena, struct accounts_payer *payer,
                      struct str *pin)
{
    *pin = accounts_keep(arena, stmt, 9);
    *payer = (struct accounts_payer){
        .id = db_col_int(stmt, 0),
        .kind = (enum accounts_kind)db_col_int(stmt, 1),
        .name = accounts_keep(arena, stmt, 2),
        .title = accounts_keep(arena, stmt, 3),
        .parent = db_col_int(stmt, 4),
        .is_locked = db_col_int(stmt, 5) != 0,
        .is_removed = db_col_int(stmt, 6) != 0,
        .valid_from = db_col_int(stmt, 7),
        .valid_until = db_col_int(stmt, 8),
        .has_pin = pin->len > 0,
        .access = (enum accounts_access)db_col_int(stmt, 10),
        .must_choose = (enum accounts_choose)db_col_int(stmt, 11),
        .overdraft = { db_col_int(stmt, 12) },
        .is_unlimited = db_col_int(stmt, 13) != 0,
        .created_at = db_col_int(stmt, 14),
    };
    const char *ledger = arena_textf(arena, "%s:%.*s", accounts_kind_name(payer->kind),
                                     (int)payer->name.len, payer->name.ptr);
    payer->ledger = str_of(ledger == NULL ? "" : ledger);
}

static bool payer_one(struct db_stmt *stmt, struct arena *arena, struct accounts_payer *payer,
                      struct str *pin, bool *found, struct err *err)
{
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (*found) {
        payer_row(stmt, arena, payer, pin);
        db_reset(stmt);
    }
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once");
}

bool accounts_payer_read(struct accounts *accounts, int64_t id, struct arena *arena,
                         struct accounts_payer *payer, struct str *pin, bool *found,
                         struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PAYER_BY_ID];
    db_bind_int(stmt, 1, id);
    return payer_one(stmt, arena, payer, pin, found, err);
}

bool accounts_payer_get(struct accounts *accounts, int64_t id, struct arena *arena,
                        struct accounts_payer *payer, struct err *err)
{
    struct str pin;
    bool found;
    return accounts_payer_read(accounts, id, arena, payer, &pin, &found, err) &&
           (found ||
            err_set(err, ERR_NOT_FOUND, "there is no account of the number %lld", (long long)id));
}

static bool payer_named(struct accounts *accounts, enum accounts_kind kind, struct str folded,
                        struct arena *arena, struct accounts_payer *payer, struct str *pin,
                        bool *found, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PAYER_BY_NAME];
    db_bind_int(stmt, 1, kind);
    db_bind_text(stmt, 2, folded);
    return payer_one(stmt, arena, payer, pin, found, err);
}

bool accounts_payer_named(struct accounts *accounts, enum accounts_kind kind, struct str name,
                          struct arena *arena, struct accounts_payer *payer, bool *found,
                          struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct err unheard;
    struct str pin;
    if (!accounts_path_fold(name, folded, &unheard)) {
        *found = false;
        return true;
    }
    return payer_named(accounts, kind, str_of(folded), arena, payer, &pin, found, err);
}

static bool payer_was(struct accounts *accounts, enum accounts_kind kind, struct str folded,
                      struct arena *arena, struct accounts_payer *payer, struct str *pin,
                      bool *found, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PAYER_WAS];
    db_bind_int(stmt, 1, kind);
    db_bind_text(stmt, 2, folded);
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    int64_t id = db_col_int(stmt, 0);
    db_reset(stmt);
    return accounts_payer_read(accounts, id, arena, payer, pin, found, err);
}

// By the path it has; where none has it, by the one it had.
static bool payer_known(struct accounts *accounts, enum accounts_kind kind, struct str folded,
                        struct arena *arena, struct accounts_payer *payer, struct str *pin,
                        bool *found, struct err *err)
{
    return payer_named(accounts, kind, folded, arena, payer, pin, found, err) &&
           (*found || payer_was(accounts, kind, folded, arena, payer, pin, found, err));
}

bool accounts_payer_known(struct accounts *accounts, enum accounts_kind kind, struct str name,
                          struct arena *arena, struct accounts_payer *payer, bool *found,
                          struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct err unheard;
    struct str pin;
    if (!accounts_path_fold(name, folded, &unheard)) {
        *found = false;
        return true;
    }
    return payer_known(accounts, kind, str_of(folded), arena, payer, &pin, found, err);
}

// ---- may this person charge it? ----------------------------------------------------------------

// "code:acme/1" or "acme/1".
static bool payer_meant(struct accounts *accounts, struct str account, struct arena *arena,
                        struct accounts_payer *payer, struct str *pin, bool *found, struct err *err)
{
    static const enum accounts_kind order[] = { ACCOUNTS_CODE, ACCOUNTS_SHARED,
                                                ACCOUNTS_DEPARTMENT };
    const char *colon = account.len == 0 ? NULL : memchr(account.ptr, ':', account.len);
    char folded[ACCOUNTS_NAME_MAX + 1];
    enum accounts_kind only = ACCOUNTS_CODE;
    struct err unheard;
    *found = false;
    if (colon != NULL) {
        size_t before = (size_t)(colon - account.ptr);
        if (!accounts_kind_read((struct str){ account.ptr, before }, &only)) {
            return true;
        }
        account = (struct str){ colon + 1, account.len - before - 1 };
    }
    if (!accounts_path_fold(account, folded, &unheard)) {
        return true;
    }
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && !*found; i++) {
        if (colon != NULL && order[i] != only) {
            continue;
        }
        if (!payer_known(accounts, order[i], str_of(folded), arena, payer, pin, found, err)) {
            return false;
        }
        *found = *found && !payer->is_removed;
    }
    return true;
}

static bool payer_is_open(const struct accounts_payer *payer, int64_t at,
                          enum accounts_refusal *refusal, struct err *err)
{
    const char *why = NULL;
    if (payer->is_locked || payer->is_removed) {
        why = "is locked";
    } else if (payer->valid_from != 0 && at < payer->valid_from) {
        why = "is not open yet";
    } else if (payer->valid_until != 0 && at >= payer->valid_until) {
        why = "is closed";
    }
    if (why == NULL) {
        return true;
    }
    *refusal = ACCOUNTS_REFUSED_CLOSED;
    return err_set(err, ERR_DENIED, "%s %.*s %s; choose another one",
                   accounts_kind_name(payer->kind), (int)payer->name.len, payer->name.ptr, why);
}

static bool payer_asks(struct db_stmt *stmt, int64_t payer, int64_t subject, bool *yes,
                       struct err *err)
{
    db_bind_int(stmt, 1, payer);
    db_bind_int(stmt, 2, subject);
    if (!db_step(stmt, yes, err)) {
        return false;
    }
    db_reset(stmt);
    return true;
}

// The person's department and those above it; told of each: is it the payer itself, or on its list?
static bool payer_by_department(struct accounts *accounts, const struct accounts_payer *payer,
                                const struct accounts_person *person, bool members, bool *may,
                                struct err *err)
{
    struct db_stmt *listed = accounts->stmts[ACCOUNTS_SQL_ACCESS_OF_DEPARTMENTS];
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PAYER_BY_ID];
    int64_t at = person->department_id;
    *may = false;
    for (int depth = 0; depth < ACCOUNTS_DEPTH_MAX && at != 0 && !*may; depth++) {
        bool found;
        if (members) {
            *may = at == payer->id;
        } else if (!payer_asks(listed, payer->id, at, may, err)) {
            return false;
        }
        db_bind_int(stmt, 1, at);
        if (!db_step(stmt, &found, err)) {
            return false;
        }
        at = found ? db_col_int(stmt, 4) : 0;
        db_reset(stmt);
    }
    return true;
}

static enum accounts_access payer_default(enum accounts_kind kind)
{
    switch (kind) {
    case ACCOUNTS_DEPARTMENT: return ACCOUNTS_ACCESS_MEMBERS;
    case ACCOUNTS_CODE: return ACCOUNTS_ACCESS_EVERYONE;
    case ACCOUNTS_SHARED: break;
    }
    return ACCOUNTS_ACCESS_LISTED;
}

static bool payer_access(struct accounts *accounts, const struct accounts_payer *payer,
                         const struct accounts_person *person, bool *may, struct err *err)
{
    enum accounts_access access = payer->access;
    if (access == ACCOUNTS_ACCESS_INHERIT) {
        access = payer_default(payer->kind);
    }
    switch (access) {
    case ACCOUNTS_ACCESS_MEMBERS:
        return payer_by_department(accounts, payer, person, true, may, err);
    case ACCOUNTS_ACCESS_LISTED:
        return payer_asks(accounts->stmts[ACCOUNTS_SQL_ACCESS_OF_PERSON], payer->id, person->id,
                          may, err) &&
               (*may || payer_by_department(accounts, payer, person, false, may, err));
    case ACCOUNTS_ACCESS_EVERYONE:
    case ACCOUNTS_ACCESS_INHERIT: break;
    }
    *may = true;
    return true;
}

// What the payer and those above it say together.
struct payer_rules {
    struct accounts_payer access; // the nearest one that says who
    int64_t pin_of;               // the nearest one that has a PIN; 0: none
    struct str pin;
};

static bool payer_climb(struct accounts *accounts, const struct accounts_payer_ask *ask,
                        struct arena *arena, const struct accounts_payer *payer, struct str pin,
                        struct payer_rules *rules, enum accounts_refusal *refusal, struct err *err)
{
    struct accounts_payer at = *payer;
    bool settled = false;
    bool found = true;
    // A department's members are its own: what stands above it says nothing of them.
    for (int depth = 0; depth <= ACCOUNTS_DEPTH_MAX && found; depth++) {
        if (!payer_is_open(&at, ask->at, refusal, err)) {
            return false;
        }
        if (!settled) {
            rules->access = at;
            settled = at.access != ACCOUNTS_ACCESS_INHERIT || at.kind == ACCOUNTS_DEPARTMENT;
        }
        if (rules->pin_of == 0 && pin.len > 0) {
            rules->pin_of = at.id;
            rules->pin = pin;
        }
        if (at.parent == 0) {
            break;
        }
        if (!accounts_payer_read(accounts, at.parent, arena, &at, &pin, &found, err)) {
            return false;
        }
    }
    return true;
}

bool accounts_payer_find(struct accounts *accounts, const struct accounts_payer_ask *ask,
                         struct arena *arena, struct accounts_payer *payer,
                         enum accounts_refusal *refusal, struct err *err)
{
    struct payer_rules rules = { 0 };
    struct accounts_payer meant;
    struct str pin = { "", 0 };
    bool found;
    bool may;
    *refusal = ACCOUNTS_REFUSED_NOT;
    if (!payer_meant(accounts, ask->account, arena, &meant, &pin, &found, err)) {
        return false;
    }
    if (!found) {
        *refusal = ACCOUNTS_REFUSED_UNKNOWN;
        return err_set(err, ERR_NOT_FOUND,
                       "there is no account \"%.*s\" that could be charged; choose another one",
                       (int)(ask->account.len < 140 ? ask->account.len : 140), ask->account.ptr);
    }
    if (!payer_climb(accounts, ask, arena, &meant, pin, &rules, refusal, err) ||
        !payer_access(accounts, &rules.access, ask->person, &may, err)) {
        return false;
    }
    if (!may) {
        *refusal = ACCOUNTS_REFUSED_DENIED;
        return err_set(err, ERR_DENIED, "%.*s may not charge %s %.*s; choose another account",
                       (int)ask->person->name.len, ask->person->name.ptr,
                       accounts_kind_name(meant.kind), (int)meant.name.len, meant.name.ptr);
    }
    if (rules.pin_of != 0 &&
        !accounts_pin_check(accounts, ask, rules.pin_of, rules.pin, refusal, err)) {
        return false;
    }
    *payer = meant;
    return true;
}

bool accounts_note_used(struct accounts *accounts, int64_t person, int64_t payer, int64_t at,
                        struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_USED];
    db_bind_int(stmt, 1, person);
    db_bind_int(stmt, 2, payer);
    db_bind_int(stmt, 3, at);
    return db_run(stmt, err);
}
