"""Monitored devices, alerts and ports by the programming interface, with a real device monitoring engine."""
import json
import random
import re
import socket
import ssl
import http.client
import threading
import urllib.parse

import pytest
from conftest import wait_until
from scripted import Scripted
from test_dme import known
from web_client import first_administrator, person, web_site

# By the web a CUPS is asked at its usual port alone: addresses of this host that nothing else uses.
NOBODY, SILENT = (f"127.77.{random.randrange(1, 250)}.{last}" for last in (1, 2))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with web_site(tmp_path_factory.mktemp("monitored")) as made:
        made.cellar, made.attic = Scripted(), Scripted()
        for name in ("attic", "cellar"):
            made.printer(name, getattr(made, name).uri)
        made.run("alert-rule", "add", "broken", "--when", "device-error")
        for name in ("attic", "cellar"):
            known(made, name)
        yield made
        made.cellar.shutdown()
        made.attic.shutdown()


@pytest.fixture(scope="module")
def admin(site):
    return first_administrator(site)


class Events:
    """A stream as a browser reads it."""

    def __init__(self, web, path, **fields):
        context = ssl.create_default_context(cafile=web.site.data / "pki" / "ca.crt")
        self.connection = http.client.HTTPSConnection("localhost", web.port, context=context, timeout=10)
        if not fields:
            fields = {"Cookie": "; ".join(f"{name}={value}" for name, value in web.cookies.items())}
        self.connection.request("GET", "/api/v1" + path, headers=fields)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()

    def next(self, **wanted):
        """The first of each kind that fits, in whichever order they come."""
        found, kind = {}, None
        while len(found) < len(wanted):
            line = self.answer.readline().decode().rstrip("\n")
            assert self.answer.fp is not None, "the stream ended"
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: ") and kind in wanted and wanted[kind](json.loads(line[6:])):
                found.setdefault(kind, json.loads(line[6:]))
        return found

    def close(self):
        self.connection.close()


def test_devices_come_the_worst_first_and_page_by_page(site, admin):
    site.cellar.state, site.cellar.reasons = 5, ["media-jam-error"]
    looked = admin.good("POST", "/monitored/cellar/look", {})
    assert looked["state"] == "error" and looked["reasons"][0]["what_to_do"]
    first = admin.good("GET", "/monitored?limit=1")
    assert [one["name"] for one in first["items"]] == ["cellar"] and first["next"]
    rest = admin.good("GET", "/monitored?limit=1&after=" + first["next"])
    assert [one["name"] for one in rest["items"]] == ["attic"] and "next" not in rest
    assert [one["name"] for one in admin.good("GET", "/monitored?states=idle&states=away")["items"]] == ["attic"]
    one = admin.good("GET", "/monitored/cellar")
    assert one["open_faults"] and re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", one["state_since"])
    faults = wait_until(lambda: admin.good("GET", "/monitored/cellar/faults?open_only=true")["items"], 5, "the fault")
    assert faults[0]["device"] == "cellar" and faults[0]["ended"] is None
    assert admin.good("GET", "/faults")["items"][0]["device"] == "cellar"
    samples = admin.good("GET", "/monitored/cellar/samples?series=state")
    assert samples["step_ms"] > 0 and samples["items"][-1]["last"] == 3
    assert admin.api("GET", "/monitored/nowhere").status == 404
    assert admin.api("GET", "/monitored/cellar/samples").status == 400
    for ask in ("/monitored?colour=red", "/monitored?after=x!", "/monitored?limit=many"):
        assert admin.api("GET", ask).status == 400, ask
    site.cellar.state, site.cellar.reasons = 3, ["none"]
    admin.good("POST", "/monitored/cellar/look", {})


def test_changes_are_told_to_who_watches(site, admin):
    mine = Events(admin, "/events")
    token = admin.good("POST", "/me/tokens", {"title": "watch", "scopes": ["monitored:read"]})["secret"]
    program = Events(admin, "/watch/events", Authorization=f"Bearer {token}")
    jobs = admin.good("POST", "/me/tokens", {"title": "jobs", "scopes": ["jobs:read"]})["secret"]
    assert admin.send("GET", "/api/v1/watch/events", Cookie="", Authorization=f"Bearer {jobs}").status == 403
    for stream in (mine, program):  # what was there before is told, or that there is more
        stream.next(monitored=lambda _: True)
    site.attic.state, site.attic.reasons = 5, ["cover-open-error"]
    admin.good("POST", "/monitored/attic/look", {})
    for stream in (mine, program):
        told = stream.next(monitored=lambda data: data.get("name") == "attic" and data["state"] == "error",
                           alert=lambda data: data.get("about") == "attic")
        assert told["monitored"]["reasons"][0]["keyword"].startswith("cover-open")
        assert told["alert"]["rule"] == "broken"
        stream.close()


def test_an_alert_is_changed_by_who_may(site, admin):
    found = wait_until(lambda: [one for one in admin.good("GET", "/alerts?open_only=true&about=attic")["items"]], 10,
                       "the alert")
    number = found[0]["id"]
    desk, manager = person(site, admin, "hilda", "desk"), person(site, admin, "dora", "device-manager")
    assert desk.good("GET", "/alerts")["items"][0]["about"]
    assert desk.api("POST", f"/alerts/{number}", {"acknowledge": True}).status == 403
    assert desk.good("POST", "/monitored/attic/look", {})["name"] == "attic"
    changed = manager.good("POST", f"/alerts/{number}", {"acknowledge": True, "assign": "hilda", "note": "I go"})
    assert (changed["acknowledged_by"], changed["assigned_to"], changed["note"]) == ("dora", "hilda", "I go")
    assert manager.api("POST", f"/alerts/{number}", {"acknowledge": True, "by": "root"}).status == 400
    assert admin.api("POST", "/alerts/999999", {"acknowledge": True}).status in (404, 409)
    assert manager.good("GET", f"/alerts/{number}/deliveries") == {"items": []}
    # Who manages devices configures how they are watched, but not where alerts go.
    assert manager.api("PUT", "/config/things/monitor/attic", {"location": "Roof"}).status == 200
    assert manager.api("PUT", "/config/things/alert-rule/mine", {"when": "fault"}).status == 200
    assert manager.api("PUT", "/config/things/alert-target/mine", {"kind": "webhook", "address": "http://x/"}).status == 403
    assert manager.api("PUT", "/alert-targets/mine/secret", {"secret": "x"}).status == 403
    assert desk.api("PUT", "/config/things/monitor/attic", {"location": "Cave"}).status == 403
    wait_until(lambda: admin.good("GET", "/monitored/attic")["location"] == "Roof", 5, "the monitor being followed")


def test_for_whom_a_port_is_registered(admin):
    facts = admin.good("GET", "/ports/registry/2940")
    assert facts["port"] == 2940 and facts["registered"][0]["name"] == "sm-pas-3" and facts["practice"]
    assert admin.good("GET", "/ports/registry/ipp")["registered"][0]["first"] == 631
    for what, status in (("0", 400), ("65536", 400), ("29x", 400), ("no-such-service", 404),
                         (urllib.parse.quote("<b>"), 404)):
        assert admin.api("GET", f"/ports/registry/{what}").status == status, what


def test_what_the_engine_lacks_is_501_and_an_engine_that_is_away_503(site, admin):
    for ask in ("/gaps", "/ports", "/ports/events"):
        assert admin.api("GET", ask).status in (200, 501), ask
    engines = {one["name"]: one["state"] for one in admin.good("GET", "/engines")["items"]}
    assert engines["dme"] == "up", engines


def test_devices_are_looked_for(site, admin):
    manager, desk = person(site, admin, "frida", "device-manager"), person(site, admin, "hugo", "desk")
    assert desk.api("POST", "/discover", {"ranges": ["10.1.0.0/22"], "dry_run": True}).status == 403
    plan = manager.good("POST", "/discover", {"ranges": ["10.1.0.0/22"], "dry_run": True})["items"]
    assert [(one["what"], one["of"], one["left_out"]) for one in plan] == [("plan", 1022, 2)]
    for asked, status, text in (({"ranges": ["not a range"]}, 400, "write 10.1.0.0/22"), ({}, 400, "say where to look"),
                                ({"ranges": ["10.0.0.0/8"]}, 422, "in parts"),
                                ({"ranges": ["127.0.0.1"]}, 403, "command line"),
                                ({"ranges": ["10.1.0.1"], "raw_port": 22, "dry_run": True}, 403, "command line"),
                                ({"cups": ["ipp://127.0.0.1:9"]}, 403, "command line"),
                                ({"ranges": ["10.1.0.1"], "like": "*"}, 403, "command line"),
                                ({"ranges": ["10.1.0.1"], "by": "root"}, 400, "by")):
        answer = manager.api("POST", "/discover", asked)
        assert answer.status == status and text in answer.json["detail"], (asked, answer.json)
    found = manager.good("POST", "/discover", {"cups": [f"ipp://{NOBODY}"]})["items"]
    assert [one["what"] for one in found] == ["plan", "note"] and "did not tell its queues" in found[1]["text"]


def test_a_search_ends_with_the_window_that_asked_for_it(site, admin):
    with socket.create_server((SILENT, 631)) as silent:
        window, log = admin.again(), site.data / "log/dme.log"
        window.good("GET", "/engines")
        request = {"cups": [f"ipp://{SILENT}"]}
        asking = threading.Thread(target=lambda: pytest.raises(Exception, window.api, "POST", "/discover", request), daemon=True)
        asking.start()
        silent.accept()
        assert admin.api("POST", "/discover", request).status == 409
        window.port = 9  # it does not come again
        window.connection.sock.shutdown(socket.SHUT_RDWR)
        wait_until(lambda: "the asker went" in log.read_text(), 5, "the end of the search")
        assert admin.good("POST", "/discover", {"cups": [f"ipp://{NOBODY}"]})["items"][0]["what"] == "plan"
