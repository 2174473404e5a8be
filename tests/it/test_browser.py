"""The pages in a real browser (Debian's chromium, driven by playwright-core; browser/suite.mjs): print with
lp, sign in at the station by card, release, see it charged on one's own page and explained to the
administrator; every page in light and dark, at 320 px and from right to left, by axe-core's rules of
WCAG 2.2 AA; without JavaScript; with hostile names. Pictures are kept in build/screenshots."""
import json
import os
import pathlib
import shutil
import subprocess

import engine_client
from conftest import BUILD, SAMPLE

HERE = pathlib.Path(__file__).resolve().parent / "browser"
PICTURES = pathlib.Path(os.environ.get("QUOIN_SCREENSHOTS", BUILD / "screenshots"))
LIMIT_S = 240
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


def stage(site, printer):
    """A site where people, cards, jobs and devices are as the scenes want them; gives what they need to know."""
    money = site.data.parent / "money.yaml"
    money.write_text("site:\n  money:\n    currency: EUR\n")
    site.ask("config", "apply", money)
    site.prices(mono="0.04", color="0.25", duplex="90")
    site.ask("department", "add", "Physics")
    site.ask("department", "add", HOSTILE)
    site.user("mary", "12.50", full_name="Mary Example", department="Physics")
    site.user("root", "0.00", full_name="Anna Admin")
    site.user("poor", "0.50", full_name="Paul Poor")
    site.user("eve", "5.00", full_name=HOSTILE, department=HOSTILE)
    site.user("bob", "5.00", full_name=LONG)
    site.printer("library", printer.uri)
    site.ask("queue", "add", "print-here", "--mode", "hold", "--printer", "library",
             "--short-of-money", "hold")
    site.ask("device", "add", "hall", "--title", "Library, ground floor", "--printers", "library",
             "--sign-in", "card,card+pin,password,pin,ticket", "--register-cards", "yes", "--show-titles", "no")
    site.ask("device", "add", "office", "--title", HOSTILE + BACKWARD, "--printers", "library", "--show-titles", "yes",
             "--idle", "30")
    bridge = engine_client.Bridge(site, "cas", "admin")
    try:
        for user in ("mary", "root", "poor", "eve", "bob"):
            bridge.ask("Credentials/SetSecret", user=user, kind="password", secret=PASSWORD)
        bridge.ask("Credentials/SetSecret", user="mary", kind="pin", secret="73914")
        bridge.ask("Credentials/SetRoles", user="root", roles=["administrator"])
        bridge.ask("Credentials/AddCard", user="mary", number="04A1B2C3D4", title="blue badge")
        bridge.ask("Credentials/AddCard", user="poor", number="04A1B2C3D5", title="red badge")
        bridge.ask("Credentials/AddCard", user="eve", number="04A1B2C3D6", title=HOSTILE)
    finally:
        bridge.close()
    for user, title in (("mary", "Thesis, chapter 3"), ("mary", "Timetable"), ("poor", "Essay"),
                        ("eve", HOSTILE), ("eve", BACKWARD), ("bob", LONG)):
        lp(site, "print-here", user, title)
    return {"base": f"https://localhost:{8443 + site.offset}", "password": PASSWORD, "pictures": str(PICTURES),
            "chromium": chromium(), "quoin": str(BUILD / "bin" / "quoin"), "data": str(site.data),
            "lp": ["-h", f"localhost:{site.ipp_port}", "-d", "print-here"], "sample": str(SAMPLE),
            "cards": {"mary": "04A1B2C3D4", "poor": "04A1B2C3D5", "eve": "04A1B2C3D6", "new": "04FFEEDDCC"},
            "hostile": [HOSTILE, BACKWARD, LONG]}


def test_the_pages_in_a_browser(site, new_printer, tmp_path):
    packages()
    config = tmp_path / "stage.json"
    config.write_text(json.dumps(stage(site, new_printer("library").start())))
    done = subprocess.run([engine_client.node(), "suite.mjs", config], cwd=HERE, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    print(done.stdout, done.stderr)
    bad = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    assert done.returncode == 0 and not bad, f"{bad}\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    assert "\nok 1 " in "\n" + done.stdout and done.stdout.rstrip().splitlines()[-1].startswith("1..")
