// TLS streams: both sides proven or nothing passes, the one who is refused learns it, join tokens,
// resumption, and plain beside TLS on one port.
#include "net/net.h"
#include "net/net_int.h"

#include "base/clk.h"
#include "base/fs.h"
#include "crypto/cert.h"
#include "lib/tap.h"
#include <openssl/ssl.h>
#include <unistd.h>

static char folder[] = "/tmp/quoin-tls-XXXXXX";
static struct err err;

static const char *at(const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, 128, "%s/%s", folder, name);
    return path;
}

static void make_leaf(const struct crypto_authority *authority, const char *role, const char *name,
                      int64_t good_s)
{
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    char file[64];
    struct crypto_leaf leaf = { .role = str_of(role), .host = STR("box"), .good_s = good_s };
    CHECK(crypto_pair_new(&pair, &err));
    CHECK(crypto_authority_issue(authority, pair, &leaf, &pem, &err));
    CHECK(crypto_pair_write(pair, &key, &err));
    (void)snprintf(file, sizeof(file), "%s.crt", name);
    CHECK(fs_replace(at(file), buf_str(&pem), 0600, &err));
    (void)snprintf(file, sizeof(file), "%s.key", name);
    CHECK(fs_replace(at(file), buf_str(&key), 0600, &err));
}

static void make_site(const char *site, const char *ca_file, const char *first, const char *second)
{
    OWN(crypto_pair_free) struct crypto_pair *pair = NULL;
    OWN(crypto_authority_free) struct crypto_authority *authority = NULL;
    OWN(buf_free) struct buf pem = BUF_CAP(CRYPTO_PEM_MAX);
    OWN(buf_free) struct buf key = BUF_CAP(CRYPTO_PEM_MAX);
    CHECK(crypto_pair_new(&pair, &err));
    CHECK(crypto_authority_new(pair, str_of(site), &pem, &err));
    CHECK(crypto_pair_write(pair, &key, &err));
    CHECK(crypto_authority_read(buf_str(&pem), buf_str(&key), &authority, &err));
    CHECK(fs_replace(at(ca_file), buf_str(&pem), 0600, &err));
    make_leaf(authority, "cas", first, 0);
    make_leaf(authority, "dre", second, 0);
    if (strcmp(ca_file, "ca.crt") == 0) {
        make_leaf(authority, "dre", "old", -60);
    }
}

enum { PLAIN_CLIENT = 1, TLS12_CLIENT = 2, SILENT_CLIENT = 4, RUBBISH = 8, BIG = 16, HALF = 32 };

struct row {
    const char *name;
    const char *client; // certificate; NULL: none
    const char *client_ca;
    const char *peer_name;
    const char *psk;
    const char *psk_key;
    unsigned flags;
    bool plain_too;
    bool door; // the server asks for no certificate
    const char *client_alpn;
    bool echoed;           // the client got its bytes back
    enum err_code refused; // what the client is told if it did not
    const char *identity;  // of the client, at the server
};

static const struct row rows[] = {
    { "both proven", "dre", "ca.crt", NULL, NULL, NULL, 0, false, false, "h2", true, ERR_NONE,
      "quoin://0123456789abcdef/dre/box" },
    { "much both ways", "dre", "ca.crt", "box", NULL, NULL, BIG, false, false, "h2", true, ERR_NONE,
      "quoin://0123456789abcdef/dre/box" },
    { "half closed after all was sent", "dre", "ca.crt", NULL, NULL, NULL, BIG | HALF, false, false,
      "h2", true, ERR_NONE, "quoin://0123456789abcdef/dre/box" },
    { "by address", "dre", "ca.crt", "127.0.0.1", NULL, NULL, 0, true, false, "h2", true, ERR_NONE,
      "quoin://0123456789abcdef/dre/box" },
    { "no certificate", NULL, "ca.crt", NULL, NULL, NULL, 0, false, false, "h2", false, ERR_DENIED,
      NULL },
    { "another site's", "dre2", "ca.crt", NULL, NULL, NULL, 0, false, false, "h2", false,
      ERR_DENIED, NULL },
    { "expired", "old", "ca.crt", NULL, NULL, NULL, 0, false, false, "h2", false, ERR_DENIED,
      NULL },
    { "the server is another site's", "dre", "ca2.crt", NULL, NULL, NULL, 0, false, false, "h2",
      false, ERR_DENIED, NULL },
    { "the server is not whom we want", "dre", "ca.crt", "other.example", NULL, NULL, 0, false,
      false, "h2", false, ERR_DENIED, NULL },
    { "no protocol in common", "dre", "ca.crt", NULL, NULL, NULL, 0, false, false, "spdy", false,
      ERR_UNAVAILABLE, NULL },
    { "TLS 1.2 for an engine", "dre", "ca.crt", NULL, NULL, NULL, TLS12_CLIENT, false, false, "h2",
      false, ERR_UNAVAILABLE, NULL },
    { "join token", NULL, "ca.crt", NULL, "token-1", "0123456789abcdef0123456789abcdef", 0, false,
      false, "h2", true, ERR_NONE, "psk:token-1" },
    { "join token, wrong key", NULL, "ca.crt", NULL, "token-1", "0123456789abcdef0123456789abcdeX",
      0, false, false, "h2", false, ERR_UNAVAILABLE, NULL },
    { "unknown join token", NULL, "ca.crt", NULL, "token-2", "0123456789abcdef0123456789abcdef", 0,
      false, false, "h2", false, ERR_DENIED, NULL },
    { "front door, TLS", NULL, "ca.crt", "localhost", NULL, NULL, 0, true, true, "h2", true,
      ERR_NONE, "" },
    { "front door, TLS 1.2", NULL, "ca.crt", "localhost", NULL, NULL, TLS12_CLIENT, true, true,
      "h2", true, ERR_NONE, "" },
    { "front door, plain", NULL, NULL, NULL, NULL, NULL, PLAIN_CLIENT, true, true, NULL, true,
      ERR_NONE, "" },
    { "plain where only TLS is", NULL, NULL, NULL, NULL, NULL, PLAIN_CLIENT, false, false, NULL,
      false, ERR_NONE, NULL },
    { "rubbish that begins as TLS", NULL, NULL, NULL, NULL, NULL, PLAIN_CLIENT | RUBBISH, true,
      true, NULL, false, ERR_NONE, NULL },
    { "silent", NULL, NULL, NULL, NULL, NULL, PLAIN_CLIENT | SILENT_CLIENT, true, true, NULL, false,
      ERR_NONE, NULL },
    { "silent where only TLS is", NULL, NULL, NULL, NULL, NULL, PLAIN_CLIENT | SILENT_CLIENT, false,
      false, NULL, false, ERR_NONE, NULL },
};

struct talk {
    const struct row *row;
    struct net_loop *loop;
    struct net_stream *client;
    struct net_stream *server;
    size_t want;
    size_t got;
    size_t served;
    int client_closes;
    int opened;
    bool resumed;
    bool stop_at_close;
    struct err err;
    char identity[128];
    char alpn[16];
};

static void client_write(struct talk *talk)
{
    char part[5000] = { 0 };
    talk->want = (talk->row->flags & BIG) != 0 ? 6000000 : 5;
    for (size_t sent = 0; sent < talk->want;) {
        size_t len = talk->want - sent < sizeof(part) ? talk->want - sent : sizeof(part);
        part[0] = (talk->row->flags & RUBBISH) != 0 ? 0x16 : 'G';
        net_stream_write(talk->client, (struct str){ part, len });
        sent += len;
    }
    if ((talk->row->flags & HALF) != 0) {
        net_stream_shut(talk->client);
    }
}

static void client_open(void *arg, struct net_stream *stream)
{
    struct talk *talk = arg;
    (void)stream;
    talk->opened++;
    if ((talk->row->flags & SILENT_CLIENT) == 0) {
        client_write(talk);
    }
}

static void resume(void *arg)
{
    struct talk *talk = arg;
    if (talk->client_closes == 0) {
        net_stream_resume(talk->client);
    }
}

static void client_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct talk *talk = arg;
    talk->got += bytes.len;
    if (talk->got >= talk->want) {
        talk->resumed = stream->ssl != NULL && SSL_session_reused(stream->ssl) == 1;
        net_stream_close(stream);
    } else { // back-pressure: bytes that wait inside the TLS layer come after the resume
        net_stream_pause(stream);
        net_loop_post(talk->loop, resume, talk);
    }
}

static void client_close(void *arg, const struct err *why)
{
    struct talk *talk = arg;
    talk->client_closes++;
    talk->err = *why;
    net_loop_stop(talk->loop);
}

static void server_read(void *arg, struct net_stream *stream, struct str bytes)
{
    struct talk *talk = arg;
    talk->served += bytes.len;
    net_stream_write(stream, bytes);
}

static const struct net_stream_events client_events = { .on_open = client_open,
                                                        .on_read = client_read,
                                                        .on_close = client_close };
static const struct net_stream_events server_events = { .on_read = server_read };

static void on_accept(void *arg, struct net_stream *stream)
{
    struct talk *talk = arg;
    struct str identity = net_stream_identity(stream);
    struct str alpn = net_stream_alpn(stream);
    (void)snprintf(talk->identity, sizeof(talk->identity), "%.*s", (int)identity.len, identity.ptr);
    (void)snprintf(talk->alpn, sizeof(talk->alpn), "%.*s", (int)alpn.len, alpn.ptr);
    talk->server = stream;
    net_stream_set(stream, &server_events, talk);
}

static size_t find_token(void *arg, struct str identity, uint8_t key[static 64])
{
    (void)arg;
    if (!str_eq(identity, STR("token-1"))) {
        return 0;
    }
    memcpy(key, "0123456789abcdef0123456789abcdef", 32);
    return 32;
}

static struct net_tls *server_tls(const struct row *row)
{
    static const char *const alpn[] = { "h2", "http/1.1", NULL };
    struct net_tls *tls = NULL;
    struct net_tls_settings settings = {
        .certificate = at("cas.crt"),
        .key = at("cas.key"),
        .authority = row->door ? NULL : at("ca.crt"),
        .peer = row->door ? NET_TLS_PEER_NONE : NET_TLS_PEER_REQUIRED,
        .tls_1_2 = row->door,
        .alpn = alpn,
        .psk_find = row->door ? NULL : find_token,
    };
    CHECK(net_tls_new(&settings, true, &tls, &err));
    return tls;
}

static struct net_tls *client_tls(const struct row *row)
{
    const char *alpn[] = { row->client_alpn, NULL };
    char certificate[64];
    char key[64];
    struct net_tls *tls = NULL;
    if ((row->flags & PLAIN_CLIENT) != 0) {
        return NULL;
    }
    (void)snprintf(certificate, sizeof(certificate), "%s.crt", row->client);
    (void)snprintf(key, sizeof(key), "%s.key", row->client);
    struct net_tls_settings settings = {
        .certificate = row->client == NULL ? NULL : at(certificate),
        .key = row->client == NULL ? NULL : at(key),
        .authority = at(row->client_ca),
        .peer = NET_TLS_PEER_REQUIRED,
        .tls_1_2 = (row->flags & TLS12_CLIENT) != 0,
        .alpn = alpn,
        .psk_identity = str_of(row->psk == NULL ? "" : row->psk),
        .psk_key = str_of(row->psk_key == NULL ? "" : row->psk_key),
    };
    CHECK(net_tls_new(&settings, false, &tls, &err));
    if ((row->flags & TLS12_CLIENT) != 0) {
        SSL_CTX *context = *(SSL_CTX **)tls; // its first member
        CHECK(SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) == 1);
    }
    return tls;
}

static void row_run(const struct row *row, int rounds)
{
    struct talk talk = { .row = row, .loop = net_loop_new() };
    struct net_tls *server = server_tls(row);
    struct net_tls *client = client_tls(row);
    struct net_listener *listener = NULL;
    struct net_listen_settings settings = { .host = "127.0.0.1",
                                            .tls = server,
                                            .plain_too = row->plain_too,
                                            .most = 10,
                                            .handshake_ms = 300 };
    printf("# %s\n", row->name);
    CHECK(net_listen(talk.loop, &settings, on_accept, &talk, &listener, &err));
    struct net_address to = { .host = "127.0.0.1", .port = net_listener_port(listener) };
    for (int i = 0; i < rounds; i++) {
        talk.got = 0;
        talk.client_closes = 0;
        talk.client =
            net_connect(talk.loop, &to, client, row->peer_name, 10000, &client_events, &talk);
        net_loop_run(talk.loop);
        CHECK(talk.client_closes == 1);
    }
    CHECK((talk.got > 0 && talk.got == talk.want) == row->echoed);
    if (row->echoed) {
        CHECK(str_eq(str_of(talk.identity), str_of(row->identity)));
        CHECK(str_eq(str_of(talk.alpn), str_of(row->client_alpn == NULL ? "" : row->client_alpn)));
        CHECK(talk.err.code == ERR_NONE);
        CHECK(rounds == 1 || talk.resumed);
    } else {
        CHECK(talk.served == 0); // nothing passed
        CHECK(talk.server == NULL);
        CHECK((row->flags & PLAIN_CLIENT) != 0 || talk.err.code == row->refused);
    }
    printf("# told: %s\n", talk.err.text);
    net_listener_close(&listener);
    net_tls_free(&server); // before the streams that were made from it
    net_tls_free(&client);
    net_loop_free(&talk.loop);
}

static void test_files_that_are_not_there_or_do_not_fit(void)
{
    struct net_tls *tls = NULL;
    struct net_tls_settings missing = { .certificate = at("none.crt"), .key = at("cas.key") };
    CHECK(!net_tls_new(&missing, true, &tls, &err));
    CHECK(strstr(err.text, "none.crt") != NULL);
    struct net_tls_settings mixed = { .certificate = at("cas.crt"), .key = at("dre.key") };
    CHECK(!net_tls_new(&mixed, true, &tls, &err));
    struct net_tls_settings rubbish = { .authority = at("cas.key") };
    CHECK(!net_tls_new(&rubbish, true, &tls, &err));
    CHECK(tls == NULL);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    make_site("0123456789abcdef", "ca.crt", "cas", "dre");
    make_site("fedcba9876543210", "ca2.crt", "cas2", "dre2");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        row_run(&rows[i], 1);
    }
    row_run(&rows[0], 3); // and again, with a ticket
    row_run(&rows[14], 2);
    test_files_that_are_not_there_or_do_not_fit();
    const char *const files[] = { "ca.crt",   "cas.crt",  "cas.key", "dre.crt",  "dre.key",
                                  "old.crt",  "old.key",  "ca2.crt", "cas2.crt", "cas2.key",
                                  "dre2.crt", "dre2.key", NULL };
    for (size_t i = 0; files[i] != NULL; i++) {
        CHECK(unlink(at(files[i])) == 0);
    }
    CHECK(rmdir(folder) == 0);
    return tap_done();
}
