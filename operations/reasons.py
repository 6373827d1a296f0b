"""Why somebody does something: asked for, judged, and counted where it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from policy.decisions import open_policy
from policy.questions import CASE_ADVICE, Question, fault_of_question
from policy.reasons import fault_of_case_number, fault_of_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import SaysNothing
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody asks: the purpose in words, the number of the case or call, a warrant's, and the type of the offense
    by the FBI's code or name where the purpose does not name it."""

    purpose: str | None = None
    case_number: str | None = None
    warrant: str | None = None
    offense: str | None = None

    def record(
        self,
        actor: Actor,
        database: Database,
        settings: Settings,
        action: Action,
        back_to: datetime | None = None,
        both: bool = False,
        **details: Any,
    ) -> AuditRecord:
        """Return a question as it is to be written down; as `asked_for`."""
        return asked_for(
            actor,
            database,
            settings,
            action,
            self.purpose,
            self.case_number,
            back_to,
            self.warrant,
            both,
            self.offense,
            **details,
        )


_REASON = "say in words why, like 'recovered on 2026-01-31'"


def asked_for(
    actor: Actor,
    database: Database,
    settings: Settings,
    action: Action,
    purpose: str | None,
    case_number: str | None,
    back_to: datetime | None = None,
    warrant: str | None = None,
    both: bool = False,
    offense: str | None = None,
    **details: Any,
) -> AuditRecord:
    """Return a question to the stored reads as it is to be written down, with why it is asked.

    Args:
        actor: Who asks.
        database: An open database; takes the refusal down.
        settings: The configuration; its law profile says whether both are required.
        action: What is asked.
        purpose: Why, in words.
        case_number: The case or call that it belongs to.
        back_to: How far back is asked, aware; None: as far as there are reads.
        warrant: The warrant's number, where there is one.
        both: Whether purpose and case number are needed, whatever the law says.
        offense: The type of the offense, by the FBI's code or name; None: as the purpose's words name it.
        details: What is asked, for the audit.

    Raises:
        SaysNothing: One that is required is missing, or one is a placeholder, or the law does not permit it; says what
            to give.
        ConfigurationError: The law profile cannot be used.
    """
    if warrant is not None:
        details["warrant"] = warrant
    question = Question(purpose, case_number, back_to, warrant, offense)
    if question.offenses:
        details["offense"] = [str(one) for one in question.offenses]
    record = AuditRecord(actor, action, details, purpose, case_number)
    fault = fault_of_question(open_policy(settings), question, datetime.now(UTC), both=both)
    if fault is not None:
        _refuse(database, record, fault.what, fault.how, fault.advice)
    return record


def check_reason(database: Database, record: AuditRecord, reason: str) -> None:
    """Make sure that the reason for a change says something.

    Args:
        database: An open database; takes the refusal down.
        record: The change, as it would be written down.
        reason: The reason, as it was given.

    Raises:
        SaysNothing: It does not.
    """
    fault = fault_of_reason(reason)
    if fault is not None:
        _refuse(database, record, "the reason", fault, _REASON)


def check_case(database: Database, record: AuditRecord, case_number: str) -> None:
    """Make sure that the number of a case or call says something; as `check_reason`."""
    fault = fault_of_case_number(case_number)
    if fault is not None:
        _refuse(database, record, "the case or call number", fault, CASE_ADVICE)


def _refuse(database: Database, record: AuditRecord, what: str, fault: str, advice: str) -> NoReturn:
    details = {**record.details, "refused": record.action.value, "why_refused": f"{what} {fault}"}
    refused = AuditRecord(record.actor, Action.REFUSED, details, record.purpose, record.case_number)
    write_audit(database, refused)
    raise SaysNothing(f"{what} {fault}; {advice}. it is kept in the audit, and so is this refusal", what)
