// What begins a connection, or is a datagram, to one of the ports is let through by the kernel and
// read; all else is not. Root is wanted for the kernel's part.
#include "lib/tap.h"
#include "ports/knock.h"
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_packets(void)
{
    uint8_t v4[28] = { 0x45, [9] = 6, [12] = 192, 0, 2, 7, [20] = 0x9c, 0x40, 0x0b, 0x7c };
    uint8_t v6[48] = {
        0x60, [6] = 17, [8] = 0x20, 0x01, 0x0d, 0xb8, [23] = 1, [40] = 0, 53, 0x0b, 0x7c
    };
    struct ports_call call;
    CHECK(ports_call_read((struct str){ (const char *)v4, sizeof(v4) }, &call));
    CHECK(!call.udp && call.port == 2940 && call.from_port == 40000);
    CHECK(strcmp(call.from, "192.0.2.7") == 0);
    CHECK(ports_call_read((struct str){ (const char *)v6, sizeof(v6) }, &call));
    CHECK(call.udp && call.port == 2940 && strcmp(call.from, "2001:db8::1") == 0);
    for (size_t len = 0; len < 24; len++) {
        CHECK(!ports_call_read((struct str){ (const char *)v4, len }, &call));
    }
    CHECK(!ports_call_read((struct str){ (const char *)v6, 43 }, &call));
    v4[0] = 0x4f; // options past its end
    CHECK(!ports_call_read((struct str){ (const char *)v4, sizeof(v4) }, &call));
    v4[0] = 0x41;
    CHECK(!ports_call_read((struct str){ (const char *)v4, sizeof(v4) }, &call));
    v4[0] = 0x45;
    v4[9] = 1; // ICMP
    CHECK(!ports_call_read((struct str){ (const char *)v4, sizeof(v4) }, &call));
}

struct heard {
    uint16_t port;
    int tcp;
    int udp;
    int others;
};

static void hear(void *arg, const struct ports_call *call)
{
    struct heard *heard = arg;
    bool meant = call->port == heard->port &&
                 (strcmp(call->from, "127.0.0.1") == 0 || strcmp(call->from, "::1") == 0);
    heard->tcp += meant && !call->udp;
    heard->udp += meant && call->udp;
    heard->others += !meant;
}

// A port that was free a moment ago; closed again, so that who calls is refused.
static uint16_t quiet_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(fd, (const struct sockaddr *)&at, len) == 0 &&
          getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    (void)close(fd);
    return ntohs(at.sin_port);
}

static void call(uint16_t port, int family)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
                               .sin6_port = htons(port),
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    const struct sockaddr *to = family == AF_INET ? (const void *)&v4 : (const void *)&v6;
    socklen_t len = family == AF_INET ? sizeof(v4) : sizeof(v6);
    int tcp = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int udp = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    (void)!connect(tcp, to, len); // is refused
    (void)!sendto(udp, "x", 1, 0, to, len);
    (void)close(tcp);
    (void)close(udp);
}

static void test_the_kernel(void)
{
    struct heard heard = { .port = quiet_port() };
    const struct ports_range ranges[] = { { 1, 1 }, { heard.port, heard.port }, { 3, 3 } };
    struct ports_knock knock;
    struct err err;
    uint64_t lost = 0;
    if (!ports_knock_open(ranges, 3, &knock, &err)) {
        CHECK(err.code == ERR_DENIED || geteuid() == 0);
        (void)printf("# not permitted: %s\n", err.text);
        ports_knock_close(&knock);
        return;
    }
    CHECK(ports_knock_is(&knock, knock.cookies[1]) && !ports_knock_is(&knock, 0));
    call(heard.port, AF_INET);
    call((uint16_t)(heard.port == 65535 ? 65534 : heard.port + 1), AF_INET);
    call(heard.port, AF_INET6);
    for (int i = 0; i < 50 && heard.tcp + heard.udp < 2; i++) {
        struct pollfd ready = { .fd = knock.fds[0], .events = POLLIN };
        (void)poll(&ready, 1, 20);
        ports_knock_read(&knock, hear, &heard, &lost);
    }
    CHECK(heard.tcp >= 1 && heard.udp >= 1 && heard.others == 0 && lost == 0);
    ports_knock_close(&knock);
    ports_knock_close(&knock); // twice is once
}

int main(void)
{
    test_packets();
    test_the_kernel();
    return tap_done();
}
