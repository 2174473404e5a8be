// group: group commit. Many tasks, one transaction, one sync, and each task's own answer. The
// engine's writer thread (net_batch) hands over what waits; which thread that is, this does not
// care.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "db/db.h"

enum { DB_AHEAD_ROUNDS = 2 };

// The caller's, usually a member of a larger struct.
struct db_task {
    // Inside the transaction. False: *err says why, and what it changed is undone; the other tasks
    // of the group stand. May run again after all that it did was undone, or after a commit of
    // which nobody knows: it goes by a key that gives the first answer again.
    bool (*run)(struct db_task *task, struct db *db, struct err *err);
    // Before any task of the group runs: what it is going to read may be told. Called for all of
    // them with round 0, then with each up to DB_AHEAD_ROUNDS: what is asked for by what was read.
    // NULL: nothing.
    void (*ahead)(struct db_task *task, struct db *db, int round);
    struct db_task *next; // NULL: the last
    unsigned runs;        // how often this group called run; 1 in the first
    // Set by db_group_run. ok: what run changed is on disk. Otherwise err is run's refusal, or
    // ERR_UNAVAILABLE or ERR_INTERNAL where the database refused (db_must_stop).
    bool ok;
    struct err err;
};

// Runs them in order; again where another process was in the way or the connection was lost, a few
// times at most; one by one where a failure was told too late to know whose it is. Afterwards every
// task's ok and err are final and may be told.
void db_group_run(struct db *db, struct db_task *first);
