"""What a new version changes, against a comparison of dicts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.importing.difference import Comparison, Difference, no_known_rows
from storage.hotlists.imports import KnownRows

Row = tuple[int, int]
"""An entry's number and its content's."""


rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=40)


def id_of(number: int) -> bytes:
    return hashlib.md5(f"entry {number}".encode(), usedforsecurity=False).digest()


def alike_id_of(number: int) -> bytes:
    """An id that shares one of its halves with others."""
    return (number // 4).to_bytes(8, "big") + (number % 4).to_bytes(8, "big")


def digest_of(row: Row) -> bytes:
    return hashlib.md5(repr(row).encode(), usedforsecurity=False).digest()


def halves(values: list[bytes]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    return np.frombuffer(b"".join(values), dtype=">u8").astype(np.uint64).reshape(-1, 2)


def compare(active: dict[int, int], new: list[Row], batch: int, id_of: Callable[[int], bytes] = id_of) -> Difference:
    comparison = Comparison(
        KnownRows(halves([digest_of(row) for row in active.items()]), halves([id_of(number) for number in active]))
    )
    for start in range(0, len(new), batch):
        part = new[start : start + batch]
        places = comparison.find(halves([digest_of(row) for row in part]))
        lines = np.arange(start + 1, start + 1 + len(part), dtype=np.uint32)
        comparison.add_unchanged(places[places >= 0], lines[places >= 0])
        unknown = [(row, line) for row, line, place in zip(part, lines.tolist(), places, strict=True) if place < 0]
        comparison.add_new(b"".join(id_of(row[0]) for row, _ in unknown), [line for _, line in unknown])
    return comparison.result()


@pytest.mark.parametrize("id_of", [id_of, alike_id_of])
@given(active=st.dictionaries(st.integers(0, 12), st.integers(0, 3)), new=rows, batch=st.integers(1, 9))
def test_a_difference_is_what_dicts_say(
    id_of: Callable[[int], bytes], active: dict[int, int], new: list[Row], batch: int
) -> None:
    found = compare(active, new, batch, id_of)
    after = dict(new)
    changed = {number for number in after if number in active and after[number] != active[number]}
    assert found.total == len(after)
    assert found.added == len(after.keys() - active.keys())
    assert found.changed == len(changed)
    assert found.removed == len(active.keys() - after.keys())
    assert found.duplicates == len(new) - len(after)
    retired = {found.retired[i : i + 16] for i in range(0, len(found.retired), 16)}
    assert retired == {id_of(number) for number in changed | (active.keys() - after.keys())}
    last = {number: line for line, (number, _) in enumerate(new, start=1)}
    replaced = {
        line: last[row[0]]
        for line, row in enumerate(new, start=1)
        if line != last[row[0]] and (row not in active.items())
    }
    assert dict(zip(found.superseded_lines, found.kept_lines, strict=True)) == replaced


def test_an_empty_list_beside_nothing() -> None:
    found = Comparison(no_known_rows()).result()
    assert (found.total, found.added, found.removed, found.retired) == (0, 0, 0, b"")
