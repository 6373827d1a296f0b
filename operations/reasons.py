"""Why somebody does something: asked for, judged, and counted where it says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from policy.decisions import Policy, open_policy
from policy.profile import SearchRule
from policy.reasons import fault_of_case_number, fault_of_reason, words_of
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database

_PURPOSE = "say in words what the search is for, like 'stolen vehicle, seen at Main Street' (--purpose)"
_CASE = "give the number of the case or the call that it belongs to, like 26-00117 (--case)"
_PERMITTED = (
    "say in words which of these it is, or begin with its name, like 'criminal_investigation: series of thefts from"
    " cars' (--purpose; platewatch law show)"
)
_FACTS = "say what happened, where and when, like 'stolen vehicle, seen leaving Main Street at 21:40' (--purpose)"
_WARRANT = "give the number of the warrant (--warrant)"
FEWEST_WORDS_OF_FACTS = 4
"""Words that a purpose has at least where a law asks for the facts of the case."""
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
        details: What is asked, for the audit.

    Raises:
        InvalidInput: One that is required is missing, or one is a placeholder, or the law does not permit it; says what
            to give.
        ConfigurationError: The law profile cannot be used.
    """
    if warrant is not None:
        details["warrant"] = warrant
    record = AuditRecord(actor, action, details, purpose, case_number)
    policy = open_policy(settings)
    rule = policy.search
    # Where the law has a list of purposes, one of them has to be named.
    needs_purpose = rule.purpose or policy.purposes.permitted != "any"
    faults = (
        ("the purpose", _PURPOSE, needs_purpose, purpose, fault_of_reason),
        ("the case or call number", _CASE, rule.case_number, case_number, fault_of_case_number),
        ("the warrant's number", _WARRANT, False, warrant, fault_of_case_number),
    )
    for name, advice, required, given, fault_of in faults:
        fault = None if given is None else fault_of(given)
        if given is None and required:
            fault = "is missing"
        if fault is not None:
            _refuse(database, record, name, fault, advice)
    if purpose is not None:
        _check_purpose(database, record, policy, purpose)
    if warrant is None:
        _check_age(database, record, rule, back_to)
    return record


def _check_purpose(database: Database, record: AuditRecord, policy: Policy, purpose: str) -> None:
    """Refuse a purpose that the law does not permit."""
    verdict = policy.judge_purpose(purpose)
    if not verdict.allowed:
        _refuse(database, record, "the purpose", verdict.reason, _PERMITTED)
    if policy.search.specific_facts and len(words_of(purpose)) < FEWEST_WORDS_OF_FACTS:
        source = policy.search.source
        _refuse(database, record, "the purpose", f"does not say the specific facts that {source} asks for", _FACTS)


def _check_age(database: Database, record: AuditRecord, rule: SearchRule, back_to: datetime | None) -> None:
    """Refuse to look further back than the law permits without a warrant."""
    if rule.warrant_after_days is None:
        return
    oldest = datetime.now(UTC) - timedelta(days=rule.warrant_after_days)
    if back_to is None or back_to < oldest:
        fault = f"goes back more than {rule.warrant_after_days} days, which needs a warrant: {rule.source}"
        since = (oldest + timedelta(days=1)).date().isoformat()
        advice = f"ask for what was captured since {since} or later (--since, --days), or give the warrant's number"
        _refuse(database, record, "the time", fault, f"{advice} (--warrant)")


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
