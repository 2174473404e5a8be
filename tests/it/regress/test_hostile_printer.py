"""A printer that lies, is silent, or talks too much: every job has one fate and one fair charge, and
what the printer says never reaches a terminal, a list or the journal as more than plain text."""
import os
import pathlib
import signal
import struct
import sys

import pytest
from conftest import wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
from ipp_printer import (  # noqa: E402
    ABORTED, BUSY, COMPLETED, GET_JOB, IppPrinter, PRINT_JOB, PROCESSING, attribute)

NASTY = "toner\n1700000000000 completed forged\x1b[2J\x1b]0;owned\x07\x9b31m\x00x"


@pytest.fixture
def ready(site):
    site.user("mary", balance="10.00")
    site.prices(mono="0.05", color="0.20")

    def make(printer, mode="direct"):
        site.printer("lp", printer.uri)
        site.queue("open", mode=mode, printer="lp")
        return site
    return make


def settled(site):
    found = site.balance("mary")
    assert found["reserved"] == "0.00", found
    return found["balance"]


def no_controls(text):
    return all(ord(c) >= 0x20 and not 0x7f <= ord(c) < 0xa0 for c in text.replace("\n", ""))


@pytest.mark.parametrize("status, state", [(0, ABORTED), (0, COMPLETED), (0x0401, COMPLETED)])
def test_what_a_printer_says_is_plain_text_everywhere(ready, one_page, status, state):
    nasty = NASTY.replace("\x00", "")
    with IppPrinter(status=status, state=state, impressions=1, message=nasty,
                    state_message=nasty) as printer:
        site = ready(printer)
        number = site.ipptool("open", one_page)
        job = site.wait_job(number)
        assert no_controls(job["message"])
        assert [found["id"] for found in site.jobs()] == [number]  # the list is not broken by it
        text = site.run("explain", number).stdout
        assert no_controls(text), repr(text)
        assert "\n1700000000000" not in text
        assert not any(event["detail"].startswith("forged") for event in site.explain(number)["events"])
        assert no_controls(site.run("printer", "list").stdout)
        settled(site)


@pytest.mark.parametrize("impressions, balance", [(None, "9.95"), (0, "9.95"), (1, "9.95"),
                                                  (10, "9.95"), (2**31 - 1, "9.95"), (-5, "9.95")])
def test_a_completed_job_costs_what_was_counted_at_most(ready, one_page, impressions, balance):
    with IppPrinter(impressions=impressions) as printer:
        site = ready(printer)
        assert site.wait_job(site.ipptool("open", one_page))["state"] == "completed"
        assert settled(site) == balance


def test_a_printer_that_is_busy_for_ever_gets_the_job_later_and_it_can_be_cancelled(ready, one_page):
    with IppPrinter(status=BUSY, message="\x1b[31mbusy") as printer:
        site = ready(printer)
        first, second = site.ipptool("open", one_page), site.ipptool("open", one_page)
        site.wait_job(first, ("pending",))
        assert no_controls(site.run("printer", "list").stdout)
        site.run("job", "cancel", first)
        site.wait_job(first, ("canceled",))
        printer.behaviour.update(status=0)
        site.wait_job(second, ("completed",), 30)
        assert settled(site) == "9.95"
        assert len(printer.printed) == 1


def test_a_silent_printer_holds_nobody_else_and_the_job_can_be_resolved(ready, one_page):
    with IppPrinter(silent={PRINT_JOB}) as printer, IppPrinter() as good:
        site = ready(printer)
        site.printer("good", good.uri)
        site.queue("other", printer="good")
        stuck = site.ipptool("open", one_page)
        site.wait_job(stuck, ("processing",))
        assert site.wait_job(site.ipptool("other", one_page))["state"] == "completed"
        assert site.balance("mary")["reserved"] == "0.05"


@pytest.mark.parametrize("outcome, state, balance", [("not-printed", "canceled", "10.00"),
                                                     ("printed", "completed", "9.65")])
def test_a_connection_cut_in_mid_document_waits_for_a_person(ready, sample, outcome, state, balance):
    """It is not sent again by itself, keeps its reservation, and a person says what came out."""
    with IppPrinter(cut_after=800, forgets=True) as printer:
        site = ready(printer)
        number = site.ipptool("open", sample)
        job = wait_until(lambda: site.job(number)["reasons"] == ["waiting-for-user-action"] and
                         site.job(number), 20, "a person is asked")
        assert job["state"] == "processing-stopped", job
        printer.behaviour.update(cut_after=None)
        assert site.balance("mary")["reserved"] == job["cost"]
        assert site.run("job", "resolve", number, "maybe", check=False).returncode != 0
        site.run("job", "resolve", number, outcome)
        site.wait_job(number, (state,))
        assert settled(site) == balance
        assert printer.printed == []
        assert site.run("job", "resolve", number, outcome, check=False).returncode != 0


def test_a_job_number_that_is_another_jobs_after_a_restart_decides_nothing(ready, one_page):
    """The printer lost its jobs and gives their numbers out anew."""
    with IppPrinter(state=PROCESSING) as printer:
        site = ready(printer)
        number = site.ipptool("open", one_page)
        site.wait_job(number, ("processing",))
        os.kill(site.pids()["dre"], signal.SIGKILL)
        printer.behaviour.update(state=COMPLETED, name="somebody's letter", impressions=1)
        site.wait(30)
        job = site.wait_job(number, ("processing-stopped", "completed"), 30)
        assert job["state"] == "processing-stopped", job


@pytest.mark.parametrize("extra", [
    b"".join(attribute(0x41, "x%d" % i, b"y" * 1000) for i in range(3000)),
    b"\x34\x00\x01a\x00\x00" + b"\x34\x00\x00\x00\x00" * 60000,
    struct.pack(">BH", 0x41, 65535) + b"z" * 2000,
    bytes(range(256)) * 40,
], ids=["huge", "nested", "cut", "noise"])
def test_a_broken_answer_ends_no_engine(ready, one_page, extra):
    with IppPrinter(state=PROCESSING, extra=extra) as printer:
        site = ready(printer)
        pid = site.pids()["dre"]
        number = site.ipptool("open", one_page)
        site.wait_job(number, ("processing", "processing-stopped"))
        printer.behaviour.update(extra=b"", state=COMPLETED)
        assert site.wait_job(number, ("completed",), 30)["state"] == "completed"
        assert site.pids()["dre"] == pid
        assert settled(site) == "9.95"
        assert len(printer.printed) == 1


def test_a_job_is_resolved_while_its_printer_is_being_asked(ready, one_page):
    """Releasing an uncertain job once more while the question is under way is one delivery, one charge."""
    with IppPrinter(cut_after=800, silent={GET_JOB, 0x000A}) as printer:
        site = ready(printer)
        pid = site.pids()["dre"]
        number = site.ipptool("open", one_page)
        site.wait_job(number, ("processing-stopped",), 60)
        site.run("job", "cancel", number, check=False)
        printer.behaviour.update(cut_after=None, silent=set())
        site.wait_job(number, ("canceled", "completed", "processing-stopped"), 60)
        assert site.pids()["dre"] == pid
