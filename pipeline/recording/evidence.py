"""What an alert waits for: the picture of its plate, where another machine kept it, and a second reader's word."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from pipeline.counters import Counters
from pipeline.recording.fetching import PictureFetcher
from pipeline.recording.second_opinion import Opinion, open_second_opinions
from schemas.arrivals import Arrival
from schemas.settings import Settings
from storage.reads.images import ImageStore

FETCH_SECONDS = 1.0
"""How long an alert waits for its picture where no second reader does."""

JOIN_SECONDS = 0.015
"""How long the others of its batch wait for it, so that it need not wait for the next one."""

SLOW_SECONDS = 1.0
"""A store that takes longer than that is not waited for again so soon."""


class Evidence:
    """Asks for what arrivals wait for. A context: within it, it answers.

    Args:
        settings: The configuration.
        counters: The run's counts.
        fetches: Whether pictures that other machines kept are fetched.

    Raises:
        ConfigurationError: A second reader is asked for and not installed.
    """

    def __init__(self, settings: Settings, counters: Counters, *, fetches: bool) -> None:
        self._opinions = open_second_opinions(settings.alerts)
        is_of_use = self._opinions is not None or settings.alerts.embed_plate_picture
        self._fetcher = PictureFetcher(ImageStore(settings), counters) if fetches and is_of_use else None
        self._open = contextlib.ExitStack()
        self._waits_from = 0.0

    def asked_for(self, arrival: Arrival) -> Opinion | None:
        """Ask for what an arrival that is about to alert waits for; None: for nothing."""
        picture, is_early = arrival.pictures.plate, arrival.better_pictures_follow
        if picture is None:
            return self._fetched(arrival, is_early=is_early)
        if self._opinions is None:
            return None
        return self._opinions.ask(picture, arrival.pictures.plate_box, arrival.read, is_early=is_early)

    def join(self, opinions: Iterable[Opinion]) -> None:
        """Wait a moment for pictures that come soon, so that their alerts are stored with the others of their batch.

        A second reader takes too long to be waited for here.

        Args:
            opinions: What `asked_for` returned for the batch.
        """
        began = time.monotonic()
        if self._opinions is not None or began < self._waits_from:
            return
        until = began + JOIN_SECONDS
        if not all(opinion.wait(max(0.0, until - time.monotonic())) for opinion in opinions):
            self._waits_from = time.monotonic() + SLOW_SECONDS

    def __enter__(self) -> Self:
        for one in (self._opinions, self._fetcher):
            if one is not None:
                self._open.enter_context(one)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()

    def _fetched(self, arrival: Arrival, *, is_early: bool) -> Opinion | None:
        read, opinions = arrival.read, self._opinions
        if read.plate_image_key is None or self._fetcher is None:
            return None
        within = time.monotonic() + FETCH_SECONDS
        opinion = Opinion(within if opinions is None else opinions.deadline(is_early=is_early))

        def then(picture: bytes | None) -> None:
            opinion.picture = picture
            if picture is None or opinions is None:
                opinion.answer(None)
            else:
                opinions.ask_for(opinion, picture, arrival.pictures.plate_box, read)

        self._fetcher.fetch(read, read.plate_image_key, opinion.deadline, then)
        return opinion
