"""Engines are killed while clients print; afterwards every accepted job has one fate."""
import os

import kill_rounds
import pytest

TIMES = int(os.environ.get("QUOIN_SOAK", "1"))


@pytest.mark.soak
@pytest.mark.parametrize("engines", [["dre"], ["cas"], ["pdl"], ["dre", "cas", "pdl"]],
                         ids=["dre", "cas", "pdl", "all"])
def test_a_killed_engine_loses_no_job_and_charges_none_twice(site, tmp_path, engines):
    wrong, summary = kill_rounds.rounds(site, tmp_path, 12 if TIMES == 1 else 10 * TIMES, engines)
    print(summary)
    assert not wrong, "\n".join([summary, *wrong[:20]])


@pytest.mark.soak
def test_a_job_that_rules_change_keeps_one_fate_through_every_kill(site, tmp_path):
    rules = 'when queue == "direct" then route to second, set sides = two-sided-long-edge\n'
    wrong, summary = kill_rounds.rounds(site, tmp_path, 12 if TIMES == 1 else 10 * TIMES, ["dre", "cas"],
                                        rules=rules)
    print(summary)
    assert not wrong, "\n".join([summary, *wrong[:20]])


@pytest.mark.soak
def test_a_job_that_a_person_changes_keeps_one_fate_through_every_kill(site, tmp_path):
    wrong, summary = kill_rounds.rounds(site, tmp_path, 12 if TIMES == 1 else 10 * TIMES, ["dre", "cas"],
                                        changes=True)
    print(summary)
    assert not wrong, "\n".join([summary, *wrong[:20]])
