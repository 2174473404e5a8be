// watch: who is told of every device, and again of each that becomes another: engines that must not
// release to a broken one, and pages. A watch that does not take what it is told is told later, and
// then only how it stands. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_dme.py watches.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { WATCHES_MAX = 512, PART_BYTES = 1 << 20 };

struct dme_watch {
    struct dme *dme; // borrowed
    struct wire_call_id call;
    struct map names; // of (void *)1; none: all
    bool has_names;
    bool is_blocked;        // it has not taken what it was told
    uint64_t told;          // every device that changed up to here is told, or is in `at`'s round
    uint64_t round;         // the changes as this round began
    size_t at;              // of the list, in this round; SIZE_MAX: no round
    struct dme_watch *next; // owned
};

static struct wire_call *call_of(const struct dme_watch *watch)
{
    return wire_call_find(svc_server(watch->dme->svc), watch->call);
}

static void go_on(struct dme_watch *watch);

static void on_ready(void *engine, struct wire_call *call)
{
    struct dme *dme = engine;
    for (struct dme_watch *watch = dme->watches; watch != NULL; watch = watch->next) {
        if (watch->call.v == wire_call_id(call).v) {
            watch->is_blocked = false;
            go_on(watch);
            return;
        }
    }
}

static bool is_meant(const struct dme_watch *watch, const char *name)
{
    return !watch->has_names || map_find(&watch->names, str_of(name)) != NULL;
}

static void tell(struct dme_watch *watch, struct wire_call *call, const struct watched *watched)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(PART_BYTES);
    watch->is_blocked = !wire_call_part(call, &dme_told(watched, &arena)->base, on_ready);
}

// From where the round stands to the end of the list, or until the watch holds back.
static void go_on(struct dme_watch *watch)
{
    struct dme *dme = watch->dme;
    struct wire_call *call = watch->call.v == 0 ? NULL : call_of(watch);
    if (call == NULL) {
        watch->call.v = 0; // dropped by the next tick
        return;
    }
    if (watch->at == SIZE_MAX) {
        if (watch->told == dme->changes) {
            return;
        }
        watch->round = dme->changes;
        watch->at = 0;
    }
    while (watch->at < dme->list_count && !watch->is_blocked) {
        const struct watched *watched = dme->list[watch->at++];
        if (watched->changed > watch->told && is_meant(watch, watched->name)) {
            tell(watch, call, watched);
        }
    }
    if (watch->at >= dme->list_count) {
        watch->told = watch->round;
        watch->at = SIZE_MAX;
    }
}

void dme_watch_gone(struct dme *dme, const char *name)
{
    for (struct dme_watch *watch = dme->watches; watch != NULL; watch = watch->next) {
        struct wire_call *call = watch->call.v == 0 ? NULL : call_of(watch);
        Quoin__V1__MonitoredDevice device = QUOIN__V1__MONITORED_DEVICE__INIT;
        Quoin__V1__Monitor monitor = QUOIN__V1__MONITOR__INIT;
        if (watch->at != SIZE_MAX) {
            watch->at = 0; // the list is another: the round begins anew
        }
        if (call == NULL || !is_meant(watch, name)) {
            continue;
        }
        if (watch->is_blocked) { // it would never hear of it: it has to begin anew
            wire_call_end(call);
            watch->call.v = 0;
            continue;
        }
        device.name = (char *)(uintptr_t)name;
        device.state = (char *)(uintptr_t) "unknown";
        device.can_print = true;
        monitor.removed = true;
        device.monitor = &monitor;
        watch->is_blocked = !wire_call_part(call, &device.base, on_ready);
    }
}

static void watch_free(struct dme_watch *watch)
{
    map_free(&watch->names);
    free(watch);
}

void dme_watch_tick(struct dme *dme)
{
    struct dme_watch **at = &dme->watches;
    while (*at != NULL) {
        struct dme_watch *watch = *at;
        if (!watch->is_blocked) {
            go_on(watch);
        }
        if (watch->call.v == 0 || call_of(watch) == NULL) {
            *at = watch->next;
            watch_free(watch);
            dme->watch_count--;
        } else {
            at = &watch->next;
        }
    }
}

void dme_watch_end(struct dme *dme)
{
    for (struct dme_watch *watch = dme->watches; watch != NULL; watch = watch->next) {
        struct wire_call *call = watch->call.v == 0 ? NULL : call_of(watch);
        watch->call.v = 0;
        if (call != NULL) {
            wire_call_end(call);
        }
    }
}

void dme_watch_fini(struct dme *dme)
{
    while (dme->watches != NULL) {
        struct dme_watch *watch = dme->watches;
        dme->watches = watch->next;
        watch_free(watch);
    }
}

void dme_watch_monitored(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__WatchMonitoredRequest *ask = (const void *)asked;
    if (dme->watch_count >= WATCHES_MAX) {
        struct err err;
        err_fill(&err, ERR_LIMIT, "too many watch already; try again in a while");
        wire_call_refuse(call, &err, NULL);
        return;
    }
    struct dme_watch *watch = mem_new(sizeof(*watch));
    watch->dme = dme;
    watch->call = wire_call_id(call);
    watch->at = SIZE_MAX;
    watch->has_names = ask->n_names > 0;
    for (size_t at = 0; at < ask->n_names; at++) {
        map_set(&watch->names, str_of(ask->names[at]), watch);
    }
    watch->next = dme->watches;
    dme->watches = watch;
    dme->watch_count++;
}
