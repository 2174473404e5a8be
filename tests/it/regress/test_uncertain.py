"""A job of which nobody knows what came out is not printed again, nor given back, by a call that was
meant for a job that waits, or by one that is asked twice; only by a person who says so."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading

import pytest
from conftest import is_alive, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from kill_rounds import print_job  # noqa: E402

OK, ABORTED = 0, 10  # gRPC's numbers


class LatePrinter:
    """A raw printer that puts on paper all that it takes, and says its end only when told to."""

    def __init__(self):
        self.taken, self.may_end = [], threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.uri = f"socket://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer:
                self.taken.append(0)
                while piece := peer.recv(65536):
                    self.taken[-1] += len(piece)
                self.may_end.wait(60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.may_end.set()
        self.socket.close()


@pytest.fixture
def office(site, one_page):
    """A site with a late printer, and how a job is printed and left in doubt."""
    site.user("mary", balance="10.00")
    site.prices(mono="0.05", color="0.20")
    with LatePrinter() as printer:
        site.printer("lp", printer.uri)
        site.queue("open", mode="direct", printer="lp")
        site.queue("held", mode="hold", printer="lp")
        yield site, printer, one_page.read_bytes()


def crash_while_it_prints(site, printer, number, times):
    """It is on paper for so many times; the engine ends before it hears so."""
    size = site.job(number)["bytes"]
    wait_until(lambda: printer.taken == [size] * times, 20, f"it is {times} times on paper")
    engine = site.pids()["dre"]
    os.kill(engine, signal.SIGKILL)
    wait_until(lambda: not is_alive(engine), 10, "the engine ends")
    site.wait(30)
    assert site.job(number)["reasons"] == ["waiting-for-user-action"]
    printer.may_end.set()  # of that delivery
    printer.may_end = threading.Event()


def call(site, tmp_path, method, key, number, *more):
    """Calls the engine as any client of the protocol does; gives the status and its sentence."""
    body = b"\x0a\x10" + key + b"\x10" + bytes([number, *more])  # 1: key, 2: id
    frame = tmp_path / "frame"
    frame.write_bytes(b"\0" + len(body).to_bytes(4, "big") + body)
    pki = pathlib.Path(site.data) / "pki"
    done = subprocess.run(
        ["curl", "--silent", "--insecure", "--http2", "--max-time", "20", "--output", os.devnull,
         "--dump-header", "-", "--cert", pki / "admin.crt", "--key", pki / "admin.key",
         "--header", "Content-Type: application/grpc", "--header", "TE: trailers",
         "--data-binary", f"@{frame}",
         f"https://127.0.0.1:{site.port('dre')}/quoin.v1.Jobs/{method}"],
        capture_output=True, text=True, timeout=30)
    heads = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    return int(heads["grpc-status"]), heads.get("grpc-message", "")


@pytest.mark.parametrize("words", [("release",), ("cancel",), ("cancel", "--dry-run")],
                         ids=" ".join)
def test_what_was_meant_for_a_waiting_job_does_nothing_to_an_uncertain_one(office, words):
    site, printer, document = office
    number = print_job(site.ipp_port, "open", "mary", document)
    crash_while_it_prints(site, printer, number, 1)
    refused = site.run("job", words[0], number, *words[1:], check=False)
    assert refused.returncode != 0 and "job resolve" in refused.stderr, refused
    assert site.job(number)["state"] == "processing-stopped"
    assert site.balance("mary")["reserved"] == "0.05"
    site.run("job", "resolve", number, "printed")
    assert site.wait_job(number)["state"] == "completed"
    assert len(printer.taken) == 1 and site.balance("mary")["balance"] == "9.95"


def test_a_person_may_have_it_sent_once_more(office):
    site, printer, document = office
    number = print_job(site.ipp_port, "open", "mary", document)
    crash_while_it_prints(site, printer, number, 1)
    printer.may_end.set()
    site.run("job", "resolve", number, "again")
    assert site.wait_job(number)["state"] == "completed"
    assert len(printer.taken) == 2 and site.balance("mary")["balance"] == "9.95"
    assert site.run("job", "resolve", number, "again", check=False).returncode != 0


def test_the_same_call_asked_again_after_a_crash_prints_nothing_more(office, tmp_path):
    site, printer, document = office
    number = print_job(site.ipp_port, "held", "mary", document)
    release, again = os.urandom(16), os.urandom(16)
    assert call(site, tmp_path, "ReleaseJob", release, number) == (OK, "")
    crash_while_it_prints(site, printer, number, 1)
    assert call(site, tmp_path, "ReleaseJob", release, number) == (OK, "")
    assert call(site, tmp_path, "ReleaseJob", os.urandom(16), number)[0] == ABORTED
    assert site.job(number)["state"] == "processing-stopped"
    assert call(site, tmp_path, "ResolveJob", again, number, 0x20, 1) == (OK, "")  # 4: again
    crash_while_it_prints(site, printer, number, 2)
    assert call(site, tmp_path, "ResolveJob", again, number, 0x20, 1) == (OK, "")
    assert site.job(number)["state"] == "processing-stopped"
    site.run("job", "resolve", number, "printed")
    assert site.wait_job(number)["state"] == "completed"
    assert len(printer.taken) == 2 and site.balance("mary")["balance"] == "9.95"
