"""What is posted at a time takes no more memory than is allowed, and gives it back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from ingest.server import bodies
from ingest.server.answers import Refusal
from ingest.server.bodies import BodyLimits


def request(*chunks: int, go_on: asyncio.Event | None = None) -> Request:
    left = list(chunks)

    async def receive() -> dict[str, Any]:
        if len(left) == 1 and go_on is not None:
            await go_on.wait()
        return {"type": "http.request", "body": bytes(left.pop(0)), "more_body": bool(left)}

    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)


def test_large_messages_share_what_memory_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_IN_MEMORY", 150)
    limits = BodyLimits(100, 60.0)

    async def several() -> None:
        go_on = asyncio.Event()
        first = asyncio.create_task(limits.read(request(60, 40, 0, go_on=go_on)))
        while limits.in_memory < 100:
            await asyncio.sleep(0)
        assert len(await limits.read(request(50))) == 50
        with pytest.raises(Refusal) as refused:
            await limits.read(request(51))
        assert (refused.value.status, refused.value.headers["retry-after"]) == (503, "5")
        go_on.set()
        assert len(await first) == 100

    asyncio.run(several())
    assert limits.in_memory == 0


def test_what_is_taken_away_as_it_comes_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_IN_MEMORY", 150)
    limits, held = BodyLimits(100, 60.0), list[tuple[int, int]]()

    async def take(chunk: bytes) -> bool:
        held.append((len(chunk), limits.in_memory))
        return len(held) % 2 == 0

    asyncio.run(limits.follow(request(50, 50, 50, 50, 0), take))
    assert held[:4] == [(50, 50), (50, 100), (50, 50), (50, 100)]
    assert limits.in_memory == 0


@pytest.mark.parametrize(("chunks", "is_taken"), [([100], True), ([60, 40], True), ([101], False), ([60, 41], False)])
def test_a_message_is_as_large_as_is_allowed_and_no_larger(chunks: list[int], is_taken: bool) -> None:
    limits = BodyLimits(100, 60.0)
    if is_taken:
        assert len(asyncio.run(limits.read(request(*chunks)))) == sum(chunks)
        return
    with pytest.raises(Refusal, match="larger") as refused:
        asyncio.run(limits.read(request(*chunks)))
    assert refused.value.status == 413


def posted(*chunks: bytes, **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    left = list(chunks)

    async def receive() -> dict[str, Any]:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or chunks[-1] == b"cut off"}

    return Request({"type": "http", "method": "POST", "path": "/", "headers": named}, receive)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content_length": "4"},
        {"content_length": "000000000000004"},
        {"content_encoding": " Identity "},
        {"content_encoding": ""},
        {"transfer_encoding": "Chunked"},
    ],
)
def test_a_plain_body_is_read_whole(headers: dict[str, str]) -> None:
    limits = BodyLimits(4, 60.0)
    assert asyncio.run(limits.read(posted(b"ab", b"cd", **headers))) == b"abcd"
    assert asyncio.run(limits.read(posted(b"ab", b"cd", **headers), packed=True)) == b"abcd"
    assert limits.in_memory == 0


@pytest.mark.parametrize(
    ("headers", "status", "said"),
    [
        ({"content_length": "5"}, 413, r"the body is larger than 4e-06 MB \(ingest.max_body_megabytes\)"),
        ({"content_length": "3"}, 400, "the body has 4 bytes, 3 were announced; send it again"),
        ({"content_length": "0000000000000004"}, 413, "the body is larger than"),
        ({"content_length": "-4"}, 400, "content-length is no number"),
        ({"content_length": ""}, 400, "content-length is no number"),
        ({"content_length": "\u0664"}, 400, "content-length is no number"),
        ({"content_encoding": "gzip"}, 415, "send it without content-encoding, or with identity alone"),
        ({"content_encoding": "br"}, 415, "send it without content-encoding, or with identity alone"),
        ({"transfer_encoding": "gzip"}, 415, "send it without transfer-encoding, or with chunked alone"),
        ({"transfer_encoding": "identity"}, 415, "send it without transfer-encoding, or with chunked alone"),
    ],
)
def test_what_is_announced_wrongly_or_packed_is_refused(headers: dict[str, str], status: int, said: str) -> None:
    limits = BodyLimits(4, 60.0)
    with pytest.raises(Refusal, match=said) as refused:
        asyncio.run(limits.read(posted(b"ab", b"cd", **headers)))
    assert refused.value.status == status
    assert ("connection" in refused.value.headers) == (status != 415)
    assert limits.in_memory == 0
    if headers.get("content_encoding") == "gzip":
        assert asyncio.run(limits.read(posted(b"abcd", **headers), packed=True)) == b"abcd"
    elif status == 415:  # by gzip, and as the body's own form alone
        with pytest.raises(Refusal, match=said):
            asyncio.run(limits.read(posted(b"ab", b"cd", **headers), packed=True))


def test_who_hangs_up_or_is_too_slow_is_refused_and_gives_memory_back() -> None:
    limits = BodyLimits(100, 60.0)
    with pytest.raises(Refusal, match="the connection ended before the body was whole") as refused:
        asyncio.run(limits.read(posted(b"ab", b"cut off")))
    assert (refused.value.status, limits.in_memory) == (400, 0)
    slow = BodyLimits(100, 0.05)
    with pytest.raises(Refusal, match=r"the body was not whole after 0.05 seconds; send it faster") as refused:
        asyncio.run(slow.read(request(60, 40, go_on=asyncio.Event())))
    assert (refused.value.status, refused.value.headers, slow.in_memory) == (408, {"connection": "close"}, 0)


def test_what_still_comes_is_given_up_when_the_server_ends() -> None:
    limits = BodyLimits(100, 3600.0)

    async def ended() -> Refusal:
        coming = asyncio.create_task(limits.read(request(60, 40, go_on=asyncio.Event())))
        while not limits.in_memory:
            await asyncio.sleep(0)
        limits.close()
        with pytest.raises(Refusal) as refused:
            await coming
        return refused.value

    assert asyncio.run(ended()).status == 408
    assert limits.in_memory == 0


def test_what_is_refused_is_read_on_for_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DRAINED_BYTES", 100)
    left = [b"x" * 50] * 9

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(), "more_body": True}

    asyncio.run(bodies.drain(Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)))
    assert len(left) == 6  # the third is one too many
    asyncio.run(bodies.drain(posted(b"ab", b"cut off")))  # nobody is there any more
    monkeypatch.setattr(bodies, "DRAINED_SECONDS", 0.05)
    asyncio.run(bodies.drain(request(60, 40, go_on=asyncio.Event())))  # or nothing comes
