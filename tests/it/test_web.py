"""quoin-web: who gets in, what each may, and what nobody may. Most cases are made from the table of routes."""
import json
import re
import resource
import socket
import ssl
import subprocess
import threading
import time

import pytest
from conftest import BUILD, Site, wait_until
from web_client import PASSWORD, Web, first_administrator, person, web_site

ROLES = ["administrator", "desk", "finance", "auditor", "device-manager"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with web_site(tmp_path_factory.mktemp("web"), connections_an_address=4000) as made:
        yield made


@pytest.fixture(scope="module")
def admin(site):
    return first_administrator(site)


@pytest.fixture(scope="module")
def people(site, admin):
    """One person of each role, and one of none."""
    return {role: person(site, admin, role, role) for role in ROLES} | {"person": person(site, admin, "mary")}


def routes():
    """(method, path, who, rest) of every row; parameters are filled with names that are not there."""
    table = subprocess.run([BUILD / "bin" / "quoin-web", "--routes"], text=True, capture_output=True, check=True)
    found = []
    for line in table.stdout.splitlines():
        left, _, rest = line.partition(";")
        method, pattern, *who = left.split()
        path = re.sub(r"\{(id|number|batch)\*?\}", "987654321", pattern)
        path = path.replace("/config/things/{kind}", "/config/things/device")
        path = re.sub(r"\{reservation\}", "AAAAAAAAAAAAAAAAAAAAAA", path)
        found.append((method, re.sub(r"\{[a-z_]+\*?\}", "nobody-here", path), set(who), rest))
    return found


def problem(answer, status):
    assert answer.status == status, (answer.status, answer.text)
    assert answer["content-type"] == "application/problem+json"
    assert answer.json["status"] == status and answer.json["type"].startswith("/problems/")
    return answer.json


# --- the first administrator ---------------------------------------------------------------------


def test_set_up_is_gone_once_there_is_an_administrator(site, admin):
    web = Web(site)
    assert web.send("GET", "/setup").status == 404
    assert web.form("/setup", token="x" * 24, user="eve", password=PASSWORD).status == 404
    assert admin.good("GET", "/me")["roles"] == ["person", "administrator"]
    assert "administers" not in Web(site).page("/").text


# --- sessions ------------------------------------------------------------------------------------


def test_a_session_ends_at_once_and_is_new_each_time(site, people):
    web = Web(site)
    assert web.sign_in("mary", PASSWORD).status == 200
    before = dict(web.cookies)
    assert web.sign_in("mary", PASSWORD).status == 200
    assert web.cookies["__Host-quoin"] != before["__Host-quoin"]
    problem(Web(site, before).api("GET", "/me"), 401)  # the old one ended
    cookies = dict(web.cookies)
    assert web.api("DELETE", "/session").status == 204
    assert not web.cookies
    problem(Web(site, cookies).api("GET", "/me"), 401)
    problem(Web(site, {"__Host-quoin": "x" * 43}).api("GET", "/me"), 401)


def test_what_is_refused_is_refused_in_one_sentence(site, people):
    web = Web(site)
    wrong = problem(web.sign_in("mary", "wrong"), 401)
    unknown = problem(web.sign_in("nobody", "wrong"), 401)
    assert wrong["detail"] == unknown["detail"]
    problem(web.api("POST", "/session", {"user": "mary"}), 400)
    problem(web.api("POST", "/session", {"user": "mary", "password": "x", "more": 1}), 400)


def test_sessions_end_when_roles_or_passwords_change(site, admin):
    web = person(site, admin, "tom", "desk")
    assert web.api("GET", "/people").status == 200
    admin.good("PUT", "/people/tom/roles", {"roles": []})
    began = time.monotonic()
    wait_until(lambda: web.api("GET", "/me").status == 401, 5, "the session ends")
    assert time.monotonic() - began < 2
    assert web.sign_in("tom", PASSWORD).status == 200
    problem(web.api("GET", "/people"), 403)
    new = web.good("PUT", "/me/password", {"old": PASSWORD, "secret": "another long password"})
    web.csrf = new["csrf"]
    assert web.api("GET", "/me").status == 200
    problem(Web(site).sign_in("tom", PASSWORD), 401)


def test_a_session_is_the_persons_and_not_the_names(site, admin):
    web = person(site, admin, "lee")
    admin.good("POST", "/people/lee/rename", {"to": "lea"})
    wait_until(lambda: web.api("GET", "/me").status == 401, 5, "the session of the old name ends")


def test_a_password_that_must_be_changed_comes_first(site, admin):
    site.user("ned", balance="0.00")
    admin.good("PUT", "/people/ned/secret", {"kind": "password", "secret": PASSWORD, "must_change": True})
    web = Web(site)
    assert web.sign_in("ned", PASSWORD).json["must_change"]
    assert problem(web.api("GET", "/me/history"), 403)["type"] == "/problems/password-must-change"
    assert web.send("GET", "/history")["location"] == "/password"
    web.csrf = web.good("PUT", "/me/password", {"old": PASSWORD, "secret": "another long password"})["csrf"]
    assert web.api("GET", "/me/history").status == 200


# --- where requests come from --------------------------------------------------------------------


def test_every_change_wants_its_token_and_its_origin(site, people, admin):
    """Made from the table: none that changes something is done without both."""
    for method, path, who, rest in routes():
        if "csrf" not in rest or "public" in who or "station" in who:
            continue
        body, kind = (("{}", "application/json") if path.startswith("/api/")
                      else ("a=b", "application/x-www-form-urlencoded"))
        whole = {"Content_Type": kind if method != "DELETE" else None}
        body = None if method == "DELETE" else body
        for fields in ({}, {"X_CSRF_Token": "x" * 43}, {"X_CSRF_Token": admin.csrf, "Origin": "https://evil.example"},
                       {"X_CSRF_Token": admin.csrf, "Sec_Fetch_Site": "cross-site"},
                       {"X_CSRF_Token": people["desk"].csrf, "Origin": admin.origin}):
            answer = admin.send(method, path, body, **whole, **fields)
            assert answer.status == 403, (method, path, fields, answer.status, answer.text)


def test_nobody_is_signed_in_from_elsewhere(site, people):
    web = Web(site)
    ask = json.dumps({"user": "mary", "password": PASSWORD})
    for fields in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "same-site"},
                   {"Origin": f"http://localhost:{web.port}"}, {"Referer": "https://evil.example/x"}):
        assert web.send("POST", "/api/v1/session", ask, Content_Type="application/json", **fields).status == 403
    # A form that says nothing of where it comes from is no browser's.
    assert web.send("POST", "/sign-in", "user=mary&password=x",
                    Content_Type="application/x-www-form-urlencoded").status == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", None):
        assert web.send("POST", "/api/v1/session", ask, Content_Type=kind, Origin=web.origin).status == 415


# --- who may what --------------------------------------------------------------------------------


def test_each_role_may_what_its_row_says_and_nothing_else(site, people):
    """The whole matrix. Who may gets past the guard, whatever becomes of it then; a body that no message has
    keeps it from being done."""
    body = json.dumps({"no such field": 1})
    checked = 0
    for method, path, who, _ in routes():
        if not path.startswith("/api/") or "public" in who or path.endswith("/events") or "files" in path:
            continue
        for role, web in people.items():
            fields = {"Content_Type": "application/json", "Origin": web.origin, "X_CSRF_Token": web.csrf}
            if path == "/api/v1/session" or method == "DELETE" and "/me/" in path:
                continue
            # A DELETE has no body: a parameter that is none stops it.
            target = path + "?nonsense=1" if method == "DELETE" else path
            answer = web.send(method, target, body if method not in ("GET", "DELETE") else None,
                              **(fields if method != "GET" else {}))
            may = bool(who & {"person", role})
            if "station" in who:
                may = False
            if role == "desk" and re.search(r"/v1/jobs/.*/(send|preview)$", path):
                may = False  # but where desk-documents says so
            assert (answer.status != 403) == may or answer.status in (401, 403) and not may, \
                (role, method, path, answer.status, answer.text)
            assert not may or answer.status not in (401, 500), (role, method, path, answer.status, answer.text)
            if method not in ("GET", "DELETE") and may:
                assert answer.status in (400, 404, 409), (role, method, path, answer.status, answer.text)
            checked += 1
    assert checked > 800


def test_nobody_gets_nothing(site):
    web = Web(site)
    for method, path, who, _ in routes():
        if "public" in who:
            continue
        body = b"{}" if method not in ("GET", "DELETE") else None
        answer = web.send(method, path, body, Content_Type="application/json", Origin=web.origin)
        assert answer.status in ((401,) if path.startswith("/api/") else (303, 401)), (method, path, answer.status)
        if answer.status == 303:
            assert answer["location"].startswith("/sign-in?next=")


def test_others_things_are_not_there(site, people, admin):
    """By their numbers, in every route that takes one."""
    mary, desk = people["person"], people["desk"]
    token = desk.good("POST", "/me/tokens", {"title": "x", "scopes": ["me:read"]})
    card = admin.good("POST", "/cards", {"user": "desk", "number": "1234567", "title": "blue"})
    problem(mary.api("DELETE", f"/me/tokens/{token['id']}"), 404)
    problem(mary.api("DELETE", f"/me/cards/{card['id']}"), 404)
    assert [one["id"] for one in desk.good("GET", "/me/cards")["items"]] == [card["id"]]
    assert mary.good("GET", "/me/cards")["items"] == []
    for ask in ("?user=desk", "?user=mary&user=desk"):
        problem(mary.api("GET", "/me/cards" + ask), 400)
        problem(mary.api("GET", "/me/history" + ask), 400)
    problem(mary.api("POST", "/me/refunds", {"number": 987654321, "reason": "x"}), 404)
    problem(mary.api("GET", "/me/history/987654321"), 404)
    problem(mary.api("PUT", "/me/pin", {"user": "desk", "secret": "123456"}), 400)
    desk.good("DELETE", f"/me/tokens/{token['id']}")


# --- tokens of programs ---------------------------------------------------------------------------


def test_a_help_desk_takes_over_nobody_with_a_role(site, people, admin):
    desk = people["desk"]
    card = admin.good("POST", "/cards", {"user": "auditor", "number": "7654321", "title": "his"})
    for who in ("auditor", "desk", "finance"):
        for ask in (("PUT", f"/people/{who}/secret", {"kind": "password", "secret": "taken over by a desk"}),
                    ("PUT", f"/people/{who}/secret", {"kind": "pin", "make": True}),
                    ("POST", "/cards", {"user": who, "number": "1122334455"})):
            problem(desk.api(*ask), 403)
    problem(desk.api("DELETE", f"/cards/{card['id']}"), 403)
    many = desk.good("POST", "/cards/rows", {"cards": [{"name": "auditor", "number": "5544332211"}]})
    assert many["items"][0]["outcome"] == "refused"
    problem(desk.api("PUT", "/people/auditor/secret", {"kind": "pin", "make": True, "no_roles": False}), 400)
    admin.good("DELETE", f"/cards/{card['id']}")
    assert desk.good("PUT", "/people/mary/secret", {"kind": "pin", "make": True})["made"]


def test_who_did_it_is_recorded(site, admin):
    desk, money = person(site, admin, "hedwig", "desk"), person(site, admin, "moritz", "finance")
    person(site, admin, "rose")
    desk.good("POST", "/cards", {"user": "rose", "number": "0400AA77"})
    money.good("POST", "/ledger/deposit", {"name": "rose", "amount": "1.00", "why": "cash"})
    me = admin.good("GET", "/me")["user"]
    said = {one["what"]: one["by"] for one in site.ask("user", "history", "rose")}
    assert said["card"].startswith("hedwig by web/"), said
    assert said["password"].startswith(f"{me} by web/"), said
    assert [one["by"].split("/")[0] for one in site.entries("user:rose") if one["why"] == "cash"] == ["moritz by web"]


def test_what_makes_another_way_in_wants_a_proof_of_now(tmp_path):
    made = Site(tmp_path / "site")
    (made.data / "web").mkdir(parents=True)
    (made.data / "web" / "settings").write_text("requests-a-second 10000\nproof-seconds 1\n")
    with made:
        person(made, first_administrator(made), "tom")
        web = person(made, first_again(made), "mary")
        asks = [("PUT", "/me/pin", {"secret": "8642"}), ("PUT", "/me/delegates/tom", {}),
                ("POST", "/me/tokens", {"title": "x", "scopes": ["me:read"]}),
                ("POST", "/me/addresses", {"queue": "any"})]
        wait_until(lambda: web.api("PUT", "/me/delegates/tom", {}).status == 403, 5, "the proof is old")
        for ask in asks:
            assert "proof-needed" in problem(web.api(*ask), 403)["reasons"], ask
        refused = web.form("/cards", do="pin", secret="8642")
        assert refused.status == 422 and 'name="proof"' in refused.text
        assert not web.good("GET", "/me/credentials")["has_pin"]
        problem(web.api("POST", "/session/proof", {"password": "wrong"}), 401)
        problem(web.api("POST", "/session/proof", {}), 400)
        problem(web.api(*asks[0]), 403)
        assert web.form("/cards", do="pin", secret="8642", proof="wrong").status == 422
        assert web.form("/cards", do="pin", secret="8642", proof=PASSWORD).status == 303
        assert web.good("GET", "/me/credentials")["has_pin"]
        web.good("POST", "/session/proof", {"password": PASSWORD})
        web.good(*asks[2])
        web.good("POST", "/session/proof", {"password": PASSWORD})
        web.good(*asks[1])


def first_again(site):
    web = Web(site)
    assert web.sign_in("root", PASSWORD).status == 200
    return web


def test_a_token_may_what_its_scopes_say(site, admin):
    made = admin.good("POST", "/me/tokens", {"title": "reader", "scopes": ["people:read"]})
    secret = made["secret"]
    assert secret.startswith("quoin_")
    program = Web(site)
    asks = {"Authorization": f"Bearer {secret}"}
    assert program.send("GET", "/api/v1/people", **asks).status == 200
    for scheme in ("bearer", "BEARER"):  # its case does not count
        assert program.send("GET", "/api/v1/people", Authorization=f"{scheme} {secret}").status == 200
    assert program.send("GET", "/api/v1/me", **asks).status == 403
    assert program.send("POST", "/api/v1/people", '{"name":"x"}', Content_Type="application/json",
                        **asks).status == 403
    assert program.send("GET", "/api/v1/tokens", **asks).status == 403  # no token may
    assert program.send("GET", "/jobs", **asks).status == 403  # nor see pages
    problem(program.send("GET", "/api/v1/people", Authorization="Bearer quoin_" + "x" * 43), 401)
    problem(program.send("GET", "/api/v1/people", Authorization="Basic cm9vdDpyb290"), 401)
    for scope in ("device:kiosk", "nonsense:read", "people:delete", "*:read"):
        problem(admin.api("POST", "/me/tokens", {"title": "x", "scopes": [scope]}), 400)
    admin.good("DELETE", f"/me/tokens/{made['id']}")
    wait_until(lambda: program.send("GET", "/api/v1/people", **asks).status == 401, 2, "the token is forgotten")
    assert secret not in json.dumps(admin.good("GET", "/me/tokens"))


# --- answers --------------------------------------------------------------------------------------


def test_every_answer_carries_what_keeps_it_safe(site, admin):
    asks = [("GET", "/"), ("GET", "/nope"), ("GET", "/api/v1/nope"), ("GET", "/api/v1/people"), ("PUT", "/"),
            ("GET", "/history"), ("GET", "/a/x.js"), ("GET", "/api/v1/openapi.json"), ("GET", "/admin/jobs")]
    for method, path in asks:
        answer = admin.send(method, path)
        assert answer["x-content-type-options"] == "nosniff", path
        assert "frame-ancestors 'none'" in answer["content-security-policy"], path
        assert "unsafe" not in answer["content-security-policy"], path
        # Under no-referrer a browser sends our own forms with "Origin: null", and they are refused.
        page = answer["content-type"].startswith("text/html")
        assert answer["referrer-policy"] == ("same-origin" if page else "no-referrer"), path
        assert answer["cache-control"] == "no-store", path
        assert answer["strict-transport-security"].startswith("max-age="), path
        if answer["content-type"].startswith("text/html"):
            assert "require-trusted-types-for 'script'" in answer["content-security-policy"], path


def test_paths_are_read_in_one_way(site):
    web = Web(site)
    for path in ("/a;b", "/api/v1/people;x=1", "/a%2fb", "/a%2Fb", "/a/../b", "/a/./b", "//a", "/a//b", "/a%00b", "/%ff",
                 "/a%5cb", "/%2e%2e/x"):
        assert web.send("GET", path).status in (400, 404) and (
            web.send("GET", path).status == 400 or "%2e" in path), path
    for path in ("/nope", "/API/v1/me", "/api/v1/me/", "/jobs/", "/.well-known/x", "/a/../"):
        assert web.send("GET", path).status in (404, 400), path
    answer = web.send("DELETE", "/api/v1/people")
    assert answer.status == 405 and answer["allow"] == "GET, HEAD, POST"
    assert web.send("OPTIONS", "/api/v1/people").status == 405
    head = web.send("HEAD", "/sign-in")
    assert head.status == 200 and head.body == b"" and int(head["content-length"]) > 100


def test_plain_http_goes_to_https(site):
    with socket.create_connection(("localhost", 8443 + site.offset)) as plain:
        plain.sendall(b"GET /jobs?a=1 HTTP/1.1\r\nHost: quoin.example\r\n\r\n")
        answer = plain.recv(4096)
    assert b" 308 " in answer and b"Location: https://quoin.example/jobs?a=1\r\n" in answer
    with socket.create_connection(("localhost", 8443 + site.offset)) as plain:
        plain.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert b" 400 " in plain.recv(4096)


def test_smuggled_and_giant_requests_are_refused(site):
    context = ssl.create_default_context(cafile=site.data / "pki" / "ca.crt")

    def raw(text):
        with socket.create_connection(("localhost", 8443 + site.offset)) as plain, \
                context.wrap_socket(plain, server_hostname="localhost") as safe:
            safe.sendall(text)
            safe.settimeout(10)
            return safe.recv(4096)
    head = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    assert b" 400 " in raw(head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
    assert b" 400 " in raw(head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}")
    assert b" 400 " in raw(head + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")
    assert b" 413 " in raw(head + b"Content-Length: 99999999999\r\n\r\n")
    assert b" 413 " in raw(head + b"Content-Length: 1048577\r\n\r\n")
    assert b" 431 " in raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40000 + b"\r\n\r\n")
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 17
    assert b" 413 " in raw(chunked)
    deep = b"[" * 40 + b"]" * 40
    body = b'{"user":' + deep + b',"password":"x"}'
    assert b" 400 " in raw(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def test_the_proxy_is_believed_only_where_it_is_one(site, people):
    for _ in range(3):
        Web(site).api("POST", "/session", {"user": "mary", "password": "wrong"}, X_Forwarded_For="203.0.113.9")
    log = (site.data / "log" / "cas.log").read_text()
    assert "203.0.113.9" not in log


# --- changes --------------------------------------------------------------------------------------


def test_what_was_changed_meanwhile_is_not_overwritten(site, admin):
    site.user("pat", balance="0.00")
    seen = admin.api("GET", "/people/pat")
    tag = seen["etag"]
    assert admin.send("GET", "/api/v1/people/pat", If_None_Match=tag).status == 304
    admin.good("PATCH", "/people/pat", {"full_name": "Pat P."}, If_Match=tag)
    answer = problem(admin.api("PATCH", "/people/pat", {"full_name": "Other"}, If_Match=tag), 412)
    assert answer["type"] == "/problems/changed"
    assert admin.good("GET", "/people/pat")["full_name"] == "Pat P."


def at_once(admin, count, ask):
    """What so many windows of one administrator get who ask at one moment."""
    gate, statuses = threading.Barrier(count), [0] * count
    windows = [admin.again() for _ in range(count)]
    for window in windows:
        assert window.api("GET", "/me").status == 200  # connected

    def one(number):
        gate.wait()
        statuses[number] = ask(windows[number], number).status
    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def changes(site, admin):
    """(how it is read and changed, what is changed of it) of things of every kind that has an ETag."""
    site.user("lost", balance="0.00")
    admin.good("POST", "/payers/code", {"name": "lost"})
    admin.good("POST", "/printers", {"name": "lost", "uri": "socket://127.0.0.1:9"})
    admin.good("POST", "/queues", {"name": "lost", "printer": "lost"})
    quota = {"unit": "pages", "most": 100, "period": "month", "each": "user"}
    admin.good("PUT", "/quotas/lost", quota)
    device = {"printers": ["lost"]}
    admin.good("PUT", "/config/things/device/lost", device)
    admin.good("PUT", "/policies/lost", {"text": 'when pages > 900 then notify "Long"\n'})
    return [
        ("PATCH", "/people/lost", lambda n: {"full_name": f"Lost {n}"}),
        ("PATCH", "/payers/code/lost", lambda n: {"title": f"Lost {n}"}),
        ("PATCH", "/printers/lost", lambda n: {"pull_group": f"group-{n}"}),
        ("PATCH", "/queues/lost", lambda n: {"keep_hours": n + 1}),
        ("PUT", "/quotas/lost", lambda n: {**quota, "most": n + 1}),
        ("PUT", "/policies/lost", lambda n: {"text": f'when pages > {n + 1}00 then notify "Long"\n'}),
        ("PUT", "/config/things/device/lost", lambda n: {**device, "title": f"Lost {n}"}),
        ("PUT", "/config/money", lambda n: {"transfer_most": f"{n + 1}.00"}),
        ("PUT", "/price-list", lambda n: {"page_mono": [f"0.0{n + 1}"] * 4, "page_color": ["0.20"] * 4}),
        ("PATCH", "/me/preferences", lambda n: {"language": ["de", "fr", "es", "ar", "en", "it", "nl", "pl"][n]}),
    ]


def test_one_of_many_wins_who_saw_the_same(site, admin):
    """The condition is looked at in the turn that writes: nobody's change is lost, whatever the thing is."""
    for method, path, body in changes(site, admin):
        tag = admin.api("GET", path)["etag"]
        statuses = at_once(admin, 8, lambda web, n: web.api(method, path, body(n), If_Match=tag))
        assert sorted(statuses) == [200] + 7 * [412], (path, statuses)
        # The same key again is answered as it was, although its tag is old by now.
        tag = admin.api("GET", path)["etag"]
        first = admin.api(method, path, body(7), If_Match=tag, Idempotency_Key=f"again {path:>32}"[:64])
        again = admin.api(method, path, body(7), If_Match=tag, Idempotency_Key=f"again {path:>32}"[:64])
        assert first.status == again.status == 200, (path, first.text, again.text)
    problem(admin.api("POST", "/unlock", {"user": "lost"}, If_Match='"x"'), 400)
    problem(admin.api("PUT", "/people/lost/limit", {"limit": "1.00"}, If_Match="*"), 400)


def test_the_same_key_does_a_thing_once(site, admin):
    site.user("kay", balance="1.00")
    ask = {"name": "kay", "amount": "2.50", "why": "x"}
    first = admin.good("POST", "/ledger/deposit", ask, Idempotency_Key="0123456789abcdef")
    again = admin.good("POST", "/ledger/deposit", ask, Idempotency_Key="0123456789abcdef")
    assert first["balance"] == again["balance"] == "3.50"
    problem(admin.api("POST", "/ledger/deposit", {**ask, "amount": "9.00"}, Idempotency_Key="0123456789abcdef"), 422)
    assert admin.good("POST", "/ledger/deposit", ask)["balance"] == "6.00"
    problem(admin.api("POST", "/ledger/deposit", ask, Idempotency_Key="short"), 400)


def test_what_is_wrong_is_named(site, admin):
    asks = [({"name": "x", "limit": 5}, "people.limit", "limit: an amount of money as a text"),
            ({"nam": "x"}, "nam", "nam: there is no such field"),
            ({"name": "x", "groups": "staff"}, "groups", "groups: an array is wanted")]
    for body, _, words in asks:
        assert words in problem(admin.api("POST", "/people", body), 400)["detail"]
    for text in ("", "{", "[]", "null", '{"name":"a","name":"b"}', '{"name":"\\ud800"}', "{}x"):
        assert admin.send("POST", "/api/v1/people", text or " ", Content_Type="application/json",
                          Origin=admin.origin, X_CSRF_Token=admin.csrf).status == 400, text
    problem(admin.api("GET", "/people?limit=x"), 400)
    problem(admin.api("GET", "/people?nosuch=1"), 400)
    problem(admin.api("GET", "/people?after=%3F%3F"), 400)
    problem(admin.api("GET", "/people/nobody-here"), 404)
    problem(admin.api("POST", "/people", {"name": "mary"}), 409)


def test_lists_are_read_page_by_page(site, admin, people):
    for number in range(7):
        site.user(f"page{number}")
    names, path = [], "/people?limit=3&query=page"
    while path:
        page = admin.good("GET", path)
        assert len(page["items"]) <= 3
        names += [one["name"] for one in page["items"]]
        path = f"/people?limit=3&query=page&after={page['next']}" if "next" in page else None
    assert names == [f"page{number}" for number in range(7)]


# --- hostile names --------------------------------------------------------------------------------


def test_names_do_not_become_markup(site, admin):
    evil = "<img src=x onerror=alert(1)>\"'&"
    site.user(evil, balance="1.00")
    web = person(site, admin, evil)
    for path in ("/", "/jobs", "/history", "/cards", "/help", "/password", "/send"):
        answer = web.page(path)
        assert "<img" not in answer.text and answer["content-type"] == "text/html; charset=utf-8", path
    found = admin.api("GET", "/people?query=" + "%3Cimg")
    assert found["content-type"] == "application/json"
    assert "<img" not in Web(site).page("/sign-in?next=%2F%22%3E%3Cimg%3E").text


# --- floods ---------------------------------------------------------------------------------------


def test_passwords_are_not_tried_out(tmp_path):
    with Site(tmp_path / "site") as small:  # with the rates that everybody has
        first_administrator(small)
        web = Web(small)
        statuses = [web.sign_in("root", f"wrong {number}").status for number in range(40)]
        assert 429 in statuses and statuses.count(401) <= 25
        answer = web.sign_in("root", "wrong")
        assert answer.status == 429 and int(answer["retry-after"]) >= 1


def test_slow_clients_do_not_hold_others_up(site, admin):
    """2,000 that begin and never finish, in the handshake, in a head and in a body; others are served meanwhile."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert most > 2100, "the shell's hard limit of open files is too low for this test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    context = ssl.create_default_context(cafile=site.data / "pki" / "ca.crt")
    held = []
    try:
        for number in range(2000):
            one = socket.create_connection(("localhost", 8443 + site.offset))
            held.append(one)
            if number % 20 == 0:
                held[-1] = one = context.wrap_socket(one, server_hostname="localhost")
                one.sendall(b"GET /api/v1/me HTTP/1.1\r\nHost: local" if number % 40 == 0 else
                            b"POST /api/v1/session HTTP/1.1\r\nHost: localhost:%d\r\nContent-Length: 90\r\n"
                            b"Content-Type: application/json\r\n\r\n{" % (8443 + site.offset))
            elif number % 2 == 0:
                one.sendall(b"\x16\x03\x01")  # the beginning of a handshake
        began = time.monotonic()
        for _ in range(20):
            assert admin.api("GET", "/me").status == 200
        assert time.monotonic() - began < 5
        fresh = admin.again()  # and so is who comes now
        assert fresh.api("GET", "/me").status == 200 and time.monotonic() - began < 6
    finally:
        for one in held:
            one.close()


def test_another_machine_has_the_pages_too(site, people, tmp_path):
    """A joined web asks this site's engines, and its sessions are its own."""
    other = Site(tmp_path / "elsewhere")
    token = site.run("engine", "join-token", "web", "elsewhere").stdout.split()
    token = next(word for word in token if word.startswith("quoin1-"))
    other.run("engine", "join", "--cas", f"localhost:{site.port('cas')}", "--token", token)
    with other:
        assert [engine["name"] for engine in other.ask("status")["engines"]] == ["web"]
        web = Web(other)
        assert web.sign_in("mary", PASSWORD).status == 200
        assert web.good("GET", "/me/purses")["name"] == "mary"
        assert web.api("GET", "/me/jobs").status == 200
        here = Web(site, web.cookies)
        assert here.api("GET", "/me").status == 401


def test_a_language_that_an_address_chose_holds_until_somebody_with_one_signs_in(site, admin):
    web = person(site, admin, "lena")
    web.good("PATCH", "/me/preferences", {"language": "de"})
    assert web.sign_in("lena", PASSWORD).status == 200
    assert '<html lang="de"' in web.page("/jobs").text
    assert '<html lang="en"' in web.page("/jobs?lang=en").text
    assert '<html lang="en"' in web.page("/jobs").text and '<html lang="en"' in web.page("/send").text
    assert web.form("/cards", do="preferences", language="fr").status in (200, 303)  # a choice of one's own
    assert '<html lang="fr"' in web.page("/jobs").text
    assert '<html lang="en"' in web.page("/jobs?lang=en").text
    assert web.sign_in("lena", PASSWORD).status == 200
    assert '<html lang="fr"' in web.page("/jobs").text
