"""PDFs made to hurt: loops, nesting, chains of filters, numbers that lie. They are made here, for they are large."""
import json
import resource
import subprocess
import sys

import pytest

from conftest import QUOIN, SOURCE

SECONDS = 12  # of the processor: ten of the reader's, and what starting it takes


def used():
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@pytest.fixture(scope="module")
def bombs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    subprocess.run([sys.executable, SOURCE / "tests" / "data" / "make_pdfs.py", "--big", folder], check=True,
                   capture_output=True, timeout=200)
    return folder


def wants(path):
    return dict(line.partition(" ")[::2] for line in path.with_suffix(".want").read_text().splitlines())


def test_each_bomb_ends_in_a_clear_verdict(bombs):
    """In time, with the pages that are sure, and never by a reader that ran out of memory."""
    told = []
    for path in sorted(bombs.glob("*.pdf")):
        start = used()
        done = subprocess.run([QUOIN, "count", "--no-drawing", "--json", path], text=True, capture_output=True,
                              timeout=60, check=False)
        took = used() - start
        facts, want = json.loads(done.stdout.splitlines()[0]), wants(path)
        reasons = " ".join(facts["reasons"])
        told.append(f"{path.stem}: {took:.1f} s, {facts['certainty']}, {facts['pages']} pages, {reasons[:90]}")
        assert took < SECONDS, told[-1]
        assert facts["certainty"] in want["certainty"].split("|") + ["unknown"], told[-1]
        assert facts["certainty"] == "exact" or reasons, told[-1]
        assert "signal 6" not in reasons and "signal 11" not in reasons, told[-1]
        assert want["pages"] in ("-", str(facts["pages"])), told[-1]
    assert len(told) > 20
