"""The stage that keeps a car's lists as the server has them, and says how old they are."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pipeline.patrol.lists.ages import ListAges
from pipeline.patrol.lists.gate import ListGate
from pipeline.patrol.lists.part_size import PartSize
from pipeline.patrol.lists.server import Ask, ListServer, Outgrown
from pipeline.stages.liveness import beat
from pipeline.stages.stage import SteppedStage
from schemas.errors import ConfigurationError, InvalidInput, TransientError
from schemas.events import AlarmKind
from schemas.settings import PatrolSettings, Settings
from services.http.home import CarRevoked, Unreachable
from services.signing import VerifyingKey
from storage.car.lists.lists import CarLists, Have, Taken

log = logging.getLogger(__name__)

ASK_SECONDS = 15.0
"""How often the server is asked: what is withdrawn is known well within a minute."""
AWAY_SECONDS = 4.0
"""How often it is asked while it cannot be reached."""
REVOKED_SECONDS = 60.0
ANEW_SECONDS = 600.0
"""Everything is asked for anew so often at most."""


class ListFetching(SteppedStage):
    """Asks the server, takes in what it says, and wipes what may not be kept.

    Args:
        settings: The configuration, with a section `patrol`.
        lists: The car's lists.
        gate: Told whether the withdrawals are known.
        ask: Sends a question to the server; None: there is none, and the lists stay as they are.
        now: The time, aware.

    Raises:
        ConfigurationError: The law's profile or the server's public key cannot be used.
    """

    name = "car-lists"
    trouble = "the hotlists in this car are not brought up to date, and those before stay in force"
    recovery = "the server's lists are taken in again"

    def __init__(
        self,
        settings: Settings,
        lists: CarLists,
        gate: ListGate,
        ask: Ask | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        car = _car_of(settings)
        self._car, self._lists, self._gate, self._ask = car, lists, gate, ask
        self._now = now
        self._given = {} if car.signing_key_file is None else _by_id(VerifyingKey.load(car.signing_key_file))
        self.ages = ListAges(settings, car, lists, now)
        """How old the lists are."""
        self._server: ListServer | None = None
        self._size = PartSize()
        self._anew = False
        self._anew_at = float("-inf")
        self._is_away = False
        self._red: set[str] = set()

    def step(self, stop: threading.Event) -> float:
        """Ask, and take in what there is.

        Raises:
            TransientError: What the server says does not fit, or the disk fails; the lists before stay in force.
        """
        try:
            self._wipe_outdated()
            if not self._lists.is_unlocked:
                self._gate.locked()
                return 1.0
            return self._synchronized(stop)
        finally:
            self._tell_ages()

    def rest(self, seconds: float, stop: threading.Event) -> None:
        """Wait, until somebody wants to know whether an entry still stands."""
        deadline = time.monotonic() + seconds
        while not stop.is_set() and (left := deadline - time.monotonic()) > 0:
            if self._gate.wait(min(left, 0.5)):
                return

    def _wipe_outdated(self) -> None:
        # By a clock that is known to be wrong a car on the road would lose its lists; how long it has run counts.
        board = self.board
        is_wrong = board is not None and board.stands(AlarmKind.CAMERA_CLOCK, f"clock of {board.machine}")
        self._lists.wipe_outdated(timedelta(days=self._car.list_wipe_days), trusts_clock=not is_wrong)

    def _synchronized(self, stop: threading.Event) -> float:
        if self._ask is None:
            self._gate.failed()
            return ASK_SECONDS
        try:
            while not stop.is_set():
                beat()
                if self._is_current(self._ask):
                    self._came_back()
                    return ASK_SECONDS
            return 0.0
        except CarRevoked as error:
            self._gate.failed()
            self._lists.wipe(f"the server has revoked this car ({error})")
            return REVOKED_SECONDS
        except Unreachable as error:
            self._gate.failed()
            if not self._is_away:
                log.info("the server is away, and the lists stay as they are: %s", error)
            self._is_away = True
            return AWAY_SECONDS
        except TransientError:
            self._gate.failed()
            raise

    def _came_back(self) -> None:
        if self._is_away:
            log.info("the server is there again; the lists are as it has them")
        self._is_away = False

    def _is_current(self, ask: Ask) -> bool:
        """Ask once, take in what is said, and return whether there is nothing new any more."""
        server = self._server = self._server or self._opened(ask)
        question = self._question(self._lists.have)
        began = time.monotonic()
        try:
            answer, segments = server.answer(question)
        except Unreachable:
            if "part" in question:
                self._size.broke()
            raise
        except Outgrown as error:
            log.info("an edition of the lists is told no more, and another one is fetched: %s", error)
            self._lists.give_up()
            return False
        except InvalidInput as error:
            raise TransientError(f"an answer of the server is refused: {error}") from error
        if answer.kind == "part" and not answer.is_last:
            self._size.took(time.monotonic() - began)
        if server.keys.keys() != self._lists.server_keys.keys():
            self._lists.trust({name: key.raw for name, key in server.keys.items()})
        try:
            taken = self._lists.take(answer, segments)
        except InvalidInput as error:
            self._ask_anew()
            raise TransientError(f"what the server says is refused: {error}") from error
        self._anew = False
        if not answer.has_more_withdrawn:
            self._gate.heard(self._now())
        self._say(answer.kind, answer.is_last, taken)
        return answer.kind == "current" and not answer.has_more_withdrawn

    def _opened(self, ask: Ask) -> ListServer:
        remembered = _by_id(*(VerifyingKey(raw) for raw in self._lists.server_keys.values()))
        # What a person put there counts, with its successors; what was met first does where nobody put anything.
        counts = not self._given or self._given.keys() & remembered.keys()
        return ListServer(self._car.car, ask, {**remembered, **self._given} if counts else self._given)

    def _question(self, have: Have) -> dict[str, str]:
        question = {"have": str(have.edition), "withdrawn": str(have.withdrawn)}
        if have.pending is not None and not self._anew:
            where = {"edition": str(have.pending), "part": str(have.part), "after": have.after}
            return question | where | {"entries": str(self._size.entries)}
        return question | ({"anew": "1"} if self._anew else {})

    def _ask_anew(self) -> None:
        """Have everything told anew: what is here and what the server says do not fit together."""
        self._lists.give_up()
        now = time.monotonic()
        if now - self._anew_at >= ANEW_SECONDS:
            self._anew, self._anew_at = True, now

    @staticmethod
    def _say(kind: str, is_last: bool, taken: Taken) -> None:
        if taken.withdrawn:
            log.info("%d entries were withdrawn, and are not matched any more", taken.withdrawn)
        if kind == "part" and is_last:
            log.info(
                "lists are as the server has them: %d entries, %d came, %d went", taken.entries, taken.came, taken.went
            )

    def _tell_ages(self) -> None:
        if self.board is None:
            return
        red = self.ages.red()
        for name, why in red.items():
            self.board.raised(AlarmKind.LATE_LIST, name, f"{why}; come within reach of the server")
        for name in self._red - red.keys():
            self.board.cleared(AlarmKind.LATE_LIST, name)
        self._red = set(red)


def _by_id(*keys: VerifyingKey) -> dict[str, VerifyingKey]:
    return {key.key_id: key for key in keys}


def _car_of(settings: Settings) -> PatrolSettings:
    if settings.patrol is None:
        raise ConfigurationError("there is no section [patrol]; it says which car this is")
    return settings.patrol
