"""The device monitoring engine with real printers (ippeveprinter): what they say of themselves is known
within seconds, kept, told to who watches, and a job is not released to one that is broken."""
import os
import signal
import urllib.parse
import urllib.request

import pytest

from conftest import Failed, wait_until
from engine_client import Bridge
from scripted import Scripted


def form(printer, page, **fields):
    """The printer's own pages for its trays and supplies: as if somebody took out the paper."""
    query = urllib.parse.urlencode(fields)
    with urllib.request.urlopen(f"http://localhost:{printer.port}/{page}?{query}", timeout=10) as answer:
        assert answer.status == 200


def device(site, name):
    return site.ask("device", "status", name)


def known(site, name, limit_s=10):
    """Looked at once at least."""
    def look():
        found = {one["name"]: one for one in site.ask("device", "status")}
        return found.get(name, {}).get("state", "unknown") not in ("unknown",) and found[name]
    return wait_until(look, limit_s, f"{name} being known")


@pytest.fixture
def hall(site, new_printer):
    site.hall = new_printer("hall", options=("-2",)).start()
    site.printer("hall", site.hall.uri)
    known(site, "hall")
    return site


def test_a_printer_of_the_site_is_known_by_itself(hall):
    found = device(hall, "hall")
    assert found["state"] == "idle" and found["can_print"] and found["severity"] == 0
    assert found["make_and_model"] == "Example Printer" and found["address"] == hall.hall.uri
    assert [one["source"] for one in found["witnesses"] if not one["trouble"]] == ["ipp"]
    assert {one["name"] for one in found["supplies"]} == {"Black Toner", "Toner Waste Tank"}
    black = next(one for one in found["supplies"] if one["name"] == "Black Toner")
    assert (black["kind"], black["color"], black["level"]) == ("toner", "black", 75)
    assert next(one for one in found["trays"] if one["name"] == "main")["status"] == "ready"
    shown = hall.run("device", "status").stdout
    assert "hall" in shown and "idle" in shown
    assert "Black Toner: 75 %" in hall.run("device", "status", "hall").stdout
    refused = hall.run("device", "status", "nowhere", check=False)
    assert refused.returncode != 0 and "quoin device status lists them" in refused.stderr, refused
    status = next(one for one in hall.ask("status")["engines"] if one["name"] == "dme")
    assert status["counters"]["devices"] == 1 and status["counters"]["devices.idle"] == 1


def test_a_printer_that_is_broken_gets_no_job_until_it_is_mended(hall, sample):
    hall.user("mary", balance="10.00")
    hall.prices(mono="0.05", color="0.20")
    cellar = Scripted()
    hall.printer("cellar", cellar.uri)
    known(hall, "cellar")
    hall.queue("wait", mode="hold", printer="cellar")
    number = hall.ipptool("wait", sample)
    hall.wait_job(number, states=("pending-held",))
    with Bridge(hall, "dme", "dre") as engine, Bridge(hall, "dre", "dce") as desk:
        watch = engine.watch("Devices/WatchMonitored", names=["cellar"])
        assert watch.next()["name"] == "cellar"
        cellar.state, cellar.reasons = 5, ["media-jam-error", "toner-low-warning"]
        told = hall.ask("device", "look", "cellar")
        assert told["state"] == "error" and not told["can_print"], told
        assert told["severity"] == 3 and told["reasons"][0]["keyword"].startswith("media-jam")
        assert told["reasons"][0]["text"] and told["reasons"][0]["what_to_do"]
        news = watch.next(limit_s=2)
        assert not news["can_print"] and news["reasons"][0]["keyword"] == told["reasons"][0]["keyword"]

        def stopped():
            return {one["name"]: one for one in hall.ask("printer", "list")}["cellar"]["state"] == "stopped"
        wait_until(stopped, 2, "the routing engine knowing it")
        refused = desk.refused("Jobs/ReleaseJob", id=number, printer="cellar", device="desk", by="mary",
                               key=os.urandom(16).hex())
        assert "printer-stopped" in refused.reasons
        assert any(one.startswith("media-jam") for one in refused.reasons), refused.reasons
        assert hall.job(number)["state"] == "pending-held"
        # A rule can send elsewhere what would go to it: routing sees what the monitoring engine knows.
        rules = hall.data.parent / "broken.rules"
        rules.write_text('when printer.state = "stopped" and queue = "direct" then route to hall\n')
        hall.run("policy", "set", "broken", rules)
        hall.queue("direct", printer="cellar")
        routed = hall.wait_job(hall.ipptool("direct", sample))
        assert (routed["state"], routed["printer"]) == ("completed", "hall"), routed
        faults = hall.ask("device", "faults", "cellar", "--open")
        assert any(one["keyword"].startswith("media-jam") and one["ended"] is None for one in faults), faults
        assert hall.ask("device", "status")[0]["name"] == "cellar"  # the worst first

        page = engine.ask("Devices/ListMonitored", limit=1)
        assert [one["name"] for one in page["devices"]] == ["cellar"] and page["more"]

        cellar.state, cellar.reasons = 3, ["none"]
        wait_until(lambda: device(hall, "cellar")["can_print"], 12, "the mending being seen")
        # Who moves in the order between two pages takes nobody along.
        assert "hall" in [one["name"] for one in engine.ask("Devices/ListMonitored", after=page["next"])["devices"]]
        wait_until(lambda: not stopped(), 3, "the routing engine knowing it")
        wait_until(lambda: hall.ask("device", "faults", "cellar", "--open") == [], 30, "the faults' end")
        assert hall.ask("device", "faults", "cellar")[0]["ended"] is not None
    cellar.shutdown()


def test_a_printer_that_answers_nobody_is_away_and_slows_no_other(hall, new_printer):
    attic = new_printer("attic").start()
    hall.printer("attic", attic.uri)
    hall.printer("ghost", "ipp://127.0.0.1:9/ipp/print")
    known(hall, "attic")
    attic.stop()
    hall.run("device", "look", "attic")
    wait_until(lambda: device(hall, "attic")["state"] == "away", 12, "attic being away")
    found = [one["name"] for one in hall.ask("device", "status")]
    assert found.index("attic") < found.index("hall") and found.index("ghost") < found.index("hall")
    assert hall.ask("device", "status", "--state", "idle")[0]["name"] == "hall"
    away = device(hall, "attic")
    assert away["make_and_model"] == "Example Printer"  # what was known stays
    assert away["witnesses"][0]["trouble"], away
    assert hall.ask("device", "look", "hall")["answered_ms"] < 2000
    attic.start()
    wait_until(lambda: hall.ask("device", "look", "attic")["state"] == "idle", 10, "attic being back")


def test_supplies_are_told_and_kept_over_a_restart(hall):
    form(hall.hall, "supplies", supply0="25", supply1="9")
    told = hall.ask("device", "look", "hall")
    black = next(one for one in told["supplies"] if one["name"] == "Black Toner")
    assert black["level"] == 9
    order = hall.ask("device", "supplies")
    assert {"device": "hall", "name": "Black Toner", "level": 9}.items() <= \
        next(one for one in order if one["name"] == "Black Toner").items()

    def levels():
        samples = hall.ask("device", "history", "hall", "--series", "supply:Black Toner")["samples"]
        return samples and (samples[-1]["least"], samples[-1]["most"], samples[-1]["last"]) == (9, 75, 9)
    wait_until(levels, 5, "the samples")
    old = hall.pids()["dme"]
    os.kill(old, signal.SIGKILL)

    def is_back():
        done = hall.run("--json", "status", check=False)
        return done.returncode == 0 and hall.pids().get("dme") not in (None, old)
    wait_until(is_back, 20, "dme again")
    again = known(hall, "hall")
    assert again["supplies"] == told["supplies"] or again["state"] == "idle"
    assert levels()


def test_a_monitor_is_configured_and_followed(hall, new_printer, tmp_path):
    spare = new_printer("spare").start()
    made = hall.ask("device", "monitor", "spare", "--address", spare.uri, "--location", "Room 7")
    assert made["monitor"]["address"] == spare.uri
    found = known(hall, "spare")
    assert found["state"] == "idle" and found["location"] == "Room 7"
    hall.run("device", "monitor", "hall", "--off", "yes")
    wait_until(lambda: device(hall, "hall")["monitor"] and device(hall, "hall")["monitor"]["off"], 5, "off")
    refused = hall.run("device", "look", "hall", check=False)
    assert refused.returncode != 0 and "not looked at" in refused.stderr
    hall.run("device", "monitor", "hall", "--remove")
    wait_until(lambda: device(hall, "hall")["monitor"] is None, 5, "no monitor")
    path = tmp_path / "site.yaml"
    path.write_text(hall.run("config", "export", "--kind", "monitor").stdout)
    assert "spare" in path.read_text() and "Room 7" in path.read_text()
    dry = hall.ask("device", "monitor", "spare", "--remove", "--dry-run")
    assert dry["dry_run"] and device(hall, "spare")["name"] == "spare"
    hall.run("device", "monitor", "spare", "--remove")
    wait_until(lambda: [one["name"] for one in hall.ask("device", "status")] == ["hall"], 5, "it being gone")
    for wrong, told in ((("--every", "1"), "every 5 to"), (("--snmp", "3"), "needs a user"),
                        (("--address", "gopher://x"), "is no address"), (("--sources", "rain"), "is no source"),
                        (("--prints-elsewhere", "yes", "--meter-settles", "yes"), "cannot settle")):
        with pytest.raises(Failed, match=told):
            hall.run("device", "monitor", "hall", *wrong)


def test_all_kinds_of_monitoring_are_configured_as_a_file(site, tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text("""
monitor:
  copier:
    address: 127.0.0.1
    snmp-version: "2c"
    every-seconds: 30
alert-target:
  desk:
    kind: mail
    address: help@example.org
    server: smtp://mail.example.org:587
    need-tls: true
alert-rule:
  toner:
    when: supply-below
    threshold: 10
    severity: warning
    targets: [desk]
    quiet-hours: 22:00-06:00
expectation:
  "*":
    engines: [dre, dme]
    allowed:
      - first: 9100
        transport: tcp
        program: p910nd
        why: raw printing
""")
    site.run("config", "apply", path)
    for kind in ("monitor", "alert-target", "alert-rule", "expectation"):
        assert kind in site.run("config", "export", "--kind", kind).stdout
    path.write_text("alert-rule:\n  x:\n    when: rain\n")
    with pytest.raises(Failed, match="nothing that an alert is about"):
        site.run("config", "apply", path)


def test_who_may_not_ask_is_refused(hall):
    with Bridge(hall, "dme", "web") as web:
        assert web.ask("Devices/ListMonitored")["devices"][0]["name"] == "hall"
    with Bridge(hall, "dme", "admin") as admin:
        assert admin.refused("Devices/ListSamples", device="hall", series="").code == 3
    with Bridge(hall, "dme", "dce") as desk:
        assert desk.refused("Devices/LookNow", name="hall").code == 7
