// text: see text.h.
//
// Lines end with LF or CR LF, and run on past the last column. A CR alone and a BS go back and
// print over what is there. A form feed ends the page, also an empty one; what follows begins the
// next, so that one at the end makes none. Letters are UTF-8, or else one byte each.

#include "pdl_line/text.h"

enum {
    COLUMNS = 80,
    LINES = 70,
    TAB = 8,
    ESC = 27,
    DEL = 127,
    A4_WIDTH = 21000, // hundredths of a millimetre
    A4_HEIGHT = 29700,
};

struct text {
    struct pdl_facts *facts; // borrowed
    uint32_t column;
    uint32_t line;
    bool marked;
    bool limit; // *err is set
    uint64_t at;
    uint64_t place;
    struct err *err;
};

static void end_page(struct text *text)
{
    struct pdl_run run = { .count = 1,
                           .width = A4_WIDTH,
                           .height = A4_HEIGHT,
                           .blank = !text->marked,
                           .place = text->place,
                           .place_kind = text->marked ? PDL_PLACE_BYTE : PDL_PLACE_NONE,
                           .certainty = PDL_ESTIMATED };
    text->limit = text->limit || !pdl_facts_add(text->facts, &run, text->err);
    text->column = 0;
    text->line = 0;
    text->marked = false;
}

// A full page ends once more comes.
static void begin(struct text *text)
{
    if (text->line == LINES) {
        end_page(text);
    }
}

static void new_line(struct text *text)
{
    begin(text);
    text->line++;
    text->column = 0;
}

struct range {
    uint32_t first;
    uint32_t last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t letter)
{
    for (size_t i = 0; i < count; i++) {
        if (letter >= ranges[i].first && letter <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

// Columns of a letter: marks that combine take none, East Asian wide ones two (UAX 11).
static uint32_t letter_width(uint32_t letter)
{
    static const struct range none[] = {
        { 0x300, 0x36f },   { 0x483, 0x489 },   { 0x591, 0x5bd },   { 0x610, 0x61a },
        { 0x64b, 0x65f },   { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x2064 },
        { 0x20d0, 0x20f0 }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
    };
    static const struct range wide[] = {
        { 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0x33ff }, { 0x3400, 0x4dbf },
        { 0x4e00, 0x9fff },   { 0xa000, 0xa4cf },   { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
        { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
        { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
    };
    if (letter < 0x300) {
        return 1;
    }
    return is_in(none, sizeof(none) / sizeof(none[0]), letter)   ? 0
           : is_in(wide, sizeof(wide) / sizeof(wide[0]), letter) ? 2
                                                                 : 1;
}

// A letter of UTF-8 at the start of input; a byte that is none of it is itself.
static uint32_t take_letter(struct pdl_input *input)
{
    uint8_t first = input->at[0];
    size_t len = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
    uint32_t letter = len == 1 ? first : first & (0x7fU >> len);
    if (!pdl_input_need(input, len)) {
        len = 1;
    }
    for (size_t i = 1; i < len; i++) {
        if ((input->at[i] & 0xc0) != 0x80) {
            input->at++;
            return first;
        }
        letter = letter << 6 | (input->at[i] & 0x3f);
    }
    input->at += len;
    return letter;
}

static void print_letter(struct text *text, uint32_t letter)
{
    uint32_t width = letter_width(letter);
    if (text->column + width > COLUMNS) {
        new_line(text);
    }
    begin(text);
    text->column += width;
    if (letter > ' ' && letter != 0xa0 && letter != 0x3000 && !text->marked) {
        text->marked = true;
        text->place = text->at;
    }
}

// Escapes of terminals: ESC [ ... letter.
static void skip_escape(struct pdl_input *input)
{
    input->at++;
    if (!pdl_input_starts(input, STR("["))) {
        return;
    }
    do {
        input->at++;
    } while (pdl_input_need(input, 1) && input->at[0] >= ' ' && input->at[0] < '@');
    input->at += pdl_input_left(input) > 0;
}

static void control(struct text *text, uint8_t c)
{
    switch (c) {
    case '\n':
    case '\v': new_line(text); break;
    case '\f': end_page(text); break;
    case '\r': text->column = 0; break;
    case '\b': text->column -= text->column > 0; break;
    case '\t':
        begin(text);
        text->column = text->column / TAB * TAB + TAB;
        text->column = text->column > COLUMNS ? COLUMNS : text->column;
        break;
    default: break;
    }
}

bool pdl_line_text_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct text text = { .facts = facts, .err = err };
    pdl_facts_note(
        facts, PDL_ESTIMATED,
        "It is plain text: its pages are an estimate, for %d columns and %d lines on A4.", COLUMNS,
        LINES);
    while (!text.limit && pdl_input_need(input, 1)) {
        uint8_t c = input->at[0];
        text.at = pdl_input_offset(input);
        if (c == ESC && pdl_input_at_uel(input)) {
            break;
        }
        if (c == ESC) {
            skip_escape(input);
        } else if (c < ' ' || c == DEL) {
            control(&text, c);
            input->at++;
        } else {
            print_letter(&text, take_letter(input));
        }
    }
    if (text.marked && !text.limit) {
        end_page(&text);
    }
    return !text.limit;
}
