"""The smuggling table (tests/lib/http_smuggling.tbl.h) over sockets: against the HTTP rooms alone,
and against the front door of a running site. A refused request gets one answer, the connection is
closed, and the request that was hidden behind it is never answered."""
import os
import pathlib
import re
import socket
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("QUOIN_BUILD", ROOT / "build"))
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"


def table():
    done = subprocess.run([BUILD / "tests" / "http_verdict"], capture_output=True, check=True)
    for line in done.stdout.splitlines():
        reason, status, request, what = line.decode().split("\t")
        yield reason, int(status), bytes.fromhex(request), what


def statuses(port, sent):
    """All final statuses that came until the other side closed."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), 10) as peer:
        peer.settimeout(10)
        try:
            peer.sendall(sent)
            peer.shutdown(socket.SHUT_WR)
            while part := peer.recv(65536):
                got += part
        except ConnectionError:
            pass  # closed while we still sent
    return [int(found) for found in re.findall(rb"(?:^|\n)?HTTP/1\.1 (\d{3}) [A-Z]", got)]


def check_door(port):
    wrong, refused = [], 0
    for reason, status, request, what in table():
        said = statuses(port, request + HIDDEN)
        if reason == "FINE":
            if len(said) != 2:
                wrong.append((what, said))
            continue
        refused += 1
        # The head alone may have been fine, and answered before the body turned out not to be.
        if len(said) > 1 or (said and said[0] < 400):
            wrong.append((what, reason, status, said))
    assert wrong == []
    assert refused > 80


def test_the_rooms_alone():
    child = subprocess.Popen([BUILD / "tests" / "http_server"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    try:
        check_door(int(child.stdout.readline()))
    finally:
        child.stdin.close()
        assert child.wait(10) == 0


def test_the_front_door_of_a_site(site):
    check_door(site.ipp_port)
