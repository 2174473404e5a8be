"""A second host folder joins a site with a one-time token, and its engine works."""
import os
import signal

import pytest
from conftest import Site, free_offset, is_alive, wait_until


def token_of(site, role="dre", host="branch", **options):
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return site.ask("engine", "join-token", role, host, *words)["token"]


@pytest.fixture
def branch(site, tmp_path):
    joined = Site(tmp_path / "branch", offset=free_offset())
    done = joined.run("engine", "join", "--cas", f"localhost:{site.port('cas')}", "--token", "-",
                      stdin=token_of(site) + "\n")
    assert "branch" in done.stdout
    joined.start()
    yield joined
    assert joined.stop() == 0, joined.output.read_text()


def test_a_joined_engine_prints_on_the_site_s_account(site, branch, sample, virtual_printer):
    site.prices(mono="0.05", color="0.20", duplex="100", per_job="0.02")
    site.user("mary", balance="10.00")
    there = ["--dre", f"localhost:{branch.port('dre')}"]
    site.run(*there, "printer", "add", "far", virtual_printer.uri)
    site.run(*there, "queue", "add", "away", "--mode", "direct", "--printer", "far")
    number = branch.ipptool("away", sample)
    assert number, branch.refusal

    def look():
        job = site.ask(*there, "job", "show", number)
        return job if job["state"] == "completed" else None
    job = wait_until(look, 30, "the job completes")
    assert job["cost"] == "0.37"
    assert site.balance("mary")["balance"] == "9.63"
    assert any("branch" in entry["by"] for entry in site.entries("user:mary"))


def test_only_the_joined_engine_runs_there(site, branch):
    assert [engine["name"] for engine in branch.ask("status")["engines"]] == ["dre"]
    assert not (branch.data / "pki" / "ca.key").exists()
    assert not (branch.data / "cas").exists()
    done = branch.run("user", "list", check=False)
    assert done.returncode == 1 and "first machine" in done.stderr


def test_a_token_serves_once(site, tmp_path):
    token = token_of(site)
    first, second = Site(tmp_path / "a", offset=1), Site(tmp_path / "b", offset=1)
    cas = f"localhost:{site.port('cas')}"
    first.run("engine", "join", "--cas", cas, "--token", token)
    done = second.run("engine", "join", "--cas", cas, "--token", token, check=False)
    assert done.returncode == 1 and "token" in done.stderr
    assert not (second.data / "joined").exists()


def test_a_wrong_token_opens_nothing(site, tmp_path):
    token = token_of(site)
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    other = Site(tmp_path / "a", offset=1)
    done = other.run("engine", "join", "--cas", f"localhost:{site.port('cas')}", "--token", wrong,
                     check=False)
    assert done.returncode != 0 and not (other.data / "joined").exists()
    done = other.run("engine", "join", "--cas", f"localhost:{site.port('cas')}", "--token", "hello",
                     check=False)
    assert done.returncode != 0 and not (other.data / "joined").exists()


def test_the_branch_holds_on_while_cas_is_away(site, branch):
    os.kill(site.pids()["cas"], signal.SIGKILL)
    wait_until(lambda: site.run("status", check=False).returncode == 0, 20, "cas is back")
    assert is_alive(branch.pids()["dre"])
    wait_until(lambda: branch.run("status", check=False).returncode == 0, 20, "the branch serves")
