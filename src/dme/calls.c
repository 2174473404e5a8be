// calls: what is asked about devices: lists, one, a look at once, samples and faults. Loop thread;
// what the store is asked for comes back to it.
//
// no unit test: needs a running engine; tests/it/test_dme.py asks by every command.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_DEFAULT = 100, LIST_MAX = 500, FAULTS_DEFAULT = 100, HISTORY_BYTES = 4 << 20 };
#define DAY_MS (24LL * 3600 * 1000)

static void refuse(struct wire_call *call, enum err_code code, const char *reason, const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, reasons);
}

static struct watched *need(struct dme *dme, struct wire_call *call, const char *name)
{
    struct watched *watched = dme_watched_find(dme, name);
    if (watched == NULL) {
        refuse(call, ERR_NOT_FOUND, "no-such-device",
               "no device of this name is monitored: quoin device status lists them");
    }
    return watched;
}

// --- lists --------------------------------------------------------------------------------------

static bool is_in(char *const *words, size_t count, const char *word)
{
    for (size_t at = 0; at < count; at++) {
        if (strcmp(words[at], word) == 0) {
            return true;
        }
    }
    return count == 0;
}

static int by_day(const void *a, const void *b)
{
    const struct watched *one = *(struct watched *const *)a;
    const struct watched *other = *(struct watched *const *)b;
    int64_t left = one->first_out_at == 0 ? INT64_MAX : one->first_out_at;
    int64_t right = other->first_out_at == 0 ? INT64_MAX : other->first_out_at;
    return left != right ? (left < right ? -1 : 1) : strcmp(one->name, other->name);
}

// Where the list goes on: behind the place that the last device had when it was told. Who moved
// since moves nobody else.
static char *cursor_of(const struct watched *last, bool supplies, struct arena *arena)
{
    uint64_t place = supplies ? (uint64_t)last->first_out_at
                              : 2 * (uint64_t)last->severity + (last->is_flapping ? 1 : 0);
    return arena_textf(arena, "%llu:%s", (unsigned long long)place, last->name);
}

static size_t place_behind(struct watched *const *list, size_t count, bool supplies,
                           const char *after)
{
    const char *colon = strchr(after, ':');
    uint64_t place = 0;
    if (colon == NULL || !num_u64((struct str){ after, (size_t)(colon - after) },
                                  supplies ? INT64_MAX : 2 * DEVICE_WORST + 1, &place)) {
        return 0;
    }
    struct watched mark = { .first_out_at = (int64_t)place,
                            .severity = (uint8_t)(supplies ? 0 : place / 2),
                            .is_flapping = place % 2 == 1 };
    struct watched *const last = &mark;
    size_t at = 0;
    (void)snprintf(mark.name, sizeof(mark.name), "%s", colon + 1);
    while (at < count && (supplies ? by_day : dme_watched_worse)(&list[at], &last) <= 0) {
        at++;
    }
    return at;
}

// In the arena: those that are asked for, in their order.
static struct watched **chosen(struct dme *dme, const Quoin__V1__ListMonitoredRequest *ask,
                               struct arena *arena, size_t *count)
{
    size_t all = 0;
    struct watched *const *order = dme_watched_worst_first(dme, &all);
    struct watched **list = arena_new_array(arena, all + 1, sizeof(struct watched *));
    *count = 0;
    for (size_t at = 0; at < all && list != NULL; at++) {
        if (is_in(ask->names, ask->n_names, order[at]->name) &&
            is_in(ask->states, ask->n_states,
                  device_state_name((enum device_state)order[at]->state)) &&
            (!ask->supplies || order[at]->has_to_order)) {
            list[(*count)++] = order[at];
        }
    }
    if (ask->supplies && *count > 1) {
        qsort(list, *count, sizeof(struct watched *), by_day);
    }
    return list;
}

void dme_list_monitored(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__ListMonitoredRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    Quoin__V1__ListMonitoredReply reply = QUOIN__V1__LIST_MONITORED_REPLY__INIT;
    size_t most = ask->limit == 0 ? LIST_DEFAULT : ask->limit > LIST_MAX ? LIST_MAX : ask->limit;
    size_t count = 0;
    struct watched **list = chosen(dme, ask, arena, &count);
    reply.devices = arena_new_array(arena, most, sizeof(struct watched *));
    if (list == NULL || reply.devices == NULL) {
        refuse(call, ERR_LIMIT, "try-again", "there are too many devices for one answer");
        return;
    }
    for (size_t at = place_behind(list, count, ask->supplies, ask->after); at < count; at++) {
        if (reply.n_devices == most || arena->used > arena->cap / 2) {
            reply.more = true;
            reply.next = cursor_of(list[at - 1], ask->supplies, arena);
            break;
        }
        reply.devices[reply.n_devices++] = dme_told(list[at], arena);
    }
    wire_call_answer(call, &reply.base);
}

void dme_get_monitored(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    const Quoin__V1__GetMonitoredRequest *ask = (const void *)asked;
    struct watched *watched = need(engine, call, ask->name);
    if (watched != NULL) {
        wire_call_answer(call, &dme_told(watched, wire_call_arena(call))->base);
    }
}

// --- a look at once -----------------------------------------------------------------------------

enum { LOOKERS_MAX = 256 };
static struct {
    struct wire_call_id call;
    char name[DME_NAME_MAX + 1];
} lookers[LOOKERS_MAX]; // who waits for a look

void dme_looked(struct watched *watched)
{
    for (size_t at = 0; at < LOOKERS_MAX; at++) {
        if (lookers[at].call.v != 0 && strcmp(lookers[at].name, watched->name) == 0) {
            struct wire_call *call =
                wire_call_find(svc_server(watched->dme->svc), lookers[at].call);
            lookers[at].call.v = 0;
            if (call != NULL) {
                wire_call_answer(call, &dme_told(watched, wire_call_arena(call))->base);
            }
        }
    }
}

void dme_look_now(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__GetMonitoredRequest *ask = (const void *)asked;
    struct watched *watched = need(dme, call, ask->name);
    size_t at = 0;
    if (watched == NULL) {
        return;
    }
    if (dme_watched_is_off(watched)) {
        refuse(call, ERR_DENIED, "not-monitored",
               "its monitor says that it is not looked at (off)");
        return;
    }
    while (at < LOOKERS_MAX && lookers[at].call.v != 0 &&
           wire_call_find(svc_server(dme->svc), lookers[at].call) != NULL) {
        at++;
    }
    if (at == LOOKERS_MAX) {
        refuse(call, ERR_LIMIT, "try-again", "too many looks are waited for; try again in a while");
        return;
    }
    lookers[at].call = wire_call_id(call);
    (void)snprintf(lookers[at].name, sizeof(lookers[at].name), "%s", watched->name);
    dme_snmp_again(watched);
    if (watched->look == NULL) { // else the one that is under way is the newest there can be
        dme_look_start(watched);
    }
}

// --- what the store knows -----------------------------------------------------------------------

struct asking {
    struct store_task task; // first
    struct dme *dme;
    struct wire_call_id call;
    struct arena arena;
    struct history_span span;
    struct history_point *points;
    struct history_point first;
    struct history_faults which;
    struct history_fault *faults;
    size_t most;
    size_t count;
};

static struct asking *asking_new(struct dme *dme, struct wire_call *call)
{
    struct asking *asking = mem_new(sizeof(*asking));
    asking->dme = dme;
    asking->call = wire_call_id(call);
    asking->arena = ARENA_CAP(HISTORY_BYTES);
    return asking;
}

static void asking_free(struct asking *asking)
{
    arena_free(&asking->arena);
    free(asking);
}

// The call, or NULL where nobody waits or the store refused; then the asking is gone.
static struct wire_call *asking_call(struct asking *asking, bool ok, const struct err *err)
{
    struct wire_call *call =
        asking->dme->ending ? NULL : wire_call_find(svc_server(asking->dme->svc), asking->call);
    if (call != NULL && !ok) {
        wire_call_refuse(call, err, NULL);
    }
    if (call == NULL || !ok) {
        asking_free(asking);
        return NULL;
    }
    return call;
}

static void asking_send(struct asking *asking, struct wire_call *call)
{
    if (!dme_store_add(asking->dme->store, &asking->task)) {
        refuse(call, ERR_UNAVAILABLE, "try-again",
               "the engine has too much to do at the moment, or its store has failed; its log "
               "tells");
        asking_free(asking);
    }
}

static bool samples_run(struct store_task *task, struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    return dme_history_samples(dme_store_part(task->store, STORE_HISTORY), &asking->span,
                               asking->points, &asking->count, &asking->first, err);
}

static Quoin__V1__Sample *sample_of(struct arena *arena, const struct history_point *point,
                                    int64_t at)
{
    Quoin__V1__Sample *sample = arena_new(arena, sizeof(*sample));
    if (sample != NULL) {
        quoin__v1__sample__init(sample);
        sample->at = at;
        sample->least = point->least;
        sample->most = point->most;
        sample->last = point->last;
        sample->sum = point->sum;
        sample->count = point->count;
    }
    return sample;
}

// What held when the span begins is its first sample, of no count.
static void samples_done(struct store_task *task, bool ok, const struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    struct wire_call *call = asking_call(asking, ok, err);
    Quoin__V1__ListSamplesReply reply = QUOIN__V1__LIST_SAMPLES_REPLY__INIT;
    if (call == NULL) {
        return;
    }
    reply.step_ms = asking->span.step_ms;
    reply.samples = arena_new_array(&asking->arena, asking->count + 1, sizeof(*reply.samples));
    if (asking->first.count > 0 && reply.samples != NULL &&
        (asking->count == 0 || asking->points[0].at > asking->span.from)) {
        struct history_point held = asking->first;
        held.least = held.most = held.last;
        held.sum = 0;
        held.count = 0;
        reply.samples[0] = sample_of(&asking->arena, &held, asking->span.from);
        reply.n_samples = reply.samples[0] != NULL;
    }
    for (size_t at = 0; reply.samples != NULL && at < asking->count; at++) {
        Quoin__V1__Sample *sample =
            sample_of(&asking->arena, &asking->points[at], asking->points[at].at);
        if (sample == NULL) {
            break;
        }
        reply.samples[reply.n_samples++] = sample;
    }
    wire_call_answer(call, &reply.base);
    asking_free(asking);
}

void dme_list_samples(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    const Quoin__V1__ListSamplesRequest *ask = (const void *)asked;
    int64_t until = ask->until > 0 ? ask->until : clk_wall_ms() + 1;
    int64_t from = ask->from > 0 ? ask->from : until - 30 * DAY_MS;
    if (ask->device[0] == '\0' || ask->series[0] == '\0' || from >= until || ask->step_ms < 0) {
        refuse(call, ERR_INVALID, "bad-request",
               "samples are asked for with a device, a series (pages, supply:NAME, state) and a "
               "time that ends after it begins");
        return;
    }
    struct asking *asking = asking_new(engine, call);
    asking->points = arena_new_array(&asking->arena, HISTORY_SAMPLES_MAX, sizeof(*asking->points));
    asking->span = (struct history_span){
        .device = arena_copy(&asking->arena, str_of(ask->device)),
        .series = arena_copy(&asking->arena, str_of(ask->series)),
        .from = from,
        .until = until,
        .step_ms = ask->step_ms,
    };
    asking->task.run = samples_run;
    asking->task.done = samples_done;
    asking_send(asking, call);
}

static bool faults_run(struct store_task *task, struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    return dme_history_faults(dme_store_part(task->store, STORE_HISTORY), &asking->which,
                              asking->most + 1, &asking->arena, asking->faults, &asking->count,
                              err);
}

static void faults_done(struct store_task *task, bool ok, const struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    struct wire_call *call = asking_call(asking, ok, err);
    Quoin__V1__ListFaultsReply reply = QUOIN__V1__LIST_FAULTS_REPLY__INIT;
    if (call == NULL) {
        return;
    }
    reply.more = asking->count > asking->most;
    reply.faults = arena_new_array(&asking->arena, asking->count + 1, sizeof(*reply.faults));
    for (size_t at = 0; reply.faults != NULL && at < asking->count && at < asking->most; at++) {
        const struct history_fault *fault = &asking->faults[at];
        Quoin__V1__Fault *out = arena_new(&asking->arena, sizeof(*out));
        if (out == NULL) {
            reply.more = true;
            break;
        }
        quoin__v1__fault__init(out);
        out->id = fault->id;
        out->device = arena_text(&asking->arena, fault->device);
        out->keyword = arena_text(&asking->arena, fault->keyword);
        out->text = arena_text(&asking->arena, fault->text);
        out->severity = (uint32_t)fault->severity;
        out->began = fault->began;
        out->ended = fault->ended;
        out->times = fault->times;
        reply.faults[reply.n_faults++] = out;
    }
    wire_call_answer(call, &reply.base);
    asking_free(asking);
}

void dme_list_faults(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    const Quoin__V1__ListFaultsRequest *ask = (const void *)asked;
    struct asking *asking = asking_new(engine, call);
    asking->most = ask->limit == 0                   ? FAULTS_DEFAULT
                   : ask->limit > HISTORY_FAULTS_MAX ? HISTORY_FAULTS_MAX
                                                     : ask->limit;
    asking->faults = arena_new_array(&asking->arena, asking->most + 1, sizeof(*asking->faults));
    asking->which = (struct history_faults){
        .device = arena_copy(&asking->arena, str_of(ask->device)),
        .from = ask->from,
        .until = ask->until,
        .open_only = ask->open_only != 0,
        .before = ask->before,
    };
    asking->task.run = faults_run;
    asking->task.done = faults_done;
    asking_send(asking, call);
}
