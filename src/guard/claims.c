// claims: see claims.h.
//
// no unit test: needs running engines; tests/it/test_port_watch.py has them, and impostors.
#include "guard/claims.h"

#include "base/clk.h"
#include "base/mem.h"
#include "wire/client.h"
#include <stdio.h>
#include <stdlib.h>

enum { ASK_MS = 500, REST_MS = 300, MOMENT_MS = 3000 };

struct claimant {
    struct guard_claims *claims; // borrowed
    enum engine engine;
    struct wire_client *client; // owned; NULL: not asked yet
    bool here;
    bool asking;
    int64_t asked_ms; // monotonic, when the last question began
};

struct guard_claims {
    struct net_loop *loop; // borrowed
    struct guard_claims_settings settings;
    struct claimant claimants[ENGINE_COUNT];
    struct guard_claim list[ENGINE_COUNT];
};

struct guard_claims *guard_claims_new(struct net_loop *loop,
                                      const struct guard_claims_settings *settings)
{
    struct guard_claims *claims = mem_new(sizeof(*claims));
    claims->loop = loop;
    claims->settings = *settings;
    for (int i = 0; i < ENGINE_COUNT; i++) {
        claims->claimants[i] = (struct claimant){ .claims = claims, .engine = (enum engine)i };
    }
    return claims;
}

void guard_claims_free(struct guard_claims **claims)
{
    for (int i = 0; *claims != NULL && i < ENGINE_COUNT; i++) {
        wire_client_free(&(*claims)->claimants[i].client); // what was asked is answered
    }
    free(*claims);
    *claims = NULL;
}

bool guard_claims_is_asking(const struct guard_claims *claims, enum engine engine)
{
    const struct claimant *claimant = &claims->claimants[engine];
    return claimant->asking ||
           (claimant->asked_ms != 0 && clk_mono_ms() - claimant->asked_ms < MOMENT_MS);
}

void guard_claims_set_tls(struct guard_claims *claims, struct net_tls *tls)
{
    claims->settings.tls = tls;
    for (int i = 0; i < ENGINE_COUNT; i++) {
        if (claims->claimants[i].client != NULL) {
            wire_client_set_tls(claims->claimants[i].client, tls);
        }
    }
}

struct guard_claim *guard_claims_list(struct guard_claims *claims)
{
    return claims->list;
}

void guard_claims_here(struct guard_claims *claims, enum engine engine, bool here)
{
    struct claimant *claimant = &claims->claimants[engine];
    if (claimant->here && !here && (int)engine != claims->settings.self) {
        wire_client_free(&claimant->client); // it does not call where nobody is
        bool seen = claims->list[engine].seen;
        claims->list[engine] = (struct guard_claim){ .seen = seen };
    }
    claimant->here = here;
}

static void take(struct guard_claim *claim, const Quoin__V1__StatusReply *reply)
{
    claim->answered = true;
    claim->seen = true;
    claim->pid = (int)reply->pid;
    claim->socket_count = 0;
    for (size_t i = 0; i < reply->n_sockets && i < GUARD_SOCKETS_MAX; i++) {
        claim->sockets[claim->socket_count].port = (uint16_t)reply->sockets[i]->port;
        claim->sockets[claim->socket_count++].cookie = reply->sockets[i]->cookie;
    }
}

static void on_status(void *arg, const struct wire_answer *answer)
{
    struct claimant *claimant = arg;
    struct guard_claims *claims = claimant->claims;
    struct guard_claim *claim = &claims->list[claimant->engine];
    const Quoin__V1__StatusReply *reply = (const void *)answer->reply;
    bool is_it = reply != NULL && strcmp(reply->name, engine_name(claimant->engine)) == 0;
    bool seen = claim->seen;
    const struct guard_claim before = *claim;
    claimant->asking = false;
    *claim = (struct guard_claim){ .asked = true, .seen = seen };
    if (is_it) {
        take(claim, reply);
    } else {
        claim->late = reply == NULL && answer->err.code == ERR_TIMEOUT;
        (void)snprintf(claim->why, sizeof(claim->why), "%.150s",
                       reply != NULL ? "it answers as another engine" : answer->err.text);
    }
    claims->settings.answered(claims->settings.arg, claimant->engine, is_it ? reply : NULL,
                              memcmp(claim, &before, sizeof(before)) != 0);
}

static void ask(struct claimant *claimant)
{
    struct guard_claims *claims = claimant->claims;
    Quoin__V1__StatusRequest request = QUOIN__V1__STATUS_REQUEST__INIT;
    // One that was turned away waits before it tries again; here somebody is known to listen.
    if (claimant->client != NULL && !wire_client_is_connected(claimant->client)) {
        wire_client_free(&claimant->client);
    }
    if (claimant->client == NULL) {
        struct wire_client_settings to = { .tls = claims->settings.tls,
                                           .role = engine_name(claimant->engine),
                                           .site = claims->settings.site };
        (void)snprintf(to.to.host, sizeof(to.to.host), "%s", claims->settings.listen);
        to.to.port = (uint16_t)(engine_port(claimant->engine) + claims->settings.port_offset);
        claimant->client = wire_client_new(claims->loop, &to);
    }
    claimant->asking = true;
    claimant->asked_ms = clk_mono_ms();
    (void)wire_ask(claimant->client, "/quoin.v1.Engine/Status", &request.base, ASK_MS, on_status,
                   claimant);
}

bool guard_claims_since(struct guard_claims *claims, int64_t since_ms)
{
    int64_t now = clk_mono_ms();
    bool all = true;
    for (int i = 0; i < ENGINE_COUNT; i++) {
        struct claimant *claimant = &claims->claimants[i];
        if (!claimant->here || i == claims->settings.self) {
            continue;
        }
        bool is_old = !claims->list[i].asked || claimant->asked_ms < since_ms;
        if (is_old && !claimant->asking && now - claimant->asked_ms >= REST_MS) {
            ask(claimant);
        }
        all = all && !claimant->asking && !is_old;
    }
    return all;
}
