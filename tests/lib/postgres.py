"""A PostgreSQL server of a test's own: in a temporary folder, on a Unix socket there (and on a port of
loopback only where a test asks for one), with the durable settings that it ships with. PostgreSQL
refuses to run as root, so root runs it as the user `postgres`."""
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

LEAST = 15
USER = "postgres"


def folder_of_programs():
    """Where the newest server's programs are, or None."""
    found = []
    for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"):
        if path.parts[-3].isdigit() and int(path.parts[-3]) >= LEAST:
            found.append((int(path.parts[-3]), path.parent))
    return max(found)[1] if found else None


class Missing(Exception):
    pass


class Server:
    """Started when made; `stop` (or leaving the context) ends it and removes its folder. where: the folder that
    its own is made in."""

    def __init__(self, settings=(), port=None, base_from=None, where=None):
        self.programs = folder_of_programs()
        if self.programs is None:
            raise Missing(f"no PostgreSQL {LEAST} or newer is installed (apt-get install postgresql-15)")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quoin-pg-", dir=where))
        self.data = self.folder / "data"
        self.port = port or 5432
        self.process = None
        self.settings = {"listen_addresses": "127.0.0.1" if port else "", "port": str(self.port),
                         "unix_socket_directories": str(self.folder), "max_connections": "40",
                         "shared_buffers": "32MB", **dict(settings)}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(USER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        try:
            if base_from is None:
                self.run("initdb", "-N", "-D", self.data, "-E", "UTF8", "--locale=C", "-A", "trust", "-U", USER)
            else:
                self.run("pg_basebackup", "-D", self.data, "-h", base_from.folder, "-p", base_from.port, "-U", USER,
                         "-R", "-X", "stream", "-c", "fast", "--no-sync")
            self.start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.stop()

    def command(self, program, *arguments):
        as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups"] if os.geteuid() == 0 else []
        return [*as_user, str(self.programs / program), *map(str, arguments)]

    def run(self, program, *arguments, check=True):
        done = subprocess.run(self.command(program, *arguments), cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        words = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            # A session of its own, so that ^C at a test does not end it first.
            self.process = subprocess.Popen(self.command("postgres", "-D", self.data, *words), stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                                            start_new_session=True)
        self.wait()

    def wait(self, limit_s=60):
        until = time.monotonic() + limit_s
        while subprocess.run(self.command("pg_isready", "-q", "-h", self.folder, "-p", self.port),
                             check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server does not start: " + (self.folder / "log").read_text()[-2000:])
            time.sleep(0.02)

    def pid(self):
        """Of the postmaster; setpriv became it."""
        return self.process.pid

    def kill(self):
        """As a power cut of this machine alone: the postmaster and every process of it."""
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.pid())], capture_output=True, text=True,
                                  check=False).stdout.split()
        for pid in [self.pid(), *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.process = None

    def end(self, how=signal.SIGINT):
        """SIGINT: it ends all sessions and writes all home."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def stop(self):
        if self.process is not None:
            try:
                self.end(signal.SIGQUIT)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database="postgres"):
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", self.port, "-U", USER,
                        "-d", database, "-c", text).strip()

    def make(self, database):
        self.sql(f"CREATE DATABASE {database}")
        return self.dsn(database)

    def dsn(self, database, user=USER):
        where = f"%2F{str(self.folder)[1:].replace('/', '%2F')}"
        return f"postgresql://{user}@{where}:{self.port}/{database}"


def version(server):
    return re.search(r"\d+(\.\d+)?", server.run("postgres", "--version")).group(0)
