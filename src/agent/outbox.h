// outbox: the events that the monitoring engine was not told of yet. In memory, and bounded: where
// there are too many the oldest are dropped, and how many is told. Pure.
//
// A batch stays the same, under the same key, until it is answered: told twice, it is noted once.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "proto/dme.pb-c.h"
#include <stdint.h>

enum {
    AGENT_OUTBOX_MAX = 1024,
    AGENT_OUTBOX_BYTES = 512 << 10,
    AGENT_BATCH_MAX = 200, // with one that tells what was lost
    AGENT_BATCH_BYTES = 256 << 10,
    AGENT_KEY_LEN = 16,
};

struct agent_outbox {
    struct {
        uint8_t *bytes; // owned; a packed PortEvent
        size_t len;
    } ring[AGENT_OUTBOX_MAX];
    size_t first;
    size_t count;
    size_t bytes;
    size_t taken; // of them, in the batch under way
    bool is_under_way;
    int64_t lost;       // not told yet
    int64_t lost_taken; // of them, in the batch
    int64_t lost_from;  // wall times
    int64_t lost_until;
    uint8_t key[AGENT_KEY_LEN];
};

void agent_outbox_free(struct agent_outbox *outbox);
void agent_outbox_add(struct agent_outbox *outbox, const Quoin__V1__PortEvent *event);
// The batch under way, or a new one, as key and events of the report, in the arena. False: the
// arena is too small.
bool agent_outbox_take(struct agent_outbox *outbox, struct arena *arena,
                       Quoin__V1__PortReport *report) CC_MUST_USE;
void agent_outbox_told(struct agent_outbox *outbox);    // the batch arrived
void agent_outbox_refused(struct agent_outbox *outbox); // it never will: its events are lost
