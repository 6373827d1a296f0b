"""Reads of live cameras are on the disk before their camera goes on, and wait where there is no room."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.outgoing.intake import STAGE, LiveIntake
from pipeline.outgoing.places import READS_FILE
from pipeline.outgoing.prepared import Preparer, from_spool
from pipeline.stages.retry import Stopped
from schemas.arrivals import HandedOver
from schemas.errors import StorageFull
from schemas.events import AlarmKind
from storage.spool.spool import Spool
from tests.unit.ingest.streams.cameras import until
from tests.unit.pipeline.outgoing.arrivals import arrival, edge_settings
from tests.unit.pipeline.published.receipts import NOBODY

REPOSITORY = Path(__file__).resolve().parents[4]


class Edge:
    """An intake with a spool of so many bytes."""

    def __init__(self, folder: Path, most_bytes: int = 1 << 30, **sections: object) -> None:
        settings = edge_settings(folder, **sections)
        self.board = HealthBoard("here")
        self.stop = threading.Event()
        self.spool = Spool(settings.data_dir / READS_FILE)
        preparer = Preparer(settings, Counters(), self.board)
        self.intake = LiveIntake(self.spool, preparer, most_bytes, self.board, self.stop)

    def stored(self) -> list[str]:
        with Spool(self.spool.path, durable=False) as spool:
            return [from_spool(one.message).camera_id for one in spool.take(0, 1000)]

    def close(self) -> None:
        self.spool.close()


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    one = Edge(tmp_path)
    yield one
    one.close()


def test_a_read_is_on_the_disk_when_its_camera_goes_on(edge: Edge) -> None:
    edge.intake.put(arrival(1))
    assert edge.stored() == ["gate"]
    assert edge.spool.path.stat().st_mode & 0o077 == 0
    edge.intake.put(HandedOver(NOBODY))
    assert edge.stored() == ["gate"]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.unit.pipeline.outgoing.arrivals import arrival
from tests.unit.pipeline.outgoing.test_intake import Edge
edge = Edge(Path(sys.argv[1]))
edge.intake.put(arrival(1))
edge.intake.put(arrival(2))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_no_read_that_was_handed_over(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=REPOSITORY, check=False)
    assert killed.returncode == -signal.SIGKILL
    one = Edge(tmp_path)
    assert one.stored() == ["gate", "gate"]
    one.close()


def test_without_room_a_camera_waits_until_there_is_some_and_an_alarm_stands(tmp_path: Path) -> None:
    edge = Edge(tmp_path, most_bytes=60_000)
    while edge.spool.used_bytes() < 60_000:
        edge.intake.put(arrival(len(edge.stored())))
    count = len(edge.stored())
    waiting = threading.Thread(target=edge.intake.put, args=(arrival(1000),))
    waiting.start()
    until(lambda: [stage.stage for stage in edge.board.stages()] == [STAGE])
    assert "edge.spool_megabytes" in edge.board.stages()[0].problem
    assert edge.board.standing()[AlarmKind.STAGE_FAILED] == 1
    assert len(edge.stored()) == count
    with Spool(edge.spool.path, durable=False) as other:
        other.discard([one.number for one in other.take(0, count // 2)])
    waiting.join(10.0)
    assert not waiting.is_alive()
    assert len(edge.stored()) == count - count // 2 + 1
    assert edge.board.stages() == ()
    assert not edge.board.standing()[AlarmKind.STAGE_FAILED]
    edge.close()


def test_what_is_in_view_at_the_end_gets_in_without_room(tmp_path: Path) -> None:
    edge = Edge(tmp_path, most_bytes=1)
    waiting = threading.Thread(target=edge.intake.put, args=(arrival(1),))
    waiting.start()
    until(lambda: bool(edge.board.stages()))
    assert edge.stored() == []
    edge.stop.set()
    waiting.join(10.0)
    assert edge.stored() == ["gate"]
    edge.intake.put(arrival(2))
    assert len(edge.stored()) == 2
    edge.close()


def test_a_disk_that_is_full_holds_a_camera_up_and_loses_a_read_at_the_end_alone(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = threading.Event()
    add = edge.spool.add

    def stores(messages: object) -> None:
        if full.is_set():
            raise StorageFull("no space left")
        add(messages)  # type: ignore[arg-type]

    monkeypatch.setattr(edge.spool, "add", stores)
    full.set()
    waiting = threading.Thread(target=edge.intake.put, args=(arrival(1),))
    waiting.start()
    until(lambda: bool(edge.board.stages()))
    full.clear()
    waiting.join(10.0)
    assert edge.stored() == ["gate"]
    full.set()
    edge.stop.set()
    with pytest.raises(Stopped):
        edge.intake.put(arrival(2))
