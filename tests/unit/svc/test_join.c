// A second host gets its certificate with the token and nothing but the token; asked again after an
// unknown end, it is the same key that asks.
#include "svc/join.h"

#include "lib/enrolment.h"

static struct err err;

static struct svc_join join_of(struct site *site, const char *data, const char *token)
{
    return (struct svc_join){ .data = data,
                              .token = str_of(token),
                              .cas = site_address(site, ENGINE_CAS),
                              .wait_ms = 10000 };
}

static void read_kept(const char *data, struct buf *key)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/pki/join.key", data);
    buf_free(key);
    CHECK(fs_read(path, key, &err));
}

int main(void)
{
    struct site site;
    struct site far = { .data = "/tmp/quoin-far-XXXXXX" };
    struct enrolment cas = { .authority = NULL };
    struct crypto_identity who;
    struct crypto_identity stored;
    struct svc_token stranger;
    int64_t ends_at = 0;
    char token[SVC_TOKEN_LEN + 1];
    char wrong[SVC_TOKEN_LEN + 1];
    OWN(buf_free) struct buf before = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf after = BUF_CAP(CRYPTO_PEM_MAX);
    site_new(&site);
    CHECK(mkdtemp(far.data) != NULL);
    svc_token_new(&cas.token);
    svc_token_write(&cas.token, token);
    const struct svc_engine engine = enrolment_engine(&cas);

    struct svc_join join = join_of(&site, far.data, token);
    join.wait_ms = 500;
    CHECK(!svc_join(&join, &who, &err)); // nobody there
    CHECK(err.code == ERR_UNAVAILABLE || err.code == ERR_TIMEOUT);
    read_kept(far.data, &before);

    site_start(&site, &engine);
    site_wait_up(&site);
    svc_token_new(&stranger);
    svc_token_write(&stranger, wrong);
    struct svc_join unknown = join_of(&site, far.data, wrong);
    CHECK(!svc_join(&unknown, &who, &err));
    memcpy(stranger.id, cas.token.id, sizeof(stranger.id)); // a known name, the wrong key
    svc_token_write(&stranger, wrong);
    CHECK(!svc_join(&unknown, &who, &err));
    struct svc_join rubbish = join_of(&site, far.data, "rubbish");
    CHECK(!svc_join(&rubbish, &who, &err) && err.code == ERR_INVALID);
    struct svc_join home = join_of(&site, site.data, token);
    CHECK(!svc_join(&home, &who, &err) && err.code == ERR_EXISTS);
    read_kept(far.data, &after);
    CHECK(str_eq(buf_str(&before), buf_str(&after)));

    join.wait_ms = 10000;
    CHECK(svc_join(&join, &who, &err));
    CHECK_STR(str_of(who.role), "dre");
    CHECK_STR(str_of(who.host), "far");
    CHECK(svc_pki_read(far.data, "dre", &stored, &ends_at, &err));
    CHECK(strcmp(stored.uri, who.uri) == 0 && !svc_pki_is_due(ends_at));
    CHECK(svc_pki_make(far.data, &err)); // what "quoin up" does there: nothing
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/pki/ca.key", far.data);
    CHECK(access(path, F_OK) != 0);
    CHECK(site_stop(&site) == 0);
    site_free(&site);
    site_free(&far);
    return tap_done();
}
