#!/usr/bin/python3
"""run.py - measures Quoin beside its peers, in turn, in the same run, and prints ratios.

    make bench                 all parts
    bench/run.py intake        one part: intake, delivered, overspend, held, idle

Every server listens on loopback, on a port of its own, in a temporary folder, and is ended by its pid.
A figure is the median of the rounds; a goal is a ratio within this run, never an absolute.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("QUOIN_BUILD", ROOT / "build")) / "bin"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
JOBS = int(os.environ.get("BENCH_JOBS", "2000"))
results = {}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, limit_s=20):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on {port}")


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def children(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


class Sink(threading.Thread):
    """A printer that discards: accepts on a port, reads to the end, counts connections."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.socket.getsockname()[1]
        self.count = 0

    def run(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer:
                while peer.recv(1 << 18):
                    pass
            self.count += 1

    def wait(self, count, limit_s):
        end = time.monotonic() + limit_s
        while self.count < count and time.monotonic() < end:
            time.sleep(0.005)
        return self.count


def end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def cupsd(privacy="default"):
    """A private cupsd with its limits lifted. privacy: what it checks of each listed job."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="quoin-bench-cups-"))
    folder.chmod(0o755)
    port = free_port()
    for name in ("spool", "cache", "state", "tmp", "log", "root"):
        (folder / name).mkdir()
    (folder / "cups-files.conf").write_text(
        f"ServerRoot {folder}/root\nRequestRoot {folder}/spool\nCacheDir {folder}/cache\n"
        f"StateDir {folder}/state\nTempDir {folder}/tmp\nErrorLog {folder}/log/error\n"
        f"AccessLog {folder}/log/access\nPageLog {folder}/log/page\nFileDevice Yes\n"
        "SystemGroup root\n")
    (folder / "cupsd.conf").write_text(
        f"Listen 127.0.0.1:{port}\nLogLevel none\nAccessLogLevel config\nMaxJobs 0\nMaxClients 2000\n"
        "MaxClientsPerHost 2000\nMaxJobsPerPrinter 0\nMaxJobsPerUser 0\nBrowsing Off\n"
        "DefaultAuthType None\nPreserveJobFiles No\nPreserveJobHistory Yes\nMaxHoldTime 0\n"
        "<Location />\nOrder allow,deny\nAllow all\n</Location>\n"
        "<Location /admin>\nOrder allow,deny\nAllow all\n</Location>\n"
        f"<Policy default>\nJobPrivateAccess {privacy}\n"
        f"JobPrivateValues {'none' if privacy == 'all' else 'default'}\n"
        "<Limit All>\nOrder allow,deny\nAllow all\n</Limit>\n</Policy>\n")
    process = subprocess.Popen(["/usr/sbin/cupsd", "-f", "-c", folder / "cupsd.conf", "-s",
                                folder / "cups-files.conf"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield port, process, folder
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)


def cups_queue(port, name, uri, held=False):
    server = f"127.0.0.1:{port}"
    subprocess.run(["lpadmin", "-h", server, "-p", name, "-E", "-v", uri, "-m", "raw"], check=True)
    if held:
        subprocess.run(["cupsdisable", "-h", server, name], check=True)


@contextlib.contextmanager
def quoin():
    """A site of its own; gives a function that runs `quoin`, the IPP port and the process."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="quoin-bench-"))
    offset = 20000 + (os.getpid() * 7 + int(time.monotonic() * 10)) % 20000
    process = subprocess.Popen([BIN / "quoin", "up", "--data", folder, "--port-offset", str(offset)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(*arguments):
        done = subprocess.run([BIN / "quoin", "--data", folder, *arguments], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"quoin {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    try:
        run("status", "--wait", "30")
        yield run, 8631 + offset, process, folder
    finally:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)


def load(port, path, connections, jobs, document, kind="application/pdf", user="mary"):
    done = subprocess.run([BIN.parent / "bench" / "ippload", "127.0.0.1", str(port), path, str(connections), str(jobs),
                           str(document), str(kind), user], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"ippload: {done.stderr}")
    return json.loads(done.stdout)


def median(runs, name):
    return statistics.median(run[name] for run in runs)


def note(part, name, ours, peer, goal, lower_is_better=False, unit=""):
    ratio = (peer / ours if lower_is_better else ours / peer) if ours and peer else 0
    met = "met" if ratio >= goal else "MISSED"
    results.setdefault(part, []).append(
        {"name": name, "ours": ours, "peer": peer, "ratio": round(ratio, 2), "goal": goal, "met": met})
    print(f"  {name}: ours {ours:,.1f}{unit}, peer {peer:,.1f}{unit}: {ratio:.2f} times better "
          f"(goal {goal}): {met}", flush=True)


def fdatasync_us():
    """The median of a 4 KiB append and fdatasync here and now."""
    times = []
    with tempfile.NamedTemporaryFile(dir=tempfile.gettempdir()) as file:
        for _ in range(300):
            start = time.perf_counter()
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - start) * 1e6)
    return statistics.median(times)


def one_page(folder):
    path = pathlib.Path(folder) / "onepage.pdf"
    subprocess.run([sys.executable, ROOT / "bench" / "onepage.py", path], check=True)
    return path


def intake():
    print("intake: 1-page PDF, held; cupsd syncs and counts nothing, Quoin counts, reserves, syncs")
    with tempfile.TemporaryDirectory() as folder:
        document = one_page(folder)
        for connections in (1, 8, 64, 256):
            ours, peer, sync = [], [], []
            jobs = JOBS if connections > 1 else JOBS // 4
            for _ in range(ROUNDS):
                with cupsd() as (port, _process, _folder):
                    cups_queue(port, "bench", "file:///dev/null", held=True)
                    load(port, "/printers/bench", connections, jobs // 10 + connections, document)
                    peer.append(load(port, "/printers/bench", connections, jobs, document))
                with quoin() as (run, port, _process, _folder):
                    run("user", "add", "mary", "--balance", "100000.00")
                    run("printer", "add", "sink", "socket://127.0.0.1:9")
                    run("queue", "add", "bench", "--mode", "hold", "--printer", "sink")
                    load(port, "/ipp/print/bench", connections, jobs // 10 + connections, document)
                    ours.append(load(port, "/ipp/print/bench", connections, jobs, document))
                    sync.append(fdatasync_us())
            bad = [run["status"] for run in ours + peer if set(run["status"]) - {"0x0000", "0x0001"}]
            if bad or any(run["lost"] for run in ours):
                print(f"  not all accepted: {bad}")
            if connections == 1:
                note("intake", "1 connection: p50 against three fdatasyncs", median(ours, "p50_us"),
                     3 * statistics.median(sync), 1.0, lower_is_better=True, unit=" us")
            note("intake", f"{connections} connections: accepted jobs a second",
                 median(ours, "per_second"), median(peer, "per_second"),
                 1.5 if connections == 64 else 0)
            note("intake", f"{connections} connections: p99", median(ours, "p99_us"),
                 median(peer, "p99_us"), 1.0 if connections == 64 else 0, lower_is_better=True,
                 unit=" us")


def delivered():
    print("delivered: 1-page PDF to a printer that discards, 8 connections")
    with tempfile.TemporaryDirectory() as folder:
        document = one_page(folder)
        ours, peer = [], []
        for _ in range(ROUNDS):
            sink = Sink()
            sink.start()
            with cupsd() as (port, _process, _folder):
                cups_queue(port, "bench", f"socket://127.0.0.1:{sink.port}")
                start = time.monotonic()
                load(port, "/printers/bench", 8, 300, document)
                count = sink.wait(300, 60)
                peer.append({"rate": count / (time.monotonic() - start)})
            sink = Sink()
            sink.start()
            jobs = 1500
            with quoin() as (run, port, _process, _folder):
                run("user", "add", "mary", "--balance", "100000.00")
                run("printer", "add", "sink", f"socket://127.0.0.1:{sink.port}")
                run("queue", "add", "bench", "--mode", "direct", "--printer", "sink")
                start = time.monotonic()
                load(port, "/ipp/print/bench", 8, jobs, document)
                count = sink.wait(jobs, 60)
                ours.append({"rate": count / (time.monotonic() - start)})
        note("delivered", "jobs a second, cupsd raw", median(ours, "rate"), median(peer, "rate"), 5)


def overspend():
    print("overspend: 60 one-page jobs, a balance that pays for 5")
    with tempfile.TemporaryDirectory() as folder:
        document = one_page(folder)
        for connections in (1, 8, 64, 256):
            with quoin() as (run, port, _process, _folder):
                run("user", "add", "mary", "--balance", "0.25")
                run("printer", "add", "sink", "socket://127.0.0.1:9")
                run("queue", "add", "bench", "--mode", "hold", "--printer", "sink")
                got = load(port, "/ipp/print/bench", connections, 60, document)
                accepted = sum(got["status"].get(code, 0) for code in ("0x0000", "0x0001"))
                balance = json.loads(run("ledger", "balance", "user:mary", "--json"))
                over = accepted - 5
                print(f"  {connections} clients: {accepted} accepted, {over} pages over, "
                      f"available {balance['available']}", flush=True)
                results.setdefault("overspend", []).append(
                    {"connections": connections, "accepted": accepted, "over": over})


def held():
    count = int(os.environ.get("BENCH_HELD", "10000"))
    print(f"held: {count} held jobs")
    with tempfile.TemporaryDirectory() as folder:
        document = one_page(folder)
        peers = {}
        for privacy in ("default", "all"):
            with cupsd(privacy) as (port, _process, _folder):
                cups_queue(port, "bench", "file:///dev/null", held=True)
                load(port, "/printers/bench", 8, count, document)
                peers[privacy] = load(port, "/printers/bench", 1, 3, "get-jobs", 0)
        with quoin() as (run, port, process, _folder):
            run("user", "add", "mary", "--balance", "1000000.00")
            run("printer", "add", "sink", "socket://127.0.0.1:9")
            run("queue", "add", "bench", "--mode", "hold", "--printer", "sink")
            load(port, "/ipp/print/bench", 8, 200, document)
            engines = {e["name"]: e["pid"] for e in json.loads(run("status", "--json"))["engines"]}
            before = rss_kib(engines["dre"])
            load(port, "/ipp/print/bench", 8, count, document)
            after = rss_kib(engines["dre"])
            ours_all = load(port, "/ipp/print/bench", 1, 20, "get-jobs", 0)
            ours_50 = load(port, "/ipp/print/bench", 1, 200, "get-jobs", 50)
            os.kill(engines["dre"], signal.SIGKILL)
            start = time.monotonic()
            time.sleep(0.2)
            run("status", "--wait", "30")
            again = time.monotonic() - start
        note("held", "Get-Jobs of all, cupsd as installed", ours_all["p50_us"],
             peers["default"]["p50_us"], 50, True, " us")
        note("held", "Get-Jobs of all, cupsd without its privacy check", ours_all["p50_us"],
             peers["all"]["p50_us"], 0, True, " us")
        note("held", "Get-Jobs limit 50 under 1 ms", ours_50["p50_us"], 1000, 1, True, " us")
        note("held", "RSS a held job under 1 kB (bytes)", (after - before) * 1024 / count, 1024, 1, True)
        note("held", "restart serves within 2 s", again, 2.0, 1, True, " s")


def idle():
    print("idle: the whole system, all processes")
    with quoin() as (_run, _port, process, _folder):
        time.sleep(2)
        pids = [process.pid, *children(process.pid)]
        total = sum(rss_kib(pid) for pid in pids)
        for pid in pids:
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
            print(f"    {name} {pid}: {rss_kib(pid)} KiB")
        note("idle", "RSS of all processes under 64 MiB (KiB)", total, 65536, 1, True)


PARTS = {"intake": intake, "delivered": delivered, "overspend": overspend, "held": held, "idle": idle}


def main():
    wanted = sys.argv[1:] or list(PARTS)
    for name in wanted:
        if name not in PARTS:
            raise SystemExit(f"no part {name}; there are {', '.join(PARTS)}")
        PARTS[name]()
    print(json.dumps(results, indent=1))


main()
