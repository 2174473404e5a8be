// enrolment: the smallest CAS that lets hosts join and renew: one token, kept answers for one key.
#pragma once

#include "base/buf.h"
#include "base/fs.h"
#include "lib/site.h"
#include "proto/cas.pb-c.h"
#include "svc/token.h"

struct enrolment {
    const char *data;
    struct svc_token token;
    struct crypto_authority *authority;
    int64_t first_good_s; // of a certificate for who joins
};

static inline void enrolment_answer(struct enrolment *cas, struct wire_call *call,
                                    const ProtobufCBinaryData *request, const char *role,
                                    const char *host, int64_t good_s)
{
    OWN(buf_free) struct buf cert = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf authority = BUF_CAP(CRYPTO_PEM_MAX);
    struct err err;
    struct crypto_leaf leaf = { .role = str_of(role), .host = str_of(host), .good_s = good_s };
    Quoin__V1__Certificate reply = QUOIN__V1__CERTIFICATE__INIT;
    if (!crypto_authority_sign(cas->authority,
                               (struct str){ (const char *)request->data, request->len }, &leaf,
                               &cert, &err) ||
        !crypto_authority_certificate(cas->authority, &authority, &err)) {
        wire_call_refuse(call, &err, NULL);
        return;
    }
    reply.certificate = (ProtobufCBinaryData){ cert.len, (uint8_t *)cert.ptr };
    reply.authority = (ProtobufCBinaryData){ authority.len, (uint8_t *)authority.ptr };
    wire_call_answer(call, &reply.base);
}

static inline void enrolment_join(void *state, struct wire_call *call, const ProtobufCMessage *ask)
{
    struct enrolment *cas = state;
    const Quoin__V1__JoinRequest *request = (const Quoin__V1__JoinRequest *)ask;
    enrolment_answer(cas, call, &request->request, "dre", "far", cas->first_good_s);
}

static inline void enrolment_renew(void *state, struct wire_call *call, const ProtobufCMessage *ask)
{
    const Quoin__V1__RenewRequest *request = (const Quoin__V1__RenewRequest *)ask;
    enrolment_answer(state, call, &request->request, wire_call_role(call), wire_call_host(call), 0);
}

static inline size_t enrolment_find(void *state, struct str identity, uint8_t key[static 64])
{
    const struct enrolment *cas = state;
    if (!str_eq(identity, str_of(cas->token.id))) {
        return 0;
    }
    memcpy(key, cas->token.key, sizeof(cas->token.key));
    return sizeof(cas->token.key);
}

static inline bool enrolment_start(struct svc *svc, void *state, struct err *err)
{
    struct enrolment *cas = state;
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    return fs_read(svc_path(svc, "pki/ca.crt"), &pem, err) &&
           fs_read(svc_path(svc, "pki/ca.key"), &key, err) &&
           crypto_authority_read(buf_str(&pem), buf_str(&key), &cas->authority, err);
}

static inline void enrolment_fini(void *state)
{
    struct enrolment *cas = state;
    crypto_authority_free(&cas->authority);
}

static const struct wire_method enrolment_methods[] = {
    { "/quoin.v1.Enrolment/Join", enrolment_join },
    { "/quoin.v1.Enrolment/Renew", enrolment_renew },
};

static inline struct svc_engine enrolment_engine(struct enrolment *cas)
{
    return (struct svc_engine){ .engine = ENGINE_CAS,
                                .methods = enrolment_methods,
                                .method_count = 2,
                                .start = enrolment_start,
                                .fini = enrolment_fini,
                                .psk_find = enrolment_find,
                                .state = cas };
}
