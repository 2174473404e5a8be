// What the files of accounts share. store_db.c is the only file that spells statements.
#pragma once

#include "accounts/accounts.h"
#include "db/db.h"

enum accounts_sql {
    ACCOUNTS_SQL_NEXT,
    ACCOUNTS_SQL_PERSON_ADD,
    ACCOUNTS_SQL_PERSON_SET,
    ACCOUNTS_SQL_PERSON_BY_NAME,
    ACCOUNTS_SQL_PERSON_BY_ID,
    ACCOUNTS_SQL_PERSON_BY_ALIAS,
    ACCOUNTS_SQL_PERSON_RENAME,
    ACCOUNTS_SQL_PERSON_MERGE,
    ACCOUNTS_SQL_PEOPLE,
    ACCOUNTS_SQL_PEOPLE_ALL,
    ACCOUNTS_SQL_PEOPLE_OF_DEPARTMENT,
    ACCOUNTS_SQL_PEOPLE_OF_GROUP,
    ACCOUNTS_SQL_PEOPLE_COUNT,
    ACCOUNTS_SQL_ALIASES,
    ACCOUNTS_SQL_ALIAS_ADD,
    ACCOUNTS_SQL_ALIAS_DROP,
    ACCOUNTS_SQL_ALIAS_MOVE,
    ACCOUNTS_SQL_MERGED_MOVE,
    ACCOUNTS_SQL_GROUPS_OF,
    ACCOUNTS_SQL_MEMBER_ADD,
    ACCOUNTS_SQL_MEMBER_DROP,
    ACCOUNTS_SQL_MEMBERS_DROP,
    ACCOUNTS_SQL_GROUP_ADD,
    ACCOUNTS_SQL_GROUP_SET,
    ACCOUNTS_SQL_GROUP_BY_NAME,
    ACCOUNTS_SQL_GROUP_BY_ID,
    ACCOUNTS_SQL_GROUPS,
    ACCOUNTS_SQL_GROUP_COUNT,
    ACCOUNTS_SQL_PAYER_ADD,
    ACCOUNTS_SQL_PAYER_SET,
    ACCOUNTS_SQL_PAYER_BY_NAME,
    ACCOUNTS_SQL_PAYER_BY_ID,
    ACCOUNTS_SQL_PAYER_RENAME,
    ACCOUNTS_SQL_PAYER_WAS,
    ACCOUNTS_SQL_PAYER_WAS_ADD,
    ACCOUNTS_SQL_PAYERS,
    ACCOUNTS_SQL_PAYERS_ALL,
    ACCOUNTS_SQL_PAYERS_BELOW,
    ACCOUNTS_SQL_ACCESS,
    ACCOUNTS_SQL_ACCESS_ADD,
    ACCOUNTS_SQL_ACCESS_DROP,
    ACCOUNTS_SQL_ACCESS_COPY,
    ACCOUNTS_SQL_ACCESS_OF_PERSON,
    ACCOUNTS_SQL_ACCESS_OF_DEPARTMENTS,
    ACCOUNTS_SQL_WORD_ADD,
    ACCOUNTS_SQL_WORDS_DROP,
    ACCOUNTS_SQL_SEARCH_PEOPLE,
    ACCOUNTS_SQL_SEARCH_PAYERS,
    ACCOUNTS_SQL_USED,
    ACCOUNTS_SQL_FAVOURITE,
    ACCOUNTS_SQL_MINE,
    ACCOUNTS_SQL_CHANGE_ADD,
    ACCOUNTS_SQL_CHANGES,
    ACCOUNTS_SQL_CHANGES_OF,
    ACCOUNTS_SQL_ONCE_ADD,
    ACCOUNTS_SQL_ONCE_GET,
    ACCOUNTS_SQL_COUNT
};

enum { ACCOUNTS_SLOTS = 1024 };

// Wrong PINs of one person for one payer.
struct accounts_tries {
    int64_t person; // 0: the slot is free
    int64_t payer;
    int64_t at; // of the last one
    uint32_t count;
};

// A PIN that was right: its MAC under a key that only this process knows.
struct accounts_right {
    int64_t payer; // 0: free
    uint8_t mac[32];
};

struct accounts {
    struct db *db;                             // borrowed
    const char *field;                         // constant; see accounts_field
    struct db_stmt *stmts[ACCOUNTS_SQL_COUNT]; // db's
    uint8_t pin_key[32];
    struct accounts_tries tries[ACCOUNTS_SLOTS];
    struct accounts_right rights[ACCOUNTS_SLOTS];
};

bool accounts_store_open(struct accounts *accounts, struct err *err) CC_MUST_USE;

// The next number of "person", "payer", "group", "change": never one that was given before.
bool accounts_next(struct accounts *accounts, const char *what, int64_t *number,
                   struct err *err) CC_MUST_USE;
// Up to one row; it is left to be read, then reset.
bool accounts_first(struct db_stmt *stmt, bool *found, struct err *err) CC_MUST_USE;

struct str accounts_keep(struct arena *arena, const struct db_stmt *stmt, int column);

// Words: runs of letters, digits and what is no ASCII, in lower case, at most 40 bytes each.
struct accounts_words {
    struct str left;
    char word[41];
};
bool accounts_word_next(struct accounts_words *words, struct str *word);
enum { ACCOUNTS_WORD_PERSON = 10 }; // of a payer: its kind
// All words of the texts, instead of those that were there.
bool accounts_words_set(struct accounts *accounts, int kind, int64_t id, bool had,
                        const struct str *texts, size_t count, struct err *err) CC_MUST_USE;

// The payer and its PIN's hash (empty: none).
bool accounts_payer_read(struct accounts *accounts, int64_t id, struct arena *arena,
                         struct accounts_payer *payer, struct str *pin, bool *found,
                         struct err *err) CC_MUST_USE;

// pin.c: is it right? ERR_DENIED with a sentence, and *refusal.
bool accounts_pin_check(struct accounts *accounts, const struct accounts_payer_ask *ask,
                        int64_t payer, struct str hash, enum accounts_refusal *refusal,
                        struct err *err) CC_MUST_USE;
