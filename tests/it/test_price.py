"""Prices of a real site: quoted line by line, set, told with their history, and tried on what was printed."""
from conftest import BUILD  # noqa: F401  (a build is there)


def test_prices_are_quoted_told_and_tried(site, sample, virtual_printer, tmp_path):
    site.user("mary", "50.00")
    site.printer("p", virtual_printer.uri)
    site.queue("main", printer="p")
    quote = site.ask("price", "quote", "--user", "mary", "--queue", "main", "--pages", 10, "--color", 3,
                     "--two-sided")
    assert quote["amount"] == "0.95" and quote["price_book"] == "base" and quote["enough"]
    assert [line["rule"] for line in quote["lines"]] == ["base.page.normal.mono", "base.page.normal.color"]
    assert quote["legs"] == [{"account": "user:mary", "amount": "0.95"}]
    text = site.run("price", "quote", "--user", "mary", "--pages", 2, "--size", "a3").stdout
    assert "2 mono pages, large size" in text and "It costs 0.20 by the price book base" in text
    assert site.run("price", "quote", "--user", "mary", "--pages", 1, "--color", 2, check=False).returncode == 2
    assert site.run("price", "quote", check=False).returncode == 2
    assert site.run("price", "quote", "--user", "nobody", check=False).returncode != 0

    site.ipptool("main", sample)
    site.wait_job(1)
    cost = site.job(1)["cost"]
    site.prices(mono="0.10,0.10,0.10,0.10", duplex=50, **{"per-job": "1.00"})
    quote = site.ask("price", "quote", "--user", "mary", "--pages", 2, "--two-sided")
    assert quote["amount"] == "1.10" and quote["lines"][0]["each"] == "0.05"
    assert quote["lines"][1]["rule"] == "base.job"

    tried = site.ask("price", "what-if", "--since", "2020-01-01")
    assert tried["jobs"] == 1 and tried["before"] == cost and tried["changed"] == 1
    assert tried["people"][0]["name"] == "mary" and tried["people"][0]["after"] == tried["after"]
    assert float(tried["after"]) > 1.0
    assert "1 jobs cost" in site.run("price", "what-if", "--since", "2020-01-01").stdout
    assert site.ask("price", "what-if", "--since", "2020-01-01", "--without", "base")["unpriced"] == 1
    assert site.run("price", "what-if", check=False).returncode == 2
    path = tmp_path / "tariff.yaml"
    path.write_text(site.run("config", "export", "--kind", "price").stdout, encoding="utf-8")
    same = site.ask("price", "what-if", "--since", "2020-01-01", "--book", path)
    assert same == tried
    path.write_text("price:\n  base:\n    rank: 7\n    per-job: 2.25\n", encoding="utf-8")
    other = site.ask("price", "what-if", "--since", "2020-01-01", "--book", path)
    assert other["after"] == "2.25" and other["before"] == cost
    assert site.ask("price", "what-if", "--since", "2020-01-01", "--book", path, "--without", "base")["unpriced"] == 1
    path.write_text("quota:\n  q:\n    unit: pages\n    most: 1\n", encoding="utf-8")
    none = site.run("price", "what-if", "--since", "2020-01-01", "--book", path, check=False)
    assert none.returncode == 2 and "has no price book" in none.stderr
    path.write_text("price:\n  base:\n    per-jb: 2.25\n", encoding="utf-8")
    wrong = site.run("price", "what-if", "--since", "2020-01-01", "--book", path, check=False)
    assert wrong.returncode != 0 and "tariff." in wrong.stderr and ":3:" in wrong.stderr

    books = site.ask("price", "list")["books"]
    assert [book["name"] for book in books] == ["base"]
    assert books[0]["book"]["two_sided_change"] == -50
    assert len(site.ask("price", "history")["books"]) == 2
    assert "quoin price set" in site.run("price", "history", "base").stdout
    assert "page.normal.mono" in site.run("price", "book", "base").stdout
    assert site.ask("price", "book", "base")["book"]["per_job"] == "1.00"
    assert "base" in site.run("price", "list").stdout
    assert site.run("price", "book", "none", check=False).returncode != 0
    first = site.ask("price", "show", "--version", books[0]["change"] - 1)
    assert first["mono"]["normal"] == "0.05"
    site.verify()
