// A drawn page shows colour, grey or nothing, or is no picture.
#include "pdl/picture.h"

#include "lib/tap.h"

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    struct str bytes;
    bool ok, color, blank;
} cases[] = {
    { "white", RUN("P6\n2 1\n255\n\xff\xff\xff\xff\xff\xff"), true, false, true },
    { "grey", RUN("P6\n2 1\n255\n\xff\xff\xff\x7f\x7f\x7f"), true, false, false },
    { "red", RUN("P6\n2 1\n255\n\xff\xff\xff\xff\0\0"), true, true, false },
    { "cut", RUN("P6\n2 1\n255\n\xff\xff\xff\xff\0"), false, false, false },
    { "empty", RUN(""), false, false, false },
    { "another kind", RUN("P5\n2 1\n255\n\xff\xff"), false, false, false },
    { "huge", RUN("P6\n65536 65536\n255\n\xff"), false, false, false },
    { "not a number", RUN("P6\n2x 1\n255\n\xff\xff\xff\xff\0\0"), false, false, false },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_picture picture = { .color = false };
        struct err err;
        bool ok = pdl_picture_judge(cases[i].bytes, &picture, &err);
        tap_result(ok == cases[i].ok && picture.color == cases[i].color &&
                       picture.blank == cases[i].blank,
                   cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
