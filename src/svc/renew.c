// renew: see renew.h.
//
// A round is: look (worker); where it is due and CAS must be asked: ask (loop), store (worker). One
// round at a time.

#include "svc/renew.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "proto/cas.pb-c.h"
#include "svc/pki.h"
#include "wire/calls.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct svc_renew {
    struct svc_renew_settings settings;
    struct net_loop *loop;
    struct net_timer *timer; // owned
    struct net_pool *pool;   // owned; one thread, only while there is something to do
    struct wire_ask ask;
    bool busy;
    // The worker's while it works.
    bool failed;
    struct err err;
    int64_t ends_at;
    struct crypto_pair *pair; // owned; the new key, where CAS is asked
    struct buf request;
    struct buf answer; // the certificate that CAS gave, DER
};

static bool renew_is_joined(const struct svc_renew *renew)
{
    char path[SVC_PATH_MAX];
    int len = snprintf(path, sizeof(path), "%s/pki/ca.key", renew->settings.data);
    return len > 0 && len < (int)sizeof(path) && access(path, F_OK) != 0;
}

static bool renew_look(struct svc_renew *renew, struct err *err)
{
    struct crypto_identity who;
    bool joined = renew_is_joined(renew);
    if (renew->settings.cas == NULL && !joined && !svc_pki_make(renew->settings.data, err)) {
        return false;
    }
    if (!svc_pki_read(renew->settings.data, renew->settings.role, &who, &renew->ends_at, err)) {
        return false;
    }
    if (renew->settings.cas == NULL || !joined || !svc_pki_is_due(renew->ends_at)) {
        return true;
    }
    renew->request = BUF_CAP(CRYPTO_PEM_MAX);
    return crypto_pair_new(&renew->pair, err) &&
           crypto_request_new(renew->pair, &renew->request, err);
}

static bool renew_store(struct svc_renew *renew, struct err *err)
{
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    if (!crypto_cert_read_der(buf_str(&renew->answer), &cert, err) ||
        !crypto_cert_write_pem(cert, &pem, err) || !crypto_pair_write(renew->pair, &key, err)) {
        return false;
    }
    if (!crypto_cert_fits(cert, renew->pair)) {
        return err_set(err, ERR_INVALID, "CAS signed another key than ours");
    }
    struct crypto_identity who;
    struct str key_text = buf_str(&key);
    bool ok =
        svc_pki_store(renew->settings.data, renew->settings.role, buf_str(&pem), &key_text, err) &&
        svc_pki_read(renew->settings.data, renew->settings.role, &who, &renew->ends_at, err);
    mem_wipe(key.ptr, key.size);
    return ok;
}

static void renew_work(void *arg)
{
    struct svc_renew *renew = arg;
    net_assert_worker();
    renew->failed =
        renew->answer.len > 0 ? !renew_store(renew, &renew->err) : !renew_look(renew, &renew->err);
}

static void renew_end(struct svc_renew *renew)
{
    crypto_pair_free(&renew->pair);
    buf_free(&renew->request);
    buf_free(&renew->answer);
    renew->busy = false;
    net_pool_free(&renew->pool);
    if (renew->failed) {
        renew->settings.on_failed(renew->settings.arg, &renew->err);
    } else if (renew->ends_at != renew->settings.ends_at) {
        renew->settings.ends_at = renew->ends_at;
        renew->settings.on_renewed(renew->settings.arg);
    }
}

static void renew_done(void *arg);

static void renew_start_work(struct svc_renew *renew)
{
    if (!net_pool_run(renew->pool, renew_work, renew_done, renew)) {
        renew->failed = true; // cannot be: its queue is empty
        err_fill(&renew->err, ERR_LIMIT, "no worker for the certificate");
        renew_end(renew);
    }
}

static void renew_on_answer(void *arg, const struct wire_answer *answer)
{
    struct svc_renew *renew = arg;
    renew->ask = (struct wire_ask){ 0 };
    if (answer->reply == NULL) {
        renew->failed = true;
        renew->err = answer->err;
        renew_end(renew);
        return;
    }
    const Quoin__V1__Certificate *got = (const Quoin__V1__Certificate *)answer->reply;
    renew->answer = BUF_CAP(CRYPTO_PEM_MAX);
    buf_add(&renew->answer,
            (struct str){ (const char *)got->certificate.data, got->certificate.len });
    if (renew->answer.len == 0) {
        renew->failed = true;
        err_fill(&renew->err, ERR_INVALID, "CAS gave no certificate");
        renew_end(renew);
        return;
    }
    renew_start_work(renew);
}

static void renew_ask(struct svc_renew *renew)
{
    uint8_t key[WIRE_KEY_LEN];
    Quoin__V1__RenewRequest request = QUOIN__V1__RENEW_REQUEST__INIT;
    rnd_bytes(key, sizeof(key));
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    request.request =
        (ProtobufCBinaryData){ renew->request.len, (uint8_t *)(void *)renew->request.ptr };
    renew->ask = wire_ask(renew->settings.cas, "/quoin.v1.Enrolment/Renew", &request.base, 0,
                          renew_on_answer, renew);
}

static void renew_done(void *arg)
{
    struct svc_renew *renew = arg;
    if (!renew->failed && renew->pair != NULL && renew->answer.len == 0) {
        renew_ask(renew);
    } else {
        renew_end(renew);
    }
}

static void renew_on_timer(void *arg)
{
    svc_renew_now(arg);
}

void svc_renew_now(struct svc_renew *renew)
{
    if (!renew->busy) {
        renew->busy = true;
        renew->failed = false;
        renew->pool = net_pool_new(renew->loop, 1);
        renew_start_work(renew);
    }
}

struct svc_renew *svc_renew_new(struct net_loop *loop, const struct svc_renew_settings *settings)
{
    struct svc_renew *renew = mem_new(sizeof(*renew));
    renew->settings = *settings;
    renew->loop = loop;
    renew->timer = net_timer_new(loop, renew_on_timer, renew);
    net_timer_every(renew->timer, settings->every_ms);
    return renew;
}

static void renew_nothing(void *arg)
{
    (void)arg;
}

static void renew_nothing_failed(void *arg, const struct err *err)
{
    (void)arg;
    (void)err;
}

void svc_renew_free(struct svc_renew **at)
{
    struct svc_renew *renew = *at;
    if (renew == NULL) {
        return;
    }
    *at = NULL;
    net_timer_free(&renew->timer);
    renew->settings.on_renewed = renew_nothing;
    renew->settings.on_failed = renew_nothing_failed;
    if (renew->pool != NULL) {
        struct net_pool *pool = renew->pool;
        renew->pool = NULL;
        net_pool_free(&pool); // its done runs here, and may ask
    }
    if (renew->ask.v != 0) {
        wire_ask_cancel(renew->settings.cas, renew->ask);
    }
    crypto_pair_free(&renew->pair);
    buf_free(&renew->request);
    buf_free(&renew->answer);
    free(renew);
}
