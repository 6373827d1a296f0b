"""Lists and reads for the matcher's benchmark, drawn with a seed: nobody's plates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from schemas.types import Category, CharacterRead, HotlistEntry, PlateRead, VehicleDescription

READS = 20_000
STATES = ("US-VA", "US-MD", "US-NC", "US-CA", "US-TX", "US-FL", "US-NY", "US-PA")
_LETTERS = np.frombuffer(b"ABCDEFGHJKLMNPRSTUVWXYZ", dtype=np.uint8)
_DIGITS = np.frombuffer(b"0123456789", dtype=np.uint8)
_PATTERNS = ("LLLDDDD", "DLLLDDD", "LLDDDDD", "LLLDDD", "DDDLLL", "LDDLLL", "LLDDLL")
_CONFUSIONS = {
    "B": "8",
    "8": "B",
    "0": "D",
    "D": "0",
    "1": "I",
    "5": "S",
    "S": "5",
    "2": "Z",
    "Z": "2",
    "7": "T",
    "G": "6",
}
MOMENT = datetime(2026, 1, 2, 6, 30, tzinfo=UTC)


def draw_plates(count: int, seed: int) -> list[str]:
    """Return plates in the patterns of several states."""
    rng = np.random.default_rng(seed)
    found: list[str] = []
    for pattern, share in zip(_PATTERNS, np.bincount(rng.integers(0, len(_PATTERNS), count), minlength=7), strict=True):
        columns = [rng.choice(_LETTERS if symbol == "L" else _DIGITS, share) for symbol in pattern]
        joined = np.stack(columns, axis=1).astype(np.uint8)
        found += [row.decode() for row in joined.view(f"S{len(pattern)}").ravel().tolist()]
    order = rng.permutation(len(found))
    return [found[place] for place in order.tolist()]


def entries(plates: list[str], seed: int = 7) -> Iterator[HotlistEntry]:
    """Yield an entry for each plate."""
    rng = np.random.default_rng(seed)
    states = rng.integers(0, len(STATES), len(plates)).tolist()
    vehicle = VehicleDescription(2014, "HOND", "ACC", "4D", "GRY")
    for number, (plate, state) in enumerate(zip(plates, states, strict=True), start=1):
        # Spread as real ids are: a multiple of an odd number.
        entry_id = UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 & (1 << 128) - 1)
        yield HotlistEntry(entry_id, "ncic", plate, Category.STOLEN_VEHICLE, STATES[state], vehicle=vehicle)


def draw_reads(plates: list[str], count: int, seed: int, *, listed: float, distributions: bool) -> list[PlateRead]:
    """Return reads: a share of them of listed plates, half of those misread in a character.

    Args:
        plates: The listed plates.
        count: How many.
        seed: What they are drawn with.
        listed: Share of reads of listed plates.
        distributions: Whether every character comes with its alternatives.
    """
    rng = np.random.default_rng(seed)
    others = draw_plates(count, seed + 1)
    reads = []
    for number in range(count):
        text = others[number]
        if rng.random() < listed:
            text = plates[int(rng.integers(len(plates)))]
            if rng.random() < 0.5:
                place = int(rng.integers(len(text)))
                text = text[:place] + _CONFUSIONS.get(text[place], text[place]) + text[place + 1 :]
        characters: tuple[CharacterRead, ...] = ()
        if distributions:
            characters = tuple(
                CharacterRead(character, 0.97, ((_CONFUSIONS.get(character, "7"), 0.015), ("", 0.001)))
                for character in text
            )
        state = STATES[int(rng.integers(len(STATES)))]
        reads.append(
            PlateRead(UUID(int=number + 1), "gate", "local", MOMENT, MOMENT, MOMENT, text, 0.95, characters, state, 0.9)
        )
    return reads
