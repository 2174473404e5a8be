// meters_observe: what a device's meter says of one job: it is read again and again until it rests.
// Loop thread.
//
// An early rest is believed only where all of the job has been counted: a meter that tells late
// looks as if it rested. A device that is broken may print the rest of a job when somebody has been
// there, and one that prints is not done.
//
// no unit test: needs a running engine; tests/it/test_meters.py asks of jobs that stopped half way.

#include "dme/meters_int.h"

#include "base/clk.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    OBSERVERS_MAX = 1000,
    LOOK_EVERY_MS = 2000,
    WAIT_MOST_MS = 280000, // less than the call's time
    NOTED_WAIT_MS = 10000, // a job's end may come after the question
};

struct meters_observer {
    struct wire_call_id call;
    char device[METERS_NAME_MAX + 1];
    uint8_t uuid[16];
    int64_t began_ms; // monotonic, as all here
    int64_t due_ms;
    int64_t look_ms;
};

static struct meters_observer *observer_at(struct dme_meters *meters, size_t at)
{
    return &meters->observers[at];
}

static void answer(struct dme *dme, const struct meters_observer *observer,
                   const struct device_observed *observed, const char *trouble)
{
    struct wire_call *call = wire_call_find(svc_server(dme->svc), observer->call);
    const struct watched *watched = dme_watched_find(dme, observer->device);
    Quoin__V1__ObserveJobReply reply = QUOIN__V1__OBSERVE_JOB_REPLY__INIT;
    if (call == NULL) {
        return;
    }
    reply.known = observed->known;
    reply.impressions = observed->pages;
    reply.why = (char *)(uintptr_t)observed->why;
    reply.unit = (char *)(uintptr_t)device_unit_name(observed->unit);
    reply.settles = watched != NULL && watched->monitor != NULL &&
                    watched->monitor->meter_settles && !watched->monitor->prints_elsewhere;
    reply.trouble = (char *)(uintptr_t)trouble;
    if (watched != NULL) {
        reply.after = watched->meter.count;
        reply.before = watched->meter.count - observed->pages;
    }
    wire_call_answer(call, &reply.base);
}

static size_t job_find(const struct meters_book *book, const uint8_t uuid[static 16])
{
    size_t at = 0;
    while (book != NULL && at < book->job_count && memcmp(book->uuids[at], uuid, 16) != 0) {
        at++;
    }
    return at;
}

// Paper goes on coming out after the last byte: while the meter moves the job has not ended.
static struct device_tracked job_as_seen(const struct meters_book *book, size_t at, int64_t late,
                                         const struct watched *watched, int64_t *counted)
{
    struct device_tracked job = book->jobs[at];
    *counted = 0;
    for (size_t i = 0; i < book->change_count; i++) {
        const struct device_meter_change *change = &book->changes[i];
        if (change->until <= job.began || change->from > job.ended + late) {
            continue;
        }
        *counted += change->pages;
        if (change->pages > 0 && change->until > job.ended) {
            job.ended = change->until;
        }
    }
    if (watched->state == DEVICE_PRINTING) {
        job.ended = clk_wall_ms();
    }
    return job;
}

static struct device_observed judge(struct dme *dme, const struct meters_book *book, size_t at,
                                    const struct watched *watched)
{
    int64_t late = dme_meters_late_ms(dme, book->name);
    int64_t counted = 0;
    struct device_observed observed;
    struct device_tracked job = job_as_seen(book, at, late, watched, &counted);
    struct device_tracked *others = mem_new((book->job_count + 1) * sizeof(*others));
    size_t other_count = 0;
    for (size_t i = 0; i < book->job_count; i++) {
        if (i != at) {
            others[other_count++] = book->jobs[i];
        }
    }
    int64_t expected =
        book->unit == DEVICE_UNIT_SHEETS ? book->jobs[at].sheets : book->jobs[at].impressions;
    const struct device_observe ask = {
        .job = &job,
        .others = others,
        .other_count = other_count,
        .changes = book->changes,
        .change_count = book->change_count,
        .now = clk_wall_ms(),
        .late_ms = late,
        .prints_elsewhere = watched->monitor != NULL && watched->monitor->prints_elsewhere,
        .is_idle = watched->state == DEVICE_IDLE && counted >= expected,
    };
    device_observe(&ask, &observed);
    free(others);
    // It is read again soon: until that was late enough nothing is lost.
    observed.wait = observed.wait || (!observed.known && book->read_at < job.ended + late);
    if (!observed.wait && (watched->state == DEVICE_ERROR || watched->state == DEVICE_STOPPED)) {
        observed.wait = true; // the rest may yet come out
        observed.known = false;
        (void)snprintf(observed.why, sizeof(observed.why),
                       "it stands still and may print the rest when it is looked after");
    }
    return observed;
}

// True: it was answered, or nobody waits any more.
static bool observe(struct dme *dme, struct meters_observer *observer, int64_t now)
{
    struct watched *watched = dme_watched_find(dme, observer->device);
    const struct meters_book *book = map_find(&dme->meters->books, str_of(observer->device));
    struct device_observed observed = { .wait = false };
    size_t at = job_find(book, observer->uuid);
    const char *why = NULL;
    bool is_noted = book != NULL && at < book->job_count && book->jobs[at].ended > 0;
    if (wire_call_find(svc_server(dme->svc), observer->call) == NULL) {
        return true;
    }
    if (watched == NULL || dme_watched_is_off(watched)) {
        why = "the device is not looked at";
    } else if (watched->meter_source < 0 && (book == NULL || book->read_at == 0)) {
        why = "no meter of it can be read";
    } else if (!is_noted && now - observer->began_ms > NOTED_WAIT_MS) {
        why = "the job's end is not noted";
    } else if (is_noted && book->read_at > 0) {
        observed = judge(dme, book, at, watched);
    } else {
        observed.wait = true;
        (void)snprintf(observed.why, sizeof(observed.why), "its meter was not read yet");
    }
    if (why != NULL) {
        (void)snprintf(observed.why, sizeof(observed.why), "%s", why);
    }
    if (observed.wait && now < observer->due_ms) {
        if (watched != NULL && now >= observer->look_ms) {
            observer->look_ms = now + LOOK_EVERY_MS;
            dme_watched_soon(watched);
        }
        return false;
    }
    bool was_broken = is_noted && book->trouble_at >= book->jobs[at].began;
    answer(dme, observer, &observed, was_broken ? book->trouble : "");
    return true;
}

void dme_meters_observe_tick(struct dme *dme, struct dme_meters *meters)
{
    int64_t now = clk_mono_ms();
    for (size_t at = 0; at < meters->observer_count;) {
        struct meters_observer *observer = observer_at(meters, at);
        if (!observe(dme, observer, now)) {
            at++;
            continue;
        }
        struct meters_book *book = map_find(&meters->books, str_of(observer->device));
        if (book != NULL && book->observers > 0) {
            book->observers--;
        }
        meters->observer_count--;
        *observer = meters->observers[meters->observer_count];
    }
}

void dme_meters_observe_free(struct dme_meters *meters)
{
    free(meters->observers);
    meters->observers = NULL;
    meters->observer_count = 0;
}

static void refuse(struct wire_call *call, enum err_code code, const char *reason, const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, reasons);
}

void dme_observe_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    struct dme_meters *meters = dme->meters;
    const Quoin__V1__ObserveJobRequest *ask = (const void *)asked;
    if (ask->job_uuid.len != 16 || strlen(ask->device) > METERS_NAME_MAX || ask->wait_ms < 0) {
        refuse(call, ERR_INVALID, "bad-request",
               "a job is asked for by its uuid, its printer and how long it is waited for");
        return;
    }
    if (meters->observer_count == OBSERVERS_MAX) {
        refuse(call, ERR_LIMIT, "try-again", "too many jobs are observed at once");
        return;
    }
    int64_t now = clk_mono_ms();
    meters->observers =
        mem_grow(meters->observers, (meters->observer_count + 1) * sizeof(*meters->observers));
    struct meters_observer *observer = &meters->observers[meters->observer_count++];
    *observer = (struct meters_observer){
        .call = wire_call_id(call),
        .began_ms = now,
        .due_ms = now + (ask->wait_ms > WAIT_MOST_MS ? WAIT_MOST_MS : ask->wait_ms),
    };
    (void)snprintf(observer->device, sizeof(observer->device), "%s", ask->device);
    memcpy(observer->uuid, ask->job_uuid.data, sizeof(observer->uuid));
    dme_meters_book(meters, observer->device)->observers++;
}
