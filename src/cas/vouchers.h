// vouchers: codes on paper that are worth money once. What vouchers.c and vouchers_db.c share; the
// latter is the only file that spells their statements.
#pragma once

#include "cas/cas_int.h"
#include "proto/voucher.pb-c.h"

// A code is 16 letters of Crockford's base 32 in groups of four: 75 random bits, and one letter
// that tells a mistyped code from a wrong one.
enum { CAS_VOUCHER_CODE = 16, CAS_VOUCHER_SHOWN = 19, CAS_VOUCHERS_MOST = 5000 };

enum cas_voucher_state { CAS_VOUCHER_FRESH = 1, CAS_VOUCHER_USED, CAS_VOUCHER_VOID };

struct cas_batch {
    int64_t number;
    struct ledger_key key;
    int64_t amount;
    int64_t count;
    int64_t expires_at;
    struct str note;
    int64_t made_at;
    struct str made_by;
    int64_t fresh; // told by lists
    int64_t used;
    int64_t voided;
};

struct cas_voucher {
    uint8_t hash[CRYPTO_HASH_LEN]; // of the code
    int64_t batch;
    int64_t serial;
    enum cas_voucher_state state;
    int64_t used_at;
    struct str used_by;
    int64_t entry;
    int64_t amount; // the batch's, as the next
    int64_t expires_at;
};

// The code of a serial number as people are shown it.
void cas_voucher_code(struct str secret, uint32_t serial, char code[static CAS_VOUCHER_SHOWN + 1]);
// What a person wrote (spaces, dashes and small letters do not matter; O is 0, I and L are 1) as 16
// letters. ERR_INVALID: it is no code, or mistyped.
bool cas_voucher_read(const char *text, char code[static CAS_VOUCHER_CODE + 1],
                      struct err *err) CC_MUST_USE;

bool cas_vouchers_open(struct cas *cas, struct err *err) CC_MUST_USE;
void cas_vouchers_close(struct cas *cas);

bool cas_store_batch_add(struct cas *cas, struct cas_batch *batch, struct err *err) CC_MUST_USE;
bool cas_store_batch_by_key(struct cas *cas, const struct ledger_key *key, struct arena *arena,
                            struct cas_batch *batch, bool *found, struct err *err) CC_MUST_USE;
bool cas_store_batches(struct cas *cas, int64_t before, size_t most, struct arena *arena,
                       struct cas_batch *batches, size_t *count, struct err *err) CC_MUST_USE;
bool cas_store_voucher_add(struct cas *cas, const struct cas_voucher *voucher,
                           struct err *err) CC_MUST_USE;
bool cas_store_voucher(struct cas *cas, const uint8_t hash[static CRYPTO_HASH_LEN],
                       struct arena *arena, struct cas_voucher *voucher, bool *found,
                       struct err *err) CC_MUST_USE;
bool cas_store_vouchers(struct cas *cas, int64_t batch, int64_t after, size_t most,
                        struct arena *arena, struct cas_voucher *vouchers, size_t *count,
                        struct err *err) CC_MUST_USE;
// *ok false: it was not fresh any more.
bool cas_store_voucher_use(struct cas *cas, const struct cas_voucher *voucher, bool *ok,
                           struct err *err) CC_MUST_USE;
// serial 0: all of the batch. How many were fresh and are void now.
bool cas_store_voucher_void(struct cas *cas, int64_t batch, int64_t serial, int64_t *count,
                            struct err *err) CC_MUST_USE;
bool cas_store_voucher_count(struct cas *cas, int64_t batch, int64_t serial, int64_t *count,
                             struct err *err) CC_MUST_USE;

CAS_CORE(cas_vouchers_make);
CAS_CORE(cas_vouchers_batches);
CAS_CORE(cas_vouchers_list);
CAS_CORE(cas_vouchers_check);
CAS_CORE(cas_vouchers_redeem);
CAS_CORE(cas_vouchers_void);
