// pjl: what a printer says in PJL on the way back (HP PJL Technical Reference, chapters 7 and 8).
// Pure.
//
//     answer = "@PJL USTATUS JOB" CRLF *( line ) FF     of a job's start, end or cancellation
//     line   = "START" / "END" / "CANCELED" / NAME "=" value
#pragma once

#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum { PJL_LINE_MAX = 256 };

struct pjl { // start with zeroes
    char line[PJL_LINE_MAX];
    uint32_t line_len;
    bool is_long;   // the line is longer than PJL_LINE_MAX: it is skipped
    bool in_job;    // inside USTATUS JOB
    bool in_end;    // of which END or CANCELED was read
    bool ended;     // the job's end was reported
    bool canceled;  // it was cancelled
    bool has_pages; // and its pages were told
    uint32_t pages;
};

// Takes bytes in pieces of any size; unknown lines are passed over.
void dre_pjl_feed(struct pjl *pjl, struct str bytes);
