// cli/ask: a private loop, one kept connection an engine.
// no unit test: needs running engines; tests/it ask by every command of a real site
#include "cli/ask.h"

#include "base/rnd.h"
#include "cli/uri.h"
#include "net/net.h"
#include "ports/ports.h"
#include "svc/pki.h"
#include "wire/client.h"
#include <assert.h>
#include <stdint.h>

enum { KEY_BYTES = 16 };

struct cli_site { // in cli's arena
    struct cli_place place;
    bool placed;                               // place was read
    struct net_loop *loop;                     // owned
    struct net_tls *tls;                       // owned
    struct wire_client *clients[ENGINE_COUNT]; // owned; opened when first needed
};

struct waiting {
    struct cli *cli; // borrowed
    const ProtobufCMessage *reply;
    void (*part)(void *arg, const ProtobufCMessage *message);
    void *arg;
    struct err err;
    bool good;
};

void cli_site_close(struct cli_site **site)
{
    if (*site == NULL) {
        return;
    }
    for (size_t i = 0; i < ENGINE_COUNT; i++) {
        wire_client_free(&(*site)->clients[i]);
    }
    net_tls_free(&(*site)->tls);
    net_loop_free(&(*site)->loop);
    *site = NULL;
}

// The administrator's certificate is short-lived too. Who may read the authority's key may renew
// it.
static void renew(struct cli *cli)
{
    struct crypto_identity who;
    int64_t ends_at = 0;
    struct err ignored; // what is wrong with it is told by who uses it
    if (cli_file_is(cli_path(cli, "pki/ca.key")) &&
        (!svc_pki_read(cli->data, "admin", &who, &ends_at, &ignored) || svc_pki_is_due(ends_at)) &&
        !svc_pki_make(cli->data, &ignored)) {
        return;
    }
}

static bool open_tls(struct cli *cli, struct net_tls **tls, struct err *err)
{
    static const char *const alpn[] = { "h2", NULL };
    // In a folder that joined, the engine's own certificate may at least ask for the status.
    const struct cli_place *place = &cli->site->place;
    const char *who = place->joined ? place->role : "admin";
    const struct net_tls_settings settings = {
        .certificate = cli_path(cli, arena_textf(&cli->arena, "pki/%s.crt", who)),
        .key = cli_path(cli, arena_textf(&cli->arena, "pki/%s.key", who)),
        .authority = cli_path(cli, "pki/ca.crt"),
        .peer = NET_TLS_PEER_REQUIRED,
        .alpn = alpn,
    };
    renew(cli);
    if (!cli_file_is(settings.certificate)) {
        return err_set(
            err, ERR_UNAVAILABLE,
            "%s has no certificate to ask with (pki/%s.crt): start the site with quoin up "
            "--data %s",
            cli->data, who, cli->data);
    }
    return net_tls_new(&settings, false, tls, err);
}

static struct cli_site *the_site(struct cli *cli)
{
    if (cli->site == NULL) {
        cli->site = arena_new(&cli->arena, sizeof(*cli->site));
        assert(cli->site != NULL); // the arena's cap is far above it
    }
    return cli->site;
}

bool cli_site_open(struct cli *cli, const struct cli_place **place, struct err *err)
{
    struct cli_site *site = the_site(cli);
    if (!site->placed && !cli_place_read(cli, &site->place, err)) {
        return false;
    }
    site->placed = true;
    *place = &site->place;
    return true;
}

struct net_loop *cli_loop(struct cli *cli)
{
    struct cli_site *site = the_site(cli);
    if (site->loop == NULL) {
        site->loop = net_loop_new();
    }
    return site->loop;
}

// A question to a port where nobody listens would wait for the back-off: say so at once.
static bool look_first(struct cli *cli, const char *name, uint16_t port, struct err *err)
{
    bool listening = false;
    struct err ignored; // a kernel that does not tell: then the connection will
    if (ports_is_listening(port, &listening, &ignored) && !listening) {
        return err_set(err, ERR_UNAVAILABLE,
                       "the %s engine of %s does not answer on port %u: start the site with quoin "
                       "up --data %s, or see %s/log/%s.log",
                       name, cli->data, port, cli->data, cli->data, name);
    }
    return true;
}

// Where the engine is: on this machine, unless this folder joined or another one is asked for.
static bool find_address(const struct cli *cli, const struct cli_place *place, enum engine engine,
                         struct net_address *to, bool *remote, struct err *err)
{
    const char *host = cli_reach(place);
    struct cli_uri uri;
    *remote = true;
    if (place->joined && engine == ENGINE_CAS) {
        host = place->cas_host;
        to->port = place->cas_port;
    } else if (cli->dre != NULL && engine == ENGINE_DRE) {
        if (!cli_address_read(str_of(cli->dre), engine_port(engine), &uri)) {
            return err_set(err, ERR_INVALID, "--dre: \"%.100s\" is not HOST:PORT", cli->dre);
        }
        host = uri.host;
        to->port = uri.port;
    } else {
        *remote = false;
        if (!cli_port(place, engine_port(engine), &to->port, err)) {
            return false;
        }
    }
    memcpy(to->host, host, strlen(host) + 1);
    return true;
}

static bool open_client(struct cli *cli, enum engine engine, struct wire_client **client,
                        struct err *err)
{
    const struct cli_place *place = NULL;
    if (!cli_site_open(cli, &place, err)) {
        return false;
    }
    struct cli_site *site = cli->site;
    struct wire_client_settings settings = { .role = engine_name(engine) };
    bool remote = false;
    if (!find_address(cli, place, engine, &settings.to, &remote, err) ||
        (!remote && !look_first(cli, engine_name(engine), settings.to.port, err))) {
        return false;
    }
    if (site->clients[engine] == NULL) {
        if (site->tls == NULL && !open_tls(cli, &site->tls, err)) {
            return false;
        }
        settings.tls = site->tls;
        site->clients[engine] = wire_client_new(cli_loop(cli), &settings);
    }
    *client = site->clients[engine];
    return true;
}

// --- replies are copied: the engine's is gone when the callback returns --------------------------

static void *arena_take(void *arg, size_t size)
{
    return arena_new(arg, size);
}

static void arena_give(void *arg, void *bytes)
{
    (void)arg; // goes with the arena
    (void)bytes;
}

static const ProtobufCMessage *keep(struct arena *arena, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_new(arena, size);
    if (bytes == NULL) {
        return NULL;
    }
    (void)protobuf_c_message_pack(message, bytes);
    ProtobufCAllocator allocator = { arena_take, arena_give, arena };
    return protobuf_c_message_unpack(message->descriptor, &allocator, size, bytes);
}

static void on_answer(void *arg, const struct wire_answer *answer)
{
    struct waiting *waiting = arg;
    if (answer->reply != NULL && waiting->part != NULL) {
        waiting->part(waiting->arg, answer->reply);
    } else if (answer->reply != NULL) {
        waiting->reply = keep(&waiting->cli->arena, answer->reply);
    }
    if (answer->more) {
        return;
    }
    waiting->good = answer->reply != NULL || answer->err.code == ERR_NONE;
    waiting->err = answer->err;
    if (waiting->good && waiting->part == NULL && waiting->reply == NULL) {
        waiting->good = err_set(&waiting->err, ERR_LIMIT, "the answer is too long");
    }
    net_loop_stop(waiting->cli->site->loop);
}

static bool ask(struct waiting *waiting, enum engine engine, const char *path,
                const ProtobufCMessage *request, uint64_t wait_ms, struct err *err)
{
    struct wire_client *client = NULL;
    if (!open_client(waiting->cli, engine, &client, err)) {
        return false;
    }
    (void)wire_ask(client, path, request, wait_ms, on_answer, waiting);
    net_loop_run(waiting->cli->site->loop);
    if (!waiting->good) {
        *err = waiting->err;
        if (err->code == ERR_UNAVAILABLE || err->code == ERR_TIMEOUT) {
            return err_in(err, "%s engine", engine_name(engine));
        }
        if (err->code == ERR_DENIED && waiting->cli->site->place.joined) {
            return err_set(
                err, ERR_DENIED,
                "%s is of an engine that joined a site: administer from the site's first "
                "machine",
                waiting->cli->data);
        }
        return false;
    }
    return true;
}

bool cli_ask_within(struct cli *cli, enum engine engine, const char *path,
                    const ProtobufCMessage *request, uint64_t wait_ms,
                    const ProtobufCMessage **reply, struct err *err)
{
    struct waiting waiting = { .cli = cli };
    if (!ask(&waiting, engine, path, request, wait_ms, err)) {
        return false;
    }
    *reply = waiting.reply;
    return true;
}

bool cli_ask(struct cli *cli, enum engine engine, const char *path, const ProtobufCMessage *request,
             const ProtobufCMessage **reply, struct err *err)
{
    return cli_ask_within(cli, engine, path, request, 0, reply, err);
}

bool cli_ask_parts(struct cli *cli, enum engine engine, const char *path,
                   const ProtobufCMessage *request,
                   void (*part)(void *arg, const ProtobufCMessage *message), void *arg,
                   struct err *err)
{
    struct waiting waiting = { .cli = cli, .part = part, .arg = arg };
    return ask(&waiting, engine, path, request, 0, err);
}

// --- waiting ------------------------------------------------------------------------------------

static void on_time(void *arg)
{
    net_loop_stop(arg);
}

void cli_wait(struct cli *cli, uint64_t wait_ms)
{
    struct net_loop *loop = cli_loop(cli);
    struct net_timer *timer = net_timer_new(loop, on_time, loop);
    net_timer_start(timer, wait_ms);
    net_loop_run(loop);
    net_timer_free(&timer);
}

struct reaching {
    struct net_loop *loop; // borrowed
    struct net_stream *stream;
    bool open;
    struct err err;
};

static void on_open(void *arg, struct net_stream *stream)
{
    struct reaching *reaching = arg;
    reaching->open = true;
    net_stream_close(stream);
}

static void on_close(void *arg, const struct err *err)
{
    struct reaching *reaching = arg;
    reaching->err = *err;
    net_loop_stop(reaching->loop);
}

static void on_bytes(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg; // whatever it says: it is there
    (void)stream;
    (void)bytes;
}

bool cli_reaches(struct cli *cli, const char *host, uint16_t port, uint64_t wait_ms,
                 struct err *err)
{
    static const struct net_stream_events events = { .on_open = on_open,
                                                     .on_read = on_bytes,
                                                     .on_close = on_close };
    struct net_address to = { .port = port };
    if (strlen(host) >= sizeof(to.host)) {
        return err_set(err, ERR_INVALID, "the host's name is too long");
    }
    memcpy(to.host, host, strlen(host) + 1);
    struct reaching reaching = { .loop = cli_loop(cli) };
    (void)net_connect(reaching.loop, &to, NULL, NULL, wait_ms, &events, &reaching);
    net_loop_run(reaching.loop);
    if (!reaching.open) {
        *err = reaching.err;
    }
    return reaching.open;
}

ProtobufCBinaryData cli_key(struct cli *cli)
{
    uint8_t *bytes = arena_new(&cli->arena, KEY_BYTES);
    if (bytes == NULL) {
        return (ProtobufCBinaryData){ 0, NULL };
    }
    rnd_bytes(bytes, KEY_BYTES);
    return (ProtobufCBinaryData){ KEY_BYTES, bytes };
}

char *cli_field(const char *text)
{
    union {
        const char *read;
        char *field;
    } same = { .read = text };
    return same.field;
}
