#!/usr/bin/python3
"""Makes tests/data/pcl: small PCL 5, HP-GL/2 and PJL jobs, each made for one trap, so that its truth is known.

make_pcl.py DIR          writes FILE.pcl and FILE.want (the keys: see tests/unit/count/test_corpus.c)

Where the manuals leave a case open, the truth is what GhostPCL does (docs/pdl/pcl.md says which).
What Ghostscript's drivers write is made where gs is there, as gs-DEVICE.pcl.
"""
import os
import shutil
import struct
import subprocess
import sys

ESC = b'\x1b'
RESET = ESC + b'E'
UEL = ESC + b'%-12345X'
FF = b'\f'
CASES = []


def add(name, data, pages, truth, **facts):
    want = {'pages': pages, 'color': 0, 'blank': 0, 'impressions': pages, 'parts': 1,
            'certainty': 'unknown' if pages == 0 else 'exact', 'truth': truth}
    want.update(facts)
    CASES.append((name, data, want))


def esc(text):
    """'|&l2A' is ESC &l2A."""
    return text.encode('latin-1').replace(b'|', ESC)


def pjl(*lines, enter='PCL', end='\r\n'):
    return UEL + ''.join('@PJL ' + line + end for line in lines).encode() + (
        f'@PJL ENTER LANGUAGE={enter}{end}'.encode() if enter else b'')


def rows(method, *data, final='W'):
    out = ESC + b'*b%dM' % method
    for row in data:
        out += ESC + b'*b%d%s' % (len(row), final.encode()) + row
    return out


def raster(palette, body, size=b''):
    return palette + size + ESC + b'*r1A' + body + ESC + b'*rC'


def direct(space=0):
    return ESC + b'*v6W' + bytes([space, 3, 8, 8, 8, 8])


def pixels(bits):
    return ESC + b'*v6W' + bytes([0, 1, bits, 8, 8, 8])


def planes(count, *row):
    return b''.join(ESC + b'*b%d%s' % (len(p), b'V' if i < count - 1 else b'W') + p
                    for i, p in enumerate(row))


A4 = esc('|&l26A')
LETTER = esc('|&l2A')
GREY_ROW = b'\xff\xff\xff\x80\x80\x81\x10\x10\x10'
RED_ROW = b'\xff\xff\xff\x80\x80\x81\xd0\x10\x10'
WHITE_ROW = b'\xff' * 9


def ends_of_pages():
    add('formfeeds', RESET + A4 + FF + FF + b'x' + FF + RESET, 3, 'a form feed ends a page, also an empty one',
        blank=2, size='210x297')
    add('reset-marked', RESET + A4 + b'one' + RESET + RESET + A4 + b'two' + RESET, 2, 'a reset ends a marked page only')
    add('spaces', RESET + A4 + b'   \r\n   ' + RESET, 0, 'spaces do not mark; nothing is printed')
    add('end-of-data', RESET + A4 + b'text', 1, 'what is marked is printed at the end')
    add('page-size', RESET + A4 + b'a' + LETTER + LETTER + b'b' + FF, 2, 'a page size ends a marked page',
        size='210x297')
    add('landscape', RESET + A4 + esc('|&l1O') + b'a' + FF, 1, 'landscape turns the sheet', size='297x210')
    add('orientation', RESET + A4 + b'a' + esc('|&l0O') + b'b' + esc('|&l1O') + b'c' + FF, 2,
        'orientation ends a marked page when it changes')
    add('source-media', RESET + A4 + b'a' + esc('|&l1H') + b'b' + esc('|&l0H') + b'c' + esc('|&l2M') + b'd' +
        esc('|&l9M') + b'e' + RESET, 4, 'source and known media types end a marked page')
    add('duplex-sides', RESET + A4 + esc('|&l1S') + b'a' + FF + b'b' + FF + b'c' + RESET, 3,
        'long edge', sides=2)
    add('duplex-short', RESET + A4 + esc('|&l2S') + b'a' + FF + b'b' + FF, 2, 'short edge', sides=3)
    add('side-select', RESET + A4 + esc('|&l1S') + b'a' + esc('|&a1G') + b'b' + esc('|&a2G') + b'c' +
        esc('|&a0G') + RESET, 3, 'side selection ends a marked page', sides=2)
    add('copies-chained', RESET + A4 + esc('|&l2x1Sa') + FF + b'b' + RESET, 2, 'lower case goes on: &l2x1S',
        impressions=4, sides=2, reason='PCL asks for 2 copies')
    add('copies-late', RESET + A4 + esc('|&l3Xa') + FF + b'b' + esc('|&l2X') + FF, 2,
        'copies are those when the page ends', impressions=5)
    add('copies-zero', RESET + A4 + esc('|&l2X|&l0Xa') + FF, 1, '&l0X is ignored', impressions=2)
    add('copies-over', RESET + A4 + esc('|&l99999Xa') + FF, 1, '32767 is the most of &l#X', impressions=32767,
        certainty='unknown', reason='PCL asks for 99999 copies')
    add('copies-one', pjl('SET COPIES=3') + RESET + A4 + esc('|&l1Xa') + FF, 1, 'PCL replaces what PJL says',
        reason='PCL asks for 1 copy of a page, in place of the 3')
    for name, mixed in (('bar', b'|J'), ('backslash', b'\\x')):
        add('mixed-' + name, RESET + A4 + ESC + mixed + b'a' + FF, 1, 'PCL has no such escape', certainty='unknown',
            reason='it mixes languages')
    add('copies-reset', RESET + A4 + esc('|&l4Xa') + RESET + A4 + b'b' + FF, 2, 'a reset forgets copies',
        impressions=5)
    add('payloads', RESET + A4 + esc('|(s3W') + FF * 3 + esc('|)s2W') + FF * 2 + esc('|*v6W') + FF * 6 +
        esc('|*c1W') + FF + esc('|&p2X') + FF * 2 + esc('|&n3W') + FF * 3 + esc('|*g1W') + FF + esc('|*m4W') +
        FF * 4 + esc('|*i1W') + FF + esc('|$b2W') + FF * 2 + esc('|*l1W') + FF + esc('|&a1W') + FF +
        esc('|&b1W') + FF + esc('|*b2W') + FF * 2 + esc('|*rB') + RESET, 1,
        'form feeds within data are data; the raster marks')
    add('payload-chained', RESET + A4 + esc('|*r1A|*b0m2w') + FF * 2 + b'1W' + FF + esc('|*rB') + RESET, 1,
        'a chained payload, and another parameter behind it')
    add('garbage-number', RESET + A4 + esc('|&l2!5Xa') + FF, 1, 'rubbish within a number', impressions=2,
        certainty='exact')
    add('broken-escape', RESET + A4 + esc('|&l2\ra|\x01b') + FF, 1, 'sequences that break off')
    add('display', RESET + A4 + esc('|Y') + b'a' + FF + FF + esc('|Z') + b'b' + FF, 1,
        'display functions: form feeds are not run')
    add('flush', RESET + A4 + b'a' + esc('|&r1F') + b'b' + esc('|&r0F') + RESET, 2, 'flush ends a marked page')
    add('custom-size', RESET + esc('|&f2835i4252J|&l101A') + b'x' + FF, 1, 'a sheet by its own measures',
        size='100x150')
    add('unknown-size', RESET + A4 + esc('|&l77A') + b'x' + FF, 1, 'a size that is not known',
        size='210x297', reason='Page size 77')
    add('page-length', RESET + esc('|&l6D|&l84P') + b'x' + FF, 1, '84 lines of a sixth of an inch: Legal', size='216x356')
    add('cut-payload', RESET + A4 + b'a' + FF + b'b' + esc('|*b9W') + b'\1', 2, 'it ends within data',
        certainty='estimated', reason='cut short')
    add('cut-escape', RESET + A4 + b'a' + FF + b'b' + esc('|&l'), 2, 'it ends within a command', certainty='estimated')
    add('no-size', RESET + b'x' + FF, 1, 'no page size is asked for', size='210x297', certainty='computed',
        reason='A4')
    add('no-size-lines', RESET + b'x\r\n' * 70, 2, 'no page size, and lines that end pages', certainty='estimated',
        reason='64 lines')


def line_feeds():
    line = b'x\r\n'
    add('lines-60', RESET + LETTER + line * 60, 1, 'Letter has 60 lines', size='216x279')
    add('lines-61', RESET + LETTER + line * 61, 2, 'the 61st is on the next page')
    add('lines-blank', RESET + LETTER + b'x' + b'\n' * 150, 2, 'line feeds end pages, empty ones too', blank=1)
    add('lines-a4', RESET + A4 + line * 128, 2, 'A4 has 64 lines')
    add('lines-eight', RESET + LETTER + esc('|&l8D') + line * 80, 1, 'eight lines an inch', blank=0)
    add('lines-vmi', RESET + LETTER + esc('|&l4C') + line * 121, 2, 'twelve lines an inch by the index')
    add('lines-text-length', RESET + LETTER + esc('|&l20F') + line * 45, 3, 'a text length of 20 lines')
    add('lines-top', RESET + LETTER + esc('|&l10E') + line * 53, 1, 'a top margin of ten lines leaves 53.6')
    add('lines-top-next', RESET + LETTER + esc('|&l10E') + line * 54, 2, 'and the 54th is on the next page')
    add('lines-no-skip', RESET + LETTER + esc('|&l0L') + line * 62, 1, 'without perforation skip to the edge')
    add('lines-no-skip-next', RESET + LETTER + esc('|&l0L') + line * 64, 2, 'and past it')
    add('lines-cr-lf', RESET + LETTER + esc('|&k1G') + b'x\r' * 61, 2, 'a return that feeds')
    add('lines-half', RESET + LETTER + (b'x\r' + ESC + b'=') * 121, 2, 'half lines')
    add('rows-relative', RESET + LETTER + esc('|&a+67R') + b'x' + FF, 2, 'rows past the sheet end it', blank=1)
    add('rows-absolute', RESET + LETTER + esc('|&a90R') + b'x' + FF, 1, 'an absolute row ends nothing; its text shows above the edge')
    add('rows-edge', RESET + LETTER + esc('|&a90R') + b'x' + RESET, 0, 'on the edge it has nothing printed')
    add('position', RESET + LETTER + esc('|*p99999Y|*p+9000Y|&a+99999V') + FF, 1, 'positions end nothing', blank=1)
    add('wrap', RESET + LETTER + esc('|&s0C') + b'x' * (80 * 61), 2, 'lines wrap after 80 characters')
    add('no-wrap', RESET + LETTER + b'x' * (80 * 61), 1, 'without wrap the rest is dropped')
    add('wrap-margins', RESET + LETTER + esc('|&s0C|&a10l19M') + b'x' * 601, 2, 'ten columns wrap sooner')
    add('wrap-pitch', RESET + LETTER + esc('|&s0C|(s20H') + b'x' * (160 * 60), 1, 'a narrow pitch wraps later')
    add('landscape-lines', RESET + LETTER + esc('|&l1O') + line * 46, 2, '45 lines in landscape', size='279x216')
    add('print-direction', RESET + LETTER + esc('|&a90P') + line * 55, 2, 'a turned text has its own end')
    add('cursor-stack', RESET + LETTER + esc('|&f0S') + b'\n' * 50 + esc('|&f1S') + b'\n' * 50 + b'x' + FF, 1,
        'a place that is restored')
    add('backspace', RESET + LETTER + b'x\b\b_\t_' + FF, 1, 'backspaces and tabs')
    add('tab-edge', RESET + LETTER + b'\t' * 40 + b'x' + RESET, 0, 'a tab stops at the margin, where nothing is printed')
    add('underline', RESET + LETTER + esc('|&d0D') + b'   ' + esc('|&d@') + FF, 1, 'underlined spaces are seen')


def macros():
    add('macro', RESET + A4 + esc('|&f5y0Xm') + FF + esc('|&f1X|&f5y2X|&f5y3X') + RESET, 2, 'a macro run and called')
    add('macro-nested', RESET + A4 + esc('|&f5y0Xm') + FF + esc('|&f5y2X|&f1X|&f5y2X') + RESET, 3,
        'a macro within itself: two levels more')
    add('macro-overlay', RESET + A4 + esc('|&f5y0Xm|&f1X|&f5y4X') + FF + FF + esc('|&f5X') + FF, 3,
        'an overlay marks each page', blank=1)
    add('macro-temporary', RESET + A4 + esc('|&f5y0Xm') + FF + esc('|&f1X') + RESET + esc('|&f5y2X'), 0,
        'a reset drops it')
    add('macro-permanent', RESET + A4 + esc('|&f5y0Xm') + FF + esc('|&f1X|&f10X') + RESET + A4 + esc('|&f5y2X'), 1,
        'unless it is permanent')
    add('macro-deleted', RESET + A4 + esc('|&f5y0Xm') + FF + esc('|&f1X|&f8X|&f5y2X|&f6X|&f7X'), 0, 'or deleted')
    add('macro-payload', RESET + A4 + esc('|&f5y0X|*b3W') + FF * 3 + esc('|*rB|&f1X|&f5y2X') + RESET, 1,
        'data within a macro')
    add('macro-environment', RESET + A4 + esc('|&f5y0X|&l3X|&f1X|&f5y3Xa') + FF + esc('|&f5y2Xb') + FF, 2,
        'a call gives back what it changed, a run does not', impressions=4)
    add('macro-named', RESET + A4 + esc('|&n4W\x04abc|&f0Xm') + FF + esc('|&f1X|&f9y2X|&n4W\x04abc|&f2X'), 1,
        'a macro with a name')
    body = esc('|&f1y2X') * 400
    add('macro-bomb', RESET + A4 + esc('|&f1y0X') + b'x' * 9 + esc('|&f1X|&f2y0X') + body + esc('|&f1X|&f3y0X') +
        esc('|&f2y2X') * 400 + esc('|&f1X|&f3y2X') * 9 + FF, 1, 'calls of calls of calls',
        certainty='exact estimated unknown computed')


def colour():
    add('text-red', RESET + A4 + esc('|*r3U|*v1Sred') + FF, 1, 'simple colour: entry 1 of RGB is red', color=1, nominal=1,
        reason='text in a colour')
    add('text-cmy', RESET + A4 + esc('|*r-3U|*v7Sblack') + FF + esc('|*v3Sblue') + FF, 2, 'entries of CMY', color=1,
        nominal=2)
    add('text-white', RESET + A4 + esc('|*r3U|*v7Swhite') + FF, 1, 'white text is not seen', blank=1)
    add('white-then-reset', RESET + A4 + esc('|*r3U|*v7Swhite') + RESET, 1, 'but it ends a page', blank=1)
    add('entry-set', RESET + A4 + pixels(8) + esc('|*v200a10b10c5I|*v5Sx') + FF, 1, 'an entry that is set', color=1)
    add('entry-grey', RESET + A4 + pixels(8) + esc('|*v90a91b90c5I|*v5Sx') + FF, 1, 'an entry of neutral grey',
        nominal=1)
    add('entry-unused', RESET + A4 + pixels(8) + esc('|*v200a10b10c5I|*v0Sx') + FF, 1, 'an entry that is not used',
        nominal=1)
    add('entry-later', RESET + A4 + pixels(8) + esc('|*v0a0b0c5I|*v5S|*v250a0b0c5Ix') + FF, 1,
        'the foreground is what the entry was when it was chosen')
    add('palette-stack', RESET + A4 + esc('|*r3U|*p0P|*r1U|*p1P|*v1Sx') + FF, 1, 'a palette that is restored', color=1)
    add('palette-select', RESET + A4 + esc('|*r3U|&p7I|&p6C|*r1U|&p7S|*v1Sx') + FF, 1, 'a palette that is kept', color=1)
    add('monochrome-mode', RESET + A4 + esc('|&b1M|*r3U|*v1Sx') + FF, 1, 'colour that is printed in grey', nominal=1)
    add('render-grey', RESET + A4 + esc('|*r3U|*t5J|*v1Sx') + FF, 1, 'a grey render algorithm')
    add('rule', RESET + A4 + esc('|*c300a3b0P') + RESET, 1, 'a rule')
    add('rule-white', RESET + A4 + esc('|*c300a3b1P') + FF, 1, 'a white rule', blank=1)
    add('rule-shade-none', RESET + A4 + esc('|*c300a3b0g2P') + FF, 1, 'a shade of none', blank=1)
    add('rule-empty', RESET + A4 + esc('|*c300a0b0P') + RESET, 0, 'a rule without height')
    add('rule-red', RESET + A4 + esc('|*r3U|*v1S|*c300a3b0P') + FF, 1, 'a red rule', color=1, reason='a rule in a colour')
    add('pattern-user', RESET + A4 + esc('|*c3G|*c10W\0\0\1\0\0\2\0\x08\x81\x00|*c300a30b4P') + FF, 1, 'a pattern')
    add('pattern-user-empty', RESET + A4 + esc('|*c3G|*c10W\0\0\1\0\0\2\0\x08\0\0|*c300a30b4P') + FF, 1, 'an empty pattern',
        blank=1)
    add('pattern-colour', RESET + A4 + esc('|*r3U|*c3G|*c10W\1\0\x08\0\0\1\0\2\1\7|*c300a30b4P') + FF, 1,
        'a pattern with a red pixel', color=1)
    add('pattern-white-text', RESET + A4 + esc('|*v1Tx') + FF, 1, 'text through white', blank=1)
    add('raster-empty', RESET + A4 + raster(b'', rows(0, b'\0\0', b'\0')) + FF, 1, 'a raster without a pixel', blank=1)
    add('raster-mono', RESET + A4 + raster(b'', rows(0, b'\0\0', b'\1')) + RESET, 1, 'one pixel')
    add('raster-red-ink', RESET + A4 + raster(esc('|*r3U|*v1S|*r1U'), rows(0, b'\1')) + FF, 1,
        'black pixels take the foreground', color=1)
    add('raster-width', RESET + A4 + raster(b'', rows(0, b'\0\1'), esc('|*r8S')) + FF, 1, 'a pixel past the width',
        blank=1)
    add('raster-direct-grey', RESET + A4 + raster(direct(), rows(0, GREY_ROW)) + FF, 1, 'neutral pixels', nominal=1)
    add('raster-direct-white', RESET + A4 + raster(direct(), rows(0, WHITE_ROW), esc('|*r3S')) + FF, 1, 'white pixels', blank=1,
        nominal=0)
    add('raster-direct-red', RESET + A4 + raster(direct(), rows(0, WHITE_ROW, RED_ROW), esc('|*r3S')) + FF, 1, 'one red pixel',
        color=1, nominal=1, reason='a pixel that is not grey')
    add('raster-direct-short', RESET + A4 + raster(direct(), rows(0, b'\xff\xff\xff'), esc('|*r9S')) + FF, 1,
        'what a row leaves out is 0: black')
    add('raster-cmy-white', RESET + A4 + raster(direct(1), rows(0, b'\0' * 9)) + FF, 1, 'no ink', blank=1)
    add('raster-lab-grey', RESET + A4 + raster(direct(3), rows(0, b'\x80\x80\x80\x20\x7f\x7f'), esc('|*r2S')) + FF, 1, 'grey of Lab')
    add('raster-lab-colour', RESET + A4 + raster(direct(3), rows(0, b'\x80\x80\x80\x80\xc0\x7f'), esc('|*r2S')) + FF, 1,
        'colour of Lab', color=1)
    for bits in (1, 2, 4, 8):
        grey = bytes([0])
        add(f'raster-index{bits}-black', RESET + A4 + raster(pixels(bits), rows(0, bytes([255]) if bits == 1 else grey))
            + FF, 1, 'entries that are black')
    add('raster-index2-red', RESET + A4 + raster(pixels(2), rows(0, b'\x04')) + FF, 1, 'entry 1 is red', color=1)
    add('raster-index4-red', RESET + A4 + raster(pixels(4), rows(0, b'\x01')) + FF, 1, 'entry 1 is red', color=1)
    add('raster-index8-red', RESET + A4 + raster(pixels(8), rows(0, b'\x01')) + FF, 1, 'entry 1 is red', color=1)
    add('planes-cyan', RESET + A4 + raster(esc('|*r-3U'), planes(3, b'\1', b'', b'')) + FF, 1, 'cyan alone', color=1)
    add('planes-black', RESET + A4 + raster(esc('|*r-3U'), planes(3, b'\1', b'\1', b'\1')) + FF, 1, 'three inks', nominal=1)
    add('planes-none', RESET + A4 + raster(esc('|*r-3U'), planes(3, b'\0', b'\0', b'\0')) + FF, 1, 'no ink', blank=1)
    add('planes-rgb-white', RESET + A4 + raster(esc('|*r3U'), planes(3, b'\xff', b'\xff', b'\xff'), esc('|*r8S')) + FF, 1,
        'all light', blank=1)
    add('planes-rgb-short', RESET + A4 + raster(esc('|*r3U'), planes(3, b'\xff', b'\xff', b'\xff'), esc('|*r9S')) + FF, 1,
        'and one pixel that is left out: black')
    add('planes-kcmy-black', RESET + A4 + raster(esc('|*r-4U'), planes(4, b'\1', b'', b'', b'')) + FF, 1, 'black of four')
    add('planes-kcmy-yellow', RESET + A4 + raster(esc('|*r-4U'), planes(4, b'', b'', b'', b'\1')) + FF, 1,
        'yellow of four', color=1)
    add('planes-direct-red', RESET + A4 + raster(ESC + b'*v6W' + bytes([0, 2, 1, 1, 1, 1]),
                                                 planes(3, b'\xff', b'\xf7', b'\xf7')) + FF, 1, 'a bit of each primary',
        color=1)
    add('planes-direct-grey', RESET + A4 + raster(ESC + b'*v6W' + bytes([0, 2, 1, 1, 1, 1]),
                                                  planes(3, b'\xf7', b'\xf7', b'\xf7')) + FF, 1, 'black dots')
    add('planes-eight', RESET + A4 + raster(ESC + b'*v6W' + bytes([0, 0, 8, 8, 8, 8]),
                                            planes(8, b'\1', *[b''] * 7)) + FF, 1, 'entry 1 of eight planes', color=1)


def compression():
    def page(method, *data):
        return RESET + A4 + raster(direct(), rows(method, *data)) + FF
    grey, red = b'\x80\x80\x80', b'\xd0\x10\x10'
    add('method1-grey', page(1, b'\x8f\x80'), 1, 'runs of one byte')
    add('method1-red', page(1, b'\x02\xff\x00\xd0\x01\x10'), 1, 'runs: a red pixel', color=1)
    add('method2-grey', page(2, b'\xfb\x80\x02' + grey), 1, 'packed bits')
    add('method2-red', page(2, b'\x80\xfb\x80\x02' + red), 1, 'packed bits: a red pixel', color=1)
    add('method3-grey', page(3, b'\xa0' + grey * 2, b'', b'\x03\x81'), 1, 'deltas')
    add('method3-red', page(3, b'\x40' + grey, b'\x00\xd0'), 1, 'a delta of one byte makes it red', color=1)
    add('method3-far', page(3, b'\x5f\xff\x0e' + red), 1, 'a delta behind a long offset', color=1)
    over = rows(3, b'\xbf\xff\x0e' + b'\xff' * 6, *[b''] * 9)  # 300 bytes that the first delta passes over
    add('method3-passed-over', RESET + A4 + raster(direct(), over, esc('|*r102S|*r10T')) + FF, 1,
        'what a first delta passes over is zero: black')
    for name, light in (('grey', 0), ('red', 255)):
        zero = pixels(8) + esc('|*v%dA|*v0B|*v0C|*v0I|*v255A|*v255B|*v255C|*v1I' % light)
        add('method3-passed-over-index-' + name,
            RESET + A4 + raster(zero, rows(3, b'\x1f\x13\x01', *[b''] * 9), esc('|*r51S|*r10T')) + FF, 1,
            'what a first delta passes over is the colour of index 0', color=int(light > 0))
    add('method5-red', page(5, b'\0\0\3' + grey + b'\5\0\2' + b'\4\0\3' + b'\2\0\4\x02' + red), 1,
        'adaptive: rows of several methods', color=1)
    add('method5-grey', page(5, b'\0\0\3' + grey + b'\5\0\2' + b'\4\0\3' + b'\3\0\4\x40' + grey), 1, 'adaptive')
    add('method9-grey', page(9, b'\x02' + grey + b'\x81\x80'), 1, 'compressed deltas')
    add('method9-red', page(9, b'\x02' + grey, b'\x00\xd0'), 1, 'a compressed delta makes it red', color=1)
    add('method9-long', page(9, b'\x7f\x00\x00' + b'\x80' * 8 + b'\x9f\x00\x80'), 1, 'long counts', color='-')
    add('method6-fax', RESET + A4 + raster(b'', rows(6, struct.pack('>I', 64) + b'\x35\x9a')) + FF, 1, 'a fax code is not read',
        reason='fax code', certainty='estimated')
    add('method10', page(10, b'\x10\x20\x30'), 1, 'differences of pixels are not read', color=1,
        reason='compression that is not judged', certainty='estimated')
    add('raster-offset', RESET + A4 + raster(b'', rows(0, b'\0') + esc('|*b100Y') + rows(0, b'\0')) + FF, 1,
        'rows that are passed over', blank=1)
    add('raster-then-lines', RESET + LETTER + esc('|*t75R') + raster(b'', rows(0, *[b'\1'] * 600)) + b'x\r\n' * 13, 2,
        'a raster moves the cursor: 8 inches, then 12 lines', blank=0)
    inks = b'\2\4' + struct.pack('>HHH', 300, 300, 2) * 4
    add('inks-black', RESET + A4 + raster(ESC + b'*g26W' + inks, planes(4, b'\1', b'', b'', b'')) + FF, 1,
        'configured inks: black')
    add('inks-under-black', RESET + A4 + raster(ESC + b'*g26W' + inks, planes(4, b'\1', b'\1', b'', b'')) + FF, 1,
        'ink under black does not show')
    add('inks-cyan', RESET + A4 + raster(ESC + b'*g26W' + inks, planes(4, b'\1', b'\2', b'', b'')) + FF, 1,
        'cyan beside black', color=1)
    add('inks-grey', RESET + A4 + raster(ESC + b'*g26W' + inks, planes(4, b'', b'\2', b'\2', b'\2')) + FF, 1,
        'three inks alike')


def drivers():
    loose = RESET + A4 + esc('|*r-1U|*b2M|*b3Y') + b'2w\xff\x000w2W\xff\x01' + esc('|*b1V') + b'\0' + b'1w\1' + esc('|*rC')
    add('rows-loose', loose + FF, 1, "rows behind a capital letter, as Ghostscript's cdj850 has them",
        certainty='estimated', reason='without an escape')
    add('macro-overlay-source', RESET + A4 + esc('|&f5y0X|&l1H|&f1X|&f5y4Xa') + FF + RESET, 2,
        'an overlay that ends the page leaves an empty one', blank=1)
    add('macro-overlay-size', RESET + A4 + esc('|&f5y0Xm|&f1X|&f5y4X') + FF + LETTER + FF, 2,
        'another page size ends the overlay', blank=1)
    add('edge-turned', RESET + LETTER + esc('|&a90P|*p0Xx') + RESET, 0, 'a turned text on the lower edge')
    add('edge-turned-on', RESET + LETTER + esc('|&a90P|*p0Xxx') + RESET, 1, 'whose second character is off it')


PAGES = b"""%!PS
<< /PageSize [72 72] >> setpagedevice /Times-Roman findfont 9 scalefont setfont
9 40 moveto (black) show showpage
9 40 moveto 1 0 0 setrgbcolor (red) show showpage
0.5 setgray 9 9 40 40 rectfill showpage
"""
# Pages that have a colour for sure; the others' drivers may make grey of coloured dots.
DEVICES = {'ljet4': 0, 'ljet4d': 0, 'ljet3': 0, 'ljet3d': 0, 'ljet2p': 0, 'ljetplus': 0, 'laserjet': 0, 'deskjet': 0,
           'djet500': 0, 'cdjmono': 0, 'lj4dith': 0, 'cdj550': 1, 'cljet5c': 1, 'cljet5': None, 'cljet5pr': None,
           'djet500c': None, 'cdeskjet': None, 'cdjcolor': None, 'cdj500': None, 'cdj670': None, 'cdj850': None,
           'cdj1600': None, 'pjxl300': None, 'pjetxl': None, 'paintjet': None, 'dnj650c': None, 'oce9050': 0}


def ghostscript(folder):
    source = os.path.join(folder, 'pages.ps')
    for device, color in DEVICES.items():
        resolution = {'pjetxl': '180', 'paintjet': '180', 'lp2563': '100'}.get(device, '300')
        out = os.path.join(folder, f'gs-{device}.pcl')
        with open(source, 'wb') as file:
            file.write(PAGES)
        subprocess.run(['gs', '-q', '-dNOPAUSE', '-dBATCH', '-dSAFER', '-sDEVICE=' + device, '-r' + resolution,
                        '-sOutputFile=' + out, source], check=False, capture_output=True)
        if not os.path.exists(out) or os.path.getsize(out) == 0:
            continue  # this Ghostscript has no such device
        blank = 0 if color is not None else '-'
        with open(out[:-4] + '.want', 'w', encoding='utf-8') as file:
            file.write(f"pages 3\ncolor {'-' if color is None else color}\nblank {blank}\nimpressions 3\n"
                       f'certainty exact computed estimated\ntruth three pages, made by gs -sDEVICE={device}\n')
    os.remove(source)


def soft_fonts():
    header = struct.pack('>HBBHHHHBBBBHHHHBBBBBBBBHHBBBBH', 64, 0, 0, 0, 20, 30, 40, 0, 0, 0, 0, 80, 80, 80, 0,
                         0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    header += b'\0' * (64 - len(header))
    glyph = struct.pack('>BBBBBBhhHHh', 4, 0, 14, 1, 0, 0, 0, 8, 8, 8, 40) + b'\xff' * 8
    font = esc('|*c7D|)s64W') + header
    def char(code):
        return ESC + b'*c%dE' % code + ESC + b'(s%dW' % len(glyph) + glyph
    add('font-space-inked', RESET + A4 + font + char(32) + esc('|(7X') + b' ' + FF, 1,
        'drivers download a glyph as the space')
    add('font-space', RESET + A4 + font + char(33) + esc('|(7X') + b' ' + FF, 1, 'a font without it', blank=1)
    add('font-control', RESET + A4 + font + char(1) + esc('|(7X') + b'\1' + FF, 1, 'a glyph below the space',
        blank='-')


def plotter():
    gl = esc('|%0BIN;')
    pcl = esc('|%0A')
    add('gl-line', RESET + A4 + gl + b'SP1;PU0,0PD1000,1000;' + pcl + RESET, 1, 'a line')
    add('gl-none', RESET + A4 + gl + b'SP1;PU0,0;PA99,99;' + pcl + RESET, 0, 'the pen is up')
    add('gl-red', RESET + A4 + gl + b'SP2;PU0,0PD1000,1000;' + pcl + FF, 1, 'pen 2 of eight is red', color=1)
    add('gl-mono-pens', RESET + A4 + esc('|%0B') + b'NP2;SP2;PU0,0PD1000,1000;' + pcl + FF, 1, 'two pens: white and black')
    add('gl-white', RESET + A4 + gl + b'SP0;PU0,0PD1000,1000;' + pcl + FF, 1, 'the white pen', blank=1)
    add('gl-pen-color', RESET + A4 + gl + b'PC2,0,0,0;SP2;PD9,9;' + pcl + FF + gl + b'NP8;PC1,255,0,0;SP1;PD9,9;' + pcl + FF,
        2, 'pens that are coloured', color=1)
    add('gl-color-range', RESET + A4 + gl + b'CR0,63,0,63,0,63;PC1,63,63,63;SP1;PD9,9;' + pcl + FF, 1, 'a range of 63',
        blank=1)
    add('gl-label', RESET + A4 + gl + b'SP1;LBform\x0cfeed\x1bA\x03' + pcl + RESET, 1, 'a label with a form feed')
    add('gl-label-term', RESET + A4 + gl + b'DT#;SP2;LBPG;PG;#' + b'SP1;PD5,5;' + pcl + FF, 1, 'another terminator', color=1)
    add('gl-label-empty', RESET + A4 + gl + b'SP2;LB   \x03' + pcl + FF, 1, 'a label of spaces', blank=1)
    add('gl-encoded', RESET + A4 + gl + b'SP1;PE<=\xbf\xbf>\xc1\xc3\xc3;' + pcl + FF, 1, 'encoded: a move and a line')
    add('gl-encoded-up', RESET + A4 + gl + b'SP1;PE<=\xbf\xbf;' + pcl + FF, 1, 'encoded: a move', blank=1)
    add('gl-encoded-pen', RESET + A4 + gl + b'SP1;PE7:c<__cc;' + pcl + FF, 1, 'encoded in seven bits: pen 2', color=1)
    add('gl-shapes', RESET + A4 + gl + b'SP1;PU50,50;EA200,200;' + pcl + FF + gl + b'SP1;PU9,9;RA200,200;' + pcl + FF + gl +
        b'SP1;PU500,500;CI100;' + pcl + FF + gl + b'SP1;PU500,500;WG100,0,90;' + pcl + FF, 4, 'shapes')
    add('gl-polygon', RESET + A4 + gl + b'SP1;PU0,0;PM0;PD100,0,100,100;PM2;' + pcl + RESET + A4 + gl +
        b'SP1;PU0,0;PM0;PD100,0,100,100;PM2;FP;' + pcl + FF, 1, 'a polygon marks when it is filled')
    add('gl-fill-none', RESET + A4 + gl + b'SP1;FT10,0;PU9,9;RA200,200;' + pcl + FF, 1, 'a fill of no shade', blank=1)
    add('gl-page', RESET + A4 + gl + b'SP1;PD9,9;PG;PD99,99;' + pcl + RESET, 1, 'within PCL, PG is ignored', reason='ignored')
    add('gl-mode1', RESET + A4 + esc('|%1B') + b'SP1;PD9,9;' + esc('|%1A') + b'text' + FF, 1, 'text and lines')
    add('gl-escape', RESET + A4 + gl + b'SP1;PD9,9;' + esc('|&l3X') + b'PD99,99;' + RESET + A4 + b'x' + RESET, 2,
        'PCL within HP-GL/2; a reset leaves it', impressions=4)
    alone = esc('|%-1B')
    size = b'PS8128,4064;'
    add('plot', alone + b'BP;IN;' + size + b'SP1;PU0,0;PD99,99;PG;SP2;PD5,5;PG;' , 2, 'alone, PG ends a plot', color=1,
        size='102x203', format='application/vnd.hp-hpgl')
    add('plot-empty', alone + b'IN;' + size + b'PG;PG;', 0, 'PG without a mark does not')
    add('plot-empty-asked', alone + b'IN;' + size + b'PG1;AF1;', 2, 'unless it has a parameter', blank=2)
    add('plot-replot', alone + b'IN;' + size + b'SP1;PD9,9;RP3;', 1, 'three times more', impressions=4,
        reason='3 times more')
    add('plot-replot-after', alone + b'IN;' + size + b'SP1;PD9,9;PG;RP2;', 2, 'after the page', impressions=3)
    add('plot-end', b'IN;' + size + b'SP1;PD9,9', 1, 'no escape at all; the end prints', format='application/vnd.hp-hpgl')
    add('plot-control', esc('|.(|.I81;;17:|.N;19:') + b'IN;' + size + b'SP1;PD9,9;PG;', 1, 'device control')
    add('plot-strings', alone + b'BP5,1,1,"a;PG;b";IN;' + size + b'CO "PD9,9;PG;";SM*;PU9,9;PG;', 1,
        'strings, and symbols at each point')


def jobs():
    page = b'x' + FF
    end = RESET + UEL
    add('pjl-copies', pjl('SET COPIES=3') + RESET + A4 + page + end, 1, 'PJL copies are the default', impressions=3,
        reason='COPIES')
    add('pjl-copies-replaced', pjl('SET COPIES = 3') + RESET + A4 + esc('|&l2X') + page + end, 1,
        'PCL replaces them', impressions=2, reason='in place of')
    add('pjl-quantity', pjl('set qty=4', 'SET COPIES=2') + RESET + A4 + page + end, 1, 'QTY multiplies', impressions=8,
        reason='QTY')
    add('pjl-several', pjl('SET COPIES=2 QTY=3 DUPLEX=ON') + RESET + A4 + page + end, 1, 'several a line',
        impressions=6, sides=2)
    add('pjl-duplex', pjl('SET DUPLEX=ON', 'SET BINDING=SHORTEDGE') + RESET + A4 + page * 2 + end, 2, 'sides by PJL',
        sides=3)
    add('pjl-duplex-replaced', pjl('SET DUPLEX=ON') + RESET + A4 + esc('|&l0S') + page + end, 1, 'PCL replaces them',
        sides=1)
    add('pjl-range', pjl('JOB NAME="a" START=2 END=3', 'SET COPIES=2') + RESET + A4 + page * 5 + end, 2,
        'only some pages are printed', impressions=4, reason='pages 2 to 3')
    add('pjl-range-open', pjl('JOB NAME="a" START=3') + RESET + A4 + page * 5 + end, 3, 'START without END',
        reason='pages 3 to the last')
    add('pjl-range-none', pjl('JOB START=8 END=9') + RESET + A4 + page * 5 + end, 0, 'it has no page 8: none is printed',
        certainty='exact')
    for name, line, copies, certainty, reason in (
            ('over', 'SET COPIES=65536', 65535, 'unknown', 'PJL COPIES=65536 is more'),
            ('huge', 'SET QTY=99999999999999999999', 65535, 'unknown', 'PJL QTY=99999999999999999999 is more'),
            ('below', 'SET COPIES=2 QTY=-1', 2, 'exact', 'PJL QTY=-1 is ignored'),
            ('zero', 'SET COPIES=0', 1, 'exact', 'PJL COPIES=0 is ignored'),
            ('part', 'SET COPIES=2.5', 2, 'exact', 'PJL COPIES=2.5 is taken without'),
            ('times', 'SET COPIES=60000 QTY=60000', 3600000000, 'unknown', '60000 sets of 60000 copies')):
        add('pjl-copies-' + name, pjl(line) + RESET + A4 + page + end, 1, 'no printer is asked for that',
            impressions=copies, certainty=certainty, reason=reason)
    add('pjl-paper', pjl('SET PAPER=LEGAL', 'SET ORIENTATION=LANDSCAPE') + RESET + page + end, 1, 'the sheet by PJL',
        size='356x216')
    add('pjl-form-lines', pjl('SET PAPER=LETTER', 'SET FORMLINES=30') + RESET + b'x\r\n' * 31 + end, 2, 'lines a page')
    add('pjl-lparm', pjl('SET LPARM:PCL COPIES=5', 'SET LPARM:PCL PITCH=20') + RESET + A4 + page + end, 1,
        'COPIES is no variable of one language')
    add('pjl-two-jobs', pjl('JOB', 'SET COPIES=2') + RESET + A4 + page + end + b'@PJL EOJ\r\n' + UEL +
        b'@PJL JOB\r\n@PJL ENTER LANGUAGE=PCL\r\n' + RESET + A4 + page + end, 2, 'JOB forgets what was set', parts=2,
        impressions=3)
    add('pjl-grey', pjl('SET RENDERMODE=GRAYSCALE') + RESET + A4 + esc('|*r3U|*v1Sx') + FF + end, 1, 'the printer is to print in grey',
        color=1, reason='print colour in grey')
    add('pjl-no-enter', UEL + b'@PJL SET COPIES=2\n' + RESET + A4 + page + end, 1, 'no ENTER LANGUAGE', impressions=2)
    add('pjl-hpgl', pjl('SET COPIES=2', enter='HPGL2') + b'IN;SP1;PD9,9;PG;' + UEL, 1, 'a plot by name', impressions=2,
        certainty='computed', format='application/vnd.hp-hpgl')
    add('uel-only', UEL + UEL, 0, 'nothing', parts=0, certainty='unknown')


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for part in (ends_of_pages, line_feeds, macros, colour, compression, drivers, soft_fonts, plotter, jobs):
        part()
    for name, data, want in CASES:
        with open(os.path.join(folder, name + '.pcl'), 'wb') as file:
            file.write(data)
        with open(os.path.join(folder, name + '.want'), 'w', encoding='utf-8') as file:
            file.write(''.join(f'{key} {value}\n' for key, value in want.items()))
    if shutil.which('gs'):
        ghostscript(folder)


main()
