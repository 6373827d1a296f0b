"""What publishes reads, as a part of a service: its end is the service's."""

from __future__ import annotations

from pipeline.outgoing.publishing import PublisherStage
from pipeline.reloading import Difference
from pipeline.running.part import Stages
from pipeline.stages.runner import Runner


class Outgoing(Stages):
    """The publisher.

    Args:
        runner: Runs it.
        publisher: The stage.
    """

    def __init__(self, runner: Runner, publisher: PublisherStage) -> None:
        super().__init__(runner, [publisher], watched=True)
        self._publisher = publisher

    def take_anew(self, change: Difference) -> None:
        """Open the way to an external broker anew."""
        if change.settings.kafka.bootstrap_servers:
            # Also when nothing changed in the file: passwords and certificates of other files are read anew.
            kafka = change.settings.kafka
            self._publisher.take_anew(lambda: kafka)
