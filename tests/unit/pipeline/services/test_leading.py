"""What one of several processes has to do is done: every stage is among them, leads, and says how it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from pipeline.health.board import HealthBoard
from pipeline.services.leading import leading_stages, upkeep_stages
from pipeline.stages.stage import SteppedStage
from schemas.settings import Settings

LEADERSHIP = cast(Any, object())
NOTHING = cast(Any, None)


def names(stages: Any, board: HealthBoard) -> list[str]:
    for stage in stages:
        assert isinstance(stage, SteppedStage)
        assert stage.board is board
        assert stage._leadership is LEADERSHIP
    return [stage.name for stage in stages]


def test_nothing_that_looks_after_alerts_lists_law_and_audit_is_left_out(tmp_path: Path) -> None:
    settings, board = Settings(data_dir=tmp_path), HealthBoard("here")
    leading = names(leading_stages(settings, NOTHING, LEADERSHIP, board), board)
    assert leading == ["cancellations", "historical", "storms", "sharing", "returning", "car-answers"]
    upkeep = names(upkeep_stages(settings, NOTHING, LEADERSHIP, board), board)
    assert upkeep == ["list-ages", "upkeep", "journal", "duties", "sealing"]


@pytest.mark.parametrize("shares", [True, False])
def test_pictures_that_come_before_their_reads_are_known_to_be_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shares: bool
) -> None:
    told: list[bool] = []
    monkeypatch.setattr("pipeline.upkeep.StrayPictures", lambda *_, is_shared: told.append(is_shared))
    upkeep_stages(Settings(data_dir=tmp_path), NOTHING, LEADERSHIP, HealthBoard("here"), shares_pictures=shares)
    assert told == [shares]
