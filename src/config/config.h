// config: things that are configured: price books, quotas, policy sets, departments' rules, the
// site's own settings. A thing is a kind, a name and bytes (a packed message that its subject's
// room understands). They change together, in changes that are numbered, never gaps, and kept for
// ever with who, when, why, and the old and the new bytes of each thing: the audit log of the
// configuration. The only code that writes the config_ tables.
//
// Every call runs inside the caller's transaction, on the thread that owns the connection.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

struct db;
struct config;

enum {
    CONFIG_KIND_MAX = 32,
    CONFIG_NAME_MAX = 160,
    CONFIG_BODY_MAX = 1 << 20,
    CONFIG_WHY_MAX = 500,
    CONFIG_EDITS_MAX = 10000, // of one change
};

struct config_thing {
    struct str kind;
    struct str name;
    struct str body;
    int64_t changed_in; // the change that made it what it is
};

struct config_edit {
    struct str kind;
    struct str name;
    bool is_removal;
    struct str body; // of no removal
    // Told by config_change_edits: what was there before. had_old false: nothing.
    bool had_old;
    struct str old;
};

struct config_ask {
    uint8_t key[16]; // the same key again: the first answer, where the edits are the same
    const struct config_edit *edits;
    size_t count;
    struct str why;
    struct str asker;
    int64_t at;
    // The newest change that the asker has seen; -1: it does not matter. ERR_CONFLICT where
    // another one came between.
    int64_t seen;
    int64_t undoes; // the change that this one takes back; 0: none
};

struct config_change {
    int64_t number;
    int64_t at;
    struct str asker;
    struct str why;
    int64_t undoes;
    int64_t edit_count;
};

bool config_open(struct db *db, struct config **config, struct err *err) CC_MUST_USE;
void config_close(struct config **config);

// The number of the newest change; 0: none yet. A change that was undone leaves its number to the
// next one, so what was compiled is not to be kept under it: see config_state.
bool config_version(struct config *config, int64_t *version, struct err *err) CC_MUST_USE;
// What was compiled under another state is stale. Counts from 1, in memory: no two configurations
// have the same state in one `config`, also where changes were undone or made by another process.
bool config_state(struct config *config, int64_t *state, struct err *err) CC_MUST_USE;

// Runs are copied into the arena.
bool config_get(struct config *config, struct str kind, struct str name, struct arena *arena,
                struct config_thing *thing, bool *found, struct err *err) CC_MUST_USE;
// Things of a kind with names after one, by name.
bool config_list(struct config *config, struct str kind, struct str after, size_t most,
                 struct arena *arena, struct config_thing *things, size_t *count,
                 struct err *err) CC_MUST_USE;

// At most so many things of a kind are there: what reads them all counts on it.
struct config_bound {
    const char *kind;
    size_t most;
    const char *things; // for sentences: "quotas"
};
void config_bound(struct config *config, const struct config_bound *bounds, size_t count);
// ERR_LIMIT: with the edits there would be more things of a kind than may be. Edits that add none
// are always taken, so that a site that has too many can get rid of them.
bool config_has_room(struct config *config, const struct config_edit *edits, size_t count,
                     struct err *err) CC_MUST_USE;

// All edits or none, and none where there is no room (config_has_room). Edits that change nothing
// are left out; where nothing is left, *number is the newest change and none is made. Whether
// bodies make sense is the caller's to check before.
bool config_apply(struct config *config, const struct config_ask *ask, int64_t *number,
                  struct err *err) CC_MUST_USE;

// Changes before a number (0: the newest), newest first.
bool config_changes(struct config *config, int64_t before, size_t most, struct arena *arena,
                    struct config_change *changes, size_t *count, struct err *err) CC_MUST_USE;
bool config_change_edits(struct config *config, int64_t number, struct arena *arena,
                         struct config_edit **edits, size_t *count, struct err *err) CC_MUST_USE;

// What one thing was, before a change (0: from the newest), newest first.
struct config_past {
    struct config_change change;
    bool is_removal;
    struct str body; // of no removal
};
bool config_thing_past(struct config *config, const struct config_thing *thing, int64_t before,
                       size_t most, struct arena *arena, struct config_past *past, size_t *count,
                       struct err *err) CC_MUST_USE; // thing: kind and name
