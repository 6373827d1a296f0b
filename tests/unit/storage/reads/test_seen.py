"""What a search asks of a vehicle becomes expressions of letters and digits, whatever signs stand between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from storage.reads.seen import SeenVehicle

MAKES: dict[str, tuple[SeenVehicle, Sequence[str], Sequence[str]]] = {
    "a name": (
        SeenVehicle(make="For-d"),
        ("Ford", "FO", "for", "Fordson", "f-o r.d", "  Fo Rd", "FO."),
        ("F", "Fiat", "A Ford", "FROD", "", "Foxx", "Fort"),
    ),
    "one whose beginning is another make": (
        SeenVehicle(make="Ford", other_makes=("FO",)),
        ("Ford", "FOR", "Fordson", "f-or"),
        ("FO", "fo", "F.O."),
    ),
    "one with codes": (
        SeenVehicle(make="Ford", make_codes=("F.D", "XX")),
        ("ford", "fd", "-FD 2", "xx"),
        ("fdx", "f d", "axx"),
    ),
    "two letters": (SeenVehicle(make="GM"), ("gm", "GMC", "g.m."), ("g", "agm")),
    "two letters that are another make, too": (SeenVehicle(make="GM", other_makes=("GM",)), ("gm",), ("g",)),
}


@pytest.mark.parametrize("name", MAKES)
def test_a_make_is_the_beginning_of_what_was_read_or_the_other_way_around(name: str) -> None:
    seen, fits, others = MAKES[name]
    expression = seen.values["make"]
    assert [text for text in (*fits, *others) if re.search(expression, text, re.IGNORECASE)] == list(fits)


def test_everything_that_is_asked_is_a_parameter_and_nothing_else() -> None:
    assert set(SeenVehicle().values.values()) == {None}
    asked = SeenVehicle(
        lanes=("2", "left\x00"),
        directions=("north\x00",),
        speed_over=1.0,
        speed_under=2.0,
        model="F(1-50",
        colors=("Dark red", "b.*l"),
        vehicle_class=("Pick-up", "truck"),
        vendor="rekor\x00",
    )
    values = asked.values
    model, color, classes = values.pop("model"), values.pop("color"), values.pop("vehicle_class")
    assert values == {
        **{"lanes": ["2", "left\\x00"], "directions": ["north\\x00"], "speed_over": 1.0, "speed_under": 2.0},
        **{"make": None, "vendor": "rekor\\x00"},
    }
    found = {
        text: re.search(model, text, re.IGNORECASE) is not None for text in ("XF-150 L", "f 1 5 0", "F15", "F1-5-x0")
    }
    assert found == {"XF-150 L": True, "f 1 5 0": True, "F15": False, "F1-5-x0": False}
    colors = ("darkred", "a-BL", "bl", "bla", "dark red", "abl")
    assert [text for text in colors if re.search(color, text, re.IGNORECASE)] == ["darkred", "a-BL", "bl"]
    assert [
        [bool(re.search(one, text, re.IGNORECASE)) for one in classes] for text in ("a pickup truck", "trucks")
    ] == [
        *([True, True], [False, False]),
    ]
