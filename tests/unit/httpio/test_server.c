// A server over real sockets: what it answers, what it refuses, whom it cuts, and that nobody else
// suffers from it.
#include "httpio/server.h"

#include "base/num.h"
#include "lib/http_rig.h"
#include "lib/tap.h"
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST " HTTP/1.1\r\nHost: a\r\n"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_OURS false // a sanitizer keeps what was freed, and more beside it
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_IS_OURS false
#endif
#endif
#ifndef MEMORY_IS_OURS
#define MEMORY_IS_OURS true
#endif

// --- a handler for the tests --------------------------------------------------------------------

struct job { // one exchange under way
    struct httpio_exchange_id id;
    struct buf body;
    struct net_timer *timer;
    uint64_t bytes;
    uint64_t left;
    size_t piece_most;
    bool slow;
};

static struct httpio_server *server;
static struct httpio_exchange_id hung; // the last request for /hang
static enum err_code last_close;
static unsigned closes;
static unsigned answered_late;
static size_t early_status;

static void job_free(struct job *job)
{
    buf_free(&job->body);
    net_timer_free(&job->timer);
    free(job);
}

static void answer(struct httpio_exchange *exchange, unsigned status, struct str body)
{
    struct httpio_answer head = { .status = status, .type = STR("text/plain") };
    httpio_exchange_answer(exchange, &head, body);
}

static void job_on_data(void *arg, struct httpio_exchange *exchange, struct str bytes)
{
    struct job *job = arg;
    job->bytes += bytes.len;
    job->piece_most = bytes.len > job->piece_most ? bytes.len : job->piece_most;
    if (job->slow) {
        httpio_exchange_pause(exchange);
        net_timer_start(job->timer, 1);
    } else if (job->body.len + bytes.len < 1000) {
        buf_add(&job->body, bytes);
    }
}

static void job_on_end(void *arg, struct httpio_exchange *exchange)
{
    struct job *job = arg;
    OWN(buf_free) struct buf text = BUF_CAP(2000);
    buf_addf(&text, "%zu:", (size_t)job->bytes);
    buf_add(&text, buf_str(&job->body));
    answer(exchange, 200, buf_str(&text));
}

static void job_on_room(void *arg, struct httpio_exchange *exchange)
{
    struct job *job = arg;
    static char piece[4096];
    memset(piece, 'x', sizeof(piece));
    bool room = true;
    while (room && job->left > 0) {
        size_t len = job->left < sizeof(piece) ? (size_t)job->left : sizeof(piece);
        job->left -= len;
        room = httpio_exchange_write(exchange, (struct str){ piece, len });
    }
    if (job->left == 0) {
        httpio_exchange_finish(exchange);
    }
}

static void job_on_close(void *arg, struct httpio_exchange *exchange, const struct err *err)
{
    (void)exchange;
    last_close = err->code;
    closes++;
    job_free(arg);
}

static const struct httpio_exchange_events body_events = { .on_data = job_on_data,
                                                           .on_end = job_on_end,
                                                           .on_close = job_on_close };
static const struct httpio_exchange_events stream_events = { .on_room = job_on_room,
                                                             .on_close = job_on_close };

static void job_on_timer(void *arg)
{
    struct job *job = arg;
    struct httpio_exchange *exchange = httpio_exchange_find(server, job->id);
    if (job->slow) {
        httpio_exchange_resume(exchange);
    } else {
        answered_late++;
        answer(exchange, 200, STR("late"));
    }
}

static void handle_stream(struct httpio_exchange *exchange, struct job *job, bool chunked)
{
    uint64_t count = 0;
    if (!num_u64(httpio_exchange_request(exchange)->query, UINT32_MAX, &count)) {
        answer(exchange, 400, STR("no number"));
        return;
    }
    job->left = count;
    struct httpio_answer head = { .status = 200 };
    httpio_exchange_start(exchange, &head, chunked ? HTTPIO_CHUNKED : count);
}

static void on_request(void *arg, struct httpio_exchange *exchange)
{
    (void)arg;
    struct job *job = mem_new(sizeof(*job));
    struct str path = httpio_exchange_request(exchange)->path;
    job->body = BUF_CAP(4096);
    job->id = httpio_exchange_id(exchange);
    job->timer = net_timer_new(rig_loop, job_on_timer, job);
    httpio_exchange_set(exchange, &body_events, job);
    if (str_eq(path, STR("/echo")) || str_eq(path, STR("/slow"))) {
        job->slow = str_eq(path, STR("/slow"));
        httpio_exchange_want_body(exchange);
    } else if (str_eq(path, STR("/later"))) {
        net_timer_start(job->timer, 5);
    } else if (str_eq(path, STR("/hang"))) {
        hung = job->id;
        httpio_exchange_want_body(exchange);
        httpio_exchange_set(exchange, &stream_events, job); // hears no data, never answers
    } else if (str_eq(path, STR("/chunks")) || str_eq(path, STR("/length"))) {
        httpio_exchange_set(exchange, &stream_events, job);
        handle_stream(exchange, job, str_eq(path, STR("/chunks")));
    } else {
        answer(exchange, early_status == 0 ? 403 : (unsigned)early_status, STR("no"));
    }
}

static void server_start(struct httpio_server_settings settings)
{
    struct err err;
    settings.host = "127.0.0.1";
    settings.on_request = on_request;
    bool ok = httpio_server_new(rig_loop, &settings, &server, &err);
    if (!ok) {
        printf("Bail out! %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    closes = 0;
    early_status = 0;
}

static bool server_is_empty(void *arg)
{
    (void)arg;
    struct httpio_server_counts counts = httpio_server_counts(server);
    return counts.connections == 0 && counts.exchanges == 0;
}

static void raw_to(struct raw *raw, const char *bytes)
{
    raw_start(raw, httpio_server_port(server), str_of(bytes));
}

// --- tests --------------------------------------------------------------------------------------

static void test_answers_and_keeps_the_connection(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "POST /echo" HOST "Content-Length: 5\r\n\r\nhello");
    CHECK(raw_wait(&raw, "5:hello", 1));
    raw_send(&raw, STR("POST /echo" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo"
                       "\r\n0\r\nA: b\r\n\r\n"));
    CHECK(raw_wait(&raw, "5:hello", 2));
    raw_send(&raw, STR("GET /later" HOST "\r\n"));
    CHECK(raw_wait(&raw, "\r\n\r\nlate", 1));
    CHECK(raw_count(&raw, "HTTP/1.1 200 OK\r\nDate: ") == 3);
    CHECK(raw_count(&raw, "Connection: close") == 0 && !raw.closed);
    raw_send(&raw, STR("GET /echo" HOST "Connection: close\r\n\r\n"));
    CHECK(rig_wait_for(raw_is_closed, &raw));
    CHECK(raw_count(&raw, "Connection: close") == 1);
    CHECK(rig_wait_for(server_is_empty, NULL));
    CHECK(closes == 4 && last_close == ERR_NONE);
    httpio_server_free(&server);
}

static void test_pipelined_requests_are_answered_in_order(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    const char *all = "GET /later" HOST "\r\nPOST /echo" HOST "Content-Length: 3\r\n\r\nabc"
                      "GET /chunks?5" HOST "\r\nGET /x" HOST "\r\n"
                      "GET /echo" HOST "Connection: close\r\n\r\n";
    size_t len = strlen(all);
    for (size_t cut = 0; cut <= len; cut += cut == 0 ? 1 : 7) {
        OWN(raw_stop) struct raw raw;
        raw_start(&raw, httpio_server_port(server), (struct str){ all, cut });
        if (!rig_wait_for(raw_is_open, &raw)) {
            CHECK(false);
        }
        rig_run(1);
        raw_send(&raw, (struct str){ all + cut, len - cut });
        (void)rig_wait_for(raw_is_closed, &raw);
        const char *got = raw.got.len > 0 ? raw.got.ptr : "";
        const char *late = strstr(got, "\r\n\r\nlate");
        const char *echo = late == NULL ? NULL : strstr(late, "3:abc");
        const char *chunks = echo == NULL ? NULL : strstr(echo, "5\r\nxxxxx\r\n0\r\n\r\n");
        const char *no = chunks == NULL ? NULL : strstr(chunks, "403 Forbidden");
        CHECK(no != NULL && strstr(no, "\r\n\r\n0:") != NULL && raw_count(&raw, "HTTP/1.1 ") == 5);
    }
    httpio_server_free(&server);
}

static void test_bytes_one_by_one(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    const char *all = "POST /echo" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "");
    for (size_t i = 0; i < strlen(all); i++) {
        raw_send(&raw, (struct str){ all + i, 1 });
        rig_run(0);
    }
    CHECK(raw_wait(&raw, "3:abc", 1));
    httpio_server_free(&server);
}

static void test_what_is_ambiguous_is_refused_and_the_connection_closed(void)
{
    static const struct {
        const char *what;
        unsigned status;
        struct str bytes;
    } rows[] = {
#define SMUGGLING(what, reason, bytes) { (what), HTTP_##reason, { (bytes), sizeof(bytes) - 1 } },
#include "lib/http_smuggling.tbl.h"
#undef SMUGGLING
    };
    server_start((struct httpio_server_settings){ .address_max = 1000 });
    early_status = 204;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(raw_stop) struct raw raw;
        enum http_reason reason = (enum http_reason)rows[i].status;
        raw_start(&raw, httpio_server_port(server), rows[i].bytes);
        // A request after it, which a server that misread the first would answer.
        raw_send(&raw, STR("GET /smuggled" HOST "\r\n"));
        bool ok = reason == HTTP_FINE ? raw_wait(&raw, "HTTP/1.1 204", 2)
                                      : rig_wait_for(raw_is_closed, &raw);
        char want[32];
        (void)snprintf(want, sizeof(want), "HTTP/1.1 %u ", http_reason_status(reason));
        if (reason != HTTP_FINE) {
            bool in_body = raw_count(&raw, "HTTP/1.1 204") == 1; // the head was fine
            ok =
                ok && raw_count(&raw, "\r\nDate: ") == 1 && (in_body || raw_count(&raw, want) == 1);
        }
        tap_result(ok, rows[i].what, __FILE__, __LINE__);
    }
    CHECK(httpio_server_counts(server).refused_malformed > 60);
    httpio_server_free(&server);
}

static void test_malformed_bodies_are_refused(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "POST /echo" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX");
    CHECK(rig_wait_for(raw_is_closed, &raw));
    CHECK(raw_count(&raw, "HTTP/1.1 400 Bad Request") == 1);
    CHECK(closes == 1 && last_close == ERR_INVALID);
    OWN(raw_stop) struct raw cut;
    raw_to(&cut, "POST /echo" HOST "Content-Length: 10\r\n\r\nabc");
    CHECK(rig_wait_for(raw_is_open, &cut));
    net_stream_shut(cut.stream);
    CHECK(rig_wait_for(raw_is_closed, &cut));
    CHECK(raw_count(&cut, "HTTP/1.1 400 Bad Request") == 1 && last_close == ERR_INVALID);
    httpio_server_free(&server);
}

static void test_an_early_answer_reaches_a_peer_that_still_sends(void)
{
    server_start((struct httpio_server_settings){ .drain_bytes = 64 << 20 });
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "POST /no" HOST "Content-Length: 8000000\r\n\r\n");
    static char block[1 << 20];
    for (int i = 0; i < 7; i++) {
        raw_send(&raw, (struct str){ block, sizeof(block) });
    }
    CHECK(raw_wait(&raw, "HTTP/1.1 403", 1));
    CHECK(raw_count(&raw, "Connection: close") == 1);
    CHECK(rig_wait_for(raw_is_closed, &raw) && raw.ended);
    CHECK(last_close == ERR_NONE);
    httpio_server_free(&server);
}

static void test_an_unwanted_body_that_is_here_costs_no_connection(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "POST /no" HOST "Content-Length: 5\r\n\r\nhelloPOST /no" HOST
                 "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nGET /later" HOST "\r\n");
    CHECK(raw_wait(&raw, "\r\n\r\nlate", 1));
    CHECK(raw_count(&raw, "HTTP/1.1 403") == 2 && raw_count(&raw, "Connection: close") == 0);
    httpio_server_free(&server);
}

static void test_continue_is_said_only_where_the_body_is_wanted(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "POST /echo" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(raw_wait(&raw, "HTTP/1.1 100 Continue\r\n\r\n", 1));
    raw_send(&raw, STR("abc"));
    CHECK(raw_wait(&raw, "3:abc", 1));
    OWN(raw_stop) struct raw refused;
    raw_to(&refused, "POST /no" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(rig_wait_for(raw_is_closed, &refused));
    CHECK(raw_count(&refused, "100 Continue") == 0 && raw_count(&refused, "HTTP/1.1 403") == 1);
    OWN(raw_stop) struct raw sent;
    raw_to(&sent, "POST /echo" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
    CHECK(raw_wait(&sent, "3:abc", 1));
    httpio_server_free(&server);
}

static void test_long_answers_stream(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw chunks;
    OWN(raw_stop) struct raw length;
    OWN(raw_stop) struct raw old;
    OWN(raw_stop) struct raw head;
    raw_to(&chunks, "GET /chunks?3000000" HOST "Connection: close\r\n\r\n");
    CHECK(rig_wait_for(raw_is_closed, &chunks));
    CHECK(raw_count(&chunks, "Transfer-Encoding: chunked\r\n") == 1);
    CHECK(chunks.got.len > 3000000 &&
          strcmp(chunks.got.ptr + chunks.got.len - 7, "\r\n0\r\n\r\n") == 0);
    raw_to(&length, "GET /length?3000000" HOST "Connection: close\r\n\r\n");
    CHECK(rig_wait_for(raw_is_closed, &length));
    CHECK(raw_count(&length, "Content-Length: 3000000\r\n") == 1 && length.got.len < 3000300);
    raw_to(&old, "GET /chunks?3000000 HTTP/1.0\r\n\r\n");
    CHECK(rig_wait_for(raw_is_closed, &old));
    CHECK(raw_count(&old, "chunked") == 0 && old.got.len > 3000000 && old.got.len < 3000300);
    raw_to(&head, "HEAD /length?77" HOST "\r\nHEAD /later" HOST "Connection: close\r\n\r\n");
    CHECK(rig_wait_for(raw_is_closed, &head));
    CHECK(raw_count(&head, "Content-Length: 77\r\n") == 1 && raw_count(&head, "late") == 0);
    CHECK(raw_count(&head, "xx") == 0);
    httpio_server_free(&server);
}

static void test_slow_peers_are_cut_and_others_are_not_harmed(void)
{
    server_start((struct httpio_server_settings){
        .head_ms = 150, .idle_ms = 400, .rate_ms = 300, .rate_bytes = 1000, .address_max = 200 });
    enum { SLOW = 60 };
    static struct raw slow[SLOW];
    for (size_t i = 0; i < SLOW; i++) {
        static const char *const starts[] = { "GET /ec",
                                              "POST /echo" HOST "Content-Length: 99999\r\n\r\nx",
                                              "POST /echo" HOST
                                              "Transfer-Encoding: chunked\r\n\r\nFFFF\r\n" };
        raw_to(&slow[i], starts[i % 3]);
    }
    int64_t worst_ms = 0;
    size_t closed = 0;
    int64_t start_ms = clk_mono_ms();
    while (closed < SLOW && clk_mono_ms() - start_ms < 10000) {
        OWN(raw_stop) struct raw good;
        int64_t at = clk_mono_ms();
        raw_to(&good, "POST /echo" HOST "Content-Length: 5\r\n\r\nhello");
        if (!raw_wait(&good, "5:hello", 1)) {
            break;
        }
        int64_t took = clk_mono_ms() - at;
        worst_ms = took > worst_ms ? took : worst_ms;
        rig_run(20);
        closed = 0;
        for (size_t i = 0; i < SLOW; i++) {
            raw_send(&slow[i], STR("y")); // a byte now and then
            closed += slow[i].closed ? 1 : 0;
        }
    }
    CHECK(closed == SLOW);
    CHECK(worst_ms < 1000);
    printf("# the good client waited at most %lld ms\n", (long long)worst_ms);
    CHECK(raw_count(&slow[0], "HTTP/1.1 408 ") == 1 && raw_count(&slow[1], "HTTP/1.1 408 ") == 1);
    CHECK(httpio_server_counts(server).cut_slow == SLOW);
    for (size_t i = 0; i < SLOW; i++) {
        raw_stop(&slow[i]);
    }
    CHECK(rig_wait_for(server_is_empty, NULL));
    httpio_server_free(&server);
}

static void test_who_does_not_read_its_answer_is_cut(void)
{
    server_start((struct httpio_server_settings){ .rate_ms = 200, .idle_ms = 2000 });
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "GET /length?100000000" HOST "\r\n");
    CHECK(raw_wait(&raw, "HTTP/1.1 200", 1));
    net_stream_pause(raw.stream);
    CHECK(rig_wait_for(server_is_empty, NULL));
    CHECK(last_close == ERR_TIMEOUT && httpio_server_counts(server).cut_slow == 1);
    httpio_server_free(&server);
}

static void test_idle_connections_end(void)
{
    server_start((struct httpio_server_settings){ .idle_ms = 60 });
    OWN(raw_stop) struct raw silent;
    OWN(raw_stop) struct raw done;
    raw_to(&silent, "");
    raw_to(&done, "GET /later" HOST "\r\n");
    CHECK(rig_wait_for(raw_is_closed, &silent) && silent.got.len == 0);
    CHECK(rig_wait_for(raw_is_closed, &done) && raw_count(&done, "HTTP/1.1 ") == 1);
    httpio_server_free(&server);
}

static void test_an_address_has_its_share(void)
{
    server_start((struct httpio_server_settings){ .address_max = 3 });
    static struct raw raws[5];
    for (size_t i = 0; i < 5; i++) {
        raw_to(&raws[i], "");
        CHECK(rig_wait_for(raw_is_open, &raws[i]));
    }
    CHECK(rig_wait_for(raw_is_closed, &raws[4]) && rig_wait_for(raw_is_closed, &raws[3]));
    CHECK(raw_count(&raws[4], "HTTP/1.1 503 Service Unavailable") == 1);
    CHECK(raw_count(&raws[4], "Retry-After: 5\r\n") == 1);
    raw_send(&raws[0], STR("GET /later" HOST "Connection: close\r\n\r\n"));
    CHECK(rig_wait_for(raw_is_closed, &raws[0]) && raw_count(&raws[0], "late") == 1);
    OWN(raw_stop) struct raw next; // the place is free again
    raw_to(&next, "GET /later" HOST "\r\n");
    CHECK(raw_wait(&next, "\r\n\r\nlate", 1));
    CHECK(httpio_server_counts(server).refused_busy == 2);
    for (size_t i = 0; i < 5; i++) {
        raw_stop(&raws[i]);
    }
    httpio_server_free(&server);
}

static void test_a_long_address_has_its_share(void)
{
    struct httpio_server_settings settings = { .host = "::1",
                                               .on_request = on_request,
                                               .address_max = 1 };
    struct err err;
    if (!httpio_server_new(rig_loop, &settings, &server, &err)) {
        printf("# no IPv6 here: %s\n", err.text);
        return;
    }
    OWN(raw_stop) struct raw first;
    OWN(raw_stop) struct raw second;
    raw_start_at(&first, "::1", httpio_server_port(server), STR("GET /later" HOST "\r\n"));
    CHECK(raw_wait(&first, "\r\n\r\nlate", 1));
    raw_start_at(&second, "::1", httpio_server_port(server), STR("GET /later" HOST "\r\n"));
    CHECK(rig_wait_for(raw_is_closed, &second) && raw_count(&second, "HTTP/1.1 503") == 1);
    httpio_server_free(&server);
}

static void test_a_full_server_drops_the_idle_and_refuses_past_the_busy(void)
{
    server_start((struct httpio_server_settings){ .connections_max = 2, .retry_after_s = 9 });
    OWN(raw_stop) struct raw first;
    OWN(raw_stop) struct raw second;
    OWN(raw_stop) struct raw third;
    OWN(raw_stop) struct raw fourth;
    raw_to(&first, "GET /later" HOST "\r\n"); // then idle
    CHECK(raw_wait(&first, "\r\n\r\nlate", 1));
    raw_to(&second, "GET /hang" HOST "\r\n");
    CHECK(rig_wait_for(raw_is_open, &second));
    raw_to(&third, "GET /hang" HOST "\r\n"); // first makes way
    CHECK(rig_wait_for(raw_is_closed, &first));
    CHECK(rig_wait_for(raw_is_open, &third));
    rig_run(10);
    raw_to(&fourth, "GET /later" HOST "\r\n");
    CHECK(rig_wait_for(raw_is_closed, &fourth));
    CHECK(raw_count(&fourth, "HTTP/1.1 503") == 1 && raw_count(&fourth, "Retry-After: 9") == 1);
    CHECK(!second.closed && !third.closed && httpio_server_counts(server).exchanges == 2);
    httpio_server_free(&server);
}

static void test_a_reset_in_a_body_ends_the_exchange(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw raw;
    raw_to(&raw, "POST /hang" HOST "Content-Length: 1000\r\n\r\nabc");
    CHECK(rig_wait_for(raw_is_open, &raw));
    rig_run(10);
    CHECK(httpio_exchange_find(server, hung) != NULL);
    raw_stop(&raw); // unread bytes or not: at once
    CHECK(rig_wait_for(server_is_empty, NULL));
    CHECK(closes == 1 && last_close != ERR_NONE);
    CHECK(httpio_exchange_find(server, hung) == NULL);
    httpio_server_free(&server);
}

static void test_free_tells_whoever_is_under_way(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw raw;
    OWN(raw_stop) struct raw idle;
    raw_to(&raw, "GET /hang" HOST "\r\n");
    raw_to(&idle, "");
    CHECK(rig_wait_for(raw_is_open, &raw) && rig_wait_for(raw_is_open, &idle));
    rig_run(10);
    httpio_server_free(&server);
    CHECK(closes == 1 && last_close == ERR_UNAVAILABLE);
    CHECK(rig_wait_for(raw_is_closed, &raw) && rig_wait_for(raw_is_closed, &idle));
}

static void test_draining_finishes_what_is_under_way(void)
{
    server_start((struct httpio_server_settings){ .address_max = 0 });
    OWN(raw_stop) struct raw busy;
    OWN(raw_stop) struct raw idle;
    OWN(raw_stop) struct raw late;
    raw_to(&idle, "");
    raw_to(&busy, "POST /echo" HOST "Content-Length: 5\r\n\r\nhe");
    CHECK(rig_wait_for(raw_is_open, &busy) && rig_wait_for(raw_is_open, &idle));
    rig_run(10);
    httpio_server_drain(server);
    CHECK(rig_wait_for(raw_is_closed, &idle) && !busy.closed);
    raw_to(&late, "GET /later" HOST "\r\n");
    CHECK(rig_wait_for(raw_is_closed, &late) && late.got.len == 0);
    raw_send(&busy, STR("llo"));
    CHECK(rig_wait_for(raw_is_closed, &busy));
    CHECK(raw_count(&busy, "5:hello") == 1 && raw_count(&busy, "Connection: close") == 1);
    CHECK(rig_wait_for(server_is_empty, NULL));
    httpio_server_free(&server);
}

static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1) {
        pages = 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

struct pump { // sends more and more as the stream takes it
    struct raw raw;
    uint64_t left;
};

static void pump_on_drain(void *arg, struct net_stream *stream)
{
    struct pump *pump = arg;
    static char block[64 << 10];
    for (int i = 0; i < 16 && pump->left > 0; i++) {
        net_stream_write(stream, (struct str){ block, sizeof(block) });
        pump->left -= sizeof(block);
    }
}

static void test_a_slow_handler_holds_the_peer_back(void)
{
    static const struct net_stream_events events = { .on_open = raw_on_open,
                                                     .on_read = raw_on_read,
                                                     .on_end = raw_on_end,
                                                     .on_drain = pump_on_drain,
                                                     .on_close = raw_on_close };
    server_start((struct httpio_server_settings){ .rate_ms = 200 });
    enum { TOTAL = 64 << 20 };
    struct pump pump = { .left = TOTAL };
    long before = resident_kib();
    raw_to(&pump.raw, "POST /slow" HOST "Content-Length: 67108864\r\n\r\n");
    net_stream_set(pump.raw.stream, &events, &pump);
    CHECK(raw_wait(&pump.raw, "67108864:", 1));
    long grown = resident_kib() - before;
    printf("# 64 MiB through a slow handler: RSS grew by %ld KiB\n", grown);
    CHECK(!MEMORY_IS_OURS || grown < 16 << 10);
    raw_stop(&pump.raw);
    httpio_server_free(&server);
}

static void test_a_thousand_idle_connections_are_cheap(void)
{
    enum { COUNT = 1000 };
    struct rlimit limit = { .rlim_cur = 0 };
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    server_start((struct httpio_server_settings){ .address_max = COUNT + 10 });
    struct raw *raws = mem_new(COUNT * sizeof(*raws));
    long before = resident_kib();
    for (size_t i = 0; i < COUNT; i++) {
        raw_to(&raws[i], i % 2 == 0 ? "" : "GET /x" HOST "\r\n");
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (!rig_wait_for(raw_is_open, &raws[i]) || (i % 2 != 0 && !raw_wait(&raws[i], "no", 1))) {
            CHECK(false);
        }
    }
    long grown = resident_kib() - before;
    printf("# both ends of 1,000 connections: %ld KiB\n", grown);
    CHECK(!MEMORY_IS_OURS || grown < 6000); // two streams, the raw peer's buffers, and ours
    CHECK(httpio_server_counts(server).connections == COUNT);
    int64_t at = clk_mono_ms();
    OWN(raw_stop) struct raw good;
    raw_to(&good, "POST /echo" HOST "Content-Length: 5\r\n\r\nhello");
    CHECK(raw_wait(&good, "5:hello", 1));
    CHECK(clk_mono_ms() - at < 500);
    for (size_t i = 0; i < COUNT; i++) {
        raw_stop(&raws[i]);
    }
    raw_stop(&good);
    CHECK(rig_wait_for(server_is_empty, NULL));
    free(raws);
    httpio_server_free(&server);
}

int main(void)
{
    rig_start();
    test_answers_and_keeps_the_connection();
    test_pipelined_requests_are_answered_in_order();
    test_bytes_one_by_one();
    test_what_is_ambiguous_is_refused_and_the_connection_closed();
    test_malformed_bodies_are_refused();
    test_an_early_answer_reaches_a_peer_that_still_sends();
    test_an_unwanted_body_that_is_here_costs_no_connection();
    test_continue_is_said_only_where_the_body_is_wanted();
    test_long_answers_stream();
    test_slow_peers_are_cut_and_others_are_not_harmed();
    test_who_does_not_read_its_answer_is_cut();
    test_idle_connections_end();
    test_an_address_has_its_share();
    test_a_long_address_has_its_share();
    test_a_full_server_drops_the_idle_and_refuses_past_the_busy();
    test_a_reset_in_a_body_ends_the_exchange();
    test_free_tells_whoever_is_under_way();
    test_draining_finishes_what_is_under_way();
    test_a_slow_handler_holds_the_peer_back();
    test_a_thousand_idle_connections_are_cheap();
    rig_end();
    return tap_done();
}
