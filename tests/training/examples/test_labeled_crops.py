"""Labeled crops, and which of them may be learned from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.training.examples.labeled_crops import (
    LabeledCrop,
    folded,
    read_labels,
    training_crops,
    validation_crops,
)
from schemas.errors import InvalidInput

TEXTS = st.text(alphabet="0O1IQAB_", min_size=1, max_size=11)
CROPS = st.lists(
    st.builds(
        LabeledCrop, st.just(Path("x.jpg")), TEXTS, st.sampled_from(["US-VA", "BR"]), st.sampled_from(["train", "val"])
    ),
    max_size=30,
)


@given(CROPS)
def test_val_rows_and_their_texts_never_enter_training(crops: list[LabeledCrop]) -> None:
    kept, measured = training_crops(crops), validation_crops(crops)
    assert all(crop.split == "train" for crop in kept)
    assert not {folded(crop.text) for crop in kept} & {folded(crop.text) for crop in measured}
    assert all(2 <= len(crop.text) <= 9 for crop in kept)


@given(CROPS)
def test_everything_that_may_be_learned_is_kept(crops: list[LabeledCrop]) -> None:
    measured = {folded(crop.text) for crop in crops if crop.split == "val"}
    free = [crop for crop in crops if crop.split == "train" and folded(crop.text) not in measured]
    assert training_crops(crops) == [crop for crop in free if 2 <= len(crop.text) <= 9]


def test_a_text_that_val_writes_with_a_look_alike_is_left_out() -> None:
    train = LabeledCrop(Path("a.jpg"), "C0UGAR", "US-WA", "train")
    val = LabeledCrop(Path("b.jpg"), "COUGAR", "US-OR", "val")
    assert training_crops([train, val]) == []


def test_shared_label_file_is_split_without_a_leak(shared: Path | None) -> None:
    if shared is None:
        assert training_crops([]) == []
        return
    crops = read_labels(shared / "datasets" / "plate-ocr" / "labels.csv")
    kept, measured = training_crops(crops), validation_crops(crops)
    assert len(measured) == 295
    assert len(kept) > 900
    assert not {crop.path for crop in kept} & {crop.path for crop in measured}
    assert not {crop.text for crop in kept} & {crop.text for crop in measured}


@pytest.mark.parametrize(("content", "named"), [("image,text\n", "jurisdiction, split"), ("", "image, text")])
def test_label_file_without_a_column_names_it(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=named):
        read_labels(path)


def test_missing_label_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.csv"):
        read_labels(tmp_path / "none.csv")
