// detect: see detect.h.

#include "pdl/detect.h"

#include "pdl/input.h"

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
    SIGN(PJL, 0, PDL_UEL, "application/vnd.hp-pjl", "PJL"),
    SIGN(PJL, 0, "@PJL", "application/vnd.hp-pjl", "PJL"),
    SIGN(PDF, 0, "%PDF-", "application/pdf", "PDF"),
    SIGN(PWG, 0, "RaS2", "image/pwg-raster", "PWG raster"),
    SIGN(CUPS, 0, "RaSt", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(CUPS, 0, "tSaR", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(CUPS, 0, "RaS3", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(CUPS, 0, "2SaR", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(CUPS, 0, "3SaR", "application/vnd.cups-raster", "CUPS raster"),
    SIGN(URF, 0, "UNIRAST\0", "image/urf", "Apple raster"),
    SIGN(POSTSCRIPT, 0, "%!", "application/postscript", "PostScript"),
    SIGN(POSTSCRIPT, 0, "\xc5\xd0\xd3\xc6", "application/postscript", "PostScript (DOS EPS)"),
    SIGN(PCLXL, 0, ") HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL"),
    SIGN(PCLXL, 0, "( HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL"),
    SIGN(PCLXL, 0, "' HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL"),
    SIGN(JPEG, 0, "\xff\xd8\xff", "image/jpeg", "JPEG"),
    SIGN(PNG, 0, "\x89PNG\r\n\x1a\n", "image/png", "PNG"),
    SIGN(UNCOUNTABLE, 0, "GIF8", "image/gif", "GIF"),
    SIGN(TIFF, 0, "II*\0", "image/tiff", "TIFF"),
    SIGN(TIFF, 0, "MM\0*", "image/tiff", "TIFF"),
    SIGN(GZIP, 0, "\x1f\x8b", "application/gzip", "gzip"),
    SIGN(ZIP, 0, "PK\x03\x04", "application/zip", "a zip archive (XPS, Office or other)"),
    SIGN(UNCOUNTABLE, 0, "\xd0\xcf\x11\xe0", "application/msword", "an old Office file"),
    SIGN(UNCOUNTABLE, 0, "!R!", "application/x-kyocera-prescribe", "Kyocera PRESCRIBE"),
    SIGN(UNCOUNTABLE, 0, "^XA", "application/vnd.zebra-zpl", "ZPL labels"),
    SIGN(UNCOUNTABLE, 0, "\xcd\xca", "application/x-canon-cpca", "a Canon language"),
    SIGN(UNCOUNTABLE, 0, "BDT", "application/x-ufr2", "Canon UFR II"),
    SIGN(UNCOUNTABLE, 0, "JZJZ", "application/x-zjstream", "ZjStream"),
    SIGN(UNCOUNTABLE, 0, "ZJS", "application/x-zjstream", "ZjStream"),
    SIGN(ESCP, 0, "\x1b@", "application/x-escp", "ESC/P"),
    SIGN(ESCP, 0, "\x1b\x01@EJL", "application/x-ejl", "Epson EJL"),
    SIGN(PCL, 0, "\x1b%-1B", "application/vnd.hp-hpgl", "HP-GL/2"),
    SIGN(PCL, 0, "\x1b%0B", "application/vnd.hp-hpgl", "HP-GL/2"),
    SIGN(PCL, 0, "\x1b", "application/vnd.hp-pcl", "PCL 5"),
    SIGN(UNCOUNTABLE, 0, "<?xml", "application/xml", "XML"),
    SIGN(UNCOUNTABLE, 0, "<html", "text/html", "HTML"),
    SIGN(UNCOUNTABLE, 0, "<!DOCTYPE", "text/html", "HTML"),
};

// What PJL calls a language, where the data has no sign of its own.
struct tongue {
    struct str name;
    enum pdl_family family;
    const char *format;
    const char *title;
};

static const struct tongue tongues[] = {
    { { "PCLXL", 5 }, PDL_FAMILY_PCLXL, "application/vnd.hp-pclxl", "PCL XL" },
    { { "PCL", 3 }, PDL_FAMILY_PCL, "application/vnd.hp-pcl", "PCL 5" },
    { { "HPGL2", 5 }, PDL_FAMILY_PCL, "application/vnd.hp-hpgl", "HP-GL/2" },
    { { "ZJS", 3 }, PDL_FAMILY_UNCOUNTABLE, "application/x-zjstream", "ZjStream" },
    { { "XQX", 3 }, PDL_FAMILY_UNCOUNTABLE, "application/x-xqx", "XQX" },
    { { "HBP", 3 }, PDL_FAMILY_UNCOUNTABLE, "application/x-hbp", "HBP" },
    { { "QPDL", 4 }, PDL_FAMILY_UNCOUNTABLE, "application/x-qpdl", "Samsung SPL" },
};

static bool starts(struct str run, struct str with)
{
    return run.len >= with.len && memcmp(run.ptr, with.ptr, with.len) == 0;
}

static struct str rest(struct str run, size_t from)
{
    return (struct str){ run.ptr + from, run.len - from };
}

size_t pdl_detect_padding(struct str head)
{
    size_t at = starts(head, STR("\xef\xbb\xbf")) ? 3 : 0;
    while (at < head.len && memchr("\0\x04 \t\r\n", head.ptr[at], 6) != NULL) {
        at++;
    }
    return at;
}

// Plain text: no control character but those of layout in the head.
static bool is_text(struct str run)
{
    for (size_t i = 0; i < run.len; i++) {
        unsigned char c = (unsigned char)run.ptr[i];
        if ((c < 32 && memchr("\t\n\f\r\b", c, 5) == NULL) || c == 127) {
            return false;
        }
    }
    return run.len > 0;
}

static void take_sign(struct pdl_kind *kind, const struct sign *sign)
{
    kind->family = sign->family;
    kind->format = sign->format;
    kind->name = sign->name;
}

// PDF readers accept the header anywhere in the first 1,024 bytes.
static bool find_pdf(struct str head, struct pdl_kind *kind)
{
    const char *found = memmem(head.ptr, head.len, "%PDF-", 5);
    if (found == NULL) {
        return false;
    }
    kind->family = PDL_FAMILY_PDF;
    kind->format = "application/pdf";
    kind->name = "PDF";
    kind->skip = (size_t)(found - head.ptr);
    return true;
}

static bool find_sign(struct str body, struct pdl_kind *kind)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (starts(rest(body, signs[i].at < body.len ? signs[i].at : body.len), signs[i].bytes)) {
            take_sign(kind, &signs[i]);
            return true;
        }
    }
    return false;
}

static bool find_tongue(struct str language, struct pdl_kind *kind)
{
    for (size_t i = 0; i < sizeof(tongues) / sizeof(tongues[0]); i++) {
        if (str_eq(language, tongues[i].name)) {
            kind->family = tongues[i].family;
            kind->format = tongues[i].format;
            kind->name = tongues[i].title;
            return true;
        }
    }
    return false;
}

struct pdl_kind pdl_detect(struct str head, struct str language)
{
    head.len = head.len < PDL_DETECT_HEAD ? head.len : PDL_DETECT_HEAD;
    struct pdl_kind kind = { .family = PDL_FAMILY_UNKNOWN,
                             .format = "application/octet-stream",
                             .name = "an unknown language",
                             .skip = pdl_detect_padding(head) };
    struct str body = rest(head, kind.skip);
    if (body.len == 0) {
        kind.family = PDL_FAMILY_EMPTY;
        kind.name = "nothing";
    } else if (!find_sign(body, &kind) && !find_tongue(language, &kind) && !find_pdf(head, &kind) &&
               is_text(body)) {
        kind.family = PDL_FAMILY_TEXT;
        kind.format = "text/plain";
        kind.name = "plain text";
    }
    return kind;
}
