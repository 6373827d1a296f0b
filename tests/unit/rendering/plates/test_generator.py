"""The plate generator: every state and class drawable, the same chance the same plate, the text convention kept."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.picture_set import COLUMNS, Order, main, write_pictures
from rendering.plates.designs import JURISDICTIONS
from rendering.plates.faces import FACES, Face, draw_word, word_width
from rendering.plates.generator import GENERATED_CLASSES, STYLES, draw_plate
from rendering.plates.layout import break_line, compose, plain_line, set_lines, text_of
from rendering.serials.formats import PLATE_CLASSES, SerialFormat, drawable_formats, formats, matches
from rendering.serials.vanity import vanity_text
from schemas.errors import ConfigurationError

seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("plate_class", GENERATED_CLASSES)
def test_every_state_has_plates_of_every_class(plate_class: str) -> None:
    for index, jurisdiction in enumerate(JURISDICTIONS):
        plate = draw_plate(rng(index), jurisdiction=jurisdiction, plate_class=plate_class, width=120)
        assert (plate.jurisdiction, plate.plate_class) == (jurisdiction, plate_class)
        assert plate.image.shape == (69 if plate_class == "motorcycle" else 60, 120, 3)
        assert plate.image.dtype == np.uint8
        assert plate.image.std() > 10  # there is ink on it
        assert 1 <= len(plate.text) <= 8
        assert plate.text.isalnum()


def test_rare_classes_are_drawn_where_they_are_issued() -> None:
    for plate_class in PLATE_CLASSES:
        plate = draw_plate(rng(), plate_class=plate_class, style="standard")
        assert plate.jurisdiction in {one.jurisdiction for one in formats(None, plate_class)} | set(JURISDICTIONS)
    for jurisdiction in ("US-PR", "US-GU", "US"):
        assert draw_plate(rng(), jurisdiction=jurisdiction).jurisdiction == jurisdiction


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(JURISDICTIONS), seeds)
def test_a_standard_plate_carries_a_serial_of_its_state(jurisdiction: str, seed: int) -> None:
    plate = draw_plate(rng(seed), jurisdiction=jurisdiction, plate_class="passenger", style="standard", width=60)
    assert jurisdiction in {one.jurisdiction for one in matches(plate.text)}


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_the_same_chance_draws_the_same_plate_and_other_chance_another(seed: int) -> None:
    first, again, other = draw_plate(rng(seed)), draw_plate(rng(seed)), draw_plate(rng(seed + 1))
    assert np.array_equal(first.image, again.image)
    assert first.text == again.text
    assert first.image.shape != other.image.shape or not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_drawn_as_asked(style: str) -> None:
    plate = draw_plate(rng(), style=style, plate_class="passenger", width=300)
    assert plate.style == style
    assert plate.image.shape == (150, 300, 3)


def test_unknown_wishes_are_refused() -> None:
    with pytest.raises(ValueError, match="style"):
        draw_plate(rng(), style="baroque")
    with pytest.raises(ValueError, match="class"):
        draw_plate(rng(), plate_class="submarine")
    with pytest.raises(KeyError):
        draw_plate(rng(), jurisdiction="US-XX", plate_class="motorcycle")
    with pytest.raises(ValueError, match="livery"):
        draw_plate(rng(), jurisdiction="US-AL", plate_class="livery", style="standard")


def test_stacked_characters_are_read_from_top_to_bottom_in_their_place() -> None:
    form = SerialFormat("US-MN", "commercial", "{yA} 99{Z9}9", "B")
    (line,) = compose("YB12Z34", SerialFormat("US-MN", "commercial", "{yA} 99{[Z]9}9", "B"))
    assert form.jurisdiction == "US-MN"
    assert [(element.kind, element.text) for element in line] == [
        ("stack", "YB"),
        ("mark", " "),
        ("run", "12"),
        ("stack", "Z3"),
        ("run", "4"),
    ]
    assert text_of([line]) == "YB12Z34"
    mask = np.zeros((100, 400), dtype=np.uint8)
    set_lines(mask, [line], (0, 0, 400, 100), FACES["standard"], 80)
    first = int(np.flatnonzero(mask.any(axis=0))[0])
    rows = mask[:, first : first + 20].max(axis=1)
    assert rows.min() == 0
    assert rows[:50].max() > 0
    assert rows[50:].max() > 0  # one above the other


def test_lines_are_read_from_top_to_bottom() -> None:
    lines = compose("AB1234", SerialFormat("US-TX", "motorcycle", "AA/9999", "AB"))
    assert [text_of([line]) for line in lines] == ["AB", "1234"]
    assert text_of(lines) == "AB1234"
    assert text_of(break_line(plain_line("ABC-123"))) == "ABC123"
    assert len(break_line(plain_line("ABC123"))) == 2
    assert len(break_line(plain_line("AB"))) == 1


def test_emblems_stand_between_the_groups_and_are_no_part_of_the_text() -> None:
    (form,) = (one for one in formats("US-MO", "passenger") if one.confidence == "sourced")
    lines = compose("AB1C2D", form)
    mask = np.zeros((100, 300), dtype=np.uint8)
    (spot,) = set_lines(mask, lines, (0, 0, 300, 100), FACES["standard"], 60)
    assert text_of(lines) == "AB1C2D"
    assert 120 < spot.x < 180
    assert not mask[:, round(spot.x - spot.radius) : round(spot.x + spot.radius)].any()


def test_a_serial_of_another_format_cannot_be_laid_out() -> None:
    with pytest.raises(ValueError, match="pattern"):
        compose("123", drawable_formats("US-CA", "passenger")[0])


@settings(deadline=None)
@given(seeds, st.integers(4, 8))
def test_vanity_texts_fit_a_plate(seed: int, longest: int) -> None:
    text = vanity_text(rng(seed), longest=longest)
    serial = text.replace(" ", "").replace("-", "")
    assert 2 <= len(serial) <= longest
    assert serial.isalnum()
    assert serial == serial.upper()
    assert text_of([plain_line(text)]) == serial


@pytest.mark.parametrize("name", FACES)
def test_faces_draw_every_character_within_its_box(name: str) -> None:
    face: Face = FACES[name]
    for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        width = word_width(character, 60, face)
        mask = np.zeros((100, 120), dtype=np.uint8)
        draw_word(mask, character, (20, 20, 20 + width, 80), face)
        x, y, columns, rows = cv2.boundingRect(mask)
        assert columns > 3
        assert rows > 50
        assert x >= 16
        assert y >= 17
        assert x + columns <= 20 + width + 5
        assert y + rows <= 84


def test_pictures_and_labels_are_written_as_training_reads_them(tmp_path: Path) -> None:
    arguments = ["--count", "6", "--seed", "3", "--class", "motorcycle", "--condition", "night", "--severity", "0.5"]
    assert main(["--out", str(tmp_path / "a"), *arguments, "--val", "0.5", "--width", "90"]) == 0
    assert main(["--out", str(tmp_path / "b"), *arguments, "--val", "0.5", "--width", "90"]) == 0
    with (tmp_path / "a" / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert {row["plate_class"] for row in rows} == {"motorcycle"}
    assert {row["condition"] for row in rows} == {"night"}
    assert {row["split"] for row in rows} <= {"train", "val"}
    assert (tmp_path / "a" / "labels.csv").read_bytes() == (tmp_path / "b" / "labels.csv").read_bytes()
    for row in rows:
        first, second = (tmp_path / name / row["image"] for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()
        picture = cv2.imread(str(first))
        assert picture is not None
        assert 80 <= picture.shape[1] <= 130


def test_a_picture_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    few = write_pictures(tmp_path / "few", Order(2, seed=4)).read_text(encoding="utf-8").splitlines()
    more = write_pictures(tmp_path / "more", Order(4, seed=4)).read_text(encoding="utf-8").splitlines()
    assert more[:3] == few


def test_labels_are_not_overwritten_and_impossible_orders_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pictures(tmp_path, Order(1))
    with pytest.raises(ConfigurationError, match="already"):
        write_pictures(tmp_path, Order(1))
    order = ["--count", "1", "--class", "livery", "--jurisdiction", "US-AL", "--style", "standard"]
    assert main(["--out", str(tmp_path / "none"), *order]) == 1
    assert "no livery plates of US-AL are known" in capsys.readouterr().err
    for wrong in (["--count", "0"], ["--count", "1", "--severity", "2"], ["--count", "1", "--width", "3"]):
        with pytest.raises(SystemExit):
            main(["--out", str(tmp_path / "x"), *wrong])
