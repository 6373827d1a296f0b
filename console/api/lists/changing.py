"""Changing hotlists. Whatever is done a second time changes nothing more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import AwareDatetime

from console.api.answers import ABSENT, BODY, STANDS, errors, takes_json
from console.api.lists.looking import ListName
from console.api.lists.models import (
    EntriesAsked,
    EntryAdded,
    EntryAsked,
    EntryTold,
    Imported,
    Restored,
    RollBackAsked,
    RolledBack,
    Withdrawn,
)
from console.visitors import ApiCaller
from hotlists.importing.importer import ImportOptions
from hotlists.importing.single import SingleEntry, single_entry
from hotlists.layouts.registry import PARSERS
from operations.hotlists.adding import add_entry
from operations.hotlists.choosing import chosen_entries
from operations.hotlists.uploading import import_upload
from operations.hotlists.versions import roll_back
from operations.hotlists.withdrawing import WantedEntries, restore_entries, withdraw_entries
from schemas.actions import Action
from schemas.errors import InvalidInput
from schemas.jurisdictions import parse_jurisdiction

router = APIRouter(prefix="/lists", tags=["lists"])
_FILES = ("text/csv", "text/plain", "application/octet-stream")
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _FILES},
    }
}


async def file_body(request: Request, _: ApiCaller) -> bytes:
    """Return a file that is sent as it is.

    Raises:
        HTTPException: 415: it says that it is something else, or is compressed.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FILES or request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, f"send the list's file as it is, as one of {', '.join(_FILES)}, not compressed")
    return await request.body()


@router.post("/{hotlist_id}/imports", responses={**errors(409), **BODY}, openapi_extra=_FILE_BODY)
def import_file(
    caller: ApiCaller,
    hotlist_id: ListName,
    layout: Annotated[str, Query(max_length=40, description=f"One of {', '.join(PARSERS)}.")],
    content: Annotated[bytes, Depends(file_body)],
    file_name: Annotated[str, Query(max_length=120, description="What the file is called.")] = "upload.csv",
    as_of: Annotated[AwareDatetime | None, Query(description="The content's date; else the file's, else now.")] = None,
    state: Annotated[str | None, Query(max_length=40, description="The state of rows that give none.")] = None,
    force: Annotated[
        str | None, Query(max_length=200, description="Why a version that would be held becomes active all the same.")
    ] = None,
) -> Imported:
    """Import a list's file: it becomes the active version as a whole, or not at all (409: it is held for a person)."""
    site = caller.site
    options = ImportOptions(
        hotlist_id=hotlist_id,
        as_of=None if as_of is None else as_of.astimezone(UTC),
        default_state=None if state is None else _state(state),
        force=force,
        settings=site.settings.hotlists,
    )
    return Imported.of(import_upload(caller.actor, site.database, site.settings, content, file_name, layout, options))


@router.post("/{hotlist_id}/entries", responses=BODY, dependencies=[Depends(takes_json)])
def add(caller: ApiCaller, hotlist_id: ListName, asked: EntryAsked) -> EntryAdded:
    """Add one entry to a list that people keep by hand, or change it. The same again changes nothing."""
    given = SingleEntry(**asked.model_dump(exclude={"reason"}))
    entry = single_entry(given, hotlist_id, datetime.now(UTC))
    done = add_entry(caller.actor, caller.site.database, entry, asked.reason)
    return EntryAdded(entry=EntryTold.of(entry), version_id=done.version_id, outcome=done.outcome.value)


@router.post("/{hotlist_id}/withdrawals", responses={**STANDS, **BODY}, dependencies=[Depends(takes_json)])
def withdraw(caller: ApiCaller, hotlist_id: ListName, asked: EntriesAsked) -> Withdrawn:
    """Take entries out of force, and take back the open alerts about them."""
    site = caller.site
    wanted = _wanted(hotlist_id, asked, withdrawn=False)
    found = chosen_entries(caller.actor, site.database, wanted, Action.WITHDRAW, every=asked.every)
    done = withdraw_entries(caller.actor, site.database, site.settings, wanted, found, asked.reason)
    return Withdrawn(entries=found, withdrawn=done.entries, canceled_alerts=done.canceled)


@router.post("/{hotlist_id}/restorations", responses={**STANDS, **BODY}, dependencies=[Depends(takes_json)])
def restore(caller: ApiCaller, hotlist_id: ListName, asked: EntriesAsked) -> Restored:
    """Bring withdrawn entries back."""
    database, wanted = caller.site.database, _wanted(hotlist_id, asked, withdrawn=True)
    found = chosen_entries(caller.actor, database, wanted, Action.RESTORE, every=asked.every)
    done = restore_entries(caller.actor, database, wanted, found, asked.reason)
    return Restored(entries=found, restored=done.lifted, active=done.active)


@router.post("/{hotlist_id}/roll-backs", responses={**ABSENT, **BODY}, dependencies=[Depends(takes_json)])
def go_back(caller: ApiCaller, hotlist_id: ListName, asked: RollBackAsked) -> RolledBack:
    """Make an earlier version's content active again. Name the version, so that a retry goes back no further."""
    site = caller.site
    done = roll_back(caller.actor, site.database, site.settings, hotlist_id, asked.reason, asked.to_version)
    outcome = done.outcome
    return RolledBack(
        version_id=outcome.version_id,
        restored_version=outcome.restored_version,
        entries=outcome.total,
        added=outcome.added,
        removed=outcome.removed,
        canceled_alerts=done.canceled,
    )


def _wanted(hotlist_id: str, asked: EntriesAsked, *, withdrawn: bool) -> WantedEntries:
    if asked.plate is None and asked.source_entry_id is None and asked.entry_id is None:
        raise InvalidInput("no entry is named; give plate, source_entry_id or entry_id")
    state = None if asked.state is None else _state(asked.state)
    return WantedEntries(asked.plate, state, hotlist_id, asked.source_entry_id, asked.entry_id, withdrawn)


def _state(text: str) -> str:
    found = parse_jurisdiction(text)
    if found is None:
        raise InvalidInput("the state is none that is known; write it like VA or US-VA")
    return found
