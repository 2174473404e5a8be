"""Documents that are counted while they arrive: right, never at the cost of other clients, and never
lost with their reader."""
import contextlib
import hashlib
import http.client
import os
import pathlib
import signal
import socket
import struct
import threading
import time

import pytest

from conftest import offspring, wait_until
from kill_rounds import attribute

MIB = 1 << 20
PAGE = None


def pwg_page():
    """A grey page of 2 MB of literal pixels."""
    global PAGE
    if PAGE is None:
        header = bytearray(1796)
        header[:9] = b"PwgRaster"
        for at, value in ((276, 300), (280, 300), (340, 1), (372, 128), (376, 16000), (384, 8), (388, 8),
                          (392, 128), (400, 18)):
            struct.pack_into(">I", header, at, value)
        PAGE = bytes(header) + b"".join(b"\x00\x81" + bytes([n & 255] * 128) for n in range(16000))
    return PAGE


def pwg(pages):
    return b"RaS2" + pwg_page() * pages


class Client:
    """Print-Job in pieces of the test's choosing, and then the answer."""

    def __init__(self, site, queue="later", kind="image/pwg-raster", length=None):
        self.wire = http.client.HTTPConnection("localhost", site.ipp_port, timeout=120)
        self.wire.putrequest("POST", f"/ipp/print/{queue}")
        self.wire.putheader("Content-Type", "application/ipp")
        self.wire.putheader("Transfer-Encoding", "chunked")
        self.wire.endheaders()
        self.send(struct.pack(">BBHIB", 2, 0, 2, 1, 1) + attribute(0x47, "attributes-charset", "utf-8")
                  + attribute(0x48, "attributes-natural-language", "en")
                  + attribute(0x45, "printer-uri", site.uri(queue))
                  + attribute(0x42, "requesting-user-name", "mary")
                  + attribute(0x49, "document-format", kind) + b"\x03")

    def send(self, data, piece=MIB):
        for at in range(0, len(data), piece):
            part = data[at:at + piece]
            self.wire.send(b"%x\r\n" % len(part) + part + b"\r\n")
        return self

    def finish(self):
        """The job's id; None when it was refused."""
        self.wire.send(b"0\r\n\r\n")
        answer = self.wire.getresponse().read()
        self.wire.close()
        at = answer.find(b"\x21\x00\x06job-id\x00\x04")
        good = struct.unpack(">H", answer[2:4])[0] < 0x100
        return struct.unpack(">i", answer[at + 11:at + 15])[0] if good and at > 0 else None

    def cut(self):
        self.wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wire.close()


@pytest.fixture
def desk(site, virtual_printer):
    site.user("mary", balance="100000.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("later", mode="hold", printer="hall")
    return site


def figure(desk, name):
    return next(e for e in desk.ask("status")["engines"] if e["name"] == "dre")["counters"][name]


def readers(desk):
    found = []
    for pid in offspring(desk.pids()["dre"]):
        with contextlib.suppress(OSError):
            if "quoin-pdl" in os.readlink(f"/proc/{pid}/exe"):
                found.append(pid)
    return found


def reads(pid, what):
    """The reader has such a descriptor besides its socket: a pipe, or a document in memory."""
    with contextlib.suppress(OSError):
        return any(what in os.readlink(fd) for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir())
    return False


def held(desk, number, pages):
    job = desk.wait_job(number, states=("pending-held", "aborted"))
    assert job["state"] == "pending-held" and job["pages"] == pages, (job, desk.logs())
    return job


def test_the_answer_is_there_with_the_last_byte(desk):
    document = pwg(30)
    number = Client(desk).send(document).finish()
    held(desk, number, 30)
    facts = desk.explain(number)["facts"]
    assert figure(desk, "documents.streamed") == 1 and figure(desk, "readers.lost") == 0
    assert facts["certainty"] == "exact" and facts["sha256"] == hashlib.sha256(document).hexdigest()
    small = Client(desk).send(pwg(1)[:200000]).finish()  # a cut page: too small to be streamed
    assert small is None or desk.job(small)["state"] != "completed"
    assert figure(desk, "documents.streamed") == 1


def test_slow_clients_pin_nothing(desk):
    # Two that send a little and then nothing have both streams; a large third is counted all the same.
    slow = [Client(desk).send(pwg(1)[:MIB]) for _ in range(2)]
    wait_until(lambda: sum(reads(pid, "pipe:") for pid in readers(desk)) == 2, 20, "two streams")
    document = pwg(40)  # 80 MiB, more than was ever held in memory
    number = Client(desk).send(document).finish()
    held(desk, number, 40)
    assert figure(desk, "documents.streamed") == 0
    assert desk.explain(number)["facts"]["sha256"] == hashlib.sha256(document).hexdigest()

    def streams_again():  # once they have been silent for long enough
        held(desk, Client(desk).send(pwg(2)).finish(), 2)
        return figure(desk, "documents.streamed") > 0
    wait_until(streams_again, 30, "a stream is given up by a silent client")
    # They lost their reader, not their documents.
    for client in slow:
        held(desk, client.send(pwg(3)[MIB:]).finish(), 3)
    assert figure(desk, "readers.lost") == 0


def test_a_reader_that_is_killed_while_a_document_arrives(desk):
    document = pwg(20)
    client = Client(desk).send(document[:10 * MIB])
    stream = wait_until(lambda: [pid for pid in readers(desk) if reads(pid, "pipe:")], 20, "a stream")
    os.kill(stream[0], signal.SIGKILL)
    number = client.send(document[10 * MIB:]).finish()
    held(desk, number, 20)
    assert figure(desk, "readers.lost") == 1 and figure(desk, "documents.streamed") == 0
    held(desk, Client(desk).send(document).finish(), 20)
    assert figure(desk, "documents.streamed") == 1


def test_a_reader_that_stands_still(desk):
    document = pwg(20)
    client = Client(desk).send(document[:4 * MIB])
    stream = wait_until(lambda: [pid for pid in readers(desk) if reads(pid, "pipe:")], 20, "a stream")
    os.kill(stream[0], signal.SIGSTOP)
    began = time.monotonic()
    held(desk, client.send(document[4 * MIB:]).finish(), 20)
    assert time.monotonic() - began < 20
    held(desk, Client(desk).send(document).finish(), 20)


def test_a_connection_that_is_cut(desk):
    document = pwg(20)
    for _ in range(5):
        Client(desk).send(document[:11 * MIB]).cut()
    held(desk, Client(desk).send(document).finish(), 20)
    assert [job["pages"] for job in desk.jobs()] == [20]
    assert figure(desk, "readers.lost") == 0
    wait_until(lambda: len(list(desk.data.glob("dre/spool/*"))) == 1, 20, "cut documents go")


def test_sixty_four_at_once_share_two_streams(desk):
    document = pwg(1)
    numbers, lock = [], threading.Lock()

    def one():
        number = Client(desk).send(document, piece=100000).finish()
        with lock:
            numbers.append(number)
    threads = [threading.Thread(target=one) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(numbers) == 64 and None not in numbers
    assert {desk.wait_job(n, states=("pending-held",))["pages"] for n in numbers} == {1}
    assert len(set(numbers)) == 64 and len(readers(desk)) <= 6


def test_a_document_that_ends_three_readers_is_not_read_again(desk):
    # Nobody knows such a document; this one is only long to read, and the test ends its readers.
    drawing = b"0 0 m 99 99 l S\n" * (3 * MIB)
    document = (b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n"
                b"4 0 obj<</Length %d>>stream\n" % len(drawing) + drawing +
                b"endstream endobj\ntrailer<</Root 1 0 R>>\n")
    over = threading.Event()
    killed, known = [], readers(desk)

    def hunt():
        while not over.wait(0.002):
            for pid in known:
                if pid not in killed and reads(pid, "memfd:document"):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                        killed.append(pid)

    def look():
        while not over.wait(0.05):
            known[:] = readers(desk)
    threads = [threading.Thread(target=hunt), threading.Thread(target=look)]
    for thread in threads:
        thread.start()
    try:
        number = Client(desk, kind="application/pdf").send(document).finish()
        job = desk.wait_job(number, states=("pending-held",))
        assert "its reader died, and so did the next one" in job["message"], job
        refused = desk.run("job", "release", number, check=False)  # it is read once more, and waits on
        assert refused.returncode == 1 and "stays held" in refused.stderr
        job = wait_until(lambda: desk.job(number) if "3 times" in desk.job(number)["message"] else None, 30,
                         "the third")
        assert "it is not read again" in job["message"] and job["state"] == "pending-held"
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert len(killed) == 3 and figure(desk, "readers.lost") == 3
    desk.stop()
    desk.start()  # the journal remembers it
    refused = desk.run("job", "release", number, check=False)
    assert refused.returncode == 1 and "it is not read again" in refused.stderr
    job = desk.wait_job(number, states=("pending-held",))
    assert "it is not read again" in job["message"] and figure(desk, "readers.lost") == 0
