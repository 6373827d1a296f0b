"""What numbers alerts, publishes the outbox and answers other agencies, as one part of a service."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from pipeline.alerting.hearing import HearingStage
from pipeline.alerting.numbering import NumberingStage
from pipeline.alerting.queries import QueryStage
from pipeline.alerting.relaying import RelayStage
from pipeline.alerting.rights import RightsStage
from pipeline.broker import BrokerAddress
from pipeline.health.board import HealthBoard
from pipeline.reloading import Difference
from pipeline.running.part import Part
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage, SteppedStage
from schemas.events import AlarmKind
from schemas.settings import Settings
from storage.alerts.numbering import number_alerts
from storage.alerts.outbox import STAGE as RELAY
from storage.alerts.outbox import pending
from storage.database import Database
from storage.leadership import Leadership


class Publishing(Part):
    """The stages `numbering`, `relay`, `queries` and `hearing`; they end last, when everything is recorded.

    Args:
        settings: The configuration at the start.
        database: The open database.
        kafka: Gives where to publish (see `open_broker`), or None to let alerts wait in the outbox.
        leadership: Only one process of several does this.
        board: Told how they are.
        runner: Runs them.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        kafka: BrokerAddress | None,
        leadership: Leadership,
        board: HealthBoard,
        runner: Runner,
    ) -> None:
        self._settings = settings
        self._database = database
        self._kafka = kafka
        self._leadership = leadership
        self._board = board
        self._group = StageGroup(runner, watched=True)

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._group.threads

    @property
    def draining_threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._group.threads

    def start(self) -> None:
        """Start them; without a broker, an alarm of an earlier run about one is over."""
        if self._kafka is None:
            self._board.cleared(AlarmKind.BROKER, self._board.machine)
        self._group.start([NumberingStage(self._database, self._leadership), *self._relays()])

    def take_anew(self, change: Difference) -> None:
        """Open the way to an external broker anew."""
        self._settings = change.settings
        if change.settings.kafka.bootstrap_servers:
            # Also when nothing changed in the file: passwords and certificates of other files are read anew.
            kafka = change.settings.kafka
            self._kafka = lambda: kafka
            self._group.end([RELAY, QueryStage.name, HearingStage.name, RightsStage.name])
            self._group.start(self._relays())

    def begin_drain(self) -> None:
        """Number what the last reads raised.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        number_alerts(self._database)

    def is_something_left(self) -> bool:
        """Return whether the outbox holds something that can be published."""
        return self._kafka is not None and pending(self._database) > 0

    def stop(self) -> None:
        """Tell them to end, without waiting."""
        self._group.stop()

    def _relays(self) -> list[Stage]:
        if self._kafka is None:
            return []
        stages: list[SteppedStage] = [
            RelayStage(self._database, self._settings, self._kafka, self._leadership),
            QueryStage(self._database, self._settings, self._kafka, self._leadership),
            HearingStage(self._database, self._settings, self._kafka, self._leadership),
        ]
        if self._settings.kafka.rights.apply:
            stages.append(RightsStage(self._database, self._settings, self._kafka, self._leadership))
        for stage in stages:
            stage.board = self._board
        return list[Stage](stages)
