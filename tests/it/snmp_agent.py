"""A real snmpd that answers as a printer: what peers/printer_mib.py says, by v1, v2c and v3."""
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

PEERS = Path(__file__).parent / "peers"
AUTH, PRIVACY = "auth secret 1", "privacy secret 1"
MINE = ("hr_print,hr_device,hr_disk,hr_partition,hr_network,hr_proc,hr_filesys,hrh_filesys,"
        "hr_swrun,hr_swinst,hr_storage,hrh_storage,hr_system,host,hr_other")

# What printer_mib.py says is a printer with its cover open.
HEALTHY = {"1.3.6.1.2.1.25.3.2.1.5.1": ("integer", 2), "1.3.6.1.2.1.25.3.5.1.2.1": ("octet", "00 00"),
           "1.3.6.1.2.1.43.18.1.1.7.1.41": ("integer", 4)}
JAMMED = dict(HEALTHY, **{"1.3.6.1.2.1.25.3.2.1.5.1": ("integer", 5), "1.3.6.1.2.1.25.3.5.1.2.1": ("octet", "04 00")})
COUNT = "1.3.6.1.2.1.43.10.2.1.4.1.1"  # prtMarkerLifeCount


def ping(community):
    """GET sysDescr.0 by v2c."""
    rest = b"\x04" + bytes([len(community)]) + community.encode() + \
        bytes.fromhex("a019020101020100020100300e300c06082b060102010101000500")
    return b"\x30" + bytes([3 + len(rest)]) + b"\x02\x01\x01" + rest


class Agent:
    def __init__(self, folder, community="public"):
        program = shutil.which("snmpd", path="/usr/sbin:/usr/bin")
        if program is None:
            if os.environ.get("CI"):
                pytest.fail("snmpd is missing: tools/install-packages test")
            pytest.skip("no snmpd")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.community = community
        self.changed = folder / "changed.json"
        self.says({})
        script = f"{sys.executable} {PEERS / 'printer_mib.py'} {self.changed}"
        (folder / "snmpd.conf").write_text(f"""rocommunity {community} 127.0.0.1
syslocation second floor
sysname prt-17
createUser quoin SHA-256 "{AUTH}" AES "{PRIVACY}"
createUser older SHA "{AUTH}" AES "{PRIVACY}"
rouser quoin priv
rouser older auth
pass_persist .1.3.6.1.2.1.43 {script}
pass_persist .1.3.6.1.2.1.25.3 {script}
""")
        self.process = subprocess.Popen(
            [program, "-f", "-LE", "4", "-C", "-c", str(folder / "snmpd.conf"), "-I", "-" + MINE,
             f"udp:127.0.0.1:{self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, SNMP_PERSISTENT_DIR=str(folder), MIBS=""))
        until = time.monotonic() + 20
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < until, "snmpd did not start"

    def answers(self):
        """Asked for sysDescr until somebody is there."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("127.0.0.1", self.port))
            asking.settimeout(0.2)
            try:
                asking.send(ping(self.community))
                return len(asking.recv(2000)) > 0
            except (TimeoutError, ConnectionRefusedError):
                return False

    def says(self, changed):
        """OID -> (type, value): what is another now."""
        fresh = self.changed.with_suffix(".new")
        fresh.write_text(json.dumps(changed))
        os.replace(fresh, self.changed)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
