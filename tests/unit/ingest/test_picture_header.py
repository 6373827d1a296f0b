"""What a picture's first bytes say, before it is unpacked."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import pytest

from ingest.picture_header import PictureHeader, read_header
from tests.unit.ingest.picture_samples import SUFFIXES, scene, write


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_header_says_the_size_that_decoding_gives(tmp_path: Path, suffix: str) -> None:
    header = read_header(write(tmp_path / f"a{suffix}", scene(33, 71)).read_bytes())
    assert header is not None
    assert (header.width, header.height) == (71, 33)


def test_lossless_webp_header_is_understood(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.webp"), scene(33, 71), [cv2.IMWRITE_WEBP_QUALITY, 101])
    header = read_header((tmp_path / "a.webp").read_bytes())
    assert header is not None
    assert (header.width, header.height) == (71, 33)


def _tiff(order: str, *entries: tuple[int, int, int]) -> bytes:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries))
    return head + b"".join(
        struct.pack(f"{order}HHIH2x" if kind == 3 else f"{order}HHII", tag, kind, 1, value)
        for tag, kind, value in entries
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 71, 33), ("PNG", 71, 33)),
        (b"GIF89a" + struct.pack("<HH", 71, 33), ("GIF", 71, 33)),
        (b"BM" + bytes(12) + struct.pack("<IHH", 12, 71, 33), ("BMP", 71, 33)),
        (b"BM" + bytes(12) + struct.pack("<Iii", 40, 71, -33), ("BMP", 71, 33)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + struct.pack("<HBHB", 70, 1, 32, 2), ("WebP", 71 + 65536, 33 + 131072)),
        (b"RIFF\0\0\0\0WEBPVP8L" + bytes(5) + struct.pack("<I", 70 | 32 << 14), ("WebP", 71, 33)),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 0xC000 | 71, 0x4000 | 33), ("WebP", 71, 33)),
        (b"RIFF\0\0\0\0WEBPVP9 " + bytes(20), None),
        (b"RIFF\0\0\0\0WAVEVP8 " + bytes(20), None),
        (_tiff("<", (256, 3, 71), (257, 3, 33)), ("TIFF", 71, 33)),
        (_tiff(">", (254, 4, 9), (256, 4, 71), (257, 3, 33), (258, 3, 8)), ("TIFF", 71, 33)),
        (_tiff("<", (256, 3, 71)), None),
        (_tiff("<"), None),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(20) + b"ihdr" + struct.pack(">II", 33, 71), ("JPEG 2000", 71, 33)),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40), None),
        (b"\xff\x4f\xff\x51" + bytes(4) + struct.pack(">IIII", 75, 40, 4, 7), ("JPEG 2000", 71, 33)),
        (b"\xff\x4f\xff\x51" + bytes(4) + struct.pack(">IIII", 4, 7, 75, 40), ("JPEG 2000", 0, 0)),
        (b"\0\0\0\x14ftypheic" + bytes(8), ("HEIC", 0, 0)),
        (b"\0\0\0\x14ftypavif" + bytes(8), ("AVIF", 0, 0)),
        (b"hello", None),
        (b"", None),
    ],
)
def test_each_format_says_its_size_in_its_own_way(data: bytes, expected: tuple[str, int, int] | None) -> None:
    assert read_header(data) == (None if expected is None else PictureHeader(*expected))
    if expected is not None and b"ftyp" not in data:
        # It ends before its size; one of TIFF may have more behind that.
        assert read_header(data[: -15 if expected[0] == "TIFF" else -1]) is None
