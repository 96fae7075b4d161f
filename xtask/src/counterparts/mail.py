"""A mail server on loopback that delivers nothing: what it takes it keeps as files, for tests to read.

Run by mail.rs with one argument, JSON: folder, clear, starttls, tls (three ports). The protocol is aiosmtpd's own, the certificates are trustme's; what
stands here is only who is turned away. The clear port asks for no name; the other two want ada / ada-password, and encryption first.

A recipient says by its first letters what becomes of a letter to it:
  nobody    there is no such address (550)
  later     not now, the first time (451)
  full      the letter is refused after its words were given (552)
  silent    its words are taken and kept, and the line is cut before any answer
  lost      its words are thrown away, and the line is cut before any answer
Prints READY when it answers.
"""
import json
import pathlib
import ssl
import sys
import threading

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

WISH = json.loads(sys.argv[1])
FOLDER = pathlib.Path(WISH["folder"])


class Keeper:
    """Takes letters and keeps each as a file, beside a line of what the envelope said."""

    def __init__(self):
        self.asked_before = set()
        self.kept = 0
        self.lock = threading.Lock()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 nobody of that name here"
        if address.startswith("later") and address not in self.asked_before:
            self.asked_before.add(address)
            return "451 4.3.0 not now"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith("full"):
            return "552 5.2.2 the mailbox is full"
        if not to.startswith("lost"):
            self.keep(server.transport.get_extra_info("sslcontext") is not None, envelope)
        if to.startswith(("silent", "lost")):
            server.transport.abort()
        return "250 2.0.0 taken"

    def keep(self, safe, envelope):
        with self.lock:
            self.kept += 1
            name = f"{self.kept:04}"
            (FOLDER / f"{name}.eml").write_bytes(envelope.original_content)
            said = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "safe": safe, "file": f"{name}.eml"}
            # Whoever reads the line finds the letter.
            (FOLDER / f"{name}.json").write_text(json.dumps(said))


def signs_in(server, session, envelope, mechanism, said):
    is_ada = (said.login, said.password) == (b"ada", b"ada-password")
    # What is not handled here is answered with a 535.
    return AuthResult(success=is_ada, handled=is_ada)


class Port(Controller):
    def __init__(self, keeper, port, options, **more):
        self.options = options
        super().__init__(keeper, hostname="127.0.0.1", port=port, **more)

    def factory(self):
        return SMTP(self.handler, hostname="mail.test", enable_SMTPUTF8=True, **self.options)


def main():
    authority = trustme.CA()
    (FOLDER / "authority.pem").write_bytes(authority.cert_pem.bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    keeper = Keeper()
    named = {"authenticator": signs_in, "auth_required": True}
    ports = [
        Port(keeper, WISH["clear"], {}),
        Port(keeper, WISH["starttls"], {"tls_context": context, "require_starttls": True, "auth_require_tls": True, **named}),
        Port(keeper, WISH["tls"], {"auth_require_tls": False, **named}, ssl_context=context),
    ]
    for port in ports:
        port.start()
    print("READY", flush=True)
    threading.Event().wait()


main()
