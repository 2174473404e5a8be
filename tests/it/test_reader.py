"""Card readers: on the network, from the twenty lines of docs/devices.md and from hostile hands; and a real
pcscd with a virtual reader into which cards are put."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib

import pytest

from conftest import BUILD, SOURCE, Site, wait_until
from engine_client import Bridge, missing
from stations import Sink, Station


@pytest.fixture
def desk(site):
    sink = Sink()
    site.user("mary", balance="10.00")
    site.printer("hall", sink.uri)
    site.run("device", "add", "any", "--printers", "hall", "--reader-address", "desk-1@127.0.0.1",
             "--register-cards", "yes")
    station = Station(site)
    station.follows("any")
    station.password("mary")
    station.card("mary", "04A1B2C3D4")
    station.port = 8639 + site.offset
    yield station
    station.close()
    sink.close()


def frame(kind, name, card=b""):
    body = bytes([len(name)]) + name + struct.pack(">H", len(card)) + card
    head = b"QB\x01" + bytes([kind]) + struct.pack(">H", len(body)) + body
    return head + struct.pack(">I", zlib.crc32(head))


def connect(desk):
    def try_it():
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", desk.port), timeout=10)
        return None
    return wait_until(try_it, 10, "the readers' port")


def counters(site):
    return next(one for one in site.ask("status")["engines"] if one["name"] == "dce")["counters"]


def watched(desk, device="any"):
    watch = desk.web.watch("Sessions/Watch", device=device)
    assert watch.next()["what"] == "here"
    return watch


def example(page, language):
    """The first block of that language in a page of docs."""
    return re.search(rf"```{language}\n(.*?)```", (SOURCE / "docs" / page).read_text(encoding="utf-8"), re.S).group(1)


def test_the_example_of_the_page_signs_in(desk, tmp_path):
    watch = watched(desk)
    connect(desk).close()
    program = tmp_path / "reader.py"
    program.write_text(example("devices.md", "python"), encoding="utf-8")
    done = subprocess.run([sys.executable, program, "127.0.0.1", str(desk.port), "desk-1", "04A1B2C3D4"],
                          capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0 and done.stdout.strip() == "taken", done
    news = watch.next("signed-in")
    assert news["session"]["id"], "told once, with what the station needs"
    assert news["session"]["person"]["user"] == "mary" and news["session"]["by"] == "card"
    assert desk.held(news["session"]["id"])["jobs"] == [], "who watches the device has the session"
    assert desk.site.ask("device", "show", "any")["reader_seen_at"]
    ports = {row["port"]: row["verdict"] for row in desk.site.ask("ports")["ports"]}
    assert ports[desk.port] == "ours"
    wrong = subprocess.run([sys.executable, program, "127.0.0.1", str(desk.port), "desk-9", "04A1B2C3D4"],
                           capture_output=True, text=True, timeout=30, check=False)
    assert wrong.returncode == 0 and wrong.stdout.strip() == "refused", wrong


def test_unknown_cards_and_cards_that_want_more(desk):
    watch = watched(desk)
    with connect(desk) as reader:
        reader.sendall(frame(1, b"desk-1") + frame(2, b"desk-1", b"0A0B0C0D"))
        news = watch.next("card-unknown")
        assert news["session"]["card_unknown"] and len(news["session"]["id"]) == 43
        session = desk.web.ask("Sessions/RegisterCard", session=news["session"]["id"], user="mary",
                               password="correct horse")
        assert session["person"]["user"] == "mary"
        desk.site.ask("device", "set", "any", "--register-cards", "no")
        wait_until(lambda: not desk.site.ask("device", "show", "any")["register_cards"], 5, "the change")
        reader.sendall(frame(2, b"desk-1", b"0F0E0D0C"))
        news = watch.next("refused")
        assert news["session"]["why"] == "unknown-card" and news["session"]["id"] == "" and news["text"]


def test_no_fragment_and_no_garbage_is_ever_a_card(desk):
    watch = watched(desk)
    desk.card("mary", "04A1B2C3")  # a shorter card that exists
    whole = frame(2, b"desk-1", b"04A1B2C3D4")
    for cut in range(1, len(whole), 5):
        with connect(desk) as reader:
            reader.sendall(whole[:cut])
    spoiled = bytearray(whole)
    spoiled[-6] ^= 1
    for bad in (bytes(spoiled), b"GET / HTTP/1.0\r\n\r\n", b"QB\x01\x02\xff\xff" + b"x" * 1000, b"04A1B2C3\r\n",
                b"\x00" * 600, frame(2, b"desk-2", b"04A1B2C3"), frame(2, b"desk-1", b"04A1B2C3\n"), b"QB\x02"):
        with connect(desk) as reader:
            reader.sendall(bad)
            with contextlib.suppress(OSError):
                assert b"QB\x01\x02\x00" not in reader.recv(100), bad
    assert desk.site.ask("session", "list") == []
    with connect(desk) as reader:  # byte for byte is whole in the end
        for byte in whole:
            reader.sendall(bytes([byte]))
        assert reader.recv(5) == b"QB\x01\x02\x00"
    assert watch.next("signed-in")["session"]["person"]["user"] == "mary"
    now = counters(desk.site)
    assert now["readers.garbage"] >= 6 and now["readers.unexpected"] == 1 and now["cards.read"] == 1, now


def test_slow_and_many_readers_hold_nobody_up(desk):
    watch = watched(desk)
    slow = [connect(desk) for _ in range(12)]
    for one in slow:
        one.sendall(frame(2, b"desk-1", b"04A1B2C3D4")[:9])
    with connect(desk) as reader:
        reader.sendall(frame(2, b"desk-1", b"04A1B2C3D4"))
        assert watch.next("signed-in")["session"]["person"]["user"] == "mary"
    crowd = [connect(desk) for _ in range(20)]
    wait_until(lambda: counters(desk.site)["readers.crowded"] > 0, 5, "one address has its part")
    for one in crowd:
        one.close()
    wait_until(lambda: counters(desk.site)["readers.slow"] >= 12, 10, "half frames are closed")
    for one in slow:
        one.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert one.recv(10) == b""
        one.close()
    assert len(desk.site.ask("session", "list")) == 1


def test_the_card_once_more_signs_out(desk):
    watch = watched(desk)
    with connect(desk) as reader:
        reader.sendall(frame(2, b"desk-1", b"04A1B2C3D4") * 2)  # a reader that reads twice is not meant
        assert watch.next("signed-in")
        time.sleep(3.2)
        assert len(desk.site.ask("session", "list")) == 1
        reader.sendall(frame(2, b"desk-1", b"04A1B2C3D4"))
        assert watch.next("ended")["session"]["why"] == "signed-out"


# --- PC/SC

class Card:
    """A card in vpcd's virtual reader: vpcd listens, the card connects. Lengths of two bytes, then what the
    reader says; of one byte: 0 off, 1 on, 2 reset, 4 the ATR is asked."""

    def __init__(self, port, uid):
        self.uid, self.commands = uid, []
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                head = self.exactly(2)
                if head is None:
                    return
                asked = self.exactly(struct.unpack(">H", head)[0])
                if asked == b"\x04":
                    self.answer(bytes.fromhex("3b80800101"))
                elif asked is not None and len(asked) > 1:
                    self.commands.append(asked)
                    self.answer(self.uid + b"\x90\x00" if asked[:4] == b"\xff\xca\x00\x00" else b"\x6d\x00")

    def exactly(self, length):
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                return None
            data += part
        return data

    def answer(self, data):
        self.socket.sendall(struct.pack(">H", len(data)) + data)

    def take_away(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


VPCD_PORT = 35963


@pytest.fixture
def pcscd(tmp_path):
    """A pcscd in the foreground. It has one socket a machine: where another runs, or none may, this is not for here."""
    program = shutil.which("pcscd", path=os.environ["PATH"] + ":/usr/sbin")
    drivers = list(pathlib.Path("/usr/lib/pcsc/drivers/serial").glob("libifdvpcd*")) + \
        list(pathlib.Path("/etc/reader.conf.d").glob("vpcd"))
    if program is None or not drivers:
        missing("pcscd or vsmartcard-vpcd is not installed")
    if pathlib.Path("/run/pcscd/pcscd.comm").exists() or os.geteuid() != 0:
        missing("a pcscd runs here already, or we may not start one")
    log = open(tmp_path / "pcscd.log", "wb")
    process = subprocess.Popen([program, "--foreground"], stdout=log, stderr=log,
                               stdin=subprocess.DEVNULL)

    def listens():
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", VPCD_PORT), timeout=1).close()
            return True
        return process.poll() is not None
    wait_until(listens, 20, "the virtual reader")
    if process.poll() is not None:
        missing("pcscd does not run here: " + (tmp_path / "pcscd.log").read_text(errors="replace")[-300:])
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    log.close()


def test_a_card_on_a_real_reader(desk, pcscd):
    desk.site.ask("device", "set", "any", "--reader-address", "pcsc:Virtual PCD 00 00")
    desk.card("mary", "04112233445566")
    watch = watched(desk)
    wait_until(lambda: desk.site.ask("device", "show", "any")["reader_seen_at"], 45, "the reader is heard of")
    card = Card(VPCD_PORT, bytes.fromhex("04112233445566"))
    news = watch.next("signed-in")
    assert news["session"]["id"], "told once, with what the station needs"
    assert news["session"]["person"]["user"] == "mary"
    assert b"\xff\xca\x00\x00\x00" in card.commands
    card.take_away()
    time.sleep(3.2)
    assert len(desk.site.ask("session", "list")) == 1, "the card may be taken along"
    again = Card(VPCD_PORT, bytes.fromhex("04112233445566"))
    assert watch.next("ended")["session"]["why"] == "signed-out", "put on once more, its owner goes"
    again.take_away()
    stranger = Card(VPCD_PORT, bytes.fromhex("04998877665544"))
    assert watch.next("card-unknown")["session"]["card_unknown"]
    stranger.take_away()
    pcscd.send_signal(signal.SIGTERM)  # a daemon that goes and comes back
    pcscd.wait(10)
    assert desk.site.ask("session", "list") == []
