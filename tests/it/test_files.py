"""Files that are sent from the browser: every kind with its first page and its price, by the interface and by a form
without a script; office documents through the real LibreOffice; the engine that has the queue; what is refused, cut
short or hostile, and that nothing of it stays behind."""
import glob
import io
import os
import shutil
import socket
import time
import urllib.parse
import zipfile

import engine_client
import pytest
from conftest import SOURCE, Site, wait_until
from web_client import PASSWORD, Web, first_administrator, person

DATA = SOURCE / "tests" / "data"
FOLDERS = "/tmp/quoin-office-*"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("sent") / "site")
    (made.data / "web").mkdir(parents=True)
    (made.data / "web" / "settings").write_text("requests-a-second 10000\nfile-bytes 3000000\n")
    made.start()
    try:
        made.printer("sink", "socket://127.0.0.1:9")
        made.queue("held", "hold", "sink")
        made.prices(mono="0.05", color="0.20")
        yield made
    finally:
        assert made.stop() in (0, None)


@pytest.fixture(scope="module")
def mary(site):
    return person(site, first_administrator(site), "mary")


@pytest.fixture(scope="module")
def tom(site, mary):
    site.user("tom", balance="5.00")
    bridge = engine_client.Bridge(site, "cas", "admin")
    try:
        bridge.ask("Credentials/SetSecret", user="tom", kind="password", secret=PASSWORD)
    finally:
        bridge.close()
    web = Web(site)
    assert web.sign_in("tom", PASSWORD).status == 200
    return web


def send(web, name, body, kind="application/octet-stream", **more):
    words = urllib.parse.urlencode({"queue": "held", "name": name, **more})
    return web.api("POST", f"/me/files?{words}", body, Content_Type=kind)


def waits(web, sent):
    path = f"/me/files/{sent['engine']}/{sent['id']}"
    return wait_until(lambda: (job := web.good("GET", path))["state"] == "pending-held" and job["pages"] and job, 20,
                      "it waits, counted")


def multipart(fields, name, body, kind="application/pdf", boundary="----form0123456789", end="--\r\n"):
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                 f"Content-Type: {kind}\r\n\r\n")
    return "".join(parts).encode() + body + f"\r\n--{boundary}{end}".encode(), f"multipart/form-data; boundary={boundary}"


def post_form(web, name, body, csrf=None, kind="application/pdf", **more):
    content, content_type = multipart([("csrf", csrf or web.csrf), ("queue", more.pop("queue", "held")),
                                       *more.items()], name, body, kind)
    return web.send("POST", "/send", content, Content_Type=content_type, Origin=web.origin)


def png_size(picture):
    assert picture[:8] == b"\x89PNG\r\n\x1a\n", picture[:40]
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


@pytest.mark.parametrize("document, kind, width", [
    ("jpeg/cm.jpg", "image/jpeg", 320), ("png/rainbow.png", "image/png", 200), ("tiff/pages.tif", "image/tiff", 168),
    ("pwg/gs-srgb-8.pwg", "image/pwg-raster", 36), ("urf/gs-srgb.urf", "image/urf", 36),
    ("ps/color-shading.ps", "application/postscript", 400), ("pdf/alpha-zero.pdf", "application/pdf", None)])
def test_every_kind_has_its_first_page_and_its_price(mary, document, kind, width):
    answer = send(mary, os.path.basename(document), (DATA / document).read_bytes(), kind)
    assert answer.status == 201, answer.text
    job = waits(mary, answer.json)
    assert float(job["cost"]) > 0 and job["document"] == os.path.basename(document)
    path = f"{job['engine']}/{job['id']}"
    # The device control engine hears of a routing engine that has just begun a moment later.
    picture = wait_until(lambda: (got := mary.api("GET", f"/me/jobs/{path}/preview")).status != 404 and got, 10,
                         "the preview")
    assert picture.status == 200 and picture["content-type"] == "image/png", picture.text[:300]
    assert width is None or abs(png_size(picture.body)[0] - width) <= 2
    quote = mary.good("POST", f"/me/files/{path}/quote", {"copies": 3})
    assert float(quote["total"]) == pytest.approx(3 * float(job["cost"]))
    mary.good("DELETE", f"/me/files/{path}")
    wait_until(lambda: mary.good("GET", f"/me/files/{path}")["state"] == "canceled", 10, "it is gone")


def test_files_are_ones_own(mary, tom, one_page):
    sent = send(mary, "mine.pdf", one_page.read_bytes(), "application/pdf").json
    job = waits(mary, sent)
    path = f"/me/files/{job['engine']}/{job['id']}"
    for method, below, body in (("GET", "", None), ("POST", "/quote", {}), ("POST", "/print", {}), ("DELETE", "", None)):
        answer = tom.api(method, path + below, body)
        assert answer.status in (404, 409), (method, below, answer.status, answer.text)
    assert tom.send("GET", f"/send/{job['engine']}/{job['id']}").status == 404
    assert tom.api("GET", f"/me/jobs/{job['engine']}/{job['id']}/preview").status == 404
    assert waits(mary, sent)["state"] == "pending-held"
    for wrong in ("/me/files/nosuch/1", f"/me/files/{job['engine']}/999999", f"/me/files/{job['engine']}/x"):
        assert mary.api("GET", wrong).status == 404, wrong
    assert mary.api("POST", path + "/print", {"pages": "1"}).status == 400  # no such field
    assert any(item["ref"]["id"] == job["id"] for item in mary.good("GET", "/me/files")["items"])
    mary.good("DELETE", path)


@pytest.mark.parametrize("size", ["one page", "2.8 MB"])
def test_a_file_that_is_sent_again_with_its_key_is_one_job(mary, tom, one_page, size):
    """Also a large one: the engine answers before it has come once more."""
    body = one_page.read_bytes() + (b"" if size == "one page" else b"%" * 2_800_000)
    key = f"once and once only, {size}"

    def again(web, name, body):
        words = urllib.parse.urlencode({"queue": "held", "name": name})
        return web.api("POST", f"/me/files?{words}", body, Content_Type="application/pdf", Idempotency_Key=key)
    first = again(mary, "a.pdf", body)
    assert first.status == 201, first.text
    waits(mary, first.json)
    for _ in range(2):
        more = again(mary, "a.pdf", body)
        assert (more.status, more.json["id"], more.json["bytes"]) == (201, first.json["id"], len(body)), more.text
    for name, content in (("b.pdf", body), ("a.pdf", body + b"%")):
        other = again(mary, name, content)
        assert (other.status, other.json["type"]) == (422, "/problems/key-reused"), other.text
    theirs = again(tom, "a.pdf", body)
    assert theirs.status == 201 and theirs.json["id"] != first.json["id"], theirs.text
    mine = [item["ref"]["id"] for item in mary.good("GET", "/me/files")["items"]]
    assert mine.count(first.json["id"]) == 1 and len(mine) == 1, mine
    mary.good("DELETE", f"/me/files/{first.json['engine']}/{first.json['id']}")
    tom.good("DELETE", f"/me/files/{theirs.json['engine']}/{theirs.json['id']}")


def test_a_preview_is_found_however_many_wait(mary, one_page):
    """It is asked for by the job alone: what else waits does not matter."""
    body = one_page.read_bytes()
    sent = [send(mary, f"{at}.pdf", body, "application/pdf").json for at in range(5)]
    for one in reversed(sent):
        job = waits(mary, one)
        assert mary.api("GET", f"/me/jobs/{job['engine']}/{job['id']}/preview").status == 200
    for one in sent:
        mary.good("DELETE", f"/me/files/{one['engine']}/{one['id']}")


def test_without_a_script_a_file_is_sent_seen_priced_changed_and_printed(site, mary, one_page):
    page = mary.page("/send")
    assert 'enctype="multipart/form-data"' in page.text and "needs JavaScript" not in page.text
    assert page.text.index('name="csrf"') < page.text.index('type="file"')
    answer = post_form(mary, "C:\\fakepath\\my letter é.pdf", one_page.read_bytes(), copies="2")
    assert answer.status == 303, answer.text
    where = answer["location"]
    engine, number = where.split("/")[2:]

    def shown():
        page = mary.page(where)
        assert page.status == 200, page.text
        return page if "<img" in page.text else None

    page = wait_until(shown, 15, "the page shows the first page")
    assert "my letter é.pdf" in page.text and "fakepath" not in page.text
    assert f'src="/api/v1/me/jobs/{engine}/{number}/preview"' in page.text
    assert site.job(int(number))["copies"] == 2
    page = mary.form(where, do="quote", **{f"copies-{engine}:{number}": "5"})
    assert page.status == 200 and "0.25" in page.text, page.text
    field = page.text[page.text.index(f'name="copies-{engine}:{number}"'):]
    assert 'value="5"' in field[:field.index(">")]  # what is printed is what was priced
    done = mary.form("/jobs", do="delete", job=f"{engine}:{number}")
    assert done.status == 303
    page = wait_until(lambda: (page := mary.page(where)) and "cancel" in page.text and page, 10, "its page says so")
    assert "<img" not in page.text


def test_what_the_fields_say_is_printed_without_asking_for_its_price_first(site, mary, one_page):
    answer = post_form(mary, "five.pdf", one_page.read_bytes())
    where = answer["location"]
    engine, number = where.split("/")[2:]
    ref = f"{engine}:{number}"
    wait_until(lambda: "<img" in mary.page(where).text, 15, "the page shows it")
    assert mary.page(where).text.count(f'action="{where}"') == 1 and 'action="/jobs"' not in mary.page(where).text
    for wrong in ("0", "abc", "1000", "-1", "2.5"):
        for act in ("quote", "release"):
            page = mary.form(where, do=act, **{f"copies-{ref}": wrong})
            assert page.status == 422 and "whole number from 1 to 999" in page.text, (wrong, act, page.status)
        page = mary.form("/jobs", do="release", job=ref, **{f"copies-{ref}": wrong})
        assert page.status == 422 and "whole number from 1 to 999" in page.text, (wrong, page.status)
    for more, said in (({"pages": "7-3"}, "in ascending order"), ({"sides": "upside-down"}, "no such choice")):
        page = mary.form(where, do="release", **{f"{name}-{ref}": value for name, value in more.items()})
        assert page.status in (409, 422) and said in page.text, (more, page.status, page.text)
    assert site.job(int(number))["copies"] == 1 and site.job(int(number))["state"] == "pending-held"
    done = mary.form(where, do="release", **{f"copies-{ref}": "5"})
    assert done.status == 303 and done["location"] == "/jobs?done=released", done.text
    job = site.job(int(number))
    assert job["copies"] == 5 and job["state"] != "pending-held", job
    site.run("job", "cancel", number)


def test_parameters_that_are_not_there_and_values_that_are_none_are_refused(site, mary, one_page):
    before = len(site.jobs())
    body = one_page.read_bytes()
    for more, status, reason in (
            ({"user": "bob"}, 400, "no-such-parameter"), ({"page": "3"}, 400, "no-such-parameter"),
            ({"csrf": "x"}, 400, "no-such-parameter"), ({"sides": "bogus"}, 422, "no-such-choice"),
            ({"color_mode": "pink"}, 422, "no-such-choice"), ({"copies": "0"}, 422, "copies-wrong"),
            ({"copies": "many"}, 422, "copies-wrong"), ({"queue": "nosuch"}, 404, "no-such-queue")):
        answer = send(mary, "a.pdf", body, "application/pdf", **more)
        assert (answer.status, answer.json["reasons"]) == (status, [reason]), (more, answer.text)
    twice = mary.api("POST", "/me/files?queue=held&name=a.pdf&name=b.pdf", body, Content_Type="application/pdf")
    assert (twice.status, twice.json["reasons"]) == (400, ["no-such-parameter"])
    assert send(mary, "a.pdf", b"", "application/pdf").json["reasons"] == ["file-empty"]
    assert len(site.jobs()) == before


def test_refusals_are_in_the_language_of_the_person(mary, one_page):
    body = one_page.read_bytes()
    mary.cookies["__Host-quoin-lang"] = "de"
    try:
        for name, document, more, said in (
                ("x.pdf", body, {"queue": "nosuch"}, "Diese Warteschlange gibt es nicht"),
                ("", body, {}, "Wählen Sie zuerst eine Datei"), ("x.pdf", b"", {}, "Die Datei ist leer"),
                ("x.pdf", body, {"copies": "0"}, "ganze Zahl von 1 bis 999"),
                ("x.docx", b"PK\x03\x04 no archive", {}, "PDF")):
            page = post_form(mary, name, document, **more)
            assert page.status >= 400 and said in page.text and "There is" not in page.text, (name, more, page.text)
            assert "LibreOffice" not in page.text
    finally:
        del mary.cookies["__Host-quoin-lang"]


def test_forms_that_are_forged_cut_or_empty_leave_nothing(site, mary, one_page):
    document = one_page.read_bytes()
    before = len(site.jobs())
    assert post_form(mary, "x.pdf", document, csrf="forged").status == 403
    body, kind = multipart([("queue", "held")], "x.pdf", document)  # no token at all
    assert mary.send("POST", "/send", body, Content_Type=kind, Origin=mary.origin).status == 403
    body, kind = multipart([("csrf", mary.csrf), ("queue", "held")], "x.pdf", document)
    assert mary.send("POST", "/send", body, Content_Type=kind, Origin="https://evil.example").status == 403
    assert mary.send("POST", "/send", body, Content_Type="application/json", Origin=mary.origin).status == 403
    assert mary.send("POST", "/send", b"nonsense", Content_Type=kind, Origin=mary.origin).status == 400
    assert post_form(mary, "", document).status == 400
    assert post_form(mary, "x.pdf", b"").status == 400
    assert post_form(mary, "x.pdf", document, queue="nosuch").status == 404
    assert post_form(mary, "x.pdf", document, copies="0").status == 422
    assert post_form(mary, "x.html", document, kind="text/html").status == 415
    assert post_form(mary, "x.pdf", b"x" * 3000001).status == 413
    cut, kind = multipart([("csrf", mary.csrf), ("queue", "held")], "x.pdf", document, end="")
    assert mary.send("POST", "/send", cut, Content_Type=kind, Origin=mary.origin).status == 400
    wait_until(lambda: len(site.jobs()) == before, 10, "no job came of any of it")


def test_who_goes_away_in_the_middle_leaves_nothing(site, mary, one_page):
    before = len(site.jobs())
    document = one_page.read_bytes()
    body, kind = multipart([("csrf", mary.csrf), ("queue", "held")], "x.pdf", document)
    cookie = "; ".join(f"{name}={value}" for name, value in mary.cookies.items())
    for share in (0.2, 0.6, 0.95):
        with socket.create_connection(("localhost", mary.port)) as plain, \
                mary.context.wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall((f"POST /send HTTP/1.1\r\nHost: localhost:{mary.port}\r\nOrigin: {mary.origin}\r\n"
                                f"Cookie: {cookie}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                                ).encode() + body[:int(len(body) * share)])
            time.sleep(0)  # nothing is waited for: it is cut off wherever it stands
    wait_until(lambda: len(site.jobs()) == before, 10, "no job came of any of it")
    assert mary.page("/send").status == 200


# --- LibreOffice --------------------------------------------------------------------------------

def office(part="writer"):
    found = shutil.which("soffice")
    here = found and os.path.exists(os.path.join(os.path.dirname(os.path.realpath(found)), f"../program/{PARTS[part]}"))
    if part == "writer" and not here:
        engine_client.missing("libreoffice-writer-nogui is not installed")
    return bool(here)


PARTS = {"writer": "libswlo.so", "calc": "libsclo.so"}
MACRO = ('<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
         'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
         'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
         'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
         'xmlns:ooo="http://openoffice.org/2004/office" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">'
         '<office:scripts><office:script script:language="ooo:Basic"><ooo:libraries><ooo:library-embedded ooo:name="Standard">'
         '<ooo:module ooo:name="M"><ooo:source-code>Sub Go\nOpen "{mark}" For Output As #1\nPrint #1, "ran"\nClose #1\nEnd Sub'
         '</ooo:source-code></ooo:module></ooo:library-embedded></ooo:libraries></office:script><office:event-listeners>'
         '<script:event-listener script:language="ooo:script" script:event-name="dom:load" '
         'xlink:href="vnd.sun.star.script:Standard.M.Go?language=Basic&amp;location=document"/></office:event-listeners></office:scripts>'
         '<office:body><office:text><text:p>A macro would run here.<draw:frame svg:width="2cm" svg:height="2cm" text:anchor-type="as-char">'
         '<draw:image xlink:href="http://127.0.0.1:{port}/fetched.png"/></draw:frame></text:p></office:text></office:body></office:document>')


def odt(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        packed.writestr("META-INF/manifest.xml",
                        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
                        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
        packed.writestr("content.xml",
                        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
                        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:text>'
                        f"<text:p>{text}</text:p></office:text></office:body></office:document-content>")
    return file.getvalue()


def test_office_documents_become_pdf(mary):
    office()
    documents = [("letter.odt", odt("Hello")), ("letter.RTF", b"{\\rtf1\\ansi Hello\\page second\\par}"),
                 ("notes.txt", "Gr\u00fc\u00dfe\nsecond line\n".encode())]
    if office("calc"):
        documents.append(("table.csv", b"a,b\n1,2\n"))
    for name, body in documents:
        answer = send(mary, name, body)
        assert answer.status == 201, answer.text
        job = waits(mary, answer.json)
        assert job["document"] == name and job["pages"] == (2 if name == "letter.RTF" else 1)
        picture = mary.api("GET", f"/me/jobs/{job['engine']}/{job['id']}/preview")
        assert picture.status == 200 and png_size(picture.body)[0] == 400, picture.text[:300]
        mary.good("DELETE", f"/me/files/{job['engine']}/{job['id']}")
    assert mary.good("GET", "/me/files/formats")["office"] is True
    assert glob.glob(FOLDERS) == [] or all(os.path.getmtime(left) < time.time() - 60 for left in glob.glob(FOLDERS))


def test_a_macro_does_not_run_and_nothing_is_fetched(mary, tmp_path):
    office()
    mark = f"/tmp/quoin-macro-{os.getpid()}"
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        text = MACRO.replace("{mark}", mark).replace("{port}", str(listener.getsockname()[1]))
        answer = send(mary, "macro.odt", text.encode())
        assert answer.status == 201, answer.text
        with pytest.raises(TimeoutError):
            listener.accept()
    job = waits(mary, answer.json)
    mary.good("DELETE", f"/me/files/{job['engine']}/{job['id']}")
    assert not os.path.exists(mark)


def test_what_libreoffice_cannot_read_is_refused_with_a_sentence(site, mary):
    office()
    before = len(site.jobs())
    for name, body in (("broken.docx", b"PK\x03\x04 no archive"), ("broken.odt", os.urandom(5000))):
        answer = send(mary, name, body)
        assert answer.status in (422, 201), answer.text  # what it takes for a text, it prints as one
        if answer.status == 422:
            assert "PDF" in answer.json["detail"]
        else:
            before += 1
    assert post_form(mary, "letter.odt", odt("Hello"), kind="application/octet-stream").status == 303
    assert len(site.jobs()) == before + 1


def test_without_libreoffice_it_is_said(tmp_path):
    site = Site(tmp_path / "site")
    (site.data / "web").mkdir(parents=True)
    (site.data / "web" / "settings").write_text("office none\n")
    site.start()
    try:
        site.printer("sink", "socket://127.0.0.1:9")
        site.queue("held", "hold", "sink")
        web = person(site, first_administrator(site), "mary")
        answer = send(web, "letter.docx", b"PK")
        assert answer.status == 415 and "libreoffice-writer-nogui" in answer.json["detail"], answer.text
        assert send(web, "a.xlsx", b"PK").json["detail"].count("libreoffice-calc-nogui") == 1
        formats = web.good("GET", "/me/files/formats")
        assert formats["office"] is False and formats["office_package"] == "libreoffice-writer-nogui"
        assert "not turned into PDF here" in web.page("/send").text
        assert send(web, "notes.txt", b"a line\n", "text/plain").status == 201  # as it is
    finally:
        site.stop()
