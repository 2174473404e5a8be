"""A site with devices and printers that take everything: what the tests of sign-in and release share."""
import contextlib
import socket
import threading

from conftest import SAMPLE, wait_until
from engine_client import Bridge


class Sink:
    """A printer that takes raw documents and keeps how long each was."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(64)
        self.documents = []
        threading.Thread(target=self.run, daemon=True).start()

    @property
    def uri(self):
        return f"socket://127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                threading.Thread(target=self.take, args=(client,), daemon=True).start()

    def take(self, client):
        length = 0
        with client, contextlib.suppress(OSError):
            while True:
                part = client.recv(1 << 16)
                if not part:
                    break
                length += len(part)
        if length:
            self.documents.append(length)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Station:
    """Asks DCE as the web does, and CAS as an administrator. In a site that several tests share each has people, a
    printer, a queue and a device of its own."""

    number = 0

    def __init__(self, site, bridges=None):
        self.site = site
        self.bridges = bridges or (Bridge(site, "dce", "web"), Bridge(site, "cas", "admin"))
        self.owns_bridges = bridges is None
        self.web, self.cas = self.bridges
        Station.number += 1
        self.mary, self.tom, self.hall, self.office, self.any = \
            (f"{name}{Station.number}" for name in ("mary", "tom", "hall", "office", "any"))

    def close(self):
        if self.owns_bridges:
            for bridge in self.bridges:
                bridge.close()

    def furnish(self, *device, balance="10.00"):
        """Two people, a printer that takes everything, a queue that holds, a device."""
        self.sink = Sink()
        self.site.user(self.mary, balance=balance)
        self.site.user(self.tom, balance=balance)
        self.site.printer(self.hall, self.sink.uri)
        self.site.queue(self.office, mode="hold", printer=self.hall)
        self.site.run("device", "add", self.any, "--printers", self.hall, *device)
        self.follows(self.any)
        self.sees(self.hall)
        return self

    def password(self, user, secret="correct horse"):
        self.cas.ask("Credentials/SetSecret", user=user, kind="password", secret=secret)

    def pin(self, user, secret="739182"):
        self.cas.ask("Credentials/SetSecret", user=user, kind="pin", secret=secret)

    def card(self, user, raw):
        return self.cas.ask("Credentials/AddCard", user=user, raw=raw)

    def sign_in(self, device="", **proof):
        ask = {name: proof.pop(name) for name in ("person", "release_key", "pending", "address") if name in proof}
        if proof:
            ask["proof"] = proof
        return self.web.ask("Sessions/SignIn", device=device, **ask)

    def refused(self, device="", **proof):
        return self.web.refused("Sessions/SignIn", device=device, proof=proof)

    def person(self, user):
        """A session of the web's, of a person that it knows."""
        return self.web.ask("Sessions/SignIn", person=user)["id"]

    def held(self, session, **more):
        return self.web.ask("Release/ListHeld", session=session, **more)

    def numbers(self, session, **more):
        return [job["ref"]["id"] for job in self.held(session, **more)["jobs"]]

    def release(self, session, *wishes, call="Release/ReleaseJobs", **more):
        wishes = [wish if "ref" in wish else {"ref": wish} for wish in wishes]
        return self.web.ask(call, session=session, jobs=wishes, **more)

    def follows(self, name):
        """Waits until DCE has heard of a device."""
        wait_until(lambda: any(one["name"] == name for one in self.site.ask("device", "list")), 10,
                   f"device {name} is known")

    def sees(self, printer, state=None):
        """Waits until DCE has heard of a printer of the device."""
        def look():
            found = self.site.ask("device", "show", self.any)["printer_states"]
            return [one for one in found if one["name"] == printer and (state is None or one["state"] == state)]
        return wait_until(look, 10, f"printer {printer} is known")


def prints(site, queue, user, document=SAMPLE, **more):
    """Prints, and waits until it is held."""
    number = site.ipptool(queue, document, user=user, **more)
    assert number is not None, site.refusal
    site.wait_job(number, ("pending-held",))
    return number
