// escp_data: graphics of ESC/P, which mark where a bit is set.
//
// ESC K L Y Z nL nH, ESC * m nL nH, ESC ^ m nL nH   columns of 1, 3 or 6 bytes (of pins)
// ESC . c v h m nL nH                               m rows of n dots: c 0 as they stand, 1 run
//                                                   lengths, 2 commands of a byte (TIFF mode)
// ESC i r c b nL nH mL mH                           colour r, m rows of n bytes, b bits a dot
// Run lengths: 0..127 that many bytes and one more, 128..255 one byte 257 less that many times.
#include "pdl_line/escp_int.h"

enum { SLICE = 16 << 10 };

// Colours of ESC i, ESC r and the TIFF mode: black, and the light inks of grey.
static bool is_color(uint32_t color)
{
    return color != 0 && color != 5 && color != 6 && color != 7 && color != 0x10 && color != 0x20;
}

// The inks that may mix to grey: magenta 1, cyan 2, yellow 4. Any other colour is one by itself.
static void ink(struct escp *escp, uint32_t color)
{
    escp->ink_now = color == 1 || color == 2 || color == 4 ? color : 0;
    escp->sure_now = color == 3 || color == 5 || color == 6;
    escp->inks |= escp->ink_now;
    escp->sure |= escp->sure_now;
}

void pdl_line_escp_bytes(struct escp *escp, uint64_t count, bool color)
{
    while (count > 0 && !escp->cut) {
        (void)pdl_input_need(escp->input,
                             count < SLICE ? (size_t)count : SLICE); // what there is
        size_t step = pdl_input_left(escp->input);
        step = step < SLICE ? step : SLICE;
        step = step < count ? step : (size_t)count;
        bool known = escp->marked && (escp->in_color || !color);
        const uint8_t *at = escp->input->at;
        size_t i = 0;
        while (!known && i < step && at[i] == 0) {
            i++;
        }
        if (!known && i < step) {
            pdl_line_escp_mark(escp, color);
        }
        escp->cut = step == 0;
        escp->input->at += step;
        count -= step;
    }
}

// Of ESC *: 8 and 9 pins, 24 pins, 48 pins.
static bool is_density(uint8_t mode)
{
    return mode < 8 || (mode >= 32 && mode <= 40) || (mode >= 64 && mode <= 73);
}

void pdl_line_escp_columns(struct escp *escp, uint8_t command)
{
    bool mode = command == '*' || command == '^';
    const uint8_t *at = pdl_line_escp_take(escp, mode ? 3 : 2);
    if (at == NULL) {
        return;
    }
    if (command == '*' && !is_density(at[0])) {
        pdl_line_escp_doubt(escp, 3);
        return;
    }
    uint32_t pins = command == '^' ? 2 : 1;
    if (command == '*') {
        pins = at[0] < 32 ? 1 : at[0] < 64 ? 3 : 6;
    }
    at += mode;
    uint64_t columns = at[0] | (uint32_t)at[1] << 8;
    ink(escp, escp->color);
    pdl_line_escp_bytes(escp, columns * pins, escp->color != 0);
}

// Run lengths that make `left` bytes.
static void expand(struct escp *escp, uint64_t left, bool color)
{
    while (left > 0 && !escp->cut) {
        const uint8_t *at = pdl_line_escp_take(escp, 1);
        if (at != NULL) {
            uint32_t count = at[0] < 128 ? at[0] + 1U : 257U - at[0];
            pdl_line_escp_bytes(escp, at[0] < 128 ? count : 1, color);
            left -= count < left ? count : left;
        }
    }
}

// Run lengths that are `left` bytes themselves.
static void expand_some(struct escp *escp, uint64_t left, bool color)
{
    while (left > 0 && !escp->cut) {
        const uint8_t *at = pdl_line_escp_take(escp, 1);
        left--;
        if (at != NULL) {
            uint64_t count = at[0] < 128 ? at[0] + 1U : 1;
            count = count < left ? count : left;
            pdl_line_escp_bytes(escp, count, color);
            left -= count;
        }
    }
}

// TIFF mode: transfers, moves and colours, until
// its end.
static void tiff_mode(struct escp *escp)
{
    uint32_t color = 0;
    for (;;) {
        const uint8_t *at = pdl_line_escp_take(escp, 1);
        if (at == NULL || at[0] == 0xe3) {
            return;
        }
        uint8_t command = at[0] & 0xe0;
        bool counted = (at[0] & 0x10) != 0;
        uint32_t value = at[0] & 15;
        if (counted && command != 0x80 && command != 0xe0) {
            at = value > 0 && value < 3 ? pdl_line_escp_take(escp, value) : NULL;
            if (at == NULL) {
                escp->cut = true;
                return;
            }
            value = at[0] | (value > 1 ? (uint32_t)at[1] << 8 : 0);
        }
        switch (command) {
        case 0x20: expand_some(escp, value, is_color(color)); break;
        case 0x60: pdl_line_escp_move(escp, value * escp->unit); break;
        case 0x80:
            color = value;
            ink(escp, is_color(color) ? color & 7 : 0);
            break;
        default: break;
        }
    }
}

void pdl_line_escp_raster(struct escp *escp)
{
    const uint8_t *at = pdl_line_escp_take(escp, 6);
    if (at == NULL) {
        return;
    }
    uint8_t packed = at[0];
    uint64_t dots = at[4] | (uint32_t)at[5] << 8;
    uint64_t bytes = (dots + 7) / 8 * at[3];
    ink(escp, escp->color);
    if (packed == 2) {
        tiff_mode(escp);
    } else if (packed == 1) {
        expand(escp, bytes, escp->color != 0);
    } else {
        pdl_line_escp_bytes(escp, bytes, escp->color != 0);
    }
}

void pdl_line_escp_planes(struct escp *escp)
{
    const uint8_t *at = pdl_line_escp_take(escp, 1);
    if (at == NULL) {
        return;
    }
    uint8_t color = at[0];
    if (color > 0x40) { // letters: P-touch
        pdl_facts_note(escp->facts, PDL_UNKNOWN,
                       "It is for a Brother label printer, "
                       "whose labels cannot be told from "
                       "its "
                       "bytes: take the device's word.");
        escp->stop = true;
        return;
    }
    at = pdl_line_escp_take(escp, 6);
    if (at == NULL) {
        return;
    }
    uint8_t packed = at[0];
    uint64_t bytes = (uint64_t)(at[2] | (uint32_t)at[3] << 8) * (at[4] | (uint32_t)at[5] << 8);
    escp->nominal |= is_color(color);
    ink(escp, is_color(color) ? color & 7 : 0);
    if (packed == 1) {
        expand(escp, bytes, is_color(color));
    } else {
        pdl_line_escp_bytes(escp, bytes, is_color(color));
    }
}
