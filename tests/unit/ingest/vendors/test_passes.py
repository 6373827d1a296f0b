"""Messages of one pass are one read, whatever order they come in."""

from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.vendors.adapter import Parsed, ReportedRead
from ingest.vendors.arrivals import Arrivals, camera_of
from ingest.vendors.passes import Passes
from schemas.types import DatedBy, PlateRead
from tests.unit.ingest.vendors.messages import NOW, NOW_MS, parsed, source_of
from tests.unit.ingest.vendors.samples import AXIS, DAHUA_EVENT, FRIGATE, FRIGATE_UPDATE, VERKADA

COUNTER_LASTS = timedelta(minutes=10)
GAP = timedelta(seconds=8)


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


@pytest.mark.parametrize(
    ("text", "other", "is_one"),
    [
        *(("KLM4410", "KLM441O", True), ("KLM4410", "KXM4410", False), ("KLM4410", "KLM44X0", False)),
        *(("KIM4410", "K1M4410", True), ("KIM4410", "KLM4410", True), ("KLM4410", "KLM4411", False)),
        # One character lost at an end, not within; and not of a text of which too little is left.
        *(("KLM4410", "KLM441", True), ("KLM4410", "LM4410", True), ("KLM4410", "KLM410", False)),
        *(("KLM410", "KLM4410", False), ("KLM441", "KLM4410", True), ("LM4410", "KLM4410", True)),
        *(("KLM4", "KLM", False), ("KLM", "KLM4", False), ("KLM44", "KLM4", True), ("KLM", "KIM", False)),
        *(("KLM4", "KIM4", True), ("KLM4410", "KLM4O1O", False), ("KLM4410", "LM441", False)),
    ],
)
def test_a_misread_of_one_car_is_no_other_car(text: str, other: str, *, is_one: bool) -> None:
    for first, second in ((text, other), (other, text)):
        passes = Passes()
        assert (placed(passes, seen(first))[0] == placed(passes, seen(second, 1))[0]) is is_one


@pytest.mark.parametrize(("after", "is_one"), [(-8, True), (-8.001, False), (8, True), (8.001, False)])
def test_results_of_one_car_are_so_far_apart(after: float, *, is_one: bool) -> None:
    passes = Passes()
    assert (placed(passes, seen())[0] == placed(passes, seen(after=after))[0]) is is_one


@pytest.mark.parametrize(("step", "count"), [(5, 61), (-5, 61)])
def test_a_car_that_stays_is_one_read_for_five_minutes(step: int, count: int) -> None:
    passes = Passes()
    ids = [placed(passes, seen(after=step * number))[0] for number in range(count + 1)]
    assert len(set(ids[:count])) == 1
    assert ids[count] != ids[0]


def test_of_two_passes_the_one_with_this_text_counts_and_then_the_nearer() -> None:
    passes = Passes()
    # Two cars, for one picture shows both; the second's pass goes on.
    first, second = placed(passes, seen("KLM4410"))[0], placed(passes, seen("KLM441Q"))[0]
    assert first != second
    assert placed(passes, seen("KLM441Q", 6))[0] == second
    # The first is farther away, but of this text.
    assert placed(passes, seen("KLM4410", 7))[0] == first
    passes = Passes()
    second = placed(passes, seen("KLM441Q"))[0]
    placed(passes, seen("KLM441Q", 6))
    first = placed(passes, seen("KLM4410"))[0]
    # Neither is of this text: the nearer counts, although the other was reported later.
    assert first != second == placed(passes, seen("KLM441D", 7))[0]


@pytest.mark.parametrize(("after", "is_one"), [(600, True), (600.001, False), (-600, True), (-600.001, False)])
def test_a_counter_counts_for_ten_minutes(after: float, *, is_one: bool) -> None:
    passes = Passes()
    first = placed(passes, seen(pass_id="7", is_pass_id_unique=False))[0]
    later = seen("XYZ9981", after, pass_id="7", is_pass_id_unique=False)
    assert (placed(passes, later)[0] == first) is is_one


@pytest.mark.parametrize("pass_id", ["7", None])
def test_a_counter_is_known_across_a_restart(pass_id: str | None) -> None:
    arrivals = Arrivals("pd", 0.7, Passes())
    (first,) = arrivals.of(Parsed((seen(pass_id=pass_id, is_pass_id_unique=False),)), source_of("axis"), NOW)
    passes = Passes()
    passes.remember("gate", [first.read])
    later = seen("XYZ9981", 20, pass_id=pass_id, is_pass_id_unique=False)
    found = passes.place("gate", first.read.camera_id, later, later.captured_at or NOW)
    assert (found.read_id == first.read.read_id) is (pass_id is not None)


def test_a_pass_lasts_from_its_first_picture_to_its_last_and_counts_them() -> None:
    passes = Passes()
    told = []
    for after, changes in (
        (0, {}),
        (2, {"confidence": 0.9}),
        (2, {}),  # comes again
        (-1, {"first_seen": NOW - timedelta(seconds=3), "last_seen": NOW + timedelta(seconds=4)}),
        (1, {"frame_count": 9, "confidence": None}),
    ):
        read = seen(after=after, **changes)
        found = passes.place("gate", "cam", read, read.captured_at or NOW)
        lasted = tuple(round((at - NOW).total_seconds(), 3) for at in (found.first_seen, found.last_seen))
        told.append((found.revision, *lasted, found.frame_count))
    assert told == [(8000, 0, 0, 1), (9000, 0, 2, 2), (8000, 0, 2, 2), (8000, -3, 4, 3), (0, -3, 4, 9)]


def test_results_with_a_picture_of_a_pass_belong_to_it_whatever_they_read() -> None:
    passes = Passes()
    whole = placed(passes, seen(pass_id="a/0", frame_ids=("a/0", "b/1")))[0]
    assert placed(passes, seen("XYZ9981", 60, frame_ids=("b/1",)))[0] == whole
    assert placed(passes, seen("RWT5510", 60, frame_ids=("b/0",)))[0] != whole
    assert passes.place("gate", "other", seen(frame_ids=("b/1",)), NOW).read_id != whole


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


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({}, 0),
        # In New York it is four hours earlier: a clock that counts these is taken by its word where that is about now.
        ({"UTC": -14_400}, 0),
        ({"UTC": -14_400 + 600}, 600),
        ({"UTC": -14_400 - 600}, -600),
        ({"UTC": -14_400 + 601}, -14_400 + 601),
        ({"UTC": -14_400 - 601}, -14_400 - 601),
        ({"UTC": -7_200}, -7_200),
        ({"UTC": 60}, 60),
        ({"UTC": -14_400, "UTCMS": 250}, 0.25),
        ({"UTC": 5, "UTCMS": 250}, 5.25),
        ({"UTC": 5, "RealUTCMS": 1_500}, 5.999),
        ({"UTC": 5, "UTCMS": -1}, 5),
        ({"UTC": -100_000, "RealUTC": 7, "UTCMS": 250}, 7.25),
        # A time that is written out counts where the two are more than a minute apart.
        ({"UTC": 60, "LocaleTime": "2026-05-04 08:00:00"}, 60),
        ({"UTC": 61, "LocaleTime": "2026-05-04 08:00:00"}, 0),
        ({"UTC": -60, "LocaleTime": "2026-05-04 08:00:00"}, -60),
        ({"UTC": -61, "LocaleTime": "2026-05-04 08:00:00"}, 0),
    ],
)
def test_dahuas_clocks(more: dict[str, Any], seconds: float) -> None:
    told = {key: value + int(NOW.timestamp()) if key in ("UTC", "RealUTC") else value for key, value in more.items()}
    (read,) = reads_of("dahua", {"Events": [DAHUA_EVENT | told]})
    assert read.captured_at == NOW + timedelta(seconds=seconds)


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
