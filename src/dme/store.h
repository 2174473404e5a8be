// store: DIR/dme/dme.db: the one thread that reads and writes it. A task is given to it, runs there
// with the others that wait, in one transaction, and is told of on the loop when that is on disk.
//
// Parts: each subject has tables of its own in a file of its own (NAME_db.c), with its migrations
// and prepared statements; store.c lists them. A new subject is a line there.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "db/group.h"
#include "net/net.h"

enum store_part { STORE_HISTORY, STORE_ALERTS, STORE_METERS, STORE_PORTS, STORE_PARTS };

struct store_part_kind {
    const char *room; // of its migrations; its tables' names begin with it
    const struct db_migration *steps;
    size_t step_count;
    // Prepares its statements; what it gives is freed by free.
    bool (*open)(struct db *db, void **part, struct err *err);
    void (*close)(void **part);
};

struct store;

// Begins a struct of the asker's, who owns it until done has run.
struct store_task {
    struct net_batch_item item; // ours
    struct db_task task;        // ours; ok and err after it
    struct store *store;        // ours
    // On the store's thread, inside the transaction; may run again after it was undone.
    bool (*run)(struct store_task *task, struct err *err);
    // On the loop, once. May be NULL: then the task is freed by free().
    void (*done)(struct store_task *task, bool ok, const struct err *err);
};

bool dme_store_open(struct net_loop *loop, const char *path, struct store **store,
                    struct err *err) CC_MUST_USE;
void dme_store_close(struct store **store); // works off what waits; every done has run after it

// False: too much waits, or the store has failed; done does not run and the task stays the asker's.
bool dme_store_add(struct store *store, struct store_task *task) CC_MUST_USE;
// For what nobody waits for: in its order, with the others of this moment in one transaction.
bool dme_store_add_later(struct store *store, struct store_task *task) CC_MUST_USE;
bool dme_store_has_failed(const struct store *store);
// The last that was asked of it could not be written, as on a full disk; the next one may be.
bool dme_store_is_stuck(const struct store *store);

// On the store's thread, and before the first task: what a part's open gave.
void *dme_store_part(struct store *store, enum store_part part);
struct db *dme_store_db(struct store *store);
