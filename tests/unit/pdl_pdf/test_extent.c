// Where one PDF ends: by texts that are short, and the same for what libqpdf would not get through.
#include "pdl_pdf/extent.h"

#include "base/buf.h"
#include "base/cc.h"
#include "lib/tap.h"

enum { BUF_MAX = 4 << 20 };

#define BODY "%PDF-1.4\n1 0 obj<</A 1>>endobj\n"

// A PDF whose table stands where its last words say: the header and object above are 31 bytes.
#define ONE BODY "xref\n0 0\ntrailer<<>>\nstartxref\n31\n%%EOF\n"

static const struct {
    const char *name;
    const char *text;
    size_t len; // 0: all of it
} cases[] = {
    { "one alone", ONE, 0 },
    { "one behind the other", ONE ONE, sizeof(ONE) - 1 },
    { "three with padding", ONE "\r\n \x04" ONE ONE, sizeof(ONE) - 1 + 4 },
    { "a table that points nowhere", BODY "startxref\n9999\n%%EOF\n", 0 },
    { "an update that repeats the header",
      ONE "%PDF-1.4\n2 0 obj<<>>endobj\nxref\n0 0\ntrailer<</Prev 31>>\nstartxref\n98\n%%EOF\n",
      0 },
    { "a header inside", BODY "stream\n%PDF-1.4\nendstream\nstartxref\n9999\n%%EOF", 0 },
    { "made for the web",
      "%PDF-1.4\n1 0 obj<</Linearized 1/L 99/N 1>>endobj\nxref\nstartxref\n0\n%%EOF\n"
      "%PDF-\nstartxref\n48\n%%EOF\n",
      0 },
    { "no end at all", BODY, 0 },
    { "an empty one", "", 0 },
};

static void test_extents(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str text = str_of(cases[i].text);
        size_t want = cases[i].len == 0 ? text.len : cases[i].len;
        tap_result(pdl_pdf_extent_of(text) == want, cases[i].name, __FILE__, __LINE__);
    }
}

static void test_marks(void)
{
    CHECK(pdl_pdf_extent_has_end(STR("%PDF-1.4\n%%EOF")));
    CHECK(!pdl_pdf_extent_has_end(STR("%PDF-1.4\n%%EO")));
    CHECK(pdl_pdf_extent_is_pclm(STR("%PDF-1.7\n%PCLm 1.0\n")));
    CHECK(!pdl_pdf_extent_is_pclm(STR("%PDF-1.7\n%\xe2\xe3\n%PCLm 1.0\n")));
    CHECK(!pdl_pdf_extent_is_pclm(STR("%PDF-1.7")));
}

static bool slow_with(const char *line, size_t bytes)
{
    OWN(buf_free) struct buf text = BUF_CAP(BUF_MAX);
    buf_add(&text, STR(ONE));
    while (text.len < bytes) {
        buf_add(&text, str_of(line));
    }
    buf_add(&text, STR("startxref\n0\n%%EOF\n"));
    return pdl_pdf_extent_is_slow(buf_str(&text));
}

static void test_slow_ones(void)
{
    CHECK(slow_with("%\n", 400000));
    CHECK(slow_with("  \t\n", 800000));
    CHECK(slow_with("% a comment like any other\n", 2000000));
    char many[1028]; // one of many short runs
    memset(many, '\n', sizeof(many));
    for (size_t i = 0; i < 1024; i += 2) {
        many[i] = '%';
    }
    memcpy(many + 1024, "x\n", 3);
    CHECK(slow_with(many, 4000000));
    CHECK(!slow_with("%\n", 8000));
    CHECK(!slow_with("0 0 m 9 9 l S\n", 2000000));
    CHECK(!slow_with("0 0 m 9 9 l S\n% a comment\n", 2000000));
    CHECK(!slow_with("all on one line ", 2000000));
}

int main(void)
{
    test_extents();
    test_marks();
    test_slow_ones();
    return tap_done();
}
