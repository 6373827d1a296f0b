"""Arithmetic of the recognition benchmark on tiny inputs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.common.shares import Share
from benchmarks.common.texts import norm, score_texts
from benchmarks.recognition.boxes import match_boxes
from benchmarks.recognition.crops import judged, narrowed
from benchmarks.recognition.data import bordered, read_crops, read_scenes, read_source, thinned
from benchmarks.recognition.degrade import CONDITIONS, degrade
from benchmarks.recognition.detection import Looked, precision, recall
from benchmarks.recognition.empty import FRAMES, blur, empty_frames, paint_over
from benchmarks.recognition.hard_cases import MEASURED, REVIEWED, drawn_plates
from benchmarks.recognition.pictures import Tally, paste, read_at
from benchmarks.recognition.readers import Reading
from benchmarks.recognition.tables import Table
from recognition.recognizer import PictureRead
from recognition.state import StateRead
from schemas.errors import ConfigurationError, InvalidInput
from schemas.types import Box, Image, PlateDetection


def stripes(height: int, width: int) -> Image:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, ::4] = 255
    return picture


def test_norm_takes_what_labels_mix_as_equal() -> None:
    assert norm("BOQ1I0") == norm("b00I10") == "B00110"
    assert norm("B8") != norm("88")


def test_texts_are_compared_exactly_and_normalized() -> None:
    score = score_texts(["ABC10", "XYZ", ""], ["ABCIO", "XYZ", "K1"])
    assert (score.exact, score.normalized) == (Share(1, 3), Share(2, 3))


# Source: R's prop.test(..., correct = FALSE).
@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(9, 10, 0.5958, 0.9821), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (235, 243, 0.9364, 0.9833)],
)
def test_wilson_intervals(right: int, total: int, low: float, high: float) -> None:
    assert Share(right, total).interval == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(right: int, wrong: int) -> None:
    share = Share(right, right + wrong)
    low, high = share.interval
    assert 0 <= low <= high <= 1
    if share.total:
        assert low - 1e-9 <= share.value <= high + 1e-9


def test_a_share_without_trials_claims_nothing() -> None:
    assert str(Share(0, 0)) == "-"
    assert Share(0, 0).interval == (0.0, 1.0)


def test_detections_take_the_label_that_they_overlap_most_and_each_label_once() -> None:
    labels = [Box(0, 0, 10, 10), Box(100, 0, 110, 10)]
    detections = [
        PlateDetection(Box(0, 0, 10, 8), 0.6),
        PlateDetection(Box(0, 0, 10, 9), 0.9),
        PlateDetection(Box(100, 0, 104, 10), 0.95),
    ]
    matching = match_boxes(labels, detections)
    assert matching.found == (True, False)
    assert matching.extra == (Box(100, 0, 104, 10), Box(0, 0, 10, 8))


def test_recall_by_width_and_precision_with_reviewed_plates() -> None:
    looked = [
        Looked(
            labeled=(Box(0, 0, 50, 20), Box(100, 0, 130, 15)),
            reviewed=(Box(200, 0, 260, 30),),
            detections=(
                PlateDetection(Box(1, 0, 50, 20), 0.9),
                PlateDetection(Box(200, 0, 258, 30), 0.8),
                PlateDetection(Box(400, 0, 470, 30), 0.7),
                PlateDetection(Box(500, 0, 520, 10), 0.3),
            ),
            seconds=0.0,
        )
    ]
    assert recall(looked, 40) == Share(1, 1)
    assert recall(looked, 0) == Share(1, 2)
    assert recall(looked, 20, 40) == Share(0, 1)
    assert precision(looked, 40, corrected=False) == Share(1, 3)
    assert precision(looked, 40, corrected=True) == Share(2, 3)
    assert precision(looked, 0, corrected=True) == Share(2, 4)


def test_the_read_at_a_plate_counts_wherever_it_ranks() -> None:
    reads = [(Box(300, 0, 340, 20), Reading("SIGN", 0.9)), (Box(0, 0, 40, 20), Reading("AB0", 0.8))]
    tally = Tally()
    tally.count(reads, "ABO", Box(2, 0, 42, 20))
    tally.count(reads, "ABO", None)
    tally.count([], "ABO", None)
    assert (tally.found, tally.exact, tally.normalized) == (Share(2, 3), Share(0, 3), Share(1, 3))
    assert tally.anywhere == Share(2, 3)
    assert read_at(reads, Box(600, 0, 640, 20)) is None


def test_states_are_judged_by_coverage_and_by_the_answers() -> None:
    box = Box(0, 0, 1, 1)
    states = (StateRead("US-VA", 0.9), None, StateRead("US-TX", 0.9))
    reads = [PictureRead(box, 1.0, "A1", 0.9, (), state) for state in states]
    assert judged(reads, ["US-VA", "US-MD", "US-OK"]) == (Share(2, 3), Share(1, 2))


def test_a_table_is_markdown_and_json() -> None:
    table = Table("T", ("a", "b"), "note")
    table.add("x|y", Share(1, 2))
    assert table.markdown().splitlines()[-1] == "| x/y | 0.500 (0.09-0.91) 1/2 |"
    assert table.record()["rows"] == [
        ["x|y", {"right": 1, "total": 2, "share": 0.5, "low": 0.0945, "high": 0.9055}],
    ]
    with pytest.raises(ValueError, match="1 cells, expected 2"):
        table.add("x")


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


def source_folder(folder: Path) -> Path:
    (folder / "road" / "val").mkdir(parents=True)
    for number in range(6):
        cv2.imwrite(str(folder / "road" / "val" / f"{number}.jpg"), stripes(120, 160))
        (folder / "road" / "val" / f"{number}.txt").write_text("0 0.5 0.5 0.2 0.1\n")
    return folder / "road"


def test_reviewed_plates_belong_to_their_picture(tmp_path: Path) -> None:
    folder = source_folder(tmp_path)
    (tmp_path / "reviewed.csv").write_text(
        "set,picture,x1,y1,x2,y2,verdict\nroad,0.jpg,1,2,30,12,plate\nroad,1.jpg,1,2,30,12,not_plate\n"
        "other,2.jpg,1,2,30,12,plate\n"
    )
    assert read_source(folder, tmp_path / "reviewed.csv").reviewed == {"0.jpg": (Box(1, 2, 30, 12),)}


def test_frames_without_plates_are_the_same_every_time_and_hold_none(tmp_path: Path) -> None:
    source = read_source(source_folder(tmp_path))
    first = list(empty_frames([source], 0.03))
    second = list(empty_frames([source], 0.03))
    assert {frame.kind for frame in first} == {*FRAMES, "plate-shaped boards"} - {"empty roads"}
    assert all((one.image == other.image).all() for one, other in zip(first, second, strict=True))
    assert sum(FRAMES.values()) == 200


def test_plates_are_made_unreadable() -> None:
    for hide in (paint_over, blur):
        picture = stripes(60, 120)
        hide(picture, Box(30, 20, 80, 40), np.random.default_rng(0))
        inside = picture[24:36, 34:76].astype(float)
        assert np.abs(np.diff(inside, axis=1)).mean() < 20
        assert (picture[:10] == stripes(60, 120)[:10]).all()


def test_a_pasted_plate_covers_the_one_that_was_there() -> None:
    scene = np.full((200, 300, 3), 90, np.uint8)
    picture, box = paste(scene, Box(100, 80, 180, 110), np.full((100, 200, 3), 200, np.uint8), np.random.default_rng(1))
    assert box.width == pytest.approx(80, rel=0.15)
    assert (picture[88:102, 108:172] > 100).all()
    assert (picture[:60] == 90).all()


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_degraded_plate_stays_in_its_picture(condition: str) -> None:
    plate = bordered(stripes(80, 160))
    image, box = degrade(condition, plate, np.random.default_rng(5))
    again, _ = degrade(condition, plate, np.random.default_rng(5))
    assert (image == again).all()
    assert -1 <= box.x1 < box.x2 <= image.shape[1] + 1
    assert -1 <= box.y1 < box.y2 <= image.shape[0] + 1
    assert (box.width < 60) == condition.startswith("small")


def test_drawn_plates_come_with_their_text_and_box() -> None:
    (((image, box), text),) = drawn_plates(1, "clean", plate_class="motorcycle", style="two-line")
    assert len(text) >= 2
    assert 0 <= box.x1 < box.x2 <= image.shape[1]


def test_samples_are_evenly_spread_and_widths_only_shrink() -> None:
    assert thinned([0, 1, 2, 3, 4], 3) == [0, 2, 4]
    assert thinned([0, 1], None) == [0, 1]
    assert narrowed(stripes(40, 100), 50).shape == (20, 50, 3)
    assert narrowed(stripes(40, 100), 200).shape == (40, 100, 3)


def test_what_a_crop_shows_is_measured() -> None:
    dark = np.full((80, 300, 3), 30, np.uint8)
    assert [holds(dark) for holds in MEASURED.values()] == [True, True, False]
    assert [holds(stripes(40, 100) | 128) for holds in MEASURED.values()] == [False, False, True]


def test_reviewed_hard_cases_are_well_formed(shared: Path | None) -> None:
    rows = [line.split(",") for line in REVIEWED.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["image", "condition"]
    assert all(len(row) == 2 for row in rows)
    assert len({tuple(row) for row in rows}) == len(rows)
    if shared is not None:
        labels = shared / "datasets" / "plate-ocr" / "labels.csv"
        known = {f"{crop.path.parent.name}/{crop.path.name}" for crop in read_crops(labels)}
        assert {row[0] for row in rows[1:]} <= known
