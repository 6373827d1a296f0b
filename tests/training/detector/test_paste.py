"""Other countries' plates on the cars of a training picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.training.detector.paste import PlateStock, paste_plates, stock_from_labels
from schemas.errors import ConfigurationError, InvalidInput

CAR = np.full((200, 400, 3), 60, np.uint8)
OLD = np.array([[150, 90, 230, 110]], np.float32)


def red_stock(folder: Path) -> PlateStock:
    """A stock of one red plate, twice as wide as high."""
    red = np.zeros((100, 200, 3), np.uint8)
    red[..., 2] = 255
    cv2.imwrite(str(folder / "red.png"), red)
    return PlateStock([folder / "red.png"], seed=1, drawn=0)


def paste(folder: Path, picture: np.ndarray, boxes: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    return paste_plates(picture, boxes, red_stock(folder), np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(8))
def test_the_new_plate_covers_the_old_one_and_its_box_fits_it(seed: int, tmp_path: Path) -> None:
    picture = CAR.copy()
    cv2.rectangle(picture, (150, 90), (229, 109), (255, 255, 255), -1)

    pasted, boxes = paste(tmp_path, picture, OLD, seed)

    assert not (pasted == 255).all(axis=2).any(), "nothing of the old plate is left"
    red = (pasted[..., 2] > 100) & (pasted[..., 0] < 60)
    ys, xs = np.nonzero(red)
    assert boxes[0] == pytest.approx([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], abs=3.0)
    assert 1.5 < (boxes[0][2] - boxes[0][0]) / (boxes[0][3] - boxes[0][1]) < 2.5, "it keeps its own proportions"
    outside = np.ones(red.shape, bool)
    x1, y1, x2, y2 = boxes[0].astype(int)
    outside[max(y1 - 4, 0) : y2 + 5, max(x1 - 4, 0) : x2 + 5] = False
    assert (pasted[outside] == picture[outside]).all(), "the rest of the picture is as it was"


def test_the_picture_and_boxes_that_were_given_stay_as_they_are(tmp_path: Path) -> None:
    picture, boxes = CAR.copy(), OLD.copy()
    pasted, _ = paste(tmp_path, picture, boxes)
    assert (picture == CAR).all()
    assert (boxes == OLD).all()
    assert not (pasted == CAR).all()


def test_chance_alone_decides(tmp_path: Path) -> None:
    one, other = paste(tmp_path, CAR, OLD, 5), paste(tmp_path, CAR, OLD, 5)
    assert (one[0] == other[0]).all()
    assert (one[1] == other[1]).all()
    assert not (paste(tmp_path, CAR, OLD, 6)[0] == one[0]).all()


@pytest.mark.parametrize(
    "boxes",
    [
        [[10, 10, 20, 15]],  # too small
        [[10, 50, 390, 60]],  # a banner: a plate over it would be as high as the car
        [],
    ],
)
def test_what_no_plate_fits_stays(boxes: list[list[float]], tmp_path: Path) -> None:
    given = np.array(boxes, np.float32).reshape(-1, 4)
    pasted, new = paste(tmp_path, CAR, given)
    assert (pasted == CAR).all()
    assert (new == given).all()


def test_a_plate_does_not_cover_its_neighbor(tmp_path: Path) -> None:
    boxes = np.array([[100, 50, 180, 70], [100, 75, 180, 95]], np.float32)
    for seed in range(6):
        _, (one, other) = paste(tmp_path, CAR, boxes, seed)
        assert min(one[3], other[3]) <= max(one[1], other[1])


@pytest.mark.parametrize("place", [[-0.0, 90, 60, 110], [350, 185, 400, 200], [0, 0, 60, 20]])
def test_a_plate_at_the_edge_is_cut_there(place: list[float], tmp_path: Path) -> None:
    pasted, boxes = paste(tmp_path, CAR, np.array([place], np.float32))
    assert pasted.shape == CAR.shape
    assert boxes.min() >= 0
    assert boxes[0][2] <= 400
    assert boxes[0][3] <= 200


def test_rows_of_val_and_their_texts_are_never_pasted(tmp_path: Path) -> None:
    colors = {"train": (0, 255, 0), "val": (0, 0, 255), "same": (0, 0, 255)}
    for name, color in colors.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((40, 80, 3), color, np.uint8))
    rows = "train.png,ABC123,US-VA,train\nval.png,XYZO99,US-VA,val\nsame.png,XYZ099,US-MD,train\n"
    (tmp_path / "labels.csv").write_text("image,text,jurisdiction,split\n" + rows)
    stock = stock_from_labels(tmp_path / "labels.csv", 3)
    rng = np.random.default_rng(4)
    for _ in range(60):
        plate = stock.pick(rng)
        assert not (plate.reshape(-1, 3) == (0, 0, 255)).all()


def test_there_must_be_something_to_paste(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no plates to paste"):
        PlateStock([], seed=1, drawn=0)
    with pytest.raises(InvalidInput, match=r"gone\.csv"):
        stock_from_labels(tmp_path / "gone.csv", 1)


def test_a_training_with_pasted_plates_sees_the_same_when_it_is_repeated(tmp_path: Path) -> None:
    from recognition.detection.ultralytics_backend import import_ultralytics

    import_ultralytics()
    from ultralytics.cfg import get_cfg

    from recognition.training.detector.paste_dataset import PastingDataset

    (tmp_path / "train").mkdir()
    for number in range(4):
        cv2.imwrite(str(tmp_path / "train" / f"{number}.jpg"), CAR)
        (tmp_path / "train" / f"{number}.txt").write_text("0 0.475 0.5 0.2 0.1\n" if number else "")

    def dataset(epoch: int) -> PastingDataset:
        made = PastingDataset(
            stock=red_stock(tmp_path),
            share=1.0,
            seed=3,
            img_path=str(tmp_path / "train"),
            imgsz=320,
            batch_size=2,
            augment=True,
            hyp=get_cfg(overrides={"imgsz": 320}),
            data={"names": {0: "plate"}, "nc": 1, "channels": 3},
            task="detect",
        )
        made.epoch = epoch
        return made

    first, again, later = (dataset(epoch).get_image_and_label(1) for epoch in (1, 1, 2))
    assert (first["img"] == again["img"]).all()
    assert (first["instances"].bboxes == again["instances"].bboxes).all()
    assert not (first["img"] == later["img"]).all()
    x, y, w, h = first["instances"].bboxes[0] * np.array([320, 160, 320, 160])
    inside = first["img"][int(y - h / 4) : int(y + h / 4), int(x - w / 4) : int(x + w / 4)]
    assert inside[..., 2].mean() > inside[..., 0].mean() + 40, "the label lies on the red plate"
    assert len(dataset(1).get_image_and_label(0)["instances"]) == 0, "a picture without plates stays one"
