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
