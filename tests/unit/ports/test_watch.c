#include "base/clk.h"
#include "lib/tap.h"
#include "ports/watch.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIVES = 200 };

struct told {
    size_t count[4];
    struct ports_holder last;
};

static void tell(void *arg, enum ports_change change, const struct ports_holder *holder)
{
    struct told *told = arg;
    told->count[change]++;
    told->last = *holder;
}

static int hold(int type, uint16_t *port)
{
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(*port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    bool good = bind(fd, (struct sockaddr *)&at, len) == 0 &&
                (type == SOCK_DGRAM || listen(fd, 1) == 0) &&
                getsockname(fd, (struct sockaddr *)&at, &len) == 0;
    if (!good) {
        CHECK(good);
    }
    *port = ntohs(at.sin_port);
    return fd;
}

// Below those that the kernel gives to whoever connects: their sockets end there too.
static uint16_t free_port(void)
{
    for (uint16_t port = (uint16_t)(15000 + getpid() % 10000); port < 32000; port++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_in at = { .sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        bool free_now = bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
        (void)close(fd);
        if (free_now) {
            return port;
        }
    }
    return 0;
}

static void test_changes_are_told_once(struct ports_watch *watch, uint16_t port)
{
    struct err err;
    struct told told = { { 0 }, { .pid = 0 } };
    CHECK(ports_watch_look(watch, PORTS_ASK_OWNERS, tell, &told, &err));
    CHECK(told.count[PORTS_OPENED] == 0);
    int fd = hold(SOCK_STREAM, &port);
    CHECK(ports_watch_look(watch, PORTS_ASK_OWNERS, tell, &told, &err));
    CHECK(told.count[PORTS_OPENED] == 1 && told.last.pid == getpid() && told.last.port == port);
    CHECK(ports_watch_look(watch, PORTS_ASK_QUICK, tell, &told, &err));
    CHECK(ports_watch_view(watch)->count == 1 &&
          ports_watch_view(watch)->holders[0].pid == getpid());
    CHECK(ports_watch_look(watch, PORTS_ASK_ALL & ~PORTS_ASK_PACKAGES, tell, &told, &err));
    CHECK(told.count[PORTS_OPENED] == 1 && told.count[PORTS_CLOSED] == 0);
    (void)close(fd);
    CHECK(ports_watch_look(watch, PORTS_ASK_QUICK, tell, &told, &err));
    CHECK(told.count[PORTS_CLOSED] == 1 && ports_watch_view(watch)->count == 0);
}

// Everybody's sockets are told, so on a busy machine some words may be lost, which is said; then
// it is done again.
static bool short_lives_are_told(struct ports_watch *watch, int type, uint16_t port, bool *lost)
{
    struct err err;
    struct told told = { { 0 }, { .pid = 0 } };
    bool now = false;
    bool good = ports_watch_gone(watch, tell, &told, &now, &err); // of the test before
    told = (struct told){ { 0 }, { .pid = 0 } };
    *lost = false;
    for (int i = 0; i < LIVES && good; i++) {
        (void)close(hold(type, &port));
        good = i % 10 != 0 || ports_watch_gone(watch, tell, &told, &now, &err);
        *lost = *lost || now;
    }
    // The kernel frees them a moment later, some of them.
    for (int64_t until = clk_mono_ms() + 5000;
         good && told.count[PORTS_FLEETING] < LIVES && !*lost && clk_mono_ms() < until;) {
        struct pollfd ready = { .fd = ports_watch_descriptor(watch), .events = POLLIN };
        (void)poll(&ready, 1, 100);
        good = ports_watch_gone(watch, tell, &told, &now, &err);
        *lost = *lost || now;
    }
    printf("# %zu lives, %s\n", told.count[PORTS_FLEETING], *lost ? "some lost" : "none lost");
    // One of the test before may be freed only now.
    return good && told.count[PORTS_FLEETING] - LIVES <= 2 && told.last.port == port &&
           told.last.uid == getuid();
}

static void test_short_lives_are_told(struct ports_watch *watch, int type, uint16_t port)
{
    bool lost = true;
    bool good = false;
    if (ports_watch_descriptor(watch) < 0) {
        printf("# not permitted: CAP_NET_ADMIN\n");
        return;
    }
    for (int round = 0; round < 20 && lost && !good; round++) {
        good = short_lives_are_told(watch, type, port, &lost);
    }
    CHECK(good);
}

static void test_a_look_costs_little(struct ports_watch *watch)
{
    struct err err;
    struct told told = { { 0 }, { .pid = 0 } };
    int64_t best = INT64_MAX;
    for (int i = 0; i < 50; i++) {
        int64_t from = clk_mono_ns();
        CHECK(ports_watch_look(watch, PORTS_ASK_QUICK, tell, &told, &err));
        int64_t took = clk_mono_ns() - from;
        best = took < best ? took : best;
    }
    printf("# a look: %lld us\n", (long long)(best / 1000));
    CHECK(best < 20000000); // a tenth of a millisecond on a quiet machine (bench/ports_bench)
}

int main(void)
{
    struct err err;
    struct ports_watch *watch = NULL;
    uint16_t port = free_port();
    const struct ports_range range = { port, port };
    CHECK(ports_watch_new(&range, 1, &watch, &err));
    CHECK(ports_watch_look(watch, PORTS_ASK_QUICK, tell, &(struct told){ { 0 }, { .pid = 0 } },
                           &err));
    test_changes_are_told_once(watch, port);
    test_short_lives_are_told(watch, SOCK_STREAM, port);
    test_short_lives_are_told(watch, SOCK_DGRAM, port);
    test_a_look_costs_little(watch);
    ports_watch_free(&watch);
    CHECK(watch == NULL);
    return tap_done();
}
