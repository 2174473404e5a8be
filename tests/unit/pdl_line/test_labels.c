// Labels: what a job asks for is told in a note, and pages are not.
#include "pdl_line/labels.h"

#include "lib/tap.h"

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    const char *format;
    struct str bytes;
    const char *says;
} cases[] = {
    { "ZPL", "application/vnd.zebra-zpl", RUN("^XA^XZ^XA^PQ4^XZ"), " 5 labels" },
    { "ZPL of none", "application/vnd.zebra-zpl", RUN("^XA^PQ2"), " 0 labels" },
    { "ZPL without a number", "application/vnd.zebra-zpl", RUN("^XA^PQ,2^XZ"), " 1 labels" },
    { "ZPL of too many", "application/vnd.zebra-zpl", RUN("^XA^PQ99999999999999999999999^XZ"),
      " 99999999 labels" },
    { "ZPL with bytes past its end", "application/vnd.zebra-zpl", RUN("^XA^GFB,99,99,1,^XZ"),
      " 0 labels" },
    { "ZPL with no bytes", "application/vnd.zebra-zpl", RUN("^XA^GFB,99^XZ"), " 1 labels" },
    { "ZPL up to a UEL", "application/vnd.zebra-zpl", RUN("\x1b^XA^XZ" PDL_UEL "^XA^XZ"),
      " 1 labels" },
    { "EPL", "application/x-epl", RUN("N\nP2\nN\nP1,3"), " 5 labels" },
    { "EPL with bytes past its end", "application/x-epl", RUN("N\nGW1,1,99,99,P2\nP2\n"),
      " 0 labels" },
    { "EPL with no bytes", "application/x-epl", RUN("N\nGW1\nP2\n"), " 2 labels" },
    { "TSPL", "application/x-tspl", RUN("SIZE 1,1\nPRINT 2,2\n" PDL_UEL "PRINT 1\n"), " 4 labels" },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, cases[i].format, 100);
        struct pdl_input input = pdl_input_of(cases[i].bytes);
        struct err err;
        bool ok = pdl_facts_part(&facts, cases[i].format, 0, &err) &&
                  pdl_line_labels_read(&input, &facts, &err) && facts.pages == 0 &&
                  facts.certainty == PDL_UNKNOWN && facts.reason_count == 1 &&
                  strstr(facts.reasons[0], cases[i].says) != NULL;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
