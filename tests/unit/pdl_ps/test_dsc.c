// What the comments of a PostScript document say, and what is none of their business.
#include "pdl_ps/dsc.h"

#include "lib/tap.h"

struct case_of {
    const char *name;
    struct str text;
    struct pdl_ps_dsc want;
};

#define HEAD "%!PS-Adobe-3.0\n"

static const struct case_of cases[] = {
    { "not conforming", STR_INIT("%!PS\n%%Pages: 2\n"), { .has_pages = true, .pages = 2 } },
    { "EPS", STR_INIT("%!PS-Adobe-3.0 EPSF-3.0\n"), { .conforming = true, .epsf = true } },
    { "an EPS in name only", STR_INIT("%! EPSF-3.0\n"), { .conforming = false } },
    { "header pages",
      STR_INIT(HEAD "%%Pages: 12 1\n%%Page: 1 1\n%%Page: (ii) 2\n"),
      { .conforming = true, .has_pages = true, .pages = 12, .page_comments = 2 } },
    { "the first answer holds",
      STR_INIT(HEAD "%%Pages: 3\n%%Pages: 9\n"),
      { .conforming = true, .has_pages = true, .pages = 3 } },
    { "at the end",
      STR_INIT(HEAD "%%Pages: (atend)\n%%Page: 1 1\n%%Trailer\n%%Pages: 7\n"),
      { .conforming = true, .has_pages = true, .at_end = true, .pages = 7, .page_comments = 1 } },
    { "never at the end",
      STR_INIT(HEAD "%%Pages: (atend)\n"),
      { .conforming = true, .at_end = true } },
    { "no number",
      STR_INIT(HEAD "%%Pages: many\n%%Pages: -1\n%%Pages:\n"),
      { .conforming = true } },
    { "too large a number", STR_INIT(HEAD "%%Pages: 99999999999\n"), { .conforming = true } },
    { "lines that end with CR",
      STR_INIT("%!PS-Adobe-3.0\r%%Pages: 2\r\n%%Page: a 1\r%%Page: b 2"),
      { .conforming = true, .has_pages = true, .pages = 2, .page_comments = 2 } },
    { "an embedded document's pages",
      STR_INIT(HEAD "%%Page: 1 1\n%%BeginDocument: a\n%%Pages: 9\n%%Page: 1 1\n"
                    "%%BeginDocument: b\n%%EndDocument\n%%Page: 2 2\n%%EndDocument\n"
                    "%%EndDocument\n%%Page: 2 2\n"),
      { .conforming = true, .page_comments = 2 } },
    { "bytes of data",
      STR_INIT(HEAD "%%BeginBinary: 12\n%%Page: 1 1\n%%EndBinary\n%%Page: 2 2\n"),
      { .conforming = true, .page_comments = 1 } },
    { "lines of data",
      STR_INIT(HEAD
               "%%BeginData: 2 ASCII Lines\n%%Page: 1 1\n%%Page: 2 2\n%%EndData\n%%Page: 3 3\n"),
      { .conforming = true, .page_comments = 1 } },
    { "data that is longer than the document",
      STR_INIT(HEAD "%%BeginData: 4000000 Binary Bytes\n%%Page: 1 1\n"),
      { .conforming = true } },
    { "requirements",
      STR_INIT(HEAD "%%Requirements: duplex(tumble) numcopies(3) collate\n"),
      { .conforming = true, .copies = 3 } },
    { "requirements that make no sense",
      STR_INIT(HEAD "%%Requirements: numcopies( numcopies(x) numcopies(99999999)\n"),
      { .conforming = true } },
    { "jobs",
      STR_INIT(HEAD "showpage\n\004\004 %!PS\nshowpage\n\004\nx \004%!\n\004\004"),
      { .conforming = true, .jobs = 1 } },
    { "nothing", STR_INIT(""), { .pages = 0 } },
};

static bool same(const struct pdl_ps_dsc *a, const struct pdl_ps_dsc *b)
{
    return a->conforming == b->conforming && a->epsf == b->epsf && a->has_pages == b->has_pages &&
           a->at_end == b->at_end && a->pages == b->pages && a->page_comments == b->page_comments &&
           a->jobs == b->jobs && a->copies == b->copies;
}

static void test_a_line_that_is_too_long_is_no_comment(void)
{
    char text[600];
    memset(text, 'x', sizeof(text));
    memcpy(text, "%!PS\n%%Pages: 2 ", 16);
    struct pdl_ps_dsc dsc = pdl_ps_dsc_of((struct str){ text, sizeof(text) });
    CHECK(!dsc.has_pages);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_ps_dsc found = pdl_ps_dsc_of(cases[i].text);
        tap_result(same(&found, &cases[i].want), cases[i].name, __FILE__, __LINE__);
    }
    test_a_line_that_is_too_long_is_no_comment();
    return tap_done();
}
