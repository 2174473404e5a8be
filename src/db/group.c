// group: see group.h.

#include "db/group.h"

#include <assert.h>

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

// Runs one task so that its failure leaves the others alone. False: the transaction is gone.
static bool group_run_part(struct db *db, struct db_task *task, struct err *err)
{
    if (!db_part_begin(db, err)) {
        return false;
    }
    task->ok = task->run(task, db, &task->err);
    if (task->ok) {
        return db_part_keep(db, err);
    }
    if (!db_part_undo(db)) {
        *err = task->err;
        return false;
    }
    return true;
}

void db_group_run(struct db *db, struct db_task *first)
{
    struct err err = { 0 };
    assert(first != NULL);
    for (struct db_task *task = first; task != NULL; task = task->next) {
        task->ok = true; // until it is told otherwise
    }
    if (!db_begin(db, &err)) {
        group_fail(first, &err);
        return;
    }
    bool good = true;
    if (first->next == NULL) { // alone: the transaction is its part
        first->ok = first->run(first, db, &first->err);
        if (!first->ok) {
            db_rollback(db);
            return;
        }
    } else {
        for (struct db_task *task = first; good && task != NULL; task = task->next) {
            good = group_run_part(db, task, &err);
        }
    }
    if (!good || !db_commit(db, &err)) {
        db_rollback(db);
        group_fail(first, &err);
    }
}
