"""A mail server and a program that takes webhooks, as rules find them outside."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

PASSWORD = "hunter2-and-more"


@dataclass
class Received:
    """What a webhook's receiver got, and what it answers."""

    port: int = 0
    status: int = 200
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextlib.contextmanager
def receiver(context: ssl.SSLContext | None = None) -> Iterator[Received]:
    """Run a program that takes POSTs."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(received.status)
            if received.status == 302:
                self.send_header("location", f"http://127.0.0.1:{received.port}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.port = server.server_address[1]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Mailbox:
    """A mail server's mailbox: what it answers to a mail, and the recipients that it does not know."""

    port: int = 0
    answer: str = "250 OK"
    refuses: tuple[str, ...] = ()
    mails: list[Envelope] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the server's own name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.answer.startswith("250"):
            self.mails.append(envelope)
        return self.answer

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        is_right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        self.logins.append(f"{mechanism} {is_right}")
        return AuthResult(success=is_right, handled=False)


class _OnAnyPort(Controller):
    """A mail server on a port that is free; its own look whether it listens would ask for port 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr, attr-defined]
        super()._trigger_server()


@contextlib.contextmanager
def mail_server(authority: trustme.CA, *, tls: bool = False, login: bool = True) -> Iterator[Mailbox]:
    """Run a mail server: STARTTLS is required before anything else, or `tls` from the first byte."""
    mailbox = Mailbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    options: dict[str, Any] = {"auth_required": login, "authenticator": mailbox.authenticate if login else None}
    if tls:
        options |= {"ssl_context": context, "auth_require_tls": False, "auth_required": False}
    else:
        options |= {"tls_context": context, "require_starttls": True}
    controller = _OnAnyPort(mailbox, hostname="localhost", port=0, **options)
    controller.start()
    try:
        mailbox.port = controller.port
        yield mailbox
    finally:
        controller.stop()


def trusted(authority: trustme.CA, folder: Path) -> Path:
    """The certificate of an authority as a file."""
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path
