// PRESCRIBE before a document: what only sets something is passed over, what draws is not.
#include "pdl/prescribe.h"

#include "lib/tap.h"

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    struct str bytes;
    bool taken;
    size_t left;
    uint32_t copies;
    uint32_t sides;
} cases[] = {
    { "none", RUN("%!PS"), false, 4, 1, 0 },
    { "copies and sides", RUN("!R! copy 3; DUPX 2;EXIT;%!PS"), true, 4, 3, PDL_TWO_SIDED_SHORT },
    { "one side", RUN("!R!DUPX 0;EXIT;"), true, 0, 1, PDL_ONE_SIDED },
    { "nonsense in numbers", RUN("!R!COPY 0;COPY x;DUPX 7;EXIT;"), true, 0, 1, 0 },
    { "texts with semicolons", RUN("!R!JOBD \"a;b\";\nCMNT 'it;s';\r\nEXIT,E;rest"), true, 4, 1,
      0 },
    { "a page", RUN("!R!COPY 2;PAGE;EXIT;"), false, 20, 1, 0 },
    { "text", RUN("!R!TEXT 'x';EXIT;"), false, 17, 1, 0 },
    { "no exit", RUN("!R!COPY 2;"), false, 10, 1, 0 },
    { "a text without an end", RUN("!R!CMNT 'x;EXIT;"), false, 16, 1, 0 },
    { "no name", RUN("!R!;EXIT;"), false, 9, 1, 0 },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, "application/octet-stream", 100);
        struct pdl_input input = pdl_input_of(cases[i].bytes);
        struct pdl_pjl pjl = pdl_pjl_of(NULL);
        bool taken = pdl_prescribe_read(&input, &pjl, &facts);
        bool ok = taken == cases[i].taken && pdl_input_left(&input) == cases[i].left &&
                  pjl.now.copies == cases[i].copies && pdl_pjl_sides(&pjl) == cases[i].sides &&
                  facts.reason_count == (taken ? 1 : 0);
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
