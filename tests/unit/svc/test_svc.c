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
    int64_t ends_at; // of the engine's certificate
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
        bool has_port = false;
        for (size_t i = 0; i < reply->n_sockets; i++) {
            has_port = has_port || (reply->sockets[i]->port == reply->port &&
                                    strcmp(reply->sockets[i]->transport, "tcp") == 0);
            CHECK(reply->sockets[i]->cookie != 0);
        }
        CHECK(has_port);
        CHECK_STR(str_of(reply->counters[0]->name), "certificate-ends-at");
        ask->ends_at = reply->counters[0]->value;
        for (size_t i = 0; i < reply->n_counters; i++) {
            found = found || (strcmp(reply->counters[i]->name, "answer") == 0 &&
                              reply->counters[i]->value == 42);
        }
        CHECK(found);
        ask->good = true;
    }
    net_loop_stop(ask->loop);
}

static bool ask_status(struct site *site, int64_t *ends_at)
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
    if (ends_at != NULL) {
        *ends_at = ask.ends_at;
    }
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
    CHECK(ask_status(&site, NULL));
    struct site second = site;
    site_start(&second, &engine); // the folder is taken
    CHECK(site_wait(&second) == 1);
    CHECK(ask_status(&site, NULL)); // and it does not mind
    CHECK(site_stop(&site) == 0);
    (void)snprintf(path, sizeof(path), "%s/run/cas.pid", site.data);
    CHECK(fs_read(path, &lock, &err) && lock.len == 0);
    site_start(&site, &engine); // at once on the same ports
    site_wait_up(&site);
    CHECK(ask_status(&site, NULL));
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

// A certificate of a day's life in the place of cas's.
static void make_it_short(const struct site *site)
{
    char path[128];
    struct err err;
    OWN(buf_free) struct buf ca = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf ca_key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(crypto_authority_free) struct crypto_authority *authority = NULL;
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    struct crypto_leaf leaf = { .role = STR("cas"), .host = STR("box"), .good_s = 24 * 3600 };
    (void)snprintf(path, sizeof(path), "%s/pki/ca.crt", site->data);
    CHECK(fs_read(path, &ca, &err));
    (void)snprintf(path, sizeof(path), "%s/pki/ca.key", site->data);
    CHECK(fs_read(path, &ca_key, &err));
    CHECK(crypto_authority_read(buf_str(&ca), buf_str(&ca_key), &authority, &err));
    CHECK(crypto_pair_new(&pair, &err) && crypto_pair_write(pair, &key, &err));
    CHECK(crypto_authority_issue(authority, pair, &leaf, &pem, &err));
    struct str key_text = buf_str(&key);
    CHECK(svc_pki_store(site->data, "cas", buf_str(&pem), &key_text, &err));
}

static void test_it_serves_on_with_a_renewed_certificate(void)
{
    struct site site;
    int64_t ends_at = 0;
    site_new(&site);
    make_it_short(&site);
    site_start(&site, &engine);
    site_wait_up(&site);
    bool answered = true;
    for (int i = 0; i < 500 && answered && (ends_at == 0 || svc_pki_is_due(ends_at)); i++) {
        answered = ask_status(&site, &ends_at);
    }
    CHECK(answered && !svc_pki_is_due(ends_at)); // taken up while it served
    CHECK(ask_status(&site, NULL));              // and shown
    CHECK(site_stop(&site) == 0);
    site_free(&site);
}

int main(void)
{
    test_its_life();
    test_it_serves_on_with_a_renewed_certificate();
    test_what_keeps_it_from_starting();
    return tap_done();
}
