"""Who holds a port, and is it ours? What lsof, ss and netstat do not show, made here and looked for;
and impostors, none of which may be called ours."""
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from conftest import QUOIN, SOURCE, Site, free_offset, free_port, wait_until

ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="makes namespaces and takes others' sockets: root is wanted")
libc = ctypes.CDLL(None, use_errno=True)
PIDFD_GETFD = 438


def ports(*words, data="/nonexistent", program=QUOIN, inside=()):
    done = subprocess.run([*inside, program, "--data", data, "ports", "--json", *map(str, words)],
                          text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode in (0, 3, 10, 20), done
    return done.returncode, json.loads(done.stdout)


def rows(port, *words, **more):
    """Who holds it; without packet sockets that read every port, which another test may have."""
    return [row for row in ports(port, *words, **more)[1]["ports"] if "state" in row and row["port"]]


@contextlib.contextmanager
def helper(source, *words, under=(), name=None):
    """Another process that does something, says "ready", and is there until its input ends."""
    text = "import ctypes, os, socket, struct, sys\n" + source + "\nprint('ready', flush=True)\nsys.stdin.read()\n"
    argv = [*under, sys.executable, "-c", text, *map(str, words)]
    if name:
        argv = ["/bin/bash", "-c", 'exec -a "$0" "$@"', name, *argv]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(20)


LISTEN = """
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen()
"""


# --- what a port is ----------------------------------------------------------------------------------

def test_registered_for_and_used_for():
    status, found = ports(2940)
    row = found["ports"][-1]
    tcp = [row for row in row["registered"] if row["transport"] == "tcp"][0]
    assert (tcp["name"], tcp["description"], tcp["assignee"], tcp["registered"]) == \
        ("sm-pas-3", "SM-PAS-3", None, None)
    assert any("Software Metrics" in use["use"] and use["source"] for use in row["in_practice"])
    assert "no evidence" in row["trojan_lists"]
    assert found["registry"] == {"date": "2024-04-30", "from": "compiled in"}
    assert status in (0, 3, 10)


def test_names_ranges_and_what_is_none():
    assert {row["port"] for row in ports("printer")[1]["ports"]} - {0} == {515}
    assert [row["port"] for row in ports("2938-2940")[1]["ports"] if "state" not in row]
    for word, status in (("0", 2), ("65536", 2), ("9-2", 2), ("no-such-service", 1)):
        done = subprocess.run([QUOIN, "ports", word], text=True, capture_output=True, check=False)
        assert done.returncode == status and word in done.stderr, done


def test_explain_has_the_same_by_hand():
    done = subprocess.run([QUOIN, "--data", "/nonexistent", "ports", "2942", "--explain"], text=True,
                          capture_output=True, check=False)
    for word in ("[Tom_Haapanen]", "(not recorded)", "What to do", "lsof -nP -i :2942", "netstat -ano",
                 "codesign", "rkhunter"):
        assert word in done.stdout, word


def test_a_registry_is_taken_over_or_refused_whole(tmp_path):
    shipped = SOURCE / "share" / "iana" / "service-names-port-numbers.csv"
    newer = tmp_path / "newer.csv"
    newer.write_bytes(shipped.read_bytes().replace(b"sm-pas-3,2940,tcp,SM-PAS-3", b"sm-pas-3,2940,tcp,Changed"))

    def run(*words):
        return subprocess.run([QUOIN, "--data", tmp_path / "d", "ports", "registry", *words, "--json"], text=True,
                              capture_output=True, check=False)
    found = json.loads(run("update", "--from", newer, "--dry-run").stdout)
    assert (found["changed"], found["added"], found["removed"], found["same"]) == (1, 0, 0, 14446)
    assert json.loads(run().stdout)["from"] == "compiled in"
    assert run("update", "--from", newer).returncode == 0
    assert json.loads(run().stdout)["from"].startswith(str(tmp_path))
    assert ports(2940, data=tmp_path / "d")[1]["ports"][-1]["registered"][0]["description"] == "Changed"
    npm = tmp_path / "index.json"
    npm.write_text('{"11434/tcp":["ollama","Ollama"]}')
    assert json.loads(run("update", "--from", npm, "--dry-run").stdout)["added"] == 1
    bad = tmp_path / "bad.csv"
    bad.write_bytes(shipped.read_bytes() + b"x,70000,tcp,,,,,,,,,\r\n")
    done = run("update", "--from", bad)
    assert done.returncode == 2 and "nothing of it" in done.stderr and "70000" in done.stderr
    assert ports(2940, data=tmp_path / "d")[1]["ports"][-1]["registered"][0]["description"] == "Changed"


# --- what others do not show ---------------------------------------------------------------------------

def test_who_holds_it_is_told_with_all_that_is_known():
    port = free_port()
    with helper(LISTEN, port) as other, socket.create_connection(("127.0.0.1", port)):
        (row,) = rows(port)
        assert row["pid"] == other.pid and row["program"] == os.path.realpath(sys.executable)
        assert str(port) in row["arguments"] and row["since"] and row["cookie"]
        assert row["verdict"] == "foreign" and row["calls"] >= 1
        assert any(call["peer"] == "127.0.0.1" for call in row["connections"])
        (row,) = rows(port, data="/nonexistent") if not ROOT else rows(port)
        name = pathlib.Path(sys.executable).resolve()
        if pathlib.Path(f"/var/lib/dpkg/info/{name.name}-minimal.list").exists():
            assert row["package"].startswith(name.name)


def test_expected_by_name():
    port = free_port()
    with helper(LISTEN, port):
        name = pathlib.Path(sys.executable).resolve().name
        (row,) = rows(port, "--expect", f"1=x,{port}={name}")
        assert row["verdict"] == "expected"
        (row,) = rows(port, "--expect", f"{port}=p910nd")
        assert row["verdict"] == "foreign"


def test_bound_and_not_listening():
    offset = free_offset()
    with helper("s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1])))", 2940 + offset) as other:
        status, found = ports("dre", "--port-offset", offset)
        if not [row for row in found["ports"] if "state" in row]:
            assert "bound" in [blind["what"] for blind in found["not_seen"]]  # a kernel before 6.8
            return
        (row,) = [row for row in found["ports"] if row["port"]]
        assert (row["state"], row["verdict"], row["pid"], status) == ("bound", "held", other.pid, 10)


@needs_root
def test_in_another_network_namespace():
    port = free_port()
    with helper(LISTEN.replace('"127.0.0.1"', '"0.0.0.0"'), port, under=("unshare", "--net")) as other:
        (row,) = rows(port)
        assert row["elsewhere"] and row["pid"] == other.pid and row["namespace_name"].startswith("net:[")
        here = os.stat("/proc/self/ns/net").st_ino
        assert row["network_namespace"] == os.stat(f"/proc/{other.pid}/ns/net").st_ino != here
    assert rows(port) == []  # and the namespace is gone: nothing of ours keeps it


IO_URING = LISTEN + """
libc = ctypes.CDLL(None, use_errno=True)
ring = libc.syscall(425, 4, ctypes.create_string_buffer(120))  # io_uring_setup
files = (ctypes.c_int * 1)(s.fileno())  # io_uring_register, IORING_REGISTER_FILES
permitted = ring >= 0 and libc.syscall(427, ring, 2, files, 1) == 0
if permitted: s.close()
"""


def test_a_listener_that_only_io_uring_has():
    port = free_port()
    with helper(IO_URING, port) as process:
        (row,) = rows(port)
        if row["pid"] == process.pid:
            pytest.skip("io_uring is not permitted here")
        assert row["pid"] == 0 and row["state"] == "listening" and row["cookie"]
        if ROOT:
            assert "io_uring" in row["seen"]


TAP = """
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
class Code(ctypes.Structure): _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint)]
code = (Code * 4)(Code(0x28, 0, 0, 36), Code(0x15, 0, 1, int(sys.argv[1])), Code(6, 0, 0, 262144), Code(6, 0, 0, 0))
if int(sys.argv[1]):
    s.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HxxxxxxP", 4, ctypes.addressof(code)))
"""


@needs_root
def test_a_packet_socket_whose_filter_names_the_port():
    port = free_port()
    with helper(TAP, port) as other:
        status, found = ports(port)
        row = [row for row in found["ports"] if row.get("state") == "packet" and row["port"] == port][0]
        assert (row["verdict"], row["severity"], row["pid"], status) == ("listened-to", "critical", other.pid, 20)
    with helper(TAP, 0) as other:
        assert [row for row in ports(port)[1]["ports"] if row["port"] == 0 and row["pid"] == other.pid]


def test_twins_and_thieves_are_both_shown():
    port = free_port()
    twin = LISTEN.replace("SO_REUSEADDR", "SO_REUSEPORT")
    with helper(twin, port) as one, helper(twin, port) as two:
        assert {row["pid"] for row in rows(port)} == {one.pid, two.pid}
    udp = """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[2], int(sys.argv[1])))
"""
    with helper(udp, port, "0.0.0.0") as one, helper(udp, port, "127.0.0.1") as two:
        found = {row["pid"]: row["address"] for row in rows(port) if row["protocol"] == "udp"}
        assert found == {one.pid: "*", two.pid: "127.0.0.1"}


def test_the_two_halves_of_all_addresses():
    port = free_port()
    six = """
s = socket.socket(socket.AF_INET6); s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(sys.argv[2]))
s.bind(("::", int(sys.argv[1]))); s.listen()
"""
    with helper(six, port, 1) as one, helper(LISTEN.replace("127.0.0.1", "0.0.0.0"), port) as two:
        found = {row["pid"]: row["v6_only"] for row in rows(port)}
        assert found == {one.pid: True, two.pid: False}
    with helper(six, port, 0) as one:
        assert [row["v6_only"] for row in rows(port)] == [False]


@needs_root
def test_a_port_that_a_rule_takes_elsewhere():
    if shutil.which("nft") is None:
        pytest.fail("nft is wanted: tools/install-packages test") if os.environ.get("CI") else pytest.skip("no nft")
    port = free_port()
    rules = f"""add table ip t
add chain ip t pre {{ type nat hook prerouting priority -100 ; }}
add rule ip t pre tcp dport {port} dnat to 10.1.2.3:80
add rule ip t pre tcp dport {{ 1, 2 }} redirect to :3
"""
    script = 'nft -f - && exec "$@"'
    done = subprocess.run(["unshare", "--net", "sh", "-c", script, "sh", QUOIN, "--data", "/nonexistent", "ports",
                           "--json", str(port)], input=rules, text=True, capture_output=True, check=False)
    if "not supported" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("this kernel has no nftables: " + done.stderr)
    found = [row for row in json.loads(done.stdout)["ports"] if row.get("state") == "forwarded"]
    exact = [row for row in found if "perhaps" not in row["rule"]]
    assert [row["verdict"] for row in exact] == ["forwarded"] and "10.1.2.3" in exact[0]["goes_to"], done.stdout
    assert done.returncode == 10


@needs_root
def test_a_socket_of_the_kernel():
    port = free_port()
    script = f"""ip link set lo up && ip link add vx0 type vxlan id 7 dstport {port} dev lo && ip link set vx0 up && exec "$@" """
    done = subprocess.run(["unshare", "--net", "sh", "-c", script, "sh", QUOIN, "--data", "/nonexistent", "ports", "--json",
                           str(port)], text=True, capture_output=True, check=False)
    if not done.stdout:
        pytest.skip("this kernel makes no such socket: " + done.stderr)
    found = [row for row in json.loads(done.stdout)["ports"] if row.get("state") == "open" and not row["elsewhere"]]
    assert found and {row["pid"] for row in found} == {0} and "the kernel has it" in found[0]["seen"]


def test_a_twin_of_another_user_is_refused_by_the_kernel():
    if not ROOT:
        pytest.skip("becomes nobody: root is wanted")
    port = free_port()
    twin = LISTEN.replace("SO_REUSEADDR", "SO_REUSEPORT")
    with helper(twin, port) as one:
        refused = subprocess.run(["/usr/bin/python3", "-c", "import os, socket, sys\nos.setuid(65534)\n" + twin, str(port)],
                                 capture_output=True, check=False)
        assert refused.returncode != 0 and b"in use" in refused.stderr
        assert {row["pid"] for row in rows(port)} == {one.pid}


def test_what_was_not_looked_for_is_said():
    port = free_port()
    with helper(LISTEN, port):
        quick, whole = ports(port, "--quick")[1], ports(port, "--all")[1]
        assert {"sharers", "namespaces", "bound", "connected"} <= {one["what"] for one in quick["not_looked_for"]}
        assert whole["not_looked_for"] == [] and whole["open_files"] > 0
        done = subprocess.run([QUOIN, "--data", "/nonexistent", "ports", "--quick", str(port)], text=True, capture_output=True,
                              check=False)
        assert "Not looked for: " in done.stdout and "network namespaces" in done.stdout


def test_without_rights_what_is_not_seen_is_named(tmp_path):
    if not ROOT:
        pytest.skip("becomes nobody: root is wanted")
    program = tmp_path / "quoin"
    shutil.copy(QUOIN, program)
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.name.startswith(("test_", "popen-", "pytest-")):
            folder.chmod(0o755)
    port = free_port()
    as_nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
    with helper(LISTEN, port):
        status, found = ports(port, program=program, inside=as_nobody)
        assert status in (3, 10) and found["ports"][-1]["verdict"] == "blind"
        assert "no process has" not in found["ports"][-1]["seen"]
        assert {"processes", "namespaces", "forwards"} <= {blind["what"] for blind in found["not_seen"]}


def test_the_watch_tells_what_comes_and_goes():
    port = free_port()
    watch = subprocess.Popen([QUOIN, "--data", "/nonexistent", "ports", str(port), "--watch", "--for", "20", "--json"],
                             stdout=subprocess.PIPE, text=True)
    try:
        with helper(LISTEN, port) as other:
            told = json.loads(watch.stdout.readline())
            assert (told["what"], told["port"], told["pid"]) == ("opened", port, other.pid)
        told = json.loads(watch.stdout.readline())
        assert told["what"] == "closed"
    finally:
        watch.terminate()
        watch.communicate(timeout=20)


# --- ours, and who only looks like it --------------------------------------------------------------------

@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A site of this module's own, whose programs are a copy: one of them is replaced."""
    programs = tmp_path_factory.mktemp("own") / "bin"
    programs.mkdir(parents=True)
    for program in QUOIN.parent.glob("quoin*"):
        if program.is_file() and os.access(program, os.X_OK):
            shutil.copy(program, programs)
    for beside in ("share",):
        if (QUOIN.parent.parent / beside).exists():
            os.symlink(QUOIN.parent.parent / beside, programs.parent / beside)
    with Site(tmp_path_factory.mktemp("site") / "d") as site:
        site.copies = programs
        yield site


def of_engine(site, engine="dre", **more):
    found = ports(engine, "--port-offset", site.offset, data=site.data, **more)[1]
    assert found["not_seen"] == [] or not ROOT or all(b["what"] in ("bound", "forwards") for b in found["not_seen"])
    return [row for row in found["ports"] if "state" in row and row["port"]]


def engine_socket(site, engine, kind):
    """The engine's own descriptor of its listener or datagram socket, taken from it as root may."""
    pid = site.pids()[engine]
    pidfd = os.pidfd_open(pid)
    try:
        for entry in os.listdir(f"/proc/{pid}/fd"):
            if not os.readlink(f"/proc/{pid}/fd/{entry}").startswith("socket:"):
                continue
            fd = libc.syscall(PIDFD_GETFD, pidfd, int(entry), 0)
            if fd < 0:
                pytest.skip("taking descriptors is not permitted: " + os.strerror(ctypes.get_errno()))
            found = socket.socket(fileno=fd)
            with contextlib.suppress(OSError):
                listens = found.type == socket.SOCK_DGRAM or found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                if found.family == socket.AF_INET and found.type == kind and listens and \
                        found.getsockname()[1] == site.port(engine):
                    return found
            found.close()
    finally:
        os.close(pidfd)
    raise AssertionError(f"{engine} has no such socket")


@needs_root
def test_ours_is_proven(own):
    for engine in ("cas", "dre", "dce"):
        found = of_engine(own, engine)
        assert {row["protocol"] for row in found} == {"tcp", "udp"}
        for row in found:
            assert row["verdict"] == "ours" and row["pid"] == own.pids()[engine], row


@needs_root
def test_impostor_inherited_descriptor(own):
    with engine_socket(own, "dre", socket.SOCK_STREAM):  # this process has it now, too
        (tcp,) = [row for row in of_engine(own) if row["protocol"] == "tcp"]
        assert tcp["verdict"] == "shadowed" and str(os.getpid()) in tcp["seen"]
    assert {row["verdict"] for row in of_engine(own)} == {"ours"}


@needs_root
def test_an_engine_that_answers_nobody_is_silent(own):
    """Stopped, it has its port and is no impostor; and nobody's rights are too small to see it."""
    pid = own.pids()["dre"]
    os.kill(pid, signal.SIGSTOP)
    try:
        status, found = ports("dre", "--port-offset", own.offset, data=own.data)
        rows = [row for row in found["ports"] if row.get("state") == "listening" and row["port"] == own.port("dre")]
        assert status == 3 and [row["verdict"] for row in rows] == ["silent"], found
        assert "did not answer" in rows[0]["seen"] and "root" not in rows[0]["what_to_do"]
    finally:
        os.kill(pid, signal.SIGCONT)
    shown = own.run("ports", own.port("dre"), "--port-offset", own.offset, check=False).stdout
    assert "Stands for" in shown and "port 2940" in shown and "Unassigned" not in shown


@needs_root
def test_impostor_same_port_in_another_namespace(own):
    with helper(LISTEN.replace("127.0.0.1", "0.0.0.0"), own.port("dre"), under=("unshare", "--net")) as other:
        verdicts = {row["pid"]: row["verdict"] for row in of_engine(own)}
        assert verdicts[own.pids()["dre"]] == "ours" and verdicts[other.pid] == "foreign"


@needs_root
def test_impostor_reuseport_twin(own):
    twin = LISTEN.replace("SO_REUSEADDR", "SO_REUSEPORT")
    refused = subprocess.run([sys.executable, "-c", "import socket, sys\n" + twin, str(own.port("dre"))],
                             capture_output=True, check=False)
    assert refused.returncode != 0 and b"in use" in refused.stderr  # as an engine opens it, it is not shared
    twin = twin.replace("socket.socket()", "socket.socket(type=socket.SOCK_DGRAM)").replace("; s.listen()", "")
    with engine_socket(own, "dre", socket.SOCK_DGRAM) as theirs:  # as one would be who forgot that
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        with helper(twin, own.port("dre")) as other:
            verdicts = {row["pid"]: row["verdict"] for row in of_engine(own) if row["protocol"] == "udp"}
            assert verdicts == {own.pids()["dre"]: "shadowed", other.pid: "impostor"}
            assert ports("dre", "--port-offset", own.offset, data=own.data)[0] == 20
    finally:
        with engine_socket(own, "dre", socket.SOCK_DGRAM) as theirs:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)


@needs_root
def test_impostor_udp_thief(own):
    thief = """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("0.0.0.0", int(sys.argv[1])))
"""
    refused = subprocess.run([sys.executable, "-c", "import socket, sys\n" + thief, str(own.port("dre"))],
                             capture_output=True, check=False)
    assert refused.returncode != 0 and b"in use" in refused.stderr
    with engine_socket(own, "dre", socket.SOCK_DGRAM) as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with helper(thief, own.port("dre")) as other:
            verdicts = {row["pid"]: row["verdict"] for row in of_engine(own) if row["protocol"] == "udp"}
            assert verdicts == {own.pids()["dre"]: "shadowed", other.pid: "impostor"}
    finally:
        with engine_socket(own, "dre", socket.SOCK_DGRAM) as theirs:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)


@needs_root
def test_impostor_v6_half(own):
    half = """
s = socket.socket(socket.AF_INET6); s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.bind(("::", int(sys.argv[1]))); s.listen()
"""
    with helper(half, own.port("dre")) as other:
        verdicts = {row["pid"]: row["verdict"] for row in of_engine(own) if row["protocol"] == "tcp"}
        assert verdicts == {own.pids()["dre"]: "shadowed", other.pid: "impostor"}


@needs_root
def test_a_debugger_is_told(own):
    pid = own.pids()["dre"]
    tracer = """
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(0x4206, int(sys.argv[1]), None, None) != 0: sys.exit("denied")
"""
    try:
        with helper(tracer, pid):
            assert {row["verdict"] for row in of_engine(own)} == {"ours-degraded"}
    except AssertionError:
        if subprocess.run([sys.executable, "-c", "import ctypes, sys\n" + tracer, str(pid)], capture_output=True,
                          check=False).returncode != 0:
            pytest.skip("ptrace is not permitted")
        raise
    assert {row["verdict"] for row in of_engine(own)} == {"ours"}


@needs_root
def test_another_program_file_is_not_the_installed_one(own):
    """The installed program is another than the one that runs: a copy that is byte for byte the same."""
    found = of_engine(own, program=own.copies / "quoin")
    found = [row for row in found if row["verdict"] != "listened-to"]  # the watch of that installation
    assert found and {row["verdict"] for row in found} == {"impostor"}
    assert all("not the installed one" in row["seen"] for row in found)


# The site is down: what sits on its ports is nothing of ours, whatever it looks like.

@pytest.fixture(scope="module")
def down(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("down") / "d") as site:
        pass
    return site


def never_ours(site, engine="dre", **more):
    found = [row for row in of_engine(site, engine, **more) if row["protocol"] == "tcp"]
    assert found and not {row["verdict"] for row in found} & {"ours", "ours-degraded"}, found
    return found[0]


def test_impostor_same_name_and_stale_pid(down):
    with helper(LISTEN, down.port("dre"), name="quoin-dre") as other:
        (down.data / "run").mkdir(exist_ok=True)
        stale = down.data / "run" / "dre.pid"
        stale.write_text(f"{other.pid}\n")
        try:
            assert never_ours(down)["verdict"] == "impostor"
        finally:
            stale.unlink()


def test_missing_is_told(down):
    status, found = ports("dre", "--port-offset", down.offset, data=down.data)
    assert found["ports"][-1]["verdict"] == "missing" and status == 10


def test_impostor_another_sites_engines_and_a_copied_binary(down, own, tmp_path):
    """Real engines with real certificates, of another site: the wrong ones. Then the same from copied
    files."""
    with Site(tmp_path / "other", offset=down.offset):
        for engine in ("cas", "dre", "dce"):
            never_ours(down, engine)
    done = subprocess.Popen([own.copies / "quoin", "up", "--data", tmp_path / "copy", "--port-offset",
                             str(down.offset)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until(lambda: rows(down.port("cas")), 30, "the copy listens")
        assert never_ours(down, "cas")["verdict"] == "impostor"
    finally:
        done.send_signal(signal.SIGTERM)
        done.wait(30)


def tls_server(site, port, role, folder):
    """A TLS server with one of the site's own certificates: stolen, or another engine's."""
    pki = site.data / "pki"
    return subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", pki / f"{role}.crt", "-key",
                             pki / f"{role}.key", "-CAfile", pki / "ca.crt", "-alpn", "h2", "-tls1_3", "-quiet"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("role", ["dce", "dre"])
def test_impostor_right_certificate_wrong_role_or_stolen(down, role, tmp_path):
    """dce's certificate on dre's port; then dre's own, in a program that is not dre."""
    server = tls_server(down, down.port("dre"), role, tmp_path)
    try:
        wait_until(lambda: rows(down.port("dre")), 20, "it listens")
        assert never_ours(down)["verdict"] in ("impostor", "blind")
    finally:
        server.terminate()
        server.wait(20)


def test_impostor_a_proxy_to_the_real_engine(own, tmp_path):
    """What it forwards is proven and claims its sockets; the proxy's is none of them."""
    proxy = """
import threading
l = socket.socket(); l.bind(("127.0.0.2", int(sys.argv[1]))); l.listen()
def copy(a, b):
    while data := a.recv(65536): b.sendall(data)
def serve():
    while True:
        c, _ = l.accept(); s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        threading.Thread(target=copy, args=(c, s), daemon=True).start()
        threading.Thread(target=copy, args=(s, c), daemon=True).start()
threading.Thread(target=serve, daemon=True).start()
"""
    with helper(proxy, own.port("dre")) as other:
        verdicts = {row["pid"]: row["verdict"] for row in of_engine(own) if row["protocol"] == "tcp"}
        assert verdicts[other.pid] == "impostor" and verdicts[own.pids()["dre"]] in ("ours", "ours-degraded")


@needs_root
def test_ours_with_a_replaced_program_or_strange_libraries(tmp_path, own):
    """After an upgrade the engines must be started anew; with LD_PRELOAD one cannot know what they do."""
    programs = tmp_path / "bin"
    shutil.copytree(own.copies, programs)
    if (own.copies.parent / "share").exists():
        os.symlink(os.path.realpath(own.copies.parent / "share"), tmp_path / "share")
    offset = free_offset()
    log = open(tmp_path / "log", "wb")
    up = subprocess.Popen([programs / "quoin", "up", "--data", tmp_path / "d", "--port-offset", str(offset)],
                          stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                          env={**os.environ, "LD_PRELOAD": "libpthread.so.0"})
    try:
        done = subprocess.run([programs / "quoin", "--data", tmp_path / "d", "status", "--wait", "30"],
                              capture_output=True, check=False, text=True)
        assert done.returncode == 0, done
        (row,) = [row for row in ports("cas", data=tmp_path / "d", program=programs / "quoin")[1]["ports"]
                  if row["protocol"] == "tcp"]
        assert row["verdict"] == "ours-degraded" and "LD_PRELOAD" in row["seen"]
        cas = programs / "quoin-cas"
        shutil.copy(cas, programs / "new")
        os.replace(programs / "new", cas)
        (row,) = [row for row in ports("cas", data=tmp_path / "d", program=programs / "quoin")[1]["ports"]
                  if row["protocol"] == "tcp"]
        assert row["verdict"] == "ours-degraded" and "replaced" in row["seen"] and row["program_replaced"]
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(30)
        log.close()
