"""How each patrol car is: what a page, the API, `platewatch cars` and `platewatch status` say of it. No plates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.actions import Action
from schemas.actor import Actor
from schemas.audit import AuditRecord
from schemas.errors import NotThere
from schemas.events import CarListReport, CarRefusedReport, CarReport, CarStateReport
from storage.cars.cars import Car, Cars
from storage.database import Database

CONNECTED_FOR: Final = timedelta(minutes=3)
"""A car says every half minute how it is: one that was not heard for so long is out of reach, or switched off."""
CURRENT_FOR: Final = timedelta(minutes=3)
"""Withdrawals known up to so long before the car's report are current: it asks every 15 seconds."""

CarIs = Literal["connected", "away", "never seen", "revoked"]


class CarStatus(BaseModel):
    """A car. From `person` on it is what the car said at `said_at`, which may be long ago.

    `version` grows with every change by a person. `last_seen_at` is when it last sent anything, `said_at` when it said
    how it is. `person`, `unit` and `signed_on_at` are who was signed on; `is_sign_on_known` is whether that sign-on was
    with this server. `are_withdrawals_current` is None where it never said. `reads` and `answers` wait in the car since
    `oldest_at`, and `pictures` of `picture_bytes`; `refused` is how many uploads the server never takes, `refusals` the
    newest of them. `stops` says that nothing is read, stored or matched in it.
    """

    model_config = ConfigDict(frozen=True)

    car_id: str
    name: str
    camera_ids: tuple[str, ...]
    version: int
    state: CarIs
    added_at: datetime
    added_by: str
    token_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    last_seen_at: datetime | None
    said_at: datetime | None = None
    person: str | None = None
    unit: str | None = None
    sign_on: UUID | None = None
    signed_on_at: datetime | None = None
    is_sign_on_known: bool = False
    withdrawals_as_of: datetime | None = None
    are_withdrawals_current: bool | None = None
    lists: tuple[CarListReport, ...] = ()
    states: tuple[CarStateReport, ...] = ()
    stops: bool = False
    reads: int | None = None
    answers: int | None = None
    oldest_at: datetime | None = None
    pictures: int | None = None
    picture_bytes: int | None = None
    used_bytes: int | None = None
    most_bytes: int | None = None
    refused: int | None = None
    refusals: tuple[CarRefusedReport, ...] = ()

    @property
    def lists_as_of(self) -> datetime | None:
        """Of when the content of the oldest list is; None: there is none, or one's date is not known."""
        dates = [one.dated for one in self.lists]
        known = [date for date in dates if date is not None]
        return min(known) if known and len(known) == len(dates) else None

    @property
    def red_lists(self) -> tuple[CarListReport, ...]:
        """The lists that are older than they may be."""
        return tuple(one for one in self.lists if one.why_red is not None)

    @property
    def officer_words(self) -> str:
        """Who was signed on."""
        if self.said_at is None:
            return "not known"
        if self.person is None:
            return "nobody"
        doubt = "" if self.is_sign_on_known else " (by a sign-on that this server does not know)"
        return f"{self.person}, unit {self.unit or '-'}{doubt}"

    @property
    def lists_words(self) -> str:
        """How many lists it has, and whether they and the withdrawals are as current as they have to be."""
        if self.said_at is None:
            return "not known"
        red = f"{len(self.red_lists)} of {_many(len(self.lists), 'list')} red" if self.red_lists else None
        known = red or (f"{_many(len(self.lists), 'list')}, none red" if self.lists else "no list")
        return known if self.are_withdrawals_current else f"{known}; withdrawals are not current"

    @property
    def waits_words(self) -> str:
        """What waits in it."""
        if self.reads is None or self.answers is None or self.pictures is None:
            return "not known"
        if not (self.reads or self.answers or self.pictures):
            return "nothing"
        size = f" ({(self.picture_bytes or 0) / 1e6:,.1f} MB)" if self.pictures else ""
        return (
            f"{_many(self.reads, 'read')}, {_many(self.answers, 'answer or note', 'answers or notes')}, "
            f"{_many(self.pictures, 'picture')}{size}"
        )

    @property
    def reading_words(self) -> str:
        """Whether it reads, and what keeps it from that; what comes first stops it altogether."""
        if self.said_at is None:
            return "not known"
        words = "; ".join(one.words for one in self.states)
        if self.stops:
            return f"nothing is read: {words}"
        return f"reads; {words}" if words else "reads"


def _many(count: int, one: str, more: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def view_cars(actor: Actor, database: Database) -> list[CarStatus]:
    """Return the cars by id; the look is written down.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    now = datetime.now(UTC)
    return [_status(car, now) for car in Cars(database).all(audit=AuditRecord(actor, Action.VIEW_CARS))]


def view_car(actor: Actor, database: Database, car_id: str) -> CarStatus:
    """Return one car; the look is written down.

    Raises:
        NotThere: There is no such car.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_CARS, {"car": car_id[:80]})
    found = Cars(database).get(car_id, audit=record)
    if found is None:
        raise NotThere(f"there is no car '{car_id[:80]}'; see platewatch cars list")
    return _status(found, datetime.now(UTC))


def car_statuses(database: Database, now: datetime) -> list[CarStatus]:
    """Return the cars for whoever looks after the installation; nothing is written down for it.

    Args:
        database: An open database.
        now: The present, aware.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return [_status(car, now) for car in Cars(database).all()]


def _status(car: Car, now: datetime) -> CarStatus:
    told = _report(car)
    return CarStatus(
        car_id=car.car_id,
        name=car.name,
        camera_ids=tuple(car.camera_ids),
        version=car.version,
        state=_is(car, now),
        added_at=car.added_at,
        added_by=car.added_by,
        token_at=car.token_at,
        revoked_at=car.revoked_at,
        revoked_by=car.revoked_by,
        last_seen_at=car.last_seen_at,
        said_at=car.reported_at,
        is_sign_on_known=car.is_sign_on_known,
        **({} if told is None else _told(told)),
    )


def _told(said: CarReport) -> dict[str, Any]:
    values = {name: getattr(said, name) for name in CarReport.model_fields if name in CarStatus.model_fields}
    values.pop("car_id")
    as_of = said.withdrawals_as_of
    return {
        **values,
        "are_withdrawals_current": as_of is not None and said.at - as_of <= CURRENT_FOR,
        "stops": any(one.stops for one in said.states),
    }


def _report(car: Car) -> CarReport | None:
    try:
        return None if car.report is None else CarReport.model_validate(car.report)
    except ValidationError:
        return None  # an earlier version's


def _is(car: Car, now: datetime) -> CarIs:
    if car.revoked_at is not None:
        return "revoked"
    if car.last_seen_at is None:
        return "never seen"
    return "connected" if now - car.last_seen_at <= CONNECTED_FOR else "away"
