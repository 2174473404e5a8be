// wire/core: see core.h. Owns the calls, in slots that their ids name with a generation, and the
// deadlines.

#include "wire/core_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include <assert.h>
#include <stdlib.h>

bool wire_core_new(const struct wire_server_settings *settings, void (*on_due)(void *arg),
                   void *arg, struct wire_core **core, struct err *err)
{
    wire_handler **handlers = mem_new(wire_kind_count * sizeof(wire_handler *));
    for (size_t i = 0; i < settings->method_count; i++) {
        const struct wire_method *method = &settings->methods[i];
        const struct wire_kind *kind = wire_kind_find(str_of(method->path));
        if (kind == NULL || (kind->flags & CALL_OWN) != 0) {
            free(handlers);
            return err_set(err, ERR_INTERNAL, "%s does not stand in wire/calls.tbl.h",
                           method->path);
        }
        handlers[kind - wire_kinds] = method->handle;
    }
    struct wire_core *made = mem_new(sizeof(*made));
    made->handlers = handlers;
    made->engine = settings->engine;
    made->on_refused = settings->on_refused;
    made->on_called = settings->on_called;
    made->on_due = on_due;
    made->arg = arg;
    *core = made;
    return true;
}

void wire_core_free(struct wire_core **core)
{
    struct wire_core *old = *core;
    *core = NULL;
    if (old == NULL) {
        return;
    }
    assert(old->call_count == 0);
    while (old->spare_count > 0) {
        struct wire_call *spare = old->spares[--old->spare_count];
        arena_free(&spare->arena);
        free(spare);
    }
    wire_due_free(&old->dues);
    free(old->slots);
    free(old->handlers);
    free(old);
}

void wire_core_serving(struct wire_core *core, bool serving)
{
    if (core->serving != serving) {
        core->serving = serving;
        wire_health_changed(core);
    }
}

bool wire_core_has_service(const struct wire_core *core, const char *service)
{
    for (size_t i = 0; i < wire_kind_count; i++) {
        bool ours = core->handlers[i] != NULL || (wire_kinds[i].flags & CALL_OWN) != 0;
        if (ours && strcmp(wire_kinds[i].service, service) == 0) {
            return true;
        }
    }
    return false;
}

int64_t wire_core_next_ms(const struct wire_core *core)
{
    const struct wire_due *first = wire_due_first(&core->dues);
    return first == NULL ? INT64_MAX : first->at_ms;
}

void wire_core_expire(struct wire_core *core)
{
    int64_t now = clk_mono_ms();
    for (struct wire_due *first = wire_due_first(&core->dues); first != NULL && first->at_ms <= now;
         first = wire_due_first(&core->dues)) {
        const struct err err = { .code = ERR_TIMEOUT,
                                 .text = "the deadline passed; the outcome is not known" };
        wire_call_finish((struct wire_call *)first, WIRE_DEADLINE_EXCEEDED, &err, NULL);
    }
}

size_t wire_core_call_count(const struct wire_core *core)
{
    return core->call_count;
}

void wire_core_tell_refused(const struct wire_conn *conn, struct str path, const char *why)
{
    if (conn->core->on_refused != NULL) {
        const struct wire_refused what = {
            .from = str_of(conn->from), .identity = str_of(conn->identity), .path = path, .why = why
        };
        conn->core->on_refused(conn->core->engine, &what);
    }
}

// --- calls under way ----------------------------------------------------------------------------

static uint32_t core_slot_take(struct wire_core *core)
{
    if (core->first_free == 0) {
        uint32_t count = core->slot_count == 0 ? 64 : 2 * core->slot_count;
        core->slots = mem_grow(core->slots, count * sizeof(struct wire_slot));
        for (uint32_t i = count; i > core->slot_count; i--) {
            core->slots[i - 1] =
                (struct wire_slot){ .generation = 1, .next_free = core->first_free };
            core->first_free = i;
        }
        core->slot_count = count;
    }
    uint32_t slot = core->first_free - 1;
    core->first_free = core->slots[slot].next_free;
    return slot;
}

struct wire_call *wire_call_new(struct wire_conn *conn, struct http2_stream *stream,
                                const struct wire_kind *kind, int64_t deadline_ms)
{
    struct wire_core *core = conn->core;
    if (core->call_count == WIRE_CALLS_MAX) {
        return NULL;
    }
    core->call_count++;
    uint32_t slot = core_slot_take(core);
    struct wire_call *call =
        core->spare_count > 0 ? core->spares[--core->spare_count] : mem_new(sizeof(*call));
    core->slots[slot].call = call;
    call->id.v = (uint64_t)core->slots[slot].generation << 32 | slot;
    call->core = core;
    call->conn = conn;
    call->stream = stream;
    call->kind = kind;
    call->began_ns = clk_mono_ns();
    call->arena.cap = WIRE_CALL_BYTES;
    call->due.at_ms = deadline_ms;
    http2_stream_set_user(stream, call);
    if (deadline_ms < INT64_MAX) {
        bool earlier = deadline_ms < wire_core_next_ms(core);
        wire_due_add(&core->dues, &call->due, deadline_ms);
        if (earlier) {
            core->on_due(core->arg);
        }
    }
    return call;
}

void wire_call_drop(struct wire_call *call)
{
    struct wire_core *core = call->core;
    uint32_t slot = (uint32_t)call->id.v;
    core->slots[slot] = (struct wire_slot){ .generation = core->slots[slot].generation + 1,
                                            .next_free = core->first_free };
    core->first_free = slot + 1;
    core->call_count--;
    core->bytes -= call->counted;
    wire_due_drop(&core->dues, &call->due);
    http2_stream_set_user(call->stream, NULL);
    if (core->spare_count < WIRE_SPARES_MAX) {
        arena_reset(&call->arena);
        *call = (struct wire_call){ .arena = call->arena };
        core->spares[core->spare_count++] = call;
    } else {
        arena_free(&call->arena);
        free(call);
    }
}

struct wire_call *wire_core_find(struct wire_core *core, struct wire_call_id id)
{
    uint32_t slot = (uint32_t)id.v;
    if (slot >= core->slot_count || core->slots[slot].generation != id.v >> 32) {
        return NULL;
    }
    return core->slots[slot].call;
}

bool wire_call_count_bytes(struct wire_call *call)
{
    call->core->bytes += call->arena.used - call->counted;
    call->counted = call->arena.used;
    return call->core->bytes <= WIRE_BYTES_ALL;
}
