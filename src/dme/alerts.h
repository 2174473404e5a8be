// alerts: what is seen is held against the rules, and people are told. Loop thread; the store and
// the senders have threads of their own.
//
// Every part of the engine says what is so and what is no more (dme_alerts_say), as often as it
// looks; the rules decide. An alert is on disk when it begins and each time it changes, so a
// restart neither forgets nor repeats it. Without any configured rule there are a few that tell the
// page and the log alone.
#pragma once

#include "dme/alerts_db.h"
#include "dme/deliver.h"
#include "net/net.h"
#include "proto/dme.pb-c.h"

enum alerts_when {
    ALERTS_DEVICE_ERROR,
    ALERTS_DEVICE_AWAY,
    ALERTS_SUPPLY_BELOW,
    ALERTS_FAULT,
    ALERTS_METER_GAP,
    ALERTS_PORT,
    ALERTS_ENGINE_AWAY,
    ALERTS_WHEN_COUNT
};
const char *dme_alerts_when_name(enum alerts_when when); // "device-error", …
bool dme_alerts_when_read(struct str name, enum alerts_when *when) CC_MUST_USE;

struct alerts;

// Reads what was open from the store: before its first task. changed is told of each alert that
// began, changed or ended; the message is borrowed for the call.
bool dme_alerts_new(struct net_loop *loop, struct store *store,
                    void (*changed)(void *arg, const Quoin__V1__Alert *alert), void *arg,
                    struct alerts **alerts, struct err *err) CC_MUST_USE;
void dme_alerts_free(struct alerts **alerts); // before the store is closed

// What is configured, in the place of what was: rules and targets by name, and the site's clock.
struct alerts_rule {
    const char *name;
    const Quoin__V1__AlertRule *told;
};
struct alerts_target {
    const char *name;
    const Quoin__V1__AlertTarget *told;
};
struct alerts_config { // borrowed for the call, but the zone, which must live on
    const struct alerts_rule *rules;
    size_t rule_count;
    const struct alerts_target *targets;
    size_t target_count;
    const struct calendar_zone *zone;
};
void dme_alerts_configure(struct alerts *alerts, const struct alerts_config *config);
const struct calendar_zone *dme_alerts_zone(const struct alerts *alerts); // the site's clock

// The name that an alert about the alerts themselves has.
#define ALERTS_OWN_NAME "quoin-dme"

// How much of a device becomes alerts is bounded (alerts_db.h): beyond it there is one alert more,
// with the keyword "too-many", until nothing was refused for ten minutes.
struct alerts_word {
    enum alerts_when when;
    const char *about;            // a device's name, "HOST:PORT/tcp", an engine
    const char *keyword;          // what of it: a fault, a supply, a verdict; may be empty
    const char *text;             // for people, one sentence
    int64_t value;                // percent, pages: held against the rule's threshold
    enum alert_severity severity; // of a port: where its rule names none
    bool here;
};
void dme_alerts_say(struct alerts *alerts, const struct alerts_word *word);
// All that a look at a device says of it: what is open and no more there is over.
void dme_alerts_device(struct alerts *alerts, const Quoin__V1__MonitoredDevice *device);
// It is watched no more: what was open of it ends, and nobody is told.
void dme_alerts_gone(struct alerts *alerts, const char *about);

// Somebody acknowledges, assigns, mutes. ERR_NOT_FOUND: no such alert is open.
bool dme_alerts_change(struct alerts *alerts, const Quoin__V1__ChangeAlertRequest *asked,
                       struct arena *arena, Quoin__V1__Alert **alert, struct err *err) CC_MUST_USE;
struct deliver *dme_alerts_deliver(struct alerts *alerts);
size_t dme_alerts_open(const struct alerts *alerts);

// A row as a message, in the arena.
Quoin__V1__Alert *dme_alert_told(const struct alert_row *row, struct arena *arena);
