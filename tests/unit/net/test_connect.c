// A stream that cannot be opened says why, later and once; names are looked up off the loop.
#include "net/net.h"

#include "lib/tap.h"

struct asker {
    struct net_loop *loop;
    struct net_stream *stream;
    struct err err;
    int opened;
    int closed;
    bool abort;
};

static void on_open(void *arg, struct net_stream *stream)
{
    struct asker *asker = arg;
    asker->opened++;
    net_stream_close(stream);
    net_stream_close(stream);
}

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg;
    (void)stream;
    (void)bytes;
}

static void on_close(void *arg, const struct err *err)
{
    struct asker *asker = arg;
    asker->err = *err;
    asker->closed++;
    net_loop_stop(asker->loop);
}

static const struct net_stream_events events = { .on_open = on_open,
                                                 .on_read = on_read,
                                                 .on_close = on_close };

static void drop(void *arg, struct net_stream *stream)
{
    (void)arg;
    net_stream_abort(stream, NULL);
}

static uint16_t free_port(struct net_loop *loop, const char *host)
{
    struct err err;
    struct net_listener *listener = NULL;
    struct net_listen_settings settings = { .host = host, .most = 1 };
    CHECK(net_listen(loop, &settings, drop, NULL, &listener, &err));
    uint16_t port = net_listener_port(listener);
    net_listener_close(&listener);
    return port;
}

static void connect_to(struct asker *asker, const char *host, uint16_t port, uint64_t wait_ms)
{
    struct net_address to = { .port = port };
    (void)snprintf(to.host, sizeof(to.host), "%s", host);
    asker->stream = net_connect(asker->loop, &to, NULL, NULL, wait_ms, &events, asker);
    CHECK(asker->closed == 0); // never from inside the call
    if (asker->abort) {
        net_stream_abort(asker->stream, NULL);
        net_stream_abort(asker->stream, NULL);
    }
    net_loop_run(asker->loop);
    CHECK(asker->closed == 1);
}

static void test_nobody_there(const char *host)
{
    struct asker asker = { .loop = net_loop_new() };
    connect_to(&asker, host, free_port(asker.loop, host), 5000);
    CHECK(asker.opened == 0);
    CHECK(asker.err.code == ERR_UNAVAILABLE);
    CHECK(strstr(asker.err.text, host) != NULL);
    net_loop_free(&asker.loop);
}

static void test_no_such_name(const char *name, enum err_code want)
{
    struct asker asker = { .loop = net_loop_new() };
    connect_to(&asker, name, 9, 30000);
    CHECK(asker.opened == 0);
    CHECK(asker.err.code == want);
    net_loop_free(&asker.loop);
}

static void test_a_name_is_looked_up_and_connected(void)
{
    struct err err;
    struct asker asker = { .loop = net_loop_new() };
    struct net_listener *listener = NULL;
    struct net_listen_settings settings = { .host = "127.0.0.1", .most = 10 };
    CHECK(net_listen(asker.loop, &settings, drop, NULL, &listener, &err));
    connect_to(&asker, "localhost", net_listener_port(listener), 30000);
    CHECK(asker.opened == 1);
    CHECK(asker.err.code == ERR_NONE);
    net_listener_close(&listener);
    net_loop_free(&asker.loop);
}

static void test_aborted_while_opening(const char *host)
{
    struct asker asker = { .loop = net_loop_new(), .abort = true };
    connect_to(&asker, host, 9, 5000);
    CHECK(asker.opened == 0);
    CHECK(asker.err.code == ERR_NONE);
    net_loop_free(&asker.loop);
}

static void test_the_loop_goes_while_a_name_is_looked_up(void)
{
    struct asker asker = { .loop = net_loop_new() };
    struct net_loop *loop = asker.loop;
    struct net_address to = { .host = "localhost", .port = 9 };
    (void)net_connect(loop, &to, NULL, NULL, 5000, &events, &asker);
    net_loop_free(&loop);
    CHECK(asker.closed == 1);
    CHECK(asker.err.code == ERR_UNAVAILABLE);
}

static void test_the_deadline_of_a_connection(void)
{
    struct asker asker = { .loop = net_loop_new() };
    connect_to(&asker, "192.0.2.1", 9, 100); // answers nobody (RFC 5737), or cannot be reached
    CHECK(asker.opened == 0);
    CHECK(asker.err.code == ERR_TIMEOUT || asker.err.code == ERR_UNAVAILABLE);
    net_loop_free(&asker.loop);
}

int main(void)
{
    test_nobody_there("127.0.0.1");
    test_nobody_there("::1");
    test_no_such_name("no such host", ERR_UNAVAILABLE);
    test_a_name_is_looked_up_and_connected();
    test_aborted_while_opening("127.0.0.1");
    test_aborted_while_opening("localhost");
    test_the_loop_goes_while_a_name_is_looked_up();
    test_the_deadline_of_a_connection();
    return tap_done();
}
