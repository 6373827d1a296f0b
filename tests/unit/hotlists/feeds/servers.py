"""Real servers on loopback: HTTPS with a certificate of its own, and SFTP with paramiko's server side."""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import http.server
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD, TOKEN = "lpr", "s3cret", "token-1"


def make_certificate(folder: Path, name: str = "server") -> tuple[Path, Path]:
    """Write a self-signed certificate for 127.0.0.1 and its key; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_path, key_path


@dataclass
class HttpsServer:
    """What the server serves and how it misbehaves; change it between requests."""

    url: str
    ca_file: Path
    body: bytes = b""
    modified: float = 1_790_000_000.0
    etag: str | None = '"1"'
    status: int = 200
    redirect: str | None = None
    cut_after: int | None = None
    silent: bool = False
    authorization: str | None = None
    on_sent: Callable[[], None] = lambda: None
    requests: list[tuple[str, int]] = field(default_factory=list)


@contextlib.contextmanager
def https_server(folder: Path) -> Iterator[HttpsServer]:
    """Run an HTTPS server on a free port."""
    certificate, key = make_certificate(folder)
    state = HttpsServer("", certificate)
    released = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            _answer(self, state, released)

        def do_HEAD(self) -> None:
            _answer(self, state, released)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state.url = f"https://127.0.0.1:{server.server_address[1]}/lists/VEHEXTRT.txt"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(handler: http.server.BaseHTTPRequestHandler, state: HttpsServer, released: threading.Event) -> None:
    status = _status(handler, state)
    state.requests.append((handler.command, status))
    if state.silent:
        released.wait(5)
        return
    handler.send_response(status)
    if state.redirect is not None:
        handler.send_header("Location", state.redirect)
    if state.etag is not None:
        handler.send_header("ETag", state.etag)
        handler.send_header("Last-Modified", email.utils.formatdate(state.modified, usegmt=True))
    body = state.body if status == 200 else b""
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command == "GET":
        handler.wfile.write(body[: state.cut_after])
        handler.wfile.flush()
        state.on_sent()


def _status(handler: http.server.BaseHTTPRequestHandler, state: HttpsServer) -> int:
    if state.redirect is not None:
        return 302
    if state.authorization is not None and handler.headers.get("Authorization") != state.authorization:
        return 401
    if handler.headers.get("If-None-Match") == state.etag and state.etag is not None and state.status == 200:
        return 304
    return state.status


class _Login(paramiko.ServerInterface):  # type: ignore[misc]
    def __init__(self, key: Any) -> None:
        self._key = key

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: Any) -> int:
        good = username == USER and key == self._key
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


@dataclass
class SftpServer:
    """A running SFTP server over a folder; `on_read` is told of every read request's offset."""

    port: int
    root: Path
    known_hosts: Path
    client_key: Path
    on_read: Callable[[int], None] = lambda offset: None

    def url(self, path: str) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}{path}"


def _files(state: SftpServer) -> type[paramiko.SFTPServerInterface]:
    class Handle(paramiko.SFTPHandle):  # type: ignore[misc]
        def read(self, offset: int, length: int) -> Any:
            try:
                state.on_read(offset)
            except ConnectionAbortedError:
                raise EOFError from None
            return super().read(offset, length)

    class Files(paramiko.SFTPServerInterface):  # type: ignore[misc]
        def _real(self, path: str) -> Path:
            return state.root / self.canonicalize(path).lstrip("/")

        def list_folder(self, path: str) -> Any:
            found = []
            for entry in os.scandir(self._real(path)):
                attributes = paramiko.SFTPAttributes.from_stat(entry.stat())
                attributes.filename = entry.name
                found.append(attributes)
            return found

        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Any:
            try:
                stream = self._real(path).open("rb")
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)
            handle = Handle(flags)
            handle.readfile = stream
            return handle

    return Files


@contextlib.contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """Run paramiko's SFTP server on a free port, with host and client keys of its own."""
    host_key, client_key = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    root = folder / "remote"
    root.mkdir()
    client_key.write_private_key_file(str(folder / "client_key"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        known_hosts = folder / "known_hosts"
        write_known_host(known_hosts, port, host_key)
        state = SftpServer(port, root, known_hosts, folder / "client_key")
        transports: list[Any] = []
        thread = threading.Thread(target=_serve, args=(listener, host_key, client_key, _files(state), transports))
        thread.start()
        try:
            yield state
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for transport in transports:
                transport.close()


def _serve(listener: socket.socket, host_key: Any, client_key: Any, files: Any, transports: list[Any]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        transport = paramiko.Transport(connection)
        transport.add_server_key(host_key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=_Login(client_key))
        transports.append(transport)


def write_known_host(path: Path, port: int, key: Any) -> None:
    path.write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")


def write_slowly(path: Path, pieces: list[bytes], pause: float, done: threading.Event) -> threading.Thread:
    """Write a file piece by piece, opening it anew each time, as slow uploads over some protocols do."""

    def write() -> None:
        for piece in pieces:
            with path.open("ab") as file:
                file.write(piece)
            time.sleep(pause)
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    return thread
