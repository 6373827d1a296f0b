"""Hotlist entries as arrays: what matching needs of them, some 40 bytes each, and no Python object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from matcher.arrays.columns import CATEGORIES, EntryColumns
from matcher.arrays.pace import AT_ONCE, Pace
from matcher.arrays.packing import FOREIGN, WILD, Bytes, Codes, Keys, codes_of_bytes, pack, unpack
from matcher.arrays.vocabulary import Vocabulary
from matcher.characters.slots import MIN_PLATE_LENGTH
from schemas.plates import MAX_PLATE_LENGTH
from schemas.types import HotlistEntry, VehicleDescription


@dataclass(frozen=True, slots=True)
class Unusable:
    """An entry that no read can be matched with, and why."""

    entry_id: UUID
    hotlist_id: str
    reason: str


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
    def of(
        cls, entries: Iterable[HotlistEntry], vocabulary: Vocabulary, pace: Pace = AT_ONCE
    ) -> tuple[EntryArrays, list[Unusable]]:
        """Arrange entries.

        Args:
            entries: Any number; read once, a block of them in memory at a time.
            vocabulary: Gets the texts that are new.
            pace: How many at a time.

        Returns:
            The usable entries in order, and the others.
        """
        columns = EntryColumns(vocabulary)
        parts: list[EntryArrays] = []
        unusable: list[Unusable] = []
        iterator = iter(entries)
        while True:
            while len(columns.plates) < pace.rows and (piece := list(islice(iterator, pace.entries))):
                columns.take(piece)
                pace.pause()
            if not columns.plates:
                return cls.joined(parts, vocabulary), unusable
            parts.append(cls._usable(columns, vocabulary, unusable, pace))

    @classmethod
    def _usable(
        cls, gathered: EntryColumns, vocabulary: Vocabulary, unusable: list[Unusable], pace: Pace
    ) -> EntryArrays:
        """Return the usable ones of the entries that were gathered; the others go to `unusable`."""
        plates, columns = gathered.plates, gathered.taken()
        characters = columns.pop("characters")
        codes = codes_of_bytes(characters)
        pace.pause()
        bad = _unusable_rows(characters, codes)
        pace.pause()
        for row in bad.tolist():
            high, low = columns["entry_ids"][row].tolist()
            hotlist = vocabulary.hotlists.texts[columns["hotlists"][row]] or ""
            unusable.append(Unusable(UUID(int=high << 64 | low), hotlist, _why_unusable(plates[row], codes[row])))
        if len(bad):
            columns = {name: np.delete(column, bad, axis=0) for name, column in columns.items()}
            characters, codes = np.delete(characters, bad, axis=0), np.delete(codes, bad, axis=0)
        packed = pack(codes)
        pace.pause()
        return cls(vocabulary, plates=packed, letters_o=_letters_o(characters), **columns)

    @classmethod
    def joined(cls, parts: Sequence[EntryArrays], vocabulary: Vocabulary) -> EntryArrays:
        """Return the rows of several arrays with one vocabulary, in order."""
        if len(parts) == 1:
            return parts[0]
        columns = {name: [_no_rows(name), *(getattr(part, name) for part in parts)] for name in COLUMNS}
        return cls(vocabulary, **{name: np.concatenate(arrays) for name, arrays in columns.items()})

    def taken(self, rows: npt.NDArray[Any], pace: Pace = AT_ONCE) -> EntryArrays:
        """Return some rows, by their numbers or by a mask."""
        columns = {}
        for name in COLUMNS:
            columns[name] = getattr(self, name)[rows]
            pace.pause()
        return EntryArrays(self.vocabulary, **columns)

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
            category=CATEGORIES[self.categories[row]],
            jurisdiction=known.jurisdictions.texts[self.jurisdictions[row]],
            vehicle=vehicle if any(vehicle) else None,
            valid_from=_moment(self.valid_from[row]),
            valid_until=_moment(self.valid_until[row]),
        )


_TYPES: Final = {
    "plates": np.uint64,
    "letters_o": np.uint16,
    "entry_ids": np.uint64,
    "jurisdictions": np.uint16,
    "categories": np.uint8,
    "hotlists": np.uint16,
    "years": np.uint16,
    "makes": np.uint32,
    "colors": np.uint32,
    "valid_from": np.float64,
    "valid_until": np.float64,
}
COLUMNS: Final = tuple(_TYPES)
"""Names of the arrays."""


def _no_rows(name: str) -> npt.NDArray[Any]:
    return np.empty((0, 2) if name == "entry_ids" else 0, dtype=_TYPES[name])


def _letters_o(characters: Bytes) -> npt.NDArray[np.uint16]:
    is_o = characters[:, :MAX_PLATE_LENGTH] == ord("O")
    return np.packbits(is_o, axis=1, bitorder="little").view("<u2").reshape(-1).astype(np.uint16)


def _unusable_rows(characters: Bytes, codes: Codes) -> npt.NDArray[np.int64]:
    known = (codes < WILD).sum(axis=1)
    is_bad = (known < MIN_PLATE_LENGTH) | (codes == FOREIGN).any(axis=1) | (characters[:, MAX_PLATE_LENGTH] != 0)
    return np.flatnonzero(is_bad)


def _why_unusable(text: str, codes: npt.NDArray[np.uint8]) -> str:
    if not MIN_PLATE_LENGTH <= len(text) <= MAX_PLATE_LENGTH:
        return f"the plate has {len(text)} characters; {MIN_PLATE_LENGTH} to {MAX_PLATE_LENGTH} can be matched"
    if FOREIGN in codes:
        return "the plate holds a character that is no Latin letter or digit"
    return f"fewer than {MIN_PLATE_LENGTH} characters are known"


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if np.isfinite(seconds) else None
