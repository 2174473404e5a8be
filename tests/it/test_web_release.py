"""What people do with the web: jobs that wait are seen, released and deleted in pages without a script, by the
interface, and at a paired station; files are sent; what happens is told as it happens."""
import json
import re
import threading
import time
import urllib.parse

import pytest
from conftest import VirtualPrinter, wait_until
from web_client import PASSWORD, Web, first_administrator, person, web_site


@pytest.fixture(scope="module")
def printer(tmp_path_factory):
    made = VirtualPrinter(tmp_path_factory.mktemp("printer") / "p").start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory, printer):
    with web_site(tmp_path_factory.mktemp("release"), file_bytes=300000) as made:
        made.printer("virtual", printer.uri)
        made.queue("held", "hold", "virtual")
        made.prices(mono="0.05", color="0.20")
        yield made


@pytest.fixture(scope="module")
def admin(site):
    return first_administrator(site)


@pytest.fixture(scope="module")
def mary(site, admin):
    return person(site, admin, "mary")


@pytest.fixture(scope="module")
def tom(site, admin):
    return person(site, admin, "tom")


def held(site, document, user="mary"):
    number = site.ipptool("held", document, user=user)
    assert number, site.refusal
    wait_until(lambda: site.job(number)["state"] == "pending-held", 10, "the job waits")
    return number


def job_of(web, number):
    return next((job for job in web.good("GET", "/me/jobs")["items"] if job["ref"]["id"] == number), None)


def test_jobs_are_released_and_deleted_by_forms(site, mary, tom, sample):
    first, second = held(site, sample), held(site, sample)
    engine = job_of(mary, first)["ref"]["engine"]
    page = mary.page("/jobs")
    assert f'value="{engine}:{first}"' in page.text
    assert tom.page("/jobs").text.count("name=\"job\"") == 0
    # Somebody else's job is not there, by form or by interface.
    assert tom.form("/jobs", do="release", job=f"{engine}:{first}").status in (404, 409)
    assert tom.api("POST", "/me/jobs/release", {"jobs": [{"ref": {"engine": engine, "id": first}}]}).status in (404, 409)
    assert tom.api("GET", f"/me/jobs/{engine}/{first}/preview").status == 404
    assert site.job(first)["state"] == "pending-held"
    answer = mary.form("/jobs", do="release", job=f"{engine}:{first}")
    assert answer.status == 303 and "done=released" in answer["location"], answer.text
    site.wait_job(first)
    assert mary.form("/jobs", do="delete", job=f"{engine}:{second}").status == 303
    site.wait_job(second, ("canceled",))
    works = wait_until(lambda: mary.good("GET", "/me/history?outcome=charged")["items"], 10, "it is history")
    number = works[0]["number"]
    assert mary.page("/history").text.count(f"/history/{number}") >= 1
    assert mary.page(f"/history/{number}").status == 200
    assert tom.page(f"/history/{number}").status == 404
    assert tom.api("GET", f"/me/history/{number}").status == 404
    assert tom.api("POST", "/me/refunds", {"number": number, "reason": "x"}).status == 404
    assert tom.form(f"/history/{number}", reason="x").status == 404
    asked = mary.good("POST", "/me/refunds", {"number": number, "reason": "it was smeared"})
    assert [one["id"] for one in mary.good("GET", "/me/refunds")["items"]] == [asked["id"]]
    assert tom.good("GET", "/me/refunds")["items"] == []


def test_what_is_short_is_told(site, admin, sample):
    poor = person(site, admin, "poor")
    admin.good("POST", "/ledger/adjust", {"name": "poor", "amount": "-5.00", "why": "x"})
    site.queue("patient", "hold", "virtual", short_of_money="hold")
    number = site.ipptool("patient", sample, user="poor")
    wait_until(lambda: job_of(poor, number), 10, "the job waits")
    ref = job_of(poor, number)["ref"]
    answer = poor.api("POST", "/me/jobs/release", {"jobs": [{"ref": ref}]})
    assert answer.status in (409, 422), answer.text
    assert answer["content-type"] == "application/problem+json" and answer.json["detail"]
    poor.good("POST", "/me/jobs/delete", {"jobs": [ref]})


def test_a_station_is_paired_once_and_releases(site, admin, mary, sample):
    admin.good("PUT", "/config/things/device/hall", {"title": "Hall", "printers": ["virtual"], "show_titles": True})
    wait_until(lambda: admin.api("GET", "/devices/hall").status == 200, 10, "the device is known")
    paired = admin.good("POST", "/devices/hall/pair", {})
    assert paired["svg"].startswith("<svg ") and "pair=" in paired["url"]
    path = urllib.parse.urlsplit(paired["url"])
    station = Web(site)
    assert station.send("GET", "/station/hall").status == 403
    assert station.send("GET", f"/station/other?{path.query}").status == 403  # spoilt by the try
    paired = admin.good("POST", "/devices/hall/pair", {})
    path = urllib.parse.urlsplit(paired["url"])
    assert station.send("GET", f"{path.path}?{path.query}").status == 303
    assert Web(site).send("GET", f"{path.path}?{path.query}").status == 403  # once
    assert list(station.cookies) == ["__Host-quoin-station"]
    assert station.send("GET", "/station/hall").status == 200
    assert station.good("GET", "/station/device")["name"] == "hall"
    assert station.api("GET", "/station/jobs").status == 401
    assert station.api("GET", "/me").status == 401  # it is nobody
    assert station.api("GET", "/people").status == 401
    number = held(site, sample)
    assert station.api("POST", "/station/sign-in", {"user": "mary", "password": "wrong"}).status in (401, 403)
    session = station.good("POST", "/station/sign-in", {"user": "mary", "password": PASSWORD})
    assert session["person"]["user"] == "mary" and "id" not in session
    jobs = station.good("GET", "/station/jobs")["items"]
    assert [job["ref"]["id"] for job in jobs] == [number]
    quote = station.good("POST", "/station/quote", {"jobs": [{"ref": jobs[0]["ref"]}]})
    assert quote["enough"] and float(quote["total"]) > 0
    assert station.api("POST", "/station/release", {"jobs": [{"ref": jobs[0]["ref"]}]},
                       Origin="https://evil.example").status == 403
    station.good("POST", "/station/release", {"jobs": [{"ref": jobs[0]["ref"]}]})
    site.wait_job(number)
    station.good("POST", "/station/extend", {})
    station.good("POST", "/station/sign-out", {})
    assert station.api("GET", "/station/jobs").status == 401
    admin.good("DELETE", f"/tokens/{paired['token']}")
    wait_until(lambda: station.api("GET", "/station/device").status == 401, 2, "the station is one no more")


def pair(site, admin, name):
    address = urllib.parse.urlsplit(admin.good("POST", f"/devices/{name}/pair", {})["url"])
    station = Web(site)
    assert station.send("GET", f"{address.path}?{address.query}").status == 303
    assert station.good("GET", "/station/device")["name"] == name
    return station


def test_a_station_is_its_devices_and_not_whose_paired_it(site, admin, mary):
    porch = {"printers": ["virtual"]}
    admin.good("PUT", "/config/things/device/porch", porch)
    wait_until(lambda: admin.api("GET", "/devices/porch").status == 200, 10, "the device is known")
    clerk = person(site, admin, "clerk", "device-manager")
    station = pair(site, clerk, "porch")
    stream = Stream(station, "/station/events")
    wait_until(lambda: stream.heard, 5, "it is greeted")
    admin.good("PATCH", "/people/clerk", {"locked": True})
    wait_until(lambda: clerk.api("GET", "/me").status == 401, 3, "who paired it is locked")
    assert station.api("GET", "/station/device").status == 200
    other = pair(site, admin, "porch")
    problem = mary.api("DELETE", "/devices/porch/pair")
    assert problem.status == 403
    admin.good("DELETE", "/devices/porch/pair")
    for browser in (station, other):
        wait_until(lambda one=browser: one.api("GET", "/station/device").status == 401, 2, "it is unpaired")
    wait_until(lambda: stream.ended, 3, "its stream ends")
    third = pair(site, admin, "porch")
    admin.good("DELETE", "/config/things/device/porch")
    wait_until(lambda: third.api("GET", "/station/device").status == 401, 2, "the device is removed")
    admin.good("PUT", "/config/things/device/porch", porch)  # another of that name is another one
    wait_until(lambda: admin.api("GET", "/devices/porch").status == 200, 10, "the device is known")
    assert third.api("GET", "/station/device").status == 401


def test_documents_of_others_are_not_the_help_desks(site, admin, mary, sample):
    desk = person(site, admin, "helen", "desk")
    number = held(site, sample)
    job = f"/jobs/-/{number}"
    for ask in (("GET", job + "/preview"), ("POST", job + "/send", {"users": ["helen"]}),
                ("POST", job + "/send", {"users": ["helen"], "sender_pays": True}),
                ("POST", job + "/release", {"keep": True})):
        refused = desk.api(*ask)
        assert refused.status == 403 and "documents-not-allowed" in refused.json["reasons"], ask
    for inner in ({"as_recipient": True}, {"step": "prepare"}, {"device": "forged"}, {"prepared": "AAAA"}, {"by": "tom"}):
        for web in (desk, admin):  # what the device control engine says, nobody else does
            assert web.api("POST", job + "/release", inner).status == 400, inner
    assert desk.good("GET", job)["job"]["user"] == "mary"
    assert admin.api("GET", job + "/preview").status == 200
    log = (site.data / "log" / "web.log").read_text()
    assert '"document.looked-at"' in log and f'"job":{number}' in log
    desk.good("POST", job + "/cancel", {})


def test_the_help_desk_claims_no_document_for_itself(site, admin, mary, sample):
    desk = person(site, admin, "paula", "desk")
    admin.good("PUT", "/people/paula/aliases/p.desk", {})
    site.queue("doubtful", "hold", "virtual")
    site.ask("queue", "set", "doubtful", "--trust", "authenticated")
    numbers = [site.ipptool("doubtful", sample, user="somebody") for _ in range(2)]
    for number in numbers:
        wait_until(lambda one=number: site.job(one)["unclaimed"], 10, "it waits unclaimed")
    for name in ("paula", "PAULA", "p.desk"):
        refused = desk.api("POST", f"/jobs/-/{numbers[0]}/claim", {"user": name})
        assert refused.status == 403 and "documents-not-allowed" in refused.json["reasons"], refused.text
    assert desk.good("POST", f"/jobs/-/{numbers[0]}/claim", {"user": "mary"})["user"] == "mary"
    assert admin.good("POST", f"/jobs/-/{numbers[1]}/claim", {"user": "paula"})["user"] == "paula"
    for number in numbers:
        admin.good("POST", f"/jobs/-/{number}/cancel", {})


def test_jobs_are_listed_from_either_end(site, admin, mary, sample):
    numbers = [held(site, sample) for _ in range(3)]
    for order, wanted in (("newest", sorted(numbers, reverse=True)), ("oldest", sorted(numbers))):
        found, path = [], f"/jobs?limit=2&order={order}"
        while path:
            page = admin.good("GET", path)
            assert len(page["items"]) <= 2
            found += [one["id"] for one in page["items"]]
            path = f"/jobs?limit=2&order={order}&after={page['next']}" if "next" in page else None
        assert found == sorted(found, reverse=order == "newest") and len(found) == len(set(found))
        assert [one for one in found if one in numbers] == wanted
    assert admin.api("GET", "/jobs?order=random").status == 400
    assert admin.api("GET", "/jobs?with_key=true").status == 400
    for number in numbers:
        admin.good("POST", f"/jobs/-/{number}/cancel", {})


def test_a_file_becomes_a_job_of_ones_own(site, admin, mary, tom, one_page):
    document = one_page.read_bytes()
    target = "/me/files?queue=held&name=" + urllib.parse.quote("my <letter> é.pdf")
    answer = mary.api("POST", target, document, Content_Type="application/pdf")
    assert answer.status == 201, answer.text
    number = answer.json["id"]
    wait_until(lambda: job_of(mary, number), 10, "the job waits")
    job = site.job(number)
    assert job["user"] == "mary" and job["document"] == "my <letter> é.pdf" and job["pages"] == 1
    assert job_of(tom, number) is None
    assert admin.good("GET", f"/jobs/-/{number}")["job"]["identity"] == "authenticated"
    mary.good("POST", "/me/jobs/delete", {"jobs": [job_of(mary, number)["ref"]]})
    for target, kind, body, status in (
            ("/me/files?queue=nosuch&name=x", "application/pdf", document, 404),
            ("/me/files?queue=held", "application/pdf", document, 400),
            ("/me/files?queue=held&name=x&copies=0", "application/pdf", document, 422),
            ("/me/files?queue=held&name=x", "text/html", document, 415),
            ("/me/files?queue=held&name=x", "application/pdf", b"x" * 300001, 413)):
        answer = mary.api("POST", target, body, Content_Type=kind)
        assert answer.status == status, (target, kind, answer.status, answer.text)
    assert mary.send("POST", "/api/v1/me/files?queue=held&name=x", document, Content_Type="application/pdf").status == 403


class Stream(threading.Thread):
    """Reads server-sent events."""

    def __init__(self, web, path):
        super().__init__(daemon=True)
        self.heard, self.ended = [], False
        other = web.again()
        other.send("GET", "/help")
        other.connection.request("GET", "/api/v1" + path, headers={
            "Cookie": "; ".join(f"{name}={value}" for name, value in other.cookies.items())})
        self.answer = other.connection.getresponse()
        self.start()

    def run(self):
        what = None
        for line in self.answer:
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                what = line[7:]
            elif line.startswith("data: "):
                self.heard.append((what, json.loads(line[6:])))
        self.ended = True


def test_what_happens_is_told_to_whom_it_concerns(site, admin, mary, tom, sample):
    for web in (mary, tom):  # streams are of a session
        assert web.api("GET", "/me").status == 200
    own, others, all_of_it = Stream(mary, "/me/events"), Stream(tom, "/me/events"), Stream(admin, "/events")
    assert own.answer.getheader("content-type") == "text/event-stream"
    assert own.answer.getheader("x-content-type-options") == "nosniff"
    assert tom.api("GET", "/events").status == 403
    wait_until(lambda: own.heard and others.heard and all_of_it.heard, 5, "they are greeted")
    number = held(site, sample)

    def told(stream):
        return [data for what, data in stream.heard if what == "job" and data["id"] == number]
    wait_until(lambda: told(own) and told(all_of_it), 10, "the job is told")
    assert told(others) == []
    assert re.match(r"\d+\.\d\d", told(own)[-1]["cost"])
    assert not all_of_it.ended
    # Sent to a group of tom's.
    admin.good("POST", "/groups", {"name": "crew"})
    admin.good("POST", "/groups/crew/members", {"add": ["tom"]})
    ann = person(site, admin, "ann")
    time.sleep(1.1)  # an answer of within a second is still believed
    crew = Stream(tom, "/me/events")
    wait_until(lambda: crew.heard, 5, "it is greeted")
    time.sleep(0.5)  # its groups are asked for
    sent = held(site, sample, "ann")
    ann.good("POST", "/me/jobs/send", {"jobs": [job_of(ann, sent)["ref"]], "groups": ["crew"]})
    wait_until(lambda: [data for what, data in crew.heard if what == "job" and data["id"] == sent], 10,
               "what was sent to the group is told")
    # Of who named tom a delegate; who opens a stream is asked for anew.
    admin.good("PUT", "/people/mary/delegates/tom", {})
    time.sleep(1.1)
    delegate = Stream(tom, "/me/events")
    wait_until(lambda: delegate.heard, 5, "it is greeted")

    def delegate_is_told():
        tried = held(site, sample)
        return [data for what, data in delegate.heard if what == "job" and data["id"] == tried]
    wait_until(delegate_is_told, 5, "the delegate is told")
    assert mary.api("DELETE", "/session").status == 204
    wait_until(lambda: own.ended, 5, "the stream ends with its session")
    assert not all_of_it.ended
