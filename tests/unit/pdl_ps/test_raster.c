// What an interpreter drew: pages of a few pixels, as they should be and as they should not.
#include "pdl_ps/raster.h"

#include "lib/tap.h"

enum { HEADER = 1796, ROOM = 64 << 10, WIDTH = 24, HEIGHT = 4 };

struct picture {
    uint8_t bytes[ROOM];
    size_t len;
};

struct page {
    uint32_t space;
    uint32_t copies;
    uint32_t duplex;
    uint32_t tumble;
    uint32_t collate;
    uint8_t paper;    // every byte
    uint8_t mark[4];  // one pixel of it
    uint32_t mark_at; // a pixel
};

static void put(uint8_t *header, size_t at, uint32_t value)
{
    memcpy(header + at, &value, sizeof(value));
}

static uint32_t depth_of(const struct page *page)
{
    return page->space == 6 ? 4 : page->space == 1 ? 3 : 1;
}

static void header_put(uint8_t *header, const struct page *page)
{
    float points[2] = { 595, 842 };
    memset(header, 0, HEADER);
    put(header, 264, page->collate);
    put(header, 272, page->duplex);
    put(header, 340, page->copies);
    put(header, 368, page->tumble);
    put(header, 372, WIDTH);
    put(header, 376, HEIGHT);
    put(header, 384, 8);
    put(header, 388, 8 * depth_of(page));
    put(header, 392, WIDTH * depth_of(page));
    put(header, 400, page->space);
    memcpy(header + 428, points, sizeof(points));
}

static void page_put(struct picture *picture, const struct page *page)
{
    if (picture->len == 0) {
        uint32_t sync = 0x52615333; // RaS3 as a number
        memcpy(picture->bytes, &sync, sizeof(sync));
        picture->len = sizeof(sync);
    }
    uint8_t *header = picture->bytes + picture->len;
    size_t rows = (size_t)WIDTH * HEIGHT * depth_of(page);
    header_put(header, page);
    memset(header + HEADER, page->paper, rows);
    memcpy(header + HEADER + (size_t)page->mark_at * depth_of(page), page->mark, depth_of(page));
    picture->len += HEADER + rows;
}

static bool read_it(const struct picture *picture, struct pdl_facts *facts)
{
    struct err err;
    struct pdl_input input =
        pdl_input_of((struct str){ (const char *)picture->bytes, picture->len });
    return (facts->part != NULL || pdl_facts_part(facts, "application/postscript", 0, &err)) &&
           pdl_ps_raster_read(&input, facts, &err);
}

static const struct {
    const char *name;
    struct page page;
    bool color;
    bool blank;
} judged[] = {
    { "white", { .space = 1, .paper = 255, .mark = { 255, 255, 255 } }, false, true },
    { "nearly white", { .space = 1, .paper = 255, .mark = { 254, 255, 254 } }, false, true },
    { "black", { .space = 1, .paper = 255 }, false, false },
    { "the last pixel",
      { .space = 1, .paper = 255, .mark_at = 95, .mark = { 255, 0, 0 } },
      true,
      false },
    { "a pixel amid white",
      { .space = 1, .paper = 255, .mark_at = 13, .mark = { 255, 255, 0 } },
      true,
      false },
    { "two levels off", { .space = 1, .paper = 100, .mark = { 100, 102, 101 } }, false, false },
    { "three levels off", { .space = 1, .paper = 100, .mark = { 100, 103, 101 } }, true, false },
    { "three levels the other way",
      { .space = 1, .paper = 100, .mark = { 103, 101, 100 } },
      true,
      false },
};

static void test_pages_are_judged_by_the_rule_of_colour(void)
{
    for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
        struct picture picture = { .len = 0 };
        page_put(&picture, &judged[i].page);
        bool ok = read_it(&picture, &facts) && facts.pages == 1 &&
                  facts.first->color == judged[i].color && facts.first->blank == judged[i].blank &&
                  facts.first->width == 20990 && facts.first->height == 29704 &&
                  facts.first->certainty == PDL_COMPUTED && facts.certainty == PDL_EXACT;
        tap_result(ok, judged[i].name, __FILE__, __LINE__);
    }
}

static void test_colour_is_seen_at_every_place_of_a_grey_page(void)
{
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT * 3; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
        struct picture picture = { .len = 0 };
        struct page page = { .space = 1, .paper = 100, .mark = { 100, 100, 100 } };
        page.mark_at = (uint32_t)(i / 3);
        page.mark[i % 3] = 103;
        page_put(&picture, &page);
        if (!read_it(&picture, &facts) || facts.pages != 1 || !facts.first->color) {
            tap_result(false, "colour is not seen", __FILE__, __LINE__);
            return;
        }
    }
    tap_result(true, "colour is seen at every place", __FILE__, __LINE__);
}

static void test_copies_and_sides_are_those_of_the_header(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
    struct picture picture = { .len = 0 };
    struct page page = { .space = 1, .paper = 255, .copies = 3, .duplex = 1 };
    page_put(&picture, &page);
    page.tumble = 1;
    page_put(&picture, &page);
    page.duplex = 0;
    page.copies = 0;
    page_put(&picture, &page);
    CHECK(read_it(&picture, &facts) && facts.pages == 3);
    const struct pdl_run *run = facts.first;
    CHECK(run->copies == 3 && run->sides == PDL_TWO_SIDED_LONG);
    run = run->next;
    CHECK(run->copies == 3 && run->sides == PDL_TWO_SIDED_SHORT);
    run = run->next;
    CHECK(run->copies == 1 && run->sides == PDL_SIDES_UNSAID);
    CHECK(facts.part->sets == 1);
}

static void test_one_sided_is_said_where_the_job_is_two_sided(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
    struct picture picture = { .len = 0 };
    struct page page = { .space = 1, .paper = 255, .copies = 70000 };
    struct err err;
    page_put(&picture, &page);
    CHECK(pdl_facts_part(&facts, "application/postscript", 0, &err));
    facts.part->sides = PDL_TWO_SIDED_LONG;
    CHECK(read_it(&picture, &facts));
    CHECK(facts.first->sides == PDL_ONE_SIDED);
    CHECK(facts.first->copies == PDL_COPIES_MAX && facts.certainty == PDL_UNKNOWN);
}

static void test_collated_copies_of_all_pages_are_sets(void)
{
    static const uint32_t last[] = { 2, 3 }; // copies of the last page
    for (size_t i = 0; i < 2; i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
        struct picture picture = { .len = 0 };
        struct page page = { .space = 1, .paper = 255, .copies = 3, .collate = 1 };
        page_put(&picture, &page);
        page.copies = last[i];
        page_put(&picture, &page);
        CHECK(read_it(&picture, &facts) && facts.pages == 2);
        CHECK(facts.part->sets == (i == 0 ? 1 : 3));
        CHECK(facts.first->copies == (i == 0 ? 3 : 1));
    }
}

static void test_what_is_cut_is_not_counted(void)
{
    static const size_t cuts[] = { 0, 3, 4, 4 + HEADER - 1, 4 + HEADER, 4 + HEADER + 71 };
    struct picture whole = { .len = 0 };
    struct page page = { .space = 1, .paper = 255, .mark = { 255, 0, 0 } };
    page_put(&whole, &page);
    size_t one = whole.len;
    page_put(&whole, &page);
    for (size_t i = 0; i < 2 * sizeof(cuts) / sizeof(cuts[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
        struct picture cut = whole;
        bool second = i >= sizeof(cuts) / sizeof(cuts[0]);
        cut.len = cuts[i % (sizeof(cuts) / sizeof(cuts[0]))] + (second ? one - 4 : 0);
        if (!second || cut.len > one) {
            CHECK(read_it(&cut, &facts) && facts.pages == (second ? 1 : 0));
        }
    }
}

static void test_what_was_not_asked_for_ends_the_reading(void)
{
    static const struct {
        size_t at;
        uint32_t value;
    } wrong[] = {
        { 372, 0 }, { 372, 25 }, { 376, 0 },          { 376, 1 << 20 },    { 384, 1 },
        { 388, 8 }, { 392, 73 }, { 396, 1 },          { 400, 3 },          { 400, 19 },
        { 428, 0 }, { 432, 0 },  { 428, 0x7fc00000 }, { 432, 0x7f800000 },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
        struct picture picture = { .len = 0 };
        struct page page = { .space = 1, .paper = 255 };
        page_put(&picture, &page);
        put(picture.bytes + 4, wrong[i].at, wrong[i].value);
        CHECK(read_it(&picture, &facts) && facts.pages == 0 && facts.certainty == PDL_UNKNOWN);
    }
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
    struct picture other = { .bytes = "P6 what is this", .len = 15 };
    CHECK(read_it(&other, &facts) && facts.certainty == PDL_UNKNOWN);
}

static void test_too_many_pages_are_a_limit(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 1);
    struct picture picture = { .len = 0 };
    struct page page = { .space = 1, .paper = 255 };
    page_put(&picture, &page);
    page_put(&picture, &page);
    CHECK(!read_it(&picture, &facts));
}

int main(void)
{
    test_pages_are_judged_by_the_rule_of_colour();
    test_colour_is_seen_at_every_place_of_a_grey_page();
    test_copies_and_sides_are_those_of_the_header();
    test_one_sided_is_said_where_the_job_is_two_sided();
    test_collated_copies_of_all_pages_are_sets();
    test_what_is_cut_is_not_counted();
    test_what_was_not_asked_for_ends_the_reading();
    test_too_many_pages_are_a_limit();
    return tap_done();
}
