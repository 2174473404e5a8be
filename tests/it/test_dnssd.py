"""Queues are announced by DNS-SD: a real avahi-daemon and D-Bus in a network of their own, looked at with
avahi-browse and ippfind; and found by quoin device discover, with a printer that avahi-publish plays."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import Site, wait_until

INSIDE = "QUOIN_TEST_INSIDE"
NEEDED = ("avahi-daemon", "avahi-browse", "avahi-publish", "dbus-daemon", "unshare", "ip")
DBUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""
AVAHI = """[server]
host-name=quoin-test
use-ipv4=yes
use-ipv6=no
enable-dbus=yes
allow-interfaces=lo
[publish]
publish-workstation=no
publish-hinfo=no
"""


def why_not():
    missing = [name for name in NEEDED if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None]
    if missing:
        return f"{', '.join(missing)} is not here"
    if subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False).returncode != 0:
        return "a network of its own needs a right that is not here"
    return None


def test_queues_are_announced(tmp_path):
    reason = why_not()
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    done = subprocess.run(["unshare", "-n", "-m", sys.executable, __file__, tmp_path], capture_output=True, text=True,
                          timeout=120, check=False, env={**os.environ, INSIDE: "1"})
    assert done.returncode == 0, done.stdout + done.stderr


# --- in the network of its own --------------------------------------------------------------------------------


class Network:
    def __init__(self, folder):
        self.folder = folder
        self.running = {}
        subprocess.run("ip link set lo up multicast on; mount -t tmpfs tmpfs /run", shell=True, check=True)
        (folder / "bus.conf").write_text(DBUS.format(folder=folder))
        (folder / "avahi.conf").write_text(AVAHI)
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={folder}/bus"

    def start(self, name, *words):
        self.running[name] = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                              stderr=open(self.folder / f"{name}.log", "ab"))

    def bus(self):
        self.start("bus", "dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork", "--nopidfile")
        wait_until((self.folder / "bus").exists, 10, "the bus")

    def avahi(self):
        self.start("avahi", "/usr/sbin/avahi-daemon", "-f", self.folder / "avahi.conf", "--no-drop-root", "--no-chroot",
                   "--no-rlimits")

    def end(self, name):
        process = self.running.pop(name)
        process.terminate()
        process.wait(10)

    def end_all(self):
        for name in list(self.running):
            self.end(name)


def browse(kind):
    return subprocess.run(["avahi-browse", "-rtp", kind], capture_output=True, text=True,
                          timeout=20, check=False).stdout


def found(kind, queue):
    lines = [line for line in browse(kind).splitlines() if line.startswith("=") and f'"rp=ipp/print/{queue}"' in line]
    return lines[0] if lines else None


HALL = "12345678-1234-1234-1234-123456789abc"


def devices(parts):
    return [part for part in parts if part["what"] == "device"]


def inside(folder):
    network = Network(folder)
    try:
        with Site(folder / "site") as site:
            site.printer("hall", "ipp://localhost:9/ipp/print")
            site.queue("office", printer="hall", announce="yes")
            site.queue("hidden", printer="hall")
            log = site.data / "log/dre.log"
            wait_until(lambda: "announce.nobody" in log.read_text(), 10, "a line that nobody announces")
            parts = site.ask("device", "discover", "--dns-sd")
            assert "start avahi-daemon" in str(parts) and not devices(parts), parts
            network.bus()
            network.avahi()
            wait_until(lambda: devices(site.ask("device", "discover", "--dns-sd")), 30, "the queue being found")
            network.start("hall", "avahi-publish", "-s", "Hall \x1b[2J", "_ipp._tcp", "10", "rp=ipp/print", "ty=ACME 4",
                          "note=Second floor", f"UUID={HALL}")
            network.start("raw", "avahi-publish", "-s", "Hall \x1b[2J", "_pdl-datastream._tcp", "9100", f"UUID={HALL}")
            both = wait_until(lambda: [one for one in devices(site.ask("device", "discover", "--dns-sd"))
                                       if one["uuid"] == HALL and len(one["witnesses"]) > 1], 20, "a printer")
            assert both[0]["uri"] == "ipp://127.0.0.1:10/ipp/print" and both[0]["location"] == "Second floor", both
            assert both[0]["name"] == "hall-2j" and both[0]["witnesses"][0]["name"] == "Hall ?[2J", both
            ours = [one for one in devices(site.ask("device", "discover", "--dns-sd")) if one["uuid"] != HALL]
            assert [one["known_kind"] for one in ours] == ["queue"], ours
            network.end("hall")
            network.end("raw")
            for kind in ("_ipp._tcp", "_ipps._tcp", "_universal._sub._ipp._tcp", "_print._sub._ipps._tcp"):
                line = wait_until(lambda kind=kind: found(kind, "office"), 30, f"{kind} of the queue")
                for text in ("txtvers=1", "qtotal=1", "URF=V1.4", "Color=T", "Duplex=T", "TLS=1.2", "air=none",
                             "pdl=application/pdf,image/pwg-raster", f";{site.ipp_port};", "UUID="):
                    assert text in line, (text, line)
                assert not found(kind, "hidden")
            if shutil.which("ippfind"):
                uris = subprocess.run(["ippfind", "-T", "3", "_ipp._tcp,_universal"], capture_output=True, text=True,
                                      timeout=30, check=False).stdout
                assert f":{site.ipp_port}/ipp/print/office" in uris, uris
            site.ask("queue", "set", "hidden", "--announce", "yes")
            wait_until(lambda: found("_ipp._tcp", "hidden"), 20, "a queue that is announced now")
            site.ask("queue", "set", "hidden", "--announce", "no")
            wait_until(lambda: not found("_ipp._tcp", "hidden"), 20, "a queue that is announced no more")
            network.end("avahi")
            network.avahi()
            wait_until(lambda: found("_ipp._tcp", "office"), 30, "it is back with avahi")
            assert log.read_text().count("announce.nobody") == 1
            assert site.stop() == 0
            wait_until(lambda: not found("_ipp._tcp", "office"), 20, "the engine ended")
    finally:
        network.end_all()


if __name__ == "__main__" and os.environ.get(INSIDE):
    inside(pathlib.Path(sys.argv[1]))
