"""The journal that bookkeeping takes: the real hledger and the real ledger read it, and every account's balance is ours;
whatever people are called and whatever reasons they give."""
import csv
import io
import re
import subprocess

import pytest

NAMES = ["mary", "o'brien", "semi;colon", "two  spaces", "pa(ren)thesis", "ünïcode 漢字", "no\u00a0break\u3000space", "100%",
         "[2026-99-99]", "a|b=c@d", "\"quoted\"", "*star", "!bang", "tag date"]
WHYS = ["; comment", "date:nonsense [2026-99-99]", "key:: 1 / 0", "a | b ; c  ; d", "100 % (x) {y} @ 3 EUR", "::", "~ = 5"]


@pytest.fixture
def books(site, virtual_printer, one_page):
    site.printer("hall", virtual_printer.uri)
    site.queue("q", printer="hall")
    for i, name in enumerate(NAMES):
        site.run("user", "add", "--balance", f"{i + 1}.00", "--", name)
        site.run("user", "deposit", "--why", WHYS[i % len(WHYS)], "--", name, "0.12345")
    site.run("money", "set", "--transfers", "everyone", check=False)
    site.run("user", "adjust", "--why", "cup; [2026-01-99]", "mary", "--", "-0.5")
    site.run("grant", "add", "mary", "--add", "3.00", "--why", "term", check=False)
    number = site.ipptool("q", one_page)
    site.wait_job(number)
    return site


def ours(site):
    return {row["account"]: row["balance"] for row in site.ask("ledger", "balances")["accounts"]}


def spelled(name):
    """As the manual says: bytes that the grammar would take are %XX; here undone."""
    return re.sub(r"(?:%[0-9A-F]{2})+", lambda m: bytes.fromhex(m[0].replace("%", "")).decode(), name)


def units(amount):
    whole, _, part = amount.partition(".")
    return int(whole.replace("-", "") + part.ljust(5, "0")) * (-1 if amount.startswith("-") else 1)


def compare(site, found):
    want = {name: units(balance) for name, balance in ours(site).items() if units(balance) != 0}
    assert {spelled(name): value for name, value in found.items() if value != 0} == want


def journal(site, tmp_path, form):
    path = tmp_path / "books.journal"
    path.write_text(site.run("ledger", "export", "--format", form).stdout)
    return path


def test_hledger_has_the_same_balances(books, tmp_path):
    path = journal(books, tmp_path, "hledger")
    for words in (["check"], ["check", "balancednoautoconversion", "ordereddates"]):
        done = subprocess.run(["hledger", "-f", path, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    done = subprocess.run(["hledger", "-f", path, "bal", "--flat", "-O", "csv", "-N"], capture_output=True, text=True,
                          check=True)
    rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
    compare(books, {name: units(amount.split()[0]) for name, amount in rows if amount != "0"})


def test_ledger_has_the_same_balances(books, tmp_path):
    path = journal(books, tmp_path, "ledger")
    done = subprocess.run(["ledger", "-f", path, "bal", "--flat", "--no-total",
                           "--format", "%(account)\t%(quantity(display_total))\n"], capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    compare(books, {name: units(amount) for name, amount in rows})


def test_a_table_says_the_same(books):
    rows = list(csv.DictReader(io.StringIO(books.run("ledger", "export", "--format", "csv").stdout)))
    sums = {}
    for row in rows:
        sums[row["credit"]] = sums.get(row["credit"], 0) + units(row["amount"])
        sums[row["debit"]] = sums.get(row["debit"], 0) - units(row["amount"])
    want = {name: units(balance) for name, balance in ours(books).items()}
    assert {name: value for name, value in sums.items() if value} == {name: value for name, value in want.items() if value}
    assert {row["currency"] for row in rows} == {"UNITS"}
    middle = rows[len(rows) // 2]["time"].replace(" ", "T")
    both = [len(list(csv.DictReader(io.StringIO(books.run("ledger", "export", "--format", "csv", word, middle).stdout))))
            for word in ("--since", "--until")]
    assert sum(both) == len(rows)
    assert books.run("ledger", "export", "--format", "xml", check=False).returncode == 2


def hledger_of(site, tmp_path):
    path = journal(site, tmp_path, "hledger")
    done = subprocess.run(["hledger", "-f", path, "check", "balancednoautoconversion", "ordereddates"], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(["hledger", "-f", path, "bal", "--flat", "-O", "csv", "-N"], capture_output=True, text=True,
                          check=True)
    return [(name, amount.split()) for name, amount in list(csv.reader(io.StringIO(done.stdout)))[1:] if amount != "0"]


@pytest.mark.parametrize("currency,precision", [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_splits_moves_and_refunds_in_a_currency(site, virtual_printer, sample, tmp_path, currency, precision):
    settings = tmp_path / "money.yaml"
    settings.write_text(f"site:\n  money:\n    currency: {currency}\n    precision: {precision}\n")
    site.run("config", "apply", settings)
    site.prices(mono="3", color="5", duplex="100", per_job="1")
    site.printer("hall", virtual_printer.uri)
    site.queue("q", mode="hold", printer="hall")
    site.user("mary", balance="100")
    site.user("tom", balance="100")
    site.run("grant", "add", "mary", "--amount", "10", "--why", "term")
    for code in ("c1", "c2", "c3"):
        site.run("code", "add", code, "--limit", "unlimited")
    split = site.ipptool("q", sample)
    site.wait_job(split, states=("pending-held",))
    site.run("job", "charge-to", split, "code:c1=33.3333,code:c2=33.3333,user:mary")
    own = site.ipptool("q", sample)
    site.wait_job(own, states=("pending-held",))
    for job in (split, own):
        site.run("job", "release", job)
        assert site.wait_job(job)["state"] == "completed"
    site.run("charge", "move", split, "--to", "user:tom=50,code:c3", "--why", "another client")
    for job, words in ((split, ["--pages", "1"]), (own, ["--amount", "2"])):
        asked = site.ask("refund", "ask", job, "--reason", "torn", *words)
        site.run("refund", "approve", asked["id"])
    site.run("charge", "move", own, "--to", "code:c1", "--why", "again")
    found = hledger_of(site, tmp_path)
    assert {words[1] for _, words in found} == {currency}, found
    compare(site, {name: units(words[0]) for name, words in found})
    fine = units(precision)
    assert all(units(words[0]) % fine == 0 for _, words in found), found
    names = {spelled(name) for name, _ in found}
    assert {"user:tom", "code:c1", "code:c3", "income:print"} <= names, names
    assert site.ask("totals", "--by", "account")["agrees"] and site.verify()["good"]
