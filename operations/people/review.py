"""The access review: who may sign in, and what somebody has to look at."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from operations.people.accounts import Person, view_people
from schemas.actor import Actor
from schemas.events import utc
from schemas.roles import Role
from schemas.settings import Settings
from schemas.spreadsheets import safe_cell
from storage.database import Database
from storage.people import sessions

__all__ = ["Reviewed", "csv_lines", "review_access"]

COLUMNS = (
    *("name", "full_name", "agency_id", "roles", "signs_in_by", "added_at", "added_by", "last_used_at"),
    *(
        "last_training_on",
        "inactive",
        "disabled_at",
        "disabled_by",
        "disabled_reason",
        "sessions",
        "tokens",
        "to_look_at",
    ),
)

TRAINING_DAYS = 365
"""Training older than this is named: New Jersey has every user's last training date certified each year."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Somebody, what is open of theirs, and what has to be looked at, in words.

    `last_used_at` is the last sign-in, or a program's last use of a token; `is_inactive`: that is too long ago.
    """

    person: Person
    sessions: int
    tokens: int
    last_used_at: datetime | None
    is_inactive: bool
    findings: tuple[str, ...]

    @property
    def signs_in_by(self) -> str:
        """How they come in, in words."""
        person = self.person
        ways = [
            (Role.AGENCY_SERVICE in person.roles, "tokens"),
            (person.subject is not None, "the directory"),
            (
                person.password_hash is not None and person.authenticator_secret is not None,
                "password and authenticator",
            ),
            (person.password_hash is not None and person.authenticator_secret is None, "password"),
            (person.passkeys > 0, "passkey" if person.passkeys == 1 else f"{person.passkeys} passkeys"),
        ]
        return ", ".join(words for holds, words in ways if holds) or "nothing yet"


def review_access(actor: Actor, database: Database, settings: Settings) -> list[Reviewed]:
    """Return everybody with what an access review asks for; the look is written down.

    Source:
        California State Auditor 2019-118: accounts of people who left, and no review of who may.

    Raises:
        NotPermitted: The actor may not.
        DatabaseUnavailable: The server is down.
    """
    now = datetime.now(UTC)
    found = view_people(actor, database)
    idle_since = now - timedelta(minutes=settings.console.idle_minutes)
    open_sessions = Counter(one.person_id for one in sessions.open_sessions(database, idle_since))
    tokens = sessions.tokens(database)
    open_tokens = Counter(one.person_id for one in tokens)
    used: dict[int, datetime] = {}
    for token in tokens:
        if token.used_at is not None:
            used[token.person_id] = max(token.used_at, used.get(token.person_id, token.used_at))
    return [
        _reviewed(
            one,
            now,
            settings.console.inactive_days,
            used.get(one.person_id) if Role.AGENCY_SERVICE in one.roles else one.last_sign_in_at,
            (open_sessions[one.person_id], open_tokens[one.person_id]),
        )
        for one in found
    ]


def csv_lines(found: Iterable[Reviewed]) -> Iterator[str]:
    """Yield the review as lines of a CSV file, the heading first; no spreadsheet takes a cell for a formula."""
    yield _line(COLUMNS)
    for one in found:
        person = one.person
        yield _line(
            (
                *(person.name, person.full_name, person.agency_id, " ".join(sorted(person.roles)), one.signs_in_by),
                *(_utc(person.added_at), person.added_by, _utc(one.last_used_at), person.last_training_on),
                *("yes" if one.is_inactive else "no", _utc(person.disabled_at), person.disabled_by),
                *(person.disabled_reason, one.sessions, one.tokens, "; ".join(one.findings)),
            )
        )


def _line(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else utc(moment)


def _reviewed(
    person: Person, now: datetime, inactive_days: int, last: datetime | None, is_open: tuple[int, int]
) -> Reviewed:
    days = (now - (last or person.added_at)).days
    is_inactive = person.disabled_at is None and days > inactive_days
    findings = [] if person.disabled_at is not None else _findings(person, now)
    if is_inactive:
        words = f"inactive for {days} days" if last is not None else f"never signed in, added {days} days ago"
        findings.insert(0, words)
    return Reviewed(person, *is_open, last, is_inactive, tuple(findings))


def _findings(person: Person, now: datetime) -> list[str]:
    """Return what else has to be looked at, of somebody who may sign in."""
    if Role.AGENCY_SERVICE in person.roles:
        return []
    found = []
    if person.last_training_on is None:
        found.append("no training is noted")
    elif (now.date() - person.last_training_on).days > TRAINING_DAYS:
        found.append(f"trained {(now.date() - person.last_training_on).days} days ago")
    if not person.can_sign_in:
        found.append("has not chosen how to sign in")
    return found
