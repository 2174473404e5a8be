"""Makes the one-page PDF that intake is measured with: vectors and text, about 10 kB, no library."""
import sys
import zlib


def make(path):
    lines = ["BT /F1 11 Tf 40 800 Td 14 TL"]
    for n in range(52):
        lines.append(f"(Line {n}: the quick brown fox jumps over the lazy dog {n * 7919 % 1000}) Tj T*")
    lines.append("ET")
    for n in range(400):
        lines.append(f"{(n * 37) % 540 + 20} {(n * 91) % 780 + 20} m {(n * 53) % 540 + 20} "
                     f"{(n * 29) % 780 + 20} l S")
    content = zlib.compress("\n".join(lines).encode(), 6)
    pad = bytes((i * 7 + i // 3) % 251 for i in range(4000))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(pad), pad),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    with open(path, "wb") as file:
        file.write(out)


if __name__ == "__main__":
    make(sys.argv[1])
