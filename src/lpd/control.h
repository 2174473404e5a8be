// lpd/control: a control file (RFC 1179 7): who prints, what it is called, and which data files are
// to be printed how often. Pure. What the protocol has for formatting on the server (troff,
// cifplot, titles, widths, fonts) means nothing here: a printed file is printed as it is.
#pragma once

#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

enum {
    LPD_DOCUMENTS_MAX = 52,
    LPD_COPIES_MAX = 9999
}; // 52: data files are lettered A to Z, a to z

struct lpd_document {
    struct str file;   // "dfA123host"
    struct str source; // 7.9 N: what it was called; may be empty
    uint32_t copies;   // how often a line prints it
    char format;       // 'f' formatted, 'l' with its control characters, 'o' PostScript, 'p' …
};

// Runs borrow from the control file.
struct lpd_control {
    struct str host;  // 7.2 H
    struct str user;  // 7.8 P
    struct str job;   // 7.4 J; empty: none
    struct str class; // 7.1 C
    struct str mail;  // 7.6 M
    struct lpd_document documents[LPD_DOCUMENTS_MAX];
    size_t count;
};

// Lines that are not known are passed over, as RFC 1179 7 asks. Refused: no document, too many, a
// line with a control character.
bool lpd_control_read(struct str file, struct lpd_control *control, struct err *err) CC_MUST_USE;
// The document of that data file; NULL: none prints it.
const struct lpd_document *lpd_control_find(const struct lpd_control *control, struct str file);
