// copy: all of a site's accounts from one store to another, with the proof that nothing is missing
// and nothing is another; and the rights that an engine's role has. No engine may run meanwhile.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "db/copy.h"
#include "ledger/ledger.h"

struct cas_copy {
    const char *from; // as in cas_options.dsn
    const char *to;   // empty, or not there yet
    bool dry_run;     // only looks: reads all of `from`, and whether `to` may be written
    // Now and then while it works, and once a table; may be NULL.
    void (*progress)(void *arg, const char *doing, int64_t rows);
    void *arg; // borrowed
};

struct cas_copied_table {
    char name[DB_NAME_MAX + 1];
    int64_t rows;
    uint8_t digest[CRYPTO_HASH_LEN]; // of every value of every row, in the order of the key
};

// What is equal on both.
struct cas_copied {
    struct cas_copied_table tables[DB_TABLES_MAX];
    size_t count;
    struct ledger_head head;
    struct ledger_sums sums;
};

// One transaction on the target, committed after: the chain of both was verified, their heads, the
// sums of their accounts, and rows and digest of each table are equal. ERR_CONFLICT: an engine has
// one of them open, or the target is not empty. ERR_INTERNAL: they differ, or the source's ledger
// is not good; nothing was written.
bool cas_copy_run(const struct cas_copy *copy, struct cas_copied *copied,
                  struct err *err) CC_MUST_USE;

// The file of the pepper was lost: all PINs and cards are removed, and the pepper in that file
// (made where there is none) counts from now on. No CAS may have the store open. *people: how many
// had one.
bool cas_pepper_forget(const char *dsn, const char *pepper, int64_t *people,
                       struct err *err) CC_MUST_USE;

// Makes or upgrades the tables as their owner, and gives the role what an engine needs.
bool cas_copy_prepare(const char *dsn, const char *role, struct err *err) CC_MUST_USE;
