"""What every engine tells whoever looks after it: /metrics, /livez and /readyz, in words that Prometheus's own
tool finds nothing wrong with; the rules of alerts and the dashboard that come with Quoin know only what there is."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

from conftest import ENGINES, SOURCE, wait_until

SHARE = SOURCE / "share"
PROMTOOL = shutil.which("promtool")


def promtool(*words, text=None):
    if PROMTOOL is None:
        if os.environ.get("CI") == "true":
            pytest.fail("promtool is not installed")
        pytest.skip("promtool is not installed")
    done = subprocess.run([PROMTOOL, *words], input=text, text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


def port(site, engine):
    return site.port(engine) + (500 if engine == "web" else 6000)


def get(site, engine, path, method="GET", **fields):
    link = http.client.HTTPConnection("127.0.0.1", port(site, engine), timeout=10)
    link.request(method, path, headers=fields)
    answer = link.getresponse()
    body = answer.read().decode()
    link.close()
    return answer, body


def page(site, engine):
    answer, body = get(site, engine, "/metrics")
    assert answer.status == 200 and answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return body


def value(body, start):
    found = [line for line in body.splitlines() if line.startswith(start + " ")]
    assert len(found) == 1, (start, found)
    return float(found[0].split()[-1])


@pytest.fixture
def busy(site, virtual_printer, sample):
    site.user("mary", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall")
    site.wait_job(site.ipptool("office", sample))
    wait_until(lambda: [one["state"] for one in site.ask("device", "status")] == ["idle"], 15, "the device")
    return site


def test_what_every_engine_tells(busy):
    site = busy
    names = set()
    for engine in ENGINES:
        body = page(site, engine)
        promtool("check", "metrics", text=body)
        assert value(body, "quoin_up") == 1
        assert f'quoin_build_info{{engine="{engine}",version="' in body
        pid = site.pids()[engine]
        with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
            resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        assert 0.5 < value(body, "process_resident_memory_bytes") / resident < 2
        assert value(body, "process_open_fds") > 5
        assert abs(value(body, "process_start_time_seconds") - time.time()) < 600
        assert 'quoin_calls_total{method="Engine/Status",code="ok"}' in body
        assert value(body, 'quoin_call_duration_seconds_count{method="Engine/Status"}') >= 1
        names |= set(re.findall(r"^# TYPE (\S+)", body, re.M))
        assert get(site, engine, "/livez")[0].status == 200
        answer, word = get(site, engine, "/readyz")
        assert (answer.status, word) == (200, "ok\n")
    cas, dre, dme = (page(site, engine) for engine in ("cas", "dre", "dme"))
    wait_until(lambda: value(page(site, "cas"), "quoin_ledger_entries") >= 2, 15, "the ledger's entries")
    assert value(cas, "quoin_cas_requests_total") > 3
    assert value(dre, 'quoin_jobs{state="completed"}') == 1 and value(dre, "quoin_jobs_delivered_total") == 1
    assert value(dre, 'quoin_printers{state="idle"}') == 1
    assert value(dme, 'quoin_devices{state="idle"}') == 1
    assert value(dme, 'quoin_device_can_print{device="hall"}') == 1
    assert 'quoin_supply_level_percent{device="hall",supply="Black ' in dme
    known_by_rules(names)
    known_by_dashboard(names)


def used(expressions):
    words = set()
    for expression in expressions:
        words |= set(re.findall(r"\b(?:quoin|process)_[a-z_]+", expression))
    return {re.sub(r"_(bucket|sum|count)$", "", word) if word.endswith(("_bucket",)) else word for word in words}


def known_by_rules(names):
    promtool("check", "rules", str(SHARE / "prometheus" / "alerts.yml"))
    text = (SHARE / "prometheus" / "alerts.yml").read_text()
    asked = used(re.findall(r"expr: (.*)", text))
    assert asked and asked <= names, asked - names


def known_by_dashboard(names):
    board = json.loads((SHARE / "grafana" / "quoin.json").read_text())
    asked = used(target["expr"] for panel in board["panels"] for target in panel.get("targets", []))
    assert asked and asked <= names, asked - names
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_who_asks_for_something_else_gets_nothing(site):
    assert get(site, "cas", "/")[0].status == 404
    assert get(site, "cas", "/metrics", Host="printers.example.org")[0].status == 421
    assert get(site, "cas", "/metrics", Host="localhost.example.org")[0].status == 421
    assert get(site, "cas", "/metrics", Host="localhost:1")[0].status == 200
    assert get(site, "cas", "/metrics", method="POST")[0].status == 405
    assert get(site, "cas", "/metrics", method="HEAD")[1] == ""


def test_an_engine_that_hangs_is_not_alive(site):
    pid = site.pids()["dme"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(OSError):
            link = http.client.HTTPConnection("127.0.0.1", port(site, "dme"), timeout=1)
            link.request("GET", "/livez")
            link.getresponse()
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: get(site, "dme", "/livez")[0].status == 200, 10, "dme alive")
