// outbox: see outbox.h.
#include "agent/outbox.h"

#include "base/mem.h"
#include "base/rnd.h"
#include <stdlib.h>

static void drop(struct agent_outbox *outbox, size_t at)
{
    size_t slot = (outbox->first + at) % AGENT_OUTBOX_MAX;
    outbox->bytes -= outbox->ring[slot].len;
    free(outbox->ring[slot].bytes);
    for (; at > 0; at--) { // those before it move up
        size_t before = (outbox->first + at - 1) % AGENT_OUTBOX_MAX;
        outbox->ring[slot] = outbox->ring[before];
        slot = before;
    }
    outbox->ring[outbox->first].bytes = NULL;
    outbox->first = (outbox->first + 1) % AGENT_OUTBOX_MAX;
    outbox->count--;
}

void agent_outbox_free(struct agent_outbox *outbox)
{
    while (outbox->count > 0) {
        drop(outbox, 0);
    }
}

static void lose(struct agent_outbox *outbox, int64_t count, int64_t at)
{
    outbox->lost_from = outbox->lost == 0 || at < outbox->lost_from ? at : outbox->lost_from;
    outbox->lost_until = outbox->lost == 0 || at > outbox->lost_until ? at : outbox->lost_until;
    outbox->lost += count;
}

// What many events of one told together counts as one: it is one that is not told.
static void lose_one(struct agent_outbox *outbox, size_t at)
{
    size_t slot = (outbox->first + at) % AGENT_OUTBOX_MAX;
    Quoin__V1__PortEvent *event =
        quoin__v1__port_event__unpack(NULL, outbox->ring[slot].len, outbox->ring[slot].bytes);
    lose(outbox, 1, event == NULL ? outbox->lost_until : event->at);
    quoin__v1__port_event__free_unpacked(event, NULL);
    drop(outbox, at);
}

void agent_outbox_add(struct agent_outbox *outbox, const Quoin__V1__PortEvent *event)
{
    size_t len = quoin__v1__port_event__get_packed_size(event);
    if (len > AGENT_BATCH_BYTES) {
        lose(outbox, 1, event->at);
        return;
    }
    while (outbox->count == AGENT_OUTBOX_MAX || outbox->bytes + len > AGENT_OUTBOX_BYTES) {
        lose_one(outbox, outbox->taken); // the batch under way stays what it is
    }
    size_t slot = (outbox->first + outbox->count) % AGENT_OUTBOX_MAX;
    outbox->ring[slot].bytes = mem_new(len + 1);
    outbox->ring[slot].len = len;
    (void)quoin__v1__port_event__pack(event, outbox->ring[slot].bytes);
    outbox->count++;
    outbox->bytes += len;
}

static void *take_bytes(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void leave_bytes(void *arena, void *at)
{
    (void)arena; // it goes with all of it
    (void)at;
}

static void begin(struct agent_outbox *outbox)
{
    size_t bytes = 0;
    outbox->taken = 0;
    while (outbox->taken < outbox->count && outbox->taken < AGENT_BATCH_MAX - 1) {
        bytes += outbox->ring[(outbox->first + outbox->taken) % AGENT_OUTBOX_MAX].len;
        if (bytes > AGENT_BATCH_BYTES) {
            break;
        }
        outbox->taken++;
    }
    outbox->lost_taken = outbox->lost;
    rnd_bytes(outbox->key, sizeof(outbox->key));
    outbox->is_under_way = true;
}

static Quoin__V1__PortEvent *lost_event(const struct agent_outbox *outbox, struct arena *arena,
                                        const char *host)
{
    Quoin__V1__PortEvent *event = arena_new(arena, sizeof(*event));
    if (event == NULL) {
        return NULL;
    }
    quoin__v1__port_event__init(event);
    event->host = arena_text(arena, str_of(host));
    event->what = (char *)(uintptr_t) "lost";
    event->transport = (char *)(uintptr_t) "tcp";
    event->text = arena_textf(arena,
                              "%lld events of this time were not kept until the monitoring "
                              "engine could be told",
                              (long long)outbox->lost_taken);
    event->at = outbox->lost_from;
    event->until = outbox->lost_until;
    event->count = outbox->lost_taken;
    return event->text == NULL || event->host == NULL ? NULL : event;
}

bool agent_outbox_take(struct agent_outbox *outbox, struct arena *arena,
                       Quoin__V1__PortReport *report)
{
    ProtobufCAllocator in_arena = { take_bytes, leave_bytes, arena };
    if (!outbox->is_under_way) {
        begin(outbox);
    }
    report->key.len = sizeof(outbox->key);
    report->key.data = outbox->key;
    report->n_events = 0;
    report->events = arena_new_array(arena, outbox->taken + 1, sizeof(Quoin__V1__PortEvent *));
    for (size_t i = 0; report->events != NULL && i < outbox->taken; i++) {
        size_t slot = (outbox->first + i) % AGENT_OUTBOX_MAX;
        report->events[report->n_events] = quoin__v1__port_event__unpack(
            &in_arena, outbox->ring[slot].len, outbox->ring[slot].bytes);
        if (report->events[report->n_events] == NULL) {
            return false;
        }
        report->n_events++;
    }
    if (report->events != NULL && outbox->lost_taken > 0) {
        report->events[report->n_events] = lost_event(outbox, arena, report->host);
        report->n_events += report->events[report->n_events] == NULL ? 0 : 1;
    }
    return arena_ok(arena);
}

void agent_outbox_told(struct agent_outbox *outbox)
{
    for (; outbox->taken > 0; outbox->taken--) {
        drop(outbox, 0);
    }
    outbox->lost -= outbox->lost_taken;
    outbox->lost_taken = 0;
    outbox->is_under_way = false;
}

void agent_outbox_refused(struct agent_outbox *outbox)
{
    for (; outbox->taken > 0; outbox->taken--) {
        lose_one(outbox, 0);
    }
    outbox->lost_taken = 0;
    outbox->is_under_way = false;
}
