"""Looking at agreements: what they say, who sees what, and whether an alert may go to an agency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from operations.sharing.zones import agency_zone
from policy.agreements.deciding import AgreementGate, Offer, Release
from policy.agreements.grants import Grant, Shares
from policy.agreements.parties import Member
from policy.decisions import Policy, open_policy
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import NotThere
from schemas.settings import Settings
from schemas.types import RECEIVED_LAYOUT
from sharing.lists.scope import PASSED_ON
from sharing.offers import is_cji, offer_of
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.sharing.agreements import AgreementStore, StoredVersion, versions_of
from storage.sharing.deliveries import find_alert


@dataclass(frozen=True, slots=True)
class Sight:
    """What one member sees under one agreement; `blocked` says why nothing flows now, or is None."""

    member: Member
    version: StoredVersion
    grant: Grant
    blocked: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an alert may go to an agency under one agreement: to it alone, and on the topic that all members read."""

    agreement_id: str
    version: int
    alone: Release
    on_topic: Release


def view_agreements(actor: Actor, database: Database, agreement_id: str | None = None) -> list[StoredVersion]:
    """Return the versions of one agreement, or of all, oldest first; the look is written down.

    Raises:
        NotThere: There is no such agreement.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_AGREEMENTS, {"agreement": agreement_id})
    with database.transaction() as connection:
        found = versions_of(connection, agreement_id)
        write_audit(connection, record, len(found))
    if agreement_id is not None and not found:
        raise NotThere(f"no agreement '{agreement_id}'; see platewatch agreements show")
    return found


def who_sees_what(actor: Actor, database: Database, settings: Settings) -> list[Sight]:
    """Return every grant of every agreement that is not over, a row for each member that receives.

    Raises:
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    now, policy, zone = datetime.now(UTC), open_policy(settings), agency_zone(settings)
    found = [
        sight
        for version in AgreementStore(database).active()
        if version.ended_at is None and now < version.ends_at
        for sight in _sights(version, policy, zone, now)
    ]
    write_audit(database, AuditRecord(actor, Action.VIEW_AGREEMENTS, {"shown": "who sees what"}), len(found))
    return found


def _sights(version: StoredVersion, policy: Policy, zone: tzinfo | None, now: datetime) -> Iterator[Sight]:
    gate = AgreementGate(version.standing, policy, zone)
    for grant in version.agreement.grants:
        for to in grant.to:
            # What one receiver may not have goes to none, for they read the same topic; but each asks on its own.
            asks = grant.shares is Shares.QUERIES
            blocked = gate.blocked_for(to, grant.shares, now) if asks else gate.blocked(grant.shares, now)
            yield Sight(version.agreement.member(to), version, grant, blocked)


def check_alert(actor: Actor, database: Database, settings: Settings, alert_id: UUID, to: str) -> list[Answer]:
    """Return whether an alert may go to an agency, under each agreement that it is a member of, and why or why not.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration.
        alert_id: The alert.
        to: The agency's short name, name or ORI.

    Raises:
        NotThere: There is no such alert.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    found = find_alert(database, alert_id)
    record = AuditRecord(actor, Action.CHECK_AGREEMENT, {"alert": alert_id, "to": to})
    if found is None:
        write_audit(database, record, 0)
        raise NotThere(f"no alert {alert_id} is stored; see platewatch alerts --json")
    policy, zone, offer = open_policy(settings), agency_zone(settings), offer_of(found.payload, found.layout)
    answers = list(_answers(AgreementStore(database).active(), to, offer, policy, zone))
    write_audit(database, record, len(answers), allowed=[one.agreement_id for one in answers if one.on_topic.allowed])
    return answers


def check_entry(actor: Actor, database: Database, settings: Settings, entry_id: UUID, to: str) -> list[Answer]:
    """Return whether an entry of an active hotlist may go to an agency, under each agreement that it is a member of.

    Args:
        actor: Who asks.
        database: An open database.
        settings: The configuration.
        entry_id: The entry.
        to: The agency's short name, name or ORI.

    Raises:
        NotThere: There is no such entry.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    store = HotlistStore(database)
    entry = store.active_entries([entry_id]).get(entry_id)
    record = AuditRecord(actor, Action.CHECK_AGREEMENT, {"entry": entry_id, "to": to})
    if entry is None:
        write_audit(database, record, 0)
        raise NotThere(f"no active entry {entry_id}; see platewatch hotlist show NAME --json")
    layout = next((one.layout for one in store.lists() if one.hotlist_id == entry.hotlist_id), None)
    offer = Offer(
        Shares.HOTLISTS,
        category=entry.category,
        is_cji=is_cji(layout, entry.source_entry_id),
        hotlist_id=entry.hotlist_id,
    )
    answers = list(_answers(AgreementStore(database).active(), to, offer, open_policy(settings), agency_zone(settings)))
    if layout == RECEIVED_LAYOUT:
        no = Release(False, PASSED_ON)
        answers = [replace(one, alone=no, on_topic=no) for one in answers]
    write_audit(database, record, len(answers), allowed=[one.agreement_id for one in answers if one.on_topic.allowed])
    return answers


def _answers(
    versions: Sequence[StoredVersion], to: str, offer: Offer, policy: Policy, zone: tzinfo | None
) -> Iterator[Answer]:
    now, wanted = datetime.now(UTC), to.casefold()
    for version in versions:
        gate = AgreementGate(version.standing, policy, zone)
        for member in version.agreement.members:
            if wanted in (member.id.casefold(), member.name.casefold(), member.ori.casefold()):
                alone, on_topic = gate.decide_for(member.id, offer, now), gate.decide(offer, now)
                if not alone.allowed:
                    on_topic = alone
                yield Answer(version.agreement.id, version.version, alone, on_topic)
