// monitored: what the device monitoring engine says of our printers: one that it calls broken gets
// no held job, and is shown as stopped with the reason. Without such an engine nothing changes; one
// that went away is believed for a short while. Loop thread.
//
// no unit test: needs the other engine; tests/it/test_dme.py has both.

#include "dre/deliver_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "proto/dme.pb-c.h"
#include "svc/beacon.h"
#include "wire/client.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOOK_MS = 500, AGAIN_MS = 1500, BELIEVED_MS = 15000 };

struct dre_monitored {
    struct dre *dre;
    struct net_timer *timer;
    struct wire_client *client; // owned
    struct net_address at;
    struct wire_ask watch; // 0: none
    bool is_heard;
    bool was_heard;
    size_t turn;      // which of those that may be there is tried next
    int64_t tried_ms; // monotonic
    int64_t lost_ms;
    bool has_words;
};

const char *dre_printer_state(const struct printer *printer)
{
    return printer->device_reason[0] != '\0' ? "stopped" : printer->state;
}

const char *dre_printer_message(const struct printer *printer)
{
    return printer->device_reason[0] != '\0' ? printer->device_text : printer->message;
}

// The worst of what stops it; what it is in words, and what to do about it.
static void take_word(struct printer *printer, const Quoin__V1__MonitoredDevice *device)
{
    const Quoin__V1__DeviceReason *worst = device->n_reasons > 0 ? device->reasons[0] : NULL;
    bool is_gone = device->monitor != NULL && device->monitor->removed;
    bool was_stopped = printer->device_reason[0] != '\0';
    printer->device_reason[0] = '\0';
    printer->device_text[0] = '\0';
    printer->has_meter = device->n_meters > 0 && !is_gone;
    // Whether it can be reached is ours to find out: it may be asked over another way than printed
    // to.
    if (!device->can_print && !is_gone && strcmp(device->state, "away") != 0) {
        (void)snprintf(printer->device_reason, sizeof(printer->device_reason), "%.63s",
                       worst != NULL ? worst->keyword : "other-error");
        (void)snprintf(printer->device_text, sizeof(printer->device_text), "%.90s%s%.90s",
                       worst != NULL ? worst->text : "The printer is stopped.",
                       worst != NULL && worst->what_to_do[0] != '\0' ? " " : "",
                       worst != NULL ? worst->what_to_do : "");
        enc_make_plain(printer->device_text, strlen(printer->device_text));
    }
    bool is_well = strcmp(device->state, "idle") == 0 || strcmp(device->state, "printing") == 0;
    if (device->can_print && is_well && device->looked_at > printer->changed_at &&
        strcmp(printer->state, "stopped") == 0) {
        dre_deliver_printer_state(printer, "idle", ""); // what we found is older than this look
    }
    if (was_stopped != (printer->device_reason[0] != '\0')) {
        log_event(LOG_INFO, was_stopped ? "printer.well" : "printer.broken",
                  log_text("printer", printer->name), log_text("why", printer->device_reason));
    }
}

static void drop_words(struct dre_monitored *monitored)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&monitored->dre->table.printers, &at, &value);) {
        struct printer *printer = value;
        printer->device_reason[0] = '\0';
        printer->device_text[0] = '\0';
        printer->has_meter = false;
    }
    monitored->has_words = false;
}

static void on_device(void *arg, const struct wire_answer *answer)
{
    struct dre_monitored *monitored = arg;
    const Quoin__V1__MonitoredDevice *device = (const void *)answer->reply;
    if (device != NULL) {
        struct printer *printer =
            dre_table_printer_find(&monitored->dre->table, str_of(device->name));
        if (printer != NULL) {
            take_word(printer, device);
        }
        if (!monitored->is_heard && !monitored->was_heard) {
            log_event(LOG_INFO, "monitoring.here", log_text("host", monitored->at.host),
                      log_int("port", monitored->at.port));
        }
        monitored->is_heard = monitored->was_heard = monitored->has_words = true;
    }
    if (!answer->more) {
        monitored->watch.v = 0;
        monitored->lost_ms = clk_mono_ms();
        monitored->turn += !monitored->is_heard;
        monitored->is_heard = false;
    }
}

// Beside CAS, where a site began; else where beacons say.
static bool place_of(struct dre_monitored *monitored, struct net_address *at)
{
    const struct svc_settings *settings = svc_settings(monitored->dre->svc);
    struct svc_beacon_peer peers[SVC_BEACON_PEERS_MAX];
    size_t count = svc_peers(monitored->dre->svc, peers, SVC_BEACON_PEERS_MAX);
    struct net_address places[SVC_BEACON_PEERS_MAX + 1] = { settings->cas };
    int beside = settings->cas.port + engine_port(ENGINE_DME) - engine_port(ENGINE_CAS);
    size_t found = beside <= UINT16_MAX;
    places[0].port = (uint16_t)beside;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(peers[i].who.role, "dme") == 0) {
            places[found] = peers[i].at;
            places[found++].port = peers[i].serves;
        }
    }
    if (found > 0) {
        *at = places[monitored->turn % found];
    }
    return found > 0;
}

static void begin(struct dre_monitored *monitored)
{
    Quoin__V1__WatchMonitoredRequest ask = QUOIN__V1__WATCH_MONITORED_REQUEST__INIT;
    struct net_address at;
    monitored->tried_ms = clk_mono_ms();
    if (!place_of(monitored, &at)) {
        return;
    }
    if (monitored->client == NULL || strcmp(at.host, monitored->at.host) != 0 ||
        at.port != monitored->at.port) {
        const struct wire_client_settings settings = { .to = at,
                                                       .tls = svc_client_tls(monitored->dre->svc),
                                                       .role = "dme",
                                                       .site = svc_site(monitored->dre->svc) };
        wire_client_free(&monitored->client);
        monitored->at = at;
        monitored->client = wire_client_new(monitored->dre->loop, &settings);
    }
    monitored->watch = wire_ask(monitored->client, "/quoin.v1.Devices/WatchMonitored", &ask.base, 0,
                                on_device, monitored);
}

static void on_timer(void *arg)
{
    struct dre_monitored *monitored = arg;
    int64_t now = clk_mono_ms();
    if (monitored->watch.v != 0 || monitored->dre->stopping) {
        return;
    }
    if (monitored->has_words && now - monitored->lost_ms > BELIEVED_MS) {
        drop_words(monitored);
        log_event(LOG_WARNING, "monitoring.away", log_text("host", monitored->at.host));
        monitored->was_heard = false;
    }
    if (now - monitored->tried_ms >= AGAIN_MS) {
        begin(monitored);
    }
}

struct wire_client *dre_monitored_client(const struct dre *dre)
{
    const struct dre_monitored *monitored = dre->monitored;
    return monitored != NULL && monitored->is_heard && !dre->stopping ? monitored->client : NULL;
}

void dre_monitored_start(struct dre *dre)
{
    struct dre_monitored *monitored = mem_new(sizeof(*monitored));
    monitored->dre = dre;
    monitored->tried_ms = clk_mono_ms() - AGAIN_MS;
    monitored->timer = net_timer_new(dre->loop, on_timer, monitored);
    net_timer_every(monitored->timer, LOOK_MS);
    dre->monitored = monitored;
}

void dre_monitored_renewed(struct dre *dre)
{
    if (dre->monitored != NULL && dre->monitored->client != NULL) {
        wire_client_set_tls(dre->monitored->client, svc_client_tls(dre->svc));
    }
}

void dre_monitored_free(struct dre *dre)
{
    if (dre->monitored != NULL) {
        net_timer_free(&dre->monitored->timer);
        wire_client_free(&dre->monitored->client); // what was asked is answered
        free(dre->monitored);
        dre->monitored = NULL;
    }
}
