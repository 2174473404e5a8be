// ask: questions to the engines on behalf of a visit. See web_int.h.
//
// no unit test: needs the engines; tests/it/test_web.py runs it.

#include "web/web_int.h"

#include "base/clk.h"
#include "base/rnd.h"
#include "crypto/cert.h"
#include "proto/dce.pb-c.h"
#include "proto/engine.pb-c.h"
#include "svc/beacon.h"
#include "wire/calls.h"
#include <stdio.h>

struct asking {
    struct web_visit *visit;
    void (*then)(struct web_visit *visit, const struct wire_answer *answer);
    struct wire_client *client; // borrowed
    struct wire_ask ask;
};

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct asking asking = *(struct asking *)arg;
    if (!answer->more && asking.visit->stream == arg) {
        asking.visit->stream = NULL;
    }
    if (answer->more) {
        if (!asking.visit->gone) {
            asking.then(asking.visit, answer);
        }
    } else if (!web_let_go(asking.visit)) {
        return;
    } else if (answer->is_absent) { // an engine of a release before this one
        web_problem(asking.visit, 501, "not-implemented",
                    "The engine that this is asked of cannot do it yet: bring it to this release.",
                    NULL);
    } else {
        asking.then(asking.visit, answer);
    }
}

// NULL: refused, there is nobody to ask.
static struct asking *asking_begin(struct web_visit *visit, const struct wire_client *client,
                                   void (*then)(struct web_visit *visit,
                                                const struct wire_answer *answer))
{
    struct asking *asking = arena_new(&visit->arena, sizeof(*asking));
    if (client == NULL || asking == NULL) {
        web_problem(visit, 503, "unavailable", "That engine is not known here.", NULL);
        return NULL;
    }
    *asking = (struct asking){ .visit = visit, .then = then };
    web_hold(visit);
    return asking;
}

void web_ask(struct web_visit *visit, struct wire_client *client, const char *path,
             const ProtobufCMessage *request,
             void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    web_ask_within(visit, client, path, request, 0, then);
}

void web_ask_within(struct web_visit *visit, struct wire_client *client, const char *path,
                    const ProtobufCMessage *request, uint32_t wait_ms,
                    void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    struct asking *asking = asking_begin(visit, client, then);
    if (asking != NULL) {
        const struct wire_kind *kind = wire_kind_find(str_of(path));
        bool only_reads = kind != NULL && (kind->flags & (CALL_PARTS | CALL_KEYED)) == CALL_PARTS;
        asking->client = client;
        const struct wire_said said = { .wait_ms = wait_ms, .person = visit->who.user };
        asking->ask = wire_ask_saying(client, path, request, &said, on_answer, asking);
        visit->stream = only_reads ? asking : visit->stream;
    }
}

void web_ask_end(struct web_visit *visit)
{
    const struct asking *asking = visit->stream;
    if (asking != NULL) {
        visit->stream = NULL;
        visit->waits--;
        wire_ask_cancel(asking->client, asking->ask);
    }
}

void web_ask_seen(struct web_visit *visit, struct wire_client *client, const char *path,
                  const ProtobufCMessage *request, const Quoin__V1__Seen *seen,
                  void (*then)(struct web_visit *visit, const struct wire_answer *answer))
{
    struct asking *asking = seen == NULL ? NULL : asking_begin(visit, client, then);
    if (seen == NULL) {
        web_ask(visit, client, path, request, then);
    } else if (asking != NULL) {
        const struct wire_said said = { .seen = seen, .person = visit->who.user };
        (void)wire_ask_saying(client, path, request, &said, on_answer, asking);
    }
}

struct wire_client *web_cas(struct web *web)
{
    return svc_cas(web->svc);
}

struct wire_client *web_dre(struct web *web, struct str host)
{
    for (size_t i = 0; i < web->dre_count; i++) {
        if (host.len == 0 || str_eq(host, STR("-")) || str_eq(host, str_of(web->dres[i].host))) {
            return web->dres[i].client;
        }
    }
    return NULL;
}

const char *web_dre_host(struct web *web, const struct wire_client *client)
{
    for (size_t i = 0; i < web->dre_count; i++) {
        if (web->dres[i].client == client) {
            return web->dres[i].host;
        }
    }
    return "";
}

void web_tell_key(struct web_visit *visit, ProtobufCBinaryData *key)
{
    key->data = visit->key;
    key->len = sizeof(visit->key);
}

void web_new_key(uint8_t key[static 16])
{
    rnd_uuid(key, clk_wall_ms());
}

// --- which document routing engines there are ---------------------------------------------------

static void on_status(void *arg, const struct wire_answer *answer)
{
    struct web_dre *dre = arg;
    const Quoin__V1__StatusReply *reply = (const Quoin__V1__StatusReply *)answer->reply;
    dre->asking = false;
    if (reply != NULL) {
        (void)snprintf(dre->host, sizeof(dre->host), "%s", reply->host);
    }
}

static void dre_add(struct web *web, const struct net_address *at)
{
    for (size_t i = 0; i < web->dre_count; i++) {
        if (web->dres[i].at.port == at->port && strcmp(web->dres[i].at.host, at->host) == 0) {
            return;
        }
    }
    if (web->dre_count == WEB_DRES_ALL) {
        return;
    }
    struct web_dre *dre = &web->dres[web->dre_count++];
    const struct wire_client_settings settings = {
        .to = *at, .tls = svc_client_tls(web->svc), .role = "dre", .site = svc_site(web->svc)
    };
    *dre = (struct web_dre){ .at = *at, .client = wire_client_new(web->loop, &settings) };
}

void web_dres_look(struct web *web)
{
    struct svc_beacon_peer peers[SVC_BEACON_PEERS_MAX];
    size_t count = svc_peers(web->svc, peers, SVC_BEACON_PEERS_MAX);
    const struct svc_settings *settings = svc_settings(web->svc);
    struct net_address own = settings->cas;
    own.port = (uint16_t)(own.port - engine_port(ENGINE_CAS) + engine_port(ENGINE_DRE));
    if (web->dre_count == 0) {
        dre_add(web, &own);
        for (size_t i = 0; i < settings->dre_count; i++) {
            dre_add(web, &settings->dres[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct net_address at = peers[i].at;
        at.port = peers[i].serves;
        // The one beside CAS is there under the address that we were told.
        bool is_own = at.port == own.port && strcmp(peers[i].who.host, web->dres[0].host) == 0;
        if (strcmp(peers[i].who.role, "dre") == 0 && !is_own) {
            dre_add(web, &at);
        }
    }
    for (size_t i = 0; i < web->dre_count; i++) {
        Quoin__V1__StatusRequest request = QUOIN__V1__STATUS_REQUEST__INIT;
        if (web->dres[i].host[0] == '\0' && !web->dres[i].asking) {
            web->dres[i].asking = true;
            (void)wire_ask(web->dres[i].client, "/quoin.v1.Engine/Status", &request.base, 0,
                           on_status, &web->dres[i]);
        }
    }
}

// --- a session at the device control engine -----------------------------------------------------

struct dce_asking {
    void (*then)(struct web_visit *visit, const char *session);
    uint8_t key[16];
};

static void on_dce_session(struct web_visit *visit, const struct wire_answer *answer)
{
    struct dce_asking *asking = visit->dce;
    const Quoin__V1__Session *reply = (const Quoin__V1__Session *)answer->reply;
    if (reply == NULL) {
        web_fail(visit, &answer->err, answer->reasons);
        return;
    }
    struct web_session *session =
        visit->who.has_session ? web_session_again(visit->web->sessions, visit->who.session) : NULL;
    if (session != NULL) {
        (void)snprintf(session->dce, sizeof(session->dce), "%s", reply->id);
    }
    asking->then(visit, web_text(visit, str_of(reply->id)));
}

void web_dce_session(struct web_visit *visit, bool anew,
                     void (*then)(struct web_visit *visit, const char *session))
{
    struct web_session *session =
        visit->who.has_session ? web_session_again(visit->web->sessions, visit->who.session) : NULL;
    if (!anew && session != NULL && session->dce[0] != '\0') {
        then(visit, web_text(visit, str_of(session->dce)));
        return;
    }
    Quoin__V1__SignInRequest request = QUOIN__V1__SIGN_IN_REQUEST__INIT;
    struct dce_asking *asking = arena_new(&visit->arena, sizeof(*asking));
    if (asking == NULL) {
        return;
    }
    asking->then = then;
    web_new_key(asking->key);
    visit->dce = asking;
    request.key.data = asking->key;
    request.key.len = sizeof(asking->key);
    request.person = (char *)(uintptr_t)visit->who.user;
    request.address = (char *)(uintptr_t)web_text(visit, visit->address);
    web_ask(visit, visit->web->dce, "/quoin.v1.Sessions/SignIn", &request.base, on_dce_session);
}
