"""Reading every line of text on a plate."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from rapidfuzz import fuzz

from recognition.reading.text_lines import TextLineReader, input_shape
from recognition.reading.text_networks import CHARACTERS, line_input
from rendering.plates.standard import render_plate
from schemas.errors import InvalidInput


@pytest.fixture(scope="module")
def reader() -> TextLineReader:
    return TextLineReader(threads=1)


def test_the_state_and_the_serial_of_a_plate_are_read(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-CA", np.random.default_rng(3)).image
    lines = reader.read(plate)
    texts = [line.text.upper() for line in lines]
    assert max(fuzz.ratio(text, "CALIFORNIA") for text in texts) >= 80
    # The tallest line comes first, and that is the serial.
    assert fuzz.ratio(texts[0].replace(" ", ""), "8ABC123") >= 70
    assert all(0.0 < line.score <= 1.0 for line in lines)


def test_boxes_are_in_pixels_of_the_picture_given(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-CA", np.random.default_rng(3)).image
    small = reader.read(plate)[0].box
    large = reader.read(cv2.resize(plate, (1560, 780)).astype(np.uint8))[0].box
    assert small.width > 0.5 * plate.shape[1]
    assert large.width == pytest.approx(3 * small.width, rel=0.1)
    assert large.y1 == pytest.approx(3 * small.y1, abs=30)


def test_a_slanted_plate_is_read(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-TX", np.random.default_rng(5)).image
    turn = cv2.getRotationMatrix2D((260, 130), 12, 0.8)
    slanted = cv2.warpAffine(plate, turn, (520, 260), borderValue=(90, 90, 90)).astype(np.uint8)
    assert any(fuzz.ratio(line.text.upper(), "TEXAS") >= 80 for line in reader.read(slanted))


@pytest.mark.parametrize("shape", [(200, 400, 3), (400, 300, 3), (3, 900, 3)])
def test_a_picture_without_text_has_no_lines(reader: TextLineReader, shape: tuple[int, ...]) -> None:
    assert reader.read(np.full(shape, 128, np.uint8)) == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (400, 3, 3), (20, 40, 3)])
def test_tiny_pictures_are_no_error(reader: TextLineReader, shape: tuple[int, ...]) -> None:
    assert all(line.score < 0.9 for line in reader.read(np.full(shape, 128, np.uint8)))


def test_the_name_on_a_tiny_plate_is_read(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-TX", np.random.default_rng(5)).image
    tiny = cv2.resize(plate, (90, 45), interpolation=cv2.INTER_AREA).astype(np.uint8)
    assert any(line.box.y2 < 0.4 * 45 for line in reader.read(tiny))


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
    ],
)
def test_what_is_no_picture_is_refused_by_name(reader: TextLineReader, picture: np.ndarray) -> None:
    with pytest.raises(InvalidInput, match=r"a picture of shape \(\d+, \d+"):
        reader.read(picture)


def test_threads_share_one_reader() -> None:
    shared_reader = TextLineReader(threads=1)
    plate = render_plate("ABC1234", "US-WA", np.random.default_rng(1)).image
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(shared_reader.read(plate))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert found[0] == found[1] == found[2]


def test_inputs_have_the_networks_stride() -> None:
    assert input_shape(156, 320) == (192, 416)
    assert all(side % 32 == 0 for side in input_shape(1, 1000) + input_shape(1000, 1))
    batch = line_input(np.full((48, 70, 3), 255, np.uint8))
    assert batch.shape == (1, 3, 48, 96)
    assert batch[..., :70].min() == 1.0
    assert np.abs(batch[..., 70:]).max() == 0.0


def test_real_plates_name_their_state(reader: TextLineReader, shared: Path | None) -> None:
    names = {"us/ak1165.jpg": "ALASKA"}
    found = {}
    for name in names if shared else ():
        assert shared is not None
        picture = cv2.imread(str(shared / "datasets" / "plate-ocr" / name))
        assert picture is not None
        found[name] = [line.text.upper() for line in reader.read(picture.astype(np.uint8, copy=False))]
    assert all(names[name] in texts for name, texts in found.items())


class Networks:
    """Finds one line in every picture, where it is told to, in pixels of the detector's input; each reads as "A"."""

    def __init__(self, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        self.place = slice(*rows), slice(*columns)
        self.cuts: list[tuple[int, ...]] = []

    def text_map(self, batch: np.ndarray) -> np.ndarray:
        found = np.zeros(batch.shape[-2:], np.float32)
        found[self.place] = 1.0
        return found

    def steps(self, cut: np.ndarray) -> np.ndarray:
        self.cuts.append(cut.shape)
        steps = np.zeros((1, len(CHARACTERS)), np.float32)
        steps[0, CHARACTERS.index("A")] = 0.75
        return steps


TOP, BOTTOM = (2.0, 0.0, 98.0, 13.0), (2.0, 39.0, 98.0, 50.0)


@pytest.mark.parametrize(
    ("width", "rows", "columns", "strips"),
    [
        # The input of a picture of 100 x 50 is 320 x 160: its upper strip ends at 41.6, its lower one begins at 124.8.
        *(
            (100, (60, 100), (50, 270), [TOP, BOTTOM]),
            (100, (8, 30), (100, 250), [BOTTOM]),
            (100, (8, 30), (100, 140), [TOP, BOTTOM]),
        ),
        *((100, (130, 150), (100, 250), [TOP]), (100, (34, 64), (100, 250), [TOP, BOTTOM])),
        *((139, (60, 100), (50, 270), None), (140, (60, 100), (50, 270), [])),
    ],
)
def test_on_tiny_plates_the_strips_of_name_and_slogan_are_read_where_no_line_is_found(
    width: int, rows: tuple[int, int], columns: tuple[int, int], strips: list[tuple[float, ...]] | None
) -> None:
    reader, networks = TextLineReader(), Networks(rows, columns)
    reader._networks = networks  # type: ignore[assignment]
    lines = reader.read(np.full((width // 2, width, 3), 90, np.uint8))
    assert [line.text for line in lines] == ["A"] * len(networks.cuts)
    assert {cut[0] for cut in networks.cuts} == {48}
    found = [(line.box.x1, line.box.y1, line.box.x2, line.box.y2) for line in lines[1:]]
    if strips is None:
        assert len(found) == 2
    else:
        assert found == [pytest.approx(strip) for strip in strips]
    # From its first pixel's middle to its last one's, grown, in pixels of the picture.
    middle = (columns[0] + columns[1] - 1) / 2 * width / 320, (rows[0] + rows[1] - 1) / 2 * (width // 2) / 160
    box = lines[0].box
    assert ((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2) == pytest.approx(middle, abs=0.01)
    assert [(line.score, line.steps.shape) for line in lines] == [(pytest.approx(0.75), (1, len(CHARACTERS)))] * len(
        lines
    )


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        *(((120, 239), (160, 320)), ((120, 240), (192, 416)), ((156, 320), (192, 416)), ((50, 100), (160, 320))),
        *(((1, 900), (32, 416)), ((900, 300), (480, 416)), ((900, 100), (480, 320)), ((20, 200), (32, 320))),
    ],
)
def test_at_which_size_the_text_detector_sees_a_picture(size: tuple[int, int], shape: tuple[int, int]) -> None:
    assert input_shape(*size) == shape


def test_large_pictures_are_averaged_before_lines_are_cut_out() -> None:
    """Of stripes as fine as pixels a cut shows their middle gray, not some of them."""
    picture = np.zeros((800, 1664, 3), np.uint8)
    picture[:, ::2] = 200
    cuts: list[np.ndarray] = []

    class Kept(Networks):
        def steps(self, cut: np.ndarray) -> np.ndarray:
            cuts.append(cut)
            return super().steps(cut)

    reader = TextLineReader()
    reader._networks = Kept((60, 120), (50, 370))  # type: ignore[assignment]
    reader.read(picture)
    assert 95 <= cuts[0].min() <= cuts[0].max() <= 105
