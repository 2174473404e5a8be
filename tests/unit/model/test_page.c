// Every common size falls into the class that a price list means, however the page lies.
#include "model/page.h"

#include "base/str.h"
#include "lib/tap.h"

static const struct {
    const char *name;
    uint32_t width;
    uint32_t height;
    const char *want;
} cases[] = {
    { "A6", 10500, 14800, "small" },
    { "A5", 14800, 21000, "small" },
    { "statement", 13970, 21590, "small" },
    { "A4", 21000, 29700, "normal" },
    { "A4 landscape", 29700, 21000, "normal" },
    { "letter", 21590, 27940, "normal" },
    { "legal", 21590, 35560, "normal" },
    { "A3", 29700, 42000, "large" },
    { "tabloid", 27940, 43180, "large" },
    { "B4", 25000, 35300, "large" },
    { "A2", 42000, 59400, "huge" },
    { "a banner", 21000, 120000, "huge" },
    { "nothing", 0, 0, "small" },
};

static void test_tiers_of_ink(void)
{
    CHECK(page_ink_tier(0) == 0 && page_ink_tier(500) == 0 && page_ink_tier(501) == 1);
    CHECK(page_ink_tier(1000) == 1 && page_ink_tier(2000) == 2 && page_ink_tier(4000) == 3);
    CHECK(page_ink_tier(4001) == 4 && page_ink_tier(40000) == 4 && page_ink_tier(UINT32_MAX) == 4);
}

int main(void)
{
    test_tiers_of_ink();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got = page_size_name(page_size_of(cases[i].width, cases[i].height));
        tap_result(strcmp(got, cases[i].want) == 0, cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
