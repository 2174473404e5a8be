// audit: who changed what of the accounts, when, from what to what; and which keys were used for
// what. Rows are only added.
#pragma once

#include "accounts/edit.h"

enum accounts_subject { ACCOUNTS_PERSON = 1, ACCOUNTS_GROUP, ACCOUNTS_PAYER };

struct accounts_change {
    int64_t number;
    enum accounts_subject kind;
    int64_t subject; // its id
    int64_t at;
    struct str asker;
    struct str what; // "add", "set", "rename", "merge", "move", …
    struct str old;  // a JSON object of what changed, as it was; empty: nothing was
    struct str new;
};

// number is given; kept unless the change is dry.
bool accounts_change_add(struct accounts *accounts, const struct accounts_by *by,
                         const struct accounts_change *change, struct err *err) CC_MUST_USE;

// Newest first, before a number (0: the newest); subject 0: of all.
bool accounts_changes(struct accounts *accounts, enum accounts_subject kind, int64_t subject,
                      int64_t before, size_t most, struct arena *arena,
                      struct accounts_change *changes, size_t *count, struct err *err) CC_MUST_USE;

// What was answered to a key. ERR_CONFLICT: it was used for something else. digest: of 32 bytes.
bool accounts_once_find(struct accounts *accounts, struct str key, struct str digest,
                        struct arena *arena, struct str *reply, bool *found,
                        struct err *err) CC_MUST_USE;
bool accounts_once_add(struct accounts *accounts, struct str key, struct str digest,
                       struct str reply, int64_t at, struct err *err) CC_MUST_USE;
