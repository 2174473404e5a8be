// engines: the document routing engines of the site, for their printers: that beside CAS, those
// named by --dre, those whose beacons are heard. What a beacon says is only where to ask: the
// certificate of who answers says what it is. An engine that does not answer keeps its printers: it
// is the printers that are watched. Loop thread.
//
// no unit test: needs running engines; tests/it/test_dme.py runs them.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "proto/dre.pb-c.h"
#include "svc/beacon.h"

#include <stdio.h>
#include <stdlib.h>

enum { PRINTERS_PAGE = 500, POLL_MS = 1500, POLL_AWAY_MS = 4000, POLL_A_THOUSAND_MS = 2000 };

static void ask_page(struct dme_engine *engine, const char *after);

static void printers_free(struct map *printers)
{
    void *value = NULL;
    for (size_t at = 0; map_next(printers, &at, &value);) {
        free(value);
    }
    map_free(printers);
}

// A printer that began or ended to print, or was found stopped, is looked at now.
static void printers_compare(struct dme_engine *engine)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&engine->reading, &at, &value);) {
        const struct dme_printer *now = value;
        const struct dme_printer *before = map_find(&engine->printers, str_of(now->name));
        struct watched *watched = dme_watched_find(engine->dme, now->name);
        if (watched != NULL && strcmp(now->state, "processing") == 0) {
            watched->printed_ms = clk_mono_ms();
            dme_look_pjl_yield(watched);
        }
        if (watched != NULL && before != NULL && strcmp(before->state, now->state) != 0) {
            dme_watched_soon(watched);
        }
    }
}

static void say_away(struct dme_engine *engine, const char *text)
{
    char about[300];
    (void)snprintf(about, sizeof(about), "%s:%u", engine->at.host, engine->at.port);
    const struct alerts_word word = { .when = ALERTS_ENGINE_AWAY,
                                      .about = about,
                                      .keyword = "dre",
                                      .text = text,
                                      .here = text[0] != '\0' };
    dme_alerts_say(engine->dme->alerts, &word);
}

static void reading_done(struct dme_engine *engine)
{
    int64_t thousands = (int64_t)(engine->reading.count / 1000);
    printers_compare(engine);
    printers_free(&engine->printers);
    engine->printers = engine->reading;
    engine->reading = (struct map){ .count = 0 };
    engine->polling = false;
    engine->due_ms = clk_mono_ms() + POLL_MS + thousands * POLL_A_THOUSAND_MS;
    if (!engine->was_here) {
        log_event(LOG_INFO, "engine.here", log_text("engine", engine->at.host),
                  log_int("port", engine->at.port),
                  log_int("printers", (int64_t)engine->printers.count));
    }
    say_away(engine, "");
    engine->was_here = true;
    engine->has_read = true;
    dme_watched_printers(engine->dme);
}

static void reading_failed(struct dme_engine *engine, const struct err *err)
{
    printers_free(&engine->reading);
    engine->polling = false;
    engine->due_ms =
        clk_mono_ms() + (engine->has_read || !engine->is_guess ? POLL_MS : POLL_AWAY_MS);
    if (engine->has_read && !engine->dme->ending) {
        say_away(engine, "The document routing engine does not answer.");
    }
    if (engine->was_here && !engine->dme->ending) {
        log_event(LOG_WARNING, "engine.away", log_text("engine", engine->at.host),
                  log_int("port", engine->at.port), log_text("why", err->text));
    }
    engine->was_here = false;
}

static void on_page(void *arg, const struct wire_answer *answer)
{
    struct dme_engine *engine = arg;
    const Quoin__V1__ListPrintersReply *page = (const void *)answer->reply;
    if (page == NULL) {
        reading_failed(engine, &answer->err);
        return;
    }
    for (size_t at = 0; at < page->n_printers; at++) {
        const Quoin__V1__Printer *told = page->printers[at];
        if (strlen(told->name) > DME_NAME_MAX || engine->reading.count >= DME_DEVICES_MAX ||
            map_find(&engine->reading, str_of(told->name)) != NULL) {
            continue;
        }
        struct dme_printer *printer = mem_new(sizeof(*printer));
        (void)snprintf(printer->name, sizeof(printer->name), "%s", told->name);
        (void)snprintf(printer->uri, sizeof(printer->uri), "%s", told->uri);
        (void)snprintf(printer->state, sizeof(printer->state), "%.15s", told->state);
        map_set(&engine->reading, str_of(printer->name), printer);
    }
    if (page->more && page->n_printers > 0) {
        ask_page(engine, page->printers[page->n_printers - 1]->name);
        return;
    }
    reading_done(engine);
}

static void ask_page(struct dme_engine *engine, const char *after)
{
    Quoin__V1__ListPrintersRequest ask = QUOIN__V1__LIST_PRINTERS_REQUEST__INIT;
    if (engine->client == NULL) { // we are ending
        return;
    }
    ask.after = (char *)(uintptr_t)after;
    ask.limit = PRINTERS_PAGE;
    (void)wire_ask(engine->client, "/quoin.v1.Printers/ListPrinters", &ask.base, 0, on_page,
                   engine);
}

// --- which there are ----------------------------------------------------------------------------

static void engine_add(struct dme *dme, const struct net_address *at, bool is_guess)
{
    for (size_t i = 0; i < dme->engine_count; i++) {
        const struct net_address *known = &dme->engines[i]->at;
        if (known->port == at->port && strcmp(known->host, at->host) == 0) {
            return;
        }
    }
    if (dme->engine_count == DME_ENGINES_MAX) {
        return;
    }
    const struct wire_client_settings settings = {
        .to = *at, .tls = svc_client_tls(dme->svc), .role = "dre", .site = svc_site(dme->svc)
    };
    struct dme_engine *engine = mem_new(sizeof(*engine));
    engine->dme = dme;
    engine->at = *at;
    engine->is_guess = is_guess;
    engine->client = wire_client_new(dme->loop, &settings);
    dme->engines[dme->engine_count++] = engine;
}

void dme_engines_start(struct dme *dme)
{
    const struct svc_settings *settings = svc_settings(dme->svc);
    struct net_address beside = settings->cas;
    int port = settings->cas.port + engine_port(ENGINE_DRE) - engine_port(ENGINE_CAS);
    beside.port = (uint16_t)port;
    if (port <= UINT16_MAX) {
        engine_add(dme, &beside, true);
    }
    for (size_t at = 0; at < settings->dre_count; at++) {
        engine_add(dme, &settings->dres[at], false);
    }
}

static void engines_hear(struct dme *dme)
{
    struct svc_beacon_peer peers[SVC_BEACON_PEERS_MAX];
    size_t count = svc_peers(dme->svc, peers, SVC_BEACON_PEERS_MAX);
    for (size_t at = 0; at < count; at++) {
        if (strcmp(peers[at].who.role, "dre") == 0) {
            struct net_address serves = peers[at].at;
            serves.port = peers[at].serves;
            engine_add(dme, &serves, true);
        }
    }
}

void dme_engines_tick(struct dme *dme)
{
    int64_t now = clk_mono_ms();
    engines_hear(dme);
    for (size_t at = 0; at < dme->engine_count; at++) {
        struct dme_engine *engine = dme->engines[at];
        if (!engine->polling && now >= engine->due_ms) {
            engine->polling = true;
            ask_page(engine, "");
        }
    }
}

void dme_engines_renewed(struct dme *dme)
{
    for (size_t at = 0; at < dme->engine_count; at++) {
        wire_client_set_tls(dme->engines[at]->client, svc_client_tls(dme->svc));
    }
}

void dme_engines_fini(struct dme *dme)
{
    for (size_t at = 0; at < dme->engine_count; at++) {
        struct dme_engine *engine = dme->engines[at];
        wire_client_free(&engine->client); // what was asked is answered
        printers_free(&engine->printers);
        printers_free(&engine->reading);
        free(engine);
    }
    dme->engine_count = 0;
}
