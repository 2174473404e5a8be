"""How devices are looked at: SNMP beside IPP, PJL where it is all there is, what a printer tells by itself."""
import os
import signal
import socketserver
import sys
import threading
import time
from pathlib import Path

import pytest

from conftest import Failed, is_alive, wait_until
from scripted import Scripted
from snmp_agent import AUTH, COUNT, HEALTHY, PRIVACY, Agent
from test_dme import device, known

sys.path.insert(0, str(Path(__file__).parent / "peers"))
import snmp_liar  # noqa: E402


@pytest.fixture
def agent(tmp_path_factory):
    made = Agent(tmp_path_factory.mktemp("snmpd"), community="attic")
    made.says(HEALTHY)
    yield made
    made.stop()


def by_snmp(site, name, port, *more):
    site.run("device", "monitor", name, "--address", "127.0.0.1", "--sources", "snmp", "--snmp-port", port, *more)
    wait_until(lambda: name in [one["name"] for one in site.ask("device", "status")], 10, f"{name} being watched")


def test_a_device_is_looked_at_by_snmp(site, agent):
    by_snmp(site, "copier", agent.port)
    wait_until(lambda: device(site, "copier")["state"] == "away", 20, "nothing being told to \"public\"")
    refused = site.run("device", "secret", "nowhere", stdin="x\n", check=False)
    assert refused.returncode != 0 and "quoin device status lists them" in refused.stderr
    site.ask("device", "secret", "copier", "--remove", "--dry-run")
    said = site.ask("device", "secret", "copier", stdin="attic\n")
    assert said == {"device": "copier", "secret": "set", "dry_run": False}
    wait_until(lambda: device(site, "copier")["serial"] == "QX-4711", 10, "the community being used")
    found = device(site, "copier")
    assert "attic" not in str(found) and "attic" not in site.run("config", "export").stdout
    assert found["can_print"] and found["console"] == "CLOSE FRONT COVER"
    assert {one["name"]: one["level"] for one in found["supplies"]}["Waste toner box"] == 75
    assert [(one["source"], one["trouble"]) for one in found["witnesses"]] == [("snmp", "")]
    assert found["meters"][0]["source"] == "snmp" and found["meters"][0]["count"] == 4294967290

    # A cover is opened, pages come out: what is told seldom stays.
    agent.says({COUNT: ("counter", 4294967294)})
    told = site.ask("device", "look", "copier")
    assert told["state"] == "error" and "cover-open" in [one["keyword"] for one in told["reasons"]]
    assert told["meters"][0]["count"] == 4294967294 and len(told["supplies"]) == len(found["supplies"])
    agent.says(HEALTHY)
    wait_until(lambda: device(site, "copier")["can_print"], 15, "the cover being closed")  # looked at every 5 s
    assert device(site, "copier")["serial"] == "QX-4711" and len(device(site, "copier")["trays"]) == 4

    # It is kept over a restart, and taken away again.
    old = site.pids()["dme"]
    os.kill(old, signal.SIGKILL)
    def is_back():
        done = site.run("--json", "device", "status", check=False)
        return done.returncode == 0 and "copier" in done.stdout
    wait_until(lambda: not is_alive(old), 10, "dme being gone")
    wait_until(is_back, 20, "dme again")
    wait_until(lambda: site.ask("device", "look", "copier")["witnesses"][0]["trouble"] == "", 10, "the secret being kept")
    # It is for this address: who moves the device to a host of his own does not get to hear it.
    site.run("device", "monitor", "copier", "--address", "127.0.0.9")
    wait_until(lambda: "another address" in str(device(site, "copier")["witnesses"]), 10, "it being kept back")
    site.run("device", "monitor", "copier", "--address", "127.0.0.1")
    wait_until(lambda: site.ask("device", "look", "copier")["witnesses"][0]["trouble"] == "", 10, "it being used again")
    site.run("device", "secret", "copier", "--remove")
    wait_until(lambda: device(site, "copier")["state"] == "away", 30, "it being forgotten")
    site.run("device", "secret", "*", stdin="attic\n")
    wait_until(lambda: site.ask("device", "look", "copier")["state"] == "idle", 15, "that of all being used")


def test_version_3_wants_its_passwords(site, agent):
    by_snmp(site, "copier", agent.port, "--snmp", "3", "--user", "quoin", "--auth", "SHA-256", "--privacy", "AES")
    wait_until(lambda: "quoin device secret" in str(device(site, "copier")["witnesses"]), 10, "what is missing being said")
    with pytest.raises(Failed, match="at least 8"):
        site.run("device", "secret", "copier", stdin="short\nshort\n")
    site.run("device", "secret", "copier", stdin=f"{AUTH}\nwrong secret\n")
    wait_until(lambda: "privacy password" in str(site.ask("device", "look", "copier")["witnesses"]), 15, "the lie")
    site.run("device", "secret", "copier", stdin=f"{AUTH}\n{PRIVACY}\n")
    wait_until(lambda: site.ask("device", "look", "copier")["serial"] == "QX-4711", 15, "it being asked")


def test_two_witnesses_make_one_truth(site, agent):
    printer = Scripted()
    site.printer("desk", printer.uri)
    site.run("device", "monitor", "desk", "--snmp-port", agent.port)
    known(site, "desk")
    site.run("device", "secret", "desk", stdin="attic\n")
    wait_until(lambda: len([one for one in device(site, "desk")["witnesses"] if not one["trouble"]]) == 2, 15, "both")
    found = device(site, "desk")
    assert found["state"] == "idle" and found["serial"] == "QX-4711" and found["make_and_model"] == "Scripted 1"
    printer.state, printer.reasons = 5, ["media-jam-error"]
    told = site.ask("device", "look", "desk")
    assert told["state"] == "error" and any("IPP says error" in one for one in told["disagreements"]), told
    printer.state, printer.reasons = 3, ["none"]
    agent.stop()  # the one that told the rest: silent now
    wait_until(lambda: device(site, "desk")["can_print"], 30, "the jam being gone")
    assert device(site, "desk")["make_and_model"] == "Scripted 1"
    printer.shutdown()


def test_who_lies_by_snmp_slows_nobody(site, agent, tmp_path):
    kinds = [kind for kind in snmp_liar.KINDS if kind not in ("changing-engine", "fake-report")]
    liars = [snmp_liar.Liar(kind) for kind in kinds]
    (tmp_path / "site.yaml").write_text("monitor:\n" + "".join(
        f"  liar-{liar.kind}: {{address: 127.0.0.1, sources: [snmp], snmp-port: {liar.port}}}\n" for liar in liars))
    site.run("config", "apply", tmp_path / "site.yaml")
    by_snmp(site, "honest", agent.port)
    site.run("device", "secret", "honest", stdin="attic\n")
    wait_until(lambda: site.ask("device", "look", "honest")["serial"] == "QX-4711", 15, "it being known")
    wait_until(lambda: all(one["witnesses"] for one in site.ask("device", "status")), 20, "all being looked at")
    assert site.ask("device", "look", "honest")["answered_ms"] < 2000
    assert device(site, "liar-truth")["serial"] == "QX-4711"
    wait_until(lambda: device(site, "liar-silent")["state"] == "away", 20, "a second look that nobody answers")
    for one in site.ask("device", "status"):
        for supply in one["supplies"]:
            assert -2 <= supply["level"] <= 100, one
    for liar in liars:
        liar.stop()


class Raw(socketserver.ThreadingTCPServer):
    """A printer on a raw port that speaks PJL, and nothing else."""
    allow_reuse_address, daemon_threads = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Answer)
        self.code, self.display, self.pages, self.asked = 10001, "READY", 4711, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Answer(socketserver.BaseRequestHandler):
        def handle(self):
            told = b""
            while b"@PJL INFO ID" not in told:
                piece = self.request.recv(4096)
                if not piece:
                    return
                told += piece
            self.server.asked += 1
            self.request.sendall(f'@PJL INFO STATUS\r\nCODE={self.server.code}\r\nDISPLAY="{self.server.display}"\r\n'
                                 f'ONLINE=TRUE\r\n\f@PJL INFO PAGECOUNT\r\n{self.server.pages}\r\n\f'
                                 '@PJL INFO ID\r\n"Raw 4"\r\n\f'.encode())


class OneLine(Raw):
    """One that has one line for all: while somebody has it, and while it prints, others are refused or wait."""

    def __init__(self):
        super().__init__()
        self.jobs, self.busy = [], threading.Lock()

    class Answer(socketserver.BaseRequestHandler):
        def handle(self):
            with self.server.busy:
                told = b""
                self.request.settimeout(10)
                while piece := self.request.recv(65536):
                    told += piece
                    if b"@PJL INFO ID" in told and b"@PJL JOB" not in told:
                        self.request.sendall(b"@PJL INFO STATUS\r\nCODE=10001\r\n\f@PJL INFO PAGECOUNT\r\n7\r\n\f"
                                             b'@PJL INFO ID\r\n"One 1"\r\n\f')
                        return
                    if b'@PJL EOJ NAME="quoin' in told[-200:]:
                        time.sleep(3)  # it prints, and nobody else gets an answer
                        self.request.sendall(b"@PJL USTATUS JOB\r\nEND\r\nPAGES=4\r\n\f")
                        self.server.jobs.append(len(told))
                        return


def test_a_question_and_a_job_share_one_line(site, sample):
    one = OneLine()
    site.user("mary", balance="10.00")
    site.printer("one", f"socket://127.0.0.1:{one.server_address[1]}?pjl=1")
    site.run("device", "monitor", "one", "--sources", "pjl", "--every", "5")
    wait_until(lambda: "One 1" in site.run("--json", "device", "status").stdout, 15, "it being known")
    site.queue("office", printer="one")
    numbers = [site.ipptool("office", sample) for _ in range(2)]

    def done():  # and all the while somebody wants to know how it is
        site.run("device", "look", "one", check=False)
        return all(site.job(number)["state"] in ("completed", "aborted", "canceled") for number in numbers)
    wait_until(done, 40, "the jobs")
    jobs = [site.job(number) for number in numbers]
    assert [job["state"] for job in jobs] == ["completed"] * 2 and len(one.jobs) == 2, jobs
    site.ask("device", "look", "one")
    assert [fault["keyword"] for fault in site.ask("device", "faults", "one")] == [], "it was never away"
    one.shutdown()


def test_a_raw_printer_is_asked_by_pjl(site):
    raw = Raw()
    site.run("device", "monitor", "raw", "--address", f"socket://127.0.0.1:{raw.server_address[1]}", "--sources", "pjl")
    wait_until(lambda: "Raw 4" in site.run("--json", "device", "status").stdout, 10, "it being known")
    found = device(site, "raw")
    assert found["state"] == "idle" and found["meters"][0]["count"] == 4711 and found["meters"][0]["source"] == "pjl"
    raw.code, raw.display, raw.pages = 42202, "PAPER JAM", 4712
    told = site.ask("device", "look", "raw")
    assert told["state"] == "error" and told["reasons"][0]["keyword"] == "media-jam" and told["console"] == "PAPER JAM"
    assert told["meters"][0]["count"] == 4712
    raw.shutdown()
