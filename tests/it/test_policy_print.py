"""What policy says is carried out: real prints, by clients that we did not write, of jobs that rules deny,
hold, ask about, send elsewhere or have printed otherwise; checked in what came out at the printer."""
import json
import subprocess

import pytest

from conftest import wait_until

PRICES = {"mono": "0.05", "color": "0.20", "duplex": "50", "per_job": "0.02"}
COST = "0.37"  # of the sample: 3 pages without colour, 1 with, and the job


@pytest.fixture
def office(site, new_printer):
    site.prices(**PRICES)
    site.user("mary", balance="10.00")
    site.paper = {}
    for name in ("hall", "attic"):
        printer = new_printer(name, options=("-2", "-s", "30,30")).start()
        site.printer(name, printer.uri)
        site.paper[name] = printer
    site.queue("office", mode="direct", printer="hall")
    return site


def rules(site, *lines, name="test"):
    path = site.data.parent / f"{name}.rules"
    path.write_text("".join(line + "\n" for line in lines))
    site.run("policy", "set", name, path)


def sheets(site, name):
    return len(list(site.paper[name].paper.glob("*.pdf")))


def untouched(site):
    found = site.balance("mary")
    assert (found["balance"], found["reserved"]) == ("10.00", "0.00")


def attributes(site, number, user="mary"):
    test = site.data.parent / "attributes.test"
    test.write_text('{\nNAME "Get"\nOPERATION Get-Job-Attributes\nGROUP operation-attributes-tag\n'
                    'ATTR charset attributes-charset utf-8\n'
                    'ATTR naturalLanguage attributes-natural-language en\nATTR uri printer-uri $uri\n'
                    f'ATTR integer job-id {number}\nATTR name requesting-user-name {user}\n'
                    'STATUS successful-ok\n}\n')
    return subprocess.run(["ipptool", "-tv", site.uri("office"), test], text=True, capture_output=True,
                          timeout=60, check=False).stdout


def test_a_denied_job_is_refused_with_the_text_and_the_rule_is_told(office, sample):
    rules(office, 'when pages > 3 then deny "At most 3 pages here."')
    assert office.ipptool("office", sample) is None
    assert "At most 3 pages here." in office.refusal, office.refusal
    number = office.jobs()[-1]["id"]
    job = office.wait_job(number, states=("aborted",))
    assert job["reasons"] == ["account-authorization-failed"]
    assert job["message"] == "At most 3 pages here."
    story = office.explain(number)
    assert story["decision"]["verdict"] == "deny" and story["decision"]["rule"].endswith(":1")
    assert "pages > 3" in story["decision"]["steps"][0]["source"]
    assert story["decision"]["steps"][0]["values"]["pages"] == "4"
    assert story["entries"] == [] and sheets(office, "hall") == 0
    assert "pages > 3" in office.run("explain", number).stdout
    untouched(office)


def test_a_held_job_waits_and_is_charged_when_a_person_releases_it(office, sample):
    rules(office, 'when copies > 1 then notify "Use the copier.", hold "Copies wait for the desk."')
    number = office.ipptool("office", sample, copies=("integer", 2))
    job = office.wait_job(number, states=("pending-held",))
    assert job["reasons"] == ["job-held-for-release"] and job["message"] == "Copies wait for the desk."
    shown = attributes(office, number)
    assert "Copies wait for the desk. Use the copier." in shown, shown
    untouched(office)
    office.run("job", "release", number)
    job = office.wait_job(number)
    assert job["state"] == "completed" and job["cost"] == "0.72", office.explain(number)
    assert job["notice"] == "Use the copier."
    assert office.explain(number)["decision"]["rule"].endswith(":1")


def test_two_sided_and_black_as_the_rules_say_is_what_the_printer_gets(office, sample):
    rules(office, 'when pages > 1 then set sides = two-sided-long-edge, set color = monochrome')
    number = office.ipptool("office", sample)
    job = office.wait_job(number)
    assert job["state"] == "completed", office.explain(number)
    assert (job["pages"], job["color_pages"], job["sheets"]) == (4, 0, 2)
    assert job["cost"] == "0.12"  # four two-sided pages at half of 0.05, and the job
    story = office.explain(number)
    assert story["before"]["amount"] == COST
    assert [c["color"] for c in story["before"]["work"]["classes"]] == [False, True]
    assert all(c["two_sided"] for c in story["classes"])
    assert story["settlement"]["charged"] == "0.12"
    text = office.run("explain", number).stdout
    assert "The change saves 0.25." in text, text
    shown = attributes(office, number)
    assert "sides (keyword) = two-sided-long-edge" in shown
    assert "print-color-mode (keyword) = monochrome" in shown
    log = office.paper["hall"].log.read_text(errors="replace")
    assert "two-sided-long-edge" in log or sheets(office, "hall") == 1


def test_what_the_printer_cannot_is_not_asked_of_it(site, sample, new_printer):
    site.prices(**PRICES)
    site.user("mary", balance="10.00")
    printer = new_printer("hall", options=("-s", "30,30")).start()  # in colour, on one side
    site.printer("hall", printer.uri)
    site.queue("office", mode="direct", printer="hall")
    rules(site, 'when pages > 1 then set sides = two-sided-long-edge, notify "Both sides."')
    number = site.ipptool("office", sample)
    job = site.wait_job(number)
    assert (job["state"], job["sheets"], job["cost"]) == ("completed", 4, COST), site.explain(number)
    assert job["notice"] == "Both sides. This printer cannot print on both sides.", job
    assert site.explain(number)["before"] is None
    rules(site, 'when pages > 1 then set sides = two-sided-long-edge, set color = monochrome, hold "Look."')
    number = site.ipptool("office", sample)
    job = site.wait_job(number, states=("pending-held",))
    assert (job["message"], job["sheets"], job["color_pages"]) == ("Look.", 4, 0), job
    site.run("job", "release", number)
    job = site.wait_job(number)
    assert (job["state"], job["cost"], job["color_pages"]) == ("completed", "0.22", 0), site.explain(number)



def test_a_job_is_sent_to_another_printer_and_priced_there(office, sample):
    rules(office, 'when printer == "hall" and color_pages > 0 then route to attic')
    number = office.ipptool("office", sample)
    job = office.wait_job(number)
    assert job["state"] == "completed", office.explain(number)
    assert job["printer"] == "attic" and job["queue"] == "office"
    assert (sheets(office, "hall"), sheets(office, "attic")) == (0, 1)
    story = office.explain(number)
    assert story["before"]["work"]["printer"] == "hall" and story["work"]["printer"] == "attic"


def test_a_printer_that_is_not_there_holds_until_it_is(office, sample, new_printer):
    rules(office, 'when pages > 0 then route to cellar')
    number = office.ipptool("office", sample)
    job = office.wait_job(number, states=("pending-held",))
    assert "cellar" in job["message"], job
    untouched(office)
    rules(office, 'when pages > 0 then deny "Too late."')  # rules are asked once about one job
    assert "stays held" in office.run("job", "release", number, check=False).stderr
    job = office.wait_job(number, states=("pending-held",))
    assert "cellar" in job["message"], job
    office.stop()
    office.start()
    cellar = new_printer("cellar").start()
    office.printer("cellar", cellar.uri)
    office.run("job", "release", number)
    job = office.wait_job(number)
    assert (job["state"], job["cost"]) == ("completed", COST), office.explain(number)
    story = office.explain(number)
    assert story["before"]["amount"] == COST and story["before"]["work"]["printer"] == "hall"
    assert story["decision"]["verdict"] == "allow" and story["decision"]["route"] == "cellar"
    assert len(list(cellar.paper.glob("*.pdf"))) == 1
    office.run("queue", "remove", "office")


def test_the_price_times_a_factor_and_a_notice_for_the_user(office, sample):
    rules(office, 'when pages > 0 then charge x2', 'when color_pages > 0 then notify "Colour is dear."')
    number = office.ipptool("office", sample)
    job = office.wait_job(number)
    assert (job["state"], job["cost"], job["notice"]) == ("completed", "0.74", "Colour is dear.")
    assert "Colour is dear." in attributes(office, number)


def test_copies_that_cannot_be_are_told(office, sample):
    rules(office, 'when color_pages > 0 then notify "Colour is dear."')
    for copies in (99999, 0):
        number = office.ipptool("office", sample, copies=("integer", copies))
        job = office.wait_job(number)
        assert (job["state"], job["copies"], job["cost"]) == ("completed", 1, COST), job
        told = "This number of copies cannot be printed: one copy is printed. Colour is dear."
        assert job["notice"] == told and told in attributes(office, number)
    number = office.ipptool("office", sample, copies=("integer", 2))
    assert office.wait_job(number)["notice"] == "Colour is dear."


def test_what_was_decided_stands_after_a_restart(office, sample):
    rules(office, 'when pages > 1 then set sides = two-sided-long-edge, hold "Look first."')
    number = office.ipptool("office", sample)
    office.wait_job(number, states=("pending-held",))
    office.stop()
    office.start()
    job = office.job(number)
    assert job["state"] == "pending-held" and job["message"] == "Look first." and job["sheets"] == 2
    office.run("job", "release", number)
    assert office.wait_job(number)["sheets"] == 2
    assert office.explain(number)["before"]["work"]["printer"] == "hall"
