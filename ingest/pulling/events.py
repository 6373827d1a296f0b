"""Devices whose events come over a connection by HTTP that stays: Hikvision's alertStream, Dahua's attach."""

from __future__ import annotations

import contextlib
import re
import time

import httpx

from ingest.pulling.device import OPEN_SECONDS, Device
from ingest.pulling.gathering import QUIET_SECONDS, Gathering, Use
from ingest.pulling.live_body import BodyEnded, LiveBody
from ingest.pulling.outlet import Ended, Outlet
from ingest.pulling.stream_parts import PartStream
from ingest.streams.failures import StreamFailed
from schemas.settings import DahuaPull, HikvisionStreamPull

HIKVISION_PATH = "/ISAPI/Event/notification/alertStream"
LOOK_SECONDS = 0.2
PART_SECONDS = 30.0
"""How long one part may take to come in."""

_PLATE = re.compile(rb"plate|anpr|vehicledetect|trafficcar", re.IGNORECASE)
_KIND = re.compile(
    rb"<(?:\w+:)?eventType\b|\"eventType\"|^\s*Code=\w+;|Events\[0\]\.(?:Code|EventBaseInfo)", re.MULTILINE
)
_PICTURES = re.compile(rb"<(?:\w+:)?picNum>\s*(\d{1,2})\s*<|\"picNum\"\s*:\s*\"?(\d{1,2})")


class EventStreamPuller:
    """Reads one device's stream of events.

    Args:
        settings: The device.
    """

    def __init__(self, settings: HikvisionStreamPull | DahuaPull) -> None:
        self._settings = settings
        self._path = HIKVISION_PATH if isinstance(settings, HikvisionStreamPull) else _dahua_path(settings)

    def pull(self, outlet: Outlet) -> None:
        """Store what comes; see `Puller`."""
        silent = max(self._settings.stall_seconds, OPEN_SECONDS)
        with (
            Device(self._settings) as device,
            device.asking("GET", self._path, read_seconds=silent) as response,
        ):
            kind = response.headers.get("content-type", "")
            if not kind.lower().startswith("multipart/"):
                shown = kind.partition(";")[0][:60] or "nothing that says what it is"
                raise StreamFailed(f"{device.address} answers with {shown}, expected a stream of parts (multipart)")
            with LiveBody(response) as body:
                outlet.telling.connected()
                try:
                    self._read(body, PartStream(kind, outlet.largest), outlet)
                except BodyEnded as end:
                    if isinstance(end.error, httpx.ReadTimeout):
                        raise self._stalled() from None
                    raise device.said(end.error) from None

    def _read(self, body: LiveBody, parts: PartStream, outlet: Outlet) -> None:
        gathering = Gathering(outlet, judged, pictures_of)
        came = whole = time.monotonic()
        try:
            while not outlet.is_stopped:
                chunk = body.next(LOOK_SECONDS)
                now = time.monotonic()
                if chunk:
                    came = now
                    for part in parts.feed(chunk):
                        whole = now
                        gathering.add(part)
                elif now - came >= QUIET_SECONDS and (last := parts.flush()) is not None:
                    whole = now
                    for part in (last, *parts.feed(b"")):
                        gathering.add(part)
                if not parts.is_within:
                    whole = now
                    gathering.tick()
                if now - came > self._settings.stall_seconds:
                    raise self._stalled()
                if now - whole > max(self._settings.stall_seconds, PART_SECONDS):
                    raise StreamFailed("sends data, but no whole part came for a long time; is the network too slow?")
        finally:
            # What has come is kept, however the rest ends.
            with contextlib.suppress(StreamFailed):
                for part in parts.rest():
                    gathering.add(part)
            gathering.store()
        raise Ended

    def _stalled(self) -> StreamFailed:
        return StreamFailed(
            f"sent nothing for {self._settings.stall_seconds:g} s, though it is connected", is_stall=True
        )


def judged(text: bytes) -> Use:
    """Return what a text of such a stream is; one of which that cannot be told may be a read.

    Args:
        text: The part's body.
    """
    if _PLATE.search(text):
        return Use.READ
    if b"heartbeat" in text.lower() or b"videoloss" in text.lower():
        # Cameras send an inactive loss of video every few seconds to say that they are there.
        return Use.SIGN
    return Use.OTHER if _KIND.search(text) else Use.READ


def pictures_of(text: bytes) -> int | None:
    """Return how many pictures follow a text, None: it does not say."""
    found = _PICTURES.search(text)
    return None if found is None else int(found[1] or found[2])


def _dahua_path(settings: DahuaPull) -> str:
    codes, beat = ",".join(settings.codes), settings.heartbeat_seconds
    if settings.through == "events":
        return f"/cgi-bin/eventManager.cgi?action=attach&codes=[{codes}]&heartbeat={beat}"
    return (
        f"/cgi-bin/snapManager.cgi?action=attachFileProc&channel={settings.channel}&heartbeat={beat}"
        f"&Flags[0]=Event&Events=[{codes}]"
    )
