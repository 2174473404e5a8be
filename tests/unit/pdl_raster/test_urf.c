// Apple raster: every colour space, sides, counts that lie, and what is cut short.
#include "pdl_raster/raster.h"

#include "base/buf.h"
#include "lib/tap.h"

struct page {
    uint8_t bits, space, duplex;
    uint32_t width, height, dots;
    struct str rows;
};

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static void put(char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (char)(value >> (24 - 8 * i));
    }
}

static void add_file(struct buf *file, uint32_t count)
{
    char head[12] = "UNIRAST";
    put(head + 8, count);
    buf_add(file, (struct str){ head, sizeof(head) });
}

static void add_page(struct buf *file, const struct page *page)
{
    char header[32] = { (char)page->bits, (char)page->space, (char)page->duplex, 4 };
    put(header + 12, page->width);
    put(header + 16, page->height);
    put(header + 20, page->dots);
    buf_add(file, (struct str){ header, sizeof(header) });
    buf_add(file, page->rows);
}

static const struct {
    const char *name;
    struct page page;
    uint64_t pages;
    bool color, blank, nominal;
    uint32_t sides;
    enum pdl_certainty certainty; // of the page, or else of the whole
} cases[] = {
    { "grey", { 8, 0, 1, 4, 2, 300, RUN("\1\3\x80") }, 1, false, false, false, 1, PDL_EXACT },
    { "white", { 8, 0, 2, 4, 2, 300, RUN("\1\x80") }, 1, false, true, false, 3, PDL_EXACT },
    { "red", { 24, 1, 3, 4, 2, 300, RUN("\1\3\xff\0\0") }, 1, true, false, true, 2, PDL_EXACT },
    { "grey sRGB, sides not said",
      { 24, 1, 0, 4, 2, 300, RUN("\1\3\1\2\3") },
      1,
      false,
      false,
      true,
      0,
      PDL_EXACT },
    { "fill behind a pixel",
      { 24, 1, 1, 4, 2, 300, RUN("\1\0\5\5\5\x80") },
      1,
      false,
      false,
      true,
      1,
      PDL_EXACT },
    { "Lab grey",
      { 24, 2, 1, 4, 1, 300, RUN("\0\3\x40\x80\x80") },
      1,
      false,
      false,
      true,
      1,
      PDL_EXACT },
    { "Lab white",
      { 24, 2, 1, 4, 1, 300, RUN("\0\3\xff\x80\x80") },
      1,
      false,
      true,
      true,
      1,
      PDL_EXACT },
    { "Lab colour",
      { 24, 2, 1, 4, 1, 300, RUN("\0\3\x40\x90\x80") },
      1,
      true,
      false,
      true,
      1,
      PDL_EXACT },
    { "AdobeRGB",
      { 24, 3, 1, 4, 1, 300, RUN("\0\3\0\0\xff") },
      1,
      true,
      false,
      true,
      1,
      PDL_EXACT },
    { "device grey", { 8, 4, 1, 4, 1, 300, RUN("\0\3\0") }, 1, false, false, false, 1, PDL_EXACT },
    { "device RGB",
      { 24, 5, 1, 4, 1, 300, RUN("\0\3\xff\xff\xff") },
      1,
      false,
      true,
      true,
      1,
      PDL_EXACT },
    { "CMYK black",
      { 32, 6, 1, 4, 1, 300, RUN("\0\3\0\0\0\xff") },
      1,
      false,
      false,
      true,
      1,
      PDL_EXACT },
    { "CMYK yellow",
      { 32, 6, 1, 4, 1, 300, RUN("\0\3\0\0\x30\0") },
      1,
      true,
      false,
      true,
      1,
      PDL_EXACT },
    { "16 bits of sRGB",
      { 48, 1, 1, 2, 1, 300, RUN("\0\1\0\1\2\1\3\1") },
      1,
      true,
      false,
      true,
      1,
      PDL_EXACT },
    { "16 bits of grey",
      { 16, 0, 1, 2, 1, 300, RUN("\0\1\0\1") },
      1,
      false,
      false,
      false,
      1,
      PDL_EXACT },
    { "a space that is not known, with ink",
      { 24, 9, 1, 4, 1, 300, RUN("\0\3\0\0\1") },
      1,
      true,
      false,
      true,
      1,
      PDL_ESTIMATED },
    { "a space that is not known, without",
      { 24, 9, 1, 4, 1, 300, RUN("\0\3\0\0\0") },
      1,
      false,
      true,
      true,
      1,
      PDL_EXACT },
    { "no resolution",
      { 8, 0, 1, 4, 2, 0, RUN("\1\3\x80") },
      0,
      false,
      false,
      false,
      0,
      PDL_UNKNOWN },
    { "no bits", { 0, 0, 1, 4, 2, 300, RUN("\1\3\x80") }, 0, false, false, false, 0, PDL_UNKNOWN },
    { "seven bits",
      { 7, 0, 1, 4, 2, 300, RUN("\1\3\x80") },
      0,
      false,
      false,
      false,
      0,
      PDL_UNKNOWN },
    { "no height", { 8, 0, 1, 4, 0, 300, RUN("") }, 0, false, false, false, 0, PDL_UNKNOWN },
    { "too wide",
      { 8, 0, 1, 1U << 31, 2, 300, RUN("\1\x80") },
      0,
      false,
      false,
      false,
      0,
      PDL_UNKNOWN },
    { "rows missing",
      { 8, 0, 1, 4, 9, 300, RUN("\1\3\x80") },
      0,
      false,
      false,
      false,
      0,
      PDL_ESTIMATED },
};

static bool read_raster(struct str file, struct pdl_facts *facts)
{
    struct pdl_input input = pdl_input_of(file);
    struct err err;
    return pdl_raster_urf_read(&input, facts, &err);
}

static void test_one_page_of_each_kind(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, "image/urf", 100);
        add_file(&file, 1);
        add_page(&file, &cases[i].page);
        bool ok = read_raster(buf_str(&file), &facts) && facts.pages == cases[i].pages;
        const struct pdl_run *run = facts.first;
        if (cases[i].pages == 0) {
            ok = ok && facts.certainty == cases[i].certainty;
        } else {
            ok = ok && run->color == cases[i].color && run->blank == cases[i].blank &&
                 run->nominal == cases[i].nominal && run->sides == cases[i].sides &&
                 run->certainty == cases[i].certainty && facts.certainty == cases[i].certainty;
        }
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
}

static void test_the_count_of_pages_is_not_believed(void)
{
    static const uint32_t said[] = { 0, UINT32_MAX, 2, 7 };
    for (size_t i = 0; i < 4; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, "image/urf", 100);
        add_file(&file, said[i]);
        add_page(&file, &cases[0].page);
        add_page(&file, &cases[2].page);
        CHECK(read_raster(buf_str(&file), &facts) && facts.pages == 2);
        CHECK(facts.certainty == PDL_EXACT && facts.reason_count == (said[i] == 7 ? 1 : 0));
    }
}

static void test_the_place_of_colour(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/urf", 100);
    struct page page = { 24, 1, 1, 4, 3, 300, RUN("\1\3\7\7\7\0\xfd\1\1\1\2\2\2\3\3\x30\4\4\4") };
    add_file(&file, 1);
    add_page(&file, &page);
    CHECK(read_raster(buf_str(&file), &facts) && facts.pages == 1 && facts.first->color);
    CHECK(facts.first->place_kind == PDL_PLACE_BYTE && facts.first->place == 12 + 32 + 5 + 2 + 6);
}

static void test_no_pages(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
    struct pdl_facts facts = pdl_facts_of(&arena, "image/urf", 100);
    add_file(&file, 3);
    CHECK(read_raster(buf_str(&file), &facts));
    CHECK(facts.pages == 0 && facts.certainty == PDL_UNKNOWN);
    facts = pdl_facts_of(&arena, "image/urf", 100);
    CHECK(read_raster(STR("UNIRAST\0\0"), &facts));
    CHECK(facts.pages == 0 && facts.certainty == PDL_UNKNOWN);
}

int main(void)
{
    test_one_page_of_each_kind();
    test_the_count_of_pages_is_not_believed();
    test_the_place_of_colour();
    test_no_pages();
    return tap_done();
}
