"""Officers with a board open, and the time to wait for what they see."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from operations.board.followers import Follower, ShownCard
from operations.board.hub import BoardHub
from schemas.actor import Actor, SignIn
from schemas.roles import Role
from schemas.settings import Settings
from storage.database import Database
from tests.unit.alerts.samples import AGENCY

SETTINGS = Settings(agency_id=AGENCY, time_zone="America/New_York")
PATIENCE = 30.0


def officer(name: str = "lee", agency_id: str = AGENCY) -> Actor:
    return Actor(name, SignIn.PASSWORD, f"10.0.0.7, {name}'s browser", agency_id, frozenset({Role.OFFICER}))


class Screen:
    """One open board: what it shows, and in what order that came."""

    def __init__(self, hub: BoardHub, follower: Follower) -> None:
        self._hub = hub
        self.follower = follower
        self.came: list[ShownCard] = []

    def look(self) -> list[int]:
        """Take what there is; the numbers of the alerts that came."""
        new: list[ShownCard] = []
        while self.follower.is_behind:
            while missed := self._hub.catch_up(self.follower):
                new += missed
        new += self.follower.take()
        self.came += new
        return [one.card.number for one in new]

    @property
    def changes(self) -> list[int]:
        return [one.number for one in self.came]


@contextlib.contextmanager
def watching(hub: BoardHub, actor: Actor | None = None, after: int = 0) -> Iterator[Screen]:
    with hub.follow(actor or officer(), after, lambda: None) as follower:
        screen = Screen(hub, follower)
        while missed := hub.catch_up(follower):
            screen.came += missed
        yield screen


@contextlib.contextmanager
def running(database: Database) -> Iterator[BoardHub]:
    """A server's hub at work."""
    hub, stop = BoardHub(database, SETTINGS), threading.Event()
    thread = threading.Thread(target=hub.run, args=(stop,), name="board")
    thread.start()
    try:
        yield hub
    finally:
        stop.set()
        thread.join()


def soon(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.01)
