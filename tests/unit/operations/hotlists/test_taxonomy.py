"""What each category means here, by the law and by the agency, and what differs between two states of an entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from operations.hotlists.comparing import EntryChange, ListDifference
from operations.hotlists.taxonomy import taxonomy
from operations.hotlists.trying import EntryTrial
from policy.decisions import law_alone
from schemas.settings import AlertSettings, PolicySettings, Settings
from schemas.types import Category, Priority, VehicleDescription
from tests.unit.alerts.samples import START, sample_entry

C = Category


def test_what_notifies_and_presses_most_comes_first_with_who_has_decided_it() -> None:
    own = PolicySettings(
        profile="virginia",
        never_notify=(C.STOLEN_PLATE,),
        also_notify=(C.EXPIRED_REGISTRATION, C.STOLEN_VEHICLE),
        also_notify_reason="counsel",
    )
    settings = Settings(policy=own, alerts=AlertSettings(priorities={C.STOLEN_VEHICLE: Priority.LOW}))
    found = taxonomy(settings, {C.STOLEN_VEHICLE: 7})
    assert {one.category for one in found} == set(Category)
    ranks = list(Priority)
    order = [(not one.notifies, ranks.index(one.priority), one.category.value) for one in found]
    assert order == sorted(order)
    by = {one.category: one for one in found}
    assert {one.category for one in found if one.decided_by == "this agency"} == {
        C.STOLEN_PLATE,
        C.EXPIRED_REGISTRATION,
    }
    assert {one.category for one in found if one.is_own_priority} == {C.STOLEN_VEHICLE}
    assert by[C.STOLEN_VEHICLE].priority is Priority.LOW
    assert (by[C.STOLEN_VEHICLE].entries, by[C.STOLEN_PLATE].entries) == (7, 0)
    assert not by[C.STOLEN_PLATE].notifies
    assert by[C.STOLEN_PLATE].reason == "not notified: this agency's policy.never_notify"
    assert by[C.EXPIRED_REGISTRATION].notifies
    assert by[C.EXPIRED_REGISTRATION].words == "expired registration"
    assert by[C.WATCH].law == law_alone("virginia").profile.notify
    assert {one.entries for one in taxonomy(settings)} == {None}


ENTRY = sample_entry("VNV4527")._replace(
    category=C.STOLEN_VEHICLE,
    source_code=None,
    vehicle=None,
    originating_agency=None,
    case_number=None,
    priority=None,
    instructions=None,
    valid_from=None,
    valid_until=None,
    extra=(),
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ()),
        ({"plate": "VNV4528"}, (("plate", "VNV4527", "VNV4528"),)),
        ({"jurisdiction": None}, (("state", str(ENTRY.jurisdiction), ""),)),
        ({"category": C.STOLEN_PLATE}, (("category", "stolen vehicle", "stolen plate"),)),
        ({"source_code": "SV"}, (("code", "", "SV"),)),
        ({"vehicle": VehicleDescription(2009, "TOYT")}, (("vehicle", "", VehicleDescription(2009, "TOYT").summary()),)),
        ({"originating_agency": "VA1"}, (("agency", "", "VA1"),)),
        ({"case_number": "26-1"}, (("case", "", "26-1"),)),
        ({"priority": "high"}, (("priority", "", "high"),)),
        ({"instructions": "stop"}, (("instructions", "", "stop"),)),
        ({"valid_from": START}, (("from", "", str(START)),)),
        ({"valid_until": START}, (("until", "", str(START)),)),
        ({"extra": (("color", "red"), ("x", "1"))}, (("more", "", "color red; x 1"),)),
        ({"raw": "another row"}, ()),
    ],
)
def test_what_of_an_entry_is_otherwise(changed: dict[str, Any], told: tuple[tuple[str, str, str], ...]) -> None:
    after = ENTRY._replace(**changed)
    change = EntryChange("changed", ENTRY, after)
    assert (change.fields, change.entry) == (told, after)
    assert (EntryChange("removed", ENTRY, None).entry, EntryChange("removed", ENTRY, None).fields) == (ENTRY, ())
    assert (EntryChange("added", None, after).entry, EntryChange("added", None, after).fields) == (after, ())


def test_what_differs_is_added_up() -> None:
    assert ListDifference("ncic", 1, 2, 3, 40, 500, ()).total == 543


class _Preview:
    most_false_alerts = 5.0


@pytest.mark.parametrize(
    ("notifies", "reads", "expected"), [(True, 20_000.0, 10.0), (True, None, None), (False, None, 0.0)]
)
def test_false_alerts_of_a_day_are_those_of_its_reads(
    notifies: bool, reads: float | None, expected: float | None
) -> None:
    trial = EntryTrial(ENTRY, _Preview(), reads, notifies, "x", ())  # type: ignore[arg-type]
    assert trial.false_alerts_a_day == expected
    assert replace(trial, notifies=False).false_alerts_a_day == 0
