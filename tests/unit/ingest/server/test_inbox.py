"""A message is on the disk when its sender is answered, or the sender is told that it is not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.server import inbox as module
from ingest.server.answers import Refusal
from ingest.server.inbox import Inbox
from schemas.errors import PlatewatchError, StorageFull, TransientError
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.ingest.vendors.messages import NOW

LATER = {"retry-after": "5"}


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    (tmp_path / "data").mkdir()
    made = Inbox(tmp_path / "data" / "inbox.sqlite", least_free=0)
    yield made
    made.close()


def message(source: str = "gate", body: bytes = b"{}") -> Message:
    return Message(source=source, received_at=NOW, body=body, content_type="application/json", headers={}, path="")


def refusal(inbox: Inbox, one: Message, most: int = 10) -> tuple[int, str, dict[str, str]]:
    with pytest.raises(Refusal) as raised:
        asyncio.run(inbox.store(one, most))
    return raised.value.status, raised.value.message, dict(raised.value.headers)


def test_what_is_stored_waits_and_only_so_many_of_a_source_may(inbox: Inbox, tmp_path: Path) -> None:
    for source in ("gate", "gate", "bridge"):
        asyncio.run(inbox.store(message(source), 2))
    assert inbox.waiting() == {"gate": 2, "bridge": 1}
    full = (429, "2 messages of this source wait to be processed; send it later", LATER)
    assert refusal(inbox, message(), 2) == full
    asyncio.run(inbox.store(message("bridge"), 2))
    with Spool(tmp_path / "data" / "inbox.sqlite") as spool:
        assert [one.message.source for one in spool.take(0, 10)] == ["gate", "gate", "bridge", "bridge"]


@pytest.mark.parametrize(("free", "is_stored"), [(1002, True), (1001, False)])
def test_the_disk_keeps_what_it_has_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, *, is_stored: bool
) -> None:
    monkeypatch.setattr(module, "shutil", SimpleNamespace(disk_usage=lambda _: SimpleNamespace(free=free)))
    inbox = Inbox(tmp_path / "inbox.sqlite", least_free=1000)
    if is_stored:
        asyncio.run(inbox.store(message(), 10))
    else:
        assert refusal(inbox, message()) == (507, "the disk is nearly full; send it later", LATER)
    assert inbox.waiting() == ({"gate": 1} if is_stored else {})
    inbox.close()


@pytest.mark.parametrize(
    ("problem", "status"), [(StorageFull("no space left"), 507), (TransientError("the disk does not answer"), 503)]
)
def test_what_the_disk_does_not_take_is_refused_and_does_not_wait(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, problem: PlatewatchError, status: int
) -> None:
    def fail(*_: Any) -> None:
        raise problem

    monkeypatch.setattr(Spool, "add", fail)
    assert refusal(inbox, message()) == (status, "it could not be stored; send it later", LATER)
    assert inbox.waiting() == {}


def test_a_writer_that_is_behind_refuses_more(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise TransientError("too many messages wait for the disk")

    monkeypatch.setattr(inbox._writer, "submit", full)
    assert refusal(inbox, message()) == (503, "too many messages wait for the disk", LATER)
    assert inbox.waiting() == {}


def test_what_another_process_took_out_is_counted_a_second_later(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(inbox.store(message(), 1))
    with sqlite3.connect(tmp_path / "data" / "inbox.sqlite") as other:
        (table,) = [name for (name,) in other.execute("select name from sqlite_master where type = 'table'")][:1]
        other.execute(f"delete from {table}")
    now = inbox._counted_at
    for seconds, waiting in ((0.999, 1), (1.0, 0)):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda at=now + seconds: at))
        asyncio.run(inbox._count())
        assert sum(inbox.waiting().values()) == waiting


def test_what_cannot_be_counted_stays_as_it_was(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(inbox.store(message(), 10))

    def away(_: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(module.shutil, "disk_usage", away)
    inbox._look()
    asyncio.run(inbox.store(message(), 10))
    assert inbox.waiting() == {"gate": 2}
