// follow: what is configured of monitors, alerts, expectations and the site's clock, read from CAS
// and again whenever the configuration has changed, within a second. While CAS is away, what was
// read last is there. Loop thread.
//
// no unit test: needs a running CAS; tests/it/test_dme.py configures and asks.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rnd.h"
#include "calendar/load.h"
#include "proto/config.pb-c.h"
#include "proto/quota.pb-c.h"

#include <stdlib.h>

enum { THINGS_PAGE = 500, FOLLOW_RULES_MAX = 1000, FOLLOW_ARENA_MAX = 16 << 20 };

// What is read, in this order.
enum follow_kind {
    FOLLOW_MONITOR,
    FOLLOW_RULE,
    FOLLOW_TARGET,
    FOLLOW_SITE,
    FOLLOW_PORTS,
    FOLLOW_KINDS
};
static const char *const kinds[FOLLOW_KINDS] = {
    [FOLLOW_MONITOR] = "monitor", [FOLLOW_RULE] = "alert-rule",   [FOLLOW_TARGET] = "alert-target",
    [FOLLOW_SITE] = "site",       [FOLLOW_PORTS] = "expectation",
};

// A reading, page by page and kind by kind. The one under way is dme's; it is freed with its last
// answer.
struct reading {
    struct dme *dme;
    int64_t change; // of the first page
    bool is_look;   // only whether something changed
    enum follow_kind kind;
    struct arena arena;            // of what follows
    struct alerts_rule *rules;     // room for FOLLOW_RULES_MAX
    struct alerts_target *targets; // here too
    struct alerts_config alerts;
    const char *zone; // NULL: the site says none
};

static void ask(struct reading *reading, const char *after, uint32_t limit);

static void reading_end(struct reading *reading, bool answered)
{
    struct dme *dme = reading->dme;
    if (answered) {
        dme->follow_wait_ms = DME_FOLLOW_MS;
        dme->follow_due_ms = clk_mono_ms() + DME_FOLLOW_MS;
    } else { // engines do not all come back at once
        int64_t wait = dme->follow_wait_ms == 0 ? DME_FOLLOW_MS : 2 * dme->follow_wait_ms;
        dme->follow_wait_ms = wait > DME_FOLLOW_MOST_MS ? DME_FOLLOW_MOST_MS : wait;
        int64_t half = dme->follow_wait_ms / 2;
        dme->follow_due_ms = clk_mono_ms() + half + (int64_t)rnd_below((uint64_t)half + 1);
    }
    dme->following = false;
    arena_free(&reading->arena);
    free(reading);
}

static bool is_same(const Quoin__V1__Monitor *monitor, const Quoin__V1__Thing *thing)
{
    size_t len = monitor == NULL ? 0 : quoin__v1__monitor__get_packed_size(monitor);
    if (monitor == NULL || len != thing->body.len) {
        return false;
    }
    uint8_t *bytes = mem_new(len + 1);
    (void)quoin__v1__monitor__pack(monitor, bytes);
    bool same = memcmp(bytes, thing->body.data, len) == 0;
    free(bytes);
    return same;
}

static void monitor_take(struct dme *dme, const Quoin__V1__Thing *thing)
{
    if (strlen(thing->name) > DME_NAME_MAX) {
        return;
    }
    Quoin__V1__Monitor *told = quoin__v1__monitor__unpack(NULL, thing->body.len, thing->body.data);
    struct watched *watched =
        told == NULL || told->removed ? NULL : dme_watched_need(dme, thing->name);
    if (watched == NULL) {
        quoin__v1__monitor__free_unpacked(told, NULL);
        return;
    }
    watched->is_monitor = true;
    if (is_same(watched->monitor, thing)) {
        quoin__v1__monitor__free_unpacked(told, NULL);
        return;
    }
    quoin__v1__monitor__free_unpacked(watched->monitor, NULL);
    watched->monitor = told;
    dme_watched_forget(watched);
    dme_watched_soon(watched);
}

static void *arena_alloc(void *arena, size_t size)
{
    return arena_new(arena, size);
}

static void arena_no_free(void *arena, void *bytes)
{
    (void)arena;
    (void)bytes;
}

static void *unpacked(struct reading *reading, const Quoin__V1__Thing *thing,
                      const ProtobufCMessageDescriptor *kind)
{
    ProtobufCAllocator keep = { arena_alloc, arena_no_free, &reading->arena };
    return protobuf_c_message_unpack(kind, &keep, thing->body.len, thing->body.data);
}

static void alerts_take(struct reading *reading, const Quoin__V1__Thing *thing)
{
    struct alerts_config *alerts = &reading->alerts;
    const char *name = arena_text(&reading->arena, str_of(thing->name));
    if (reading->kind == FOLLOW_RULE && alerts->rule_count < FOLLOW_RULES_MAX) {
        const void *told = unpacked(reading, thing, &quoin__v1__alert_rule__descriptor);
        if (told != NULL && name != NULL) {
            reading->rules[alerts->rule_count++] = (struct alerts_rule){ name, told };
        }
    } else if (reading->kind == FOLLOW_TARGET && alerts->target_count < FOLLOW_RULES_MAX) {
        const void *told = unpacked(reading, thing, &quoin__v1__alert_target__descriptor);
        if (told != NULL && name != NULL) {
            reading->targets[alerts->target_count++] = (struct alerts_target){ name, told };
        }
    } else if (reading->kind == FOLLOW_SITE && strcmp(thing->name, "time") == 0) {
        const Quoin__V1__SiteTime *time =
            unpacked(reading, thing, &quoin__v1__site_time__descriptor);
        reading->zone = time == NULL ? NULL : time->zone;
    } else if (reading->kind == FOLLOW_PORTS) {
        const Quoin__V1__Expectation *told =
            unpacked(reading, thing, &quoin__v1__expectation__descriptor);
        if (told != NULL && !told->removed) {
            dme_fleet_expect(reading->dme, thing->name, told);
        }
    }
}

static void alerts_follow(struct reading *reading)
{
    struct dme *dme = reading->dme;
    struct err err;
    const struct calendar_zone *zone = calendar_zone_utc();
    struct arena arena = ARENA_CAP(4 * CALENDAR_FILE_MAX);
    char here[CALENDAR_NAME_MAX + 1];
    calendar_zone_here(here);
    const char *name = reading->zone != NULL && reading->zone[0] != '\0' ? reading->zone : here;
    if (!calendar_zone_load(str_of(name), &arena, &zone, &err)) {
        log_event(LOG_WARNING, "zone.unknown", log_text("zone", name), log_text("why", err.text));
    }
    reading->alerts.rules = reading->rules;
    reading->alerts.targets = reading->targets;
    reading->alerts.zone = zone;
    dme_alerts_configure(dme->alerts, &reading->alerts);
    arena_free(&dme->zone); // that of before, which nobody has any more
    dme->zone = arena;
}

static void reading_done(struct reading *reading)
{
    struct dme *dme = reading->dme;
    dme->follow_change = reading->change;
    for (size_t at = 0; at < dme->list_count; at++) {
        struct watched *watched = dme->list[at];
        if (!watched->is_monitor && watched->monitor != NULL) {
            quoin__v1__monitor__free_unpacked(watched->monitor, NULL);
            watched->monitor = NULL;
            dme_watched_forget(watched);
            dme_watched_soon(watched);
        }
    }
    dme_watched_sweep(dme);
    alerts_follow(reading);
    dme_fleet_expect_done(dme);
    log_event(LOG_INFO, "monitors.read", log_int("devices", (int64_t)dme->by_name.count),
              log_int("change", dme->follow_change));
    reading_end(reading, true);
}

static void begin_anew(struct reading *reading)
{
    for (size_t at = 0; at < reading->dme->list_count; at++) {
        reading->dme->list[at]->is_monitor = false;
    }
    dme_fleet_expect_begin(reading->dme);
    arena_free(&reading->arena);
    reading->rules = arena_new_array(&reading->arena, FOLLOW_RULES_MAX, sizeof(*reading->rules));
    reading->targets =
        arena_new_array(&reading->arena, FOLLOW_RULES_MAX, sizeof(*reading->targets));
    reading->alerts = (struct alerts_config){ .rule_count = 0 };
    reading->zone = NULL;
    reading->kind = FOLLOW_MONITOR;
    ask(reading, "", THINGS_PAGE);
}

static void on_page(void *arg, const struct wire_answer *answer)
{
    struct reading *reading = arg;
    struct dme *dme = reading->dme;
    const Quoin__V1__ListThingsReply *page = (const void *)answer->reply;
    if (page == NULL || dme->ending) {
        reading_end(reading, false);
        return;
    }
    if (reading->is_look && page->change == dme->follow_change) {
        reading_end(reading, true);
        return;
    }
    if (reading->is_look || page->change != reading->change) { // anew, also in the middle of it
        reading->is_look = false;
        reading->change = page->change;
        begin_anew(reading);
        return;
    }
    for (size_t at = 0; at < page->n_things; at++) {
        if (reading->kind == FOLLOW_MONITOR) {
            monitor_take(dme, page->things[at]);
        } else {
            alerts_take(reading, page->things[at]);
        }
    }
    if (page->more && page->n_things > 0) {
        ask(reading, page->things[page->n_things - 1]->name, THINGS_PAGE);
        return;
    }
    if (++reading->kind < FOLLOW_KINDS) {
        ask(reading, "", THINGS_PAGE);
        return;
    }
    reading_done(reading);
}

static void ask(struct reading *reading, const char *after, uint32_t limit)
{
    Quoin__V1__ListThingsRequest request = QUOIN__V1__LIST_THINGS_REQUEST__INIT;
    request.kind = (char *)(uintptr_t)kinds[reading->kind];
    request.after = (char *)(uintptr_t)after;
    request.limit = limit;
    (void)wire_ask(svc_cas(reading->dme->svc), "/quoin.v1.Configuration/ListThings", &request.base,
                   0, on_page, reading);
}

void dme_follow_tick(struct dme *dme)
{
    if (dme->following || clk_mono_ms() < dme->follow_due_ms || svc_cas(dme->svc) == NULL) {
        return;
    }
    struct reading *reading = mem_new(sizeof(*reading));
    reading->dme = dme;
    reading->arena = ARENA_CAP(FOLLOW_ARENA_MAX);
    reading->is_look = true;
    dme->following = true;
    ask(reading, "\xf4\x8f\xbf\xbf", 1); // behind all names: only the change is wanted
}
