"""Hikvision's and Dahua's streams of events, from devices that ask for Digest and do everything wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ingest.pulling.events
from ingest.server.reads import vendor_message
from ingest.vendors.registry import adapter_of
from schemas.settings import IngestSource
from tests.unit.ingest.pulling.device import (
    ALIVE,
    MOTION,
    PASSWORD,
    USER,
    Asked,
    Device,
    answered,
    dahua_event,
    hikvision_event,
    part,
    stream_head,
)
from tests.unit.ingest.pulling.pulled import pulling, source_of, stored, until
from tests.unit.ingest.vendors.messages import JPEG, jpeg

Send = Callable[[bytes], None]
SCENE = jpeg(400, 300)


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    return path


def named(name: str) -> str:
    return f'image/jpeg\r\nContent-Disposition: form-data; name="{name}"'


def hikvision(device: Device, password: Path, **more: Any) -> IngestSource:
    pull = {"kind": "hikvision_stream", "url": device.url, "user": USER, "password_file": str(password)}
    return source_of("hikvision", pull | more)


def dahua(device: Device, password: Path, **more: Any) -> IngestSource:
    pull = {"kind": "dahua", "url": device.url, "user": USER, "password_file": str(password)}
    return source_of("dahua", pull | more)


def reads(folder: Path, source: IngestSource) -> list[tuple[str, bool, bool]]:
    """Return plate and pictures of what is in the inbox, as the vendor's adapter understands it."""
    found = []
    for message in stored(folder):
        parsed = adapter_of(source.vendor).parse(vendor_message(message), source)
        found += [(one.plate, one.plate_picture is not None, one.context_picture is not None) for one in parsed.reads]
    return found


def test_hikvision_events_are_stored_with_their_pictures_and_others_are_not(tmp_path: Path, password: Path) -> None:
    def answer(asked: Asked, send: Send) -> None:
        send(stream_head() + part(ALIVE) + part(MOTION) + part(b"", "image/jpeg"))
        send(part(hikvision_event("ABC1234", pictures=2)) + part(JPEG, named("licensePlatePicture.jpg")))
        send(part(SCENE, named("detectionPicture.jpg")))
        send(part(hikvision_event("XYZ9876")) + part(ALIVE))
        send(part(hikvision_event("LAST111")))
        device.wait(20)

    with Device(answer) as device, pulling(source := hikvision(device, password), tmp_path) as reader:
        until(lambda: reader.state.received == 3)
        state = reader.state
        assert (state.problem, state.connections, state.refused, device.refused) == (None, 1, 0, 1)
        assert state.other == 1
        assert device.asked[0].path == "/ISAPI/Event/notification/alertStream"
    assert reads(tmp_path, source) == [("ABC1234", True, True), ("XYZ9876", False, False), ("LAST111", False, False)]


def test_dahua_events_are_stored_with_their_pictures(tmp_path: Path, password: Path) -> None:
    def answer(asked: Asked, send: Send) -> None:
        send(stream_head("cut", "multipart/x-mixed-replace") + part(b"Heartbeat\r\n", "text/plain"))
        send(part(dahua_event("ABC1234", 1), "text/plain") + part(SCENE, "image/jpeg"))
        device.wait(0.3)
        send(part(JPEG, "image/jpeg"))
        device.wait(0.2)
        send(part(b"Heartbeat", "text/plain") + part(dahua_event("XYZ9876", 2), "text/plain", length=None))
        device.wait(20)

    with Device(answer) as device, pulling(source := dahua(device, password, channel=3), tmp_path) as reader:
        until(lambda: reader.state.received == 2)
        assert device.asked[0].path == (
            "/cgi-bin/snapManager.cgi?action=attachFileProc&channel=3&heartbeat=5&Flags[0]=Event&Events=[TrafficJunction]"
        )
    assert [one[0] for one in reads(tmp_path, source)] == ["ABC1234", "XYZ9876"]
    assert b"Heartbeat" not in b"".join(message.body for message in stored(tmp_path))


def test_dahua_without_pictures_is_attached_to_otherwise(tmp_path: Path, password: Path) -> None:
    event = b'Code=TrafficJunction;action=Pulse;index=0;data={"TrafficCar": {"PlateNumber": "ABC1234"}}'

    def answer(asked: Asked, send: Send) -> None:
        send(stream_head() + part(event, "text/plain") + part(b"Code=VideoMotion;action=Start;index=0", "text/plain"))
        device.wait(20)

    codes = ["TrafficJunction", "TrafficGate"]
    with Device(answer) as device:
        source = dahua(device, password, through="events", codes=codes, heartbeat_seconds=7)
        with pulling(source, tmp_path) as reader:
            until(lambda: reader.state.received == 1 and reader.state.other == 1)
        assert device.asked[0].path == (
            "/cgi-bin/eventManager.cgi?action=attach&codes=[TrafficJunction,TrafficGate]&heartbeat=7"
        )
    assert reads(tmp_path, source)[0][0] == "ABC1234"


def test_a_cut_a_half_part_and_a_damaged_one_lose_nothing_else(tmp_path: Path, password: Path) -> None:
    rounds = iter(range(100))

    def answer(asked: Asked, send: Send) -> None:
        number = next(rounds)
        if number == 0:
            send(stream_head() + part(hikvision_event("AAA1111", pictures=2)) + part(JPEG, "image/jpeg")[:-200])
        elif number == 1:
            send(stream_head() + part(hikvision_event("BBB2222"), length=20) + part(b"<ANPR><licensePlate>dam"))
            send(part(hikvision_event("CCC3333", pictures=1)) + part(JPEG, "image/jpeg", length=9_000))
            send(part(hikvision_event("DDD4444", pictures=0)))
        else:
            send(stream_head())
            device.wait(20)

    with Device(answer) as device, pulling(source := hikvision(device, password), tmp_path) as reader:
        until(lambda: reader.state.connections == 3)
        assert reader.state.problem is None
    messages = stored(tmp_path)
    assert len(messages) == 5
    damaged = messages.pop(2)
    assert damaged.body == b"<ANPR><licensePlate>dam"  # its quarantine's
    found = [adapter_of("hikvision").parse(vendor_message(one), source).reads[0].plate for one in messages]
    assert found == ["AAA1111", "BBB2222", "CCC3333", "DDD4444"]


def test_a_stall_is_noticed_in_time_and_the_device_attached_to_again(tmp_path: Path, password: Path) -> None:
    def answer(asked: Asked, send: Send) -> None:
        send(stream_head() + part(ALIVE))
        device.wait(20)

    with Device(answer) as device, pulling(hikvision(device, password, stall_seconds=1), tmp_path) as reader:
        until(lambda: reader.state.connections == 1)
        assert 0.5 < until(lambda: reader.state.problem) < 2.5
        assert "sent nothing for 1 s" in str(reader.state.problem)
        until(lambda: reader.state.connections == 2)


def test_a_part_that_never_gets_whole_is_a_failure(
    tmp_path: Path, password: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.pulling.events, "PART_SECONDS", 0.8)

    def answer(asked: Asked, send: Send) -> None:
        send(stream_head() + b"--cut\r\nContent-Length: 5000\r\n\r\n")
        while not device.is_gone.wait(0.05):
            send(b"x")

    with Device(answer) as device, pulling(hikvision(device, password, stall_seconds=1), tmp_path) as reader:
        until(lambda: reader.state.problem)
        assert "no whole part" in str(reader.state.problem)


@pytest.mark.parametrize(
    ("answer", "words", "is_login"),
    [
        (answered(b"<html>", "text/html"), "answers with text/html", False),
        (answered(b"Error\r\nBad Request", "text/plain", "400 Bad Request"), "status 400", False),
        (answered(b"", status="403 Forbidden"), "forbids", True),
        (answered(b"", status="404 Not Found"), "is not there (404)", False),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://u:hidden@evil/\r\nContent-Length: 0\r\n\r\n",
            "sends elsewhere",
            False,
        ),
        (stream_head() + b"--cut\r\nContent-Length: 3000000000\r\n\r\n", "sends a part of more than 1 MB", False),
        (stream_head() + b"y" * 30_000, "something else than parts", False),
        (b"no HTTP\r\n\r\n", "ended the connection", False),
        (b"", "ended the connection", False),
    ],
)
def test_what_is_no_stream_is_said_in_words(
    tmp_path: Path, password: Path, answer: bytes, words: str, is_login: bool
) -> None:
    with Device(lambda _, send: send(answer)) as device, pulling(hikvision(device, password), tmp_path) as reader:
        until(lambda: reader.state.problem)
        state = reader.state
    assert words in str(state.problem)
    assert state.is_login == is_login
    assert "secret" not in str(state.problem)
    assert "hidden" not in str(state.problem)
    assert len(device.asked) <= 2  # nobody was asked elsewhere


def test_a_wrong_password_is_tried_once(tmp_path: Path) -> None:
    with Device(lambda _, send: send(stream_head())) as device:
        url = f"http://{USER}:wr0ng@127.0.0.1:{device.port}"
        with pulling(source_of("hikvision", {"kind": "hikvision_stream", "url": url}), tmp_path) as reader:
            until(lambda: reader.state.problem)
            time.sleep(1.0)
            assert reader.state.is_login
            assert "refuses user and password (401)" in str(reader.state.problem)
            assert "wr0ng" not in str(reader.state.problem)
        assert device.refused == 2  # without a login, and with it


def test_pictures_that_are_too_much_are_left_out(tmp_path: Path, password: Path) -> None:
    def answer(asked: Asked, send: Send) -> None:
        send(stream_head() + part(dahua_event("ABC1234"), "text/plain"))
        for _ in range(3):
            send(part(b"\xff\xd8\xff" + b"x" * 40_000, "image/jpeg"))
        device.wait(20)

    with Device(answer) as device, pulling(source := dahua(device, password), tmp_path, largest=100_000) as reader:
        until(lambda: reader.state.received == 1)
        assert reader.state.refused == 1
    assert reads(tmp_path, source)[0][0] == "ABC1234"
    assert len(stored(tmp_path)[0].body) < 100_000


def test_it_ends_at_once_when_it_is_told_to(tmp_path: Path, password: Path) -> None:
    def answer(asked: Asked, send: Send) -> None:
        send(stream_head() + part(hikvision_event("ABC1234", pictures=3)) + part(JPEG, "image/jpeg"))
        device.wait(120)

    with Device(answer) as device, pulling(hikvision(device, password), tmp_path) as reader:
        until(lambda: reader.state.connected_at)
        time.sleep(0.2)
        began = time.monotonic()
        reader.stop()
        reader.join(100)
        assert time.monotonic() - began < 60
    assert len(stored(tmp_path)) == 1
