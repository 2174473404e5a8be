"""What was printed, canceled and refused stands in the history, its sums are the ledger's, and a person
can be forgotten."""
import csv
import io
import json

import pytest

PRICES = {"mono": "0.05", "color": "0.20", "duplex": "100", "per_job": "0.02"}
COST = "0.37"


@pytest.fixture
def office(site, virtual_printer):
    site.prices(**PRICES)
    site.user("mary", balance="10.00")
    site.user("tom", balance="0.10")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    return site


def csv_of(done):
    return list(csv.DictReader(io.StringIO(done.stdout, newline="")))


def test_the_history_of_an_office(office, sample):
    printed = office.ipptool("office", sample)
    assert office.wait_job(printed)["state"] == "completed"
    held = office.ipptool("later", sample)
    office.wait_job(held, states=("pending-held",))
    office.run("job", "cancel", held)
    office.wait_job(held)
    assert not office.ipptool("office", sample, user="tom"), "tom has not enough"

    works = office.ask("history", "list")
    assert [work["outcome"] for work in works] == ["refused", "voided", "charged"], works
    refused, voided, charged = works
    assert charged["user"] == "mary" and charged["queue"] == "office"
    assert charged["amount"] == COST and charged["pages"] == 4 and charged["color_pages"] == 1
    assert charged["payers"] == [{"account": "user:mary", "amount": COST}]
    assert voided["amount"] == "0.00" and voided["entry"] > charged["entry"]
    assert refused["user"] == "tom" and refused["entry"] == 0 and "0.10" in refused["why"]

    assert [w["number"] for w in office.ask("history", "list", "--user", "MARY")] == [2, 1]
    assert [w["number"] for w in office.ask("history", "list", "--outcome", "charged")] == [1]
    assert office.ask("history", "list", "--queue", "nowhere") == []
    assert len(office.ask("history", "list", "--limit", "1")) == 1
    rows = csv_of(office.run("history", "list", "--csv"))
    assert [row["outcome"] for row in rows] == ["refused", "voided", "charged"]
    assert rows[2]["amount"] == COST and rows[2]["account"] == "user:mary"
    table = office.run("history", "list").stdout
    assert "charged" in table and COST in table
    shown = office.run("history", "show", "1").stdout
    assert "user:mary" in shown and "page.normal.color" in shown
    one = office.ask("history", "show", "1")
    assert one["corrected"] == "0.00" and len(one["lines"]) == 3
    missing = office.run("history", "show", "99", check=False)
    assert missing.returncode != 0 and "no such work" in missing.stderr

    for by, name in (("user", "mary"), ("queue", "office"), ("account", "user:mary"), ("department", "")):
        sums = office.ask("totals", "--by", by)
        assert sums["agrees"] and sums["ledger_income"] == COST and sums["all"]["works"] == 1, (by, sums)
        assert {row["name"]: row["amount"] for row in sums["sums"]}[name] == COST
    month = charged["at"][:7]
    text = office.run("totals", "--month", month).stdout
    assert "(none)" in text and "is the same" in text and COST in text
    assert office.ask("totals", "--month", "1999-12")["all"]["works"] == 0
    assert csv_of(office.run("totals", "--by", "user", "--csv"))[0].keys() >= {"name", "amount"}
    for wrong in (("--month", "2026-13"), ("--month", "soon"), ("--by", "colour"),
                  ("--month", "2026-11", "--year", "2026")):
        assert office.run("totals", *wrong, check=False).returncode != 0, wrong

    would = json.loads(office.run("history", "forget", "mary", "--dry-run", "--json").stdout)
    assert would["works"] == 2 and len(office.ask("history", "list", "--user", "mary")) == 2
    office.run("history", "forget", "mary")
    assert office.ask("history", "list", "--user", "mary") == []
    nameless = office.ask("history", "list", "--outcome", "charged")[0]
    assert nameless["user"].startswith("(forgotten") and nameless["job"] == ""
    assert nameless["amount"] == COST and "mary" not in json.dumps(nameless)
    assert office.ask("totals", "--by", "user")["agrees"]
    assert office.verify()["good"]


def test_a_payer_of_others_is_forgotten(office, sample):
    office.user("payer", balance="5.00")
    office.run("code", "add", "acme", "--limit", "unlimited")
    job = office.ipptool("office", sample)
    assert office.wait_job(job)["state"] == "completed"
    office.run("charge", "move", job, "--to", "user:payer=50,code:acme", "--why", "Payer wanted it")
    by_code = office.ask("totals", "--by", "code")
    for figure in ("works", "pages", "sheets"):
        assert sum(row[figure] for row in by_code["sums"]) == by_code["all"][figure], by_code
    assert sorted(row["name"] for row in by_code["sums"]) == ["", "code:acme"]
    cents = [round(float(row["amount"]) * 100000) for row in by_code["sums"]]
    assert sum(cents) == round(float(by_code["all"]["amount"]) * 100000)
    assert "(without a code)" in office.run("totals", "--by", "code").stdout
    one = office.run("totals", "--by", "account", "--limit", "1").stdout
    assert "more)" in one

    office.run("user", "rename", "payer", "paid")
    would = office.ask("history", "forget", "paid", "--dry-run")
    assert would["works"] == 0 and would["others"] >= 1, would
    done = office.ask("history", "forget", "paid")
    assert done["others"] == would["others"] and office.ask("history", "forget", "paid")["others"] == 0
    shown = [office.run("history", "list").stdout, office.run("history", "list", "--csv").stdout,
             office.run("history", "list", "--json").stdout, office.run("totals", "--by", "account").stdout]
    numbers = [row["number"] for row in office.ask("history", "list")]
    shown += [office.run("history", "show", str(number)).stdout for number in numbers]
    for text in shown:
        assert "payer" not in text.lower().replace("payers", "") and "user:paid" not in text, text
    for text in shown[:4]:
        assert "user:(forgotten " in text, text
    assert office.ask("totals", "--by", "account")["agrees"] and office.verify()["good"]
    job = office.jobs()[-1]
    office.run("user", "rename", job["user"], "elder")
    for command in (("explain",), ("job", "show")):
        assert f"{job['user']}, now elder" in office.run(*command, str(job["id"])).stdout
        assert office.ask(*command, str(job["id"]))["user_now"] == "elder"
