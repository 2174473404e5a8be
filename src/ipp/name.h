// name: the numbers and keywords of IPP: operations, status codes, states, reasons. Pure; tables
// from the IANA registry (RFC 8011, PWG 5100.7, 5100.11, 5100.13, 5100.16).
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

enum ipp_op {
#define OPERATION(code, NAME, name) IPP_OP_##NAME = (code),
#include "ipp/op.tbl.h"
#undef OPERATION
};

enum ipp_status {
#define STATUS(code, NAME, name) IPP_STATUS_##NAME = (code),
#include "ipp/status.tbl.h"
#undef STATUS
};

enum ipp_job_state {
#define JOB_STATE(code, NAME, name) IPP_JOB_##NAME = (code),
#include "ipp/job_state.tbl.h"
#undef JOB_STATE
};

enum ipp_printer_state {
    IPP_PRINTER_IDLE = 3,
    IPP_PRINTER_PROCESSING = 4,
    IPP_PRINTER_STOPPED = 5,
};

// job-state-reasons. A job's set of them is a mask of IPP_REASON_BIT(...); 0 is "none".
enum ipp_reason {
#define REASON(NAME, name) IPP_REASON_##NAME,
#include "ipp/reason.tbl.h"
#undef REASON
    IPP_REASON_COUNT
};
#define IPP_REASON_BIT(reason) ((uint64_t)1 << (reason))

const char *ipp_op_name(uint16_t code);        // "Print-Job"; "unknown" if it is not in the table
const char *ipp_status_name(uint16_t code);    // "client-error-bad-request"; "unknown"
const char *ipp_job_state_name(int32_t state); // "pending-held"; "unknown"
const char *ipp_reason_name(enum ipp_reason reason);

bool ipp_op_find(struct str name, uint16_t *code) CC_MUST_USE;
bool ipp_status_find(struct str name, uint16_t *code) CC_MUST_USE;
bool ipp_job_state_find(struct str name, int32_t *state) CC_MUST_USE;
bool ipp_reason_find(struct str name, enum ipp_reason *reason) CC_MUST_USE;

static inline bool ipp_status_is_ok(uint16_t code)
{
    return code < 0x0100;
}
