"""What a new user does: quoin up --demo, and reads what it says."""
import signal
import time

from conftest import Site, is_alive, offspring, wait_until


def demo(folder, offset=None):
    return Site(folder, offset=offset, options=["--demo"])


def test_the_demo_prints_and_tells(tmp_path):
    site = demo(tmp_path / "site").start(wait_s=30)
    try:
        text = wait_until(lambda: "Ctrl-C here ends all of it" in site.output.read_text() and
                          site.output.read_text(), 60, "the demo's tour")
        for word in ("Quoin serves", "quoin user add demo", "Accepted as job 1", "completed", "colour",
                     "Total", "Reserved", "Settled", "Before", "After", "Where to look next",
                     f"QUOIN_DATA={site.data}"):
            assert word in text, f"{word} is missing in:\n{text}"
        job = site.jobs()[-1]
        assert (job["state"], job["pages"], job["color_pages"]) == ("completed", 4, 1)
        assert list((site.data / "demo" / "paper").glob("*.pdf"))
        site.verify()
        below = offspring(site.process.pid)
        assert len(below) >= 4
    finally:
        assert site.stop(signal.SIGINT) == 0, site.output.read_text()
    assert not any(is_alive(pid) for pid in below)


def test_a_second_demo_is_quick_and_prints_again(tmp_path):
    with demo(tmp_path / "site") as site:
        wait_until(lambda: "Ctrl-C here" in site.output.read_text(), 60, "the first tour")
    start = time.monotonic()
    with site:
        assert time.monotonic() - start < 5
        wait_until(lambda: site.output.read_text().count("Ctrl-C here") == 2, 60, "the second tour")
        assert "all there from last time" in site.output.read_text()
        assert len(site.jobs()) == 2
        site.verify()
