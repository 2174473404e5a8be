// record: what goes to the store and comes from it: a look's changes as one task, what was kept
// when the engine begins, when supplies run out by what was seen, and forgetting. Loop thread, but
// for what says otherwise.
//
// no unit test: needs a running engine; tests/it/test_dme.py ends and starts it. The store's own
// tests are test_store.c.

#include "dme/dme_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "device/supply.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    RECORD_BYTES = 256 << 10,
    SAMPLES_MAX = DEVICE_SUPPLIES_MAX + 2,
    FAULTS_MAX = 64,
    LOAD_PAGE = 200,
    FORGET_EVERY_MS = 60000,
    FORGET_AT_ONCE = 500,
    RECKON_DAYS = 180,
    RECKON_POINTS = RECKON_DAYS + 4, // one a day
};
#define DAY_MS (24LL * 3600 * 1000)

// --- a look's changes ---------------------------------------------------------------------------

struct record {
    struct store_task task; // first
    struct dme *dme;
    struct arena arena;
    int64_t now;
    struct str name;
    struct str told;
    struct history_sample samples[SAMPLES_MAX];
    size_t sample_count;
    struct {
        struct history_fault fault;
        bool ended;
    } faults[FAULTS_MAX];
    size_t fault_count;
};

struct record *dme_record_new(struct dme *dme)
{
    struct record *record = mem_new(sizeof(*record));
    record->dme = dme;
    record->arena = ARENA_CAP(RECORD_BYTES);
    record->now = clk_wall_ms();
    return record;
}

void dme_record_device(struct record *record, struct str name, struct str told)
{
    record->name = arena_copy(&record->arena, name);
    record->told = arena_copy(&record->arena, told);
}

void dme_record_sample(struct record *record, const struct history_sample *sample)
{
    if (record->sample_count < SAMPLES_MAX) {
        struct history_sample *kept = &record->samples[record->sample_count++];
        *kept = *sample;
        kept->device = arena_copy(&record->arena, sample->device);
        kept->series = arena_copy(&record->arena, sample->series);
    }
}

void dme_record_fault(struct record *record, const struct history_fault *fault, bool ended)
{
    if (record->fault_count < FAULTS_MAX) {
        struct history_fault *kept = &record->faults[record->fault_count].fault;
        record->faults[record->fault_count++].ended = ended;
        *kept = *fault;
        kept->device = arena_copy(&record->arena, fault->device);
        kept->keyword = arena_copy(&record->arena, fault->keyword);
        kept->text = arena_copy(&record->arena, fault->text);
    }
}

// The store's thread.
static bool record_run(struct store_task *task, struct err *err)
{
    struct record *record = (struct record *)(void *)task;
    struct history *history = dme_store_part(task->store, STORE_HISTORY);
    if (record->name.len > 0 &&
        !dme_history_put_device(history, record->name, record->told, record->now, err)) {
        return false;
    }
    for (size_t at = 0; at < record->sample_count; at++) {
        if (!dme_history_sample(history, &record->samples[at], err)) {
            return false;
        }
    }
    for (size_t at = 0; at < record->fault_count; at++) {
        const struct history_fault *fault = &record->faults[at].fault;
        bool ok =
            record->faults[at].ended
                ? dme_history_fault_end(history, fault->device, fault->keyword, fault->ended, err)
                : dme_history_fault_put(history, fault, err);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static void record_free(struct record *record)
{
    arena_free(&record->arena);
    free(record);
}

static void record_done(struct store_task *task, bool ok, const struct err *err)
{
    struct record *record = (struct record *)(void *)task;
    if (!ok) {
        record->dme->counts.store_refused++;
        log_event(LOG_WARNING, "record.not-written", log_text("why", err->text));
    }
    record_free(record);
}

void dme_record_send(struct record **record)
{
    struct record *sent = *record;
    bool is_empty = sent->name.len == 0 && sent->sample_count == 0 && sent->fault_count == 0;
    *record = NULL;
    sent->task.run = record_run;
    sent->task.done = record_done;
    if (is_empty || !dme_store_add_later(sent->dme->store, &sent->task)) {
        sent->dme->counts.store_refused += !is_empty;
        record_free(sent);
    }
}

// --- what was kept ------------------------------------------------------------------------------

struct dme_kept {
    char *told; // owned
    size_t told_len;
    struct device_fault *faults; // owned
    size_t fault_count;
};

struct loading {
    struct store_task task; // first
    struct dme *dme;
    struct arena arena;
    char after[HISTORY_NAME_MAX + 1];
    struct history_device devices[LOAD_PAGE];
    size_t device_count;
    bool is_faults;
    int64_t before;
    struct history_fault faults[LOAD_PAGE];
    size_t fault_count;
};

static void load(struct loading *loading);

// The store's thread.
static bool load_run(struct store_task *task, struct err *err)
{
    struct loading *loading = (struct loading *)(void *)task;
    struct history *history = dme_store_part(task->store, STORE_HISTORY);
    const struct history_faults asked = { .open_only = true, .before = loading->before };
    arena_free(&loading->arena);
    loading->arena = ARENA_CAP(LOAD_PAGE * (DME_TOLD_MAX / 4));
    return loading->is_faults
               ? dme_history_faults(history, &asked, LOAD_PAGE, &loading->arena, loading->faults,
                                    &loading->fault_count, err)
               : dme_history_devices(history, str_of(loading->after), LOAD_PAGE, &loading->arena,
                                     loading->devices, &loading->device_count, err);
}

static void keep_fault(struct dme *dme, const struct history_fault *fault)
{
    struct dme_kept *kept = map_find(&dme->kept, fault->device);
    if (kept == NULL || fault->keyword.len > DEVICE_KEYWORD_MAX) {
        return;
    }
    kept->faults = mem_grow(kept->faults, (kept->fault_count + 1) * sizeof(*kept->faults));
    struct device_fault *made = &kept->faults[kept->fault_count++];
    *made = (struct device_fault){ .severity = (uint8_t)fault->severity,
                                   .began = fault->began,
                                   .seen = fault->began,
                                   .times = (uint32_t)fault->times,
                                   .id = fault->id };
    memcpy(made->keyword, fault->keyword.ptr, fault->keyword.len);
}

static void keep_device(struct dme *dme, const struct history_device *device)
{
    struct dme_kept *kept = mem_new(sizeof(*kept));
    kept->told = mem_new(device->told.len + 1);
    kept->told_len = device->told.len;
    if (device->told.len > 0) {
        memcpy(kept->told, device->told.ptr, device->told.len);
    }
    map_set(&dme->kept, device->name, kept);
}

static void load_end(struct loading *loading)
{
    struct dme *dme = loading->dme;
    arena_free(&loading->arena);
    free(loading);
    dme->has_kept = true;
    for (size_t at = 0; at < dme->list_count; at++) {
        dme_record_kept_take(dme->list[at]);
    }
}

static void load_done(struct store_task *task, bool ok, const struct err *err)
{
    struct loading *loading = (struct loading *)(void *)task;
    size_t count = loading->is_faults ? loading->fault_count : loading->device_count;
    if (!ok) {
        log_event(LOG_WARNING, "record.not-read", log_text("why", err->text));
        load_end(loading);
        return;
    }
    for (size_t at = 0; at < count; at++) {
        if (loading->is_faults) {
            keep_fault(loading->dme, &loading->faults[at]);
            loading->before = loading->faults[at].id;
        } else {
            keep_device(loading->dme, &loading->devices[at]);
            (void)snprintf(loading->after, sizeof(loading->after), "%.*s",
                           (int)loading->devices[at].name.len, loading->devices[at].name.ptr);
        }
    }
    if (count < LOAD_PAGE && loading->is_faults) {
        load_end(loading);
        return;
    }
    loading->is_faults = loading->is_faults || count < LOAD_PAGE;
    load(loading);
}

static void load(struct loading *loading)
{
    loading->task = (struct store_task){ .run = load_run, .done = load_done };
    if (!dme_store_add(loading->dme->store, &loading->task)) {
        load_end(loading);
    }
}

void dme_record_load(struct dme *dme)
{
    struct loading *loading = mem_new(sizeof(*loading));
    loading->dme = dme;
    loading->arena = ARENA_CAP(1);
    load(loading);
}

static void kept_free(struct dme_kept *kept)
{
    free(kept->told);
    free(kept->faults);
    free(kept);
}

// The meter goes on from where it was: what was printed while we were away is not lost.
static void take_meter(struct watched *watched, const Quoin__V1__MonitoredDevice *told)
{
    for (size_t at = 0; at < told->n_meters && watched->meter_source < 0; at++) {
        const Quoin__V1__Meter *meter = told->meters[at];
        struct device_meter_change unheard;
        if (strcmp(meter->kind, "total") != 0) {
            continue;
        }
        const struct device_meter_reading reading = {
            .at = meter->read_at,
            .count = meter->count,
            .unit = device_unit_of(meter->unit),
            .serial = device_meter_serial(told->serial, strlen(told->serial)),
            .wraps_at = watched->monitor == NULL ? 0 : watched->monitor->counter_wraps_at,
        };
        device_meter_read(&watched->meter, &reading, &unheard);
        for (int source = 0; source < DEVICE_SOURCE_COUNT; source++) {
            if (strcmp(meter->source, device_source_name((enum device_source)source)) == 0) {
                watched->meter_source = source;
            }
        }
        watched->pages = meter->count;
    }
}

void dme_record_kept_take(struct watched *watched)
{
    struct dme_kept *kept = map_drop(&watched->dme->kept, str_of(watched->name));
    Quoin__V1__MonitoredDevice *told = NULL;
    if (kept == NULL) {
        return;
    }
    told = quoin__v1__monitored_device__unpack(NULL, kept->told_len, (const uint8_t *)kept->told);
    if (told != NULL && watched->packed == NULL) {
        watched->faults.state_since = told->state_since;
        for (int state = DEVICE_UNKNOWN; state <= DEVICE_AWAY; state++) {
            if (strcmp(told->state, device_state_name((enum device_state)state)) == 0) {
                watched->faults.state = (uint8_t)state;
                watched->state = (uint8_t)state;
            }
        }
        for (size_t at = 0; at < kept->fault_count; at++) {
            device_faults_restore(&watched->faults, &kept->faults[at]);
        }
        take_meter(watched, told);
        dme_told_keep(watched, told);
        watched->looked_at = told->looked_at;
        dme_watched_changed(watched);
    }
    quoin__v1__monitored_device__free_unpacked(told, NULL);
    kept_free(kept);
}

void dme_record_fini(struct dme *dme)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&dme->kept, &at, &value);) {
        kept_free(value);
    }
    map_free(&dme->kept);
}

// --- when supplies run out ----------------------------------------------------------------------

_Static_assert((int)RECKON_POINTS <= (int)DEVICE_LEVELS_MAX, "all of them are looked at");

struct reckoning {
    struct store_task task; // first
    struct dme *dme;
    char device[DME_NAME_MAX + 1];
    int64_t now;
    size_t count;
    struct {
        char name[72];
        bool fills;
        struct device_forecast forecast;
    } supplies[DME_SUPPLIES_MAX];
    struct history_point points[RECKON_POINTS];
    struct history_point pages[RECKON_POINTS];
    struct device_level levels[RECKON_POINTS];
};

static bool reckon_read(struct reckoning *reckoning, struct str series,
                        struct history_point *points, size_t *count, struct err *err)
{
    struct history *history = dme_store_part(reckoning->task.store, STORE_HISTORY);
    struct history_point first;
    struct history_span span = { .device = str_of(reckoning->device),
                                 .series = series,
                                 .from = reckoning->now - RECKON_DAYS * DAY_MS,
                                 .until = reckoning->now + DAY_MS,
                                 .step_ms = DAY_MS,
                                 .most = RECKON_POINTS };
    return dme_history_samples(history, &span, points, count, &first, err);
}

// The store's thread. The newest levels, each with the pages as they stood then.
static bool reckon_run(struct store_task *task, struct err *err)
{
    struct reckoning *reckoning = (struct reckoning *)(void *)task;
    size_t page_count = 0;
    if (!reckon_read(reckoning, STR("pages"), reckoning->pages, &page_count, err)) {
        return false;
    }
    for (size_t at = 0; at < reckoning->count; at++) {
        char series[HISTORY_NAME_MAX];
        size_t count = 0;
        size_t page = 0;
        (void)snprintf(series, sizeof(series), "supply:%s", reckoning->supplies[at].name);
        if (!reckon_read(reckoning, str_of(series), reckoning->points, &count, err)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            while (page + 1 < page_count &&
                   reckoning->pages[page + 1].at <= reckoning->points[i].at) {
                page++;
            }
            bool known = page < page_count && reckoning->pages[page].at <= reckoning->points[i].at;
            reckoning->levels[i] =
                (struct device_level){ .at = reckoning->points[i].at,
                                       .level = reckoning->points[i].last,
                                       .pages = known ? reckoning->pages[page].last : -1 };
        }
        device_supply_forecast(reckoning->levels, count, reckoning->supplies[at].fills,
                               reckoning->now, &reckoning->supplies[at].forecast);
    }
    return true;
}

static void reckon_take(struct watched *watched, const struct reckoning *reckoning)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DME_TOLD_MAX * 4);
    Quoin__V1__MonitoredDevice *told = dme_told(watched, &arena);
    bool is_new = false;
    for (size_t at = 0; at < reckoning->count; at++) {
        const struct device_forecast *forecast = &reckoning->supplies[at].forecast;
        int64_t out_at = forecast->known ? forecast->runs_out_at : 0;
        for (size_t i = 0; i < watched->level_count; i++) {
            struct dme_level *level = &watched->levels[i];
            if (strcmp(level->name, reckoning->supplies[at].name) == 0) {
                is_new = is_new || llabs(level->runs_out_at - out_at) > DAY_MS / 2;
                level->runs_out_at = out_at;
                level->pages_a_percent = forecast->known ? forecast->pages_a_percent : 0;
            }
        }
        for (size_t i = 0; i < told->n_supplies; i++) {
            if (strcmp(told->supplies[i]->name, reckoning->supplies[at].name) == 0) {
                told->supplies[i]->runs_out_at = out_at;
                told->supplies[i]->pages_a_percent = forecast->pages_a_percent;
            }
        }
    }
    if (is_new) {
        told->monitor = NULL;
        told->address = (char *)(uintptr_t) "";
        dme_told_keep(watched, told);
        dme_watched_changed(watched);
    }
}

static void reckon_done(struct store_task *task, bool ok, const struct err *err)
{
    struct reckoning *reckoning = (struct reckoning *)(void *)task;
    struct watched *watched = dme_watched_find(reckoning->dme, reckoning->device);
    (void)err; // a look's own record tells of a broken store
    if (watched != NULL) {
        watched->reckoning = false;
    }
    if (watched != NULL && ok && !reckoning->dme->ending) {
        reckon_take(watched, reckoning);
    }
    free(reckoning);
}

void dme_record_reckon(struct watched *watched)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(DME_TOLD_MAX * 4);
    const Quoin__V1__MonitoredDevice *told = dme_told(watched, &arena);
    if (watched->reckoning || told->n_supplies == 0) {
        return;
    }
    struct reckoning *reckoning = mem_new(sizeof(*reckoning));
    reckoning->task = (struct store_task){ .run = reckon_run, .done = reckon_done };
    reckoning->dme = watched->dme;
    reckoning->now = clk_wall_ms();
    (void)snprintf(reckoning->device, sizeof(reckoning->device), "%s", watched->name);
    for (size_t at = 0; at < told->n_supplies && reckoning->count < DME_SUPPLIES_MAX; at++) {
        const Quoin__V1__Supply *supply = told->supplies[at];
        if (strlen(supply->name) < sizeof(reckoning->supplies[0].name)) {
            (void)snprintf(reckoning->supplies[reckoning->count].name,
                           sizeof(reckoning->supplies[0].name), "%s", supply->name);
            reckoning->supplies[reckoning->count++].fills = supply->fills != 0;
        }
    }
    watched->reckoned_ms = clk_mono_ms();
    watched->reckoning = dme_store_add_later(watched->dme->store, &reckoning->task);
    if (!watched->reckoning) {
        free(reckoning);
    }
}

// --- forgetting ---------------------------------------------------------------------------------

struct forgetting {
    struct store_task task; // first
    struct dme *dme;
    int64_t now;
    bool more;
};

static bool forget_run(struct store_task *task, struct err *err)
{
    struct forgetting *forgetting = (struct forgetting *)(void *)task;
    return dme_history_forget(dme_store_part(task->store, STORE_HISTORY), forgetting->now,
                              FORGET_AT_ONCE, &forgetting->more, err);
}

static void forget_done(struct store_task *task, bool ok, const struct err *err)
{
    struct forgetting *forgetting = (struct forgetting *)(void *)task;
    struct dme *dme = forgetting->dme;
    dme->forgetting = false;
    dme->forget_ms = clk_mono_ms() + (ok && forgetting->more ? 1000 : FORGET_EVERY_MS);
    if (!ok) {
        log_event(LOG_WARNING, "record.not-forgotten", log_text("why", err->text));
    }
    free(forgetting);
}

void dme_record_forget(struct dme *dme)
{
    if (dme->forgetting || clk_mono_ms() < dme->forget_ms) {
        return;
    }
    struct forgetting *forgetting = mem_new(sizeof(*forgetting));
    forgetting->task = (struct store_task){ .run = forget_run, .done = forget_done };
    forgetting->dme = dme;
    forgetting->now = clk_wall_ms();
    dme->forgetting = dme_store_add(dme->store, &forgetting->task);
    if (!dme->forgetting) {
        free(forgetting);
    }
}
