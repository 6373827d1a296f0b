"""Loading a long list is spared from collections, and leaves the collector as it was."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from pipeline.lists.garbage import long_lived_objects, many_reads

MANY = 50_000
RARELY = 1_000_000


class _Entry:
    pass


def _is_spared() -> bool:
    # Pythons that collect the oldest generation bit by bit have no threshold for it and say 0.
    return gc.get_threshold()[2] in (RARELY, 0)


def test_the_collector_is_as_before_afterwards_also_after_an_error() -> None:
    before = gc.get_threshold()
    with long_lived_objects():
        assert _is_spared()
        assert gc.get_threshold()[:2] == before[:2]
    with pytest.raises(ValueError, match="broken"), long_lived_objects():
        raise ValueError("broken")
    assert gc.get_threshold() == before


def test_two_loads_at_once_leave_it_as_before() -> None:
    before = gc.get_threshold()
    begun, go_on = threading.Event(), threading.Event()

    def load() -> None:
        with long_lived_objects():
            begun.set()
            go_on.wait(10)

    thread = threading.Thread(target=load)
    thread.start()
    begun.wait(10)
    with long_lived_objects():
        pass
    assert _is_spared()
    go_on.set()
    thread.join()
    assert gc.get_threshold() == before


def test_what_was_loaded_is_set_apart_and_still_goes_when_it_is_replaced() -> None:
    with long_lived_objects():
        entry = _Entry()
    assert gc.get_freeze_count() > 0
    alive = weakref.ref(entry)
    del entry
    assert alive() is None


def test_where_many_reads_are_in_work_it_looks_seldom_and_afterwards_as_before() -> None:
    before = gc.get_threshold()
    with many_reads():
        assert gc.get_threshold()[0] == MANY
        assert gc.get_threshold()[1:] == before[1:]
    assert gc.get_threshold() == before
    with pytest.raises(ValueError, match="broken"), many_reads():
        raise ValueError("broken")
    assert gc.get_threshold() == before
