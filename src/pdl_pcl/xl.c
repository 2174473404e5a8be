// xl: the tags of PCL XL, and what its operators do to pages.
//
// stream  = binding " HP-PCL XL;" class ";" number ";" comment LF tag*      binding: ( high byte
// tag     = 00 09..0D 20 white space | value | attribute                   first, ) low byte
//         | 40..BF operator, of the attributes before it                   first, ' text
//         | FA length (uint32) bytes | FB length (ubyte) bytes             data of the operator
// A UEL ends it. VendorUnique is followed by as many bytes as VUDataLength says, with or without a
// tag of their own.
#include "pdl_pcl/xl.h"

#include "pdl_pcl/xl_int.h"

enum operator{
    OP_BEGIN_SESSION = 0x41,
    OP_END_SESSION = 0x42,
    OP_BEGIN_PAGE = 0x43,
    OP_END_PAGE = 0x44,
    OP_VENDOR_UNIQUE = 0x46,
    OP_BEGIN_FONT = 0x4f,
    OP_REMOVE_FONT = 0x55,
    OP_BEGIN_STREAM = 0x5b,
    OP_READ_STREAM = 0x5c,
    OP_END_STREAM = 0x5d,
    OP_EXEC_STREAM = 0x5e,
    OP_REMOVE_STREAM = 0x5f,
    OP_POP = 0x60,
    OP_PUSH = 0x61,
    OP_SET_BRUSH = 0x63,
    OP_SET_SPACE = 0x6a,
    OP_SET_FONT = 0x6f,
    OP_SET_PEN = 0x79,
    OP_SET_ROP = 0x7b,
    OP_NEW_PATH = 0x85,
    OP_PAINT_PATH = 0x86,
    OP_ARC_PATH = 0x91,
    OP_BEZIER_PATH = 0x93,
    OP_BEZIER_REL_PATH = 0x95,
    OP_CHORD = 0x96,
    OP_CHORD_PATH = 0x97,
    OP_ELLIPSE = 0x98,
    OP_ELLIPSE_PATH = 0x99,
    OP_LINE_PATH = 0x9b,
    OP_LINE_REL_PATH = 0x9d,
    OP_PIE = 0x9e,
    OP_PIE_PATH = 0x9f,
    OP_RECTANGLE = 0xa0,
    OP_RECTANGLE_PATH = 0xa1,
    OP_ROUND_RECTANGLE = 0xa2,
    OP_ROUND_RECTANGLE_PATH = 0xa3,
    OP_TEXT = 0xa8,
    OP_TEXT_PATH = 0xa9,
    OP_BEGIN_IMAGE = 0xb0,
    OP_READ_IMAGE = 0xb1,
    OP_END_IMAGE = 0xb2,
    OP_BEGIN_PATTERN = 0xb3,
    OP_READ_PATTERN = 0xb4,
    OP_END_PATTERN = 0xb5,
    OP_SCAN_LINE_REL = 0xb9,
    OP_PASS_THROUGH = 0xbf,
};

enum { TAG_UEL = 0x1b, TAG_DATA = 0xfa, TAG_DATA_BYTE = 0xfb, SLICE = 16 << 10, HEADER_MAX = 4096 };

bool pdl_pcl_xl_header_read(struct xl *xl)
{
    struct pdl_input *input = xl->input;
    (void)pdl_input_need(input, HEADER_MAX); // as much as there is
    struct str header = { (const char *)input->at, pdl_input_left(input) };
    header.len = header.len < HEADER_MAX ? header.len : HEADER_MAX;
    const uint8_t *end = memchr(header.ptr, '\n', header.len);
    if (end == NULL || header.len < 11 || memcmp(header.ptr + 1, " HP-PCL XL", 10) != 0) {
        return false;
    }
    xl->big = header.ptr[0] == '(';
    bool known = xl->big || header.ptr[0] == ')';
    input->at = end + 1;
    return known;
}

static void cut(struct xl *xl)
{
    pdl_facts_note(
        xl->facts, PDL_ESTIMATED,
        "The PCL XL ends in the middle: it was cut short, and what was there is counted.");
    xl->bad = true;
}

static enum xl_step stray(struct xl *xl, const char *what)
{
    pdl_facts_note(
        xl->facts, PDL_ESTIMATED,
        "At byte %llu of the PCL XL is %s: a printer stops there, and what came before is "
        "counted.",
        (unsigned long long)pdl_input_offset(xl->input), what);
    xl->bad = true;
    return XL_STOP;
}

// Hands the data of an operator to who reads it, as far as it is wanted.
static bool data_hand(struct xl *xl, uint64_t len)
{
    bool image = xl->last == OP_READ_IMAGE || xl->last == OP_READ_PATTERN;
    bool stream = xl->last == OP_READ_STREAM && xl->stream != NULL;
    while (len > 0 && (image || stream)) {
        (void)pdl_input_need(xl->input, len < SLICE ? (size_t)len : SLICE); // as much as there is
        size_t step = pdl_input_left(xl->input);
        step = step < SLICE ? step : SLICE;
        step = step < len ? step : (size_t)len;
        if (step == 0) {
            return false;
        }
        if (stream) {
            pdl_pcl_xl_stream_data(xl, xl->input->at, step);
        } else {
            image = pdl_pcl_xl_image_data(xl, xl->input->at, step);
        }
        xl->input->at += step;
        len -= step;
    }
    return pdl_input_skip(xl->input, len);
}

static bool data_read(struct xl *xl, uint8_t tag)
{
    size_t header = tag == TAG_DATA ? 5 : 2;
    if (!pdl_input_need(xl->input, header)) {
        return false;
    }
    const uint8_t *at = xl->input->at;
    uint32_t len = tag == TAG_DATA ? pdl_pcl_xl_u32(xl, at + 1) : at[1];
    xl->input->at += header;
    return data_hand(xl, len);
}

static enum xl_step vendor_data(struct xl *xl)
{
    uint32_t len = pdl_pcl_xl_value_number(xl, XL_VU_DATA_LENGTH, 0);
    uint64_t skip = len;
    if (len > 0 && pdl_input_need(xl->input, 5)) {
        const uint8_t *at = xl->input->at;
        skip += at[0] == TAG_DATA && pdl_pcl_xl_u32(xl, at + 1) == len ? 5
                : at[0] == TAG_DATA_BYTE && at[1] == len               ? 2
                                                                       : 0;
    }
    if (!pdl_input_skip(xl->input, skip)) {
        cut(xl);
        return XL_STOP;
    }
    return XL_ON;
}

static enum xl_step do_session(struct xl *xl, uint8_t op, struct err *err)
{
    switch (op) {
    case OP_BEGIN_SESSION:
        if (xl->session) {
            return stray(xl, "a session within a session");
        }
        pdl_pcl_xl_session_begin(xl);
        return XL_ON;
    case OP_END_SESSION:
        if (xl->page.open) {
            return stray(xl, "the end of a session within a page");
        }
        pdl_pcl_xl_session_end(xl);
        return XL_ON;
    case OP_BEGIN_PAGE:
        if (xl->page.open || !xl->session) {
            return stray(xl, "a page where none can begin");
        }
        pdl_pcl_xl_page_begin(xl);
        return XL_ON;
    default:
        if (!xl->page.open) {
            return stray(xl, "the end of a page that was not begun");
        }
        return pdl_pcl_xl_page_end(xl, err) ? XL_ON : XL_LIMIT;
    }
}

static void do_state(struct xl *xl, uint8_t op)
{
    switch (op) {
    case OP_POP: pdl_pcl_xl_state_pop(xl); break;
    case OP_PUSH: pdl_pcl_xl_state_push(xl); break;
    case OP_SET_BRUSH: pdl_pcl_xl_paint_set(xl, &xl->state.brush, XL_NULL_BRUSH); break;
    case OP_SET_PEN: pdl_pcl_xl_paint_set(xl, &xl->state.pen, XL_NULL_PEN); break;
    case OP_SET_SPACE: pdl_pcl_xl_space_set(xl); break;
    case OP_SET_ROP:
        xl->state.rop = (uint8_t)pdl_pcl_xl_value_number(xl, XL_ROP3, xl->state.rop);
        break;
    case OP_SET_FONT: pdl_pcl_xl_font_set(xl); break;
    case OP_BEGIN_FONT: pdl_pcl_xl_font_add(xl); break;
    case OP_REMOVE_FONT: pdl_pcl_xl_font_drop(xl); break;
    default: break;
    }
}

static void do_mark(struct xl *xl, uint8_t op)
{
    switch (op) {
    case OP_NEW_PATH: xl->path = false; break;
    case OP_PAINT_PATH:
        if (xl->path) {
            pdl_pcl_xl_mark_shape(xl);
        }
        break;
    case OP_CHORD:
    case OP_ELLIPSE:
    case OP_PIE:
    case OP_RECTANGLE:
    case OP_ROUND_RECTANGLE:
        pdl_pcl_xl_mark_shape(xl);
        xl->path = false;
        break;
    case OP_TEXT: pdl_pcl_xl_mark_text(xl); break;
    case OP_SCAN_LINE_REL: pdl_pcl_xl_mark_fill(xl, "a shape is filled with colour"); break;
    case OP_ARC_PATH:
    case OP_BEZIER_PATH:
    case OP_BEZIER_REL_PATH:
    case OP_CHORD_PATH:
    case OP_ELLIPSE_PATH:
    case OP_LINE_PATH:
    case OP_LINE_REL_PATH:
    case OP_PIE_PATH:
    case OP_RECTANGLE_PATH:
    case OP_ROUND_RECTANGLE_PATH:
    case OP_TEXT_PATH: xl->path = true; break;
    default: break;
    }
}

static enum xl_step pass_through(struct xl *xl, struct err *err)
{
    if (!pdl_pcl_xl_pass(xl, err)) {
        return XL_LIMIT;
    }
    if (xl->pass_cut) {
        cut(xl);
        return XL_STOP;
    }
    return XL_ON;
}

static enum xl_step do_stored(struct xl *xl, uint8_t op, struct err *err)
{
    switch (op) {
    case OP_BEGIN_IMAGE: pdl_pcl_xl_image_begin(xl, false); break;
    case OP_BEGIN_PATTERN: pdl_pcl_xl_image_begin(xl, true); break;
    case OP_READ_IMAGE:
    case OP_READ_PATTERN: pdl_pcl_xl_image_block(xl); break;
    case OP_END_IMAGE:
    case OP_END_PATTERN: pdl_pcl_xl_image_end(xl); break;
    case OP_BEGIN_STREAM: pdl_pcl_xl_stream_begin(xl); break;
    case OP_END_STREAM: pdl_pcl_xl_stream_end(xl); break;
    case OP_REMOVE_STREAM: pdl_pcl_xl_stream_drop(xl); break;
    case OP_EXEC_STREAM: return pdl_pcl_xl_stream_run(xl, err);
    case OP_VENDOR_UNIQUE: return vendor_data(xl);
    case OP_PASS_THROUGH: return pass_through(xl, err);
    default: break;
    }
    return XL_ON;
}

// What kind of operator each is: the first of those that may have to do with it.
static enum xl_step do_operator(struct xl *xl, uint8_t op, struct err *err)
{
    enum xl_step step = XL_ON;
    xl->op_at = xl->depth > 0 ? xl->op_at : pdl_input_offset(xl->input);
    xl->input->at++;
    xl->last = op;
    if (op <= OP_END_PAGE) {
        step = do_session(xl, op, err);
    } else if (op == OP_VENDOR_UNIQUE || op >= OP_BEGIN_IMAGE ||
               (op >= OP_BEGIN_STREAM && op <= OP_REMOVE_STREAM)) {
        do_mark(xl, op);
        step = do_stored(xl, op, err);
    } else if (op <= OP_SET_ROP) {
        do_state(xl, op);
    } else {
        do_mark(xl, op);
    }
    xl->stamp++;
    xl->scratch_at = 0;
    return step;
}

// Undefined codes, which some makers use for themselves.
static bool is_defined(uint8_t op)
{
    static const uint8_t none[] = { 0x40, 0x45, 0x4c, 0x4d, 0x4e, 0x59, 0x5a, 0x87, 0x88,
                                    0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x9a,
                                    0x9c, 0xa4, 0xa5, 0xa6, 0xa7, 0xab, 0xac, 0xad, 0xae,
                                    0xaf, 0xb7, 0xba, 0xbb, 0xbc, 0xbd, 0xbe };
    return memchr(none, op, sizeof(none)) == NULL;
}

static bool is_blank(uint8_t tag)
{
    return tag == 0 || tag == ' ' || (tag >= '\t' && tag <= '\r');
}

static enum xl_step do_tag(struct xl *xl, uint8_t tag, struct err *err)
{
    bool whole = true;
    if (tag >= 0x40 && tag < 0xc0 && is_defined(tag)) {
        return do_operator(xl, tag, err);
    }
    if (tag >= 0xc0 && tag < 0xf0 && (tag & 7) < XL_TYPES && (tag < 0xd0 || (tag & 8) == 0)) {
        whole = pdl_pcl_xl_value_read(xl, tag);
    } else if (tag == 0xf8 || tag == 0xf9) {
        whole = pdl_pcl_xl_attribute_read(xl, tag);
    } else if (tag == TAG_DATA || tag == TAG_DATA_BYTE) {
        whole = data_read(xl, tag);
    } else if (is_blank(tag)) {
        xl->input->at++;
    } else {
        return stray(xl, tag == TAG_UEL ? "an escape" : "what is no tag of it");
    }
    if (xl->bad) {
        return stray(xl, "an array of no known length");
    }
    if (!whole) {
        cut(xl);
        return XL_STOP;
    }
    return XL_ON;
}

// Between sessions anything may follow; it is for others to know.
static bool is_over(struct xl *xl, uint8_t tag)
{
    if (tag == TAG_UEL && pdl_input_at_uel(xl->input)) {
        return true;
    }
    bool value = tag >= 0xc0 || tag == OP_BEGIN_SESSION || tag == OP_VENDOR_UNIQUE || is_blank(tag);
    return !xl->session && xl->depth == 0 && xl->sessions > 0 && !value;
}

enum xl_step pdl_pcl_xl_run(struct xl *xl, struct err *err)
{
    enum xl_step step = XL_ON;
    while (step == XL_ON && pdl_input_need(xl->input, 1)) {
        uint8_t tag = xl->input->at[0];
        if (is_over(xl, tag)) {
            return XL_STOP;
        }
        step = do_tag(xl, tag, err);
    }
    return step;
}

// A printer that stopped passes over all up to the next UEL.
static void find_uel(struct pdl_input *input)
{
    while (pdl_input_need(input, 1) && !pdl_input_at_uel(input)) {
        const uint8_t *from = input->at + 1;
        const uint8_t *escape = memchr(from, TAG_UEL, (size_t)(input->end - from));
        input->at = escape == NULL ? input->end : escape;
    }
}

static void finish(struct xl *xl)
{
    struct pdl_facts *facts = xl->facts;
    if (xl->bad) {
        find_uel(xl->input);
    } else if (xl->page.open || xl->session) {
        pdl_facts_note(facts, PDL_ESTIMATED, "The PCL XL ends without the end of its %s.",
                       xl->page.open ? "last page, which is not counted" : "session");
    }
    if (xl->sessions == 0 && !xl->bad) {
        pdl_facts_note(facts, PDL_EXACT, "The PCL XL has no session.");
    }
}

bool pdl_pcl_xl_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct xl *xl = arena_new(facts->arena, sizeof(*xl));
    if (xl == NULL) {
        return err_set(err, ERR_LIMIT, "no memory is left for the PCL XL");
    }
    xl->facts = facts;
    xl->input = input;
    xl->stamp = 1;
    if (!pdl_pcl_xl_header_read(xl)) {
        pdl_facts_note(
            facts, PDL_UNKNOWN,
            "Its PCL XL is in a binding that is not read: as text, or without a header.");
        find_uel(input);
        return true;
    }
    enum xl_step step = pdl_pcl_xl_run(xl, err);
    if (step == XL_LIMIT) {
        return false;
    }
    finish(xl);
    return true;
}
