// keys: what is known under the pepper, and the codes that are made of it. Each use has a key of
// its own, so that what one shows says nothing of another.
// no unit test: test_credential.c and test_tokens.c make what it makes

#include "base/buf.h"
#include "base/enc.h"
#include "base/mem.h"
#include "credential/credential_int.h"
#include <stdio.h>

static const char keys_base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's

struct credential_mac credential_mac_of(const struct credential *credential, const char *what,
                                        struct str bytes)
{
    struct credential_mac key;
    struct credential_mac mac = { { 0 } };
    struct str pepper = { (const char *)credential->pepper, sizeof(credential->pepper) };
    crypto_mac_of(pepper, str_of(what), key.bytes);
    crypto_mac_of((struct str){ (const char *)key.bytes, sizeof(key.bytes) }, bytes, mac.bytes);
    mem_wipe(&key, sizeof(key));
    return mac;
}

struct credential_mac credential_card_mac(const struct credential *credential, struct str number)
{
    return credential_mac_of(credential, "card", number);
}

void credential_pin_text(const struct credential *credential, int64_t person, struct str pin,
                         char text[static 2 * CRYPTO_HASH_LEN + 1])
{
    char use[40];
    OWN(buf_free) struct buf hex = BUF_CAP(256);
    (void)snprintf(use, sizeof(use), "pin of %lld", (long long)person);
    struct credential_mac mac = credential_mac_of(credential, use, pin);
    enc_hex_add(&hex, mac.bytes, sizeof(mac.bytes));
    (void)snprintf(text, 2 * CRYPTO_HASH_LEN + 1, "%s", hex.ptr);
    mem_wipe(hex.ptr, hex.len);
}

// `count` letters of Crockford's base 32, from the front of the bytes.
static void keys_letters(const uint8_t *bytes, size_t count, char *text)
{
    for (size_t i = 0; i < count; i++) {
        unsigned letter = 0;
        for (size_t at = i * 5; at < (i + 1) * 5; at++) {
            unsigned bit = at / 8 < CRYPTO_HASH_LEN ? bytes[at / 8] >> (7 - at % 8) & 1U : 0;
            letter = letter << 1 | bit;
        }
        text[i] = keys_base32[letter];
    }
    text[count] = '\0';
}

void credential_ticket_make(const struct credential *credential, struct str key,
                            char code[static CREDENTIAL_TICKET_LEN + 1])
{
    struct credential_mac mac = credential_mac_of(credential, "ticket", key);
    keys_letters(mac.bytes, CREDENTIAL_TICKET_LEN, code);
}

void credential_setup_make(const struct credential *credential, struct str key,
                           char code[static CREDENTIAL_SETUP_LEN + 1])
{
    struct credential_mac mac = credential_mac_of(credential, "set-up", key);
    keys_letters(mac.bytes, CREDENTIAL_SETUP_LEN, code);
}

void credential_token_make(const struct credential *credential, struct str key,
                           char secret[static CREDENTIAL_TOKEN_LEN + 1])
{
    struct credential_mac mac = credential_mac_of(credential, "token", key);
    memcpy(secret, "quoin_", 6);
    enc_base64url_write(mac.bytes, sizeof(mac.bytes), secret + 6);
}

void credential_address_make(const struct credential *credential, struct str key,
                             char secret[static CREDENTIAL_ADDRESS_LEN + 1])
{
    struct credential_mac mac = credential_mac_of(credential, "address", key);
    keys_letters(mac.bytes, CREDENTIAL_ADDRESS_LEN, secret);
    for (size_t i = 0; i < CREDENTIAL_ADDRESS_LEN; i++) {
        secret[i] = (char)(secret[i] >= 'A' ? secret[i] - 'A' + 'a' : secret[i]);
    }
}
