"""Hotlist entries as arrays: what matching needs of them, some 40 bytes each, and no Python object."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from matcher.evidence import MIN_PLATE_LENGTH
from matcher.packing import FOREIGN, WILD, Codes, Keys, codes_of, lengths_of, pack, unpack
from schemas.plates import MAX_PLATE_LENGTH, normalize_plate
from schemas.types import Category, HotlistEntry, VehicleDescription

_CHUNK: Final = 65_536
_CATEGORIES: Final = tuple(Category)
_CATEGORY_NUMBERS: Final = {category: number for number, category in enumerate(_CATEGORIES)}
_NEVER: Final = np.inf


@dataclass(frozen=True, slots=True)
class Unusable:
    """An entry that no read can be matched with, and why."""

    entry_id: UUID
    hotlist_id: str
    reason: str


class Names:
    """Texts by number, each once; number 0 is no text. Grows only, so that copies of the numbers stay right."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.texts: list[str | None] = [None, *texts]
        self._numbers: dict[str | None, int] = {text: number for number, text in enumerate(self.texts)}
        self._lock = threading.Lock()

    def number(self, text: str | None) -> int:
        """Return a text's number; a new one for a new text."""
        found = self._numbers.get(text)
        if found is None:
            # A list may be arranged in the background while another one changes.
            with self._lock:
                found = self._numbers.get(text)
                if found is None:
                    found = len(self.texts)
                    self.texts.append(text)
                    self._numbers[text] = found
        return found

    def known(self, text: str | None) -> int:
        """Return a text's number, or -1 where it has none."""
        return self._numbers.get(text, -1)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The texts that entries share: states, lists, makes and colors."""

    jurisdictions: Names
    hotlists: Names
    makes: Names
    colors: Names

    @classmethod
    def empty(cls) -> Vocabulary:
        """Return one without texts."""
        return cls(Names(), Names(), Names(), Names())


@dataclass(frozen=True, slots=True, eq=False)
class EntryArrays:
    """Entries by row; every array is (n,) but `entry_ids`, (n, 2): the id's halves, the high one first.

    `plates` are packed canonical plates, `letters_o` says in bits which of their zeros the list writes as the letter O
    (bit 0 the first character). The others are numbers of `vocabulary`, and times in seconds of the epoch.
    """

    vocabulary: Vocabulary
    plates: Keys
    letters_o: npt.NDArray[np.uint16]
    entry_ids: Keys
    jurisdictions: npt.NDArray[np.uint16]
    categories: npt.NDArray[np.uint8]
    hotlists: npt.NDArray[np.uint16]
    years: npt.NDArray[np.uint16]
    makes: npt.NDArray[np.uint32]
    colors: npt.NDArray[np.uint32]
    valid_from: npt.NDArray[np.float64]
    valid_until: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.plates)

    @classmethod
    def of(cls, entries: Iterable[HotlistEntry], vocabulary: Vocabulary) -> tuple[EntryArrays, Codes, list[Unusable]]:
        """Arrange entries.

        Args:
            entries: Any number; read once, a chunk of them held at a time.
            vocabulary: Gets the texts that are new.

        Returns:
            The usable entries in order, their plates' codes, and the others.
        """
        parts: list[EntryArrays] = []
        codes: list[Codes] = [np.empty((0, MAX_PLATE_LENGTH), dtype=np.uint8)]
        unusable: list[Unusable] = []
        iterator = iter(entries)
        while chunk := list(islice(iterator, _CHUNK)):
            part, part_codes, part_unusable = cls._chunk(chunk, vocabulary)
            parts.append(part)
            codes.append(part_codes)
            unusable += part_unusable
        return cls.joined(parts, vocabulary), np.concatenate(codes), unusable

    @classmethod
    def _chunk(cls, entries: list[HotlistEntry], vocabulary: Vocabulary) -> tuple[EntryArrays, Codes, list[Unusable]]:
        texts = [_normalized(entry.plate) for entry in entries]
        codes = codes_of(texts)
        bad = _unusable_rows(texts, codes)
        unusable = []
        for row in bad:
            reason = _why_unusable(texts[row], codes[row])
            unusable.append(Unusable(entries[row].entry_id, entries[row].hotlist_id, reason))
        if unusable:
            gone = set(bad)
            entries = [entry for row, entry in enumerate(entries) if row not in gone]
            texts = [text for row, text in enumerate(texts) if row not in gone]
            codes = np.delete(codes, bad, axis=0)
        return _columns(entries, texts, codes, vocabulary), codes, unusable

    @classmethod
    def joined(cls, parts: Sequence[EntryArrays], vocabulary: Vocabulary) -> EntryArrays:
        """Return the rows of several arrays with one vocabulary, in order."""
        if len(parts) == 1:
            return parts[0]
        empty = _columns([], [], np.empty((0, MAX_PLATE_LENGTH), dtype=np.uint8), vocabulary)
        columns = {
            name: np.concatenate([getattr(empty, name), *(getattr(part, name) for part in parts)]) for name in COLUMNS
        }
        return cls(vocabulary, **columns)

    def taken(self, rows: npt.NDArray[Any]) -> EntryArrays:
        """Return some rows, by their numbers or by a mask."""
        return EntryArrays(self.vocabulary, **{name: getattr(self, name)[rows] for name in COLUMNS})

    def canonical(self, row: int) -> str:
        """Return a row's canonical plate."""
        return unpack(int(self.plates[row]))

    def entry(self, row: int) -> HotlistEntry:
        """Return a row as an entry with what matching needs; its plate is normalized, other fields are left out."""
        known = self.vocabulary
        high, low = self.entry_ids[row]
        plate, letters_o = self.canonical(row), int(self.letters_o[row])
        if letters_o:
            plate = "".join("O" if letters_o >> place & 1 else symbol for place, symbol in enumerate(plate))
        vehicle = VehicleDescription(
            year=int(self.years[row]) or None,
            make=known.makes.texts[self.makes[row]],
            color=known.colors.texts[self.colors[row]],
        )
        return HotlistEntry(
            entry_id=UUID(int=int(high) << 64 | int(low)),
            hotlist_id=known.hotlists.texts[self.hotlists[row]] or "",
            plate=plate,
            category=_CATEGORIES[self.categories[row]],
            jurisdiction=known.jurisdictions.texts[self.jurisdictions[row]],
            vehicle=vehicle if any(vehicle) else None,
            valid_from=_moment(self.valid_from[row]),
            valid_until=_moment(self.valid_until[row]),
        )


COLUMNS: Final = tuple(column.name for column in fields(EntryArrays) if column.name != "vocabulary")
"""Names of the arrays."""


def ids_of(entry_ids: Iterable[UUID]) -> Keys:
    """Return ids as `EntryArrays.entry_ids` has them, uint64 (n, 2)."""
    joined = b"".join([entry_id.bytes for entry_id in entry_ids])
    return np.frombuffer(joined, dtype=">u8").astype(np.uint64).reshape(-1, 2)


def _columns(entries: list[HotlistEntry], texts: list[str], codes: Codes, vocabulary: Vocabulary) -> EntryArrays:
    jurisdiction, hotlist = vocabulary.jurisdictions.number, vocabulary.hotlists.number
    make, color = vocabulary.makes.number, vocabulary.colors.number
    nothing = VehicleDescription()
    vehicles = [entry.vehicle or nothing for entry in entries]
    return EntryArrays(
        vocabulary,
        plates=pack(codes),
        letters_o=_letters_o(texts),
        entry_ids=ids_of([entry.entry_id for entry in entries]),
        jurisdictions=np.array([jurisdiction(_upper(entry.jurisdiction)) for entry in entries], dtype=np.uint16),
        categories=np.array([_CATEGORY_NUMBERS[entry.category] for entry in entries], dtype=np.uint8),
        hotlists=np.array([hotlist(entry.hotlist_id) for entry in entries], dtype=np.uint16),
        years=np.array([_year(vehicle.year) for vehicle in vehicles], dtype=np.uint16),
        makes=np.array([make(vehicle.make) for vehicle in vehicles], dtype=np.uint32),
        colors=np.array([color(vehicle.color) for vehicle in vehicles], dtype=np.uint32),
        valid_from=np.array([_seconds(entry.valid_from, -_NEVER) for entry in entries], dtype=np.float64),
        valid_until=np.array([_seconds(entry.valid_until, _NEVER) for entry in entries], dtype=np.float64),
    )


def _letters_o(texts: list[str]) -> npt.NDArray[np.uint16]:
    found = np.zeros(len(texts), dtype=np.uint16)
    for row, text in enumerate(texts):
        if "O" in text:
            found[row] = sum(1 << place for place, character in enumerate(text) if character == "O")
    return found


def _normalized(plate: str) -> str:
    # Nearly every plate of a long list is plain.
    return plate if plate.isalnum() and plate.isascii() and plate.isupper() else normalize_plate(plate)


def _unusable_rows(texts: Sequence[str], codes: Codes) -> list[int]:
    lengths = lengths_of(codes)
    known = lengths - (codes == WILD).sum(axis=1)
    bad = (known < MIN_PLATE_LENGTH) | (codes == FOREIGN).any(axis=1)
    too_long = [row for row, text in enumerate(texts) if len(text) > MAX_PLATE_LENGTH]
    return sorted({*np.flatnonzero(bad).tolist(), *too_long})


def _why_unusable(text: str, codes: npt.NDArray[np.uint8]) -> str:
    if not MIN_PLATE_LENGTH <= len(text) <= MAX_PLATE_LENGTH:
        return f"the plate has {len(text)} characters; {MIN_PLATE_LENGTH} to {MAX_PLATE_LENGTH} can be matched"
    if FOREIGN in codes:
        return "the plate holds a character that is no Latin letter or digit"
    return f"fewer than {MIN_PLATE_LENGTH} characters are known"


def _year(year: int | None) -> int:
    """Return a year that its column can hold; another one is none."""
    return year if year is not None and 0 < year < 1 << 16 else 0


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()


def _seconds(moment: datetime | None, otherwise: float) -> float:
    return otherwise if moment is None else moment.timestamp()


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if np.isfinite(seconds) else None
