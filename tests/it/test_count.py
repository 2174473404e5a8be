"""The count command as a person runs it: folders, forms, statuses, and files that are none."""
import csv
import io
import json
import os
import pathlib
import pty
import select
import shutil
import subprocess
import tempfile
import time

import pytest

from conftest import QUOIN, SAMPLE, SOURCE

DATA = SOURCE / "tests" / "data"


def quoin(*words, timeout=60):
    return subprocess.run([QUOIN, *map(str, words)], text=True, capture_output=True, timeout=timeout,
                          check=False)


@pytest.fixture
def tree(tmp_path):
    """A folder of samples with all that must not be opened, counted or walked round."""
    top = tmp_path / "tree"
    for name in ("b", "a/deep", "c"):
        (top / name).mkdir(parents=True)
    for name in ("b/2.pdf", "b/10.pdf", "a/deep/x.pdf", "=1+1.pdf"):
        shutil.copy(SAMPLE, top / name)
    os.mkfifo(top / "pipe")
    (top / "loop").symlink_to(top)
    (top / "b" / "link.pdf").symlink_to(top / "b" / "2.pdf")
    return top


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_folder_is_counted_in_order_and_nothing_else_is_opened(tree):
    done = quoin("count", "--json", "--jobs", "3", tree, timeout=60)
    assert done.returncode == 0, done
    names = [str(pathlib.Path(row["file"]).relative_to(tree)) for row in lines(done)]
    assert names == ["=1+1.pdf", "a/deep/x.pdf", "b/10.pdf", "b/2.pdf"]
    assert {row["pages"] for row in lines(done)} == {4}
    done = quoin("count", tree)
    assert "4 files, 16 pages, 4 in colour; all certain" in done.stdout, done
    assert "passed over: 2 links, 1 pipe, sockets or devices" in done.stdout


def test_csv_is_read_by_others(tree):
    done = subprocess.run([QUOIN, "count", "--csv", ".", "=1+1.pdf"], cwd=tree, capture_output=True, check=True)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert [row["file"] for row in rows] == ["./=1+1.pdf", "./a/deep/x.pdf", "./b/10.pdf", "./b/2.pdf",
                                             "./=1+1.pdf"]
    assert all(row["pages"] == "4" and row["certainty"] == "exact" and row["error"] == "" for row in rows)
    assert done.stdout.count(b"\r\n") == 6


def test_what_cannot_be_read_is_told_and_does_not_stop_the_rest(tree):
    done = quoin("count", tree / "absent", tree / "pipe", "/dev/null", SAMPLE, timeout=30)
    assert done.returncode == 1 and "1 in colour" in done.stdout and "not read: 3" in done.stdout, done
    assert "absent: No such file" in done.stderr and "it is a pipe" in done.stderr
    assert "it is a device" in done.stderr
    assert quoin("count", "--json", "--csv", SAMPLE).returncode == 2
    assert quoin("count", "--jobs", "0x", SAMPLE).returncode == 2
    assert quoin("count").returncode == 2


def test_a_folder_without_permission():
    # Root may read everything: then the command runs as nobody, who may not.
    as_other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(dir="/tmp") as top:
        os.chmod(top, 0o755)
        shutil.copy(SAMPLE, top)
        os.mkdir(f"{top}/closed", 0)
        done = subprocess.run([QUOIN, "count", top], capture_output=True, text=True, check=False, **as_other)
    assert done.returncode == 1 and "/closed: Permission denied" in done.stderr, done
    assert "2 files, 4 pages, 1 in colour" in done.stdout and "not read: 1" in done.stdout, done


def test_statuses_tell_uncertain_from_trouble(tmp_path):
    junk = tmp_path / "junk"
    junk.write_bytes(b"\x00\x01 nothing that prints")
    assert quoin("count", SAMPLE, junk).returncode == 5
    assert quoin("count", junk, tmp_path / "absent").returncode == 1
    assert "?" in quoin("count", SAMPLE, junk).stdout


def test_standard_input(tmp_path):
    for given in (SAMPLE.read_bytes(), b""):
        done = subprocess.run([QUOIN, "count", "--json", "-"], input=given, capture_output=True, check=False)
        row = json.loads(done.stdout)
        assert row["file"] == "-" and row["bytes"] == len(given)
        assert done.returncode == (0 if given else 5) and row["pages"] == (4 if given else 0)


def test_explain_says_where_and_why():
    done = quoin("count", "--explain", DATA / "pdf" / "runs.pdf")
    assert done.returncode == 0 and "read from the document's own structure" in done.stdout
    assert "operator rg at byte 6" in done.stdout and "quoin-pdl " in done.stdout
    row = lines(quoin("count", "--explain", "--json", DATA / "pdf" / "runs.pdf"))[0]
    assert [run["first"] for run in row["page_runs"] if run["color"]] == [4]
    assert row["page_runs"][0]["first"] == 1 and row["page_runs"][-1]["last"] == 7


def test_a_reader_that_has_seen_enough_ends_it(tree):
    many = [str(SAMPLE)] * 3000
    started = time.monotonic()
    done = subprocess.run(["sh", "-c", '"$0" count "$@" | head -3', str(QUOIN), *many], capture_output=True,
                          text=True, timeout=60, check=False)
    assert len(done.stdout.splitlines()) == 3 and done.stderr == "", done
    assert time.monotonic() - started < 30


def test_ten_thousand_files(tmp_path):
    first = shutil.copy(SAMPLE, tmp_path / "00000.pdf")
    for n in range(1, 10000):
        os.link(first, tmp_path / f"{n:05}.pdf")
    done = quoin("count", "--csv", tmp_path, timeout=120)
    rows = done.stdout.splitlines()
    assert done.returncode == 0 and len(rows) == 10001
    assert rows[1:] == sorted(rows[1:])


def test_progress_only_where_a_person_waits(tree):
    many = [str(SAMPLE)] * 2000
    assert subprocess.run([QUOIN, "count", *many], capture_output=True, check=True).stderr == b""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([QUOIN, "count", "--jobs", "1", *many], stdout=subprocess.DEVNULL, stderr=theirs,
                             env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert child.wait(60) == 0
    assert b" of 2000 files, " in shown and b"MiB/s" in shown and shown.endswith(b"\r\x1b[K"), shown[-200:]
