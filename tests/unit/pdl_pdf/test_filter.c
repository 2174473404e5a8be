#include "pdl_pdf/filter.h"

#include "lib/tap.h"

enum { OUT_MAX = 1 << 16 };

typedef bool plain_filter(struct str in, struct buf *out);

static const struct {
    const char *name;
    plain_filter *filter;
    struct str in;
    struct str out;
    bool ok;
} cases[] = {
    { "hex", pdl_pdf_filter_hex, STR_INIT("4 1\n42>43"), STR_INIT("AB"), true },
    { "hex, an odd digit", pdl_pdf_filter_hex, STR_INIT("417"), STR_INIT("Ap"), true },
    { "hex, no digit", pdl_pdf_filter_hex, STR_INIT("41x2"), STR_INIT("A"), false },
    { "base 85", pdl_pdf_filter_ascii85, STR_INIT("<~87cUR\nD]j7BEbo80~>"),
      STR_INIT("Hello world!"), true },
    { "base 85, zeros", pdl_pdf_filter_ascii85, STR_INIT("z!!~>"), STR_INIT("\0\0\0\0\0"), true },
    { "base 85, a part group", pdl_pdf_filter_ascii85, STR_INIT("87cURDZ~"), STR_INIT("Hello"),
      true },
    { "base 85, a stray byte", pdl_pdf_filter_ascii85, STR_INIT("87\x7f"), STR_INIT(""), false },
    { "runs", pdl_pdf_filter_run_length,
      STR_INIT("\x02"
               "abc"
               "\xfe"
               "x"
               "\x80"
               "zz"),
      STR_INIT("abcxxx"), true },
    { "runs, cut", pdl_pdf_filter_run_length,
      STR_INIT("\x05"
               "ab"),
      STR_INIT("ab"), true },
    { "runs, cut in a repeat", pdl_pdf_filter_run_length, STR_INIT("\xf0"), STR_INIT(""), true },
};

static void test_text_filters(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
        bool ok = cases[i].filter(cases[i].in, &out);
        tap_result(ok == cases[i].ok && str_eq(buf_str(&out), cases[i].out), cases[i].name,
                   __FILE__, __LINE__);
    }
}

// Codes of growing width, as an encoder without a table of its own would write them.
struct bits {
    struct buf *out;
    uint32_t value;
    int have;
};

static void bits_add(struct bits *bits, unsigned code, int width)
{
    bits->value = bits->value << width | code;
    bits->have += width;
    while (bits->have >= 8) {
        bits->have -= 8;
        char c = (char)(bits->value >> bits->have);
        buf_add(bits->out, (struct str){ &c, 1 });
    }
}

static int width_of(unsigned next)
{
    return next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9;
}

// Every byte as its own code: the table grows by one a code, and so do the widths.
static void lzw_plain(struct str text, bool early, struct buf *out)
{
    struct bits bits = { out, 0, 0 };
    unsigned next = 258;
    bits_add(&bits, 256, 9);
    for (size_t i = 0; i < text.len; i++) {
        bits_add(&bits, (unsigned char)text.ptr[i], width_of(next + early));
        next += i > 0 && next < 4096;
    }
    bits_add(&bits, 257, width_of(next + early));
    bits_add(&bits, 0, 7);
}

static void test_lzw_widths(void)
{
    char text[5000];
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (char)(i * 7 % 251);
    }
    for (int early = 0; early < 2; early++) {
        OWN(buf_free) struct buf in = BUF_CAP(OUT_MAX);
        OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
        lzw_plain((struct str){ text, 3700 }, early != 0, &in);
        CHECK(pdl_pdf_filter_lzw(buf_str(&in), early != 0, &out));
        CHECK(str_eq(buf_str(&out), (struct str){ text, 3700 }));
    }
}

// ISO 32000-2, 7.4.4.2: the example of the standard.
static void test_lzw_strings(void)
{
    OWN(buf_free) struct buf out = BUF_CAP(OUT_MAX);
    static const char coded[] = "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01";
    CHECK(pdl_pdf_filter_lzw((struct str){ coded, sizeof(coded) - 1 }, true, &out));
    CHECK_STR(buf_str(&out), "-----A---B");
    CHECK(!pdl_pdf_filter_lzw(STR("\xff\xff\xff"), true, &out)); // a code that cannot be there
}

static void test_the_cap_ends_a_bomb(void)
{
    char bomb[2000];
    OWN(buf_free) struct buf out = BUF_CAP(1000);
    memset(bomb, 0x81, sizeof(bomb));
    CHECK(!pdl_pdf_filter_run_length((struct str){ bomb, sizeof(bomb) }, &out));
    CHECK(out.len <= 1000);
}

static void test_predictors(void)
{
    OWN(buf_free) struct buf png = BUF_CAP(OUT_MAX);
    buf_add(&png, STR("kept\0abc\1a\1\1\2\1\1\1\3aaa\4\1\1\1\0cut"));
    struct pdf_predictor up = { 15, 1, 8, 3 };
    CHECK(pdl_pdf_filter_unpredict(&up, &png, 4));
    CHECK(png.len == 4 + 5 * 3 + 3);
    CHECK(memcmp(png.ptr, "keptabcabcbcd", 13) == 0);
    OWN(buf_free) struct buf tiff = BUF_CAP(OUT_MAX);
    buf_add(&tiff, STR("a\1\1b\1\1"));
    struct pdf_predictor left = { 2, 1, 8, 3 };
    CHECK(pdl_pdf_filter_unpredict(&left, &tiff, 0));
    CHECK_STR(buf_str(&tiff), "abcbcd");
    OWN(buf_free) struct buf nibbles = BUF_CAP(OUT_MAX);
    buf_add(&nibbles, STR("\x11\x11"));
    struct pdf_predictor four = { 2, 1, 4, 4 };
    CHECK(pdl_pdf_filter_unpredict(&four, &nibbles, 0));
    CHECK_STR(buf_str(&nibbles), "\x12\x34");
    OWN(buf_free) struct buf deep = BUF_CAP(OUT_MAX);
    buf_add(&deep, STR("\x01\xff\x00\x01"));
    struct pdf_predictor sixteen = { 2, 1, 16, 2 };
    CHECK(pdl_pdf_filter_unpredict(&sixteen, &deep, 0));
    CHECK_STR(buf_str(&deep), "\x01\xff\x02\x00");
    struct pdf_predictor odd = { 12, 1, 7, 3 };
    CHECK(!pdl_pdf_filter_unpredict(&odd, &deep, 0));
    struct pdf_predictor none = { 1, 0, 0, 0 };
    CHECK(pdl_pdf_filter_unpredict(&none, &deep, 0));
}

int main(void)
{
    test_text_filters();
    test_lzw_widths();
    test_lzw_strings();
    test_the_cap_ends_a_bomb();
    test_predictors();
    return tap_done();
}
