"""The watch on the ports, in the monitoring engine: who comes and goes is known, told and kept."""
import datetime
import os
import signal
import socket
import subprocess
import time

import pytest

from conftest import wait_until
from test_web_monitored import Events
from web_client import first_administrator, web_site

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="sees processes and calls of others: root is wanted")


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    with web_site(tmp_path_factory.mktemp("watched")) as made:
        wait_until(lambda: verdict(made, made.port("dre")) in ("ours", "ours-degraded") or None, 15, "the first look")
        made.quiet = made.port("dre") + 1  # of an engine that is not there
        yield made


def fleet(site, *words):
    return site.ask("ports", "fleet", *words, check=False)["ports"]


def verdict(site, port, transport="tcp"):
    found = [one for one in fleet(site) if (one["port"], one["transport"]) == (port, transport)]
    return found[0]["verdict"] if found else None


def history(site, *words):
    return site.ask("ports", "history", "--limit", 1000, *words)["events"]


def times(site, port, *whats):
    return sum(int(one["count"]) for one in history(site, port) if one["what"] in whats and one["transport"] == "tcp")


def alert_of(site, port, word, transport="tcp"):
    """The alert about a port whose text says this verdict: when it began, in seconds."""
    def told():
        return [one for one in site.ask("alert", "list")
                if one["about"].endswith(f":{port}/{transport}") and word in one["text"]]
    (alert,) = wait_until(told, 10, f"an alert that says {word}")
    return datetime.datetime.fromisoformat(alert["began"].replace("Z", "+00:00")).timestamp()


def listen(port, bound=None):
    """At the first moment at which the port is free. bound: takes note of each time that it was bound."""
    until = time.monotonic() + 10
    while True:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(("127.0.0.1", port))
            if bound is not None:
                bound.append(port)
            made.listen()
            return made
        except OSError:
            made.close()
            assert time.monotonic() < until


@needs_root
def test_what_lives_between_two_looks_is_counted(watched):
    port, bound = watched.quiet, []
    before, rows = times(watched, port, "opened", "fleeting"), len(history(watched, port))
    for _ in range(200):
        with listen(port, bound):
            time.sleep(0.005)  # that long it lives
    lives = len(bound)
    wait_until(lambda: times(watched, port, "opened", "fleeting") - before >= lives or None, 20, "all being counted")
    # None is lost; one whose end is told while it is looked at may be counted by both.
    assert times(watched, port, "opened", "fleeting") - before <= lives + 4
    assert times(watched, port, "fleeting") > lives // 2
    assert len(history(watched, port)) - rows < 40  # events with counts, not a flood


@needs_root
def test_a_stranger_comes_and_goes(watched):
    port = watched.quiet
    with listen(port):
        began = time.time()
        assert alert_of(watched, port, "foreign") - began < 2
        row = wait_until(lambda: next((one for one in fleet(watched, "--deviations") if one["port"] == port and
                                       one["verdict"] == "foreign"), None), 5, "the row of the fleet")
        assert row["holders"][0]["pid"] == os.getpid()
    wait_until(lambda: verdict(watched, port) == "quiet" or None, 5, "it being quiet again")
    whats = [one["what"] for one in history(watched, port)]
    assert "opened" in whats and "closed" in whats and "verdict" in whats
    # Who held it then? Also what held before the span is told.
    held = history(watched, port, "--from", "2090-01-01T00:00Z")
    assert [(one["what"], one["verdict"], one["before"]) for one in held] == [("verdict", "quiet", True)]


@needs_root
def test_who_held_it_at_a_time_by_the_sites_clock(watched):
    port = watched.quiet
    with listen(port):
        wait_until(lambda: verdict(watched, port) == "foreign" or None, 5, "it being seen")
        held = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(milliseconds=50)
        time.sleep(0.1)  # the moment that is asked for is to have passed
    wait_until(lambda: verdict(watched, port) == "quiet" or None, 5, "it being quiet again")
    at = held.strftime("%Y-%m-%dT%H:%M:%S.") + f"{held.microsecond // 1000:03}"
    (row,) = history(watched, port, "--at", at + "Z")
    assert row["verdict"] == "foreign" and row["before"] and str(os.getpid()) in row["text"]
    watched.run("site", "time", "--zone", "Asia/Tokyo")
    try:
        told = watched.ask("ports", "history", port, "--at", at + "Z")
        assert told["zone"] == "Asia/Tokyo" and [one["verdict"] for one in told["events"]] == ["foreign"]
        there = held + datetime.timedelta(hours=9)
        (row,) = history(watched, port, "--at", there.strftime("%Y-%m-%d %H:%M:%S.") + at[-3:])
        assert row["verdict"] == "foreign"
        text = watched.run("ports", "history", port).stdout
        assert "WHEN (Asia/Tokyo)" in text and there.strftime("%Y-%m-%d %H:") in text
    finally:
        watched.run("site", "time", "--zone", "UTC")
    for words in (("--at", "yesterday"), ("--at", at, "--from", at)):
        refused = watched.run("ports", "history", port, *words, check=False)
        assert refused.returncode == 2 and "--at" in refused.stderr


@needs_root
def test_an_impostor_in_an_engines_place_is_told(watched):
    port = watched.port("dce")
    wait_until(lambda: verdict(watched, port) == "ours" or None, 10, "it being ours")
    os.kill(watched.pids()["dce"], signal.SIGKILL)
    with listen(port):  # before the supervisor starts it again
        began = time.time()
        assert alert_of(watched, port, "impostor") - began < 2
        row = next(one for one in fleet(watched, "--deviations") if one["port"] == port)
        assert row["verdict"] == "impostor" and row["holders"][0]["pid"] == os.getpid()
    wait_until(lambda: verdict(watched, port) == "ours" or None, 60, "the engine being back")


TWIN = """
import os, socket, sys
if sys.argv[2] != "0": os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
s = socket.socket(type=socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, getattr(socket, sys.argv[3]), 1)
try: s.bind(("127.0.0.1" if sys.argv[3] == "SO_REUSEADDR" else "0.0.0.0", int(sys.argv[1])))
except OSError as refused: sys.exit(refused.strerror)
print("ready", flush=True); sys.stdin.read()
"""


@needs_root
def test_a_twin_of_another_user_is_refused_or_seen(watched):
    """Beside an engine the kernel refuses it; beside who lets himself be shared, both are told."""
    def twin(port, uid, option):
        return subprocess.Popen(["/usr/bin/python3", "-c", TWIN, str(port), str(uid), option], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for option in ("SO_REUSEPORT", "SO_REUSEADDR"):
        refused = twin(watched.port("dre"), 65534, option)
        assert "in use" in refused.communicate(timeout=20)[1] and refused.returncode == 1
    one, other = twin(watched.quiet, 0, "SO_REUSEPORT"), None
    try:
        assert one.stdout.readline() == "ready\n"
        other = twin(watched.quiet, 65534, "SO_REUSEPORT")
        assert "in use" in other.communicate(timeout=20)[1]  # of another user: the kernel keeps them apart
        one.communicate(timeout=20)
        one = twin(watched.quiet, 0, "SO_REUSEADDR")
        assert one.stdout.readline() == "ready\n"
        other = twin(watched.quiet, 65534, "SO_REUSEADDR")
        assert other.stdout.readline() == "ready\n"
        both = wait_until(lambda: (row := next((row for row in fleet(watched) if row["port"] == watched.quiet and
                                                row["transport"] == "udp"), None)) and
                          {holder["pid"] for holder in row["holders"]} == {one.pid, other.pid} and row, 10, "both")
        assert {holder["user"] for holder in both["holders"]} == {"root", "nobody"} and both["severity"] >= 2
    finally:
        for process in (one, other):
            if process and process.poll() is None:
                process.communicate(timeout=20)


@needs_root
def test_a_killed_watch_loses_only_the_gap_and_says_so(watched):
    admin = first_administrator(watched)
    stream = Events(admin, "/events")
    port = watched.quiet
    with listen(port):
        stream.next(port=lambda data: data.get("port") == port and data["verdict"] == "foreign")
        known = history(watched, port)
        old = watched.pids()["dme"]
        os.kill(old, signal.SIGKILL)
        killed = time.time()
        with listen(port + 1000):
            pass
        wait_until(lambda: watched.run("status", check=False).returncode == 0 and watched.pids()["dme"] not in (0, old) or None,
                   60, "the engine being back")
    # The stream goes on, of the same connection: it is taken up again by who has it.
    stream.next(port=lambda data: data.get("port") == port and data["verdict"] == "quiet")
    stream.close()
    after = wait_until(lambda: (now := history(watched, port)) and now[0]["verdict"] == "quiet" and now, 30, "the end")
    ids = [one["id"] for one in after]
    assert len(set(ids)) == len(ids) and {one["id"] for one in known} <= set(ids)
    new = [one for one in after if one["id"] not in {one["id"] for one in known}]
    gap = [one for one in new if one["what"] == "unwatched"]
    assert len(gap) == 1 and "nobody watched" in gap[0]["text"]
    begins, ends = (datetime.datetime.fromisoformat(gap[0][key].replace("Z", "+00:00")).timestamp() for key in ("at", "until"))
    assert begins <= killed + 0.1 and ends >= killed
    # Who was there before and after is not told to have come again.
    assert "opened" not in [one["what"] for one in new]


@needs_root
def test_an_engine_that_is_expected_is_missed(watched):
    watched.run("ports", "expect", "*", "cas", "dre", "dce", "dme", "web", "spe")
    wait_until(lambda: verdict(watched, watched.quiet) == "missing" or None, 10, "spe being missed")
    watched.run("ports", "expect", "*", "--remove")
    wait_until(lambda: verdict(watched, watched.quiet) == "quiet" or None, 10, "nobody being missed")


def test_what_is_expected_there_is(watched):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        host = fleet(watched)[0]["host"]
        watched.run("ports", "allow", host, port, "--why", "a test")
        wait_until(lambda: verdict(watched, port) == "expected" or None, 10, "it being expected")
        refused = watched.run("ports", "allow", host, "70000", check=False)
        assert refused.returncode == 2 and "no port" in refused.stderr


@needs_root
def test_ten_thousand_calls_are_a_few_events(watched):  # the last: the port stays loud for a while
    port = watched.quiet
    for _ in range(10000):
        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) != 0
    wait_until(lambda: verdict(watched, port) == "loud" or None, 20, "the port being loud")
    called = wait_until(lambda: (events := [one for one in history(watched, port) if one["what"] == "called"])
                        and sum(one["count"] for one in events) > 100 and events, 20, "calls being counted")
    assert len(called) < 12, called
