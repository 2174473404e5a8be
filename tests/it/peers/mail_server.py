"""mail_server PORT KEY CERT BOX - a mail server (aiosmtpd) with STARTTLS and one account. It appends
what it takes to BOX, a JSON line a mail."""
import email
import email.header
import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


class Box:
    def __init__(self, path):
        self.path = path

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content)
        subject = str(email.header.make_header(email.header.decode_header(mail["subject"])))
        line = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": subject,
                "text": mail.get_payload(decode=True).decode(), "id": mail["message-id"],
                "tls": session.ssl is not None}
        with open(self.path, "a") as out:
            out.write(json.dumps(line) + "\n")
        return "250 taken"


def main():
    port, key, cert, box = int(sys.argv[1]), *sys.argv[2:5]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    def proved(server, session, envelope, mechanism, data):
        return AuthResult(success=data.login == b"quoin" and data.password == b"a password of the tests")

    class Server(Controller):
        def factory(self):
            return SMTP(self.handler, tls_context=context, require_starttls=True, auth_required=True,
                        authenticator=proved)

    server = Server(Box(box), hostname="127.0.0.1", port=port)
    server.start()
    print("ready", flush=True)
    threading.Event().wait()


main()
