// stream: the bytes of streams. Flate alone, nearly all there is, is inflated here, with a cap and
// no copies; every other filter is libqpdf's.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

#include "base/mem.h"
#include <stdlib.h>

bool pdl_pdf_stream_raw(struct doc *doc, qpdf_oh stream, unsigned char **bytes, size_t *len)
{
    QPDF_BOOL filtered = QPDF_FALSE;
    *bytes = NULL;
    *len = 0;
    return qpdf_oh_get_stream_data(doc->qpdf, stream, qpdf_dl_none, &filtered, bytes, len) <
           QPDF_ERRORS;
}

bool pdl_pdf_stream_decoded(struct doc *doc, qpdf_oh stream, unsigned char **bytes, size_t *len)
{
    QPDF_BOOL filtered = QPDF_FALSE;
    *bytes = NULL;
    *len = 0;
    return qpdf_oh_get_stream_data(doc->qpdf, stream, qpdf_dl_specialized, &filtered, bytes, len) <
               QPDF_ERRORS &&
           filtered;
}

static enum pdf_filter filter_of(struct doc *doc, qpdf_oh name)
{
    static const struct {
        const char *name;
        enum pdf_filter filter;
    } filters[] = {
        { "/FlateDecode", FILTER_FLATE }, { "/Fl", FILTER_FLATE },
        { "/DCTDecode", FILTER_DCT },     { "/DCT", FILTER_DCT },
        { "/JPXDecode", FILTER_JPX },     { "/CCITTFaxDecode", FILTER_BITS },
        { "/CCF", FILTER_BITS },          { "/JBIG2Decode", FILTER_BITS },
    };
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (pdl_pdf_name_is(doc, name, filters[i].name)) {
            return filters[i].filter;
        }
    }
    return FILTER_OTHER;
}

enum pdf_filter pdl_pdf_stream_filter(struct doc *doc, qpdf_oh dict,
                                      struct pdf_predictor *predictor)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh filter = pdl_pdf_key(doc, dict, "/Filter");
    qpdf_oh parms = pdl_pdf_key(doc, dict, "/DecodeParms");
    *predictor = (struct pdf_predictor){ 1, 1, 8, 1 };
    if (qpdf_oh_is_array(q, filter)) {
        int count = qpdf_oh_get_array_n_items(q, filter);
        if (count > 1) {
            enum pdf_filter last = filter_of(doc, qpdf_oh_get_array_item(q, filter, count - 1));
            return last == FILTER_JPX || last == FILTER_BITS ? last : FILTER_OTHER;
        }
        filter = count == 1 ? qpdf_oh_get_array_item(q, filter, 0) : qpdf_oh_new_null(q);
    }
    if (qpdf_oh_is_array(q, parms)) {
        parms = qpdf_oh_get_array_n_items(q, parms) > 0 ? qpdf_oh_get_array_item(q, parms, 0)
                                                        : qpdf_oh_new_null(q);
    }
    if (qpdf_oh_is_null(q, filter)) {
        return FILTER_NONE;
    }
    enum pdf_filter found = filter_of(doc, filter);
    if (found == FILTER_FLATE && qpdf_oh_is_dictionary(q, parms)) {
        predictor->kind = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/Predictor"), 1);
        predictor->colors = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/Colors"), 1);
        predictor->bits = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/BitsPerComponent"), 8);
        predictor->columns = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/Columns"), 1);
    }
    return found;
}

// Past the two bytes of the zlib header (RFC 1950) the data are inflated raw: makers get /Length
// wrong by the checksum behind them, and every viewer lets that pass.
bool pdl_pdf_inflate_start(struct doc *doc, struct str raw)
{
    enum { HEADER = 2, METHOD = 8, METHOD_MASK = 15, CHECK = 31, DICTIONARY = 32 };
    const unsigned char *head = (const unsigned char *)raw.ptr;
    if (raw.len < HEADER || raw.len > UINT32_MAX || (head[0] & METHOD_MASK) != METHOD ||
        (head[0] * 256 + head[1]) % CHECK != 0 || (head[1] & DICTIONARY) != 0) {
        return false;
    }
    int bad = doc->zlib_ready ? inflateReset(&doc->zlib) : inflateInit2(&doc->zlib, -MAX_WBITS);
    doc->zlib_ready |= bad == Z_OK;
    doc->zlib.next_in = (Bytef *)(uintptr_t)raw.ptr + HEADER;
    doc->zlib.avail_in = (uInt)(raw.len - HEADER);
    return bad == Z_OK;
}

// Inflates into buf up to its cap. What came before damage is kept, and false is the answer.
static bool stream_inflate(struct doc *doc, struct str raw, struct buf *buf)
{
    enum { CHUNK = 32768 };
    char chunk[CHUNK];
    if (!pdl_pdf_inflate_start(doc, raw)) {
        return false;
    }
    int state = Z_OK;
    while (state == Z_OK && buf_ok(buf)) {
        doc->zlib.next_out = (Bytef *)chunk;
        doc->zlib.avail_out = CHUNK;
        state = inflate(&doc->zlib, Z_NO_FLUSH);
        buf_add(buf, (struct str){ chunk, CHUNK - doc->zlib.avail_out });
        if (state == Z_OK && doc->zlib.avail_in == 0 && doc->zlib.avail_out > 0) {
            break;
        }
    }
    return state == Z_STREAM_END && buf_ok(buf);
}

bool pdl_pdf_stream_add(struct doc *doc, qpdf_oh stream, struct buf *buf)
{
    struct pdf_predictor predictor;
    qpdf_oh dict = qpdf_oh_get_dict(doc->qpdf, stream);
    enum pdf_filter filter = pdl_pdf_stream_filter(doc, dict, &predictor);
    unsigned char *bytes = NULL;
    size_t len = 0;
    bool ok = false;
    if (filter == FILTER_FLATE && predictor.kind == 1) {
        ok = pdl_pdf_stream_raw(doc, stream, &bytes, &len) &&
             stream_inflate(doc, (struct str){ (const char *)bytes, len }, buf);
    } else if (filter == FILTER_NONE || filter == FILTER_OTHER || filter == FILTER_FLATE) {
        ok = pdl_pdf_stream_decoded(doc, stream, &bytes, &len) ||
             (filter == FILTER_NONE && pdl_pdf_stream_raw(doc, stream, &bytes, &len));
        buf_add(buf, (struct str){ (const char *)bytes, ok ? len : 0 });
        ok = ok && buf_ok(buf);
    }
    free(bytes);
    return ok;
}
