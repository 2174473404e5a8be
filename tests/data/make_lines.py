#!/usr/bin/python3
"""Makes tests/data/escp, text and uncountable: jobs of line printers, and of languages that hide pages.

make_lines.py DIR          writes DIR/escp, DIR/text and DIR/uncountable: FILE.prn or .txt and FILE.want

Each is made for one trap; the counts are known because the bytes are written here. Where gs is installed, its
devices write the gs-*.prn from one PostScript program with a known number of pages.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

ESC = b'\x1b'


def count16(data):
    return struct.pack('<H', len(data)) + data


def extended(letter, *numbers):
    return ESC + b'(' + letter + count16(bytes(numbers))


REMOTE = ESC + b'(R' + count16(b'\0REMOTE1') + b'PP' + count16(b'\0\1\xff') + b'SN' + count16(b'\0') + ESC + b'\0\0\0'


def r(kind, name, data=b''):
    """A command of ESC/P-R."""
    return ESC + kind + struct.pack('<I', len(data)) + name + data


def escpr(*pages, mono=0, plane=0, palette=b'', copies=None):
    out = ESC + b'@' + REMOTE + ESC + b'(R' + count16(b'\0ESCPR')
    out += r(b'q', b'setq', bytes([0, 1, mono, 0, 0, 0, plane]) + struct.pack('>H', len(palette) // 3) + palette)
    out += r(b'j', b'setj', struct.pack('>IIhhIIBB', 2976, 4209, 42, 42, 2892, 4125, 0, 0))
    out += b'' if copies is None else r(b'c', b'setc', bytes([copies]))
    for lines in pages:
        out += r(b'p', b'sttp')
        for y, (packed, data) in enumerate(lines):
            out += r(b'd', b'dsnd', struct.pack('>HHBH', 0, y, packed, len(data)) + data)
        out += r(b'p', b'endp', b'\0')
    return out + r(b'j', b'endj') + ESC + b'@' + REMOTE


def escp_cases(case):
    line = lambda n: b''.join(b'Line %d\r\n' % i for i in range(n))
    eleven = ESC + b'@' + ESC + b'C\0\x0b'
    case('one', ESC + b'@Hello\r\n\f', pages=1, blank=0, color=0, nominal=0, certainty='exact', size='210x297')
    case('blank', ESC + b'@\fHello\f   \f', pages=3, blank=2, certainty='exact')
    case('no-feed', ESC + b'@Hello', pages=1, certainty='estimated', reason='no form feed')
    case('nothing', ESC + b'@', pages=0, certainty='unknown', reason='No page was found')
    case('mixed-raster', ESC + b'@' + ESC + b'*r1A' + ESC + b'*b2Wxx\f', certainty='unknown', reason='mixes languages')
    case('mixed-underscore', ESC + b'@' + ESC + b'_Rx\f', pages=1, certainty='unknown', reason='mixes languages')
    case('overscore', ESC + b'@' + ESC + b'_1x' + ESC + b'_\0x\f', pages=1, certainty='exact')
    case('full', eleven + line(66) + b'\f', pages=1, certainty='exact', size='210x279')
    case('over-full', eleven + line(67) + b'\f', pages=2, certainty='exact')
    case('lines-66', ESC + b'@' + ESC + b'C\x42' + line(132) + b'x\f', pages=3, certainty='exact')
    case('spacing-8', eleven + ESC + b'0' + line(88) + b'\f', pages=1, certainty='exact')
    case('spacing-180', eleven + ESC + b'3\x3c' + line(33) + b'x\f', pages=2, certainty='exact')
    case('spacing-60', eleven + ESC + b'A\x0a' + line(66) + b'x\f', pages=2, certainty='exact')
    case('spacing-360', eleven + ESC + b'+\x3c' + line(66) + b'\f', pages=1, certainty='exact')
    case('spacing-72', eleven + ESC + b'1' + line(113) + ESC + b'2x\f', pages=1, certainty='exact')
    case('feed', eleven + b'a' + (ESC + b'J\xb4') * 10 + b'b' + ESC + b'J\xb4' + b'c' + ESC + b'j\xd8d\f', pages=2,
         certainty='exact')
    case('bottom', eleven + ESC + b'N\x06' + line(60) + b'x\f', pages=2, certainty='exact')
    case('bottom-off', eleven + ESC + b'N\x06' + ESC + b'O' + line(65) + b'x\f', pages=1, certainty='exact')
    case('length-unsaid', ESC + b'@' + line(72) + b'\f', pages=2, certainty='estimated', reason='A4 is assumed')
    case('wrapped', eleven + b'x' * 81 * 66 + b'\f', pages=2, certainty='estimated', reason='eight inches')
    case('pitches', eleven + ESC + b'M' + b'x' * 96 + b'\r' + ESC + b'g' + b'x' * 120 + b'\r' + ESC + b'P\x0f'
         + b'x' * 137 + b'\x12\r' + b'\x0e' + b'x' * 40 + b'\x14\r' + ESC + b'W\1' + b'x' * 40 + ESC + b'W\0\r'
         + ESC + b'!\x05' + b'x' * 160 + b'\r' + ESC + b'!\0' + ESC + b'Q\x28' + b'\t\t\t\t\tx' + b'\b\f',
         pages=1, certainty='estimated')
    case('unit', ESC + b'@' + extended(b'G', 1) + extended(b'U', 10) + extended(b'C', *struct.pack('<H', 3600))
         + extended(b'c', *struct.pack('<HH', 100, 3500)) + extended(b'V', *struct.pack('<H', 3300)) + b'a'
         + extended(b'v', *struct.pack('<H', 200)) + b'b' + extended(b'v', *struct.pack('<h', -50)) + b'c\f', pages=2,
         certainty='exact', size='210x254')
    case('unit-long', ESC + b'@' + extended(b'U', 1, 1, 2, 0xa0, 5) + extended(b'C', *struct.pack('<I', 14400))
         + extended(b'V', *struct.pack('<I', 14000)) + b'a' + extended(b'v', *struct.pack('<i', 500)) + b'b\f', pages=2,
         certainty='exact', size='210x254')
    case('color', ESC + b'@' + ESC + b'r\5red\f' + ESC + b'r\0black\f' + extended(b'r', 0, 2) + b'cyan\f', pages=3,
         color=2, nominal=2, certainty='exact', reason='not black')
    bits = lambda n: b'\0' * (n - 1) + b'\1'
    case('columns', ESC + b'@' + ESC + b'K' + count16(bytes(12)) + b'\f' + ESC + b'L' + count16(b'\f' * 12) + b'\f'
         + ESC + b'*\x27' + struct.pack('<H', 12) + bits(36) + b'\f' + ESC + b'*\x48' + struct.pack('<H', 2) + bits(12)
         + b'\f' + ESC + b'^\0' + struct.pack('<H', 6) + bytes(12) + b'\f' + ESC + b'*\0' + struct.pack('<H', 3)
         + b'\f\f\f' + b'\f', pages=6, blank=2, certainty='exact')
    head = lambda c, rows, dots: ESC + b'.' + bytes([c, 10, 10, rows]) + struct.pack('<H', dots)
    case('raster', ESC + b'@' + head(0, 2, 20) + b'\f\f\f\f\f\f\f' + head(1, 2, 800) + b'\x80\0\xb9\0\f'
         + head(1, 1, 80) + b'\4\0\0\0\0\1\xfd\0\xff\0\f', pages=3, blank=1, certainty='exact')
    case('raster-tiff', ESC + b'@' + head(2, 1, 0) + b'\x81\x22\xff\0\x31\3\1\0\0\x82\x22\xff\f\x71\1'
         + b'\xe3\f', pages=1, color=1)
    case('raster-tiff-black', ESC + b'@' + head(2, 1, 0) + b'\x80\x22\xff\f\x62\x41\xe2\xe3\f', pages=1, color=0,
         certainty='exact')
    plane = lambda color, data, packed=0, rows=1: ESC + b'i' + bytes([color, packed, 1]) + struct.pack(
        '<HH', len(data) // rows if packed == 0 else 20, rows) + data
    case('planes', ESC + b'@' + extended(b'G', 1) + plane(0, b'\f' * 20) + plane(1, bytes(20)) + b'\f'
         + plane(2, b'\x11' * 20) + b'\f' + plane(0x10, b'\xf4\1\x81\0', 1, 7) + b'\f', pages=3, color=1, blank=0,
         nominal=2, certainty='exact')
    case('planes-mixed', ESC + b'@' + plane(1, b'\1' * 8) + plane(2, b'\1' * 8) + plane(4, b'\1' * 8) + b'\f', pages=1,
         color=1, certainty='estimated', reason='may look grey')
    case('skips', ESC + b'@' + ESC + b'X\0\x10\0' + ESC + b'D\x08\x10\0' + ESC + b'B\x0c\0' + ESC + b'b\1\x0c\0' + ESC
         + b'$\f\0' + ESC + b'\\\f\0' + ESC + b'x\1' + ESC + b'c\f\0' + ESC + b':\0\0\0' + ESC + b' \f' + ESC
         + b'&\0\x41\x42\0\2\0\f\f\f\f\f\f\0\1\0\f\f\f' + extended(b't', 1, 2, 3) + extended(b'-', 12, 12, 12)
         + extended(b'^', 12, 12) + b'\x1c-\1\x1cS\1\1\x1cD\1\1\1\1\x1c3\x3c\x1c&\x18\x07' + ESC + b'\x0e' + ESC
         + b'\x0f' + ESC + b'4\f', pages=1, blank=0, certainty='exact')
    case('bar-code', ESC + b'@' + extended(b'B', 0, 2, 0, 125, 0, 2, 65, 66) + b'\f', pages=1, blank=0)
    case('remote', REMOTE.join([b'\0' * 5 + ESC + b'@', b'Hello\f', ESC + b'@']), pages=1, certainty='exact')
    case('ejl', b'\0\0\0' + ESC + b'\1@EJL 1284.4\n@EJL     \n' + ESC + b'@Hello\f', pages=1, certainty='exact',
         format='application/x-ejl')
    case('ejl-page', ESC + b'\1@EJL \n@EJL EN LA=ESC/PAGE\n\x1drhE\f\f', pages=0, certainty='unknown', reason='ESC/Page',
         format='application/x-ejl')
    case('wrapped-in-pjl', ESC + b'%-12345X@PJL SET COPIES=2\r\n@PJL ENTER LANGUAGE=ESCPL2\r\nHello\f' + ESC
         + b'%-12345X', pages=1, impressions=2, certainty='exact', format='-')
    case('unknown-escape', ESC + b'@' + ESC + b'\x7fHello\f', pages=1, certainty='estimated', reason='does not have')
    case('esc-pos', ESC + b'@' + ESC + b'a\1Shop\n\x1dV\0', certainty='unknown', reason='ESC/POS')
    case('p-touch', b'\0' * 200 + ESC + b'@' + ESC + b'ia\1' + ESC + b'iz', pages=0, certainty='unknown',
         reason='Brother')
    case('canon', ESC + b'@' + ESC + b'|*D\1\2\3', pages=0, certainty='unknown', reason='Canon')
    case('cut-graphics', ESC + b'@Page\f' + ESC + b'*\x27\xff\xff' + bytes(40), pages=1, certainty='estimated',
         reason='cut short')
    case('cut-escape', ESC + b'@Page\f' + ESC + b'(', pages=1, certainty='estimated', reason='cut short')
    for i, tail in enumerate((ESC, ESC + b'C', ESC + b'C\0', ESC + b'(V\2\0', ESC + b'.\1', ESC + b'.\1\1\1\1\1\1\3',
                              ESC + b'.\2\1\1\1\1\1\x32', ESC + b'i', ESC + b'i\0', ESC + b'*', ESC + b'&',
                              ESC + b'&\0\1\1', ESC + b'D\1', ESC + b'3', ESC + b'(R\7\0', b'\x1c', b'\x1c3')):
        case('cut-%d' % i, ESC + b'@Page\f' + tail, pages=1, certainty='estimated', reason='cut short')
    white, grey, red = b'\xff\xff\xff', b'\x40\x40\x41', b'\xff\0\0'
    case('escpr', escpr([(0, white * 9)], [(0, grey * 9), (1, b'\xf0' + grey + b'\1' + white + grey)],
                        [(1, b'\xf0' + white), (1, b'\1' + white + red)]), pages=3, color=1, blank=1, nominal=3,
         certainty='exact', size='210x297')
    case('escpr-copies', escpr([(0, grey)], copies=3), pages=1, impressions=3)
    case('escpr-mono', escpr([(0, red)], mono=1), pages=1, color=0, nominal=0)
    case('escpr-palette', escpr([(0, b'\0\0')], [(1, b'\xf0\1')], [(0, b'\2')], plane=1, palette=white + grey + red),
         pages=3, color=1, blank=1)
    case('escpr-jpeg', escpr().replace(r(b'j', b'endj'), r(b'p', b'sttp') + r(b'd', b'jsnd', b'\xff\xd8\xff')
                                       + r(b'p', b'endp', b'\0') + r(b'j', b'endj')), pages=1, color=1,
         certainty='estimated', reason='JPEG')
    case('escpr-cut', escpr([(0, grey)], [(0, grey * 40)]).rpartition(b'dsnd')[0] + b'dsnd' + bytes(9), pages=1, certainty='estimated')
    case('escpr-long', escpr([(0, grey * 20)]).replace(r(b'p', b'endp', b'\0'), r(b'u', b'chku', b'\1\1') + r(
        b'm', b'setc', b'\0') + r(b'p', b'setn', b'\0') + r(b'p', b'endp', b'\0')), pages=1)


def text_cases(case):
    line = lambda n: b''.join(b'%d\n' % i for i in range(n))
    case('one', b'Dear printer,\n', pages=1, blank=0, color=0, reason='an estimate')
    case('no-end', b'x', pages=1)
    case('full', line(70), pages=1)
    case('over-full', line(71), pages=2)
    case('crlf', line(70).replace(b'\n', b'\r\n'), pages=1)
    case('feeds', b'a\fb\fc', pages=3)
    case('feed-last', b'a\f', pages=1)
    case('feed-then-lines', b'a\f\r\n\r\n', pages=1)
    case('lines-behind', b'a\n' + b'\n' * 100, pages=1)
    case('feed-first', b'\fa', pages=2, blank=1)
    case('feed-twice', b'a\f\fb\f', pages=3, blank=1)
    case('feed-full', line(70) + b'\fx', pages=2)
    case('blank-lines', b'\n' * 75 + b'x\n', pages=2, blank=1)
    case('wrap', (b'x' * 80 + b'\n') * 70, pages=1)
    case('wrap-over', b'x' * 81 + b'\n' + line(69), pages=2)
    case('tabs', (b'\t' * 9 + b'12345678\n') * 70, pages=1)
    case('tabs-over', b'\t' * 10 + b'1\n' + line(69), pages=2)
    case('overstrike', (b'_\bx' * 80 + b'\r' + b'x' * 80 + b'\n') * 70, pages=1)
    case('utf8', ('\u00e4' * 80 + '\n').encode() * 70, pages=1)
    case('utf8-wide', ('\u65e5' * 40 + '\n').encode() * 70, pages=1)
    case('utf8-wide-over', ('\u65e5' * 41 + '\n').encode() + line(69), pages=2)
    case('utf8-marks', ('e\u0301' * 80 + '\n').encode() * 70, pages=1)
    case('latin1', ('\u00e4' * 80 + '\n').encode('latin-1') * 4 + b'plain ascii text behind it, for the measure\n' * 66,
         pages=1)
    case('latin1-cut', 'K\u00f6ln \u00c3'.encode('latin-1'), pages=1)
    case('bom', b'\xef\xbb\xbf' + line(70), pages=1)
    case('colours-of-terminals', b'plain\n' + b'x' * 1100 + b'\n' + b'\x1b[31mred\x1b[0m\n\x1bc', pages=1)
    case('pjl', b'\x1b%-12345X@PJL SET COPIES=3\r\n\r\nHello\r\n\x1b%-12345X', pages=1, impressions=3, format='-')
    case('only-lines', b'a' + b'\n' * 3, pages=1, blank=0)
    case('vertical-tab', b'a\v' * 71, pages=2)


def uncountable_cases(case):
    zpl = lambda n, body=b'': b'^XA^FO20,20^FDx^FS' + body + (b'^PQ%d' % n if n else b'') + b'^XZ\n'
    case('zpl', b'CT~~CD,~CC^~CT~\n' + zpl(0) + zpl(7) + zpl(2), reason='10 labels')
    case('zpl-binary', zpl(0) + zpl(3, b'^GFB,12,12,1,^XA^XZ^XA^XZ'), reason='4 labels')
    case('zpl-pjl', b'\x1b%-12345X@PJL\n' + zpl(5) + b'\x1b[\x1b%-12345X', reason='5 labels', format='-')
    case('epl', b'\nN\nA50,0,0,1,1,1,N,"P9"\nP3,2\nN\nGW0,0,1,3,P5\nB1,2\nP1\n', reason='7 labels')
    case('tspl', b'SIZE 100 mm,50 mm\r\nCLS\r\nBITMAP 0,0,1,9,0,\r\nPRINT 9TEXT 1\r\nPRINT 2,3\r\nPRINT 1\r\n',
         reason='7 labels')
    case('prescribe-draws', b'!R! RES; UNIT C; PAGE; EXIT;', reason='PRESCRIBE')
    case('cpca', b'\xcd\xca\x10\0\0\x6b\0\1' + bytes(12), reason='CPCA')
    case('qpdl', b'\x1b%-12345X@PJL ENTER LANGUAGE = QPDL\r\n\0\1\0\0' + bytes(20), reason='QPDL', format='-')
    case('zjs', b'JZJZ' + bytes(20), reason='ZjStream')
    case('xqx', b'\x1b%-12345X@PJL JOB\n\x1b%-12345X,XQX\0\0\0\1', reason='XQX', format='-')
    case('hbp', b'\x1b%-12345X@PJL\n@PJL ENTER LANGUAGE = HBP\n@L\5', reason='HBP', format='-')
    case('lidil', b'$\1\0\0\7\0\0\0\0\0\xff\xff\xff\xff\xff$', reason='LIDIL')
    case('pam', b'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\0', reason='a picture that is not read')
    case('pcx', b'\n\5\1\x08' + bytes(124), reason='a picture that is not read')
    case('docx', b'PK\3\4\x14\0\0\0', reason='cut short')
    case('noise', bytes(range(1, 9)) * 9, reason='no language')


PRESCRIBED = b'!R! COPY 3; DUPX 1; EXIT;'


PROGRAM = """%!PS
/Helvetica findfont 20 scalefont setfont
72 300 moveto (One) show showpage
72 300 moveto (Two) show showpage
0.5 setgray 72 300 100 100 rectfill showpage
"""


def gs_cases(case):
    if shutil.which('gs') is None:
        return
    for device in ('epson', 'eps9high', 'lq850', 'necp6', 'st800', 'ap3250', 'stcolor'):
        with tempfile.TemporaryDirectory() as folder:
            program, out = os.path.join(folder, 'in.ps'), os.path.join(folder, 'out.prn')
            with open(program, 'w', encoding='ascii') as file:
                file.write(PROGRAM)
            subprocess.run(['gs', '-q', '-dNOPAUSE', '-dBATCH', '-sPAPERSIZE=a5', '-sDEVICE=' + device, '-o', out,
                            program], check=True)
            with open(out, 'rb') as file:
                case('gs-' + device, file.read(), pages=3, blank=0, color=0 if device != 'stcolor' else '-',
                     certainty='exact' if device != 'stcolor' else 'exact estimated',
                     truth='the PostScript program that gs printed with its device ' + device)


def main():
    def writer(kind, ending, **always):
        os.makedirs(os.path.join(sys.argv[1], kind), exist_ok=True)

        def case(name, data, **want):
            want = {**always, 'truth': 'written byte by byte by make_lines.py', **want}
            path = os.path.join(sys.argv[1], kind, name)
            with open(path + ending, 'wb') as file:
                file.write(data)
            with open(path + '.want', 'w', encoding='utf-8') as file:
                file.writelines(f'{key} {value}\n' for key, value in want.items())
        return case

    escp = writer('escp', '.prn', format='application/x-escp', certainty='exact')
    escp_cases(escp)
    gs_cases(escp)
    text = writer('text', '.txt', format='text/plain', certainty='estimated')
    text_cases(text)
    text('prescribed', PRESCRIBED + b'Hello\n', pages=1, impressions=3, sides=2, reason='PRESCRIBE')
    uncountable_cases(writer('uncountable', '.bin', pages=0, certainty='unknown'))


main()
