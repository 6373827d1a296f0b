"""An action as it is asked, for the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schemas.actor import Actor


class Action(StrEnum):
    """What somebody did."""

    IMPORT = "import"
    ADD = "add"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    ROLL_BACK = "roll_back"
    REMOVE = "remove"
    PULL = "pull"
    VIEW_LISTS = "view_lists"
    VIEW_VERSIONS = "view_versions"
    VIEW_ENTRIES = "view_entries"
    VIEW_REJECTS = "view_rejects"
    SEARCH = "search"
    VIEW_REVISIONS = "view_revisions"
    HISTORICAL = "historical"
    MATCH = "match"
    VIEW_ALERTS = "view_alerts"
    VIEW_ALERT = "view_alert"
    ACKNOWLEDGE_ALERT = "acknowledge_alert"
    CONFIRM_ALERT = "confirm_alert"
    REJECT_ALERT = "reject_alert"
    CLOSE_ALERT = "close_alert"
    ASK_RECORD = "ask_record"
    ANSWER_RECORD = "answer_record"
    VIEW_ALARMS = "view_alarms"
    ACKNOWLEDGE_ALARM = "acknowledge_alarm"
    VIEW_HELD = "view_held"
    RELEASE_HELD = "release_held"
    DISCARD_HELD = "discard_held"
    VIEW_RULES = "view_rules"
    ADD_RULES = "add_rules"
    TRY_RULE = "try_rule"
    SWITCH_RULE = "switch_rule"
    REMOVE_RULE = "remove_rule"
    VIEW_DELIVERIES = "view_deliveries"
    RETRY_DELIVERIES = "retry_deliveries"
    VIEW_QUARANTINE = "view_quarantine"
    RETRY_QUARANTINED = "retry_quarantined"
    DISCARD_QUARANTINED = "discard_quarantined"
    PURGE = "purge"
    ADD_AGREEMENT = "add_agreement"
    APPROVE_AGREEMENT = "approve_agreement"
    END_AGREEMENT = "end_agreement"
    VIEW_AGREEMENTS = "view_agreements"
    CHECK_AGREEMENT = "check_agreement"
    VIEW_DISSEMINATIONS = "view_disseminations"
    VIEW_REPORT = "view_report"
    SETTINGS_CHANGED = "settings_changed"
    VIEW_AUDIT = "view_audit"
    REFUSED = "refused"
    """Asked for and not done: the purpose, the case number or the reason said nothing, it may not be, or what stands
    contradicts it."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One action that somebody asks for, to be written down with what comes of it.

    `details` is what was asked, by name: text, numbers, times, ids, and lists or mappings of them; None means that it
    was not asked. `purpose` and `case_number` are why.
    """

    actor: Actor
    action: Action
    details: Mapping[str, Any] = field(default_factory=dict)
    purpose: str | None = None
    case_number: str | None = None
