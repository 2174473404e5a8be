// SHA-256 and HMAC give the standards' own answers; pieces and wholes agree.
#include "crypto/hash.h"

#include "base/buf.h"
#include "base/enc.h"
#include "lib/tap.h"

static const struct {
    const char *text;
    const char *hash; // FIPS 180-4, examples
} hashes[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static bool is_hex(const uint8_t *bytes, const char *hex)
{
    OWN(buf_free) struct buf text = BUF_CAP(128);
    enc_hex_add(&text, bytes, CRYPTO_HASH_LEN);
    return str_eq(buf_str(&text), str_of(hex));
}

static void test_hash(void)
{
    OWN(crypto_hash_free) struct crypto_hash *pieces = crypto_hash_new();
    for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
        uint8_t hash[CRYPTO_HASH_LEN];
        struct str text = str_of(hashes[i].text);
        crypto_hash_of(text, hash);
        CHECK(is_hex(hash, hashes[i].hash));
        for (size_t at = 0; at < text.len; at++) {
            crypto_hash_add(pieces, (struct str){ text.ptr + at, 1 });
        }
        crypto_hash_end(pieces, hash); // and starts anew for the next row
        CHECK(is_hex(hash, hashes[i].hash));
    }
}

static void test_mac(void) // RFC 4231 4.2, 4.3, 4.7
{
    uint8_t mac[CRYPTO_HASH_LEN];
    char long_key[131];
    memset(long_key, 0xaa, sizeof(long_key));
    crypto_mac_of(STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
                      "\x0b"),
                  STR("Hi There"), mac);
    CHECK(is_hex(mac, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    crypto_mac_of(STR("Jefe"), STR("what do ya want for nothing?"), mac);
    CHECK(is_hex(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    crypto_mac_of((struct str){ long_key, sizeof(long_key) },
                  STR("Test Using Larger Than Block-Size Key - Hash Key First"), mac);
    CHECK(is_hex(mac, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

static void test_same(void)
{
    CHECK(crypto_is_same("abc", "abc", 3));
    CHECK(!crypto_is_same("abc", "abd", 3));
    CHECK(crypto_is_same("abc", "abd", 2));
    CHECK(crypto_is_same("", "", 0));
}

int main(void)
{
    test_hash();
    test_mac();
    test_same();
    return tap_done();
}
