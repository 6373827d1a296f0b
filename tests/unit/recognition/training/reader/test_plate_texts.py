"""Which texts of unlabeled plates the reader may learn, and the file that holds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognition.training.reader.plate_texts import (
    AGREED,
    GENERAL,
    OWN,
    PlateText,
    main,
    read_plate_texts,
    trusted_text,
)
from schemas.errors import InvalidInput


@pytest.mark.parametrize(
    ("own", "confidence", "seen", "expected"),
    [
        ("AB12", 0.3, [("ab-12", 0.5), ("X", 0.1)], PlateText("AB12", AGREED)),
        ("AB12", 0.95, [("AB13", 0.99)], PlateText("AB12", OWN)),
        ("AB12", 0.3, [("AB13", 0.99), ("A B13", 0.9), ("", 0.0)], PlateText("AB13", GENERAL)),
        ("AB12", 0.3, [("AB13", 0.99), ("AB14", 0.9)], None),
        ("AB12", 0.3, [("AB13", 0.5), ("AB13", 0.5)], None),
        ("AB12", 0.3, [("AB123", 0.99), ("AB123", 0.99)], None),
        ("A", 0.3, [("A", 0.99)], None),
        ("AB12", 0.3, [], None),
    ],
)
def test_a_text_is_trusted_as_far_as_readers_support_it(
    own: str, confidence: float, seen: list[tuple[str, float]], expected: PlateText | None
) -> None:
    assert trusted_text(own, confidence, seen) == expected


def test_texts_are_found_by_picture_and_plate(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("image,plate,text,trust\nset/train/a.jpg,0,AB12,0.9\nset/train/a.jpg,1,CD34,7\n")
    assert read_plate_texts(path) == {
        ("set/train/a.jpg", 0): PlateText("AB12", 0.9),
        ("set/train/a.jpg", 1): PlateText("CD34", 1.0),
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("image,plate,text\n", "no column trust"),
        ("image,plate,text,trust\na.jpg,first,AB12,1\n", ":2: plate and trust must be numbers"),
        ("image,plate,text,trust\na.jpg,0\n", ":2: plate and trust must be numbers"),
    ],
)
def test_a_malformed_file_is_named_with_the_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=said):
        read_plate_texts(path)


def test_a_missing_data_set_ends_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--detection", str(tmp_path / "none"), "--out", str(tmp_path / "texts.csv")]) == 1
    assert "no such folder" in capsys.readouterr().err
