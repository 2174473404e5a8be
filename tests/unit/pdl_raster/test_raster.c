// Pages in a stream: pieces of any size, PJL around them, what follows them, and what is too much.
#include "pdl_raster/raster.h"

#include "base/buf.h"
#include "lib/tap.h"

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

enum { HEADER = 1796, OLD_HEADER = 420, COUNT = 4 };

struct shape {
    uint32_t width, height, bits, pixel, line, order, space;
};

static void put(char *header, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        header[at + (size_t)i] = (char)(value >> (24 - 8 * i));
    }
}

static void add_page(struct buf *file, size_t header_len, const struct shape *shape)
{
    char header[HEADER] = "";
    put(header, 276, 300);
    put(header, 280, 300);
    put(header, 340, 1);
    put(header, 372, shape->width);
    put(header, 376, shape->height);
    put(header, 384, shape->bits);
    put(header, 388, shape->pixel);
    put(header, 392, shape->line);
    put(header, 396, shape->order);
    put(header, 400, shape->space);
    buf_add(file, (struct str){ header, header_len });
}

static const struct shape rgb = { 1000, 600, 8, 24, 3000, 0, 19 };

// Rows that are longer than the window, so that codes lie across its ends.
static void add_rows(struct buf *file, bool color)
{
    for (uint32_t row = 0; row < rgb.height; row++) {
        buf_add(file, STR("\0"));
        for (uint32_t x = 0; x < rgb.width; x += 100) {
            char code = (char)(257 - 100);
            buf_add(file, (struct str){ &code, 1 });
            for (uint32_t i = 0; i < 100; i++) {
                char level = (char)(x + i * row);
                char pixel[3] = { level, level, level };
                if (color && row == rgb.height - 1 && x == 900 && i == 99) {
                    pixel[1] = (char)(level + 30);
                }
                buf_add(file, (struct str){ pixel, 3 });
            }
        }
    }
}

struct stream {
    struct str rest;
    size_t piece;
};

static size_t fill(void *source, uint8_t *into, size_t room)
{
    struct stream *stream = source;
    size_t count = stream->rest.len < stream->piece ? stream->rest.len : stream->piece;
    count = count < room ? count : room;
    memcpy(into, stream->rest.ptr, count);
    stream->rest = (struct str){ stream->rest.ptr + count, stream->rest.len - count };
    return count;
}

static void test_pieces_of_any_size(void)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    static const size_t pieces[] = { 1, 2, 3, 7, 1000, 4096, 65536, 1 << 20 };
    OWN(buf_free) struct buf file = BUF_CAP(8 << 20);
    buf_add(&file, STR("RaS2"));
    for (uint32_t page = 0; page < COUNT; page++) {
        add_page(&file, HEADER, &rgb);
        add_rows(&file, page == 2);
    }
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct stream stream = { buf_str(&file), pieces[i] };
        struct pdl_input input = pdl_input_stream(fill, &stream, window);
        struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
        struct err err;
        CHECK(pdl_raster_pwg_read(&input, &facts, &err) && facts.certainty == PDL_EXACT);
        CHECK(facts.pages == COUNT && facts.run_count == 3 && !facts.first->color);
        CHECK(facts.first->next->color && facts.first->next->place == file.len - file.len / 4 - 2);
        CHECK(pdl_input_left(&input) == 0 && pdl_input_offset(&input) == file.len);
    }
}

static struct pdl_facts read_all(struct arena *arena, struct pdl_input *input)
{
    struct pdl_facts facts = pdl_facts_of(arena, "application/vnd.cups-raster", 100);
    struct err err;
    CHECK(pdl_raster_cups_read(input, &facts, &err));
    return facts;
}

static void test_what_follows_is_left(void)
{
    static const struct shape grey = { 4, 2, 8, 8, 4, 0, 0 };
    static const char zeros[2000];
    static const struct {
        const char *name;
        struct str rest;
        bool wrapped, left, exact;
    } rows[] = {
        { "nothing", STR_INIT(""), false, true, true },
        { "padding", STR_INIT("\0\0\n"), false, true, true },
        { "much padding", { zeros, sizeof(zeros) }, false, true, true },
        { "a UEL", STR_INIT(PDL_UEL "@PJL EOJ\n"), true, true, true },
        { "a line and a UEL", STR_INIT("\n" PDL_UEL), true, true, true },
        { "a header that is cut", STR_INIT("PwgRaster"), false, false, false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
        buf_add(&file, STR("RaS3"));
        add_page(&file, HEADER, &grey);
        buf_add(&file, STR("\0\0\0\0\xff\xff\xff\xff"));
        buf_add(&file, rows[i].rest);
        struct pdl_input input = pdl_input_of(buf_str(&file));
        input.wrapped = rows[i].wrapped;
        struct pdl_facts facts = read_all(&arena, &input);
        bool ok = facts.pages == 1 && (facts.certainty == PDL_EXACT) == rows[i].exact &&
                  pdl_input_left(&input) == (rows[i].left ? rows[i].rest.len : 0);
        tap_result(ok, rows[i].name, __FILE__, __LINE__);
    }
}

// A damaged page ends what can be read, but not what comes behind the next UEL.
static void test_damage_ends_at_a_uel(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
    static const struct shape grey = { 4, 2, 8, 8, 4, 0, 0 };
    buf_add(&file, STR("RaS2"));
    add_page(&file, HEADER, &grey);
    buf_add(&file, STR("\1\7\x80 rubbish \x1b%-1 rubbish"));
    for (int i = 0; i < 1000; i++) {
        buf_add(&file, STR("more rubbish"));
    }
    buf_add(&file, STR(PDL_UEL "behind"));
    struct pdl_input input = pdl_input_of(buf_str(&file));
    input.wrapped = true;
    struct pdl_facts facts = read_all(&arena, &input);
    CHECK(facts.pages == 0 && facts.certainty == PDL_ESTIMATED && pdl_input_at_uel(&input));
    input = pdl_input_of(buf_str(&file));
    facts = read_all(&arena, &input);
    CHECK(facts.certainty == PDL_ESTIMATED && pdl_input_left(&input) == 0);
}

static void test_versions_and_syncs(void)
{
    static const struct shape grey = { 4, 2, 8, 8, 4, 0, 0 };
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
    OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
    buf_add(&file, STR("RaSt"));
    add_page(&file, OLD_HEADER, &grey);
    buf_add(&file, STR("\xff\xff\xff\xff\xff\xff\xff\xff"));
    struct pdl_input input = pdl_input_of(buf_str(&file));
    struct pdl_facts facts = read_all(&arena, &input);
    CHECK(facts.pages == 1 && facts.first->blank && facts.first->sides == PDL_ONE_SIDED);
    input = pdl_input_of(STR("RaS4"));
    facts = read_all(&arena, &input);
    CHECK(facts.pages == 0 && facts.certainty == PDL_UNKNOWN);
    input = pdl_input_of(STR("RaS2"));
    facts = read_all(&arena, &input);
    CHECK(facts.pages == 0 && facts.certainty == PDL_UNKNOWN);
}

// Planes whose rows are white to their ends cost two bytes each, and megabytes when laid out.
static void test_planes_that_are_too_much(void)
{
    enum { WIDTH = 1 << 20, HEIGHT = 1 << 20 };
    static const struct shape bomb = { WIDTH, HEIGHT, 8, 8, 4 * WIDTH, 1, 6 };
    OWN(arena_free) struct arena arena = ARENA_CAP(64 << 20);
    OWN(buf_free) struct buf file = BUF_CAP(8 << 20);
    buf_add(&file, STR("RaS2"));
    add_page(&file, HEADER, &bomb);
    for (int i = 0; i < HEIGHT; i++) {
        buf_add(&file, STR("\0\x80"));
    }
    struct pdl_input input = pdl_input_of(buf_str(&file));
    struct pdl_facts facts = read_all(&arena, &input);
    CHECK(facts.pages == 1 && facts.first->certainty == PDL_ESTIMATED && facts.first->color);
}

static void test_headers_that_cannot_be(void)
{
    static const struct {
        const char *name;
        struct shape shape;
    } rows[] = {
        { "an order of its own", { 4, 2, 8, 8, 4, 3, 0 } },
        { "no pixels", { 0, 2, 8, 8, 4, 0, 0 } },
        { "depth", { 4, 2, 3, 3, 4, 0, 0 } },
        { "pixels too deep", { 4, 2, 8, 264, 132, 0, 6 } },
        { "rows too short", { 4, 2, 8, 8, 3, 0, 0 } },
        { "rows too long", { 4, 2, 8, 8, 400, 0, 0 } },
        { "rows of half a pixel", { 4, 2, 8, 24, 13, 0, 1 } },
        { "planes too wide", { 1 << 20, 2, 16, 16, 1 << 21, 2, 62 } },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        OWN(buf_free) struct buf file = BUF_CAP(1 << 16);
        buf_add(&file, STR("RaS2"));
        add_page(&file, HEADER, &rows[i].shape);
        buf_add(&file, STR("\1\x80\1\x80\1\x80\1\x80"));
        struct pdl_input input = pdl_input_of(buf_str(&file));
        struct pdl_facts facts = read_all(&arena, &input);
        tap_result(facts.pages == 0 && facts.certainty == PDL_UNKNOWN, rows[i].name, __FILE__,
                   __LINE__);
    }
}

// Ink in hundredths of a per cent of the page: cyan, magenta, yellow, black.
static void test_coverage(void)
{
    static const struct {
        const char *name;
        struct shape shape;
        struct str rows;
        uint16_t ink[4];
    } rows[] = {
        { "half black", { 4, 4, 8, 8, 4, 0, 3 }, RUN("\1\3\xff\1\3\0"), { 0, 0, 0, 5000 } },
        { "a third of cyan",
          { 3, 9, 8, 32, 12, 0, 6 },
          RUN("\xff\0\xff\0\0\0\1\0\0\0\0"),
          { 3333, 0, 0, 0 } },
        { "red of RGB", { 4, 1, 8, 24, 12, 0, 1 }, RUN("\0\0\xff\0\0\x80"), { 0, 2500, 2500, 0 } },
        { "grey of RGB", { 4, 1, 8, 24, 12, 0, 1 }, RUN("\0\3\x33\x33\x33"), { 0, 0, 0, 8000 } },
        { "bits, the last of them no pixels",
          { 9, 2, 1, 1, 2, 0, 3 },
          RUN("\1\xff\x80\x7f"),
          { 0, 0, 0, 1111 } },
        { "black all over a huge page",
          { 1 << 20, 1 << 20, 1, 1, 1 << 17, 0, 0 },
          RUN(""),
          { 0, 0, 0, 10000 } },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        OWN(buf_free) struct buf file = BUF_CAP(32 << 20);
        buf_add(&file, STR("RaS2"));
        add_page(&file, HEADER, &rows[i].shape);
        buf_add(&file, rows[i].rows);
        for (int row = 0; row < 4096 && rows[i].rows.len == 0; row++) {
            buf_add(&file, STR("\xff"));
            for (int code = 0; code < 1024; code++) {
                buf_add(&file, STR("\x7f\0"));
            }
        }
        struct pdl_input input = pdl_input_of(buf_str(&file));
        struct pdl_facts facts = pdl_facts_of(&arena, "image/pwg-raster", 100);
        struct err err;
        facts.coverage = true;
        bool ok = pdl_raster_cups_read(&input, &facts, &err) && facts.pages == 1 &&
                  facts.first->coverage.known && facts.first->coverage.error == 0 &&
                  memcmp(facts.first->coverage.ink, rows[i].ink, sizeof(rows[i].ink)) == 0;
        tap_result(ok, rows[i].name, __FILE__, __LINE__);
    }
}

int main(void)
{
    test_coverage();
    test_pieces_of_any_size();
    test_what_follows_is_left();
    test_damage_ends_at_a_uel();
    test_versions_and_syncs();
    test_planes_that_are_too_much();
    test_headers_that_cannot_be();
    return tap_done();
}
