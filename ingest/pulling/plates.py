"""The list of plates that a Hikvision camera keeps: asked for again and again, each entry stored once."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ingest.inbox_place import INBOX_FILE
from ingest.picture_urls import MOST_BYTES as MOST_PICTURE_BYTES
from ingest.picture_urls import SECONDS as PICTURE_SECONDS
from ingest.pulling.device import Device
from ingest.pulling.marks import IMPOSSIBLE, Mark
from ingest.pulling.outlet import Ended, Outlet
from ingest.streams.failures import StreamFailed
from ingest.vendors.adapter import VendorMessage
from ingest.vendors.parts.bodies import open_message
from ingest.vendors.parts.values import has_keys, text_at, trees_at
from schemas.errors import InvalidInput
from schemas.settings import HikvisionPlatesPull, IngestSource
from storage.spool.messages import Message

log = logging.getLogger(__name__)

LIST_SECONDS = 30.0
MOST_LIST_BYTES = 32 << 20
AT_ONCE = 20
OVERLAP = timedelta(seconds=5)
"""Lists begin so long before the mark: whether "after" includes a second is the firmware's own idea."""
DEEP = timedelta(hours=2)
DEEP_SECONDS = 300.0
"""So often a list reaches back as far as `DEEP`: clocks are set back, in autumn by an hour."""
SKIP_SECONDS = 60.0
"""After a picture that could not be had, reads go on without for so long."""

_TIME = re.compile(r"\D*(\d{4})\D?(\d{2})\D?(\d{2})\D?(\d{2})\D?(\d{2})\D?(\d{2})")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A plate of the list: what names it, its time by the camera's clock if it has one, and all that is said of it."""

    name: str
    at: datetime | None
    tree: Any

    @property
    def picture(self) -> str | None:
        found = text_at(self.tree, "picName") or ""
        return found if _NAME.fullmatch(found) else None


class PlatesPuller:
    """Asks one camera.

    Args:
        source: The source, with its zone.
        settings: How it is fetched.
        data_dir: Where the mark is kept.
    """

    def __init__(self, source: IngestSource, settings: HikvisionPlatesPull, data_dir: Path) -> None:
        self._source = source
        self._settings = settings
        self._path = f"/ISAPI/Traffic/channels/{settings.channel}/vehicleDetect/plates"
        self._mark_path = data_dir / INBOX_FILE.with_name(f"pull-{source.id}.json")
        self._deep_at = float("-inf")
        self._no_picture_until = 0.0

    def pull(self, outlet: Outlet) -> None:
        """Store what is new; see `Puller`."""
        mark = Mark.load(self._mark_path)
        is_first = True
        with Device(self._settings) as device:
            while not outlet.is_stopped:
                entries = self._list(device, outlet, mark)
                if is_first:
                    outlet.telling.connected()
                    is_first = False
                outlet.telling.signed()
                new = [entry for entry in entries if not mark.has(entry.name)]
                for place in range(0, len(new), AT_ONCE):
                    self._store(new[place : place + AT_ONCE], device, outlet, mark)
                outlet.rest(0.0 if new else self._settings.every_seconds)
        raise Ended

    def _list(self, device: Device, outlet: Outlet, mark: Mark) -> list[_Entry]:
        """Return what the camera has, oldest first."""
        after = self._after(mark).strftime("%Y%m%d%H%M%S") + "0000"
        asked = f'<?xml version="1.0" encoding="UTF-8"?><AfterTime><picTime>{after}</picTime></AfterTime>'
        began = time.monotonic()
        with device.asking(
            "POST", self._path, content=asked.encode(), headers={"content-type": "application/xml"}
        ) as response:
            kind = response.headers.get("content-type", "")
            body = device.body(response, MOST_LIST_BYTES, LIST_SECONDS, began)
        try:
            trees = open_message(VendorMessage(self._source.id, kind, body, datetime.now(UTC))).objects()
        except InvalidInput as error:
            raise StreamFailed(f"{device.address} answers with a list that cannot be read ({error.message})") from None
        if not any(has_keys(tree, "Plates", "Plate") for tree in trees):
            said = next((text for tree in trees if (text := text_at(tree, "ResponseStatus.statusString"))), None)
            raise StreamFailed(f"{device.address} answers without a list of plates ({(said or 'no Plates')[:100]})")
        listed = [one for tree in trees for one in trees_at(tree, "Plates.Plate", "Plates.0", "Plates", "Plate")]
        entries = [_entry(one) for one in listed if has_keys(one, "plateNumber", "captureTime", "picName")]
        return sorted(entries, key=lambda entry: entry.at or datetime.min)

    def _after(self, mark: Mark) -> datetime:
        """Return the time, by the camera's clock, from which on plates are asked for."""
        moment = datetime.now(ZoneInfo(self._source.timezone or "UTC"))
        now = moment.replace(tzinfo=None)
        if mark.at is None or mark.at - now > IMPOSSIBLE:
            return now - timedelta(hours=self._settings.first_hours) - OVERLAP
        if time.monotonic() - self._deep_at >= DEEP_SECONDS:
            self._deep_at = time.monotonic()
            return mark.at - DEEP
        return newest_known(mark.at, moment) - OVERLAP

    def _store(self, entries: list[_Entry], device: Device, outlet: Outlet, mark: Mark) -> None:
        outlet.store([self._message(entry, device, outlet) for entry in entries])
        # A power cut between the two stores them once more, as the same reads.
        for entry in entries:
            mark.add(entry.name, entry.at)
        mark.save()

    def _message(self, entry: _Entry, device: Device, outlet: Outlet) -> Message:
        told = json.dumps({"Plates": {"Plate": entry.tree}}, ensure_ascii=False).encode("utf-8", "replace")
        picture = self._picture(entry, device, outlet)
        if picture is None or len(told) + len(picture) > outlet.largest:
            return outlet.message(told, "application/json")
        boundary = secrets.token_hex(16).encode()
        body = (
            b"--%b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b\r\n"
            b'--%b\r\nContent-Disposition: form-data; name="licensePlatePicture.jpg"\r\nContent-Type: image/jpeg\r\n'
            b"Content-Length: %d\r\n\r\n%b\r\n--%b--\r\n"
        ) % (boundary, len(told), told, boundary, len(picture), picture, boundary)
        return outlet.message(body, f'multipart/mixed; boundary="{boundary.decode()}"')

    def _picture(self, entry: _Entry, device: Device, outlet: Outlet) -> bytes | None:
        if not self._settings.pictures or entry.picture is None or outlet.is_stopped:
            return None
        began = time.monotonic()
        if began < self._no_picture_until:
            return None
        path = f"/doc/ui/images/plate/{entry.picture}.jpg"
        try:
            with device.asking("GET", path, read_seconds=PICTURE_SECONDS) as response:
                found = device.body(response, MOST_PICTURE_BYTES, PICTURE_SECONDS, began)
            if not found.startswith(b"\xff\xd8\xff"):
                raise StreamFailed(f"{device.address} answers with something else than a JPEG picture")
        except StreamFailed as failure:
            self._no_picture_until = time.monotonic() + SKIP_SECONDS
            log.warning("source %s: reads go on without pictures: %s", self._source.id, failure)
            return None
        return found


def _entry(tree: Any) -> _Entry:
    captured, picture = text_at(tree, "captureTime") or "", text_at(tree, "picName") or ""
    name = picture or f"{captured} {text_at(tree, 'plateNumber')} {text_at(tree, 'laneNo')}"
    return _Entry(name, _time(picture) or _time(captured), tree)


def newest_known(mark: datetime, moment: datetime) -> datetime:
    """Return the time, by a camera's clock, behind which everything is known.

    Clocks that are put back in autumn are behind the mark for an hour: what is seen then is no older.

    Args:
        mark: The newest time that was stored, by the camera's clock.
        moment: Now, in the camera's zone.
    """
    before = (moment.astimezone(UTC) - DEEP).astimezone(moment.tzinfo)
    was_put_back = (before.utcoffset() or timedelta()) > (moment.utcoffset() or timedelta())
    return min(mark, moment.replace(tzinfo=None)) if was_put_back else mark


def _time(text: str) -> datetime | None:
    """Return the time that a name or a text begins with, as the camera's clock has it."""
    found = _TIME.match(text)
    if found is None:
        return None
    try:
        return datetime(*(int(group) for group in found.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None
