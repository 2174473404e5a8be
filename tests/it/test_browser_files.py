"""A file sent in a real browser, with and without JavaScript (browser/files.mjs)."""
import json
import subprocess

import engine_client
from conftest import SAMPLE, SOURCE
from test_browser import HERE, LIMIT_S, PASSWORD, PICTURES, chromium, packages


def test_a_file_is_sent_in_a_browser(site, new_printer, tmp_path):
    packages()
    money = tmp_path / "money.yaml"
    money.write_text("site:\n  money:\n    currency: EUR\n")
    site.ask("config", "apply", money)
    site.prices(mono="0.04", color="0.25", duplex="90")
    site.user("mary", "12.50", full_name="Mary Example")
    site.printer("library", new_printer("library").start().uri)
    site.queue("print-here", "hold", "library")
    bridge = engine_client.Bridge(site, "cas", "admin")
    try:
        bridge.ask("Credentials/SetSecret", user="mary", kind="password", secret=PASSWORD)
    finally:
        bridge.close()
    config = tmp_path / "stage.json"
    config.write_text(json.dumps({
        "base": f"https://localhost:{8443 + site.offset}", "password": PASSWORD, "pictures": PICTURES,
        "chromium": chromium(), "sample": str(SAMPLE), "image": str(SOURCE / "tests/data/jpeg/red-spot.jpg")}))
    done = subprocess.run([engine_client.node(), "files.mjs", config], cwd=HERE, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    print(done.stdout, done.stderr)
    assert done.returncode == 0 and done.stdout.rstrip().splitlines()[-1].startswith("1.."), done.stdout[-4000:]
