// wire/status: how a call ended, in the trailers of gRPC: a code, a text, and in
// "grpc-status-details-bin" a google.rpc.Status with a quoin.v1.Refusal, which carries our own
// code, the sentence for a person and the IPP job-state-reasons.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "http2/session.h"

enum wire_status { // https://grpc.github.io/grpc/core/md_doc_statuscodes.html
    WIRE_OK = 0,
    WIRE_CANCELLED = 1,
    WIRE_UNKNOWN = 2,
    WIRE_INVALID_ARGUMENT = 3,
    WIRE_DEADLINE_EXCEEDED = 4,
    WIRE_NOT_FOUND = 5,
    WIRE_ALREADY_EXISTS = 6,
    WIRE_PERMISSION_DENIED = 7,
    WIRE_RESOURCE_EXHAUSTED = 8,
    WIRE_ABORTED = 10,
    WIRE_UNIMPLEMENTED = 12,
    WIRE_INTERNAL = 13,
    WIRE_UNAVAILABLE = 14,
    WIRE_UNAUTHENTICATED = 16,
};

enum wire_status wire_status_of(enum err_code code);
enum err_code wire_status_err(uint64_t status); // of any number; of WIRE_OK ERR_NONE

enum { WIRE_STATUS_FIELDS = 3, WIRE_REASONS_MAX = 32 };

// The trailers that say it, made in the arena; *count of them (1 for WIRE_OK). What does not fit
// the arena is left out, from the details upwards.
void wire_status_write(struct arena *arena, enum wire_status status, const struct err *err,
                       const char *const *reasons,
                       struct http2_field out[static WIRE_STATUS_FIELDS], size_t *count);

// Of the values of the three trailers (empty: absent): sets *err to ERR_NONE or the refusal,
// reasons to a NULL-ended list in the arena.
void wire_status_read(struct arena *arena, struct str status, struct str text, struct str details,
                      struct err *err, const char *const **reasons);
