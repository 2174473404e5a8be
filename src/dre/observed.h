// observed: what a printer's own meter says of a job, and whether the job is charged by it. Pure.
//
// A meter is a witness with an error, and others may have printed. Less than was counted gives
// money back where its settings say that it settles, or where the printer was seen broken in the
// job's time. More than was counted is never charged: only that was set aside, and what else came
// out is a gap.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct dre_observed_ask {
    uint32_t computed; // impressions
    uint32_t sheets;
    bool known;          // the meter told something that can be believed
    int64_t count;       // what it told
    bool is_sheets;      // of sheets
    bool settles;        // its settings say so
    const char *trouble; // what was wrong with the printer meanwhile; empty: nothing was seen
    const char *why;     // why nothing is known, or how sure it is
};

struct dre_observed {
    bool known;
    uint32_t impressions;
    bool counts;   // that is what is charged
    char why[360]; // a sentence for people
};

void dre_observed_judge(const struct dre_observed_ask *ask, struct dre_observed *observed);
