"""Why somebody does something: asked for, judged, and counted where it says nothing."""

from __future__ import annotations

from typing import Any, NoReturn

from policy.decisions import open_policy
from policy.reasons import fault_of_case_number, fault_of_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database

_PURPOSE = "say in words what the search is for, like 'stolen vehicle, seen at Main Street' (--purpose)"
_CASE = "give the number of the case or the call that it belongs to, like 26-00117 (--case)"
_REASON = "say in words why, like 'recovered on 2026-01-31'"


def asked_for(
    actor: Actor,
    database: Database,
    settings: Settings,
    action: Action,
    purpose: str | None,
    case_number: str | None,
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
        details: What is asked, for the audit.

    Raises:
        InvalidInput: One that is required is missing, or one is a placeholder; says what to give.
        ConfigurationError: The law profile cannot be used.
    """
    record = AuditRecord(actor, action, details, purpose, case_number)
    rule = open_policy(settings).search
    faults = (
        ("purpose", _PURPOSE, rule.purpose, purpose, fault_of_reason),
        ("case or call number", _CASE, rule.case_number, case_number, fault_of_case_number),
    )
    for name, advice, required, given, fault_of in faults:
        fault = None if given is None else fault_of(given)
        if given is None and required:
            fault = "is missing"
        if fault is not None:
            _refuse(database, record, f"the {name}", fault, advice)
    return record


def check_reason(database: Database, record: AuditRecord, reason: str) -> None:
    """Make sure that the reason for a change says something.

    Args:
        database: An open database; takes the refusal down.
        record: The change, as it would be written down.
        reason: The reason, as it was given.

    Raises:
        InvalidInput: It says nothing.
    """
    fault = fault_of_reason(reason)
    if fault is not None:
        _refuse(database, record, "the reason", fault, _REASON)


def _refuse(database: Database, record: AuditRecord, what: str, fault: str, advice: str) -> NoReturn:
    details = {**record.details, "refused": record.action.value, "why_refused": f"{what} {fault}"}
    refused = AuditRecord(record.actor, Action.REFUSED, details, record.purpose, record.case_number)
    write_audit(database, refused)
    raise InvalidInput(f"{what} {fault}; {advice}. it is kept in the audit, and so is this refusal")
