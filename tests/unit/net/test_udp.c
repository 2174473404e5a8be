// Datagrams go and come, on a port that nobody else can have.
#include "net/net.h"

#include "lib/tap.h"

struct peer {
    struct net_loop *loop;
    struct net_udp *udp;
    int got;
    bool answers;
};

static void on_read(void *arg, struct net_udp *udp, const struct net_address *from,
                    struct str bytes)
{
    struct peer *peer = arg;
    peer->got++;
    CHECK_STR(bytes, "hello\0again");
    if (peer->answers) {
        net_udp_send(udp, from, bytes);
    } else {
        net_udp_close(&peer->udp); // from inside its callback
        net_loop_stop(peer->loop);
    }
}

static void test_there_and_back(const char *host, const char *reach)
{
    struct err err;
    struct net_loop *loop = net_loop_new();
    struct peer one = { .loop = loop };
    struct peer two = { .loop = loop, .answers = true };
    struct net_udp *none = NULL;
    CHECK(net_udp_new(loop, host, 0, on_read, &one, &one.udp, &err));
    CHECK(net_udp_new(loop, host, 0, on_read, &two, &two.udp, &err));
    CHECK(!net_udp_new(loop, host, net_udp_port(two.udp), on_read, &one, &none, &err));
    CHECK(err.code == ERR_CONFLICT);
    CHECK(!net_udp_new(loop, "localhost", 0, on_read, &one, &none, &err));
    struct net_address to = { .port = net_udp_port(two.udp) };
    (void)snprintf(to.host, sizeof(to.host), "%s", reach);
    net_udp_send(one.udp, &to, STR("hello\0again"));
    net_loop_run(loop);
    CHECK(one.got == 1 && two.got == 1);
    net_udp_close(&two.udp);
    net_loop_free(&loop);
}

int main(void)
{
    test_there_and_back("127.0.0.1", "127.0.0.1");
    test_there_and_back("::1", "::1");
    test_there_and_back("::", "127.0.0.1"); // one socket for both
    test_there_and_back("::", "::1");
    return tap_done();
}
