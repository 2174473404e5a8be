"""What the help desk reads: refusals that say what to do, tables of one clock, names that are no other thing."""


def refused(site, sentence, *command, status=2):
    done = site.run(*command, check=False)
    assert done.returncode == status and sentence in done.stderr, (command, done.returncode, done.stderr)


def test_names_and_limits(site, tmp_path):
    site.user("mary", "5.00")
    for name in ("user:x", "a:b", "../x", "a/b"):
        refused(site, "a name has no ':' and no '/'", "user", "add", name)
        refused(site, "a name has no ':' and no '/'", "user", "rename", "mary", name)
        refused(site, "a name has no ':' and no '/'", "user", "alias", "mary", name)
    refused(site, "the name: at most 4000 bytes of UTF-8 may stand here, and no control characters",
            "user", "add", "a\x01b")
    rules = tmp_path / "p.rules"
    rules.write_text('when pages > 100 then deny "x"\n', encoding="utf-8")
    refused(site, "the name of a policy has no '/'", "policy", "set", "../x", rules)
    site.run("policy", "set", "fine", rules)

    shown = site.run("user", "limit", "mary", "unlimited").stdout
    assert "Limit:         none\n" in shown and "Available:     unlimited\n" in shown
    balance = site.run("ledger", "balance", "user:mary").stdout
    assert "Limit:         none\n" in balance and "Available:     unlimited\n" in balance
    assert "there is no limit." in site.run("price", "quote", "--user", "mary", "--pages", 1).stdout
    assert "Limit:         2.00\n" in site.run("user", "limit", "mary", "2.00").stdout
    refused(site, "is not an amount", "user", "limit", "mary", "plenty")
    assert "Available:     7.00" in site.run("ledger", "balance", "user:mary").stdout

    assert "Pays:" in site.run("payer", "rule", "user:mary", "--pays", "person").stdout
    assert "There is no rule of user:mary now" in site.run("payer", "rule", "user:mary").stdout
    assert site.ask("payer", "rules") == []

    site.run("user", "add", "gone")
    site.run("user", "remove", "gone")
    for command in (["user", "deposit", "gone", "1.00"], ["cash", "deposit", "gone", "1.00"]):
        done = site.run(*command, check=False)
        assert done.returncode != 0 and "gone was removed: nothing is paid in" in done.stderr


def test_an_import_tells_by_its_lines(site, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("name,department,limit\none,,1\ntwo,nowhere,1\none,,2\nthree,,x\nfour,nowhere,1\nfive,,1\n",
                    encoding="utf-8")
    told = site.run("user", "import", rows, check=False)
    lines = [line.split(":")[0].split(",")[0] for line in told.stdout.splitlines() if line.startswith("line ")]
    assert lines == ["line 3", "line 4", "line 5", "line 6"]
    assert "New:           2, the first one" in told.stdout and "Refused:       4, the first two" in told.stdout
    assert told.returncode == 5


def test_schedules_have_one_clock(site, tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text("site:\n  time:\n    zone: Europe/Berlin\n", encoding="utf-8")
    site.run("config", "apply", path)
    site.user("mary", "1.00")
    site.run("grant", "set", "g", "--when", "@daily", "--to", "all", "--amount", "1.00")
    site.run("schedule", "run", "g")
    run = site.ask("schedule", "runs")[0]
    head, row = site.run("schedule", "runs").stdout.splitlines()[:2]
    assert "DUE (UTC)" in head and "DONE (UTC)" in head
    assert run["due_at"][:10] + " " + run["due_at"][11:16] in row
    assert "LAST (UTC)" in site.run("schedule", "list").stdout
    assert "by its clock)" in site.run("schedule", "show", "g").stdout
