"""Ids that are derived from what they name, so that a replay makes the same ids again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

_NAMESPACE = uuid5(NAMESPACE_URL, "https://platewatch.org/ids/v1")

_FREE_BITS = ~(0xF000 << 64 | 0xC000 << 48)
_VERSION_5 = 0x5000 << 64 | 0x8000 << 48


def _derive(kind: str, *parts: str) -> UUID:
    # The separator is a control character, so that no two lists of parts spell the same name.
    return uuid5(_NAMESPACE, "\x1f".join((kind, *parts)))


def read_id(camera_id: str, source_item: str, track_start: datetime, track_number: int) -> UUID:
    """Return the id of one vehicle pass.

    Args:
        camera_id: Camera that saw it.
        source_item: File name, or stream name, that the frames came from.
        track_start: When the track's first frame was captured, aware.
        track_number: The track's number within the source item.
    """
    return _derive("read", camera_id, source_item, track_start.isoformat(), str(track_number))


def reported_read_id(source_id: str, camera_id: str, *identity: str) -> UUID:
    """Return the id of one vehicle pass that another vendor's reader reported.

    Args:
        source_id: The ingest source that sent it.
        camera_id: The camera, as reads name it.
        identity: The vendor's own id of the pass, or else its time and text.
    """
    return _derive("reported-read", source_id, camera_id, *identity)


def published_read_id(read: UUID, revision: int, *, is_final: bool) -> UUID:
    """Return the id of the message that carries one revision of a read between an agency's machines."""
    return _derive("published-read", str(read), str(revision), "final" if is_final else "early")


def dead_letter_id(topic: str, partition: int, offset: int) -> UUID:
    """Return the id of a message that could not be used, by where it stood."""
    return _derive("dead-letter", topic, str(partition), str(offset))


def entry_id(hotlist_id: str, *identity: str) -> UUID:
    """Return the id of a hotlist entry from its list and what identifies it there.

    Args:
        hotlist_id: The list.
        identity: The source's own id, or else plate, state, category and case number.
    """
    return _derive("entry", hotlist_id, *identity)


def entry_ids(hotlist_id: str, kind: str) -> Callable[..., UUID]:
    """Return `entry_id` for one list and kind, several times as fast: a national list has millions of entries.

    Args:
        hotlist_id: The list.
        kind: The first part of the identity: what the others are.

    Returns:
        A function of the other parts (strings), to the id.
    """
    begun = hashlib.sha1(_NAMESPACE.bytes + f"entry\x1f{hotlist_id}\x1f{kind}\x1f".encode(), usedforsecurity=False)

    def derive(*identity: str) -> UUID:
        digest = begun.copy()
        digest.update((identity[0] if len(identity) == 1 else "\x1f".join(identity)).encode())
        number = int.from_bytes(digest.digest()[:16])
        # Version 5 and the variant of RFC 9562, set here because UUID's own way to set them takes twice as long.
        return UUID(int=number & _FREE_BITS | _VERSION_5)

    return derive


def hit_id(read: UUID, entry: UUID) -> UUID:
    """Return the id of the hit of one read on one entry."""
    return _derive("hit", str(read), str(entry))


def alert_id(hit: UUID, alert_type: str) -> UUID:
    """Return the id of an alert about a hit; `alert_type` is alert, update or cancel."""
    return _derive("alert", str(hit), alert_type)


def disposition_id(alert: UUID, number: int) -> UUID:
    """Return the id of one disposition of an alert; `number` counts them from 1."""
    return _derive("disposition", str(alert), str(number))


def car_answer_id(car: str, sign_on: UUID, alert: UUID, what: str, at: datetime) -> UUID:
    """Return the id of what an officer said of an alert in a patrol car.

    Args:
        car: The car.
        sign_on: The sign-on that the officer had.
        alert: The alert.
        what: What was said.
        at: When, aware.
    """
    return _derive("car-answer", car, str(sign_on), str(alert), what, at.astimezone(UTC).isoformat())


def car_note_id(car: str, what: str, subject: str, at: datetime) -> UUID:
    """Return the id of what is written down of a patrol car's display.

    Args:
        car: The car.
        what: What happened.
        subject: To what: an alert, or what keeps the car from reading.
        at: When, aware.
    """
    return _derive("car-note", car, what, subject, at.astimezone(UTC).isoformat())


def shared_read_id(read: UUID, revision: int) -> UUID:
    """Return the id of the message that gives one revision of a read to another agency."""
    return _derive("shared-read", str(read), str(revision))


def shared_list_id(agreement: str, hotlist_id: str, edition: int, kind: str, part: int) -> UUID:
    """Return the id of the message that gives one part of a hotlist's edition to another agency."""
    return _derive("shared-list", agreement, hotlist_id, str(edition), kind, str(part))


def delivery_id(rule: str, channel: str, alert: UUID) -> UUID:
    """Return the id of what a rule sends of one alert, update or cancel by one channel."""
    return _derive("delivery", rule, channel, str(alert))


def alarm_id(kind: str, subject: str, raised_at: datetime) -> UUID:
    """Return the id of an alarm.

    Args:
        kind: What it is about, like late_list.
        subject: The list.
        raised_at: When it was raised, aware.
    """
    return _derive("alarm", kind, subject, raised_at.astimezone(UTC).isoformat())


def alarm_message_id(alarm: UUID, status: str) -> UUID:
    """Return the id of one message about an alarm; `status` is raised or cleared."""
    return _derive("alarm-message", str(alarm), status)
