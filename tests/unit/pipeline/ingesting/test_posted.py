"""What of other readers' messages is taken, fetched and processed: by which configuration, and until which end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ingest.inbox_place import INBOX_FILE
from pipeline.cameras import added as added_module
from pipeline.cameras.added import AddedCamerasStage
from pipeline.health.board import HealthBoard
from pipeline.ingesting import posted
from pipeline.ingesting.posted import PostedReads
from pipeline.ingesting.pushed import NothingPushed
from schemas.errors import InvalidInput
from schemas.settings import ImageFolderCamera, PushCamera, Settings
from tests.unit.alerts.samples import sample_read

NOTHING: Any = None
SOURCE = {"id": "gate", "vendor": "axis", "token_sha256": "0" * 64}


@dataclass
class Parts:
    """Stands where the stages and their runner are: notes what is started, told and ended."""

    told: list[Any] = field(default_factory=list)
    alive: bool = True
    name: str = ""

    def start(self, stages: Sequence[Any], *, watched: bool = False) -> list[Any]:
        self.told.append((f"starts {' '.join(stage.name for stage in stages)}", watched))
        return [SimpleNamespace(name=stage.name, is_alive=lambda: self.alive) for stage in stages]

    def join(self, threads: Sequence[Any]) -> None:
        self.told.append(f"waits for {' '.join(thread.name for thread in threads)}")

    def stage(self, name: str) -> Any:
        return SimpleNamespace(
            name=name,
            board=None,
            take_anew=lambda settings: self.told.append(f"{name} takes {len(settings.ingest.sources)}"),
            refuse=lambda read, reason: self.told.append(f"refused: {reason}"),
            close=lambda: self.told.append(f"{name} closes"),
        )

    def pulled(self) -> Any:
        return SimpleNamespace(
            take=lambda settings: self.told.append(f"fetches {len(settings.ingest.sources)}"),
            drop=lambda settings: self.told.append(f"drops to {len(settings.ingest.sources)}"),
            stop=lambda: self.told.append("fetches no more"),
            close=lambda: self.told.append("fetching closes"),
        )


@dataclass
class Site:
    """What is posted to a data directory, with everything around it in memory."""

    monkeypatch: pytest.MonkeyPatch
    folder: Path
    parts: Parts = field(default_factory=Parts)
    board: HealthBoard = field(default_factory=lambda: HealthBoard("here"))
    servers: list[tuple[Any, Any]] = field(default_factory=list)
    inboxes: list[Settings] = field(default_factory=list)

    def settings(self, *, listens: bool, sources: int = 0) -> Settings:
        given = {"sources": [SOURCE | {"id": f"gate-{number}"} for number in range(sources)]}
        listen = {"listen": "127.0.0.1:8480"} if listens else {}
        return Settings.model_validate({"data_dir": self.folder, "ingest": given | listen})

    def make(self, settings: Settings, *, until_done: bool = False) -> PostedReads:
        def serve(made_by: Settings, takers: Any, cars: Any) -> Any:
            assert takers is dict
            self.servers.append((self.parts.stage("server"), (made_by, cars)))
            return self.servers[-1][0]

        def pulled(runner: Any, board: Any, leadership: Any) -> Any:
            assert (runner, board, leadership) == (self.parts, self.board, "leadership")
            return self.parts.pulled()

        def inbox(settings: Settings) -> Any:
            self.inboxes.append(settings)
            return self.parts.stage("inbox")

        self.monkeypatch.setattr(posted, "ServerStage", serve)
        self.monkeypatch.setattr(posted, "PulledSources", pulled)
        mine: Any = self.parts
        cars, lead = cast(Any, "cars"), cast(Any, "leadership")
        return PostedReads(settings, inbox, self.board, mine, lead, dict, cars, until_done=until_done)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    return Site(monkeypatch, tmp_path)


@pytest.mark.parametrize(
    ("listens", "sources", "was_used", "until_done", "begun"),
    [
        (False, 0, False, False, []),
        (False, 0, True, False, [("starts inbox", True), "fetches 0"]),
        (False, 2, False, False, [("starts inbox", True), "fetches 2"]),
        (True, 0, False, False, [("starts inbox", True), ("starts server", False), "fetches 0"]),
        (True, 1, False, False, [("starts inbox", True), ("starts server", False), "fetches 1"]),
        # What empties the inbox ends then, and nothing new is let in.
        (True, 1, False, True, [("starts inbox", False)]),
        (False, 0, True, True, [("starts inbox", False)]),
    ],
)
def test_what_begins_is_what_there_is_something_to_do_for(
    site: Site, listens: bool, sources: int, was_used: bool, until_done: bool, begun: list[Any]
) -> None:
    if was_used:
        (site.folder / INBOX_FILE).parent.mkdir(parents=True)
        (site.folder / INBOX_FILE).touch()
    settings = site.settings(listens=listens, sources=sources)
    own = site.make(settings, until_done=until_done)
    own.start()
    assert site.parts.told == begun
    assert own.is_alive is bool(begun)
    assert site.inboxes == ([settings] if begun else [])
    for server, given in site.servers:
        assert (server.board, given) == (site.board, (settings, "cars"))


def test_what_ends_before_what_begins_is_known_where_messages_are_understood(site: Site) -> None:
    own = site.make(site.settings(listens=True, sources=1))
    own.start()
    site.parts.told.clear()
    own.take_anew(cast(Any, SimpleNamespace(settings=site.settings(listens=True, sources=3))))
    assert site.parts.told == ["drops to 3", "inbox takes 3", "server takes 3", "fetches 3"]
    site.parts.told.clear()
    site.parts.alive = False
    assert not own.is_alive
    own.refuse(sample_read(1), "a value does not fit")
    own.wind_down(is_stopped=False)
    own.close()
    assert site.parts.told == [
        *("refused: a value does not fit", "fetches no more", "fetching closes"),
        *("waits for server inbox", "inbox closes"),
    ]


def test_the_first_source_that_comes_while_a_run_goes_on_begins_it(site: Site) -> None:
    own = site.make(site.settings(listens=False))
    own.start()
    read = sample_read(1)
    with pytest.raises(InvalidInput, match=f"^read {read.read_id} of camera gate: a value does not fit$"):
        own.refuse(read, "a value does not fit")
    own.take_anew(cast(Any, SimpleNamespace(settings=site.settings(listens=False, sources=1))))
    assert site.parts.told == [("starts inbox", True), "fetches 1"]


def test_a_run_until_all_is_done_takes_other_sources_and_fetches_none(site: Site) -> None:
    own = site.make(site.settings(listens=True, sources=1), until_done=True)
    own.start()
    site.parts.told.clear()
    own.take_anew(cast(Any, SimpleNamespace(settings=site.settings(listens=True, sources=2))))
    assert site.parts.told == ["drops to 2", "inbox takes 2"]


def test_what_a_camera_pushes_is_not_taken_by_a_run_that_ends_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stage = NothingPushed(PushCamera(id="pole"))
    stage.run(threading.Event())
    said = "stage camera-pole: what it posts is not taken by a run that ends by itself"
    assert (stage.name, caplog.messages) == ("camera-pole", [said])


def test_cameras_that_people_added_are_read_by_the_run_that_leads(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate = ImageFolderCamera(id="gate", path=Path("/srv/gate"))
    known: list[Any] = []
    leads, resigned = [True], list[str]()
    leadership = SimpleNamespace(lead=lambda name: leads[0], resign=resigned.append)
    monkeypatch.setattr(added_module, "added_cameras", lambda _: list(known))
    monkeypatch.setattr(added_module, "all_cameras", lambda own, others: (*own, *others))
    stage = AddedCamerasStage([gate], NOTHING, cast(Any, leadership))

    def look() -> bool:
        stage.changed.clear()
        assert stage.step(threading.Event()) == added_module.LOOK_SECONDS
        return stage.changed.is_set()

    pole, double, broken = (
        SimpleNamespace(camera_id=name, problem=problem)
        for name, problem in (("pole", None), ("gate", None), ("yard", "its address cannot be used"))
    )
    assert not look()
    known += [pole, double, broken]
    assert look()
    assert not look()
    assert stage.cameras() == cast(Any, (gate, pole, double, broken))
    twice = (
        "camera gate was added and stands in the configuration, which counts; remove the added one: platewatch camera "
        "remove gate"
    )
    assert caplog.messages == ["camera yard: its address cannot be used", twice]
    # Once the configuration has none of that name any more nothing is said of it.
    stage.beside(Settings())
    stage.accept()
    assert (stage.configured, len(caplog.messages)) == ((), 2)
    leads[0] = False
    assert look()
    assert stage.cameras() == ()
    stage.end()
    assert resigned == ["added-cameras"]
