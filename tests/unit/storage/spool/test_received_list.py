"""What is received of another agency's list: an edition is here as a whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import ReceivedListPart
from storage.spool.received_list import ReceivedList

NOW = datetime(2026, 11, 20, tzinfo=UTC)
_offsets = itertools.count()


@pytest.fixture
def received(tmp_path: Path) -> Iterator[ReceivedList]:
    with contextlib.closing(ReceivedList(tmp_path / "list.sqlite3")) as opened:
        yield opened


def name(number: int) -> UUID:
    return UUID(int=number)


def part(kind: str, edition: int, *numbers: int, removed: Sequence[int] = (), **more: Any) -> ReceivedListPart:
    values: dict[str, Any] = {
        "message_id": name(edition),
        "agreement_id": "suffolk",
        "agreement_version": 1,
        "agency_id": "portsmouth-pd",
        "hotlist_id": "stolen",
        "layout": "csv",
        "kind": kind,
        "edition": edition,
        "published_at": NOW,
        "removed": [name(number) for number in removed],
        "entries": [{"entry_id": str(name(number)), "plate": f"{edition} {number}"} for number in numbers],
    }
    return ReceivedListPart.model_validate(values | more)


def take(received: ReceivedList, *parts: ReceivedListPart) -> list[str | None]:
    return [received.take(0, next(_offsets), one, {"ce_agreementkeepdays": "7"}) for one in parts]


def held(received: ReceivedList) -> list[int]:
    return [UUID(entry_id).int for entry_id, _ in received.entries()]


def test_a_snapshot_counts_once_it_is_whole(received: ReceivedList) -> None:
    assert take(received, part("snapshot", 5, 1, 2, is_last=False)) == [None]
    assert (held(received), received.standing().edition) == ([], None)
    assert take(received, part("snapshot", 5, 3, part=2, total=3)) == [None]
    assert held(received) == [1, 2, 3]
    assert received.standing().edition == 5
    assert received.standing().headers == {"ce_agreementkeepdays": "7"}


def test_parts_that_come_twice_or_are_missing_change_nothing(received: ReceivedList) -> None:
    first, second, last = (
        part("snapshot", 5, 1, is_last=False),
        part("snapshot", 5, 2, part=2, is_last=False),
        part("snapshot", 5, 3, part=3, total=3),
    )
    said = take(received, first, last, first, second, second, last, last)
    assert [text is None for text in said] == [True, False, False, True, False, True, False]
    assert "whose parts before are missing" in str(said[1])
    assert held(received) == [1, 2, 3]
    assert "has 9 entries, and 1 came" in str(take(received, part("snapshot", 6, 1, total=9))[0])
    assert (held(received), received.standing().edition) == ([1, 2, 3], 5)


def test_a_change_is_of_the_edition_that_is_here(received: ReceivedList) -> None:
    take(received, part("snapshot", 5, 1, 2, 3, total=3))
    assert "changes edition 4" in str(take(received, part("change", 6, 9, base=4, total=1))[0])
    assert take(received, part("change", 6, 2, 4, removed=[1], base=5, total=2)) == [None]
    assert dict(received.entries())[str(name(2))].startswith('{"entry_id"')
    assert "6 2" in dict(received.entries())[str(name(2))]
    assert held(received) == [2, 3, 4]
    assert "edition 6 is here" in str(take(received, part("snapshot", 6, 1, total=1))[0])


def test_a_withdrawal_counts_at_once_also_in_a_snapshot_under_way(received: ReceivedList) -> None:
    take(received, part("snapshot", 5, 1, 2, total=2), part("snapshot", 6, 1, 2, is_last=False))
    assert take(received, part("withdrawal", 7, removed=[1])) == [None]
    assert (held(received), received.withdrawn()) == ([2], [str(name(1))])
    take(received, part("snapshot", 6, 3, part=2, total=3))
    assert held(received) == [2, 3]
    assert received.withdrawn() == [str(name(1))]
    # What comes again is in force again, and an old withdrawal says nothing.
    take(received, part("change", 8, 1, base=6, total=1))
    assert (held(received), received.withdrawn()) == ([1, 2, 3], [])
    assert "edition 8 is here" in str(take(received, part("withdrawal", 7, removed=[1]))[0])
    assert held(received) == [1, 2, 3]


def test_the_end_takes_everything_and_a_later_snapshot_begins_anew(received: ReceivedList) -> None:
    take(received, part("snapshot", 5, 1, total=1), part("end", 6, reason="was ended"))
    assert (held(received), received.standing().ended) == ([], "was ended")
    take(received, part("snapshot", 5, 1, total=1))
    assert held(received) == []
    take(received, part("snapshot", 7, 2, total=1))
    assert (held(received), received.standing().ended) == ([2], None)


def test_what_was_forgotten_is_not_changed_but_given_anew(received: ReceivedList) -> None:
    take(received, part("snapshot", 5, 1, total=1))
    received.forget("not renewed")
    assert "nothing is here" in str(take(received, part("change", 6, 2, base=5, total=1))[0])
    assert (held(received), received.standing().ended, bool(received.offsets())) == ([], "not renewed", True)
    received.forget("not permitted", from_the_beginning=True)
    assert (received.offsets(), received.standing().edition) == ({}, None)
    take(received, part("snapshot", 5, 1, total=1))
    assert (held(received), received.standing().ended) == ([1], None)


def test_it_outlasts_the_process_with_how_far_was_read(tmp_path: Path) -> None:
    path = tmp_path / "list.sqlite3"
    with contextlib.closing(ReceivedList(path)) as first:
        first.take(2, 41, part("snapshot", 5, 1, is_last=False), {})
        first.take(0, 7, None, {})
    with contextlib.closing(ReceivedList(path)) as second:
        assert second.offsets() == {2: 42, 0: 8}
        assert second.take(2, 42, part("snapshot", 5, 2, part=2, total=2), {}) is None
        assert held(second) == [1, 2]


@settings(deadline=None, max_examples=40)
@given(order=st.lists(st.integers(0, 6), max_size=30))
def test_whatever_comes_in_whatever_order_an_edition_is_whole(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    messages = [
        part("snapshot", 5, 1, 2, is_last=False),
        part("snapshot", 5, 3, part=2, total=3),
        part("change", 6, 4, removed=[1], base=5, total=1),
        part("snapshot", 8, 2, 3, is_last=False),
        part("snapshot", 8, 5, part=2, total=3),
        part("change", 9, 6, is_last=False, base=8),
        part("change", 9, 7, part=2, removed=[2], base=8, total=2),
    ]
    whole = {None: [], 5: [1, 2, 3], 6: [2, 3, 4], 8: [2, 3, 5], 9: [3, 5, 6, 7]}
    before = -1
    with contextlib.closing(ReceivedList(tmp_path_factory.mktemp("any") / "list.sqlite3")) as received:
        for number in order:
            take(received, messages[number])
            edition = received.standing().edition
            assert held(received) == whole[edition]
            assert (edition or 0) >= before
            before = edition or 0
