"""All sources of a process that are fetched, each a stage of its own, exchanged when the configuration changes."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.health.board import HealthBoard
from pipeline.ingesting.pulling import PullStage, pull_name
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner
from schemas.events import AlarmKind
from schemas.settings import IngestSource, Settings
from storage.leadership import Leadership

END_SECONDS = 5.0


class PulledSources:
    """Starts, exchanges and ends them. For one thread.

    Args:
        runner: Runs the stages.
        board: Told how the sources do; None: nobody is.
        leadership: As `PullStage`.
    """

    def __init__(self, runner: Runner, board: HealthBoard | None = None, leadership: Leadership | None = None) -> None:
        self._runner = runner
        self._board = board
        self._leadership = leadership
        # Daemons: a device that does not answer must not keep a stopped run alive.
        self._group = StageGroup(runner, daemon=True, watched=True)
        self._fetched: Mapping[str, tuple[IngestSource, object]] = {}

    def take(self, settings: Settings) -> None:
        """Fetch the sources of a configuration: those that are gone or changed end, others begin.

        Args:
            settings: The configuration.
        """
        self.drop(settings)
        wanted = _wanted(settings)
        started = [source for name, (source, _) in wanted.items() if name not in self._fetched]
        self._group.start([PullStage(source, settings, self._board, self._leadership) for source in started])
        self._fetched = wanted

    def drop(self, settings: Settings) -> None:
        """End the sources that a configuration has not any more, or has otherwise.

        Args:
            settings: The configuration.
        """
        wanted = _wanted(settings)
        gone = [name for name, one in self._fetched.items() if wanted.get(name) != one]
        self._group.end([pull_name(name) for name in gone], END_SECONDS)
        for name in gone:
            if name not in wanted and self._board is not None:
                self._board.cleared(AlarmKind.CAMERA_FAILED, name)
        self._fetched = {name: one for name, one in self._fetched.items() if name not in gone}

    def stop(self) -> None:
        """Tell all of them to end, without waiting."""
        self._group.stop()

    def close(self) -> None:
        """End all of them, and wait for that."""
        self._group.stop()
        self._runner.join(self._group.threads, END_SECONDS)


def _wanted(settings: Settings) -> dict[str, tuple[IngestSource, object]]:
    """Return the sources that are fetched, each with what its stage takes of the configuration besides."""
    more = (settings.time_zone, settings.ingest.max_body_megabytes)
    return {source.id: (source, more) for source in settings.ingest.sources if source.pull is not None}
