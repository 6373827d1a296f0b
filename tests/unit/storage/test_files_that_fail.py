"""Whatever is asked of a file whose disk fails is said in our words, and what is shared goes on once it works again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schemas.errors import TransientError
from schemas.events import Answered, CarAnswer
from schemas.settings import Settings
from schemas.types import SourceItem
from schemas.types.list_keys import ListsKey
from storage.car.alerts import CarAlerts
from storage.car.answers import AnswerBook
from storage.car.ledger import CarLedger
from storage.car.lists.file import ListFile, Sealing
from storage.car.outcomes import OutcomeBook
from storage.car.upkeep import CarUpkeep
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore
from storage.spool.items import LocalItems
from storage.spool.messages import Message
from storage.spool.received_list import ReceivedList
from storage.spool.spool import Spool

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ID = UUID(int=1)
SEALING = Sealing(ListsKey(1, bytes(32)))
ITEM = SourceItem("gate", "1.jpg", "1", NOW, is_still=True)


class Failing:
    """A connection whose disk fails."""

    def execute(self, *_: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error

    executemany = execute


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """One of everything that keeps such a file."""
    folder = tmp_path_factory.mktemp("files")
    images = ImageStore(Settings(data_dir=folder))
    found: dict[str, Any] = {
        "alerts": CarAlerts(folder / "car.sqlite"),
        "ledger": CarLedger(folder / "car.sqlite"),
        "uploads": Uploads(folder / "car.sqlite", images),
        "upkeep": CarUpkeep(folder / "car.sqlite", images),
        "answers": AnswerBook(folder / "answers.sqlite"),
        "outcomes": OutcomeBook(folder / "outcomes.sqlite"),
        "lists": ListFile(folder / "lists.sqlite"),
        "items": LocalItems(folder / "items.sqlite"),
        "received": ReceivedList(folder / "received.sqlite"),
        "spool": Spool(folder / "spool.sqlite"),
    }
    with ExitStack() as opened:
        for one in found.values():
            opened.enter_context(closing(one))
        yield found


def _within(context: AbstractContextManager[object]) -> None:
    with context:
        pass


def _answer() -> CarAnswer:
    values: dict[str, Any] = {
        **{"answer_id": ID, "car_id": "unit-7", "alert_id": ID, "at": NOW, "what": Answered.DISMISSED},
        **{"person": "kim", "unit": "7", "sign_on": ID},
    }
    return CarAnswer(**(values | {"answer_id": CarAnswer.model_construct(**values).derived_id()}))


ASKED: dict[str, list[Callable[[Any], object]]] = {
    "alerts": [lambda it: it.newest(0, 1), lambda it: it.last(), lambda it: it.one(ID), lambda it: it.since(NOW)],
    "ledger": [lambda it: _within(it.begin())],
    "uploads": [
        *(lambda it: it.add("note", "1", b"{}"), lambda it: it.waiting(0, 1), lambda it: it.settle([1])),
        *(lambda it: it.refuse(1, "no"), lambda it: it.count(), lambda it: it.counts(), lambda it: it.refused()),
        *(lambda it: it.refusals(), lambda it: it.pictures(1), lambda it: it.pictures_waiting()),
        *(lambda it: it.picture_done("2026/06/01/gate/1-plate.jpg"), lambda it: it.drop_oldest_pictures(1)),
        *(lambda it: it.used_bytes(), lambda it: it.oldest_at()),
    ],
    "upkeep": [lambda it: it.forget_sent(NOW), lambda it: it.end(NOW), lambda it: it.delete_strays()],
    "answers": [
        *(lambda it: it.add(_answer()), lambda it: it.since(NOW), lambda it: it.unqueued(1)),
        *(lambda it: it.queued(1), lambda it: it.forget(NOW)),
    ],
    "outcomes": [lambda it: it.add([], NOW), lambda it: it.all(), lambda it: it.forget(NOW)],
    "lists": [
        *(lambda it: it.about(), lambda it: _within(it.transaction()), lambda it: it.seconds_since_synced()),
        *(lambda it: it.put_seconds_since_synced(1.0), lambda it: it.standing(SEALING)),
        *(lambda it: list(it.blocks(SEALING)), lambda it: it.block(SEALING, 1)),
    ],
    "items": [
        *(lambda it: it.is_finished(ITEM), lambda it: it.is_rejected(ITEM)),
        *(lambda it: it.finish(ITEM), lambda it: it.reject(ITEM, "no picture")),
    ],
    "received": [
        *(lambda it: it.standing(), lambda it: it.offsets(), lambda it: it.take(0, 1, None, {})),
        *(lambda it: it.forget("over"), lambda it: list(it.entries()), lambda it: it.count()),
        *(lambda it: it.withdrawn(), lambda it: it.deal_with_withdrawn(), lambda it: it.holds("1")),
    ],
    "spool": [
        *(lambda it: it.add([Message("axis", NOW, b"{}")]), lambda it: it.take(0, 1), lambda it: it.discard([1])),
        *(lambda it: it.end(NOW), lambda it: it.waiting(), lambda it: it.used_bytes()),
    ],
}


@pytest.mark.parametrize("name", ASKED)
def test_a_disk_that_fails_is_said_and_tried_again(files: dict[str, Any], name: str) -> None:
    file = files[name]
    works = file._file._connection
    for number, ask in enumerate(ASKED[name]):
        file._file._connection = Failing()
        try:
            with pytest.raises(TransientError, match="its disk fails or is full") as caught:
                ask(file)
        finally:
            file._file._connection = works
        assert str(caught.value).startswith(f"{file._file.path}: "), number
        ask(file)
