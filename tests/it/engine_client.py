"""A gRPC client that is not ours (@grpc/grpc-js), for tests that ask an engine as the web or a panel
does: Bridge(site, "dce", "web").ask("Sessions/SignIn", person="mary")."""
import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading

import pytest

HERE = pathlib.Path(__file__).resolve().parent / "grpc"


def missing(what):
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def node():
    """Node with the packages of package-lock.json, installed once."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("node and npm are not installed")
    lock = (HERE / "package-lock.json").read_bytes()
    mark = HERE / "node_modules" / ".quoin-lock"
    if not mark.exists() or mark.read_bytes() != lock:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE,
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            missing(f"npm ci: {done.stderr[-400:]}")
        mark.write_bytes(lock)
    return "node"


class Refused(AssertionError):
    def __init__(self, answer):
        super().__init__(f"{answer['text']} {answer['reasons']}")
        self.code, self.text, self.reasons = answer["code"], answer["text"], answer["reasons"]


class Bridge:
    def __init__(self, site, engine, role, pki=None):
        where = {"port": site.port(engine), "pki": str(pki or site.data / "pki"), "role": role}
        self.process = subprocess.Popen([node(), "--no-deprecation", "bridge.js", json.dumps(where)],
                                        cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answers, self.lock, self.number = {}, threading.Lock(), 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            with self.lock:
                where = self.answers.setdefault(answer["id"], queue.Queue())
            where.put(answer)

    def send(self, call, ask, **more):
        with self.lock:
            self.number += 1
            number = self.number
            self.answers.setdefault(number, queue.Queue())
            self.process.stdin.write(json.dumps({"id": number, "call": call, "ask": ask, **more}) + "\n")
            self.process.stdin.flush()
        return number

    def take(self, number, limit_s=40):
        answer = self.answers[number].get(timeout=limit_s)
        if "code" in answer:
            raise Refused(answer)
        return answer

    def ask(self, call, wait=30000, **ask):
        return self.take(self.send(call, ask, wait=wait))["reply"]

    def refused(self, call, **ask):
        """Asks what must be refused, and gives how."""
        with pytest.raises(Refused) as found:
            self.ask(call, **ask)
        return found.value

    def watch(self, call, **ask):
        return Watch(self, self.send(call, ask, stream=True))

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Watch:
    def __init__(self, bridge, number):
        self.bridge, self.number = bridge, number

    def next(self, what=None, limit_s=10):
        """The next news, or the next of that kind."""
        while True:
            answer = self.bridge.take(self.number, limit_s)
            if "end" in answer:
                return None
            if what is None or answer["part"]["what"] == what:
                return answer["part"]

    def cancel(self):
        self.bridge.process.stdin.write(json.dumps({"cancel": self.number}) + "\n")
        self.bridge.process.stdin.flush()
