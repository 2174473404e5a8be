// hpgl: HP-GL/2, within PCL 5 between ESC %#B and ESC %#A, or alone as a plotter has it (Technical
// Reference, ch. 17 to 23; HP-GL/2 and HP RTL Reference Guide).
//
// instruction = letter letter (number | , | white)* ;?
//             | LB text terminator | DT terminator | SM character ;? | CO "text" | BP with strings
//             | PE encoded ;
// What matters is whether something is drawn, with which pen, and what ends a plot: where it is
// drawn is not followed, so what is off the page marks as well.

#include "pdl_pcl/pcl5_int.h"

enum {
    ETX = 3,
    VALUES_MAX = 16, // of an instruction; more are counted only
    VALUE_MOST = 1 << 30,
    PENS_BITS = 3,
    PLOTTER_UNITS = 1016, // an inch
    HUNDREDTHS_PER_INCH = 2540,
    COPIES_MOST = 32767,
    FILL_SHADED = 10,
};

static const char colored[] = "a pen in a colour that is not grey";

struct values {
    int64_t value[VALUES_MAX]; // in ten-thousandths
    uint64_t count;
};

void pdl_pcl_hpgl_reset(struct pcl5 *pcl)
{
    bool alone = pcl->hpgl.alone;
    pcl->hpgl = (struct hpgl_state){ .alone = alone, .terminator = ETX, .pen = 1 };
    for (size_t i = 0; i < 3; i++) {
        pcl->hpgl.white[i] = 255;
    }
}

// mode: of ESC %#B; less than 0: alone.
void pdl_pcl_hpgl_begin(struct pcl5 *pcl, int32_t mode)
{
    if (mode > 3) {
        return;
    }
    pcl->hpgl.inside = true;
    if (mode < 0 && !pcl->hpgl.alone) {
        pcl->hpgl.alone = true;
        pcl->facts->part->format = "application/vnd.hp-hpgl";
    }
}

void pdl_pcl_hpgl_end(struct pcl5 *pcl)
{
    pcl->hpgl.inside = false;
}

// The next byte, left where it is; -1 at an escape or the end.
static int peek(struct pcl5 *pcl)
{
    struct pdl_input *input = pcl->input;
    if (!pdl_input_need(input, 1) || *input->at == PCL5_ESCAPE) {
        return -1;
    }
    return *input->at;
}

static bool is_letter(int c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int capital(int c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

static void mark(struct pcl5 *pcl, enum pdl_shade shade)
{
    if (!pcl->hpgl.polygon) {
        pdl_pcl_mark(pcl, shade, colored);
    }
}

static void draw(struct pcl5 *pcl)
{
    mark(pcl, pdl_pcl_color_entry(pcl, pcl->hpgl.pen));
}

static void fill(struct pcl5 *pcl)
{
    if (pcl->hpgl.white_fill) {
        mark(pcl, PDL_SHADE_WHITE);
    } else {
        draw(pcl);
    }
}

// Reads one number; false where there is none.
static bool take_value(struct pcl5 *pcl, int64_t *value)
{
    int64_t whole = 0;
    int64_t scale = PCL5_ONE;
    bool minus = false;
    bool any = false;
    for (int c = peek(pcl);; c = peek(pcl)) {
        if (c >= '0' && c <= '9') {
            if (scale == PCL5_ONE) {
                whole = whole < (int64_t)VALUE_MOST * PCL5_ONE
                            ? whole * 10 + (int64_t)(c - '0') * PCL5_ONE
                            : whole;
            } else {
                whole += (c - '0') * scale;
                scale /= 10;
            }
            any = true;
        } else if (c == '.' && scale == PCL5_ONE) {
            scale = PCL5_ONE / 10;
            any = true;
        } else if ((c == '-' || c == '+') && !any) {
            minus = c == '-';
            any = true;
        } else {
            break;
        }
        pcl->input->at++;
    }
    *value = minus ? -whole : whole;
    return any;
}

// Reads the numbers of an instruction and the ; behind them.
static struct values take_values(struct pcl5 *pcl)
{
    struct values values = { .count = 0 };
    for (;;) {
        int c = peek(pcl);
        if (c < 0 || is_letter(c)) {
            return values;
        }
        int64_t value;
        if (take_value(pcl, &value)) {
            if (values.count < VALUES_MAX) {
                values.value[values.count] = value;
            }
            values.count++;
        } else {
            pcl->input->at++;
            if (c == ';') {
                return values;
            }
        }
    }
}

static int64_t whole_of(const struct values *values, size_t at, int64_t otherwise)
{
    return at < values->count ? values->value[at] / PCL5_ONE : otherwise;
}

static void select_pen(struct pcl5 *pcl, int64_t pen)
{
    int64_t pens = (int64_t)1 << pcl->env.palette.bits;
    pen = pen < 0 ? 0 : pen >= pens && pens > 1 ? (pen - 1) % (pens - 1) + 1 : pen;
    pcl->hpgl.pen = (uint32_t)pen;
}

// PE: pairs of numbers to the base 64 or 32, with flags between; each pair is drawn to unless <
// stands before it.
static void polyline_encoded(struct pcl5 *pcl)
{
    unsigned bits = 6;
    int64_t number = 0;
    unsigned shift = 0;
    unsigned coordinates = 0; // of the pair
    bool up = false;
    bool pen = false; // the next number is that of a pen
    bool fraction = false;
    for (int c = peek(pcl); c >= 0; c = peek(pcl)) {
        pcl->input->at++;
        unsigned byte = (unsigned)c & (bits == 5 ? 0x7fU : 0xffU);
        if (byte == ';') {
            return;
        }
        pen |= byte == ':';
        up |= byte == '<';
        fraction |= byte == '>';
        bits = byte == '7' ? 5 : bits;
        if (byte < 63) {
            continue;
        }
        bool last = bits == 6 ? byte >= 191 : byte >= 95;
        unsigned digit = bits == 6 ? byte - (last ? 191 : 63) : byte - (last ? 95 : 63);
        number |= shift < 40 ? (int64_t)(digit & ((1U << bits) - 1)) << shift : 0;
        shift += shift < 40 ? bits : 0;
        if (!last) {
            continue;
        }
        if (pen) {
            select_pen(pcl, number >> 1);
            pen = false;
        } else if (fraction) {
            fraction = false;
        } else if (++coordinates == 2) {
            if (!up) {
                draw(pcl);
            }
            pcl->hpgl.pen_down = !up;
            up = false;
            coordinates = 0;
        }
        number = 0;
        shift = 0;
    }
}

// The next byte of a text, in which an escape is a character unless it ends HP-GL/2.
static int peek_text(struct pcl5 *pcl)
{
    int c = peek(pcl);
    if (c < 0 && pdl_input_need(pcl->input, 1) && !pdl_input_starts(pcl->input, STR("\x1b%")) &&
        !pdl_input_starts(pcl->input, STR("\x1b"
                                          "E"))) {
        return PCL5_ESCAPE;
    }
    return c;
}

static void label(struct pcl5 *pcl)
{
    bool inked = false;
    for (int c = peek_text(pcl); c >= 0; c = peek_text(pcl)) {
        pcl->input->at++;
        if (c == pcl->hpgl.terminator) {
            inked |= !pcl->hpgl.quiet_labels && c > ' ';
            break;
        }
        inked |= c > ' ' && c != 0x7f && (c < 0x80 || c > 0xa0);
    }
    if (inked) {
        draw(pcl);
    }
}

// DT terminator [,mode];
static void define_terminator(struct pcl5 *pcl)
{
    int c = peek(pcl);
    pcl->hpgl.terminator = ETX;
    pcl->hpgl.quiet_labels = true;
    if (c < 0) {
        return;
    }
    pcl->input->at++;
    if (c != ';') {
        pcl->hpgl.terminator = (uint8_t)c;
        struct values values = take_values(pcl);
        pcl->hpgl.quiet_labels = whole_of(&values, 0, 1) != 0;
    }
}

// SM character;
static void symbol_mode(struct pcl5 *pcl)
{
    int c = peek(pcl);
    pcl->hpgl.symbol = c > ' ' && c != ';';
    if (c >= 0) {
        pcl->input->at++;
    }
}

// Passes over "text" and numbers, up to ; (CO, BP).
static void pass_strings(struct pcl5 *pcl)
{
    bool quoted = false;
    for (int c = peek(pcl); c >= 0; c = peek(pcl)) {
        if (!quoted && is_letter(c)) {
            return;
        }
        pcl->input->at++;
        quoted ^= c == '"';
        if (!quoted && c == ';') {
            return;
        }
    }
}

static void initialize(struct pcl5 *pcl, bool with_palette)
{
    struct hpgl_state *hpgl = &pcl->hpgl;
    hpgl->pen_down = false;
    hpgl->relative = false;
    hpgl->polygon = false;
    hpgl->symbol = false;
    hpgl->white_fill = false;
    hpgl->terminator = ETX;
    hpgl->quiet_labels = true;
    if (with_palette) {
        hpgl->pen = 1;
        for (size_t i = 0; i < 3; i++) {
            hpgl->white[i] = 255;
            hpgl->black[i] = 0;
        }
        pdl_pcl_color_initialize_pens(pcl);
    }
}

// PC pen, red, green, blue;
static void pen_color(struct pcl5 *pcl, const struct values *values)
{
    if (values->count < 4) {
        return; // back to what it was by default, which the palette keeps
    }
    double v[3];
    for (size_t i = 0; i < 3; i++) {
        int64_t range = pcl->hpgl.white[i] - pcl->hpgl.black[i];
        int64_t above = values->value[i + 1] - pcl->hpgl.black[i] * PCL5_ONE;
        v[i] = range == 0 ? 0 : (double)above / (double)(range * PCL5_ONE);
        v[i] = v[i] < 0 ? 0 : v[i] > 1 ? 1 : v[i];
    }
    int64_t pen = whole_of(values, 0, -1);
    if (pen >= 0 && pen < PCL5_SHADES) {
        pdl_pcl_color_set(pcl, (uint32_t)pen, (uint8_t)pdl_color_rgb_shade(v[0], v[1], v[2]));
    }
}

static void color_range(struct pcl5 *pcl, const struct values *values)
{
    for (size_t i = 0; i < 3; i++) {
        pcl->hpgl.black[i] = whole_of(values, i * 2, 0);
        pcl->hpgl.white[i] = whole_of(values, i * 2 + 1, 255);
    }
}

static void number_of_pens(struct pcl5 *pcl, const struct values *values)
{
    int64_t pens = whole_of(values, 0, 8);
    uint32_t bits = 1;
    while (bits < 8 && (int64_t)1 << bits < pens) {
        bits++;
    }
    pdl_pcl_color_pens(pcl, bits);
}

// PG; a plotter's page. With a parameter it ends a page that is empty, too.
static void plot_end(struct pcl5 *pcl, bool always)
{
    if (!pcl->hpgl.alone) {
        pdl_facts_note(pcl->facts, PDL_EXACT,
                       "HP-GL/2 within PCL asks for a new page: ignored, as printers do.");
    } else if (always || pcl->page.dirty) {
        pdl_pcl_ff(pcl);
    }
}

// RP n; the plot, n times more.
static void replot(struct pcl5 *pcl, const struct values *values)
{
    int64_t more = whole_of(values, 0, 1);
    if (!pcl->hpgl.alone || more < 1) {
        return;
    }
    more = more > COPIES_MOST ? COPIES_MOST : more;
    pdl_facts_note(pcl->facts, PDL_EXACT, "HP-GL/2 plots a page %d times more.", (int)more);
    const struct pdl_run *last = pcl->facts->last;
    if (pcl->page.dirty) {
        uint32_t before = pcl->env.copies;
        pcl->env.copies = (uint32_t)more + 1;
        pdl_pcl_ff(pcl);
        pcl->env.copies = before;
    } else if (last != NULL && pcl->facts->part->run_count > 0) {
        struct pdl_run again = *last;
        again.count = 1;
        again.copies = (uint32_t)more;
        pcl->failed = !pdl_facts_add(pcl->facts, &again, pcl->err);
    }
}

// PS length, width; in plotter units.
static void plot_size(struct pcl5 *pcl, const struct values *values)
{
    if (!pcl->hpgl.alone || pcl->page.dirty || values->count == 0) {
        return;
    }
    uint64_t side[2];
    for (size_t i = 0; i < 2; i++) {
        int64_t length = whole_of(values, i, whole_of(values, 0, 0));
        length = length < 0 ? 0 : length > VALUE_MOST ? VALUE_MOST : length;
        side[i] = (uint64_t)length * HUNDREDTHS_PER_INCH / PLOTTER_UNITS;
    }
    uint32_t height = side[0] > INT32_MAX ? INT32_MAX : (uint32_t)side[0];
    uint32_t width = side[1] > INT32_MAX ? INT32_MAX : (uint32_t)side[1];
    pdl_pcl_page_custom(pcl, width, height);
}

static void fill_type(struct pcl5 *pcl, const struct values *values)
{
    pcl->hpgl.white_fill = whole_of(values, 0, 1) == FILL_SHADED && whole_of(values, 1, 50) == 0;
}

static void polygon_mode(struct pcl5 *pcl, const struct values *values)
{
    pcl->hpgl.polygon = whole_of(values, 0, 0) != 2;
}

static void move(struct pcl5 *pcl, const struct values *values)
{
    if (values->count >= 2 && (pcl->hpgl.pen_down || pcl->hpgl.symbol)) {
        draw(pcl);
    }
}

#define TWO(a, b) ((a) << 8 | (b))

// Instructions of numbers only. long: one flat switch
static void run_numbers(struct pcl5 *pcl, int name)
{
    struct values values = take_values(pcl);
    switch (name) {
    case TWO('P', 'D'):
        pcl->hpgl.pen_down = true;
        draw(pcl);
        break;
    case TWO('P', 'U'):
        pcl->hpgl.pen_down = false;
        move(pcl, &values);
        break;
    case TWO('P', 'A'):
    case TWO('P', 'R'): move(pcl, &values); break;
    case TWO('A', 'A'):
    case TWO('A', 'R'):
    case TWO('A', 'T'):
    case TWO('R', 'T'):
    case TWO('B', 'R'):
    case TWO('B', 'Z'):
        if (pcl->hpgl.pen_down) {
            draw(pcl);
        }
        break;
    case TWO('C', 'I'):
    case TWO('E', 'A'):
    case TWO('E', 'R'):
    case TWO('E', 'W'):
    case TWO('E', 'P'): draw(pcl); break;
    case TWO('R', 'A'):
    case TWO('R', 'R'):
    case TWO('W', 'G'):
    case TWO('F', 'P'): fill(pcl); break;
    case TWO('F', 'T'): fill_type(pcl, &values); break;
    case TWO('P', 'M'): polygon_mode(pcl, &values); break;
    case TWO('S', 'P'): select_pen(pcl, whole_of(&values, 0, 0)); break;
    case TWO('P', 'C'): pen_color(pcl, &values); break;
    case TWO('C', 'R'): color_range(pcl, &values); break;
    case TWO('N', 'P'): number_of_pens(pcl, &values); break;
    case TWO('I', 'N'): initialize(pcl, true); break;
    case TWO('D', 'F'): initialize(pcl, false); break;
    case TWO('P', 'S'): plot_size(pcl, &values); break;
    case TWO('P', 'G'):
    case TWO('A', 'F'):
    case TWO('A', 'H'):
    case TWO('F', 'R'): plot_end(pcl, values.count > 0); break;
    case TWO('R', 'P'): replot(pcl, &values); break;
    default: break; // places, widths, fonts: what does not decide
    }
}

static void run_instruction(struct pcl5 *pcl, int name)
{
    switch (name) {
    case TWO('P', 'E'): polyline_encoded(pcl); break;
    case TWO('L', 'B'): label(pcl); break;
    case TWO('D', 'T'): define_terminator(pcl); break;
    case TWO('S', 'M'): symbol_mode(pcl); break;
    case TWO('C', 'O'): pass_strings(pcl); break;
    case TWO('B', 'P'):
        pass_strings(pcl);
        initialize(pcl, true);
        break;
    default: run_numbers(pcl, name); break;
    }
}

void pdl_pcl_hpgl_run(struct pcl5 *pcl)
{
    int first = -1;
    for (int c = peek(pcl); c >= 0 && !pcl->failed; c = peek(pcl)) {
        pcl->input->at++;
        if (!is_letter(c)) {
            first = c > ' ' && c != ',' ? -1 : first;
            continue;
        }
        if (first < 0) {
            first = capital(c);
            if (pcl->depth == 0) {
                pcl->token = pdl_input_offset(pcl->input) - 1;
            }
            continue;
        }
        run_instruction(pcl, TWO(first, capital(c)));
        first = -1;
    }
}
