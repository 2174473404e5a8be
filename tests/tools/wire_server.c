// wire_server - a small engine for tests: serves part of CAS's calls over real TLS with
// certificates of its own making, until standard input ends. Prints one line of JSON: where it
// listens and where the certificates are. "other" is a second site's folder, whose certificates are
// not believed.
#include "lib/pki.h"
#include "proto/cas.pb-c.h"
#include "wire/server.h"
#include <pthread.h>

struct engine {
    struct net_loop *loop;
    struct wire_server *server;
    int64_t parts_left;
};

static void people_get(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)engine;
    const Quoin__V1__GetPersonRequest *ask = (const Quoin__V1__GetPersonRequest *)message;
    if (strcmp(ask->name, "never") == 0) {
        return; // the deadline answers
    }
    if (strcmp(ask->name, "poor") == 0) {
        const struct err err = { .code = ERR_LIMIT,
                                 .text = "poor has 0.20 and this costs 0.30 \xe2\x82\xac" };
        const char *const reasons[] = { "account-limit-reached", NULL };
        wire_call_refuse(call, &err, reasons);
        return;
    }
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    person.name = ask->name;
    person.balance = 1000000;
    wire_call_answer(call, &person.base);
}

static void people_list(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)engine;
    (void)message;
    Quoin__V1__Person mary = QUOIN__V1__PERSON__INIT;
    Quoin__V1__Person *people[] = { &mary };
    mary.name = arena_text(wire_call_arena(call), STR("mary"));
    Quoin__V1__ListPeopleReply reply = QUOIN__V1__LIST_PEOPLE_REPLY__INIT;
    reply.n_people = 1;
    reply.people = people;
    wire_call_answer(call, &reply.base);
}

static void people_add(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)engine;
    const Quoin__V1__AddPersonRequest *ask = (const Quoin__V1__AddPersonRequest *)message;
    Quoin__V1__Person person = QUOIN__V1__PERSON__INIT;
    person.name = ask->name;
    person.balance = ask->balance;
    wire_call_answer(call, &person.base);
}

static void charging_reserve(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)engine;
    (void)message;
    Quoin__V1__Reservation reservation = QUOIN__V1__RESERVATION__INIT;
    wire_call_answer(call, &reservation.base);
}

static void ledger_ready(void *engine, struct wire_call *call)
{
    struct engine *own = engine;
    while (own->parts_left > 0) {
        Quoin__V1__VerifyReply reply = QUOIN__V1__VERIFY_REPLY__INIT;
        reply.checked = 1000 - --own->parts_left;
        reply.total = 1000;
        reply.done = own->parts_left == 0;
        reply.good = reply.done;
        if (!wire_call_part(call, &reply.base, ledger_ready)) {
            return;
        }
    }
    wire_call_end(call);
}

static void ledger_verify(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    (void)message;
    struct engine *own = engine;
    own->parts_left = 1000;
    ledger_ready(engine, call);
}

static const struct wire_method methods[] = {
    { "/quoin.v1.People/GetPerson", people_get },
    { "/quoin.v1.People/ListPeople", people_list },
    { "/quoin.v1.People/AddPerson", people_add },
    { "/quoin.v1.Charging/Reserve", charging_reserve },
    { "/quoin.v1.Ledger/Verify", ledger_verify },
};

static void server_stop(void *arg)
{
    net_loop_stop(arg);
}

static void *wait_for_end(void *arg)
{
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    net_loop_post(arg, server_stop, arg);
    return NULL;
}

int main(void)
{
    struct site site;
    struct site other;
    site_init(&site);
    site_init(&other);
    site_issue(&site, "admin");
    site_issue(&site, "dre");
    site_issue(&other, "admin");
    struct net_tls *tls = site_tls(&site, &site, "cas", true);
    struct engine own = { .loop = net_loop_new() };
    const struct wire_server_settings settings = {
        .host = "127.0.0.1",
        .tls = tls,
        .methods = methods,
        .method_count = sizeof(methods) / sizeof(methods[0]),
        .engine = &own,
        .site = site.name,
    };
    struct err err = { 0 };
    site_must(wire_server_new(own.loop, &settings, &own.server, &err), "server", &err);
    wire_server_serving(own.server, true);
    printf("{\"port\":%u,\"pki\":\"%s\",\"other\":\"%s\"}\n", wire_server_port(own.server),
           site.folder, other.folder);
    (void)fflush(stdout);
    pthread_t waiter;
    if (pthread_create(&waiter, NULL, wait_for_end, own.loop) == 0) {
        net_loop_run(own.loop);
        (void)pthread_join(waiter, NULL);
    }
    wire_server_free(&own.server);
    net_tls_free(&tls);
    net_loop_free(&own.loop);
    site_fini(&site);
    site_fini(&other);
    return EXIT_SUCCESS;
}
