"""The pages in a real browser (Debian's chromium, driven by playwright-core; browser/suite.mjs): print with
lp, sign in at the station by card, release, see it charged on one's own page and explained to the
administrator; every page in light and dark, at 320 px and from right to left, by axe-core's rules of
WCAG 2.2 AA; without JavaScript; with hostile names. Pictures are kept where QUOIN_SCREENSHOTS says."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import engine_client
from conftest import BUILD, SAMPLE, SOURCE

HERE = pathlib.Path(__file__).resolve().parent / "browser"
PICTURES = os.environ.get("QUOIN_SCREENSHOTS")  # the folder where pictures are kept; none are made without it
LIMIT_S = 600
PASSWORD = "a long password 1"
# Whoever shows it without care runs it; the last ones read from right to left and are 128 bytes long.
HOSTILE = "<img src=x onerror=alert(1)>"
BACKWARD = "evil\u202etxt.exe"
LONG = "W" * 120 + "\u00e9" * 4


def chromium():
    found = shutil.which("chromium")
    if found is None:
        engine_client.missing("chromium is not installed")
    return found


def packages():
    """playwright-core and axe-core of package-lock.json, installed once."""
    engine_client.node()
    lock = (HERE / "package-lock.json").read_bytes()
    mark = HERE / "node_modules" / ".quoin-lock"
    if not mark.exists() or mark.read_bytes() != lock:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE,
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            engine_client.missing(f"npm ci: {done.stderr[-400:]}")
        mark.write_bytes(lock)


def lp(site, queue, user, title):
    """Prints as people do, a file of that name. The job waits where the queue holds it."""
    document = site.data.parent / title[:250]
    shutil.copy(SAMPLE, document)
    done = subprocess.run(["lp", "-h", f"localhost:{site.ipp_port}", "-d", queue, "-U", user, "-t", title, document],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


PEOPLE = {  # of the scenes: a balance, and the document that waits
    "mary": ("12.50", "Mary Example", "Thesis, chapter 3"),
    "poor": ("0.50", "Paul Poor", "Essay"),
    "ann": ("5.00", "Ann Away", "Ann\u2019s secret"),
    "ben": ("5.00", "Ben Badge", "Letter"),
    "cora": ("5.00", "Cora Card", None),
    "dan": ("5.00", "Dan Distant", "Minutes"),
    "finn": ("5.00", "Finn Fast", "Twice"),
    "gus": ("5.00", "Gus Change", "Slides"),
    "hana": ("5.00", "Hana Holder", None),
    "iris": ("5.00", "Iris Refund", "Pale"),
    "jack": ("5.00", "Jack Live", "Live"),
    "eve": ("5.00", HOSTILE, HOSTILE),
    "bob": ("5.00", LONG, LONG),
}
CARDS = {"mary": "04A1B2C3D4", "poor": "04A1B2C3D5", "eve": "04A1B2C3D6", "ben": "04A1B2C3D7", "dan": "04A1B2C3D8"}
EVIL = {"user": "u<b>&'", "department": HOSTILE, "title of a device": HOSTILE + BACKWARD}


def guest(site):
    """A job that nobody here has sent, and the key that releases it."""
    site.ask("queue", "add", "lobby", "--mode", "hold", "--printer", "library", "--guests", "yes", "--account", "code:lobby/1")
    lp(site, "lobby", "visitor", "Ticket")
    job = site.ask("job", "list", "--queue", "lobby")[0]
    return {"id": job["id"], "key": site.job(job["id"])["release_key"]}


def devices(site):
    for name, *more in (("hall", "--title", "Library, ground floor", "--sign-in", "card,card+pin,password,pin,ticket",
                         "--register-cards", "yes", "--show-titles", "no"),
                        ("office", "--title", HOSTILE + BACKWARD, "--show-titles", "yes", "--idle", "30"),
                        ("quick", "--show-titles", "yes", "--idle", "5"),
                        ("lab", "--sign-in", "card,password,release-key", "--register-cards", "yes"),
                        ("safe", "--sign-in", "card+pin"),
                        ("desk", "--reader-address", "desk-1@127.0.0.1")):
        site.ask("device", "add", name, "--printers", "library", *more)


def secrets(site):
    bridge = engine_client.Bridge(site, "cas", "admin")
    try:
        for user in PEOPLE:
            bridge.ask("Credentials/SetSecret", user=user, kind="password", secret=PASSWORD)
        for user in ("mary", "ben"):
            bridge.ask("Credentials/SetSecret", user=user, kind="pin", secret="73914")
        for user, number in CARDS.items():
            bridge.ask("Credentials/AddCard", user=user, number=number, title=HOSTILE if user == "eve" else "blue badge")
        bridge.ask("Credentials/AddCard", user="hana", number="04A1B2C3E0", title="blue badge")
        bridge.ask("Credentials/AddCard", user="hana", number="04A1B2C3E1", title="guest badge",
                   valid_until=str(int(time.time() * 1000) + 3600_000))
    finally:
        bridge.close()


def stage(site, printer):
    """A site where people, cards, jobs and devices are as the scenes want them; gives what they need to know."""
    money = site.data.parent / "money.yaml"
    money.write_text("site:\n  money:\n    currency: EUR\n")
    site.ask("config", "apply", money)
    site.prices(mono="0.04", color="0.25", duplex="90")
    site.ask("department", "add", "Physics")
    site.ask("department", "add", HOSTILE)
    site.run("code", "add", "lobby/1", "--make-missing", "--limit", "unlimited")
    for user, (balance, full_name, _) in PEOPLE.items():
        site.user(user, balance, full_name=full_name, department={"mary": "Physics", "eve": HOSTILE}.get(user, ""))
    site.printer("library", printer.uri)
    site.ask("queue", "add", "print-here", "--mode", "hold", "--printer", "library", "--short-of-money", "hold")
    site.user(EVIL["user"], "1.00", full_name=HOSTILE, department=HOSTILE)
    for kind, *more in (("printer", printer.uri), ("queue",)):  # such names are refused where they would begin
        assert site.run(kind, "add", HOSTILE, *more, check=False).returncode != 0
    devices(site)
    secrets(site)
    for user, title in [(user, more[2]) for user, more in PEOPLE.items()] + [("mary", "Timetable"), ("eve", BACKWARD)]:
        if title is not None:
            lp(site, "print-here", user, title)
    return {"base": f"https://localhost:{8443 + site.offset}", "password": PASSWORD, "pictures": PICTURES, "folder": str(site.data.parent),
            "chromium": chromium(), "quoin": str(BUILD / "bin" / "quoin"), "data": str(site.data),
            "lp": ["-h", f"localhost:{site.ipp_port}", "-d", "print-here"], "sample": str(SAMPLE),
            "setup": re.search(r"/setup\?token=\S+", site.output.read_text()).group(0), "reader": 8639 + site.offset,
            "catalogue": str(SOURCE / "pages" / "catalogue"), "cards": {**CARDS, "new": "04FFEEDDCC"},
            "guest": guest(site), "evil": EVIL, "hostile": [HOSTILE, BACKWARD, LONG]}


def test_the_pages_in_a_browser(site, new_printer, tmp_path):
    packages()
    config = tmp_path / "stage.json"
    config.write_text(json.dumps(stage(site, new_printer("library", options=["-2"]).start())))
    done = subprocess.run([engine_client.node(), "suite.mjs", config], cwd=HERE, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    print(done.stdout, done.stderr)
    bad = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    assert done.returncode == 0 and not bad, f"{bad}\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    assert "\nok 1 " in "\n" + done.stdout and done.stdout.rstrip().splitlines()[-1].startswith("1..")
