"""What a new version changes, against a comparison of dicts; and when it has to wait for a person."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.importing.difference import Comparison, Difference, no_known_rows
from hotlists.importing.review import reasons_to_hold
from hotlists.text.parsing import FOOTER_MISSING
from schemas.settings import HotlistSettings
from storage.hotlists.imports import ActiveVersion, KnownRows

Row = tuple[int, int]
"""An entry's number and its content's."""

rows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=40)


def id_of(number: int) -> bytes:
    return hashlib.md5(f"entry {number}".encode(), usedforsecurity=False).digest()


def digest_of(row: Row) -> bytes:
    return hashlib.md5(repr(row).encode(), usedforsecurity=False).digest()


def halves(values: list[bytes]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    return np.frombuffer(b"".join(values), dtype=">u8").astype(np.uint64).reshape(-1, 2)


def compare(active: dict[int, int], new: list[Row], batch: int) -> Difference:
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


@given(active=st.dictionaries(st.integers(0, 12), st.integers(0, 3)), new=rows, batch=st.integers(1, 9))
def test_a_difference_is_what_dicts_say(active: dict[int, int], new: list[Row], batch: int) -> None:
    found = compare(active, new, batch)
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


NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


def reasons(total: int = 100, *, added: int = 0, before: int = 100, **changes: object) -> list[str]:
    difference = Difference(total, added, 0, max(0, before - total), 0, b"", (), ())
    values: dict[str, object] = {
        "rows": total,
        "declared_rows": None,
        "cut_line": None,
        "only_unknown_codes": False,
        "as_of": NOW,
        "active": ActiveVersion(1, "ncic", before, NOW - timedelta(hours=12)),
        "settings": HotlistSettings(),
    }
    return reasons_to_hold(difference, **(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("total", [80, 100, 150])
def test_a_list_of_about_the_same_size_is_not_held(total: int) -> None:
    assert reasons(total) == []


@pytest.mark.parametrize(
    ("total", "changes", "words"),
    [
        (79, {}, "shrinks from 100 to 79 entries, by more than 20%"),
        (151, {}, "grows from 100 to 151 entries, by more than 50%"),
        (100, {"added": 100}, "none of its 100 entries is on the active version"),
        (100, {"declared_rows": 101}, "says that it has 101 rows, and 100 were found"),
        (100, {"declared_rows": FOOTER_MISSING}, "is missing: the file is cut off"),
        (100, {"only_unknown_codes": True}, "none of the codes of its 100 entries is known"),
        (100, {"cut_line": 101}, "ends in the middle of line 101"),
        (100, {"as_of": NOW - timedelta(days=1)}, "content of 2026-11-19 06:00 is older than the active one"),
    ],
)
def test_what_is_suspicious_is_held_and_named(total: int, changes: dict[str, object], words: str) -> None:
    (reason,) = reasons(total, **changes)  # type: ignore[arg-type]
    assert words in reason


def test_a_first_version_has_nothing_to_differ_from() -> None:
    assert reasons(5, active=None, added=5) == []
    assert len(reasons(5, active=None, declared_rows=6)) == 1


@pytest.mark.parametrize(("before", "total"), [(3, 1), (10, 6), (2, 6)])
def test_short_lists_may_change_by_a_few_entries(before: int, total: int) -> None:
    assert reasons(total, before=before, added=max(0, total - before)) == []
