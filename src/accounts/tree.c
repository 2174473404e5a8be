// tree: see tree.h.

#include "accounts/tree.h"

#include "accounts/accounts_int.h"
#include "accounts/audit.h"
#include "base/enc.h"
#include "base/json.h"
#include "crypto/pin.h"

enum { TREE_JSON_MAX = 256 << 10 };

// One payer's edit on its way.
struct tree {
    struct accounts *accounts;
    const struct accounts_payer_edit *edit;
    const struct accounts_by *by;
    struct arena *arena;
    struct accounts_payer was;
    struct accounts_payer will;
    struct str pin; // the hash; it stays unless another PIN is set
    bool found;
    bool list_differs;
    struct str *list; // as it was
    size_t list_count;
    struct buf old_text;
    struct buf new_text;
    struct json old;
    struct json new;
    bool changed;
};

static bool tree_sets(const struct tree *tree, unsigned what)
{
    return (tree->edit->sets & what) != 0;
}

static void tree_text(struct tree *tree, const char *name, struct str was, struct str will)
{
    if (str_eq(was, will)) {
        return;
    }
    tree->changed = true;
    if (tree->found) {
        json_key(&tree->old, name);
        json_str(&tree->old, was);
    }
    json_key(&tree->new, name);
    json_str(&tree->new, will);
}

static void tree_number(struct tree *tree, const char *name, int64_t was, int64_t will)
{
    if (was == will) {
        return;
    }
    tree->changed = true;
    if (tree->found) {
        json_int_field(&tree->old, name, was);
    }
    json_int_field(&tree->new, name, will);
}

static bool tree_check(struct tree *tree, struct err *err)
{
    const struct accounts_payer_edit *edit = tree->edit;
    tree->accounts->field = "title";
    if (edit->title.len > ACCOUNTS_TEXT_MAX || !enc_is_plain(edit->title)) {
        return err_set(err, ERR_INVALID,
                       "a title has at most %d bytes of UTF-8 without control characters",
                       ACCOUNTS_TEXT_MAX);
    }
    tree->accounts->field = "pin";
    if (edit->pin.len != 0 &&
        (edit->pin.len < 4 || edit->pin.len > ACCOUNTS_PIN_MAX || !enc_is_plain(edit->pin))) {
        return err_set(err, ERR_INVALID, "a PIN has 4 to %d bytes without control characters",
                       ACCOUNTS_PIN_MAX);
    }
    tree->accounts->field = "access";
    if (tree_sets(tree, ACCOUNTS_PAYER_ACCESS) && edit->access == ACCOUNTS_ACCESS_MEMBERS &&
        tree->will.kind != ACCOUNTS_DEPARTMENT) {
        return err_set(err, ERR_INVALID, "only a department has members; list who may charge it");
    }
    tree->accounts->field = "limit";
    if (tree_sets(tree, ACCOUNTS_PAYER_LIMIT) && !edit->is_unlimited &&
        (edit->overdraft.units < 0 ||
         edit->overdraft.units > (int64_t)10000000000000 * MONEY_SCALE)) {
        return err_set(err, ERR_INVALID, "a limit is between 0 and 10000000000000");
    }
    if (tree_sets(tree, ACCOUNTS_PAYER_FROM)) {
        tree->will.valid_from = edit->valid_from;
    }
    if (tree_sets(tree, ACCOUNTS_PAYER_UNTIL)) {
        tree->will.valid_until = edit->valid_until;
    }
    tree->accounts->field = "valid_until";
    return tree->will.valid_until == 0 || tree->will.valid_from < tree->will.valid_until ||
           err_set(err, ERR_INVALID, "it would be closed before it opens: look at both dates");
}

static void tree_fields(struct tree *tree)
{
    const struct accounts_payer_edit *edit = tree->edit;
    if (tree_sets(tree, ACCOUNTS_PAYER_TITLE)) {
        tree->will.title = edit->title;
    }
    if (tree_sets(tree, ACCOUNTS_PAYER_REMOVED)) {
        tree->will.is_removed = edit->is_removed;
        tree->will.is_locked = edit->is_removed;
    }
    if (tree_sets(tree, ACCOUNTS_PAYER_LOCKED)) {
        tree->will.is_locked = edit->is_locked;
    }
    if (tree_sets(tree, ACCOUNTS_PAYER_ACCESS)) {
        tree->will.access = edit->access;
    }
    if (tree_sets(tree, ACCOUNTS_PAYER_CHOOSE)) {
        tree->will.must_choose = edit->must_choose;
    }
    if (tree_sets(tree, ACCOUNTS_PAYER_LIMIT)) {
        tree->will.is_unlimited = edit->is_unlimited;
        tree->will.overdraft.units = edit->is_unlimited ? 0 : edit->overdraft.units;
    }
}

static void tree_compare(struct tree *tree)
{
    const struct accounts_payer *was = &tree->was;
    const struct accounts_payer *will = &tree->will;
    tree_text(tree, "title", was->title, will->title);
    tree_number(tree, "locked", was->is_locked, will->is_locked);
    tree_number(tree, "removed", was->is_removed, will->is_removed);
    tree_number(tree, "valid_from", was->valid_from, will->valid_from);
    tree_number(tree, "valid_until", was->valid_until, will->valid_until);
    tree_text(tree, "access", str_of(accounts_access_name(was->access)),
              str_of(accounts_access_name(will->access)));
    tree_text(tree, "must_choose", str_of(accounts_choose_name(was->must_choose)),
              str_of(accounts_choose_name(will->must_choose)));
    tree_number(tree, "overdraft", was->overdraft.units, will->overdraft.units);
    tree_number(tree, "unlimited", was->is_unlimited, will->is_unlimited);
}

// The PIN itself is never kept; the audit says only that there was one and is one.
static void tree_pin(struct tree *tree)
{
    char hash[CRYPTO_PIN_LEN] = { 0 };
    struct str pin = tree->edit->pin;
    if (!tree_sets(tree, ACCOUNTS_PAYER_PIN) || (pin.len == 0 && tree->pin.len == 0) ||
        (pin.len > 0 && tree->pin.len > 0 && crypto_pin_is(pin, tree->pin.ptr))) {
        return;
    }
    tree->changed = true;
    if (tree->found) {
        json_text_field(&tree->old, "pin", tree->pin.len > 0 ? "set" : "none");
    }
    json_text_field(&tree->new, "pin", pin.len > 0 ? "set anew" : "none");
    if (pin.len > 0 && !tree->by->is_dry) {
        crypto_pin_hash(pin, hash);
    }
    tree->pin = arena_copy(tree->arena, str_of(hash));
    tree->will.has_pin = pin.len > 0;
}

// ---- who may charge it -------------------------------------------------------------------------

static bool tree_subject(struct tree *tree, struct str text, int64_t *kind, int64_t *id,
                         struct err *err)
{
    const char *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
    size_t before = colon == NULL ? 0 : (size_t)(colon - text.ptr);
    struct str name = colon == NULL ? STR("") : (struct str){ colon + 1, text.len - before - 1 };
    struct str word = { text.ptr, before };
    bool found = false;
    *kind = str_eq(word, STR("user"))         ? 1
            : str_eq(word, STR("group"))      ? 2
            : str_eq(word, STR("department")) ? 3
                                              : 0;
    if (*kind == 1) {
        struct accounts_person person;
        if (!accounts_person_find(tree->accounts, name, tree->arena, &person, &found, err)) {
            return false;
        }
        *id = found ? person.id : 0;
    } else if (*kind == 2) {
        struct accounts_group group;
        if (!accounts_group_find(tree->accounts, name, tree->arena, &group, &found, err)) {
            return false;
        }
        *id = found ? group.id : 0;
    } else if (*kind == 3) {
        struct accounts_payer payer;
        if (!accounts_payer_named(tree->accounts, ACCOUNTS_DEPARTMENT, name, tree->arena, &payer,
                                  &found, err)) {
            return false;
        }
        *id = found ? payer.id : 0;
    } else {
        return err_set(err, ERR_INVALID,
                       "who may charge it is user:NAME, group:NAME or department:PATH");
    }
    return found || err_set(err, ERR_NOT_FOUND, "there is no %.*s \"%.*s\"", (int)word.len,
                            word.ptr, (int)(name.len < 128 ? name.len : 128), name.ptr);
}

// Is it on the list already, and is the list no longer than what is asked for? Then all is as it
// was.
static bool tree_list_check(struct tree *tree, struct err *err)
{
    size_t known = 0;
    tree->accounts->field = "may_charge";
    if (!tree_sets(tree, ACCOUNTS_PAYER_LIST)) {
        return true;
    }
    if (tree->edit->list_count > ACCOUNTS_ACCESS_MAX) {
        return err_set(err, ERR_LIMIT, "at most %d may be listed; make a group of them",
                       ACCOUNTS_ACCESS_MAX);
    }
    for (size_t i = 0; i < tree->edit->list_count; i++) {
        int64_t kind;
        int64_t id;
        if (!tree_subject(tree, tree->edit->list[i], &kind, &id, err)) {
            return false;
        }
        for (size_t k = 0; k < tree->list_count; k++) {
            known += str_eq(tree->list[k], tree->edit->list[i]) ? 1 : 0;
        }
    }
    tree->list_differs =
        known != tree->edit->list_count || tree->list_count != tree->edit->list_count;
    if (!tree->list_differs) {
        return true;
    }
    tree->changed = true;
    json_key(&tree->old, "may_charge");
    json_array(&tree->old);
    for (size_t i = 0; i < tree->list_count; i++) {
        json_str(&tree->old, tree->list[i]);
    }
    json_end(&tree->old);
    json_key(&tree->new, "may_charge");
    json_array(&tree->new);
    for (size_t i = 0; i < tree->edit->list_count; i++) {
        json_str(&tree->new, tree->edit->list[i]);
    }
    json_end(&tree->new);
    return true;
}

static bool tree_list_write(struct tree *tree, struct err *err)
{
    struct db_stmt *drop = tree->accounts->stmts[ACCOUNTS_SQL_ACCESS_DROP];
    struct db_stmt *add = tree->accounts->stmts[ACCOUNTS_SQL_ACCESS_ADD];
    if (!tree->list_differs) {
        return true;
    }
    db_bind_int(drop, 1, tree->will.id);
    if (!db_run(drop, err)) {
        return false;
    }
    for (size_t i = 0; i < tree->edit->list_count; i++) {
        int64_t kind;
        int64_t id;
        if (!tree_subject(tree, tree->edit->list[i], &kind, &id, err)) {
            return false;
        }
        db_bind_int(add, 1, tree->will.id);
        db_bind_int(add, 2, kind);
        db_bind_int(add, 3, id);
        if (!db_run(add, err)) {
            return false;
        }
    }
    return true;
}

bool accounts_payer_list(struct accounts *accounts, int64_t payer, struct arena *arena,
                         struct str **list, size_t *count, struct err *err)
{
    static const char *const kinds[] = { "", "user", "group", "department" };
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_ACCESS];
    struct str *made = arena_new_array(arena, ACCOUNTS_ACCESS_MAX, sizeof(*made));
    size_t read = 0;
    bool row = true;
    if (made == NULL) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    db_bind_int(stmt, 1, payer);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        int64_t kind = row ? db_col_int(stmt, 0) : 0;
        if (row && read < ACCOUNTS_ACCESS_MAX && kind >= 1 && kind <= 3) {
            struct str name = db_col_text(stmt, 2);
            const char *text = arena_textf(arena, "%s:%.*s", kinds[kind], (int)name.len, name.ptr);
            made[read++] = str_of(text == NULL ? "" : text);
        }
    }
    *list = made;
    *count = read;
    return true;
}

// ---- putting -----------------------------------------------------------------------------------

static bool tree_row(struct tree *tree, struct err *err)
{
    const struct accounts_payer *will = &tree->will;
    struct db_stmt *set = tree->accounts->stmts[ACCOUNTS_SQL_PAYER_SET];
    struct db_stmt *add = tree->accounts->stmts[ACCOUNTS_SQL_PAYER_ADD];
    struct db_stmt *stmt = tree->found ? set : add;
    int at = tree->found ? 2 : 4;
    db_bind_int(stmt, 1, will->id);
    if (!tree->found) {
        db_bind_int(stmt, 2, will->kind);
        db_bind_text(stmt, 3, will->name);
    }
    db_bind_text(stmt, at++, will->title);
    if (!tree->found) {
        db_bind_int(stmt, at++, will->parent);
    }
    db_bind_int(stmt, at++, will->is_locked);
    db_bind_int(stmt, at++, will->is_removed);
    db_bind_int(stmt, at++, will->valid_from);
    db_bind_int(stmt, at++, will->valid_until);
    db_bind_text(stmt, at++, tree->pin);
    db_bind_int(stmt, at++, will->access);
    db_bind_int(stmt, at++, will->must_choose);
    db_bind_int(stmt, at++, will->overdraft.units);
    db_bind_int(stmt, at++, will->is_unlimited);
    if (!tree->found) {
        db_bind_int(stmt, at, will->created_at);
    }
    return db_run(stmt, err);
}

static bool tree_write(struct tree *tree, struct err *err)
{
    if (!tree->found && !accounts_next(tree->accounts, "payer", &tree->will.id, err)) {
        return false;
    }
    const struct str texts[] = { tree->will.name, tree->will.title };
    bool words = !tree->found || !str_eq(tree->was.title, tree->will.title);
    const struct accounts_change change = {
        .kind = ACCOUNTS_PAYER,
        .subject = tree->will.id,
        .what = tree->found ? STR("set") : STR("add"),
        .old = tree->found ? buf_str(&tree->old_text) : STR(""),
        .new = buf_str(&tree->new_text),
    };
    return tree_row(tree, err) && tree_list_write(tree, err) &&
           (!words || accounts_words_set(tree->accounts, (int)tree->will.kind, tree->will.id,
                                         tree->found, texts, 2, err)) &&
           accounts_change_add(tree->accounts, tree->by, &change, err);
}

// The one above a path; made where it is missing and that is wished.
static bool tree_parent(struct accounts *accounts, enum accounts_kind kind, struct str path,
                        const struct accounts_by *by, struct arena *arena, int64_t *parent,
                        struct err *err)
{
    const struct accounts_payer_edit none = { 0 };
    struct accounts_payer above;
    enum accounts_outcome outcome;
    bool found;
    *parent = 0;
    while (path.len > 0 && path.ptr[path.len - 1] != '/') {
        path.len--;
    }
    if (path.len == 0 || kind == ACCOUNTS_SHARED) {
        return true;
    }
    path.len--;
    if (!accounts_payer_named(accounts, kind, path, arena, &above, &found, err)) {
        return false;
    }
    if (found && !above.is_removed) {
        *parent = above.id;
        return true;
    }
    if (!by->make_missing) {
        return err_set(err, ERR_NOT_FOUND,
                       "there is no %s \"%.*s\" for it to stand below; add that first",
                       accounts_kind_name(kind), (int)path.len, path.ptr);
    }
    // Goes as deep as the path, which has a limit.
    if (!accounts_payer_put(accounts, kind, path, ACCOUNTS_ADD, &none, by, arena, &above, &outcome,
                            err)) {
        return false;
    }
    *parent = above.id;
    return true;
}

static bool tree_new(struct tree *tree, enum accounts_kind kind, struct str folded,
                     enum accounts_put how, struct err *err)
{
    if ((how & ACCOUNTS_ADD) == 0) {
        return err_set(err, ERR_NOT_FOUND, "there is no %s \"%.*s\"", accounts_kind_name(kind),
                       (int)folded.len, folded.ptr);
    }
    tree->was = (struct accounts_payer){ .kind = kind, .title = STR("") };
    tree->will = tree->was;
    tree->will.name = arena_copy(tree->arena, folded);
    tree->will.created_at = tree->by->at;
    tree->will.is_unlimited = kind != ACCOUNTS_SHARED;
    return tree_parent(tree->accounts, kind, folded, tree->by, tree->arena, &tree->will.parent,
                       err);
}

static bool tree_begin(struct tree *tree, enum accounts_kind kind, struct str name,
                       enum accounts_put how, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    tree->accounts->field = "name";
    if (!accounts_path_fold(name, folded, err)) {
        return false;
    }
    if (kind == ACCOUNTS_SHARED && strchr(folded, '/') != NULL) {
        return err_set(err, ERR_INVALID, "a shared account has one name, without '/'");
    }
    if (!accounts_payer_named(tree->accounts, kind, str_of(folded), tree->arena, &tree->was,
                              &tree->found, err)) {
        return false;
    }
    if (!tree->found) {
        return tree_new(tree, kind, str_of(folded), how, err);
    }
    tree->will = tree->was;
    if (!accounts_payer_read(tree->accounts, tree->was.id, tree->arena, &tree->was, &tree->pin,
                             &tree->found, err) ||
        !accounts_payer_list(tree->accounts, tree->was.id, tree->arena, &tree->list,
                             &tree->list_count, err)) {
        return false;
    }
    if (tree->was.is_removed && (how & ACCOUNTS_ADD) != 0) {
        tree->will.is_removed = false;
        tree->will.is_locked = false;
        return tree_parent(tree->accounts, kind, tree->will.name, tree->by, tree->arena,
                           &tree->will.parent, err);
    } else if ((how & ACCOUNTS_CHANGE) == 0) {
        return err_set(err, ERR_EXISTS, "there is a %s \"%s\" already", accounts_kind_name(kind),
                       folded);
    }
    return true;
}

static bool tree_run(struct tree *tree, struct err *err)
{
    json_object(&tree->old);
    json_object(&tree->new);
    if (!tree_check(tree, err) || !tree_list_check(tree, err)) {
        return false;
    }
    tree->accounts->field = NULL;
    tree_fields(tree);
    tree_compare(tree);
    tree_pin(tree);
    json_end(&tree->old);
    json_end(&tree->new);
    if (!arena_ok(tree->arena) || !buf_ok(&tree->old_text) || !buf_ok(&tree->new_text)) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    return (tree->found && !tree->changed) || tree->by->is_dry || tree_write(tree, err);
}

bool accounts_payer_put(struct accounts *accounts, enum accounts_kind kind, struct str name,
                        enum accounts_put how, const struct accounts_payer_edit *edit,
                        const struct accounts_by *by, struct arena *arena,
                        struct accounts_payer *after, enum accounts_outcome *outcome,
                        struct err *err)
{
    struct tree tree = { .accounts = accounts,
                         .edit = edit,
                         .by = by,
                         .arena = arena,
                         .pin = STR(""),
                         .old_text = BUF_CAP(TREE_JSON_MAX),
                         .new_text = BUF_CAP(TREE_JSON_MAX) };
    tree.old = json_to(&tree.old_text);
    tree.new = json_to(&tree.new_text);
    bool ok = tree_begin(&tree, kind, name, how, err) && tree_run(&tree, err);
    buf_free(&tree.old_text);
    buf_free(&tree.new_text);
    if (!ok) {
        return false;
    }
    *outcome = !tree.found    ? ACCOUNTS_IS_NEW
               : tree.changed ? ACCOUNTS_IS_CHANGED
                              : ACCOUNTS_IS_SAME;
    const char *ledger = arena_textf(arena, "%s:%.*s", accounts_kind_name(kind),
                                     (int)tree.will.name.len, tree.will.name.ptr);
    tree.will.ledger = str_of(ledger == NULL ? "" : ledger);
    *after = tree.will;
    return true;
}

bool accounts_favourite(struct accounts *accounts, int64_t person, int64_t payer, bool is_one,
                        struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_FAVOURITE];
    db_bind_int(stmt, 1, person);
    db_bind_int(stmt, 2, payer);
    db_bind_int(stmt, 3, is_one);
    return db_run(stmt, err);
}
