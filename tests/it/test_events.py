"""A change of a well, idle printer reaches who must know within two seconds: by the printer's own
events, else by a glance; and whoever lies about events slows nobody."""
import concurrent.futures
import sys
import time
from pathlib import Path

import pytest

from conftest import Site, wait_until
from test_cups import start_cups  # noqa: F401 - the fixture "cups"
from test_dme import device

sys.path.insert(0, str(Path(__file__).parent / "peers"))
from event_printer import CANCEL, CREATE, NOTIFICATIONS, RENEW, EventPrinter  # noqa: E402

JAM = (5, "media-jam-error")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("events") / "data") as started:
        started.forgetful = EventPrinter(lease=20)
        attach(started, forgetful=started.forgetful)
        yield started
        started.forgetful.shutdown()


def attach(site, **printers):
    for name, printer in printers.items():
        site.printer(name, printer.uri)

    def all_are_known():
        found = {one["name"]: one for one in site.ask("device", "status")}
        return all(found.get(name, {}).get("state") == "idle" for name in printers)
    wait_until(all_are_known, 15, f"{list(printers)} being known")


def seen_by_dre(site, name):
    return {one["name"]: one["state"] for one in site.ask("printer", "list")}[name] == "stopped"


def breaks(site, name, printer, limit_s=2.0):
    """How long until the routing engine knows that it is broken."""
    began = time.monotonic()
    printer.becomes(*JAM)
    wait_until(lambda: seen_by_dre(site, name), limit_s + 8, f"{name} being known as broken")
    took = time.monotonic() - began
    assert took <= limit_s, f"{name}: {took:.2f} s"
    return took


def mends(site, name, printer):
    printer.becomes(3)
    wait_until(lambda: not seen_by_dre(site, name), 5, f"{name} being known as well")


def test_events_and_glances_tell_within_two_seconds(site):
    told, plain = EventPrinter(), EventPrinter(offers=False)
    attach(site, told=told, plain=plain)
    wait_until(lambda: told.asked.get(NOTIFICATIONS), 5, "the question for events")
    assert device(site, "plain")["changes"] == "asked" and plain.asked.get(CREATE) is None
    for name, printer in (("told", told), ("plain", plain), ("told", told), ("plain", plain)):
        breaks(site, name, printer)
        mends(site, name, printer)
    # Events are enough now: it is glanced at no more.
    wait_until(lambda: device(site, "told")["changes"] == "told", 3, "the events being believed")
    told.lies = "mute"  # and once they are not, they are not

    def doubted():
        told.state = 8 - told.state  # stopped, idle: of which no event comes
        return site.ask("device", "look", "told") and device(site, "told")["changes"] == "asked"
    wait_until(doubted, 12, "the doubt")
    # The usual ways of an administrator.
    site.run("device", "monitor", "plain", "--changes", "looks")
    wait_until(lambda: device(site, "plain")["changes"] == "looks", 5, "no glances")
    refused = site.run("device", "monitor", "plain", "--changes", "pigeons", check=False)
    assert refused.returncode != 0 and "told, looks" in refused.stderr
    # Who is not watched any more forgets what it was asked to tell.
    site.run("device", "monitor", "told", "--off", "yes")
    wait_until(lambda: told.asked.get(CANCEL), 5, "the subscription being given back")
    told.shutdown()
    plain.shutdown()


def test_who_lies_about_events_slows_nobody(site):
    lies = ("mute", "endless", "flood", "backwards", "huge", "refuses")
    liars = {f"liar-{lie}": EventPrinter(lie) for lie in lies}
    honest = EventPrinter()
    attach(site, honest=honest, **liars)
    wait_until(lambda: all(one.asked.get(CREATE) for one in liars.values()), 10, "all being subscribed to")
    began, before = time.monotonic(), {name: dict(one.asked) for name, one in liars.items()}
    took = breaks(site, "honest", honest)
    mends(site, "honest", honest)
    # What they do not tell, or tell too much of, is seen all the same.
    with concurrent.futures.ThreadPoolExecutor(len(liars)) as at_once:
        list(at_once.map(lambda one: breaks(site, one[0], one[1], 12 if "flood" in one[0] else 4), liars.items()))
    seconds = time.monotonic() - began
    for name, one in liars.items():
        asked = sum(one.asked.values()) - sum(before[name].values())
        assert asked <= 6 * seconds + 12, (name, one.asked, seconds)
    assert took <= 2.0 and not [one for one in site.ask("device", "status", "--state", "away") if one["name"] in liars]
    for one in (honest, *liars.values()):
        one.shutdown()


def test_a_real_cupsd_is_subscribed_to(site, cups):
    """It answers questions for events at once, and wants to be asked each minute: glances see its changes."""
    cups.queue("ward", "ipp://127.0.0.1:9/ipp/print")
    site.run("device", "monitor", "ward", "--address", f"ipp://127.0.0.1:{cups.port}/printers/ward", "--sources", "ipp")
    log = cups.folder / "log" / "error"

    def answered(operation):
        return f"Returning IPP successful-ok for {operation}" in log.read_text(errors="replace")
    wait_until(lambda: answered("Get-Notifications"), 15, "the question for events")
    assert answered("Create-Printer-Subscriptions") and device(site, "ward")["changes"] == "asked"
    for command, state in (("cupsdisable", "stopped"), ("cupsenable", "idle")):
        began = time.monotonic()
        cups.run(command, "ward")
        wait_until(lambda: device(site, "ward")["state"] == state, 10, f"{command} being seen")
        assert time.monotonic() - began < 2.5, command
    site.run("device", "monitor", "ward", "--remove")
    wait_until(lambda: answered("Cancel-Subscription"), 5, "it being given back")


def test_a_printer_that_forgets_is_subscribed_to_again(site):
    printer = site.forgetful  # it has been there from the start
    wait_until(lambda: printer.asked.get(RENEW), 15, "its lease being renewed")
    assert printer.asked[CREATE] == 1
    printer.forgets()
    wait_until(lambda: printer.asked.get(CREATE) == 2, 5, "it being subscribed to again")
    breaks(site, "forgetful", printer)
    mends(site, "forgetful", printer)
    assert printer.asked[CREATE] == 2
