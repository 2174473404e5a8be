// What the files of a statement share.
#pragma once

#include "ledger/statement.h"
#include "ledger/store_int.h"

// The site's own accounts: id -> the column of what moves on them (CHARGES: income), as its place
// in `columns`, which holds each its own.
bool ledger_statement_sites(struct ledger *ledger, enum ledger_column columns[LEDGER_COLUMNS],
                            struct map *kinds, struct err *err) CC_MUST_USE;
// The entries after one, to the last one, at most `most`; none may be missing.
bool ledger_statement_entries(struct ledger *ledger, int64_t after, int64_t last, size_t most,
                              bool (*take)(void *arg, const struct ledger_entry *entry,
                                           struct err *err),
                              void *arg, size_t *count, struct err *err) CC_MUST_USE;
// The reasons ("OLD -> NEW") of renamings after an entry, of accounts from < id <= until; an
// account's first comes first.
bool ledger_statement_old_names(struct ledger *ledger, int64_t from, int64_t until, int64_t after,
                                bool (*take)(void *arg, int64_t id, struct str why,
                                             struct err *err),
                                void *arg, struct err *err) CC_MUST_USE;
// A checkpoint's period that has no row.
bool ledger_period_lost(struct ledger *ledger, char name[static LEDGER_PERIOD_MAX + 1], bool *found,
                        struct err *err) CC_MUST_USE;
