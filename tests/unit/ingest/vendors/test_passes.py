"""Messages of one pass are one read, whatever order they come in."""

from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.vendors.adapter import ReportedRead
from ingest.vendors.arrivals import Arrivals, camera_of
from ingest.vendors.passes import COUNTER_LASTS, GAP, Passes
from schemas.types import DatedBy, PlateRead
from tests.unit.ingest.vendors.messages import NOW, NOW_MS, parsed, source_of
from tests.unit.ingest.vendors.samples import AXIS, DAHUA_EVENT, FRIGATE, FRIGATE_UPDATE, VERKADA


def seen(plate: str = "KLM4410", after: float = 0.0, **changes: Any) -> ReportedRead:
    return dataclasses.replace(ReportedRead(plate, "c", NOW + timedelta(seconds=after), 0.8), **changes)


def placed(passes: Passes, read: ReportedRead, source: str = "gate") -> tuple[Any, int]:
    assert read.captured_at is not None
    found = passes.place(source, "cam", read, read.captured_at)
    return found.read_id, found.revision


def reads_of(vendor: str, *bodies: Any) -> list[PlateRead]:
    arrivals = Arrivals("pd", 0.7, Passes())
    return [each.read for body in bodies for each in arrivals.of(parsed(vendor, body), source_of(vendor), NOW)]


def newest(reads: list[PlateRead]) -> PlateRead:
    assert len({read.read_id for read in reads}) == 1
    return max(reads, key=lambda read: (read.is_final, read.revision))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_surest_text_wins_in_any_order(order: tuple[int, ...]) -> None:
    frames = [seen(confidence=0.6), seen("KLM441O", 0.4, confidence=0.9), seen("KLM4A10", 0.8, confidence=0.7)]
    passes = Passes()
    found = [(*placed(passes, frames[number]), number) for number in order]

    assert len({read_id for read_id, _, _ in found}) == 1
    assert max(found, key=lambda each: each[1])[2] == 1


def test_other_cars_times_and_sources_are_other_passes() -> None:
    passes = Passes()
    ids = [
        placed(passes, seen())[0],
        placed(passes, seen("XYZ9981", 0.5))[0],
        placed(passes, seen(after=GAP.total_seconds() * 2 + 1))[0],
        placed(passes, seen(), source="other")[0],
    ]

    assert len(set(ids)) == 4


def test_two_alike_plates_in_one_picture_are_two_cars() -> None:
    passes = Passes()

    assert placed(passes, seen("KLM4410"))[0] != placed(passes, seen("KLM441O".replace("O", "D")))[0]


def test_a_car_that_stands_before_the_camera_is_read_anew_after_some_minutes() -> None:
    passes = Passes()
    ids = [placed(passes, seen(after=after))[0] for after in range(0, 700, 5)]

    assert len(set(ids)) == 3


def test_memory_is_bounded() -> None:
    passes = Passes(most=50)
    for number in range(500):
        placed(passes, seen(f"P{number}", number * 20, pass_id=f"p{number}", frame_ids=(f"f{number}",)))

    assert len(passes) == 50
    assert all(len(index) <= 50 for index in (passes._by_id, passes._by_frame))
    assert sum(len(each) for each in passes._by_camera.values()) == 50


def test_a_pass_goes_on_across_a_restart() -> None:
    source = source_of("verkada")
    before = Arrivals("pd", 0.7, Passes())
    body = json.loads(json.dumps(VERKADA))
    del body["webhook_id"]
    (first,) = before.of(parsed("verkada", body), source, NOW)
    passes = Passes()
    passes.remember("gate", [first.read])
    body["data"] |= {"detected": NOW_MS + 2000, "confidence": 0.97}
    (second,) = Arrivals("pd", 0.7, passes).of(parsed("verkada", body), source, NOW)

    assert first.read.read_id == second.read.read_id
    assert second.read.revision > first.read.revision


def test_a_unique_id_is_one_read_even_days_later_but_a_counter_is_not() -> None:
    later = seen(after=COUNTER_LASTS.total_seconds() + 60, pass_id="1")

    assert placed(Passes(), seen(pass_id="1"))[0] == placed(Passes(), later)[0]
    passes = Passes()
    first = placed(passes, seen(pass_id="1", is_pass_id_unique=False))[0]
    assert placed(passes, dataclasses.replace(later, is_pass_id_unique=False))[0] != first
    near = seen(after=5, pass_id="1", is_pass_id_unique=False)
    assert placed(Passes(), near) == placed(Passes(), near)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_axis_new_update_lost(order: tuple[int, ...]) -> None:
    texts = ("QTR6152", "QTR615Z", "QTR615Z", "QTR6I5Z")
    states = ("new", "update", "update", "lost")
    bodies = [
        AXIS | {"carState": state, "plateUTF8": text, "packetCounter": str(900 + number)}
        for number, (state, text) in enumerate(zip(states, texts, strict=True))
    ]

    assert newest(reads_of("axis", *(bodies[number] for number in order))).plate == "QTR6I5Z"


def test_frigates_end_does_not_overwrite_a_surer_text() -> None:
    end = json.loads(json.dumps(FRIGATE))
    end["type"] = "end"
    end["after"] |= {"recognized_license_plate": "QTR61S2", "recognized_license_plate_score": 0.6}

    assert newest(reads_of("frigate", FRIGATE, FRIGATE_UPDATE, end)).plate == "QTR6152"


def test_dahuas_clock_that_counts_local_time() -> None:
    true = reads_of("dahua", {"Events": [DAHUA_EVENT]})[0]
    local = reads_of("dahua", {"Events": [DAHUA_EVENT | {"UTC": DAHUA_EVENT["UTC"] - 4 * 3600}]})[0]
    real = reads_of("dahua", {"Events": [DAHUA_EVENT | {"UTC": 1_700_000_000, "RealUTC": DAHUA_EVENT["UTC"]}]})[0]

    assert true.captured_at == local.captured_at == real.captured_at == NOW


def test_a_brand_is_no_plate() -> None:
    event = {"TrafficCar": {"PlateNumber": ""}, "Object": {"ObjectType": "Vehicle", "Text": "Skoda"}}

    assert parsed("dahua", {"Events": [event]}).without_plate == 1


def test_an_unknown_confidence_is_said_and_never_one() -> None:
    body = {"plate": "QTR6152"}
    (read,) = reads_of("platewatch", body)

    assert (read.confidence, read.confidence_is_known) == (0.7, False)
    assert (read.dated_by, read.source_time, read.captured_at) == (DatedBy.ARRIVAL, None, NOW)


def test_a_source_may_say_how_reliable_its_texts_were_found() -> None:
    source = source_of("platewatch", unknown_confidence=0.55)
    (arrival,) = Arrivals("pd", 0.7, Passes()).of(parsed("platewatch", {"plate": "QTR6152"}), source, NOW)
    assert (arrival.read.confidence, arrival.read.confidence_is_known) == (0.55, False)


def test_candidates_become_alternatives() -> None:
    body = {
        "data_type": "alpr_results",
        "epoch_time": NOW_MS,
        "camera_id": 1,
        "results": [
            {
                "plate": "QTR6152",
                "confidence": 90,
                "candidates": [
                    {"plate": "QTR6152", "confidence": 90},
                    {"plate": "QTR6IS2", "confidence": 80},
                    {"plate": "QTR615", "confidence": 40},
                    {"plate": "ZZ", "confidence": 10},
                ],
            }
        ],
    }
    (read,) = reads_of("rekor", body)
    places = {number: dict(each.alternatives) for number, each in enumerate(read.characters) if each.alternatives}

    assert "".join(each.character for each in read.characters) == "QTR6152"
    assert set(places) == {4, 5, 6}
    assert places[4]["I"] == places[5]["S"] > places[6][""] > 0
    assert all(each.confidence + sum(share for _, share in each.alternatives) <= 1 for each in read.characters)


def test_cameras_names() -> None:
    source = source_of("rekor", readers={"7723": {"id": "bridge-north", "latitude": 37.0, "longitude": -76.0}})

    assert camera_of(source, "7723") == "bridge-north"
    assert camera_of(source, "") == "gate"
    assert camera_of(source, "East Gate / 2") == "gate-east-gate-2"
    assert camera_of(source, "摄像机一") != camera_of(source, "摄像机二") != "gate"
    assert len({camera_of(source, "x" * 80 + end) for end in "ab"}) == 2
    assert len(camera_of(source, "x" * 80)) <= 63


def test_a_dated_message_of_a_wrong_clock_says_so() -> None:
    body = {"plate": "QTR6152", "captured_at": "2001-01-01T00:00:00Z"}
    (read,) = reads_of("platewatch", body)

    assert read.source_time == datetime(2001, 1, 1, tzinfo=UTC)
    assert read.arrived_at == NOW
