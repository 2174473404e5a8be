"""A site whose accounts are on PostgreSQL: it prints and charges as on SQLite, two CAS share one database and
one limit, and neither a killed CAS, nor a server that restarts, nor one that dies and whose standby takes
over loses or doubles a charge."""
import os
import signal
import sys
import threading
import time

import pytest

import conftest
import kill_rounds

sys.path.insert(0, str(conftest.SOURCE / "tests" / "lib"))
from postgres import Missing, Server  # noqa: E402

CI = os.environ.get("CI") == "true"


def new_server(**more):
    try:
        return Server(**more)
    except Missing as missing:
        if CI:
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def server():
    with new_server() as made:
        yield made


def start(folder, dsn):
    return conftest.Site(folder, options=["--store", dsn]).start()


def end(site):
    """Its ledger is good, and it ends as asked."""
    site.verify()
    assert site.stop() == 0, site.output.read_text()


def test_a_document_is_charged_and_the_store_is_remembered(server, tmp_path, one_page):
    dsn = server.make("first")
    site = start(tmp_path / "site", dsn)
    try:
        site.user("mary", balance="1.00")
        site.printer("hall", "socket://127.0.0.1:9")
        site.queue("held", mode="hold", printer="hall")
        number = site.ipptool("held", one_page)
        assert number, site.refusal
        assert site.balance("mary")["reserved"] == "0.05"
        assert not (site.data / "cas" / "cas.db").exists()
        assert (site.data / "cas" / "store").stat().st_mode & 0o777 == 0o600
        assert site.stop() == 0
        site.options = []
        site.start()
        site.run("job", "cancel", number)
        conftest.wait_until(lambda: site.balance("mary")["reserved"] == "0.00", 20, "it is given back")
        end(site)
    finally:
        site.stop()
    # An empty database in its place is noticed: the witness has seen more.
    assert "another store stands here" in refused(site.data, server.make("empty"))
    assert "passfile" in refused(tmp_path / "other", "postgresql://a:secret@localhost/x")
    assert not (tmp_path / "other" / "cas" / "store").exists()


def refused(folder, dsn):
    """What `quoin up` says as it does not start."""
    site = conftest.Site(folder, options=["--store", dsn]).start(wait_s=0)
    try:
        assert site.process.wait(30) != 0
        return site.output.read_text()
    finally:
        site.stop()


def test_kill_rounds_of_cas(server, tmp_path):
    site = start(tmp_path / "site", server.make("killed"))
    try:
        wrong, summary = kill_rounds.rounds(site, tmp_path, 4, ["cas"], clients=8)
        print(summary)
        assert not wrong, wrong
        end(site)
    finally:
        site.stop()


def test_two_cas_on_one_database_keep_one_limit(server, tmp_path):
    """100 documents at 0.05 by two sites at once, a balance that pays for 31 of them."""
    dsn = server.make("shared")
    sites = [start(tmp_path / name, dsn) for name in ("a", "b")]
    try:
        sites[0].user("mary", balance="1.55")
        for site in sites:
            site.printer("hall", "socket://127.0.0.1:9")
            site.queue("held", mode="hold", printer="hall")
        page = kill_rounds.one_page(tmp_path)
        accepted = []

        def client(site, name):
            for count in range(10):
                number = kill_rounds.print_job(site.ipp_port, "held", "mary", page + f"%% {name} {count}\n".encode())
                if number is not None and site.job(number)["state"] != "aborted":
                    accepted.append((site, number))

        threads = [threading.Thread(target=client, args=(sites[n % 2], n)) for n in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert len(accepted) == 31
        for site in sites:
            balance = site.balance("mary")
            assert (balance["reserved"], balance["available"]) == ("1.55", "0.00")
        one, other = [site.verify() for site in sites]
        assert (one["head"], one["hash"]) == (other["head"], other["hash"])
        for site in sites:
            end(site)
    finally:
        for site in sites:
            site.stop()


class Office:
    """A site that prints to a raw printer all the time, while something is done to its database."""

    def __init__(self, folder, dsn, clients=8):
        self.site = start(folder / "site", dsn)
        self.printer = kill_rounds.RawPrinter()
        self.site.user("mary", balance=kill_rounds.MONEY)
        self.site.printer("lp", self.printer.uri)
        self.site.queue("direct", mode="direct", printer="lp")
        self.load = kill_rounds.Load(self.site, kill_rounds.one_page(folder), ["direct"], clients)

    def wait_more(self, count=15, limit_s=60):
        seen = len(self.load.accepted)
        conftest.wait_until(lambda: len(self.load.accepted) >= seen + count, limit_s, f"{count} more jobs are accepted")

    def judge(self):
        self.load.stop()
        wrong, _ = kill_rounds.look(self.site, self.load, self.printer)
        assert not wrong, wrong
        end(self.site)

    def close(self):
        self.load.stop()
        self.printer.close()
        self.site.stop()


def test_a_server_that_restarts_or_crashes_under_load_costs_nothing(tmp_path):
    with new_server() as server:
        office = Office(tmp_path, server.make("busy"))
        try:
            cas = office.site.pids()["cas"]
            office.wait_more()
            server.end(signal.SIGINT)
            time.sleep(0.3)
            server.start()
            office.wait_more()
            server.kill()
            server.start()
            office.wait_more()
            assert office.site.pids()["cas"] == cas, "CAS outlives its server"
            office.judge()
        finally:
            office.close()


def free_port():
    return next(port for port in range(24000 + os.getpid() % 500, 32000) if conftest.is_free(port))


def test_a_standby_takes_over_and_nothing_acknowledged_is_lost(tmp_path):
    with new_server(port=free_port()) as primary:
        with new_server(port=free_port(), base_from=primary) as standby:
            # From here on a commit is acknowledged once it is on both.
            primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.sql("SELECT pg_reload_conf()")
            conftest.wait_until(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync", 20,
                                "the standby is a synchronous one")
            primary.sql("CREATE DATABASE pair")
            dsn = (f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/pair"
                   "?target_session_attrs=read-write")
            office = Office(tmp_path, dsn)
            try:
                cas = office.site.pids()["cas"]
                office.wait_more()
                before = office.site.verify()
                primary.kill()
                standby.run("pg_ctl", "promote", "-w", "-D", standby.data)
                office.wait_more()
                assert office.site.pids()["cas"] == cas, "CAS outlives its server"
                assert office.site.verify()["head"] > before["head"]
                kept = standby.sql(f"SELECT encode(hash, 'hex') FROM ledger_entry WHERE seq = {before['head']}",
                                   "pair")
                assert kept == before["hash"], before
                office.judge()
            finally:
                office.close()
