"""What the plate reader may learn from, and what augmentation does to a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.training.examples.abroad import draw_abroad
from recognition.training.examples.augment import augment, fit, with_border
from recognition.training.examples.synthetic import draw_us
from recognition.training.reader.data import (
    BatchSource,
    LabeledCrop,
    canonical,
    one_hot,
    read_labels,
    training_crops,
    validation_crops,
)
from recognition.training.reader.metrics import best_temperature, calibration, decode
from recognition.training.reader.model import ALPHABET
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
    assert not {canonical(crop.text) for crop in kept} & {canonical(crop.text) for crop in measured}
    assert all(2 <= len(crop.text) <= 9 for crop in kept)


@given(CROPS)
def test_everything_that_may_be_learned_is_kept(crops: list[LabeledCrop]) -> None:
    measured = {canonical(crop.text) for crop in crops if crop.split == "val"}
    free = [crop for crop in crops if crop.split == "train" and canonical(crop.text) not in measured]
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


@given(st.integers(0, 10_000), st.integers(12, 320), st.integers(6, 160))
def test_augmented_pictures_always_fit_the_reader(seed: int, width: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
    result = augment(image, (0.0, 0.0, float(width), float(height)), rng)
    assert result.shape == (64, 128, 3)
    assert result.dtype == np.uint8


def test_fit_turns_bgr_into_rgb() -> None:
    image = np.zeros((20, 40, 3), dtype=np.uint8)
    image[..., 0] = 200
    assert fit(image)[0, 0].tolist() == [0, 0, 200]


def test_border_repeats_the_edge() -> None:
    image = np.full((50, 100, 3), 7, dtype=np.uint8)
    bordered = with_border(image, 0.12)
    assert bordered.shape == (62, 112, 3)
    assert (bordered == 7).all()


@pytest.mark.parametrize("draw", [draw_us, draw_abroad])
def test_drawn_plates_carry_a_text_that_the_reader_can_say(draw: object) -> None:
    for seed in range(25):
        image, text = draw(np.random.default_rng(seed), ())  # type: ignore[operator]
        assert image.shape[2] == 3
        assert 2 <= len(text) <= 9
        assert not set(text) - set(ALPHABET[:-1])
        assert decode(one_hot(text)[None]) == [text]


def test_the_same_step_gives_the_same_batch_in_another_process_order() -> None:
    first = BatchSource([], [], (), size=6, seed=5, drawn=10)
    second = BatchSource([], [], (), size=6, seed=5, drawn=10)
    first.batch(0)
    late, direct = first.batch(7), second.batch(7)
    assert (late.images == direct.images).all()
    assert (late.targets == direct.targets).all()
    assert not (second.batch(8).images == direct.images).all()


def test_temperature_of_an_overconfident_reader_is_above_one() -> None:
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ABC123"), 6)) for _ in range(200)]
    crops = [LabeledCrop(Path("x.jpg"), text, "BR", "val") for text in texts]
    # 4 of 5 characters are right, yet every one is given with near certainty.
    logits = np.stack([one_hot(text) for text in texts]) * 8.0
    wrong = rng.random(logits.shape[:2]) < 0.2
    logits[wrong] = np.roll(logits[wrong], 1, axis=-1)
    found = best_temperature(logits.astype(np.float32), crops)
    assert found > 1.3
    before, after = calibration(logits, crops, 1.0), calibration(logits, crops, found)
    assert after.expected_error < before.expected_error
    assert after.negative_log_likelihood < before.negative_log_likelihood
