"""Which process of a data directory serves, with which settings, and what is said of how it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ingest.vendors.registry import vendors
from pipeline.health.board import HealthBoard
from pipeline.ingesting import serving, telling
from pipeline.ingesting.alone import check_server
from pipeline.ingesting.serving import ServerStage
from pipeline.ingesting.telling import Telling
from schemas.errors import ConfigurationError, InvalidInput
from schemas.health import RunHealth, SourceHealth
from schemas.settings import Settings
from services.run_state import INGEST_FILE_NAME, read_run_health

CLAIM_SECONDS = 0.05
LOOK_SECONDS = 0.5

STOP = threading.Event()
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PULLED = {"id": "fetched", "vendor": "frigate", "pull": {"kind": "mqtt", "url": "mqtt://10.0.0.3"}}
POSTS = {"id": "gate", "vendor": "axis", "token_sha256": "0" * 64}


class Server:
    """Stands for the server: serves until it fails or is stopped."""

    made: list[Server]
    problem: Exception | None = None

    def __init__(self, *given: Any) -> None:
        self.given = given
        self.told: list[Any] = []
        self.is_serving = False
        Server.made.append(self)

    def start(self) -> None:
        self.told.append("start")
        if self.problem is not None:
            raise self.problem
        self.is_serving = True

    def stop(self) -> None:
        self.told.append("stop")
        self.is_serving = False

    def take_anew(self, settings: Any) -> None:
        if self.problem is not None:
            raise self.problem
        self.told.append(settings)

    def health(self) -> tuple[SourceHealth, ...]:
        return (SourceHealth(source_id="gate", vendor="axis", received=7, refused=2, waiting=3, last_message_at=NOON),)


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    monkeypatch.setattr(serving, "IngestServer", Server)
    monkeypatch.setattr(Server, "made", [], raising=False)
    monkeypatch.setattr(Server, "problem", None)
    return Server.made


def settings_of(folder: Path, *, pushes: bool = False, **ingest: Any) -> Settings:
    cameras = [{"id": "pole", "type": "push", "token_sha256": "0" * 64}] if pushes else []
    given = {"listen": "127.0.0.1:8480", "sources": [POSTS], **ingest}
    return Settings.model_validate({"data_dir": folder, "cameras": cameras, "ingest": given})


class Cars:
    """Stands for the patrol cars of a database."""

    access = cast(Any, "access")
    are = True

    def are_any(self) -> bool:
        return self.are


def alone(settings: Settings) -> ServerStage:
    return ServerStage(settings)


def of_a_run(settings: Settings, cars: Any = None) -> ServerStage:
    return ServerStage(settings, dict, cars)


def test_the_first_process_serves_and_the_next_one_once_it_ends(
    tmp_path: Path, made: list[Server], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.ingesting.serving")
    settings = settings_of(tmp_path)
    first, second = of_a_run(settings, Cars()), of_a_run(settings, Cars())
    first.board = HealthBoard("here")
    assert (first.step(STOP), first.is_up.is_set()) == (LOOK_SECONDS, True)
    for _ in range(2):
        assert second.step(STOP) == LOOK_SECONDS  # the first one claims to serve, so there is no hurry
    assert second.is_up.is_set()
    assert second.sources == ()
    (server,) = made
    section, data_dir, adapters, takers, access = server.given
    assert (section, data_dir, set(adapters), takers, access) == (
        settings.ingest, tmp_path, set(vendors()), dict, Cars.access,
    )  # fmt: skip
    assert first.sources == server.health()
    (told,) = first.board.sources()
    assert told == SourceHealth(source_id="gate", vendor="axis", received=7, refused=2)
    first.end()
    assert server.told == ["start", "stop"]
    second.step(STOP)
    assert [len(made), made[1].told] == [2, ["start"]]
    assert caplog.messages == [
        "listening at 127.0.0.1:8480 for 1 sources",
        "another process serves this data directory's inbox; this one goes on when that one ends",
        "listening at 127.0.0.1:8480 for 1 sources",
    ]


@pytest.mark.parametrize("why", ["cameras push", "cars", "nothing"])
def test_a_server_alone_leaves_it_to_a_run_that_has_to_serve_and_to_no_other(
    tmp_path: Path, made: list[Server], caplog: pytest.LogCaptureFixture, why: str
) -> None:
    caplog.set_level("INFO", "pipeline.ingesting.serving")
    by_itself = alone(settings_of(tmp_path))
    by_itself.step(STOP)
    cars = Cars()
    cars.are = why == "cars"
    run = of_a_run(settings_of(tmp_path, pushes=why == "cameras push"), cars)
    claims = why != "nothing"
    assert run.step(STOP) == (CLAIM_SECONDS if claims else LOOK_SECONDS)
    by_itself.step(STOP)
    assert made[0].told == (["start", "stop"] if claims else ["start"])
    said = "a run with cameras that push, or with patrol cars, serves now; this process goes on when that one ends"
    assert (said in caplog.messages) is claims
    by_itself.step(STOP)
    assert len(made) == 1  # also where that run does not serve yet
    assert run.step(STOP) == LOOK_SECONDS
    by_itself.step(STOP)
    assert len(made) == (2 if claims else 1)
    # It goes on once that run ends, or has nothing of that kind any more and ends.
    run.end()
    by_itself.step(STOP)
    assert len(made) == (3 if claims else 1)
    assert made[-1].told == ["start"]
    assert made[-1].given[3:] == (None, None)


def test_a_run_that_has_no_cars_any_more_claims_nothing(tmp_path: Path) -> None:
    cars = Cars()
    run, by_itself = of_a_run(settings_of(tmp_path), cars), alone(settings_of(tmp_path))
    run.step(STOP)
    assert by_itself._is_claimed()
    cars.are = False
    run.step(STOP)
    assert not by_itself._is_claimed()
    assert run.step(STOP) == LOOK_SECONDS
    assert not by_itself._is_claimed()  # asking holds nothing


def test_a_server_that_ended_is_started_again_and_one_that_cannot_start_lets_go(
    tmp_path: Path, made: list[Server], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage = of_a_run(settings_of(tmp_path))
    stage.step(STOP)
    made[0].is_serving = False
    stage.step(STOP)
    assert stage.sources == ()
    stage.step(STOP)
    assert [one.told for one in made] == [["start", "stop"], ["start"]]
    assert caplog.messages == ["the ingest server ended; it is started again"]
    stage.end()
    monkeypatch.setattr(Server, "problem", ConfigurationError("the address is taken"))
    refused = of_a_run(settings_of(tmp_path))
    with pytest.raises(ConfigurationError, match="the address is taken"):
        refused.step(STOP)
    assert made[-1].told == ["start", "stop"]
    assert not refused.is_up.is_set()


def test_other_settings_are_taken_over_at_the_next_step_and_those_that_do_not_fit_are_not(
    tmp_path: Path, made: list[Server], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before, after = settings_of(tmp_path), settings_of(tmp_path, pushes=True, sources=[])
    stage = of_a_run(before)
    stage.step(STOP)
    monkeypatch.setattr(Server, "problem", InvalidInput("two sources have one token"))
    stage.take_anew(after)
    stage.step(STOP)
    assert caplog.messages == ["the ingest server goes on with the sources before: two sources have one token"]
    assert not alone(before)._is_claimed()
    monkeypatch.setattr(Server, "problem", None)
    stage.take_anew(after)
    stage.step(STOP)
    stage.step(STOP)
    assert made[0].told == ["start", after.ingest]
    assert alone(before)._is_claimed()  # its camera pushes
    stage.end()
    # What came while it served nothing counts from its start on.
    waiting = of_a_run(before)
    waiting.take_anew(after)
    waiting.step(STOP)
    assert made[-1].given[0] == after.ingest


def test_how_a_server_alone_is_stands_in_its_file_every_second_until_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, board, begun = [1000.0], HealthBoard("here"), datetime.now(UTC)
    monkeypatch.setattr(telling, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(telling.os, "getpid", lambda: 4711)
    sources = (
        SourceHealth(source_id="gate", vendor="axis", waiting=3, last_message_at=NOON, received=99),
        SourceHealth(source_id="new", vendor="hikvision", waiting=1, received=5),
    )
    one = Telling(tmp_path, board, cast(Any, SimpleNamespace(sources=sources)))
    board.source("gate", "axis", received=7, reads=2)
    board.source("fetched", "frigate", received=4)
    noted = board.stage_fails("pull-fetched", "no route")
    one.reloaded_at = NOON
    one.tell()
    found = read_run_health(tmp_path, INGEST_FILE_NAME)
    assert found is not None
    assert begun <= found.started_at <= found.updated_at <= datetime.now(UTC)
    assert found == RunHealth(
        process=4711,
        started_at=found.started_at,
        updated_at=found.updated_at,
        stages=(noted,),
        sources=(
            SourceHealth(source_id="gate", vendor="axis", received=7, reads=2, waiting=3, last_message_at=NOON),
            SourceHealth(source_id="fetched", vendor="frigate", received=4),
            sources[1],
        ),
        reloaded_at=NOON,
    )
    file, told = tmp_path / INGEST_FILE_NAME, []
    for now[0] in (1000.9, 1001.0, 1001.9):
        file.unlink(missing_ok=True)
        one.tell()
        told.append(file.exists())
    assert told == [False, True, False]
    one.end()
    one.end()
    # Sources that are fetched alone have nobody that serves.
    Telling(tmp_path, board, None).tell()
    found = read_run_health(tmp_path, INGEST_FILE_NAME)
    assert found is not None
    assert [source.source_id for source in found.sources] == ["gate", "fetched"]


def test_a_file_that_cannot_be_written_is_said_once_per_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telling, "TELL_SECONDS", 0.0)
    one = Telling(tmp_path, HealthBoard("here"), None)
    write = telling.write_run_health

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    said = []
    for is_full in (True, True, False, True):
        monkeypatch.setattr(telling, "write_run_health", full if is_full else write)
        before = len(caplog.messages)
        one.tell()
        said += caplog.messages[before:]
    assert said == [f"how the server is cannot be written to {tmp_path}: No space left on device"] * 2


@pytest.mark.parametrize(
    ("listens", "sources", "fits"),
    [(True, [], True), (False, [PULLED], True), (False, [POSTS], False), (False, [], False)],
)
def test_a_server_alone_listens_or_fetches(tmp_path: Path, listens: bool, sources: list[Any], fits: bool) -> None:
    settings = settings_of(tmp_path, listen="127.0.0.1:8480" if listens else None, sources=sources)
    if fits:
        check_server(settings)
    else:
        with pytest.raises(ConfigurationError, match=r"^ingest.listen is not set, and no source has pull; name the"):
            check_server(settings)


def test_a_server_alone_asks_for_sources_that_can_be_told_apart_and_vendors_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        check_server(settings_of(tmp_path, sources=[POSTS | {"vendor": "nobody"}]))
