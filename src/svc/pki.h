// pki: the certificates under DIR/pki: ca.crt, ca.key (0600, only where the site began), and for
// each role ROLE.crt and ROLE.key (0600). Blocking: not on a loop that serves.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "crypto/cert.h"

enum { SVC_PATH_MAX = 4096 };

// Makes the site where there is none: its authority and certificates for this host's cas, dre and
// admin. Where there is one, renews what ends soon or is missing. Where DIR joined another site
// (ca.crt without ca.key) nothing is made. May be done again at any time, also after it was
// interrupted.
bool svc_pki_make(const char *data, struct err *err) CC_MUST_USE;

// Who ROLE.crt names and when it ends; its key must fit and the site's authority have signed it.
bool svc_pki_read(const char *data, const char *role, struct crypto_identity *who, int64_t *ends_at,
                  struct err *err) CC_MUST_USE;

// Stores what an authority gave for a key of ours. All are PEM; key NULL: the key stands already.
bool svc_pki_store(const char *data, const char *role, struct str certificate,
                   const struct str *key, struct err *err) CC_MUST_USE;

// This machine's name as certificates and links may say it.
void svc_pki_host(char host[static CRYPTO_HOST_MAX + 1]);

// Whether a certificate that ends then should be renewed now.
bool svc_pki_is_due(int64_t ends_at);
