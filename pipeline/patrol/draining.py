"""The stage that brings home what the car has: reads and answers in their order, pictures when none of those waits."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.patrol.car import Car
from pipeline.patrol.picture_sending import PictureSender
from pipeline.stages.stage import SteppedStage
from schemas.errors import TransientError
from services.http.home import CarRevoked, Home, NotTaken
from storage.car.uploads import Upload, Uploads

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
MOST_BYTES = 4 << 20
"""Bytes of a batch before it is packed."""
IDLE_SECONDS = 1.0
HELD_SECONDS = 30.0
"""What the server cannot take yet is sent again after so long; other things go on."""
REVOKED_SECONDS = 5.0
"""How often a car that was revoked looks whether it got another token."""
ROUTES: Mapping[str, str] = {"read": "reads", "answer": "answers", "note": "notes"}
"""The route that each kind goes by; it is also what its batch is called."""


@dataclass(frozen=True, slots=True)
class HomeState:
    """How the way home is, for the officer's page.

    `reached_at` is when the server answered last; `problem` why it does not now. `sent` and `refused` count what it
    took, and what it never will, since the start.
    """

    reached_at: datetime | None = None
    problem: str | None = None
    is_revoked: bool = False
    sent: int = 0
    refused: int = 0
    pictures: int = 0


@dataclass(slots=True)
class _Counts:
    sent: int = 0
    refused: int = 0
    pictures: int = 0
    reached_at: datetime | None = None
    problem: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class DrainingStage(SteppedStage):
    """Sends what waits until nothing does. Sending anything twice is harmless: whatever was not answered goes again.

    A batch that the server refuses as a whole is halved until the one that is wrong stands alone, and is kept with the
    reason. One that the server does not name in its answer waits; the others do not wait for it.

    Args:
        home: The server.
        uploads: What waits.
        pictures: Sends pictures.
        revoked: Told once that the car was revoked, with the server's words: its lists have to go.
        routes: The route of each kind.
    """

    name = "draining"
    trouble = "what the car read does not go home"
    recovery = "what the car read goes home again"
    patience_seconds = 300.0
    longest_pause_seconds = 30.0

    def __init__(
        self,
        home: Home,
        uploads: Uploads,
        pictures: PictureSender,
        revoked: Callable[[str], None] = lambda _: None,
        routes: Mapping[str, str] = ROUTES,
    ) -> None:
        super().__init__()
        self._home = home
        self._uploads = uploads
        self._pictures = pictures
        self._revoked = revoked
        self._routes = routes
        self._most = MOST_AT_ONCE
        self._held: dict[str, float] = {}
        self._said_held: set[str] = set()
        self._is_revoked = False
        self._counts = _Counts()

    def state(self) -> HomeState:
        """Return how the way home is; called from any thread."""
        counts = self._counts
        with counts.lock:
            return HomeState(
                counts.reached_at, counts.problem, self._is_revoked, counts.sent, counts.refused, counts.pictures
            )

    def step(self, stop: threading.Event) -> float:
        """Send the next batch, or where none waits the next picture.

        Raises:
            TransientError: The server is not reached, or cannot take it now.
        """
        if self._is_revoked:
            if self._home.is_revoked:
                return REVOKED_SECONDS
            log.info("the car has another token; what it read is sent again")
            self._is_revoked = False
        try:
            was_sent = self._send()
        except CarRevoked as error:
            self._stop_sending(error)
            return REVOKED_SECONDS
        except Exception as error:
            with self._counts.lock:
                self._counts.problem = str(error)
            raise
        return 0.0 if was_sent else IDLE_SECONDS

    def end(self) -> None:
        """Close the connections."""
        self._home.close()

    def _send(self) -> bool:
        batch = self._next_batch()
        if batch:
            self._send_batch(batch)
            return True
        if self._pictures.send():
            self._reached(pictures=1)
            return True
        return False

    def _next_batch(self) -> list[Upload]:
        """Return the first of what waits and may go now, as far as it is of one kind and fits into a batch."""
        now, after = time.monotonic(), 0
        batch: list[Upload] = []
        size = 0
        while found := self._uploads.waiting(after, MOST_AT_ONCE):
            for upload in found:
                after = upload.number
                if now < self._held.get(upload.kind, 0.0):
                    continue
                is_full = len(batch) >= self._most or size + len(upload.body) > MOST_BYTES
                if batch and (is_full or upload.kind != batch[0].kind):
                    return batch
                batch.append(upload)
                size += len(upload.body)
            if batch:
                break
        return batch

    def _send_batch(self, batch: Sequence[Upload]) -> None:
        kind = batch[0].kind
        route = self._routes.get(kind)
        if route is None:
            self._hold(kind, "this version does not know where it goes")
            return
        body = b'{"%s":[%s]}' % (route.encode(), b",".join(upload.body for upload in batch))
        try:
            answer = self._home.ask("POST", route, body, headers={"content-type": "application/json"}, packs=True)
        except NotTaken as error:
            self._not_taken(batch, error)
            return
        self._settle(batch, _named(answer.body, route))

    def _not_taken(self, batch: Sequence[Upload], error: NotTaken) -> None:
        if error.status in (403, 404, 405):
            # It is the server, and not what was sent: an older one, or a right that is missing.
            self._hold(batch[0].kind, str(error))
        elif len(batch) > 1:
            self._most = max(1, len(batch) // 2)
        else:
            self._refuse(batch[0], str(error))

    def _settle(self, batch: Sequence[Upload], named: _Named) -> None:
        stored = [upload.number for upload in batch if upload.upload_id in named.stored]
        if stored:
            self._uploads.settle(stored)
        self._reached(sent=len(stored))
        unnamed = []
        for upload in batch:
            if upload.upload_id in named.refused:
                self._refuse(upload, named.refused[upload.upload_id])
            elif upload.upload_id not in named.stored:
                unnamed.append(upload)
        if not unnamed:
            self._most = min(MOST_AT_ONCE, self._most * 2)
        elif len(batch) > 1 and named.nameless:
            # One of these was refused, and the server could not tell which: it is found alone.
            self._most = max(1, len(unnamed) // 2)
        elif named.nameless:
            self._refuse(unnamed[0], named.nameless)
        elif len(unnamed) == len(batch):
            self._hold(batch[0].kind, "the server cannot take it yet")

    def _refuse(self, upload: Upload, reason: str) -> None:
        self._uploads.refuse(upload.number, reason)
        log.error("the server does not take a %s, which is kept in the car: %s", upload.kind, reason)
        self._most = MOST_AT_ONCE
        self._reached(refused=1)

    def _hold(self, kind: str, reason: str) -> None:
        self._held[kind] = time.monotonic() + HELD_SECONDS
        if kind not in self._said_held:
            self._said_held.add(kind)
            log.warning("%ss wait in the car: %s", kind, reason)

    def _reached(self, *, sent: int = 0, refused: int = 0, pictures: int = 0) -> None:
        counts = self._counts
        with counts.lock:
            counts.sent += sent
            counts.refused += refused
            counts.pictures += pictures
            counts.reached_at, counts.problem = datetime.now(UTC), None

    def _stop_sending(self, error: CarRevoked) -> None:
        log.error("%s; nothing is sent any more, and the lists are deleted", error)
        with self._counts.lock:
            self._counts.problem = str(error)
        self._is_revoked = True
        if self.board is not None:
            self.board.raised(self.alarm, f"{self.name} on {self.board.machine}", str(error))
        self._revoked(str(error))


@dataclass(frozen=True, slots=True)
class _Named:
    """What an answer says of a batch: the ids that are stored, those that are refused with the reason, and the reason
    of one that the server could not name."""

    stored: frozenset[str]
    refused: Mapping[str, str]
    nameless: str | None


def _named(body: bytes, route: str) -> _Named:
    try:
        found: Any = json.loads(body)
        stored = frozenset(str(one) for one in found["stored"])
        refused = {one["id"]: str(one["reason"])[:2000] for one in found["refused"]}
    except (ValueError, KeyError, TypeError) as error:
        raise TransientError(f"the answer to '{route}' cannot be understood ({type(error).__name__})") from error
    nameless = refused.pop(None, None)
    return _Named(stored, {str(name): reason for name, reason in refused.items()}, nameless)


def draining_of(car: Car, revoked: Callable[[str], None]) -> DrainingStage | None:
    """Return what brings home what a car has; None where no server is configured.

    Args:
        car: What it keeps.
        revoked: As `DrainingStage`.

    Raises:
        ConfigurationError: The authorities' file cannot be used.
    """
    if car.patrol.server is None:
        return None
    home = Home(car.patrol)
    return DrainingStage(home, car.uploads, PictureSender(home, car.uploads, car.images), revoked)
