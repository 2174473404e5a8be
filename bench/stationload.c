// stationload - stations at the device control engine, and a printer that throws away what it gets.
//
//     stationload cards DIR CAS-PORT PEOPLE
//     stationload run DIR DCE-PORT STATIONS SHOWN ASKERS RELEASES PRINTER-PORT
//
// "cards" gives the people u0, u1, … a card each. "run" signs u0 … in at the devices d0 … once;
// then SHOWN cards are shown, ASKERS at a time, each by another person at another station, and the
// time from the card to the answered list is taken; then RELEASES jobs are let go, one after the
// other, and the time to the first byte at the printer is taken. DIR's certificates are used: of
// admin, of web. Prints one JSON object, times in microseconds.
#include "base/clk.h"
#include "base/rnd.h"
#include "net/net.h"
#include "proto/dce.pb-c.h"
#include "wire/client.h"

#include <stdio.h>
#include <stdlib.h>

enum { ASKERS_MAX = 1024, TIMES_MAX = 100000, STATIONS_MAX = 4096 };

struct load;

struct asker {
    struct load *load;
    size_t station;
    int64_t began_ns;
    char session[64];
};

static struct load {
    struct net_loop *loop;
    struct wire_client *client;
    struct asker askers[ASKERS_MAX];
    size_t count; // askers
    size_t stations;
    size_t people;
    size_t started;
    size_t done;
    size_t total;
    size_t failed;
    size_t listed; // jobs in lists
    bool measures;
    int64_t times[TIMES_MAX];
    size_t time_count;
    int64_t released_ns;
    struct asker releasing;
    size_t releases;
    bool waits_for_byte;
    bool is_over; // what is still answered counts no more
} load;

static void fail(const char *what, const char *why)
{
    if (!load.is_over && load.failed++ == 0) {
        (void)fprintf(stderr, "stationload: %s: %s\n", what, why);
    }
}

static ProtobufCBinaryData new_key(uint8_t key[static 16])
{
    rnd_bytes(key, 16);
    return (ProtobufCBinaryData){ 16, key };
}

// A card's number of 14 digits, as a card format takes them.
static void card_of(size_t person, char card[static 32])
{
    (void)snprintf(card, 32, "04%012zX", person);
}

static int by_size(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a;
    int64_t second = *(const int64_t *)b;
    return first < second ? -1 : first > second;
}

static void print_times(const char *name)
{
    qsort(load.times, load.time_count, sizeof(load.times[0]), by_size);
    size_t count = load.time_count == 0 ? 1 : load.time_count;
    printf("\"%s\":{\"count\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"most_us\":%.1f}", name,
           load.time_count, (double)load.times[count / 2] / 1e3,
           (double)load.times[count * 99 / 100] / 1e3, (double)load.times[count - 1] / 1e3);
    load.time_count = 0;
}

// --- cards --------------------------------------------------------------------------------------

static void card_next(struct asker *asker);

static void on_card(void *arg, const struct wire_answer *answer)
{
    if (answer->reply == NULL) {
        fail("a card", answer->err.text);
    }
    if (++load.done == load.total) {
        net_loop_stop(load.loop);
    } else if (load.started < load.total) {
        card_next(arg);
    }
}

static void card_next(struct asker *asker)
{
    Quoin__V1__AddCardRequest ask = QUOIN__V1__ADD_CARD_REQUEST__INIT;
    char user[32];
    char card[32];
    uint8_t key[16];
    size_t person = load.started++;
    (void)snprintf(user, sizeof(user), "u%zu", person);
    card_of(person, card);
    ask.key = new_key(key);
    ask.user = user;
    ask.raw = card;
    (void)wire_ask(load.client, "/quoin.v1.Credentials/AddCard", &ask.base, 30000, on_card, asker);
}

// --- a card is shown ----------------------------------------------------------------------------

static void show_next(struct asker *asker);

static void shown(struct asker *asker)
{
    if (load.measures && load.time_count < TIMES_MAX) {
        load.times[load.time_count++] = clk_mono_ns() - asker->began_ns;
    }
    if (++load.done == load.total) {
        net_loop_stop(load.loop);
    } else if (load.started < load.total) {
        show_next(asker);
    }
}

static void on_list(void *arg, const struct wire_answer *answer)
{
    const Quoin__V1__ListHeldJobsReply *list = (const void *)answer->reply;
    if (list == NULL) {
        fail("a list", answer->err.text);
    } else {
        load.listed += list->n_jobs;
    }
    shown(arg);
}

static void on_session(void *arg, const struct wire_answer *answer)
{
    struct asker *asker = arg;
    const Quoin__V1__Session *session = (const void *)answer->reply;
    Quoin__V1__ListHeldJobsRequest ask = QUOIN__V1__LIST_HELD_JOBS_REQUEST__INIT;
    if (session == NULL) {
        fail("a sign-in", answer->err.text);
        shown(asker);
        return;
    }
    (void)snprintf(asker->session, sizeof(asker->session), "%s", session->id);
    ask.session = asker->session;
    (void)wire_ask(load.client, "/quoin.v1.Release/ListHeld", &ask.base, 30000, on_list, asker);
}

static void show_next(struct asker *asker)
{
    Quoin__V1__SignInRequest ask = QUOIN__V1__SIGN_IN_REQUEST__INIT;
    Quoin__V1__ProveRequest proof = QUOIN__V1__PROVE_REQUEST__INIT;
    char device[32];
    char card[32];
    uint8_t key[16];
    size_t number = load.started++;
    asker->station = number % load.stations;
    (void)snprintf(device, sizeof(device), "d%zu", asker->station);
    card_of((number * 7 + 3) % load.people, card);
    ask.key = new_key(key);
    ask.device = device;
    ask.proof = &proof;
    proof.card = card;
    asker->began_ns = clk_mono_ns();
    (void)wire_ask(load.client, "/quoin.v1.Sessions/SignIn", &ask.base, 30000, on_session, asker);
}

static void show_all(size_t total, size_t askers, bool measures)
{
    load.started = 0;
    load.done = 0;
    load.total = total;
    load.measures = measures;
    for (size_t i = 0; i < askers && load.started < total; i++) {
        show_next(&load.askers[i]);
    }
    net_loop_run(load.loop);
}

// --- a job is let go ----------------------------------------------------------------------------

static void release_next(void *arg);

static void on_released(void *arg, const struct wire_answer *answer)
{
    const Quoin__V1__ReleaseJobsReply *reply = (const void *)answer->reply;
    (void)arg;
    if (!load.is_over && (reply == NULL || !reply->done)) {
        fail("a release", reply == NULL           ? answer->err.text
                          : reply->n_troubles > 0 ? reply->troubles[0]->text
                                                  : "not done");
        load.waits_for_byte = false;
        release_next(NULL);
    }
}

static void on_own(void *arg, const struct wire_answer *answer)
{
    const Quoin__V1__ListHeldJobsReply *list = (const void *)answer->reply;
    Quoin__V1__ReleaseJobsRequest ask = QUOIN__V1__RELEASE_JOBS_REQUEST__INIT;
    Quoin__V1__JobWish wish = QUOIN__V1__JOB_WISH__INIT;
    Quoin__V1__JobWish *wishes[] = { &wish };
    uint8_t key[16];
    struct asker *asker = arg;
    if (list == NULL || list->n_jobs == 0) {
        fail("a list to release of", list == NULL ? answer->err.text : "empty");
        release_next(NULL);
        return;
    }
    ask.key = new_key(key);
    ask.session = asker->session;
    ask.jobs = wishes;
    ask.n_jobs = 1;
    wish.ref = list->jobs[0]->ref;
    load.waits_for_byte = true;
    load.released_ns = clk_mono_ns();
    (void)wire_ask(load.client, "/quoin.v1.Release/ReleaseJobs", &ask.base, 30000, on_released,
                   asker);
}

static void on_owner(void *arg, const struct wire_answer *answer)
{
    struct asker *asker = arg;
    const Quoin__V1__Session *session = (const void *)answer->reply;
    Quoin__V1__ListHeldJobsRequest ask = QUOIN__V1__LIST_HELD_JOBS_REQUEST__INIT;
    if (session == NULL) {
        fail("a sign-in", answer->err.text);
        release_next(NULL);
        return;
    }
    (void)snprintf(asker->session, sizeof(asker->session), "%s", session->id);
    ask.session = asker->session;
    (void)wire_ask(load.client, "/quoin.v1.Release/ListHeld", &ask.base, 30000, on_own, asker);
}

// Each of another person.
static void release_next(void *arg)
{
    Quoin__V1__SignInRequest ask = QUOIN__V1__SIGN_IN_REQUEST__INIT;
    Quoin__V1__ProveRequest proof = QUOIN__V1__PROVE_REQUEST__INIT;
    char device[32];
    char card[32];
    uint8_t key[16];
    (void)arg;
    if (load.releases == 0) {
        net_loop_stop(load.loop);
        return;
    }
    load.releases--;
    (void)snprintf(device, sizeof(device), "d%zu", load.releases % load.stations);
    card_of(load.releases % load.people, card);
    ask.key = new_key(key);
    ask.device = device;
    ask.proof = &proof;
    proof.card = card;
    (void)wire_ask(load.client, "/quoin.v1.Sessions/SignIn", &ask.base, 30000, on_owner,
                   &load.releasing);
}

// The printer: the first byte of a connection counts; all is thrown away.
static void printer_read(void *arg, struct net_stream *stream, struct str bytes)
{
    (void)arg;
    (void)stream;
    (void)bytes;
    if (load.waits_for_byte) {
        load.waits_for_byte = false;
        load.times[load.time_count++] = clk_mono_ns() - load.released_ns;
    }
}

// The document is whole; the next one is let go.
static void printer_close(void *arg, const struct err *err)
{
    (void)arg;
    (void)err;
    net_loop_post(load.loop, release_next, NULL);
}

static void printer_accept(void *arg, struct net_stream *stream)
{
    static const struct net_stream_events events = { .on_read = printer_read,
                                                     .on_close = printer_close };
    (void)arg;
    net_stream_set(stream, &events, NULL);
}

// --- the whole ----------------------------------------------------------------------------------

static struct net_tls *tls_of(const char *folder, const char *role)
{
    char paths[3][4096];
    static const char *const alpn[] = { "h2", NULL };
    (void)snprintf(paths[0], sizeof(paths[0]), "%s/pki/%s.crt", folder, role);
    (void)snprintf(paths[1], sizeof(paths[1]), "%s/pki/%s.key", folder, role);
    (void)snprintf(paths[2], sizeof(paths[2]), "%s/pki/ca.crt", folder);
    const struct net_tls_settings settings = { .certificate = paths[0],
                                               .key = paths[1],
                                               .authority = paths[2],
                                               .peer = NET_TLS_PEER_REQUIRED,
                                               .alpn = alpn };
    struct net_tls *tls = NULL;
    struct err err;
    if (!net_tls_new(&settings, false, &tls, &err)) {
        (void)fprintf(stderr, "stationload: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return tls;
}

static size_t number_of(const char *text, size_t most)
{
    size_t number = strtoul(text, NULL, 10);
    return number < most ? number : most;
}

static void run(char **argv)
{
    struct net_listener *printer = NULL;
    struct err err;
    const struct net_listen_settings listen = { .host = "127.0.0.1",
                                                .port = (uint16_t)number_of(argv[8], UINT16_MAX),
                                                .most = 64 };
    load.stations = number_of(argv[4], STATIONS_MAX);
    load.people = load.stations;
    load.releases = number_of(argv[7], load.people);
    if (!net_listen(load.loop, &listen, printer_accept, NULL, &printer, &err)) {
        (void)fprintf(stderr, "stationload: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    show_all(load.stations, 64, false); // all stations are taken
    load.listed = 0;
    show_all(number_of(argv[5], TIMES_MAX), number_of(argv[6], ASKERS_MAX), true);
    printf("{\"stations\":%zu,\"listed\":%zu,", load.stations, load.listed);
    print_times("shown");
    release_next(NULL);
    net_loop_run(load.loop);
    printf(",");
    print_times("released");
    printf(",\"failed\":%zu}\n", load.failed);
    net_listener_close(&printer);
}

int main(int argc, char **argv)
{
    bool gives_cards = argc == 5 && strcmp(argv[1], "cards") == 0;
    if (!gives_cards && !(argc == 9 && strcmp(argv[1], "run") == 0)) {
        (void)fprintf(stderr, "stationload cards DIR CAS-PORT PEOPLE\n"
                              "stationload run DIR DCE-PORT STATIONS SHOWN ASKERS RELEASES "
                              "PRINTER-PORT\n");
        return 2;
    }
    load.loop = net_loop_new();
    struct net_tls *tls = tls_of(argv[2], gives_cards ? "admin" : "web");
    struct wire_client_settings settings = { .tls = tls, .role = gives_cards ? "cas" : "dce" };
    (void)snprintf(settings.to.host, sizeof(settings.to.host), "127.0.0.1");
    settings.to.port = (uint16_t)number_of(argv[3], UINT16_MAX);
    load.client = wire_client_new(load.loop, &settings);
    if (gives_cards) {
        load.total = number_of(argv[4], TIMES_MAX);
        for (size_t i = 0; i < 64 && load.started < load.total; i++) {
            card_next(&load.askers[i]);
        }
        net_loop_run(load.loop);
    } else {
        run(argv);
    }
    load.is_over = true;
    wire_client_free(&load.client);
    net_loop_free(&load.loop);
    net_tls_free(&tls);
    return load.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
