"""What the tests against real peers share: a site of their own, started as a person starts it, and a
real ippeveprinter. Everything runs on loopback, below a temporary folder, and is ended by pid."""
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import time

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("QUOIN_BUILD", SOURCE / "build"))
QUOIN = BUILD / "bin" / "quoin"
ENGINES = {"cas": 2938, "dce": 2939, "dre": 2940, "dme": 2942, "web": 8444}
OUR_PORTS = [2938, 2939, 2940, 2941, 2942, 8515, 8631, 8632, 8639, 8443, 8444,
             8938, 8939, 8940, 8941, 8942, 8944]  # … and metrics
SAMPLE = SOURCE / "share" / "quoin" / "sample.pdf"


def pytest_configure(config):
    config.addinivalue_line("markers", "soak: also part of make soak, where QUOIN_SOAK is greater")


def is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


# Two run at a time (tools/check-all); each has ports of its own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 2


def free_offset():
    """An offset at which all ports of a site are free, below the range of ephemeral ports."""
    for _ in range(1000):
        offset = random.randrange(2000, 12500) + 10500 * WORKER
        if all(is_free(port + offset) for port in OUR_PORTS):
            return offset
    raise RuntimeError("no free ports")


def free_port(besides=()):
    """Below the range of ephemeral ports, and of no site."""
    while not is_free(chosen := random.randrange(32000, 32768)) or chosen in besides:
        pass
    return chosen


def wait_until(condition, limit_s, what):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {limit_s} s")


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    except OSError:
        return False


def offspring(pid):
    """All processes below pid."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, look = [], [pid]
    while look:
        below = children.get(look.pop(), [])
        found += below
        look += below
    return found


class Failed(AssertionError):
    def __init__(self, done):
        super().__init__(f"{done.args} left with {done.returncode}: {done.stderr}{done.stdout}")
        self.status, self.stderr = done.returncode, done.stderr


class Site:
    """A site of its own. It is started by start() and is a context manager."""

    def __init__(self, data, offset=None, options=()):
        self.data = pathlib.Path(data)
        self.offset = free_offset() if offset is None else offset
        self.options = list(options)
        self.process = None
        self.output = self.data.parent / (self.data.name + ".up.log")

    @property
    def ipp_port(self):
        return 8631 + self.offset

    @property
    def lpd_port(self):
        return 8515 + self.offset

    def port(self, engine):
        return ENGINES[engine] + self.offset

    def uri(self, queue):
        return f"ipp://localhost:{self.ipp_port}/ipp/print/{queue}"

    # --- life

    def start(self, wait_s=30):
        with open(self.output, "ab") as out:
            self.process = subprocess.Popen(
                [QUOIN, "up", "--data", self.data, "--port-offset", str(self.offset), *self.options],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        try:
            if wait_s:
                self.wait(wait_s)
        except BaseException:
            self.stop()
            raise
        return self

    def wait(self, wait_s=30):
        done = self.run("status", "--wait", str(wait_s), check=False)
        if done.returncode != 0:
            raise AssertionError("the site does not serve:\n" + done.stdout + done.stderr + self.logs())

    def logs(self):
        texts = [self.output.read_text(errors="replace")]
        for log in sorted(self.data.glob("log/*.log")):
            texts.append(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-25:]))
        return "\n".join(texts)

    def stop(self, number=signal.SIGTERM, limit_s=30):
        """Ends the site; gives the exit status of `quoin up`. Nothing of it may stay behind."""
        if self.process is None:
            return None
        below = offspring(self.process.pid)
        self.process.send_signal(number)
        try:
            status = self.process.wait(limit_s)
            wait_until(lambda: not any(is_alive(pid) for pid in below), limit_s, "its processes end")
        finally:
            for pid in [self.process.pid, *below]:
                with contextlib.suppress(ProcessLookupError):
                    if is_alive(pid):
                        os.kill(pid, signal.SIGKILL)
            self.process = None
        return status

    def __enter__(self):
        return self.start() if self.process is None else self

    def __exit__(self, *_):
        self.stop()

    # --- asking

    def run(self, *words, check=True, stdin=None, timeout=120):
        done = subprocess.run([QUOIN, "--data", self.data, *map(str, words)], text=True, input=stdin,
                              capture_output=True, timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise Failed(done)
        return done

    def ask(self, *words, **more):
        return json.loads(self.run("--json", *words, **more).stdout)

    def pids(self):
        return {engine["name"]: engine["pid"] for engine in self.ask("status")["engines"]}

    def user(self, name, balance="0.00", **options):
        return self.ask("user", "add", name, "--balance", balance, *flags(options))

    def printer(self, name, uri):
        return self.ask("printer", "add", name, uri)

    def queue(self, name, mode="direct", printer=None, **options):
        return self.ask("queue", "add", name, "--mode", mode,
                        *(["--printer", printer] if printer else []), *flags(options))

    def prices(self, **options):
        return self.ask("price", "set", *flags(options))

    def jobs(self, **options):
        return self.ask("job", "list", *flags(options))

    def job(self, number):
        return self.ask("job", "show", number)

    def explain(self, number):
        return self.ask("explain", number)

    def balance(self, name):
        return self.ask("ledger", "balance", f"user:{name}")

    def entries(self, account=None):
        return self.ask("ledger", "entries", *([account] if account else []))

    def verify(self):
        found = self.ask("ledger", "verify")
        assert found["good"], found
        return found

    def wait_job(self, number, states=("completed", "canceled", "aborted"), limit_s=30):
        def look():
            job = self.job(number)
            return job if job["state"] in states else None
        return wait_until(look, limit_s, f"job {number} becomes {' or '.join(states)}")

    # --- printing, with a client that we did not write

    def ipptool(self, queue, document, user="mary", kind="application/pdf", **attributes):
        """Prints a file. Gives the job's id, or None when it was refused (see .refusal)."""
        extra = "".join(f"ATTR {value[0]} {name.replace('_', '-')} {value[1]}\n"
                        for name, value in attributes.items())
        test = self.data.parent / "print.test"
        test.write_text('{\nNAME "Print"\nOPERATION Print-Job\nGROUP operation-attributes-tag\n'
                        'ATTR charset attributes-charset utf-8\n'
                        'ATTR naturalLanguage attributes-natural-language en\n'
                        'ATTR uri printer-uri $uri\nATTR name requesting-user-name $who\n'
                        f'ATTR name job-name "{pathlib.Path(document).name}"\n'
                        f'ATTR mimeMediaType document-format {kind}\n'
                        f'GROUP job-attributes-tag\n{extra}FILE $filename\nDISPLAY job-id\n'
                        'STATUS successful-ok\nSTATUS successful-ok-ignored-or-substituted-attributes\n}\n')
        done = subprocess.run(["ipptool", "-tv", "-d", f"who={user}", "-f", document, self.uri(queue),
                               test], text=True, capture_output=True, timeout=60, check=False)
        self.refusal = done.stdout
        if done.returncode != 0:
            return None  # a refusal may name the job that it ended
        for line in done.stdout.splitlines():
            if line.strip().startswith("job-id (integer) = "):
                return int(line.rpartition("=")[2])
        return None


def flags(options):
    words = []
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return words


@pytest.fixture
def new_site():
    """Makes further sites: with new_site(folder) as site: …"""
    return Site


@pytest.fixture
def site(tmp_path):
    """A running site. After the test its ledger must be good, and nothing of it may run on."""
    made = Site(tmp_path / "site").start()
    try:
        yield made
        if made.process is not None and made.process.poll() is None:
            made.wait(15)
            made.verify()
    finally:
        status = made.stop()
    assert status in (0, None), made.output.read_text()


@pytest.fixture
def sample():
    """Four A4 pages, of which the third has colour."""
    return SAMPLE


@pytest.fixture
def one_page(tmp_path):
    """One A4 page without colour."""
    made = tmp_path / "one.pdf"
    subprocess.run(["qpdf", SAMPLE, "--pages", ".", "1", "--", made], check=True)
    return made


class VirtualPrinter:
    def __init__(self, folder, command=None, options=()):
        self.folder = pathlib.Path(folder)
        self.paper = self.folder / "paper"
        self.log = self.folder / "log"
        (self.folder / "spool").mkdir(parents=True)
        self.paper.mkdir()
        self.command = command or SOURCE / "share" / "quoin" / "virtual-printer"
        self.port = 0
        self.options = list(options)
        self.running = []

    @property
    def uri(self):
        return f"ipp://localhost:{self.port}/ipp/print"

    def start(self):
        bus = f"unix:path={self.folder}/bus" if len(str(self.folder)) < 90 else \
            f"unix:abstract=quoin-test-{os.getpid()}-{id(self)}"
        out = open(self.log, "ab")
        self.running.append(subprocess.Popen(
            [shutil.which("dbus-daemon"), "--session", "--nofork", "--nopidfile", "--nosyslog",
             f"--address={bus}"], stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        while not self.port:  # one that was away comes back as it was
            chosen = random.randrange(25000, 32000)
            self.port = chosen if is_free(chosen) else 0
        if bus.startswith("unix:path"):
            wait_until((self.folder / "bus").exists, 10, "the private D-Bus")
        self.running.append(subprocess.Popen(
            [shutil.which("ippeveprinter", path=os.environ["PATH"] + ":/usr/sbin"), "-r", "off", "-n",
             "localhost", "-p", str(self.port), "-d", self.folder / "spool",
             "-f", "application/pdf,image/jpeg,image/pwg-raster", "-c", self.command, *self.options, "virtual"],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus, "QUOIN_PAPER": str(self.paper)},
            stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        out.close()

        def answers():
            with contextlib.suppress(OSError):
                socket.create_connection(("localhost", self.port), timeout=1).close()
                return True
            return False
        wait_until(answers, 15, "ippeveprinter")
        return self

    def stop(self):
        for process in reversed(self.running):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running = []
        (self.folder / "bus").unlink(missing_ok=True)


@pytest.fixture
def new_printer(tmp_path):
    """Makes real ippeveprinters: new_printer("name", command=…).start()."""
    made = []

    def make(name="printer", **more):
        made.append(VirtualPrinter(tmp_path / name, **more))
        return made[-1]
    yield make
    for printer in made:
        printer.stop()


@pytest.fixture
def virtual_printer(new_printer):
    return new_printer().start()
