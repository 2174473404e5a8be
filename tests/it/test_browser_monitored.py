"""The pages of devices, supplies, alerts and ports in a real browser (browser/monitored.mjs), with a real device
monitoring engine and real printers: what changes is seen without loading again; every page in light and dark, at
320 px, from right to left and in another language, by axe-core's rules of WCAG 2.2 AA."""
import http.server
import json
import re
import socket
import subprocess
import threading
import urllib.parse

import engine_client
from conftest import BUILD, SOURCE, wait_until
from engine_client import Bridge
from test_browser import HERE, LIMIT_S, PASSWORD, PICTURES, chromium, packages
from scripted import Scripted
from test_dme import known


class Commanded(http.server.ThreadingHTTPServer):
    """The browser's scenes say here what the scripted printer says of itself."""
    daemon_threads = True

    def __init__(self, printer):
        super().__init__(("127.0.0.1", 0), self.Answer)
        self.printer = printer
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            said = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            printer = self.server.printer
            printer.reasons, printer.state = said["reasons"][0].split(","), int(said["state"][0])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass


class Hook(http.server.ThreadingHTTPServer):
    """Takes what alerts tell."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Answer)
        self.heard = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass


def test_devices_supplies_alerts_and_ports_in_a_browser(site, new_printer, tmp_path):
    packages()
    hall, cellar, hook = new_printer("hall", options=("-2",)).start(), Scripted(), Hook()
    commanded = Commanded(cellar)
    site.user("mary", balance="5.00")
    site.user("desk", balance="0.00")
    site.printer("hall", hall.uri)
    site.printer("cellar", cellar.uri)
    site.ask("device", "monitor", "hall", "--location", "Library <ground> floor")
    site.run("alert-target", "add", "technician", "--kind", "webhook", "--address",
             f"http://127.0.0.1:{hook.server_address[1]}/hook")
    site.run("alert-rule", "add", "broken", "--when", "device-error", "--severity", "critical", "--targets", "technician")
    with Bridge(site, "cas", "admin") as cas:
        cas.ask("Credentials/SetSecret", user="desk", kind="password", secret=PASSWORD)
    site.run("role", "set", "desk", "desk")
    for name in ("hall", "cellar"):
        known(site, name)
    stranger = socket.create_server(("127.0.0.1", 2941 + site.offset))  # where a scanning engine would be
    config = tmp_path / "stage.json"
    config.write_text(json.dumps({
        "base": f"https://localhost:{8443 + site.offset}", "password": PASSWORD, "pictures": PICTURES,
        "chromium": chromium(), "quoin": str(BUILD / "bin" / "quoin"), "data": str(site.data),
        "setup": re.search(r"/setup\?token=\S+", site.output.read_text()).group(0), "printer": hall.port, "spe": 2941 + site.offset,
        "host": socket.gethostname(), "hook": f"http://127.0.0.1:{hook.server_address[1]}/hook",
        "cellar": f"http://127.0.0.1:{commanded.server_address[1]}", "catalogue": str(SOURCE / "pages" / "catalogue")}))
    done = subprocess.run([engine_client.node(), "monitored.mjs", config], cwd=HERE, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)
    print(done.stdout, done.stderr)
    bad = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
    assert done.returncode == 0 and not bad, f"{bad}\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    assert done.stdout.rstrip().splitlines()[-1].startswith("1..")
    wait_until(lambda: hook.heard, 5, "the webhook")
    stranger.close()
    for server in (cellar, commanded, hook):
        server.shutdown()
