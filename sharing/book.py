"""The agreements that stand, as gates: looked up anew when somebody decided something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from policy.agreements.deciding import AgreementGate
from policy.decisions import Policy
from storage.database import Database
from storage.sharing.agreements import AgreementStore

SAY_WHY = timedelta(days=7)
"""For so long those whose agreement is over are told so, instead of hearing nothing."""


class AgreementBook:
    """Keeps a gate for the approved version of every agreement.

    Args:
        database: An open database.
        policy: The law that holds here.
        zone: The agency's time zone; None: the machine's.
    """

    def __init__(self, database: Database, policy: Policy, zone: tzinfo | None) -> None:
        self._store = AgreementStore(database)
        self._policy = policy
        self._zone = zone
        self.state: str | None = None
        """Changes with every decision that was seen."""
        self._gates: tuple[AgreementGate, ...] = ()

    def gates(self) -> Sequence[AgreementGate]:
        """Return a gate for each agreement, also for those that are over or were ended: they say so.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        state = self._store.state()
        if state != self.state:
            versions = self._store.active()
            self._gates = tuple(AgreementGate(version.standing, self._policy, self._zone) for version in versions)
            self.state = state
        return self._gates

    def heard_gates(self, now: datetime) -> list[AgreementGate]:
        """Return the gates of agreements whose members are listened to: they stand, or were over lately.

        Args:
            now: The present, aware.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        found = []
        for gate in self.gates():
            standing = gate.standing
            over = min(standing.ends_at, standing.ended_at or standing.ends_at)
            if standing.starts_at <= now < over + SAY_WHY:
                found.append(gate)
        return found
