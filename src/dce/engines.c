// engines: the document routing engines of the site: that of this host, those named by --dre, those
// whose beacons are heard. Each is asked every second for its name and its printers, and its jobs'
// changes are watched. What a beacon says is only where to ask: the certificate of who answers says
// what it is. Loop thread.
//
// no unit test: needs running engines; tests/it/test_dce.py and test_release.py run them.

#include "dce/dce_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "proto/engine.pb-c.h"
#include "svc/beacon.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PRINTERS_PAGE = 500,
    PRINTERS_BYTES = 32 << 20,
    PRINTERS_MAX = 20000,
    STATUS_WAIT_MS = 2000,
    OLD_MS = 1500,  // then who has not answered yet is away
    LATE_MS = 2500, // since the last answer
    WATCH_AGAIN_MS = 2000,
};

// A poll: its name, then its printers page by page.
struct dce_poll {
    struct dce_op op; // first
    struct dce_engine *engine;
    struct dce_asked *asked;
    const char *name;
    Quoin__V1__Printer **printers; // in the op's arena
    size_t count;
};

struct dce_engine *dce_engine_find(const struct dce *dce, const char *name)
{
    for (size_t at = 0; at < dce->engine_count; at++) {
        if (strcmp(dce->engines[at]->name, name) == 0) {
            return dce->engines[at];
        }
    }
    return NULL;
}

bool dce_engine_is_there(const struct dce_engine *engine)
{
    return engine->is_here || !engine->is_old;
}

static int printer_order(const void *a, const void *b)
{
    return strcmp(((const struct dce_printer *)a)->name, ((const struct dce_printer *)b)->name);
}

const struct dce_printer *dce_printer_find(const struct dce_engine *engine, const char *name)
{
    const struct dce_printer wanted = { .name = name };
    return engine->printer_count == 0 ? NULL
                                      : bsearch(&wanted, engine->printers, engine->printer_count,
                                                sizeof(*engine->printers), printer_order);
}

// --- making -------------------------------------------------------------------------------------

static void engine_connect(struct dce_engine *engine)
{
    struct dce *dce = engine->dce;
    const struct wire_client_settings settings = { .to = engine->at,
                                                   .tls = svc_client_tls(dce->svc),
                                                   .role = "dre",
                                                   .site = svc_site(dce->svc),
                                                   .queue_max = 4096 };
    engine->client = wire_client_new(dce->loop, &settings);
}

static void engine_add(struct dce *dce, const struct net_address *at, bool is_guess)
{
    for (size_t i = 0; i < dce->engine_count; i++) {
        const struct net_address *known = &dce->engines[i]->at;
        if (known->port == at->port && strcmp(known->host, at->host) == 0) {
            return;
        }
    }
    if (dce->engine_count == DCE_ENGINES_MAX) {
        return;
    }
    struct dce_engine *engine = mem_new(sizeof(*engine));
    engine->dce = dce;
    engine->at = *at;
    engine->is_guess = is_guess;
    engine->arena = ARENA_CAP(PRINTERS_BYTES);
    engine->made_ms = clk_mono_ms();
    engine->polled_ms = engine->made_ms - DCE_ENGINE_POLL_MS;
    (void)snprintf(engine->name, sizeof(engine->name), "%.100s:%u", at->host, at->port);
    engine_connect(engine);
    dce->engines[dce->engine_count++] = engine;
}

// The engine beside CAS, wherever that is: a site that began on one host has its engines there.
void dce_engines_start(struct dce *dce)
{
    const struct svc_settings *settings = svc_settings(dce->svc);
    struct net_address beside = settings->cas;
    int port = settings->cas.port + engine_port(ENGINE_DRE) - engine_port(ENGINE_CAS);
    beside.port = (uint16_t)port;
    if (port <= UINT16_MAX) {
        engine_add(dce, &beside, true);
    }
    for (size_t at = 0; at < settings->dre_count; at++) {
        engine_add(dce, &settings->dres[at], false);
    }
    dce_engines_tick(dce);
}

static void engines_hear(struct dce *dce)
{
    struct svc_beacon_peer peers[SVC_BEACON_PEERS_MAX];
    size_t count = svc_peers(dce->svc, peers, SVC_BEACON_PEERS_MAX);
    for (size_t at = 0; at < count; at++) {
        const struct svc_beacon_peer *peer = &peers[at];
        const struct dce_engine *known = dce_engine_find(dce, peer->who.host);
        if (strcmp(peer->who.role, "dre") != 0 || (known != NULL && known->is_here)) {
            continue;
        }
        struct net_address serves = peer->at;
        serves.port = peer->serves;
        engine_add(dce, &serves, true);
    }
}

// --- what it says -------------------------------------------------------------------------------

static void printers_take(struct dce_engine *engine, const struct dce_poll *poll)
{
    arena_free(&engine->arena);
    engine->arena = ARENA_CAP(PRINTERS_BYTES);
    engine->printer_count = 0;
    engine->printers = arena_new_array(&engine->arena, poll->count, sizeof(*engine->printers));
    for (size_t at = 0; at < poll->count && engine->printers != NULL; at++) {
        const Quoin__V1__Printer *told =
            (const Quoin__V1__Printer *)dce_copy(&engine->arena, &poll->printers[at]->base);
        if (told == NULL) {
            break;
        }
        engine->printers[engine->printer_count++] =
            (struct dce_printer){ .name = told->name,
                                  .state = told->state,
                                  .message = told->message,
                                  .pull_group = told->pull_group,
                                  .told = told };
    }
    if (engine->printer_count > 1) {
        qsort(engine->printers, engine->printer_count, sizeof(*engine->printers), printer_order);
    }
}

// Whether what is shown of the printers has become something else.
static bool printers_differ(const struct dce_engine *engine, const struct dce_poll *poll)
{
    if (engine->printer_count != poll->count) {
        return true;
    }
    for (size_t at = 0; at < poll->count; at++) {
        const Quoin__V1__Printer *now = poll->printers[at];
        const struct dce_printer *before = dce_printer_find(engine, now->name);
        if (before == NULL || strcmp(before->state, now->state) != 0 ||
            strcmp(before->message, now->message) != 0 ||
            strcmp(before->pull_group, now->pull_group) != 0) {
            return true;
        }
    }
    return false;
}

static void engine_lost(struct dce_engine *engine, const struct err *err)
{
    if (engine->is_here) {
        log_event(LOG_WARNING, "engine.away", log_text("engine", engine->name),
                  log_text("why", err->text));
        dce_watch_device(engine->dce, NULL, "jobs");
    }
    engine->is_here = false;
    engine->is_old = true;
}

static bool engine_is_double(const struct dce_engine *engine, const char *name)
{
    for (size_t at = 0; at < engine->dce->engine_count; at++) {
        const struct dce_engine *other = engine->dce->engines[at];
        if (other != engine && other->is_named && strcmp(other->name, name) == 0) {
            return true;
        }
    }
    return false;
}

// Another way to an engine that we know: whichever answers is kept.
static void engine_named(struct dce_engine *engine, const char *name)
{
    struct dce *dce = engine->dce;
    if (engine_is_double(engine, name)) {
        struct dce_engine *other = dce_engine_find(dce, name);
        engine->is_double = other->is_here;
        if (engine->is_double) {
            engine->is_old = true;
            return;
        }
        (void)snprintf(other->name, sizeof(other->name), "%.100s:%u", other->at.host,
                       other->at.port);
        other->is_named = false;
    }
    (void)snprintf(engine->name, sizeof(engine->name), "%s", name);
    engine->is_named = true;
    engine->is_guess = false;
    engine->is_double = false;
}

static void poll_done(struct dce_poll *poll)
{
    struct dce_engine *engine = poll->engine;
    engine_named(engine, poll->name);
    if (engine->is_named) {
        bool was_here = engine->is_here;
        bool differs = printers_differ(engine, poll);
        engine->is_here = true;
        if (differs) {
            printers_take(engine, poll);
            dce_watch_device(engine->dce, NULL, "printers");
        }
        if (!was_here) {
            log_event(LOG_INFO, "engine.here", log_text("engine", engine->name));
            dce_watch_device(engine->dce, NULL, "jobs");
        }
    }
    dce_op_end(&poll->op);
}

static void printers_asked(struct dce_op *op);

static void printers_ask(struct dce_poll *poll, const char *after)
{
    Quoin__V1__ListPrintersRequest ask = QUOIN__V1__LIST_PRINTERS_REQUEST__INIT;
    ask.after = dce_text(&poll->op.arena, after);
    ask.limit = PRINTERS_PAGE;
    poll->asked = dce_op_ask_engine(&poll->op, poll->engine, "/quoin.v1.Printers/ListPrinters",
                                    &ask.base, STATUS_WAIT_MS);
    dce_op_go(&poll->op, printers_asked);
}

static void printers_asked(struct dce_op *op)
{
    struct dce_poll *poll = (struct dce_poll *)op;
    const Quoin__V1__ListPrintersReply *page = (const void *)poll->asked->reply;
    if (page == NULL) {
        engine_lost(poll->engine, &poll->asked->err);
        dce_op_end(op);
        return;
    }
    Quoin__V1__Printer **all =
        arena_new_array(&op->arena, poll->count + page->n_printers, sizeof(*all));
    if (all == NULL || poll->count > PRINTERS_MAX) {
        poll_done(poll);
        return;
    }
    if (poll->count > 0) {
        memcpy(all, poll->printers, poll->count * sizeof(*all));
    }
    for (size_t at = 0; at < page->n_printers; at++) {
        all[poll->count++] = page->printers[at];
    }
    poll->printers = all;
    if (page->more && page->n_printers > 0) {
        printers_ask(poll, page->printers[page->n_printers - 1]->name);
        return;
    }
    poll_done(poll);
}

static void status_asked(struct dce_op *op)
{
    struct dce_poll *poll = (struct dce_poll *)op;
    const Quoin__V1__StatusReply *status = (const void *)poll->asked->reply;
    if (status == NULL || status->host[0] == '\0') {
        engine_lost(poll->engine, &poll->asked->err);
        dce_op_end(op);
        return;
    }
    poll->name = status->host;
    printers_ask(poll, "");
}

static void poll_freed(struct dce_op *op)
{
    ((struct dce_poll *)op)->engine->polling = 0;
}

static void engine_poll(struct dce_engine *engine)
{
    Quoin__V1__StatusRequest ask = QUOIN__V1__STATUS_REQUEST__INIT;
    struct dce_poll *poll = dce_op_new(engine->dce, sizeof(*poll), NULL, NULL, NULL);
    engine->polling = 1;
    engine->polled_ms = clk_mono_ms();
    poll->engine = engine;
    poll->op.on_free = poll_freed;
    poll->asked =
        dce_op_ask_engine(&poll->op, engine, "/quoin.v1.Engine/Status", &ask.base, STATUS_WAIT_MS);
    dce_op_go(&poll->op, status_asked);
}

// --- its jobs -----------------------------------------------------------------------------------

static void on_job(void *arg, const struct wire_answer *answer)
{
    struct dce_engine *engine = arg;
    const Quoin__V1__JobNews *news = (const void *)answer->reply;
    if (news != NULL && news->job != NULL) {
        dce_watch_job(engine->dce, engine->name, news->job);
    }
    if (!answer->more) {
        engine->watch.v = 0;
        engine->watched_ms = clk_mono_ms();
    }
}

static void engine_watch(struct dce_engine *engine)
{
    Quoin__V1__WatchJobsRequest ask = QUOIN__V1__WATCH_JOBS_REQUEST__INIT;
    engine->watch =
        wire_ask(engine->client, "/quoin.v1.Jobs/WatchJobs", &ask.base, 0, on_job, engine);
}

void dce_engines_tick(struct dce *dce)
{
    int64_t now = clk_mono_ms();
    engines_hear(dce);
    for (size_t at = 0; at < dce->engine_count; at++) {
        struct dce_engine *engine = dce->engines[at];
        engine->is_old = engine->is_old || now - engine->made_ms > OLD_MS;
        if (engine->polling == 0 && now - engine->polled_ms >= DCE_ENGINE_POLL_MS) {
            engine_poll(engine);
        }
        if (engine->is_here && engine->watch.v == 0 && now - engine->watched_ms > WATCH_AGAIN_MS) {
            engine_watch(engine);
        }
    }
}

void dce_engines_renewed(struct dce *dce)
{
    for (size_t at = 0; at < dce->engine_count; at++) {
        wire_client_set_tls(dce->engines[at]->client, svc_client_tls(dce->svc));
    }
}

void dce_engines_fini(struct dce *dce)
{
    for (size_t at = 0; at < dce->engine_count; at++) {
        struct dce_engine *engine = dce->engines[at];
        wire_client_free(&engine->client); // what was asked is answered
        arena_free(&engine->arena);
        free(engine);
    }
    dce->engine_count = 0;
}
