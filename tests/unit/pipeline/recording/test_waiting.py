"""Arrivals that wait for their second reading keep their order, and their receipts wait with them."""

from __future__ import annotations

import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from alerts.settling.found import Found
from pipeline.recording.second_opinion import Opinion
from pipeline.recording.waiting import WaitingArrival, WaitingRoom
from schemas.arrivals import Arrival, HandedOver, Pictures
from tests.unit.pipeline.recording.test_second_opinion import READING, plate_read
from tests.unit.samples import NoReceipt

ENTRY, OTHER_ENTRY = UUID(int=1), UUID(int=2)


def waiting(receipt: str, number: int = 0, *, settled: bool = False, about: UUID = ENTRY) -> WaitingArrival:
    opinion = Opinion(time.monotonic() + 60)
    if settled:
        opinion.answer(None)
    return arrival(receipt, opinion, number, about)


def arrival(receipt: str, opinion: Opinion, number: int = 0, about: UUID = ENTRY, batch: int = 0) -> WaitingArrival:
    read = plate_read(number)
    return WaitingArrival(
        Arrival(read, Pictures(), NoReceipt(receipt)), Found(read), opinion, frozenset((about,)), batch
    )


def test_arrivals_leave_in_their_order_and_receipts_after_their_last_one() -> None:
    room = WaitingRoom()
    first, second, other = waiting("a"), waiting("a", settled=True), waiting("b", settled=True)
    for entering in (first, second, other):
        room.add(entering)
    finished = [HandedOver(NoReceipt(name)) for name in "abc"]
    assert (room.leave(), room.complete(finished)) == ([], finished[2:])
    assert not room.ready
    first.opinion.answer(READING)
    assert room.ready
    assert room.leave() == [first, second, other]
    assert room.complete([]) == finished[:2]
    assert (len(room), room.complete([])) == (0, [])


def test_what_is_about_another_vehicle_does_not_wait_behind() -> None:
    room = WaitingRoom()
    first, second = waiting("a"), waiting("a", settled=True)
    other, last = waiting("a", settled=True, about=OTHER_ENTRY), waiting("a", about=OTHER_ENTRY)
    for entering in (first, second, last, other):
        room.add(entering)
    assert room.leave() == []
    last.opinion.answer(None)
    assert room.leave() == [last, other]
    # Two of its arrivals have left, and two wait.
    work = HandedOver(NoReceipt("a"))
    assert room.complete([work]) == []
    first.opinion.answer(None)
    assert room.leave() == [first, second]
    assert room.complete([]) == [work]


def test_an_arrival_whose_time_is_up_leaves() -> None:
    room = WaitingRoom()
    late = arrival("a", Opinion(time.monotonic()))
    room.add(late)
    assert room.leave() == [late]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["wait", "answer", "finish"])), max_size=40))
def test_no_receipt_is_complete_while_one_of_its_arrivals_waits(steps: list[tuple[str, str]]) -> None:
    room = WaitingRoom()
    inside: list[WaitingArrival] = []
    finished: list[HandedOver] = []
    completed: list[HandedOver] = []
    for number, (name, what) in enumerate(steps):
        new: list[HandedOver] = []
        if what == "wait" and NoReceipt(name) not in [work.receipt for work in finished]:
            inside.append(waiting(name, number))
            room.add(inside[-1])
        elif what == "answer" and inside:
            inside[number % len(inside)].opinion.answer(None)
        elif what == "finish" and NoReceipt(name) not in [work.receipt for work in finished]:
            new = [HandedOver(NoReceipt(name))]
            finished += new
        left = room.leave()
        assert left == inside[: len(left)]
        inside = inside[len(left) :]
        completed += room.complete(new)
        assert not {work.receipt for work in completed} & {entry.arrival.receipt for entry in inside}
    for entry in inside:
        entry.opinion.answer(None)
    room.leave()
    completed += room.complete([])
    assert sorted(work.receipt.name for work in completed) == sorted(work.receipt.name for work in finished)


def test_a_batch_knows_what_its_own_arrivals_wait_for() -> None:
    room = WaitingRoom()
    opinions = [Opinion(time.monotonic() + 60) for _ in range(3)]
    for opinion, batch in zip(opinions, (1, 2, 2), strict=True):
        room.add(arrival("a", opinion, batch=batch))
    assert room.opinions_of(1) == opinions[:1]
    assert room.opinions_of(2) == opinions[1:]
