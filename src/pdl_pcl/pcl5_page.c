// pcl5_page: the page: its size, its margins, where the cursor is, and what ends it (Technical
// Reference, ch. 4 to 6). Where the manual leaves it open, this does what GhostPCL does, whose
// authors tried it on printers; docs/pdl/pcl.md names the rules.

#include "pdl_pcl/pcl5_int.h"

enum {
    MARGIN = PCL5_INCH / 2,
    LINE = PCL5_INCH / 6,
    UNIT = PCL5_INCH / 300,
    HUNDREDTHS_PER_INCH = 2540,
    A4_WIDTH = 21000,
    A4_HEIGHT = 29700,
    SIDE_MAX = 10000000, // of a page, in hundredths of a millimetre
    CUSTOM = 101,
    PORTRAIT_OFFSET = 75 * UNIT, // from the edge of the paper to the logical page
    LANDSCAPE_OFFSET = 60 * UNIT,
    METRIC_PORTRAIT_OFFSET = 71 * UNIT,
    METRIC_LANDSCAPE_OFFSET = 59 * UNIT,
};

struct size {
    uint16_t code; // of ESC &l#A
    uint32_t width;
    uint32_t height;
};

static const struct size sizes[] = {
    { 1, 18415, 26670 },   { 2, 21590, 27940 },   { 3, 21590, 35560 },   { 4, 21590, 35560 },
    { 5, 13970, 21590 },   { 6, 27940, 43180 },   { 9, 21590, 33020 },   { 10, 21590, 33020 },
    { 15, 13970, 21590 },  { 16, 30480, 45720 },  { 17, 19500, 27000 },  { 18, 21600, 33000 },
    { 19, 27000, 39000 },  { 20, 10500, 14800 },  { 24, 10500, 14800 },  { 25, 14800, 21000 },
    { 26, 21000, 29700 },  { 27, 29700, 42000 },  { 28, 42000, 59400 },  { 29, 59400, 84100 },
    { 30, 84100, 118900 }, { 44, 12800, 18200 },  { 45, 18200, 25700 },  { 46, 25700, 36400 },
    { 65, 17600, 25000 },  { 71, 10000, 14800 },  { 72, 14800, 20000 },  { 74, 10160, 15240 },
    { 75, 12700, 20320 },  { 78, 7620, 12700 },   { 80, 9842, 19050 },   { 81, 10478, 24130 },
    { 89, 9842, 22542 },   { 90, 11000, 22000 },  { 91, 16200, 22900 },  { 92, 11400, 16200 },
    { 99, 11400, 16200 },  { 100, 17600, 25000 }, { 109, 22900, 32400 },
};

static int32_t units(uint32_t hundredths)
{
    return (int32_t)(((uint64_t)hundredths * PCL5_INCH + HUNDREDTHS_PER_INCH / 2) /
                     HUNDREDTHS_PER_INCH);
}

static bool is_landscape(const struct pcl5 *pcl)
{
    return (pcl->env.orientation & 1) != 0;
}

int32_t pdl_pcl_page_width(const struct pcl5 *pcl)
{
    return (pcl->env.direction & 1) != 0 ? pcl->env.logical_height : pcl->env.logical_width;
}

int32_t pdl_pcl_page_height(const struct pcl5 *pcl)
{
    return (pcl->env.direction & 1) != 0 ? pcl->env.logical_width : pcl->env.logical_height;
}

static int32_t home_y(const struct pcl5 *pcl)
{
    return pcl->env.top + (int32_t)((int64_t)3 * pcl->env.vmi / 4);
}

bool pdl_pcl_is_home(const struct pcl5 *pcl)
{
    return pcl->x == pcl->env.left && pcl->y == home_y(pcl);
}

// The height less a margin, where there is room for it.
static int32_t text_length(int32_t height)
{
    return height > MARGIN ? height - MARGIN : height;
}

void pdl_pcl_margins_reset(struct pcl5 *pcl, bool vertical)
{
    int32_t height = pdl_pcl_page_height(pcl);
    pcl->env.left = 0;
    pcl->env.right = pdl_pcl_page_width(pcl);
    if (vertical) {
        pcl->env.top = height > MARGIN ? MARGIN : 0;
        pcl->env.length = text_length(height - pcl->env.top);
    }
}

void pdl_pcl_move_x(struct pcl5 *pcl, int64_t x, bool relative, bool margins)
{
    int32_t before = pcl->x;
    int32_t width = pdl_pcl_page_width(pcl);
    x += relative ? before : 0;
    if (margins && before >= pcl->env.left && x < pcl->env.left) {
        x = pcl->env.left;
    } else if (margins && before <= pcl->env.right && x > pcl->env.right) {
        x = pcl->env.right;
    }
    x = x < 0 ? 0 : x > width ? width : x;
    if (x < before) {
        pdl_pcl_underline_end(pcl);
        pcl->x = (int32_t)x;
        pdl_pcl_underline_begin(pcl);
    }
    pcl->x = (int32_t)x;
}

// Ends pages until what is left of a move down is on one.
static int64_t turn_pages(struct pcl5 *pcl, int64_t y, int32_t limit, bool margins)
{
    int32_t vmi = pcl->env.vmi;
    int32_t from = pcl->y;
    while (y > limit && !pcl->failed) {
        pcl->flowed = true;
        pdl_pcl_page_end(pcl);
        y -= from <= limit ? limit : from;
        from = margins ? home_y(pcl) : (int32_t)((int64_t)3 * vmi / 4);
        if (vmi == 0 || y <= vmi) {
            return from;
        }
        y += from - 1 - (y - 1) % vmi;
    }
    return y;
}

void pdl_pcl_move_y(struct pcl5 *pcl, int64_t y, unsigned how)
{
    int32_t height = pdl_pcl_page_height(pcl);
    bool margins = (how & PCL5_MARGINS) != 0;
    bool relative = (how & PCL5_RELATIVE) != 0;
    bool rows = (how & PCL5_ROWS) != 0;
    int32_t limit = margins ? pcl->env.top + pcl->env.length : height;
    if (relative && (how & PCL5_ROW_COMMAND) != 0) {
        int64_t most = (int64_t)2 * height - pcl->y; // not past the end of the next page
        y = y < most ? y : most + home_y(pcl);
    }
    y += relative ? pcl->y : rows ? home_y(pcl) : pcl->env.top;
    pdl_pcl_underline_end(pcl);
    if (y > limit && relative && rows) {
        y = turn_pages(pcl, y, limit, margins);
    } else {
        y = y < 0 ? 0 : y > limit && y > height ? height : y;
    }
    pcl->y = (int32_t)y;
    pdl_pcl_underline_begin(pcl);
}

void pdl_pcl_home(struct pcl5 *pcl)
{
    pdl_pcl_move_x(pcl, pcl->env.left, false, false);
    pdl_pcl_move_y(pcl, 0, PCL5_ROWS);
}

void pdl_pcl_cr(struct pcl5 *pcl)
{
    pdl_pcl_underline_end(pcl);
    pdl_pcl_move_x(pcl, pcl->env.left, false, false);
    pdl_pcl_underline_begin(pcl);
    pcl->moved = true;
}

void pdl_pcl_lf(struct pcl5 *pcl)
{
    pcl->moved = true;
    pdl_pcl_move_y(pcl, pcl->env.vmi,
                   PCL5_RELATIVE | PCL5_ROWS | (pcl->env.perforation_skip ? PCL5_MARGINS : 0));
}

void pdl_pcl_half_line(struct pcl5 *pcl)
{
    pcl->moved = true;
    pdl_pcl_move_y(pcl, pcl->env.vmi / 2,
                   PCL5_RELATIVE | PCL5_ROWS | (pcl->env.perforation_skip ? PCL5_MARGINS : 0));
}

void pdl_pcl_ff(struct pcl5 *pcl)
{
    pdl_pcl_page_end(pcl);
    pdl_pcl_move_y(pcl, 0, PCL5_ROWS);
}

// Where a point of the logical page is as the print direction sees it, and back: a quarter turn
// each. width and height are those of the logical page.
static void turn(uint32_t direction, int32_t width, int32_t height, int32_t *x, int32_t *y)
{
    int32_t x0 = *x;
    int32_t y0 = *y;
    switch (direction & 3) {
    case 1:
        *x = height - y0;
        *y = x0;
        break;
    case 2:
        *x = width - x0;
        *y = height - y0;
        break;
    case 3:
        *x = y0;
        *y = width - x0;
        break;
    default: break;
    }
}

static void turn_back(uint32_t direction, int32_t width, int32_t height, int32_t *x, int32_t *y)
{
    int32_t x0 = *x;
    int32_t y0 = *y;
    switch (direction & 3) {
    case 1:
        *x = y0;
        *y = height - x0;
        break;
    case 2:
        *x = width - x0;
        *y = height - y0;
        break;
    case 3:
        *x = width - y0;
        *y = x0;
        break;
    default: break;
    }
}

// On the lower edge of the sheet, or on the right one in landscape.
bool pdl_pcl_is_on_edge(const struct pcl5 *pcl, int32_t along)
{
    int32_t x = pcl->x + along;
    int32_t y = pcl->y;
    turn_back(pcl->env.direction, pcl->env.logical_width, pcl->env.logical_height, &x, &y);
    return pcl->env.orientation < 2 ? y >= pcl->env.logical_height : y <= 0;
}

void pdl_pcl_direction(struct pcl5 *pcl, uint32_t quarter_turns)
{
    struct pcl5_env *env = &pcl->env;
    int32_t w = env->logical_width;
    int32_t h = env->logical_height;
    int32_t corner[4] = { env->left, env->top, env->right, env->top + env->length };
    pdl_pcl_underline_end(pcl);
    turn_back(env->direction, w, h, &pcl->x, &pcl->y);
    turn_back(env->direction, w, h, &corner[0], &corner[1]);
    turn_back(env->direction, w, h, &corner[2], &corner[3]);
    env->direction = (uint8_t)(quarter_turns & 3);
    turn(env->direction, w, h, &pcl->x, &pcl->y);
    turn(env->direction, w, h, &corner[0], &corner[1]);
    turn(env->direction, w, h, &corner[2], &corner[3]);
    env->left = corner[0] < corner[2] ? corner[0] : corner[2];
    env->right = corner[0] < corner[2] ? corner[2] : corner[0];
    env->top = corner[1] < corner[3] ? corner[1] : corner[3];
    env->length = (corner[1] < corner[3] ? corner[3] : corner[1]) - env->top;
    pdl_pcl_underline_begin(pcl);
}

// The logical page of the sheet and orientation, with its default margins and the cursor at home.
static void logical_page(struct pcl5 *pcl)
{
    struct pcl5_env *env = &pcl->env;
    bool metric = env->width % 100 == 0 && env->height % 100 == 0;
    int32_t offset = is_landscape(pcl) ? (metric ? METRIC_LANDSCAPE_OFFSET : LANDSCAPE_OFFSET)
                                       : (metric ? METRIC_PORTRAIT_OFFSET : PORTRAIT_OFFSET);
    int32_t width = units(is_landscape(pcl) ? env->height : env->width);
    env->logical_width = width > 2 * offset ? width - 2 * offset : width;
    env->logical_height = units(is_landscape(pcl) ? env->width : env->height);
    if (pcl->hpgl.alone) {
        env->logical_width = width;
    }
    env->direction = 0;
    pcl->overlay = false;
    pdl_pcl_margins_reset(pcl, true);
    env->underline = false;
    pdl_pcl_home(pcl);
    pcl->moved = false;
}

static uint32_t sides_of(const struct pcl5 *pcl)
{
    return !pcl->env.sides_said  ? PDL_SIDES_UNSAID
           : !pcl->env.duplex    ? PDL_ONE_SIDED
           : pcl->env.short_edge ? PDL_TWO_SIDED_SHORT
                                 : PDL_TWO_SIDED_LONG;
}

// The printer's own sheet is not known.
static void note_size(struct pcl5 *pcl)
{
    if (pcl->env.size_said) {
        return;
    }
    if (pcl->flowed) {
        pdl_facts_note(
            pcl->facts, PDL_ESTIMATED,
            "Line feeds end its pages, and it asks for no page size: A4 is taken, with 64 "
            "lines a page.");
    } else {
        pdl_facts_note(pcl->facts, PDL_COMPUTED,
                       "It asks for no page size, so the printer takes its own: A4 is taken here.");
    }
}

static void page_add(struct pcl5 *pcl)
{
    const struct pcl5_page *page = &pcl->page;
    const struct pcl5_env *env = &pcl->env;
    struct pdl_run run = { .count = 1,
                           .width = is_landscape(pcl) ? env->height : env->width,
                           .height = is_landscape(pcl) ? env->width : env->height,
                           .color = page->color,
                           .nominal = page->nominal,
                           .blank = !page->marked,
                           .copies = env->copies,
                           .sides = sides_of(pcl),
                           .certainty = page->assumed ? PDL_ESTIMATED : PDL_EXACT };
    if (page->reason != NULL) {
        run.reason = str_of(page->reason);
    }
    if (page->marked) {
        run.place = page->color ? page->place : page->mark_place;
        run.place_kind = PDL_PLACE_BYTE;
    }
    run.new_sheet = env->duplex && pcl->next_is_back && !pcl->back_side;
    pcl->next_is_back = env->duplex && !(pcl->next_is_back && pcl->back_side);
    note_size(pcl);
    if (!pdl_facts_add(pcl->facts, &run, pcl->err)) {
        pcl->failed = true;
    }
}

void pdl_pcl_page_end(struct pcl5 *pcl)
{
    pdl_pcl_underline_end(pcl);
    pdl_pcl_raster_end(pcl);
    if (pcl->overlay) {
        pcl->overlay = false;
        pdl_pcl_macro_run(pcl, pcl->overlay_id, true, true);
        pcl->overlay = true;
    }
    if (pcl->failed) {
        return;
    }
    page_add(pcl);
    pcl->page = (struct pcl5_page){ 0 };
    pcl->back_side = pcl->env.duplex && !pcl->back_side;
    pdl_pcl_underline_begin(pcl);
}

void pdl_pcl_page_end_dirty(struct pcl5 *pcl)
{
    pdl_pcl_underline_end(pcl);
    if (pcl->page.dirty) {
        pdl_pcl_page_end(pcl);
    }
}

static void page_end_home(struct pcl5 *pcl)
{
    pdl_pcl_page_end_dirty(pcl);
    pdl_pcl_home(pcl);
}

void pdl_pcl_page_custom(struct pcl5 *pcl, uint32_t width, uint32_t height)
{
    pcl->env.width = width == 0 ? 1 : width > SIDE_MAX ? SIDE_MAX : width;
    pcl->env.height = height == 0 ? 1 : height > SIDE_MAX ? SIDE_MAX : height;
    pcl->env.size_said = true;
    logical_page(pcl);
    pcl->page = (struct pcl5_page){ 0 };
}

void pdl_pcl_page_size(struct pcl5 *pcl, uint32_t code)
{
    page_end_home(pcl);
    if (code == CUSTOM) {
        pdl_pcl_page_custom(pcl, pcl->env.custom_width, pcl->env.custom_height);
        return;
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (sizes[i].code == code) {
            pdl_pcl_page_custom(pcl, sizes[i].width, sizes[i].height);
            return;
        }
    }
    pdl_facts_note(pcl->facts, PDL_EXACT, "Page size %u is not known: the one before it is taken.",
                   code);
}

void pdl_pcl_orientation(struct pcl5 *pcl, uint32_t orientation)
{
    if (orientation > 3 || orientation == pcl->env.orientation) {
        return;
    }
    pdl_pcl_page_end_dirty(pcl);
    bool moved = pcl->moved;
    pcl->env.orientation = (uint8_t)orientation;
    logical_page(pcl);
    pcl->moved = moved;
    pcl->env.hmi = PCL5_HMI_UNSET;
    pcl->env.vmi = LINE;
}

void pdl_pcl_copies(struct pcl5 *pcl, int32_t copies)
{
    if (copies < 1) {
        pdl_facts_note(pcl->facts, PDL_EXACT, "PCL asks for %d copies: ignored, as printers do.",
                       copies);
        return;
    }
    if (copies > INT16_MAX) {
        pdl_facts_note(pcl->facts, PDL_UNKNOWN,
                       "PCL asks for %d copies of a page, more than the %d that it has: how many "
                       "come out is not known.",
                       copies, INT16_MAX);
        pcl->env.copies = INT16_MAX;
        return;
    }
    pcl->env.copies = (uint32_t)copies;
    if (pcl->facts->part->copies > 1) {
        pdl_facts_note(pcl->facts, PDL_EXACT,
                       "PCL asks for %d %s of a page, in place of the %u of PJL.", copies,
                       copies == 1 ? "copy" : "copies", pcl->facts->part->copies);
    } else if (copies > 1) {
        pdl_facts_note(pcl->facts, PDL_EXACT, "PCL asks for %d copies of a page.", copies);
    }
}

void pdl_pcl_duplex(struct pcl5 *pcl, uint32_t mode)
{
    page_end_home(pcl);
    if (mode > 2) {
        return;
    }
    pcl->env.sides_said = true;
    pcl->env.duplex = mode != 0;
    pcl->env.short_edge = mode == 0 ? pcl->env.short_edge : mode == 2;
    pcl->back_side = false;
}

void pdl_pcl_side(struct pcl5 *pcl, uint32_t side)
{
    bool dirty = pcl->page.dirty;
    pdl_pcl_page_end_dirty(pcl);
    if (side > 2) {
        return;
    }
    pdl_pcl_home(pcl);
    if (dirty && pcl->env.duplex && side != 0) {
        pcl->back_side = side == 2;
    }
}

void pdl_pcl_source(struct pcl5 *pcl, uint32_t source)
{
    page_end_home(pcl);
    if (pcl->env.source != (int32_t)source) {
        pcl->back_side = false;
    }
    pcl->env.source = (int32_t)source;
}

void pdl_pcl_mark(struct pcl5 *pcl, enum pdl_shade shade, const char *reason)
{
    struct pcl5_page *page = &pcl->page;
    page->dirty = true;
    page->nominal |= shade == PDL_COLOR || pcl->env.palette.declared;
    if (shade <= PDL_SHADE_WHITE) {
        return;
    }
    if (!page->marked) {
        page->marked = true;
        page->mark_place = pcl->token;
    }
    if (shade == PDL_COLOR && !page->color && !pcl->env.greyscale && !pcl->env.palette.grey_only) {
        page->color = true;
        page->place = pcl->token;
        page->reason = reason;
    }
}

void pdl_pcl_assume(struct pcl5 *pcl, bool color, const char *reason)
{
    struct pcl5_page *page = &pcl->page;
    if (page->marked && (page->color || !color)) {
        page->dirty = true;
        return; // it is known
    }
    page->assumed = true;
    pdl_pcl_mark(pcl, color ? PDL_COLOR : PDL_GREY, reason);
    page->reason = reason;
}

void pdl_pcl_cursor_push(struct pcl5 *pcl)
{
    if (pcl->cursor_count < PCL5_STACK) {
        int32_t x = pcl->x;
        int32_t y = pcl->y;
        turn_back(pcl->env.direction, pcl->env.logical_width, pcl->env.logical_height, &x, &y);
        pcl->cursors[pcl->cursor_count].x = x;
        pcl->cursors[pcl->cursor_count++].y = y;
    }
}

void pdl_pcl_cursor_pop(struct pcl5 *pcl)
{
    if (pcl->cursor_count > 0) {
        int32_t x = pcl->cursors[--pcl->cursor_count].x;
        int32_t y = pcl->cursors[pcl->cursor_count].y;
        turn(pcl->env.direction, pcl->env.logical_width, pcl->env.logical_height, &x, &y);
        pdl_pcl_move_x(pcl, x, false, false);
        pdl_pcl_move_y(pcl, (int64_t)y - pcl->env.top, 0);
    }
}

// What the overlay's environment and a printer reset have in common.
static void reset_common(struct pcl5 *pcl)
{
    struct pcl5_env *env = &pcl->env;
    env->perforation_skip = true;
    env->unit = UNIT;
    env->line_termination = 0;
    env->hmi = PCL5_HMI_UNSET;
    env->vmi = LINE;
    env->wrap = false;
    env->parsing = 0;
    env->underline = false;
    env->rule_width = 0;
    env->rule_height = 0;
    pdl_pcl_font_reset(pcl);
    pdl_pcl_color_reset(pcl);
    pdl_pcl_raster_reset(pcl);
}

void pdl_pcl_reset_overlay(struct pcl5 *pcl)
{
    reset_common(pcl);
    pdl_pcl_margins_reset(pcl, true);
    pdl_pcl_home(pcl);
}

void pdl_pcl_reset(struct pcl5 *pcl)
{
    struct pcl5_env *env = &pcl->env;
    const struct pdl_part *part = pcl->facts->part;
    const struct pdl_form *form = &part->form;
    *env = (struct pcl5_env){ .custom_width = 21590, .custom_height = 27940 };
    reset_common(pcl);
    env->width = form->width != 0 ? form->width : A4_WIDTH;
    env->height = form->height != 0 ? form->height : A4_HEIGHT;
    env->size_said = form->width != 0;
    env->orientation = form->landscape ? 1 : 0;
    env->duplex = part->sides == PDL_TWO_SIDED_LONG || part->sides == PDL_TWO_SIDED_SHORT;
    env->short_edge = part->sides == PDL_TWO_SIDED_SHORT;
    pcl->palette_count = 0;
    for (size_t i = 0; i < PCL5_PALETTES; i++) {
        pcl->palettes[i].used = false;
    }
    pcl->overlay = false;
    pcl->definition = NULL;
    pcl->display = false;
    pcl->back_side = false;
    pcl->cursor_count = 0;
    logical_page(pcl);
    if (form->lines != 0) {
        env->vmi = env->length / (int32_t)form->lines;
        pdl_pcl_home(pcl);
    }
    pdl_pcl_macro_drop(pcl, false);
}

void pdl_pcl_printer_reset(struct pcl5 *pcl)
{
    if (pcl->depth > 0) {
        return; // not allowed within a macro
    }
    pdl_pcl_hpgl_end(pcl);
    pdl_pcl_page_end_dirty(pcl);
    pdl_pcl_hpgl_reset(pcl);
    pdl_pcl_reset(pcl);
}
