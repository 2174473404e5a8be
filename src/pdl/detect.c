// detect: see detect.h.

#include "pdl/detect.h"

#include "base/num.h"

enum { HEAD_MAX = 1024, PJL_MAX = 65536, COPIES_MAX = 9999 };

#define UEL "\x1b%-12345X"

struct sign {
    enum pdl_family family;
    struct str bytes;
    size_t at;
    const char *format;
    const char *name;
};

#define SIGN(family, at, bytes, format, name)                                                      \
    {                                                                                              \
        PDL_FAMILY_##family, { (bytes), sizeof(bytes) - 1 }, (at), (format), (name)                \
    }

static const struct sign signs[] = {
    SIGN(PDF, 0, "%PDF-", "application/pdf", "PDF"),
    SIGN(PWG, 0, "RaS2", "image/pwg-raster", "PWG raster"),
    SIGN(OTHER, 0, "RaS1", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(OTHER, 0, "RaS3", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(OTHER, 0, "1SaR", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(OTHER, 0, "2SaR", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(OTHER, 0, "3SaR", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(OTHER, 0, "UNIRAST\0", "image/urf", "Apple raster"),
    SIGN(OTHER, 0, "%!", "application/postscript", "PostScript"),
    SIGN(OTHER, 0, "\xc5\xd0\xd3\xc6", "application/postscript", "PostScript (DOS EPS)"),
    SIGN(OTHER, 0, ") HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL"),
    SIGN(OTHER, 0, "( HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL"),
    SIGN(OTHER, 0, "' HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL"),
    SIGN(JPEG, 0, "\xff\xd8\xff", "image/jpeg", "JPEG"),
    SIGN(OTHER, 0, "\x89PNG\r\n\x1a\n", "image/png", "PNG"),
    SIGN(OTHER, 0, "GIF8", "image/gif", "GIF"),
    SIGN(OTHER, 0, "II*\0", "image/tiff", "TIFF"),
    SIGN(OTHER, 0, "MM\0*", "image/tiff", "TIFF"),
    SIGN(OTHER, 0, "\x1f\x8b", "application/gzip", "gzip"),
    SIGN(OTHER, 0, "PK\x03\x04", "application/zip", "a zip archive (XPS, Office or other)"),
    SIGN(OTHER, 0, "\xd0\xcf\x11\xe0", "application/msword", "an old Office file"),
    SIGN(OTHER, 0, "!R!", "application/x-kyocera-prescribe", "Kyocera PRESCRIBE"),
    SIGN(OTHER, 0, "^XA", "application/vnd.zebra-zpl", "ZPL labels"),
    SIGN(OTHER, 0, "\xcd\xca", "application/x-canon-cpca", "a Canon language"),
    SIGN(OTHER, 0, "BDT", "application/x-ufr2", "Canon UFR II"),
    SIGN(OTHER, 0, "JZJZ", "application/x-zjstream", "ZjStream"),
    SIGN(OTHER, 0, "ZJS", "application/x-zjstream", "ZjStream"),
    SIGN(OTHER, 0, "\x1b@", "application/x-escp", "ESC/P"),
    SIGN(OTHER, 0, "\x1b\x01@EJL", "application/x-ejl", "Epson EJL"),
    SIGN(OTHER, 0, "\x1b%-1B", "application/vnd.hp-hpgl", "HP-GL/2"),
    SIGN(OTHER, 0, "\x1b%0B", "application/vnd.hp-hpgl", "HP-GL/2"),
    SIGN(OTHER, 0, "\x1b", "application/vnd.hp-pcl", "PCL 5"),
    SIGN(OTHER, 0, "<?xml", "application/xml", "XML"),
    SIGN(OTHER, 0, "<html", "text/html", "HTML"),
    SIGN(OTHER, 0, "<!DOCTYPE", "text/html", "HTML"),
};

static bool starts(struct str run, struct str with)
{
    return run.len >= with.len && memcmp(run.ptr, with.ptr, with.len) == 0;
}

static struct str rest(struct str run, size_t from)
{
    return (struct str){ run.ptr + from, run.len - from };
}

// Past what spoolers put before a document.
static struct str skip_padding(struct str run)
{
    if (starts(run, STR("\xef\xbb\xbf"))) {
        run = rest(run, 3);
    }
    size_t at = 0;
    while (at < run.len && memchr("\0\x04 \t\r\n", run.ptr[at], 6) != NULL) {
        at++;
    }
    return rest(run, at);
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

// Past `word`, in any case, and the white space and '=' behind it; false when it is not there.
static bool take_word(struct str *line, struct str word)
{
    if (line->len < word.len) {
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (upper(line->ptr[i]) != word.ptr[i]) {
            return false;
        }
    }
    size_t at = word.len;
    while (at < line->len && memchr(" \t=", line->ptr[at], 3) != NULL) {
        at++;
    }
    *line = rest(*line, at);
    return true;
}

static uint32_t line_number(struct str line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] >= '0' && line.ptr[len] <= '9') {
        len++;
    }
    uint64_t value = 0;
    bool ok = num_u64((struct str){ line.ptr, len }, COPIES_MAX, &value);
    return ok && value > 0 ? (uint32_t)value : 1;
}

struct pjl {
    uint32_t copies;
    uint32_t quantity;
    bool duplex;
    bool duplex_said;
    bool short_edge;
};

static void pjl_set(struct pjl *pjl, struct str line)
{
    if (take_word(&line, STR("COPIES"))) {
        pjl->copies = line_number(line);
    } else if (take_word(&line, STR("QTY"))) {
        pjl->quantity = line_number(line);
    } else if (take_word(&line, STR("DUPLEX"))) {
        pjl->duplex_said = true;
        pjl->duplex = take_word(&line, STR("ON"));
    } else if (take_word(&line, STR("BINDING"))) {
        pjl->short_edge = take_word(&line, STR("SHORTEDGE"));
    }
}

// Reads @PJL lines up to ENTER LANGUAGE, or to the first line that is none.
static struct str pjl_read(struct str run, struct pjl *pjl)
{
    size_t limit = run.len < PJL_MAX ? run.len : PJL_MAX;
    struct str left = { run.ptr, limit };
    for (;;) {
        while (starts(left, STR(UEL))) {
            left = rest(left, sizeof(UEL) - 1);
        }
        left = skip_padding(left);
        struct str line = left;
        if (!take_word(&line, STR("@PJL"))) {
            break;
        }
        const char *end = memchr(line.ptr, '\n', line.len);
        left = end == NULL ? rest(line, line.len) : rest(line, (size_t)(end + 1 - line.ptr));
        line.len = (size_t)(left.ptr - line.ptr);
        if (take_word(&line, STR("ENTER"))) {
            break;
        }
        if (take_word(&line, STR("SET"))) {
            pjl_set(pjl, line);
        }
    }
    return rest(run, (size_t)(left.ptr - run.ptr));
}

// Plain text: no control character but those of layout in the head, and mostly letters.
static bool is_text(struct str run)
{
    size_t head = run.len < HEAD_MAX ? run.len : HEAD_MAX;
    for (size_t i = 0; i < head; i++) {
        unsigned char c = (unsigned char)run.ptr[i];
        if ((c < 32 && memchr("\t\n\f\r\b", c, 5) == NULL) || c == 127) {
            return false;
        }
    }
    return head > 0;
}

// PDF readers accept the header anywhere in the first 1,024 bytes.
static bool find_pdf(struct str run, struct str *body)
{
    size_t head = run.len < HEAD_MAX ? run.len : HEAD_MAX;
    for (size_t i = 0; i + 5 <= head; i++) {
        if (memcmp(run.ptr + i, "%PDF-", 5) == 0) {
            *body = rest(run, i);
            return true;
        }
    }
    return false;
}

static void detect_body(struct pdl_kind *kind)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const struct sign *sign = &signs[i];
        if (starts(kind->body, sign->bytes)) {
            kind->family = sign->family;
            kind->format = sign->format;
            kind->name = sign->name;
            return;
        }
    }
    if (find_pdf(kind->body, &kind->body)) {
        kind->family = PDL_FAMILY_PDF;
        kind->format = "application/pdf";
        kind->name = "PDF";
    } else if (is_text(kind->body)) {
        kind->family = PDL_FAMILY_OTHER;
        kind->format = "text/plain";
        kind->name = "plain text";
    }
}

struct pdl_kind pdl_detect(struct str document)
{
    struct pdl_kind kind = { .family = PDL_FAMILY_UNKNOWN,
                             .format = "application/octet-stream",
                             .name = "an unknown language",
                             .body = skip_padding(document),
                             .copies = 1 };
    if (starts(kind.body, STR(UEL)) || starts(kind.body, STR("@PJL"))) {
        struct pjl pjl = { .copies = 1, .quantity = 1 };
        kind.body = skip_padding(pjl_read(kind.body, &pjl));
        uint64_t copies = (uint64_t)pjl.copies * pjl.quantity;
        kind.copies = copies > COPIES_MAX ? COPIES_MAX : (uint32_t)copies;
        kind.sides = !pjl.duplex_said ? 0 : !pjl.duplex ? 1 : pjl.short_edge ? 3 : 2;
        kind.wrapped = true;
    }
    if (kind.body.len == 0) {
        kind.family = PDL_FAMILY_EMPTY;
        kind.name = "nothing";
        return kind;
    }
    detect_body(&kind);
    return kind;
}
