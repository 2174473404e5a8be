"""Staples, holes and folds: offered by a queue whose printer can do them, taken, sent on, and on the charge."""
import subprocess

import pytest

BOOK = """
price:
  office:
    queues: [office, plain]
    page: 0.10
    finishing:
      - name: staples
        kinds: [staple]
        price: 0.03
      - name: holes
        kinds: [punch]
        price: 0.01
      - name: folds
        kinds: [fold]
        price: 0.50
"""
SHELL = """#!/bin/sh
env > {folder}/told-$IPP_JOB_ID
"""


def offered(site, queue):
    found = subprocess.run(["ipptool", "-tv", site.uri(queue), "get-printer-attributes.test"], text=True,
                           capture_output=True, timeout=60, check=False).stdout
    return [line.split(" = ")[1] for line in found.splitlines() if "finishings-supported" in line and " = " in line]


@pytest.fixture
def office(site, new_printer, tmp_path):
    told = tmp_path / "print.sh"
    told.write_text(SHELL.format(folder=tmp_path))
    told.chmod(0o755)
    printer = new_printer(command=told).start()
    site.user("mary", balance="10.00")
    shown = site.ask("printer", "add", "hall", printer.uri, "--finishings", "punch-dual-left,staple,none")
    assert shown["finishings"] == ["staple", "punch-dual-left"]
    site.ask("printer", "add", "bare", printer.uri)
    site.queue("office", printer="hall")
    site.queue("plain", printer="bare")
    book = tmp_path / "book.yaml"
    book.write_text(BOOK)
    site.run("config", "apply", book)
    return site


def test_finishings_of_a_print_are_on_its_charge(office, one_page, tmp_path):
    assert offered(office, "office") == ["none,staple,punch-dual-left"]
    assert offered(office, "plain") == ["none"]
    number = office.ipptool("office", one_page, copies=("integer", 3), finishings=("enum", "4,74"))
    assert "unsupported" not in office.refusal, office.refusal
    job = office.wait_job(number)
    assert (job["state"], job["cost"]) == ("completed", "0.45"), job  # 3 pages, 3 staples, 6 holes
    story = office.explain(number)
    assert story["work"]["finishings"] == {"staple": 3, "punch": 6}
    lines = {line["rule"]: (line["quantity"], line["amount"]) for line in story["settlement"]["lines"]}
    assert (lines["office.staples"], lines["office.holes"]) == ((3, "0.09"), (6, "0.06")), lines
    assert "staple" in office.run("explain", number).stdout
    told = (tmp_path / "told-1").read_text()
    assert "IPP_FINISHINGS=" in told and "punch-dual-left" in told, told
    # A printer that cannot do it: said, not done, not charged.
    number = office.ipptool("plain", one_page, finishings=("enum", "4"))
    assert "finishings" in office.refusal
    assert office.wait_job(number)["cost"] == "0.10"
    assert office.ipptool("office", one_page, finishings=("enum", "5")) is not None
    office.wait_job(3)
    assert office.job(3)["cost"] == "0.10"


def test_what_a_printer_can_do_is_set_kept_and_refused(office, tmp_path):
    assert office.run("printer", "set", "hall", "--finishings", "glue", check=False).returncode != 0
    bad = office.run("printer", "add", "raw", "socket://127.0.0.1:9100", "--finishings", "staple", check=False)
    assert bad.returncode != 0 and "cannot be told" in bad.stderr
    assert office.run("printer", "set", "hall", "--uri", "socket://127.0.0.1:9100", check=False).returncode != 0
    assert office.ask("printer", "set", "bare", "--finishings", "fold,staple")["finishings"] == ["staple", "fold"]
    text = office.run("config", "export").stdout
    assert "finishings" in text and "punch-dual-left" in text
    again = tmp_path / "again.yaml"
    again.write_text(text)
    assert office.ask("config", "apply", "--dry-run", again)["edits"] == []
    office.stop()
    office.start()
    kept = {printer["name"]: printer["finishings"] for printer in office.ask("printer", "list")}
    assert kept == {"hall": ["staple", "punch-dual-left"], "bare": ["staple", "fold"]}
    assert office.ask("printer", "set", "bare", "--finishings", "none")["finishings"] == []
