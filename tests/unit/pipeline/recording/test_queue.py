"""The bounded queue: what keeps a run from losing work or hanging."""

from __future__ import annotations

import threading
import time

import pytest

from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.retry import Stopped
from schemas.arrivals import HandedOver
from tests.unit.pipeline.published.receipts import NOBODY
from tests.unit.samples import NoReceipt


def test_full_queue_blocks_the_source_and_gives_up_only_when_stopped() -> None:
    stop = threading.Event()
    work_queue = ArrivalQueue(stop, length=1)
    first, second = HandedOver(NoReceipt("a")), HandedOver(NoReceipt("b"))
    work_queue.put(first)
    putter = threading.Thread(target=lambda: work_queue.put(second))
    putter.start()
    putter.join(timeout=0.3)
    assert putter.is_alive()
    assert work_queue.take(1, 0.1) == [first]
    putter.join(timeout=60)
    assert work_queue.take(5, 0.1) == [second]
    assert work_queue.empty()
    stop.set()
    work_queue.put(first)
    with pytest.raises(Stopped):
        work_queue.put(second)


def test_what_trickles_in_does_not_keep_what_is_there_waiting() -> None:
    stop = threading.Event()
    work_queue = ArrivalQueue(stop)

    def trickle() -> None:
        while not stop.wait(0.05):
            work_queue.put(HandedOver(NoReceipt("a")))

    putter = threading.Thread(target=trickle)
    putter.start()
    started = time.monotonic()
    try:
        taken = work_queue.take(40, 0.3)
    finally:
        stop.set()
        putter.join()
    assert 1 <= len(taken) < 40
    assert time.monotonic() - started < 60


def test_without_gathering_what_is_there_is_taken_at_once() -> None:
    work_queue = ArrivalQueue(threading.Event(), length=3)
    works = [HandedOver(NOBODY) for _ in range(4)]
    assert [work_queue.offer(work) for work in works] == [True, True, True, False]
    began = time.monotonic()
    assert work_queue.take(10, 600.0, gathers=False) == works[:3]
    assert time.monotonic() - began < 60
    assert work_queue.take(10, 0.01, gathers=False) == []


def test_who_offers_has_room_when_what_was_taken_is_being_stored() -> None:
    work_queue = ArrivalQueue(threading.Event(), length=3)
    works = [HandedOver(NOBODY) for _ in range(4)]
    assert all(work_queue.offer(work) for work in works[:3])
    assert not work_queue.offer(works[3])
    assert not work_queue.wait_for_room(0.01)
    assert work_queue.take(2, 0.1, gathers=False) == works[:2]
    assert not work_queue.offer(works[3])
    waiter_saw: list[bool] = []
    waiter = threading.Thread(target=lambda: waiter_saw.append(work_queue.wait_for_room(30)))
    waiter.start()
    work_queue.make_room()
    waiter.join(30)
    assert waiter_saw == [True]
    assert work_queue.offer(works[3])
    # An empty batch holds nothing.
    assert work_queue.take(5, 0.1, gathers=False) == works[2:]
    assert work_queue.take(5, 0.0, gathers=False) == []
    assert all(work_queue.offer(work) for work in works[:3])
