"""Adding an entry is written down with the plate, the case and the reason."""

from __future__ import annotations

import pytest

from operations.hotlists.adding import DEFAULT_LIST, Addition, AddOutcome, add_entry
from schemas.audit import Action
from schemas.errors import InvalidInput
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.hotlists.list_versions import active_version, version_rows
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import activate, sample_entry


def test_an_added_entry_is_written_down(database: Database) -> None:
    entry = sample_entry(1, "ABC1??4", DEFAULT_LIST)
    addition = add_entry(LEE, database, entry, "bolo 8")
    assert addition == Addition(active_version(database, DEFAULT_LIST) or 0, AddOutcome.ADDED)
    row = only_row(database, Action.ADD)
    assert (row.case_number, row.results) == ("26-1", 1)
    assert row.details == {
        "hotlist": "local",
        "entry": str(entry.entry_id),
        "plate": "ABC1??4",
        "state": "US-VA",
        "category": "stolen_vehicle",
        "until": "2027-11-20T23:59:30Z",
        "reason": "bolo 8",
        "outcome": "added",
        "version": addition.version_id,
    }
    (version,) = version_rows(database, DEFAULT_LIST)
    assert (version.made_by, version.reason) == ("lee", "bolo 8")


def test_adding_again_says_what_it_changed(database: Database) -> None:
    first = add_entry(LEE, database, sample_entry(1, hotlist_id=DEFAULT_LIST, source_line=None, raw=None), "bolo 8")
    same = add_entry(LEE, database, sample_entry(1, hotlist_id=DEFAULT_LIST, source_line=None, raw=None), "again")
    other = sample_entry(1, hotlist_id=DEFAULT_LIST, source_line=None, raw=None, instructions="unarmed")
    changed = add_entry(LEE, database, other, "news")
    assert [one.outcome for one in (first, same, changed)] == ["added", "unchanged", "changed"]
    assert same.version_id == first.version_id
    assert [(row.details["outcome"], row.results) for row in audit_entries(database)] == [
        ("changed", 1),
        ("unchanged", 0),
        ("added", 1),
    ]


def test_what_an_entry_is_stands_for_a_reason_and_a_reason_that_says_nothing_is_refused(database: Database) -> None:
    add_entry(LEE, database, sample_entry(1, hotlist_id=DEFAULT_LIST, source_code=None))
    add_entry(LEE, database, sample_entry(2, hotlist_id=DEFAULT_LIST, source_code="Silver Alert", case_number=None))
    assert [row.details["reason"] for row in audit_entries(database)] == ["Silver Alert", "stolen_vehicle 26-1"]
    assert [row.reason for row in version_rows(database, DEFAULT_LIST)] == ["stolen_vehicle 26-1", "Silver Alert"]
    with pytest.raises(InvalidInput, match="the reason"):
        add_entry(LEE, database, sample_entry(3, hotlist_id=DEFAULT_LIST), "x")
    refused = audit_entries(database, limit=1)[0]
    assert (refused.action, refused.case_number) == (Action.REFUSED, "26-3")
    assert len(version_rows(database, DEFAULT_LIST)) == 2


def test_the_same_entry_of_another_list_is_another_one(database: Database) -> None:
    add_entry(LEE, database, sample_entry(1, hotlist_id=DEFAULT_LIST), "bolo 8")
    shared = sample_entry(1, hotlist_id=DEFAULT_LIST)._replace(hotlist_id="other")
    assert add_entry(LEE, database, shared, "bolo 8").outcome is AddOutcome.ADDED


def test_what_cannot_be_added_is_not_written_down_as_added(database: Database) -> None:
    activate(database, [sample_entry(1)])
    with pytest.raises(InvalidInput, match="imported from files"):
        add_entry(LEE, database, sample_entry(2), "bolo 8")
    assert audit_entries(database) == []
