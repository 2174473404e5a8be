// copy: see copy.h. It blocks for as long as it takes; programs call it, not engines.

#include "cas/copy.h"

#include "cas/cas.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COPY_TELL_ROWS = 5000, COPY_ARENA_MAX = 16 << 20 };

struct copy_work {
    const struct cas_copy *copy;
    struct cas_copied *copied;
    struct arena arena;
    struct cas *from;               // owned
    struct cas *to;                 // owned
    struct db_table *tables;        // in the arena
    struct crypto_hash *hash;       // owned
    struct db_table_writer *writer; // owned, of the table that is being written
    const char *doing;
    int64_t rows; // of the table so far
};

static void copy_work_fini(struct copy_work *work)
{
    db_table_writer_free(&work->writer);
    if (work->to != NULL) {
        db_rollback(cas_db(work->to));
    }
    cas_close(&work->from);
    cas_close(&work->to);
    crypto_hash_free(&work->hash);
    arena_free(&work->arena);
}

static void copy_tell(struct copy_work *work)
{
    if (work->copy->progress != NULL) {
        work->copy->progress(work->copy->arg, work->doing, work->rows);
    }
}

static bool copy_has_file(const char *dsn)
{
    static const char scheme[] = "sqlite:";
    return strncmp(dsn, scheme, sizeof(scheme) - 1) != 0 ||
           access(dsn + sizeof(scheme) - 1, F_OK) == 0;
}

// ---- one table ---------------------------------------------------------------------------------

static bool copy_take_row(void *arg, const struct db_table *table, const struct db_stmt *row,
                          struct err *err)
{
    (void)table;
    struct copy_work *work = arg;
    if (++work->rows % COPY_TELL_ROWS == 0) {
        copy_tell(work);
    }
    return work->writer == NULL || db_table_write(work->writer, row, err);
}

static void copy_take_bytes(void *arg, struct str bytes)
{
    crypto_hash_add(((struct copy_work *)arg)->hash, bytes);
}

static bool copy_read(struct copy_work *work, struct db *db, const struct db_table *table,
                      struct cas_copied_table *found, struct err *err)
{
    const struct db_rows rows = { copy_take_row, copy_take_bytes, work };
    work->rows = 0;
    memcpy(found->name, table->name, sizeof(found->name));
    bool good = db_table_read(db, table, &rows, &found->rows, err);
    crypto_hash_end(work->hash, found->digest);
    copy_tell(work);
    return good;
}

static bool copy_write(struct copy_work *work, const struct db_table *table,
                       struct cas_copied_table *read, struct err *err)
{
    struct cas_copied_table written;
    work->doing = table->name;
    if (!db_table_writer_new(cas_db(work->to), table, &work->writer, err) ||
        !copy_read(work, cas_db(work->from), table, read, err) ||
        !db_table_writer_end(work->writer, err)) {
        return false;
    }
    db_table_writer_free(&work->writer);
    if (!copy_read(work, cas_db(work->to), table, &written, err)) {
        return false;
    }
    return (written.rows == read->rows &&
            memcmp(written.digest, read->digest, sizeof(read->digest)) == 0) ||
           err_set(err, ERR_INTERNAL, "table %s has %lld rows here and %lld there, or others",
                   table->name, (long long)read->rows, (long long)written.rows);
}

// ---- both --------------------------------------------------------------------------------------

static bool copy_knows(const struct copy_work *work, const char *name)
{
    for (size_t i = 0; i < work->copied->count; i++) {
        if (strcmp(work->tables[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

// The database has no tables but such as we copy. *count: how many.
static bool copy_is_ours(struct copy_work *work, struct db *db, size_t *count, struct err *err)
{
    struct db_table *tables = NULL;
    if (!db_tables(db, &work->arena, &tables, count, err)) {
        return false;
    }
    for (size_t i = 0; i < *count; i++) {
        if (!copy_knows(work, tables[i].name)) {
            return err_set(err, ERR_CONFLICT,
                           "the target holds something else (table %s); make a new database",
                           tables[i].name);
        }
    }
    return true;
}

// Opens the target's tables, in which no site may have begun.
static bool copy_open_to(struct copy_work *work, struct err *err)
{
    const struct cas_options options = { .dsn = work->copy->to, .bare = true };
    struct ledger_sums sums;
    if (!cas_open(&work->to, &options, err) || !ledger_sum(cas_ledger(work->to), &sums, err)) {
        return false;
    }
    return (sums.entries == 0 && sums.accounts == 0) ||
           err_set(err, ERR_CONFLICT,
                   "the target is not empty: its ledger has %lld entries; make a new database",
                   (long long)sums.entries);
}

static bool copy_check_to(struct copy_work *work, struct err *err)
{
    OWN(db_close) struct db *to = NULL;
    size_t count = 0;
    if (!copy_has_file(work->copy->to)) {
        return true;
    }
    if (!db_open(&to,
                 &(struct db_options){ .dsn = work->copy->to, .alone = true, .exclusive = true },
                 err) ||
        !copy_is_ours(work, to, &count, err)) {
        return false;
    }
    db_close(&to);
    return !work->copy->dry_run || count == 0 || copy_open_to(work, err);
}

static bool copy_open_from(struct copy_work *work, struct err *err)
{
    const struct cas_options options = { .dsn = work->copy->from, .bare = true };
    if (strcmp(work->copy->from, work->copy->to) == 0) {
        return err_set(err, ERR_INVALID, "the two stores are one");
    }
    if (!copy_has_file(work->copy->from)) {
        return err_set(err, ERR_NOT_FOUND, "there is no database at %.150s", work->copy->from);
    }
    work->doing = "verifying the ledger";
    copy_tell(work);
    struct ledger *ledger = NULL;
    if (cas_open(&work->from, &options, err)) {
        ledger = cas_ledger(work->from);
    }
    return ledger != NULL && ledger_audit(ledger, err) &&
           ledger_head(ledger, &work->copied->head, err) &&
           ledger_sum(ledger, &work->copied->sums, err) &&
           db_tables(cas_db(work->from), &work->arena, &work->tables, &work->copied->count, err);
}

static bool copy_look(struct copy_work *work, struct err *err)
{
    for (size_t i = 0; i < work->copied->count; i++) {
        work->doing = work->tables[i].name;
        if (!copy_read(work, cas_db(work->from), &work->tables[i], &work->copied->tables[i], err)) {
            return false;
        }
    }
    return true;
}

// The ledger that was written is the one that was read.
static bool copy_is_same(struct copy_work *work, struct err *err)
{
    struct ledger_head head;
    struct ledger_sums sums;
    struct ledger *ledger = cas_ledger(work->to);
    work->doing = "verifying the copy";
    copy_tell(work);
    if (!ledger_audit(ledger, err) || !ledger_head(ledger, &head, err) ||
        !ledger_sum(ledger, &sums, err)) {
        return false;
    }
    return (head.sequence == work->copied->head.sequence &&
            memcmp(head.hash, work->copied->head.hash, sizeof(head.hash)) == 0 &&
            memcmp(&sums, &work->copied->sums, sizeof(sums)) == 0) ||
           err_set(err, ERR_INTERNAL, "the copy's ledger ends at another entry or sum");
}

static bool copy_over(struct copy_work *work, struct err *err)
{
    size_t count = 0;
    if (!copy_open_to(work, err) || !copy_is_ours(work, cas_db(work->to), &count, err)) {
        return false;
    }
    if (count != work->copied->count) {
        return err_set(err, ERR_CONFLICT,
                       "the stores have %zu and %zu tables: open both with this "
                       "release first",
                       work->copied->count, count);
    }
    if (!db_begin(cas_db(work->to), err)) {
        return false;
    }
    for (size_t i = work->copied->count; i > 0; i--) { // who refers goes before what it refers to
        int64_t rows = 0;
        if (!db_table_read(cas_db(work->to), &work->tables[i - 1], &(struct db_rows){ 0 }, &rows,
                           err) ||
            (rows > 0 && !db_table_clear(cas_db(work->to), &work->tables[i - 1], err))) {
            return false;
        }
    }
    for (size_t i = 0; i < work->copied->count; i++) {
        if (!copy_write(work, &work->tables[i], &work->copied->tables[i], err)) {
            return false;
        }
    }
    return copy_is_same(work, err) && db_commit(cas_db(work->to), err);
}

bool cas_copy_run(const struct cas_copy *copy, struct cas_copied *copied, struct err *err)
{
    struct copy_work work = { .copy = copy,
                              .copied = copied,
                              .arena = ARENA_CAP(COPY_ARENA_MAX),
                              .hash = crypto_hash_new() };
    memset(copied, 0, sizeof(*copied));
    bool good = copy_open_from(&work, err) && copy_check_to(&work, err) &&
                (copy->dry_run ? copy_look(&work, err) : copy_over(&work, err));
    copy_work_fini(&work);
    return good;
}

bool cas_pepper_forget(const char *dsn, const char *pepper, int64_t *people, struct err *err)
{
    OWN(cas_close) struct cas *cas = NULL;
    const struct cas_options options = { .dsn = dsn, .bare = true, .pepper = pepper };
    return cas_open(&cas, &options, err) && db_begin(cas_db(cas), err) &&
           cas_pepper_accept(cas, people, err) && db_commit(cas_db(cas), err);
}

bool cas_copy_prepare(const char *dsn, const char *role, struct err *err)
{
    OWN(cas_close) struct cas *cas = NULL;
    const struct cas_options options = { .dsn = dsn, .bare = true };
    return cas_open(&cas, &options, err) && db_grant(cas_db(cas), str_of(role), err);
}
