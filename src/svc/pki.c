// pki: see pki.h.
//
// A key is stored before its certificate and a certificate is believed only with its key, so that
// an interruption leaves at worst a key without one, which the next time makes good.

#include "svc/pki.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/mem.h"
#include <stdio.h>
#include <unistd.h>

// Who has a certificate on the host where the site began.
static const char *const pki_roles[] = { "cas", "dce", "dre", "dme", "web", "admin", "agent" };

static bool pki_path(const char *data, const char *name, const char *ending,
                     char path[static SVC_PATH_MAX], struct err *err)
{
    int len = snprintf(path, SVC_PATH_MAX, "%s/pki/%s%s", data, name, ending);
    return (len > 0 && len < SVC_PATH_MAX) ||
           err_set(err, ERR_INVALID, "the path of the data folder is too long");
}

static bool pki_read_file(const char *data, const char *name, const char *ending, struct buf *pem,
                          struct err *err)
{
    char path[SVC_PATH_MAX];
    return pki_path(data, name, ending, path, err) && fs_read(path, pem, err);
}

static bool pki_write_file(const char *data, const char *name, const char *ending, struct str pem,
                           unsigned mode, struct err *err)
{
    char path[SVC_PATH_MAX];
    return pki_path(data, name, ending, path, err) && fs_replace(path, pem, mode, err);
}

static bool pki_has(const char *data, const char *name, const char *ending)
{
    char path[SVC_PATH_MAX];
    struct err ignored; // a path that is too long is told by those who read it
    return pki_path(data, name, ending, path, &ignored) && access(path, F_OK) == 0;
}

// A buf that held a key.
static void pki_wipe(struct buf *pem)
{
    if (pem->size > 0) {
        mem_wipe(pem->ptr, pem->size);
    }
    buf_free(pem);
}

void svc_pki_host(char host[static CRYPTO_HOST_MAX + 1])
{
    char name[256] = "";
    size_t len = 0;
    (void)gethostname(name, sizeof(name) - 1); // where it fails: "localhost"
    for (const char *at = name; *at != '\0' && len < CRYPTO_HOST_MAX; at++) {
        char byte = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        if (plain || ((byte == '-' || byte == '.') && len > 0)) {
            host[len++] = byte;
        }
    }
    host[len] = '\0';
    if (len == 0) {
        memcpy(host, "localhost", sizeof("localhost"));
    }
}

bool svc_pki_is_due(int64_t ends_at)
{
    return ends_at - clk_wall_ms() < CRYPTO_RENEW_S * 1000LL;
}

bool svc_pki_read(const char *data, const char *role, struct crypto_identity *who, int64_t *ends_at,
                  struct err *err)
{
    OWN(buf_free) struct buf authority_pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf cert_pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(pki_wipe) struct buf key_pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(crypto_cert_free) struct crypto_cert *authority = NULL;
    OWN(crypto_cert_free) struct crypto_cert *cert = NULL;
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    struct crypto_identity found;
    if (!pki_read_file(data, "ca", ".crt", &authority_pem, err) ||
        !pki_read_file(data, role, ".crt", &cert_pem, err) ||
        !pki_read_file(data, role, ".key", &key_pem, err) ||
        !crypto_cert_read_pem(buf_str(&authority_pem), &authority, err) ||
        !crypto_cert_read_pem(buf_str(&cert_pem), &cert, err) ||
        !crypto_pair_read(buf_str(&key_pem), &pair, err) ||
        !crypto_cert_proves(cert, authority, &found, err)) {
        return err_in(err, "the certificate of \"%s\"", role);
    }
    if (strcmp(found.role, role) != 0 || !crypto_cert_fits(cert, pair)) {
        return err_set(err, ERR_INVALID, "the certificate of \"%s\" is another's", role);
    }
    *who = found;
    *ends_at = crypto_cert_ends_at(cert);
    return true;
}

bool svc_pki_store(const char *data, const char *role, struct str certificate,
                   const struct str *key, struct err *err)
{
    return (key == NULL || pki_write_file(data, role, ".key", *key, 0600, err)) &&
           pki_write_file(data, role, ".crt", certificate, 0644, err);
}

static bool pki_make_leaf(const char *data, const char *role,
                          const struct crypto_authority *authority, struct err *err)
{
    char host[CRYPTO_HOST_MAX + 1];
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(pki_wipe) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    svc_pki_host(host);
    struct crypto_leaf leaf = { .role = str_of(role), .host = str_of(host) };
    if (!crypto_pair_new(&pair, err) ||
        !crypto_authority_issue(authority, pair, &leaf, &pem, err) ||
        !crypto_pair_write(pair, &key, err)) {
        return false;
    }
    struct str key_text = buf_str(&key);
    return svc_pki_store(data, role, buf_str(&pem), &key_text, err);
}

static bool pki_make_authority(const char *data, struct err *err)
{
    char site[CRYPTO_SITE_LEN + 1];
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(pki_wipe) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    crypto_site_new(site);
    return crypto_pair_new(&pair, err) && crypto_authority_new(pair, str_of(site), &pem, err) &&
           crypto_pair_write(pair, &key, err) &&
           pki_write_file(data, "ca", ".key", buf_str(&key), 0600, err) &&
           pki_write_file(data, "ca", ".crt", buf_str(&pem), 0644, err);
}

static bool pki_make_leafs(const char *data, struct err *err)
{
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(pki_wipe) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(crypto_authority_free) struct crypto_authority *authority = NULL;
    if (!pki_read_file(data, "ca", ".crt", &pem, err) ||
        !pki_read_file(data, "ca", ".key", &key, err) ||
        !crypto_authority_read(buf_str(&pem), buf_str(&key), &authority, err)) {
        return err_in(err, "the site's authority");
    }
    for (size_t i = 0; i < sizeof(pki_roles) / sizeof(*pki_roles); i++) {
        struct crypto_identity who;
        int64_t ends_at = 0;
        struct err ignored; // what cannot be used is made anew
        if (svc_pki_read(data, pki_roles[i], &who, &ends_at, &ignored) &&
            !svc_pki_is_due(ends_at)) {
            continue;
        }
        if (!pki_make_leaf(data, pki_roles[i], authority, err)) {
            return false;
        }
    }
    return true;
}

bool svc_pki_make(const char *data, struct err *err)
{
    char folder[SVC_PATH_MAX];
    if (!pki_path(data, "", "", folder, err) || !fs_make_folder(folder, err)) {
        return false;
    }
    bool has_certificate = pki_has(data, "ca", ".crt");
    if (has_certificate && !pki_has(data, "ca", ".key")) {
        return true; // joined: its certificates come from elsewhere
    }
    return (has_certificate || pki_make_authority(data, err)) && pki_make_leafs(data, err);
}
