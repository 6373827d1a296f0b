"""What a machine at the edge keeps in place of a database: told, remembered over a restart, ended by the law."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.health.edge import EdgeHealthStage
from pipeline.outgoing import readers
from pipeline.outgoing.ending import EndingStage
from pipeline.outgoing.places import READS_FILE, REFUSED_FILE, REPORTED_FILE, UNREADABLE_FILE
from pipeline.outgoing.prepared import Preparer, to_spool
from pipeline.outgoing.readers import ReportedLately
from pipeline.outgoing.stored import StoredReads
from schemas.events import AlarmKind
from schemas.health import CameraHealth, Reloaded
from schemas.settings import EdgeSettings, ImageSettings
from schemas.types import VendorReport
from services.run_state import read_run_health
from storage.reads.images import ImageStore
from storage.spool.messages import Message
from storage.spool.spool import Spool
from tests.unit.pipeline.outgoing.arrivals import arrival, edge_settings

BODY = Message("axis", datetime.now(UTC), b"{}", "application/json", {"user-agent": "camera"}, "events")


def test_what_waits_is_told_with_the_alarms_that_stand(tmp_path: Path) -> None:
    settings = edge_settings(tmp_path, edge=EdgeSettings(spool_megabytes=2))
    board = HealthBoard("here")
    board.know_camera(CameraHealth(camera_id="gate", known_since=datetime.now(UTC)))
    board.raised(AlarmKind.CAMERA_FAILED, "gate", "no picture")
    board.raised(AlarmKind.BROKER, "here", "kafka is away")
    board.recorded({"gate": 3})
    stop = threading.Event()
    with StoredReads(settings, board) as stored:
        made = Preparer(settings, Counters(), board).prepare(arrival())
        stored.intake.add([to_spool(made)])
        stored.unreadable.add(BODY, "axis", "it has no time")
        stage = EdgeHealthStage(board, lambda: settings, stored.health, Reloaded, "recognize")
        stop.set()
        stage.run(stop)
        health = read_run_health(settings.data_dir)
        assert health is not None
        assert health.service == "recognize"
        assert {(one.kind, one.subject) for one in health.alarms} == {("camera_failed", "gate"), ("broker", "here")}
        assert health.outgoing is not None
        assert (health.outgoing.waiting, health.outgoing.oldest_at) == (1, made.captured_at)
        assert (health.outgoing.most_bytes, health.outgoing.refused, health.outgoing.unreadable) == (2 << 20, 0, 1)
        assert board.reads() == {}
        board.cleared(AlarmKind.BROKER, "here")
        stage.run(stop)
        health = read_run_health(settings.data_dir)
        assert health is not None
        assert [one.kind for one in health.alarms] == ["camera_failed"]


def test_messages_that_were_not_understood_lie_in_the_inbox_again_at_the_next_start(tmp_path: Path) -> None:
    with (
        StoredReads(edge_settings(tmp_path), HealthBoard("here")) as stored,
        Spool(tmp_path / "inbox.sqlite") as inbox,
    ):
        stored.unreadable.add(BODY, "axis", "it has no time")
        assert stored.unreadable.to_retry(0, 10) == []
        stored.unreadable.put_back(inbox)
        assert [one.message for one in inbox.take(0, 10)] == [BODY]
        assert stored.unreadable.count() == 0


@pytest.mark.parametrize("plates", [[], ["AAA111", "BBB222", "AAA111"]], ids=len)
def test_what_readers_reported_lately_is_known_after_a_restart(tmp_path: Path, plates: list[str]) -> None:
    with Spool(tmp_path / "reported.sqlite") as spool:
        lately = ReportedLately(spool)
        report = VendorReport("rekor", "7", "{}", payload="x" * 1000)
        told = [arrival(number, plate, report=report) for number, plate in enumerate(plates)]
        lately.note([*told, arrival(99, "OURS99")])
        found = ReportedLately(spool).recall("rekor", "gate", datetime.now(UTC) - timedelta(minutes=5))
        # What the vendor said besides is not kept a second time.
        less = VendorReport("rekor", "7", "{}")
        assert found == [dataclasses.replace(one.read, report=less) for one in told]
        assert lately.recall("rekor", "bridge", datetime(2000, 1, 1, tzinfo=UTC)) == []
        assert lately.recall("axis", "gate", datetime(2000, 1, 1, tzinfo=UTC)) == []
        assert lately.recall("rekor", "gate", datetime.now(UTC) + timedelta(minutes=1)) == []


def test_what_was_reported_too_long_ago_is_forgotten_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "AT_ONCE", 3)
    added, ended = list[int](), list[datetime]()
    spool = SimpleNamespace(add=lambda messages: added.append(len(messages)), end=ended.append)
    lately, report, ends = ReportedLately(cast(Any, spool)), VendorReport("rekor", "7", "{}"), []
    for count in (2, 1, 0, 2, 1, 7):
        lately.note([arrival(number, report=report) for number in range(count)])
        ends.append(len(ended))
    assert (added, ends) == ([2, 1, 2, 1, 7], [0, 1, 1, 1, 2, 3])
    assert abs(datetime.now(UTC) - readers.REMEMBERED - ended[-1]) < timedelta(minutes=5)


def test_the_files_are_closed_together(tmp_path: Path) -> None:
    with StoredReads(edge_settings(tmp_path), HealthBoard("here")) as stored:
        spools = (stored.intake, stored.outgoing, stored._asking, *(one._spool for one in _holders(stored)))
        assert [len(one.take(0, 1)) for one in spools] == [0] * 6
    for one in spools:
        with pytest.raises(Exception, match="closed"):
            one.take(0, 1)


def _holders(stored: StoredReads) -> tuple[Any, ...]:
    return stored.refused, stored.unreadable, stored.reported


def test_what_waited_for_longer_than_the_law_lets_reads_be_kept_ends(tmp_path: Path) -> None:
    images = ImageSettings(url=f"memory://{tmp_path.name}/pictures", keep_free_gigabytes=0)
    settings = edge_settings(tmp_path, images=images)
    preparer = Preparer(settings, Counters(), HealthBoard("here"))
    old, new = preparer.prepare(arrival(1, ago=timedelta(days=22))), preparer.prepare(arrival(2, "NEW222"))
    for file in (READS_FILE, REFUSED_FILE, UNREADABLE_FILE):
        with Spool(settings.data_dir / file) as spool:
            spool.add([to_spool(old), to_spool(new)])
    long_ago = time.time() - 22 * 86_400
    waiting = settings.data_dir / "images-waiting"
    for key in old.pictures:
        os.utime(waiting / key, (long_ago, long_ago))
    assert EndingStage(settings).step(threading.Event()) == 600  # of three weeks
    assert not (settings.data_dir / REPORTED_FILE).exists()  # what is not there is not made
    for file in (READS_FILE, REFUSED_FILE, UNREADABLE_FILE):
        with Spool(settings.data_dir / file) as spool:
            assert [one.message.body for one in spool.take(0, 10)] == [new.row.payload]
        assert old.row.payload not in (settings.data_dir / file).read_bytes()
    store = ImageStore(settings)
    assert [store.is_waiting(key) for key in (*old.pictures, *new.pictures)] == [False, False, True, True]


def test_more_than_is_moved_at_a_time_is_tried_again_once_and_in_its_order(tmp_path: Path) -> None:
    settings, board = edge_settings(tmp_path), HealthBoard("here")
    made = Preparer(settings, Counters(), board).prepare(arrival())
    many = [Message("axis", BODY.received_at, b"%d" % number) for number in range(1003)]
    with StoredReads(settings, board) as stored, Spool(tmp_path / "inbox.sqlite") as inbox:
        stored.unreadable._spool.add(many)
        stored.unreadable.put_back(inbox)
        assert [one.message for one in inbox.take(0, 2000)] == many
        stored.unreadable.put_back(inbox)
        assert stored.unreadable.count() == 0
        stored.refused._spool.add([to_spool(made)] * 402)
        board.raised(AlarmKind.DELIVERIES, "here", "refused")
        stored.put_back()
        assert (stored.refused.count(), stored.health().waiting) == (0, 402)
        assert not board.standing()
