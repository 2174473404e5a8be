"""`quoin ledger verify` on copies of a store, without an engine: a whole one is proven, and whatever was changed in a
copy is found and named. What finance or a court can be shown."""
import json
import shutil
import sqlite3
import subprocess

import conftest
import pytest
from test_postgres import end, server  # noqa: F401  pylint: disable=unused-import


def verify(store, *words):
    done = subprocess.run([conftest.QUOIN, "ledger", "verify", "--json", "--store", str(store), *map(str, words)],
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    """A site's database after deposits, a charge, a refund and an open reservation; and the site's folder."""
    folder = tmp_path_factory.mktemp("proofs")
    with conftest.Site(folder / "site") as site:
        site.user("mary", balance="10.00")
        site.user("tom", balance="5.00")
        site.run("user", "deposit", "mary", "1.23", "--why", "at the desk")
        site.run("user", "adjust", "--why", "broken cup", "tom", "--", "-0.50")
        assert site.verify()["good"]
    shutil.copy(folder / "site" / "cas" / "cas.db", folder / "cas.db")
    return folder


def tampered(backup, sql):
    copy = backup / f"tampered-{len(list(backup.iterdir()))}.db"
    shutil.copy(backup / "cas.db", copy)
    db = sqlite3.connect(copy, isolation_level=None)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    changed = 0
    for text in sql if isinstance(sql, list) else [sql]:
        changed += db.execute(text).rowcount
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
    assert changed > 0, sql
    return copy


def test_a_backup_is_proven_and_stays_as_it_was(backup):
    before = (backup / "cas.db").read_bytes()
    (backup / "cas.db").chmod(0o400)
    status, said = verify(f"sqlite:{backup}/cas.db")
    assert status == 0 and said["good"] and said["checked"] == said["head"] > 8, said
    assert (backup / "cas.db").read_bytes() == before
    assert not (backup / "cas.db-wal").exists() and not (backup / "cas.db-shm").exists()
    (backup / "cas.db").chmod(0o600)
    done = subprocess.run([conftest.QUOIN, "ledger", "verify", "--store", "sqlite:", "--data", backup / "site"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "The ledger is good" in done.stdout, done.stderr


COLUMNS = {"kind": "CASE kind WHEN 3 THEN 1 ELSE 3 END", "debit": "debit % 3 + 1", "credit": "credit % 3 + 1",
           "amount": "amount + 1", "pending": "1", "key": "zeroblob(16)", "why": "why || 'x'",
           "asker": "asker || 'x'", "at": "at + 1", "lapses_at": "lapses_at + 1", "detail": "CAST(detail || x'00' AS BLOB)",
           "debit_balance": "debit_balance + 1", "debit_reserved": "debit_reserved + 1",
           "debit_overdraft": "coalesce(debit_overdraft, 0) + 1", "credit_balance": "credit_balance + 1",
           "credit_reserved": "credit_reserved + 1", "credit_overdraft": "coalesce(credit_overdraft, 0) + 1",
           "hash": "zeroblob(32)", "seq": "seq + 100"}


def test_every_column_of_an_entry_is_under_the_chain(backup):
    db = sqlite3.connect(backup / "cas.db")
    columns = {row[1] for row in db.execute("PRAGMA table_info(ledger_entry)")}
    transfer = db.execute("SELECT max(seq) FROM ledger_entry WHERE kind = 3").fetchone()[0]
    db.close()
    assert columns == set(COLUMNS)
    for column, value in COLUMNS.items():
        copy = tampered(backup, f"UPDATE ledger_entry SET {column} = {value} WHERE seq = {transfer}")
        status, said = verify(f"sqlite:{copy}")
        assert status == 5 and not said["good"] and f"entry {transfer}" in said["finding"], (column, said)


@pytest.mark.parametrize("sql, finding", [
    ("DELETE FROM ledger_entry WHERE seq = 7", "entry 7"),
    ("DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)", "account "),
    ("UPDATE ledger_account SET balance = balance + 1 WHERE name = 'user:mary'", "user:mary"),
    (["UPDATE ledger_account SET balance = balance + 1 WHERE name = 'user:mary'",
      "UPDATE ledger_account SET balance = balance - 1 WHERE name = 'cash'"], "account cash"),
    ("UPDATE ledger_account SET reserved = 5 WHERE name = 'user:mary'", "user:mary"),
    ("INSERT INTO ledger_account VALUES (999, 'user:eve', 0, 0, 0)", "user:eve"),
])
def test_what_was_changed_in_a_copy_is_named(backup, sql, finding):
    status, said = verify(f"sqlite:{tampered(backup, sql)}")
    assert status == 5 and not said["good"] and finding in said["finding"], said


def test_what_is_no_ledger_is_told(backup):
    (backup / "other.txt").write_text("no database\n" * 200)
    status, said = verify(f"sqlite:{backup}/other.txt")
    assert status == 5 and "damaged" in str(said), said
    sqlite3.connect(backup / "other.db").execute("CREATE TABLE t (x)").connection.close()
    status, said = verify(f"sqlite:{backup}/other.db")
    assert status == 2 and "no database of Quoin's" in said, said
    status, said = verify(f"sqlite:{backup}/absent.db")
    assert status == 3 and not (backup / "absent.db").exists(), said


def test_a_running_site_is_not_disturbed(site):
    site.user("mary", balance="1.00")
    status, said = verify(f"sqlite:{site.data}/cas/cas.db")
    assert status == 1 and "in use" in said, said
    site.user("tom", balance="1.00")
    assert site.verify()["good"]


def test_on_postgresql_also_while_the_engine_works(server, tmp_path):  # noqa: F811
    dsn = server.make("proofs")
    site = conftest.Site(tmp_path / "site", options=["--store", dsn]).start()
    try:
        site.user("mary", balance="1.00")
        status, said = verify(dsn)
        assert status == 0 and said["good"], said
        site.user("tom", balance="1.00")
        end(site)
    finally:
        site.stop()
    server.sql("SET session_replication_role = replica; UPDATE ledger_entry SET amount = 1 WHERE seq = 8", "proofs")
    status, said = verify(dsn)
    assert status == 5 and "entry 8" in said["finding"], said
