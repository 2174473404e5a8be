// discover: see discover.h. Here: the call, its turns, and what is told. A device is told at the
// end, when every witness of it was heard.
//
// no unit test: needs the engine; tests/it/test_discover.py looks for devices by every way.

#include "dme/discover.h"

#include "base/clk.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { PROGRESS_MS = 500, SLACK_MS = 30000, PART_BYTES = 256 << 10, MERGED_BYTES = 48 << 20 };

static struct wire_call *call_of(const struct discovery *discovery)
{
    return wire_call_find(svc_server(discovery->dme->svc), discovery->call);
}

static void discovery_free(struct discovery *discovery)
{
    dme_discover_cancel(discovery);
    snmp_poller_free(&discovery->snmp);
    arena_free(&discovery->arena);
    arena_free(&discovery->merged);
    map_free(&discovery->names);
    map_free(&discovery->by_host);
    map_free(&discovery->by_serial);
    free(discovery->finds);
    mem_wipe(&discovery->asked, sizeof(discovery->asked));
    free(discovery);
}

static void drop(struct dme *dme, const char *how)
{
    struct discovery *discovery = dme->discovery;
    dme->discovery = NULL;
    log_event(LOG_INFO, "discover.ended", log_text("how", how),
              log_int("asked", (int64_t)discovery->done),
              log_int("devices", (int64_t)discovery->found_count));
    discovery_free(discovery);
    mem_trim();
}

// --- telling ------------------------------------------------------------------------------------

static void go_on(struct discovery *discovery);

static void on_ready(void *engine, struct wire_call *call)
{
    struct discovery *discovery = ((struct dme *)engine)->discovery;
    if (discovery != NULL && discovery->call.v == wire_call_id(call).v) {
        discovery->is_blocked = false; // the next turn goes on
    }
}

static void tell(struct discovery *discovery, const Quoin__V1__Discovered *part)
{
    struct wire_call *call = call_of(discovery);
    if (call != NULL) {
        discovery->is_blocked = !wire_call_part(call, &part->base, on_ready);
    }
}

static char *field(const char *text)
{
    return (char *)(uintptr_t)text;
}

void dme_discover_note(struct discovery *discovery, const char *text)
{
    Quoin__V1__Discovered part = QUOIN__V1__DISCOVERED__INIT;
    part.what = field("note");
    part.text = field(text);
    tell(discovery, &part);
}

static void tell_progress(struct discovery *discovery)
{
    Quoin__V1__Discovered part = QUOIN__V1__DISCOVERED__INIT;
    char text[160];
    int64_t now = clk_mono_ms();
    if (!discovery->asked.progress || discovery->is_blocked ||
        now < discovery->told_ms + PROGRESS_MS) {
        return;
    }
    discovery->told_ms = now;
    (void)snprintf(text, sizeof(text), "%zu of %zu addresses asked, %zu answers", discovery->done,
                   discovery->asked.range.count, discovery->find_count);
    part.what = field("progress");
    part.text = text;
    part.asked = (int64_t)discovery->done;
    part.of = (int64_t)discovery->asked.range.count;
    tell(discovery, &part);
}

// --- what was found -----------------------------------------------------------------------------

static bool is_ours(const struct device_found *found)
{
    return str_eq(found->make_and_model, STR("Quoin Queue"));
}

static Quoin__V1__DiscoveredBy *witness_of(const struct device_find *find, struct arena *arena)
{
    Quoin__V1__DiscoveredBy *by = arena_new(arena, sizeof(*by));
    if (by != NULL) {
        quoin__v1__discovered_by__init(by);
        by->source = field(device_find_source_name(find->source));
        by->address = arena_text(arena, find->address.len > 0 ? find->address : find->host);
        by->uri = arena_text(arena, find->uri);
        by->name = arena_text(arena, find->name);
        by->make_and_model = arena_text(arena, find->make_and_model);
        by->serial = arena_text(arena, find->serial);
    }
    return by;
}

// A name that nobody here has, and none of those that were told before.
static char *name_for(struct discovery *discovery, const struct device_found *found,
                      struct arena *arena)
{
    struct str base = device_found_name(found, arena);
    struct str name = base;
    for (unsigned at = 2; at < 10000 && name.len > 0; at++) {
        char *text = arena_text(arena, name);
        if (text != NULL && dme_watched_find(discovery->dme, text) == NULL &&
            map_find(&discovery->names, name) == NULL) {
            map_set(&discovery->names, name, discovery);
            return text;
        }
        char *next = arena_textf(arena, "%.*s-%u", (int)base.len, base.ptr, at);
        name = next == NULL ? STR("") : str_of(next);
    }
    return arena_text(arena, base);
}

static void fill_known(struct discovery *discovery, const struct device_found *found,
                       struct arena *arena, Quoin__V1__Discovered *part)
{
    const struct discover_known *known = dme_discover_known(discovery, found);
    if (known != NULL) {
        part->known_as = field(known->name);
        part->known_kind = field(known->is_printer ? "printer" : "monitor");
    } else if (is_ours(found)) {
        part->known_kind = field("queue");
    } else {
        part->name = name_for(discovery, found, arena);
    }
}

static bool is_raw_alone(const struct device_found *found)
{
    for (size_t at = 0; at < found->find_count; at++) {
        if (found->finds[at]->source != DEVICE_FIND_RAW) {
            return false;
        }
    }
    return true;
}

static void tell_device(struct discovery *discovery, const struct device_found *found)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(PART_BYTES);
    Quoin__V1__Discovered part = QUOIN__V1__DISCOVERED__INIT;
    Quoin__V1__DiscoveredBy *none[1] = { NULL };
    part.what = field("device");
    part.address = arena_text(&arena, found->address);
    part.make_and_model = arena_text(&arena, found->make_and_model);
    part.serial = arena_text(&arena, found->serial);
    part.uri = arena_text(&arena, found->uri);
    part.uuid = arena_text(&arena, found->uuid);
    part.mac = arena_text(&arena, found->mac);
    part.location = arena_text(&arena, found->location);
    part.witnesses = arena_new_array(&arena, found->find_count + 1, sizeof(none[0]));
    part.disagreements =
        arena_new_array(&arena, found->disagreement_count + 1, sizeof(*part.disagreements));
    fill_known(discovery, found, &arena, &part);
    for (size_t at = 0; part.witnesses != NULL && at < found->find_count && at < 100; at++) {
        part.witnesses[at] = witness_of(found->finds[at], &arena);
        part.n_witnesses += part.witnesses[at] != NULL;
    }
    for (size_t at = 0; part.disagreements != NULL && at < found->disagreement_count; at++) {
        part.disagreements[at] = arena_text(&arena, found->disagreements[at]);
        part.n_disagreements += part.disagreements[at] != NULL;
    }
    if (is_raw_alone(found)) {
        part.text = field("only its raw port is open: it may be no printer");
    }
    if (arena_ok(&arena)) {
        tell(discovery, &part);
    } else {
        dme_discover_note(discovery, "A device told more than can be shown, and was left out.");
    }
}

// --- turns --------------------------------------------------------------------------------------

static void add_macs(struct discovery *discovery)
{
    OWN(buf_free) struct buf arp = BUF_CAP(4 << 20);
    struct err unheard; // then nothing is known of the neighbours
    if (!fs_read("/proc/net/arp", &arp, &unheard)) {
        return;
    }
    for (size_t at = 0; at < discovery->find_count; at++) {
        struct device_find *find = &discovery->finds[at];
        if (find->mac.len == 0) {
            find->mac = device_find_mac(buf_str(&arp), find->address, &discovery->arena);
        }
    }
}

static void merge(struct discovery *discovery, bool is_late)
{
    char text[160];
    dme_discover_cancel(discovery);
    discovery->is_telling = true;
    add_macs(discovery);
    dme_discover_known_read(discovery);
    if (is_late) {
        dme_discover_note(discovery, "It took too long and was ended: not everything was asked.");
    }
    if (discovery->strangers > 0) {
        (void)snprintf(text, sizeof(text),
                       "%zu addresses answer SNMP and are no printers; they are not shown.",
                       discovery->strangers);
        dme_discover_note(discovery, text);
    }
    if (!device_found_merge(discovery->finds, discovery->find_count, &discovery->merged,
                            &discovery->found, &discovery->found_count)) {
        discovery->found_count = 0;
    }
    if (!arena_ok(&discovery->arena) || !arena_ok(&discovery->merged) ||
        discovery->find_count == DISCOVER_FINDS_MAX) {
        dme_discover_note(discovery, "More was found than can be kept at a time: ask for less.");
    }
}

static void go_on(struct discovery *discovery)
{
    while (discovery->told < discovery->found_count && !discovery->is_blocked) {
        tell_device(discovery, &discovery->found[discovery->told++]);
    }
    if (discovery->told == discovery->found_count) {
        wire_call_end(call_of(discovery));
        drop(discovery->dme, "done");
    }
}

void dme_discover_tick(struct dme *dme)
{
    struct discovery *discovery = dme->discovery;
    if (discovery == NULL) {
        return;
    }
    bool is_late = clk_mono_ms() > discovery->ends_ms;
    if (call_of(discovery) == NULL) {
        drop(dme, "the asker went");
        return;
    }
    if (!discovery->is_telling) {
        dme_discover_addresses(discovery);
        tell_progress(discovery);
        if (is_late || dme_discover_is_done(discovery)) {
            merge(discovery, is_late);
        }
    }
    if (discovery->is_telling) {
        go_on(discovery);
    }
}

// --- the call -----------------------------------------------------------------------------------

static void begin(struct dme *dme, struct discovery *discovery, struct wire_call *call,
                  const Quoin__V1__Discovered *plan)
{
    const struct snmp_poller_settings asking = { .window = DISCOVER_OPEN_MAX,
                                                 .timeout_ms = DISCOVER_SILENT_MS / 3,
                                                 .tries = 2, // the second waits twice as long
                                                 .deadline_ms = 2 * DISCOVER_SILENT_MS };
    discovery->call = wire_call_id(call);
    discovery->arena = ARENA_CAP(DISCOVER_BYTES);
    discovery->merged = ARENA_CAP(MERGED_BYTES);
    discovery->snmp = snmp_poller_new(dme->loop, &asking);
    discovery->ticked_ms = clk_mono_ms();
    discovery->ends_ms = discovery->ticked_ms + plan->seconds * 1000 + SLACK_MS;
    dme->discovery = discovery;
    tell(discovery, plan);
    dme_discover_others(discovery);
}

static bool may_begin(const struct dme *dme, const struct discover_asked *asked, struct err *err)
{
    bool is_busy =
        dme->discovery != NULL || (asked->by[DEVICE_FIND_DNSSD] && dme->discover_browse != NULL);
    return !is_busy || asked->dry_run ||
           err_set(err, ERR_CONFLICT,
                   "somebody looks for devices already; one search at a time: ask again when it "
                   "is over, a few minutes at most");
}

void dme_discover(void *engine, struct wire_call *call, const ProtobufCMessage *message)
{
    struct dme *dme = engine;
    const Quoin__V1__DiscoverRequest *ask = (const void *)message;
    struct discovery *discovery = mem_new(sizeof(*discovery));
    bool by_web = strcmp(wire_call_role(call), "web") == 0;
    struct err err;
    discovery->dme = dme;
    if (!dme_discover_read(dme, ask, by_web, &discovery->asked, &err) ||
        !may_begin(dme, &discovery->asked, &err)) {
        wire_call_refuse(call, &err, NULL);
        discovery_free(discovery);
        return;
    }
    Quoin__V1__Discovered *plan = dme_discover_plan(&discovery->asked, wire_call_arena(call));
    if (discovery->asked.dry_run) {
        (void)wire_call_part(call, &plan->base, on_ready);
        wire_call_end(call);
        discovery_free(discovery);
        return;
    }
    log_event(LOG_INFO, "discover.began", log_text("by", ask->by),
              log_text("role", wire_call_role(call)),
              log_text("first", ask->n_ranges == 0 ? "" : ask->ranges[0]),
              log_int("addresses", (int64_t)discovery->asked.range.count),
              log_int("cups", (int64_t)discovery->asked.cups_count));
    begin(dme, discovery, call, plan);
}

void dme_discover_end(struct dme *dme)
{
    struct wire_call *call = dme->discovery == NULL ? NULL : call_of(dme->discovery);
    struct err err;
    if (call != NULL) {
        err_fill(&err, ERR_UNAVAILABLE, "the engine ends; ask again when it is back");
        wire_call_refuse(call, &err, NULL);
    }
    if (dme->discovery != NULL) {
        drop(dme, "the engine ends");
    }
}

void dme_discover_fini(struct dme *dme)
{
    if (dme->discovery != NULL) {
        drop(dme, "the engine ends");
    }
    dme_discover_browse_fini(dme);
}
