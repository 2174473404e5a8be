// pin: whether a PIN is right, and how often somebody may be wrong. What is counted and remembered
// is this process's: a refusal undoes its transaction, so a table could not keep it.
// no unit test: tests/unit/accounts/test_payer.c asks it by accounts_payer_find

#include "crypto/pin.h"
#include "accounts/accounts_int.h"
#include "crypto/hash.h"
#include <stdlib.h>

// After ACCOUNTS_TRIES wrong ones a quarter of an hour, twice as long after each further one, at
// most a day. What is older than a day is forgotten.
static const int64_t pin_wait_ms = (int64_t)15 * 60 * 1000;
static const int64_t pin_forget_ms = (int64_t)24 * 3600 * 1000;

static int64_t pin_wait(const struct accounts_tries *tries, int64_t at)
{
    if (tries->count < ACCOUNTS_TRIES || at < tries->at) {
        return 0;
    }
    uint32_t more = tries->count - ACCOUNTS_TRIES;
    int64_t wait = more > 6 ? pin_forget_ms : pin_wait_ms << more;
    int64_t left = tries->at + wait - at;
    return left > 0 ? left : 0;
}

// The slot of this person and payer; where there is none, the free or the oldest one.
static struct accounts_tries *pin_tries(struct accounts *accounts, int64_t person, int64_t payer,
                                        int64_t at)
{
    struct accounts_tries *oldest = &accounts->tries[0];
    for (size_t i = 0; i < ACCOUNTS_SLOTS; i++) {
        struct accounts_tries *tries = &accounts->tries[i];
        if (tries->person == person && tries->payer == payer) {
            if (at - tries->at > pin_forget_ms) {
                tries->count = 0;
            }
            return tries;
        }
        if (tries->at < oldest->at) {
            oldest = tries;
        }
    }
    return oldest;
}

static void pin_mac(const struct accounts *accounts, struct str hash, struct str pin,
                    uint8_t mac[static CRYPTO_HASH_LEN])
{
    uint8_t inner[2 * CRYPTO_HASH_LEN];
    struct str key = { (const char *)accounts->pin_key, sizeof(accounts->pin_key) };
    crypto_mac_of(key, hash, inner);
    crypto_mac_of(key, pin, inner + CRYPTO_HASH_LEN);
    crypto_mac_of(key, (struct str){ (const char *)inner, sizeof(inner) }, mac);
}

// The slow hash is asked once for each right PIN of a payer.
static bool pin_is(struct accounts *accounts, int64_t payer, struct str hash, struct str pin)
{
    struct accounts_right *right = &accounts->rights[(uint64_t)payer % ACCOUNTS_SLOTS];
    uint8_t mac[CRYPTO_HASH_LEN];
    char text[CRYPTO_PIN_LEN] = { 0 };
    pin_mac(accounts, hash, pin, mac);
    if (right->payer == payer && crypto_is_same(right->mac, mac, sizeof(mac))) {
        return true;
    }
    if (hash.len >= sizeof(text)) {
        return false;
    }
    memcpy(text, hash.ptr, hash.len);
    if (!crypto_pin_is(pin, text)) {
        return false;
    }
    right->payer = payer;
    memcpy(right->mac, mac, sizeof(mac));
    return true;
}

bool accounts_pin_check(struct accounts *accounts, const struct accounts_payer_ask *ask,
                        int64_t payer, struct str hash, enum accounts_refusal *refusal,
                        struct err *err)
{
    struct accounts_tries *tries = pin_tries(accounts, ask->person->id, payer, ask->at);
    bool mine = tries->person == ask->person->id && tries->payer == payer;
    int64_t wait = mine ? pin_wait(tries, ask->at) : 0;
    if (ask->pin.len == 0) {
        *refusal = ACCOUNTS_REFUSED_PIN;
        return err_set(err, ERR_DENIED, "%.*s needs its PIN", (int)ask->account.len,
                       ask->account.ptr);
    }
    if (wait > 0) {
        *refusal = ACCOUNTS_REFUSED_TRIES;
        return err_set(err, ERR_DENIED,
                       "too many wrong PINs for %.*s; try again in %lld minutes, or ask whoever "
                       "looks after it",
                       (int)ask->account.len, ask->account.ptr, (long long)(wait / 60000 + 1));
    }
    if (ask->pin.len <= ACCOUNTS_PIN_MAX && pin_is(accounts, payer, hash, ask->pin)) {
        if (mine) {
            *tries = (struct accounts_tries){ 0 };
        }
        return true;
    }
    if (!mine) {
        *tries = (struct accounts_tries){ .person = ask->person->id, .payer = payer };
    }
    tries->count++;
    tries->at = ask->at;
    *refusal = ACCOUNTS_REFUSED_PIN;
    int left = ACCOUNTS_TRIES - (int)tries->count;
    return err_set(err, ERR_DENIED, "the PIN of %.*s is another one; %d more %s",
                   (int)ask->account.len, ask->account.ptr, left > 0 ? left : 0,
                   left == 1 ? "try" : "tries");
}
