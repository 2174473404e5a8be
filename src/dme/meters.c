// meters: see meters.h.
//
// A difference that is not nothing is on disk before it is settled; one of nothing is only kept in
// memory, and runs together with its neighbours when it is old. What is settled stays here as long
// as a job that ended just now may be asked about.
//
// no unit test: needs a running engine; tests/it/test_meters.py reads meters that lie. Its store is
// tested in test_meters_db.c, what is held against what in tests/unit/device.

#include "dme/meters_int.h"

#include "base/clk.h"
#include "base/log.h"
#include "base/mem.h"
#include "calendar/zone.h"
#include "dme/alerts.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TICK_MS = 1000,
    MARGIN_MS = 2000,        // the engines' clocks, and their word of a job's end
    FRESH_MS = 600000,       // kept although it is settled
    NEAR_MS = 300000,        // differences of nothing that are kept one by one
    PAGE_MS = 2000,          // a page may take to come out after its last byte
    PRINT_MOST_MS = 3600000, // and a job
    OPEN_MOST_MS = 43200000, // a job whose engine never says that it ended
    FORGET_MS = 3600000,
    FORGET_MOST = 5000,
    LOAD_PAGE = 500,
    TOLD_MS = 3600000, // an alert of a gap lasts so long after it grew
};

// --- books --------------------------------------------------------------------------------------

struct meters_book *dme_meters_book(struct dme_meters *meters, const char *name)
{
    struct meters_book *book = map_find(&meters->books, str_of(name));
    if (book == NULL) {
        book = mem_new(sizeof(*book));
        (void)snprintf(book->name, sizeof(book->name), "%s", name);
        map_set(&meters->books, str_of(book->name), book);
    }
    return book;
}

static void book_free(struct meters_book *book)
{
    free(book->changes);
    free(book->jobs);
    free(book->uuids);
    free(book);
}

int64_t dme_meters_late_ms(const struct dme *dme, const char *name)
{
    const struct watched *watched = dme_watched_find(dme, name);
    uint32_t said =
        watched == NULL || watched->monitor == NULL ? 0 : watched->monitor->meter_late_seconds;
    return 1000LL * (said == 0 ? METERS_LATE_S : said);
}

static bool is_nothing(const struct device_meter_change *change)
{
    return change->counted && change->pages == 0;
}

static void changes_join(struct device_meter_change *one, const struct device_meter_change *next)
{
    int64_t under = one->pages - one->least > next->pages - next->least ? one->pages - one->least
                                                                        : next->pages - next->least;
    int64_t over = one->most - one->pages > next->most - next->pages ? one->most - one->pages
                                                                     : next->most - next->pages;
    one->until = next->until;
    one->counted = one->counted && next->counted;
    one->pages += next->pages;
    one->least = one->pages - under;
    one->most = one->pages + over;
    one->caveats |= next->caveats;
    one->unit = next->unit != DEVICE_UNIT_UNKNOWN ? next->unit : one->unit;
}

static void change_drop(struct meters_book *book, size_t at)
{
    book->change_count--;
    memmove(&book->changes[at], &book->changes[at + 1],
            (book->change_count - at) * sizeof(*book->changes));
}

// What is old and nothing runs together; where there is still too much, the oldest does.
static void changes_shorten(struct meters_book *book, int64_t now)
{
    for (size_t at = 0; at + 1 < book->change_count;) {
        struct device_meter_change *change = &book->changes[at];
        bool is_old = change[1].until < now - NEAR_MS && change->from >= book->done_until;
        if (is_old && is_nothing(change) && is_nothing(&change[1])) {
            changes_join(change, &change[1]);
            change_drop(book, at + 1);
        } else {
            at++;
        }
    }
    if (book->change_count > METERS_CHANGES_MAX) {
        changes_join(&book->changes[0], &book->changes[1]);
        change_drop(book, 1);
    }
}

// In the order of time: what is read from the disk may come after the first looks.
static void change_add(struct meters_book *book, const struct device_meter_change *change)
{
    size_t at = book->change_count;
    while (at > 0 && book->changes[at - 1].from > change->from) {
        at--;
    }
    book->changes = mem_grow(book->changes, (book->change_count + 1) * sizeof(*book->changes));
    memmove(&book->changes[at + 1], &book->changes[at],
            (book->change_count - at) * sizeof(*book->changes));
    book->changes[at] = *change;
    book->change_count++;
    book->has_to_settle = book->has_to_settle || !is_nothing(change);
    book->unit = change->unit != DEVICE_UNIT_UNKNOWN ? change->unit : book->unit;
}

static void job_drop(struct meters_book *book, size_t at)
{
    book->job_count--;
    memmove(&book->jobs[at], &book->jobs[at + 1], (book->job_count - at) * sizeof(*book->jobs));
    memmove(&book->uuids[at], &book->uuids[at + 1], (book->job_count - at) * sizeof(*book->uuids));
}

void dme_meters_add_job(struct meters_book *book, const uint8_t uuid[static 16],
                        const struct device_tracked *tracked)
{
    for (size_t at = 0; at < book->job_count; at++) {
        if (memcmp(book->uuids[at], uuid, 16) == 0) {
            if (tracked->ended == 0 && book->jobs[at].began >= tracked->began) {
                return;
            }
            job_drop(book, at);
            break;
        }
    }
    if (book->job_count == METERS_JOBS_MAX) {
        job_drop(book, 0);
    }
    size_t at = book->job_count;
    while (at > 0 && book->jobs[at - 1].began > tracked->began) {
        at--;
    }
    book->jobs = mem_grow(book->jobs, (book->job_count + 1) * sizeof(*book->jobs));
    book->uuids = mem_grow(book->uuids, (book->job_count + 1) * sizeof(*book->uuids));
    memmove(&book->jobs[at + 1], &book->jobs[at], (book->job_count - at) * sizeof(*book->jobs));
    memmove(&book->uuids[at + 1], &book->uuids[at], (book->job_count - at) * sizeof(*book->uuids));
    book->jobs[at] = *tracked;
    memcpy(book->uuids[at], uuid, 16);
    book->job_count++;
    book->has_to_settle = book->has_to_settle || book->change_count > 0;
}

// --- what is read -------------------------------------------------------------------------------

struct putting {
    struct store_task task; // first
    struct dme *dme;
    char name[METERS_NAME_MAX + 1];
    struct device_meter_change change;
};

static bool put_run(struct store_task *task, struct err *err)
{
    struct putting *putting = (struct putting *)(void *)task;
    const struct meters_change row = { .device = str_of(putting->name), .change = putting->change };
    return dme_meters_put_change(dme_store_part(task->store, STORE_METERS), &row, err);
}

static void put_done(struct store_task *task, bool ok, const struct err *err)
{
    struct putting *putting = (struct putting *)(void *)task;
    if (!ok) { // it is in memory; only a restart would forget it
        putting->dme->counts.store_refused++;
        log_event(LOG_WARNING, "meters.not-written", log_text("why", err->text));
    }
    free(putting);
}

static void put(struct dme *dme, const char *name, const struct device_meter_change *change)
{
    struct putting *putting = mem_new(sizeof(*putting));
    putting->task = (struct store_task){ .run = put_run, .done = put_done };
    putting->dme = dme;
    putting->change = *change;
    (void)snprintf(putting->name, sizeof(putting->name), "%s", name);
    if (!dme_store_add_later(dme->store, &putting->task)) {
        dme->counts.store_refused++;
        free(putting);
    }
}

void dme_meters_looked(struct watched *watched, const struct device_meter_change *change,
                       const struct device_truth *truth)
{
    struct dme *dme = watched->dme;
    if (dme->meters == NULL || strlen(watched->name) > METERS_NAME_MAX) {
        return;
    }
    bool is_broken = truth->state == DEVICE_ERROR || !truth->can_print;
    bool is_used = change != NULL && change->until > change->from;
    struct meters_book *book = map_find(&dme->meters->books, str_of(watched->name));
    if (book == NULL && change == NULL) {
        return;
    }
    book = dme_meters_book(dme->meters, watched->name);
    if (is_broken) {
        book->trouble_at = clk_wall_ms();
        struct str word = truth->reason_count > 0 ? truth->reasons[0].keyword : STR("error");
        (void)snprintf(book->trouble, sizeof(book->trouble), "%.*s", (int)word.len, word.ptr);
    }
    if (change != NULL) {
        book->read_at = change->until;
    }
    // An old answer is none. One that cannot be is part of the next that can.
    if (is_used &&
        (change->counted || (change->caveats & (DEVICE_METER_RESET | DEVICE_METER_REPLACED |
                                                DEVICE_METER_UNIT)) != 0)) {
        change_add(book, change);
        changes_shorten(book, change->until);
        if (!is_nothing(change)) {
            put(dme, watched->name, change);
        }
    }
}

// --- settling -----------------------------------------------------------------------------------

struct meters_told { // an alert of a gap
    char name[METERS_NAME_MAX + 1];
    int64_t until; // monotonic
};

char *dme_meters_gap_text(const struct dme *dme, const struct device_gap *gap, struct arena *arena)
{
    OWN(buf_free) struct buf text = BUF_CAP(400);
    int64_t ahead = calendar_clock_of(dme_alerts_zone(dme->alerts), gap->until) - gap->until;
    device_gap_text(&text, gap, ahead);
    char *made = arena_text(arena, buf_str(&text));
    return made == NULL ? (char *)(uintptr_t) "" : made;
}

static void say(struct dme *dme, const char *name, const char *text, int64_t pages, bool here)
{
    const struct alerts_word word = { .when = ALERTS_METER_GAP,
                                      .about = name,
                                      .keyword = "meter-gap",
                                      .text = text,
                                      .value = pages,
                                      .here = here };
    if (dme->alerts != NULL) {
        dme_alerts_say(dme->alerts, &word);
    }
}

// Where others print too it is what was to be expected.
static void tell_gap(struct dme *dme, const char *name, const struct meters_gap *gap)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1024);
    const struct watched *watched = dme_watched_find(dme, name);
    int64_t pages = gap->gap.untracked < 0 ? -gap->gap.untracked : gap->gap.untracked;
    bool is_expected =
        watched == NULL || (watched->monitor != NULL && watched->monitor->prints_elsewhere);
    const char *text = dme_meters_gap_text(dme, &gap->gap, &arena);
    log_event(LOG_INFO, "meter.gap", log_text("device", name), log_text("what", text));
    if (is_expected) {
        return;
    }
    struct meters_told *told = map_find(&dme->meters->told, str_of(name));
    if (told == NULL) {
        told = mem_new(sizeof(*told));
        (void)snprintf(told->name, sizeof(told->name), "%s", name);
        map_set(&dme->meters->told, str_of(told->name), told);
    }
    told->until = clk_mono_ms() + TOLD_MS;
    say(dme, name, text, pages, true);
}

static void told_end(struct dme *dme, int64_t now)
{
    void *value = NULL;
    for (size_t at = 0; map_next(&dme->meters->told, &at, &value);) {
        struct meters_told *told = value;
        if (told->until <= now) {
            say(dme, told->name, "", 0, false);
            (void)map_drop(&dme->meters->told, str_of(told->name));
            free(told);
            return; // the next one in a second: the map has moved
        }
    }
}

struct settling {
    struct store_task task; // first
    struct dme *dme;
    char name[METERS_NAME_MAX + 1];
    struct meters_settled settled;
    struct device_gap gaps[METERS_SETTLED_MAX];
    struct meters_gap last;
};

static bool settle_run(struct store_task *task, struct err *err)
{
    struct settling *settling = (struct settling *)(void *)task;
    settling->settled.device = str_of(settling->name);
    settling->settled.gaps = settling->gaps;
    return dme_meters_settle(dme_store_part(task->store, STORE_METERS), &settling->settled,
                             &settling->last, err);
}

static void settle_done(struct store_task *task, bool ok, const struct err *err)
{
    struct settling *settling = (struct settling *)(void *)task;
    struct dme *dme = settling->dme;
    struct meters_book *book = map_find(&dme->meters->books, str_of(settling->name));
    if (book != NULL) {
        book->settling = false;
        book->done_until = ok ? settling->settled.sums.done_until : book->done_until;
    }
    if (!ok) { // again at the next tick
        dme->counts.store_refused++;
        log_event(LOG_WARNING, "meters.not-settled", log_text("why", err->text));
    } else if (settling->last.id != 0 && !dme->ending) {
        tell_gap(dme, settling->name, &settling->last);
    }
    free(settling);
}

// With the time that paper takes to come out after the last byte; one that never ends does.
static struct device_tracked *jobs_as_printed(const struct meters_book *book, int64_t now)
{
    struct device_tracked *jobs = mem_new((book->job_count + 1) * sizeof(*jobs));
    for (size_t at = 0; at < book->job_count; at++) {
        int64_t prints = book->jobs[at].impressions * PAGE_MS;
        jobs[at] = book->jobs[at];
        if (jobs[at].ended > 0) {
            jobs[at].ended += prints > PRINT_MOST_MS ? PRINT_MOST_MS : prints;
        } else if (jobs[at].began < now - OPEN_MOST_MS) {
            jobs[at].ended = jobs[at].began + OPEN_MOST_MS;
        }
    }
    return jobs;
}

static size_t first_unsettled(const struct meters_book *book)
{
    size_t at = 0;
    while (at < book->change_count && book->changes[at].from < book->done_until) {
        at++;
    }
    return at;
}

static void settle(struct dme *dme, struct meters_book *book)
{
    int64_t now = clk_wall_ms();
    int64_t late = dme_meters_late_ms(dme, book->name);
    size_t first = first_unsettled(book);
    const struct device_reconcile_settings settings = { .late_ms = late,
                                                        .merge_ms = METERS_MERGE_MS,
                                                        .settled = now - late - MARGIN_MS };
    struct settling *settling = mem_new(sizeof(*settling));
    struct device_reconciled *sums = &settling->settled.sums;
    struct device_tracked *jobs = jobs_as_printed(book, now);
    device_reconcile(&book->changes[first], book->change_count - first, jobs, book->job_count,
                     &settings, settling->gaps, METERS_SETTLED_MAX, sums);
    free(jobs);
    bool has_moved = first < book->change_count && sums->done_until > book->changes[first].from;
    if (has_moved && sums->counted == 0 && sums->tracked == 0 && sums->gap_count == 0) {
        book->done_until = sums->done_until; // nothing was printed
        has_moved = false;
    }
    settling->task = (struct store_task){ .run = settle_run, .done = settle_done };
    settling->dme = dme;
    settling->settled.unit = book->unit;
    settling->settled.gap_count = sums->gap_count;
    (void)snprintf(settling->name, sizeof(settling->name), "%s", book->name);
    book->settling = has_moved && dme_store_add_later(dme->store, &settling->task);
    if (!book->settling) {
        free(settling);
    }
}

// What is settled goes, but what a job that ended just now may be asked about.
static void book_shorten(struct dme *dme, struct meters_book *book)
{
    int64_t now = clk_wall_ms();
    int64_t late = book->job_count == 0 ? 0 : dme_meters_late_ms(dme, book->name);
    while (book->observers == 0 && book->change_count > 1 &&
           book->changes[0].until <= book->done_until && book->changes[0].until < now - FRESH_MS) {
        change_drop(book, 0);
    }
    bool is_read = book->change_count > 0 || book->read_at > now - FRESH_MS;
    while (book->observers == 0 && book->job_count > 0) {
        const struct device_tracked *job = &book->jobs[0];
        int64_t over = (job->ended > 0 ? job->ended : job->began + OPEN_MOST_MS) + late;
        if (over > now - PRINT_MOST_MS || (is_read && over > book->done_until)) {
            break;
        }
        job_drop(book, 0);
    }
    size_t first = first_unsettled(book);
    bool has_more = false;
    for (size_t at = first; at < book->change_count && !has_more; at++) {
        has_more = !is_nothing(&book->changes[at]);
    }
    for (size_t at = 0; at < book->job_count && !has_more; at++) {
        int64_t ended = book->jobs[at].ended;
        has_more = ended == 0 || ended + late + PRINT_MOST_MS > book->done_until;
    }
    book->has_to_settle = has_more;
    if (!has_more && book->change_count > 0 && book->done_until < now - NEAR_MS) {
        book->done_until = now - NEAR_MS; // of nothing nothing is left to settle
    }
}

struct forgetting {
    struct store_task task; // first
    int64_t now;
};

static bool forget_run(struct store_task *task, struct err *err)
{
    struct forgetting *forgetting = (struct forgetting *)(void *)task;
    return dme_meters_forget(dme_store_part(task->store, STORE_METERS), forgetting->now,
                             FORGET_MOST, err);
}

static void forget(struct dme *dme, int64_t now)
{
    struct forgetting *forgetting = mem_new(sizeof(*forgetting));
    forgetting->task = (struct store_task){ .run = forget_run }; // freed when it is through
    forgetting->now = clk_wall_ms();
    dme->meters->forget_ms = now + FORGET_MS;
    if (!dme_store_add(dme->store, &forgetting->task)) {
        free(forgetting);
    }
}

void dme_meters_tick(struct dme *dme)
{
    struct dme_meters *meters = dme->meters;
    int64_t now = clk_mono_ms();
    void *value = NULL;
    if (meters->ending || !meters->has_loaded) {
        return;
    }
    dme_meters_observe_tick(dme, meters);
    if (now < meters->tick_ms) {
        return;
    }
    meters->tick_ms = now + TICK_MS;
    for (size_t at = 0; map_next(&meters->books, &at, &value);) {
        struct meters_book *book = value;
        if (!book->settling && book->has_to_settle) {
            settle(dme, book);
        }
        if (!book->settling) {
            book_shorten(dme, book);
        }
    }
    told_end(dme, now);
    if (now >= meters->forget_ms) {
        forget(dme, now);
    }
}

// --- beginning and end --------------------------------------------------------------------------

struct loading {
    struct store_task task; // first
    struct dme *dme;
    struct arena arena;
    bool is_jobs;
    int64_t since;
    uint8_t after_uuid[16];
    bool has_after;
    char after_name[METERS_NAME_MAX + 1];
    int64_t after_until;
    struct meters_change changes[LOAD_PAGE];
    struct meters_job jobs[LOAD_PAGE];
    size_t count;
};

static bool load_run(struct store_task *task, struct err *err)
{
    struct loading *loading = (struct loading *)(void *)task;
    struct meters_db *meters = dme_store_part(task->store, STORE_METERS);
    const struct meters_change after = { .device = str_of(loading->after_name),
                                         .change = { .until = loading->after_until } };
    arena_free(&loading->arena);
    loading->arena = ARENA_CAP(LOAD_PAGE * 256);
    return loading->is_jobs ? dme_meters_jobs(meters,
                                              (struct str){ (const char *)loading->after_uuid,
                                                            loading->has_after ? 16 : 0 },
                                              loading->since, LOAD_PAGE, &loading->arena,
                                              loading->jobs, &loading->count, err)
                            : dme_meters_changes(meters, &after, LOAD_PAGE, &loading->arena,
                                                 loading->changes, &loading->count, err);
}

static void load_take(struct loading *loading)
{
    struct dme_meters *meters = loading->dme->meters;
    char name[METERS_NAME_MAX + 1];
    for (size_t at = 0; at < loading->count; at++) {
        struct str device =
            loading->is_jobs ? loading->jobs[at].device : loading->changes[at].device;
        (void)snprintf(name, sizeof(name), "%.*s", (int)device.len, device.ptr);
        struct meters_book *book = dme_meters_book(meters, name);
        if (loading->is_jobs) {
            memcpy(loading->after_uuid, loading->jobs[at].uuid, 16);
            loading->has_after = true;
            dme_meters_add_job(book, loading->jobs[at].uuid, &loading->jobs[at].tracked);
        } else {
            loading->after_until = loading->changes[at].change.until;
            (void)snprintf(loading->after_name, sizeof(loading->after_name), "%s", name);
            change_add(book, &loading->changes[at].change);
        }
    }
}

static void load(struct loading *loading);

static void load_done(struct store_task *task, bool ok, const struct err *err)
{
    struct loading *loading = (struct loading *)(void *)task;
    struct dme *dme = loading->dme;
    if (!ok) {
        log_event(LOG_WARNING, "meters.not-read", log_text("why", err->text));
    }
    bool is_end = !ok || dme->ending || (loading->is_jobs && loading->count < LOAD_PAGE);
    if (ok && !dme->ending) {
        load_take(loading);
    }
    if (is_end) {
        dme->meters->has_loaded = true;
        arena_free(&loading->arena);
        free(loading);
        return;
    }
    loading->is_jobs = loading->is_jobs || loading->count < LOAD_PAGE;
    load(loading);
}

static void load(struct loading *loading)
{
    loading->task = (struct store_task){ .run = load_run, .done = load_done };
    if (!dme_store_add(loading->dme->store, &loading->task)) {
        loading->dme->meters->has_loaded = true;
        arena_free(&loading->arena);
        free(loading);
    }
}

void dme_meters_start(struct dme *dme)
{
    struct dme_meters *meters = mem_new(sizeof(*meters));
    struct loading *loading = mem_new(sizeof(*loading));
    meters->forget_ms = clk_mono_ms() + FORGET_MS / 60;
    dme->meters = meters;
    loading->dme = dme;
    loading->arena = ARENA_CAP(1);
    loading->since = clk_wall_ms() - OPEN_MOST_MS;
    load(loading);
}

void dme_meters_end(struct dme *dme)
{
    if (dme->meters != NULL) {
        dme->meters->ending = true;
    }
}

void dme_meters_free(struct dme *dme)
{
    struct dme_meters *meters = dme->meters;
    void *value = NULL;
    if (meters == NULL) {
        return;
    }
    for (size_t at = 0; map_next(&meters->books, &at, &value);) {
        book_free(value);
    }
    for (size_t at = 0; map_next(&meters->told, &at, &value);) {
        free(value);
    }
    map_free(&meters->books);
    map_free(&meters->told);
    dme_meters_observe_free(meters);
    free(meters);
    dme->meters = NULL;
}
