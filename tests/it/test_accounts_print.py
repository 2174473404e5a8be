"""Who pays for a print: by job-account-id and job-billing of real clients, by the queue, and by a person who
says so while the job waits."""
import subprocess

import pytest

PRICES = {"mono": "0.05", "color": "0.20", "duplex": "50", "per_job": "0.02"}
COST = "0.37"  # of the sample: 3 pages without colour, 1 with, and the job


@pytest.fixture
def office(site, virtual_printer):
    site.prices(**PRICES)
    site.user("mary", balance="10.00")
    site.printer("hall", virtual_printer.uri)
    site.queue("office", mode="direct", printer="hall")
    site.queue("later", mode="hold", printer="hall")
    for code in ("acme/17", "acme/18"):
        site.run("code", "add", code, "--make-missing", "--limit", "unlimited")
    site.run("code", "add", "secret/1", "--make-missing", "--limit", "unlimited", "--pin", "4711")
    return site


def legs(site, number):
    story = site.explain(number)
    return {leg["account"]: leg["amount"] for leg in story["settlement"]["legs"]}


def untouched(site):
    found = site.balance("mary")
    assert (found["balance"], found["reserved"]) == ("10.00", "0.00")


def operate(site, operation, queue, more, user="mary"):
    test = site.data.parent / "operation.test"
    test.write_text(f'{{\nNAME "it"\nOPERATION {operation}\nGROUP operation-attributes-tag\n'
                    'ATTR charset attributes-charset utf-8\n'
                    'ATTR naturalLanguage attributes-natural-language en\nATTR uri printer-uri $uri\n'
                    f'{more}\nATTR name requesting-user-name {user}\nSTATUS successful-ok\n}}\n')
    if "GROUP job" in more:
        head, _, tail = more.partition("GROUP job")
        test.write_text(f'{{\nNAME "it"\nOPERATION {operation}\nGROUP operation-attributes-tag\n'
                        'ATTR charset attributes-charset utf-8\n'
                        'ATTR naturalLanguage attributes-natural-language en\nATTR uri printer-uri $uri\n'
                        f'{head}\nATTR name requesting-user-name {user}\nGROUP job{tail}\n'
                        'STATUS successful-ok\n}\n')
    return subprocess.run(["ipptool", "-tv", site.uri(queue), test], text=True, capture_output=True,
                          timeout=60, check=False)


def test_a_code_pays_that_the_job_names(office, sample):
    number = office.ipptool("office", sample, job_account_id=("name", "code:acme/17"))
    job = office.wait_job(number)
    assert (job["state"], job["cost"], job["account"]) == ("completed", COST, "code:acme/17"), job
    assert legs(office, number) == {"code:acme/17": COST}
    story = office.explain(number)
    assert story["work"]["account"] == "code:acme/17"
    assert {entry["debit"] for entry in story["entries"]} == {"code:acme/17"}
    assert "code:acme/17" in office.run("explain", number).stdout
    untouched(office)


def test_shares_are_named_in_job_account_id(office, sample):
    for text in ("code:acme/17=50,user:mary=50", "user:mary=50,code:acme/17"):
        number = office.ipptool("office", sample, job_account_id=("name", f'"{text}"'))
        job = office.wait_job(number, states=("completed", "aborted", "pending-held"))
        assert job["state"] == "completed", (text, office.explain(number))
        assert legs(office, number) == {"code:acme/17": "0.185", "user:mary": "0.185"}
    for text in ("code:acme/17=50,user:mary=60", "code:acme/17=50,nobody=50"):
        number = office.ipptool("office", sample, job_account_id=("name", f'"{text}"'))
        job = office.wait_job(number, states=("completed", "aborted", "pending-held"))
        assert job["state"] == "pending-held" and "there is no account" in job["message"], (text, job)


def test_the_users_of_lp_name_it_by_job_billing(office, sample):
    done = subprocess.run(["lp", "-h", f"localhost:{office.ipp_port}", "-d", "office", "-U", "mary", "-o",
                           "job-billing=acme/18", sample], text=True, capture_output=True, timeout=60,
                          check=False)
    assert done.returncode == 0, done.stderr
    number = office.jobs()[-1]["id"]
    assert office.wait_job(number)["state"] == "completed", office.explain(number)
    assert legs(office, number) == {"code:acme/18": COST}
    untouched(office)


def test_the_queue_names_who_pays_where_the_job_does_not(office, sample):
    office.run("queue", "set", "office", "--account", "code:acme/17")
    shown = operate(office, "Get-Printer-Attributes", "office", "").stdout
    assert "job-account-id-default (nameWithoutLanguage) = code:acme/17" in shown, shown
    number = office.ipptool("office", sample)
    office.wait_job(number)
    assert legs(office, number) == {"code:acme/17": COST}
    office.run("queue", "set", "office", "--account", "none")
    number = office.ipptool("office", sample)
    office.wait_job(number)
    assert legs(office, number) == {"user:mary": COST}


def test_a_job_waits_until_an_account_is_chosen(office, sample):
    office.run("queue", "set", "office", "--must-choose", "yes")
    shown = operate(office, "Get-Printer-Attributes", "office", "").stdout
    assert "printer-mandatory-job-attributes (keyword) = job-account-id" in shown
    number = office.ipptool("office", sample)
    job = office.wait_job(number, states=("pending-held",))
    assert job["reasons"] == ["account-info-needed"] and "account" in job["message"]
    released = office.run("job", "release", number, check=False)
    assert released.returncode != 0 and "account" in released.stderr
    untouched(office)
    office.run("job", "charge-to", number, "code:acme/17=75,user:mary")
    job = office.wait_job(number)
    assert job["state"] == "completed", office.explain(number)
    assert legs(office, number) == {"code:acme/17": "0.2775", "user:mary": "0.0925"}
    assert job["account"] == "code:acme/17, user:mary"


def test_the_owner_names_another_account_of_a_job_that_waits(office, sample):
    number = office.ipptool("later", sample)
    office.wait_job(number, states=("pending-held",))
    assert office.balance("mary")["reserved"] == COST
    change = f"ATTR integer job-id {number}\nGROUP job-attributes-tag\nATTR name job-account-id code:acme/18"
    done = operate(office, "Set-Job-Attributes", "later", change, user="tom")
    assert done.returncode != 0, "a stranger changed who pays"
    done = operate(office, "Set-Job-Attributes", "later", change)
    assert done.returncode == 0, done.stdout
    office.wait_job(number, states=("pending-held",))
    office.run("job", "release", number)
    assert office.wait_job(number)["state"] == "completed"
    assert legs(office, number) == {"code:acme/18": COST}
    untouched(office)
    done = operate(office, "Set-Job-Attributes", "later", change)
    assert done.returncode != 0, "a printed job was charged to another account"


def test_a_refused_choice_does_not_stay(office, sample):
    office.user("tom", balance="1.00")
    number = office.ipptool("later", sample, job_account_id=("name", "code:acme/17"))
    office.wait_job(number, states=("pending-held",))
    for choice in ("code:acme/18=50,user:tom", "code:nowhere", "user:tom"):
        office.run("job", "charge-to", number, choice, check=False)
        job = office.wait_job(number, states=("pending-held",))
        assert job["account"] == "code:acme/17", (choice, job)
    assert "nobody pays with another person's account" in job["message"], job
    office.run("job", "charge-to", number, "code:acme/18=50,user:mary")
    assert office.wait_job(number, states=("pending-held",))["account"] == "code:acme/18, user:mary"
    office.run("job", "charge-to", number, "user:tom", check=False)
    office.run("job", "release", number, check=False)
    office.run("job", "release", number, check=False)
    assert office.wait_job(number)["state"] == "completed"
    assert legs(office, number) == {"code:acme/18": "0.185", "user:mary": "0.185"}


def test_a_protected_account_wants_its_pin_and_nobody_keeps_it(office, sample, tmp_path):
    number = office.ipptool("office", sample, job_account_id=("name", "code:secret/1"))
    if number is None:
        number = office.jobs()[-1]["id"]
    job = office.job(number)
    assert job["state"] == "pending-held", (job, office.refusal)
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    wrong = office.run("job", "charge-to", number, "code:secret/1", "--pin-file", pin, check=False)
    assert wrong.returncode != 0
    done = office.run("job", "charge-to", number, "code:secret/1", "--pin-file", "-", stdin="4711\n")
    assert "1234" not in done.stdout
    assert office.wait_job(number)["state"] == "completed"
    assert legs(office, number) == {"code:secret/1": COST}
    office.stop()
    for path in [*office.data.glob("log/*"), *office.data.glob("dre/dre.db*"), *office.data.glob("cas/cas.db*")]:
        assert b"4711" not in path.read_bytes(), path


def test_a_queue_is_set_and_bad_settings_are_refused(office):
    shown = office.ask("queue", "set", "office", "--mode", "hold", "--keep-documents", 5,
                       "--short-of-money", "hold")
    assert (shown["mode"], shown["keep_hours"], shown["short_of_money"]) == ("hold", 5, "hold")
    assert office.run("queue", "set", "office", check=False).returncode == 2
    for words in (("--printer", "nowhere"), ("--mode", "odd"), ("--must-choose", "maybe"),
                  ("--keep-documents", 9000)):
        assert office.run("queue", "set", "office", *words, check=False).returncode != 0, words
    assert office.run("queue", "set", "nowhere", "--mode", "hold", check=False).returncode != 0
    assert "Nothing was done" in office.run("queue", "set", "office", "--mode", "direct", "--dry-run").stdout
    assert office.ask("printer", "set", "hall", "--pull-group", "floor-1")["pull_group"] == "floor-1"
    office.stop()
    office.start()
    kept = [queue for queue in office.ask("queue", "list") if queue["name"] == "office"][0]
    assert (kept["mode"], kept["keep_hours"]) == ("hold", 5)
    assert office.ask("printer", "list")[0]["pull_group"] == "floor-1"


def test_a_queue_follows_its_account(office, sample):
    office.run("code", "add", "pay2", "--limit", "unlimited")
    office.run("queue", "set", "office", "--account", "code:pay2")
    moved = office.run("code", "move", "pay2", "pay3")
    assert "Queue office goes on saying code:pay2" in moved.stdout
    job = office.ipptool("office", sample)
    done = office.wait_job(job)
    assert done["state"] == "completed" and legs(office, job) == {"code:pay3": COST}, done
    quiet = office.run("queue", "set", "office", "--account", "code:pay2")
    assert "warning" not in quiet.stderr
