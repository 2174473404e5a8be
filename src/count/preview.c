// preview: one page of a PDF as a picture for a person: drawn by pdftoppm in a jail of its own. The
// picture is passed on as it is; only its head is looked at here.
// no unit test: tests/unit/count/test_count.c draws pages of the corpus with it.

#include "count/preview.h"

#include "base/clk.h"
#include "count/count_int.h"
#include "jail/jail.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PNG_HEAD = 24 };

static bool draw(const struct count *count, int document, int picture, uint32_t page,
                 uint32_t width, struct err *err)
{
    const struct count_options *options = count_options_of(count);
    char number[24];
    char pixels[24];
    pid_t pid = 0;
    int how = 0;
    (void)snprintf(number, sizeof(number), "%u", (unsigned)page);
    (void)snprintf(pixels, sizeof(pixels), "%u", (unsigned)width);
    const char *args[] = { "quoin-pdl", "--preview", options->renderer,
                           number,      pixels,      options->may_be_weak ? "--weak-jail" : NULL,
                           NULL };
    struct jail_program program = {
        .path = options->program, .args = args, .fds = { document, picture, -1 }, .fd_count = 3
    };
    if (lseek(document, 0, SEEK_SET) != 0) {
        return err_set(err, ERR_INTERNAL, "the document cannot be read from its start");
    }
    if (!jail_spawn(&program, &pid, err)) {
        return false;
    }
    if (!jail_wait(pid, clk_mono_ms() + options->wall_ms, &how, err)) {
        (void)jail_end(pid);
        return err_set(err, ERR_LIMIT, "drawing the page takes too long");
    }
    char text[160];
    jail_status_text(how, text, sizeof(text));
    return how == 0 || err_set(err, ERR_INVALID, "the page cannot be drawn: the renderer %s", text);
}

static uint32_t number_at(const struct buf *png, size_t at)
{
    const uint8_t *bytes = (const uint8_t *)png->ptr + at;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_picture(const struct buf *png, uint32_t width)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    return png->len > PNG_HEAD && memcmp(png->ptr, signature, sizeof(signature) - 1) == 0 &&
           number_at(png, 16) > 0 && number_at(png, 16) <= width && number_at(png, 20) > 0;
}

static bool take(int picture, uint32_t width, struct buf *png, struct err *err)
{
    char part[16384];
    ssize_t got = 0;
    if (lseek(picture, 0, SEEK_SET) != 0) {
        return err_set(err, ERR_INTERNAL, "the picture cannot be read");
    }
    while ((got = read(picture, part, sizeof(part))) > 0) {
        buf_add(png, (struct str){ part, (size_t)got });
    }
    return (got == 0 && is_picture(png, width)) ||
           err_set(err, ERR_INVALID, "the page cannot be drawn");
}

bool count_preview(struct count *count, int document, uint32_t page, uint32_t width,
                   struct buf *png, struct err *err)
{
    if (count_options_of(count)->renderer[0] == '\0') {
        return err_set(err, ERR_UNAVAILABLE, "pages are not drawn here: pdftoppm is missing");
    }
    for (; width >= COUNT_PREVIEW_WIDTH_LEAST; width /= 2) {
        OWN(jail_close) int picture = -1;
        struct stat about;
        if (!jail_memory_file("preview", &picture, err) ||
            !draw(count, document, picture, page, width, err)) {
            return false;
        }
        if (fstat(picture, &about) == 0 && about.st_size <= COUNT_PREVIEW_MAX) {
            return take(picture, width, png, err);
        }
    }
    return err_set(err, ERR_LIMIT, "the picture of the page is too large");
}
