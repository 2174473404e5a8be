"""A printer with events (RFC 3995, 3996) for tests: says what it is told to, holds Get-Notifications
until something happens, and can lie in the ways of `lies`."""
import http.server
import struct
import threading
import time

OK, NOT_FOUND = 0, 0x0406
CREATE, RENEW, CANCEL, NOTIFICATIONS, ATTRIBUTES = 0x16, 0x1a, 0x1b, 0x1c, 0x0b


def attribute(tag, name, value):
    value = struct.pack(">i", value) if isinstance(value, int) else value.encode()
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


def integer_of(body, name):
    at = body.find(struct.pack(">H", len(name)) + name.encode())
    return None if at < 0 else struct.unpack(">i", body[at + 4 + len(name):at + 8 + len(name)])[0]


class EventPrinter(http.server.ThreadingHTTPServer):
    """lies: "mute" (offers events, tells none), "endless" (never answers a question for them), "flood"
    (new ones all the time), "backwards" (old numbers), "huge" (lists without end), "refuses" (takes no
    subscription), "short" (leases of seconds). offers=False: it has no events at all."""
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, lies="", offers=True, lease=None):
        super().__init__(("127.0.0.1", 0), self.Answer)
        self.lies, self.offers, self.lease = lies, offers, lease
        self.state, self.reasons = 3, ["none"]
        self.happened = threading.Condition()
        self.subscriptions, self.next_id, self.events = {}, 40, []
        self.asked = {}
        self.hold_s = 20
        self.uri = f"ipp://127.0.0.1:{self.server_address[1]}/ipp/print"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def becomes(self, state, *reasons):
        with self.happened:
            self.state, self.reasons = state, list(reasons) or ["none"]
            self.events.append("printer-state-changed")
            self.happened.notify_all()

    def forgets(self):
        """As one that is switched off and on."""
        with self.happened:
            self.subscriptions, self.events = {}, []
            self.happened.notify_all()

    def printer(self):
        out = b"\x04" + attribute(0x41, "printer-make-and-model", "Event 1") + attribute(0x23, "printer-state", self.state)
        for at, reason in enumerate(self.reasons):
            out += attribute(0x44, "" if at else "printer-state-reasons", reason)
        if self.offers:
            for at, operation in enumerate((ATTRIBUTES, CREATE, RENEW, CANCEL, NOTIFICATIONS)):
                out += attribute(0x23, "" if at else "operations-supported", operation)
            out += attribute(0x44, "notify-pull-method-supported", "ippget") + \
                attribute(0x44, "notify-events-supported", "printer-state-changed")
        return out

    def notifications(self, body):
        number, first = integer_of(body, "notify-subscription-ids"), integer_of(body, "notify-sequence-numbers")

        def event(sequence):
            return b"\x07" + attribute(0x21, "notify-subscription-id", number) + \
                attribute(0x21, "notify-sequence-number", sequence) + \
                attribute(0x44, "notify-subscribed-event", "printer-state-changed")
        if self.lies == "flood":
            return OK, b"".join(event(first + at) for at in range(100))
        if self.lies == "backwards":
            return OK, event(0)
        if self.lies == "huge":
            return OK, b"".join(event(first + at) for at in range(20000))
        until = time.monotonic() + (600 if self.lies == "endless" else self.hold_s)
        with self.happened:
            while time.monotonic() < until:
                if number not in self.subscriptions:
                    return NOT_FOUND, b""
                told = self.events[max(0, first - 1):]
                if told and self.lies not in ("mute", "endless"):
                    break
                self.happened.wait(min(0.5, until - time.monotonic()))
            told = [] if self.lies == "mute" else self.events[max(0, first - 1):]
            return OK, b"".join(event(max(1, first) + at) for at in range(len(told)))

    def answer(self, body):
        operation = struct.unpack(">H", body[2:4])[0]
        self.asked[operation] = self.asked.get(operation, 0) + 1
        if operation == NOTIFICATIONS:
            return self.notifications(body)
        if operation == CREATE and self.lies != "refuses":
            with self.happened:
                self.next_id += 1
                self.subscriptions[self.next_id] = self.lease or integer_of(body, "notify-lease-duration")
                self.events = []
                return OK, b"\x06" + attribute(0x21, "notify-subscription-id", self.next_id) + \
                    attribute(0x21, "notify-lease-duration", self.subscriptions[self.next_id])
        if operation in (RENEW, CANCEL):
            number = integer_of(body, "notify-subscription-id")
            with self.happened:
                if number not in self.subscriptions:
                    return NOT_FOUND, b""
                if operation == CANCEL:
                    del self.subscriptions[number]
                    self.happened.notify_all()
                    return OK, b""
                return OK, b"\x06" + attribute(0x21, "notify-lease-duration", self.subscriptions[number])
        if operation == CREATE:
            return 0x0403, b""
        return OK, self.printer()

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            status, groups = self.server.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            body = struct.pack(">BBHI", 2, 0, status, 1) + b"\x01" + attribute(0x47, "attributes-charset", "utf-8") + \
                attribute(0x48, "attributes-natural-language", "en") + groups + b"\x03"
            self.send_response(200)
            self.send_header("Content-Type", "application/ipp")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass  # nobody waits for it any more

        def log_message(self, *_):
            pass
