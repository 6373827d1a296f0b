"""Another configuration is taken over whole or not at all, and stands in the audit once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.health.board import HealthBoard
from pipeline.reloading import Difference
from pipeline.running import takeover
from pipeline.running.part import Part
from pipeline.running.takeover import TakeOver
from schemas.errors import ConfigurationError, DatabaseUnavailable
from schemas.events import AlarmKind
from schemas.health import Reloaded
from schemas.settings import ImageFolderCamera, Settings

WRITE_DOWN_SECONDS = 5.0

GATE, EAST = (ImageFolderCamera(id=name, path=Path(f"/srv/{name}")) for name in ("gate", "east"))
BEFORE, AFTER = Settings(cameras=(GATE,)), Settings(cameras=(EAST,), log_level="DEBUG")


class Taking(Part):
    """A part that notes what it was told."""

    def __init__(self, name: str, told: list[tuple[str, Difference]]) -> None:
        self._name, self._told = name, told

    def take_anew(self, change: Difference) -> None:
        self._told.append((self._name, change))


@dataclass
class Taken:
    """A configuration in force, and what happened to it."""

    refuses: Exception | None = None
    accepts: Exception | None = None
    noting: Exception | None = None
    fitted: list[Settings] = field(default_factory=list)
    accepted: list[Settings] = field(default_factory=list)
    noted: list[Settings] = field(default_factory=list)
    told: list[tuple[str, Difference]] = field(default_factory=list)
    board: HealthBoard = field(default_factory=lambda: HealthBoard("here"))
    now: float = 1000.0

    def make(self, monkeypatch: pytest.MonkeyPatch, **more: Any) -> TakeOver:
        monkeypatch.setattr(takeover, "time", SimpleNamespace(monotonic=lambda: self.now))
        return TakeOver(BEFORE, self.board, fits=self._fits, accept=self._accept, note=self._note, **more)

    @property
    def parts(self) -> list[Part]:
        return [Taking("first", self.told), Taking("second", self.told)]

    def _fits(self, settings: Settings) -> None:
        self.fitted.append(settings)
        if self.refuses is not None:
            raise self.refuses

    def _accept(self, settings: Settings) -> None:
        self.accepted.append(settings)
        if self.accepts is not None:
            raise self.accepts

    def _note(self, settings: Settings) -> None:
        self.noted.append(settings)
        if self.noting is not None:
            raise self.noting

    def alarms(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while (change := self.board.next_change()) is not None:
            self.board.stored(change)
            assert change.kind is AlarmKind.CONFIGURATION
            found.pop(change.subject, None)
            if change.message is not None:
                found[change.subject] = change.message
        return found


@pytest.fixture
def taken() -> Taken:
    return Taken()


def test_what_fits_is_told_to_each_part_in_order_and_noted_once(
    taken: Taken, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.running.takeover")
    one = taken.make(monkeypatch, in_words=lambda change: "cameras change")
    assert one.take_anew(lambda: AFTER, taken.parts)
    assert taken.fitted == [AFTER]
    assert [name for name, _ in taken.told] == ["first", "second"]
    change = taken.told[0][1]
    assert (change.cameras, change.gone_cameras, change.needs_restart) == ((EAST,), ("gate",), ("log_level",))
    assert one.settings == change.settings == taken.accepted[0]
    assert one.settings.log_level == "INFO"  # counts only after a restart
    assert (one.reloaded.needs_restart, one.reloaded.at is not None) == (("log_level",), True)
    assert caplog.messages == [
        "the configuration was taken anew: cameras change",
        "changed settings that count only after a restart: log_level",
    ]
    one.write_down()
    one.write_down()
    assert taken.noted == [one.settings]


@pytest.mark.parametrize("where", ["load", "fits", "accept"])
def test_one_that_does_not_fit_changes_nothing_and_stands_as_an_alarm_until_one_does(
    taken: Taken, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    one = taken.make(monkeypatch)
    error = ConfigurationError("line 3: unknown key")
    taken.refuses = error if where == "fits" else None
    taken.accepts = error if where == "accept" else None

    def load() -> Settings:
        if where == "load":
            raise error
        return AFTER

    assert not one.take_anew(load, taken.parts)
    assert (one.settings, one.reloaded, taken.told) == (BEFORE, Reloaded(), [])
    said = "the configuration is not taken over, and the one before stays in force: line 3: unknown key"
    assert taken.alarms() == {"here": said}
    one.write_down()
    assert taken.noted == []
    taken.refuses = taken.accepts = None
    assert one.take_anew(lambda: AFTER, taken.parts)
    assert taken.alarms() == {}


def test_added_cameras_have_an_alarm_of_their_own_and_the_file_keeps_its(
    taken: Taken, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = taken.make(monkeypatch)
    taken.refuses = ConfigurationError("no")
    one.take_anew(lambda: AFTER, taken.parts)
    taken.accepts = ConfigurationError("the camera is in use")
    assert not one.take_cameras(lambda: (GATE, EAST), taken.parts)
    said = "added cameras are not taken over, and those before stay in force: the camera is in use"
    assert taken.alarms() == {
        "here": "the configuration is not taken over, and the one before stays in force: no",
        "added cameras on here": said,
    }
    # Whether they fit a start is not asked: they came from no file.
    fitted, taken.accepts = len(taken.fitted), None
    assert one.take_cameras(lambda: (GATE, EAST), taken.parts)
    assert len(taken.fitted) == fitted
    assert taken.board.stands(AlarmKind.CONFIGURATION, "here")
    assert not taken.board.stands(AlarmKind.CONFIGURATION, "added cameras on here")
    assert one.settings == BEFORE.model_copy(update={"cameras": (GATE, EAST)})
    assert [change.cameras for _, change in taken.told] == [(EAST,), (EAST,)]
    # The audit has them already, and what needs a restart is what needed it before.
    one.write_down()
    assert (taken.noted, one.reloaded) == ([], Reloaded())
    assert "restart" not in caplog.text


def test_the_audit_is_written_once_the_database_takes_it(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    one = taken.make(monkeypatch)
    one.write_down()
    one.take_anew(lambda: AFTER, taken.parts)
    taken.noting = DatabaseUnavailable("down")
    tries = []
    for later in (0.0, WRITE_DOWN_SECONDS - 0.1, 0.1):
        taken.now += later
        before = len(taken.noted)
        one.write_down()
        tries.append(len(taken.noted) - before)
    assert tries == [1, 0, 1]
    taken.noting = None
    taken.now += WRITE_DOWN_SECONDS
    one.write_down()
    taken.now += WRITE_DOWN_SECONDS
    one.write_down()
    assert len(taken.noted) == 3


def test_a_new_configuration_does_not_wait_for_the_pause_of_the_one_before(
    taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = taken.make(monkeypatch)
    one.take_anew(lambda: AFTER, taken.parts)
    taken.noting = DatabaseUnavailable("down")
    one.write_down()
    taken.noting = None
    one.take_anew(lambda: BEFORE, taken.parts)
    one.write_down()
    assert [settings.cameras for settings in taken.noted] == [(EAST,), (GATE,)]


def test_a_start_ends_the_alarms_of_the_one_before(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    taken.make(monkeypatch).begin()
    found = []
    while (change := taken.board.next_change()) is not None:
        taken.board.stored(change)
        found.append((change.kind, change.subject, change.message))
    kind = AlarmKind.CONFIGURATION
    assert found == [(kind, "here", None), (kind, "added cameras on here", None)]
