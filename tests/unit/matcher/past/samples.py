"""Stored texts and reads as the database gives them, for the tests of matching past reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from matcher.past.blocks import TEXT_BYTES
from schemas.settings.matching import MatchingSettings
from schemas.types import CharacterRead, PlateRead
from tests.unit.matcher.samples import read

LOOSE = MatchingSettings(false_alerts_per_10k=10_000, min_read_confidence=0)
shares = st.floats(0, 1) | st.sampled_from([0.9975, 0.998, 0.9999, 1.0])
evidence = st.lists(
    st.tuples(shares, st.lists(st.tuples(st.sampled_from([*"08B1IVWoO", ""]), shares), max_size=3)),
    min_size=4,
    max_size=4,
)


def block(some: Sequence[str]) -> bytes:
    return "".join(text.ljust(TEXT_BYTES) for text in some).encode()


def stored(places: Iterable[CharacterRead]) -> str:
    return json.dumps([[place.character, place.confidence, [*map(list, place.alternatives)]] for place in places])


def given_read(text: str, given_: Sequence[Any], bare: bool) -> PlateRead:
    places = [CharacterRead(seen, sure, tuple(others)) for seen, (sure, others) in zip(text, given_, strict=True)]
    return read(text, characters=() if bare else tuple(places))
