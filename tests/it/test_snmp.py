"""Printers by SNMP: a real snmpd by v1, v2c and v3, and devices that lie in 29 ways.

All is asked with `quoin device probe`, which needs no engine.
"""
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import conftest
from snmp_agent import AUTH, PRIVACY, Agent

PEERS = Path(__file__).parent / "peers"
sys.path.insert(0, str(PEERS))
import snmp_liar  # noqa: E402

QUOIN = str(conftest.QUOIN)


def probe(port, *options, secrets=(), home=None):
    env = dict(os.environ, HOME=str(home)) if home else None
    done = subprocess.run([QUOIN, "device", "probe", "127.0.0.1", "--port", str(port), "--json",
                           "--patience", "4", *options], input="".join(s + "\n" for s in secrets), text=True,
                          capture_output=True, timeout=60, env=env)
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory):
    agent = Agent(tmp_path_factory.mktemp("snmpd"))
    yield agent.port
    agent.stop()


WAYS = [("1",), ("2c",),
        ("3", "--user", "quoin", "--auth", "SHA-256", "--privacy", "AES"),
        ("3", "--user", "older", "--auth", "SHA")]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way))
def test_a_real_agent_tells_all(snmpd, way, tmp_path):
    secrets = {4: (AUTH,), 5: (AUTH,), 7: (AUTH, PRIVACY)}.get(len(way), ())
    status, said = probe(snmpd, "--snmp", *way, secrets=secrets, home=tmp_path)
    assert status == 5 and said["told"] and not said["partial"]
    assert said["state"] == "error" and not said["can_print"]
    assert [r["keyword"] for r in said["reasons"]] == ["cover-open", "door-open", "media-empty",
                                                      "toner-low"]
    assert said["serial"] == "QX-4711" and said["name"] == "prt-17"
    assert said["make_and_model"] == "Quoin LaserJet 4000 Testing"
    assert said["console"] == "CLOSE FRONT COVER" and said["location"] == "second floor"
    levels = {s["name"]: (s["kind"], s["color"], s["level"], s["fills"]) for s in said["supplies"]}
    assert levels == {
        "Black Cartridge HP CB540A": ("toner", "black", 50, False),
        "Cyan Cartridge": ("toner", "cyan", 3, False),
        "Magenta Cartridge": ("toner", "magenta", -2, False),
        "Drum unit": ("drum", "", -1, False),
        "Waste toner box": ("waste-toner", "", 75, True),
        "Staples": ("staples", "", 25, False)}
    assert said["meters"] == [{"kind": "total", "unit": "impressions", "count": 4294967290}]
    trays = {t["name"]: (t["level"], t["capacity"], t["status"]) for t in said["trays"]}
    assert trays == {"Tray 1": (120, 250, "ready"), "Tray 2": (0, 500, "empty"),
                     "Manual feed": (-2, -1, "ready"), "Face-down bin": (100, 500, "ready")}
    assert said["covers"][0] == {"name": "Front cover", "status": "open"}
    assert said["messages"] <= 8
    assert list(tmp_path.iterdir()) == []  # nothing is written into anybody's home


@pytest.mark.parametrize("secrets, user, says", [
    (("wrong secret", PRIVACY), "quoin", "authentication password"),
    ((AUTH, "wrong secret"), "quoin", "privacy password"),
    ((AUTH, PRIVACY), "nobody", "does not know that SNMP user")])
def test_what_is_wrong_with_v3_is_said(snmpd, secrets, user, says):
    status, said = probe(snmpd, "--snmp", "3", "--user", user, "--auth", "SHA-256", "--privacy",
                         "AES", secrets=secrets)
    assert status != 0 and not said["told"] and says in said["trouble"]


def test_nobody_listens():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    status, said = probe(port)
    assert status == 3 and said["error"] == "unavailable" and said["messages"] == 1


def plain(value):
    if isinstance(value, dict):
        return all(plain(v) for v in value.values())
    if isinstance(value, list):
        return all(plain(v) for v in value)
    return not isinstance(value, str) or (value.isprintable() and len(value.encode()) <= 255)


NOTHING = {"truncated", "wrong-id", "other-address", "too-big", "gen-err", "no-such",
           "no-such-name", "empty", "wrong-community", "silent", "flood", "garbage", "error-index",
           "deep", "giant-index"}
V3 = {"changing-engine", "fake-report"}


def test_lies_end_and_change_nothing():
    """All at once, each to a process of its own: who lies takes at most his 4 seconds."""
    liars = {kind: snmp_liar.Liar(kind) for kind in snmp_liar.KINDS}
    results = {}

    def ask(kind, name, *options):
        began = time.monotonic()
        results[name] = (*probe(liars[kind].port, *options, secrets=(AUTH, PRIVACY)
                                if options[1] == "3" else ()), time.monotonic() - began)

    threads = []
    for kind in snmp_liar.KINDS:
        versions = ["3"] if kind in V3 else ["2c"] if kind == "silent" else ["2c", "1"]
        for version in versions:
            options = ["--snmp", version]
            if version == "3":
                options += ["--user", "quoin", "--auth", "SHA-256", "--privacy", "AES"]
            threads.append(threading.Thread(target=ask, args=(kind, f"{kind} {version}",
                                                              *options)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for liar in liars.values():
        liar.stop()
    assert len(results) == len(threads)
    for name, (status, said, took) in results.items():
        kind = name.split()[0]
        assert took < 30, (name, took)  # 4 s, on a machine that has other things to do
        assert said["messages"] <= 60 and plain(said), (name, said)
        if kind in NOTHING or kind in V3:
            assert not said["told"] and said["trouble"], (name, said)
            assert status in (1, 2, 3, 4), (name, status)
        for meter in said.get("meters", []):
            assert 0 <= meter["count"] < 2 ** 63
        for supply in said.get("supplies", []):
            assert -2 <= supply["level"] <= 100, (name, supply)
    for version in ("2c", "1"):
        true = results[f"truth {version}"][1]
        assert true["serial"] == "QX-4711" and not true["partial"]
        twice = results[f"duplicates {version}"][1]
        assert twice["serial"] == "QX-4711" and twice["meters"] == true["meters"]
    assert results["truth 2c"][2] < 10  # nobody's lies slowed it
