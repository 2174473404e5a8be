// What PJL lines ask for, and where the language behind them begins.
#include "pdl/pjl.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    const char *bytes;
    const char *language;
    uint32_t copies;
    uint32_t quantity;
    uint32_t sides;
    const char *rest;
} cases[] = {
    { "copies and quantity",
      PDL_UEL "@PJL SET COPIES = 3\r\n@pjl set qty=2\r\n@PJL ENTER LANGUAGE=pdf\r\n%PDF-1.4", "PDF",
      3, 2, 0, "%PDF-1.4" },
    { "duplex on the short edge",
      PDL_UEL "@PJL SET DUPLEX=ON\n@PJL SET BINDING=SHORTEDGE\n@PJL ENTER LANGUAGE = PCL \nX",
      "PCL", 1, 1, PDL_TWO_SIDED_SHORT, "X" },
    { "one-sided", "@PJL SET DUPLEX=OFF\n%!", "", 1, 1, PDL_ONE_SIDED, "%!" },
    { "without ENTER", PDL_UEL "@PJL JOB\n%!PS", "", 1, 1, 0, "%!PS" },
    { "copies past any sense", "@PJL SET COPIES=99999999999\n%PDF", "", 1, 1, 0, "%PDF" },
    { "a line that ends with the document", "@PJL SET COPIES=2", "", 2, 1, 0, "" },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_input input = pdl_input_of(str_of(cases[i].bytes));
        struct pdl_pjl pjl = pdl_pjl_of();
        bool ok = pdl_pjl_read(&input, &pjl) && strcmp(pjl.language, cases[i].language) == 0 &&
                  pjl.copies == cases[i].copies && pjl.quantity == cases[i].quantity &&
                  pjl.sides == cases[i].sides && pdl_input_left(&input) == strlen(cases[i].rest) &&
                  memcmp(input.at, cases[i].rest, strlen(cases[i].rest)) == 0;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    struct pdl_input none = pdl_input_of(STR("%!PS"));
    struct pdl_pjl pjl = pdl_pjl_of();
    CHECK(!pdl_pjl_read(&none, &pjl) && pdl_input_left(&none) == 4);
    return tap_done();
}
