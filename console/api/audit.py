"""The audit, what was given to others, and reports. Every look stands in the audit itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from console.api.answers import ABSENT, BODY, errors, takes_json
from console.api.paging import MOST, Cursor, Limit, link_next
from console.api.wire import Asked, Page, Path63, Told, Whole
from console.api.wire import Word as Said
from console.visitors import ApiCaller
from operations.audit.looking import AuditEntry, AuditFilter, view_audit
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

    @classmethod
    def of(cls, one: AuditEntry) -> AuditRow:
        """Return a row as the API tells it."""
        return cls(
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


class AuditPage(Page[AuditRow]):
    """What was done, the newest first."""


class AuditAsked(Asked):
    """Which rows of the audit; what is null is not asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plate": "VNV4527", "limit": 100}]})

    actor: Said | None = None
    action: Action | None = None
    kind: ActorKind | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="Exclusive.")
    purpose: Said | None = Field(None, description="Words in the purpose.")
    case_number: Said | None = None
    plate: Said | None = Field(None, description="What was asked about it.")
    limit: Annotated[Whole, Field(ge=1, le=MOST)] = 100
    after: Annotated[Path63, Field(description="`next` of the page before; null: the first page.")] | None = None


class AuditFound(Told):
    """Rows that fit, the newest first."""

    items: list[AuditRow]
    next: int | None = Field(description="Send it as `after` for the next page; null where there is no more.")


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
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AuditPage:
    """Return what was done, the newest first. What was asked about a plate or a case is searched for, by POST."""
    wanted = AuditFilter(actor, action, since, until, kind=kind, before=cursor)
    found = view_audit(caller.actor, caller.site.database, wanted, limit)
    items = [AuditRow.of(one) for one in found]
    return AuditPage(
        items=items, next=link_next(request, response, items[-1].audit_id if len(items) == limit else None)
    )


@router.post("/audit/search", responses=BODY, dependencies=[Depends(takes_json)])
def search_audit(caller: ApiCaller, asked: AuditAsked) -> AuditFound:
    """Find what was done, the newest first: by POST, so that plates and cases stand in no log of addresses."""
    wanted = AuditFilter(
        asked.actor,
        asked.action,
        asked.since,
        asked.until,
        asked.purpose,
        asked.case_number,
        asked.plate,
        asked.kind,
        asked.after,
    )
    found = view_audit(caller.actor, caller.site.database, wanted, asked.limit)
    items = [AuditRow.of(one) for one in found]
    return AuditFound(items=items, next=items[-1].audit_id if len(items) == asked.limit else None)


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
