// A PIN is known again by its hash; two hashes of one PIN differ.
#include "crypto/pin.h"

#include "lib/tap.h"

int main(void)
{
    char one[CRYPTO_PIN_LEN];
    char two[CRYPTO_PIN_LEN];
    crypto_pin_hash(STR("4711"), one);
    crypto_pin_hash(STR("4711"), two);
    CHECK(strcmp(one, two) != 0 && strstr(one, "$argon2id$") == one);
    CHECK(crypto_pin_is(STR("4711"), one) && crypto_pin_is(STR("4711"), two));
    CHECK(!crypto_pin_is(STR("4712"), one) && !crypto_pin_is(STR(""), one));
    CHECK(!crypto_pin_is(STR("4711"), "") && !crypto_pin_is(STR("4711"), "$argon2id$"));
    return tap_done();
}
