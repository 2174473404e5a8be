"""A browser without a screen, for the web's tests: keeps cookies and the CSRF token, believes the site's own
authority only, and tells everything of an answer."""
import contextlib
import http.client
import json
import re
import ssl
import urllib.parse

from conftest import Site, wait_until


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def __getitem__(self, name):
        return self.fields.get(name.lower())

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class Web:
    def __init__(self, site, cookies=None):
        self.site = site
        self.port = 8443 + site.offset
        self.origin = f"https://localhost:{self.port}"
        self.cookies = dict(cookies or {})
        self.csrf = None
        self.context = ssl.create_default_context(cafile=site.data / "pki" / "ca.crt")
        self.connection = None

    def again(self):
        """The same person in another window."""
        other = Web(self.site, self.cookies)
        other.csrf = self.csrf
        return other

    def send(self, method, path, body=None, **fields):
        """One request as it is; fields with None are left out."""
        fields = {name.replace("_", "-"): value for name, value in fields.items() if value is not None}
        if self.cookies and "Cookie" not in fields:
            fields["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for last in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPSConnection("localhost", self.port, context=self.context,
                                                              timeout=30)
            try:
                self.connection.request(method, path, body, fields)
                response = self.connection.getresponse()
                answer = Answer(response.status, {}, response.read())
                break
            except (http.client.HTTPException, OSError) as lost:
                self.connection.close()
                self.connection = None
                if last or not isinstance(lost, (http.client.RemoteDisconnected, ConnectionError)):
                    raise
        for name, value in response.getheaders():
            answer.fields[name.lower()] = value
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition(";")
                key, _, content = cookie.partition("=")
                assert "Secure" in rest and "HttpOnly" in rest and "SameSite=Strict" in rest and "Path=/;" in rest
                if content:
                    self.cookies[key] = content
                else:
                    self.cookies.pop(key, None)
        return answer

    def api(self, method, path, body=None, **fields):
        """As the pages ask."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            fields.setdefault("Content_Type", "application/json")
        if method != "GET":
            fields.setdefault("Origin", self.origin)
            fields.setdefault("X_CSRF_Token", self.csrf)
        return self.send(method, "/api/v1" + path, body, **fields)

    def good(self, method, path, body=None, **fields):
        answer = self.api(method, path, body, **fields)
        assert answer.status in (200, 201, 204), (method, path, answer.status, answer.text)
        return answer.json if answer.body else None

    def form(self, path, **values):
        token = {"csrf": self.csrf} if self.csrf and "csrf" not in values else {}
        return self.send("POST", path, urllib.parse.urlencode({**values, **token}, doseq=True),
                         Content_Type="application/x-www-form-urlencoded", Origin=self.origin)

    def sign_in(self, user, password):
        answer = self.api("POST", "/session", {"user": user, "password": password})
        if answer.status == 200:
            self.csrf = answer.json["csrf"]
        return answer

    def page(self, path):
        """A page as HTML; takes its CSRF token along."""
        answer = self.send("GET", path)
        found = re.search(r'<meta name="csrf" content="([^"]+)"', answer.text)
        self.csrf = found.group(1) if found else self.csrf
        return answer


PASSWORD = "correct horse battery"


@contextlib.contextmanager
def web_site(folder, **settings):
    """A site whose web has these settings (file_bytes=300000); its ledger is verified at the end, and it stops by itself."""
    made = Site(folder / "site")
    (made.data / "web").mkdir(parents=True)
    lines = {"requests_a_second": 10000, **settings}
    (made.data / "web" / "settings").write_text(
        "".join(f"{name.replace('_', '-')} {value}\n" for name, value in lines.items()))
    made.start()
    try:
        yield made
        made.verify()
    finally:
        assert made.stop() in (0, None)


def first_administrator(site, user="root"):
    """By the token that `quoin up` printed."""
    found = wait_until(lambda: re.search(r"/setup\?token=(\S+)", site.output.read_text()), 10, "the address being told")
    web = Web(site)
    assert web.form("/setup", token=found.group(1), user=user, full_name="Root", password=PASSWORD).status == 303
    assert web.page("/").status == 200
    return web


def person(site, admin, user, *roles):
    """Somebody with a password and roles, signed in."""
    if not any(known["name"] == user for known in site.ask("user", "list")):
        site.user(user, balance="5.00")
    name = urllib.parse.quote(user, safe="")
    admin.good("PUT", f"/people/{name}/secret", {"kind": "password", "secret": PASSWORD})
    admin.good("PUT", f"/people/{name}/roles", {"roles": list(roles)})
    web = Web(site)
    answer = web.sign_in(user, PASSWORD)
    assert answer.status == 200, answer.text
    return web
