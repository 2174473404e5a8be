// picture: a page that is pixels, drawn small by this process itself, in the parsers' jail. See
// reader.h.
// no unit test: tests/unit/count/test_preview.c draws with it.

#include "reader/reader_int.h"

#include "base/arena.h"
#include "base/num.h"
#include "count/preview.h"
#include "jail/jail.h"
#include "pdl_image/draw.h"
#include "pdl_raster/raster.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    MIB = 1 << 20,
    PICTURE_MEMORY_MIB = 320,
    PICTURE_SPACE_MIB = 1024,
    PICTURE_CPU_S = CC_SANITIZED ? 100 : 10,
    PICTURE_MAX = 8 * MIB,
};

static bool lock(bool may_be_weak, struct err *err)
{
    struct jail_limits limits = { .kind = JAIL_PARSER,
                                  .memory_bytes = (uint64_t)PICTURE_MEMORY_MIB * MIB,
                                  .space_bytes = (uint64_t)PICTURE_SPACE_MIB * MIB,
                                  .file_bytes = PICTURE_MAX,
                                  .cpu_s = PICTURE_CPU_S,
                                  .may_be_weak = may_be_weak };
    return jail_lock(&limits, err);
}

static bool draw(const char *format, uint32_t page, struct str document, struct pdl_shrink *shrink,
                 struct err *err)
{
    struct str kind = str_of(format);
    bool is_jpeg = str_eq(kind, STR("image/jpeg"));
    if ((is_jpeg || str_eq(kind, STR("image/png"))) && page != 1) {
        return err_set(err, ERR_NOT_FOUND, "is not there: a picture is one page");
    }
    if (is_jpeg) {
        return pdl_image_jpeg_draw(document, shrink, err);
    }
    if (str_eq(kind, STR("image/png"))) {
        return pdl_image_png_draw(document, shrink, err);
    }
    if (str_eq(kind, STR("image/tiff"))) {
        return pdl_image_tiff_draw(document, page, shrink, err);
    }
    struct pdl_input input = pdl_input_of(document);
    return pdl_raster_draw(&input, page, shrink, err);
}

static bool put(struct str bytes, struct err *err)
{
    while (bytes.len > 0) {
        ssize_t wrote = write(STDOUT_FILENO, bytes.ptr, bytes.len);
        if (wrote <= 0) {
            return err_set(err, ERR_LIMIT, "is too large as a picture");
        }
        bytes.ptr += wrote;
        bytes.len -= (size_t)wrote;
    }
    return true;
}

static bool picture(const char *format, const char *page, const char *width, struct err *err)
{
    uint64_t number = 0;
    uint64_t wanted = 0;
    off_t size = lseek(STDIN_FILENO, 0, SEEK_END);
    if (!num_u64(str_of(page), UINT32_MAX, &number) ||
        !num_u64(str_of(width), COUNT_PREVIEW_WIDTH_MOST, &wanted) || size <= 0) {
        return err_set(err, ERR_INVALID, "is not there");
    }
    void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
    if (map == MAP_FAILED) {
        return err_set(err, ERR_LIMIT, "stands in a document that is too large to be drawn");
    }
    OWN(arena_free) struct arena arena = ARENA_CAP((size_t)64 * MIB);
    OWN(buf_free) struct buf png = BUF_CAP(PICTURE_MAX);
    struct pdl_shrink shrink = { .arena = &arena, .wanted = (uint32_t)wanted };
    const struct str document = { map, (size_t)size };
    return draw(format, (uint32_t)number, document, &shrink, err) &&
           pdl_image_png_write(&shrink, &png, err) && put(buf_str(&png), err);
}

int reader_picture(const char *format, const char *page, const char *width, bool may_be_weak)
{
    struct err err;
    reader_warm_up_sort();
    if (!lock(may_be_weak, &err)) {
        (void)fprintf(stderr, "quoin-pdl: %s\n", err.text); // the status says it too
        return EXIT_FAILURE;
    }
    if (picture(format, page, width, &err)) {
        return EXIT_SUCCESS;
    }
    struct err ignored; // then the status alone says it
    bool told = put(str_of(err.text), &ignored);
    return told ? COUNT_NO_PICTURE : EXIT_FAILURE;
}
