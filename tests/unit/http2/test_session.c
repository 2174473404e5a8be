// Two sessions talk to each other through memory; then a peer that does not behave.
#include "http2/session.h"

#include "lib/tap.h"
#include <stdint.h>

struct side {
    struct http2 *session;
    struct buf body;
    size_t heads;
    size_t ends;
    size_t closes;
    size_t sent;
    uint32_t error;
    char seen[64]; // the last "x-seen" or ":path"
    bool echo;
    bool silent;
    struct http2_stream *last;
};

static struct http2_field field(const char *name, const char *value)
{
    return (struct http2_field){ str_of(name), str_of(value) };
}

static void on_head(void *arg, struct http2_stream *stream, const struct http2_field *fields,
                    size_t count)
{
    struct side *side = arg;
    side->heads++;
    side->last = stream;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(fields[i].name, STR("x-seen")) || str_eq(fields[i].name, STR(":path"))) {
            (void)snprintf(side->seen, sizeof(side->seen), "%.*s", (int)fields[i].value.len,
                           fields[i].value.ptr);
        }
    }
}

static void on_data(void *arg, struct http2_stream *stream, struct str bytes)
{
    struct side *side = arg;
    (void)stream;
    buf_add(&side->body, bytes);
}

static void on_end(void *arg, struct http2_stream *stream)
{
    struct side *side = arg;
    side->ends++;
    if (side->echo) {
        const struct http2_field head[] = { field(":status", "200") };
        const struct http2_field trailers[] = { field("x-seen", "trailer") };
        http2_answer(stream, head, 1, false);
        http2_send(stream, buf_str(&side->body));
        http2_end(stream, trailers, 1);
    }
}

static void on_sent(void *arg, struct http2_stream *stream)
{
    struct side *side = arg;
    (void)stream;
    side->sent++;
}

static void on_close(void *arg, struct http2_stream *stream, uint32_t error)
{
    struct side *side = arg;
    (void)stream;
    side->closes++;
    side->error = error;
}

static const struct http2_events events = { on_head, on_data, on_end, on_sent, NULL, on_close };

static void side_init(struct side *side, bool server)
{
    *side = (struct side){ .body = BUF_CAP(16 << 20), .echo = server };
    side->session = http2_new(server, &events, side);
}

static void side_fini(struct side *side)
{
    http2_free(&side->session);
    buf_free(&side->body);
}

// Moves bytes both ways, `step` at a time, until both are silent; false: one found the other at
// fault.
static bool exchange(struct side *a, struct side *b, size_t step)
{
    struct err err;
    bool moved = true;
    bool good = true;
    while (moved && good) {
        moved = false;
        for (int i = 0; i < 2 && good; i++) {
            struct side *from = i == 0 ? a : b;
            struct side *to = i == 0 ? b : a;
            OWN(buf_free) struct buf bytes = BUF_CAP(64 << 20);
            http2_take(from->session, &bytes, 1 << 20);
            moved = moved || bytes.len > 0;
            for (size_t at = 0; at < bytes.len && good; at += step) {
                size_t len = bytes.len - at < step ? bytes.len - at : step;
                good = http2_feed(to->session, (struct str){ bytes.ptr + at, len }, &err);
            }
        }
    }
    return good;
}

static struct http2_stream *ask(struct side *client, const char *path)
{
    const struct http2_field head[] = { field(":method", "POST"), field(":scheme", "https"),
                                        field(":path", path), field(":authority", "x"),
                                        field("te", "trailers") };
    return http2_ask(client->session, head, 5, NULL);
}

static void test_a_request_is_answered_with_trailers(size_t step)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    struct http2_stream *stream = ask(&client, "/hello");
    http2_send(stream, STR("some bytes"));
    http2_end(stream, NULL, 0);
    CHECK(exchange(&client, &server, step));
    CHECK(strcmp(server.seen, "/hello") == 0);
    CHECK(server.ends == 1 && server.closes == 1 && server.error == HTTP2_NO_ERROR);
    CHECK_STR(buf_str(&client.body), "some bytes");
    CHECK(client.heads == 2 && client.ends == 1 && client.closes == 1);
    CHECK(strcmp(client.seen, "trailer") == 0);
    CHECK(http2_stream_count(client.session) == 0 && http2_stream_count(server.session) == 0);
    side_fini(&client);
    side_fini(&server);
}

static void test_an_answer_is_one_run_of_bytes(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    CHECK(exchange(&client, &server, SIZE_MAX / 2)); // settings first
    struct http2_stream *stream = ask(&client, "/hello");
    http2_send(stream, STR("some bytes"));
    http2_end(stream, NULL, 0);
    OWN(buf_free) struct buf question = BUF_CAP(1 << 16);
    http2_take(client.session, &question, 1 << 16);
    CHECK(!http2_has_output(client.session));
    struct err err;
    CHECK(http2_feed(server.session, buf_str(&question), &err));
    OWN(buf_free) struct buf answer = BUF_CAP(1 << 16);
    http2_take(server.session, &answer, 1 << 16);
    CHECK(http2_feed(client.session, buf_str(&answer), &err));
    CHECK(client.closes == 1 && client.heads == 2);
    side_fini(&client);
    side_fini(&server);
}

static void test_flow_control_holds_a_large_body_back(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    server.echo = false;
    OWN(buf_free) struct buf large = BUF_CAP(4 << 20);
    for (int i = 0; i < 1 << 18; i++) {
        buf_add(&large, STR("12345678"));
    }
    struct http2_stream *stream = ask(&client, "/large");
    http2_send(stream, buf_str(&large));
    http2_end(stream, NULL, 0);
    OWN(buf_free) struct buf first = BUF_CAP(64 << 20);
    http2_take(client.session, &first, 32 << 20);
    CHECK(first.len < 100 << 10); // RFC 9113's first window: 65,535 bytes
    CHECK(http2_stream_queued(stream) > 1 << 20);
    struct err err;
    CHECK(http2_feed(server.session, buf_str(&first), &err));
    CHECK(exchange(&client, &server, 1 << 14));
    CHECK(server.body.len == large.len && server.ends == 1);
    side_fini(&client);
    side_fini(&server);
}

static void test_parts_are_sent_as_they_come(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    server.echo = false;
    struct http2_stream *stream = ask(&client, "/parts");
    http2_end(stream, NULL, 0);
    CHECK(exchange(&client, &server, 4096));
    const struct http2_field head[] = { field(":status", "200") };
    http2_answer(server.last, head, 1, false);
    for (int i = 0; i < 3; i++) {
        http2_send(server.last, STR("part"));
        CHECK(exchange(&client, &server, 4096));
        CHECK(client.body.len == 4 * (size_t)(i + 1));
    }
    CHECK(server.sent == 3);
    http2_end(server.last, NULL, 0);
    CHECK(exchange(&client, &server, 4096));
    CHECK(client.ends == 1 && client.closes == 1);
    side_fini(&client);
    side_fini(&server);
}

static void test_a_head_over_the_cap_ends_its_stream_only(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    struct http2_field head[HTTP2_FIELDS_MAX] = { field(":method", "POST"),
                                                  field(":scheme", "https"), field(":path", "/x"),
                                                  field(":authority", "x") };
    OWN(buf_free) struct buf value = BUF_CAP(1 << 16);
    for (int i = 0; i < 1000; i++) {
        buf_add(&value, STR("a"));
    }
    for (size_t i = 4; i < 24; i++) {
        head[i] = field("x-long", value.ptr);
    }
    CHECK(http2_ask(client.session, head, 24, NULL) != NULL);
    struct http2_stream *good = ask(&client, "/good");
    http2_end(good, NULL, 0);
    CHECK(exchange(&client, &server, 4096));
    CHECK(server.heads == 1 && strcmp(server.seen, "/good") == 0);
    CHECK(client.ends == 1 && client.closes == 2);
    side_fini(&client);
    side_fini(&server);
}

static void test_reset_is_seen_by_the_other_side(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    server.echo = false;
    struct http2_stream *stream = ask(&client, "/x");
    CHECK(exchange(&client, &server, 4096));
    http2_reset(stream, HTTP2_CANCEL);
    CHECK(exchange(&client, &server, 4096));
    CHECK(server.closes == 1 && server.error == HTTP2_CANCEL && client.closes == 1);
    stream = ask(&client, "/never sent");
    http2_reset(stream, HTTP2_CANCEL);
    CHECK(exchange(&client, &server, 4096));
    CHECK(server.heads == 1 && client.closes == 2);
    side_fini(&client);
    side_fini(&server);
}

static void test_an_early_answer_stops_the_request(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    server.echo = false;
    struct http2_stream *stream = ask(&client, "/x");
    CHECK(exchange(&client, &server, 4096));
    const struct http2_field head[] = { field(":status", "200") };
    http2_answer(server.last, head, 1, true);
    (void)stream;
    CHECK(exchange(&client, &server, 4096));
    CHECK(client.ends == 1 && client.closes == 1 && client.error == HTTP2_NO_ERROR);
    CHECK(server.closes == 1);
    side_fini(&client);
    side_fini(&server);
}

static void test_draining_finishes_what_is_open(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    server.echo = false;
    struct http2_stream *stream = ask(&client, "/x");
    http2_end(stream, NULL, 0);
    CHECK(exchange(&client, &server, 4096));
    http2_drain(server.session);
    CHECK(!http2_is_done(server.session));
    CHECK(exchange(&client, &server, 4096));
    CHECK(http2_is_draining(client.session) && !http2_may_ask(client.session));
    CHECK(ask(&client, "/y") == NULL);
    const struct http2_field head[] = { field(":status", "200") };
    http2_answer(server.last, head, 1, true);
    CHECK(exchange(&client, &server, 4096));
    CHECK(client.ends == 1);
    CHECK(http2_is_done(server.session));
    side_fini(&client);
    side_fini(&server);
}

static void test_a_request_that_crossed_a_goaway_was_refused(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    CHECK(exchange(&client, &server, 4096));
    http2_drain(server.session);
    struct http2_stream *stream = ask(&client, "/x"); // queued, not yet taken
    http2_end(stream, NULL, 0);
    struct err err;
    OWN(buf_free) struct buf goaway = BUF_CAP(4096);
    http2_take(server.session, &goaway, 4096);
    CHECK(http2_feed(client.session, buf_str(&goaway), &err));
    OWN(buf_free) struct buf rest = BUF_CAP(4096);
    http2_take(client.session, &rest, 4096);
    CHECK(client.closes == 1 && client.error == HTTP2_REFUSED_STREAM);
    side_fini(&client);
    side_fini(&server);
}

static void test_streams_past_the_limit_wait(void)
{
    struct side server;
    struct side client;
    side_init(&server, true);
    side_init(&client, false);
    server.echo = false;
    CHECK(exchange(&client, &server, 4096));
    size_t asked = 0;
    while (asked < HTTP2_STREAMS_MAX + 10 && ask(&client, "/x") != NULL) {
        asked++;
    }
    CHECK(asked == HTTP2_STREAMS_MAX);
    CHECK(exchange(&client, &server, 4096));
    CHECK(server.heads == HTTP2_STREAMS_MAX);
    side_fini(&client);
    CHECK(client.closes == HTTP2_STREAMS_MAX);
    side_fini(&server);
}

// --- a peer that does not behave ----------------------------------------------------------------

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

static void add_frame(struct buf *buf, unsigned type, unsigned flags, uint32_t stream,
                      struct str payload)
{
    unsigned char head[9] = { (unsigned char)(payload.len >> 16),
                              (unsigned char)(payload.len >> 8),
                              (unsigned char)payload.len,
                              (unsigned char)type,
                              (unsigned char)flags,
                              (unsigned char)(stream >> 24),
                              (unsigned char)(stream >> 16),
                              (unsigned char)(stream >> 8),
                              (unsigned char)stream };
    buf_add(buf, (struct str){ (const char *)head, 9 });
    buf_add(buf, payload);
}

// :method POST, :scheme https, :path /, by HPACK's static table.
static const char small_head[] = { (char)0x83, (char)0x87, (char)0x84, 0x41, 1, 'x' };

static bool has_goaway(struct str frames)
{
    const unsigned char *at = (const unsigned char *)frames.ptr;
    for (size_t left = frames.len; left >= 9;) {
        size_t len = 9 + ((size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2]);
        if (at[3] == 7) {
            return true;
        }
        at += len;
        left -= len < left ? len : left;
    }
    return false;
}

static bool last_told; // the last one that did not survive was told by GOAWAY

static bool survives(const struct buf *bytes, size_t *count)
{
    struct side server;
    side_init(&server, true);
    struct err err;
    bool good = http2_feed(server.session, buf_str(bytes), &err);
    OWN(buf_free) struct buf out = BUF_CAP(64 << 20);
    http2_take(server.session, &out, 32 << 20);
    *count = server.heads;
    good = good && !http2_is_done(server.session);
    bool told = has_goaway(buf_str(&out));
    last_told = told;
    side_fini(&server);
    return good;
}

static void test_rapid_reset_ends_the_connection(void)
{
    OWN(buf_free) struct buf bytes = BUF_CAP(1 << 22);
    buf_add(&bytes, (struct str){ preface, sizeof(preface) - 1 });
    size_t count = 0;
    CHECK(survives(&bytes, &count));
    for (uint32_t i = 0; i < 500; i++) {
        add_frame(&bytes, 1, 5, 2 * i + 1, (struct str){ small_head, sizeof(small_head) });
        add_frame(&bytes, 3, 0, 2 * i + 1, (struct str){ "\0\0\0\10", 4 });
    }
    CHECK(survives(&bytes, &count));
    CHECK(count == 500);
    for (uint32_t i = 500; i < 3000; i++) {
        add_frame(&bytes, 1, 5, 2 * i + 1, (struct str){ small_head, sizeof(small_head) });
        add_frame(&bytes, 3, 0, 2 * i + 1, (struct str){ "\0\0\0\10", 4 });
    }
    CHECK(!survives(&bytes, &count));
    CHECK(count < 1500);
}

static void test_floods_of_control_frames_end_the_connection(void)
{
    static const struct {
        const char *name;
        unsigned type;
        struct str payload;
    } rows[] = {
        { "ping", 6, { "12345678", 8 } },
        { "settings", 4, { "", 0 } },
        { "priority", 2, { "\0\0\0\0\20", 5 } },
        { "empty data", 0, { "", 0 } },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf bytes = BUF_CAP(1 << 22);
        buf_add(&bytes, (struct str){ preface, sizeof(preface) - 1 });
        add_frame(&bytes, 1, 4, 1, (struct str){ small_head, sizeof(small_head) });
        uint32_t stream = rows[i].type == 4 || rows[i].type == 6 ? 0 : 1;
        for (int n = 0; n < 3 * HTTP2_CONTROL_BURST; n++) {
            add_frame(&bytes, rows[i].type, 0, stream, rows[i].payload);
        }
        size_t count = 0;
        printf("# %s\n", rows[i].name);
        CHECK(!survives(&bytes, &count));
    }
}

static void test_malformed_bytes_end_the_connection(void)
{
    static const struct {
        const char *name;
        struct str bytes; // after the preface
    } rows[] = {
        { "a frame of 16 MiB", { "\377\377\377\0\0\0\0\0\1", 9 } },
        { "data on stream 0", { "\0\0\1\0\0\0\0\0\0x", 10 } },
        { "headers on an even stream", { "\0\0\1\1\5\0\0\0\2\203", 10 } },
        { "HPACK index past the tables", { "\0\0\2\1\5\0\0\0\1\377\200", 11 } },
        { "continuation of nothing", { "\0\0\1\11\4\0\0\0\1\203", 10 } },
        { "settings with half an entry", { "\0\0\3\4\0\0\0\0\0\0\1\0", 12 } },
        { "window update by 0", { "\0\0\4\10\0\0\0\0\0\0\0\0\0", 13 } },
        { "push promise from a client", { "\0\0\4\5\4\0\0\0\1\0\0\0\2", 13 } },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf bytes = BUF_CAP(4096);
        buf_add(&bytes, (struct str){ preface, sizeof(preface) - 1 });
        buf_add(&bytes, rows[i].bytes);
        size_t count = 0;
        printf("# %s\n", rows[i].name);
        CHECK(!survives(&bytes, &count));
        CHECK(last_told && count == 0);
    }
    OWN(buf_free) struct buf http1 = BUF_CAP(4096);
    buf_add(&http1, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    size_t count = 0;
    CHECK(!survives(&http1, &count));
}

int main(void)
{
    test_a_request_is_answered_with_trailers(1);
    test_a_request_is_answered_with_trailers(7);
    test_a_request_is_answered_with_trailers(SIZE_MAX / 2);
    test_an_answer_is_one_run_of_bytes();
    test_flow_control_holds_a_large_body_back();
    test_parts_are_sent_as_they_come();
    test_a_head_over_the_cap_ends_its_stream_only();
    test_reset_is_seen_by_the_other_side();
    test_an_early_answer_stops_the_request();
    test_draining_finishes_what_is_open();
    test_a_request_that_crossed_a_goaway_was_refused();
    test_streams_past_the_limit_wait();
    test_rapid_reset_ends_the_connection();
    test_floods_of_control_frames_end_the_connection();
    test_malformed_bytes_end_the_connection();
    return tap_done();
}
