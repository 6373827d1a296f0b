"""Who signs on in a car: with the server, by what it let the car keep, or not at all; and on which screens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretBytes

from operations.patrol.credentials import CannotOpen, Credentials, Granted
from operations.patrol.freshness import list_faults
from operations.patrol.shift import Shift
from operations.patrol.signing_on import SignOns
from operations.patrol.sources import Surroundings
from schemas.errors import ConfigurationError, InvalidInput, NotPermitted, TransientError
from schemas.events import Noted
from schemas.settings import PatrolSettings, Settings
from schemas.types import ListStanding
from tests.unit.alerts.samples import START
from tests.unit.operations.patrol.test_board import KIM

MOST_SCREENS = 8

PASSWORD = "four dull words here"
NO_KEY = "the server gave no key for the lists: nothing can be matched"
NO_LISTS = "there is no list in this car: nothing can be matched"


@dataclass
class World:
    """A car that somebody signs on in; `says` is what the server answers with."""

    folder: Path
    says: Exception | None = None
    key: SecretBytes | None = field(default_factory=lambda: SecretBytes(bytes(range(32))))
    asked: list[tuple[str, ...]] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)
    noted: list[tuple[Noted, Any, str]] = field(default_factory=list)
    unlock_fails: bool = False
    lists: tuple[ListStanding, ...] = (ListStanding("ncic", START),)

    def sign_on(self, name: str, password: str, code: str, unit: str) -> Granted:
        self.asked.append((name, password, code, unit))
        if self.says is not None:
            raise self.says
        return Granted(
            sign_on=UUID(int=5),
            person=name,
            full_name="Kim Lee",
            granted_at=START,
            expires_at=START + timedelta(hours=48),
            key=self.key,
            key_number=3,
        )

    def note(self, what: Noted, *, who: Any, alert_id: UUID | None = None, words: str = "") -> None:
        self.noted.append((what, None if who is None else who.person, words))

    def unlock(self, key: Any) -> None:
        if self.unlock_fails:
            raise ConfigurationError("they are another car's")
        self.keys.append(key)

    def desk(self, *, has_server: bool = True) -> SignOns:
        settings = Settings(data_dir=self.folder, patrol=PatrolSettings(car="unit-12"))
        around = Surroundings(lambda: None, lists=lambda: self.lists)
        return SignOns(
            settings,
            Shift(lambda: START),
            Credentials(self.folder),
            self if has_server else None,
            self.unlock,
            around,
            self,  # type: ignore[arg-type]
            lambda: START,
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_with_the_server_and_afterwards_without_it(world: World) -> None:
    desk = world.desk()
    hours = timedelta(hours=desk.settings.console.session_hours)
    entered = desk.sign_on(" KIM ", PASSWORD, " 123456 ", " unit  7 ")
    assert world.asked == [("kim", PASSWORD, "123456", "unit 7")]
    who = entered.who
    assert (who.sign_on, who.person, who.full_name, who.unit, who.at, who.until, who.how, who.faults) == (
        *(UUID(int=5), "kim", "Kim Lee", "unit 7", START, START + hours, "server"),
        (),
    )
    assert desk.shift.of(entered.cookie) == who
    assert len(world.keys) == 1
    world.says = TransientError("not reached")
    kept = desk.sign_on("kim", PASSWORD, "", "8")
    assert (kept.who.how, kept.who.sign_on, kept.who.unit) == ("kept", UUID(int=5), "8")
    assert world.keys[0] == world.keys[1]
    assert world.desk(has_server=False).sign_on("kim", PASSWORD, "", "8").who.how == "kept"
    desk.sign_off()
    desk.sign_off()  # nobody is there any more
    assert desk.shift.current() is None
    without = "without the server, by what it let the car keep; lists are fresh"
    assert world.noted == [
        (Noted.SIGNED_ON, "kim", "with the server; lists are fresh"),
        (Noted.SIGNED_ON, "kim", without),
        (Noted.SIGNED_ON, "kim", without),
        (Noted.SIGNED_OFF, "kim", ""),
    ]


@pytest.mark.parametrize(
    ("says", "raised"),
    [(InvalidInput("that is not right"), InvalidInput), (NotPermitted("this car was revoked"), NotPermitted)],
)
def test_whom_the_server_refuses_what_is_kept_lets_in_no_more(
    world: World, says: Exception, raised: type[Exception]
) -> None:
    desk = world.desk()
    desk.sign_on("kim", PASSWORD, "1", "7")
    desk.sign_off()
    world.says = says
    with pytest.raises(raised):
        desk.sign_on("kim", PASSWORD, "1", "7")
    assert desk.shift.current() is None
    world.says = TransientError("not reached")
    if raised is NotPermitted:  # the car was taken off: nothing is kept any more
        with pytest.raises(CannotOpen):
            desk.sign_on("kim", PASSWORD, "", "7")
    else:
        assert desk.sign_on("kim", PASSWORD, "", "7").who.how == "kept"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("kim", PASSWORD, "", "x" * 40), None),
        (("kim", PASSWORD, "", "x" * 41), "the unit is empty or none"),
        (("kim", PASSWORD, "", " "), "the unit is empty or none"),
        (("kim", PASSWORD, "", "a\u200b"), "the unit is empty or none"),
        ((" ", PASSWORD, "", "7"), "name and password are needed"),
        (("kim", "", "", "7"), "name and password are needed"),
    ],
)
def test_what_is_typed_has_to_say_something(world: World, typed: tuple[str, str, str, str], says: str | None) -> None:
    if says is None:
        assert world.desk().sign_on(*typed).who.unit == typed[3]
        return
    with pytest.raises(InvalidInput, match=says):
        world.desk().sign_on(*typed)
    assert world.asked == []


def test_no_more_is_taken_of_what_is_typed_than_fits(world: World) -> None:
    world.desk().sign_on("n" * 1025, "p" * 1025, "c" * 1025, "7")
    assert world.asked == [("n" * 1024, "p" * 1024, "c" * 1024, "7")]


FAULTS: dict[str, tuple[Callable[[World], None], tuple[str, ...]]] = {
    "no key": (lambda world: setattr(world, "key", None), (NO_KEY,)),
    "a key that does not fit": (
        lambda world: setattr(world, "unlock_fails", True),
        ("the car's lists do not open: they are another car's",),
    ),
    "no list": (lambda world: setattr(world, "lists", ()), (NO_LISTS,)),
    "a red list": (
        lambda world: setattr(world, "lists", (ListStanding("own", START, "it is 3 d old"),)),
        ("own: it is 3 d old",),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_the_lists_is_said_at_the_start_of_the_shift(world: World, fault: str) -> None:
    make, faults = FAULTS[fault]
    make(world)
    assert world.desk().sign_on("kim", PASSWORD, "1", "7").who.faults == faults
    assert world.noted == [(Noted.SIGNED_ON, "kim", f"with the server; {faults[0]}")]


def test_one_officer_is_signed_on_at_their_own_screens_until_the_shift_is_over() -> None:
    moment = START
    shift = Shift(lambda: moment)
    screens = [shift.begin(KIM) for _ in range(MOST_SCREENS + 1)]
    assert shift.of(screens[0]) is None
    assert [shift.of(one) for one in screens[1:]] == [KIM] * MOST_SCREENS
    assert (shift.of(None), shift.of("x"), shift.current()) == (None, None, KIM)
    for other in (dataclasses.replace(KIM, unit="13"), dataclasses.replace(KIM, person="pat")):
        cookie = shift.begin(other)
        assert (shift.current(), shift.of(cookie), shift.of(screens[-1])) == (other, other, None)
    moment = KIM.until - timedelta(seconds=1)
    assert shift.of(cookie) is not None
    moment = KIM.until
    assert (shift.current(), shift.of(cookie), shift.end()) == (None, None, None)
    moment = START
    cookie = shift.begin(KIM)
    assert shift.end() == KIM
    assert (shift.of(cookie), shift.current()) == (None, None)


def test_what_is_wrong_with_the_lists_is_said_in_words() -> None:
    fresh, red = ListStanding("ncic", START), ListStanding("own", START, "its content is 3 d old")
    assert list_faults(()) == ("there is no list in this car: nothing can be matched",)
    assert list_faults([fresh]) == ()
    assert list_faults([fresh, red]) == ("own: its content is 3 d old",)
