// preview: one page of a document as a picture. Blocks; any thread but a loop thread.
#pragma once

#include "base/buf.h"
#include "count/count.h"

enum {
    COUNT_PREVIEW_MAX = 512 << 10, // bytes; a larger picture is drawn smaller
    COUNT_PREVIEW_WIDTH_LEAST = 64,
    COUNT_PREVIEW_WIDTH_MOST = 1200,
};

struct count_page {
    const char *format;   // of the document, as its facts say; borrowed
    uint32_t page;        // from 1
    uint32_t paper_width; // hundredths of a millimetre, as the facts say; 0: A4
    uint32_t width;       // of the picture, in pixels; one that is smaller is not made larger
};

// Whether pages of the format are drawn here; *why, when not, is a sentence without its end.
bool count_preview_is_possible(struct count *count, const char *format, const char **why);

// document: a file with the document alone, read from its start and left open; png empty.
// PDF is drawn by pdftoppm, PostScript by Ghostscript, JPEG, PNG, TIFF and raster by a reader of
// our own, each in a jail. ERR_INVALID: it cannot be drawn; ERR_LIMIT: not within time and size;
// ERR_UNAVAILABLE: what draws it is not installed.
bool count_preview(struct count *count, int document, const struct count_page *page,
                   struct buf *png, struct err *err) CC_MUST_USE;
