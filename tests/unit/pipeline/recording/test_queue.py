"""The bounded queue: what keeps a run from losing work or hanging."""

from __future__ import annotations

import threading
import time

import pytest

from pipeline.recording.queue import ArrivalQueue
from pipeline.retry import Stopped
from schemas.arrivals import HandedOver
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
    putter.join(timeout=5)
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
    assert time.monotonic() - started < 1.5
