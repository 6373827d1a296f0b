"""Drawn plates written as pictures with labels."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import pytest

from rendering.picture_set import COLUMNS, Order, main, write_pictures
from schemas.errors import ConfigurationError


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
