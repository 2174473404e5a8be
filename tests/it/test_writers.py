"""Documents whose truth is known because we drew them, from every writer there is, through the real reader."""
import os
import subprocess

from conftest import BUILD, SOURCE


def test_documents_of_all_writers(tmp_path):
    made = subprocess.run(["/usr/bin/python3", SOURCE / "tests" / "truth" / "make_large.py", tmp_path, "6"],
                          capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-2000:]
    told = subprocess.run([BUILD / "tests" / "test_count_corpus"], capture_output=True, text=True, check=False,
                          env={**os.environ, "QUOIN_CORPUS": str(tmp_path), "QUOIN_BUILD": str(BUILD)})
    wrong = [line for line in told.stdout.splitlines() if line.startswith("not ok")]
    assert told.returncode == 0 and not wrong, "\n".join(wrong) or told.stderr
    assert told.stdout.count("\nok ") >= 80
