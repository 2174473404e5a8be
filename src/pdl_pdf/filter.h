// filter: the filters of streams that need no library (ISO 32000-2, 7.4.2 to 7.4.5), and the
// predictors (7.4.4.4). Bytes in, bytes out, up to the cap of the buffer. Pure.
#pragma once

#include "base/buf.h"
#include <stdint.h>

struct pdf_predictor {
    int kind; // 1: none; 2: TIFF; 10 and more: PNG
    int colors;
    int bits;
    int columns;
};

// Each appends what it decodes. False at damage or the cap; what came before it is kept. An end
// mark that is missing is no damage.
bool pdl_pdf_filter_hex(struct str in, struct buf *out);
bool pdl_pdf_filter_ascii85(struct str in, struct buf *out);
bool pdl_pdf_filter_run_length(struct str in, struct buf *out);
bool pdl_pdf_filter_lzw(struct str in, bool early_change, struct buf *out);

// Undoes a predictor over all rows in buf from byte `from` on. False: not a shape that there is.
bool pdl_pdf_filter_unpredict(const struct pdf_predictor *predictor, struct buf *buf, size_t from);

// Undoes a PNG row filter (RFC 2083, 6). above is NULL for the first row.
void pdl_pdf_filter_png(uint8_t kind, uint8_t *row, const uint8_t *above, size_t len, size_t bpp);
