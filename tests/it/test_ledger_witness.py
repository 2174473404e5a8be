"""The print engine remembers what it was shown of the ledger: one that lost its end, with everything in it put in order, is
told by it."""
import shutil

import conftest


def test_a_ledger_that_lost_its_end_is_told_by_the_other_engine(tmp_path, virtual_printer, one_page):
    with conftest.Site(tmp_path / "site") as site:
        lose_the_end(site, virtual_printer, one_page)


def lose_the_end(site, virtual_printer, one_page):
    site.user("mary", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("q", printer="hall")
    assert site.stop() == 0
    shutil.copy(site.data / "cas" / "cas.db", site.data / "early.db")
    site.start()
    site.wait_job(site.ipptool("q", one_page))
    seen = site.verify()
    assert seen["good"] and seen["witnesses"] == 1
    assert "Witness: dre" in site.run("ledger", "verify").stdout
    assert site.stop() == 0
    shutil.copy(site.data / "early.db", site.data / "cas" / "cas.db")
    (site.data / "cas" / "witness").unlink()
    site.start()
    done = site.run("ledger", "verify", "--json", check=False)
    assert done.returncode == 5 and "was shown entry" in done.stdout and "dre/" in done.stdout, done
    conftest.wait_until(lambda: "ledger.shortened" in site.logs(), 20,
                        "the print engine's word")
    site.user("tom", balance="1.00")  # it grows again: what was seen is not forgotten
    assert site.run("ledger", "verify", check=False).returncode == 5
    done = site.run("doctor", check=False)
    assert "the ledger does not hold it any more" in done.stdout, done.stdout
