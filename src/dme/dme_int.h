// dme_int: the engine's state and what its files ask of each other. Loop thread.
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "device/fault.h"
#include "device/meter.h"
#include "device/sight.h"
#include "device/truth.h"
#include "dme/alerts.h"
#include "dme/allow.h"
#include "dme/history_db.h"
#include "dme/message.h"
#include "dme/store.h"
#include "net/net.h"
#include "proto/dme.pb-c.h"
#include "svc/metrics.h"
#include "svc/svc.h"
#include "wire/client.h"
#include "wire/server.h"

enum {
    DME_TICK_MS = 100,
    DME_FOLLOW_MS = 500, // the configuration
    DME_FOLLOW_MOST_MS = 8000,
    DME_ENGINES_MAX = 64,
    DME_DEVICES_MAX = 20000,
    DME_NAME_MAX = 128,
    DME_URI_MAX = 511,
    DME_TOLD_MAX = 64 << 10, // of one device, packed
    DME_SUPPLIES_MAX = DEVICE_SUPPLIES_MAX,
    DME_LOOKS_MAX = 200, // at once
    DME_SLOW_MAX = 100,  // of them at devices whose last look took long
    DME_SLOW_MS = 1000,  // so long
    DME_EVERY_S = 60,    // where nothing is said
    DME_SOON_MS = 5000,  // a device that prints, or does not: looked at more often
};

struct dme;
struct dme_look;
struct dme_news;
struct dme_cancel;
struct dme_snmp;
struct dme_watch;
struct dme_meters;
struct discovery;
struct discover_browse;

// --- engines.c: the document routing engines and their printers ---------------------------------

struct dme_engine {
    struct dme *dme;
    struct net_address at;
    struct wire_client *client; // owned
    bool polling;
    bool is_guess; // nobody named it
    bool was_here;
    int64_t due_ms;
    struct map printers; // by name, of owned struct dme_printer
    struct map reading;  // those of the reading under way
    bool has_read;       // once at least
};

struct dme_printer {
    char name[DME_NAME_MAX + 1];
    char uri[DME_URI_MAX + 1];
    char state[16];
};

void dme_engines_start(struct dme *dme);
void dme_engines_tick(struct dme *dme);
void dme_engines_renewed(struct dme *dme);
void dme_engines_fini(struct dme *dme);

// --- follow.c: monitors, as they are configured -------------------------------------------------

void dme_follow_tick(struct dme *dme);
void dme_follow_fini(struct dme *dme);

// --- watched.c: what is looked at ---------------------------------------------------------------

// What is drawn as a line: written when it changes.
struct dme_level {
    char name[72];
    int64_t value;
    int64_t pages_a_percent; // as it was reckoned last
    int64_t runs_out_at;
};

struct watched {
    struct dme *dme;
    char name[DME_NAME_MAX + 1];
    char *uri;                   // owned; of the printer; NULL: none is known by this name
    Quoin__V1__Monitor *monitor; // owned; NULL: as usual
    bool is_printer;             // in the reading under way
    bool is_monitor;             // in the reading under way
    struct dme_look *look;       // owned; NULL: none under way
    int64_t due_ms;              // monotonic
    unsigned failures;           // looks in a row without an answer
    bool is_slow;                // its last look took long
    bool is_spread;              // its looks have a place of their own in the minute
    struct dme_snmp *snmp;       // owned; NULL: not asked by SNMP yet
    struct dme_news *news;       // owned; NULL: it never answered by IPP
    bool is_brisk;               // it is looked at as often as others are glanced at
    int64_t printed_ms;          // monotonic; when an engine said last that it prints; 0: never
    struct device_faults faults; // owned
    struct device_meter meter;
    int meter_source; // enum device_source; -1: not chosen
    char *packed;     // owned; the MonitoredDevice as it was told last
    size_t packed_len;
    uint64_t told_hash; // of it, but for what is another each time
    int64_t looked_at;  // wall; of the last look that was answered
    int64_t answered_ms;
    int64_t pages;            // as written last; -1: never
    int64_t severity_written; // -1: never
    int64_t written_day;      // of the samples
    int64_t reckoned_ms;      // monotonic: the forecasts
    bool reckoning;
    struct dme_level *levels; // owned
    size_t level_count;
    uint8_t severity;
    uint8_t state; // enum device_state
    bool can_print;
    bool is_flapping;
    bool has_to_order;
    int64_t first_out_at; // of its supplies; 0: none is known
    uint64_t changed;     // dme->changes when it last became another
};

struct dme {
    struct svc *svc;
    struct net_loop *loop;
    struct store *store;         // owned
    struct net_tls *printer_tls; // owned
    struct snmp_poller *snmp;    // owned
    struct map secrets;          // of SNMP: secret.c's
    struct net_timer *tick;
    struct dme_engine *engines[DME_ENGINES_MAX]; // owned
    size_t engine_count;
    struct map by_name;     // of owned struct watched
    struct watched **order; // owned; the worst first
    size_t order_count;
    bool order_is_old;
    unsigned looking;
    unsigned looking_slow; // of them, at those that are slow
    size_t look_at;        // where the search for what is due goes on
    struct watched **list; // owned; by name
    size_t list_count;
    struct map kept; // by name: what the store knew when we began, of owned struct dme_kept
    bool has_kept;
    bool following;
    int64_t follow_due_ms;
    int64_t follow_wait_ms;
    int64_t follow_change;     // of the configuration; -1: none
    struct dme_meters *meters; // owned; meters.h
    uint64_t changes;
    struct alerts *alerts;             // owned
    struct alert_watch *alert_watches; // owned
    struct fleet *fleet;               // owned
    struct arena zone;                 // the site's clock
    struct dme_watch *watches;         // owned
    size_t watch_count;
    struct discovery *discovery;             // owned; NULL: nobody looks for devices
    struct discover_browse *discover_browse; // owned; of one that was let go
    int64_t forget_ms;
    bool forgetting;
    struct {
        uint64_t looks;
        uint64_t failed;
        uint64_t store_refused;
        struct svc_durations lag[2]; // from when a look is due until it begins; [1]: of slow ones
        struct svc_durations look;
        uint64_t events;
        uint64_t glances;
    } counts;
    unsigned subscribed; // questions for events under way
    unsigned glancing;
    int64_t glance_ms; // since when glances_left counts
    unsigned glances_left;
    unsigned brisk_count;
    struct dme_cancel *cancels; // owned
    unsigned cancel_count;
    bool ending;
};

// What is configured or told has changed: whoever is new is looked at, whoever is gone is dropped.
void dme_watched_printers(struct dme *dme);
struct watched *dme_watched_find(const struct dme *dme, const char *name);
// NULL: there are too many.
struct watched *dme_watched_need(struct dme *dme, const char *name);
void dme_watched_sweep(struct dme *dme); // those that are neither printer nor monitor
void dme_watched_tick(struct dme *dme);  // begins the looks that are due
void dme_watched_soon(struct watched *watched);
void dme_watched_planned(struct watched *watched); // after a look: when the next one is
void dme_watched_fini(struct dme *dme);
bool dme_watched_is_off(const struct watched *watched);
void dme_watched_forget(struct watched *watched); // what was learnt of it: its place is another
// It became another: the list's order, and who watches.
void dme_watched_changed(struct watched *watched);
struct watched *const *dme_watched_worst_first(struct dme *dme, size_t *count);
int dme_watched_worse(const void *a, const void *b); // of that order: struct watched **

// --- look.c: one look at one device -------------------------------------------------------------

void dme_look_start(struct watched *watched);
void dme_look_cancel(struct watched *watched);
void dme_look_pjl_yield(struct watched *watched); // a job goes there: it has one line for all

// --- news.c: what is learnt between two looks ----------------------------------------------------

void dme_news_tick(struct watched *watched, int64_t now);
void dme_news_look_began(struct watched *watched);
void dme_news_look_ended(struct watched *watched);
// It answered a look by IPP, at this address.
void dme_news_looked(struct watched *watched, const char *uri, const struct ipp_msg *msg);
void dme_news_state_changed(struct watched *watched); // a look found another state
void dme_news_drop(struct watched *watched);
// How a change of it is learnt: "told" by its events, "asked" every second or two, by "looks".
const char *dme_news_way(const struct watched *watched);
// When it is looked at next where that is as cheap as a glance; INT64_MAX: it is not.
int64_t dme_news_brisk_ms(struct watched *watched);
void dme_subscribe_fini(struct dme *dme);

// --- look_snmp.c --------------------------------------------------------------------------------

void dme_snmp_forget(struct watched *watched); // what was learnt of it; no look is under way
void dme_snmp_again(struct watched *watched);  // the next look asks for all of it

// --- secret.c: communities and passwords of SNMP ------------------------------------------------

struct dme_secret { // borrowed until the next change; NULL: none
    const char *community;
    const char *auth;
    const char *privacy;
    bool is_moved; // there are some, for another address than the device's of now
};
bool dme_secrets_load(struct dme *dme,
                      struct err *err) CC_MUST_USE; // before the store's first task
void dme_secrets_fini(struct dme *dme);
// The device's own where it has some, else what stands for all; NULL: those.
void dme_secret_find(const struct dme *dme, const struct watched *watched,
                     struct dme_secret *secret);
extern wire_handler dme_set_monitor_secret;

// --- tell.c: the truth as a message -------------------------------------------------------------

struct dme_sights {
    struct device_sight sights[DEVICE_SOURCE_COUNT];
    size_t count;
};
// A copy that borrows from nothing but the arena.
void dme_sight_keep(const struct device_sight *sight, struct arena *arena,
                    struct device_sight *kept);
// Takes a look's result: the truth, faults, meters, samples, the store, and whoever watches.
void dme_tell(struct watched *watched, const struct dme_sights *sights, int64_t answered_ms);
// What is known of it, in the arena. Never NULL.
Quoin__V1__MonitoredDevice *dme_told(const struct watched *watched, struct arena *arena);
void dme_told_keep(struct watched *watched, const Quoin__V1__MonitoredDevice *told);

// --- record.c: what the store is given ----------------------------------------------------------

struct record; // of one look
struct record *dme_record_new(struct dme *dme);
void dme_record_device(struct record *record, struct str name, struct str told);
void dme_record_sample(struct record *record, const struct history_sample *sample);
void dme_record_fault(struct record *record, const struct history_fault *fault, bool ended);
void dme_record_send(struct record **record); // nothing in it: nothing is written
void dme_record_forget(struct dme *dme);      // what is old, now and then
void dme_record_load(struct dme *dme);        // reads what was kept; nobody is looked at before
void dme_record_kept_take(struct watched *watched); // what the store knew of it
void dme_record_fini(struct dme *dme);
// The days on which its supplies run out, by what was seen.
void dme_record_reckon(struct watched *watched);

// --- measure.c ----------------------------------------------------------------------------------

void dme_measure(void *state, struct svc_metrics *metrics);
bool dme_is_ready(void *state, const char **word);

// --- calls.c, watch.c ---------------------------------------------------------------------------

extern wire_handler dme_list_monitored;
extern wire_handler dme_get_monitored;
extern wire_handler dme_look_now;
extern wire_handler dme_list_samples;
extern wire_handler dme_list_faults;
extern wire_handler dme_watch_monitored;
void dme_watch_tick(struct dme *dme);
void dme_watch_gone(struct dme *dme, const char *name);
void dme_watch_end(struct dme *dme);
void dme_watch_fini(struct dme *dme);
// Whoever waits for this look is told; also when it told nothing.
void dme_looked(struct watched *watched);

// --- discover.c: looking for devices ------------------------------------------------------------

extern wire_handler dme_discover;
void dme_discover_tick(struct dme *dme);
void dme_discover_end(struct dme *dme); // who waits is told
void dme_discover_fini(struct dme *dme);

// --- alert_calls.c ------------------------------------------------------------------------------

struct alert_watch;
extern wire_handler dme_list_alerts;
extern wire_handler dme_change_alert;
extern wire_handler dme_list_deliveries;
extern wire_handler dme_redeliver;
extern wire_handler dme_test_target;
extern wire_handler dme_set_target_secret;
extern wire_handler dme_watch_alerts;
void dme_alerts_changed(void *arg,
                        const Quoin__V1__Alert *alert); // arg: struct dme; to who watches
void dme_alerts_watch_end(struct dme *dme);

// --- fleet.c: the ports of all hosts ------------------------------------------------------------

enum {
    FLEET_HOSTS_MAX = 4096,
    FLEET_AWAY_MS = 150000, // a host that was not heard of for so long: no data
    FLEET_GONE_MAX = 256,
    FLEET_WATCHES_MAX = 64,
    FLEET_SAID_MAX = 64,    // alerts of one host at a time
    FLEET_EVENTS_MAX = 256, // of one report
};

struct guard;

struct fleet_host {
    char name[DME_NAME_MAX + 1];
    Quoin__V1__PortReport *told;    // owned; NULL: never heard of, and expected
    Quoin__V1__Expectation *wanted; // owned; NULL: nobody said
    int64_t heard_at;               // wall
    bool is_away;
    uint64_t changed;         // fleet->changes when its sights last were others
    bool is_named;            // in the reading under way
    struct dme_allow reports; // how much of what it tells is taken
    struct dme_allow events;
    struct dme_allow alerts;
    struct fleet_said { // what is an alert now
        uint16_t port;
        bool udp;
        uint8_t verdict;
    } said[FLEET_SAID_MAX];
    size_t said_count;
    bool is_flooding; // it told of more than alerts are made of
};

struct fleet {
    struct dme *dme;
    struct guard *guard;      // owned; NULL: the kernel does not answer
    struct map by_name;       // of owned struct fleet_host
    struct fleet_host **list; // owned; by name
    size_t count;
    Quoin__V1__Expectation *of_all; // owned; of the name "*"
    uint64_t changes;
    struct fleet_gone {
        uint64_t changed;
        char host[DME_NAME_MAX + 1];
        uint16_t port;
        bool udp;
    } gone[FLEET_GONE_MAX]; // a ring of sights that are no more
    size_t gone_count;
    struct fleet_watch *watches; // owned
    size_t watch_count;
    int64_t looked_ms;      // monotonic
    int64_t unwatched_from; // wall time of the last word of a watch before ours; 0: told, or none
    int64_t heartbeat_ms;
    int64_t forget_ms;
    char programs[4096]; // the folder of ours
};

bool dme_fleet_new(struct dme *dme, struct err *err) CC_MUST_USE;
void dme_fleet_end(struct dme *dme);  // who watches
void dme_fleet_free(struct dme *dme); // before the store is closed
void dme_fleet_tick(struct dme *dme);
void dme_fleet_renewed(struct dme *dme);
// What is configured: begin, each, done. told: copied.
void dme_fleet_expect_begin(struct dme *dme);
void dme_fleet_expect(struct dme *dme, const char *host, const Quoin__V1__Expectation *told);
void dme_fleet_expect_done(struct dme *dme);
const Quoin__V1__Expectation *dme_fleet_expected(const struct fleet *fleet,
                                                 const struct fleet_host *host);
bool dme_fleet_is_away(const struct fleet_host *host, int64_t now);

// fleet_calls.c
extern wire_handler dme_report_ports;
extern wire_handler dme_list_ports;
extern wire_handler dme_list_port_events;
extern wire_handler dme_watch_ports;
void dme_fleet_watch_tick(struct fleet *fleet);
void dme_fleet_watch_end(struct fleet *fleet);
void dme_fleet_watch_fini(struct fleet *fleet);

// May the host tell so much now? It is refused, and told again, where not.
bool dme_fleet_may(struct fleet *fleet, const char *host, size_t events);
// A report of a host; it is noted in the store. told: where its answer is written to disk; false:
// it could not be noted.
bool dme_fleet_take(struct fleet *fleet, const Quoin__V1__PortReport *report,
                    void (*stored)(void *arg, bool ok, const struct err *err), void *arg,
                    struct err *err) CC_MUST_USE;
struct fleet_host *dme_fleet_find(const struct fleet *fleet, const char *name);
