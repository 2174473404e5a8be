// dsc: what the comments of a PostScript document say of it (Document Structuring Conventions 3.0).
// They are a second witness: nothing is counted by them. Pure.
#pragma once

#include "base/cc.h"
#include "base/str.h"
#include <stdint.h>

struct pdl_ps_dsc {
    bool conforming; // "%!PS-Adobe-"
    bool epsf;
    bool has_pages; // %%Pages, in the header or (atend) in the trailer
    bool at_end;
    uint32_t pages;         // of %%Pages
    uint32_t page_comments; // %%Page, embedded documents left aside
    uint32_t jobs;          // that a ^D begins after the first
    uint32_t copies;        // of %%Requirements numcopies(n); 0: does not say
};

// Reads all of the document's comments; what follows them badly is passed over.
struct pdl_ps_dsc pdl_ps_dsc_of(struct str document);
