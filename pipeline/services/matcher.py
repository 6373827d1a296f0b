"""`platewatch matcher`: a member of the group that matches, settles and stores the reads of other machines."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Sequence

from operations.actors import service_actor
from operations.settings import note_settings
from pipeline.alerting.numbering import NumberingStage
from pipeline.broker import BrokerAddress
from pipeline.counters import Counters, RunTotals
from pipeline.health.board import HealthBoard
from pipeline.health.stage import HealthStage
from pipeline.lists.garbage import many_reads
from pipeline.lists.stored import matcher_of
from pipeline.metrics.collector import RunCollector
from pipeline.published.taking import QUEUE_LENGTH, ReadsTopicStage
from pipeline.recording.pace import TOPIC
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Recorder
from pipeline.reloading import Reload, check_broker, check_everywhere
from pipeline.running.frame import Frame
from pipeline.running.part import Part, Stages
from pipeline.running.probing import answers
from pipeline.running.takeover import TakeOver
from pipeline.stages.runner import Runner, any_alive
from schemas.settings import Settings
from services.service_manager import ServiceManager
from storage.alerts.alarms import Alarms
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.leadership import Leadership

log = logging.getLogger(__name__)

NAME = "matcher"

TRUSTS_SECONDS = 1.0
"""See `Database.trusts_seconds`."""


class TakenReads(Part):
    """The stage that takes reads from the topic, with its last commit when everything is recorded.

    Args:
        runner: Runs it.
        stage: The stage.
    """

    def __init__(self, runner: Runner, stage: ReadsTopicStage) -> None:
        self._runner = runner
        self._stage = stage
        self._threads: list[threading.Thread] = []

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._threads

    @property
    def is_alive(self) -> bool:
        """Whether more may come."""
        return any_alive(self._threads)

    def start(self) -> None:
        """Begin to take reads."""
        self._threads = self._runner.start([self._stage], watched=True)

    def close(self) -> None:
        """Commit what was recorded, and leave the group."""
        self._stage.finish()


class MatcherService:
    """Runs one member until it is stopped.

    Args:
        settings: The configuration.
        database: The open database, the same one for all members.
        kafka: Gives the broker of the topic.
        manager: Told of when it is ready, and that it goes on; None: nobody is.
        reload: How it is told to take its configuration anew; None: it is not.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        kafka: BrokerAddress,
        manager: ServiceManager | None = None,
        reload: Reload | None = None,
    ) -> None:
        self.counters = Counters()
        self._settings = settings
        self._database = database
        self._kafka = kafka
        self._manager = manager or ServiceManager(None)
        self._reload = reload
        self._topic: ReadsTopicStage | None = None
        self._matcher = matcher_of(database, settings)
        self._board = self._matcher.board = HealthBoard(socket.gethostname())

    @property
    def entries(self) -> int:
        """How many hotlist entries it matches against now."""
        return self._matcher.size

    @property
    def partitions(self) -> frozenset[int]:
        """Which partitions of the topic it has now."""
        return frozenset() if self._topic is None else self._topic.partitions

    def run(self, stop: threading.Event) -> RunTotals:
        """Take, match and store reads until `stop` is set.

        Args:
            stop: Set it (from a signal handler) for a clean shutdown.

        Returns:
            The totals.

        Raises:
            PlatewatchError: A stage ended with an error that a person has to look at.
        """
        self._matcher.refresh(force=True)
        log.info("matching against %d hotlist entries", self._matcher.size)
        # It was good until here, so what it refuses from now on is for a while.
        self._database.outlasts_refusals = True
        # Every stage here tries again; asking before each statement doubles what a small batch waits for.
        self._database.trusts_seconds = TRUSTS_SECONDS
        runner = Runner(stop)
        collector = RunCollector(self.counters, self._board, lambda: self._matcher.size)
        with (
            many_reads(),
            Leadership(self._database) as leadership,
            answers(self._settings.metrics, collector, runner, self._board),
        ):
            self._frame(runner, leadership, stop).run(stop)
        return self.counters.totals()

    def _frame(self, runner: Runner, leadership: Leadership, stop: threading.Event) -> Frame:
        settings, database, board = self._settings, self._database, self._board
        takeover = TakeOver(settings, board, fits=check_matcher, accept=database.take_over, note=self._note)
        arrivals = ArrivalQueue(stop, QUEUE_LENGTH)
        topic = self._topic = ReadsTopicStage(settings, database, self._kafka, arrivals, self.counters, board)
        taken = TakenReads(runner, topic)
        recorder = Recorder(
            settings,
            Ledger(database),
            Alarms(database, settings.agency_id, settings.alarm_topic),
            self._matcher,
            arrivals,
            lambda: stop.is_set() and not taken.is_alive,
            self.counters,
            board=board,
            pace=TOPIC,
            fetches=True,
            refused=topic.refuse,
        )
        recording = Stages(runner, [recorder], watched=True)
        numbering = NumberingStage(database, leadership)
        numbering.board = board
        parts: list[Part] = [
            Stages(runner, [self._matcher], watched=True),
            Stages(runner, [numbering]),
            taken,
            recording,
        ]
        return Frame(
            runner,
            parts,
            work=recording,
            telling=HealthStage(
                board,
                lambda: takeover.settings,
                database,
                lambda: takeover.reloaded,
                service=NAME,
                watches_cameras=False,
            ),
            takeover=takeover,
            manager=self._manager,
            reload=self._reload,
            in_words=self._in_words,
        )

    def _note(self, settings: Settings) -> None:
        note_settings(service_actor(NAME, settings), self._database, settings, NAME)

    def _in_words(self, settings: Settings) -> str:
        return f"topic {settings.kafka.reads_topic}, {self._matcher.size} hotlist entries"


def check_matcher(settings: Settings) -> None:
    """Find what a member would refuse to start with.

    Raises:
        ConfigurationError: It cannot be used.
    """
    check_everywhere(settings)
    check_broker(settings, NAME)
