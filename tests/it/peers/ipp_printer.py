"""An IPP printer for tests that can be told to misbehave. Threads of the test's own process; a context
manager. What it shall do is a dict that may be changed at any time:

    status       of Print-Job (0: successful-ok)          message    status-message with it
    job_id       that it claims (None: 1, 2, 3 …)         name       of the job in its answers (None: as sent)
    state        of every job; impressions  (None: it does not say); state_message
    silent       a set of operations that get no answer    cut_after  bytes of a request, then a reset
    extra        bytes that are put into the job group     forgets    jobs: it knows none of them
"""
import contextlib
import socket
import struct
import threading

PRINT_JOB, CANCEL_JOB, GET_JOB, GET_JOBS = 0x0002, 0x0008, 0x0009, 0x000A
PROCESSING, CANCELED, ABORTED, COMPLETED = 5, 7, 8, 9
BUSY = 0x0507


def attribute(tag, name, value):
    value = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


def number(name, value, tag=0x21):
    return attribute(tag, name, struct.pack(">i", value))


def find(body, name):
    """The first value of an attribute in a request."""
    key = struct.pack(">H", len(name)) + name.encode()
    at = body.find(key)
    while at > 0 and not 0x21 <= body[at - 1] <= 0x4a:  # a value: a name stands behind its tag
        at = body.find(key, at + 1)
    if at < 0:
        return None
    at += len(key)
    length = struct.unpack(">H", body[at:at + 2])[0]
    return body[at + 2:at + 2 + length]


class IppPrinter:
    def __init__(self, **behaviour):
        self.behaviour = {"status": 0, "message": None, "job_id": None, "name": None,
                          "state": COMPLETED, "impressions": None, "state_message": None,
                          "silent": set(), "cut_after": None, "extra": b"", "forgets": False}
        self.behaviour.update(behaviour)
        self.printed = []  # the names of the jobs of which it has the whole document
        self.asked = []    # operations
        self.canceled = set()
        self.lock = threading.Lock()
        self.open = []
        self.server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.server.getsockname()[1]
        self.uri = f"ipp://127.0.0.1:{self.port}/ipp/print"
        threading.Thread(target=self.serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for peer in self.open:
            peer.close()

    def serve(self):
        while True:
            try:
                peer, _ = self.server.accept()
            except OSError:
                return
            self.open.append(peer)
            threading.Thread(target=self.connection, args=(peer,), daemon=True).start()

    def connection(self, peer):
        with contextlib.suppress(OSError, ValueError), peer:
            while True:
                body = self.read(peer)
                if body is None:
                    return
                answer = self.answer(body)
                if answer is None:
                    threading.Event().wait(600)
                    return
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(answer) + answer)

    def read(self, peer):
        data = b""
        size = 65536 if self.behaviour["cut_after"] is None else 256
        while b"\r\n\r\n" not in data:
            part = peer.recv(size)
            if not part:
                return None
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            cut = self.behaviour["cut_after"]
            if cut is not None and len(body) >= cut and body[2:4] == b"\x00\x02":
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return None
            part = peer.recv(size)
            if not part:
                return None
            body += part
        return body

    def job(self, number_, name):
        told = self.behaviour
        state = CANCELED if number_ in self.canceled else told["state"]
        out = b"\x02" + number("job-id", number_) + number("job-state", state, 0x23)
        out += attribute(0x44, "job-state-reasons", "none")
        out += attribute(0x42, "job-name", told["name"] or name or "")
        if told["impressions"] is not None:
            out += number("job-impressions-completed", told["impressions"])
        if told["state_message"] is not None:
            out += attribute(0x41, "job-state-message", told["state_message"])
        return out + told["extra"]

    def answer(self, body):
        told = self.behaviour
        operation, request = struct.unpack(">HI", body[2:8])
        asked_id = find(body, "job-id")
        asked_id = struct.unpack(">i", asked_id)[0] if asked_id else 0
        with self.lock:
            self.asked.append(operation)
            status = 0
            if operation == PRINT_JOB:
                status = told["status"]
                if status < 0x100:
                    self.printed.append(find(body, "job-name").decode())
            count = len(self.printed)
            if operation == CANCEL_JOB:
                self.canceled.add(asked_id)
        if operation in told["silent"]:
            return None
        jobs = b""
        if told["forgets"] and operation == GET_JOB:
            status = 0x0406
        elif operation == PRINT_JOB and status < 0x100:
            jobs = self.job(told["job_id"] or count, self.printed[-1])
        elif operation == GET_JOB:
            known = self.printed[asked_id - 1] if 0 < asked_id <= count else ""
            jobs = self.job(told["job_id"] or asked_id, known)
        elif operation == GET_JOBS and not told["forgets"]:
            wants_ended = find(body, "which-jobs") == b"completed"
            if wants_ended == (told["state"] >= CANCELED):
                jobs = b"".join(self.job(at + 1, name) for at, name in enumerate(self.printed))
        out = struct.pack(">BBHI", 2, 0, status, request) + b"\x01"
        out += attribute(0x47, "attributes-charset", "utf-8")
        out += attribute(0x48, "attributes-natural-language", "en")
        if told["message"]:
            out += attribute(0x41, "status-message", told["message"])
        return out + jobs + b"\x03"
