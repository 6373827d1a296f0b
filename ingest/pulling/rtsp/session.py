"""A conversation with an RTSP server over one connection, in which packets come as well (RFC 2326 10.12)."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.pulling.rtsp.login import Login
from ingest.pulling.rtsp.track import Track, metadata_tracks, track_url
from ingest.streams.failures import StreamFailed
from ingest.streams.http_login import trust_of
from ingest.streams.login import access_of
from schemas.settings import RtspPull

PORTS = {"rtsp": 554, "rtsps": 322}
ANSWER_SECONDS = 10.0
MOST_HEAD_BYTES = 16_384
MOST_BODY_BYTES = 1 << 20
LONGEST_SILENCE = 25.0
"""So often a server is told that we are there, or twice within the time that it tells."""

_CHANNEL = re.compile(r"interleaved=(\d{1,3})")
_TIMEOUT = re.compile(r"timeout\s*=\s*(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers: its status, its headers by lower-case names, and what follows them."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return all headers of a name."""
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str:
        """Return the first header of a name; empty: it has none."""
        return next(iter(self.all(name)), "")


class Session:
    """One connection to a camera, from its first request to its end. For one thread. A context.

    Args:
        settings: The camera.
    """

    def __init__(self, settings: RtspPull) -> None:
        self._access = access_of(settings)
        self._settings = settings
        self._login = None if self._access.user is None else Login(self._access.user, self._access.password)
        self._buffer = bytearray()
        self._number = 0
        self._id = ""
        self._base = self._access.plain_url
        self._channel = 0
        self._pause = LONGEST_SILENCE
        self._told_at = time.monotonic()
        self._connection = self._connected()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self._id:
            with contextlib.suppress(StreamFailed):
                self._send("TEARDOWN", self._base)
        self._connection.close()

    def play(self) -> Track:
        """Have the metadata played; return which track it is.

        Raises:
            StreamFailed: There is none, or the camera refuses.
        """
        described = self._ask("DESCRIBE", self._base, ("Accept", "application/sdp"))
        self._base = described.get("content-base") or described.get("content-location") or self._base
        found = metadata_tracks(described.body.decode("utf-8", "replace"))
        track = next((track for track in found if track.is_readable), None)
        if track is None:
            what = f"metadata only as {found[0].encoding}, which is not read" if found else "no metadata track"
            raise self._said(f"has {what}; switch metadata on for this profile, or give the URL of one that has it")
        transport = ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")
        answer = self._ask("SETUP", track_url(self._base, track.control), transport)
        channel = _CHANNEL.search(answer.get("transport"))
        self._channel = int(channel[1]) if channel else 0
        self._id = answer.get("session").partition(";")[0].strip()
        told = _TIMEOUT.search(answer.get("session"))
        if told is not None:
            self._pause = min(max(int(told[1]) / 2, 1.0), LONGEST_SILENCE)
        self._ask("PLAY", self._base, ("Range", "npt=0.000-"))
        return track

    def packets(self, seconds: float) -> Iterator[bytes | None]:
        """Yield the track's packets that come within some time; None for another sign of life.

        Args:
            seconds: How long to wait for the first.

        Raises:
            StreamFailed: The connection ended, or something else came over it.
        """
        if time.monotonic() - self._told_at >= self._pause:
            self._send("OPTIONS", self._base)
        if not self._receive(seconds):
            return
        while (item := self._next()) is not None:
            if isinstance(item, Answer):
                self._look_at(item)
                yield None
            else:
                # On other channels it reports what it sent.
                yield item[1] if item[0] == self._channel else None

    def _look_at(self, answer: Answer) -> None:
        """Look at what a camera answers to whether it is there."""
        if answer.status == 401 and self._login is not None and self._login.challenged(answer.all("www-authenticate")):
            # What it asked for before has become too old.
            self._send("OPTIONS", self._base)
        elif answer.status == 454:
            raise self._said("has ended the session")

    def _connected(self) -> socket.socket:
        parts = urlsplit(self._access.plain_url)
        where = (parts.hostname or "", parts.port or PORTS[parts.scheme])
        try:
            connection = socket.create_connection(where, ANSWER_SECONDS)
        except TimeoutError:
            raise self._said(f"does not answer within {ANSWER_SECONDS:g} s; is it on, and in this network?") from None
        except OSError as error:
            raise self._said(
                f"cannot be reached ({error.strerror or type(error).__name__}); are its name, address and port right?"
            ) from None
        if parts.scheme != "rtsps":
            return connection
        trust = trust_of(self._settings)
        context = trust if isinstance(trust, ssl.SSLContext) else ssl.create_default_context()
        if trust is False:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            return context.wrap_socket(connection, server_hostname=where[0])
        except OSError as error:
            connection.close()
            reason = getattr(error, "reason", None) or error
            raise self._said(f"is not trusted ({reason}); correct ca_file or its certificate") from None

    def _ask(self, method: str, url: str, *headers: tuple[str, str]) -> Answer:
        """Send a request and return its answer; packets that come meanwhile are passed over."""
        answer = self._answer_to(method, url, headers)
        if answer.status == 401 and self._login is not None and self._login.challenged(answer.all("www-authenticate")):
            answer = self._answer_to(method, url, headers)
        if answer.status != 200:
            raise self._refused(answer.status)
        return answer

    def _answer_to(self, method: str, url: str, headers: tuple[tuple[str, str], ...]) -> Answer:
        self._send(method, url, *headers)
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            item = self._next()
            if isinstance(item, Answer):
                return item
            if item is None and not self._receive(max(deadline - time.monotonic(), 0.0)):
                raise self._said(f"does not answer within {ANSWER_SECONDS:g} s")

    def _send(self, method: str, url: str, *headers: tuple[str, str]) -> None:
        self._number += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._number}", "User-Agent: platewatch"]
        login = None if self._login is None else self._login.header(method, url)
        lines += [] if login is None else [f"Authorization: {login}"]
        lines += [f"Session: {self._id}"] if self._id else []
        lines += [f"{name}: {value}" for name, value in headers]
        self._told_at = time.monotonic()
        try:
            self._connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        except OSError:
            raise self._said("ended the connection") from None

    def _receive(self, seconds: float) -> bool:
        """Wait for bytes and take them; return whether there were any."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        pending = isinstance(self._connection, ssl.SSLSocket) and self._connection.pending()
        if not pending and not poll.poll(seconds * 1000):
            return False
        try:
            data = self._connection.recv(65_536)
        except TimeoutError:
            return False
        except OSError:
            data = b""
        if not data:
            raise self._said("ended the connection")
        self._buffer += data
        return True

    def _next(self) -> Answer | tuple[int, bytes] | None:
        """Return what is whole of what came: an answer, or a packet with its channel."""
        buffer = self._buffer
        if buffer[:1] == b"$":
            size = int.from_bytes(buffer[2:4], "big")
            if len(buffer) < 4 or len(buffer) < 4 + size:
                return None
            packet = buffer[1], bytes(buffer[4 : 4 + size])
            del buffer[: 4 + size]
            return packet
        while bytes(buffer[:1]) in (b"\r", b"\n"):
            del buffer[:1]
        if not buffer or buffer[:1] == b"$":
            return None if not buffer else self._next()
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > MOST_HEAD_BYTES or not b"RTSP/1.".startswith(bytes(buffer[:7])):
                raise self._said("answers with something else than RTSP; is this its port?")
            return None
        return self._answer(end)

    def _answer(self, end: int) -> Answer | None:
        lines = bytes(self._buffer[:end]).decode("latin-1").split("\r\n")
        fields = [line.partition(":") for line in lines[1:] if ":" in line]
        headers = tuple((name.strip().lower(), value.strip()) for name, _, value in fields)
        told = next((value for name, value in headers if name == "content-length"), "0")
        length = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0
        if length > MOST_BODY_BYTES:
            raise self._said("answers with more than a megabyte; is this its port?")
        stop = end + 4 + length
        if len(self._buffer) < stop:
            return None
        status = re.match(r"RTSP/1\.\d (\d{3})", lines[0])
        if status is None and lines[0].endswith(" RTSP/1.0"):
            # Some servers ask, too, whether we are there; that needs no answer while packets are taken.
            del self._buffer[:stop]
            return None
        if status is None:
            raise self._said("answers with something else than RTSP; is this its port?")
        body = bytes(self._buffer[end + 4 : stop])
        del self._buffer[:stop]
        return Answer(int(status[1]), headers, body)

    def _refused(self, status: int) -> StreamFailed:
        if status == 401 and self._access.user is None:
            return self._said("asks for a login (401); set user and password_file", is_login=True)
        if status == 401:
            return self._said("refuses user and password (401); correct them, or unlock the user", is_login=True)
        if status == 403:
            return self._said("forbids this user to watch (403); give it the right at the camera", is_login=True)
        if status == 404:
            return self._said("is no stream of it (404); look the path up in the camera's manual")
        if status in (301, 302):
            return self._said("sends elsewhere; set that address as url")
        return self._said(f"answers with status {status}, expected 200; are too many watching it?")

    def _said(self, what: str, *, is_login: bool = False) -> StreamFailed:
        return StreamFailed(self._access.redacted(f"{self._access.address} {what}"), is_login=is_login)
