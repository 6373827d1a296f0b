"""Agreements as tables, text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cli.terminal.times import shown_time
from schemas.events import utc
from schemas.printable import printable

if TYPE_CHECKING:
    from operations.sharing.looking import Answer, Sight
    from policy.agreements.grants import Grant
    from storage.sharing.agreements import StoredVersion
    from storage.sharing.disseminations import Dissemination


def versions_table(found: Sequence[StoredVersion]) -> Table:
    """Return a row for each version."""
    table = _table("Agreement", "Version", "State", "Until", "Proposed by", "Approved by", "Grants more than before")
    for version in found:
        _row(
            table,
            version.agreement.id,
            str(version.version),
            state_of(version),
            version.agreement.valid_until.isoformat(),
            f"{version.proposed_by}, {shown_time(version.proposed_at)}",
            "" if version.approved_at is None else f"{version.approved_by}, {shown_time(version.approved_at)}",
            "; ".join(version.widens),
        )
    return table


def state_of(version: StoredVersion) -> str:
    """Return what a version is, in a word."""
    if version.ended_at is not None:
        return "ended"
    if version.is_pending:
        return "waits for approval"
    return "in force" if version.is_active else "replaced"


def version_text(version: StoredVersion) -> str:
    """Return all that a version says, for a person who is to sign or approve it."""
    agreement = version.agreement
    lines = [
        f"{agreement.title} ({agreement.id}, version {version.version}: {state_of(version)})",
        f"authority: {agreement.authority}",
        f"signed paper: SHA-256 {agreement.paper_sha256}",
        f"valid from {agreement.valid_from} until {agreement.valid_until}; notice of {agreement.notice_days} days;"
        f" audited every {agreement.audit_every_days} days",
        f"topic: {agreement.topic}",
    ]
    if version.ended_at is not None:
        lines.append(f"ended at {shown_time(version.ended_at)} by {version.ended_by}: {version.end_reason}")
    for member in agreement.members:
        kind = member.kind.value.replace("_", " ")
        lines.append(f"{member.role.value}: {member.name} ({member.id}, {member.ori}, {kind}, {member.state})")
    for signer in agreement.signers:
        lines.append(f"signed for {signer.member}: {signer.name}, {signer.title}, on {signer.signed_on}")
    for one in agreement.attestations:
        lines.append(
            f"{one.member} declares {one.declares} (version {one.version}), signed by {one.signer} on {one.signed_on},"
            f" until {one.expires_on}: {one.text}"
        )
    for grant in agreement.grants:
        lines.append(f"shares {grant.shares.value} with {', '.join(grant.to)}: {scope_of(grant)}")
    return "\n".join(printable(line) for line in lines)


def scope_of(grant: Grant) -> str:
    """Return how far a grant goes, in words."""
    cameras = "all cameras" if grant.cameras == "all" else f"cameras {', '.join(grant.cameras)}"
    parts = [
        cameras if grant.cameras else "",
        "" if grant.area is None else f"within {grant.area.model_dump()}",
        f"lists {', '.join(grant.lists)}" if grant.lists else "",
        ", ".join(grant.categories),
        ", ".join(grant.tiers),
        f"showing {', '.join(grant.fields)}",
        f"for {', '.join(grant.purposes)}",
        f"never for {', '.join(grant.purposes_forbidden)}" if grant.purposes_forbidden else "",
        f"with {', '.join(grant.attestations)} declared" if grant.attestations else "",
        f"kept for {grant.max_days} days at most",
        "with criminal-justice information" if grant.cji else "without criminal-justice information",
    ]
    return "; ".join(part for part in parts if part)


def version_record(version: StoredVersion) -> dict[str, Any]:
    """Return a version for a program."""
    return {
        "agreement": version.agreement.model_dump(mode="json"),
        "version": version.version,
        "state": state_of(version),
        "topic": version.agreement.topic,
        "widens": list(version.widens),
        "proposed_by": version.proposed_by,
        "proposed_at": utc(version.proposed_at),
        "approved_by": version.approved_by,
        "approved_at": None if version.approved_at is None else utc(version.approved_at),
        "ended_by": version.ended_by,
        "ended_at": None if version.ended_at is None else utc(version.ended_at),
        "end_reason": version.end_reason,
    }


def sights_table(found: Sequence[Sight]) -> Table:
    """Return a row for each member and thing that is shared with it."""
    table = _table("Agency", "Gets", "How far", "Agreement", "Until", "Now")
    for sight in found:
        _row(
            table,
            f"{sight.member.name} ({sight.member.id})",
            sight.grant.shares.value,
            scope_of(sight.grant),
            f"{sight.version.agreement.id}, version {sight.version.version}",
            sight.version.agreement.valid_until.isoformat(),
            "flows" if sight.blocked is None else f"nothing: {sight.blocked}",
        )
    return table


def sight_record(sight: Sight) -> dict[str, Any]:
    """Return what a member sees for a program."""
    return {
        "member": sight.member.model_dump(mode="json"),
        "agreement": sight.version.agreement.id,
        "version": sight.version.version,
        "until": sight.version.agreement.valid_until.isoformat(),
        "grant": sight.grant.model_dump(mode="json"),
        "flows": sight.blocked is None,
        "blocked": sight.blocked,
    }


def answer_record(answer: Answer) -> dict[str, Any]:
    """Return whether an alert may go to an agency, for a program."""
    return {
        "agreement": answer.agreement_id,
        "version": answer.version,
        "allowed": answer.on_topic.allowed,
        "reason": answer.on_topic.reason,
        "fields": sorted(answer.on_topic.fields),
        "allowed_alone": answer.alone.allowed,
    }


def disseminations_table(found: Sequence[Dissemination]) -> Table:
    """Return a row for everything that was given or asked."""
    table = _table("Time", "What", "Plate", "To", "Asked by", "Shown", "Agreement", "Why", "Case")
    for one in found:
        results = "" if one.results is None else f", {one.results} results"
        _row(
            table,
            shown_time(one.happened_at),
            f"{one.kind} {one.outcome}{results}",
            one.plate or "",
            ", ".join(str(member.get("name")) for member in one.members),
            one.asked_by or "",
            ", ".join(one.terms.get("fields", [])),
            f"{one.agreement_id}, version {one.version}",
            one.purpose or one.why,
            one.case_number or "",
        )
    return table


def dissemination_record(one: Dissemination) -> dict[str, Any]:
    """Return something that was given or asked, for a program."""
    return {
        "number": one.dissemination_id,
        "time": utc(one.happened_at),
        "outcome": one.outcome,
        "kind": one.kind,
        "agreement": one.agreement_id,
        "version": one.version,
        "to": one.members,
        "item_id": None if one.item_id is None else str(one.item_id),
        "plate": one.plate,
        "terms": one.terms,
        "why": one.why,
        "asked_by": one.asked_by,
        "purpose": one.purpose,
        "case_number": one.case_number,
        "results": one.results,
    }


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(Text(printable(cell)) for cell in cells))
