// Pages drawn in the real jail: of every language that is drawn, and what is refused with a
// sentence.
#include "count/preview.h"

#include "base/cc.h"
#include "lib/tap.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_LEN = 1024, WALL_MS = CC_SANITIZED ? 40000 : 10000, WIDE = 300 };

static const struct {
    const char *name;
    const char *format;
    uint32_t page;
    const char *why; // NULL: it is drawn
} rows[] = {
    { "pdf/alpha-zero.pdf", "application/pdf", 1, NULL },
    { "ps/color-shading.ps", "application/postscript", 1, NULL },
    { "ps/loop.ps", "application/postscript", 1, NULL }, // loops behind its page, or a page with it
    { "jpeg/cm.jpg", "image/jpeg", 1, NULL },
    { "jpeg/cm.jpg", "image/jpeg", 2, "a picture is one page" },
    { "jpeg/garbage.jpg", "image/jpeg", 1, "no JPEG" },
    { "jpeg/bomb.jpg", "image/jpeg", 1, "" },
    { "png/rainbow.png", "image/png", 1, NULL },
    { "png/bomb.png", "image/png", 1, "no PNG" },
    { "tiff/pages.tif", "image/tiff", 2, NULL },
    { "tiff/bomb.tif", "image/tiff", 1, "more than is drawn" },
    { "pwg/gs-srgb-8.pwg", "image/pwg-raster", 1, NULL },
    { "urf/gs-cmyk.urf", "image/urf", 1, NULL },
    { "cups/gs-kcmy-0.ras", "application/vnd.cups-raster", 1, NULL },
    { "png/rainbow.png", "image/pwg-raster", 1, "no raster" },
    { "text/utf8.txt", "text/plain", 1, "nothing that draws" },
};

int main(void)
{
    const char *source = getenv("QUOIN_SOURCE");
    const char *build = getenv("QUOIN_BUILD");
    char program[PATH_LEN];
    (void)snprintf(program, sizeof(program), "%s/bin/quoin-pdl", build == NULL ? "build" : build);
    struct count_options options = { .program = program, .workers_max = 1, .wall_ms = WALL_MS };
    struct count *count = NULL;
    struct err err;
    if (!count_open(&options, &count, &err)) {
        tap_result(false, err.text, __FILE__, __LINE__);
        return tap_done();
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        OWN(buf_free) struct buf png = BUF_CAP(COUNT_PREVIEW_MAX + 16384);
        const struct count_page page = { .format = rows[i].format,
                                         .page = rows[i].page,
                                         .width = WIDE };
        char path[PATH_LEN];
        char text[PATH_LEN * 2];
        err = (struct err){ .code = ERR_NONE };
        (void)snprintf(path, sizeof(path), "%s/tests/data/%s", source == NULL ? "." : source,
                       rows[i].name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        bool drawn = count_preview(count, fd, &page, &png, &err);
        bool good = rows[i].why == NULL ? drawn && png.len > 60
                    : rows[i].why[0] == '\0'
                        ? drawn || err.code != ERR_NONE // either way, and within its limits
                        : !drawn && strstr(err.text, rows[i].why) != NULL;
        (void)snprintf(text, sizeof(text), "%s: %s", rows[i].name, drawn ? "drawn" : err.text);
        tap_result(good, text, __FILE__, __LINE__);
        (void)close(fd);
    }
    count_free(&count);
    return tap_done();
}
