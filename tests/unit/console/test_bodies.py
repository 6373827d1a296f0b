"""Bodies of all requests together take no more memory than is allowed, and give it back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from console.guards import bodies
from console.guards.bodies import Bodies, Limit

SCOPE = {"type": "http", "path": "/notes", "headers": []}
LIST = {"type": "http", "path": "/list", "headers": []}


def guarded(taken: list[int]) -> Bodies:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
            taken.append(len(message["body"]))

    return Bodies(app, largest=100, seconds=60, streamed={"/list": Limit(1000, 60, "lists", is_held=False)})


async def send(guard: Bodies, chunks: Iterable[int], go_on: asyncio.Event | None = None, scope: Any = SCOPE) -> None:
    left = list(chunks)

    async def receive() -> dict[str, Any]:
        size = left.pop(0)
        if not left and go_on is not None:
            await go_on.wait()
        return {"type": "http.request", "body": bytes(size), "more_body": bool(left)}

    await guard(scope, receive, None)  # type: ignore[arg-type]


def test_large_bodies_share_what_memory_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_IN_MEMORY", 150)
    taken: list[int] = []
    guard = guarded(taken)

    async def several() -> None:
        go_on = asyncio.Event()
        first = asyncio.create_task(send(guard, [60, 40, 0], go_on))
        await asyncio.sleep(0)
        while len(taken) < 2:
            await asyncio.sleep(0)
        await send(guard, [50])  # all that is left
        with pytest.raises(HTTPException) as refused:
            await send(guard, [51])
        assert refused.value.status_code == 503
        assert refused.value.headers is not None
        assert "Retry-After" in refused.value.headers
        await send(guard, [400, 400, 200], scope=LIST)  # goes to the disk
        go_on.set()
        await first
        # What was held is free again, also that of the refused one.
        await send(guard, [70, 30])

    asyncio.run(several())
    assert taken == [60, 40, 50, 400, 400, 200, 0, 70, 30]


def test_128_megabytes_are_held_at_a_time() -> None:
    megabyte, count = bytes(1 << 20), 0

    async def receive() -> dict[str, Any]:
        nonlocal count
        count += 1
        return {"type": "http.request", "body": megabyte, "more_body": True}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while True:
            await receive()

    with pytest.raises(HTTPException) as refused:
        asyncio.run(Bodies(app, largest=1 << 30, seconds=600)(SCOPE, receive, None))  # type: ignore[arg-type]
    assert (refused.value.status_code, count) == (503, 129)


@pytest.mark.parametrize(("chunks", "is_taken"), [([100], True), ([60, 40], True), ([101], False), ([60, 41], False)])
def test_a_body_is_as_large_as_is_allowed_and_no_larger(chunks: list[int], is_taken: bool) -> None:
    taken: list[int] = []
    if is_taken:
        asyncio.run(send(guarded(taken), chunks))
        assert taken == chunks
        return
    with pytest.raises(HTTPException) as refused:
        asyncio.run(send(guarded(taken), chunks))
    assert refused.value.status_code == 413
