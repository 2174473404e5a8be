"""The CUPS backend "quoin" under a real cupsd with folders of its own: attached, printed through by
lp, refused, cut off, lied to, and given back."""
import contextlib
import decimal
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import threading

import pytest

from conftest import QUOIN, free_port, wait_until

CONF = """Listen 127.0.0.1:{port}
LogLevel debug
Browsing Off
DefaultAuthType None
DirtyCleanInterval 0
JobRetryInterval 1
JobKillDelay 25
PreserveJobHistory Yes
PreserveJobFiles Yes
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""


class Cups:
    """A cupsd of our own, and its clients."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.child = None
        for name in ("root", "spool", "cache", "state", "log", "tmp"):
            (self.folder / name).mkdir(parents=True)
            shutil.chown(self.folder / name, "lp", "lp")
        for above in (self.folder, *self.folder.parents[:3]):
            with contextlib.suppress(PermissionError):
                above.chmod(above.stat().st_mode | 0o755)
        (self.folder / "bin" / "backend").mkdir(parents=True)
        for there in pathlib.Path("/usr/lib/cups").iterdir():
            if there.name != "backend":
                (self.folder / "bin" / there.name).symlink_to(there)
        for there in pathlib.Path("/usr/lib/cups/backend").iterdir():
            if there.name != "quoin":
                copied = self.folder / "bin" / "backend" / there.name
                shutil.copy2(there, copied)
                copied.chmod(0o700)  # so it runs as root: others may not come through folders of the tests
        self.conf = self.folder / "cupsd.conf"
        self.conf.write_text(CONF.format(port=self.port))
        (self.folder / "files.conf").write_text(
            "".join(f"{name} {self.folder}/{below}\n" for name, below in (
                ("ServerRoot", "root"), ("RequestRoot", "spool"), ("CacheDir", "cache"), ("TempDir", "tmp"),
                ("StateDir", "state"), ("ServerBin", "bin"), ("ErrorLog", "log/error"),
                ("AccessLog", "log/access"), ("PageLog", "log/page")))
            + "User lp\nGroup lp\nSystemGroup root\n")

    @property
    def root(self):
        return self.folder / "root"

    @property
    def backend(self):
        return self.folder / "bin" / "backend" / "quoin"

    def words(self):
        return ["--server-root", self.root, "--cupsd", f"127.0.0.1:{self.port}"]

    def attach_words(self):
        return [*self.words(), "--backends", self.folder / "bin" / "backend"]

    def start(self):
        self.child = subprocess.Popen(["cupsd", "-f", "-c", self.conf, "-s", self.folder / "files.conf"])
        wait_until(lambda: "is running" in self.run("lpstat", "-r", check=False), 20, "cupsd")
        return self

    def stop(self, number=signal.SIGTERM):
        if self.child is not None:
            self.child.send_signal(number)
            self.child.wait(20)
            self.child = None

    def run(self, *words, check=True):
        done = subprocess.run([*map(str, words)], text=True, capture_output=True, timeout=60, check=False,
                              env={**os.environ, "CUPS_SERVER": f"127.0.0.1:{self.port}", "LC_ALL": "C"})
        assert not check or done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def queue(self, name, uri):
        self.run("lpadmin", "-p", name, "-E", "-v", uri, "-m", "raw")

    def uri(self, name):
        return re.search(rf"device for {name}: (.*)", self.run("lpstat", "-v", name)).group(1)

    def lp(self, queue, document, user="mary", options=()):
        said = self.run("lp", "-d", queue, "-U", user, *options, document)
        return re.search(r"request id is (\S+)", said).group(1)

    def show(self, job, which="all"):
        """What lpstat -l says of a job; "" if it lists none."""
        said = self.run("lpstat", "-W", which, "-l", "-o", check=False)
        found = re.search(rf"^{job} .*\n(?:\t.*\n)*", said, re.M)
        return found.group() if found else ""

    def ended(self, job, limit_s=40):
        wait_until(lambda: self.show(job, "completed"), limit_s, self)
        return self.show(job, "completed")

    def __str__(self):
        """Read only where something failed."""
        lines = (self.folder / "log" / "error").read_text(errors="replace").splitlines()
        return self.run("lpstat", "-W", "all", "-l", "-o", check=False) + \
            "\n".join(line for line in lines if "[Job" in line and "envp" not in line)[-6000:]


@pytest.fixture(name="cups")
def start_cups(tmp_path):
    for program in ("cupsd", "lpadmin", "lp"):
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is None:
            pytest.skip(program + " is not installed")
    if os.geteuid() != 0:
        pytest.skip("a private cupsd needs to change its user")
    made = Cups(tmp_path / "cups").start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(name="office")
def make_office(site, cups, virtual_printer):
    """A queue of CUPS that prints through Quoin, for Mary, who has 1.00."""
    site.user("mary", balance="1.00")
    cups.queue("office", virtual_printer.uri)
    cups.run("lpadmin", "-p", "office", "-o", "print-color-mode-default=monochrome")
    assert "asks for black" in site.run("cups", "attach", "office", "--dry-run", *cups.attach_words()).stdout
    cups.run("lpadmin", "-p", "office", "-o", "print-color-mode-default=auto")
    assert site.ask("cups", "attach", "office", *cups.attach_words())["asks_for_black"] is False
    return virtual_printer


def test_attached_printed_charged_and_detached(site, cups, office, one_page):
    assert cups.uri("office") == f"quoin://localhost:{site.ipp_port}/office"
    assert cups.backend.stat().st_mode & 0o7777 == 0o700
    assert (cups.root / "quoin.conf").stat().st_mode & 0o777 == 0o600
    assert site.ask("cups", "list", *cups.words())[0]["state"] == "attached"
    cups.ended(cups.lp("office", one_page, options=["-n", "2", "-t", "<b>Ümlaut & more</b>"]))
    (job,) = site.jobs()
    assert (job["state"], job["copies"], job["user"]) == ("completed", 2, "mary"), job
    assert job["document"] == "<b>Ümlaut & more</b>"
    assert site.explain(job["id"])["identity"] == "agent"
    assert len(list(office.paper.iterdir())) == 1
    again = site.run("cups", "attach", "office", *cups.attach_words(), check=False)
    assert "attached already" in again.stderr
    site.run("cups", "detach", "office", "--dry-run", *cups.words())
    assert cups.uri("office").startswith("quoin:")
    site.run("cups", "detach", "office", *cups.words())
    assert cups.uri("office") == office.uri
    assert site.ask("cups", "list", *cups.words()) == []


def paper(printer):
    return len(list(printer.paper.iterdir()))


def charged(site, name, before="1.00"):
    return decimal.Decimal(before) - decimal.Decimal(site.balance(name)["balance"])


def test_what_is_refused_has_its_reason_in_cups(site, cups, office, one_page):
    job = cups.lp("office", one_page, user="nobody-knows")
    said = cups.ended(job)
    assert "nobody-knows" in said and "Status: no user" in said, said + cups.log()
    (refused,) = site.jobs()
    assert refused["message"] in said, said
    # Money can be mended: the job is held, not gone, and goes on when its owner says so.
    site.user("poor")
    poor = cups.lp("office", one_page, user="poor")
    wait_until(lambda: "0.00 available" in cups.show(poor), 20, cups)
    site.run("user", "deposit", "poor", "1.00")
    cups.run("lp", "-i", poor, "-H", "resume")
    cups.ended(poor)
    cups.ended(cups.lp("office", one_page))  # the queue went on all the time
    assert paper(office) == 2
    assert charged(site, "poor") == charged(site, "mary") > 0
    # Once more, on purpose, is another job.
    cups.run("lp", "-i", poor, "-H", "restart")
    wait_until(lambda: paper(office) == 3, 20, cups)


class Wire:
    """A wire to the engine's door that can lose what comes back."""

    def __init__(self, port):
        self.to = port
        self.loses = False
        self.is_cut = False
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                here = self.listener.accept()[0]
                if self.is_cut:
                    here.close()
                    continue
                there = socket.create_connection(("127.0.0.1", self.to))
                pair = {"sent": 0}
                self.open += [here, there]
                threading.Thread(target=self.carry, args=(here, there, pair, True), daemon=True).start()
                threading.Thread(target=self.carry, args=(there, here, pair, False), daemon=True).start()

    def carry(self, come, go, pair, is_there):
        with contextlib.suppress(OSError):
            while data := come.recv(65536):
                if is_there:
                    pair["sent"] += len(data)
                elif self.loses and pair["sent"] > 8000:  # the document is on its way
                    continue
                go.sendall(data)
            go.shutdown(socket.SHUT_WR)

    def cut(self):
        self.is_cut = True
        for end in self.open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.open = []


def test_a_lost_answer_and_a_killed_engine_print_once(site, cups, virtual_printer, one_page):
    wire = Wire(site.ipp_port)
    site.user("mary", balance="1.00")
    site.printer("virtual", virtual_printer.uri)
    site.queue("pay", printer="virtual")
    cups.queue("office", "file:///dev/null")
    site.run("cups", "attach", "office", "--queue", "pay", "--server", f"127.0.0.1:{wire.port}", *cups.attach_words())
    wire.loses = True
    job = cups.lp("office", one_page)
    number = wait_until(lambda: site.jobs(), 20, cups)[0]["id"]
    site.wait_job(number)
    wire.cut()  # the backend never heard that it is printed
    wait_until(lambda: "cannot be reached" in cups.show(job), 20, cups)
    os.kill(site.pids()["dre"], signal.SIGKILL)
    site.wait(20)
    assert not cups.show(job, "completed")
    wire.loses = wire.is_cut = False
    cups.ended(job)
    assert [job["id"] for job in site.jobs()] == [number]
    assert paper(virtual_printer) == 1
    assert charged(site, "mary") == decimal.Decimal(site.job(number)["cost"]) > 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_cups_ended_and_back_prints_once(site, cups, virtual_printer, one_page, number):
    site.user("mary", balance="1.00")
    cups.queue("office", virtual_printer.uri)
    site.run("cups", "attach", "office", *cups.attach_words())
    virtual_printer.stop()  # the job waits at Quoin
    job = cups.lp("office", one_page)
    (ours,) = wait_until(lambda: site.jobs(), 20, cups)
    cups.stop(number)
    cups.start()  # it runs the job again, which Quoin knows again
    wait_until(lambda: cups.show(job), 20, cups)
    virtual_printer.start()
    cups.ended(job, 60)
    assert [(job["id"], job["state"]) for job in site.jobs()] == [(ours["id"], "completed")]
    assert paper(virtual_printer) == 1
    assert charged(site, "mary") == decimal.Decimal("0.05")


def test_cancelled_in_cups_is_cancelled_at_quoin(site, cups, office, one_page):
    office.stop()
    job = cups.lp("office", one_page)
    (ours,) = wait_until(lambda: site.jobs(), 20, cups)
    wait_until(lambda: "now printing" in cups.run("lpstat", "-p", "office"), 20, cups)
    cups.run("cancel", job)
    site.wait_job(ours["id"], ("canceled",))
    assert charged(site, "mary") == 0
    office.start()
    cups.ended(cups.lp("office", one_page), 60)
    assert paper(office) == 1


def test_a_job_that_waits_for_its_release_does_not_keep_others_waiting(site, cups, virtual_printer, one_page):
    site.user("mary", balance="1.00")
    site.printer("virtual", virtual_printer.uri)
    site.queue("hold", mode="hold", printer="virtual", trust="agent")
    cups.queue("office", virtual_printer.uri)
    site.run("cups", "attach", "office", "--queue", "hold", *cups.attach_words())
    for _ in range(2):
        cups.ended(cups.lp("office", one_page))
    held = site.jobs()
    assert [job["state"] for job in held] == ["pending-held"] * 2, held
    assert not any("job-held-unclaimed" in job["reasons"] for job in held)  # an agent is believed so far
    site.run("job", "release", held[0]["id"])
    site.wait_job(held[0]["id"])


def test_hostile_words_are_words(site, cups, office, one_page):
    title = "a\nERROR: b\rSTATE: +x\x1b[2J" + "\u00e4" * 300
    options = ["-o", "sides=;rm", "-o", "media='a b", "-o", "job-uuid=urn:uuid:1", "-o", "page-ranges=1-,x",
               "-o", "number-up=16", "-o", "quoin-sent-as=x", "-o", "requesting-user-name=root",
               "-o", "x=" + "y" * 3000]
    cups.ended(cups.lp("office", one_page, options=["-t", title, *options]))
    cups.ended(cups.lp("office", one_page, options=["-t", "$(id) %s %n <script>", *options]))
    jobs = site.jobs()
    assert len(jobs) == 2 and {job["user"] for job in jobs} == {"mary"}, jobs
    assert all("\n" not in job["document"] and "\x1b" not in job["document"] for job in jobs)
    for user in ("a:b/c", "../../x", "%s%n", "-E", "x" * 300):
        with contextlib.suppress(AssertionError):  # CUPS itself refuses some
            cups.ended(cups.lp("office", one_page, user=user))
    assert "enabled" in cups.run("lpstat", "-p", "office")
    assert charged(site, "mary") == charged(site, "mary") and paper(office) == 2


def sent_as(site, role, name, document, user=b"mary"):
    """Print-Job by whoever has this certificate; gives the status and the job."""
    context = ssl.create_default_context(cafile=site.data / "pki/ca.crt")
    if role:
        context.load_cert_chain(site.data / f"pki/{role}.crt", site.data / f"pki/{role}.key")

    def attribute(tag, key, value):
        return struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(value)) + value
    body = struct.pack(">BBHI", 2, 0, 2, 1) + b"\x01" + \
        attribute(0x47, b"attributes-charset", b"utf-8") + attribute(0x48, b"attributes-natural-language", b"en") + \
        attribute(0x45, b"printer-uri", site.uri("office").encode()) + \
        attribute(0x42, b"requesting-user-name", user) + attribute(0x41, b"quoin-sent-as", name) + b"\x03" + document
    client = http.client.HTTPSConnection("localhost", site.ipp_port, context=context, timeout=30)
    client.request("POST", "/ipp/print/office", body, {"Content-Type": "application/ipp"})
    answer = client.getresponse().read()
    client.close()
    at = answer.find(b"job-id")
    return struct.unpack(">H", answer[2:4])[0], struct.unpack(">I", answer[at + 8:at + 12])[0] if at > 0 else 0


def test_only_an_agent_is_believed_about_users_and_names(site, office, one_page):
    document = one_page.read_bytes()
    first = sent_as(site, "agent", b"job 1", document)
    assert first[0] == 0 and sent_as(site, "agent", b"job 1", document) == first  # known again
    assert sent_as(site, "agent", b"job 2", document)[1] != first[1]
    assert site.explain(first[1])["identity"] == "agent"
    for role in ("dre", "cas", "admin", None):
        one = sent_as(site, role, b"job 1", document)
        two = sent_as(site, role, b"job 1", document)
        assert one[0] == two[0] == 0 and len({one[1], two[1], first[1]}) == 3, role
        assert site.explain(one[1])["identity"] == "claimed", role
    assert sent_as(site, "web", b"job 1", document)[1] != first[1]  # a program's names are its own
    refused = sent_as(site, "agent", b"job 3", document, user=b"nobody-knows")
    assert refused[0] >= 0x400
    again = sent_as(site, "agent", b"job 3", document, user=b"nobody-knows")
    assert again[0] == 0 and site.job(again[1])["state"] == "aborted"  # its fate, and no second job


def test_attaching_what_cannot_be(site, cups, virtual_printer, tmp_path):
    words = cups.attach_words()

    def refused(*more, status=None):
        done = site.run("cups", *more, check=False)
        assert done.returncode not in (0, status), done.stdout
        return done.stderr
    assert "no queue" in refused("attach", "attic", *words)
    assert "no queue" in refused("attach", "../x", *words)
    secret = virtual_printer.uri.replace("ipp://", "ipp://root:s%23cret@")
    cups.queue("office", secret)
    assert "no queue \"cellar\"" in refused("attach", "office", "--queue", "cellar", *words)
    assert "wait or print" in refused("attach", "office", "--when-away", "maybe", *words)
    assert "--server" in refused("attach", "office", "--server", "a b", *words)
    assert "does not answer" in refused("list", "--server-root", cups.root, "--cupsd", "127.0.0.1:1")
    assert "--server-root" in refused("list", "--server-root", tmp_path / "nothing")
    assert "is not attached" in refused("detach", "office", *cups.words())
    assert "certificate" in subprocess.run(
        [QUOIN, "--data", tmp_path / "other", "cups", "attach", "office", *map(str, words)],
        capture_output=True, text=True, check=False).stderr
    assert "password" in refused("attach", "office", "--dry-run", *words)
    cups.queue("attic", virtual_printer.uri)
    assert site.ask("cups", "attach", "attic", "--dry-run", *words)["new_queue"]
    assert cups.uri("office") == cups.uri("attic") == virtual_printer.uri and not cups.backend.exists()
    assert site.ask("queue", "list") == [] and not (cups.root / "quoin.conf").exists()
    # As it was, to the byte; nobody else sees the password.
    site.printer("virtual", virtual_printer.uri)
    site.queue("office", printer="virtual")
    assert "Quoin has a queue" in refused("attach", "office", *words)
    site.run("cups", "attach", "office", "--queue", "office", *words)
    assert "s%23cret" not in site.run("cups", "list", *cups.words()).stdout
    site.run("cups", "detach", "office", *cups.words())
    assert f"DeviceURI {secret}\n" in (cups.root / "printers.conf").read_text()
    # Changed by hand meanwhile.
    site.run("cups", "attach", "office", "--queue", "office", *words)
    cups.run("lpadmin", "-p", "office", "-v", "file:///dev/null")
    assert site.ask("cups", "list", *cups.words())[0]["state"] == "changed"
    assert "--forget" in refused("detach", "office", *cups.words())
    site.run("cups", "detach", "office", "--forget", *cups.words())
    assert cups.uri("office") == "///dev/null"
    site.run("cups", "attach", "office", "--queue", "office", *words)
    cups.run("lpadmin", "-x", "office")
    assert site.ask("cups", "list", *cups.words())[0]["state"] == "removed"
    site.run("cups", "detach", "office", *cups.words())
    assert site.ask("cups", "list", *cups.words()) == []


def test_past_quoin_while_it_is_away_where_that_is_asked_for(site, cups, virtual_printer, one_page):
    site.user("mary", balance="1.00")
    cups.queue("waits", virtual_printer.uri)
    cups.queue("prints", virtual_printer.uri)
    site.run("cups", "attach", "waits", *cups.attach_words())
    site.run("cups", "attach", "prints", "--queue", "waits", "--when-away", "print", *cups.attach_words())
    cups.ended(cups.lp("prints", one_page))  # not away
    assert paper(virtual_printer) == 1 and len(site.jobs()) == 1
    site.stop()
    waits = cups.lp("waits", one_page)
    cups.ended(cups.lp("prints", one_page), 60)
    assert paper(virtual_printer) == 2
    site.start()
    cups.ended(waits, 60)
    assert paper(virtual_printer) == 3 and len(site.jobs()) == 2
    counts = {row["queue"]: row["unaccounted"] for row in site.ask("cups", "list", *cups.words())}
    assert counts == {"waits": 0, "prints": 1}


def ends_soon(site, there):
    """The agent's certificate as it is on its last day."""
    name = subprocess.run(["openssl", "x509", "-in", there / "pki/agent.crt", "-noout", "-ext", "subjectAltName"],
                          check=True, capture_output=True, text=True).stdout
    (there / "ext").write_text("basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n"
                               "keyUsage=critical,digitalSignature\n"
                               f"subjectAltName=DNS:localhost,URI:{re.search(r'quoin://[^, ]+', name).group().strip()}\n")
    for words in (["req", "-new", "-key", there / "pki/agent.key", "-subj", "/CN=agent", "-out", there / "csr"],
                  ["x509", "-req", "-in", there / "csr", "-CA", site.data / "pki/ca.crt", "-CAkey",
                   site.data / "pki/ca.key", "-CAserial", there / "serial", "-CAcreateserial", "-days", "1",
                   "-extfile", there / "ext", "-out", there / "pki/agent.crt"]):
        subprocess.run(["openssl", *words], check=True, capture_output=True)


def test_on_another_host(site, cups, virtual_printer, one_page, tmp_path):
    there = tmp_path / "there"

    def run(*words):
        return subprocess.run([QUOIN, "--data", there, *map(str, words)], capture_output=True, text=True, check=False,
                              timeout=60)
    site.user("mary", balance="1.00")
    site.printer("virtual", virtual_printer.uri)
    site.queue("pay", printer="virtual")
    cups.queue("office", virtual_printer.uri)
    token = site.ask("engine", "join-token", "agent", "print2.example")["token"]
    assert "cups attach" in run("engine", "join", "--cas", f"127.0.0.1:{site.port('cas')}", "--token", token).stdout
    done = run("cups", "attach", "office", *cups.attach_words())
    assert done.returncode and "--server" in done.stderr
    done = run("cups", "attach", "office", "--queue", "pay", "--server", f"localhost:{site.ipp_port}", *cups.attach_words())
    assert done.returncode == 0, done.stderr
    cups.ended(cups.lp("office", one_page))
    assert site.explain(site.jobs()[0]["id"])["identity"] == "agent" and paper(virtual_printer) == 1
    assert "Nothing to do" in run("cups", "renew").stdout
    ends_soon(site, there)
    assert "is renewed" in run("cups", "renew").stdout and "Nothing to do" in run("cups", "renew").stdout
    ends_soon(site, there)
    cups.ended(cups.lp("office", one_page))  # a job does the same
    assert "Nothing to do" in run("cups", "renew").stdout
    (there / "pki" / "agent.crt").write_text("spoiled")
    job = cups.lp("office", one_page)
    wait_until(lambda: "certificate" in cups.run("lpstat", "-p", "office"), 20, cups)
    assert "disabled" in cups.run("lpstat", "-p", "office") and not cups.show(job, "completed")
