// calls: see calls.h.
//
// no unit test: needs a server that is asked; tests/it/test_metrics.py does.

#include "svc/calls.h"

#include "base/mem.h"
#include "wire/calls.h"
#include <stdio.h>
#include <stdlib.h>

enum { CODES = 17 }; // of gRPC

struct calls_row {
    uint64_t by_code[CODES];
    struct svc_durations took; // not of streams: they last as long as somebody listens
};

struct svc_calls {
    struct calls_row **rows; // by index in wire_kinds; owned; NULL: never asked
};

static const char *const codes[CODES] = {
    "ok",
    "cancelled",
    "unknown",
    "invalid-argument",
    "deadline-exceeded",
    "not-found",
    "already-exists",
    "permission-denied",
    "resource-exhausted",
    "failed-precondition",
    "aborted",
    "out-of-range",
    "unimplemented",
    "internal",
    "unavailable",
    "data-loss",
    "unauthenticated",
};

struct svc_calls *svc_calls_new(void)
{
    struct svc_calls *calls = mem_new(sizeof(*calls));
    calls->rows = mem_new(wire_kind_count * sizeof(struct calls_row *));
    return calls;
}

void svc_calls_free(struct svc_calls **calls)
{
    if (*calls != NULL) {
        for (size_t at = 0; at < wire_kind_count; at++) {
            free((*calls)->rows[at]);
        }
        free((*calls)->rows);
        free(*calls);
        *calls = NULL;
    }
}

void svc_calls_note(struct svc_calls *calls, const struct wire_called *called)
{
    if (calls->rows[called->kind] == NULL) {
        calls->rows[called->kind] = mem_new(sizeof(struct calls_row));
    }
    struct calls_row *row = calls->rows[called->kind];
    row->by_code[called->status < CODES ? called->status : 2]++;
    if (!called->is_stream) {
        svc_durations_add(&row->took, called->ns);
    }
}

// "Jobs/ListJobs": what every path of ours ends with.
static const char *short_path(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot == NULL ? path : dot + 1;
}

void svc_calls_measure(const struct svc_calls *calls, struct svc_metrics *metrics)
{
    svc_metrics_family(metrics, SVC_COUNTER, "quoin_calls_total",
                       "Calls that were answered, by what they asked and how they ended.");
    for (size_t kind = 0; kind < wire_kind_count; kind++) {
        for (size_t code = 0; calls->rows[kind] != NULL && code < CODES; code++) {
            const struct svc_label labels[] = { { "method", short_path(wire_kinds[kind].path) },
                                                { "code", codes[code] },
                                                { NULL, NULL } };
            if (calls->rows[kind]->by_code[code] > 0) {
                svc_metrics_int(metrics, labels, (int64_t)calls->rows[kind]->by_code[code]);
            }
        }
    }
    svc_metrics_family(metrics, SVC_HISTOGRAM, "quoin_call_duration_seconds",
                       "How long calls took from their first byte to their answer.");
    for (size_t kind = 0; kind < wire_kind_count; kind++) {
        const struct svc_label labels[] = { { "method", short_path(wire_kinds[kind].path) },
                                            { NULL, NULL } };
        if (calls->rows[kind] != NULL && (wire_kinds[kind].flags & (CALL_PARTS | CALL_TALK)) == 0) {
            svc_metrics_durations(metrics, labels, &calls->rows[kind]->took);
        }
    }
}
