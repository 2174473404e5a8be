"""What devices count against what was printed for somebody: gaps with their times, charges settled by a
meter or not, and meters that lie. The devices are real printers on paper and scripted ones of which the
tests say what they count."""
import json
import os
import signal
import time

import pytest

from conftest import wait_until
from scripted import Scripted
from snmp_agent import COUNT, HEALTHY, JAMMED, Agent
from test_dre import RawPrinter


class Counting:
    """A real snmpd whose life counter (of 32 bits) and state are what the test says, as Scripted is by IPP."""
    uri, reasons = "127.0.0.1", None

    def __init__(self, folder, count):
        self.agent = Agent(folder)
        self.told = {"count": count, "state": 3}
        self.say()

    def say(self, **told):
        self.told.update(told)
        self.agent.says(dict(JAMMED if self.told["state"] == 5 else HEALTHY,
                             **{COUNT: ("counter", self.told["count"] % 2 ** 32)}))

    count = property(lambda self: self.told["count"], lambda self, count: self.say(count=count))
    state = property(lambda self: self.told["state"], lambda self, state: self.say(state=state))


@pytest.fixture
def meter():
    made = Scripted("Metered 1", count=1000, serial="SN1")
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def hall(site):
    site.user("mary", balance="10.00")
    site.prices(mono="0.05", color="0.20")
    return site


def monitored(site, meter, name="hall", late=1, every=5, sources="ipp", **more):
    words = [word for key, value in more.items() for word in (f"--{key.replace('_', '-')}", value)]
    site.run("device", "monitor", name, "--address", meter.uri, "--sources", sources, "--every", every,
             "--meter-late", late, *words)

    def read():
        done = site.run("--json", "device", "look", name, check=False)
        return done.returncode == 0 and json.loads(done.stdout)["meters"]
    wait_until(read, 10, "the meter being read")


def look(site, name="hall"):
    return site.ask("device", "look", name)


def raw(site, printer, meter, **more):
    site.printer("hall", f"socket://127.0.0.1:{printer.port}")
    site.queue("office", printer="hall")
    wait_until(lambda: any(one["name"] == "hall" for one in site.ask("device", "status")), 10, "the printer watched")
    monitored(site, meter, **more)
    # Before its meter was read no charge waits for it.
    wait_until(lambda: "monitoring.here" in (site.data / "log" / "dre.log").read_text(), 20, "who prints hears of meters")
    wait_until(lambda: site.ask("device", "look", "hall")["meters"], 20, "the meter is read")
    time.sleep(0.5)


def gaps(site, name="hall", **more):
    words = [word for key, value in more.items() for word in (f"--{key}", value)]
    return site.ask("device", "gaps", name, *words)


def sums(site, name="hall"):
    return next((one for one in gaps(site, name)["devices"]), None)


def settled(site, counted, name="hall", limit_s=25):
    def there():
        found = sums(site, name)
        return found if found is not None and found["counted"] == counted else None
    return wait_until(there, limit_s, f"{counted} pages being settled")


def test_pages_of_nobody_are_a_gap_with_its_time(hall, meter):
    monitored(hall, meter)
    meter.count += 20
    look(hall)
    meter.count += 15
    look(hall)
    assert settled(hall, 35)["untracked"] == 35
    found = gaps(hall)["gaps"]
    assert len(found) == 1, found  # one that goes on
    assert (found[0]["untracked"], found[0]["tracked"], found[0]["unit"]) == (35, 0, "impressions")
    assert found[0]["text"].startswith("35 pages between ") and \
        found[0]["text"].endswith("that nobody was charged for")
    shown = hall.run("device", "gaps").stdout
    assert "that nobody was charged for" in shown and "UNTRACKED" in shown
    never = gaps(hall, until="2020-01-01")
    assert never["gaps"] == [] and never["nothing_counted"] and not gaps(hall)["nothing_counted"]
    shown = hall.run("device", "gaps", "--until", "2020-01-01").stdout
    assert "Nothing was counted" in shown and "No gaps" not in shown
    assert gaps(hall, name="nowhere")["gaps"] == []
    refused = hall.run("device", "gaps", "--from", "2021-01-01", "--until", "2020-01-01", check=False)
    assert refused.returncode != 0 and "ends before it begins" in refused.stderr
    # It is an alert; and after a restart it is there, and not there twice.
    alerts = [one for one in hall.ask("alert", "list") if one["about"] == "hall"]
    assert any("nobody was charged" in one["text"] for one in alerts), alerts
    hall.stop()
    hall.start()
    assert sums(hall)["counted"] == 35 and len(gaps(hall)["gaps"]) == 1


def test_what_was_printed_for_somebody_is_no_gap(hall, meter, sample):
    with RawPrinter() as printer:
        raw(hall, printer, meter)
        number = hall.ipptool("office", sample)
        assert printer.job()["bytes"] > 0
        meter.count += 4
        assert hall.wait_job(number)["state"] == "completed"
        found = settled(hall, 4)
        assert (found["tracked"], found["untracked"], found["unexplained_back"]) == (4, 0, 0)
        assert gaps(hall)["gaps"] == []


def printed(site, printer, sample, counted, meter, jam=False, **job):
    """A job that is over for its user at once; what it cost when its printer's meter has rested."""
    look(site)
    number = site.ipptool("office", sample, **job)
    assert printer.job()["bytes"] > 0
    assert site.wait_job(number, states=("completed",), limit_s=5)["state"] == "completed"
    if jam:
        meter.state, meter.reasons = 5, ["media-jam-error"]
        assert look(site)["state"] == "error"
        meter.state, meter.reasons = 3, ["none"]
    meter.count += counted
    look(site)

    def charged():
        story = site.explain(number)
        return story if story["settlement"] else None
    return number, wait_until(charged, 30, "the charge")


def why(story):
    return next(one["detail"] for one in story["events"] if one["what"] == "metered")


def test_a_meter_gives_back_what_did_not_come_out(hall, meter, sample):
    with RawPrinter() as printer:
        raw(hall, printer, meter)
        _, story = printed(hall, printer, sample, 4, meter)
        assert (story["computed"], story["observed"]) == (4, 4) and "both agree" in why(story), why(story)
        whole = story["settlement"]["charged"]
        # Fewer, and the printer was seen jammed meanwhile.
        number, story = printed(hall, printer, sample, 2, meter, jam=True)
        assert (story["computed"], story["observed"]) == (4, 2), why(story)
        assert story["settlement"]["given_back"] != "0.00" and "media-jam" in why(story)
        assert "media-jam" in hall.run("explain", number).stdout
        # Fewer, and nothing was seen to go wrong; more: charged as computed.
        for count, says in ((3, "nothing was seen to go wrong"), (6, "no more than that was set aside")):
            _, story = printed(hall, printer, sample, count, meter)
            assert story["observed"] == count, why(story)
            assert story["observed"] == count and story["settlement"]["charged"] == whole and says in why(story), why(story)
        # Where its settings say so the meter settles; where others print, never.
        hall.run("device", "monitor", "hall", "--meter-settles", "yes")
        wait_until(lambda: look(hall)["monitor"]["meter_settles"], 5, "the setting")
        _, story = printed(hall, printer, sample, 3, meter)
        assert float(story["settlement"]["charged"]) < float(whole) and "as the printer's monitor is set" in why(story)
        hall.run("device", "monitor", "hall", "--meter-settles", "no", "--prints-elsewhere", "yes")
        wait_until(lambda: look(hall)["monitor"]["prints_elsewhere"], 5, "the setting")
        _, story = printed(hall, printer, sample, 1, meter)
        assert story["settlement"]["charged"] == whole and "others print or copy" in why(story)
        assert not story["observed"]


def test_a_real_snmpd_settles_what_jobs_cost(hall, sample, tmp_path):
    meter = Counting(tmp_path, 2 ** 32 - 3)
    with RawPrinter() as printer:
        raw(hall, printer, meter, sources="snmp", snmp_port=meter.agent.port)
        # It goes over its end within the job.
        _, story = printed(hall, printer, sample, 4, meter)
        assert (story["computed"], story["observed"]) == (4, 4) and "both agree" in why(story), why(story)
        whole = story["settlement"]["charged"]
        assert look(hall)["meters"][0]["count"] == 1
        # Paper jams after two pages.
        _, story = printed(hall, printer, sample, 2, meter, jam=True)
        assert story["observed"] == 2 and float(story["settlement"]["charged"]) < float(whole), why(story)
        # It says impressions and counts sheets: nobody gets back what did come out.
        _, story = printed(hall, printer, sample, 2, meter, sides=("keyword", "two-sided-long-edge"))
        assert story["settlement"]["given_back"] == "0.00", why(story)
        # A power cut lets it forget three pages: nothing is counted twice.
        meter.count -= 3
        look(hall)
        _, story = printed(hall, printer, sample, 4, meter)
        assert (story["observed"], story["settlement"]["charged"]) == (4, whole), why(story)
        assert gaps(hall)["gaps"] == [], gaps(hall)
    meter.agent.stop()


def test_jobs_are_told_of_later_when_nobody_was_there(hall, meter, sample):
    with RawPrinter() as printer:
        raw(hall, printer, meter)
        dme = hall.pids()["dme"]
        os.kill(dme, signal.SIGSTOP)
        try:
            number = hall.ipptool("office", sample)
            assert printer.job()["bytes"] > 0
            meter.count += 4
        finally:
            os.kill(dme, signal.SIGKILL)  # what it was told and did not write is gone with it
        hall.wait_job(number)
        wait_until(lambda: hall.run("device", "gaps", check=False).returncode == 0, 20, "the engine's successor")
        found = settled(hall, 4, limit_s=40)
        assert (found["tracked"], found["untracked"]) == (4, 0), found
