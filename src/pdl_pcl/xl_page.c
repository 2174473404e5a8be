// xl_page: sessions, pages, their media, sides and copies.
#include "pdl_pcl/xl_int.h"

struct media {
    uint32_t code; // MediaSize as a number
    struct str name;
    uint32_t width; // hundredths of a millimetre
    uint32_t height;
};

enum { MEDIA_DEFAULT = 96, MEDIA_A4_WIDTH = 21000, MEDIA_A4_HEIGHT = 29700 };

#define MEDIA(code, name, width, height)                                                           \
    {                                                                                              \
        (code), STR_INIT(name), (width), (height)                                                  \
    }

// The numbers from 201 are Ricoh's. A number of 0 is LETTER; a name may have several spellings.
static const struct media medias[] = {
    MEDIA(0, "letter", 21590, 27940),      MEDIA(1, "legal", 21590, 35560),
    MEDIA(2, "a4", 21000, 29700),          MEDIA(3, "executive", 18415, 26670),
    MEDIA(3, "exec", 18415, 26670),        MEDIA(4, "ledger", 27940, 43180),
    MEDIA(4, "11x17", 27940, 43180),       MEDIA(4, "tabloid", 27940, 43180),
    MEDIA(5, "a3", 29700, 42000),          MEDIA(6, "com10", 10478, 24130),
    MEDIA(7, "monarch", 9842, 19050),      MEDIA(8, "c5", 16200, 22900),
    MEDIA(9, "dl", 11000, 22000),          MEDIA(10, "jisb4", 25700, 36400),
    MEDIA(10, "jis b4", 25700, 36400),     MEDIA(11, "jisb5", 18200, 25700),
    MEDIA(11, "jis b5", 18200, 25700),     MEDIA(12, "b5", 17600, 25000),
    MEDIA(13, "b5paper", 18200, 25700),    MEDIA(14, "jpost", 10000, 14800),
    MEDIA(15, "jpostd", 20000, 14800),     MEDIA(16, "a5", 14800, 21000),
    MEDIA(17, "a6", 10500, 14800),         MEDIA(18, "jisb6", 12800, 18200),
    MEDIA(18, "jis b6", 12800, 18200),     MEDIA(19, "jis8k", 26700, 39000),
    MEDIA(20, "jis16k", 19500, 26700),     MEDIA(21, "jisexec", 21600, 33000),
    MEDIA(201, "b6 (jis)", 12800, 18200),  MEDIA(202, "c6", 11400, 16200),
    MEDIA(203, "8kai", 26700, 39000),      MEDIA(204, "16kai", 19500, 26700),
    MEDIA(205, "12x18", 30480, 45720),     MEDIA(212, "13x19.2", 33020, 48751),
    MEDIA(213, "13x19", 33020, 48260),     MEDIA(214, "12.6x19.2", 32000, 48751),
    MEDIA(215, "12.6x18.5", 32000, 46990), MEDIA(216, "13x18", 33020, 45720),
    MEDIA(217, "sra3", 32000, 45000),      MEDIA(218, "sra4", 22500, 32000),
    MEDIA(219, "226x310", 22600, 31000),   MEDIA(220, "310x432", 31000, 43200),
    MEDIA(221, "engquatro", 20320, 25400), MEDIA(222, "11x14", 27940, 35560),
    MEDIA(223, "11x15", 27940, 38100),     MEDIA(224, "10x14", 25400, 35560),
};

static bool is_name(struct str text, struct str name)
{
    if (text.len != name.len) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (c != name.ptr[i]) {
            return false;
        }
    }
    return true;
}

static const struct media *media_find(struct str name, uint32_t code)
{
    for (size_t i = 0; i < sizeof(medias) / sizeof(medias[0]); i++) {
        if (name.len > 0 ? is_name(name, medias[i].name) : medias[i].code == code) {
            return &medias[i];
        }
    }
    return NULL;
}

void pdl_pcl_xl_session_begin(struct xl *xl)
{
    xl->session = true;
    xl->fresh = xl->sessions > 0;
    xl->sessions++;
    xl->width = 0;
    xl->sides = PDL_SIDES_UNSAID;
}

void pdl_pcl_xl_session_end(struct xl *xl)
{
    xl->session = false;
    xl->font_count = 0;
    xl->stream_count = 0;
    xl->stream = NULL;
    pdl_pcl_xl_patterns_drop(xl, UINT8_MAX);
    xl->patterns_lost = 0;
}

static unsigned long long page_number(const struct xl *xl)
{
    return (unsigned long long)xl->facts->part->page + 1;
}

static void size_default(struct xl *xl, const char *why)
{
    if (xl->width == 0) {
        xl->width = MEDIA_A4_WIDTH;
        xl->height = MEDIA_A4_HEIGHT;
        pdl_facts_note(xl->facts, PDL_ESTIMATED, "Page %llu %s: A4 is assumed.", page_number(xl),
                       why);
    }
}

static void size_custom(struct xl *xl, const struct xl_value *size, uint32_t units)
{
    static const double points[] = { 72.0, 72.0 / 25.4, 72.0 / 254.0 };
    double unit = points[units < 3 ? units : 0];
    xl->width = pdl_facts_points(pdl_pcl_xl_value_at(xl, size, 0) * unit);
    xl->height = pdl_facts_points(pdl_pcl_xl_value_at(xl, size, 1) * unit);
}

static void page_size(struct xl *xl)
{
    const struct xl_value *size = pdl_pcl_xl_value_find(xl, XL_MEDIA_SIZE);
    const struct xl_value *custom = pdl_pcl_xl_value_find(xl, XL_CUSTOM_SIZE);
    if (size != NULL) {
        struct str name = pdl_pcl_xl_value_bytes(xl, size);
        uint32_t code = pdl_pcl_xl_value_number(xl, XL_MEDIA_SIZE, MEDIA_DEFAULT);
        const struct media *media = media_find(name, size->array ? UINT32_MAX : code);
        if (media != NULL) {
            xl->width = media->width;
            xl->height = media->height;
        } else if (size->array || code != MEDIA_DEFAULT) {
            xl->width = 0;
            size_default(xl, "names a size that is not known");
        }
    } else if (custom != NULL) {
        size_custom(xl, custom, pdl_pcl_xl_value_number(xl, XL_CUSTOM_UNITS, 0));
    }
    size_default(xl, "does not say its size");
    xl->page.width = xl->width;
    xl->page.height = xl->height;
}

// A page that is told to be a front while the sheet's back is next begins another sheet.
static void page_sides(struct xl *xl)
{
    if (pdl_pcl_xl_value_find(xl, XL_DUPLEX_MODE) != NULL) {
        uint32_t mode = pdl_pcl_xl_value_number(xl, XL_DUPLEX_MODE, 1);
        xl->sides = mode == 0 ? PDL_TWO_SIDED_SHORT : PDL_TWO_SIDED_LONG;
    } else if (pdl_pcl_xl_value_find(xl, XL_SIMPLEX_MODE) != NULL) {
        xl->sides = PDL_ONE_SIDED;
    }
    uint32_t sides = xl->sides == PDL_SIDES_UNSAID ? xl->facts->part->sides : xl->sides;
    uint32_t side = pdl_pcl_xl_value_number(xl, XL_DUPLEX_SIDE, UINT32_MAX);
    bool front = xl->fresh || side == 0;
    xl->page.sides = xl->sides;
    xl->page.new_sheet = sides > PDL_ONE_SIDED && xl->at_back && front;
    xl->at_back = sides > PDL_ONE_SIDED && (!xl->at_back || xl->page.new_sheet);
    xl->fresh = false;
}

void pdl_pcl_xl_page_begin(struct xl *xl)
{
    xl->page = (struct xl_page){ .open = true, .certainty = PDL_EXACT };
    page_size(xl);
    page_sides(xl);
    xl->path = false;
    pdl_pcl_xl_state_reset(xl);
}

// Copies of the page that ends: 0: it is not printed; PDL_COPIES_MAX + 1: as the job says.
static uint32_t page_copies(struct xl *xl)
{
    uint32_t asked = xl->facts->part->copies;
    if (pdl_pcl_xl_value_find(xl, XL_PAGE_COPIES) == NULL) {
        return PDL_COPIES_MAX + 1;
    }
    uint32_t copies = pdl_pcl_xl_value_number(xl, XL_PAGE_COPIES, 1);
    if (copies == 0) {
        xl->facts->left_out = true;
        pdl_facts_note(xl->facts, PDL_EXACT,
                       "A page that ends with PageCopies 0 is not printed and not counted.");
    } else if (copies > PDL_COPIES_MAX) {
        pdl_facts_note(xl->facts, PDL_UNKNOWN, "Page %llu asks for more than %d copies.",
                       page_number(xl), PDL_COPIES_MAX);
        return PDL_COPIES_MAX;
    } else if (copies > 1 && xl->facts->part->sets > 1) {
        pdl_facts_note(xl->facts, PDL_EXACT, "Copies: PJL QTY %u times PageCopies %u.",
                       xl->facts->part->sets, copies);
    }
    if (copies > 0 && asked > 1 && copies != asked) {
        pdl_facts_note(xl->facts, PDL_EXACT, "PageCopies %u holds in place of the %u of PJL.",
                       copies, asked);
    }
    return copies;
}

bool pdl_pcl_xl_page_end(struct xl *xl, struct err *err)
{
    struct xl_page *page = &xl->page;
    uint32_t copies = page_copies(xl);
    page->open = false;
    xl->pages++;
    pdl_pcl_xl_patterns_drop(xl, 1);
    if (copies == 0) {
        return true;
    }
    if (page->certainty > PDL_EXACT) {
        pdl_facts_note(xl->facts, page->certainty, "Page %llu: %s.", page_number(xl), page->reason);
    }
    struct pdl_run run = { .count = 1,
                           .width = page->width,
                           .height = page->height,
                           .color = (page->marks & XL_COLOR) != 0,
                           .nominal = page->nominal || (page->marks & XL_COLOR) != 0,
                           .blank = page->marks == 0,
                           .new_sheet = page->new_sheet,
                           .copies = copies > PDL_COPIES_MAX ? 0 : copies,
                           .sides = page->sides,
                           .place = page->place,
                           .place_kind = page->marks != 0 ? PDL_PLACE_BYTE : PDL_PLACE_NONE,
                           .reason = page->reason == NULL ? STR("") : str_of(page->reason),
                           .certainty = page->certainty };
    return pdl_facts_add(xl->facts, &run, err);
}
