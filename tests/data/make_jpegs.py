#!/usr/bin/python3
"""Makes tests/data/jpeg: small JPEGs whose truth is known because each was made for one trap.

make_jpegs.py DIR          writes FILE.jpg and FILE.want (the keys: see make_pdfs.py)

The encoder is our own and as small as can be: every 8 by 8 block is flat, so a block is its DC alone.
"""
import os
import struct
import sys

GREY, RED, WHITE = (128, 128, 128), (76, 85, 255), (255, 128, 128)  # Y Cb Cr


def segment(marker, body):
    return bytes([0xff, marker]) + struct.pack('>H', len(body) + 2) + body


def jfif(unit, x, y):
    return segment(0xe0, b'JFIF\0\1\1' + struct.pack('>BHH', unit, x, y) + b'\0\0')


def exif(order, unit, x, y, turned=1):
    """A directory of the tags that say how large a picture is and how it lies, behind it two fractions."""
    head = b'II*\0' if order == '<' else b'MM\0*'
    after = 8 + 2 + 4 * 12 + 4
    entries = struct.pack(order + 'HHIHH', 0x112, 3, 1, turned, 0)
    entries += struct.pack(order + 'HHII', 0x11a, 5, 1, after)
    entries += struct.pack(order + 'HHII', 0x11b, 5, 1, after + 8)
    entries += struct.pack(order + 'HHIHH', 0x128, 3, 1, unit, 0)
    return segment(0xe1, b'Exif\0\0' + head + struct.pack(order + 'IH', 8, 4) + entries
                   + struct.pack(order + 'I', 0) + struct.pack(order + 'IIII', x, 1, y, 1))


ADOBE_CMYK = segment(0xee, b'Adobe\0\x64\0\0\0\0\0')


class Bits:
    def __init__(self):
        self.value, self.count, self.out = 0, 0, bytearray()

    def put(self, value, count):
        for at in range(count - 1, -1, -1):
            self.value = self.value << 1 | value >> at & 1
            self.count += 1
            if self.count == 8:
                self.out.append(self.value)
                self.out += b'\0' if self.value == 0xff else b''
                self.value = self.count = 0

    def end(self):
        while self.count:
            self.put(1, 1)
        return bytes(self.out)


def jpeg(wide, high, block, apps=jfif(1, 72, 72), claim=None):
    """wide by high blocks; block(x, y) gives one sample for each component."""
    parts = len(block(0, 0))
    width, height = claim or (wide * 8, high * 8)
    frame = struct.pack('>BHHB', 8, height, width, parts)
    scan = bytes([parts])
    for part in range(1, parts + 1):
        frame += bytes([part, 0x11, 0])
        scan += bytes([part, 0])
    bits, before = Bits(), [0] * parts
    for y in range(high):
        for x in range(wide):
            for part, sample in enumerate(block(x, y)):
                change, before[part] = sample - 128 - before[part], sample - 128
                size = abs(change).bit_length()
                bits.put(size, 4)
                bits.put(change if change > 0 else change + (1 << size) - 1, size)
                bits.put(0, 1)
    return (b'\xff\xd8' + apps + segment(0xdb, b'\0' + b'\x08' * 64) + segment(0xc0, frame)
            + segment(0xc4, b'\0' + bytes([0, 0, 0, 9] + [0] * 12) + bytes(range(9)))
            + segment(0xc4, b'\x10' + bytes([1] + [0] * 15) + b'\0')
            + segment(0xda, scan + b'\0\x3f\0') + bits.end() + b'\xff\xd9')


def flat(*sample):
    return lambda x, y: sample


def spot(x, y):
    return RED if (x, y) == (5, 7) else GREY


def noise(x, y):
    return ((x * 37 + y * 61) % 200, 128, 128)


NONE = 'does not say how large'
EXACT, NOT_SIZE, UNKNOWN = 'exact', 'estimated', 'unknown'
GREY_2 = jpeg(8, 8, flat(*GREY))

# name, bytes, pages, color, blank, certainty, reason, truth
CASES = [
    ('grey', jpeg(40, 40, noise), 1, 0, 0, EXACT, '', 'YCbCr without chroma'),
    ('grey-one', jpeg(40, 40, flat(90)), 1, 0, 0, EXACT, '', 'one component'),
    ('white', jpeg(40, 40, flat(*WHITE)), 1, 0, 1, EXACT, '', 'white all over'),
    ('white-one', jpeg(40, 40, flat(255)), 1, 0, 1, EXACT, '', 'one component, white'),
    ('red', jpeg(40, 40, flat(*RED)), 1, 1, 0, EXACT, 'coloured pixel', 'red all over'),
    ('red-spot', jpeg(40, 40, spot), 1, 1, 0, EXACT, 'coloured pixel', 'one red block'),
    ('cmyk-black', jpeg(40, 40, flat(255, 255, 255, 30), jfif(1, 72, 72) + ADOBE_CMYK), 1, 0, 0,
     EXACT, '', "Adobe's CMYK is stored inverted: black alone"),
    ('cmyk-cyan', jpeg(40, 40, flat(20, 255, 255, 255), jfif(1, 72, 72) + ADOBE_CMYK), 1, 1, 0,
     EXACT, 'coloured pixel', "Adobe's CMYK is stored inverted: cyan"),
    ('cm', jpeg(40, 40, flat(*GREY), jfif(2, 28, 28)), 1, 0, 0, EXACT, '', 'dots per centimetre'),
    ('exif', jpeg(40, 40, flat(*GREY), exif('<', 2, 72, 72)), 1, 0, 0, EXACT, '',
     'density by Exif, little endian'),
    ('exif-big-endian', jpeg(40, 40, flat(*GREY), exif('>', 3, 28, 28)), 1, 0, 0, EXACT, '',
     'density by Exif, big endian, per centimetre'),
    ('exif-zero', jpeg(40, 40, flat(*GREY), exif('<', 2, 0, 0)), 1, 0, 0, NOT_SIZE, NONE,
     'a density of nothing'),
    ('no-density', jpeg(40, 40, flat(*GREY), b''), 1, 0, 0, NOT_SIZE, NONE, 'no density'),
    ('shape-only', jpeg(40, 40, flat(*GREY), jfif(0, 1, 1)), 1, 0, 0, NOT_SIZE, NONE,
     'JFIF gives the shape of a pixel only'),
    ('poster', jpeg(160, 120, flat(*GREY), jfif(1, 40, 40)), 1, 0, 0, NOT_SIZE, 'no sheet',
     'a photo whose density would make it a wall'),
    ('stamp', jpeg(1, 1, flat(*GREY)), 1, 0, 0, NOT_SIZE, 'no sheet', 'no sheet is so small'),
    ('tail', jpeg(40, 40, noise) + b'more bytes \xff\xd8\xff', 1, 0, 0, EXACT, '14 bytes behind the picture',
     'what follows the end mark is no language'),
    ('padded', jpeg(40, 40, noise) + bytes(5000), 1, 0, 0, EXACT, '', 'cameras fill up with NUL'),
    ('two', jpeg(40, 40, noise) + bytes(3) + jpeg(40, 40, flat(*GREY)), 2, 0, 0, EXACT, '', 'two files, one behind the other'),
    ('several-more', jpeg(40, 40, noise, jfif(1, 72, 72) + segment(0xe2, b'MPF\0II*\0')) + GREY_2 + bytes(9) + GREY_2
     + b'\x1bEhello\x1bE', 2, 0, 0, 'computed', 'several pictures', 'MPO: the first counts, and what is behind it is a part'),
    ('turned', jpeg(40, 30, flat(*GREY), exif('<', 2, 50, 50, 6)), 1, 0, 0, EXACT, '', 'lies on its side by Exif'),
    ('not-turned', jpeg(40, 30, flat(*GREY), exif('>', 2, 50, 50, 3)), 1, 0, 0, EXACT, '', 'upside down by Exif'),
    ('several', jpeg(40, 40, noise, jfif(1, 72, 72) + segment(0xe2, b'MPF\0II*\0')) + GREY_2, 1, 0, 0, EXACT,
     'several pictures', 'MPO: the first counts'),
    ('cut-half', jpeg(40, 40, noise)[:-200], 0, 0, 0, UNKNOWN, 'cut short', 'the end is missing'),
    ('cut-mark', GREY_2[:-2], 0, 0, 0, UNKNOWN, 'cut short', 'only the end mark is missing'),
    ('cut-head', GREY_2[:60], 0, 0, 0, UNKNOWN, 'no picture', 'cut before the frame'),
    ('hole', jpeg(40, 40, noise)[:-300] + b'\xff\xd9', 0, 0, 0, UNKNOWN, 'damaged',
     'pixels are missing before the end mark'),
    ('garbage', b'\xff\xd8\xff' + bytes(range(256)) * 4, 0, 0, 0, UNKNOWN, 'no picture',
     'noise behind a start mark'),
    ('no-height', jpeg(8, 8, flat(*GREY), claim=(64, 0)), 0, 0, 0, UNKNOWN, 'how many pixels',
     'a frame without height'),
    ('two-parts', jpeg(8, 8, flat(90, 90)), 0, 0, 0, UNKNOWN, '2 components', 'no such colour space'),
    ('bomb', jpeg(8, 8, flat(*GREY), claim=(65500, 65500)), 0, 0, 0, UNKNOWN, 'make it smaller',
     'claims 4 thousand million pixels'),
    ('bomb-smaller', jpeg(8, 8, flat(*GREY), claim=(17000, 17000)), 0, 0, 0, UNKNOWN, 'damaged',
     'claims nearly what is read, and has 64 blocks'),
]

# More of what is wanted of some.
MORE = {'turned': 'size 122x163\n', 'not-turned': 'size 163x122\n', 'grey': 'nominal 1\n', 'red': 'nominal 1\n',
        'grey-one': 'nominal 0\n', 'cmyk-black': 'nominal 1\n'}


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, made, *want in CASES:
        with open(os.path.join(folder, name + '.jpg'), 'wb') as out:
            out.write(made)
        with open(os.path.join(folder, name + '.want'), 'w') as out:
            out.write('pages %s\ncolor %s\nblank %s\ncertainty %s\nreason %s\ntruth %s\n' % tuple(want)
                      + MORE.get(name, ''))
    print('%d files' % len(CASES))


if __name__ == '__main__':
    main()
