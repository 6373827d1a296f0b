"""How long what is kept here, by which law, and what goes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from operations.duties.ending import Ending, view_ending
from policy.decisions import Policy, open_policy, span_text
from policy.profile import KeepLimit
from schemas.actor import Actor
from schemas.settings import Settings
from storage.database import Database
from storage.retention import LISTS_AT_LEAST


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of records: how long it is kept, why, and what else ends with it."""

    what: str
    span: str
    why: str
    also: str


@dataclass(frozen=True, slots=True)
class Retained:
    """How long each kind is kept, and what goes within some days."""

    jurisdiction: str
    title: str
    kinds: Sequence[Kept]
    ending: Ending


def view_retention(actor: Actor, database: Database, settings: Settings, days: int) -> Retained:
    """Return how long what is kept, and what goes next; the look is written down.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration; it says which law.
        days: How many days ahead.

    Raises:
        InvalidInput: The days are none, or too many.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    ending = view_ending(actor, database, settings, days)
    policy = open_policy(settings)
    return Retained(policy.profile.jurisdiction, policy.profile.title, kinds_of(policy, settings), ending)


def kinds_of(policy: Policy, settings: Settings) -> list[Kept]:
    """Return how long each kind of records is kept here.

    Args:
        policy: What holds here.
        settings: The agency's own shorter times.
    """
    retention, rules, own = policy.retention, policy.profile.retention, settings.retention
    lists = max(retention.reads, LISTS_AT_LEAST)
    return [
        _kept(
            *("reads", retention.reads, rules.reads, own.reads_days),
            "pictures, revisions, corrections, hits, alerts and their messages, deliveries, results of analyses, "
            "messages of other readers; topics keep them as long",
        ),
        _kept(
            "findings", retention.findings, rules.findings, own.findings_days, "what came of alerts: no plate, no place"
        ),
        _kept("stops", retention.stops, rules.stops, own.stops_days, "what officers recorded of stops: no plate"),
        _kept(
            *("audit", retention.audit, rules.audit, own.audit_days),
            "with its seals by whole months, the log of what was given to others, alarms that are over, and questions "
            "about many vehicles without what they found",
        ),
        Kept(
            "replaced list entries",
            span_text(lists),
            f"as long as reads, {span_text(LISTS_AT_LEAST)} at least, so that an earlier version can be brought back",
            "rejected rows of lists",
        ),
        _preserved(policy),
    ]


def _kept(what: str, span: timedelta, law: KeepLimit | None, own_days: int | None, also: str) -> Kept:
    why = "no law's number is known; Platewatch's default"
    if law is not None:
        number = "" if law.longest is not None else ", which has no number that is known"
        why = f"{law.source}{number}"
    if own_days is not None:
        why = f"this agency's retention.{what}_days, within: {why}"
    return Kept(what, span_text(span), why, also)


def _preserved(policy: Policy) -> Kept:
    rule = policy.profile.preservation
    span = "as each request says" if rule is None or rule.days is None else f"{rule.days} days at most"
    if rule is not None and rule.renewable:
        span += ", renewable"
    why = "no rule is known" if rule is None else rule.source
    return Kept("reads that a request preserves", span, why, "apart from the others; they end with their request")
