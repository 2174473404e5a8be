// An engine starts, answers who it is, and ends with everything handed back.
#include "svc/svc.h"

#include "base/fs.h"
#include "lib/site.h"
#include "proto/engine.pb-c.h"

struct ask {
    struct net_loop *loop;
    struct wire_client *client;
    struct site *site;
    int answers;
    struct err err;
    bool good;
};

static void engine_count(void *state, struct svc_counts *counts)
{
    (void)state;
    svc_count(counts, "answer", 42);
    for (int i = 0; i < 100; i++) {
        svc_count(counts, "more", i); // more than it takes
    }
}

static bool engine_start(struct svc *svc, void *state, struct err *err)
{
    const bool *fails = state;
    struct net_tls *door = NULL;
    bool ok = svc_loop(svc) != NULL && svc_server(svc) != NULL && svc_cas(svc) == NULL &&
              strcmp(svc_settings(svc)->listen, "127.0.0.1") == 0 && strlen(svc_site(svc)) == 16 &&
              svc_host(svc)[0] != '\0' && svc_door_tls(svc, &door, err);
    net_tls_free(&door);
    if (*fails) {
        return err_set(err, ERR_INTERNAL, "the test wants it so");
    }
    return ok;
}

static void engine_stop(struct svc *svc, void *state)
{
    (void)state;
    svc_stopped(svc);
}

static void engine_fini(void *state)
{
    bool *fails = state;
    *fails = false;
}

static bool fails;
static const struct svc_engine engine = { .engine = ENGINE_CAS,
                                          .start = engine_start,
                                          .stop = engine_stop,
                                          .fini = engine_fini,
                                          .count = engine_count,
                                          .state = &fails };

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct ask *ask = arg;
    ask->answers++;
    if (answer->reply == NULL) {
        ask->err = answer->err;
    } else {
        const Quoin__V1__StatusReply *reply = (const Quoin__V1__StatusReply *)answer->reply;
        CHECK_STR(str_of(reply->name), "cas");
        CHECK_STR(str_of(reply->state), "up");
        CHECK(reply->pid == ask->site->pid);
        CHECK(reply->port == site_address(ask->site, ENGINE_CAS).port);
        CHECK(reply->started_at > 0 && reply->host[0] != '\0');
        bool found = false;
        for (size_t i = 0; i < reply->n_counters; i++) {
            found = found || (strcmp(reply->counters[i]->name, "answer") == 0 &&
                              reply->counters[i]->value == 42);
        }
        CHECK(found);
        ask->good = true;
    }
    net_loop_stop(ask->loop);
}

static bool ask_status(struct site *site)
{
    struct ask ask = { .loop = net_loop_new(), .site = site };
    struct net_tls *tls = site_client_tls(site->data, "admin");
    struct wire_client_settings settings = { .to = site_address(site, ENGINE_CAS),
                                             .tls = tls,
                                             .role = "cas" };
    Quoin__V1__StatusRequest request = QUOIN__V1__STATUS_REQUEST__INIT;
    ask.client = wire_client_new(ask.loop, &settings);
    (void)wire_ask(ask.client, "/quoin.v1.Engine/Status", &request.base, 0, on_answer, &ask);
    net_loop_run(ask.loop);
    wire_client_free(&ask.client);
    net_tls_free(&tls);
    net_loop_free(&ask.loop);
    return ask.good;
}

static void test_its_life(void)
{
    struct site site;
    char path[128];
    struct err err;
    OWN(buf_free) struct buf lock = BUF_CAP(32);
    site_new(&site);
    site_start(&site, &engine);
    site_wait_up(&site);
    CHECK(ask_status(&site));
    struct site second = site;
    site_start(&second, &engine); // the folder is taken
    CHECK(site_wait(&second) == 1);
    CHECK(ask_status(&site)); // and it does not mind
    CHECK(site_stop(&site) == 0);
    (void)snprintf(path, sizeof(path), "%s/run/cas.pid", site.data);
    CHECK(fs_read(path, &lock, &err) && lock.len == 0);
    site_start(&site, &engine); // at once on the same ports
    site_wait_up(&site);
    CHECK(ask_status(&site));
    CHECK(site_stop(&site) == 0);
    site_free(&site);
}

static void test_what_keeps_it_from_starting(void)
{
    struct site site;
    char path[128];
    char other[128];
    site_new(&site);
    fails = true;
    site_start(&site, &engine);
    CHECK(site_wait(&site) == 1);
    fails = false;
    (void)snprintf(path, sizeof(path), "%s/pki/cas.crt", site.data);
    (void)snprintf(other, sizeof(other), "%s/pki/dre.crt", site.data);
    CHECK(unlink(path) == 0);
    site_start(&site, &engine);
    CHECK(site_wait(&site) == 1); // no certificate
    CHECK(link(other, path) == 0);
    site_start(&site, &engine);
    CHECK(site_wait(&site) == 1); // another's certificate
    site_free(&site);
    char *wrong[] = { (char[]){ "quoin-cas" }, (char[]){ "--date" }, NULL };
    CHECK(svc_main(&engine, 2, wrong) == 2);
}

int main(void)
{
    test_its_life();
    test_what_keeps_it_from_starting();
    return tap_done();
}
