"""`platewatch recognize`: cameras and other readers on a machine at the edge; their reads go to the broker."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Sequence

from ingest.inbox_place import INBOX_FILE
from pipeline.broker import BrokerAddress
from pipeline.cameras.configured import CameraMaker, Cameras
from pipeline.cameras.positions import follow_positions
from pipeline.counters import Counters, RunTotals
from pipeline.fitting import check_sources
from pipeline.health.board import HealthBoard
from pipeline.health.edge import EdgeHealthStage
from pipeline.ingesting.inbox import InboxStage
from pipeline.ingesting.posted import PostedReads
from pipeline.ingesting.pushed import PushedFrames
from pipeline.metrics.collector import RunCollector
from pipeline.outgoing.ending import EndingStage
from pipeline.outgoing.intake import LiveIntake
from pipeline.outgoing.part import Outgoing
from pipeline.outgoing.prepared import Preparer
from pipeline.outgoing.publishing import PublisherStage
from pipeline.outgoing.stored import StoredReads
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.sending_pictures import PicturesStage
from pipeline.reloading import Reload, check_broker, check_everywhere
from pipeline.running.frame import Frame
from pipeline.running.part import Part, Stages
from pipeline.running.probing import answers
from pipeline.running.takeover import TakeOver
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage
from schemas.errors import ConfigurationError
from schemas.settings import Settings
from services.service_manager import ServiceManager
from storage.spool.spool import Spool

log = logging.getLogger(__name__)

NAME = "recognize"


class RecognizeService:
    """Reads plates and publishes reads until it is stopped or its sources are exhausted; needs no database.

    Args:
        settings: The configuration.
        kafka: Gives where to publish (see `open_broker`).
        manager: Told of when the service is ready, and that it goes on.
        reload: How it is told to take its configuration anew; None: it is not.
    """

    def __init__(
        self, settings: Settings, kafka: BrokerAddress, manager: ServiceManager, reload: Reload | None
    ) -> None:
        self.counters = Counters()
        self._settings = settings
        self._kafka = kafka
        self._manager = manager
        self._reload = reload
        self._board = HealthBoard(socket.gethostname())
        self._pushed = PushedFrames()
        self._pictures = PicturesStage(settings)
        self._pictures.board = self._board

    def run(self, stop: threading.Event, *, until_done: bool = False) -> RunTotals:
        """Run until `stop` is set; with `until_done` also end when every source is read and its reads are published.

        Args:
            stop: Set it (from a signal handler) for a clean shutdown.
            until_done: End by itself when no source has anything left.

        Returns:
            The run's totals; `reads` are passes that the broker has.

        Raises:
            PlatewatchError: A stage ended with an error that a person has to look at; or, with `until_done`, a camera's
                source is missing, after the others were read.
        """
        runner = Runner(stop)
        with StoredReads(self._settings, self._board) as stored:
            stored.put_back()
            collector = RunCollector(self.counters, self._board, outgoing=stored.health)
            with answers(self._settings.metrics, collector, runner, self._board):
                self._frame(runner, stored, stop, until_done=until_done).run(stop)
        return self.counters.totals()

    def _frame(self, runner: Runner, stored: StoredReads, stop: threading.Event, *, until_done: bool) -> Frame:
        settings, board = self._settings, self._board
        takeover = TakeOver(settings, board, fits=check_recognize, accept=check_sources)
        arrivals = ArrivalQueue(stop)
        most_bytes = int(settings.edge.spool_megabytes * (1 << 20))
        live = LiveIntake(stored.intake, Preparer(settings, self.counters, board), most_bytes, board, stop)
        whereabouts, positions = follow_positions(settings, board)
        make = CameraMaker(
            settings,
            stored.items,
            arrivals,
            self.counters,
            board,
            self._pushed,
            live=live,
            until_done=until_done,
            whereabouts=whereabouts,
        )
        cameras = Cameras(settings, runner, board, make, self._pushed)

        def make_inbox(settings: Settings) -> InboxStage:
            stored.unreadable.put_back(inbox := Spool(settings.data_dir / INBOX_FILE))
            inbox.close()
            recall = stored.reported.recall
            return InboxStage(settings, stored.unreadable, recall, arrivals, board, until_done=until_done)

        posted = PostedReads(settings, make_inbox, board, runner, None, self._pushed.takers, until_done=until_done)

        def nothing_comes() -> bool:
            is_over = bool(cameras.threads or until_done or stop.is_set()) and not cameras.are_alive
            return is_over and not posted.is_alive

        publisher = PublisherStage(
            settings,
            self._kafka,
            arrivals,
            stored.outgoing,
            stored.refused,
            Preparer(settings, self.counters, board),
            nothing_comes,
            self.counters,
            board,
            stored.reported.note,
        )
        outgoing = Outgoing(runner, publisher)
        parts: list[Part] = [
            Stages(runner, positions),
            cameras,
            posted,
            outgoing,
            Stages(runner, self._told([EndingStage(settings)])),
            # Daemons: a store that does not answer must not keep a stopped service alive.
            Stages(runner, [self._pictures], at_once=False, daemon=True, left=self._pictures.waiting),
        ]
        telling = EdgeHealthStage(
            board, lambda: takeover.settings, stored.health, lambda: takeover.reloaded, service=NAME
        )
        return Frame(
            runner,
            parts,
            work=outgoing,
            telling=telling,
            takeover=takeover,
            manager=self._manager,
            reload=self._reload,
            in_words=_in_words,
        )

    def _told(self, stages: Sequence[EndingStage]) -> list[Stage]:
        for stage in stages:
            stage.board = self._board
        return list[Stage](stages)


def check_recognize(settings: Settings) -> None:
    """Find what a machine at the edge would refuse to start with.

    Raises:
        ConfigurationError: It cannot be used.
    """
    fetches = any(source.pull is not None for source in settings.ingest.sources)
    if not settings.cameras and settings.ingest.listen is None and not fetches:
        raise ConfigurationError(
            "no cameras are configured, no ingest.listen, and no source with pull; add [[cameras]] with id, type and "
            "path (see README)"
        )
    if settings.images.url is None:
        raise ConfigurationError(
            "images.url is not set; the machines that match and show reads look for their pictures there, so name a "
            "store that all of them reach, like s3://bucket/folder or a folder of a share"
        )
    check_everywhere(settings)
    check_broker(settings, NAME)
    check_sources(settings)


def _in_words(settings: Settings) -> str:
    return f"{len(settings.cameras)} cameras, {len(settings.ingest.sources)} other readers"
