// join: a new host's side of Enrolment. Blocking, with a loop of its own.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "net/net.h"

struct svc_join {
    const char *data; // DIR: its pki folder is made
    struct str token; // as CAS printed it
    struct net_address cas;
    uint64_t wait_ms; // 0: 15 s
};

// Makes a key, asks the site's CAS for a certificate with the token, stores what came. *who is what
// the token was made for. After ERR_TIMEOUT or ERR_UNAVAILABLE the same again is right: key and
// request are kept in DIR/pki/join.* until the answer is stored.
bool svc_join(const struct svc_join *join, struct crypto_identity *who,
              struct err *err) CC_MUST_USE;
