"""`quoin store`: accounts move from a file to PostgreSQL and back with proof, and a role that cannot rewrite
entries is enough to run a site."""
import json
import subprocess

import conftest
from test_postgres import end, server, start  # noqa: F401  pylint: disable=unused-import


def store(*words):
    return subprocess.run([conftest.QUOIN, "store", *map(str, words)], capture_output=True, text=True, timeout=120,
                          check=False)


def test_a_site_moves_over_and_back(server, tmp_path, one_page):  # noqa: F811
    site = conftest.Site(tmp_path / "site").start()
    dsn = server.make("moved")
    try:
        site.user("mary", balance="1.00")
        site.printer("hall", "socket://127.0.0.1:9")
        site.queue("held", mode="hold", printer="hall")
        assert site.ipptool("held", one_page), site.refusal
        done = store("copy", f"sqlite:{site.data}/cas/cas.db", dsn)
        assert done.returncode == 1 and "stop that one first" in done.stderr
        assert site.stop() == 0
        done = store("copy", "sqlite:", dsn, "--data", site.data, "--dry-run", "--json")
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert seen["dry_run"] and not seen["equal"]
        done = store("copy", "sqlite:", dsn, "--data", site.data, "--json")
        assert done.returncode == 0, done.stderr
        assert {**json.loads(done.stdout), "dry_run": True, "equal": False} == seen
        done = store("copy", "sqlite:", dsn, "--data", site.data)
        assert done.returncode == 1 and "is not empty" in done.stderr
        site.options = ["--store", dsn]
        site.start()
        assert site.balance("mary")["reserved"] == "0.05"
        assert site.ipptool("held", one_page), site.refusal
        done = store("copy", dsn, f"sqlite:{tmp_path}/back.db")
        assert done.returncode == 1 and "stop that one first" in done.stderr
        assert site.stop() == 0
        done = store("copy", dsn, f"sqlite:{tmp_path}/back.db")
        assert done.returncode == 0 and "are equal" in done.stdout, done.stderr
        (site.data / "cas" / "cas.db").rename(tmp_path / "old.db")
        (tmp_path / "back.db").rename(site.data / "cas" / "cas.db")
        site.options = ["--store", "sqlite:"]
        site.start()
        assert site.balance("mary")["reserved"] == "0.10"
        end(site)
    finally:
        site.stop()


def test_a_role_without_the_right_to_rewrite_runs_a_site(server, tmp_path):  # noqa: F811
    server.sql("CREATE ROLE owner LOGIN")
    server.sql("CREATE ROLE engine LOGIN")
    server.sql("CREATE DATABASE roles OWNER owner")
    server.sql("ALTER SCHEMA public OWNER TO owner", "roles")
    done = store("prepare", server.dsn("roles", "owner"), "engine")
    assert done.returncode == 0, done.stderr
    site = start(tmp_path / "site", server.dsn("roles", "engine"))
    try:
        site.user("mary", balance="1.00")
        kept = [f"{what} {table}" for table in ("config_change", "config_edit", "accounts_change", "cas_move", "cas_cash")
                for what in ("DELETE FROM", "TRUNCATE")]
        for rewrite in (*kept, "UPDATE config_edit SET name = ''", "UPDATE accounts_change SET asker = ''",
                        "UPDATE cas_move SET amount = 0", "UPDATE cas_cash SET amount = 0",
                        "UPDATE config_change SET asker = ''",
                        "UPDATE ledger_entry SET amount = 0", "DELETE FROM ledger_entry", "TRUNCATE ledger_hold",
                        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL"):
            tried = subprocess.run(server.command("psql", "-Xq", "-c", rewrite, server.dsn("roles", "engine")),
                                   capture_output=True, text=True, check=False)
            assert tried.returncode != 0 and ("permission denied" in tried.stderr or "owner" in tried.stderr), tried
        end(site)
    finally:
        site.stop()
