// map: see map.h. Open addressing with linear probes; a dropped slot keeps its place until the
// table is rebuilt. SipHash-1-3 by the paper of Aumasson and Bernstein.

#include "base/map.h"

#include "base/mem.h"
#include "base/rnd.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { MAP_FIRST = 16 };

struct map_slot {
    char *key; // owned; NULL: never used
    size_t len;
    uint64_t hash;
    void *value; // borrowed; NULL: dropped
};

static uint64_t map_secret[2];
static pthread_once_t map_once = PTHREAD_ONCE_INIT;

static void map_seed(void)
{
    rnd_bytes(map_secret, sizeof(map_secret));
}

static uint64_t map_turn(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static void map_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = map_turn(v[1], 13) ^ v[0];
    v[0] = map_turn(v[0], 32);
    v[2] += v[3];
    v[3] = map_turn(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = map_turn(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = map_turn(v[1], 17) ^ v[2];
    v[2] = map_turn(v[2], 32);
}

static uint64_t map_hash(struct str key)
{
    (void)pthread_once(&map_once, map_seed); // cannot fail with a static initialiser
    uint64_t v[4] = { map_secret[0] ^ 0x736f6d6570736575u, map_secret[1] ^ 0x646f72616e646f6du,
                      map_secret[0] ^ 0x6c7967656e657261u, map_secret[1] ^ 0x7465646279746573u };
    uint64_t word = 0;
    for (size_t i = 0; i <= key.len; i++) {
        uint8_t byte = i < key.len ? (uint8_t)key.ptr[i] : (uint8_t)key.len;
        word |= (uint64_t)byte << (i < key.len ? 8 * (i % 8) : 56);
        if (i % 8 == 7 || i == key.len) {
            v[3] ^= word;
            map_round(v);
            v[0] ^= word;
            word = 0;
        }
    }
    v[2] ^= 0xff;
    map_round(v);
    map_round(v);
    map_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static bool map_is(const struct map_slot *slot, uint64_t hash, struct str key)
{
    return slot->value != NULL && slot->hash == hash && slot->len == key.len &&
           (key.len == 0 || memcmp(slot->key, key.ptr, key.len) == 0);
}

static struct map_slot *map_slot_of(const struct map *map, uint64_t hash, struct str key)
{
    if (map->size == 0) {
        return NULL;
    }
    size_t at = hash & (map->size - 1);
    while (map->slots[at].key != NULL) {
        if (map_is(&map->slots[at], hash, key)) {
            return &map->slots[at];
        }
        at = (at + 1) & (map->size - 1);
    }
    return NULL;
}

static struct map_slot *map_hole(const struct map *map, uint64_t hash)
{
    size_t at = hash & (map->size - 1);
    while (map->slots[at].key != NULL) {
        at = (at + 1) & (map->size - 1);
    }
    return &map->slots[at];
}

static void map_rebuild(struct map *map)
{
    struct map old = *map;
    size_t size = MAP_FIRST;
    while (size < (old.count + 1) * 2) {
        size *= 2;
    }
    map->slots = mem_new(size * sizeof(struct map_slot));
    map->size = size;
    map->filled = old.count;
    for (size_t i = 0; i < old.size; i++) {
        if (old.slots[i].value != NULL) {
            *map_hole(map, old.slots[i].hash) = old.slots[i];
        } else {
            free(old.slots[i].key);
        }
    }
    free(old.slots);
}

void *map_find(const struct map *map, struct str key)
{
    const struct map_slot *slot = map_slot_of(map, map_hash(key), key);
    return slot == NULL ? NULL : slot->value;
}

void map_set(struct map *map, struct str key, void *value)
{
    assert(value != NULL);
    uint64_t hash = map_hash(key);
    struct map_slot *slot = map_slot_of(map, hash, key);
    if (slot != NULL) {
        slot->value = value;
        return;
    }
    if ((map->filled + 1) * 4 > map->size * 3) {
        map_rebuild(map);
    }
    slot = map_hole(map, hash);
    *slot = (struct map_slot){ mem_new(key.len + 1), key.len, hash, value };
    if (key.len > 0) {
        memcpy(slot->key, key.ptr, key.len);
    }
    map->count++;
    map->filled++;
}

void *map_drop(struct map *map, struct str key)
{
    struct map_slot *slot = map_slot_of(map, map_hash(key), key);
    if (slot == NULL) {
        return NULL;
    }
    void *value = slot->value;
    slot->value = NULL;
    map->count--;
    return value;
}

void map_free(struct map *map)
{
    for (size_t i = 0; i < map->size; i++) {
        free(map->slots[i].key);
    }
    free(map->slots);
    *map = (struct map){ 0 };
}

bool map_next(const struct map *map, size_t *at, void **value)
{
    while (*at < map->size) {
        struct map_slot *slot = &map->slots[(*at)++];
        if (slot->value != NULL) {
            *value = slot->value;
            return true;
        }
    }
    return false;
}
