// web: see web.h. Start, settings, certificates, and the end.
//
// no unit test: it is the engine's main; tests/it/test_web.py runs it.

#include "web/web.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/rnd.h"
#include "svc/metrics.h"
#include "web/events.h"
#include "web/office.h"
#include "web/web_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WEB_TICK_MS = 500,
    WEB_RATE_SLOTS = 1 << 16,
    WEB_SETTINGS_MAX = 16 << 10,
    WEB_DEFAULT_RATE = 100,
    WEB_DEFAULT_PROOF_S = 300,
    WEB_DEFAULT_ADDRESSES = 256,
    WEB_DEFAULT_FILE = 512 << 20,
};

// --- settings -----------------------------------------------------------------------------------

static bool set_text(char *to, size_t size, struct str value, const char *name, struct err *err)
{
    if (value.len == 0 || value.len >= size) {
        return err_set(err, ERR_INVALID, "DIR/web/settings: %s: is too long or empty", name);
    }
    memcpy(to, value.ptr, value.len);
    to[value.len] = '\0';
    return true;
}

static bool set_number(struct str value, uint64_t least, uint64_t most, const char *name,
                       uint64_t *to, struct err *err)
{
    if (!num_u64(value, most, to) || *to < least) {
        return err_set(err, ERR_INVALID, "DIR/web/settings: %s is a number from %llu to %llu", name,
                       (unsigned long long)least, (unsigned long long)most);
    }
    return true;
}

static bool set_one(struct web_settings *settings, struct str name, struct str value,
                    struct err *err)
{
    uint64_t number = 0;
    if (str_eq(name, STR("certificate"))) {
        return set_text(settings->certificate, sizeof(settings->certificate), value, "certificate",
                        err);
    }
    if (str_eq(name, STR("key"))) {
        return set_text(settings->key, sizeof(settings->key), value, "key", err);
    }
    if (str_eq(name, STR("trust-proxy"))) {
        if (settings->proxy_count == WEB_PROXIES_MAX) {
            return err_set(err, ERR_LIMIT, "DIR/web/settings: at most %d lines trust-proxy",
                           WEB_PROXIES_MAX);
        }
        return set_text(settings->proxies[settings->proxy_count++], sizeof(settings->proxies[0]),
                        value, "trust-proxy", err);
    }
    if (str_eq(name, STR("requests-a-second"))) {
        bool good = set_number(value, 5, 1000000, "requests-a-second", &number, err);
        settings->rate = (uint32_t)number;
        return good;
    }
    if (str_eq(name, STR("connections-an-address"))) {
        bool good = set_number(value, 4, 100000, "connections-an-address", &number, err);
        settings->address_max = (uint32_t)number;
        return good;
    }
    if (str_eq(name, STR("desk-documents"))) {
        settings->desk_documents = str_eq(value, STR("yes"));
        return settings->desk_documents || str_eq(value, STR("no")) ||
               err_set(err, ERR_INVALID, "DIR/web/settings: desk-documents is yes or no");
    }
    if (str_eq(name, STR("proof-seconds"))) {
        bool good = set_number(value, 1, 3600, "proof-seconds", &number, err);
        settings->proof_s = (uint32_t)number;
        return good;
    }
    if (str_eq(name, STR("office"))) {
        return set_text(settings->office, sizeof(settings->office), value, "office", err);
    }
    if (str_eq(name, STR("file-bytes"))) {
        return set_number(value, 1024, (uint64_t)16 << 30, "file-bytes", &settings->file_max, err);
    }
    return err_set(err, ERR_INVALID,
                   "DIR/web/settings: there is no setting \"%.*s\"; docs/web.md lists them",
                   (int)(name.len < 60 ? name.len : 60), name.ptr);
}

// Lines of "name value"; # begins a comment.
static bool read_settings(struct web *web, struct err *err)
{
    OWN(buf_free) struct buf text = BUF_CAP(WEB_SETTINGS_MAX);
    struct web_settings *settings = &web->settings;
    *settings = (struct web_settings){ .rate = WEB_DEFAULT_RATE,
                                       .address_max = WEB_DEFAULT_ADDRESSES,
                                       .file_max = WEB_DEFAULT_FILE,
                                       .proof_s = WEB_DEFAULT_PROOF_S };
    struct err why;
    if (!fs_read(svc_path(web->svc, "web/settings"), &text, &why)) {
        return why.code == ERR_NOT_FOUND || err_set(err, why.code, "%s", why.text);
    }
    struct str rest = buf_str(&text);
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        struct str line = { rest.ptr, end == NULL ? rest.len : (size_t)(end - rest.ptr) };
        rest.ptr += line.len + (end != NULL ? 1 : 0);
        rest.len -= line.len + (end != NULL ? 1 : 0);
        const char *space = line.len == 0 ? NULL : memchr(line.ptr, ' ', line.len);
        if (line.len == 0 || line.ptr[0] == '#') {
            continue;
        }
        struct str name = { line.ptr, space == NULL ? line.len : (size_t)(space - line.ptr) };
        struct str value = { line.ptr + name.len, line.len - name.len };
        while (value.len > 0 && value.ptr[0] == ' ') {
            value.ptr++;
            value.len--;
        }
        if (!set_one(settings, name, value, err)) {
            return false;
        }
    }
    if ((settings->certificate[0] != '\0') != (settings->key[0] != '\0')) {
        return err_set(err, ERR_INVALID, "DIR/web/settings: certificate and key, or neither");
    }
    return true;
}

// What keys and codes are made with; kept, so that the same Idempotency-Key is the same key after a
// restart.
static bool read_secret(struct web *web, struct err *err)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(64);
    const char *path = svc_path(web->svc, "web/secret");
    struct err why;
    if (fs_read(path, &bytes, &why) && bytes.len == sizeof(web->secret)) {
        memcpy(web->secret, bytes.ptr, sizeof(web->secret));
        return true;
    }
    rnd_bytes(web->secret, sizeof(web->secret));
    return fs_replace(path, map_key(web->secret, sizeof(web->secret)), 0600, err);
}

// --- certificates -------------------------------------------------------------------------------

static bool make_tls(struct web *web, struct net_tls **tls, struct err *err)
{
    static const char *const alpn[] = { "http/1.1", NULL };
    if (web->settings.certificate[0] == '\0') {
        return svc_door_tls(web->svc, tls, err);
    }
    const struct net_tls_settings settings = { .certificate = web->settings.certificate,
                                               .key = web->settings.key,
                                               .peer = NET_TLS_PEER_NONE,
                                               .tls_1_2 = true,
                                               .alpn = alpn };
    return net_tls_new(&settings, true, tls, err);
}

// Who we are to the door where documents are handed in.
static bool make_door_tls(struct web *web, struct net_tls **tls, struct err *err)
{
    static const char *const alpn[] = { "http/1.1", NULL };
    const struct net_tls_settings settings = { .certificate = svc_path(web->svc, "pki/web.crt"),
                                               .key = svc_path(web->svc, "pki/web.key"),
                                               .authority = svc_path(web->svc, "pki/ca.crt"),
                                               .peer = NET_TLS_PEER_REQUIRED,
                                               .alpn = alpn };
    return net_tls_new(&settings, false, tls, err);
}

static void on_renewed(void *state)
{
    struct web *web = state;
    struct net_tls *tls = NULL;
    struct net_tls *door = NULL;
    struct err err;
    for (size_t i = 0; i < web->dre_count; i++) {
        wire_client_set_tls(web->dres[i].client, svc_client_tls(web->svc));
    }
    wire_client_set_tls(web->dce, svc_client_tls(web->svc));
    wire_client_set_tls(web->dme, svc_client_tls(web->svc));
    if (make_door_tls(web, &door, &err)) {
        net_tls_free(&web->door_tls);
        web->door_tls = door;
    }
    if (!make_tls(web, &tls, &err)) {
        log_event(LOG_WARNING, "certificate.not-taken", log_text("why", err.text));
        return;
    }
    httpio_server_set_tls(web->http, tls);
    net_tls_free(&web->tls);
    web->tls = tls;
}

// --- life ---------------------------------------------------------------------------------------

static void on_tick(void *arg)
{
    struct web *web = arg;
    web_session_sweep(web->sessions, clk_mono_ms());
    web_versions_look(web);
    web_zone_look(web);
    web_dres_look(web);
    web_events_tick(web);
}

static bool start_http(struct web *web, struct err *err)
{
    const struct svc_settings *settings = svc_settings(web->svc);
    const struct httpio_server_settings http = {
        .host = settings->listen,
        .port = (uint16_t)(WEB_PORT + settings->port_offset),
        .tls = web->tls,
        .address_max = web->settings.address_max,
        .on_request = web_on_request,
        .arg = web,
    };
    return httpio_server_new(web->loop, &http, &web->http, err);
}

// An engine on the host of CAS.
static struct wire_client *beside_cas(struct web *web, const char *role, uint16_t port)
{
    struct wire_client_settings settings = { .to = svc_settings(web->svc)->cas,
                                             .tls = svc_client_tls(web->svc),
                                             .role = role,
                                             .site = svc_site(web->svc) };
    settings.to.port = (uint16_t)(settings.to.port - engine_port(ENGINE_CAS) + port);
    return wire_client_new(web->loop, &settings);
}

static bool start(struct svc *svc, void *state, struct err *err)
{
    struct web *web = state;
    web->svc = svc;
    web->loop = svc_loop(svc);
    if (!read_settings(web, err) || !read_secret(web, err) || !make_tls(web, &web->tls, err) ||
        !make_door_tls(web, &web->door_tls, err)) {
        return false;
    }
    web->sessions = web_sessions_new();
    web->rates = web_rates_new(WEB_RATE_SLOTS);
    web->openapi = BUF_CAP(WEB_OUT_MAX);
    web->dce = beside_cas(web, "dce", engine_port(ENGINE_DCE));
    web->dme = beside_cas(web, "dme", engine_port(ENGINE_DME));
    web_dres_look(web);
    web->events = web_events_new(web);
    web->office = web_office_new(web->loop, web->settings.office, svc_path(svc, "web"));
    if (!start_http(web, err)) {
        return false;
    }
    svc_on_renewed(svc, on_renewed, web);
    web->tick = net_timer_new(web->loop, on_tick, web);
    net_timer_every(web->tick, WEB_TICK_MS);
    web_versions_look(web);
    return true;
}

static void stop(struct svc *svc, void *state)
{
    struct web *web = state;
    web_events_end(web);
    httpio_server_drain(web->http);
    svc_stopped(svc);
}

static void free_tables(struct web *web)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&web->tokens, &at, &value);) {
        web_token_free(value);
    }
    for (size_t at = 0; map_next(&web->stations, &at, &value);) {
        struct web_station *station = value;
        free(station->name);
        free(station);
    }
    for (size_t i = 0; i < WEB_PAIRS_MAX; i++) {
        free(web->pairs[i].secret);
    }
    map_free(&web->tokens);
    map_free(&web->stations);
    web_keys_free(&web->keys);
    arena_free(&web->zone_arena);
}

static void fini(void *state)
{
    struct web *web = state;
    net_timer_free(&web->tick);
    httpio_server_free(&web->http);
    web_events_free(&web->events);
    web_office_free(&web->office);
    wire_client_free(&web->dce);
    wire_client_free(&web->dme);
    for (size_t i = 0; i < web->dre_count; i++) {
        wire_client_free(&web->dres[i].client);
    }
    net_tls_free(&web->tls);
    net_tls_free(&web->door_tls);
    web_sessions_free(&web->sessions);
    web_rates_free(&web->rates);
    free_tables(web);
    buf_free(&web->openapi);
    mem_wipe(web->secret, sizeof(web->secret));
}

static void count(void *state, struct svc_counts *counts)
{
    struct web *web = state;
    struct httpio_server_counts http = httpio_server_counts(web->http);
    svc_count(counts, "connections", (int64_t)http.connections);
    svc_count(counts, "requests", (int64_t)http.requests);
    svc_count(counts, "refused-malformed", (int64_t)http.refused_malformed);
    svc_count(counts, "refused-busy", (int64_t)http.refused_busy);
    svc_count(counts, "cut-slow", (int64_t)http.cut_slow);
    svc_count(counts, "refused", (int64_t)web->refused);
    svc_count(counts, "sessions", (int64_t)web_session_count(web->sessions));
    svc_count(counts, "streams", (int64_t)web_events_count(web));
}

static void measure(void *state, struct svc_metrics *metrics)
{
    struct web *web = state;
    struct httpio_server_counts http = httpio_server_counts(web->http);
    svc_metrics_gauge(metrics, "quoin_sessions_open", "People who are signed in.",
                      (int64_t)web_session_count(web->sessions));
    svc_metrics_gauge(metrics, "quoin_http_connections_open", "Connections of browsers.",
                      (int64_t)http.connections);
    svc_metrics_gauge(metrics, "quoin_http_streams_open", "Pages that are told of news.",
                      (int64_t)web_events_count(web));
    svc_metrics_counter(metrics, "quoin_http_requests_total", "Requests of browsers and programs.",
                        (int64_t)http.requests);
    svc_metrics_counter(metrics, "quoin_http_refused_total",
                        "Requests that were malformed, came too many at a time or too slowly.",
                        (int64_t)(http.refused_malformed + http.refused_busy + http.cut_slow));
}

static int print_routes(void)
{
    struct buf out = BUF_CAP(1 << 20);
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        buf_addf(&out, "%-6s %-48s", route->method, route->pattern);
        for (unsigned bit = 1; bit <= WEB_DEVICE_MANAGER; bit <<= 1) {
            if ((route->who & bit) != 0) {
                buf_addf(&out, " %s", web_role_name(bit));
            }
        }
        static const char *const csrf[] = { "", "origin", "token", "token and proof",
                                            "token in the form" };
        buf_addf(&out, "; %s%s%s%s%s\n", route->scope == NULL ? "no token" : route->scope,
                 route->csrf == WEB_CSRF_NONE ? "" : "; csrf: ", csrf[route->csrf],
                 route->call == NULL ? "" : "; ", route->call == NULL ? "" : route->call);
    }
    (void)fwrite(out.ptr, 1, out.len, stdout);
    buf_free(&out);
    return 0;
}

int web_main(int argc, char **argv)
{
    struct web web = { .svc = NULL };
    const struct svc_engine engine = {
        .engine = ENGINE_WEB,
        .start = start,
        .stop = stop,
        .fini = fini,
        .count = count,
        .measure = measure,
        .state = &web,
    };
    if (argc == 2 && strcmp(argv[1], "--routes") == 0) {
        return print_routes();
    }
    return svc_main(&engine, argc, argv);
}
