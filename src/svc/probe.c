// probe: see probe.h; tests/it/test_metrics.py asks real engines. On loopback it answers only who
// names it so: a page of somebody's whose name leads here reads nothing (DNS rebinding).
//
// no unit test: needs a loop and a peer; tests/it/test_metrics.py asks it of every engine.

#include "svc/probe.h"

#include "base/mem.h"
#include "httpio/server.h"
#include <stdio.h>
#include <stdlib.h>

enum { PROBE_CONNECTIONS = 64, PROBE_IDLE_MS = 15000 };

struct svc_probe {
    struct svc_probe_settings settings;
    bool is_loopback;
    struct httpio_server *server; // owned
};

static void answer(struct httpio_exchange *exchange, unsigned status, const char *type,
                   struct str body)
{
    const struct http_field fields[] = {
        { STR("Cache-Control"), STR("no-store") },
        { STR("X-Content-Type-Options"), STR("nosniff") },
    };
    const struct httpio_answer head = {
        .status = status, .type = str_of(type), .fields = fields, .field_count = 2
    };
    httpio_exchange_answer(exchange, &head, body);
}

static bool is_named_so(const struct svc_probe *probe, struct str host)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
    if (!probe->is_loopback) {
        return true;
    }
    for (size_t at = 0; at < sizeof(names) / sizeof(names[0]); at++) {
        size_t len = strlen(names[at]);
        if (host.len >= len && memcmp(host.ptr, names[at], len) == 0 &&
            (host.len == len || host.ptr[len] == ':')) {
            return true;
        }
    }
    return host.len == 0; // HTTP/1.0
}

static void answer_metrics(const struct svc_probe *probe, struct httpio_exchange *exchange)
{
    struct svc_metrics metrics;
    svc_metrics_init(&metrics);
    probe->settings.measure(probe->settings.arg, &metrics);
    if (buf_ok(&metrics.page)) {
        answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&metrics.page));
    } else {
        answer(exchange, 500, "text/plain", STR("there is more to tell than a page holds\n"));
    }
    svc_metrics_fini(&metrics);
}

static void answer_ready(const struct svc_probe *probe, struct httpio_exchange *exchange)
{
    const char *word = "ok";
    char line[256];
    bool ready = probe->settings.is_ready(probe->settings.arg, &word);
    (void)snprintf(line, sizeof(line), "%s\n", word);
    answer(exchange, ready ? 200 : 503, "text/plain", str_of(line));
}

static void on_request(void *arg, struct httpio_exchange *exchange)
{
    const struct svc_probe *probe = arg;
    const struct http_request *request = httpio_exchange_request(exchange);
    if (!is_named_so(probe, request->host)) {
        answer(exchange, 421, "text/plain", STR("ask for localhost\n"));
    } else if (!str_eq(request->method, STR("GET")) && !str_eq(request->method, STR("HEAD"))) {
        answer(exchange, 405, "text/plain", STR("GET alone\n"));
    } else if (str_eq(request->path, STR("/metrics"))) {
        answer_metrics(probe, exchange);
    } else if (str_eq(request->path, STR("/livez"))) {
        answer(exchange, 200, "text/plain", STR("ok\n")); // the loop turns: it answers
    } else if (str_eq(request->path, STR("/readyz"))) {
        answer_ready(probe, exchange);
    } else {
        answer(exchange, 404, "text/plain", STR("/metrics, /livez, /readyz\n"));
    }
}

bool svc_probe_new(struct net_loop *loop, const struct svc_probe_settings *settings,
                   struct svc_probe **probe, struct err *err)
{
    struct svc_probe *made = mem_new(sizeof(*made));
    const struct httpio_server_settings http = { .host = settings->host,
                                                 .port = settings->port,
                                                 .connections_max = PROBE_CONNECTIONS,
                                                 .idle_ms = PROBE_IDLE_MS,
                                                 .on_request = on_request,
                                                 .arg = made };
    made->settings = *settings;
    made->is_loopback =
        strncmp(settings->host, "127.", 4) == 0 || strcmp(settings->host, "::1") == 0;
    if (!httpio_server_new(loop, &http, &made->server, err)) {
        free(made);
        return false;
    }
    *probe = made;
    return true;
}

uint16_t svc_probe_port(const struct svc_probe *probe)
{
    return httpio_server_port(probe->server);
}

void svc_probe_free(struct svc_probe **probe)
{
    if (*probe != NULL) {
        httpio_server_free(&(*probe)->server);
        free(*probe);
        *probe = NULL;
    }
}
