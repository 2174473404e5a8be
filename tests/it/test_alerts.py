"""Alerts from a real engine: rules, a mail server with STARTTLS, a webhook that checks signatures."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import Site, free_port

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))
from event_printer import EventPrinter  # noqa: E402

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
    rule = ("--when", "device-away", "--targets", "ops,desk", "--severity", "critical", "--names", "gone")
    would = site.run("alert-rule", "add", "away", *rule, "--dry-run")
    added = site.run("alert-rule", "add", "away", *rule)
    assert "ends the usual ones" in would.stderr and "ends the usual ones" in added.stderr
    assert "usual" not in site.run("alert-rule", "set", "away", "--again-seconds", "86400").stderr
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


class Plain(threading.Thread):
    """A mail server that would take everything, but that its TLS is as the test says: "none" offered, "refused"
    with 454, or "broken": agreed to, and then no TLS comes. It notes whatever it is told."""

    def __init__(self, tls):
        super().__init__(daemon=True)
        self.tls, self.told = tls, []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"smtp://127.0.0.1:{self.listening.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            try:
                peer, _ = self.listening.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb", buffering=0) as lines:
                try:
                    self.talk(lines)
                except OSError:
                    pass

    def talk(self, lines):
        lines.write(b"220 here\r\n")
        while line := lines.readline().strip():
            self.told.append(line)
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                offers = b"" if self.tls == "none" else b"250-STARTTLS\r\n"
                lines.write(b"250-here\r\n" + offers + b"250 AUTH PLAIN LOGIN\r\n")
            elif word == b"STARTTLS" and self.tls == "refused":
                lines.write(b"454 not now\r\n")
            elif word == b"DATA":
                lines.write(b"354 go on\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
                lines.write(b"250 taken\r\n")
            else:
                lines.write(b"235 ok\r\n" if word == b"AUTH" else b"250 ok\r\n")

    def words(self):
        return {line.split()[0].upper() for line in self.told if line.split()}


def mail_target(site, name, server, *more):
    site.run("alert-target", "add", name, "--kind", "mail", "--server", server, "--from", "quoin@example.org",
             "--address", "desk@example.org", *more)
    until(lambda: "no such" not in site.run("alert", "test", name, check=False).stderr)


@pytest.mark.parametrize("tls", ["none", "refused", "broken"])
def test_who_takes_tls_away_gets_no_mail_and_no_password(site, tls):
    server = Plain(tls)
    mail_target(site, f"strict-{tls}", server.address, "--need-tls", "yes")
    refused = site.run("alert", "test", f"strict-{tls}", check=False)
    assert refused.returncode != 0, refused.stdout
    assert not server.words() & {b"MAIL", b"RCPT", b"DATA", b"AUTH"}, server.told
    # Not demanded, and with a password: that is not for everybody on the way either.
    mail_target(site, f"lax-{tls}", server.address, "--user", "quoin")
    until(lambda: site.run("alert-target", "secret", f"lax-{tls}", stdin="a password", check=False).returncode == 0)
    site.run("alert", "test", f"lax-{tls}", check=False)
    assert not server.words() & {b"AUTH"}, server.told
    server.listening.close()


def test_a_mail_server_must_prove_who_it_is(site, mail):
    words = ("--need-tls", "yes", "--user", "quoin")
    targets = {"unknown": (f"smtp://localhost:{mail['port']}", words),  # signed by nobody whom this host knows
               "other": (f"smtp://127.0.0.1:{mail['port']}", (*words, "--authority", str(mail["cert"])))}  # of another name
    for name, (server, more) in targets.items():
        mail_target(site, name, server, *more)
        until(lambda: site.run("alert-target", "secret", name, stdin="a password of the tests", check=False).returncode == 0)
        refused = site.run("alert", "test", name, check=False)
        assert refused.returncode != 0 and "certificate" in refused.stderr.lower(), refused.stderr
    assert mails(mail) == []


def test_a_line_reaches_the_log_of_the_machine(site, tmp_path):
    path = str(tmp_path / "log")
    site.run("alert-target", "add", "log", "--kind", "syslog", "--address", path)
    refused = until(lambda: "log daemon" in (done := site.run("alert", "test", "log", check=False)).stderr and done)
    assert refused.returncode != 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(path)
        log.settimeout(10)
        site.run("alert", "test", "log")
        line = log.recv(2000).decode()
        assert line.startswith("<28>quoin-dme[") and "\n" not in line, line
    os.unlink(path)
    done = site.run("alert-target", "set", "log", "--address", "log", check=False)
    assert done.returncode != 0 and "/dev/log" in done.stderr


def test_a_device_that_flaps_is_one_alert(site, hook):
    url = f"http://127.0.0.1:{hook.server_address[1]}/quoin"
    site.run("alert-target", "add", "flaps", "--kind", "webhook", "--address", url)
    site.run("alert-rule", "add", "flapping", "--when", "device-error", "--targets", "flaps", "--names", "flapper",
             "--clear-seconds", "6")
    printer = EventPrinter()
    site.run("device", "monitor", "flapper", "--address", printer.uri, "--sources", "ipp")
    until(lambda: [one for one in site.ask("device", "status") if one["name"] == "flapper" and one["state"] == "idle"])
    for time_of in range(100):  # in seconds, not in a minute
        printer.becomes(*((5, "cover-open-error") if time_of % 2 == 0 else (3,)))
        time.sleep(0.06)
    for state in (5, 3, 5, 3):  # and so that each is surely seen
        printer.becomes(state, *(["cover-open-error"] if state == 5 else []))
        until(lambda state=state: site.ask("device", "status", "flapper")["state"] == ("error" if state == 5 else "idle"))
    alert = until(lambda: alert_of(site, "flapper"))
    assert alert["times"] > 1, alert
    until(lambda: alert_of(site, "flapper") is None, 30)
    all_of = [one for one in site.ask("alert", "list", "--all") if one["about"] == "flapper"]
    assert len(all_of) == 1 and all_of[0]["id"] == alert["id"], all_of

    def kinds():
        return [json.loads(body)["type"] for _, body in hook.calls if b"flapper" in body]
    until(lambda: "alert.ended" in kinds())
    assert kinds() == ["alert.began", "alert.ended"], kinds()
    site.run("device", "monitor", "flapper", "--remove")
    printer.shutdown()


class Liar(EventPrinter):
    """Says other reasons at each look, as many as are listened to."""
    looks = 0

    def printer(self):
        self.looks += 1
        self.reasons = [f"x{time.monotonic_ns()}i{at}-error" for at in range(16)]
        return super().printer()


def test_a_lying_printer_and_a_silent_target_delay_nobody_else(site, hook):
    url = f"http://127.0.0.1:{hook.server_address[1]}/quoin"
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:  # accepts, and never speaks
        site.run("alert-target", "add", "mute", "--kind", "mail", "--server",
                 f"smtp://127.0.0.1:{silent.getsockname()[1]}", "--from", "quoin@example.org", "--address",
                 "desk@example.org")
        site.run("alert-target", "add", "well", "--kind", "webhook", "--address", url)
        for rule in ("lies1", "lies2"):  # each alert of the liar goes to the silent one twice
            site.run("alert-rule", "add", rule, "--when", "fault", "--targets", "mute,well" if rule == "lies1" else "mute",
                     "--names", "liar")
        site.run("alert-rule", "add", "hurt", "--when", "device-error", "--severity", "critical", "--targets", "mute,well",
                 "--names", "hurt")
        liar, hurt = Liar(offers=False), EventPrinter()
        site.run("device", "monitor", "hurt", "--address", hurt.uri, "--sources", "ipp")
        until(lambda: [one for one in site.ask("device", "status") if one["name"] == "hurt" and one["state"] == "idle"])
        site.run("device", "monitor", "liar", "--address", liar.uri, "--sources", "ipp", "--every", "5")
        until(lambda: [one for one in site.ask("alert", "list", "--all")
                       if one["about"] == "liar" and one["keyword"] == "too-many"], 40)
        looks = liar.looks
        until(lambda: liar.looks > looks + 3)
        of_liar = [one for one in site.ask("alert", "list", "--all") if one["about"] == "liar"]
        assert len([one for one in of_liar if one["keyword"] == "too-many"]) == 1
        assert len(of_liar) <= 32 + 1 + 3, len(of_liar)  # and one a minute
        assert len([body for _, body in hook.calls if b"liar" in body]) <= 2 * (32 + 1 + 3)
        waiting = [one for one in site.ask("alert", "deliveries") if one["target"] == "mute" and not one["done"]]
        assert len(waiting) >= 60, len(waiting)
        hurt.becomes(5, "cover-open-error")
        alert = until(lambda: alert_of(site, "hurt"))
        seen = time.monotonic()
        until(lambda: [body for _, body in hook.calls if b'"hurt"' in body], 5)
        assert time.monotonic() - seen < 3
        sent = {one["target"]: one for one in site.ask("alert", "deliveries", str(alert["id"]))}
        assert sent["well"]["done"] and not sent["mute"]["done"]
        for name in ("liar", "hurt"):
            site.run("device", "monitor", name, "--remove")
        for name in ("mute", "well"):
            site.run("alert-target", "set", name, "--off", "yes", check=False)
        liar.shutdown()
        hurt.shutdown()
