// start: the engine's calls, its beginning and its end. Loop thread.
//
// no unit test: is the whole engine; tests/it/test_dme.py runs it.

#include "dme/dme.h"
#include "dme/dme_int.h"
#include "dme/meters.h"

#include "base/mem.h"
#include "snmp/snmp.h"

#include <stdlib.h>

enum { SNMP_MS = 5000, SNMP_TRIES = 2 };

static const struct wire_method methods[] = {
    { "/quoin.v1.Devices/ListMonitored", dme_list_monitored },
    { "/quoin.v1.Devices/GetMonitored", dme_get_monitored },
    { "/quoin.v1.Devices/WatchMonitored", dme_watch_monitored },
    { "/quoin.v1.Devices/LookNow", dme_look_now },
    { "/quoin.v1.Devices/ListSamples", dme_list_samples },
    { "/quoin.v1.Devices/ListFaults", dme_list_faults },
    { "/quoin.v1.Devices/Discover", dme_discover },
    { "/quoin.v1.Alerts/ListAlerts", dme_list_alerts },
    { "/quoin.v1.Alerts/ChangeAlert", dme_change_alert },
    { "/quoin.v1.Alerts/ListDeliveries", dme_list_deliveries },
    { "/quoin.v1.Alerts/Redeliver", dme_redeliver },
    { "/quoin.v1.Alerts/TestTarget", dme_test_target },
    { "/quoin.v1.Alerts/SetTargetSecret", dme_set_target_secret },
    { "/quoin.v1.Alerts/WatchAlerts", dme_watch_alerts },
    { "/quoin.v1.Devices/ListGaps", dme_list_gaps },
    { "/quoin.v1.Devices/NoteJob", dme_note_job },
    { "/quoin.v1.Devices/ObserveJob", dme_observe_job },
    { "/quoin.v1.Alerts/SetMonitorSecret", dme_set_monitor_secret },
    { "/quoin.v1.PortWatch/ReportPorts", dme_report_ports },
    { "/quoin.v1.PortWatch/ListPorts", dme_list_ports },
    { "/quoin.v1.PortWatch/ListPortEvents", dme_list_port_events },
    { "/quoin.v1.PortWatch/WatchPorts", dme_watch_ports },
};

static void on_tick(void *arg)
{
    struct dme *dme = arg;
    dme_engines_tick(dme);
    dme_follow_tick(dme);
    dme_watched_tick(dme);
    dme_watch_tick(dme);
    dme_discover_tick(dme);
    dme_meters_tick(dme);
    dme_record_forget(dme);
    dme_fleet_tick(dme);
}

static void on_renewed(void *state)
{
    dme_engines_renewed(state);
    dme_fleet_renewed(state);
}

static bool start(struct svc *svc, void *state, struct err *err)
{
    struct dme *dme = state;
    static const char *const alpn[] = { "http/1.1", NULL };
    // Printers have certificates of their own making; what they say opens nothing here.
    const struct net_tls_settings printers = {
        .tls_1_2 = true, .alpn = alpn, .peer = NET_TLS_PEER_NONE, .any_peer = true
    };
    const struct snmp_poller_settings asking = { .window = DME_LOOKS_MAX,
                                                 .deadline_ms = SNMP_MS,
                                                 .tries = SNMP_TRIES };
    dme->svc = svc;
    dme->loop = svc_loop(svc);
    dme->follow_change = -1;
    if (!net_tls_new(&printers, false, &dme->printer_tls, err) ||
        !dme_store_open(dme->loop, svc_path(svc, "dme/dme.db"), &dme->store, err) ||
        !dme_secrets_load(dme, err) ||
        !dme_alerts_new(dme->loop, dme->store, dme_alerts_changed, dme, &dme->alerts, err) ||
        !dme_fleet_new(dme, err)) {
        return false;
    }
    dme_meters_start(dme);
    dme->snmp = snmp_poller_new(dme->loop, &asking);
    dme_record_load(dme);
    dme_engines_start(dme);
    svc_on_renewed(svc, on_renewed, dme);
    dme->tick = net_timer_new(dme->loop, on_tick, dme);
    net_timer_every(dme->tick, DME_TICK_MS);
    on_tick(dme);
    return true;
}

static void stop(struct svc *svc, void *state)
{
    dme_watch_end(state);
    dme_discover_end(state);
    dme_alerts_watch_end(state);
    dme_fleet_end((struct dme *)state);
    svc_stopped(svc);
}

static void fini(void *state)
{
    struct dme *dme = state;
    dme->ending = true;
    dme_meters_end(dme);
    net_timer_free(&dme->tick);
    dme_engines_fini(dme);
    dme_watch_fini(dme);
    dme_discover_fini(dme);
    dme_fleet_free(dme);
    dme_alerts_free(&dme->alerts);
    dme_store_close(&dme->store); // what was given to it is written and told of
    dme_meters_free(dme);
    dme_watched_fini(dme);
    dme_subscribe_fini(dme);
    snmp_poller_free(&dme->snmp);
    dme_secrets_fini(dme);
    dme_record_fini(dme);
    net_tls_free(&dme->printer_tls);
    arena_free(&dme->zone);
}

static void count(void *state, struct svc_counts *counts)
{
    static const char *const names[] = { "devices.unknown", "devices.idle",  "devices.printing",
                                         "devices.stopped", "devices.error", "devices.away" };
    const struct dme *dme = state;
    int64_t states[sizeof(names) / sizeof(names[0])] = { 0 };
    for (size_t at = 0; at < dme->list_count; at++) {
        states[dme->list[at]->state]++;
    }
    svc_count(counts, "devices", (int64_t)dme->list_count);
    for (size_t at = 0; at < sizeof(names) / sizeof(names[0]); at++) {
        svc_count(counts, names[at], states[at]);
    }
    svc_count(counts, "looks", (int64_t)dme->counts.looks);
    svc_count(counts, "looks.failed", (int64_t)dme->counts.failed);
    svc_count(counts, "looks.open", dme->looking);
    svc_count(counts, "glances", (int64_t)dme->counts.glances);
    svc_count(counts, "events", (int64_t)dme->counts.events);
    svc_count(counts, "events.open", dme->subscribed);
    svc_count(counts, "records.refused", (int64_t)dme->counts.store_refused);
    svc_count(counts, "watches", (int64_t)dme->watch_count);
    svc_count(counts, "alerts.open",
              dme->alerts == NULL ? 0 : (int64_t)dme_alerts_open(dme->alerts));
}

int dme_main(int argc, char **argv)
{
    struct dme *dme = mem_new(sizeof(*dme));
    const struct svc_engine engine = {
        .engine = ENGINE_DME,
        .methods = methods,
        .method_count = sizeof(methods) / sizeof(methods[0]),
        .start = start,
        .stop = stop,
        .fini = fini,
        .count = count,
        .measure = dme_measure,
        .is_ready = dme_is_ready,
        .state = dme,
    };
    int status = svc_main(&engine, argc, argv);
    free(dme);
    return status;
}
