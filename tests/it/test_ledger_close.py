"""Periods of the ledger that are over are closed with a statement that is kept and signed: real jobs of a day that has passed,
on a site whose clock this test sets; anyone's openssl and sha256sum prove what was taken along, and whatever was changed
offline is named."""
import csv
import datetime
import hashlib
import os
import shutil
import sqlite3
import struct
import subprocess
import threading
import time

import conftest
import pytest
from test_ledger_proofs import tampered, verify
from test_postgres import server, start  # noqa: F401  pylint: disable=unused-import

SHIFTER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static const volatile int64_t *shift;
__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("TEST_CLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
    shift = at == MAP_FAILED ? NULL : at;
}
int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(clock, now);
    if (clock == CLOCK_REALTIME && shift != NULL) now->tv_sec += *shift;
    return done;
}
time_t time(time_t *at)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at != NULL) *at = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *at = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
    return 0;
}
"""
PRICES = {"mono": "0.05", "color": "0.20", "duplex": "100", "per_job": "0.02"}
COLUMNS = ["charges", "refunds", "moves", "cash", "grants", "vouchers", "transfers", "adjustments"]


class Clock:
    """What all programs of a site take for the time of the day, in seconds beside the real one."""

    def __init__(self, folder):
        source, library = folder / "shift.c", folder / "shift.so"
        self.path = folder / "shift"
        source.write_text(SHIFTER)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        self.set(0)
        os.environ["TEST_CLOCK"], os.environ["LD_PRELOAD"] = str(self.path), str(library)

    def set(self, seconds):
        with open(self.path, "r+b" if self.path.exists() else "w+b") as file:
            file.write(struct.pack("=q", int(seconds)))

    @staticmethod
    def end():
        del os.environ["TEST_CLOCK"], os.environ["LD_PRELOAD"]


def day(seconds):
    return datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc).strftime("%Y-%m-%d")


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    made = Clock(tmp_path_factory.mktemp("clock"))
    yield made
    made.end()


def noon(days):
    """Of so many days ago, as seconds beside now."""
    return 12 * 3600 - time.time() % 86400 - days * 86400


@pytest.fixture(scope="module")
def closed(clock, tmp_path_factory):
    """A site with jobs of three days ago, a day that was closed the day after; and what that said."""
    folder = tmp_path_factory.mktemp("close")
    printer = conftest.VirtualPrinter(folder / "printer").start()
    try:
        clock.set(noon(3))
        with conftest.Site(folder / "site") as site:
            site.printer("hall", printer.uri)
            said = jobs_of_a_day(site, clock, day(noon(3)))
            said.update(jobs_of_the_next_day(site, clock, day(noon(2)), said["printed"]), folder=folder, day=day(noon(3)))
            site.run("ledger", "statement", said["day"], "--out", folder / "kept", "--by", "class")
            said.update(take(site, said["day"]))
        shutil.copy(folder / "site" / "cas" / "cas.db", folder / "cas.db")
        yield said
    finally:
        printer.stop()


def jobs_of_a_day(site, clock, name):
    site.user("mary", balance="10.00")
    site.user("tom", balance="5.00")
    site.prices(**PRICES)
    site.queue("office", mode="direct", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    printed = site.ipptool("office", conftest.SAMPLE)
    assert site.wait_job(printed)["state"] == "completed"
    held = site.ipptool("later", conftest.SAMPLE)
    site.wait_job(held, states=("pending-held",))
    site.run("user", "adjust", "--why", "broken cup", "tom", "--", "-0.50")
    early = site.run("ledger", "close", name, check=False)
    clock.set(noon(2))
    tried = site.ask("ledger", "close", name, "--dry-run")
    assert site.ask("ledger", "periods") == []
    first = site.ask("ledger", "close", name, "--why", "end of the day")
    entries = len(site.entries())
    clock.set(noon(3))  # back into the closed day
    site.run("user", "deposit", "mary", "1.00")
    site.run("job", "cancel", held)
    site.wait_job(held)
    again = site.ipptool("office", conftest.SAMPLE)
    assert site.wait_job(again)["state"] == "completed"
    return {"early": early, "tried": tried, "first": first, "new": site.entries()[entries:], "printed": printed}


def jobs_of_the_next_day(site, clock, name, printed):
    """What was printed on the closed day is moved and given back on the next."""
    clock.set(noon(2) + 60)
    site.run("charge", "move", printed, "--to", "user:tom", "--why", "it was his")
    asked = site.ask("refund", "ask", printed, "--reason", "blank pages", "--amount", "0.10")
    site.run("refund", "approve", asked["id"])
    clock.set(noon(1))
    return {"next": site.ask("ledger", "close", name), "next_totals": site.ask("totals", "--by", "nothing", "--day", name)}


def take(site, name):
    return {"second": site.ask("ledger", "close", name, "--why", "once more"), "verified": site.verify(),
            "statement": site.ask("ledger", "statement", name), "shown": site.run("ledger", "statement", name).stdout,
            "csv": site.run("ledger", "statement", name, "--csv").stdout, "periods": site.ask("ledger", "periods"),
            "entries": site.entries(), "totals": site.ask("totals", "--by", "nothing", "--day", name)}


def units(text):
    whole, _, part = text.lstrip("-").partition(".")
    return (-1 if text[0] == "-" else 1) * (int(whole) * 100000 + int((part + "00000")[:5]))


def test_it_is_closed_once_and_says_the_same_always(closed):
    assert closed["early"].returncode != 0 and "is not over yet: it ends on" in closed["early"].stderr
    first, second, tried = closed["first"], closed["second"], closed["tried"]
    assert first == second and first["period"] == closed["day"] and first["checkpoint"] >= 1
    assert tried["sha256"] == first["sha256"] and tried["classes"] == first["classes"] and tried["closed"] is None
    assert [row["period"] for row in closed["periods"]] == [closed["day"], closed["next"]["period"]]
    assert closed["verified"]["periods"] == 2
    assert [entry["why"] for entry in closed["entries"] if entry["kind"] == "close"] == [
        f"closes {closed['day']}: end of the day", f"closes {closed['next']['period']}"]


def test_every_line_and_every_column_adds_up(closed):
    statement = closed["statement"]
    lines = {line["account"]: line for line in statement["lines"]}
    for line in statement["lines"]:
        assert units(line["opening"]) + sum(units(line[name]) for name in COLUMNS) == units(line["closing"]), line
    for name in ["opening", *COLUMNS, "closing"]:
        assert sum(units(line[name]) for line in statement["lines"]) == 0 == units(statement["total"][name])
        for kind in statement["classes"]:
            assert units(kind[name]) == sum(units(line[name]) for line in statement["lines"]
                                            if line["account"].split(":")[0] == kind["class"])
    assert lines["user:mary"]["cash"] == "10.00" and lines["user:mary"]["closing"] == "9.63"
    assert lines["user:mary"]["charges"] == "-0.37" and lines["income:print"]["charges"] == "0.37"
    assert lines["user:mary"]["reserved"] == "0.37" == statement["total"]["reserved"]
    assert lines["user:tom"]["adjustments"] == "-0.50" and lines["user:tom"]["closing"] == "4.50"
    assert list(csv.DictReader(closed["csv"].splitlines())) == statement["lines"]
    assert "user:tom" in closed["shown"] and "OPENING" in closed["shown"] and "signed in checkpoint" in closed["shown"]


def class_of(statement, name):
    return next(row for row in statement["classes"] if row["class"] == name)


def test_its_income_is_that_of_the_totals(closed):
    for statement, totals in ((closed["first"], closed["totals"]), (closed["next"], closed["next_totals"])):
        income = class_of(statement, "income")
        assert sum(units(income[name]) for name in ("charges", "refunds", "moves")) == units(totals["ledger_income"]) == units(
            totals["all"]["amount"]) and totals["agrees"], totals


def test_what_was_printed_on_a_closed_day_is_moved_and_refunded_today(closed):
    first, second = closed["first"], closed["next"]
    for kind in second["classes"]:
        before = [row for row in first["classes"] if row["class"] == kind["class"]]
        assert kind["opening"] == (before[0]["closing"] if before else "0.00")
    income = class_of(second, "income")
    assert income["moves"] == "0.00" and income["refunds"] == "-0.10" and income["charges"] == "0.37"
    assert class_of(second, "user")["cash"] == "1.00"
    assert second["total"]["reserved"] == "0.00" and second["after"] == first["last"]


def test_a_schedule_closes_the_month_that_ended(clock, tmp_path):
    today = datetime.datetime.now(datetime.timezone.utc)
    last = today.replace(day=1) - datetime.timedelta(days=1)
    days = (today.date() - last.date()).days
    clock.set(noon(days))
    with conftest.Site(tmp_path / "site") as site:
        site.user("mary", balance="10.00")
        site.run("schedule", "set", "months", "--when", "0 3 1 * *", "--do", "close")
        clock.set(noon(days - 1))
        conftest.wait_until(lambda: site.ask("ledger", "periods"), 30, "the month is closed")
        conftest.wait_until(lambda: [run for run in site.ask("schedule", "runs", "months") if run["done_at"]], 20, "its run")
        (run,) = site.ask("schedule", "runs", "months")
        assert run["failed"] == 0 and run["result"].startswith(f"{last:%Y-%m} is closed, checkpoint "), run
        assert site.ask("ledger", "statement", f"{last:%Y-%m}")["total"]["opening"] == "0.00"
        site.verify()


def test_two_cas_close_at_once_and_say_the_same(clock, server, tmp_path):  # noqa: F811
    dsn = server.make("closing")
    clock.set(noon(2))
    one = start(tmp_path / "a", dsn)
    other = None
    try:
        one.user("mary", balance="1.55")
        shutil.copytree(one.data / "pki", tmp_path / "b" / "pki")
        other = start(tmp_path / "b", dsn)
        clock.set(noon(1))
        said = {}
        threads = [threading.Thread(target=lambda site=site, n=n: said.update(
            {n: site.ask("ledger", "close", day(noon(2)))})) for n, site in enumerate((one, other, one, other))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(said) == 4 and all(answer == said[0] for answer in said.values()), said
        assert one.verify()["periods"] == other.verify()["periods"] == 1
        assert [entry["kind"] for entry in one.entries()].count("close") == 1
    finally:
        one.stop()
        if other is not None:
            other.stop()


def test_what_comes_later_is_dated_later(closed):
    assert {entry["kind"] for entry in closed["new"]} == {"transfer", "void", "pending", "post"}
    assert all(entry["at"] >= closed["first"]["until"] for entry in closed["new"]), closed["new"]
    assert closed["statement"]["classes"] == closed["first"]["classes"]


def test_openssl_and_sha256_prove_what_was_taken_along(closed):
    kept = closed["folder"] / "kept"
    name = kept / f"checkpoint-{closed['first']['checkpoint']:06}"
    digest = hashlib.sha256((kept / f"statement-{closed['day']}.csv").read_bytes()).hexdigest()
    text = name.with_suffix(".txt").read_text()
    assert f"\nstatement {digest}\n" in text and f"\nperiod {closed['day']}\n" in text
    assert digest == closed["first"]["sha256"]
    key = subprocess.run(["openssl", "x509", "-in", f"{name}.crt", "-pubkey", "-noout"], check=True, capture_output=True)
    (kept / "key.pem").write_bytes(key.stdout)
    done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", kept / "key.pem", "-signature", f"{name}.sig",
                           f"{name}.txt"], check=False, capture_output=True, text=True)
    assert "Verified OK" in done.stdout, done


def prove(closed, store):
    return verify(f"sqlite:{store}", "--ca", closed["folder"] / "site" / "pki" / "ca.crt")


@pytest.mark.parametrize("sql, finding", [
    ("UPDATE ledger_statement SET body = CAST(replace(CAST(body AS TEXT), '4.50', '4.60') AS BLOB)", "its statement is not"),
    ("DELETE FROM ledger_statement", "its statement is not"),
    ("UPDATE ledger_period SET digest = zeroblob(32)", "what was signed is not"),
    ("UPDATE ledger_period SET until_at = until_at + 86400000", "its entries are not"),
    ("DELETE FROM ledger_period", "it was closed, and its row is missing"),
])
def test_whatever_was_changed_offline_is_named(closed, sql, finding):
    status, said = prove(closed, closed["folder"] / "cas.db")
    assert status == 0 and said["periods"] == 2, said
    status, said = prove(closed, tampered(closed["folder"], sql))
    assert status == 5 and f"period {closed['day']}: {finding}" in said["finding"], said


def test_the_store_refuses_to_change_it(closed):
    copy = closed["folder"] / "refuses.db"
    shutil.copy(closed["folder"] / "cas.db", copy)
    db = sqlite3.connect(copy)
    for sql in ("UPDATE ledger_statement SET part = 2", "DELETE FROM ledger_statement", "DELETE FROM ledger_period"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            db.execute(sql)
    db.close()
