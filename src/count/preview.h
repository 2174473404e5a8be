// preview: one page of a PDF as a picture. Blocks; any thread but a loop thread.
#pragma once

#include "base/buf.h"
#include "count/count.h"

enum {
    COUNT_PREVIEW_MAX = 512 << 10, // bytes; a larger picture is drawn smaller
    COUNT_PREVIEW_WIDTH_LEAST = 64,
    COUNT_PREVIEW_WIDTH_MOST = 1200,
};

// document: a file with one PDF, read from its start and left open. page from 1; png empty.
// ERR_INVALID: it cannot be drawn; ERR_LIMIT: not within time and size.
bool count_preview(struct count *count, int document, uint32_t page, uint32_t width,
                   struct buf *png, struct err *err) CC_MUST_USE;
