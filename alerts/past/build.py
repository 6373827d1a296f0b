"""The alert about an entry's and a plate's matches with stored reads."""

from __future__ import annotations

import dataclasses
import logging
from datetime import datetime, timedelta

from alerts.build import build_alert
from alerts.past.matches import MatchGroup
from schemas.errors import InvalidInput, TransientError
from schemas.events import Alert
from schemas.settings import Settings
from schemas.types import Hit, PlateRead
from schemas.wording import age_text
from storage.reads.images import ImageStore

log = logging.getLogger(__name__)


def as_of_now(hit: Hit, now: datetime) -> Hit:
    """Return a hit with the list's age of now: when the vehicle passed, the list did not have the entry.

    Args:
        hit: What the matcher says, which takes a list that is newer than the read for just updated.
        now: The time of matching.
    """
    if hit.list_as_of is None:
        return hit
    age = max((now - hit.list_as_of).total_seconds(), 0.0)
    explanation = hit.explanation.replace(f"list {age_text(hit.list_age_seconds)}", f"list {age_text(age)}")
    return dataclasses.replace(hit, list_age_seconds=age, explanation=explanation)


class PastAlerts:
    """Builds the alerts.

    Args:
        settings: The configuration; the image store and the alerts' pictures count here.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._images = ImageStore(settings)

    def build(self, group: MatchGroup, created_at: datetime, picture: bytes | None) -> Alert:
        """Return the alert about an entry and plate.

        Args:
            group: Its matches.
            created_at: When, aware.
            picture: The shown read's plate as JPEG; see `picture`.
        """
        read, hit, listed = group.shown.read, group.shown.hit, group.shown.listed
        words = f"{sighted_text(group, created_at)}; {hit.explanation}"
        alert = build_alert(
            read,
            dataclasses.replace(hit, explanation=words),
            listed.entry,
            agency_id=self._settings.agency_id,
            created_at=created_at,
            plate_picture=picture,
        )
        return alert.model_copy(update={"historical": True, "sightings": group.count})

    def picture(self, read: PlateRead) -> bytes | None:
        """Return the picture of a read's plate for its alert, or None where there is none or none is wanted."""
        if read.plate_image_key is None or not self._settings.alerts.embed_plate_picture:
            return None
        try:
            return self._images.load(read.plate_image_key)
        except (InvalidInput, TransientError) as error:
            log.debug("a past read's picture is not there: %s", error)
            return None


def sighted_text(group: MatchGroup, now: datetime) -> str:
    """Return when a plate was seen, like `read 3 days ago, before the entry was added; 4 sightings in 6 days`."""
    at, added_at = group.shown.read.captured_at, group.shown.listed.added_at
    words = f"read {_span_text(now - at)} ago"
    if added_at is not None and at < added_at:
        words += ", before the entry was added"
    if group.count > 1:
        words += f"; {group.count} sightings in the last {_span_text(now - group.first_at)}"
    return words


def _span_text(span: timedelta) -> str:
    seconds = max(span.total_seconds(), 0.0)
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        count = round(seconds / length)
        # Two units of the larger kind are needed before it is exact enough to be read as a time.
        if count >= 2 or (unit == "minute"):
            return f"{max(count, 1)} {unit}" + ("s" if count > 1 else "")
    raise AssertionError("minutes take whatever is left")
