// detect: what family of document the bytes are, by the bytes alone (printing.md 8, rows 1 and 23).
//
// Leading NULs, ^D, white space and a byte order mark are passed over; a PJL wrapper is opened, its
// COPIES and QTY noted. Pure.
#pragma once

#include "base/str.h"
#include <stdint.h>

enum pdl_family {
    PDL_FAMILY_EMPTY,
    PDL_FAMILY_PDF,
    PDL_FAMILY_PWG,
    PDL_FAMILY_JPEG,
    PDL_FAMILY_OTHER, // known by name, not counted by us
    PDL_FAMILY_UNKNOWN,
};

struct pdl_kind {
    enum pdl_family family;
    const char *format; // media type; a literal
    const char *name;   // for a person: "PostScript"; a literal
    struct str body;    // the document without its wrapper, borrowed from the input
    uint32_t copies;    // by PJL; 1 unless it says otherwise
    uint32_t sides;     // by PJL: 0 does not say; 1, 2, 3
    bool wrapped;       // in PJL
};

struct pdl_kind pdl_detect(struct str document);
