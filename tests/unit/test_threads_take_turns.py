"""What several threads share is changed and asked by one of them at a time: the others wait until it is done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.pulling.telling import Telling
from ingest.server.inbox import Inbox
from ingest.server.sources import Sources
from ingest.streams.failures import StreamFailed
from ingest.streams.pushing.feed import PushFeed
from ingest.streams.telling import StateKeeper
from ingest.topics.offsets import Offsets
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.ingesting.pushed import PushedFrames
from pipeline.outgoing.intake import LiveIntake
from pipeline.outgoing.prepared import Preparer
from pipeline.outgoing.stored import StoredReads
from schemas.settings import IngestSettings, IngestSource, PushCamera, Settings
from schemas.types import SourceItem, VendorReport
from schemas.types.list_keys import ListsKey
from storage.car.alerts import CarAlerts
from storage.car.answers import AnswerBook
from storage.car.expected import ExpectedArrivals
from storage.car.ledger import CarLedger
from storage.car.lists.lists import CarLists
from storage.car.outcomes import OutcomeBook
from storage.car.uploads import Uploads
from storage.reads.images import ImageStore
from storage.spool.items import LocalItems
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.pipeline.outgoing.arrivals import arrival, edge_settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CAMERA = PushCamera(id="gate", type="push")
SOURCE = IngestSettings(sources=(IngestSource(id="axis", vendor="axis"),))
ITEM = SourceItem("gate", "1.jpg", "1", NOW, is_still=True)
MESSAGE = Message("axis", NOW, b"{}")


class Turnstile:
    """A lock that tells when somebody waits at it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.came = threading.Event()

    def __enter__(self) -> None:
        self.came.set()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def waits(shared: object, act: Callable[[], object], lock: str = "_lock") -> bool:
    """Tell whether a thread that does something waits while another one is at it, and does it afterwards."""
    turnstile = Turnstile()
    setattr(shared, lock, turnstile)
    done = threading.Event()

    def do() -> None:
        act()
        done.set()

    with turnstile:
        turnstile.came.clear()
        thread = threading.Thread(target=do)
        thread.start()
        while not turnstile.came.wait(0.01) and thread.is_alive():
            pass
        has_waited = turnstile.came.is_set() and not done.is_set()
    thread.join()
    assert done.is_set()
    return has_waited


@dataclass(frozen=True, slots=True)
class Site:
    """One of everything that threads share, by name."""

    of: dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    settings, board = edge_settings(folder), HealthBoard("here")
    with ExitStack() as opened:
        stored = opened.enter_context(StoredReads(settings, board))
        preparer = Preparer(settings, Counters(), board)
        yield Site(
            {
                "pull": Telling(),
                "feed": PushFeed(CAMERA),
                "stream": StateKeeper(),
                "offsets": Offsets(),
                "sources": Sources(SOURCE),
                "pushed": PushedFrames(),
                "inbox": opened.enter_context(closing(Inbox(folder / "inbox.sqlite"))),
                "items": opened.enter_context(closing(LocalItems(folder / "items.sqlite"))),
                "intake": LiveIntake(stored.intake, preparer, 1 << 30, board, threading.Event()),
                "unreadable": stored.unreadable,
                "reported": stored.reported,
                "refused": stored.refused,
                "message": preparer.prepare(arrival()),
                "spool": opened.enter_context(Spool(folder / "other.sqlite")),
            }
            | _of_a_car(folder / "car", opened)
        )


def _of_a_car(folder: Path, opened: ExitStack) -> dict[str, Any]:
    path, images = folder / "car.sqlite", ImageStore(Settings(data_dir=folder))
    files: dict[str, Any] = {
        "alerts": CarAlerts(path),
        "ledger": CarLedger(path),
        "uploads": Uploads(path, images),
        "answers": AnswerBook(folder / "answers.sqlite"),
        "outcomes": OutcomeBook(folder / "outcomes.sqlite"),
        "lists": CarLists(folder / "lists.sqlite", "unit-7"),
    }
    for one in files.values():
        opened.enter_context(closing(one))
    return files | {"expected": ExpectedArrivals()}


REPORTED = arrival(report=VendorReport("rekor", "7", "{}"))
SHARED: dict[tuple[str, str], Callable[[Any, Site], object]] = {
    ("pull", "state"): lambda it, _: it.state,
    ("pull", "connected"): lambda it, _: it.connected(),
    ("pull", "failed"): lambda it, _: it.failed(StreamFailed("gone")),
    ("pull", "waits"): lambda it, _: it.waits("full"),
    ("pull", "goes on"): lambda it, _: it.goes_on(),
    ("pull", "signed"): lambda it, _: it.signed(),
    ("pull", "counted"): lambda it, _: it.counted(received=1),
    ("feed", "refused"): lambda it, _: it.refused(400, "no picture"),
    ("stream", "now"): lambda it, _: it.now(0),
    ("stream", "connected"): lambda it, _: it.connected(None),
    ("stream", "failed"): lambda it, _: it.failed("gone"),
    ("stream", "spent"): lambda it, _: it.spent(1, 0),
    ("offsets", "begin"): lambda it, _: it.begin(0, 1, None, ["message"]),
    ("offsets", "done"): lambda it, _: it.done(),
    ("offsets", "give up"): lambda it, _: it.give_up([0]),
    ("offsets", "unfinished"): lambda it, _: it.unfinished(),
    ("sources", "replace"): lambda it, _: it.replace(SOURCE),
    ("sources", "came"): lambda it, _: it.came("axis"),
    ("sources", "refused"): lambda it, _: it.refused("unknown", 404, "no such source"),
    ("sources", "health"): lambda it, _: it.health(dict),
    ("pushed", "connect"): lambda it, _: it.connect(CAMERA),
    ("pushed", "keep"): lambda it, site: it.keep(edge_settings(Path("/nowhere"))),
    ("inbox", "count"): lambda it, _: it._look(),
    ("items", "ask"): lambda it, _: it.is_finished(ITEM),
    ("items", "note"): lambda it, _: it.finish(ITEM),
    ("intake", "put"): lambda it, _: it.put(arrival()),
    ("unreadable", "add"): lambda it, _: it.add(MESSAGE, "axis", "no time"),
    ("unreadable", "count"): lambda it, _: it.count(),
    ("unreadable", "put back"): lambda it, site: it.put_back(site.of["spool"]),
    ("reported", "note"): lambda it, _: it.note([REPORTED]),
    ("reported", "recall"): lambda it, _: it.recall("rekor", "gate", NOW),
    ("refused", "add"): lambda it, site: it.add(site.of["message"], "too large"),
    ("refused", "count"): lambda it, _: it.count(),
    ("refused", "put back"): lambda it, site: it.put_back(site.of["spool"]),
    ("alerts", "newest"): lambda it, _: it.newest(0, 1),
    ("alerts", "last"): lambda it, _: it.last(),
    ("ledger", "begin"): lambda it, _: _within(it.begin()),
    ("uploads", "add"): lambda it, _: it.add("note", "1", b"{}"),
    ("uploads", "waiting"): lambda it, _: it.waiting(0, 1),
    ("uploads", "settle"): lambda it, _: it.settle([1]),
    ("uploads", "refuse"): lambda it, _: it.refuse(1, "no note"),
    ("uploads", "count"): lambda it, _: it.count(),
    ("uploads", "counts"): lambda it, _: it.counts(),
    ("uploads", "refusals"): lambda it, _: it.refusals(),
    ("uploads", "pictures"): lambda it, _: it.pictures(1),
    ("uploads", "pictures waiting"): lambda it, _: it.pictures_waiting(),
    ("uploads", "picture done"): lambda it, _: it.picture_done("2026/06/01/gate/1-plate.jpg"),
    ("uploads", "drop pictures"): lambda it, _: it.drop_oldest_pictures(1),
    ("uploads", "used bytes"): lambda it, _: it.used_bytes(),
    ("answers", "since"): lambda it, _: it.since(NOW),
    ("answers", "unqueued"): lambda it, _: it.unqueued(1),
    ("answers", "queued"): lambda it, _: it.queued(1),
    ("answers", "forget"): lambda it, _: it.forget(NOW),
    ("outcomes", "add"): lambda it, _: it.add([], NOW),
    ("outcomes", "all"): lambda it, _: it.all(),
    ("outcomes", "forget"): lambda it, _: it.forget(NOW),
    ("expected", "note"): lambda it, _: it.note(arrival()),
    ("expected", "of"): lambda it, _: it.of(arrival().read),
    ("expected", "forget"): lambda it, _: it.forget([arrival().read]),
    ("lists", "about"): lambda it, _: it.about,
    ("lists", "moment"): lambda it, _: it.moment(),
    ("lists", "merge"): lambda it, _: it.merge_some(),
    ("lists", "unlock"): lambda it, _: it.unlock([ListsKey(1, bytes(32))]),
    ("lists", "lock"): lambda it, _: it.lock(),
    ("lists", "wipe outdated"): lambda it, _: it.wipe_outdated(timedelta(days=7)),
    ("lists", "wipe"): lambda it, _: it.wipe("lost"),
}


def _within(context: AbstractContextManager[object]) -> None:
    with context:
        pass


@pytest.mark.parametrize("name", SHARED, ids=" ".join)
def test_one_at_a_time(site: Site, name: tuple[str, str]) -> None:
    shared = site.of[name[0]]
    assert waits(shared, lambda: SHARED[name](shared, site))


def test_what_waits_at_the_edge_is_asked_by_one_at_a_time(tmp_path: Path) -> None:
    with StoredReads(edge_settings(tmp_path), HealthBoard("here")) as stored:
        assert waits(stored, stored.health, "_asking_lock")


@pytest.mark.parametrize("count", ["received", "refused"])
def test_of_two_messages_at_once_both_are_counted(count: str) -> None:
    sources = Sources(SOURCE)
    acts = {"received": lambda: sources.came("axis"), "refused": lambda: sources.refused("axis", 400, "no JSON")}
    turnstile = Turnstile()
    sources._lock = turnstile  # type: ignore[assignment]
    threads = [threading.Thread(target=acts[count]) for _ in range(2)]
    with turnstile:
        for thread in threads:
            turnstile.came.clear()
            thread.start()
            assert turnstile.came.wait(30)
    for thread in threads:
        thread.join()
    (health,) = sources.health(dict)
    assert getattr(health, count) == 2
