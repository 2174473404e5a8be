// Streams keep the promises of net.h: every byte in order, back-pressure, half close, one on_close
// whatever happens inside a callback, deadlines.
#include "net/net.h"

#include "base/clk.h"
#include "lib/tap.h"

enum act {
    ACT_NOTHING,
    ACT_ABORT,
    ACT_CLOSE,
    ACT_CLOSE_TWICE,
    ACT_CLOSE_THEN_ABORT,
    ACT_ABORT_OTHER,
    ACT_ECHO,
};

struct side {
    struct pair *pair;
    struct side *other;
    struct net_stream *stream; // NULL once closed
    enum act on_read;
    enum act on_end;
    enum act on_drain;
    uint64_t got;
    uint64_t wrong; // bytes that are not the pattern's
    uint64_t to_send;
    uint64_t sent;
    int ends;
    int drains;
    int closes;
    int after_close; // callbacks that should not have come
    struct err err;
};

struct pair {
    struct net_loop *loop;
    struct net_listener *listener;
    struct net_timer *guard;
    struct side client;
    struct side server;
    int opened;
    void (*on_both)(struct pair *pair);
    bool late;
};

static void side_act(struct side *side, enum act act, struct str bytes)
{
    switch (act) {
    case ACT_NOTHING: break;
    case ACT_ABORT: net_stream_abort(side->stream, NULL); break;
    case ACT_CLOSE: net_stream_close(side->stream); break;
    case ACT_CLOSE_TWICE:
        net_stream_close(side->stream);
        net_stream_close(side->stream);
        break;
    case ACT_CLOSE_THEN_ABORT:
        net_stream_close(side->stream);
        net_stream_abort(side->stream, NULL);
        net_stream_close(side->stream);
        break;
    case ACT_ABORT_OTHER:
        if (side->other->stream != NULL) {
            net_stream_abort(side->other->stream, NULL);
        }
        if (side->ends > 0) { // nothing else will end this side
            net_stream_close(side->stream);
        }
        break;
    case ACT_ECHO: net_stream_write(side->stream, bytes); break;
    }
}

static void side_pump(struct side *side)
{
    char part[50000];
    while (side->sent < side->to_send && net_stream_pending(side->stream) < 200000) {
        uint64_t left = side->to_send - side->sent;
        size_t len = left < sizeof(part) ? (size_t)left : sizeof(part);
        for (size_t i = 0; i < len; i++) {
            part[i] = (char)((side->sent + i) % 251);
        }
        net_stream_write(side->stream, (struct str){ part, len });
        side->sent += len;
    }
    if (side->to_send > 0 && side->sent == side->to_send) {
        net_stream_shut(side->stream);
    }
}

// Both directions are through.
static void side_close_if_done(struct side *side)
{
    if (side->stream != NULL && side->ends > 0 && side->to_send > 0 &&
        side->sent == side->to_send && net_stream_pending(side->stream) == 0) {
        net_stream_close(side->stream);
    }
}

static void on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct side *side = arg;
    side->after_close += side->closes > 0;
    (void)stream;
    for (size_t i = 0; i < bytes.len; i++) {
        side->wrong += (unsigned char)bytes.ptr[i] != (side->got + i) % 251;
    }
    side->got += bytes.len;
    side_act(side, side->on_read, bytes);
}

static void on_end(void *arg, struct net_stream *stream)
{
    struct side *side = arg;
    (void)stream;
    side->after_close += side->closes > 0;
    side->ends++;
    side_act(side, side->on_end, STR(""));
    side_close_if_done(side);
}

static void on_drain(void *arg, struct net_stream *stream)
{
    struct side *side = arg;
    (void)stream;
    side->after_close += side->closes > 0;
    side->drains++;
    side_act(side, side->on_drain, STR(""));
    if (side->on_drain == ACT_NOTHING) {
        side_pump(side);
    }
    side_close_if_done(side);
}

static void on_close(void *arg, const struct err *err)
{
    struct side *side = arg;
    side->closes++;
    side->err = *err;
    side->stream = NULL;
    if (side->other->stream == NULL && side->other->closes > 0) {
        net_loop_stop(side->pair->loop);
    }
}

static void both(struct pair *pair)
{
    if (++pair->opened == 2) {
        pair->on_both(pair);
    }
}

static void on_open(void *arg, struct net_stream *stream)
{
    struct side *side = arg;
    (void)stream;
    both(side->pair);
}

static const struct net_stream_events events = { on_open, on_read, on_end, on_drain, on_close };

static void on_accept(void *arg, struct net_stream *stream)
{
    struct pair *pair = arg;
    pair->server.stream = stream;
    net_stream_set(stream, &events, &pair->server);
    both(pair);
}

static void on_late(void *arg)
{
    struct pair *pair = arg;
    pair->late = true;
    net_loop_stop(pair->loop);
}

static void pair_run(struct pair *pair, const char *host, void (*on_both)(struct pair *pair))
{
    struct err err;
    struct net_listen_settings settings = { .host = host, .most = 10 };
    struct net_address to = { .port = 0 };
    (void)snprintf(to.host, sizeof(to.host), "%s", host);
    pair->loop = net_loop_new();
    pair->on_both = on_both;
    pair->client.pair = pair->server.pair = pair;
    pair->client.other = &pair->server;
    pair->server.other = &pair->client;
    pair->guard = net_timer_new(pair->loop, on_late, pair);
    net_timer_start(pair->guard, 30000);
    CHECK(net_listen(pair->loop, &settings, on_accept, pair, &pair->listener, &err));
    to.port = net_listener_port(pair->listener);
    pair->client.stream = net_connect(pair->loop, &to, NULL, NULL, 5000, &events, &pair->client);
    net_loop_run(pair->loop);
    CHECK(!pair->late);
    CHECK(pair->client.closes == 1 && pair->server.closes == 1);
    CHECK(pair->client.after_close == 0 && pair->server.after_close == 0);
    net_timer_free(&pair->guard);
    net_listener_close(&pair->listener);
    struct net_loop *loop = pair->loop; // callbacks may still ask for it
    net_loop_free(&loop);
}

static void send_all(struct pair *pair)
{
    side_pump(&pair->client);
    side_pump(&pair->server);
}

static void test_every_byte_comes_both_ways(const char *host)
{
    struct pair pair = { .client = { .to_send = 30000000, .on_end = ACT_NOTHING },
                         .server = { .to_send = 20000001, .on_end = ACT_NOTHING } };
    pair_run(&pair, host, send_all);
    CHECK(pair.client.got == pair.server.to_send);
    CHECK(pair.server.got == pair.client.to_send);
    CHECK(pair.client.wrong == 0 && pair.server.wrong == 0);
    CHECK(pair.client.drains > 1 && pair.server.drains > 1);
    CHECK(pair.client.err.code == ERR_NONE && pair.server.err.code == ERR_NONE);
}

static void half_close(struct pair *pair)
{
    CHECK_STR(net_stream_peer(pair->server.stream), "127.0.0.1");
    CHECK(!net_stream_is_tls(pair->client.stream));
    CHECK_STR(net_stream_identity(pair->server.stream), "");
    net_stream_write(pair->client.stream, STR("\0\1\2"));
    net_stream_shut(pair->client.stream);
    net_stream_write(pair->client.stream, STR("not sent"));
}

static void test_a_half_closed_stream_still_gets_its_answer(void)
{
    struct pair pair = { .client = { .on_end = ACT_CLOSE },
                         .server = { .on_read = ACT_ECHO, .on_end = ACT_CLOSE } };
    pair_run(&pair, "127.0.0.1", half_close);
    CHECK(pair.server.got == 3 && pair.server.ends == 1);
    CHECK(pair.client.got == 3 && pair.client.wrong == 0);
    CHECK(pair.client.ends == 1);
}

static void test_whatever_a_callback_does(void)
{
    for (int act = ACT_ABORT; act <= ACT_ABORT_OTHER; act++) {
        struct pair read = { .client = { .to_send = 3000000, .on_end = ACT_CLOSE },
                             .server = { .on_read = (enum act)act, .on_end = ACT_CLOSE } };
        pair_run(&read, "127.0.0.1", send_all);
        struct pair drain = {
            .client = { .on_end = ACT_CLOSE },
            .server = { .on_drain = (enum act)act, .to_send = 100000, .on_end = ACT_CLOSE }
        };
        pair_run(&drain, "127.0.0.1", send_all);
        struct pair end = { .client = { .to_send = 1, .on_end = ACT_CLOSE },
                            .server = { .on_end = (enum act)act } };
        pair_run(&end, "127.0.0.1", send_all);
    }
}

static void close_with_much_queued(struct pair *pair)
{
    char part[100000];
    for (int i = 0; i < 40; i++) {
        for (size_t at = 0; at < sizeof(part); at++) {
            part[at] = (char)((pair->client.sent + at) % 251);
        }
        net_stream_write(pair->client.stream, (struct str){ part, sizeof(part) });
        pair->client.sent += sizeof(part);
    }
    net_stream_close(pair->client.stream);
}

static void test_close_sends_what_is_queued(void)
{
    struct pair pair = { .server = { .on_end = ACT_CLOSE } };
    pair_run(&pair, "127.0.0.1", close_with_much_queued);
    CHECK(pair.server.got == pair.client.sent);
    CHECK(pair.server.wrong == 0);
    CHECK(pair.client.err.code == ERR_NONE);
}

static void answer_and_close_unread(struct pair *pair)
{
    char part[10000] = { 0 };
    net_stream_pause(pair->server.stream);
    for (int i = 0; i < 20; i++) {
        net_stream_write(pair->client.stream, (struct str){ part, sizeof(part) });
    }
    net_stream_write(pair->server.stream, STR("\0\1\2\3"));
    net_stream_close(pair->server.stream);
}

static void test_bytes_unread_do_not_destroy_the_answer(void)
{
    struct pair pair = { .client = { .on_end = ACT_CLOSE } };
    pair_run(&pair, "127.0.0.1", answer_and_close_unread);
    CHECK(pair.client.got == 4 && pair.client.wrong == 0);
    CHECK(pair.client.err.code == ERR_NONE);
}

static void never_reads(struct pair *pair)
{
    char part[1 << 16] = { 0 };
    size_t most = 0;
    for (int i = 0; i < 1 + NET_STREAM_QUEUE_MAX / (int)sizeof(part); i++) {
        net_stream_write(pair->client.stream, (struct str){ part, sizeof(part) });
        size_t now = net_stream_pending(pair->client.stream);
        most = now > most ? now : most;
    }
    CHECK(most == NET_STREAM_QUEUE_MAX);
}

static void test_a_reader_too_slow_ends_at_the_cap(void)
{
    struct pair pair = { .server = { .on_end = ACT_CLOSE } };
    pair_run(&pair, "127.0.0.1", never_reads);
    CHECK(pair.client.err.code == ERR_LIMIT);
}

static void reset(struct pair *pair)
{
    net_stream_pause(pair->client.stream);
    net_stream_write(pair->server.stream, STR("never read by the client"));
    net_stream_write(pair->client.stream, STR("\0"));
}

static void test_a_reset_ends_both(void)
{
    struct pair pair = { .server = { .on_read = ACT_ABORT_OTHER, .on_end = ACT_CLOSE } };
    pair_run(&pair, "127.0.0.1", reset);
    CHECK(pair.client.err.code == ERR_NONE);
    CHECK(pair.server.err.code == ERR_UNAVAILABLE || pair.server.ends == 1);
}

static void idle(struct pair *pair)
{
    net_stream_idle(pair->server.stream, 120);
    net_stream_write(pair->client.stream, STR("\0"));
}

static void test_an_idle_stream_is_cut(void)
{
    struct pair pair = { .client = { .on_end = ACT_CLOSE } };
    int64_t start = clk_mono_ms();
    pair_run(&pair, "127.0.0.1", idle);
    CHECK(pair.server.err.code == ERR_TIMEOUT);
    CHECK(clk_mono_ms() - start >= 100);
    CHECK(clk_mono_ms() - start < 10000);
}

static void paused_close(struct pair *pair)
{
    net_stream_pause(pair->server.stream); // reads nothing, and yet the client's end is in time
    net_stream_close(pair->client.stream);
    net_stream_idle(pair->server.stream, 50);
}

static void test_close_does_not_wait_for_a_peer_that_sleeps(void)
{
    struct pair pair = { .client = { .on_end = ACT_NOTHING } };
    pair_run(&pair, "127.0.0.1", paused_close);
    CHECK(pair.client.err.code == ERR_NONE);
}

static void nobody_listens(struct pair *pair)
{
    net_stream_set(pair->server.stream, NULL, NULL); // its on_close is not heard either
    pair->server.stream = NULL;
    pair->server.closes = 1;
    net_stream_write(pair->client.stream, STR("\0"));
    net_stream_close(pair->client.stream);
}

static void test_a_stream_nobody_listens_to_goes_with_the_loop(void)
{
    struct pair pair = { .client = { .on_end = ACT_NOTHING } };
    pair_run(&pair, "127.0.0.1", nobody_listens);
    CHECK(pair.server.got == 0);
}

int main(void)
{
    test_every_byte_comes_both_ways("127.0.0.1");
    test_every_byte_comes_both_ways("::1");
    test_a_half_closed_stream_still_gets_its_answer();
    test_whatever_a_callback_does();
    test_close_sends_what_is_queued();
    test_bytes_unread_do_not_destroy_the_answer();
    test_a_reader_too_slow_ends_at_the_cap();
    test_a_reset_ends_both();
    test_an_idle_stream_is_cut();
    test_close_does_not_wait_for_a_peer_that_sleeps();
    test_a_stream_nobody_listens_to_goes_with_the_loop();
    return tap_done();
}
