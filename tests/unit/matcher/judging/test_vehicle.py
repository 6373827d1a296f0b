"""Make, color and year: evidence where both sides give them, never a filter."""

from __future__ import annotations

import pytest

from schemas.types import Hit, Tier, VehicleDescription
from tests.unit.matcher.samples import entry, matcher, read

OLDSMOBILE = VehicleDescription(1994, "OLDS", None, None, "GRY")


def only(hits: list[Hit]) -> Hit:
    (hit,) = hits
    return hit


def test_what_is_known_of_the_vehicle_is_on_the_hit_as_data() -> None:
    hit = only(
        matcher(entry("8KV4921", vehicle=OLDSMOBILE)).match(
            read("8KV4921", vehicle=VehicleDescription(1995, "BMW", None, None, "silver"))
        )
    )
    assert [(each.feature, each.read, each.listed, each.agrees) for each in hit.vehicle] == [
        ("make", "BMW", "OLDS", False),
        ("color", "silver", "GRY", True),
        ("year", "1995", "1994", True),
    ]
    assert [each.score > 0 for each in hit.vehicle] == [False, True, True]
    assert "MAKE DIFFERS (seen BMW, listed OLDS)" in hit.explanation


@pytest.mark.parametrize(("make", "color"), [("unknown", "UNK"), ("OTHER", "XXX")])
def test_words_for_not_known_are_no_contradiction(make: str, color: str) -> None:
    seen = read("8KV4921", vehicle=VehicleDescription(make=make, color=color))
    assert only(matcher(entry("8KV4921", vehicle=OLDSMOBILE)).match(seen)).vehicle == ()


def test_the_vehicle_is_evidence_and_its_contradiction_is_said() -> None:
    listed = entry("8KV4921", vehicle=VehicleDescription(1994, "OLDS", None, None, "GRY"))

    def hit(make: str, color: str, year: int) -> Hit:
        (found,) = matcher(listed).match(read("8KV4921", vehicle=VehicleDescription(year, make, None, None, color)))
        return found

    same, other = hit("Oldsmobile", "silver", 1995), hit("BMW", "black", 2019)
    plain = matcher(listed).match(read("8KV4921"))[0]
    assert same.score > plain.score > other.score
    assert "make OLDS agrees" in same.explanation
    assert "MAKE DIFFERS (seen BMW, listed OLDS)" in other.explanation
    assert other.tier is Tier.EXACT, "evidence, never a filter"


@pytest.mark.parametrize(
    ("seen", "listed", "agrees"),
    [
        ("Dodge", "D0DG", True),
        ("volkswagen", "VOLK", True),
        ("Volvo", "VOLK", False),
        ("Mercedes-Benz", "MERZ", True),
        ("Mercury", "MERZ", False),
        ("Toyota", "TOYT", True),
        ("Lexus", "LEXS", True),
    ],
)
def test_makes_are_compared_across_ncic_codes_and_names(seen: str, listed: str, agrees: bool) -> None:
    described = entry("8KV4921", vehicle=VehicleDescription(make=listed))
    (hit,) = matcher(described).match(read("8KV4921", vehicle=VehicleDescription(make=seen)))
    assert (f"make {listed} agrees" in hit.explanation) is agrees


def test_either_color_of_a_two_colored_vehicle_agrees() -> None:
    described = entry("8KV4921", vehicle=VehicleDescription(color="RED/BLK"))
    (hit,) = matcher(described).match(read("8KV4921", vehicle=VehicleDescription(color="black")))
    assert "color RED/BLK agrees" in hit.explanation


@pytest.mark.parametrize(("year", "agrees"), [(1991, True), (1994, True), (1997, True), (1990, False), (1998, False)])
def test_a_body_style_of_three_years_before_or_after_agrees(year: int, agrees: bool) -> None:
    listed = entry("8KV4921", vehicle=VehicleDescription(1994))
    (feature,) = only(matcher(listed).match(read("8KV4921", vehicle=VehicleDescription(year)))).vehicle
    assert feature.agrees is agrees
