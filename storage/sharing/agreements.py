"""Agreements and their versions. The database is the truth: files are proposals."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import kwargs_row

from policy.agreements.agreement import Agreement
from policy.agreements.deciding import Standing
from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("sharing/agreements")


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of an agreement, with who decided what.

    `widens` says what it grants beyond the version before it; then `approved_by` is another person than `proposed_by`.
    """

    agreement: Agreement
    version: int
    starts_at: datetime
    ends_at: datetime
    widens: tuple[str, ...]
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    is_active: bool
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None

    @property
    def is_pending(self) -> bool:
        """Whether it waits for a second person."""
        return self.approved_at is None and self.ended_at is None

    def is_standing(self, now: datetime) -> bool:
        """Return whether it is in force at a time, or about to be: neither ended nor over."""
        return self.is_active and self.ended_at is None and now < self.ends_at

    @property
    def standing(self) -> Standing:
        """The version as the gate looks at it."""
        return Standing(self.agreement, self.version, self.starts_at, self.ends_at, self.ended_at)


class AgreementStore:
    """The agreements of an installation.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self) -> str:
        """Return a text that changes with every decision about any agreement.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.scalar(self._database, _SQL["state"], kind=str) or ""

    def active(self) -> list[StoredVersion]:
        """Return the approved version of every agreement, also of those that are over or were ended.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.all(self._database, _SQL["active"], row=kwargs_row(_version))

    @contextlib.contextmanager
    def deciding(self, agreement_id: str, *, begin: bool = False) -> Iterator[AgreementDecision]:
        """Open a transaction in which nobody else decides about an agreement.

        Args:
            agreement_id: The agreement.
            begin: Whether it is made where there is none.

        Raises:
            DatabaseUnavailable: Nothing was decided, or the answer was lost.
        """
        with self._database.transaction() as connection:
            values = {"agreement_id": agreement_id}
            if begin:
                statements.execute(connection, _SQL["begin"], values)
            statements.execute(connection, _SQL["lock"], values)
            yield AgreementDecision(connection, agreement_id)


def versions_of(on: Database | Connection, agreement_id: str | None = None) -> list[StoredVersion]:
    """Return the versions of one agreement, or of all, oldest first.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.all(on, _SQL["versions"], {"agreement_id": agreement_id}, row=kwargs_row(_version))


class AgreementDecision:
    """What is decided about one agreement within one transaction.

    Args:
        connection: Its connection; the audit is written on it, too.
        agreement_id: The agreement, which is locked.
    """

    def __init__(self, connection: Connection, agreement_id: str) -> None:
        self.connection = connection
        self._id = agreement_id

    def versions(self) -> list[StoredVersion]:
        """Return its versions, oldest first."""
        return versions_of(self.connection, self._id)

    def propose(
        self, agreement: Agreement, starts_at: datetime, ends_at: datetime, widens: Sequence[str], person: str
    ) -> int:
        """Store another version, which is in force at once where it widens nothing; return its number."""
        values: dict[str, Any] = {
            "agreement_id": self._id,
            "document": jsonb(json.loads(storable(agreement.model_dump_json()))),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "widens": [storable(text) for text in widens],
            "person": storable(person),
        }
        version = statements.scalar(self.connection, _SQL["add_version"], values, kind=int) or 0
        if not widens:
            self._activate(version)
        return version

    def approve(self, version: int, person: str) -> None:
        """Put a version in force that another person proposed; the database refuses the same one."""
        values = {"agreement_id": self._id, "version": version, "person": storable(person)}
        statements.execute(self.connection, _SQL["approve"], values)
        self._activate(version)

    def end(self, person: str, reason: str) -> bool:
        """End the agreement for good; return whether it was not ended before."""
        values = {"agreement_id": self._id, "person": storable(person), "reason": storable(reason)}
        return statements.execute(self.connection, _SQL["end"], values) > 0

    def _activate(self, version: int) -> None:
        statements.execute(self.connection, _SQL["activate"], {"agreement_id": self._id, "version": version})


def _version(
    *, agreement_id: str, document: dict[str, Any], widens: list[str], active_version: int | None, **others: Any
) -> StoredVersion:
    return StoredVersion(
        Agreement.model_validate(document),
        widens=tuple(widens),
        is_active=others["version"] == active_version,
        **others,
    )
