// probe: /metrics, /livez and /readyz by plain HTTP, for whoever looks after the engine: on
// loopback unless it is said otherwise. Loop thread.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "net/net.h"
#include "svc/metrics.h"

struct svc_probe;

struct svc_probe_settings {
    const char *host; // numeric
    uint16_t port;    // 0: the kernel chooses
    void (*measure)(void *arg, struct svc_metrics *metrics);
    // A word for people. False: /readyz answers 503.
    bool (*is_ready)(void *arg, const char **word);
    void *arg; // borrowed
};

bool svc_probe_new(struct net_loop *loop, const struct svc_probe_settings *settings,
                   struct svc_probe **probe, struct err *err) CC_MUST_USE;
uint16_t svc_probe_port(const struct svc_probe *probe);
void svc_probe_free(struct svc_probe **probe);
