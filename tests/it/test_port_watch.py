"""The watch on the ports, in the monitoring engine: who comes and goes is known, told and kept."""
import datetime
import os
import socket
import time

import pytest

from conftest import wait_until

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="sees processes and calls of others: root is wanted")


def fleet(site, *words):
    return site.ask("ports", "fleet", *words, check=False)["ports"]


def verdict(site, port, transport="tcp"):
    found = [one for one in fleet(site) if (one["port"], one["transport"]) == (port, transport)]
    return found[0]["verdict"] if found else None


def history(site, *words):
    return site.ask("ports", "history", *words)["events"]


@pytest.fixture
def watched(site):
    wait_until(lambda: verdict(site, site.port("dre")) in ("ours", "ours-degraded") or None, 15, "the first look")
    site.quiet = site.port("dre") + 1  # of an engine that is not there
    return site


@needs_root
def test_a_stranger_comes_and_goes(watched):
    port = watched.quiet
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        began = time.time()

        def told():
            return [one for one in watched.ask("alert", "list") if one["about"].endswith(f":{port}/tcp")]
        (alert,) = wait_until(told, 10, "an alert")
        at = datetime.datetime.fromisoformat(alert["began"].replace("Z", "+00:00")).timestamp()
        assert at - began < 2, alert
        row = next(one for one in fleet(watched, "--deviations") if one["port"] == port)
        assert row["verdict"] == "foreign" and row["holders"][0]["pid"] == os.getpid()
    wait_until(lambda: verdict(watched, port) == "quiet" or None, 5, "it being quiet again")
    whats = [one["what"] for one in history(watched, port)]
    assert whats.count("opened") == 1 and whats.count("closed") == 1 and "verdict" in whats
    # Who held it then? Also what held before the span is told.
    held = history(watched, port, "--from", "2090-01-01T00:00Z")
    assert [(one["what"], one["verdict"], one["before"]) for one in held] == [("verdict", "quiet", True)]


@needs_root
def test_an_engine_that_is_expected_is_missed(watched):
    watched.run("ports", "expect", "*", "cas", "dre", "dce", "dme", "web", "spe")
    wait_until(lambda: verdict(watched, watched.quiet) == "missing" or None, 10, "spe being missed")
    watched.run("ports", "expect", "*", "--remove")
    wait_until(lambda: verdict(watched, watched.quiet) == "quiet" or None, 10, "nobody being missed")


@needs_root
def test_ten_thousand_calls_are_a_few_events(watched):
    port = watched.quiet
    for _ in range(10000):
        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) != 0
    wait_until(lambda: verdict(watched, port) == "loud" or None, 5, "the port being loud")
    called = wait_until(lambda: (events := [one for one in history(watched, port) if one["what"] == "called"])
                        and sum(one["count"] for one in events) > 100 and events, 20, "calls being counted")
    assert len(called) < 12, called


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
