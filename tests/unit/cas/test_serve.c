// CAS over the wire: real TLS, many askers at once, one account that cannot pay for all; a kept
// key, a verify that streams, a token that TLS accepts.
#include "cas/serve.h"

#include "base/clk.h"
#include "lib/folder.h"
#include "lib/pki.h"
#include "lib/store.h"
#include "lib/tap.h"
#include "proto/cas.pb-c.h"
#include "wire/client.h"

enum { GIVE_UP_MS = 30000, JOBS = 60, AFFORDED = 5 };

static struct site site;
static struct net_loop *loop;
static struct cas_serve *serve; // the handlers' engine is its address
static struct wire_server *server;
static struct wire_client *admin;
static struct wire_client *dre;
static size_t open_asks;
static size_t answered;
static size_t refused_for_money;
static int64_t last_sequence;

static void on_guard(void *arg)
{
    (void)arg;
    CHECK(false); // nothing happened in time
    net_loop_stop(loop);
}

static void finish(void)
{
    if (--open_asks == 0) {
        net_loop_stop(loop);
    }
}

static void on_reservation(void *arg, const struct wire_answer *answer)
{
    (void)arg;
    if (answer->reply != NULL) {
        answered++;
    } else if (answer->err.code == ERR_LIMIT && answer->reasons[0] != NULL &&
               strcmp(answer->reasons[0], "account-limit-reached") == 0) {
        refused_for_money++;
    } else {
        printf("# %s\n", answer->err.text);
    }
    finish();
}

static int64_t person_balance;
static int64_t person_reserved;

static void on_person(void *arg, const struct wire_answer *answer)
{
    (void)arg;
    CHECK(answer->reply != NULL);
    if (answer->reply != NULL) {
        const Quoin__V1__Person *person = (const Quoin__V1__Person *)answer->reply;
        person_balance = person->balance;
        person_reserved = person->reserved;
    }
    finish();
}

static bool verify_done;
static bool verify_good;

static void on_verify(void *arg, const struct wire_answer *answer)
{
    (void)arg;
    if (answer->reply != NULL) {
        const Quoin__V1__VerifyReply *part = (const Quoin__V1__VerifyReply *)answer->reply;
        verify_done = part->done;
        verify_good = part->good;
        last_sequence = part->checked;
    }
    if (!answer->more) {
        finish();
    }
}

static char token_text[200];

static void on_token(void *arg, const struct wire_answer *answer)
{
    (void)arg;
    CHECK(answer->reply != NULL);
    if (answer->reply != NULL) {
        (void)snprintf(token_text, sizeof(token_text), "%s",
                       ((const Quoin__V1__JoinToken *)answer->reply)->token);
    } else {
        printf("# %s\n", answer->err.text);
    }
    finish();
}

static void run(void)
{
    struct net_timer *guard = net_timer_new(loop, on_guard, NULL);
    net_timer_start(guard, GIVE_UP_MS);
    net_loop_run(loop);
    net_timer_free(&guard);
}

static ProtobufCBinaryData key_of(uint8_t kind, uint8_t number, uint8_t bytes[16])
{
    memset(bytes, 0, 16);
    bytes[0] = kind;
    bytes[1] = number;
    return (ProtobufCBinaryData){ 16, bytes };
}

static void add_person(const char *name, int64_t balance)
{
    char text[32];
    char empty[] = "";
    uint8_t key[16];
    Quoin__V1__AddPersonRequest request = QUOIN__V1__ADD_PERSON_REQUEST__INIT;
    (void)snprintf(text, sizeof(text), "%s", name);
    request.key = key_of('p', (uint8_t)name[0], key);
    request.name = text;
    request.full_name = empty;
    request.balance = balance;
    open_asks++;
    (void)wire_ask(admin, "/quoin.v1.People/AddPerson", &request.base, 0, on_person, NULL);
    run();
}

static void get_person(const char *name)
{
    char text[32];
    Quoin__V1__GetPersonRequest request = QUOIN__V1__GET_PERSON_REQUEST__INIT;
    (void)snprintf(text, sizeof(text), "%s", name);
    request.name = text;
    open_asks++;
    (void)wire_ask(admin, "/quoin.v1.People/GetPerson", &request.base, 0, on_person, NULL);
    run();
}

static void ask_reserve(const char *name, uint8_t number)
{
    char text[32];
    char job[] = "a job";
    uint8_t key[16];
    Quoin__V1__ReserveRequest request = QUOIN__V1__RESERVE_REQUEST__INIT;
    Quoin__V1__PageClass class = QUOIN__V1__PAGE_CLASS__INIT;
    Quoin__V1__PageClass *classes[1] = { &class };
    (void)snprintf(text, sizeof(text), "%s", name);
    class.size = 1;
    class.pages = class.sheets = 1;
    request.key = key_of('r', number, key);
    request.job = job;
    Quoin__V1__Work work = QUOIN__V1__WORK__INIT;
    work.user = text;
    work.queue = job;
    work.classes = classes;
    work.n_classes = 1;
    request.work = &work;
    open_asks++;
    (void)wire_ask(dre, "/quoin.v1.Charging/Reserve", &request.base, 0, on_reservation, NULL);
}

static void test_sixty_jobs_at_once_never_overspend(void)
{
    add_person("mary", AFFORDED * 5000);
    answered = refused_for_money = 0;
    for (uint8_t i = 0; i < JOBS; i++) {
        ask_reserve("mary", i);
    }
    run();
    CHECK(answered == AFFORDED && refused_for_money == JOBS - AFFORDED);
    get_person("mary");
    CHECK(person_balance == AFFORDED * 5000 && person_reserved == AFFORDED * 5000);
}

static void test_the_same_key_many_times_at_once_is_one_charge(void)
{
    add_person("tom", 100000);
    answered = 0;
    for (int i = 0; i < 40; i++) {
        ask_reserve("tom", 200);
    }
    run();
    CHECK(answered == 40);
    get_person("tom");
    CHECK(person_reserved == 5000);
}

static void test_verify_streams_to_its_end(void)
{
    Quoin__V1__VerifyRequest request = QUOIN__V1__VERIFY_REQUEST__INIT;
    open_asks++;
    (void)wire_ask(admin, "/quoin.v1.Ledger/Verify", &request.base, 0, on_verify, NULL);
    run();
    CHECK(verify_done && verify_good && last_sequence >= 2 + 4 + AFFORDED + 1);
}

static void test_a_token_is_known_to_the_door(void)
{
    char role[] = "dre";
    char host[] = "branch";
    uint8_t key[16];
    uint8_t psk[64];
    Quoin__V1__CreateJoinTokenRequest request = QUOIN__V1__CREATE_JOIN_TOKEN_REQUEST__INIT;
    request.key = key_of('t', 1, key);
    request.role = role;
    request.host = host;
    open_asks++;
    (void)wire_ask(admin, "/quoin.v1.Enrolment/CreateJoinToken", &request.base, 0, on_token, NULL);
    run();
    const char *identity = strchr(token_text, '-');
    CHECK(identity != NULL && cas_serve_psk(serve, (struct str){ identity + 1, 16 }, psk) == 32);
    CHECK(cas_serve_psk(serve, STR("0123456789abcdef"), psk) == 0);
    CHECK(cas_serve_counts(serve).requests > 100 && !cas_serve_must_stop(serve));
}

int main(void)
{
    char dsn[STORE_DSN_MAX];
    char certificate[160];
    char key[160];
    struct err err = { 0 };
    struct cas *cas = NULL;
    size_t method_count;
    store_make(dsn, folder_make());
    site_init(&site);
    site_path(&site, certificate, "ca", "crt");
    site_path(&site, key, "ca", "key");
    const struct cas_options options = { .dsn = dsn,
                                         .authority_certificate = certificate,
                                         .authority_key = key };
    struct net_tls *server_tls = site_tls(&site, &site, "cas", true);
    struct net_tls *admin_tls = site_tls(&site, &site, "admin", false);
    struct net_tls *dre_tls = site_tls(&site, &site, "dre", false);
    loop = net_loop_new();
    site_must(cas_open(&cas, &options, &err), "cas", &err);
    serve = cas_serve_new(loop, cas);
    struct wire_server_settings settings = {
        .host = "127.0.0.1", .tls = server_tls, .engine = &serve, .site = site.name
    };
    settings.methods = cas_serve_methods(&method_count);
    settings.method_count = method_count;
    site_must(wire_server_new(loop, &settings, &server, &err), "server", &err);
    cas_serve_on(serve, server);
    struct wire_client_settings to = { .to = { .host = "127.0.0.1",
                                               .port = wire_server_port(server) },
                                       .tls = admin_tls,
                                       .role = "cas" };
    admin = wire_client_new(loop, &to);
    to.tls = dre_tls;
    dre = wire_client_new(loop, &to);
    test_sixty_jobs_at_once_never_overspend();
    test_the_same_key_many_times_at_once_is_one_charge();
    test_verify_streams_to_its_end();
    test_a_token_is_known_to_the_door();
    wire_client_free(&admin);
    wire_client_free(&dre);
    cas_serve_free(&serve);
    wire_server_free(&server);
    net_loop_free(&loop);
    net_tls_free(&server_tls);
    net_tls_free(&admin_tls);
    net_tls_free(&dre_tls);
    site_fini(&site);
    folder_end();
    return tap_done();
}
