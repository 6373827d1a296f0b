"""What the board's pages work with, one for a server: who follows, and the pictures."""

from __future__ import annotations

import threading

from operations.board.hub import BoardHub
from operations.board.making import CardMaker
from operations.board.pictures import Gallery
from schemas.settings import Settings
from storage.database import Database

END_SECONDS = 10.0


class LiveBoards:
    """The boards of a server.

    Args:
        database: An open database.
        settings: The configuration.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self.hub = BoardHub(database, settings)
        self.gallery = Gallery(database, settings)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def cards(self) -> CardMaker:
        """What makes cards."""
        return self.hub.cards

    @property
    def is_following(self) -> bool:
        """Whether it brings what comes."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin to bring what comes."""
        self._stop.clear()
        self._thread = threading.Thread(target=self.hub.run, args=(self._stop,), name="board", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(END_SECONDS)
            self._thread = None
