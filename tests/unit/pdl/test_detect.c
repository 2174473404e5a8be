// The family by the bytes alone, whatever a spooler put before them.
#include "pdl/detect.h"

#include "lib/tap.h"

#define RUN(literal)                                                                               \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

static const struct {
    const char *name;
    struct str bytes;
    const char *language;
    enum pdl_family family;
    const char *format;
    size_t skip;
} cases[] = {
    { "nothing", RUN(""), "", PDL_FAMILY_EMPTY, "application/octet-stream", 0 },
    { "only padding", RUN(" \0\x04\r\n"), "", PDL_FAMILY_EMPTY, "application/octet-stream", 5 },
    { "PDF", RUN("%PDF-1.4\n"), "", PDL_FAMILY_PDF, "application/pdf", 0 },
    { "PDF behind a byte order mark", RUN("\xef\xbb\xbf%PDF-1.4\n"), "", PDL_FAMILY_PDF,
      "application/pdf", 3 },
    { "PDF behind rubbish", RUN("rubbish\n\x01%PDF-1.4\n"), "", PDL_FAMILY_PDF, "application/pdf",
      9 },
    { "PostScript behind ^D", RUN("\x04%!PS"), "", PDL_FAMILY_POSTSCRIPT, "application/postscript",
      1 },
    { "PostScript in spite of ENTER", RUN("%!PS"), "PCL", PDL_FAMILY_POSTSCRIPT,
      "application/postscript", 0 },
    { "PJL", RUN("@PJL SET COPIES=2\n"), "", PDL_FAMILY_PJL, "application/vnd.hp-pjl", 0 },
    { "a UEL", RUN("\x1b%-12345X"), "", PDL_FAMILY_PJL, "application/vnd.hp-pjl", 0 },
    { "PWG raster", RUN("RaS2PwgRaster"), "", PDL_FAMILY_PWG, "image/pwg-raster", 0 },
    { "CUPS raster of the first version", RUN("tSaR"), "", PDL_FAMILY_CUPS,
      "application/vnd.cups-raster", 0 },
    { "Apple raster", RUN("UNIRAST\0\0\0\0\1"), "", PDL_FAMILY_URF, "image/urf", 0 },
    { "PCL",
      RUN("\x1b"
          "E"),
      "", PDL_FAMILY_PCL, "application/vnd.hp-pcl", 0 },
    { "PCL by what PJL says", RUN("a plain letter"), "PCL", PDL_FAMILY_PCL,
      "application/vnd.hp-pcl", 0 },
    { "PCL XL", RUN(") HP-PCL XL;2;0"), "PCLXL", PDL_FAMILY_PCLXL, "application/vnd.hp-pclxl", 0 },
    { "gzip", RUN("\x1f\x8b\x08"), "", PDL_FAMILY_GZIP, "application/gzip", 0 },
    { "TIFF", RUN("II*\0"), "", PDL_FAMILY_TIFF, "image/tiff", 0 },
    { "ZjStream", RUN("JZJZ\0\0"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-zjstream", 0 },
    { "text", RUN("Dear printer,\n"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "noise", RUN("\x01\x02\x03"), "", PDL_FAMILY_UNKNOWN, "application/octet-stream", 0 },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_kind kind = pdl_detect(cases[i].bytes, str_of(cases[i].language));
        bool ok = kind.family == cases[i].family && strcmp(kind.format, cases[i].format) == 0 &&
                  kind.skip == cases[i].skip;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
