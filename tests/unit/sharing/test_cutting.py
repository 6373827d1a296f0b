"""What is not shared does not go out, whatever an alert says."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.build import build_alert, with_clone
from policy.agreements.grants import Detail
from schemas.events import Alert, CloneSuspicionEvent
from schemas.types import Location
from sharing.cutting import NOT_SHARED, cut
from tests.unit.alerts.samples import AGENCY, sample_entry, sample_hit, sample_read

CLONE = CloneSuspicionEvent(
    camera_id="secret-tunnel",
    captured_at="2026-01-31T06:00:00Z",
    location={"latitude": 12.25, "longitude": 34.5},
    distance_km=120.0,
    seconds=60.0,
    speed_kmh=7200.0,
    explanation="the same number was read 120 km away 60 seconds before: one of the plates may be cloned",
)
ALL = frozenset(Detail)


def payload(**more: Any) -> dict[str, Any]:
    read = dataclasses.replace(sample_read(), camera_id="secret-gate", location=Location(38.125, -77.25, 271.5))
    entry = sample_entry()
    alert = build_alert(
        read, sample_hit(read, entry), entry, agency_id=AGENCY, created_at=read.last_seen, plate_picture=b"jpeg"
    )
    return with_clone(alert, CLONE).model_dump(mode="json") | more


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({Detail.PLATE}, ("secret", "38.125", "12.25", "120 km", "anBlZw", 'YAMA","model', "image", "7200")),
        ({Detail.PLATE, Detail.PLACE}, ("secret-tunnel", "12.25", "anBlZw", "-plate.jpg")),
        ({Detail.PLATE, Detail.PICTURES}, ("secret", "38.125", "12.25", "120 km", "-plate.jpg")),
        (ALL, ("secret-tunnel", "12.25", "-plate.jpg")),
    ],
)
def test_what_is_not_shared_is_nowhere_in_it(fields: set[Detail], gone: tuple[str, ...]) -> None:
    shown = cut(payload(), fields)
    text = json.dumps(shown)
    assert [word for word in gone if word in text] == []
    alert = Alert.model_validate(shown)
    assert (alert.read.plate, alert.entry.plate, alert.read.captured_at) == (
        "VNV4527",
        "VNV4527",
        sample_read().captured_at,
    )
    assert alert.hit.explanation
    assert alert.entry.vehicle == sample_alert_entry_vehicle()
    assert (alert.read.camera_id == "secret-gate") is (Detail.PLACE in fields)
    assert (alert.read.location is not None) is (Detail.PLACE in fields)
    assert (alert.plate_picture is not None) is (Detail.PICTURES in fields)
    assert (alert.read.vehicle is not None) is (Detail.PICTURES in fields)
    assert (alert.clone is not None) is (Detail.PLACE in fields)


def sample_alert_entry_vehicle() -> Any:
    return Alert.model_validate(payload()).entry.vehicle


def test_what_alerts_say_one_day_does_not_go_out_by_itself() -> None:
    future = payload(home_address="12 Main Street")
    future["read"]["heading_home"] = "lane 2"
    future["read"]["report"] = {"vendor": "axis", "vendor_hit": "lee"}
    future["hit"]["officer"] = "lee"
    for fields in ({Detail.PLATE}, ALL):
        text = json.dumps(cut(future, fields))
        assert not any(word in text for word in ("Main Street", "lane 2", "lee"))


def test_a_camera_that_is_not_shared_says_so() -> None:
    assert cut(payload(), {Detail.PLATE})["read"]["camera_id"] == NOT_SHARED


@given(st.sets(st.sampled_from(Detail)), st.sets(st.sampled_from(Detail)))
def test_who_may_see_less_sees_nothing_that_is_not_in_what_others_see(one: set[Detail], other: set[Detail]) -> None:
    less, more = cut(payload(), one & other), cut(payload(), one)
    assert less.keys() <= more.keys()
    assert less["read"].keys() <= more["read"].keys()
    for key, value in less["read"].items():
        assert value in (more["read"][key], NOT_SHARED)


def test_where_a_vehicle_drove_goes_with_the_place_and_an_unknown_confidence_always() -> None:
    whole = payload()
    whole["read"] |= {"movement": {"lane": "2", "direction": "northeast", "speed": 20.0}, "confidence_is_known": False}
    whole["read"] |= {
        "report": {"vendor": "rekor", "vendor_hit": '{"list":"theirs"}'},
        "revision": 3,
        "is_final": False,
    }
    for fields in ({Detail.PLATE}, {Detail.PLATE, Detail.PICTURES}, {Detail.PLATE, Detail.PLACE}, ALL):
        read = Alert.model_validate(cut(whole, fields)).read
        assert (read.movement is not None) is (Detail.PLACE in fields)
        assert (read.confidence_is_known, read.revision, read.is_final) == (False, 3, False)
        assert "theirs" not in json.dumps(cut(whole, fields))


READ_ALWAYS = {
    "read_id", "agency_id", "camera_id", "captured_at", "first_seen", "last_seen", "plate", "confidence", "characters",
    "jurisdiction", "jurisdiction_confidence", "source", "second_reading", "claimed_at", "confidence_is_known",
    "dated_by", "source_time", "arrived_at", "revision", "is_final",
}  # fmt: skip
ALERT_ALWAYS = {
    "schema_version", "alert_id", "type", "status", "created_at", "agency_id", "hit", "entry", "hotlist", "cancels",
    "updates", "reason", "historical", "sightings", "confirmation", "notice", "read",
}  # fmt: skip
HIT_ALWAYS = {
    "hit_id", "tier", "score", "score_meaning", "explanation", "characters", "jurisdiction_agrees", "edit_distance",
    "second_reader_agrees",
}  # fmt: skip


@pytest.mark.parametrize("place", [True, False])
@pytest.mark.parametrize("pictures", [True, False])
def test_each_field_goes_with_what_it_belongs_to_as_it_is_and_no_other_does(place: bool, pictures: bool) -> None:
    """The whole of what goes out, field by field."""
    whole = payload()
    fields = {Detail.PLATE, *([Detail.PLACE] if place else []), *([Detail.PICTURES] if pictures else [])}
    shown = cut(whole, fields)
    assert shown.keys() == ALERT_ALWAYS | ({"clone"} if place else set()) | ({"plate_picture"} if pictures else set())
    of_place, of_pictures = {"location", "movement"}, {"vehicle", "box", "frame_count"}
    assert shown["read"].keys() == READ_ALWAYS | (of_place if place else set()) | (of_pictures if pictures else set())
    assert shown["hit"].keys() == HIT_ALWAYS | ({"vehicle"} if pictures else set())
    for name in shown.keys() - {"read", "hit", "clone"}:
        assert shown[name] == whole[name], name
    for name in shown["read"].keys() - {"camera_id"}:
        assert shown["read"][name] == whole["read"][name], name
    for name in shown["hit"].keys() - {"explanation"}:
        assert shown["hit"][name] == whole["hit"][name], name
    said = "plate and state are equal"
    assert shown["hit"]["explanation"] == (f"{said}; {CLONE.explanation}" if place else said)
    if place:
        kept = ("captured_at", "distance_km", "seconds", "speed_kmh", "explanation")
        assert shown["clone"] == {name: whole["clone"][name] for name in kept} | {"camera_id": NOT_SHARED}
    assert shown["read"]["camera_id"] == ("secret-gate" if place else NOT_SHARED)


@pytest.mark.parametrize(
    ("explanation", "sentence", "left"),
    [
        ("plate is equal", "", "plate is equal"),
        ("plate is equal", None, "plate is equal"),
        ("plate is equal; elsewhere", "elsewhere", "plate is equal"),
        (
            "plate is equal; the same number was read 9 km away 5 seconds before: x; elsewhere",
            "elsewhere",
            "plate is equal",
        ),
        ("plate is equal; no car of that color", "elsewhere", "plate is equal; no car of that color"),
    ],
)
def test_what_is_explained_says_nothing_of_another_place(explanation: str, sentence: str | None, left: str) -> None:
    whole = payload()
    whole["hit"]["explanation"] = explanation
    whole["clone"]["explanation"] = sentence
    assert cut(whole, {Detail.PLATE})["hit"]["explanation"] == left


def test_an_alert_without_a_suspicion_is_explained_as_it_is() -> None:
    whole = payload(clone=None)
    for fields in ({Detail.PLATE}, ALL):
        shown = cut(whole, fields)
        assert "clone" not in shown
        assert shown["hit"]["explanation"] == whole["hit"]["explanation"]


def test_what_an_older_alert_does_not_have_is_not_made_up() -> None:
    whole = payload()
    del whole["notice"], whole["read"]["dated_by"], whole["hit"]["score_meaning"], whole["clone"]
    shown = cut(whole, ALL)
    assert "notice" not in shown
    assert "dated_by" not in shown["read"]
    assert "score_meaning" not in shown["hit"]
