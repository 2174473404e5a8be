// cli/edits: from what is configured to what shall be. The accounting server keeps every change,
// also of printers and queues, which the document routing engine then carries out.
#pragma once

#include "cli/things.h"

struct cli_edit {
    const char *kind;
    const char *name;
    const ProtobufCMessageDescriptor *descriptor;
    bool is_removal;
    struct str body;
    bool had_old;
    struct str old;
};

struct cli_edits {
    struct cli_edit *list; // in cli's arena
    size_t count;
    char **warnings; // when they were applied: what they name and is not there
    size_t warning_count;
};

struct Quoin__V1__ThingEdit;
// As an engine answered them.
bool cli_edits_answered(struct cli *cli, struct Quoin__V1__ThingEdit *const *edits, size_t count,
                        struct cli_edits *made, struct err *err) CC_MUST_USE;

// What differs, after every engine has looked at it. remove: of these kinds (bits by their places
// in model/thing.tbl.h) what is not wanted is removed.
bool cli_edits_between(struct cli *cli, const struct cli_things *now,
                       const struct cli_things *wanted, uint64_t remove, struct cli_edits *edits,
                       struct err *err) CC_MUST_USE;

// All of it or nothing: where the document routing engine refuses, what was done is taken back.
// seen: the newest change that was looked at. *change is its number.
bool cli_edits_apply(struct cli *cli, struct cli_edits *edits, int64_t seen, const char *why,
                     bool is_dry, int64_t *change, struct err *err) CC_MUST_USE;

// Takes a change back, or all after it.
bool cli_edits_undo(struct cli *cli, const struct cli_things *now, int64_t number, bool all_after,
                    const char *why, bool is_dry, struct cli_edits *edits, int64_t *change,
                    struct err *err) CC_MUST_USE;
