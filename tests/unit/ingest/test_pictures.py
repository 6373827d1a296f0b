"""Stills of every kind that cameras and people bring."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pictures import MAX_BYTES, PICTURE_SUFFIXES, decode_picture, read_picture, to_8_bit
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
    st.sampled_from(
        [
            b"",
            b"\0\0\0\x14ftypavif",
            b"\0\0\0\x14ftypheic",
            b"\xff\x4f\xff\x51",
            b"\xff\xd8",
            b"\x89PNG\r\n\x1a\n",
            b"GIF8",
            b"BM",
            b"RIFF",
            b"II*\x00",
        ]
    ),
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


def jpeg_of(picture: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", picture)[1].tobytes()


def smooth(seed: int = 1) -> np.ndarray:
    return cv2.GaussianBlur(np.random.default_rng(seed).integers(0, 255, (96, 128, 3), np.uint8), (0, 0), 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"trailing garbage" * 20,
        lambda data: data[:-2],
        lambda data: data[:2] + b"\xff\xff\xff" + data[2:],
        lambda data: data[:2] + b"\0\0\0" + data[2:],
        lambda data: data[:2] + b"\xff\xe2\x00\x04ab" + b"zz" + data[2:],
        lambda data: data[:2] + b"\xff\xe1\x00\x08Exif\0\0" + data[2:],
        lambda data: data[:2] + b"\xff\xfe\x00\x06\xff\xc0\xff\xda" + data[2:],
    ],
    ids=["garbage behind", "no end", "fill bytes", "bytes between", "bytes behind a profile", "empty EXIF", "comment"],
)
def test_a_jpeg_that_viewers_open_is_read_whole(change: Callable[[bytes], bytes]) -> None:
    data = jpeg_of(smooth())
    whole = decode_picture(data, "a.jpg")
    assert (decode_picture(change(data), "a.jpg")[:80] == whole[:80]).all()


def test_a_jpeg_decodes_to_the_pixels_that_opencv_gives() -> None:
    for quality in (30, 75, 95):
        for progressive in (0, 1):
            data = cv2.imencode(
                ".jpg", smooth(quality), [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive]
            )[1]
            assert (decode_picture(data.tobytes(), "a.jpg") == cv2.imdecode(data, cv2.IMREAD_COLOR)).all()


def test_damage_in_the_middle_or_at_the_end_is_named_and_the_rest_read(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    data = jpeg_of(smooth())
    for name, changed in {
        "cut.jpg": data[: len(data) * 3 // 4],
        "middle.jpg": data[: len(data) // 2] + b"\xff\xd9" * 20 + data[len(data) // 2 + 40 :],
    }.items():
        caplog.clear()
        assert decode_picture(changed, name).shape == (96, 128, 3)
        (record,) = caplog.records
        assert record.getMessage().startswith(f"{name}: is a damaged JPEG picture (")
    assert capfd.readouterr() == ("", "")


def test_a_cmyk_jpeg_is_read() -> None:
    file = io.BytesIO()
    PIL.Image.fromarray(smooth()[:, :, ::-1]).convert("CMYK").save(file, "JPEG", quality=95)
    assert np.abs(decode_picture(file.getvalue(), "a.jpg").astype(int) - smooth()).mean() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_picture_is_turned_as_its_camera_was_held(kind: str, orientation: int) -> None:
    pillow_heif.register_heif_opener()
    picture = PIL.Image.fromarray(cv2.resize(scene(), (240, 160), interpolation=cv2.INTER_NEAREST)[:, :, ::-1])
    exif = picture.getexif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    picture.save(file, kind, exif=exif, quality=95)
    shown = np.asarray(PIL.ImageOps.exif_transpose(PIL.Image.open(file)).convert("RGB"))[:, :, ::-1]
    decoded = decode_picture(file.getvalue(), "a")
    assert decoded.shape == shown.shape
    assert np.abs(decoded.astype(int) - shown).mean() < 8


@pytest.mark.parametrize(("kind", "suffix"), [("AVIF", ".avif"), ("HEIF", ".HEIC"), ("JPEG2000", ".jp2")])
def test_pictures_of_newer_kinds_are_read_and_their_damage_is_said(
    tmp_path: Path, kind: str, suffix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pillow_heif.register_heif_opener()
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as file:
        PIL.Image.fromarray(smooth()[:, :, ::-1]).save(file, kind)
    assert path.suffix.lower() in PICTURE_SUFFIXES
    assert np.abs(read_picture(path).astype(int) - smooth()).mean() < 6
    data = path.read_bytes()
    for length in range(1, len(data), max(len(data) // 15, 1)):
        with contextlib.suppress(UnreadableMedia):
            decode_picture(data[:length], "cut")
    assert capfd.readouterr() == ("", "")


def test_a_png_with_an_odd_profile_or_a_damaged_chunk_makes_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    file = io.BytesIO()
    profile = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    PIL.Image.fromarray(smooth()[:, :, 0]).save(file, "PNG", icc_profile=profile)
    data = file.getvalue()
    assert (decode_picture(data, "a.png")[:, :, 0] == smooth()[:, :, 0]).all()
    place = data.index(b"IDAT") + 30
    with pytest.raises(UnreadableMedia, match="damaged PNG"):
        decode_picture(data[:place] + b"\0\1\2" + data[place + 3 :], "a.png")
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


def test_floats_that_are_no_shade_become_black_or_white() -> None:
    values = [0, 0.5, 1, 1.5, -0.5, np.nan, np.inf, -np.inf]
    picture = np.repeat(np.array([values], np.float32)[:, :, None], 3, axis=2)
    assert to_8_bit(picture)[0, :, 0].tolist() == [0, 128, 255, 255, 0, 0, 255, 0]


@pytest.mark.parametrize(
    ("brightest", "shown"),
    [(255, 255), (256, 64), (1023, 255), (1024, 64), (4095, 255), (4096, 64), (16383, 255), (16384, 64), (65535, 255)],
)
def test_the_least_depth_that_holds_a_picture_is_its_own(brightest: int, shown: int) -> None:
    assert to_8_bit(np.full((2, 2, 3), brightest, np.uint16)).max() == shown


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((8, 8), "is a damaged PNG picture"),
        ((7, 8), "is a picture of 7x8 pixels, expected at least 8x8"),
        ((8, 7), "is a picture of 8x7 pixels, expected at least 8x8"),
        ((0, 8), "is a damaged PNG picture"),
        ((10_000, 10_000), "is a damaged PNG picture"),
        ((10_001, 10_000), "is a picture of 10001x10000 pixels, more than 100 megapixels"),
    ],
)
def test_a_picture_is_neither_too_small_nor_too_large(size: tuple[int, int], message: str) -> None:
    with pytest.raises(UnreadableMedia, match=f"a.png: {message}"):
        decode_picture(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", *size) + bytes(9), "a.png")


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
