// Plain text: what is on pages is asked of the files in tests/data/text by test_corpus.c; here its
// limits, the places of marks, and the UEL that ends it.
#include "pdl_line/text.h"

#include "lib/tap.h"

static bool read_text(struct str file, uint64_t pages_max, struct pdl_facts *facts,
                      struct arena *arena, size_t *left)
{
    struct err err;
    struct pdl_input input = pdl_input_of(file);
    *facts = pdl_facts_of(arena, "text/plain", pages_max);
    bool ok = pdl_line_text_read(&input, facts, &err);
    *left = pdl_input_left(&input);
    return ok;
}

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    struct str bytes;
    bool ok;
    uint64_t pages;
    size_t left;
} cases[] = {
    { "nothing", RUN(""), true, 0, 0 },
    { "up to a UEL", RUN("one\ftwo" PDL_UEL "three"), true, 2, 14 },
    { "an escape at the end", RUN("one\x1b"), true, 1, 0 },
    { "an escape that does not end", RUN("one\x1b[1;2"), true, 1, 0 },
    { "an escape that ends at the end", RUN("one\x1b[m"), true, 1, 0 },
    { "a letter that does not end", RUN("one\xe2\x82"), true, 1, 0 },
    { "as many pages as may be", RUN("\f\f\f"), true, 3, 0 },
    { "more pages than may be", RUN("\f\f\fx"), false, 3, 0 },
    { "more form feeds than may be", RUN("\f\f\f\f\f"), false, 3, 1 },
};

int main(void)
{
    OWN(arena_free) struct arena arena = ARENA_CAP(1 << 20);
    struct pdl_facts facts;
    size_t left = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool ok = read_text(cases[i].bytes, 3, &facts, &arena, &left) == cases[i].ok;
        ok = ok && facts.pages == cases[i].pages && left == cases[i].left &&
             facts.certainty == PDL_ESTIMATED;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    CHECK(read_text(STR("\n  x"), 3, &facts, &arena, &left) && facts.first->place == 3);
    return tap_done();
}
