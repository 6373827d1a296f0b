"""Agreements as tables, text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from cli.terminal.tables import add_cells, plain_table
from cli.terminal.times import shown_time
from operations.sharing.wording import scope_of, state_of
from schemas.convert import read_to_event
from schemas.events import utc
from schemas.printable import printable
from schemas.wording import confidence_text, movement_text, vehicle_text

if TYPE_CHECKING:
    from operations.sharing.asking import Reply
    from operations.sharing.looking import Answer, Sight
    from operations.sharing.theirs import Theirs
    from schemas.types import PlateRead
    from storage.sharing.agreements import StoredVersion
    from storage.sharing.disseminations import Dissemination


def versions_table(found: Sequence[StoredVersion]) -> Table:
    """Return a row for each version."""
    table = plain_table(
        "Agreement", "Version", "State", "Until", "Proposed by", "Approved by", "Grants more than before"
    )
    for version in found:
        add_cells(
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


def version_text(version: StoredVersion) -> str:
    """Return all that a version says, for a person who is to sign or approve it."""
    agreement = version.agreement
    lines = [
        f"{agreement.title} ({agreement.id}, version {version.version}: {state_of(version)})",
        f"authority: {agreement.authority}",
        f"signed paper: SHA-256 {agreement.paper_sha256}",
        f"valid from {agreement.valid_from} until {agreement.valid_until}; notice of {agreement.notice_days} days;"
        f" audited every {agreement.audit_every_days} days",
        *(f"topic of {what}: {topic}" for what, topic in agreement.topics),
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


def version_record(version: StoredVersion) -> dict[str, Any]:
    """Return a version for a program."""
    return {
        "agreement": version.agreement.model_dump(mode="json"),
        "version": version.version,
        "state": state_of(version),
        "topic": version.agreement.topic,
        "topics": [topic for _, topic in version.agreement.topics],
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
    table = plain_table("Agency", "Gets", "How far", "Agreement", "Until", "Now")
    for sight in found:
        add_cells(
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


def theirs_record(one: Theirs) -> dict[str, Any]:
    """Return what we see of another agency, for a program."""
    return {
        "agency": {"id": one.neighbor.id, "name": one.neighbor.name},
        "agreement": one.neighbor.agreement,
        "lists": [
            {"theirs": given.list_name, "ours": given.hotlist_id, "entries": given.entries, "state": given.words}
            for given in one.lists
        ],
        "dispositions": {"given": one.returned, "waiting": one.waiting, "withheld": one.withheld},
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
    table = plain_table("Time", "What", "Plate", "To", "Asked by", "Shown", "Agreement", "Why", "Case")
    for one in found:
        results = "" if one.results is None else f", {one.results} results"
        add_cells(
            table,
            shown_time(one.happened_at),
            f"{one.kind} {one.outcome}{results}",
            one.plate or "",
            ", ".join(str(member.get("name")) for member in one.members),
            one.asked_by or "",
            ", ".join(one.terms.get("fields", [])),
            f"{one.agreement_id}, version {one.version}",
            _why(one),
            one.case_number or "",
        )
    return table


def _why(one: Dissemination) -> str:
    """Return what something was for; of what was refused also why it was."""
    return "; ".join(text for text in (one.purpose, None if one.outcome == "answered" else one.why) if text)


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


def reply_table(reply: Reply) -> Table:
    """Return a row for each read that another agency answered; whatever it wrote is made fit to be shown."""
    table = plain_table("Time", "Agency", "Camera", "Plate", "State", "Sure", "Vehicle", "Way", "Place")
    for read in reply.reads:
        place = read.location
        add_cells(
            table,
            shown_time(read.captured_at),
            reply.neighbor.name,
            read.camera_id,
            read.plate,
            (read.jurisdiction or "").removeprefix("US-"),
            str(confidence_text(read)),
            vehicle_text(read.vehicle),
            movement_text(read.movement),
            "" if place is None else f"{place.latitude:.5f}, {place.longitude:.5f}",
        )
    return table


def reply_record(reply: Reply, read: PlateRead) -> dict[str, Any]:
    """Return a read that another agency answered, for a program."""
    return {
        "query_id": str(reply.query_id),
        "agency": {"id": reply.neighbor.id, "name": reply.neighbor.name},
        "agreement": reply.neighbor.agreement,
        "agreement_version": reply.agreement_version,
        "terms": None if reply.terms is None else reply.terms.model_dump(mode="json"),
        "read": read_to_event(read).model_dump(mode="json"),
    }
