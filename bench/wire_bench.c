// wire_bench - kept gRPC round trips beside a bare TLS 1.3 ping-pong, in turn, in the same run.
//
//     wire_bench [ROUNDS [MILLISECONDS]]
//
// Both: two processes, loopback, certificates on both sides, one question under way at a time. The
// bare one is blocking SSL_write and SSL_read of 64 bytes and nothing else. A third figure keeps 64
// questions under way. Prints one line of JSON with the medians.
#include "base/clk.h"
#include "lib/pki.h"
#include "proto/cas.pb-c.h"
#include "wire/client.h"
#include "wire/server.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { BARE_BYTES = 64, ROUNDS_MAX = 99, WINDOW = 64 };

static void bench_must(bool good, const char *what)
{
    if (!good) {
        (void)fprintf(stderr, "wire_bench: %s failed\n", what);
        exit(EXIT_FAILURE);
    }
}

// --- bare TLS -----------------------------------------------------------------------------------

static SSL_CTX *bare_context(const struct site *site, const char *role, bool server)
{
    char certificate[160];
    char key[160];
    char authority[160];
    site_path(site, certificate, role, "crt");
    site_path(site, key, role, "key");
    site_path(site, authority, "ca", "crt");
    SSL_CTX *context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    bench_must(context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
                   SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1 &&
                   SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
                   SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 &&
                   SSL_CTX_load_verify_file(context, authority) == 1,
               "TLS context");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return context;
}

static SSL *bare_stream(SSL_CTX *context, int fd, bool server)
{
    int on = 1;
    bench_must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "TCP_NODELAY");
    SSL *ssl = SSL_new(context);
    bench_must(ssl != NULL && SSL_set_fd(ssl, fd) == 1 &&
                   (server ? SSL_accept(ssl) : SSL_connect(ssl)) == 1,
               "handshake");
    return ssl;
}

static bool bare_read(SSL *ssl, char bytes[static BARE_BYTES])
{
    int got = 0;
    while (got < BARE_BYTES) {
        int count = SSL_read(ssl, bytes + got, BARE_BYTES - got);
        if (count <= 0) {
            return false;
        }
        got += count;
    }
    return true;
}

static pid_t bare_server(const struct site *site, uint16_t *port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof(at);
    bench_must(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 1) == 0 &&
                   getsockname(fd, (struct sockaddr *)&at, &len) == 0,
               "listen");
    *port = ntohs(at.sin_port);
    pid_t child = fork();
    if (child == 0) {
        SSL *ssl = bare_stream(bare_context(site, "cas", true), accept(fd, NULL, NULL), true);
        char bytes[BARE_BYTES];
        while (bare_read(ssl, bytes) && SSL_write(ssl, bytes, BARE_BYTES) == BARE_BYTES) {
        }
        _exit(0);
    }
    (void)close(fd);
    return child;
}

static double bare_run(const struct site *site, int64_t run_ms)
{
    uint16_t port = 0;
    pid_t child = bare_server(site, &port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    bench_must(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0, "connect");
    SSL_CTX *context = bare_context(site, "dre", false);
    SSL *ssl = bare_stream(context, fd, false);
    char bytes[BARE_BYTES] = { 0 };
    int64_t start = clk_mono_ns();
    int64_t end = start + run_ms * 1000000;
    int64_t now = start;
    unsigned count = 0;
    for (; now < end; now = clk_mono_ns()) {
        bench_must(SSL_write(ssl, bytes, BARE_BYTES) == BARE_BYTES && bare_read(ssl, bytes),
                   "ping");
        count++;
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    (void)close(fd);
    (void)kill(child, SIGTERM);
    (void)waitpid(child, NULL, 0);
    return count * 1e9 / (double)(now - start);
}

// --- gRPC ---------------------------------------------------------------------------------------

static void people_get(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)engine;
    const Quoin__V1__GetPersonRequest *ask = (const Quoin__V1__GetPersonRequest *)message;
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    person.name = ask->name;
    person.balance = 1000000;
    person.available = 1000000;
    wire_call_answer(call, &person.base);
}

static pid_t grpc_server(const struct site *site, uint16_t *port)
{
    int said[2];
    bench_must(pipe(said) == 0, "pipe");
    pid_t child = fork();
    if (child == 0) {
        const struct wire_method method = { "/quoin.v1.People/GetPerson", people_get };
        const struct wire_server_settings settings = { .host = "127.0.0.1",
                                                       .tls = site_tls(site, site, "cas", true),
                                                       .methods = &method,
                                                       .method_count = 1 };
        struct net_loop *loop = net_loop_new();
        struct wire_server *server = NULL;
        struct err err = { 0 };
        site_must(wire_server_new(loop, &settings, &server, &err), "server", &err);
        uint16_t at = wire_server_port(server);
        bench_must(write(said[1], &at, sizeof(at)) == (ssize_t)sizeof(at), "write");
        net_loop_run(loop);
        _exit(0);
    }
    bench_must(read(said[0], port, sizeof(*port)) == (ssize_t)sizeof(*port), "read");
    (void)close(said[0]);
    (void)close(said[1]);
    return child;
}

struct asker {
    struct net_loop *loop;
    struct wire_client *client;
    int64_t start;
    int64_t end;
    int64_t now;
    unsigned count;
    unsigned open;
    unsigned window;
};

static void asker_done(void *arg, const struct wire_answer *answer);

static void asker_ask(struct asker *asker)
{
    char name[] = "mary.smith@example.org";
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    request.name = name;
    asker->open++;
    (void)wire_ask(asker->client, "/quoin.v1.People/GetPerson", &request.base, 0, asker_done,
                   asker);
}

static void asker_done(void *arg, const struct wire_answer *answer)
{
    struct asker *asker = arg;
    bench_must(answer->reply != NULL, answer->err.text);
    asker->open--;
    asker->count++;
    asker->now = clk_mono_ns();
    if (asker->start == 0) { // the first one makes the connection
        int64_t run = asker->end;
        asker->start = asker->now;
        asker->end = asker->start + run;
        asker->count = 0;
    }
    while (asker->now < asker->end && asker->open < asker->window) {
        asker_ask(asker);
    }
    if (asker->open == 0) {
        net_loop_stop(asker->loop);
    }
}

static double grpc_run(const struct site *site, int64_t run_ms, unsigned window)
{
    uint16_t port = 0;
    pid_t child = grpc_server(site, &port);
    struct net_tls *tls = site_tls(site, site, "dre", false);
    struct asker asker = { .loop = net_loop_new(), .end = run_ms * 1000000, .window = window };
    struct wire_client_settings settings = { .tls = tls, .role = "cas" };
    settings.to.port = port;
    (void)snprintf(settings.to.host, sizeof(settings.to.host), "127.0.0.1");
    asker.client = wire_client_new(asker.loop, &settings);
    asker_ask(&asker);
    net_loop_run(asker.loop);
    wire_client_free(&asker.client);
    net_tls_free(&tls);
    net_loop_free(&asker.loop);
    (void)kill(child, SIGTERM);
    (void)waitpid(child, NULL, 0);
    return asker.count * 1e9 / (double)(asker.now - asker.start);
}

static int by_size(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;
    return *left < *right ? -1 : *left > *right;
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 21;
    int64_t run_ms = argc > 2 ? strtol(argv[2], NULL, 10) : 250;
    bench_must(rounds > 0 && rounds <= ROUNDS_MAX && run_ms > 0, "reading the arguments");
    (void)signal(SIGPIPE, SIG_IGN);
    struct site site;
    site_init(&site);
    site_issue(&site, "cas");
    site_issue(&site, "dre");
    double bare[ROUNDS_MAX];
    double grpc[ROUNDS_MAX];
    double wide[ROUNDS_MAX];
    double ratio[ROUNDS_MAX];
    for (long i = 0; i < rounds; i++) {
        bare[i] = bare_run(&site, run_ms);
        grpc[i] = grpc_run(&site, run_ms, 1);
        wide[i] = grpc_run(&site, run_ms, WINDOW);
        ratio[i] = grpc[i] / bare[i];
    }
    qsort(bare, (size_t)rounds, sizeof(double), by_size);
    qsort(grpc, (size_t)rounds, sizeof(double), by_size);
    qsort(wide, (size_t)rounds, sizeof(double), by_size);
    qsort(ratio, (size_t)rounds, sizeof(double), by_size);
    printf("{\"rounds\":%ld,\"bare_tls_per_s\":%.0f,\"grpc_per_s\":%.0f,\"ratio\":%.3f,"
           "\"grpc_64_open_per_s\":%.0f}\n",
           rounds, bare[rounds / 2], grpc[rounds / 2], ratio[rounds / 2], wide[rounds / 2]);
    site_fini(&site);
    return EXIT_SUCCESS;
}
