"""The record check: asking the entering agency whether its entry still stands, and what it answers."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from operations.life.change import AlertCard, Said, Sayer, checked_text, say
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.types import CheckPriority, DispositionKind, RecordAnswer
from storage.database import Database

MOST_MINUTES: Final = 7 * 24 * 60
"""Longest time that an entering agency may say it still needs."""


def ask_record(
    sayer: Sayer,
    database: Database,
    wanted: int | UUID,
    priority: CheckPriority = CheckPriority.URGENT,
    *,
    note: str | None = None,
    supersedes: int | None = None,
) -> AlertCard:
    """Note that the entering agency was asked (NCIC: YQ): its clock runs from now on.

    Args:
        sayer: Who has asked.
        database: An open database.
        wanted: The alert's number or id.
        priority: How soon it has to answer.
        note: What else there is to say.
        supersedes: The number of the request that waits, to ask anew before its time is over.

    Raises:
        InvalidInput: There is no such alert; an answer is still in time; it was canceled, or it is closed.
        DatabaseUnavailable: The server is down.
    """
    values = {"priority": priority, "note": checked_text(note, "note"), "supersedes": supersedes}
    details = {"priority": priority.value, "supersedes": supersedes, "person": sayer.person}
    said = Said(DispositionKind.RECORD_CHECK_ASKED, Action.ASK_RECORD, values, details)
    return say(sayer, database, wanted, said)


def answer_record(
    sayer: Sayer,
    database: Database,
    wanted: int | UUID,
    answer: RecordAnswer,
    *,
    minutes: int | None = None,
    note: str | None = None,
    supersedes: int | None = None,
) -> AlertCard:
    """Note what the entering agency has answered (NCIC: YR).

    Args:
        sayer: Who has the answer.
        database: An open database.
        wanted: The alert's number or id.
        answer: The entry stands, it does not, or more time is needed.
        minutes: How much more; with that answer alone, and then always.
        note: What else there is to say.
        supersedes: The number of the answer whose place this takes.

    Raises:
        InvalidInput: There is no such alert; nobody has asked; there is an answer; the minutes do not fit.
        DatabaseUnavailable: The server is down.
    """
    if (answer is RecordAnswer.TIME_NEEDED) != (minutes is not None):
        raise InvalidInput(
            "give the minutes that the agency still needs, with the answer time needed and with no other"
        )
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise InvalidInput(f"{minutes} minutes cannot be; give 1 to {MOST_MINUTES}")
    values = {
        "answer": answer,
        "minutes": minutes,
        "note": checked_text(note, "note"),
        "supersedes": supersedes,
    }
    details = {"answer": answer.value, "minutes": minutes, "supersedes": supersedes, "person": sayer.person}
    said = Said(DispositionKind.RECORD_CHECK_ANSWERED, Action.ANSWER_RECORD, values, details)
    return say(sayer, database, wanted, said)
