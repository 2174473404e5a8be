#!/usr/bin/python3
"""Makes tests/data/png: small PNGs whose truth is known because each was made for one trap.

make_pngs.py DIR          writes FILE.png and FILE.want (the keys: see tests/unit/count/test_corpus.c)
"""
import os
import struct
import sys
import zlib

SIGN = b'\x89PNG\r\n\x1a\n'
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, body=b'', crc=None):
    crc = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', crc)


def head(wide, high, bits, kind, interlaced=0):
    return chunk(b'IHDR', struct.pack('>IIBBBBB', wide, high, bits, kind, 0, 0, interlaced))


def per_inch(x, y=None, unit=1):
    return chunk(b'pHYs', struct.pack('>IIB', round(x / 0.0254), round((y or x) / 0.0254), unit))


def pack(samples, bits):
    """One row's samples, the most significant bit first."""
    value, count, out = 0, 0, bytearray()
    for sample in samples:
        value, count = value << bits | sample, count + bits
        while count >= 8:
            count -= 8
            out.append(value >> count & 255)
    if count:
        out.append(value << 8 - count & 255)
    return bytes(out)


def rows(wide, high, bits, kind, pixel, filters=(0,), start=(0, 0), step=(1, 1)):
    out, above, size = b'', None, max(1, SAMPLES[kind] * bits // 8)
    for n, y in enumerate(range(start[1], high, step[1])):
        samples = [v for x in range(start[0], wide, step[0]) for v in pixel(x, y)]
        row = pack(samples, bits)
        if not row:
            return b''
        above = above or bytes(len(row))
        how = filters[n % len(filters)]
        coded = bytearray()
        for i, value in enumerate(row):
            left = row[i - size] if i >= size else 0
            corner = above[i - size] if i >= size else 0
            p = left + above[i] - corner
            paeth = min((abs(p - v), k, v) for k, v in enumerate((left, above[i], corner)))[2]
            coded.append(value - (0, left, above[i], (left + above[i]) // 2, paeth)[how] & 255)
        out, above = out + bytes([how]) + bytes(coded), row
    return out


def png(wide, high, bits, kind, pixel, before=per_inch(40), filters=(0,), interlaced=False, idat=None,
        split=None, claim=None, end=chunk(b'IEND'), crc=None):
    if idat is None:
        if interlaced:
            raw = b''.join(rows(wide, high, bits, kind, pixel, filters, (x, y), (dx, dy))
                           for x, y, dx, dy in ADAM7)
        else:
            raw = rows(wide, high, bits, kind, pixel, filters)
        idat = zlib.compress(raw, 9)
    split = split or len(idat)
    data = b''.join(chunk(b'IDAT', idat[i:i + split], crc) for i in range(0, len(idat), split))
    return SIGN + head(*(claim or (wide, high)), bits, kind, int(interlaced)) + before + data + end


def flat(*sample):
    return lambda x, y: sample


def spot(at, inside, outside):
    return lambda x, y: inside if (x, y) == at else outside


def slope(x, y):
    return ((x * 3 + y) % 256,) * 3


def rainbow(x, y):
    return (x // 20 * 20, y // 20 * 10, 50)


PLTE_GREY = chunk(b'PLTE', bytes(v for i in range(4) for v in (i * 80,) * 3))
PLTE_RED = chunk(b'PLTE', bytes([255, 255, 255, 0, 0, 0, 255, 0, 0, 90, 90, 90]))
WIDE, HIGH = 200, 280  # at 40 per inch: 127 by 178 mm
A5ISH = (WIDE, HIGH)
EXACT, ESTIMATED, UNKNOWN = 'exact', 'estimated', 'unknown'


def case(name, made, color, nominal, blank=0, pages=1, certainty=EXACT, size='127x178', reason='', truth=''):
    return name, made, pages, color, nominal, blank, certainty, size, reason, truth


def broken(name, made, reason, truth):
    return case(name, made, 0, 0, 0, 0, UNKNOWN, '-', reason, truth)


TRNS_RED = chunk(b'tRNS', struct.pack('>HHH', 255, 0, 0))
CASES = [
    case('grey1', png(*A5ISH, 1, GREY, spot((7, 270), (0,), (1,))), 0, 0, truth='one bit: a black pixel'),
    case('grey1-white', png(*A5ISH, 1, GREY, flat(1)), 0, 0, 1, truth='one bit, all white'),
    case('grey2', png(*A5ISH, 2, GREY, flat(2)), 0, 0, truth='two bits'),
    case('grey4', png(*A5ISH, 4, GREY, flat(14)), 0, 0, truth='four bits, nearly white'),
    case('grey8', png(*A5ISH, 8, GREY, lambda x, y: (x % 256,), filters=(0, 1, 2, 3, 4)), 0, 0,
         truth='eight bits, all filters'),
    case('grey8-faint', png(*A5ISH, 8, GREY, flat(254)), 0, 0, 1, truth='one level from white is white'),
    case('grey16', png(*A5ISH, 16, GREY, flat(30000)), 0, 0, truth='sixteen bits'),
    case('grey16-white', png(*A5ISH, 16, GREY, flat(65535)), 0, 0, 1, truth='sixteen bits, white'),
    case('grey-key', png(*A5ISH, 8, GREY, flat(7), per_inch(40) + chunk(b'tRNS', b'\0\7')), 0, 0, 1,
         truth='its only grey is the hole'),
    case('grey16-key', png(*A5ISH, 16, GREY, flat(7), per_inch(40) + chunk(b'tRNS', b'\0\7')), 0, 0, 1,
         truth='its only grey is the hole, of sixteen bits'),
    case('grey-alpha', png(*A5ISH, 8, GREY_ALPHA, flat(0, 128)), 0, 0, truth='half black'),
    case('grey-alpha-none', png(*A5ISH, 8, GREY_ALPHA, flat(0, 0)), 0, 0, 1, truth='black without alpha'),
    case('grey-alpha16', png(*A5ISH, 16, GREY_ALPHA, flat(9, 60000)), 0, 0, truth='sixteen bits and alpha'),
    case('rgb-grey', png(*A5ISH, 8, RGB, slope, filters=(4, 3, 2, 1)), 0, 1, truth='RGB, all grey'),
    case('rgb-red', png(*A5ISH, 8, RGB, spot((199, 279), (255, 0, 0), (9, 9, 9))), 1, 1,
         reason='coloured pixel', truth='RGB: the last pixel is red'),
    case('rgb-two-levels', png(*A5ISH, 8, RGB, flat(100, 102, 101)), 0, 1, truth='two levels apart is grey'),
    case('rgb-three-levels', png(*A5ISH, 8, RGB, flat(100, 103, 101)), 1, 1, truth='three levels apart'),
    case('rgb-white', png(*A5ISH, 8, RGB, flat(255, 255, 255)), 0, 1, 1, truth='RGB, white'),
    case('rgb16-grey', png(*A5ISH, 16, RGB, flat(1000, 1600, 1300)), 0, 1,
         truth='sixteen bits: 600 of 65,535 apart is 2.3 levels'),
    case('rgb16-color', png(*A5ISH, 16, RGB, flat(1000, 1700, 1300)), 1, 1,
         truth='sixteen bits: 700 of 65,535 apart is 2.7 levels'),
    case('rgb-key', png(*A5ISH, 8, RGB, spot((3, 3), (255, 0, 0), (8, 8, 8)), per_inch(40) + TRNS_RED), 0, 1,
         truth='red is the hole'),
    case('rgb16-key', png(*A5ISH, 16, RGB, flat(255, 0, 0), per_inch(40) + TRNS_RED), 0, 1, 1,
         truth='red is the hole, of sixteen bits'),
    case('rgba-hidden', png(*A5ISH, 8, RGBA, flat(255, 0, 0, 0)), 0, 1, 1, truth='red without alpha'),
    case('rgba-faint', png(*A5ISH, 8, RGBA, flat(255, 0, 0, 2)), 0, 1, truth='red of two levels of alpha'),
    case('rgba-red', png(*A5ISH, 8, RGBA, flat(255, 0, 0, 9)), 1, 1, truth='faint red, on white pink'),
    case('rgba16', png(*A5ISH, 16, RGBA, flat(65535, 0, 0, 30000)), 1, 1, truth='red of sixteen bits'),
    case('palette-grey', png(*A5ISH, 2, PALETTE, flat(1), per_inch(40) + PLTE_GREY), 0, 0,
         truth='a palette of greys'),
    case('palette-unused', png(*A5ISH, 2, PALETTE, flat(3), per_inch(40) + PLTE_RED), 0, 1,
         truth='a palette with red that no pixel has'),
    case('palette-red', png(*A5ISH, 2, PALETTE, spot((9, 9), (2,), (0,)), per_inch(40) + PLTE_RED), 1, 1,
         truth='one pixel of the palette is red'),
    case('palette-hidden', png(*A5ISH, 2, PALETTE, flat(2), per_inch(40) + PLTE_RED
                               + chunk(b'tRNS', b'\xff\xff\0')), 0, 0, 1, truth='red is see-through'),
    case('palette-white', png(*A5ISH, 4, PALETTE, flat(0), per_inch(40) + PLTE_RED), 0, 1, 1,
         truth='white of a palette'),
    case('palette8', png(*A5ISH, 8, PALETTE, flat(2), per_inch(40) + PLTE_RED), 1, 1, truth='eight bits'),
    case('palette-beyond', png(*A5ISH, 8, PALETTE, flat(200), per_inch(40) + PLTE_RED), 0, 1,
         truth='a code that the palette lacks is shown black'),
    case('interlaced-grey', png(*A5ISH, 8, RGB, slope, interlaced=True), 0, 1, truth='Adam7, grey'),
    case('interlaced-red', png(*A5ISH, 8, RGB, spot((101, 151), (255, 0, 0), (9, 9, 9)), interlaced=True), 1, 1,
         truth='Adam7: red in the last pass'),
    case('interlaced-tiny', png(1, 1, 8, RGB, flat(0, 0, 9), b'', interlaced=True), 1, 1, size='210x297',
         certainty=ESTIMATED, truth='Adam7 of one pixel: six passes are empty'),
    case('interlaced-one-bit', png(13, 9, 1, GREY, flat(1), b'', interlaced=True), 0, 0, 1, size='297x210',
         certainty=ESTIMATED, truth='Adam7 of one bit, white'),
    case('rainbow', png(*A5ISH, 8, RGB, rainbow, split=50), 1, 1, truth='all colours, many IDAT'),
    case('two-densities', png(*A5ISH, 8, GREY, flat(9), per_inch(40, 80)), 0, 0, size='127x89',
         truth='pixels that are not square'),
    case('no-density', png(*A5ISH, 8, GREY, flat(9), b''), 0, 0, certainty=ESTIMATED, size='210x297',
         reason='does not say how large', truth='no pHYs'),
    case('shape-only', png(*A5ISH, 8, GREY, flat(9), per_inch(40, unit=0)), 0, 0, certainty=ESTIMATED,
         size='210x297', reason='does not say how large', truth='pHYs without a unit'),
    case('animated', png(*A5ISH, 8, GREY, flat(9), per_inch(40) + chunk(b'acTL', struct.pack('>II', 2, 0))), 0, 0,
         reason='animated', truth='APNG: the first picture counts'),
    case('text', png(*A5ISH, 8, GREY, flat(9), per_inch(40) + chunk(b'zTXt', b'Note\0\0'
                     + zlib.compress(bytes(1 << 20)))), 0, 0, truth='a compressed text of 1 MiB, not unpacked'),
    case('text-crc', png(*A5ISH, 8, GREY, flat(9), per_inch(40) + chunk(b'tEXt', b'Note\0x', 5)), 0, 0,
         truth='a wrong check sum of a text does not matter'),
    case('tail', png(*A5ISH, 8, GREY, flat(9)) + b'more bytes', 0, 0, reason='10 bytes behind the picture',
         truth='what follows IEND is no language'),
    case('four', png(*A5ISH, 8, GREY, flat(9)) * 4, 0, 0, pages=4, truth='four files, one behind the other'),
    case('with-pcl', png(*A5ISH, 8, GREY, flat(9)) + b'\x1bEhello\x1bE', 0, 0, pages=2, certainty='computed',
         size='-', truth='a PNG, and a PCL page behind it'),
    broken('cut', png(*A5ISH, 8, RGB, rainbow)[:-100], 'cut short', 'the end is missing'),
    broken('cut-end', png(*A5ISH, 8, GREY, flat(9), end=b''), 'cut short', 'only IEND is missing'),
    broken('cut-sign', SIGN, 'cut short', 'the sign alone'),
    broken('crc', png(*A5ISH, 8, GREY, flat(255), crc=7), 'damaged', 'a wrong check sum of IDAT'),
    broken('few-rows', png(*A5ISH, 8, GREY, flat(255), claim=(WIDE, HIGH + 50)), 'damaged', 'rows are missing'),
    broken('no-data', SIGN + head(9, 9, 8, GREY) + chunk(b'IEND'), 'damaged', 'no IDAT'),
    broken('no-palette', png(*A5ISH, 2, PALETTE, flat(1)), 'damaged', 'a palette picture without PLTE'),
    broken('noise', png(9, 9, 8, GREY, flat(1), idat=b'\x78\x9c' + bytes(range(99))), 'damaged', 'IDAT is noise'),
    broken('depth', SIGN + head(9, 9, 5, GREY) + chunk(b'IDAT', zlib.compress(bytes(99))) + chunk(b'IEND'),
           'damaged', 'five bits a sample'),
    broken('bomb', png(9, 9, 16, RGBA, flat(0, 0, 0, 0), claim=(900000, 900000)), 'make it smaller',
           'claims 6 million million bytes'),
    broken('bomb-side', png(9, 9, 1, GREY, flat(0), claim=(1 << 30, 1)), 'damaged', 'a row of 2^30 pixels'),
]


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, made, *want in CASES:
        with open(os.path.join(folder, name + '.png'), 'wb') as out:
            out.write(made)
        with open(os.path.join(folder, name + '.want'), 'w') as out:
            out.write('pages %s\ncolor %s\nnominal %s\nblank %s\ncertainty %s\nsize %s\nreason %s\ntruth %s\n'
                      'format image/png\n' % tuple(want))
    print('%d files' % len(CASES))


if __name__ == '__main__':
    main()
