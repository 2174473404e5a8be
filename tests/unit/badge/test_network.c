// Readers on the network: expected ones are heard in any pieces, all others are closed and counted.
#include "badge/network.h"

#include "badge/frame.h"
#include "base/clk.h"
#include "lib/tap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT_MS = 5000, FRAME_MS = 300, IDLE_MS = 600, CLIENTS = BADGE_ADDRESS_MAX + 4 };

static struct net_loop *loop;
static struct badge_network *network;
static struct err err;
static char cards[8][64];
static size_t card_count;
static size_t here_count;
static bool (*until)(void);
static int64_t limit;
static struct badge_network_counts now;

static bool on_frame(void *arg, struct str name, struct str address, struct str card)
{
    (void)arg;
    if (!str_eq(name, STR("desk-1")) || !str_eq(address, STR("127.0.0.1"))) {
        return false;
    }
    here_count++;
    if (card.len > 0 && card_count < 8) {
        (void)snprintf(cards[card_count++], sizeof(cards[0]), "%.*s", (int)card.len, card.ptr);
    }
    return true;
}

static void on_look(void *arg)
{
    (void)arg;
    now = badge_network_counts(network);
    if (until() || clk_mono_ms() > limit) {
        net_loop_stop(loop);
    }
}

static bool comes(bool (*wanted)(void))
{
    struct net_timer *timer = net_timer_new(loop, on_look, NULL);
    until = wanted;
    limit = clk_mono_ms() + LIMIT_MS;
    net_timer_every(timer, 5);
    net_loop_run(loop);
    net_timer_free(&timer);
    return wanted();
}

static int client(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(badge_network_port(network)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0);
    return fd;
}

static void frame_add(struct buf *bytes, const char *name, const char *card)
{
    const struct badge_frame frame = { card[0] == '\0' ? BADGE_HERE : BADGE_CARD, str_of(name),
                                       str_of(card) };
    badge_frame_write(&frame, bytes);
}

static void put(int fd, struct str bytes)
{
    CHECK(send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL) == (ssize_t)bytes.len);
}

static bool two_cards(void)
{
    return card_count == 2;
}

static bool is_open(void)
{
    return now.open == 1;
}

static bool none_open(void)
{
    return now.open == 0;
}

static void test_cards_come_in_any_pieces(void)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(4096);
    char answer[2 * BADGE_ANSWER_BYTES];
    int fd = client();
    frame_add(&bytes, "desk-1", "04A1B2C3");
    frame_add(&bytes, "desk-1", "04A1B2");
    put(fd, (struct str){ bytes.ptr, 7 });
    CHECK(comes(is_open));
    put(fd, (struct str){ bytes.ptr + 7, bytes.len - 7 });
    CHECK(comes(two_cards));
    CHECK(strcmp(cards[0], "04A1B2C3") == 0 && strcmp(cards[1], "04A1B2") == 0);
    CHECK(recv(fd, answer, sizeof(answer), MSG_WAITALL) == (ssize_t)sizeof(answer));
    CHECK(memcmp(answer, "QB\x01\x02\x00", 5) == 0);
    close(fd);
    CHECK(comes(none_open) && now.cards == 2 && now.garbage == 0);
}

static bool one_garbage(void)
{
    return now.garbage == 1 && now.open == 0;
}

static bool one_unexpected(void)
{
    return now.unexpected == 1 && now.open == 0;
}

static bool one_slow(void)
{
    return now.slow == 1 && now.open == 0;
}

static bool two_slow(void)
{
    return now.slow == 2 && now.open == 0;
}

static bool three_slow(void)
{
    return now.slow == 3 && now.open == 0;
}

static void test_others_are_closed_and_counted(void)
{
    OWN(buf_free) struct buf stranger = BUF_CAP(4096);
    OWN(buf_free) struct buf known = BUF_CAP(4096);
    card_count = 0;
    int fd = client();
    put(fd, STR("GET / HTTP/1.1\r\n\r\n"));
    CHECK(comes(one_garbage));
    close(fd);
    fd = client();
    frame_add(&stranger, "desk-2", "04A1B2C3");
    put(fd, buf_str(&stranger));
    CHECK(comes(one_unexpected) && card_count == 0);
    close(fd);
    fd = client(); // says nothing
    CHECK(comes(one_slow));
    close(fd);
    fd = client(); // half a frame, for ever
    frame_add(&known, "desk-1", "04A1B2C3");
    put(fd, (struct str){ known.ptr, known.len - 1 });
    CHECK(comes(two_slow) && card_count == 0);
    close(fd);
    fd = client(); // one that was there, and whose network is gone
    known.len = 0;
    frame_add(&known, "desk-1", "");
    put(fd, buf_str(&known));
    CHECK(comes(is_open));
    CHECK(comes(three_slow) && here_count > 0);
    close(fd);
}

static bool is_crowded(void)
{
    return now.crowded == CLIENTS - BADGE_ADDRESS_MAX && now.open == BADGE_ADDRESS_MAX;
}

static void test_one_address_takes_no_more_than_its_part(void)
{
    OWN(buf_free) struct buf here = BUF_CAP(4096);
    int fds[CLIENTS];
    frame_add(&here, "desk-1", "");
    for (size_t i = 0; i < CLIENTS; i++) {
        fds[i] = client();
        if (i < BADGE_ADDRESS_MAX) {
            put(fds[i], buf_str(&here));
        }
    }
    CHECK(comes(is_crowded));
    for (size_t i = 0; i < CLIENTS; i++) {
        close(fds[i]);
    }
    CHECK(comes(none_open));
}

int main(void)
{
    const struct badge_network_settings settings = {
        .host = "127.0.0.1", .frame_ms = FRAME_MS, .idle_ms = IDLE_MS, .on_frame = on_frame
    };
    loop = net_loop_new();
    CHECK(badge_network_new(loop, &settings, &network, &err));
    test_cards_come_in_any_pieces();
    test_others_are_closed_and_counted();
    test_one_address_takes_no_more_than_its_part();
    badge_network_free(&network);
    net_loop_free(&loop);
    return tap_done();
}
