"""The command line as people and scripts use it: names, shapes, exit statuses, sentences."""
import json
import os
import pathlib
import signal
import subprocess

import pytest
from conftest import BUILD, QUOIN, Site, free_offset, is_alive, offspring, wait_until


def quoin(*words, **more):
    return subprocess.run([QUOIN, *map(str, words)], text=True, capture_output=True, timeout=60,
                          check=False, **more)


def test_without_a_site_it_says_what_to_do(tmp_path):
    for words in (["status"], ["user", "list"], ["job", "list"], ["ledger", "verify"], ["explain", "1"]):
        done = quoin("--data", tmp_path / "none", *words)
        assert done.returncode == 3, done
        assert "no site in" in done.stderr and "quoin up --data" in done.stderr
        assert done.stdout == ""


def test_wrong_lines_leave_with_2():
    for words in (["frobnicate"], ["user"], ["user", "add"], ["status", "--bogus"], [],
                  ["--data", "/tmp/x", "user", "add", "a", "--balance", "ten"]):
        done = quoin(*words)
        assert done.returncode == 2, done
        assert done.stderr


def test_help_and_man_pages_are_there():
    done = quoin("--help")
    assert done.returncode == 0 and "ledger verify" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 80
    pages = sorted(page.name for page in (BUILD / "man").glob("*.1"))
    assert "quoin.1" in pages and "quoin-up.1" in pages
    for page in pages:
        done = subprocess.run(["man", "--warnings", "-l", BUILD / "man" / page], text=True,
                              capture_output=True, env={**os.environ, "MAN_KEEP_FORMATTING": "0"},
                              check=False)
        assert done.returncode == 0 and done.stderr == "", (page, done.stderr)


def test_shapes_that_scripts_rely_on(site):
    status = site.ask("status")
    assert [(engine["name"], engine["state"], engine["port"]) for engine in status["engines"]] == \
        [(name, "up", site.port(name)) for name in ("cas", "dre", "dce", "dme", "web")]
    assert all(is_alive(engine["pid"]) for engine in status["engines"])
    assert site.user("mary", balance="10.00")["balance"] == "10.00"
    assert site.printer("sink", "socket://127.0.0.1:9")["name"] == "sink"
    queue = site.queue("q", mode="hold", printer="sink")
    assert queue["uri"].endswith(f":{site.ipp_port}/ipp/print/q")
    assert site.jobs() == []
    balance = site.balance("mary")
    assert {name: balance[name] for name in ("balance", "reserved", "available")} == \
        {"balance": "10.00", "reserved": "0.00", "available": "10.00"}


def test_jobs_have_the_fields_that_scripts_rely_on(site, sample):
    site.user("mary", balance="10.00")
    site.printer("sink", "socket://127.0.0.1:9")
    site.queue("q", mode="hold", printer="sink")
    number = site.ipptool("q", sample)
    site.wait_job(number, states=("pending-held",))
    job = site.jobs()[0]
    for name in ("id", "queue", "user", "document", "state", "pages", "color_pages", "sheets", "cost",
                 "reasons"):
        assert name in job
    assert isinstance(job["cost"], str) and isinstance(job["reasons"], list)
    assert site.jobs(user="nobody") == [] and len(site.jobs(which="not-completed")) == 1


def test_people(site):
    site.user("mary", balance="10.00", full_name="Mary Smith", limit="2.50")
    shown = site.ask("user", "show", "mary")
    assert shown["full_name"] == "Mary Smith" and shown["available"] == "12.50"
    again = site.run("user", "add", "mary", check=False)
    assert again.returncode == 1 and "mary" in again.stderr
    assert site.ask("user", "deposit", "mary", "5.00")["balance"] == "15.00"
    assert site.ask("user", "deposit", "mary", "--", "-1.00")["balance"] == "14.00"
    assert site.ask("user", "limit", "mary", "0.00")["limit"] == "0.00"
    assert site.run("user", "show", "tom", check=False).returncode == 1
    for i in range(12):
        site.user(f"user{i:02}")
    assert len(site.ask("user", "list")) == 13
    assert "Mary Smith" in site.run("user", "list").stdout


def test_printers_and_queues(site):
    site.printer("hall", "ipp://127.0.0.1:9/ipp/print")
    assert site.run("printer", "add", "bad", "ftp://x/", check=False).returncode in (1, 2)
    assert site.run("queue", "add", "q", "--mode", "hold", "--printer", "none",
                    check=False).returncode == 1
    assert site.run("queue", "add", "q", check=False).returncode == 2  # direct wants a printer
    site.queue("q", mode="direct", printer="hall")
    assert [queue["name"] for queue in site.ask("queue", "list")] == ["q"]
    assert site.run("printer", "remove", "hall", check=False).returncode == 1  # in use
    tried = site.ask("queue", "remove", "q", "--dry-run")
    assert tried["dry_run"] and not tried["removed"]
    site.run("queue", "remove", "q")
    site.run("printer", "remove", "hall")
    assert site.ask("queue", "list") == [] and site.ask("printer", "list") == []


def test_prices(site):
    before = site.ask("price", "show")
    tried = site.ask("price", "set", "--mono", "0.07", "--dry-run")
    assert tried["mono"]["normal"] == "0.07"
    assert site.ask("price", "show") == before
    now = site.prices(mono="0.05,0.06,0.10,0.20", color="0.30", duplex="90", per_job="0.01")
    assert now["mono"] == {"small": "0.05", "normal": "0.06", "large": "0.10", "huge": "0.20"}
    assert now["color"]["huge"] == "0.30" and now["duplex_percent"] == 90 and now["per_job"] == "0.01"
    assert site.ask("price", "show")["version"] == now["version"] > before["version"]
    assert site.run("price", "set", check=False).returncode == 2


def test_count_tells_pages_without_a_site(sample, tmp_path):
    junk = tmp_path / "junk"
    junk.write_bytes(b"\x00\x01 nothing that prints")
    done = quoin("count", "--json", sample, junk)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 5 and len(lines) == 2
    assert (lines[0]["pages"], lines[0]["color_pages"], lines[0]["certainty"]) == (4, 1, "exact")
    assert {"file", "format", "blank_pages", "copies", "reasons"} <= set(lines[0])
    assert lines[1]["certainty"] == "unknown"


def test_ports_are_ours(site):
    found = {(row["port"], row.get("protocol")): row for row in site.ask("ports")["ports"]}
    for engine in ("cas", "dre", "dce", "dme"):
        row = found[(site.port(engine), "tcp")]
        assert row["verdict"] == "ours" and row["pid"] == site.pids()[engine], row
    assert found[(site.ipp_port, "tcp")]["verdict"] == "ours"
    assert found[(2941 + site.offset, None)]["verdict"] == "quiet"


def test_a_foreign_holder_is_named(tmp_path):
    import socket
    offset = free_offset()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 2940 + offset))
        other.listen()
        done = quoin("--data", tmp_path / "x", "ports", "--port-offset", offset, "--json")
        assert done.returncode == 10
        row = [row for row in json.loads(done.stdout)["ports"] if row["port"] == 2940 + offset][0]
        assert row["verdict"] == "foreign" and row["pid"] == os.getpid()
        up = quoin("up", "--data", tmp_path / "site", "--port-offset", offset)
        assert up.returncode == 1 and f"pid {os.getpid()}" in up.stderr, up
    assert not (tmp_path / "site" / "run" / "cas.pid").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is wanted")
def test_another_user_is_told_what_he_may_not_see(site, tmp_path):
    as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    program = tmp_path / "quoin"
    program.write_bytes(QUOIN.read_bytes())
    program.chmod(0o755)
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.name.startswith(("test_", "popen-", "pytest-")): # none that others have too
            folder.chmod(0o755)
    done = subprocess.run([*as_nobody, program, "ports", "--port-offset", str(site.offset), "--json"],
                          text=True, capture_output=True, check=False)
    assert done.returncode == 3
    rows = [row for row in json.loads(done.stdout)["ports"] if row["verdict"] != "quiet"]
    assert rows and all(row["verdict"] == "blind" and row["pid"] == 0 for row in rows)
    done = subprocess.run([*as_nobody, program, "--data", site.data, "user", "list"], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1 and "another user's" in done.stderr


def test_doctor(site, tmp_path):
    found = site.ask("doctor")
    assert found["failures"] == 0, found
    assert {"data folder", "disk", "engine cas", "engine dre", "ports"} <= \
        {check["check"] for check in found["checks"]}
    done = quoin("--data", tmp_path / "none", "doctor")
    assert done.returncode == 5 and "quoin up --data" in done.stdout


def test_a_second_up_is_refused(site):
    done = quoin("up", "--data", site.data, "--port-offset", free_offset())
    assert done.returncode == 1 and "already" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_all_of_it(tmp_path, number):
    site = Site(tmp_path / "site").start()
    below = offspring(site.process.pid)
    assert len(below) >= 2
    assert site.stop(number) == 0, site.output.read_text()
    assert not any(is_alive(pid) for pid in below)


def test_engines_end_when_the_supervisor_is_killed(tmp_path):
    site = Site(tmp_path / "site").start()
    below = offspring(site.process.pid)
    os.kill(site.process.pid, signal.SIGKILL)
    site.process.wait()
    wait_until(lambda: not any(is_alive(pid) for pid in below), 20, "the engines end")
    site.start()  # and the folder is free again
    site.verify()
    site.stop()


def test_a_killed_supervisor_can_be_started_again_at_once(tmp_path):
    site = Site(tmp_path / "site").start()
    for _ in range(4):
        os.kill(site.process.pid, signal.SIGKILL)
        site.process.wait()
        site.start()  # the old engines may still be ending: they are waited for
    site.verify()
    site.stop()


@pytest.mark.parametrize("engine", ["cas", "dre", "dce", "dme"])
def test_a_killed_engine_is_started_again(site, engine):
    site.user("mary", balance="10.00")
    old = site.pids()[engine]
    os.kill(old, signal.SIGKILL)

    def again():
        now = site.ask("status", check=False)["engines"]
        return all(row["state"] == "up" for row in now) and site.pids()[engine] != old
    wait_until(again, 20, f"{engine} serves again")
    assert site.balance("mary")["balance"] == "10.00"
    assert "starting it again" in site.output.read_text()


def test_a_site_keeps_what_it_was_told(tmp_path):
    site = Site(tmp_path / "site")
    with site:
        site.user("mary", balance="10.00")
    with site:
        assert site.balance("mary")["balance"] == "10.00"
        site.verify()


def test_keys_are_for_their_owner_alone(site):
    assert (site.data.stat().st_mode & 0o077) == 0
    for key in pathlib.Path(site.data, "pki").glob("*.key"):
        assert (key.stat().st_mode & 0o077) == 0, key
