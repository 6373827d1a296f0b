"""Many who have a board open: by its stream, or, as the baseline, by loading the page again and again."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Iterator, Sequence

import httpx

from console.visitors import COOKIE

_CARD = re.compile(r'id="alert-([0-9a-f-]{36})"')


class Streams:
    """Event streams, each of another officer's; notes when which card came on how many.

    Args:
        url: The console.
        cookies: A session for each stream.
    """

    def __init__(self, url: str, cookies: Sequence[str]) -> None:
        self._url = url
        self._cookies = cookies
        self.open = 0
        self.came: dict[str, list[float]] = {}

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Hold them open for the time of the block."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="streams", daemon=True)
        thread.start()
        running = asyncio.run_coroutine_threadsafe(self._all(), loop)
        try:
            yield
        finally:
            running.cancel()
            time.sleep(0.5)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(cookie) for cookie in self._cookies))

    async def _one(self, cookie: str) -> None:
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        async with (
            httpx.AsyncClient(verify=False, headers=headers, timeout=None) as client,
            client.stream("GET", f"{self._url}/board/events") as stream,
        ):
            stream.raise_for_status()
            self.open += 1
            async for text in stream.aiter_text():
                for alert_id in _CARD.findall(text):
                    self.came.setdefault(alert_id, []).append(time.time())


class Reloads:
    """The baseline: pages that load the whole board every few seconds.

    Args:
        url: The console.
        cookies: A session for each page.
        seconds: How often each is loaded.
    """

    def __init__(self, url: str, cookies: Sequence[str], seconds: float) -> None:
        self._url, self._cookies, self._seconds = url, cookies, seconds
        self._stop = threading.Event()
        self.loaded = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Load them for the time of the block."""
        thread = threading.Thread(target=lambda: asyncio.run(self._all()), name="reloads")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(number, cookie) for number, cookie in enumerate(self._cookies)))

    async def _one(self, number: int, cookie: str) -> None:
        headers = {"Cookie": f"{COOKIE}={cookie}"}
        async with httpx.AsyncClient(verify=False, headers=headers, timeout=60) as client:
            await asyncio.sleep(self._seconds * number / len(self._cookies))
            while not self._stop.is_set():
                began = time.monotonic()
                (await client.get(f"{self._url}/board")).raise_for_status()
                self.loaded += 1
                await asyncio.sleep(max(0.0, self._seconds - (time.monotonic() - began)))
