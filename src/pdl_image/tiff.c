// tiff: see tiff.h. The chain of directories is walked here, so that a picture that libtiff cannot
// decode is a page all the same; libtiff only decodes.

#include "pdl_image/tiff.h"

#include "base/clk.h"
#include "base/mem.h"
#include "pdl_image/draw.h"
#include "pdl_image/tiff_ifd.h"
#include "pdl_image/tiff_rows.h"
#include <assert.h>
#include <stdlib.h>

enum {
    ALLOCATION_MAX = 128 << 20,
    TURNED_FIRST = 5,
    DRAWN_MAX = 48 << 20, // pixels; a page of A4 at 600 dpi has 35 million
    BAND_ROWS = 256,
};

struct file {
    struct str bytes;
    size_t at;
    bool damaged;
    TIFF *tiff; // owned; NULL: libtiff does not take it
};

static int error_note(TIFF *tiff, void *user, const char *module, const char *fmt, va_list args)
{
    struct file *file = user;
    (void)tiff;
    (void)module;
    (void)fmt;
    (void)args;
    file->damaged = true;
    return 1;
}

static int warning_silent(TIFF *tiff, void *user, const char *module, const char *fmt, va_list args)
{
    (void)tiff;
    (void)user;
    (void)module;
    (void)fmt;
    (void)args;
    return 1;
}

static tmsize_t file_read(thandle_t handle, void *to, tmsize_t len)
{
    struct file *file = handle;
    size_t left = file->bytes.len - file->at;
    size_t take = (size_t)len < left ? (size_t)len : left;
    memcpy(to, file->bytes.ptr + file->at, take);
    file->at += take;
    return (tmsize_t)take;
}

static tmsize_t file_write(thandle_t handle, void *from, tmsize_t len)
{
    (void)handle;
    (void)from;
    (void)len;
    return -1;
}

static toff_t file_seek(thandle_t handle, toff_t to, int from)
{
    struct file *file = handle;
    toff_t base = from == SEEK_SET ? 0 : from == SEEK_CUR ? file->at : file->bytes.len;
    toff_t at = base + to;
    file->at = at > file->bytes.len ? file->bytes.len : (size_t)at;
    return file->at;
}

static int file_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t file_size(thandle_t handle)
{
    const struct file *file = handle;
    return file->bytes.len;
}

static int file_map(thandle_t handle, void **base, toff_t *size)
{
    const struct file *file = handle;
    *base = (void *)(uintptr_t)file->bytes.ptr; // opened for reading: it is not written to
    *size = file->bytes.len;
    return 1;
}

static void file_unmap(thandle_t handle, void *base, toff_t size)
{
    (void)handle;
    (void)base;
    (void)size;
}

// Only the head is read ("h"): directories are set one by one.
static void file_open(struct file *file)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options != NULL) {
        TIFFOpenOptionsSetMaxSingleMemAlloc(options, ALLOCATION_MAX);
        TIFFOpenOptionsSetErrorHandlerExtR(options, error_note, file);
        TIFFOpenOptionsSetWarningHandlerExtR(options, warning_silent, NULL);
        file->tiff = TIFFClientOpenExt("TIFF", "rh", file, file_read, file_write, file_seek,
                                       file_close, file_size, file_map, file_unmap, options);
        TIFFOpenOptionsFree(options);
    }
}

static void file_close_all(struct file *file)
{
    if (file->tiff != NULL) {
        TIFFClose(file->tiff);
    }
}

static bool declares_color(const struct pdl_image_ifd *ifd)
{
    switch (ifd->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_LOGL:
    case PHOTOMETRIC_MASK: return false;
    default: return true;
    }
}

static bool is_page(const struct pdl_image_ifd *ifd)
{
    return (ifd->subfile & (PDL_IMAGE_SUBFILE_REDUCED | PDL_IMAGE_SUBFILE_MASK)) == 0 &&
           ifd->photometric != PHOTOMETRIC_MASK;
}

static struct pdl_image_size size_of(const struct pdl_image_ifd *ifd)
{
    struct pdl_image_size size = { ifd->width, ifd->height, ifd->density_x, ifd->density_y };
    if (ifd->orientation >= TURNED_FIRST) { // rows are columns
        size = (struct pdl_image_size){ ifd->height, ifd->width, ifd->density_y, ifd->density_x };
    }
    return size;
}

// Decodes the picture of one directory.
static enum pdl_image_rows_end ifd_judge(struct file *file, const struct pdl_image_ifd *ifd,
                                         const struct pdl_image_ask *ask,
                                         struct pdl_image_picture *picture)
{
    struct pdl_image_tally tally = { .coverage = ask->coverage, .may_color = declares_color(ifd) };
    struct pdl_image_strips strips = { .tiff = file->tiff,
                                       .file_len = file->bytes.len,
                                       .deadline = ask->deadline };
    *picture = (struct pdl_image_picture){
        .size = size_of(ifd), .shade = PDL_UNSURE, .nominal = declares_color(ifd), .place = ifd->at
    };
    if (clk_mono_ms() > ask->deadline) {
        return PDL_IMAGE_ROWS_LATE;
    }
    file->damaged = false;
    if (file->tiff == NULL || TIFFSetSubDirectory(file->tiff, ifd->at) != 1) {
        return PDL_IMAGE_ROWS_UNREAD;
    }
    enum pdl_image_rows_end end = pdl_image_strips_tally(&strips, &tally);
    picture->shade = pdl_image_tally_shade(&tally);
    picture->coverage = pdl_image_tally_coverage(&tally);
    picture->has_alpha = strips.has_alpha;
    picture->place = strips.place;
    if (ifd->photometric == PHOTOMETRIC_PALETTE && end == PDL_IMAGE_ROWS_WHOLE) {
        picture->nominal = tally.may_color;
    }
    bool is_damaged = end == PDL_IMAGE_ROWS_WHOLE && file->damaged && !tally.color;
    return is_damaged ? PDL_IMAGE_ROWS_DAMAGED : end;
}

static const char *end_text(enum pdl_image_rows_end end)
{
    switch (end) {
    case PDL_IMAGE_ROWS_WHOLE: return "whole";
    case PDL_IMAGE_ROWS_CUT: return "cut short";
    case PDL_IMAGE_ROWS_DAMAGED: return "damaged";
    case PDL_IMAGE_ROWS_UNREAD: return "in a form that is not read here";
    case PDL_IMAGE_ROWS_LARGE: return "larger than is read here";
    case PDL_IMAGE_ROWS_LATE: return "not looked at to its end, because that takes too long";
    }
    return "";
}

// A page whose pixels do not tell all: what it declares stands for what would be seen.
static bool assumed_add(const struct pdl_image_picture *picture, enum pdl_image_rows_end end,
                        uint64_t offset, struct pdl_facts *facts, struct err *err)
{
    const char *text = end_text(end);
    struct str reason = STR("");
    bool is_color = picture->nominal;
    char *said = arena_textf(facts->arena, "the picture is %s: %s", text,
                             is_color ? "colour assumed" : "it declares none but grey");
    if (said != NULL) {
        reason = str_of(said);
    }
    pdl_facts_note(facts, PDL_ESTIMATED, "Page %llu is a picture that is %s.",
                   (unsigned long long)facts->part->page + 1, text);
    struct pdl_run run = { .count = 1,
                           .color = is_color,
                           .nominal = picture->nominal,
                           .place = offset + picture->place,
                           .place_kind = PDL_PLACE_BYTE,
                           .reason = reason,
                           .certainty = PDL_ESTIMATED };
    pdl_image_page_size(&picture->size, facts, &run);
    return pdl_facts_add(facts, &run, err);
}

static bool ifd_add(struct file *file, const struct pdl_image_ifd *ifd, uint64_t offset,
                    const struct pdl_image_ask *ask, struct pdl_facts *facts, struct err *err)
{
    struct pdl_image_picture picture;
    if (ifd->width == 0 || ifd->height == 0) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "A directory of the TIFF has no picture: it is not counted.");
        return true;
    }
    enum pdl_image_rows_end end = ifd_judge(file, ifd, ask, &picture);
    if (end == PDL_IMAGE_ROWS_WHOLE) {
        return pdl_image_picture_add(&picture, offset, facts, err);
    }
    if (end == PDL_IMAGE_ROWS_CUT) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "A picture of the TIFF lies beyond the end of the file, which was cut "
                       "short: it is not counted.");
        return true;
    }
    return assumed_add(&picture, end, offset, facts, err);
}

static void chain_note(const struct pdl_image_chain *chain, size_t others, struct pdl_facts *facts)
{
    if (chain->end == PDL_IMAGE_CHAIN_LOOP) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The pages of the TIFF follow each other in a loop: each is counted once.");
    } else if (chain->end == PDL_IMAGE_CHAIN_BROKEN) {
        pdl_facts_note(facts, PDL_ESTIMATED,
                       "The TIFF is cut short or damaged: the pages that follow are not there.");
    }
    if (others > 0) {
        pdl_facts_note(facts, PDL_EXACT,
                       "%zu pictures of the TIFF are reduced copies or masks: not counted.",
                       others);
    }
}

static bool chain_add(struct pdl_image_chain *chain, struct file *file, uint64_t offset,
                      struct pdl_facts *facts, struct err *err)
{
    struct pdl_image_ask ask = { .coverage = facts->coverage,
                                 .deadline = pdl_image_picture_deadline() };
    struct pdl_image_ifd ifd;
    struct pdl_image_ifd other = { .width = 0 };
    size_t others = 0;
    size_t pages = 0;
    while (pdl_image_chain_next(chain, &ifd)) {
        if (!is_page(&ifd)) {
            other = others == 0 ? ifd : other;
            others++;
            continue;
        }
        pages++;
        if (!ifd_add(file, &ifd, offset, &ask, facts, err)) {
            return false;
        }
    }
    if (pages == 0 && others > 0) { // then it is no copy of anything
        others--;
        if (!ifd_add(file, &other, offset, &ask, facts, err)) {
            return false;
        }
    }
    chain_note(chain, others, facts);
    return true;
}

bool pdl_image_tiff_read(struct pdl_input *input, struct pdl_facts *facts, struct err *err)
{
    struct str document;
    uint64_t offset = pdl_input_offset(input);
    if (!pdl_input_part(input, &document)) {
        facts->needs_whole = true;
        return true;
    }
    struct pdl_image_chain chain;
    struct file file = { .bytes = document };
    uint64_t before = facts->pages;
    bool ok = true;
    if (pdl_image_chain_open(&chain, document)) {
        file_open(&file);
        ok = chain_add(&chain, &file, offset, facts, err);
        file_close_all(&file);
    }
    pdl_image_chain_close(&chain);
    if (ok && facts->pages == before) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The TIFF has no page that can be read.");
    }
    return ok;
}

bool pdl_image_tiff_judge(struct str bytes, const struct pdl_image_ask *ask,
                          struct pdl_image_picture *picture, struct err *err)
{
    struct pdl_image_chain chain;
    struct pdl_image_ifd ifd;
    struct file file = { .bytes = bytes };
    bool found = false;
    *picture = (struct pdl_image_picture){ .shade = PDL_UNSURE };
    bool is_tiff = pdl_image_chain_open(&chain, bytes);
    while (is_tiff && !found && pdl_image_chain_next(&chain, &ifd)) {
        found = is_page(&ifd) && ifd.width > 0 && ifd.height > 0;
    }
    enum pdl_image_rows_end end = PDL_IMAGE_ROWS_UNREAD;
    if (found) {
        file_open(&file);
        end = ifd_judge(&file, &ifd, ask, picture);
        file_close_all(&file);
        picture->is_first = chain.next != 0;
    }
    pdl_image_chain_close(&chain);
    if (!found) {
        return err_set(err, ERR_INVALID, "has no page that can be read");
    }
    return end == PDL_IMAGE_ROWS_WHOLE || err_set(err, ERR_INVALID, "is %s", end_text(end));
}

// --- drawing it ---------------------------------------------------------------------------------

// A row of libtiff's words on white paper; the colours are multiplied with alpha already.
static void row_of_words(const uint32_t *words, uint32_t width, uint8_t *rgb)
{
    for (uint32_t x = 0; x < width; x++) {
        unsigned paper = 255 - TIFFGetA(words[x]);
        unsigned light[3] = { TIFFGetR(words[x]), TIFFGetG(words[x]), TIFFGetB(words[x]) };
        for (size_t c = 0; c < 3; c++) {
            unsigned sum = light[c] + paper;
            rgb[(size_t)x * 3 + c] = (uint8_t)(sum > 255 ? 255 : sum);
        }
    }
}

// Rows are asked for in bands: of strips, only those are decoded again that a band begins in.
static bool image_rows(TIFFRGBAImage *image, struct pdl_shrink *shrink)
{
    bool strips = TIFFIsTiled(image->tif) == 0;
    uint32_t rows = image->height;
    uint32_t a_strip = 0;
    (void)TIFFGetFieldDefaulted(image->tif, TIFFTAG_ROWSPERSTRIP, &a_strip);
    if (strips && a_strip > 0 && a_strip < image->height) {
        rows = (BAND_ROWS / a_strip + 1) * a_strip;
    }
    rows = rows > image->height ? image->height : rows;
    uint32_t *words = mem_new((size_t)image->width * rows * sizeof(*words));
    uint8_t *rgb = mem_new((size_t)image->width * 3);
    bool any = false;
    for (uint32_t y = 0; y < image->height; y += rows) {
        uint32_t count = image->height - y < rows ? image->height - y : rows;
        image->row_offset = (int)y;
        image->col_offset = 0;
        if (TIFFRGBAImageGet(image, words, image->width, count) != 1) {
            break;
        }
        any = true;
        for (uint32_t i = 0; i < count; i++) {
            row_of_words(words + (size_t)i * image->width, image->width, rgb);
            pdl_shrink_row(shrink, rgb, 1);
        }
    }
    free(words);
    free(rgb);
    return any;
}

static bool ifd_draw(struct file *file, const struct pdl_image_ifd *ifd, struct pdl_shrink *shrink,
                     struct err *err)
{
    TIFFRGBAImage image;
    char why[1024] = "";
    struct pdl_shrink_size size = { .width = ifd->width,
                                    .height = ifd->height,
                                    .density_x = (uint32_t)ifd->density_x,
                                    .density_y = (uint32_t)ifd->density_y };
    if ((uint64_t)ifd->width * ifd->height > DRAWN_MAX) {
        return err_set(err, ERR_LIMIT, "has %u x %u pixels, more than is drawn", ifd->width,
                       ifd->height);
    }
    if (file->tiff == NULL || TIFFSetSubDirectory(file->tiff, ifd->at) != 1 ||
        TIFFRGBAImageBegin(&image, file->tiff, 0, why) != 1) {
        return err_set(err, ERR_INVALID, "is in a form that is not drawn");
    }
    image.req_orientation = ORIENTATION_TOPLEFT;
    bool good = image.width == ifd->width && image.height == ifd->height &&
                pdl_shrink_begin(shrink, &size, err) && image_rows(&image, shrink);
    TIFFRGBAImageEnd(&image);
    if (!good) {
        return err_set(err, ERR_INVALID, "cannot be decoded");
    }
    pdl_shrink_end(shrink);
    return true;
}

bool pdl_image_tiff_draw(struct str bytes, uint32_t page, struct pdl_shrink *shrink,
                         struct err *err)
{
    struct pdl_image_chain chain;
    struct pdl_image_ifd ifd;
    struct file file = { .bytes = bytes };
    bool is_tiff = pdl_image_chain_open(&chain, bytes);
    uint32_t found = 0;
    while (is_tiff && found < page && pdl_image_chain_next(&chain, &ifd)) {
        found += is_page(&ifd) && ifd.width > 0 && ifd.height > 0;
    }
    pdl_image_chain_close(&chain);
    if (found < page || page == 0) {
        return err_set(err, ERR_NOT_FOUND, "is not in the TIFF");
    }
    file_open(&file);
    bool good = ifd_draw(&file, &ifd, shrink, err);
    file_close_all(&file);
    return good;
}
