"""Policy as an administrator writes it: checked at the desk, tried on the past, set, and taken back."""
import json
import subprocess

import pytest
from conftest import QUOIN, SOURCE

RULES = '''# The library.
rule "No books"
when pages > 3 then deny "{pages} pages are too many, {user}"
when color then charge ×1.5
expect user=mary pages=4 -> deny "4 pages are too many, mary"
expect color_pages=1 -> charge ×1.5
'''


def quoin(*words):
    return subprocess.run([QUOIN, *map(str, words)], text=True, capture_output=True, timeout=60, check=False)


@pytest.fixture
def rules(tmp_path):
    made = tmp_path / "library.rules"
    made.write_text(RULES)
    return made


def test_an_error_is_shown_at_its_place(tmp_path):
    bad = tmp_path / "students.rules"
    bad.write_text('# ours\nwhen pages = "blue" then allow\n')
    done = quoin("policy", "check", bad)
    assert done.returncode == 5
    assert done.stdout.splitlines() == [
        'students.rules:2:6: "pages" is a number and cannot be compared with "blue", which is text',
        '    when pages = "blue" then allow', "         ^"]
    bad.write_text('when pages > 5 then allow\nexpect pages=1 -> deny "x"\nexpect pages=6 -> hold\n')
    found = json.loads(quoin("--json", "policy", "check", bad).stdout)
    assert not found["good"] and len(found["errors"]) == 2
    assert "students.rules:2: expected deny" in found["errors"][0]


@pytest.mark.parametrize("name", ["university", "law-firm", "hospital"])
def test_the_examples_that_come_with_it_are_good(name):
    done = quoin("policy", "check", SOURCE / "share" / "quoin" / "policy" / f"{name}.rules")
    assert done.returncode == 0 and "Good" in done.stdout, done.stdout


def test_one_job_is_asked_about(rules):
    told = json.loads(quoin("--json", "policy", "test", rules, "user=mary", "pages=9").stdout)
    assert told["verdict"] == "deny" and told["line"] == 2
    assert told["text"] == "9 pages are too many, mary"
    assert told["tried"][0]["values"] == {"pages": "9"} and told["tried"][0]["met"]
    assert quoin("policy", "test", rules, "pages=many").returncode == 2


def test_sets_are_tried_set_compared_and_taken_back(site, virtual_printer, sample, one_page, rules,
                                                    tmp_path):
    site.prices(mono="0.05", color="0.20", per_job="0.00")
    site.user("mary", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall")
    for document in (sample, one_page):
        assert site.wait_job(site.ipptool("office", document))["state"] == "completed"
    tried = site.ask("policy", "dry-run", rules)
    assert (tried["tried"], tried["denied"], tried["saved"], tried["people"]) == (2, 1, "0.35", 1)
    assert tried["persons"] == [{"name": "mary", "jobs": 1, "charged": "0.35"}]
    assert [rule["met"] for rule in tried["rules"]] == [1, 0]
    assert site.ask("policy", "dry-run", rules, "--queue", "lib-*")["tried"] == 0
    assert site.ask("policy", "list") == []
    assert "nothing was done" in site.run("policy", "set", "library", rules, "--dry-run").stdout
    first = site.ask("policy", "set", "library", rules, "--queue", "office,lib-*", "--order", "-3",
                     "--why", "the board said so")
    assert first["queues"] == ["office", "lib-*"] and first["order"] == -3 and first["rules"] == 2
    assert first["why"] == "the board said so"
    other = tmp_path / "other.rules"
    other.write_text(RULES.replace("> 3", "> 9").replace("pages=4", "pages=12").replace("4 pages", "12 pages"))
    assert '-when pages > 3' in site.run("policy", "diff", "library", other).stdout
    second = site.ask("policy", "set", "library", other)
    assert second["version"] > first["version"]
    assert site.ask("policy", "show", "library", "--version", first["version"])["text"] == RULES
    assert "-when pages > 9" in site.run("policy", "rollback", "library", "--dry-run").stdout
    assert site.ask("policy", "rollback", "library")["queues"] == ["office", "lib-*"]
    assert site.ask("policy", "show", "library")["text"] == RULES
    site.run("policy", "remove", "library")
    assert site.ask("policy", "list") == []
    assert site.ask("policy", "rollback", "library", "--to", second["version"])["rules"] == 2
    assert len(site.ask("policy", "history", "library")) == 5
    assert site.run("policy", "show", "nothing", check=False).returncode != 0
