"""When pictures were taken, as their cameras note it: believed where it can be."""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import PIL.Image
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.exif import Exif, read_exif, when_taken
from ingest.image_folder import ImageFolderSource
from schemas.errors import ConfigurationError
from schemas.settings import ImageFolderCamera, Settings, load_settings

TAKEN, ZONE, FRACTION, DIGITIZED, CHANGED = 0x9003, 0x9011, 0x9291, 0x9004, 0x0132
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LOCAL = datetime(2026, 5, 4, 12, 0)


@pytest.fixture(autouse=True)
def machine_in_virginia(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def picture(kind: str = "JPEG", main: dict[int, object] | None = None, **tags: str) -> bytes:
    pillow_heif.register_heif_opener()
    image = PIL.Image.fromarray(np.full((64, 64, 3), 90, np.uint8))
    exif = image.getexif()
    names = {"taken": TAKEN, "zone": ZONE, "fraction": FRACTION, "digitized": DIGITIZED}
    exif.get_ifd(0x8769).update({names[name]: value for name, value in tags.items()})
    exif.update({0x010F: "a maker"} | (main or {}))
    file = io.BytesIO()
    image.save(file, kind, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_the_time_is_found_in_pictures_of_every_kind(kind: str) -> None:
    exif = read_exif(picture(kind, taken="2026:05:04 08:00:01", zone="-04:00", fraction="25"))
    assert exif.taken_at == LOCAL.replace(hour=8, second=1, microsecond=250_000)
    assert exif.offset == timedelta(hours=-4)


@pytest.mark.parametrize(
    "noted", ["", "0000:00:00 00:00:00", "    :  :     :  :  ", "2026:13:45 08:00:00", "yesterday"]
)
def test_a_time_that_is_none_is_none(noted: str) -> None:
    assert read_exif(picture(taken=noted)).taken_at is None


def test_the_time_of_the_last_change_is_not_when_it_was_taken() -> None:
    assert read_exif(picture(main={CHANGED: "2026:05:04 08:00:01"})).taken_at is None
    assert read_exif(picture(digitized="2026:05:04 12:00:00")).taken_at == LOCAL


@given(st.binary(max_size=120), st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_damaged_notes_are_no_notes(data: bytes, start: bytes) -> None:
    block = b"Exif\0\0" + start + data
    plain = picture()
    exif = read_exif(plain[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2) + block + plain[2:])
    assert exif.orientation in range(1, 9)


@pytest.mark.parametrize(
    ("noted", "zone", "written", "expected", "words"),
    [
        (Exif(1, LOCAL, timedelta(hours=-4)), None, NOON + timedelta(days=9), NOON + timedelta(hours=4), ""),
        (Exif(1, LOCAL), "America/Chicago", NOON + timedelta(days=9), NOON + timedelta(hours=5), ""),
        # Written twelve seconds after it was taken, by a machine in another zone.
        (Exif(1, LOCAL), None, NOON + timedelta(hours=7, seconds=12), NOON + timedelta(hours=7), "files' own times"),
        (Exif(1, LOCAL), None, NOON - timedelta(hours=5.5, seconds=-2), NOON - timedelta(hours=5.5), "files' own"),
        # Copied here days later: nothing tells the zone but the machine's own.
        (Exif(1, LOCAL), None, NOON + timedelta(days=9), NOON + timedelta(hours=4), "EDT"),
        # Five minutes it may take to be written, and no zone is farther away than fourteen hours.
        (Exif(1, LOCAL), None, NOON + timedelta(hours=7, minutes=5), NOON + timedelta(hours=7), "files' own"),
        (Exif(1, LOCAL), None, NOON + timedelta(hours=7, minutes=5, seconds=1), NOON + timedelta(hours=4), "EDT"),
        (Exif(1, LOCAL), None, NOON + timedelta(hours=7, minutes=-1), NOON + timedelta(hours=4), "EDT"),
        (Exif(1, LOCAL), None, NOON + timedelta(hours=14), NOON + timedelta(hours=14), "files' own"),
        (Exif(1, LOCAL), None, NOON + timedelta(hours=14, minutes=15), NOON + timedelta(hours=4), "EDT"),
        (Exif(1, LOCAL), None, NOON - timedelta(hours=14), NOON - timedelta(hours=14), "files' own"),
    ],
)
def test_the_zone_is_noted_set_told_or_the_machines(
    noted: Exif, zone: str | None, written: datetime, expected: datetime, words: str
) -> None:
    taken = when_taken(noted, written, written, ZoneInfo(zone) if zone else None)
    assert taken is not None
    assert taken.at == expected
    assert words in taken.zone
    assert bool(words) == bool(taken.zone)


@pytest.mark.parametrize("year", [1, 1970, 1980, 1999, 2027, 2036, 9999])
def test_a_time_that_cannot_be_is_not_believed(year: int) -> None:
    assert when_taken(Exif(1, LOCAL.replace(year=year)), NOON, NOON, None) is None
    assert when_taken(Exif(1, LOCAL.replace(year=year), timedelta(hours=14)), NOON, NOON, None) is None
    assert when_taken(Exif(), NOON, NOON, None) is None


@pytest.mark.parametrize(
    ("taken", "written", "arrived", "is_believed"),
    [
        (datetime(2000, 1, 2), NOON, NOON, True),
        (datetime(2000, 1, 1, 23, 59, 59), NOON, NOON, False),
        (LOCAL + timedelta(hours=1), NOON, NOON, True),
        (LOCAL + timedelta(hours=1, seconds=1), NOON, NOON, False),
        (LOCAL + timedelta(hours=1, seconds=1), NOON + timedelta(seconds=1), NOON, True),
        (LOCAL + timedelta(hours=1, seconds=1), NOON, NOON + timedelta(seconds=1), True),
    ],
)
def test_a_clock_is_neither_older_nor_much_ahead(
    taken: datetime, written: datetime, arrived: datetime, *, is_believed: bool
) -> None:
    assert (when_taken(Exif(1, taken, timedelta()), written, arrived, None) is not None) is is_believed


def test_a_file_whose_own_time_was_lost_is_no_reason_to_doubt_the_camera() -> None:
    taken = when_taken(Exif(1, LOCAL, timedelta()), datetime(1980, 1, 1, tzinfo=UTC), NOON + timedelta(days=1), None)
    assert taken is not None
    assert taken.at == NOON


def put(path: Path, data: bytes, moment: datetime) -> None:
    path.write_bytes(data)
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_a_folders_pictures_have_their_cameras_times_and_doubts_are_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        put(tmp_path / f"a{number}.jpg", picture(taken=f"2026:05:04 07:0{number}:00"), NOON + timedelta(minutes=number))
        put(tmp_path / f"b{number}.jpg", picture(taken="2036:05:04 07:00:00"), NOON + timedelta(hours=1))
    put(tmp_path / "c.jpg", picture(), NOON + timedelta(hours=2))
    source = ImageFolderSource(ImageFolderCamera(id="lot", path=tmp_path))
    with caplog.at_level(logging.WARNING):
        times = {item.name: frame.captured_at for item in source.items() for frame in source.frames(item)}
    assert [times[f"a{number}.jpg"] for number in range(3)] == [NOON + timedelta(minutes=n) for n in range(3)]
    assert times["b0.jpg"] == NOON + timedelta(hours=1)
    assert times["c.jpg"] == NOON + timedelta(hours=2)
    zone, clock = sorted(record.getMessage() for record in caplog.records)[::-1]
    assert "taken in UTC-05:00, as the files' own times tell" in zone + clock
    assert "notes a time of 2036-05-04 07:00:00, which cannot be when it was taken" in zone + clock


def test_a_cameras_zone_is_a_zone(tmp_path: Path) -> None:
    config = tmp_path / "a.toml"
    table = '[[cameras]]\nid = "a"\ntype = "image_folder"\npath = "."\ntimezone = "{}"\n'
    config.write_text(table.format("America/Chicago"))
    assert isinstance(load_settings(config), Settings)
    config.write_text(table.format("Mars/Olympus"))
    with pytest.raises(ConfigurationError, match="'Mars/Olympus' is no time zone, expected one like America/New_York"):
        load_settings(config)


@pytest.mark.parametrize(
    ("noted", "written", "taken"),
    [
        # Half past one comes twice; the file says which one it was.
        ("2026-11-01T01:30", "2026-11-01T01:30:02-04:00", "2026-11-01T01:30-04:00"),
        ("2026-11-01T01:30", "2026-11-01T01:30:02-05:00", "2026-11-01T01:30-05:00"),
        ("2026-11-01T01:30", "2026-11-01T09:00:00-05:00", "2026-11-01T01:30-05:00"),
        ("2026-11-01T00:30", "2026-11-01T09:00:00-05:00", "2026-11-01T00:30-04:00"),
        ("2026-11-01T01:30", "2026-11-01T01:25:00-05:00", "2026-11-01T01:30-05:00"),
        ("2026-11-01T01:30", "2026-11-01T01:24:59-05:00", "2026-11-01T01:30-04:00"),
        # A clock that was not put forward shows an hour that does not exist.
        ("2026-03-08T02:30", "2026-03-08T03:30:02-04:00", "2026-03-08T02:30-05:00"),
    ],
)
def test_a_time_that_comes_twice_is_told_apart_by_its_file(noted: str, written: str, taken: str) -> None:
    written_at = datetime.fromisoformat(written).astimezone(UTC)
    found = when_taken(Exif(1, datetime.fromisoformat(noted)), written_at, written_at, ZoneInfo("America/New_York"))
    assert found is not None
    assert found.at == datetime.fromisoformat(taken)
