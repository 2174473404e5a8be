// strangers: who called the engine and was turned away, with counts. Bounded: where too many call,
// further ones are counted together. Pure; the engine's loop has one.
#pragma once

#include "base/str.h"
#include "proto/engine.pb-c.h"
#include <stdint.h>

enum {
    SVC_STRANGERS_MAX = 64,             // with one for those that are counted together, "others"
    SVC_STRANGERS_REST_MS = 600 * 1000, // who was not heard of for so long makes room
};

struct svc_strangers;

struct svc_strangers *svc_strangers_new(void);
void svc_strangers_free(struct svc_strangers **strangers);
// identity: of its certificate, or empty. now: wall time.
void svc_strangers_note(struct svc_strangers *strangers, struct str from, struct str identity,
                        const char *why, int64_t now);
// The newest first; borrowed until the next note.
size_t svc_strangers_list(struct svc_strangers *strangers, const Quoin__V1__Stranger *const **list);
