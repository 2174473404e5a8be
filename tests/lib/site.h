// site: a site of its own in a temp folder, and an engine of it in a process of its own, for tests
// of what talks to engines.
#pragma once

#include "base/clk.h"
#include "base/err.h"
#include "lib/tap.h"
#include "net/net.h"
#include "svc/pki.h"
#include "svc/svc.h"
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct site {
    char data[64];
    uint16_t port_offset;
    pid_t pid; // of the engine; 0: none
};

static inline void site_drop_stream(void *arg, struct net_stream *stream)
{
    (void)arg;
    net_stream_abort(stream, NULL);
}

// An offset at which the engine's port is free now.
static inline uint16_t site_free_offset(enum engine engine)
{
    for (;;) {
        struct err err;
        struct net_loop *loop = net_loop_new();
        struct net_listener *listener = NULL;
        struct net_listen_settings settings = { .host = "127.0.0.1", .most = 1 };
        CHECK(net_listen(loop, &settings, site_drop_stream, NULL, &listener, &err));
        int offset = net_listener_port(listener) - engine_port(engine);
        net_listener_close(&listener);
        net_loop_free(&loop);
        if (offset > 0 && offset <= UINT16_MAX - ENGINE_IPP_PORT) {
            return (uint16_t)offset;
        }
    }
}

static inline void site_new(struct site *site)
{
    struct err err;
    (void)snprintf(site->data, sizeof(site->data), "/tmp/quoin-site-XXXXXX");
    CHECK(mkdtemp(site->data) != NULL);
    CHECK(svc_pki_make(site->data, &err));
    site->port_offset = site_free_offset(ENGINE_CAS);
    site->pid = 0;
}

static inline void site_start(struct site *site, const struct svc_engine *engine)
{
    char offset[8];
    char *args[] = {
        (char[]){ "engine" }, (char[]){ "--data" }, site->data, (char[]){ "--port-offset" }, offset,
        (char[]){ "--log" },  (char[]){ "error" },  NULL
    };
    (void)snprintf(offset, sizeof(offset), "%u", site->port_offset);
    (void)fflush(stdout); // or the child would say it again
    site->pid = fork();
    if (site->pid == 0) {
        _exit(svc_main(engine, 7, args));
    }
    CHECK(site->pid > 0);
}

static inline struct net_address site_address(const struct site *site, enum engine engine)
{
    struct net_address to = { .host = "127.0.0.1" };
    to.port = (uint16_t)(engine_port(engine) + site->port_offset);
    return to;
}

struct site_look {
    struct net_loop *loop;
    bool up;
};

static inline void site_look_open(void *arg, struct net_stream *stream)
{
    struct site_look *look = arg;
    look->up = true;
    net_stream_close(stream);
}

static inline void site_look_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg;
    (void)stream;
    (void)bytes;
}

static inline void site_look_close(void *arg, const struct err *err)
{
    struct site_look *look = arg;
    (void)err;
    net_loop_stop(look->loop);
}

// Until the engine listens.
static inline void site_wait_up(const struct site *site)
{
    static const struct net_stream_events events = { .on_open = site_look_open,
                                                     .on_read = site_look_read,
                                                     .on_close = site_look_close };
    struct net_address to = site_address(site, ENGINE_CAS);
    struct site_look look = { .loop = net_loop_new() };
    for (int64_t end = clk_mono_ms() + 20000; !look.up && clk_mono_ms() < end;) {
        (void)net_connect(look.loop, &to, NULL, NULL, 1000, &events, &look);
        net_loop_run(look.loop);
    }
    CHECK(look.up);
    net_loop_free(&look.loop);
}

static inline int site_wait(struct site *site) // the exit status
{
    int status = 0;
    CHECK(waitpid(site->pid, &status, 0) == site->pid);
    site->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static inline int site_stop(struct site *site)
{
    CHECK(kill(site->pid, SIGTERM) == 0);
    return site_wait(site);
}

static inline int site_remove_one(const char *path, const struct stat *status, int kind,
                                  struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void site_free(struct site *site)
{
    CHECK(nftw(site->data, site_remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

// A client's context with the certificate of a role in data's pki.
static inline struct net_tls *site_client_tls(const char *data, const char *role)
{
    static const char *const alpn[] = { "h2", NULL };
    char certificate[96];
    char key[96];
    char authority[96];
    struct err err;
    struct net_tls *tls = NULL;
    (void)snprintf(certificate, sizeof(certificate), "%s/pki/%s.crt", data, role);
    (void)snprintf(key, sizeof(key), "%s/pki/%s.key", data, role);
    (void)snprintf(authority, sizeof(authority), "%s/pki/ca.crt", data);
    struct net_tls_settings settings = { .certificate = certificate,
                                         .key = key,
                                         .authority = authority,
                                         .peer = NET_TLS_PEER_REQUIRED,
                                         .alpn = alpn };
    CHECK(net_tls_new(&settings, false, &tls, &err));
    return tls;
}
