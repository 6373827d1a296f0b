"""Asking, approving, running and opening: one question, one case, once; plates are seen one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.routing.zone import agency_zone
from operations.analyses.answering import answer_convoy, answer_presence
from operations.analyses.question import Convoy, Question, question_of
from operations.reasons import Why, check_reason
from policy.analysis import AnalysisRule
from policy.decisions import open_policy
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted, may
from schemas.settings import Settings
from storage.analyses.analyses import (
    Analysis,
    AnalysisReason,
    AnalysisResult,
    analyses,
    approve_analysis,
    keep_results,
    lock_analysis,
    note_opened,
    request_analysis,
    results_of,
)
from storage.audit.writer import write_audit
from storage.database import Connection, Database

__all__ = ["Analysis", "Shown", "approve", "ask_analysis", "open_result", "run_analysis", "view_analyses"]

MASK = "\u2022" * 7


@dataclass(frozen=True, slots=True)
class Shown:
    """A result as it may be shown: its plates only to whoever has opened it. `opened_by` is who has."""

    number: int
    plates: tuple[str, ...]
    content: Mapping[str, Any]
    is_open: bool
    opened_by: tuple[str, ...] = ()


def ask_analysis(actor: Actor, database: Database, settings: Settings, question: Question, why: Why) -> Analysis:
    """Note a question about many vehicles; it runs apart, after its approval where it needs one.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration; it says which law.
        question: What is asked.
        why: Why; a case number and a purpose are needed whatever the law says.

    Raises:
        InvalidInput: The law's limits do not let it be asked, or why it is asked says nothing.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: Nothing is noted.
    """
    question.check(_rule(settings))
    since = question.since if isinstance(question, Convoy) else min(one.since for one in question.occasions)
    details = {"kind": question.kind, **question.document()}
    record = why.record(actor, database, settings, Action.REQUEST_ANALYSIS, back_to=since, both=True, **details)
    with database.transaction() as connection:
        reason = AnalysisReason(why.purpose, why.case_number, why.warrant, why.offense)
        number = request_analysis(connection, question.kind, question.document(), reason, actor.person)
        write_audit(connection, record, analysis=number)
        return _one(connection, number)


def approve(actor: Actor, database: Database, number: int, reason: str) -> Analysis:
    """Approve another person's question.

    Raises:
        InvalidInput: There is none, it is one's own, it was approved or has run, or the reason says nothing.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.APPROVE_ANALYSIS, {"analysis": number, "reason": reason})
    check_reason(database, record, reason)
    with database.transaction() as connection:
        lock_analysis(connection, number)
        asked = _one(connection, number)
        if asked.requested_by == actor.person:
            raise InvalidInput(f"analysis {number} is your own question; another person has to approve it")
        if not approve_analysis(connection, number, actor.person):
            raise InvalidInput(f"analysis {number} was approved already, or has run")
        write_audit(connection, record)
        return _one(connection, number)


def run_analysis(actor: Actor, database: Database, settings: Settings, number: int) -> Analysis:
    """Run a question, once; nothing is shown of what comes out but how much it is.

    Raises:
        InvalidInput: There is none, it is somebody else's, it waits for its approval, or has run; or there is too much
            traffic for it.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: Nothing is kept.
    """
    check_permitted(actor, Action.RUN_ANALYSIS)
    rule, retention = _rule(settings), open_policy(settings).retention
    with database.transaction() as connection:
        lock_analysis(connection, number)
        asked = _one(connection, number)
        question = question_of(asked.kind, asked.question)
        if asked.requested_by != actor.person:
            raise InvalidInput(f"analysis {number} is {asked.requested_by}'s question; ask your own")
        if asked.ran_at is not None:
            raise InvalidInput(f"analysis {number} has run; a question runs once, ask it anew for its case")
        if question.needs_approval and rule.second_person and asked.approved_by is None:
            raise InvalidInput(f"analysis {number} names no plate: another person has to approve it first")
        question.check(rule)
        if isinstance(question, Convoy):
            answer = answer_convoy(connection, question, agency_zone(settings.time_zone))
        else:
            answer = answer_presence(connection, question, retention.reads)
        keep_results(connection, number, answer.summary, answer.results)
        details = {"analysis": number, **_said(asked), **answer.summary}
        record = AuditRecord(actor, Action.RUN_ANALYSIS, details, asked.purpose, asked.case_number)
        write_audit(connection, record, len(answer.results))
        return _one(connection, number)


def view_analyses(
    actor: Actor, database: Database, number: int | None = None
) -> tuple[Sequence[Analysis], Sequence[Shown]]:
    """Return the questions, and of one its results; plates that this person has not opened are masked.

    Raises:
        InvalidInput: There is no such question.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_ANALYSES, {"analysis": number})
    with database.transaction() as connection:
        found = analyses(connection) if number is None else [_one(connection, number)]
        shown = [] if number is None else [_shown(one, actor) for one in results_of(connection, number)]
        write_audit(connection, record, len(found))
    return found, shown


def open_result(actor: Actor, database: Database, number: int, result: int) -> Shown:
    """Open one result: its plates are seen from now on, and the audit has them.

    Raises:
        InvalidInput: There is no such question or result.
        DatabaseUnavailable: Nothing is shown.
    """
    check_permitted(actor, Action.OPEN_RESULT)
    with database.transaction() as connection:
        asked = _one(connection, number)
        found = results_of(connection, number, result)
        if not found:
            raise InvalidInput(f"analysis {number} has no result {result}; it may have ended with its reads")
        details = {"analysis": number, "result": result, "plates": list(found[0].plates), **_said(asked)}
        note_opened(connection, number, result, actor.person)
        record = AuditRecord(actor, Action.OPEN_RESULT, details, asked.purpose, asked.case_number)
        write_audit(connection, record, 1)
        return _shown(results_of(connection, number, result)[0], actor)


def _said(asked: Analysis) -> dict[str, str]:
    """Return what was said of why beside purpose and case number, for the audit."""
    said = {"warrant": asked.warrant, "offense": asked.offense}
    return {name: text for name, text in said.items() if text is not None}


def _shown(result: AnalysisResult, actor: Actor) -> Shown:
    # Whose role has changed since does not see what they have opened.
    is_open = actor.person in result.opened_by and may(actor, Action.OPEN_RESULT)
    plates = tuple(result.plates) if is_open else (MASK,) * len(result.plates)
    return Shown(result.number, plates, result.content, is_open, tuple(sorted(result.opened_by)))


def _one(connection: Connection, number: int) -> Analysis:
    found = analyses(connection, number)
    if not found:
        raise InvalidInput(f"no analysis {number}; see platewatch analyses list")
    return found[0]


def _rule(settings: Settings) -> AnalysisRule:
    rule = open_policy(settings).analysis
    if not rule.permitted:
        raise InvalidInput(f"the law does not let such questions be asked: {rule.source}")
    return rule
