"""Signed checkpoints of the ledger: anyone's openssl proves them, a removed or forged one is named, and one that was kept
elsewhere convicts a ledger that was shortened by somebody who had the whole database in hands."""
import shutil
import sqlite3
import subprocess

import conftest
import pytest
from test_ledger_proofs import tampered, verify


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints")
    with conftest.Site(folder / "site") as site:
        site.user("mary", balance="10.00")
        first = site.ask("ledger", "checkpoint", "--out", folder / "kept")
        assert first["number"] >= 1 and "sum user 1 10.00 0.00" in first["text"]
        site.ask("ledger", "checkpoint")
        shutil.copytree(site.data / "cas", folder / "early")
        site.user("tom", balance="5.00")
        site.ask("ledger", "checkpoint", "--now")
        site.run("ledger", "checkpoints", "--out", folder / "kept")
        assert site.verify()["checkpoints"] == len(site.ask("ledger", "checkpoints")) == 3
        assert [run["name"] for run in site.ask("schedule", "list")] == ["checkpoint"]
        site.ask("schedule", "run", "checkpoint")
        conftest.wait_until(lambda: len(site.ask("ledger", "checkpoints")) == 4, 20, "the schedule's checkpoint")
    shutil.copy(folder / "site" / "cas" / "cas.db", folder / "cas.db")
    return folder


def prove(backup, store, *words):
    return verify(f"sqlite:{store}", "--ca", backup / "site" / "pki" / "ca.crt", *words)


def test_they_are_proven_without_an_engine_and_by_openssl(backup):
    status, said = prove(backup, backup / "cas.db", "--checkpoints", backup / "kept")
    assert status == 0 and said["checkpoints"] == 4, said
    name = backup / "kept" / "checkpoint-000003"
    key = subprocess.run(["openssl", "x509", "-in", f"{name}.crt", "-pubkey", "-noout"], check=True,
                         capture_output=True).stdout
    (backup / "key.pem").write_bytes(key)
    done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", backup / "key.pem", "-signature", f"{name}.sig",
                           f"{name}.txt"], check=False, capture_output=True, text=True)
    assert "Verified OK" in done.stdout, done
    assert subprocess.run(["openssl", "verify", "-CAfile", backup / "site" / "pki" / "ca.crt", f"{name}.crt"],
                          check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("sql, finding", [
    ("DELETE FROM ledger_checkpoint WHERE number = 2", "checkpoint 2: it is missing"),
    ("DELETE FROM ledger_checkpoint WHERE number = 1", "checkpoint 1: it is missing"),
    ("UPDATE ledger_checkpoint SET at = at + 1 WHERE number = 2", "checkpoint 2: its text"),
    ("UPDATE ledger_checkpoint SET seq = seq - 1 WHERE number = 3", "checkpoint 3: its text"),
    ("UPDATE ledger_checkpoint SET hash = zeroblob(32) WHERE number = 3", "checkpoint 3: its text"),
    ("UPDATE ledger_checkpoint SET period = '2020-01' WHERE number = 3", "checkpoint 3: its text"),
    ("UPDATE ledger_checkpoint SET signature = (SELECT signature FROM ledger_checkpoint WHERE number = 1) WHERE number = 2",
     "checkpoint 2: its signature"),
    ("UPDATE ledger_checkpoint SET body = CAST(replace(CAST(body AS TEXT), '10.00', '11.00') AS BLOB) WHERE number = 1",
     "checkpoint 1: its signature"),
    ("UPDATE ledger_checkpoint SET certificate = zeroblob(9) WHERE number = 4", "checkpoint 4: not a certificate"),
])
def test_a_removed_or_forged_one_is_named(backup, sql, finding):
    status, said = prove(backup, tampered(backup, sql))
    assert status == 5 and finding in said["finding"], said


def test_another_site_cannot_sign(backup, tmp_path):
    with conftest.Site(tmp_path / "other") as other:
        status, said = verify(f"sqlite:{backup}/cas.db", "--ca", other.data / "pki" / "ca.crt")
    assert status == 5 and "checkpoint 1" in said["finding"], said
    status, said = verify(f"sqlite:{backup}/cas.db", "--data", tmp_path / "nobody")
    assert status == 0, said  # the chain alone


def test_the_last_one_is_missed_by_whoever_kept_it(backup):
    copy = tampered(backup, "DELETE FROM ledger_checkpoint WHERE number >= 3")
    status, said = prove(backup, copy)
    assert status == 0, said
    status, said = prove(backup, copy, "--checkpoints", backup / "kept")
    assert status == 5 and "checkpoint 3: the one that was kept elsewhere" in said["finding"], said


def test_an_older_copy_in_the_place_of_the_ledger_is_convicted(backup):
    db = sqlite3.connect(backup / "early" / "cas.db")
    whole = sqlite3.connect(backup / "cas.db")
    for row in whole.execute("SELECT * FROM ledger_checkpoint WHERE number > 2"):
        db.execute("INSERT INTO ledger_checkpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    db.commit()
    db.close()
    whole.close()
    status, said = prove(backup, backup / "early" / "cas.db")
    assert status == 5 and "checkpoint 3: the ledger does not hold the entry" in said["finding"], said


def test_balances_of_any_moment_sum_to_zero(site):
    site.user("mary", balance="10.00")
    then = site.entries()[-1]["at"]
    site.run("user", "deposit", "mary", "1.00")
    site.user("tom", balance="2.00")
    now = {row["account"]: row["balance"] for row in site.ask("ledger", "balances")["accounts"]}
    assert now["user:mary"] == "11.00" and now["user:tom"] == "2.00" and now["cash"] == "-13.00"
    was = site.ask("ledger", "balances", "--at", then)
    assert was["sum"] == "0.00" and {row["account"]: row["balance"] for row in was["accounts"]
                                    if row["balance"] != "0.00"} == {"user:mary": "10.00", "cash": "-10.00"}
    assert "sum of " in site.run("ledger", "balances").stdout
