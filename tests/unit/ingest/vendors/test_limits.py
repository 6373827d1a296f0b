"""How much of a vendor's message is taken: at each limit it still is, one more is refused, cut or passed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ingest.vendors.characters import characters_of
from ingest.vendors.parts.boxes import box_of
from ingest.vendors.parts.json_text import check_bounds, read_json
from ingest.vendors.parts.line_text import read_lines
from ingest.vendors.parts.multipart import split_parts
from ingest.vendors.parts.redaction import kept_payload, redacted, redacted_text
from ingest.vendors.parts.values import as_number, as_text, walk, whole_at
from ingest.vendors.parts.vehicles import compass, direction_of, location_of, movement_of, vehicle_of
from schemas.errors import InvalidInput


def nested(depth: int) -> Any:
    tree: Any = 1
    for _ in range(depth):
        tree = [tree]
    return tree


def parts(count: int) -> bytes:
    one = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    return one * count + b"--b--\r\n"


@pytest.mark.parametrize(
    ("read", "most"),
    [
        (lambda count: read_json("1\n" * count), 1_000),
        (lambda count: check_bounds(nested(count)), 65),
        (lambda count: check_bounds([1] * count), 200_000),
        (lambda count: split_parts(parts(count), "multipart/form-data; boundary=b"), 64),
    ],
    ids=["documents", "depth", "values", "parts"],
)
def test_more_than_so_many_are_refused(read: Callable[[int], object], most: int) -> None:
    read(most)
    with pytest.raises(InvalidInput, match="more than"):
        read(most + 1)


@pytest.mark.parametrize(
    ("take", "most", "kept"),
    [
        (lambda count: len(as_text("x" * count) or ""), 512, 512),
        (lambda count: len(direction_of("x" * count) or ""), 64, 64),
        (lambda count: len(getattr(movement_of("x" * count, None), "lane", "")), 64, 64),
        (lambda count: len(getattr(vehicle_of(make="x" * count), "make", "")), 64, 64),
        (lambda count: len(redacted_text("x. " * count)), 666, 1998),
        (lambda count: len(next(iter(redacted({"x." * count: 1})))), 100, 200),
        (lambda count: len(kept_payload(["." * 1_000] * count, [])), 65, 65 * 1_003 + 1),
    ],
    ids=["text", "direction", "lane", "vehicle", "text that is kept", "key that is kept", "payload"],
)
def test_of_what_is_longer_so_much_is_kept(take: Callable[[int], int], most: int, kept: int) -> None:
    assert take(most) == kept
    assert take(most - 1) < kept
    assert take(most + 1) <= kept + 40  # with how long it was


@pytest.mark.parametrize(("count", "kept"), [(20_000, 20_000), (20_001, 20_000)])
def test_so_many_lines_are_read(count: int, kept: int) -> None:
    found = read_lines("\n".join(f"a.k{number}=1" for number in range(count))) or {}
    assert list(found["a"]) == [f"k{number}" for number in range(kept)]


def test_a_payload_that_is_too_long_is_kept_by_its_beginning() -> None:
    text = kept_payload(["." * 1_000] * 66, [])
    assert text.startswith('{"too_long": 66199, "begins": "')
    assert len(text) < 17_000


@pytest.mark.parametrize(("count", "kind"), [(256, list), (257, dict)])
def test_positions_are_a_list_of_so_many(count: int, kind: Any) -> None:
    found = read_lines("\n".join(f"Events[{number}].Plate=A{number}" for number in range(count)))
    assert found is not None
    assert isinstance(found["Events"], kind)
    assert len(found["Events"]) == count


def test_positions_are_in_the_order_of_their_numbers() -> None:
    found = read_lines("\n".join(f"Events[{number}].Plate=A{number}" for number in (10, 9, 2, 0)))
    assert found == {"Events": [{"Plate": f"A{number}"} for number in (0, 2, 9, 10)]}


@pytest.mark.parametrize(("steps", "is_taken"), [(16, True), (17, False)])
def test_a_path_has_so_many_steps(steps: int, is_taken: bool) -> None:
    assert (read_lines(".".join("a" * steps) + "=1") is not None) is is_taken


@pytest.mark.parametrize(
    ("take", "inside", "outside"),
    [
        (as_number, "0" * 39 + "7", "0" * 40 + "7"),
        (lambda value: walk([1] * 100_001, value), "99999", "100000"),
        (lambda value: whole_at({"a": value}, "a"), 2**62, 2**63),
        (lambda value: box_of(0, 0, value, 10), 100_000, 100_001),
        (lambda value: box_of(0, 0, 10, value), 100_000, 100_001),
        (lambda value: box_of(value, 0, 10, 10), 0, -1),
        (lambda value: box_of(value, 0, 10, 10), 9.9, 10),
        (lambda value: box_of(0, value, 10, 10), 9.9, 10),
        (lambda value: box_of(0, 0, value, 10), 1.1, 1),
        (lambda value: box_of(0, 0, 10, value), 1.1, 1),
        (lambda value: movement_of(None, None, value, "m/s"), 150, 150.1),
        (lambda value: movement_of(None, None, value, "m/s"), 0.1, 0),
        (lambda value: vehicle_of(year=value), 1900, 1899),
        (lambda value: vehicle_of(year=value), 2100, 2101),
        (lambda value: location_of(value, 5), 90, 90.1),
        (lambda value: location_of(value, 5), -90, -90.1),
        (lambda value: location_of(5, value), 180, 180.1),
        (lambda value: location_of(5, value), -180, -180.1),
        (lambda value: location_of(value, value), 1, 0),
        (lambda value: getattr(location_of(5, 6, value), "heading", None), 360, 360.1),
        (lambda value: getattr(location_of(5, 6, value), "heading", None), 0, -0.1),
        (compass, -360, -361),
        (compass, 720, 721),
    ],
)
def test_numbers_are_taken_within_bounds(take: Callable[[Any], object], inside: object, outside: object) -> None:
    assert take(inside) is not None
    assert take(outside) is None


@pytest.mark.parametrize(
    ("value", "unit", "meters"), [(36, "km/h", 10.0), (10, "MPH", 4.47), (10, "m/s", 10.0), (10, "knots", None)]
)
def test_speeds_are_in_meters_a_second(value: float, unit: str, meters: float | None) -> None:
    moved = movement_of("1", None, value, unit)
    assert moved is not None
    assert moved.speed == (None if meters is None else pytest.approx(meters, abs=0.001))


@pytest.mark.parametrize(
    ("degrees", "word"),
    [(0, "north"), (44, "northeast"), (90, "east"), (180, "south"), (-90, "west"), (359, "north"), (315, "northwest")],
)
def test_directions_have_words(degrees: float, word: str) -> None:
    assert compass(degrees) == word


def test_of_a_character_the_eight_likeliest_others_are_kept() -> None:
    others = [(f"AB{letter}", 0.1 - number / 1_000) for number, letter in enumerate("DEFGHIJKLM")]
    (_, _, last) = characters_of("ABC", 0.2, others[::-1])
    assert [character for character, _ in last.alternatives] == list("DEFGHIJK")


def test_of_the_texts_that_a_vendor_offers_twenty_count() -> None:
    letters = "DEFGHIJKLMNPQRSTUVWX"
    others = [(f"{letter}BC", 0.01) for letter in letters]
    assert characters_of("ABC", 0.5, [*others, ("AB9", 0.01)]) == characters_of("ABC", 0.5, others)
    assert characters_of("ABC", 0.5, others) != characters_of("ABC", 0.5, others[:-1])


def test_whole_numbers_of_nineteen_digits_stay_whole() -> None:
    assert read_json("1234567890123456789 12345678901234567891") == [1234567890123456789, 1.2345678901234567e19]
    assert isinstance(read_json("1234567890123456789")[0], int)


def test_a_text_is_a_picture_from_two_hundred_characters_on() -> None:
    assert redacted_text("A" * 199) == "A" * 199
    assert redacted_text("A" * 200) == "<150 bytes>"
