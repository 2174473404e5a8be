// Pictures of ink: what adds up, and what is not as it was asked for.
#include "pdl_ps/inks.h"

#include "lib/tap.h"

#define HEAD "P7\nWIDTH 2\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\n# made by hand\nENDHDR\n"
#define NONE "\0\0\0\0"
#define FULL "\377\0\0\0"
#define HALF "\0\0\177\200"

static const struct {
    const char *name;
    struct str stream;
    uint64_t pages;
    enum pdl_certainty certainty;
    uint16_t ink[PDL_INKS]; // of the first page
} cases[] = {
    { "no picture", STR_INIT(""), 0, PDL_EXACT, { 0 } },
    { "nothing on it", STR_INIT(HEAD NONE NONE NONE NONE), 1, PDL_EXACT, { 0 } },
    { "a quarter of cyan", STR_INIT(HEAD NONE NONE NONE FULL), 1, PDL_EXACT, { 2500, 0, 0, 0 } },
    { "two inks", STR_INIT(HEAD HALF HALF HALF HALF), 1, PDL_EXACT, { 0, 0, 4980, 5020 } },
    { "two pictures",
      STR_INIT(HEAD FULL FULL FULL FULL HEAD NONE NONE NONE NONE),
      2,
      PDL_EXACT,
      { 10000, 0, 0, 0 } },
    { "cut in a row", STR_INIT(HEAD NONE NONE NONE "\0"), 0, PDL_EXACT, { 0 } },
    { "cut in the second header",
      STR_INIT(HEAD NONE NONE NONE FULL "P7\nWID"),
      1,
      PDL_UNKNOWN,
      { 2500 } },
    { "another picture", STR_INIT("P6\n2 2\n255\n"), 0, PDL_UNKNOWN, { 0 } },
    { "a first line that does not end",
      STR_INIT("P7xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
               "xxxxxx"
               "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"),
      0,
      PDL_UNKNOWN,
      { 0 } },
    { "RGB",
      STR_INIT("P7\nWIDTH 2\nHEIGHT 2\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n"),
      0,
      PDL_UNKNOWN,
      { 0 } },
    { "no width",
      STR_INIT("P7\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\n"),
      0,
      PDL_UNKNOWN,
      { 0 } },
    { "a width of 2^40",
      STR_INIT("P7\nWIDTH 1099511627776\nHEIGHT 2\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\n"),
      0,
      PDL_UNKNOWN,
      { 0 } },
    { "a header without end",
      STR_INIT("P7\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\n#\nENDHDR\n"),
      0,
      PDL_UNKNOWN,
      { 0 } },
};

static void test_too_many_pages_are_a_limit(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 1);
    struct pdl_input input = pdl_input_of(STR(HEAD NONE NONE NONE NONE HEAD NONE NONE NONE NONE));
    struct err err;
    CHECK(!pdl_ps_inks_read(&input, &facts, &err));
}

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/postscript", 10);
        struct pdl_input input = pdl_input_of(cases[i].stream);
        struct err err;
        bool ok = pdl_ps_inks_read(&input, &facts, &err) && facts.pages == cases[i].pages &&
                  facts.certainty == cases[i].certainty;
        ok = ok &&
             (facts.pages == 0 ||
              (facts.first->coverage.known && facts.first->coverage.error == PDL_PS_INKS_ERROR &&
               memcmp(facts.first->coverage.ink, cases[i].ink, sizeof(cases[i].ink)) == 0));
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    test_too_many_pages_are_a_limit();
    return tap_done();
}
