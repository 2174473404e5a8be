// cert: a site's certificate authority, its certificates, and who a certificate names. P-256 and
// SHA-256 throughout. Any thread.
//
// An engine's certificate names it by exactly one URI, "quoin://SITE/ROLE/HOST", and carries DNS
// and IP names for clients that check those. It is a leaf, for TLS server and client, and
// short-lived. SITE: 16 hex digits. ROLE: lower-case letters, at most 16. HOST: lower-case letters,
// digits, '-' and '.', at most 63.
#pragma once

#include "base/buf.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/hash.h"
#include <stdint.h>

struct x509_st; // OpenSSL's certificate

enum {
    CRYPTO_PEM_MAX = 16 << 10,      // a cap for bufs that take a certificate or key
    CRYPTO_LEAF_S = 7 * 24 * 3600,  // an engine's certificate is good so long
    CRYPTO_RENEW_S = 2 * 24 * 3600, // and renewed when this little is left
    CRYPTO_SITE_LEN = 16,
    CRYPTO_ROLE_MAX = 16,
    CRYPTO_HOST_MAX = 63,
    CRYPTO_DNS_MAX = 8,
};

struct crypto_identity {
    char uri[112]; // the whole of it
    char site[CRYPTO_SITE_LEN + 1];
    char role[CRYPTO_ROLE_MAX + 1];
    char host[CRYPTO_HOST_MAX + 1];
};

void crypto_site_new(char site[static CRYPTO_SITE_LEN + 1]); // random
bool crypto_identity_make(struct str site, struct str role, struct str host,
                          struct crypto_identity *identity, struct err *err) CC_MUST_USE;
bool crypto_identity_read(struct str uri, struct crypto_identity *identity,
                          struct err *err) CC_MUST_USE;

// --- keys and requests --------------------------------------------------------------------------

struct crypto_pair; // a private key and its public half
bool crypto_pair_new(struct crypto_pair **pair, struct err *err) CC_MUST_USE;
bool crypto_pair_read(struct str pem, struct crypto_pair **pair, struct err *err) CC_MUST_USE;
bool crypto_pair_write(const struct crypto_pair *pair, struct buf *pem,
                       struct err *err) CC_MUST_USE; // wipe the buf when it was stored
void crypto_pair_free(struct crypto_pair **pair);

// A PKCS#10 request (RFC 2986), DER: says only "I hold this key". Who gets which name is decided by
// who signs.
bool crypto_request_new(const struct crypto_pair *pair, struct buf *der,
                        struct err *err) CC_MUST_USE;

enum { CRYPTO_SIGNATURE_MAX = 72 }; // ECDSA, DER
bool crypto_pair_sign(const struct crypto_pair *pair, struct str bytes,
                      uint8_t signature[static CRYPTO_SIGNATURE_MAX], size_t *len,
                      struct err *err) CC_MUST_USE;

// --- the authority ------------------------------------------------------------------------------

// A new site's own certificate, good for ten years.
bool crypto_authority_new(const struct crypto_pair *pair, struct str site, struct buf *pem,
                          struct err *err) CC_MUST_USE;

struct crypto_authority;
bool crypto_authority_read(struct str certificate_pem, struct str key_pem,
                           struct crypto_authority **authority, struct err *err) CC_MUST_USE;
const char *crypto_authority_site(const struct crypto_authority *authority);
void crypto_authority_free(struct crypto_authority **authority);

struct crypto_leaf {
    struct str role;
    struct str host;
    // Further DNS names or numeric addresses; NULL-ended, at most CRYPTO_DNS_MAX, or NULL.
    // "localhost", 127.0.0.1, ::1 and the host itself are always there.
    const char *const *names;
    int64_t good_s; // 0: CRYPTO_LEAF_S
};

// For a key of our own.
bool crypto_authority_issue(const struct crypto_authority *authority,
                            const struct crypto_pair *pair, const struct crypto_leaf *leaf,
                            struct buf *pem, struct err *err) CC_MUST_USE;

// For a request (DER): checks its own signature and that the key is P-256, takes nothing else from
// it. Adds the certificate in DER. ERR_INVALID: the request is no good.
bool crypto_authority_sign(const struct crypto_authority *authority, struct str request_der,
                           const struct crypto_leaf *leaf, struct buf *der,
                           struct err *err) CC_MUST_USE;

// The authority's own certificate, DER.
bool crypto_authority_certificate(const struct crypto_authority *authority, struct buf *der,
                                  struct err *err) CC_MUST_USE;

// The authority's own word for these bytes; its certificate is the signer's.
bool crypto_authority_attest(const struct crypto_authority *authority, struct str bytes,
                             uint8_t signature[static CRYPTO_SIGNATURE_MAX], size_t *len,
                             struct err *err) CC_MUST_USE;

// --- reading certificates -----------------------------------------------------------------------

// Who a certificate names: a leaf in its days, for TLS server and client, exactly one URI, and that
// one of ours. Its chain is proven elsewhere (TLS, or crypto_cert_proves). ERR_DENIED: why not.
bool crypto_cert_identity(const struct x509_st *certificate, struct crypto_identity *identity,
                          struct err *err) CC_MUST_USE;

struct crypto_cert; // one that was read
bool crypto_cert_read_pem(struct str pem, struct crypto_cert **cert, struct err *err) CC_MUST_USE;
bool crypto_cert_read_der(struct str der, struct crypto_cert **cert, struct err *err) CC_MUST_USE;
bool crypto_cert_write_pem(const struct crypto_cert *cert, struct buf *pem,
                           struct err *err) CC_MUST_USE;
bool crypto_cert_write_der(const struct crypto_cert *cert, struct buf *der,
                           struct err *err) CC_MUST_USE;
void crypto_cert_free(struct crypto_cert **cert);

const struct x509_st *crypto_cert_x509(const struct crypto_cert *cert);
int64_t crypto_cert_ends_at(const struct crypto_cert *cert); // ms since 1970-01-01 UTC
void crypto_cert_fingerprint(const struct crypto_cert *cert, uint8_t hash[static CRYPTO_HASH_LEN]);
bool crypto_cert_fits(const struct crypto_cert *cert, const struct crypto_pair *pair);

// The authority signed it and crypto_cert_identity holds. For bytes that come outside TLS.
bool crypto_cert_proves(const struct crypto_cert *cert, const struct crypto_cert *authority,
                        struct crypto_identity *identity, struct err *err) CC_MUST_USE;

// What the certificate's key signed at that time speaks for the site of the authority: it is the
// authority's own, or one that it signed for a cas, good at that time. ERR_DENIED: why not.
bool crypto_cert_attests(const struct crypto_cert *cert, const struct crypto_cert *authority,
                         int64_t at, struct err *err) CC_MUST_USE;

// The holder of the certificate's key signed these bytes.
bool crypto_cert_signed(const struct crypto_cert *cert, struct str bytes, struct str signature);

// The site that an authority's certificate is of; ERR_INVALID: it is not one of ours.
bool crypto_cert_site(const struct crypto_cert *authority, char site[static CRYPTO_SITE_LEN + 1],
                      struct err *err) CC_MUST_USE;
