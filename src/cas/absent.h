// absent: what a thing that is configured names and is not there: a group that nobody is in yet, a
// quota that is none. It is no error, for files are applied before people are imported; but whoever
// mistyped a name is told.
#pragma once

#include "cas/cas_int.h"

enum { CAS_ABSENT_MOST = 20 }; // sentences; the last one tells how many more there are

struct cas_absent {
    char **texts; // in the turn's arena
    size_t count;
};

// edits: canonical, as they are about to be made: what one names and another makes is there.
bool cas_absent_find(struct cas *cas, struct cas_turn *turn, const struct config_edit *edits,
                     size_t count, struct cas_absent *absent, struct err *err) CC_MUST_USE;
