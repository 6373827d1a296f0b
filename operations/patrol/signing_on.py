"""Signing on at the start of a shift: with the server where it is reached, else by what it let the car keep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from operations.patrol.credentials import CannotOpen, Credentials, Granted
from operations.patrol.freshness import list_faults
from operations.patrol.saying import Sayings
from operations.patrol.shift import Shift, SignedOn
from operations.patrol.sources import Surroundings
from schemas.errors import InvalidInput, NotPermitted, PlatewatchError, TransientError
from schemas.events import Noted
from schemas.settings import Settings
from schemas.types.list_keys import ListsKey

log = logging.getLogger(__name__)

LONGEST_UNIT: Final = 40
LONGEST_TYPED: Final = 1024


class SignOnDoor(Protocol):
    """The way to the server."""

    def sign_on(self, name: str, password: str, code: str, unit: str) -> Granted:
        """Sign on with the server.

        Raises:
            TransientError: It is not reached, or cannot answer now.
            NotPermitted: The car was revoked, or is not known there.
            InvalidInput: Somebody is not let in; says nothing that would help to guess.
        """
        ...


class Entered(NamedTuple):
    """Who has signed on, and the cookie of the screen where they did."""

    who: SignedOn
    cookie: str


@dataclass(frozen=True, slots=True)
class SignOns:
    """Lets officers in.

    `door` is the way to the server; None: there is none. `unlock` is given the key of the car's lists. `now` is the
    present, aware.
    """

    settings: Settings
    shift: Shift
    credentials: Credentials
    door: SignOnDoor | None
    unlock: Callable[[ListsKey], None]
    around: Surroundings
    sayings: Sayings
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def sign_on(self, name: str, password: str, code: str, unit: str) -> Entered:
        """Let an officer in.

        Args:
            name: As it was typed; so are the others.
            password: Theirs, as in the console.
            code: The authenticator's; asked for by the server alone.
            unit: The unit that they are in this shift.

        Raises:
            InvalidInput: They are not let in, or the unit is none.
            TransientError: Too many try at this moment.
        """
        name, unit = name.strip().lower()[:LONGEST_TYPED], " ".join(unit.split())
        if not unit or len(unit) > LONGEST_UNIT or not unit.isprintable():
            raise InvalidInput(f"the unit is empty or none; type it in 1 to {LONGEST_UNIT} characters")
        if not name or not password:
            raise InvalidInput("name and password are needed")
        granted, how = self._granted(name, password[:LONGEST_TYPED], code[:LONGEST_TYPED].strip(), unit)
        faults = self._unlocked(granted)
        now = self.now()
        hours = timedelta(hours=self.settings.console.session_hours)
        who = SignedOn(
            sign_on=granted.sign_on,
            person=granted.person,
            unit=unit,
            at=now,
            until=now + hours,
            how=how,
            full_name=granted.full_name,
            faults=(*faults, *list_faults(self.around.lists())),
        )
        cookie = self.shift.begin(who)
        words = "with the server" if how == "server" else "without the server, by what it let the car keep"
        self.sayings.note(Noted.SIGNED_ON, who=who, words=f"{words}; {'; '.join(who.faults) or 'lists are fresh'}")
        log.info("somebody signed on in the car %s", words)
        return Entered(who, cookie)

    def sign_off(self) -> None:
        """End the shift on all screens."""
        who = self.shift.end()
        if who is not None:
            self.sayings.note(Noted.SIGNED_OFF, who=who)

    def _granted(self, name: str, password: str, code: str, unit: str) -> tuple[Granted, Literal["server", "kept"]]:
        if self.door is not None:
            try:
                granted = self.door.sign_on(name, password, code, unit)
            except NotPermitted:
                # Whoever holds a car that was taken off must not get at what it kept.
                self.credentials.forget_all()
                raise
            except TransientError as error:
                log.info("the server does not let anybody sign on now (%s); what the car keeps is asked", error)
            else:
                self._keep(granted, name, password)
                return granted, "server"
        try:
            return self.credentials.open(name, password, self.now()), "kept"
        except OSError as error:
            raise CannotOpen("what the car kept for signing on cannot be read; sign on where the server is") from error

    def _keep(self, granted: Granted, name: str, password: str) -> None:
        try:
            self.credentials.keep(granted, name, password)
        except OSError as error:
            log.warning("signing on without the server will not work: it cannot be kept (%s)", error.strerror)

    def _unlocked(self, granted: Granted) -> tuple[str, ...]:
        key = granted.lists_key
        if key is None:
            return ("the server gave no key for the lists: nothing can be matched",)
        try:
            self.unlock(key)
        except PlatewatchError as error:
            log.warning("the car's lists do not open: %s", error)
            return (f"the car's lists do not open: {error}",)
        return ()
