// Pages, colour, blankness, copies and sides of PCL 5: what ends a page, and what marks one. Every
// case is read from memory and from a stream that brings one byte at a time.
#include "pdl_pcl/pcl5.h"

#include "base/buf.h"
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
    // Numbers, sequences that break off, and what is not known.
    { "fractions", STR_INIT(E "&l2a4.5C" E "*c9.51h2.25v0P" RESET), { 1, 0, 0, 0, 1, 1 } },
    { "a second point", STR_INIT(E "&l2.5.5Xx\f"), { 1, 0, 0, 0, 2, 1 } },
    { "it ends behind an escape", STR_INIT("x" E), { 1, 0, 0, 0, 1, 3 } },
    { "it ends behind a class", STR_INIT("x" E "&"), { 1, 0, 0, 0, 1, 3 } },
    { "it ends in a plotter's control", STR_INIT("x" E ".H1;"), { 1, 0, 0, 0, 1, 1 } },
    { "a broken sequence within a macro",
      STR_INIT(E "&f1y0X" E "&l2\r" E "\001" E "&f1X" E "&f2Xx\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "numbers past any sense",
      STR_INIT(E "&l99999999999999999999Ax" E "&l99999999999Xy\f"),
      { 1, 0, 0, 0, 32767, 4 } },
    { "rows without an escape of their own",
      STR_INIT(E "*b0M" E "*b9Y1w\0011w\001" E "*b1W\0011w\f" E "*rC\f"),
      { 1, 0, 0, 0, 1, 3 } },
    { "returns that are displayed", STR_INIT(E "Yx\r\f" E "Z\f"), { 1, 0, 0, 0, 1, 1 } },
    // Places.
    { "columns and decipoints", STR_INIT(E "&a200Cx" E "&a-9H" E "&a0Cy\f"), { 1, 0, 0, 0, 1, 1 } },
    { "past the right margin nothing is printed",
      STR_INIT(E "&a10M" E "&a90Cx" E "*p99999Xx" RESET),
      { 0, 0, 0, 0, 0, 1 } },
    { "a right margin left of the cursor",
      STR_INIT(E "&a50C" E "&a10Mx" RESET),
      { 0, 0, 0, 0, 0, 1 } },
    { "margins that are cleared",
      STR_INIT(E "&a5l9M" E "9" E "&a20Cx" RESET),
      { 1, 0, 0, 0, 1, 1 } },
    { "a text length of none is the usual",
      STR_INIT(E "&l2a10f0F" E "&a58R\nx"),
      { 1, 0, 0, 0, 1, 1 } },
    { "half a turn",
      STR_INIT(E "&l2a"
                 "1O" E "&a180P" E "&f0S\n" E "&a90P" E "&f1S" E "&a270P" E "&f0S" E "&a0P" E
                 "&f1Sx\f"),
      { 2, 0, 1, 0, 2, 1 } },
    { "a turned text ends its page at the side",
      STR_INIT(E "&l2A" E "&a270P\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
                 "\n\n\n\n\n\n\n\n\n\n\n\n\nx"),
      { 2, 0, 1, 0, 2, 1 } },
    { "an index of the columns",
      STR_INIT(E "&s0C" E "&k240H"
                 "xxxxx\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "pitch modes",
      STR_INIT(E "&k2S" E "&k9S" E "&u600D" E "&u7D" E "&u9999Dx\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "a logical page",
      STR_INIT(E "&a10W\0\0\0\0\0\0\20\0\20\0x" E "&a4W\0\0\0\0\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "half units", STR_INIT(E "*p-1.5X" E "*p+1.5Yx\f"), { 1, 0, 0, 0, 1, 1 } },
    { "returns before line and form feeds", STR_INIT(E "&k3Gx\n\f"), { 1, 0, 0, 0, 1, 1 } },
    { "media by a font's control",
      STR_INIT("x" E "*c100F" E "*c2Fx" E "&r1F"),
      { 2, 0, 0, 0, 2, 1 } },
    { "the upper edge in reverse portrait",
      STR_INIT(E "&l2O" E "*p-9999Yx" RESET),
      { 0, 0, 0, 0, 0, 1 } },
    // Fonts.
    { "characters of two bytes",
      STR_INIT(E "&t21P!\f" E "&t31P\203\fx" E "&t38P\377\fx"),
      { 1, 0, 0, 0, 1, 1 } },
    { "characters of UTF-8",
      STR_INIT(E "&t83P\303\251\342\202\254\360\237\230\200\370\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "half a character", STR_INIT(E "&t21Px"), { 1, 0, 0, 0, 1, 1 } },
    { "codes of Roman-8 that are none",
      STR_INIT("\200\1\240\f" E "(10U\1\f" E "(3@\1\f"),
      { 3, 0, 2, 0, 3, 1 } },
    { "the second font",
      STR_INIT(E "&s0C" E ")s20H\16"
                 "x\17x\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "lines of a proportional font",
      STR_INIT(E "&l2A" E "&s0C" E "(s1p72V" E "&a58R"
                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
      { 2, 0, 0, 0, 2, 3 } },
    { "a character over another, where lines wrap",
      STR_INIT(E "&s0C"
                 "a\b_\t\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "a proportional space", STR_INIT(E "(s1P" E "&a2L \f"), { 1, 0, 1, 0, 1, 1 } },
    // Palettes and patterns.
    { "planes that are none", STR_INIT(E "*r2Ux\f"), { 1, 0, 0, 0, 1, 1 } },
    { "entries of CMY",
      STR_INIT(E "*v6W\1\1\4\10\10\10" E "*v255a0b0c5I" E "*v5Sx\f"),
      { 1, 1, 0, 1, 1, 1 } },
    { "entries of Lab",
      STR_INIT(E "*v6W\3\1\4\10\10\10" E "*v50a60b0c5I" E "*v5Sx\f"),
      { 1, 1, 0, 1, 1, 1 } },
    { "entries of brightness and two axes",
      STR_INIT(E "*v6W\4\1\4\10\10\10" E "*v.5a0b0c5I" E "*v5Sx\f" E "*v.5a.3b0c5I" E "*v5Sx\f"),
      { 2, 1, 0, 2, 2, 1 } },
    { "a palette of one bit", STR_INIT(E "*v6W\0\1\0\10\10\10" E "*v1Sx\f"), { 1, 0, 0, 1, 1, 1 } },
    { "configurations that are none",
      STR_INIT(E "*v6W\11\0\0\0\0\0" E "*v6W\0\1\3\0\0\0" E "*v6W\0\0\11\0\0\0" E "*v2W\0\0x\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "pixels of later DeskJets",
      STR_INIT(E "*g2W\6\37" E "*r1A" E "*b3W\320\20\20" E "*rC\f" E "*g1W\2" E "*g2W\2\1\f"),
      { 2, 1, 1, 1, 2, 1 } },
    { "inks of four levels",
      STR_INIT(E "*g20W\2\3\1\54\1\54\0\4\1\54\1\54\0\4\1\54\1\54\0\4" E "*r8S" E "*r1A" E
                 "*b1V\1" E "*b1V\1" E "*b1V\1" E "*b1V\1" E "*b1V\1" E "*b1W\1" E "*rC\f" E
                 "*r1A" E "*b1V\1" E "*b1W\1" E "*rC\f"),
      { 2, 1, 0, 2, 2, 1 } },
    { "black alone of inks",
      STR_INIT(E "*g8W\2\1\1\54\1\54\0\2" E "*r1A" E "*b1W\1" E "*rC\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "patterns that are deleted",
      STR_INIT(E "*c3G" E "*c9W\0\0\1\0\0\1\0\10\377" E "*c9a9b4P\f" E "*c2Q" E "*c4P\f" E
                 "*c9W\0\0\1"
                 "\0\0\1\0\10\377" E "*c1Q" E "*c4P\f" E "*c1W\0"),
      { 3, 0, 2, 0, 3, 1 } },
    { "text through a pattern that is not there",
      STR_INIT(E "*c9G" E "*v4Tx\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "a rule in the current pattern",
      STR_INIT(E "*v1T" E "*c9a9b5P\f" E "*v0T" E "*c5P\f"),
      { 2, 0, 1, 0, 2, 1 } },
    { "hatches", STR_INIT(E "*c9a9b1g3P\f" E "*c7g3P" RESET), { 1, 0, 0, 0, 1, 1 } },
    { "what leaves the page as it is",
      STR_INIT(E "*l170Ox\f" E "*l255Ox\f"),
      { 2, 0, 2, 0, 2, 1 } },
    { "a palette that is popped from nothing", STR_INIT(E "*p1Px\f"), { 1, 0, 0, 0, 1, 1 } },
    { "more palettes than are kept",
      STR_INIT(E "&p1i6C" E "&p2i6C" E "&p3i6C" E "&p4i6C" E "&p5i6C" E "&p6i6C" E "&p7i6C" E
                 "&p8i6C" E "&p9i6C" E "&p10i6C" E "&p11i6C" E "&p12i6C" E "&p13i6C" E "&p14i6C" E
                 "&p15i6C" E "&p16i6C" E "&p17i6Cx\f"),
      { 1, 0, 0, 0, 1, 3 } },
    // Rasters.
    { "a raster that is scaled",
      STR_INIT(E "*r8s8T" E "*t720V" E "*r3A" E "*b1W\1" E "*rB\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "planes that do not come",
      STR_INIT(E "*r-3U" E "*r1A" E "*b1W\1" E "*rC\f"),
      { 1, 1, 0, 1, 1, 1 } },
    { "more planes than there are",
      STR_INIT(E "*r1A" E "*b1V\0" E "*b1V\1" E "*b1W\1" E "*rC\f"),
      { 1, 0, 1, 0, 1, 1 } },
    { "pixels behind the width",
      STR_INIT(E "*v6W\0\1\10\10\10\10" E "*r1S" E "*r1A" E "*b2W\7\1" E "*rC\f"),
      { 1, 0, 1, 0, 1, 1 } },
    { "what is not judged of a page that is known",
      STR_INIT("x" E "*r1A" E "*b6M" E "*b6Wxxxxxx" E "*rC\f"),
      { 1, 0, 0, 0, 1, 1 } },
    { "a fax of nothing",
      STR_INIT(E "*r1A" E "*b6M" E "*b2Wxx" E "*b10M" E "*b0W" E "*rC\f"),
      { 1, 0, 1, 0, 1, 1 } },
    { "adaptive rows of a method that is none",
      STR_INIT(E "*r1A" E "*b5M" E "*b4W\11\0\1\1" E "*rC\f"),
      { 1, 0, 1, 0, 1, 1 } },
    { "an implicit raster ends with text",
      STR_INIT(E "*b1W\1"
                 "x\f"),
      { 1, 0, 0, 0, 1, 1 } },
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

// A document that is made of pieces: before, count times the piece, after.
static struct want read_many(struct str before, struct str piece, size_t count, struct str after)
{
    OWN(buf_free) struct buf buf = BUF_CAP(64 << 20);
    buf_add(&buf, before);
    for (size_t i = 0; i < count; i++) {
        buf_add(&buf, piece);
    }
    buf_add(&buf, after);
    CHECK(buf_ok(&buf));
    struct pdl_input input = pdl_input_of(buf_str(&buf));
    return read_all(&input);
}

static void test_macros_that_are_large_or_many(void)
{
    struct want got = read_many(STR(E "&f1y0X"), STR("macro "), 2000, STR(E "&f1X" E "&f2x9X\f"));
    CHECK(got.pages == 1 && got.blank == 0 && got.certainty == PDL_EXACT);
    got = read_many(STR(E "&f1y0X"),
                    STR(E "*o99Wxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
                    200000, STR(E "&f1X" E "&f2X\f"));
    CHECK(got.pages == 1 && got.certainty == PDL_ESTIMATED);
    // The sequence goes on in the macro, which is made anew with each number it has.
    char piece[] = E "&f0000y0x1X";
    OWN(buf_free) struct buf buf = BUF_CAP(1 << 20);
    for (int i = 0; i < 300; i++) {
        (void)snprintf(piece, sizeof(piece), E "&f%04dy0x1X", i);
        buf_add(&buf, str_of(piece));
    }
    struct pdl_input input = pdl_input_of(buf_str(&buf));
    got = read_all(&input);
    CHECK(got.pages == 0 && got.certainty == PDL_ESTIMATED);
}

static void test_limits(void)
{
    struct want got = read_many(STR(E "*b300000W"), STR("x"), 300000, STR(E "*rC\f"));
    CHECK(got.pages == 1 && got.blank == 0 && got.certainty == PDL_ESTIMATED);
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pcl", 3);
    struct pdl_input input = pdl_input_of(STR("\f\f\f\f\f"));
    struct err err;
    CHECK(!pdl_pcl_read(&input, &facts, &err) && err.code == ERR_LIMIT);
}

// Duplex: a page that goes back to the front begins a sheet.
static void test_new_sheets(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/vnd.hp-pcl", 100);
    struct pdl_input input = pdl_input_of(STR(E "&l26a1Sa" E "&a1Gb\fc" E "&a2Gd\fe\f"));
    struct err err;
    CHECK(pdl_pcl_read(&input, &facts, &err) && facts.pages == 5);
    const struct pdl_run *run = facts.first;
    CHECK(run->count == 1 && !run->new_sheet && run->sides == PDL_TWO_SIDED_LONG);
    run = run->next; // b, on the front again
    CHECK(run->count == 1 && run->new_sheet);
    run = run->next; // c and d on the back, e on the front
    CHECK(run != NULL && facts.part->page == 5);
}

int main(void)
{
    test_cases();
    test_macros_that_are_large_or_many();
    test_limits();
    test_new_sheets();
    return tap_done();
}
