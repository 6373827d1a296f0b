"""A list's file from a person: sent, looked at, imported or given up."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from console.lists.imported import Imported
from console.lists.overview import overview_page
from console.lists.receiving import FileForm
from console.lists.rights import Rights
from console.lists.versions import Reason
from console.visitors import SignedIn, Visitor
from console.works import Progress, Work
from hotlists.feeds.uploads import Upload
from operations.hotlists.uploads import (
    Said,
    Trial,
    discard_sent_list,
    import_sent_list,
    keep_list,
    receiving_list,
    sent_list,
    try_list,
)
from policy.decisions import open_policy
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput

router = APIRouter(prefix="/lists")
PATH: Final = "/lists/files"
FIELD: Final = "file"


@router.post("/files")
async def send(request: Request, visitor: SignedIn) -> Response:
    """Take a file in, and begin to look at it."""
    actor, settings = visitor.actor, visitor.site.settings
    with FileForm(FIELD, lambda name: receiving_list(actor, settings, name)) as form:
        try:
            incoming = await form.receive(request)
            upload = await run_in_threadpool(keep_list, actor, incoming, _said(form))
        except InvalidInput as error:
            return await run_in_threadpool(overview_page, visitor, problem=str(error), said=_said(form), status=422)
    await run_in_threadpool(_look, visitor, upload)
    return RedirectResponse(f"{PATH}/{upload.upload_id}", 303)


@router.get("/files/{upload_id}")
def show(visitor: SignedIn, upload_id: UUID) -> HTMLResponse:
    """Show what a file holds, and what may be done with it."""
    return _page(visitor, upload_id)


@router.post("/files/{upload_id}/look")
def look(visitor: SignedIn, upload_id: UUID) -> Response:
    """Look at a file once more."""
    _look(visitor, _found(visitor, upload_id))
    return RedirectResponse(f"{PATH}/{upload_id}", 303)


@router.post("/files/{upload_id}/import")
def take(visitor: SignedIn, upload_id: UUID, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    """Make a file the active version of its list; with a reason, also where it would be held."""
    site, actor = visitor.site, visitor.actor
    upload = _found(visitor, upload_id)
    force = reason.strip() or None

    def do(advance: Progress) -> Imported:
        done = import_sent_list(actor, site.database, site.settings, upload, force=force, on_progress=advance)
        return Imported.of(done)

    begun = site.works.begin(_import_key(upload_id), f"the import of {upload.note.file_name}", do)
    if not begun.is_over:
        return RedirectResponse(f"{PATH}/{upload_id}", 303)
    if begun.problem:
        return _page(visitor, upload_id, typed={"reason": reason}, status=422)
    return RedirectResponse(f"/lists/named/{begun.result.hotlist_id}", 303)


@router.post("/files/{upload_id}/discard")
def discard(visitor: SignedIn, upload_id: UUID, reason: Reason = "") -> Response:
    """Give a file up."""
    upload = _found(visitor, upload_id)
    try:
        discard_sent_list(visitor.actor, visitor.site.database, visitor.site.settings, upload, reason)
    except InvalidInput as error:
        return _page(visitor, upload_id, problem=str(error), typed={"discard": reason}, status=422)
    return RedirectResponse("/lists", 303)


def _look(visitor: Visitor, upload: Upload) -> Work:
    site, actor = visitor.site, visitor.actor

    def do(advance: Progress) -> Trial:
        return try_list(actor, site.database, site.settings, upload, on_progress=advance)

    site.works.forget(_import_key(upload.upload_id))
    return site.works.begin(_look_key(upload.upload_id), f"the look at {upload.note.file_name}", do)


def _page(
    visitor: Visitor,
    upload_id: UUID,
    *,
    problem: str = "",
    typed: dict[str, object] | None = None,
    status: int = 200,
) -> HTMLResponse:
    importing = visitor.site.works.find(_import_key(upload_id))
    done = importing.result if importing is not None and importing.is_over else None
    upload = None if done is not None else _found(visitor, upload_id)
    if upload is None:
        _may_send(visitor)
    looked = visitor.site.works.find(_look_key(upload_id))
    return visitor.page(
        "lists/file.html",
        status=status,
        upload=upload,
        upload_id=upload_id,
        place=f"{PATH}/{upload_id}",
        importing=importing,
        looked=looked,
        policy=open_policy(visitor.site.settings),
        may=Rights.of(visitor.actor),
        problem=problem,
        typed=typed or {},
        imported=done,
    )


def _may_send(visitor: Visitor) -> None:
    AuditRecord(visitor.actor, Action.TRY_LIST)


def _found(visitor: Visitor, upload_id: UUID) -> Upload:
    try:
        return sent_list(visitor.actor, visitor.site.settings, upload_id)
    except InvalidInput as error:
        raise HTTPException(404) from error


def _said(form: FileForm) -> Said:
    return Said(*(form.text(name)[:100_000] for name in ("layout", "name", "state", "as_of", "mapping")))


def _look_key(upload_id: UUID) -> str:
    return f"look {upload_id}"


def _import_key(upload_id: UUID) -> str:
    return f"import {upload_id}"
