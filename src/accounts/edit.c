// edit: see edit.h.

#include "accounts/edit.h"

#include "accounts/accounts_int.h"
#include "accounts/audit.h"
#include "accounts/tree.h"
#include "base/enc.h"
#include "base/json.h"
#include <stdlib.h>

enum { EDIT_JSON_MAX = 64 << 10 };

// One person's edit on its way.
struct put {
    struct accounts *accounts;
    const struct accounts_person_edit *edit;
    const struct accounts_by *by;
    struct arena *arena;
    struct accounts_person was;
    struct accounts_person will;
    int64_t groups[ACCOUNTS_GROUPS_MAX]; // ids
    bool found;
    bool words; // they differ
    struct buf old_text;
    struct buf new_text;
    struct json old;
    struct json new;
    bool changed;
};

static bool put_sets(const struct put *put, unsigned what)
{
    return (put->edit->sets & what) != 0;
}

static void put_text(struct put *put, const char *name, struct str was, struct str will)
{
    if (str_eq(was, will)) {
        return;
    }
    put->changed = true;
    if (put->found) {
        json_key(&put->old, name);
        json_str(&put->old, was);
    }
    json_key(&put->new, name);
    json_str(&put->new, will);
}

static void put_bool(struct put *put, const char *name, bool was, bool will)
{
    if (was == will) {
        return;
    }
    put->changed = true;
    if (put->found) {
        json_bool_field(&put->old, name, was);
    }
    json_bool_field(&put->new, name, will);
}

static bool put_plain(struct put *put, struct str text, const char *field, const char *what,
                      struct err *err)
{
    put->accounts->field = field;
    return (text.len <= ACCOUNTS_TEXT_MAX && enc_is_plain(text)) ||
           err_set(err, ERR_INVALID, "%s has at most %d bytes of UTF-8 without control characters",
                   what, ACCOUNTS_TEXT_MAX);
}

static bool put_language(struct put *put, struct err *err)
{
    struct str language = put->will.language;
    put->accounts->field = "language";
    for (size_t i = 0; i < language.len; i++) {
        char c = language.ptr[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c == '-' && i > 0);
        if (!good || language.len > 35) {
            return err_set(err, ERR_INVALID, "a language is like de or pt-BR (BCP 47)");
        }
    }
    return true;
}

static bool put_email(struct put *put, struct err *err)
{
    struct str email = put->will.email;
    return put_plain(put, email, "email", "an e-mail address", err) &&
           (email.len == 0 || memchr(email.ptr, '@', email.len) != NULL ||
            err_set(err, ERR_INVALID, "an e-mail address has an '@'"));
}

static bool put_texts(struct put *put, struct err *err)
{
    const struct accounts_person_edit *edit = put->edit;
    if (put_sets(put, ACCOUNTS_SET_FULL_NAME)) {
        put->will.full_name = edit->full_name;
    }
    if (put_sets(put, ACCOUNTS_SET_EMAIL)) {
        put->will.email = edit->email;
    }
    if (put_sets(put, ACCOUNTS_SET_LOCATION)) {
        put->will.location = edit->location;
    }
    if (put_sets(put, ACCOUNTS_SET_LANGUAGE)) {
        put->will.language = edit->language;
    }
    put->words = !str_eq(put->was.full_name, put->will.full_name) ||
                 !str_eq(put->was.email, put->will.email) || !put->found;
    return put_plain(put, put->will.full_name, "full_name", "a full name", err) &&
           put_email(put, err) &&
           put_plain(put, put->will.location, "location", "a location", err) &&
           put_language(put, err);
}

static bool put_department(struct put *put, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct accounts_payer department;
    enum accounts_outcome outcome;
    bool found;
    if (!put_sets(put, ACCOUNTS_SET_DEPARTMENT)) {
        return true;
    }
    if (put->edit->department.len == 0) {
        put->will.department = (struct str){ "", 0 };
        put->will.department_id = 0;
        return true;
    }
    if (!accounts_path_fold(put->edit->department, folded, err)) {
        return err_in(err, "department");
    }
    if (put->found && str_eq(put->was.department, str_of(folded))) {
        return true;
    }
    put->will.department = arena_copy(put->arena, str_of(folded));
    if (!accounts_payer_named(put->accounts, ACCOUNTS_DEPARTMENT, str_of(folded), put->arena,
                              &department, &found, err)) {
        return false;
    }
    if (found && !department.is_removed) {
        put->will.department_id = department.id;
        return true;
    }
    if (!put->by->make_missing) {
        return err_set(err, ERR_NOT_FOUND,
                       "there is no department \"%s\"; add it: quoin department add", folded);
    }
    const struct accounts_payer_edit none = { 0 };
    if (!accounts_payer_put(put->accounts, ACCOUNTS_DEPARTMENT, str_of(folded), ACCOUNTS_ADD, &none,
                            put->by, put->arena, &department, &outcome, err)) {
        return false;
    }
    put->will.department_id = put->by->is_dry ? -1 : department.id;
    return true;
}

static bool put_default(struct put *put, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct str text = put->edit->default_account;
    struct accounts_payer payer;
    enum accounts_kind kind = ACCOUNTS_CODE;
    bool found;
    if (!put_sets(put, ACCOUNTS_SET_DEFAULT)) {
        return true;
    }
    if (text.len == 0) {
        put->will.default_account = (struct str){ "", 0 };
        put->will.default_account_id = 0;
        return true;
    }
    const char *colon = memchr(text.ptr, ':', text.len);
    if (colon != NULL) {
        size_t before = (size_t)(colon - text.ptr);
        if (!accounts_kind_read((struct str){ text.ptr, before }, &kind)) {
            return err_set(err, ERR_INVALID,
                           "a default account is code:NAME, department:NAME or shared:NAME");
        }
        text = (struct str){ colon + 1, text.len - before - 1 };
    }
    if (!accounts_path_fold(text, folded, err)) {
        return err_in(err, "default account");
    }
    if (!accounts_payer_named(put->accounts, kind, str_of(folded), put->arena, &payer, &found,
                              err)) {
        return false;
    }
    if (!found || payer.is_removed) {
        return err_set(err, ERR_NOT_FOUND, "there is no %s \"%s\" for a default account",
                       accounts_kind_name(kind), folded);
    }
    put->will.default_account = payer.ledger;
    put->will.default_account_id = payer.id;
    return true;
}

static int put_order(const void *a, const void *b)
{
    const struct str *one = a;
    const struct str *two = b;
    size_t len = one->len < two->len ? one->len : two->len;
    int order = len == 0 ? 0 : memcmp(one->ptr, two->ptr, len);
    return order != 0 ? order : (one->len > two->len) - (one->len < two->len);
}

// The groups' names, folded, in order and each once.
static bool put_group_names(struct put *put, struct err *err)
{
    struct str *names = arena_new_array(put->arena, put->edit->group_count, sizeof(*names));
    size_t count = 0;
    if (put->edit->group_count > ACCOUNTS_GROUPS_MAX || names == NULL) {
        return err_set(err, ERR_LIMIT, "a person is in at most %d groups", ACCOUNTS_GROUPS_MAX);
    }
    for (size_t i = 0; i < put->edit->group_count; i++) {
        char folded[ACCOUNTS_NAME_MAX + 1];
        if (!accounts_name_fold(put->edit->groups[i], folded, err)) {
            return err_in(err, "group");
        }
        names[i] = arena_copy(put->arena, str_of(folded));
    }
    if (put->edit->group_count > 1) {
        qsort(names, put->edit->group_count, sizeof(*names), put_order);
    }
    for (size_t i = 0; i < put->edit->group_count; i++) {
        if (count == 0 || !str_eq(names[count - 1], names[i])) {
            names[count++] = names[i];
        }
    }
    put->will.groups = names;
    put->will.group_count = count;
    return true;
}

static bool put_groups_same(const struct put *put)
{
    bool same = put->was.group_count == put->will.group_count;
    for (size_t i = 0; i < put->will.group_count && same; i++) {
        same = str_eq(put->was.groups[i], put->will.groups[i]);
    }
    return same;
}

static bool put_groups(struct put *put, struct err *err)
{
    if (!put_sets(put, ACCOUNTS_SET_GROUPS) || !put_group_names(put, err)) {
        return !put_sets(put, ACCOUNTS_SET_GROUPS);
    }
    for (size_t i = 0; i < put->will.group_count && !put_groups_same(put); i++) {
        struct accounts_group group;
        enum accounts_outcome outcome;
        const struct accounts_group_edit none = { 0 };
        bool found;
        struct str name = put->will.groups[i];
        if (!accounts_group_find(put->accounts, name, put->arena, &group, &found, err)) {
            return false;
        }
        if ((!found || group.is_removed) && !put->by->make_missing) {
            return err_set(err, ERR_NOT_FOUND,
                           "there is no group \"%.*s\"; add it: quoin group add", (int)name.len,
                           name.ptr);
        }
        if ((!found || group.is_removed) &&
            !accounts_group_put(put->accounts, name, ACCOUNTS_ADD, &none, put->by, put->arena,
                                &group, &outcome, err)) {
            return false;
        }
        put->groups[i] = put->by->is_dry ? 0 : group.id;
    }
    return true;
}

static void put_flags(struct put *put)
{
    const struct accounts_person_edit *edit = put->edit;
    if (put_sets(put, ACCOUNTS_SET_CHOOSE)) {
        put->will.own_must_choose = edit->must_choose;
    }
    if (put_sets(put, ACCOUNTS_SET_TRANSFER)) {
        put->will.may_transfer = edit->may_transfer;
    }
    if (put_sets(put, ACCOUNTS_SET_UNLIMITED)) {
        put->will.is_unlimited = edit->is_unlimited;
    }
    if (put_sets(put, ACCOUNTS_SET_REMOVED)) {
        put->will.is_removed = edit->is_removed;
        put->will.is_locked = edit->is_removed;
    }
    if (put_sets(put, ACCOUNTS_SET_LOCKED)) {
        put->will.is_locked = edit->is_locked;
    }
}

static void put_compare(struct put *put)
{
    const struct accounts_person *was = &put->was;
    const struct accounts_person *will = &put->will;
    json_object(&put->old);
    json_object(&put->new);
    put_text(put, "full_name", was->full_name, will->full_name);
    put_text(put, "email", was->email, will->email);
    put_text(put, "department", was->department, will->department);
    put_text(put, "location", was->location, will->location);
    put_text(put, "language", was->language, will->language);
    put_text(put, "default_account", was->default_account, will->default_account);
    put_text(put, "must_choose", str_of(accounts_choose_name(was->own_must_choose)),
             str_of(accounts_choose_name(will->own_must_choose)));
    put_bool(put, "may_transfer", was->may_transfer, will->may_transfer);
    put_bool(put, "unlimited", was->is_unlimited, will->is_unlimited);
    put_bool(put, "locked", was->is_locked, will->is_locked);
    put_bool(put, "removed", was->is_removed, will->is_removed);
    if (!put_groups_same(put)) {
        put->changed = true;
        json_key(&put->old, "groups");
        json_array(&put->old);
        for (size_t i = 0; i < was->group_count; i++) {
            json_str(&put->old, was->groups[i]);
        }
        json_end(&put->old);
        json_key(&put->new, "groups");
        json_array(&put->new);
        for (size_t i = 0; i < will->group_count; i++) {
            json_str(&put->new, will->groups[i]);
        }
        json_end(&put->new);
    }
    json_end(&put->old);
    json_end(&put->new);
}

static bool put_row(struct put *put, struct err *err)
{
    const struct accounts_person *will = &put->will;
    struct db_stmt *stmt =
        put->accounts->stmts[put->found ? ACCOUNTS_SQL_PERSON_SET : ACCOUNTS_SQL_PERSON_ADD];
    db_bind_int(stmt, 1, will->id);
    db_bind_text(stmt, 2, will->name);
    db_bind_text(stmt, 3, will->full_name);
    db_bind_text(stmt, 4, will->email);
    db_bind_int(stmt, 5, will->department_id);
    db_bind_text(stmt, 6, will->location);
    db_bind_text(stmt, 7, will->language);
    db_bind_int(stmt, 8, will->default_account_id);
    db_bind_int(stmt, 9, will->own_must_choose);
    db_bind_int(stmt, 10, will->may_transfer);
    db_bind_int(stmt, 11, will->is_unlimited);
    db_bind_int(stmt, 12, will->is_locked);
    db_bind_int(stmt, 13, will->is_removed);
    if (!put->found) {
        db_bind_int(stmt, 14, will->created_at);
    }
    return db_run(stmt, err);
}

static bool put_members(struct put *put, struct err *err)
{
    struct db_stmt *drop = put->accounts->stmts[ACCOUNTS_SQL_MEMBERS_DROP];
    struct db_stmt *add = put->accounts->stmts[ACCOUNTS_SQL_MEMBER_ADD];
    if (put_groups_same(put)) {
        return true;
    }
    db_bind_int(drop, 1, put->will.id);
    if (put->found && !db_run(drop, err)) {
        return false;
    }
    for (size_t i = 0; i < put->will.group_count; i++) {
        db_bind_int(add, 1, put->will.id);
        db_bind_int(add, 2, put->groups[i]);
        if (!db_run(add, err)) {
            return false;
        }
    }
    return true;
}

static bool put_write(struct put *put, struct err *err)
{
    if (!put->found && !accounts_next(put->accounts, "person", &put->will.id, err)) {
        return false;
    }
    const struct str texts[] = { put->will.name, put->will.full_name, put->will.email };
    const struct accounts_change change = {
        .kind = ACCOUNTS_PERSON,
        .subject = put->will.id,
        .what = put->found ? STR("set") : STR("add"),
        .old = put->found ? buf_str(&put->old_text) : STR(""),
        .new = buf_str(&put->new_text),
    };
    return put_row(put, err) && put_members(put, err) &&
           (!put->words || accounts_words_set(put->accounts, ACCOUNTS_WORD_PERSON, put->will.id,
                                              put->found, texts, 3, err)) &&
           accounts_change_add(put->accounts, put->by, &change, err);
}

const char *accounts_field(const struct accounts *accounts)
{
    return accounts->field == NULL ? "" : accounts->field;
}

static bool put_run(struct put *put, struct err *err)
{
    const char **field = &put->accounts->field;
    if (!put_texts(put, err)) {
        return false;
    }
    *field = "department";
    if (!put_department(put, err)) {
        return false;
    }
    *field = "default_account";
    if (!put_default(put, err)) {
        return false;
    }
    *field = "groups";
    if (!put_groups(put, err)) {
        return false;
    }
    *field = NULL;
    put_flags(put);
    if (!arena_ok(put->arena)) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    put_compare(put);
    return (put->found && !put->changed) || put->by->is_dry || put_write(put, err);
}

// Is it there, and may it be? A person who was removed comes back where one is added.
static bool put_begin(struct put *put, struct str name, enum accounts_put how, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    put->accounts->field = "name";
    if (!accounts_name_fold(name, folded, err) ||
        !accounts_person_find(put->accounts, name, put->arena, &put->was, &put->found, err)) {
        return false;
    }
    if (!put->found) {
        put->was = (struct accounts_person){ .full_name = STR("") };
        put->will = put->was;
        put->will.name = arena_copy(put->arena, str_of(folded));
        put->will.created_at = put->edit->created_at != 0 ? put->edit->created_at : put->by->at;
        if ((how & ACCOUNTS_ADD) == 0) {
            return err_set(err, ERR_NOT_FOUND, "no user \"%s\" is known here", folded);
        }
        // Who comes from before there were such rules keeps the name.
        return put->edit->created_at != 0 || accounts_name_new(put->will.name, err);
    }
    put->will = put->was;
    if (put->was.is_removed && (how & ACCOUNTS_ADD) != 0) {
        put->will.is_removed = false;
        put->will.is_locked = false;
        return true;
    }
    if ((how & ACCOUNTS_CHANGE) == 0) {
        return err_set(err, ERR_EXISTS, "there is a user \"%s\" already", folded);
    }
    return true;
}

bool accounts_person_put(struct accounts *accounts, struct str name, enum accounts_put how,
                         const struct accounts_person_edit *edit, const struct accounts_by *by,
                         struct arena *arena, struct accounts_person *after,
                         enum accounts_outcome *outcome, struct err *err)
{
    struct put put = { .accounts = accounts,
                       .edit = edit,
                       .by = by,
                       .arena = arena,
                       .old_text = BUF_CAP(EDIT_JSON_MAX),
                       .new_text = BUF_CAP(EDIT_JSON_MAX) };
    put.old = json_to(&put.old_text);
    put.new = json_to(&put.new_text);
    bool ok = put_begin(&put, name, how, err) && put_run(&put, err);
    buf_free(&put.old_text);
    buf_free(&put.new_text);
    if (!ok) {
        return false;
    }
    *outcome = !put.found ? ACCOUNTS_IS_NEW : put.changed ? ACCOUNTS_IS_CHANGED : ACCOUNTS_IS_SAME;
    *after = put.will;
    return true;
}

// ---- names -------------------------------------------------------------------------------------

static bool edit_change(struct accounts *accounts, const struct accounts_by *by, int64_t person,
                        struct str what, const char *field, struct str old, struct str new,
                        struct err *err)
{
    OWN(buf_free) struct buf before = BUF_CAP(EDIT_JSON_MAX);
    OWN(buf_free) struct buf after = BUF_CAP(EDIT_JSON_MAX);
    struct json json = json_to(&before);
    json_object(&json);
    if (old.len > 0) {
        json_key(&json, field);
        json_str(&json, old);
    }
    json_end(&json);
    json = json_to(&after);
    json_object(&json);
    if (new.len > 0) {
        json_key(&json, field);
        json_str(&json, new);
    }
    json_end(&json);
    const struct accounts_change change = { .kind = ACCOUNTS_PERSON,
                                            .subject = person,
                                            .what = what,
                                            .old = buf_str(&before),
                                            .new = buf_str(&after) };
    return accounts_change_add(accounts, by, &change, err);
}

// *mine: it finds this person already, as an alias.
static bool edit_name_is_free(struct accounts *accounts, const struct accounts_person *person,
                              struct str folded, bool *mine, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct accounts_person other;
    bool found;
    *mine = false;
    if (!accounts_person_find(accounts, folded, &arena, &other, &found, err)) {
        return false;
    }
    *mine = found && other.id == person->id;
    return !found || *mine ||
           err_set(err, ERR_EXISTS, "\"%.*s\" is a name of the user \"%.*s\" already",
                   (int)folded.len, folded.ptr, (int)other.name.len, other.name.ptr);
}

static bool edit_alias(struct accounts *accounts, enum accounts_sql which, struct str alias,
                       int64_t person, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[which];
    db_bind_text(stmt, 1, alias);
    db_bind_int(stmt, 2, person);
    return db_run(stmt, err);
}

bool accounts_person_rename(struct accounts *accounts, const struct accounts_person *person,
                            struct str name, const struct accounts_by *by, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PERSON_RENAME];
    char folded[ACCOUNTS_NAME_MAX + 1];
    bool mine;
    if (!accounts_name_fold(name, folded, err) ||
        !edit_name_is_free(accounts, person, str_of(folded), &mine, err) ||
        (!mine && !accounts_name_new(str_of(folded), err))) {
        return false;
    }
    if (str_eq(person->name, str_of(folded)) || by->is_dry) {
        return true;
    }
    const struct str texts[] = { str_of(folded), person->full_name, person->email };
    if (mine && !edit_alias(accounts, ACCOUNTS_SQL_ALIAS_DROP, str_of(folded), person->id, err)) {
        return false;
    }
    if (mine && db_changes(accounts->db) == 0) {
        return err_set(err, ERR_EXISTS,
                       "\"%s\" is the name of an account that was merged into this one; it finds "
                       "it already",
                       folded);
    }
    db_bind_int(stmt, 1, person->id);
    db_bind_text(stmt, 2, str_of(folded));
    return db_run(stmt, err) &&
           edit_alias(accounts, ACCOUNTS_SQL_ALIAS_ADD, person->name, person->id, err) &&
           accounts_words_set(accounts, ACCOUNTS_WORD_PERSON, person->id, true, texts, 3, err) &&
           edit_change(accounts, by, person->id, STR("rename"), "name", person->name,
                       str_of(folded), err);
}

bool accounts_alias_add(struct accounts *accounts, const struct accounts_person *person,
                        struct str alias, const struct accounts_by *by, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    bool mine;
    if (!accounts_name_fold(alias, folded, err) ||
        !edit_name_is_free(accounts, person, str_of(folded), &mine, err) ||
        (!mine && !accounts_name_new(str_of(folded), err))) {
        return false;
    }
    if (!mine && person->alias_count >= ACCOUNTS_ALIASES_MAX) {
        return err_set(err, ERR_LIMIT, "a person has at most %d aliases", ACCOUNTS_ALIASES_MAX);
    }
    return mine || by->is_dry ||
           (edit_alias(accounts, ACCOUNTS_SQL_ALIAS_ADD, str_of(folded), person->id, err) &&
            edit_change(accounts, by, person->id, STR("alias"), "alias", STR(""), str_of(folded),
                        err));
}

bool accounts_alias_drop(struct accounts *accounts, const struct accounts_person *person,
                         struct str alias, const struct accounts_by *by, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    if (!accounts_name_fold(alias, folded, err) ||
        !edit_alias(accounts, ACCOUNTS_SQL_ALIAS_DROP, str_of(folded), person->id, err)) {
        return false;
    }
    if (db_changes(accounts->db) == 0) {
        return err_set(err, ERR_NOT_FOUND, "\"%s\" is no alias of \"%.*s\"", folded,
                       (int)person->name.len, person->name.ptr);
    }
    return edit_change(accounts, by, person->id, STR("alias"), "alias", str_of(folded), STR(""),
                       err);
}

static bool edit_pair(struct accounts *accounts, enum accounts_sql which, int64_t gone,
                      int64_t into, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[which];
    db_bind_int(stmt, 1, gone);
    db_bind_int(stmt, 2, into);
    return db_run(stmt, err);
}

bool accounts_person_merge(struct accounts *accounts, const struct accounts_person *gone,
                           const struct accounts_person *into, const struct accounts_by *by,
                           struct err *err)
{
    if (gone->id == into->id) {
        return err_set(err, ERR_INVALID, "both names are \"%.*s\" already", (int)into->name.len,
                       into->name.ptr);
    }
    if (gone->alias_count + into->alias_count + 1 > ACCOUNTS_ALIASES_MAX) {
        return err_set(err, ERR_LIMIT, "a person has at most %d aliases", ACCOUNTS_ALIASES_MAX);
    }
    return by->is_dry ||
           (edit_pair(accounts, ACCOUNTS_SQL_PERSON_MERGE, gone->id, into->id, err) &&
            edit_pair(accounts, ACCOUNTS_SQL_MERGED_MOVE, gone->id, into->id, err) &&
            edit_pair(accounts, ACCOUNTS_SQL_ALIAS_MOVE, gone->id, into->id, err) &&
            edit_pair(accounts, ACCOUNTS_SQL_ACCESS_COPY, gone->id, into->id, err) &&
            accounts_words_set(accounts, ACCOUNTS_WORD_PERSON, gone->id, true, NULL, 0, err) &&
            edit_change(accounts, by, gone->id, STR("merged into"), "user", STR(""), into->name,
                        err) &&
            edit_change(accounts, by, into->id, STR("merge"), "user", STR(""), gone->name, err));
}
