"""The CUPS backend "quoin" under a real cupsd with folders of its own: attached, printed through by
lp, refused, cut off, lied to, and given back."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from conftest import Site, free_port, wait_until

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
                shutil.copy2(there, self.folder / "bin" / "backend" / there.name)
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
        wait_until(lambda: self.show(job, "completed"), limit_s, f"{job} ends\n{self.log()}")
        return self.show(job, "completed")

    def log(self):
        lines = (self.folder / "log" / "error").read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if "Job" in line)[-4000:]


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
    site.ask("cups", "attach", "office", *cups.attach_words())
    return virtual_printer


def test_attached_printed_charged_and_detached(site, cups, office, one_page):
    assert cups.uri("office") == f"quoin://localhost:{site.ipp_port}/office"
    assert cups.backend.stat().st_mode & 0o7777 == 0o700
    assert (cups.root / "quoin.conf").stat().st_mode & 0o777 == 0o600
    assert site.ask("cups", "list", *cups.words())[0]["state"] == "attached"
    cups.ended(cups.lp("office", one_page, options=["-n", "2", "-t", "<b>Ümlaut & more</b>"]))
    (job,) = site.jobs()
    assert (job["state"], job["copies"], job["user"]) == ("completed", 2, "mary"), job
    assert site.explain(job["id"])["identity"] == "agent"
    assert len(list(office.paper.iterdir())) == 1
    again = site.run("cups", "attach", "office", *cups.attach_words(), check=False)
    assert "attached already" in again.stderr
    site.run("cups", "detach", "office", "--dry-run", *cups.words())
    assert cups.uri("office").startswith("quoin:")
    site.run("cups", "detach", "office", *cups.words())
    assert cups.uri("office") == office.uri
    assert site.ask("cups", "list", *cups.words()) == []
