// cert: see cert.h.
//
// Built field by field on OpenSSL's X.509 (RFC 5280): the extensions of a leaf are these and no
// others, and a request gives its key and nothing else.

#include "crypto/cert.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/mem.h"
#include "base/rnd.h"
#include <assert.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CERT_AUTHORITY_S = 10 * 365 * 24 * 3600,
    CERT_SKEW_S = 300, // clocks of a site may differ so much
    CERT_SERIAL = 16,
    CERT_NAMES = 1024,
};

static const char cert_organisation[] = "Quoin site";

struct crypto_pair {
    EVP_PKEY *key; // owned
};

struct crypto_cert {
    X509 *x509; // owned
};

struct crypto_authority {
    struct crypto_cert *cert; // owned
    struct crypto_pair *pair; // owned
    char site[CRYPTO_SITE_LEN + 1];
};

static bool cert_internal(struct err *err, const char *what)
{
    return err_set(err, ERR_INTERNAL, "OpenSSL cannot %s", what);
}

static void cert_free_x509(X509 **x509)
{
    X509_free(*x509);
}

static void cert_free_bio(BIO **bio)
{
    (void)BIO_free(*bio);
}

static void cert_free_request(X509_REQ **request)
{
    X509_REQ_free(*request);
}

static void cert_free_bytes(unsigned char **bytes)
{
    OPENSSL_free(*bytes);
}

// --- identity -----------------------------------------------------------------------------------

void crypto_site_new(char site[static CRYPTO_SITE_LEN + 1])
{
    uint8_t bytes[CRYPTO_SITE_LEN / 2];
    OWN(buf_free) struct buf text = BUF_CAP(CRYPTO_SITE_LEN);
    rnd_bytes(bytes, sizeof(bytes));
    enc_hex_add(&text, bytes, sizeof(bytes));
    memcpy(site, text.ptr, CRYPTO_SITE_LEN);
    site[CRYPTO_SITE_LEN] = '\0';
}

static bool identity_is_of(struct str text, const char *allowed, size_t max)
{
    if (text.len == 0 || text.len > max) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0' || strchr(allowed, text.ptr[i]) == NULL) {
            return false;
        }
    }
    return true;
}

bool crypto_identity_make(struct str site, struct str role, struct str host,
                          struct crypto_identity *identity, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char host_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    if (site.len != CRYPTO_SITE_LEN || !identity_is_of(site, "0123456789abcdef", CRYPTO_SITE_LEN)) {
        return err_set(err, ERR_INVALID, "a site's id is %d hex digits", CRYPTO_SITE_LEN);
    }
    if (!identity_is_of(role, letters, CRYPTO_ROLE_MAX)) {
        return err_set(err, ERR_INVALID, "a role is at most %d lower-case letters",
                       CRYPTO_ROLE_MAX);
    }
    if (!identity_is_of(host, host_letters, CRYPTO_HOST_MAX) || host.ptr[0] == '-' ||
        host.ptr[0] == '.') {
        return err_set(err, ERR_INVALID,
                       "a host's name is at most %d lower-case letters, digits, '-' and '.'",
                       CRYPTO_HOST_MAX);
    }
    struct crypto_identity made = { .uri = "" };
    (void)snprintf(made.uri, sizeof(made.uri), "quoin://%.*s/%.*s/%.*s", (int)site.len, site.ptr,
                   (int)role.len, role.ptr, (int)host.len, host.ptr);
    memcpy(made.site, site.ptr, site.len);
    memcpy(made.role, role.ptr, role.len);
    memcpy(made.host, host.ptr, host.len);
    *identity = made;
    return true;
}

// Takes up to the next '/' or the end.
static struct str identity_part(struct str *rest)
{
    const char *slash = rest->len == 0 ? NULL : memchr(rest->ptr, '/', rest->len);
    struct str part = { rest->ptr, slash == NULL ? rest->len : (size_t)(slash - rest->ptr) };
    size_t used = slash == NULL ? part.len : part.len + 1;
    rest->ptr += used;
    rest->len -= used;
    return part;
}

bool crypto_identity_read(struct str uri, struct crypto_identity *identity, struct err *err)
{
    static const struct str scheme = { "quoin://", 8 };
    if (uri.len < scheme.len || memcmp(uri.ptr, scheme.ptr, scheme.len) != 0) {
        return err_set(err, ERR_INVALID, "not a quoin:// name");
    }
    struct str rest = { uri.ptr + scheme.len, uri.len - scheme.len };
    struct str site = identity_part(&rest);
    struct str role = identity_part(&rest);
    return crypto_identity_make(site, role, rest, identity, err); // a host has no '/'
}

// --- keys ---------------------------------------------------------------------------------------

static bool pair_is_p256(EVP_PKEY *key)
{
    char group[32];
    size_t len = 0;
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

bool crypto_pair_new(struct crypto_pair **pair, struct err *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (key == NULL) {
        return cert_internal(err, "make a key");
    }
    struct crypto_pair *made = mem_new(sizeof(*made));
    made->key = key;
    *pair = made;
    return true;
}

// Never asks the terminal for a password.
static int pair_no_password(char *password, int size, int writing, void *arg)
{
    (void)password;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

bool crypto_pair_read(struct str pem, struct crypto_pair **pair, struct err *err)
{
    OWN(cert_free_bio) BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, pair_no_password, NULL);
    if (key == NULL || !pair_is_p256(key)) {
        EVP_PKEY_free(key);
        return err_set(err, ERR_INVALID, "not a P-256 private key in PEM");
    }
    struct crypto_pair *made = mem_new(sizeof(*made));
    made->key = key;
    *pair = made;
    return true;
}

static void cert_add_bio(BIO *bio, struct buf *out)
{
    char *bytes = NULL;
    long len = BIO_get_mem_data(bio, &bytes);
    buf_add(out, (struct str){ bytes, len > 0 ? (size_t)len : 0 });
}

bool crypto_pair_write(const struct crypto_pair *pair, struct buf *pem, struct err *err)
{
    OWN(cert_free_bio) BIO *bio = BIO_new(BIO_s_secmem());
    if (bio == NULL ||
        PEM_write_bio_PKCS8PrivateKey(bio, pair->key, NULL, NULL, 0, NULL, NULL) != 1) {
        return cert_internal(err, "write a key");
    }
    cert_add_bio(bio, pem);
    return buf_ok(pem) || err_set(err, ERR_LIMIT, "the key is over %zu bytes", pem->cap);
}

void crypto_pair_free(struct crypto_pair **pair)
{
    if (*pair != NULL) {
        EVP_PKEY_free((*pair)->key);
        free(*pair);
        *pair = NULL;
    }
}

bool crypto_request_new(const struct crypto_pair *pair, struct buf *der, struct err *err)
{
    OWN(cert_free_request) X509_REQ *request = X509_REQ_new();
    OWN(cert_free_bytes) unsigned char *bytes = NULL;
    if (request == NULL || X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(request, pair->key) != 1 ||
        X509_REQ_sign(request, pair->key, EVP_sha256()) <= 0) {
        return cert_internal(err, "make a certificate request");
    }
    int len = i2d_X509_REQ(request, &bytes);
    buf_add(der, (struct str){ (const char *)bytes, len > 0 ? (size_t)len : 0 });
    return (len > 0 && buf_ok(der)) || cert_internal(err, "write a certificate request");
}

bool crypto_pair_sign(const struct crypto_pair *pair, struct str bytes,
                      uint8_t signature[static CRYPTO_SIGNATURE_MAX], size_t *len, struct err *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = CRYPTO_SIGNATURE_MAX;
    bool ok =
        context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pair->key) == 1 &&
        EVP_DigestSign(context, signature, &size, (const unsigned char *)bytes.ptr, bytes.len) == 1;
    EVP_MD_CTX_free(context);
    if (!ok) {
        return cert_internal(err, "sign");
    }
    *len = size;
    return true;
}

// --- making certificates ------------------------------------------------------------------------

struct cert_plan {
    const char *organisation;
    const char *name; // common name, for people
    int64_t good_s;
    EVP_PKEY *key;
    EVP_PKEY *signer;
    X509 *authority;               // NULL: itself
    const char *const *extensions; // pairs of name and value, NULL-ended
};

static bool cert_add_extensions(X509 *x509, const struct cert_plan *plan)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, plan->authority == NULL ? x509 : plan->authority, x509, NULL, NULL, 0);
    for (const char *const *at = plan->extensions; *at != NULL; at += 2) {
        X509_EXTENSION *one = X509V3_EXT_conf(NULL, &context, at[0], at[1]);
        bool ok = one != NULL && X509_add_ext(x509, one, -1) == 1;
        X509_EXTENSION_free(one);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool cert_set_times(X509 *x509, int64_t good_s)
{
    time_t now = (time_t)(clk_wall_ms() / 1000);
    return X509_time_adj_ex(X509_getm_notBefore(x509), 0, -(long)CERT_SKEW_S, &now) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(x509), (int)(good_s / 86400), (long)(good_s % 86400),
                            &now) != NULL;
}

static bool cert_set_names(X509 *x509, const struct cert_plan *plan)
{
    X509_NAME *name = X509_get_subject_name(x509);
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                                      (const unsigned char *)plan->organisation, -1, -1, 0) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)plan->name,
                                      -1, -1, 0) == 1 &&
           X509_set_issuer_name(
               x509, plan->authority == NULL ? name : X509_get_subject_name(plan->authority)) == 1;
}

static X509 *cert_make(const struct cert_plan *plan)
{
    uint8_t serial[CERT_SERIAL];
    rnd_bytes(serial, sizeof(serial));
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); // positive, and always as long
    BIGNUM *number = BN_bin2bn(serial, sizeof(serial), NULL);
    X509 *x509 = X509_new();
    bool ok = number != NULL && x509 != NULL && X509_set_version(x509, X509_VERSION_3) == 1 &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != NULL &&
              cert_set_times(x509, plan->good_s) && cert_set_names(x509, plan) &&
              X509_set_pubkey(x509, plan->key) == 1 && cert_add_extensions(x509, plan) &&
              X509_sign(x509, plan->signer, EVP_sha256()) > 0;
    BN_free(number);
    if (!ok) {
        X509_free(x509);
        return NULL;
    }
    return x509;
}

static bool cert_write(X509 *x509, bool pem, struct buf *out, struct err *err)
{
    OWN(cert_free_bio) BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL || (pem ? PEM_write_bio_X509(bio, x509) : i2d_X509_bio(bio, x509)) != 1) {
        return cert_internal(err, "write a certificate");
    }
    cert_add_bio(bio, out);
    return buf_ok(out) || err_set(err, ERR_LIMIT, "the certificate is over %zu bytes", out->cap);
}

bool crypto_authority_new(const struct crypto_pair *pair, struct str site, struct buf *pem,
                          struct err *err)
{
    static const char *const extensions[] = { "basicConstraints",
                                              "critical,CA:TRUE,pathlen:0",
                                              "keyUsage",
                                              "critical,keyCertSign,cRLSign",
                                              "subjectKeyIdentifier",
                                              "hash",
                                              NULL };
    struct crypto_identity checked;
    if (!crypto_identity_make(site, STR("ca"), STR("ca"), &checked, err)) {
        return false;
    }
    struct cert_plan plan = {
        .organisation = cert_organisation,
        .name = checked.site,
        .good_s = CERT_AUTHORITY_S,
        .key = pair->key,
        .signer = pair->key,
        .extensions = extensions,
    };
    OWN(cert_free_x509) X509 *x509 = cert_make(&plan);
    return x509 == NULL ? cert_internal(err, "make the site's certificate")
                        : cert_write(x509, true, pem, err);
}

bool crypto_authority_read(struct str certificate_pem, struct str key_pem,
                           struct crypto_authority **authority, struct err *err)
{
    OWN(crypto_authority_free) struct crypto_authority *made = mem_new(sizeof(*made));
    if (!crypto_cert_read_pem(certificate_pem, &made->cert, err) ||
        !crypto_pair_read(key_pem, &made->pair, err) ||
        !crypto_cert_site(made->cert, made->site, err)) {
        return false;
    }
    if (!crypto_cert_fits(made->cert, made->pair)) {
        return err_set(err, ERR_INVALID, "the site's key is not its certificate's");
    }
    *authority = made;
    made = NULL;
    return true;
}

const char *crypto_authority_site(const struct crypto_authority *authority)
{
    return authority->site;
}

void crypto_authority_free(struct crypto_authority **authority)
{
    if (*authority != NULL) {
        crypto_cert_free(&(*authority)->cert);
        crypto_pair_free(&(*authority)->pair);
        free(*authority);
        *authority = NULL;
    }
}

static bool leaf_is_address(const char *name)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
    ASN1_OCTET_STRING_free(address);
    return address != NULL;
}

// The value goes through OpenSSL's little language: only names that cannot say anything in it.
static bool leaf_names(const struct crypto_leaf *leaf, const struct crypto_identity *identity,
                       struct buf *value, struct err *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    buf_addf(value, "URI:%s,DNS:localhost,IP:127.0.0.1,IP:::1", identity->uri);
    if (strcmp(identity->host, "localhost") != 0) {
        buf_addf(value, ",%s:%s", leaf_is_address(identity->host) ? "IP" : "DNS", identity->host);
    }
    size_t count = 0;
    for (const char *const *at = leaf->names; at != NULL && *at != NULL; at++) {
        bool address = leaf_is_address(*at);
        if (++count > CRYPTO_DNS_MAX || (!address && !identity_is_of(str_of(*at), letters, 253))) {
            return err_set(err, ERR_INVALID, "not a host name or address, or too many of them");
        }
        buf_addf(value, ",%s:%s", address ? "IP" : "DNS", *at);
    }
    buf_add(value, (struct str){ "", 1 }); // ends it
    return buf_ok(value) || err_set(err, ERR_LIMIT, "too many names for one certificate");
}

static X509 *leaf_make(const struct crypto_authority *authority, EVP_PKEY *key,
                       const struct crypto_leaf *leaf, struct err *err)
{
    struct crypto_identity identity;
    OWN(buf_free) struct buf names = BUF_CAP(CERT_NAMES);
    if (!crypto_identity_make(str_of(authority->site), leaf->role, leaf->host, &identity, err) ||
        !leaf_names(leaf, &identity, &names, err)) {
        return NULL;
    }
    const char *const extensions[] = { "basicConstraints",
                                       "critical,CA:FALSE",
                                       "keyUsage",
                                       "critical,digitalSignature",
                                       "extendedKeyUsage",
                                       "serverAuth,clientAuth",
                                       "subjectKeyIdentifier",
                                       "hash",
                                       "authorityKeyIdentifier",
                                       "keyid:always",
                                       "subjectAltName",
                                       names.ptr,
                                       NULL };
    struct cert_plan plan = {
        .organisation = cert_organisation,
        .name = identity.role,
        .good_s = leaf->good_s == 0 ? CRYPTO_LEAF_S : leaf->good_s,
        .key = key,
        .signer = authority->pair->key,
        .authority = authority->cert->x509,
        .extensions = extensions,
    };
    X509 *x509 = cert_make(&plan);
    if (x509 == NULL) {
        (void)cert_internal(err, "make a certificate");
    }
    return x509;
}

bool crypto_authority_issue(const struct crypto_authority *authority,
                            const struct crypto_pair *pair, const struct crypto_leaf *leaf,
                            struct buf *pem, struct err *err)
{
    OWN(cert_free_x509) X509 *x509 = leaf_make(authority, pair->key, leaf, err);
    return x509 != NULL && cert_write(x509, true, pem, err);
}

bool crypto_authority_sign(const struct crypto_authority *authority, struct str request_der,
                           const struct crypto_leaf *leaf, struct buf *der, struct err *err)
{
    const unsigned char *at = (const unsigned char *)request_der.ptr;
    if (request_der.len == 0 || request_der.len > CRYPTO_PEM_MAX) {
        return err_set(err, ERR_INVALID, "not a certificate request");
    }
    OWN(cert_free_request) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)request_der.len);
    EVP_PKEY *key = request == NULL ? NULL : X509_REQ_get0_pubkey(request);
    if (key == NULL || at != (const unsigned char *)request_der.ptr + request_der.len ||
        !pair_is_p256(key) || X509_REQ_verify(request, key) != 1) {
        return err_set(err, ERR_INVALID, "not a certificate request signed with a P-256 key");
    }
    OWN(cert_free_x509) X509 *x509 = leaf_make(authority, key, leaf, err);
    return x509 != NULL && cert_write(x509, false, der, err);
}

bool crypto_authority_certificate(const struct crypto_authority *authority, struct buf *der,
                                  struct err *err)
{
    return cert_write(authority->cert->x509, false, der, err);
}

bool crypto_authority_attest(const struct crypto_authority *authority, struct str bytes,
                             uint8_t signature[static CRYPTO_SIGNATURE_MAX], size_t *len,
                             struct err *err)
{
    return crypto_pair_sign(authority->pair, bytes, signature, len, err);
}

// --- reading certificates -----------------------------------------------------------------------

static bool cert_keep(X509 *x509, struct crypto_cert **cert, struct err *err)
{
    if (x509 == NULL) {
        return err_set(err, ERR_INVALID, "not a certificate");
    }
    struct crypto_cert *made = mem_new(sizeof(*made));
    made->x509 = x509;
    *cert = made;
    return true;
}

bool crypto_cert_read_pem(struct str pem, struct crypto_cert **cert, struct err *err)
{
    OWN(cert_free_bio) BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    X509 *x509 = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, pair_no_password, NULL);
    return cert_keep(x509, cert, err);
}

bool crypto_cert_read_der(struct str der, struct crypto_cert **cert, struct err *err)
{
    const unsigned char *at = (const unsigned char *)der.ptr;
    if (der.len == 0 || der.len > CRYPTO_PEM_MAX) {
        return err_set(err, ERR_INVALID, "not a certificate");
    }
    X509 *x509 = d2i_X509(NULL, &at, (long)der.len);
    if (x509 != NULL && at != (const unsigned char *)der.ptr + der.len) {
        X509_free(x509);
        x509 = NULL;
    }
    return cert_keep(x509, cert, err);
}

bool crypto_cert_write_pem(const struct crypto_cert *cert, struct buf *pem, struct err *err)
{
    return cert_write(cert->x509, true, pem, err);
}

bool crypto_cert_write_der(const struct crypto_cert *cert, struct buf *der, struct err *err)
{
    return cert_write(cert->x509, false, der, err);
}

void crypto_cert_free(struct crypto_cert **cert)
{
    if (*cert != NULL) {
        X509_free((*cert)->x509);
        free(*cert);
        *cert = NULL;
    }
}

const struct x509_st *crypto_cert_x509(const struct crypto_cert *cert)
{
    return cert->x509;
}

static int64_t cert_seconds(const ASN1_TIME *at)
{
    struct tm day;
    return ASN1_TIME_to_tm(at, &day) == 1 ? (int64_t)timegm(&day) : 0;
}

int64_t crypto_cert_ends_at(const struct crypto_cert *cert)
{
    return cert_seconds(X509_get0_notAfter(cert->x509)) * 1000;
}

void crypto_cert_fingerprint(const struct crypto_cert *cert, uint8_t hash[static CRYPTO_HASH_LEN])
{
    unsigned len = CRYPTO_HASH_LEN;
    if (X509_digest(cert->x509, EVP_sha256(), hash, &len) != 1) {
        abort(); // no memory
    }
}

bool crypto_cert_fits(const struct crypto_cert *cert, const struct crypto_pair *pair)
{
    return EVP_PKEY_eq(X509_get0_pubkey(cert->x509), pair->key) == 1;
}

// The one URI among the names, empty if there is none or more than one. At most one name extension
// may be there (RFC 5280 4.2); X509_get_ext_d2i refuses more.
static bool cert_find_uri(const X509 *x509, char *uri, size_t size)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    int count = 0;
    bool whole = true;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_URI) {
            const unsigned char *text = ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
            int len = ASN1_STRING_length(name->d.uniformResourceIdentifier);
            whole = len > 0 && (size_t)len < size && memchr(text, 0, (size_t)len) == NULL;
            if (whole) {
                memcpy(uri, text, (size_t)len);
                uri[len] = '\0';
            }
            count++;
        }
    }
    GENERAL_NAMES_free(names);
    return count == 1 && whole;
}

bool crypto_cert_identity(const struct x509_st *certificate, struct crypto_identity *identity,
                          struct err *err)
{
    char uri[sizeof(identity->uri)];
    OWN(cert_free_x509) X509 *x509 = X509_dup(certificate); // the questions below cache in it
    int64_t now = clk_wall_ms() / 1000;
    if (x509 == NULL) {
        return cert_internal(err, "read a certificate");
    }
    uint32_t uses = X509_get_extended_key_usage(x509);
    uint32_t both = XKU_SSL_SERVER | XKU_SSL_CLIENT;
    if ((X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0 || X509_check_ca(x509) != 0) {
        return err_set(err, ERR_DENIED, "the certificate is an authority's or malformed");
    }
    if (uses == UINT32_MAX || (uses & both) != both) {
        return err_set(err, ERR_DENIED, "the certificate is not for TLS server and client");
    }
    if (now < cert_seconds(X509_get0_notBefore(x509)) ||
        now > cert_seconds(X509_get0_notAfter(x509))) {
        return err_set(err, ERR_DENIED, "the certificate has expired or is not good yet");
    }
    if (!cert_find_uri(x509, uri, sizeof(uri))) {
        return err_set(err, ERR_DENIED, "the certificate does not have exactly one URI name");
    }
    struct err why;
    if (!crypto_identity_read(str_of(uri), identity, &why)) {
        return err_set(err, ERR_DENIED, "the certificate's name is none of Quoin's: %s", why.text);
    }
    return true;
}

bool crypto_cert_proves(const struct crypto_cert *cert, const struct crypto_cert *authority,
                        struct crypto_identity *identity, struct err *err)
{
    char site[CRYPTO_SITE_LEN + 1];
    struct crypto_identity found;
    if (!crypto_cert_site(authority, site, err)) {
        return false;
    }
    if (X509_verify(cert->x509, X509_get0_pubkey(authority->x509)) != 1) {
        return err_set(err, ERR_DENIED, "the certificate is not from this site's authority");
    }
    if (!crypto_cert_identity(cert->x509, &found, err)) {
        return false;
    }
    if (strcmp(found.site, site) != 0) {
        return err_set(err, ERR_DENIED, "the certificate names another site");
    }
    *identity = found;
    return true;
}

bool crypto_cert_attests(const struct crypto_cert *cert, const struct crypto_cert *authority,
                         int64_t at, struct err *err)
{
    char site[CRYPTO_SITE_LEN + 1];
    char uri[sizeof(((struct crypto_identity *)0)->uri)];
    struct crypto_identity found;
    struct err why;
    if (!crypto_cert_site(authority, site, err)) {
        return false;
    }
    if (at / 1000 < cert_seconds(X509_get0_notBefore(cert->x509)) ||
        at / 1000 > cert_seconds(X509_get0_notAfter(cert->x509))) {
        return err_set(err, ERR_DENIED, "its certificate was not good at that time");
    }
    if (X509_cmp(cert->x509, authority->x509) == 0) {
        return true;
    }
    if (X509_verify(cert->x509, X509_get0_pubkey(authority->x509)) != 1) {
        return err_set(err, ERR_DENIED, "its certificate is not from this site's authority");
    }
    if (X509_check_ca(cert->x509) != 0 || !cert_find_uri(cert->x509, uri, sizeof(uri)) ||
        !crypto_identity_read(str_of(uri), &found, &why) || strcmp(found.site, site) != 0 ||
        strcmp(found.role, "cas") != 0) {
        return err_set(err, ERR_DENIED, "its certificate is not that of a cas of this site");
    }
    return true;
}

bool crypto_cert_signed(const struct crypto_cert *cert, struct str bytes, struct str signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL &&
              EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
                                   X509_get0_pubkey(cert->x509)) == 1 &&
              EVP_DigestVerify(context, (const unsigned char *)signature.ptr, signature.len,
                               (const unsigned char *)bytes.ptr, bytes.len) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

bool crypto_cert_site(const struct crypto_cert *authority, char site[static CRYPTO_SITE_LEN + 1],
                      struct err *err)
{
    char name[64] = "";
    struct crypto_identity checked;
    struct err why;
    int len = X509_NAME_get_text_by_NID(X509_get_subject_name(authority->x509), NID_commonName,
                                        name, sizeof(name));
    if (len <= 0 || X509_check_ca(authority->x509) != 1 ||
        !crypto_identity_make(str_of(name), STR("ca"), STR("ca"), &checked, &why)) {
        return err_set(err, ERR_INVALID, "not the certificate of a Quoin site's authority");
    }
    memcpy(site, checked.site, sizeof(checked.site));
    return true;
}
