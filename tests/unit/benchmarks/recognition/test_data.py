"""Labels are read as they are written, and what is malformed is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.recognition.data import read_crops, read_scenes, read_source
from schemas.errors import ConfigurationError, InvalidInput
from schemas.types import Box
from tests.unit.benchmarks.recognition.samples import source_folder


def test_labels_are_read_and_only_val_counts(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(
        "image,text,jurisdiction,split\na.jpg,A1,US-VA,val\nb.jpg,B2,BR,train\nc.jpg,C3,,val\n"
    )
    assert [(crop.text, crop.group) for crop in read_crops(tmp_path / "labels.csv")] == [("A1", "US"), ("C3", "all")]
    (tmp_path / "scenes.csv").write_text("image,text,x1,y1,x2,y2\na.jpg,A1,1,2,3,4\nb.jpg,B2,,,,\n")
    assert [scene.box for scene in read_scenes(tmp_path / "scenes.csv")] == [Box(1, 2, 3, 4), None]
    (tmp_path / "bad.csv").write_text("image,text,x1,y1,x2,y2\na.jpg,A1,1,2,three,4\n")
    with pytest.raises(InvalidInput, match=r"bad\.csv:2: .* is no box"):
        read_scenes(tmp_path / "bad.csv")
    (tmp_path / "other.csv").write_text("file,plate\n")
    with pytest.raises(ConfigurationError, match="expected image and text"):
        read_crops(tmp_path / "other.csv")
    with pytest.raises(ConfigurationError, match="no such file"):
        read_crops(tmp_path / "none.csv")


def test_reviewed_plates_belong_to_their_picture(tmp_path: Path) -> None:
    folder = source_folder(tmp_path)
    (tmp_path / "reviewed.csv").write_text(
        "set,picture,x1,y1,x2,y2,verdict\nroad,0.jpg,1,2,30,12,plate\nroad,1.jpg,1,2,30,12,not_plate\n"
        "other,2.jpg,1,2,30,12,plate\n"
    )
    assert read_source(folder, tmp_path / "reviewed.csv").reviewed == {"0.jpg": (Box(1, 2, 30, 12),)}
