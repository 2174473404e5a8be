// fleet_calls: what is told and asked about ports: a host's report, the hosts × ports, their
// history, and who watches. Loop thread; what the store is asked for comes back to it.
//
// no unit test: needs a running engine; tests/it/test_port_watch.py asks by every command.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/num.h"
#include "dme/ports_db.h"
#include "guard/sights.h"
#include "model/engine.h"
#include "ports/verdict.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_DEFAULT = 200, LIST_MAX = 1000, EVENTS_DEFAULT = 100, EVENTS_BYTES = 4 << 20 };

static void refuse(struct wire_call *call, enum err_code code, const char *reason, const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, reasons);
}

// --- reports ------------------------------------------------------------------------------------

struct reporting {
    struct dme *dme;
    struct wire_call_id call;
};

// Of the engines that the host should have, those that are not there.
static void fill_away(const struct fleet *fleet, const struct fleet_host *host,
                      const Quoin__V1__Expectation *wanted, struct arena *arena,
                      Quoin__V1__PortReportReply *reply)
{
    unsigned offset = svc_settings(fleet->dme->svc)->port_offset;
    enum engine engine;
    reply->engines_away = arena_new_array(arena, ENGINE_COUNT, sizeof(char *));
    for (size_t i = 0; reply->engines_away != NULL && wanted != NULL && i < wanted->n_engines;
         i++) {
        bool away = false;
        if (!engine_find(str_of(wanted->engines[i]), &engine)) {
            continue;
        }
        for (size_t j = 0; j < host->told->n_sights; j++) {
            const Quoin__V1__PortSight *sight = host->told->sights[j];
            away = away || (sight->port == engine_port(engine) + offset &&
                            strcmp(sight->verdict, "missing") == 0);
        }
        if (away && reply->n_engines_away < ENGINE_COUNT) {
            reply->engines_away[reply->n_engines_away++] = wanted->engines[i];
        }
    }
}

static void on_stored(void *arg, bool ok, const struct err *err)
{
    struct reporting *reporting = arg;
    struct dme *dme = reporting->dme;
    struct wire_call *call = wire_call_find(svc_server(dme->svc), reporting->call);
    free(reporting);
    if (call == NULL) {
        return;
    }
    if (!ok) {
        wire_call_refuse(call, err, NULL);
        return;
    }
    Quoin__V1__PortReportReply reply = QUOIN__V1__PORT_REPORT_REPLY__INIT;
    const struct fleet_host *host = dme_fleet_find(dme->fleet, wire_call_host(call));
    const Quoin__V1__Expectation *wanted = dme_fleet_expected(dme->fleet, host);
    reply.expectation = (Quoin__V1__Expectation *)(uintptr_t)wanted;
    if (host != NULL && host->told != NULL) {
        fill_away(dme->fleet, host, wanted, wire_call_arena(call), &reply);
    }
    wire_call_answer(call, &reply.base);
}

static bool is_verdict(const char *word)
{
    for (int i = 0; i < PORTS_VERDICTS; i++) {
        if (strcmp(word, ports_verdict_name((enum ports_verdict)i)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_transport(const char *word)
{
    return strcmp(word, "tcp") == 0 || strcmp(word, "udp") == 0;
}

static bool is_what(const char *word)
{
    static const char *const words[] = { "opened",  "closed", "changed",  "fleeting",
                                         "verdict", "called", "stranger", "lost" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

// A host tells of itself, in words that we know.
static bool is_sound(const Quoin__V1__PortReport *report)
{
    bool sound = report->n_sights <= 512 && report->n_events <= FLEET_EVENTS_MAX;
    for (size_t i = 0; sound && i < report->n_sights; i++) {
        const Quoin__V1__PortSight *sight = report->sights[i];
        sound = strcmp(sight->host, report->host) == 0 && is_verdict(sight->verdict) &&
                is_transport(sight->transport) && sight->n_holders <= GUARD_HOLDERS_MAX &&
                sight->port <= UINT16_MAX && sight->severity <= PORTS_CRITICAL;
    }
    for (size_t i = 0; sound && i < report->n_events; i++) {
        const Quoin__V1__PortEvent *event = report->events[i];
        sound = strcmp(event->host, report->host) == 0 && is_what(event->what) &&
                is_transport(event->transport) && event->port <= UINT16_MAX && event->count >= 0 &&
                (event->verdict[0] == '\0' || is_verdict(event->verdict));
    }
    return sound;
}

void dme_report_ports(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__PortReport *report = (const void *)asked;
    struct err err;
    if (strcmp(report->host, wire_call_host(call)) != 0) {
        refuse(call, ERR_DENIED, "other-host", "a host reports its own ports alone");
        return;
    }
    if (strcmp(report->host, svc_host(dme->svc)) == 0) {
        refuse(call, ERR_EXISTS, "watched-already",
               "this host's ports are watched by its monitoring engine");
        return;
    }
    if (!is_sound(report)) {
        refuse(call, ERR_INVALID, "no-report", "it is no report of ports, or too large");
        return;
    }
    if (!dme_fleet_may(dme->fleet, report->host, report->n_events)) {
        refuse(call, ERR_LIMIT, "too-often", "this host tells too much; tell it again in a while");
        return;
    }
    struct reporting *reporting = mem_new(sizeof(*reporting));
    *reporting = (struct reporting){ dme, wire_call_id(call) };
    if (!dme_fleet_take(dme->fleet, report, on_stored, reporting, &err)) {
        free(reporting);
        wire_call_refuse(call, &err, NULL);
    }
}

// --- hosts × ports ------------------------------------------------------------------------------

static Quoin__V1__PortSight *no_data(const struct fleet_host *host, struct arena *arena,
                                     const Quoin__V1__PortSight *was)
{
    static const Quoin__V1__PortSight none = QUOIN__V1__PORT_SIGHT__INIT;
    Quoin__V1__PortSight *sight = arena_new(arena, sizeof(*sight));
    if (sight == NULL) {
        return NULL;
    }
    *sight = was == NULL ? none : *was;
    sight->host = (char *)(uintptr_t)host->name;
    sight->verdict = (char *)(uintptr_t) "no-data";
    sight->severity = PORTS_WARNING;
    sight->since = host->heard_at;
    sight->why = was == NULL
                     ? (char *)(uintptr_t) "it is expected, and nothing was ever heard of it"
                     : arena_textf(arena, "nothing is heard of this host any more; it was %.40s",
                                   was->verdict);
    return sight->why == NULL ? NULL : sight;
}

struct choosing {
    const Quoin__V1__ListPortsRequest *ask;
    struct arena *arena;
    Quoin__V1__PortSight **list;
    size_t count;
    size_t size;
};

static void choose(struct choosing *choosing, Quoin__V1__PortSight *sight)
{
    if (sight != NULL && choosing->count < choosing->size &&
        (!choosing->ask->deviations || sight->severity >= PORTS_WARNING)) {
        choosing->list[choosing->count++] = sight;
    }
}

static int worst_first(const void *a, const void *b)
{
    const Quoin__V1__PortSight *one = *(Quoin__V1__PortSight *const *)a;
    const Quoin__V1__PortSight *other = *(Quoin__V1__PortSight *const *)b;
    if (one->severity != other->severity) {
        return one->severity > other->severity ? -1 : 1;
    }
    int hosts = strcmp(one->host, other->host);
    if (hosts != 0) {
        return hosts;
    }
    return one->port != other->port ? (one->port < other->port ? -1 : 1)
                                    : strcmp(one->transport, other->transport);
}

static void choose_host(struct choosing *choosing, const struct fleet_host *host, int64_t now)
{
    bool away = dme_fleet_is_away(host, now);
    if (host->told == NULL || (away && host->told->n_sights == 0)) {
        choose(choosing, no_data(host, choosing->arena, NULL));
        return;
    }
    for (size_t i = 0; i < host->told->n_sights; i++) {
        Quoin__V1__PortSight *sight = host->told->sights[i];
        choose(choosing, away ? no_data(host, choosing->arena, sight) : sight);
    }
}

static Quoin__V1__PortHost *host_told(const struct fleet *fleet, const struct fleet_host *host,
                                      struct arena *arena)
{
    Quoin__V1__PortHost *told = arena_new(arena, sizeof(*told));
    const Quoin__V1__Expectation *wanted = dme_fleet_expected(fleet, host);
    if (told == NULL) {
        return NULL;
    }
    quoin__v1__port_host__init(told);
    told->host = (char *)(uintptr_t)host->name;
    told->heard_at = host->heard_at;
    if (host->told != NULL) {
        told->blind = host->told->blind;
        told->n_blind = host->told->n_blind;
        told->version = host->told->version;
    }
    if (wanted != NULL) {
        told->engines = wanted->engines;
        told->n_engines = wanted->n_engines;
    }
    return told;
}

static size_t size_of(const struct fleet *fleet)
{
    size_t size = 1;
    for (size_t i = 0; i < fleet->count; i++) {
        size += fleet->list[i]->told == NULL ? 1 : fleet->list[i]->told->n_sights + 1;
    }
    return size;
}

void dme_list_ports(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    const struct fleet *fleet = ((struct dme *)engine)->fleet;
    const Quoin__V1__ListPortsRequest *ask = (const void *)asked;
    struct arena *arena = wire_call_arena(call);
    OWN(arena_free) struct arena made = ARENA_CAP(256 << 20); // while it is made
    Quoin__V1__ListPortsReply reply = QUOIN__V1__LIST_PORTS_REPLY__INIT;
    size_t most = ask->limit == 0 ? LIST_DEFAULT : ask->limit > LIST_MAX ? LIST_MAX : ask->limit;
    struct choosing choosing = { .ask = ask, .arena = &made, .size = size_of(fleet) };
    uint64_t from = 0;
    choosing.list = arena_new_array(&made, choosing.size, sizeof(Quoin__V1__PortSight *));
    reply.hosts = arena_new_array(arena, fleet->count + 1, sizeof(Quoin__V1__PortHost *));
    if (choosing.list == NULL || reply.hosts == NULL ||
        (ask->after[0] != '\0' && !num_u64(str_of(ask->after), INT32_MAX, &from))) {
        refuse(call, ERR_INVALID, "no-place", "after is what the answer before said as next");
        return;
    }
    for (size_t i = 0; i < fleet->count; i++) {
        const struct fleet_host *host = fleet->list[i];
        if (ask->host[0] != '\0' && strcmp(ask->host, host->name) != 0) {
            continue;
        }
        choose_host(&choosing, host, clk_wall_ms());
        Quoin__V1__PortHost *told = from == 0 ? host_told(fleet, host, arena) : NULL;
        if (told != NULL && reply.n_hosts < LIST_MAX) {
            reply.hosts[reply.n_hosts++] = told;
        }
    }
    qsort(choosing.list, choosing.count, sizeof(Quoin__V1__PortSight *), worst_first);
    size_t left = from < choosing.count ? choosing.count - (size_t)from : 0;
    reply.sights = choosing.list + (choosing.count - left);
    reply.n_sights = left < most ? left : most;
    while (reply.n_sights > 1 &&
           quoin__v1__list_ports_reply__get_packed_size(&reply) > (900U << 10)) {
        reply.n_sights /= 2;
    }
    reply.more = reply.n_sights < left;
    if (reply.more) {
        reply.next = arena_textf(arena, "%zu", (size_t)from + reply.n_sights);
    }
    wire_call_answer(call, &reply.base);
}

// --- their history ------------------------------------------------------------------------------

struct asking {
    struct store_task task; // first
    struct dme *dme;
    struct wire_call_id call;
    struct arena arena;
    struct ports_db_asked asked;
    size_t most;
    struct ports_db_event *events; // most + 1
    size_t count;
    struct ports_db_event *held;
    size_t held_count;
};

// The store's thread.
static bool events_run(struct store_task *task, struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    struct ports_db *ports = dme_store_part(task->store, STORE_PORTS);
    bool good = dme_ports_events(ports, &asking->asked, asking->most + 1, &asking->arena,
                                 asking->events, &asking->count, err);
    asking->held_count = 0;
    if (good && asking->count <= asking->most && asking->asked.from > 0) {
        good = dme_ports_held(ports, &asking->asked, PORTS_DB_HELD_MAX, &asking->arena,
                              asking->held, &asking->held_count, err);
    }
    return good;
}

static void event_add(struct arena *arena, Quoin__V1__ListPortEventsReply *reply,
                      const struct ports_db_event *kept)
{
    ProtobufCAllocator in_arena;
    dme_arena_allocator(&in_arena, arena);
    Quoin__V1__PortEvent *event =
        quoin__v1__port_event__unpack(&in_arena, kept->told.len, (const uint8_t *)kept->told.ptr);
    if (event != NULL) {
        event->id = kept->id;
        event->at = kept->at;
        reply->events[reply->n_events++] = event;
    }
}

static void events_answer(struct asking *asking, struct wire_call *call)
{
    Quoin__V1__ListPortEventsReply reply = QUOIN__V1__LIST_PORT_EVENTS_REPLY__INIT;
    struct arena *arena = &asking->arena;
    size_t told = asking->count < asking->most ? asking->count : asking->most;
    reply.more = asking->count > asking->most;
    reply.events =
        arena_new_array(arena, told + asking->held_count + 1, sizeof(Quoin__V1__PortEvent *));
    for (size_t i = 0; reply.events != NULL && i < told; i++) {
        event_add(arena, &reply, &asking->events[i]);
    }
    for (size_t i = 0; reply.events != NULL && !reply.more && i < asking->held_count; i++) {
        event_add(arena, &reply, &asking->held[i]);
    }
    wire_call_answer(call, &reply.base);
}

static void events_done(struct store_task *task, bool ok, const struct err *err)
{
    struct asking *asking = (struct asking *)(void *)task;
    struct wire_call *call = wire_call_find(svc_server(asking->dme->svc), asking->call);
    if (call != NULL && ok) {
        events_answer(asking, call);
    } else if (call != NULL) {
        wire_call_refuse(call, err, NULL);
    }
    arena_free(&asking->arena);
    free(asking);
}

void dme_list_port_events(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__ListPortEventsRequest *ask = (const void *)asked;
    struct asking *asking = mem_new(sizeof(*asking));
    asking->dme = dme;
    asking->call = wire_call_id(call);
    asking->arena = ARENA_CAP(EVENTS_BYTES);
    asking->most = ask->limit == 0                  ? EVENTS_DEFAULT
                   : ask->limit > PORTS_DB_LIST_MAX ? PORTS_DB_LIST_MAX
                                                    : ask->limit;
    asking->asked = (struct ports_db_asked){
        .host = arena_copy(&asking->arena, str_of(ask->host)),
        .port = (uint16_t)(ask->port > UINT16_MAX ? 0 : ask->port),
        .from = ask->from,
        .until = ask->until,
        .before = ask->before,
    };
    asking->events =
        arena_new_array(&asking->arena, asking->most + 1, sizeof(struct ports_db_event));
    asking->held =
        arena_new_array(&asking->arena, PORTS_DB_HELD_MAX, sizeof(struct ports_db_event));
    asking->task.run = events_run;
    asking->task.done = events_done;
    if (asking->events == NULL || asking->held == NULL ||
        !dme_store_add(dme->store, &asking->task)) {
        arena_free(&asking->arena);
        free(asking);
        refuse(call, ERR_UNAVAILABLE, "try-again", "too much is asked just now; try again");
    }
}

// --- who watches --------------------------------------------------------------------------------

struct fleet_watch {
    struct wire_call_id call;
    bool is_blocked;          // it has not taken what it was told
    uint64_t told;            // the changes up to here
    struct fleet_watch *next; // owned
};

static void on_ready(void *engine, struct wire_call *call)
{
    for (struct fleet_watch *watch = ((struct dme *)engine)->fleet->watches; watch != NULL;
         watch = watch->next) {
        if (watch->call.v == wire_call_id(call).v) {
            watch->is_blocked = false;
        }
    }
}

static void tell_gone(struct fleet_watch *watch, struct wire_call *call,
                      const struct fleet_gone *gone)
{
    Quoin__V1__PortSight sight = QUOIN__V1__PORT_SIGHT__INIT;
    sight.host = (char *)(uintptr_t)gone->host;
    sight.port = gone->port;
    sight.transport = (char *)(uintptr_t)(gone->udp ? "udp" : "tcp");
    sight.verdict = (char *)(uintptr_t) "quiet";
    sight.why = (char *)(uintptr_t) "nobody holds it";
    watch->is_blocked = !wire_call_part(call, &sight.base, on_ready);
}

static void tell_host(struct fleet_watch *watch, struct wire_call *call,
                      const struct fleet_host *host)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct choosing choosing = { .size = 600, .arena = &arena };
    const Quoin__V1__ListPortsRequest all = QUOIN__V1__LIST_PORTS_REQUEST__INIT;
    choosing.ask = &all;
    choosing.list = arena_new_array(&arena, choosing.size, sizeof(Quoin__V1__PortSight *));
    if (choosing.list == NULL) {
        return;
    }
    choose_host(&choosing, host, clk_wall_ms());
    for (size_t i = 0; i < choosing.count; i++) { // a host's all at once: they are few
        watch->is_blocked = !wire_call_part(call, &choosing.list[i]->base, on_ready);
    }
}

// The changes in their order, as far as the watch takes them.
static void go_on(const struct fleet *fleet, struct fleet_watch *watch, struct wire_call *call)
{
    while (!watch->is_blocked && watch->told < fleet->changes) {
        const struct fleet_host *host = NULL;
        const struct fleet_gone *gone = NULL;
        uint64_t next = UINT64_MAX;
        for (size_t i = 0; i < fleet->count; i++) {
            if (fleet->list[i]->changed > watch->told && fleet->list[i]->changed < next) {
                host = fleet->list[i];
                next = host->changed;
            }
        }
        for (size_t i = 0; i < FLEET_GONE_MAX && i < fleet->gone_count; i++) {
            if (fleet->gone[i].changed > watch->told && fleet->gone[i].changed < next) {
                gone = &fleet->gone[i];
                next = gone->changed;
            }
        }
        if (next == UINT64_MAX) {
            watch->told = fleet->changes;
        } else if (gone != NULL) {
            tell_gone(watch, call, gone);
            watch->told = next;
        } else {
            tell_host(watch, call, host);
            watch->told = next;
        }
    }
}

void dme_fleet_watch_tick(struct fleet *fleet)
{
    struct fleet_watch **at = &fleet->watches;
    while (*at != NULL) {
        struct fleet_watch *watch = *at;
        struct wire_call *call = wire_call_find(svc_server(fleet->dme->svc), watch->call);
        if (call == NULL) {
            *at = watch->next;
            free(watch);
            fleet->watch_count--;
            continue;
        }
        go_on(fleet, watch, call);
        at = &watch->next;
    }
}

void dme_fleet_watch_end(struct fleet *fleet)
{
    for (struct fleet_watch *watch = fleet == NULL ? NULL : fleet->watches; watch != NULL;
         watch = watch->next) {
        struct wire_call *call = wire_call_find(svc_server(fleet->dme->svc), watch->call);
        if (call != NULL) {
            wire_call_end(call);
        }
    }
}

void dme_fleet_watch_fini(struct fleet *fleet)
{
    while (fleet->watches != NULL) {
        struct fleet_watch *watch = fleet->watches;
        fleet->watches = watch->next;
        free(watch);
    }
}

void dme_watch_ports(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct fleet *fleet = ((struct dme *)engine)->fleet;
    (void)asked;
    if (fleet->watch_count >= FLEET_WATCHES_MAX) {
        refuse(call, ERR_LIMIT, "try-again", "too many watch already; try again in a while");
        return;
    }
    struct fleet_watch *watch = mem_new(sizeof(*watch));
    watch->call = wire_call_id(call);
    watch->next = fleet->watches;
    fleet->watches = watch;
    fleet->watch_count++;
}
