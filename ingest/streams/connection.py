"""What a connection to a live camera gives, whatever it speaks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ingest.streams.pictures import LivePicture


@dataclass(frozen=True, slots=True)
class Caught:
    """A picture: when it arrived, and when it was captured by the camera's clock (unix time), if it says so.

    `message` numbers the message that it came in, where one may hold several pictures.
    """

    picture: LivePicture
    arrived_at: float
    source_time: float | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What a camera sends. `rate` is what it says itself, pictures per second."""

    codec: str
    transport: str
    rate: float | None = None


class Connection(Protocol):
    """One connection to a camera: opened by the first picture that is asked for, and over when there is none left."""

    facts: StreamFacts | None
    """Known as soon as the stream is open."""

    @property
    def damaged(self) -> int:
        """Pictures that came and could not be used."""
        ...

    @property
    def replaced(self) -> int:
        """Pictures that newer ones replaced before they were yielded."""
        ...

    def pictures(self, stop: threading.Event) -> Iterator[Caught]:
        """Yield pictures as they come, until the camera ends the stream or `stop` is set.

        Raises:
            StreamFailed: None can be had, or none comes any more.
        """
        ...


Connect = Callable[[], Connection]
"""Makes a connection, which opens nothing yet."""
