"""Who stands at the device: signing in by every way, times, replacement, revocation, watching, and what an
administrator sees and ends."""
import os
import signal
import time

import pytest

from conftest import Site, wait_until
from engine_client import Bridge
from stations import Sink, Station, prints


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One site for most of these tests, and who asks it."""
    with Site(tmp_path_factory.mktemp("shared") / "site") as site:
        with Bridge(site, "dce", "web") as web, Bridge(site, "cas", "admin") as cas:
            site.bridges = (web, cas)
            yield site


@pytest.fixture
def desk(shared):
    station = Station(shared, shared.bridges).furnish(
        "--sign-in", "card,card+pin,pin,password,ticket,release-key", "--register-cards", "yes")
    station.password(station.mary)
    # Cards of its own: what stands for a number is the test's.
    station.one, station.two, station.three = (f"04A1{Station.number:04X}{at:06X}" for at in range(3))
    yield station
    station.sink.close()


def sessions(desk, *more):
    """Who is signed in at this test's device, or is one of its people."""
    found = desk.site.ask("session", "list", *more)
    return [one for one in found if one["device"] == desk.any or one["user"] in (desk.mary, desk.tom)]


def test_devices_are_configured_and_followed(site, tmp_path):
    sink = Sink()
    site.printer("hall", sink.uri)
    for words in (("--printers", ""), ("--printers", "hall", "--sign-in", "magic"),
                  ("--printers", "hall", "--reader-address", "nowhere"), ("--printers", "hall", "--idle", "2")):
        assert site.run("device", "add", "lib1", *words, check=False).returncode != 0, words
    assert site.run("device", "add", "lib 1", "--printers", "hall", check=False).returncode != 0
    assert site.run("device", "add", "x", "--printers", "hall", "--dry-run").returncode == 0
    assert site.ask("device", "list") == []
    made = site.ask("device", "add", "lib1", "--printers", "hall", "--title", "Library", "--idle", 30,
                    "--sign-in", "card,pin", "--show-titles", "yes", "--reader", "em", "--why", "new tablet")
    assert made["idle_seconds"] == 30 and made["sign_in"] == ["card", "pin"] and made["show_titles"]
    began = time.monotonic()
    wait_until(lambda: site.ask("device", "list"), 5, "the device is known")
    assert time.monotonic() - began < 2, "a change is followed within a second or so"
    assert site.run("device", "add", "lib1", "--printers", "hall", check=False).returncode != 0
    site.ask("device", "set", "lib1", "--title", "Reading room")
    wait_until(lambda: site.ask("device", "show", "lib1")["title"] == "Reading room", 5, "the new title")
    text = site.run("config", "export", "--kind", "device").stdout
    assert "title: Reading room" in text and "show-titles" in text
    path = tmp_path / "devices.yaml"
    path.write_text(text, encoding="utf-8")
    assert site.ask("config", "apply", path)["edits"] == []
    site.run("device", "remove", "lib1", "--dry-run")
    assert len(site.ask("device", "list")) == 1
    site.ask("device", "remove", "lib1")
    wait_until(lambda: site.ask("device", "list") == [], 5, "it is gone")
    site.ask("config", "apply", path)
    wait_until(lambda: site.ask("device", "list"), 5, "it is back")
    sink.close()


def test_what_was_just_added_is_there(site):
    for number in range(5):
        site.run("device", "add", f"new{number}", "--printers", "none")
        assert site.ask("device", "show", f"new{number}")["name"] == f"new{number}"
    gone = site.run("device", "show", "new", check=False)
    assert gone.returncode != 0 and "there is no such device" in gone.stderr
    site.run("device", "remove", "new0")
    wait_until(lambda: site.run("device", "show", "new0", check=False).returncode != 0, 10, "it is gone")


def test_a_person_signs_in_by_every_way(desk):
    desk.pin(desk.mary)
    desk.card(desk.mary, desk.one)
    for proof, by in (({"user": desk.mary, "password": "correct horse"}, "password"),
                      ({"user": desk.mary, "pin": "739182"}, "pin"), ({"card": desk.one}, "card"),
                      ({"ticket": desk.cas.ask("Credentials/MakeTicket", user=desk.mary)["code"]}, "ticket")):
        session = desk.sign_in(desk.any, **proof)
        assert session["by"] == by and session["person"]["user"] == desk.mary, session
        assert len(session["id"]) == 43 and session["device"] == desk.any
        assert session["since"] < session["until"] <= session["longest_until"]
    assert [one["by"] for one in sessions(desk)] == ["ticket"], "one person a device"
    for proof in ({"user": desk.mary, "password": "wrong"}, {"user": "nobody", "password": "correct horse"},
                  {"user": desk.mary, "pin": "000000"}, {"ticket": "AAAA-BBBB"}, {}):
        assert desk.refused(desk.any, **proof).code in (3, 7, 16), proof
    assert desk.refused("nowhere", user=desk.mary, password="correct horse").code == 5


def test_a_device_takes_only_what_it_is_to_take(desk):
    desk.site.ask("device", "set", desk.any, "--sign-in", "card")
    desk.pin(desk.mary)
    desk.card(desk.mary, desk.one)
    wait_until(lambda: desk.site.ask("device", "show", desk.any)["sign_in"] == ["card"], 5, "the change")
    assert desk.refused(desk.any, user=desk.mary, password="correct horse").code in (3, 7, 16)
    assert desk.refused(desk.any, user=desk.mary, pin="739182").code in (3, 7, 16)
    assert desk.sign_in(desk.any, card=desk.one)["by"] == "card"


def test_an_unknown_card_is_registered_with_a_password(desk):
    waits = desk.sign_in(desk.any, card=desk.two)
    assert waits["card_unknown"] and waits["person"] is None and len(waits["id"]) == 43
    pending = waits["id"]
    assert sessions(desk) == [], "it is no session yet"
    for call in ("Release/ListHeld", "Sessions/Extend", "Sessions/SignOut"):
        assert "session-ended" in desk.web.refused(call, session=pending).reasons, "it gives no right"
    assert desk.web.refused("Sessions/RegisterCard", session=pending, user=desk.mary, password="wrong").code
    session = desk.web.ask("Sessions/RegisterCard", session=pending, user=desk.mary, password="correct horse",
                           title="blue badge")
    assert session["person"]["user"] == desk.mary and session["by"] == "card"
    assert desk.held(session["id"])["jobs"] == []
    assert "session-ended" in desk.web.refused("Sessions/RegisterCard", session=pending, user=desk.mary,
                                               password="correct horse").reasons
    assert desk.sign_in(desk.any, card=desk.two)["person"]["user"] == desk.mary
    desk.site.ask("device", "set", desk.any, "--register-cards", "no")
    wait_until(lambda: not desk.site.ask("device", "show", desk.any)["register_cards"], 5, "the change")
    assert "unknown-card" in desk.refused(desk.any, card=desk.three).reasons


def test_a_card_may_want_its_pin(desk):
    desk.pin(desk.mary)
    desk.card(desk.mary, desk.one)
    desk.site.ask("device", "set", desk.any, "--sign-in", "card+pin")
    wait_until(lambda: desk.site.ask("device", "show", desk.any)["sign_in"] == ["card+pin"], 5, "the change")
    waits = desk.sign_in(desk.any, card=desk.one)
    assert waits["pin_needed"] and waits["person"] is None
    assert desk.web.refused("Sessions/SignIn", device=desk.any, pending=waits["id"], proof={"pin": "1"}).code
    assert "session-ended" in desk.web.refused("Sessions/SignIn", device=desk.any, pending="A" * 43,
                                               proof={"pin": "739182"}).reasons
    session = desk.sign_in(desk.any, pending=waits["id"], pin="739182")
    assert session["person"]["user"] == desk.mary and session["by"] == "card+pin"
    assert desk.sign_in(desk.any, card=desk.one, pin="739182")["by"] == "card+pin"


def test_the_same_key_is_the_same_session(desk):
    proof = {"user": desk.mary, "password": "correct horse"}
    key = "aa" * 16
    first = desk.web.ask("Sessions/SignIn", key=key, device=desk.any, proof=proof)
    again = desk.web.ask("Sessions/SignIn", key=key, device=desk.any, proof=proof)
    assert first["id"] == again["id"] and len(sessions(desk)) == 1
    assert "key-used" in desk.web.refused("Sessions/SignIn", key=key, person=desk.mary).reasons
    other = desk.web.ask("Sessions/SignIn", key="bb" * 16, device=desk.any, proof=proof)
    assert other["id"] != first["id"]


def test_whom_the_web_knows_needs_no_proof_and_nobody_else_does(desk):
    session = desk.web.ask("Sessions/SignIn", person=desk.mary)
    assert session["by"] == "web" and session["device"] == "" and session["person"]["user"] == desk.mary
    with Bridge(desk.site, "dce", "admin") as admin:
        assert "proof-needed" in admin.refused("Sessions/SignIn", person=desk.mary).reasons
    with Bridge(desk.site, "dce", "dre") as engine:
        assert engine.refused("Sessions/SignIn", person=desk.mary).code == 7
    assert desk.web.refused("Sessions/SignIn", person="nobody").code
    assert desk.web.refused("Sessions/SignIn", person=desk.mary, device=desk.any).code


def test_a_session_ends(desk):
    proof = {"user": desk.mary, "password": "correct horse"}
    first = desk.sign_in(desk.any, **proof)["id"]
    watch = desk.web.watch("Sessions/Watch", device=desk.any)
    assert watch.next()["what"] == "here"
    own = desk.web.watch("Sessions/Watch", session=first)
    assert own.next()["what"] == "here"
    second = desk.sign_in(desk.any, **proof)["id"]
    told = watch.next("ended")["session"]
    assert told["why"] == "replaced" and told["ended"] and told["id"] == ""
    assert own.next("ended")["session"]["why"] == "replaced" and own.next() is None
    assert watch.next("signed-in")["session"]["person"]["user"] == desk.mary
    for call in ("Release/ListHeld", "Sessions/Extend"):
        assert "session-ended" in desk.web.refused(call, session=first).reasons
    assert desk.web.ask("Sessions/Extend", session=second)["until"] > 0
    out = desk.web.ask("Sessions/SignOut", session=second)
    assert out["ended"] and out["why"] == "signed-out"
    assert watch.next("ended")["session"]["why"] == "signed-out"
    assert "session-ended" in desk.web.refused("Release/ListHeld", session=second).reasons
    assert "session-ended" in desk.web.refused("Sessions/SignOut", session=second).reasons
    desk.site.ask("device", "set", desk.any, "--idle", 5, "--longest", 7)
    wait_until(lambda: desk.site.ask("device", "show", desk.any)["idle_seconds"] == 5, 5, "the change")
    began = time.monotonic()
    idle = desk.sign_in(desk.any, **proof)
    assert watch.next("ended", limit_s=9)["session"]["why"] == "idle"
    assert 4.5 < time.monotonic() - began < 6.5, "a station left signed in ends"
    assert "session-ended" in desk.web.refused("Sessions/Extend", session=idle["id"]).reasons
    kept = desk.sign_in(desk.any, **proof)["id"]
    while time.monotonic() - began < 30:
        try:
            desk.web.ask("Sessions/Extend", session=kept)
        except AssertionError:
            break
        time.sleep(0.5)
    assert watch.next("ended")["session"]["why"] == "longest", "touching does not keep it for ever"
    desk.sign_in(desk.any, **proof)
    desk.site.ask("device", "remove", desk.any)
    assert watch.next("ended")["session"]["why"] == "revoked"


def test_whose_rights_change_is_signed_out_everywhere_at_once(desk):
    card = desk.card(desk.mary, desk.one)
    desk.sign_in(desk.any, card=desk.one)
    desk.person(desk.mary)
    desk.person(desk.tom)
    watch = desk.web.watch("Sessions/Watch", device=desk.any)
    assert watch.next()["what"] == "here"
    began = time.monotonic()
    desk.cas.ask("Credentials/RemoveCard", id=card["id"])
    assert watch.next("ended")["session"]["why"] == "revoked"
    assert time.monotonic() - began < 2
    wait_until(lambda: [one["user"] for one in sessions(desk)] == [desk.tom], 3, "only the other is left")
    desk.site.ask("device", "set", desk.any, "--register-cards", "no")
    wait_until(lambda: not desk.site.ask("device", "show", desk.any)["register_cards"], 5, "the change")
    assert "unknown-card" in desk.refused(desk.any, card=desk.one).reasons


def test_an_administrator_sees_and_ends(desk):
    assert desk.site.run("session", "end", check=False).returncode != 0, "says whose"
    desk.sign_in(desk.any, user=desk.mary, password="correct horse")
    tom = desk.person(desk.tom)
    listed = sessions(desk)
    assert sorted((one["user"], one["device"], one["by"]) for one in listed) == \
        [(desk.mary, desk.any, "password"), (desk.tom, "", "web")]
    assert "id" not in listed[0] and len(listed[0]["mark"]) == 32
    assert len(desk.site.ask("session", "list", "--user", desk.tom)) == 1
    assert len(desk.site.ask("session", "end", "--user", desk.tom, "--dry-run")) == 1
    assert desk.held(tom)["jobs"] == []
    assert [one["ended"] for one in desk.site.ask("session", "end", "--user", desk.tom)] == [True]
    assert "session-ended" in desk.web.refused("Release/ListHeld", session=tom).reasons
    assert desk.site.ask("session", "end", "--device", desk.any)[0]["user"] == desk.mary
    assert sessions(desk) == []


def test_an_engine_that_begins_again_knows_nobody_and_loses_nothing(desk):
    number = prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    assert desk.numbers(session) == [number]
    old = desk.site.pids()["dce"]
    os.kill(old, signal.SIGKILL)

    def again():
        now = desk.site.ask("status", check=False)["engines"]
        return all(one["state"] == "up" for one in now) and desk.site.pids()["dce"] != old
    wait_until(again, 20, "dce serves again")
    wait_until(lambda: "session-ended" in desk.web.refused("Release/ListHeld", session=session).reasons, 10,
               "the session is not known any more")
    assert sessions(desk) == []
    assert desk.numbers(desk.person(desk.mary)) == [number]


def test_the_web_hears_of_all(desk):
    watch = desk.web.watch("Sessions/Watch")
    assert watch.next()["what"] == "here"
    session = desk.web.ask("Sessions/SignIn", person=desk.mary)

    def told_of(what):
        while True:
            told = watch.next(what)["session"]
            if told["mark"] == session["mark"]:
                return told
    assert told_of("signed-in")["id"] == ""
    desk.web.ask("Sessions/SignOut", session=session["id"])
    assert told_of("ended")["why"] == "signed-out"
    watch.cancel()
    with Bridge(desk.site, "dce", "admin") as admin:
        stream = admin.watch("Sessions/Watch")
        with pytest.raises(AssertionError):
            stream.next()


def test_many_stations(desk):
    """A hundred people at a hundred devices, at once."""
    lines = ["device:"] + [f"  d{number}: {{printers: [{desk.hall}]}}" for number in range(100)]
    path = desk.site.data.parent / "many.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    desk.site.ask("config", "apply", path)
    wait_until(lambda: any(one["name"] == "d99" for one in desk.site.ask("device", "list")), 5, "they are known")
    desk.card(desk.mary, desk.one)
    asked = [desk.web.send("Sessions/SignIn", {"device": f"d{number}", "proof": {"card": desk.one}}, wait=60000)
             for number in range(100)]
    assert len({desk.web.take(number, 60)["reply"]["id"] for number in asked}) == 100
    assert len(sessions(desk)) == 100
    assert len(desk.site.ask("session", "end", "--user", desk.mary)) == 100
