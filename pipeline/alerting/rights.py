"""The stage that takes the rights at the broker from members of agreements that are over."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from operations.actors import service_actor
from operations.broker.rights import apply_rights
from pipeline.broker import BrokerAddress
from pipeline.stages.stage import SteppedStage
from schemas.settings import KafkaSettings, Settings
from storage.database import Database
from storage.leadership import Leadership
from storage.sharing.rights import note_rights_taken, over_with_rights

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""How often it looks whether a day has ended an agreement."""
ACTOR = "rights"
"""Who takes them, in the audit."""
FOLDER = "broker-passwords"


class RightsStage(SteppedStage):
    """Takes what an agreement gave at the broker once it is over by its date, or was ended where no broker answered.

    Only where `kafka.rights.apply` says so: then nobody has to think of the day on which an agreement runs out.

    Args:
        database: An open database.
        settings: The configuration.
        kafka: Gives where the broker is; asked anew after every outage.
        leadership: Only one process of several does this.
    """

    name = "rights"
    trouble = "members of agreements that are over may still read at the broker"
    recovery = "members of agreements that are over may not read at the broker any more"

    def __init__(self, database: Database, settings: Settings, kafka: BrokerAddress, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database, self._settings, self._kafka = database, settings, kafka

    def step(self, stop: threading.Event) -> float:
        """Take the rights of what is over since the last look.

        Raises:
            BrokerUnavailable: No broker answers; done again later.
            ConfigurationError: This user may not.
            DatabaseUnavailable: The server is down.
        """
        now = datetime.now(UTC)
        for agreement_id in over_with_rights(self._database, now):
            change = apply_rights(
                service_actor(ACTOR, self._settings),
                self._database,
                self._settings,
                self._administered(),
                agreement_id,
                self._settings.data_dir / FOLDER,
            )
            note_rights_taken(self._database, agreement_id, now)
            log.info("agreement %s is over: %d rights of its members are taken", agreement_id, len(change.take))
        return LOOK_SECONDS

    def _administered(self) -> KafkaSettings:
        kafka = self._kafka()
        # The local broker has one user, who may do everything.
        return kafka.as_administrator if self._settings.kafka.bootstrap_servers else kafka
