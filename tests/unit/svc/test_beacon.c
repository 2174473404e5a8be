// Engines of one site see each other; strangers, old and repeated words are counted and get
// nothing; an answer is never longer than what asked for it.
#include "svc/beacon.h"

#include "base/buf.h"
#include "base/clk.h"
#include "base/fs.h"
#include "lib/site.h"
#include "svc/presence.h"

struct ear { // a bare socket: what goes in and what comes out
    struct net_loop *loop;
    struct net_udp *udp;
    struct buf last;
    int got;
};

static struct err err;
static struct net_loop *loop;
static struct net_timer *timer;

static void on_read(void *arg, struct net_udp *udp, const struct net_address *from,
                    struct str bytes)
{
    struct ear *ear = arg;
    (void)udp;
    (void)from;
    ear->got++;
    buf_free(&ear->last);
    buf_add(&ear->last, bytes);
    net_loop_stop(ear->loop);
}

static void on_time(void *arg)
{
    net_loop_stop(arg);
}

static void run_for(uint64_t wait_ms) // or until an ear heard something
{
    net_timer_start(timer, wait_ms);
    net_loop_run(loop);
    net_timer_stop(timer);
}

static struct svc_beacon *beacon_of(const struct site *site, const char *role, uint64_t every_ms)
{
    char path[128];
    struct svc_beacon *beacon = NULL;
    OWN(buf_free) struct buf certificate = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf authority = BUF_CAP(CRYPTO_PEM_MAX);
    (void)snprintf(path, sizeof(path), "%s/pki/%s.crt", site->data, role);
    CHECK(fs_read(path, &certificate, &err));
    (void)snprintf(path, sizeof(path), "%s/pki/%s.key", site->data, role);
    CHECK(fs_read(path, &key, &err));
    (void)snprintf(path, sizeof(path), "%s/pki/ca.crt", site->data);
    CHECK(fs_read(path, &authority, &err));
    struct svc_beacon_settings settings = { .host = "127.0.0.1",
                                            .serves = 2938,
                                            .certificate = buf_str(&certificate),
                                            .key = buf_str(&key),
                                            .authority = buf_str(&authority),
                                            .every_ms = every_ms };
    CHECK(svc_beacon_new(loop, &settings, &beacon, &err));
    return beacon;
}

static struct net_address address_of(uint16_t port)
{
    return (struct net_address){ .host = "127.0.0.1", .port = port };
}

static void wait_heard(const struct svc_beacon *beacon, uint64_t count)
{
    for (int i = 0; i < 500 && svc_beacon_counts(beacon).heard < count; i++) {
        run_for(10);
    }
    CHECK(svc_beacon_counts(beacon).heard >= count);
}

static void test_engines_see_each_other(const struct site *site)
{
    struct svc_beacon *cas = beacon_of(site, "cas", 20);
    struct svc_beacon *dre = beacon_of(site, "dre", 0);
    struct net_address to_dre = address_of(svc_beacon_port(dre));
    struct net_address to_cas = address_of(svc_beacon_port(cas));
    struct svc_beacon_peer peers[4];
    svc_beacon_tell(cas, &to_dre);
    wait_heard(dre, 3);
    CHECK(svc_beacon_peers(dre, peers, 4) == 1); // again and again the same
    CHECK_STR(str_of(peers[0].who.role), "cas");
    CHECK(peers[0].serves == 2938 && peers[0].at.port == to_cas.port);
    svc_beacon_probe(dre, &to_cas);
    uint64_t before = svc_beacon_counts(dre).heard;
    wait_heard(cas, 1);
    wait_heard(dre, before + 1);
    CHECK(svc_beacon_counts(cas).answered == 1);
    CHECK(svc_beacon_peers(cas, peers, 4) == 1);
    CHECK_STR(str_of(peers[0].who.role), "dre");
    CHECK(svc_beacon_counts(dre).foreign == 0 && svc_beacon_counts(cas).foreign == 0);
    svc_beacon_free(&cas);
    svc_beacon_free(&dre);
}

static void send_and_expect(struct ear *ear, const struct svc_beacon *beacon, struct str bytes,
                            const char *what)
{
    struct net_address to = address_of(svc_beacon_port(beacon));
    struct svc_beacon_counts was = svc_beacon_counts(beacon);
    int got = ear->got;
    net_udp_send(ear->udp, &to, bytes);
    for (int i = 0; i < 500; i++) {
        struct svc_beacon_counts now = svc_beacon_counts(beacon);
        if (now.heard + now.foreign + now.stale + now.dropped >
            was.heard + was.foreign + was.stale + was.dropped) {
            break;
        }
        run_for(5);
    }
    run_for(strcmp(what, "answered") == 0 ? 2000 : 20);
    struct svc_beacon_counts now = svc_beacon_counts(beacon);
    printf("# %s\n", what);
    CHECK(now.foreign - was.foreign == (strcmp(what, "foreign") == 0));
    CHECK(now.stale - was.stale == (strcmp(what, "stale") == 0));
    CHECK(now.heard - was.heard == (strcmp(what, "answered") == 0));
    CHECK(ear->got - got == (strcmp(what, "answered") == 0));
}

static void test_strangers_get_nothing(const struct site *site, const struct site *other)
{
    struct ear ear = { .loop = loop, .last = BUF_CAP(2000) };
    struct svc_beacon *cas = beacon_of(site, "cas", 0);
    struct svc_beacon *dre = beacon_of(site, "dre", 0);
    struct svc_beacon *foreign = beacon_of(other, "dre", 0);
    OWN(buf_free) struct buf probe = BUF_CAP(2000);
    CHECK(net_udp_new(loop, "127.0.0.1", 0, on_read, &ear, &ear.udp, &err));
    struct net_address to_ear = address_of(net_udp_port(ear.udp));
    svc_beacon_probe(dre, &to_ear); // a good probe, caught
    run_for(5000);
    buf_add(&probe, buf_str(&ear.last));
    CHECK(probe.len == PRESENCE_BYTES_MAX);
    send_and_expect(&ear, cas, STR("rubbish"), "foreign");
    send_and_expect(&ear, cas, STR(""), "foreign");
    for (size_t at = 6; at < 1100; at += 97) { // any bit that is turned
        probe.ptr[at] ^= 1;
        struct svc_beacon_counts was = svc_beacon_counts(cas);
        int got = ear.got;
        net_udp_send(ear.udp, &(struct net_address){ "127.0.0.1", svc_beacon_port(cas) },
                     buf_str(&probe));
        run_for(20);
        CHECK(svc_beacon_counts(cas).heard == was.heard && ear.got == got);
        probe.ptr[at] ^= 1;
    }
    clk_shift_ms(120000);
    send_and_expect(&ear, cas, buf_str(&probe), "stale");
    clk_shift_ms(0);
    send_and_expect(&ear, cas, buf_str(&probe), "answered");
    CHECK(ear.last.len <= probe.len);
    send_and_expect(&ear, cas, buf_str(&probe), "stale"); // repeated
    svc_beacon_probe(foreign, &to_ear);
    run_for(5000);
    OWN(buf_free) struct buf theirs = BUF_CAP(2000);
    buf_add(&theirs, buf_str(&ear.last));
    send_and_expect(&ear, cas, buf_str(&theirs), "foreign");
    svc_beacon_probe(dre, &to_ear); // without its filling, which is not signed
    run_for(5000);
    struct svc_presence presence;
    CHECK(svc_presence_read(buf_str(&ear.last), &presence, &err));
    OWN(buf_free) struct buf bare = BUF_CAP(2000);
    buf_add(&bare, (struct str){ ear.last.ptr, presence.covered.len + 2 + presence.signature.len });
    net_udp_send(ear.udp, &(struct net_address){ "127.0.0.1", svc_beacon_port(cas) },
                 buf_str(&bare));
    buf_free(&ear.last);
    wait_heard(cas, 2);
    run_for(100);
    CHECK(ear.last.len <= bare.len); // none, or no longer
    buf_free(&ear.last);
    net_udp_close(&ear.udp);
    svc_beacon_free(&cas);
    svc_beacon_free(&dre);
    svc_beacon_free(&foreign);
}

static void test_checks_are_bounded(const struct site *site)
{
    struct ear ear = { .loop = loop, .last = BUF_CAP(2000) };
    struct svc_beacon *cas = beacon_of(site, "cas", 0);
    struct svc_beacon *dre = beacon_of(site, "dre", 0);
    CHECK(net_udp_new(loop, "127.0.0.1", 0, on_read, &ear, &ear.udp, &err));
    struct net_address to_ear = address_of(net_udp_port(ear.udp));
    struct net_address to_cas = address_of(svc_beacon_port(cas));
    svc_beacon_probe(dre, &to_ear);
    run_for(5000);
    ear.last.ptr[PRESENCE_CERTIFICATE_MAX / 4] ^= 1;
    for (int i = 0; i < 10 * SVC_BEACON_CHECKS_A_SECOND && svc_beacon_counts(cas).dropped == 0;
         i++) {
        net_udp_send(ear.udp, &to_cas, buf_str(&ear.last));
        if (i % 50 == 49) {
            run_for(1);
        }
    }
    CHECK(svc_beacon_counts(cas).dropped > 0);
    buf_free(&ear.last);
    net_udp_close(&ear.udp);
    svc_beacon_free(&cas);
    svc_beacon_free(&dre);
}

int main(void)
{
    struct site site;
    struct site other;
    site_new(&site);
    site_new(&other);
    loop = net_loop_new();
    timer = net_timer_new(loop, on_time, loop);
    test_engines_see_each_other(&site);
    test_strangers_get_nothing(&site, &other);
    test_checks_are_bounded(&site);
    net_timer_free(&timer);
    net_loop_free(&loop);
    site_free(&site);
    site_free(&other);
    return tap_done();
}
