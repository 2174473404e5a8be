// accounts: see accounts.h. Opening, and who a name means.

#include "accounts/accounts_int.h"
#include "base/mem.h"
#include "base/rnd.h"
#include <stdlib.h>

bool accounts_open(struct db *db, struct accounts **accounts, struct err *err)
{
    OWN(accounts_close) struct accounts *made = mem_new(sizeof(*made));
    made->db = db;
    rnd_bytes(made->pin_key, sizeof(made->pin_key));
    if (!accounts_store_open(made, err)) {
        return false;
    }
    *accounts = made;
    made = NULL;
    return true;
}

void accounts_close(struct accounts **accounts)
{
    if (*accounts == NULL) {
        return;
    }
    for (int i = 0; i < ACCOUNTS_SQL_COUNT; i++) {
        db_finish(&(*accounts)->stmts[i]);
    }
    mem_wipe((*accounts)->pin_key, sizeof((*accounts)->pin_key));
    free(*accounts);
    *accounts = NULL;
}

static struct str person_default(struct arena *arena, const struct db_stmt *stmt)
{
    int64_t kind = db_col_int(stmt, 18);
    if (db_col_is_null(stmt, 18) || kind < ACCOUNTS_DEPARTMENT || kind > ACCOUNTS_SHARED) {
        return (struct str){ "", 0 };
    }
    struct str name = db_col_text(stmt, 19);
    const char *text = arena_textf(arena, "%s:%.*s", accounts_kind_name((enum accounts_kind)kind),
                                   (int)name.len, name.ptr);
    return str_of(text == NULL ? "" : text);
}

// *above: the department above the person's.
static void person_read(struct arena *arena, const struct db_stmt *stmt,
                        struct accounts_person *person, int64_t *above)
{
    *person = (struct accounts_person){
        .id = db_col_int(stmt, 0),
        .name = accounts_keep(arena, stmt, 1),
        .full_name = accounts_keep(arena, stmt, 2),
        .email = accounts_keep(arena, stmt, 3),
        .department_id = db_col_int(stmt, 4),
        .location = accounts_keep(arena, stmt, 5),
        .language = accounts_keep(arena, stmt, 6),
        .own_must_choose = (enum accounts_choose)db_col_int(stmt, 7),
        .may_transfer = db_col_int(stmt, 8) != 0,
        .is_unlimited = db_col_int(stmt, 9) != 0,
        .is_locked = db_col_int(stmt, 10) != 0,
        .is_removed = db_col_int(stmt, 11) != 0,
        .created_at = db_col_int(stmt, 12),
        .merged_into = db_col_int(stmt, 13),
        .default_account_id = db_col_int(stmt, 14),
        .department = accounts_keep(arena, stmt, 15),
    };
    person->default_account = person_default(arena, stmt);
    person->must_choose = person->own_must_choose;
    if (person->must_choose == ACCOUNTS_CHOOSE_INHERIT) {
        person->must_choose = (enum accounts_choose)db_col_int(stmt, 16);
    }
    *above = db_col_int(stmt, 17);
}

// The first department upwards that says; 0: none above.
static bool person_choose_above(struct accounts *accounts, int64_t above,
                                struct accounts_person *person, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PAYER_BY_ID];
    for (int depth = 0;
         depth < ACCOUNTS_DEPTH_MAX && above != 0 && person->must_choose == ACCOUNTS_CHOOSE_INHERIT;
         depth++) {
        bool found;
        db_bind_int(stmt, 1, above);
        if (!db_step(stmt, &found, err)) {
            return false;
        }
        above = found ? db_col_int(stmt, 4) : 0;
        person->must_choose =
            found ? (enum accounts_choose)db_col_int(stmt, 11) : ACCOUNTS_CHOOSE_INHERIT;
        db_reset(stmt);
    }
    return true;
}

// Groups, and what the strictest of them says where nobody else did.
static bool person_groups(struct accounts *accounts, struct arena *arena,
                          struct accounts_person *person, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_GROUPS_OF];
    enum accounts_choose strictest = ACCOUNTS_CHOOSE_INHERIT;
    struct str groups[ACCOUNTS_GROUPS_MAX];
    bool row = true;
    db_bind_int(stmt, 1, person->id);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && person->group_count < ACCOUNTS_GROUPS_MAX) {
            enum accounts_choose says = (enum accounts_choose)db_col_int(stmt, 1);
            groups[person->group_count++] = accounts_keep(arena, stmt, 0);
            strictest = says > strictest ? says : strictest;
        }
    }
    if (person->must_choose == ACCOUNTS_CHOOSE_INHERIT) {
        person->must_choose = strictest;
    }
    if (person->must_choose == ACCOUNTS_CHOOSE_INHERIT) {
        person->must_choose = ACCOUNTS_CHOOSE_NO;
    }
    person->groups = arena_new_array(arena, person->group_count, sizeof(*groups));
    if (person->groups == NULL) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    if (person->group_count > 0) {
        memcpy(person->groups, groups, person->group_count * sizeof(*groups));
    }
    return true;
}

static bool person_aliases(struct accounts *accounts, struct arena *arena,
                           struct accounts_person *person, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_ALIASES];
    struct str aliases[ACCOUNTS_ALIASES_MAX];
    bool row = true;
    db_bind_int(stmt, 1, person->id);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && person->alias_count < ACCOUNTS_ALIASES_MAX) {
            aliases[person->alias_count++] = accounts_keep(arena, stmt, 0);
        }
    }
    person->aliases = arena_new_array(arena, person->alias_count, sizeof(*aliases));
    if (person->aliases == NULL) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    if (person->alias_count > 0) {
        memcpy(person->aliases, aliases, person->alias_count * sizeof(*aliases));
    }
    return true;
}

// The statement was bound; somebody who was merged is whom they were merged into.
static bool person_one(struct accounts *accounts, struct db_stmt *stmt, bool whole,
                       struct arena *arena, struct accounts_person *person, bool *found,
                       struct err *err)
{
    int64_t above = 0;
    for (int merges = 0; merges < 2; merges++) {
        if (!db_step(stmt, found, err)) {
            return false;
        }
        if (!*found) {
            return true;
        }
        person_read(arena, stmt, person, &above);
        db_reset(stmt);
        if (person->merged_into == 0) {
            break;
        }
        stmt = accounts->stmts[ACCOUNTS_SQL_PERSON_BY_ID];
        db_bind_int(stmt, 1, person->merged_into);
    }
    return (person_choose_above(accounts, above, person, err) &&
            person_groups(accounts, arena, person, err) &&
            (!whole || person_aliases(accounts, arena, person, err))) &&
           (arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once"));
}

static bool person_by_id(struct accounts *accounts, int64_t id, bool whole, struct arena *arena,
                         struct accounts_person *person, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PERSON_BY_ID];
    bool found;
    db_bind_int(stmt, 1, id);
    if (!person_one(accounts, stmt, whole, arena, person, &found, err)) {
        return false;
    }
    return found ||
           err_set(err, ERR_NOT_FOUND, "there is nobody of the number %lld", (long long)id);
}

static bool person_by_name(struct accounts *accounts, struct str name, bool whole,
                           struct arena *arena, struct accounts_person *person, bool *found,
                           struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PERSON_BY_NAME];
    struct db_stmt *alias = accounts->stmts[ACCOUNTS_SQL_PERSON_BY_ALIAS];
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct err unheard;
    if (!accounts_name_fold(name, folded, &unheard)) {
        *found = false; // nobody can have such a name
        return true;
    }
    db_bind_text(stmt, 1, str_of(folded));
    if (!person_one(accounts, stmt, whole, arena, person, found, err)) {
        return false;
    }
    if (*found) {
        return true;
    }
    db_bind_text(alias, 1, str_of(folded));
    if (!db_step(alias, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    int64_t id = db_col_int(alias, 0);
    db_reset(alias);
    return person_by_id(accounts, id, whole, arena, person, err);
}

bool accounts_person_find(struct accounts *accounts, struct str name, struct arena *arena,
                          struct accounts_person *person, bool *found, struct err *err)
{
    return person_by_name(accounts, name, true, arena, person, found, err);
}

bool accounts_person_meet(struct accounts *accounts, struct str name, struct arena *arena,
                          struct accounts_person *person, bool *found, struct err *err)
{
    return person_by_name(accounts, name, false, arena, person, found, err);
}

bool accounts_person_get(struct accounts *accounts, int64_t id, struct arena *arena,
                         struct accounts_person *person, struct err *err)
{
    return person_by_id(accounts, id, true, arena, person, err);
}

void accounts_expect_person(struct accounts *accounts, struct str name)
{
    db_bind_text(accounts->stmts[ACCOUNTS_SQL_PERSON_BY_NAME], 1, name);
    db_expect(accounts->stmts[ACCOUNTS_SQL_PERSON_BY_NAME]);
}

void accounts_expect_groups(struct accounts *accounts, struct str name)
{
    struct db_stmt *person = accounts->stmts[ACCOUNTS_SQL_PERSON_BY_NAME];
    struct err unheard; // the next call tells it
    bool found;
    db_bind_text(person, 1, name);
    if (db_step(person, &found, &unheard) && found) {
        db_bind_int(accounts->stmts[ACCOUNTS_SQL_GROUPS_OF], 1, db_col_int(person, 0));
        db_reset(person);
        db_expect(accounts->stmts[ACCOUNTS_SQL_GROUPS_OF]);
    }
}
