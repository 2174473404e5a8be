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
    enum pdl_family family;
    const char *format;
    uint32_t copies;
    uint32_t sides;
} cases[] = {
    { "nothing", RUN(""), PDL_FAMILY_EMPTY, "application/octet-stream", 1, 0 },
    { "only padding", RUN(" \0\x04\r\n"), PDL_FAMILY_EMPTY, "application/octet-stream", 1, 0 },
    { "PDF", RUN("%PDF-1.4\n"), PDL_FAMILY_PDF, "application/pdf", 1, 0 },
    { "PDF behind a byte order mark", RUN("\xef\xbb\xbf%PDF-1.4\n"), PDL_FAMILY_PDF,
      "application/pdf", 1, 0 },
    { "PDF behind rubbish", RUN("rubbish\n\x01%PDF-1.4\n"), PDL_FAMILY_PDF, "application/pdf", 1,
      0 },
    { "PDF in PJL, copies times quantity",
      RUN("\x1b%-12345X@PJL SET COPIES = 3\r\n@pjl set qty=2\r\n@PJL ENTER "
          "LANGUAGE=PDF\r\n%PDF-1.4"),
      PDL_FAMILY_PDF, "application/pdf", 6, 0 },
    { "PJL duplex on the short edge",
      RUN("\x1b%-12345X@PJL SET DUPLEX=ON\n@PJL SET BINDING=SHORTEDGE\n@PJL ENTER LANGUAGE=PCL\n"
          "\x1b"
          "E"),
      PDL_FAMILY_OTHER, "application/vnd.hp-pcl", 1, 3 },
    { "PostScript in PJL without ENTER", RUN("\x1b%-12345X@PJL JOB\n%!PS-Adobe"), PDL_FAMILY_OTHER,
      "application/postscript", 1, 0 },
    { "PostScript behind ^D", RUN("\x04%!PS"), PDL_FAMILY_OTHER, "application/postscript", 1, 0 },
    { "PWG raster", RUN("RaS2PwgRaster"), PDL_FAMILY_PWG, "image/pwg-raster", 1, 0 },
    { "Apple raster", RUN("UNIRAST\0\0\0\0\1"), PDL_FAMILY_OTHER, "image/urf", 1, 0 },
    { "PCL XL", RUN(") HP-PCL XL;2;0"), PDL_FAMILY_OTHER, "application/vnd.hp-pclxl", 1, 0 },
    { "gzip", RUN("\x1f\x8b\x08"), PDL_FAMILY_OTHER, "application/gzip", 1, 0 },
    { "TIFF", RUN("II*\0"), PDL_FAMILY_OTHER, "image/tiff", 1, 0 },
    { "text", RUN("Dear printer,\n"), PDL_FAMILY_OTHER, "text/plain", 1, 0 },
    { "noise", RUN("\x01\x02\x03"), PDL_FAMILY_UNKNOWN, "application/octet-stream", 1, 0 },
    { "copies past any sense", RUN("@PJL SET COPIES=99999999999\n%PDF-1.4"), PDL_FAMILY_PDF,
      "application/pdf", 1, 0 },
};

int main(void)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_kind kind = pdl_detect(cases[i].bytes);
        bool ok = kind.family == cases[i].family && strcmp(kind.format, cases[i].format) == 0 &&
                  kind.copies == cases[i].copies && kind.sides == cases[i].sides;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
