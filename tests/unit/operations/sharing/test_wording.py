"""Agreements, and what others say of our entries, in words; and the zone by which an agreement's days are counted."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from operations.sharing.said import notice_of
from operations.sharing.wording import scope_of, state_of
from operations.sharing.zones import agency_zone, zone_name
from policy.agreements.grants import Grant
from schemas.settings import Settings
from storage.sharing.agreements import StoredVersion
from storage.sharing.foreign import ForeignDisposition
from tests.unit.policy.agreements.samples import NEIGHBOR, NOW, agreement, alerts_grant

KEPT = "kept for 7 days at most"


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        (
            alerts_grant(purposes_forbidden=["traffic_enforcement"], attestations=["training"]),
            "cameras bridge, gate; stolen_vehicle, wanted_person; exact; showing plate, place; for stolen_vehicle, "
            f"wanted_person; never for traffic_enforcement; with training declared; {KEPT}; with criminal-justice "
            "information",
        ),
        (
            {
                **{
                    "shares": "reads",
                    "to": [NEIGHBOR],
                    "cameras": "all",
                    "purposes": ["stolen_vehicle"],
                    "max_days": 7,
                },
                "area": {"latitude": 36.5, "longitude": -76.25, "radius_km": 2.0},
            },
            "all cameras; within {'latitude': 36.5, 'longitude': -76.25, 'radius_km': 2.0}; showing plate; for "
            f"stolen_vehicle; {KEPT}; without criminal-justice information",
        ),
        (
            {
                **{"shares": "hotlists", "to": [NEIGHBOR], "lists": ["stolen", "wanted"], "max_days": 7},
                **{"categories": ["stolen_vehicle"], "purposes": ["stolen_vehicle"]},
            },
            f"lists stolen, wanted; stolen_vehicle; showing plate; for stolen_vehicle; {KEPT}; without "
            "criminal-justice information",
        ),
    ],
)
def test_all_that_a_grant_gives_is_said_and_what_it_does_not_have_is_not(grant: dict[str, Any], words: str) -> None:
    assert scope_of(Grant.model_validate(grant)) == words


@pytest.mark.parametrize(
    ("active", "approved", "ended", "word"),
    [
        (False, None, None, "waits for approval"),
        (True, NOW, None, "in force"),
        (False, NOW, None, "replaced"),
        (True, NOW, NOW, "ended"),
        (False, None, NOW, "ended"),
    ],
)
def test_what_a_version_is_is_said_in_a_word(
    active: bool, approved: datetime | None, ended: datetime | None, word: str
) -> None:
    who = None if ended is None else "kim"
    version = StoredVersion(agreement(), 1, NOW, NOW, (), "lee", NOW, who, approved, active, ended, who, who)
    assert state_of(version) == word


def test_who_keeps_a_list_is_told_who_said_what_of_which_entry_and_what_to_do() -> None:
    said = ForeignDisposition(
        *(UUID(int=1), "suffolk", 3, NEIGHBOR, "Suffolk Police", "stolen", UUID(int=7), UUID(int=9), 2, "outcome"),
        *(NOW, "d.chen", "closed", None, "recovered", None, False, "recovered by d.chen", NOW),
    )
    assert notice_of(said) == (
        f"Suffolk Police (d.chen, 2026-06-01T12:00:00Z) says of its alert on entry {UUID(int=7)} of list stolen: "
        "recovered by d.chen; if the entry does not stand any more, withdraw it (platewatch hotlist withdraw --entry "
        f"{UUID(int=7)} --reason '...')"
    )


@pytest.mark.parametrize(
    ("machine", "shown", "hours"),
    [("UTC", "<+0000>-00:00", 0), ("XXX+05:30", "<-0530>+05:30", -5.5), ("XXX-02:00", "<+0200>-02:00", 2)],
)
def test_days_are_those_of_the_agency_or_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, machine: str, shown: str, hours: float
) -> None:
    named = Settings(time_zone="America/New_York")
    assert (agency_zone(named), zone_name(named)) == (ZoneInfo("America/New_York"), "America/New_York")
    unnamed = Settings(time_zone=None)
    assert agency_zone(unnamed) is None
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        assert zone_name(unnamed) == shown
        offset = datetime(2026, 6, 1, tzinfo=UTC).astimezone().utcoffset()
        assert offset is not None
        assert offset.total_seconds() / 3600 == hours
    finally:
        monkeypatch.undo()
        time.tzset()
