"""What ended or went out, kept beside the database: an older copy of it that comes back has to know."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import InvalidInput
from services.private_files import make_private_folder, save_private
from storage import statements
from storage.database import Database
from storage.hotlists.versions import HotlistVersions
from storage.sharing.deliveries import withhold_all
from storage.sql import load_queries

_SQL = load_queries("backup/journal")
_MOST_BYTES = 512 << 20


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Withdrawn(_Part):
    """An entry that a person took out of force; it names no plate."""

    entry_id: UUID
    hotlist_id: str
    digest: UUID
    withdrawn_at: datetime
    withdrawn_by: str
    reason: str


class EndedAgreement(_Part):
    """An agreement that was ended."""

    agreement_id: str
    ended_at: datetime
    ended_by: str
    reason: str | None = None


class DisabledPerson(_Part):
    """Somebody who is let in no more."""

    name: str
    disabled_at: datetime
    disabled_by: str
    reason: str | None = None


class KnownCar(_Part):
    """A patrol car: since when it has its token, and since when it is revoked."""

    car_id: str
    token_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None


class Known(_Part):
    """What the database knows of it; the numbers are the greatest that were given, and those that still waited.

    Saved searches name plates: here are the numbers of those that stand; None: the journal is of before there were any.
    """

    withdrawn: tuple[Withdrawn, ...] = ()
    removed_lists: tuple[str, ...] = ()
    ended_agreements: tuple[EndedAgreement, ...] = ()
    disabled_people: tuple[DisabledPerson, ...] = ()
    cars: tuple[KnownCar, ...] = ()
    saved_searches: tuple[int, ...] | None = None
    alert_number: int = 0
    outbox_id: int = 0
    outbox_waiting: tuple[int, ...] = ()
    shared_number: int = 0
    routed_number: int = 0
    offers_waiting: tuple[int, ...] = ()
    delivery_number: int = 0
    deliveries_waiting: tuple[int, ...] = ()


class Journal(_Part):
    """The journal's file. Reads from before `reads_before` have ended."""

    format: Literal[1] = 1
    agency_id: str
    written_at: datetime
    reads_before: datetime
    known: Known = Known()


def known_ends(database: Database) -> Known:
    """Return what has ended or gone out by now.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    found = statements.one(database, _SQL["known"])
    return Known.model_validate_json(json.dumps(None if found is None else found[0]))


def write_journal(path: Path, journal: Journal) -> None:
    """Write the journal, whole or not at all, for us alone.

    Raises:
        OSError: It cannot be written.
    """
    make_private_folder(path.parent)
    save_private(path, journal.model_dump_json(indent=1).encode())


def read_journal(path: Path) -> Journal:
    """Read a journal.

    Raises:
        InvalidInput: It cannot be read, or is none.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InvalidInput("too large for a journal of what was purged", source=str(path))
        return Journal.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"the journal cannot be read ({error.strerror})", source=str(path)) from error
    except ValidationError as error:
        raise InvalidInput("no journal of what was purged", source=str(path)) from error


def apply_ends(database: Database, journal: Journal) -> dict[str, int]:
    """Have a restored database know what the journal does; return how much of each was news to it.

    What was withdrawn in the backup and is not in the journal stays withdrawn: a person lifts it again.

    Args:
        database: The restored database, open as the tables' owner.
        journal: Written after the backup.
    """
    known, done = journal.known, {}
    withdrawn = [one.model_dump(mode="json") for one in known.withdrawn]
    ended = [one.model_dump(mode="json") for one in known.ended_agreements]
    disabled = [one.model_dump(mode="json") for one in known.disabled_people]
    with database.transaction() as on:
        done["entries withdrawn"] = statements.execute(on, _SQL["withdraw"], {"withdrawn": Jsonb(withdrawn)})
        done["agreements ended"] = statements.execute(on, _SQL["end_agreements"], {"ended": Jsonb(ended)})
        done["people disabled"] = statements.execute(on, _SQL["disable_people"], {"disabled": Jsonb(disabled)})
        cars = [one.model_dump(mode="json") for one in known.cars]
        done["cars refused"] = statements.execute(on, _SQL["refuse_cars"], {"cars": Jsonb(cars)})
        if known.saved_searches is not None:
            standing = {"standing": list(known.saved_searches)}
            done["saved searches removed"] = statements.execute(on, _SQL["remove_searches"], standing)
        for agreement_id in statements.scalars(on, _SQL["ended"], kind=str):
            withhold_all(on, agreement_id, "the agreement was ended before a backup was restored")
        values = {"at": journal.written_at, "last": known.outbox_id, "waiting": list(known.outbox_waiting)}
        done["messages sent"] = statements.execute(on, _SQL["note_sent"], values)
        values |= {"last": known.delivery_number, "waiting": list(known.deliveries_waiting)}
        done["deliveries made"] = statements.execute(on, _SQL["note_delivered"], values)
        statements.execute(on, _SQL["note_shared"], {"number": known.shared_number})
        statements.execute(on, _SQL["note_routed"], {"number": known.routed_number})
        statements.execute(on, _SQL["note_offered"], {"waiting": list(known.offers_waiting)})
        statements.execute(on, _SQL["number_after"], {"number": known.alert_number})
        removed = statements.scalars(on, _SQL["active_among"], {"lists": list(known.removed_lists)}, kind=str)
    for hotlist_id in removed:
        HotlistVersions(database).remove(hotlist_id)
    return done | {"lists removed": len(removed)}
