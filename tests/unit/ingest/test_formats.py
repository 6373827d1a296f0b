"""What of a JPEG is which segment, how large it is, what is damaged of it; and where notes of its camera stand."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime, timedelta

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from ingest.formats import heif, jpeg, png
from ingest.formats.exif import Exif, read_exif
from tests.unit.ingest.vendors.messages import jpeg as sample

FRAME = b"\xff\xc0\0\x0b\x08\0\x21\0\x47\x01\x01\x11\0"
NOTE = b"\xff\xe1\0\x06note"
SCAN = b"\xff\xda\0\x04ab"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (jpeg.START + NOTE + FRAME + SCAN + b"rest", [(0xE1, NOTE), (0xC0, FRAME), (0xDA, SCAN + b"rest")]),
        (jpeg.START + b"odd bytes" + NOTE + b"\0\0" + FRAME, [(0xE1, NOTE), (0xC0, FRAME)]),
        (jpeg.START + b"\xff\xff\xff" + NOTE[1:] + SCAN, [(0xE1, NOTE), (0xDA, SCAN)]),
        (jpeg.START + b"\xff\0\xff\xd0\xff\x01\xff\xd9" + NOTE, [(0xE1, NOTE)]),
        (jpeg.START + b"\xff\xe1\0\0" + NOTE, [(0xE1, b"\xff\xe1"), (0xE1, NOTE)]),
        (jpeg.START + NOTE[:-2], [(0xE1, NOTE[:-2])]),
        (jpeg.START + NOTE[:4], [(0xE1, NOTE[:4])]),
        (jpeg.START + NOTE[:3], []),
        (jpeg.START, []),
    ],
)
def test_the_segments_of_a_jpeg(data: bytes, found: list[tuple[int, bytes]]) -> None:
    assert jpeg.segments(data) == found


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (jpeg.START + NOTE + FRAME, (71, 33)),
        (jpeg.START + FRAME.replace(b"\xc0", b"\xcf"), (71, 33)),
        (jpeg.START + FRAME.replace(b"\xc0", b"\xc4") + FRAME.replace(b"\x47", b"\x48"), (72, 33)),
        (jpeg.START + FRAME.replace(b"\xc0", b"\xc8"), None),
        (jpeg.START + FRAME.replace(b"\xc0", b"\xcc"), None),
        (jpeg.START + FRAME[:9], (71, 33)),
        (jpeg.START + FRAME[:8], None),
        (jpeg.START + NOTE, None),
    ],
)
def test_the_size_stands_in_the_frame(data: bytes, size: tuple[int, int] | None) -> None:
    assert jpeg.size_of(data) == size


def test_a_damage_is_told_in_words_and_what_harms_nothing_is_none() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 96, 3), np.uint8)
    data = simplejpeg.encode_jpeg(noise, quality=90)
    whole = jpeg.decode(data)
    assert whole is not None
    assert whole[1] is None
    cut = jpeg.decode(data[: len(data) // 2])
    assert cut is not None
    assert cut[1] == "premature end of JPEG file"
    assert cut[0].shape == (64, 96, 3)
    # Bytes between its segments harm nothing.
    place = data.index(b"\xff\xdb")
    odd = jpeg.decode(data[:place] + b"odd bytes" + data[place:])
    assert odd is not None
    assert odd[1] is None
    assert np.array_equal(odd[0], whole[0])
    assert jpeg.decode(jpeg.START + b"nothing") is None


def notes(**tags: str | bytes) -> bytes:
    exif = Image.Exif()
    numbers = {"taken": 0x9003, "zone": 0x9011, "fraction": 0x9291, "digitized": 0x9004, "digitized_zone": 0x9012}
    exif.get_ifd(0x8769).update({numbers[name]: text for name, text in tags.items()})
    exif[0x0112] = 6
    return exif.tobytes()


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


NOON = datetime(2026, 5, 4, 12, 0, 0)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"taken": "2026:05:04 12:00:00"}, (NOON, None)),
        ({"taken": b"2026:05:04 12:00:00\0"}, (NOON, None)),
        ({"taken": "2026-05-04T12:00:00 "}, (NOON, None)),
        ({"taken": "2026:05:04 12:00:00", "fraction": "25"}, (NOON.replace(microsecond=250_000), None)),
        ({"taken": "2026:05:04 12:00:00", "fraction": "1234567"}, (NOON.replace(microsecond=123_456), None)),
        ({"taken": "2026:05:04 12:00:00", "fraction": "x"}, (NOON, None)),
        ({"taken": "2026:05:04 12:00:00", "zone": "-04:30"}, (NOON, timedelta(hours=-4, minutes=-30))),
        ({"taken": "2026:05:04 12:00:00", "zone": "+0530"}, (NOON, timedelta(hours=5, minutes=30))),
        ({"taken": "2026:05:04 12:00:00", "zone": "+14:00"}, (NOON, timedelta(hours=14))),
        ({"taken": "2026:05:04 12:00:00", "zone": "+14:01"}, (NOON, None)),
        ({"taken": "2026:05:04 12:00:00", "zone": "+05:60"}, (NOON, None)),
        ({"taken": "2026:13:04 12:00:00", "digitized": "2026:05:04 12:00:00"}, (NOON, None)),
        (
            {"digitized": "2026:05:04 12:00:00", "digitized_zone": "+02:00", "zone": "+01:00"},
            (NOON, timedelta(hours=2)),
        ),
        ({"taken": "2026:05:04"}, (None, None)),
    ],
)
def test_when_a_picture_was_taken_as_its_notes_say(
    tags: dict[str, str | bytes], expected: tuple[datetime | None, timedelta | None]
) -> None:
    assert read_exif(webp((b"EXIF", notes(**tags)))) == Exif(6, *expected)


@pytest.mark.parametrize(
    "data",
    [
        webp((b"VP8 ", b"odd"), (b"EXIF", notes(taken="2026:05:04 12:00:00"))),
        webp((b"VP8 ", b"even"), (b"EXIF", notes(taken="2026:05:04 12:00:00")), (b"XMP ", b"more")),
        jpeg.START
        + NOTE
        + b"\xff\xe1"
        + (len(notes(taken="2026:05:04 12:00:00")) + 2).to_bytes(2)
        + notes(taken="2026:05:04 12:00:00")
        + sample()[2:],
    ],
)
def test_notes_are_found_behind_other_parts(data: bytes) -> None:
    assert read_exif(data) == Exif(6, NOON)
    assert read_exif(webp((b"VP8 ", b"even"))) == read_exif(b"nothing") == Exif()
    # A TIFF is itself a block of notes, in either order of bytes.
    alone = notes(taken="2026:05:04 12:00:00")[6:]
    assert read_exif(alone) == Exif(6, NOON)
    assert read_exif(b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 8, 0, 0)) == Exif(8)
    # Of another kind of file these are no notes.
    noted = webp((b"EXIF", notes(taken="2026:05:04 12:00:00")))
    assert read_exif(noted.replace(b"RIFF", b"RIFX")) == read_exif(noted.replace(b"WEBP", b"WAVE")) == Exif()


def ftyp(major: bytes, *others: bytes, minor: bytes = b"\0\0\0\0", told: int | None = None) -> bytes:
    body = b"ftyp" + major + minor + b"".join(others)
    return (len(body) + 4 if told is None else told).to_bytes(4) + body


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        *((ftyp(brand), "AVIF") for brand in (b"avif", b"avis")),
        *((ftyp(brand), "HEIC") for brand in (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis")),
        *((ftyp(brand), "HEIC") for brand in (b"mif1", b"msf1", b"mif2", b"mif3")),
        (ftyp(b"mif1", b"heic", b"avif"), "AVIF"),
        (ftyp(b"isom", b"mp42", b"heic"), "HEIC"),
        (ftyp(b"isom", b"heic", b"mp42"), "HEIC"),
        (ftyp(b"isom", b"avif", b"mp42"), "AVIF"),
        (ftyp(b"isom", b"mp42"), None),
        # The version is no brand, nor is what stands across two, or behind the box.
        (ftyp(b"heic", minor=b"avif"), "HEIC"),
        (ftyp(b"isom", minor=b"heic"), None),
        (ftyp(b"isom", b"aahe", b"icaa"), None),
        (ftyp(b"isom", b"mp42", b"heic", told=20), None),
        (ftyp(b"isom", *[b"mp42"] * 123, b"heic"), "HEIC"),
        (ftyp(b"isom", *[b"mp42"] * 124, b"heic"), None),
        (ftyp(b"heic").replace(b"ftyp", b"styp"), None),
        (b"", None),
    ],
)
def test_a_picture_in_a_media_file_is_known_by_its_brands(data: bytes, kind: str | None) -> None:
    assert heif.kind_of(data) == kind


def chunk(kind: bytes, body: bytes = b"", *, damaged: bool = False) -> bytes:
    crc = zlib.crc32(kind + body) ^ damaged
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


HEAD, TAIL, NOTES = chunk(b"IHDR", b"head"), chunk(b"IEND"), chunk(b"eXIf", b"notes")


@pytest.mark.parametrize(
    ("chunks", "kept", "noted"),
    [
        ([HEAD, TAIL], [HEAD, TAIL], None),
        ([HEAD, chunk(b"iCCP", b"odd"), NOTES, TAIL], [HEAD, NOTES, TAIL], b"notes"),
        *(
            ([HEAD, chunk(kind, b"x"), TAIL], [HEAD, chunk(kind, b"x"), TAIL], None)
            for kind in (b"PLTE", b"IDAT", b"tRNS", b"acTL", b"fcTL", b"fdAT")
        ),
        ([HEAD, chunk(b"tEXt", b"x", damaged=True), TAIL], [HEAD, TAIL], None),
        ([HEAD, chunk(b"eXIf", b"x", damaged=True), TAIL], [HEAD, TAIL], b"x"),
        ([HEAD, chunk(b"IDAT", b"x", damaged=True), TAIL], None, None),
        ([HEAD, chunk(b"IDAT", b"cut off")[:-1]], None, None),
        ([HEAD, chunk(b"IDAT", b"cut off")[:11]], [HEAD], None),
        ([HEAD, TAIL, NOTES, HEAD], [HEAD, TAIL], b"notes"),
        ([], [], None),
    ],
)
def test_of_a_png_is_kept_what_its_pixels_need(
    chunks: list[bytes], kept: list[bytes] | None, noted: bytes | None
) -> None:
    data = png.SIGNATURE + b"".join(chunks)
    assert png.essential(data) == (None if kept is None else png.SIGNATURE + b"".join(kept))
    assert png.exif_of(data) == noted


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_what_is_no_part_of_a_jpeg_changes_no_pixel(mode: str) -> None:
    file = io.BytesIO()
    noise = np.random.default_rng(2).integers(0, 255, (32, 48, 3), np.uint8)
    Image.fromarray(noise).convert(mode).save(file, "JPEG", quality=90)
    data = file.getvalue()
    place = data.index(b"\xff\xdb")
    whole = jpeg.decode(data)
    # A wrong profile and a note, with bytes behind them that belong to nothing.
    odd = jpeg.decode(data[:place] + b"\xff\xe2\0\x04ab" + b"zz" + b"\xff\xfe\0\x04ab" + b"zz" + data[place:])
    assert whole is not None
    assert odd is not None
    assert np.array_equal(odd[0], whole[0])
    assert (odd[1], whole[1]) == (None, None)
