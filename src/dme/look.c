// look: one look at one device: its witnesses are asked at the same time, each with a deadline of
// its own, and what they say is told together when the last one is done. Loop thread.
//
// no unit test: needs devices; tests/it/test_dme.py has real ones.

#include "dme/look.h"

#include "base/clk.h"
#include "base/mem.h"
#include "dme/news.h"
#include "ippc/uri.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { IPP_MS = 5000, WANTED_MAX = 64 };

static void look_free(struct dme_look *look)
{
    ippc_ask_cancel(&look->ipp);
    snmp_look_cancel(&look->snmp);
    dme_look_pjl_cancel(&look->pjl);
    arena_free(&look->arena);
    free(look);
}

// Its place is free.
static void place_leave(const struct dme_look *look)
{
    look->watched->dme->looking--;
    look->watched->dme->looking_slow -= look->is_slow;
}

void dme_look_cancel(struct watched *watched)
{
    if (watched->look != NULL) {
        place_leave(watched->look);
        look_free(watched->look);
        watched->look = NULL;
    }
}

static void look_done(struct dme_look *look)
{
    struct watched *watched = look->watched;
    struct dme *dme = watched->dme;
    bool answered = look->answered_ms >= 0;
    int64_t took_ms = clk_mono_ms() - look->began_ms;
    watched->failures = answered ? 0 : watched->failures + 1;
    watched->is_slow = took_ms >= DME_SLOW_MS;
    svc_durations_add(&dme->counts.look, took_ms * 1000000);
    dme->counts.looks++;
    dme->counts.failed += !answered;
    watched->look = NULL;
    place_leave(look);
    dme_tell(watched, &look->sights, look->answered_ms);
    dme_watched_planned(watched);
    dme_news_look_ended(watched);
    dme_looked(watched);
    look_free(look);
}

void dme_look_part_done(struct dme_look *look)
{
    look->open--;
    if (look->open == 0) {
        look_done(look);
    }
}

void dme_look_trouble(struct dme_look *look, enum device_source source, const char *trouble)
{
    assert(look->sights.count < DEVICE_SOURCE_COUNT);
    device_sight_none(source, clk_wall_ms(), trouble, &look->arena,
                      &look->sights.sights[look->sights.count++]);
}

void dme_look_told(struct dme_look *look, const struct device_sight *sight, int64_t took_ms)
{
    assert(look->sights.count < DEVICE_SOURCE_COUNT);
    dme_sight_keep(sight, &look->arena, &look->sights.sights[look->sights.count++]);
    look->answered_ms =
        look->answered_ms < 0 || took_ms < look->answered_ms ? took_ms : look->answered_ms;
}

static void on_ipp(void *arg, const struct ipp_msg *msg, const struct err *err)
{
    struct dme_look *look = arg;
    look->ipp = NULL; // it is gone after this
    if (msg == NULL) {
        dme_look_trouble(look, DEVICE_BY_IPP, err->text);
    } else {
        struct device_sight sight;
        OWN(arena_free) struct arena arena = ARENA_CAP(LOOK_BYTES);
        device_sight_ipp(msg, clk_wall_ms(), &arena, &sight);
        dme_news_looked(look->watched, look->uri, msg);
        dme_look_told(look, &sight, clk_mono_ms() - look->began_ms);
    }
    dme_look_part_done(look);
}

bool dme_look_wants(const struct watched *watched, const char *source)
{
    const Quoin__V1__Monitor *monitor = watched->monitor;
    for (size_t at = 0; monitor != NULL && at < monitor->n_sources; at++) {
        if (strcmp(monitor->sources[at], source) == 0) {
            return true;
        }
    }
    return (monitor == NULL || monitor->n_sources == 0) && strcmp(source, "pjl") != 0;
}

// Where it speaks IPP: the monitor's address where that is one of IPP, the printer's, or the usual
// place on the host that the monitor names. False: nowhere.
static bool ipp_place(const struct watched *watched, char uri[static DME_URI_MAX + 1],
                      struct ippc_uri *at)
{
    const char *address = watched->monitor == NULL ? "" : watched->monitor->address;
    struct err unheard;
    bool is_uri = strstr(address, "://") != NULL;
    if (address[0] == '\0' || (!is_uri && watched->uri != NULL)) {
        (void)snprintf(uri, DME_URI_MAX + 1, "%s", watched->uri == NULL ? "" : watched->uri);
    } else if (is_uri) {
        (void)snprintf(uri, DME_URI_MAX + 1, "%s", address);
    } else {
        bool brackets = strchr(address, ':') != NULL && address[0] != '[';
        (void)snprintf(uri, DME_URI_MAX + 1, "ipp://%s%.300s%s/ipp/print", brackets ? "[" : "",
                       address, brackets ? "]" : "");
    }
    return ippc_uri_read(str_of(uri), at, &unheard) && at->way != IPPC_RAW;
}

bool dme_look_host(const struct watched *watched, char *host, size_t size)
{
    const char *address = watched->monitor == NULL ? "" : watched->monitor->address;
    const char *told = address[0] != '\0' ? address : watched->uri;
    struct ippc_uri at;
    struct err unheard;
    if (told == NULL) {
        return false;
    }
    if (strstr(told, "://") != NULL) {
        if (!ippc_uri_read(str_of(told), &at, &unheard)) {
            return false;
        }
        (void)snprintf(host, size, "%s", at.to.host);
        return true;
    }
    struct str bare = str_of(told);
    if (bare.len > 2 && bare.ptr[0] == '[' && bare.ptr[bare.len - 1] == ']') {
        bare = (struct str){ bare.ptr + 1, bare.len - 2 };
    }
    (void)snprintf(host, size, "%.*s", (int)bare.len, bare.ptr);
    return bare.len > 0 && bare.len < size;
}

static size_t wanted_add(const char *wanted[static WANTED_MAX], size_t count,
                         const char *const *names)
{
    for (size_t at = 0; names[at] != NULL; at++) {
        assert(count < WANTED_MAX);
        wanted[count++] = names[at];
    }
    return count;
}

static void ask_ipp(struct dme_look *look)
{
    struct watched *watched = look->watched;
    const char *wanted[WANTED_MAX];
    struct ippc_ask_settings settings = {
        .uri = look->uri, .tls = watched->dme->printer_tls, .wanted = wanted, .wait_ms = IPP_MS
    };
    settings.wanted_count = wanted_add(wanted, 0, device_ipp_attributes);
    settings.wanted_count = wanted_add(wanted, settings.wanted_count, dme_glance_attributes);
    settings.wanted_count = wanted_add(wanted, settings.wanted_count, ippc_subscription_attributes);
    if (!dme_look_wants(watched, "ipp") || !ipp_place(watched, look->uri, &settings.at)) {
        return;
    }
    look->open++;
    look->ipp = ippc_ask_start(watched->dme->loop, &settings, on_ipp, look);
}

void dme_look_start(struct watched *watched)
{
    struct dme_look *look = mem_new(sizeof(*look));
    look->watched = watched;
    look->arena = ARENA_CAP(LOOK_BYTES);
    look->began_ms = clk_mono_ms();
    look->answered_ms = -1;
    watched->look = look;
    look->is_slow = watched->is_slow;
    watched->dme->looking++;
    watched->dme->looking_slow += look->is_slow;
    dme_news_look_began(watched);
    look->open = 1; // until all are asked
    ask_ipp(look);
    dme_look_snmp(look);
    dme_look_pjl(look);
    if (look->open == 1 && look->sights.count == 0) {
        bool has_place = watched->uri != NULL ||
                         (watched->monitor != NULL && watched->monitor->address[0] != '\0');
        dme_look_trouble(look, DEVICE_BY_IPP,
                         has_place
                             ? "it cannot be asked: no source of its monitor fits its address"
                             : "there is no printer of this name: its monitor needs an address");
    }
    dme_look_part_done(look);
}
