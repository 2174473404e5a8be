// chargeload - charges through gRPC, as the routing engine asks them: a Reserve with a new key and
// its Settle, by N askers on one kept connection, each asking again when answered.
//
//     chargeload DIR PORT ASKERS CHARGES USER
//
// DIR is the site's folder (its dre certificate is used), PORT where CAS listens on loopback.
// Prints one JSON object. bench/run puts plain SQLite's one-commit charge beside it, in the same
// run.
#include "base/clk.h"
#include "base/rnd.h"
#include "net/net.h"
#include "proto/cas.pb-c.h"
#include "wire/client.h"

#include <stdio.h>
#include <stdlib.h>

enum { ASKERS_MAX = 1024 };

struct load;

struct asker {
    struct load *load;
    uint8_t key[16];
    bool settles; // what was asked last
};

struct load {
    struct net_loop *loop;
    struct wire_client *client;
    const char *user;
    struct asker askers[ASKERS_MAX];
    size_t started;
    size_t charged;
    size_t refused;
    size_t total;
    int64_t began_ns; // after the first charge: the handshake is not measured
};

static void ask(struct asker *asker);
static void settle(struct asker *asker);

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct asker *asker = arg;
    struct load *load = asker->load;
    if (answer->reply == NULL && load->refused++ == 0) {
        (void)fprintf(stderr, "chargeload: %s\n", answer->err.text);
    }
    if (!asker->settles) {
        settle(asker);
        return;
    }
    if (load->began_ns == 0) {
        load->began_ns = clk_mono_ns();
    } else {
        load->charged++;
    }
    if (load->charged == load->total) {
        net_loop_stop(load->loop);
    } else if (load->started < load->total) {
        load->started++;
        ask(asker);
    }
}

static void ask(struct asker *asker)
{
    struct load *load = asker->load;
    Quoin__V1__PageClass one = QUOIN__V1__PAGE_CLASS__INIT;
    one.size = 1;
    one.pages = 1;
    one.sheets = 1;
    Quoin__V1__PageClass *classes[] = { &one };
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    char user[129];
    char queue[] = "bench";
    char job[] = "1";
    (void)snprintf(user, sizeof(user), "%s", load->user);
    asker->settles = false;
    rnd_uuid(asker->key, clk_wall_ms());
    request.key = (ProtobufCBinaryData){ sizeof(asker->key), asker->key };
    request.job = job;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    work.user = user;
    work.queue = queue;
    work.n_classes = 1;
    work.classes = classes;
    request.work = &work;
    (void)wire_ask(load->client, "/quoin.v1.Charging/Reserve", &request.base, 30000, on_answer,
                   asker);
}

static void settle(struct asker *asker)
{
    uint8_t key[16];
    char evidence[] = "printer says job-impressions-completed 1";
    Quoin__V1__PageClass one = QUOIN__V1__PAGE_CLASS__INIT;
    one.size = 1;
    one.pages = 1;
    one.sheets = 1;
    Quoin__V1__PageClass *classes[] = { &one };
    Quoin__V1__SettleRequest request = QUOIN__V1__SETTLE_REQUEST__INIT;
    memcpy(key, asker->key, sizeof(key));
    key[0] ^= 1;
    asker->settles = true;
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.reservation = (ProtobufCBinaryData){ sizeof(asker->key), asker->key };
    request.evidence = evidence;
    request.classes = classes;
    request.n_classes = 1;
    (void)wire_ask(asker->load->client, "/quoin.v1.Charging/Settle", &request.base, 30000,
                   on_answer, asker);
}

static struct net_tls *tls_of(const char *folder)
{
    char paths[3][4096];
    const char *names[] = { "dre.crt", "dre.key", "ca.crt" };
    for (int i = 0; i < 3; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "%s/pki/%s", folder, names[i]);
    }
    static const char *const alpn[] = { "h2", NULL };
    const struct net_tls_settings settings = {
        .certificate = paths[0],
        .key = paths[1],
        .authority = paths[2],
        .peer = NET_TLS_PEER_REQUIRED,
        .alpn = alpn,
    };
    struct net_tls *tls = NULL;
    struct err err;
    if (!net_tls_new(&settings, false, &tls, &err)) {
        (void)fprintf(stderr, "chargeload: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return tls;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fprintf(stderr, "chargeload DIR PORT ASKERS CHARGES USER\n");
        return 2;
    }
    size_t askers = strtoul(argv[3], NULL, 10);
    askers = askers < ASKERS_MAX ? askers : ASKERS_MAX;
    static struct load load;
    load.loop = net_loop_new();
    load.user = argv[5];
    load.total = strtoul(argv[4], NULL, 10);
    struct net_tls *tls = tls_of(argv[1]);
    struct wire_client_settings settings = { .tls = tls, .role = "cas" };
    (void)snprintf(settings.to.host, sizeof(settings.to.host), "127.0.0.1");
    settings.to.port = (uint16_t)strtoul(argv[2], NULL, 10);
    load.client = wire_client_new(load.loop, &settings);
    load.started = askers - 1;
    for (size_t i = 0; i < askers; i++) {
        load.askers[i].load = &load;
        ask(&load.askers[i]);
    }
    net_loop_run(load.loop);
    double seconds = (double)(clk_mono_ns() - load.began_ns) / 1e9;
    printf("{\"askers\":%zu,\"charges\":%zu,\"refused\":%zu,\"per_second\":%.1f}\n", askers,
           load.total, load.refused, (double)load.total / seconds);
    wire_client_free(&load.client);
    net_tls_free(&tls);
    net_loop_free(&load.loop);
    return load.refused == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
