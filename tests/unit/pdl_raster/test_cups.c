// PWG raster: whole pages count, by what their pixels show; what is cut short or odd is said.
#include "pdl_raster/raster.h"

#include "base/buf.h"
#include "lib/tap.h"

enum { HEADER = 1796 };

struct page {
    uint32_t width, height, bits, components, space, copies, duplex, tumble;
    struct str rows;
};

static void put(char *header, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        header[at + (size_t)i] = (char)(value >> (24 - 8 * i));
    }
}

static void add_page(struct buf *file, const struct page *page)
{
    char header[HEADER] = "PwgRaster";
    uint32_t bits = page->bits * page->components;
    put(header, 272, page->duplex);
    put(header, 276, 300);
    put(header, 280, 300);
    put(header, 340, page->copies);
    put(header, 368, page->tumble);
    put(header, 372, page->width);
    put(header, 376, page->height);
    put(header, 384, page->bits);
    put(header, 388, bits);
    put(header, 392, (page->width * bits + 7) / 8);
    put(header, 400, page->space);
    put(header, 452, 77); // TotalPageCount: not to be believed
    buf_add(file, (struct str){ header, sizeof(header) });
    buf_add(file, page->rows);
}

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    struct page page;
    uint64_t pages;
    bool color;
    bool blank;
    enum pdl_certainty certainty;
} cases[] = {
    { "red RGB", { 4, 2, 8, 3, 19, 1, 0, 0, RUN("\1\3\xff\0\0") }, 1, true, false, PDL_EXACT },
    { "grey RGB",
      { 4, 2, 8, 3, 19, 1, 0, 0, RUN("\1\3\x09\x09\x09") },
      1,
      false,
      false,
      PDL_EXACT },
    { "white RGB",
      { 4, 2, 8, 3, 19, 1, 0, 0, RUN("\1\3\xff\xff\xff") },
      1,
      false,
      true,
      PDL_EXACT },
    { "one red among literals",
      { 2, 1, 8, 3, 1, 1, 0, 0, RUN("\0\xff\1\1\1\xff\0\0") },
      1,
      true,
      false,
      PDL_EXACT },
    { "grey", { 8, 1, 8, 1, 18, 1, 0, 0, RUN("\0\7\x80") }, 1, false, false, PDL_EXACT },
    { "white grey", { 8, 1, 8, 1, 18, 1, 0, 0, RUN("\0\7\xff") }, 1, false, true, PDL_EXACT },
    { "no black", { 16, 3, 1, 1, 3, 1, 0, 0, RUN("\2\1\0") }, 1, false, true, PDL_EXACT },
    { "black", { 16, 3, 1, 1, 3, 1, 0, 0, RUN("\2\1\1") }, 1, false, false, PDL_EXACT },
    { "CMYK black", { 2, 1, 8, 4, 6, 1, 0, 0, RUN("\0\1\0\0\0\xff") }, 1, false, false, PDL_EXACT },
    { "CMYK cyan", { 2, 1, 8, 4, 6, 1, 0, 0, RUN("\0\1\xff\0\0\0") }, 1, true, false, PDL_EXACT },
    { "cyan under full black",
      { 2, 1, 8, 4, 6, 1, 0, 0, RUN("\0\1\xff\0\0\xff") },
      1,
      false,
      false,
      PDL_EXACT },
    { "16 bits",
      { 1, 1, 16, 3, 19, 1, 0, 0, RUN("\0\0\xff\xff\0\0\0\0") },
      1,
      true,
      false,
      PDL_EXACT },
    { "white to the end of the row",
      { 4, 1, 8, 3, 19, 1, 0, 0, RUN("\0\x80") },
      1,
      false,
      true,
      PDL_EXACT },
    { "cut in a code",
      { 4, 2, 8, 3, 19, 1, 0, 0, RUN("\1\3\xff\0") },
      0,
      false,
      false,
      PDL_ESTIMATED },
    { "rows missing",
      { 4, 9, 8, 3, 19, 1, 0, 0, RUN("\1\3\xff\0\0") },
      0,
      false,
      false,
      PDL_ESTIMATED },
    { "a code past the row",
      { 4, 2, 8, 3, 19, 1, 0, 0, RUN("\1\x7f\xff\0\0") },
      0,
      false,
      false,
      PDL_ESTIMATED },
    { "no width", { 0, 2, 8, 3, 19, 1, 0, 0, RUN("\1\3\xff\0\0") }, 0, false, false, PDL_UNKNOWN },
    { "no sane copies",
      { 4, 2, 8, 3, 19, 99999999, 0, 0, RUN("\1\3\xff\0\0") },
      0,
      false,
      false,
      PDL_UNKNOWN },
    { "no sane bits",
      { 4, 2, 8, 99, 19, 1, 0, 0, RUN("\1\3\xff\0\0") },
      0,
      false,
      false,
      PDL_UNKNOWN },
};

static bool read_raster(struct str file, struct pdl_facts *facts, struct err *err)
{
    struct pdl_input input = pdl_input_of(file);
    return pdl_raster_pwg_read(&input, facts, err);
}

static void test_one_page_of_each_kind(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
        struct err err;
        buf_add(&file, STR("RaS2"));
        add_page(&file, &cases[i].page);
        bool ok = read_raster(buf_str(&file), &facts, &err) && facts.pages == cases[i].pages &&
                  (facts.certainty == cases[i].certainty ||
                   (cases[i].pages == 0 && facts.certainty >= cases[i].certainty));
        ok = ok && (facts.pages == 0 ||
                    (facts.first->color == cases[i].color && facts.first->blank == cases[i].blank));
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
}

static void test_several_pages(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
    struct page page = cases[1].page;
    struct err err;
    page.copies = 3;
    page.duplex = 1;
    page.tumble = 1;
    buf_add(&file, STR("RaS2"));
    add_page(&file, &page);
    add_page(&file, &page);
    CHECK(read_raster(buf_str(&file), &facts, &err));
    CHECK(facts.pages == 2 && facts.run_count == 1 && facts.first->copies == 3 &&
          facts.first->sides == 3);
    CHECK(facts.certainty == PDL_EXACT);
    page.copies = 2;
    add_page(&file, &page);
    facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
    CHECK(read_raster(buf_str(&file), &facts, &err) && facts.certainty == PDL_EXACT);
    CHECK(facts.run_count == 2 && facts.last->copies == 2);
    facts = pdl_facts_of(&arena, "image/pwg-raster", 2);
    CHECK(!read_raster(buf_str(&file), &facts, &err) && err.code == ERR_LIMIT);
}

// Cut anywhere, a page is whole or not counted, and never more than there was.
static void test_every_cut(void)
{
    OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
    buf_add(&file, STR("RaS2"));
    add_page(&file, &cases[0].page);
    add_page(&file, &cases[1].page);
    bool ok = true;
    for (size_t len = 4; len < file.len; len++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
        struct err err;
        ok &= read_raster((struct str){ file.ptr, len }, &facts, &err);
        bool whole = len == 4 + (file.len - 4) / 2;
        ok &= facts.pages == (len >= 4 + (file.len - 4) / 2 ? 1 : 0);
        ok &= whole || facts.certainty > PDL_EXACT;
    }
    CHECK(ok);
}

int main(void)
{
    test_one_page_of_each_kind();
    test_several_pages();
    test_every_cut();
    return tap_done();
}
