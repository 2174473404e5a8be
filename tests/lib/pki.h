// pki: a site's authority and certificates in a folder of the test's own, and TLS made from them.
#pragma once

#include "base/buf.h"
#include "base/fs.h"
#include "crypto/cert.h"
#include "net/net.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct site {
    char folder[64];
    char name[CRYPTO_SITE_LEN + 1];
    struct crypto_authority *authority;
};

static inline void site_must(bool good, const char *what, const struct err *err)
{
    if (!good) {
        printf("Bail out! %s: %s\n", what, err->text);
        exit(EXIT_FAILURE);
    }
}

static inline void site_path(const struct site *site, char path[static 160], const char *stem,
                             const char *end)
{
    (void)snprintf(path, 160, "%s/%s.%s", site->folder, stem, end);
}

static inline void site_write(const struct site *site, const char *stem, const char *end,
                              const struct buf *content)
{
    char path[160];
    struct err err = { 0 };
    site_path(site, path, stem, end);
    site_must(fs_replace(path, buf_str(content), 0600, &err), path, &err);
}

static inline void site_init(struct site *site)
{
    struct err err = { 0 };
    *site = (struct site){ .folder = "/tmp/quoin-site-XXXXXX" };
    site_must(mkdtemp(site->folder) != NULL, "mkdtemp", &err);
    crypto_site_new(site->name);
    struct crypto_pair *pair = NULL;
    OWN(buf_free) struct buf certificate = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    site_must(
        crypto_pair_new(&pair, &err) && crypto_pair_write(pair, &key, &err) &&
            crypto_authority_new(pair, str_of(site->name), &certificate, &err) &&
            crypto_authority_read(buf_str(&certificate), buf_str(&key), &site->authority, &err),
        "authority", &err);
    site_write(site, "ca", "crt", &certificate);
    site_write(site, "ca", "key", &key);
    crypto_pair_free(&pair);
}

// Writes ROLE.crt and ROLE.key.
static inline void site_issue(const struct site *site, const char *role)
{
    struct err err = { 0 };
    struct crypto_pair *pair = NULL;
    OWN(buf_free) struct buf certificate = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    const struct crypto_leaf leaf = { .role = str_of(role), .host = STR("host-1") };
    site_must(crypto_pair_new(&pair, &err) && crypto_pair_write(pair, &key, &err) &&
                  crypto_authority_issue(site->authority, pair, &leaf, &certificate, &err),
              "issue", &err);
    site_write(site, role, "crt", &certificate);
    site_write(site, role, "key", &key);
    crypto_pair_free(&pair);
}

static const char *const site_alpn[] = { "h2", NULL };

// For the role with its certificate; believes `believed`'s authority.
static inline struct net_tls *site_tls(const struct site *site, const struct site *believed,
                                       const char *role, bool server)
{
    char certificate[160];
    char key[160];
    char authority[160];
    struct err err = { 0 };
    struct net_tls *tls = NULL;
    site_issue(site, role);
    site_path(site, certificate, role, "crt");
    site_path(site, key, role, "key");
    site_path(believed, authority, "ca", "crt");
    const struct net_tls_settings settings = {
        .certificate = certificate,
        .key = key,
        .authority = authority,
        .peer = NET_TLS_PEER_REQUIRED,
        .alpn = site_alpn,
    };
    site_must(net_tls_new(&settings, server, &tls, &err), "tls", &err);
    return tls;
}

static inline void site_fini(struct site *site)
{
    static const char *const stems[] = { "ca",  "cas", "dre",   "dce",   "dme",
                                         "spe", "web", "admin", "server" };
    char path[160];
    for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++) {
        site_path(site, path, stems[i], "crt");
        (void)unlink(path);
        site_path(site, path, stems[i], "key");
        (void)unlink(path);
    }
    (void)rmdir(site->folder);
    crypto_authority_free(&site->authority);
}
