"""Cameras that push, over real sockets: in every way that they post, and what is refused, in one line."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ingest.streams.pushing.feed import PushFeed
from ingest.streams.reader import LiveReader
from schemas.settings import PushCamera
from tests.unit.ingest.server.conftest import TOKEN, Serve, Served
from tests.unit.ingest.server.test_attacks import error, goes_on, memory, status
from tests.unit.ingest.streams.cameras import frames_of, jpeg, until
from tests.unit.ingest.streams.pushing.test_bodies import parts

DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
PATH = "/ingest/cameras/pole/frames"
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: test\r\nX-Api-Key: {TOKEN}\r\n".encode()


@dataclass(frozen=True)
class Pole:
    """A served camera, and what reads it."""

    served: Served
    feed: PushFeed
    reader: LiveReader

    def push(self, body: bytes, *lines: str, path: str = PATH, token: str = TOKEN) -> bytes:
        return self.served.post(path, body, *lines, token=token)

    @property
    def came(self) -> int:
        return self.reader.state.frames


@pytest.fixture
def pole(serve: Serve) -> Iterator[Pole]:
    with _reading(serve) as one:
        yield one


@contextlib.contextmanager
def _reading(serve: Serve, **settings: object) -> Iterator[Pole]:
    camera = PushCamera(id="pole", token_sha256=DIGEST, stall_seconds=60)
    feed = PushFeed(camera)
    reader = LiveReader(camera, feed.connect)
    reader.start()
    try:
        yield Pole(serve(takers=lambda: {"pole": feed}, **settings), feed, reader)
    finally:
        reader.stop()
        reader.join(60.0)


def said(answer: bytes) -> dict[str, object]:
    return dict(json.loads(answer.partition(b"\r\n\r\n")[2]))


def chunked(body: bytes, size: int = 4000) -> bytes:
    chunks = [body[place : place + size] for place in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def test_a_picture_is_taken_in_each_way_that_a_camera_can_post(pole: Pole) -> None:
    picture = jpeg(1)
    basic = base64.b64encode(f"camera:{TOKEN}".encode()).decode()
    form = parts(picture, headers=b'Content-Disposition: form-data; name="f"; filename="a.jpg"')
    ways = [
        pole.push(picture),
        pole.push(picture, "Content-Type: image/jpeg"),
        pole.push(picture, f"X-Api-Key: {TOKEN}", token=""),
        pole.push(picture, f"Authorization: Basic {basic}", token=""),
        pole.push(picture, path=f"{PATH}?channel=1&token={TOKEN}&time=2026-01-01", token=""),
        pole.push(picture, path=f"{PATH}/2026/snapshot_0001.jpg"),
        pole.push(form, "Content-Type: multipart/form-data; boundary=cut"),
        pole.push(parts(picture, line=b"\n"), "Content-Type: multipart/mixed; boundary=--cut"),
        pole.served.say(
            HEAD.replace(b"POST", b"PUT") + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(picture) + picture
        ),
        pole.served.say(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(picture)),
        pole.served.say(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(form)),
    ]
    assert [(status(answer), said(answer)) for answer in ways] == [(202, {"taken": 1})] * len(ways)
    until(lambda: pole.came == len(ways))
    assert pole.feed.damaged == 0
    (frame,) = frames_of(pole.reader, 1)
    assert frame.size == (320, 240)


def test_several_pictures_of_one_message_are_all_looked_at(pole: Pole) -> None:
    body = parts(jpeg(1), jpeg(2), jpeg(3))
    assert said(pole.push(body, "Content-Type: multipart/form-data; boundary=cut")) == {"taken": 3}
    frames = frames_of(pole.reader, 3)
    assert [frame.frame_number for frame in frames] == [0, 1, 2]
    assert frames[0].captured_at < frames[1].captured_at < frames[2].captured_at
    assert pole.reader.state.replaced == 0


def test_a_camera_waits_for_leave_to_go_on_and_gets_it(pole: Pole) -> None:
    picture = jpeg(1)
    with pole.served.connect() as connection:
        connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(picture))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")
        connection.sendall(picture)
        assert status(connection.recv(4096)) == 202
    with pole.served.connect() as connection:
        head = HEAD.replace(TOKEN.encode(), b"guess") + b"Expect: 100-continue\r\nContent-Length: 99\r\n\r\n"
        connection.sendall(head)
        assert b"401" in _all_of(connection)


def test_one_connection_carries_many_pictures(pole: Pole) -> None:
    picture = jpeg(1)
    with pole.served.connect() as connection:
        for _ in range(20):
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(picture) + picture)
            assert status(connection.recv(4096)) == 202
    until(lambda: pole.came == 20)


@pytest.mark.parametrize("kind", ["multipart/x-mixed-replace; boundary=cut", "", "video/x-motion-jpeg"])
def test_a_stream_that_never_ends_is_looked_at_as_it_comes(serve: Serve, kind: str) -> None:
    # Longer and larger than one message may be.
    with _reading(serve, body_seconds=0.6, max_body_megabytes=0.05) as pole, pole.served.connect() as connection:
        lines = f"Content-Type: {kind}\r\n".encode() if kind else b""
        connection.sendall(HEAD + lines + b"Transfer-Encoding: chunked\r\n\r\n")
        for number in range(15):
            body = jpeg(number)
            if kind.startswith("multipart"):
                body = b"--cut\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(body), body)
            connection.sendall(b"%x\r\n%s\r\n" % (len(body), body))
            until(lambda: pole.came == number + 1)  # noqa: B023
            time.sleep(0.1)
        # It stops in the middle of a picture: it has as long as a message, and no longer.
        connection.sendall(b"%x\r\n%s" % (len(jpeg()), jpeg()[:500]))
        assert b" 408 " in _all_of(connection)[:20]


def test_a_damaged_picture_of_a_stream_is_counted_and_those_around_it_are_taken(pole: Pole) -> None:
    kind = "Content-Type: multipart/x-mixed-replace; boundary=cut\r\nConnection: close\r\n"
    bodies = [jpeg(1), jpeg(2)[:-400] + bytes(400), jpeg(3)]
    stream = b"".join(b"--cut\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(body), body) for body in bodies)
    answer = pole.served.say(HEAD + kind.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(stream))
    assert (status(answer), said(answer)) == (202, {"taken": 2})
    until(lambda: pole.came == 2)
    assert pole.reader.state.damaged == 1


def test_when_a_camera_says_that_it_captured_a_picture_is_kept(pole: Pole) -> None:
    moment = time.time() - 3600
    pole.push(jpeg(), f"X-Captured-At: {moment}")
    (frame,) = frames_of(pole.reader, 1)
    assert frame.source_time is not None
    assert frame.source_time.timestamp() == pytest.approx(moment)
    assert frame.captured_at == frame.arrived_at
    answer = pole.push(jpeg(), "X-Captured-At: this morning")
    assert (status(answer), "no time with a zone" in error(answer)) == (400, True)


def test_whoever_tries_the_url_is_answered_and_nothing_is_taken(pole: Pole) -> None:
    for method in (b"GET", b"HEAD"):
        answer = pole.served.say(HEAD.replace(b"POST", method) + b"Connection: close\r\n\r\n")
        assert status(answer) == 200
        assert method == b"HEAD" or said(answer) == {"ready": True}
    chunks = pole.served.say(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    for answer in (pole.push(b""), chunks):
        assert (status(answer), said(answer)) == (200, {"ready": True})
    assert pole.came == 0


def test_what_is_refused_is_refused_in_one_line_and_the_camera_goes_on(
    pole: Pole, caplog: pytest.LogCaptureFixture
) -> None:
    bomb = bytearray(jpeg())
    place = bomb.index(b"\xff\xc0")
    bomb[place + 5 : place + 9] = (50_000).to_bytes(2) * 2
    gzip = b"\x1f\x8b\x08" + b"\x00" * 1000
    refused = [
        (pole.push(jpeg(), token=""), 401, "no token"),
        (pole.push(jpeg(), token="guess"), 401, "another token"),
        (pole.push(jpeg(), path="/ingest/cameras/other/frames"), 404, "no such camera"),
        (pole.push(b"GIF89a" + b"\x00" * 100), 415, "GIF picture"),
        (pole.push(b"hello"), 415, "no JPEG"),
        (pole.push(jpeg()[:2000]), 415, "before it is whole"),
        (pole.push(bytes(bomb)), 413, "50000x50000"),
        (pole.push(gzip, "Content-Encoding: gzip"), 415, "packed"),
        (pole.push(parts(b"a"), "Content-Type: multipart/form-data; boundary=cut"), 415, "none of its 1 parts"),
        (
            pole.served.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"\xff\xd8\xff" + b"x" * 99)),
            415,
            "no whole",
        ),
        (pole.served.say(HEAD.replace(b"POST", b"DELETE") + b"Connection: close\r\n\r\n"), 405, "POST"),
    ]
    for answer, expected, words in refused:
        assert status(answer) == expected
        assert words in error(answer)
    assert pole.came == 0
    assert status(pole.push(jpeg())) == 202
    until(lambda: pole.came == 1)
    assert pole.reader.state.damaged == 7
    # Said once a minute for each status, and never with the token that was tried.
    lines = [record.getMessage() for record in caplog.records if "camera pole" in record.getMessage()]
    assert len(lines) == len({line.split("(")[1][:3] for line in lines}) == 3
    assert "guess" not in caplog.text


def test_bodies_of_300_mb_are_refused_and_memory_stays_flat(serve: Serve) -> None:
    with _reading(serve, max_body_megabytes=2) as pole:
        before = memory()
        answer = pole.served.say(HEAD + b"Content-Length: 300000000\r\n\r\n" + jpeg() + b"x" * 5_000_000)
        assert (status(answer), "2 MB" in error(answer)) == (413, True)
        for beginning in (b"", b"\xff\xd8\xff\xe0"):
            assert _sent_before_it_was_refused(pole.served, beginning) < 30_000_000
        assert memory() - before < 60
        assert goes_on(pole.served)
        assert status(pole.push(jpeg())) == 202


def _sent_before_it_was_refused(served: Served, beginning: bytes) -> int:
    sent = 0
    with served.connect() as connection, contextlib.suppress(ConnectionError):
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        if beginning:
            connection.sendall(b"%x\r\n%s\r\n" % (len(beginning), beginning))
        while sent < 300_000_000:
            connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            sent += 65_536
    return sent


def test_a_server_without_a_run_says_where_pictures_are_taken(serve: Serve) -> None:
    served = serve(takers=None)
    answer = served.post(PATH, jpeg())
    assert status(answer) == 503
    assert "platewatch run" in error(answer)
    assert b"retry-after: 30" in answer.lower()
    assert goes_on(served)


def _all_of(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer
