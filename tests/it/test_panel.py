"""docs/panel.md: the lines of the page, as they stand there, sign in and release; and what a panel's certificate
may not."""
import re
import subprocess

import pytest

from conftest import SOURCE, wait_until
from engine_client import HERE, Bridge, node
from stations import Sink, Station, prints


@pytest.fixture
def desk(site, tmp_path):
    sink = Sink()
    site.user("mary", balance="10.00")
    site.prices(mono="0.05", color="0.20")
    site.printer("hall", sink.uri)
    site.queue("office", mode="hold", printer="hall")
    site.run("device", "add", "copier7", "--printers", "hall", "--panel", "copier7", "--sign-in", "card,password")
    site.run("device", "add", "other", "--printers", "hall", "--panel", "copier8")
    token = site.ask("engine", "join-token", "panel", "copier7")["token"]
    site.run("--data", tmp_path / "panel", "engine", "join", "--cas", f"127.0.0.1:{site.port('cas')}", "--token", token)
    station = Station(site)
    station.pki, station.sink = tmp_path / "panel" / "pki", sink
    station.follows("copier7")
    station.card("mary", "04A1B2C3D4")
    station.password("mary")
    yield station
    station.close()
    sink.close()


def run_page(desk, card, device="copier7"):
    page = (SOURCE / "docs" / "panel.md").read_text(encoding="utf-8")
    program = HERE / "node_modules" / ".panel-page.js"  # beside the packages that it requires
    program.write_text(re.search(r"```js\n(.*?)```", page, re.S).group(1), encoding="utf-8")
    return subprocess.run([node(), program, f"localhost:{desk.site.port('dce')}", desk.pki, SOURCE / "proto", device, card],
                          cwd=HERE, capture_output=True, text=True, timeout=60, check=False)


def test_the_lines_of_the_page_release_what_waits(desk):
    numbers = [prints(desk.site, "office", "mary") for _ in range(2)]
    done = run_page(desk, "04A1B2C3D4")
    assert done.stdout == "mary: 2 waiting\n2 released\n" and done.returncode == 0, done
    for number in numbers:
        assert desk.site.wait_job(number)["state"] == "completed"
    assert len(desk.sink.documents) == 2 and desk.site.balance("mary")["balance"] == "9.30"
    assert desk.site.ask("session", "list") == [], "it signed out"
    again = run_page(desk, "04A1B2C3D4")
    assert again.returncode == 1 and "job" in again.stderr, "nothing waits: said"
    unknown = run_page(desk, "0F0F0F0F")
    assert unknown.returncode == 1 and unknown.stderr, unknown


def test_a_panel_may_do_what_a_panel_does(desk):
    web = desk.person("mary")
    with Bridge(desk.site, "dce", "panel", pki=desk.pki) as panel:
        proof = {"user": "mary", "password": "correct horse"}
        session = panel.ask("Sessions/SignIn", device="copier7", proof=proof)
        assert panel.ask("Sessions/Extend", session=session["id"])["person"]["user"] == "mary"
        assert panel.refused("Sessions/SignIn", device="other", proof=proof).reasons == ["no-such-device"]
        assert panel.refused("Sessions/SignIn", proof=proof).reasons == ["no-such-device"], "nowhere"
        assert panel.refused("Sessions/SignIn", person="mary").code
        assert panel.refused("Release/ListHeld", session=web).reasons == ["session-ended"], "the web's is the web's"
        assert panel.refused("Sessions/GetDevice", name="other").code == 5
        assert panel.refused("Sessions/ListSessions").code == 7 and panel.refused("Sessions/EndSessions", user="mary").code == 7
    for engine, call in (("cas", "People/ListPeople"), ("cas", "Credentials/Prove"), ("dre", "Jobs/ListJobs"),
                         ("dre", "Printers/ListPrinters")):
        with Bridge(desk.site, engine, "panel", pki=desk.pki) as panel:
            assert panel.refused(call).code == 7, call
    desk.site.ask("device", "set", "copier7", "--panel", "copier9")
    wait_until(lambda: desk.site.ask("device", "show", "copier7")["panel"] == "copier9", 5, "the change")
    with Bridge(desk.site, "dce", "panel", pki=desk.pki) as panel:
        assert panel.refused("Release/ListHeld", session=session["id"]).reasons == ["session-ended"]
