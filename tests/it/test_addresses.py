"""A person's own address of a queue: who prints there is that person; nobody else learns it, and it ends at
once."""
import os
import re
import secrets
import signal
import subprocess
import time

import pytest

from conftest import wait_until
from test_cups import start_cups  # noqa: F401 - a fixture
from web_client import first_administrator, person

REQUEST = """{{
    NAME "one"
    OPERATION {operation}
    GROUP operation-attributes-tag
    ATTR charset attributes-charset utf-8
    ATTR language attributes-natural-language en
    ATTR uri {target} {uri}
    {more}
    ATTR name requesting-user-name {user}
    {document}
}}
"""


@pytest.fixture(name="office")
def make_office(site, virtual_printer):
    site.user("mary", balance="10.00")
    site.user("anna", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall", trust="address")
    site.queue("later", mode="hold", printer="hall", trust="address")
    return site


class Answer:
    def __init__(self, text):
        self.text = text
        found = re.search(r"status-code = (\S+)", text)
        self.status = found.group(1) if found else text

    def all(self, name):
        return re.findall(rf"^\s+{name} \([^)]*\) = (.*)$", self.text, re.M)


def ipp(tmp_path, uri, operation, user="nobody", target="printer-uri", more=(), document=None):
    test = tmp_path / "request.test"
    test.write_text(REQUEST.format(operation=operation, uri=uri, target=target, user=user, more="\n    ".join(more),
                                   document=f"FILE {document}" if document else ""))
    said = subprocess.run(["ipptool", "-tv", re.sub(r"^ipps?://(.*?)(/u-.*)?$", r"ipp://\1", uri), test], text=True,
                          capture_output=True, timeout=60, check=False)
    return Answer(said.stdout + said.stderr)


def make(site, user="mary", queue="office", **options):
    made = site.ask("user", "address", "make", user, queue, *(f"--{k}={v}" for k, v in options.items()))
    uri = made["address"].replace("ipps:", "ipp:")
    return made, uri


def known(tmp_path, uri):
    return ipp(tmp_path, uri, "Get-Printer-Attributes").status == "successful-ok"


def learned(tmp_path, uri):
    wait_until(lambda: known(tmp_path, uri), 5, "the engine learns it")


def gone(tmp_path, uri, limit_s=2.5):
    wait_until(lambda: not known(tmp_path, uri), limit_s, "it is no more")


def test_who_prints_there_is_that_person(office, cups, virtual_printer, one_page, tmp_path):
    made, uri = make(office, title="Mary's laptop")
    assert re.fullmatch(rf"ipps://localhost:{office.ipp_port}/ipp/print/office/u-[0-9a-z]{{32}}", made["address"])
    assert made["cups"] == f"lpadmin -p office -E -m everywhere -v '{made['address']}'"
    assert made["windows"] == f"Add-Printer -IppURL '{made['address']}'"
    learned(tmp_path, uri)
    # By a cupsd of somebody's laptop, over TLS and not, who says to be somebody else.
    for scheme, queue in (("ipps", "laptop"), ("ipp", "plain")):
        cups.queue(queue, uri.replace("ipp:", scheme + ":"))
        cups.ended(cups.lp(queue, one_page, user="anna"))
        (job, *_) = office.jobs()
        assert (job["user"], job["state"]) == ("mary", "completed"), (job, str(cups))
        assert office.explain(job["id"])["identity"] == "address"
    # A name alone is not enough for this queue, though it be hers.
    number = office.ipptool("office", one_page, user="mary")
    claimed = office.job(number)
    assert claimed["state"] == "pending-held" and office.explain(number)["identity"] == "claimed", claimed
    listed = office.ask("user", "address", "list", "mary")
    wait_until(lambda: office.ask("user", "address", "list", "mary")[0]["used_at"], 5, listed)
    assert len(list(virtual_printer.paper.iterdir())) == 2


def test_it_shows_that_persons_jobs_alone(office, one_page, tmp_path):
    _, marys = make(office, queue="later")
    _, annas = make(office, user="anna", queue="later")
    learned(tmp_path, marys)
    learned(tmp_path, annas)
    numbers = {}
    for user, uri in (("mary", marys), ("anna", annas)):
        more = ("ATTR mimeMediaType document-format application/pdf",)
        said = ipp(tmp_path, uri, "Print-Job", user="somebody", more=more, document=one_page)
        assert said.status == "successful-ok", said.text
        (numbers[user],) = said.all("job-id")
        # Where to ask for it is its owner's address.
        assert said.all("job-uri") == [f"{uri}/{numbers[user]}"], said.text
    wanted = ("ATTR keyword requested-attributes all",)
    shown = ipp(tmp_path, marys, "Get-Jobs", user="anna", more=wanted)
    assert shown.all("job-id") == [numbers["mary"]], shown.text
    assert shown.all("job-originating-user-name") == ["mary"]
    for operation in ("Get-Job-Attributes", "Cancel-Job", "Release-Job", "Hold-Job"):
        assert ipp(tmp_path, f"{marys}/{numbers['anna']}", operation, user="anna",
                   target="job-uri").status == "client-error-not-found", operation
    assert ipp(tmp_path, marys, "Cancel-My-Jobs", more=(f"ATTR integer job-ids {numbers['anna']}",)
               ).status == "client-error-not-found"
    # Others, who have no such address, see no address of anybody.
    _, secret = marys.rsplit("u-", 1)
    for queue in (office.uri("later"), annas):
        for operation in ("Get-Jobs", "Get-Printer-Attributes"):
            assert secret not in ipp(tmp_path, queue, operation, user="mary", more=wanted).text
    assert secret not in ipp(tmp_path, f"{office.uri('later')}/{numbers['mary']}", "Get-Job-Attributes", user="mary",
                             target="job-uri", more=wanted).text
    told = ipp(tmp_path, marys, "Get-Printer-Attributes", more=wanted)
    assert all(secret in uri for uri in told.all("printer-uri-supported")[0].split(",")), told.text
    assert ipp(tmp_path, f"{marys}/{numbers['mary']}", "Cancel-Job", target="job-uri").status == "successful-ok"
    assert office.job(int(numbers["anna"]))["state"] == "pending-held"
    # And it is written nowhere.
    for place in office.data.rglob("*"):
        if place.is_file():
            assert secret.encode() not in place.read_bytes(), place
    assert secret not in office.output.read_text()


def test_wrong_ones_are_like_queues_that_are_not_there(office, tmp_path):
    _, uri = make(office)
    learned(tmp_path, uri)
    base, secret = uri.rsplit("u-", 1)
    none = ipp(tmp_path, office.uri("nowhere"), "Get-Printer-Attributes")
    assert none.status == "client-error-not-found"
    for wrong in (secret[:-1], secret + "0", secret[::-1], "0" * 32, "x", "%00", secret + "x" * 400):
        said = ipp(tmp_path, base + "u-" + wrong, "Get-Printer-Attributes")
        assert said.status == none.status, (wrong, said.text)
        assert said.all("status-message") == [text.replace("nowhere", "office")
                                              for text in none.all("status-message")], said.text
    # Of another queue: it is that queue's alone.
    assert not known(tmp_path, uri.replace("/office/", "/later/"))
    assert known(tmp_path, base + "u-" + secret.upper())  # people read it to each other
    assert office.run("user", "address", "make", "mary", "nowhere", check=False).returncode != 0
    assert office.run("user", "address", "make", "nobody", "office", check=False).returncode != 0
    # It is no token.
    assert office.ask("token", "list", "mary") == []
    assert office.run("token", "make", "mary", "address:office", check=False).returncode != 0


def test_guessing_ends(office, tmp_path):
    _, uri = make(office)
    learned(tmp_path, uri)
    base, _ = uri.rsplit("u-", 1)
    tests = tmp_path / "guesses.test"
    tests.write_text("".join(REQUEST.format(operation="Get-Printer-Attributes", target="printer-uri", more="",
                                            uri=base + "u-" + secrets.token_hex(16), user="x", document="")
                             for _ in range(99)))
    subprocess.run(["ipptool", "-t", office.uri("office"), tests], capture_output=True, timeout=60, check=False)
    for _ in range(3):  # a program that does not know that its address was revoked guesses nothing
        assert not known(tmp_path, base + "u-" + "1" * 32)
    assert not known(tmp_path, uri)
    # Without an address the door is open as ever.
    assert known(tmp_path, office.uri("office"))


def test_it_ends_at_once(office, tmp_path):
    made, uri = make(office)
    again, other = make(office)
    _, annas = make(office, user="anna")
    for one in (uri, other, annas):
        learned(tmp_path, one)
    dry = office.ask("user", "address", "revoke", made["id"], "--dry-run")
    assert dry["revoked"] and known(tmp_path, uri)
    office.run("user", "address", "revoke", made["id"])
    gone(tmp_path, uri)
    assert known(tmp_path, other)
    # A person who is locked prints nothing, and may come back.
    office.run("user", "lock", "mary")
    gone(tmp_path, other)
    assert office.run("user", "address", "make", "mary", "office", check=False).returncode != 0
    office.run("user", "unlock", "mary")
    learned(tmp_path, other)
    # Another name is the same person.
    office.run("user", "rename", "mary", "maria")
    wait_until(lambda: printed_by(office, tmp_path, other) == "maria", 5, "the new name")
    # Who is merged into another has none any more.
    office.run("user", "merge", "maria", "anna")
    gone(tmp_path, other)
    assert known(tmp_path, annas)
    assert again["id"] in [one["id"] for one in office.ask("user", "address", "list") if one["revoked"]]
    office.run("history", "forget", "anna")
    gone(tmp_path, annas)


def printed_by(site, tmp_path, uri):
    more = ("ATTR mimeMediaType document-format application/pdf",)
    said = ipp(tmp_path, uri, "Create-Job", more=more[:0])
    (number,) = said.all("job-id")
    user = site.job(int(number))["user"]
    ipp(tmp_path, f"{uri}/{number}", "Cancel-Job", target="job-uri")
    return user


def test_time_ends_it(office, tmp_path):
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
    made, uri = make(office, until=until)
    assert made["until"]
    learned(tmp_path, uri)
    gone(tmp_path, uri, 10)


def test_while_the_accounting_server_is_away(office, tmp_path):
    made, uri = make(office)
    learned(tmp_path, uri)
    kept = office.data / "dre" / "addresses"
    wait_until(kept.exists, 5, "the file")
    assert kept.stat().st_mode & 0o777 == 0o600
    pids = office.pids()
    os.kill(pids["cas"], signal.SIGSTOP)
    try:
        assert known(tmp_path, uri)
        os.kill(pids["dre"], signal.SIGKILL)
        wait_until(lambda: known(tmp_path, uri), 20, "an engine that begins knows them too")
    finally:
        os.kill(pids["cas"], signal.SIGCONT)
    office.wait()
    office.run("user", "address", "revoke", made["id"])
    gone(tmp_path, uri, 8)
    wait_until(lambda: made["hint"].encode() not in kept.read_bytes(), 5, "the file")


def problem(answer, status):
    assert answer.status == status, answer.text
    return answer


def test_by_the_web(office, tmp_path):
    admin = first_administrator(office)
    mary = person(office, admin, "mary")
    anna = person(office, admin, "anna")
    made = mary.good("POST", "/me/addresses", {"queue": "office", "title": "<b>laptop</b>"})
    assert re.fullmatch(r"ipps://localhost:\d+/ipp/print/office/u-[0-9a-z]{32}", made["address"]), made
    assert made["address"] in made["cups"] and made["address"] in made["windows"]
    assert made["svg"].startswith("%3Csvg") or "<svg" in made["svg"]
    uri = made["address"].replace("ipps:", "ipp:")
    learned(tmp_path, uri)
    # It is shown once, and to nobody else.
    (listed,) = mary.good("GET", "/me/addresses")["items"]
    assert listed["id"] == made["id"] and made["secret"] not in str(listed) and not listed.get("secret")
    assert anna.good("GET", "/me/addresses")["items"] == []
    problem(anna.api("DELETE", f"/me/addresses/{made['id']}"), 404)
    problem(anna.api("DELETE", f"/me/addresses/{made['id']}?user=mary"), 400)
    problem(anna.api("POST", "/me/addresses", {"queue": "office", "user": "mary"}), 400)
    problem(anna.api("GET", "/people/mary/addresses"), 403)
    problem(anna.api("POST", "/people/mary/addresses", {"queue": "office"}), 403)
    problem(anna.api("DELETE", f"/people/mary/addresses/{made['id']}"), 403)
    assert known(tmp_path, uri)
    problem(mary.api("POST", "/me/addresses", {"queue": "nowhere"}), 404)
    problem(mary.api("POST", "/me/addresses", {"queue": "office", "until": "2001-01-01T00:00:00Z"}), 400)
    # No token of a program makes one.
    token = mary.good("POST", "/me/tokens", {"title": "x", "scopes": ["me:write"]})["secret"]
    refused = mary.again().send("POST", "/api/v1/me/addresses", b'{"queue": "office"}', Cookie="",
                                Authorization="Bearer " + token, Content_Type="application/json")
    assert refused.status == 403, refused.text
    # Nor is it one itself.
    refused = mary.again().send("GET", "/api/v1/me", Cookie="", Authorization="Bearer " + made["secret"])
    assert refused.status == 401, refused.text
    other = admin.good("POST", "/people/mary/addresses", {"queue": "later"})
    assert other["user"] == "mary"
    assert [one["id"] for one in admin.good("GET", "/people/mary/addresses")["items"]] == [made["id"], other["id"]]
    problem(admin.api("DELETE", f"/people/anna/addresses/{made['id']}"), 404)
    mary.good("DELETE", f"/me/addresses/{made['id']}")
    gone(tmp_path, uri)
    admin.good("DELETE", f"/people/mary/addresses/{other['id']}")
    assert all(one["revoked"] for one in mary.good("GET", "/me/addresses")["items"])
    # And by the page, without JavaScript.
    page = mary.form("/addresses", queue="office", title="<i>phone</i>")
    assert page.status == 200 and "&lt;i&gt;phone" in page.text and "<i>phone" not in page.text, page.text
    (uri,) = set(re.findall(rf"ipps://localhost:{office.ipp_port}/ipp/print/office/u-[0-9a-z]{{32}}", page.text))
    learned(tmp_path, uri.replace("ipps:", "ipp:"))
    (listed,) = [one for one in mary.good("GET", "/me/addresses")["items"] if not one["revoked"]]
    assert uri.rsplit("u-", 1)[1] not in mary.send("GET", "/addresses").text
    assert anna.form("/addresses", revoke=str(listed["id"])).status in (404, 422)
    assert mary.form("/addresses", revoke=str(listed["id"])).status == 303
    gone(tmp_path, uri.replace("ipps:", "ipp:"))
