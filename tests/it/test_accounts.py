"""People, groups, departments, billing codes and shared accounts, by the commands an administrator
has, on a real site: single changes, names, trees, files of rows, hostile ones among them."""
import csv
import io
import json
import time

import pytest
from conftest import Failed, Site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("accounts") / "site") as running:
        yield running


def refused(site, *words):
    with pytest.raises(Failed) as why:
        site.run(*words)
    return why.value.stderr


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def put(folder, name, text):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_person_is_changed_renamed_merged_and_every_change_is_told(site):
    site.user("Mary", "10.00")
    site.run("department", "add", "science/physics", "--make-missing")
    site.run("group", "add", "staff")
    site.run("code", "add", "acme/2026-17", "--make-missing", "--title", "Acme v. Zenith")
    site.run("user", "set", "mary", "--department", "science/physics", "--groups", "staff",
             "--default-account", "acme/2026-17", "--language", "pt-BR", "--may-transfer", "yes")
    mary = site.ask("user", "show", "MARY")
    assert mary["department"] == "science/physics" and mary["groups"] == ["staff"]
    assert mary["default_account"] == "code:acme/2026-17" and mary["may_transfer"]
    number = mary["id"]

    mary = site.ask("user", "rename", "mary", "Maria")
    assert (mary["name"], mary["aliases"], mary["balance"]) == ("maria", ["mary"], "10.00")
    assert site.balance("maria")["balance"] == "10.00"
    assert site.ask("ledger", "balance", "user:mary")["account"] == "user:maria"
    site.user("m2", "5.00")
    assert "already" in refused(site, "user", "rename", "m2", "MARY")
    dry = site.ask("user", "merge", "m2", "mary", "--dry-run")
    assert dry["balance"] == "10.00" and site.ask("user", "show", "m2")["name"] == "m2"
    merged = site.ask("user", "merge", "m2", "mary")
    assert merged["balance"] == "15.00" and merged["id"] == number
    assert site.ask("user", "show", "m2")["name"] == "maria"

    told = site.ask("user", "history", "maria")
    assert [change["what"] for change in told] == ["merge", "rename", "set", "add"]
    assert json.loads(told[1]["old"]) == {"name": "mary"}
    assert json.loads(told[2]["old"])["department"] == ""
    site.verify()


def test_who_was_removed_comes_back_with_all_there_was(site):
    site.user("gone", "7.00")
    number = site.ask("user", "show", "gone")["id"]
    site.run("user", "remove", "gone", "--dry-run")
    assert not site.ask("user", "show", "gone")["removed"]
    site.run("user", "remove", "gone")
    assert "gone" not in [person["name"] for person in site.ask("user", "list")]
    assert "gone" in [person["name"] for person in site.ask("user", "list", "--all")]
    back = site.user("gone", "100.00")
    assert (back["id"], back["balance"], back["locked"]) == (number, "7.00", False)


def test_codes_are_a_tree_that_moves_and_is_found_by_words(site):
    site.run("code", "add", "old/x/y", "--make-missing", "--title", "Dispute about Ärger")
    assert [code["name"] for code in site.ask("code", "list", "disp", "ÄRG")] == ["old/x/y"]
    assert "itself" in refused(site, "code", "move", "old", "old/x/z")
    assert "add that first" in refused(site, "code", "move", "old", "no/where")
    site.run("code", "move", "old/x", "newtop")
    assert site.ask("code", "show", "newtop/y")["title"].startswith("Dispute")
    assert "there is no code" in refused(site, "code", "show", "old/x")
    site.run("code", "set", "newtop", "--valid-until", "2026-12-31", "--pin", "4711",
             "--may-charge", "user:maria,group:staff", "--access", "listed")
    shown = site.ask("code", "show", "newtop")
    assert shown["has_pin"] and sorted(shown["may_charge"]) == ["group:staff", "user:maria"]
    assert "4711" not in site.run("code", "history", "newtop").stdout
    favourites = site.ask("user", "favourite", "maria", "newtop/y")
    assert favourites[0]["account"] == "code:newtop/y" and favourites[0]["favourite"]


@pytest.mark.parametrize("name", ["a//b", "../etc", "/lead", "trail/", "a/./b", "a:b", "a\\b", " a", "a\n",
                                  "a\u202eb", "x" * 129, "/".join("abcdefghijklmnopq")])
def test_hostile_paths_are_refused_with_a_sentence(site, name):
    assert "quoin: " in refused(site, "code", "add", "--make-missing", "--", name)


def test_a_file_is_previewed_imported_and_the_same_again_changes_nothing(site, tmp_path):
    rows = put(tmp_path, "users.csv", b"\xef\xbb\xbfUser Name;Full Name;Department;Groups;Limit;Balance;Allotment\r\n"
               b"Ann;\"Ann \"\"the\"\" First\";law/tax;staff|new;2.50;1.00;0.75\r\n"
               b"ben;=1+1;;;unlimited;;\r\n")
    preview = site.run("user", "import", rows, "--dry-run", "--json", check=False)
    assert preview.returncode == 5
    preview = json.loads(preview.stdout)
    assert (preview["rows"], preview["new"], preview["refused"]) == (2, 1, 1)
    assert preview["refusals"][0]["line"] == 2 and preview["refusals"][0]["column"] == "department"
    done = site.ask("user", "import", rows, "--make-missing")
    assert (done["new"], done["first"]["new"]) == (2, "Ann")
    ann = site.ask("user", "show", "ann")
    assert (ann["full_name"], ann["balance"], ann["limit"]) == ('Ann "the" First', "1.00", "2.50")
    assert ann["groups"] == ["new", "staff"] and site.ask("user", "show", "ben")["unlimited"]
    again = site.ask("user", "import", rows)
    assert (again["same"], again["changed"], again["new"]) == (2, 0, 0)
    assert site.balance("ann")["balance"] == "1.00"
    assert site.ask("ledger", "balance", "allotment:ann")["balance"] == "0.75"

    out = site.run("user", "export").stdout
    ben = next(row for row in table(out) if row["name"] == "ben")
    assert ben["full_name"] == "'=1+1" and ben["limit"] == "unlimited"
    back = site.ask("user", "import", put(tmp_path, "back.csv", out))
    assert back["same"] == back["rows"] and site.ask("user", "show", "ben")["full_name"] == "=1+1"


def test_hostile_files_are_told_by_line_and_column(site, tmp_path):
    assert 'nearest is "full_name"' in refused(site, "user", "import", put(tmp_path, "a", "name,ful_nam\n"))
    assert "twice" in refused(site, "user", "import", put(tmp_path, "b", "name,user\nx,y\n"))
    assert "UTF-16" in refused(site, "user", "import", put(tmp_path, "c", b"\xff\xfen\0"))
    assert "empty" in refused(site, "user", "import", put(tmp_path, "d", ""))
    assert '"name"' in refused(site, "user", "import", put(tmp_path, "e", "email\nx\n"))
    wrong = put(tmp_path, "f", b"name,email,locked\nok1,a@b,no\nx,nobody,no\ny,a@b,perhaps\nz\xff,a@b,no\n"
                b"short\nq,\"a\"b,no\nok1,a@b,no\n,a@b,no\nok2,a@b,no\nopen,\"a@b\n")
    done = site.run("user", "import", wrong, "--json", check=False)
    assert done.returncode == 5
    told = json.loads(done.stdout)
    assert (told["new"], told["refused"]) == (2, 8)
    where = {(refusal["line"], refusal["column"]) for refusal in told["refusals"]}
    assert where >= {(3, "email"), (4, "locked"), (5, "name"), (6, ""), (7, ""), (8, "name"), (9, "name")}


def test_who_is_missing_in_the_file_is_locked_only_where_that_is_meant(site, tmp_path):
    few = put(tmp_path, "few.csv", "name\nann\n")
    assert "--yes" in refused(site, "user", "import", few, "--lock-missing")
    assert not site.ask("user", "show", "ben")["locked"]
    people = [person["name"] for person in site.ask("user", "list") if not person["locked"]]
    most = put(tmp_path, "most.csv", "name\n" + "".join(f"{name}\n" for name in people if name != "ben"))
    extra = put(tmp_path, "extra.csv", "name\n" + "".join(f"extra{i}\n" for i in range(20)))
    site.ask("user", "import", extra)
    most.write_text(most.read_text() + extra.read_text().partition("\n")[2])
    assert site.ask("user", "import", most, "--lock-missing", "--dry-run")["locked_as_missing"] == 1
    assert not site.ask("user", "show", "ben")["locked"]
    assert site.ask("user", "import", most, "--lock-missing")["locked_as_missing"] == 1
    assert site.ask("user", "show", "ben")["locked"]


def test_accounts_and_groups_come_and_go_as_files(site, tmp_path):
    codes = put(tmp_path, "codes.csv", "path,title,valid_until,pin,may_charge,access,limit\n"
                "c/1,One,2027-01-01,1234,user:ann,listed,10.00\nc/2,\"Two, really\",,,,everyone,unlimited\n")
    assert site.ask("code", "import", codes, "--make-missing")["new"] == 2
    assert site.ask("code", "import", codes)["same"] == 2
    out = site.run("code", "export").stdout
    assert "1234" not in out
    assert site.ask("code", "import", put(tmp_path, "codes2.csv", out))["changed"] == 0
    one = next(row for row in table(out) if row["name"] == "c/1")
    assert (one["limit"], one["may_charge"], one["valid_until"]) == ("10.00", "user:ann", "2027-01-01T00:00:00")
    for what in ("group", "department", "shared"):
        out = site.run(what, "export").stdout
        if len(table(out)) > 0:
            assert site.ask(what, "import", put(tmp_path, what, out))["changed"] == 0
    assert site.ask("shared", "import", put(tmp_path, "s", "name\nposter\n"))["new"] == 1
    assert site.ask("shared", "show", "poster")["limit"] == "0.00"


def test_ten_thousand_rows_take_seconds(site, tmp_path):
    rows = put(tmp_path, "many.csv", "name,full_name,department,groups,balance\n" + "".join(
        f"m{i:05},Some Body{i % 97},big/d{i % 50},g{i % 20},1.00\n" for i in range(10000)))
    start = time.monotonic()
    assert site.ask("user", "import", rows, "--make-missing")["new"] == 10000
    assert site.ask("user", "import", rows)["same"] == 10000
    assert time.monotonic() - start < 60
    assert len(site.ask("user", "list", "--department", "big/d7")) == 200
    assert len(site.ask("user", "list", "body96", "some")) == 103
    site.verify()


def test_codes_show_their_dates(site):
    site.run("code", "add", "dates-old", "--valid-until", "2020-01-01")
    site.run("code", "add", "dates-new", "--valid-from", "2099-01-01")
    site.run("code", "add", "dates-now", "--valid-from", "2020-01-01", "--valid-until", "2099-01-01")
    site.run("code", "add", "dates-shut", "--valid-until", "2020-01-01")
    site.run("code", "lock", "dates-shut")
    states = {"dates-old": "expired", "dates-new": "not yet", "dates-now": "open", "dates-shut": "locked"}
    assert {row["name"]: row["state"] for row in site.ask("code", "list")
            if row["name"].startswith("dates-")} == states
    lines = site.run("code", "list").stdout.splitlines()
    for name, state in states.items():
        assert any(line.startswith(name + " ") and f" {state} " in line for line in lines), lines
    assert site.ask("code", "show", "dates-old")["state"] == "expired"
    assert "expired" in site.run("code", "show", "dates-old").stdout
