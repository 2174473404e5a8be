// The same key with the same content is known again; with another it is told; the oldest give way.
#include "web/keys.h"

#include "lib/tap.h"

static void number_key(uint32_t number, uint8_t key[static WEB_KEY_LEN])
{
    memset(key, 0, WEB_KEY_LEN);
    memcpy(key, &number, sizeof(number));
}

int main(void)
{
    struct web_keys keys = { .all = NULL };
    uint8_t key[WEB_KEY_LEN];
    number_key(7, key);
    CHECK(web_keys_find(&keys, key) == NULL);
    web_keys_get(&keys, key)->engine = web_keys_sum_of(STR("here"));
    CHECK(web_keys_fit(&keys, key, 11));
    CHECK(web_keys_fit(&keys, key, 11));
    CHECK(!web_keys_fit(&keys, key, 13));
    CHECK(web_keys_find(&keys, key)->engine == web_keys_sum_of(STR("here")));
    CHECK(web_keys_sum_of(STR("here")) != web_keys_sum_of(STR("there")) &&
          web_keys_sum_of(STR("")) != 0);
    size_t forgotten = 0;
    for (uint32_t number = 100; number < 100 + WEB_KEYS_MAX; number++) {
        number_key(number, key);
        forgotten += web_keys_get(&keys, key)->asked != 0 ? 1 : 0;
    }
    CHECK(forgotten == 0 && keys.by_key.count == WEB_KEYS_MAX);
    number_key(7, key);
    CHECK(web_keys_find(&keys, key) == NULL);
    CHECK(web_keys_fit(&keys, key, 13) && keys.by_key.count == WEB_KEYS_MAX);
    number_key(100, key);
    CHECK(web_keys_find(&keys, key) == NULL);
    web_keys_free(&keys);
    return tap_done();
}
