// A listener turns away whom it cannot take, holds its port alone, and its streams outlive it.
#include "net/net.h"

#include "lib/tap.h"
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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

// Can another program of the same user, which sets all that lets ports be shared, have it too?
static bool is_shared(int type, int family, uint16_t port)
{
    int on = 1;
    int fd = socket(family, type | SOCK_CLOEXEC, 0);
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    bool v6_too = family == AF_INET6;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (v6_too) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    bool bound = bind(fd, v6_too ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
                      v6_too ? sizeof(v6) : sizeof(v4)) == 0;
    bool shared = bound && (type == SOCK_DGRAM || listen(fd, 1) == 0);
    (void)close(fd);
    return shared;
}

static void no_datagram(void *arg, struct net_udp *udp, const struct net_address *from,
                        struct str bytes)
{
    (void)arg;
    (void)udp;
    (void)from;
    (void)bytes;
}

static void test_nobody_shares_our_sockets(void)
{
    struct net_udp *udp = NULL;
    struct net_socket told[4];
    struct net_listen_settings settings = { .host = "::", .most = 1 };
    loop = net_loop_new();
    CHECK(net_sockets(loop, told, 4) == 0);
    CHECK(net_listen(loop, &settings, on_accept, NULL, &listener, &err));
    CHECK(net_udp_new(loop, "::", 0, no_datagram, NULL, &udp, &err));
    CHECK(net_sockets(loop, told, 4) == 2 && net_sockets(loop, told, 1) == 1);
    CHECK(told[0].port == net_listener_port(listener) && !told[0].udp && told[0].cookie != 0);
    CHECK(net_sockets(loop, told, 4) == 2 && told[1].udp && told[1].port == net_udp_port(udp));
    CHECK(told[0].cookie != told[1].cookie);
    for (int i = 0; i < 2; i++) { // not the IPv4 half either
        CHECK(!is_shared(SOCK_STREAM, i == 0 ? AF_INET : AF_INET6, told[0].port));
        CHECK(!is_shared(SOCK_DGRAM, i == 0 ? AF_INET : AF_INET6, told[1].port));
    }
    net_udp_close(&udp);
    net_listener_close(&listener);
    CHECK(net_sockets(loop, told, 4) == 0);
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
    test_nobody_shares_our_sockets();
    test_addresses_that_are_none();
    return tap_done();
}
