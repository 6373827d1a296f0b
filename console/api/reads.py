"""Searching reads. Each search is a POST: what is asked, and why, stands in no log of addresses."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from console.api.answers import ABSENT, BODY, takes_json
from console.api.read_models import (
    LookAlikesTold,
    LookAlikeTold,
    PageAsked,
    PassesAsked,
    PassesTold,
    ReadPage,
    ReadTold,
    RevisionsAsked,
    RevisionsTold,
    SearchAsked,
    correction_told,
    passes_told,
    revisions_told,
)
from console.files import shown
from console.visitors import ApiCaller
from operations.board.pictures import PictureKind
from operations.revisions import view_revisions
from operations.searches.finding import find_look_alikes, find_reads
from operations.searches.passes import find_passes
from operations.searches.query import key_text
from operations.searches.reading import show_read
from schemas.convert import read_to_event
from schemas.errors import NotThere

router = APIRouter(prefix="/reads", tags=["reads"], dependencies=[Depends(takes_json)])
_JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}, "description": "The picture."}


@router.post("/search", responses=BODY)
def search(caller: ApiCaller, asked: PageAsked) -> ReadPage:
    """Find reads by plate, place, time and by what their readers say of the vehicle, the newest first."""
    site = caller.site
    found = find_reads(caller.actor, site.database, site.settings, asked.query(asked.after), asked.why())
    items = [
        ReadTold(read=read_to_event(read), correction=correction_told(found.corrections.get(read.read_id)))
        for read in found.reads
    ]
    return ReadPage(items=items, next=None if found.next is None else key_text(found.next))


@router.post("/look-alikes", responses=BODY)
def look_alikes(caller: ApiCaller, asked: SearchAsked) -> LookAlikesTold:
    """Find reads that may be of one plate though another text was read, best first, all at once."""
    site = caller.site
    found = find_look_alikes(caller.actor, site.database, site.settings, asked.query(), asked.why())
    items = [
        LookAlikeTold(
            read=read_to_event(one.read),
            correction=correction_told(found.corrections.get(one.read.read_id)),
            score=one.score,
            expected_by_chance=one.expected_by_chance,
        )
        for one in found.found
    ]
    return LookAlikesTold(items=items, searched=found.searched, more=found.more)


@router.post("/passes", responses=BODY)
def passes(caller: ApiCaller, asked: PassesAsked) -> PassesTold:
    """Return one vehicle's passes in order, as far as the purpose reaches."""
    site = caller.site
    found = find_passes(
        caller.actor, site.database, site.settings, asked.plate, asked.why(), since=asked.since, until=asked.until
    )
    return passes_told(found)


@router.post("/{read_id}/revisions", responses={**ABSENT, **BODY})
def revisions(caller: ApiCaller, read_id: UUID, asked: RevisionsAsked) -> RevisionsTold:
    """Return all that was reported of one pass, unchanged."""
    site = caller.site
    found = view_revisions(
        caller.actor,
        site.database,
        site.settings,
        read_id,
        purpose=asked.purpose,
        case_number=asked.case_number,
        warrant=asked.warrant,
        offense=asked.offense,
    )
    return revisions_told(found)


@router.post("/{read_id}/pictures/{kind}", responses={**ABSENT, **BODY, 200: _JPEG}, response_class=Response)
def read_picture_of(
    caller: ApiCaller,
    read_id: UUID,
    kind: Annotated[PictureKind, Path(description="The plate, or the whole scene.")],
    asked: RevisionsAsked,
) -> Response:
    """Return a picture of a read, with why somebody looks."""
    site = caller.site
    pictures = show_read(caller.actor, site.database, site.settings, read_id, asked.why()).pictures
    found = pictures.plate if kind is PictureKind.PLATE else pictures.scene
    if found is None:
        raise NotThere(f"there is no picture of the {kind.value}; pictures end with their reads")
    return shown(found)
