// Words are as far apart as the letters that differ.
#include "base/near.h"

#include "lib/tap.h"
#include <stdint.h>

static const struct {
    const char *a;
    const char *b;
    size_t want;
} cases[] = {
    { "", "", 0 },           { "", "abc", 3 },         { "price", "price", 0 },
    { "mots", "most", 2 },   { "prices", "price", 1 }, { "kitten", "sitting", 3 },
    { "Price", "pRICE", 0 }, { "flaw", "lawn", 2 },    { "abc", "xyz", 3 },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str a = str_of(cases[i].a);
        struct str b = str_of(cases[i].b);
        bool good = near_distance(a, b) == cases[i].want && near_distance(b, a) == cases[i].want;
        tap_result(good, cases[i].a, __FILE__, __LINE__);
    }
    char longer[NEAR_WORD_MAX + 1];
    memset(longer, 'x', sizeof(longer));
    CHECK(near_distance((struct str){ longer, sizeof(longer) }, STR("x")) == SIZE_MAX);
    CHECK(near_distance((struct str){ longer, NEAR_WORD_MAX }, STR("x")) == NEAR_WORD_MAX - 1);
    return tap_done();
}
