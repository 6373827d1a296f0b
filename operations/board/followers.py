"""Whoever has a board open: what has come for them and was not sent yet, in bounds."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Final
from uuid import UUID

from alerts.cards.card import Card
from schemas.actor import Actor

MOST_WAITING: Final = 200
"""Cards that wait for one browser at most; one that takes longer reads what it missed from the database."""


class ShownCard:
    """A card as it goes to everybody who follows, with the number of its change.

    Args:
        number: The change's number, which only grows.
        card: The card.
    """

    def __init__(self, number: int, card: Card) -> None:
        self.number = number
        self.card = card
        self._drawn: dict[Hashable, str] = {}

    def drawn(self, form: Hashable, draw: Callable[[Card], str]) -> str:
        """Return the card's text in a form, drawn once for all who get it.

        Args:
            form: What tells the form from others.
            draw: How it is drawn.
        """
        text = self._drawn.get(form)
        if text is None:
            text = self._drawn[form] = draw(self.card)
        return text


class Follower:
    """One open board. For one reader; whoever brings cards may be any thread.

    Args:
        actor: Who looks.
        after: The last change that they have.
        wake: Called, from any thread, when there is something to take.
        only: The one alert that they look at; None: all of their agency.
    """

    def __init__(self, actor: Actor, after: int, wake: Callable[[], None], only: UUID | None = None) -> None:
        self.actor = actor
        self.only = only
        self.cursor = after
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: deque[ShownCard] = deque()
        self._is_behind = False
        self._is_stale = False

    @property
    def is_behind(self) -> bool:
        """Whether more came than can wait: what was missed is to be read from the database."""
        with self._lock:
            return self._is_behind

    @property
    def is_stale(self) -> bool:
        """Whether nobody knows at present if something has come."""
        with self._lock:
            return self._is_stale

    def of(self, cards: Iterable[ShownCard]) -> list[ShownCard]:
        """Return the cards that they look at."""
        return [one for one in cards if self.only in (None, one.card.alert_id)]

    def bring(self, cards: list[ShownCard]) -> None:
        """Have cards wait for them; more than can wait are given up, and the follower is behind."""
        with self._lock:
            if not self._is_behind:
                self._waiting.extend(cards)
            if len(self._waiting) > MOST_WAITING:
                self._waiting.clear()
                self._is_behind = True
        self._wake()

    def note_stale(self, is_stale: bool) -> None:
        """Note whether the database answers."""
        with self._lock:
            changed, self._is_stale = self._is_stale is not is_stale, is_stale
        if changed:
            self._wake()

    def start_catching_up(self) -> None:
        """Have what comes from now on wait again; what came before is read from the database."""
        with self._lock:
            self._waiting.clear()
            self._is_behind = False

    def take(self) -> list[ShownCard]:
        """Return what waits and is newer than what they have, in its order, and take it as had."""
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        new = []
        for one in waiting:
            # What was brought twice, for it failed for others, is had once.
            if one.number > self.cursor:
                self.cursor = one.number
                new.append(one)
        return new
