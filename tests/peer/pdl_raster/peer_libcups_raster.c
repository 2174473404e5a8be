// Rasters that libcups writes, of every mode, colour space, depth and order: what we say of a page
// is what its pixels show one by one, from memory and from a stream of odd pieces.
#include "pdl_raster/raster.h"

#include "base/buf.h"
#include "base/fs.h"
#include "lib/tap.h"
#include "pdl/color.h"
#include <cups/raster.h>
#include <dirent.h>
#include <math.h>

enum { ROUNDS = 20000, SIDE_MAX = 90, INKS_MAX = 15, BYTES_MAX = 1 << 20, PAGES_MAX = 3 };

static uint64_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

// The modes of libcups, and those that are made from its files.
enum form { PLAIN, PACKED, PWG, APPLE, SWAPPED, OLD, FORMS };
static const char *const form_names[] = { "CUPS 3", "CUPS 2",         "PWG",
                                          "URF",    "CUPS 3 swapped", "CUPS 1" };

struct space {
    uint32_t space;
    uint32_t inks;
    const char *kind; // of judging
};

static const struct space spaces[] = {
    { CUPS_CSPACE_W, 1, "w" },
    { CUPS_CSPACE_SW, 1, "w" },
    { CUPS_CSPACE_K, 1, "k" },
    { CUPS_CSPACE_WHITE, 1, "k" },
    { CUPS_CSPACE_GOLD, 1, "gold" },
    { CUPS_CSPACE_SILVER, 1, "k" },
    { CUPS_CSPACE_RGB, 3, "rgb" },
    { CUPS_CSPACE_SRGB, 3, "rgb" },
    { CUPS_CSPACE_ADOBERGB, 3, "rgb" },
    { CUPS_CSPACE_RGBA, 4, "rgba" },
    { CUPS_CSPACE_RGBW, 4, "rgbw" },
    { CUPS_CSPACE_CMY, 3, "cmy" },
    { CUPS_CSPACE_YMC, 3, "cmy" },
    { CUPS_CSPACE_CMYK, 4, "cmyk" },
    { CUPS_CSPACE_YMCK, 4, "ymck" },
    { CUPS_CSPACE_GMCK, 4, "ymck" },
    { CUPS_CSPACE_GMCS, 4, "ymck" },
    { CUPS_CSPACE_KCMY, 4, "kcmy" },
    { CUPS_CSPACE_KCMYcm, 6, "kcmycm" },
    { CUPS_CSPACE_CIELab, 3, "lab" },
    { CUPS_CSPACE_ICC3, 3, "lab" },
    { CUPS_CSPACE_DEVICE1, 1, "k" },
    { CUPS_CSPACE_DEVICE4, 4, "device" },
    { CUPS_CSPACE_DEVICE7, 7, "device" },
};

struct page {
    const struct space *space;
    enum form form;
    uint32_t order, bits, inks, pixel_bits, width, height, line_bytes, copies, duplex, tumble;
    uint16_t levels[SIDE_MAX][SIDE_MAX][INKS_MAX];
    // The truth:
    bool color, inked, unsure, covered;
    double cover[4];
};

static double value(const struct page *page, uint16_t level)
{
    return level / (double)((1U << page->bits) - 1);
}

static bool is(const struct page *page, const char *kind)
{
    return strcmp(page->space->kind, kind) == 0;
}

static enum pdl_shade shade_of(const struct page *page, const double *v, double cmyk[4])
{
    memset(cmyk, 0, 4 * sizeof(*cmyk));
    if (is(page, "w")) {
        cmyk[3] = 1 - v[0];
    } else if (is(page, "k")) {
        cmyk[3] = v[0];
    } else if (is(page, "gold")) {
        cmyk[2] = v[0];
    } else if (is(page, "rgb") || is(page, "rgba")) {
        double alpha = is(page, "rgba") ? v[3] : 1;
        double r = 1 - (1 - v[0]) * alpha;
        double g = 1 - (1 - v[1]) * alpha;
        double b = 1 - (1 - v[2]) * alpha;
        double light = fmax(r, fmax(g, b));
        cmyk[0] = light - r;
        cmyk[1] = light - g;
        cmyk[2] = light - b;
        cmyk[3] = 1 - light;
        return pdl_color_rgb_shade(r, g, b);
    } else if (is(page, "rgbw")) {
        for (int i = 0; i < 4; i++) {
            cmyk[i] = 1 - v[i];
        }
    } else if (is(page, "cmy")) {
        bool turned = page->space->space == CUPS_CSPACE_YMC;
        cmyk[0] = v[turned ? 2 : 0];
        cmyk[1] = v[1];
        cmyk[2] = v[turned ? 0 : 2];
    } else if (is(page, "ymck")) {
        double order[] = { v[2], v[1], v[0], v[3] };
        memcpy(cmyk, order, sizeof(order));
    } else if (is(page, "kcmy") || (is(page, "kcmycm") && page->inks == 4)) {
        double order[] = { v[1], v[2], v[3], v[0] };
        memcpy(cmyk, order, sizeof(order));
    } else if (is(page, "kcmycm")) {
        double order[] = { v[1] + v[4] / 2, v[2] + v[5] / 2, v[3], v[0] };
        memcpy(cmyk, order, sizeof(order));
    } else if (is(page, "cmyk")) {
        memcpy(cmyk, v, 4 * sizeof(*v));
    } else if (is(page, "lab")) {
        double unit = page->bits == 8 ? 255 : 65535 / 256.0;
        double lab[] = { v[0] * 100, v[1] * unit - 128, v[2] * unit - 128 };
        return pdl_color_lab_shade(lab);
    } else {
        bool none = true;
        for (uint32_t i = 0; i < page->inks; i++) {
            none &= v[i] <= 0;
        }
        return none ? PDL_SHADE_WHITE : PDL_UNSURE;
    }
    return pdl_color_cmyk_shade(cmyk);
}

static void judge(struct page *page)
{
    page->color = page->inked = page->unsure = false;
    memset(page->cover, 0, sizeof(page->cover));
    for (uint32_t y = 0; y < page->height; y++) {
        for (uint32_t x = 0; x < page->width; x++) {
            double v[INKS_MAX];
            double cmyk[4];
            for (uint32_t i = 0; i < page->inks; i++) {
                v[i] = value(page, page->levels[y][x][i]);
            }
            enum pdl_shade shade = shade_of(page, v, cmyk);
            page->color |= shade == PDL_COLOR;
            page->inked |= shade >= PDL_GREY;
            page->unsure |= shade == PDL_UNSURE;
            for (int i = 0; i < 4; i++) {
                page->cover[i] += cmyk[i];
            }
        }
    }
    page->covered = !is(page, "gold") && !is(page, "rgba") && !is(page, "lab") &&
                    !is(page, "device") && page->space->space != CUPS_CSPACE_WHITE &&
                    page->space->space != CUPS_CSPACE_SILVER && page->inks != 6;
}

static uint16_t white_level(const struct page *page, uint32_t ink)
{
    uint16_t most = (uint16_t)((1U << page->bits) - 1);
    if (is(page, "lab")) {
        return ink == 0 ? most : page->bits == 8 ? 128 : 128 << 8;
    }
    bool light = is(page, "w") || is(page, "rgb") || is(page, "rgba") || is(page, "rgbw");
    return light ? most : 0;
}

enum brush { WHITE, NEUTRAL, NEARLY, ANY };

static void paint(struct page *page, uint16_t *levels, enum brush brush)
{
    uint32_t most = (1U << page->bits) - 1;
    uint32_t level = draw(most + 1);
    for (uint32_t i = 0; i < page->inks; i++) {
        uint32_t slack = page->bits == 16 ? 640 : page->bits == 8 ? 3 : 1;
        uint32_t near = brush == NEARLY ? level + draw(slack + 1) : level;
        uint32_t ink = brush == ANY ? draw(most + 1) : near > most ? most : near;
        bool base = is(page, "lab") && i > 0 && brush != ANY;
        levels[i] = brush == WHITE || base ? white_level(page, i) : (uint16_t)ink;
    }
    if (is(page, "rgba") && draw(2) == 0) {
        levels[3] = (uint16_t)(draw(2) * most);
    }
    // 16-bit Lab between 2 and 2.5 off grey is neither here nor there.
    for (uint32_t i = 1; i < 3 && is(page, "lab") && page->bits == 16; i++) {
        levels[i] = (uint16_t)(levels[i] & 0xff00);
    }
}

static void fill_page(struct page *page)
{
    uint32_t content = draw(5);
    enum brush ground = content == 0   ? WHITE
                        : content == 1 ? NEUTRAL
                        : content == 2 ? NEARLY
                                       : WHITE;
    for (uint32_t y = 0; y < page->height; y++) {
        if (y > 0 && draw(3) == 0) {
            memcpy(page->levels[y], page->levels[y - 1], sizeof(page->levels[y]));
            continue;
        }
        for (uint32_t x = 0; x < page->width; x++) {
            if (x > 0 && draw(3) != 0) {
                memcpy(page->levels[y][x], page->levels[y][x - 1], sizeof(page->levels[y][x]));
            } else {
                paint(page, page->levels[y][x], draw(4) == 0 ? WHITE : ground);
            }
        }
    }
    uint32_t dots = content == 4 ? 1 + draw(3) : draw(8) == 0 ? 1 : 0;
    while (dots-- > 0) {
        paint(page, page->levels[draw(page->height)][draw(page->width)], ANY);
    }
    judge(page);
}

static void shape_page(struct page *page, enum form form)
{
    static const uint32_t depths[] = { 1, 2, 4, 8, 16, 8 };
    page->form = form;
    do {
        page->space = &spaces[draw(sizeof(spaces) / sizeof(spaces[0]))];
        page->bits = depths[draw(6)];
        page->inks = page->space->inks;
        if (is(page, "kcmycm") && page->bits > 1) {
            page->inks = 4;
        }
        page->order = form == PWG || form == APPLE ? CUPS_ORDER_CHUNKED : draw(3);
        page->width = 1 + draw(SIDE_MAX);
        page->height = 1 + draw(SIDE_MAX / 4);
        uint32_t all = page->inks * page->bits;
        page->pixel_bits = page->bits >= 8   ? all
                           : page->inks == 3 ? 4 * page->bits
                           : page->inks >= 5 ? 8
                                             : all;
        bool apple = is(page, "rgb") || is(page, "w") || page->space->space == CUPS_CSPACE_CMYK ||
                     page->space->space == CUPS_CSPACE_CIELab;
        bool even = page->bits >= 8 || page->inks <= 4 || page->bits == 1;
        bool fits = form != APPLE || (page->bits >= 8 && apple);
        bool lab = !is(page, "lab") || (page->bits >= 8 && page->order == CUPS_ORDER_CHUNKED);
        bool old = form != OLD || (page->bits <= 8 && !is(page, "device"));
        if (even && fits && lab && old && (page->inks != 7 || page->bits >= 8)) {
            break;
        }
    } while (true);
    uint32_t plane = (page->width * page->bits + 7) / 8;
    page->line_bytes = page->order == CUPS_ORDER_CHUNKED  ? (page->width * page->pixel_bits + 7) / 8
                       : page->order == CUPS_ORDER_BANDED ? plane * page->inks
                                                          : plane;
    uint32_t unit =
        page->order == CUPS_ORDER_CHUNKED ? (page->pixel_bits + 7) / 8 : (page->bits + 7) / 8;
    page->line_bytes += (unit - page->line_bytes % unit) % unit;
    page->copies = draw(3);
    page->duplex = draw(2);
    page->tumble = draw(2);
}

static void put_bits(uint8_t *row, uint32_t bit, uint32_t bits, uint32_t level)
{
    if (bits == 16) {
        uint16_t native = (uint16_t)level;
        memcpy(row + bit / 8, &native, sizeof(native));
        return;
    }
    row[bit / 8] |= (uint8_t)(level << (8 - bits - bit % 8));
}

static void pack_row(const struct page *page, uint32_t y, uint32_t plane, uint8_t *row)
{
    memset(row, 0, page->line_bytes);
    uint32_t step = page->line_bytes / page->inks;
    for (uint32_t x = 0; x < page->width; x++) {
        const uint16_t *levels = page->levels[y][x];
        uint32_t word = 0;
        for (uint32_t i = 0; i < page->inks; i++) {
            word = word << (page->bits % 16) | levels[i];
            if (page->order == CUPS_ORDER_CHUNKED && page->bits >= 8) {
                put_bits(row, x * page->pixel_bits + i * page->bits, page->bits, levels[i]);
            } else if (page->order == CUPS_ORDER_BANDED) {
                put_bits(row + (size_t)i * step, x * page->bits, page->bits, levels[i]);
            } else if (page->order == CUPS_ORDER_PLANAR && i == plane) {
                put_bits(row, x * page->bits, page->bits, levels[i]);
            }
        }
        if (page->order == CUPS_ORDER_CHUNKED && page->bits < 8) {
            put_bits(row, x * page->pixel_bits, page->pixel_bits, word);
        }
    }
}

static ssize_t buf_io(void *context, unsigned char *bytes, size_t len)
{
    buf_add(context, (struct str){ (const char *)bytes, len });
    return (ssize_t)len;
}

static void header_of(const struct page *page, uint32_t pages, cups_page_header2_t *header)
{
    memset(header, 0, sizeof(*header));
    header->HWResolution[0] = header->HWResolution[1] = 100;
    header->PageSize[0] = 72;
    header->PageSize[1] = 144;
    header->NumCopies = page->copies;
    header->Duplex = page->duplex;
    header->Tumble = page->tumble;
    header->cupsWidth = page->width;
    header->cupsHeight = page->height;
    header->cupsBitsPerColor = page->bits;
    header->cupsBitsPerPixel = page->order == CUPS_ORDER_CHUNKED ? page->pixel_bits : page->bits;
    header->cupsBytesPerLine = page->line_bytes;
    header->cupsColorOrder = page->order;
    header->cupsColorSpace = page->space->space;
    header->cupsNumColors = page->inks;
    header->cupsInteger[CUPS_RASTER_PWG_TotalPageCount] = pages;
}

// One page as libcups writes it, behind the sync word where it is the first.
static void write_page(cups_raster_t *raster, const struct page *page)
{
    static uint8_t row[SIDE_MAX * 32];
    cups_page_header2_t header;
    header_of(page, draw(2) * 77, &header);
    bool ok = cupsRasterWriteHeader2(raster, &header) != 0;
    uint32_t planes = page->order == CUPS_ORDER_PLANAR ? page->inks : 1;
    for (uint32_t plane = 0; plane < planes; plane++) {
        for (uint32_t y = 0; y < page->height; y++) {
            pack_row(page, y, plane, row);
            ok = ok && cupsRasterWritePixels(raster, row, page->line_bytes) == page->line_bytes;
        }
    }
    if (!ok) {
        printf("# libcups does not write it\n");
        exit(EXIT_FAILURE);
    }
}

static void swap_bytes(char *bytes, size_t len, size_t word)
{
    for (size_t i = 0; i + word <= len; i += word) {
        for (size_t j = 0; j < word / 2; j++) {
            char other = bytes[i + j];
            bytes[i + j] = bytes[i + word - 1 - j];
            bytes[i + word - 1 - j] = other;
        }
    }
}

// A page of a native file of version 3 becomes one of the other byte order, or of version 1.
static void convert(struct buf *file, const struct buf *native, const struct page *page)
{
    enum {
        HEADER = sizeof(cups_page_header2_t),
        WORDS_AT = 256,
        WORDS_END = 580,
        OLD_HEADER = 420
    };
    char *bytes = native->ptr + 4;
    size_t data = native->len - 4 - HEADER;
    if (page->form == OLD) {
        buf_add(file, (struct str){ bytes, OLD_HEADER });
    } else {
        swap_bytes(bytes + WORDS_AT, WORDS_END - WORDS_AT, 4);
        buf_add(file, (struct str){ bytes, HEADER });
        bool wide =
            page->bits == 16 || (page->order == CUPS_ORDER_CHUNKED && page->pixel_bits == 16);
        swap_bytes(bytes + HEADER, wide ? data : 0, 2);
    }
    buf_add(file, (struct str){ bytes + HEADER, data });
}

static void write_file(struct buf *file, const struct page *pages, size_t count)
{
    static const cups_mode_t modes[] = { CUPS_RASTER_WRITE,     CUPS_RASTER_WRITE_COMPRESSED,
                                         CUPS_RASTER_WRITE_PWG, CUPS_RASTER_WRITE_APPLE,
                                         CUPS_RASTER_WRITE,     CUPS_RASTER_WRITE };
    enum form form = pages[0].form;
    if (form != SWAPPED && form != OLD) {
        cups_raster_t *raster = cupsRasterOpenIO(buf_io, file, modes[form]);
        for (size_t i = 0; i < count; i++) {
            write_page(raster, &pages[i]);
        }
        cupsRasterClose(raster);
        return;
    }
    buf_add(file, form == OLD ? STR("tSaR") : STR("RaS3"));
    for (size_t i = 0; i < count; i++) {
        OWN(buf_free) struct buf native = BUF_CAP(BYTES_MAX);
        cups_raster_t *raster = cupsRasterOpenIO(buf_io, &native, CUPS_RASTER_WRITE);
        write_page(raster, &pages[i]);
        cupsRasterClose(raster);
        convert(file, &native, &pages[i]);
    }
}

struct stream {
    struct str rest;
};

static size_t stream_fill(void *source, uint8_t *into, size_t room)
{
    struct stream *stream = source;
    size_t count = 1 + draw(draw(2) == 0 ? 3 : 5000);
    count = count < stream->rest.len ? count : stream->rest.len;
    count = count < room ? count : room;
    memcpy(into, stream->rest.ptr, count);
    stream->rest = (struct str){ stream->rest.ptr + count, stream->rest.len - count };
    return count;
}

static bool cover_is(const struct page *page, const struct pdl_coverage *coverage)
{
    bool ok = coverage->known == page->covered;
    for (int i = 0; i < 4 && ok && coverage->known; i++) {
        double want = page->cover[i] * PDL_COVERAGE_ALL / page->width / page->height;
        ok = fabs(want - coverage->ink[i]) < 0.51;
    }
    return ok;
}

static bool run_is(const struct page *page, const struct pdl_run *run, bool coverage)
{
    uint32_t sides = page->duplex == 0 ? 1 : page->tumble != 0 ? 3 : 2;
    uint32_t copies = page->form == APPLE || page->copies == 0 ? 1 : page->copies;
    bool pixels = page->form == PWG || page->form == APPLE;
    return run->color == (page->color || page->unsure) && run->blank == !page->inked &&
           run->sides == sides && run->copies == copies &&
           run->width == (pixels ? pdl_facts_pixels(page->width, 100) : 2540) &&
           run->height == (pixels ? pdl_facts_pixels(page->height, 100) : 5080) &&
           (run->certainty == PDL_EXACT) == (!page->unsure && !is(page, "rgba")) &&
           run->nominal == (page->inks > 1 || is(page, "gold")) &&
           (!coverage || cover_is(page, &run->coverage));
}

static bool facts_are(const struct page *pages, size_t count, struct pdl_input *input,
                      bool coverage)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
    struct err err;
    facts.each_page = true;
    facts.coverage = coverage;
    bool apple = pages[0].form == APPLE;
    bool ok = apple ? pdl_raster_urf_read(input, &facts, &err)
                    : pdl_raster_cups_read(input, &facts, &err);
    bool streamed = input->fill != NULL;
    if (streamed && facts.needs_whole) {
        bool planar = false;
        for (size_t i = 0; i < count; i++) {
            planar |= pages[i].order == CUPS_ORDER_PLANAR && pages[i].inks > 1;
        }
        return ok && planar;
    }
    const struct pdl_run *run = facts.first;
    uint32_t taken = 0;
    enum pdl_certainty worst = PDL_EXACT;
    for (size_t i = 0; i < count && ok && run != NULL; i++) {
        ok = run_is(&pages[i], run, coverage);
        worst = run->certainty > worst ? run->certainty : worst;
        taken++;
        if (taken == run->count) {
            run = run->next;
            taken = 0;
        }
    }
    return ok && facts.pages == count && facts.certainty == worst && run == NULL;
}

// libcups' own reader finds the rows as they were written.
static ssize_t read_io(void *context, unsigned char *bytes, size_t len)
{
    struct str *rest = context;
    size_t count = len < rest->len ? len : rest->len;
    memcpy(bytes, rest->ptr, count);
    *rest = (struct str){ rest->ptr + count, rest->len - count };
    return (ssize_t)count;
}

static bool libcups_reads(const struct page *pages, size_t count, struct str file)
{
    static uint8_t row[SIDE_MAX * 32];
    static uint8_t want[SIDE_MAX * 32];
    cups_page_header2_t header;
    cups_raster_t *raster = cupsRasterOpenIO(read_io, &file, CUPS_RASTER_READ);
    bool ok = raster != NULL;
    for (size_t i = 0; i < count && ok; i++) {
        const struct page *page = &pages[i];
        ok = cupsRasterReadHeader2(raster, &header) != 0 && header.cupsWidth == page->width;
        uint32_t planes = page->order == CUPS_ORDER_PLANAR ? page->inks : 1;
        for (uint32_t y = 0; y < page->height * planes && ok; y++) {
            pack_row(page, y % page->height, y / page->height, want);
            ok = cupsRasterReadPixels(raster, row, page->line_bytes) == page->line_bytes &&
                 memcmp(row, want, page->line_bytes) == 0;
        }
    }
    ok = ok && cupsRasterReadHeader2(raster, &header) == 0;
    cupsRasterClose(raster);
    return ok;
}

static void describe(const struct page *pages, size_t count, uint64_t from)
{
    for (size_t i = 0; i < count; i++) {
        const struct page *page = &pages[i];
        printf("# seed %llu, %s: space %u, %u bits of %u, order %u, %ux%u, %s%s%s\n",
               (unsigned long long)from, form_names[page->form], page->space->space, page->bits,
               page->pixel_bits, page->order, page->width, page->height,
               page->color ? "colour" : "no colour", page->inked ? "" : ", blank",
               page->unsure ? ", unsure" : "");
    }
}

static uint16_t get_bits(const uint8_t *row, uint32_t bit, uint32_t bits)
{
    uint16_t native;
    if (bits == 16) {
        memcpy(&native, row + bit / 8, sizeof(native));
        return native;
    }
    return (uint16_t)(row[bit / 8] >> (8 - bits - bit % 8) & ((1U << bits) - 1));
}

static void unpack_row(struct page *page, uint32_t y, uint32_t plane, const uint8_t *row)
{
    uint32_t step = page->line_bytes / page->inks;
    for (uint32_t x = 0; x < page->width; x++) {
        for (uint32_t i = 0; i < page->inks; i++) {
            uint32_t pad = page->pixel_bits - page->inks * page->bits;
            uint32_t at = x * page->pixel_bits + pad + i * page->bits;
            uint16_t *level = &page->levels[y][x][i];
            if (page->order == CUPS_ORDER_CHUNKED && page->pixel_bits == 16 && page->bits < 8) {
                uint16_t word = get_bits(row, x * 16, 16);
                *level = (uint16_t)(word >> (page->inks - 1 - i) * page->bits &
                                    ((1U << page->bits) - 1));
            } else if (page->order == CUPS_ORDER_CHUNKED) {
                *level = get_bits(row, at, page->bits);
            } else if (page->order == CUPS_ORDER_BANDED || i == plane) {
                bool banded = page->order == CUPS_ORDER_BANDED;
                *level =
                    get_bits(row + (banded ? (size_t)i * step : 0), x * page->bits, page->bits);
            }
        }
    }
}

// What libcups says of the next page, with its pixels; false: there is no whole one that we can
// judge.
static bool decode_page(cups_raster_t *raster, struct page *page)
{
    static uint8_t row[SIDE_MAX * 64];
    cups_page_header2_t header;
    if (cupsRasterReadHeader2(raster, &header) == 0 || header.cupsWidth > SIDE_MAX ||
        header.cupsHeight > SIDE_MAX || header.cupsBytesPerLine > sizeof(row)) {
        return false;
    }
    page->space = NULL;
    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        page->space = spaces[i].space == header.cupsColorSpace ? &spaces[i] : page->space;
    }
    if (page->space == NULL || header.cupsBytesPerLine == 0) {
        return false;
    }
    page->order = header.cupsColorOrder;
    page->bits = header.cupsBitsPerColor;
    page->inks = is(page, "kcmycm") && page->bits > 1 ? 4 : page->space->inks;
    page->pixel_bits = header.cupsBitsPerPixel;
    page->width = header.cupsWidth;
    page->height = header.cupsHeight;
    page->line_bytes = header.cupsBytesPerLine;
    uint32_t planes = page->order == CUPS_ORDER_PLANAR ? page->inks : 1;
    for (uint32_t y = 0; y < page->height * planes; y++) {
        if (cupsRasterReadPixels(raster, row, page->line_bytes) != page->line_bytes) {
            return false;
        }
        unpack_row(page, y % page->height, y / page->height, row);
    }
    judge(page);
    return true;
}

// A file of the corpus: libcups' pixels, one by one, against what we say of them. Pages that it
// cannot read, or whose colour spaces are not in the table, end the comparison.
static size_t compare_file(struct str file, bool *same)
{
    static struct page page;
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
    struct pdl_input input = pdl_input_of(file);
    struct err err;
    facts.each_page = true;
    bool apple = file.ptr[0] == 'U';
    *same = apple ? pdl_raster_urf_read(&input, &facts, &err)
                  : pdl_raster_cups_read(&input, &facts, &err);
    cups_raster_t *raster = cupsRasterOpenIO(read_io, &file, CUPS_RASTER_READ);
    const struct pdl_run *run = facts.first;
    uint32_t taken = 0;
    size_t pages = 0;
    while (run != NULL && decode_page(raster, &page)) {
        *same &= run->color == (page.color || page.unsure) && run->blank == !page.inked;
        pages++;
        taken++;
        if (taken == run->count) {
            run = run->next;
            taken = 0;
        }
    }
    cupsRasterClose(raster);
    return pages;
}

// libcups knows neither that white is not 0 in Lab, nor what gs calls grey.
static bool is_known_otherwise(const char *name)
{
    return strcmp(name, "fill-lab.urf") == 0 || strcmp(name, "gs-as-it-comes.urf") == 0;
}

static void compare_folder(const char *folder)
{
    struct dirent **names;
    int found = scandir(folder, &names, NULL, alphasort);
    size_t pages = 0;
    for (int i = 0; i < found; i++) {
        OWN(buf_free) struct buf file = BUF_CAP(BYTES_MAX);
        char path[4096];
        struct err err;
        bool same = true;
        const char *name = names[i]->d_name;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
        bool raster = strstr(name, ".want") == NULL && name[0] != '.' &&
                      !is_known_otherwise(name) && fs_read(path, &file, &err) && file.len > 4 &&
                      file.ptr[0] != 0x1b;
        pages += raster ? compare_file(buf_str(&file), &same) : 0;
        if (!same) {
            tap_result(false, path, __FILE__, __LINE__);
        }
        free(names[i]);
    }
    if (found >= 0) {
        free(names);
    }
    printf("# %s: %zu pages compared\n", folder, pages);
    CHECK(pages > 50);
}

int main(int argc, char **argv)
{
    static struct page pages[PAGES_MAX];
    static uint8_t window[PDL_INPUT_WINDOW];
    size_t bad[FORMS] = { 0 };
    size_t seen[FORMS] = { 0 };
    size_t kinds[3] = { 0 };
    for (uint32_t round = 0; round < ROUNDS; round++) {
        OWN(buf_free) struct buf file = BUF_CAP(BYTES_MAX);
        seed = (round + 1) * 0x9e3779b97f4a7c15U;
        enum form form = (enum form)(round % FORMS);
        size_t count = 1 + draw(PAGES_MAX);
        for (size_t i = 0; i < count; i++) {
            shape_page(&pages[i], form);
            fill_page(&pages[i]);
            kinds[pages[i].color ? 2 : pages[i].inked ? 1 : 0]++;
        }
        write_file(&file, pages, count);
        struct stream stream = { buf_str(&file) };
        struct pdl_input whole = pdl_input_of(buf_str(&file));
        struct pdl_input again = whole;
        struct pdl_input pieces = pdl_input_stream(stream_fill, &stream, window);
        bool ok = libcups_reads(pages, count, buf_str(&file)) &&
                  facts_are(pages, count, &whole, false) && facts_are(pages, count, &again, true) &&
                  facts_are(pages, count, &pieces, round % 2 == 0);
        if (!ok && bad[form] < 3) {
            describe(pages, count, round + 1);
        }
        bad[form] += !ok;
        seen[form] += count;
    }
    for (int form = 0; form < FORMS; form++) {
        printf("# %s: %zu pages\n", form_names[form], seen[form]);
        tap_result(bad[form] == 0, form_names[form], __FILE__, __LINE__);
    }
    printf("# %zu blank, %zu grey, %zu colour\n", kinds[0], kinds[1], kinds[2]);
    for (int i = 1; i < argc; i++) {
        compare_folder(argv[i]);
    }
    CHECK(kinds[0] > ROUNDS / 20 && kinds[1] > ROUNDS / 20 && kinds[2] > ROUNDS / 20);
    return tap_done();
}
