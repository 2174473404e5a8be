// A certificate that ends soon is renewed: by CAS for its own host, with CAS's signature elsewhere,
// and one that does not end soon is left alone.
#include "svc/renew.h"

#include "base/clk.h"
#include "lib/enrolment.h"
#include "svc/join.h"

struct watch {
    struct net_loop *loop;
    int renewed;
    int failed;
    struct err err;
};

static void on_renewed(void *arg)
{
    struct watch *watch = arg;
    watch->renewed++;
    net_loop_stop(watch->loop);
}

static void on_failed(void *arg, const struct err *err)
{
    struct watch *watch = arg;
    watch->failed++;
    watch->err = *err;
    net_loop_stop(watch->loop);
}

static void on_late(void *arg)
{
    net_loop_stop(arg);
}

// One look at DIR's certificate of role; waits for news at most so long.
static struct watch look(const char *data, const char *role, struct wire_client *cas,
                         struct net_loop *loop, uint64_t wait_ms)
{
    struct watch watch = { .loop = loop };
    struct crypto_identity who;
    struct err err;
    struct svc_renew_settings settings = { .data = data,
                                           .role = role,
                                           .cas = cas,
                                           .every_ms = 3600000,
                                           .on_renewed = on_renewed,
                                           .on_failed = on_failed,
                                           .arg = &watch };
    CHECK(svc_pki_read(data, role, &who, &settings.ends_at, &err));
    struct svc_renew *renew = svc_renew_new(loop, &settings);
    struct net_timer *timer = net_timer_new(loop, on_late, loop);
    net_timer_start(timer, wait_ms);
    svc_renew_now(renew);
    svc_renew_now(renew); // one round at a time
    net_loop_run(loop);
    net_timer_free(&timer);
    svc_renew_free(&renew);
    return watch;
}

static void test_at_home(void)
{
    struct site site;
    struct net_loop *loop = NULL;
    struct crypto_identity who;
    int64_t ends_at = 0;
    struct err err;
    site_new(&site);
    loop = net_loop_new();
    CHECK(look(site.data, "cas", NULL, loop, 300).renewed == 0); // nothing to do
    clk_shift_ms((CRYPTO_LEAF_S - 3600) * 1000LL);
    struct watch due = look(site.data, "cas", NULL, loop, 20000);
    CHECK(due.renewed == 1 && due.failed == 0);
    CHECK(svc_pki_read(site.data, "dre", &who, &ends_at, &err) && !svc_pki_is_due(ends_at));
    clk_shift_ms(0);
    net_loop_free(&loop);
    site_free(&site);
}

static void test_afar(void)
{
    struct site site;
    struct site far = { .data = "/tmp/quoin-far-XXXXXX" };
    struct enrolment cas = { .first_good_s = 24 * 3600 }; // due from the first day
    struct crypto_identity who;
    struct err err;
    int64_t ends_at = 0;
    char token[SVC_TOKEN_LEN + 1];
    site_new(&site);
    CHECK(mkdtemp(far.data) != NULL);
    svc_token_new(&cas.token);
    svc_token_write(&cas.token, token);
    const struct svc_engine engine = enrolment_engine(&cas);
    site_start(&site, &engine);
    site_wait_up(&site);
    struct svc_join join = { .data = far.data,
                             .token = str_of(token),
                             .cas = site_address(&site, ENGINE_CAS) };
    CHECK(svc_join(&join, &who, &err));
    CHECK(svc_pki_read(far.data, "dre", &who, &ends_at, &err) && svc_pki_is_due(ends_at));
    struct net_loop *loop = net_loop_new();
    struct net_tls *tls = site_client_tls(far.data, "dre");
    struct wire_client_settings settings = { .to = site_address(&site, ENGINE_CAS),
                                             .tls = tls,
                                             .role = "cas" };
    struct wire_client *client = wire_client_new(loop, &settings);
    struct watch due = look(far.data, "dre", client, loop, 20000);
    CHECK(due.renewed == 1 && due.failed == 0);
    CHECK(svc_pki_read(far.data, "dre", &who, &ends_at, &err) && !svc_pki_is_due(ends_at));
    CHECK(look(far.data, "dre", client, loop, 300).renewed == 0);
    CHECK(site_stop(&site) == 0);
    clk_shift_ms((CRYPTO_LEAF_S - 3600) * 1000LL);
    struct watch away = look(far.data, "dre", client, loop, 20000);
    CHECK(away.renewed == 0 && away.failed == 1); // CAS is away: told, and the old one stands
    CHECK(svc_pki_read(far.data, "dre", &who, &ends_at, &err));
    clk_shift_ms(0);
    wire_client_free(&client);
    net_tls_free(&tls);
    net_loop_free(&loop);
    site_free(&site);
    site_free(&far);
}

int main(void)
{
    test_at_home();
    test_afar();
    return tap_done();
}
