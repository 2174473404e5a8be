// The statements of config. store_db.c is the only file that spells them.
#pragma once

#include "config/config.h"
#include "db/db.h"

enum config_sql {
    CONFIG_SQL_VERSION,
    CONFIG_SQL_GET,
    CONFIG_SQL_LIST,
    CONFIG_SQL_PUT,
    CONFIG_SQL_REMOVE,
    CONFIG_SQL_CHANGE_ADD,
    CONFIG_SQL_CHANGE_BY_KEY,
    CONFIG_SQL_CHANGES,
    CONFIG_SQL_EDIT_ADD,
    CONFIG_SQL_EDITS,
    CONFIG_SQL_PAST,
    CONFIG_SQL_EDIT_COUNT,
    CONFIG_SQL_KIND_COUNT,
    CONFIG_SQL_COUNT
};

struct config {
    struct db *db;                           // borrowed
    struct db_stmt *stmts[CONFIG_SQL_COUNT]; // db's
    uint64_t epoch;                          // db_epoch in which version and state are known
    int64_t version;
    uint8_t key[16]; // of the newest change; zeros: none
    int64_t state;
    const struct config_bound *bounds; // borrowed
    size_t bound_count;
};

bool config_store_open(struct config *config, struct err *err) CC_MUST_USE;
