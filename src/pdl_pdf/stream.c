// stream: the bytes of streams. libqpdf hands out what lies in the file, decrypted; the filters are
// undone here, each with a cap, so that no chain of them can fill the memory.
// no unit test: tests/unit/pdl_pdf/test_pdf.c reads the corpus of traps, which is made for it.

#include "pdl_pdf/pdf_int.h"

#include <stdlib.h>

bool pdl_pdf_stream_raw(struct doc *doc, qpdf_oh stream, unsigned char **bytes, size_t *len)
{
    QPDF_BOOL filtered = QPDF_FALSE;
    *bytes = NULL;
    *len = 0;
    return qpdf_oh_get_stream_data(doc->qpdf, stream, qpdf_dl_none, &filtered, bytes, len) <
           QPDF_ERRORS;
}

enum pdf_filter pdl_pdf_stream_filter(struct str name)
{
    static const struct {
        struct str name;
        enum pdf_filter filter;
    } filters[] = {
        { STR_INIT("FlateDecode"), FILTER_FLATE },
        { STR_INIT("Fl"), FILTER_FLATE },
        { STR_INIT("DCTDecode"), FILTER_DCT },
        { STR_INIT("DCT"), FILTER_DCT },
        { STR_INIT("JPXDecode"), FILTER_JPX },
        { STR_INIT("CCITTFaxDecode"), FILTER_BITS },
        { STR_INIT("CCF"), FILTER_BITS },
        { STR_INIT("JBIG2Decode"), FILTER_BITS },
        { STR_INIT("LZWDecode"), FILTER_LZW },
        { STR_INIT("LZW"), FILTER_LZW },
        { STR_INIT("RunLengthDecode"), FILTER_RUN_LENGTH },
        { STR_INIT("RL"), FILTER_RUN_LENGTH },
        { STR_INIT("ASCII85Decode"), FILTER_ASCII85 },
        { STR_INIT("A85"), FILTER_ASCII85 },
        { STR_INIT("ASCIIHexDecode"), FILTER_HEX },
        { STR_INIT("AHx"), FILTER_HEX },
        { STR_INIT("Crypt"), FILTER_NONE }, // libqpdf has done it
    };
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (str_eq(name, filters[i].name)) {
            return filters[i].filter;
        }
    }
    return FILTER_OTHER;
}

static void step_parameters(struct doc *doc, qpdf_oh parms, struct pdf_step *step)
{
    if (!qpdf_oh_is_dictionary(doc->qpdf, parms)) {
        return;
    }
    struct pdf_predictor *predictor = &step->predictor;
    predictor->kind = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/Predictor"), 1);
    predictor->colors = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/Colors"), 1);
    predictor->bits = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/BitsPerComponent"), 8);
    predictor->columns = (int)pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/Columns"), 1);
    step->late_change = pdl_pdf_number(doc, pdl_pdf_key(doc, parms, "/EarlyChange"), 1) == 0;
}

void pdl_pdf_chain_add(struct pdf_chain *chain, enum pdf_filter filter)
{
    if (chain->count == PDF_STEPS_MAX || filter == FILTER_OTHER) {
        chain->unknown = true;
    } else if (filter != FILTER_NONE) {
        chain->steps[chain->count++] =
            (struct pdf_step){ .filter = filter, .predictor = { 1, 1, 8, 1 } };
    }
}

static void chain_name(struct doc *doc, struct pdf_chain *chain, qpdf_oh name, qpdf_oh parms)
{
    int before = chain->count;
    chain->unknown |= doc->unlocked && pdl_pdf_name_is(doc, name, "/Crypt");
    bool is_name = qpdf_oh_is_name(doc->qpdf, name);
    struct str text = is_name ? str_of(qpdf_oh_get_name(doc->qpdf, name) + 1) : STR("");
    pdl_pdf_chain_add(chain, pdl_pdf_stream_filter(text));
    if (chain->count > before) {
        step_parameters(doc, parms, &chain->steps[before]);
    }
}

void pdl_pdf_chain_read(struct doc *doc, qpdf_oh dict, struct pdf_chain *chain)
{
    qpdf_data q = doc->qpdf;
    qpdf_oh filter = pdl_pdf_key(doc, dict, "/Filter");
    qpdf_oh parms = pdl_pdf_key(doc, dict, "/DecodeParms");
    chain->count = 0;
    chain->unknown = false;
    if (qpdf_oh_is_array(q, filter)) {
        int count = qpdf_oh_get_array_n_items(q, filter);
        int given = qpdf_oh_is_array(q, parms) ? qpdf_oh_get_array_n_items(q, parms) : 0;
        for (int i = 0; i < count && !chain->unknown; i++) {
            qpdf_oh own = i < given    ? qpdf_oh_get_array_item(q, parms, i)
                          : count == 1 ? parms
                                       : qpdf_oh_new_null(q);
            chain_name(doc, chain, qpdf_oh_get_array_item(q, filter, i), own);
        }
    } else if (!qpdf_oh_is_null(q, filter)) {
        bool several = qpdf_oh_is_array(q, parms) && qpdf_oh_get_array_n_items(q, parms) > 0;
        chain_name(doc, chain, filter, several ? qpdf_oh_get_array_item(q, parms, 0) : parms);
    }
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

// Inflates into buf up to its cap. What came before damage is kept, and false is the answer. Data
// that end at a block's end and only lack the last mark are whole.
static bool stream_inflate(struct doc *doc, struct str raw, struct buf *buf)
{
    enum { CHUNK = 32768, AT_BLOCK_END = 128 };
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
    bool flushed = state != Z_DATA_ERROR && doc->zlib.avail_in == 0 &&
                   (doc->zlib.data_type & AT_BLOCK_END) != 0;
    bool ended = state == Z_STREAM_END || flushed;
    return ended && buf_ok(buf);
}

static bool step_run(struct doc *doc, const struct pdf_step *step, struct str in, struct buf *out)
{
    size_t from = out->len;
    bool ok = false;
    switch (step->filter) {
    case FILTER_FLATE: ok = stream_inflate(doc, in, out); break;
    case FILTER_LZW: ok = pdl_pdf_filter_lzw(in, !step->late_change, out); break;
    case FILTER_RUN_LENGTH: ok = pdl_pdf_filter_run_length(in, out); break;
    case FILTER_ASCII85: ok = pdl_pdf_filter_ascii85(in, out); break;
    case FILTER_HEX: ok = pdl_pdf_filter_hex(in, out); break;
    case FILTER_NONE:
    case FILTER_DCT:
    case FILTER_JPX:
    case FILTER_BITS:
    case FILTER_OTHER: return false; // pictures are no bytes
    }
    return pdl_pdf_filter_unpredict(&step->predictor, out, from) && ok;
}

bool pdl_pdf_chain_run(struct doc *doc, const struct pdf_chain *chain, int count, struct str in,
                       struct buf *out)
{
    OWN(buf_free) struct buf one = BUF_CAP(PDF_CONTENT_MAX);
    OWN(buf_free) struct buf two = BUF_CAP(PDF_CONTENT_MAX);
    bool ok = !chain->unknown;
    if (count == 0) {
        buf_add(out, in);
        return ok && buf_ok(out);
    }
    for (int i = 0; i < count; i++) {
        struct buf *into = i + 1 == count ? out : i % 2 == 0 ? &one : &two;
        if (into != out) {
            into->len = 0;
        }
        ok = step_run(doc, &chain->steps[i], in, into) && ok;
        in = buf_str(into);
    }
    return ok;
}

bool pdl_pdf_stream_add(struct doc *doc, qpdf_oh stream, struct buf *buf)
{
    struct pdf_chain chain;
    unsigned char *bytes = NULL;
    size_t len = 0;
    pdl_pdf_chain_read(doc, qpdf_oh_get_dict(doc->qpdf, stream), &chain);
    bool ok =
        pdl_pdf_stream_raw(doc, stream, &bytes, &len) &&
        pdl_pdf_chain_run(doc, &chain, chain.count, (struct str){ (const char *)bytes, len }, buf);
    free(bytes);
    return ok;
}
