// devices: what is configured of kind "device", read from CAS and again whenever the configuration
// has changed, within a second. While CAS is away, those that were read last are there. Loop
// thread.
//
// no unit test: needs a running CAS; tests/it/test_dce.py configures and asks.

#include "dce/dce_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "proto/config.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

enum { THINGS_PAGE = 500, LIST_DEFAULT = 100, LIST_MAX = 1000, LOOK_WAIT_MS = 3000 };

struct reading {
    struct dce_op op; // first
    struct dce_asked *asked;
    int64_t change; // of the first page
    bool is_look;   // only whether something changed
};

struct dce_device *dce_device_find(const struct dce *dce, const char *name)
{
    return map_find(&dce->devices, str_of(name));
}

bool dce_device_takes(const Quoin__V1__Device *device, const char *how)
{
    static const char *const usual[] = { "card", "password", "ticket" };
    size_t count = device->n_sign_in == 0 ? sizeof(usual) / sizeof(usual[0]) : device->n_sign_in;
    for (size_t at = 0; at < count; at++) {
        if (strcmp(device->n_sign_in == 0 ? usual[at] : device->sign_in[at], how) == 0) {
            return true;
        }
    }
    return false;
}

bool dce_device_has(const struct dce *dce, const Quoin__V1__Device *device, const char *printer)
{
    for (size_t at = 0; at < device->n_printers; at++) {
        if (strcmp(device->printers[at], printer) == 0) {
            return true;
        }
    }
    for (size_t at = 0; at < dce->engine_count && device->pull_group[0] != '\0'; at++) {
        const struct dce_printer *found = dce_printer_find(dce->engines[at], printer);
        if (found != NULL && strcmp(found->pull_group, device->pull_group) == 0) {
            return true;
        }
    }
    return false;
}

bool dce_device_is_for(const struct dce_device *device, const char *role, const char *host)
{
    return strcmp(role, "panel") != 0 || device->told->panel[0] == '\0' ||
           strcmp(device->told->panel, host) == 0;
}

// --- following ----------------------------------------------------------------------------------

static void device_take(struct dce *dce, const Quoin__V1__Thing *thing)
{
    if (strlen(thing->name) > SESSION_DEVICE_MAX ||
        (dce->devices.count >= DCE_DEVICES_MAX && dce_device_find(dce, thing->name) == NULL)) {
        return;
    }
    Quoin__V1__Device *told = quoin__v1__device__unpack(NULL, thing->body.len, thing->body.data);
    if (told == NULL || told->removed) {
        quoin__v1__device__free_unpacked(told, NULL);
        return;
    }
    struct dce_device *device = dce_device_find(dce, thing->name);
    if (device == NULL) {
        device = mem_new(sizeof(*device));
        (void)snprintf(device->name, sizeof(device->name), "%s", thing->name);
        map_set(&dce->devices, str_of(device->name), device);
    }
    quoin__v1__device__free_unpacked(device->told, NULL);
    device->told = told;
    device->is_seen = true;
}

static void device_free(struct dce_device *device)
{
    quoin__v1__device__free_unpacked(device->told, NULL);
    free(device);
}

static int device_order(const void *a, const void *b)
{
    return strcmp((*(struct dce_device *const *)a)->name, (*(struct dce_device *const *)b)->name);
}

// A device that is not configured any more has nobody signed in.
static void devices_sweep(struct dce *dce)
{
    void *value = NULL;
    struct dce_device **gone = mem_new((dce->devices.count + 1) * sizeof(*gone));
    struct dce_device **list = mem_new((dce->devices.count + 1) * sizeof(*list));
    size_t gone_count = 0;
    dce->device_count = 0;
    for (size_t at = 0; map_next(&dce->devices, &at, &value);) {
        struct dce_device *device = value;
        if (device->is_seen) {
            device->is_seen = false;
            list[dce->device_count++] = device;
        } else {
            gone[gone_count++] = device;
        }
    }
    for (size_t at = 0; at < gone_count; at++) {
        struct session *session = dce_session_at(&dce->sessions, str_of(gone[at]->name));
        if (session != NULL) {
            dce_session_end(&dce->sessions, session, "revoked");
        }
        dce_watch_device(dce, gone[at]->name, "device");
        (void)map_drop(&dce->devices, str_of(gone[at]->name));
        device_free(gone[at]);
    }
    qsort(list, dce->device_count, sizeof(*list), device_order);
    free(gone);
    free(dce->device_list);
    dce->device_list = list;
}

static void reading_freed(struct dce_op *op)
{
    op->dce->following = false;
}

static void reading_asked(struct dce_op *op);

static void reading_ask(struct reading *reading, const char *after, uint32_t limit)
{
    Quoin__V1__ListThingsRequest ask = QUOIN__V1__LIST_THINGS_REQUEST__INIT;
    struct dce_op *op = &reading->op;
    ask.kind = dce_text(&op->arena, "device");
    ask.after = dce_text(&op->arena, after);
    ask.limit = limit;
    reading->asked =
        dce_op_ask(op, svc_cas(op->dce->svc), "/quoin.v1.Configuration/ListThings", &ask.base, 0);
    dce_op_go(op, reading_asked);
}

static void reading_done(struct reading *reading)
{
    struct dce *dce = reading->op.dce;
    devices_sweep(dce);
    dce->devices_change = reading->change;
    dce->has_devices = true;
    dce_readers_follow(dce);
    dce_watch_device(dce, NULL, "device");
    log_event(LOG_INFO, "devices.read", log_int("devices", (int64_t)dce->device_count),
              log_int("change", dce->devices_change));
    dce_op_end(&reading->op);
}

static void reading_asked(struct dce_op *op)
{
    struct reading *reading = (struct reading *)op;
    const Quoin__V1__ListThingsReply *page = (const void *)reading->asked->reply;
    bool is_new = page != NULL && page->change != op->dce->devices_change;
    if (page == NULL) {
        dce_pace_bad(&op->dce->cas_pace, clk_mono_ms(), (uint32_t)rnd_below(UINT32_MAX));
    }
    if (page == NULL || (reading->is_look && !is_new)) {
        dce_op_end(op);
        return;
    }
    if (reading->is_look) {
        reading->is_look = false;
        reading->change = page->change;
        reading_ask(reading, "", THINGS_PAGE);
        return;
    }
    if (page->change != reading->change) { // in the middle of it: anew
        void *value = NULL;
        for (size_t at = 0; map_next(&op->dce->devices, &at, &value);) {
            ((struct dce_device *)value)->is_seen = false;
        }
        reading->change = page->change;
        reading_ask(reading, "", THINGS_PAGE);
        return;
    }
    for (size_t at = 0; at < page->n_things; at++) {
        device_take(op->dce, page->things[at]);
    }
    if (page->more && page->n_things > 0) {
        reading_ask(reading, page->things[page->n_things - 1]->name, THINGS_PAGE);
        return;
    }
    reading_done(reading);
}

void dce_devices_follow(struct dce *dce)
{
    if (dce->following) {
        return;
    }
    struct reading *reading = dce_op_new(dce, sizeof(*reading), NULL, NULL, NULL);
    dce->following = true;
    reading->op.on_free = reading_freed;
    reading->is_look = true;
    reading_ask(reading, "\xf4\x8f\xbf\xbf", 1); // behind all names: only the change is wanted
}

void dce_devices_fini(struct dce *dce)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&dce->devices, &at, &value);) {
        device_free(value);
    }
    map_free(&dce->devices);
    free(dce->device_list);
    dce->device_list = NULL;
}

// --- told ---------------------------------------------------------------------------------------

static bool is_listed(Quoin__V1__Printer **list, size_t count, const char *name)
{
    for (size_t at = 0; at < count; at++) {
        if (strcmp(list[at]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

// A printer of several engines is told once; the one that stopped it is the one that counts.
static void state_printer(struct dce *dce, const char *name, Quoin__V1__DeviceState *out)
{
    const struct dce_printer *told = NULL;
    for (size_t at = 0; at < dce->engine_count; at++) {
        const struct dce_printer *found = dce_printer_find(dce->engines[at], name);
        if (found != NULL && (told == NULL || strcmp(found->state, "stopped") == 0)) {
            told = found;
        }
    }
    if (told != NULL && !is_listed(out->printers, out->n_printers, name)) {
        out->printers[out->n_printers++] = (Quoin__V1__Printer *)(uintptr_t)told->told;
    }
}

static void state_fill(struct dce *dce, const struct dce_device *device, struct arena *arena,
                       Quoin__V1__DeviceState *out)
{
    quoin__v1__device_state__init(out);
    out->name = dce_text(arena, device->name);
    out->device = device->told;
    out->is_free = dce_session_at(&dce->sessions, str_of(device->name)) == NULL;
    out->reader_seen_at = device->reader_seen_at;
    size_t most = device->told->n_printers;
    bool has_group = device->told->pull_group[0] != '\0';
    for (size_t at = 0; at < dce->engine_count && has_group; at++) {
        most += dce->engines[at]->printer_count;
    }
    out->printers = arena_new_array(arena, most + 1, sizeof(*out->printers));
    for (size_t at = 0; at < device->told->n_printers && out->printers != NULL; at++) {
        state_printer(dce, device->told->printers[at], out);
    }
    for (size_t at = 0; at < dce->engine_count && has_group && out->printers != NULL; at++) {
        const struct dce_engine *engine = dce->engines[at];
        for (size_t i = 0; i < engine->printer_count; i++) {
            if (strcmp(engine->printers[i].pull_group, device->told->pull_group) == 0) {
                state_printer(dce, engine->printers[i].name, out);
            }
        }
    }
}

// --- one of them, which may be newer than what was read ----------------------------------------

struct looking {
    struct dce_op op; // first
    const Quoin__V1__GetDeviceRequest *ask;
    struct dce_asked *asked;
};

static void looking_answer(struct looking *looking, bool is_heard)
{
    struct dce_op *op = &looking->op;
    const struct dce_device *device = dce_device_find(op->dce, looking->ask->name);
    Quoin__V1__DeviceState out;
    if (device != NULL && dce_device_is_for(device, op->role, op->host)) {
        state_fill(op->dce, device, &op->arena, &out);
        dce_op_answer(op, &out.base);
    } else if (device == NULL && !is_heard) {
        dce_op_deny(op, ERR_UNAVAILABLE, "try-again",
                    op->dce->has_devices
                        ? "there was no such device when the accounting server answered last"
                        : "the devices are not known yet: CAS does not answer");
    } else {
        dce_op_deny(op, ERR_NOT_FOUND, "no-such-device", "there is no such device");
    }
}

static void looking_asked(struct dce_op *op);

static void looking_ask(struct looking *looking, const char *after)
{
    Quoin__V1__ListThingsRequest ask = QUOIN__V1__LIST_THINGS_REQUEST__INIT;
    struct dce_op *op = &looking->op;
    ask.kind = dce_text(&op->arena, "device");
    ask.after = dce_text(&op->arena, after);
    ask.limit = THINGS_PAGE;
    looking->asked = dce_op_ask(op, svc_cas(op->dce->svc), "/quoin.v1.Configuration/ListThings",
                                &ask.base, LOOK_WAIT_MS);
    dce_op_go(op, looking_asked);
}

static void looking_asked(struct dce_op *op)
{
    struct looking *looking = (struct looking *)op;
    const Quoin__V1__ListThingsReply *page = (const void *)looking->asked->reply;
    const char *last = "";
    if (page == NULL) {
        looking_answer(looking, false);
        return;
    }
    for (size_t at = 0; at < page->n_things; at++) {
        const Quoin__V1__Thing *thing = page->things[at];
        last = thing->name;
        if (strcmp(last, looking->ask->name) == 0) {
            device_take(op->dce, thing);
            struct dce_device *device = dce_device_find(op->dce, last);
            if (device != NULL && !op->dce->following) {
                device->is_seen = false; // the next reading says whether it is there still
            }
            looking_answer(looking, true);
            return;
        }
    }
    if (page->more && page->n_things > 0 && strcmp(last, looking->ask->name) < 0) {
        looking_ask(looking, last);
        return;
    }
    looking_answer(looking, true);
}

void dce_get_device(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    const ProtobufCMessage *kept = NULL;
    struct looking *looking = dce_op_new(dce, sizeof(*looking), call, asked, &kept);
    looking->ask = (const void *)kept;
    size_t len = strlen(looking->ask->name);
    if (dce_device_find(dce, looking->ask->name) != NULL || len == 0 || len > SESSION_DEVICE_MAX) {
        looking_answer(looking, true);
        return;
    }
    // What begins as its name does but for the last byte comes right behind that.
    looking_ask(looking,
                arena_text(&looking->op.arena, (struct str){ looking->ask->name, len - 1 }));
}

void dce_list_devices(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dce *dce = engine;
    const Quoin__V1__ListDevicesRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__ListDevicesReply reply = QUOIN__V1__LIST_DEVICES_REPLY__INIT;
    size_t most = ask->limit == 0 ? LIST_DEFAULT : ask->limit > LIST_MAX ? LIST_MAX : ask->limit;
    reply.devices = arena_new_array(arena, most, sizeof(*reply.devices));
    for (size_t at = 0; at < dce->device_count && reply.devices != NULL; at++) {
        const struct dce_device *device = dce->device_list[at];
        if (strcmp(device->name, ask->after) <= 0) {
            continue;
        }
        Quoin__V1__DeviceState *out = arena_new(arena, sizeof(*out));
        if (reply.n_devices == most || out == NULL || arena->used > arena->cap / 2) {
            reply.more = true;
            break;
        }
        state_fill(dce, device, arena, out);
        reply.devices[reply.n_devices++] = out;
    }
    wire_call_answer(call, &reply.base);
}
