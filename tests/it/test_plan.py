"""Copies, sides and layout from the front door to paper: what reaches the printer is what is charged.
The printers keep what they were told and say how many sides came out."""
import pathlib
import struct
import subprocess

import pytest

from test_dre import RawPrinter

UEL = b"\x1b%-12345X"
MONO, COLOR, JOB = 5, 20, 2  # hundredths


def cost(mono, color):
    return f"{(mono * MONO + color * COLOR + JOB) / 100:.2f}"


@pytest.fixture
def house(site):
    site.prices(mono="0.05", color="0.20", duplex="100", per_job="0.02")
    site.user("mary", balance="100.00")
    return site


class Device:
    """A print command for ippeveprinter: keeps the document and what it was told, says `sides` and
    leaves with a status."""

    def __init__(self, folder, sides, status=0):
        self.paper, self.told, self.command = folder / "document", folder / "told", folder / "command"
        folder.mkdir()
        self.command.write_text(f'#!/bin/sh\nenv | grep ^IPP_ >{self.told}\ncp "$1" {self.paper}\n'
                                f'echo "ATTR: job-impressions-completed={sides}" >&2\nexit {status}\n')
        self.command.chmod(0o755)

    def was_told(self, name):
        lines = dict(line.split("=", 1) for line in self.told.read_text().splitlines() if "=" in line)
        return lines.get(f"IPP_{name}")


@pytest.fixture
def device(house, new_printer, tmp_path):
    """device(sides): a queue "office" before a printer that says so many."""
    def make(sides, status=0):
        made = Device(tmp_path / "device", sides, status)
        house.printer("hall", new_printer(command=made.command, options=["-2"]).start().uri)
        house.queue("office", mode="direct", printer="hall")
        return made
    return make


def pjl(*parts):
    """Jobs on one stream, each (PJL lines, PDF)."""
    made = b""
    for lines, path in parts:
        made += UEL + b"@PJL\r\n@PJL JOB\r\n" + b"".join(b"@PJL SET " + line + b"\r\n" for line in lines)
        made += b"@PJL ENTER LANGUAGE=PDF\r\n" + pathlib.Path(path).read_bytes() + UEL + b"@PJL EOJ\r\n"
    return made + UEL


def pwg(*pages, duplex=0):
    """PWG raster of A4 pages at 72 dpi, each (colour, copies): one mark on each."""
    made = b"RaS2"
    for color, copies in pages:
        head = bytearray(1796)
        head[0:9] = b"PwgRaster"
        for at, value in ((272, duplex), (276, 72), (280, 72), (340, copies), (352, 595), (356, 842),
                          (372, 595), (376, 842), (384, 8), (388, 24), (392, 595 * 3), (400, 19), (420, 3)):
            struct.pack_into(">I", head, at, value)
        white, mark = b"\xff\xff\xff", (b"\xff\0\0" if color else b"\0\0\0")
        blank = (b"\x7f" + white) * 4 + b"\x52" + white
        made += bytes(head) + b"\0" + b"\x7f" + mark + (b"\x7f" + white) * 3 + b"\x52" + white
        for lines in (256, 256, 256, 73):
            made += bytes([lines - 1]) + blank
    return made


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def settled(house, number):
    job = house.wait_job(number)
    assert house.balance("mary")["reserved"] == "0.00"
    return job, house.explain(number)


def test_two_pjl_jobs_on_one_stream(house, device, sample, one_page, tmp_path):
    printer = device(sides=22)
    stream = write(tmp_path, "two.prn", pjl(((b"QTY=2", b"DUPLEX=ON"), sample), ((b"COPIES=3",), one_page)))
    number = house.ipptool("office", stream, kind="application/octet-stream", copies=("integer", 2))
    assert number, house.refusal
    job, story = settled(house, number)
    assert job["state"] == "completed", story
    # 2 copies of (2 sets of 3 + 1 pages, and 3 copies of one page)
    assert story["computed"] == 2 * (2 * 4 + 3) and job["cost"] == cost(2 * (2 * 3 + 3), 2 * 2)
    assert story["copies_by"] == {"job": 2, "parts": [2, 1], "page_most": 3}
    assert [part["pages"] for part in story["facts"]["parts"]] == [4, 1]
    assert job["sheets"] == 2 * (2 * 2 + 3) and job["copies"] == 2
    assert job["page_counts"]["parts"] == 2 and job["page_counts"]["impressions"] == 22
    assert printer.paper.read_bytes() == stream.read_bytes() and printer.was_told("COPIES") == "2"
    text = house.run("explain", number).stdout
    assert "Copies: 2 by the job x up to 2 by the document x up to 3 by its pages." in text
    assert "part 2: application/pdf, 1 page from page 5, 1 copy" in text


def test_two_pjl_jobs_that_end_early(house, device, sample, one_page, tmp_path):
    device(sides=5, status=1)
    stream = write(tmp_path, "two.prn", pjl(((b"QTY=2",), sample), ((), one_page)))
    number = house.ipptool("office", stream, kind="application/octet-stream")
    job, story = settled(house, number)
    assert story["computed"] == 9 and story["observed"] == 5, story
    assert story["reservation"]["amount"] == cost(7, 2)
    assert job["cost"] == cost(4, 1)  # a set, and the first page of the second


def test_a_raster_brings_its_copies(house, device, tmp_path):
    printer = device(sides=8)
    raster = write(tmp_path, "copies.pwg", pwg((False, 3), (True, 1)))
    number = house.ipptool("office", raster, kind="image/pwg-raster", copies=("integer", 2))
    assert number, house.refusal
    job, story = settled(house, number)
    assert (story["computed"], story["observed"], job["cost"]) == (8, 8, cost(6, 2))
    assert story["copies_by"] == {"job": 2, "parts": [1], "page_most": 3}
    assert printer.was_told("COPIES") == "2"


def test_a_raster_is_not_laid_out(house, device, tmp_path):
    printer = device(sides=3)
    raster = write(tmp_path, "plain.pwg", pwg((False, 1), (False, 1), (True, 1)))
    wish = {"page_ranges": ("rangeOfInteger", "1-1"), "number_up": ("integer", 2)}
    number = house.ipptool("office", raster, kind="image/pwg-raster", **wish)
    assert "successful-ok-ignored-or-substituted-attributes" in house.refusal
    job, story = settled(house, number)
    assert (story["computed"], job["cost"]) == (3, cost(2, 1))
    # Nobody knew that it was a raster when the job was taken; the printer is not asked all the same.
    number = house.ipptool("office", raster, kind="application/octet-stream", **wish)
    job, story = settled(house, number)
    assert (story["computed"], job["cost"]) == (3, cost(2, 1))
    assert any("left out" in step for step in story["plan"]), story["plan"]
    assert printer.was_told("PAGE_RANGES") is None and printer.was_told("NUMBER_UP") is None


def test_an_odd_last_page_has_its_sheet_alone(house, device, sample, tmp_path):
    house.prices(mono="0.05", color="0.20", duplex="50", per_job="0.02")
    printer = device(sides=6)
    three = tmp_path / "three.pdf"
    subprocess.run(["qpdf", sample, "--pages", ".", "1-3", "--", three], check=True)
    number = house.ipptool("office", three, copies=("integer", 2), sides=("keyword", "two-sided-long-edge"))
    job, story = settled(house, number)
    assert job["sheets"] == 4 and story["computed"] == 6
    assert job["cost"] == "0.52"  # twice two pages at half price and a colour one, and the job
    assert printer.was_told("SIDES") == "two-sided-long-edge"
    assert [(c["color"], c["two_sided"], c["pages"], c["sheets"]) for c in story["classes"]] == \
        [(False, True, 4, 2), (True, False, 2, 2)]


def test_ranges_in_copies(house, device, sample):
    printer = device(sides=6)
    number = house.ipptool("office", sample, copies=("integer", 3), page_ranges=("rangeOfInteger", "2-3"))
    job, story = settled(house, number)
    assert (story["computed"], story["observed"], job["cost"]) == (6, 6, cost(3, 3))
    assert printer.was_told("PAGE_RANGES") == "2-3" and printer.was_told("COPIES") == "3"


def test_number_up_on_both_sides(house, device, sample):
    printer = device(sides=4)
    number = house.ipptool("office", sample, copies=("integer", 2), number_up=("integer", 2),
                           sides=("keyword", "two-sided-short-edge"))
    job, story = settled(house, number)
    assert (story["computed"], job["sheets"], job["cost"]) == (4, 2, cost(2, 2))
    assert printer.was_told("NUMBER_UP") == "2"


def test_blank_pages_are_told_and_cost_what_mono_costs(house, device, tmp_path):
    device(sides=3)
    raster = bytearray(pwg((False, 1), (False, 1), (False, 1)))
    page = (len(raster) - 4) // 3
    second = 4 + page + 1796 + 2  # the mark of the second page becomes white
    raster[second:second + 3] = b"\xff\xff\xff"
    number = house.ipptool("office", write(tmp_path, "blank.pwg", bytes(raster)), kind="image/pwg-raster")
    job, story = settled(house, number)
    assert job["page_counts"]["blank"] == 1, story["facts"]
    assert [(c["blank"], c["pages"]) for c in story["classes"]] == [(True, 1), (False, 2)]
    assert job["cost"] == cost(3, 0)
    assert any("1 blank page," in line["what"] for line in story["settlement"]["lines"])


def test_a_pjl_printer_makes_the_copies(house, sample, tmp_path):
    with RawPrinter("--keep", tmp_path, "--pages", 8) as printer:
        house.printer("hall", f"socket://127.0.0.1:{printer.port}/?pjl=1")
        house.queue("office", mode="direct", printer="hall")
        number = house.ipptool("office", sample, copies=("integer", 2), number_up=("integer", 2))
        assert "successful-ok-ignored-or-substituted-attributes" in house.refusal  # it cannot be told
        job, story = settled(house, number)
        printer.job()
    sent = (tmp_path / "job-1").read_bytes()
    assert b"SET QTY=2\r\n" in sent and sent.count(b"%PDF-") == 1 and b"SET DUPLEX=OFF" in sent
    assert (story["computed"], story["observed"], job["cost"]) == (8, 8, cost(6, 2))


def test_a_document_with_pjl_is_sent_as_often(house, sample, tmp_path):
    stream = write(tmp_path, "own.prn", pjl(((b"QTY=3",), sample)))
    with RawPrinter("--keep", tmp_path, "--pages", 4) as printer:
        house.printer("hall", f"socket://127.0.0.1:{printer.port}/?pjl=1")
        house.queue("office", mode="direct", printer="hall")
        number = house.ipptool("office", stream, kind="application/octet-stream", copies=("integer", 2))
        job, story = settled(house, number)
        printer.job()
    sent = (tmp_path / "job-1").read_bytes()
    assert sent.count(stream.read_bytes()) == 2 and b"SET QTY=2" not in sent
    assert b"ENTER LANGUAGE=PDF\r\n" + UEL not in sent
    # What the printer says may be of a job inside: it is no evidence.
    assert (story["computed"], story["observed"], job["cost"]) == (24, None, cost(18, 6))


def test_a_printer_that_gets_the_document_alone(house, sample, tmp_path):
    stream = write(tmp_path, "own.prn", pjl(((b"QTY=3", b"DUPLEX=ON"), sample)))
    with RawPrinter("--keep", tmp_path) as printer:
        house.printer("hall", f"socket://127.0.0.1:{printer.port}")
        house.queue("office", mode="direct", printer="hall")
        number = house.ipptool("office", stream, kind="application/octet-stream", copies=("integer", 2),
                               print_color_mode=("keyword", "monochrome"))
        assert "successful-ok-ignored-or-substituted-attributes" in house.refusal  # it stays colour
        job, story = settled(house, number)
        printer.job()
    assert (tmp_path / "job-1").read_bytes() == stream.read_bytes() * 2
    assert (story["computed"], job["sheets"], job["cost"]) == (24, 12, cost(18, 6))
