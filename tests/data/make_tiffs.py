#!/usr/bin/python3
"""Makes tests/data/tiff: small TIFFs whose truth is known because each was made for one trap.

make_tiffs.py DIR          writes FILE.tif and FILE.want (the keys: see tests/unit/count/test_corpus.c)
"""
import os
import struct
import sys
import zlib

import make_jpegs

SHORT, LONG, RATIONAL, LONG8 = 3, 4, 5, 16
SIZE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 16: 8}
NONE, G3, G4, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS = 1, 3, 4, 5, 6, 7, 8, 32773
WHITE_IS_0, BLACK_IS_0, RGB, PALETTE, MASK, CMYK, YCBCR, LAB, ICCLAB = 0, 1, 2, 3, 4, 5, 6, 8, 9


class Tiff:
    """A file that is filled from its head: data first, then the directories, then the links."""

    def __init__(self, order='<', big=False):
        self.order, self.big = order, big
        self.word = 'Q' if big else 'I'
        mark = b'II' if order == '<' else b'MM'
        head = struct.pack(order + 'HHHQ', 43, 8, 0, 0) if big else struct.pack(order + 'HI', 42, 0)
        self.out = bytearray(mark + head)
        self.link = 8 if big else 4

    def put(self, data):
        self.out += bytes(len(self.out) % 2)
        at = len(self.out)
        self.out += data
        return at

    def point(self, at, to):
        struct.pack_into(self.order + self.word, self.out, at, to)

    def value(self, kind, values):
        if kind == RATIONAL:
            return b''.join(struct.pack(self.order + 'II', *v) for v in values)
        return struct.pack(self.order + '%d%s' % (len(values), {3: 'H', 4: 'I', 16: 'Q', 1: 'B'}[kind]), *values)

    def directory(self, tags, linked=True):
        room = 8 if self.big else 4
        entries = b''
        for tag, (kind, *values) in sorted(tags.items()):
            value = self.value(kind, values)
            if len(value) > room:
                value = struct.pack(self.order + self.word, self.put(value))
            entries += struct.pack(self.order + 'HH' + self.word, tag, kind, len(values)) + value.ljust(room, b'\0')
        at = self.put(struct.pack(self.order + ('Q' if self.big else 'H'), len(tags)) + entries + bytes(room))
        if linked:
            self.point(self.link, at)
            self.link = len(self.out) - room
        return at

    def bytes(self):
        return bytes(self.out)


def packbits(data):
    """Runs of up to 128, of equal bytes or of others."""
    out, i = bytearray(), 0
    while i < len(data):
        run = data[i:i + 128]
        same = len(run) - len(run.lstrip(run[:1]))
        if same > 1:
            out += bytes([257 - same]) + run[:1]
            i += same
        else:
            end = next((k for k in range(1, len(run) - 1) if run[k] == run[k + 1]), len(run))
            out += bytes([end - 1]) + run[:end]
            i += end
    return bytes(out)


def lzw(data):
    """Nine bits a code; the table is cleared before it needs ten."""
    bits = count = 0
    out = bytearray()
    codes = []
    for i in range(0, len(data), 200):
        codes += [256, *data[i:i + 200]]
    for code in codes + [257]:
        bits, count = bits << 9 | code, count + 9
        while count >= 8:
            count -= 8
            out.append(bits >> count & 255)
    return bytes(out) + (bytes([bits << 8 - count & 255]) if count else b'')


def fax4(rows):
    """Rows that are all white, or the one before again: each is only vertical codes of no distance. A row with
    a bar is coded horizontally: 8 white, 16 black, of 64."""
    text, above = '', 'white'
    for row in rows:
        if row == above:
            text += '1' if row == 'white' else '111'
        elif row == 'bar':
            text += '001' + '10011' + '0000010111' + '1'
        else:
            text += '0001' + '1'
        above = row
    text += '000000000001' * 2
    text += '0' * (-len(text) % 8)
    return bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))


def fax3(rows):
    """One dimension: an end of line, then runs: 64 white, or 8 white, 16 black and 40 white."""
    text = ''.join('000000000001' + ('11011' + '00110101' if row == 'white' else '10011' + '0000010111' + '00101001')
                   for row in rows)
    text += '0' * (-len(text) % 8)
    return bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))


PACK = {NONE: bytes, LZW: lzw, DEFLATE: lambda data: zlib.compress(data, 9), PACKBITS: packbits}


def samples_row(order, bits, samples):
    if bits == 16:
        return struct.pack(order + '%dH' % len(samples), *samples)
    value = count = 0
    out = bytearray()
    for sample in samples:
        value, count = value << bits | sample, count + bits
        while count >= 8:
            count -= 8
            out.append(value >> count & 255)
    return bytes(out) + (bytes([value << 8 - count & 255]) if count else b'')


def page(tiff, wide, high, bits, photometric, pixel, per=40, unit=2, packing=NONE, rows=0, tile=None, planes=False,
         extra=None, more=None, data=None, count=None, linked=True,
         loose=False):
    """One directory with its data; pixel(x, y) gives the samples. data: strips that are coded already."""
    samples = count or len(pixel(0, 0))
    rows = rows or high
    pack = PACK.get(packing)
    strips = data
    if packing == PACKBITS and not loose:
        step = (wide * (1 if planes else samples) * bits + 7) // 8
        pack = lambda data: b''.join(packbits(data[i:i + step]) for i in range(0, len(data), step))
    parts = range(samples) if planes else (slice(None),)
    get = (lambda x, y, part: (pixel(x, y)[part],)) if planes else (lambda x, y, part: pixel(x, y)[part])
    if strips is None and tile:
        zero = (0,) * (1 if planes else samples)
        strips = [pack(b''.join(samples_row(tiff.order, bits, [
            v for x in range(left, left + tile) for v in (get(x, y, part) if x < wide and y < high else zero)])
            for y in range(top, top + tile)))
            for part in parts for top in range(0, high, tile) for left in range(0, wide, tile)]
    elif strips is None:
        strips = [pack(b''.join(samples_row(tiff.order, bits, [v for x in range(wide) for v in get(x, y, part)])
                                for y in range(top, min(top + rows, high))))
                  for part in parts for top in range(0, high, rows)]
    places = [tiff.put(strip) for strip in strips]
    whole = LONG8 if tiff.big else LONG
    tags = {256: (LONG, wide), 257: (LONG, high), 258: (SHORT, *[bits] * samples), 259: (SHORT, packing),
            262: (SHORT, photometric), 277: (SHORT, samples)}
    if tile:
        tags.update({322: (SHORT, tile), 323: (SHORT, tile), 324: (whole, *places),
                     325: (whole, *map(len, strips))})
    else:
        tags.update({273: (whole, *places), 278: (LONG, rows), 279: (whole, *map(len, strips))})
    if per:
        x, y = per if isinstance(per, tuple) else (per, per)
        tags.update({282: (RATIONAL, (x, 1)), 283: (RATIONAL, (y, 1)), 296: (SHORT, unit)})
    if planes:
        tags[284] = (SHORT, 2)
    if extra is not None:
        tags[338] = (SHORT, *extra)
    tags.update(more or {})
    return tiff.directory({tag: value for tag, value in tags.items() if value is not None}, linked)


def flat(*samples):
    return lambda x, y: samples


def spot(inside, outside, at=(60, 90)):
    return lambda x, y: inside if (x, y) == at else outside


# One page of 168 by 240 pixels: at 40 to the inch 107 by 152 mm.
def one(*arguments, order='<', big=False, **named):
    tiff = Tiff(order, big)
    page(tiff, 168, 240, *arguments, **named)
    return tiff.bytes()


def pages(count, order='<', big=False, ink=lambda i: (0,)):
    tiff = Tiff(order, big)
    for i in range(count):
        page(tiff, 168, 240, 8, BLACK_IS_0, flat(*ink(i)), packing=PACKBITS if i % 2 else DEFLATE)
    return tiff.bytes()


def looped():
    tiff = Tiff()
    first = page(tiff, 168, 240, 1, BLACK_IS_0, flat(0))
    page(tiff, 168, 240, 1, BLACK_IS_0, flat(1))
    tiff.point(tiff.link, first)
    return tiff.bytes()


def next_is(where, count=2):
    tiff = Tiff()
    for _ in range(count):
        page(tiff, 168, 240, 1, BLACK_IS_0, flat(0))
    tiff.point(tiff.link, where)
    return tiff.bytes()


def with_others():
    """A page, a preview of it, a mask, a page; and a picture of a SubIFD."""
    tiff = Tiff('>')
    sub = page(tiff, 168, 240, 8, RGB, flat(255, 0, 0), packing=DEFLATE, linked=False)
    page(tiff, 168, 240, 8, BLACK_IS_0, flat(9), packing=DEFLATE, more={330: (LONG, sub)})
    page(tiff, 21, 30, 8, RGB, flat(255, 0, 0), more={254: (LONG, 1)})
    page(tiff, 168, 240, 1, MASK, flat(1), more={254: (LONG, 4)})
    page(tiff, 168, 240, 8, BLACK_IS_0, flat(9), packing=DEFLATE, more={254: (LONG, 2)})
    page(tiff, 168, 240, 8, RGB, flat(9, 0, 0), packing=DEFLATE, more={255: (SHORT, 2)})
    return tiff.bytes()


def only_preview():
    tiff = Tiff()
    page(tiff, 168, 240, 8, BLACK_IS_0, flat(9), packing=DEFLATE, more={254: (LONG, 1)})
    return tiff.bytes()


def jpeg_strip(color, old=False):
    tiff = Tiff()
    if color is None:
        data = make_jpegs.jpeg(8, 8, make_jpegs.flat(90), b'')
    else:
        data = make_jpegs.jpeg(8, 8, make_jpegs.flat(*color), b'')
    parts = 1 if color is None else 3
    more = {530: (SHORT, 1, 1)} if parts == 3 else {}
    if old:
        more.update({512: (SHORT, 1), 513: (LONG, 8), 514: (LONG, len(data))})
    page(tiff, 64, 64, 8, YCBCR if parts == 3 else BLACK_IS_0, None, per=0, packing=OLD_JPEG if old else JPEG,
         data=[data], count=parts, more=more)
    return tiff.bytes()


def fax(packing, coder, rows):
    tiff = Tiff()
    page(tiff, 64, len(rows), 1, WHITE_IS_0, None, per=0, packing=packing, data=[coder(rows)], count=1)
    return tiff.bytes()


def truncated(made, share):
    return made[:int(len(made) * share)]


def claims(tag, value, made):
    """The same file, but one tag says otherwise."""
    entry = struct.pack('<HHI', tag, LONG, 1)
    at = made.index(entry) + 8
    return made[:at] + struct.pack('<I', value) + made[at + 4:]


def yuv(y, u, v):
    """Subsampled by two: four Y, then Cb and Cr."""
    tiff = Tiff()
    page(tiff, 168, 240, 8, YCBCR, None, data=[bytes([y] * 4 + [u, v]) * (84 * 120)], count=3,
         more={530: (SHORT, 2, 2), 532: (RATIONAL, (0, 1), (255, 1), (128, 1), (255, 1), (128, 1), (255, 1))})
    return tiff.bytes()


def deep(pages_count):
    """Many directories that share one strip."""
    tiff = Tiff()
    at = tiff.put(bytes(21))
    for i in range(pages_count):
        tiff.directory({256: (SHORT, 168), 257: (SHORT, 1), 258: (SHORT, 1), 259: (SHORT, 1), 262: (SHORT, 1),
                        273: (LONG, at), 277: (SHORT, 1), 279: (LONG, 21)})
    return tiff.bytes()


EXACT, ESTIMATED, UNKNOWN = 'exact', 'estimated', 'unknown'
MAP_RED = {320: (SHORT, *[65535, 0, 65535, 0], *[65535, 0, 0, 0], *[65535, 0, 0, 0])}
MAP_NARROW = {320: (SHORT, *[255, 0, 90, 0], *[255, 0, 90, 0], *[255, 0, 90, 0])}


def case(name, made, color, nominal, blank=0, count=1, certainty=EXACT, size='107x152', reason='', truth=''):
    return name, made, count, color, nominal, blank, certainty, size, reason, truth


def broken(name, made, reason, truth, certainty=UNKNOWN):
    return case(name, made, 0, 0, 0, 0, certainty, '-', reason, truth)


def noscale(name, made, color, nominal, blank=0, **more):
    return case(name, made, color, nominal, blank, certainty=ESTIMATED, size=more.pop('size', '210x297'), **more)


ROWS = ['white'] * 40 + ['bar'] * 5 + ['white'] * 40
GREY_ROW = lambda x, y: ((x + y) % 256,)
NEUTRAL, SPOT = flat(80, 81, 82), spot((255, 0, 0), (80, 80, 80))
CASES = [
    case('bilevel', one(1, BLACK_IS_0, spot((0,), (1,)), packing=PACKBITS), 0, 0, truth='one bit: one black pixel'),
    case('bilevel-white', one(1, BLACK_IS_0, flat(1), packing=LZW), 0, 0, 1, truth='one bit, white'),
    case('bilevel-inverted', one(1, WHITE_IS_0, flat(0), order='>'), 0, 0, 1, truth='nought is white'),
    noscale('fax4', fax(G4, fax4, ROWS), 0, 0, truth='G4: a bar'),
    noscale('fax4-white', fax(G4, fax4, ['white'] * 80), 0, 0, 1, truth='G4, white'),
    noscale('fax3', fax(G3, fax3, ROWS), 0, 0, truth='G3 of one dimension: a bar'),
    noscale('fax3-white', fax(G3, fax3, ['white'] * 80), 0, 0, 1, truth='G3, white'),
    case('fax-density', (lambda t: (page(t, 1728, 1143, 1, WHITE_IS_0, None, per=(204, 98), packing=G4, count=1,
                                         data=[fax4(['white'] * 1143)]), t.bytes())[1])(Tiff()), 0, 0, 1,
         size='215x296', truth='a fax: 204 by 98 to the inch'),
    case('grey4', one(4, BLACK_IS_0, lambda x, y: (x % 16,), packing=LZW), 0, 0, truth='four bits, LZW'),
    case('grey6', one(6, BLACK_IS_0, flat(63), packing=DEFLATE), 0, 0, 1, truth='six bits, white'),
    case('grey8', one(8, BLACK_IS_0, GREY_ROW, rows=16, packing=PACKBITS), 0, 0, truth='strips of PackBits'),
    case('packbits-loose', one(8, BLACK_IS_0, flat(255), packing=PACKBITS, loose=True), 0, 0, 1,
         truth='runs of PackBits that do not end with a row'),
    case('grey8-inverted', one(8, WHITE_IS_0, flat(1)), 0, 0, 1, truth='one level from white is white'),
    case('grey16', one(16, BLACK_IS_0, flat(65000), packing=DEFLATE), 0, 0, truth='sixteen bits, little endian'),
    case('grey16-order', one(16, BLACK_IS_0, flat(65500), packing=LZW, order='>'), 0, 0, 1,
         truth='sixteen bits, big endian: nearly white'),
    case('grey16-inverted', one(16, WHITE_IS_0, flat(10), packing=DEFLATE), 0, 0, 1, truth='sixteen bits, inverted'),
    case('grey-alpha', one(8, BLACK_IS_0, flat(0, 0), packing=DEFLATE, extra=[2]), 0, 0, 1, truth='black, see-through'),
    case('grey-extra', one(8, BLACK_IS_0, flat(0, 0), packing=DEFLATE, extra=[0]), 0, 0,
         truth='black; the second sample has no meaning'),
    case('rgb-grey', one(8, RGB, NEUTRAL, packing=DEFLATE), 0, 1, truth='RGB, grey'),
    case('rgb-red', one(8, RGB, SPOT, packing=DEFLATE, rows=32), 1, 1, reason='coloured pixel', truth='one red pixel'),
    case('rgb-white', one(8, RGB, flat(255, 255, 255), packing=DEFLATE), 0, 1, 1, truth='RGB, white'),
    case('rgb16', one(16, RGB, flat(1000, 1600, 1300), packing=DEFLATE, order='>'), 0, 1, truth='600 of 65,535 is grey'),
    case('rgb16-red', one(16, RGB, flat(1000, 1700, 1300), packing=DEFLATE), 1, 1, truth='700 of 65,535 is not'),
    case('rgb4', one(4, RGB, flat(3, 3, 4), packing=DEFLATE), 1, 1, truth='four bits a sample'),
    case('rgb12', one(12, RGB, flat(100, 100, 100), packing=DEFLATE), 0, 1, truth='twelve bits a sample'),
    case('rgba', one(8, RGB, flat(255, 0, 0, 0), packing=DEFLATE, extra=[2]), 0, 1, 1, truth='red, see-through'),
    case('rgba-half', one(8, RGB, flat(255, 0, 0, 90), packing=DEFLATE, extra=[2]), 1, 1, truth='faint red'),
    case('rgba-premultiplied', one(8, RGB, flat(0, 0, 0, 0), packing=DEFLATE, extra=[1]), 0, 1, 1,
         truth='nothing, multiplied in'),
    case('rgba-premultiplied-red', one(8, RGB, flat(90, 0, 0, 90), packing=DEFLATE, extra=[1]), 1, 1,
         truth='faint red, multiplied in'),
    case('rgb-planes', one(8, RGB, SPOT, packing=DEFLATE, planes=True, rows=60), 1, 1, truth='planes, one red pixel'),
    case('rgb-planes-grey', one(8, RGB, NEUTRAL, packing=DEFLATE, planes=True), 0, 1, truth='planes, grey'),
    case('tiles', one(8, RGB, spot((255, 0, 0), (7, 7, 7), (167, 239)), packing=DEFLATE, tile=64), 1, 1,
         truth='tiles: red in the last pixel'),
    case('tiles-edge', one(8, RGB, spot((255, 255, 255), (255, 255, 255)), packing=DEFLATE, tile=64), 0, 1, 1,
         truth='tiles: what is outside of the picture is black and does not count'),
    case('tiles-bilevel', one(1, WHITE_IS_0, spot((1,), (0,), (167, 0)), tile=32), 0, 0, truth='tiles of one bit'),
    case('tiles-planes', one(8, RGB, spot((0, 0, 255), (9, 9, 9), (167, 239)), packing=DEFLATE, tile=64, planes=True),
         1, 1, truth='tiles of planes: blue in the last pixel'),
    case('palette-red', one(2, PALETTE, flat(2), packing=PACKBITS, more=MAP_RED), 1, 1, truth='a red code'),
    case('palette-unused', one(2, PALETTE, flat(1), packing=PACKBITS, more=MAP_RED), 0, 1, truth='red is not used'),
    case('palette-narrow', one(2, PALETTE, flat(2), packing=PACKBITS, more=MAP_NARROW), 0, 0,
         truth='a palette of eight bits, grey'),
    case('cmyk-black', one(8, CMYK, flat(0, 0, 0, 200), packing=DEFLATE), 0, 1, truth='black ink'),
    case('cmyk-rich', one(8, CMYK, flat(200, 30, 10, 255), packing=DEFLATE), 0, 1, truth='ink under full black'),
    case('cmyk-cyan', one(8, CMYK, flat(90, 0, 0, 0), packing=DEFLATE), 1, 1, truth='cyan ink'),
    case('cmyk-none', one(8, CMYK, flat(0, 0, 0, 0), packing=DEFLATE), 0, 1, 1, truth='no ink'),
    case('cmyk16', one(16, CMYK, flat(0, 9000, 0, 0), packing=DEFLATE), 1, 1, truth='magenta ink of sixteen bits'),
    case('cmyk-alpha', one(8, CMYK, flat(90, 0, 0, 0, 0), packing=DEFLATE, extra=[2]), 0, 1, 1,
         truth='cyan, see-through'),
    case('inks', one(8, CMYK, flat(0, 0, 0, 0, 9), packing=DEFLATE, more={332: (SHORT, 2)}), 1, 1,
         certainty=ESTIMATED, reason='not read here', truth='five inks that are not CMYK'),
    case('lab-grey', one(8, LAB, flat(100, 1, 255), packing=DEFLATE), 0, 1, truth='Lab: a is 1, b is -1'),
    case('lab-color', one(8, LAB, flat(100, 40, 0), packing=DEFLATE), 1, 1, truth='Lab: a is 40'),
    case('lab-white', one(8, LAB, flat(255, 0, 0), packing=DEFLATE), 0, 1, 1, truth='Lab: white'),
    case('icclab-grey', one(8, ICCLAB, flat(100, 128, 129), packing=DEFLATE), 0, 1, truth='ICC Lab: grey'),
    case('icclab-color', one(16, ICCLAB, flat(30000, 32768, 50000), packing=DEFLATE), 1, 1, truth='ICC Lab: colour'),
    case('ycbcr-grey', yuv(90, 128, 128), 0, 1, truth='subsampled YCbCr, grey'),
    case('ycbcr-red', yuv(90, 128, 230), 1, 1, truth='subsampled YCbCr, red'),
    noscale('jpeg-grey', jpeg_strip((128, 128, 128)), 0, 1, truth='a JPEG strip, grey'),
    noscale('jpeg-tint', jpeg_strip((128, 129, 127)), 0, 1, truth='a JPEG strip, one level of chroma from grey'),
    noscale('jpeg-red', jpeg_strip((76, 85, 255)), 1, 1, truth='a JPEG strip, red'),
    noscale('jpeg-one', jpeg_strip(None), 0, 0, truth='a JPEG strip of one component'),
    noscale('jpeg-white', jpeg_strip((255, 128, 128)), 0, 1, 1, truth='a JPEG strip, white'),
    noscale('old-jpeg-grey', jpeg_strip((128, 128, 128), True), 0, 1, truth='old JPEG, grey'),
    noscale('old-jpeg-red', jpeg_strip((76, 85, 255), True), 1, 1, truth='old JPEG, red'),
    case('centimetres', one(8, BLACK_IS_0, flat(9), per=16, unit=3, packing=DEFLATE), 0, 0, size='105x150',
         truth='16 to the centimetre'),
    noscale('no-unit', one(8, BLACK_IS_0, flat(9), unit=1, packing=DEFLATE), 0, 0, reason='does not say how large',
            truth='a resolution without a unit'),
    noscale('ten-dots', one(8, BLACK_IS_0, flat(9), per=10, packing=DEFLATE), 0, 0,
            reason='says 10 x 10 dots an inch, which is not believed', truth='a resolution of no printer'),
    noscale('no-density', one(8, BLACK_IS_0, flat(9), per=0, packing=DEFLATE), 0, 0, reason='does not say how large',
            truth='no resolution'),
    case('turned', one(8, BLACK_IS_0, flat(9), packing=DEFLATE, more={274: (SHORT, 6)}), 0, 0, size='152x107',
         truth='lies on its side'),
    case('upside-down', one(8, BLACK_IS_0, flat(9), packing=DEFLATE, more={274: (SHORT, 3)}), 0, 0, truth='upside down'),
    case('pages', pages(3), 0, 0, count=3, truth='three pages'),
    case('pages-big-endian', pages(4, '>'), 0, 0, count=4, truth='four pages, big endian'),
    case('pages-big', pages(5, '<', True), 0, 0, count=5, truth='BigTIFF of five pages'),
    case('pages-big-big-endian', pages(2, '>', True), 0, 0, count=2, truth='BigTIFF, big endian'),
    case('pages-blank', pages(3, ink=lambda i: (255 if i == 1 else 0,)), 0, 0, 1, 3, truth='the second is white'),
    case('others', with_others(), 0, 0, count=2, reason='reduced copies',
         truth='previews, a mask and a SubIFD are no pages'),
    case('only-preview', only_preview(), 0, 0, truth='a lone picture that says it is a preview'),
    case('loop', looped(), 0, 0, 1, 2, ESTIMATED, reason='loop', truth='the second page leads to the first'),
    case('next-self', next_is(8 + 1 << 20), 0, 0, count=2, certainty=ESTIMATED, reason='not there',
         truth='the next directory is beyond the end'),
    case('next-in-data', next_is(8), 0, 0, count=2, certainty=ESTIMATED, reason='not there',
         truth='the next directory is in the pixels'),
    case('cut-chain', truncated(pages(4), 0.7), 0, 0, count='-', certainty='estimated unknown', size='-',
         reason='', truth='cut in the chain'),
    broken('cut-data', (lambda m: claims(273, len(m) + 99, m))(one(8, BLACK_IS_0, flat(255))), 'cut short',
           'the pixels lie beyond the end'),
    case('damaged', (lambda m: m[:16] + b'\xff' * 40 + m[56:])(
        one(8, RGB, lambda x, y: (x, x, x), packing=DEFLATE)), 1, 1, certainty=ESTIMATED, reason='damaged',
        truth='the packed data is overwritten: colour is assumed where it is declared'),
    case('damaged-grey', (lambda m: m[:16] + b'\xff' * 40 + m[56:])(
        one(8, BLACK_IS_0, lambda x, y: (255 - (x + y) % 2,), packing=DEFLATE, rows=240)), 0, 0,
        certainty=ESTIMATED, reason='damaged', truth='the packed data is overwritten'),
    case('unknown-packing', one(8, RGB, flat(9, 9, 9), packing=DEFLATE, more={259: (SHORT, 999)}), 1, 1, certainty=ESTIMATED,
         reason='colour assumed', truth='a compression that nobody knows'),
    case('float', one(16, RGB, flat(9, 9, 9), packing=DEFLATE, more={339: (SHORT, 3, 3, 3)}), 1, 1,
         certainty=ESTIMATED, reason='colour assumed', truth='samples that are fractions'),
    broken('no-size', one(8, BLACK_IS_0, flat(9), packing=DEFLATE, more={256: None}), 'no page', 'no width'),
    broken('no-directory', b'II*\0\0\0\0\0', 'no page', 'no directory'),
    broken('head', b'II*\0\x08\0', 'no page', 'a head alone'),
    broken('entries', b'MM\0*\0\0\0\x08\xff\xff' + bytes(100), 'no page', '65,535 entries in 100 bytes'),
    case('bomb', claims(257, 4000000000, claims(256, 4000000000, one(1, BLACK_IS_0, flat(1), rows=1))), 0, 0,
         certainty=ESTIMATED, size='210x297', reason='', truth='claims 16 million million million pixels'),
    noscale('many', deep(300), 0, 0, count=300, size='297x210', truth='three hundred directories of one strip'),
]


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, made, *want in CASES:
        with open(os.path.join(folder, name + '.tif'), 'wb') as out:
            out.write(made)
        with open(os.path.join(folder, name + '.want'), 'w') as out:
            out.write('pages %s\ncolor %s\nnominal %s\nblank %s\ncertainty %s\nsize %s\nreason %s\ntruth %s\n'
                      'format image/tiff\n' % tuple(want))
    print('%d files' % len(CASES))


if __name__ == '__main__':
    main()
