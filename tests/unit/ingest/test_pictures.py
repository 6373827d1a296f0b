"""Stills of every kind that cameras and people bring."""

from __future__ import annotations

import contextlib
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pictures import MAX_BYTES, decode_picture, read_picture
from schemas.errors import UnreadableMedia
from tests.unit.ingest.picture_samples import SUFFIXES, scene, write


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_common_formats_decode_to_what_was_stored(tmp_path: Path, suffix: str) -> None:
    decoded = read_picture(write(tmp_path / f"a{suffix}", scene()))
    assert decoded.shape == (40, 60, 3)
    assert decoded.dtype == np.uint8
    assert np.abs(decoded[30, 10].astype(int) - (220, 30, 30)).max() < 60
    assert np.abs(decoded[30, 50].astype(int) - (30, 30, 220)).max() < 60


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"RIFF", b"II*\x00"]),
)
def test_any_bytes_decode_or_are_refused_in_one_line(data: bytes, start: bytes) -> None:
    message = "upload: is fine"
    try:
        decode_picture(start + data, "upload")
    except UnreadableMedia as error:
        message = str(error)
    assert message.startswith("upload: is ")
    assert "\n" not in message


def test_zero_byte_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(UnreadableMedia, match=r"a\.jpg: is empty \(0 bytes\).*copy it again"):
        read_picture(tmp_path / "a.jpg")


def test_one_pixel_is_refused_with_its_size(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="picture of 1x1 pixels, expected at least 8x8"):
        read_picture(write(tmp_path / "a.png", np.zeros((1, 1, 3), np.uint8)))


def test_missing_file_and_folder_and_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"missing\.jpg: no such file"):
        read_picture(tmp_path / "missing.jpg")
    with pytest.raises(UnreadableMedia, match="cannot be read"):
        read_picture(tmp_path)
    (tmp_path / "a.jpg").write_text("not a picture at all")
    with pytest.raises(UnreadableMedia, match="is not a picture, expected JPEG"):
        read_picture(tmp_path / "a.jpg")


def test_damaged_picture_is_refused_without_noise(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path / "a.png", np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)).read_bytes()
    with pytest.raises(UnreadableMedia, match="damaged PNG"):
        decode_picture(data[:60], "a.png")
    assert capfd.readouterr() == ("", "")


def test_cut_jpeg_gives_what_is_there_or_is_refused_without_noise(capfd: pytest.CaptureFixture[str]) -> None:
    data = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8))[1].tobytes()
    for length in range(0, len(data), 97):
        with contextlib.suppress(UnreadableMedia):
            assert decode_picture(data[:length], "a.jpg").shape == (64, 64, 3)
    assert capfd.readouterr() == ("", "")


def test_huge_picture_is_refused_before_it_is_unpacked() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    with pytest.raises(UnreadableMedia, match="60000x60000 pixels, more than 100 megapixels; scale it down"):
        decode_picture(bomb, "bomb.png")


def test_huge_file_is_refused_before_it_is_held_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UnreadableMedia, match="more than 256 MB"):
        read_picture(tmp_path / "a.jpg")


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_sixteen_bit_files_of_any_camera_depth_keep_their_brightness(tmp_path: Path, bits: int) -> None:
    deep = scene().astype(np.uint16) << (bits - 8)
    decoded = read_picture(write(tmp_path / "a.png", deep))
    assert decoded.dtype == np.uint8
    assert np.abs(decoded.astype(int) - scene()).max() <= 1


def test_float_tiff_is_scaled(tmp_path: Path) -> None:
    decoded = read_picture(write(tmp_path / "a.tiff", scene().astype(np.float32) / 255))
    assert np.abs(decoded.astype(int) - scene()).max() <= 1


def test_grey_and_transparent_pictures_become_bgr(tmp_path: Path) -> None:
    grey = read_picture(write(tmp_path / "grey.png", scene()[:, :, 0]))
    assert grey.shape == (40, 60, 3)
    assert (grey[:, :, 0] == grey[:, :, 2]).all()
    four = np.dstack([scene(), np.full((40, 60), 128, np.uint8)])
    assert (read_picture(write(tmp_path / "four.png", four)) == scene()).all()


def test_first_frame_of_animations_is_taken(tmp_path: Path) -> None:
    animation = cv2.Animation()
    animation.frames = [scene(), np.zeros((40, 60, 3), np.uint8)]
    animation.durations = [100, 100]
    for suffix in (".gif", ".webp", ".png"):
        path = tmp_path / f"a{suffix}"
        four = suffix != ".gif"
        if four:
            animation.frames = [cv2.cvtColor(frame, cv2.COLOR_BGR2BGRA) for frame in (scene(), scene() * 0)]
        assert cv2.imwriteanimation(str(path), animation)
        assert np.abs(read_picture(path)[30, 10].astype(int) - (220, 30, 30)).max() < 60


def test_exif_orientation_turns_the_picture() -> None:
    plain = cv2.imencode(".jpg", scene())[1].tobytes()
    # One IFD entry: tag 0x0112, type SHORT, count 1, value 6 (turn a quarter clockwise to view).
    tiff = b"II*\x00" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    body = b"Exif\x00\x00" + tiff
    turned = decode_picture(plain[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[2:], "a.jpg")
    assert turned.shape == (60, 40, 3)
    assert turned[5, 35].min() > 200
