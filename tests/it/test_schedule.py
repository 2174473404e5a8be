"""Schedules on a real site: grants at their time, now, dry, after a kill, and never twice."""
import concurrent.futures
import os
import signal
import subprocess

import pytest
from conftest import QUOIN, Failed, wait_until


def allotments(site, names):
    return [site.ask("ledger", "balance", f"allotment:{name}")["balance"] for name in names]


def test_a_grant_runs_now_once_and_by_itself(site):
    for name in ("ann", "bob", "cyd"):
        site.user(name)
    made = site.ask("grant", "set", "pocket", "--when", "0 6 1 * *", "--zone", "Europe/Berlin",
                    "--amount", "5.00", "--to", "user:ann,user:bob")
    assert made["do"] == "grant" and made["next"] and made["last"] is None
    dry = site.ask("schedule", "run", "pocket", "--dry-run")
    assert (dry["count"], dry["amount"]) == (2, "10.00")
    with pytest.raises(Failed):
        allotments(site, ["ann"])
    run = site.ask("schedule", "run", "pocket")
    assert (run["count"], run["amount"], run["failed"], run["how"]) == (2, "10.00", 0, "now")
    assert allotments(site, ["ann", "bob"]) == ["5.00", "5.00"]
    site.run("grant", "set", "pocket", "--mode", "up-to", "--cap", "7.50", "--to", "all")
    run = site.ask("schedule", "run", "pocket")
    assert (run["count"], run["amount"]) == (3, "10.00")
    assert allotments(site, ["ann", "bob", "cyd"]) == ["7.50", "7.50", "5.00"]
    site.run("grant", "set", "other", "--when", "@yearly", "--amount", "0.01", "--to", "user:cyd")
    site.run("schedule", "suspend", "other")
    assert "suspended" in site.run("schedule", "list").stdout
    assert [item["name"] for item in site.ask("grant", "list")] == ["other", "pocket"]
    site.run("schedule", "remove", "other")
    with pytest.raises(Failed, match="no schedule"):
        site.run("schedule", "show", "other")


def test_a_kill_in_the_middle_grants_nobody_twice(site):
    site.user("cyd")
    site.run("grant", "set", "minute", "--when", "* * * * *", "--amount", "0.01", "--to", "user:cyd")
    names = [f"p{number:03}" for number in range(130)]  # more than a slice
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(site.user, names))
    site.run("grant", "set", "all", "--when", "@yearly", "--amount", "3.00", "--to", "all")
    running = subprocess.Popen([QUOIN, "--data", site.data, "schedule", "run", "all"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: running.poll() is not None or site.ask("schedule", "runs", "all"), 20, "it begins")
    os.kill(site.pids()["cas"], signal.SIGKILL)
    running.wait(60)
    site.wait(30)
    wait_until(lambda: site.ask("schedule", "runs", "all")[0]["done_at"], 40, "it goes on and ends")
    run = site.ask("schedule", "runs", "all")
    assert len(run) == 1 and run[0]["count"] == 131 and run[0]["amount"] == "393.00"
    assert allotments(site, [names[0], names[99], names[100], names[129]]) == ["3.00"] * 4
    # Meanwhile a minute began, and what is due then came by itself.
    wait_until(lambda: site.ask("schedule", "runs", "minute"), 90, "the minute comes")
    wait_until(lambda: site.ask("schedule", "runs", "minute")[-1]["done_at"], 20, "it is done")
    assert site.ask("schedule", "runs", "minute")[-1]["how"] == "due"


def test_the_commands_refuse_what_makes_no_sense(site):
    for words, sentence in ((["grant", "set", "x", "--amount", "1"], "--when"),
                            (["grant", "set", "x", "--when", "0 0 30 2 *", "--amount", "1", "--to", "all"], "no month"),
                            (["grant", "set", "x", "--when", "@daily", "--amount", "1"], "to whom"),
                            (["grant", "set", "x", "--when", "@daily", "--amount", "1", "--to", "queue:q"], "--to"),
                            (["schedule", "set", "x", "--when", "@daily", "--do", "coffee"], "coffee"),
                            (["schedule", "set", "x", "--when", "@daily", "--do", "quota-reset"], "which"),
                            (["schedule", "run", "x"], "no schedule")):
        with pytest.raises(Failed, match=sentence):
            site.run(*words)
    site.run("schedule", "set", "tidy", "--when", "@hourly", "--do", "lapse")
    assert site.ask("schedule", "run", "tidy")["done_at"]
