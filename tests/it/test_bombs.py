"""Documents made to hurt their reader. Each ends in a clear verdict, within ten seconds of the reader's time and 256
MiB of memory, and none kills a reader by a fault of memory."""
import gzip
import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest

from conftest import QUOIN

MIB = 1 << 20
UEL = b"\x1b%-12345X"


def pdf(*objects, trailer=b"/Root 1 0 R", head=b"%PDF-1.7\n"):
    out, offsets = head, []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer<<%s/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(objects) + 1, start)


def stream(data, words=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (words, len(data), data)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 4 0 R>>>>>>"


def deflated(size, rounds=1, what=b"\0"):
    data = zlib.compressobj(9)
    out = b"".join(data.compress(what * MIB) for _ in range(size // MIB)) + data.flush()
    for _ in range(rounds - 1):
        out = zlib.compress(out, 9)
    return out


def tiff(entries, next_ifd, tail=b""):
    ifd = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<I", 8) + ifd + struct.pack("<I", next_ifd) + tail


def picture(width, height):
    return [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 200),
            (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 16)]


def png(width, height, data):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", data) + chunk(b"IEND", b""))


def raster(width, height, copies=1, line=None):
    header = bytearray(1796)
    header[:9] = b"PwgRaster"
    for offset, value in ((276, 300), (280, 300), (340, copies), (372, width), (376, height), (384, 8), (388, 24),
                          (392, line if line is not None else width * 3), (400, 19), (420, 3)):
        struct.pack_into(">I", header, offset, value & 0xffffffff)
    return b"RaS2" + bytes(header)


def archive(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts:
            package.writestr(name, data)
    return out.getvalue()


REL = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="R1" '
       'Type="http://schemas.microsoft.com/xps/2005/06/fixedrepresentation" Target="/f.fdseq"/></Relationships>')
SEQUENCE = ('<FixedDocumentSequence xmlns="http://schemas.microsoft.com/xps/2005/06">%s</FixedDocumentSequence>')
TYPES = ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
         'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>')


def xps(*parts):
    return archive([("[Content_Types].xml", TYPES), ("_rels/.rels", REL), *parts])


def pages_loop():
    return pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>", b"<</Type/Pages/Kids[2 0 R]/Parent 2 0 R>>")


def pages_deep():
    count = 20000
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 1) for number in range(2, count)]
    return pdf(CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>")


def pages_fan():
    """Each node names the next one ten times: ten to the eighth leaves."""
    nodes = [b"<</Type/Pages/Kids[%s]/Count 1>>" % (b"%d 0 R " % (number + 1) * 10) for number in range(2, 10)]
    return pdf(CATALOG, *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>")


def forms_fan():
    forms = [stream(b"/X Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (number + 1))
             for number in range(5, 14)]
    return pdf(CATALOG, PAGES, PAGE, stream(b"/X Do"), *forms, stream(b"1 0 0 rg 0 0 9 9 re f"))


def xref_chain():
    one = pdf(CATALOG, PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    start = one.rindex(b"xref\n0")
    return one.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


BOMBS = {
    "pdf-pages-loop": pages_loop,
    "pdf-pages-deep": pages_deep,
    "pdf-pages-fan": pages_fan,
    "pdf-forms-fan": forms_fan,
    "pdf-xref-chain": xref_chain,
    "pdf-flate": lambda: pdf(CATALOG, PAGES, PAGE, stream(deflated(1024 * MIB), b"/Filter/FlateDecode")),
    "pdf-flate-twice": lambda: pdf(CATALOG, PAGES, PAGE, stream(deflated(1024 * MIB, 2), b"/Filter[/FlateDecode/FlateDecode]")),
    "pdf-filters": lambda: pdf(CATALOG, PAGES, PAGE, stream(b"00>" * 99, b"/Filter[%s]" % (b"/ASCIIHexDecode" * 3000))),
    "pdf-brackets": lambda: pdf(CATALOG, PAGES, PAGE, stream(b"[" * 5000000)),
    "pdf-dictionaries": lambda: pdf(CATALOG, PAGES, b"<</A" * 200000),
    "pdf-q": lambda: pdf(CATALOG, PAGES, PAGE, stream(b"q " * 5000000)),
    "pdf-comments": lambda: b"%PDF-1.4\n" + b"%\n" * 400000 + b"trailer<</Root 1 0 R>>",
    "pdf-length": lambda: pdf(CATALOG, PAGES, PAGE, b"<</Length 2147483647>>stream\n1 g\nendstream"),
    "pdf-picture": lambda: pdf(CATALOG, PAGES, PAGE, stream(
        deflated(512 * MIB), b"/Type/XObject/Subtype/Image/Width 65535/Height 65535/BitsPerComponent 16/ColorSpace/DeviceRGB"
                             b"/Filter/FlateDecode")),
    "gzip-zeros": lambda: gzip.compress(b"") + b"".join([gzip.compress(b"\0" * 64 * MIB)] * 60),
    "gzip-in-gzip": lambda: gzip.compress(gzip.compress(gzip.compress(b"%!PS\nshowpage"))),
    "gzip-raster": lambda: gzip.compress(raster(10, 2 ** 31 - 1) + b"\xff\x02\0\0\0" * 1000000),
    "gzip-text": lambda: b"".join([gzip.compress(b"a\f" * 32 * MIB)] * 20),
    "gzip-pdf": lambda: gzip.compress(pages_fan() + b"\n" * 600 * MIB),
    "zip-flate": lambda: xps(("f.fdseq", SEQUENCE % (" " * 600 * MIB))),
    "xps-sequence-loop": lambda: xps(("f.fdseq", SEQUENCE % ('<DocumentReference Source="/f.fdseq"/>' * 100000))),
    "xps-nesting": lambda: xps(("f.fdseq", SEQUENCE % ("<a>" * 2000000))),
    "xps-entities": lambda: xps(("f.fdseq", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij")) + "]><x>&j;</x>")),
    "tiff-loop": lambda: tiff(picture(8, 2), 8, b"\0" * 400),
    "tiff-chain": lambda: b"II*\0\x08\0\0\0" + b"".join(
        struct.pack("<HHHIII", 1, 256, 4, 1, 8, 8 + 18 * (at + 1)) for at in range(300000)) + b"\0" * 18,
    "tiff-huge": lambda: tiff(picture(2 ** 31 - 1, 2 ** 31 - 1), 0, b"\0" * 400),
    "tiff-entries": lambda: b"II*\0\x08\0\0\0\xff\xff" + b"\0" * 100,
    "png-huge": lambda: png(2 ** 31 - 1, 2 ** 31 - 1, deflated(64 * MIB)),
    "png-flate": lambda: png(60000, 60000, deflated(2048 * MIB)),
    "pwg-sides": lambda: raster(2 ** 31 - 1, 2 ** 31 - 1) + b"\0" * 100,
    "pwg-copies": lambda: raster(1, 1, copies=2 ** 31 - 1) + b"\0\0\0\0\0",
    "pwg-pages": lambda: b"RaS2" + (raster(1, 1)[4:] + b"\0\0\xff\0\0") * 120000,
    "pwg-rows": lambda: raster(1, 2 ** 20) + b"\0\0\xff\xff\xff" * 200000,
    "urf-pages": lambda: b"UNIRAST\0" + struct.pack(">I", 2 ** 32 - 1) + b"\x18\1\1\1" * 100000,
    "ps-endless": lambda: b"%!PS\n{} loop",
    "ps-pages": lambda: b"%!PS\n{showpage} loop",
    "ps-memory": lambda: b"%!PS\n/a [] def {/a [a 65000 array] def} loop",
    "ps-string": lambda: b"%!PS\n/a 1 def { 65535 string pop 65535 array pop save pop } loop",
    "ps-copies": lambda: b"%!PS\n/#copies 2147483647 def showpage",
    "ps-size": lambda: b"%!PS\n<< /PageSize [2000000 2000000] >> setpagedevice 0 0 9 9 rectfill showpage",
    "ps-recursion": lambda: b"%!PS\n/a { a a } def a showpage",
    "ps-file": lambda: b"%!PS\n(/etc/passwd) (r) file 100 string readstring pop = showpage",
    "pcl-macro-loop": lambda: b"\x1bE\x1b&f1Y\x1b&f0X\x1b&f1y3X\x1b&f1y3X\f\x1b&f1X" + b"\x1b&f1y3X" * 1000,
    "pcl-macro-fan": lambda: b"\x1bE" + b"".join(
        b"\x1b&f%dY\x1b&f0X" % n + b"\x1b&f%dy3X" % (n + 1) * 20 + b"\x1b&f1X" for n in range(1, 30)) + b"\x1b&f1y3X\f",
    "pcl-feeds": lambda: b"\x1bE" + b"\f" * 3000000,
    "pcl-copies": lambda: b"\x1bE\x1b&l2147483647Xhello\f\x1bE",
    "pcl-length": lambda: b"\x1bE\x1b*b2147483647Whello\f",
    "hpgl-replot": lambda: b"\x1bE\x1b%0BIN;SP1;PU0,0;PD9,9;RP2147483647;\x1b%0A\f",
    "hpgl-encoded": lambda: b"\x1b%-1BIN;PE" + b"=" * 9000000 + b";",
    "xl-length": lambda: b") HP-PCL XL;2;0\n" + b"\xfa\xff\xff\xff\x7f" + b"\0" * 100,
    "xl-array": lambda: b") HP-PCL XL;2;0\n" + b"\xc8\xc2\xff\xff\xff\x7f" * 10000,
    "xl-pages": lambda: b") HP-PCL XL;2;0\n" + b"\x43\x44" * 2000000,
    "pjl-lines": lambda: UEL + b"@PJL SET COPIES=2\n" * 1000000,
    "pjl-line": lambda: UEL + b"@PJL COMMENT " + b"a" * 20000000,
    "pjl-parts": lambda: (UEL + b"@PJL ENTER LANGUAGE=PCL\nx\f") * 200000,
    "uels": lambda: UEL * 2000000,
    "escp-length": lambda: b"\x1b@\x1b(G\x01\0\x01\x1b.\0\x14\x14\x01\xff\xff" + b"\0" * 100,
    "escp-feeds": lambda: b"\x1b@" + b"a\f" * 2000000,
    "text-feeds": lambda: b"a\f" * 10000000,
    "text-line": lambda: b"a" * 60000000,
}

MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, timeout=60)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"status": done.returncode, "out": done.stdout.decode(), "err": done.stderr.decode(),
                  "kib": usage.ru_maxrss, "seconds": usage.ru_utime + usage.ru_stime}))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    measured = subprocess.run([sys.executable, "-c", MEASURE, QUOIN, "count", "--json", path], capture_output=True, text=True,
                              check=True, timeout=90)
    result = json.loads(measured.stdout)
    assert result["status"] in (0, 3, 5), result["err"]
    answer = json.loads(result["out"].splitlines()[0])
    assert answer["certainty"] in ("exact", "computed") or answer["reasons"], answer
    # A reader that was ended for its time, or gave up for lack of memory, is a verdict; any other death is none.
    faults = [f"its reader was killed by signal {number}" for number in (4, 7, 8, 11)]
    assert not any(fault in reason for fault in faults for reason in answer["reasons"]), answer["reasons"]
    assert result["kib"] <= 256 * 1024 + path.stat().st_size // 1024, f"{result['kib']} KiB: {answer['reasons']}"
    assert result["seconds"] <= 25, f"{result['seconds']} s: {answer['reasons']}"
