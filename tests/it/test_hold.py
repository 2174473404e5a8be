"""Jobs that wait: what queues say of them, who sees them, what may be changed, who may release them, and
when they end."""
import http.client
import json
import sqlite3
import struct
import subprocess
import time
import urllib.parse

import pytest
from conftest import QUOIN, SOURCE, free_port, wait_until



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
    ports = [free_port()]
    ports.append(free_port(besides=ports))
    added = office.queue("lobby", mode="hold", printer="hall", expire=4, trust="authenticated", guests="yes",
                         raw_port=ports[0], announce="yes")
    assert of_waiting(added) == (4, "authenticated", True, ports[0], True)
    changed = office.ask("queue", "set", "office", "--trust", "agent", "--expire", 12, "--guests", "yes")
    assert of_waiting(changed) == (12, "agent", True, 0, False)
    for words in (("--trust", "odd"), ("--expire", 9000), ("--raw-port", ports[0]),
                  ("--raw-port", 70000), ("--guests", "perhaps")):
        assert office.run("queue", "set", "office", *words, check=False).returncode != 0, words
    assert of_waiting(office.ask("queue", "show", "office")) == (12, "agent", True, 0, False)
    assert office.run("queue", "show", "nowhere", check=False).returncode != 0
    text = office.run("config", "export", check=False).stdout
    assert "trust: authenticated" in text and f"raw-port: {ports[0]}" in text, text
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    assert office.ask("config", "apply", path)["edits"] == []
    path.write_text(text.replace(f"raw-port: {ports[0]}", f"raw-port: {ports[1]}"), encoding="utf-8")
    assert len(office.ask("config", "apply", path)["edits"]) == 1
    assert office.ask("queue", "set", "lobby", "--announce", "no")["raw_port"] == ports[1]
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
        journal.execute("DROP TABLE IF EXISTS dre_note")
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
def group(office, new_printer, virtual_printer):
    """Two printers of a pull group and one that is not of it."""
    second = new_printer("second").start()
    office.printer("library", second.uri)
    for name in ("hall", "library"):
        office.ask("printer", "set", name, "--pull-group", "house")
    office.first, office.second = virtual_printer, second
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


TOLD = """#!/bin/sh
# Keeps what the printer was told beside the document.
set -eu
pages=$(pdfinfo "$1" | awk '/^Pages:/ { print $2 }')
pages=$((${pages:-1} * ${IPP_COPIES:-1}))
printf '%s|%s|%s|%s' "${IPP_COPIES:-1}" "${IPP_SIDES:-}" "${IPP_PRINT_COLOR_MODE:-}" "${IPP_PAGE_RANGES:-}" \\
    > "$QUOIN_PAPER/told-${IPP_JOB_ID}"
echo "ATTR: job-impressions-completed=${TOLD_PAGES:-$pages}" >&2
"""


def told(printer):
    return [path.read_text() for path in sorted(printer.paper.glob("told-*"))]


@pytest.fixture
def telling(group, new_printer, tmp_path):
    """A queue on a printer that keeps what it was told."""
    command = tmp_path / "tell"
    command.write_text(TOLD)
    command.chmod(0o755)
    group.teller = new_printer("teller", command=command, options=["-2"]).start()
    group.printer("teller", group.teller.uri)
    group.ask("printer", "set", "teller", "--pull-group", "house")
    group.queue("change", mode="hold", printer="teller")
    return group


def test_a_job_is_changed_and_priced_anew(telling, sample):
    number = telling.ipptool("change", sample)
    before = wait_held(telling, number)
    assert before["cost"] == "0.37"
    quote = telling.ask("job", "quote", number, "--copies", 2, "--color-mode", "monochrome")
    assert (quote["amount"], quote["amount_now"], quote["enough"]) == ("0.42", "0.37", True), quote
    assert telling.job(number)["cost"] == "0.37"
    changed = telling.ask("job", "change", number, "--copies", 2, "--color-mode", "monochrome",
                          "--sides", "two-sided-long-edge")
    assert (changed["state"], changed["copies"], changed["color_mode"], changed["sides"], changed["sheets"]) == \
        ("pending-held", 2, "monochrome", "two-sided-long-edge", 4), changed
    assert changed["cost"] == "0.22" and telling.balance("mary")["reserved"] == "0.22"
    telling.ask("job", "release", number)
    done = telling.wait_job(number)
    assert (done["state"], done["cost"]) == ("completed", "0.22"), done
    assert told(telling.teller) == ["2|two-sided-long-edge|monochrome|"]
    purse = telling.balance("mary")
    assert (purse["balance"], purse["reserved"]) == ("9.78", "0.00")
    assert any(event["what"] == "changed" for event in telling.explain(number)["events"])


def test_some_pages_are_printed_and_charged(telling, sample):
    number = telling.ipptool("change", sample)
    wait_held(telling, number)
    for bad in ("0", "3-1", "1-2,2", "x", "1,", "9-12", "-3"):
        assert telling.run("job", "change", number, "--pages", bad, check=False).returncode != 0, bad
    changed = telling.ask("job", "change", number, "--pages", "1,3-4")
    assert (changed["page_ranges"], changed["pages"], changed["cost"]) == ("1,3-4", 3, "0.32"), changed
    back = telling.ask("job", "change", number, "--pages", "all")
    assert (back["page_ranges"], back["pages"], back["cost"]) == ("", 4, "0.37"), back
    telling.ask("job", "change", number, "--pages", "2")
    telling.ask("job", "release", number)
    assert telling.wait_job(number)["cost"] == "0.07"
    assert told(telling.teller)[0].rpartition("|")[2] in ("2", "2-2")


def test_a_change_that_is_refused_changes_nothing(group, sample):
    group.user("poor", balance="0.40")
    number = group.ipptool("office", sample, user="poor")
    before = wait_held(group, number)
    assert before["cost"] == "0.37"
    refused = group.run("job", "change", number, "--copies", 9, check=False)
    assert refused.returncode != 0 and "0.40" in refused.stderr, refused.stderr
    quote = group.ask("job", "quote", number, "--copies", 9)
    assert not quote["enough"] and any(reason.startswith("short;account;") and reason.endswith(";user:poor")
                                       for reason in quote["reasons"]), quote
    after = group.job(number)
    assert {key: after[key] for key in after if key != "message"} == \
        {key: before[key] for key in before if key != "message"}
    assert group.balance("poor")["reserved"] == "0.37"
    group.ask("job", "release", number)
    assert group.wait_job(number)["cost"] == "0.37"


def test_what_policy_denies_of_a_change_is_put_back(group, sample, tmp_path):
    rules = tmp_path / "few.rules"
    rules.write_text('when copies > 3 then deny "At most three copies."\n')
    group.run("policy", "set", "few", rules)
    number = group.ipptool("office", sample)
    before = wait_held(group, number)
    refused = group.run("job", "change", number, "--copies", 4, check=False)
    assert refused.returncode != 0 and "At most three copies" in refused.stderr
    after = group.job(number)
    assert (after["state"], after["copies"], after["cost"]) == ("pending-held", 1, before["cost"])
    assert group.ask("job", "change", number, "--copies", 3)["copies"] == 3


def test_a_job_that_the_rules_held_is_changed_and_released(group, sample, tmp_path):
    rules = tmp_path / "held.rules"
    rules.write_text('when pages > 2 then hold "Ask at the desk."\n')
    group.run("policy", "set", "held", rules)
    number = group.ipptool("office", sample)
    assert wait_held(group, number)["message"] == "Ask at the desk."
    changed = group.ask("job", "change", number, "--copies", 2)
    assert (changed["state"], changed["copies"]) == ("pending-held", 2)
    assert group.balance("mary")["reserved"] == changed["cost"] == "0.72"
    group.ask("job", "release", number)
    assert group.wait_job(number)["cost"] == "0.72"


def test_a_job_is_released_at_another_printer_of_the_group(group, sample):
    number = group.ipptool("office", sample)
    wait_held(group, number)
    group.printer("far", "socket://127.0.0.1:9")
    for printer, why in (("far", "pull"), ("nowhere", "no printer")):
        refused = group.run("job", "release", number, "--printer", printer, check=False)
        assert refused.returncode != 0 and why in refused.stderr, refused.stderr
    group.ask("job", "release", number, "--printer", "library", "--by", "anna", "--device", "library-1")
    done = group.wait_job(number)
    assert (done["state"], done["printer"], done["released_by"], done["device"]) == \
        ("completed", "library", "anna", "library-1"), done
    assert len(list(group.second.paper.glob("job-*"))) == 1
    assert group.balance("mary")["balance"] == "9.63"
    assert "anna" in group.run("explain", number).stdout
    past = group.ask("history", "list", "--user", "mary")
    assert any("released by anna at library-1" in str(row) for row in past), past


def test_a_printer_in_error_gets_nothing(group, sample):
    number = group.ipptool("office", sample)
    wait_held(group, number)
    group.second.stop()
    refused = group.run("job", "release", number, "--printer", "library", check=False)
    assert refused.returncode != 0 and "cannot print now" in refused.stderr, refused.stderr
    job = group.job(number)
    assert (job["state"], job["printer"]) == ("pending-held", "hall")
    group.second.start()
    group.ask("job", "release", number, "--printer", "library")
    assert group.wait_job(number)["printer"] == "library"


def papers(printer):
    return len(list(printer.paper.glob("job-*")))


def test_a_copy_is_printed_and_the_job_waits_on(group, sample, virtual_printer):
    number = group.ipptool("office", sample)
    wait_held(group, number)
    copy = group.ask("job", "release", number, "--keep", "--printer", "library", "--device", "library-1")
    assert copy["id"] != number
    done = group.wait_job(copy["id"])
    assert (done["state"], done["printer"], done["cost"], done["device"]) == \
        ("completed", "library", "0.37", "library-1"), done
    assert (papers(group.second), papers(virtual_printer)) == (1, 0)
    assert group.job(number)["state"] == "pending-held"
    purse = group.balance("mary")
    assert (purse["balance"], purse["reserved"]) == ("9.63", "0.37")
    group.ask("job", "release", number)
    assert group.wait_job(number)["state"] == "completed"
    assert group.balance("mary")["balance"] == "9.26"
    assert any(event["what"] == "copied" for event in group.explain(copy["id"])["events"])


def test_a_large_document_is_copied_too(group, tmp_path):
    big = tmp_path / "big.jpg"
    one = (SOURCE / "tests/data/jpeg/cm.jpg").read_bytes()
    big.write_bytes(one[:2] + b"".join(b"\xff\xfe\xff\xff" + bytes(65533) for _ in range(20)) + one[2:])
    number = group.ipptool("office", big, kind="image/jpeg")
    before = wait_held(group, number)
    assert before["bytes"] > 1 << 20
    copy = group.ask("job", "release", number, "--keep")
    assert group.wait_job(copy["id"])["state"] == "completed"
    printed = next(path for path in group.first.paper.glob("job-*"))
    assert printed.read_bytes() == big.read_bytes()
    group.ask("job", "cancel", number)
    assert list((group.data / "dre/spool").iterdir()) == []


def test_a_copy_that_nobody_pays_for_is_not_printed(group, sample, virtual_printer):
    group.user("poor", balance="0.40")
    number = group.ipptool("office", sample, user="poor")
    wait_held(group, number)
    refused = group.run("job", "release", number, "--keep", check=False)
    assert refused.returncode != 0 and f"job {number} stays held" in refused.stderr, refused.stderr
    assert group.job(number)["state"] == "pending-held" and papers(virtual_printer) == 0
    assert group.balance("poor")["reserved"] == "0.37"


def test_a_job_is_sent_to_others(group, sample, virtual_printer):
    group.user("bob", balance="1.00")
    number = group.ipptool("office", sample)
    wait_held(group, number)
    sent = group.ask("job", "send", number, "--to", "Anna,bob,gone", "--to-groups", "staff")
    assert sent["sent_to"] == ["user:anna", "user:bob", "user:gone", "group:staff"] and not sent["sender_pays"]
    for words in (("--user", "anna"), ("--user", "x", "--groups", "staff")):
        assert [job["id"] for job in group.ask("job", "list", "--held", *words)] == [number]
    mine = group.ask("job", "release", number, "--by", "anna", "--as-recipient", "--device", "desk")
    done = group.wait_job(mine["id"])
    assert (done["user"], done["cost"], done["identity"]) == ("anna", "0.37", "authenticated"), done
    assert group.balance("anna")["balance"] == "9.63" and group.balance("mary")["balance"] == "10.00"
    group.ask("job", "send", number, "--to", "bob", "--sender-pays")
    assert group.ask("job", "list", "--held", "--user", "anna") == []
    for nobody in ("anna", "mallory", ""):  # it was sent to none of them
        refused = group.run("job", "release", number, "--by", nobody, "--as-recipient", check=False)
        assert refused.returncode != 0 and "was not sent to" in refused.stderr, refused
    second = group.ask("job", "release", number, "--by", "bob", "--as-recipient")
    done = group.wait_job(second["id"])
    assert (done["user"], done["released_by"], done["cost"]) == ("mary", "bob", "0.37"), done
    assert group.balance("bob")["balance"] == "1.00" and papers(virtual_printer) == 2
    group.stop()
    group.start()
    assert [job["id"] for job in group.ask("job", "list", "--held", "--user", "bob")] == [number]
    # The sender pays for one copy of each, however often and in whatever case one asks, and once more when it is sent
    # anew. What nobody got is not counted.
    for by in ("bob", "BOB"):
        assert group.run("job", "release", number, "--by", by, "--as-recipient", check=False).returncode != 0
    assert papers(virtual_printer) == 2 and group.balance("mary")["balance"] == "9.63"
    sent_anew = group.ask("job", "send", number, "--to", "bob", "--sender-pays")
    assert sent_anew["sent_to"] == ["user:bob"]
    group.ask("user", "deposit", "mary", "--", "-9.00")
    assert group.run("job", "release", number, "--by", "bob", "--as-recipient", check=False).returncode != 0
    group.ask("user", "deposit", "mary", "9.00")
    group.wait_job(group.ask("job", "release", number, "--by", "bob", "--as-recipient")["id"])
    assert group.run("job", "release", number, "--by", "bob", "--as-recipient", check=False).returncode != 0
    assert papers(virtual_printer) == 3 and group.job(number)["sent_to"] == ["user:bob"]
    many = ",".join(f"user{at}" for at in range(51))
    assert group.run("job", "send", number, "--to", many, check=False).returncode != 0
    assert group.ask("job", "send", number, "--to", "")["sent_to"] == []
    group.ask("job", "cancel", number)
    assert group.ask("job", "list", "--held", "--user", "bob") == []


def test_who_is_not_believed_must_claim_the_job(group, sample, virtual_printer):
    group.ask("queue", "set", "office", "--trust", "authenticated")
    number = group.ipptool("office", sample)
    job = wait_held(group, number)
    assert (job["state"], job["unclaimed"], job["cost"], job["reasons"]) == \
        ("pending-held", True, "0.00", ["job-held-unclaimed"]), job
    assert group.ask("job", "list", "--held", "--user", "mary") == []
    for words in (("--unclaimed",), ("--unclaimed", "--user", "mary")):
        assert [job["id"] for job in group.ask("job", "list", *words)] == [number]
    assert group.ask("job", "list", "--unclaimed", "--user", "anna") == []
    for words in (("release", number), ("change", number, "--copies", 2), ("send", number, "--to", "bob"),
                  ("release", number, "--by", "anna")):
        assert group.run("job", *words, check=False).returncode != 0, words
    group.stop()
    group.start()
    claimed = group.ask("job", "claim", number, "Anna")
    assert (claimed["user"], claimed["state"], claimed["unclaimed"], claimed["cost"], claimed["identity"]) == \
        ("anna", "pending-held", False, "0.37", "authenticated"), claimed
    again = group.run("job", "claim", number, "mary", check=False)
    assert again.returncode != 0 and "already" in again.stderr
    assert [job["id"] for job in group.ask("job", "list", "--held", "--user", "anna")] == [number]
    assert group.ask("job", "list", "--unclaimed") == []
    group.ask("job", "release", number)
    assert group.wait_job(number)["state"] == "completed" and group.balance("anna")["balance"] == "9.63"
    assert any(event["what"] == "claimed" for event in group.explain(number)["events"])


def ipp_asked(site, name, operation, number, user, source):
    """Asks about a job by hand, from an address of choice."""
    where = urllib.parse.urlsplit(site.uri(name))

    def attribute(tag, key, value):
        return bytes([tag]) + struct.pack(">H", len(key)) + key.encode() + struct.pack(">H", len(value)) + value
    uri = f"ipp://{where.hostname}:{where.port}{where.path}".encode()
    ask = (struct.pack(">BBHI", 2, 0, operation, 1) + b"\x01" + attribute(0x47, "attributes-charset", b"utf-8") +
           attribute(0x48, "attributes-natural-language", b"en") + attribute(0x45, "printer-uri", uri))
    if operation == 0x0009:
        ask += attribute(0x21, "job-id", struct.pack(">i", number))
    ask += attribute(0x42, "requesting-user-name", user.encode()) + attribute(0x44, "requested-attributes", b"all")
    door = http.client.HTTPConnection("127.0.0.1", where.port, timeout=20, source_address=(source, 0))
    door.request("POST", where.path, ask + b"\x03", {"Content-Type": "application/ipp"})
    reply = door.getresponse()
    assert reply.status == 200
    return reply.read()


def test_a_guest_has_a_release_key(group, sample):
    assert group.ipptool("office", sample, user="visitor") is None
    group.ask("queue", "set", "office", "--guests", "yes")
    number = group.ipptool("office", sample, user="visitor")
    told = group.refusal
    job = wait_held(group, number)
    key = job["release_key"]
    assert len(key) == 8 and not set(key) & set("01OIL") and f"{key[:4]}-{key[4:]}" in told, (key, told)
    assert job["reasons"] == ["job-held-for-release-key"] and key not in job["message"]
    # Anybody may claim the guest's name; where the job came from the key is told.
    for source, is_told in (("127.0.0.1", True), ("127.0.0.2", False)):
        for operation in (0x0009, 0x000A):  # Get-Job-Attributes, Get-Jobs
            answer = ipp_asked(group, "office", operation, number, "visitor", source)
            assert (f"{key[:4]}-{key[4:]}".encode() in answer) == is_told, (source, operation)
            assert b"job-state-message" in answer
    for typed in (key, key.lower(), f"{key[:4]} {key[4:]}", f"{key[:4]}-{key[4:]}"):
        assert [job["id"] for job in group.ask("job", "list", "--release-key", typed)] == [number]
    assert group.ask("job", "list", "--release-key", "2" * 8) == []
    assert group.run("job", "release", number, check=False).returncode != 0
    group.stop()
    for path in group.data.glob("dre/dre.db*"):
        assert key.encode() not in path.read_bytes() and key[:4].encode() + b"-" not in path.read_bytes()
    group.start()
    assert group.job(number)["release_key"] == key
    group.ask("job", "release", number, "--by", "anna")
    done = group.wait_job(number)
    assert (done["state"], done["user"], done["cost"]) == ("completed", "anna", "0.37"), done
    assert "release_key" not in done and group.balance("anna")["balance"] == "9.63"


def test_the_queue_pays_for_its_guests(group, sample):
    group.run("code", "add", "lobby/1", "--make-missing", "--limit", "unlimited")
    group.ask("queue", "set", "office", "--guests", "yes", "--account", "code:lobby/1")
    number = group.ipptool("office", sample, user="visitor")
    assert number is not None, group.refusal
    wait_held(group, number)
    group.ask("job", "release", number)
    done = group.wait_job(number)
    assert (done["state"], done["account"], done["cost"]) == ("completed", "code:lobby/1", "0.37"), done


def test_a_guests_key_lives_on_after_a_refusal(group, sample):
    group.run("code", "add", "lobby/2", "--make-missing", "--limit", "0")
    group.ask("queue", "set", "office", "--guests", "yes", "--account", "code:lobby/2")
    number = group.ipptool("office", sample, user="visitor")
    key = wait_held(group, number)["release_key"]
    for _ in range(2):  # nothing is there to pay with, and then again
        refused = group.run("job", "release", number, check=False)
        assert refused.returncode != 0 and "stays held" in refused.stderr, (refused.stderr, group.job(number))
        assert group.job(number)["release_key"] == key
        assert [job["id"] for job in group.ask("job", "list", "--release-key", key)] == [number]
    group.run("code", "set", "lobby/2", "--limit", "unlimited")
    group.ask("job", "release", number)
    done = group.wait_job(number)
    assert (done["state"], done["cost"]) == ("completed", "0.37") and "release_key" not in done, done


def set_ends(site, when, number=None):
    """While the site is down: jobs end then, in milliseconds from now."""
    with sqlite3.connect(site.data / "dre/dre.db") as journal:
        now = int(time.time() * 1000)
        journal.execute("UPDATE dre_job SET expires_at = ?, created_at = ? WHERE state = 3"
                        " AND (id = ? OR ? IS NULL)", (now + when, now - 71 * 3600_000, number, number))


def test_what_nobody_releases_ends(group, sample):
    numbers = [group.ipptool("office", sample) for _ in range(2)]
    for number in numbers:
        wait_held(group, number)
    assert group.balance("mary")["reserved"] == "0.74"
    group.stop()
    set_ends(group, 3600_000, numbers[0])
    set_ends(group, 3000, numbers[1])
    group.start()
    wait_until(lambda: "ends soon" in group.job(numbers[0])["notice"], 10, "the warning")
    ended = group.wait_job(numbers[1])
    assert (ended["state"], ended["cost"]) == ("canceled", "0.00"), ended
    assert "Nobody released" in ended["message"] and "Nobody released" in group.run("explain", numbers[1]).stdout
    assert group.job(numbers[0])["state"] == "pending-held" and group.balance("mary")["reserved"] == "0.37"
    events = [event["what"] for event in group.explain(numbers[0])["events"]]
    assert events.count("expires-soon") == 1, events


def png_size(path):
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", head
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def test_a_page_that_waits_is_drawn(group, sample, tmp_path):
    number = group.ipptool("office", sample)
    wait_held(group, number)
    picture = tmp_path / "page.png"
    told = group.ask("job", "preview", number, picture)
    assert (told["page"], told["pages"]) == (1, 4) and told["bytes"] <= 512 << 10
    width, height = png_size(picture)
    assert width == 400 and 560 <= height <= 570, (width, height)
    first = picture.read_bytes()
    group.ask("job", "preview", number, picture, "--page", 3, "--width", 900)
    assert png_size(picture)[0] == 900 and picture.read_bytes() != first
    for words in (("--page", 5), ("--width", 9000), ("--width", 1)):
        assert group.run("job", "preview", number, picture, *words, check=False).returncode != 0, words
    group.ask("job", "cancel", number)
    assert group.run("job", "preview", number, picture, check=False).returncode != 0


def test_pages_of_every_kind_are_drawn_or_it_is_said_why_not(group, tmp_path):
    """What is pixels or PostScript is drawn. A form that is not, and a language that nothing here draws, are refused
    with a sentence, and the job waits on."""
    group.printer("sink", "socket://127.0.0.1:9")
    group.queue("raw", "hold", "sink")
    picture = tmp_path / "page.png"

    def preview(document, kind):
        number = group.ipptool("raw", SOURCE / "tests/data" / document, kind=kind)
        assert number, group.refusal
        assert wait_held(group, number)["state"] == "pending-held"
        return number, group.run("job", "preview", number, picture, check=False)

    for document, kind, width in (
            ("jpeg/cm.jpg", "image/jpeg", 320), ("png/rainbow.png", "application/octet-stream", 200),
            ("tiff/pages.tif", "application/octet-stream", 168), ("pwg/gs-srgb-8.pwg", "image/pwg-raster", 36),
            ("urf/gs-srgb.urf", "image/urf", 36), ("ps/color-shading.ps", "application/octet-stream", 400)):
        number, done = preview(document, kind)
        assert done.returncode == 0, (document, done.stderr)
        assert abs(png_size(picture)[0] - width) <= 2, (document, png_size(picture))
        group.ask("job", "cancel", number)
    for document, kind, why in (("tiff/cmyk16.tif", "application/octet-stream", "form that is not drawn"),
                                ("text/utf8.txt", "application/octet-stream", "text/plain")):
        number, done = preview(document, kind)
        assert done.returncode != 0 and why in done.stderr, done.stderr
        assert group.job(number)["state"] == "pending-held"
        group.ask("job", "cancel", number)


def counter(site, name):
    engines = site.ask("status")["engines"]
    return next(engine["counters"][name] for engine in engines if engine["name"] == "dre")


def test_who_watches_is_told_what_happens(group, sample):
    before = counter(group, "jobs.watchers")
    group.run("group", "add", "staff")
    everybody, annas, staff = [subprocess.Popen([QUOIN, "--data", group.data, "--json", "job", "watch", *words],
                                         stdout=subprocess.PIPE, text=True)
                        for words in ((), ("--user", "anna"), ("--group", "staff"))]
    try:
        wait_until(lambda: counter(group, "jobs.watchers") >= before + 3, 10, "all watch")
        number = group.ipptool("office", sample)
        other = group.ipptool("office", sample, user="anna")
        seen = set()
        while ("pending-held" not in {state for _, state in seen} or
               (other, "pending-held") not in seen):
            news = json.loads(everybody.stdout.readline())
            seen.add((news["job"]["id"], news["job"]["state"]))
        assert (number, "pending-held") in seen
        first = json.loads(annas.stdout.readline())
        assert first["job"]["user"] == "anna" and first["job"]["id"] == other
        group.ask("job", "send", number, "--to", "anna")
        while json.loads(annas.stdout.readline())["job"]["id"] != number:
            pass
        group.ask("job", "send", other, "--to-groups", "staff")
        assert json.loads(staff.stdout.readline())["job"]["id"] == other, "nothing else was sent to the group"
    finally:
        for process in (everybody, annas, staff):
            process.terminate()
            process.wait()


def test_of_many_releases_at_once_one_prints(group, sample, virtual_printer):
    numbers = [group.ipptool("office", sample) for _ in range(3)]
    for number in numbers:
        wait_held(group, number)
    for number in numbers:
        asking = [subprocess.Popen([QUOIN, "--data", group.data, "job", "release", str(number), *words],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                  for words in ((), ("--printer", "library"), ("--device", "desk"), (), ("--by", "anna"))]
        statuses = [process.wait(60) for process in asking]
        assert statuses.count(0) >= 1, statuses
        assert group.wait_job(number)["state"] == "completed"
    assert papers(virtual_printer) + papers(group.second) == 3
    assert group.balance("mary")["balance"] == "8.89"


def test_changes_at_once_leave_one_reservation(group, sample):
    number = group.ipptool("office", sample)
    wait_held(group, number)
    asking = [subprocess.Popen([QUOIN, "--data", group.data, "job", "change", str(number), "--copies", str(copies)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for copies in (2, 3, 4, 5)]
    assert [process.wait(60) for process in asking].count(0) >= 1
    job = group.job(number)
    assert job["state"] == "pending-held" and group.balance("mary")["reserved"] == job["cost"], job
    group.ask("job", "cancel", number)
    assert group.balance("mary") | {"at": ""} == group.balance("mary") | {"at": "", "reserved": "0.00",
                                                                         "balance": "10.00"}


def test_what_nobody_can_change_is_refused(group, sample):
    far = group.printer("raw", "socket://127.0.0.1:9")
    assert far["name"] == "raw"
    group.queue("plain", mode="hold", printer="raw")
    number = group.ipptool("plain", sample)
    wait_held(group, number)
    for words, why in ((("--pages", "1"), "some pages"), (("--sides", "two-sided-long-edge"), "both sides"),
                       (("--color-mode", "monochrome"), "black only"), (("--copies", "1000"), "copies"),
                       (("--printer", "hall"), "pull group"), (("--sides", "odd"), "no way to print")):
        refused = group.run("job", "change", number, *words, check=False)
        assert refused.returncode != 0 and why in refused.stderr, (words, refused.stderr)
    assert group.ask("job", "change", number, "--copies", 2)["copies"] == 2
    group.ask("job", "cancel", number)
    for words in (("change", number, "--copies", 3), ("quote", number), ("send", number, "--to", "bob"),
                  ("claim", number, "bob"), ("release", number, "--keep"), ("release", number)):
        assert group.run("job", *words, check=False).returncode != 0, words
