"""When reads were, as a drawing: in order, within its bounds, by the agency's clock."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from console.search.choices import Choices
from console.search.showing import Showing, in_order
from console.search.timeline import OTHERS, timeline_of
from schemas.types import Location, PlateRead
from tests.integration.storage.samples import sample_read

MOST_LANES = 15
WIDTH = 1000

NOTHING_KNOWN = Choices((), "", False, (), {})
NEW_YORK = ZoneInfo("America/New_York")


def read_at(moment: datetime, camera: str = "gate", place: Location | None = None) -> PlateRead:
    return dataclasses.replace(sample_read(1), captured_at=moment, camera_id=camera, location=place)


def test_one_read_is_no_line_of_time() -> None:
    assert timeline_of([read_at(datetime(2026, 1, 1, tzinfo=UTC))], NOTHING_KNOWN, None) is None


def test_over_the_change_of_the_clocks_marks_are_even_and_labels_jump() -> None:
    begin = datetime(2026, 11, 1, 4, tzinfo=UTC)
    drawn = timeline_of([read_at(begin + timedelta(hours=hour)) for hour in range(5)], NOTHING_KNOWN, NEW_YORK)
    assert drawn is not None
    places = [mark.x for mark in drawn.marks]
    assert {round(after - before, 1) for before, after in itertools.pairwise(places)} == {197.5}
    assert [tick.time for tick in drawn.ticks] == [
        "00:00:00 EDT", "01:00:00 EDT", "01:00:00 EST", "02:00:00 EST", "03:00:00 EST",
    ]  # fmt: skip
    assert "2026-11-01 00:00 EDT" in drawn.words


@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(1990, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC)),
            st.integers(0, 40).map(lambda number: f"<gate-{number}> " * 5),
        ),
        min_size=2,
        max_size=60,
    )
)
def test_every_read_has_its_place(passed: list[tuple[datetime, str]]) -> None:
    drawn = timeline_of([read_at(*one) for one in passed], NOTHING_KNOWN, NEW_YORK)
    assert drawn is not None
    assert len(drawn.marks) == len(passed)
    cameras = {camera for _, camera in passed}
    assert len(drawn.lanes) == min(len(cameras), MOST_LANES)
    assert (drawn.lanes[-1].label == OTHERS) == (len(cameras) > MOST_LANES)
    heights = {lane.y for lane in drawn.lanes}
    assert all(0 <= mark.x <= WIDTH and mark.y in heights and mark.y < drawn.bottom for mark in drawn.marks)
    ordered = [mark.x for _, mark in sorted(zip(passed, drawn.marks, strict=True), key=lambda one: one[0][0])]
    assert ordered == sorted(ordered)


def test_places_say_how_many_or_which() -> None:
    here, there = Location(36.8, -76.3), Location(36.9, -76.2)
    passed = (("a", here), ("b", there), ("a", here), ("c", None))
    reads = [read_at(datetime(2026, 1, 1, tzinfo=UTC), name, place) for name, place in passed]
    showing = Showing(None, NOTHING_KNOWN, {}, {})
    assert [(place.label, place.count) for place in showing.places(reads)] == [("a: 2", 2), ("b: 1", 1)]
    assert [place.label for place in showing.places(reads, numbered=True)] == ["a: 1, 3", "b: 2"]
    assert showing.places([reads[0]] * 20, numbered=True)[0].label.endswith("11, 12, \u2026")
    assert in_order(reads) == [(36.8, -76.3), (36.9, -76.2), (36.8, -76.3)]
