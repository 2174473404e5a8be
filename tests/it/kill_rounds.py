#!/usr/bin/env python3
"""Kills an engine again and again while clients print, and then looks: every accepted job has one
fate, no job is charged twice, none is on paper twice, what is completed is on paper, no money is
reserved for a job that has ended, and the ledger is good.

    kill_rounds.py [--rounds N] [--engine dre|cas|both] [--printer raw|ipp] [--seed N]

Used by test_kill.py; by hand it prints what it found and leaves with 1 when something is wrong."""
import argparse
import collections
import hashlib
import http.client
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import conftest  # noqa: E402

PEER = HERE / "peers" / "raw_printer.py"


class RawPrinter:
    """A raw printer that remembers the hash of every job it was sent to its end."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, PEER], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.uri = f"socket://127.0.0.1:{self.process.stdout.readline().strip()}"
        self.whole = collections.Counter()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.whole[json.loads(line)["sha256"]] += 1

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def attribute(tag, name, value):
    value = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


def print_job(port, queue, user, document, timeout=20):
    """Gives the job's id; None: refused. Raises when there was no whole answer."""
    body = struct.pack(">BBHI", 2, 0, 0x0002, 1) + b"\x01"
    body += attribute(0x47, "attributes-charset", "utf-8")
    body += attribute(0x48, "attributes-natural-language", "en")
    body += attribute(0x45, "printer-uri", f"ipp://localhost:{port}/ipp/print/{queue}")
    body += attribute(0x42, "requesting-user-name", user)
    body += attribute(0x42, "job-name", hashlib.sha256(document).hexdigest()[:16])
    body += attribute(0x49, "document-format", "application/pdf") + b"\x03" + document
    peer = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        peer.request("POST", f"/ipp/print/{queue}", body, {"Content-Type": "application/ipp"})
        answer = peer.getresponse().read()
    finally:
        peer.close()
    if len(answer) < 8:
        raise OSError("no whole answer")
    status = struct.unpack(">H", answer[2:4])[0]
    if status >= 0x0500:
        raise OSError(f"status {status:#06x}")
    if status >= 0x0100:
        return None
    at = answer.index(b"\x21\x00\x06job-id\x00\x04") + 11
    return struct.unpack(">I", answer[at:at + 4])[0]


class Load:
    """Clients that print one document after another, each document another one."""

    def __init__(self, site, page, queues, clients):
        self.site, self.page, self.queues = site, page, queues
        self.accepted, self.sums = {}, {}
        self.tried = self.failed = 0
        self.stopping = False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True)
                        for n in range(clients)]
        for thread in self.threads:
            thread.start()

    def run(self, client):
        count = 0
        while not self.stopping:
            count += 1
            document = self.page + b"%% document %d of client %d\n" % (count, client)
            digest = hashlib.sha256(document).hexdigest()
            try:
                number = print_job(self.site.ipp_port, self.queues[count % len(self.queues)], "mary",
                                   document)
            except (OSError, ValueError, http.client.HTTPException):
                number = None
                self.failed += 1
                time.sleep(0.05)
            with self.lock:
                self.tried += 1
                self.sums[digest[:16]] = digest
                if number is not None:
                    self.accepted[number] = digest

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(60)


def all_jobs(site):
    return {job["id"]: job for job in site.jobs()}


def is_quiet(site):
    ended = ("completed", "canceled", "aborted", "pending-held", "processing-stopped")
    jobs = all_jobs(site)
    rests = all(job["state"] in ended and "job-held-for-authorization" not in job["reasons"]
                for job in jobs.values())
    return jobs if rests else None


def look(site, load, printer):
    """What is wrong, as sentences."""
    wrong = []
    jobs = conftest.wait_until(lambda: is_quiet(site), 120, "all jobs come to rest")
    site.verify()
    posts, reserved = collections.Counter(), collections.Counter()
    entries = site.entries()
    pending = {}
    for entry in entries:
        if entry["kind"] == "pending":
            pending[entry["transfer"]] = entry
            reserved[entry["why"]] += 1
        elif entry["kind"] == "post":
            posts[pending[entry["transfer"]]["why"]] += 1
    for why, count in posts.items():
        if count > 1:
            wrong.append(f"{why} was charged {count} times")
    for number, digest in load.accepted.items():
        job = jobs.get(number)
        if job is None:
            wrong.append(f"job {number} was accepted and is not there")
        elif job["state"] == "completed" and printer.whole[digest] != 1:
            wrong.append(f"job {number} is completed and {printer.whole[digest]} times on paper")
        elif job["state"] in ("aborted", "canceled"):
            wrong.append(f"job {number} was accepted and is {job['state']}: {job['message']}")
        elif job["state"] == "pending-held" and "job-held-for-release" not in job["reasons"]:
            wrong.append(f"job {number} was accepted and is held: {job['message']}")
    for digest, count in printer.whole.items():
        if count > 1:
            wrong.append(f"a document is {count} times on paper")
    open_cost = sum(units(job["cost"]) for job in jobs.values()
                    if job["state"] in ("pending-held", "processing-stopped"))
    told = units(site.balance("mary")["reserved"])
    if told != open_cost:
        wrong.append(f"{told} units are reserved, the jobs that wait cost {open_cost}")
    return wrong, jobs


def units(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100000 + int(part.ljust(5, "0")[:5])


def one_page(folder):
    path = pathlib.Path(folder) / "one.pdf"
    subprocess.run([sys.executable, conftest.SOURCE / "bench" / "onepage.py", path], check=True)
    return path.read_bytes()


def rounds(site, folder, count, engines, seed=1, clients=4):
    """Prints and kills; gives what is wrong and the jobs."""
    chance = random.Random(seed)
    printer = RawPrinter()
    site.user("mary", balance="1000000.00")
    site.printer("lp", printer.uri)
    site.queue("direct", mode="direct", printer="lp")
    site.queue("held", mode="hold", printer="lp")
    load = Load(site, one_page(folder), ["direct", "held"], clients)
    slowest = 0
    try:
        for _ in range(count):
            time.sleep(chance.uniform(0.05, 0.6))
            victim = chance.choice(engines)
            pids = site.pids()
            if victim in pids and pids[victim]:
                os.kill(pids[victim], signal.SIGKILL)
            began = time.monotonic()
            site.wait(60)
            slowest = max(slowest, time.monotonic() - began)
    finally:
        load.stop()
    wrong, jobs = look(site, load, printer)
    printer.close()
    states = collections.Counter(job["state"] for job in jobs.values())
    summary = (f"{count} kills of {'/'.join(engines)}: {load.tried} tried, {len(load.accepted)} accepted, "
               f"{load.failed} without an answer; {dict(states)}; "
               f"serving again within {slowest:.1f} s at most")
    return wrong, summary


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--rounds", type=int, default=10)
    ask.add_argument("--engine", choices=("dre", "cas", "both"), default="dre")
    ask.add_argument("--seed", type=int, default=1)
    options = ask.parse_args()
    engines = ["dre", "cas"] if options.engine == "both" else [options.engine]
    with tempfile.TemporaryDirectory() as folder:
        site = conftest.Site(pathlib.Path(folder) / "site").start()
        try:
            wrong, summary = rounds(site, folder, options.rounds, engines, options.seed)
            print(summary)
            for line in wrong[:50]:
                print("WRONG:", line)
            if wrong:
                print(site.logs())
        finally:
            site.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
