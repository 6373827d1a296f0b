"""What one process does again and again: the journal of ends, the law's duties, and the seal of the audit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline import duties, journal, sealing
from pipeline.journal import JournalStage
from pipeline.stages.stage import SteppedStage
from schemas.errors import TransientError
from schemas.settings import Settings

STOP = threading.Event()
DATABASE: Any = object()


@dataclass
class Beside:
    """Stands where the database and the journal's file are: what has ended, and what was written when."""

    known: str = "nothing"
    fails: OSError | None = None
    written: list[tuple[float, Any, Any]] = field(default_factory=list)
    now: float = 1000.0

    def stage(self, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> JournalStage:
        def known_ends(database: Any) -> str:
            assert database is DATABASE
            return self.known

        def journal_of(asked: Settings, known: str) -> str:
            assert asked is settings
            return f"journal of {known}"

        monkeypatch.setattr(journal, "known_ends", known_ends)
        monkeypatch.setattr(journal, "journal_of", journal_of)
        monkeypatch.setattr(journal, "journal_path", lambda asked: asked.data_dir / "ends")
        monkeypatch.setattr(journal, "write_journal", self._write)
        monkeypatch.setattr(journal, "time", SimpleNamespace(monotonic=lambda: self.now))
        return JournalStage(DATABASE, settings)

    def _write(self, path: Path, document: str) -> None:
        if self.fails is not None:
            raise self.fails
        self.written.append((self.now, path, document))


def test_the_journal_is_written_when_something_ended_and_now_and_then_besides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside, path = Beside(), tmp_path / "ends"
    stage = beside.stage(monkeypatch, Settings(data_dir=tmp_path))
    last = 1610.0  # ten minutes after the one before
    for beside.now, beside.known in (
        (1000.0, "nothing"),  # of this start: nobody knows what is in the file
        (1005.0, "nothing"),
        (1010.0, "a hit"),
        (1015.0, "a hit"),
        (last - 0.1, "a hit"),
        (last, "a hit"),
        (last + 0.1, "a hit"),
    ):
        assert stage.step(STOP) == 5.0
    assert beside.written == [
        (1000.0, path, "journal of nothing"),
        (1010.0, path, "journal of a hit"),
        (last, path, "journal of a hit"),
    ]


def test_a_journal_that_cannot_be_written_is_an_outage_and_is_written_once_it_can(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beside = Beside()
    stage = beside.stage(monkeypatch, Settings(data_dir=tmp_path))
    beside.fails = PermissionError(13, "Permission denied")
    for _ in range(2):
        with pytest.raises(TransientError) as raised:
            stage.step(STOP)
        assert str(raised.value) == (
            f"{tmp_path / 'ends'}: cannot be written (Permission denied); correct backup.journal or its permissions"
        )
    beside.fails = None
    stage.step(STOP)
    assert [document for _, _, document in beside.written] == ["journal of nothing"]


@pytest.mark.parametrize(
    ("module", "asked", "make", "pause"),
    [
        (duties, "check_audits", duties.DutiesStage, 60.0),
        (sealing, "seal_audit", sealing.SealingStage, 10.0),
    ],
    ids=["duties", "sealing"],
)
def test_duties_are_looked_at_and_the_audit_is_sealed_step_by_step(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    module: Any,
    asked: str,
    make: Callable[..., SteppedStage],
    pause: float,
) -> None:
    done: list[tuple[object, ...]] = []
    settings, leadership = Settings(data_dir=tmp_path), cast(Any, object())
    monkeypatch.setattr(module, asked, lambda *given: done.append(given))
    stage = make(DATABASE, settings, leadership)
    assert done == []
    assert stage.step(STOP) == pause
    assert done == [(DATABASE, settings)]
    assert stage._leadership is leadership
