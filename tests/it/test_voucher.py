"""Vouchers: a batch on a PDF sheet, redeemed once, however many try at once."""
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


def test_a_sheet_and_a_list_of_the_same_codes(site, tmp_path):
    sheet, csv = tmp_path / "sheet.pdf", tmp_path / "codes.csv"
    site.run("config", "apply", "-", stdin="site:\n  money:\n    currency: EUR\n    decimals: 2\n")
    said = site.run("voucher", "make", "5.00", "--count", "40", "--note", "open day",
                    "--expires", "2030-06-30", "--sheet", sheet, "--csv", csv).stdout
    assert "40 vouchers of 5.00" in said and not CODE.search(said)
    text = subprocess.run(["pdftotext", "-layout", sheet, "-"], check=True, text=True,
                          capture_output=True).stdout
    rows = [line.split(",") for line in csv.read_text().splitlines()[1:]]
    assert sorted(CODE.findall(text)) == sorted(row[1] for row in rows) and len(rows) == 40
    assert text.count("5.00 EUR") == 40 and "valid until 2030-06-30" in text and "1-0040" in text
    assert oct(sheet.stat().st_mode)[-3:] == oct(csv.stat().st_mode)[-3:] == "600"
    info = subprocess.run(["pdfinfo", sheet], check=True, text=True, capture_output=True).stdout
    assert re.search(r"Pages:\s+3\b", info)


def test_a_voucher_pays_once_however_many_try(site):
    site.user("mary")
    site.user("tom")
    made = site.ask("voucher", "make", "2.50", "--count", "3")
    code = made["codes"][0]
    assert site.run("voucher", "check", "-", stdin=code.lower() + "\n").returncode == 0
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda name: site.run("voucher", "redeem", code, name, check=False),
                             ["mary", "tom"] * 6))
    assert sum(one.returncode == 0 for one in done) == 1
    assert all("used" in one.stderr for one in done if one.returncode != 0)
    balances = sorted(site.balance(name)["balance"] for name in ("mary", "tom"))
    assert balances == ["0.00", "2.50"]
    assert site.ask("ledger", "balance", "vouchers")["balance"] == "-2.50"
    used = site.ask("voucher", "list", made["batch"])
    assert [one["state"] for one in used] == ["used", "fresh", "fresh"]
    assert site.run("voucher", "check", code, check=False).returncode == 5
    site.verify()


def test_void_wrong_and_unknown(site):
    site.user("mary")
    made = site.ask("voucher", "make", "1.00", "--count", "2")
    assert site.ask("voucher", "void", f"{made['batch']}-2", "--dry-run")["count"] == 1
    assert site.ask("voucher", "void", f"{made['batch']}-2")["count"] == 1
    refused = site.run("voucher", "redeem", made["codes"][1], "mary", check=False)
    assert refused.returncode == 1 and "is void" in refused.stderr
    swapped = made["codes"][0][1] + made["codes"][0][0] + made["codes"][0][2:]
    if swapped != made["codes"][0]:
        refused = site.run("voucher", "redeem", swapped, "mary", check=False)
        assert refused.returncode == 2 and "mistyped" in refused.stderr
    assert "16 letters" in site.run("voucher", "redeem", "hello", "mary", check=False).stderr
    assert site.run("voucher", "make", "0", "--count", "1", check=False).returncode == 2
    before = len(site.ask("voucher", "list"))
    lost = site.run("voucher", "make", "1.00", "--sheet", "/nonexistent/x.pdf", check=False)
    assert lost.returncode != 0 and len(site.ask("voucher", "list")) == before
