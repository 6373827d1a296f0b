"""A device by HTTP on a socket of its own: it asks for Digest as cameras do, and sends whatever a test says."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

USER, PASSWORD, REALM, NONCE = "alpr", "c@mera secret", "camera", "5f1d9c"
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')


@dataclass
class Asked:
    """A request that was let in."""

    method: str
    path: str
    head: str
    body: bytes


@dataclass
class Device:
    """Answers each request with what `answer` sends. A context.

    `answer` takes the request and what sends bytes; the connection ends when it returns.
    """

    answer: Callable[[Asked, Callable[[bytes], None]], None]
    has_login: bool = True
    asked: list[Asked] = field(default_factory=list)
    refused: int = 0

    def __enter__(self) -> Device:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        self.is_gone = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_gone.set()
        for one in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Cut every connection."""
        for one in self._connections:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float) -> None:
        """Send nothing for a while, or until the test is over."""
        self.is_gone.wait(seconds)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._connections.append(client)
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            data = b""
            while b"\r\n\r\n" not in data:
                data += (more := client.recv(65_536))
                if not more:
                    return
            raw, _, body = data.partition(b"\r\n\r\n")
            head = raw.decode("latin-1")
            length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
            while length and len(body) < int(length[1]):
                body += client.recv(65_536)
            method, path, _ = head.split("\r\n")[0].split(" ")
            if self.has_login and not _is_let_in(method, path, head):
                self.refused += 1
                client.sendall(
                    f'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="{REALM}", nonce="{NONCE}", '
                    'qop="auth"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'.encode()
                )
                return
            asked = Asked(method, path, head, body)
            self.asked.append(asked)
            self.answer(asked, client.sendall)


def _is_let_in(method: str, path: str, head: str) -> bool:
    given = re.search(r"^authorization: Digest (.*)$", head, re.IGNORECASE | re.MULTILINE)
    if given is None:
        return False
    said = {name: quoted or plain for name, quoted, plain in _FIELD.findall(given[1])}
    if said.get("uri") != path or said.get("nonce") != NONCE:
        return False
    login, request = _md5(f"{USER}:{REALM}:{PASSWORD}"), _md5(f"{method}:{path}")
    return said.get("response") == _md5(f"{login}:{NONCE}:{said['nc']}:{said['cnonce']}:auth:{request}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def stream_head(boundary: str = "cut", kind: str = "multipart/mixed") -> bytes:
    """Return the beginning of a stream."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}; boundary={boundary}\r\nConnection: close\r\n\r\n".encode()


def part(
    body: bytes, kind: str = "application/xml", *, boundary: str = "cut", length: int | None = -1, line: bytes = b"\r\n"
) -> bytes:
    """Return a part; `length` is what it tells, -1: the right one, None: none."""
    told = b"" if length is None else b"Content-Length: %d" % (len(body) if length == -1 else length) + line
    return b"--" + boundary.encode() + line + b"Content-Type: " + kind.encode() + line + told + line + body + line


def answered(body: bytes, kind: str = "application/xml", status: str = "200 OK") -> bytes:
    """Return a whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def hikvision_event(plate: str, number: int = 0, pictures: int | None = None) -> bytes:
    """Return what a Hikvision camera says of a plate."""
    told = "" if pictures is None else f"<picNum>{pictures}</picNum>"
    at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    return (
        '<?xml version="1.0"?><EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">'
        f"<channelID>1</channelID><dateTime>{at}</dateTime><eventType>ANPR</eventType><ANPR>"
        f"<licensePlate>{plate}</licensePlate><confidenceLevel>97</confidenceLevel></ANPR>"
        f"<UUID>uuid-{plate}-{number}</UUID>{told}</EventNotificationAlert>"
    ).encode()


ALIVE = (
    b"<EventNotificationAlert><eventType>videoloss</eventType><eventState>inactive</eventState>"
    b"</EventNotificationAlert>"
)
MOTION = b"<EventNotificationAlert><eventType>VMD</eventType><eventState>active</eventState></EventNotificationAlert>"


def dahua_event(plate: str, number: int = 0) -> bytes:
    """Return what a Dahua camera says of a plate, line by line."""
    return (
        f"Events[0].Code=TrafficJunction\r\nEvents[0].GroupID={number}\r\nEvents[0].Object.ObjectType=Plate\r\n"
        f"Events[0].Object.Text={plate}\r\nEvents[0].TrafficCar.PlateNumber={plate}\r\nEvents[0].UTC={int(time.time())}"
        "\r\n"
    ).encode()
