"""What hotlist entries say, from Python objects to arrays: column by column, a few entries at a time.

Few, because a column of a few is made without giving the interpreter away, and reads wait for it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt

from matcher.arrays.pace import AT_ONCE, Pace
from matcher.arrays.packing import Keys, bytes_of
from matcher.arrays.vocabulary import Vocabulary
from schemas.plates import normalize_plate
from schemas.types import Category, HotlistEntry, VehicleDescription

CATEGORIES: Final = tuple(Category)
_CATEGORY_NUMBERS: Final = {category: number for number, category in enumerate(CATEGORIES)}
_INT: Final = attrgetter("int")
_NEVER: Final = np.inf
_NO_VEHICLE: Final = VehicleDescription()

Key = TypeVar("Key", bound=Hashable)


def _field(name: str) -> Callable[[HotlistEntry], Any]:
    # By its place, which takes less time than by its name.
    return itemgetter(HotlistEntry._fields.index(name))


_ENTRY_ID = _field("entry_id")
_HOTLIST = _field("hotlist_id")
_PLATE = _field("plate")
_CATEGORY = _field("category")
_JURISDICTION = _field("jurisdiction")
_VEHICLE = _field("vehicle")
_VALID_FROM = _field("valid_from")
_VALID_UNTIL = _field("valid_until")
_YEAR, _MAKE, _COLOR = (itemgetter(VehicleDescription._fields.index(name)) for name in ("year", "make", "color"))


class _Numbers(dict[Key, int], Generic[Key]):
    """Values' numbers, each of which is looked for once."""

    def __init__(self, number: Callable[[Key], int]) -> None:
        super().__init__()
        self._number = number

    def __missing__(self, value: Key) -> int:
        number = self[value] = self._number(value)
        return number


class EntryColumns:
    """Gathers entries' columns.

    Args:
        vocabulary: Gets the texts that are new.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        jurisdiction = vocabulary.jurisdictions.number
        self._jurisdictions = _Numbers[str | None](lambda text: jurisdiction(None if text is None else text.upper()))
        self._hotlists = _Numbers[str | None](vocabulary.hotlists.number)
        self._years = _Numbers[int | None](_year)
        self._makes = _Numbers[str | None](vocabulary.makes.number)
        self._colors = _Numbers[str | None](vocabulary.colors.number)
        self.plates: list[str] = []
        """Normalized."""
        self._parts: dict[str, list[npt.NDArray[Any]]] = {}

    def take(self, entries: Sequence[HotlistEntry]) -> None:
        """Take some entries, one at least."""
        plates = _normalized(list(map(_PLATE, entries)))
        self.plates += plates
        vehicles = [vehicle or _NO_VEHICLE for vehicle in map(_VEHICLE, entries)]
        columns: dict[str, npt.NDArray[Any]] = {
            "characters": bytes_of(plates),
            "entry_ids": ids_of(map(_ENTRY_ID, entries)),
            "jurisdictions": _numbered(list(map(_JURISDICTION, entries)), self._jurisdictions, np.uint16),
            "categories": _numbered(list(map(_CATEGORY, entries)), _CATEGORY_NUMBERS, np.uint8),
            "hotlists": _numbered(list(map(_HOTLIST, entries)), self._hotlists, np.uint16),
            "years": _numbered(list(map(_YEAR, vehicles)), self._years, np.uint16),
            "makes": _numbered(list(map(_MAKE, vehicles)), self._makes, np.uint32),
            "colors": _numbered(list(map(_COLOR, vehicles)), self._colors, np.uint32),
            "valid_from": _seconds(list(map(_VALID_FROM, entries)), -_NEVER),
            "valid_until": _seconds(list(map(_VALID_UNTIL, entries)), _NEVER),
        }
        for name, column in columns.items():
            self._parts.setdefault(name, []).append(column)

    def taken(self) -> dict[str, npt.NDArray[Any]]:
        """Return what was taken since the last time: `characters` of the plates, and columns of `EntryArrays`."""
        columns = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        self.plates, self._parts = [], {}
        return columns


def ids_of(entry_ids: Iterable[UUID], pace: Pace = AT_ONCE) -> Keys:
    """Return ids as `EntryArrays.entry_ids` has them, uint64 (n, 2)."""
    found = bytearray()
    iterator = iter(entry_ids)
    while piece := list(islice(iterator, pace.entries)):
        found += b"".join([number.to_bytes(16, "big") for number in map(_INT, piece)])
        pace.pause()
    return np.frombuffer(found, dtype=">u8").astype(np.uint64).reshape(-1, 2)


def _normalized(plates: list[str]) -> list[str]:
    # Nearly every plate of a long list is plain, so all of them are looked at as one text.
    text = "".join(plates)
    if text.isascii() and text.isalnum() and text == text.upper():
        return plates
    return [
        plate if plate.isalnum() and plate.isascii() and plate.isupper() else normalize_plate(plate) for plate in plates
    ]


def _numbered(values: list[Any], numbers: Mapping[Any, int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    if values.count(values[0]) == len(values):
        return np.full(len(values), numbers[values[0]], dtype=dtype)
    return np.array(list(map(numbers.__getitem__, values)), dtype=dtype)


def _year(year: int | None) -> int:
    """Return a year that its column can hold; another one is none."""
    return year if year is not None and 0 < year < 1 << 16 else 0


def _seconds(moments: list[datetime | None], otherwise: float) -> npt.NDArray[np.float64]:
    if moments.count(None) == len(moments):
        return np.full(len(moments), otherwise)
    return np.array([otherwise if moment is None else moment.timestamp() for moment in moments], dtype=np.float64)
