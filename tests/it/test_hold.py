"""Jobs that wait: what queues say of them, who sees them, what may be changed, who may release them, and
when they end."""
import sqlite3

import pytest


@pytest.fixture
def office(site, virtual_printer):
    site.prices(mono="0.05", color="0.20", duplex="50", per_job="0.02")
    site.user("mary", balance="10.00")
    site.user("anna", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="hold", printer="hall")
    return site


def of_waiting(queue):
    return tuple(queue[key] for key in ("expire_hours", "trust", "guests", "raw_port", "announce"))


def test_a_queue_says_how_its_jobs_wait(office, tmp_path):
    assert of_waiting(office.ask("queue", "show", "office")) == (72, "claimed", False, 0, False)
    added = office.queue("lobby", mode="hold", printer="hall", expire=4, trust="authenticated", guests="yes",
                         raw_port=39100, announce="yes")
    assert of_waiting(added) == (4, "authenticated", True, 39100, True)
    changed = office.ask("queue", "set", "office", "--trust", "agent", "--expire", 12, "--guests", "yes")
    assert of_waiting(changed) == (12, "agent", True, 0, False)
    for words in (("--trust", "odd"), ("--expire", 9000), ("--raw-port", 39100),
                  ("--raw-port", 70000), ("--guests", "perhaps")):
        assert office.run("queue", "set", "office", *words, check=False).returncode != 0, words
    assert of_waiting(office.ask("queue", "show", "office")) == (12, "agent", True, 0, False)
    assert office.run("queue", "show", "nowhere", check=False).returncode != 0
    text = office.run("config", "export", check=False).stdout
    assert "trust: authenticated" in text and "raw-port: 39100" in text, text
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    assert office.ask("config", "apply", path)["edits"] == []
    path.write_text(text.replace("raw-port: 39100", "raw-port: 39101"), encoding="utf-8")
    assert len(office.ask("config", "apply", path)["edits"]) == 1
    assert office.ask("queue", "set", "lobby", "--announce", "no")["raw_port"] == 39101
    assert office.ask("queue", "set", "lobby", "--raw-port", "none")["raw_port"] == 0
    office.stop()
    office.start()
    assert of_waiting(office.ask("queue", "show", "lobby")) == (4, "authenticated", True, 0, False)


def make_older(path, version, tables):
    """Takes what later steps added out of a journal."""
    with sqlite3.connect(path) as journal:
        for table, columns in tables.items():
            for column in columns:
                journal.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        journal.execute("DELETE FROM db_migration WHERE room = 'dre' AND version > ?", (version,))


def test_a_journal_of_an_older_version_is_taken_over(office, sample):
    number = office.ipptool("office", sample)
    waits = office.wait_job(number, ("pending-held",))
    office.stop()
    make_older(office.data / "dre/dre.db", 6,
               {"dre_queue": ("expire_hours", "trust", "guests", "raw_port", "announce"),
                "dre_job": ("expires_at", "origin", "sent", "released_by", "device")})
    office.start()
    assert of_waiting(office.ask("queue", "show", "office")) == (72, "claimed", False, 0, False)
    assert office.job(number)["cost"] == waits["cost"]
    office.ask("job", "release", number)
    assert office.wait_job(number)["state"] == "completed"


@pytest.fixture
def group(office, new_printer):
    """Two printers of a pull group and one that is not of it."""
    second = new_printer("second").start()
    office.printer("library", second.uri)
    for name in ("hall", "library"):
        office.ask("printer", "set", name, "--pull-group", "house")
    office.second = second
    return office


def wait_held(site, number):
    return site.wait_job(number, ("pending-held", "aborted"))


def test_what_waits_is_listed_by_whose_it_is(group, sample, one_page):
    mine = [group.ipptool("office", path) for path in (sample, one_page)]
    other = group.ipptool("office", one_page, user="anna")
    for number in [*mine, other]:
        wait_held(group, number)
    held = group.ask("job", "list", "--held", "--user", "mary")
    assert [job["id"] for job in held] == mine
    assert [job["id"] for job in group.ask("job", "list", "--held", "--user", "Mary,anna")] == [*mine, other]
    assert group.ask("job", "list", "--held", "--user", "bob") == []
    assert group.ask("job", "list", "--held", "--user", "mary", "--after", mine[0])[0]["id"] == mine[1]
    job = held[0]
    assert (job["identity"], job["pull_group"], job["sides"], job["color_mode"], job["page_ranges"]) == \
        ("claimed", "house", "one-sided", "auto", "")
    assert job["expires_at"] and not job["unclaimed"] and job["sent_to"] == [] and "release_key" not in job
    group.ask("job", "release", mine[0])
    group.wait_job(mine[0])
    assert [job["id"] for job in group.ask("job", "list", "--held", "--user", "mary")] == mine[1:]
    assert group.run("job", "list", "--held", check=False).returncode != 0
