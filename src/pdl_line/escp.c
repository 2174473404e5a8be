// escp: the control codes and escapes of ESC/P and ESC/P 2, and where they are on the paper.
//
// Lengths are units of 1/43200 inch. Running past the bottom begins a page once something marks
// there: a form feed right behind it ends the same page.

#include "pdl_line/escp.h"

#include "pdl_line/escp_int.h"

enum {
    BS = 8,
    HT = 9,
    LF = 10,
    VT = 11,
    FF = 12,
    CR = 13,
    SO = 14,
    SI = 15,
    DC2 = 18,
    DC4 = 20,
    CAN = 24,
    ESC = 27,
    FS = 28,
    GS = 29,
    DEL = 127,
    NO_BREAK = 160,
    A4_LENGTH = ESCP_INCH * 11693 / 1000,
    A4_WIDTH = 21000, // hundredths of a millimetre
    LINE_WIDTH = 8 * ESCP_INCH,
};

const uint8_t *pdl_line_escp_take(struct escp *escp, size_t count)
{
    if (!pdl_input_need(escp->input, count)) {
        escp->cut = true;
        return NULL;
    }
    const uint8_t *at = escp->input->at;
    escp->input->at += count;
    return at;
}

void pdl_line_escp_doubt(struct escp *escp, size_t count)
{
    escp->input->at -= count;
    pdl_facts_note(escp->facts, PDL_UNKNOWN,
                   "It has commands that ESC/P does not have: it mixes languages, and what it "
                   "prints is not known.");
}

void pdl_line_escp_skip(struct escp *escp, uint64_t count)
{
    if (!pdl_input_skip(escp->input, count)) {
        escp->cut = true;
    }
}

void pdl_line_escp_eject(struct escp *escp)
{
    uint64_t height = (uint64_t)(escp->page_length * 2540 + ESCP_INCH / 2) / ESCP_INCH;
    bool mixed = escp->in_color && escp->inks == 7 && !escp->sure;
    struct pdl_run run = {
        .count = 1,
        .width = escp->paper_width == 0 ? A4_WIDTH : escp->paper_width,
        .height = escp->paper_height == 0 ? (uint32_t)height : escp->paper_height,
        .color = escp->in_color,
        .nominal = escp->nominal || escp->in_color,
        .blank = !escp->marked,
        .copies = escp->copies,
        .place = escp->place,
        .place_kind = escp->marked ? PDL_PLACE_BYTE : PDL_PLACE_NONE,
        .reason = escp->in_color ? STR("ink that is not black is laid") : STR(""),
        .certainty = mixed ? PDL_ESTIMATED : PDL_EXACT,
    };
    if (mixed) {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "Cyan, magenta and yellow are laid together, which may look grey: colour is "
                       "assumed.");
    }
    escp->limit = escp->limit || !pdl_facts_add(escp->facts, &run, escp->err);
    escp->used = false;
    escp->marked = false;
    escp->in_color = false;
    escp->nominal = false;
    escp->inks = 0;
    escp->sure = false;
    escp->y = escp->top;
    escp->x = 0;
}

// The page is full, and something comes behind it.
static void overflow(struct escp *escp)
{
    int64_t bottom = escp->bottom > 0 ? escp->bottom : escp->page_length;
    if (escp->y < bottom) {
        return;
    }
    if (!escp->length_said) {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "Text runs past the end of a page whose length is not said: A4 is assumed.");
    }
    pdl_line_escp_eject(escp);
}

void pdl_line_escp_mark(struct escp *escp, bool color)
{
    overflow(escp);
    if (!escp->marked || (color && !escp->in_color)) {
        escp->place = escp->at;
    }
    escp->used = true;
    escp->marked = true;
    escp->in_color |= color;
    escp->inks |= color ? escp->ink_now : 0;
    escp->sure |= color && escp->sure_now;
}

void pdl_line_escp_move(struct escp *escp, int64_t by)
{
    escp->y += by;
    escp->y = escp->y < 0 ? 0 : escp->y;
    escp->used |= by != 0;
}

static void reset(struct escp *escp)
{
    escp->unit = ESCP_INCH / 360;
    escp->spacing = ESCP_INCH / 6;
    escp->pitch = ESCP_INCH / 10;
    escp->right = LINE_WIDTH;
    escp->top = 0;
    escp->bottom = 0;
    escp->condensed = false;
    escp->wide = false;
    escp->wide_line = false;
    escp->color = ESCP_BLACK;
}

static void new_line(struct escp *escp)
{
    // A line of nothing on a page that is full begins the next one.
    overflow(escp);
    pdl_line_escp_move(escp, escp->spacing);
    escp->x = 0;
    escp->wide_line = false;
}

static void print_char(struct escp *escp, uint8_t c)
{
    int64_t width = escp->pitch;
    width = escp->condensed ? width * 7 / 12 : width;
    width = escp->wide || escp->wide_line ? width * 2 : width;
    if (escp->x + width > escp->right) {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "Lines run past eight inches: where a printer wraps them is assumed.");
        new_line(escp);
    }
    escp->x += width;
    if (c > ' ' && c != DEL && c != NO_BREAK) {
        escp->sure_now = escp->color != ESCP_BLACK;
        pdl_line_escp_mark(escp, escp->color != ESCP_BLACK);
    }
}

// FS and a letter: ESC/P's Japanese half, and NEC's escapes.
static void skip_japanese(struct escp *escp)
{
    const uint8_t *at = pdl_line_escp_take(escp, 1);
    if (at != NULL) {
        uint8_t command = at[0];
        if (command == '3') { // NEC: line spacing
            at = pdl_line_escp_take(escp, 1);
            escp->spacing = at == NULL ? escp->spacing : at[0] * ESCP_INCH / 360;
            return;
        }
        bool one = memchr("-WYxkrUVAC", command, 10) != NULL;
        bool two = memchr("STZ", command, 3) != NULL;
        pdl_line_escp_skip(escp, one ? 1 : two ? 2 : command == 'D' ? 4 : 0);
    }
}

static void control(struct escp *escp, uint8_t c)
{
    switch (c) {
    case LF:
    case VT: new_line(escp); break;
    case FF: pdl_line_escp_eject(escp); break;
    case CR: escp->x = 0; break;
    case BS: escp->x -= escp->x < escp->pitch ? escp->x : escp->pitch; break;
    case HT: escp->x = (escp->x / (8 * escp->pitch) + 1) * 8 * escp->pitch; break;
    case SO: escp->wide_line = true; break;
    case DC4: escp->wide_line = false; break;
    case SI: escp->condensed = true; break;
    case DC2: escp->condensed = false; break;
    case FS: skip_japanese(escp); break;
    case GS:
        pdl_facts_note(escp->facts, PDL_UNKNOWN,
                       "It has commands of ESC/POS or ESC/Page, whose pages cannot be told from "
                       "its bytes: take the device's word.");
        escp->stop = true;
        break;
    default: break;
    }
}

static void set_length(struct escp *escp)
{
    const uint8_t *at = pdl_line_escp_take(escp, 1);
    if (at == NULL) {
        return;
    }
    int64_t length = at[0] * escp->spacing;
    if (at[0] == 0) {
        at = pdl_line_escp_take(escp, 1);
        length = at == NULL ? 0 : at[0] * ESCP_INCH;
    }
    if (length > 0) {
        escp->page_length = length;
        escp->length_said = true;
        escp->bottom = 0;
    }
}

// ESC N: lines at the bottom that stay free.
static void set_bottom(struct escp *escp, uint8_t lines)
{
    int64_t free = lines * escp->spacing;
    escp->bottom = free < escp->page_length ? escp->page_length - free : 0;
}

static void set_one(struct escp *escp, uint8_t command, uint8_t n)
{
    switch (command) {
    case '3': escp->spacing = n * ESCP_INCH / 180; break;
    case '+': escp->spacing = n * ESCP_INCH / 360; break;
    case 'A': escp->spacing = n * ESCP_INCH / 60; break;
    case 'J': pdl_line_escp_move(escp, n * (ESCP_INCH / 180)); break;
    case 'j': pdl_line_escp_move(escp, -n * (ESCP_INCH / 216)); break;
    case 'N': set_bottom(escp, n); break;
    case 'Q': escp->right = n * escp->pitch; break;
    case 'W': escp->wide = (n & 1) != 0; break;
    case 'r': escp->color = n & 15; break;
    case '_':
        if (n > 1 && n != '0' && n != '1') {
            pdl_line_escp_doubt(escp, 1);
        }
        break;
    case '!':
        escp->pitch = (n & 1) != 0 ? ESCP_INCH / 12 : ESCP_INCH / 10;
        escp->condensed = (n & 4) != 0;
        escp->wide = (n & 32) != 0;
        break;
    default: break;
    }
}

static void set_none(struct escp *escp, uint8_t command)
{
    switch (command) {
    case '@': reset(escp); break;
    case '0': escp->spacing = ESCP_INCH / 8; break;
    case '1': escp->spacing = ESCP_INCH * 7 / 72; break;
    case '2': escp->spacing = ESCP_INCH / 6; break;
    case 'P': escp->pitch = ESCP_INCH / 10; break;
    case 'M': escp->pitch = ESCP_INCH / 12; break;
    case 'g': escp->pitch = ESCP_INCH / 15; break;
    case 'O': escp->bottom = 0; break;
    case SO: escp->wide_line = true; break;
    case SI: escp->condensed = true; break;
    default: break;
    }
}

static int64_t number(const uint8_t *at, uint32_t count)
{
    uint32_t value = at[0] | (count > 1 ? (uint32_t)at[1] << 8 : 0);
    value |= count > 3 ? (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24 : 0;
    return value;
}

static int64_t signed_number(const uint8_t *at, uint32_t count)
{
    int64_t value = number(at, count);
    return count > 3 ? (int32_t)value : (int16_t)value;
}

static void set_unit(struct escp *escp, const uint8_t *at, uint32_t count)
{
    if (count == 1 && at[0] > 0) {
        escp->unit = at[0] * (ESCP_INCH / 3600);
    } else if (count >= 5 && at[1] > 0) { // page, vertical, horizontal, of a base
        int64_t base = number(at + 3, 2);
        escp->unit = base > 0 ? at[1] * (int64_t)ESCP_INCH / base : escp->unit;
    }
    escp->unit = escp->unit < 1 ? 1 : escp->unit;
}

static void set_area(struct escp *escp, const uint8_t *at, uint32_t count)
{
    uint32_t half = count / 2 < 4 ? 2 : 4;
    escp->top = number(at, half) * escp->unit;
    escp->bottom = number(at + half, half) * escp->unit;
    bool whole = escp->bottom > escp->top && escp->bottom <= 200 * (int64_t)ESCP_INCH;
    escp->top = whole ? escp->top : 0;
    escp->bottom = whole ? escp->bottom : 0;
    escp->length_said |= whole;
    escp->y = escp->used ? escp->y : escp->top;
}

static void set_page(struct escp *escp, const uint8_t *at, uint32_t count)
{
    int64_t length = number(at, count) * escp->unit;
    if (length > 0 && length <= 200 * (int64_t)ESCP_INCH) {
        escp->page_length = length;
        escp->length_said = true;
        escp->top = 0;
        escp->bottom = 0;
    }
}

// ESC ( and a letter: a count of parameters, and those.
static void do_extended(struct escp *escp)
{
    const uint8_t *at = pdl_line_escp_take(escp, 3);
    if (at == NULL) {
        return;
    }
    uint8_t command = at[0];
    uint32_t count = (uint32_t)number(at + 1, 2);
    if (command == 'R') {
        pdl_line_escp_remote(escp, count);
        return;
    }
    if (command == '^') {
        pdl_line_escp_bytes(escp, count, escp->color != ESCP_BLACK); // characters
        return;
    }
    bool place = memchr("UCcVvr", command, 6) != NULL && count > 0 && count <= 16;
    if (!place) {
        if (command == 'B') { // a bar code
            pdl_line_escp_mark(escp, escp->color != ESCP_BLACK);
        }
        pdl_line_escp_skip(escp, count);
        return;
    }
    uint8_t n[16 + 8] = { 0 };
    at = pdl_line_escp_take(escp, count);
    if (at == NULL) {
        return;
    }
    memcpy(n, at, count);
    switch (command) {
    case 'U': set_unit(escp, n, count); break;
    case 'C': set_page(escp, n, count); break;
    case 'c': set_area(escp, n, count); break;
    case 'V': pdl_line_escp_move(escp, escp->top + number(n, count) * escp->unit - escp->y); break;
    case 'v': pdl_line_escp_move(escp, signed_number(n, count) * escp->unit); break;
    default: escp->color = count >= 2 ? n[1] : n[0]; break;
    }
}

// Characters of one's own: of 24 pins, three bytes a column.
static void load_characters(struct escp *escp)
{
    const uint8_t *at = pdl_line_escp_take(escp, 3);
    uint32_t chars = at == NULL || at[2] < at[1] ? 0 : at[2] - at[1] + 1U;
    for (uint32_t i = 0; i < chars && !escp->cut; i++) {
        at = pdl_line_escp_take(escp, 3);
        if (at != NULL) {
            pdl_line_escp_skip(escp, 3U * at[1]);
        }
    }
}

static void skip_list(struct escp *escp)
{
    const uint8_t *at = pdl_line_escp_take(escp, 1);
    while (at != NULL && at[0] != 0) {
        at = pdl_line_escp_take(escp, 1);
    }
}

static bool do_graphics(struct escp *escp, uint8_t command)
{
    switch (command) {
    case 'K':
    case 'L':
    case 'Y':
    case 'Z':
    case '*':
    case '^': pdl_line_escp_columns(escp, command); return true;
    case '.': pdl_line_escp_raster(escp); return true;
    case 'i': pdl_line_escp_planes(escp); return true;
    case '(': do_extended(escp); return true;
    case '&': load_characters(escp); return true;
    case 'C': set_length(escp); return true;
    case 'D':
    case 'B': skip_list(escp); return true;
    case 'b':
        (void)pdl_line_escp_take(escp, 1);
        skip_list(escp);
        return true;
    default: return false;
    }
}

static void do_escape(struct escp *escp)
{
    static const char none[] = "@01245679<=>EFGHMPgTO:8\x0e\x0f\x12\x13\x14\n\r";
    static const char one[] = "!+-/3AJINQRSUWVahjklmpqrstwx %_~";
    static const char two[] = "$\\?efc";
    const uint8_t *at = pdl_line_escp_take(escp, 1);
    if (at == NULL) {
        return;
    }
    uint8_t command = at[0];
    if ((escp->raster_mode && pdl_line_escp_r(escp, command)) || do_graphics(escp, command)) {
        return;
    }
    if (command == 0) { // the end of remote mode
        pdl_line_escp_skip(escp, 2);
    } else if (command == 1) {
        escp->stop = !pdl_line_escp_ejl(escp);
    } else if (memchr(one, command, sizeof(one) - 1) != NULL) {
        at = pdl_line_escp_take(escp, 1);
        if (at != NULL) {
            set_one(escp, command, at[0]);
        }
    } else if (memchr(two, command, sizeof(two) - 1) != NULL) {
        pdl_line_escp_skip(escp, 2);
    } else if (command == '|') {
        pdl_facts_note(
            escp->facts, PDL_UNKNOWN,
            "It is Canon raster (BJ-10V), whose pages cannot be told from its bytes: take "
            "the device's word.");
        escp->stop = true;
    } else if (command == 'X' || command == ':') {
        pdl_line_escp_skip(escp, 3);
    } else if (memchr(none, command, sizeof(none) - 1) != NULL) {
        set_none(escp, command);
    } else {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "It has escapes that ESC/P does not have: they are passed over.");
    }
}

static void skip_part(struct pdl_input *input)
{
    while (pdl_input_need(input, 1) && !pdl_input_at_uel(input)) {
        const uint8_t *from = input->at + 1;
        const uint8_t *escape = memchr(from, ESC, (size_t)(input->end - from));
        input->at = escape == NULL ? input->end : escape;
    }
}

// What ends with the input, not with a form feed, still comes out.
static void finish(struct escp *escp)
{
    if (escp->cut) {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "The ESC/P ends in the middle: it was cut short.");
    }
    if (escp->raster_mode && escp->page_open) {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "The last page of ESC/P-R has no end: it is not counted.");
    } else if (escp->marked) {
        pdl_facts_note(escp->facts, PDL_ESTIMATED,
                       "The last page has no form feed: that it comes out is assumed.");
        pdl_line_escp_eject(escp);
    }
}

bool pdl_line_escp_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct escp escp = {
        .facts = facts, .input = input, .page_length = A4_LENGTH, .pixel = 3, .err = err
    };
    reset(&escp);
    while (!escp.stop && !escp.cut && !escp.limit && pdl_input_need(input, 1)) {
        uint8_t c = input->at[0];
        escp.at = pdl_input_offset(input);
        if (c == ESC && pdl_input_at_uel(input)) {
            break;
        }
        input->at++;
        if (c == ESC) {
            do_escape(&escp);
        } else if (c < ' ') {
            control(&escp, c);
        } else if (!escp.raster_mode) {
            print_char(&escp, c);
        }
    }
    if (escp.stop || escp.cut) {
        skip_part(input);
    }
    finish(&escp);
    return !escp.limit;
}
