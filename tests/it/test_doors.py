"""The doors besides IPP: LPD with real clients and with hostile ones. What is acknowledged is there; what is
not there was not acknowledged."""
import concurrent.futures
import contextlib
import getpass
import http.client
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess

import pytest

from conftest import free_port, is_free, wait_until

CUPS_LPD = "/usr/lib/cups/backend/lpd"
CUPS_SOCKET = "/usr/lib/cups/backend/socket"
UEL = b"\x1b%-12345X"


@pytest.fixture
def office(site, virtual_printer):
    site.prices(mono="0.05", color="0.20", duplex="100", per_job="0.02")
    site.user("mary", balance="100.00")
    site.user("anna", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    site.queue("strict", mode="hold", printer="hall", trust="authenticated")
    return site


class Lpd:
    """A client that says what the test wants it to say."""

    def __init__(self, site, timeout=20, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", site.lpd_port), timeout, (source, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def ack(self):
        """The octet; None: the connection ended."""
        with contextlib.suppress(ConnectionResetError):
            octet = self.socket.recv(1)
            return octet[0] if octet else None
        return None

    def told(self, data):
        self.say(data)
        return self.ack()

    def file(self, kind, name, content):
        self.say(bytes([kind]) + f"{len(content)} {name}\n".encode())
        if (octet := self.ack()) != 0:
            return octet
        return self.told(content + b"\0")

    def rest(self):
        text = b""
        while piece := self.socket.recv(65536):
            text += piece
        return text.decode()


def control(user="mary", files=("dfA001host",), job="A title", copies=1, name="document.pdf"):
    lines = ["Hhost", f"P{user}"] if user is not None else ["Hhost"]
    lines += [f"J{job}"] if job else []
    for file in files:
        lines += [f"f{file}"] * copies + [f"U{file}", f"N{name}"]
    return ("\n".join(lines) + "\n").encode()


def send(site, queue="office", document=b"", data_first=False, files=("dfA001host",), source="127.0.0.1", **about):
    with Lpd(site, source=source) as lpd:
        assert lpd.told(f"\x02{queue}\n") == 0
        text = control(files=files, **about)
        acks = [] if data_first else [lpd.file(2, "cfA001host", text)]
        acks += [lpd.file(3, name, document) for name in files]
        return acks + ([lpd.file(2, "cfA001host", text)] if data_first else [])


def newest(site):
    return max(site.jobs(), key=lambda job: job["id"])


def test_a_job_by_lpd_is_counted_charged_and_delivered(office, sample, virtual_printer):
    for data_first in (False, True):
        assert send(office, document=sample.read_bytes(), data_first=data_first, copies=2) == [0, 0]
        job = office.wait_job(newest(office)["id"])
        assert job["state"] == "completed", office.explain(job["id"])
        assert (job["user"], job["document"], job["copies"], job["cost"]) == ("mary", "A title", 2, "0.72")
        story = office.explain(job["id"])
        assert (story["identity"], story["claimed_user"]) == ("claimed", "mary")
        assert story["from"] == "127.0.0.1"
    assert office.balance("mary")["balance"] == "98.56"
    assert len(list(virtual_printer.paper.glob("*.pdf"))) == 2


def test_several_files_are_jobs_of_their_own_and_acknowledged_together(office, sample):
    files = tuple(f"df{letter}001host" for letter in "ABC")
    assert send(office, "later", sample.read_bytes(), files=files) == [0, 0, 0, 0]
    assert len(office.jobs()) == 3
    assert send(office, "later", sample.read_bytes(), files=files, data_first=True) == [0, 0, 0, 0]
    assert len(office.jobs()) == 6
    with Lpd(office) as lpd:  # the third never comes
        assert lpd.told("\x02later\n") == 0
        assert lpd.file(2, "cfA002host", control(files=files)) == 0
        for name in files[:2]:
            assert lpd.file(3, name, sample.read_bytes()) == 0
    assert send(office, "later", sample.read_bytes()) == [0, 0]
    assert len(office.jobs()) == 7


def test_data_that_lasts_until_the_end(office, sample):
    with Lpd(office) as lpd:
        assert lpd.told("\x02later\n") == 0
        assert lpd.file(2, "cfA001host", control()) == 0
        assert lpd.told("\x030 dfA001host\n") == 0
        lpd.say(sample.read_bytes())
        lpd.socket.shutdown(socket.SHUT_WR)
        assert lpd.ack() == 0 and lpd.ack() is None
    assert office.wait_job(newest(office)["id"], ("pending-held",))["pages"] == 4


def test_who_it_is_decides_whether_a_job_waits_unclaimed(office, sample):
    assert send(office, "later", sample.read_bytes(), user=None) == [0, 0]
    job = office.wait_job(newest(office)["id"], ("pending-held",))
    assert office.explain(job["id"])["identity"] == "none"
    assert "job-held-unclaimed" in job["reasons"]
    assert send(office, "strict", sample.read_bytes()) == [0, 0]
    job = office.wait_job(newest(office)["id"], ("pending-held",))
    assert office.explain(job["id"])["identity"] == "claimed"
    assert "job-held-unclaimed" in job["reasons"] and job["cost"] in ("", "0.00")
    assert send(office, "later", sample.read_bytes(), user="J\xfcrgen \x41") == [0, 0]
    with Lpd(office) as lpd:  # ISO 8859-1, as many send
        assert lpd.told("\x02later\n") == 0
        assert lpd.file(2, "cfA001host", b"PJ\xfcrgen\nJStra\xdfe\nfdfA001host\n") == 0
        assert lpd.file(3, "dfA001host", sample.read_bytes()) == 0
    assert newest(office)["document"] == "Stra\u00dfe"


def test_what_is_refused(office, sample):
    document = sample.read_bytes()
    with Lpd(office) as lpd:
        assert lpd.told("\x02nowhere\n") == 1 and lpd.ack() is None
    for junk in (b"\n", b"\x09office\n", b"\x02\n", b"A" * 5000, b"\x02a\x00b\n", b"GET / HTTP/1.1\r\n\r\n",
                 b"\x02" + b"q" * 300 + b"\n"):
        with Lpd(office) as lpd:
            assert lpd.told(junk) in (1, None), junk
    bad = [b"\x02-5 cfA\n", b"\x0299999999999999999999 cfA\n", b"\x0299999999 cfA001host\n", b"\x02\n", b"\x03x dfA\n",
           b"\x03 \n", b"\x0399999999999999999 dfA001host\n", b"\x04 x\n", b"\x035 " + b"d" * 500 + b"\n"]
    for line in bad:
        with Lpd(office) as lpd:
            assert lpd.told("\x02office\n") == 0
            assert lpd.told(line) in (1, None), line
    for text in (b"", b"Pmary\n", b"Pma\x1bry\nfdfA001host\n"):  # prints nothing, or is no text
        with Lpd(office) as lpd:
            assert lpd.told("\x02office\n") == 0
            assert lpd.file(2, "cfA001host", text) in (1, None)
    with Lpd(office) as lpd:  # no octet of 0 behind the file
        assert lpd.told("\x02office\n") == 0
        assert lpd.told(f"\x03{len(document)} dfA001host\n") == 0
        assert lpd.told(document + b"x") == 1
    with Lpd(office) as lpd:  # aborted, then well
        assert lpd.told("\x02later\n") == 0
        assert lpd.file(3, "dfA001host", document) == 0
        assert lpd.told(b"\x01\n") == 0
        assert lpd.file(2, "cfA001host", control()) == 0
        assert lpd.file(3, "dfA001host", document) == 0
    assert len(office.jobs()) == 1


def test_a_queue_says_how_it_is_and_jobs_are_removed_by_their_owners(office, sample):
    send(office, "later", sample.read_bytes())
    number = newest(office)["id"]
    office.wait_job(number, ("pending-held",))
    for command, words in (("\x03", ("held", "mary", str(number), "A title", "bytes")),
                           ("\x04", ("mary: held", f"[job {number} 127.0.0.1]", "A title"))):
        with Lpd(office) as lpd:
            lpd.say(f"{command}later\n")
            text = lpd.rest()
            assert all(word in text for word in words), text
    with Lpd(office) as lpd:
        lpd.say("\x03later anna\n")
        assert "no entries" in lpd.rest()
    with Lpd(office) as lpd:
        lpd.say("\x03nowhere\n")
        assert "no such queue" in lpd.rest()
    with Lpd(office) as lpd:
        lpd.say(f"\x05later anna {number}\n")
        assert "permission denied" in lpd.rest()
    assert office.job(number)["state"] == "pending-held"
    with Lpd(office) as lpd:
        lpd.say(f"\x05later mary {number}\n")
        assert "dequeued" in lpd.rest()
    assert office.wait_job(number)["state"] == "canceled"
    assert office.balance("mary")["reserved"] == "0.00"
    number = office.ipptool("later", sample)
    with Lpd(office) as lpd:
        assert lpd.told("\x01later\n") == 0


def rlpr(office, queue, *words, document):
    return subprocess.run(["rlpr", "-N", f"--port={office.lpd_port}", "-H", "127.0.0.1", "-P", queue, *words,
                           document], text=True, capture_output=True, timeout=60, check=False)


def test_rlpr_prints(office, sample):
    if shutil.which("rlpr") is None:
        pytest.skip("rlpr is not here")
    office.user(getpass.getuser(), balance="10.00")
    done = rlpr(office, "later", "-J", "From rlpr", "-#2", document=sample)
    assert done.returncode == 0, done.stderr
    job = office.wait_job(newest(office)["id"], ("pending-held",))
    assert (job["document"], job["pages"]) == ("From rlpr", 4)
    assert rlpr(office, "nowhere", document=sample).returncode != 0 or len(office.jobs()) == 1


@pytest.mark.parametrize("options", ["", "order=data,control", "mode=stream", "manual_copies=no"])
def test_the_lpd_backend_of_cups_prints(office, sample, options):
    if not pathlib.Path(CUPS_LPD).exists():
        pytest.skip("CUPS's backend lpd is not here")
    uri = f"lpd://127.0.0.1:{office.lpd_port}/later?reserve=none" + (f"&{options}" if options else "")
    done = subprocess.run([CUPS_LPD, "17", "mary", "From CUPS", "1", "", sample], capture_output=True, text=True,
                          env={"DEVICE_URI": uri, "PATH": os.environ["PATH"]}, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    wait_until(office.jobs, 20, "the job")  # this one waits for no acknowledgement of a stream
    job = office.wait_job(newest(office)["id"], ("pending-held",))
    assert (job["user"], job["document"], job["pages"]) == ("mary", "From CUPS", 4)
    assert len(office.jobs()) == 1


def test_sixty_four_clients_at_once(office, sample):
    document = sample.read_bytes()
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        results = list(pool.map(lambda n: send(office, "later", document, job=f"Number {n}"), range(64)))
    assert all(acks == [0, 0] for acks in results)
    assert {job["document"] for job in office.jobs(limit=100)} == {f"Number {n}" for n in range(64)}


def test_two_thousand_idle_clients_do_not_keep_others_out(office, sample):
    idle = []
    try:
        for _ in range(2000):
            with contextlib.suppress(OSError):
                idle.append(socket.create_connection(("127.0.0.1", office.lpd_port), timeout=5))
        assert len(idle) > 1000
        assert send(office, "later", sample.read_bytes(), source="127.0.0.2") == [0, 0]
        assert office.ipptool("later", sample), office.refusal
        for client in idle:
            client.close()
        wait_until(lambda: can_send(office, sample), 20, "a place")
    finally:
        for client in idle:
            client.close()


def can_send(office, sample):
    with contextlib.suppress(OSError, AssertionError):
        return send(office, "later", sample.read_bytes()) == [0, 0]
    return False


def test_garbage_does_nothing(office, sample):
    chance = random.Random(8515)
    for _ in range(300):
        with contextlib.suppress(OSError), Lpd(office, timeout=5) as lpd:
            lpd.say(chance.choice([b"", b"\x02office\n", b"\x02office\n\x0299 cfA\n"]) +
                    chance.randbytes(chance.randrange(1, 3000)))
    assert office.jobs() == []
    assert send(office, "later", sample.read_bytes()) == [0, 0]


@pytest.mark.parametrize("data_first", [False, True])
def test_killed_in_the_middle(office, sample, data_first):
    """What was acknowledged is there afterwards, and what was broken off is not."""
    document = sample.read_bytes()
    text = control()
    parts = [(2, "cfA001host", text), (3, "dfA001host", document)]
    with Lpd(office) as lpd:
        assert lpd.told("\x02later\n") == 0
        first, second = reversed(parts) if data_first else parts
        assert lpd.file(*first) == 0
        kind, name, content = second
        assert lpd.told(bytes([kind]) + f"{len(content)} {name}\n".encode()) == 0
        lpd.say(content[:-1])
        os.kill(office.pids()["dre"], signal.SIGKILL)
        with contextlib.suppress(OSError):
            lpd.say(content[-1:] + b"\0")
        assert lpd.ack() is None
    office.wait()
    assert office.jobs() == []
    assert not list((office.data / "dre/spool").iterdir())
    assert send(office, "later", document, data_first=data_first) == [0, 0]
    os.kill(office.pids()["dre"], signal.SIGKILL)
    office.wait()
    job = office.wait_job(newest(office)["id"], ("pending-held",))
    assert job["document"] == "A title" and len(office.jobs()) == 1


def test_no_lpd_where_none_is_wanted(new_site, tmp_path):
    with new_site(tmp_path / "quiet", options=("--lpd-port", "0")) as quiet:
        assert is_free(quiet.lpd_port)


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system needs root")
def test_a_full_disk_is_a_clear_no(tmp_path, new_site, sample):
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], check=True)
    try:
        with new_site(folder / "data") as site:
            site.user("mary", balance="10.00")
            site.printer("sink", "socket://127.0.0.1:9")
            site.queue("later", mode="hold", printer="sink")
            filler = folder / "filler"
            with open(filler, "wb") as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 65536)
                    file.flush()
            document = sample.read_bytes() + b"%" + b"x" * 3000000 + b"\n"
            for data_first in (False, True):
                acks = send(site, "later", document, data_first)
                assert 1 in acks or None in acks, acks
            assert site.jobs() == []
            filler.unlink()
            wait_until(lambda: send(site, "later", document)[-1] == 0, 30, "it goes on once there is room")
            assert len(site.jobs()) == 1
    finally:
        subprocess.run(["umount", folder], check=True)


# --- raw ports ------------------------------------------------------------------------------------------------


@pytest.fixture
def raw(office):
    office.raw_port = free_port()
    office.ask("queue", "set", "later", "--raw-port", office.raw_port)
    return office


def pour(port, data, half_close=True):
    """As nc does; gives what came back."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(data)
        if not half_close:
            return b""
        client.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := client.recv(65536):
                answer += piece
        return answer


def wrapped(document, *lines):
    head = b"".join(b"@PJL " + line.encode() + b"\r\n" for line in lines)
    return UEL + head + b"@PJL ENTER LANGUAGE=PDF\r\n" + document + UEL + b"@PJL EOJ\r\n" + UEL


def test_a_raw_document_is_whose_its_pjl_says(raw, sample):
    document = sample.read_bytes()
    for number, lines in enumerate([('SET USERNAME="mary"', 'SET JOBNAME="Title 0"'),
                                    ('SET JOBATTR="JobAcct1=mary"', 'JOB NAME="Title 1"'),
                                    ('COMMENT "Username: mary; App Filename: Title 2; today"',)]):
        assert pour(raw.raw_port, wrapped(document, *lines)) == b""
        job = raw.wait_job(newest(raw)["id"], ("pending-held",))
        assert (job["user"], job["document"], job["pages"]) == ("mary", f"Title {number}", 4)
        story = raw.explain(job["id"])
        assert (story["identity"], story["from"]) == ("claimed", "127.0.0.1")
        assert "job-held-unclaimed" not in job["reasons"]
    assert raw.balance("mary")["reserved"] == "1.11"


def test_a_raw_document_of_nobody_waits_unclaimed_and_is_claimed(raw, sample):
    pour(raw.raw_port, sample.read_bytes())
    job = raw.wait_job(newest(raw)["id"], ("pending-held",))
    assert "job-held-unclaimed" in job["reasons"] and raw.explain(job["id"])["identity"] == "none"
    assert job["unclaimed"]
    raw.ask("queue", "set", "later", "--trust", "agent")
    pour(raw.raw_port, wrapped(sample.read_bytes(), 'SET USERNAME="mary"'))
    job = raw.wait_job(newest(raw)["id"], ("pending-held",))
    assert "job-held-unclaimed" in job["reasons"]
    assert raw.balance("mary")["reserved"] == "0.00"


def test_a_client_that_does_not_wait_is_printed_all_the_same(raw, sample):
    pour(raw.raw_port, sample.read_bytes() + b"%" + b"x" * 2000000, half_close=False)
    wait_until(raw.jobs, 20, "the job")
    assert raw.wait_job(newest(raw)["id"], ("pending-held",))["pages"] in (0, 4)


def test_questions_are_answered_and_are_no_job(raw, sample):
    assert pour(raw.raw_port, b"") == b""
    asked = UEL + b"@PJL ECHO 4711\r\n@PJL INFO STATUS\r\n@PJL USTATUS DEVICE=ON\r\n" + UEL
    answer = pour(raw.raw_port, asked)
    assert answer.startswith(b"@PJL ECHO 4711\r\n\x0c@PJL INFO STATUS\r\nCODE=10001\r\n"), answer
    assert b"@PJL USTATUS DEVICE\r\nCODE=10001" in answer
    assert raw.jobs() == []
    with socket.create_connection(("127.0.0.1", raw.raw_port), timeout=10) as client:  # asked first, then sent
        client.sendall(UEL + b"@PJL INFO STATUS\r\n")
        assert b"ONLINE=TRUE" in client.recv(4096)
        client.sendall(b'@PJL SET USERNAME="mary"\r\n@PJL ENTER LANGUAGE=PDF\r\n' + sample.read_bytes())
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    assert raw.wait_job(newest(raw)["id"], ("pending-held",))["user"] == "mary"


def test_a_raw_document_that_breaks_off_is_no_job(raw, sample):
    with socket.create_connection(("127.0.0.1", raw.raw_port), timeout=10) as client:
        client.sendall(sample.read_bytes()[:1000])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
    pour(raw.raw_port, wrapped(sample.read_bytes(), 'SET USERNAME="mary"'))
    raw.wait_job(newest(raw)["id"], ("pending-held",))
    assert len(raw.jobs()) == 1


def test_raw_ports_follow_their_queues(raw, sample):
    second = free_port(besides=[raw.raw_port])
    raw.ask("queue", "set", "later", "--raw-port", second)
    assert is_free(raw.raw_port)
    pour(second, wrapped(sample.read_bytes(), 'SET USERNAME="mary"'))
    number = newest(raw)["id"]
    raw.wait_job(number, ("pending-held",))
    with socket.create_server(("127.0.0.1", raw.raw_port)):
        refused = raw.run("queue", "set", "later", "--raw-port", raw.raw_port, check=False)
        assert refused.returncode != 0 and str(raw.raw_port) in refused.stderr, refused.stderr
        assert raw.ask("queue", "show", "later")["raw_port"] == second
    raw.stop()
    with socket.create_server(("127.0.0.1", second)):  # at the start: the engine serves all the same
        raw.start()
        assert raw.job(number)["state"] == "pending-held"
    wait_until(lambda: not is_free(second), 20, "it is tried again")
    raw.run("job", "cancel", number)
    raw.wait_job(number)
    raw.ask("queue", "set", "later", "--raw-port", "none")
    assert is_free(second)
    raw.ask("queue", "set", "strict", "--raw-port", second)
    assert not is_free(second)
    raw.run("queue", "remove", "strict")
    assert is_free(second)


def test_the_socket_backend_of_cups_prints(raw, sample):
    if not pathlib.Path(CUPS_SOCKET).exists():
        pytest.skip("CUPS's backend socket is not here")
    done = subprocess.run([CUPS_SOCKET, "17", "mary", "From CUPS", "1", "", sample], capture_output=True, text=True,
                          env={"DEVICE_URI": f"socket://127.0.0.1:{raw.raw_port}", "PATH": os.environ["PATH"]},
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    job = raw.wait_job(newest(raw)["id"], ("pending-held",))
    assert "job-held-unclaimed" in job["reasons"]  # that backend says nothing of its user


def test_garbage_on_a_raw_port(raw, sample):
    chance = random.Random(9100)
    for number in range(40):
        with contextlib.suppress(OSError):
            pour(raw.raw_port, chance.choice([b"", UEL, UEL + b"@PJL "]) + chance.randbytes(chance.randrange(1, 3000)))
    idle = [socket.create_connection(("127.0.0.1", raw.raw_port), timeout=5) for _ in range(100)]
    pour(raw.raw_port, wrapped(sample.read_bytes(), 'SET USERNAME="mary"'))
    for client in idle:
        client.close()
    assert raw.wait_job(newest(raw)["id"], ("pending-held",))["user"] == "mary"


def test_policy_knows_who_vouches_for_a_name(raw, sample):
    rules = raw.data.parent / "identity.rules"
    rules.write_text('when identity = "claimed" and from = "127.0.0.1" then hold "Release it at the printer."\n'
                     'when identity = "none" then deny "Say who you are."\n'
                     'expect identity = "claimed" from = "127.0.0.1" -> hold\n'
                     'expect identity = "none" -> deny\nexpect identity = "agent" -> allow\n')
    raw.run("policy", "set", "identity", rules)
    assert send(raw, "office", sample.read_bytes()) == [0, 0]
    job = raw.wait_job(newest(raw)["id"], ("pending-held",))
    assert job["message"] == "Release it at the printer."
    raw.run("job", "release", job["id"])
    assert raw.wait_job(job["id"])["state"] == "completed"


# --- certificates at the IPP door ---------------------------------------------------------------------------


def ipp_tls(site, queue, operation, user, job=None, rest=b"", certificate=None):
    """One operation over TLS; gives the answer."""
    context = ssl.create_default_context(cafile=site.data / "pki/ca.crt")
    if certificate:
        context.load_cert_chain(*certificate)

    def attribute(tag, name, value):
        return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value
    body = struct.pack(">BBHI", 2, 0, operation, 1) + b"\x01" + \
        attribute(0x47, b"attributes-charset", b"utf-8") + attribute(0x48, b"attributes-natural-language", b"en") + \
        attribute(0x45, b"printer-uri", site.uri(queue).encode()) + \
        (attribute(0x21, b"job-id", struct.pack(">i", job)) if job else b"") + \
        (attribute(0x42, b"requesting-user-name", user) if user else b"") + b"\x03" + rest
    client = http.client.HTTPSConnection("localhost", site.ipp_port, context=context, timeout=30)
    client.request("POST", f"/ipp/print/{queue}", body, {"Content-Type": "application/ipp"})
    answer = client.getresponse().read()
    client.close()
    return answer


def ipp_status(answer):
    return struct.unpack(">H", answer[2:4])[0]


def ipp_print(site, queue, document, user, certificate=None):
    return ipp_status(ipp_tls(site, queue, 0x0002, user, rest=document, certificate=certificate))


def test_a_certificate_of_the_web_vouches_for_a_name_and_no_other_does(office, sample, tmp_path):
    pki, document = office.data / "pki", sample.read_bytes()
    for role, user, identity in (("web", b"mary", "authenticated"), ("web", None, "none"), ("dre", b"mary", "claimed"),
                                 ("admin", b"mary", "claimed"), (None, b"mary", "claimed"), (None, None, "none")):
        shown = (pki / f"{role}.crt", pki / f"{role}.key") if role else None
        assert ipp_print(office, "strict", document, user, shown) == 0, role
        job = office.wait_job(newest(office)["id"], ("pending-held",))
        assert office.explain(job["id"])["identity"] == identity, role
        assert ("job-held-unclaimed" in job["reasons"]) == (identity != "authenticated"), role
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=web", "-addext", "subjectAltName=URI:" + web_name(pki), "-keyout", tmp_path / "own.key", "-out",
                    tmp_path / "own.crt"], check=True, capture_output=True)
    with pytest.raises(OSError):
        ipp_print(office, "strict", document, b"mary", (tmp_path / "own.crt", tmp_path / "own.key"))


def test_a_name_alone_does_not_touch_what_was_proven(office, sample):
    pki = office.data / "pki"
    web = (pki / "web.crt", pki / "web.key")
    assert ipp_print(office, "later", sample.read_bytes(), b"mary", web) == 0
    job = office.wait_job(newest(office)["id"], ("pending-held",))
    for operation in (0x000D, 0x000C, 0x0008, 0x003B, 0x0014):  # Release, Hold, Cancel, Close, Set-Job-Attributes
        assert ipp_status(ipp_tls(office, "later", operation, b"mary", job["id"])) == 0x0403, hex(operation)
    told = ipp_tls(office, "later", 0x0009, b"mary", job["id"])  # Get-Job-Attributes
    assert ipp_status(told) == 0 and b"job-uuid" in told and b"job-originating-user-name" not in told
    told = ipp_tls(office, "later", 0x0009, b"mary", job["id"], certificate=web)
    assert b"job-originating-user-name" in told
    assert ipp_status(ipp_tls(office, "later", 0x0039, b"mary")) == 0  # Cancel-My-Jobs: takes none
    assert office.job(job["id"])["state"] == "pending-held" and office.balance("mary")["balance"] == "100.00"
    for asked, told in ((f"\x04later {job['id']}\n", "(not shown)"), (f"\x05later mary {job['id']}\n", "permission denied")):
        with Lpd(office) as lpd:
            lpd.say(asked)
            assert told in lpd.rest(), asked
    assert office.job(job["id"])["state"] == "pending-held"
    assert ipp_status(ipp_tls(office, "later", 0x000D, b"anna", job["id"], certificate=web)) == 0x0403
    assert ipp_status(ipp_tls(office, "later", 0x000D, b"mary", job["id"], certificate=web)) == 0
    assert office.wait_job(job["id"])["state"] == "completed"


def web_name(pki):
    text = subprocess.run(["openssl", "x509", "-in", pki / "web.crt", "-noout", "-ext", "subjectAltName"], check=True,
                          capture_output=True, text=True).stdout
    return re.search(r"quoin://[^,\s]+", text).group()
