"""Which parts of a device's stream are one message, and which texts may be a read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ingest.pulling import gathering as module
from ingest.pulling.events import judged, pictures_of
from ingest.pulling.gathering import Gathering, Use
from ingest.pulling.stream_parts import StreamPart
from ingest.pulling.telling import Telling
from ingest.vendors.parts.multipart import split_parts
from tests.unit.ingest.vendors.messages import JPEG

READ, OTHER, SIGN = b"<anpr/>", b"<eventType>vmd</eventType>", b"<heartbeat/>"


class Kept:
    """What is stored, told and refused."""

    def __init__(self) -> None:
        self.largest = 5_000
        self.telling = Telling()
        self.stored: list[list[bytes]] = []
        self.refused: list[str] = []
        self.messages: list[tuple[bytes, str]] = []

    def message(self, body: bytes, content_type: str = "") -> Any:
        return body, content_type

    def store(self, messages: list[Any]) -> None:
        self.messages += messages
        for body, kind in messages:
            parts = split_parts(body, kind).parts if kind.startswith("multipart/mixed") else ()
            self.stored.append([part.body for part in parts] or [body])

    def refuse(self, reason: str) -> None:
        self.refused.append(reason)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=100.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(module, "time", clock)
    return clock


def text(body: bytes) -> StreamPart:
    return StreamPart(body, {"content-type": "application/xml"})


def picture(body: bytes = JPEG, **headers: str) -> StreamPart:
    return StreamPart(body, headers)


@pytest.mark.parametrize(
    ("parts", "stored", "waiting", "other", "signs"),
    [
        ([text(READ)], [], [[READ]], 0, False),
        ([text(READ), text(b"<plate/>")], [[READ]], [[b"<plate/>"]], 0, False),
        ([text(READ), picture(), picture(b"RIFF")], [], [[READ, JPEG, b"RIFF"]], 0, False),
        ([text(READ), picture(), text(OTHER), picture(), picture()], [[READ, JPEG]], [], 3, True),
        ([text(READ), picture(), text(SIGN)], [[READ, JPEG]], [], 0, True),
        ([text(READ), StreamPart(b" \r\n"), picture()], [], [[READ, JPEG]], 0, True),
        ([picture(), text(READ)], [], [[READ]], 1, True),
        ([text(READ), picture(b"bytes", **{"content-type": "Image/JPEG"})], [], [[READ, b"bytes"]], 0, False),
        # It says how many pictures follow, and is whole with the last.
        ([text(b"<anpr/><picNum>2</picNum>"), picture()], [], [[b"<anpr/><picNum>2</picNum>", JPEG]], 0, False),
        (
            [text(b"<anpr/><picNum>2</picNum>"), picture(), picture(b"RIFF"), picture()],
            [[b"<anpr/><picNum>2</picNum>", JPEG, b"RIFF"]],
            [],
            1,
            True,
        ),
        ([text(b"<anpr/><picNum>0</picNum>")], [[b"<anpr/><picNum>0</picNum>"]], [], 0, False),
    ],
)
def test_a_text_and_the_pictures_that_follow_it_are_one_message(
    parts: list[StreamPart], stored: list[list[bytes]], waiting: list[list[bytes]], other: int, *, signs: bool
) -> None:
    kept: Any = Kept()
    gathered = Gathering(kept, judged, pictures_of)
    for part in parts:
        gathered.add(part)
    assert kept.stored == stored
    gathered.store()
    gathered.store()
    assert kept.stored == stored + waiting
    state = kept.telling.state
    assert (state.other, state.signed_at is not None, kept.refused) == (other, signs, [])


def test_a_message_has_the_headers_that_adapters_look_at() -> None:
    kept: Any = Kept()
    gathered = Gathering(kept, judged, pictures_of)
    disposition = 'form-data; name="licensePlatePicture.jpg"'
    gathered.add(text(READ))
    gathered.add(picture(JPEG, **{"content-disposition": disposition, "content-id": "p", "x-secret": "s"}))
    gathered.store()
    ((body, kind),) = kept.messages
    said = [part.headers for part in split_parts(body, kind).parts]
    assert said == [
        {"content-type": "application/xml", "content-length": str(len(READ))},
        {"content-disposition": disposition, "content-id": "p", "content-length": str(len(JPEG))},
    ]
    gathered.add(text(READ))
    gathered.store()
    assert kept.messages[1:] == [(READ, "application/xml")]


@pytest.mark.parametrize(("pause", "is_stored"), [(0.59, False), (0.6, True)])
def test_a_message_is_whole_when_nothing_came_for_a_while(
    clock: SimpleNamespace, pause: float, *, is_stored: bool
) -> None:
    kept: Any = Kept()
    gathered = Gathering(kept, judged, pictures_of)
    gathered.tick()
    gathered.add(text(READ))
    clock.now += 0.5
    gathered.add(picture())
    clock.now = round(clock.now + pause, 3) + 1e-6
    gathered.tick()
    assert kept.stored == ([[READ, JPEG]] if is_stored else [])


def test_a_message_has_so_many_pictures_and_bytes() -> None:
    kept: Any = Kept()
    gathered = Gathering(kept, judged, pictures_of)
    gathered.add(text(READ))
    for _ in range(17):
        gathered.add(picture(b"RIFF"))
    gathered.store()
    assert [len(one) for one in kept.stored] == [1 + 16]
    assert len(kept.refused) == 1
    gathered.add(text(READ))
    gathered.add(picture(b"RIFF" + b"x" * (kept.largest - len(READ) - 4)))
    gathered.add(picture(b"RIFF"))
    gathered.store()
    gathered.add(text(READ))
    gathered.add(picture(b"RIFF" + b"x" * (kept.largest - len(READ) - 3)))
    gathered.add(picture(b"RIFF"))
    gathered.store()
    assert [list(map(len, one)) for one in kept.stored[1:]] == [
        [len(READ), kept.largest - len(READ)],
        [len(READ), 4],
    ]
    assert len(kept.refused) == 3


@pytest.mark.parametrize(
    ("said", "use"),
    [
        *((each, Use.READ) for each in (b"<ANPR/>", b'{"plateNumber": 1}', b"TrafficCar", b"vehicleDetection")),
        *((each, Use.SIGN) for each in (b"HeartBeat", b"<eventType>videoloss</eventType>")),
        # A loss of video that speaks of a plate is a read.
        (b"<eventType>videoloss</eventType><plate/>", Use.READ),
        *((each, Use.OTHER) for each in (b"<eventType>VMD", b"<n:eventType >", b'"eventType": "VMD"')),
        *((each, Use.OTHER) for each in (b"\n Code=VideoMotion;action=Start", b"Events[0].Code=A")),
        *((each, Use.OTHER) for each in (b"Events[0].EventBaseInfo.Code=A",)),
        # Nobody knows what it is: it may be a read.
        *((each, Use.READ) for each in (b"hello", b"x Code=A;", b"<myeventTypes>")),
    ],
)
def test_what_a_text_of_a_stream_is(said: bytes, use: Use) -> None:
    assert judged(said) is use


@pytest.mark.parametrize(
    ("said", "count"),
    [
        *((b"<picNum>2</picNum>", 2), (b"<n:picNum> 12 </n:picNum>", 12), (b'"picNum": 3', 3), (b'"picNum":"0"', 0)),
        *((b"<picNum></picNum>", None), (b"<picNum>123</picNum>", None), (b"picNum", None)),
    ],
)
def test_how_many_pictures_follow(said: bytes, count: int | None) -> None:
    assert pictures_of(said) == count
