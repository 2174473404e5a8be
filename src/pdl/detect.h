// detect: what family of document the bytes are, by the bytes alone (printing.md 8, rows 1 and 23).
//
// The declared type is never trusted. Pure.
#pragma once

#include "base/str.h"
#include <stdint.h>

enum pdl_family {
    PDL_FAMILY_EMPTY,
    PDL_FAMILY_PDF, // PCLm too: a PDF of strips
    PDL_FAMILY_POSTSCRIPT,
    PDL_FAMILY_PCL, // PCL 5 and HP-GL/2
    PDL_FAMILY_PCLXL,
    PDL_FAMILY_PWG,
    PDL_FAMILY_CUPS,
    PDL_FAMILY_URF,
    PDL_FAMILY_ZIP, // XPS and OpenXPS, or another archive
    PDL_FAMILY_TIFF,
    PDL_FAMILY_JPEG,
    PDL_FAMILY_PNG,
    PDL_FAMILY_ESCP, // ESC/P, ESC/P 2, ESC/P-R
    PDL_FAMILY_TEXT,
    PDL_FAMILY_GZIP,
    PDL_FAMILY_PJL,         // PJL or a UEL: what it wraps comes behind it
    PDL_FAMILY_LABELS,      // ZPL, EPL, TSPL
    PDL_FAMILY_UNCOUNTABLE, // known by name; its pages cannot be told from its bytes
    PDL_FAMILY_UNKNOWN,
};

enum { PDL_DETECT_HEAD = 1024 }; // as much of a document as is looked at

struct pdl_kind {
    enum pdl_family family;
    const char *format; // media type; a literal
    const char *name;   // for a person: "PostScript"; a literal
    size_t skip;        // bytes of padding, or of rubbish that readers accept, before it begins
};

// head: the first bytes of the document or part, PDL_DETECT_HEAD of them or all there are.
// language: of PJL ENTER LANGUAGE, empty when there was none; a second witness for data without a
// sign of its own.
struct pdl_kind pdl_detect(struct str head, struct str language);

// The name, for a person, of a media type that pdl_detect gives; NULL: not one of those that have a
// sign or a word of PJL.
const char *pdl_detect_name(const char *format);

// How many bytes at the start are what spoolers put there: NUL, ^D, white space, a byte order mark.
size_t pdl_detect_padding(struct str head);
