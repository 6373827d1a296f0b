"""Searches that somebody keeps for a case: asked again by hand alone, and over with the case.

Each time that one is asked, why it is asked is judged anew, and stands in the audit as any search does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from operations.reasons import Why
from operations.searches.asked import document_of, query_of
from operations.searches.finding import LookAlikes, Page, find_look_alikes, find_reads, look_alike_plate
from operations.searches.query import ReadQuery, sought_reads
from policy.reasons import words_of
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.roles import Role
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.saved import NewSearch, SavedSearch, count_saved, remove_saved, save, saved_searches

DAYS: Final = 30
LONGEST_DAYS: Final = 90
"""For how long a search is kept; whoever needs it longer keeps it anew, and says why again."""
MOST_SAVED: Final = 100
"""Most that one person keeps."""
LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A search that is kept: its number and name, what is asked and why, whose it is, and until when."""

    search_id: int
    name: str
    query: ReadQuery
    alike: bool
    why: Why
    saved_by: str
    saved_at: datetime
    ends_at: datetime

    @property
    def words(self) -> str:
        """What is asked, in one line."""
        told = ({"look_alikes": "yes"} if self.alike else {}) | self.query.details
        said = {name: ", ".join(one) if isinstance(one, list) else one for name, one in told.items()}
        return "; ".join(f"{name.replace('_', ' ')} {one}" for name, one in said.items() if one is not None)


def save_search(
    actor: Actor,
    database: Database,
    settings: Settings,
    name: str,
    query: ReadQuery,
    why: Why,
    *,
    alike: bool = False,
    days: int = DAYS,
) -> KeptSearch:
    """Keep a search for its case, for the person alone who keeps it; nothing is looked for.

    Args:
        actor: Who keeps it.
        database: An open database.
        settings: The configuration.
        name: What to call it.
        query: What is asked; its page does not count.
        why: Why; a purpose and a case number are needed whatever the law says.
        alike: Whether look-alikes of the plate are sought.
        days: For how long, at most ninety.

    Raises:
        InvalidInput: It has no name, cannot be searched for, is kept for too long, or one too many is; or why it is
            asked says nothing, or the law does not permit it.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: Nothing is kept.
    """
    name, query, now = name.strip(), replace(query, after=None, saved=None), datetime.now(UTC)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(f"the name has {len(name)} characters; give it 1 to {LONGEST_NAME}")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"{days} days; a search is kept for 1 to {LONGEST_DAYS}, and ends with its case before")
    sought_reads(query, settings, now)
    if alike:
        look_alike_plate(query)
    ends_at = now + timedelta(days=days)
    details = {**query.details, "name": name, "look_alikes": alike or None, "ends_at": ends_at}
    record = why.record(actor, database, settings, Action.SAVE_SEARCH, back_to=query.since, both=True, **details)
    case = why.case_number or ""
    asked = document_of(query, alike=alike)
    new = NewSearch(name, asked, why.purpose or "", case, _key(case), why.warrant, why.offense, ends_at)
    with database.transaction() as connection:
        if count_saved(connection, actor.person) >= MOST_SAVED:
            raise InvalidInput(f"you keep {MOST_SAVED} searches; remove one that is not needed any more")
        number = save(connection, new, actor.person)
        write_audit(connection, record, saved_search=number)
        (kept,) = saved_searches(connection, actor.person, number)
    return _kept(kept)


def list_searches(actor: Actor, database: Database) -> list[KeptSearch]:
    """Return the searches that somebody keeps, by number; those that have ended are not there any more.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_SEARCHES)
    with database.transaction() as connection:
        found = saved_searches(connection, actor.person)
        write_audit(connection, record, len(found))
    return [_kept(one) for one in found]


def run_search(
    actor: Actor, database: Database, settings: Settings, number: int, *, pictures: bool = False
) -> tuple[KeptSearch, Page | LookAlikes]:
    """Ask a search again that somebody keeps; whatever is asked and found is as with a search that is typed.

    Args:
        actor: Who asks; it is theirs.
        database: An open database.
        settings: The configuration.
        number: The search.
        pictures: Whether the pictures of the plates are looked at, too.

    Raises:
        InvalidInput: They keep none of that number, or not any more; or as `find_reads`.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    AuditRecord(actor, Action.VIEW_SEARCHES)  # whoever may not is told no number's search
    found = saved_searches(database, actor.person, number)
    if not found:
        raise _absent(number)
    kept = _kept(found[0])
    query = replace(kept.query, saved=number)
    if kept.alike:
        return kept, find_look_alikes(actor, database, settings, query, kept.why, pictures=pictures)
    return kept, find_reads(actor, database, settings, query, kept.why, pictures=pictures)


def remove_search(actor: Actor, database: Database, number: int) -> None:
    """Remove a search that somebody keeps.

    Raises:
        InvalidInput: They keep none of that number, or not any more.
        DatabaseUnavailable: Nothing is removed.
    """
    record = AuditRecord(actor, Action.REMOVE_SEARCHES, {"saved_search": number})
    with database.transaction() as connection:
        if not remove_saved(connection, actor.person, search_id=number):
            raise _absent(number)
        write_audit(connection, record, 1)


def end_searches_of_case(actor: Actor, database: Database, case_number: str) -> int:
    """Remove all searches that are kept for a case that is closed: one's own, and of a supervisor everybody's.

    Returns:
        How many.

    Raises:
        InvalidInput: None is kept for it.
        DatabaseUnavailable: Nothing is removed.
    """
    record = AuditRecord(actor, Action.REMOVE_SEARCHES, {}, case_number=case_number)
    is_everybodys = actor.roles is None or Role.SUPERVISOR in actor.roles
    with database.transaction() as connection:
        removed = remove_saved(connection, None if is_everybodys else actor.person, case_key=_key(case_number))
        if not removed:
            raise InvalidInput("no search is kept for that case; see which are (platewatch searches list)")
        write_audit(connection, record, removed)
    return removed


def _kept(saved: SavedSearch) -> KeptSearch:
    try:
        query, alike = query_of(saved.asked)
    except InvalidInput as error:
        remove = f"remove it (platewatch searches remove {saved.search_id})"
        raise InvalidInput(f"the kept search {saved.search_id} cannot be asked: {error}; {remove}") from error
    why = Why(saved.purpose, saved.case_number, saved.warrant, saved.offense)
    return KeptSearch(saved.search_id, saved.name, query, alike, why, saved.saved_by, saved.saved_at, saved.ends_at)


def _key(case_number: str) -> str:
    """Return the number of a case as it is compared: case, dashes and blanks do not count."""
    return " ".join(words_of(case_number))


def _absent(number: int) -> InvalidInput:
    return InvalidInput(f"you keep no search {number}, or it has ended; see which there are (platewatch searches list)")
