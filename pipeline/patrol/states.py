"""Why a car reads nothing, or less than it could: pure judging of what is known of it at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from schemas.types import CarState, StateKind
from schemas.wording import span_text

SILENT: Final = timedelta(seconds=15)
"""A live camera that gave no picture for so long gives none."""
SMALLEST_FREE: Final = 64 << 20
"""Bytes of a disk on which a database cannot be trusted to write any more."""


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """A camera. `last_frame_at` is None where it never gave a picture since the start, or is no live one.

    `is_live` says that pictures have to come all the time; `problem` is why it cannot be read now.
    """

    camera_id: str
    is_live: bool
    problem: str | None = None
    last_frame_at: datetime | None = None
    is_dark: bool = False


@dataclass(frozen=True, slots=True)
class CarFacts:
    """What is known of a car at `now`; it started at `since`.

    `fix_at` is when it last knew where it is (None: never), `has_gps` whether it should. `red` are the lists that are
    older than they may be, with why; `lists` how many there are, `are_open` whether somebody has signed on since the
    start. `free` are bytes of the disk, `least_free` those below which no picture is kept; `is_spool_full` says that
    the room for what waits is used up. `left_out` counts passes of the agency's own plates, of which there are
    `own_plates`.
    """

    now: datetime
    since: datetime
    cameras: Sequence[CameraFacts] = ()
    has_gps: bool = True
    fix_at: datetime | None = None
    no_fix_after: timedelta = timedelta(minutes=5)
    area: str | None = None
    are_open: bool = True
    lists: int = 1
    red: Mapping[str, str] = field(default_factory=dict)
    free: int = 1 << 40
    least_free: int = 0
    is_spool_full: bool = False
    own_plates: int = 0
    left_out: int = 0


def states_of(facts: CarFacts) -> tuple[CarState, ...]:
    """Return what keeps a car from reading, storing or matching; what stops it altogether comes first.

    Args:
        facts: What is known of it.
    """
    found = [*_cameras(facts), *_place(facts), *_lists(facts), *_storage(facts), *_own(facts)]
    return tuple(sorted(found, key=lambda one: not one.stops))


def _cameras(facts: CarFacts) -> Iterator[CarState]:
    out: list[CarState] = []
    for camera in facts.cameras:
        why = _why_silent(camera, facts)
        if why is not None:
            words = f"camera {camera.camera_id}: {why}"
            out.append(CarState(StateKind.NO_CAMERA, camera.camera_id, "no camera", words))
        elif camera.is_dark:
            words = f"camera {camera.camera_id} sees nothing: its lens is covered, or there is no light"
            out.append(CarState(StateKind.DARK_LENS, camera.camera_id, "dark lens", words))
    # One that works still reads.
    stops = bool(facts.cameras) and len(out) == len(facts.cameras)
    yield from (CarState(one.kind, one.subject, one.brief, one.words, stops) for one in out)
    if not facts.cameras:
        yield CarState(StateKind.NO_CAMERA, "", "no camera", "no camera is set up", stops=True)


def _why_silent(camera: CameraFacts, facts: CarFacts) -> str | None:
    if camera.problem is not None:
        return camera.problem
    if not camera.is_live:
        return None
    last = camera.last_frame_at
    silent = facts.now - (last or facts.since)
    if silent <= SILENT:
        return None
    return "it has given no picture since the start" if last is None else f"no picture for {span_text(silent)}"


def _place(facts: CarFacts) -> Iterator[CarState]:
    if facts.area is not None:
        words = f"private area {facts.area}: nothing that is read here is kept"
        yield CarState(StateKind.PRIVATE_AREA, facts.area, "private area", words, stops=True)
    if not facts.has_gps:
        return
    lost = facts.now - (facts.fix_at or facts.since)
    if lost >= facts.no_fix_after:
        since = "since the start" if facts.fix_at is None else f"for {span_text(lost)}"
        words = f"no position {since}: reads have none, and private areas cannot be told"
        yield CarState(StateKind.NO_FIX, "", "no position", words)


def _lists(facts: CarFacts) -> Iterator[CarState]:
    if not facts.are_open:
        words = (
            "nobody has signed on since the start, so the lists are locked: reads are kept, and matched with nothing"
        )
        yield CarState(StateKind.NO_LIST, "", "lists locked", words, stops=True)
    elif not facts.lists:
        words = "there is no list in this car: reads are kept, and matched with nothing"
        yield CarState(StateKind.NO_LIST, "", "no lists", words, stops=True)
    for name, why in sorted(facts.red.items()):
        yield CarState(StateKind.STALE_LIST, name, "old list", f"list {name}: {why}")


def _storage(facts: CarFacts) -> Iterator[CarState]:
    if facts.free < SMALLEST_FREE:
        words = f"the disk is full ({facts.free >> 20} MB are left): reads cannot be kept"
        yield CarState(StateKind.STORAGE_FULL, "disk", "disk full", words, stops=True)
    elif facts.free < facts.least_free:
        words = f"the disk is nearly full ({facts.free >> 20} MB are left): pictures are not kept"
        yield CarState(StateKind.STORAGE_FULL, "disk", "disk full", words)
    elif facts.is_spool_full:
        words = "the room for what waits for the server is used up: the oldest pictures go"
        yield CarState(StateKind.STORAGE_FULL, "spool", "storage full", words)


def _own(facts: CarFacts) -> Iterator[CarState]:
    if facts.own_plates:
        plates = "1 plate" if facts.own_plates == 1 else f"{facts.own_plates} plates"
        passes = "1 pass" if facts.left_out == 1 else f"{facts.left_out} passes"
        words = f"the agency's own vehicles are left out ({plates}; {passes} since the start)"
        yield CarState(StateKind.OWN_PLATES, "", "own plates", words)
