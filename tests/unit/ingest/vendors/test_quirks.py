"""What single vendors do unlike all others: templates that name a plate twice, own lists' hits, odd names of fields."""

from __future__ import annotations

import json

import pytest

from ingest.vendors.adapter import ReaderSign
from ingest.vendors.registry import adapter_of
from schemas.errors import InvalidInput
from tests.unit.ingest.vendors.messages import NOW, NOW_MS, message_of, parsed, source_of


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"plate":"RWT5510","memo":"RWT5510:87%","camera":"lot"}', "application/json"),
        ("plate=RWT5510&memo=RWT5510:87%25&camera=lot", "application/x-www-form-urlencoded"),
        ('{"memo":"rwt-5510:87%,RWT5510","camera":"lot"}', "text/plain"),
        ('{"plate":"RWT5510","confidence":"87%","camera":"lot"}', "application/json"),
    ],
)
def test_blue_iris_names_a_plate_twice(body: str, content_type: str) -> None:
    (read,) = parsed("blueiris", body, content_type).reads

    assert read.confidence == pytest.approx(0.87)


def test_blue_iris_names_two_plates() -> None:
    reads = parsed("blueiris", {"memo": "RWT5510:87%,KLM2201:60%", "confidence": "90%", "camera": "lot"}).reads

    assert [(read.plate, read.confidence) for read in reads] == [("RWT5510", 0.87), ("KLM2201", 0.6)]


def test_verkadas_own_hit_is_kept_as_evidence() -> None:
    data = {"camera_id": "c", "created": int(NOW.timestamp()), "license_plate_number": "RWT5510"}
    hook = {"webhook_type": "notification", "webhook_id": "w", "data": data}
    data["notification_type"] = "license_plate_of_interest"
    (read,) = parsed("verkada", hook).reads
    assert json.loads(read.hit or "")["notification_type"] == "license_plate_of_interest"

    hook["webhook_type"] = "lpr"
    del data["notification_type"]
    (read,) = parsed("verkada", hook).reads
    assert read.hit is None


@pytest.mark.parametrize("state", ["nowhere", "US-ZZ", "VAA"])
def test_our_own_senders_are_told_of_a_state_that_there_is_not(state: str) -> None:
    with pytest.raises(InvalidInput, match="no known state") as caught:
        parsed("platewatch", {"plate": "RWT5510", "state": state})
    assert caught.value.column == "jurisdiction"


@pytest.mark.parametrize(
    ("texts", "plates", "notes"),
    [
        (["A" * 13, "RWT5510", "B" * 14], ["RWT5510"], [13, 14]),
        (["A" * 13, "unknown"], [], [13]),
    ],
)
def test_a_result_that_is_wrong_spoils_no_other(texts: list[str], plates: list[str], notes: list[int]) -> None:
    found = parsed("plate_recognizer", {"results": [{"plate": text} for text in texts]})
    assert [read.plate for read in found.reads] == plates
    assert found.notes == tuple(
        f"a result is left out: a plate of {length} characters; at most 12 were expected" for length in notes
    )


def test_of_several_wrong_results_alone_the_first_is_told() -> None:
    with pytest.raises(InvalidInput, match="a plate of 13 characters"):
        parsed("plate_recognizer", {"results": [{"plate": "A" * 13}, {"plate": "B" * 14}]})


@pytest.mark.parametrize(("topic", "camera"), [("", ""), ("east/onvif-ej/x", "east"), ("x" * 65 + "/a", "x" * 64)])
def test_a_sign_of_life_by_mqtt_is_of_the_camera_that_its_topic_names(topic: str, camera: str) -> None:
    message = message_of({"UtcTime": "2026-05-04T12:00:00Z"}, topic=topic)
    assert adapter_of("onvif").parse(message, source_of("onvif")).signs == (ReaderSign(camera),)


@pytest.mark.parametrize(
    ("values", "event", "passes"),
    [
        (["RWT5510", "KLM2201"], "e", ["e/RWT5510", "e/KLM2201"]),
        (["RWT5510", "RWT-5510"], "e", ["e", "e"]),
        (["RWT5510"], "e", ["e"]),
        (["RWT5510", "KLM2201"], None, [None, None]),
    ],
)
def test_one_event_of_unifi_shows_several_cars(values: list[str], event: str | None, passes: list[str | None]) -> None:
    triggers = [{"key": "licensePlate", "value": value} for value in values]
    reads = parsed("unifi", {"eventId": event, "triggers": [{"key": "motion", "value": "x"}, *triggers]}).reads
    assert [(read.plate, read.pass_id) for read in reads] == list(zip(values, passes, strict=True))


def test_dahuas_lane_as_its_push_spells_it() -> None:
    place = {"DeviceID": "d", "SnapTime": "2026-05-04 08:00:00", "LanNo": 3}
    (read,) = parsed(
        "dahua", {"Picture": {"Plate": {"IsExist": True, "PlateNumber": "RWT5510"}, "SnapInfo": place}}
    ).reads

    assert read.movement is not None
    assert read.movement.lane == "3"


def test_survisions_state_stands_in_its_context() -> None:
    seen = {"@date": str(NOW_MS), "decision": {"@plate": "RWT5510", "@context": "USA_VA", "@reliability": "80"}}
    (read,) = parsed("survision", {"anpr": seen}).reads

    assert read.jurisdiction == "US-VA"


@pytest.mark.parametrize("vendor", ["plate_recognizer", "parkpow"])
def test_a_plate_outside_of_results_is_not_lost(vendor: str) -> None:
    with pytest.raises(InvalidInput, match="found a plate outside of results"):
        parsed(vendor, {"hook": {"event": "new"}, "data": {"license_plate": "RWT5510", "camera": "c"}})


def test_a_hook_of_another_event_is_a_sign_of_life() -> None:
    found = parsed(
        "plate_recognizer", {"hook": {"event": "video.done"}, "data": {"camera_id": "c", "filename": "a.mp4"}}
    )

    assert (found.reads, found.without_plate, [sign.camera for sign in found.signs]) == ((), 0, ["c"])


@pytest.mark.parametrize(
    ("milliseconds", "told"), [(0, 0), (250, 250), (999, 999), (1000, 999), (86_400_000, 999), (-5, 0), ("x", 0)]
)
def test_dahuas_milliseconds_are_of_the_second_and_no_more(milliseconds: object, told: int) -> None:
    seconds = int(NOW.timestamp())
    event = {"TrafficCar": {"PlateNumber": "RWT5510"}, "RealUTC": seconds, "UTCMS": milliseconds}
    (read,) = parsed("dahua", {"Events": [event]}).reads
    assert read.captured_at is not None
    assert (read.captured_at.timestamp() - seconds) * 1000 == pytest.approx(told, abs=0.01)
