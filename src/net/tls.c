// tls: OpenSSL's contexts and the TLS side of a stream. See net.h.
//
// OpenSSL reads and writes the descriptor itself (SSL_set_fd): libuv only tells when it is ready.
// Buffers are given back between records, so an idle stream keeps its SSL object alone. A record
// may hold more than was asked for, which poll does not see: net_tls_has_bytes does.
//
// Identity: a stream is somebody only by a certificate whose chain, use, dates and one URI name
// were checked here, or by a pre-shared key (RFC 8446 4.2.11) that this very handshake was made
// with. A ticket of a session with a certificate stands for that certificate, whose dates are
// looked at again; sessions with a pre-shared key get no ticket.

#include "net/net_int.h"

#include "base/map.h"
#include "base/mem.h"
#include "crypto/cert.h"
#include <assert.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TLS_ALPN_BYTES = 256,
    TLS_KEY_MAX = 64,
    TLS_IDENTITY_MAX = 128,
    TLS_SESSIONS_MAX = 64, // kept by a client
    TLS_TICKET_S = 3600,   // a server's; well under a certificate's life
};

static const unsigned char tls_aes_128_gcm_sha256[2] = { 0x13, 0x01 }; // RFC 8446 B.4

struct net_tls {
    SSL_CTX *context; // owned
    size_t refs;
    bool server;
    enum net_tls_peer peer;
    bool any_peer;
    size_t alpn_len;
    unsigned char alpn[TLS_ALPN_BYTES];
    size_t (*psk_find)(void *arg, struct str identity, uint8_t key[static 64]);
    void *psk_arg;
    struct map sessions; // clients: SSL_SESSION by "host name", owned
    size_t psk_identity_len;
    size_t psk_key_len;
    char psk_identity[TLS_IDENTITY_MAX];
    uint8_t psk_key[TLS_KEY_MAX];
};

// What a server's handshake was offered: kept at the SSL object until the handshake is done.
struct tls_offer {
    size_t identity_len;
    size_t key_len;
    char identity[TLS_IDENTITY_MAX];
    uint8_t key[TLS_KEY_MAX];
};

// --- errors -------------------------------------------------------------------------------------

static const char *tls_reason(unsigned long code)
{
    switch (ERR_GET_REASON(code)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return "a certificate is needed";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED: return "our certificate has expired";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA: return "our certificate is not from an authority it knows";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED: return "it does not accept our certificate";
    case SSL_R_UNEXPECTED_EOF_WHILE_READING: return "it broke off";
    default: break;
    }
    const char *text = ERR_reason_error_string(code);
    return text == NULL ? "the connection broke" : text;
}

static bool tls_code_is_denial(unsigned long code)
{
    switch (ERR_GET_REASON(code)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_CERTIFICATE_VERIFY_FAILED: return true;
    default: return false;
    }
}

static enum net_io tls_failed(struct net_stream *stream, struct err *err)
{
    unsigned long code = ERR_peek_error();
    long verified = SSL_get_verify_result(stream->ssl);
    bool unproven = ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED;
    err_fill(err, tls_code_is_denial(code) ? ERR_DENIED : ERR_UNAVAILABLE, "TLS with %s: %s",
             stream->peer, unproven ? X509_verify_cert_error_string(verified) : tls_reason(code));
    ERR_clear_error();
    return NET_IO_FAILED;
}

static bool tls_fail(struct err *err, const char *what, const char *path)
{
    unsigned long code = ERR_peek_error();
    const char *text = ERR_reason_error_string(code);
    err_fill(err, ERR_INVALID, "cannot use the %s %s: %s", what, path,
             text == NULL ? "it cannot be read" : text);
    ERR_clear_error();
    return false;
}

// --- moving bytes -------------------------------------------------------------------------------

enum net_io net_tls_recv(struct net_stream *stream, size_t *len, struct err *err)
{
    size_t got = 0;
    ERR_clear_error();
    int ok = SSL_read_ex(stream->ssl, stream->loop->read_buffer, NET_READ_BUFFER, &got);
    if (ok == 1) {
        *len = got;
        return NET_IO_MOVED;
    }
    switch (SSL_get_error(stream->ssl, ok)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return NET_IO_WAIT;
    case SSL_ERROR_ZERO_RETURN: return NET_IO_END;
    default: return tls_failed(stream, err);
    }
}

enum net_io net_tls_send(struct net_stream *stream, size_t *len, struct err *err)
{
    struct net_chunk *chunk = stream->first;
    size_t sent = 0;
    ERR_clear_error();
    int ok =
        SSL_write_ex(stream->ssl, chunk->bytes + chunk->start, chunk->end - chunk->start, &sent);
    if (ok == 1) {
        *len = sent;
        return NET_IO_MOVED;
    }
    switch (SSL_get_error(stream->ssl, ok)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return NET_IO_WAIT;
    default: return tls_failed(stream, err);
    }
}

void net_tls_shut(struct net_stream *stream)
{
    ERR_clear_error();
    (void)SSL_shutdown(stream->ssl); // the notice goes out or the peer has gone: both are the end
    ERR_clear_error();
}

bool net_tls_has_bytes(const struct net_stream *stream)
{
    return stream->ssl != NULL && SSL_has_pending(stream->ssl) == 1;
}

static void tls_offer_free(SSL *ssl)
{
    struct tls_offer *offer = SSL_get_app_data(ssl);
    if (offer != NULL) {
        mem_wipe(offer, sizeof(*offer));
        free(offer);
        (void)SSL_set_app_data(ssl, NULL); // the slot is there
    }
}

void net_tls_release(struct net_stream *stream)
{
    if (stream->ssl != NULL) {
        if (stream->tls->server) {
            tls_offer_free(stream->ssl);
        }
        SSL_set_shutdown(stream->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); // stays resumable
        SSL_free(stream->ssl);
        stream->ssl = NULL;
    }
    net_tls_free(&stream->tls);
}

// --- identity -----------------------------------------------------------------------------------

static void tls_set_identity(struct net_stream *stream, const char *kind, struct str name)
{
    size_t kind_len = strlen(kind);
    stream->identity = mem_new(kind_len + name.len + 1);
    memcpy(stream->identity, kind, kind_len);
    memcpy(stream->identity + kind_len, name.ptr, name.len);
}

static bool tls_offer_was_taken(const struct net_stream *stream, const struct tls_offer *offer)
{
    uint8_t key[TLS_KEY_MAX];
    const SSL_SESSION *session = SSL_get_session(stream->ssl);
    if (SSL_session_reused(stream->ssl) != 1 || session == NULL) {
        return false;
    }
    size_t len = SSL_SESSION_get_master_key(session, key, sizeof(key));
    bool same = len == offer->key_len && CRYPTO_memcmp(key, offer->key, len) == 0;
    mem_wipe(key, sizeof(key));
    return same;
}

// Who the peer is, once the handshake is done. False: nobody whom we may serve.
static bool tls_identify(struct net_stream *stream, struct err *err)
{
    const struct net_tls *tls = stream->tls;
    const X509 *certificate = SSL_get0_peer_certificate(stream->ssl);
    struct tls_offer *offer = tls->server ? SSL_get_app_data(stream->ssl) : NULL;
    struct err why;
    err_fill(&why, ERR_DENIED, "%s showed no certificate", stream->peer);
    if (certificate != NULL && !tls->any_peer) {
        struct crypto_identity identity;
        if (crypto_cert_identity(certificate, &identity, &why)) {
            tls_set_identity(stream, "", str_of(identity.uri));
        }
    } else if (certificate == NULL && offer != NULL && tls_offer_was_taken(stream, offer)) {
        tls_set_identity(stream, "psk:", (struct str){ offer->identity, offer->identity_len });
    }
    if (tls->server) {
        tls_offer_free(stream->ssl);
    }
    bool named = tls->server ? tls->peer == NET_TLS_PEER_REQUIRED
                             : !tls->any_peer && tls->psk_key_len == 0 &&
                                   SSL_get0_peername(stream->ssl) == NULL;
    if (named && stream->identity == NULL) {
        *err = why;
        return false;
    }
    return true;
}

// --- handshake ----------------------------------------------------------------------------------

static void tls_offer_session(struct net_stream *stream);

static bool tls_expect(SSL *ssl, const char *peer_name)
{
    struct sockaddr_storage numeric;
    if (peer_name == NULL) {
        return true;
    }
    if (net_address_read(peer_name, 0, &numeric)) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), peer_name) == 1;
    }
    char name[256]; // OpenSSL's macro wants it writable
    size_t len = strlen(peer_name);
    if (len >= sizeof(name)) {
        return false;
    }
    memcpy(name, peer_name, len + 1);
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

void net_tls_start(struct net_stream *stream, struct net_tls *tls, const char *peer_name)
{
    stream->state = NET_STREAM_SHAKING;
    stream->tls = net_tls_ref(tls);
    stream->ssl = SSL_new(tls->context);
    if (stream->ssl == NULL || SSL_set_fd(stream->ssl, stream->fd) != 1 ||
        !tls_expect(stream->ssl, peer_name)) {
        struct err err;
        err_fill(&err, ERR_INVALID, "\"%s\" cannot be asked for by TLS",
                 peer_name == NULL ? stream->peer : peer_name);
        ERR_clear_error();
        net_stream_fail(stream, &err);
        return;
    }
    if (tls->server) {
        SSL_set_accept_state(stream->ssl);
        net_poll_watch(stream->poll, UV_READABLE);
        return; // the client speaks first
    }
    SSL_set_connect_state(stream->ssl);
    (void)SSL_set_app_data(stream->ssl, stream); // the slot is there
    tls_offer_session(stream);
    net_tls_shake(stream);
}

// The peer should learn why before the connection goes: linger, for its bytes that we did not read
// would make the kernel send a reset instead.
static void tls_refuse(struct net_stream *stream, const struct err *err)
{
    stream->err = mem_new(sizeof(*stream->err));
    *stream->err = *err;
    net_stream_linger(stream);
}

void net_tls_shake(struct net_stream *stream)
{
    struct err err;
    ERR_clear_error();
    int ok = SSL_do_handshake(stream->ssl);
    if (ok == 1) {
        if (tls_identify(stream, &err)) {
            net_stream_opened(stream);
        } else {
            tls_refuse(stream, &err);
        }
        return;
    }
    switch (SSL_get_error(stream->ssl, ok)) {
    case SSL_ERROR_WANT_READ: net_poll_watch(stream->poll, UV_READABLE); break;
    case SSL_ERROR_WANT_WRITE: net_poll_watch(stream->poll, UV_WRITABLE); break;
    default:
        (void)tls_failed(stream, &err);
        tls_refuse(stream, &err);
        break;
    }
}

// --- sessions kept by a client ------------------------------------------------------------------

static struct str tls_session_key(const struct net_stream *stream, char key[static 320])
{
    const char *name = SSL_get_servername(stream->ssl, TLSEXT_NAMETYPE_host_name);
    int port = 0;
    struct sockaddr_storage to = { 0 };
    socklen_t len = sizeof(to);
    void *address = &to;
    if (getpeername(stream->fd, address, &len) == 0) {
        port = net_address_port(&to);
    }
    int used = snprintf(key, 320, "%s %d %s", stream->peer, port, name == NULL ? "" : name);
    return (struct str){ key, used < 320 ? (size_t)used : 319 };
}

static void tls_offer_session(struct net_stream *stream)
{
    char key[320];
    if (stream->tls->psk_key_len > 0) {
        return;
    }
    SSL_SESSION *session = map_drop(&stream->tls->sessions, tls_session_key(stream, key));
    if (session != NULL) {
        (void)SSL_set_session(stream->ssl, session); // refused: a whole handshake
        SSL_SESSION_free(session);
        ERR_clear_error();
    }
}

// A ticket came. It is used once (RFC 8446 C.4).
static int tls_on_session(SSL *ssl, SSL_SESSION *session)
{
    struct net_stream *stream = SSL_get_app_data(ssl);
    char key[320];
    if (stream == NULL || stream->tls == NULL || stream->tls->psk_key_len > 0 ||
        stream->tls->sessions.count >= TLS_SESSIONS_MAX) {
        return 0;
    }
    struct str name = tls_session_key(stream, key);
    SSL_SESSION *old = map_drop(&stream->tls->sessions, name);
    SSL_SESSION_free(old);
    map_set(&stream->tls->sessions, name, session);
    return 1; // the reference is ours now
}

// --- pre-shared keys ----------------------------------------------------------------------------

static SSL_SESSION *tls_psk_session(SSL *ssl, const uint8_t *key, size_t len)
{
    SSL_SESSION *session = SSL_SESSION_new();
    const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, tls_aes_128_gcm_sha256);
    if (session != NULL && (cipher == NULL || SSL_SESSION_set1_master_key(session, key, len) != 1 ||
                            SSL_SESSION_set_cipher(session, cipher) != 1 ||
                            SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) != 1)) {
        SSL_SESSION_free(session);
        return NULL;
    }
    return session;
}

static int tls_on_psk_find(SSL *ssl, const unsigned char *identity, size_t len,
                           SSL_SESSION **session)
{
    const struct net_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    struct tls_offer offer = { .identity_len = len };
    *session = NULL;
    if (len == 0 || len > sizeof(offer.identity)) {
        return 1; // not one of ours: perhaps a ticket
    }
    memcpy(offer.identity, identity, len);
    offer.key_len = tls->psk_find(tls->psk_arg, (struct str){ offer.identity, len }, offer.key);
    assert(offer.key_len <= TLS_KEY_MAX);
    if (offer.key_len > 0) {
        *session = tls_psk_session(ssl, offer.key, offer.key_len);
        tls_offer_free(ssl);
        struct tls_offer *kept = mem_new(sizeof(*kept));
        *kept = offer;
        (void)SSL_set_app_data(ssl, kept); // the slot is there
        (void)SSL_set_num_tickets(ssl, 0); // cannot fail
    }
    mem_wipe(&offer, sizeof(offer));
    return 1;
}

static int tls_on_psk_use(SSL *ssl, const EVP_MD *digest, const unsigned char **identity,
                          size_t *len, SSL_SESSION **session)
{
    const struct net_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    (void)digest; // after a retry request too the one suite of ours stays possible
    *session = tls_psk_session(ssl, tls->psk_key, tls->psk_key_len);
    *identity = (const unsigned char *)tls->psk_identity;
    *len = tls->psk_identity_len;
    return *session != NULL;
}

// --- contexts -----------------------------------------------------------------------------------

static int tls_on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                       const unsigned char *in, unsigned in_len, void *arg)
{
    const struct net_tls *tls = arg;
    unsigned char *chosen = NULL;
    (void)ssl;
    if (SSL_select_next_proto(&chosen, out_len, tls->alpn, (unsigned)tls->alpn_len, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static void tls_set_alpn(struct net_tls *tls, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++) {
        size_t len = strlen(*names);
        assert(len > 0 && len < 256 && tls->alpn_len + 1 + len <= sizeof(tls->alpn));
        tls->alpn[tls->alpn_len++] = (unsigned char)len;
        memcpy(tls->alpn + tls->alpn_len, *names, len);
        tls->alpn_len += len;
    }
    if (tls->alpn_len > 0 && tls->server) {
        SSL_CTX_set_alpn_select_cb(tls->context, tls_on_alpn, tls);
    } else if (tls->alpn_len > 0) {
        (void)SSL_CTX_set_alpn_protos(tls->context, tls->alpn, (unsigned)tls->alpn_len);
    }
}

static bool tls_set_policy(struct net_tls *tls, const struct net_tls_settings *settings)
{
    SSL_CTX *context = tls->context;
    int lowest = settings->tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
    const char *ciphers = settings->any_peer ? "DEFAULT:!aNULL:@SECLEVEL=1"
                                             : "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2";
    SSL_CTX_set_app_data(context, tls);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_read_ahead(context, 1); // one system call a record
    SSL_CTX_set_timeout(context, TLS_TICKET_S);
    if (tls->server) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // tickets only
    } else {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, tls_on_session);
    }
    return SSL_CTX_set_min_proto_version(context, lowest) == 1 &&
           SSL_CTX_set_cipher_list(context, ciphers) == 1 &&
           SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                             "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
           SSL_CTX_set_num_tickets(context, 1) == 1 &&
           (!tls->server || // tickets are for servers of ours only; a client's key has no such mark
            SSL_CTX_set_session_id_context(context, (const unsigned char *)"quoin", 5) == 1);
}

static bool tls_set_files(struct net_tls *tls, const struct net_tls_settings *settings,
                          struct err *err)
{
    if (settings->certificate != NULL &&
        SSL_CTX_use_certificate_chain_file(tls->context, settings->certificate) != 1) {
        return tls_fail(err, "certificate", settings->certificate);
    }
    if (settings->key != NULL &&
        (SSL_CTX_use_PrivateKey_file(tls->context, settings->key, SSL_FILETYPE_PEM) != 1 ||
         SSL_CTX_check_private_key(tls->context) != 1)) {
        return tls_fail(err, "key", settings->key);
    }
    if (settings->authority != NULL &&
        SSL_CTX_load_verify_file(tls->context, settings->authority) != 1) {
        return tls_fail(err, "authority's certificate", settings->authority);
    }
    return true;
}

static void tls_set_peer(struct net_tls *tls, const struct net_tls_settings *settings)
{
    int mode = SSL_VERIFY_NONE;
    if (tls->server && settings->peer == NET_TLS_PEER_REQUIRED) {
        mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    } else if (tls->server && settings->peer == NET_TLS_PEER_ASKED) {
        // The question names our authority, so that clients with others' certificates show none.
        SSL_CTX_set_client_CA_list(tls->context, SSL_load_client_CA_file(settings->authority));
        mode = SSL_VERIFY_PEER;
    } else if (!tls->server && !settings->any_peer) {
        mode = SSL_VERIFY_PEER;
    }
    SSL_CTX_set_verify(tls->context, mode, NULL);
    if (tls->server && settings->psk_find != NULL) {
        SSL_CTX_set_psk_find_session_callback(tls->context, tls_on_psk_find);
    }
    if (!tls->server && tls->psk_key_len > 0) {
        SSL_CTX_set_psk_use_session_callback(tls->context, tls_on_psk_use);
    }
}

void net_stream_keep(struct net_stream *stream)
{
    if (stream->ssl != NULL) {
        (void)SSL_clear_mode(stream->ssl, SSL_MODE_RELEASE_BUFFERS); // gives what is left
    }
}

bool net_tls_new(const struct net_tls_settings *settings, bool server, struct net_tls **tls,
                 struct err *err)
{
    OWN(net_tls_free) struct net_tls *made = mem_new(sizeof(*made));
    made->refs = 1;
    made->server = server;
    made->peer = settings->peer;
    made->any_peer = settings->any_peer;
    made->psk_find = settings->psk_find;
    made->psk_arg = settings->psk_arg;
    if (settings->psk_identity.len > sizeof(made->psk_identity) ||
        settings->psk_key.len > sizeof(made->psk_key)) {
        return err_set(err, ERR_INVALID, "the join token is too long");
    }
    made->psk_identity_len = settings->psk_identity.len;
    made->psk_key_len = settings->psk_key.len;
    if (made->psk_key_len > 0) {
        memcpy(made->psk_identity, settings->psk_identity.ptr, made->psk_identity_len);
        memcpy(made->psk_key, settings->psk_key.ptr, made->psk_key_len);
    }
    made->context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    if (made->context == NULL || !tls_set_policy(made, settings)) {
        ERR_clear_error();
        return err_set(err, ERR_INTERNAL, "OpenSSL refuses Quoin's TLS settings");
    }
    if (!tls_set_files(made, settings, err)) {
        return false;
    }
    tls_set_alpn(made, settings->alpn);
    tls_set_peer(made, settings);
    *tls = made;
    made = NULL;
    return true;
}

struct net_tls *net_tls_ref(struct net_tls *tls)
{
    tls->refs++;
    return tls;
}

bool net_tls_is_server(const struct net_tls *tls)
{
    return tls->server;
}

void net_tls_free(struct net_tls **at)
{
    struct net_tls *tls = *at;
    *at = NULL;
    if (tls == NULL || --tls->refs > 0) {
        return;
    }
    void *session = NULL;
    for (size_t i = 0; map_next(&tls->sessions, &i, &session);) {
        SSL_SESSION_free(session);
    }
    map_free(&tls->sessions);
    SSL_CTX_free(tls->context);
    mem_wipe(tls, sizeof(*tls));
    free(tls);
}

struct str net_stream_alpn(const struct net_stream *stream)
{
    const unsigned char *name = NULL;
    unsigned len = 0;
    if (stream->ssl != NULL) {
        SSL_get0_alpn_selected(stream->ssl, &name, &len);
    }
    return len == 0 ? STR("") : (struct str){ (const char *)name, len };
}
