"""A Hikvision camera's list of plates: each is stored once, whatever was fetched before, with its picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import ingest.pulling.plates
from ingest.pulling.marks import Mark
from ingest.server.reads import vendor_message
from ingest.vendors.registry import adapter_of
from schemas.settings import IngestSource
from tests.unit.ingest.pulling.device import PASSWORD, USER, Asked, Device, answered
from tests.unit.ingest.pulling.pulled import pulling, source_of, stored, until
from tests.unit.ingest.vendors.messages import JPEG

Send = Callable[[bytes], None]


class Camera:
    """Keeps plates by their time, and says those after a time as the firmware does."""

    def __init__(self, *, json: bool = False) -> None:
        self.plates: list[tuple[datetime, str]] = []
        self.problem: bytes | None = None
        self.picture = answered(JPEG, "image/jpeg")
        self.fetched: list[str] = []
        self.afters: list[str] = []
        self.json = json
        self.device = Device(self.answer)

    def saw(self, plate: str, at: datetime | None = None) -> None:
        self.plates.append((at or datetime.now(UTC).replace(tzinfo=None), plate))

    def answer(self, asked: Asked, send: Send) -> None:
        if asked.method == "GET":
            self.fetched.append(asked.path)
            send(self.picture)
            return
        assert asked.path == "/ISAPI/Traffic/channels/1/vehicleDetect/plates"
        assert "content-type: application/xml" in asked.head.lower()
        found = re.search(rb"<AfterTime><picTime>(\d{18})</picTime></AfterTime>", asked.body)
        assert found is not None
        self.afters.append(found[1].decode())
        after = datetime.strptime(found[1][:14].decode(), "%Y%m%d%H%M%S")
        send(self.problem or answered(self.listed([one for one in self.plates if one[0] >= after]).encode()))

    def listed(self, plates: list[tuple[datetime, str]]) -> str:
        entries = [
            {
                "captureTime": f"{at:%Y%m%dT%H%M%S}0000",
                "plateNumber": plate,
                "picName": name_of(at),
                "country": "USA",
                "laneNo": "1",
                "direction": "forward",
            }
            for at, plate in plates
        ]
        if self.json:
            return str({"Plates": {"Plate": entries}}).replace("'", '"')
        inner = "".join(
            "<Plate>" + "".join(f"<{key}>{value}</{key}>" for key, value in entry.items()) + "</Plate>"
            for entry in entries
        )
        return f'<?xml version="1.0"?><Plates version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">{inner}</Plates>'


def name_of(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03}0"


def source(camera: Camera, **more: Any) -> IngestSource:
    url = camera.device.url.replace("http://", f"http://{USER}:{PASSWORD.replace('@', '%40').replace(' ', '%20')}@")
    pull = {"kind": "hikvision_plates", "url": url, "every_seconds": 0.2}
    return source_of("hikvision", pull | more, timezone="UTC")


def plates(folder: Path) -> list[tuple[str, bool]]:
    """Return what is stored, each with whether it has a picture, as the adapter understands it."""
    found = []
    for message in stored(folder):
        asked = vendor_message(message)
        one = source_of("hikvision", {"kind": "hikvision_plates", "url": "http://a"}, timezone="UTC")
        adapter_of("hikvision").validate(asked, one)
        found += [(read.plate, read.plate_picture == JPEG) for read in adapter_of("hikvision").parse(asked, one).reads]
    return found


@pytest.mark.parametrize("json", [False, True])
def test_each_plate_is_stored_once_with_its_picture(tmp_path: Path, json: bool) -> None:
    camera = Camera(json=json)
    camera.saw("OLD1111", datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=3))
    camera.saw("AAA1111", datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=10))
    with camera.device, pulling(source(camera), tmp_path) as reader:
        until(lambda: reader.state.received == 1)
        camera.saw("BBB2222")
        camera.saw("CCC3333")
        until(lambda: reader.state.received == 3)
        asked = len(camera.afters)
        until(lambda: len(camera.afters) > asked + 3)
        assert (reader.state.received, reader.state.connections, reader.state.problem) == (3, 1, None)
        # The challenge is remembered: not every question is asked twice.
        assert camera.device.refused == 1
    assert plates(tmp_path) == [("AAA1111", True), ("BBB2222", True), ("CCC3333", True)]
    assert camera.fetched[0] == f"/doc/ui/images/plate/{name_of(camera.plates[1][0])}.jpg"


def test_it_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    camera = Camera()
    long_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=9)
    with camera.device:
        Mark(tmp_path / "inbox" / "pull-gate.json").add("x", long_ago)
        mark = Mark(tmp_path / "inbox" / "pull-gate.json")
        mark.add("x", long_ago)
        mark.save()
        camera.saw("AAA1111", long_ago + timedelta(hours=1))
        camera.saw("BBB2222", long_ago + timedelta(days=5))
        with pulling(source(camera), tmp_path) as reader:
            until(lambda: reader.state.received == 2)
        camera.saw("CCC3333")
        with pulling(source(camera), tmp_path) as reader:
            until(lambda: reader.state.received == 1)
    assert [plate for plate, _ in plates(tmp_path)] == ["AAA1111", "BBB2222", "CCC3333"]


def test_a_clock_that_is_set_back_by_an_hour_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.pulling.plates, "DEEP_SECONDS", 0.3)
    camera = Camera()
    camera.saw("AAA1111")
    with camera.device, pulling(source(camera), tmp_path) as reader:
        until(lambda: reader.state.received == 1)
        camera.saw("BBB2222", datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=59))
        until(lambda: reader.state.received == 2)
        asked = len(camera.afters)
        until(lambda: len(camera.afters) > asked + 5)
        assert reader.state.received == 2


def test_a_clock_that_was_years_ahead_does_not_end_it(tmp_path: Path) -> None:
    camera = Camera()
    camera.saw("AAA1111", datetime(2036, 1, 1, 12))
    with camera.device, pulling(source(camera), tmp_path) as reader:
        until(lambda: reader.state.received == 1)
        camera.saw("BBB2222")
        until(lambda: reader.state.received == 2)
        asked = len(camera.afters)
        until(lambda: len(camera.afters) > asked + 4)
        assert reader.state.received == 2


def test_an_entry_without_a_time_is_stored_and_moves_nothing(tmp_path: Path) -> None:
    camera = Camera()
    camera.listed = lambda _: "<Plates><Plate><plateNumber>AAA1111</plateNumber></Plate></Plates>"  # type: ignore[method-assign]
    with camera.device, pulling(source(camera), tmp_path) as reader:
        until(lambda: len(camera.afters) > 3)
        assert (reader.state.received, reader.state.problem) == (1, None)


def test_two_plates_of_one_moment_are_two(tmp_path: Path) -> None:
    camera = Camera()
    at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    camera.listed = lambda _: (  # type: ignore[method-assign]
        f"<Plates><Plate><captureTime>{at:%Y%m%dT%H%M%S}</captureTime><plateNumber>AAA1111</plateNumber></Plate>"
        f"<Plate><captureTime>{at:%Y%m%dT%H%M%S}</captureTime><plateNumber>BBB2222</plateNumber></Plate></Plates>"
    )
    with camera.device, pulling(source(camera), tmp_path) as reader:
        until(lambda: len(camera.afters) > 3)
        assert reader.state.received == 2
    assert [plate for plate, _ in plates(tmp_path)] == ["AAA1111", "BBB2222"]
    assert camera.fetched == []


@pytest.mark.parametrize(
    "picture",
    [
        answered(b"", status="404 Not Found"),
        answered(b"<html>", "text/html"),
        answered(b"\xff\xd8\xff" + b"x" * (11 << 20), "image/jpeg"),
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n\xff\xd8\xff",
    ],
)
def test_a_picture_that_cannot_be_had_stops_no_read(tmp_path: Path, picture: bytes) -> None:
    camera = Camera()
    camera.picture = picture
    for number in range(3):
        camera.saw(f"AAA{number}111", datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=number))
    with camera.device, pulling(source(camera), tmp_path) as reader:
        until(lambda: reader.state.received == 3)
        assert reader.state.problem is None
    assert [has for _, has in plates(tmp_path)] == [False] * 3
    assert len(camera.fetched) == 1


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (
            answered(b"<ResponseStatus><statusString>Invalid Operation</statusString></ResponseStatus>"),
            "Invalid Operation",
        ),
        (answered(b"<Plates><Plate>"), "a list that cannot be read"),
        (answered(b"", status="404 Not Found"), "is this the right kind, and channel"),
        (answered(b"", status="500 No"), "status 500"),
        (answered(b"<!DOCTYPE a [<!ENTITY b 'c'>]><Plates/>"), "DOCTYPE"),
    ],
)
def test_what_is_no_list_is_said_and_goes_over(tmp_path: Path, problem: bytes, words: str) -> None:
    camera = Camera()
    camera.problem = problem
    with camera.device, pulling(source(camera), tmp_path) as reader:
        until(lambda: reader.state.problem)
        assert words in str(reader.state.problem)
        camera.problem = None
        camera.saw("AAA1111")
        until(lambda: reader.state.received == 1 and reader.state.problem is None)


def test_a_damaged_mark_is_none(tmp_path: Path) -> None:
    path = tmp_path / "mark.json"
    for text in ("", "{", "[]", '{"at": 5, "seen": {}}', '{"at": "2026-01-01T00:00:00", "seen": []}'):
        path.write_text(text)
        assert Mark.load(path).at is None
    mark = Mark(path)
    for number in range(50):
        mark.add(f"name {number}", datetime(2026, 1, 1) + timedelta(minutes=10 * number))
    mark.save()
    assert path.stat().st_mode & 0o777 == 0o600
    again = Mark.load(path)
    assert again.at == datetime(2026, 1, 1, 8, 10)
    assert [again.has(f"name {number}") for number in (49, 31, 30, 0)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("mark", "moment", "known"),
    [
        ("2026-10-31T12:00:00", "2026-10-31T12:00:05-04:00", "2026-10-31T12:00:00"),
        # Put back at two: an hour is seen once more, and for an hour the clock is behind the mark.
        ("2026-11-01T01:59:50", "2026-11-01T01:00:10-05:00", "2026-11-01T01:00:10"),
        ("2026-11-01T01:59:50", "2026-11-01T01:59:58-05:00", "2026-11-01T01:59:50"),
        ("2026-11-01T02:10:00", "2026-11-01T02:10:05-05:00", "2026-11-01T02:10:00"),
        # Put forward, or of a clock that is simply ahead: as ever.
        ("2026-03-08T01:59:50", "2026-03-08T03:00:10-04:00", "2026-03-08T01:59:50"),
        ("2026-07-01T13:00:00", "2026-07-01T12:00:00-04:00", "2026-07-01T13:00:00"),
    ],
)
def test_plates_of_the_hour_that_comes_twice_are_asked_for_at_once(mark: str, moment: str, known: str) -> None:
    now = datetime.fromisoformat(moment).astimezone(ZoneInfo("America/New_York"))
    found = ingest.pulling.plates.newest_known(datetime.fromisoformat(mark), now)
    assert found == datetime.fromisoformat(known)
