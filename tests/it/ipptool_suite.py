"""Runs Debian's ipptool suites against an IPP printer and counts what they say.

ipptool's exit status is 0 after failures in included files and after a parse that stops early
(reference: its own tests stop at the first document that is missing), so what is counted here is the
lines, and standard error must be empty. The documents that the suites name are not in Debian's
package: documents() makes stand-ins, real PDF, JPEG and PWG raster of our own.

    python3 tests/it/ipptool_suite.py URI [SUITE...]
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

SUITES = [("ipp-1.1.test", "1.1"), ("ipp-2.0.test", "2.0"), ("ipp-everywhere.test", "2.0")]
DEBIAN = "/usr/share/cups/ipptool"


def pdf(pages, width, height):
    """A plain PDF of so many pages, each with a line of black text and a grey box."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>",
               "<< /Type /Pages /Count %d /Kids [%s] >>" % (
                   pages, " ".join("%d 0 R" % (4 + 2 * n) for n in range(pages))),
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    for page in range(pages):
        content = "BT /F1 24 Tf 72 72 Td (Page %d) Tj ET 0.5 g 72 144 100 50 re f" % (page + 1)
        objects.append("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
                       "/Resources << /Font << /F1 3 0 R >> >> >>" % (width, height, 5 + 2 * page))
        objects.append("<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += ("%d 0 obj\n%s\nendobj\n" % (number, body)).encode()
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, start)
    return out


# A baseline JPEG of 8 by 8 pixels, one grey component, made by hand: tables of one code each.
def jpeg():
    def segment(marker, body):
        return bytes([0xff, marker]) + struct.pack(">H", len(body) + 2) + body
    counts = bytes([1] + [0] * 15)
    return (b"\xff\xd8" + segment(0xe0, b"JFIF\0\1\1\1\0\x48\0\x48\0\0")
            + segment(0xdb, b"\0" + b"\x01" * 64)
            + segment(0xc0, b"\x08\0\x08\0\x08\x01\x01\x11\0")
            + segment(0xc4, b"\0" + counts + b"\0") + segment(0xc4, b"\x10" + counts + b"\0")
            + segment(0xda, b"\x01\x01\0\0\x3f\0") + b"\x3f" + b"\xff\xd9")


COLORS = {"black-1": (3, 1, 1, 1), "sgray-8": (18, 8, 8, 1), "srgb-8": (19, 8, 24, 3),
          "srgb-16": (19, 16, 48, 3), "cmyk-8": (6, 8, 32, 4)}


def pwg(dpi, color, pages=1):
    """White pages of 4 by 6 inches in PWG raster (PWG 5102.4)."""
    space, bits, pixel, parts = COLORS[color]
    width, height = 4 * dpi, 6 * dpi
    line = (width * pixel + 7) // 8
    unit = max(pixel // 8, 1)
    white = b"\0" * unit if color in ("black-1", "cmyk-8") else b"\xff" * unit
    head = bytearray(1796)
    head[0:9] = b"PwgRaster"

    def put(at, *values):
        struct.pack_into(">%dI" % len(values), head, at, *values)
    put(276, dpi, dpi)
    put(340, 1)
    put(352, 288, 432)
    put(372, width, height)
    put(384, bits, pixel, line, 0, space)
    put(420, parts)
    put(452, pages, 1, 1, 0, 0, width, height)
    head[1732:1732 + 18] = b"na_index-4x6_4x6in"
    units = line // unit
    row = b""
    while units > 0:
        run = min(units, 128)
        row += bytes([run - 1]) + white
        units -= run
    body = b""
    left = height
    while left > 0:
        run = min(left, 256)
        body += bytes([run - 1]) + row
        left -= run
    return b"RaS2" + (bytes(head) + body) * pages


def documents(folder):
    """Copies Debian's suites into folder and puts a document beside them under each name they use."""
    made = {"document-a4.pdf": pdf(4, 595, 842), "document-letter.pdf": pdf(4, 612, 792),
            "document-a4.ps": b"%!PS-Adobe-3.0\nshowpage\n",
            "document-letter.ps": b"%!PS-Adobe-3.0\nshowpage\n",
            "color.jpg": jpeg(), "gray.jpg": jpeg()}
    for name, content in made.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    rasters = {}
    for suite, _ in SUITES:
        shutil.copy(os.path.join(DEBIAN, suite), folder)
        with open(os.path.join(DEBIAN, suite), encoding="utf-8") as file:
            names = re.findall(r"(?:FILE|SKIP-IF-MISSING) (\S+\.pwg)", file.read())
        for name in names:
            color, dpi = re.search(r"/([a-z]+-\d+)/.*-(\d+)dpi\.pwg", name).groups()
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            key = (int(dpi), color)
            rasters.setdefault(key, pwg(*key))
            with open(path, "wb") as file:
                file.write(rasters[key])


class Result:
    def __init__(self, out, err):
        self.out, self.err = out, err
        self.passed = len(re.findall(r"\[PASS\]", out))
        self.failed = len(re.findall(r"\[FAIL\]", out))
        self.skipped = len(re.findall(r"\[SKIP\]", out))
        self.stopped = err.strip() != ""


def run(folder, uri, suite, version, timeout=300, document="document-a4.pdf"):
    done = subprocess.run(["ipptool", "-V", version, "-tI", "-T", "30", "-f", document, uri, suite],
                          cwd=folder, capture_output=True, text=True, timeout=timeout, check=False)
    return Result(done.stdout, done.stderr)


def run_all(uri, only=(), at_least=30):
    """True when every suite ran to its end with no failure. Prints a line a suite."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        documents(folder)
        for suite, version in SUITES:
            if only and suite not in only:
                continue
            result = run(folder, uri, suite, version)
            print("%s: %d passed, %d failed, %d skipped%s" % (
                suite, result.passed, result.failed, result.skipped,
                ", and it STOPPED: " + result.err.strip() if result.stopped else ""), flush=True)
            if result.failed or result.stopped or result.passed < at_least:
                good = False
                for block in re.findall(r"[^\n]*\[FAIL\]\n(?:        .*\n)*", result.out):
                    print(block)
    return good


if __name__ == "__main__":
    sys.exit(0 if run_all(sys.argv[1], sys.argv[2:]) else 1)
