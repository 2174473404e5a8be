#!/usr/bin/python3
"""compare - what each tool says of the same documents, side by side with ours and with the truth.

    tests/truth/compare.py [--quoin PROGRAM] [--all] [--into DOCUMENT] FOLDER...

Each FOLDER holds documents with their NAME.want. Prints a table in Markdown: for each format, how often each
tool tells the number of pages, and of pages in colour, that the truth is. A tool that does not read a format
has "-". Then every document that we do not tell right (with --all: every document). Leaves with 1 if there is one.

Peers: pdfinfo, qpdf and mutool (pages of a PDF; mutool also of XPS), Ghostscript's inkcov (pages, and pages with
cyan, magenta or yellow, of PDF and PostScript), the DSC comments (pages of PostScript), tiffinfo (pages of TIFF).
"""
import argparse
import collections
import concurrent.futures
import ctypes
import ctypes.util
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEER_SECONDS = 60


def run(*command):
    """What a peer prints. Ghostscript lets a program write where TMPDIR says: to a folder of its own, that is."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            done = subprocess.run(command, capture_output=True, timeout=PEER_SECONDS, check=False,
                                  env={**os.environ, "TMPDIR": scratch})
    except (subprocess.TimeoutExpired, FileNotFoundError):
        return ""
    return done.stdout.decode("latin-1")


def found(pattern, text):
    match = re.search(pattern, text)
    return (int(match[1]), None) if match else None


def pdfinfo(path):
    return found(r"Pages: +(\d+)", run("pdfinfo", path))


def qpdf(path):
    return found(r"^(\d+)$", run("qpdf", "--show-npages", path).strip())


def mutool(path):
    if path.suffix == ".xps":
        count = run("mutool", "trace", path).count("<page ")
        return (count, None) if count else None
    return found(r"Pages: (\d+)", run("mutool", "info", path))


def inkcov(path):
    lines = re.findall(r"^ *([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) CMYK OK$",
                       run("gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=inkcov", "-o", "-", path), re.M)
    return (len(lines), sum(any(float(ink) > 0 for ink in line[:3]) for line in lines)) if lines else None


def dsc(path):
    return found(r"%%Pages: (\d+)", path.read_bytes()[:65536].decode("latin-1"))


def tiffinfo(path):
    count = len(re.findall(r"^TIFF Directory at offset", run("tiffinfo", path), re.M))
    return (count, None) if count else None


def libcups(path):
    """Pages by the reader that CUPS's own filters use: every header, every line."""
    name = ctypes.util.find_library("cups")
    if not name:
        return None
    cups = ctypes.CDLL(name)
    cups.cupsRasterOpen.restype = ctypes.c_void_p
    cups.cupsRasterReadHeader2.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    cups.cupsRasterReadPixels.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint]
    cups.cupsRasterClose.argtypes = [ctypes.c_void_p]
    pages = 0
    with path.open("rb") as file:
        raster = cups.cupsRasterOpen(file.fileno(), 0)
        header = ctypes.create_string_buffer(1796)
        while raster and cups.cupsRasterReadHeader2(raster, header):
            height, = struct.unpack_from("=I", header, 376)
            length, = struct.unpack_from("=I", header, 392)
            line = ctypes.create_string_buffer(min(length, 1 << 24))
            if not all(cups.cupsRasterReadPixels(raster, line, len(line)) == len(line) for _ in range(min(height, 100000))):
                break
            pages += 1
        if raster:
            cups.cupsRasterClose(raster)
    return pages, None


PEERS = {"pdfinfo": pdfinfo, "qpdf": qpdf, "mutool": mutool, "gs inkcov": inkcov, "DSC": dsc, "tiffinfo": tiffinfo,
         "libcups": libcups}
READS = {
    "application/pdf": ["pdfinfo", "qpdf", "mutool", "gs inkcov"],
    "application/PCLm": ["pdfinfo", "qpdf", "mutool", "gs inkcov"],
    "application/postscript": ["gs inkcov", "DSC"],
    "application/oxps": ["mutool"],
    "application/vnd.ms-xpsdocument": ["mutool"],
    "image/tiff": ["tiffinfo"],
    "image/pwg-raster": ["libcups"],
    "image/urf": ["libcups"],
    "application/vnd.cups-raster": ["libcups"],
}


def ours(quoin, paths):
    """What quoin count says of the files, one JSON line each, by path."""
    said = {}
    for at in range(0, len(paths), 200):
        text = subprocess.run([quoin, "count", "--json", *paths[at:at + 200]], capture_output=True, text=True,
                              check=False).stdout
        for line in text.splitlines():
            answer = json.loads(line)
            if "file" in answer:
                said[answer["file"]] = answer
    return said


def wants(folder):
    for want in sorted(folder.rglob("*.want")):
        facts = dict((line + " ").split(" ", 1) for line in want.read_text().splitlines())
        documents = [path for path in sorted(want.parent.glob(glob_safe(want.stem) + ".*")) if path != want]
        if documents:
            yield documents[0], {key: value.strip() for key, value in facts.items()}


def glob_safe(text):
    return re.sub(r"([\[\]?*])", r"[\1]", text)


def number(text):
    return int(text) if text and text.isdigit() else None


class Score:
    def __init__(self):
        self.right, self.asked = collections.Counter(), collections.Counter()

    def add(self, key, said, truth):
        if truth is not None:
            self.asked[key] += 1
            self.right[key] += said == truth

    def cell(self, key):
        asked = self.asked[key]
        return f"{100 * self.right[key] / asked:.0f} % of {asked}" if asked else "-"


def ask_peers(case):
    """What each tool says of a document that it reads."""
    path, facts, answer = case
    peers = READS.get(answer.get("format"), []) if facts.get("certainty") != "unknown" else []
    return {peer: PEERS[peer](path) or ("?", None) for peer in peers}


def judge(facts, answer, told, score):
    """Adds one document to the scores; what we say wrongly of it, in words, or nothing."""
    pages, color = number(facts.get("pages")), number(facts.get("color"))
    family = answer.get("format", "unreadable")
    wrong = []
    if facts.get("certainty") == "unknown":
        score["unknown"].add(("unknown", "Quoin"), answer.get("certainty"), "unknown")
        return "" if answer.get("certainty") == "unknown" else f"told as {answer.get('certainty')}, and cannot be told"
    for kind, said, truth in (("pages", answer.get("pages"), pages), ("color", answer.get("color_pages"), color)):
        score[family].add((kind, "Quoin"), said, truth)
        if truth is not None and said != truth:
            wrong.append(f"{kind} {said}, truth {truth}")
    for peer, (peer_pages, peer_color) in told.items():
        score[family].add(("pages", peer), peer_pages, pages)
        if peer_color is not None:
            score[family].add(("color", peer), peer_color, color)
    return "; ".join(wrong)


def table(score):
    peers = ["Quoin", *PEERS]
    lines = ["| format | documents | figure | " + " | ".join(peers) + " |", "|---" * (len(peers) + 3) + "|"]
    for family in sorted(score):
        for kind, words in (("pages", "pages"), ("color", "pages in colour")):
            asked = score[family].asked[(kind, "Quoin")]
            if asked:
                cells = [score[family].cell((kind, peer)) for peer in peers]
                lines.append(f"| {family} | {asked} | {words} | " + " | ".join(cells) + " |")
    for kind, words in (("pages", "Pages"), ("color", "Pages in colour")):
        asked = sum(item.asked[(kind, "Quoin")] for item in score.values())
        right = sum(item.right[(kind, "Quoin")] for item in score.values())
        lines.append(f"\n{words}: right for {right} of {asked} documents whose truth is known.")
    untold = score["unknown"]
    lines.append(f"\nDocuments whose pages cannot be told, and of which Quoin says so: {untold.right[('unknown', 'Quoin')]} of "
                 f"{untold.asked[('unknown', 'Quoin')]}.")
    return "\n".join(lines)


def put_into(path, text):
    """Replaces what is between the two marks in a document."""
    begin, end = "<!-- table of peers -->\n", "<!-- end of the table -->"
    before, rest = path.read_text().split(begin)
    path.write_text(before + begin + text + "\n" + end + rest.split(end)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quoin", default=ROOT / "build" / "bin" / "quoin")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--into", type=pathlib.Path, help="a document whose table is to be replaced")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    documents = [case for folder in options.folders for case in wants(folder)]
    said = ours(options.quoin, [str(path) for path, _ in documents])
    cases = [(path, facts, said.get(str(path), {})) for path, facts in documents]
    score = collections.defaultdict(Score)
    lines = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for at, (case, told) in enumerate(zip(cases, pool.map(ask_peers, cases)), 1):
            if sys.stderr.isatty():
                print(f"\r{at} of {len(cases)}", end="", file=sys.stderr)
            wrong = judge(case[1], case[2], told, score)
            if wrong or options.all:
                others = ", ".join(f"{peer} {pages}" for peer, (pages, _) in told.items())
                lines.append((wrong, f"- {case[0].parent.name}/{case[0].name}: {wrong or 'right'}" +
                              (f" ({others})" if others else "")))
    text = table(score)
    if options.into:
        put_into(options.into, text)
    print(text)
    if lines:
        print("\n" + "\n".join(line for _, line in lines))
    return 1 if any(wrong for wrong, _ in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
