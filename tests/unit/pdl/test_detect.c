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
    { "CUPS raster of the second version", RUN("RaS2\0\0\0\0"), "", PDL_FAMILY_CUPS,
      "application/vnd.cups-raster", 0 },
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
    { "Canon CPCA", RUN("\xcd\xca\x10\0\0\x6b\0\1"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/x-canon-cpca", 0 },
    { "CD CA and no more", RUN("\xcd\xca\x11\0\x01"), "", PDL_FAMILY_UNKNOWN,
      "application/octet-stream", 0 },
    { "Canon LIPS",
      RUN("\x1b%@\x90"
          "41;600;0Jlips4"),
      "", PDL_FAMILY_UNCOUNTABLE, "application/x-canon-lips", 0 },
    { "Canon LIPS of old",
      RUN("\x1b;\x1b"
          "c\x1b;\x1b[2&z"),
      "", PDL_FAMILY_UNCOUNTABLE, "application/x-canon-lips", 0 },
    { "Canon BJ", RUN("\x1b[K\x02\0\0\x0f\x1b(a\1\0\1"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/x-canon-bj", 0 },
    { "Canon CAPT", RUN("\xa0\xa2\x04\0\xa0\xe0\x04\0"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/x-canon-capt", 0 },
    { "Canon UFR II by PJL", RUN("\1\2\3"), "UFRII", PDL_FAMILY_UNCOUNTABLE,
      "application/x-canon-ufr2", 0 },
    { "Samsung QPDL", RUN("\0\6\0\1\0\x09"), "QPDL", PDL_FAMILY_UNCOUNTABLE, "application/x-qpdl",
      1 },
    { "Samsung SPL", RUN("$PJL JOB START\r\n"), "SMART", PDL_FAMILY_UNCOUNTABLE,
      "application/x-spl", 0 },
    { "Samsung SPL by PJL", RUN("\1\2"), "SPL", PDL_FAMILY_UNCOUNTABLE, "application/x-spl", 0 },
    { "ZjStream of the other order", RUN("ZJZJ\0\0"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/x-zjstream", 0 },
    { "XQX", RUN(",XQX\0\0\0\1"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-xqx", 0 },
    { "XQX by PJL", RUN("\1\2"), "XQX", PDL_FAMILY_UNCOUNTABLE, "application/x-xqx", 0 },
    { "HBP", RUN("@L\5@P"), "HBP", PDL_FAMILY_UNCOUNTABLE, "application/x-hbp", 0 },
    { "HBPL", RUN("\x1bJP<\1"), "HBPL", PDL_FAMILY_UNCOUNTABLE, "application/x-hbpl", 0 },
    { "LIDIL", RUN("$\1\0\0\7\0"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-lidil", 0 },
    { "SLX", RUN("\xa5SLX\0\0"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-slx", 0 },
    { "OAK", RUN("OAKTP\0\0\0"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-oak", 0 },
    { "HIPER-C",
      RUN("\0\0\0"
          "4"),
      "HIPERC", PDL_FAMILY_UNCOUNTABLE, "application/x-hiperc", 3 },
    { "LAVAFLOW, which looks like PCL",
      RUN("\x1b"
          "E\x1b&l0S"),
      "LAVAFLOW", PDL_FAMILY_UNCOUNTABLE, "application/x-lavaflow", 0 },
    { "PCL Sleek", RUN("\x1b*rbC"), "PCLSLEEK", PDL_FAMILY_UNCOUNTABLE, "application/x-pclsleek",
      0 },
    { "DDST", RUN("\1\2"), "DDST", PDL_FAMILY_UNCOUNTABLE, "application/x-ddst", 0 },
    { "RPDL", RUN("\x1b\x12!@R00\x1b 4"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-rpdl", 0 },
    { "NPDL",
      RUN("\x1b"
          "c1\x1c"
          "d240."),
      "", PDL_FAMILY_UNCOUNTABLE, "application/x-npdl", 0 },
    { "ALPS", RUN("\x1b/\xf2\x1b|\xa0"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-alps-md", 0 },
    { "Lexmark", RUN("\x1b*m\0@\1"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-lexmark", 0 },
    { "PRESCRIBE", RUN("!R! PAGE; EXIT;"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/x-kyocera-prescribe", 0 },
    { "imPRESS", RUN("@document(language impress)"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/x-impress", 0 },
    { "Structured Fax", RUN("Sfff\1\0"), "", PDL_FAMILY_UNCOUNTABLE, "image/x-sff", 0 },
    { "ESC/Page in EJL", RUN("\x1b\x01@EJL \n"), "", PDL_FAMILY_ESCP, "application/x-ejl", 0 },
    { "ESC/P",
      RUN("\x1b@\x1b"
          "x"),
      "", PDL_FAMILY_ESCP, "application/x-escp", 0 },
    { "ESC/P 2 without a reset", RUN("\x1b(G\1\0\1"), "", PDL_FAMILY_ESCP, "application/x-escp",
      0 },
    { "a font of PCL", RUN("\x1b(8U\x1b(s0p10h"), "", PDL_FAMILY_PCL, "application/vnd.hp-pcl", 0 },
    { "a bit image of ESC/P", RUN("\x1b*\x27\x40\1\0\0"), "", PDL_FAMILY_ESCP, "application/x-escp",
      0 },
    { "raster of PCL", RUN("\x1b*t300R"), "", PDL_FAMILY_PCL, "application/vnd.hp-pcl", 0 },
    { "raster of PCL by a driver that leaves out zeroes", RUN("\x1b*rbC\x1b*t"), "", PDL_FAMILY_PCL,
      "application/vnd.hp-pcl", 0 },
    { "ESC and what neither has", RUN("\x1b#\1"), "", PDL_FAMILY_UNKNOWN,
      "application/octet-stream", 0 },
    { "ESC alone", RUN("\x1b"), "", PDL_FAMILY_UNKNOWN, "application/octet-stream", 0 },
    { "ESC & and nothing", RUN("\x1b&"), "", PDL_FAMILY_UNKNOWN, "application/octet-stream", 0 },
    { "HP-GL/2", RUN("\x1b%-1BIN;"), "", PDL_FAMILY_PCL, "application/vnd.hp-hpgl", 0 },
    { "HP-GL without an escape", RUN("IN;SP1;PA0,0;PD100,100;"), "", PDL_FAMILY_PCL,
      "application/vnd.hp-hpgl", 0 },
    { "a plotter's line control", RUN("\x1b.(IN;"), "", PDL_FAMILY_PCL, "application/vnd.hp-hpgl",
      0 },
    { "a word that begins as a plot does", RUN("IN; the beginning; was"), "", PDL_FAMILY_TEXT,
      "text/plain", 0 },
    { "ESC/POS", RUN("\x1b@\x1d!\x11"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-esc-pos", 0 },
    { "ZPL", RUN("^XA^FO20,20^FDx^FS^XZ"), "", PDL_FAMILY_LABELS, "application/vnd.zebra-zpl", 0 },
    { "ZPL of a driver", RUN("CT~~CD,~CC^~CT~\r\n^XA"), "", PDL_FAMILY_LABELS,
      "application/vnd.zebra-zpl", 0 },
    { "EPL", RUN("\nN\nA50,0,0,1,1,1,N,\"x\"\nP1\n"), "", PDL_FAMILY_LABELS, "application/x-epl",
      1 },
    { "a text of an N", RUN("N\nothing else"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "TSPL", RUN("SIZE 100 mm,50 mm\r\nCLS\r\n"), "", PDL_FAMILY_LABELS, "application/x-tspl", 0 },
    { "CPCL", RUN("! 0 200 200 210 1\r\n"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-cpcl", 0 },
    { "DVI", RUN("\xf7\x02\x01\x83"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-dvi", 0 },
    { "GIF", RUN("GIF89a\1\0"), "", PDL_FAMILY_UNCOUNTABLE, "image/gif", 0 },
    { "a text that begins as GIF does", RUN("GIF87 was a format"), "", PDL_FAMILY_TEXT,
      "text/plain", 0 },
    { "BMP", RUN("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"), "", PDL_FAMILY_UNCOUNTABLE,
      "image/bmp", 0 },
    { "a text that begins as BMP does", RUN("BMW sells cars"), "", PDL_FAMILY_TEXT, "text/plain",
      0 },
    { "WebP", RUN("RIFF\x10\0\0\0WEBPVP8 "), "", PDL_FAMILY_UNCOUNTABLE, "image/webp", 0 },
    { "RIFF of another kind", RUN("RIFF\x10\0\0\0WAVEfmt "), "", PDL_FAMILY_UNKNOWN,
      "application/octet-stream", 0 },
    { "HEIC",
      RUN("\0\0\0\x18"
          "ftypheic\0\0"),
      "", PDL_FAMILY_UNCOUNTABLE, "image/heif", 3 },
    { "AVIF",
      RUN("\0\0\0\x20"
          "ftypavif\0\0"),
      "", PDL_FAMILY_UNCOUNTABLE, "image/heif", 4 },
    { "JPEG 2000", RUN("\0\0\0\x0cjP  \r\n\x87\n"), "", PDL_FAMILY_UNCOUNTABLE, "image/jp2", 3 },
    { "JPEG XL", RUN("\0\0\0\x0cJXL \r\n\x87\n"), "", PDL_FAMILY_UNCOUNTABLE, "image/jxl", 3 },
    { "Netpbm", RUN("P6\n10 10\n255\n"), "", PDL_FAMILY_UNCOUNTABLE, "image/x-portable-anymap", 0 },
    { "PAM", RUN("P7\nWIDTH 10\n"), "", PDL_FAMILY_UNCOUNTABLE, "image/x-portable-anymap", 0 },
    { "a text that begins as PAM does", RUN("P7\nand more"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "PCX", RUN("\x0a\5\1\x08\0\0"), "", PDL_FAMILY_UNCOUNTABLE, "image/x-pcx", 1 },
    { "PCX without packing", RUN("\x0a\2\0\1\0\0"), "", PDL_FAMILY_UNCOUNTABLE, "image/x-pcx", 1 },
    { "a text that begins as Netpbm does", RUN("P1 is the first page"), "", PDL_FAMILY_TEXT,
      "text/plain", 0 },
    { "old Office", RUN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/x-ole-storage", 0 },
    { "new Office or XPS", RUN("PK\3\4"), "", PDL_FAMILY_ZIP, "application/zip", 0 },
    { "RTF", RUN("{\\rtf1\\ansi"), "", PDL_FAMILY_UNCOUNTABLE, "application/rtf", 0 },
    { "HTML", RUN("<!DocType HTML>\n"), "", PDL_FAMILY_UNCOUNTABLE, "text/html", 0 },
    { "HTML without a type", RUN("\n <!-- hi --><HTML lang=en>"), "", PDL_FAMILY_UNCOUNTABLE,
      "text/html", 2 },
    { "SVG", RUN("<?xml version=\"1.0\"?>\n<svg width"), "", PDL_FAMILY_UNCOUNTABLE,
      "image/svg+xml", 0 },
    { "XML", RUN("<?xml version=\"1.0\"?>\n<!-- --><x/>"), "", PDL_FAMILY_UNCOUNTABLE,
      "application/xml", 0 },
    { "XML cut short", RUN("<?xml version"), "", PDL_FAMILY_UNCOUNTABLE, "application/xml", 0 },
    { "e-mail", RUN("Return-Path: <a@b.c>\r\n"), "", PDL_FAMILY_UNCOUNTABLE, "message/rfc822", 0 },
    { "ELF",
      RUN("\x7f"
          "ELF\2\1"),
      "", PDL_FAMILY_UNCOUNTABLE, "application/x-executable", 0 },
    { "EXE", RUN("MZ\x90\0\3\0"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-msdownload", 0 },
    { "a text that begins as EXE does", RUN("MZ is a sign"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "bzip2", RUN("BZh91AY&SY\1\2"), "", PDL_FAMILY_UNCOUNTABLE, "application/x-bzip2", 0 },
    { "xz",
      RUN("\xfd"
          "7zXZ\0"),
      "", PDL_FAMILY_UNCOUNTABLE, "application/x-xz", 0 },
    { "UTF-16", RUN("\xff\xfeH\0i\0"), "", PDL_FAMILY_UNCOUNTABLE, "text/plain; charset=utf-16",
      0 },
    { "PostScript that PJL calls so", RUN("(no sign) show"), "POSTSCRIPT", PDL_FAMILY_POSTSCRIPT,
      "application/postscript", 0 },
    { "a text about PDF", RUN("The sign is %PDF-1.4 and so on\n"), "", PDL_FAMILY_TEXT,
      "text/plain", 0 },
    { "a text that quotes PDF", RUN("It begins with\n%PDF-1.4 and so on\n"), "", PDL_FAMILY_TEXT,
      "text/plain", 0 },
    { "PDF behind lines of a mail", RUN("Subject: x\n\n%PDF-1.4\n1 0 obj\n"), "", PDL_FAMILY_PDF,
      "application/pdf", 12 },
    { "a text about PCL XL", RUN("The sign is ) HP-PCL XL;2;0\n"), "", PDL_FAMILY_TEXT,
      "text/plain", 0 },
    { "a text about PostScript", RUN("Line\n%!PS-Adobe\n"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "a text that begins with lines", RUN("\r\n\n  Dear"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "a text behind NULs", RUN("\0\0\4 \n  Dear"), "", PDL_FAMILY_TEXT, "text/plain", 3 },
    { "a text behind a byte order mark", RUN("\xef\xbb\xbf\nDear"), "", PDL_FAMILY_TEXT,
      "text/plain", 3 },
    { "text in UTF-8",
      RUN("Gr\xc3\xbc\xc3\x9f"
          "e \xe2\x82\xac \xf0\x9f\x96\xa8"),
      "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "text in UTF-8, cut", RUN("\xe6\x97\xa5\xe6\x9c"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "text in Latin-1",
      RUN("Gr\xfc\xdf"
          "e aus K\xf6ln"),
      "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "text of DOS", RUN("C:\\>\r\n\x1a"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "high bytes that are no text",
      RUN("\xfe\xfe\x81\x92\xa3"
          "a"),
      "", PDL_FAMILY_UNKNOWN, "application/octet-stream", 0 },
    { "text", RUN("Dear printer,\n"), "", PDL_FAMILY_TEXT, "text/plain", 0 },
    { "noise", RUN("\x01\x02\x03"), "", PDL_FAMILY_UNKNOWN, "application/octet-stream", 0 },
};

static void test_the_names_of_media_types(void)
{
    CHECK(strcmp(pdl_detect_name("application/x-canon-bj"), "Canon BJ raster") == 0);
    CHECK(strcmp(pdl_detect_name("application/x-hiperc"), "OKI HIPER-C") == 0);
    CHECK(pdl_detect_name("application/x-nobody") == NULL);
}

int main(void)
{
    test_the_names_of_media_types();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pdl_kind kind = pdl_detect(cases[i].bytes, str_of(cases[i].language));
        bool ok = kind.family == cases[i].family && strcmp(kind.format, cases[i].format) == 0 &&
                  kind.skip == cases[i].skip;
        tap_result(ok, cases[i].name, __FILE__, __LINE__);
    }
    return tap_done();
}
