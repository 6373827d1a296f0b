"""The newest picture wins, and what it replaced is counted."""

from __future__ import annotations

import threading
import time

from ingest.streams.slot import NewestSlot


def test_the_newest_is_taken_and_what_it_replaced_is_counted() -> None:
    slot: NewestSlot[int] = NewestSlot()
    for number in range(5):
        slot.put(number)
    assert slot.take(0.0) == 4
    assert (slot.put_count, slot.replaced_count) == (5, 4)
    assert slot.take(0.0) is None


def test_whoever_waits_gets_what_comes() -> None:
    slot: NewestSlot[str] = NewestSlot()
    threading.Timer(0.05, slot.put, ["picture"]).start()
    assert slot.take(60.0) == "picture"


def test_waiting_ends_in_time_and_when_it_is_closed() -> None:
    slot: NewestSlot[str] = NewestSlot()
    began = time.monotonic()
    assert slot.take(0.05) is None
    threading.Timer(0.05, slot.close).start()
    assert slot.take(600.0) is None
    assert time.monotonic() - began < 60.0


def test_what_is_in_a_closed_slot_can_be_taken_and_nothing_more_gets_in() -> None:
    slot: NewestSlot[str] = NewestSlot()
    slot.put("last")
    slot.close()
    slot.put("late")
    assert slot.take(0.0) == "last"
    assert slot.take(0.0) is None


def test_every_picture_is_taken_or_counted() -> None:
    slot: NewestSlot[int] = NewestSlot()

    def camera() -> None:
        for number in range(5000):
            slot.put(number)
        slot.close()

    thread = threading.Thread(target=camera)
    thread.start()
    taken = []
    while (item := slot.take(1.0)) is not None:
        taken.append(item)
    thread.join()
    assert taken == sorted(taken)
    assert taken[-1] == 4999
    assert len(taken) + slot.replaced_count == slot.put_count == 5000


def test_pictures_of_one_message_wait_behind_one_another() -> None:
    slot: NewestSlot[str] = NewestSlot()
    for item, message in (("a", 1), ("b", 1), ("c", 2), ("d", 2), ("e", 2)):
        slot.put(item, message)
    assert (slot.put_count, slot.replaced_count) == (5, 2)
    assert slot.take(0) == "c"
    slot.put("f", None)
    assert (slot.replaced_count, slot.take(0), slot.take(0)) == (4, "f", None)
    # Of no message: each replaces the one before.
    slot.put("g")
    slot.put("h")
    assert (slot.replaced_count, slot.take(0)) == (5, "h")
