#!/usr/bin/python3
"""Kills an engine again and again while clients print and an administrator releases, and then looks:
every accepted job has one fate, no job is charged twice, none is on paper twice, what is on paper is
charged or uncertain, what is uncertain is neither released nor cancelled, what is completed is on paper, no
money is reserved for a job that has ended, all accounts together are zero, and the ledger is good.

    kill_rounds.py [--rounds N] [--engine dre|cas|pdl|all] [--clients N] [--seed N]

Used by test_kill.py; by hand it prints what it found and leaves with 1 when something is wrong."""
import argparse
import collections
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
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
MONEY = "1000000.00"
WHY = re.compile(r"(?:job )?job (\d+) on ")
NOTHING = hashlib.sha256(b"").hexdigest()  # a job that was cancelled while the printer was called
SERVES_S = 5  # 2 s is the goal; the machine of a test may have more to do


class RawPrinter:
    """A raw printer that remembers the hash of every job it was sent to its end."""

    def __init__(self, whole=None):
        self.process = subprocess.Popen([sys.executable, PEER], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.uri = f"socket://127.0.0.1:{self.process.stdout.readline().strip()}"
        self.whole = collections.Counter() if whole is None else whole
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


class Releases:
    """An administrator who releases jobs, each twice, and cancels some at the same time. None of that
    is to say what came out of a job whose outcome is not known: that one is neither printed once more
    nor given back."""

    def __init__(self, site, load, chance, changes=False):
        self.site, self.load, self.chance, self.changes = site, load, chance, changes
        self.released, self.canceled = set(), set()
        self.stopping = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def act(self, *words):
        return subprocess.Popen([conftest.QUOIN, "--data", self.site.data, "job", *map(str, words)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def run(self):
        while not self.stopping:
            with self.load.lock:
                waiting = sorted(set(self.load.accepted) - self.released)
            if not waiting:
                time.sleep(0.05)
                continue
            number = self.chance.choice(waiting)
            self.released.add(number)
            acts = [("release", number), ("release", number)]
            if self.changes:  # to another printer of the pull group and, at once, back and out
                self.act("change", number, "--printer", "second").wait(60)
                acts = [("change", number, "--printer", "lp"), ("release", number, "--printer", "second"),
                        ("release", number)]
            if self.chance.random() < 0.3:
                self.canceled.add(number)
                acts.append(("cancel", number))
            for asking in [self.act(*words) for words in acts]:
                asking.wait(60)

    def stop(self):
        self.stopping = True
        self.thread.join(60)


def all_jobs(site):
    return {job["id"]: job for job in site.jobs()}


def is_quiet(site):
    ended = ("completed", "canceled", "aborted", "pending-held", "processing-stopped")
    jobs = all_jobs(site)
    rests = all(job["state"] in ended and "job-held-for-authorization" not in job["reasons"]
                for job in jobs.values())
    return jobs if rests else None


def read_ledger(site, wrong):
    """How often each job was charged and what for, by its number; which reservations are open."""
    charged, amounts, pending = collections.Counter(), {}, {}
    for entry in site.entries():
        number = int(WHY.match(entry["why"]).group(1)) if WHY.match(entry["why"]) else None
        if entry["kind"] == "pending":
            if number in (open_job for open_job, _ in pending.values()):
                wrong.append(f"job {number} has two reservations at once")
            pending[entry["transfer"]] = (number, units(entry["amount"]))
        elif entry["kind"] in ("post", "void", "expire"):
            number, _ = pending.pop(entry["transfer"])
            if entry["kind"] == "post":
                charged[number] += 1
                amounts[number] = units(entry["amount"])
    return charged, amounts, dict(pending.values())


def meet_uncertain(site):
    """Releases and cancels every job of unknown outcome; gives what was not refused."""
    jobs = conftest.wait_until(lambda: is_quiet(site), 120, "all jobs come to rest")
    return [f"job {number} is uncertain and took a {act}" for number, job in jobs.items()
            for act in ("release", "cancel") if job["state"] == "processing-stopped" and
            site.run("job", act, number, check=False).returncode == 0]


def look_at_job(number, job, digest, facts):
    """What is wrong with one accepted job; None: nothing."""
    printer, charged, pending, canceled = facts
    papers = printer.whole[digest]
    if job is None:  # the engine shows the last 2,000 that ended
        ended = papers == charged[number] == 1 or (number in canceled and papers == charged[number] == 0)
        return None if ended and number not in pending else "was accepted and is not there"
    state, uncertain = job["state"], job["state"] == "processing-stopped"
    if state == "completed" and papers != 1:
        return f"is completed and {papers} times on paper"
    if state == "completed" and charged[number] != 1:
        return f"is completed and was charged {charged[number]} times"
    if papers and not charged[number] and not uncertain:
        return f"is on paper, is {state}, and was not charged"
    if uncertain and number not in pending:
        return "is uncertain and has no reservation"
    if state == "aborted" or (state == "canceled" and number not in canceled):
        return f"was accepted and is {state}: {job['message']}"
    if state in ("canceled", "completed") and number in pending:
        return f"is {state} and its reservation stands"
    if state == "canceled" and papers:
        return "is cancelled and on paper"
    is_uncounted = "its reader died" in job["message"]  # waits for a person, with why
    if state == "pending-held" and "job-held-for-release" not in job["reasons"] and not is_uncounted:
        return f"was accepted and is held: {job['message']}"
    return None


def look(site, load, printer, canceled=()):
    """What is wrong, as sentences."""
    wrong = []
    jobs = conftest.wait_until(lambda: is_quiet(site), 120, "all jobs come to rest")
    site.verify()
    charged, amounts, pending = read_ledger(site, wrong)
    wrong += [f"job {number} was charged {count} times" for number, count in charged.items()
              if count > 1]
    facts = (printer, charged, pending, canceled)
    for number, digest in load.accepted.items():
        told = look_at_job(number, jobs.get(number), digest, facts)
        if told:
            wrong.append(f"job {number} {told}")
    wrong += [f"the document {digest[:16]} is {count} times on paper"
              for digest, count in printer.whole.items() if count > 1 and digest != NOTHING]
    wrong += [f"job {number} is reserved and {jobs[number]['state']}" for number in pending
              if number in jobs and jobs[number]["state"] in ("completed", "canceled", "aborted")]
    open_cost = sum(units(job["cost"]) for job in jobs.values()
                    if job["state"] in ("pending-held", "processing-stopped"))
    account = site.balance("mary")
    if units(account["reserved"]) != open_cost or open_cost != sum(pending.values()):
        wrong.append(f"{account['reserved']} is reserved, the jobs that wait cost {open_cost} units, "
                     f"the open entries {sum(pending.values())}")
    if units(account["balance"]) != units(MONEY) - sum(amounts.values()):
        wrong.append(f"the balance is {account['balance']}, {sum(amounts.values())} units were charged")
    return wrong, jobs


def units(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100000 + int(part.ljust(5, "0")[:5])


def one_page(folder):
    path = pathlib.Path(folder) / "one.pdf"
    subprocess.run([sys.executable, conftest.SOURCE / "bench" / "onepage.py", path], check=True)
    return path.read_bytes()


def victim_of(site, name):
    """The process to be killed: an engine, or one of the jailed workers."""
    pids = site.pids()
    if name != "pdl":
        return pids.get(name)
    for pid in conftest.offspring(pids["dre"]) if pids.get("dre") else []:
        try:
            if b"quoin-pdl" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        except OSError:
            pass
    return None


def rounds(site, folder, count, engines, seed=1, clients=16, rules=None, changes=False):
    """Prints and kills; gives what is wrong and the jobs. Rules may send jobs to the printer "second", and so
    may who releases them, with changes."""
    chance = random.Random(seed)
    printer = RawPrinter()
    second = RawPrinter(printer.whole)
    site.printer("second", second.uri)
    if rules is not None:
        path = pathlib.Path(folder) / "kills.rules"
        path.write_text(rules)
        site.run("policy", "set", "kills", path)
    site.user("mary", balance=MONEY)
    site.printer("lp", printer.uri)
    for name in ("lp", "second") if changes else ():
        site.ask("printer", "set", name, "--pull-group", "house")
    site.queue("direct", mode="direct", printer="lp")
    site.queue("held", mode="hold", printer="lp")
    load = Load(site, one_page(folder), ["direct", "held"], clients)
    releases = Releases(site, load, random.Random(seed), changes)
    slowest = 0
    try:
        for _ in range(count):
            time.sleep(chance.uniform(0.05, 0.6))
            victim = victim_of(site, chance.choice(engines))
            if victim:
                os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            site.wait(60)
            slowest = max(slowest, time.monotonic() - began)
    finally:
        releases.stop()
        load.stop()
    taken = meet_uncertain(site)
    wrong, jobs = look(site, load, printer, releases.canceled)
    wrong += taken
    if slowest > SERVES_S:
        wrong.append(f"it served again only after {slowest:.1f} s")
    if (rules is not None or changes) and not any(job["printer"] == "second" for job in jobs.values()):
        wrong.append("no job was sent to the second printer")
    second.close()
    printer.close()
    states = collections.Counter(job["state"] for job in jobs.values())
    summary = (f"{count} kills of {'/'.join(engines)}: {load.tried} tried, {len(load.accepted)} accepted, "
               f"{load.failed} without an answer; {dict(states)}; "
               f"serving again within {slowest:.1f} s at most")
    return wrong, summary


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--rounds", type=int, default=10)
    ask.add_argument("--engine", choices=("dre", "cas", "pdl", "all"), default="dre")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--clients", type=int, default=16)
    options = ask.parse_args()
    engines = ["dre", "cas", "pdl"] if options.engine == "all" else [options.engine]
    with tempfile.TemporaryDirectory() as folder:
        site = conftest.Site(pathlib.Path(folder) / "site").start()
        try:
            wrong, summary = rounds(site, folder, options.rounds, engines, options.seed,
                                    options.clients)
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
