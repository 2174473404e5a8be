"""httpio with a client that we did not write: curl, plain and TLS on one port, bodies both ways."""
import hashlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("QUOIN_BUILD", ROOT / "build"))
CURL = shutil.which("curl")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if CURL is None:
        pytest.skip("curl is not installed")
    folder = tmp_path_factory.mktemp("http")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "key", "-out",
                    folder / "crt", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-days", "2"], check=True, capture_output=True)
    (folder / "key").chmod(0o600)
    child = subprocess.Popen([BUILD / "tests" / "http_server", folder / "crt", folder / "key"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield int(child.stdout.readline()), folder
    finally:
        child.stdin.close()  # it ends then
        assert child.wait(10) == 0


def curl(site, path, *args, tls=False, stdin=None):
    port, folder = site
    done = subprocess.run([CURL, "-sS", "--max-time", "60", "--cacert", folder / "crt", *args,
                           f"http{'s' if tls else ''}://127.0.0.1:{port}{path}"],
                          capture_output=True, input=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def tls(request):
    return request.param


def test_get_and_head(site, tls):
    assert curl(site, "/", tls=tls) == b"p" * 612
    head = curl(site, "/", "-I", tls=tls)
    assert b"HTTP/1.1 200 OK" in head and b"Content-Length: 612" in head


def test_one_connection_serves_many(site, tls):
    port, folder = site
    scheme = "https" if tls else "http"
    urls = [f"{scheme}://127.0.0.1:{port}/"] * 20
    done = subprocess.run([CURL, "-sS", "--cacert", folder / "crt", "-o", "/dev/null", "-w",
                           "%{num_connects}\n", *urls], capture_output=True, check=True)
    # -o speaks for the first only; the others' text is in the output too
    assert done.stdout.count(b"0\n") >= 19 and done.stdout.startswith(b"1\n")


@pytest.mark.parametrize("size", [0, 1, 1000, 1 << 20, 50 << 20])
def test_upload_by_length(site, tls, size):
    body = b"d" * size
    assert curl(site, "/count", "--data-binary", "@-", tls=tls, stdin=body) == b"%d\n" % size


def test_upload_in_chunks_and_with_continue(site, tls):
    body = os.urandom(3_000_001)
    out = curl(site, "/count", "-T", "-", "-H", "Transfer-Encoding: chunked", "-H",
               "Expect: 100-continue", "--expect100-timeout", "30", tls=tls, stdin=body)
    assert out == b"3000001\n"


def test_echo_streams_both_ways(site, tls):
    body = os.urandom(20_000_000)
    out = curl(site, "/echo", "-T", "-", tls=tls, stdin=body)
    assert hashlib.sha256(out).digest() == hashlib.sha256(body).digest()


def test_http_1_0(site, tls):
    assert len(curl(site, "/stream?100000", "--http1.0", tls=tls)) == 100000
    assert curl(site, "/", "--http1.0", tls=tls) == b"p" * 612


def test_early_answer_to_a_large_upload(site, tls):
    port, folder = site
    done = subprocess.run([CURL, "-sS", "--max-time", "20", "--cacert", folder / "crt", "-H",
                           "Expect:", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary",
                           "@-", f"http{'s' if tls else ''}://127.0.0.1:{port}/no"],
                          input=b"d" * (30 << 20), capture_output=True)
    assert done.stdout == b"403"


def test_large_bodies_do_not_stay_in_memory(site, tls):
    before = int(curl(site, "/rss"))
    out = subprocess.run(["sh", "-c", f"head -c 300000000 /dev/zero | {CURL} -sS --cacert "
                          f"{site[1]}/crt -T - http{'s' if tls else ''}://127.0.0.1:{site[0]}/count"],
                         capture_output=True, check=True).stdout
    assert out == b"300000000\n"
    assert len(curl(site, "/stream?100000000", tls=tls)) == 100000000
    assert int(curl(site, "/rss")) - before < 16 << 10


def test_ten_thousand_idle_connections_are_cheap(site):
    """Small form of the reference's 10,000: as many as this process may open."""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10000, hard - 200) if os.environ.get("QUOIN_SOAK") else min(2000, hard - 200)
    before = int(curl(site, "/rss"))
    peers = []
    try:
        for i in range(count):
            peer = socket.create_connection(("127.0.0.1", site[0]), 10)
            peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            peers.append(peer)
        for peer in peers:
            assert peer.recv(4096).startswith(b"HTTP/1.1 200")
        grown = int(curl(site, "/rss")) - before
        print(f"{count} idle connections: {grown} KiB, {grown * 1024 // count} bytes each")
        assert grown * 1024 / count < 2048
        assert curl(site, "/") == b"p" * 612
    finally:
        for peer in peers:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
