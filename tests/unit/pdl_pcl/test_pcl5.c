// Pages, colour, blankness, copies and sides of PCL 5: what ends a page, and what marks one. Every
// case is read from memory and from a stream that brings one byte at a time.
#include "pdl_pcl/pcl5.h"

#include "lib/tap.h"

#define E "\x1b"
#define RESET E "E"

struct want {
    uint32_t pages;
    uint32_t color;
    uint32_t blank;
    uint32_t nominal;
    uint64_t impressions;
    enum pdl_certainty certainty; // the worst of the document and its pages
};

static const struct {
    const char *name;
    struct str bytes;
    struct want want;
} cases[] = {
    // What ends a page.
    { "a form feed ends a page, also an empty one", STR_INIT("\f\f"), { 2, 0, 2, 0, 2, 1 } },
    { "text is printed at the end", STR_INIT("text"), { 1, 0, 0, 0, 1, 1 } },
    { "spaces alone are not printed at the end", STR_INIT("   \r\n  "), { 0, 0, 0, 0, 0, 1 } },
    { "a reset prints what is marked", STR_INIT(RESET "text" RESET RESET), { 1, 0, 0, 0, 1, 1 } },
    { "page size ends a marked page", STR_INIT("x" E "&l26A" E "&l2A"), { 1, 0, 0, 0, 1, 1 } },
    { "so do source, media type, duplex and side",
      STR_INIT("x" E "&l1Hx" E "&l1Mx" E "&l1Sx" E "&a0Gx"),
      { 5, 0, 0, 0, 5, 1 } },
    { "orientation only when it changes", STR_INIT("x" E "&l0Ox" E "&l1Ox"), { 2, 0, 0, 0, 2, 1 } },
    { "chained finals",
      STR_INIT(E "&l2x1S"
                 "x\f"),
      { 1, 0, 0, 0, 2, 1 } },
    { "copies when the page ends", STR_INIT(E "&l3Xa\f" E "&l2Xb\fc\f"), { 3, 0, 0, 0, 7, 1 } },
    { "copies of none are ignored", STR_INIT(E "&l0Xa\f"), { 1, 0, 0, 0, 1, 1 } },
    { "a reset forgets copies", STR_INIT(E "&l4Xa" RESET "b\f"), { 2, 0, 0, 0, 5, 1 } },
    { "a form feed in data is data",
      STR_INIT(E "*b3W\f\f\f" E "(s2W\f\f" E "&p1X\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "a form feed in unknown data is data",
      STR_INIT(E "*o2W\f\f" E "$b1W\f"),
      { 0, 0, 0, 0, 0, 1 } },
    // Where line feeds end pages: 60 of Letter's, 64 of A4's.
    { "the last row", STR_INIT(E "&l2A" E "&a58R\nx"), { 1, 0, 0, 0, 1, 1 } },
    { "a row past the text area", STR_INIT(E "&l2A" E "&a59R\nx"), { 2, 0, 1, 0, 2, 1 } },
    { "a row past the logical page", STR_INIT(E "&l2A" E "&a+66Rx"), { 2, 0, 1, 0, 2, 1 } },
    { "perforation skip off", STR_INIT(E "&l2a0L" E "&a+60R\nx"), { 1, 0, 0, 0, 1, 1 } },
    // Macros.
    { "a macro prints when it is run",
      STR_INIT(E "&f1y0Xx\f" E "&f1X" E "&f2X" E "&f3X"),
      { 2, 0, 0, 0, 2, 1 } },
    { "a macro runs itself three times deep",
      STR_INIT(E "&f1y0Xx\f" E "&f2X" E "&f1X" E "&f2X"),
      { 3, 0, 0, 0, 3, 1 } },
    { "an overlay marks each page",
      STR_INIT(E "&f1y0Xx" E "&f1X" E "&f4X\f\f" E "&f5X\f"),
      { 3, 0, 1, 0, 3, 1 } },
    { "a reset drops temporary macros",
      STR_INIT(E "&f1y0Xx\f" E "&f1X" RESET E "&f1y2X"),
      { 0, 0, 0, 0, 0, 1 } },
    { "a permanent macro stays",
      STR_INIT(E "&f1y0Xx\f" E "&f1X" E "&f10X" RESET E "&f1y2X"),
      { 1, 0, 0, 0, 1, 1 } },
    { "display functions run no form feed", STR_INIT(E "Y\f\fx" E "Z"), { 1, 0, 0, 0, 1, 1 } },
    // Colour.
    { "text in red",
      STR_INIT(E "*r3U" E "*v1S"
                 "text\f"),
      { 1, 1, 0, 1, 1, 1 } },
    { "text in white",
      STR_INIT(E "*r3U" E "*v7S"
                 "text\f"),
      { 1, 0, 1, 1, 1, 1 } },
    { "an entry that is set",
      STR_INIT(E "*v6W\0\1\4\10\10\10" E "*v200a0b0c5I" E "*v5Sx\f"),
      { 1, 1, 0, 1, 1, 1 } },
    { "an entry of neutral grey",
      STR_INIT(E "*v6W\0\1\4\10\10\10" E "*v90a90b91c5I" E "*v5Sx\f"),
      { 1, 0, 0, 1, 1, 1 } },
    { "a colour that is not used",
      STR_INIT(E "*v6W\0\1\4\10\10\10"
                 "x\f"),
      { 1, 0, 0, 1, 1, 1 } },
    { "colour printed in grey", STR_INIT(E "&b1M" E "*r3U" E "*v1Sx\f"), { 1, 0, 0, 1, 1, 1 } },
    { "a white rule is nothing", STR_INIT(E "*c99a99b1P\f"), { 1, 0, 1, 0, 1, 1 } },
    { "a rule marks", STR_INIT(E "*c99a99b0P" RESET), { 1, 0, 0, 0, 1, 1 } },
    { "an empty raster is nothing",
      STR_INIT(E "*r1A" E "*b2W\0\0" E "*rB\f"),
      { 1, 0, 1, 0, 1, 1 } },
    { "a pixel marks", STR_INIT(E "*r1A" E "*b2W\0\1" E "*rB\f"), { 1, 0, 0, 0, 1, 1 } },
    { "a pixel past the source's width does not",
      STR_INIT(E "*r8S" E "*r1A" E "*b2W\0\1" E "*rB\f"),
      { 1, 0, 1, 0, 1, 1 } },
    { "planes: cyan",
      STR_INIT(E "*r-3U" E "*r1A" E "*b1V\1" E "*b1V\0" E "*b1W\0" E "*rC\f"),
      { 1, 1, 0, 1, 1, 1 } },
    { "planes: black of three",
      STR_INIT(E "*r-3U" E "*r1A" E "*b1V\1" E "*b1V\1" E "*b1W\1" E "*rC\f"),
      { 1, 0, 0, 1, 1, 1 } },
    { "pixels of grey and white",
      STR_INIT(E "*v6W\0\3\0\10\10\10" E "*r1A" E "*b6W\377\377\377\200\200\201" E "*rC\f"),
      { 1, 0, 0, 1, 1, 1 } },
    { "a pixel of colour",
      STR_INIT(E "*v6W\0\3\0\10\10\10" E "*r1A" E "*b6W\377\377\377\200\200\210" E "*rC\f"),
      { 1, 1, 0, 1, 1, 1 } },
    { "it ends within data", STR_INIT("x\fy" E "*b9W\1"), { 2, 0, 0, 0, 2, 3 } },
};

struct trickle {
    struct str bytes;
    size_t at;
};

static size_t trickle_fill(void *source, uint8_t *into, size_t room)
{
    struct trickle *trickle = source;
    if (room == 0 || trickle->at == trickle->bytes.len) {
        return 0;
    }
    *into = (uint8_t)trickle->bytes.ptr[trickle->at++];
    return 1;
}

static struct want read_all(struct pdl_input *input)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pcl", 1000);
    struct err err;
    CHECK(pdl_facts_part(&facts, facts.format, 0, &err));
    facts.part->form = (struct pdl_form){ .width = 21000, .height = 29700 };
    CHECK(pdl_pcl_read(input, &facts, &err));
    struct want got = { .pages = (uint32_t)facts.pages, .certainty = facts.certainty };
    for (const struct pdl_run *run = facts.first; run != NULL; run = run->next) {
        got.color += run->color ? run->count : 0;
        got.blank += run->blank ? run->count : 0;
        got.nominal += run->nominal ? run->count : 0;
        got.impressions += (uint64_t)run->count * run->copies;
        got.certainty = run->certainty > got.certainty ? run->certainty : got.certainty;
    }
    return got;
}

static bool is_same(struct want a, struct want b)
{
    return a.pages == b.pages && a.color == b.color && a.blank == b.blank &&
           a.nominal == b.nominal && a.impressions == b.impressions && a.certainty == b.certainty;
}

static void test_cases(void)
{
    static uint8_t window[PDL_INPUT_WINDOW];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_input memory = pdl_input_of(cases[i].bytes);
        struct want got = read_all(&memory);
        struct trickle trickle = { .bytes = cases[i].bytes };
        struct pdl_input stream = pdl_input_stream(trickle_fill, &trickle, window);
        struct want streamed = read_all(&stream);
        char label[200];
        (void)snprintf(label, sizeof(label), "%s: %u pages, %u colour, %u blank, %llu impressions",
                       cases[i].name, got.pages, got.color, got.blank,
                       (unsigned long long)got.impressions);
        tap_result(is_same(got, cases[i].want) && is_same(streamed, got), label, __FILE__,
                   __LINE__);
    }
}

int main(void)
{
    test_cases();
    return tap_done();
}
