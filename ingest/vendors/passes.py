"""Messages of one vehicle pass -> one read: by the vendor's id, or by camera, time and text where it gives none.

A vendor's own id is kept to where it is unique. Results of single frames are put together: the first one's id is the
pass's, and each one's revision says how sure its text is, in ten thousandths. So the surest text is the newest, in
whatever order results come, come again, or come late: a weaker one overwrites nothing.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from rapidfuzz.distance import Levenshtein

from ingest.vendors.adapter import ReportedRead
from schemas.ids import reported_read_id
from schemas.plates import canonical_plate
from schemas.types import PlateRead

GAP = timedelta(seconds=8)
"""Results of one text this far apart are of one pass."""

LONGEST = timedelta(minutes=5)
"""Results of a vehicle that stands before a camera become another read after this time."""

COUNTER_LASTS = timedelta(minutes=10)
"""A counter that comes again after this time counts another pass."""

MOST_PASSES = 20_000
_MOST_FRAMES = 512
_LATELY = 256
_MISSES = 16
_LOOK_ALIKES = ("0ODQ", "1IL", "17T", "2Z7", "5S", "8B", "38B", "6G", "CG", "4A", "UVY", "MN", "HN", "EF", "PR")
_ALIKE = frozenset((a, b) for group in _LOOK_ALIKES for a in group for b in group if a != b)


@dataclass(frozen=True, slots=True)
class Placed:
    """Which pass a reported read is of, and what of it is known so far."""

    read_id: UUID
    revision: int
    first_seen: datetime
    last_seen: datetime
    frame_count: int


@dataclass(slots=True)
class _Pass:
    read_id: UUID
    camera: tuple[str, str]
    texts: set[str]
    first_seen: datetime
    last_seen: datetime
    frame_count: int = 0
    pass_ids: set[str] = field(default_factory=set)
    frames: set[str] = field(default_factory=set)
    seen: set[tuple[datetime, str]] = field(default_factory=set)


class Passes:
    """Tells which pass a reported read is of. It holds the newest passes in memory, and no more than a given number.

    Args:
        gap: How far apart results of one text may be.
        most: How many passes are remembered; the oldest are forgotten first.
    """

    def __init__(self, gap: timedelta = GAP, most: int = MOST_PASSES) -> None:
        self._gap = gap
        self._most = most
        self._passes: OrderedDict[UUID, _Pass] = OrderedDict()
        self._by_camera: dict[tuple[str, str], OrderedDict[UUID, _Pass]] = {}
        self._by_id: dict[tuple[str, str, str], _Pass] = {}
        self._by_frame: dict[tuple[str, str, str], _Pass] = {}

    def __len__(self) -> int:
        return len(self._passes)

    def remember(self, source_id: str, reads: Iterable[PlateRead]) -> None:
        """Take up a source's passes that were stored lately, so that one goes on across a restart.

        Args:
            source_id: The source.
            reads: Its newest reads, oldest first.
        """
        for read in reads:
            camera = (source_id, read.camera_id)
            at = read.source_time or read.claimed_at or read.captured_at
            known = self._new(read.read_id, camera, at)
            # Where they were dated by their arrival, their times are that much away from the source's own.
            moved = at - read.captured_at
            known.first_seen = min(known.first_seen, read.first_seen + moved)
            known.last_seen = max(known.last_seen, read.last_seen + moved)
            known.seen.add((at, canonical_plate(read.plate)))
            known.frame_count = max(known.frame_count, read.frame_count)
            known.texts.add(canonical_plate(read.plate))
            if read.report is not None and read.report.pass_id is not None:
                self._name(known, read.report.pass_id)

    def place(self, source_id: str, camera_id: str, read: ReportedRead, at: datetime) -> Placed:
        """Return which pass a read is of, and remember it.

        Args:
            source_id: Who sent it.
            camera_id: Its camera, as reads name it.
            read: The read.
            at: When it was captured, aware: by its own time, else when it came.
        """
        camera = (source_id, camera_id)
        found = self._find(camera, read, at) or self._new(self._fresh_id(camera, read, at), camera, at)
        self._take(found, read, at)
        revision = read.revision if read.pass_id is not None else round((read.confidence or 0.0) * 10_000)
        return Placed(found.read_id, revision, found.first_seen, found.last_seen, max(found.frame_count, 1))

    def _find(self, camera: tuple[str, str], read: ReportedRead, at: datetime) -> _Pass | None:
        for frame in read.frame_ids[:_MOST_FRAMES]:
            if (found := self._by_frame.get((*camera, frame))) is not None:
                return found
        if read.pass_id is None:
            return self._alike(camera, read, at)
        found = self._by_id.get((*camera, read.pass_id))
        if found is not None and not read.is_pass_id_unique and _distance(found, at) > COUNTER_LASTS:
            return None
        return found

    def _alike(self, camera: tuple[str, str], read: ReportedRead, at: datetime) -> _Pass | None:
        text = canonical_plate(read.plate)
        best: tuple[bool, timedelta] | None = None
        chosen: _Pass | None = None
        lately = reversed(self._by_camera.get(camera, OrderedDict()).values())
        missed = 0
        for known in itertools.islice(lately, _LATELY):
            distance = _distance(known, at)
            missed = missed + 1 if distance > LONGEST else 0
            if missed == _MISSES:
                # They are in the order in which they were seen: the rest is older still.
                break
            if distance > self._gap or max(at - known.first_seen, known.last_seen - at) > LONGEST:
                continue
            is_other = text not in known.texts
            # Two results of one picture with different texts are two vehicles.
            if is_other and ((at, text) in known.seen or not _one_apart(text, known, at)):
                continue
            if best is None or (is_other, distance) < best:
                best, chosen = (is_other, distance), known
        return chosen

    def _fresh_id(self, camera: tuple[str, str], read: ReportedRead, at: datetime) -> UUID:
        moment = at.isoformat()
        if read.pass_id is None:
            return reported_read_id(*camera, moment, canonical_plate(read.plate))
        if read.is_pass_id_unique:
            return reported_read_id(*camera, read.pass_id)
        return reported_read_id(*camera, read.pass_id, moment)

    def _new(self, read_id: UUID, camera: tuple[str, str], at: datetime) -> _Pass:
        known = self._passes.get(read_id)
        if known is not None:
            return known
        made = _Pass(read_id, camera, set(), at, at)
        self._passes[read_id] = made
        self._by_camera.setdefault(camera, OrderedDict())[read_id] = made
        while len(self._passes) > self._most:
            self._forget(next(iter(self._passes.values())))
        return made

    def _take(self, known: _Pass, read: ReportedRead, at: datetime) -> None:
        known.first_seen = min(known.first_seen, read.first_seen or at, at)
        known.last_seen = max(known.last_seen, read.last_seen or at, at)
        text = canonical_plate(read.plate)
        if (at, text) not in known.seen and len(known.seen) < _MOST_FRAMES:
            known.seen.add((at, text))
            known.frame_count += 1
        known.frame_count = max(known.frame_count, read.frame_count)
        known.texts.add(text)
        if read.pass_id is not None:
            self._name(known, read.pass_id)
        for frame in read.frame_ids[: _MOST_FRAMES - len(known.frames)]:
            known.frames.add(frame)
            self._by_frame[(*known.camera, frame)] = known
        self._passes.move_to_end(known.read_id)
        self._by_camera[known.camera].move_to_end(known.read_id)

    def _name(self, known: _Pass, pass_id: str) -> None:
        known.pass_ids.add(pass_id)
        self._by_id[(*known.camera, pass_id)] = known

    def _forget(self, known: _Pass) -> None:
        del self._passes[known.read_id]
        of_camera = self._by_camera[known.camera]
        del of_camera[known.read_id]
        if not of_camera:
            del self._by_camera[known.camera]
        for index, names in ((self._by_id, known.pass_ids), (self._by_frame, known.frames)):
            for name in names:
                if index.get((*known.camera, name)) is known:
                    del index[(*known.camera, name)]


def _distance(known: _Pass, at: datetime) -> timedelta:
    return max(known.first_seen - at, at - known.last_seen, timedelta())


def _one_apart(text: str, known: _Pass, at: datetime) -> bool:
    """Return whether a text can be a misread of a pass's: one look-alike, or one character lost at an end."""
    if any(moment == at for moment, _ in known.seen):
        return False
    return any(_is_misread(text, other) for other in known.texts)


def _is_misread(text: str, other: str) -> bool:
    edits = Levenshtein.editops(text, other)
    if len(edits) != 1 or min(len(text), len(other)) < 4:
        return False
    (edit,) = edits
    if edit.tag == "replace":
        return (text[edit.src_pos], other[edit.dest_pos]) in _ALIKE
    return text in (other[1:], other[:-1]) or other in (text[1:], text[:-1])
