"""What is held on its way to the broker: in its key's order, each until its pictures are there, and its receipt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.outgoing import book
from pipeline.outgoing.book import HeldMessages
from schemas.arrivals import HandedOver
from tests.unit.samples import NoReceipt

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def message(key: str, *pictures: str, at: datetime = NOON) -> Any:
    return SimpleNamespace(row=SimpleNamespace(key=key), pictures=pictures, captured_at=at)


def of(receipt: NoReceipt) -> Any:
    return SimpleNamespace(receipt=receipt)


def test_what_waits_for_a_picture_holds_up_its_own_key_alone_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    now, away = [1000.0], {"a"}
    monkeypatch.setattr(book, "time", SimpleNamespace(monotonic=lambda: now[0]))
    held = HeldMessages(30.0, away.__contains__)
    first, second = held.add(message("k", "there", "a")), held.add(message("k", "there"))
    other = held.add(message("l", "there"))
    assert list(held.ready()) == [other]
    now[0] += 29.9
    assert list(held.ready()) == [other]
    now[0] += 0.1
    assert list(held.ready()) == [first, second, other]
    now[0] -= 10.0
    away.clear()
    assert list(held.ready()) == [first, second, other]
    # Whoever publishes lets go of them meanwhile.
    for one in held.ready():
        held.settle(one)
    assert (len(held), held.is_idle) == (0, True)


def test_what_lies_in_the_spool_and_is_too_old_is_told_and_what_a_file_has_is_not() -> None:
    held, limit = HeldMessages(0.0, lambda _: False), NOON
    before = NOON - timedelta(seconds=1)
    old = held.add(message("a", at=before), number=1)
    held.add(message("b", at=NOON), number=2)
    held.add(message("c", at=before), of(NoReceipt("x")))
    assert held.older_than(limit) == [old]
    assert (len(held), held.arrivals) == (3, 1)


def test_a_receipt_is_complete_once_all_of_its_messages_are_settled() -> None:
    held, one, two = HeldMessages(0.0, lambda _: False), NoReceipt("one"), NoReceipt("two")
    first, second = held.add(message("a"), of(one)), held.add(message("b"), of(one))
    third = held.add(message("c"), of(two), 7)
    works = [HandedOver(one), HandedOver(two, "cut off")]
    assert held.complete() is None
    for work in works:
        held.hand_over(work)
    held.settle(first)
    assert held.complete() is None
    held.settle(third)
    assert held.complete() is works[1]
    assert held.complete() is works[1]  # until it is acknowledged
    held.acknowledged(works[1])
    assert held.complete() is None
    held.settle(second)
    assert (held.complete(), held.is_idle) == (works[0], False)
    held.acknowledged(works[0])
    assert (held.complete(), held.is_idle) == (None, True)
