// list: people and payers by page and by word. Names come in order, after one that was seen.
#pragma once

#include "accounts/accounts.h"

struct accounts_listed {
    int64_t id;
    struct str name;
};

enum accounts_which {
    ACCOUNTS_WHICH_HERE,       // not removed
    ACCOUNTS_WHICH_ALL,        // with those that were removed; not those that were merged
    ACCOUNTS_WHICH_DEPARTMENT, // of the department `of`, not below it
    ACCOUNTS_WHICH_GROUP,      // of the group `of`
};

// At most `most`.
bool accounts_people(struct accounts *accounts, enum accounts_which which, int64_t of,
                     struct str after, size_t most, struct arena *arena,
                     struct accounts_listed *people, size_t *count, struct err *err) CC_MUST_USE;
bool accounts_people_count(struct accounts *accounts, int64_t *people, int64_t *locked,
                           struct err *err) CC_MUST_USE;
bool accounts_payers(struct accounts *accounts, enum accounts_kind kind, enum accounts_which which,
                     struct str after, size_t most, struct arena *arena,
                     struct accounts_listed *payers, size_t *count, struct err *err) CC_MUST_USE;

// Things whose name, title, full name or e-mail address has a word that begins with each word of
// the query (the three longest are asked). kind 0: people. A query without a word finds nothing.
bool accounts_search(struct accounts *accounts, int kind, struct str query, struct str after,
                     size_t most, struct arena *arena, struct accounts_listed *found, size_t *count,
                     struct err *err) CC_MUST_USE;

// What a person charges: favourites first, then what was used last.
struct accounts_mine {
    int64_t payer;
    int64_t at; // 0: never used
    int64_t times;
    bool is_favourite;
};
bool accounts_mine(struct accounts *accounts, int64_t person, size_t most,
                   struct accounts_mine *mine, size_t *count, struct err *err) CC_MUST_USE;
