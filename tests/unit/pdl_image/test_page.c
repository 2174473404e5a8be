// A picture on paper: when its density is believed, and what is assumed otherwise.
#include "pdl_image/page.h"

#include "lib/tap.h"

static const struct {
    const char *name;
    struct pdl_image_size size;
    uint32_t width, height;
    bool assumed;
    uint16_t error; // of half a page of black
    const char *says;
} cases[] = {
    { "its own size", { 1654, 2339, 200, 200 }, 21006, 29705, false, 0, NULL },
    { "pixels that are not square", { 1728, 1143, 204, 98 }, 21515, 29625, false, 0, NULL },
    { "no density, of the shape of A4",
      { 2100, 2970, 0, 0 },
      21000,
      29700,
      true,
      0,
      "does not say" },
    { "no density, a square", { 1000, 1000, 0, 0 }, 21000, 29700, true, 1464, "does not say" },
    { "no density, wide", { 2000, 1000, 0, 0 }, 29700, 21000, true, 1464, "does not say" },
    { "one density only", { 2100, 2970, 200, 0 }, 21000, 29700, true, 0, "does not say" },
    { "a stamp", { 210, 297, 300, 300 }, 21000, 29700, true, 0, "no sheet of paper" },
    { "a wall", { 21000, 29700, 40, 40 }, 21000, 29700, true, 0, "no sheet of paper" },
    { "a strip of paper", { 400, 9000, 100, 100 }, 21000, 29700, true, 4686, "no sheet of paper" },
    { "ten dots an inch",
      { 210, 297, 10, 10 },
      21000,
      29700,
      true,
      0,
      "says 10 x 10 dots an inch" },
    { "too many dots", { 210, 297, 1e300, 300 }, 21000, 29700, true, 0, "not believed" },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        OWN(arena_free) struct arena arena = ARENA_CAP(1 << 16);
        struct pdl_facts facts = pdl_facts_of(&arena, "image/png", 10);
        struct pdl_run run = { .coverage = { .ink = { 0, 0, 0, 5000 }, .known = true } };
        pdl_image_page_size(&cases[i].size, &facts, &run);
        bool ok = run.width == cases[i].width && run.height == cases[i].height &&
                  (facts.certainty == PDL_ESTIMATED) == cases[i].assumed &&
                  facts.reason_count == cases[i].assumed;
        ok = ok && run.coverage.error + 2 >= cases[i].error &&
             run.coverage.error <= cases[i].error + 2;
        ok = ok && (cases[i].says == NULL || strstr(facts.reasons[0], cases[i].says) != NULL);
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
