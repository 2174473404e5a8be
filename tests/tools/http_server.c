// A server on the rooms net and httpio alone, for tests with real clients and for bench/http_bench.
// http_server [CERTIFICATE KEY] - prints its port, serves until its standard input ends.
//   /          612 bytes of text, at once, like nginx's first page
//   /count     the number of bytes of the request's body
//   /echo      the body back, streamed while it comes
//   /stream?N  N bytes in chunks
//   /no        403 at once, whatever is still to come
//   /rss       this program's resident memory in KiB
#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "httpio/server.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGE_BYTES = 612 };

struct job {
    uint64_t bytes; // taken, or to be sent
    bool echo;
    bool started;
};

static char page[PAGE_BYTES];

static void answer(struct httpio_exchange *exchange, unsigned status, struct str body)
{
    struct httpio_answer head = { .status = status, .type = STR("text/plain") };
    httpio_exchange_answer(exchange, &head, body);
}

static void on_data(void *arg, struct httpio_exchange *exchange, struct str bytes)
{
    struct job *job = arg;
    job->bytes += bytes.len;
    if (job->echo && !httpio_exchange_write(exchange, bytes)) {
        httpio_exchange_pause(exchange); // until who sends also reads
    }
}

static void on_end(void *arg, struct httpio_exchange *exchange)
{
    const struct job *job = arg;
    if (job->echo) {
        httpio_exchange_finish(exchange);
        return;
    }
    OWN(buf_free) struct buf text = BUF_CAP(64);
    buf_addf(&text, "%zu\n", (size_t)job->bytes);
    answer(exchange, 200, buf_str(&text));
}

static void on_room(void *arg, struct httpio_exchange *exchange)
{
    struct job *job = arg;
    static char piece[16384];
    if (job->echo) {
        httpio_exchange_resume(exchange);
        return;
    }
    bool room = true;
    while (room && job->bytes > 0) {
        size_t len = job->bytes < sizeof(piece) ? (size_t)job->bytes : sizeof(piece);
        job->bytes -= len;
        room = httpio_exchange_write(exchange, (struct str){ piece, len });
    }
    if (job->bytes == 0 && !job->started) {
        job->started = true;
        httpio_exchange_finish(exchange);
    }
}

static void on_close(void *arg, struct httpio_exchange *exchange, const struct err *err)
{
    (void)exchange;
    (void)err;
    free(arg);
}

static void answer_rss(struct httpio_exchange *exchange)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        pages = fscanf(file, "%*u %lu", &pages) == 1 ? pages : 0;
        (void)fclose(file);
    }
    OWN(buf_free) struct buf text = BUF_CAP(64);
    buf_addf(&text, "%lu\n", pages * 4);
    answer(exchange, 200, buf_str(&text));
}

static void job_start(struct httpio_exchange *exchange, struct str path)
{
    static const struct httpio_exchange_events events = {
        .on_data = on_data, .on_end = on_end, .on_room = on_room, .on_close = on_close
    };
    struct job *job = mem_new(sizeof(*job));
    struct httpio_answer head = { .status = 200 };
    httpio_exchange_set(exchange, &events, job);
    if (str_eq(path, STR("/stream"))) {
        if (!num_u64(httpio_exchange_request(exchange)->query, INT64_MAX, &job->bytes)) {
            answer(exchange, 400, STR("how many?\n"));
            return;
        }
        httpio_exchange_start(exchange, &head, HTTPIO_CHUNKED);
        return;
    }
    job->echo = str_eq(path, STR("/echo"));
    httpio_exchange_want_body(exchange);
    if (job->echo) {
        httpio_exchange_start(exchange, &head, HTTPIO_CHUNKED);
    }
}

static void on_request(void *arg, struct httpio_exchange *exchange)
{
    (void)arg;
    struct str path = httpio_exchange_request(exchange)->path;
    if (str_eq(path, STR("/"))) {
        answer(exchange, 200, (struct str){ page, sizeof(page) });
    } else if (str_eq(path, STR("/rss"))) {
        answer_rss(exchange);
    } else if (str_eq(path, STR("/count")) || str_eq(path, STR("/echo")) ||
               str_eq(path, STR("/stream"))) {
        job_start(exchange, path);
    } else {
        answer(exchange, str_eq(path, STR("/no")) ? 403 : 404, STR("no\n"));
    }
}

static void end_loop(void *arg)
{
    net_loop_stop(arg);
}

static void *wait_for_end(void *arg)
{
    char byte = 0;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    net_loop_post(arg, end_loop, arg);
    return NULL;
}

int main(int argc, char **argv)
{
    struct rlimit limit = { .rlim_cur = 0 };
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    memset(page, 'p', sizeof(page));
    struct err err;
    struct net_loop *loop = net_loop_new();
    struct net_tls *tls = NULL;
    struct httpio_server *server = NULL;
    struct httpio_server_settings settings = { .host = "127.0.0.1",
                                               .address_max = 20000,
                                               .connections_max = 20000,
                                               .on_request = on_request };
    if (argc == 3) {
        struct net_tls_settings front = {
            .certificate = argv[1], .key = argv[2], .peer = NET_TLS_PEER_NONE, .tls_1_2 = true
        };
        if (!net_tls_new(&front, true, &tls, &err)) {
            (void)fprintf(stderr, "%s\n", err.text);
            return EXIT_FAILURE;
        }
        settings.tls = tls;
    }
    if (!httpio_server_new(loop, &settings, &server, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    printf("%u\n", httpio_server_port(server));
    (void)fflush(stdout);
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_end, loop) != 0) {
        return EXIT_FAILURE;
    }
    net_loop_run(loop);
    (void)pthread_join(thread, NULL);
    httpio_server_free(&server);
    net_tls_free(&tls);
    net_loop_free(&loop);
    return EXIT_SUCCESS;
}
