"""The pieces that a car's lists are made of: what an answer makes of what stands, blocks, merges, the file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from schemas.convert.car_entries import Segment, packed_lines
from schemas.errors import InvalidInput
from schemas.events.car_lists import CarListEvent, CarListsAnswer
from schemas.types.list_keys import ListsKey
from storage.car.lists import merging
from storage.car.lists.blocks import Block, Felled, ascending, ids_of, joined, uuids
from storage.car.lists.file import About, ListFile, Sealing
from storage.car.lists.memory import Change, ListMemory, StagedRemoval
from storage.car.lists.merging import merge, worn_out
from storage.car.lists.running_time import RunningTime
from storage.car.lists.standing import ListHere, Pending, Standing, follow
from storage.car.lists.taking import block_content, edition_in, lines_in, opened_block, put_in_force, stage

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def said(name: str, action: str = "keep", version: int = 1, **more: Any) -> CarListEvent:
    return CarListEvent.model_validate({"hotlist_id": name, "version": version, "scope": "s", "action": action} | more)


def answer(kind: str, edition: int, base: int, *lists: CarListEvent, **more: Any) -> CarListsAnswer:
    same = {"car_id": "unit-12", "agency_id": "pd", "key_id": "0" * 32, "public_key": "0" * 64, "nonce": "0" * 32}
    numbers = {"withdrawn_after": 7, "withdrawn_number": 7, "made_at": NOON, "payload_sha256": "0" * 64}
    return CarListsAnswer.model_validate(
        {**same, **numbers, "kind": kind, "edition": edition, "base": base, "lists": lists, **more}
    )


HERE = Standing(
    car_id="unit-12",
    edition=5,
    withdrawn_number=7,
    lists={"a": ListHere(number=1, said=said("a")), "b": ListHere(number=2, said=said("b"))},
    next_list=3,
)
LATER = NOON + timedelta(hours=1)
HEARD = HERE.model_copy(update={"agency_id": "pd", "said_at": NOON})


def test_an_answer_makes_of_what_stands_what_it_says_and_nothing_else() -> None:
    newer = (said("a", version=2), said("b", as_of=NOON))
    current = follow(HERE, answer("current", 5, 5, *newer), LATER)
    lists = {one.hotlist_id: ListHere(number=number, said=one) for number, one in enumerate(newer, 1)}
    assert current == HEARD.model_copy(update={"lists": lists, "synced_at": LATER})
    # An edition is begun: what comes whole has a number of its own, what changes or stays the one that it had.
    told = (said("a", "change", 2), said("b"), said("c", "whole"), said("d", "whole"))
    begun = follow(current, answer("edition", 6, 5, *told, withdrawn_number=9), LATER)
    pending = Pending(edition=6, base=5, lists=tuple(ListHere(number=n, said=one) for n, one in enumerate(told, 1)))
    assert begun == current.model_copy(update={"pending": pending, "next_list": 6, "withdrawn_number": 9})
    after = {"withdrawn_after": 9, "withdrawn_number": 11}
    gone = [UUID(int=2), UUID(int=1)]
    part = follow(begun, answer("part", 6, 5, part=1, after="x", withdrawn=gone, **after), LATER)
    pending = pending.model_copy(update={"next_part": 2, "after": "x", "withdrawn": tuple(one.hex for one in gone)})
    assert part == begun.model_copy(update={"pending": pending, "withdrawn_number": 11})
    # The same edition again goes on where it was, with what is said of its lists now; another one begins.
    again = [one.model_copy(update={"content_date": LATER}) for one in told]
    same = {"withdrawn_after": 11, "withdrawn_number": 11}
    goes_on = follow(part, answer("edition", 6, 5, *again, **same), LATER)
    lists_now = tuple(ListHere(number=n, said=one) for n, one in enumerate(again, 1))
    assert goes_on == part.model_copy(update={"pending": pending.model_copy(update={"lists": lists_now})})
    for other in (
        answer("edition", 7, 5, *told, **same),
        answer("edition", 6, 5, *told[:3], **same),
        answer("edition", 6, 5, *told[:3], said("d", "whole", 2), **same),
        answer("edition", 6, 5, told[0], said("b", "change"), *told[2:], **same),
    ):
        anew = follow(part, other, LATER).pending
        assert anew is not None
        assert (anew.next_part, anew.after, anew.withdrawn, anew.lists[2].number) == (1, "", (), 6)
    # One of nothing may come whatever was told of withdrawals.
    whole = follow(HERE, answer("edition", 6, 0, said("a", "whole"), withdrawn_after=0, withdrawn_number=2), LATER)
    assert (whole.withdrawn_number, whole.lists, whole.next_list) == (2, HERE.lists, 5)
    assert whole.pending == Pending(edition=6, base=0, lists=(ListHere(number=3, said=said("a", "whole")),))


PENDING = HERE.model_copy(update={"pending": Pending(edition=6, base=5, lists=(), next_part=3)})
REFUSED: dict[str, tuple[Standing, CarListsAnswer, str]] = {
    "withdrawals missing": (HERE, answer("current", 5, 5, withdrawn_after=8, withdrawn_number=9), "after 8, and 7 is"),
    "withdrawals again": (HERE, answer("edition", 6, 5, withdrawn_after=6), "after 6, and 7 is"),
    "not anew": (HERE, answer("current", 0, 0, withdrawn_after=0), "after 0, and 7 is"),
    "backwards": (HERE, answer("current", 5, 5, withdrawn_number=6), "end before they begin"),
    "another base": (HERE, answer("current", 5, 4, said("a"), said("b")), "says that edition 4 is current"),
    "another edition": (HERE, answer("current", 6, 5, said("a"), said("b")), "says that edition 5 is current"),
    "a list too few": (HERE, answer("current", 5, 5, said("a")), "other lists than are here"),
    "a list too many": (HERE, answer("current", 5, 5, *map(said, "abc")), "other lists than are here"),
    "no newer": (HERE, answer("edition", 5, 5), "makes edition 5 of edition 5, and edition 5 is here"),
    "not of this": (HERE, answer("edition", 6, 4), "makes edition 6 of edition 4, and edition 5 is here"),
    "twice": (HERE, answer("edition", 6, 5, said("a"), said("a")), "lists twice, or in no order"),
    "no order": (HERE, answer("edition", 6, 5, said("b"), said("a")), "lists twice, or in no order"),
    "a change of nothing": (HERE, answer("edition", 6, 5, said("c", "change")), "changes list c, which is not here"),
    "a change anew": (HERE, answer("edition", 6, 0, said("a", "keep")), "changes list a, which is not here"),
    "no edition on its way": (HERE, answer("part", 6, 5, part=1), "part of edition 6, which is not being fetched"),
    "of another edition": (PENDING, answer("part", 7, 5, part=3), "part of edition 7, which is not being fetched"),
    "of another base": (PENDING, answer("part", 6, 0, part=3), "part of edition 6, which is not being fetched"),
    "a part again": (PENDING, answer("part", 6, 5, part=2), "it is part 2, and part 3 is next"),
    "a part too far": (PENDING, answer("part", 6, 5, part=4), "it is part 4, and part 3 is next"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_that_does_not_follow_is_refused_with_why(name: str) -> None:
    standing, told, why = REFUSED[name]
    with pytest.raises(InvalidInput, match=why):
        follow(standing, told, LATER)


def test_a_list_may_be_used_until_its_time_and_not_at_it() -> None:
    here = ListHere(number=1, said=said("a", use_until=NOON))
    assert [here.is_usable(NOON + away) for away in (-TICK, timedelta(0))] == [True, False]
    assert ListHere(number=1, said=said("a")).is_usable(LATER)


def ids(*numbers: int) -> Any:
    return ascending(UUID(int=number) for number in numbers)


def block(number: int, *numbers: int, list_number: int = 1, version: int = 0, without: Sequence[int] = ()) -> Block:
    stands = np.array([one not in without for one in numbers], np.bool_)
    return Block(number, list_number, version, ids(*numbers), stands)


def numbers(found: Any) -> list[int]:
    return [one.int for one in uuids(found)]


def test_ids_ascend_and_are_found_where_they_stand() -> None:
    assert numbers(ids(256, 3, 1, 3)) == [1, 3, 256]
    assert numbers(joined([ids(4, 1), ids(), ids(2, 4)])) == [1, 2, 4]
    assert numbers(ids_of(UUID(int=1).bytes + UUID(int=256).bytes)) == [1, 256]
    for wrong in ((2, 1), (1, 1)):
        with pytest.raises(InvalidInput, match="do not ascend"):
            ids_of(b"".join(UUID(int=one).bytes for one in wrong))
    one = block(1, 2, 4, 6, 8, without=(4,))
    assert (one.living, numbers(one.living_ids())) == (3, [2, 6, 8])
    for wanted, rows in (((1,), []), ((9,), []), ((3, 5), []), ((1, 2, 3), [0]), ((4, 8, 9), [1, 3]), ((), [])):
        assert one.rows_of(ids(*wanted)).tolist() == rows


def test_what_is_felled_is_decided_beside_the_blocks_and_counted_once() -> None:
    blocks = [block(1, 1, 2, 3), block(2, 4, 5, without=(4,)), block(3, 3, 6, list_number=2), block(4, 9)]
    felled = Felled()
    assert (felled.fell(blocks, ids()), felled.fell(blocks[1:2], ids(4)), list(felled.changed())) == (0, 0, [])
    assert felled.fell(blocks[:2], ids(2, 3, 4, 7)) == 2
    assert felled.fell(blocks, ids(3, 5, 6)) == 3  # in the first list 3 went before
    assert {number: numbers(joined(parts)) for number, parts in felled.ids.items()} == {1: [2, 3, 5], 2: [3, 6]}
    assert [(one.number, rows.tolist()) for one, rows in felled.changed()] == [
        *((1, [True, False, False]), (2, [False, False]), (3, [False, False])),
    ]
    assert [felled.stands(one).tolist() for one in (blocks[0], blocks[3])] == [[True, False, False], [True]]
    assert [one.living for one in blocks] == [3, 1, 2, 1], "the blocks change once that is on the disk"


def test_blocks_that_are_sparse_or_small_and_many_are_merged_the_smallest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("SMALL_ENTRIES", 3), ("MOST_SMALL", 2), ("MERGED_ENTRIES", 4), ("MERGED_BLOCKS", 3)):
        monkeypatch.setattr(merging, name, value)
    small = [block(number, number) for number in (1, 2)]
    full = block(3, 10, 11, 12)
    three_quarters = block(4, *range(20, 24), without=(20,))
    other = block(9, 90, list_number=2)
    assert worn_out([*small, full, three_quarters, other]) == []

    def chosen(*blocks: Block) -> list[int]:
        return [one.number for one in worn_out(blocks)]

    third = block(5, 30, 31)
    assert chosen(third, full, *small, three_quarters, other) == [1, 2, 5]
    sparse = block(6, *range(40, 48), without=range(44, 48))
    assert chosen(sparse, *small, full) == [6]
    gone = block(7, 50, without=(50,))
    assert chosen(gone, *small, third, full) == [7, 1, 2]  # no more blocks at once
    larger = [block(number, *range(number, number + 8), without=range(number, number + 4)) for number in (100, 120)]
    assert chosen(*larger) == [100]  # no more entries at once
    assert chosen(block(13, *range(200, 220), without=range(200, 210))) == [13]  # at least one


def written(one: Block, edition: int) -> bytes:
    lines = packed_lines([f"row {number}" for number in numbers(one.ids)])
    return block_content(one.list_number, edition, one.ids.tobytes(), lines)


def test_a_merge_has_every_row_that_stood_once_in_their_order_and_what_went_meanwhile_does_not_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merging, "BLOCK_ENTRIES", 2)
    sources = [block(1, 3, 5, 7, version=4, without=(5,)), block(2, 1, 4, version=9), block(3, 9, without=(9,))]
    contents = [written(one, edition) for one, edition in zip(sources, (2, 3, 1), strict=True)]
    merged = merge(sources, [one.stands for one in sources], contents)
    sources[1].stands = np.array([True, False])  # meanwhile
    made = list(merged.blocks(20))
    assert [(one.number, one.list_number, one.version, numbers(one.ids), one.stands.tolist()) for one, _ in made] == [
        *((20, 1, 9, [1, 3], [True, True]), (21, 1, 9, [4, 7], [False, True])),
    ]
    for one, content in made:
        assert lines_in(content, 2) == [f"row {number}" for number in numbers(one.ids)]
        edition, opened = opened_block(one.number, content, 6)
        assert (edition, edition_in(content)) == (3, 3)
        assert isinstance(opened, Block)
        assert (opened.number, opened.list_number, opened.version, numbers(opened.ids), opened.living) == (
            *(one.number, 1, 6, numbers(one.ids), 2),
        )
    sources[0].stands = np.array([False, False, False])
    assert [numbers(one.ids) for one, _ in merged.blocks(20)] == [[1, 3]]
    with pytest.raises(InvalidInput, match="stands in two blocks"):
        merge([block(1, 3), block(2, 3)], [np.array([True])] * 2, [written(block(1, 3), 1)] * 2)
    nothing = merge([sources[2]], [sources[2].stands], contents[2:])
    assert (nothing.pieces, list(nothing.blocks(1))) == ((), [])
    with pytest.raises(InvalidInput, match="a block is cut off"):
        opened_block(1, contents[0][:16], 1)


def lists_on_their_way(**actions: str) -> tuple[ListMemory, Change]:
    """A car with a block of list a and one of list b, to which an edition comes."""
    memory = ListMemory()
    memory.blocks = {1: block(1, 1, 2, 3), 2: block(2, 7, 8, list_number=2)}
    told = tuple(ListHere(number=n, said=said(name, actions[name])) for n, name in enumerate("ab", 1))
    pending = Pending(edition=6, base=5, lists=told, withdrawn=(UUID(int=8).hex, UUID(int=11).hex))
    return memory, Change(HERE.model_copy(update={"pending": pending}))


def segment(list_number: int, *entries: int, is_removal: bool = False) -> Segment:
    packed = b"" if is_removal else packed_lines([f"row {number}" for number in entries])
    return Segment(list_number, ids(*entries).tobytes(), packed, is_removal)


def test_a_part_s_rows_become_blocks_of_its_lists() -> None:
    memory, change = lists_on_their_way(a="change", b="whole")
    memory.staged[5] = block(5, 99)
    stage(memory, change, answer("part", 6, 5), [segment(0, 2, 3, is_removal=True), segment(0, 4), segment(1, 5, 6)])
    found = {
        number: (type(one), one.list_number, numbers(one.ids), content[:1], edition_in(content))
        for number, (one, content) in change.staged.items()
    }
    assert found == {
        6: (StagedRemoval, 1, [2, 3], b"\x02", 6),
        7: (Block, 1, [4], b"\x01", 6),
        8: (Block, 2, [5, 6], b"\x01", 6),
    }
    assert [lines_in(change.staged[number][1], count) for number, count in ((7, 1), (8, 2))] == [
        *(["row 4"], ["row 5", "row 6"]),
    ]
    for number, (one, content) in change.staged.items():
        edition, opened = opened_block(number, content, 0)
        assert (edition, type(opened), opened.list_number, numbers(opened.ids)) == (
            *(6, type(one), one.list_number, numbers(one.ids)),
        )


@pytest.mark.parametrize(
    ("actions", "rows", "why"),
    [
        ({"a": "change", "b": "whole"}, segment(2, 1), "of no list of its edition"),
        ({"a": "change", "b": "whole"}, Segment(0, b"", b""), "of no list of its edition"),
        ({"a": "keep", "b": "whole"}, segment(0, 1), "of a list that does not change so"),
        ({"a": "keep", "b": "whole"}, segment(0, 1, is_removal=True), "of a list that does not change so"),
        ({"a": "change", "b": "whole"}, segment(1, 1, is_removal=True), "of a list that does not change so"),
        (
            {"a": "change", "b": "whole"},
            Segment(0, ids(1, 2).tobytes(), packed_lines(["one"])),
            "has 1 lines and 2 ids",
        ),
    ],
)
def test_rows_that_are_not_the_edition_s_are_refused(actions: dict[str, str], rows: Segment, why: str) -> None:
    memory, change = lists_on_their_way(**actions)
    with pytest.raises(InvalidInput, match=why):
        stage(memory, change, answer("part", 6, 5), [rows])


def test_an_edition_in_force_has_what_came_and_not_what_went_or_was_withdrawn() -> None:
    memory, change = lists_on_their_way(a="change", b="keep")
    memory.staged = {3: block(3, 4, 11), 4: StagedRemoval(4, 1, ids(1, 9))}
    change.staged[5] = (block(5, 2, 12), b"")  # 2 comes in another form
    put_in_force(memory, change, answer("part", 6, 5, counts={"a": 4, "b": 1}))
    stands = {
        number: numbers(one.ids[change.felled.stands(one)])
        for number, one in (
            (1, memory.blocks[1]),
            (2, memory.blocks[2]),
            (3, memory.staged[3]),
            (5, change.staged[5][0]),
        )
        if isinstance(one, Block)
    }
    assert stands == {1: [3], 2: [7], 3: [4], 5: [2, 12]}
    assert (change.came, change.went, change.dropped, change.is_applied) == (4, 2, [4], True)
    assert (change.standing.edition, change.standing.pending) == (6, None)
    assert {name: here.said.action for name, here in change.standing.lists.items()} == {"a": "change", "b": "keep"}
    # What the edition names no more goes as a whole.
    memory, change = lists_on_their_way(a="keep", b="keep")
    pending = change.standing.pending
    assert pending is not None
    only = pending.model_copy(update={"lists": pending.lists[:1]})
    change.standing = change.standing.model_copy(update={"pending": only})
    put_in_force(memory, change, answer("part", 6, 5))
    assert (change.dropped, list(change.standing.lists)) == ([2], ["a"])


@pytest.mark.parametrize(
    ("counts", "why"),
    [({"a": 4}, "list a would have 3 entries, and the server has 4"), ({"b": 2}, "list b would have 1")],
)
def test_an_edition_that_does_not_add_up_is_not_in_force(counts: dict[str, int], why: str) -> None:
    memory, change = lists_on_their_way(a="keep", b="keep")
    put_in_force(memory, lists_on_their_way(a="keep", b="keep")[1], answer("part", 6, 5, counts={"a": 3, "b": 1}))
    with pytest.raises(InvalidInput, match=why):
        put_in_force(memory, change, answer("part", 6, 5, counts=counts))


KEY, OTHER = (ListsKey(number, bytes([number]) * 32) for number in (3, 4))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ListFile]:
    file = ListFile(tmp_path / "car" / "lists.sqlite")
    yield file
    file.close()


def test_a_sealed_file_gives_back_what_was_put_there_and_no_piece_takes_another_one_s_place(file: ListFile) -> None:
    sealing = Sealing(KEY)
    assert (sealing.number, file.about(), file.standing(sealing)) == (3, About(None, None, None, None), None)
    with file.transaction():
        for data in (b"first", b"second"):
            file.put_standing(sealing, data)
        marks = [file.put_block(sealing, number, b"CONTENT %d" % number) for number in (2, 1, 3)]
        stands = file.put_stands(sealing, 2, b"\x80")
        file.put_key(3)
    assert file.standing(sealing) == b"second"
    assert list(file.blocks(sealing)) == [
        (1, b"CONTENT 1", None, marks[1], b""),
        (2, b"CONTENT 2", b"\x80", marks[0], stands),
        (3, b"CONTENT 3", None, marks[2], b""),
    ]
    assert (file.block(sealing, 3), file.block(sealing, 9)) == (b"CONTENT 3", None)
    with file.transaction():
        file.drop([1, 3])
        again = file.put_block(sealing, 2, b"CONTENT 2")
    assert (again != marks[0], list(file.blocks(sealing))) == (True, [(2, b"CONTENT 2", None, again, b"")])
    wrongs: list[Callable[[], object]] = [
        lambda: file.standing(Sealing(OTHER)),
        lambda: file.block(Sealing(OTHER), 2),
        lambda: sealing.opened(sealing.seal(b"x", "block 1"), "block 2"),
        lambda: sealing.opened(sealing.seal(b"x", "a")[:-1], "a"),
        lambda: sealing.opened(b"short", "a"),
    ]
    for wrong in wrongs:
        with pytest.raises(InvalidInput, match="changed or damaged, or need another key"):
            wrong()
    assert b"CONTENT" not in b"".join(path.read_bytes() for path in file.path.parent.iterdir())


def test_what_is_known_without_a_key_outlasts_the_process_and_a_wipe_leaves_why(file: ListFile) -> None:
    def seconds_after(*spans: float) -> float:
        for span in spans:
            file.put_seconds_since_synced(span)
        return file.seconds_since_synced()

    assert (file.seconds_since_synced(), seconds_after(60.0, 120.5)) == (0.0, 120.5)
    with file.transaction():
        file.put_key(3)
        file.put_synced(NOON)
        file.put_block(Sealing(KEY), 1, b"x")
    assert (file.about(), file.seconds_since_synced()) == (About(3, NOON, None, None), 0.0)
    again = ListFile(file.path)
    assert dataclasses.astuple(again.about()) == (3, NOON, None, None)
    again.close()
    file.put_seconds_since_synced(7.0)
    file.wipe(LATER, "stolen")
    assert (file.about(), file.seconds_since_synced()) == (About(None, None, LATER, "stolen"), 0.0)
    assert list(file.blocks(Sealing(KEY))) == []


def test_running_time_adds_up_and_is_noted_once_a_minute() -> None:
    now = 1000.0
    time = RunningTime(30.0, lambda: now)
    assert (time.seconds, time.to_note()) == (30.0, None)
    now += 59.5
    assert (time.seconds, time.to_note()) == (89.5, None)
    now += 0.5
    assert (time.to_note(), time.to_note()) == (90.0, None)
    now += 60.0
    assert time.to_note() == 150.0
    time.begin_anew()
    now += 59.0
    assert (time.seconds, time.to_note()) == (59.0, None)
    now += 1.0
    assert time.to_note() == 60.0
