// netload: what a net stream costs beside bare OpenSSL on the same machine, in the same run.
//
//   netload [ROUNDS] [IDLE]
//
// Ping-pong of 64 bytes over one kept TLS 1.3 connection with certificates on both sides, between
// two processes: blocking SSL_read and SSL_write, then net streams. Then the memory of IDLE open
// connections (plain, then TLS) in the process that accepted them. One JSON line each.
#include "base/clk.h"
#include "base/fs.h"
#include "base/num.h"
#include "crypto/cert.h"
#include "net/net.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 64 };

static char folder[] = "/tmp/quoin-netload-XXXXXX";
static char ca_path[64];
static char cert_path[64];
static char key_path[64];

static void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "netload: %s\n", what);
        exit(1);
    }
}

static void make_site(void)
{
    struct err err;
    struct crypto_pair *pair = NULL;
    struct crypto_authority *authority = NULL;
    struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    struct buf leaf_pem = BUF_CAP(CRYPTO_PEM_MAX);
    struct crypto_leaf leaf = { .role = STR("cas"), .host = STR("box") };
    must(mkdtemp(folder) != NULL, "mkdtemp");
    snprintf(ca_path, sizeof(ca_path), "%s/ca.crt", folder);
    snprintf(cert_path, sizeof(cert_path), "%s/cas.crt", folder);
    snprintf(key_path, sizeof(key_path), "%s/cas.key", folder);
    must(crypto_pair_new(&pair, &err) &&
             crypto_authority_new(pair, STR("0123456789abcdef"), &pem, &err) &&
             crypto_pair_write(pair, &key, &err) &&
             crypto_authority_read(buf_str(&pem), buf_str(&key), &authority, &err) &&
             crypto_authority_issue(authority, pair, &leaf, &leaf_pem, &err) &&
             fs_replace(ca_path, buf_str(&pem), 0600, &err) &&
             fs_replace(cert_path, buf_str(&leaf_pem), 0600, &err) &&
             fs_replace(key_path, buf_str(&key), 0600, &err),
         "cannot make certificates");
}

static void drop_site(void)
{
    (void)unlink(ca_path);
    (void)unlink(cert_path);
    (void)unlink(key_path);
    (void)rmdir(folder);
}

// --- bare OpenSSL -------------------------------------------------------------------------------

static SSL *bare_ssl(int fd, bool server)
{
    SSL_CTX *context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    must(SSL_CTX_use_certificate_chain_file(context, cert_path) == 1 &&
             SSL_CTX_use_PrivateKey_file(context, key_path, SSL_FILETYPE_PEM) == 1 &&
             SSL_CTX_load_verify_file(context, ca_path) == 1,
         "bare certificates");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_read_ahead(context, 1); // the faster way for it, too
    SSL *ssl = SSL_new(context);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    SSL_set_fd(ssl, fd);
    must((server ? SSL_accept(ssl) : SSL_connect(ssl)) == 1, "bare handshake");
    return ssl;
}

static int bare_listen(struct sockaddr_in *at)
{
    socklen_t len = sizeof(*at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    *at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    must(bind(fd, (struct sockaddr *)at, len) == 0 && listen(fd, 1) == 0, "listen");
    getsockname(fd, (struct sockaddr *)at, &len);
    return fd;
}

static double bare_run(uint64_t rounds)
{
    struct sockaddr_in at;
    char part[16384] = { 0 };
    int listener = bare_listen(&at);
    pid_t pid = fork();
    if (pid == 0) {
        SSL *ssl = bare_ssl(accept(listener, NULL, NULL), true);
        for (int len = SSL_read(ssl, part, sizeof(part)); len > 0;
             len = SSL_read(ssl, part, sizeof(part))) {
            SSL_write(ssl, part, len);
        }
        _exit(0);
    }
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    must(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0, "connect");
    SSL *ssl = bare_ssl(fd, false);
    int64_t start = clk_mono_ns();
    for (uint64_t i = 0; i < rounds; i++) {
        must(SSL_write(ssl, part, BYTES) == BYTES, "write");
        must(SSL_read(ssl, part, sizeof(part)) == BYTES, "read");
    }
    double rate = (double)rounds * 1e9 / (double)(clk_mono_ns() - start);
    SSL_shutdown(ssl);
    close(fd);
    close(listener);
    waitpid(pid, NULL, 0);
    return rate;
}

// --- net streams --------------------------------------------------------------------------------

struct pong {
    struct net_loop *loop;
    uint64_t left;
    int64_t started;
    int64_t ended;
    uint32_t open;
    uint32_t want;
    int report; // a pipe
    uint64_t rss_before;
};

static struct net_tls *tls_of(bool server)
{
    struct err err;
    struct net_tls *tls = NULL;
    struct net_tls_settings settings = { .certificate = cert_path,
                                         .key = key_path,
                                         .authority = ca_path,
                                         .peer = NET_TLS_PEER_REQUIRED };
    must(net_tls_new(&settings, server, &tls, &err), "contexts");
    return tls;
}

static void server_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg;
    net_stream_write(stream, bytes);
}

static void server_close(void *arg, const struct err *err)
{
    struct pong *pong = arg;
    (void)err;
    net_loop_stop(pong->loop);
}

static const struct net_stream_events server_events = { .on_read = server_read,
                                                        .on_close = server_close };

static uint64_t rss_now(void)
{
    struct err err;
    uint64_t pages = 0;
    OWN(buf_free) struct buf text = BUF_CAP(200);
    must(fs_read("/proc/self/statm", &text, &err), "statm");
    const char *second = memchr(text.ptr, ' ', text.len);
    const char *third = second == NULL ? NULL : strchr(second + 1, ' ');
    must(third != NULL &&
             num_u64((struct str){ second + 1, (size_t)(third - second - 1) }, UINT32_MAX, &pages),
         "statm");
    return pages * 4096;
}

static void server_accept(void *arg, struct net_stream *stream)
{
    struct pong *pong = arg;
    net_stream_set(stream, &server_events, pong);
    net_stream_idle(stream, 600000);
    if (++pong->open == pong->want && pong->report >= 0) {
        uint64_t used = rss_now() - pong->rss_before;
        must(write(pong->report, &used, sizeof(used)) == sizeof(used), "report");
    }
}

static void client_open(void *arg, struct net_stream *stream)
{
    static const char part[BYTES];
    struct pong *pong = arg;
    pong->started = clk_mono_ns();
    net_stream_write(stream, (struct str){ part, BYTES });
}

static void client_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct pong *pong = arg;
    if (--pong->left == 0) {
        pong->ended = clk_mono_ns();
        net_loop_stop(pong->loop);
    } else {
        net_stream_write(stream, bytes);
    }
}

static const struct net_stream_events client_events = { .on_open = client_open,
                                                        .on_read = client_read };

// The server's process: says its port through the pipe, then serves until its first stream closes.
static void serve(int report, bool tls, uint32_t want)
{
    struct err err;
    struct pong pong = { .loop = net_loop_new(), .want = want, .report = want > 1 ? report : -1 };
    struct net_listener *listener = NULL;
    struct net_listen_settings settings = {
        .host = "127.0.0.1", .tls = tls ? tls_of(true) : NULL, .most = 100000, .handshake_ms = 60000
    };
    must(net_listen(pong.loop, &settings, server_accept, &pong, &listener, &err), "listen");
    uint16_t port = net_listener_port(listener);
    pong.rss_before = rss_now();
    must(write(report, &port, sizeof(port)) == sizeof(port), "report");
    net_loop_run(pong.loop);
    _exit(0);
}

static pid_t serve_start(bool tls, uint32_t want, int *report, uint16_t *port)
{
    int ends[2];
    must(pipe(ends) == 0, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        serve(ends[1], tls, want);
    }
    close(ends[1]);
    *report = ends[0];
    must(read(ends[0], port, sizeof(*port)) == sizeof(*port), "port");
    return pid;
}

static double net_run(uint64_t rounds)
{
    int report = -1;
    uint16_t port = 0;
    pid_t pid = serve_start(true, 1, &report, &port);
    struct pong pong = { .loop = net_loop_new(), .left = rounds };
    struct net_tls *tls = tls_of(false);
    struct net_address to = { "127.0.0.1", port };
    net_connect(pong.loop, &to, tls, NULL, 5000, &client_events, &pong);
    net_loop_run(pong.loop);
    must(pong.ended > 0, "the pong ended early");
    net_tls_free(&tls);
    net_loop_free(&pong.loop);
    waitpid(pid, NULL, 0);
    close(report);
    return (double)rounds * 1e9 / (double)(pong.ended - pong.started);
}

// --- idle ---------------------------------------------------------------------------------------

struct crowd {
    struct net_loop *loop;
    struct net_tls *tls;
    struct net_address to;
    uint32_t left;
};

static void crowd_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg;
    (void)stream;
    (void)bytes;
}

static void crowd_open(void *arg, struct net_stream *stream);

static const struct net_stream_events crowd_events = { .on_open = crowd_open,
                                                       .on_read = crowd_read };

static void crowd_open(void *arg, struct net_stream *stream)
{
    struct crowd *crowd = arg;
    (void)stream;
    if (--crowd->left > 0) {
        net_connect(crowd->loop, &crowd->to, crowd->tls, NULL, 60000, &crowd_events, crowd);
    } else {
        net_loop_stop(crowd->loop);
    }
}

static void idle_run(bool tls, uint32_t count)
{
    int report = -1;
    uint16_t port = 0;
    uint64_t used = 0;
    pid_t pid = serve_start(tls, count, &report, &port);
    struct crowd crowd = { .loop = net_loop_new(),
                           .tls = tls ? tls_of(false) : NULL,
                           .to = { "127.0.0.1", port },
                           .left = count };
    int64_t start = clk_mono_ms();
    net_connect(crowd.loop, &crowd.to, crowd.tls, NULL, 60000, &crowd_events, &crowd);
    net_loop_run(crowd.loop);
    must(read(report, &used, sizeof(used)) == sizeof(used), "memory");
    printf("{\"idle\":\"%s\",\"connections\":%u,\"bytes_each\":%llu,\"ms\":%lld}\n",
           tls ? "tls" : "plain", count, (unsigned long long)(used / count),
           (long long)(clk_mono_ms() - start));
    net_tls_free(&crowd.tls);
    net_loop_free(&crowd.loop);
    waitpid(pid, NULL, 0);
    close(report);
}

int main(int argc, char **argv)
{
    uint64_t rounds = 20000;
    uint64_t idle = 10000;
    struct rlimit files = { 0, 0 };
    must((argc < 2 || num_u64(str_of(argv[1]), 10000000, &rounds)) &&
             (argc < 3 || num_u64(str_of(argv[2]), 30000, &idle)),
         "usage: netload [ROUNDS] [IDLE]");
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    must(setrlimit(RLIMIT_NOFILE, &files) == 0 && idle + 100 < files.rlim_cur,
         "more IDLE than descriptors");
    make_site();
    for (int i = 0; i < 3 && rounds > 0; i++) {
        double bare = bare_run(rounds);
        double net = net_run(rounds);
        printf("{\"ping_pong\":\"tls\",\"bare\":%.0f,\"net\":%.0f,\"ratio\":%.2f}\n", bare, net,
               net / bare);
    }
    if (idle > 0) {
        idle_run(false, (uint32_t)idle);
        idle_run(true, (uint32_t)idle);
    }
    drop_site();
    return 0;
}
