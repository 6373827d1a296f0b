"""What a service answers to whoever watches it: whether it goes on at all, and whether it can do its work."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from pipeline.health.board import HealthBoard
from pipeline.metrics.server import Probes
from pipeline.running import probing
from schemas.events import AlarmKind
from schemas.settings import MetricsSettings

COLLECTOR: Any = object()


@dataclass
class Stages:
    """Stands for what runs the stages: which of them are silent, by how many seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    is_under_way: bool = True

    def silent(self, limit: float) -> list[str]:
        return [name for name, seconds in self.seconds.items() if seconds > limit]


def probes_of(monkeypatch: pytest.MonkeyPatch, stages: Stages, board: HealthBoard) -> Probes:
    made: list[tuple[Any, ...]] = []

    def serve(*given: Any) -> contextlib.AbstractContextManager[object]:
        made.append(given)
        return contextlib.nullcontext()

    monkeypatch.setattr(probing, "MetricsServer", serve)
    settings = MetricsSettings(listen="127.0.0.1:9464")
    probing.answers(settings, COLLECTOR, cast(Any, stages), board)
    ((told_settings, collector, probes),) = made
    assert (told_settings, collector) == (settings, COLLECTOR)
    return cast(Probes, probes)


def test_without_an_address_nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(probing, "MetricsServer")
    with probing.answers(MetricsSettings(), COLLECTOR, cast(Any, Stages()), HealthBoard("here")):
        pass


def test_each_thing_that_is_wrong_is_said_and_only_a_hang_means_that_it_does_not_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stages, board = Stages(), HealthBoard("here")
    probes = probes_of(monkeypatch, stages, board)
    assert (probes.live(), probes.ready()) == ([], [])
    board.raised(AlarmKind.BROKER, "here", "away")  # an alarm, and its stage says that it is in trouble
    board.stage_fails("relay", "no broker answers")
    assert (probes.live(), probes.ready()) == ([], ["relay: no broker answers"])
    board.raised(AlarmKind.DATABASE, "here", "away")
    assert (probes.live(), probes.ready()) == ([], ["relay: no broker answers", "database"])
    stages.is_under_way = False
    stages.seconds = {"recorder": 180.1, "matcher": 180.0}
    hangs = ["recorder shows no life"]
    assert (probes.live(), probes.ready()) == (
        hangs,
        [*hangs, "relay: no broker answers", "database", "starting"],
    )
    board.cleared(AlarmKind.DATABASE, "here")
    board.stage_works("relay")
    assert probes.ready() == [*hangs, "starting"]
