"""The watch on a host without an engine, quoin-dme --ports-only, and who calls engines and is none."""
import contextlib
import datetime
import json
import os
import pathlib
import signal
import socket
import subprocess

import pytest

from conftest import BUILD, Site, free_port, is_alive, wait_until
from engine_client import Bridge, Refused

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="sees processes of others: root is wanted")
DME = BUILD / "bin" / "quoin-dme"


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Agent:
    """A host that joined; the ports of engines that it watches are its own, not the site's."""

    def __init__(self, site, folder, host="branch", role="agent"):
        self.site, self.host, self.process = site, host, None
        self.folder = pathlib.Path(folder) / host
        self.log = pathlib.Path(folder) / f"{host}.log"
        token = site.ask("engine", "join-token", role, host)["token"]
        Site(self.folder, offset=1).run("engine", "join", "--cas", f"localhost:{site.port('cas')}", "--token", token)
        self.offset = free_port() - 8639  # of the highest of our ports

    def start(self):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [DME, "--ports-only", "--data", self.folder, "--port-offset", str(self.offset)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        return self

    def said(self):
        return [json.loads(line)["event"] for line in self.log.read_text().splitlines() if line.startswith("{")]

    def reports(self):
        wait_until(lambda: "agent.reports" in self.said() or self.process.poll(), 15, "the agent reports")
        assert self.process.poll() is None, self.log.read_text()
        return self

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(10)

    def port(self, name):
        return {"dre": 2940, "spe": 2941}[name] + self.offset

    def fleet(self):
        return self.site.ask("ports", "fleet", "--host", self.host, check=False)

    def verdict(self, port):
        return next((one["verdict"] for one in self.fleet()["ports"] if one["port"] == port), None)

    def history(self, port=None):
        words = [port] if port else []
        return self.site.ask("ports", "history", *words, "--host", self.host)["events"]


@pytest.fixture
def agent(site, tmp_path):
    made = Agent(site, tmp_path)
    made.start().reports()
    yield made
    assert made.stop() == 0


def held(port):
    other = socket.socket()
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    other.bind(("127.0.0.1", port))
    other.listen()
    return other


def status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


@needs_root
def test_a_host_without_an_engine_is_watched(site, agent):
    port = agent.port("dre")
    wait_until(lambda: agent.verdict(port) == "quiet" or None, 10, "the host being known")
    with held(port):
        began = datetime.datetime.now().timestamp()

        def told():
            return [one for one in site.ask("alert", "list") if one["about"] == f"branch:{port}/tcp"]
        (alert,) = wait_until(told, 10, "an alert")
        assert seconds(alert["began"]) - began < 2, alert
        row = next(one for one in agent.fleet()["ports"] if one["port"] == port)
        assert (row["host"], row["verdict"]) == ("branch", "foreign")
        assert row["holders"][0]["pid"] == os.getpid()
    wait_until(lambda: agent.verdict(port) == "quiet" or None, 5, "it being quiet again")
    # What is expected of the host reaches it.
    site.run("ports", "expect", "branch", "dre")

    def missed():  # it learns of it with its next report: when something changes, or within a minute
        held(agent.port("spe")).close()
        return agent.verdict(port) == "missing" or None
    wait_until(missed, 30, "the engine being missed")


@needs_root
def test_nothing_is_lost_or_doubled_while_the_engine_is_away(site, agent):
    port = agent.port("spe")
    engine = site.pids()["dme"]
    os.kill(engine, signal.SIGSTOP)  # it takes what is told, and answers nothing
    with held(port):
        wait_until(lambda: port in {int(line.split()[1].rpartition(":")[2], 16) for line in
                                    pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]}, 5, "the listener")
        os.kill(engine, signal.SIGKILL)
        wait_until(lambda: not is_alive(engine), 5, "the engine is gone")
        wait_until(lambda: agent.verdict(port) == "foreign" or None if site.run("status", check=False).returncode == 0
                   else None, 40, "what was seen meanwhile")
    wait_until(lambda: agent.verdict(port) == "quiet" or None, 10, "it being quiet again")
    whats = [one["what"] for one in agent.history(port)]
    assert whats.count("opened") == 1 and whats.count("closed") == 1, whats
    assert agent.process.poll() is None


@needs_root
def test_it_is_small_and_can_do_nothing_else(site, agent):
    pid = agent.process.pid
    assert os.readlink(f"/proc/{pid}/exe").endswith("quoin-agent")
    status = status_of(pid)
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
    rights = int(status["CapEff"], 16)
    assert rights & ~sum(1 << one for one in (2, 12, 13, 19, 21)) == 0, status["CapEff"]
    listening = {line.split()[9] for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
                 if line.split()[3] == "0A"}
    inodes = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    assert not {f"socket:[{inode}]" for inode in listening} & inodes
    # After its start, what that needed is given back.
    wait_until(lambda: int(status_of(pid)["VmRSS"].split()[0]) < 8192 or None, 15, "it being small")


def test_only_an_agent_s_certificate_and_only_of_itself(site, tmp_path):
    agent = Agent(site, tmp_path)
    agent.start().reports()
    assert agent.stop() == 0
    other = Agent(site, tmp_path, host="engine", role="dce").start()
    assert other.process.wait(20) == 1 and "join-token agent" in other.log.read_text()
    sight = {"host": "branch", "port": 2940, "transport": "tcp", "verdict": "impostor", "severity": 3, "why": "x"}
    event = {"host": "branch", "port": 2940, "transport": "tcp", "what": "opened", "text": "x", "count": 1}
    dme = Bridge(site, "dme", "agent", pki=agent.folder / "pki")
    try:
        def report(sights=(), events=(), host="branch"):
            return dme.ask("PortWatch/ReportPorts", key=os.urandom(16).hex(), host=host, sights=list(sights),
                           events=list(events))

        def refused(**what):
            with pytest.raises(Refused) as found:
                report(**what)
            return found.value
        report([sight], [event])
        assert refused(host="hall").reasons == ["other-host"]
        assert refused(sights=[{**sight, "host": "hall"}]).reasons == ["no-report"]
        assert refused(events=[{**event, "host": "hall"}]).reasons == ["no-report"]
        assert refused(events=[{**event, "what": "<b>"}]).reasons == ["no-report"]
        assert refused(sights=[{**sight, "verdict": "fine"}]).reasons == ["no-report"]
        for call in ("PortWatch/ListPorts", "PortWatch/ListPortEvents", "Alerts/ListAlerts", "Devices/ListMonitored"):
            dme.refused(call)
        dme.refused("Engine/Status")  # of another host
        # However much it tells, people get few alerts, and others' history stays.
        with contextlib.suppress(Refused):
            for number in range(200):
                report([{**sight, "port": 1000 + number * 100 + at} for at in range(100)], [event] * 200)
            pytest.fail("it may tell without end")
    finally:
        dme.process.kill()
        dme.process.wait(10)
    about = [one["about"] for one in site.ask("alert", "list", "--all") if one["about"].startswith("branch")]
    assert len(about) <= 70 and "branch" in about, len(about)


@needs_root
def test_who_calls_an_engine_and_is_none_is_counted(site):
    port = site.port("dre")
    wait_until(lambda: [one for one in site.ask("ports", "fleet", check=False)["ports"]
                        if one["port"] == port and one["verdict"].startswith("ours")], 15, "the first look")
    began = datetime.datetime.now().timestamp()
    for number in range(10000):
        with socket.socket() as caller:
            caller.bind((f"127.0.0.{number % 100 + 2}", 0))
            caller.connect(("127.0.0.1", port))

    def told():
        return [one for one in site.ask("alert", "list") if one["about"].endswith(f":{port}/tcp")]
    (alert,) = wait_until(told, 10, "an alert")
    assert seconds(alert["began"]) - began < 3 and "127.0.0." in alert["text"], alert

    def all_counted():
        events = [one for one in site.ask("ports", "history", port)["events"] if one["what"] == "stranger"]
        return events if sum(one["count"] for one in events) == 10000 else None
    events = wait_until(all_counted, 30, "all being counted")
    assert len(events) < 40, len(events)
    row = next(one for one in site.ask("ports", "fleet", check=False)["ports"]
               if (one["port"], one["transport"]) == (port, "tcp"))
    assert row["verdict"] == "stranger"
    assert len(told()) == 1
