"""The IPP face against clients that we did not write: Debian's ipptool suites, lp, lpstat, cancel,
lpr and lpq without a cupsd, and a cupsd of its own with an "everywhere" queue before it.

The face alone is served by build/tests/ippd_demo, which keeps its jobs in memory. The suites run
against a whole site as well, in test_the_suites_against_a_site."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

import ipptool_suite

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("QUOIN_BUILD", ROOT / "build"))


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(program + " is not installed")


def wait_until(condition, limit_s=20):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(name="demo", scope="module")
def start_demo():
    """The port of a demo printer."""
    child = subprocess.Popen([BUILD / "tests" / "ippd_demo"], stdout=subprocess.PIPE, text=True)
    try:
        yield int(child.stdout.readline().split()[1])
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0


@pytest.fixture(name="documents", scope="module")
def make_documents(tmp_path_factory):
    need("ipptool")
    folder = tmp_path_factory.mktemp("ipptool")
    ipptool_suite.documents(folder)
    return folder


@pytest.mark.parametrize("suite, version", ipptool_suite.SUITES)
def test_the_suites(demo, documents, suite, version):
    result = ipptool_suite.run(documents, f"ipp://localhost:{demo}/ipp/print/office", suite, version)
    assert not result.stopped, result.err
    assert result.failed == 0, "\n".join(re.findall(r".*\[FAIL\]\n(?:        .*\n)*", result.out))
    assert result.passed >= 40


def client(port, *args, status=0, stdin=None):
    done = subprocess.run(args, capture_output=True, text=True, timeout=30, input=stdin, check=False,
                          env={**os.environ, "CUPS_SERVER": f"localhost:{port}", "LC_ALL": "C"})
    assert done.returncode == status, f"{args}: {done.returncode} {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_lp_and_its_kin_need_no_cupsd(demo, documents):
    need("lp", "lpstat", "cancel", "lpr", "lpq")
    pdf = documents / "document-a4.pdf"
    assert "scheduler is running" in client(demo, "lpstat", "-r")
    assert client(demo, "lpstat", "-e").split() == ["office"]
    first = client(demo, "lp", "-d", "office", "-n", "2", "-o", "sides=two-sided-long-edge", pdf)
    assert re.match(r"request id is office-\d+ \(1 file", first)
    client(demo, "lpr", "-P", "office", pdf)
    held = re.search(r"office-\d+", client(demo, "lp", "-d", "office", "-H", "hold", pdf)).group()
    assert wait_until(lambda: held in client(demo, "lpstat", "-o"))
    assert held.split("-")[1] in client(demo, "lpq", "-P", "office")
    client(demo, "cancel", held)
    assert wait_until(lambda: held not in client(demo, "lpstat", "-o"))
    assert "idle" in client(demo, "lpstat", "-t")
    client(demo, "lp", "-d", "attic", pdf, status=1)


CUPSD = """Listen 127.0.0.1:{port}
LogLevel warn
Browsing Off
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""


@pytest.fixture(name="cupsd")
def start_cupsd(tmp_path):
    """The port of a cupsd of our own."""
    need("cupsd", "lpadmin")
    if os.geteuid() != 0:
        pytest.skip("a private cupsd needs to change its user")
    for name in ("root", "spool", "cache", "state", "log"):
        (tmp_path / name).mkdir()
        shutil.chown(tmp_path / name, "lp", "lp")
    for folder in (tmp_path, *tmp_path.parents):  # cupsd's children are lp: they go through all of them
        if folder.owner() == "root" and folder.name.startswith(("pytest-", "popen-", tmp_path.name)):
            folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "cupsd.conf").write_text(CUPSD.format(port=port))
    (tmp_path / "files.conf").write_text(
        f"ServerRoot {tmp_path}/root\nRequestRoot {tmp_path}/spool\nCacheDir {tmp_path}/cache\n"
        f"StateDir {tmp_path}/state\nErrorLog {tmp_path}/log/error\nAccessLog {tmp_path}/log/access\n"
        f"PageLog {tmp_path}/log/page\nUser lp\nGroup lp\nSystemGroup root\n")
    child = subprocess.Popen(["cupsd", "-f", "-c", tmp_path / "cupsd.conf", "-s",
                              tmp_path / "files.conf"])
    try:
        assert wait_until(lambda: subprocess.run(
            ["lpstat", "-h", f"127.0.0.1:{port}", "-r"], capture_output=True, text=True,
            check=False).stdout.startswith("scheduler is running"))
        yield port
    finally:
        child.terminate()
        child.wait(20)


def test_an_everywhere_queue_of_cups(demo, documents, cupsd):
    uri = f"ipp://localhost:{demo}/ipp/print/office"
    client(cupsd, "lpadmin", "-p", "q", "-E", "-v", uri, "-m", "everywhere")
    # cupsd asks the printer in a thread of its own: the queue is raw until its answer is there.
    assert wait_until(lambda: "PageSize" in client(cupsd, "lpoptions", "-p", "q", "-l"))
    job = re.search(r"q-\d+", client(cupsd, "lp", "-d", "q", "-n", "3",
                                     documents / "document-a4.pdf")).group()
    assert wait_until(lambda: job in client(cupsd, "lpstat", "-W", "completed", "-o"), 60)
    assert "idle" in client(cupsd, "lpstat", "-p", "q")


@pytest.mark.parametrize("suite, version", ipptool_suite.SUITES)
def test_the_suites_against_a_site(site, documents, virtual_printer, suite, version):
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    site.user(user, balance="100000.00")
    site.printer("virtual", virtual_printer.uri)
    site.queue("office", mode="direct", printer="virtual")
    result = ipptool_suite.run(documents, site.uri("office"), suite, version)
    assert not result.stopped, result.err
    assert result.failed == 0, "\n".join(re.findall(r".*\[FAIL\]\n(?:        .*\n)*", result.out))
    assert result.passed >= 35
