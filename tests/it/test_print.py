"""One document from a client to paper: counted, reserved, delivered, charged and explained."""
import subprocess

import pytest

PRICES = {"mono": "0.05", "color": "0.20", "duplex": "100", "per_job": "0.02"}
SAMPLE_COST = "0.37"  # 3 pages without colour, 1 with, and the job


@pytest.fixture
def office(site, virtual_printer):
    site.prices(**PRICES)
    site.user("mary", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    return site


def lp(site, queue, document, *options, user="mary"):
    return subprocess.run(["lp", "-h", f"localhost:{site.ipp_port}", "-d", queue, "-U", user, *options,
                           document], text=True, capture_output=True, timeout=60, check=False)


def test_a_document_is_counted_charged_delivered_and_explained(office, sample, virtual_printer):
    number = office.ipptool("office", sample)
    assert number, office.refusal
    job = office.wait_job(number)
    assert job["state"] == "completed", office.explain(number)
    assert (job["pages"], job["color_pages"], job["copies"]) == (4, 1, 1)
    assert job["cost"] == SAMPLE_COST
    assert job["user"] == "mary" and job["queue"] == "office"
    balance = office.balance("mary")
    assert balance["balance"] == "9.63" and balance["reserved"] == "0.00"
    assert balance["available"] == "9.63"
    printed = list(virtual_printer.paper.glob("*.pdf"))
    assert len(printed) == 1 and printed[0].read_bytes() == sample.read_bytes()
    story = office.explain(number)
    assert story["identity"] == "claimed" and story["claimed_user"] == "mary"
    assert story["from"] in ("127.0.0.1", "::1")
    assert story["reservation"]["balance"] == "10.00"
    assert story["reservation"]["amount"] == SAMPLE_COST
    assert sum(line["quantity"] for line in story["reservation"]["lines"] if "page" in line["rule"]) == 4
    assert story["settlement"]["charged"] == SAMPLE_COST
    assert story["settlement"]["given_back"] == "0.00"
    assert story["observed"] == 4 and story["computed"] == 4
    assert [entry["kind"] for entry in story["entries"]] == ["pending", "post"]
    assert any(run["color"] and run["reason"] for run in story["facts"]["pages"])


def test_explain_reads_like_a_story(office, sample):
    number = office.ipptool("office", sample)
    office.wait_job(number)
    text = office.run("explain", number).stdout
    for word in ("mary", "not proven", "colour", "Total", SAMPLE_COST, "10.00", "9.63", "hall",
                 "pending", "post"):
        assert word in text, f"{word} is missing in:\n{text}"
    assert "\033[" not in text, "colours where nobody looks"


def test_lp_prints_copies(office, sample):
    done = lp(office, "office", sample, "-n", "2")
    assert done.returncode == 0, done.stderr
    job = office.wait_job(office.jobs()[-1]["id"])
    assert job["state"] == "completed"
    assert job["copies"] == 2
    assert job["cost"] == "0.72"  # twice the pages, once the job
    assert office.balance("mary")["balance"] == "9.28"


def test_a_held_job_waits_for_its_release(office, sample, virtual_printer):
    number = office.ipptool("later", sample)
    job = office.wait_job(number, states=("pending-held",))
    assert job["cost"] == SAMPLE_COST
    assert office.balance("mary")["reserved"] == SAMPLE_COST
    assert not list(virtual_printer.paper.glob("*.pdf"))
    office.run("job", "release", number)
    assert office.wait_job(number)["state"] == "completed"
    assert office.balance("mary")["reserved"] == "0.00"
    assert len(list(virtual_printer.paper.glob("*.pdf"))) == 1


def test_a_canceled_job_gives_its_money_back(office, sample):
    number = office.ipptool("later", sample)
    office.wait_job(number, states=("pending-held",))
    tried = office.run("job", "cancel", number, "--dry-run").stdout
    assert "nothing was done" in tried
    assert office.job(number)["state"] == "pending-held"
    office.run("job", "cancel", number)
    assert office.wait_job(number)["state"] == "canceled"
    balance = office.balance("mary")
    assert balance["balance"] == "10.00" and balance["reserved"] == "0.00"
    assert [entry["kind"] for entry in office.explain(number)["entries"]] == ["pending", "void"]


def test_without_enough_money_a_job_is_refused_with_a_sentence(office, sample):
    office.user("tom", balance="0.10")
    assert office.ipptool("office", sample, user="tom") is None
    assert "account-limit-reached" in office.refusal or "0x041e" in office.refusal.lower() or \
        "client-error-account-limit-reached" in office.refusal, office.refusal
    balance = office.balance("tom")
    assert balance["balance"] == "0.10" and balance["reserved"] == "0.00"


def test_without_enough_money_a_job_is_held_where_the_queue_says_so(office, sample):
    office.queue("kind", mode="direct", printer="hall", short_of_money="hold")
    office.user("tom", balance="0.10")
    number = office.ipptool("kind", sample, user="tom")
    assert number, office.refusal
    job = office.wait_job(number, states=("pending-held",))
    assert "account-limit-reached" in job["reasons"]
    assert job["message"], "held without a sentence"
    office.run("user", "deposit", "tom", "5.00", "--why", "cash")
    office.run("job", "release", number)
    assert office.wait_job(number)["state"] == "completed"
    assert office.balance("tom")["balance"] == "4.73"


def test_a_stranger_is_refused(office, sample):
    assert office.ipptool("office", sample, user="nobody-knows") is None, "printed for a stranger"


def test_what_is_no_document_is_not_charged(office, tmp_path):
    junk = tmp_path / "junk.pdf"
    junk.write_bytes(b"%PDF-1.4\nthis is not a PDF file\n" * 20)
    number = office.ipptool("office", junk)
    if number:
        job = office.wait_job(number, states=("pending-held", "aborted", "canceled"))
        assert job["reasons"], job
    balance = office.balance("mary")
    assert balance["balance"] == "10.00" and balance["reserved"] == "0.00"


def test_a_balance_of_the_past(office, sample):
    before = office.balance("mary")
    number = office.ipptool("office", sample)
    office.wait_job(number)
    then = office.ask("ledger", "balance", "user:mary", "--at", before["at"])
    assert then["balance"] == "10.00"
    assert office.balance("mary")["balance"] == "9.63"
