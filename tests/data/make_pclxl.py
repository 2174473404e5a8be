#!/usr/bin/python3
"""Makes tests/data/pclxl: small PCL XL jobs whose truth is known because each was made for one trap.

make_pclxl.py DIR          writes FILE.pxl and FILE.want (the keys: tests/unit/count/test_corpus.c)

XL is assembled by hand here: op(CODE, attribute=value). Where gs is installed, its devices pxlmono and
pxlcolor write the gs-*.pxl from one PostScript program with a known number of pages.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

ATTRIBUTES = dict(PaletteDepth=2, ColorSpace=3, NullBrush=4, NullPen=5, PaletteData=6, PatternSelectID=8, GrayLevel=9,
                  RGBColor=11, PrimaryArray=14, PrimaryDepth=15, MediaSize=37, MediaSource=38, Orientation=40, ROP3=44,
                  CustomMediaSize=47, CustomMediaSizeUnits=48, PageCopies=49, SimplexPageMode=52, DuplexPageMode=53,
                  DuplexPageSide=54, BoundingBox=66, EndPoint=69, Point=76, NumberOfPoints=77, PointType=80,
                  ColorDepth=98, BlockHeight=99, ColorMapping=100, CompressMode=101, DestinationSize=103,
                  PatternPersistence=104, PatternDefineID=105, SourceHeight=107, SourceWidth=108, StartLine=109,
                  PadBytesMultiple=110, NumberOfScanLines=115, Measure=134, SourceType=136, UnitsPerMeasure=137,
                  DataOrg=130, StreamName=139, StreamDataLength=140, ErrorReport=143, VUExtension=145, VUDataLength=146,
                  FontHeaderLength=167, FontName=168, FontFormat=169, CharSize=166, SymbolSet=170, TextData=171)
OPERATORS = dict(BeginSession=0x41, EndSession=0x42, BeginPage=0x43, EndPage=0x44, VendorUnique=0x46, Comment=0x47,
                 OpenDataSource=0x48, CloseDataSource=0x49, BeginFontHeader=0x4f, ReadFontHeader=0x50,
                 EndFontHeader=0x51, RemoveFont=0x55, BeginStream=0x5b, ReadStream=0x5c, EndStream=0x5d,
                 ExecStream=0x5e, RemoveStream=0x5f, PopGS=0x60, PushGS=0x61, SetBrushSource=0x63, SetColorSpace=0x6a,
                 SetCursor=0x6b, SetFont=0x6f, SetPenSource=0x79, SetROP=0x7b, NewPath=0x85, PaintPath=0x86,
                 LinePath=0x9b, Rectangle=0xa0, RectanglePath=0xa1, Ellipse=0x98, Text=0xa8, BeginImage=0xb0,
                 ReadImage=0xb1, EndImage=0xb2, BeginRastPattern=0xb3, ReadRastPattern=0xb4, EndRastPattern=0xb5,
                 BeginScan=0xb6, EndScan=0xb8, ScanLineRel=0xb9, PassThrough=0xbf)
SIZES = dict(B=0, H=1, I=2, h=3, i=4, f=5)  # struct's letters


class V:
    """A value with a type of its own: V('H', 3) a uint16, V('H', 1, 2) a point, V.array('B', bytes)."""

    def __init__(self, letter, *items, many=False):
        self.letter, self.items, self.many = letter, items, many

    @staticmethod
    def array(letter, items):
        return V(letter, *items, many=True)


class XL:
    """One stream: little-endian ')' unless big."""

    def __init__(self, big=False, header=True, name=b'2;0;Comment quoin'):
        self.order = '>' if big else '<'
        self.out = bytearray((b'(' if big else b')') + b' HP-PCL XL;' + name + b'\n' if header else b'')

    def pack(self, letters, *items):
        return struct.pack(self.order + letters, *items)

    def value(self, value):
        if isinstance(value, (bytes, str)):
            value = V.array('B', value.encode() if isinstance(value, str) else value)
        if isinstance(value, int):
            value = V('B' if 0 <= value < 256 else 'H' if value < 65536 else 'I', value)
        if isinstance(value, tuple):
            value = V('H', *value)
        code = SIZES[value.letter]
        if value.many:
            length = b'\xc0' + bytes([len(value.items)]) if len(value.items) < 256 else \
                     b'\xc1' + self.pack('H', len(value.items))
            return bytes([0xc8 + code]) + length + self.pack(value.letter * len(value.items), *value.items)
        base = {1: 0xc0, 2: 0xd0, 4: 0xe0}[len(value.items)]
        return bytes([base + code]) + self.pack(value.letter * len(value.items), *value.items)

    def op(self, name, data=None, wide=False, **attributes):
        for attribute, value in attributes.items():
            number = ATTRIBUTES[attribute]
            self.out += self.value(value) + (b'\xf9' + self.pack('H', number) if wide else b'\xf8' + bytes([number]))
        self.out.append(OPERATORS[name])
        if data is not None:
            self.data(data)
        return self

    def data(self, data):
        self.out += b'\xfb' + bytes([len(data)]) if len(data) < 256 else b'\xfa' + self.pack('I', len(data))
        self.out += data
        return self

    def begin(self, **page):
        self.op('BeginSession', Measure=0, UnitsPerMeasure=(300, 300), ErrorReport=0)
        self.op('OpenDataSource', SourceType=0, DataOrg=1)
        return self

    def end(self):
        return self.op('CloseDataSource').op('EndSession')

    def page(self, **attributes):
        attributes = attributes or dict(Orientation=0, MediaSize=2)
        return self.op('BeginPage', **attributes)

    def rectangle(self):
        return self.op('Rectangle', BoundingBox=V('H', 100, 100, 200, 200))

    def text(self, text='Quoin'):
        return self.op('SetFont', FontName='Courier', CharSize=40, SymbolSet=0x115).op('Text', TextData=text)

    def rgb(self, r, g, b):
        return self.op('SetColorSpace', ColorSpace=2).op('SetBrushSource', RGBColor=bytes([r, g, b]))

    def image(self, data, width, height, space=2, depth=2, mode=0, mapping=0, pad=None, rows=None, **more):
        if space is not None:
            self.op('SetColorSpace', ColorSpace=space, **more)
        self.op('BeginImage', ColorMapping=mapping, ColorDepth=depth, SourceWidth=V('H', width),
                SourceHeight=V('H', height), DestinationSize=(1000, 1000))
        more = {} if pad is None else dict(PadBytesMultiple=pad)
        self.op('ReadImage', data, StartLine=V('H', 0), BlockHeight=V('H', rows or height), CompressMode=mode, **more)
        return self.op('EndImage')


def document(*pages, big=False, **start):
    """Pages: functions that draw on a stream between BeginPage and EndPage."""
    xl = XL(big, **start).begin()
    for draw in pages:
        xl.page()
        draw(xl)
        xl.op('EndPage', PageCopies=V('H', 1))
    return bytes(xl.end().out)


def pjl(body, *lines):
    head = b'\x1b%-12345X' + b''.join(b'@PJL ' + line + b'\r\n' for line in lines)
    return head + b'@PJL ENTER LANGUAGE=PCLXL\r\n' + body + b'\x1b%-12345X'


def rows(pixels, width, components=3, pad=4):
    """Rows of width pixels, padded."""
    step = width * components
    lines = [pixels[i:i + step] for i in range(0, len(pixels), step)]
    return b''.join(line + bytes(-len(line) % pad) for line in lines)


def rle(data):
    out, i = bytearray(), 0
    while i < len(data):
        run = 1
        while run < 128 and i + run < len(data) and data[i + run] == data[i]:
            run += 1
        if run > 2:
            out += bytes([257 - run, data[i]])
            i += run
            continue
        start = i
        while i < len(data) and i - start < 128 and data[i:i + 3] != data[i:i + 1] * 3:
            i += 1
        i += i == start
        out += bytes([i - start - 1]) + data[start:i]
    return bytes(out)


def delta(lines):
    """Delta rows by the bytes that differ from the row above, runs of at most 8."""
    seed, out = bytes(len(lines[0])), bytearray()
    for line in lines:
        row, at, i = bytearray(), 0, 0
        while i < len(line):
            if line[i] == seed[i]:
                i += 1
                continue
            end = i
            while end < len(line) and end - i < 8 and line[end] != seed[end]:
                end += 1
            offset = i - at
            row.append((end - i - 1) << 5 | min(offset, 31))
            offset -= 31
            while offset >= 0:
                row.append(min(offset, 255))
                offset -= 255
            row += line[i:end]
            at = i = end
        out += struct.pack('<H', len(row)) + row
        seed = line
    return bytes(out)


def nothing(xl):
    pass


def jpeg_head(components):
    """A frame header is all that is looked at; then the end."""
    frame = struct.pack('>HBHHB', 8 + 3 * components, 8, 8, 8, components)
    frame += b''.join(bytes([i + 1, 0x11, 0]) for i in range(components))
    return b'\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\1\0\x48\0\x48\0\0\xff\xc0' + frame + b'\xff\xd9'


def stored(name, xl):
    """A stream that is stored: BeginStream, ReadStream, EndStream."""
    return lambda out: out.op('BeginStream', StreamName=name) \
        .op('ReadStream', bytes(xl.out), StreamDataLength=V('I', len(xl.out))).op('EndStream')


def cases():
    black = XL.rectangle
    red = lambda xl: xl.rgb(255, 0, 0).rectangle()
    add = []

    def case(name, data, **want):
        want.setdefault('format', 'application/vnd.hp-pclxl')
        want.setdefault('certainty', 'exact')
        want.setdefault('truth', 'written byte by byte by make_pclxl.py')
        add.append((name, data, want))

    # Pages, copies, sessions
    case('one', document(black), pages=1, color=0, blank=0, nominal=0, impressions=1, parts=1, size='210x297')
    case('big-endian', document(black, red, big=True), pages=2, color=1, blank=0, nominal=1, impressions=2)
    case('white-space', document(lambda xl: xl.out.extend(b'\0\t\n\v\f\r ') or xl.rectangle()), pages=1, blank=0)
    case('blank', document(nothing, black, nothing), pages=3, color=0, blank=2)
    xl = XL().begin()
    for copies in (V('B', 2), V('H', 3), V('I', 4), V('h', 5), V('i', 6)):
        xl.page().rectangle().op('EndPage', PageCopies=copies)
    case('copies-types', bytes(xl.end().out), pages=5, impressions=20)
    xl = XL().begin().page().rectangle().op('EndPage', PageCopies=V('H', 3), wide=True)
    xl.page().rectangle().op('EndPage', Orientation=V('B', 0), PageCopies=V('H', 2), MediaSource=V('B', 1))
    xl.page().rectangle().op('EndPage', PageCopies=V('H', 9)).page().rectangle().op('EndPage')
    case('copies-places', bytes(xl.end().out), pages=4, impressions=3 + 2 + 9 + 1)
    case('copies-pjl', pjl(bytes(XL().begin().page().rectangle().op('EndPage').page().rectangle()
                                 .op('EndPage', PageCopies=V('H', 2)).end().out), b'SET COPIES=4', b'SET QTY=3'),
         pages=2, impressions=3 * (4 + 2), format='-', reason='PageCopies 2 holds in place of the 4')
    case('copies-twice', bytes(XL().begin().page().rectangle().op('Comment', PageCopies=7)
                               .op('EndPage', PageCopies=5).end().out), pages=1, impressions=5)
    xl = XL().begin().page().rectangle().op('EndPage', PageCopies=V('H', 1)).page().op('EndPage', PageCopies=V('H', 0))
    case('copies-none', bytes(xl.end().out), pages=1, impressions=1, reason='PageCopies 0')
    case('copies-none-at-all', bytes(XL().begin().page().rectangle().op('EndPage', PageCopies=V('H', 0)).end().out),
         pages=0, reason='PageCopies 0')
    xl = XL().begin().page().rectangle().op('EndPage', PageCopies=V('h', -3)).page().op('EndPage', PageCopies=V('B', 1))
    case('copies-below-none', bytes(xl.end().out), pages=1, blank=1, impressions=1)
    case('copies-many', bytes(XL().begin().page().rectangle().op('EndPage', PageCopies=V('I', 1 << 31)).end().out),
         pages=1, certainty='unknown', reason='more than 65535')
    case('no-pages', bytes(XL().begin().end().out), pages=0, parts=1, certainty='unknown')
    case('no-session', bytes(XL().out), pages=0, reason='no session', certainty='unknown')
    two = XL().begin().page().rectangle().op('EndPage').end().begin().page().rectangle().op('EndPage').end()
    case('sessions', bytes(two.out), pages=2, parts=1)
    one = document(black)
    case('two-streams', one + document(red, big=True), pages=2, color=1, parts=2)
    case('two-jobs', pjl(one, b'SET COPIES=2') + pjl(document(red, red)), pages=3, color=2, impressions=3, parts=2,
         format='-')
    # Media and sides
    for name, size, units, want in (('inch', V('f', 8.5, 11.0), 0, '216x279'), ('mm', V('H', 100, 150), 1, '100x150'),
                                    ('tenths', V('H', 2100, 2970), 2, '210x297')):
        xl = XL().begin().page(Orientation=0, CustomMediaSize=size, CustomMediaSizeUnits=units).rectangle()
        case('size-' + name, bytes(xl.op('EndPage').end().out), pages=1, size=want)
    for name, size, want in (('letter', 0, '216x279'), ('a3', 5, '297x420'), ('c5', 8, '162x229'),
                             ('name', 'JisB4', '257x364'), ('ricoh', 217, '320x450')):
        xl = XL().begin().page(Orientation=1, MediaSize=size).rectangle().op('EndPage').end()
        case('size-' + name, bytes(xl.out), pages=1, size=want)
    case('size-unknown', bytes(XL().begin().page(MediaSize='Papyrus').rectangle().op('EndPage').end().out), pages=1,
         certainty='estimated', size='210x297', reason='not known')
    xl = XL().begin().op('BeginPage').rectangle().op('EndPage').end()
    case('size-unsaid', bytes(xl.out), pages=1, certainty='estimated', size='210x297', reason='A4 is assumed')
    xl = XL().begin().page(MediaSize=5).rectangle().op('EndPage').op('BeginPage').rectangle().op('EndPage')
    case('size-stays', bytes(xl.page(MediaSize=96).op('EndPage').end().out), pages=3, size='297x420')
    xl = XL().begin().page(MediaSize=2, DuplexPageMode=1, DuplexPageSide=0).rectangle().op('EndPage')
    xl.page(MediaSize=2, DuplexPageMode=1, DuplexPageSide=1).rectangle().op('EndPage').end()
    case('duplex-long', bytes(xl.out), pages=2, sides=2)
    xl = XL().begin().page(MediaSize=2, DuplexPageMode=0).rectangle().op('EndPage').op('BeginPage').op('EndPage').end()
    case('duplex-short', bytes(xl.out), pages=2, blank=1, sides=3)
    xl = XL().begin().page(MediaSize=2, SimplexPageMode=0).rectangle().op('EndPage').end()
    case('simplex', pjl(bytes(xl.out), b'SET DUPLEX=ON'), pages=1, sides=1, format='-')
    # Colour of paints
    case('rgb-red', document(red), pages=1, color=1, nominal=1, reason='filled with colour')
    case('rgb-grey', document(lambda xl: xl.rgb(90, 91, 92).rectangle()), pages=1, color=0, nominal=1)
    case('rgb-white', document(lambda xl: xl.rgb(255, 255, 255).op('SetPenSource', NullPen=0).rectangle()), pages=1,
         color=0, blank=1, nominal=1)
    case('rgb-unused', document(lambda xl: xl.rgb(255, 0, 0).op('SetColorSpace', ColorSpace=1).rectangle()), pages=1,
         color=0, nominal=0)
    case('rgb-real', document(lambda xl: xl.op('SetColorSpace', ColorSpace=6)
                              .op('SetPenSource', RGBColor=V.array('f', (0.0, 0.5, 1.0))).rectangle()), pages=1,
         color=1, reason='a line')
    case('rgb-primary', document(lambda xl: xl.op('SetColorSpace', ColorSpace=2)
                                 .op('SetBrushSource', PrimaryDepth=2, PrimaryArray=bytes((9, 99, 9))).text()),
         pages=1, color=1, reason='text is printed in colour')
    case('gray-level', document(lambda xl: xl.op('SetBrushSource', GrayLevel=V('f', 0.5)).rectangle(),
                                lambda xl: xl.op('SetBrushSource', GrayLevel=V('B', 255)).text()), pages=2, color=0,
         blank=1, nominal=0)
    case('gray-sub', document(lambda xl: xl.op('SetColorSpace', ColorSpace=7)
                              .op('SetBrushSource', PrimaryDepth=2, PrimaryArray=b'\0').text(),
                              lambda xl: xl.op('SetColorSpace', ColorSpace=7)
                              .op('SetBrushSource', PrimaryDepth=2, PrimaryArray=b'\xff').text()), pages=2, blank=1)
    case('cmy-sub', document(lambda xl: xl.op('SetColorSpace', ColorSpace=8)
                             .op('SetBrushSource', PrimaryDepth=2, PrimaryArray=b'\xff\0\0').text(),
                             lambda xl: xl.op('SetColorSpace', ColorSpace=8)
                             .op('SetBrushSource', PrimaryDepth=2, PrimaryArray=b'\0\0\0').text()), pages=2, color=1,
         blank=1)
    case('push-pop', document(lambda xl: xl.op('PushGS').rgb(255, 0, 0).op('PopGS').rectangle().op('PopGS'),
                              lambda xl: xl.rgb(255, 0, 0).op('PushGS').rgb(0, 0, 0).op('PopGS').rectangle()),
         pages=2, color=1)
    deep = lambda xl: [xl.op('PushGS') for _ in range(70)] and xl.rectangle() and [xl.op('PopGS') for _ in range(70)]
    case('push-deep', document(deep), pages=1, certainty='estimated', reason='nest deeper')
    case('rop-nothing', document(lambda xl: xl.rgb(255, 0, 0).op('SetROP', ROP3=170).rectangle()), pages=1, blank=1,
         color=0)
    case('rop-white', document(lambda xl: xl.rgb(255, 0, 0).op('SetPenSource', NullPen=0).op('SetROP', ROP3=255)
                               .rectangle()), pages=1, blank=1, color=0)
    case('rop-black', document(lambda xl: xl.rgb(255, 0, 0).op('SetPenSource', NullPen=0).op('SetROP', ROP3=0)
                               .rectangle()), pages=1, blank=0, color=0)
    case('null-paints', document(lambda xl: xl.op('SetBrushSource', NullBrush=0).op('SetPenSource', NullPen=0)
                                 .rectangle().text()), pages=1, blank=1)
    case('path', document(lambda xl: xl.op('NewPath').op('SetCursor', Point=(9, 9)).op('PaintPath'),
                          lambda xl: xl.op('NewPath').op('LinePath', EndPoint=(99, 99)).op('PaintPath'),
                          lambda xl: xl.op('LinePath', EndPoint=(99, 99)).op('NewPath').op('PaintPath'),
                          lambda xl: xl.op('LinePath', b'\1\2\3\4', NumberOfPoints=2, PointType=0).op('PaintPath')),
         pages=4, blank=2)
    case('scan-lines', document(lambda xl: xl.op('SetColorSpace', ColorSpace=2)
                                .op('SetBrushSource', RGBColor=b'\xff\0\0').op('BeginScan')
                                .op('ScanLineRel', bytes(12), NumberOfScanLines=1).op('EndScan')), pages=1, color=1)
    case('spaces', document(lambda xl: xl.text('   '), lambda xl: xl.text(''), lambda xl: xl.op('Text'),
                            lambda xl: xl.op('Text', TextData=V.array('H', (32, 65)))), pages=4, blank=3)
    load = lambda xl: xl.op('BeginFontHeader', FontName='Courier', FontFormat=0) \
        .op('ReadFontHeader', bytes(20), FontHeaderLength=20).op('EndFontHeader')
    case('spaces-loaded', document(lambda xl: load(xl).text(' '),
                                   lambda xl: xl.op('RemoveFont', FontName='Courier').text(' ')), pages=2, blank=1)
    case('text-wide', document(lambda xl: xl.text(' ' * 1000), lambda xl: xl.text(' ' * 1100 + 'A')), pages=2, blank=1)
    # Images
    grey = bytes(v for i in range(64) for v in (i, i, i))
    color = bytearray(grey)
    color[100] = 200
    white = b'\xff' * 192
    for packed, mode, pack in (('raw', 0, lambda d: d), ('rle', 1, rle),
                               ('delta', 3, lambda d: delta([d[i:i + 24] for i in range(0, len(d), 24)]))):
        draw = [lambda xl, d=d, m=mode, p=pack: xl.image(p(bytes(d)), 8, 8, mode=m) for d in (grey, color, white)]
        case('image-' + packed, document(*draw), pages=3, color=1, blank=1, nominal=3, reason='pixels in colour')
    odd = rows(bytes(color[:5 * 3 * 12]), 5)
    case('image-padded', document(lambda xl: xl.image(odd, 5, 12),
                                  lambda xl: xl.image(rows(grey[:180], 5), 5, 12),
                                  lambda xl: xl.image(rows(grey[:180], 5, pad=1), 5, 12, pad=1),
                                  lambda xl: xl.image(rle(odd), 5, 12, mode=1)), pages=4, color=2, blank=0)
    case('image-gray', document(lambda xl: xl.image(b'\xff' * 64, 8, 8, space=1),
                                lambda xl: xl.image(b'\xff' * 63 + b'\xf0', 8, 8, space=1),
                                lambda xl: xl.image(rle(b'\xff' * 63 + b'\xf0'), 8, 8, space=1, mode=1)), pages=3,
         color=0, blank=1, nominal=0)
    bits = rows(b'\xff\xc0' * 8, 2, 1)  # ten pixels of white; the bits behind them are nothing
    case('image-bits', document(lambda xl: xl.image(bits, 10, 8, space=1, depth=0),
                                lambda xl: xl.image(bits[:-4] + b'\xff\x80\0\0', 10, 8, space=1, depth=0)), pages=2,
         blank=1)
    case('image-nibbles', document(lambda xl: xl.image(b'\xff\xf0\0\0' * 2, 3, 2, space=1, depth=1),
                                   lambda xl: xl.image(b'\xff\x70\0\0' * 2, 3, 2, space=1, depth=1)), pages=2, blank=1)
    palette = bytes((255, 255, 255, 0, 0, 0, 200, 0, 0)) + bytes(39)
    index = lambda d, **more: (lambda xl: xl.image(d, 8, 8, depth=1, mapping=1, PaletteDepth=2, PaletteData=palette,
                                                   **more))
    case('image-indexed', document(index(b'\0' * 32), index(b'\x11' * 32), index(b'\0' * 31 + b'\2')), pages=3, color=1,
         blank=1, nominal=3)
    case('image-rgb-bits', document(lambda xl: xl.image(b'\xff\xff\xff\0' * 8, 8, 8, depth=0),
                                    lambda xl: xl.image(b'\xff\xff\xdf\0' * 8, 8, 8, depth=0),
                                    lambda xl: xl.image(b'\xff\x80\0\0' * 8, 3, 8, depth=0)), pages=3, color=1, blank=2)
    case('image-rgb-nibbles', document(lambda xl: xl.image(b'\x12\x31\x23\0' * 2, 2, 2, depth=1),
                                       lambda xl: xl.image(b'\x44\x44\x40\0' * 2, 1, 2, depth=1)), pages=2, color=1,
         blank=0)
    case('image-inverted', document(lambda xl: xl.image(bytes(64), 8, 8, space=7),
                                    lambda xl: xl.image(b'\1' + bytes(63), 8, 8, space=7),
                                    lambda xl: xl.image(bytes(192), 8, 8, space=8),
                                    lambda xl: xl.image(b'\xff' * 3 + bytes(189), 8, 8, space=8),
                                    lambda xl: xl.image(bytes(4) + b'\xff' * 188, 8, 8, space=8)),
         pages=5, color=1, blank=3)
    case('image-blocks', bytes(
        XL().begin().page().op('SetColorSpace', ColorSpace=2)
        .op('BeginImage', ColorMapping=0, ColorDepth=2, SourceWidth=V('H', 8), SourceHeight=V('H', 8),
            DestinationSize=(99, 99))
        .op('ReadImage', white[:48], StartLine=0, BlockHeight=V('H', 2), CompressMode=0)
        .op('ReadImage', StartLine=2, BlockHeight=V('H', 6), CompressMode=1).data(rle(white[:72])).data(rle(white[:69])
                                                                                                      + b'\2\xff\0\0')
        .op('EndImage').op('EndPage').end().out), pages=1, color=1)
    case('image-brush', document(lambda xl: xl.rgb(255, 0, 0).op('PushGS').image(b'\0' * 8, 8, 8, space=None, depth=0,
                                                                                 pad=1)),
         pages=1, color=1, nominal=1)
    case('image-empty', document(lambda xl: xl.image(b'', 8, 8)), pages=1, blank=1)
    wide = [b'\xff' * 1500, b'\xff' * 600 + b'\x20' * 300 + b'\xff' * 600,
            b'\xff' * 700 + b'\x20\x30\x40' + b'\xff' * 797, b'\xff' * 700 + b'\x20' + b'\xff' * 799]
    flat = lambda line: line * 4
    case('image-wide-rle', document(*[lambda xl, w=w: xl.image(rle(flat(w)), 500, 4, mode=1) for w in wide]), pages=4,
         color=2, blank=1)
    case('image-wide-delta', document(*[lambda xl, w=w: xl.image(delta([b'\xff' * 1500, w, w, b'\xff' * 1500]), 500, 4,
                                                                 mode=3) for w in wide]), pages=4, color=2, blank=1)
    case('image-wide-delta-gray', document(*[lambda xl, w=w: xl.image(delta([w, b'\xff' * 1500, w]), 1500, 3, space=1,
                                                                      mode=3) for w in wide]), pages=4, color=0, blank=1)
    case('image-wide-raw', document(*[lambda xl, w=w: xl.image(flat(w), 500, 4) for w in wide]), pages=4, color=2, blank=1)
    case('image-wide-gray', document(*[lambda xl, w=w: xl.image(rle(w * 2), 1500, 2, space=1, mode=1) for w in wide]),
         pages=4, color=0, blank=1)
    case('image-split-rgb', document(lambda xl: xl.image(b'\x01\xff\xff' + b'\xf9\xff' + b'\x00\xff' + b'\xfb\xff'
                                                         + b'\x80' + b'\x00\xff', 5, 1, mode=1)), pages=1, blank=1)
    case('image-delta-past-row', document(lambda xl: xl.image(b'\x03\0\x1f\xff\x09' + b'\x03\0\x1f\x01\x09' + b'\0\0', 4, 3,
                                                              mode=3)), pages=1, blank=0, color=0)
    case('image-delta-inverted', document(lambda xl: xl.image(b'\0\0' * 3, 4, 3, space=8, mode=3)), pages=1, blank=1)
    case('image-nibbles-inverted', document(lambda xl: xl.image(b'\0' * 8, 2, 2, space=8, depth=1)), pages=1, blank=1)
    jpeg = lambda n, **more: (lambda xl: xl.image(jpeg_head(n), 8, 8, mode=2, **more))
    case('jpeg-grey', document(jpeg(1), jpeg(3, space=1)), pages=2, color=0, blank=0)
    case('jpeg-color', document(jpeg(3)), pages=1, color=1, certainty='estimated', reason='JPEG')
    case('image-odd-packing', document(lambda xl: xl.image(b'abc', 8, 8, mode=6)), pages=1, color=1,
         certainty='estimated', reason='not known')
    pattern = lambda d, keep, number=7: lambda xl: xl.op('SetColorSpace', ColorSpace=2) \
        .op('BeginRastPattern', ColorMapping=0, ColorDepth=2, SourceWidth=V('H', 4), SourceHeight=V('H', 1),
            DestinationSize=(4, 4), PatternDefineID=V('h', number), PatternPersistence=keep) \
        .op('ReadRastPattern', d, StartLine=0, BlockHeight=V('H', 1), CompressMode=0).op('EndRastPattern')
    use = lambda xl, number=7: xl.op('SetBrushSource', PatternSelectID=V('h', number)).rectangle()
    case('pattern', document(lambda xl: use(pattern(b'\xff\0\0' * 4, 1)(xl)), use,
                             lambda xl: use(pattern(b'\x30' * 12, 2)(xl)), use,
                             lambda xl: pattern(b'\xff\0\0' * 4, 2, -9)(xl), lambda xl: use(xl, -9)),
         pages=6, color=2, blank=1)
    # Streams, vendors, pass-through
    form = XL(big=True)
    form.rgb(0, 0, 255).rectangle()
    case('stream', document(lambda xl: stored('form', form)(xl), lambda xl: xl.op('ExecStream', StreamName='form'),
                            lambda xl: xl.op('RemoveStream', StreamName='form').rectangle()), pages=3, color=1, blank=1)
    case('stream-absent', document(lambda xl: xl.op('ExecStream', StreamName='letterhead')), pages=1, blank=0,
         certainty='estimated', reason='did not come')
    loop = XL()
    loop.op('ExecStream', StreamName='loop').rectangle()
    case('stream-loop', document(lambda xl: stored('loop', loop)(xl).op('ExecStream', StreamName='loop')), pages=1,
         certainty='estimated', reason='too deeply')
    twice = [XL() for _ in range(31)]
    for i, xl in enumerate(twice):
        xl.op('Comment', FontName=bytes(200)).op('ExecStream', StreamName=f's{i + 1}')
        xl.op('ExecStream', StreamName=f's{i + 1}')
    bomb = XL().begin().page()
    for i, xl in enumerate(twice + [XL().rectangle()]):
        stored(f's{i}', xl)(bomb)
    case('stream-bomb', bytes(bomb.op('ExecStream', StreamName='s0').op('EndPage').end().out), certainty='unknown',
         reason='again and again')
    case('vendor', document(lambda xl: xl.op('VendorUnique', VUExtension=V('I', 1), VUDataLength=V('I', 5))
                            .out.extend(b'\x44\x44\x44\x44\x44') or xl.rectangle(),
                            lambda xl: xl.op('VendorUnique', b'\x44' * 5, VUDataLength=V('I', 5)).rectangle(),
                            lambda xl: xl.op('VendorUnique', b'\x44' * 300, VUDataLength=V('I', 300)).rectangle(),
                            lambda xl: xl.op('VendorUnique')), pages=4, blank=1)
    passes = lambda *data: lambda xl: [xl.op('PassThrough', d) for d in data]
    case('pass-through', document(passes(b'\x1b*p100x100YHello'), lambda xl: passes(b'Hi\f', b'Ho')(xl.rectangle()),
                                  nothing), pages=3, blank=1, color=0, certainty='estimated', reason='PCL 5')
    case('pass-through-pages', document(passes(b'One\fTwo\f', b'Three'), passes(b'')), pages=4, blank=1, color=0,
         certainty='estimated')
    case('pass-through-color', document(passes(b'\x1b*r3U\x1b*v1', b'SRed')), pages=1, color=1, nominal=1,
         certainty='estimated')
    case('pass-through-many', document(passes(*[b'x'] * 3), lambda xl: [passes(b'x')(xl.op('NewPath'))
                                                                        for _ in range(70)]), pages=2, blank=0,
         certainty='estimated')
    case('pass-through-cut', document(passes(b'x' * 500))[:-100], pages=0, certainty='unknown', reason='cut short')
    case('data-lies', document(lambda xl: xl.op('Comment', b'\x44' * 400).data(b'\x44' * 9).rectangle()), pages=1)
    # Damage
    case('operator-unknown', document(black)[:-2] + b'\x90' + document(black)[-2:], pages=1, certainty='estimated',
         reason='no tag')
    case('stray', document(black) .replace(b'\xa0', b'\xa0\x7f\x02\xff', 1), pages=0, certainty='unknown',
         reason='no tag')
    case('stray-before-uel', pjl(document(black)[:-1] + b'\x02 rubbish \x1b rubbish') + pjl(document(red)), pages=2,
         color=1, certainty='estimated', format='-', parts=2)
    case('array-odd', document(lambda xl: xl.out.extend(b'\xc8\xc5\1\2')), pages=0, certainty='unknown',
         reason='array')
    case('page-in-page', bytes(XL().begin().page().page().op('EndPage').end().out), pages=0, certainty='unknown')
    case('end-of-nothing', bytes(XL().begin().op('EndPage').end().out), pages=0, certainty='unknown')
    case('end-in-page', bytes(XL().begin().page().end().out), pages=0, certainty='unknown')
    case('session-in-session', bytes(XL().begin().begin().page().end().out), pages=0, certainty='unknown')
    case('page-in-no-session', bytes(XL().page().out), pages=0, certainty='unknown')
    whole = document(black, red)
    case('cut-page', whole[:-20], pages=1, color=0, certainty='estimated', reason='last page')
    case('cut-session', whole[:-2], pages=2, color=1, certainty='estimated', reason='its session')
    case('cut-data', document(black, lambda xl: xl.image(b'\xff' * 600, 14, 14))[:-150], pages=1,
         certainty='estimated', reason='cut short')
    case('cut-value', document(black, lambda xl: xl.text('long enough to cut'))[:-22], pages=1, certainty='estimated')
    case('cut-vendor', document(black, lambda xl: xl.op('VendorUnique', VUDataLength=V('I', 500))), pages=1,
         certainty='estimated')
    case('ascii-binding', b"' HP-PCL XL;2;0\nBeginSession\n", pages=0, certainty='unknown', reason='as text')
    add.extend(gs_cases())
    return add


PROGRAM = """%!PS
/Helvetica findfont 20 scalefont setfont
72 700 moveto (Black text) show showpage
1 0 0 setrgbcolor 72 700 moveto (Red text) show showpage
0.5 0.5 0.5 setrgbcolor 72 600 100 100 rectfill showpage
showpage
gsave 100 100 translate 200 200 scale 4 4 8 [4 0 0 -4 0 4]
{<ff000000ff000000ff808080ff000000ff000000ff808080ff000000ff000000ff808080ff000000ff000000ff808080>}
false 3 colorimage grestore showpage
gsave 100 100 translate 200 200 scale 4 4 8 [4 0 0 -4 0 4]
{<101010202020303030808080101010202020303030808080101010202020303030808080101010202020303030808080>}
false 3 colorimage grestore showpage
"""


def gs_cases():
    if shutil.which('gs') is None:
        return []
    made = []
    for device, color in (('pxlmono', 0), ('pxlcolor', 2)):
        for mode in (1, 2, 3) if device == 'pxlcolor' else (1,):
            with tempfile.TemporaryDirectory() as folder:
                program, out = os.path.join(folder, 'in.ps'), os.path.join(folder, 'out.pxl')
                with open(program, 'w', encoding='ascii') as file:
                    file.write(PROGRAM)
                subprocess.run(['gs', '-q', '-dNOPAUSE', '-dBATCH', f'-dCompressMode={mode}', '-r150', '-sPAPERSIZE=a4',
                                '-sDEVICE=' + device, '-o', out, program], check=True)
                with open(out, 'rb') as file:
                    data = file.read()
            made.append((f'gs-{device}-{mode}', data,
                         dict(pages=6, color=color, blank=1, impressions=6, size='210x297', certainty='exact',
                              truth='the PostScript program that gs printed with its device ' + device)))
    return made


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, data, want in cases():
        with open(os.path.join(folder, name + '.pxl'), 'wb') as file:
            file.write(data)
        with open(os.path.join(folder, name + '.want'), 'w', encoding='utf-8') as file:
            file.writelines(f'{key} {value}\n' for key, value in want.items() if value != '')


main()
