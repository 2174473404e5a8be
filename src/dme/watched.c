// watched: what is looked at: every printer of the site, and every monitor. When each is looked at
// next: spread over its time, sooner while it prints or is broken, later and later while it is
// away. Those who took long the last time share half of the places, so that however many are dead
// or lie, the others have theirs. Loop thread.
//
// no unit test: needs a running engine; tests/it/test_dme.py watches real printers.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/mem.h"
#include "base/rnd.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    LOOKS_A_TICK = 40,
    AWAY_AGAIN_MS = 2000, // after the first look that nobody answered
    AWAY_MOST_MS = 300000,
    FIRST_A_DEVICE_MS = 6, // of the first looks, so that they do not all come at once
};

static char *text_new(const char *text)
{
    size_t len = strlen(text);
    char *made = mem_new(len + 1);
    memcpy(made, text, len);
    return made;
}

struct watched *dme_watched_find(const struct dme *dme, const char *name)
{
    return map_find(&dme->by_name, str_of(name));
}

struct watched *dme_watched_need(struct dme *dme, const char *name)
{
    struct watched *watched = dme_watched_find(dme, name);
    if (watched != NULL || dme->by_name.count >= DME_DEVICES_MAX) {
        return watched;
    }
    watched = mem_new(sizeof(*watched));
    watched->dme = dme;
    (void)snprintf(watched->name, sizeof(watched->name), "%s", name);
    watched->pages = -1;
    watched->severity_written = -1;
    watched->meter_source = -1;
    watched->can_print = true; // nobody said that it cannot
    watched->due_ms = clk_mono_ms() + (int64_t)dme->by_name.count * FIRST_A_DEVICE_MS;
    map_set(&dme->by_name, str_of(watched->name), watched);
    dme->list = mem_grow(dme->list, (dme->list_count + 1) * sizeof(*dme->list));
    dme->list[dme->list_count++] = watched;
    dme_record_kept_take(watched);
    dme_watched_changed(watched);
    return watched;
}

void dme_watched_forget(struct watched *watched)
{
    dme_look_cancel(watched);
    dme_snmp_forget(watched);
    dme_news_drop(watched);
}

static void watched_free(struct watched *watched)
{
    dme_watched_forget(watched);
    watched->dme->brisk_count -= watched->is_brisk;
    device_faults_free(&watched->faults);
    quoin__v1__monitor__free_unpacked(watched->monitor, NULL);
    free(watched->uri);
    free(watched->packed);
    free(watched->levels);
    free(watched);
}

void dme_watched_sweep(struct dme *dme)
{
    size_t kept = 0;
    for (size_t at = 0; at < dme->list_count; at++) {
        struct watched *watched = dme->list[at];
        if (watched->is_printer || watched->is_monitor) {
            dme->list[kept++] = watched;
            continue;
        }
        (void)map_drop(&dme->by_name, str_of(watched->name));
        dme_watch_gone(dme, watched->name);
        dme_alerts_gone(dme->alerts, watched->name);
        watched_free(watched);
        dme->order_is_old = true;
    }
    dme->list_count = kept;
}

static void take_printer(struct dme *dme, const struct dme_printer *printer)
{
    struct watched *watched = dme_watched_need(dme, printer->name);
    if (watched == NULL || watched->is_printer) {
        return; // an engine before told it
    }
    watched->is_printer = true;
    if (watched->uri == NULL || strcmp(watched->uri, printer->uri) != 0) {
        free(watched->uri);
        watched->uri = text_new(printer->uri);
        dme_watched_forget(watched);
        watched->due_ms = watched->due_ms < clk_mono_ms() ? clk_mono_ms() : watched->due_ms;
    }
}

void dme_watched_printers(struct dme *dme)
{
    for (size_t at = 0; at < dme->list_count; at++) {
        dme->list[at]->is_printer = false;
    }
    for (size_t at = 0; at < dme->engine_count; at++) {
        void *value = NULL;
        for (size_t i = 0; map_next(&dme->engines[at]->printers, &i, &value);) {
            take_printer(dme, value);
        }
    }
    for (size_t at = 0; at < dme->list_count; at++) {
        struct watched *watched = dme->list[at];
        if (!watched->is_printer && watched->uri != NULL) {
            free(watched->uri);
            watched->uri = NULL;
            dme_watched_forget(watched);
        }
    }
    dme_watched_sweep(dme);
}

bool dme_watched_is_off(const struct watched *watched)
{
    return watched->monitor != NULL && watched->monitor->off;
}

// --- when ---------------------------------------------------------------------------------------

void dme_watched_soon(struct watched *watched)
{
    watched->due_ms = clk_mono_ms();
}

// A fault that was not there any more, and whose end the next look tells.
static bool is_ending(const struct watched *watched)
{
    for (size_t at = 0; at < watched->faults.count; at++) {
        if (!watched->faults.faults[at].here) {
            return true;
        }
    }
    return false;
}

// After a look; a little off its time, so that those that began together do not stay together.
static void plan_next(struct watched *watched)
{
    const Quoin__V1__Monitor *monitor = watched->monitor;
    int64_t every = 1000LL * (monitor != NULL && monitor->every_seconds > 0 ? monitor->every_seconds
                                                                            : DME_EVERY_S);
    bool is_busy = watched->state == DEVICE_PRINTING || watched->state == DEVICE_ERROR ||
                   watched->state == DEVICE_STOPPED || watched->is_flapping || is_ending(watched);
    int64_t wait = is_busy && every > DME_SOON_MS ? DME_SOON_MS : every;
    if (watched->failures > 0) {
        unsigned doubled = watched->failures > 8 ? 8 : watched->failures - 1;
        wait = (int64_t)AWAY_AGAIN_MS << doubled;
        wait = wait > AWAY_MOST_MS ? AWAY_MOST_MS : wait;
    }
    int64_t brisk = dme_news_brisk_ms(watched);
    wait = brisk < wait ? brisk : wait;
    int64_t sixteenth = wait / 16;
    watched->due_ms =
        clk_mono_ms() + wait - sixteenth / 2 + (int64_t)rnd_below((uint64_t)sixteenth + 1);
}

// Goes round, so that where more is due than can begin, everybody gets a turn.
void dme_watched_tick(struct dme *dme)
{
    int64_t now = clk_mono_ms();
    unsigned begun = 0;
    for (size_t seen = 0; seen < dme->list_count && begun < LOOKS_A_TICK &&
                          dme->looking < DME_LOOKS_MAX && dme->has_kept;
         seen++) {
        dme->look_at = (dme->look_at + 1) % dme->list_count;
        struct watched *watched = dme->list[dme->look_at];
        if (dme_watched_is_off(watched)) {
            continue;
        }
        bool has_place = !watched->is_slow || dme->looking_slow < DME_SLOW_MAX;
        if (watched->look == NULL && watched->due_ms <= now && has_place) {
            svc_durations_add(&dme->counts.lag[watched->is_slow],
                              (now - watched->due_ms) * 1000000);
            plan_next(watched);
            dme_look_start(watched);
            begun++;
        }
        dme_news_tick(watched, now);
    }
}

void dme_watched_planned(struct watched *watched)
{
    plan_next(watched);
    if (!watched->is_spread && watched->failures == 0) { // all begin together, and then no more
        int64_t wait = watched->due_ms - clk_mono_ms();
        watched->is_spread = true;
        watched->due_ms -= (int64_t)rnd_below(wait > 0 ? (uint64_t)wait : 1);
    }
}

// --- the order of lists -------------------------------------------------------------------------

void dme_watched_changed(struct watched *watched)
{
    watched->changed = ++watched->dme->changes;
    watched->dme->order_is_old = true;
}

int dme_watched_worse(const void *a, const void *b)
{
    const struct watched *one = *(struct watched *const *)a;
    const struct watched *other = *(struct watched *const *)b;
    if (one->severity != other->severity) {
        return one->severity > other->severity ? -1 : 1;
    }
    if (one->is_flapping != other->is_flapping) {
        return one->is_flapping ? -1 : 1;
    }
    return strcmp(one->name, other->name);
}

struct watched *const *dme_watched_worst_first(struct dme *dme, size_t *count)
{
    if (dme->order_is_old || dme->order_count != dme->list_count) {
        dme->order = mem_grow(dme->order, (dme->list_count + 1) * sizeof(*dme->order));
        if (dme->list_count > 0) {
            memcpy(dme->order, dme->list, dme->list_count * sizeof(*dme->order));
            qsort(dme->order, dme->list_count, sizeof(*dme->order), dme_watched_worse);
        }
        dme->order_count = dme->list_count;
        dme->order_is_old = false;
    }
    *count = dme->order_count;
    return dme->order;
}

void dme_watched_fini(struct dme *dme)
{
    for (size_t at = 0; at < dme->list_count; at++) {
        watched_free(dme->list[at]);
    }
    map_free(&dme->by_name);
    free(dme->list);
    free(dme->order);
    dme->list = NULL;
    dme->order = NULL;
    dme->list_count = 0;
}
