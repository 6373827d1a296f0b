"""What gpsd says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.positions.gpsd import gpsd_fix
from schemas.errors import InvalidInput

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
REPORT = {
    "class": "TPV", "device": "/dev/ttyUSB0", "mode": 3, "time": "2026-05-04T12:00:01.000Z", "lat": 36.8354,
    "lon": -76.2983, "track": 90.5, "speed": 12.5,
}  # fmt: skip


def said(**changes: object) -> bytes:
    return json.dumps({**REPORT, **changes}).encode()


def test_a_report_says_where_how_fast_which_way_and_when() -> None:
    fix = gpsd_fix(said(), NOON)
    assert fix is not None
    assert (fix.latitude, fix.longitude, fix.speed, fix.heading) == (36.8354, -76.2983, 12.5, 90.5)
    assert (fix.at, fix.receiver_time) == (NOON, datetime(2026, 5, 4, 12, 0, 1, tzinfo=UTC))


@pytest.mark.parametrize("changes", [{"mode": 1}, {"mode": 0}, {"mode": None}, {"lat": None}, {"class": "SKY"}])
def test_what_says_no_place_is_none(changes: dict[str, object]) -> None:
    assert gpsd_fix(said(**changes), NOON) is None


def test_a_time_without_a_zone_is_nobodys() -> None:
    for text in ("2026-05-04T12:00:01", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "soon"):
        fix = gpsd_fix(said(time=text), NOON)
        assert fix is not None
        assert fix.receiver_time is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"$GPRMC,120001", "is this gpsd"),
        (b"[]", "is this gpsd"),
        (b"{}", "is this gpsd"),
        (b'{"class": "ERROR", "message": "Unrecognized request"}', "refused"),
        (said(lat="36.8"), "'lat' is no number"),
        (said(lat=10**400), "'lat' is no number"),
        (said(lon=True), "'lon' is no number"),
        (said(lat=91), "no such place"),
        (said(lat=float("nan")), "no such place"),
        (said(lat=0.0, lon=0.0), "0, 0"),
    ],
    ids=["nmea", "list", "empty", "error", "text", "huge", "truth", "north", "nan", "zero"],
)
def test_what_is_damaged_or_no_place_is_refused(line: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        gpsd_fix(line, NOON)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(REPORT)), JSON, max_size=4), st.binary(max_size=60))
def test_a_changed_report_is_a_fix_nothing_or_refused(changes: dict[str, object], garbage: bytes) -> None:
    for line in (said(**changes), garbage):
        try:
            fix = gpsd_fix(line, NOON)
        except InvalidInput:
            continue
        assert fix is None or (abs(fix.latitude) <= 90 and abs(fix.longitude) <= 180)
