"""A full disk and very large documents: refused or held with a reason, and nothing else suffers."""
import os
import socket
import struct
import subprocess
import time

import pytest

SOAK = int(os.environ.get("QUOIN_SOAK", "1"))


def rss_kib(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def print_job_head(port, queue, user, kind=b"application/octet-stream"):
    uri = f"ipp://127.0.0.1:{port}/ipp/print/{queue}".encode()
    body = struct.pack(">HHI", 0x0200, 0x0002, 1) + b"\x01"
    for tag, name, value in ((0x47, b"attributes-charset", b"utf-8"),
                             (0x48, b"attributes-natural-language", b"en"),
                             (0x45, b"printer-uri", uri),
                             (0x42, b"requesting-user-name", user),
                             (0x49, b"document-format", kind)):
        body += struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value
    return body + b"\x03"


def send_document(port, queue, user, parts):
    """A chunked Print-Job of any size. Gives the IPP status, or None when the connection was cut."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as peer:
        peer.sendall(b"POST /ipp/print/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/ipp\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n" % queue.encode())
        answer = b""
        try:
            for part in [print_job_head(port, queue, user), *parts]:
                peer.sendall(b"%x\r\n" % len(part) + part + b"\r\n")
            peer.sendall(b"0\r\n\r\n")
        except OSError:
            pass  # refused before the end: the answer says why
        try:
            while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < 8:
                part = peer.recv(65536)
                if not part:
                    break
                answer += part
        except OSError:
            pass
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        return None
    if b"chunked" in head.lower():
        rest = rest.split(b"\r\n", 1)[1]
    return struct.unpack(">H", rest[2:4])[0]


@pytest.mark.soak
def test_a_very_large_document_is_bounded_in_memory(site):
    site.user("mary", balance="10.00")
    site.printer("sink", "socket://127.0.0.1:9")
    site.queue("open", mode="hold", printer="sink")
    mebibytes = 2048 if SOAK > 1 else 300
    pid = site.pids()["dre"]
    before = rss_kib(pid)
    part = os.urandom(1 << 20)
    highest = 0

    def parts():
        nonlocal highest
        for number in range(mebibytes):
            if number % 16 == 0:
                highest = max(highest, rss_kib(pid))
            yield part

    status = send_document(site.ipp_port, "open", b"mary", parts())
    assert highest - before < 64 * 1024, f"{highest - before} KiB more for a large document"
    assert status is None or status == 0 or 0x0400 <= status < 0x0600
    assert site.pids()["dre"] == pid, "the engine fell"
    for job in site.jobs():
        assert job["state"] in ("pending-held", "aborted"), job
        assert job["reasons"], "held or refused without a reason"
    assert site.balance("mary")["reserved"] == "0.00"


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system needs root")
def test_a_full_disk_refuses_and_loses_nothing(tmp_path, new_site, one_page):
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], check=True)
    try:
        with new_site(folder / "data") as site:
            site.user("mary", balance="1000.00")
            site.printer("sink", "socket://127.0.0.1:9")
            site.queue("open", mode="hold", printer="sink")
            accepted = 0
            refused = 0
            filler = folder / "filler"
            # Of a size that the journal keeps beside its row, and not room for 400 of them.
            document = one_page.read_bytes() + b"%" + b"x" * 200000 + b"\n"
            with open(filler, "wb") as file:
                try:
                    while True:
                        file.write(b"x" * 65536)
                        file.flush()
                except OSError:
                    pass
            for _ in range(400):
                status = send_document(site.ipp_port, "open", b"mary", [document])
                if status in (0, 1):
                    accepted += 1
                else:
                    refused += 1
                if refused > 5:
                    break
            assert refused > 0, "the disk never filled"
            before = {job["id"] for job in site.jobs() if job["state"] == "pending-held"}
            assert len(before) >= accepted, "an accepted job is gone"
            filler.unlink()
            deadline = time.monotonic() + 30
            status = None
            while status != 0 and time.monotonic() < deadline:
                status = send_document(site.ipp_port, "open", b"mary", [document])
            assert status == 0, "it does not go on once there is room"
            after = {job["id"] for job in site.jobs() if job["state"] == "pending-held"}
            assert before <= after
            site.verify()
    finally:
        subprocess.run(["umount", folder], check=True)
