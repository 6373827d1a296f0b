"""What a running service answers to whoever watches it."""

from __future__ import annotations

import contextlib

from prometheus_client.registry import Collector

from pipeline.health.board import HealthBoard
from pipeline.metrics.server import MetricsServer, Probes
from pipeline.stages.runner import Runner
from schemas.events import AlarmKind
from schemas.settings import MetricsSettings

SILENT_SECONDS = 180.0
"""A part of a service that shows no life for so long hangs; the units in deploy/ have the same for their watchdog."""


def answers(
    settings: MetricsSettings, collector: Collector, runner: Runner, board: HealthBoard
) -> contextlib.AbstractContextManager[object]:
    """Return the context in which metrics and probes are answered; one that does nothing without an address.

    Args:
        settings: Where to listen, and who may ask.
        collector: Gives what is measured.
        runner: Runs the stages.
        board: Knows how they are.

    Raises:
        ConfigurationError: The address cannot be listened at, or the token cannot be used.
    """
    if settings.listen is None:
        return contextlib.nullcontext()

    def live() -> list[str]:
        return [f"{stage} shows no life" for stage in runner.silent(SILENT_SECONDS)]

    def ready() -> list[str]:
        troubled = [f"{stage.stage}: {stage.problem}" for stage in board.stages()]
        away = [AlarmKind.DATABASE.value] if board.standing()[AlarmKind.DATABASE] else []
        return [*live(), *troubled, *away, *([] if runner.is_under_way else ["starting"])]

    return MetricsServer(settings, collector, Probes(live, ready))
