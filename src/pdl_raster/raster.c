// raster: page after page, whatever their format. See raster.h.

#include "pdl_raster/raster_int.h"

#include "pdl/detect.h"

enum { BITS_MAX = 8 * PDL_RASTER_UNIT_MAX };

static bool depth_is_known(const struct pdl_raster_pixels *pixels)
{
    uint32_t all = pixels->bits * pixels->components;
    if (pixels->order != PDL_RASTER_CHUNKED || pixels->bits >= 8) {
        return pixels->order != PDL_RASTER_CHUNKED || pixels->pixel_bits == all;
    }
    return pixels->pixel_bits >= all && (pixels->pixel_bits <= 2 || pixels->pixel_bits == 4 ||
                                         pixels->pixel_bits == 8 || pixels->pixel_bits == 16);
}

static bool check_depth(struct pdl_raster_pixels *pixels, struct err *err)
{
    uint32_t bits = pixels->bits;
    if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) {
        return err_set(err, ERR_INVALID, "%u bits a colour", bits);
    }
    if (pixels->order == PDL_RASTER_CHUNKED &&
        (pixels->pixel_bits < bits || pixels->pixel_bits > BITS_MAX)) {
        return err_set(err, ERR_INVALID, "%u bits a pixel", pixels->pixel_bits);
    }
    if (pixels->order != PDL_RASTER_CHUNKED && pixels->components == 1) {
        pixels->order = PDL_RASTER_CHUNKED; // it is all the same
        pixels->pixel_bits = bits;
    }
    if (pixels->order != PDL_RASTER_CHUNKED) {
        pixels->pixel_bits = bits;
    }
    pixels->unit = (pixels->pixel_bits + 7) / 8;
    if (!depth_is_known(pixels)) {
        pixels->ink = PDL_RASTER_OTHER;
    }
    return true;
}

// The least bytes that a row has.
static uint64_t row_bytes(const struct pdl_raster_page *page)
{
    const struct pdl_raster_pixels *pixels = &page->pixels;
    uint64_t row = ((uint64_t)page->width * pixels->pixel_bits + 7) / 8;
    return pixels->order == PDL_RASTER_BANDED ? row * pixels->components : row;
}

bool pdl_raster_page_check(struct pdl_raster_page *page, struct err *err)
{
    struct pdl_raster_pixels *pixels = &page->pixels;
    if (page->width == 0 || page->width > PDL_RASTER_SIDE_MAX || page->height == 0 ||
        page->height > PDL_RASTER_SIDE_MAX) {
        return err_set(err, ERR_INVALID, "%u by %u pixels", page->width, page->height);
    }
    if (!check_depth(pixels, err)) {
        return false;
    }
    uint64_t least = row_bytes(page);
    if (page->line_bytes < least || page->line_bytes > 2 * least + PDL_RASTER_UNIT_MAX ||
        page->line_bytes % pixels->unit != 0) {
        return err_set(err, ERR_INVALID, "rows of %u bytes for %u pixels", page->line_bytes,
                       page->width);
    }
    uint64_t rows = pixels->order == PDL_RASTER_PLANAR ? pixels->components : 1;
    if (pixels->order != PDL_RASTER_CHUNKED && page->line_bytes * rows > PDL_RASTER_PLANES_MAX) {
        return err_set(err, ERR_INVALID, "planes of %u pixels a row", page->width);
    }
    if (page->paper[0] == 0 || page->paper[1] == 0) {
        return err_set(err, ERR_INVALID, "no resolution");
    }
    if (page->copies > PDL_RASTER_COPIES_MAX) {
        return err_set(err, ERR_INVALID, "%u copies of a page", page->copies);
    }
    return true;
}

struct reading {
    struct pdl_input *input;
    struct pdl_facts *facts;
    const struct pdl_raster_format *format;
    struct pdl_raster_planes planes;
    uint64_t cover_budget;
    uint64_t pages;
    bool told; // why there is no further page
    struct pdl_raster_judge judge;
};

static unsigned long long next_page(const struct reading *reading)
{
    return (unsigned long long)reading->facts->pages + 1;
}

// What is behind a page that cannot be read belongs to it, up to a UEL.
static void leave(struct pdl_input *input)
{
    const size_t uel = sizeof(PDL_UEL) - 1;
    while (input->wrapped && pdl_input_need(input, uel)) {
        const uint8_t *found = memmem(input->at, pdl_input_left(input), PDL_UEL, uel);
        input->at = found != NULL ? found : input->end - uel + 1;
        if (found != NULL) {
            return;
        }
    }
    while (pdl_input_need(input, 1)) {
        input->at = input->end;
    }
}

static bool is_padding(struct pdl_input *input)
{
    struct str rest = { (const char *)input->at, pdl_input_left(input) };
    return pdl_detect_padding(rest) == rest.len;
}

// Why what was seen of the page is not sure; NULL where it is.
static const char *doubt_of(const struct pdl_raster_page *page)
{
    if (page->unsure && !page->color) {
        return "it has too many planes to be looked at: colour assumed";
    }
    if (page->pixels.ink == PDL_RASTER_OTHER && page->inked) {
        return "its colour space is not one of those that can be judged: colour assumed";
    }
    return page->pixels.ink == PDL_RASTER_RGBA ? "writers differ on where its alpha stands" : NULL;
}

// What its header says replaces what PJL says.
static void note_copies(struct pdl_facts *facts, const struct pdl_raster_page *page)
{
    uint32_t asked = facts->part == NULL ? 1 : facts->part->copies;
    if (page->copies != 0 && asked > 1 && page->copies != asked) {
        pdl_facts_note(facts, PDL_EXACT,
                       "A page asks for %u %s in its header, in place of the %u of PJL.",
                       page->copies, page->copies == 1 ? "copy" : "copies", asked);
    }
}

static bool add_page(struct reading *reading, const struct pdl_raster_page *page,
                     const struct pdl_raster_cover *cover, struct err *err)
{
    struct pdl_run run = { .count = 1,
                           .copies = page->copies,
                           .sides = page->sides,
                           .width = page->paper[0],
                           .height = page->paper[1],
                           .color = page->color,
                           .nominal = page->nominal,
                           .blank = !page->inked,
                           .place = page->place,
                           .place_kind = page->inked ? PDL_PLACE_BYTE : PDL_PLACE_NONE,
                           .certainty = PDL_EXACT };
    if (reading->facts->coverage && !page->unsure) {
        run.coverage = pdl_raster_cover_total(cover, page);
    }
    if (cover->spent) {
        pdl_facts_note(
            reading->facts, PDL_EXACT,
            "How much ink it asks for is told of its first pages only: there are too many.");
    }
    run.reason = page->color ? STR("a pixel is not grey") : run.reason;
    const char *doubt = doubt_of(page);
    if (doubt != NULL) {
        run.color = page->pixels.ink == PDL_RASTER_RGBA ? page->color : true;
        run.blank = !page->inked && !page->unsure;
        run.certainty = PDL_ESTIMATED;
        run.reason = str_of(doubt);
        pdl_facts_note(reading->facts, PDL_ESTIMATED, "Of some pages: %s.", doubt);
    }
    reading->pages++;
    note_copies(reading->facts, page);
    return pdl_facts_add(reading->facts, &run, err);
}

static bool read_rows(struct reading *reading, struct pdl_raster_page *page,
                      struct pdl_raster_cover *cover)
{
    struct pdl_raster_rows rows = {
        .input = reading->input, .page = page, .judge = &reading->judge, .cover = NULL
    };
    uint16_t none[PDL_RASTER_INKS_MAX] = { 0 };
    uint16_t part[PDL_INKS];
    cover->unknown = !pdl_raster_ink_cover(page->pixels.ink, none, part);
    if (reading->facts->coverage && !cover->unknown) {
        rows.cover = cover;
    }
    pdl_raster_judge_make(&reading->judge, page);
    if (rows.cover != NULL && !reading->judge.covers_made) {
        pdl_raster_cover_make(&reading->judge);
    }
    if (page->pixels.order != PDL_RASTER_CHUNKED) {
        return pdl_raster_planes_read(&rows, &reading->planes);
    }
    return page->packed ? pdl_raster_codes_read(&rows) : pdl_raster_plain_read(&rows);
}

enum next { NEXT_FAILED, NEXT_PAGE, NEXT_END };

static enum next read_page(struct reading *reading, struct err *err)
{
    struct pdl_raster_page page;
    struct pdl_raster_cover cover = { .budget = &reading->cover_budget };
    struct pdl_input *input = reading->input;
    struct err why;
    if (!reading->format->read(reading->format, input->at, &page, &why)) {
        if (reading->pages == 0) {
            pdl_facts_note(reading->facts, PDL_UNKNOWN, "Page %llu says it has %s.",
                           next_page(reading), why.text);
            leave(input);
        }
        return NEXT_END; // behind pages: it may be something else
    }
    if (page.pixels.order == PDL_RASTER_PLANAR && input->fill != NULL) {
        reading->facts->needs_whole = true;
        return NEXT_END;
    }
    input->at += reading->format->header_len;
    if (!read_rows(reading, &page, &cover)) {
        pdl_facts_note(reading->facts, PDL_ESTIMATED,
                       "Page %llu is not whole, so it is not counted: the file was cut short or "
                       "damaged.",
                       next_page(reading));
        leave(input);
        return NEXT_END;
    }
    return add_page(reading, &page, &cover, err) ? NEXT_PAGE : NEXT_FAILED;
}

// A header begins here; else the end, or what is to be read by others.
static bool at_header(struct reading *reading)
{
    struct pdl_input *input = reading->input;
    if (!pdl_input_need(input, 1) || pdl_input_at_uel(input)) {
        return false;
    }
    if (pdl_input_need(input, reading->format->header_len)) {
        return true;
    }
    const uint8_t *uel =
        input->wrapped ? memmem(input->at, pdl_input_left(input), PDL_UEL, sizeof(PDL_UEL) - 1)
                       : NULL;
    if (!is_padding(input) && uel == NULL) {
        pdl_facts_note(reading->facts, PDL_ESTIMATED,
                       "The file ends within the header of page %llu: it was cut short.",
                       next_page(reading));
        reading->told = true;
        input->at = input->end;
    }
    return false;
}

bool pdl_raster_pages_read(struct pdl_input *input, struct pdl_facts *facts,
                           const struct pdl_raster_format *format, struct err *err)
{
    struct reading reading = { .input = input, .facts = facts, .format = format };
    reading.planes =
        (struct pdl_raster_planes){ .arena = facts->arena, .budget = PDL_RASTER_BUDGET };
    reading.cover_budget = 2 * PDL_RASTER_BUDGET;
    enum next next = NEXT_PAGE;
    while (next == NEXT_PAGE && at_header(&reading)) {
        next = read_page(&reading, err);
    }
    if (next == NEXT_PAGE && reading.pages == 0 && !reading.told) {
        pdl_facts_note(facts, PDL_UNKNOWN, "The raster file has no page.");
    }
    return next != NEXT_FAILED;
}
