"""Streams of parts in all the ways that devices write them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.pulling.stream_parts import MOST_HEAD_BYTES, PartStream, StreamPart
from ingest.streams.failures import StreamFailed
from tests.unit.ingest.pulling.device import part
from tests.unit.ingest.vendors.messages import JPEG

LARGEST = 100_000


def fed(stream: bytes, cuts: list[int], content_type: str = "multipart/mixed; boundary=cut") -> list[StreamPart]:
    """Feed a stream in pieces of these sizes, over and over."""
    parts = PartStream(content_type, LARGEST)
    found: list[StreamPart] = []
    place, number = 0, 0
    while place < len(stream):
        size = cuts[number % len(cuts)]
        found += parts.feed(stream[place : place + size])
        place, number = place + size, number + 1
    return [*found, *parts.rest()]


@pytest.mark.parametrize("announced", ["cut", "--cut", '"cut"', "other", ""])
@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
@pytest.mark.parametrize("length", [-1, None])
def test_parts_are_found_whatever_is_announced(announced: str, line: bytes, length: int | None) -> None:
    bodies = [b"<a>1</a>", JPEG, b"Heartbeat", b"<b/>"]
    stream = b"".join(part(body, length=length, line=line) for body in bodies)
    found = fed(stream + b"--cut--" + line, [1000], f"multipart/mixed; boundary={announced}")
    assert [one.body for one in found] == bodies
    assert all(one.is_whole and one.content_type == "application/xml" for one in found)


def test_a_boundary_in_a_picture_does_not_end_it() -> None:
    picture = b"\xff\xd8\xff" + b"x\r\n--cut\r\nContent-Type: a/b\r\n\r\n" * 3 + b"\xff\xd9"
    assert [one.body for one in fed(part(picture) + part(b"<a/>"), [7])] == [picture, b"<a/>"]


@pytest.mark.parametrize("told", [3, 50])
def test_a_wrong_length_costs_one_part_and_says_so(told: int) -> None:
    found = fed(part(b"<first/>") + part(b"<wrong>1</wrong>", length=told) + part(b"<last/>"), [1000])
    assert [one.body for one in found] == [b"<first/>", b"<wrong>1</wrong>", b"<last/>"]
    assert [one.is_whole for one in found] == [True, False, True]


def test_of_a_cut_off_part_only_the_text_is_kept() -> None:
    assert fed(part(b"<a/>") + part(JPEG)[:-200], [50]) == fed(part(b"<a/>"), [50])
    half = fed(part(b"<a/>") + part(b"<half>text</half>")[:-9], [50])[-1]
    assert (half.body, half.is_whole) == (b"<half>text", False)


def test_parts_without_headers_or_content_are_parts() -> None:
    stream = b"--cut\r\n\r\n<a/>\r\n" + part(b"") + part(b"<b/>")
    assert [one.body for one in fed(stream, [3])] == [b"<a/>", b"", b"<b/>"]


@pytest.mark.parametrize(
    "stream",
    [
        b"--cut\r\nContent-Length: 3000000000\r\n\r\n<a",
        b"--cut\r\nContent-Type: text/plain\r\n\r\n" + b"x" * (LARGEST + 1),
        b"--cut\r\n" + b"X-Header: y\r\n" * 3000,
        b"x" * 40_000,
        b"<html>" * 10_000,
    ],
)
def test_what_would_fill_the_memory_is_refused(stream: bytes) -> None:
    with pytest.raises(StreamFailed):
        fed(stream, [4000])


def test_garbage_behind_a_part_is_passed_over() -> None:
    stream = part(b"<a/>", length=2) + b"garbage" * 10_000 + b"\r\n" + part(b"<b/>")
    assert fed(part(b"<0/>") + stream, [5000])[-1].body == b"<b/>"


_TEXTS = st.binary(max_size=60).map(lambda data: b"<" + data.replace(b"--cut", b"") + b">")


@settings(max_examples=60)
@given(
    bodies=st.lists(st.tuples(_TEXTS, st.booleans()), min_size=1, max_size=5),
    cuts=st.lists(st.integers(1, 200), min_size=1, max_size=6),
)
@example(bodies=[(b"<\r\n>", True), (b"<\n-->", False)], cuts=[1])
def test_pieces_of_any_size_give_the_same_parts(bodies: list[tuple[bytes, bool]], cuts: list[int]) -> None:
    stream = b"".join(part(body, length=-1 if told else None) for body, told in bodies)
    assert [one.body for one in fed(stream, cuts)] == [body for body, _ in bodies]


@given(
    stream=st.binary(max_size=400), cuts=st.lists(st.integers(1, 50), min_size=1, max_size=4), told=st.text(max_size=8)
)
def test_nothing_that_comes_is_more_than_refused(stream: bytes, cuts: list[int], told: str) -> None:
    try:
        fed(stream, cuts, f"multipart/mixed; boundary={told}")
        fed(part(b"<a/>") + stream + part(b"<b/>"), cuts)
    except StreamFailed:
        pass


def test_what_lies_between_parts_without_end_is_not_kept() -> None:
    parts = PartStream("multipart/mixed; boundary=cut", LARGEST)
    list(parts.feed(b"--cut\r\n\r\nfirst\r\n--cut\r\nContent-Length: 2\r\n\r\nab"))
    for _ in range(40):
        list(parts.feed(b"x" * 4000))
    assert len(parts._buffer) <= MOST_HEAD_BYTES + 4000
    assert [one.body for one in parts.feed(b"\r\n--cut\r\n\r\nlast\r\n--cut\r\n")] == [b"last"]
