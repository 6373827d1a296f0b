"""The car's way to its server: HTTPS with the car's token, and what the server answers in the car's words."""

from __future__ import annotations

import gzip
import logging
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from schemas.errors import ConfigurationError, InvalidInput, PlatewatchError, TransientError
from schemas.printable import printable
from schemas.settings.patrol import PatrolSettings
from services.http.deadline import Deadline
from services.private_files import read_secret

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_LIMITS = httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=5.0)
"""The server closes a connection that was silent for ten seconds: one is not used for so long."""
WHOLE_SECONDS = 60.0
"""A question and its answer may take so long over a slow line."""
MOST_ANSWER_BYTES = 4 << 20
"""Bytes of an answer that is read, unless more is asked for."""
_REACHED = frozenset({"connection.connect_tcp.complete", "http11.send_request_headers.complete"})
"""A new connection is there, or one that was there before was used."""
_CLOCK = "; is the car's clock right?"


class CarRevoked(PlatewatchError):
    """The server takes nothing of this car any more."""


class Unreachable(TransientError):
    """The car has no network, or the server is away."""


class UnknownToken(TransientError):
    """The server does not know the car's token."""


class NotTaken(InvalidInput):
    """The server refuses what it was sent, and would again.

    Args:
        status: The HTTP status.
        message: What the server says.
        headers: What the answer says besides, lower-case names.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str]) -> None:
        super().__init__(f"the server refuses it ({status}): {message}")
        self.status = status
        self.said = message
        self.headers = headers


@dataclass(frozen=True, slots=True)
class HomeAnswer:
    """What the server answered; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Home:
    """Asks the server. Threads share it.

    The token's file is read at every request, so that another token counts at once.

    Args:
        settings: The section `patrol`; `server` and `token_file` are set.
        transport: What carries requests, for tests; None: the network.
        timeout: How long the server may be silent.

    Raises:
        ConfigurationError: There is no server, or the authorities' file cannot be used.
    """

    def __init__(
        self,
        settings: PatrolSettings,
        transport: httpx.BaseTransport | None = None,
        timeout: httpx.Timeout | float = TIMEOUT,
    ) -> None:
        if settings.server is None or settings.token_file is None:
            raise ConfigurationError("patrol.server and patrol.token_file are not set; nothing can be sent home")
        self.car_id = settings.car
        self._server = settings.server
        self._token_file = settings.token_file
        self._client = httpx.Client(
            base_url=f"{settings.server}/ingest/cars/{settings.car}/",
            verify=_trust(settings),
            timeout=timeout,
            limits=_LIMITS,
            headers={"user-agent": "platewatch"},
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )
        self._deadline = Deadline(self._client)
        self._lock = threading.Lock()
        self._revoked_token: str | None = None

    @property
    def is_revoked(self) -> bool:
        """Whether the server said that this car, with the token that it has now, was revoked."""
        with self._lock:
            revoked = self._revoked_token
        if revoked is None:
            return False
        try:
            return self._token() == revoked
        except TransientError:
            return True

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        packs: bool = False,
        most: int = MOST_ANSWER_BYTES,
        seconds: float = WHOLE_SECONDS,
        reached: Callable[[], None] | None = None,
    ) -> HomeAnswer:
        """Ask the server for something, or send it something.

        Args:
            method: The HTTP method.
            path: What follows the car's own address, like `reads`.
            body: What is sent.
            params: What is asked.
            headers: What is said besides.
            packs: Whether the body is packed with gzip on its way.
            most: So many bytes the answer may have.
            seconds: How long the whole of it may take, whatever the server does.
            reached: Told once the server was reached, before it answers.

        Raises:
            Unreachable: The server is not reached, or answers too slowly.
            UnknownToken: It does not know the token.
            TransientError: It answers that it cannot now, its answer is too large, or the token's file cannot be read.
                A car goes on without all of that.
            CarRevoked: This car was revoked.
            NotTaken: The server refuses it, and would again.
        """
        token = self._token()
        said = {"authorization": f"Bearer {token}", **(headers or {})}
        if packs and body is not None:
            body = gzip.compress(body, compresslevel=4)
            said["content-encoding"] = "gzip"
        try:
            follows = {} if reached is None else {"trace": _when_reached(reached)}
            with (
                self._deadline.within(seconds),
                self._client.stream(
                    method, path, content=body, params=params, headers=said, extensions=follows
                ) as response,
            ):
                chunks, size = [], 0
                for chunk in response.iter_bytes():
                    size += len(chunk)
                    if size > most:
                        raise TransientError(f"{self._server}: its answer has more than {most} bytes")
                    chunks.append(chunk)
        except httpx.HTTPError as error:
            raise Unreachable(f"{self._server}: {_reason(error)}") from error
        return self._judged(HomeAnswer(response.status_code, dict(response.headers), b"".join(chunks)), token)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _judged(self, answer: HomeAnswer, token: str) -> HomeAnswer:
        status = answer.status
        if status < 300:
            with self._lock:
                self._revoked_token = None
            return answer
        said = _said(answer.body)
        message = said.get("error", "")
        if status == 403 and said.get("code") == "revoked":
            with self._lock:
                self._revoked_token = token
            raise CarRevoked(f"{self._server}: {message or 'this car was revoked'}")
        if status == 401:
            raise UnknownToken(
                f"{self._server} does not know this token as car '{self.car_id}''s (401); put the one of platewatch "
                f"cars token into {self._token_file}"
            )
        if status in (502, 503, 504):
            raise Unreachable(f"{self._server}: {message or 'it is away'} ({status})")
        if status in (408, 425, 429) or status >= 500 or status < 400:
            raise TransientError(f"{self._server}: {message or 'it cannot now'} ({status})")
        raise NotTaken(status, message, answer.headers)

    def _token(self) -> str:
        try:
            token = read_secret(self._token_file, "patrol.token_file")
        except ConfigurationError as error:
            raise TransientError(str(error)) from error
        if not (token.isascii() and token.isprintable()):
            raise TransientError(f"patrol.token_file {self._token_file}: the token holds a sign that none has")
        return token


def _when_reached(reached: Callable[[], None]) -> Callable[[str, object], None]:
    def follow(event: str, _: object) -> None:
        if event in _REACHED:
            reached()

    return follow


def _trust(settings: PatrolSettings) -> ssl.SSLContext | bool:
    if not settings.verify:
        log.warning("patrol.verify is false: whoever is on the way to the server can read and change what goes home")
        return False
    try:
        context = ssl.create_default_context(cafile=None if settings.ca_file is None else str(settings.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"patrol.ca_file {settings.ca_file}: cannot be used ({error})") from error
    if settings.ca_file is not None:
        # The file may hold the server's own certificate alone.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _said(body: bytes) -> dict[str, str]:
    """Return the texts of an answer of one line of JSON, as they may be shown."""
    try:
        found = httpx.Response(200, content=body).json()
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: printable(text)[:500] for name, text in found.items() if isinstance(text, str)}


def _reason(error: httpx.HTTPError) -> str:
    text = str(error) or type(error).__name__
    if "certificate is not yet valid" in text or "certificate has expired" in text:
        return text + _CLOCK
    return text
