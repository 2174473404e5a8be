"""A printer that says of its state, its reasons and its meter what the test tells it to: ippeveprinter
cannot be made to stop, and counts what it likes. It prints nothing."""
import http.server
import struct
import threading


def attribute(tag, name, value):
    name = name.encode()
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


class Scripted(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, make="Scripted 1", count=None, serial=None):
        super().__init__(("127.0.0.1", 0), self.Answer)
        self.make, self.count, self.serial = make, count, serial
        self.state, self.reasons = 3, ["none"]
        self.uri = f"ipp://127.0.0.1:{self.server_address[1]}/ipp/print"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def message(self):
        out = struct.pack(">BBHI", 2, 0, 0, 1) + b"\x01" + attribute(0x47, "attributes-charset", b"utf-8") + \
            attribute(0x48, "attributes-natural-language", b"en") + b"\x04" + \
            attribute(0x41, "printer-make-and-model", self.make.encode()) + \
            attribute(0x23, "printer-state", struct.pack(">I", self.state))
        if self.serial is not None:
            out += attribute(0x41, "printer-device-id", f"SN:{self.serial};".encode())
        if self.count is not None:
            out += attribute(0x21, "printer-impressions-completed", struct.pack(">i", self.count))
        for at, reason in enumerate(self.reasons):
            out += attribute(0x44, "" if at else "printer-state-reasons", reason.encode())
        return out + b"\x03"

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = self.server.message()
            self.send_response(200)
            self.send_header("Content-Type", "application/ipp")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass
