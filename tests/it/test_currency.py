"""Sites in yen and in dinars: what people read has the currency's decimals, what they give may have no more."""
import csv
import io
import subprocess


def configure(site, tmp_path, text):
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    site.run("config", "apply", path)


def refused(site, sentence, *command):
    done = site.run(*command, check=False)
    assert done.returncode == 2, (command, done.stdout, done.stderr)
    assert sentence in done.stderr, (command, done.stderr)


def printed(site, sample, printer):
    site.printer("p", printer.uri)
    site.queue("main", printer="p")
    site.ipptool("main", sample)
    return site.wait_job(1)


def test_yen_have_no_decimals(site, sample, virtual_printer, tmp_path):
    configure(site, tmp_path, "site:\n  money:\n    currency: JPY\n    decimals: 0\n    precision: 1\n"
              "price:\n  base:\n    page: 3\n    per-job: 0.5\n")
    assert "    decimals: 0\n" in site.run("config", "export", "--kind", "site").stdout
    site.user("mary", "100")
    site.run("user", "deposit", "mary", "1000.00")  # as many as are nothing
    shown = site.run("user", "show", "mary").stdout
    assert "Balance:       1100 JPY\n" in shown and "Available:     1100 JPY\n" in shown
    assert site.ask("user", "show", "mary")["balance"] == "1100.00"  # programs read the same everywhere

    no = "JPY has no decimals: 100, not 100.50"
    for command in (["user", "deposit", "mary", "100.50"], ["cash", "deposit", "mary", "100.50"],
                    ["user", "limit", "mary", "100.50"], ["user", "add", "paul", "--balance", "100.50"],
                    ["user", "set", "mary", "--limit", "100.50"], ["code", "add", "c1", "--limit", "100.50"],
                    ["voucher", "make", "100.50"], ["money", "set", "--transfer-most", "100.50"],
                    ["grant", "add", "mary", "--amount", "100.50", "--why", "x"],
                    ["grant", "add", "--everyone", "--amount", "100.50", "--why", "x", "--reference", "r"],
                    ["grant", "set", "g", "--when", "@daily", "--to", "all", "--amount", "100.50"],
                    ["quota", "set", "q", "--counts", "money", "--most", "100.50"]):
        refused(site, no, *command)
    rows = tmp_path / "rows.csv"
    rows.write_text("name,balance\nzoe,100.50\n", encoding="utf-8")
    imported = site.run("user", "import", rows, check=False)
    assert imported.returncode == 5 and no in imported.stdout + imported.stderr

    job = printed(site, sample, virtual_printer)
    assert job["cost"] == "13.00"  # 4 pages of 3 and half a yen, rounded
    explained = site.run("explain", "1").stdout
    assert "13 JPY" in explained and "0.5" in explained and "13.00" not in explained
    quote = site.run("price", "quote", "--user", "mary", "--pages", "2").stdout
    assert "It costs 7 JPY by the price book base; there are 1087 JPY to spend." in quote
    assert " 1087 " in site.run("user", "list").stdout and "1087.00" not in site.run("user", "list").stdout
    totals = site.run("totals").stdout
    assert "all of them, JPY" in totals and " 13 " in totals and "13.00" not in totals
    rows = list(csv.DictReader(io.StringIO(site.run("history", "list", "--csv").stdout)))
    assert [row["amount"] for row in rows] == ["13"]
    assert "13.00" not in site.run("job", "list").stdout and " 13 " in site.run("job", "list").stdout
    short = site.run("user", "deposit", "mary", "--", "-5000", check=False)
    assert "mary has 1087 available; this takes 5000" in short.stderr

    refused(site, "JPY has no decimals: 1, not 1.50", "refund", "ask", "1", "--amount", "1.50", "--reason", "x")
    sheet = tmp_path / "sheet.pdf"
    made = site.run("voucher", "make", "500", "--count", "2", "--sheet", sheet).stdout
    assert "2 vouchers of 500 JPY" in made
    text = subprocess.run(["pdftotext", sheet, "-"], capture_output=True, text=True, check=True).stdout
    assert "500 JPY" in text and "500." not in text


def test_dinars_have_three(site, sample, virtual_printer, tmp_path):
    # Without a word of decimals: ISO 4217 knows.
    configure(site, tmp_path, "site:\n  money:\n    currency: KWD\n    precision: 0.005\n"
              "price:\n  base:\n    page: 0.0105\n")
    site.user("mary", "1.5")
    assert "Balance:       1.500 KWD\n" in site.run("user", "show", "mary").stdout
    site.run("user", "deposit", "mary", "0.125")
    refused(site, "KWD has 3 decimals: 0.125, not 0.1255", "user", "deposit", "mary", "0.1255")
    job = printed(site, sample, virtual_printer)
    assert job["cost"] == "0.04"  # 0.042, to 0.005
    assert "0.040 KWD" in site.run("explain", "1").stdout
    assert "1.585 KWD" in site.run("user", "show", "mary").stdout
    assert "0.0105" in site.run("price", "quote", "--user", "mary", "--pages", "2").stdout
    refund = site.run("refund", "ask", "1", "--amount", "0.01", "--reason", "a smear").stdout
    assert "0.010 KWD" in refund
    sheet = tmp_path / "sheet.pdf"
    site.run("voucher", "make", "1.5", "--sheet", sheet)
    text = subprocess.run(["pdftotext", sheet, "-"], capture_output=True, text=True, check=True).stdout
    assert "1.500 KWD" in text
    balances = site.run("ledger", "balances").stdout.splitlines()
    assert ["1.585", "0.000", "user:mary"] in [line.split() for line in balances]
    # Another currency is known at once, to the command and to the engines.
    configure(site, tmp_path, "site:\n  money:\n    currency: EUR\n")
    assert "1.585 EUR" in site.run("user", "show", "mary").stdout
    refused(site, "EUR has 2 decimals: 0.12, not 0.125", "user", "deposit", "mary", "0.125")
