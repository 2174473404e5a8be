// What the files of credential share. store_db.c is the only file that spells statements.
#pragma once

#include "credential/credential.h"
#include "db/db.h"

enum credential_sql {
    CREDENTIAL_SQL_NEXT,
    CREDENTIAL_SQL_LAST,
    CREDENTIAL_SQL_PEPPER_GET,
    CREDENTIAL_SQL_PEPPER_SET,
    CREDENTIAL_SQL_PEPPERED,
    CREDENTIAL_SQL_PINS_DROP,
    CREDENTIAL_SQL_CARDS_DROP,
    CREDENTIAL_SQL_PERSON_ADD,
    CREDENTIAL_SQL_PERSON_GET,
    CREDENTIAL_SQL_PERSON_GROW,
    CREDENTIAL_SQL_PASSWORD_SET,
    CREDENTIAL_SQL_PIN_SET,
    CREDENTIAL_SQL_ROLES_SET,
    CREDENTIAL_SQL_LIKES_SET,
    CREDENTIAL_SQL_PERSON_CLEAR,
    CREDENTIAL_SQL_GROWN,
    CREDENTIAL_SQL_HOLDERS,
    CREDENTIAL_SQL_TRY_GET,
    CREDENTIAL_SQL_TRY_SET,
    CREDENTIAL_SQL_TRY_DROP,
    CREDENTIAL_SQL_TRIES_OLD,
    CREDENTIAL_SQL_CARD_ADD,
    CREDENTIAL_SQL_CARD_BY_MAC,
    CREDENTIAL_SQL_CARD_BY_ID,
    CREDENTIAL_SQL_CARD_COUNT,
    CREDENTIAL_SQL_CARD_USED,
    CREDENTIAL_SQL_CARD_SET,
    CREDENTIAL_SQL_CARD_DROP,
    CREDENTIAL_SQL_CARDS,
    CREDENTIAL_SQL_CARDS_OF,
    CREDENTIAL_SQL_CARDS_MOVE,
    CREDENTIAL_SQL_CARDS_END,
    CREDENTIAL_SQL_DELEGATE_SET,
    CREDENTIAL_SQL_DELEGATE_DROP,
    CREDENTIAL_SQL_DELEGATE_COUNT,
    CREDENTIAL_SQL_DELEGATES,
    CREDENTIAL_SQL_DELEGATORS,
    CREDENTIAL_SQL_DELEGATES_COPY,
    CREDENTIAL_SQL_DELEGATORS_COPY,
    CREDENTIAL_SQL_DELEGATES_END,
    CREDENTIAL_SQL_TICKET_ADD,
    CREDENTIAL_SQL_TICKET_GET,
    CREDENTIAL_SQL_TICKET_USE,
    CREDENTIAL_SQL_TICKETS_OLD,
    CREDENTIAL_SQL_TOKEN_ADD,
    CREDENTIAL_SQL_TOKEN_BY_HASH,
    CREDENTIAL_SQL_TOKEN_BY_ID,
    CREDENTIAL_SQL_TOKEN_OF_DEVICE,
    CREDENTIAL_SQL_TOKEN_COUNT,
    CREDENTIAL_SQL_TOKEN_USED,
    CREDENTIAL_SQL_TOKEN_REVOKE,
    CREDENTIAL_SQL_TOKENS,
    CREDENTIAL_SQL_TOKENS_OF,
    CREDENTIAL_SQL_TOKENS_END,
    CREDENTIAL_SQL_ADDRESS_BY_ID,
    CREDENTIAL_SQL_ADDRESS_COUNT,
    CREDENTIAL_SQL_ADDRESS_USED,
    CREDENTIAL_SQL_ADDRESS_LAST,
    CREDENTIAL_SQL_ADDRESSES,
    CREDENTIAL_SQL_ADDRESSES_OF,
    CREDENTIAL_SQL_ADDRESSES_GOOD,
    CREDENTIAL_SQL_ADDRESSES_GOOD_OF,
    CREDENTIAL_SQL_SETUP_ADD,
    CREDENTIAL_SQL_SETUP_GET,
    CREDENTIAL_SQL_SETUP_USE,
    CREDENTIAL_SQL_SETUP_DROP,
    CREDENTIAL_SQL_COUNT
};

struct credential {
    struct db *db; // borrowed
    uint8_t pepper[CREDENTIAL_PEPPER_LEN];
    struct db_stmt *stmts[CREDENTIAL_SQL_COUNT]; // db's
};

bool credential_store_open(struct credential *credential, struct err *err) CC_MUST_USE;

// The next number of "card", "token", "change": never one that was given before.
bool credential_next(struct credential *credential, const char *what, int64_t *number,
                     struct err *err) CC_MUST_USE;
// A statement of one number, and of two, without an answer.
bool credential_run(struct credential *credential, enum credential_sql which, int64_t one,
                    struct err *err) CC_MUST_USE;
bool credential_run_two(struct credential *credential, enum credential_sql which, int64_t one,
                        int64_t two, struct err *err) CC_MUST_USE;
// The number in the first column of the first row; 0: no row.
bool credential_number(struct db_stmt *stmt, int64_t *number, struct err *err) CC_MUST_USE;
// Rows of one person, or (0) of all, by their numbers; the statement takes the number to go on
// after, how many, and where it is of one person that one.
struct credential_page {
    enum credential_sql stmt;
    int64_t person;
    int64_t after;
    size_t most;
    int64_t now; // of statements that want it too; 0: this one does not
    void (*read)(const struct db_stmt *stmt, struct arena *arena, void *row);
};
// rows: room for page->most of that size.
bool credential_page_read(struct credential *credential, const struct credential_page *page,
                          struct arena *arena, void *rows, size_t size, size_t *count,
                          struct err *err) CC_MUST_USE;
// The person has a row.
bool credential_row(struct credential *credential, int64_t person, struct err *err) CC_MUST_USE;
bool credential_kept(const struct arena *arena, struct err *err) CC_MUST_USE;
