// fleet: the ports of all hosts, as each host's watch told them last, our own host's watch among
// them. Their changes are noted, alerts are raised, and a host that is not heard of any more is "no
// data", never good. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_port_watch.py has hosts in namespaces. What
// stands in the store is tested in test_ports_db.c, what is seen in the tests of guard.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/mem.h"
#include "dme/ports_db.h"
#include "guard/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LOOK_MS = 1000,
    HEARTBEAT_MS = 10000, // so exactly a gap in the watch is known
    FORGET_MS = 60000,
    FORGET_AT_ONCE = 2000,
    LOAD_PAGE = 100,
    NOTE_BYTES = 4 << 20,
    LOAD_BYTES = 64 << 20,
};

struct fleet_host *dme_fleet_find(const struct fleet *fleet, const char *name)
{
    return map_find(&fleet->by_name, str_of(name));
}

static int by_name(const void *a, const void *b)
{
    const struct fleet_host *one = *(struct fleet_host *const *)a;
    const struct fleet_host *other = *(struct fleet_host *const *)b;
    return strcmp(one->name, other->name);
}

static struct fleet_host *need(struct fleet *fleet, const char *name)
{
    struct fleet_host *host = dme_fleet_find(fleet, name);
    if (host != NULL || fleet->count == FLEET_HOSTS_MAX || strlen(name) > DME_NAME_MAX) {
        return host;
    }
    host = mem_new(sizeof(*host));
    (void)snprintf(host->name, sizeof(host->name), "%s", name);
    map_set(&fleet->by_name, str_of(host->name), host);
    fleet->list = mem_grow(fleet->list, (fleet->count + 1) * sizeof(struct fleet_host *));
    fleet->list[fleet->count++] = host;
    qsort(fleet->list, fleet->count, sizeof(struct fleet_host *), by_name);
    return host;
}

static void host_free(struct fleet_host *host)
{
    quoin__v1__port_report__free_unpacked(host->told, NULL);
    quoin__v1__expectation__free_unpacked(host->wanted, NULL);
    free(host);
}

bool dme_fleet_is_away(const struct fleet_host *host, int64_t now)
{
    return host->told == NULL || now - host->heard_at > FLEET_AWAY_MS;
}

// --- how much a host may tell -------------------------------------------------------------------

// Whoever has an agent's key can lie about that host, and no more: neither push out the history of
// others nor bury people in alerts.
static const struct dme_allowance reports_allowed = { .most = 60, .each_ms = 250 };
static const struct dme_allowance events_allowed = { .most = 4096, .each_ms = 2000 };
static const struct dme_allowance alerts_allowed = { .most = 64, .each_ms = 30000 };

bool dme_fleet_may(struct fleet *fleet, const char *name, size_t events)
{
    struct fleet_host *host = need(fleet, name);
    int64_t now = clk_mono_ms();
    return host == NULL || (dme_allow_take(&host->reports, &reports_allowed, 1, now) &&
                            dme_allow_take(&host->events, &events_allowed, (int64_t)events, now));
}

// --- alerts -------------------------------------------------------------------------------------

static const Quoin__V1__PortSight *find_sight(const Quoin__V1__PortReport *report,
                                              const Quoin__V1__PortSight *sight)
{
    for (size_t at = 0; report != NULL && at < report->n_sights; at++) {
        if (report->sights[at]->port == sight->port &&
            strcmp(report->sights[at]->transport, sight->transport) == 0) {
            return report->sights[at];
        }
    }
    return NULL;
}

static void say(struct fleet *fleet, const char *host, const Quoin__V1__PortSight *sight, bool here)
{
    enum { SAID_BYTES = 16 << 10, TEXT_MAX = 360 };
    OWN(arena_free) struct arena arena = ARENA_CAP(SAID_BYTES);
    char about[DME_NAME_MAX + 20];
    char text[TEXT_MAX + 1];
    const char *holders = guard_sight_holders(sight, &arena);
    (void)snprintf(about, sizeof(about), "%s:%u/%s", host, sight->port, sight->transport);
    (void)snprintf(text, sizeof(text), "Port %u/%s of %.60s is %.30s: %.150s%s%.80s", sight->port,
                   sight->transport, host, sight->verdict, sight->why,
                   holders[0] == '\0' ? "" : "; held by ", holders);
    enc_make_plain(text, strlen(text)); // it may have been cut within a letter
    const struct alerts_word word = { .when = ALERTS_PORT,
                                      .about = about,
                                      .keyword = sight->verdict,
                                      .text = text,
                                      .value = sight->severity,
                                      .severity = sight->severity >= PORTS_CRITICAL ? ALERT_CRITICAL
                                                                                    : ALERT_WARNING,
                                      .here = here };
    dme_alerts_say(fleet->dme->alerts, &word);
}

static bool is_bad(const Quoin__V1__PortSight *sight)
{
    return sight->severity >= PORTS_WARNING;
}

static void say_flood(struct fleet *fleet, struct fleet_host *host, bool here)
{
    char text[DME_NAME_MAX + 120];
    if (host->is_flooding == here) {
        return;
    }
    host->is_flooding = here;
    (void)snprintf(text, sizeof(text),
                   "%s tells of more ports than alerts are made of: quoin ports fleet --host",
                   host->name);
    const struct alerts_word word = { .when = ALERTS_PORT,
                                      .about = host->name,
                                      .keyword = "too-many",
                                      .text = text,
                                      .value = PORTS_WARNING,
                                      .here = here };
    dme_alerts_say(fleet->dme->alerts, &word);
}

static struct fleet_said said_of(const Quoin__V1__PortSight *sight)
{
    struct fleet_said said = { .port = (uint16_t)sight->port,
                               .udp = strcmp(sight->transport, "udp") == 0 };
    for (int i = 0; i < PORTS_VERDICTS; i++) {
        if (strcmp(sight->verdict, ports_verdict_name((enum ports_verdict)i)) == 0) {
            said.verdict = (uint8_t)i;
        }
    }
    return said;
}

static struct fleet_said *find_said(struct fleet_host *host, const Quoin__V1__PortSight *sight)
{
    const struct fleet_said like = said_of(sight);
    for (size_t at = 0; at < host->said_count; at++) {
        struct fleet_said *said = &host->said[at];
        if (said->port == like.port && said->udp == like.udp && said->verdict == like.verdict) {
            return said;
        }
    }
    return NULL;
}

// One that is no alert yet: there are only so many at a time, and so many a while.
static bool may_say(struct fleet_host *host, const Quoin__V1__PortSight *sight)
{
    if (find_said(host, sight) != NULL) {
        return true;
    }
    if (host->said_count == FLEET_SAID_MAX ||
        !dme_allow_take(&host->alerts, &alerts_allowed, 1, clk_mono_ms())) {
        return false;
    }
    host->said[host->said_count++] = said_of(sight);
    return true;
}

static void unsay(struct fleet *fleet, struct fleet_host *host, const Quoin__V1__PortSight *sight)
{
    struct fleet_said *said = find_said(host, sight);
    if (said != NULL) {
        *said = host->said[--host->said_count];
    }
    say(fleet, host->name, sight, false);
}

static void say_changes(struct fleet *fleet, struct fleet_host *host,
                        const Quoin__V1__PortReport *is, const Quoin__V1__PortReport *was)
{
    bool flood = false;
    for (size_t at = 0; was != NULL && at < was->n_sights; at++) {
        const Quoin__V1__PortSight *now = find_sight(is, was->sights[at]);
        if (is_bad(was->sights[at]) &&
            (now == NULL || !is_bad(now) || strcmp(now->verdict, was->sights[at]->verdict) != 0)) {
            unsay(fleet, host, was->sights[at]);
        }
    }
    for (size_t at = 0; at < is->n_sights; at++) {
        if (!is_bad(is->sights[at])) {
            continue;
        }
        if (may_say(host, is->sights[at])) {
            say(fleet, host->name, is->sights[at],
                true); // also one that lasts: rules have their times
        } else {
            flood = true;
        }
    }
    say_flood(fleet, host, flood);
}

static void say_away(struct fleet *fleet, struct fleet_host *host, bool away)
{
    char text[DME_NAME_MAX + 80];
    if (host->is_away == away) {
        return;
    }
    host->is_away = away;
    host->changed = ++fleet->changes;
    (void)snprintf(text, sizeof(text), "Nothing is heard of the ports of %s.", host->name);
    const struct alerts_word word = { .when = ALERTS_PORT,
                                      .about = host->name,
                                      .keyword = "no-data",
                                      .text = text,
                                      .value = PORTS_WARNING,
                                      .severity = ALERT_WARNING,
                                      .here = away };
    dme_alerts_say(fleet->dme->alerts, &word);
}

// --- reports ------------------------------------------------------------------------------------

struct noting {
    struct store_task task; // first
    struct arena arena;
    struct ports_db_report report;
    void (*stored)(void *arg, bool ok, const struct err *err); // NULL: nobody waits
    void *arg;
    struct dme *dme;
};

// The store's thread.
static bool note_run(struct store_task *task, struct err *err)
{
    struct noting *noting = (struct noting *)(void *)task;
    return dme_ports_put(dme_store_part(task->store, STORE_PORTS), &noting->report, err);
}

static void note_done(struct store_task *task, bool ok, const struct err *err)
{
    struct noting *noting = (struct noting *)(void *)task;
    if (!ok) {
        noting->dme->counts.store_refused++;
        log_event(LOG_WARNING, "ports.not-written", log_text("why", err->text));
    }
    if (noting->stored != NULL) {
        noting->stored(noting->arg, ok, err);
    }
    arena_free(&noting->arena);
    free(noting);
}

static struct str packed(struct arena *arena, const ProtobufCMessage *message)
{
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_new(arena, len + 1);
    if (bytes == NULL) {
        return STR("");
    }
    (void)protobuf_c_message_pack(message, bytes);
    return (struct str){ (const char *)bytes, len };
}

static bool note_fill(struct noting *noting, const Quoin__V1__PortReport *told, int64_t now)
{
    struct arena *arena = &noting->arena;
    Quoin__V1__PortReport without = *told;
    size_t count = told->n_events < FLEET_EVENTS_MAX ? told->n_events : FLEET_EVENTS_MAX;
    struct ports_db_event *events = arena_new_array(arena, count + 1, sizeof(*events));
    without.n_events = 0;
    for (size_t at = 0; events != NULL && at < count; at++) {
        const Quoin__V1__PortEvent *event = told->events[at];
        // Another's clock does not write our history far ahead of us.
        events[at] = (struct ports_db_event){
            .at = event->at > now || event->at <= 0 ? now : event->at,
            .port = (uint16_t)event->port,
            .transport = arena_copy(arena, str_of(event->transport)),
            .what = arena_copy(arena, str_of(event->what)),
            .told = packed(arena, &event->base),
        };
    }
    noting->report = (struct ports_db_report){
        .host = arena_copy(arena, str_of(told->host)),
        .key = arena_copy(arena, (struct str){ (const char *)told->key.data, told->key.len }),
        .told = packed(arena, &without.base),
        .at = now,
        .events = events,
        .event_count = count,
    };
    return arena_ok(arena);
}

static void note_gone(struct fleet *fleet, const struct fleet_host *host,
                      const Quoin__V1__PortSight *sight)
{
    struct fleet_gone *gone = &fleet->gone[fleet->gone_count++ % FLEET_GONE_MAX];
    *gone = (struct fleet_gone){ .changed = ++fleet->changes,
                                 .port = (uint16_t)sight->port,
                                 .udp = strcmp(sight->transport, "udp") == 0 };
    (void)snprintf(gone->host, sizeof(gone->host), "%s", host->name);
}

static bool has_changed(const Quoin__V1__PortReport *is, const Quoin__V1__PortReport *was)
{
    bool changed = was == NULL || is->n_sights != was->n_sights;
    for (size_t at = 0; !changed && at < is->n_sights; at++) {
        const Quoin__V1__PortSight *before = find_sight(was, is->sights[at]);
        changed = before == NULL || guard_sight_differs(is->sights[at], before);
    }
    return changed;
}

static void take_told(struct fleet *fleet, struct fleet_host *host, Quoin__V1__PortReport *told,
                      int64_t now)
{
    Quoin__V1__PortReport *was = host->told;
    host->told = told;
    host->heard_at = now;
    say_changes(fleet, host, told, was);
    for (size_t at = 0; was != NULL && at < was->n_sights; at++) {
        if (find_sight(told, was->sights[at]) == NULL) {
            note_gone(fleet, host, was->sights[at]);
        }
    }
    if (has_changed(told, was)) {
        host->changed = ++fleet->changes;
    }
    say_away(fleet, host, false);
    quoin__v1__port_report__free_unpacked(was, NULL);
}

bool dme_fleet_take(struct fleet *fleet, const Quoin__V1__PortReport *report,
                    void (*stored)(void *arg, bool ok, const struct err *err), void *arg,
                    struct err *err)
{
    int64_t now = clk_wall_ms();
    struct fleet_host *host = need(fleet, report->host);
    struct noting *noting = mem_new(sizeof(*noting));
    noting->arena = ARENA_CAP(NOTE_BYTES);
    noting->dme = fleet->dme;
    noting->stored = stored;
    noting->arg = arg;
    noting->task.run = note_run;
    noting->task.done = note_done;
    bool fits = host != NULL && note_fill(noting, report, now);
    struct str told = noting->report.told;
    Quoin__V1__PortReport *copy =
        fits ? quoin__v1__port_report__unpack(NULL, told.len, (const uint8_t *)told.ptr) : NULL;
    if (copy == NULL) {
        arena_free(&noting->arena);
        free(noting);
        return err_set(err, ERR_LIMIT,
                       host == NULL ? "too many hosts report their ports"
                                    : "the report is too large");
    }
    take_told(fleet, host, copy, now);
    if (!dme_store_add(fleet->dme->store, &noting->task)) {
        arena_free(&noting->arena);
        free(noting);
        fleet->dme->counts.store_refused++;
        return err_set(err, ERR_UNAVAILABLE, "it cannot be noted now; tell it again in a while");
    }
    return true;
}

// --- our own host -------------------------------------------------------------------------------

// What came and went between the last word of a watch before ours and our first look is not known;
// the history says so.
static void tell_gap(struct fleet *fleet, struct arena *arena, Quoin__V1__PortReport *report)
{
    Quoin__V1__PortEvent *gap = arena_new(arena, sizeof(*gap));
    Quoin__V1__PortEvent **events =
        arena_new_array(arena, report->n_events + 1, sizeof(Quoin__V1__PortEvent *));
    if (gap == NULL || events == NULL) {
        return;
    }
    quoin__v1__port_event__init(gap);
    gap->host = report->host;
    gap->what = (char *)(uintptr_t) "unwatched";
    gap->transport = (char *)(uintptr_t) "tcp";
    gap->text = (char *)(uintptr_t) "nobody watched, or not all of this time: what came and went "
                                    "is not known";
    gap->at = fleet->unwatched_from;
    gap->until = clk_wall_ms();
    gap->count = 1;
    events[0] = gap;
    for (size_t at = 0; at < report->n_events; at++) {
        events[at + 1] = report->events[at];
    }
    report->events = events;
    report->n_events++;
    fleet->unwatched_from = 0;
}

static void report_own(struct fleet *fleet, const struct guard_news *news)
{
    enum { REPORT_BYTES = 64 << 10 };
    OWN(arena_free) struct arena arena = ARENA_CAP(REPORT_BYTES);
    Quoin__V1__PortReport report;
    struct err err;
    if (fleet->guard == NULL || !guard_report(fleet->guard, &arena, &report)) {
        return;
    }
    fleet->heartbeat_ms = clk_mono_ms();
    if (news != NULL) {
        report.events = (Quoin__V1__PortEvent **)(uintptr_t)news->events;
        report.n_events = news->event_count;
    }
    if (fleet->unwatched_from != 0) {
        tell_gap(fleet, &arena, &report);
    }
    if (!dme_fleet_take(fleet, &report, NULL, NULL, &err)) {
        log_event(LOG_WARNING, "ports.not-written", log_text("why", err.text));
    }
}

static size_t turned_away(void *arg, const Quoin__V1__Stranger *const **list)
{
    return svc_turned_away(((struct fleet *)arg)->dme->svc, list);
}

static void on_news(void *arg, const struct guard_news *news)
{
    report_own(arg, news);
}

static void find_programs(struct fleet *fleet)
{
    ssize_t len = readlink("/proc/self/exe", fleet->programs, sizeof(fleet->programs) - 1);
    fleet->programs[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(fleet->programs, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

static bool watch_own(struct fleet *fleet, struct err *err)
{
    struct svc *svc = fleet->dme->svc;
    const struct svc_settings *settings = svc_settings(svc);
    find_programs(fleet);
    const char *listen = strcmp(settings->listen, "0.0.0.0") == 0 ? "127.0.0.1"
                         : strcmp(settings->listen, "::") == 0    ? "::1"
                                                                  : settings->listen;
    const struct guard_settings guard = { .host = svc_host(svc),
                                          .site = svc_site(svc),
                                          .listen = listen,
                                          .port_offset = settings->port_offset,
                                          .programs = fleet->programs,
                                          .tls = svc_client_tls(svc),
                                          .self = ENGINE_DME,
                                          .strangers = turned_away,
                                          .told = on_news,
                                          .arg = fleet };
    if (!guard_new(fleet->dme->loop, &guard, &fleet->guard, err)) {
        return false;
    }
    const struct fleet_host *own = dme_fleet_find(fleet, svc_host(svc));
    if (own != NULL && own->told != NULL) {
        guard_remember(fleet->guard, own->told);
        fleet->unwatched_from = own->heard_at;
    }
    return true;
}

// --- expectations -------------------------------------------------------------------------------

void dme_fleet_expect_begin(struct dme *dme)
{
    struct fleet *fleet = dme->fleet;
    for (size_t at = 0; at < fleet->count; at++) {
        quoin__v1__expectation__free_unpacked(fleet->list[at]->wanted, NULL);
        fleet->list[at]->wanted = NULL;
    }
    quoin__v1__expectation__free_unpacked(fleet->of_all, NULL);
    fleet->of_all = NULL;
}

void dme_fleet_expect(struct dme *dme, const char *name, const Quoin__V1__Expectation *told)
{
    struct fleet *fleet = dme->fleet;
    Quoin__V1__Expectation **at = &fleet->of_all;
    if (strcmp(name, "*") != 0) {
        struct fleet_host *host = need(fleet, name);
        if (host == NULL) {
            return;
        }
        at = &host->wanted;
    }
    quoin__v1__expectation__free_unpacked(*at, NULL);
    *at = (Quoin__V1__Expectation *)dme_message_copy(&told->base);
}

const Quoin__V1__Expectation *dme_fleet_expected(const struct fleet *fleet,
                                                 const struct fleet_host *host)
{
    return host != NULL && host->wanted != NULL ? host->wanted : fleet->of_all;
}

// A host that nobody expects any more and that never told anything is forgotten.
static void sweep(struct fleet *fleet)
{
    size_t kept = 0;
    for (size_t at = 0; at < fleet->count; at++) {
        struct fleet_host *host = fleet->list[at];
        if (host->wanted == NULL && host->told == NULL) {
            say_away(fleet, host, false);
            (void)map_drop(&fleet->by_name, str_of(host->name));
            host_free(host);
        } else {
            fleet->list[kept++] = host;
        }
    }
    fleet->count = kept;
}

void dme_fleet_expect_done(struct dme *dme)
{
    struct fleet *fleet = dme->fleet;
    sweep(fleet);
    fleet->changes++;
    if (fleet->guard != NULL) {
        guard_expect(fleet->guard,
                     dme_fleet_expected(fleet, dme_fleet_find(fleet, svc_host(dme->svc))));
    }
}

// --- what was kept ------------------------------------------------------------------------------

// Before the store's first task: it is asked directly.
static bool load(struct fleet *fleet, struct err *err)
{
    struct ports_db *ports = dme_store_part(fleet->dme->store, STORE_PORTS);
    char after[DME_NAME_MAX + 1] = "";
    for (size_t count = LOAD_PAGE; count == LOAD_PAGE;) {
        OWN(arena_free) struct arena arena = ARENA_CAP(LOAD_BYTES);
        struct ports_db_host hosts[LOAD_PAGE];
        if (!dme_ports_hosts(ports, str_of(after), LOAD_PAGE, &arena, hosts, &count, err)) {
            return false;
        }
        for (size_t at = 0; at < count; at++) {
            struct fleet_host *host = need(fleet, hosts[at].name.ptr);
            if (host != NULL && host->told == NULL) {
                host->told = quoin__v1__port_report__unpack(NULL, hosts[at].told.len,
                                                            (const uint8_t *)hosts[at].told.ptr);
                host->heard_at = hosts[at].heard_at;
                host->changed = ++fleet->changes;
            }
            (void)snprintf(after, sizeof(after), "%.*s", DME_NAME_MAX, hosts[at].name.ptr);
        }
    }
    return true;
}

// --- time ---------------------------------------------------------------------------------------

struct forgetting {
    struct store_task task; // first
    int64_t now;
};

static bool forget_run(struct store_task *task, struct err *err)
{
    return dme_ports_forget(dme_store_part(task->store, STORE_PORTS),
                            ((struct forgetting *)(void *)task)->now, PORTS_DB_EVENTS_MOST,
                            FORGET_AT_ONCE, err);
}

static void forget(struct fleet *fleet)
{
    struct forgetting *forgetting = mem_new(sizeof(*forgetting));
    fleet->forget_ms = clk_mono_ms();
    forgetting->now = clk_wall_ms();
    forgetting->task.run = forget_run;
    if (!dme_store_add(fleet->dme->store, &forgetting->task)) {
        free(forgetting);
    }
}

void dme_fleet_tick(struct dme *dme)
{
    struct fleet *fleet = dme->fleet;
    int64_t now = clk_mono_ms();
    dme_fleet_watch_tick(fleet);
    if (now - fleet->looked_ms < LOOK_MS) {
        return;
    }
    fleet->looked_ms = now;
    for (size_t at = 0; at < fleet->count; at++) {
        say_away(fleet, fleet->list[at], dme_fleet_is_away(fleet->list[at], clk_wall_ms()));
    }
    if (now - fleet->heartbeat_ms >= HEARTBEAT_MS) {
        report_own(fleet, NULL);
    }
    if (now - fleet->forget_ms >= FORGET_MS) {
        forget(fleet);
    }
}

void dme_fleet_renewed(struct dme *dme)
{
    if (dme->fleet->guard != NULL) {
        guard_set_tls(dme->fleet->guard, svc_client_tls(dme->svc));
    }
}

bool dme_fleet_new(struct dme *dme, struct err *err)
{
    struct err why;
    dme->fleet = mem_new(sizeof(*dme->fleet));
    dme->fleet->dme = dme;
    dme->fleet->looked_ms = clk_mono_ms();
    dme->fleet->heartbeat_ms = clk_mono_ms();
    if (!load(dme->fleet, err)) {
        return false;
    }
    if (!watch_own(dme->fleet, &why)) { // the devices are watched all the same
        log_event(LOG_WARNING, "ports.not-watched", log_text("why", why.text));
    }
    return true;
}

void dme_fleet_end(struct dme *dme)
{
    dme_fleet_watch_end(dme->fleet);
}

void dme_fleet_free(struct dme *dme)
{
    struct fleet *fleet = dme->fleet;
    if (fleet == NULL) {
        return;
    }
    guard_free(&fleet->guard);
    dme_fleet_watch_fini(fleet);
    for (size_t at = 0; at < fleet->count; at++) {
        host_free(fleet->list[at]);
    }
    free(fleet->list);
    map_free(&fleet->by_name);
    quoin__v1__expectation__free_unpacked(fleet->of_all, NULL);
    free(fleet);
    dme->fleet = NULL;
}
