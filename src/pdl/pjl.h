// pjl: the job language around the others: how many copies, on which sides, on which sheet, which
// pages (HP PJL Technical Reference, ch. 4 to 7).
//
// Pure. What SET sets holds until a reset: JOB, EOJ, RESET, INITIALIZE, or a UEL outside of JOB and
// EOJ. What DEFAULT sets is what a reset goes back to.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

enum { PDL_PJL_LANGUAGE_MAX = 32 };

struct pdl_pjl_values {
    struct pdl_facts *facts; // borrowed: where what is not taken as it stands is noted; NULL: not
    uint32_t copies;         // COPIES: of each page, until the language says otherwise; 1 or more
    uint32_t quantity;       // QTY: collated sets; 1 or more
    bool copies_over;        // more than PDL_COPIES_MAX are asked for, which is what stands there
    bool quantity_over;
    bool short_edge; // BINDING
    bool duplex_said;
    bool duplex;
    bool grey; // RENDERMODE=GRAYSCALE and its like
    bool held; // HOLD: the printer keeps it
    struct pdl_form form;
};

struct pdl_pjl {
    struct pdl_pjl_values now;
    struct pdl_pjl_values defaults;
    bool in_job;         // between JOB and EOJ
    uint32_t first_page; // JOB START and END; 0: not said
    uint32_t last_page;
    uint64_t pages;                      // of the parts since JOB; the reader of the job keeps it
    char language[PDL_PJL_LANGUAGE_MAX]; // of the last ENTER, in capitals; empty: none
};

struct pdl_pjl pdl_pjl_of(struct pdl_facts *facts);

// Reads UELs and @PJL lines from where input is, up to the first byte behind ENTER LANGUAGE, or to
// the first line that is none of PJL's. False: there was nothing of PJL there.
bool pdl_pjl_read(struct pdl_input *input, struct pdl_pjl *pjl);

enum pdl_sides pdl_pjl_sides(const struct pdl_pjl *pjl);
