// reader: what quoin-pdl does: it reads documents of strangers in a jail and says what is on their
// pages. One thread; owns no file.
#pragma once

#include "count/request.h"
#include "pdl/job.h"

// Raised with every change that gives another verdict on the same bytes: an answer says by which
// rules it was made, so that an old one can be reproduced or asked anew (quoin recount).
#define READER_RULES "1"
#define READER_NAME "quoin-pdl " QUOIN_VERSION " rules " READER_RULES

// Locks the process, then answers requests on COUNT_FD until the other side closes it
// (count/request.h). The status is the process's.
int reader_serve(bool may_be_weak);

// Locks the process less tightly and becomes the program that draws one page: the document on
// descriptor 0, the picture on 1. Returns only on failure.
int reader_draw(const char *program, const char *page, bool annotations, bool may_be_weak);

// As above, for a person: as a PNG so many pixels wide.
int reader_preview(const char *program, const char *page, const char *width, bool may_be_weak);

// Draws one page of pixels so wide by itself, in the jail of the parsers: the document on
// descriptor 0, the PNG on 1, or why there is none (COUNT_NO_PICTURE). format: JPEG, PNG, TIFF or
// raster.
int reader_picture(const char *format, const char *page, const char *width, bool may_be_weak);

// Locks the process less tightly and becomes the interpreter, which draws one page of PostScript as
// PNG. dpi: as it is to be drawn, at most 999.99. Returns only on failure.
int reader_draw_postscript(const char *program, const char *page, const char *dpi,
                           bool may_be_weak);

// Becomes LibreOffice in a jail of its own, and turns FOLDER/in.ENDING into FOLDER/out/in.pdf. The
// profile is new, in the folder, and its settings let no macro run and no link be followed. Returns
// only on failure. The folder belongs to who the process is, or, of root, to nobody.
int reader_office(const char *program, const char *folder, const char *ending, bool may_be_weak);
enum { READER_OFFICE_AGAIN = 81 }; // its status where it wants to be started once more

// What the interpreter of PostScript is told (quoin.v1.DocumentPart).
struct reader_interpret {
    const char *program; // gs
    const char *what;    // "count", "inks" or, of a PDF, "inks-pdf"
    const char *copies;  // of a page that does not say
    const char *sides;   // of a page that does not say: enum pdl_sides
    const char *wall_s;  // that it may take
    bool may_be_weak;
};

// Locks the process less tightly and becomes the interpreter: the document on descriptor 0, its
// pages on 1, as pdl_ps/raster.h or, to measure their ink, as pdl_ps/inks.h has them. Returns only
// on failure.
int reader_interpret(const struct reader_interpret *asked);

// The readers of all languages, as pdl_job_read takes them.
extern const struct pdl_language reader_languages[];
