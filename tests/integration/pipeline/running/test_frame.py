"""How a service ends: what records before what publishes, and nothing waits for a server that does not answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

import pipeline.services.run
from pipeline.alerting.numbering import NumberingStage
from pipeline.alerting.relaying import RelayStage
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.health.stage import HealthStage
from pipeline.metrics.collector import RunCollector
from pipeline.running.frame import Frame
from pipeline.running.part import Stages
from pipeline.running.probing import answers
from pipeline.running.takeover import TakeOver
from pipeline.stages.liveness import beat
from pipeline.stages.runner import Runner
from schemas.settings import KafkaSettings, MetricsSettings, Settings
from services.service_manager import ServiceManager
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.storage.test_leadership import wait_until


@dataclass
class Part:
    """A stage that does what a test says, until it is stopped."""

    name: str
    work: Callable[[threading.Event], None]

    def run(self, stop: threading.Event) -> None:
        self.work(stop)


@dataclass
class Run:
    """A run whose stages are a test's, and what they did in which order."""

    database: Database
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    done: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    outcome: Any = None
    metrics: MetricsSettings = field(default_factory=MetricsSettings)

    def notes(self, what: str, *, seconds: float = 0.0) -> Callable[[threading.Event], None]:
        def work(stop: threading.Event) -> None:
            stop.wait()
            time.sleep(seconds)
            self.done.append(what)

        return work

    def play(self, *, recorder: Callable[[threading.Event], None], **parts: list[Part]) -> float:
        """Start the run, stop it soon unless it ends by itself, and return how long it took to end then."""
        settings = Settings(data_dir=self.folder, metrics=self.metrics)
        board, runner = HealthBoard("here"), Runner(self.stop)
        takeover = TakeOver(settings, board, fits=lambda _: None)
        recording = Stages(runner, [Part("recorder", recorder)], watched=True)
        frame = Frame(
            runner,
            [
                Stages(runner, parts.get("stages", [])),
                Stages(runner, parts.get("feeds", []), daemon=True),
                Stages(runner, parts.get("publishing", []), at_once=False),
                recording,
            ],
            work=recording,
            telling=HealthStage(board, lambda: takeover.settings, self.database, lambda: takeover.reloaded),
            takeover=takeover,
            manager=ServiceManager(None),
            reload=None,
            in_words=lambda _: "",
        )
        ended: list[Any] = []

        def run() -> None:
            try:
                with answers(self.metrics, RunCollector(Counters(), board, lambda: 0), runner, board):
                    ended.append(frame.run(self.stop))
            except ZeroDivisionError as error:
                ended.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        self.stop.wait(0.1)
        started = time.monotonic()
        self.stop.set()
        thread.join(30)
        (self.outcome,) = ended
        return time.monotonic() - started


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(database, tmp_path, monkeypatch)


def test_what_publishes_goes_on_until_everything_is_recorded(run: Run) -> None:
    run.play(
        recorder=run.notes("recorded", seconds=0.5),
        publishing=[Part("relay", run.notes("published"))],
        stages=[Part("upkeep", run.notes("upkeep"))],
    )
    assert run.done == ["upkeep", "recorded", "published"]


def test_a_feed_that_waits_for_its_server_does_not_keep_a_stopped_run(run: Run) -> None:
    run.monkeypatch.setattr(pipeline.running.frame, "HURRIED_JOIN_SECONDS", 0.3)
    hangs = threading.Event()
    try:
        seconds = run.play(recorder=run.notes("recorded"), feeds=[Part("feed-ncic", lambda _: hangs.wait(240) or None)])
    finally:
        hangs.set()
    assert run.done == ["recorded"]
    assert seconds < 60


def test_a_feed_that_ends_soon_is_waited_for(run: Run) -> None:
    run.play(recorder=run.notes("recorded"), feeds=[Part("feed-ncic", run.notes("fed", seconds=0.5))])
    assert run.done == ["recorded", "fed"]


def test_a_stage_that_fails_ends_the_run_with_its_error_after_everything_is_recorded(run: Run) -> None:
    def fails(_: threading.Event) -> None:
        raise ZeroDivisionError

    run.play(
        recorder=run.notes("recorded"),
        stages=[Part("upkeep", fails)],
        publishing=[Part("relay", run.notes("published"))],
    )
    assert isinstance(run.outcome, ZeroDivisionError)
    assert run.done == ["recorded", "published"]


def test_a_run_answers_whoever_watches_it_until_it_has_ended(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    run.metrics = MetricsSettings(listen=address)
    seen: dict[str, httpx.Response] = {}

    def asks(_: threading.Event) -> None:
        beat()
        wait_until(lambda: httpx.get(f"http://{address}/ready").status_code == 200)
        for path in ("live", "ready", "metrics"):
            seen[path] = httpx.get(f"http://{address}/{path}")

    run.play(recorder=asks)
    assert [seen[path].text for path in ("live", "ready")] == ["ok\n", "ok\n"]
    assert "platewatch_hotlist_entries 0.0" in seen["metrics"].text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{address}/live")


def test_a_stage_that_has_ended_listens_no_more(database: Database, database_url: str) -> None:
    def listening() -> int:
        statement = "select count(*) from pg_stat_activity where datname = current_database() and query like 'listen %'"
        with psycopg.connect(database_url) as connection:
            row = connection.execute(statement).fetchone()
        return 0 if row is None else int(row[0])

    with Leadership(database) as leadership:
        kafka = KafkaSettings(bootstrap_servers=("127.0.0.1:1",))
        stages = [NumberingStage(database, leadership), RelayStage(database, Settings(), lambda: kafka, leadership)]
        for stage in stages:
            stage._wakeups.wait(0)
        assert listening() == 2
        for stage in stages:
            stage.end()
        wait_until(lambda: listening() == 0)
