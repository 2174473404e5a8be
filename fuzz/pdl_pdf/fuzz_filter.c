// Any bytes through any filter and predictor end within the cap.
#include "pdl_pdf/filter.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { OUT_MAX = 1 << 16, HEAD = 5 };
    if (size < HEAD) {
        return 0;
    }
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    struct pdf_predictor predictor = { data[1], data[2], data[3], data[4] };
    struct str in = { (const char *)data + HEAD, size - HEAD };
    bool ok = false;
    switch (data[0] % 5) {
    case 0: ok = pdl_pdf_filter_hex(in, &out); break;
    case 1: ok = pdl_pdf_filter_ascii85(in, &out); break;
    case 2: ok = pdl_pdf_filter_run_length(in, &out); break;
    case 3: ok = pdl_pdf_filter_lzw(in, true, &out); break;
    default: ok = pdl_pdf_filter_lzw(in, false, &out); break;
    }
    assert(out.len <= OUT_MAX && (ok || out.len <= OUT_MAX));
    size_t before = out.len;
    ok = pdl_pdf_filter_unpredict(&predictor, &out, 0);
    assert(out.len <= before && (ok || out.len == before));
    return 0;
}
