"""The server alone: when it is ready, how it takes other settings, and in which order it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.ingesting import alone
from pipeline.ingesting.alone import serve_alone
from pipeline.reloading import Reload
from schemas.errors import ConfigurationError
from schemas.settings import Settings

FETCHED = {"id": "fetched", "vendor": "frigate", "pull": {"kind": "mqtt", "url": "mqtt://10.0.0.3"}}
POSTS = {"id": "gate", "vendor": "axis", "token_sha256": "0" * 64}


def settings_of(folder: Path, *, listens: str | None = "127.0.0.1:8480", sources: Sequence[Any] = (POSTS,)) -> Settings:
    return Settings.model_validate({"data_dir": folder, "ingest": {"listen": listens, "sources": list(sources)}})


@dataclass
class Around:
    """All that is around it, in memory: notes what it is told, and does at each round what a test says."""

    monkeypatch: pytest.MonkeyPatch
    rounds: list[Callable[[], object]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    reloads: list[datetime | None] = field(default_factory=list)
    is_up: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)
    alive: bool = True
    fails: Exception | None = None
    other: Settings | Exception | None = None
    board: Any = None

    def serve(self, settings: Settings) -> None:
        for name in ("Runner", "ServerStage", "PulledSources", "InboxEnd", "Telling"):
            self.monkeypatch.setattr(alone, name, getattr(self, f"make_{name.lower()}"))
        self.monkeypatch.setattr(alone, "TICK_SECONDS", 0.0)
        self.reload = Reload(threading.Event(), self._load)
        serve_alone(settings, self.stop, cast(Any, self), self.reload)

    def _load(self) -> Settings:
        if isinstance(self.other, Exception):
            raise self.other
        assert self.other is not None
        return self.other

    def make_runner(self, stop: threading.Event) -> Any:
        assert stop is self.stop
        self.silent = "what is silent"
        return self

    def start(self, stages: Sequence[Any], *, watched: bool) -> list[Any]:
        assert watched
        self.told.append("serves")
        self.board = stages[0].board
        return [SimpleNamespace(is_alive=lambda: self.alive)]

    def join(self, threads: Sequence[Any]) -> None:
        self.told.append(f"waits for {len(threads)}")

    def check(self) -> None:
        if self.fails is not None:
            raise self.fails

    def make_serverstage(self, settings: Settings) -> Any:
        takes = lambda other: self.told.append(f"server takes {len(other.ingest.sources)}")  # noqa: E731
        return SimpleNamespace(is_up=self.is_up, take_anew=takes, board=None)

    def make_pulledsources(self, runner: Any, board: Any) -> Any:
        self.pulls = board
        return SimpleNamespace(
            take=lambda settings: self.told.append(f"fetching takes {len(settings.ingest.sources)}"),
            close=lambda: self.told.append("fetching closes"),
        )

    def make_inboxend(self, settings: Settings) -> Any:
        return SimpleNamespace(look=self._look)

    def make_telling(self, data_dir: Path, board: Any, stage: Any) -> Any:
        assert board is self.pulls
        self.telling = SimpleNamespace(
            reloaded_at=None,
            tell=lambda: self.reloads.append(self.telling.reloaded_at),
            end=lambda: self.told.append("says nothing more"),
        )
        return self.telling

    def _look(self) -> None:
        assert self.rounds, "it does not end"
        self.rounds.pop(0)()

    def ready(self, status: str) -> None:
        self.told.append(f"ready: {status}")

    def feed(self, silent: Any) -> None:
        assert silent == "what is silent"
        self.told.append("goes on")

    def reloading(self) -> None:
        self.told.append("reloading")

    def reloaded(self, status: str) -> None:
        self.told.append(f"reloaded: {status}")

    def stopping(self) -> None:
        self.told.append("stopping")


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> Around:
    return Around(monkeypatch)


def nothing() -> None:
    pass


ENDS = ["stopping", "fetching closes", "waits for 1", "says nothing more"]


def test_it_is_ready_once_it_serves_and_goes_on_until_it_is_told_to_end(around: Around, tmp_path: Path) -> None:
    around.rounds = [nothing, around.is_up.set, nothing, around.stop.set]
    around.serve(settings_of(tmp_path, sources=[POSTS, FETCHED]))
    status = "listening at 127.0.0.1:8480, 2 sources, 1 of them fetched"
    assert around.told == ["serves", "fetching takes 2", f"ready: {status}", *["goes on"] * 3, *ENDS]
    assert around.board is around.pulls


def test_one_that_only_fetches_is_ready_at_once(around: Around, tmp_path: Path) -> None:
    around.rounds = [around.stop.set]
    around.serve(settings_of(tmp_path, listens=None, sources=[FETCHED]))
    ends = ["stopping", "fetching closes", "waits for 0", "says nothing more"]
    status = "not listening, 1 sources, 1 of them fetched"
    assert around.told == ["fetching takes 1", f"ready: {status}", "goes on", *ends]


def test_a_server_that_ends_by_itself_ends_all_and_its_error_is_raised(around: Around, tmp_path: Path) -> None:
    around.rounds = [lambda: setattr(around, "alive", False)]
    around.fails = ConfigurationError("the address is taken")
    with pytest.raises(ConfigurationError, match="the address is taken"):
        around.serve(settings_of(tmp_path))
    assert around.told == ["serves", "fetching takes 1", *ENDS]
    assert around.stop.is_set()


def test_other_settings_are_taken_whole_or_not_at_all(
    around: Around, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.ingesting.alone")
    around.is_up.set()

    def asks(other: Settings | Exception) -> None:
        around.other = other
        around.reload.asked.set()

    def noted() -> None:
        assert not around.reload.asked.is_set()
        around.told.append("next")

    around.rounds = [
        lambda: asks(ConfigurationError("line 3: unknown key")),
        lambda: asks(settings_of(tmp_path, listens=None)),
        noted,
        lambda: asks(settings_of(tmp_path, sources=[POSTS, FETCHED])),
        noted,
        lambda: asks(settings_of(tmp_path, listens="127.0.0.1:8481")),
        around.stop.set,
    ]
    begun = datetime.now(UTC)
    around.serve(settings_of(tmp_path))
    one, two, other = (
        "listening at 127.0.0.1:8480, 1 sources, 0 of them fetched",
        "listening at 127.0.0.1:8480, 2 sources, 1 of them fetched",
        "listening at 127.0.0.1:8481, 1 sources, 0 of them fetched",
    )
    assert [line for line in around.told if line != "goes on"] == [
        *("serves", "fetching takes 1", f"ready: {one}"),
        *("reloading", f"reloaded: {one}", "reloading", f"reloaded: {one}", "next"),
        *("reloading", "server takes 2", "fetching takes 2", f"reloaded: {two}", "next"),
        *("reloading", "server takes 1", "fetching takes 1", f"reloaded: {other}"),
        *ENDS,
    ]
    kept = "the configuration is not taken over, and the one before stays in force: "
    assert caplog.messages == [
        f"{kept}line 3: unknown key",
        f"{kept}ingest.listen is not set, and no source has pull; name the address and port to listen at, like "
        'listen = "127.0.0.1:8480"',
        f"the configuration was taken anew: {two}",
        "changed settings that count only after a restart: ingest.listen",
        f"the configuration was taken anew: {other}",
    ]
    assert around.reloads[:4] == [None] * 4
    moments = [at for at in around.reloads[4:] if at is not None]
    assert len(moments) == 3
    assert begun <= moments[0] == moments[1] < moments[2] <= datetime.now(UTC)
