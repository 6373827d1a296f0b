"""Which entries somebody means: one, or all where they say so; how many fit is told to who may do it alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from operations.hotlists.choosing import chosen_entries
from operations.hotlists.history import find_entries, view_history
from operations.hotlists.withdrawing import WantedEntries
from schemas.audit import Action
from schemas.errors import Conflict, InvalidInput, NotPermitted, NotThere
from schemas.permissions import Role
from storage.audit.reader import audit_entries
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import activate, sample_entry, sample_id

PLATE = WantedEntries(plate="abc-1230")


@pytest.fixture(autouse=True)
def _listed(database: Database) -> None:
    activate(database, [sample_entry(1, "ABC1230"), sample_entry(2, "ABC123O"), sample_entry(3, "XYZ9999")])


@pytest.mark.parametrize(
    ("wanted", "every", "meant"),
    [
        (WantedEntries(plate="XYZ9999"), False, {3}),
        (WantedEntries(plate="XYZ9999"), True, {3}),
        (PLATE, True, {1, 2}),
        (PLATE, False, "2 entries fit"),
        (WantedEntries(plate="NO1"), False, "no active entry fits"),
        (WantedEntries(plate="NO1"), True, "no active entry fits"),
        (replace(PLATE, withdrawn=True), True, "no withdrawn entry fits"),
    ],
)
def test_one_that_fits_is_meant_or_all_that_do(
    database: Database, wanted: WantedEntries, every: bool, meant: set[int] | str
) -> None:
    if isinstance(meant, set):
        found = chosen_entries(LEE, database, wanted, Action.WITHDRAW, every=every)
        assert set(found) == {sample_id("ncic", number) for number in meant}
        assert audit_entries(database) == []
        return
    with pytest.raises(NotThere if meant.startswith("no") else Conflict) as fault:
        chosen_entries(LEE, database, wanted, Action.WITHDRAW, every=every)
    ending = "" if meant.startswith("no") else "; narrow it down to one, or say that all are meant"
    assert str(fault.value) == meant + ending
    asked: dict[str, Any] = {"plate": wanted.plate} | ({"withdrawn": True} if wanted.withdrawn else {})
    assert only_row(database, Action.REFUSED).details == asked | {"refused": "withdraw", "why_refused": meant}


def test_who_may_not_do_it_learns_nothing(database: Database) -> None:
    viewer = replace(LEE, roles=frozenset({Role.OFFICER}))
    for wanted in (PLATE, WantedEntries(plate="NO1")):
        with pytest.raises(NotPermitted):
            chosen_entries(viewer, database, wanted, Action.WITHDRAW, every=True)


def test_entries_of_a_plate_are_found_whether_in_force_or_withdrawn(database: Database) -> None:
    HotlistEdits(database).withdraw([sample_id("ncic", 2)], by="lee", reason="recovered")
    activate(database, [sample_entry(4, "ABC1230", "own", jurisdiction="US-MD")], hotlist_id="own")
    for wanted, active, withdrawn in (
        (PLATE, [("ncic", 1), ("own", 4)], [("ncic", 2)]),
        (replace(PLATE, hotlist_id="own"), [("own", 4)], []),
        (replace(PLATE, state="US-MD"), [("own", 4)], []),
        (replace(PLATE, state="US-VA"), [("ncic", 1)], [("ncic", 2)]),
        (WantedEntries(nic="v000000002"), [], [("ncic", 2)]),
        (WantedEntries(entry_id=sample_id("ncic", 1)), [("ncic", 1)], []),
        # What is asked for is looked for among both, whatever the asker thinks.
        (replace(PLATE, hotlist_id="ncic", withdrawn=True), [("ncic", 1)], [("ncic", 2)]),
    ):
        found = find_entries(LEE, database, wanted)
        assert [one.entry_id for one in found.active] == [sample_id(*key) for key in active]
        assert [one.entry_id for one in found.withdrawn] == [sample_id(*key) for key in withdrawn]
        row = audit_entries(database, limit=1)[0]
        assert (row.actor, row.action, row.results) == (LEE, Action.VIEW_ENTRIES, len(active) + len(withdrawn))
        assert row.details == {
            name: str(value) if name == "entry" else value
            for name, value in wanted.details.items()
            if value is not None
        }
    with pytest.raises(InvalidInput):
        find_entries(LEE, database, WantedEntries(hotlist_id="ncic"))


def test_an_entrys_past_is_every_state_of_it_the_newest_first(database: Database) -> None:
    changed = sample_entry(1, "ABC1230", instructions="unarmed")
    activate(database, [changed])
    past = view_history(LEE, database, changed.entry_id)
    assert [state.entry.instructions for state in past.states] == ["unarmed", "armed"]
    assert (past.entry, past.withdrawal, past.is_active) == (past.states[0].entry, None, True)
    row = only_row(database, Action.VIEW_ENTRIES)
    assert (row.details, row.results) == ({"entry": str(changed.entry_id), "history": True}, 2)
    gone = view_history(LEE, database, sample_id("ncic", 3))
    assert (gone.is_active, gone.withdrawal, len(gone.states)) == (False, None, 1)
    HotlistEdits(database).withdraw([changed.entry_id], by="lee", reason="recovered")
    past = view_history(LEE, database, changed.entry_id)
    assert past.withdrawal is not None
    assert (past.withdrawal.withdrawn_by, past.withdrawal.reason, past.is_active) == ("lee", "recovered", False)
    nobody = sample_id("ncic", 99)
    with pytest.raises(InvalidInput, match=f"no entry {nobody} is kept"):
        view_history(LEE, database, nobody)
    row = audit_entries(database, limit=1)[0]
    assert (row.details, row.results) == ({"entry": str(nobody), "history": True}, 0)
