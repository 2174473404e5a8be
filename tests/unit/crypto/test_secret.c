// A secret is known again by its hash; two hashes of one secret differ; the hash that nobody's
// secret has costs as much and is never right.
#include "crypto/secret.h"

#include "lib/tap.h"

static struct err err;

static bool is(const char *secret, const char *hash)
{
    bool same = false;
    CHECK(crypto_secret_is(str_of(secret), hash, &same, &err));
    return same;
}

int main(void)
{
    char one[CRYPTO_SECRET_LEN];
    char two[CRYPTO_SECRET_LEN];
    uint64_t before = crypto_secret_work();
    CHECK(crypto_secret_hash(STR("correct horse"), CRYPTO_SECRET_PASSWORD, one, &err));
    CHECK(crypto_secret_hash(STR("correct horse"), CRYPTO_SECRET_PIN, two, &err));
    CHECK(strstr(one, "$argon2id$v=19$m=65536,t=3,p=1$") == one);
    CHECK(strstr(two, "$argon2id$v=19$m=19456,t=2,p=1$") == two);
    CHECK(is("correct horse", one) && is("correct horse", two));
    CHECK(!is("correct horsf", one) && !is("", one) && !is("", two));
    CHECK(!is("x", "") && !is("x", "$argon2id$"));
    CHECK(!is("", crypto_secret_dummy(CRYPTO_SECRET_PASSWORD)));
    CHECK(!is("0000", crypto_secret_dummy(CRYPTO_SECRET_PIN)));
    CHECK(strncmp(one, crypto_secret_dummy(CRYPTO_SECRET_PASSWORD), 31) == 0);
    CHECK(strncmp(two, crypto_secret_dummy(CRYPTO_SECRET_PIN), 31) == 0);
    CHECK(crypto_secret_work() == before + 11);
    return tap_done();
}
