"""What is done to a Print-Job while its document is still coming in, and names that are orders to a
terminal."""
import pathlib
import socket
import struct
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from kill_rounds import attribute  # noqa: E402

PRINT_JOB, CANCEL_JOB, HOLD_JOB, RELEASE_JOB = 0x0002, 0x0008, 0x000C, 0x000D
MARY = attribute(0x42, "requesting-user-name", "mary")


def request(site, operation, attributes, document=b""):
    body = struct.pack(">BBHI", 2, 0, operation, 1) + b"\x01"
    body += attribute(0x47, "attributes-charset", "utf-8")
    body += attribute(0x48, "attributes-natural-language", "en")
    body += attribute(0x45, "printer-uri", site.uri("open")) + attributes + b"\x03" + document
    return (b"POST /ipp/print/open HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ipp\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body)


def status_of(peer):
    peer.settimeout(20)
    answer = b""
    while len(answer.partition(b"\r\n\r\n")[2]) < 8:
        part = peer.recv(65536)
        assert part, answer
        answer += part
    return struct.unpack(">H", answer.partition(b"\r\n\r\n")[2][2:4])[0]


def ask(site, operation, attributes, document=b""):
    with socket.create_connection(("127.0.0.1", site.ipp_port)) as peer:
        peer.sendall(request(site, operation, attributes, document))
        return status_of(peer)


@pytest.fixture
def held(site):
    site.user("mary", balance="10.00")
    site.printer("lp", "socket://127.0.0.1:9")
    site.queue("open", mode="hold", printer="lp")
    return site


@pytest.mark.parametrize("operation, ends", [(HOLD_JOB, "pending-held"), (RELEASE_JOB, "pending-held"),
                                             (CANCEL_JOB, "canceled")])
def test_an_act_on_a_job_that_is_still_coming_in_answers_nobody_else(held, one_page, operation, ends):
    """Hold-Job stored the job without its document and told its client that it was accepted."""
    whole = request(held, PRINT_JOB, MARY + attribute(0x49, "document-format", "application/pdf"),
                    one_page.read_bytes())
    with socket.create_connection(("127.0.0.1", held.ipp_port)) as peer:
        peer.sendall(whole[:-40])
        while not held.jobs():
            pass
        number = held.jobs()[0]["id"]
        ask(held, operation, attribute(0x21, "job-id", struct.pack(">i", number)) + MARY)
        peer.settimeout(0.3)
        if ends != "canceled":
            with pytest.raises(socket.timeout):
                peer.recv(1)  # the document is not there yet
        peer.sendall(whole[-40:])
        status = status_of(peer)
    assert (status == 0) == (ends != "canceled")
    job = held.wait_job(number, (ends,))
    assert job["reasons"] != ["job-incoming"]
    reserved = held.balance("mary")["reserved"]
    assert reserved == (job["cost"] if ends == "pending-held" else "0.00")


@pytest.mark.parametrize("name", ["job-name", "document-name", "requesting-user-name"])
@pytest.mark.parametrize("tag", [0x41, 0x42])
def test_a_name_that_is_orders_to_a_terminal_is_refused(held, one_page, name, tag):
    """A job-name sent as text went into the list of jobs, which then could not be shown to anybody."""
    extra = attribute(tag, name, "evil\n\x1b[2J") + attribute(0x49, "document-format", "application/pdf")
    user = MARY if name != "requesting-user-name" else b""
    assert ask(held, PRINT_JOB, user + extra, one_page.read_bytes()) == 0x0400
    assert held.jobs() == []
