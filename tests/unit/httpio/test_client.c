// A client against peers that behave and peers that do not: what comes back, and above all what it
// says about the body of a request that failed.
#include "httpio/client.h"

#include "httpio/server.h"
#include "lib/http_rig.h"
#include "lib/pki.h"
#include "lib/tap.h"

// --- a peer that says what its script tells -----------------------------------------------------

struct peer {
    struct net_listener *listener;
    struct net_stream *stream; // the last one accepted
    struct buf got;
    const char *answer; // sent once `after` bytes have come
    size_t after;
    unsigned accepts;
    bool close_after; // the answer, in peace
    bool abort_after; // that many bytes, at once
    bool deaf;        // reads nothing
    bool said;
};

static void peer_act(struct peer *peer)
{
    if (peer->said || peer->got.len < peer->after || peer->stream == NULL) {
        return;
    }
    peer->said = true;
    if (peer->abort_after) {
        net_stream_abort(peer->stream, NULL);
        return;
    }
    if (peer->answer != NULL) {
        net_stream_write(peer->stream, str_of(peer->answer));
    }
    if (peer->close_after) {
        net_stream_close(peer->stream);
    }
}

static void peer_on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct peer *peer = arg;
    (void)stream;
    buf_add(&peer->got, bytes);
    peer_act(peer);
}

static void peer_on_close(void *arg, const struct err *err)
{
    struct peer *peer = arg;
    (void)err;
    peer->stream = NULL;
}

static void peer_on_accept(void *arg, struct net_stream *stream)
{
    static const struct net_stream_events events = { .on_read = peer_on_read,
                                                     .on_close = peer_on_close };
    struct peer *peer = arg;
    peer->accepts++;
    peer->stream = stream;
    peer->said = false;
    buf_free(&peer->got);
    net_stream_set(stream, &events, peer);
    if (peer->deaf) {
        net_stream_pause(stream);
    }
    if (peer->after == 0) {
        peer_act(peer);
    }
}

static void peer_start(struct peer *peer)
{
    struct net_listen_settings settings = { .host = "127.0.0.1", .most = 10 };
    struct err err;
    peer->got = BUF_CAP(RIG_GOT_MAX);
    if (!net_listen(rig_loop, &settings, peer_on_accept, peer, &peer->listener, &err)) {
        printf("Bail out! %s\n", err.text);
        exit(EXIT_FAILURE);
    }
}

static void peer_stop(struct peer *peer)
{
    net_listener_close(&peer->listener);
    if (peer->stream != NULL) {
        net_stream_set(peer->stream, NULL, NULL);
        net_stream_abort(peer->stream, NULL);
    }
    buf_free(&peer->got);
}

// --- an asker -----------------------------------------------------------------------------------

struct asker {
    struct httpio_client *client;
    struct buf got;
    uint64_t left; // of the body to send
    unsigned status;
    unsigned rooms;
    unsigned dones;
    bool heads;
    bool over;
    bool pause_once;
    struct err err;
    struct httpio_sent sent;
};

static void asker_on_room(void *arg, struct httpio_client *client)
{
    struct asker *asker = arg;
    static char piece[10000];
    memset(piece, 'd', sizeof(piece));
    asker->rooms++;
    bool room = true;
    while (room && asker->left > 0) {
        size_t len = asker->left < sizeof(piece) ? (size_t)asker->left : sizeof(piece);
        asker->left -= len;
        room = httpio_client_write(client, (struct str){ piece, len });
    }
    if (asker->left == 0) {
        httpio_client_finish(client);
    }
}

static void asker_on_head(void *arg, struct httpio_client *client,
                          const struct http_response *response)
{
    struct asker *asker = arg;
    asker->status = response->status;
    asker->heads = true;
    if (asker->pause_once) {
        httpio_client_pause(client);
    }
}

static void asker_on_data(void *arg, struct httpio_client *client, struct str bytes)
{
    struct asker *asker = arg;
    (void)client;
    buf_add(&asker->got, bytes);
}

static void asker_on_done(void *arg, struct httpio_client *client, const struct err *err,
                          const struct httpio_sent *sent)
{
    struct asker *asker = arg;
    (void)client;
    asker->over = true;
    asker->dones++;
    asker->err = *err;
    asker->sent = *sent;
}

static const struct httpio_client_events asker_events = { .on_room = asker_on_room,
                                                          .on_head = asker_on_head,
                                                          .on_data = asker_on_data,
                                                          .on_done = asker_on_done };

static bool asker_is_over(void *arg)
{
    const struct asker *asker = arg;
    return asker->over;
}

static void asker_start(struct asker *asker, uint16_t port, uint32_t idle_ms)
{
    struct httpio_client_settings settings = { .to = { .host = "127.0.0.1", .port = port },
                                               .idle_ms = idle_ms };
    *asker = (struct asker){ .got = BUF_CAP(RIG_GOT_MAX) };
    asker->client = httpio_client_new(rig_loop, &settings);
}

static void asker_ask(struct asker *asker, struct httpio_ask ask)
{
    asker->over = false;
    asker->heads = false;
    asker->status = 0;
    asker->left = ask.length == HTTPIO_CLIENT_CHUNKED ? asker->left : ask.length;
    buf_free(&asker->got);
    ask.method = ask.method.len == 0 ? STR("POST") : ask.method;
    ask.target = ask.target.len == 0 ? STR("/ipp/print") : ask.target;
    httpio_client_ask(asker->client, &ask, &asker_events, asker);
}

static bool asker_run(struct asker *asker, struct httpio_ask ask)
{
    asker_ask(asker, ask);
    return rig_wait_for(asker_is_over, asker);
}

static void asker_stop(struct asker *asker)
{
    httpio_client_free(&asker->client);
    buf_free(&asker->got);
}

// --- a server of ours ---------------------------------------------------------------------------

static struct httpio_server *server;
static uint64_t served_bytes;

static void served_on_data(void *arg, struct httpio_exchange *exchange, struct str bytes)
{
    (void)arg;
    (void)exchange;
    served_bytes += bytes.len;
}

static void served_on_end(void *arg, struct httpio_exchange *exchange)
{
    (void)arg;
    OWN(buf_free) struct buf text = BUF_CAP(100);
    buf_addf(&text, "%zu", (size_t)served_bytes);
    struct httpio_answer answer = { .status = 200 };
    httpio_exchange_answer(exchange, &answer, buf_str(&text));
}

static void serve(void *arg, struct httpio_exchange *exchange)
{
    static const struct httpio_exchange_events events = { .on_data = served_on_data,
                                                          .on_end = served_on_end };
    (void)arg;
    served_bytes = 0;
    if (str_eq(httpio_exchange_request(exchange)->path, STR("/refuse"))) {
        struct httpio_answer answer = { .status = 413 };
        httpio_exchange_answer(exchange, &answer, STR("too large"));
        return;
    }
    httpio_exchange_set(exchange, &events, NULL);
    httpio_exchange_want_body(exchange);
}

static void server_start_tls(struct net_tls *tls)
{
    struct httpio_server_settings settings = { .host = "127.0.0.1",
                                               .tls = tls,
                                               .on_request = serve };
    struct err err;
    if (!httpio_server_new(rig_loop, &settings, &server, &err)) {
        printf("Bail out! %s\n", err.text);
        exit(EXIT_FAILURE);
    }
}

static void server_start(void)
{
    server_start_tls(NULL);
}

// --- tests --------------------------------------------------------------------------------------

static void test_bodies_go_by_length_and_in_chunks(void)
{
    server_start();
    OWN(asker_stop) struct asker asker;
    asker_start(&asker, httpio_server_port(server), 0);
    CHECK(asker_run(&asker, (struct httpio_ask){ .length = 5000000 }));
    CHECK(asker.err.code == ERR_NONE && asker.status == 200);
    CHECK_STR(buf_str(&asker.got), "5000000");
    CHECK(asker.sent.whole && asker.sent.body && asker.sent.body_bytes == 5000000);
    asker.left = 3000001;
    CHECK(asker_run(&asker, (struct httpio_ask){ .length = HTTPIO_CLIENT_CHUNKED }));
    CHECK_STR(buf_str(&asker.got), "3000001");
    CHECK(asker.sent.whole);
    asker.rooms = 0;
    CHECK(asker_run(&asker, (struct httpio_ask){ .method = STR("GET") }));
    CHECK(asker.rooms == 0 && asker.sent.whole && !asker.sent.body);
    CHECK_STR(buf_str(&asker.got), "0");
    CHECK(asker_run(&asker, (struct httpio_ask){ .length = 10, .expect_continue = true }));
    CHECK_STR(buf_str(&asker.got), "10");
    CHECK(httpio_server_counts(server).connections == 1); // one for all
    CHECK(asker_run(&asker, (struct httpio_ask){ .length = 10, .fresh = true }));
    CHECK_STR(buf_str(&asker.got), "10");
    CHECK(asker.dones == 5);
    httpio_server_free(&server);
}

static void test_an_early_answer_ends_the_sending(void)
{
    server_start();
    OWN(asker_stop) struct asker asker;
    asker_start(&asker, httpio_server_port(server), 0);
    CHECK(asker_run(&asker, (struct httpio_ask){ .target = STR("/refuse"), .length = 500000000 }));
    CHECK(asker.err.code == ERR_NONE && asker.status == 413 && asker.sent.body);
    CHECK(!asker.sent.whole && asker.left > 0);
    CHECK_STR(buf_str(&asker.got), "too large");
    CHECK(asker_run(&asker, (struct httpio_ask){
                                .target = STR("/refuse"), .length = 5, .expect_continue = true }));
    CHECK(asker.status == 413 && !asker.sent.body && asker.sent.head && asker.left == 5);
    CHECK(asker_run(&asker, (struct httpio_ask){ .length = 7 })); // it connects anew
    CHECK_STR(buf_str(&asker.got), "7");
    httpio_server_free(&server);
}

// What is said about the body when it goes wrong at each step.
static void test_what_may_have_reached_the_peer(void)
{
    enum { HEAD = 20 }; // bytes: the peer has seen some of the head
    static const struct {
        const char *what;
        struct peer peer;
        bool expect;
        enum err_code code;
        bool body;
        bool whole;
    } rows[] = {
        { "closed at once", { .abort_after = true }, true, ERR_UNAVAILABLE, false, false },
        { "closed after the head",
          { .abort_after = true, .after = HEAD },
          true,
          ERR_UNAVAILABLE,
          false,
          false },
        { "closed politely after the head",
          { .close_after = true, .after = HEAD },
          true,
          ERR_UNAVAILABLE,
          false,
          false },
        { "closed in the body",
          { .abort_after = true, .after = 5000 },
          false,
          ERR_UNAVAILABLE,
          true,
          false },
        { "no answer to all",
          { .close_after = true, .after = 1000000 },
          false,
          ERR_UNAVAILABLE,
          true,
          true },
        { "a malformed answer",
          { .answer = "HTTP/1.1 200 OK\nX: y\n\n", .after = 1000000 },
          false,
          ERR_INVALID,
          true,
          true },
        { "an answer with two lengths",
          { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            .after = 1000000 },
          false,
          ERR_INVALID,
          true,
          true },
        { "half an answer",
          { .answer = "HTTP/1.1 200 OK\r\nCont", .after = 1000000, .close_after = true },
          false,
          ERR_UNAVAILABLE,
          true,
          true },
        { "half an answer's body",
          { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
            .after = 1000000,
            .close_after = true },
          false,
          ERR_INVALID,
          true,
          true },
        { "an upgrade",
          { .answer = "HTTP/1.1 101 Go\r\n\r\n", .after = 1000000 },
          false,
          ERR_INVALID,
          true,
          true },
        { "an answer until close",
          { .answer = "HTTP/1.1 200 OK\r\n\r\nall", .after = 1000000, .close_after = true },
          false,
          ERR_NONE,
          true,
          true },
        { "an old answer",
          { .answer = "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nall", .after = 1000000 },
          false,
          ERR_NONE,
          true,
          true },
        { "interim answers",
          { .answer = "HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 "
                      "OK\r\nContent-Length: 3\r\n\r\nall",
            .after = 1000000 },
          false,
          ERR_NONE,
          true,
          true },
        { "a refusal before the body",
          { .answer = "HTTP/1.1 417 No\r\nContent-Length: 3\r\n\r\nall", .after = HEAD },
          true,
          ERR_NONE,
          false,
          false },
        { "nobody reads", { .deaf = true, .after = 1 }, false, ERR_TIMEOUT, true, false },
        { "nobody answers", { .after = 99000000 }, false, ERR_TIMEOUT, true, true },
        { "nobody agrees", { .deaf = true, .after = 1 }, true, ERR_TIMEOUT, false, false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct peer peer = rows[i].peer;
        peer_start(&peer);
        OWN(asker_stop) struct asker asker;
        asker_start(&asker, net_listener_port(peer.listener), 300);
        uint64_t length = rows[i].peer.deaf ? 100000000 : 1000000;
        bool over = asker_run(&asker, (struct httpio_ask){ .length = length,
                                                           .expect_continue = rows[i].expect,
                                                           .fresh = true });
        bool ok = over && asker.err.code == rows[i].code && asker.sent.body == rows[i].body &&
                  asker.sent.whole == rows[i].whole && asker.sent.connected && asker.dones == 1;
        if (rows[i].code == ERR_NONE) {
            ok = ok && str_eq(buf_str(&asker.got), STR("all"));
        }
        tap_result(ok, rows[i].what, __FILE__, __LINE__);
        if (!ok) {
            printf("# %d %s body %d whole %d bytes %zu rooms %u\n", (int)asker.err.code,
                   asker.err.text, asker.sent.body, asker.sent.whole, (size_t)asker.sent.body_bytes,
                   asker.rooms);
        }
        peer_stop(&peer);
    }
}

static void test_nobody_there(void)
{
    struct peer peer = { .after = 1 };
    peer_start(&peer);
    uint16_t port = net_listener_port(peer.listener);
    peer_stop(&peer); // nobody listens there any more
    OWN(asker_stop) struct asker asker;
    asker_start(&asker, port, 0);
    CHECK(asker_run(&asker, (struct httpio_ask){ .length = 10 }));
    CHECK(asker.err.code == ERR_UNAVAILABLE && !asker.sent.connected && !asker.sent.head);
    CHECK(!asker.sent.body && asker.rooms == 0);
}

static void test_a_dead_kept_connection_is_told_apart(void)
{
    struct peer peer = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall", .after = 1 };
    peer_start(&peer);
    OWN(asker_stop) struct asker asker;
    asker_start(&asker, net_listener_port(peer.listener), 300);
    CHECK(asker_run(&asker, (struct httpio_ask){ .method = STR("GET") }));
    CHECK(asker.status == 200 && peer.accepts == 1);
    net_stream_abort(peer.stream, NULL); // it is closed, and the client sees that in its time
    rig_run(10);
    CHECK(asker_run(&asker, (struct httpio_ask){ .method = STR("GET") }));
    CHECK(asker.status == 200 && peer.accepts == 2);
    net_stream_write(peer.stream, STR("HTTP/1.1 200 OK\r\n\r\n")); // nobody asked for that
    rig_run(10);
    CHECK(asker_run(&asker, (struct httpio_ask){ .method = STR("GET") }));
    CHECK_STR(buf_str(&asker.got), "all");
    CHECK(peer.accepts == 3);
    peer_stop(&peer);
}

static void test_a_request_that_cannot_be_written(void)
{
    static const struct http_field split = { { "X", 1 }, { "a\r\nY: b", 7 } };
    OWN(asker_stop) struct asker asker;
    asker_start(&asker, 1, 0);
    asker_ask(&asker, (struct httpio_ask){ .target = STR("/a b"), .length = 3 });
    CHECK(!asker.over);
    CHECK(rig_wait_for(asker_is_over, &asker) && asker.err.code == ERR_INVALID);
    CHECK(!asker.sent.connected && !asker.sent.body);
    CHECK(asker_run(&asker, (struct httpio_ask){ .fields = &split, .field_count = 1 }));
    CHECK(asker.err.code == ERR_INVALID);
}

static void test_a_paused_answer_waits(void)
{
    struct peer peer = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall", .after = 1 };
    peer_start(&peer);
    OWN(asker_stop) struct asker asker;
    asker_start(&asker, net_listener_port(peer.listener), 100);
    asker.pause_once = true;
    asker_ask(&asker, (struct httpio_ask){ .method = STR("GET") });
    rig_run(250); // longer than idle_ms: it is not the peer who waits
    CHECK(asker.heads && !asker.over && asker.got.len == 0);
    httpio_client_resume(asker.client);
    CHECK(rig_wait_for(asker_is_over, &asker) && asker.err.code == ERR_NONE);
    CHECK_STR(buf_str(&asker.got), "all");
    peer_stop(&peer);
}

static void test_giving_up(void)
{
    struct peer peer = { .after = 99000000 };
    peer_start(&peer);
    OWN(asker_stop) struct asker asker;
    asker_start(&asker, net_listener_port(peer.listener), 0);
    CHECK(asker_run(&asker, (struct httpio_ask){ .length = 9, .whole_ms = 50 }));
    CHECK(asker.err.code == ERR_TIMEOUT && asker.sent.whole);
    asker_ask(&asker, (struct httpio_ask){ .length = 9 });
    struct err err;
    err_fill(&err, ERR_CONFLICT, "the job was cancelled");
    httpio_client_abort(asker.client, &err);
    CHECK(!asker.over);
    CHECK(rig_wait_for(asker_is_over, &asker) && asker.err.code == ERR_CONFLICT);
    CHECK(!asker.sent.body);
    asker_ask(&asker, (struct httpio_ask){ .length = 9 });
    httpio_client_free(&asker.client);
    CHECK(asker.over && asker.err.code == ERR_UNAVAILABLE);
    peer_stop(&peer);
}

// A printer's front door: TLS and plain on one port, and what the client makes of its certificate.
static void test_tls(void)
{
    struct site site;
    struct site other;
    site_init(&site);
    site_init(&other);
    site_issue(&site, "dre");
    char path[3][160];
    site_path(&site, path[0], "dre", "crt");
    site_path(&site, path[1], "dre", "key");
    site_path(&other, path[2], "ca", "crt");
    const struct net_tls_settings door = { .certificate = path[0],
                                           .key = path[1],
                                           .tls_1_2 = true };
    const struct net_tls_settings any = { .any_peer = true, .tls_1_2 = true };
    const struct net_tls_settings picky = { .authority = path[2], .peer = NET_TLS_PEER_REQUIRED };
    struct err err = { 0 };
    struct net_tls *server_tls = NULL;
    struct net_tls *any_tls = NULL;
    struct net_tls *picky_tls = NULL;
    site_must(net_tls_new(&door, true, &server_tls, &err) &&
                  net_tls_new(&any, false, &any_tls, &err) &&
                  net_tls_new(&picky, false, &picky_tls, &err),
              "tls", &err);
    server_start_tls(server_tls);
    static const struct {
        const char *what;
        int tls; // 0: plain, 1: any, 2: believes another authority
    } rows[] = { { "plain", 0 }, { "TLS", 1 }, { "a certificate of strangers", 2 } };
    for (size_t i = 0; i < 3; i++) {
        struct net_tls *tls[] = { NULL, any_tls, picky_tls };
        struct httpio_client_settings settings = {
            .to = { .host = "127.0.0.1", .port = httpio_server_port(server) },
            .tls = tls[rows[i].tls],
            .peer_name = rows[i].tls == 2 ? "127.0.0.1" : NULL,
        };
        OWN(asker_stop) struct asker asker = { .got = BUF_CAP(RIG_GOT_MAX) };
        asker.client = httpio_client_new(rig_loop, &settings);
        bool over = asker_run(&asker, (struct httpio_ask){ .length = 3000000 });
        bool good = rows[i].tls < 2
                        ? asker.err.code == ERR_NONE && asker.sent.whole &&
                              str_eq(buf_str(&asker.got), STR("3000000"))
                        : asker.err.code != ERR_NONE && !asker.sent.connected && !asker.sent.body;
        tap_result(over && good, rows[i].what, __FILE__, __LINE__);
    }
    httpio_server_free(&server);
    net_tls_free(&server_tls);
    net_tls_free(&any_tls);
    net_tls_free(&picky_tls);
    site_fini(&site);
    site_fini(&other);
}

int main(void)
{
    rig_start();
    test_tls();
    test_bodies_go_by_length_and_in_chunks();
    test_an_early_answer_ends_the_sending();
    test_what_may_have_reached_the_peer();
    test_nobody_there();
    test_a_dead_kept_connection_is_told_apart();
    test_a_request_that_cannot_be_written();
    test_a_paused_answer_waits();
    test_giving_up();
    rig_end();
    return tap_done();
}
