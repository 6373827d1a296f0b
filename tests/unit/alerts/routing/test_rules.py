"""What rules take, and what is no rule."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.rules import Rule, parse_rule, parse_rules, read_rules
from schemas.errors import InvalidInput
from schemas.events import Alert, LocationEvent
from schemas.types import Category, Tier
from tests.unit.alerts.samples import sample_alert

MOST_BYTES = 65_536

ZONE = ZoneInfo("America/New_York")
GATE = (38.9, -77.0)


def rule(**fields: Any) -> Rule:
    return parse_rule({"name": "r", "channels": ["log"], **fields}, "a test")


def alert(**read: Any) -> Alert:
    """An alert of 2026-11-20 18:30 UTC (13:30 in New York), at the gate."""
    one = sample_alert()
    return one.model_copy(update={"read": one.read.model_copy(update=read)})


@pytest.mark.parametrize(
    ("fields", "takes"),
    [
        ({}, True),
        ({"categories": ["stolen_vehicle", "wanted_person"]}, True),
        ({"categories": ["wanted_person"]}, False),
        ({"tiers": ["exact"]}, True),
        ({"tiers": ["partial"]}, False),
        ({"hotlists": ["ncic"]}, True),
        ({"hotlists": ["other"]}, False),
        ({"cameras": ["gate", "bridge"]}, True),
        ({"cameras": ["bridge"]}, False),
        ({"circle": {"center": [38.9, -77.001], "meters": 100}}, True),
        ({"circle": {"center": [38.9, -77.001], "meters": 80}}, False),
        ({"polygon": [[38.8, -77.1], [38.8, -76.9], [39.0, -76.9], [39.0, -77.1]]}, True),
        ({"polygon": [[38.95, -77.1], [38.95, -76.9], [39.0, -76.9]]}, False),
        ({"hours": {"from": "13:00", "until": "14:00"}}, True),
        ({"hours": {"from": "14:00", "until": "13:00"}}, False),
        ({"hours": {"from": "13:00", "until": "14:00", "days": ["sat"]}}, False),
        ({"hours": {"from": "13:00", "until": "14:00", "days": ["fri"]}}, True),
    ],
)
def test_what_a_rule_takes(fields: dict[str, Any], takes: bool) -> None:
    assert rule(**fields).takes(alert(), ZONE) is takes


def test_an_alert_without_a_place_is_in_no_area() -> None:
    assert not rule(circle={"center": GATE, "meters": 1e6}).takes(alert(location=None), ZONE)
    assert rule().takes(alert(location=None), ZONE)


def test_a_vehicle_of_days_ago_is_asked_for() -> None:
    past = sample_alert().model_copy(update={"historical": True})
    assert not rule().takes(past, ZONE)
    assert rule(historical=True).takes(past, ZONE)


def test_quiet_hours_make_it_wait_but_not_what_is_urgent() -> None:
    quiet = {"from": "22:00", "until": "06:00", "except_categories": ["child_abduction"]}
    one, night = rule(quiet=quiet), datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # 23:00
    assert one.due_at(alert(), night, ZONE) == datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
    assert one.due_at(alert(), night + timedelta(hours=8), ZONE) == night + timedelta(hours=8)
    urgent = alert()
    urgent = urgent.model_copy(update={"entry": urgent.entry.model_copy(update={"category": Category.CHILD_ABDUCTION})})
    assert one.due_at(urgent, night, ZONE) == night


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"channels": []}, "channels"),
        ({"name": "Night Shift"}, "name"),
        ({"categories": ["stolen"]}, "categories"),
        ({"areas": []}, "areas"),
        ({"polygon": [[0, 0], [1, 1]]}, "polygon"),
        ({"polygon": [[0, 0], [1, 1], [100, 0]]}, "polygon"),
        ({"polygon": [[0, 0], [1, 1], [0, 1]], "circle": {"center": GATE, "meters": 5}}, "use one"),
        ({"hours": {"from": "25:00", "until": "06:00"}}, "hours"),
        ({"hours": {"from": "22:00+02:00", "until": "06:00"}}, "leave the offset out"),
        ({"quiet": {"from": "22:00"}}, "until"),
        ({"hours": {"from": "22:00", "until": "06:00", "days": ["monday"]}}, "days"),
    ],
)
def test_what_is_no_rule(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rule(**fields)
    assert named in str(caught.value)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
keys = st.sampled_from([*Rule.model_fields, "from", "until", "x"])


@given(st.dictionaries(keys, json_like, max_size=6))
def test_any_document_is_a_rule_or_refused(document: dict[str, Any]) -> None:
    try:
        found = parse_rule(document, "a test")
    except InvalidInput:
        return
    assert parse_rule(found.document(), "again") == found


@given(
    st.lists(st.sampled_from(Category), max_size=3, unique=True),
    st.lists(st.sampled_from(Tier), max_size=2, unique=True),
    st.booleans(),
    st.times(),
    st.times(),
)
def test_a_rule_survives_the_way_through_the_database(
    categories: list[Category], tiers: list[Tier], plates: bool, begins: Any, ends: Any
) -> None:
    hours = {"from": begins.isoformat(), "until": ends.isoformat()}
    one = rule(categories=categories, tiers=tiers, plates_in_mail=plates, hours=hours, quiet=hours)
    again = parse_rule(one.document(), "again")
    # What is as it would be anyway is left out: another version's new keys make no rule another one.
    assert rule().document() == {"name": "r", "channels": ["log"]}
    assert one.document() == {
        name: value
        for name, value in {
            "name": "r",
            "channels": ["log"],
            "categories": [category.value for category in categories],
            "tiers": [tier.value for tier in tiers],
            "plates_in_mail": plates,
            "hours": hours,
            "quiet": hours,
        }.items()
        if value
    }
    assert (again, again.digest) == (one, one.digest)
    assert rule(unit="12").digest != rule(unit="13").digest


def test_a_file_holds_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[[rules]]\nname = "night"\nchannels = ["desk"]\nhours = { from = 22:00:00, until = 06:00:00 }\n'
        '[[rules]]\nname = "all"\nchannels = ["log"]\n'
    )
    assert [one.name for one in read_rules(path)] == ["night", "all"]
    for text, named in (
        ("", "[[rules]]"),
        ("[rules]\nname = 'x'\n", "[[rules]]"),
        ("rules = 1\n", "[[rules]]"),
        ("rules = []\n", "[[rules]]"),
        ("rules = [1]\n", "[[rules]]"),
        ("x = 1\n[[rules]]\nname = 'x'\nchannels = ['log']\n", "[[rules]] alone"),
        ("[[rules]]\nname = 'x'\nchannels = ['log']\n" * 2, "more than once: x"),
        ("".join(f"[[rules]]\nname = '{one}'\nchannels = ['log']\n" for one in "cbadeabec"), "once: a, b, c, e"),
        ("[[rules]\n", "is no TOML"),
        ("[[rules]]\nname = 'x'\n", "rule 1"),
    ):
        path.write_text(text)
        with pytest.raises(InvalidInput) as caught:
            read_rules(path)
        assert named in str(caught.value)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_rules(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_rules(tmp_path / "none.toml")


def test_a_place_without_heading_is_one() -> None:
    assert rule(circle={"center": GATE, "meters": 10}).takes(
        alert(location=LocationEvent(latitude=38.9, longitude=-77.0)), ZONE
    )


def _is_left_of(place: tuple[float, float], one: tuple[float, float], other: tuple[float, float]) -> bool:
    return (other[1] - one[1]) * (place[0] - one[0]) - (other[0] - one[0]) * (place[1] - one[1]) > 0


coordinates = st.tuples(st.integers(-60, 60), st.integers(-60, 60))


@given(st.tuples(coordinates, coordinates, coordinates), coordinates)
def test_a_triangle_holds_what_lies_on_one_side_of_all_its_edges(
    corners: tuple[tuple[int, int], ...], place: tuple[int, int]
) -> None:
    """Beside the places on an edge, which may count either way."""
    at = (place[0] + 0.25, place[1] + 0.125)
    sides = {_is_left_of(at, one, other) for one, other in zip(corners, (*corners[1:], corners[0]), strict=True)}
    on_edge = any(
        (other[1] - one[1]) * (at[0] - one[0]) == (other[0] - one[0]) * (at[1] - one[1])
        for one, other in zip(corners, (*corners[1:], corners[0]), strict=True)
    )
    if not on_edge:
        seen = alert(location=LocationEvent(latitude=at[0], longitude=at[1]))
        assert rule(polygon=corners).takes(seen, ZONE) is (len(sides) == 1)


@pytest.mark.parametrize(
    ("latitude", "longitude", "inside"),
    [(2, 1, True), (2, 9, True), (8, 5, True), (2, 5, False), (5, 5, False), (7, 5, True), (11, 5, False)],
)
def test_a_bay_of_an_area_is_outside_of_it(latitude: float, longitude: float, inside: bool) -> None:
    horseshoe = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 8], [6, 8], [6, 2], [0, 2]]
    seen = alert(location=LocationEvent(latitude=latitude, longitude=longitude))
    assert rule(polygon=horseshoe).takes(seen, ZONE) is inside


@pytest.mark.parametrize(
    ("center", "meters"),
    [
        # A degree along a meridian is 111,195 m, along the sixtieth parallel half of that.
        ((37.9, -77.0), 111_195),
        ((39.9, -77.0), 111_195),
        ((38.9, -76.0), 86_537),
        ((38.9, -78.0), 86_537),
    ],
)
def test_a_circle_is_measured_in_meters_on_the_ground(center: tuple[float, float], meters: float) -> None:
    assert rule(circle={"center": center, "meters": meters + 60}).takes(alert(), ZONE)
    assert not rule(circle={"center": center, "meters": meters - 60}).takes(alert(), ZONE)


def test_whatever_a_rule_asks_for_has_to_be_all_true() -> None:
    fits: dict[str, Any] = {
        "categories": ["stolen_vehicle"],
        "tiers": ["exact"],
        "hotlists": ["ncic"],
        "cameras": ["gate"],
        "circle": {"center": GATE, "meters": 100},
        "hours": {"from": "13:00", "until": "14:00"},
    }
    misses: dict[str, Any] = {
        "categories": ["wanted_person"],
        "tiers": ["probable"],
        "hotlists": ["other"],
        "cameras": ["bridge"],
        "circle": {"center": (39.0, -77.0), "meters": 100},
        "hours": {"from": "14:00", "until": "15:00"},
    }
    assert rule(**fits).takes(alert(), ZONE)
    for name, value in misses.items():
        assert not rule(**(fits | {name: value})).takes(alert(), ZONE), name


def test_a_file_is_as_long_as_may_be_and_no_longer(tmp_path: Path) -> None:
    text = '[[rules]]\nname = "all"\nchannels = ["log"]\n'
    path = tmp_path / "rules.toml"
    for length, fits in ((MOST_BYTES, True), (MOST_BYTES + 1, False)):
        whole = text + "#" * (length - len(text))
        path.write_text(whole)
        for take in (lambda: read_rules(path), functools.partial(parse_rules, whole, "a page")):
            if fits:
                assert [one.name for one in take()] == ["all"]
            else:
                with pytest.raises(InvalidInput, match=f"larger|longer than {MOST_BYTES}"):
                    take()


def test_many_mistakes_are_told_as_the_first_five() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_rule({"name": "r", "channels": ["log"], **{f"wrong{number}": 1 for number in range(9)}}, "a file, rule 3")
    assert [f"'wrong{number}'" in str(caught.value) for number in range(9)] == [True] * 5 + [False] * 4
    assert caught.value.source == "a file, rule 3"


def corners(count: int) -> list[list[float]]:
    return [[number / 100, (number % 7) / 10] for number in range(count)]


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        ({"channels": ["log"] * 20}, {"channels": ["log"] * 21}),
        ({"unit": "x" * 100}, {"unit": "x" * 101}),
        ({"polygon": corners(3)}, {"polygon": corners(2)}),
        ({"polygon": corners(1000)}, {"polygon": corners(1001)}),
        ({"circle": {"center": [90, 180], "meters": 0.1}}, {"circle": {"center": [90, 180], "meters": 0}}),
        ({"circle": {"center": [-90, -180], "meters": 1e6}}, {"circle": {"center": [-90, -180], "meters": 1000000.1}}),
        ({"circle": {"center": [90, 0], "meters": 1}}, {"circle": {"center": [90.01, 0], "meters": 1}}),
        ({"circle": {"center": [-90, 0], "meters": 1}}, {"circle": {"center": [-90.01, 0], "meters": 1}}),
        ({"circle": {"center": [0, 180], "meters": 1}}, {"circle": {"center": [0, 180.01], "meters": 1}}),
        ({"circle": {"center": [0, -180], "meters": 1}}, {"circle": {"center": [0, -180.01], "meters": 1}}),
        (
            {"quiet": {"from": "22:00", "until": "06:00", "days": ["fri"]}},
            {"quiet": {"from": "22:00", "until": "06:00", "days": []}},
        ),
    ],
)
def test_a_rule_is_as_large_as_may_be_and_no_larger(taken: dict[str, Any], refused: dict[str, Any]) -> None:
    assert rule(**taken).document()["name"] == "r"
    with pytest.raises(InvalidInput):
        rule(**refused)


def test_a_rule_that_says_nothing_else_is_about_everything_that_is_here_now() -> None:
    """All categories, places and hours, also what follows; no past passes, and no plates in mail."""
    plain = rule()
    assert (plain.updates, plain.historical, plain.plates_in_mail, plain.unit) == (True, False, False, "")
    for name, value in {"updates": False, "historical": True, "plates_in_mail": True, "unit": "12"}.items():
        assert rule(**{name: value}).document() == {"name": "r", "channels": ["log"], name: value}
