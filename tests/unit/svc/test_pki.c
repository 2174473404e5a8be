// A site is made once, its certificates are renewed in time, and what was interrupted is made good.
#include "svc/pki.h"

#include "base/clk.h"
#include "base/fs.h"
#include "lib/tap.h"
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/quoin-pki-XXXXXX";
static struct err err;

static const char *at(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof(path), "%s/pki/%s", folder, name);
    return path;
}

static void read_whole(const char *name, struct buf *buf)
{
    buf_free(buf);
    CHECK(fs_read(at(name), buf, &err));
}

static void test_a_site_is_made_once(void)
{
    static const char *const roles[] = { "cas", "dce", "dre", "dme", "web", "admin", "agent" };
    OWN(buf_free) struct buf first = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf again = BUF_CAP(CRYPTO_PEM_MAX);
    char site[CRYPTO_SITE_LEN + 1] = "";
    CHECK(svc_pki_make(folder, &err));
    read_whole("cas.crt", &first);
    for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
        struct crypto_identity who;
        int64_t ends_at = 0;
        CHECK(svc_pki_read(folder, roles[i], &who, &ends_at, &err));
        CHECK(strcmp(who.role, roles[i]) == 0);
        CHECK(!svc_pki_is_due(ends_at));
        CHECK(site[0] == '\0' || strcmp(site, who.site) == 0);
        memcpy(site, who.site, sizeof(site));
    }
    static const char *const secret[] = { "ca.key", "cas.key", "dre.key", "admin.key" };
    for (size_t i = 0; i < 4; i++) {
        struct stat status;
        CHECK(stat(at(secret[i]), &status) == 0 && (status.st_mode & 0777) == 0600);
    }
    CHECK(svc_pki_make(folder, &err));
    read_whole("cas.crt", &again);
    CHECK(str_eq(buf_str(&first), buf_str(&again)));
}

static void test_it_is_renewed_in_time(void)
{
    struct crypto_identity who;
    int64_t before = 0;
    int64_t after = 0;
    CHECK(svc_pki_read(folder, "dre", &who, &before, &err));
    clk_shift_ms((CRYPTO_LEAF_S - CRYPTO_RENEW_S + 60) * 1000LL);
    CHECK(svc_pki_is_due(before));
    CHECK(svc_pki_make(folder, &err));
    CHECK(svc_pki_read(folder, "dre", &who, &after, &err));
    CHECK(after > before && !svc_pki_is_due(after));
    clk_shift_ms((3 * CRYPTO_LEAF_S) * 1000LL); // also when it has ended long ago
    CHECK(!svc_pki_read(folder, "dre", &who, &after, &err));
    CHECK(svc_pki_make(folder, &err));
    CHECK(svc_pki_read(folder, "dre", &who, &after, &err));
    clk_shift_ms(0);
    CHECK(unlink(at("dre.crt")) == 0 && unlink(at("cas.crt")) == 0 && unlink(at("admin.crt")) == 0);
    CHECK(unlink(at("dce.crt")) == 0 && unlink(at("web.crt")) == 0 && unlink(at("dme.crt")) == 0);
    CHECK(unlink(at("agent.crt")) == 0);
    CHECK(svc_pki_make(folder, &err));
}

static void test_what_was_interrupted_or_spoiled_is_made_good(void)
{
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    struct crypto_identity who;
    int64_t ends_at = 0;
    read_whole("cas.key", &key);
    CHECK(fs_replace(at("dre.key"), buf_str(&key), 0600, &err)); // of another certificate
    CHECK(!svc_pki_read(folder, "dre", &who, &ends_at, &err));
    CHECK(svc_pki_make(folder, &err));
    CHECK(svc_pki_read(folder, "dre", &who, &ends_at, &err));
    CHECK(fs_replace(at("dre.crt"), STR("half a certif"), 0644, &err));
    CHECK(svc_pki_make(folder, &err));
    CHECK(svc_pki_read(folder, "dre", &who, &ends_at, &err));
    CHECK(!svc_pki_read(folder, "spe", &who, &ends_at, &err));
    CHECK(err.code == ERR_NOT_FOUND);
    CHECK(fs_replace(at("ca.key"), STR("spoiled"), 0600, &err));
    CHECK(!svc_pki_make(folder, &err)); // never a second authority over a first
    CHECK(unlink(at("ca.key")) == 0);
    CHECK(svc_pki_make(folder, &err)); // as on a host that joined: nothing to make
    CHECK(access(at("ca.key"), F_OK) != 0);
}

static void test_the_host_has_a_name_that_fits(void)
{
    char host[CRYPTO_HOST_MAX + 1];
    struct crypto_identity who;
    svc_pki_host(host);
    CHECK(crypto_identity_make(STR("0123456789abcdef"), STR("cas"), str_of(host), &who, &err));
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    test_a_site_is_made_once();
    test_it_is_renewed_in_time();
    test_what_was_interrupted_or_spoiled_is_made_good();
    test_the_host_has_a_name_that_fits();
    static const char *const files[] = { "ca.crt",    "cas.crt",   "cas.key",  "dre.crt",
                                         "dme.crt",   "dme.key",   "dce.crt",  "dce.key",
                                         "web.crt",   "web.key",   "dre.key",  "admin.crt",
                                         "admin.key", "agent.crt", "agent.key" };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        CHECK(unlink(at(files[i])) == 0);
    }
    CHECK(rmdir(at("")) == 0 && rmdir(folder) == 0);
    return tap_done();
}
