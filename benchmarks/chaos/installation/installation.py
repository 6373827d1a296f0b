"""What an afternoon needs of an installation, whether it is one run or several services."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from benchmarks.chaos.books import Books
from benchmarks.chaos.installation.blows import Targets
from benchmarks.chaos.installation.commands import Person
from benchmarks.chaos.installation.faults import Diary
from benchmarks.chaos.installation.keeper import Keeper
from benchmarks.chaos.installation.neighbor import Neighbor
from benchmarks.chaos.installation.site import Site
from benchmarks.chaos.schedule import Kind

PARTNER = "partner"
"""The agreement with the neighbor who gets a part of the alerts alone."""


class Installation(ABC):
    """An installation: its services, the neighbors who listen, and who gives commands.

    Args:
        site: Its folders and its configuration.
        patience_seconds: How long anything may take once nothing is struck any more.
        away: Arguments of commands that other agencies' machines give.
        has_partner: Whether there is a second neighbor, under an agreement.
    """

    starts_slowly = False
    """Whether its first turn is let pass before it is struck, since its parts wait for one another at first."""

    def __init__(self, site: Site, patience_seconds: float, away: Sequence[str] = (), *, has_partner: bool) -> None:
        self.site = site
        self.patience = patience_seconds
        self.diary = diary = Diary(site.folder / "diary.jsonl")
        self.done: Counter[Kind] = Counter()
        self.missed: Counter[Kind] = Counter()
        """Strikes beside the schedule's."""
        self.person = Person(site, diary, patience_seconds)
        self.neighbor = Neighbor(site, diary, "subscriber", *away)
        self.partner: Neighbor | None = None
        if has_partner:
            topic = ("--topic", f"platewatch.shared.{PARTNER}.v1", "--group", PARTNER)
            self.partner = Neighbor(site, diary, PARTNER, *topic, *away)

    @property
    def neighbors(self) -> tuple[Neighbor, ...]:
        """All who listen."""
        return (self.neighbor,) if self.partner is None else (self.neighbor, self.partner)

    @property
    @abstractmethod
    def services(self) -> tuple[Keeper, ...]:
        """Its services, in the order in which they start."""

    @property
    @abstractmethod
    def watched(self) -> Keeper:
        """The one whose memory is watched."""

    @abstractmethod
    def targets(self) -> Targets:
        """How it is struck."""

    @abstractmethod
    def up(self) -> contextlib.AbstractContextManager[None]:
        """Have disks and servers, as far as the services do not bring their own, while this lasts."""

    @abstractmethod
    def settle(self) -> None:
        """Have everything done that is left, and end the services.

        Raises:
            Hung: It is not done in time.
        """

    @abstractmethod
    def read_books(self) -> Books:
        """Return what it recorded."""

    def has_read(self, camera_id: str, at: datetime) -> bool:
        """Whether a read of an earlier turn is recorded: one run records in order, and it is by now."""
        return True

    def surge(self, post: Callable[[], None]) -> None:
        """Have a great many reads come at once."""
        post()

    def note_strike(self, kind: Kind, *, hit: bool, **details: object) -> None:
        """Take note of a strike that stands in no schedule."""
        (self.done if hit else self.missed)[kind] += 1
        self.diary.note("strike" if hit else "missed", kind=kind, **details)

    def faults(self) -> list[str]:
        """Return what else is not as it has to be, once it was settled."""
        return []

    @abstractmethod
    def keep_logs(self) -> None:
        """Keep what servers said, which goes with them."""

    def start(self) -> None:
        """Start the services, and the neighbors."""
        for keeper in (*self.services, *(neighbor.keeper for neighbor in self.neighbors)):
            keeper.start()

    def end(self) -> None:
        """End whatever runs still."""
        for keeper in (*self.services, *(neighbor.keeper for neighbor in self.neighbors)):
            with contextlib.suppress(RuntimeError):  # never started
                keeper.end()
