// guard/strangers: what the engines of this host counted of those that they turned away, so that
// each is told by how often it was since. Pure.
#pragma once

#include "model/engine.h"
#include "proto/engine.pb-c.h"
#include "svc/strangers.h"

enum { GUARD_STRANGERS_MAX = ENGINE_COUNT * SVC_STRANGERS_MAX };

struct guard_strangers {
    struct {
        enum engine engine;
        char address[46];
        char identity[130];
        int64_t calls;
        bool here; // in the reply that is read
    } list[GUARD_STRANGERS_MAX];
    size_t count;
    int64_t began; // wall time: whoever called first before it was told already
};

// What an engine says: begin, each, end. Those that it does not name any more are forgotten.
void guard_strangers_begin(struct guard_strangers *strangers, enum engine engine);
// How many calls came since the engine was asked before.
int64_t guard_strangers_since(struct guard_strangers *strangers, enum engine engine,
                              const Quoin__V1__Stranger *stranger);
void guard_strangers_end(struct guard_strangers *strangers, enum engine engine);
