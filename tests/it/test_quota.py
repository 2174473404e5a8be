"""Quotas on a real site: a student with ten colour pages a month prints, is refused with a sentence
that helps, and gets back what did not come out."""
import concurrent.futures
import subprocess

import pytest
from conftest import Failed


@pytest.fixture
def colour_page(sample, tmp_path):
    """One A4 page with colour."""
    made = tmp_path / "colour.pdf"
    subprocess.run(["qpdf", sample, "--pages", ".", "3", "--", made], check=True)
    return made


@pytest.fixture
def school(site, virtual_printer):
    for name in ("mary", "tom"):
        site.user(name, balance="100.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("q", mode="direct", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    site.ask("quota", "set", "colour", "--counts", "color-pages", "--most", "10", "--period", "month",
             "--warn", "80,100")
    return site


def use(site, name, quota="colour"):
    found = site.ask("quota", "use", quota, "--user", name)
    assert len(found) == 1
    return {key: found[0][key] for key in ("used", "reserved", "left")}


def test_a_student_with_ten_colour_pages_a_month(school, colour_page, one_page):
    number = school.ipptool("q", colour_page, copies=("integer", "8"))
    assert school.wait_job(number)["state"] == "completed"
    assert use(school, "mary") == {"used": 8, "reserved": 0, "left": 2}
    # What was told stays with the job, as it was then.
    school.run("quota", "set", "colour", "--most", "11")
    shown = school.ask("job", "show", number)
    assert len(shown["told"]) == 1 and shown["told"][0].startswith("80 per cent are used: "), shown["told"]
    assert "2 colour pages left" in shown["told"][0] and shown["told"][0] in shown["notice"]
    assert school.explain(number)["decision"]["notices"] == shown["told"]
    assert "80 per cent are used" in school.run("explain", number).stdout
    school.run("quota", "set", "colour", "--most", "10")
    assert school.ipptool("q", colour_page, copies=("integer", "8")) is None
    assert "2 colour pages left, this needs 8 colour pages" in school.refusal
    assert "It renews " in school.refusal and "account-limit-reached" in school.refusal + \
        str(school.jobs()[-1]["reasons"])
    assert school.wait_job(school.ipptool("q", one_page))["state"] == "completed"  # is not counted
    assert school.wait_job(school.ipptool("q", colour_page, copies=("integer", "2")))["state"] == "completed"
    assert use(school, "mary") == {"used": 10, "reserved": 0, "left": 0}
    assert use(school, "tom") == {"used": 0, "reserved": 0, "left": 10}  # has a counter of his own
    school.run("quota", "reset", "colour", "--user", "mary")
    assert use(school, "mary")["left"] == 10


def test_two_jobs_at_once_cannot_pass_it(school, colour_page):
    def send(_):
        # A file of its own a thread: ipptool() keeps its test beside the site.
        done = subprocess.run(["lp", "-h", f"localhost:{school.ipp_port}", "-d", "later", "-U", "mary",
                               "-n", "8", colour_page], text=True, capture_output=True, timeout=60,
                              check=False)
        return done.returncode
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        ends = sorted(pool.map(send, range(4)))
    held = [job for job in school.jobs() if job["state"] == "pending-held"]
    assert len(held) == 1, (ends, school.jobs())
    assert use(school, "mary") == {"used": 0, "reserved": 8, "left": 2}
    school.run("job", "cancel", held[0]["id"])
    assert use(school, "mary") == {"used": 0, "reserved": 0, "left": 10}


def test_the_commands(school):
    made = school.ask("quota", "set", "budget", "--counts", "money", "--most", "20.00", "--each", "all",
                      "--period", "year", "--for", "group:staff,queue:q", "--except", "user:boss",
                      "--carry", "50", "--carry-most", "5.00", "--advice", "Ask room 12.")
    assert made["most"] == "20.00" and made["for"] == "group:staff,queue:q" and made["carry_percent"] == 50
    assert [quota["name"] for quota in school.ask("quota", "list")] == ["budget", "colour"]
    assert "group:staff" in school.run("quota", "list").stdout
    shown = school.ask("quota", "set", "budget", "--most", "30.00", "--dry-run")
    assert shown["most"] == "30.00" and school.ask("quota", "show", "budget")["most"] == "20.00"
    assert school.ask("quota", "suspend", "budget")["suspended"] is True
    assert school.ask("quota", "resume", "budget")["suspended"] is False
    school.run("quota", "remove", "budget", "--dry-run")
    school.run("quota", "remove", "budget")
    assert "colour" in school.run("quota", "show", "colour").stdout
    for words, sentence in ((["show", "budget"], "no quota"),
                            (["set", "new"], "--counts"),
                            (["set", "new", "--counts", "litres", "--most", "1"], "litres"),
                            (["set", "new", "--counts", "pages", "--most", "ten"], "--most"),
                            (["set", "colour", "--for", "mary"], "--for"),
                            (["reset", "colour"], "--all"),
                            (["use", "--user", "a", "--group", "b"], "enough")):
        with pytest.raises(Failed, match=sentence):
            school.run("quota", *words)


def test_the_site_has_a_clock(school):
    assert school.ask("site", "time")["week_begins"] == "monday"
    set_to = school.ask("site", "time", "--zone", "Pacific/Auckland", "--week-begins", "sunday",
                        "--terms", "autumn=2026-09-01..2027-01-31,spring=2027-02-01..2027-07-31")
    assert set_to["zone"] == "Pacific/Auckland" and [term["name"] for term in set_to["terms"]] == \
        ["autumn", "spring"]
    renews = school.ask("quota", "use", "colour", "--user", "mary")[0]["renews"]
    assert renews.endswith("-01 00:00")
    with pytest.raises(Failed, match="Atlantis"):
        school.run("site", "time", "--zone", "Europe/Atlantis")
    assert "Pacific/Auckland" in school.run("site", "time").stdout
