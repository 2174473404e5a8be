"""What waits for a person, on two routing engines, and its release: all or none, once, whatever is killed."""
import os
import queue
import signal
import threading
import time

import pytest

from conftest import SAMPLE, Site, wait_until
from engine_client import Bridge, Refused
from stations import Sink, Station, prints


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One site for all of these tests, and who asks it."""
    folder = tmp_path_factory.mktemp("shared")
    with Site(folder / "site") as site:
        site.prices(mono="0.05", color="0.20")
        with Bridge(site, "dce", "web") as web, Bridge(site, "cas", "admin") as cas:
            site.bridges = (web, cas)
            yield site


@pytest.fixture
def desk(shared):
    station = Station(shared, shared.bridges).furnish("--sign-in", "card,password,release-key")
    yield station
    station.sink.close()
    shared.wait(15)
    shared.verify()


@pytest.fixture(scope="module")
def joined(shared, tmp_path_factory):
    """A second routing engine, of a host that joined."""
    token = shared.ask("engine", "join-token", "dre", "branch")["token"]
    second = Site(tmp_path_factory.mktemp("joined") / "branch")
    second.run("engine", "join", "--cas", f"127.0.0.1:{shared.port('cas')}", "--token", token)
    with second, Bridge(second, "dre", "admin", pki=shared.data / "pki") as ask:
        second.dre = ask
        wait_until(lambda: counters(shared)["engines.here"] == 2, 15, "the second engine is heard of")
        yield second


@pytest.fixture
def branch(desk, joined):
    """The second engine, with the same printer."""
    joined.dre.ask("Printers/AddPrinter", name=desk.hall, uri=desk.sink.uri)
    joined.dre.ask("Queues/AddQueue", name=desk.office, mode="hold", printer=desk.hall)
    joined.queue_name = desk.office
    return joined


def counters(site):
    return next(one for one in site.ask("status", check=False)["engines"] if one["name"] == "dce")["counters"]


def printed_there(second, user):
    """Prints at the joined engine; its administrator asks from the site."""
    number = second.ipptool(second.queue_name, SAMPLE, user=user)
    assert number is not None, second.refusal
    wait_until(lambda: job_there(second, number)["state"] == "pending-held", 20, "it is held")
    return number


def job_there(second, number):
    try:
        return second.dre.ask("Jobs/GetJob", id=number)["job"]
    except Refused:  # it is beginning again
        return {"state": "away"}


# --- what is listed

def test_own_jobs_are_listed_and_nobody_elses(desk):
    first = prints(desk.site, desk.office, desk.mary)
    second = prints(desk.site, desk.office, desk.mary)
    other = prints(desk.site, desk.office, desk.tom)
    mary, tom = desk.person(desk.mary), desk.person(desk.tom)
    listed = desk.held(mary)
    assert [job["ref"]["id"] for job in listed["jobs"]] == [first, second]
    job = listed["jobs"][0]
    assert job["whose"] == "own" and job["printable"] and job["why_not"] == "" and job["can_color"]
    assert job["job"]["document"] == "sample.pdf" and job["job"]["cost"] == 35000
    assert listed["purses"]["available"] == 1000000 - 2 * 35000 and listed["away"] == []
    assert desk.numbers(tom) == [other]
    page = desk.held(mary, limit=1)
    assert page["more"] and [one["ref"]["id"] for one in page["jobs"]] == [first]
    page = desk.held(mary, limit=1, after=page["next"])
    assert [one["ref"]["id"] for one in page["jobs"]] == [second]
    assert desk.held(mary, limit=1, after=page["next"] or "vm=99")["jobs"] == []
    assert desk.web.refused("Release/ListHeld", session=mary, after="nonsense").code == 3


def test_titles_stay_off_the_screen_unless_allowed(desk):
    prints(desk.site, desk.office, desk.mary)
    desk.password(desk.mary)
    session = desk.sign_in(desk.any, user=desk.mary, password="correct horse")["id"]
    assert desk.held(session)["jobs"][0]["job"]["document"] == ""
    desk.site.ask("device", "set", desk.any, "--show-titles", "yes")
    wait_until(lambda: desk.held(session)["jobs"][0]["job"]["document"] == "sample.pdf", 5, "titles are allowed")


def test_jobs_of_two_engines_are_one_list(desk, branch):
    here = prints(desk.site, desk.office, desk.mary)
    there = printed_there(branch, desk.mary)
    here_again = prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    wait_until(lambda: all(job["printable"] for job in desk.held(session)["jobs"]), 5, "the printers are heard of")
    refs = [job["ref"] for job in desk.held(session)["jobs"]]
    name = refs[0]["engine"]
    assert [(ref["engine"] == "branch", ref["id"]) for ref in refs] == [(False, here), (True, there), (False, here_again)]
    page = desk.held(session, limit=2)
    rest = desk.held(session, limit=2, after=page["next"])
    assert [job["ref"] for job in page["jobs"] + rest["jobs"]] == refs
    done = desk.release(session, *refs)
    assert done["done"] and len(done["jobs"]) == 3 and done["troubles"] == []
    desk.site.wait_job(here)
    wait_until(lambda: job_there(branch, there)["state"] == "completed", 20, "the other engine's job is printed")
    assert len(desk.sink.documents) == 3
    left = printed_there(branch, desk.mary)
    mine = prints(desk.site, desk.office, desk.mary)
    branch.stop()
    began = time.monotonic()
    listed = desk.held(session)
    assert time.monotonic() - began < 1.6, "an engine that is away holds nobody up"
    assert listed["away"] == ["branch"] and [job["ref"]["id"] for job in listed["jobs"]] == [mine]
    refused = desk.release(session, {"engine": name, "id": mine}, {"engine": "branch", "id": left})
    assert not refused["done"] and [one["reason"] for one in refused["troubles"]] == ["engine-away"]
    assert desk.numbers(session) == [mine], "none was released"
    branch.start()
    wait_until(lambda: len(desk.held(session)["jobs"]) == 2, 15, "it is back")
    assert desk.release(session, {"engine": name, "id": mine}, {"engine": "branch", "id": left})["done"]


# --- money

def test_a_change_is_priced_before_and_charged_after(desk):
    number = prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    ref = desk.held(session)["jobs"][0]["ref"]
    quote = desk.web.ask("Release/Quote", session=session, jobs=[{"ref": ref, "change": {"copies": 3}}])
    assert quote["total"] == 3 * 35000 and quote["enough"] and quote["jobs"][0]["amount_now"] == 35000
    assert desk.site.job(number)["cost"] == "0.35", "a question changes nothing"
    done = desk.release(session, {"ref": ref, "change": {"copies": 3}})
    assert done["done"] and done["jobs"][0]["job"]["copies"] == 3
    desk.site.wait_job(number)
    assert desk.site.balance(desk.mary)["balance"] == "8.95"


def test_all_or_none_and_what_is_short_is_named(desk):
    first = prints(desk.site, desk.office, desk.mary)
    second = prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    refs = [job["ref"] for job in desk.held(session)["jobs"]]
    reply = desk.release(session, {"ref": refs[0], "change": {"copies": 4}}, {"ref": refs[1], "change": {"copies": 100}})
    assert not reply["done"] and reply["jobs"] == []
    assert [(one["ref"]["id"], one["reason"]) for one in reply["troubles"]] == [(second, "money-short")]
    short = reply["short"][0]
    assert (short["what"], short["name"], short["need"]) == ("account", f"user:{desk.mary}", 100 * 35000)
    assert short["have"] == 1000000 - 35000
    for number in (first, second):
        job = desk.site.job(number)
        assert (job["state"], job["copies"], job["cost"]) == ("pending-held", 1, "0.35"), "all is as it was"
    balance = desk.site.balance(desk.mary)
    assert (balance["reserved"], balance["balance"]) == ("0.70", "10.00")
    assert desk.sink.documents == []
    assert desk.release(session, *refs)["done"]


def test_a_limit_that_is_short_is_named_with_numbers(desk):
    number = prints(desk.site, desk.office, desk.mary)
    desk.site.run("quota", "set", f"few-{desk.mary}", "--counts", "pages", "--most", 10, "--for", f"user:{desk.mary}")
    session = desk.person(desk.mary)
    ref = desk.held(session)["jobs"][0]["ref"]
    wish = {"ref": ref, "change": {"copies": 5}}
    for reply in (desk.web.ask("Release/Quote", session=session, jobs=[wish]), desk.release(session, wish)):
        short, = reply["short"]
        assert (short["what"], short["name"]) == ("quota", f"few-{desk.mary}"), reply
        assert 6 <= short["have"] <= 10 and short["have"] < short["need"] <= 20, reply
    assert desk.numbers(session) == [number] and desk.site.job(number)["copies"] == 1
    desk.site.run("quota", "remove", f"few-{desk.mary}")


def test_who_gets_money_meanwhile_can_release(desk):
    desk.site.user("poor", balance="0.40")
    desk.site.ask("queue", "set", desk.office, "--short-of-money", "hold")
    first = prints(desk.site, desk.office, "poor")
    second = prints(desk.site, desk.office, "poor")
    session = desk.person("poor")
    listed = {job["ref"]["id"]: job for job in desk.held(session)["jobs"]}
    assert listed[first]["printable"] and listed[second]["why_not"] == "money-short"
    # Before it is tried: what it would cost, and what is missing.
    assert (listed[second]["job"]["cost"], listed[second]["price"]) == (0, 35000)
    short = [(one["what"], one["unit"], one["need"], one["have"]) for one in listed[second]["short"]]
    assert short == [("account", "money", 35000, 5000)]
    assert listed[first]["price"] == 0 and listed[first]["short"] == []
    refs = [listed[first]["ref"], listed[second]["ref"]]
    refused = desk.release(session, *refs)
    assert not refused["done"] and refused["short"][0]["need"] == 35000 and refused["short"][0]["have"] == 5000
    assert desk.numbers(session) == [first, second]
    desk.site.run("user", "deposit", "poor", "5.00")
    assert desk.release(session, *refs)["done"]
    desk.site.wait_job(second)
    assert desk.site.balance("poor")["balance"] == "4.70"


# --- once

def test_the_same_key_prints_once(desk):
    number = prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    ref = desk.held(session)["jobs"][0]["ref"]
    asked = [desk.web.send("Release/ReleaseJobs", {"key": "ab" * 16, "session": session, "jobs": [{"ref": ref}]})
             for _ in range(4)]
    replies = [desk.web.take(one)["reply"] for one in asked]
    assert all(one == replies[0] and one["done"] for one in replies)
    assert desk.web.refused("Release/ReleaseJobs", key="ab" * 16, session=session, jobs=[]).code
    desk.site.wait_job(number)
    again = desk.release(session, ref)
    assert not again["done"] and again["troubles"][0]["reason"] == "no-such-job"
    assert len(desk.sink.documents) == 1 and desk.site.balance(desk.mary)["balance"] == "9.65"


def test_a_program_asks_again_with_another_session_of_the_same_person(desk):
    """Each question of a token has a session of its own: the key is the person's, not the session's."""
    number, other = (prints(desk.site, desk.office, desk.mary) for _ in range(2))
    ref = next(job["ref"] for job in desk.held(desk.person(desk.mary))["jobs"] if job["ref"]["id"] == number)
    ask = {"key": "5a" * 16, "jobs": [{"ref": ref}]}
    asked = [desk.web.send("Release/ReleaseJobs", {**ask, "session": desk.person(desk.mary)}) for _ in range(4)]
    replies = [desk.web.take(one)["reply"] for one in asked]
    assert replies[0]["done"] and all(one == replies[0] for one in replies)
    desk.site.wait_job(number)
    assert desk.web.ask("Release/ReleaseJobs", **ask, session=desk.person(desk.mary)) == replies[0]
    # Another question, or another person's: not the same.
    changed = {**ask, "jobs": [{"ref": {**ref, "id": other}}]}
    assert desk.web.refused("Release/ReleaseJobs", **changed, session=desk.person(desk.mary)).reasons == []
    desk.site.user(f"not{desk.mary}", balance="1.00")
    assert desk.web.refused("Release/ReleaseJobs", **ask, session=desk.person(f"not{desk.mary}")).reasons == []
    # A session that is over names nobody: it is said so, and the next one is answered.
    assert desk.web.refused("Release/ReleaseJobs", **ask, session="A" * 43).reasons == ["session-ended"]
    assert len(desk.sink.documents) == 1


def test_two_at_once_print_one(desk):
    for _ in range(5):
        number = prints(desk.site, desk.office, desk.mary)
        sessions = [desk.person(desk.mary) for _ in range(4)]
        ref = {"engine": desk.held(sessions[0])["jobs"][0]["ref"]["engine"], "id": number}
        asked = [desk.web.send("Release/ReleaseJobs", {"session": one, "jobs": [{"ref": ref}]}) for one in sessions]
        replies = [desk.web.take(one)["reply"] for one in asked]
        assert sum(one["done"] for one in replies) == 1, replies
        assert all(one["troubles"][0]["reason"] in ("being-released", "no-such-job") for one in replies if not one["done"])
        desk.site.wait_job(number)
    assert len(desk.sink.documents) == 5


def test_several_go_together_or_none_does(desk):
    """Each is prepared before one of them goes: what somebody else has prepared takes none of the others along."""
    first, second = (prints(desk.site, desk.office, desk.mary) for _ in range(2))
    session = desk.person(desk.mary)
    refs = [job["ref"] for job in desk.held(session)["jobs"]]
    with Bridge(desk.site, "dre", "admin") as dre:
        key = os.urandom(16).hex()
        job = dre.ask("Jobs/ReleaseJob", key=key, id=second, step="prepare")
        assert job["prepared"] and job["state"] == "pending-held"
        again = dre.ask("Jobs/ReleaseJob", key=key, id=second, step="prepare")
        assert again["prepared"] and again["id"] == second
        reply = desk.release(session, *refs)
        assert not reply["done"] and reply["jobs"] == [], reply
        assert [(one["ref"]["id"], one["reason"]) for one in reply["troubles"]] == [(second, "being-released")]
        assert [job["state"] for job in map(desk.site.job, (first, second))] == ["pending-held"] * 2
        # Nobody else does anything with it meanwhile.
        for call, ask in (("ReleaseJob", {}), ("CancelJob", {}), ("ReleaseJob", {"step": "prepare"}),
                          ("ChangeJob", {"change": {"copies": 2}}), ("ReleaseJob", {"keep": True}),
                          ("ReleaseJob", {"step": "go", "prepared": os.urandom(16).hex()}),
                          ("SendJob", {"users": [desk.tom]}), ("ReleaseJob", {"step": "dance"})):
            with pytest.raises(Refused):
                dre.ask(f"Jobs/{call}", id=second, **ask)
        assert desk.site.job(second)["state"] == "pending-held" and desk.sink.documents == []
        back = dre.ask("Jobs/ReleaseJob", id=second, step="back", prepared=key)
        assert not back["prepared"]
        with pytest.raises(Refused):
            dre.ask("Jobs/ReleaseJob", id=second, step="go", prepared=key)
        # A copy that is prepared is nobody's to see, and ends with its money where it does not go.
        key = os.urandom(16).hex()
        copy = dre.ask("Jobs/ReleaseJob", key=key, id=second, keep=True, step="prepare")
        assert copy["prepared"] and copy["id"] not in (first, second)
        assert desk.numbers(session) == [first, second]
        assert desk.site.balance(desk.mary)["available"] == "8.95"
        dre.ask("Jobs/ReleaseJob", id=copy["id"], step="back", prepared=key)
        assert desk.site.wait_job(copy["id"])["state"] == "canceled"
        assert desk.site.balance(desk.mary)["available"] == "9.30" and desk.sink.documents == []
        # What is prepared stays so over a crash of its engine, and then goes.
        key = os.urandom(16).hex()
        assert dre.ask("Jobs/ReleaseJob", key=key, id=second, step="prepare")["prepared"]
    old = desk.site.pids()["dre"]
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: serves_again(desk.site, old, "dre"), 20, "dre serves again")
    with Bridge(desk.site, "dre", "admin") as dre:
        assert dre.ask("Jobs/GetJob", id=second)["job"]["prepared"]
        dre.ask("Jobs/ReleaseJob", id=second, step="go", prepared=key)
    assert desk.site.wait_job(second)["state"] == "completed"
    wait_until(lambda: len(desk.held(session)["jobs"]) == 1, 10, "dce hears of the engine")
    kept, = (job["ref"] for job in desk.held(session)["jobs"])
    wait_until(lambda: desk.held(session)["jobs"][0]["printable"], 10, "the printer is heard of")
    third = prints(desk.site, desk.office, desk.mary)
    wishes = [{"ref": kept, "keep": True}, {"ref": {"engine": kept["engine"], "id": third}, "change": {"copies": 2}}]
    done = desk.release(session, *wishes)
    assert done["done"] and len(done["jobs"]) == 2, done
    desk.site.wait_job(third)
    wait_until(lambda: len(desk.sink.documents) == 3, 20, "the copy is printed too")
    assert desk.numbers(session) == [first]


# --- whose

def test_nothing_of_others_by_any_way(desk):
    """Every call, with another person's job by its number: it is not there, and nothing happens."""
    number = prints(desk.site, desk.office, desk.tom)
    engine = desk.held(desk.person(desk.tom))["jobs"][0]["ref"]["engine"]
    mary = desk.person(desk.mary)
    for ref in ({"engine": engine, "id": number}, {"engine": engine, "id": number + 1000}, {"engine": "nowhere", "id": 1}):
        for call, ask in (("ReleaseJobs", {"jobs": [{"ref": ref}]}),
                          ("ReleaseJobs", {"jobs": [{"ref": ref, "change": {"copies": 2}, "keep": True}]}),
                          ("DeleteJobs", {"jobs": [ref]}), ("ClaimJobs", {"jobs": [ref]}),
                          ("SendJobs", {"jobs": [ref], "users": [desk.mary]})):
            reply = desk.web.ask(f"Release/{call}", session=mary, **ask)
            assert not reply["done"] and reply["jobs"] == [], (call, ref)
            assert [one["reason"] for one in reply["troubles"]] == ["no-such-job"], (call, ref)
        assert desk.web.refused("Release/Quote", session=mary, jobs=[{"ref": ref}]).reasons == ["no-such-job"]
    job = desk.site.job(number)
    assert (job["state"], job["copies"], job["user"]) == ("pending-held", 1, desk.tom)
    assert desk.sink.documents == []


def test_a_delegate_releases_and_the_delegator_pays(desk):
    number = prints(desk.site, desk.office, desk.tom)
    desk.cas.ask("Credentials/SetDelegate", user=desk.tom, delegate=desk.mary)
    session = desk.person(desk.mary)
    job = desk.held(session)["jobs"][0]
    assert job["whose"] == "delegator" and job["ref"]["id"] == number
    refused = desk.web.ask("Release/DeleteJobs", session=session, jobs=[job["ref"]])
    assert refused["troubles"][0]["reason"] == "not-yours" and desk.site.job(number)["state"] == "pending-held"
    assert desk.release(session, job["ref"])["done"]
    desk.site.wait_job(number)
    assert desk.site.balance(desk.tom)["balance"] == "9.65" and desk.site.balance(desk.mary)["balance"] == "10.00"
    told = desk.site.job(number)
    assert told.get("released_by", desk.mary) == desk.mary
    desk.cas.ask("Credentials/SetDelegate", user=desk.tom, delegate=desk.mary, remove=True)
    wait_until(lambda: desk.site.ask("session", "list", "--user", desk.mary) == [], 3, "the session of old rights ends")


def test_what_ends_ends_in_an_open_session_too(desk):
    number, shared = prints(desk.site, desk.office, desk.tom), prints(desk.site, desk.office, desk.tom)
    group = f"g-{desk.mary}"
    desk.site.run("group", "add", group)
    desk.site.run("group", "join", group, desk.mary)
    ref = {"engine": desk.held(desk.person(desk.tom))["jobs"][0]["ref"]["engine"], "id": number}
    desk.web.ask("Release/SendJobs", session=desk.person(desk.tom), jobs=[dict(ref, id=shared)], groups=[group])
    until = int(time.time() * 1000) + 2500
    desk.cas.ask("Credentials/SetDelegate", user=desk.tom, delegate=desk.mary, until=until)
    session = desk.person(desk.mary)
    assert {job["ref"]["id"]: job["whose"] for job in desk.held(session)["jobs"]} == {number: "delegator", shared: "sent"}
    wait_until(lambda: [job["ref"]["id"] for job in desk.held(session)["jobs"]] == [shared], 8, "the delegation has ended")
    assert time.time() * 1000 >= until
    reply = desk.release(session, ref)
    assert not reply["done"] and reply["troubles"][0]["reason"] == "no-such-job", reply
    desk.site.run("group", "leave", group, desk.mary)
    wait_until(lambda: desk.site.ask("session", "list", "--user", desk.mary) == [], 3, "the session of old groups ends")
    assert desk.held(desk.person(desk.mary))["jobs"] == []
    assert desk.site.job(number)["state"] == desk.site.job(shared)["state"] == "pending-held"


def test_deleting(desk):
    first, second = prints(desk.site, desk.office, desk.mary), prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    refs = {job["ref"]["id"]: job["ref"] for job in desk.held(session)["jobs"]}
    reply = desk.web.ask("Release/DeleteJobs", session=session, jobs=[refs[first]])
    assert reply["done"] and desk.site.wait_job(first)["state"] == "canceled"
    assert desk.numbers(session) == [second] and desk.site.balance(desk.mary)["reserved"] == "0.35"


def test_print_and_keep(desk):
    number = prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    ref = desk.held(session)["jobs"][0]["ref"]
    for count in (1, 2):
        assert desk.release(session, {"ref": ref, "keep": True})["done"]
        wait_until(lambda: len(desk.sink.documents) == count, 20, "a copy is printed")
    assert desk.numbers(session) == [number], "it waits on"
    wish = {"ref": ref, "keep": True, "change": {"copies": 2}}
    assert desk.web.ask("Release/Quote", session=session, jobs=[wish])["total"] == 70000
    assert desk.release(session, wish)["done"]
    wait_until(lambda: desk.site.balance(desk.mary)["balance"] == "8.60", 20, "two of it are charged")
    assert desk.site.job(number)["copies"] == 1 and desk.site.job(number)["cost"] == "0.35", "what waits is as it was"
    desk.site.run("user", "deposit", desk.mary, "0.70")
    del desk.sink.documents[2:]
    wait_until(lambda: desk.site.balance(desk.mary)["balance"] == "9.30", 10, "each copy is charged")
    assert desk.release(session, ref)["done"]
    desk.site.wait_job(number)
    assert desk.numbers(session) == [] and desk.site.balance(desk.mary)["balance"] == "8.95"
    poor = f"poor{desk.mary}"
    desk.site.user(poor, balance="1.00")
    numbers = [prints(desk.site, desk.office, poor) for _ in range(2)]
    session = desk.person(poor)
    refs = [job["ref"] for job in desk.held(session)["jobs"]]
    reply = desk.release(session, *({"ref": ref, "keep": True} for ref in refs))  # 0.30 left, each copy 0.35
    assert not reply["done"] and reply["jobs"] == [] and reply["short"][0]["have"] == 30000, reply
    assert reply["short"][0]["need"] >= 35000 and desk.numbers(session) == numbers and len(desk.sink.documents) == 3


def test_sent_to_others_each_prints_a_copy(desk):
    number = prints(desk.site, desk.office, desk.mary)
    mary = desk.person(desk.mary)
    ref = desk.held(mary)["jobs"][0]["ref"]
    assert desk.web.refused("Release/SendJobs", session=mary, jobs=[ref]).code == 3, "to whom"
    tom = desk.person(desk.tom)
    watch = desk.web.watch("Sessions/Watch", session=tom)
    assert watch.next()["what"] == "here"
    assert desk.web.ask("Release/SendJobs", session=mary, jobs=[ref], users=[desk.tom])["done"]
    assert watch.next("jobs"), "who is sent something hears of it"
    job = desk.held(tom)["jobs"][0]
    assert job["whose"] == "sent" and job["ref"] == ref and not job["can_two_sided"]
    for call, ask in (("DeleteJobs", {}), ("SendJobs", {"users": [desk.tom]})):
        reply = desk.web.ask(f"Release/{call}", session=tom, jobs=[ref], **ask)
        assert not reply["done"] and reply["troubles"][0]["reason"] == "not-yours", call
    changed = desk.release(tom, {"ref": ref, "change": {"copies": 5}})
    assert not changed["done"] and changed["troubles"][0]["reason"] == "not-yours"
    assert desk.release(tom, ref)["done"]
    wait_until(lambda: len(desk.sink.documents) == 1, 20, "a copy is printed")
    wait_until(lambda: desk.site.balance(desk.tom)["balance"] == "9.65", 10, "who printed it pays")
    assert desk.numbers(mary) == [number], "the owner's waits on"
    assert desk.release(mary, ref)["done"]
    desk.site.wait_job(number)
    assert desk.site.balance(desk.mary)["balance"] == "9.65"


def test_what_nobody_proved_is_claimed(desk):
    desk.site.ask("queue", "set", desk.office, "--trust", "authenticated")
    number = prints(desk.site, desk.office, desk.mary)
    mary, tom = desk.person(desk.mary), desk.person(desk.tom)
    assert desk.numbers(mary) == []
    job = desk.held(mary, unclaimed=True)["jobs"][0]
    assert job["whose"] == "unclaimed" and job["why_not"] == "unclaimed" and job["job"]["document"] == ""
    assert desk.held(tom, unclaimed=True)["jobs"] == [], "it claims to be another's"
    for session in (mary, tom):
        assert not desk.release(session, job["ref"])["done"]
    assert not desk.web.ask("Release/DeleteJobs", session=mary, jobs=[job["ref"]])["done"]
    assert not desk.web.ask("Release/ClaimJobs", session=tom, jobs=[job["ref"]])["done"]
    assert desk.web.ask("Release/ClaimJobs", session=mary, jobs=[job["ref"]])["done"]
    assert desk.numbers(mary) == [number] and desk.release(mary, job["ref"])["done"]
    desk.site.wait_job(number)
    assert desk.site.balance(desk.mary)["balance"] == "9.65"


def test_a_guest_releases_with_a_key(desk):
    account = f"lobby{desk.mary}/1"
    desk.site.run("code", "add", account, "--make-missing", "--limit", "unlimited")
    desk.site.ask("queue", "set", desk.office, "--guests", "yes", "--account", f"code:{account}")
    numbers = [prints(desk.site, desk.office, f"visitor{desk.mary}") for _ in range(2)]
    key = desk.site.job(numbers[0])["release_key"]
    session = desk.sign_in(desk.any, release_key=f"{key[:4]}-{key[4:]}".lower())
    assert session["by"] == "release-key" and session["person"] is None
    listed = desk.held(session["id"])
    assert [job["ref"]["id"] for job in listed["jobs"]] == [numbers[0]] and listed["purses"] is None
    assert listed["jobs"][0]["whose"] == "release-key" and listed["jobs"][0]["job"]["release_key"] == ""
    ref = listed["jobs"][0]["ref"]
    other = {**ref, "id": numbers[1]}
    assert desk.release(session["id"], other)["troubles"][0]["reason"] == "no-such-job", "another guest's"
    assert desk.web.refused("Release/SendJobs", session=session["id"], jobs=[ref], users=[desk.mary]).reasons == ["not-yours"]
    assert desk.release(session["id"], ref)["done"]
    assert desk.site.wait_job(numbers[0])["state"] == "completed"
    for _ in range(12):
        refused = desk.web.refused("Sessions/SignIn", device=desk.any, release_key="23456789")
    assert refused.reasons == ["too-many-tries"]
    right = desk.site.job(numbers[1])["release_key"]
    assert desk.web.refused("Sessions/SignIn", device=desk.any, release_key=right).reasons == ["too-many-tries"]


# --- printers

def test_only_to_printers_of_the_device_and_of_the_group(desk):
    other = Sink()
    desk.site.printer("cellar", other.uri)
    number = prints(desk.site, desk.office, desk.mary)
    desk.password(desk.mary)
    session = desk.sign_in(desk.any, user=desk.mary, password="correct horse")["id"]
    ref = desk.held(session)["jobs"][0]["ref"]
    assert desk.web.refused("Release/ReleaseJobs", session=session, jobs=[{"ref": ref}], printer="cellar").reasons == \
        ["no-such-printer"]
    desk.site.ask("device", "set", desk.any, "--printers", "cellar")
    wait_until(lambda: desk.held(session)["jobs"][0]["why_not"] == "wrong-pull-group", 5, "the other printer")
    assert desk.release(session, ref)["troubles"][0]["reason"] == "wrong-pull-group"
    for name in (desk.hall, "cellar"):
        desk.site.ask("printer", "set", name, "--pull-group", "house")
    wait_until(lambda: desk.held(session)["jobs"][0]["printable"], 5, "they stand for each other")
    assert desk.release(session, ref)["done"]
    desk.site.wait_job(number)
    assert len(other.documents) == 1 and desk.sink.documents == []
    other.close()


def test_never_to_a_printer_in_error(desk, new_printer):
    """A real one that is away; a job for another that is there is not printed either."""
    gone = new_printer("gone").start()
    desk.site.printer("attic", gone.uri)
    desk.site.queue("roof", mode="hold", printer="attic")
    first, second = prints(desk.site, "roof", desk.mary), prints(desk.site, desk.office, desk.mary)
    gone.stop()
    session = desk.person(desk.mary)
    wait_until(lambda: all(job["printable"] for job in desk.held(session)["jobs"]), 5, "the printer is heard of")
    refs = {job["ref"]["id"]: job["ref"] for job in desk.held(session)["jobs"]}
    alone = desk.release(session, refs[first], printer="attic")
    assert not alone["done"] and alone["troubles"][0]["reason"] == "printer-stopped", alone
    wait_until(lambda: {job["ref"]["id"]: job["why_not"] for job in desk.held(session)["jobs"]} ==
               {first: "printer-stopped", second: ""}, 5, "the list says so")
    both = desk.release(session, refs[first], refs[second])
    if not both["done"]:
        assert both["jobs"] == [] and desk.sink.documents == [], "none of them"


# --- signing in and out

def test_automatic_release_at_sign_in(desk):
    desk.password(desk.mary)
    first, second = prints(desk.site, desk.office, desk.mary), prints(desk.site, desk.office, desk.mary)
    other = prints(desk.site, desk.office, desk.tom)
    desk.cas.ask("Credentials/SetPreferences", user=desk.mary, set=["auto_release"], preferences={"auto_release": True})
    desk.cas.ask("Credentials/SetDelegate", user=desk.tom, delegate=desk.mary)
    assert desk.person(desk.mary) and desk.site.job(first)["state"] == "pending-held", "not on the web"
    session = desk.sign_in(desk.any, user=desk.mary, password="correct horse")
    assert session["released"] == 2
    for number in (first, second):
        assert desk.site.wait_job(number)["state"] == "completed"
    assert desk.site.job(other)["state"] == "pending-held", "one's own only"
    assert len(desk.sink.documents) == 2


def test_news_of_jobs(desk):
    session = desk.person(desk.mary)
    watch = desk.web.watch("Sessions/Watch", session=session)
    other = desk.web.watch("Sessions/Watch", session=desk.person(desk.tom))
    everywhere = desk.web.watch("Sessions/Watch")
    for one in (watch, other, everywhere):
        assert one.next()["what"] == "here"
    number = prints(desk.site, desk.office, desk.mary)
    assert watch.next("jobs")["jobs"] == []
    told = everywhere.next("jobs")["jobs"][0]
    while told["job"]["user"] != desk.mary:  # another test's job comes to its end
        told = everywhere.next("jobs")["jobs"][0]
    assert told["ref"]["id"] == number
    assert desk.numbers(session) == [number]
    with pytest.raises(queue.Empty):
        other.next("jobs", limit_s=1)


# --- kills

def test_killed_in_the_middle_nothing_is_lost_or_printed_twice(desk, branch):
    """DCE dies by kill -9 at some moment of a release at two engines; what was not printed still waits."""
    desk.site.run("user", "deposit", desk.mary, "90.00")
    for pause in (0.0, 0.002, 0.01, 0.03, 0.08):
        printed = len(desk.sink.documents)
        here = [prints(desk.site, desk.office, desk.mary) for _ in range(2)]
        there = [printed_there(branch, desk.mary) for _ in range(2)]
        session = desk.person(desk.mary)
        refs = [job["ref"] for job in desk.held(session)["jobs"]]
        assert len(refs) == 4
        wait_until(lambda: all(job["printable"] for job in desk.held(session)["jobs"]), 5, "the printers are heard of")
        old = desk.site.pids()["dce"]
        wishes = [{"ref": ref, "change": {"copies": 2}} for ref in refs]
        desk.web.send("Release/ReleaseJobs", {"session": session, "jobs": wishes})
        time.sleep(pause)
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: serves_again(desk.site, old), 20, "dce serves again")
        session = wait_until(lambda: asked_again(desk), 10, "signed in again")
        wait_until(lambda: counters(desk.site)["engines.here"] == 2, 10, "both engines are heard of")
        left = [job["ref"] for job in desk.held(session)["jobs"]]
        if left: # what was prepared together is kept for three seconds more
            wait_until(lambda: desk.release(session, *left)["done"], 10, "what is left is free again")
        for number in here:
            assert desk.site.wait_job(number)["state"] == "completed"
        for number in there:
            wait_until(lambda: job_there(branch, number)["state"] == "completed", 20, "it is printed")
        assert len(desk.sink.documents) == printed + 4, "each once"
    desk.site.verify()


def serves_again(site, old, engine="dce"):
    now = site.ask("status", check=False)["engines"]
    return all(one["state"] == "up" for one in now) and site.pids()[engine] != old


def asked_again(desk):
    try:
        return desk.person(desk.mary)
    except Refused:
        return None


def test_an_engine_dies_in_the_middle(desk, branch):
    """The other engine dies while it is asked; what is not known is said, and is printed once at most."""
    there = printed_there(branch, desk.mary)
    here = prints(desk.site, desk.office, desk.mary)
    session = desk.person(desk.mary)
    wait_until(lambda: all(job["printable"] for job in desk.held(session)["jobs"]), 5, "the printers are heard of")
    refs = [job["ref"] for job in desk.held(session)["jobs"]]
    pid = next(one["pid"] for one in branch.ask("status")["engines"] if one["name"] == "dre")
    threading.Timer(0.01, os.kill, (pid, signal.SIGKILL)).start()
    reply = desk.release(session, *refs)
    wait_until(lambda: counters(desk.site)["engines.here"] == 2, 20, "it is back")

    # Where it died while it sent to a printer that cannot be asked, a person says what came out.
    ends = ("completed", "processing-stopped")

    def both_ended():
        left = [job["ref"] for job in desk.held(session)["jobs"]]
        if left: # free again after ten seconds at most
            desk.release(session, *left)
        return desk.site.job(here)["state"] == "completed" and job_there(branch, there)["state"] in ends
    wait_until(both_ended, 30, "both are let go")
    known = job_there(branch, there)["state"] == "completed"
    assert len(desk.sink.documents) in ((2,) if known else (1, 2)), reply
    if not known:
        branch.dre.ask("Jobs/ResolveJob", id=there)
