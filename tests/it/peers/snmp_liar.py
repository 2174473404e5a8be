"""A device that lies by SNMP, in one of many ways. Each Liar is a thread with a socket of its own.

It starts from a true printer (printer_mib.TABLE) and spoils what it says. `KINDS` names the lies.
"""
import bisect
import random
import socket
import threading
import time

from printer_mib import ORDER, TABLE, numbers

INT, OCTETS, NULL, OID, SEQ = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER, TICKS, COUNTER64 = 0x41, 0x43, 0x46
GET, NEXT, RESPONSE, BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA5, 0xA8
END_OF_MIB = 0x82
SYSTEM = {"1.3.6.1.2.1.1.1.0": ("string", "Liar"), "1.3.6.1.2.1.1.3.0": ("timeticks", 100)}
ALL = dict(TABLE, **SYSTEM)
SORTED = sorted(ALL, key=numbers)
PLACES = [numbers(name) for name in SORTED]

KINDS = ["truth", "truncated", "types", "endless", "not-increasing", "huge-strings", "negative",
         "giant", "wrong-id", "other-address", "duplicates", "too-big", "gen-err", "no-such",
         "no-such-name", "empty", "giant-index", "wrong-community", "drip", "silent", "flood",
         "garbage", "error-index", "more-than-asked", "same-for-all", "changing-engine",
         "fake-report", "deep", "bad-lengths"]


def tlv(tag, body):
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    return bytes([tag, 0x82, n >> 8, n & 255]) + body


def integer(value, tag=INT):
    size = max(1, (value.bit_length() + 8) // 8)
    return tlv(tag, value.to_bytes(size, "big", signed=True))


def oid(parts):
    out = bytes([parts[0] * 40 + parts[1]])
    for part in parts[2:]:
        chunk = [part & 127]
        part >>= 7
        while part:
            chunk.append(128 | part & 127)
            part >>= 7
        out += bytes(reversed(chunk))
    return tlv(OID, out)


def value_of(kind, value):
    if kind == "integer":
        return integer(value)
    if kind in ("counter", "timeticks"):
        return integer(value, COUNTER if kind == "counter" else TICKS)
    if kind == "octet":
        return tlv(OCTETS, bytes.fromhex(value))
    if kind == "objectid":
        return oid(numbers(value))
    return tlv(OCTETS, value.encode())


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self):
        tag, n = self.data[self.at], self.data[self.at + 1]
        self.at += 2
        if n & 128:
            size = n & 127
            n = int.from_bytes(self.data[self.at:self.at + size], "big")
            self.at += size
        body = self.data[self.at:self.at + n]
        self.at += n
        return tag, body

    def number(self):
        return int.from_bytes(self.take()[1], "big", signed=True)


def read_oid(body):
    parts, part = [body[0] // 40, body[0] % 40], 0
    for byte in body[1:]:
        part = part << 7 | byte & 127
        if not byte & 128:
            parts.append(part)
            part = 0
    return tuple(parts)


class Request:
    def __init__(self, data):
        whole = Reader(Reader(data).take()[1])
        self.version = whole.number()
        if self.version == 3:
            header = Reader(whole.take()[1])
            self.message_id = header.number()
            return
        self.community = whole.take()[1]
        self.pdu, body = whole.take()
        pdu = Reader(body)
        self.id, self.first, self.second = pdu.number(), pdu.number(), pdu.number()
        binds = Reader(pdu.take()[1])
        self.names = []
        while binds.at < len(binds.data):
            self.names.append(read_oid(Reader(binds.take()[1]).take()[1]))


def after(name):
    at = bisect.bisect_right(PLACES, name)
    return SORTED[at] if at < len(SORTED) else None


def walk(request):
    """(name, type, value) as a true device would answer."""
    single = request.first if request.pdu == BULK else len(request.names)
    repeats = request.second if request.pdu == BULK else 1
    out, at = [], list(request.names)
    for row in range(max(1, repeats)):
        for i, name in enumerate(at):
            if row > 0 and i < single:
                continue
            found = after(name)
            if found is None:
                out.append((name, None, None))
            else:
                out.append((numbers(found), *ALL[found]))
                at[i] = numbers(found)
    return out


def pack(request, binds, error=0, index=0, request_id=None, community=None):
    body = b"".join(tlv(SEQ, oid(n) + (bytes([END_OF_MIB, 0]) if k is None else
                                       v if isinstance(v, bytes) else value_of(k, v)))
                    for n, k, v in binds)
    pdu = (integer(request.id if request_id is None else request_id) + integer(error) +
           integer(index) + tlv(SEQ, body))
    return tlv(SEQ, integer(request.version) +
               tlv(OCTETS, request.community if community is None else community) +
               tlv(RESPONSE, pdu))


def report(message_id, engine, boots, number):
    header = integer(message_id) + integer(65507) + tlv(OCTETS, b"\0") + integer(3)
    security = tlv(SEQ, tlv(OCTETS, engine) + integer(boots) + integer(7) + tlv(OCTETS, b"") * 3)
    bind = tlv(SEQ, oid((1, 3, 6, 1, 6, 3, 15, 1, 1, number, 0)) + integer(1, COUNTER))
    pdu = tlv(REPORT, integer(0) * 3 + tlv(SEQ, bind))
    scoped = tlv(SEQ, tlv(OCTETS, engine) + tlv(OCTETS, b"") + pdu)
    return tlv(SEQ, integer(3) + tlv(SEQ, header) + tlv(OCTETS, security) + scoped)


class Liar(threading.Thread):
    def __init__(self, kind, seed=1):
        super().__init__(daemon=True)
        self.kind, self.asked, self.random = kind, 0, random.Random(seed)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.other.bind(("127.0.0.1", 0))
        self.ends = False
        self.start()

    def stop(self):
        self.ends = True
        self.other.sendto(b"", ("127.0.0.1", self.port))
        self.join(10)
        self.socket.close()
        self.other.close()

    def run(self):
        while True:
            data, who = self.socket.recvfrom(65535)
            if self.ends:
                return
            self.asked += 1
            try:
                self.answer(Request(data), who)
            except OSError:
                return

    def send(self, data, who):
        self.socket.sendto(data[:65000], who)

    def answer(self, request, who):
        if request.version == 3:
            self.answer_v3(request, who)
            return
        getattr(self, "do_" + self.kind.replace("-", "_"), self.do_spoiled)(request, who)

    def answer_v3(self, request, who):
        engine = bytes([0x80, 0, 0, 1, 5]) + self.asked.to_bytes(4, "big")
        if self.kind == "changing-engine":
            self.send(report(request.message_id, engine, self.asked, 4), who)
        elif self.kind == "fake-report":
            self.send(report(request.message_id, bytes(9), 1, 2 if self.asked > 1 else 4), who)

    def do_spoiled(self, request, who):
        binds = walk(request)
        spoil = {
            "types": lambda n, k, v: (n, "x", tlv(0x40, bytes(4))),
            "huge-strings": lambda n, k, v: (n, "x", tlv(OCTETS, b"\x1b[2J\xff" * 150)),
            "negative": lambda n, k, v: (n, k, -4711 if k == "integer" else v),
            "giant": lambda n, k, v: (n, "x", integer(2 ** 63 - 1, COUNTER64)
                                      if k == "counter" else integer(2 ** 31 - 1)),
            "giant-index": lambda n, k, v: (n[:-1] + (2 ** 32 - 1,), k, v),
            "endless": lambda n, k, v: (n, k, v),
            "not-increasing": lambda n, k, v: (n, k, v),
            "no-such": lambda n, k, v: (n, "x", bytes([0x80, 0])),
            "deep": lambda n, k, v: (n + (1,) * 100, k, v),
        }[self.kind]
        if self.kind == "endless":
            binds = [(name + (1, self.asked * 100 + row), "integer", 1)
                     for row in range(4) for name in (n[:11] for n in request.names)]
        elif self.kind == "not-increasing":
            binds = [(name[:11] + (1, 1), "integer", 1) for name in request.names] * 3
        self.send(pack(request, [spoil(*b) if b[1] else b for b in binds]), who)

    def do_truth(self, request, who):
        self.send(pack(request, walk(request)), who)

    def do_truncated(self, request, who):
        data = pack(request, walk(request))
        self.send(data[:self.random.randrange(1, len(data))], who)

    def do_garbage(self, request, who):
        self.send(self.random.randbytes(600), who)

    def do_bad_lengths(self, request, who):
        data = bytearray(pack(request, walk(request)))
        for _ in range(5):
            data[self.random.randrange(len(data))] = self.random.choice([0x84, 0x80, 0xff, 0x7f])
        self.send(bytes(data), who)

    def do_wrong_id(self, request, who):
        self.send(pack(request, walk(request), request_id=request.id ^ 1), who)

    def do_other_address(self, request, who):
        self.other.sendto(pack(request, walk(request)), who)

    def do_duplicates(self, request, who):
        for _ in range(3):
            self.send(pack(request, walk(request)), who)

    def do_too_big(self, request, who):
        self.send(pack(request, [], error=1), who)

    def do_gen_err(self, request, who):
        self.send(pack(request, [], error=5, index=1), who)

    def do_error_index(self, request, who):
        self.send(pack(request, [], error=5, index=2 ** 30), who)

    def do_no_such_name(self, request, who):
        self.send(pack(request, [], error=2, index=1), who)

    def do_empty(self, request, who):
        self.send(pack(request, []), who)

    def do_wrong_community(self, request, who):
        self.send(pack(request, walk(request), community=b"secret"), who)

    def do_drip(self, request, who):
        time.sleep(1)  # one variable a second: it is what this lie is
        self.send(pack(request, walk(request)[:1]), who)

    def do_silent(self, request, who):
        pass

    def do_flood(self, request, who):
        for _ in range(300):
            self.send(pack(request, walk(request)[:1], request_id=self.random.randrange(2 ** 30)),
                      who)

    def do_more_than_asked(self, request, who):
        self.send(pack(request, walk(request) * 8), who)

    def do_same_for_all(self, request, who):
        self.send(pack(request, [((1, 3, 6, 1, 2, 1, 1, 1, 0), "string", "x")] * 60), who)
