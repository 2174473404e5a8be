"""Documents that outlive their jobs, and what today's reader finds in them otherwise."""
import contextlib
import hashlib
import json
import sqlite3
import subprocess
import time

import pytest

from conftest import SAMPLE, wait_until
from test_stream import Client, pwg


@pytest.fixture
def desk(site, virtual_printer):
    site.prices(mono="0.05", color="0.20", duplex="100", per_job="0.02")
    site.user("mary", balance="100.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", printer="hall", keep_documents=2)
    site.queue("gone", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    return site


def as_it_was_read_by_an_older_reader(desk, change):
    """Changes stored facts as if an earlier version had found something else; the site is stopped."""
    desk.stop()
    with contextlib.closing(sqlite3.connect(desk.data / "dre" / "dre.db")) as db:
        for job, facts in db.execute("SELECT id, facts FROM dre_job WHERE facts IS NOT NULL").fetchall():
            db.execute("UPDATE dre_job SET facts = ? WHERE id = ?", (change(job, facts), job))
        db.commit()
    desk.start()


def documents(desk):
    with contextlib.closing(sqlite3.connect(f"file:{desk.data}/dre/dre.db?mode=ro", uri=True)) as db:
        return {job: until for job, until in db.execute("SELECT job, keep_until FROM dre_document")}


def test_what_is_found_otherwise_is_told_and_no_charge_changes(desk):
    numbers = [desk.ipptool("office", SAMPLE) for _ in range(3)] + [desk.ipptool("gone", SAMPLE)]
    for number in numbers:
        assert desk.wait_job(number)["state"] == "completed"
    held = desk.ipptool("later", SAMPLE)
    desk.wait_job(held, states=("pending-held",))
    large = Client(desk, queue="office").send(pwg(3)).finish()
    assert desk.wait_job(large)["state"] == "completed", desk.explain(large)
    assert desk.queue("x", printer="hall", keep_documents=7)["keep_hours"] == 7

    kept = documents(desk)
    assert set(kept) == {*numbers[:3], held, large} and kept[held] == 0
    assert all(abs(kept[n] / 1000 - time.time() - 7200) < 120 for n in numbers[:3])
    again = desk.ask("recount")
    assert (again["read"], again["otherwise"], again["troubled"], again["jobs"]) == (5, 0, 0, []), again

    def money():
        return {name: value for name, value in desk.balance("mary").items() if name != "at"}
    before, entries = money(), desk.entries()
    cost = desk.job(numbers[1])["cost"]

    def older(job, facts):
        if job != numbers[1]:
            return facts
        assert facts.count(b"\x20\x01\x32") == 1  # PageRun.color of the third page, and its reason
        return facts.replace(b"\x20\x01\x32", b"\x20\x00\x32").replace(b"rules 1", b"rules 0")
    as_it_was_read_by_an_older_reader(desk, older)
    done = desk.run("recount", "--since", "2020-01-01", check=False)
    assert done.returncode == 5 and f"Job {numbers[1]} of mary on office" in done.stdout, done
    assert "page 3: colour was grey, is colour" in done.stdout and "rules 0: 4 pages, 0 in colour" in done.stdout
    assert "5 documents read again: 4 as before, 1 otherwise, 0 not readable. No charge was changed." in done.stdout
    told = json.loads(desk.run("--json", "recount", check=False).stdout)
    difference = {"first": 3, "last": 3, "what": "colour", "then": "grey", "now": "colour"}
    assert difference in told["jobs"][0]["differences"] and len(told["jobs"]) == 1
    assert told["jobs"][0]["color_pages_now"] == 1 and told["jobs"][0]["color_pages_then"] == 0
    # Nothing of it is stored.
    assert (money(), desk.entries()) == (before, entries)
    assert desk.job(numbers[1])["cost"] == cost and desk.explain(numbers[1])["facts"]["pages"][0]["count"]
    assert json.loads(desk.run("--json", "recount", check=False).stdout)["otherwise"] == 1

    assert desk.ask("recount", "--queue", "gone")["read"] == 0
    assert desk.ask("recount", "--until", "2020-01-01")["read"] == 0
    assert desk.run("recount", "--since", "soon", check=False).returncode == 2
    facts = desk.explain(numbers[0])["facts"]
    assert facts["sha256"] == hashlib.sha256(SAMPLE.read_bytes()).hexdigest() and "rules" in facts["analyser"]


def test_documents_go_when_their_time_is_over(desk):
    small = desk.ipptool("office", SAMPLE)
    large = Client(desk, queue="office").send(pwg(1)).finish()
    canceled = desk.ipptool("later", SAMPLE)
    for number in (small, large):
        assert desk.wait_job(number)["state"] == "completed"
    desk.run("job", "cancel", canceled)
    assert desk.wait_job(canceled)["state"] == "canceled"
    spool = desk.data / "dre" / "spool"
    assert set(documents(desk)) == {small, large} and [f.name for f in spool.iterdir()] == [str(large)]
    assert b"PwgRaster" not in (spool / str(large)).read_bytes()

    desk.stop()
    desk.start()  # and a start forgets none of it
    assert desk.ask("recount")["read"] == 2
    with contextlib.closing(sqlite3.connect(desk.data / "dre" / "dre.db")) as db:
        desk.stop()
        db.execute("UPDATE dre_document SET keep_until = 1")
        db.commit()
    desk.start()
    wait_until(lambda: not documents(desk) and not list(spool.iterdir()), 20, "they go")
    assert desk.ask("recount")["read"] == 0
    assert desk.job(small)["state"] == "completed"


def test_a_document_that_cannot_be_read_any_more(desk):
    number = Client(desk, queue="office").send(pwg(1)).finish()
    assert desk.wait_job(number)["state"] == "completed"
    path = desk.data / "dre" / "spool" / str(number)
    path.write_bytes(path.read_bytes()[:-100])
    done = desk.run("recount", check=False)
    assert done.returncode == 5 and "not read again: " in done.stdout and "1 not readable" in done.stdout, done


def test_many_documents_and_progress(desk):
    for _ in range(40):
        assert desk.ipptool("later", SAMPLE)
    done = subprocess.run([*desk.run("version").args[:1], "--data", desk.data, "recount", "--progress"],
                          capture_output=True, text=True, timeout=60, check=True)
    assert "40 documents read again: 40 as before" in done.stdout
    assert " of 40 documents, " in done.stderr
