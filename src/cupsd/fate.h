// fate: what an answer of our IPP door means for a job of CUPS: whether it waits on, is done, or
// must be told to its owner. Pure.
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include "ipp/msg.h"
#include "ipp/name.h"
#include <stdint.h>

enum {
    CUPSD_MESSAGE_MAX = 900, // CUPS cuts lines of backends at 1023
    CUPSD_REASONS_MAX = 400,
};

enum cupsd_fate_kind {
    CUPSD_FATE_GOES_ON,  // it is accepted, and under way
    CUPSD_FATE_DONE,     // it was printed, or ended long ago
    CUPSD_FATE_HELD,     // accepted; it waits for its release, which may take days
    CUPSD_FATE_REFUSED,  // for good: sent again it would be refused again
    CUPSD_FATE_PERSON,   // refused for what a person can mend: money, or an account to name
    CUPSD_FATE_CANCELED, // by a person, at Quoin
    CUPSD_FATE_AGAIN,    // nothing is kept: the same once more, later
    CUPSD_FATE_NO_QUEUE, // the same, once an administrator has put it right
    CUPSD_FATE_NO_JOB,   // asked about: it is not known there
};

struct cupsd_fate {
    enum cupsd_fate_kind kind;
    int32_t job;                         // 0: not said
    uint32_t printed;                    // impressions so far
    uint32_t total;                      // impressions of the job; 0: not known
    char message[CUPSD_MESSAGE_MAX + 1]; // a sentence for the owner; may be empty
    char reasons[CUPSD_REASONS_MAX + 1]; // job-state-reasons, commas between; may be empty
};

struct cupsd_fate cupsd_fate_of_print(const struct ipp_msg *answer);
struct cupsd_fate cupsd_fate_of_job(const struct ipp_msg *answer); // of Get-Job-Attributes

// --- what CUPS reads on our standard error ------------------------------------------------------

// "INFO: text": one line, plain text, cut between characters.
void cupsd_say(struct buf *to, const char *what, struct str text);
// A title or a name as one line of at most most bytes.
void cupsd_plain(struct buf *to, struct str text, size_t most);
