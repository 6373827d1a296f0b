"""A camera by HTTP that sends JPEG after JPEG (multipart/x-mixed-replace)."""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Iterator, Mapping

import httpx

from ingest.streams.connection import Caught, StreamFacts
from ingest.streams.failures import StreamFailed
from ingest.streams.http_login import CameraAuth, trust_of
from ingest.streams.login import Access, access_of
from ingest.streams.parts import Part, PartSplitter
from ingest.streams.pictures import JpegPicture
from schemas.errors import UnreadableMedia
from schemas.settings import MjpegCamera
from services.http.deadline import Deadline

OPEN_SECONDS = 10.0

# Each request its own connection: cameras close the one that they refused on without saying so.
_LIMITS = httpx.Limits(max_keepalive_connections=0)
_TIMES = ("x-timestamp", "timestamp", "x-time-stamp")


class MjpegConnection:
    """Plays one stream. For one thread.

    Args:
        camera: Its settings.
    """

    def __init__(self, camera: MjpegCamera) -> None:
        self.facts: StreamFacts | None = None
        self.damaged = self.replaced = 0
        self._camera = camera

    def pictures(self, stop: threading.Event) -> Iterator[Caught]:
        """Yield pictures as they come; see `Connection`.

        Raises:
            StreamFailed: None can be had, or none comes any more.
        """
        access = access_of(self._camera)
        stall = self._camera.stall_seconds
        auth = None if access.user is None else CameraAuth(access.user, access.password)
        timeout = httpx.Timeout(OPEN_SECONDS, read=stall)
        trust = trust_of(self._camera)
        try:
            with (
                httpx.Client(auth=auth, timeout=timeout, verify=trust, limits=_LIMITS, trust_env=False) as client,
                (deadline := Deadline(client)).within(OPEN_SECONDS + stall),
                client.stream("GET", access.plain_url, headers={"Accept-Encoding": "identity"}) as response,
            ):
                _check(response, access)
                yield from self._play(response, deadline, stop)
        except httpx.ReadTimeout:
            if self.facts is None:
                raise StreamFailed(f"{access.address} does not answer within {stall:g} s") from None
            raise StreamFailed(f"sent nothing for {stall:g} s, though it is connected", is_stall=True) from None
        except httpx.TimeoutException:
            raise StreamFailed(
                f"{access.address} does not answer within {OPEN_SECONDS:g} s; is it on, and in this network?"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise StreamFailed(access.redacted(_other(error, access))) from None

    def _play(self, response: httpx.Response, deadline: Deadline, stop: threading.Event) -> Iterator[Caught]:
        # Longer than data may come without a picture: this is for a camera that drips what is no data at all.
        patience = OPEN_SECONDS + self._camera.stall_seconds
        deadline.move(patience)
        self.facts = StreamFacts("MJPEG", response.url.scheme)
        splitter = PartSplitter()
        last = time.monotonic()
        for data in response.iter_raw():
            if stop.is_set():
                return
            arrived = time.time()
            for part in splitter.feed(data):
                caught = self._caught(part, arrived)
                if caught is not None:
                    last = time.monotonic()
                    yield caught
                    deadline.move(patience)
            if time.monotonic() - last > self._camera.stall_seconds:
                raise StreamFailed(
                    f"sends data, but no whole picture came for {self._camera.stall_seconds:g} s; is the network too "
                    "slow for its resolution?",
                    is_stall=True,
                )

    def _caught(self, part: Part, arrived: float) -> Caught | None:
        try:
            picture = JpegPicture(part.data) if part.is_whole else None
        except UnreadableMedia:
            picture = None
        if picture is None:
            self.damaged += 1
            return None
        return Caught(picture, arrived, camera_time(part.headers))


def camera_time(headers: Mapping[str, str]) -> float | None:
    """Return the time that a picture's headers give it, seconds since 1970; None: none.

    Args:
        headers: By lower case names.
    """
    for name in _TIMES:
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        # Some count milliseconds; some count from when they were switched on, which says nothing.
        for scale in (1.0, 1e3, 1e6):
            if 1e9 <= seconds / scale < 1e10:
                return seconds / scale
    try:
        return email.utils.parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _check(response: httpx.Response, access: Access) -> None:
    """Make sure that an answer is a stream.

    Raises:
        StreamFailed: It is not.
    """
    where, code = access.address, response.status_code
    if code == httpx.codes.UNAUTHORIZED:
        what = "asks for a login (401); set user and password_file"
        if access.user is not None:
            what = "refuses user and password (401); correct them, or unlock the user at the camera"
        raise StreamFailed(f"{where} {what}", is_login=True)
    if code == httpx.codes.FORBIDDEN:
        raise StreamFailed(f"{where} forbids this user to watch (403); give it the right at the camera", is_login=True)
    if code == httpx.codes.NOT_FOUND:
        raise StreamFailed(f"{where} is no stream of it (404); look the path up in the camera's manual")
    if response.is_redirect:
        target = access.redacted(response.headers.get("location", ""))
        raise StreamFailed(f"{where} sends elsewhere ({code}, to {target}); set that as url")
    if code != httpx.codes.OK:
        raise StreamFailed(f"{where} answers with status {code}, expected 200 and a stream")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith(("text/", "application/json", "image/", "video/")):
        raise StreamFailed(f"{where} answers with {kind}, expected a stream of JPEG pictures (multipart)")


def _other(error: Exception, access: Access) -> str:
    if isinstance(error, httpx.ConnectError):
        return f"{access.address} cannot be reached ({error})"
    if isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError)):
        return f"{access.address} ended the connection within a picture"
    return f"{access.address} cannot be read ({type(error).__name__}: {error})"
