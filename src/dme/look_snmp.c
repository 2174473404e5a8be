// look_snmp: what a device says by SNMP. Its state each time, in one message; all of it at first,
// seldom, and when its state became another. What is told seldom is kept between. One that never
// spoke SNMP is asked seldom, so that it costs the others nothing. Loop thread.
//
// no unit test: needs devices; tests/it/test_dme.py looks at snmpd and at devices that lie.

#include "dme/look.h"

#include "base/clk.h"
#include "base/mem.h"
#include "ippc/uri.h"

#include <stdio.h>
#include <stdlib.h>

enum { ALL_EVERY_MS = 600000, SILENT_MOST_MS = 600000, SILENT_FIRST_MS = 10000, TROUBLE_MAX = 256 };

// Of one device, as long as it is watched.
struct dme_snmp {
    struct snmp_target *target; // owned
    struct arena arena;         // of kept
    struct device_sight kept;   // what it told when it told all
    bool has_kept;
    uint64_t seen;    // its state, so that another one is noticed
    int64_t all_ms;   // monotonic: when all is asked for again
    int64_t again_ms; // monotonic: one that is silent is not asked before
    unsigned silent;  // times in a row
    char trouble[TROUBLE_MAX];
};

void dme_snmp_forget(struct watched *watched)
{
    struct dme_snmp *snmp = watched->snmp;
    if (snmp != NULL) {
        watched->snmp = NULL;
        snmp_target_free(&snmp->target);
        arena_free(&snmp->arena);
        free(snmp);
    }
}

void dme_snmp_again(struct watched *watched)
{
    if (watched->snmp != NULL) {
        watched->snmp->again_ms = 0;
        watched->snmp->all_ms = 0;
    }
}

bool dme_snmp_is_silent(const struct watched *watched)
{
    return watched->snmp != NULL && !watched->snmp->has_kept && watched->snmp->silent > 0;
}

// --- what is asked ------------------------------------------------------------------------------

static bool read_access(const struct watched *watched, char *host, size_t size,
                        struct snmp_access *access, struct err *err)
{
    const Quoin__V1__Monitor *monitor = watched->monitor;
    struct dme_secret secret;
    dme_secret_find(watched->dme, watched, &secret);
    if (!dme_look_host(watched, host, size)) {
        return err_set(err, ERR_INVALID, "its monitor names no address that can be asked");
    }
    if (secret.is_moved) {
        return err_set(err, ERR_INVALID,
                       "what opens it to SNMP was given for another address: quoin device secret "
                       "%.60s gives it for this one",
                       watched->name);
    }
    *access = (struct snmp_access){ .host = host, .community = secret.community };
    if (monitor == NULL) {
        access->version = SNMP_ASK_V2C;
        return true;
    }
    access->port = (uint16_t)monitor->snmp_port;
    access->user = monitor->snmp_user;
    access->auth_secret = secret.auth;
    access->privacy_secret = secret.privacy;
    if (!snmp_version_read(str_of(monitor->snmp_version), &access->version, err) ||
        !snmp_auth_read(str_of(monitor->snmp_auth), &access->auth, err) ||
        !snmp_privacy_read(str_of(monitor->snmp_privacy), &access->privacy, err)) {
        return false;
    }
    if (access->version != SNMP_ASK_V3) {
        return true;
    }
    if (strcmp(monitor->snmp_security, "noAuthNoPriv") == 0) {
        access->auth = SNMP_AUTH_NONE;
        access->privacy = SNMP_PRIVACY_NONE;
    } else if (strcmp(monitor->snmp_security, "authNoPriv") == 0) {
        access->privacy = SNMP_PRIVACY_NONE;
    }
    if ((access->auth != SNMP_AUTH_NONE && secret.auth == NULL) ||
        (access->privacy != SNMP_PRIVACY_NONE && secret.privacy == NULL)) {
        return err_set(err, ERR_INVALID,
                       "its SNMP passwords are not known: quoin device secret %.60s",
                       watched->name);
    }
    return true;
}

static bool snmp_need(struct watched *watched, struct err *err)
{
    char host[256];
    struct snmp_access access;
    struct snmp_target *target = NULL;
    if (watched->snmp != NULL) {
        return true;
    }
    if (!read_access(watched, host, sizeof(host), &access, err) ||
        !snmp_target_new(&access, &target, err)) {
        return false;
    }
    watched->snmp = mem_new(sizeof(*watched->snmp));
    watched->snmp->target = target;
    watched->snmp->arena = ARENA_CAP(1);
    return true;
}

// --- what it says -------------------------------------------------------------------------------

static uint64_t mix(uint64_t hash, int64_t value)
{
    return (hash ^ (uint64_t)value) * 0x100000001b3ULL;
}

// Of everything whose change means that there is more to ask.
static uint64_t state_of(const struct device_mib *mib)
{
    uint64_t hash = 0xcbf29ce484222325ULL;
    hash = mix(hash, mib->device_status);
    hash = mix(hash, mib->printer_status);
    hash = mix(hash, mib->has_errors ? mib->errors : -1);
    hash = mix(hash, mib->config_changes);
    for (size_t at = 0; at < mib->alert_count; at++) {
        hash = mix(mix(hash, mib->alerts[at].code), mib->alerts[at].group_index);
    }
    return hash;
}

// In an arena of just that size: there are thousands of them.
static void keep(struct dme_snmp *snmp, const struct device_sight *sight)
{
    OWN(arena_free) struct arena measured = ARENA_CAP(LOOK_BYTES);
    struct device_sight lean = *sight;
    lean.reasons = NULL; // are told each time
    lean.reason_count = 0;
    lean.counts = NULL;
    lean.count_count = 0;
    dme_sight_keep(&lean, &measured, &snmp->kept);
    arena_free(&snmp->arena);
    snmp->arena = ARENA_CAP(measured.used + 64);
    dme_sight_keep(&lean, &snmp->arena, &snmp->kept);
    snmp->has_kept = arena_ok(&snmp->arena);
}

static struct str first(struct str told, struct str kept)
{
    return told.len > 0 ? told : kept;
}

static void fill_kept(const struct dme_snmp *snmp, struct device_sight *sight)
{
    const struct device_sight *kept = &snmp->kept;
    if (!snmp->has_kept) {
        return;
    }
    sight->make_and_model = first(sight->make_and_model, kept->make_and_model);
    sight->serial = first(sight->serial, kept->serial);
    sight->firmware = first(sight->firmware, kept->firmware);
    sight->name = first(sight->name, kept->name);
    sight->location = first(sight->location, kept->location);
    sight->console = first(sight->console, kept->console);
    sight->jobs = sight->jobs == DEVICE_ABSENT ? kept->jobs : sight->jobs;
    if (sight->supply_count < kept->supply_count) {
        sight->supplies = kept->supplies;
        sight->supply_count = kept->supply_count;
    }
    if (sight->tray_count < kept->tray_count) {
        sight->trays = kept->trays;
        sight->tray_count = kept->tray_count;
    }
    if (sight->cover_count < kept->cover_count) {
        sight->covers = kept->covers;
        sight->cover_count = kept->cover_count;
    }
}

static void on_all(void *arg, const struct snmp_result *result);

static void ask(struct dme_look *look, unsigned wants,
                void (*told)(void *arg, const struct snmp_result *result))
{
    struct watched *watched = look->watched;
    look->open++;
    look->snmp = snmp_look_start(watched->dme->snmp, watched->snmp->target, wants, told, look);
    if (look->snmp == NULL) {
        dme_look_trouble(look, DEVICE_BY_SNMP, "too many devices are asked now");
        dme_look_part_done(look);
    }
}

static void fell_silent(struct dme_look *look, const struct err *err)
{
    struct dme_snmp *snmp = look->watched->snmp;
    unsigned doubled = snmp->silent > 6 ? 6 : snmp->silent;
    int64_t wait = (int64_t)SILENT_FIRST_MS << doubled;
    snmp->silent++;
    if (!snmp->has_kept || snmp->silent > 3) {
        snmp->again_ms = clk_mono_ms() + (wait > SILENT_MOST_MS ? SILENT_MOST_MS : wait);
    }
    (void)snprintf(snmp->trouble, sizeof(snmp->trouble), "%s", err->text);
    dme_look_trouble(look, DEVICE_BY_SNMP, err->text);
    dme_look_part_done(look);
}

static void told(struct dme_look *look, const struct snmp_result *result, bool all)
{
    struct dme_snmp *snmp = look->watched->snmp;
    OWN(arena_free) struct arena arena = ARENA_CAP(LOOK_BYTES);
    struct device_sight sight;
    device_sight_mib(result->mib, &arena, &sight);
    if (all && (!result->mib->partial || !snmp->has_kept)) {
        keep(snmp, &sight);
    }
    if (all) { // also where it did not come to an end: it is not asked for all of it each time
        snmp->seen = state_of(result->mib);
        snmp->all_ms = clk_mono_ms() + ALL_EVERY_MS;
    }
    fill_kept(snmp, &sight);
    dme_look_told(look, &sight, result->answered_ms);
}

static void on_all(void *arg, const struct snmp_result *result)
{
    struct dme_look *look = arg;
    look->snmp = NULL; // it is gone with this
    if (result->mib == NULL) {
        fell_silent(look, &result->err);
        return;
    }
    look->watched->snmp->silent = 0;
    told(look, result, true);
    dme_look_part_done(look);
}

static void on_state(void *arg, const struct snmp_result *result)
{
    struct dme_look *look = arg;
    struct dme_snmp *snmp = look->watched->snmp;
    look->snmp = NULL; // it is gone with this
    if (result->mib == NULL) {
        fell_silent(look, &result->err);
        return;
    }
    snmp->silent = 0;
    if (!result->mib->partial && state_of(result->mib) != snmp->seen) {
        ask(look, SNMP_WANT_ALL, on_all);
    } else {
        told(look, result, false);
    }
    dme_look_part_done(look);
}

// Whether somebody else there tells of it: one who is silent may be left alone then.
static bool is_told_by_others(const struct dme_look *look)
{
    return look->open > 1 && look->watched->failures == 0;
}

void dme_look_snmp(struct dme_look *look)
{
    struct watched *watched = look->watched;
    struct err err;
    if (!dme_look_wants(watched, "snmp") ||
        (watched->uri == NULL && (watched->monitor == NULL || watched->monitor->address[0] == 0))) {
        return;
    }
    if (!snmp_need(watched, &err)) {
        dme_look_trouble(look, DEVICE_BY_SNMP, err.text);
        return;
    }
    struct dme_snmp *snmp = watched->snmp;
    int64_t now = clk_mono_ms();
    if (now < snmp->again_ms && is_told_by_others(look)) {
        dme_look_trouble(look, DEVICE_BY_SNMP, snmp->trouble);
        return;
    }
    bool all = !snmp->has_kept || now >= snmp->all_ms;
    ask(look, all ? SNMP_WANT_ALL : SNMP_WANT_STATE, all ? on_all : on_state);
}
