"""Alerts from a real engine: rules, a mail server with STARTTLS, a webhook that checks signatures."""
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import subprocess
import threading
import time

import pytest
from conftest import Site, free_port

SECRET = "whsec_" + base64.b64encode(b"quoin tests its webhooks").decode()


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


class Hook(http.server.BaseHTTPRequestHandler):
    """Notes what comes; answers what the test wants."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.calls.append((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.calls, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def signature_of(headers, body):
    said = {name.lower(): value for name, value in headers.items()}
    signing = f"{said['webhook-id']}.{said['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(SECRET[6:]), signing, hashlib.sha256).digest()
    return said["webhook-signature"] == "v1," + base64.b64encode(mac).decode()


@pytest.fixture
def mail(tmp_path):
    """A real mail server with STARTTLS and a password, in a process of its own."""
    key, cert, box = tmp_path / "key.pem", tmp_path / "cert.pem", tmp_path / "mails.jsonl"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    port = free_port()
    script = pathlib.Path(__file__).with_name("peers") / "mail_server.py"
    process = subprocess.Popen(["/usr/bin/python3", script, str(port), key, cert, box],
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "ready"
    yield {"port": port, "cert": cert, "box": box}
    process.terminate()
    process.wait(10)
    process.stdout.close()


def mails(mail):
    return [json.loads(line) for line in mail["box"].read_text().splitlines()] if mail["box"].exists() else []


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("alerts") / "data") as started:
        yield started


def alert_of(site, about, *more):
    found = [one for one in site.ask("alert", "list", *more) if one["about"] == about]
    return found[0] if found else None


def test_a_device_in_error_reaches_mail_and_webhook(site, mail, hook, tmp_path):
    url = f"http://127.0.0.1:{hook.server_address[1]}/quoin"
    site.run("alert-target", "add", "ops", "--kind", "webhook", "--address", url)
    site.run("alert-target", "add", "desk", "--kind", "mail", "--server", f"smtp://localhost:{mail['port']}",
             "--need-tls", "yes", "--from", "Quoin <quoin@example.org>", "--address", "desk@example.org",
             "--user", "quoin", "--authority", str(mail["cert"]))
    until(lambda: site.run("alert-target", "secret", "ops", stdin=SECRET, check=False).returncode == 0)
    until(lambda: site.run("alert-target", "secret", "desk", stdin="wrong", check=False).returncode == 0)
    refused = site.run("alert", "test", "desk", check=False)
    assert refused.returncode != 0 and "arrive" in refused.stderr
    site.run("alert-target", "secret", "desk", stdin="a password of the tests")
    assert site.ask("alert", "test", "desk")["done"] is True
    assert until(lambda: mails(mail))[0]["tls"] is True
    hook.answers = [503]
    assert site.run("alert", "test", "ops", check=False).returncode != 0  # and it is tried again
    site.run("alert-rule", "add", "away", "--when", "device-away", "--targets", "ops,desk",
             "--severity", "critical", "--names", "gone")
    dead = free_port()
    site.run("device", "monitor", "gone", "--address", f"ipp://127.0.0.1:{dead}/ipp/print", "--sources", "ipp",
             "--every", "5")
    alert = until(lambda: alert_of(site, "gone"), 40)
    assert alert["severity"] == "critical" and alert["rule"] == "away" and alert["ended"] is None
    call = until(lambda: [one for one in hook.calls if b'"about":"gone"' in one[1].replace(b" ", b"")])[0]
    assert signature_of(*call) and json.loads(call[1])["type"] == "alert.began"
    letter = until(lambda: [one for one in mails(mail) if "gone" in one["subject"]])[0]
    assert letter["from"] == "quoin@example.org" and letter["to"] == ["desk@example.org"] and letter["tls"]
    assert "does not answer" in letter["text"]
    shown = site.ask("alert", "acknowledge", str(alert["id"]), "--by", "ann", "--note", "I go there")
    assert shown["acknowledged_by"] == "ann" and shown["note"] == "I go there"
    assert site.ask("alert", "assign", str(alert["id"]), "bob")["assigned_to"] == "bob"
    sent = site.ask("alert", "deliveries", str(alert["id"]))
    assert {one["target"] for one in sent} == {"ops", "desk"} and all(one["done"] for one in sent)
    ops = next(one for one in sent if one["target"] == "ops")
    count = len(hook.calls)
    assert site.ask("alert", "replay", str(ops["id"]))["message_id"] == ops["message_id"]
    assert len(hook.calls) == count + 1 and hook.calls[-1][0]["webhook-id"] == ops["message_id"]
    # What is configured no more is over, quietly; and the history keeps it.
    site.run("device", "monitor", "gone", "--remove")
    until(lambda: alert_of(site, "gone") is None)
    assert alert_of(site, "gone", "--all")["acknowledged_by"] == "ann"


def test_what_is_refused(site):
    for arguments, word in [
            (["alert-target", "add", "x", "--kind", "pigeon"], "kind"),
            (["alert-target", "add", "x", "--kind", "webhook", "--address", "file:///etc/passwd"], "http"),
            (["alert-target", "add", "x", "--kind", "mail", "--server", "smtp://h", "--from", "a", "--address", "b"],
             "address"),
            (["alert-rule", "add", "x", "--when", "thunder"], "is about"),
            (["alert-rule", "add", "x", "--when", "fault", "--quiet-hours", "25:00-3"], "quiet"),
            (["alert-rule", "add", "x", "--when", "fault", "--severity", "bad"], "severity"),
            (["alert-rule", "remove", "none"], "no alert rule"),
            (["alert", "acknowledge", "999999"], "not open"),
            (["alert", "show", "999999"], "no alert"),
            (["alert", "test", "nowhere"], "target"),
            (["alert", "replay", "999999"], "no such delivery")]:
        done = site.run(*arguments, check=False)
        assert done.returncode != 0 and word in done.stderr, (arguments, done.stderr)
    dry = site.run("alert-rule", "add", "dry", "--when", "fault", "--dry-run")
    assert "nothing was done" in dry.stdout
    assert not [one for one in site.ask("alert-rule", "list") if one["name"] == "dry"]
