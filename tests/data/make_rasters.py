#!/usr/bin/python3
"""Makes tests/data/{pwg,cups,urf}: small rasters whose truth is known because we painted them.

make_rasters.py DIR        writes DIR/FORMAT/NAME and NAME.want (the keys: see make_pdfs.py)

The writer is our own, byte by byte, and knows nothing of libcups; files named gs-* are Ghostscript's, made
of our PostScript. A page is white paper with one box in it.
"""
import os
import struct
import subprocess
import sys

WIDTH, HEIGHT, DPI = 22, 14, 100
BOX = range(5, 10), range(4, 8)
# What is in the box: red, green, blue of 0..1; whether that is colour and whether it marks.
WHITE, BLACK, GREY, RED = (1, 1, 1), (0, 0, 0), (.5, .5, .5), (1, 0, 0)
KINDS = {'white': (WHITE, False, False), 'black': (BLACK, False, True), 'grey': (GREY, False, True),
         'red': (RED, True, True)}


def cmyk(rgb):
    light = max(rgb)
    return tuple(light - part for part in rgb) + (1 - light,)


def lab(rgb, bits):
    l, a, b = {WHITE: (100, 0, 0), BLACK: (0, 0, 0), GREY: (53, 0, 0), RED: (53, 80, 67)}[rgb]
    if bits == 8:
        return int(2.55 * l + .5), a + 128, b + 128
    return int(655.35 * l + .5), 256 * (a + 128), 256 * (b + 128)


def xyz(rgb, bits):
    scale = ((1 << bits) - 1) / 1.1
    values = (.4124, .2126, .0193) if rgb == RED else tuple(rgb[0] * w for w in (.9505, 1, 1.089))
    return tuple(int(scale * v + .5) for v in values)


# A colour space: its number in CUPS, its inks of 0..1 for a colour, and whether it declares colour.
SPACES = {
    'w': (0, lambda c: (sum(c) / 3,), False), 'rgb': (1, lambda c: c, True), 'rgba': (2, lambda c: c + (1,), True),
    'k': (3, lambda c: (1 - sum(c) / 3,), False), 'cmy': (4, lambda c: tuple(1 - v for v in c), True),
    'ymc': (5, lambda c: tuple(1 - v for v in c)[::-1], True), 'cmyk': (6, cmyk, True),
    'ymck': (7, lambda c: cmyk(c)[2::-1] + cmyk(c)[3:], True), 'kcmy': (8, lambda c: cmyk(c)[3:] + cmyk(c)[:3], True),
    'kcmycm': (9, lambda c: cmyk(c)[3:] + cmyk(c)[:3] + (0, 0), True),
    'gmck': (10, lambda c: cmyk(c)[2::-1] + cmyk(c)[3:], True), 'gmcs': (11, lambda c: cmyk(c)[2::-1] + cmyk(c)[3:], True),
    'white': (12, lambda c: (1 - sum(c) / 3,), False), 'gold': (13, lambda c: (1 - sum(c) / 3,), True),
    'silver': (14, lambda c: (1 - sum(c) / 3,), False), 'xyz': (15, xyz, True), 'lab': (16, lab, True),
    'rgbw': (17, lambda c: tuple(1 - v for v in cmyk(c)), True), 'sgray': (18, lambda c: (sum(c) / 3,), False),
    'srgb': (19, lambda c: c, True), 'adobergb': (20, lambda c: c, True), 'icc1': (32, lab, False), 'icc3': (34, lab, True),
    'device1': (48, lambda c: (1 - sum(c) / 3,), False), 'device3': (50, lambda c: tuple(1 - v for v in c), True),
    'device4': (51, cmyk, True), 'device15': (62, lambda c: cmyk(c) + (0,) * 11, True),
}
LIGHT = ('w', 'rgb', 'rgba', 'rgbw', 'sgray', 'srgb', 'adobergb')


def levels(space, rgb, bits):
    inks = SPACES[space][1]
    if space in ('lab', 'icc1', 'icc3', 'xyz'):
        return inks(rgb, bits)
    return tuple(int(v * ((1 << bits) - 1) + .5) for v in inks(rgb))


def pixel_bits(bits, count):
    """CUPS, spec-raster, table 4: narrow pixels are padded to 4, 8 or 16 bits."""
    if bits >= 8 or count == 1 or count == 4:
        return bits * count
    return 8 if count == 6 else 4 * bits


def pack(values, bits, little):
    """Values of so many bits, most significant first; words of 16 bits in the file's order."""
    if bits == 16:
        return struct.pack(f'{"<" if little else ">"}{len(values)}H', *values)
    out = bytearray((len(values) * bits + 7) // 8)
    for i, value in enumerate(values):
        out[i * bits // 8] |= value << (8 - bits - i * bits % 8)
    return bytes(out)


def paint(space, bits, rgb):
    paper, box = levels(space, WHITE, bits), levels(space, rgb, bits)
    return [[box if x in BOX[0] and y in BOX[1] else paper for x in range(WIDTH)] for y in range(HEIGHT)]


def stored_rows(pixels, bits, order, little):
    """The rows of a page as they are stored, and the unit of their run codes."""
    count = len(pixels[0][0])
    planes = [[pack([pixel[i] for pixel in row], bits, little) for row in pixels] for i in range(count)]
    if order == 1:
        return [b''.join(plane[y] for plane in planes) for y in range(len(pixels))], (bits + 7) // 8
    if order == 2:
        return [row for plane in planes for row in plane], (bits + 7) // 8
    size = pixel_bits(bits, count)
    if bits >= 8:
        return [pack([v for pixel in row for v in pixel], bits, little) for row in pixels], size // 8
    words = [[sum(v << bits * (count - 1 - i) for i, v in enumerate(pixel)) for pixel in row] for row in pixels]
    return [pack(row, size, little) for row in words], (size + 7) // 8


def packbits(row, unit, white=None):
    """One row in run codes; white: its pixel, left to code 128 at the end of the row."""
    pixels = [row[i:i + unit] for i in range(0, len(row), unit)]
    out, at, end = bytearray(), 0, len(pixels)
    while white is not None and end > 0 and pixels[end - 1] == white:
        end -= 1
    while at < end:
        same = 1
        while at + same < end and same < 128 and pixels[at + same] == pixels[at]:
            same += 1
        other = 1
        while at + other < end and other < 128 and (pixels[at + other] != pixels[at + other - 1]):
            other += 1
        if same > 1 or other == 1:
            out += bytes([same - 1]) + pixels[at]
            at += same
        else:
            out += bytes([257 - other]) + b''.join(pixels[at:at + other])
            at += other
    return bytes(out) + (b'\x80' if end < len(pixels) else b'')


def codes(rows, unit, white=None):
    out, y = bytearray(), 0
    while y < len(rows):
        same = 1
        while y + same < len(rows) and same < 256 and rows[y + same] == rows[y]:
            same += 1
        out += bytes([same - 1]) + packbits(rows[y], unit, white)
        y += same
    return bytes(out)


def header(space, bits, order=0, little=False, version=2, media=b'', width=WIDTH, height=HEIGHT, line=None, **more):
    count = len(levels(space, WHITE, bits))
    pixel = pixel_bits(bits, count) if order == 0 else bits
    plane = (width * pixel + 7) // 8
    words = {272: more.get('duplex', 0), 276: more.get('dpi', DPI), 280: more.get('dpi', DPI), 340: more.get('copies', 1),
             352: more.get('points', (0, 0))[0], 356: more.get('points', (0, 0))[1], 368: more.get('tumble', 0),
             372: width, 376: height, 384: bits, 388: pixel, 392: line or plane * (count if order == 1 else 1),
             396: order, 400: SPACES[space][0], 420: count, 452: more.get('total', 0)}
    out = bytearray(1796)
    out[:len(media)] = media
    for at, value in words.items():
        struct.pack_into('<I' if little else '>I', out, at, value)
    struct.pack_into('<2f' if little else '>2f', out, 428, *more.get('exact', (0, 0)))
    return bytes(out[:420] if version == 1 else out)


SYNCS = {1: b'RaSt', 2: b'RaS2', 3: b'RaS3'}


def cups_page(space, bits, kind, order=0, little=False, version=2, **more):
    rows, unit = stored_rows(paint(space, bits, KINDS[kind][0]), bits, order, little)
    data = codes(rows, unit, more.pop('white', None)) if version == 2 else b''.join(rows)
    return header(space, bits, order, little, version, **more) + data


def cups(space, bits, kinds, little=False, version=2, **more):
    sync = SYNCS[version][::-1] if little else SYNCS[version]
    return sync + b''.join(cups_page(space, bits, kind, little=little, version=version, **more) for kind in kinds)


def pwg(space, bits, kinds, **more):
    return cups(space, bits, kinds, media=b'PwgRaster\0', **more)


URF_SPACES = {'sgray': 0, 'srgb': 1, 'lab': 2, 'adobergb': 3, 'w': 4, 'rgb': 5, 'cmyk': 6, 'device3': 9}


def urf_page(space, bits, kind, duplex=1, quality=4, media=0, tray=0, dpi=DPI, white=None, height=HEIGHT):
    rows, unit = stored_rows(paint(space, bits, KINDS[kind][0]), bits, 0, False)
    head = struct.pack('>6B6x3I8x', 8 * unit, URF_SPACES[space], duplex, quality, media, tray, WIDTH, height, dpi)
    return head + codes(rows, unit, white)


def urf(space, bits, kinds, count=None, **more):
    pages = b''.join(urf_page(space, bits, kind, **more) for kind in kinds)
    return b'UNIRAST\0' + struct.pack('>I', len(kinds) if count is None else count) + pages


OURS = 'painted by us'
SIZE = f'{round(WIDTH * 25.4 / DPI)}x{round(HEIGHT * 25.4 / DPI)}'


class Corpus:
    def __init__(self, folder):
        self.folder, self.count = folder, 0

    def add(self, name, data, kinds, space=None, **want):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        colors = [KINDS[kind] for kind in kinds]
        blank = sum(not marks for _, _, marks in colors)
        color = sum(is_color for _, is_color, _ in colors)
        if space == 'gold':
            color = len(kinds) - blank
        elif space and len(levels(space, WHITE, 8)) == 1:
            color = 0
        facts = {'pages': len(kinds), 'color': color, 'blank': blank, 'impressions': len(kinds), 'size': SIZE,
                 'certainty': 'exact', 'truth': OURS}
        if space:
            facts['nominal'] = len(kinds) if SPACES[space][2] else 0
        if space and space.startswith('device') and space != 'device1':
            facts.update(color=len(kinds) - blank, certainty='estimated', reason='can be judged: colour assumed')
        facts.update(want)
        with open(path, 'wb') as file:
            file.write(data)
        with open(os.path.splitext(path)[0] + '.want', 'w') as file:
            file.write(''.join(f'{key} {value}\n' for key, value in facts.items()))
        self.count += 1


FOUR = ('white', 'grey', 'red', 'black')
UEL = b'\x1b%-12345X'


def pwg_files(corpus):
    depths = {'sgray': (1, 8, 16), 'k': (1, 8, 16), 'srgb': (8, 16), 'adobergb': (8, 16), 'rgb': (8, 16), 'cmyk': (1, 8, 16),
              'device1': (8,), 'device3': (8,), 'device4': (8,), 'device15': (8,)}
    for space, all_bits in depths.items():
        for bits in all_bits:
            kinds = ('white', 'black', 'red') if bits == 1 and space != 'cmyk' else FOUR
            corpus.add(f'pwg/{space}-{bits}.pwg', pwg(space, bits, kinds), kinds, space, format='image/pwg-raster')
    three = ('black', 'white', 'red')
    rgb = pwg('srgb', 8, three)
    page = lambda kind, **more: pwg('srgb', 8, (kind,), **more)[4:]
    corpus.add('pwg/total-lies.pwg', pwg('srgb', 8, three, total=77), three)
    corpus.add('pwg/copies.pwg', pwg('srgb', 8, three, copies=3), three, impressions=9)
    corpus.add('pwg/copies-differ.pwg', rgb + page('red', copies=5) + page('black', copies=0), (*three, 'red', 'black'),
               impressions=9)
    corpus.add('pwg/duplex.pwg', pwg('srgb', 8, three, duplex=1), three, sides=2)
    corpus.add('pwg/tumble.pwg', pwg('srgb', 8, three, duplex=1, tumble=1), three, sides=3)
    corpus.add('pwg/sides-differ.pwg', rgb + page('red', duplex=1), (*three, 'red'), sides=0)
    corpus.add('pwg/mixed.pwg', pwg('sgray', 8, ('black',)) + page('red') + pwg('k', 1, ('white',), dpi=600)[4:],
               ('black', 'red', 'white'), nominal=1)
    corpus.add('pwg/fill.pwg', pwg('srgb', 8, three, white=b'\xff\xff\xff'), three)
    corpus.add('pwg/fill-cmyk.pwg', pwg('cmyk', 8, three, white=b'\0\0\0\0'), three)
    grey = b'RaS2' + header('srgb', 8, media=b'PwgRaster\0')
    row = lambda pixel: bytes([WIDTH - 1]) + pixel
    rest = bytes([255]) + row(b'\xff\xff\xff')
    corpus.add('pwg/repeats-past-the-end.pwg', grey + rest, ('white',))
    corpus.add('pwg/two-levels-off.pwg', grey + b'\0' + row(b'\x40\x42\x41') + rest, ('grey',), truth='two levels are grey')
    corpus.add('pwg/three-levels-off.pwg', grey + b'\0' + row(b'\x40\x43\x40') + rest, ('red',), truth='three levels are colour')
    corpus.add('pwg/nearly-white.pwg', grey + bytes([255]) + row(b'\xfe\xff\xfe'), ('white',), truth='254 of 255 is white')
    corpus.add('pwg/not-quite-white.pwg', grey + bytes([255]) + row(b'\xfd\xfd\xfd'), ('grey',), truth='253 of 255 marks')
    last = bytes([257 - WIDTH]) + b''.join(bytes([i, i, i]) for i in range(WIDTH - 1)) + b'\x20\x20\x28'
    corpus.add('pwg/last-pixel-red.pwg', grey + bytes([HEIGHT - 1]) + last, ('red',))
    ink = b'RaS2' + header('cmyk', 8, media=b'PwgRaster\0')
    corpus.add('pwg/cyan-under-black.pwg', ink + bytes([255]) + row(b'\xff\0\0\xff'), ('black',), truth='no light is left to colour')
    corpus.add('pwg/rich-black.pwg', ink + bytes([255]) + row(b'\x90\xa0\xff\x80'), ('black',), truth='no light is left')
    corpus.add('pwg/nearly-rich-black.pwg', ink + bytes([255]) + row(b'\x90\xa0\xff\x20'), ('red',), truth='79 63 0 of RGB are left')
    corpus.add('pwg/composite-grey.pwg', ink + bytes([255]) + row(b'\x60\x60\x60\0'), ('grey',))
    tail = b'RaS2' + header('sgray', 1, media=b'PwgRaster\0') + bytes([255, 1, 255, 0, 0xfc])
    corpus.add('pwg/bits-past-the-row.pwg', tail, ('white',), truth='the last two bits are no pixels')
    corpus.add('pwg/cut-in-header.pwg', rgb + page('red')[:900], three, certainty='estimated', reason='within the header')
    corpus.add('pwg/cut-in-rows.pwg', rgb[:-5], three[:2], certainty='estimated', reason='not whole')
    corpus.add('pwg/cut-in-pixel.pwg', grey + b'\0' + row(b'\xff\xff'), (), certainty='unknown', size='-')
    corpus.add('pwg/code-past-row.pwg', rgb + grey[4:] + b'\0' + bytes([WIDTH]) + b'\xff\xff\xff' * 9, three,
               certainty='estimated', reason='not whole')
    corpus.add('pwg/no-page.pwg', b'RaS2', (), certainty='unknown', size='-')
    corpus.add('pwg/no-width.pwg', b'RaS2' + header('srgb', 8, width=0), (), certainty='unknown', size='-')
    corpus.add('pwg/many-copies.pwg', pwg('srgb', 8, ('red',), copies=1 << 31), (), certainty='unknown', size='-',
               reason='2147483648 copies')
    corpus.add('pwg/padded.pwg', rgb + b'\0' * 3000, three)
    corpus.add('pwg/twice.pwg', rgb + rgb, three * 2, parts=2)
    corpus.add('pwg/rubbish-behind.pwg', rgb + b'\x01\x02\x03' * 900, three, certainty='unknown')
    corpus.add('pwg/pjl.pwg', UEL + b'@PJL SET QTY=2\r\n@PJL SET COPIES=3\r\n@PJL ENTER LANGUAGE=PWGRASTER\r\n' +
               pwg('srgb', 8, three, copies=0) + UEL, three, impressions=18)
    corpus.add('pwg/pjl-copies.pwg', UEL + b'@PJL SET COPIES=5\r\n@PJL ENTER LANGUAGE=PWGRASTER\r\n' +
               pwg('srgb', 8, three, copies=1) + UEL, three, impressions=3, reason='1 copy in its header, in place of the 5')


def urf_files(corpus):
    for space in URF_SPACES:
        for bits in (8, 16):
            if (space, bits) != ('device3', 16):
                corpus.add(f'urf/{space}-{bits}.urf', urf(space, bits, FOUR), FOUR, space, format='image/urf')
    three = ('black', 'white', 'red')
    rgb = urf('srgb', 8, three)
    corpus.add('urf/count-0.urf', urf('srgb', 8, three, count=0), three)
    corpus.add('urf/count-all-ones.urf', urf('srgb', 8, three, count=0xffffffff), three)
    corpus.add('urf/count-lies.urf', urf('srgb', 8, three, count=7), three, reason='say 7 pages; it has 3')
    for name, duplex, sides in (('unsaid', 0, 0), ('none', 1, 1), ('short', 2, 3), ('long', 3, 2), ('odd', 9, 0)):
        corpus.add(f'urf/duplex-{name}.urf', urf('srgb', 8, three, duplex=duplex), three, sides=sides)
    corpus.add('urf/quality.urf', urf('srgb', 8, three, quality=5, media=12, tray=3), three)
    corpus.add('urf/fill.urf', urf('srgb', 8, three, white=b'\xff\xff\xff'), three)
    corpus.add('urf/fill-lab.urf', urf('lab', 8, three, white=b'\xff\x80\x80'), three)
    corpus.add('urf/cut-in-header.urf', rgb + b'\x18\1\1', three, certainty='estimated', reason='within the header')
    corpus.add('urf/cut-in-rows.urf', rgb[:-3], three[:2], certainty='estimated', reason='not whole')
    corpus.add('urf/no-page.urf', urf('srgb', 8, ()), (), certainty='unknown', size='-')
    corpus.add('urf/no-count.urf', b'UNIRAST\0\0', (), certainty='unknown', size='-')
    corpus.add('urf/no-resolution.urf', urf('srgb', 8, three, dpi=0), (), certainty='unknown', size='-', reason='no resolution')
    corpus.add('urf/no-height.urf', urf('srgb', 8, three, height=0), (), certainty='unknown', size='-')
    corpus.add('urf/pjl.urf', UEL + b'@PJL SET COPIES=2\n@PJL SET DUPLEX=ON\n@PJL ENTER LANGUAGE=URF\n' +
               urf('srgb', 8, three, duplex=0) + UEL + b'@PJL EOJ\n' + UEL, three, impressions=6, sides=2)


def cups_files(corpus):
    three = ('black', 'white', 'red')
    points = {'points': (595, 842), 'exact': (595.276, 841.89), 'size': '210x297'}
    size = points.pop('size')
    for version in (1, 2, 3):
        for little in (False, True):
            end = 'little' if little else 'big'
            for order, order_name in enumerate(('chunked', 'banded', 'planar')):
                data = cups('cmyk', 8, three, little, version, order=order, **points)
                corpus.add(f'cups/v{version}-{end}-{order_name}.ras', data, three, 'cmyk', size=size,
                           format='application/vnd.cups-raster')
            if version > 1:
                for space in ('rgb', 'k'):
                    corpus.add(f'cups/v{version}-{end}-{space}-16.ras', cups(space, 16, FOUR, little, version), FOUR, space)
            corpus.add(f'cups/v{version}-{end}-rgb-4.ras', cups('rgb', 4, FOUR, little, version), FOUR, 'rgb')
    for space in SPACES:
        if not space.startswith('device'):
            bits = 1 if space == 'kcmycm' else 8
            want = {'certainty': 'estimated'} if space == 'rgba' else {}
            corpus.add(f'cups/space-{space}.ras', cups(space, bits, three, version=3), three, space, **want)
    for bits in (1, 2, 4):
        for space in ('w', 'k', 'rgb', 'cmy', 'cmyk', 'rgbw'):
            for order, order_name in enumerate(('chunked', 'banded', 'planar')):
                if order == 0 or space in ('rgb', 'kcmy', 'cmyk'):
                    corpus.add(f'cups/{space}-{bits}-{order_name}.ras', cups(space, bits, three, order=order), three, space)
    for bits in (8, 16):
        for space in ('lab', 'xyz', 'icc3'):
            corpus.add(f'cups/{space}-{bits}.ras', cups(space, bits, FOUR), FOUR, space)
    corpus.add('cups/kcmycm-1-planar.ras', cups('kcmycm', 1, three, order=2), three, 'kcmycm')
    corpus.add('cups/kcmycm-8.ras', cups('kcmy', 8, three).replace(struct.pack('>3I', 0, 8, 0), struct.pack('>3I', 0, 9, 0)),
               three, 'kcmy', truth='with eight bits KCMYcm is KCMY')
    corpus.add('cups/device4-planar.ras', cups('device4', 8, three, order=2), three, 'device4')
    light = b'RaS3' + header('kcmycm', 1, version=3) + b'\x02' * WIDTH + bytes(WIDTH * (HEIGHT - 1))
    corpus.add('cups/light-cyan.ras', light, ('red',), truth='light ink is colour')
    corpus.add('cups/paper-of-points.ras', cups('w', 8, three, points=(612, 792)), three, 'w', size='216x279')
    corpus.add('cups/no-resolution.ras', cups('w', 8, three, dpi=0, points=(612, 792)), three, 'w', size='216x279')
    corpus.add('cups/no-size.ras', cups('w', 8, three, dpi=0), (), certainty='unknown', size='-', reason='no resolution')
    padded = cups('w', 8, (), version=3) or b''
    rows, _ = stored_rows(paint('k', 1, BLACK), 1, 0, False)
    padded += header('k', 1, version=3, line=4) + b''.join(row + b'\xff' for row in rows)
    corpus.add('cups/padded-rows.ras', b'RaS3' * (padded[:4] != b'RaS3') + padded, ('black',), 'k')
    blank = b'RaS3' + header('k', 1, version=3, line=4) + (bytes(3) + b'\xff') * HEIGHT
    corpus.add('cups/padding-is-no-ink.ras', blank, ('white',), 'k')
    corpus.add('cups/order-3.ras', b'RaS3' + header('k', 1, order=3, version=3), (), certainty='unknown', size='-')
    corpus.add('cups/cut-planar.ras', cups('cmyk', 8, three, order=2)[:-8], three[:2], certainty='estimated')
    corpus.add('cups/cut-banded.ras', cups('cmyk', 8, three, order=1)[:-8], three[:2], certainty='estimated')
    corpus.add('cups/cut-plain.ras', cups('rgb', 8, three, version=3)[:-8], three[:2], certainty='estimated')
    one = header('cmyk', 8, order=2) + bytes([255, WIDTH - 1, 0]) * 1
    corpus.add('cups/rows-repeat-into-the-next-plane.ras', b'RaS2' + one, ('white',))


POSTSCRIPT = """%!PS
<< /PageSize [36 27] >> setpagedevice
0 setgray 6 6 12 9 rectfill showpage
showpage
1 0 0 setrgbcolor 20 15 6 6 rectfill showpage
.5 .5 .5 setrgbcolor 20 15 6 6 rectfill showpage
"""
GS_KINDS = ('black', 'white', 'red', 'grey')
GS_INKS = GS_KINDS[:3] + ('red',)  # grey of RGB becomes unequal cyan, magenta and yellow


def gs_files(corpus):
    """Ghostscript's devices; its Lab is all zeros, so it is not asked for."""
    def made(device, name, space, *options, **want):
        out = os.path.join(corpus.folder, name)
        subprocess.run(['gs', '-q', '-dSAFER', '-dBATCH', '-dNOPAUSE', f'-sDEVICE={device}', '-r72', *options,
                        f'-sOutputFile={out}', '-'], input=POSTSCRIPT.encode(), check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        with open(out, 'rb') as file:
            data = file.read()
        kinds = GS_INKS if len(levels(space, WHITE, 8)) == 4 and space != 'rgbw' else GS_KINDS
        corpus.add(name, data, kinds, space, truth=f'drawn by us, written by Ghostscript 10.00 ({device})',
                   **{'size': '13x10', **want})

    setting = lambda space, bits, order=0: (f'-dcupsColorSpace={SPACES[space][0]}', f'-dcupsBitsPerColor={bits}',
                                            f'-dcupsColorOrder={order}')
    for space, bits in (('srgb', 8), ('sgray', 8), ('k', 1), ('cmyk', 8), ('adobergb', 8), ('srgb', 16)):
        made('pwgraster', f'pwg/gs-{space}-{bits}.pwg', space, *setting(space, bits))
    made('pwgraster', 'pwg/gs-copies.pwg', 'srgb', *setting('srgb', 8), '-dNumCopies=3', impressions=12)
    made('pwgraster', 'pwg/gs-tumble.pwg', 'srgb', *setting('srgb', 8), '-dDuplex', '-dTumble', sides=3)
    for space in ('srgb', 'w', 'cmyk', 'adobergb'):
        made('urf', f'urf/gs-{space}.urf', space, *setting(space, 8))
    made('urf', 'urf/gs-as-it-comes.urf', 'k')
    for space in ('w', 'rgb', 'cmy', 'cmyk', 'ymck', 'kcmy', 'rgbw'):
        for order in (0,) if space == 'rgbw' else (0, 1, 2):  # its planes of RGBW are muddled
            made('cups', f'cups/gs-{space}-{order}.ras', space, *setting(space, 8, order))
    made('cups', 'cups/gs-rgb-1.ras', 'rgb', *setting('rgb', 1), color='-')
    made('cups', 'cups/gs-cmyk-4.ras', 'cmyk', *setting('cmyk', 4), color='-')


def main():
    corpus = Corpus(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
    pwg_files(corpus)
    urf_files(corpus)
    cups_files(corpus)
    gs_files(corpus)
    print(f'{corpus.count} rasters in {corpus.folder}')


main()
