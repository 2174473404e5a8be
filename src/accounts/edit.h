// edit: people are added, changed, renamed and merged. Each change is kept with who made it, when,
// and what was there before (accounts/audit.h). No key is asked for here: whoever calls gives the
// same answer to the same key.
#pragma once

#include "accounts/accounts.h"

// What an edit says; the rest stays as it is, or begins empty.
enum {
    ACCOUNTS_SET_FULL_NAME = 1 << 0,
    ACCOUNTS_SET_EMAIL = 1 << 1,
    ACCOUNTS_SET_DEPARTMENT = 1 << 2,
    ACCOUNTS_SET_LOCATION = 1 << 3,
    ACCOUNTS_SET_LANGUAGE = 1 << 4,
    ACCOUNTS_SET_DEFAULT = 1 << 5,
    ACCOUNTS_SET_CHOOSE = 1 << 6,
    ACCOUNTS_SET_TRANSFER = 1 << 7,
    ACCOUNTS_SET_UNLIMITED = 1 << 8,
    ACCOUNTS_SET_LOCKED = 1 << 9,
    ACCOUNTS_SET_REMOVED = 1 << 10, // locks too; a person who comes back is not locked
    ACCOUNTS_SET_GROUPS = 1 << 11,  // these and no others
};

struct accounts_person_edit {
    unsigned sets;
    struct str full_name;
    struct str email;
    struct str department;      // a path; empty: none
    struct str default_account; // "code:acme/1"; empty: none
    struct str location;
    struct str language;
    const struct str *groups;
    size_t group_count;
    enum accounts_choose must_choose;
    bool may_transfer;
    bool is_unlimited;
    bool is_locked;
    bool is_removed;
    int64_t created_at; // of a new person; 0: now
};

struct accounts_by {
    struct str asker; // "admin/host"
    int64_t at;
    bool is_dry;       // everything is checked and told, nothing written
    bool make_missing; // departments and groups that are not there yet are added
};

enum accounts_put { ACCOUNTS_ADD = 1, ACCOUNTS_CHANGE = 2, ACCOUNTS_ADD_OR_CHANGE = 3 };
enum accounts_outcome { ACCOUNTS_IS_SAME, ACCOUNTS_IS_NEW, ACCOUNTS_IS_CHANGED };

// ERR_EXISTS where ACCOUNTS_ADD meets a name that is taken, unless its person was removed: then
// that one comes back, with its number and all it had (IS_CHANGED). ERR_NOT_FOUND where
// ACCOUNTS_CHANGE meets nobody, or a department, group or account is unknown. *after: what was
// written or would be; what departments and groups say of it only accounts_person_get tells.
bool accounts_person_put(struct accounts *accounts, struct str name, enum accounts_put how,
                         const struct accounts_person_edit *edit, const struct accounts_by *by,
                         struct arena *arena, struct accounts_person *after,
                         enum accounts_outcome *outcome, struct err *err) CC_MUST_USE;

// Which field of the last put was refused: "department"; "": that cannot be told. Constant.
const char *accounts_field(const struct accounts *accounts);

// The old name stays as an alias. Ledger accounts are the caller's to rename.
bool accounts_person_rename(struct accounts *accounts, const struct accounts_person *person,
                            struct str name, const struct accounts_by *by,
                            struct err *err) CC_MUST_USE;
bool accounts_alias_add(struct accounts *accounts, const struct accounts_person *person,
                        struct str alias, const struct accounts_by *by,
                        struct err *err) CC_MUST_USE;
bool accounts_alias_drop(struct accounts *accounts, const struct accounts_person *person,
                         struct str alias, const struct accounts_by *by,
                         struct err *err) CC_MUST_USE;
// gone is locked and hidden; its names find `into`, which may charge what it might.
bool accounts_person_merge(struct accounts *accounts, const struct accounts_person *gone,
                           const struct accounts_person *into, const struct accounts_by *by,
                           struct err *err) CC_MUST_USE;
