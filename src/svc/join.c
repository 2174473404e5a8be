// join: see join.h.

#include "svc/join.h"

#include "base/enc.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "proto/cas.pb-c.h"
#include "svc/pki.h"
#include "svc/token.h"
#include "wire/calls.h"
#include "wire/client.h"
#include <stdio.h>
#include <unistd.h>

enum { JOIN_WAIT_MS = 15000 };

struct join {
    const struct svc_join *settings;
    struct crypto_pair *pair;  // owned
    uint8_t key[WIRE_KEY_LEN]; // of the request: the same again gives the same answer
    struct net_loop *loop;
    struct wire_client *client;
    bool answered;
    struct err err;
    struct buf certificate; // DER
    struct buf authority;   // DER
};

static bool join_path(const struct join *join, const char *name, char path[static SVC_PATH_MAX],
                      struct err *err)
{
    int len = snprintf(path, SVC_PATH_MAX, "%s/pki/%s", join->settings->data, name);
    return (len > 0 && len < SVC_PATH_MAX) ||
           err_set(err, ERR_INVALID, "the path of the data folder is too long");
}

static bool join_store(const struct join *join, const char *name, struct str content, unsigned mode,
                       struct err *err)
{
    char path[SVC_PATH_MAX];
    return join_path(join, name, path, err) && fs_replace(path, content, mode, err);
}

static bool join_load(const struct join *join, const char *name, struct buf *content,
                      struct err *err)
{
    char path[SVC_PATH_MAX];
    return join_path(join, name, path, err) && fs_read(path, content, err);
}

// The key and the request's key of an attempt whose end is not known, or new ones.
static bool join_prepare(struct join *join, struct err *err)
{
    char path[SVC_PATH_MAX];
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf hex = BUF_CAP(2 * WIRE_KEY_LEN);
    struct err ignored; // there was no attempt before
    if (!join_path(join, "", path, err) || !fs_make_folder(path, err)) {
        return false;
    }
    if (!join_path(join, "ca.key", path, err)) {
        return false;
    }
    if (access(path, F_OK) == 0) {
        return err_set(err, ERR_EXISTS, "%s is the home of a site of its own and cannot join one",
                       join->settings->data);
    }
    if (join_load(join, "join.key", &pem, &ignored) && join_load(join, "join.id", &hex, &ignored) &&
        enc_hex_read(buf_str(&hex), join->key, sizeof(join->key)) &&
        crypto_pair_read(buf_str(&pem), &join->pair, &ignored)) {
        return true;
    }
    buf_free(&pem);
    buf_free(&hex);
    rnd_bytes(join->key, sizeof(join->key));
    enc_hex_add(&hex, join->key, sizeof(join->key));
    return crypto_pair_new(&join->pair, err) && crypto_pair_write(join->pair, &pem, err) &&
           join_store(join, "join.key", buf_str(&pem), 0600, err) &&
           join_store(join, "join.id", buf_str(&hex), 0600, err);
}

static void join_on_answer(void *arg, const struct wire_answer *answer)
{
    struct join *join = arg;
    join->answered = answer->reply != NULL;
    if (answer->reply == NULL) {
        join->err = answer->err;
    } else {
        const Quoin__V1__Certificate *got = (const Quoin__V1__Certificate *)answer->reply;
        buf_add(&join->certificate,
                (struct str){ (const char *)got->certificate.data, got->certificate.len });
        buf_add(&join->authority,
                (struct str){ (const char *)got->authority.data, got->authority.len });
    }
    net_loop_stop(join->loop);
}

static bool join_ask(struct join *join, const struct svc_token *token, struct err *err)
{
    static const char *const alpn[] = { "h2", NULL };
    OWN(net_tls_free) struct net_tls *tls = NULL;
    OWN(buf_free) struct buf request = BUF_CAP(CRYPTO_PEM_MAX);
    struct net_tls_settings tls_settings = {
        .peer = NET_TLS_PEER_REQUIRED,
        .alpn = alpn,
        .psk_identity = str_of(token->id),
        .psk_key = { (const char *)token->key, sizeof(token->key) },
    };
    Quoin__V1__JoinRequest ask = QUOIN__V1__JOIN_REQUEST__INIT;
    if (!crypto_request_new(join->pair, &request, err) ||
        !net_tls_new(&tls_settings, false, &tls, err)) {
        return false;
    }
    ask.key = (ProtobufCBinaryData){ sizeof(join->key), join->key };
    ask.request = (ProtobufCBinaryData){ request.len, (uint8_t *)(void *)request.ptr };
    struct wire_client_settings settings = { .to = join->settings->cas, .tls = tls };
    uint64_t wait_ms = join->settings->wait_ms == 0 ? JOIN_WAIT_MS : join->settings->wait_ms;
    join->loop = net_loop_new();
    join->client = wire_client_new(join->loop, &settings);
    (void)wire_ask(join->client, "/quoin.v1.Enrolment/Join", &ask.base, wait_ms, join_on_answer,
                   join);
    net_loop_run(join->loop);
    wire_client_free(&join->client);
    net_loop_free(&join->loop);
    if (!join->answered) {
        *err = join->err;
    }
    return join->answered;
}

static bool join_finish(struct join *join, struct crypto_identity *who, struct err *err)
{
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    OWN(crypto_cert_free) struct crypto_cert *authority = NULL;
    OWN(buf_free) struct buf cert_pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf authority_pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key_pem = BUF_CAP(CRYPTO_PEM_MAX);
    struct crypto_identity found;
    char path[SVC_PATH_MAX];
    if (!crypto_cert_read_der(buf_str(&join->certificate), &cert, err) ||
        !crypto_cert_read_der(buf_str(&join->authority), &authority, err) ||
        !crypto_cert_proves(cert, authority, &found, err)) {
        return err_in(err, "what the site's CAS gave");
    }
    if (!crypto_cert_fits(cert, join->pair)) {
        return err_set(err, ERR_INVALID, "the site's CAS signed another key than ours");
    }
    if (!crypto_cert_write_pem(cert, &cert_pem, err) ||
        !crypto_cert_write_pem(authority, &authority_pem, err) ||
        !crypto_pair_write(join->pair, &key_pem, err) ||
        !join_store(join, "ca.crt", buf_str(&authority_pem), 0644, err)) {
        return false;
    }
    struct str key = buf_str(&key_pem);
    bool ok = svc_pki_store(join->settings->data, found.role, buf_str(&cert_pem), &key, err);
    mem_wipe(key_pem.ptr, key_pem.size);
    if (!ok) {
        return false;
    }
    for (int i = 0; i < 2; i++) { // the attempt is over
        if (join_path(join, i == 0 ? "join.id" : "join.key", path, err)) {
            (void)unlink(path); // one that stays is used up: CAS gives nothing more for it
        }
    }
    *who = found;
    return true;
}

bool svc_join(const struct svc_join *settings, struct crypto_identity *who, struct err *err)
{
    OWN(svc_token_wipe) struct svc_token token = { .id = "" };
    struct join join = { .settings = settings,
                         .certificate = BUF_CAP(CRYPTO_PEM_MAX),
                         .authority = BUF_CAP(CRYPTO_PEM_MAX) };
    bool ok = svc_token_read(settings->token, &token, err) && join_prepare(&join, err) &&
              join_ask(&join, &token, err) && join_finish(&join, who, err);
    crypto_pair_free(&join.pair);
    buf_free(&join.certificate);
    buf_free(&join.authority);
    return ok;
}
