// past: jobs that are printed past Quoin, as before it, because it cannot be reached and the queue
// is to print all the same. Each is noted in DIR/agent/unaccounted: a line each, for people and
// quoin cups list. Blocking.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "cupsd/backend.h"
#include "cupsd/notes.h"
#include "cupsd/task.h"

// programs: CUPS's ServerBin; NULL: where Debian has it.
bool cupsd_past_make(const struct cupsd_note *note, const char *programs,
                     struct cupsd_instead *instead, struct err *err) CC_MUST_USE;
bool cupsd_past_note(const char *data, const struct cupsd_task *task, struct err *err) CC_MUST_USE;
