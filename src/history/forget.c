// forget: a person's name goes out of the history. The person's own rows are found by the index;
// that others' rows name the person (who paid for them, or is spoken of) is found by looking
// through all of them, which is done some thousand rows at a time, between charges.
// no unit test: tests/unit/history/test_history.c forgets people

#include "history/body.h"
#include "history/history_int.h"

#include "base/buf.h"

enum { FORGET_SLICE = 4096, FORGET_TEXT_MAX = 64 << 10 };

// A name that goes, and the number that stands for it.
struct forget_name {
    struct str name;
    int64_t id;                     // 0: the history has no account of that name
    int64_t purses[HISTORY_PURSES]; // names of accounts; 0: none
};

struct forget_names {
    struct forget_name names[HISTORY_FORGET_NAMES + 1]; // the person's own is the first
    size_t count;
};

static bool forget_name(struct history *history, struct str name, struct forget_names *names,
                        struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    struct forget_name *made = &names->names[names->count++];
    *made = (struct forget_name){ .name = name };
    for (size_t k = 0; k < HISTORY_PURSES; k++) {
        if (!history_store_name_find(history, history_purse(&arena, history_purses[k], name),
                                     &made->purses[k], err)) {
            return false;
        }
        made->id = made->id == 0 ? made->purses[k] : made->id;
    }
    return true;
}

static bool forget_names(struct history *history, const struct history_forget *forget,
                         struct forget_names *names, struct err *err)
{
    names->count = 0;
    if (!forget_name(history, forget->person, names, err)) {
        return false;
    }
    for (size_t i = 0; i < forget->name_count && names->count <= HISTORY_FORGET_NAMES; i++) {
        if (forget->names[i].len > 0 && !forget_name(history, forget->names[i], names, err)) {
            return false;
        }
    }
    return true;
}

static struct str forget_nameless(struct arena *arena, const char *kind, int64_t id)
{
    return str_of(id == 0 ? arena_textf(arena, "%s(forgotten)", kind)
                          : arena_textf(arena, "%s(forgotten %lld)", kind, (long long)id));
}

// ---- texts -------------------------------------------------------------------------------------

static char forget_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool forget_is_at(struct str text, size_t at, struct str name)
{
    if (name.len > text.len - at) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (forget_lower(text.ptr[at + i]) != forget_lower(name.ptr[i])) {
            return false;
        }
    }
    return true;
}

static bool forget_is_letter(struct str text, size_t at)
{
    if (at >= text.len) {
        return false;
    }
    char byte = forget_lower(text.ptr[at]);
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == '_' ||
           (unsigned char)byte >= 0x80;
}

// '.' and '-' hold a word together where letters are on both sides.
static bool forget_is_joint(struct str text, size_t at)
{
    return at < text.len && (text.ptr[at] == '.' || text.ptr[at] == '-' || text.ptr[at] == '@');
}

static bool forget_is_word(struct str text, size_t at, size_t len)
{
    bool before = at > 0 && (forget_is_letter(text, at - 1) ||
                             (at > 1 && forget_is_joint(text, at - 1) && text.ptr[at - 1] != '@' &&
                              forget_is_letter(text, at - 2)));
    bool after = forget_is_letter(text, at + len) ||
                 (forget_is_joint(text, at + len) && text.ptr[at + len] != '@' &&
                  forget_is_letter(text, at + len + 1));
    return !before && !after;
}

// Which of the names stands there as a word of its own; NULL: none.
static const struct forget_name *forget_at(const struct forget_names *names, struct str text,
                                           size_t at)
{
    for (size_t i = 0; i < names->count; i++) {
        if (forget_is_at(text, at, names->names[i].name) &&
            forget_is_word(text, at, names->names[i].name.len)) {
            return &names->names[i];
        }
    }
    return NULL;
}

static void forget_in_text(const struct forget_names *names, struct arena *arena, struct str *text,
                           bool *is_changed)
{
    OWN(buf_free) struct buf made = BUF_CAP(FORGET_TEXT_MAX);
    bool is_found = false;
    for (size_t i = 0; i < text->len;) {
        const struct forget_name *name = forget_at(names, *text, i);
        struct str part = { text->ptr + i, 1 };
        i += name == NULL ? 1 : name->name.len;
        buf_add(&made, name == NULL ? part : forget_nameless(arena, "", names->names[0].id));
        is_found = is_found || name != NULL;
    }
    if (is_found) {
        *is_changed = true;
        *text = buf_ok(&made) ? arena_copy(arena, buf_str(&made)) : STR("");
    }
}

// Whether a packed row may name the person at all.
static bool forget_is_in(const struct forget_names *names, struct str body)
{
    for (size_t i = 0; i < names->count; i++) {
        struct str name = names->names[i].name;
        char first = forget_lower(name.ptr[0]);
        for (size_t at = 0; at + name.len <= body.len; at++) {
            if (forget_lower(body.ptr[at]) == first && forget_is_at(body, at, name)) {
                return true;
            }
        }
    }
    return false;
}

// ---- payers ------------------------------------------------------------------------------------

// Whose accounts paid, by their names of now: leg 0 is the row's own.
static bool forget_payers(struct history *history, int64_t number,
                          int64_t payers[static HISTORY_LEGS_MAX], struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_PAYERS_OF];
    bool row = true;
    memset(payers, 0, HISTORY_LEGS_MAX * sizeof(*payers));
    db_bind_int(stmt, 1, number);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        int64_t place = row ? db_col_int(stmt, 0) : -1;
        if (place >= 0 && place < HISTORY_LEGS_MAX) {
            payers[place] = db_col_int(stmt, 1);
        }
    }
    return true;
}

// then: the person's name when the row was made, where the row is the person's; else empty.
static const struct forget_name *forget_payer(const struct forget_names *names, size_t purse,
                                              struct str account, int64_t payer, struct str then)
{
    for (size_t i = 0; i < names->count; i++) {
        if (names->names[i].purses[purse] != 0 && names->names[i].purses[purse] == payer) {
            return &names->names[i];
        }
    }
    for (size_t i = 0; i < names->count; i++) {
        if (history_is_of(account, history_purses[purse], names->names[i].name)) {
            return &names->names[i];
        }
    }
    return then.len > 0 && history_is_of(account, history_purses[purse], then) ? &names->names[0]
                                                                               : NULL;
}

static bool forget_leg(struct history *history, const struct forget_names *names,
                       struct history_leg *leg, int64_t payer, struct str then, struct arena *arena,
                       bool *is_changed, struct err *err)
{
    for (size_t k = 0; k < HISTORY_PURSES; k++) {
        const char *kind = history_purses[k];
        const size_t len = strlen(kind);
        if (leg->account.len <= len || memcmp(leg->account.ptr, kind, len) != 0) {
            continue;
        }
        const struct forget_name *name = forget_payer(names, k, leg->account, payer, then);
        struct str now;
        if (name == NULL) {
            continue;
        }
        if (!history_name_of(history, payer, arena, &now, err)) {
            return false;
        }
        // The account may be nameless already, by a release that did so in the sums alone.
        bool is_nameless = now.len > len + 10 && memcmp(now.ptr, kind, len) == 0 &&
                           memcmp(now.ptr + len, "(forgotten", 10) == 0;
        struct str account = is_nameless ? now : forget_nameless(arena, kind, name->id);
        *is_changed = *is_changed || !str_eq(account, leg->account);
        leg->account = account;
    }
    return true;
}

static bool forget_legs(struct history *history, const struct forget_names *names,
                        struct history_row *row, struct str then, struct history_leg *legs,
                        struct arena *arena, bool *is_changed, struct err *err)
{
    int64_t payers[HISTORY_LEGS_MAX];
    if (!forget_payers(history, row->number, payers, err)) {
        return false;
    }
    for (size_t i = 0; i < row->leg_count; i++) {
        legs[i] = row->legs[i];
        if (!forget_leg(history, names, &legs[i], payers[i], then, arena, is_changed, err)) {
            return false;
        }
    }
    row->legs = legs;
    return true;
}

// ---- rows --------------------------------------------------------------------------------------

static bool forget_keep(struct history *history, const struct history_row *row, struct err *err)
{
    struct str body;
    return history_pack(history, row, &body, err) &&
           history_store_body(history, HISTORY_SQL_BODY_CHANGE, row->number, body, err);
}

static bool forget_own_row(struct history *history, const struct forget_names *names,
                           int64_t number, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 * HISTORY_BODY_MAX);
    struct history_leg legs[HISTORY_LEGS_MAX];
    struct history_row row;
    bool found;
    bool is_changed = false;
    if (!history_get(history, number, &arena, &row, &found, err) ||
        !forget_legs(history, names, &row, row.work.user, legs, &arena, &is_changed, err)) {
        return false;
    }
    row.job = row.why = row.decision.text = STR("");
    row.work.user = forget_nameless(&arena, "", names->names[0].id);
    row.work.from = row.work.destination = row.work.location = row.work.account = STR("");
    row.work.group_count = 0;
    return forget_keep(history, &row, err);
}

// A row of somebody else; *is_changed: it named the person.
static bool forget_other_row(struct history *history, const struct forget_names *names,
                             int64_t number, bool is_dry, bool *is_changed, struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(4 * HISTORY_BODY_MAX);
    struct history_leg legs[HISTORY_LEGS_MAX];
    struct history_row row;
    int64_t person;
    bool found;
    *is_changed = false;
    if (!history_store_int(history, HISTORY_SQL_PERSON_OF, number, &person, &found, err)) {
        return false;
    }
    if (!found || (person != 0 && person == names->names[0].purses[0])) {
        return true; // the person's own
    }
    if (!history_get(history, number, &arena, &row, &found, err) ||
        !forget_legs(history, names, &row, STR(""), legs, &arena, is_changed, err)) {
        return false;
    }
    struct str *const texts[] = { &row.work.account, &row.work.destination, &row.why,
                                  &row.decision.text };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        forget_in_text(names, &arena, texts[i], is_changed);
    }
    return !*is_changed || is_dry || forget_keep(history, &row, err);
}

// ---- slices ------------------------------------------------------------------------------------

// The person's rows that come next, at most `most`.
static bool forget_numbers(struct history *history, int64_t id, int64_t after, size_t most,
                           int64_t *numbers, size_t *count, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_ROWS_AFTER];
    int64_t at = 0;
    bool row = true;
    size_t read = 0;
    if (after > 0 &&
        !history_store_int(history, HISTORY_SQL_AT_OF, after, &at, &(bool){ false }, err)) {
        return false;
    }
    db_bind_int(stmt, 1, id);
    db_bind_int(stmt, 2, at);
    db_bind_int(stmt, 3, after);
    db_bind_int(stmt, 4, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            numbers[read++] = db_col_int(stmt, 0);
        }
    }
    *count = read;
    return true;
}

static bool forget_own(struct history *history, const struct forget_names *names,
                       struct history_forget *forget, size_t most, struct err *err)
{
    int64_t numbers[HISTORY_PAGE_MOST];
    int64_t id = names->names[0].purses[0];
    size_t count = 0;
    int64_t all;
    bool found;
    if (forget->is_dry) {
        if (!history_store_int(history, HISTORY_SQL_NUMBER_OF, id, &all, &found, err)) {
            return false;
        }
        forget->works = id == 0 ? 0 : all;
        forget->is_own_done = true;
        return true;
    }
    if (id != 0 && !forget_numbers(history, id, forget->own, most, numbers, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!forget_own_row(history, names, numbers[i], err)) {
            return false;
        }
    }
    forget->works += (int64_t)count;
    forget->own = count > 0 ? numbers[count - 1] : forget->own;
    forget->is_own_done = count < most;
    return true;
}

// Marks the rows after forget->read that may name the person.
static bool forget_mark(struct history *history, const struct forget_names *names, int64_t after,
                        int64_t stop, bool *marks, struct err *err)
{
    struct db_stmt *stmt = history->stmts[HISTORY_SQL_PAID_BY];
    for (size_t i = 0; i < names->count * HISTORY_PURSES; i++) {
        int64_t purse = names->names[i / HISTORY_PURSES].purses[i % HISTORY_PURSES];
        bool row = purse != 0;
        if (row) {
            db_bind_int(stmt, 1, after);
            db_bind_int(stmt, 2, stop);
            db_bind_int(stmt, 3, purse);
        }
        while (row) {
            if (!db_step(stmt, &row, err)) {
                return false;
            }
            if (row) {
                marks[db_col_int(stmt, 0) - after - 1] = true;
            }
        }
    }
    stmt = history->stmts[HISTORY_SQL_BODIES];
    bool row = true;
    db_bind_int(stmt, 1, after);
    db_bind_int(stmt, 2, stop);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && forget_is_in(names, db_col_bytes(stmt, 1))) {
            marks[db_col_int(stmt, 0) - after - 1] = true;
        }
    }
    return true;
}

static bool forget_others(struct history *history, const struct forget_names *names,
                          struct history_forget *forget, size_t most, bool *done, struct err *err)
{
    bool marks[FORGET_SLICE] = { false };
    int64_t after = forget->read;
    int64_t last;
    int64_t last_at;
    size_t count = 0;
    if (!history_store_last(history, &last, &last_at, err)) {
        return false;
    }
    int64_t stop = last - after > FORGET_SLICE ? after + FORGET_SLICE + 1 : last + 1;
    if (!forget_mark(history, names, after, stop, marks, err)) {
        return false;
    }
    for (; forget->read + 1 < stop && count < most; forget->read++) {
        bool is_changed = false;
        bool is_marked = marks[forget->read - after];
        if (is_marked &&
            !forget_other_row(history, names, forget->read + 1, forget->is_dry, &is_changed, err)) {
            return false;
        }
        count += is_marked;
        forget->others += is_changed;
    }
    *done = forget->read >= last;
    return true;
}

// Names go last: by them the rows are found.
static bool forget_accounts(struct history *history, const struct forget_names *names,
                            struct err *err)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    for (size_t i = 0; i < names->count * HISTORY_PURSES; i++) {
        const struct forget_name *name = &names->names[i / HISTORY_PURSES];
        size_t k = i % HISTORY_PURSES;
        if (name->purses[k] != 0 &&
            !history_store_rename(history, name->purses[k],
                                  forget_nameless(&arena, history_purses[k], name->id), err)) {
            return false;
        }
    }
    return true;
}

bool history_forget(struct history *history, struct history_forget *forget, size_t most, bool *done,
                    struct err *err)
{
    struct forget_names names;
    bool is_busy = false;
    *done = forget->person.len == 0;
    if (*done) {
        return true;
    }
    if (!forget_names(history, forget, &names, err) ||
        !history_is_busy(history, names.names[0].purses[0], &is_busy, err)) {
        return false;
    }
    if (is_busy && !forget->is_dry && names.names[0].purses[0] != 0) {
        return err_set(err, ERR_CONFLICT, "%.*s has works under way; end them first",
                       (int)forget->person.len, forget->person.ptr);
    }
    most = most > HISTORY_PAGE_MOST ? HISTORY_PAGE_MOST : most;
    if (!forget->is_own_done) {
        return forget_own(history, &names, forget, most, err);
    }
    return forget_others(history, &names, forget, most, done, err) &&
           (!*done || forget->is_dry || forget_accounts(history, &names, err));
}
