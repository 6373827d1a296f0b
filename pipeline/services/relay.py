"""`platewatch relay`: all about stored alerts that one of several processes leads, without cameras and models."""

from __future__ import annotations

import socket
import threading

from operations.actors import service_actor
from operations.settings import note_settings
from pipeline.alerting.channels import Channels
from pipeline.alerting.publishing import Publishing
from pipeline.broker import BrokerAddress
from pipeline.counters import Counters
from pipeline.feeds.configured import Feeds
from pipeline.health.board import HealthBoard
from pipeline.health.stage import HealthStage
from pipeline.metrics.collector import RunCollector
from pipeline.reloading import Difference, Reload, check_broker, check_everywhere
from pipeline.running.frame import Frame
from pipeline.running.part import Part, Stages
from pipeline.running.probing import answers
from pipeline.running.takeover import TakeOver
from pipeline.services.leading import leading_stages, upkeep_stages
from pipeline.stages.runner import Runner
from schemas.settings import Settings
from services.service_manager import ServiceManager
from storage.database import Database
from storage.leadership import Leadership

NAME = "relay"


class RelayService:
    """Publishes the outbox and does what else one process leads. Several stand by for one another.

    Args:
        settings: The configuration.
        database: The open database.
        kafka: Gives where to publish (see `open_broker`).
        manager: Told of when the service is ready, and that it goes on.
        reload: How it is told to take its configuration anew.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        kafka: BrokerAddress | None,
        manager: ServiceManager,
        reload: Reload,
    ) -> None:
        self._settings = settings
        self._database = database
        self._kafka = kafka
        self._manager = manager
        self._reload = reload
        self._board = HealthBoard(socket.gethostname())

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set.

        Raises:
            PlatewatchError: A stage ended with an error that a person has to look at.
        """
        # It was good until here, so what it refuses from now on is for a while.
        self._database.outlasts_refusals = True
        runner = Runner(stop)
        collector = RunCollector(Counters(), self._board)
        with (
            Leadership(self._database) as leadership,
            answers(self._settings.metrics, collector, runner, self._board),
        ):
            self._frame(runner, leadership).run(stop)

    def _frame(self, runner: Runner, leadership: Leadership) -> Frame:
        settings, database, board = self._settings, self._database, self._board
        takeover = TakeOver(
            settings, board, fits=check_relay, accept=database.take_over, note=self._note, in_words=_change_in_words
        )
        leading = [*leading_stages(settings, database, leadership, board)]
        leading += upkeep_stages(settings, database, leadership, board, shares_pictures=True)
        parts: list[Part] = [
            Stages(runner, leading),
            Publishing(settings, database, self._kafka, leadership, board, runner),
            Feeds(settings, database, leadership, runner),
            Channels(settings, database, leadership, board, runner),
        ]
        telling = HealthStage(
            board,
            lambda: takeover.settings,
            database,
            lambda: takeover.reloaded,
            service=NAME,
            # Whoever has the cameras judges them.
            watches_cameras=False,
        )
        return Frame(
            runner,
            parts,
            work=None,
            telling=telling,
            takeover=takeover,
            manager=self._manager,
            reload=self._reload,
            in_words=_in_words,
        )

    def _note(self, settings: Settings) -> None:
        note_settings(service_actor(NAME, settings), self._database, settings, NAME)


def check_relay(settings: Settings) -> None:
    """Find what the relay would refuse to start with.

    Raises:
        ConfigurationError: It cannot be used.
    """
    check_everywhere(settings)
    check_broker(settings, NAME)


def _in_words(settings: Settings) -> str:
    return f"{len(settings.hotlists.feeds)} feeds, {len(settings.alerts.channels)} channels"


def _change_in_words(change: Difference) -> str:
    gone = ", ".join(change.gone_feeds) or "none"
    feeds = f"feeds started: {', '.join(feed.name for feed in change.feeds) or 'none'}; ended: {gone}"
    return f"{feeds}; {change.channels_in_words()}"
