#!/usr/bin/python3
"""Makes tests/data/xps: small XPS and OpenXPS packages, and other zips, each made for one trap.

make_xps.py DIR          writes FILE.xps and FILE.want (the keys: see tests/unit/count/test_corpus.c)
"""
import os
import struct
import sys
import zlib

import make_jpegs
import make_pngs
import make_tiffs

TYPES = 'http://schemas.microsoft.com/xps/2005/06'
OPEN_TYPES = 'http://schemas.openxps.org/oxps/v1.0'
RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
XAML = 'http://schemas.microsoft.com/winfx/2006/xaml'
COMPATIBLE = 'http://schemas.openxmlformats.org/markup-compatibility/2006'
PSF = 'http://schemas.microsoft.com/windows/2003/08/printing/printschemaframework'
PSK = 'http://schemas.microsoft.com/windows/2003/08/printing/printschemakeywords'


# --- zip -------------------------------------------------------------------------------------------

def pack(entries, before=b'', comment=b'', zip64=False, descriptors=False, flags=0, method=8, share=None, crc=None,
         directory=True, size=None):
    """entries: (name, bytes). share: all entries claim to begin where this one does."""
    out, central, places = bytearray(before), b'', []
    for name, data in entries:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = deflate.compress(data) + deflate.flush() if method == 8 else data
        total, places = zlib.crc32(data) if crc is None else crc, places + [len(out) - len(before)]
        bits = flags | (8 if descriptors else 0)
        numbers = (0, 0, 0) if descriptors else (total, len(body), len(data))
        out += b'PK\3\4' + struct.pack('<HHHIIIIHH', 20, bits, method, 0, *numbers, len(name), 0) + name.encode() + body
        if descriptors:
            out += b'PK\7\x08' + struct.pack('<III', total, len(body), len(data))
        place = places[-1] if share is None else places[min(share, len(places) - 1)]
        claimed = len(data) if size is None else size
        extra = struct.pack('<HHQQQ', 1, 24, claimed, len(body), place) if zip64 else b''
        sizes = (0xffffffff, 0xffffffff) if zip64 else (len(body), claimed)
        central += (b'PK\1\2' + struct.pack('<HHHHIIIIHHHHHII', 20, 20, bits, method, 0, total, *sizes, len(name),
                                            len(extra), 0, 0, 0, 0, 0xffffffff if zip64 else place)
                    + name.encode() + extra)
    at = len(out) - len(before)
    out += central
    if zip64:
        end = len(out)
        out += b'PK\6\6' + struct.pack('<QHHIIQQQQ', 44, 45, 45, 0, 0, len(entries), len(entries), len(central), at)
        out += b'PK\6\7' + struct.pack('<IQI', 0, end, 1)
        at = 0xffffffff
    if directory:
        out += b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, len(entries), len(entries), len(central), at, len(comment))
        out += comment
    return bytes(out)


# --- package ---------------------------------------------------------------------------------------

def relations(*pairs):
    text = ''.join('<Relationship Id="R%d" Type="%s" Target="%s"/>' % (i, *pair) for i, pair in enumerate(pairs))
    return ('<Relationships xmlns="%s">%s</Relationships>' % (RELATIONS, text)).encode()


def page(content, width=793.76, height=1122.56, more=''):
    return ('<FixedPage xmlns="%s" xmlns:x="%s" xmlns:mc="%s" Width="%s" Height="%s" xml:lang="en"%s>%s</FixedPage>'
            % (TYPES, XAML, COMPATIBLE, width, height, more, content)).encode()


def path(fill, data='M 10,10 L 90,10 90,90 10,90 Z', more=''):
    return '<Path Data="%s" Fill="%s"%s/>' % (data, fill, more)


def text(fill, string='Text', x=100, y=100, more=''):
    return ('<Glyphs Fill="%s" FontUri="/f.odttf" FontRenderingEmSize="12" OriginX="%s" OriginY="%s" UnicodeString="%s"%s/>'
            % (fill, x, y, string, more))


def ticket(*items):
    return ('<?xml version="1.0"?><psf:PrintTicket xmlns:psf="%s" xmlns:psk="%s" xmlns:ns="http://vendor.example/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="1">%s</psf:PrintTicket>'
            % (PSF, PSK, ''.join(items))).encode()


def copies(name, count):
    return '<psf:ParameterInit name="psk:%s"><psf:Value xsi:type="xsd:integer">%s</psf:Value></psf:ParameterInit>' % (
        name, count)


def feature(name, option, inside=''):
    return '<psf:Feature name="psk:%s"><psf:Option name="psk:%s">%s</psf:Option></psf:Feature>' % (name, option, inside)


def up(count):
    return ('<psf:ScoredProperty name="psk:PagesPerSheet"><psf:Value xsi:type="xsd:integer">%d</psf:Value>'
            '</psf:ScoredProperty>' % count)


def package(documents, parts=(), types=TYPES, tickets=(), hints='', order=False, missing=(), sequence=None):
    """documents: lists of pages. tickets: (part, bytes). order: pages are stored from the last."""
    entries = [('[Content_Types].xml', b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
               ('_rels/.rels', relations((types + '/fixedrepresentation', '/FixedDocSeq.fdseq')))]
    names = ['/Documents/%d/FixedDoc.fdoc' % (i + 1) for i in range(len(documents))]
    if sequence is None:
        sequence = ''.join('<DocumentReference Source="%s"/>' % name for name in names)
    entries.append(('FixedDocSeq.fdseq', ('<FixedDocumentSequence xmlns="%s">%s</FixedDocumentSequence>'
                                          % (types, sequence)).encode()))
    for i, pages in enumerate(documents):
        links = ''.join('<PageContent Source="Pages/%d.fpage"%s/>' % (n + 1, hints) for n in range(len(pages)))
        entries.append((names[i][1:], ('<FixedDocument xmlns="%s">%s</FixedDocument>' % (types, links)).encode()))
        made = [('Documents/%d/Pages/%d.fpage' % (i + 1, n + 1), data) for n, data in enumerate(pages)]
        entries += reversed(made) if order else made
    for i, (part, data) in enumerate(tickets):
        folder, _, file = part.rpartition('/')
        entries.append(('Metadata/%d_PT.xml' % i, data))
        entries.append(((folder + '/' if folder else '') + '_rels/' + file + '.rels',
                        relations((TYPES + '/printticket', '/Metadata/%d_PT.xml' % i))))
    return [entry for entry in entries + list(parts) if entry[0] not in missing]


def pieces(entries, name, count):
    """The part of this name is stored in pieces, between those of others."""
    data = dict(entries)[name]
    step = len(data) // count + 1
    cut = [('%s/[%d]%s.piece' % (name, i, '.last' if i == count - 1 else ''), data[i * step:(i + 1) * step])
           for i in range(count)]
    others = [entry for entry in entries if entry[0] != name]
    return others[:3] + cut[:1] + others[3:4] + cut[1:-1] + others[4:] + cut[-1:]


BLACK, RED = path('#FF000000'), path('#FFFF0000')
GREY_PAGE, RED_PAGE, WHITE_PAGE, EMPTY_PAGE = page(BLACK), page(RED), page(path('#FFFFFF')), page('')
FIRST = 'Documents/1/Pages/1.fpage'


def brush(kind, inside, more=''):
    return '<Path Data="M 0,0 L 9,0 9,9 Z"><Path.Fill><%s%s>%s</%s></Path.Fill></Path>' % (kind, more, inside, kind)


def gradient(kind, *colors, more=''):
    stops = ''.join('<GradientStop Color="%s" Offset="%d"/>' % (color, i) for i, color in enumerate(colors))
    return brush(kind, '<%s.GradientStops>%s</%s.GradientStops>' % (kind, stops, kind), more)


def picture(name, more=''):
    return brush('ImageBrush', '', ' ImageSource="%s" Viewbox="0,0,9,9" Viewport="0,0,9,9"%s' % (name, more))


def profile(space):
    return bytes(16) + space + bytes(108)


def one(content, parts=(), **more):
    return pack(package([[page(content)]], parts, **more))


IMAGES = [('Resources/red.png', make_pngs.png(4, 4, 8, make_pngs.RGB, make_pngs.flat(255, 0, 0))),
          ('Resources/grey.png', make_pngs.png(4, 4, 8, make_pngs.RGB, make_pngs.flat(9, 9, 9))),
          ('Resources/clear.png', make_pngs.png(4, 4, 8, make_pngs.RGBA, make_pngs.flat(9, 0, 0, 0))),
          ('Resources/red.jpg', make_jpegs.jpeg(2, 2, make_jpegs.flat(*make_jpegs.RED))),
          ('Resources/grey.tif', make_tiffs.one(8, make_tiffs.BLACK_IS_0, make_tiffs.flat(9), packing=8)),
          ('Resources/photo.wdp', b'II\xbc\x01' + bytes(60))]
PROFILES = [('p/gray.icc', profile(b'GRAY')), ('p/rgb.icc', profile(b'RGB ')), ('p/cmyk.icc', profile(b'CMYK')),
            ('p/six.icc', profile(b'6CLR'))]
DICTIONARY = ('Resources/d.dict', ('<ResourceDictionary xmlns="%s" xmlns:x="%s"><SolidColorBrush x:Key="far" '
                                   'Color="#FF00FF"/></ResourceDictionary>' % (TYPES, XAML)).encode())


def resources(items, content):
    return '<FixedPage.Resources><ResourceDictionary>%s</ResourceDictionary></FixedPage.Resources>%s' % (items, content)


def visual(inside, key=None, more=''):
    name = ' x:Key="%s"' % key if key else ''
    return '<VisualBrush%s Viewbox="0,0,9,9" Viewport="0,0,9,9"%s><VisualBrush.Visual>%s</VisualBrush.Visual></VisualBrush>' % (
        name, more, inside)


def doubled(depth):
    """Each visual shows the one before twice: 2 to the depth marks."""
    items = '<SolidColorBrush x:Key="v0" Color="#000000"/>'
    for i in range(depth):
        items += visual('<Canvas>%s</Canvas>' % (path('{StaticResource v%d}' % i) * 2), 'v%d' % (i + 1))
    return resources(items, path('{StaticResource v%d}' % depth))


ENTITIES = (b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + GREY_PAGE)
EXACT, ESTIMATED, UNKNOWN = 'exact', 'estimated', 'unknown'
XPS, OXPS = 'application/vnd.ms-xpsdocument', 'application/oxps'


def case(name, made, pages, color, nominal=None, blank=0, certainty=EXACT, reason='', truth='', impressions='-',
         parts='-', sides='-', size='210x297', kind=XPS):
    nominal = color if nominal is None else nominal
    return name, made, pages, color, nominal, blank, certainty, reason, truth, impressions, parts, sides, size, kind


def shade(name, content, color, truth, nominal=None, blank=0, certainty=EXACT, reason='', parts=()):
    return case('shade-' + name, one(content, parts), 1, color, nominal, blank, certainty, reason, truth)


def broken(name, made, reason, truth, kind='application/zip', certainty=UNKNOWN):
    return case(name, made, 0, 0, 0, 0, certainty, reason, truth, size='-', kind=kind)


TWO = [[GREY_PAGE, RED_PAGE], [GREY_PAGE]]
SEQUENCE, DOCUMENT = 'FixedDocSeq.fdseq', 'Documents/1/FixedDoc.fdoc'
CASES = [
    case('one', pack(package([[GREY_PAGE]])), 1, 0, truth='one page, black'),
    case('pages', pack(package([[GREY_PAGE, RED_PAGE, WHITE_PAGE, EMPTY_PAGE]])), 4, 1, blank=2,
         reason='#FFFF0000', truth='black, red, white and empty'),
    case('open', pack(package([[GREY_PAGE, RED_PAGE]], types=OPEN_TYPES)), 2, 1, truth='OpenXPS', kind=OXPS),
    case('documents', pack(package(TWO)), 3, 1, parts=2, truth='two documents'),
    case('order', pack(package([[page(BLACK, 500, 500), RED_PAGE]], order=True)), 2, 1, size='132x132',
         truth='stored from the last page to the first'),
    case('size', pack(package([[page(BLACK, 816, 1056)]], hints=' Width="100" Height="100"')), 1, 0, size='216x279',
         truth='the page tells its size, not the hint'),
    case('same-page', pack(package([[GREY_PAGE]]) [:2] + [
        (SEQUENCE, b'<S><DocumentReference Source="d"/><DocumentReference Source="d"/></S>'),
        ('d', b'<D><PageContent Source="%s"/><PageContent Source="/%s"/></D>' % (FIRST.encode(), FIRST.encode())),
        (FIRST, GREY_PAGE)]), 4, 0, parts=2, certainty=ESTIMATED, reason='more than once',
         truth='one page that is referred to four times'),
    case('utf-16', pack(package([[page(RED).decode().encode('utf-16')]])), 1, 1, truth='markup in UTF-16'),
    # Archives.
    case('stored', pack(package(TWO), method=0), 3, 1, truth='entries that are not packed'),
    case('descriptors', pack(package(TWO), descriptors=True), 3, 1, truth='sizes behind the data'),
    case('zip64', pack(package(TWO), zip64=True), 3, 1, truth='ZIP64 numbers'),
    case('comment', pack(package(TWO), comment=b'PK\5\6 not the end' * 9), 3, 1, truth='a comment with a false end'),
    case('pieces', pack(pieces(package(TWO), FIRST, 3)), 3, 1, truth='a page in three pieces'),
    case('piece', pack(pieces(pieces(package(TWO), SEQUENCE, 1), DOCUMENT, 2)), 3, 1,
         truth='the sequence in one piece, a document in two'),
    case('pieces-missing', pack(pieces(package([[GREY_PAGE, GREY_PAGE]]), FIRST, 3)[:-1]), 2, 1,
         certainty=ESTIMATED, reason='not in the archive', size='-', truth='the last piece of a page is missing'),
    case('names', pack([(name.replace('/', '\\') if 'fpage' in name else name.upper() if 'fdoc' in name else name, data)
                        for name, data in package(TWO)]), 3, 1, truth='capitals and backslashes in names'),
    case('pjl', b'\x1b%-12345X@PJL SET QTY=2\r\n@PJL ENTER LANGUAGE=XPS\r\n' + pack(package(TWO)) + b'\x1b%-12345X',
         3, 1, impressions=6, truth='PJL around it asks for two sets'),
    # Print tickets.
    case('copies-job', pack(package(TWO, tickets=[(SEQUENCE, ticket(copies('JobCopiesAllDocuments', 3)))])), 3, 1,
         impressions=9, reason='3 copies', truth='three copies of the job'),
    case('copies-document', pack(package(TWO, tickets=[(DOCUMENT, ticket(copies('DocumentCopiesAllPages', 2)))])), 3, 1,
         impressions=5, truth='two copies of the first document'),
    case('copies-page', pack(package(TWO, tickets=[(FIRST, ticket(copies('PageCopyCount', 4)))])), 3, 1,
         impressions=6, truth='four copies of the first page'),
    case('copies-all', pack(package(TWO, tickets=[
        (SEQUENCE, ticket(copies('JobCopiesAllDocuments', 2), copies('PageCopyCount', 3))),
        (DOCUMENT, ticket(copies('DocumentCopiesAllPages', 2))), (FIRST, ticket(copies('PageCopyCount', 1)))])), 3, 1,
         impressions=22, truth='2 x (2 x (1 + 3) + 3)'),
    case('copies-none', pack(package(TWO, tickets=[(SEQUENCE, ticket(copies('JobCopiesAllDocuments', 0)))])), 3, 1,
         impressions=3, truth='no copies is no number of copies'),
    case('copies-many', pack(package(TWO, tickets=[(SEQUENCE, ticket(copies('JobCopiesAllDocuments', 1 << 31)))])), 3, 1,
         impressions=3, truth='2^31 copies is no number of copies'),
    case('duplex', pack(package(TWO, tickets=[(SEQUENCE, ticket(feature('DocumentDuplex', 'TwoSidedShortEdge')))])), 3, 1,
         sides=3, parts=2, truth='two-sided: each document begins a sheet'),
    case('duplex-contiguous', pack(package(TWO, tickets=[
        (SEQUENCE, ticket(feature('JobDuplexAllDocumentsContiguously', 'TwoSidedLongEdge')))])), 3, 1, sides=2, parts=1,
         truth='two-sided: documents share sheets'),
    case('simplex', pack(package(TWO, tickets=[
        (SEQUENCE, ticket(feature('JobDuplexAllDocumentsContiguously', 'OneSided')))])), 3, 1, sides=1, truth='one-sided'),
    case('n-up', pack(package(TWO, tickets=[(SEQUENCE, ticket(feature('JobNUpAllDocumentsContiguously', 'x', up(4))))])),
         3, 1, certainty=ESTIMATED, reason='4 pages on a side', truth='four pages on a side'),
    case('n-up-one', pack(package(TWO, tickets=[(SEQUENCE, ticket(feature('DocumentNUp', 'x', up(1))))])), 3, 1,
         truth='one page on a side'),
    case('booklet', pack(package(TWO, tickets=[(SEQUENCE, ticket(feature('JobBindAllDocuments', 'Booklet')))])), 3, 1,
         certainty=ESTIMATED, reason='booklet', truth='a booklet'),
    case('cover', pack(package(TWO, tickets=[(SEQUENCE, ticket(feature('JobPrimaryCoverPage', 'Standard')))])), 3, 1,
         certainty=ESTIMATED, reason='cover pages', truth='a cover page'),
    case('mono', pack(package(TWO, tickets=[(SEQUENCE, ticket(feature('PageOutputColor', 'Grayscale')))])), 3, 1,
         reason='without colour', truth='asked for in grey'),
    case('ticket-broken', pack(package(TWO, tickets=[(SEQUENCE, b'<psf:PrintTicket>')])), 3, 1, impressions=3,
         truth='a ticket that is not well-formed says nothing'),
    # Colours.
    shade('rgb', path('#808281'), 0, 'two levels apart', 1),
    shade('rgb-3', path('#808381'), 1, 'three levels apart'),
    shade('alpha', path('#02FF0000'), 0, 'red of two levels of alpha', 1),
    shade('alpha-none', path('#00FF0000'), 0, 'red without alpha', 0, 1),
    shade('scrgb', path('sc#0.5,0.5,0.5'), 0, 'linear grey'),
    shade('scrgb-red', path('sc#1, 0.5,0.4,0.4'), 1, 'linear red with alpha'),
    shade('scrgb-range', path('sc#1.5,-1,2e0'), 1, 'linear, out of range'),
    shade('gray-profile', path('ContextColor /p/gray.icc 1.0,0.5'), 0, 'of a grey profile', parts=PROFILES),
    shade('rgb-profile', path('ContextColor /p/rgb.icc 1,0.5,0.5,0.2'), 1, 'of an RGB profile', parts=PROFILES),
    shade('cmyk-black', path('ContextColor /p/cmyk.icc 1,0,0,0,0.7'), 0, 'black of a CMYK profile', 1, parts=PROFILES),
    shade('cmyk-cyan', path('ContextColor /p/cmyk.icc 1.0,0.3,0,0,0'), 1, 'cyan of a CMYK profile', parts=PROFILES),
    shade('cmyk-none', path('ContextColor /p/cmyk.icc 1.0,0,0,0,0'), 0, 'no ink', 1, 1, parts=PROFILES),
    shade('six-profile', path('ContextColor /p/six.icc 1,0,0,0,0,0,1'), 1, 'six inks', certainty=ESTIMATED,
          reason='colour assumed', parts=PROFILES),
    shade('no-profile', path('ContextColor /p/none.icc 1,0,0,0'), 1, 'a profile that is not there',
          certainty=ESTIMATED, reason='colour assumed'),
    shade('no-color', path('Crimson'), 1, 'names are no colours in XPS', certainty=ESTIMATED, reason='colour assumed'),
    shade('gradient', gradient('LinearGradientBrush', '#000000', '#FFFFFF'), 0, 'a grey gradient'),
    shade('gradient-red', gradient('RadialGradientBrush', '#000000', '#FF0000'), 1, 'a gradient to red'),
    shade('gradient-faint', gradient('LinearGradientBrush', '#00FF0000', '#00FF00FF'), 0, 'without alpha', 0, 1),
    shade('opacity', path('#FF0000', more=' Opacity="0"'), 0, 'opacity of nothing', 0, 1),
    shade('opacity-canvas', '<Canvas Opacity="0">%s</Canvas>' % RED, 0, 'a canvas that is not seen', 0, 1),
    shade('opacity-faint', '<Canvas Opacity="0.1"><Canvas Opacity="0.1">%s</Canvas></Canvas>' % path('#FF8080', more=' Opacity=".5"'),
          0, 'opacities multiply', 1, 1),
    shade('opacity-brush', brush('SolidColorBrush', '', ' Color="#FF0000" Opacity="0"'), 0, 'a brush without', 0, 1),
    shade('mask', path('#FF0000', more=' OpacityMask="#00FFFFFF"'), 0, 'behind a mask of nothing', 0, 1),
    shade('mask-canvas', '<Canvas><Canvas.OpacityMask><SolidColorBrush Color="#00000000"/></Canvas.OpacityMask>%s</Canvas>' % RED,
          0, 'a canvas behind a mask of nothing', 0, 1),
    # Pictures.
    shade('picture-red', picture('/Resources/red.png'), 1, 'a red PNG', parts=IMAGES, reason='coloured pixel'),
    shade('picture-grey', picture('../../../Resources/grey.png'), 0, 'a grey PNG', 1, parts=IMAGES),
    shade('picture-clear', picture('/Resources/clear.png'), 0, 'a PNG without alpha', 1, 1, parts=IMAGES),
    shade('picture-jpeg', picture('/Resources/red.jpg'), 1, 'a red JPEG', parts=IMAGES),
    shade('picture-tiff', picture('/Resources/grey.tif'), 0, 'a grey TIFF', parts=IMAGES),
    shade('picture-photo', picture('/Resources/photo.wdp'), 1, 'HD Photo', certainty=ESTIMATED,
          reason='colour assumed', parts=IMAGES),
    shade('picture-missing', picture('/Resources/none.png'), 1, 'not there', certainty=ESTIMATED, reason='colour assumed'),
    shade('picture-converted', picture('{ColorConvertedBitmap /Resources/grey.png /p/rgb.icc}'), 0, 'with a profile', 1,
          parts=IMAGES + PROFILES),
    shade('picture-hidden', picture('/Resources/red.png', ' Opacity="0"'), 0, 'not seen', 0, 1, parts=IMAGES),
    # Places.
    shade('outside', path('#FF0000', 'M 900,10 L 990,10 990,90 Z') + BLACK, 0, 'red beside the page', 0),
    shade('outside-text', text('#FF0000', x=900) + text('#FF0000', y=-100), 0, 'red text beside the page', 0, 1),
    shade('text', text('#000000') + text('#0000FF', y=500), 1, 'blue text'),
    shade('text-spaces', text('#FF0000', '   ') + text('#FF0000', ''), 0, 'red spaces', 0, 1),
    shade('text-indices', text('#FF0000', '', more=' Indices="12,50;13"'), 1, 'glyphs without characters'),
    shade('text-leftward', text('#FF0000', x=900, more=' BidiLevel="1"'), 1, 'it reaches onto the page'),
    shade('moved', '<Canvas RenderTransform="1,0,0,1,2000,0">%s</Canvas>' % RED, 0, 'moved off the page', 0, 1),
    shade('moved-back', '<Canvas RenderTransform="1,0,0,1,2000,0"><Path Data="M0,0 9,0 9,9z" Fill="#FF0000"><Path.RenderTransform>'
          '<MatrixTransform Matrix="1,0,0,1,-1990,9"/></Path.RenderTransform></Path></Canvas>', 1, 'moved off and back'),
    shade('canvas-transform', '<Canvas><Canvas.RenderTransform><MatrixTransform Matrix="1,0,0,1,5000,0"/>'
          '</Canvas.RenderTransform>%s</Canvas>' % RED, 0, 'moved off by an element', 0, 1),
    shade('clipped', path('#FF0000', more=' Clip="M 200,200 L 300,200 300,300 Z"') + BLACK, 0, 'clipped away', 0),
    shade('clipped-canvas', '<Canvas><Canvas.Clip><PathGeometry><PathFigure StartPoint="500,500"><PolyLineSegment '
          'Points="600,500 600,600"/></PathFigure></PathGeometry></Canvas.Clip>%s</Canvas>' % RED, 0, 'clipped away', 0, 1),
    shade('clip-within', path('#FF0000', more=' Clip="M 50,50 L 300,200 300,300 Z"'), 1, 'a clip that meets it'),
    shade('flat', path('#FF0000', 'M 10,10 L 90,10'), 0, 'a line that is filled has no area', 0, 1),
    shade('stroke', '<Path Data="M 10,10 H 90" Stroke="#00FF00"/>', 1, 'a line that is stroked'),
    shade('stroke-none', '<Path Data="M 10,10 H 90" Stroke="#00FF00" StrokeThickness="0"/>', 0, 'a line without width', 0, 1),
    shade('stroke-edge', '<Path Data="M -3,10 V 90" Stroke="#00FF00" StrokeThickness="10"/>', 1, 'it reaches onto the page'),
    shade('unpainted', '<Path Data="M 1,1 L 9,9 9,1 Z"/>', 0, 'neither filled nor stroked', 0, 1),
    shade('data-missing', '<Path Fill="#FF0000"/>', 0, 'no geometry', 0, 1),
    shade('curves', path('#FF0000', 'F1 m -90,-90 c 1,1 2,2 3,3 s 1,1 2,2 q 1,1 2,2 v 2 h -4 z')
          + path('#FF0000', 'F 0 M -50,-50 A 9,9 0 0 1 -40,-40 C -50,-40 -60,-40 -50,-50 Z'), 0,
          'curves beside the page', 0, 1),
    shade('arc', path('#FF0000', 'M -5,50 A 20,20 0 1 1 -5,52'), 1, 'an arc that bends onto the page'),
    shade('arc-element', '<Path Fill="#FF0000"><Path.Data><PathGeometry Transform="1,0,0,1,10,0"><PathFigure StartPoint="-9,9">'
          '<ArcSegment Point="-9,11" Size="4,4"/></PathFigure></PathGeometry></Path.Data></Path>', 1, 'an arc of elements'),
    shade('figures', '<Path Fill="#FF0000"><Path.Data><PathGeometry Figures="M 5,5 L 9,5 9,9 Z"/></Path.Data></Path>', 1,
          'figures in an attribute'),
    shade('data-strange', path('#FF0000', 'M 5,5 X 9'), 1, 'geometry that nobody knows may be anywhere'),
    # Resources.
    shade('resource', resources('<SolidColorBrush x:Key="b" Color="#FF0000"/>', path('{StaticResource b}')), 1, 'by its key'),
    shade('resource-unused', resources('<SolidColorBrush x:Key="b" Color="#FF0000"/>', BLACK), 0, 'not used', 0),
    shade('resource-missing', path('{StaticResource none}'), 0, 'no such key', 0, 1),
    shade('resource-inner', resources('<SolidColorBrush x:Key="b" Color="#FF0000"/>', '<Canvas><Canvas.Resources>'
          '<ResourceDictionary><SolidColorBrush x:Key="b" Color="#000000"/></ResourceDictionary></Canvas.Resources>%s</Canvas>'
          % path('{StaticResource b}')), 0, 'the inner one is meant', 0),
    shade('resource-geometry', resources('<PathGeometry x:Key="g" Figures="M 900,9 L 990,9 990,90 Z"/>'
          '<MatrixTransform x:Key="m" Matrix="1,0,0,1,0,0"/>',
          '<Path Data="{StaticResource g}" Fill="#FF0000" RenderTransform="{StaticResource m}"/>'), 0, 'beside the page', 0, 1),
    shade('remote', '<FixedPage.Resources><ResourceDictionary Source="/Resources/d.dict"/></FixedPage.Resources>'
          + path('{StaticResource far}'), 1, 'of a dictionary that is a part', parts=[DICTIONARY]),
    shade('remote-missing', '<FixedPage.Resources><ResourceDictionary Source="/none"/></FixedPage.Resources>'
          + path('{StaticResource far}'), 0, 'a dictionary that is not there', 0, 1),
    shade('visual', brush('VisualBrush', '<VisualBrush.Visual><Canvas>%s</Canvas></VisualBrush.Visual>' % RED), 1, 'a visual'),
    shade('visual-grey', resources(visual(text('#333333'), 'v'), path('{StaticResource v}')), 0, 'a grey visual'),
    shade('visual-loop', resources(visual(path('{StaticResource v}'), 'v'), path('{StaticResource v}')), 1,
          'a visual that shows itself', certainty=ESTIMATED, reason='colour assumed'),
    shade('visual-doubled', doubled(30), 0, '2 to the power of 30 marks', 0),
    shade('visual-deep', doubled(40), 1, 'deeper than is walked', certainty=ESTIMATED, reason='colour assumed'),
    # Markup.
    shade('fallback', '<mc:AlternateContent><mc:Choice Requires="x">%s</mc:Choice><mc:Fallback>%s</mc:Fallback>'
          '</mc:AlternateContent>' % (RED, BLACK), 0, 'the fallback counts', 0),
    shade('deep', '<Canvas>' * 60 + RED + '</Canvas>' * 60, 1, 'sixty canvases'),
    shade('deeper', '<Canvas>' * 100 + BLACK + '</Canvas>' * 100, 1, 'a hundred canvases', certainty=ESTIMATED,
          reason='colour assumed'),
    shade('deepest', '<Canvas>' * 300 + '</Canvas>' * 300, 1, 'three hundred canvases', certainty=ESTIMATED,
          reason='colour assumed'),
    case('not-well-formed', pack(package([[GREY_PAGE, b'<FixedPage Width="90" Height="90"><Path']])), 2, 1,
         certainty=ESTIMATED, reason='not well-formed', truth='the second page is cut'),
    case('entities', pack(package([[ENTITIES]])), 1, 1, certainty=ESTIMATED, reason='document type', size='-',
         truth='a page with a document type'),
    case('no-page', pack(package([[b'<Other/>', GREY_PAGE]])), 2, 1, certainty=ESTIMATED, reason='no fixed page', size='-',
         truth='a part that is no page'),
    case('page-missing', pack(package([[GREY_PAGE, GREY_PAGE]], missing=[FIRST], hints=' Width="816" Height="1056"')),
         2, 1, certainty=ESTIMATED, reason='not in the archive', size='216x279', truth='a page that is not there'),
    case('document-missing', pack(package(TWO, missing=[DOCUMENT])), 1, 0, certainty=ESTIMATED, reason='Document 1',
         truth='a document that is not there'),
    case('crc', pack(package([[GREY_PAGE]]), crc=1), 0, 0, certainty=UNKNOWN, size='-', kind='application/zip',
         truth='all check sums are wrong'),
    broken('sequence-missing', pack(package(TWO, missing=[SEQUENCE])), 'no page', 'no sequence', XPS),
    # Other archives, and hostile ones.
    broken('cut', pack(package(TWO))[:-400], 'cut short', 'the directory is missing'),
    broken('cut-head', b'PK\3\4', 'cut short', 'the sign alone'),
    broken('overlap', pack(package(TWO), share=2), 'overlap', 'all entries are one'),
    broken('encrypted', pack(package(TWO), flags=1), '', 'encrypted entries'),
    broken('word', pack([('[Content_Types].xml', b'<Types/>'), ('word/document.xml', b'<w/>')]), 'Word', 'a Word document'),
    broken('opendocument', pack([('mimetype', b'application/vnd.oasis.opendocument.text')], method=0), 'OpenDocument',
           'an OpenDocument text'),
    broken('java', pack([('META-INF/MANIFEST.MF', b'a: b')]), 'Java', 'a Java archive'),
    broken('other', pack([('readme.txt', b'text')]), 'a zip archive', 'any archive'),
    broken('empty', pack([]), '', 'an archive of nothing'),
    case('bomb-page', pack(package([[page('<Canvas>' + ' ' * (70 << 20) + '</Canvas>')]])), 1, 1, certainty=ESTIMATED,
         reason='larger than is read', size='-', truth='a page of 70 MiB of spaces'),
    case('bomb-size', pack(package([[GREY_PAGE]]), size=1 << 31), 0, 0, certainty=UNKNOWN, size='-', kind='application/zip',
         truth='entries that claim 2 GiB each'),
]


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, made, *want in CASES:
        with open(os.path.join(folder, name + '.xps'), 'wb') as out:
            out.write(made)
        with open(os.path.join(folder, name + '.want'), 'w') as out:
            out.write('pages %s\ncolor %s\nnominal %s\nblank %s\ncertainty %s\nreason %s\ntruth %s\nimpressions %s\n'
                      'parts %s\nsides %s\nsize %s\nformat %s\n' % tuple(want))
    print('%d files' % len(CASES))


if __name__ == '__main__':
    main()
