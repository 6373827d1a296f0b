"""Deciding about agreements: one person proposes, another one approves what is new or wider, anybody ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from operations.backup.ends import note_ends
from operations.reasons import check_reason
from operations.sharing.zones import agency_zone
from policy.agreements.agreement import Agreement
from policy.agreements.days import day_begins, day_ends
from policy.agreements.deciding import AgreementGate, Standing
from policy.agreements.widening import widening
from policy.decisions import Policy, open_policy
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database
from storage.sharing.agreements import AgreementStore, StoredVersion, versions_of
from storage.sharing.deliveries import withhold_all


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that was stored. Where it `widens` something it waits for another person; else it is in force."""

    version: int
    widens: tuple[str, ...]

    @property
    def is_pending(self) -> bool:
        """Whether another person has to approve it."""
        return bool(self.widens)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at an agreement finds before it is proposed.

    `fault` is why it cannot be, or None. `widens` is what another person has to approve, `blocked` what keeps something
    that it shares from flowing now.
    """

    agreement: Agreement
    fault: str | None
    widens: tuple[str, ...]
    blocked: tuple[str, ...]


def check_proposal(actor: Actor, database: Database, settings: Settings, agreement: Agreement) -> Findings:
    """Return what would come of proposing an agreement; nothing is stored but that somebody looked.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        agreement: What was signed.

    Raises:
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    policy, zone, now = open_policy(settings), agency_zone(settings), datetime.now(UTC)
    with database.transaction() as connection:
        known = versions_of(connection, agreement.id)
        fault = _unfit(agreement, settings, policy) or _closed(known) or _same(known, agreement)
        details = {"agreement": agreement.id, "proposed": True, "fault": fault}
        write_audit(connection, AuditRecord(actor, Action.CHECK_AGREEMENT, details))
    gate = AgreementGate(Standing.of(agreement, len(known) + 1, zone), policy, zone)
    shared = [(grant.shares, gate.blocked(grant.shares, now)) for grant in agreement.grants]
    blocked = tuple(f"{shares.value}: {reason}" for shares, reason in shared if reason is not None)
    return Findings(agreement, fault, widening(_active(known), agreement), blocked)


def propose_agreement(actor: Actor, database: Database, settings: Settings, agreement: Agreement) -> Proposal:
    """Store an agreement, or another version of one; what narrows it is in force at once.

    Args:
        actor: Who proposes it; a person.
        database: An open database.
        settings: The configuration.
        agreement: What was signed.

    Raises:
        InvalidInput: It is not this agency's to share, the law does not let a member receive, the agreement was ended,
            or the same is in force already; the refusal stands in the audit.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: Nothing was stored.
    """
    details = {"agreement": agreement.id, "paper_sha256": agreement.paper_sha256}
    record = AuditRecord(actor, Action.ADD_AGREEMENT, details)
    fault = _not_a_person(actor) or _unfit(agreement, settings, open_policy(settings))
    if fault is not None:
        raise _refused(database, record, fault)
    zone = agency_zone(settings)
    with AgreementStore(database).deciding(agreement.id, begin=True) as decision:
        known = decision.versions()
        fault = _closed(known) or _same(known, agreement)
        if fault is None:
            widens = widening(_active(known), agreement)
            bounds = day_begins(agreement.valid_from, zone), day_ends(agreement.valid_until, zone)
            version = decision.propose(agreement, *bounds, widens, actor.person)
            write_audit(decision.connection, record, version=version, widens=widens)
            return Proposal(version, widens)
    raise _refused(database, record, fault)


def approve_agreement(
    actor: Actor,
    database: Database,
    settings: Settings,
    agreement_id: str,
    paper_sha256: str | None = None,
    version: int | None = None,
) -> StoredVersion:
    """Put the newest version of an agreement in force, which another person proposed.

    Args:
        actor: Who approves it; another person than who proposed it.
        database: An open database.
        settings: The configuration.
        agreement_id: The agreement.
        paper_sha256: Digest of the paper that the person holds; None: not compared.
        version: The version that the person has looked at; None: whichever is the newest.

    Returns:
        The version.

    Raises:
        InvalidInput: Nothing waits for approval, the same person proposed it, the paper is another one, or the law does
            not let a member receive; the refusal stands in the audit.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: Nothing was decided.
    """
    record = AuditRecord(actor, Action.APPROVE_AGREEMENT, {"agreement": agreement_id})
    policy = open_policy(settings)
    with AgreementStore(database).deciding(agreement_id) as decision:
        known = decision.versions()
        newest = known[-1] if known else None
        fault = _not_a_person(actor) or _closed(known)
        if newest is None:
            fault = f"no agreement '{agreement_id}'; see platewatch agreements show"
        elif fault is None:
            fault = _unapprovable(newest, actor, paper_sha256, version) or _unfit(newest.agreement, settings, policy)
        if fault is None and newest is not None:
            decision.approve(newest.version, actor.person)
            write_audit(decision.connection, record, version=newest.version, widens=newest.widens)
            return newest
    raise _refused(database, record, fault or "")


def end_agreement(
    actor: Actor, database: Database, agreement_id: str, reason: str, settings: Settings | None = None
) -> None:
    """End an agreement for good: from now on nothing goes out under it.

    Args:
        actor: Who ends it.
        database: An open database.
        agreement_id: The agreement.
        reason: Why, in words.
        settings: The configuration: the journal that a restore asks is written at once; None: a run does that soon.

    Raises:
        InvalidInput: There is no such agreement, it was ended before, or the reason says nothing.
        DatabaseUnavailable: Nothing was decided.
    """
    record = AuditRecord(actor, Action.END_AGREEMENT, {"agreement": agreement_id, "reason": reason})
    check_reason(database, record, reason)
    if (fault := _end(actor, database, record, agreement_id, reason)) is not None:
        raise _refused(database, record, fault)
    if settings is not None:
        note_ends(database, settings)


def _end(actor: Actor, database: Database, record: AuditRecord, agreement_id: str, reason: str) -> str | None:
    """End an agreement, or return why it cannot be."""
    with AgreementStore(database).deciding(agreement_id) as decision:
        known = decision.versions()
        if known and decision.end(actor.person, reason):
            withheld = withhold_all(decision.connection, agreement_id, f"the agreement was ended: {reason}")
            write_audit(decision.connection, record, withheld=withheld)
            return None
    return _closed(known) or "" if known else f"no agreement '{agreement_id}'; see platewatch agreements show"


def _not_a_person(actor: Actor) -> str | None:
    if actor.via is SignIn.SERVICE:
        return f"{actor.name} is a program; people decide about agreements"
    return None


def _unfit(agreement: Agreement, settings: Settings, policy: Policy) -> str | None:
    """Return why an agreement cannot be in force here, or None."""
    if agreement.owner.id != settings.agency_id:
        return (
            f"its owner is {agreement.owner.id}, and this installation's is {settings.agency_id} (agency_id); each"
            " installation shares its own data alone"
        )
    receivers = {to for grant in agreement.grants for to in grant.to}
    for member in agreement.members:
        verdict = policy.receives(member.ref)
        if member.id in receivers and not verdict.is_standing:
            how = "; that is nothing standing" if verdict.allowed else ""
            return f"the law does not let it: {verdict.reason}{how}"
    return None


def _closed(known: Iterable[StoredVersion]) -> str | None:
    for version in known:
        if version.ended_at is not None:
            return f"it was ended at {version.ended_at.isoformat(timespec='seconds')}; agree anew under another id"
    return None


def _same(known: Iterable[StoredVersion], agreement: Agreement) -> str | None:
    newest = list(known)[-1:]
    if newest and newest[0].agreement == agreement:
        waits = ", and waits for another person's approval" if newest[0].is_pending else ""
        return f"version {newest[0].version} says the same{waits}"
    return None


def _active(known: Iterable[StoredVersion]) -> Agreement | None:
    return next((version.agreement for version in known if version.is_active), None)


def _unapprovable(newest: StoredVersion, actor: Actor, paper_sha256: str | None, version: int | None) -> str | None:
    if version not in (None, newest.version):
        return f"version {newest.version} was proposed after version {version}, which you have looked at; look at it"
    if not newest.is_pending:
        return f"version {newest.version} is in force; nothing waits for approval"
    if newest.proposed_by == actor.person:
        return f"{actor.person} proposed version {newest.version}; what is new or wider needs another person"
    if paper_sha256 is not None and paper_sha256 != newest.agreement.paper_sha256:
        return f"the paper is another one than that of version {newest.version} ({newest.agreement.paper_sha256})"
    return None


def _refused(database: Database, record: AuditRecord, fault: str) -> InvalidInput:
    """Write a refusal down and return it."""
    details = {**record.details, "refused": record.action.value, "why_refused": fault}
    write_audit(database, AuditRecord(record.actor, Action.REFUSED, details))
    return InvalidInput(f"agreement {record.details['agreement']}: {fault}")
