// meters_calls: jobs are noted, and gaps are told. Loop thread; what the store is asked for comes
// back to it.
//
// no unit test: needs a running engine; tests/it/test_meters.py notes and asks.

#include "dme/meters_int.h"

#include "base/clk.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { GAPS_DEFAULT = 100, ANSWER_BYTES = 1 << 20, SUMS_DEFAULT = 1000 };
#define IMPRESSIONS_MOST 100000000LL

static void refuse(struct wire_call *call, enum err_code code, const char *reason, const char *text)
{
    const char *const reasons[] = { reason, NULL };
    struct err err;
    err_fill(&err, code, "%s", text);
    wire_call_refuse(call, &err, reasons);
}

static void refuse_busy(struct wire_call *call)
{
    refuse(call, ERR_UNAVAILABLE, "try-again",
           "the engine has too much to do at the moment, or its store has failed; its log tells");
}

// --- jobs ---------------------------------------------------------------------------------------

struct noting {
    struct store_task task; // first
    struct dme *dme;
    struct wire_call_id call;
    char device[METERS_NAME_MAX + 1];
    struct meters_job job;
    int64_t late_ms;
    bool late;
};

static bool note_run(struct store_task *task, struct err *err)
{
    struct noting *noting = (struct noting *)(void *)task;
    noting->job.device = str_of(noting->device);
    return dme_meters_put_job(dme_store_part(task->store, STORE_METERS), &noting->job,
                              noting->late_ms, &noting->late, err);
}

static void note_done(struct store_task *task, bool ok, const struct err *err)
{
    struct noting *noting = (struct noting *)(void *)task;
    struct dme *dme = noting->dme;
    struct wire_call *call =
        dme->ending ? NULL : wire_call_find(svc_server(dme->svc), noting->call);
    if (ok && !noting->late && !dme->ending) {
        struct meters_book *book = dme_meters_book(dme->meters, noting->device);
        struct watched *watched = dme_watched_find(dme, noting->device);
        dme_meters_add_job(book, noting->job.uuid, &noting->job.tracked);
        if (watched != NULL) { // it prints, or did just now
            dme_watched_soon(watched);
        }
    }
    if (call != NULL && ok) {
        Quoin__V1__Empty empty = QUOIN__V1__EMPTY__INIT;
        wire_call_answer(call, &empty.base);
    } else if (call != NULL) {
        wire_call_refuse(call, err, NULL);
    }
    free(noting);
}

static const char *why_not(const Quoin__V1__NoteJobRequest *ask)
{
    if (ask->job_uuid.len != 16) {
        return "a job is noted by its uuid of 16 bytes";
    }
    if (ask->device[0] == '\0' || strlen(ask->device) > METERS_NAME_MAX) {
        return "a job is noted with the name of the printer that it went to";
    }
    if (ask->began <= 0 || (ask->ended != 0 && ask->ended < ask->began)) {
        return "a job begins, and ends after that or not yet";
    }
    if (ask->impressions < 0 || ask->impressions > IMPRESSIONS_MOST || ask->sheets < 0 ||
        ask->sheets > IMPRESSIONS_MOST) {
        return "a job has between none and 100,000,000 impressions and sheets";
    }
    return NULL;
}

void dme_note_job(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__NoteJobRequest *ask = (const void *)asked;
    if (why_not(ask) != NULL) {
        refuse(call, ERR_INVALID, "bad-request", why_not(ask));
        return;
    }
    struct noting *noting = mem_new(sizeof(*noting));
    noting->task = (struct store_task){ .run = note_run, .done = note_done };
    noting->dme = dme;
    noting->call = wire_call_id(call);
    noting->late_ms = dme_meters_late_ms(dme, ask->device);
    noting->job.tracked = (struct device_tracked){ .began = ask->began,
                                                   .ended = ask->ended,
                                                   .impressions = ask->impressions,
                                                   .sheets = ask->sheets };
    memcpy(noting->job.uuid, ask->job_uuid.data, sizeof(noting->job.uuid));
    (void)snprintf(noting->device, sizeof(noting->device), "%s", ask->device);
    if (!dme_store_add(dme->store, &noting->task)) {
        refuse_busy(call);
        free(noting);
    }
}

// --- gaps ---------------------------------------------------------------------------------------

struct listing {
    struct store_task task; // first
    struct dme *dme;
    struct wire_call_id call;
    struct arena arena;
    struct meters_asked asked;
    size_t most;
    struct meters_gap *gaps;
    size_t gap_count;
    struct meters_sum *sums;
    size_t sum_count;
};

static bool list_run(struct store_task *task, struct err *err)
{
    struct listing *listing = (struct listing *)(void *)task;
    struct meters_db *meters = dme_store_part(task->store, STORE_METERS);
    return dme_meters_gaps(meters, &listing->asked, listing->most + 1, &listing->arena,
                           listing->gaps, &listing->gap_count, err) &&
           dme_meters_sums(meters, &listing->asked, SUMS_DEFAULT, &listing->arena, listing->sums,
                           &listing->sum_count, err);
}

static Quoin__V1__Gap *gap_told(struct listing *listing, const struct meters_gap *gap)
{
    Quoin__V1__Gap *out = arena_new(&listing->arena, sizeof(*out));
    if (out == NULL) {
        return NULL;
    }
    quoin__v1__gap__init(out);
    out->id = gap->id;
    out->device = arena_text(&listing->arena, gap->device);
    out->from = gap->gap.from;
    out->until = gap->gap.until;
    out->counted = gap->gap.counted;
    out->tracked = gap->gap.tracked;
    out->untracked = gap->gap.untracked;
    out->text = dme_meters_gap_text(listing->dme, &gap->gap, &listing->arena);
    out->unit = (char *)(uintptr_t)device_unit_name(gap->gap.unit);
    return out->device == NULL ? NULL : out;
}

static Quoin__V1__Reconciled *sum_told(struct listing *listing, const struct meters_sum *sum)
{
    Quoin__V1__Reconciled *out = arena_new(&listing->arena, sizeof(*out));
    if (out == NULL) {
        return NULL;
    }
    quoin__v1__reconciled__init(out);
    out->device = arena_text(&listing->arena, sum->device);
    out->counted = sum->counted;
    out->tracked = sum->tracked;
    out->untracked = sum->untracked;
    out->unexplained_back = sum->back;
    out->unit = (char *)(uintptr_t)device_unit_name(sum->unit);
    return out->device == NULL ? NULL : out;
}

static void list_answer(struct listing *listing, struct wire_call *call)
{
    Quoin__V1__ListGapsReply reply = QUOIN__V1__LIST_GAPS_REPLY__INIT;
    reply.more = listing->gap_count > listing->most;
    reply.nothing_counted = listing->sum_count == 0;
    reply.gaps = arena_new_array(&listing->arena, listing->gap_count + 1, sizeof(*reply.gaps));
    reply.devices =
        arena_new_array(&listing->arena, listing->sum_count + 1, sizeof(*reply.devices));
    for (size_t at = 0; reply.gaps != NULL && at < listing->gap_count && at < listing->most; at++) {
        Quoin__V1__Gap *gap = gap_told(listing, &listing->gaps[at]);
        if (gap == NULL) {
            reply.more = true;
            break;
        }
        reply.gaps[reply.n_gaps++] = gap;
    }
    for (size_t at = 0; reply.devices != NULL && at < listing->sum_count; at++) {
        Quoin__V1__Reconciled *sum = sum_told(listing, &listing->sums[at]);
        if (sum == NULL) {
            break;
        }
        reply.devices[reply.n_devices++] = sum;
    }
    wire_call_answer(call, &reply.base);
}

static void list_done(struct store_task *task, bool ok, const struct err *err)
{
    struct listing *listing = (struct listing *)(void *)task;
    struct dme *dme = listing->dme;
    struct wire_call *call =
        dme->ending ? NULL : wire_call_find(svc_server(dme->svc), listing->call);
    if (call != NULL && ok) {
        list_answer(listing, call);
    } else if (call != NULL) {
        wire_call_refuse(call, err, NULL);
    }
    arena_free(&listing->arena);
    free(listing);
}

void dme_list_gaps(void *engine, struct wire_call *call, const ProtobufCMessage *asked)
{
    struct dme *dme = engine;
    const Quoin__V1__ListGapsRequest *ask = (const void *)asked;
    if (ask->from < 0 || ask->until < 0 || (ask->until > 0 && ask->until <= ask->from)) {
        refuse(call, ERR_INVALID, "bad-request",
               "the time that is asked for ends before it begins");
        return;
    }
    struct listing *listing = mem_new(sizeof(*listing));
    listing->task = (struct store_task){ .run = list_run, .done = list_done };
    listing->dme = dme;
    listing->call = wire_call_id(call);
    listing->arena = ARENA_CAP(ANSWER_BYTES);
    listing->most = ask->limit == 0                ? GAPS_DEFAULT
                    : ask->limit > METERS_GAPS_MAX ? METERS_GAPS_MAX
                                                   : ask->limit;
    listing->gaps = arena_new_array(&listing->arena, listing->most + 1, sizeof(*listing->gaps));
    listing->sums = arena_new_array(&listing->arena, SUMS_DEFAULT, sizeof(*listing->sums));
    listing->asked =
        (struct meters_asked){ .device = arena_copy(&listing->arena, str_of(ask->device)),
                               .from = ask->from,
                               .until = ask->until,
                               .before = ask->before };
    if (!dme_store_add(dme->store, &listing->task)) {
        refuse_busy(call);
        arena_free(&listing->arena);
        free(listing);
    }
}
