"""The strict HTTP reader against a real nginx, over the smuggling table: what nginx refuses, we
refuse; what only one of the two refuses is listed here with its reason, so that a change shows."""
import os
import pathlib
import shutil
import socket
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("QUOIN_BUILD", ROOT / "build"))
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

# Refused by us for these reasons, read by nginx 1.22 all the same, and why we are stricter.
STRICTER = {
    "BARE_LF": "nginx ends lines at a bare LF",
    "BARE_CR": "nginx keeps or skips a CR inside a line",
    "HOST_BAD": "nginx takes more characters in a Host",
    "HOST_DIFFERS": "nginx follows the target and forgets the Host",
    "TARGET": "nginx cuts fragments off",
    "PATH": "nginx resolves dots, joins slashes, decodes %2F and takes raw bytes",
    "START_LINE": "nginx takes several spaces, and HTTP/0.9",
    "FIELD_NAME": "nginx drops the fields whose names it does not like",
    "VERSION": "nginx answers HTTP/1.2 as 1.1",
    "CHUNK_SIZE": "nginx skips spaces behind a size",
    "CHUNK_EXTENSION": "nginx skips extensions unread",
    "CHUNK_END": "nginx looks for the LF only",
    "TRAILER": "nginx skips trailers unread",
    "EXPECT_UNKNOWN": "nginx ignores expectations that it does not know",
}


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    if NGINX is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    listener.setblocking(False)
    port = listener.getsockname()[1]
    (folder / "conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port}; client_body_timeout 2s; lingering_close off;
    location / {{ proxy_pass http://127.0.0.1:{port}/sink; proxy_request_buffering on; }}
    location /sink {{ return 204; }}
  }}
}}
""")
    # nginx takes the socket over (as it does from its forerunner when it is upgraded), so that the
    # port is ours from the start and early callers wait in its queue.
    child = subprocess.Popen([NGINX, "-c", folder / "conf", "-p", folder],
                             stderr=subprocess.DEVNULL, pass_fds=[listener.fileno()],
                             env={**os.environ, "NGINX": f"{listener.fileno()};"})
    try:
        yield port
    finally:
        child.terminate()
        child.wait(10)
        listener.close()


def nginx_says(port, request):
    """The status of the first answer; 400 for a connection closed without one; 0: it waits for
    more (what it has is not a whole request to it)."""
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(request)
        sock.settimeout(0.4)
        got = b""
        try:
            while b"\r\n" not in got:
                part = sock.recv(4096)
                if not part:
                    return 200 if got else 400
                got += part
        except TimeoutError:
            return 0 if not got else 200
        except ConnectionResetError:
            return 400
        return int(got.split(b" ")[1]) if got.startswith(b"HTTP/") else 200


def test_what_nginx_refuses_we_refuse(nginx):
    verdict = subprocess.run([BUILD / "tests" / "http_verdict"], capture_output=True, check=True)
    rows = [line.split(b"\t") for line in verdict.stdout.splitlines()]
    assert len(rows) > 100
    lenient, unlisted, agreed = [], [], 0
    for reason, _, bytes_hex, what in rows:
        status = nginx_says(nginx, bytes.fromhex(bytes_hex.decode()))
        theirs, ours = status >= 400, reason != b"FINE"
        if theirs and not ours:
            lenient.append((what.decode(), status))
        elif ours and not theirs and reason.decode() not in STRICTER:
            unlisted.append((what.decode(), reason.decode(), status))
        elif ours == theirs:
            agreed += 1
        else:
            print(f"only we refuse {what.decode()!r}: {STRICTER[reason.decode()]} ({status})")
    print(f"{len(rows)} rows, {agreed} agreed")
    assert lenient == [], "nginx refuses what we take"
    assert unlisted == [], "we refuse what nginx takes, without a listed reason"
    assert agreed >= 50
