// A listener turns away whom it cannot take, holds its port alone, and its streams outlive it.
#include "net/net.h"

#include "lib/tap.h"

enum { CALLERS = 5, MOST = 3 };

static struct net_loop *loop;
static struct net_listener *listener;
static struct net_stream *accepted[CALLERS];
static int accepts;
static int cut;
static int answered;
static struct err err;

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg;
    (void)bytes;
    answered++;
    net_stream_close(stream);
}

static void on_close(void *arg, const struct err *why)
{
    int *count = arg;
    (void)why;
    if (++*count + answered >= CALLERS || accepts == 0) {
        net_loop_stop(loop);
    }
}

static void on_end(void *arg, struct net_stream *stream)
{
    (void)arg;
    if (--cut == -CALLERS + MOST) { // all that are too many have heard
        struct net_listener_counts counts = net_listener_counts(listener);
        CHECK(counts.open == MOST && counts.refused == CALLERS - MOST && counts.failed == 0);
        net_listener_close(&listener);
        CHECK(listener == NULL);
        for (int i = 0; i < accepts; i++) {
            net_stream_write(accepted[i], STR("still here"));
            net_stream_close(accepted[i]);
        }
    }
    net_stream_close(stream);
}

static const struct net_stream_events caller = { .on_read = on_read,
                                                 .on_end = on_end,
                                                 .on_close = on_close };
static const struct net_stream_events server = { .on_read = on_read };

static void on_accept(void *arg, struct net_stream *stream)
{
    (void)arg;
    accepted[accepts++] = stream;
    net_stream_set(stream, &server, NULL);
}

static void test_more_than_most_are_turned_away(const char *host)
{
    int closes = 0;
    struct net_listen_settings settings = { .host = host, .most = MOST };
    accepts = 0;
    cut = 0;
    answered = 0;
    loop = net_loop_new();
    CHECK(net_listen(loop, &settings, on_accept, NULL, &listener, &err));
    struct net_address to = { .port = net_listener_port(listener) };
    (void)snprintf(to.host, sizeof(to.host), "%s", host);
    for (int i = 0; i < CALLERS; i++) {
        (void)net_connect(loop, &to, NULL, NULL, 5000, &caller, &closes);
    }
    net_loop_run(loop);
    net_loop_free(&loop);
    CHECK(accepts == MOST);
    CHECK(answered == MOST);
    CHECK(closes == CALLERS);
}

static void test_a_port_has_one_holder(void)
{
    struct net_listener *other = NULL;
    struct net_listen_settings settings = { .host = "127.0.0.1", .most = 1 };
    loop = net_loop_new();
    CHECK(net_listen(loop, &settings, on_accept, NULL, &listener, &err));
    settings.port = net_listener_port(listener);
    CHECK(!net_listen(loop, &settings, on_accept, NULL, &other, &err));
    CHECK(err.code == ERR_CONFLICT);
    net_listener_close(&listener);
    CHECK(net_listen(loop, &settings, on_accept, NULL, &listener, &err)); // at once again
    net_listener_close(&listener);
    net_loop_free(&loop);
}

static void test_addresses_that_are_none(void)
{
    static const char *const bad[] = { "localhost", "", "256.0.0.1", "192.0.2.1", "1.2.3" };
    loop = net_loop_new();
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct net_listen_settings settings = { .host = bad[i], .most = 1 };
        CHECK(!net_listen(loop, &settings, on_accept, NULL, &listener, &err));
        CHECK(err.code == ERR_INVALID);
    }
    net_loop_free(&loop);
}

int main(void)
{
    test_more_than_most_are_turned_away("127.0.0.1");
    test_more_than_most_are_turned_away("::1");
    test_a_port_has_one_holder();
    test_addresses_that_are_none();
    return tap_done();
}
