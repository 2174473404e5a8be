#!/usr/bin/python3
"""Makes tests/data/gzip: documents packed with gzip, in the ways gzip allows and in those it does not.

make_gzips.py DIR          writes FILE.gz and FILE.want (the keys: see tests/unit/count/test_corpus.c)
"""
import gzip
import os
import struct
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    with open(os.path.join(HERE, name), 'rb') as file:
        return file.read()


def member(data, flags=0, fields=b'', crc=None, length=None):
    """RFC 1952, 2.3, with what the flags announce."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(data) + deflate.flush()
    head = b'\x1f\x8b\x08' + bytes([flags]) + b'\0\0\0\0\x02\x03'
    return (head + fields + packed
            + struct.pack('<II', zlib.crc32(data) if crc is None else crc,
                          len(data) if length is None else length))


def pdf(pages, ink='0 g'):
    """Pages with a bar each; no cross-reference table, which readers rebuild."""
    kids = ' '.join('%d 0 R' % (3 + i) for i in range(pages))
    content = '%s 100 100 200 50 re f' % ink
    out = '%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n'
    out += '2 0 obj<</Type/Pages/MediaBox[0 0 595 842]/Kids[%s]/Count %d>>endobj\n' % (kids, pages)
    for i in range(pages):
        out += '%d 0 obj<</Type/Page/Parent 2 0 R/Contents %d 0 R>>endobj\n' % (3 + i, 3 + pages)
    out += '%d 0 obj<</Length %d>>stream\n%s\nendstream endobj\n' % (3 + pages, len(content), content)
    return (out + 'trailer<</Root 1 0 R>>\n%%EOF\n').encode()


def raster(pages, pixel=b'\x40\x40\x40'):
    """PWG raster: pages of 64 by 8 pixels of one colour, 8 to the inch, so 203 by 25 mm."""
    head = bytearray(1796)
    for at, text in ((0, b'PwgRaster'), (1732, b'custom')):
        head[at:at + len(text)] = text
    for at, value in ((276, 8), (280, 8), (340, 1), (352, 576), (356, 72), (372, 64), (376, 8), (384, 8),
                      (388, 24), (392, 192), (400, 19), (420, 3)):
        head[at:at + 4] = struct.pack('>I', value)
    return b'RaS2' + (bytes(head) + b'\x07\x3f' + pixel) * pages


PDF, PWG = pdf(3), raster(2)
WHOLE = member(PDF)
UEL = b'\x1b%-12345X'
OUTSIDE = UEL + b'@PJL SET QTY=3\r\n@PJL ENTER LANGUAGE=PDF\r\n'
EXTRA = member(PDF, 0x1c, struct.pack('<H', 7) + b'QN\3\0abc' + b'a name.pdf\0' + b'a comment\0')

# name, bytes, pages, color, certainty, reason, truth
CASES = [
    ('pdf', WHOLE, 3, 0, 'exact', 'packed with gzip', 'a PDF of three pages'),
    ('pdf-color', member(pdf(2, '1 0 0 rg')), 2, 2, 'exact', 'packed with gzip', 'two red pages'),
    ('pdf-python', gzip.compress(PDF, mtime=0), 3, 0, 'exact', '', "as Python's gzip packs it"),
    ('pdf-in-pjl', member(UEL + b'@PJL ENTER LANGUAGE=PDF\n' + PDF + UEL), 3, 0, 'exact', 'wrapped in PJL',
     'PJL inside of the gzip'),
    ('pjl-outside', OUTSIDE + WHOLE + UEL, 3, 0, 'estimated', 'outside of the gzip',
     'PJL around the gzip, which asks for three sets'),
    ('jpeg', member(read('jpeg/red.jpg')), 1, 1, 'exact', 'coloured pixel', 'a red JPEG'),
    ('pwg', member(PWG), 2, 0, 'exact', 'packed with gzip', 'grey PWG raster of two pages'),
    ('pwg-color', member(raster(5, b'\xff\0\0')), 5, 5, 'exact', 'packed with gzip', 'red PWG raster'),
    ('members', member(PDF[:100]) + member(b'') + member(PDF[100:]), 3, 0, 'exact', '',
     'three members that follow each other are one document'),
    ('members-pwg', member(PWG[:1000]) + member(PWG[1000:]), 2, 0, 'exact', '', 'two members, a page over both'),
    ('padded', WHOLE + bytes(3000), 3, 0, 'exact', '', 'NULs behind it, as from a tape'),
    ('padded-before', bytes(9) + WHOLE, 3, 0, 'exact', '', 'NULs before it, as spoolers send them'),
    ('fields', EXTRA, 3, 0, 'exact', '', 'an extra field, a name and a comment'),
    ('header-sum', member(PDF, 2, struct.pack('<H', zlib.crc32(
        b'\x1f\x8b\x08\x02\0\0\0\0\x02\x03') & 0xffff)), 3, 0, 'exact', '', 'a check sum of the header'),
    ('behind', WHOLE + b'\x01\x02 not gzip', 3, 0, 'estimated', 'What follows', 'other bytes behind it'),
    ('behind-pwg', member(PWG) + b'\x01\x02 not gzip', 2, 0, 'estimated unknown', '', 'other bytes behind it'),
    ('crc', member(PDF, crc=1), 3, 0, 'estimated', 'damaged', 'a wrong check sum'),
    ('crc-pwg', member(PWG, crc=1), 2, 0, 'estimated', 'damaged', 'a wrong check sum, seen once all is read'),
    ('length', member(PDF, length=7), 3, 0, 'estimated', 'damaged', 'a wrong length at the end'),
    ('cut-end', WHOLE[:-1], 3, 0, 'estimated', 'cut short', 'the last byte of the length is missing'),
    ('cut-pwg', member(raster(2) + raster(2)[4:])[:-20], '-', '-', 'estimated', 'cut short', 'cut in the data'),
    ('cut-head', WHOLE[:6], 0, 0, 'unknown', 'where it begins', 'cut in the header'),
    ('empty', member(b''), 0, 0, 'unknown', 'holds nothing', 'nothing is packed'),
    ('noise', b'\x1f\x8b' + bytes(range(255, 0, -1)), 0, 0, 'unknown', 'where it begins', 'noise behind the sign'),
    ('method', b'\x1f\x8b\x07' + WHOLE[3:], 0, 0, 'unknown', 'where it begins', 'a method that is not deflate'),
    ('twice', member(WHOLE), 0, 0, 'unknown', 'gzip packed in gzip', 'gzip in gzip'),
    ('twice-in-pjl', member(UEL + b'@PJL\n' + PDF + UEL + b'@PJL\n' + WHOLE), '-', '-', 'unknown',
     'gzip packed in gzip', 'a PDF and a gzip, in gzip'),
    ('unknown', member(b'\x01\x02\x03'), 0, 0, 'unknown', 'no language', 'what is packed is not known'),
]


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, made, *want in CASES:
        with open(os.path.join(folder, name + '.gz'), 'wb') as out:
            out.write(made)
        with open(os.path.join(folder, name + '.want'), 'w') as out:
            out.write('pages %s\ncolor %s\ncertainty %s\nreason %s\ntruth %s\nformat application/gzip\n'
                      % tuple(want))
    print('%d files' % len(CASES))


main()
