// tree: departments, codes and shared accounts are added, changed and moved; groups too. As
// accounts/edit.h.
#pragma once

#include "accounts/edit.h"

enum {
    ACCOUNTS_PAYER_TITLE = 1 << 0,
    ACCOUNTS_PAYER_LOCKED = 1 << 1,
    ACCOUNTS_PAYER_REMOVED = 1 << 2, // locks too
    ACCOUNTS_PAYER_FROM = 1 << 3,
    ACCOUNTS_PAYER_UNTIL = 1 << 4,
    ACCOUNTS_PAYER_PIN = 1 << 5,
    ACCOUNTS_PAYER_ACCESS = 1 << 6,
    ACCOUNTS_PAYER_CHOOSE = 1 << 7,
    ACCOUNTS_PAYER_LIMIT = 1 << 8,
    ACCOUNTS_PAYER_LIST = 1 << 9, // these may charge it and no others
};

struct accounts_payer_edit {
    unsigned sets;
    struct str title;
    struct str pin; // empty: open
    int64_t valid_from;
    int64_t valid_until;
    enum accounts_access access;
    enum accounts_choose must_choose;
    struct money overdraft;
    const struct str *list; // "user:mary", "group:staff", "department:science"
    size_t list_count;
    bool is_locked;
    bool is_removed;
    bool is_unlimited;
};

// The ones above it must be there, or by->make_missing makes them. A new department or code is
// unlimited and a new shared account is not, where the edit does not say.
bool accounts_payer_put(struct accounts *accounts, enum accounts_kind kind, struct str name,
                        enum accounts_put how, const struct accounts_payer_edit *edit,
                        const struct accounts_by *by, struct arena *arena,
                        struct accounts_payer *after, enum accounts_outcome *outcome,
                        struct err *err) CC_MUST_USE;

// Who may charge it: "user:mary", …; in order.
bool accounts_payer_list(struct accounts *accounts, int64_t payer, struct arena *arena,
                         struct str **list, size_t *count, struct err *err) CC_MUST_USE;

// It and all below it get new paths; their ids stay. Told: each old and new path, so that the
// caller can let the ledger follow. ERR_LIMIT: more than ACCOUNTS_SUBTREE_MAX, or too deep or long.
struct accounts_moved {
    struct str from;
    struct str to;
};
bool accounts_payer_move(struct accounts *accounts, const struct accounts_payer *payer,
                         struct str to, const struct accounts_by *by, struct arena *arena,
                         struct accounts_moved **moved, size_t *count, struct err *err) CC_MUST_USE;

bool accounts_favourite(struct accounts *accounts, int64_t person, int64_t payer, bool is_one,
                        struct err *err) CC_MUST_USE;

// ---- groups ------------------------------------------------------------------------------------

struct accounts_group {
    int64_t id;
    struct str name;
    struct str title;
    enum accounts_choose must_choose;
    bool is_removed;
    int64_t created_at;
    int64_t member_count;
};
enum {
    ACCOUNTS_GROUP_TITLE = 1 << 0,
    ACCOUNTS_GROUP_CHOOSE = 1 << 1,
    ACCOUNTS_GROUP_REMOVED = 1 << 2,
};
struct accounts_group_edit {
    unsigned sets;
    struct str title;
    enum accounts_choose must_choose;
    bool is_removed;
};
bool accounts_group_find(struct accounts *accounts, struct str name, struct arena *arena,
                         struct accounts_group *group, bool *found, struct err *err) CC_MUST_USE;
bool accounts_group_put(struct accounts *accounts, struct str name, enum accounts_put how,
                        const struct accounts_group_edit *edit, const struct accounts_by *by,
                        struct arena *arena, struct accounts_group *after,
                        enum accounts_outcome *outcome, struct err *err) CC_MUST_USE;
// Of an id.
bool accounts_group_name(struct accounts *accounts, int64_t id, struct arena *arena,
                         struct str *name, struct err *err) CC_MUST_USE;
// *changed false: they were (were not) a member already.
bool accounts_member_put(struct accounts *accounts, const struct accounts_group *group,
                         const struct accounts_person *person, bool is_member,
                         const struct accounts_by *by, bool *changed, struct err *err) CC_MUST_USE;
bool accounts_groups(struct accounts *accounts, struct str after, size_t most, struct arena *arena,
                     struct accounts_group *groups, size_t *count, struct err *err) CC_MUST_USE;
