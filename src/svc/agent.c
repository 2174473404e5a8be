// agent: see agent.h.
//
// no unit test: needs a running CAS; tests/it/test_cups.py lets time pass.

#include "svc/agent.h"

#include "base/fs.h"
#include "base/num.h"
#include "net/net.h"
#include "svc/pki.h"
#include "svc/renew.h"
#include "wire/client.h"
#include <stdio.h>
#include <unistd.h>

enum { NOTES_MAX = 4096, NEVER_MS = 24 * 3600 * 1000 };

struct renewing {
    struct net_loop *loop;
    bool renewed;
    struct err err;
};

static void on_renewed(void *arg)
{
    struct renewing *renewing = arg;
    renewing->renewed = true;
    net_loop_stop(renewing->loop);
}

static void on_failed(void *arg, const struct err *err)
{
    struct renewing *renewing = arg;
    renewing->err = *err;
    net_loop_stop(renewing->loop);
}

static void on_limit(void *arg)
{
    struct renewing *renewing = arg;
    err_fill(&renewing->err, ERR_TIMEOUT, "the site's accounting server did not answer");
    net_loop_stop(renewing->loop);
}

// "cas HOST:PORT" of DIR/joined, as quoin engine join wrote it.
bool svc_agent_cas(const char *data, struct net_address *cas, struct err *err)
{
    char path[SVC_PATH_MAX];
    OWN(buf_free) struct buf notes = BUF_CAP(NOTES_MAX);
    int len = snprintf(path, sizeof(path), "%s/joined", data);
    if (len < 0 || (size_t)len >= sizeof(path)) {
        return err_set(err, ERR_INVALID, "the path of the data folder is too long");
    }
    if (!fs_read(path, &notes, err)) {
        return err_in(err, "where the site's accounting server is");
    }
    const char *line = memmem(notes.ptr, notes.len, "\ncas ", 5);
    const char *end = line == NULL ? NULL : strchrnul(line + 5, '\n');
    const char *colon = line == NULL ? NULL : memrchr(line + 5, ':', (size_t)(end - line) - 5);
    uint64_t port = 0;
    if (colon == NULL ||
        !num_u64((struct str){ colon + 1, (size_t)(end - colon) - 1 }, UINT16_MAX, &port)) {
        return err_set(err, ERR_INVALID, "%.100s does not say where the accounting server is",
                       path);
    }
    struct str host = { line + 5, (size_t)(colon - line) - 5 };
    if (host.len > 2 && host.ptr[0] == '[') {
        host = (struct str){ host.ptr + 1, host.len - 2 };
    }
    (void)snprintf(cas->host, sizeof(cas->host), "%.*s", (int)host.len, host.ptr);
    cas->port = (uint16_t)port;
    return true;
}

bool svc_agent_tls(const char *data, struct net_tls **tls, struct err *err)
{
    static const char *const alpn[] = { "h2", NULL };
    char paths[3][SVC_PATH_MAX];
    static const char *const names[3] = { "agent.crt", "agent.key", "ca.crt" };
    for (int i = 0; i < 3; i++) {
        int len = snprintf(paths[i], SVC_PATH_MAX, "%s/pki/%s", data, names[i]);
        if (len < 0 || len >= SVC_PATH_MAX) {
            return err_set(err, ERR_INVALID, "the path of the data folder is too long");
        }
    }
    const struct net_tls_settings settings = { .certificate = paths[0],
                                               .key = paths[1],
                                               .authority = paths[2],
                                               .peer = NET_TLS_PEER_REQUIRED,
                                               .alpn = alpn };
    return net_tls_new(&settings, false, tls, err);
}

static bool ask(const char *data, int64_t ends_at, const struct crypto_identity *who,
                uint64_t wait_ms, struct err *err)
{
    OWN(net_tls_free) struct net_tls *tls = NULL;
    struct wire_client_settings to = { .role = "cas", .site = who->site };
    struct renewing renewing = { 0 };
    if (!svc_agent_cas(data, &to.to, err) || !svc_agent_tls(data, &tls, err)) {
        return false;
    }
    to.tls = tls;
    renewing.loop = net_loop_new();
    struct wire_client *cas = wire_client_new(renewing.loop, &to);
    const struct svc_renew_settings settings = { .data = data,
                                                 .role = "agent",
                                                 .cas = cas,
                                                 .every_ms = NEVER_MS,
                                                 .ends_at = ends_at,
                                                 .on_renewed = on_renewed,
                                                 .on_failed = on_failed,
                                                 .arg = &renewing };
    struct svc_renew *renew = svc_renew_new(renewing.loop, &settings);
    struct net_timer *limit = net_timer_new(renewing.loop, on_limit, &renewing);
    net_timer_start(limit, wait_ms);
    svc_renew_now(renew);
    net_loop_run(renewing.loop);
    net_timer_free(&limit);
    svc_renew_free(&renew);
    wire_client_free(&cas);
    net_loop_free(&renewing.loop);
    if (!renewing.renewed) {
        *err = renewing.err;
    }
    return renewing.renewed;
}

bool svc_agent_renew(const char *data, uint64_t wait_ms, bool *renewed, int64_t *ends_at,
                     struct err *err)
{
    struct crypto_identity who;
    char path[SVC_PATH_MAX];
    *renewed = false;
    int len = snprintf(path, sizeof(path), "%s/pki/ca.key", data);
    bool is_home = len > 0 && (size_t)len < sizeof(path) && access(path, F_OK) == 0;
    if (!svc_pki_read(data, "agent", &who, ends_at, err)) {
        return false;
    }
    if (is_home || !svc_pki_is_due(*ends_at)) { // at home CAS does it, and its files are its user's
        return true;
    }
    if (!ask(data, *ends_at, &who, wait_ms, err)) {
        return false;
    }
    *renewed = true;
    return svc_pki_read(data, "agent", &who, ends_at, err);
}
