"""A gRPC client that is not ours (@grpc/grpc-js, on Node) calls an engine: with a certificate it gets
answers, without one, with another site's, or in the wrong role it gets nothing."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent / "grpc"
BUILD = pathlib.Path(os.environ.get("QUOIN_BUILD", HERE.parents[2] / "build"))
LIMIT_S = 120


def missing(what):
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def node():
    """Node with the packages of package-lock.json, installed once."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("node and npm are not installed")
    lock = (HERE / "package-lock.json").read_bytes()
    mark = HERE / "node_modules" / ".quoin-lock"
    if not mark.exists() or mark.read_bytes() != lock:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                              cwd=HERE, capture_output=True, text=True, timeout=LIMIT_S)
        if done.returncode != 0:
            missing(f"npm ci: {done.stderr[-400:]}")
        mark.write_bytes(lock)
    return "node"


@contextlib.contextmanager
def small_server():
    """tests/tools/wire_server.c; ends when its input ends."""
    with subprocess.Popen([BUILD / "tests" / "wire_server"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as server:
        yield json.loads(server.stdout.readline())
        server.stdin.close()
        assert server.wait(20) == 0


def prove(node, where, *more):
    done = subprocess.run([node, "--no-deprecation", "proof.js", json.dumps(where), *more],
                          cwd=HERE, capture_output=True, text=True, timeout=LIMIT_S)
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    assert "\nnot ok" not in done.stdout and done.stdout.startswith("ok 1 ")
    return done.stdout


def test_grpc_js_calls_the_wire_server(node):
    with small_server() as where:
        said = prove(node, where)
    assert said.rstrip().endswith("1..32")


def free_base():
    """An offset at which the engines' ports are free."""
    for base in range(20000, 50000, 100):
        with contextlib.ExitStack() as held:
            try:
                for port in (2938, 2939, 2940, 2941, 2942, 8631, 8443):
                    probe = held.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port + base))
                return base
            except OSError:
                continue
    raise AssertionError("no free ports")


@contextlib.contextmanager
def site():
    """A whole site, `quoin up`, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="quoin-grpc-") as folder:
        base = free_base()
        up = subprocess.Popen([BUILD / "bin" / "quoin", "up", "--data", folder,
                               "--port-offset", str(base)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        try:
            done = subprocess.run([BUILD / "bin" / "quoin", "--data", folder, "status",
                                   "--wait", "30"], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stdout + done.stderr
            yield {"port": 2938 + base, "pki": f"{folder}/pki"}
        finally:
            up.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                up.wait(20)
            if up.poll() is None:
                up.kill()
                up.wait()


def test_grpc_js_calls_the_real_cas(node):
    if not (BUILD / "bin" / "quoin").exists() or not (BUILD / "bin" / "quoin-cas").exists():
        missing("quoin and quoin-cas are not built")
    with small_server() as stranger, site() as where:
        prove(node, {**where, "other": stranger["other"]}, "cas")
