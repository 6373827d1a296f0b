"""One plain sentence per hit that an officer reads in two seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from matcher.judging.second_reading import SecondReadingEvidence
from schemas.types import CharacterEvidence, VehicleEvidence
from schemas.wording import age_text

_PLURAL = {
    "look-alike": "look-alikes",
    "different": "different characters",
    "missing": "characters not read",
    "extra": "characters too many",
}
_SINGULAR = {
    "look-alike": "look-alike",
    "different": "different character",
    "missing": "character not read",
    "extra": "character too many",
}


def explain(
    *,
    read_plate: str,
    listed_plate: str,
    characters: Sequence[CharacterEvidence],
    read_jurisdiction: str | None,
    listed_jurisdiction: str | None,
    vehicle: Iterable[VehicleEvidence],
    list_age_seconds: float | None,
    second: SecondReadingEvidence | None = None,
    alerts: bool = True,
    reason: str = "",
    claimed_at: datetime | None = None,
    is_confidence_known: bool = True,
) -> str:
    """Return why a read agrees with an entry, contradictions included.

    Args:
        read_plate: Plate as seen, normalized.
        listed_plate: Plate as listed, normalized.
        characters: The alignment's evidence.
        read_jurisdiction: Like US-VA, or None.
        listed_jurisdiction: Like US-VA, or None.
        vehicle: Vehicle features that both sides give.
        list_age_seconds: Age of the list's content, or None when unknown.
        second: What a second reader saw, or None.
        alerts: Whether the hit may alert an officer.
        reason: Why it may not, where that is not said by what differs.
        claimed_at: What the camera's clock said, where that cannot be.
        is_confidence_known: Whether the reader says how sure it is.

    Returns:
        Text like `read 8KV4921, listed BKV4921: 1 look-alike (8/B); state VA agrees; list 3 h old`.
    """
    parts = [
        f"read {read_plate}, listed {listed_plate}: {_text_words(read_plate, listed_plate, characters)}",
        _state_words(read_jurisdiction, listed_jurisdiction),
        *(_vehicle_words(feature) for feature in vehicle),
        *_second_reader_words(second),
        *([] if is_confidence_known else ["the reader gave no confidence"]),
        *([] if alerts else ["too little for an alert" + (f" ({reason})" if reason else "")]),
        f"list {age_text(list_age_seconds)}",
        *_clock_words(claimed_at),
    ]
    return "; ".join(parts)


def _text_words(read_plate: str, listed_plate: str, characters: Sequence[CharacterEvidence]) -> str:
    unknown = sum(1 for place in characters if place.relation == "unknown")
    words = []
    for relation, plural in _PLURAL.items():
        places = [place for place in characters if place.relation == relation]
        if places:
            pairs = ", ".join("/".join(part for part in (place.read, place.listed) if part) for place in places)
            words.append(f"{len(places)} {_SINGULAR[relation] if len(places) == 1 else plural} ({pairs})")
    if not words and unknown:
        words.append(f"all {len(characters) - unknown} known characters agree")
    elif not words:
        words.append("same text" if read_plate == listed_plate else "same text (O and 0 count as one)")
    if unknown:
        words.append(f"{unknown} unknown on the list")
    return ", ".join(words)


def _state_words(read: str | None, listed: str | None) -> str:
    if not listed:
        return "no state on the list"
    if not read:
        return f"state not read, listed {_short(listed)}"
    if read.casefold() == listed.casefold():
        return f"state {_short(listed)} agrees"
    return f"STATE DIFFERS (read {_short(read)}, listed {_short(listed)})"


def _clock_words(claimed_at: datetime | None) -> list[str]:
    if claimed_at is None:
        return []
    said = f"{claimed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return [f"CAMERA'S CLOCK WRONG (it says {said}): the time is that of arrival"]


def _short(jurisdiction: str) -> str:
    return jurisdiction.upper().removeprefix("US-")


def _second_reader_words(second: SecondReadingEvidence | None) -> list[str]:
    if second is None:
        return []
    if second.sees_listed:
        return ["second reader agrees" if second.sees_read else f"second reader saw {second.text} as listed"]
    return [f"second reader saw {second.text}" + (" too" if second.sees_read else "")]


def _vehicle_words(feature: VehicleEvidence) -> str:
    if feature.agrees:
        return f"{feature.feature} {feature.listed} agrees"
    return f"{feature.feature.upper()} DIFFERS (seen {feature.read}, listed {feature.listed})"
