// The signs of detect.c: how strong, family, offset, bytes, media type, name for a person.
//
// SURE: nothing else begins so; it holds whatever PJL says. PLAIN: what PJL says comes first.
// SHORT: as PLAIN, and only where the head has bytes that text has not.

// Documents and images
SIGN(SURE, PJL, 0, PDL_UEL, "application/vnd.hp-pjl", "PJL")
SIGN(SURE, PJL, 0, "@PJL", "application/vnd.hp-pjl", "PJL")
SIGN(SURE, PDF, 0, "%PDF-", "application/pdf", "PDF")
SIGN(SURE, PWG, 0, "RaS2PwgRaster", "image/pwg-raster", "PWG raster")
SIGN(SURE, CUPS, 0, "RaS2", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, CUPS, 0, "2SaR", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, CUPS, 0, "RaSt", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, CUPS, 0, "tSaR", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, CUPS, 0, "RaS1", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, CUPS, 0, "RaS3", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, CUPS, 0, "1SaR", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, CUPS, 0, "3SaR", "application/vnd.cups-raster", "CUPS raster")
SIGN(SURE, URF, 0, "UNIRAST\0", "image/urf", "Apple raster")
SIGN(SURE, POSTSCRIPT, 0, "%!", "application/postscript", "PostScript")
SIGN(SURE, POSTSCRIPT, 0, "\xc5\xd0\xd3\xc6", "application/postscript", "PostScript (DOS EPS)")
SIGN(SURE, PCLXL, 0, ") HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL")
SIGN(SURE, PCLXL, 0, "( HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL")
SIGN(SURE, PCLXL, 0, "' HP-PCL XL", "application/vnd.hp-pclxl", "PCL XL")
SIGN(SURE, JPEG, 0, "\xff\xd8\xff", "image/jpeg", "JPEG")
SIGN(SURE, PNG, 0, "\x89PNG\r\n\x1a\n", "image/png", "PNG")
SIGN(SURE, TIFF, 0, "II*\0", "image/tiff", "TIFF")
SIGN(SURE, TIFF, 0, "MM\0*", "image/tiff", "TIFF")
SIGN(SURE, TIFF, 0, "II+\0", "image/tiff", "TIFF")
SIGN(SURE, TIFF, 0, "MM\0+", "image/tiff", "TIFF")
SIGN(SURE, GZIP, 0, "\x1f\x8b", "application/gzip", "gzip")
SIGN(SURE, ZIP, 0, "PK\x03\x04", "application/zip", "a zip archive (XPS, Office or other)")

// Printer languages whose pages cannot be told
SIGN(SURE, UNCOUNTABLE, 0, "\xcd\xca\x10", "application/x-canon-cpca",
     "Canon UFR II or CARPS in CPCA blocks")
SIGN(SURE, UNCOUNTABLE, 0, "\x1b%@", "application/x-canon-lips", "Canon LIPS")
SIGN(SURE, UNCOUNTABLE, 0,
     "\x1b;\x1b"
     "c\x1b;",
     "application/x-canon-lips", "Canon LIPS")
SIGN(SURE, UNCOUNTABLE, 0, "\x1b[K\x02\0", "application/x-canon-bj", "Canon BJ raster")
SIGN(SURE, UNCOUNTABLE, 0, "\x1b[K\x01\0", "application/x-canon-bj", "Canon BJ raster")
SIGN(SURE, UNCOUNTABLE, 0, "\xa0\xa1\x04\0", "application/x-canon-capt", "Canon CAPT")
SIGN(SURE, UNCOUNTABLE, 0, "\xa1\xa1\x04\0", "application/x-canon-capt", "Canon CAPT")
SIGN(SURE, UNCOUNTABLE, 0, "\xa0\xa2\x04\0", "application/x-canon-capt", "Canon CAPT")
SIGN(SURE, UNCOUNTABLE, 0, "\xa0\xa2\x08\0", "application/x-canon-capt", "Canon CAPT")
SIGN(SURE, UNCOUNTABLE, 0, "JZJZ", "application/x-zjstream", "ZjStream")
SIGN(SURE, UNCOUNTABLE, 0, "ZJZJ", "application/x-zjstream", "ZjStream")
SIGN(SURE, UNCOUNTABLE, 0, ",XQX\0", "application/x-xqx", "XQX")
SIGN(SURE, UNCOUNTABLE, 0, "\xa5SLX\0", "application/x-slx", "SLX (Lexmark)")
SIGN(SURE, UNCOUNTABLE, 0, "OAKT", "application/x-oak", "OAK")
SIGN(SURE, UNCOUNTABLE, 0, "$\x01\0\0\x07", "application/x-lidil", "HP LIDIL")
SIGN(SURE, UNCOUNTABLE, 0, "$PJL ", "application/x-spl", "Samsung SPL")
SIGN(SURE, UNCOUNTABLE, 0, "\x1bJP<", "application/x-hbpl", "HBPL")
SIGN(SURE, UNCOUNTABLE, 0, "\x1b\x12!@R00", "application/x-rpdl", "Ricoh RPDL")
SIGN(SURE, UNCOUNTABLE, 0,
     "\x1b"
     "c1\x1c"
     "d",
     "application/x-npdl", "NEC NPDL")
SIGN(SURE, UNCOUNTABLE, 0, "\x1b/\xf2\x1b|", "application/x-alps-md", "ALPS raster")
SIGN(SURE, UNCOUNTABLE, 0, "\xa5\0\x06\x40", "application/x-lexmark", "Lexmark raster")
SIGN(SURE, UNCOUNTABLE, 0, "\x1b*m\0", "application/x-lexmark", "Lexmark raster")
SIGN(SURE, UNCOUNTABLE, 0, "\x1b*\x80\0", "application/x-lexmark", "Lexmark raster")
SIGN(SURE, UNCOUNTABLE, 0, "@document(language", "application/x-impress", "imPRESS")
SIGN(SURE, UNCOUNTABLE, 0, "Sfff", "image/x-sff", "Structured Fax")
SIGN(SURE, UNCOUNTABLE, 0, "!R!", "application/x-kyocera-prescribe", "Kyocera PRESCRIBE")
SIGN(SURE, ESCP, 0, "\x1b\x01@EJL", "application/x-ejl", "Epson EJL")

// Labels
SIGN(PLAIN, LABELS, 0, "^XA", "application/vnd.zebra-zpl", "ZPL")
SIGN(PLAIN, LABELS, 0, "${^XA", "application/vnd.zebra-zpl", "ZPL")
SIGN(PLAIN, LABELS, 0, "CT~~CD,", "application/vnd.zebra-zpl", "ZPL")
SIGN(PLAIN, LABELS, 0, "~DG", "application/vnd.zebra-zpl", "ZPL")
SIGN(PLAIN, UNCOUNTABLE, 0, "! UTILITIES", "application/x-cpcl", "CPCL labels")
SIGN(PLAIN, UNCOUNTABLE, 0, "! 0 200 200 ", "application/x-cpcl", "CPCL labels")
SIGN(PLAIN, UNCOUNTABLE, 0, "\x1b@\x1d", "application/x-esc-pos", "ESC/POS receipts")

// What no printer of ours reads
SIGN(SURE, UNCOUNTABLE, 0, "GIF87a", "image/gif", "GIF")
SIGN(SURE, UNCOUNTABLE, 0, "GIF89a", "image/gif", "GIF")
SIGN(SURE, UNCOUNTABLE, 0, "8BPS\0", "image/vnd.adobe.photoshop", "a Photoshop file")
SIGN(SURE, UNCOUNTABLE, 0, "\xff\x4f\xff\x51", "image/jp2", "JPEG 2000")
SIGN(SURE, UNCOUNTABLE, 0, "\x97JB2\r\n\x1a\n", "image/jbig2", "JBIG2")
SIGN(SURE, UNCOUNTABLE, 0, "AT&TFORM", "image/vnd.djvu", "DjVu")
SIGN(SURE, UNCOUNTABLE, 0, "\xf7\x02", "application/x-dvi", "DVI")
SIGN(SURE, UNCOUNTABLE, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage",
     "an old Office file")
SIGN(SURE, UNCOUNTABLE, 0, "{\\rtf", "application/rtf", "RTF")
SIGN(SURE, UNCOUNTABLE, 0,
     "\x7f"
     "ELF",
     "application/x-executable", "a program (ELF)")
SIGN(SURE, UNCOUNTABLE, 0, "Rar!\x1a\x07", "application/vnd.rar", "a RAR archive")
SIGN(SURE, UNCOUNTABLE, 0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "a 7z archive")
SIGN(SURE, UNCOUNTABLE, 0,
     "\xfd"
     "7zXZ\0",
     "application/x-xz", "xz")
SIGN(SURE, UNCOUNTABLE, 0, "\x28\xb5\x2f\xfd", "application/zstd", "zstd")
SIGN(SURE, UNCOUNTABLE, 0, "PK\x05\x06", "application/zip", "an empty zip archive")
SIGN(SURE, UNCOUNTABLE, 257, "ustar", "application/x-tar", "a tar archive")
SIGN(SHORT, UNCOUNTABLE, 0, "BZh", "application/x-bzip2", "bzip2")
SIGN(SHORT, UNCOUNTABLE, 0, "\x1f\x9d", "application/x-compress", "compress")
SIGN(SHORT, UNCOUNTABLE, 0, "MZ", "application/x-msdownload", "a program (EXE)")
SIGN(SHORT, UNCOUNTABLE, 0, "\xff\xfe", "text/plain; charset=utf-16", "text in UTF-16")
SIGN(SHORT, UNCOUNTABLE, 0, "\xfe\xff", "text/plain; charset=utf-16", "text in UTF-16")
SIGN(PLAIN, UNCOUNTABLE, 0, "Return-Path: <", "message/rfc822", "e-mail")
SIGN(PLAIN, UNCOUNTABLE, 0, "Received: from ", "message/rfc822", "e-mail")
SIGN(PLAIN, UNCOUNTABLE, 0, "Delivered-To: ", "message/rfc822", "e-mail")
SIGN(PLAIN, UNCOUNTABLE, 0, "MIME-Version: 1.0", "message/rfc822", "e-mail")
