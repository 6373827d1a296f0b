"""The audit, what was given to others, and reports. Every look stands in the audit itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from console.api.answers import ABSENT, errors
from console.api.paging import Cursor, Limit, link_next
from console.api.wire import Page, Told
from console.visitors import ApiCaller
from operations.audit.looking import AuditFilter, view_audit
from operations.audit.verifying import verify_audit
from operations.reports.filing import file_report
from policy.reports import load_report, reports
from schemas.actions import Action
from schemas.actor import SignIn
from schemas.actor_kinds import ActorKind
from schemas.permissions import check_permitted

router = APIRouter(tags=["audit"])
Word = Annotated[str | None, Query(max_length=200)]


class AuditRow(Told):
    """One thing that somebody did."""

    audit_id: int
    happened_at: datetime
    actor: str
    via: SignIn
    origin: str
    agency_id: str
    action: Action
    purpose: str | None
    case_number: str | None
    details: dict[str, Any]
    results: int | None


class AuditPage(Page[AuditRow]):
    """What was done, the newest first."""


class ProblemTold(Told):
    """Something that is not as it was sealed."""

    kind: str
    what: str
    audit_id: int | None
    position: int | None


class VerificationTold(Told):
    """What a look at the whole audit came to; nothing is wrong where `problems` is empty."""

    rows: int
    ended: int
    checkpoints: int
    purged: list[str]
    waiting: int
    problems: list[ProblemTold]


class ReportKind(Told):
    """A report that a law asks for."""

    name: str
    title: str
    jurisdiction: str
    due: str


class ReportsTold(Told):
    """The reports that there are."""

    items: list[ReportKind]


class FigureTold(Told):
    """A number of a report; null: so small that it is hidden."""

    label: str
    number: int | None


class ReportLineTold(Told):
    """A line of a report; `figures` is null where a person writes it, or nobody can know it."""

    text: str
    figures: list[FigureTold] | None
    by_hand: str | None
    not_recorded: str | None
    records: list[dict[str, Any]]
    is_partial: bool


class ReportTold(Told):
    """A report of a span of time."""

    name: str
    title: str
    agency_id: str
    since: datetime
    until: datetime
    made_at: datetime
    lines: list[ReportLineTold]


@router.get("/audit")
def audit(
    request: Request,
    response: Response,
    caller: ApiCaller,
    actor: Word = None,
    action: Action | None = None,
    kind: ActorKind | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    purpose: Word = None,
    case_number: Word = None,
    plate: Word = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AuditPage:
    """Return what was done, the newest first; `plate` finds what was asked about it."""
    wanted = AuditFilter(actor, action, since, until, purpose, case_number, plate, kind, cursor)
    found = view_audit(caller.actor, caller.site.database, wanted, limit)
    items = [
        AuditRow(
            audit_id=one.audit_id,
            happened_at=one.happened_at,
            actor=one.actor.name,
            via=one.actor.via,
            origin=one.actor.origin,
            agency_id=one.actor.agency_id,
            action=one.action,
            purpose=one.purpose,
            case_number=one.case_number,
            details=one.details,
            results=one.results,
        )
        for one in found
    ]
    return AuditPage(
        items=items, next=link_next(request, response, items[-1].audit_id if len(items) == limit else None)
    )


@router.post("/audit/verification", responses=errors(409))
def verify(caller: ApiCaller) -> VerificationTold:
    """Check every row of the audit against its chain, and the chain against what was signed; one at a time."""
    site = caller.site
    return VerificationTold.model_validate(verify_audit(caller.actor, site.database, site.settings))


@router.get("/reports")
def report_names(caller: ApiCaller) -> ReportsTold:
    """Return the reports that there are."""
    check_permitted(caller.actor, Action.VIEW_REPORT)
    found = [(name, load_report(name)) for name in reports()]
    items = [ReportKind(name=name, title=one.title, jurisdiction=one.jurisdiction, due=one.due) for name, one in found]
    return ReportsTold(items=items)


@router.get("/reports/{name}", responses=ABSENT)
def report(caller: ApiCaller, name: str, since: AwareDatetime, until: AwareDatetime) -> ReportTold:
    """Count what a report says of a span of time."""
    site = caller.site
    found = file_report(caller.actor, site.database, site.settings, name, since, until, datetime.now(UTC))
    lines = [
        ReportLineTold(
            text=one.line.text,
            figures=None if one.figures is None else [FigureTold(label=text, number=n) for text, n in one.figures],
            by_hand=one.line.by_hand,
            not_recorded=one.line.not_recorded,
            records=list(one.records),
            is_partial=one.is_partial,
        )
        for one in found.lines
    ]
    return ReportTold(
        name=name,
        title=found.report.title,
        agency_id=found.agency_id,
        since=since,
        until=until,
        made_at=found.made_at,
        lines=lines,
    )
