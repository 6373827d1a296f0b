"""Make, color and year: evidence where both sides give them, never a filter."""

from __future__ import annotations

import pytest

from matcher.judging.vehicle import color_words, compare_vehicles, make_names
from schemas.types import Hit, Tier, VehicleDescription, VehicleEvidence
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


@pytest.mark.parametrize(
    ("make", "color"), [("unknown", "UNK"), ("OTHER", "XXX"), ("UNKN", "None"), ("n/a", "XXXX"), ("UNK", "unkn")]
)
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


MAKES = {
    "LEXS": "Lexus", "MERZ": "Mercedes", "BENZ": "Mercedes", "MERC": "Mercury", "STRN": "Saturn", "PTRB": "Peterbilt",
    "FRHT": "Freightliner", "INTL": "International", "KW": "Kenworth", "VOLK": "Volkswagen", "VW": "Volkswagen",
    "VOLV": "Volvo", "CHEVY": "Chevrolet", "CHEV": "Chevrolet", "MNNI": "Mini", "LNDR": "Land Rover",
    "LROV": "Land Rover", "Range Rover": "Land Rover", "HD": "Harley-Davidson", "TOYT": "Toyota", "KAWK": "Kawasaki",
    "SUZI": "Suzuki", "SMRT": "Smart", "CHRY": "Chrysler", "FORD": "Ford", "DODG": "Dodge", "HOND": "Honda",
    "NISS": "Nissan", "BUIC": "Buick", "CADI": "Cadillac", "PONT": "Pontiac", "HYUN": "Hyundai", "SUBA": "Subaru",
}  # fmt: skip
COLORS = {
    "black": "BLK", "white": "WHI", "gray": "SIL GRY silver grey", "red": "RED MAR maroon", "blue": "BLU DBL LBL TRQ",
    "green": "GRN DGR LGR TEA", "beige": "GLD gold TAN BGE CRM cream", "brown": "BRO BRZ bronze CPR copper",
    "orange": "ONG", "yellow": "YEL", "purple": "PLE LAV", "pink": "PNK",
}  # fmt: skip


def test_every_code_of_a_list_agrees_with_its_name_and_with_no_other() -> None:
    def agrees(**seen: tuple[str, str]) -> bool:
        ((field, (one, other)),) = seen.items()
        (found,) = compare_vehicles(VehicleDescription(**{field: one}), VehicleDescription(**{field: other}))  # type: ignore[arg-type]
        return found.agrees

    names = set(MAKES.values())
    for code, name in MAKES.items():
        assert [other for other in names if agrees(make=(other, code))] == [name]
    for code, color in ((code, color) for color, codes in COLORS.items() for code in codes.split()):
        assert [other for other in COLORS if agrees(color=(other, code))] == [color]


def test_either_color_of_a_two_colored_vehicle_agrees() -> None:
    described = entry("8KV4921", vehicle=VehicleDescription(color="RED/BLK"))
    (hit,) = matcher(described).match(read("8KV4921", vehicle=VehicleDescription(color="black")))
    assert "color RED/BLK agrees" in hit.explanation


@pytest.mark.parametrize(("year", "agrees"), [(1991, True), (1994, True), (1997, True), (1990, False), (1998, False)])
def test_a_body_style_of_three_years_before_or_after_agrees(year: int, agrees: bool) -> None:
    listed = entry("8KV4921", vehicle=VehicleDescription(1994))
    (feature,) = only(matcher(listed).match(read("8KV4921", vehicle=VehicleDescription(year)))).vehicle
    assert feature.agrees is agrees


def evidence(feature: str, read: str, listed: str, agrees: bool) -> VehicleEvidence:
    scores = {"make": (1.9, -1.5), "color": (0.9, -0.9), "year": (0.7, -0.7)}
    return VehicleEvidence(feature, read, listed, agrees, scores[feature][not agrees])


@pytest.mark.parametrize(
    ("seen", "listed", "expected"),
    [
        (
            VehicleDescription(1997, "Oldsmobile", "Cutlass", "4D", "Silver"),
            VehicleDescription(1994, "OLDS", "CUT", "2D", "GRY"),
            [("make", "Oldsmobile", "OLDS", True), ("color", "Silver", "GRY", True), ("year", "1997", "1994", True)],
        ),
        (
            VehicleDescription(1998, "BMW", None, None, "dark green"),
            VehicleDescription(1994, "OLDS", None, None, "GRY"),
            [("make", "BMW", "OLDS", False), ("color", "dark green", "GRY", False), ("year", "1998", "1994", False)],
        ),
        (VehicleDescription(1998), VehicleDescription(make="OLDS"), []),
        (VehicleDescription(make="OLDS"), VehicleDescription(1998, color="RED"), []),
        (VehicleDescription(color="RED"), VehicleDescription(color=" - "), []),
        (VehicleDescription(make="-"), VehicleDescription(make="OLDS"), []),
        (VehicleDescription(model="CUT"), VehicleDescription(model="CUT"), []),
        (
            VehicleDescription(color="white unknown"),
            VehicleDescription(color="UNK/WHI"),
            [("color", "white unknown", "UNK/WHI", True)],
        ),
        (VehicleDescription(make="GM"), VehicleDescription(make="GMC"), [("make", "GM", "GMC", True)]),
        (VehicleDescription(make="GMC"), VehicleDescription(make="GM"), [("make", "GMC", "GM", True)]),
        (VehicleDescription(make="vw"), VehicleDescription(make="Volkswagen"), [("make", "vw", "Volkswagen", True)]),
        (VehicleDescription(color="0range"), VehicleDescription(color="0NG"), [("color", "0range", "0NG", True)]),
    ],
)
def test_what_both_descriptions_give_is_compared_and_nothing_else(
    seen: VehicleDescription, listed: VehicleDescription, expected: list[tuple[str, str, str, bool]]
) -> None:
    assert compare_vehicles(seen, listed) == tuple(evidence(*each) for each in expected)
    assert compare_vehicles(None, listed) == compare_vehicles(seen, None) == ()


def test_a_make_that_somebody_searches_is_its_name_and_its_codes_and_no_others() -> None:
    name, own, others = make_names("merc")
    assert (name, own) == ("MERCURY", {"MERC"})
    assert {"MERZ", "BENZ", "VW"} <= others
    assert not own & others
    assert make_names("Mercedes")[:2] == ("MERCEDES", {"MERZ", "BENZ"})
    assert make_names("UNK")[:2] == make_names("")[:2] == ("", frozenset())


@pytest.mark.parametrize(
    ("text", "within", "without"),
    [
        ("SIL", {"gray", "silver", "grey", "sil", "gry"}, {"black", "white"}),
        ("dark blue", {"blue", "blu", "dbl", "lbl"}, {"dark", "green"}),
        ("RED/BLK", {"red", "black", "maroon", "blk"}, {"white"}),
        ("teal", {"teal"}, {"blue"}),
    ],
)
def test_a_color_that_somebody_searches_is_all_that_a_camera_cannot_tell_from_it(
    text: str, within: set[str], without: set[str]
) -> None:
    words = color_words(text)
    assert within <= words
    assert not without & words
