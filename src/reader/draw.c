// draw: the second jail, for pdftoppm. See reader.h.
// no unit test: tests/unit/count/test_count.c draws with it.

#include "reader/reader.h"

#include "jail/jail.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    MIB = 1 << 20,
    RENDERER_MEMORY_MIB = 224,
    RENDERER_PICTURE_MIB = 64,
    RENDERER_CPU_S = 10,
};

static int become(const char *program, const char *const *args, bool may_be_weak)
{
    struct err err;
    struct jail_limits limits = { .kind = JAIL_RENDERER,
                                  .memory_bytes = (uint64_t)RENDERER_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)RENDERER_MEMORY_MIB * 2 * MIB,
                                  .file_bytes = (uint64_t)RENDERER_PICTURE_MIB * MIB,
                                  .cpu_s = RENDERER_CPU_S,
                                  .program = program,
                                  .may_be_weak = may_be_weak };
    if (jail_lock(&limits, &err) && jail_exec(program, args, &err)) {
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "quoin-pdl: %s\n", err.text); // the status says it too
    return EXIT_FAILURE;
}

int reader_draw(const char *program, const char *page, bool annotations, bool may_be_weak)
{
    const char *args[] = { "pdftoppm",
                           "-r",
                           "72",
                           "-cropbox",
                           "-q",
                           "-f",
                           page,
                           "-l",
                           page,
                           annotations ? "-" : "-hide-annotations",
                           annotations ? NULL : "-",
                           NULL };
    return become(program, args, may_be_weak);
}

int reader_preview(const char *program, const char *page, const char *width, bool may_be_weak)
{
    const char *args[] = { "pdftoppm", "-png",     "-scale-to-x", width, "-scale-to-y",
                           "-1",       "-cropbox", "-q",          "-f",  page,
                           "-l",       page,       "-",           NULL };
    return become(program, args, may_be_weak);
}
