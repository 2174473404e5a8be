// preview: one page of a document as a picture for a person, drawn in a jail of its own. The
// picture is passed on as it is; only its head is looked at here.

#include "count/preview.h"

#include "base/clk.h"
#include "base/enc.h"
#include "count/count_int.h"
#include "jail/jail.h"
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PNG_HEAD = 24,
    WHY_MAX = 200,
    A4_WIDTH = 21000,
    INCH = 2540,     // hundredths of a millimetre
    DPI_LEAST = 100, // hundredths
    DPI_MOST = 30000,
    ROUNDED = 2, // pixels that a renderer may add
};

enum drawer { DRAWER_NONE, DRAWER_PDF, DRAWER_POSTSCRIPT, DRAWER_PIXELS };

static enum drawer drawer_of(const char *format)
{
    static const struct {
        const char *format;
        enum drawer drawer;
    } known[] = {
        { "application/pdf", DRAWER_PDF }, { "application/postscript", DRAWER_POSTSCRIPT },
        { "image/jpeg", DRAWER_PIXELS },   { "image/png", DRAWER_PIXELS },
        { "image/tiff", DRAWER_PIXELS },   { "image/pwg-raster", DRAWER_PIXELS },
        { "image/urf", DRAWER_PIXELS },    { "application/vnd.cups-raster", DRAWER_PIXELS },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(format, known[i].format) == 0) {
            return known[i].drawer;
        }
    }
    return DRAWER_NONE;
}

bool count_preview_is_possible(struct count *count, const char *format, const char **why)
{
    const struct count_options *options = count_options_of(count);
    switch (drawer_of(format)) {
    case DRAWER_PDF:
        *why = "pages of PDF are not drawn here: pdftoppm is missing (package poppler-utils)";
        return options->renderer[0] != '\0' && access(options->renderer, X_OK) == 0;
    case DRAWER_POSTSCRIPT:
        *why = "pages of PostScript are not drawn here: install the package ghostscript";
        return options->interpreter[0] != '\0' && access(options->interpreter, X_OK) == 0;
    case DRAWER_PIXELS: return true;
    case DRAWER_NONE: break;
    }
    *why = "nothing that draws pages of this format can be run in a jail here";
    return false;
}

// A renderer of ours says why it drew nothing, in the picture's place.
static bool say_why(int picture, struct err *err)
{
    char text[WHY_MAX];
    ssize_t got = pread(picture, text, sizeof(text), 0);
    struct str said = { text, got > 0 ? (size_t)got : 0 };
    bool plain = said.len > 0 && enc_is_plain(said);
    return err_set(err, ERR_INVALID, "The page %.*s", plain ? (int)said.len : 15,
                   plain ? text : "cannot be drawn");
}

static uint32_t dpi_of(const struct count_page *page)
{
    uint64_t paper = page->paper_width == 0 ? A4_WIDTH : page->paper_width;
    uint64_t dpi = (uint64_t)page->width * INCH * 100 / paper;
    return (uint32_t)(dpi < DPI_LEAST ? DPI_LEAST : dpi > DPI_MOST ? DPI_MOST : dpi);
}

static bool draw(const struct count *count, int document, int picture,
                 const struct count_page *page, struct err *err)
{
    const struct count_options *options = count_options_of(count);
    enum drawer drawer = drawer_of(page->format);
    char number[24];
    char size[24];
    pid_t pid = 0;
    int how = 0;
    uint32_t dpi = dpi_of(page);
    (void)snprintf(number, sizeof(number), "%u", (unsigned)page->page);
    if (drawer == DRAWER_POSTSCRIPT) {
        (void)snprintf(size, sizeof(size), "%u.%02u", dpi / 100, dpi % 100);
    } else {
        (void)snprintf(size, sizeof(size), "%u", (unsigned)page->width);
    }
    const char *args[] = { "quoin-pdl",
                           drawer == DRAWER_PDF          ? "--preview"
                           : drawer == DRAWER_POSTSCRIPT ? "--draw-postscript"
                                                         : "--picture",
                           drawer == DRAWER_PDF          ? options->renderer
                           : drawer == DRAWER_POSTSCRIPT ? options->interpreter
                                                         : page->format,
                           number,
                           size,
                           options->may_be_weak ? "--weak-jail" : NULL,
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
    if (WIFEXITED(how) && WEXITSTATUS(how) == COUNT_NO_PICTURE) {
        return say_why(picture, err);
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
           number_at(png, 16) > 0 && number_at(png, 16) <= width + ROUNDED &&
           number_at(png, 20) > 0;
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

bool count_preview(struct count *count, int document, const struct count_page *page,
                   struct buf *png, struct err *err)
{
    const char *why = NULL;
    if (!count_preview_is_possible(count, page->format, &why)) {
        return err_set(err, ERR_UNAVAILABLE, "%s", why);
    }
    for (struct count_page one = *page; one.width >= COUNT_PREVIEW_WIDTH_LEAST; one.width /= 2) {
        OWN(jail_close) int picture = -1;
        struct stat about;
        if (!jail_memory_file("preview", &picture, err) ||
            !draw(count, document, picture, &one, err)) {
            return false;
        }
        if (fstat(picture, &about) == 0 && about.st_size <= COUNT_PREVIEW_MAX) {
            return take(picture, one.width, png, err);
        }
    }
    return err_set(err, ERR_LIMIT, "the picture of the page is too large");
}
