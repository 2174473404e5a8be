// renew: keeps our certificate good. Loop thread; the files are read and written in a worker.
//
// Where the site began, CAS renews the certificates of the host's engines and each takes up the new
// one. Elsewhere the engine asks CAS to sign a new key (Enrolment.Renew) while its own certificate
// still proves who asks.
#pragma once

#include "crypto/cert.h"
#include "net/net.h"
#include "wire/client.h"

struct svc_renew;

struct svc_renew_settings {
    const char *data;                                    // borrowed for its life
    const char *role;                                    // borrowed for its life
    struct wire_client *cas;                             // borrowed for its life; NULL: we are CAS
    uint64_t every_ms;                                   // to look
    int64_t ends_at;                                     // of the certificate that is in use
    void (*on_renewed)(void *arg);                       // DIR/pki holds a new one
    void (*on_failed)(void *arg, const struct err *err); // will be tried again
    void *arg;
};

struct svc_renew *svc_renew_new(struct net_loop *loop, const struct svc_renew_settings *settings);
void svc_renew_now(struct svc_renew *renew);
void svc_renew_free(struct svc_renew **renew); // waits for the worker
