// pjl: the job language around the others: how many copies, on which sides, which pages (HP PJL
// Technical Reference, ch. 5 to 7).
//
// Pure. SETs hold until a JOB, an EOJ, a RESET or an INITIALIZE.
#pragma once

#include "pdl/facts.h"
#include "pdl/input.h"

enum { PDL_PJL_LANGUAGE_MAX = 32 };

struct pdl_pjl {
    uint32_t copies;     // COPIES: of each page, until the language says otherwise; 1 or more
    uint32_t quantity;   // QTY: collated sets; 1 or more
    uint32_t sides;      // enum pdl_sides
    uint32_t first_page; // JOB START and END; 0: not said
    uint32_t last_page;
    bool mono;       // RENDERMODE=GRAYSCALE and its like
    bool short_edge; // BINDING
    bool duplex_said;
    bool duplex;
    char language[PDL_PJL_LANGUAGE_MAX]; // of the last ENTER, in capitals; empty: none
};

struct pdl_pjl pdl_pjl_of(void);

// Reads UELs and @PJL lines from where input is, up to the first byte behind ENTER LANGUAGE, or to
// the first line that is none of PJL's. False: there was nothing of PJL there.
bool pdl_pjl_read(struct pdl_input *input, struct pdl_pjl *pjl);
