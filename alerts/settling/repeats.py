"""Whether a hit repeats an open alert, is better than it, or is news.

A hit repeats an alert of the same entry, at the same place, within a window, whose plate was read as the same text, or
as one that the reader confuses with it. The window counts from the alert's own read, in both directions, by the times
of capture: reads may come late and out of order. It does not move with the repeats, so that a vehicle that stays in
view alerts anew every window.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from rapidfuzz.distance import Levenshtein

from alerts.settling.places import is_same_place
from schemas.events import Alert
from schemas.plates import canonical_plate
from schemas.settings import RepeatSettings
from schemas.settling import OpenAlert
from schemas.types import CharacterRead, Hit, PlateRead, Tier

_RANK: Final = {Tier.PARTIAL: 0, Tier.PROBABLE: 1, Tier.EXACT: 2}

LEAST_SHARE: Final = 0.02
"""A character that a read holds for less likely than this is not one that it may have confused."""


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """The open alert that a hit repeats, None where it is news; and in which way it is better, in words, if it is."""

    repeated: OpenAlert | None = None
    better: str = ""


def decide(
    hit: Hit, read: PlateRead, alerts: Iterable[OpenAlert], settings: RepeatSettings, *, has_picture: bool
) -> Decision:
    """Return whether a hit raises an alert, updates one, or repeats one.

    Args:
        hit: The hit.
        read: Its read.
        alerts: Open alerts; those of other entries, places, times and vehicles do not count.
        settings: The section `repeats` of the configuration.
        has_picture: Whether the hit's alert would show the plate.

    Returns:
        The decision about the alert that is nearest in time.
    """
    repeated = [alert for alert in alerts if _repeats(hit, read, alert, settings)]
    if not repeated:
        return Decision()
    nearest = min(repeated, key=lambda alert: (abs(alert.opened_at - read.captured_at), alert.alert_id))
    better = how_better(hit, read, nearest, settings, has_picture=has_picture)
    return Decision(nearest, better)


def opened(alert: Alert, read: PlateRead, hit: Hit, *, has_picture: bool) -> OpenAlert:
    """Return what is known of an alert as it is raised.

    Args:
        alert: The alert.
        read: Its read.
        hit: Its hit.
        has_picture: Whether it shows the plate.
    """
    return OpenAlert(
        alert_id=alert.alert_id,
        hit_id=hit.hit_id,
        entry_id=hit.entry_id,
        camera_id=read.camera_id,
        location=read.location,
        opened_at=read.captured_at,
        tier=hit.tier,
        score=hit.score,
        confidence=read.stated_confidence,
        has_picture=has_picture,
        has_second_reading=read.second_reading is not None,
        plates=(canonical_plate(read.plate),),
    )


def suspecting(alert: OpenAlert, camera_id: str) -> OpenAlert:
    """Return an open alert whose number was read at a camera where its vehicle cannot have been."""
    if camera_id in alert.suspected_cameras:
        return alert
    return dataclasses.replace(alert, suspected_cameras=(*alert.suspected_cameras, camera_id))


def with_repeat(alert: OpenAlert, hit: Hit, read: PlateRead, *, has_picture: bool) -> OpenAlert:
    """Return an open alert with what a repeat adds: the best of both, and the text that the plate was read as.

    Args:
        alert: The open alert.
        hit: The repeat.
        read: Its read.
        has_picture: Whether the repeat shows the plate.
    """
    text = canonical_plate(read.plate)
    return dataclasses.replace(
        alert,
        tier=max(alert.tier, hit.tier, key=_RANK.__getitem__),
        score=max(alert.score, hit.score),
        confidence=max(alert.confidence, read.stated_confidence),
        has_picture=alert.has_picture or has_picture,
        has_second_reading=alert.has_second_reading or read.second_reading is not None,
        plates=alert.plates if text in alert.plates else (*alert.plates, text),
    )


def _repeats(hit: Hit, read: PlateRead, alert: OpenAlert, settings: RepeatSettings) -> bool:
    window = timedelta(minutes=settings.window_minutes)
    return (
        bool(window)
        and hit.entry_id == alert.entry_id
        and abs(read.captured_at - alert.opened_at) <= window
        and is_same_place(read.camera_id, read.location, alert.camera_id, alert.location, settings.same_place_meters)
        and any(_may_be_one_plate(read, hit.tier, plate, alert.tier) for plate in alert.plates)
    )


def _may_be_one_plate(read: PlateRead, tier: Tier, plate: str, plate_tier: Tier) -> bool:
    """Tell whether a read may show a plate that was read as another text before.

    A probable hit says that its read may show the listed plate, and an exact one that it does: such two agree. But two
    vehicles may both merely resemble a listed plate, and the second must not go unseen: so of two probable reads the
    earlier text has to be one that the later read itself holds for possible.
    """
    text = canonical_plate(read.plate)
    if text == plate or Tier.EXACT in (tier, plate_tier):
        return True
    if len(text) == len(plate) == len(read.characters):
        return all(
            own == other or _may_be(character, other)
            for own, other, character in zip(text, plate, read.characters, strict=True)
        )
    # An entry with unknown characters fits many plates that are one character apart.
    return Tier.PARTIAL not in (tier, plate_tier) and Levenshtein.distance(text, plate, score_cutoff=1) <= 1


def _may_be(character: CharacterRead, wanted: str) -> bool:
    return any(
        canonical_plate(other) == wanted and probability >= LEAST_SHARE for other, probability in character.alternatives
    )


def how_better(hit: Hit, read: PlateRead, alert: OpenAlert, settings: RepeatSettings, *, has_picture: bool) -> str:
    """Return in which way a repeat is better than all before it, in words; empty when it is not.

    It is compared with the best of each kind, so that reads that are better by turns do not update an alert for ever.

    Args:
        hit: The repeat.
        read: Its read.
        alert: The open alert.
        settings: The section `repeats` of the configuration.
        has_picture: Whether the repeat shows the plate.
    """
    if _RANK[hit.tier] > _RANK[alert.tier]:
        return f"{hit.tier.value} instead of {alert.tier.value}"
    if hit.tier is not alert.tier or hit.score <= alert.score - settings.better_score:
        return ""
    if has_picture and not alert.has_picture:
        return "with a picture of the plate"
    if read.second_reading is not None and not alert.has_second_reading:
        return "read by a second reader too"
    if hit.score >= alert.score + settings.better_score:
        return "the plate agrees more clearly"
    if read.stated_confidence >= alert.confidence + settings.better_confidence:
        return "the plate was read more surely"
    return ""
