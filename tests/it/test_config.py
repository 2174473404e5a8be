"""The configuration as a file: written, compared, applied as one change, taken back."""
import subprocess

import pytest
from conftest import QUOIN

FILE = """
site:
  time:
    zone: Europe/Berlin
quota:
  students:
    unit: color-pages
    most: 50
    period: month
    each: user
    warn-at: [80]
  staff:
    unit: money
    most: 12.50
    period: week
    each: user
policy:
  big:
    queues: ["lab*"]
    order: 10
    text: |
      # Large jobs go elsewhere.
      when pages > 200 then deny "Please use the copy shop."
      expect pages=201 -> deny "Please use the copy shop."
payer:
  "queue:lab":
    pays: person
    choose: may
printer:
  p1:
    uri: "socket://127.0.0.1:9100"
queue:
  lab:
    printer: p1
    mode: hold
"""


@pytest.fixture()
def file(tmp_path):
    def write(text):
        path = tmp_path / "site.yaml"
        path.write_text(text, encoding="utf-8")
        return path
    return write


def names(answer):
    return sorted((edit["kind"], edit["name"], edit["what"]) for edit in answer["edits"])


def test_a_file_is_applied_as_one_change_and_again_changes_nothing(site, file):
    path = file(FILE)
    looked = site.ask("config", "apply", "--dry-run", path)
    assert looked["dry_run"] and len(looked["edits"]) == 7
    assert site.ask("queue", "list") == []
    done = site.ask("config", "apply", "--why", "the first", path)
    assert names(done) == names(looked) and done["change"] > 0
    assert [queue["mode"] for queue in site.ask("queue", "list")] == ["hold"]
    again = site.ask("config", "apply", path)
    assert again["edits"] == [] and again["change"] == done["change"]
    assert site.run("config", "diff", path, check=False).returncode == 0
    shown = site.ask("config", "show", done["change"])
    assert shown["why"] == "the first" and len(shown["edits"]) == 7
    assert all(edit["old"] is None for edit in shown["edits"])


def test_what_is_exported_applies_unchanged(site, file):
    site.ask("config", "apply", file(FILE))
    text = site.run("config", "export", check=False).stdout
    assert "zone: Europe/Berlin" in text and "most: 12.50" in text
    assert '      when pages > 200 then deny "Please use the copy shop."' in text
    assert site.ask("config", "apply", file(text))["edits"] == []
    only = site.run("config", "export", "--kind", "quota", check=False).stdout
    assert "students:" in only and "policy:" not in only


def test_a_change_is_taken_back(site, file):
    first = site.ask("config", "apply", file(FILE))["change"]
    text = FILE.replace("most: 50", "most: 60").replace("mode: hold", "mode: direct")
    second = site.ask("config", "apply", file(text))["change"]
    assert second > first
    differs = site.run("config", "rollback", "--dry-run", str(second), check=False).stdout
    assert "-  most: 60" in differs and "+  most: 50" in differs and "Nothing was done" in differs
    site.ask("config", "rollback", second)
    assert [queue["mode"] for queue in site.ask("queue", "list")] == ["hold"]
    assert site.ask("config", "apply", file(FILE))["edits"] == []
    third = site.ask("config", "apply", file(text.replace("most: 60", "most: 70")))["change"]
    refused = site.run("config", "rollback", str(first), check=False)
    assert refused.returncode == 1 and "changed again" in refused.stderr
    site.ask("config", "rollback", "--to", first)
    assert "most: 50" in site.run("config", "export", check=False).stdout
    newest = site.ask("config", "history", "--limit", 1)[0]
    assert newest["number"] > third and newest["undoes"] == first


def test_remove_missing_removes_only_of_kinds_in_the_file(site, file):
    site.ask("config", "apply", file(FILE))
    done = site.ask("config", "apply", "--remove-missing", file("quota:\nqueue:\n"))
    assert names(done) == [("queue", "lab", "removed"), ("quota", "staff", "removed"),
                           ("quota", "students", "removed")]
    assert site.ask("queue", "list") == [] and len(site.ask("printer", "list")) == 1


def test_what_is_wrong_is_told_at_its_place_and_changes_nothing(site, file):
    before = site.run("config", "export", check=False).stdout
    for text, why in [
            (FILE.replace("most: 50", "mots: 50"), ':8:5: no key "mots" is known here; is "most" meant?'),
            (FILE.replace("zone: Europe/Berlin", "zone: Europe/Berln"), "Berln"),
            (FILE.replace("pages=201 ->", "pages=200 ->"), "expect"),
            (FILE.replace("printer: p1", "printer: p9"), "neither there nor in the file"),
            (FILE.replace("payer:", "payers:"), 'is "payer" meant?'),
            (FILE.replace('"queue:lab"', '"cue:lab"'), "is no scope"),
            ("quota: &a\n  x: *a\n", "anchors"),
            ("quota: [", "is no YAML"),
    ]:
        refused = site.run("config", "apply", file(text), check=False)
        assert refused.returncode in (1, 2) and why in refused.stderr, (why, refused.stderr)
    assert site.run("config", "export", check=False).stdout == before
    assert site.ask("printer", "list") == []


def test_a_refusal_of_the_routing_engine_takes_all_back(site, file):
    site.ask("config", "apply", file(FILE))
    wrong = FILE.replace("most: 50", "most: 1").replace("socket://127.0.0.1:9100", "socket://127.0.0.1:0")
    refused = site.run("config", "apply", file(wrong), check=False)
    assert refused.returncode != 0 and "taken back" in refused.stderr
    assert "most: 50" in site.run("config", "export", check=False).stdout
    assert site.ask("config", "apply", file(FILE))["edits"] == []


def test_two_administrators(site, file):
    """Many at once: each change is whole, none is lost, the numbers have no gap."""
    texts = [f"quota:\n  q{n}:\n    unit: pages\n    most: {n + 1}\n    period: day\n    each: user\n"
             for n in range(8)]
    paths = []
    for n, text in enumerate(texts):
        path = file(text).rename(file(text).parent / f"q{n}.yaml")
        paths.append(path)
    running = [subprocess.Popen([QUOIN, "--data", site.data, "config", "apply", path], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True) for path in paths]
    said = [process.communicate(timeout=60)[1] for process in running]
    for text, process in zip(said, running):
        assert process.returncode == 0 or "changed meanwhile" in text or "try again" in text, text
    kept = site.ask("config", "export", "--kind", "quota")["things"]
    assert len(kept) == sum(process.returncode == 0 for process in running) >= 1
    numbers = [change["number"] for change in site.ask("config", "history")]
    assert numbers == list(range(len(numbers), 0, -1))


NOBODY = """
quota:
  typo:
    unit: pages
    most: 5
    period: term
    each: user
    groups: [nosuch]
schedule:
  again:
    when: "@monthly"
    task: quota-reset
    quota: missing
queue:
  lab:
    printer: p1
    account: "code:none/1"
printer:
  p1:
    uri: "socket://127.0.0.1:9100"
"""


def test_what_is_not_there_is_said(site, file):
    for dry in (["--dry-run"], []):
        done = site.run("config", "apply", *dry, file(NOBODY), "--json")
        for said in ("no group nosuch yet", "no term of the site", "no quota missing yet", "no code none/1 yet"):
            assert done.stdout.count(said) == 1 and "quoin: warning: " in done.stderr and said in done.stderr, said
    for command in (["quota", "set", "bad", "--counts", "pages", "--most", "1", "--for", "department:nosuch"],
                    ["grant", "set", "nog", "--when", "@monthly", "--amount", "1", "--to", "group:nosuch"],
                    ["payer", "rule", "department:nosuch", "--pays", "department"],
                    ["queue", "set", "lab", "--account", "shared:nosuch"]):
        done = site.run(*command)
        assert "quoin: warning: " in done.stderr and "nosuch yet" in done.stderr, command
        assert site.ask(*command)["warnings"], command
    site.run("group", "add", "nosuch")
    assert "warnings" not in site.ask("grant", "set", "nog", "--to", "group:nosuch")
