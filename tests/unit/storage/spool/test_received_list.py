"""What is received of another agency's list: an edition is here as a whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import ReceivedListPart
from storage.spool.received_list import ListStanding, ReceivedList

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
    (said,) = take(received, part("change", 6, 9, base=4, total=1))
    assert said == "it changes edition 4, and edition 5 is here"
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


def test_what_stands_of_a_list_is_said_whole_with_each_message(received: ReceivedList) -> None:
    assert received.standing() == ListStanding()
    at = [f"2026-11-2{number}T00:00:00+00:00" for number in range(6)]
    days = [datetime.fromisoformat(text) for text in at]

    def after(offset: int, one: ReceivedListPart) -> ListStanding:
        assert received.take(0, offset, one, {"n": str(offset)}) is None
        return received.standing()

    under_way = ListStanding(
        headers={"n": "1"}, published_at=at[1], pending=5, kind="snapshot", parts=1, given=2, marks=0
    )
    assert after(1, part("snapshot", 5, 1, 2, is_last=False, published_at=days[1])) == under_way
    last = part("snapshot", 5, 3, part=2, total=3, published_at=days[2], as_of=days[1], agreement_version=4)
    whole = replace(under_way, edition=5, agreement_version=4, as_of=at[1], published_at=at[2], headers={"n": "2"})
    whole = replace(whole, parts=2, given=3, pending=None)
    assert after(2, last) == whole
    # What changes nothing is not heard of, but was read.
    assert received.take(0, 3, last, {"n": "3"}) is not None
    assert received.take(0, 4, None, {"n": "4"}) is None
    assert (received.standing(), received.offsets()) == (whole, {0: 5})
    marked = replace(whole, marks=1, headers={"n": "6"}, published_at=at[3])
    assert after(6, part("withdrawal", 6, removed=[2, 9], published_at=days[3])) == marked
    assert (received.withdrawn(), received.count()) == ([str(name(2)), str(name(9))], 2)
    assert after(7, part("withdrawal", 6, removed=[2], published_at=days[3])) == replace(
        marked, marks=2, headers={"n": "7"}
    )
    assert [received.holds(str(name(number))) for number in (1, 2, 3)] == [True, False, True]
    received.deal_with_withdrawn()
    assert received.withdrawn() == []
    changed = after(8, part("change", 7, 2, base=5, total=1, published_at=days[4]))
    assert changed == replace(
        whole,
        edition=7,
        agreement_version=1,
        as_of=None,
        published_at=at[4],
        headers={"n": "8"},
        kind="change",
        parts=1,
        given=1,
    )
    take(received, part("withdrawal", 8, removed=[1]), part("change", 9, 4, is_last=False, base=7))
    assert held(received) == [2, 3]
    gone = after(9, part("end", 10, published_at=days[5]))
    assert (gone.ended, gone.edition, gone.pending, gone.published_at) == ("its owner ended it", 10, None, at[5])
    assert (held(received), received.withdrawn(), received.count()) == ([], [], 0)
    before = received.offsets()
    received.forget("not renewed")
    assert (received.standing(), received.offsets()) == (replace(gone, ended="not renewed"), before)
    received.forget("not ours", from_the_beginning=True)
    assert (received.standing(), received.offsets()) == (ListStanding(ended="not ours"), {})


def test_parts_of_several_editions_and_kinds_are_never_mixed(received: ReceivedList) -> None:
    take(received, part("snapshot", 5, 1, total=1), part("snapshot", 7, 2, is_last=False))
    for one, why in (
        (part("snapshot", 6, 3, is_last=False), "whose parts before are missing"),
        (part("change", 7, 3, part=2, base=5), "whose parts before are missing"),
        (part("snapshot", 8, 3, part=2, total=2), "whose parts before are missing"),
        (part("snapshot", 7, 3, part=3, total=2), "whose parts before are missing"),
        (part("snapshot", 7, 3, is_last=False), "which is here"),
    ):
        (said,) = take(received, one)
        assert said is not None
        assert said.startswith(f"it is part {one.part} of edition {one.edition}, ")
        assert said.endswith(why)
    # None of them has taken anything of what is under way.
    assert take(received, part("snapshot", 7, 3, part=2, total=2)) == [None]
    assert held(received) == [2, 3]
    take(received, part("snapshot", 8, 4, is_last=False))
    # A newer one takes the place of what is under way; one that does not add up is forgotten, too.
    assert take(received, part("snapshot", 9, 4, 5, removed=[4], is_last=False)) == [None]
    assert take(received, part("snapshot", 9, part=2, total=3)) == ["edition 9 has 3 entries, and 2 came"]
    assert (held(received), received.standing().pending) == ([2, 3], None)
    assert take(received, part("snapshot", 9, 6, total=1), part("snapshot", 10, 6, total=1)) == [None, None]
    assert held(received) == [6]
    # What an edition that was given up would have taken out stays.
    take(received, part("change", 11, 7, removed=[6], base=10, is_last=False))
    assert take(received, part("change", 12, 8, base=10, total=1)) == [None]
    assert held(received) == [6, 8]


def test_an_entry_is_known_by_its_id_whatever_its_case_and_one_without_is_kept_apart(received: ReceivedList) -> None:
    named = {"plate": "B", "entry_id": str(name(10)).upper()}
    entries = [{"plate": "A"}, {"entry_id": "", "plate": "A"}, named, {"plate": "C", "entry_id": str(name(10))}]
    assert take(received, part("snapshot", 5, entries=entries, total=4)) == [None]
    *bare, (entry_id, body) = sorted(received.entries(), key=lambda one: one[0].startswith("0"))
    assert (entry_id, body) == (str(name(10)), f'{{"entry_id":"{name(10)}","plate":"C"}}')
    assert [one[0].startswith("none ") for one in bare] == [True, True]
    assert {one[1] for one in bare} == {'{"plate":"A"}', '{"entry_id":"","plate":"A"}'}


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
