// What was sealed opens, and only whole, unchanged, in order, for its own job and with its own key.
#include "crypto/seal.h"

#include "base/mem.h"
#include "lib/tap.h"

enum { WHOLE = CRYPTO_SEAL_CHUNK + CRYPTO_SEAL_TAG, CAP = 1 << 20, JOB = 4711 };

static const size_t lengths[] = { 0,
                                  1,
                                  CRYPTO_SEAL_CHUNK - 1,
                                  CRYPTO_SEAL_CHUNK,
                                  CRYPTO_SEAL_CHUNK + 1,
                                  3 * CRYPTO_SEAL_CHUNK,
                                  3 * CRYPTO_SEAL_CHUNK + 17 };

static void fill(struct buf *buf, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char byte = (char)(i * 31 % 253);
        buf_add(buf, (struct str){ &byte, 1 });
    }
}

static bool opens(const struct crypto_key *key, uint64_t job, struct str sealed)
{
    OWN(buf_free) struct buf plain = BUF_CAP(CAP);
    struct err err = { 0 };
    bool ok = crypto_seal_open_all(key, job, sealed, &plain, &err);
    CHECK(ok == (err.code == ERR_NONE));
    return ok;
}

static void test_what_was_sealed_opens(void)
{
    struct crypto_key key;
    struct err err;
    crypto_key_new(&key);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        OWN(buf_free) struct buf plain = BUF_CAP(CAP);
        OWN(buf_free) struct buf sealed = BUF_CAP(CAP);
        OWN(buf_free) struct buf again = BUF_CAP(CAP);
        fill(&plain, lengths[i]);
        CHECK(crypto_seal_all(&key, JOB, buf_str(&plain), &sealed, &err));
        CHECK(sealed.len == crypto_seal_size(lengths[i]));
        CHECK(crypto_seal_open_all(&key, JOB, buf_str(&sealed), &again, &err));
        CHECK(str_eq(buf_str(&again), buf_str(&plain)));
        if (lengths[i] > 0) {
            CHECK(memmem(sealed.ptr, sealed.len, plain.ptr, lengths[i] < 16 ? lengths[i] : 16) ==
                      NULL ||
                  lengths[i] < 16);
        }
    }
}

static void swap_chunks(char *sealed)
{
    char *first = mem_new(WHOLE);
    memcpy(first, sealed, WHOLE);
    memcpy(sealed, sealed + WHOLE, WHOLE);
    memcpy(sealed + WHOLE, first, WHOLE);
    free(first);
}

static void test_what_was_touched_does_not_open(void)
{
    struct crypto_key key;
    struct crypto_key other;
    struct err err;
    OWN(buf_free) struct buf plain = BUF_CAP(CAP);
    OWN(buf_free) struct buf sealed = BUF_CAP(CAP);
    crypto_key_new(&key);
    crypto_key_new(&other);
    fill(&plain, 3 * CRYPTO_SEAL_CHUNK + 17);
    CHECK(crypto_seal_all(&key, JOB, buf_str(&plain), &sealed, &err));
    struct str whole = buf_str(&sealed);
    CHECK(opens(&key, JOB, whole));
    CHECK(!opens(&other, JOB, whole));
    CHECK(!opens(&key, JOB + 1, whole));
    for (size_t cut = 1; cut <= 3; cut++) { // at the borders of chunks
        CHECK(!opens(&key, JOB, (struct str){ whole.ptr, cut * WHOLE }));
        CHECK(!opens(&key, JOB, (struct str){ whole.ptr + cut * WHOLE, whole.len - cut * WHOLE }));
    }
    CHECK(!opens(&key, JOB, (struct str){ whole.ptr, whole.len - 1 }));
    CHECK(!opens(&key, JOB, (struct str){ whole.ptr, 0 }));
    CHECK(!opens(&key, JOB, (struct str){ whole.ptr, CRYPTO_SEAL_TAG - 1 }));
    for (size_t at = 0; at < whole.len; at += 9973) {
        sealed.ptr[at] ^= 1;
        CHECK(!opens(&key, JOB, whole));
        sealed.ptr[at] ^= 1;
    }
    swap_chunks(sealed.ptr);
    CHECK(!opens(&key, JOB, whole));
    swap_chunks(sealed.ptr);
    CHECK(opens(&key, JOB, whole));
}

static void test_nothing_opens_behind_the_last_chunk(void)
{
    struct crypto_key key;
    struct err err;
    struct crypto_seal seal;
    uint8_t sealed[CRYPTO_SEAL_TAG];
    uint8_t plain[1];
    crypto_key_new(&key);
    crypto_seal_init(&seal, &key, JOB);
    crypto_seal_chunk(&seal, STR(""), true, sealed);
    crypto_seal_init(&seal, &key, JOB);
    struct str run = { (const char *)sealed, sizeof(sealed) };
    CHECK(crypto_seal_open(&seal, run, true, plain, &err));
    CHECK(!crypto_seal_open(&seal, run, true, plain, &err));
    CHECK(err.code == ERR_INVALID);
    crypto_seal_fini(&seal);
}

static void test_a_key_is_wrapped_for_its_job(void)
{
    struct crypto_key site;
    struct crypto_key key;
    struct crypto_key again;
    struct err err;
    uint8_t wrapped[CRYPTO_WRAP_LEN];
    struct str run = { (const char *)wrapped, sizeof(wrapped) };
    crypto_key_new(&site);
    crypto_key_new(&key);
    crypto_key_wrap(&site, JOB, &key, wrapped);
    CHECK(crypto_key_unwrap(&site, JOB, run, &again, &err));
    CHECK(memcmp(&key, &again, sizeof(key)) == 0);
    CHECK(!crypto_key_unwrap(&site, JOB + 1, run, &again, &err));
    CHECK(!crypto_key_unwrap(&key, JOB, run, &again, &err));
    CHECK(!crypto_key_unwrap(&site, JOB, (struct str){ run.ptr, run.len - 1 }, &again, &err));
    wrapped[30] ^= 1;
    CHECK(!crypto_key_unwrap(&site, JOB, run, &again, &err));
}

int main(void)
{
    test_what_was_sealed_opens();
    test_what_was_touched_does_not_open();
    test_nothing_opens_behind_the_last_chunk();
    test_a_key_is_wrapped_for_its_job();
    return tap_done();
}
