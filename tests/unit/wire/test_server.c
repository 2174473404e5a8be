// Who gets through the door, over real TLS on the loopback.
#include "wire/server.h"

#include "lib/pki.h"
#include "lib/tap.h"
#include "proto/cas.pb-c.h"
#include "wire/client.h"

enum { GIVE_UP_MS = 20000 };

struct door {
    struct net_loop *loop;
    struct wire_server *server;
    struct wire_client *client;
    struct net_timer *guard;
    size_t handled;
    size_t refused;
    bool answered;
    bool closed; // a bare stream was
    size_t got;  // bytes on a bare stream
    struct err err;
};

static void door_handle(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)message;
    struct door *door = engine;
    door->handled++;
    Quoin__V1__Certificate certificate = QUOIN__V1__CERTIFICATE__INIT;
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    bool joins = strcmp(wire_call_role(call), "joiner") == 0;
    wire_call_answer(call, joins ? &certificate.base : &person.base);
}

static void door_on_refused(void *engine, const struct wire_refused *what)
{
    struct door *door = engine;
    door->refused++;
    printf("# turned away: %s\n", what->why);
}

static void door_done(void *arg, const struct wire_answer *answer)
{
    struct door *door = arg;
    door->answered = answer->reply != NULL;
    door->err = answer->err;
    net_loop_stop(door->loop);
}

static void door_on_guard(void *arg)
{
    struct door *door = arg;
    CHECK(false); // nothing happened in time
    net_loop_stop(door->loop);
}

static const struct wire_method door_methods[] = {
    { "/quoin.v1.People/GetPerson", door_handle },
    { "/quoin.v1.Enrolment/Join", door_handle },
};

static void door_open(struct door *door, struct net_tls *tls, const char *site)
{
    *door = (struct door){ .loop = net_loop_new() };
    const struct wire_server_settings settings = { .host = "127.0.0.1",
                                                   .tls = tls,
                                                   .methods = door_methods,
                                                   .method_count = 2,
                                                   .engine = door,
                                                   .site = site,
                                                   .on_refused = door_on_refused };
    struct err err = { 0 };
    site_must(wire_server_new(door->loop, &settings, &door->server, &err), "server", &err);
    door->guard = net_timer_new(door->loop, door_on_guard, door);
    net_timer_start(door->guard, GIVE_UP_MS);
}

static void door_shut(struct door *door)
{
    wire_client_free(&door->client);
    wire_server_free(&door->server);
    net_timer_free(&door->guard);
    net_loop_free(&door->loop);
}

static struct net_address door_address(const struct door *door)
{
    struct net_address to = { .port = wire_server_port(door->server) };
    (void)snprintf(to.host, sizeof(to.host), "127.0.0.1");
    return to;
}

static void door_ask(struct door *door, struct net_tls *tls, const char *role, bool join)
{
    const struct wire_client_settings settings = { .to = door_address(door),
                                                   .tls = tls,
                                                   .role = role };
    door->client = wire_client_new(door->loop, &settings);
    Quoin__V1__GetPersonRequest person = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    Quoin__V1__JoinRequest request = QUOIN__V1__JOIN_REQUEST__INIT;
    uint8_t key[16] = { 1 };
    request.key = (ProtobufCBinaryData){ sizeof(key), key };
    (void)wire_ask(door->client, join ? "/quoin.v1.Enrolment/Join" : "/quoin.v1.People/GetPerson",
                   join ? &request.base : &person.base, 0, door_done, door);
    net_loop_run(door->loop);
}

static void test_only_the_sites_own_certificates_open(void)
{
    static const struct {
        const char *name;
        const char *role;   // of the asker
        bool other_site;    // its certificate is of another authority
        bool other_name;    // the server asks for another site
        const char *expect; // the role the asker wants to talk to
        bool answered;
        enum err_code code;
    } rows[] = {
        { "the admin", "admin", false, false, "cas", true, ERR_NONE },
        { "the DRE", "dre", false, false, "cas", true, ERR_NONE },
        { "a role that may not", "spe", false, false, "cas", false, ERR_DENIED },
        { "another authority", "admin", true, false, "cas", false, ERR_UNAVAILABLE },
        { "another site's name", "admin", false, true, "cas", false, ERR_UNAVAILABLE },
        { "a server of another role", "admin", false, false, "dre", false, ERR_UNAVAILABLE },
    };
    struct site site;
    struct site other;
    site_init(&site);
    site_init(&other);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct net_tls *server = site_tls(&site, &site, "cas", true);
        struct net_tls *client =
            site_tls(rows[i].other_site ? &other : &site, &site, rows[i].role, false);
        struct door door;
        door_open(&door, server, rows[i].other_name ? other.name : site.name);
        door_ask(&door, client, rows[i].expect, false);
        printf("# %s: %s\n", rows[i].name, door.err.text);
        CHECK(door.answered == rows[i].answered && door.err.code == rows[i].code);
        CHECK(door.handled == (rows[i].answered ? 1 : 0));
        door_shut(&door);
        net_tls_free(&server);
        net_tls_free(&client);
    }
    site_fini(&site);
    site_fini(&other);
}

static size_t find_token(void *arg, struct str identity, uint8_t key[static 64])
{
    (void)arg;
    if (!str_eq(identity, STR("token-1"))) {
        return 0;
    }
    memset(key, 7, 32);
    return 32;
}

static struct net_tls *joiner_tls(const char *identity, int byte)
{
    static uint8_t key[32];
    memset(key, byte, sizeof(key));
    const struct net_tls_settings settings = {
        .peer = NET_TLS_PEER_REQUIRED,
        .alpn = site_alpn,
        .psk_identity = str_of(identity),
        .psk_key = { (const char *)key, sizeof(key) },
    };
    struct net_tls *tls = NULL;
    struct err err = { 0 };
    site_must(net_tls_new(&settings, false, &tls, &err), "joiner", &err);
    return tls;
}

static struct net_tls *token_server_tls(const struct site *site)
{
    char certificate[160];
    char key[160];
    char authority[160];
    site_issue(site, "cas");
    site_path(site, certificate, "cas", "crt");
    site_path(site, key, "cas", "key");
    site_path(site, authority, "ca", "crt");
    const struct net_tls_settings settings = {
        .certificate = certificate,
        .key = key,
        .authority = authority,
        .peer = NET_TLS_PEER_REQUIRED,
        .alpn = site_alpn,
        .psk_find = find_token,
    };
    struct net_tls *tls = NULL;
    struct err err = { 0 };
    site_must(net_tls_new(&settings, true, &tls, &err), "server", &err);
    return tls;
}

static void test_a_join_token_may_join_and_nothing_else(void)
{
    static const struct {
        const char *identity;
        int byte;
        bool join;
        bool answered;
        enum err_code code;
    } rows[] = {
        { "token-1", 7, true, true, ERR_NONE },
        { "token-1", 7, false, false, ERR_DENIED },
        { "token-1", 8, true, false, ERR_UNAVAILABLE },
        { "token-2", 7, true, false, ERR_UNAVAILABLE },
    };
    struct site site;
    site_init(&site);
    struct net_tls *server = token_server_tls(&site);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct net_tls *client = joiner_tls(rows[i].identity, rows[i].byte);
        struct door door;
        door_open(&door, server, site.name);
        door_ask(&door, client, NULL, rows[i].join);
        printf("# %s: %s\n", rows[i].identity, door.err.text);
        CHECK(door.answered == rows[i].answered && door.err.code == rows[i].code);
        CHECK(door.handled == (rows[i].answered ? 1 : 0));
        door_shut(&door);
        net_tls_free(&client);
    }
    net_tls_free(&server);
    site_fini(&site);
}

// --- callers that do not speak as they should ---------------------------------------------------

static void bare_on_open(void *arg, struct net_stream *stream)
{
    (void)arg;
    net_stream_write(stream, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
}

static void bare_on_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)stream;
    struct door *door = arg;
    door->got += bytes.len;
}

static void bare_on_end(void *arg, struct net_stream *stream)
{
    (void)arg;
    net_stream_close(stream);
}

static void bare_on_close(void *arg, const struct err *err)
{
    struct door *door = arg;
    door->closed = true;
    door->err = *err;
    net_loop_stop(door->loop);
}

static const struct net_stream_events bare_events = {
    .on_open = bare_on_open,
    .on_read = bare_on_read,
    .on_end = bare_on_end,
    .on_close = bare_on_close,
};

static void test_plain_and_nameless_callers_get_not_a_byte(void)
{
    struct site site;
    site_init(&site);
    struct net_tls *server = site_tls(&site, &site, "cas", true);
    char authority[160];
    site_path(&site, authority, "ca", "crt");
    const struct net_tls_settings nameless = { .authority = authority,
                                               .peer = NET_TLS_PEER_REQUIRED,
                                               .alpn = site_alpn };
    struct net_tls *client = NULL;
    struct err err = { 0 };
    site_must(net_tls_new(&nameless, false, &client, &err), "nameless", &err);
    for (int i = 0; i < 2; i++) {
        struct door door;
        door_open(&door, server, site.name);
        const struct net_address to = door_address(&door);
        (void)net_connect(door.loop, &to, i == 0 ? NULL : client, NULL, GIVE_UP_MS, &bare_events,
                          &door);
        net_loop_run(door.loop);
        printf("# %s\n", door.err.text);
        CHECK(door.closed && door.handled == 0);
        CHECK(i == 0 ? door.got < 16 : door.got == 0); // plain: at most a TLS alert
        door_shut(&door);
    }
    net_tls_free(&client);
    net_tls_free(&server);
    site_fini(&site);
}

int main(void)
{
    test_only_the_sites_own_certificates_open();
    test_a_join_token_may_join_and_nothing_else();
    test_plain_and_nameless_callers_get_not_a_byte();
    return tap_done();
}
