"""Lists that another agency gave, as files of ours."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.convert import entry_to_summary, given_by, shared_entry
from schemas.errors import InvalidInput
from schemas.events import SharedEntryEvent
from schemas.types import Category, HotlistEntry, RejectedRow, VehicleDescription
from tests.unit.alerts.samples import sample_entry
from tests.unit.hotlists.list_samples import entries, lines_in, mangled, read, rejects, rows

HEADER = {
    "agency_id": "portsmouth-pd",
    "name": "Portsmouth Police",
    "agreement_id": "suffolk",
    "hotlist_id": "stolen",
    "rows": 1,
}
ENTRY: dict[str, Any] = {
    "entry_id": "0b6ec2c0-6b9b-5d10-8d3f-0a4b5c6d7e8f",
    "plate": "ABC1??4",
    "category": "stolen_vehicle",
    "jurisdiction": "US-VA",
    "source_entry_id": "V123456789",
    "case_number": "26-118",
    "valid_until": "2027-01-01T05:00:00Z",
    "license_type": "MC",
    "vehicle": {"year": 2014, "make": "HOND"},
}


def listed(*found: dict[str, Any], **header: Any) -> str:
    lines = [HEADER | {"rows": len(found)} | header, *found]
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def test_an_entry_keeps_what_its_owner_says_and_whose_it_is() -> None:
    (entry,) = entries("shared", listed(ENTRY))
    assert (entry.plate, entry.category, entry.jurisdiction) == ("ABC1??4", Category.STOLEN_VEHICLE, "US-VA")
    assert (entry.source_entry_id, entry.case_number) == ("V123456789", "26-118")
    assert entry.vehicle == VehicleDescription(2014, "HOND", None, None, None, None)
    # Whom to ask, where the owner's list does not say it.
    assert entry.originating_agency == "Portsmouth Police"
    owner = given_by(entry)
    assert owner is not None
    assert (owner.agency_id, owner.agreement_id, owner.hotlist_id) == ("portsmouth-pd", "suffolk", "stolen")
    assert str(owner.entry_id) == ENTRY["entry_id"]
    summary = entry_to_summary(entry)
    assert (summary.given_by, summary.license_type) == (owner, "MC")
    assert entry.entry_id != UUID(ENTRY["entry_id"])


def test_two_agencies_entries_are_two() -> None:
    (ours,) = list(read("shared", listed(ENTRY)).rows)
    other = [row for row in rows("shared", listed(ENTRY, hotlist_id="other")) if isinstance(row, HotlistEntry)]
    assert isinstance(ours, HotlistEntry)
    # Of one feed it is the same; of another one, whose list here is another, it is not.
    assert ours.entry_id == other[0].entry_id
    assert sample_entry().entry_id != ours.entry_id
    assert given_by(sample_entry()) is None


def test_what_goes_out_comes_in_and_nothing_else_does() -> None:
    sent = shared_entry(sample_entry()._replace(extra=(("secret", "informant"),)))
    assert "informant" not in sent.model_dump_json()
    (entry,) = entries("shared", listed(json.loads(sent.model_dump_json(exclude_none=True))))
    mine = sample_entry()
    assert (entry.plate, entry.category, entry.vehicle, entry.valid_until) == (
        *(mine.plate, mine.category, mine.vehicle),
        mine.valid_until,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"category": "jaywalking"}, "category: input should be"),
        ({"plate": "A"}, "1 characters"),
        ({"plate": None}, "plate: "),
        ({"entry_id": "7"}, "entry_id: "),
        ({"valid_until": "soon"}, "valid_until: "),
        ({"vehicle": 7}, "vehicle: "),
    ],
)
def test_an_entry_that_cannot_be_used_is_a_reject(change: dict[str, Any], said: str) -> None:
    (reject,) = rejects("shared", listed(ENTRY, ENTRY | change))
    assert said in reject.reason
    assert reject.line == 3


def test_an_unknown_state_is_left_out() -> None:
    (entry,) = entries("shared", listed(ENTRY | {"jurisdiction": "ATLANTIS"}))
    assert entry.jurisdiction is None


@pytest.mark.parametrize("text", ["plate,state\nABC1234,VA\n", "[]\n", "{}\n", '{"rows": -1}\n'])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="does not say whose list it is"):
        rows("shared", text)


@settings(deadline=None)
@given(data=st.data())
def test_any_bytes_give_rows_rejects_or_one_clear_refusal(data: st.DataObject) -> None:
    raw = data.draw(st.one_of(st.binary(max_size=200), mangled(json.dumps(ENTRY))))
    try:
        found = rows("shared", f"{json.dumps(HEADER)}\n".encode() + raw)
    except InvalidInput:
        return
    assert all(isinstance(row, (RejectedRow, HotlistEntry)) for row in found)
    assert len(found) <= lines_in(raw)


def test_an_entry_of_the_schema_is_one() -> None:
    assert SharedEntryEvent.model_validate(ENTRY).valid_until is not None


def test_whose_list_it_is_is_part_of_what_entries_depend_on() -> None:
    def context(**header: str) -> str:
        return read("shared", listed(ENTRY, **header)).context

    others = [{name: "other"} for name in ("agency_id", "name", "agreement_id", "hotlist_id")]
    assert len({context(), *(context(**other) for other in others)}) == 5
    assert context() == read("shared", listed(ENTRY, {**ENTRY, "plate": "ABC1"})).context
