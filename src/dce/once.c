// once: see once.h.

#include "dce/once.h"

#include "base/clk.h"
#include "base/mem.h"

#include <stdlib.h>

struct once_entry {
    struct once_key key;
    uint8_t hash[CRYPTO_HASH_LEN];
    bool is_done;
    int64_t at_ms;
    char *answer; // owned
    size_t len;
    uint64_t waiters[ONCE_WAITERS];
    size_t waiter_count;
    struct once_entry *prev, *next; // borrowed
};

static void entry_drop(struct once *once, struct once_entry *entry)
{
    (void)map_drop(&once->by_key, map_key(&entry->key, sizeof(entry->key)));
    *(entry->prev == NULL ? &once->first : &entry->prev->next) = entry->next;
    *(entry->next == NULL ? &once->last : &entry->next->prev) = entry->prev;
    once->bytes -= entry->len;
    if (entry->answer != NULL) {
        mem_wipe(entry->answer, entry->len);
    }
    free(entry->answer);
    free(entry);
}

static void make_room(struct once *once, size_t bytes)
{
    struct once_entry *next = NULL;
    for (struct once_entry *at = once->first; at != NULL; at = next) {
        next = at->next;
        if (once->by_key.count < ONCE_MAX && once->bytes + bytes <= ONCE_BYTES) {
            return;
        }
        if (at->is_done) {
            entry_drop(once, at);
        }
    }
}

static bool entry_ask(struct once_entry *entry, uint64_t waiter, enum once_state *state,
                      struct str *answer, struct err *err)
{
    if (entry->is_done) {
        *state = ONCE_DONE;
        *answer = (struct str){ entry->answer, entry->len };
        return true;
    }
    if (entry->waiter_count == ONCE_WAITERS) {
        return err_set(err, ERR_CONFLICT, "this was asked several times and is being done; wait");
    }
    entry->waiters[entry->waiter_count++] = waiter;
    *state = ONCE_WAITS;
    return true;
}

bool dce_once_ask(struct once *once, struct once_key key,
                  const uint8_t hash[static CRYPTO_HASH_LEN], uint64_t waiter,
                  enum once_state *state, struct str *answer, struct err *err)
{
    struct once_entry *entry = map_find(&once->by_key, map_key(&key, sizeof(key)));
    if (entry != NULL) {
        return crypto_is_same(entry->hash, hash, CRYPTO_HASH_LEN)
                   ? entry_ask(entry, waiter, state, answer, err)
                   : err_set(err, ERR_CONFLICT, "that key was used for another question");
    }
    make_room(once, 0);
    if (once->by_key.count >= ONCE_MAX) {
        return err_set(err, ERR_LIMIT, "too much is being done at once; try again in a while");
    }
    entry = mem_new(sizeof(*entry));
    entry->key = key;
    memcpy(entry->hash, hash, CRYPTO_HASH_LEN);
    entry->at_ms = clk_mono_ms();
    entry->prev = once->last;
    *(once->last == NULL ? &once->first : &once->last->next) = entry;
    once->last = entry;
    map_set(&once->by_key, map_key(&entry->key, sizeof(entry->key)), entry);
    *state = ONCE_NEW;
    return true;
}

size_t dce_once_done(struct once *once, struct once_key key, struct str answer,
                     uint64_t waiters[static ONCE_WAITERS])
{
    struct once_entry *entry = map_find(&once->by_key, map_key(&key, sizeof(key)));
    if (entry == NULL) {
        return 0;
    }
    size_t count = entry->waiter_count;
    memcpy(waiters, entry->waiters, sizeof(entry->waiters));
    entry->is_done = true;
    entry->waiter_count = 0;
    make_room(once, answer.len);
    entry = map_find(&once->by_key, map_key(&key, sizeof(key)));
    if (entry != NULL) {
        entry->answer = mem_new(answer.len + 1);
        memcpy(entry->answer, answer.ptr, answer.len);
        entry->len = answer.len;
        once->bytes += answer.len;
    }
    return count;
}

size_t dce_once_failed(struct once *once, struct once_key key,
                       uint64_t waiters[static ONCE_WAITERS])
{
    struct once_entry *entry = map_find(&once->by_key, map_key(&key, sizeof(key)));
    if (entry == NULL) {
        return 0;
    }
    size_t count = entry->waiter_count;
    memcpy(waiters, entry->waiters, sizeof(entry->waiters));
    entry_drop(once, entry);
    return count;
}

void dce_once_tick(struct once *once)
{
    int64_t now = clk_mono_ms();
    while (once->first != NULL && once->first->is_done && once->first->at_ms + ONCE_KEEP_MS < now) {
        entry_drop(once, once->first);
    }
}

void dce_once_fini(struct once *once)
{
    while (once->first != NULL) {
        entry_drop(once, once->first);
    }
    map_free(&once->by_key);
}
