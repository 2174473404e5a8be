"""Two purses a person, charges that are split, moved and refunded, and the cash desk: by every
command, on a site that prints."""
import datetime
import json
import threading
import zoneinfo

import pytest

COST = "0.20"  # four pages


@pytest.fixture
def office(site, virtual_printer):
    site.prices(mono="0.05", color="0.05", duplex="100", per_job="0.00")
    site.user("mary", balance="1.00")
    site.user("tom", balance="0.30")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    return site


def refused(done, words):
    assert done.returncode != 0 and words in done.stderr, (done.returncode, done.stderr)


def test_what_was_granted_is_spent_first_and_a_charge_is_moved_and_refunded(office, sample):
    given = office.ask("grant", "add", "mary", "--amount", "0.15", "--why", "autumn")
    assert given["allotment"]["balance"] == "0.15" and given["available"] == "1.15"
    assert office.ask("user", "show", "mary")["allotment"] == "0.15"
    number = office.ipptool("office", sample)
    assert office.wait_job(number)["state"] == "completed"
    purses = office.ask("user", "purses", "mary")
    assert purses["allotment"]["balance"] == "0.00" and purses["paid"]["balance"] == "0.95"
    charge = office.ask("charge", "show", number)
    assert charge["charged"] == COST and charge["pages"] == 4
    assert [(b["account"], b["amount"]) for b in charge["first"]] == [
        ("allotment:mary", "0.15"), ("user:mary", "0.05")]

    would = office.ask("charge", "move", number, "--to", "tom=50,mary", "--why", "both", "--dry-run")
    assert would["amount"] == COST and office.balance("tom")["balance"] == "0.30"
    moved = office.ask("charge", "move", number, "--to", "tom=50,mary", "--why", "both")
    assert [(b["account"], b["amount"]) for b in moved["to"]] == [
        ("user:tom", "0.10"), ("allotment:mary", "0.10")]
    assert office.balance("tom")["balance"] == "0.20"
    refused(office.run("charge", "move", number, "--to", "nobody", "--why", "x", check=False), "nobody")
    refused(office.run("charge", "move", number, "--to", "tom=50", "--why", "x", check=False), "100")

    asked = office.ask("refund", "ask", number, "--reason", "torn", "--pages", "2")
    assert asked["status"] == "asked" and asked["asked"] == "0.10" and asked["user"] == "mary"
    refused(office.run("refund", "approve", asked["id"], "--amount", "0.21", check=False), "0.20 is left")
    done = office.ask("refund", "approve", asked["id"], "--reference", "T-1")
    assert done["status"] == "approved" and done["amount"] == "0.10"
    assert [(b["account"], b["amount"]) for b in done["to"]] == [
        ("user:tom", "0.05"), ("allotment:mary", "0.05")]
    refused(office.run("refund", "approve", asked["id"], check=False), "approved")
    charge = office.explain(number)["charge"]
    assert charge == office.ask("charge", "show", number)
    assert len(charge["moves"]) == 1 and charge["refunds"][0]["status"] == "approved"
    told = office.run("explain", number).stdout
    assert "Since it was settled" in told and "Moved" in told and "Refund" in told, told
    assert office.ask("job", "show", number)["charge"] == charge
    told = office.run("job", "show", number).stdout
    assert "Moved" in told and "Refund" in told, told
    again = office.ask("refund", "ask", number, "--reason", "torn too")
    assert office.ask("refund", "deny", again["id"], "--why", "enough")["status"] == "denied"
    assert [r["id"] for r in office.ask("refund", "list", "--status", "denied")] == [again["id"]]
    charge = office.ask("charge", "show", number)
    assert charge["refunded"] == "0.10" and len(charge["moves"]) == 1 and len(charge["refunds"]) == 2
    text = office.run("charge", "show", number).stdout
    assert "Borne by" in text and "user:tom 0.05" in text
    sums = office.ask("totals", "--by", "account")
    assert sums["agrees"] and sums["ledger_income"] == "0.10", sums
    assert {row["name"]: row["amount"] for row in sums["sums"]}["user:tom"] == "0.05"
    assert office.verify()["good"]


def test_refunds_by_rule_ask_for_settings(office):
    refused(office.run("money", "set", "--refund-by-rule", "yes", check=False), "amount")
    set_to = office.ask("money", "set", "--refund-by-rule", "yes", "--refund-most", "1.00",
                        "--refund-minutes", "60", "--transfers", "everyone")
    assert set_to["refund_by_rule"] is True and office.ask("money", "show") == set_to


def test_the_desk_adjustments_and_transfers(office, tmp_path):
    office.ask("cash", "deposit", "mary", "5.00", "--reference", "R1", "--desk", "library")
    refused(office.run("cash", "deposit", "mary", "5.00", "--reference", "R1", "--desk", "library",
                       check=False), "booked")
    office.ask("cash", "withdraw", "mary", "2.00")
    refused(office.run("cash", "withdraw", "mary", "4.01", check=False), "4.00 available")
    listed = office.ask("cash", "list")
    assert (listed["paid_in"], listed["paid_out"], listed["sum"]) == ("5.00", "2.00", "3.00")
    day = listed["payments"][0]["at"][:10]
    assert office.ask("cash", "list", "--day", day, "--desk", "main")["count"] == 1
    assert "Closing sum" in office.run("cash", "list").stdout
    # A day is one of the site's: somewhere it is always another day than in UTC.
    at = datetime.datetime.fromisoformat(listed["payments"][0]["at"].replace("Z", "+00:00"))
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        here = at.astimezone(zoneinfo.ZoneInfo(zone)).date()
        if here != at.date():
            file = tmp_path / "zone.yaml"
            file.write_text(f"site:\n  time:\n    zone: {zone}\n")
            office.run("config", "apply", file)
            assert office.ask("cash", "list", "--day", here, "--desk", "main")["count"] == 1
            later = here + datetime.timedelta(days=2)
            assert office.ask("cash", "list", "--day", later)["count"] == 0
    refused(office.run("cash", "list", "--day", "2026-02-30", check=False), "no day")

    refused(office.run("user", "adjust", "mary", "1.00", "--why", "x", "--if-balance", "4.01",
                       check=False), "4.00 and not 4.01")
    assert office.ask("user", "adjust", "mary", "1.00", "--why", "x", "--if-balance",
                      "4.00")["paid"]["balance"] == "5.00"
    refused(office.run("user", "transfer", "mary", "tom", "1.00", check=False), "not allowed")
    office.ask("money", "set", "--transfers", "everyone", "--transfer-most", "2.00")
    assert office.ask("user", "transfer", "mary", "tom", "1.00")["available"] == "4.00"
    refused(office.run("user", "transfer", "mary", "tom", "2.01", check=False), "2.00")
    assert office.balance("tom")["balance"] == "1.30"
    assert office.verify()["good"]


def test_a_grant_to_many_is_given_once(office):
    for i in range(5):
        office.user(f"p{i}", balance="0.00")
    words = ("grant", "add", "--everyone", "--amount", "2.00", "--up-to", "3.00", "--why", "term",
             "--reference", "term-1")
    assert office.ask(*words, "--dry-run")["granted"] == 7
    assert office.ask(*words)["changed"] == "14.00"
    again = office.ask(*words)
    assert again["granted"] == 0 and again["had_it"] == 7
    assert office.ask(*words[:-1], "term-2")["changed"] == "7.00"
    refused(office.run("grant", "add", "--everyone", "--amount", "1.00", "--why", "term",
                       "--reference", "term-1", check=False), "begun before")
    refused(office.run("grant", "add", "--everyone", "--amount", "1.00", "--why", "x", check=False),
            "--reference")
    assert office.verify()["good"]


def test_two_jobs_at_once_cannot_pass_one_limit(office, sample):
    """tom has 0.30; of two jobs of 0.20 that are released at the same moment one is printed."""
    numbers = [office.ipptool("later", sample, user="tom") for _ in range(2)]
    numbers = [number for number in numbers if number]
    for number in numbers:
        office.wait_job(number, states=("pending-held", "aborted", "canceled"))
    threads = [threading.Thread(target=office.run, args=("job", "release", number),
                                kwargs={"check": False}) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.balance("tom")["balance"] in ("0.10", "0.30")
    assert office.verify()["good"]


def test_rules_of_who_pays(office, sample):
    office.ask("payer", "rule", "queue:office", "--choose", "must", "--without", "refuse")
    number = office.ipptool("office", sample)  # no account was chosen
    if number:
        assert office.wait_job(number, states=("pending-held", "aborted"))["cost"] == "0.00"
    assert office.balance("mary")["available"] == "1.00"
    assert office.ask("payer", "rules")[0]["choose"] == "must"
    office.ask("payer", "rule", "queue:office")
    assert office.ask("payer", "rules") == []
    number = office.ipptool("office", sample)
    assert office.wait_job(number)["state"] == "completed"
    shares = office.ask("payer", "rule", "site", "--pays", "department=50,person=50",
                        "--without", "person")
    assert [s["parts"] for s in shares["shares"]] == [500000, 500000]
    number = office.ipptool("office", sample)  # mary is in no department
    assert office.wait_job(number)["state"] == "completed"
    assert json.loads(office.run("charge", "show", number, "--json").stdout)["bearers"][0]["account"] \
        == "user:mary"
    refused(office.run("payer", "rule", "somewhere", "--pays", "person", check=False), "scope")
