// pcl5_text: characters: whether they mark, how far they move the cursor, where they wrap
// (Technical Reference, ch. 8 and 11). Widths of proportional characters are not known: half the
// height is taken, which matters only where lines wrap at the margin.

#include "pdl_pcl/pcl5_int.h"

enum {
    PITCH = 1000,  // characters an inch, in hundredths
    HEIGHT = 1200, // points, in hundredths
    UNITS_PER_POINT = 100,
    TAB = 8,
};

void pdl_pcl_font_reset(struct pcl5 *pcl)
{
    struct pcl5_font font = { .pitch = PITCH, .height = HEIGHT };
    pcl->env.font[0] = font;
    pcl->env.font[1] = font;
    pcl->env.font_now = 0;
}

static const struct pcl5_font *font_of(const struct pcl5 *pcl)
{
    return &pcl->env.font[pcl->env.font_now];
}

int32_t pdl_pcl_hmi(struct pcl5 *pcl)
{
    if (pcl->env.hmi == PCL5_HMI_UNSET) {
        const struct pcl5_font *font = font_of(pcl);
        int32_t hmi = font->proportional
                          ? (int32_t)((int64_t)font->height * UNITS_PER_POINT * 3 / 1000)
                          : PCL5_INCH * 100 / (int32_t)font->pitch;
        int32_t unit = pcl->env.unit;
        hmi += unit / 2;
        pcl->env.hmi = hmi - hmi % unit;
    }
    return pcl->env.hmi;
}

static int32_t width_of(struct pcl5 *pcl, bool space)
{
    const struct pcl5_font *font = font_of(pcl);
    if (space || !font->proportional) {
        return pdl_pcl_hmi(pcl);
    }
    return (int32_t)((int64_t)font->height * UNITS_PER_POINT / 200);
}

// Bytes of a character, by its first.
static size_t character_len(const struct pcl5 *pcl, uint8_t first)
{
    switch (pcl->env.parsing) {
    case 21: return first >= 0x21 ? 2 : 1;
    case 31: return (first >= 0x81 && first <= 0x9f) || (first >= 0xe0 && first <= 0xfc) ? 2 : 1;
    case 38: return first >= 0x80 ? 2 : 1;
    case 83:
    case 1008:
        return first >= 0xfc   ? 6
               : first >= 0xf8 ? 5
               : first >= 0xf0 ? 4
               : first >= 0xe0 ? 3
               : first >= 0xc2 ? 2
                               : 1;
    default: return 1;
    }
}

static bool is_print_control(const struct pcl5 *pcl, uint8_t c) // below a space
{
    return (font_of(pcl)->wide || font_of(pcl)->soft) && c != 0 && c != PCL5_ESCAPE &&
           (c < 7 || c > 15);
}

// How many bytes from at are characters, not controls.
size_t pdl_pcl_text_run(const struct pcl5 *pcl, const uint8_t *at, const uint8_t *end)
{
    const uint8_t *from = at;
    bool multibyte = pcl->env.parsing > 1;
    while (at < end && (*at >= ' ' || is_print_control(pcl, *at))) {
        size_t len = multibyte ? character_len(pcl, *at) : 1;
        if (len > (size_t)(end - at)) {
            return at == from ? (size_t)(end - at) : (size_t)(at - from);
        }
        at += len;
    }
    return (size_t)(at - from);
}

// The character can be seen. literal: by transparent data, where controls are spaces.
static bool is_ink(const struct pcl5 *pcl, uint8_t c, bool literal)
{
    if (c == ' ' && font_of(pcl)->soft) {
        return (pcl->spaces[font_of(pcl)->id >> 3] >> (font_of(pcl)->id & 7) & 1) != 0;
    }
    if (c == ' ' || (c == 0xa0 && !font_of(pcl)->wide)) {
        return false;
    }
    if (c < ' ') {
        return is_print_control(pcl, c);
    }
    if (c >= 0x80 && c < 0xa0) {
        return font_of(pcl)->wide || font_of(pcl)->soft || pcl->env.parsing > 1;
    }
    return !literal || c != 0x7f || font_of(pcl)->wide;
}

// On the edge of the sheet text shows, but does not have the page printed. The place of the mark is
// the character's own, however the text came in pieces; within a command it is the command's.
static void mark_text(struct pcl5 *pcl, int32_t along, uint64_t place)
{
    pcl->token = pcl->depth == 0 ? place : pcl->token;
    bool dirty = pcl->page.dirty || !pdl_pcl_is_on_edge(pcl, along);
    pdl_pcl_mark(pcl, pcl5_ink_now(pcl), "text in a colour that is not grey");
    pcl->page.dirty = dirty;
}

// Where lines wrap, each character is asked.
static void text_wrapped(struct pcl5 *pcl, struct str text, bool literal)
{
    int32_t page = pdl_pcl_page_width(pcl);
    bool use_right = pcl->x <= pcl->env.right;
    uint64_t start = pcl->token;
    for (size_t i = 0; i < text.len && !pcl->failed;) {
        uint8_t c = (uint8_t)text.ptr[i];
        bool ink = is_ink(pcl, c, literal);
        int32_t width = width_of(pcl, !ink);
        if (pcl->after_backspace) {
            pcl->after_backspace = false;
        } else if ((use_right && pcl->x > pcl->env.right - width) || pcl->x > page - width) {
            uint64_t pages = pcl->facts->part->page;
            pdl_pcl_cr(pcl);
            pdl_pcl_lf(pcl);
            use_right = true;
            if (pcl->facts->part->page != pages && font_of(pcl)->proportional) {
                pdl_facts_note(pcl->facts, PDL_ESTIMATED,
                               "Lines of a proportional font wrap, and fonts are not read: pages "
                               "may begin elsewhere.");
            }
        }
        if (ink) {
            mark_text(pcl, 0, literal ? start : start + i);
        }
        pcl->x += width;
        pcl->last_width = width;
        i += character_len(pcl, c);
    }
}

void pdl_pcl_text(struct pcl5 *pcl, struct str text, bool literal)
{
    if (pcl->hpgl.alone) {
        return; // a plotter in its raster language has no text
    }
    pdl_pcl_raster_end(pcl);
    if (pcl->env.wrap) {
        text_wrapped(pcl, text, literal);
        return;
    }
    int32_t page = pdl_pcl_page_width(pcl);
    int32_t limit = pcl->x <= pcl->env.right && pcl->env.right < page ? pcl->env.right : page;
    int32_t width = width_of(pcl, false);
    size_t count = text.len;
    uint64_t start = pcl->token;
    if (pcl->x >= limit && !pcl->after_backspace) {
        return; // nothing is printed past the margin
    }
    if (!font_of(pcl)->proportional && width > 0 &&
        count > (size_t)((limit - pcl->x) / width) + 1) {
        count = (size_t)((limit - pcl->x) / width) + 1;
    }
    bool known =
        pcl->page.dirty && pcl->page.marked && (pcl->page.color || pcl5_ink_now(pcl) != PDL_COLOR);
    for (size_t i = 0; i < count && !known; i++) {
        if (is_ink(pcl, (uint8_t)text.ptr[i], literal)) {
            int64_t along = (int64_t)i * width;
            mark_text(pcl, along < limit ? (int32_t)along : limit, literal ? start : start + i);
            known = pcl->page.dirty;
        }
    }
    int64_t x = pcl->x + (int64_t)count * width;
    pcl->x = x > limit ? limit : (int32_t)x;
    pcl->last_width = width;
    pcl->after_backspace = false;
}

static void tab(struct pcl5 *pcl)
{
    int64_t x = (int64_t)pcl->x - pcl->env.left;
    int64_t stop = (int64_t)TAB * pdl_pcl_hmi(pcl);
    x = x < 0 ? -x : stop > 0 ? stop - x % stop : 0;
    pcl->moved = true;
    pdl_pcl_move_x(pcl, x, true, true);
}

void pdl_pcl_control(struct pcl5 *pcl, uint8_t byte)
{
    pdl_pcl_raster_end(pcl);
    switch (byte) {
    case '\b':
        pcl->after_backspace = true;
        pcl->moved = true;
        pdl_pcl_move_x(pcl, -pcl->last_width, true, true);
        break;
    case '\t': tab(pcl); break;
    case '\n':
        if ((pcl->env.line_termination & 2) != 0) {
            pdl_pcl_cr(pcl);
        }
        pdl_pcl_lf(pcl);
        break;
    case '\f':
        if ((pcl->env.line_termination & 2) != 0) {
            pdl_pcl_cr(pcl);
        }
        pdl_pcl_ff(pcl);
        break;
    case '\r':
        pdl_pcl_cr(pcl);
        if ((pcl->env.line_termination & 1) != 0) {
            pdl_pcl_lf(pcl);
        }
        break;
    case 0x0e:
    case 0x0f:
        pcl->env.font_now = byte == 0x0e;
        pcl->env.hmi = PCL5_HMI_UNSET;
        break;
    default: break;
    }
}

void pdl_pcl_underline_end(struct pcl5 *pcl)
{
    if (pcl->env.underline && pcl->x > pcl->env.underline_from) {
        pdl_pcl_mark(pcl, pcl5_ink_now(pcl), "an underline in a colour that is not grey");
    }
}

void pdl_pcl_underline_begin(struct pcl5 *pcl)
{
    pcl->env.underline_from = pcl->x;
}

// Symbol sets whose codes 128 to 159, and most below 32, are characters: PC, Windows and Macintosh.
static bool is_wide_set(uint32_t number, uint8_t letter)
{
    static const struct {
        uint8_t letter;
        uint8_t number[8];
    } sets[] = {
        { 'U', { 9, 10, 11, 12, 13, 17, 19, 26 } },
        { 'E', { 9 } },
        { 'T', { 5, 9 } },
        { 'L', { 9, 19 } },
        { 'R', { 3, 9 } },
        { 'J', { 6, 7, 8, 9, 10, 12 } },
        { 'G', { 8, 9, 10, 12, 14 } },
        { 'V', { 9, 10 } },
        { 'H', { 7, 15 } },
    };
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        if (sets[i].letter == letter && number != 0 && number < 32 &&
            memchr(sets[i].number, (int)number, sizeof(sets[i].number)) != NULL) {
            return true;
        }
    }
    return false;
}

static void font_characteristic(struct pcl5_font *font, const struct pcl5_command *command)
{
    int64_t hundredths = command->value / (PCL5_ONE / 100);
    hundredths = hundredths < 0 ? -hundredths : hundredths;
    switch (command->final) {
    case 'P':
        font->proportional = pcl5_whole(command) != 0;
        font->soft = false;
        break;
    case 'H':
        if (hundredths >= 10 && hundredths <= 57600) {
            font->pitch = (uint32_t)hundredths;
        }
        break;
    case 'V':
        if (hundredths >= 25 && hundredths <= 99999) {
            font->height = (uint32_t)hundredths;
        }
        break;
    default: break;
    }
}

// ESC )s#W: a font, and ESC (s#W: one of its characters.
static void download(struct pcl5 *pcl, const struct pcl5_command *command)
{
    uint8_t *spaces = &pcl->spaces[pcl->font_id >> 3];
    uint8_t bit = (uint8_t)(1U << (pcl->font_id & 7));
    if (command->class == ')') {
        *spaces &= (uint8_t)~bit;
    } else if (pcl->character == ' ' && command->payload.len > 0) {
        *spaces |= bit;
    }
}

// ESC ( and ESC ): primary and secondary font.
void pdl_pcl_font_command(struct pcl5 *pcl, const struct pcl5_command *command)
{
    struct pcl5_font *font = &pcl->env.font[command->class == ')'];
    if (command->group == 's' && command->final == 'W') {
        download(pcl, command);
        return;
    }
    if (command->group == 's') {
        font_characteristic(font, command);
    } else if (command->group == 0 && command->final == 'X') {
        font->soft = true;
        font->id = (uint16_t)pcl5_count(command);
        font->proportional = true;
    } else if (command->group == 0 && command->final == '@') {
        font->soft = false;
        font->wide = false;
    } else if (command->group == 0) {
        font->wide = is_wide_set(pcl5_count(command), command->final);
    } else {
        return;
    }
    pcl->env.hmi = PCL5_HMI_UNSET;
}
