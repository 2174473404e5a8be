// map: a hash table from bytes to pointers. Keys are copied, values are borrowed. The hash is keyed
// with random bytes a process, so that nobody outside can choose what collides.
#pragma once

#include "base/str.h"
#include <stdint.h>

struct map_slot;

struct map {
    struct map_slot *slots; // owned
    size_t size;            // a power of two, or 0
    size_t count;
    size_t filled; // live and dropped slots
};

void *map_find(const struct map *map, struct str key);      // NULL: absent
void map_set(struct map *map, struct str key, void *value); // value is not NULL
void *map_drop(struct map *map, struct str key);            // what was there, or NULL
void map_free(struct map *map);                             // the values are the caller's

// Walks all values in no order: for (size_t at = 0; map_next(&map, &at, &value);). The map may not
// change meanwhile.
bool map_next(const struct map *map, size_t *at, void **value);

// A number as a key: map_find(&map, map_key(&id, sizeof(id))).
static inline struct str map_key(const void *bytes, size_t len)
{
    return (struct str){ bytes, len };
}
