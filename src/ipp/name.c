// name: see name.h. Four tables, walked: they are asked a few times a request.

#include "ipp/name.h"

#include <stddef.h>

struct row {
    int32_t code;
    const char *name;
};

static const struct row ops[] = {
#define OPERATION(code, NAME, name) { (code), (name) },
#include "ipp/op.tbl.h"
#undef OPERATION
    { 0, NULL },
};

static const struct row statuses[] = {
#define STATUS(code, NAME, name) { (code), (name) },
#include "ipp/status.tbl.h"
#undef STATUS
    { 0, NULL },
};

static const struct row job_states[] = {
#define JOB_STATE(code, NAME, name) { (code), (name) },
#include "ipp/job_state.tbl.h"
#undef JOB_STATE
    { 0, NULL },
};

static const struct row reasons[] = {
#define REASON(NAME, name) { IPP_REASON_##NAME, (name) },
#include "ipp/reason.tbl.h"
#undef REASON
    { 0, NULL },
};

_Static_assert(IPP_REASON_COUNT <= 64, "a set of reasons is a mask of 64 bits");

static const char *name_of(const struct row *rows, int32_t code)
{
    for (const struct row *row = rows; row->name != NULL; row++) {
        if (row->code == code) {
            return row->name;
        }
    }
    return "unknown";
}

static bool code_of(const struct row *rows, struct str name, int32_t *code)
{
    for (const struct row *row = rows; row->name != NULL; row++) {
        if (str_eq(str_of(row->name), name)) {
            *code = row->code;
            return true;
        }
    }
    return false;
}

const char *ipp_op_name(uint16_t code)
{
    return name_of(ops, code);
}

const char *ipp_status_name(uint16_t code)
{
    return name_of(statuses, code);
}

const char *ipp_job_state_name(int32_t state)
{
    return name_of(job_states, state);
}

const char *ipp_reason_name(enum ipp_reason reason)
{
    return name_of(reasons, (int32_t)reason);
}

bool ipp_op_find(struct str name, uint16_t *code)
{
    int32_t found = 0;
    if (!code_of(ops, name, &found)) {
        return false;
    }
    *code = (uint16_t)found;
    return true;
}

bool ipp_status_find(struct str name, uint16_t *code)
{
    int32_t found = 0;
    if (!code_of(statuses, name, &found)) {
        return false;
    }
    *code = (uint16_t)found;
    return true;
}

bool ipp_job_state_find(struct str name, int32_t *state)
{
    return code_of(job_states, name, state);
}

bool ipp_reason_find(struct str name, enum ipp_reason *reason)
{
    int32_t found = 0;
    if (!code_of(reasons, name, &found)) {
        return false;
    }
    *reason = (enum ipp_reason)found;
    return true;
}
