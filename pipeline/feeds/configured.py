"""The feeds that a configuration names: started, exchanged and ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from pipeline.feeds.stages import FeedStage
from pipeline.reloading import Difference
from pipeline.running.part import Part
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner
from schemas.settings import FeedSettings, Settings
from storage.database import Database
from storage.leadership import Leadership


class Feeds(Part):
    """The stages that fetch lists.

    Args:
        settings: The configuration at the start.
        database: The open database.
        leadership: Only one process of several runs a feed.
        runner: Runs them.
    """

    def __init__(self, settings: Settings, database: Database, leadership: Leadership, runner: Runner) -> None:
        self._settings = settings
        self._database = database
        self._leadership = leadership
        # Daemons: a server that does not answer must not keep a stopped service alive.
        self._group = StageGroup(runner, daemon=True)

    @property
    def hurried_threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._group.threads

    def start(self) -> None:
        """Start every feed."""
        self._start(self._settings.hotlists.feeds)

    def take_anew(self, change: Difference) -> None:
        """Exchange the feeds that changed, and have those that go on look now."""
        self._settings = change.settings
        self._group.end(f"feed-{name}" for name in change.gone_feeds)
        self._start(change.feeds, at_once=True)
        for stage in self._group.stages:
            if isinstance(stage, FeedStage):
                stage.hurry()

    def stop(self) -> None:
        """Tell all of them to end, without waiting."""
        self._group.stop()

    def _start(self, feeds: Sequence[FeedSettings], *, at_once: bool = False) -> None:
        self._group.start(
            [FeedStage(feed, self._settings, self._database, self._leadership, at_once=at_once) for feed in feeds]
        )
