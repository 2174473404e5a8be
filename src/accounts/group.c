// group: groups of people. See tree.h.
// no unit test: tests/unit/accounts/test_tree.c adds groups with what charges by them

#include "accounts/accounts_int.h"
#include "accounts/audit.h"
#include "accounts/tree.h"
#include "base/enc.h"
#include "base/json.h"

static void group_read(const struct db_stmt *stmt, struct arena *arena,
                       struct accounts_group *group)
{
    *group = (struct accounts_group){
        .id = db_col_int(stmt, 0),
        .name = accounts_keep(arena, stmt, 1),
        .title = accounts_keep(arena, stmt, 2),
        .must_choose = (enum accounts_choose)db_col_int(stmt, 3),
        .is_removed = db_col_int(stmt, 4) != 0,
        .created_at = db_col_int(stmt, 5),
    };
}

bool accounts_group_find(struct accounts *accounts, struct str name, struct arena *arena,
                         struct accounts_group *group, bool *found, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_GROUP_BY_NAME];
    struct db_stmt *count = accounts->stmts[ACCOUNTS_SQL_GROUP_COUNT];
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct err unheard;
    bool row;
    *found = false;
    if (!accounts_name_fold(name, folded, &unheard)) {
        return true;
    }
    db_bind_text(stmt, 1, str_of(folded));
    if (!db_step(stmt, found, err)) {
        return false;
    }
    if (!*found) {
        return true;
    }
    group_read(stmt, arena, group);
    db_reset(stmt);
    db_bind_int(count, 1, group->id);
    if (!db_step(count, &row, err)) {
        return false;
    }
    group->member_count = row ? db_col_int(count, 0) : 0;
    db_reset(count);
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once");
}

bool accounts_group_name(struct accounts *accounts, int64_t id, struct arena *arena,
                         struct str *name, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_GROUP_BY_ID];
    bool found;
    db_bind_int(stmt, 1, id);
    if (!db_step(stmt, &found, err)) {
        return false;
    }
    if (!found) {
        return err_set(err, ERR_NOT_FOUND, "there is no group of the number %lld", (long long)id);
    }
    *name = accounts_keep(arena, stmt, 1);
    db_reset(stmt);
    return true;
}

static bool group_write(struct accounts *accounts, const struct accounts_group *will, bool found,
                        const struct accounts_by *by, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[found ? ACCOUNTS_SQL_GROUP_SET : ACCOUNTS_SQL_GROUP_ADD];
    db_bind_int(stmt, 1, will->id);
    db_bind_text(stmt, 2, will->name);
    db_bind_text(stmt, 3, will->title);
    db_bind_int(stmt, 4, will->must_choose);
    db_bind_int(stmt, 5, will->is_removed);
    if (!found) {
        db_bind_int(stmt, 6, by->at);
    }
    return db_run(stmt, err);
}

static void group_json(struct buf *buf, const struct accounts_group *group)
{
    struct json json = json_to(buf);
    json_object(&json);
    json_key(&json, "title");
    json_str(&json, group->title);
    json_text_field(&json, "must_choose", accounts_choose_name(group->must_choose));
    json_bool_field(&json, "removed", group->is_removed);
    json_end(&json);
}

static bool group_note(struct accounts *accounts, const struct accounts_group *was,
                       const struct accounts_group *will, bool found, const struct accounts_by *by,
                       struct err *err)
{
    OWN(buf_free) struct buf old = BUF_CAP(8192);
    OWN(buf_free) struct buf new = BUF_CAP(8192);
    if (found) {
        group_json(&old, was);
    }
    group_json(&new, will);
    const struct accounts_change change = { .kind = ACCOUNTS_GROUP,
                                            .subject = will->id,
                                            .what = found ? STR("set") : STR("add"),
                                            .old = buf_str(&old),
                                            .new = buf_str(&new) };
    return accounts_change_add(accounts, by, &change, err);
}

static bool group_is_same(const struct accounts_group *a, const struct accounts_group *b)
{
    return str_eq(a->title, b->title) && a->must_choose == b->must_choose &&
           a->is_removed == b->is_removed;
}

bool accounts_group_put(struct accounts *accounts, struct str name, enum accounts_put how,
                        const struct accounts_group_edit *edit, const struct accounts_by *by,
                        struct arena *arena, struct accounts_group *after,
                        enum accounts_outcome *outcome, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct accounts_group was = { .title = STR("") };
    bool found;
    accounts->field = "name";
    if (!accounts_name_fold(name, folded, err) ||
        !accounts_group_find(accounts, name, arena, &was, &found, err)) {
        return false;
    }
    if (edit->title.len > ACCOUNTS_TEXT_MAX || !enc_is_plain(edit->title)) {
        return err_set(err, ERR_INVALID, "a title has at most %d bytes without control characters",
                       ACCOUNTS_TEXT_MAX);
    }
    if (!found && (how & ACCOUNTS_ADD) == 0) {
        return err_set(err, ERR_NOT_FOUND, "there is no group \"%s\"", folded);
    }
    if (found && !was.is_removed && (how & ACCOUNTS_CHANGE) == 0) {
        return err_set(err, ERR_EXISTS, "there is a group \"%s\" already", folded);
    }
    struct accounts_group will = was;
    will.name = arena_copy(arena, str_of(folded));
    will.created_at = found ? was.created_at : by->at;
    will.is_removed = (how & ACCOUNTS_ADD) != 0 ? false : was.is_removed;
    if ((edit->sets & ACCOUNTS_GROUP_TITLE) != 0) {
        will.title = edit->title;
    }
    if ((edit->sets & ACCOUNTS_GROUP_CHOOSE) != 0) {
        will.must_choose = edit->must_choose;
    }
    if ((edit->sets & ACCOUNTS_GROUP_REMOVED) != 0) {
        will.is_removed = edit->is_removed;
    }
    *outcome = !found                       ? ACCOUNTS_IS_NEW
               : group_is_same(&was, &will) ? ACCOUNTS_IS_SAME
                                            : ACCOUNTS_IS_CHANGED;
    if (*outcome != ACCOUNTS_IS_SAME && !by->is_dry) {
        if ((!found && !accounts_next(accounts, "group", &will.id, err)) ||
            !group_write(accounts, &will, found, by, err) ||
            !group_note(accounts, &was, &will, found, by, err)) {
            return false;
        }
    }
    *after = will;
    return true;
}

bool accounts_member_put(struct accounts *accounts, const struct accounts_group *group,
                         const struct accounts_person *person, bool is_member,
                         const struct accounts_by *by, bool *changed, struct err *err)
{
    struct db_stmt *stmt =
        accounts->stmts[is_member ? ACCOUNTS_SQL_MEMBER_ADD : ACCOUNTS_SQL_MEMBER_DROP];
    OWN(buf_free) struct buf text = BUF_CAP(4096);
    struct json json = json_to(&text);
    if (is_member && person->group_count >= ACCOUNTS_GROUPS_MAX) {
        return err_set(err, ERR_LIMIT, "a person is in at most %d groups", ACCOUNTS_GROUPS_MAX);
    }
    db_bind_int(stmt, 1, person->id);
    db_bind_int(stmt, 2, group->id);
    if (!db_run(stmt, err)) {
        return false;
    }
    *changed = db_changes(accounts->db) > 0;
    if (!*changed) {
        return true;
    }
    json_object(&json);
    json_key(&json, "group");
    json_str(&json, group->name);
    json_end(&json);
    const struct accounts_change change = { .kind = ACCOUNTS_PERSON,
                                            .subject = person->id,
                                            .what = is_member ? STR("join") : STR("leave"),
                                            .old = is_member ? STR("") : buf_str(&text),
                                            .new = is_member ? buf_str(&text) : STR("") };
    return accounts_change_add(accounts, by, &change, err);
}

bool accounts_groups(struct accounts *accounts, struct str after, size_t most, struct arena *arena,
                     struct accounts_group *groups, size_t *count, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_GROUPS];
    struct db_stmt *members = accounts->stmts[ACCOUNTS_SQL_GROUP_COUNT];
    size_t read = 0;
    bool row = true;
    db_bind_text(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            group_read(stmt, arena, &groups[read++]);
        }
    }
    for (size_t i = 0; i < read; i++) {
        db_bind_int(members, 1, groups[i].id);
        if (!db_step(members, &row, err)) {
            return false;
        }
        groups[i].member_count = row ? db_col_int(members, 0) : 0;
        db_reset(members);
    }
    *count = read;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once");
}
