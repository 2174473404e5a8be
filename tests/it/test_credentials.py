"""People prove who they are to a real site, asked as the web does and by the command line: passwords,
PINs, cards, tickets, tokens; guessing from many addresses, over a killed engine; revocation; the first
administrator. And no secret in any file."""
import concurrent.futures
import datetime
import os
import signal

import pytest
from conftest import wait_until
from engine_client import Bridge, Refused

PASSWORD = "correct horse battery"
CARD = "04A2B3C4D5E680"


@pytest.fixture(name="home")
def fixture_home(site):
    site.user("mary")
    site.user("anna")
    yield site


@pytest.fixture(name="web")
def fixture_web(home):
    bridge = Bridge(home, "cas", "web")
    yield bridge
    bridge.close()


def prove(web, **how):
    return web.ask("Credentials/Prove", **({"device": "door", "address": "192.0.2.1"} | how))


def refused(web, reason="sign-in-refused", **how):
    with pytest.raises(Refused) as told:
        prove(web, **how)
    assert reason in told.value.reasons
    return told.value.text


def test_people_prove_who_they_are(home, web):
    home.run("password", "set", "mary", stdin=PASSWORD + "\n")
    made = home.ask("pin", "set", "mary", "--make")
    assert made["has_pin"] and len(made["made"]) == 6
    proof = prove(web, user="Mary", password=PASSWORD)
    assert proof["user"] == "mary" and proof["by"] == "password"
    assert prove(web, user="mary", pin=made["made"])["by"] == "pin"
    wrong = refused(web, user="mary", password="not it")
    assert wrong == refused(web, user="nobody", password="not it")
    assert wrong == refused(web, user="anna", password="not it")
    # A card, alone and with its PIN.
    tested = home.ask("card", "test", CARD.lower())
    assert tested["number"] == CARD and tested["user"] == ""
    refused(web, "unknown-card", card=CARD)
    card = home.ask("card", "add", "mary", CARD, "--title", "blue badge")
    assert card["hint"] == "680" and home.ask("card", "test", CARD)["user"] == "mary"
    assert prove(web, card=CARD)["by"] == "card"
    refused(web, "pin-needed", card=CARD, may=["card+pin"])
    assert prove(web, card=CARD, pin=made["made"], may=["card+pin"])["by"] == "card+pin"
    refused(web, "unreadable-card", card=CARD[:10] + "XY")
    shown = home.ask("user", "show", "mary")["credentials"]
    assert shown["cards"][0]["used_where"] == "door" and shown["has_password"]
    # Revoked: the version grows, and the card is nobody's.
    before = shown["version"]
    home.run("card", "remove", str(card["id"]))
    refused(web, "unknown-card", card=CARD)
    grown = web.ask("Credentials/ListVersions", after=0)["people"]
    assert [int(one["version"]) for one in grown if one["person"] == proof["person"]] == [before + 1]
    home.run("user", "lock", "mary")
    assert wrong == refused(web, user="mary", password=PASSWORD)
    home.run("user", "unlock", "mary")
    prove(web, user="mary", password=PASSWORD)


def test_guessing_from_many_addresses_over_a_killed_engine(home, web):
    home.run("password", "set", "mary", stdin=PASSWORD + "\n")
    home.run("password", "set", "anna", stdin=PASSWORD + "2\n")

    def guess(number):
        refused(web, user="mary", password=f"guess {number}", address=f"192.0.2.{number}", device="")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(40)))
    state = home.ask("user", "show", "mary")["credentials"]
    assert 3 <= state["failures"] <= 7, "of forty guesses at once few were looked at"
    failures = state["failures"]
    os.kill(home.pids()["cas"], signal.SIGKILL)
    wait_until(lambda: home.run("user", "show", "mary", check=False).returncode == 0, 30,
               "CAS is back")
    again = Bridge(home, "cas", "web")
    try:
        assert home.ask("user", "show", "mary")["credentials"]["failures"] == failures
        while home.ask("user", "show", "mary")["credentials"]["failures"] < 5:
            with pytest.raises(Refused):
                prove(again, user="mary", password="guess")
        refused(again, user="mary", password=PASSWORD, address="198.51.100.1", device="")
        prove(again, user="anna", password=PASSWORD + "2", address="198.51.100.1")
        home.run("user", "unlock", "mary")
        prove(again, user="mary", password=PASSWORD)
    finally:
        again.close()


def test_wrong_pins_lock_no_password_and_a_person_ends_a_lock(home, web):
    home.run("password", "set", "mary", stdin=PASSWORD + "\n")
    home.run("pin", "set", "mary", stdin="4711\n")
    home.run("card", "add", "mary", CARD)
    for number in range(4):
        refused(web, user="mary", pin="8888", address=f"192.0.2.{number}")
    state = home.ask("user", "show", "mary")["credentials"]
    assert state["pin_failures"] == 3 and state["pin_locked_until"] and state["failures"] == 0
    refused(web, user="mary", pin="4711")
    assert prove(web, user="mary", password=PASSWORD)["by"] == "password"
    assert prove(web, card=CARD)["by"] == "card"
    assert "by PIN waits until" in home.run("user", "show", "mary").stdout
    home.run("user", "unlock", "mary")
    assert prove(web, user="mary", pin="4711")["by"] == "pin"
    # A device that takes no more, and the way back.
    for number in range(50):
        refused(web, "unknown-card", card=f"{number:08X}", device="lib1", address="")
    refused(web, "too-many-tries", user="mary", password=PASSWORD, device="lib1", address="")
    assert home.ask("device", "unlock", "lib1")["failures"] == 50
    prove(web, user="mary", password=PASSWORD, device="lib1", address="")
    assert "0 wrong tries at 192.0.2.77" in home.run("device", "unlock", "--address", "192.0.2.77").stdout
    assert home.run("device", "unlock", check=False).returncode != 0


def test_what_takes_away_says_before_what_it_would_do(home, web):
    home.run("pin", "set", "mary", stdin="4711\n")
    home.run("password", "set", "mary", stdin=PASSWORD + "\n")
    card = home.ask("card", "add", "mary", CARD)
    token = home.ask("token", "make", "mary", "jobs:read")
    home.run("role", "set", "mary", "desk")
    home.run("delegate", "add", "mary", "anna")
    would = home.ask("pin", "remove", "mary", "--dry-run")
    assert would["dry_run"] and not would["has_pin"]
    assert not home.ask("password", "remove", "mary", "--dry-run")["has_password"]
    assert home.ask("role", "set", "mary", "--dry-run")["roles"] == []
    assert home.ask("delegate", "remove", "mary", "anna", "--dry-run")["delegates"] == []
    assert "nothing was done" in home.run("card", "remove", str(card["id"]), "--dry-run").stdout
    assert home.ask("token", "revoke", str(token["id"]), "--dry-run")["revoked"]
    assert home.run("card", "remove", "999", "--dry-run", check=False).returncode != 0
    state = home.ask("user", "show", "mary")["credentials"]
    assert state["has_pin"] and state["has_password"] and state["roles"] == ["desk"] and len(state["cards"]) == 1
    assert len(home.ask("delegate", "list", "mary")["delegates"]) == 1
    web.ask("Credentials/CheckToken", secret=token["secret"])
    # Who is forgotten proves nothing more.
    assert home.ask("history", "forget", "mary", "--dry-run")["credentials"] == 6
    assert home.ask("history", "forget", "mary")["credentials"] == 6
    refused(web, "unknown-card", card=CARD)
    refused(web, user="mary", password=PASSWORD)
    with pytest.raises(Refused):
        web.ask("Credentials/CheckToken", secret=token["secret"])
    assert home.ask("delegate", "list", "anna")["delegators"] == []


def test_cards_by_file_and_formats(home, web, tmp_path):
    path = tmp_path / "cards.csv"
    until = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    path.write_text("user;number;title;valid_until\n"
                    f"mary;{CARD};badge;\nmary;11223344;;{until}\nanna;188,24910;fob;\n"
                    "nobody;55667788;;\n")
    done = home.run("card", "import", str(path), "--dry-run", "--json", check=False)
    assert '"new":3' in done.stdout.replace(" ", "") and home.ask("card", "list") == []
    assert home.run("card", "import", str(path), check=False).returncode == 5
    assert len(home.ask("card", "list")) == 3 and len(home.ask("card", "list", "mary")) == 2
    done = home.run("card", "import", str(path), "--json", check=False)
    assert '"same":3' in done.stdout.replace(" ", "")
    assert prove(web, card="188,24910")["user"] == "anna"
    export = home.run("card", "export").stdout
    assert export.startswith("user,hint,title,valid_until,format") and CARD not in export
    # A format of the site's own takes the place of what is read otherwise, and goes round.
    config = tmp_path / "formats.yaml"
    config.write_text("card-format:\n  desk:\n    order: 1\n    length: 8\n    match: hex\n"
                      "    read: hex\n    reverse-bytes: true\n    write: hex\n")
    home.run("config", "apply", str(config))
    assert prove(web, card="44332211")["user"] == "mary"
    steps = home.ask("card", "test", CARD)["formats"]
    assert len(steps) == 1 and "14 characters, not 8" in steps[0]["why"]
    assert "reverse-bytes: true" in home.run("config", "export").stdout


def test_delegates_tickets_and_tokens(home, web):
    home.run("password", "set", "mary", stdin=PASSWORD + "\n")
    home.run("delegate", "add", "anna", "mary")
    assert prove(web, user="mary", password=PASSWORD)["delegators"] == ["anna"]
    assert home.ask("delegate", "list", "mary")["delegators"][0]["user"] == "anna"
    home.run("delegate", "remove", "anna", "mary")
    ticket = web.ask("Credentials/MakeTicket", user="mary")["code"]
    assert prove(web, ticket=ticket)["by"] == "ticket"
    refused(web, ticket=ticket)
    token = home.ask("token", "make", "mary", "jobs:read", "people:write", "--title", "a script")
    known = web.ask("Credentials/CheckToken", secret=token["secret"])
    assert known["scopes"] == ["jobs:read", "people:write"] and known["user"] == "mary"
    assert "secret" not in home.ask("token", "list")[0]
    home.run("token", "revoke", str(token["id"]))
    with pytest.raises(Refused) as told:
        web.ask("Credentials/CheckToken", secret=token["secret"])
    assert "token-refused" in told.value.reasons
    for scope in ("everything", "nonsense:read", "jobs:delete", "*:read"):
        assert home.run("token", "make", "mary", scope, check=False).returncode != 0, scope
    assert home.run("token", "make", "mary", "jobs:read", "device:front door", check=False).returncode != 0


def test_the_first_administrator_begins_once(home, web):
    setup = home.ask("setup", "--web", "https://print.example:8443/")
    assert setup["address"] == f"https://print.example:8443/setup?token={setup['token']}"
    state = web.ask("Credentials/UseSetup", token=setup["token"], user="root", full_name="The Root",
                    password=PASSWORD)
    assert state["roles"] == ["administrator"]
    with pytest.raises(Refused):
        web.ask("Credentials/UseSetup", token=setup["token"], user="rogue", password=PASSWORD)
    assert home.run("setup", check=False).returncode != 0
    assert [one["name"] for one in home.ask("role", "list")] == ["root"]
    home.run("role", "set", "mary", "desk", "finance")
    assert prove(web, user="root", password=PASSWORD)["roles"] == ["administrator"]


def test_a_lost_pepper(home, web):
    home.run("password", "set", "mary", stdin=PASSWORD + "\n")
    home.run("card", "add", "mary", CARD)
    web.close()
    home.stop()
    pepper = home.data / "cas" / "pepper"
    kept = pepper.read_text()
    pepper.write_text("0" * 64 + "\n")
    home.start()
    with Bridge(home, "cas", "web") as other:
        with pytest.raises(Refused) as told:
            prove(other, card=CARD)
        assert "DIR/cas/pepper" in told.value.text
        assert home.run("card", "add", "anna", "11223344", check=False).returncode != 0
        assert prove(other, user="mary", password=PASSWORD)["by"] == "password"
    home.stop()
    pepper.write_text(kept)
    home.start()
    with Bridge(home, "cas", "web") as again:
        assert prove(again, card=CARD)["user"] == "mary"
    home.stop()
    pepper.unlink()
    assert "of 1 people" in home.run("store", "forget-pepper").stdout
    home.start()
    with Bridge(home, "cas", "web") as new:
        refused(new, "unknown-card", card=CARD)
        home.run("card", "add", "mary", CARD)
        assert prove(new, card=CARD)["user"] == "mary"


def test_no_secret_stands_in_a_file(home, web):
    home.run("password", "set", "mary", stdin=PASSWORD + "\n")
    pin = home.ask("pin", "set", "mary", "--make")["made"]
    token = home.ask("token", "make", "mary", "jobs:read")["secret"]
    home.run("card", "add", "mary", CARD)
    prove(web, card=CARD, pin=pin)
    prove(web, user="mary", password=PASSWORD)
    refused(web, user="mary", password="a wrong guess")
    ticket = web.ask("Credentials/MakeTicket", user="mary")["code"]
    secrets = [PASSWORD, token, token[6:], CARD, ticket, "a wrong guess"]
    looked = 0
    for path in home.data.rglob("*"):
        if path.is_file() and not path.name.endswith(".key"):
            content = path.read_bytes()
            looked += 1
            for secret in secrets:
                assert secret.encode() not in content, f"{path} holds {secret}"
    assert looked > 8
    pepper = home.data / "cas" / "pepper"
    assert pepper.stat().st_mode & 0o777 == 0o600 and len(pepper.read_text()) == 65
