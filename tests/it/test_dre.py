"""The delivery engine against real peers: what becomes of a job whose printer is busy, away, lost or
cancelled, and that nobody pays for more than came out. Each asserts the ledger and what explain says."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest

from conftest import is_alive, wait_until

RAW = pathlib.Path(__file__).with_name("peers") / "raw_printer.py"
PRICES = {"mono": "0.05", "color": "0.20", "duplex": "100", "per_job": "0.02"}
COST = "0.37"  # of the sample: 3 pages without colour, the third with, and the job


@pytest.fixture
def desk(site):
    site.prices(**PRICES)
    site.user("mary", balance="10.00")
    return site


def money(desk, name="mary"):
    found = desk.balance(name)
    return found["balance"], found["reserved"], found["available"]


UNTOUCHED = ("10.00", "0.00", "10.00")
HELD_BACK = ("10.00", COST, "9.63")
PAID = ("9.63", "0.00", "9.63")


def kinds(desk, number):
    return [entry["kind"] for entry in desk.explain(number)["entries"]]


def queue(desk, uri, **options):
    desk.printer("hall", uri)
    desk.queue("office", mode="direct", printer="hall", **options)
    desk.queue("later", mode="hold", printer="hall", **options)


class Gate:
    """A print command for ippeveprinter that says what came out, waits at a named pipe until the test
    opens it, and leaves with a status. Nothing in it sleeps."""

    def __init__(self, folder, completed, status=0, more=None):
        self.pipe, self.began = folder / "gate", folder / "began"
        os.mkfifo(self.pipe)
        last = f'echo "ATTR: job-impressions-completed={more}" >&2\n' if more else ""
        self.command = folder / "command"
        self.command.write_text(
            f'#!/bin/sh\necho "ATTR: job-impressions=4" >&2\n'
            f'echo "ATTR: job-impressions-completed={completed}" >&2\necho x >>{self.began}\n'
            f'read -r _ <{self.pipe}\n{last}exit {status}\n')
        self.command.chmod(0o755)

    def wait(self, jobs=1):
        wait_until(lambda: self.began.exists() and len(self.began.read_text().split()) >= jobs, 20,
                   "the printer begins")

    def open(self):
        with open(self.pipe, "w", encoding="ascii") as pipe:
            pipe.write("\n")


class RawPrinter:
    def __init__(self, *options):
        self.process = subprocess.Popen([sys.executable, RAW, *map(str, options)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def job(self):
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


OPERATION = """{{
NAME "{name}"
OPERATION {name}
GROUP operation-attributes-tag
ATTR charset attributes-charset utf-8
ATTR naturalLanguage attributes-natural-language en
ATTR uri printer-uri $uri
{job}ATTR name requesting-user-name $who
{more}
STATUS successful-ok
STATUS successful-ok-ignored-or-substituted-attributes
DISPLAY job-id
}}
"""


def operate(desk, name, queue_name, *operations, user="mary", document=None):
    """Sends operations, each (name, job or None, further lines); gives ipptool's result."""
    test = desk.data.parent / f"{name}.test"
    test.write_text("".join(OPERATION.format(
        name=what, job=f"ATTR integer job-id {job}\n" if job else "", more=more)
        for what, job, more in operations))
    return subprocess.run(["ipptool", "-tv", "-d", f"who={user}", *(["-f", document] if document else []),
                           desk.uri(queue_name), test], text=True, capture_output=True, timeout=60,
                          check=False)


# --- printers of each kind


def test_a_printer_that_speaks_tls(desk, new_printer, sample, tmp_path):
    (tmp_path / "keys").mkdir()
    printer = new_printer(options=["-K", tmp_path / "keys"]).start()
    queue(desk, printer.uri.replace("ipp://", "ipps://"))
    number = desk.ipptool("office", sample)
    assert number, desk.refusal
    assert desk.wait_job(number)["state"] == "completed", desk.explain(number)
    assert len(list(printer.paper.glob("*.pdf"))) == 1
    assert money(desk) == PAID
    story = desk.explain(number)
    assert story["printer_uri"].startswith("ipps://") and story["observed"] == 4


def test_a_raw_printer_that_counts(desk, sample):
    with RawPrinter("--pages", 4) as printer:
        queue(desk, f"socket://127.0.0.1:{printer.port}/?pjl=1")
        number = desk.ipptool("office", sample)
        assert desk.wait_job(number)["state"] == "completed"
        assert printer.job()["bytes"] > sample.stat().st_size
    story = desk.explain(number)
    assert (story["observed"], story["computed"]) == (4, 4)
    assert money(desk) == PAID


def test_a_raw_printer_that_counts_fewer(desk, sample):
    with RawPrinter("--pages", 2) as printer:
        queue(desk, f"socket://127.0.0.1:{printer.port}/?pjl=1")
        number = desk.ipptool("office", sample)
        job = desk.wait_job(number)
    assert job["state"] == "completed" and "job-completed-with-warnings" in job["reasons"]
    assert job["cost"] == "0.12"  # two pages without colour, and the job
    story = desk.explain(number)
    assert (story["observed"], story["settlement"]["given_back"]) == (2, "0.25")
    assert money(desk) == ("9.88", "0.00", "9.88")


def test_a_raw_printer_that_says_nothing(desk, sample, tmp_path):
    with RawPrinter("--keep", tmp_path) as printer:
        queue(desk, f"socket://127.0.0.1:{printer.port}")
        number = desk.ipptool("office", sample)
        assert desk.wait_job(number)["state"] == "completed"
        assert not printer.job()["died"]
    assert (tmp_path / "job-1").read_bytes() == sample.read_bytes()
    story = desk.explain(number)
    assert story["computed"] == 4 and not story["observed"]
    assert money(desk) == PAID


def test_a_picture_is_printed_and_charged(desk, virtual_printer):
    picture = pathlib.Path(__file__).parents[1] / "data" / "jpeg" / "red-spot.jpg"
    queue(desk, virtual_printer.uri)
    number = desk.ipptool("office", picture, kind="image/jpeg", media=("keyword", "iso_a4_210x297mm"))
    assert number, desk.refusal
    job = desk.wait_job(number)
    assert (job["state"], job["pages"], job["color_pages"], job["cost"]) == ("completed", 1, 1, "0.22")
    assert [paper.read_bytes() for paper in virtual_printer.paper.iterdir()] == [picture.read_bytes()]
    story = desk.explain(number)
    assert story["facts"]["format"] == "image/jpeg"
    assert "coloured pixel" in story["facts"]["pages"][0]["reason"]
    assert money(desk) == ("9.78", "0.00", "9.78")


# --- printers in trouble


def test_a_job_that_the_printer_gives_up_is_charged_in_part(desk, new_printer, sample, tmp_path):
    gate = Gate(tmp_path, completed=2, status=1)
    queue(desk, new_printer(command=gate.command).start().uri)
    number = desk.ipptool("office", sample)
    gate.wait()
    gate.open()
    job = desk.wait_job(number)
    assert job["state"] == "aborted" and job["cost"] == "0.12"
    story = desk.explain(number)
    assert (story["observed"], story["computed"]) == (2, 4)
    assert (story["settlement"]["charged"], story["settlement"]["given_back"]) == ("0.12", "0.25")
    assert kinds(desk, number) == ["pending", "post"]
    assert money(desk) == ("9.88", "0.00", "9.88")


def test_a_busy_printer_is_waited_for(desk, new_printer, sample, one_page, tmp_path):
    gate = Gate(tmp_path, completed=1)
    printer = new_printer(command=gate.command).start()
    queue(desk, printer.uri)
    other = subprocess.Popen(["ipptool", "-f", one_page, printer.uri, "print-job.test"],
                             stdout=subprocess.DEVNULL)
    gate.wait()  # another's job is in the printer, which takes one at a time
    number = desk.ipptool("office", sample)
    wait_until(lambda: "printer-stopped" in desk.job(number)["reasons"], 20, "the printer is busy")
    assert "busy" in json.dumps(desk.explain(number)).lower()
    assert money(desk) == HELD_BACK
    gate.open()
    gate.wait(jobs=2)
    gate.open()
    assert desk.wait_job(number, limit_s=60)["state"] == "completed"
    other.wait(20)
    assert len(gate.began.read_text().split()) == 2, "sent twice"
    assert desk.explain(number)["observed"] == 1
    assert money(desk) == ("9.93", "0.00", "9.93")


def test_a_printer_that_is_away_comes_back(desk, virtual_printer, sample):
    queue(desk, virtual_printer.uri)
    virtual_printer.stop()
    number = desk.ipptool("office", sample)
    assert number, desk.refusal
    wait_until(lambda: "printer-stopped" in desk.job(number)["reasons"], 20, "the printer is missed")
    assert desk.job(number)["message"], "no sentence"
    # Between two tries; while it is tried again it is "processing".
    wait_until(lambda: desk.ask("printer", "list")[0]["state"] == "stopped", 20, "the printer is called stopped")
    assert money(desk) == HELD_BACK
    virtual_printer.start()
    assert desk.wait_job(number, limit_s=60)["state"] == "completed"
    assert len(list(virtual_printer.paper.glob("*.pdf"))) == 1
    assert money(desk) == PAID


# --- cancelling


def test_canceled_while_the_printer_prints(desk, new_printer, sample, tmp_path):
    gate = Gate(tmp_path, completed=2)
    printer = new_printer(command=gate.command).start()
    queue(desk, printer.uri)
    number = desk.ipptool("office", sample)
    gate.wait()
    wait_until(lambda: "job-printing" in desk.job(number)["reasons"], 10, "the job prints")
    desk.run("job", "cancel", number)
    wait_until(lambda: "processing-to-stop-point" in printer_job(printer) or
               "canceled" in printer_job(printer), 20, "the printer is told")
    gate.open()
    job = desk.wait_job(number)
    assert job["state"] == "canceled" and job["cost"] == "0.12"
    assert "job-canceled-by-operator" in job["reasons"] or "job-canceled-by-user" in job["reasons"]
    assert desk.explain(number)["settlement"]["given_back"] == "0.25"
    assert money(desk) == ("9.88", "0.00", "9.88")


def printer_job(printer):
    """What ippeveprinter says of its first job."""
    return subprocess.run(["ipptool", "-tv", printer.uri + "/1", "get-job-attributes.test"], text=True,
                          capture_output=True, timeout=20, check=False).stdout


@pytest.fixture
def large(tmp_path):
    """A page of 8 MiB, more than the sockets between two ends hold."""
    page = tmp_path / "large.pdf"
    stream = b"% " + os.urandom(4 << 20).hex().encode() + b"\n"
    page.write_bytes(b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                     b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                     b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n"
                     b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
                     b"trailer<</Root 1 0 R>>\n%%%%EOF\n" % (len(stream), stream))
    return page


@pytest.mark.parametrize("pages, cost", [(0, "0.00"), (1, "0.07")])
def test_canceled_while_being_sent_to_a_printer_that_counts(desk, large, pages, cost):
    with RawPrinter("--pages", pages, "--slow", 1 << 20) as printer:
        queue(desk, f"socket://127.0.0.1:{printer.port}/?pjl=1")
        number = desk.ipptool("office", large)
        assert number, desk.refusal
        desk.wait_job(number, states=("processing",))
        desk.run("job", "cancel", number)
        job = desk.wait_job(number, limit_s=60)
        assert printer.job()["bytes"] < large.stat().st_size, "the whole document went out"
    assert job["state"] == "canceled" and job["cost"] == cost, job
    assert kinds(desk, number) == ["pending", "post" if pages else "void"]
    assert money(desk)[1] == "0.00"
    assert money(desk)[0] == ("9.93" if pages else "10.00")


@pytest.mark.parametrize("word, after", [("printed", "9.93"), ("not-printed", "10.00")])
def test_canceled_while_being_sent_to_a_printer_that_does_not(desk, large, word, after):
    with RawPrinter("--slow", 1 << 20) as printer:
        queue(desk, f"socket://127.0.0.1:{printer.port}")
        number = desk.ipptool("office", large)
        desk.wait_job(number, states=("processing",))
        desk.run("job", "cancel", number)
        job = desk.wait_job(number, states=("processing-stopped",))
        assert "waiting-for-user-action" in job["reasons"] and job["message"]
        assert printer.job()["bytes"] < large.stat().st_size
    assert money(desk)[:2] == ("10.00", "0.07")
    desk.run("job", "resolve", number, word)
    assert desk.wait_job(number)["state"] == ("completed" if word == "printed" else "canceled")
    assert money(desk) == (after, "0.00", after)
    assert kinds(desk, number) == ["pending", "post" if word == "printed" else "void"]


def test_canceled_while_reserving(desk, virtual_printer, sample):
    queue(desk, virtual_printer.uri)
    books = desk.pids()["cas"]
    os.kill(books, signal.SIGSTOP)
    try:
        asking = threading.Thread(target=desk.ipptool, args=("office", sample))
        asking.start()
        number = wait_until(desk.jobs, 20, "a job")[0]["id"]
        wait_until(lambda: "job-held-for-authorization" in desk.job(number)["reasons"], 20, "it asks")
        desk.run("job", "cancel", number)
    finally:
        os.kill(books, signal.SIGCONT)
    job = desk.wait_job(number, limit_s=60)
    asking.join(60)
    assert job["state"] == "canceled"
    assert not list(virtual_printer.paper.iterdir())
    wait_until(lambda: money(desk) == UNTOUCHED, 20, "the money is back")
    assert kinds(desk, number) in ([], ["pending", "void"])


# --- held, released, restarted


@pytest.mark.parametrize("by", ["command", "IPP"])
def test_released_by(desk, virtual_printer, sample, by):
    queue(desk, virtual_printer.uri)
    number = desk.ipptool("later", sample)
    job = desk.wait_job(number, states=("pending-held",))
    assert "job-held-for-release" in job["reasons"] and money(desk) == HELD_BACK
    if by == "command":
        desk.run("job", "release", number)
    else:
        done = operate(desk, "release", "later", ("Release-Job", number, ""), user="tom")
        assert done.returncode != 0, "released by a stranger"
        assert desk.job(number)["state"] == "pending-held"
        done = operate(desk, "release", "later", ("Release-Job", number, ""))
        assert done.returncode == 0, done.stdout
    assert desk.wait_job(number)["state"] == "completed"
    assert len(list(virtual_printer.paper.iterdir())) == 1
    assert money(desk) == PAID and kinds(desk, number) == ["pending", "post"]


def test_short_of_money(desk, virtual_printer, sample):
    queue(desk, virtual_printer.uri)
    desk.queue("kind", mode="direct", printer="hall", short_of_money="hold")
    desk.user("tom", balance="0.36")
    assert desk.ipptool("office", sample, user="tom") is None
    assert "client-error-account-limit-reached" in desk.refusal, desk.refusal
    refused = desk.jobs()[-1]
    assert refused["state"] == "aborted" and "account-limit-reached" in refused["reasons"]
    assert kinds(desk, refused["id"]) == []
    number = desk.ipptool("kind", sample, user="tom")
    job = desk.wait_job(number, states=("pending-held",))
    assert "account-limit-reached" in job["reasons"] and job["message"]
    assert desk.explain(number)["refusal"]
    early = desk.run("job", "release", number, check=False)
    assert early.returncode != 0 and "0.36 available" in early.stderr
    assert desk.job(number)["state"] == "pending-held"
    assert money(desk, "tom") == ("0.36", "0.00", "0.36")
    desk.run("user", "deposit", "tom", "0.01", "--why", "cash")
    desk.run("job", "release", number)
    assert desk.wait_job(number)["state"] == "completed"
    assert money(desk, "tom") == ("0.00", "0.00", "0.00")
    assert len(list(virtual_printer.paper.iterdir())) == 1


def test_restarted_with_held_jobs(desk, virtual_printer, sample):
    queue(desk, virtual_printer.uri)
    numbers = [desk.ipptool("later", sample) for _ in range(3)]
    for number in numbers:
        desk.wait_job(number, states=("pending-held",))
    for _ in range(2):
        engine = desk.pids()["dre"]
        os.kill(engine, signal.SIGKILL)
        wait_until(lambda gone=engine: not is_alive(gone), 10, "it ends")
        desk.wait(20)
    assert [job["state"] for job in desk.jobs()] == ["pending-held"] * 3
    assert money(desk) == ("10.00", "1.11", "8.89")
    for number in numbers:
        desk.run("job", "release", number)
        assert desk.wait_job(number)["state"] == "completed"
        assert kinds(desk, number) == ["pending", "post"]
    printed = list(virtual_printer.paper.iterdir())
    assert [paper.read_bytes() == sample.read_bytes() for paper in printed] == [True] * 3
    assert money(desk) == ("8.89", "0.00", "8.89")


def test_a_printer_that_dies_in_the_middle(desk, large):
    with RawPrinter("--die-after", 100000) as printer:
        queue(desk, f"socket://127.0.0.1:{printer.port}")
        number = desk.ipptool("office", large)
        job = desk.wait_job(number, states=("processing-stopped",))
        assert printer.job()["died"]
        assert "waiting-for-user-action" in job["reasons"]
        engine = desk.pids()["dre"]
        os.kill(engine, signal.SIGKILL)  # what is not known stays so
        wait_until(lambda: not is_alive(engine), 10, "it ends")
        desk.wait(20)
        assert desk.job(number)["state"] == "processing-stopped"
        assert money(desk)[:2] == ("10.00", "0.07")
        assert desk.run("job", "resolve", number, "perhaps", check=False).returncode != 0
        desk.run("job", "resolve", number, "not-printed")
    assert desk.wait_job(number)["state"] == "canceled"
    assert money(desk) == UNTOUCHED
    assert desk.run("job", "resolve", number, "printed", check=False).returncode != 0


# --- documents


def test_what_cannot_be_counted_is_held_with_a_reason(desk, virtual_printer, tmp_path):
    queue(desk, virtual_printer.uri)
    document = tmp_path / "old.zjs"
    document.write_bytes(b"JZJZ\0\0\0\1")
    number = desk.ipptool("office", document, kind="application/octet-stream")
    assert number, desk.refusal
    for _ in range(2):
        job = desk.wait_job(number, states=("pending-held",))
        assert "job-held-for-review" in job["reasons"] and "ZjStream" in job["message"]
        # It is counted again, with the same result: who let it go is told why it waits on.
        refused = desk.run("job", "release", number, check=False)
        assert refused.returncode != 0 and "ZjStream" in refused.stderr, (refused.stdout, refused.stderr)
    desk.wait_job(number, states=("pending-held",))
    desk.run("job", "cancel", number)
    assert desk.wait_job(number)["state"] == "canceled"
    assert not list(virtual_printer.paper.iterdir())
    story = desk.explain(number)
    assert story["facts"]["certainty"] == "unknown" and story["entries"] == []
    assert money(desk) == UNTOUCHED


def test_a_document_with_a_password(desk, virtual_printer, sample, tmp_path):
    queue(desk, virtual_printer.uri)
    locked = tmp_path / "locked.pdf"
    subprocess.run(["qpdf", "--encrypt", "open", "owner", "256", "--", sample, locked], check=True)
    assert desk.ipptool("office", locked) is None
    assert "document-password-error" in desk.refusal, desk.refusal
    job = desk.jobs()[-1]
    assert job["state"] == "aborted" and "document-password-error" in job["reasons"]
    assert "password" in json.dumps(desk.explain(job["id"]))
    assert money(desk) == UNTOUCHED


def test_a_job_in_three_operations(desk, virtual_printer, sample):
    queue(desk, virtual_printer.uri)
    made = operate(desk, "create", "later", ("Create-Job", None, 'ATTR name job-name "three"'))
    assert made.returncode == 0, made.stdout
    number = desk.jobs()[-1]["id"]
    assert "job-incoming" in desk.job(number)["reasons"] and money(desk) == UNTOUCHED
    sent = operate(desk, "send", "later",
                   ("Send-Document", number,
                    "ATTR mimeMediaType document-format application/pdf\n"
                    "ATTR boolean last-document false\nFILE $filename"),
                   ("Close-Job", number, ""), document=sample)
    assert sent.returncode == 0, sent.stdout
    assert desk.job(number)["state"] == "pending-held" and money(desk) == HELD_BACK
    desk.run("job", "release", number)
    job = desk.wait_job(number)
    assert job["state"] == "completed" and job["pages"] == 4
    assert len(list(virtual_printer.paper.iterdir())) == 1
    assert money(desk) == PAID and kinds(desk, number) == ["pending", "post"]
