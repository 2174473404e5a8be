// xl_image: what the pixels of images and patterns leave on paper.
//
// Rows are padded to a multiple of bytes (4 unless PadBytesMultiple says otherwise) and come
//   as they stand;
//   RLE: codes 0..127 that many bytes and one more, 129..255 one byte 257 less that many times,
//     128 nothing; codes run on from row to row;
//   delta rows: count (2 bytes, low first) of the bytes that change the row above: commands of
//     length - 1 (3 bits), offset (5 bits; 31: bytes are added until one is below 255), bytes.
// Runs are judged as runs, and changes as changes: nothing is expanded. Once an image has left all
// that it could, or the page has it already, the rest is passed over.
#include "pdl_pcl/xl_int.h"

#include "pdl/color.h"

enum { NEUTRAL_LEVELS = 2, WHITE_LEVEL = 254 };

#define NO_PIXEL UINT32_MAX

enum delta {
    DELTA_COUNT_LOW,
    DELTA_COUNT_HIGH,
    DELTA_COMMAND,
    DELTA_OFFSET,
    DELTA_COPY,
};

static uint8_t pixel_marks(unsigned r, unsigned g, unsigned b)
{
    unsigned most = r > g ? r : g;
    unsigned least = r < g ? r : g;
    most = most > b ? most : b;
    least = least < b ? least : b;
    if (most - least > NEUTRAL_LEVELS) {
        return XL_INK | XL_COLOR;
    }
    return least < WHITE_LEVEL ? XL_INK : 0;
}

// What one component's value leaves, by itself or through the palette.
static uint8_t level_marks(const struct xl *xl, const struct xl_image *image, bool indexed,
                           unsigned level)
{
    unsigned most = (1U << image->depth) - 1;
    if (indexed) {
        return level < xl->state.palette_count ? xl->state.palette[level] : XL_INK;
    }
    unsigned gray = level * 255 / most;
    gray = image->inverted ? 255 - gray : gray;
    return gray < WHITE_LEVEL ? XL_INK : 0;
}

// The table of the last image is kept: there may be thousands of small ones.
static void make_lut(struct xl *xl, struct xl_image *image, bool indexed)
{
    struct xl_lut *lut = &xl->lut;
    unsigned mask = (1U << image->depth) - 1;
    image->lut = lut->marks;
    if (lut->depth != image->depth || lut->inverted != image->inverted || lut->indexed != indexed ||
        (indexed && lut->palette != xl->state.palette_stamp)) {
        lut->depth = image->depth;
        lut->inverted = image->inverted;
        lut->indexed = indexed;
        lut->palette = xl->state.palette_stamp;
        lut->most = 0;
        for (unsigned byte = 0; byte < 256; byte++) {
            lut->marks[byte] = 0;
            for (unsigned shift = 0; shift < 8; shift += image->depth) {
                lut->marks[byte] |= level_marks(xl, image, indexed, byte >> shift & mask);
            }
            lut->most |= lut->marks[byte];
        }
    }
    image->most = lut->most;
}

void pdl_pcl_xl_image_begin(struct xl *xl, bool pattern)
{
    struct xl_image *image = &xl->image;
    static const uint8_t depths[] = { 1, 4, 8 };
    uint32_t depth = pdl_pcl_xl_value_number(xl, XL_COLOR_DEPTH, 0);
    bool indexed = pdl_pcl_xl_value_number(xl, XL_COLOR_MAPPING, 0) == 1;
    bool gray = xl->state.space == XL_GRAY || xl->state.space == XL_GRAY_SUB;
    uint32_t width = pdl_pcl_xl_value_number(xl, XL_SOURCE_WIDTH, 0);
    uint32_t height = pdl_pcl_xl_value_number(xl, XL_SOURCE_HEIGHT, 0);
    *image = (struct xl_image){
        .open = true,
        .pattern = pattern,
        .declared = !gray,
        .width = width < UINT16_MAX ? width : UINT16_MAX,
        .height = height < UINT16_MAX ? height : UINT16_MAX,
        .depth = depths[depth < 3 ? depth : 2],
        .components = indexed || gray ? 1 : 3,
        .inverted = xl->state.space == XL_GRAY_SUB || xl->state.space == XL_CMY_SUB,
        .most = XL_INK | XL_COLOR,
        .pending = NO_PIXEL,
        .first_row = true,
    };
    image->row_bytes = (image->width * image->depth * image->components + 7) / 8;
    if (image->components == 1) {
        make_lut(xl, image, indexed);
    }
    if (pattern) {
        image->pattern_id =
            (uint32_t)(int64_t)pdl_pcl_xl_value_at(xl, &xl->values[XL_PATTERN_DEFINE], 0);
        image->persistence = (uint8_t)pdl_pcl_xl_value_number(xl, XL_PATTERN_PERSISTENCE, 0);
    }
}

void pdl_pcl_xl_image_block(struct xl *xl)
{
    struct xl_image *image = &xl->image;
    uint32_t mode = pdl_pcl_xl_value_number(xl, XL_COMPRESS_MODE, 0);
    uint32_t rows = pdl_pcl_xl_value_number(xl, XL_BLOCK_HEIGHT, 0);
    uint32_t pad = pdl_pcl_xl_value_number(xl, XL_PAD_BYTES, 4);
    pad = pad == 0 || pad > 255 ? 1 : pad;
    xl->page.nominal |= image->declared && !image->pattern && rows > 0;
    image->expands = mode < XL_OTHER ? (enum xl_expands)mode : XL_OTHER;
    image->padded = (image->row_bytes + pad - 1) / pad * pad;
    image->left = (uint64_t)image->padded * rows;
    image->rows_left = rows;
    image->row_at = 0;
    image->group_at = 0;
    image->has_code = false;
    image->run = 0;
}

// What is on a page where an image's pixels meet the brush. The usual operation is "source or
// texture": its black takes the brush's colour, its white stays white.
static void image_mark(struct xl *xl, uint8_t marks, const char *reason)
{
    uint8_t rop = xl->state.rop;
    bool source = (rop >> 2 & 0x33) != (rop & 0x33);
    bool texture = (rop >> 4 & 15) != (rop & 15) && !xl->state.brush.null;
    uint8_t left = source ? marks : texture ? xl->state.brush.marks : rop == 0 ? XL_INK : 0;
    if (source && texture && (marks & XL_INK) != 0) {
        left |= xl->state.brush.marks;
    }
    pdl_pcl_xl_mark(xl, left, reason);
}

static void found(struct xl *xl, uint8_t marks)
{
    struct xl_image *image = &xl->image;
    if ((marks & ~image->found) == 0) {
        return;
    }
    image->found |= marks;
    if (!image->pattern) {
        image_mark(xl, image->found, "an image has pixels in colour");
    }
}

static bool is_wanted(const struct xl *xl)
{
    const struct xl_image *image = &xl->image;
    uint8_t known = image->pattern ? image->found : image->found | xl->page.marks;
    bool brush = !image->pattern && (xl->state.brush.marks & ~xl->page.marks) != 0;
    return (image->most & ~known) != 0 || (brush && (image->found & XL_INK) == 0);
}

// Three components: the pixels of a group of three bytes, some of them.
static uint8_t group_marks(const struct xl_image *image, const uint8_t *at, uint32_t pixels)
{
    uint8_t marks = 0;
    unsigned flip = image->inverted ? 255 : 0;
    if (image->depth == 8) {
        return pixel_marks(at[0] ^ flip, at[1] ^ flip, at[2] ^ flip);
    }
    unsigned bits = (unsigned)at[0] << 16 | (unsigned)at[1] << 8 | at[2];
    bits = image->inverted ? ~bits : bits;
    unsigned mask = (1U << image->depth) - 1;
    unsigned scale = 255 / mask;
    for (uint32_t i = 0; i < pixels; i++) {
        unsigned shift = 24 - 3 * image->depth * (i + 1);
        marks |= pixel_marks((bits >> (shift + 2 * image->depth) & mask) * scale,
                             (bits >> (shift + image->depth) & mask) * scale,
                             (bits >> shift & mask) * scale);
    }
    return marks;
}

static uint32_t group_pixels(const struct xl_image *image, uint32_t group)
{
    uint32_t most = 8 / image->depth;
    uint32_t before = group * most;
    uint32_t left = before < image->width ? image->width - before : 0;
    return left < most ? left : most;
}

// Where two neighbours must be equal for a pixel of three bytes to be grey, eight bytes at a time.
static const uint8_t same[3][8] = { { 255, 255, 0, 255, 255, 0, 255, 255 },
                                    { 0, 255, 255, 0, 255, 255, 0, 255 },
                                    { 255, 0, 255, 255, 0, 255, 255, 0 } };

static uint64_t word(const void *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

// Pixels of three bytes. Those that are exactly grey go by eight at a time.
static uint8_t scan_rgb(const struct xl_image *image, const uint8_t *at, size_t len)
{
    uint8_t marks = image->found;
    uint64_t white = 0;
    memset(&white, image->inverted ? 0 : 255, sizeof(white));
    while (len > 24) {
        uint64_t odd = (word(at) ^ word(at + 1)) & word(same[0]);
        odd |= (word(at + 8) ^ word(at + 9)) & word(same[1]);
        odd |= (word(at + 16) ^ word(at + 17)) & word(same[2]);
        bool plain =
            odd == 0 && ((marks & XL_INK) != 0 ||
                         (word(at) == white && word(at + 8) == white && word(at + 16) == white));
        for (size_t i = 0; i < 24 && !plain; i += 3) {
            marks |= group_marks(image, at + i, 1);
        }
        if ((marks & XL_COLOR) != 0) {
            return marks;
        }
        at += 24;
        len -= 24;
    }
    for (size_t i = 0; i + 3 <= len; i += 3) {
        marks |= group_marks(image, at + i, 1);
    }
    return marks;
}

// Bytes of one component: by the table, a word at a time where a word is nothing but white.
static uint8_t scan_levels(const struct xl_image *image, const uint8_t *at, size_t len)
{
    uint8_t marks = image->found;
    uint64_t nothing = 0;
    bool has_nothing = image->lut[255] == 0 || image->lut[0] == 0;
    memset(&nothing, image->lut[255] == 0 ? 255 : 0, sizeof(nothing));
    for (; len >= 8 && marks != image->most; at += 8, len -= 8) {
        if (has_nothing && word(at) == nothing) {
            continue;
        }
        for (size_t i = 0; i < 8; i++) {
            marks |= image->lut[at[i]];
        }
    }
    for (size_t i = 0; i < len; i++) {
        marks |= image->lut[at[i]];
    }
    return marks;
}

// The last byte of a row may hold bits past its width, which show nothing.
static uint8_t tail_marks(const struct xl_image *image, uint8_t byte)
{
    uint32_t bits = image->width * image->depth % 8;
    uint8_t white = image->lut[255] == 0 ? 255 : 0;
    uint8_t keep = (uint8_t)(255U << (8 - bits));
    return bits == 0 ? image->lut[byte] : image->lut[(byte & keep) | (white & ~keep & 255)];
}

static void take_levels(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_image *image = &xl->image;
    bool tail = image->row_at + len == image->row_bytes;
    uint8_t marks = scan_levels(image, at, len - tail);
    marks |= tail ? tail_marks(image, at[len - 1]) : 0;
    found(xl, marks);
}

static void take_groups(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_image *image = &xl->image;
    uint32_t group = image->row_at / 3;
    while (len > 0) {
        if (image->depth == 8 && image->group_at == 0 && len >= 3) {
            size_t whole = len / 3 * 3;
            found(xl, scan_rgb(image, at, whole));
            group += (uint32_t)(whole / 3);
            at += whole;
            len -= whole;
            continue;
        }
        image->group[image->group_at++] = *at++;
        len--;
        if (image->group_at == 3) {
            found(xl, group_marks(image, image->group, group_pixels(image, group)));
            image->group_at = 0;
            group++;
        }
    }
    uint32_t part = image->row_bytes % 3;
    if (part > 0 && image->group_at == part && group == image->row_bytes / 3) {
        memset(image->group + part, 0, 3 - part);
        found(xl, group_marks(image, image->group, group_pixels(image, group)));
        image->group_at = 0;
    }
}

// Bytes of rows as they stand. False: the rows of the block are complete.
static bool take(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_image *image = &xl->image;
    while (len > 0 && image->left > 0) {
        size_t room = image->padded - image->row_at;
        size_t step = len < room ? len : room;
        size_t shown = image->row_at < image->row_bytes ? image->row_bytes - image->row_at : 0;
        shown = shown < step ? shown : step;
        if (shown > 0 && image->components == 1) {
            take_levels(xl, at, shown);
        } else if (shown > 0) {
            take_groups(xl, at, shown);
        }
        image->row_at += (uint32_t)step;
        image->row_at = image->row_at == image->padded ? 0 : image->row_at;
        image->left -= step;
        at += step;
        len -= step;
    }
    return image->left > 0;
}

static void pass(struct xl_image *image, uint32_t len)
{
    image->row_at += len;
    image->left -= len;
}

// The same byte many times. What stays within a row is judged by one byte, or by one group.
static void repeat(struct xl *xl, uint8_t byte, uint32_t len)
{
    struct xl_image *image = &xl->image;
    uint8_t bytes[128];
    memset(bytes, byte, len);
    if (len < 6 || len >= image->left || image->row_at + len >= image->row_bytes) {
        (void)take(xl, bytes, len);
    } else if (image->components == 1) {
        found(xl, image->lut[byte]);
        pass(image, len);
    } else {
        uint32_t first = (3 - image->group_at) % 3;
        uint32_t groups = (len - first) / 3;
        (void)take(xl, bytes, first);
        found(xl, group_marks(image, bytes, 8 / image->depth));
        pass(image, groups * 3);
        (void)take(xl, bytes, len - first - groups * 3);
    }
}

// A byte of a pixel of three; what the pixel leaves once it is whole.
static uint8_t push(struct xl_image *image, uint8_t byte)
{
    image->group[image->group_at++] = byte;
    if (image->group_at < 3) {
        return 0;
    }
    image->group_at = 0;
    return group_marks(image, image->group, 1);
}

// Bytes of pixels of three bytes, or one of them many times, that stay within a row.
static uint8_t run_rgb(struct xl_image *image, const uint8_t *at, uint32_t len, bool same_byte)
{
    uint8_t marks = 0;
    uint32_t i = 0;
    for (; i < len && image->group_at != 0; i++) {
        marks |= push(image, at[same_byte ? 0 : i]);
    }
    uint32_t whole = (len - i) / 3 * 3;
    if (same_byte && whole > 0) {
        marks |= (at[0] ^ (image->inverted ? 255 : 0)) < WHITE_LEVEL ? XL_INK : 0;
    } else if (whole > 0) {
        marks |= scan_rgb(image, at + i, whole);
    }
    for (i += whole; i < len; i++) {
        marks |= push(image, at[same_byte ? 0 : i]);
    }
    return marks;
}

// Takes codes that are whole and stay within a row; where one does not, the careful way goes on.
static const uint8_t *take_codes(struct xl *xl, const uint8_t *at, const uint8_t *end)
{
    struct xl_image *image = &xl->image;
    bool rgb = image->components == 3;
    if (image->has_code || (rgb && image->depth != 8)) {
        return at;
    }
    while (end - at > 129) {
        uint32_t code = at[0];
        bool repeats = code > 128;
        uint32_t len = repeats ? 257 - code : code + 1;
        if (code == 128 || image->row_at + len >= image->row_bytes || len >= image->left) {
            break;
        }
        uint8_t marks = rgb       ? run_rgb(image, at + 1, len, repeats)
                        : repeats ? image->lut[at[1]]
                                  : scan_levels(image, at + 1, len);
        pass(image, len);
        found(xl, marks);
        at += repeats ? 2 : 1 + len;
    }
    return at;
}

static bool take_rle(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_image *image = &xl->image;
    const uint8_t *end = at + len;
    while (at < end && image->left > 0) {
        at = take_codes(xl, at, end);
        if (!image->has_code) {
            uint8_t code = *at++;
            image->has_code = code != 128;
            image->repeats = code > 128;
            image->run = code > 128 ? 257U - code : code + 1U;
        } else if (image->repeats) {
            repeat(xl, *at++, image->run);
            image->has_code = false;
        } else {
            size_t step = (size_t)(end - at) < image->run ? (size_t)(end - at) : image->run;
            (void)take(xl, at, step);
            at += step;
            image->run -= (uint32_t)step;
            image->has_code = image->run > 0;
        }
    }
    return image->left > 0;
}

static void delta_judge(struct xl *xl, uint32_t pixel)
{
    struct xl_image *image = &xl->image;
    uint32_t at = pixel * 3;
    uint8_t group[3] = { 0 };
    uint32_t there = image->row_bytes > at ? image->row_bytes - at : 0;
    memcpy(group, image->row + at, there < 3 ? there : 3);
    found(xl, group_marks(image, group, group_pixels(image, pixel)));
}

// A byte of the row changed. Its group is judged once no more of it can change.
static void delta_put(struct xl *xl, uint8_t byte)
{
    struct xl_image *image = &xl->image;
    if (image->out >= image->row_bytes) {
        return;
    }
    image->row[image->out] = byte;
    image->touched += image->first_row;
    xl->row_dirty = image->out < xl->row_dirty ? xl->row_dirty : image->out + 1;
    if (image->components == 1) {
        bool tail = image->out == image->row_bytes - 1;
        found(xl, tail ? tail_marks(image, byte) : image->lut[byte]);
    } else if (image->pending != image->out / 3) {
        if (image->pending != NO_PIXEL) {
            delta_judge(xl, image->pending);
        }
        image->pending = image->out / 3;
    }
    image->out++;
}

static void delta_row_end(struct xl *xl)
{
    struct xl_image *image = &xl->image;
    if (image->components == 3 && image->pending != NO_PIXEL) {
        delta_judge(xl, image->pending);
    }
    if (image->first_row && image->touched < image->row_bytes) { // the rest of it is zeroes
        static const uint8_t zeroes[3] = { 0 };
        found(xl, image->components == 1 ? image->lut[0] : group_marks(image, zeroes, 1));
    }
    image->first_row = false;
    image->pending = NO_PIXEL;
    image->out = 0;
    image->rows_left--;
    image->delta = DELTA_COUNT_LOW;
}

static void delta_byte(struct xl *xl, uint8_t byte)
{
    struct xl_image *image = &xl->image;
    switch ((enum delta)image->delta) {
    case DELTA_COUNT_LOW:
        image->row_left = byte;
        image->delta = DELTA_COUNT_HIGH;
        return;
    case DELTA_COUNT_HIGH: image->row_left |= (uint32_t)byte << 8; break;
    case DELTA_COMMAND:
        image->row_left--;
        image->copy = (byte >> 5) + 1U;
        image->out += byte & 31;
        image->delta = (byte & 31) == 31 ? DELTA_OFFSET : DELTA_COPY;
        break;
    case DELTA_OFFSET:
        image->row_left--;
        image->out += byte;
        image->delta = byte == 255 ? DELTA_OFFSET : DELTA_COPY;
        break;
    case DELTA_COPY:
        image->row_left--;
        delta_put(xl, byte);
        image->copy--;
        image->delta = image->copy == 0 ? DELTA_COMMAND : DELTA_COPY;
        break;
    }
    if (image->row_left == 0) {
        delta_row_end(xl);
    } else if (image->delta == DELTA_COUNT_HIGH) {
        image->delta = DELTA_COMMAND;
    }
}

// Pixels of three bytes that a command changed: all but the last can change no more.
static void delta_pixels(struct xl *xl, uint32_t first, uint32_t last)
{
    struct xl_image *image = &xl->image;
    uint8_t marks = 0;
    if (image->pending != NO_PIXEL && image->pending != first) {
        marks |= group_marks(image, image->row + (size_t)image->pending * 3, 1);
    }
    for (uint32_t pixel = first; pixel < last; pixel++) {
        marks |= group_marks(image, image->row + (size_t)pixel * 3, 1);
    }
    image->pending = last;
    found(xl, marks);
}

// Takes commands that are whole and stay within a row; else the careful way goes on.
static size_t take_commands(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_image *image = &xl->image;
    bool rgb = image->components == 3;
    size_t i = 0;
    while (image->delta == DELTA_COMMAND && image->row_left > 9 && len - i > 9 &&
           (at[i] & 31) != 31 && (!rgb || image->depth == 8)) {
        uint32_t count = (at[i] >> 5) + 1U;
        uint32_t out = image->out + (at[i] & 31);
        if (out + count >= image->row_bytes) {
            break;
        }
        memcpy(image->row + out, at + i + 1, count);
        if (rgb) {
            delta_pixels(xl, out / 3, (out + count - 1) / 3);
        } else {
            found(xl, scan_levels(image, at + i + 1, count));
        }
        image->touched += image->first_row ? count : 0;
        image->out = out + count;
        xl->row_dirty = image->out > xl->row_dirty ? image->out : xl->row_dirty;
        image->row_left -= 1 + count;
        i += 1 + count;
    }
    return i;
}

static bool take_delta(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_image *image = &xl->image;
    if (image->row == NULL) {
        if (xl->row == NULL) {
            xl->row = arena_new(xl->facts->arena, XL_ROW_MAX);
        }
        if (xl->row == NULL) {
            return false; // the arena's cap: said when the page is added
        }
        image->row = xl->row;
        memset(image->row, 0, xl->row_dirty);
        xl->row_dirty = 0;
    }
    for (size_t i = 0; i < len && image->rows_left > 0; i++) {
        i += take_commands(xl, at + i, len - i);
        delta_byte(xl, at[i]); // one is left: a command that was taken has a byte behind it
    }
    return image->rows_left > 0;
}

// Components by the first frame header in sight (ISO/IEC 10918-1 B.2.2); 0: none is.
static uint8_t jpeg_components(const uint8_t *at, size_t len)
{
    size_t i = 2;
    while (i + 10 <= len && at[i] == 0xff) {
        uint8_t code = at[i + 1];
        bool frame = code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
        if (frame) {
            return at[i + 9];
        }
        i += code == 0xff ? 1 : 2U + (size_t)(at[i + 2] << 8 | at[i + 3]);
    }
    return 0;
}

static void take_jpeg(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_image *image = &xl->image;
    bool gray = xl->state.space == XL_GRAY || jpeg_components(at, len) == 1;
    if (!image->jpeg_known && (gray || image->pattern)) {
        found(xl, gray ? XL_INK : XL_INK | XL_COLOR);
    } else if (!image->jpeg_known) {
        found(xl, XL_INK);
        pdl_pcl_xl_doubt(xl, "a JPEG image may be in colour: colour assumed");
    }
    image->jpeg_known = true;
}

bool pdl_pcl_xl_image_data(struct xl *xl, const uint8_t *at, size_t len)
{
    if (!xl->image.open || !is_wanted(xl)) {
        return false;
    }
    switch (xl->image.expands) {
    case XL_RAW: return take(xl, at, len);
    case XL_RLE: return take_rle(xl, at, len);
    case XL_DELTA: return take_delta(xl, at, len);
    case XL_JPEG: take_jpeg(xl, at, len); return false;
    case XL_OTHER:
        found(xl, XL_INK);
        pdl_pcl_xl_doubt(xl, "an image is packed in a way that is not known: colour assumed");
        return false;
    }
    return false;
}

static void pattern_add(struct xl *xl)
{
    const struct xl_image *image = &xl->image;
    uint32_t i = 0;
    while (i < xl->pattern_count && xl->patterns[i].id != image->pattern_id) {
        i++;
    }
    if (i == XL_PATTERNS_MAX) {
        xl->patterns_lost |= image->found;
        return;
    }
    xl->patterns[i] = (struct xl_pattern){ .id = image->pattern_id,
                                           .persistence = image->persistence,
                                           .declared = image->declared,
                                           .marks = image->found };
    xl->pattern_count += i == xl->pattern_count;
}

void pdl_pcl_xl_image_end(struct xl *xl)
{
    if (xl->image.open && xl->image.pattern) {
        pattern_add(xl);
    }
    xl->image.open = false;
}

void pdl_pcl_xl_patterns_drop(struct xl *xl, uint8_t persistence)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < xl->pattern_count; i++) {
        if (xl->patterns[i].persistence > persistence) {
            xl->patterns[kept++] = xl->patterns[i];
        }
    }
    xl->pattern_count = kept;
}
