// move: a payer and all below it get other paths. See tree.h.
// no unit test: tests/unit/accounts/test_tree.c and tests/prop/accounts/prop_tree.c move trees

#include "accounts/accounts_int.h"
#include "accounts/audit.h"
#include "accounts/tree.h"
#include "base/json.h"

struct move_row {
    int64_t id;
    int64_t parent;
    struct str from;
    struct str to;
};

static bool move_refuse(const struct accounts_payer *payer, struct str to, const char *why,
                        struct err *err)
{
    return err_set(err, ERR_INVALID, "%.*s cannot become %.*s: %s", (int)payer->name.len,
                   payer->name.ptr, (int)to.len, to.ptr, why);
}

// Itself first, then all below it.
static bool move_rows(struct accounts *accounts, const struct accounts_payer *payer,
                      struct arena *arena, struct move_row *rows, size_t *count, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PAYERS_BELOW];
    const char *low =
        arena_textf(arena, "%.*s/", (int)payer->name.len, payer->name.ptr); // '0' follows '/'
    const char *high = arena_textf(arena, "%.*s0", (int)payer->name.len, payer->name.ptr);
    bool row = true;
    size_t read = 1;
    rows[0] = (struct move_row){ .id = payer->id, .from = payer->name };
    if (low == NULL || high == NULL) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    db_bind_int(stmt, 1, payer->kind);
    db_bind_text(stmt, 2, str_of(low));
    db_bind_text(stmt, 3, str_of(high));
    db_bind_int(stmt, 4, ACCOUNTS_SUBTREE_MAX + 1);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read <= ACCOUNTS_SUBTREE_MAX) {
            rows[read] = (struct move_row){ .id = db_col_int(stmt, 0),
                                            .from = accounts_keep(arena, stmt, 1),
                                            .parent = db_col_int(stmt, 2) };
            if (rows[read].from.len <= payer->name.len) { // the arena was full
                db_reset(stmt);
                return err_set(err, ERR_LIMIT, "too much is asked for at once");
            }
        }
        read += row ? 1 : 0;
    }
    *count = read;
    return read <= ACCOUNTS_SUBTREE_MAX ||
           err_set(err, ERR_LIMIT, "more than %d accounts would move at once; move parts of it",
                   ACCOUNTS_SUBTREE_MAX);
}

static bool move_names(const struct accounts_payer *payer, struct str to, struct arena *arena,
                       struct move_row *rows, size_t count, struct err *err)
{
    rows[0].to = to; // was folded
    for (size_t i = 1; i < count; i++) {
        char folded[ACCOUNTS_NAME_MAX + 1];
        struct str rest = { rows[i].from.ptr + payer->name.len,
                            rows[i].from.len - payer->name.len };
        const char *text =
            arena_textf(arena, "%.*s%.*s", (int)to.len, to.ptr, (int)rest.len, rest.ptr);
        if (text == NULL) {
            return err_set(err, ERR_LIMIT, "too much is asked for at once");
        }
        rows[i].to = str_of(text);
        if (!accounts_path_fold(rows[i].to, folded, err)) {
            return move_refuse(payer, to, "what stands below it would get too long or deep", err);
        }
    }
    return true;
}

// Where it goes: the one above must be there, the path free.
static bool move_place(struct accounts *accounts, const struct accounts_payer *payer, struct str to,
                       struct arena *arena, int64_t *parent, struct err *err)
{
    struct accounts_payer other;
    struct str above = to;
    bool found;
    *parent = 0;
    if (to.len > payer->name.len && to.ptr[payer->name.len] == '/' &&
        memcmp(to.ptr, payer->name.ptr, payer->name.len) == 0) {
        return move_refuse(payer, to, "it would stand below itself", err);
    }
    if (!accounts_payer_named(accounts, payer->kind, to, arena, &other, &found, err)) {
        return false;
    }
    if (found) {
        return err_set(err, ERR_EXISTS, "there is a %s \"%.*s\" already%s",
                       accounts_kind_name(payer->kind), (int)to.len, to.ptr,
                       other.is_removed ? ", though it was removed" : "");
    }
    while (above.len > 0 && above.ptr[above.len - 1] != '/') {
        above.len--;
    }
    if (above.len == 0) {
        return true;
    }
    if (payer->kind == ACCOUNTS_SHARED) {
        return move_refuse(payer, to, "a shared account has one name, without '/'", err);
    }
    above.len--;
    if (!accounts_payer_named(accounts, payer->kind, above, arena, &other, &found, err)) {
        return false;
    }
    *parent = found ? other.id : 0;
    return (found && !other.is_removed) ||
           err_set(err, ERR_NOT_FOUND,
                   "there is no %s \"%.*s\" for it to stand below; add that "
                   "first",
                   accounts_kind_name(payer->kind), (int)above.len, above.ptr);
}

static bool move_write(struct accounts *accounts, const struct accounts_payer *payer,
                       const struct move_row *row, struct arena *arena, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PAYER_RENAME];
    struct db_stmt *was = accounts->stmts[ACCOUNTS_SQL_PAYER_WAS_ADD];
    struct accounts_payer now;
    db_bind_int(was, 1, payer->kind);
    db_bind_text(was, 2, row->from);
    db_bind_int(was, 3, row->id);
    db_bind_int(stmt, 1, row->id);
    db_bind_text(stmt, 2, row->to);
    db_bind_int(stmt, 3, row->parent);
    if (!db_run(was, err) || !db_run(stmt, err) ||
        !accounts_payer_get(accounts, row->id, arena, &now, err)) {
        return false;
    }
    const struct str texts[] = { now.name, now.title };
    return accounts_words_set(accounts, (int)payer->kind, row->id, true, texts, 2, err);
}

// One line of the audit tells of all: what stands below follows from it.
static bool move_note(struct accounts *accounts, const struct accounts_payer *payer, struct str to,
                      size_t count, const struct accounts_by *by, struct err *err)
{
    OWN(buf_free) struct buf old = BUF_CAP(4096);
    OWN(buf_free) struct buf new = BUF_CAP(4096);
    struct json json = json_to(&old);
    json_object(&json);
    json_key(&json, "name");
    json_str(&json, payer->name);
    json_end(&json);
    json = json_to(&new);
    json_object(&json);
    json_key(&json, "name");
    json_str(&json, to);
    json_int_field(&json, "accounts", (int64_t)count);
    json_end(&json);
    const struct accounts_change change = { .kind = ACCOUNTS_PAYER,
                                            .subject = payer->id,
                                            .what = STR("move"),
                                            .old = buf_str(&old),
                                            .new = buf_str(&new) };
    return accounts_change_add(accounts, by, &change, err);
}

bool accounts_payer_move(struct accounts *accounts, const struct accounts_payer *payer,
                         struct str to, const struct accounts_by *by, struct arena *arena,
                         struct accounts_moved **moved, size_t *count, struct err *err)
{
    char folded[ACCOUNTS_NAME_MAX + 1];
    struct move_row *rows = arena_new_array(arena, ACCOUNTS_SUBTREE_MAX + 1, sizeof(*rows));
    size_t found = 0;
    if (rows == NULL) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    if (!accounts_path_fold(to, folded, err)) {
        return false;
    }
    to = arena_copy(arena, str_of(folded));
    if (to.len == 0) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    if (!move_place(accounts, payer, to, arena, &rows[0].parent, err)) {
        return false;
    }
    int64_t parent = rows[0].parent;
    if (!move_rows(accounts, payer, arena, rows, &found, err) ||
        !move_names(payer, to, arena, rows, found, err)) {
        return false;
    }
    rows[0].parent = parent;
    *moved = arena_new_array(arena, found, sizeof(**moved));
    if (*moved == NULL) {
        return err_set(err, ERR_LIMIT, "too much is asked for at once");
    }
    for (size_t i = 0; i < found; i++) {
        (*moved)[i] = (struct accounts_moved){ rows[i].from, rows[i].to };
        if (!by->is_dry && !move_write(accounts, payer, &rows[i], arena, err)) {
            return false;
        }
    }
    *count = found;
    return by->is_dry || move_note(accounts, payer, to, found, by, err);
}
