// What the files of cas share.
#pragma once

#include "cas/cas.h"
#include "crypto/cert.h"
#include "price/price.h"
#include "proto/cas.pb-c.h"

enum cas_sql {
    CAS_SQL_PERSON_ADD,
    CAS_SQL_PERSON_GET,
    CAS_SQL_PEOPLE,
    CAS_SQL_PRICE_ADD,
    CAS_SQL_PRICE_GET,
    CAS_SQL_PRICE_NEWEST,
    CAS_SQL_ONCE_ADD,
    CAS_SQL_ONCE_GET,
    CAS_SQL_TOKEN_ADD,
    CAS_SQL_TOKEN_GET,
    CAS_SQL_TOKEN_USE,
    CAS_SQL_TOKENS,
    CAS_SQL_COUNT
};

struct cas {
    struct db *db;                        // owned
    struct ledger *ledger;                // owned
    struct crypto_authority *authority;   // owned; NULL: signs nothing
    struct db_stmt *stmts[CAS_SQL_COUNT]; // db's
    int witness;                          // descriptor; -1: none
};

struct cas_person {
    char name[CAS_NAME_MAX + 1];
    struct str full_name;
    int64_t created_at;
};

struct cas_prices {
    uint32_t version;
    struct price_list list;
    int64_t set_at;
    struct str set_by;
};

struct cas_join {
    char identity[17];
    uint8_t key[CRYPTO_HASH_LEN];
    struct str role;
    struct str host;
    int64_t expires_at;
    struct str created_by;
    struct str used_key;    // the Join's; empty: not used
    struct str request;     // that it was used for
    struct str certificate; // that was given
};

// --- store_db.c: every statement of this room ----------------------------------------------------

bool cas_store_open(struct cas *cas, struct err *err) CC_MUST_USE;
bool cas_store_person_add(struct cas *cas, const struct cas_person *person,
                          struct err *err) CC_MUST_USE;
bool cas_store_person(struct cas *cas, struct str name, struct arena *arena,
                      struct cas_person *person, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_people(struct cas *cas, struct str after, size_t most, struct arena *arena,
                      struct cas_person *people, size_t *count, struct err *err) CC_MUST_USE;
bool cas_store_prices_add(struct cas *cas, const struct cas_prices *prices,
                          struct err *err) CC_MUST_USE;
// version 0: the one in force.
bool cas_store_prices(struct cas *cas, uint32_t version, struct arena *arena,
                      struct cas_prices *prices, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_once_add(struct cas *cas, const struct ledger_key *key, struct str request,
                        int64_t answer, int64_t at, struct err *err) CC_MUST_USE;
bool cas_store_once(struct cas *cas, const struct ledger_key *key, struct arena *arena,
                    struct str *request, int64_t *answer, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_token_add(struct cas *cas, const struct cas_join *join, struct err *err) CC_MUST_USE;
bool cas_store_token(struct cas *cas, struct str identity, struct arena *arena,
                     struct cas_join *join, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_token_use(struct cas *cas, const struct cas_join *join, bool *ok,
                         struct err *err) CC_MUST_USE;

// --- shared
// ---------------------------------------------------------------------------------------

// A message in the arena, with its defaults. Never NULL: a request's arena is larger than any
// answer.
void *cas_message(struct arena *arena, const ProtobufCMessageDescriptor *descriptor);
struct str cas_pack(struct arena *arena, const ProtobufCMessage *message);
// ERR_INTERNAL: what we had stored cannot be read.
bool cas_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, struct str bytes,
                ProtobufCMessage **message, struct err *err) CC_MUST_USE;
// NULL: equal. Otherwise the first field that differs.
const char *cas_difference(const ProtobufCMessage *a, const ProtobufCMessage *b);

struct ledger_key cas_key(ProtobufCBinaryData bytes); // checked to be 16 by the wire
char *cas_text(struct arena *arena, struct str run);
struct str cas_asker(struct cas_turn *turn);              // "dre/host"
char *cas_account(struct arena *arena, const char *name); // "user:NAME"
Quoin__V1__Head *cas_head(struct arena *arena, int64_t sequence, const uint8_t *hash);

// The entry that a key made, if the key was used: then its receipt, after the request was compared
// with the first one (ERR_CONFLICT names the field). *found false: go on.
bool cas_repeat(struct cas *cas, struct cas_turn *turn, const char *method,
                const ProtobufCMessage *ask, ProtobufCBinaryData key, struct ledger_entry *entry,
                Quoin__V1__Receipt **receipt, bool *found, struct err *err) CC_MUST_USE;
// What is kept with a new entry.
struct str cas_receipt(struct cas_turn *turn, const char *method, const ProtobufCMessage *ask,
                       Quoin__V1__PriceLine **lines, size_t line_count, uint32_t price_version);

#define CAS_CORE(name)                                                                             \
    bool name(struct cas *cas, struct cas_turn *turn, const ProtobufCMessage *ask,                 \
              const ProtobufCMessage **reply, struct err *err)
CAS_CORE(cas_people_add);
CAS_CORE(cas_people_get);
CAS_CORE(cas_people_list);
CAS_CORE(cas_people_deposit);
CAS_CORE(cas_people_limit);
CAS_CORE(cas_charge_quote);
CAS_CORE(cas_charge_reserve);
CAS_CORE(cas_charge_settle);
CAS_CORE(cas_charge_void);
CAS_CORE(cas_prices_get);
CAS_CORE(cas_prices_set);
CAS_CORE(cas_books_balance);
CAS_CORE(cas_books_entries);
CAS_CORE(cas_enrol_token);
CAS_CORE(cas_enrol_join);
CAS_CORE(cas_enrol_renew);
