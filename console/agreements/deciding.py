"""One person proposes an agreement, another one approves it, anybody of them ends it."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.agreements.overview import agreement_page
from console.visitors import SignedIn, Visitor
from operations.sharing.deciding import (
    Findings,
    approve_agreement,
    check_proposal,
    end_agreement,
    propose_agreement,
)
from operations.sharing.wording import scope_of
from policy.agreements.agreement import Agreement
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from sharing.files import LARGEST_FILE_BYTES, parse_agreement

router = APIRouter(prefix="/agreements")
Digest = Annotated[str, Form(max_length=64)]
Document = Annotated[str, Form(max_length=LARGEST_FILE_BYTES)]
_CHUNK = 1 << 20


@router.get("/propose")
def begin(visitor: SignedIn) -> HTMLResponse:
    """Show where an agreement's file is handed in."""
    check_permitted(visitor.actor, Action.ADD_AGREEMENT)
    return _page(visitor)


@router.post("/propose")
def check(
    visitor: SignedIn,
    file: Annotated[UploadFile | None, File()] = None,
    paper: Annotated[UploadFile | None, File()] = None,
    document: Document = "",
    paper_sha256: Digest = "",
) -> HTMLResponse:
    """Say what is wrong with an agreement and what it would grant; nothing is stored."""
    check_permitted(visitor.actor, Action.ADD_AGREEMENT)
    digest = _digest(paper) or paper_sha256
    text, name = _text(file) or document, (file and file.filename) or "the agreement"
    try:
        agreement = _parsed(text, name, digest)
    except InvalidInput as error:
        return _page(visitor, document=text, paper_sha256=digest, detail=str(error), status=422)
    site = visitor.site
    findings = check_proposal(visitor.actor, site.database, site.settings, agreement)
    return _page(visitor, document=text, paper_sha256=digest, findings=findings)


@router.post("/propose/store")
def propose(visitor: SignedIn, document: Document = "", paper_sha256: Digest = "") -> Response:
    """Propose what was checked."""
    site = visitor.site
    try:
        agreement = _parsed(document, "the agreement", paper_sha256)
        proposal = propose_agreement(visitor.actor, site.database, site.settings, agreement)
    except InvalidInput as error:
        check_permitted(visitor.actor, Action.ADD_AGREEMENT)
        return _page(visitor, document=document, paper_sha256=paper_sha256, detail=str(error), status=422)
    done = "proposed" if proposal.is_pending else "narrowed"
    return RedirectResponse(f"/agreements/of/{agreement.id}?done={done}", 303)


@router.post("/of/{agreement_id}/approve")
def approve(
    visitor: SignedIn,
    agreement_id: str,
    version: Annotated[int, Form(ge=1, le=1_000_000)],
    paper: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Put the version that another person proposed in force."""
    site = visitor.site
    try:
        approve_agreement(visitor.actor, site.database, site.settings, agreement_id, _digest(paper) or None, version)
    except InvalidInput as error:
        return agreement_page(visitor, agreement_id, detail=str(error), status=422)
    return RedirectResponse(f"/agreements/of/{agreement_id}?done=approved", 303)


@router.post("/of/{agreement_id}/end")
def end(visitor: SignedIn, agreement_id: str, reason: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """End an agreement for good."""
    site = visitor.site
    try:
        end_agreement(visitor.actor, site.database, agreement_id, reason, site.settings)
    except InvalidInput as error:
        return agreement_page(visitor, agreement_id, detail=str(error), reason=reason, status=422)
    return RedirectResponse(f"/agreements/of/{agreement_id}?done=ended", 303)


def _parsed(text: str, name: str, digest: str) -> Agreement:
    if not text.strip():
        raise InvalidInput("no agreement was handed in; choose its TOML file, or paste its text")
    return parse_agreement(text.encode("utf-8", "surrogatepass"), name, digest or None)


def _text(file: UploadFile | None) -> str:
    """Return a file that was handed in, as far as one may be; what is no text stays visible as such."""
    if file is None:
        return ""
    return file.file.read(LARGEST_FILE_BYTES + 1).decode("utf-8", "backslashreplace")


def _digest(paper: UploadFile | None) -> str:
    """Return the SHA-256 of the paper that was handed in; empty where none was. The paper itself is not kept."""
    if paper is None or not paper.size:
        return ""
    digest = hashlib.sha256()
    while chunk := paper.file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _page(
    visitor: Visitor,
    *,
    document: str = "",
    paper_sha256: str = "",
    findings: Findings | None = None,
    detail: str = "",
    status: int = 200,
) -> HTMLResponse:
    return visitor.page(
        "agreements/propose.html",
        status=status,
        document=document,
        paper_sha256=paper_sha256,
        findings=findings,
        detail=detail,
        scope_of=scope_of,
    )
