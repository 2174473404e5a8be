// pcl5_raster: pictures (Technical Reference, ch. 15; Color, ch. 6): rows of one plane or several,
// of pixels or of palette entries, by eight ways of compression.
//
// A row is unpacked only while the page may still turn out to be marked or coloured by it.

#include "pdl_pcl/pcl5_int.h"

enum {
    RESOLUTION = 75,
    RESOLUTION_MAX = 9600,
    RAW = 0,
    RUNS = 1,
    PACKBITS = 2,
    DELTA = 3,
    ADAPTIVE = 5,
    FAX_FIRST = 6,
    FAX_LAST = 8,
    REPLACEMENT = 9,
    LATER = 10, // DeskJets' differences of pixels
    FEW_PLANES = 4,
    SIDE_MARGIN = PCL5_INCH / 6,
};

static const char colored[] = "a pixel that is not grey";

void pdl_pcl_raster_reset(struct pcl5 *pcl)
{
    pcl->env.raster = (struct pcl5_raster){ .resolution = RESOLUTION };
}

static uint8_t *plane_row(struct pcl5 *pcl, uint32_t plane)
{
    return pcl->row + (size_t)plane * pcl->env.raster.row_bytes;
}

static uint32_t planes_of(const struct pcl5 *pcl)
{
    const struct pcl5_palette *palette = &pcl->env.palette;
    uint32_t planes = 0;
    switch (palette->encoding) {
    case PCL5_BY_PLANE: return palette->bits;
    case PCL5_DIRECT_BY_PLANE: return 3;
    case PCL5_INKS:
        for (size_t i = 0; i < palette->inks; i++) {
            planes += palette->ink_planes[i];
        }
        return planes;
    case PCL5_BY_PIXEL:
    case PCL5_DIRECT_BY_PIXEL: break;
    }
    return 1;
}

static uint32_t pixel_bits(const struct pcl5 *pcl) // of a plane
{
    return pcl->env.palette.encoding == PCL5_DIRECT_BY_PIXEL ? 24
           : pcl->env.palette.encoding == PCL5_BY_PIXEL      ? pcl->env.palette.bits
                                                             : 1;
}

static void raster_begin(struct pcl5 *pcl, uint32_t mode, bool said)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    if (raster->active) {
        return;
    }
    if (pcl->row == NULL) {
        pcl->row = arena_new(pcl->memory, PCL5_ROW_BYTES);
        if (pcl->row == NULL) {
            pcl->failed = !err_set(pcl->err, ERR_LIMIT, "no room for a row of pixels");
            return;
        }
    }
    raster->active = true;
    raster->planes = (uint8_t)planes_of(pcl);
    raster->plane = 0;
    raster->rows = 0;
    raster->row_bytes = PCL5_ROW_BYTES / raster->planes & ~7U;
    raster->at_margin = (mode & 1) == 0;
    raster->left = raster->at_margin ? 0 : pcl->x;
    raster->scaled = said && (mode & 2) != 0;
    raster->wide = raster->width;
    if (raster->wide == 0) { // to the edge of the logical page
        int64_t wide = (int64_t)pdl_pcl_page_width(pcl) - raster->left;
        raster->wide = (uint32_t)(wide * raster->resolution / PCL5_INCH);
    }
    for (size_t i = 0; i < PCL5_PLANES; i++) {
        raster->used[i] = 0;
    }
    raster->changed_from = UINT32_MAX;
    raster->changed_to = 0;
    pcl->page.dirty = true;
}

// The cursor goes past rows that were so high together, whichever way they lie: by default along
// the width of the sheet, whatever the orientation (presentation mode 3).
static void move_past(struct pcl5 *pcl, int64_t down)
{
    const struct pcl5_env *env = &pcl->env;
    unsigned turned = (unsigned)env->orientation + env->direction; // of the rows, in quarters
    turned = env->raster.turns ? env->direction : ((turned & 2) - env->orientation) & 3;
    switch ((turned - env->direction) & 3) {
    case 0:
        pdl_pcl_move_x(pcl, env->raster.left, false, false);
        pdl_pcl_move_y(pcl, pcl->y + down - env->top, 0);
        break;
    case 1: pdl_pcl_move_x(pcl, pcl->x + down, false, false); break;
    case 2: pdl_pcl_move_y(pcl, pcl->y - down - env->top, 0); break;
    default:
        if (env->raster.at_margin) {
            pdl_pcl_move_y(pcl, SIDE_MARGIN - env->top, 0);
        }
        pdl_pcl_move_x(pcl, pcl->x - down, false, false);
        break;
    }
}

void pdl_pcl_raster_end(struct pcl5 *pcl)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    if (!raster->active) {
        return;
    }
    raster->active = false;
    for (uint32_t plane = 0; plane < raster->planes; plane++) {
        memset(plane_row(pcl, plane), 0, raster->used[plane]);
    }
    uint64_t rows =
        raster->height != 0 && raster->rows < raster->height ? raster->height : raster->rows;
    uint64_t down = rows * PCL5_INCH / raster->resolution;
    if (raster->scaled && raster->height != 0 && raster->target_height != 0) {
        down = rows * raster->target_height / raster->height;
    }
    move_past(pcl, down > INT32_MAX ? INT32_MAX : (int64_t)down);
}

// The bytes of a row that were written, [from, to).
struct span {
    uint32_t from;
    uint32_t to;
};

static void span_add(struct span *span, size_t from, size_t to)
{
    span->from = from < span->from ? (uint32_t)from : span->from;
    span->to = to > span->to ? (uint32_t)to : span->to;
}

struct row {
    uint8_t *bytes;
    size_t len;  // its room
    size_t used; // what lies behind is zero
    struct span span;
};

static void put(struct row *row, size_t *at, const uint8_t *from, size_t count)
{
    size_t room = *at < row->len ? row->len - *at : 0;
    size_t some = count < room ? count : room;
    if (some > 0) {
        memcpy(row->bytes + *at, from, some);
        span_add(&row->span, *at, *at + some);
    }
    *at += count;
}

static void repeat(struct row *row, size_t *at, uint8_t byte, size_t count)
{
    size_t room = *at < row->len ? row->len - *at : 0;
    size_t some = count < room ? count : room;
    if (some > 0) {
        memset(row->bytes + *at, byte, some);
        span_add(&row->span, *at, *at + some);
    }
    *at += count;
}

// What lies behind what a row said is zero.
static void clear_rest(struct row *row, size_t at)
{
    at = at < row->len ? at : row->len;
    if (at < row->used) {
        memset(row->bytes + at, 0, row->used - at);
        span_add(&row->span, at, row->used);
    }
    row->used = at;
}

static void unpack_runs(struct row *row, const uint8_t *at, const uint8_t *end)
{
    size_t to = 0;
    for (; end - at >= 2; at += 2) {
        repeat(row, &to, at[1], (size_t)at[0] + 1);
    }
    clear_rest(row, to);
}

static void unpack_packbits(struct row *row, const uint8_t *at, const uint8_t *end)
{
    size_t to = 0;
    while (at < end) {
        unsigned code = *at++;
        if (code < 128) {
            size_t count = code + 1U;
            count = count < (size_t)(end - at) ? count : (size_t)(end - at);
            put(row, &to, at, count);
            at += count;
        } else if (code > 128 && at < end) {
            repeat(row, &to, *at++, 257 - code);
        }
    }
    clear_rest(row, to);
}

// A number that goes on in bytes of 255.
static size_t longer(const uint8_t **at, const uint8_t *end, size_t value)
{
    while (*at < end) {
        uint8_t byte = *(*at)++;
        value += byte;
        if (byte != 255) {
            break;
        }
    }
    return value;
}

static void unpack_delta(struct row *row, const uint8_t *at, const uint8_t *end)
{
    size_t to = 0;
    while (at < end) {
        unsigned code = *at++;
        size_t count = (code >> 5) + 1;
        size_t skip = code & 31;
        skip = skip == 31 ? longer(&at, end, skip) : skip;
        to += skip;
        count = count < (size_t)(end - at) ? count : (size_t)(end - at);
        put(row, &to, at, count);
        at += count;
    }
    row->used = row->span.to > row->used ? row->span.to : row->used;
}

static void unpack_replacement(struct row *row, const uint8_t *at, const uint8_t *end)
{
    size_t to = 0;
    while (at < end) {
        unsigned code = *at++;
        if (code < 128) {
            size_t skip = (code >> 3) & 15;
            size_t count = code & 7;
            skip = skip == 15 ? longer(&at, end, skip) : skip;
            count = (count == 7 ? longer(&at, end, count) : count) + 1;
            to += skip;
            count = count < (size_t)(end - at) ? count : (size_t)(end - at);
            put(row, &to, at, count);
            at += count;
        } else {
            size_t skip = (code >> 5) & 3;
            size_t count = code & 31;
            skip = skip == 3 ? longer(&at, end, skip) : skip;
            count = (count == 31 ? longer(&at, end, count) : count) + 2;
            to += skip;
            if (at < end) {
                repeat(row, &to, *at++, count);
            }
        }
    }
    row->used = row->span.to > row->used ? row->span.to : row->used;
}

// Unpacks a plane over its seed row; what changed is the span.
static struct span unpack(struct pcl5 *pcl, uint32_t plane, unsigned method, const uint8_t *at,
                          const uint8_t *end)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    struct row row = { .bytes = plane_row(pcl, plane),
                       .len = raster->row_bytes,
                       .used = raster->used[plane],
                       .span = { UINT32_MAX, 0 } };
    size_t to = 0;
    switch (method) {
    case RUNS: unpack_runs(&row, at, end); break;
    case PACKBITS: unpack_packbits(&row, at, end); break;
    case DELTA: unpack_delta(&row, at, end); break;
    case REPLACEMENT: unpack_replacement(&row, at, end); break;
    default:
        put(&row, &to, at, (size_t)(end - at));
        clear_rest(&row, to);
        break;
    }
    if (row.span.to > raster->used[plane] && row.span.from > raster->used[plane]) {
        row.span.from = raster->used[plane]; // what a delta passes over is zero, and said now
    }
    raster->used[plane] = (uint32_t)row.used;

    return row.span;
}

// What a pixel of this shade leaves, painted through the foreground or its pattern.
static void mark_pixels(struct pcl5 *pcl, enum pdl_shade shade)
{
    enum pdl_shade ink = pcl5_ink_now(pcl);
    if (shade <= PDL_SHADE_WHITE || ink <= PDL_SHADE_WHITE) {
        return;
    }
    pdl_pcl_mark(pcl, ink > shade ? ink : shade, colored);
}

static bool is_known(const struct pcl5 *pcl)
{
    if (!pcl->page.marked) {
        return false;
    }
    return pcl->page.color || pcl->env.greyscale || pcl->env.palette.grey_only ||
           (!pcl->env.palette.color && pcl5_ink_now(pcl) != PDL_COLOR);
}

// Pixels of eight bits a primary.
static enum pdl_shade judge_direct(const struct pcl5 *pcl, const uint8_t *at, const uint8_t *end)
{
    enum pcl5_space space = pcl->env.palette.space;
    uint8_t white = space == PCL5_CMY ? 0 : 0xff;
    bool inked = false;
    if (space >= PCL5_LAB) {
        for (; end - at >= 3; at += 3) { // lightness, and two axes with grey in the middle
            if (!pcl5_is_neutral(at[1], at[2], 127) && !pcl5_is_neutral(at[1], at[2], 128)) {
                return PDL_COLOR;
            }
            inked |= at[0] != 0xff;
        }
        return inked ? PDL_GREY : PDL_SHADE_WHITE;
    }
    for (; end - at >= 3; at += 3) {
        if (at[0] != at[1] || at[1] != at[2]) {
            if (!pcl5_is_neutral(at[0], at[1], at[2])) {
                return PDL_COLOR;
            }
        }
        inked |= at[0] != white;
    }
    return inked ? PDL_GREY : PDL_SHADE_WHITE;
}

// Palette entries of 1, 2, 4 or 8 bits; count of them at most.
static enum pdl_shade judge_entries(const struct pcl5 *pcl, const uint8_t *at, const uint8_t *end,
                                    uint64_t count)
{
    const uint8_t *shades = pcl->env.palette.shade;
    unsigned bits = pcl->env.palette.bits;
    unsigned mask = (1U << bits) - 1;
    uint8_t best = PDL_SHADE_WHITE;
    for (; at < end && count > 0 && best != PDL_COLOR; at++) {
        for (unsigned shift = 8; shift > 0 && count > 0; count--) {
            shift -= bits;
            uint8_t here = shades[*at >> shift & mask];
            best = here > best ? here : best;
        }
    }
    return (enum pdl_shade)best;
}

static bool zero_is_white(const struct pcl5 *pcl)
{
    const struct pcl5_palette *palette = &pcl->env.palette;
    switch (palette->encoding) {
    case PCL5_BY_PLANE:
    case PCL5_BY_PIXEL: return palette->shade[0] == PDL_SHADE_WHITE;
    case PCL5_DIRECT_BY_PLANE:
    case PCL5_DIRECT_BY_PIXEL: return palette->space == PCL5_CMY;
    case PCL5_INKS: break;
    }
    return true;
}

// What a row does not say is zero, as far as the raster is wide.
static void judge_rest(struct pcl5 *pcl, uint64_t said, uint64_t width)
{
    if (said < width && !zero_is_white(pcl)) {
        bool color =
            pcl->env.palette.encoding <= PCL5_BY_PIXEL && pcl->env.palette.shade[0] == PDL_COLOR;
        mark_pixels(pcl, color ? PDL_COLOR : PDL_GREY);
    }
}

static void judge_pixel_row(struct pcl5 *pcl, struct span span)
{
    const struct pcl5_raster *raster = &pcl->env.raster;
    uint32_t bits = pixel_bits(pcl);
    uint64_t width = raster->width == 0 ? UINT32_MAX : raster->width;
    uint64_t bytes = (width * bits + 7) / 8;
    const uint8_t *row = plane_row(pcl, 0);
    judge_rest(pcl, raster->used[0], ((uint64_t)raster->wide * bits + 7) / 8);
    if (span.to > bytes) {
        span.to = (uint32_t)bytes;
    }
    if (bits == 24) {
        span.from -= span.from % 3;
        span.to += (3 - span.to % 3) % 3;
    }
    if (span.to > raster->row_bytes) {
        span.to = raster->row_bytes;
    }
    if (span.from >= span.to) {
        return;
    }
    const uint8_t *at = row + span.from;
    const uint8_t *end = row + span.to;
    uint64_t before = (uint64_t)span.from * 8 / bits;
    mark_pixels(pcl, bits == 24 ? judge_direct(pcl, at, end)
                                : judge_entries(pcl, at, end, width - before));
}

static uint64_t load(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return word;
}

// The bits of the row that lie within the source's width, of the eight bytes at `at`.
static uint64_t within(const struct pcl5_raster *raster, size_t at)
{
    uint8_t mask[8];
    uint64_t width = raster->width;
    if (width == 0 || (at + 8) * 8 <= width) {
        return UINT64_MAX;
    }
    for (size_t i = 0; i < sizeof(mask); i++) {
        uint64_t first = (at + i) * 8;
        uint64_t bits = width > first ? width - first : 0;
        mask[i] = bits >= 8 ? 0xff : (uint8_t)(0xff00 >> bits);
    }
    return load(mask);
}

// Which entries occur in planes of bits: for each entry, whether a pixel has it.
static enum pdl_shade judge_planes(const struct pcl5 *pcl, struct span span)
{
    const struct pcl5_raster *raster = &pcl->env.raster;
    const uint8_t *shades = pcl->env.palette.shade;
    uint32_t planes = raster->planes;
    const uint8_t *rows = pcl->row;
    uint8_t best = PDL_SHADE_WHITE;
    for (size_t at = span.from; at < span.to && best != PDL_COLOR; at += 8) {
        uint64_t inside = within(raster, at);
        for (uint32_t entry = 0; entry < 1U << planes; entry++) {
            if (shades[entry] <= best) {
                continue;
            }
            uint64_t have = inside;
            for (uint32_t plane = 0; plane < planes; plane++) {
                uint64_t word = load(rows + (size_t)plane * raster->row_bytes + at);
                have &= (entry >> plane & 1) != 0 ? word : ~word;
            }
            best = have != 0 ? shades[entry] : best;
        }
    }
    return (enum pdl_shade)best;
}

// The same where the entries are many: eight pixels at a time, once while they do not change.
static enum pdl_shade judge_many_planes(const struct pcl5 *pcl, struct span span)
{
    const struct pcl5_raster *raster = &pcl->env.raster;
    const uint8_t *shades = pcl->env.palette.shade;
    uint8_t column[8] = { 0 };
    uint8_t best = PDL_SHADE_WHITE;
    for (size_t at = span.from; at < span.to && best != PDL_COLOR; at++) {
        bool changed = at == span.from;
        for (uint32_t plane = 0; plane < raster->planes; plane++) {
            uint8_t byte = pcl->row[(size_t)plane * raster->row_bytes + at];
            changed |= byte != column[plane];
            column[plane] = byte;
        }
        uint64_t width = raster->width == 0 ? UINT64_MAX : raster->width;
        for (unsigned bit = 0; changed && bit < 8 && at * 8 + bit < width; bit++) {
            unsigned entry = 0;
            for (uint32_t plane = 0; plane < raster->planes; plane++) {
                entry |= (column[plane] >> (7 - bit) & 1U) << plane;
            }
            best = shades[entry] > best ? shades[entry] : best;
        }
    }
    return (enum pdl_shade)best;
}

// Inks of several planes each, black before cyan, magenta and yellow, light inks behind: what
// lies under black does not show, and equal amounts are grey.
static enum pdl_shade judge_inks(const struct pcl5 *pcl, struct span span)
{
    const struct pcl5_raster *raster = &pcl->env.raster;
    const struct pcl5_palette *palette = &pcl->env.palette;
    const uint8_t *rows = pcl->row;
    size_t stride = raster->row_bytes;
    bool has_black = palette->inks != 3;
    uint32_t first = has_black ? palette->ink_planes[0] : 0; // plane of cyan
    bool inked = false;
    for (size_t at = span.from; at < span.to; at += 8) {
        uint64_t inside = within(raster, at);
        uint64_t black = 0;
        uint64_t apart = 0;
        uint64_t any = 0;
        for (uint32_t i = 0; i < first; i++) {
            black |= load(rows + i * stride + at);
        }
        for (uint32_t i = first; i < raster->planes; i++) {
            any |= load(rows + i * stride + at);
        }
        uint32_t each = palette->inks >= 3 ? palette->ink_planes[has_black] : 0;
        bool alike = raster->planes == first + 3 * each;
        for (uint32_t i = 0; alike && i < each; i++) {
            uint64_t cyan = load(rows + (first + i) * stride + at);
            apart |= cyan ^ load(rows + (first + each + i) * stride + at);
            apart |= cyan ^ load(rows + (first + 2 * each + i) * stride + at);
        }
        apart = alike ? apart : any;
        if ((apart & ~black & inside) != 0) {
            return PDL_COLOR;
        }
        inked |= ((any | black) & inside) != 0;
    }
    return inked ? PDL_GREY : PDL_SHADE_WHITE;
}

static enum pdl_shade judge_primaries(const struct pcl5 *pcl, struct span span)
{
    const struct pcl5_raster *raster = &pcl->env.raster;
    const uint8_t *rows = pcl->row;
    uint64_t flip = pcl->env.palette.space == PCL5_CMY ? 0 : UINT64_MAX;
    bool inked = false;
    for (size_t at = span.from; at < span.to; at += 8) {
        uint64_t inside = within(raster, at);
        uint64_t a = load(rows + at);
        uint64_t b = load(rows + raster->row_bytes + at);
        uint64_t c = load(rows + 2 * (size_t)raster->row_bytes + at);
        if ((((a ^ b) | (a ^ c)) & inside) != 0) {
            return PDL_COLOR;
        }
        inked |= ((a ^ flip) & inside) != 0;
    }
    return inked ? PDL_GREY : PDL_SHADE_WHITE;
}

// All planes of a row are there; what changed since the row before is judged.
static void judge_plane_row(struct pcl5 *pcl)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    struct span span = { raster->changed_from, raster->changed_to };
    uint64_t said = 0;
    for (uint32_t plane = 0; plane < raster->planes; plane++) {
        said = raster->used[plane] > said ? raster->used[plane] : said;
    }
    judge_rest(pcl, said, ((uint64_t)raster->wide + 7) / 8);
    raster->changed_from = UINT32_MAX;
    raster->changed_to = 0;
    span.from -= span.from % 8;
    span.to = span.to > said ? (uint32_t)said : span.to;
    span.to = span.to > raster->row_bytes - 8 ? raster->row_bytes - 8 : span.to;
    switch (pcl->env.palette.encoding) {
    case PCL5_INKS: mark_pixels(pcl, judge_inks(pcl, span)); break;
    case PCL5_DIRECT_BY_PLANE: mark_pixels(pcl, judge_primaries(pcl, span)); break;
    case PCL5_BY_PLANE:
        mark_pixels(pcl, raster->planes <= FEW_PLANES ? judge_planes(pcl, span)
                                                      : judge_many_planes(pcl, span));
        break;
    case PCL5_BY_PIXEL:
    case PCL5_DIRECT_BY_PIXEL: break;
    }
}

static bool is_pixels(const struct pcl5 *pcl)
{
    return pcl->env.palette.encoding == PCL5_BY_PIXEL ||
           pcl->env.palette.encoding == PCL5_DIRECT_BY_PIXEL;
}

static void change(struct pcl5_raster *raster, struct span span)
{
    raster->changed_from = span.from < raster->changed_from ? span.from : raster->changed_from;
    raster->changed_to = span.to > raster->changed_to ? span.to : raster->changed_to;
}

static void row_done(struct pcl5 *pcl)
{
    pcl->env.raster.rows += pcl->env.raster.rows < UINT32_MAX;
    pcl->env.raster.plane = 0;
}

// One row, or the next plane of it, by a method that has one row.
static void take_plane(struct pcl5 *pcl, unsigned method, struct str data, bool ends_row)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    const uint8_t *at = (const uint8_t *)data.ptr;
    if (!is_known(pcl) && raster->plane < raster->planes) {
        struct span span = unpack(pcl, raster->plane, method, at, at + data.len);
        if (is_pixels(pcl)) {
            judge_pixel_row(pcl, span);
        } else {
            change(raster, span);
        }
    }
    raster->plane++;
    if (!ends_row) {
        return;
    }
    if (!is_known(pcl)) {
        while (raster->plane < raster->planes) { // planes that did not come are empty
            change(raster, unpack(pcl, raster->plane++, method, at, at));
        }
        if (!is_pixels(pcl)) {
            judge_plane_row(pcl);
        }
    }
    row_done(pcl);
}

// Rows by a method of each: method, two bytes of length or count, data.
static void take_adaptive(struct pcl5 *pcl, struct str data)
{
    const uint8_t *at = (const uint8_t *)data.ptr;
    const uint8_t *end = at + data.len;
    while (end - at >= 3) {
        unsigned method = at[0];
        size_t count = (size_t)at[1] << 8 | at[2];
        at += 3;
        if (method <= DELTA) {
            count = count < (size_t)(end - at) ? count : (size_t)(end - at);
            take_plane(pcl, method, (struct str){ (const char *)at, count }, true);
            at += count;
        } else if (method == 4) { // empty rows
            (void)unpack(pcl, 0, RAW, at, at);
            pcl->env.raster.rows += (uint32_t)count;
        } else if (method == 5) { // the row before again
            pcl->env.raster.rows += (uint32_t)count;
        } else {
            return;
        }
    }
}

// The payload of ESC *b#V and ESC *b#W.
void pdl_pcl_raster_rows(struct pcl5 *pcl, const struct pcl5_command *command)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    bool ends_row = command->final == 'W';
    unsigned method = raster->compression;
    raster_begin(pcl, 0, false);
    if (pcl->failed) {
        return;
    }
    if (command->payload.len < command->length) {
        pdl_pcl_assume(pcl, pcl->env.palette.color, "a row of its raster is too long to be judged");
        row_done(pcl);
    } else if (method == ADAPTIVE) {
        take_adaptive(pcl, command->payload);
    } else if ((method >= FAX_FIRST && method <= FAX_LAST) || method == 4) {
        if (command->payload.len > 4) {
            pdl_pcl_assume(pcl, false, "its raster is in a fax code, which is not judged");
        }
        row_done(pcl);
    } else if (method >= LATER) {
        if (command->payload.len > 0) {
            pdl_pcl_assume(pcl, pcl->env.palette.color,
                           "its raster is in a compression that is not judged");
        }
        row_done(pcl);
    } else {
        take_plane(pcl, method, command->payload, ends_row);
    }
}

// ESC *b#Y: rows that are passed over.
static void offset_rows(struct pcl5 *pcl, uint32_t rows)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    if (raster->active) {
        raster->rows += rows < INT16_MAX ? rows : INT16_MAX;
        for (uint32_t plane = 0; plane < raster->planes; plane++) {
            (void)unpack(pcl, plane, RAW, pcl->row, pcl->row);
        }
    }
}

static void command_b(struct pcl5 *pcl, const struct pcl5_command *command)
{
    switch (command->final) {
    case 'V':
    case 'W': pdl_pcl_raster_rows(pcl, command); break;
    case 'M': pcl->env.raster.compression = (uint8_t)(pcl5_count(command) & 0xff); break;
    case 'Y': offset_rows(pcl, pcl5_count(command)); break;
    default: break;
    }
}

static void command_r(struct pcl5 *pcl, const struct pcl5_command *command)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    uint32_t count = pcl5_count(command);
    switch (command->final) {
    case 'A': raster_begin(pcl, count > 3 ? 0 : count, true); break;
    case 'C':
        pdl_pcl_raster_end(pcl);
        raster->compression = RAW;
        break;
    case 'B': pdl_pcl_raster_end(pcl); break;
    case 'F':
        if (!raster->active && (count == 0 || count == 3)) {
            raster->turns = count == 0;
        }
        break;
    case 'S':
        if (!raster->active) {
            raster->width = count;
        }
        break;
    case 'T':
        if (!raster->active) {
            raster->height = count;
        }
        break;
    case 'U':
        if (!raster->active) {
            pdl_pcl_color_simple(pcl, pcl5_whole(command));
        }
        break;
    default: break;
    }
}

static bool is_grey_algorithm(uint32_t algorithm)
{
    return algorithm == 2 || algorithm == 5 || algorithm == 6 || algorithm == 8 ||
           algorithm == 10 || algorithm == 12 || algorithm == 14;
}

static void command_t(struct pcl5 *pcl, const struct pcl5_command *command)
{
    struct pcl5_raster *raster = &pcl->env.raster;
    uint32_t count = pcl5_count(command);
    switch (command->final) {
    case 'R':
        if (!raster->active) {
            count = count < RESOLUTION ? RESOLUTION : count;
            raster->resolution = count > RESOLUTION_MAX ? RESOLUTION_MAX : count;
        }
        break;
    case 'V':
        if (!raster->active) {
            raster->target_height = count > INT16_MAX ? 0 : count * 10;
        }
        break;
    case 'J': pcl->env.palette.grey_only = is_grey_algorithm(count); break;
    default: break;
    }
}

void pdl_pcl_raster_command(struct pcl5 *pcl, const struct pcl5_command *command)
{
    if (command->group == 'b') {
        command_b(pcl, command);
    } else if (command->group == 'r') {
        command_r(pcl, command);
    } else {
        command_t(pcl, command);
    }
}
