#!/usr/bin/python3
"""Makes tests/data/pdf: small PDFs whose truth is known because each was made for one trap.

make_pdfs.py DIR          writes the small ones, FILE.pdf and FILE.want
make_pdfs.py --big DIR    writes the bombs that are too big to keep

A .want has one line a fact: pages, color, blank, nominal (pages that declare colour), certainty
(those allowed, by |), a part of a reason that must be given, and where the truth comes from. '-'
leaves a fact open.
"""
import os
import random
import subprocess
import sys
import tempfile
import zlib


class Pdf:
    def __init__(self):
        self.objects = {}
        self.next = 1

    def reserve(self):
        number = self.next
        self.next += 1
        return number

    def add(self, body, number=None):
        number = number or self.reserve()
        self.objects[number] = body if isinstance(body, bytes) else body.encode('latin-1')
        return number

    def stream(self, data, head='', number=None, deflate=False):
        data = data if isinstance(data, bytes) else data.encode('latin-1')
        if deflate:
            data = zlib.compress(data)
            head += '/Filter/FlateDecode'
        return self.add(b'<<%s/Length %d>>stream\n%s\nendstream' % (
            head.encode('latin-1'), len(data), data), number)

    def write(self, root, trailer='', mark=b'%\xe2\xe3\xcf\xd3'):
        out = b'%PDF-1.7\n' + mark + b'\n'
        at = {}
        for number in sorted(self.objects):
            at[number] = len(out)
            out += b'%d 0 obj\n%s\nendobj\n' % (number, self.objects[number])
        xref = len(out)
        size = max(self.objects) + 1
        out += b'xref\n0 %d\n0000000000 65535 f \n' % size
        for number in range(1, size):
            out += b'%010d 00000 %s \n' % (at.get(number, 0), b'n' if number in at else b'f')
        out += b'trailer\n<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n' % (
            size, root, trailer.encode('latin-1'), xref)
        return out


CASES = []
MORE = {}  # more lines of a .want, by name: parts, format, impressions

# Grey pages that declare colour all the same: a mark in a space of colour, seen or not. Every other
# document declares colour on as many pages as show it.
DECLARED = set('''
    clip-empty clipped cmyk-black cmyk-composite-grey cmyk-rich-black covered covered-all
    crop-outside
    form-outside-box image-cmyk-black image-cmyk-masked image-cmyk-none image-covers-red
    image-dct-grey image-decode-inverted image-indexed-neutral image-indexed-unused
    image-indexed-white image-keyed image-lzw-neutral image-off-page image-png-predictor-neutral
    image-rgb-nearly-white image-rgb-neutral image-rgb-white image-soft-mask-hides
    image-soft-mask-inverted image-stencil-mask-hides image-tiff-predictor inline-decode
    inline-neutral lab-neutral matrix-off-page mesh-grey off-page off-page-text
    pattern-uncolored-grey rgb-neutral sampled-4 sampled-grey sampled-two-inputs-grey
    separation-spot-grey separation-tint-zero shading-neutral shading-pattern-neutral
    tint-calculator-grey
'''.split())


def case(name, pages, color, blank, certainty='exact', reason='', truth='made so'):
    def keep(make):
        CASES.append((name, make, pages, color, blank, certainty, reason, truth))
        return make
    return keep


def simple(contents, resources='', extra='', box='[0 0 595 842]', pdf=None, deflate=False,
           catalog='', tree='', count=None):
    """A document of one page for each content."""
    pdf = pdf or Pdf()
    pages = pdf.reserve()
    kids = []
    for content in contents:
        stream = pdf.stream(content, deflate=deflate)
        kids.append(pdf.add('<</Type/Page/Parent %d 0 R/MediaBox%s/Resources<<%s>>/Contents %d 0 R%s>>'
                            % (pages, box, resources, stream, extra)))
    pdf.add('<</Type/Pages/Kids[%s]/Count %d%s>>' % (
        ' '.join('%d 0 R' % k for k in kids), len(kids) if count is None else count, tree), pages)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R%s>>' % (pages, catalog)))


FONT = '/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>'
TEXT = 'BT /F1 12 Tf 72 700 Td (Hello) Tj ET '
RED_BOX = '1 0 0 rg 100 100 50 50 re f '


def plain(name, content, color, blank=0, certainty='exact', resources='', reason='', truth='made so',
          **more):
    CASES.append((name, lambda: simple([content], resources, **more), 1, color, blank, certainty,
                  reason, truth))


# Operators of colour.
plain('grey-text', TEXT, 0, resources=FONT)
plain('red-text', '1 0 0 rg ' + TEXT, 1, resources=FONT, reason='operator rg at byte 6 of content')
plain('blank', '', 0, 1)
plain('blank-no-marks', 'q 1 0 0 rg Q 0 0 1 RG n', 0, 1)
plain('blank-white-box', '1 g 0 0 595 842 re f', 0, 1, truth='white on white shows nothing')
plain('blank-spaces', 'BT /F1 12 Tf 72 700 Td (   ) Tj ET', 0, 1, resources=FONT)
plain('set-not-painted', '1 0 0 rg 0 g ' + TEXT, 0, resources=FONT)
plain('rgb-neutral', '.5 .5 .5 rg 10 10 50 50 re f 0 0 0 RG 0 0 m 99 99 l S', 0)
plain('stroke-red', '1 0 0 RG 10 10 m 99 99 l S', 1)
plain('cmyk-black', '0 0 0 1 k 10 10 50 50 re f', 0)
plain('cmyk-rich-black', '.7 .6 .6 1 k 10 10 50 50 re f', 0, truth='it is black to the eye')
plain('cmyk-composite-grey', '.3 .3 .3 0 k 10 10 50 50 re f', 0, truth='it is grey to the eye')
plain('cmyk-cyan', '1 0 0 0 k 10 10 50 50 re f', 1)
plain('text-invisible', '1 0 0 rg BT 3 Tr /F1 12 Tf 72 700 Td (Hello) Tj ET 0 g 9 9 9 9 re f', 0,
      resources=FONT)
plain('text-stroked-red', '1 0 0 RG BT 1 Tr /F1 12 Tf 72 700 Td (Hello) Tj ET', 1, resources=FONT)
plain('state-restored', 'q 1 0 0 rg Q 10 10 50 50 re f', 0)
plain('cs-rgb', '/DeviceRGB cs 0 0 1 sc 10 10 50 50 re f', 1)
plain('calrgb', '/C cs 0 1 0 sc 10 10 50 50 re f', 1,
      resources='/ColorSpace<</C[/CalRGB<</WhitePoint[.95 1 1.08]>>]>>')
plain('calgray', '/C cs .5 sc 10 10 50 50 re f', 0,
      resources='/ColorSpace<</C[/CalGray<</WhitePoint[.95 1 1.08]>>]>>')
plain('lab-neutral', '/C cs 50 0 0 sc 10 10 50 50 re f', 0,
      resources='/ColorSpace<</C[/Lab<</WhitePoint[.95 1 1.08]>>]>>')
plain('lab-red', '/C cs 50 60 20 sc 10 10 50 50 re f', 1,
      resources='/ColorSpace<</C[/Lab<</WhitePoint[.95 1 1.08]>>]>>')
TINT = '<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[%s]/N 1>>'
plain('separation-black', '/C cs 1 scn 10 10 50 50 re f', 0,
      resources='/ColorSpace<</C[/Separation/Black/DeviceCMYK ' + TINT % '0 0 0 1' + ']>>')
plain('separation-all', '/C cs 1 scn 10 10 50 50 re f', 0,
      resources='/ColorSpace<</C[/Separation/All/DeviceCMYK ' + TINT % '1 1 1 1' + ']>>')
plain('separation-none', '/C cs 1 scn 10 10 50 50 re f', 0, 1,
      resources='/ColorSpace<</C[/Separation/None/DeviceCMYK ' + TINT % '1 0 0 0' + ']>>')
plain('separation-spot', '/C cs 1 scn 10 10 50 50 re f', 1,
      resources='/ColorSpace<</C[/Separation/Spot/DeviceCMYK ' + TINT % '0 .9 .9 0' + ']>>')
plain('separation-spot-grey', '/C cs 1 scn 10 10 50 50 re f', 0,
      resources='/ColorSpace<</C[/Separation/Warm/DeviceCMYK ' + TINT % '0 0 0 .5' + ']>>')
plain('separation-tint-zero', '/C cs 0 scn 10 10 50 50 re f 0 g 9 9 9 9 re f', 0,
      resources='/ColorSpace<</C[/Separation/Spot/DeviceCMYK ' + TINT % '0 .9 .9 0' + ']>>')
plain('devicen-black', '/C cs 1 0 scn 10 10 50 50 re f', 0,
      resources='/ColorSpace<</C[/DeviceN[/Black/None]/DeviceCMYK ' + TINT % '0 0 0 1' + ']>>')
plain('devicen-process', '/C cs 1 0 scn 10 10 50 50 re f', 1,
      resources='/ColorSpace<</C[/DeviceN[/Cyan/Black]/DeviceCMYK ' + TINT % '0 0 0 1' + ']>>')
plain('alpha-zero', '/G gs 1 0 0 rg 10 10 50 50 re f 0 g', 0, 1,
      resources='/ExtGState<</G<</ca 0>>>>', truth='alpha 0 paints nothing')
plain('nested-dictionary', '/Span <</A (b>>c) /B [1 [2] 3]>> BDC ' + RED_BOX + 'EMC', 1)
plain('comment-with-colour', '% 1 0 0 rg 10 10 50 50 re f\n' + TEXT, 0, resources=FONT)
plain('string-with-operators', 'BT /F1 12 Tf 72 700 Td (a\\) 1 0 0 rg \\(b) Tj ET', 0,
      resources=FONT)

# Spaces: of a font that is in the file they may be drawn as anything.
plain('spaces-red', '1 0 0 rg BT /F1 12 Tf 72 700 Td (   ) Tj ET 0 g 9 9 9 9 re f', 0, resources=FONT)


def embedded(name, content, certainty, truth):
    def make():
        pdf = Pdf()
        file = pdf.stream('no font at all')
        return simple([content], '/Font<</F1<</Type/Font/Subtype/TrueType/BaseFont/X/FontDescriptor<<'
                      '/Type/FontDescriptor/FontName/X/Flags 32/FontFile2 %d 0 R>>>>>>' % file, pdf=pdf)
    CASES.append((name, make, 1, 0, 0, certainty, '', truth))


embedded('spaces-red-embedded', '1 0 0 rg BT /F1 12 Tf 72 700 Td ( ) Tj ET 0 g 9 9 9 9 re f',
         'computed', 'the font is none, so nothing is drawn')
embedded('spaces-grey-embedded', 'BT /F1 12 Tf 72 700 Td ( ) Tj ET 9 9 9 9 re f', 'exact', 'made so')


def wide(name, content, color, blank=0, certainty='exact', map_text='', truth='made so'):
    def make():
        pdf = Pdf()
        to_unicode = pdf.stream(map_text)
        return simple([content], '/Font<</F1<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H'
                      '/ToUnicode %d 0 R/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X'
                      '>>]>>>>' % to_unicode, pdf=pdf)
    CASES.append((name, make, 1, color, blank, certainty, '', truth))


SPACE_3 = '1 beginbfchar <0003> <0020> endbfchar'
wide('wide-red', '1 0 0 rg BT /F1 12 Tf 72 700 Td <00240003> Tj ET', 1, map_text=SPACE_3)
wide('wide-space-red', '1 0 0 rg BT /F1 12 Tf 72 700 Td <00030003> Tj ET 0 g 9 9 9 9 re f', 0,
     certainty='computed', map_text=SPACE_3, truth='spaces, as the font says, and none is drawn')
wide('wide-space-range', '1 0 0 rg BT /F1 12 Tf 72 700 Td <0013> Tj ET 0 g 9 9 9 9 re f', 0,
     certainty='computed', map_text='1 beginbfrange <0010> <0020> <001d> endbfrange',
     truth='0013 stands for U+0020')
wide('wide-no-map', '1 0 0 rg BT /F1 12 Tf 72 700 Td <0003> Tj ET', 1,
     truth='nothing says that it is a space')

# Geometry.
plain('off-page', '1 0 0 rg 700 100 50 50 re f 0 g 9 9 9 9 re f', 0)
plain('off-page-text', '1 0 0 rg BT /F1 12 Tf 72 900 Td (Hello) Tj ET 0 g 9 9 9 9 re f', 0,
      resources=FONT)
plain('covered', RED_BOX + '1 g 90 90 100 100 re f 0 g 300 300 9 9 re f', 0,
      truth='an opaque white box lies over it')
plain('covered-all', RED_BOX + '1 g 0 0 200 200 re f', 0, 1, truth='nothing is left to be seen')
plain('covered-grey', '100 100 50 50 re f 1 g 0 0 200 200 re f 0 g 120 120 9 9 re f', 0,
      truth='a mark on top of the white')
plain('tiny-red', '1 0 0 rg 50 50 .0001 .0001 re f', 1,
      truth='ISO 32000-2, 10.7.4: every pixel that is touched is painted')
plain('covered-half', RED_BOX + '1 g 90 90 40 40 re f', 1)
plain('covered-see-through', RED_BOX + '/G gs 1 g 90 90 100 100 re f', 1,
      resources='/ExtGState<</G<</ca .5>>>>')
plain('clipped', 'q 0 0 50 50 re W n 1 0 0 rg 100 100 50 50 re f Q 9 9 9 9 re f', 0)
plain('clip-empty', 'q 10 10 0 0 re W n ' + RED_BOX + 'Q 9 9 9 9 re f', 0)
plain('zero-size', '1 0 0 rg 100 100 0 0 re f 0 g 9 9 9 9 re f', 0)
plain('scaled-to-nothing', 'q 0 0 0 0 0 0 cm ' + RED_BOX + 'Q 9 9 9 9 re f', 0)
plain('crop-outside', '1 0 0 rg 10 10 50 50 re f 0 g 300 300 50 50 re f', 0,
      extra='/CropBox[100 100 500 700]')
plain('crop-inside', '1 0 0 rg 150 150 50 50 re f', 1, extra='/CropBox[100 100 500 700]')
plain('tiny-dot', '1 0 0 rg 100 100 .5 .5 re f ' + '0 g ' + TEXT, 1, resources=FONT,
      truth='half a point of red; gs inkcov at 72 dpi misses it')
plain('rotated', '/DeviceRGB cs 1 0 0 sc 10 10 50 50 re f', 1, extra='/Rotate 90')
plain('matrix-off-page', 'q 1 0 0 1 2000 0 cm ' + RED_BOX + 'Q 0 g 9 9 9 9 re f', 0)


# Images.
def image_case(name, color, space, data, bits=8, width=2, height=2, blank=0, head='', extra=None,
               certainty='exact', content='q 100 0 0 100 100 100 cm /I Do Q', reason='', deflate=True,
               truth='made so'):
    def make():
        pdf = Pdf()
        more = extra(pdf) if extra else ''
        number = pdf.stream(bytes(data), '/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s'
                            '/BitsPerComponent %d%s%s' % (width, height, space, bits, head, more),
                            deflate=deflate)
        return simple([content], '/XObject<</I %d 0 R>>' % number, pdf=pdf)
    CASES.append((name, make, 1, color, blank, certainty, reason, truth))


GREY4 = [9, 9, 9, 80, 80, 80, 200, 200, 200, 1, 1, 1]
image_case('image-rgb-neutral', 0, '/DeviceRGB', GREY4)
image_case('image-rgb-red', 1, '/DeviceRGB', GREY4[:9] + [255, 0, 0], reason='image object 1 has a')
image_case('image-rgb-raw', 1, '/DeviceRGB', GREY4[:9] + [255, 0, 0], deflate=False)
image_case('image-grey', 0, '/DeviceGray', [0, 90, 100, 255])
image_case('image-rgb-white', 0, '/DeviceRGB', [255] * 12, blank=1, truth='white paper scanned: nothing marks')
image_case('image-rgb-nearly-white', 0, '/DeviceRGB', [255] * 11 + [253])
image_case('image-grey-white', 0, '/DeviceGray', [255] * 4, blank=1)
image_case('image-grey-inverted-white', 0, '/DeviceGray', [0] * 4, blank=1, head='/Decode[1 0]')
image_case('image-cmyk-none', 0, '/DeviceCMYK', [0] * 16, blank=1)
image_case('image-indexed-white', 0, '[/Indexed/DeviceRGB 1<000000ffffff>]', [1] * 4, blank=1)
image_case('image-bilevel-white', 0, '/DeviceGray', [0xc0, 0xc0], bits=1, blank=1)
image_case('image-bilevel-dot', 0, '/DeviceGray', [0xc0, 0x80], bits=1)
image_case('image-cmyk-black', 0, '/DeviceCMYK', [0, 0, 0, 255] * 4)
image_case('image-cmyk-yellow', 1, '/DeviceCMYK', [0, 0, 0, 255] * 3 + [0, 0, 255, 0])
image_case('image-indexed-neutral', 0, '[/Indexed/DeviceRGB 1<000000808080>]', [0, 1, 1, 0])
image_case('image-indexed-unused', 0, '[/Indexed/DeviceRGB 2<000000808080ff0000>]', [0, 1, 1, 0],
           truth='the red entry is never used')
image_case('image-indexed-used', 1, '[/Indexed/DeviceRGB 2<000000808080ff0000>]', [0, 1, 2, 0])
image_case('image-indexed-4bit', 1, '[/Indexed/DeviceRGB 2<000000808080ff0000>]', [0x01, 0x20],
           bits=4)
image_case('image-off-page', 0, '/DeviceRGB', [255, 0, 0] * 4,
           content='q 100 0 0 100 1000 100 cm /I Do Q 9 9 9 9 re f')
image_case('image-lab', 1, '[/Lab<</WhitePoint[.95 1 1.08]>>]', [128, 128, 128] * 3 + [128, 200, 99])
image_case('image-16bit', 1, '/DeviceRGB', [9, 9, 9, 9, 9, 9] * 3 + [255, 0, 0, 0, 0, 0], bits=16)
image_case('image-separation-black', 0, '[/Separation/Black/DeviceCMYK ' + TINT % '0 0 0 1' + ']',
           [0, 90, 100, 255])
image_case('image-separation-spot', 1, '[/Separation/Spot/DeviceCMYK ' + TINT % '0 1 1 0' + ']',
           [0, 90, 100, 255])
image_case('image-decode-inverted', 0, '/DeviceCMYK', [255, 255, 255, 0] * 4,
           head='/Decode[1 0 1 0 1 0 1 0]')
image_case('image-mask-red', 1, '/DeviceGray', [0x80, 0x40], bits=1, head='/ImageMask true',
           content='1 0 0 rg q 100 0 0 100 100 100 cm /I Do Q')
image_case('image-png-predictor', 1, '/DeviceRGB',
           [2, 9, 9, 9, 80, 80, 80, 2, 0, 0, 0, 100, 0, 0],
           head='/DecodeParms<</Predictor 15/Colors 3/BitsPerComponent 8/Columns 2>>')
image_case('image-png-predictor-neutral', 0, '/DeviceRGB',
           [2, 9, 9, 9, 80, 80, 80, 2, 5, 5, 5, 1, 1, 1],
           head='/DecodeParms<</Predictor 15/Colors 3/BitsPerComponent 8/Columns 2>>')
image_case('image-covers-red', 0, '/DeviceGray', [200] * 4,
           content=RED_BOX + 'q 200 0 0 200 50 50 cm /I Do Q', truth='an opaque image lies over it')
image_case('image-hex-filter', 1, '/DeviceRGB', b'090909808080ff00000a0a0a>', deflate=False,
           head='/Filter/ASCIIHexDecode')
image_case('image-keyed', 0, '/DeviceRGB', [9, 9, 9] * 3 + [255, 0, 0], head='/Mask[250 255 0 5 0 5]',
           truth='the red pixel is the hole')
image_case('image-keyed-other', 1, '/DeviceRGB', [9, 9, 9] * 3 + [255, 0, 0],
           head='/Mask[0 9 0 9 0 9]', truth='the grey pixels are the hole')


def masked(levels, width=2, height=2, bits=8, head='', kind='/SMask'):
    def extra(pdf):
        stencil = kind == '/Mask'
        return '%s %d 0 R' % (kind, pdf.stream(
            bytes(levels), '/Type/XObject/Subtype/Image/Width %d/Height %d%s/BitsPerComponent %d%s' % (
                width, height, '/ImageMask true' if stencil else '/ColorSpace/DeviceGray', bits, head),
            deflate=True))
    return extra


RED_LAST = [9, 9, 9] * 3 + [255, 0, 0]
image_case('image-soft-mask-hides', 0, '/DeviceRGB', RED_LAST, extra=masked([255, 255, 255, 0]),
           truth='the red pixel is wholly transparent')
image_case('image-soft-mask-shows', 1, '/DeviceRGB', RED_LAST, extra=masked([0, 0, 0, 90]))
image_case('image-soft-mask-inverted', 0, '/DeviceRGB', RED_LAST, extra=masked([0, 0, 0, 255],
           head='/Decode[1 0]'))
image_case('image-soft-mask-larger', 1, '/DeviceRGB', RED_LAST, extra=masked([0] * 15 + [255], 4, 4),
           truth='a quarter of the red pixel shows')
image_case('image-stencil-mask-hides', 0, '/DeviceRGB', RED_LAST,
           extra=masked([0, 0x40], bits=1, kind='/Mask'), truth='the stencil is 1 over the red pixel')
image_case('image-stencil-mask-shows', 1, '/DeviceRGB', RED_LAST,
           extra=masked([0xc0, 0x80], bits=1, kind='/Mask'))
image_case('image-cmyk-masked', 0, '/DeviceCMYK', [0, 0, 0, 9] * 3 + [0, 255, 255, 0],
           extra=masked([255, 255, 255, 0]))


def lzw(data):
    """Codes of nine bits only: the table is cleared before they grow."""
    bits, count = 0, 0
    for i, byte in enumerate(data):
        for code in ([256] if i % 200 == 0 else []) + [byte]:
            bits, count = bits << 9 | code, count + 9
    bits, count = bits << 9 | 257, count + 9
    pad = -count % 8
    return (bits << pad).to_bytes((count + pad) // 8, 'big')


image_case('image-lzw', 1, '/DeviceRGB', lzw(bytes(RED_LAST)), deflate=False, head='/Filter/LZWDecode')
image_case('image-lzw-neutral', 0, '/DeviceRGB', lzw(bytes(GREY4)), deflate=False,
           head='/Filter/LZWDecode')
image_case('image-run-length', 1, '/DeviceRGB', bytes((0xf8, 9, 2, 255, 0, 0, 128)), deflate=False,
           head='/Filter/RunLengthDecode')
image_case('image-chain', 1, '/DeviceRGB', zlib.compress(bytes(RED_LAST)).hex().encode() + b'>',
           deflate=False, head='/Filter[/ASCIIHexDecode/FlateDecode]')
image_case('image-tiff-predictor', 0, '/DeviceRGB', [9, 9, 9, 50, 50, 50] * 2, head='/DecodeParms<<'
           '/Predictor 2/Colors 3/Columns 2>>', truth='differences of grey are grey')
plain('inline-red', 'q 100 0 0 100 9 9 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID \xff\x00\x00 EI Q', 1)
plain('inline-grey', 'q 100 0 0 100 9 9 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q', 0)
plain('inline-neutral', 'q 100 0 0 100 9 9 cm BI /W 1 /H 1 /CS /RGB /BPC 8 ID \x80\x80\x80 EI Q', 0)
plain('inline-with-ei', 'q 9 0 0 9 9 9 cm BI /W 4 /H 1 /CS /G /BPC 8 ID \x20EI\x20 EI Q ' + RED_BOX,
      1)
plain('inline-indexed', 'q 9 0 0 9 9 9 cm BI /W 1 /H 1 /CS [/I /RGB 1 <000000ff0000>] /BPC 8 ID '
      '\x01 EI Q', 1)


# Forms, patterns, shadings, fonts.
def with_form(form, content, head='', resources='', more=''):
    pdf = Pdf()
    number = pdf.stream(form, '/Type/XObject/Subtype/Form/BBox[0 0 200 200]' + head)
    return simple([content], '/XObject<</X %d 0 R>>%s' % (number, resources), pdf=pdf, catalog=more)


@case('form-red', 1, 1, 0, reason='of content object 1')
def _():
    return with_form(RED_BOX, '/X Do')


@case('form-inherits-red', 1, 1, 0)
def _():
    return with_form('10 10 50 50 re f', '1 0 0 rg /X Do')


@case('form-grey-twice', 1, 0, 0)
def _():
    return with_form('.5 g 10 10 50 50 re f', '/X Do q 1 0 0 1 50 50 cm /X Do Q')


@case('form-outside-box', 1, 0, 0)
def _():
    return with_form('1 0 0 rg 300 300 50 50 re f 0 g 9 9 9 9 re f', '/X Do')


@case('form-unused', 1, 0, 0)
def _():
    return with_form(RED_BOX, '9 9 9 9 re f')


@case('form-inherits-later', 2, 1, 0, truth='the same form takes black on one page, red on the other')
def _():
    pdf = Pdf()
    number = pdf.stream('10 10 50 50 re f', '/Type/XObject/Subtype/Form/BBox[0 0 200 200]')
    return simple(['/X Do', '1 0 0 rg /X Do'], '/XObject<</X %d 0 R>>' % number, pdf=pdf)


@case('form-recursive', 1, 1, 0, truth='a form that draws itself is drawn once')
def _():
    pdf = Pdf()
    number = pdf.reserve()
    pdf.stream(RED_BOX + '/X Do', '/Type/XObject/Subtype/Form/BBox[0 0 200 200]'
               '/Resources<</XObject<</X %d 0 R>>>>' % number, number)
    return simple(['/X Do'], '/XObject<</X %d 0 R>>' % number, pdf=pdf)


@case('form-bomb', 1, 0, 0, truth='30 levels of ten forms each, all grey')
def _():
    pdf = Pdf()
    under = pdf.stream('9 9 9 9 re f', '/Type/XObject/Subtype/Form/BBox[0 0 200 200]')
    for _level in range(12):
        under = pdf.stream('0 g ' + '/X Do ' * 10, '/Type/XObject/Subtype/Form/BBox[0 0 200 200]'
                           '/Resources<</XObject<</X %d 0 R>>>>' % under)
    return simple(['/X Do'], '/XObject<</X %d 0 R>>' % under, pdf=pdf)


@case('form-bomb-red', 1, 1, 0, 'exact|computed|unknown', truth='10^12 red boxes')
def _():
    pdf = Pdf()
    under = pdf.stream(RED_BOX, '/Type/XObject/Subtype/Form/BBox[0 0 200 200]')
    for _level in range(12):
        under = pdf.stream('/X Do ' * 10, '/Type/XObject/Subtype/Form/BBox[0 0 200 200]'
                           '/Resources<</XObject<</X %d 0 R>>>>' % under)
    return simple(['/X Do'], '/XObject<</X %d 0 R>>' % under, pdf=pdf)


def tiling(cell, paint=1, content='/Pattern cs /P scn 10 10 99 99 re f', spaces=''):
    pdf = Pdf()
    number = pdf.stream(cell, '/Type/Pattern/PatternType 1/PaintType %d/TilingType 1/BBox[0 0 10 10]'
                        '/XStep 10/YStep 10/Resources<<>>' % paint)
    return simple([content], '/Pattern<</P %d 0 R>>%s' % (number, spaces), pdf=pdf)


@case('pattern-red', 1, 1, 0, reason='pattern object 1')
def _():
    return tiling('1 0 0 rg 0 0 5 5 re f')


@case('pattern-grey', 1, 0, 0)
def _():
    return tiling('.5 g 0 0 5 5 re f')


@case('pattern-uncolored-red', 1, 1, 0)
def _():
    return tiling('0 0 5 5 re f', 2, '/C cs 1 0 0 /P scn 10 10 99 99 re f',
                  '/ColorSpace<</C[/Pattern/DeviceRGB]>>')


@case('pattern-uncolored-grey', 1, 0, 0, truth='colour operators in an uncoloured cell do nothing')
def _():
    return tiling('1 0 0 rg 0 0 5 5 re f', 2, '/C cs .5 .5 .5 /P scn 10 10 99 99 re f',
                  '/ColorSpace<</C[/Pattern/DeviceRGB]>>')


@case('pattern-set-not-painted', 1, 0, 0)
def _():
    return tiling('1 0 0 rg 0 0 5 5 re f', 1, '/Pattern cs /P scn 0 g 10 10 99 99 re f')


SHADE = ('/Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 100 0]/Function'
         '<</FunctionType 2/Domain[0 1]/C0[%s]/C1[%s]/N 1>>>>>>')
plain('shading-neutral', '/S sh', 0, resources=SHADE % ('0 0 0', '1 1 1'))
plain('shading-red', '/S sh', 1, resources=SHADE % ('0 0 0', '1 0 0'))
plain('shading-pattern-neutral', '/Pattern cs /P scn 9 9 99 99 re f', 0,
      resources='/Pattern<</P<</PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceRGB'
      '/Coords[0 0 100 0]/Function<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[1 1 1]/N 1>>>>>>>>')
plain('shading-pattern-red', '/Pattern cs /P scn 9 9 99 99 re f', 1,
      resources='/Pattern<</P<</PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceRGB'
      '/Coords[0 0 100 0]/Function<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[1 1 0]/N 1>>>>>>>>')
plain('shading-stitched', '/S sh', 1, resources='/Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB'
      '/Coords[0 0 100 0]/Function<</FunctionType 3/Domain[0 1]/Bounds[.5]/Encode[0 1 0 1]/Functions['
      '<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[1 1 1]/N 1>>'
      '<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[0 0 1]/N 1>>]>>>>>>')


def calculator(code, name, color):
    def make():
        pdf = Pdf()
        number = pdf.stream(code, '/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1]')
        return simple(['/C cs .5 scn 10 10 50 50 re f'],
                      '/ColorSpace<</C[/Separation/Spot/DeviceRGB %d 0 R]>>' % number, pdf=pdf)
    CASES.append((name, make, 1, color, 0, 'exact', '', 'made so'))


calculator('{ dup dup }', 'tint-calculator-grey', 0)
calculator('{ dup 0.5 gt { pop 0 0 0 } { 0 exch 0 exch 3 1 roll } ifelse }', 'tint-calculator-red', 1)


def type3(glyph, content, name, color, blank=0):
    def make():
        pdf = Pdf()
        proc = pdf.stream(glyph)
        font = pdf.add('<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]'
                       '/CharProcs<</a %d 0 R>>/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97'
                       '/Widths[1000]/Resources<<>>>>' % proc)
        return simple([content], '/Font<</F %d 0 R>>' % font, pdf=pdf)
    CASES.append((name, make, 1, color, blank, 'exact', '', 'made so'))


type3('1000 0 d0 1 0 0 rg 0 0 750 750 re f', 'BT /F 24 Tf 72 700 Td (a) Tj ET', 'type3-red', 1)
type3('1000 0 d0 .5 g 0 0 750 750 re f', '1 0 0 rg BT /F 24 Tf 72 700 Td (a) Tj ET',
      'type3-own-grey', 0)
type3('1000 0 0 0 750 750 d1 1 0 0 rg 0 0 750 750 re f', 'BT /F 24 Tf 72 700 Td (a) Tj ET',
      'type3-uncolored-black', 0)
type3('1000 0 0 0 750 750 d1 0 0 750 750 re f', '1 0 0 rg BT /F 24 Tf 72 700 Td (a) Tj ET',
      'type3-uncolored-red', 1)
type3('1000 0 d0', 'BT /F 24 Tf 72 700 Td (a) Tj ET', 'type3-empty', 0, 1)


# Annotations and optional content.
def annotation(flags, name, color, form=RED_BOX, blank=0, extra=''):
    def make():
        pdf = Pdf()
        stream = pdf.stream(form, '/Type/XObject/Subtype/Form/BBox[0 0 200 200]')
        note = pdf.add('<</Type/Annot/Subtype/Stamp/Rect[100 100 300 300]/F %d/AP<</N %d 0 R>>%s>>'
                       % (flags, stream, extra))
        return simple(['9 9 9 9 re f'], extra='/Annots[%d 0 R]' % note, pdf=pdf)
    CASES.append((name, make, 1, color, blank, 'exact', 'annotation' if color else '',
                  'made so'))


def bare(name, color, entries, certainty='computed', content='0 g 9 9 9 9 re f', blank=0):
    def make():
        pdf = Pdf()
        note = pdf.add('<</Type/Annot/Rect[100 100 300 300]/F 4%s>>' % entries)
        return simple([content], extra='/Annots[%d 0 R]' % note, pdf=pdf,
                      catalog='/AcroForm<</Fields[%d 0 R]/DA(/Helv 0 Tf 0 g)>>' % note)
    CASES.append((name, make, 1, color, blank, certainty,
                  'without an appearance' if certainty == 'computed' else '', 'made so'))


bare('annotation-bare-square', 1, '/Subtype/Square/C[1 0 0]')
bare('annotation-bare-grey', 0, '/Subtype/Square/C[.5]', 'exact')
bare('annotation-bare-alone', 0, '/Subtype/Square/C[0]', content='')
bare('annotation-link-no-border', 0, '/Subtype/Link/Border[0 0 0]/C[1 0 0]', 'exact')
bare('annotation-link-border', 1, '/Subtype/Link/Border[0 0 2]/C[1 0 0]')
bare('annotation-field-border', 1, '/Subtype/Widget/FT/Tx/T(x)/V()/DA(/Helv 9 Tf 0 g)/BS<</W 1/S/S>>'
     '/MK<</BC[1 0 0]>>')
bare('annotation-field-empty', 0, '/Subtype/Widget/FT/Tx/DA(/Helv 9 Tf 1 0 0 rg)', 'exact')
annotation(4, 'annotation-printed', 1)
annotation(0, 'annotation-screen-only', 0)
annotation(6, 'annotation-hidden', 0)
annotation(4, 'annotation-grey', 0, '.5 g 10 10 50 50 re f')


def optional(name, color, config, content='/OC /O BDC ' + RED_BOX + 'EMC 0 g 9 9 9 9 re f', usage=''):
    def make():
        pdf = Pdf()
        group = pdf.add('<</Type/OCG/Name(layer)%s>>' % usage)
        return simple([content], '/Properties<</O %d 0 R>>' % group, pdf=pdf,
                      catalog='/OCProperties<</OCGs[%d 0 R]/D<<%s>>>>' % (
                          group, config % {'g': group}))
    CASES.append((name, make, 1, color, 0, 'exact', '', 'made so'))


optional('layer-off', 0, '/OFF[%(g)d 0 R]')
optional('layer-on', 1, '/ON[%(g)d 0 R]')
optional('layer-base-off', 0, '/BaseState/OFF')
optional('layer-print-off', 0, '/AS[<</Event/Print/Category[/Print]/OCGs[%(g)d 0 R]>>]',
         usage='/Usage<</Print<</PrintState/OFF>>>>')


# The page tree and the file.
@case('count-lies-low', 3, 0, 3, reason='claims 1 pages and has 3')
def _():
    return simple(['', '', ''], count=1)


@case('count-lies-high', 1, 0, 1, reason='claims 2147483647')
def _():
    return simple([''], count=2147483647)


@case('count-negative', 2, 0, 2)
def _():
    return simple(['', ''], count=-5)


@case('tree-inherits', 1, 1, 0, truth='box, rotation and resources stand two levels up')
def _():
    pdf = Pdf()
    root, inner, page = pdf.reserve(), pdf.reserve(), pdf.reserve()
    form = pdf.stream(RED_BOX, '/Type/XObject/Subtype/Form/BBox[0 0 200 200]')
    content = pdf.stream('/X Do')
    pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1/MediaBox[0 0 842 1191]/Rotate 90'
            '/Resources<</XObject<</X %d 0 R>>>>>>' % (inner, form), root)
    pdf.add('<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>' % (root, page), inner)
    pdf.add('<</Type/Page/Parent %d 0 R/Contents %d 0 R>>' % (inner, content), page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % root))


@case('tree-loop', 1, 0, 1, 'estimated|unknown', 'comes back to object')
def _():
    pdf = Pdf()
    root, page = pdf.reserve(), pdf.reserve()
    pdf.add('<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>' % (page, root), root)
    pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]>>' % root, page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % root))


@case('tree-shared-leaf', 2, 0, 2, truth='the same leaf twice is two pages in every viewer')
def _():
    pdf = Pdf()
    root, page = pdf.reserve(), pdf.reserve()
    pdf.add('<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>' % (page, page), root)
    pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]>>' % root, page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % root))


@case('tree-deep', 1, 0, 1)
def _():
    pdf = Pdf()
    top = pdf.reserve()
    above = top
    for _level in range(200):
        below = pdf.reserve()
        pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % below, above)
        above = below
    pdf.add('<</Type/Page/MediaBox[0 0 595 842]>>', above)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % top))


@case('tree-missing-page', 1, 0, 1, 'unknown', 'is missing')
def _():
    pdf = Pdf()
    root, page = pdf.reserve(), pdf.reserve()
    pdf.add('<</Type/Pages/Kids[%d 0 R 99 0 R]/Count 2>>' % page, root)
    pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]>>' % root, page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % root))


@case('tree-no-types', 1, 0, 1, truth='Kids without /Type are told by what they hold')
def _():
    pdf = Pdf()
    root, page = pdf.reserve(), pdf.reserve()
    pdf.add('<</Kids[%d 0 R]/Count 1>>' % page, root)
    pdf.add('<</Parent %d 0 R/MediaBox[0 0 595 842]>>' % root, page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % root))


@case('user-unit', 1, 0, 0, truth='10 x 10 points of 29.76 points each: A4 wide')
def _():
    return simple(['1 1 2 2 re f'], box='[0 0 20 28.3]', extra='/UserUnit 29.76')


@case('xref-broken', 2, 1, 0, reason='has been rebuilt')
def _():
    return simple(['9 9 9 9 re f', RED_BOX]).replace(b'startxref\n', b'startxref\n9')


@case('xref-loop', 1, 0, 1, 'exact|unknown')
def _():
    out = simple([''])
    at = out.rindex(b'xref\n0')
    return out.replace(b'/Root', b'/Prev %d/Root' % at)


@case('truncated', 20, 0, 0, 'estimated', 'cut short', 'the table is gone, the pages are not')
def _():
    out = simple([TEXT] * 20, FONT)
    return out[:int(len(out) * .93)]


@case('truncated-half', 11, 0, 0, 'estimated', 'cut short', 'eleven page objects are whole')
def _():
    out = simple([TEXT] * 20, FONT)
    return out[:len(out) // 2]


@case('pjl-wrapped', 1, 1, 0, reason='wrapped in PJL')
def _():
    return (b'\x1b%-12345X@PJL JOB\r\n@PJL SET COPIES=2\r\n@PJL ENTER LANGUAGE=PDF\r\n'
            + simple([RED_BOX]) + b'\x1b%-12345X')


def lies(count):
    return (b'\x1b%-12345X@PJL JOB START=2 END=3\r\n@PJL ENTER LANGUAGE=PDF\r\n'
            + simple([RED_BOX] * 5, count=count) + b'\x1b%-12345X')


CASES.append(('../pjl/range-lies', lambda: lies(4), 2, 2, 0, 'exact', 'claims 4 pages and has 5',
              'what PJL leaves out is in the document all the same'))
CASES.append(('../pjl/range', lambda: lies(5), 2, 2, 0, 'exact', 'pages 2 to 3', 'five pages, as claimed'))


@case('covered-form', 3, 0, 1, truth='page 2: the form marks all of its box, and white lies on half of it; '
      'page 3: so it does where it was seen before')
def _():
    pdf = Pdf()
    form = pdf.stream('0 g 10 10 20 20 re f', '/Type/XObject/Subtype/Form/BBox[0 0 200 200]')
    half = '/X Do 1 g 0 0 100 100 re f'
    return simple(['/X Do 1 g 0 0 300 300 re f', half, half], '/XObject<</X %d 0 R>>' % form, pdf=pdf)


@case('several-streams', 1, 1, 0, reason='content object 3',
      truth='colour set in one stream, painted in the next')
def _():
    pdf = Pdf()
    pages, page = pdf.reserve(), pdf.reserve()
    one, two = pdf.stream('q 1 0 0 r'), pdf.stream('10 10 50 50 re f Q')
    pdf.stream('q 1 0 0 rg', number=one)
    pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % page, pages)
    pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents[%d 0 R %d 0 R]>>'
            % (pages, one, two), page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % pages))


@case('runs', 7, 1, 0, truth='three grey, one red, three grey')
def _():
    return simple(['9 9 9 9 re f'] * 3 + [RED_BOX] + ['9 9 9 9 re f'] * 3, deflate=True)


@case('garbage-operators', 1, 1, 0)
def _():
    return simple(['[ [ ( \\ foo << >> ] ) bar 1.2.3 --4 } { ] ] ) ' + '\n q Q Q Q Q EMC ET ' + RED_BOX
                   + ' 1 0'])


@case('content-damaged', 1, 0, 0, 'computed|unknown', 'cannot be read wholly')
def _():
    pdf = Pdf()
    pages, page = pdf.reserve(), pdf.reserve()
    data = zlib.compress(b'9 9 9 9 re f ' * 2000)
    data = data[:len(data) // 2]
    content = pdf.add(b'<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream' % (len(data), data))
    pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % page, pages)
    pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>' % (pages, content),
            page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % pages))


@case('content-flushed', 1, 1, 0, truth='all of it is there, but for the end of its last block')
def _():
    packer = zlib.compressobj()
    data = packer.compress(RED_BOX.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
    pdf = Pdf()
    pages = pdf.reserve()
    content = pdf.stream(data, '/Filter/FlateDecode')
    page = pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>'
                   % (pages, content))
    pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % page, pages)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % pages))


@case('mesh', 1, 1, 0, 'computed', 'drawn, the page shows colour')
def _():
    pdf = Pdf()
    corner = [(0, 0, 255, 0, 0), (255, 0, 0, 255, 0), (0, 255, 0, 0, 255)]
    data = b''.join(bytes([0, x, y, r, g, b]) for x, y, r, g, b in corner)
    number = pdf.stream(data, '/ShadingType 4/ColorSpace/DeviceRGB/BitsPerCoordinate 8'
                        '/BitsPerComponent 8/BitsPerFlag 8/Decode[0 500 0 500 0 1 0 1 0 1]')
    return simple(['/S sh'], '/Shading<</S %d 0 R>>' % number, pdf=pdf)


@case('mesh-grey', 1, 0, 0, 'computed', 'shows none but grey')
def _():
    pdf = Pdf()
    corner = [(0, 0, 50), (255, 0, 100), (0, 255, 200)]
    data = b''.join(bytes([0, x, y, v, v, v]) for x, y, v in corner)
    number = pdf.stream(data, '/ShadingType 4/ColorSpace/DeviceRGB/BitsPerCoordinate 8'
                        '/BitsPerComponent 8/BitsPerFlag 8/Decode[0 500 0 500 0 1 0 1 0 1]')
    return simple(['/S sh'], '/Shading<</S %d 0 R>>' % number, pdf=pdf)


# Every operator of calculator functions: a page each, red where the text comes to 1, black for 0.
CALCULATIONS = [
    ('-1 abs', 1), ('.25 .75 add', 1), ('3 1 and', 1), ('true false and', 0), ('0 1 atan', 0),
    ('1 0 atan 90 div', 1), ('1 3 bitshift 8 div', 1), ('8 -3 bitshift', 1), ('.1 ceiling', 1),
    ('1 0 2 copy pop pop exch pop', 0), ('1 5 1 copy pop pop', 1), ('90 cos', 0), ('1.9 cvi', 1),
    ('1 cvr', 1), ('4 4 div', 1), ('1 1 eq { 1 } { 0 } ifelse', 1), ('1 2 eq { 1 } { 0 } ifelse', 0),
    ('0 1 exch sub', 1), ('1 0 exp', 1), ('false { 0 } { 1 } ifelse', 1), ('1.9 floor', 1),
    ('2 1 ge { 1 } { 0 } ifelse', 1), ('2 1 gt { 1 } { 0 } ifelse', 1), ('7 5 idiv', 1),
    ('1 0 1 index exch pop exch pop', 1), ('1 2 le { 1 } { 0 } ifelse', 1), ('1 ln', 0),
    ('10 log', 1), ('1 2 lt { 1 } { 0 } ifelse', 1), ('7 3 mod', 1), ('.5 2 mul', 1),
    ('1 2 ne { 1 } { 0 } ifelse', 1), ('-1 neg', 1), ('true not { 1 } { 0 } ifelse', 0),
    ('-2 not', 1), ('0 1 or', 1), ('false true or { 1 } { 0 } ifelse', 1), ('1 0 pop', 1),
    ('0 0 1 3 1 roll pop pop', 1), ('0 1 0 3 -1 roll pop pop', 1), ('.6 round', 1), ('90 sin', 1),
    ('1 sqrt', 1), ('2 1 sub', 1), ('1 true { } if', 1), ('1.9 truncate', 1), ('1 0 xor', 1),
    ('true true xor { 1 } { 0 } ifelse', 0), ('0 true { pop 1 } if', 1), ('0 false { pop 1 } if', 0),
]


def calculations(name, rows):
    def make():
        pdf = Pdf()
        names = []
        for i, (text, _value) in enumerate(rows):
            function = pdf.stream('{ pop %s 0 0 }' % text,
                                  '/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1]')
            names.append('/C%d[/Separation/S%d/DeviceRGB %d 0 R]' % (i, i, function))
        spaces = pdf.add('<<%s>>' % ''.join(names))
        return simple(['/C%d cs 1 scn 9 9 50 50 re f' % i for i in range(len(rows))],
                      '/ColorSpace %d 0 R' % spaces, pdf=pdf)
    CASES.append((name, make, len(rows), sum(value for _text, value in rows), 0, 'exact', '',
                  'by the meaning of each operator in PostScript'))


for part in range(3):
    calculations('calculator-operators-%d' % (part + 1), CALCULATIONS[part::3])


def sampled(name, color, space, data, head, tints):
    def make():
        pdf = Pdf()
        function = pdf.stream(bytes(data), '/FunctionType 0' + head)
        return simple(['/C cs %s scn 9 9 50 50 re f' % tints],
                      '/ColorSpace<</C[%s/DeviceRGB %d 0 R]>>' % (space, function), pdf=pdf)
    CASES.append((name, make, 1, color, 0, 'exact', '', 'made so'))


RGB_OUT = '/Range[0 1 0 1 0 1]'
sampled('sampled-grey', 0, '/Separation/Spot', [255, 255, 255, 0, 0, 0],
        '/Domain[0 1]/Size[2]/BitsPerSample 8' + RGB_OUT, '.5')
sampled('sampled-red', 1, '/Separation/Spot', [255, 255, 255, 255, 0, 0],
        '/Domain[0 1]/Size[2]/BitsPerSample 8' + RGB_OUT, '.5')
sampled('sampled-16', 1, '/Separation/Spot', [255] * 6 + [0, 0, 255, 255, 0, 0],
        '/Domain[0 1]/Size[2]/BitsPerSample 16/Encode[0 1]/Decode[0 1 0 1 0 1]' + RGB_OUT, '1')
sampled('sampled-4', 0, '/Separation/Spot', [0xff, 0xf7, 0x77],
        '/Domain[0 1]/Size[2]/BitsPerSample 4' + RGB_OUT, '1')
sampled('sampled-two-inputs', 1, '/DeviceN[/One/Two]', [255] * 9 + [255, 0, 0],
        '/Domain[0 1 0 1]/Size[2 2]/BitsPerSample 8' + RGB_OUT, '1 1')
sampled('sampled-two-inputs-grey', 0, '/DeviceN[/One/Two]', [255] * 3 + [9] * 3 + [255] * 4 + [0, 0],
        '/Domain[0 1 0 1]/Size[2 2]/BitsPerSample 8' + RGB_OUT, '1 0')


# JPEGs of the corpus of JPEGs, within a page; and chains before them.
def dct(name, color, file, space='/DeviceRGB', head='/Filter/DCTDecode', wrap=bytes, inline=False):
    def make():
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, 'jpeg', file), 'rb') as jpeg:
            data = wrap(jpeg.read())
        if inline:
            return simple([b'q 99 0 0 99 9 9 cm BI /W 16 /H 16 /CS /RGB /BPC 8 ' + head.encode() + b' ID ' +
                           data + b' EI Q'])
        pdf = Pdf()
        image = pdf.stream(data, '/Type/XObject/Subtype/Image/Width 16/Height 16/ColorSpace%s'
                           '/BitsPerComponent 8%s' % (space, head))
        return simple(['q 99 0 0 99 9 9 cm /I Do Q'], '/XObject<</I %d 0 R>>' % image, pdf=pdf)
    CASES.append((name, make, 1, color, 0, 'exact', '', 'as the JPEG by itself'))


dct('image-dct-red', 1, 'red.jpg')
dct('image-dct-grey', 0, 'grey.jpg')
dct('image-dct-chain', 1, 'red.jpg', head='/Filter[/FlateDecode/DCTDecode]', wrap=zlib.compress)
dct('inline-dct', 1, 'red.jpg', head='/F /DCT', inline=True)
plain('inline-hex', 'q 9 0 0 9 9 9 cm BI /W 1 /H 1 /CS /RGB /BPC 8 /F /AHx ID ff0000> EI Q', 1)
plain('inline-chain', b'q 9 0 0 9 9 9 cm BI /W 2 /H 1 /CS /RGB /BPC 8 /F [/AHx /Fl] /DP [null << /Predictor 15 '
      b'/Colors 3 /Columns 2 /BitsPerComponent 8 /EarlyChange 1 >>] ID ' +
      zlib.compress(bytes((1, 255, 0, 0, 0, 0, 0))).hex().encode() + b'> EI Q', 1)
plain('inline-decode', 'q 9 0 0 9 9 9 cm BI /W 1 /H 1 /CS /RGB /BPC 8 /D [1 0 1 0 1 0] ID \x80\x80\x80 EI Q', 0)


# Memberships: layers 1 (on) and 2 (off).
def membership(name, color, policy, groups='[1 0 R 2 0 R]'):
    def make():
        pdf = Pdf()
        pdf.add('<</Type/OCG/Name(on)>>')
        pdf.add('<</Type/OCG/Name(off)>>')
        member = pdf.add('<</Type/OCMD/OCGs %s%s>>' % (groups, policy))
        return simple(['/OC /M BDC ' + RED_BOX + 'EMC 0 g 9 9 9 9 re f'],
                      '/Properties<</M %d 0 R>>' % member, pdf=pdf,
                      catalog='/OCProperties<</OCGs[1 0 R 2 0 R]/D<</OFF[2 0 R]>>>>')
    CASES.append((name, make, 1, color, 0, 'exact', '', 'ISO 32000-2, 8.11.2.2'))


membership('member-any-on', 1, '')
membership('member-all-on', 0, '/P/AllOn')
membership('member-any-off', 1, '/P/AnyOff')
membership('member-all-off', 0, '/P/AllOff')
membership('member-one-off', 0, '', '2 0 R')
membership('member-none', 1, '', '[]')


# Several documents in one, and what goes by PDF's name.
MORE['concatenated'] = 'parts 3\n'


@case('concatenated', 4, 2, 0, reason='holds 3 PDFs', truth='three documents behind each other: cat would do it')
def _():
    return simple([RED_BOX]) + simple([TEXT, TEXT], FONT) + b'\r\n\0' + simple([RED_BOX])


MORE['concatenated-drawn'] = 'parts 2\n'


@case('concatenated-drawn', 3, 1, 0, 'computed', 'drawn',
      'page 2 of the second document can only be drawn, and is not page 2 of the first')
def _():
    shading = ('/Shading<</S<</ShadingType 4/ColorSpace/DeviceRGB/BitsPerCoordinate 8'
               '/BitsPerComponent 8/BitsPerFlag 8/Decode[0 255 0 255 0 1 0 1 0 1]>>>>')
    pdf = Pdf()
    mesh = pdf.stream(bytes((0, 10, 10, 255, 0, 0, 0, 90, 10, 255, 0, 0, 0, 10, 90, 255, 0, 0)),
                      shading[shading.index('<</S<<') + 6:-4])
    return (simple([TEXT], FONT) +
            simple([TEXT, '/S sh'], FONT + '/Shading<</S %d 0 R>>' % mesh, pdf=pdf))


MORE['update-repeats-header'] = 'parts 1\n'


@case('update-repeats-header', 1, 1, 0, truth='an update, though it begins as a document does')
def _():
    out = simple(['0 g 9 9 9 9 re f'])
    at = out.index(b'startxref') + 10
    before = int(out[at:out.index(b'\n', at)])
    out += b'%PDF-1.7\n'
    place = len(out)
    body = RED_BOX.encode()
    out += b'2 0 obj\n<</Length %d>>stream\n%s\nendstream\nendobj\n' % (len(body), body)
    xref = len(out)
    return out + (b'xref\n2 1\n%010d 00000 n \ntrailer\n<</Size 5/Root 4 0 R/Prev %d>>\n'
                  b'startxref\n%d\n%%%%EOF\n' % (place, before, xref))


MORE['pclm'] = 'format application/PCLm\n'


@case('pclm', 2, 1, 0, truth='strips of images, as PCLm has it')
def _():
    pdf = Pdf()
    tree = pdf.reserve()
    kids = []
    for pixel in b'\x80\x80\x80', b'\xff\0\0':
        strips = tuple(pdf.stream(pixel * 256, '/Type/XObject/Subtype/Image/Width 16/Height 16'
                                  '/ColorSpace/DeviceRGB/BitsPerComponent 8', deflate=True)
                       for _strip in range(2))
        content = pdf.stream('/P <</MCID 0>> BDC q\n595 0 0 421 0 421 cm /Image0 Do Q q\n'
                             '595 0 0 421 0 0 cm /Image1 Do Q\n')
        kids.append(pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R'
                            '/Resources<</XObject<</Image0 %d 0 R/Image1 %d 0 R>>>>>>'
                            % ((tree, content) + strips)))
    pdf.add('<</Type/Pages/Count 2/Kids[%d 0 R %d 0 R]>>' % tuple(kids), tree)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % tree), mark=b'%PCLm 1.0')


# Encryption: by qpdf, where it is installed; the keys of 256 bits are other ones each time.
def encrypted(*options):
    with tempfile.TemporaryDirectory() as folder:
        plain, out = os.path.join(folder, 'plain.pdf'), os.path.join(folder, 'out.pdf')
        with open(plain, 'wb') as file:
            file.write(simple([TEXT, RED_BOX], FONT))
        subprocess.run(['qpdf', '--static-id', '--static-aes-iv', '--allow-weak-crypto',
                        '--object-streams=generate', *options, plain, out], check=True)
        with open(out, 'rb') as file:
            return file.read()


for name, options in {
        'rc4-40': ['', 'owner', '40', '--'],
        'rc4-128': ['', 'owner', '128', '--use-aes=n', '--'],
        'aes-128': ['', 'owner', '128', '--use-aes=y', '--'],
        'aes-128-clear-metadata': ['', 'owner', '128', '--use-aes=y', '--cleartext-metadata', '--'],
        'aes-256-r5': ['', 'owner', '256', '--force-R5', '--'],
        'aes-256-r6': ['', 'owner', '256', '--'],
        'no-printing': ['', 'owner', '256', '--print=none', '--'],
}.items():
    CASES.append(('encrypted-' + name, lambda options=options: encrypted('--encrypt', *options), 2, 1,
                  0, 'exact', '', 'opens without a password'))
for bits in '40', '128', '256':
    CASES.append(('password-' + bits, lambda bits=bits: encrypted('--encrypt', 'user', 'owner', bits,
                                                                  '--'),
                  0, 0, 0, 'unknown', 'needs a password', 'made with a password'))


@case('encrypted-attachments-only', 1, 1, 0, reason='its pages are not',
      truth='streams and strings go through the filter Identity')
def _():
    pdf = Pdf()
    tree = pdf.reserve()
    content = pdf.stream(RED_BOX)
    page = pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>'
                   % (tree, content))
    pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % page, tree)
    lock = pdf.add('<</Filter/Standard/V 4/R 4/Length 128/P -4/O<%s>/U<%s>/StmF/Identity'
                   '/StrF/Identity/EFF/StdCF/CF<</StdCF<</AuthEvent/EFOpen/CFM/AESV2/Length 16>>>>>>'
                   % ('12' * 32, '34' * 32))
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % tree),
                     '/Encrypt %d 0 R/ID[<%s><%s>]' % (lock, '56' * 16, '56' * 16))


# Damage that is mended.
@case('trailer-lost', 2, 1, 0, 'estimated', 'damaged', 'only the trailer is damaged')
def _():
    out = simple([TEXT, RED_BOX], FONT)
    return out.replace(b'trailer\n<<', b'tr\n[[')


@case('tables-lost', 2, 1, 0, 'estimated', 'damaged',
      'the objects are in object streams, and the table that says so is damaged')
def _():
    with tempfile.TemporaryDirectory() as folder:
        plain, out = os.path.join(folder, 'plain.pdf'), os.path.join(folder, 'out.pdf')
        with open(plain, 'wb') as file:
            file.write(simple([TEXT, RED_BOX], FONT))
        subprocess.run(['qpdf', '--static-id', '--object-streams=generate', plain, out], check=True)
        with open(out, 'rb') as file:
            data = file.read()
    at = data.rindex(b'/XRef')
    return data[:at] + b'/XReg' + data[at + 5:]


@case('tree-direct', 1, 1, 0, truth='the root of the tree is no object of its own')
def _():
    pdf = Pdf()
    content = pdf.stream(RED_BOX)
    page = pdf.add('<</Type/Page/MediaBox[0 0 595 842]/Contents %d 0 R>>' % content)
    return pdf.write(pdf.add('<</Type/Catalog/Pages<</Type/Pages/Kids[%d 0 R]/Count 1>>>>' % page))


# Hints, which count for nothing.
MORE['hints'] = 'impressions 1\nsides 0\n'
CASES.append(('hints', lambda: simple([RED_BOX], catalog='/ViewerPreferences<</NumCopies 3/Duplex'
                                      '/DuplexFlipLongEdge/PrintPageRange[1 1]>>'),
              1, 1, 0, 'exact', '3 copies: a hint', 'ISO 32000-2, 12.2: of the print dialog'))
CASES.append(('portfolio', lambda: simple([TEXT], FONT, catalog='/Collection<</View/D>>'), 1, 0, 0,
              'exact', 'portfolio', 'its cover is printed'))
CASES.append(('xfa', lambda: simple([TEXT], FONT, catalog='/NeedsRendering true/AcroForm<</Fields[]>>'),
              1, 0, 0, 'exact', 'XFA', 'the page that says to wait is printed'))


BIG = []


def big(name, pages, color, blank, certainty='exact', reason='', truth='made so'):
    def keep(make):
        BIG.append((name, make, pages, color, blank, certainty, reason, truth))
        return make
    return keep


@big('bomb-comments', '-', 0, '-', 'exact|unknown')
def _():
    out = simple([''])
    at = out.index(b'1 0 obj')
    return out[:at] + b'%comment\n' * 200000 + out[at:]


@big('bomb-deflate', 1, '-', '-', 'computed|unknown', truth='a gigabyte of operators in a megabyte')
def _():
    pdf = Pdf()
    packer = zlib.compressobj(9)
    data = b''.join(packer.compress(b'0 0 m 9 9 l S ' * 74898) for _ in range(1024)) + packer.flush()
    pages, page = pdf.reserve(), pdf.reserve()
    content = pdf.add(b'<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream' % (len(data), data))
    pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % page, pages)
    pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>' % (pages, content),
            page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % pages))


@big('bomb-nesting', 1, '-', '-', 'exact|computed|unknown', truth='a million open brackets and q')
def _():
    return simple(['[' * 1000000, ], deflate=True)


@big('bomb-q', 1, '-', '-', 'exact|computed|unknown')
def _():
    return simple(['q ' * 1000000 + RED_BOX], deflate=True)


@big('bomb-object-nesting', '-', '-', '-', 'exact|estimated|unknown')
def _():
    pdf = Pdf()
    deep = pdf.add('[' * 100000 + ']' * 100000)
    return simple([''], resources='/Font %d 0 R' % deep, pdf=pdf)


@big('bomb-kids', '-', '-', '-', 'estimated|unknown', truth='a tree whose nodes name each other twice')
def _():
    pdf = Pdf()
    nodes = [pdf.reserve() for _ in range(40)]
    leaf = pdf.add('<</Type/Page/MediaBox[0 0 595 842]>>')
    for i, node in enumerate(nodes):
        kid = nodes[i + 1] if i + 1 < len(nodes) else leaf
        pdf.add('<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>' % (kid, kid), node)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % nodes[0]))


@big('bomb-pages', '-', '-', '-', 'unknown', 'over 100000 pages')
def _():
    pdf = Pdf()
    root, page = pdf.reserve(), pdf.reserve()
    pdf.add('<</Type/Pages/Kids[%s]/Count 1>>' % (('%d 0 R ' % page) * 200000), root)
    pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]>>' % root, page)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % root))


@big('bomb-image', '-', '-', '-', 'exact|computed|unknown', truth='an image of 30,000 x 30,000 pixels')
def _():
    pdf = Pdf()
    packer = zlib.compressobj(9)
    row = bytes(90000)
    data = b''.join(packer.compress(row) for _ in range(30000)) + packer.flush()
    number = pdf.add(b'<</Type/XObject/Subtype/Image/Width 30000/Height 30000/ColorSpace/DeviceRGB'
                     b'/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream'
                     % (len(data), data))
    return simple(['q 99 0 0 99 9 9 cm /I Do Q'], '/XObject<</I %d 0 R>>' % number, pdf=pdf)


@big('bomb-noise', '-', '-', '-', 'unknown')
def _():
    noise = random.Random(1).randbytes(300000)
    return b'%PDF-1.7\n' + noise


def chain(filters, data):
    """A page of a content that went through filters, the last one first."""
    pdf = Pdf()
    pages = pdf.reserve()
    content = pdf.stream(data, '/Filter[%s]' % ''.join('/' + name for name in filters))
    page = pdf.add('<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>'
                   % (pages, content))
    pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % page, pages)
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % pages))


@big('bomb-chain', 1, '-', '-', 'computed|unknown', truth='deflated four times: a thousand to the fourth')
def _():
    data = b'0 0 m 9 9 l S ' * 4000000
    for _round in range(4):
        data = zlib.compress(data, 9)
    return chain(['FlateDecode'] * 4, data)


@big('bomb-many-filters', 1, '-', '-', 'computed|unknown', truth='more filters than anybody needs')
def _():
    return chain(['ASCIIHexDecode'] * 5000, b'41>')


@big('bomb-run-length', 1, '-', '-', 'computed|unknown', truth='a run, and runs of runs')
def _():
    return chain(['RunLengthDecode', 'RunLengthDecode'], b'\x81\x81' * 4000000)


@big('bomb-lzw', 1, '-', '-', 'exact|computed|unknown')
def _():
    return chain(['LZWDecode', 'LZWDecode'], lzw(b' ' * 900) * 3000)


@big('bomb-inline', '-', '-', '-', 'exact|computed|unknown', truth='three thousand pictures of a hundred '
     'million pixels, deflated')
def _():
    packed = zlib.compress(bytes(3000000), 9)
    one = b'BI /W 10000 /H 10000 /CS /RGB /BPC 8 /F /Fl ID ' + packed + b' EI '
    return simple([b'q 99 0 0 99 9 9 cm ' + one * 3000])


@big('bomb-inline-open', 1, '-', '-', 'exact|computed|unknown', truth='pictures without an end')
def _():
    return simple(['BI /W 1 /H 1 ID ' * 300000])


@big('bomb-count', 1, 0, 1, 'exact', truth='it claims 2,147,483,648 pages')
def _():
    return simple([''], count=2147483648)


@big('bomb-length', 1, '-', '-', 'exact|computed|unknown', truth='a stream of 2^31 bytes, it says')
def _():
    return simple([RED_BOX]).replace(b'/Length %d' % len(RED_BOX), b'/Length 2147483648', 1)


@big('bomb-size', '-', '-', '-', 'exact|estimated|unknown', truth='a table of 999,999,999 entries')
def _():
    out = simple([''])
    at = out.index(b'xref\n0 ')
    return out[:at] + b'xref\n0 999999999\n' + out[out.index(b'\n', at + 5) + 1:]


@big('bomb-xref-stream', '-', '-', '-', 'exact|estimated|unknown', truth='an index over all numbers')
def _():
    out = (b'%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]'
           b'/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n')
    data = zlib.compress(bytes(40000000), 9)
    at = len(out)
    return out + (b'4 0 obj<</Type/XRef/Size 2147483647/W[1 1 0]/Index[0 2147483646]/Root 1 0 R'
                  b'/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\nstartxref\n%d\n%%%%EOF\n'
                  % (len(data), data, at))


@big('bomb-object-streams', '-', '-', '-', 'exact|estimated|unknown',
     truth='object streams that are in each other')
def _():
    out = b'%PDF-1.7\n'
    at = len(out)
    body = b'5 0 <</Type/ObjStm/N 1/First 4>> '
    out += b'4 0 obj<</Type/ObjStm/N 1/First 4/Extends 5 0 R/Length %d>>stream\n%s\nendstream endobj\n' \
        % (len(body), body)
    table = len(out)
    rows = bytes((0, 0, 0, 2, 5, 0, 2, 4, 0, 2, 4, 0, 1, at, 0, 2, 4, 0, 1, table, 0))
    return out + (b'6 0 obj<</Type/XRef/Size 7/W[1 1 1]/Root 1 0 R/Length %d>>stream\n%s\nendstream '
                  b'endobj\nstartxref\n%d\n%%%%EOF\n' % (len(rows), rows, table))


@big('bomb-tree', '-', 0, '-', 'unknown', 'levels deep', truth='six thousand levels')
def _():
    pdf = Pdf()
    nodes = [pdf.reserve() for _node in range(6000)]
    for above, below in zip(nodes, nodes[1:]):
        pdf.add('<</Type/Pages/Kids[%d 0 R]/Count 1>>' % below, above)
    pdf.add('<</Type/Page/MediaBox[0 0 595 842]>>', nodes[-1])
    return pdf.write(pdf.add('<</Type/Catalog/Pages %d 0 R>>' % nodes[0]))


@big('bomb-function', 1, '-', '-', 'exact|computed|unknown', truth='ten thousand costly shadings')
def _():
    pdf = Pdf()
    program = '{' + 'dup mul sqrt sin cos ' * 500 + ' 0 0 }'
    function = pdf.stream(program, '/FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]')
    names = []
    for i in range(5000):
        number = pdf.add('<</ShadingType 1/ColorSpace/DeviceRGB/Function %d 0 R>>' % function)
        names.append('/S%d %d 0 R' % (i, number))
    return simple([' '.join('/S%d sh' % i for i in range(5000))], '/Shading<<%s>>' % ''.join(names),
                  pdf=pdf)


@big('bomb-mask', 1, '-', '-', 'exact|computed|unknown', truth='a mask of a billion pixels')
def _():
    pdf = Pdf()
    mask = pdf.stream(bytes(30000000), '/Type/XObject/Subtype/Image/Width 30000/Height 30000/ColorSpace'
                      '/DeviceGray/BitsPerComponent 8', deflate=True)
    image = pdf.stream(bytes((255, 0, 0)), '/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace'
                       '/DeviceRGB/BitsPerComponent 8/SMask %d 0 R' % mask)
    return simple(['q 99 0 0 99 9 9 cm /I Do Q'], '/XObject<</I %d 0 R>>' % image, pdf=pdf)


@big('bomb-map', 1, '-', '-', 'exact|computed|unknown', truth='a font map of a million ranges')
def _():
    pdf = Pdf()
    ranges = pdf.stream('beginbfrange ' + '<0000> <ffff> <0000> ' * 1000000, deflate=True)
    font = ('/Font<</F1<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode %d 0 R>>>>'
            % ranges)
    return simple(['BT /F1 9 Tf <0003> Tj ET'], font, pdf=pdf)


@big('bomb-objects', '-', '-', '-', 'estimated|unknown', truth='half a million objects that never end')
def _():
    return b'%PDF-1.7\n' + b'1 0 obj<</Type' * 500000


@big('bomb-parts', '-', '-', '-', 'exact|unknown', truth='five thousand documents behind each other')
def _():
    return simple(['']) * 5000


@big('bomb-annotations', 1, '-', '-', 'exact|computed|unknown')
def _():
    pdf = Pdf()
    form = pdf.stream(RED_BOX * 1000, '/Type/XObject/Subtype/Form/BBox[0 0 9 9]')
    note = pdf.add('<</Type/Annot/Subtype/Stamp/F 4/Rect[0 0 9 9]/AP<</N %d 0 R>>>>' % form)
    return simple([''], extra='/Annots[%s]' % ('%d 0 R ' % note * 1000000), pdf=pdf)


def main():
    chosen = CASES
    if sys.argv[1] == '--big':
        chosen = BIG
        del sys.argv[1]
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, make, pages, color, blank, certainty, reason, truth in chosen:
        with open(os.path.join(folder, name + '.pdf'), 'wb') as out:
            out.write(make())
        with open(os.path.join(folder, name + '.want'), 'w') as out:
            nominal = 2 if name == 'pclm' else pages if name.startswith('calculator-') else 1 if name in DECLARED else color
            out.write('pages %s\ncolor %s\nblank %s\nnominal %s\ncertainty %s\nreason %s\n'
                      '%struth %s\n' % (pages, color, blank, nominal, certainty, reason,
                                       MORE.get(name, ''), truth))
    print('%d files' % len(chosen))


main()
