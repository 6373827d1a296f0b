"""A second look at a detection set's labels: reading it, training with it, and counting with it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.training.detector.metrics import count, count_reviewed, evaluate, table
from recognition.training.detector.review import ReviewedBox, correct_labels, read_review
from recognition.training.examples.labeled_pictures import LabeledPicture
from schemas.errors import InvalidInput
from schemas.types import Box, Image, PlateDetection

HEAD = "set,picture,x1,y1,x2,y2,verdict\n"
REPOSITORY = Path(__file__).resolve().parents[5]


def found(*boxes: Box) -> list[PlateDetection]:
    return [PlateDetection(box, 0.9) for box in boxes]


def test_a_review_is_read_by_set_and_picture(tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text(HEAD + "street,a.jpg,1,2,30,14.5,plate\nstreet,a.jpg,5,5,9,9,not_plate\nyard,a.jpg,0,0,4,2,plate\n")
    review = read_review(path)
    assert review["street", "a.jpg"] == [
        ReviewedBox(Box(1, 2, 30, 14.5), True),
        ReviewedBox(Box(5, 5, 9, 9), False),
    ]
    assert review["yard", "a.jpg"] == [ReviewedBox(Box(0, 0, 4, 2), True)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"set,picture,x1,y1,x2,y2\n", "no column verdict"),
        (b"", "no column set, picture"),
        ((HEAD + "s,a.jpg,1,2,x,4,plate\n").encode(), "review.csv:2: a corner is not a number"),
        ((HEAD + "s,a.jpg,1,2,3\n").encode(), "review.csv:2: a corner is not a number"),
        ((HEAD + "s,a.jpg,1,2,nan,4,plate\n").encode(), "review.csv:2: the box is empty"),
        ((HEAD + "s,a.jpg,1,2,3,4,plate\ns,a.jpg,3,2,1,4,plate\n").encode(), "review.csv:3: the box is empty"),
        ((HEAD + "s,a.jpg,1,2,3,4,perhaps\n").encode(), "review.csv:2: the verdict is 'perhaps'"),
        (HEAD.encode() + b"\xff\xfe\x00", "not a CSV file in UTF-8"),
        (None, "expected a review"),
    ],
)
def test_a_malformed_review_is_named_with_its_line(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput) as raised:
        read_review(path)
    assert said in str(raised.value)


def test_the_committed_review_is_read_whole() -> None:
    path = REPOSITORY / "benchmarks" / "recognition" / "reviewed_plates.csv"
    rows = len(path.read_text(encoding="utf-8").splitlines()) - 1
    assert sum(len(boxes) for boxes in read_review(path).values()) == rows > 100


def test_training_labels_are_replaced_added_and_dropped(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.jpg"), np.zeros((100, 200, 3), np.uint8))
    loose, wrong, good = (0.25, 0.25, 0.2, 0.2), (0.75, 0.75, 0.2, 0.2), (0.75, 0.25, 0.1, 0.1)
    picture = LabeledPicture(tmp_path / "a.jpg", "street", (loose, wrong, good))
    review = {
        ("street", "a.jpg"): [
            ReviewedBox(Box(36, 16, 64, 34), True),  # tighter than the first label
            ReviewedBox(Box(131, 66, 169, 84), False),  # what the second label shows is no plate
            ReviewedBox(Box(10, 80, 30, 90), True),  # without a label
        ]
    }
    (corrected,) = correct_labels([picture], review)
    boxes = [(b.x1, b.y1, b.x2, b.y2) for b in corrected.boxes_in_pixels(200, 100)]
    assert np.array(boxes) == pytest.approx(np.array([[140, 20, 160, 30], [36, 16, 64, 34], [10, 80, 30, 90]]))
    assert correct_labels([picture], {}) == [picture]


LABELS = [Box(0, 0, 100, 50), Box(200, 0, 300, 50), Box(400, 0, 500, 50)]
REVIEW = [
    ReviewedBox(Box(0, 200, 80, 240), True),  # a plate without a label
    ReviewedBox(Box(202, 2, 260, 42), True),  # the second label is loose
    ReviewedBox(Box(400, 0, 500, 50), False),  # the third label shows no plate
]


@pytest.mark.parametrize(
    ("boxes", "raw", "reviewed"),
    [
        ((), (3, 0, 0), (2, 0, 0)),
        ((LABELS[0],), (3, 1, 0), (2, 1, 0)),
        ((Box(0, 200, 80, 240),), (3, 0, 1), (2, 0, 0)),  # an unlabeled plate is no error
        ((Box(202, 2, 260, 42),), (3, 0, 1), (2, 1, 0)),  # nor is a tight box on a loose label, which finds it
        ((LABELS[1],), (3, 1, 0), (2, 1, 0)),  # the loose label's own box finds it, too
        ((LABELS[2],), (3, 1, 0), (2, 0, 1)),
        ((LABELS[0], LABELS[0]), (3, 1, 1), (2, 1, 1)),  # one plate found twice
        ((Box(600, 0, 700, 50),), (3, 0, 1), (2, 0, 1)),
        ((Box(600, 0, 630, 15),), (3, 0, 0), (2, 0, 0)),  # too narrow to count
    ],
)
def test_counting_with_reviewed_labels(
    boxes: tuple[Box, ...], raw: tuple[int, int, int], reviewed: tuple[int, int, int]
) -> None:
    assert count(LABELS, found(*boxes), 40) == raw
    assert count_reviewed(LABELS, found(*boxes), REVIEW, 40) == reviewed
    assert count_reviewed(LABELS, found(*boxes), [], 40) == raw


class OneBox:
    """Finds the same plate in every picture."""

    def detect(self, images: list[Image]) -> list[list[PlateDetection]]:
        return [found(Box(0, 0, 100, 50)) for _ in images]


def test_the_table_has_a_row_for_raw_and_for_reviewed_labels(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.jpg"), np.zeros((100, 200, 3), np.uint8))
    picture = LabeledPicture(tmp_path / "a.jpg", "street", ())
    (plain,) = evaluate(OneBox(), [picture])  # type: ignore[arg-type]
    assert plain.reviewed is None
    review = {("street", "a.jpg"): [ReviewedBox(Box(0, 0, 100, 50), True)]}
    (score,) = evaluate(OneBox(), [picture], 40, review)  # type: ignore[arg-type]
    assert score.reviewed is not None
    assert (score.extra, score.reviewed.extra, score.reviewed.precision) == (1, 0, 1.0)
    assert [line.split("  ")[0] for line in table([score]).splitlines()] == ["source", "street", "street, reviewed"]
