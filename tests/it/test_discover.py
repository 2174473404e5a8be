"""Devices are looked for by quoin device discover: real snmpd, ippeveprinter and cupsd on loopback, printers
that lie, and what a search may not do. DNS-SD is in test_dnssd.py, where an avahi-daemon is."""
import http.server
import json
import shlex
import signal
import socket
import struct
import subprocess
import threading

import pytest

from conftest import QUOIN, Failed, Site, VirtualPrinter, wait_until
from snmp_agent import AUTH, PRIVACY, Agent
from test_cups import start_cups  # noqa: F401 (the fixture "cups")


@pytest.fixture(scope="module")
def printer(tmp_path_factory):
    made = VirtualPrinter(tmp_path_factory.mktemp("printer") / "one").start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    made = Agent(tmp_path_factory.mktemp("snmpd"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def looked(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("discover") / "site") as made:
        yield made


def discover(site, *words, **more):
    parts = site.ask("device", "discover", *words, **more)
    return [part for part in parts if part["what"] == "device"], \
        " ".join(part["text"] for part in parts if part["what"] != "device")


def own_words(printer, agent, addresses="127.0.0.1"):
    return ["--range", addresses, "--ipp-port", printer.port, "--snmp-port", agent.port, "--raw-port", 9]


def attribute(tag, name, value):
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


class Liar(http.server.ThreadingHTTPServer):
    """Says of itself what it likes."""
    daemon_threads, allow_reuse_address = True, True

    def __init__(self, address, port, **says):
        super().__init__((address, port), self.Answer)
        self.body = struct.pack(">BBHI", 2, 0, 0, 1) + b"\x01" + attribute(0x47, b"attributes-charset", b"utf-8") + \
            attribute(0x48, b"attributes-natural-language", b"en") + b"\x04" + \
            b"".join(attribute(0x41, name.replace("_", "-").encode(), value) for name, value in says.items()) + b"\x03"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", "application/ipp")
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(self.server.body)

        def log_message(self, *_):
            pass


def test_a_dry_run_touches_nothing_and_refusals_say_what_to_do(looked):
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.3)
        found, said = discover(looked, "--range", "127.0.0.0/28", "--range", "127.0.0.1-127.0.0.3", "--cups",
                               f"ipp://127.0.0.1:{door.getsockname()[1]}", "--dns-sd", "--raw-port",
                               door.getsockname()[1], "--dry-run")
        assert not found and "14 addresses" in said and "42 probes" in said and "Nothing was asked" in said, said
        with pytest.raises(TimeoutError):
            door.accept()
    for words, status, text in (
            ((), 2, "say where to look"),
            (("--range", "10.0.0.0/8"), 1, "in parts, such as 10.0.0.0/20"),
            (("--range", "10.1.0.0/20,10.2.0.0/20"), 1, "leave out 10.2.0.0/20"),
            (("--range", "::1/64"), 2, "quoin device monitor NAME"),
            (("--range", "10.1.0.9-10.1.0.1"), 2, "lower address first"),
            (("--range", "0.0.0.0/0"), 2, "never asked"),
            (("--range", "10.1.0.0/20", "--rate", "2"), 1, "more probes a second"),
            (("--range", "10.1.0.1", "--by", "smb"), 2, "ipp, snmp, raw"),
            (("--cups", "http://localhost"), 2, "is no CUPS"),
            (("--range", "10.1.0.1", "--like", "nobody"), 1, "quoin device status"),
            (("--range", "10.1.0.1", "--snmp", "3"), 2, "wants a user"),
            (("--range", "10.1.0.1", "--add"), 2, "--add --yes")):
        with pytest.raises(Failed) as refused:
            looked.run("device", "discover", *words)
        assert refused.value.status == status and text in refused.value.stderr, refused.value


def test_several_witnesses_are_one_device_that_can_be_added(looked, printer, agent):
    found, _ = discover(looked, *own_words(printer, agent, "127.0.0.0/28"))
    assert len(found) == 1, found
    device = found[0]
    assert (device["address"], device["serial"], device["known_as"]) == ("127.0.0.1", "QX-4711", "")
    assert [one["source"] for one in device["witnesses"]] == ["ipp", "snmp"] and len(device["uuid"]) == 36
    assert device["uri"] == f"ipp://127.0.0.1:{printer.port}/ipp/print" and device["location"] == "second floor"
    assert "Quoin LaserJet 4000" in device["disagreements"][0] and "snmp says" in device["disagreements"][0]

    # The line that is shown is the line that adds it.
    shown = looked.run("device", "discover", *own_words(printer, agent)).stdout
    line = [one for one in shown.splitlines() if one.startswith("  quoin device monitor")][0]
    looked.run(*shlex.split(line)[1:])
    wait_until(lambda: looked.ask("device", "status"), 10, "it being watched")
    wait_until(lambda: looked.ask("device", "status", "virtual")["serial"] == "QX-4711", 15, "it being looked at")
    again, _ = discover(looked, *own_words(printer, agent))
    assert [(one["known_as"], one["known_kind"], one["name"]) for one in again] == [("virtual", "monitor", "")]
    shown = looked.run("device", "discover", *own_words(printer, agent)).stdout
    assert "monitor virtual" in shown and "To print to them" not in shown

    # So is a printer; and all of it at once.
    looked.run("device", "monitor", "virtual", "--remove")
    looked.printer("hall", printer.uri)
    wait_until(lambda: discover(looked, *own_words(printer, agent), "--by", "ipp")[0][0]["known_as"] == "hall", 10,
               "the printer being known")
    looked.run("printer", "remove", "hall")
    wait_until(lambda: discover(looked, *own_words(printer, agent), "--by", "ipp")[0][0]["known_as"] == "", 10,
               "it being gone")
    said = looked.run("device", "discover", *own_words(printer, agent), "--add", "--yes", "--why", "found").stdout
    assert "Watched now: virtual" in said
    wait_until(lambda: looked.ask("device", "status"), 10, "it being watched")
    looked.run("device", "monitor", "virtual", "--remove")
    wait_until(lambda: not looked.ask("device", "status"), 10, "it being gone")


def test_secrets_open_what_is_asked_and_are_told_to_nobody(looked, tmp_path):
    agent = Agent(tmp_path, community="attic")
    words = ["--range", "127.0.0.1", "--by", "snmp", "--snmp-port", agent.port]
    try:
        found, _ = discover(looked, *words, "--community", "-", stdin="attic\n")
        assert found[0]["serial"] == "QX-4711"
        looked.run("device", "secret", "*", stdin="attic\n")
        found, said = discover(looked, *words, "--like", "*")
        assert found[0]["serial"] == "QX-4711" and "attic" not in json.dumps(found) + said
        assert not discover(looked, *words)[0]  # nor is a secret that is kept used unasked
        v3 = [*words, "--snmp", "3", "--user", "quoin", "--auth", "SHA-256", "--privacy", "AES"]
        assert discover(looked, *v3, stdin=f"{AUTH}\n{PRIVACY}\n")[0][0]["serial"] == "QX-4711"
    finally:
        agent.stop()
        looked.run("device", "secret", "*", "--remove")
    log = (looked.data / "log/dme.log").read_text()
    assert "attic" not in log and AUTH not in log and '"event":"discover.began"' in log


def test_who_lies_harms_nobody(looked, printer):
    huge = Liar("127.0.0.5", printer.port, printer_make_and_model=b"\x1b]0;x\x07" + b"A" * 30000,
                printer_info=b"'; touch /tmp/x; '", printer_serial_number=b"0" * 20, printer_location=b"\xff\xfe\n\x00"[:3])
    twin = Liar("127.0.0.6", printer.port, printer_make_and_model=b"ACME 1", printer_serial_number=b"SN-12345")
    other = Liar("127.0.0.7", printer.port, printer_make_and_model=b"ACME 1", printer_serial_number=b"SN-12345")
    words = ["--range", "127.0.0.5-127.0.0.7", "--by", "ipp", "--ipp-port", printer.port]
    try:
        found, _ = discover(looked, *words)
        by_address = {one["address"]: one for one in found}
        assert set(by_address) == {"127.0.0.5", "127.0.0.6"}
        assert len(by_address["127.0.0.5"]["make_and_model"]) == 255 and "\x1b" not in json.dumps(found, ensure_ascii=False)
        assert by_address["127.0.0.5"]["name"] == "touch-tmp-x"
        assert "127.0.0.7" in by_address["127.0.0.6"]["disagreements"][0]  # one number, two places: it is said
        shown = looked.run("device", "discover", *words).stdout
        assert "\x1b" not in shown and "  quoin printer add touch-tmp-x ipp://127.0.0.5" in shown
    finally:
        for liar in (huge, twin, other):
            liar.shutdown()
            liar.server_close()


def test_a_raw_port_is_only_knocked_at(looked):
    with socket.create_server(("127.0.0.9", 0)) as door:
        found, _ = discover(looked, "--range", "127.0.0.9", "--by", "raw", "--raw-port", door.getsockname()[1])
        assert found[0]["uri"] == f"socket://127.0.0.9:{door.getsockname()[1]}" and "no printer" in found[0]["text"]
        caller, _ = door.accept()
        caller.settimeout(5)
        assert caller.recv(100) == b""  # what a printer gets it may print


def test_one_search_at_a_time_and_it_ends_with_who_asked(looked):
    words = ["device", "discover", "--range", "127.0.0.0/24", "--by", "raw", "--raw-port", "9", "--rate", "1"]
    log = looked.data / "log/dme.log"
    before = log.read_text().count("discover.began")
    long = subprocess.Popen([QUOIN, "--data", looked.data, *words], stdout=subprocess.DEVNULL)
    wait_until(lambda: log.read_text().count("discover.began") > before, 10, "the search")
    with pytest.raises(Failed, match="one search at a time"):
        looked.run(*words)
    assert "Nothing was asked" in discover(looked, *words[2:], "--dry-run")[1]
    long.send_signal(signal.SIGTERM)  # whoever begins a shell job in the background takes SIGINT from it
    long.wait(10)
    wait_until(lambda: "the asker went" in log.read_text(), 5, "its end")
    assert discover(looked, "--range", "127.0.0.1", "--by", "raw", "--raw-port", "9") is not None


def test_the_queues_of_a_cups(looked, printer, cups):
    cups.run("lpadmin", "-p", "Hall", "-E", "-v", f"ipp://127.0.0.1:{printer.port}/ipp/print", "-m", "raw",
             "-L", "second floor")
    for number in range(120):  # more than are told at a time
        cups.queue(f"raw-{number:03}", f"socket://10.99.0.{number + 1}")
    words = ["--cups", f"ipp://127.0.0.1:{cups.port}", "--ipp-port", printer.port, "--by", "ipp"]
    found, _ = discover(looked, *words)
    assert len(found) == 121 and len({one["address"] for one in found}) == 121
    both, _ = discover(looked, *words, "--range", "127.0.0.1")
    hall = [one for one in both if one["address"] == "127.0.0.1"]
    assert len(both) == 121 and [one["source"] for one in hall[0]["witnesses"]] == ["ipp", "cups"], hall
    cups.stop()
    found, said = discover(looked, *words)
    assert not found and "did not tell its queues" in said
