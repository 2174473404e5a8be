// group: see group.h.

#include "db/group.h"

#include "db/db_int.h"
#include <assert.h>

enum { GROUP_TRIES = 4 };

// Marks every task of the group that had gone well as failed.
static void group_fail(struct db_task *first, const struct err *why)
{
    for (struct db_task *task = first; task != NULL; task = task->next) {
        if (task->ok) {
            task->ok = false;
            task->err = *why;
        }
    }
}

static bool group_call(struct db *db, struct db_task *task)
{
    task->runs++;
    return task->run(task, db, &task->err);
}

// Runs one task so that its failure leaves the others alone. False: the transaction is gone.
static bool group_run_part(struct db *db, struct db_task *task, struct err *err)
{
    if (!db_part_begin(db, err)) {
        return false;
    }
    task->ok = group_call(db, task);
    if (task->ok) {
        return db_part_keep(db, err);
    }
    if (db_may_retry(db) || !db_part_undo(db)) {
        *err = task->err;
        return false;
    }
    return true;
}

// A failure is nobody's: what comes next is told of it.
static void group_ahead(struct db *db, struct db_task *first)
{
    for (int round = 0; round < (db_is_far(db) ? DB_AHEAD_ROUNDS : 1); round++) {
        for (struct db_task *task = first; task != NULL; task = task->next) {
            if (task->ahead != NULL && !db->spoiled) {
                task->ahead(task, db, round);
            }
        }
    }
    db->failed_late = db->failed_late || db->spoiled;
}

// One transaction. False: none of it is there, and *err says why.
static bool group_try(struct db *db, struct db_task *first, struct err *err)
{
    for (struct db_task *task = first; task != NULL; task = task->next) {
        task->ok = true; // until it is told otherwise
        task->err = (struct err){ 0 };
    }
    if (!db_begin_hoping(db, err)) {
        return false;
    }
    bool good = true;
    if (first->next == NULL) { // alone: the transaction is its part
        good = group_call(db, first);
        if (!good) {
            *err = first->err;
        }
    } else {
        group_ahead(db, first);
        for (struct db_task *task = first; good && task != NULL; task = task->next) {
            good = group_run_part(db, task, err);
        }
    }
    if (!good || !db_commit(db, err)) {
        db_rollback(db);
        return false;
    }
    return true;
}

static void group_run(struct db *db, struct db_task *first);

static void group_run_one_by_one(struct db *db, struct db_task *first)
{
    for (struct db_task *task = first; task != NULL;) {
        struct db_task *next = task->next;
        task->next = NULL;
        group_run(db, task);
        task->next = next;
        task = next;
    }
}

static void group_run(struct db *db, struct db_task *first)
{
    struct err err = { 0 };
    for (int tries = 1; !group_try(db, first, &err); tries++) {
        if (first->next != NULL && db_failed_late(db)) {
            group_run_one_by_one(db, first);
            return;
        }
        if (!(db_may_retry(db) || db->wants_parts) || tries == GROUP_TRIES) {
            group_fail(first, &err);
            return;
        }
    }
}

void db_group_run(struct db *db, struct db_task *first)
{
    assert(first != NULL);
    for (struct db_task *task = first; task != NULL; task = task->next) {
        task->runs = 0;
    }
    group_run(db, first);
}
