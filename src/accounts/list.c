// list: see list.h.

#include "accounts/list.h"

#include "accounts/accounts_int.h"

enum { LIST_WORDS = 3 };

// The statement was bound; its columns are an id and a name.
static bool list_read(struct db_stmt *stmt, size_t most, struct arena *arena,
                      struct accounts_listed *listed, size_t *count, struct err *err)
{
    size_t read = 0;
    bool row = true;
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            listed[read++] =
                (struct accounts_listed){ db_col_int(stmt, 0), accounts_keep(arena, stmt, 1) };
        }
    }
    *count = read;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once");
}

bool accounts_people(struct accounts *accounts, enum accounts_which which, int64_t of,
                     struct str after, size_t most, struct arena *arena,
                     struct accounts_listed *people, size_t *count, struct err *err)
{
    static const enum accounts_sql statements[] = {
        [ACCOUNTS_WHICH_HERE] = ACCOUNTS_SQL_PEOPLE,
        [ACCOUNTS_WHICH_ALL] = ACCOUNTS_SQL_PEOPLE_ALL,
        [ACCOUNTS_WHICH_DEPARTMENT] = ACCOUNTS_SQL_PEOPLE_OF_DEPARTMENT,
        [ACCOUNTS_WHICH_GROUP] = ACCOUNTS_SQL_PEOPLE_OF_GROUP,
    };
    struct db_stmt *stmt = accounts->stmts[statements[which]];
    db_bind_text(stmt, 1, after);
    db_bind_int(stmt, 2, (int64_t)most);
    if (which == ACCOUNTS_WHICH_DEPARTMENT || which == ACCOUNTS_WHICH_GROUP) {
        db_bind_int(stmt, 3, of);
    }
    return list_read(stmt, most, arena, people, count, err);
}

bool accounts_people_count(struct accounts *accounts, int64_t *people, int64_t *locked,
                           struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_PEOPLE_COUNT];
    bool row;
    if (!db_step(stmt, &row, err)) {
        return false;
    }
    *people = row ? db_col_int(stmt, 0) : 0;
    *locked = row ? db_col_int(stmt, 1) : 0;
    db_reset(stmt);
    return true;
}

bool accounts_payers(struct accounts *accounts, enum accounts_kind kind, enum accounts_which which,
                     struct str after, size_t most, struct arena *arena,
                     struct accounts_listed *payers, size_t *count, struct err *err)
{
    struct db_stmt *stmt =
        accounts
            ->stmts[which == ACCOUNTS_WHICH_ALL ? ACCOUNTS_SQL_PAYERS_ALL : ACCOUNTS_SQL_PAYERS];
    size_t read = 0;
    bool row = true;
    db_bind_int(stmt, 1, kind);
    db_bind_text(stmt, 2, after);
    db_bind_int(stmt, 3, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            payers[read++] =
                (struct accounts_listed){ db_col_int(stmt, 0), accounts_keep(arena, stmt, 2) };
        }
    }
    *count = read;
    return arena_ok(arena) || err_set(err, ERR_LIMIT, "too much is asked for at once");
}

// The longest words of the query, the longest first: it finds fewest.
static size_t list_words(struct str query, struct arena *arena, struct str words[LIST_WORDS])
{
    struct accounts_words all = { .left = query };
    struct str word;
    size_t count = 0;
    while (accounts_word_next(&all, &word)) {
        size_t at = count < LIST_WORDS ? count++ : LIST_WORDS - 1;
        if (at == LIST_WORDS - 1 && words[at].len >= word.len) {
            continue;
        }
        words[at] = arena_copy(arena, word);
        for (; at > 0 && words[at].len > words[at - 1].len; at--) {
            struct str longer = words[at];
            words[at] = words[at - 1];
            words[at - 1] = longer;
        }
    }
    return count;
}

bool accounts_search(struct accounts *accounts, int kind, struct str query, struct str after,
                     size_t most, struct arena *arena, struct accounts_listed *found, size_t *count,
                     struct err *err)
{
    static const int places[LIST_WORDS] = { 2, 5, 7 };
    struct db_stmt *stmt =
        accounts->stmts[kind == 0 ? ACCOUNTS_SQL_SEARCH_PEOPLE : ACCOUNTS_SQL_SEARCH_PAYERS];
    struct str words[LIST_WORDS] = { { "", 0 }, { "", 0 }, { "", 0 } };
    *count = 0;
    if (list_words(query, arena, words) == 0) {
        return true;
    }
    db_bind_int(stmt, 1, kind == 0 ? ACCOUNTS_WORD_PERSON : kind);
    for (int i = 0; i < LIST_WORDS; i++) {
        // The greatest character of Unicode follows whatever may follow.
        const char *end =
            arena_textf(arena, "%.*s\xf4\x8f\xbf\xbf", (int)words[i].len, words[i].ptr);
        db_bind_text(stmt, places[i], words[i]);
        db_bind_text(stmt, places[i] + 1, str_of(end == NULL ? "" : end));
    }
    db_bind_text(stmt, 4, after);
    db_bind_int(stmt, 9, (int64_t)most);
    return list_read(stmt, most, arena, found, count, err);
}

bool accounts_mine(struct accounts *accounts, int64_t person, size_t most,
                   struct accounts_mine *mine, size_t *count, struct err *err)
{
    struct db_stmt *stmt = accounts->stmts[ACCOUNTS_SQL_MINE];
    size_t read = 0;
    bool row = true;
    db_bind_int(stmt, 1, person);
    db_bind_int(stmt, 2, (int64_t)most);
    while (row) {
        if (!db_step(stmt, &row, err)) {
            return false;
        }
        if (row && read < most) {
            mine[read++] = (struct accounts_mine){ .payer = db_col_int(stmt, 0),
                                                   .at = db_col_int(stmt, 1),
                                                   .times = db_col_int(stmt, 2),
                                                   .is_favourite = db_col_int(stmt, 3) != 0 };
        }
    }
    *count = read;
    return true;
}
