"""The accounting server stands still, or is gone, while jobs come in."""
import os
import pathlib
import signal
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from kill_rounds import print_job  # noqa: E402

STILL_S = 20 if int(os.environ.get("QUOIN_SOAK", "1")) > 1 else 8


@pytest.mark.soak
def test_an_accounting_server_that_stands_still_loses_nothing(site, one_page):
    """Jobs that come in meanwhile are told so, wait, and are charged once afterwards."""
    site.user("mary", balance="10.00")
    site.prices(mono="0.05")
    site.printer("lp", "socket://127.0.0.1:9")
    site.queue("held", mode="hold", printer="lp")
    document = one_page.read_bytes()
    first = print_job(site.ipp_port, "held", "mary", document)
    cas = site.pids()["cas"]
    os.kill(cas, signal.SIGSTOP)
    began, accepted = time.monotonic(), []
    try:
        while time.monotonic() - began < STILL_S:
            accepted.append(print_job(site.ipp_port, "held", "mary", document, timeout=60))
            assert time.monotonic() - began < STILL_S + 40
        told = site.run("user", "list", check=False)
        assert told.returncode != 0 and told.stderr  # a clear answer, not for ever
        waits = site.job(accepted[-1])
        assert waits["state"] == "pending-held", waits
        assert waits["reasons"] == ["job-held-for-authorization"], waits
        assert "accounting server" in waits["message"]
        site.run("job", "cancel", accepted[0], check=False)
    finally:
        os.kill(cas, signal.SIGCONT)
    for number in accepted[1:]:
        job = site.wait_job(number, ("pending-held",), 40)

        def is_reserved(number=number):
            return site.job(number)["reasons"] == ["job-held-for-release"]
        end = time.monotonic() + 40
        while not is_reserved():
            assert time.monotonic() < end, site.job(number)
            time.sleep(0.1)
        assert job["cost"] in ("0.00", "0.05")
    site.wait_job(accepted[0], ("canceled",), 30)
    held = 1 + len(accepted) - 1
    assert site.balance("mary")["reserved"] == f"{held * 0.05:.2f}"
    assert len([entry for entry in site.entries() if entry["kind"] == "pending"]) <= held + 1
    assert first is not None
