// The table holds what a plain array holds, through growth and removal.
#include "base/map.h"

#include "lib/tap.h"

enum { KEYS = 2000 };

int main(void)
{
    struct map map = { 0 };
    static int values[KEYS];
    static bool there[KEYS];
    uint32_t turn = 1;
    bool same = true;
    for (int i = 0; i < 50000; i++) {
        turn = turn * 1664525u + 1013904223u;
        int key = (int)(turn >> 8) % KEYS;
        struct str name = map_key(&key, sizeof(key));
        if (turn >> 31) {
            map_set(&map, name, &values[key]);
            there[key] = true;
        } else {
            same = same && (map_drop(&map, name) == &values[key]) == there[key];
            there[key] = false;
        }
        same = same && (map_find(&map, name) == &values[key]) == there[key];
    }
    CHECK(same);
    size_t count = 0;
    for (int key = 0; key < KEYS; key++) {
        count += there[key];
    }
    CHECK(map.count == count);
    void *value;
    size_t walked = 0;
    for (size_t at = 0; map_next(&map, &at, &value);) {
        walked += there[(int *)value - values];
    }
    CHECK(walked == count);
    CHECK(map_find(&map, STR("")) == NULL);
    map_set(&map, STR(""), values);
    CHECK(map_find(&map, STR("")) == values);
    map_free(&map);
    CHECK(map_find(&map, STR("")) == NULL);
    return tap_done();
}
