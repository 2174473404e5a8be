#!/usr/bin/python3
"""make_large - documents of any length whose truth is known, in every language that we have a writer for.

    tests/truth/make_large.py FOLDER [PAGES] [NAME...]    12 pages unless told otherwise; NAME: only these

One description of pages is written as PostScript of our own and sent through Ghostscript's printer devices,
through qpdf's variants of a PDF, and drawn with cairo. Each NAME.EXT gets its NAME.want (tests/unit/count/
test_corpus.c): the pages are known because we drew them, not because some tool counted them.
"""
import pathlib
import subprocess
import sys

import cairo

A4 = (595, 842)
# What is drawn on the pages, in turn: its name, whether it shows colour, whether nothing marks, PostScript.
KINDS = [
    ("text", False, False, "0 setgray 72 700 moveto (Dear reader of this page) show"),
    ("red rule", True, False, "1 0 0 setrgbcolor 72 600 300 40 rectfill"),
    ("blank", False, True, ""),
    ("colour picture", True, False,
     "gsave 72 400 translate 200 200 scale 2 2 8 [2 0 0 -2 0 2] {<ff000000ff000000ffffff00>} false 3 colorimage grestore"),
    ("black box", False, False, "0 setgray 100 100 50 50 rectfill"),
    ("blue text", True, False, "0 0 1 setrgbcolor 72 500 moveto (A word in blue) show"),
]
# These show no colour, though the file declares one: only for writers that do not halftone.
NEUTRAL = [
    ("neutral RGB", False, False, "0.5 0.5 0.5 setrgbcolor 72 600 300 40 rectfill"),
    ("neutral picture", False, False,
     "gsave 72 400 translate 200 200 scale 2 2 8 [2 0 0 -2 0 2] {<808080404040c0c0c0101010>} false 3 colorimage grestore"),
    ("white box", False, True, "1 1 1 setrgbcolor 72 600 300 40 rectfill"),
]
# Device, ending, what it makes of colour: "mono" has none, "color" keeps it as it is, "halftone" makes
# neutral greys of coloured dots; "pages": only their number is known (black text of coloured dots, or pages left out
# by the writer); "guess" ejects blank pages as a DeskJet does and a LaserJet does not, so that its pages are an
# estimate; "unknown" is a family whose pages cannot be told from its bytes. "skips": the writer leaves out blank pages;
# Left out: cdj970, which writes text that it does not mean (docs/pdl/pcl.md), and escp, which mixes languages.
# "estimate": cyan, magenta and yellow may be grey together, which cannot be told.
DEVICES = """
pdfwrite pdf color | pdfimage8 pdf mono | pdfimage24 pdf color | pclm pdf color | pclm8 pdf mono
ps2write ps color | xpswrite xps color skips
laserjet pcl mono | ljetplus pcl mono | ljet2p pcl mono | ljet3 pcl mono | ljet3d pcl mono duplex | ljet4 pcl mono
ljet4d pcl mono duplex | ljet4pjl pcl mono | lp2563 pcl mono | deskjet pcl mono | djet500 pcl mono | fs600 pcl mono
hpdj500 pcl pages | cdj500 pcl pages | cdj550 pcl halftone | cdj670 pcl guess | cdj850 pcl guess
cdjcolor pcl pages | cdjmono pcl mono | pcl3 pcl pages | pjxl pcl pages
cljet5 pcl halftone | cljet5c pcl color
pxlmono pxl mono | pxlcolor pxl color | lj5mono pxl mono | lj5gray pxl mono
pwgraster pwg color | urf urf color | cups cups mono
tiffg3 tiff mono | tiffg32d tiff mono | tiffg4 tiff mono | tiffcrle tiff mono | tiffpack tiff mono | tifflzw tiff mono
tiffgray tiff mono | tiff24nc tiff color | tiff48nc tiff color | tiff32nc tiff halftone
epson escp mono | epsonc escp halftone | eps9high escp mono | eps9mid escp mono | ap3250 escp mono | lq850 escp mono
st800 escp mono | stcolor escp halftone skips estimate | photoex escp pages estimate
lips3 lips unknown | lips4 lips unknown | npdl npdl unknown | bj10e bj unknown | bjc600 bj unknown | gdi gdi unknown
lp8000 escpage unknown | eplmono escpage unknown
""".replace("\n", " | ").split(" | ")
QPDF = {
    "object-streams": ["--object-streams=generate"],
    "linearized": ["--linearize"],
    "qdf": ["--qdf"],
    "uncompressed": ["--stream-data=uncompress", "--object-streams=disable"],
    "rc4-40": ["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"],
    "rc4-128": ["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n", "--"],
    "aes-128": ["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"],
    "aes-256": ["--encrypt", "", "owner", "256", "--"],
    "cleartext-metadata": ["--encrypt", "", "owner", "256", "--cleartext-metadata", "--"],
}


def kinds_of(count, neutral):
    kinds = KINDS + (NEUTRAL if neutral else [])
    return [kinds[page % len(kinds)] for page in range(count)]


def postscript(kinds, setup=""):
    pages = "\n".join(f"%%Page: {n} {n}\n{kind[3]}\nshowpage" for n, kind in enumerate(kinds, 1))
    return (f"%!PS-Adobe-3.0\n%%Pages: {len(kinds)}\n%%EndComments\n%%BeginSetup\n<< /PageSize [{A4[0]} {A4[1]}] >> "
            f"setpagedevice {setup}\n%%EndSetup\n/Helvetica findfont 24 scalefont setfont\n{pages}\n%%EOF\n")


def want(path, kinds, truth, in_color=True, copies=1, **more):
    facts = {"pages": len(kinds), "color": sum(kind[1] for kind in kinds) if in_color else 0,
             "blank": sum(kind[2] for kind in kinds), "impressions": len(kinds) * copies,
             "certainty": "exact computed", "truth": truth, **more}
    path.with_suffix(".want").write_text("".join(f"{key} {value}\n" for key, value in facts.items()))


def ghostscript(device, path, source, *options):
    subprocess.run(["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", f"-sDEVICE={device}", *options,
                    f"-sOutputFile={path}", "-"], input=source.encode(), check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def device_case(folder, line, count):
    device, ending, color, *rest = line.split()
    kinds = kinds_of(count, color == "color")
    path = folder / f"gs-{device}.{ending}"
    options = ["-r75"] if ending in ("pwg", "urf", "tiff", "cups") and color != "mono" else []
    if device in ("pwgraster", "urf"):
        options += ["-dcupsBitsPerColor=8", "-dcupsColorSpace=19", "-dcupsColorOrder=0"]
    if device == "cups":
        options += ["-dcupsBitsPerColor=8", "-dcupsColorSpace=3", "-dcupsColorOrder=0"]
    ghostscript(device, path, postscript(kinds), *options)
    truth = f"drawn by us, written by Ghostscript's {device}"
    if color == "unknown":
        want(path, [], truth, certainty="unknown", impressions="0")
        return
    if color == "guess":
        want(path, kinds, truth, pages="-", color="-", blank="-", impressions="-", certainty="estimated")
        return
    if "skips" in rest:
        kinds = [kind for kind in kinds if not kind[2]]
    more = {"certainty": "estimated"} if "estimate" in rest else {"sides": 2} if "duplex" in rest else {}
    if color == "pages":
        want(path, kinds, truth, color="-", blank="-", **more)
    else:
        want(path, kinds, truth, in_color=color != "mono", **more)


def copies_cases(folder, count):
    """NumCopies 3, which each device says in its language's own way."""
    kinds = kinds_of(count, False)
    source = postscript(kinds, "<< /NumCopies 3 >> setpagedevice")
    for device, ending, color in (("ljet4", "pcl", False), ("pxlcolor", "pxl", True), ("cljet5", "pcl", True),
                                  ("pwgraster", "pwg", True), ("pxlmono", "pxl", False)):
        path = folder / f"copies-{device}.{ending}"
        ghostscript(device, path, source, "-r150")
        want(path, kinds, f"three copies of each page asked of Ghostscript's {device}", in_color=color, copies=3, pages="-", color="-",
             blank="-")
    path = folder / "copies.ps"
    path.write_text(source)
    want(path, kinds, "three copies of each page", copies=3)


def pdf_cases(folder, count):
    kinds = kinds_of(count, True)
    source = folder / "gs-pdfwrite.pdf"
    if not source.exists():
        device_case(folder, "pdfwrite pdf color", count)
    for name, options in QPDF.items():
        path = folder / f"qpdf-{name}.pdf"
        subprocess.run(["qpdf", *options, source, path], check=True)
        want(path, kinds, f"drawn by us, rewritten by qpdf as {name}")
    path = folder / "qpdf-joined.pdf"
    subprocess.run(["qpdf", "--empty", "--pages", source, source, "--", path], check=True)
    want(path, kinds + kinds, "drawn by us, joined with itself by qpdf")


def cairo_page(context, kind):
    name = kind[0]
    if "text" in name:
        context.set_source_rgb(0, 0, 1 if "blue" in name else 0)
        context.set_font_size(24)
        context.move_to(72, 100)
        context.show_text("A word")
    elif "picture" in name:
        surface = cairo.ImageSurface(cairo.FORMAT_RGB24, 2, 2)
        surface.get_data()[:] = bytes([0x80, 0x80, 0x80, 0] * 4 if "neutral" in name else [0, 0, 255, 0] * 4)
        surface.mark_dirty()
        context.set_source_surface(surface, 100, 100)
        context.paint()
    elif name != "blank":
        context.set_source_rgb(*{"red rule": (1, 0, 0), "black box": (0, 0, 0), "neutral RGB": (.5, .5, .5),
                                 "white box": (1, 1, 1)}[name])
        context.rectangle(72, 600, 300, 40)
        context.fill()


def cairo_cases(folder, count):
    kinds = kinds_of(count, True)
    for ending, surface in (("pdf", cairo.PDFSurface), ("ps", cairo.PSSurface)):
        path = folder / f"cairo.{ending}"
        target = surface(str(path), *A4)
        context = cairo.Context(target)
        for kind in kinds:
            cairo_page(context, kind)
            context.show_page()
        target.finish()
        want(path, kinds, "drawn by cairo")


def own_cases(folder, count):
    kinds = kinds_of(count, True)
    path = folder / "own.ps"
    path.write_text(postscript(kinds))
    want(path, kinds, "written by us")
    path = folder / "own-pjl.prn"
    path.write_text("\x1b%-12345X@PJL SET QTY=2\n@PJL ENTER LANGUAGE=POSTSCRIPT\n" + postscript(kinds) + "\x1b%-12345X")
    want(path, kinds, "written by us, two sets by PJL", copies=2)
    lines = "".join(f"line {n}\n" for n in range(count * 66))
    path = folder / "own-lines.txt"
    path.write_text(lines)
    want(path, kinds, "66 lines a page at 6 lines an inch", color=0, certainty="estimated", pages="-", blank="0",
         impressions="-")
    tiff = folder / "gs-tiff24nc.tiff"
    if tiff.exists():
        subprocess.run(["gzip", "-k", "-n", tiff], check=True)
        want(folder / "gs-tiff24nc-gz.x", kinds, "gzip of Ghostscript's tiff24nc")
        (folder / "gs-tiff24nc.tiff.gz").rename(folder / "gs-tiff24nc-gz.gz")


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12
    only = sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    for line in DEVICES:
        if line.strip() and (not only or line.split()[0] in only):
            device_case(folder, line.strip(), count)
    if not only:
        copies_cases(folder, count)
        pdf_cases(folder, count)
        cairo_cases(folder, count)
        own_cases(folder, count)
    print(f"{len(list(folder.glob('*.want')))} documents in {folder}")


if __name__ == "__main__":
    main()
