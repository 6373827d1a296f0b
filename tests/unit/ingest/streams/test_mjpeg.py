"""Cameras that send JPEG after JPEG by HTTP, in all the ways that they do."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.streams.failures import StreamFailed
from ingest.streams.mjpeg import camera_time
from ingest.streams.parts import Part, PartSplitter
from tests.unit.ingest.streams.cameras import HttpCamera, frames_of, jpeg, reading, until

Send = Callable[[bytes], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=%s\r\n\r\n"


def part(data: bytes, *, boundary: bytes = b"--frame", length: bool = True, more: bytes = b"") -> bytes:
    told = b"Content-Length: %d\r\n" % len(data) if length else b""
    return boundary + b"\r\nContent-Type: image/jpeg\r\n" + told + more + b"\r\n" + data + b"\r\n"


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("announced", [b"frame", b"--frame", b'"frame"', b"other"])
def test_pictures_come_whatever_the_boundary_is(length: bool, announced: bytes) -> None:
    def answer(_: str, send: Send) -> None:
        send(HEAD % announced)
        for number in range(5):
            send(part(jpeg(number), length=length))
            time.sleep(0.03)

    with HttpCamera(answer) as server, reading(server.camera(), once=True) as reader:
        frames = []
        while (frame := reader.frames.take(2.0)) is not None:
            frames.append(frame)
        state = reader.state
    assert state.frames == 5
    assert len(frames) + state.replaced == 5
    assert frames[0].preview.shape == (240, 320)
    assert frames[0].image.shape == (240, 320, 3)
    assert "ended" in str(state.problem)


def test_the_time_of_the_camera_is_kept() -> None:
    def answer(_: str, send: Send) -> None:
        send(HEAD % b"frame")
        for number in range(20):
            send(part(jpeg(number), more=b"X-Timestamp: %.3f\r\n" % (time.time() - 300)))
            time.sleep(0.02)

    with HttpCamera(answer) as server, reading(server.camera(clock="camera")) as reader:
        frame = frames_of(reader, 5)[-1]
        assert frame.source_time is not None
        assert (frame.arrived_at - frame.source_time).total_seconds() == pytest.approx(300, abs=1)
        assert frame.captured_at == frame.source_time
        assert reader.state.clock_offset == pytest.approx(-300, abs=1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-timestamp": "1795934054.25"}, 1795934054.25),
        ({"x-timestamp": "1795934054250"}, 1795934054.25),
        ({"x-timestamp": "1795934054250000"}, 1795934054.25),
        ({"x-timestamp": "1e9"}, 1e9),
        ({"x-timestamp": "999999999"}, None),
        ({"x-timestamp": "9999999999"}, 9999999999.0),
        ({"x-timestamp": "1e10"}, None),
        ({"x-timestamp": "1e12"}, 1e9),
        ({"x-timestamp": "12.5"}, None),
        ({"x-timestamp": "nan", "date": "Sun, 29 Nov 2026 06:34:14 GMT"}, 1795934054.0),
        ({"date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_times_are_taken_for_what_they_are(headers: dict[str, str], seconds: float | None) -> None:
    assert camera_time(headers) == seconds


@pytest.mark.parametrize(("scheme", "answered"), [("Basic", "Basic "), ("Digest", "Digest ")])
def test_it_logs_in_as_it_is_asked(scheme: str, answered: str) -> None:
    challenge = 'realm="cam"' if scheme == "Basic" else 'realm="cam", nonce="abc", qop="auth"'

    def answer(head: str, send: Send) -> None:
        if f"authorization: {answered}".lower() in head.lower():
            send(HEAD % b"frame" + part(jpeg()))
            return
        # Digest first, where both are offered: the password does not travel.
        more = "WWW-Authenticate: Basic realm=cam\r\n" if scheme == "Digest" else ""
        send(
            f"HTTP/1.1 401 Unauthorized\r\n{more}WWW-Authenticate: {scheme} {challenge}\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )

    with HttpCamera(answer) as server:
        url = f"http://alpr:sec%40ret@127.0.0.1:{server.port}/video?token=abcdef"
        with reading(server.camera(url=url)) as reader:
            assert frames_of(reader, 1)
        assert not any("sec" in request and "@" in request.split()[1] for request in server.requests)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=a\r\nContent-Length: 0\r\n\r\n", "401"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "403"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "404"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "status 500"),
        (b"HTTP/1.1 302 No\r\nLocation: http://u:hidden@b/\r\nContent-Length: 0\r\n\r\n", "sends elsewhere"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", "text/html"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 2\r\n\r\nhi", "image/jpeg"),
        (b"not http at all\r\n\r\n", "ended the connection"),
        (HEAD % b"a" + b"x" * 40_000, "something else than JPEG"),
    ],
)
def test_what_is_no_stream_is_named(answer: bytes, words: str) -> None:
    with HttpCamera(lambda _, send: send(answer)) as server:
        url = f"http://alpr:hidden@127.0.0.1:{server.port}/video?pwd=hidden"
        with reading(server.camera(url=url)) as reader:
            until(lambda: reader.state.problem is not None)
            problem = str(reader.state.problem)
    assert words in problem
    assert "hidden" not in problem


def test_a_camera_that_falls_silent_is_noticed_in_time() -> None:
    def answer(_: str, send: Send) -> None:
        send(HEAD % b"frame" + part(jpeg()))
        time.sleep(30)

    with HttpCamera(answer) as server, reading(server.camera(stall_seconds=0.6)) as reader:
        frames_of(reader, 1)
        assert 0.2 < until(lambda: reader.state.problem is not None) < 1.5
        assert "sent nothing for 0.6 s" in str(reader.state.problem)


def test_a_picture_that_never_gets_whole_is_a_stall() -> None:
    def answer(_: str, send: Send) -> None:
        send(HEAD % b"frame" + b"--frame\r\nContent-Length: 100000\r\n\r\n\xff\xd8\xff")
        while True:
            send(b"x")
            time.sleep(0.05)

    with HttpCamera(answer) as server, reading(server.camera(stall_seconds=0.6)) as reader:
        assert until(lambda: reader.state.problem is not None) < 2.0
        assert "no whole picture" in str(reader.state.problem)


def test_a_huge_picture_is_refused_before_it_is_there() -> None:
    def answer(_: str, send: Send) -> None:
        send(HEAD % b"frame" + b"--frame\r\nContent-Length: 3000000000\r\n\r\n\xff\xd8\xff")
        time.sleep(5)

    with HttpCamera(answer) as server, reading(server.camera(stall_seconds=4.0)) as reader:
        until(lambda: reader.state.problem is not None)
        assert "more than 20 MB" in str(reader.state.problem)


def test_a_cut_off_picture_is_counted_and_the_next_one_seen() -> None:
    def answer(_: str, send: Send) -> None:
        whole = jpeg(1)
        told = part(whole)
        send(HEAD % b"frame" + told[: len(told) - 900] + b"\r\n" + part(jpeg(2)) + part(jpeg(3)))

    with HttpCamera(answer) as server, reading(server.camera(), once=True) as reader:
        until(lambda: reader.is_over)
        assert (reader.state.frames, reader.state.damaged) == (2, 1)


def test_a_preview_in_a_picture_does_not_end_it() -> None:
    inner = jpeg(0, (64, 48))
    whole = jpeg(1)
    with_preview = whole[:2] + b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner + whole[2:]
    stream = b"".join(part(data, length=False) for data in (with_preview, whole, with_preview))
    splitter = PartSplitter()
    found = [one.data for place in range(0, len(stream), 701) for one in splitter.feed(stream[place : place + 701])]
    assert found == [with_preview, whole, with_preview]


START, END, SCAN = b"\xff\xd8", b"\xff\xd9", b"\xff\xda\0\x04ab"
SMALL = START + SCAN + b"data" + END


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (SMALL, [({}, SMALL, True)]),
        # What a scan holds: FF 00 and restarts are data, fill bytes and markers without a length are passed over.
        *(
            (START + SCAN + inner + END, [({}, START + SCAN + inner + END, True)])
            for inner in (b"\xff\0\xff\xd0\xff\xd7x", b"\xff\xff\xff\x01", b"x\xff\xc4\0\x03ay")
        ),
        # An end within a segment is none; one behind damaged bytes is.
        (START + b"\xff\xe1\0\x04" + END + SCAN + END, [({}, START + b"\xff\xe1\0\x04" + END + SCAN + END, True)]),
        (START + b"\xff\xe1\0\0" + SCAN + END, [({}, START + b"\xff\xe1\0\0" + SCAN + END, True)]),
        (START + b"\xff\xfezz" + b"x" * 40 + END, []),
        (SMALL + b"\r\n" + SMALL, [({}, SMALL, True)] * 2),
        (b"--b\r\nA: 1\r\nx-b : 2 \r\n\r\n" + SMALL, [({"a": "1", "x-b": "2"}, SMALL, True)]),
        (b"--b\n\n--b\nA: 1\n\n" + SMALL, [({"a": "1"}, SMALL, True)]),
        # A length that is told counts, to the byte.
        (b"Content-Length: %d\r\n\r\n" % len(SMALL) + SMALL + b"z", [({"content-length": "14"}, SMALL, True)]),
        (b"Content-Length: 16\r\n\r\n" + SMALL + b"\0\n", [({"content-length": "16"}, SMALL + b"\0\n", True)]),
        (b"Content-Length: 4\r\n\r\nfour", [({"content-length": "4"}, b"four", False)]),
        (b"Content-Length: 15\r\n\r\n" + SMALL, []),
        (b"Content-Length: 0\r\n\r\n" + SMALL, [({"content-length": "0"}, SMALL, True)]),
        (b"Content-Length: x\r\n\r\n" + SMALL, [({"content-length": "x"}, SMALL, True)]),
        # One that is shorter than was told ends where the next begins, as one that breaks off does.
        (
            b"Content-Length: 40\r\n\r\n" + SMALL + b"\r\n--b\r\nA: 1\r\n\r\n" + SMALL,
            [({"content-length": "40"}, SMALL, False), ({"a": "1"}, SMALL, True)],
        ),
        (START + SCAN + b"cut\r\n--b\r\nA: 1", [({}, START + SCAN + b"cut", False)]),
    ],
)
@pytest.mark.parametrize("step", [1000, 1])
def test_what_pictures_are_in_a_stream(
    stream: bytes, found: list[tuple[dict[str, str], bytes, bool]], step: int
) -> None:
    splitter = PartSplitter()
    parts = [one for place in range(0, len(stream), step) for one in splitter.feed(stream[place : place + step])]
    assert parts == [Part(*one) for one in found]


@pytest.mark.parametrize(("size", "is_taken"), [(16 * 1024, True), (16 * 1024 + 1, False)])
def test_so_much_may_stand_before_a_picture(size: int, is_taken: bool) -> None:
    splitter = PartSplitter()
    if is_taken:
        assert list(splitter.feed(b"x" * size)) == []
        return
    with pytest.raises(StreamFailed, match="something else than JPEG"):
        list(splitter.feed(b"x" * size))


@pytest.mark.parametrize(("size", "is_taken"), [(20 << 20, True), ((20 << 20) + 1, False)])
def test_a_picture_has_so_many_bytes(size: int, is_taken: bool) -> None:
    for stream in (b"Content-Length: %d\r\n\r\n" % size, START + b"\xff" + b"\0" * (size - 3)):
        splitter = PartSplitter()
        if is_taken:
            assert list(splitter.feed(stream)) == []
            continue
        with pytest.raises(StreamFailed, match="more than 20 MB"):
            list(splitter.feed(stream))


def test_pictures_without_anything_between_them_are_found() -> None:
    splitter = PartSplitter()
    assert [one.data for one in splitter.feed(jpeg(1) + jpeg(2))] == [jpeg(1), jpeg(2)]


@given(
    lengths=st.lists(st.booleans(), min_size=1, max_size=4),
    cuts=st.lists(st.integers(1, 4000), min_size=1, max_size=8),
    noise=st.binary(max_size=40),
)
def test_pieces_of_any_size_give_the_same_pictures(lengths: list[bool], cuts: list[int], noise: bytes) -> None:
    pictures = [jpeg(number) for number in range(len(lengths))]
    stream = b"".join(part(data, length=told) for data, told in zip(pictures, lengths, strict=True))
    splitter, found, place, number = PartSplitter(), [], 0, 0
    while place < len(stream):
        size = cuts[number % len(cuts)]
        found += [one.data for one in splitter.feed(stream[place : place + size])]
        place, number = place + size, number + 1
    assert found == pictures
    try:
        list(PartSplitter().feed(noise + stream + noise))
        list(PartSplitter().feed(noise))
    except StreamFailed:
        pass
