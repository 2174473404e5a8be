// events: see events.h. A stream keeps no visit: thousands of them are to be small.
//
// no unit test: needs the engines; tests/it/test_web_events.py runs it.

#include "web/events.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "proto/dce.pb-c.h"
#include "proto/dme.pb-c.h"
#include "proto/dre.pb-c.h"
#include "web/circle.h"
#include "web/message.h"
#include "web/web_int.h"
#include <stdlib.h>

enum {
    STREAMS_MAX = 10000,
    ALIVE_MS = 20000,
    AGAIN_MS = 1000,
    TRIM_EVERY = 500,
    EVENT_MAX = 256 << 10,
    WATCHES_MAX = 4096,
    TOLD_A_TURN = 50,
    ABSENT_AGAIN_MS = 60000,
};

enum stream_kind { STREAM_MINE, STREAM_ALL, STREAM_STATION, STREAM_WATCH };

struct stream {
    struct stream *prev; // of a ring
    struct stream *next;
    struct web *web;
    struct httpio_exchange_id id;
    int64_t person; // whose it is, or whose token
    int64_t until;  // of the token, clk_wall_ms; 0: without end
    int64_t told_ms;
    uint8_t session[32];
    uint8_t kind;
    bool by_token;
    bool full;                 // hold back
    bool lost;                 // an event was not told
    struct web_circle *circle; // of the person's own streams
    char *name;                // the person or the device; stands behind this
};

struct watch { // what one engine tells
    struct web *web;
    struct wire_client *client; // borrowed
    struct wire_ask ask;
    int64_t again_ms;
    char *device; // owned; NULL: of a document routing engine
};

// What the device monitoring engine tells: of its devices, its alerts, the ports.
struct dme_watch {
    struct web *web;
    const char *path;
    const char *what; // the event's name
    const ProtobufCMessageDescriptor *request;
    struct wire_ask ask;
    int64_t again_ms;
    unsigned told;   // since the last turn
    unsigned untold; // too many for a turn: they are told as one
};
enum { DME_WATCHES = 3 };

struct web_events {
    struct stream ring; // its head
    size_t count;
    size_t job_streams; // of persons and roles
    size_t dme_streams; // of roles
    struct dme_watch dme[DME_WATCHES];
    struct watch dres[WEB_DRES_ALL];
    struct map devices; // name to owned watch
    struct web_circles circles;
    size_t trimmed; // so many there were when memory was given back last
};

static const struct httpio_exchange_events stream_events;

static bool hears_jobs(const struct stream *stream)
{
    return stream->kind == STREAM_MINE || stream->kind == STREAM_ALL;
}

// A program's token says by its scope which of both it hears.
static bool hears_dme(const struct stream *stream)
{
    return stream->kind == STREAM_WATCH || (stream->kind == STREAM_ALL && !stream->by_token);
}

// --- streams ------------------------------------------------------------------------------------

static void stream_say(struct stream *stream, struct str text)
{
    struct httpio_exchange *exchange = httpio_exchange_find(stream->web->http, stream->id);
    if (exchange == NULL) {
        return;
    }
    if (stream->full) {
        stream->lost = true;
        return;
    }
    stream->told_ms = clk_mono_ms();
    stream->full = !httpio_exchange_write(exchange, text);
}

static void stream_on_room(void *arg, struct httpio_exchange *exchange)
{
    struct stream *stream = arg;
    (void)exchange;
    stream->full = false;
    if (stream->lost) {
        stream->lost = false;
        stream_say(stream, STR("event: lost\ndata: {}\n\n"));
    }
}

static void stream_on_close(void *arg, struct httpio_exchange *exchange, const struct err *err)
{
    struct stream *stream = arg;
    struct web_events *events = stream->web->events;
    (void)exchange;
    (void)err;
    stream->prev->next = stream->next;
    stream->next->prev = stream->prev;
    events->count--;
    events->job_streams -= hears_jobs(stream) ? 1 : 0;
    events->dme_streams -= hears_dme(stream) ? 1 : 0;
    web_circle_let_go(&stream->circle);
    free(stream);
}

static const struct httpio_exchange_events stream_events = {
    .on_room = stream_on_room,
    .on_close = stream_on_close,
};

static void stream_finish(struct stream *stream)
{
    struct httpio_exchange *exchange = httpio_exchange_find(stream->web->http, stream->id);
    if (exchange != NULL) {
        httpio_exchange_finish(exchange);
    }
}

static void stream_begin(struct web_visit *visit, enum stream_kind kind, const char *name)
{
    struct web *web = visit->web;
    struct web_events *events = web->events;
    struct httpio_exchange *exchange = web_exchange(visit);
    if (events->count >= STREAMS_MAX) {
        web_problem(visit, 503, "unavailable", "Too many streams are open.", NULL);
        return;
    }
    size_t len = strlen(name);
    struct stream *stream = mem_new(sizeof(*stream) + len + 1);
    stream->name = (char *)(stream + 1);
    memcpy(stream->name, name, len);
    stream->web = web;
    stream->id = visit->id;
    stream->kind = (uint8_t)kind;
    stream->told_ms = clk_mono_ms();
    stream->by_token = visit->who.by_token;
    stream->person = visit->who.person;
    if (visit->who.token != NULL) {
        stream->person = visit->who.token->person;
        stream->until = visit->who.token->until;
    }
    memcpy(stream->session, visit->who.session, sizeof(stream->session));
    if (kind == STREAM_MINE) {
        stream->circle = web_circle_use(&events->circles, name);
    }
    stream->prev = events->ring.prev;
    stream->next = &events->ring;
    stream->prev->next = stream;
    events->ring.prev = stream;
    events->count++;
    events->job_streams += hears_jobs(stream) ? 1 : 0;
    events->dme_streams += hears_dme(stream) ? 1 : 0;
    web_add_security(visit, false);
    const struct httpio_answer answer = { .status = 200,
                                          .type = STR("text/event-stream"),
                                          .fields = visit->fields,
                                          .field_count = visit->field_count };
    visit->answered = true;
    httpio_exchange_start(exchange, &answer, HTTPIO_CHUNKED);
    httpio_exchange_set(exchange, &stream_events, stream);
    httpio_exchange_forget(exchange);
    stream_say(stream, STR("retry: 3000\nevent: here\ndata: {}\n\n"));
    web_drop(visit);
    web_events_tick(web);
}

void web_do_my_events(struct web_visit *visit)
{
    stream_begin(visit, STREAM_MINE, visit->who.user);
}

void web_do_events(struct web_visit *visit)
{
    stream_begin(visit, STREAM_ALL, visit->who.user);
}

void web_do_watch_events(struct web_visit *visit)
{
    stream_begin(visit, STREAM_WATCH, visit->who.user);
}

void web_do_station_events(struct web_visit *visit)
{
    stream_begin(visit, STREAM_STATION, visit->who.station);
}

// --- what the engines tell ----------------------------------------------------------------------

static bool is_sent_to(const Quoin__V1__Job *job, const char *user)
{
    for (size_t i = 0; i < job->n_sent_to; i++) {
        if (strncmp(job->sent_to[i], "user:", 5) == 0 && strcmp(job->sent_to[i] + 5, user) == 0) {
            return true;
        }
    }
    return false;
}

static bool concerns(const struct stream *stream, const Quoin__V1__Job *job)
{
    return stream->kind == STREAM_ALL ||
           (stream->kind == STREAM_MINE &&
            (strcmp(job->user, stream->name) == 0 || is_sent_to(job, stream->name) ||
             web_circle_has(stream->circle, job)));
}

static void event_of(struct buf *text, const char *what, const char *engine,
                     const ProtobufCMessage *message)
{
    struct json json = json_to(text);
    buf_addf(text, "event: %s\ndata: ", what);
    json_object(&json);
    if (engine != NULL) {
        json_text_field(&json, "engine", engine);
    }
    web_message_write_fields(&json, message);
    json_end(&json);
    buf_add(text, STR("\n\n"));
}

static void tell_job(struct web *web, const struct watch *watch, const Quoin__V1__Job *job)
{
    OWN(buf_free) struct buf text = BUF_CAP(EVENT_MAX);
    struct stream *ring = &web->events->ring;
    event_of(&text, "job", web_dre_host(web, watch->client), &job->base);
    for (struct stream *stream = ring->next; buf_ok(&text) && stream != ring;
         stream = stream->next) {
        if (concerns(stream, job)) {
            stream_say(stream, buf_str(&text));
        }
    }
}

static void on_jobs(void *arg, const struct wire_answer *answer)
{
    struct watch *watch = arg;
    const Quoin__V1__JobNews *news = (const Quoin__V1__JobNews *)answer->reply;
    if (!answer->more) {
        watch->ask.v = 0;
        watch->again_ms = clk_mono_ms() + AGAIN_MS;
    }
    if (news != NULL && !news->here && news->job != NULL) {
        tell_job(watch->web, watch, news->job);
    }
}

// The session that ended must be the one that we hold: another may have begun since.
static bool is_session(const struct web_station *station, const Quoin__V1__Session *session)
{
    uint8_t hash[CRYPTO_HASH_LEN];
    OWN(buf_free) struct buf mark = BUF_CAP(80);
    crypto_hash_of(str_of(station->session), hash);
    enc_hex_add(&mark, hash, 16);
    return session == NULL || session->mark[0] == '\0' ||
           str_eq(buf_str(&mark), str_of(session->mark));
}

static void take_news(struct web *web, const char *device, const Quoin__V1__News *news)
{
    struct web_station *station = web_station_of(web, device);
    bool begins = strcmp(news->what, "signed-in") == 0 || strcmp(news->what, "card-unknown") == 0 ||
                  strcmp(news->what, "pin-needed") == 0;
    if (begins && news->session != NULL && news->session->id[0] != '\0') {
        web_station_take(station, news->session);
    } else if (strcmp(news->what, "ended") == 0 && is_session(station, news->session)) {
        station->session[0] = '\0';
    }
}

static void on_news(void *arg, const struct wire_answer *answer)
{
    struct watch *watch = arg;
    const Quoin__V1__News *news = (const Quoin__V1__News *)answer->reply;
    struct stream *ring = &watch->web->events->ring;
    OWN(buf_free) struct buf text = BUF_CAP(EVENT_MAX);
    if (!answer->more) {
        watch->ask.v = 0;
        watch->again_ms = clk_mono_ms() + AGAIN_MS;
    }
    if (news == NULL || strcmp(news->what, "here") == 0) {
        return;
    }
    take_news(watch->web, watch->device, news);
    event_of(&text, "news", NULL, &news->base);
    for (struct stream *stream = ring->next; buf_ok(&text) && stream != ring;
         stream = stream->next) {
        if (stream->kind == STREAM_STATION && strcmp(stream->name, watch->device) == 0) {
            stream_say(stream, buf_str(&text));
        }
    }
}

static void watch_dres(struct web *web, int64_t now)
{
    struct web_events *events = web->events;
    for (size_t i = 0; i < web->dre_count; i++) {
        struct watch *watch = &events->dres[i];
        Quoin__V1__WatchJobsRequest request = QUOIN__V1__WATCH_JOBS_REQUEST__INIT;
        watch->web = web;
        watch->client = web->dres[i].client;
        if (events->job_streams == 0 && watch->ask.v != 0) {
            wire_ask_cancel(watch->client, watch->ask);
            watch->ask.v = 0;
        } else if (events->job_streams > 0 && watch->ask.v == 0 && now >= watch->again_ms) {
            watch->ask = wire_ask(watch->client, "/quoin.v1.Jobs/WatchJobs", &request.base, 0,
                                  on_jobs, watch);
        }
    }
}

static void watch_device(struct web *web, const char *device, int64_t now)
{
    struct web_events *events = web->events;
    struct watch *watch = map_find(&events->devices, str_of(device));
    if (watch == NULL && events->devices.count < WATCHES_MAX) {
        watch = mem_new(sizeof(*watch));
        watch->web = web;
        watch->client = web->dce;
        watch->device = mem_new(strlen(device) + 1);
        memcpy(watch->device, device, strlen(device));
        map_set(&events->devices, str_of(device), watch);
    }
    if (watch != NULL && watch->ask.v == 0 && now >= watch->again_ms) {
        Quoin__V1__WatchRequest request = QUOIN__V1__WATCH_REQUEST__INIT;
        request.device = watch->device;
        watch->ask =
            wire_ask(web->dce, "/quoin.v1.Sessions/Watch", &request.base, 0, on_news, watch);
    }
}

static void tell_dme(struct web *web, struct str text)
{
    struct stream *ring = &web->events->ring;
    for (struct stream *stream = ring->next; stream != ring; stream = stream->next) {
        if (hears_dme(stream)) {
            stream_say(stream, text);
        }
    }
}

static void on_dme(void *arg, const struct wire_answer *answer)
{
    struct dme_watch *watch = arg;
    OWN(buf_free) struct buf text = BUF_CAP(EVENT_MAX);
    if (!answer->more) {
        watch->ask.v = 0;
        watch->untold++; // what came meanwhile
        watch->again_ms = clk_mono_ms() + (answer->is_absent ? ABSENT_AGAIN_MS : AGAIN_MS);
    }
    if (answer->reply == NULL) {
        return;
    }
    if (++watch->told > TOLD_A_TURN) { // a site that begins, or one where all is lost at once
        watch->untold++;
        return;
    }
    event_of(&text, watch->what, NULL, answer->reply);
    if (buf_ok(&text)) {
        tell_dme(watch->web, buf_str(&text));
    }
}

// What was too much for one turn is told as one event without a name: ask anew.
static void tell_untold(struct dme_watch *watch)
{
    OWN(buf_free) struct buf text = BUF_CAP(160);
    if (watch->untold > 0) {
        buf_addf(&text, "event: %s\ndata: {\"many\":%u}\n\n", watch->what, watch->untold);
        tell_dme(watch->web, buf_str(&text));
    }
    watch->told = 0;
    watch->untold = 0;
}

static void watch_dme(struct web *web, int64_t now)
{
    struct web_events *events = web->events;
    for (size_t i = 0; i < DME_WATCHES; i++) {
        struct dme_watch *watch = &events->dme[i];
        tell_untold(watch);
        if (events->dme_streams == 0 && watch->ask.v != 0) {
            wire_ask_cancel(web->dme, watch->ask);
            watch->ask.v = 0;
        } else if (events->dme_streams > 0 && watch->ask.v == 0 && now >= watch->again_ms) {
            ProtobufCMessage *request = mem_new(watch->request->sizeof_message);
            protobuf_c_message_init(watch->request, request);
            watch->untold++; // a list that was read before is read again
            watch->ask = wire_ask(web->dme, watch->path, request, 0, on_dme, watch);
            free(request);
        }
    }
}

// --- time ---------------------------------------------------------------------------------------

// Whether who opened it may still see it.
static bool is_over(const struct web *web, const struct stream *stream, int64_t wall)
{
    return stream->by_token ? stream->until != 0 && wall > stream->until
                            : web_session_again(web->sessions, stream->session) == NULL;
}

void web_events_tick(struct web *web)
{
    struct web_events *events = web->events;
    int64_t now = clk_mono_ms();
    int64_t wall = clk_wall_ms();
    watch_dres(web, now);
    watch_dme(web, now);
    if (events->count > events->trimmed + TRIM_EVERY) { // their handshakes left holes
        mem_trim();
        events->trimmed = events->count;
    }
    events->trimmed = events->trimmed > events->count ? events->count : events->trimmed;
    for (struct stream *stream = events->ring.next; stream != &events->ring;) {
        struct stream *next = stream->next;
        if (is_over(web, stream, wall)) {
            stream_finish(stream);
            stream = next;
            continue;
        }
        if (now - stream->told_ms > ALIVE_MS && !stream->full) {
            stream_say(stream, STR(": here\n\n"));
        }
        if (stream->kind == STREAM_STATION) {
            watch_device(web, stream->name, now);
        } else if (stream->kind == STREAM_MINE) {
            web_circle_look(stream->circle, now);
        }
        stream = next;
    }
}

void web_events_doubt(struct web *web, int64_t person)
{
    struct stream *ring = &web->events->ring;
    for (struct stream *stream = ring->next; stream != ring;) {
        struct stream *next = stream->next;
        if (stream->circle != NULL && stream->person == person) {
            web_circle_doubt(stream->circle);
        }
        if (stream->by_token && stream->person == person) {
            stream_finish(stream);
        }
        stream = next;
    }
}

void web_events_end(struct web *web)
{
    struct stream *ring = &web->events->ring;
    for (struct stream *stream = ring->next; stream != ring; stream = stream->next) {
        stream_finish(stream);
    }
}

size_t web_events_count(const struct web *web)
{
    return web->events->count;
}

struct web_events *web_events_new(struct web *web)
{
    static const struct dme_watch watches[DME_WATCHES] = {
        { .path = "/quoin.v1.Devices/WatchMonitored",
          .what = "monitored",
          .request = &quoin__v1__watch_monitored_request__descriptor },
        { .path = "/quoin.v1.Alerts/WatchAlerts",
          .what = "alert",
          .request = &quoin__v1__watch_alerts_request__descriptor },
        { .path = "/quoin.v1.PortWatch/WatchPorts",
          .what = "port",
          .request = &quoin__v1__watch_ports_request__descriptor },
    };
    struct web_events *events = mem_new(sizeof(*events));
    for (size_t i = 0; i < DME_WATCHES; i++) {
        events->dme[i] = watches[i];
        events->dme[i].web = web;
    }
    events->circles.web = web;
    events->ring.prev = &events->ring;
    events->ring.next = &events->ring;
    return events;
}

// After the server, which closed every stream, and before the clients, whose asks end with them.
void web_events_free(struct web_events **events)
{
    void *value = NULL;
    if (*events == NULL) {
        return;
    }
    for (size_t i = 0; i < WEB_DRES_ALL; i++) {
        struct watch *watch = &(*events)->dres[i];
        if (watch->ask.v != 0) {
            wire_ask_cancel(watch->client, watch->ask);
        }
    }
    for (size_t i = 0; i < DME_WATCHES; i++) {
        struct dme_watch *watch = &(*events)->dme[i];
        if (watch->ask.v != 0) {
            wire_ask_cancel(watch->web->dme, watch->ask);
        }
    }
    for (size_t at = 0; map_next(&(*events)->devices, &at, &value);) {
        struct watch *watch = value;
        if (watch->ask.v != 0) {
            wire_ask_cancel(watch->client, watch->ask);
        }
        free(watch->device);
        free(watch);
    }
    map_free(&(*events)->devices);
    web_circles_free(&(*events)->circles);
    free(*events);
    *events = NULL;
}
