"""What two versions of a list differ in: whichever two are asked for, counted whole, field by field."""

from __future__ import annotations

from datetime import timedelta

import pytest

from operations.hotlists.comparing import view_difference
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.types import Category
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.operations.audited import LEE, only_row
from tests.integration.storage.samples import START, activate, sample_entry


def test_any_two_versions_are_compared_the_lower_number_first(database: Database) -> None:
    contents = ([1, 2], [2, 3], [3, 4, 5])
    one, two, three = (
        activate(database, [sample_entry(number, f"BKR220{number}") for number in content]).version_id
        for content in contents
    )
    activate(database, [sample_entry(9, hotlist_id="own")], hotlist_id="own")
    for given, versions, added, removed in (
        ((None, None), (two, three), [4, 5], [2]),
        ((None, two), (one, two), [3], [1]),
        ((one, None), (one, three), [3, 4, 5], [1, 2]),
        ((three, one), (one, three), [3, 4, 5], [1, 2]),
        ((one, two), (one, two), [3], [1]),
    ):
        found = view_difference(LEE, database, "ncic", *given)
        assert (found.hotlist_id, found.earlier, found.later) == ("ncic", *versions)
        assert (found.added, found.removed, found.changed, found.missing) == (len(added), len(removed), 0, 0)
        assert found.total == len(added) + len(removed) == len(found.changes)
        seen = {
            how: sorted(one.entry.plate for one in found.changes if one.change == how and one.entry is not None)
            for how in ("added", "removed")
        }
        assert seen == {
            "added": [f"BKR220{number}" for number in added],
            "removed": [f"BKR220{number}" for number in removed],
        }
        assert all((change.before is None) is (change.change == "added") for change in found.changes)
        assert all((change.after is None) is (change.change == "removed") for change in found.changes)
        row = audit_entries(database, limit=1)[0]
        assert (row.actor, row.action, row.results) == (LEE, Action.VIEW_ENTRIES, len(found.changes))
        assert row.details == {"hotlist": "ncic", "earlier": versions[0], "later": versions[1]}
    first = view_difference(LEE, database, "ncic", one, three, limit=2)
    assert (len(first.changes), first.total) == (2, 5)
    assert audit_entries(database, limit=1)[0].results == 2
    for earlier, later, fault in (
        (two, two, f"version {two} was given twice"),
        (None, one, f"version {one} of the list 'ncic' is its first"),
        (one, three + 1, f"the list 'ncic' has no version {three + 1}"),
        (one, 10**30, "has no version"),
    ):
        with pytest.raises(InvalidInput, match=fault):
            view_difference(LEE, database, "ncic", earlier, later)


def test_of_a_changed_entry_every_field_is_told_that_is_otherwise(database: Database) -> None:
    before = sample_entry(1, "ABC1230")
    after = before._replace(
        plate="ABC-1230",
        jurisdiction=None,
        category=Category.WATCH,
        source_code="W",
        vehicle=None,
        originating_agency="MD001",
        case_number="27-1",
        priority=None,
        instructions="unarmed",
        valid_from=START + timedelta(days=1),
        valid_until=None,
        extra=(("DOT", "20261103"),),
    )
    activate(database, [before, sample_entry(2)])
    activate(database, [after, sample_entry(2)._replace(raw="another row of it", source_line=9)])
    found = view_difference(LEE, database, "ncic")
    (change,) = [one for one in found.changes if one.entry and one.entry.entry_id == before.entry_id]
    assert (change.change, change.before, change.after, change.entry) == ("changed", before, after, after)
    assert change.fields == (
        ("plate", "ABC1230", "ABC-1230"),
        ("state", "US-VA", ""),
        ("category", "stolen vehicle", "watch"),
        ("code", "V", "W"),
        ("vehicle", "2009 BLK YAMA MC2 CY", ""),
        ("agency", "VA0010000", "MD001"),
        ("case", "26-1", "27-1"),
        ("priority", "high", ""),
        ("instructions", "armed", "unarmed"),
        ("from", "2026-11-20 23:59:30+00:00", "2026-11-21 23:59:30+00:00"),
        ("until", "2027-11-20 23:59:30+00:00", ""),
        ("more", "DOT 20261102; MIS LEFT DOOR DENTED", "DOT 20261103"),
    )
    assert only_row(database, Action.VIEW_ENTRIES).results == len(found.changes)
