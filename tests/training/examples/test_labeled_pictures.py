"""Labeled pictures, and several sources gathered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recognition.training.examples.labeled_pictures import gather, read_sources, read_split
from schemas.errors import ConfigurationError, InvalidInput
from tests.training.detector.samples import draw_source


def test_gathering_keeps_sources_and_splits_apart(tmp_path: Path) -> None:
    folders = [draw_source(tmp_path / name, 4) for name in ("one", "two")]

    description = gather(folders, tmp_path / "gathered")

    for split, number in (("train", 4), ("val", 2)):
        names = {path.name for path in (description.parent / split).glob("*.jpg")}
        assert names == {f"{source}-{index:03d}.jpg" for source in ("one", "two") for index in range(number)}
        gathered = {picture.path.name: picture.boxes for picture in read_split(description.parent, split)}
        for picture in read_sources(folders, split):
            copied = gathered[f"{picture.source}-{picture.path.name}"]
            assert np.array(copied) == pytest.approx(np.array(picture.boxes), abs=1e-6)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    folders = [draw_source(tmp_path / parent / "same", 2) for parent in ("a", "b")]
    with pytest.raises(ConfigurationError, match="two sources are named same"):
        read_sources(folders, "train")


@pytest.mark.parametrize("line", ["0 0.5 0.5 0.1", "plate 0.5 0.5 0.1 0.1", "0 1.5 0.5 0.1 0.1", "0 nan 0.5 0.1 0.1"])
def test_a_malformed_label_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    source = draw_source(tmp_path / "drawn", 2)
    (source / "train" / "001.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{line}\n")
    with pytest.raises(InvalidInput, match=r"001\.txt:2: "):
        read_split(source, "train")
