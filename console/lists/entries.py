"""Single entries: found by plate, added after a second look, withdrawn, and everything that became of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.lists.rights import Rights
from console.lists.versions import Reason
from console.typed import jurisdiction_of
from console.visitors import SignedIn, Visitor
from hotlists.importing.names import checked_name
from hotlists.importing.single import ALERT_KINDS, SingleEntry, single_entry
from operations.hotlists.adding import DEFAULT_LIST, add_entry
from operations.hotlists.history import find_entries, view_history
from operations.hotlists.trying import EntryTrial, try_entry
from operations.hotlists.withdrawing import WantedEntries, restore_entries, withdraw_entries
from policy.decisions import open_policy
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.types import Category, HotlistEntry

router = APIRouter(prefix="/lists/entries")
KINDS: Final = tuple(ALERT_KINDS)
CATEGORIES: Final = tuple(category for category in Category if category is not Category.UNMAPPED)
Short = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=100)]


@dataclass(frozen=True, slots=True)
class EntryForm:
    """An entry as somebody types it; `kind` is a category, or one of the alerts that have a name of their own."""

    plate: str = ""
    state: str = ""
    kind: str = ""
    vehicle: str = ""
    case: str = ""
    expires: str = ""
    instructions: str = ""
    priority: str = ""
    agency: str = ""
    vanity: str = ""
    name: str = DEFAULT_LIST
    reason: str = ""

    def entry(self) -> HotlistEntry:
        """Return the entry.

        Raises:
            InvalidInput: It cannot be one.
        """
        return single_entry(self._given(), checked_name(self.name.strip() or DEFAULT_LIST), datetime.now(UTC))

    def _given(self) -> SingleEntry:
        alert = ALERT_KINDS.get(self.kind)
        if alert is None and self.kind not in [category.value for category in CATEGORIES]:
            raise InvalidInput("say what the plate is listed for: choose a category")
        return SingleEntry(
            Category(self.kind) if alert is None else alert.category,
            self.plate,
            self.state,
            "" if alert is None else alert.code,
            self.vehicle,
            self.case,
            self.expires,
            instructions=self.instructions,
            priority=self.priority,
            agency=self.agency,
            is_vanity=bool(self.vanity),
        )


def entry_form(
    plate: Short = "",
    state: Short = "",
    kind: Short = "",
    vehicle: Short = "",
    case: Short = "",
    expires: Short = "",
    instructions: Annotated[str, Form(max_length=4000)] = "",
    priority: Short = "",
    agency: Short = "",
    vanity: Short = "",
    name: Short = DEFAULT_LIST,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> EntryForm:
    """Return what was typed."""
    return EntryForm(plate, state, kind, vehicle, case, expires, instructions, priority, agency, vanity, name, reason)


Typed = Annotated[EntryForm, Depends(entry_form)]


@router.get("")
def ask(visitor: SignedIn) -> HTMLResponse:
    """Ask for a plate, or a source's own id."""
    check_permitted(visitor.actor, Action.VIEW_ENTRIES)
    return _found_page(visitor, {"plate": "", "state": "", "nic": ""})


@router.post("/find")
def find(visitor: SignedIn, plate: Text = "", state: Text = "", nic: Text = "") -> HTMLResponse:
    """Find entries by plate, or by their source's own id; by POST, so that neither stands in an address."""
    check_permitted(visitor.actor, Action.VIEW_ENTRIES)
    asked = {"plate": plate, "state": state, "nic": nic}
    if not plate.strip() and not nic.strip():
        return _found_page(visitor, asked)
    try:
        jurisdiction = jurisdiction_of(state)
    except InvalidInput as error:
        return _found_page(visitor, asked, problem=str(error), status=422)
    wanted = WantedEntries(plate.strip() or None, jurisdiction, nic=nic.strip() or None)
    found = find_entries(visitor.actor, visitor.site.database, wanted)
    return _found_page(visitor, asked, found=found)


@router.get("/new")
def new(visitor: SignedIn) -> HTMLResponse:
    """Ask for an entry."""
    AuditRecord(visitor.actor, Action.ADD)
    return _new_page(visitor, EntryForm())


@router.post("/try")
def look(visitor: SignedIn, form: Typed, change: Annotated[str, Form(max_length=10)] = "") -> HTMLResponse:
    """Show what an entry would raise, before it is added; or the form again, to change it."""
    AuditRecord(visitor.actor, Action.ADD)
    if change:
        return _new_page(visitor, form)
    return _tried(visitor, form)


@router.post("")
def add(visitor: SignedIn, form: Typed) -> Response:
    """Add an entry."""
    check_permitted(visitor.actor, Action.ADD)
    site = visitor.site
    try:
        entry = form.entry()
        add_entry(visitor.actor, site.database, entry, form.reason.strip() or None)
    except InvalidInput as error:
        return _tried(visitor, form, problem=str(error))
    return RedirectResponse(f"/lists/entries/{entry.entry_id}", 303)


@router.get("/{entry_id}")
def show(visitor: SignedIn, entry_id: UUID) -> HTMLResponse:
    """Show everything that became of an entry."""
    return _entry_page(visitor, entry_id)


@router.post("/{entry_id}/withdraw")
def withdraw(visitor: SignedIn, entry_id: UUID, reason: Reason = "") -> Response:
    """Take an entry out of force."""
    site = visitor.site
    try:
        withdraw_entries(
            visitor.actor, site.database, site.settings, WantedEntries(entry_id=entry_id), [entry_id], reason
        )
    except InvalidInput as error:
        return _entry_page(visitor, entry_id, problem=str(error), typed=reason, status=422)
    return RedirectResponse(f"/lists/entries/{entry_id}", 303)


@router.post("/{entry_id}/restore")
def restore(visitor: SignedIn, entry_id: UUID, reason: Reason = "") -> Response:
    """Bring a withdrawn entry back."""
    wanted = WantedEntries(entry_id=entry_id, withdrawn=True)
    try:
        restore_entries(visitor.actor, visitor.site.database, wanted, [entry_id], reason)
    except InvalidInput as error:
        return _entry_page(visitor, entry_id, problem=str(error), typed=reason, status=422)
    return RedirectResponse(f"/lists/entries/{entry_id}", 303)


def _tried(visitor: Visitor, form: EntryForm, *, problem: str = "") -> HTMLResponse:
    site = visitor.site
    try:
        trial: EntryTrial = try_entry(visitor.actor, site.database, site.settings, form.entry())
    except InvalidInput as error:
        return _new_page(visitor, form, problem=problem or str(error), status=422)
    status = 422 if problem else 200
    return visitor.page("lists/tried.html", status=status, trial=trial, form=form, problem=problem)


def _new_page(visitor: Visitor, form: EntryForm, *, problem: str = "", status: int = 200) -> HTMLResponse:
    return visitor.page(
        "lists/new_entry.html", status=status, form=form, kinds=KINDS, categories=CATEGORIES, problem=problem
    )


def _found_page(
    visitor: Visitor, asked: dict[str, str], *, found: object = None, problem: str = "", status: int = 200
) -> HTMLResponse:
    return visitor.page(
        "lists/entries.html",
        status=status,
        asked=asked,
        found=found,
        policy=open_policy(visitor.site.settings),
        may=Rights.of(visitor.actor),
        problem=problem,
    )


def _entry_page(
    visitor: Visitor, entry_id: UUID, *, problem: str = "", typed: str = "", status: int = 200
) -> HTMLResponse:
    try:
        past = view_history(visitor.actor, visitor.site.database, entry_id)
    except InvalidInput as error:
        raise HTTPException(404) from error
    return visitor.page(
        "lists/entry.html",
        status=status,
        past=past,
        policy=open_policy(visitor.site.settings),
        may=Rights.of(visitor.actor),
        problem=problem,
        typed=typed,
    )
