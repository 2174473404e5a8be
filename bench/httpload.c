// httpload PORT CONNECTIONS SECONDS - asks GET / over kept connections as fast as answers come, and
// prints one JSON object: requests a second, and the 50th and 99th percentile in microseconds.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, SAMPLES_MAX = 4 << 20 };

static const char ask[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: httpload\r\n\r\n";

struct peer {
    int fd;
    int64_t asked_ns;
    size_t got;
    size_t want; // of the answer, known from the first one
};

static struct peer peers[CONNECTIONS_MAX];
static uint32_t samples[SAMPLES_MAX];
static size_t sample_count;

static int64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void peer_ask(struct peer *peer)
{
    peer->got = 0;
    peer->asked_ns = now_ns();
    if (write(peer->fd, ask, sizeof(ask) - 1) != (ssize_t)sizeof(ask) - 1) {
        fail("write");
    }
}

// The answers are all alike: the first tells how long one is.
static size_t answer_len(const char *bytes)
{
    const char *end = strstr(bytes, "\r\n\r\n");
    const char *length = strstr(bytes, "Content-Length: ");
    if (end == NULL || length == NULL || strncmp(bytes, "HTTP/1.1 200", 12) != 0) {
        (void)fprintf(stderr, "not the answer that was hoped for: %s\n", bytes);
        exit(EXIT_FAILURE);
    }
    return (size_t)(end + 4 - bytes) + strtoul(length + 16, NULL, 10);
}

static void peer_read(struct peer *peer)
{
    static char bytes[1 << 16];
    ssize_t got = read(peer->fd, bytes, sizeof(bytes) - 1);
    if (got <= 0) {
        fail("read");
    }
    bytes[got] = '\0';
    peer->got += (size_t)got;
    if (peer->want == 0) {
        peer->want = answer_len(bytes);
    }
    if (peer->got < peer->want) {
        return;
    }
    if (sample_count < SAMPLES_MAX) {
        samples[sample_count++] = (uint32_t)((now_ns() - peer->asked_ns) / 1000);
    }
    peer_ask(peer);
}

static void peer_open(struct peer *peer, uint16_t port, int epoll)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const void *address = &to;
    if (peer->fd < 0 || connect(peer->fd, address, sizeof(to)) != 0) {
        fail("connect");
    }
    (void)setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, peer->fd, &event) != 0) {
        fail("epoll_ctl");
    }
    peer_ask(peer);
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *p = a;
    const uint32_t *q = b;
    return (*p > *q) - (*p < *q);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "httpload PORT CONNECTIONS SECONDS\n");
        return EXIT_FAILURE;
    }
    unsigned long count = strtoul(argv[2], NULL, 10);
    count = count > CONNECTIONS_MAX ? CONNECTIONS_MAX : count;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned long i = 0; i < count; i++) {
        peer_open(&peers[i], (uint16_t)strtoul(argv[1], NULL, 10), epoll);
    }
    int64_t start = now_ns();
    int64_t end = start + (int64_t)(strtod(argv[3], NULL) * 1e9);
    while (now_ns() < end) {
        struct epoll_event events[64];
        int ready = epoll_wait(epoll, events, 64, 100);
        for (int i = 0; i < ready; i++) {
            peer_read(events[i].data.ptr);
        }
    }
    double seconds = (double)(now_ns() - start) / 1e9;
    if (sample_count == 0) {
        return EXIT_FAILURE;
    }
    qsort(samples, sample_count, sizeof(samples[0]), by_size);
    printf("{\"connections\": %lu, \"per_second\": %.0f, \"p50_us\": %u, \"p99_us\": %u}\n", count,
           (double)sample_count / seconds, samples[sample_count / 2],
           samples[sample_count - sample_count / 100 - 1]);
    return EXIT_SUCCESS;
}
