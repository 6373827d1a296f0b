"""A device that is asked by HTTP: its answers, or in words why there are none."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from ingest.streams.failures import StreamFailed, shown_address
from ingest.streams.http_login import CameraAuth, trust_of
from ingest.streams.login import access_of
from schemas.settings import PullBase
from services.http.deadline import Deadline

OPEN_SECONDS = 10.0
ANSWER_SECONDS = 30.0
"""Until an answer begins: connecting, being asked for a login, and the head of the answer."""

# Each request its own connection: cameras close the one that they refused on without saying so.
_LIMITS = httpx.Limits(max_keepalive_connections=0)


class Device:
    """One device, with the login that it asks for. For one thread. A context.

    Redirects are not followed: the login is this device's alone.

    Args:
        settings: Where it is.
    """

    def __init__(self, settings: PullBase) -> None:
        self._access = access_of(settings)
        access = self._access
        # One for all requests: it knows the device's challenge, and need not be refused each time.
        self._client = httpx.Client(
            auth=None if access.user is None else CameraAuth(access.user, access.password),
            timeout=httpx.Timeout(OPEN_SECONDS),
            verify=trust_of(settings),
            limits=_LIMITS,
            trust_env=False,
            follow_redirects=False,
            headers={"accept-encoding": "identity", "user-agent": "platewatch"},
        )
        self._deadline = Deadline(self._client)

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def address(self) -> str:
        """The device's URL as it may be shown."""
        return self._access.address

    def url(self, path: str) -> str:
        """Return the URL of something that the device has; a path of the configured URL stands before it.

        Args:
            path: From its root, with its query.
        """
        parts = urlsplit(self._access.plain_url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")) + path

    @contextlib.contextmanager
    def asking(
        self, method: str, path: str, *, read_seconds: float = OPEN_SECONDS, **more: Any
    ) -> Iterator[httpx.Response]:
        """Ask for something, and give the answer while it is read.

        Args:
            method: GET or POST.
            path: As `url`.
            read_seconds: How long the device may be silent.
            more: As httpx takes it.

        Raises:
            StreamFailed: It does not answer as it should.
        """
        where = shown_address(self.url(path))
        timeout = httpx.Timeout(OPEN_SECONDS, read=read_seconds)
        try:
            with contextlib.ExitStack() as stack:
                with self._deadline.within(max(ANSWER_SECONDS, read_seconds)):
                    response = stack.enter_context(self._client.stream(method, self.url(path), timeout=timeout, **more))
                self._check(response, where)
                yield response
        except httpx.TimeoutException:
            raise StreamFailed(f"{where} does not answer in time; is it on, and in this network?") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise self.said(error, where) from None

    def said(self, error: Exception | None, where: str = "") -> StreamFailed:
        """Return in words why a connection ended.

        Args:
            error: What ended it; None: the device did.
            where: What was asked for, as it may be shown.
        """
        where = where or self.address
        if error is None:
            return StreamFailed(f"{where} ended the stream")
        if isinstance(error, httpx.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            return StreamFailed(f"{where} is not trusted ({error}); correct ca_file or its certificate")
        if isinstance(error, httpx.ConnectError):
            return StreamFailed(self._access.redacted(f"{where} cannot be reached ({error})"))
        if isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError)):
            return StreamFailed(f"{where} ended the connection within an answer")
        return StreamFailed(self._access.redacted(f"{where} cannot be read ({type(error).__name__}: {error})"))

    def body(self, response: httpx.Response, largest: int, seconds: float, began: float) -> bytes:
        """Return an answer's body.

        Args:
            response: The answer.
            largest: Bytes that it may have.
            seconds: How long it may take altogether.
            began: When it was asked for, by `time.monotonic`.

        Raises:
            StreamFailed: It is larger, or takes longer.
        """
        found = bytearray()
        try:
            with self._deadline.within(began + seconds - time.monotonic()):
                for chunk in response.iter_raw():
                    found += chunk
                    if len(found) > largest:
                        raise StreamFailed(
                            f"{self.address} answers with more than {largest / 1e6:g} MB; look at the device"
                        )
        except httpx.TimeoutException:
            if time.monotonic() < began + seconds:
                raise
            raise StreamFailed(
                f"{self.address} takes longer than {seconds:g} s to answer; look at the network"
            ) from None
        return bytes(found)

    def _check(self, response: httpx.Response, where: str) -> None:
        code = response.status_code
        if code == httpx.codes.UNAUTHORIZED:
            what = "asks for a login (401); set user and password_file"
            if self._access.user is not None:
                what = "refuses user and password (401); correct them, or unlock the user at the device"
            raise StreamFailed(f"{where} {what}", is_login=True)
        if code == httpx.codes.FORBIDDEN:
            raise StreamFailed(f"{where} forbids this user to ask (403); give it the right there", is_login=True)
        if code == httpx.codes.NOT_FOUND:
            raise StreamFailed(f"{where} is not there (404); is this the right kind, and channel, for this device?")
        if response.is_redirect:
            target = shown_address(response.headers.get("location", ""))
            raise StreamFailed(f"{where} sends elsewhere ({code}, to {target}); set that as url")
        if code != httpx.codes.OK:
            raise StreamFailed(f"{where} answers with status {code}, expected 200")
